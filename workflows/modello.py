# SPDX-License-Identifier: AGPL-3.0-or-later
"""Is what is declared possible? The machines, roles and processes, examined before anybody uses
them: by a system check at start-up, and in the tests.

What it proves, and what it does not:

- States: every one is reached from an initial one; from every one that is not final there is a
  way out, and a way to a final state or to the last of the steps forward.
- Guards: for every transition and every state it starts from, a *witness*: facts in which all its
  guards pass together. Facts are taken from a small abstract world: a good case, and all that
  depart from it in up to three of the things that guards read. A transition that can never
  happen has no witness anywhere, so it is always found out; one whose witness is too particular
  for the small world would be found out too, wrongly: then the world is to be widened
  (`DIMENSIONI`), and for that reason these two are doubts (`DUBBI`), not errors. Each guard must
  also refuse somewhere, or it says nothing.
- Separation of duties (R57): a search of everything that three people can do, each holding every
  role, one of them also by delega of another; every guard but the separation is taken as passed,
  so that what is not found here cannot happen with them all in force. People with fewer roles do
  less. That nobody acts under another's name is the registro's to see, not this search's.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import combinations
from typing import Any

from workflows import guards
from workflows.guards import Guardia
from workflows.machines.base import Macchina, Transizione
from workflows.ports import (
    RUOLI,
    RUOLI_NON_DELEGABILI,
    Attore,
    Convalida,
    Fascicolo,
    FattiAtto,
    FattiCorrezione,
    FattiIndicatore,
    FattiInsieme,
    FattiNeutralizzazione,
    FattiOsservazione,
    FattiPeriodo,
    FattiRelazione,
    FattiSeduta,
    FattiSpecifico,
    FattiVariazione,
    FattiVoce,
    Incarico,
    Politica,
    Richiesta,
)
from workflows.verdetto import permesso


@dataclass(frozen=True, slots=True)
class Problema:
    """Something declared that cannot be meant: which kind, where, and a sentence."""

    codice: str
    dove: str
    frase: str

    def __str__(self) -> str:
        return f"{self.dove}: {self.frase}"


# What the small world of the guards may be wrong about.
DUBBI = frozenset({"mai_possibile", "mai_negata"})


# --- states -------------------------------------------------------------------------------------


def stati(macchina: Macchina) -> Iterator[Problema]:
    """Unreachable states, dead ends, final states that are left, states from which nothing is
    ever finished, words that are not states."""
    noti, finali = {s for s, _nome in macchina.stati}, macchina.finali
    avanti: dict[str, set[str]] = {s: set() for s in noti}
    for nome, da, a in macchina.passaggi():
        for ignoto in {da, a} - noti:
            yield Problema("stato_ignoto", f"{macchina.nome}.{nome}", f"«{ignoto}» non è uno stato")
        if {da, a} <= noti:
            avanti[da].add(a)
    for s in [s for s, _nome in macchina.stati if s not in raggiunti(macchina.iniziali, avanti)]:
        yield Problema("irraggiungibile", macchina.nome, f"allo stato «{s}» non si arriva mai")
    indietro: dict[str, set[str]] = {s: set() for s in noti}
    for da, arrivi in avanti.items():
        for a in arrivi:
            indietro[a].add(da)
    compiuti = raggiunti([*finali, _ultimo(macchina)], indietro)
    for s, _nome in macchina.stati:
        if s in finali and avanti[s]:
            yield Problema("finale_lasciato", macchina.nome, f"dallo stato finale «{s}» si esce")
        elif s not in finali and not avanti[s]:
            yield Problema("vicolo_cieco", macchina.nome, f"dallo stato «{s}» non si esce")
        elif s not in compiuti:
            yield Problema("senza_fine", macchina.nome, f"dallo stato «{s}» non si finisce mai")


def raggiunti(da: Collection[str], archi: Mapping[str, Collection[str]]) -> set[str]:
    """Where `archi` lead from the nodes `da`, these included."""
    visti, coda = set(da), deque(da)
    while coda:
        for prossimo in archi.get(coda.popleft(), ()):
            if prossimo not in visti:
                visti.add(prossimo)
                coda.append(prossimo)
    return visti


def _ultimo(macchina: Macchina) -> str:
    """The last state of the way forward."""
    stato, visti = macchina.iniziali[0], set[str]()
    while stato not in visti:
        visti.add(stato)
        stato = next(
            (
                a
                for t in macchina.transizioni
                if not t.regole.ritorno and (a := t.arrivo(stato)) and a not in visti
            ),
            stato,
        )
    return stato


# --- roles and permissions ----------------------------------------------------------------------


def ruoli(macchina: Macchina) -> Iterator[Problema]:
    """Transitions that belong to nobody, or to a role that does not exist."""
    for t in macchina.transizioni:
        if not t.regole.ruoli:
            yield Problema("senza_ruolo", f"{macchina.nome}.{t.nome}", "non spetta a nessuno")
        for r in t.regole.ruoli:
            if r not in RUOLI:
                yield Problema("ruolo_ignoto", f"{macchina.nome}.{t.nome}", f"«{r}» non è un ruolo")


def permessi(tabella: Mapping[str, Collection[str]]) -> Iterator[Problema]:
    """Permissions that no role has, and roles that can do nothing."""
    for nome, chi in tabella.items():
        if not set(chi) & set(RUOLI):
            yield Problema("di_nessuno", nome, "nessun ruolo ha questo permesso")
    for ruolo in RUOLI:
        if not any(ruolo in chi for chi in tabella.values()):
            yield Problema("ruolo_vuoto", ruolo, "questo ruolo non può fare nulla")


# --- guards: a small abstract world -------------------------------------------------------------

_ISTANTE = datetime(2026, 3, 2, 9, tzinfo=UTC)
_PRIMA, _FUORI = datetime(2026, 2, 1, tzinfo=UTC), datetime(2027, 3, 2, 9, tzinfo=UTC)
_PRIMO = FattiPeriodo("1", 1, date(2026, 1, 1), date(2026, 6, 30))
_SECONDO = FattiPeriodo("2", 2, date(2026, 7, 1), date(2026, 12, 31))
_TUTTI = frozenset({"1", "2"})
_CHI, _PRESENTI = 1, frozenset({1, 2, 3})
_ATTO = FattiAtto("1", date(2026, 2, 20), parere_tecnico="favorevole", parere_contabile="idem")
_PIENA = Richiesta(
    "Un motivo.", _ATTO, FattiSeduta(date(2026, 3, 1), _PRESENTI), True, {"cifra": "da 3 a 2"}
)


def _specifico(
    con_target: frozenset[str] = _TUTTI, con_valore: frozenset[str] = _TUTTI, difetto: str = ""
) -> tuple[FattiSpecifico, ...]:
    indicatore = FattiIndicatore("i", con_target, con_valore)
    return (FattiSpecifico(1, "s", date(2026, 1, 1), date(2026, 12, 31), (indicatore,), difetto),)


def _relazioni(primo: str, secondo: str) -> tuple[FattiRelazione, ...]:
    return FattiRelazione(1, _PRIMO, primo), FattiRelazione(2, _SECONDO, secondo)


def _voce(**fatti: Any) -> FattiInsieme:
    pareri = {"tecnico": "favorevole", "contabile": "favorevole"} | fatti.pop("pareri", {})
    voce = FattiVoce(**{"codice": "o", "stato": "proposta", **fatti})
    return FattiInsieme((voce,), pareri=pareri)


def _neutra(**fatti: Any) -> FattiNeutralizzazione:
    return FattiNeutralizzazione(
        **{"chiesta_da": 9, "causa": "c", "motivo": "m", "documenti": 1, **fatti}
    )


def _richiesta(**fatti: Any) -> FattiVariazione:
    return FattiVariazione(
        **{"cambi": 1, "autore": 9, "motivazione": "Perché.", "presentata_il": _PRIMA, **fatti}
    )


# What guards read, and the values it takes here, the good one first. A guard that reads something
# else wants its dimension: without it no witness is found, and the check says so.
DIMENSIONI: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "richiesta": (
        {"richiesta": _PIENA},
        {"richiesta": replace(_PIENA, atto=FattiAtto("1", date(2026, 2, 20)))},
        {"richiesta": Richiesta()},
    ),
    "responsabile": ({"responsabile_generale": 9}, {"responsabile_generale": None}),
    "specifici": (
        {"specifici": _specifico()},
        {"specifici": _specifico(con_valore=frozenset())},
        {"specifici": _specifico(con_target=frozenset())},
        {"specifici": _specifico(difetto="i pesi mancano")},
        {"specifici": ()},
    ),
    "nodi": (
        {"tipo": "OE", "politica": Politica(nodo_obbligatorio=frozenset({"OE"})), "nodi": 1},
        {"tipo": "OE", "politica": Politica(nodo_obbligatorio=frozenset({"OE"})), "nodi": 0},
    ),
    "relazioni": (
        {"relazioni": _relazioni("validata", "validata"), "periodo": _SECONDO},
        {"relazioni": _relazioni("trasmessa", "trasmessa"), "periodo": _PRIMO},
        {"relazioni": _relazioni("da_compilare", "da_compilare"), "periodo": _SECONDO},
    ),
    "obiettivo": (
        {"stato_obiettivo": "in_corso"},
        {"stato_obiettivo": "validato"},
        {"stato_obiettivo": "approvato"},
    ),
    "anno": ({"anno_chiuso": False}, {"anno_chiuso": True}),
    "variazioni": ({"variazioni_aperte": 0}, {"variazioni_aperte": 1}),
    "atto": (
        {"atto_in_vigore": "", "atto_registrato": False},
        {"atto_in_vigore": "giunta n. 1", "atto_registrato": True, "in_attesa_in": "PEG"},
    ),
    "agito": ({"agito_per_il_settore": frozenset()}, {"agito_per_il_settore": frozenset({_CHI})}),
    "convalide": (
        {"convalide": (Convalida(1, "s", Decimal(90), Decimal(80), True, "Perché."),)},
        {"convalide": (Convalida(1, "s", Decimal(90), Decimal(80), True),)},
    ),
    "dialogo": (
        {"osservazioni": (FattiOsservazione("s", True, True),), "replica_entro": _FUORI},
        {"osservazioni": (FattiOsservazione("s", True, True),), "replica_entro": _PRIMA},
        {"osservazioni": (), "replica_entro": None},
        {"osservazioni": (FattiOsservazione("s", False),), "replica_entro": None},
        {"osservazioni": (FattiOsservazione("s", True),), "replica_entro": _FUORI},
        {"mosse": ("valore da 3 a 2",)},
    ),
    "insieme": (
        {"insieme": _voce()},
        {"insieme": _voce(cambiata=True)},
        {"insieme": _voce(stato="approvato")},
        {"insieme": _voce(pareri={"tecnico": "contrario"})},
        {"insieme": FattiInsieme()},
    ),
    "variazione": (
        {"variazione": _richiesta()},
        {"variazione": _richiesta(tardiva=True, regola_tardive="irricevibile_con_motivazione")},
        {"variazione": _richiesta(termine=_ISTANTE)},
        {"variazione": _richiesta(termine=_ISTANTE, regola_tardive="rifiuto_automatico")},
        {"variazione": _richiesta(contesi=(("campo", "2"),), mossi=(("campo", "1", "2"),))},
        {
            "variazione": _richiesta(
                chiusi=("campo",), mancano=("nucleo",), neutralizzati=("campo",)
            )
        },
        {"variazione": _richiesta(intermedi=("campo",), replica_fino=date(2030, 1, 1))},
        {"variazione": _richiesta(effetto_finanziario=True, ultimo_giorno=date(2026, 1, 1))},
        {"variazione": FattiVariazione()},
    ),
    "correzione": (
        {"correzione": FattiCorrezione(segnalata_da=9)},
        {"correzione": FattiCorrezione(segnalata_da=_CHI, calcolata=False)},
    ),
    "neutralizzazione": (
        {"neutralizzazione": _neutra()},
        {"neutralizzazione": _neutra(decide="nucleo_decide")},
        {"neutralizzazione": _neutra(chiesta_da=_CHI)},
        {"neutralizzazione": _neutra(d_ufficio=True)},
        {"neutralizzazione": FattiNeutralizzazione(decide="off", gia="accolta")},
    ),
    "attore": ({"ruoli": tuple(RUOLI)}, {"ruoli": ()}),
    "istante": ({"istante": _ISTANTE}, {"istante": _FUORI}),
}


SCARTI = 3  # things in which a case may differ from the good one


@dataclass(frozen=True, slots=True)
class _Caso:
    """Facts of the abstract world, and when they are asked about."""

    fascicolo: Fascicolo
    attore: Attore
    istante: datetime

    def passa(self, guardie: Sequence[Guardia]) -> bool:
        return not any(g.motivi(self.fascicolo, self.attore, self.istante) for g in guardie)


def _caso(procedura: str, passo: str, stato: str, *scelte: Mapping[str, Any]) -> _Caso:
    fatti: dict[str, Any] = {}
    for scelta in scelte:
        fatti |= scelta
    istante = fatti.pop("istante")
    suo = frozenset({(permesso(procedura, passo), "/1/")})
    incarichi = (Incarico(n, r, "/1/", permessi=suo) for n, r in enumerate(fatti.pop("ruoli")))
    return _Caso(
        Fascicolo(
            **{
                "id": 1,
                "procedura": procedura,
                "codice": "o",
                "titolo": "o",
                "stato": stato,
                "revisione": 1,
                "percorso": "/1/",
                "unita": "u",
                "anno": 2026,
                "obiettivo_id": 1,
                "inizio": date(2026, 1, 1),
                "fine": date(2026, 12, 31),
                "periodi": (_PRIMO, _SECONDO),
                "componenti": _PRESENTI,
                **fatti,
            }
        ),
        Attore(_CHI, _CHI, 1, "Qualcuno", istante, tuple(incarichi)),
        istante,
    )


def _casi(procedura: str, passo: str, stato: str, scarti: int) -> Iterator[_Caso]:
    """Those that differ from the good case in `scarti` things."""
    buone = {nome: valori[0] for nome, valori in DIMENSIONI.items()}
    altre = [(nome, v) for nome, valori in DIMENSIONI.items() for v in valori[1:]]
    for scelte in combinations(altre, scarti):
        diverse = dict(scelte)
        if len(diverse) == scarti:
            yield _caso(procedura, passo, stato, *(buone | diverse).values())


def testimone(procedura: str, t: Transizione, stato: str) -> Fascicolo | None:
    """Facts in which all the guards of a transition pass together from `stato`; None when there
    are none in the abstract world."""
    for scarti in range(SCARTI + 1):
        for caso in _casi(procedura, t.nome, stato, scarti):
            if caso.passa(t.regole.guardie):
                return caso.fascicolo
    return None


def _rifiuta(guardia: Guardia, procedura: str, t: Transizione) -> bool:
    return any(
        not caso.passa([guardia])
        for scarti in range(SCARTI + 1)
        for stato in t.partenze
        for caso in _casi(procedura, t.nome, stato, scarti)
    )


def guardie(macchina: Macchina) -> Iterator[Problema]:
    """Transitions whose guards can never all hold, and guards that never refuse."""
    for t in macchina.transizioni:
        dove = f"{macchina.nome}.{t.nome}"
        for da in t.partenze:
            if testimone(macchina.nome, t, da) is None:
                yield Problema("mai_possibile", dove, f"da «{da}» le sue condizioni si escludono")
        for g in t.regole.guardie:
            if not _rifiuta(g, macchina.nome, t):
                yield Problema("mai_negata", dove, f"la condizione «{g.nome}» non rifiuta mai")


def problemi(
    macchine: Sequence[Macchina],
    tabella: Mapping[str, Collection[str]],
    verbi_del_settore: Collection[str],
) -> list[Problema]:
    """All that is wrong with the machines, with the permissions `tabella`, and with the
    separation of duties on the machines called `obiettivo` and `relazione`."""
    trovati = [p for m in macchine for esame in (stati, ruoli, guardie) for p in esame(m)]
    trovati += permessi(tabella)
    per_nome = {m.nome: m for m in macchine}
    cammino = da_solo(per_nome["obiettivo"], per_nome["relazione"], verbi_del_settore)
    if cammino is not None:
        passi = ", ".join(f"{chi}: {che}" for chi, che in cammino)
        frase = f"chi propone può validare da solo ({passi})"
        trovati.append(Problema("da_solo", "R57", frase))
    return trovati


# --- separation of duties (R57) -----------------------------------------------------------------

_P, _D, _O = 1, 2, 3  # a person, who acts by his delega, and somebody else
Nodo = tuple[str, str, frozenset[int], frozenset[int]]  # objective, report, acted, proposed
Mossa = tuple[int, str]  # who, what


def _attori(ruoli_di: Mapping[int, Collection[str]]) -> dict[int, Attore]:
    def attore(chi: int, per_conto: int | None, suoi: Collection[str]) -> Attore:
        propri = tuple(Incarico(10 * chi, r, "/1/") for r in suoi)
        dati = (
            tuple(
                Incarico(10 * chi + 1, r, "/1/", "delega", per_conto)
                for r in ruoli_di[per_conto]
                if r not in RUOLI_NON_DELEGABILI
            )
            if per_conto is not None
            else ()
        )
        return Attore(chi, chi, 1, "", _ISTANTE, propri + dati)

    return {
        _P: attore(_P, None, ruoli_di[_P]),
        _D: attore(_D, _P, ruoli_di[_D]),
        _O: attore(_O, None, ruoli_di[_O]),
    }


def da_solo(
    obiettivo: Macchina,
    relazione: Macchina,
    verbi_del_settore: Collection[str],
    ruoli_di: Mapping[int, Collection[str]] | None = None,
) -> list[Mossa] | None:
    """The shortest way in which the proposal of an objective, and later the validation of it or
    of its report, come from the same person or from one on behalf of the other; None when there
    is no way, whatever else happens in between and whoever does it."""
    attori = _attori(ruoli_di or dict.fromkeys((_P, _D, _O), tuple(RUOLI)))
    base = _caso("obiettivo", "valida", "bozza", *(v[0] for v in DIMENSIONI.values())).fascicolo
    inizio: Nodo = ("bozza", relazione.iniziali[0], frozenset(), frozenset())
    prima: dict[Nodo, tuple[Nodo, Mossa] | None] = {inizio: None}
    coda = deque([inizio])
    while coda:
        nodo = coda.popleft()
        for attore, chi, macchina, t in _mosse(attori, (obiettivo, relazione)):
            dopo = _dopo(nodo, attore, chi, macchina is obiettivo, t, verbi_del_settore, base)
            if dopo is None:
                continue
            mossa = (attore.persona_id or 0, permesso(macchina.nome, t.nome))
            if t.nome == "valida" and _in_gioco(attore) & nodo[3]:
                return [*_cammino(prima, nodo), mossa]
            if dopo not in prima:
                prima[dopo] = (nodo, mossa)
                coda.append(dopo)
    return None


def _in_gioco(attore: Attore) -> set[int | None]:
    """The person, and whoever he has a delega of."""
    return {attore.persona_id, *(i.per_conto_di for i in attore.incarichi)} - {None}


def _mosse(
    attori: Mapping[int, Attore], macchine: Sequence[Macchina]
) -> Iterator[tuple[Attore, frozenset[int], Macchina, Transizione]]:
    """Every step every person may take, with all in whose name it is taken."""
    for attore in attori.values():
        assert attore.persona_id is not None
        for macchina in macchine:
            for t in macchina.transizioni:
                titoli = [i for i in attore.incarichi if i.ruolo in t.regole.ruoli]
                for per_conto in dict.fromkeys(i.per_conto_di for i in titoli):
                    if per_conto is not None and t.regole.organo:
                        continue  # no delega carries it (R81)
                    chi = frozenset({attore.persona_id, per_conto} - {None})
                    yield attore, chi, macchina, t  # type: ignore[misc]


def _dopo(
    nodo: Nodo,
    attore: Attore,
    chi: frozenset[int],
    dell_obiettivo: bool,
    t: Transizione,
    verbi_del_settore: Collection[str],
    base: Fascicolo,
) -> Nodo | None:
    stato_obiettivo, stato_relazione, agito, proposto = nodo
    arrivo = t.arrivo(stato_obiettivo if dell_obiettivo else stato_relazione)
    if arrivo is None:
        return None
    if guards.separazione_delle_funzioni in t.regole.guardie:
        fatti = replace(base, agito_per_il_settore=agito)
        if guards.separazione_delle_funzioni.motivi(fatti, attore, _ISTANTE):
            return None
    return (
        arrivo if dell_obiettivo else stato_obiettivo,
        stato_relazione if dell_obiettivo else arrivo,
        agito | chi if t.nome in verbi_del_settore else agito,
        proposto | chi if t.nome == "proponi" else proposto,
    )


def _cammino(prima: Mapping[Nodo, tuple[Nodo, Mossa] | None], nodo: Nodo) -> list[Mossa]:
    passi: list[Mossa] = []
    while (da := prima[nodo]) is not None:
        nodo, mossa = da
        passi.insert(0, mossa)
    return passi
