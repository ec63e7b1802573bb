# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the workbook to the plan: every error at its cell, all of them at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from cycle.importers import piano as neutro
from cycle.importers.fogli import Errore, Lettura, Riga, leggi
from cycle.importers.foglio_piano.libro import LIBRO, PERIODI_MASSIMI
from cycle.importers.limiti import SEGNAPOSTO
from cycle.importers.piano import PianoIllegibile

FONTE = "foglio"
_RIGHE = 20_000
_ERRORI = 50  # told at once in words
_MASSIMA_FIGURA = Decimal(10) ** 12
_PERIODI_FINISCONO = {
    1: ((12, 31),),
    2: ((6, 30), (12, 31)),
    3: ((4, 30), (8, 31), (12, 31)),
    4: ((3, 31), (6, 30), (9, 30), (12, 31)),
}


@dataclass(frozen=True, slots=True)
class FoglioLetto:
    """A workbook as it was read: its plan, or the errors that keep it from being one. `parametri`
    are the rows of the sheet of that name, as they were typed."""

    lettura: Lettura
    piano: neutro.Piano | None
    errori: tuple[Errore, ...]
    avvisi: tuple[Errore, ...]

    @property
    def parametri(self) -> tuple[Riga, ...]:
        return self.lettura["Parametri"]

    def errore(self, foglio: str, numero: int, campo: str, messaggio: str, rimedio: str) -> Errore:
        """An Errore at a cell of the row `numero`."""
        riga = next(r for r in self.lettura[foglio] if r.numero == numero)
        return riga.errore(campo, messaggio, rimedio)


def leggi_con_celle(contenuto: bytes, *, anno: int) -> FoglioLetto:
    """Never raises for what the file holds."""
    lettura = leggi(contenuto, LIBRO)
    letta = _Lettura(lettura, anno)
    piano = letta.piano()
    return FoglioLetto(lettura, piano, tuple(letta.errori), lettura.avvisi)


def leggi_foglio(
    contenuto: bytes, *, anno: int, avanzamento: Callable[[int, int], None] | None = None
) -> neutro.Piano:
    """The plan of a workbook, without its sheet of parameters, which are not of a plan to say.
    Raises `PianoIllegibile`, which names every cell that is wrong."""
    letto = leggi_con_celle(contenuto, anno=anno)
    if letto.piano is None:
        raise PianoIllegibile(in_parole(letto.errori))
    return letto.piano


def in_parole(errori: Iterable[Errore]) -> str:
    """The errors as lines for a terminal, and what came of it."""
    detti = [str(e) for e in errori]
    if len(detti) > _ERRORI:
        detti[_ERRORI:] = [f"... e altri {len(detti) - _ERRORI} errori."]
    return "\n".join([*detti, "Non è stato importato nulla."])


