# SPDX-License-Identifier: AGPL-3.0-or-later
"""What cannot be stored, and what can but looks wrong.

The same for forms, spreadsheets and the API: each puts the defects back where they were written.
Whether a scheda is *complete* is the guards' to say; a draft may lack almost everything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from decimal import Decimal
from difflib import get_close_matches

from django.utils.translation import gettext as _

from cycle.bozze.rubrica import Rubrica, chiave
from cycle.measure import in_italiano
from cycle.models.indicatore import AGGREGAZIONI, NATURE, UNITA
from cycle.parametri import Parametri
from cycle.scritta import (
    Difetto,
    Figura,
    IndicatoreScritto,
    PersonaScritta,
    SchedaScritta,
    SpecificoScritto,
)

TESTO_MASSIMO = 20_000
TITOLO_MASSIMO = 1000
CODICE_MASSIMO = 40
# What one scheda may hold: far beyond any real plan, and within what a page can carry.
MASSIMI = {"specifici": 40, "indicatori": 60, "fasi": 60, "persone": 100}
DECIMALI = 6
ESTERNALIZZATA = ("", "no", "parzialmente", "totalmente")
ANNI = (1990, 2100)
_GRANDE = Decimal(10) ** 14


def difetti(scheda: SchedaScritta, rubrica: Rubrica, tenuti: Collection[str] = ()) -> list[Difetto]:
    """Everything that keeps the scheda from being stored, in the order of the page. `tenuti`: the
    types of indicator that it had already, and keeps even where the catalogue has closed them."""
    chiusi = frozenset(rubrica.tipi).difference(rubrica.tipi_aperti, tenuti)
    return list(_scheda(scheda, rubrica, chiusi))


def _scheda(s: SchedaScritta, r: Rubrica, chiusi: Collection[str]) -> Iterator[Difetto]:
    yield from _testo("titolo", s.titolo, TITOLO_MASSIMO, obbligatorio=True)
    yield from _testo("codice", s.codice, CODICE_MASSIMO)
    yield from _testo("tipo", s.tipo, 40)
    yield from _testo("categoria", s.categoria, 80)
    yield from _testo("descrizione", s.descrizione, TESTO_MASSIMO)
    if s.unita not in r.unita:
        yield Difetto(
            "unita",
            _("«%(codice)s» non è un'unità aperta dell'ente: sceglierla dall'elenco.")
            % {"codice": s.unita[:60]}
            if s.unita
            else _("Indicare l'unità che propone l'obiettivo."),
        )
    yield from _persona("responsabile_generale", s.responsabile_generale, r)
    yield from _persona("responsabile_operativo", s.responsabile_operativo, r)
    yield from _date("", s.inizio_previsto, s.fine_prevista)
    yield from _peso("peso", s.peso)
    for nodo in s.nodi:
        if nodo not in r.nodi:
            yield Difetto(
                "nodi",
                _(
                    "«%(nodo)s» non è un programma di questo anno, o il suo codice non basta a "
                    "distinguerlo: sceglierlo dall'elenco."
                )
                % {"nodo": nodo[:60]},
            )
    yield from _quanti("specifici", len(s.specifici))
    visti: set[str] = set()
    for n, specifico in enumerate(s.specifici[: MASSIMI["specifici"]]):
        dove = f"specifici-{n}-"
        if specifico.codice and specifico.codice in visti:
            yield Difetto(
                f"{dove}codice",
                _("Il codice %(codice)s è già di un'altra voce della scheda.")
                % {"codice": specifico.codice},
            )
        visti.add(specifico.codice)
        yield from _specifico(dove, specifico, r, chiusi)


def _specifico(
    dove: str, s: SpecificoScritto, r: Rubrica, chiusi: Collection[str]
) -> Iterator[Difetto]:
    yield from _testo(f"{dove}titolo", s.titolo, TITOLO_MASSIMO, obbligatorio=True)
    yield from _testo(f"{dove}codice", s.codice, CODICE_MASSIMO)
    yield from _testo(f"{dove}descrizione", s.descrizione, TESTO_MASSIMO)
    yield from _testo(f"{dove}affidatario", s.affidatario, 500)
    yield from _testo(f"{dove}modalita_affidamento", s.modalita_affidamento, 500)
    yield from _uno_di(f"{dove}esternalizzata", s.esternalizzata, ESTERNALIZZATA)
    yield from _date(dove, s.inizio_previsto, s.fine_prevista)
    yield from _peso(f"{dove}peso", s.peso)
    for nome, righe in (("indicatori", s.indicatori), ("fasi", s.fasi), ("persone", s.persone)):
        yield from _quanti(f"{dove}{nome}", len(righe), MASSIMI[nome])
    for n, indicatore in enumerate(s.indicatori[: MASSIMI["indicatori"]]):
        yield from _indicatore(f"{dove}indicatori-{n}-", indicatore, r, chiusi)
    for n, fase in enumerate(s.fasi[: MASSIMI["fasi"]]):
        qui = f"{dove}fasi-{n}-"
        yield from _testo(f"{qui}descrizione", fase.descrizione, TESTO_MASSIMO, obbligatorio=True)
        yield from _peso(f"{qui}peso", fase.peso)
        yield from _date(qui, fase.inizio_previsto, fase.fine_prevista)
        yield from _persona(f"{qui}responsabile", fase.responsabile, r)
    for n, persona in enumerate(s.persone[: MASSIMI["persone"]]):
        qui = f"{dove}persone-{n}-"
        if not persona.persona.strip():
            yield Difetto(f"{qui}persona", _("Manca il nome della persona."))
        yield from _persona(f"{qui}persona", persona.persona, r)
        yield from _date(qui, persona.dal, persona.al, ("dal", "al"))
        yield from _peso(f"{qui}impegno", persona.impegno)
    yield from _un_responsabile(dove, s.persone)


def _indicatore(
    dove: str, i: IndicatoreScritto, r: Rubrica, chiusi: Collection[str]
) -> Iterator[Difetto]:
    yield from _testo(f"{dove}nome", i.nome, TITOLO_MASSIMO, obbligatorio=True)
    if i.tipo and i.tipo not in r.tipi:
        simili = get_close_matches(i.tipo, r.tipi_aperti, n=1)
        yield Difetto(
            f"{dove}tipo",
            _("«%(tipo)s» non è nel catalogo dell'ente.") % {"tipo": i.tipo[:60]}
            + (
                " " + _("Forse è «%(simile)s».") % {"simile": simili[0]}
                if simili
                else " " + _("Sceglierlo dall'elenco, o lasciarlo vuoto.")
            ),
        )
    elif i.tipo in chiusi:
        yield Difetto(
            f"{dove}tipo",
            _(
                "«%(tipo)s» è chiuso nel catalogo dell'ente: sceglierne un altro dall'elenco, "
                "o chiedere al controllo di gestione di riaprirlo."
            )
            % {"tipo": i.tipo[:60]},
        )
    yield from _uno_di(f"{dove}unita_misura", i.unita_misura, [u for u, _n in UNITA])
    yield from _uno_di(f"{dove}natura", i.natura, [n for n, _n in NATURE])
    yield from _uno_di(f"{dove}aggregazione", i.aggregazione, [a for a, _n in AGGREGAZIONI])
    yield from _peso(f"{dove}peso", i.peso)
    yield from _cifra(f"{dove}cap", i.cap)
    yield from _cifra(f"{dove}fascia_da", i.fascia_da)
    yield from _cifra(f"{dove}fascia_a", i.fascia_a)
    if (i.fascia_da is None) != (i.fascia_a is None):
        yield Difetto(
            f"{dove}{'fascia_a' if i.fascia_a is None else 'fascia_da'}",
            _("Una fascia ha un inizio e una fine: scriverli tutti e due."),
        )
    elif i.fascia_da is not None and i.fascia_a is not None and i.fascia_a < i.fascia_da:
        yield Difetto(f"{dove}fascia_a", _("La fascia finisce prima di cominciare."))
    codici = {p.codice for p in r.periodi}
    for periodo, target in i.target.items():
        qui = f"{dove}target-{periodo}"
        if periodo not in codici:
            yield Difetto(
                qui, _("%(periodo)s non è un periodo dell'anno.") % {"periodo": periodo[:20]}
            )
        yield from _target(qui, target, i.unita_misura)


def _target(dove: str, target: Figura, unita: str) -> Iterator[Difetto]:
    if isinstance(target, date):
        if unita != "data":
            yield Difetto(dove, _("È una data, ma l'indicatore si misura in altro modo."))
        yield from _giorno(dove, target)
    elif target is not None:
        if unita == "data":
            yield Difetto(
                dove, _("L'indicatore si misura con una data: scriverla come 30/09/2026.")
            )
        elif unita == "si_no" and target not in (0, 1):
            yield Difetto(dove, _("È un sì o un no."))
        yield from _cifra(dove, target)


# --- single fields ------------------------------------------------------------------------------


def scrivibile(testo: str) -> bool:
    """Whether PostgreSQL can keep the text."""
    return "\0" not in testo and not any("\ud800" <= c <= "\udfff" for c in testo)


def _testo(dove: str, testo: str, massimo: int, *, obbligatorio: bool = False) -> Iterator[Difetto]:
    if not scrivibile(testo):
        yield Difetto(dove, _("Contiene caratteri che non sono testo: riscriverlo."))
    elif obbligatorio and not testo.strip():
        yield Difetto(dove, _("Da scrivere, anche in forma provvisoria."))
    elif len(testo) > massimo:
        yield Difetto(
            dove,
            _("È lungo %(n)s caratteri: al massimo %(massimo)s.")
            % {"n": len(testo), "massimo": massimo},
        )


def _persona(dove: str, nome: str, r: Rubrica) -> Iterator[Difetto]:
    if not nome.strip() or r.persona(nome) is not None:
        return
    simili = get_close_matches(chiave(nome)[:200], r.persone, n=1)
    yield Difetto(
        dove,
        _("Nell'ente non c'è nessuno che si chiami «%(nome)s».") % {"nome": nome[:80]}
        + (
            " " + _("Forse è %(simile)s.") % {"simile": simili[0].title()}
            if simili
            else " " + _("Scegliere un nome dall'elenco.")
        ),
    )


def _uno_di(dove: str, valore: str, ammessi: Sequence[str]) -> Iterator[Difetto]:
    if valore not in ammessi:
        yield Difetto(
            dove,
            _("Deve essere uno fra: %(ammessi)s.")
            % {"ammessi": ", ".join(a.replace("_", " ") for a in ammessi if a)},
        )


def _giorno(dove: str, giorno: date | None) -> Iterator[Difetto]:
    if giorno is not None and not ANNI[0] <= giorno.year <= ANNI[1]:
        yield Difetto(
            dove, _("L'anno deve stare fra il %(da)s e il %(a)s.") % {"da": ANNI[0], "a": ANNI[1]}
        )


def _date(
    dove: str,
    dal: date | None,
    al: date | None,
    nomi: tuple[str, str] = ("inizio_previsto", "fine_prevista"),
) -> Iterator[Difetto]:
    yield from _giorno(dove + nomi[0], dal)
    yield from _giorno(dove + nomi[1], al)
    if dal and al and al < dal:
        yield Difetto(
            dove + nomi[1],
            _("La fine (%(al)s) viene prima dell'inizio (%(dal)s).")
            % {"al": f"{al:%d/%m/%Y}", "dal": f"{dal:%d/%m/%Y}"},
        )


def _cifra(dove: str, valore: Decimal | None) -> Iterator[Difetto]:
    if valore is None:
        return
    esponente = valore.as_tuple().exponent
    if not valore.is_finite() or abs(valore) >= _GRANDE:
        yield Difetto(dove, _("Il numero è troppo grande."))
    elif isinstance(esponente, int) and -esponente > DECIMALI:
        yield Difetto(dove, _("Al massimo %(n)s decimali.") % {"n": DECIMALI})


def _peso(dove: str, valore: Decimal | None) -> Iterator[Difetto]:
    if valore is not None and not (valore.is_finite() and 0 <= valore <= 100):
        yield Difetto(dove, _("Deve stare fra 0 e 100."))
    else:
        yield from _cifra(dove, valore)


def _quanti(dove: str, quanti: int, massimo: int = MASSIMI["specifici"]) -> Iterator[Difetto]:
    if quanti > massimo:
        yield Difetto(
            dove,
            _("Sono %(n)s; in una scheda ne stanno al massimo %(massimo)s: dividerla.")
            % {"n": quanti, "massimo": massimo},
        )


def _un_responsabile(dove: str, persone: Sequence[PersonaScritta]) -> Iterator[Difetto]:
    """At most one at an instant (R6)."""
    responsabili = [(n, p) for n, p in enumerate(persone) if p.responsabile]
    for k, (n, p) in enumerate(responsabili):
        for _m, q in responsabili[:k]:
            if (p.dal or date.min) <= (q.al or date.max) and (q.dal or date.min) <= (
                p.al or date.max
            ):
                yield Difetto(
                    f"{dove}persone-{n}-responsabile",
                    _("Negli stessi giorni è già responsabile %(altro)s: uno alla volta.")
                    % {"altro": q.persona.title()},
                )
                break


# --- warnings -----------------------------------------------------------------------------------


def avvisi(scheda: SchedaScritta, rubrica: Rubrica) -> list[Difetto]:
    """What is stored as it is, and is worth a second look."""
    anno = rubrica.ciclo.anno
    trovati = [*_fuori_anno("", scheda.inizio_previsto, scheda.fine_prevista, anno)]
    pesi = [s.peso for s in scheda.specifici if s.peso is not None]
    if pesi and sum(pesi) != 100:
        trovati.append(
            Difetto(
                "specifici",
                _("In «%(specifici)s» i pesi sommano %(somma)s invece di 100.")
                % {
                    "specifici": Parametri.da_dizionario(rubrica.ciclo.parametri).nome_specifici,
                    "somma": in_italiano(sum(pesi, Decimal(0))),
                },
            )
        )
    for n, s in enumerate(scheda.specifici):
        dove, nome = f"specifici-{n}-", s.codice or _("Specifico %(n)s") % {"n": n + 1}
        trovati += _fuori_anno(dove, s.inizio_previsto, s.fine_prevista, anno, nome)
        if (
            s.inizio_previsto
            and scheda.inizio_previsto
            and s.inizio_previsto < scheda.inizio_previsto
        ) or (s.fine_prevista and scheda.fine_prevista and s.fine_prevista > scheda.fine_prevista):
            trovati.append(
                Difetto(
                    f"{dove}inizio_previsto",
                    _("%(nome)s: le date escono da quelle dell'obiettivo.") % {"nome": nome},
                )
            )
        if s.persone and not any(p.responsabile for p in s.persone):
            trovati.append(
                Difetto(f"{dove}persone", _("%(nome)s: nessuno è responsabile.") % {"nome": nome})
            )
        fasi = [f.peso for f in s.fasi if f.peso is not None]
        if fasi and sum(fasi) != 100:
            trovati.append(
                Difetto(
                    f"{dove}fasi",
                    _("%(nome)s: i pesi delle fasi sommano %(somma)s invece di 100.")
                    % {"nome": nome, "somma": in_italiano(sum(fasi, Decimal(0)))},
                )
            )
    return trovati


def _fuori_anno(
    dove: str, dal: date | None, al: date | None, anno: int, nome: str = ""
) -> list[Difetto]:
    prima = f"{nome}: " if nome else ""
    return [
        Difetto(
            dove + campo,
            prima
            + _("il %(giorno)s non è nel %(anno)s.")
            % {"giorno": f"{giorno:%d/%m/%Y}", "anno": anno},
        )
        for campo, giorno in (("inizio_previsto", dal), ("fine_prevista", al))
        if giorno is not None and giorno.year != anno
    ]