class _Lettura:
    def __init__(self, lettura: Lettura, anno: int) -> None:
        self.lettura, self.anno = lettura, anno
        self.errori: list[Errore] = list(lettura.errori)
        self.figli: dict[str, dict[tuple[str, str], list[Riga]]] = {}

    def piano(self) -> neutro.Piano | None:
        """The plan; None when there are errors."""
        codici = self._verificati()
        self._cita("Unita", "padre", codici["Unita"], "Unita")
        self._cita("Obiettivi", "unita", codici["Unita"], "Unita")
        for foglio, campi in _CITANO_PERSONE.items():
            for campo in campi:
                self._cita(foglio, campo, codici["Persone"], "Persone")
        for foglio in _DI_SPECIFICO:
            self._cita(foglio, "obiettivo", codici["Obiettivi"], "Obiettivi")
            righe: dict[tuple[str, str], list[Riga]] = defaultdict(list)
            for riga in self.lettura[foglio]:
                di = (riga["obiettivo"], riga.valori.get("specifico", ""))
                if di[1] and foglio != "Specifici" and di not in codici["Specifici"]:
                    self._errore(riga, "specifico", f"«{di[1]}» non è nel foglio «Specifici».")
                righe[di].append(riga)
            self.figli[foglio] = righe
        self._contano()
        self._unita_in_ordine()
        self._una_volta_sola()
        piano = None if self.errori else self._composto()
        return None if self.errori else piano

    def _composto(self) -> neutro.Piano:
        return neutro.Piano(
            anno=self.anno,
            fonte=FONTE,
            periodi=tuple(
                neutro.Periodo(f"{self.anno}-{n}", r["nome"], r["dal"], r["al"])
                for n, r in enumerate(self.lettura["Periodi"], 1)
            ),
            unita=tuple(neutro.Unita(**r.valori) for r in self._unita_in_ordine()),
            persone=tuple(
                neutro.Persona(
                    r["nome_completo"],
                    r["inquadramento"],
                    r["matricola"],
                    segnaposto=bool(r["segnaposto"]),
                )
                for r in self.lettura["Persone"]
            ),
            obiettivi=tuple(self._obiettivo(r) for r in self.lettura["Obiettivi"]),
            parametri={"periodi": len(self.lettura["Periodi"])},
            avvisi=tuple(
                neutro.Avviso(n, 0, "", str(a)) for n, a in enumerate(self.lettura.avvisi, 1)
            ),
        )

    def _verificati(self) -> dict[str, set[Any]]:
        """What can be referred to, once each."""
        codici: dict[str, set[Any]] = {}
        for vuoto in ("Periodi", "Unita", "Obiettivi"):
            if not self.lettura[vuoto] and not self.lettura.errori:
                self.errori.append(
                    Errore(vuoto, "", "Il foglio non ha righe.", "Compilarlo dalla seconda riga.")
                )
        for foglio, chiave in (
            ("Unita", ("codice",)),
            ("Persone", ("nome_completo",)),
            ("Obiettivi", ("codice",)),
            ("Specifici", ("obiettivo", "codice")),
        ):
            visti: Counter[Any] = Counter()
            for riga in self.lettura[foglio]:
                valore = tuple(riga[c] for c in chiave)
                visti[valore] += 1
                if visti[valore] == 2 and all(valore):
                    self._errore(riga, chiave[-1], f"«{valore[-1]}» è già in un'altra riga.")
            codici[foglio] = {v if len(v) > 1 else v[0] for v in visti}
        quanti = len(self.lettura["Periodi"])
        if quanti > PERIODI_MASSIMI:
            self._errore(
                self.lettura["Periodi"][-1], "nome", f"I periodi sono al massimo {PERIODI_MASSIMI}."
            )
        for riga, (mese, giorno) in zip(
            self.lettura["Periodi"], _PERIODI_FINISCONO.get(quanti, ()), strict=False
        ):
            fine = date(self.anno, mese, giorno)
            if riga["al"] is not None and riga["al"] != fine:
                self._errore(
                    riga,
                    "al",
                    f"Con {quanti} periodi nel {self.anno}, questo finisce il {fine:%d/%m/%Y}.",
                )
        for riga in self.lettura["Indicatori"]:
            for n in range(quanti + 1, PERIODI_MASSIMI + 1):
                for campo in (f"target-{n}", f"valore-{n}"):
                    if riga[campo] is not None:
                        self._errore(riga, campo, f"Il periodo {n} non è nel foglio «Periodi».")
        for riga in self.lettura["Relazioni"]:
            self._numero(riga, "periodo", quanti)
        for riga in self.lettura["Programmi"]:
            self._numero(riga, "ramo", 99)
        for riga in self.lettura["Storico"]:
            self._numero(riga, "indicatore", _RIGHE)
            self._numero(riga, "anno", 2100)
        return codici

    def _contano(self) -> None:
        """What the database would not hold: dates that are reversed, shares beyond 0-100, figures
        too large to be one."""
        for foglio in LIBRO:
            nomi = {c.nome for c in foglio.colonne}
            date_ = [(a, b) for a, b in _COPPIE_DI_DATE if {a, b} <= nomi]
            cifre = [c.nome for c in foglio.colonne if c.tipo in ("numero", "figura")]
            for riga in self.lettura[foglio.nome]:
                for inizio, fine in date_:
                    if riga[inizio] and riga[fine] and riga[fine] < riga[inizio]:
                        self._errore(riga, fine, f"Viene prima del {riga[inizio]:%d/%m/%Y}.")
                for campo in sorted(_FINO_A_CENTO & nomi):
                    if riga[campo] is not None and not 0 <= riga[campo] <= 100:
                        self._errore(riga, campo, "Deve stare fra 0 e 100.")
                for campo in cifre:
                    valore = riga[campo]
                    if isinstance(valore, Decimal) and abs(valore) >= _MASSIMA_FIGURA:
                        self._errore(riga, campo, "La cifra è troppo grande.")
                for campo in sorted(_MAI_NEGATIVE & nomi):
                    if riga[campo] is not None and riga[campo] < 0:
                        self._errore(riga, campo, "Non può essere negativa.")
        for riga in self.lettura["Indicatori"]:
            da, a = riga["fascia_da"], riga["fascia_a"]
            if (da is None) != (a is None) or (da is not None and a < da):
                self._errore(riga, "fascia_a", "La fascia vuole un minimo e un massimo, in ordine.")
        for riga in self.lettura["Stanziamenti"]:
            if riga["importo"] is not None and riga["importo"] != round(riga["importo"], 2):
                self._errore(riga, "importo", "Un importo ha al massimo due decimali.")

    def _unita_in_ordine(self) -> list[Riga]:
        """The units, parents first, however they were written."""
        restano, messe = list(self.lettura["Unita"]), {""}
        ordinate: list[Riga] = []
        while restano:
            prima = len(restano)
            for riga in list(restano):
                if riga["padre"] in messe:
                    restano.remove(riga)
                    ordinate.append(riga)
                    messe.add(riga["codice"])
            if len(restano) == prima:
                noti = {r["codice"] for r in restano}
                for riga in restano:
                    if riga["padre"] in noti:
                        self._errore(
                            riga, "padre", "Il padre sta, a sua volta, sotto questa unità."
                        )
                break
        for riga in [r for r in ordinate if r["tipo"] == "ente"][1:]:
            self._errore(riga, "tipo", "L'ente è uno solo.")
        for riga in ordinate:
            if riga["tipo"] == "ente" and riga["padre"]:
                self._errore(riga, "padre", "L'ente non ha nulla sopra.")
        return ordinate

    def _una_volta_sola(self) -> None:
        """Rows that say again what another said, or two of what there is one of (R6)."""
        for foglio, chiave, detto in (
            ("Storico", ("obiettivo", "specifico", "indicatore", "anno"), "L'anno"),
            ("Relazioni", ("obiettivo", "specifico", "periodo"), "Il periodo"),
        ):
            viste: set[Any] = set()
            for riga in self.lettura[foglio]:
                quale = tuple(riga[c] for c in chiave)
                if quale in viste:
                    self._errore(riga, chiave[-1], f"{detto} è già in un'altra riga.")
                viste.add(quale)
        for suoi in self.figli.get("Collaboratori", {}).values():
            for n, riga in enumerate(suoi):
                if riga["persona"] == SEGNAPOSTO:
                    continue
                if any(riga.valori == altra.valori for altra in suoi[:n]):
                    self._errore(riga, "persona", "La stessa riga c'è due volte.")
                elif (
                    riga["responsabile"]
                    and riga["specifico"]
                    and any(a["responsabile"] and _insieme(riga, a) for a in suoi[:n])
                ):
                    self._errore(riga, "responsabile", "È il secondo nello stesso tempo.")

    def _numero(self, riga: Riga, campo: str, massimo: int) -> None:
        valore = riga[campo]
        if valore is not None and (valore != int(valore) or not 1 <= valore <= massimo):
            self._errore(riga, campo, f"Serve un numero intero da 1 a {massimo}.")

    def _cita(self, foglio: str, campo: str, ammessi: set[Any], dove: str) -> None:
        for riga in self.lettura[foglio]:
            if riga[campo] and riga[campo] not in ammessi:
                self._errore(riga, campo, f"«{riga[campo]}» non è nel foglio «{dove}».")

    def _errore(self, riga: Riga, campo: str, messaggio: str) -> None:
        self.errori.append(
            riga.errore(campo, messaggio, "Correggere la cella, o aggiungere ciò che manca.")
        )

    def _di(self, foglio: str, obiettivo: str, specifico: str = "") -> list[Riga]:
        return self.figli[foglio].get((obiettivo, specifico), [])

    def _obiettivo(self, r: Riga) -> neutro.Obiettivo:
        codice = r["codice"]
        rami: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
        for n in self._di("Programmi", codice):
            rami[int(n["ramo"])].append((n["tipo"], n["codice"], n["titolo"]))
        return neutro.Obiettivo(
            **r.valori,
            nodi=tuple(neutro.Nodo(tuple(rami[n])) for n in sorted(rami)),
            persone=tuple(_collaboratore(c) for c in self._di("Collaboratori", codice)),
            stanziamenti=tuple(_stanziamento(s) for s in self._di("Stanziamenti", codice)),
            sezioni=tuple((s["titolo"], s["testo"]) for s in self._di("Sezioni", codice)),
            specifici=tuple(self._specifico(s) for s in self._di("Specifici", codice)),
            riga=r.numero,
        )

    def _specifico(self, r: Riga) -> neutro.Specifico:
        di = (r["obiettivo"], r["codice"])
        campi = {n: v for n, v in r.valori.items() if n not in ("obiettivo", "flag")}
        storico: dict[int, list[neutro.ValoreStorico]] = defaultdict(list)
        for s in self._di("Storico", *di):
            storico[int(s["indicatore"])].append(neutro.ValoreStorico(int(s["anno"]), s["valore"]))
        indicatori = self._di("Indicatori", *di)
        for s in self._di("Storico", *di):
            if s["indicatore"] > len(indicatori):
                self._errore(s, "indicatore", "Lo specifico non ha tanti indicatori.")
        return neutro.Specifico(
            **{**campi, "esternalizzata": campi["esternalizzata"] or ""},
            flag=tuple(f.strip() for f in r["flag"].split(";") if f.strip()),
            indicatori=tuple(
                self._indicatore(i, tuple(storico[n])) for n, i in enumerate(indicatori, 1)
            ),
            fasi=tuple(
                neutro.Fase(**_senza_padri(f), riga=f.numero) for f in self._di("Fasi", *di)
            ),
            stanziamenti=tuple(_stanziamento(s) for s in self._di("Stanziamenti", *di)),
            collaboratori=tuple(_collaboratore(c) for c in self._di("Collaboratori", *di)),
            relazioni=tuple(
                neutro.Relazione(
                    **{**_senza_padri(v), "periodo": f"{self.anno}-{int(v['periodo'])}"}
                )
                for v in self._di("Relazioni", *di)
            ),
            riga=r.numero,
        )

    def _indicatore(self, r: Riga, storico: tuple[neutro.ValoreStorico, ...]) -> neutro.Indicatore:
        campi = {n: v for n, v in _senza_padri(r).items() if "-" not in n}
        return neutro.Indicatore(
            **{
                **campi,
                "unita_misura": r["unita_misura"] or "numero",
                "natura": r["natura"] or "positivo",
                "aggregazione": r["aggregazione"] or "somma",
            },
            rilevazioni=tuple(
                neutro.Rilevazione(f"{self.anno}-{n}", r[f"target-{n}"], r[f"valore-{n}"])
                for n in range(1, len(self.lettura["Periodi"]) + 1)
            ),
            storico=storico,
            riga=r.numero,
        )


_COPPIE_DI_DATE = (
    ("inizio_previsto", "fine_prevista"),
    ("inizio_effettivo", "fine_effettiva"),
    ("dal", "al"),
)
_FINO_A_CENTO = frozenset({"peso", "avanzamento", "impegno"})
_MAI_NEGATIVE = frozenset({"percentuale_stampata", "percentuale_convalidata", "cap"})


def _insieme(uno: Riga, altro: Riga) -> bool:
    """Whether two rows share a day; an open end has no limit."""
    return (uno["dal"] or date.min) <= (altro["al"] or date.max) and (altro["dal"] or date.min) <= (
        uno["al"] or date.max
    )


_CITANO_PERSONE = {
    "Unita": ("responsabile",),
    "Obiettivi": ("responsabile_generale", "responsabile_operativo"),
    "Fasi": ("responsabile",),
    "Collaboratori": ("persona",),
}
_DI_SPECIFICO = (
    "Programmi", "Sezioni", "Specifici", "Indicatori", "Storico", "Fasi", "Stanziamenti",
    "Collaboratori", "Relazioni",
)  # fmt: skip


def _senza_padri(r: Riga) -> dict[str, Any]:
    return {n: v for n, v in r.valori.items() if n not in ("obiettivo", "specifico")}


def _stanziamento(r: Riga) -> neutro.Stanziamento:
    return neutro.Stanziamento(**_senza_padri(r), riga=r.numero)


def _collaboratore(r: Riga) -> neutro.Collaboratore:
    campi = _senza_padri(r)
    return neutro.Collaboratore(
        **{
            **campi,
            "nome": r["nome"] or r["persona"],
            "responsabile": bool(r["responsabile"]),
        }
    )
