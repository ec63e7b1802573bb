# SPDX-License-Identifier: AGPL-3.0-or-later
"""Proposals in a workbook: the sheets Obiettivi, Specifici, Indicatori, Fasi, Persone, read into
schede. What each row was is kept, so that whatever is wrong with a scheda is told by its cell."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cycle.importers.fogli import Colonna, Errore, Foglio, Lettura, Libro, Riga, leggi
from cycle.scritta import (
    FaseScritta,
    IndicatoreScritto,
    PersonaScritta,
    SchedaScritta,
    SpecificoScritto,
)

MASSIMO_RIGHE = 5000
_LUNGO = 20_000

UNITA_DI_MISURA = (
    ("numero", "Numero"),
    ("percentuale", "Percentuale"),
    ("data", "Data"),
    ("si_no", "Sì/no"),
    ("euro", "Euro"),
)
NATURE = (("positivo", "Positivo"), ("negativo", "Negativo"))
AGGREGAZIONI = (
    ("somma", "Somma"),
    ("media", "Media"),
    ("ultimo_valore", "Ultimo valore"),
    ("massimo", "Massimo"),
    ("minimo", "Minimo"),
)
ESTERNALIZZATE = (("no", "No"), ("parzialmente", "Parzialmente"), ("totalmente", "Totalmente"))

# place in a scheda -> sheet
FOGLI = {
    "specifici": "Specifici",
    "indicatori": "Indicatori",
    "fasi": "Fasi",
    "persone": "Persone",
}


def libro(anno: int, periodi: Sequence[tuple[str, str]]) -> Libro:
    """The workbook of a year; `periodi` are (code, name)."""
    obiettivo = Colonna(
        "obiettivo", "Obiettivo", obbligatoria=True, massimo=40, nota="Il codice dell'obiettivo."
    )
    specifico = Colonna(
        "specifico",
        "Specifico",
        obbligatoria=True,
        massimo=40,
        nota="Il codice dell'obiettivo specifico.",
    )
    date = (
        Colonna("inizio_previsto", "Inizio previsto", "data"),
        Colonna("fine_prevista", "Fine prevista", "data"),
    )
    peso = Colonna("peso", "Peso", "numero", esempio="100")
    return Libro(
        f"Proposte di obiettivi per il {anno}",
        (
            Foglio(
                "Obiettivi",
                (
                    Colonna(
                        "codice",
                        "Codice",
                        obbligatoria=True,
                        massimo=40,
                        nota="Di una bozza che c'è già: la si modifica. Nuovo: la si crea.",
                    ),
                    Colonna("titolo", "Titolo", obbligatoria=True, larghezza=60),
                    Colonna(
                        "unita",
                        "Unità",
                        obbligatoria=True,
                        massimo=40,
                        nota="Il codice dell'unità nell'organigramma.",
                    ),
                    Colonna("tipo", "Tipo", massimo=40),
                    Colonna("categoria", "Categoria", massimo=80),
                    Colonna(
                        "descrizione", "Descrizione", massimo=_LUNGO, a_capo=True, larghezza=60
                    ),
                    Colonna("responsabile_generale", "Responsabile generale", massimo=200),
                    Colonna("responsabile_operativo", "Responsabile operativo", massimo=200),
                    *date,
                    peso,
                    Colonna(
                        "nodi",
                        "Programmi",
                        nota="I codici dei programmi, separati da punto e virgola.",
                    ),
                    Colonna("provvisorio", "Provvisorio", "si_no"),
                    Colonna(
                        "revisione",
                        "Revisione",
                        "numero",
                        nota="Da lasciare com'è: dice quando la scheda è stata scaricata.",
                    ),
                ),
                massimo_righe=MASSIMO_RIGHE,
            ),
            Foglio(
                "Specifici",
                (
                    obiettivo,
                    Colonna("codice", "Codice", obbligatoria=True, massimo=40),
                    Colonna("titolo", "Titolo", obbligatoria=True, larghezza=60),
                    Colonna(
                        "descrizione", "Descrizione", massimo=_LUNGO, a_capo=True, larghezza=60
                    ),
                    peso,
                    *date,
                    Colonna("esternalizzata", "Esternalizzata", "scelta", scelte=ESTERNALIZZATE),
                    Colonna("affidatario", "Affidatario", massimo=500),
                    Colonna("modalita_affidamento", "Modalità di affidamento", massimo=500),
                ),
                obbligatorio=False,
                massimo_righe=MASSIMO_RIGHE,
            ),
            Foglio(
                "Indicatori",
                (
                    obiettivo,
                    specifico,
                    Colonna("nome", "Indicatore", obbligatoria=True, larghezza=60),
                    Colonna("tipo", "Tipo", massimo=300, nota="Dal catalogo dell'ente."),
                    Colonna("unita_misura", "Si misura in", "scelta", scelte=UNITA_DI_MISURA),
                    Colonna("natura", "Natura", "scelta", scelte=NATURE),
                    Colonna("aggregazione", "Nell'anno", "scelta", scelte=AGGREGAZIONI),
                    peso,
                    *(
                        Colonna(f"target-{codice}", f"Target {nome}", "figura", esempio="12,5")
                        for codice, nome in periodi
                    ),
                ),
                obbligatorio=False,
                massimo_righe=MASSIMO_RIGHE,
            ),
            Foglio(
                "Fasi",
                (
                    obiettivo,
                    specifico,
                    Colonna(
                        "descrizione",
                        "Fase",
                        obbligatoria=True,
                        massimo=_LUNGO,
                        a_capo=True,
                        larghezza=60,
                    ),
                    peso,
                    *date,
                    Colonna("responsabile", "Responsabile", massimo=200),
                ),
                obbligatorio=False,
                massimo_righe=MASSIMO_RIGHE,
            ),
            Foglio(
                "Persone",
                (
                    obiettivo,
                    specifico,
                    Colonna("persona", "Persona", obbligatoria=True, massimo=200),
                    Colonna("dal", "Dal", "data"),
                    Colonna("al", "Al", "data"),
                    Colonna("responsabile", "Responsabile", "si_no"),
                    Colonna("impegno", "Impegno %", "percentuale"),
                ),
                obbligatorio=False,
                massimo_righe=MASSIMO_RIGHE,
            ),
        ),
        (
            "Una riga per ogni obiettivo nel foglio «Obiettivi» e, nei fogli che seguono, ciò che "
            "gli appartiene: ogni riga dice di quale obiettivo e di quale specifico è.",
            "Ricaricando il file, un codice che è già di una bozza la modifica; uno nuovo ne crea "
            "una. Una bozza diventa come il foglio dice: ciò che nel foglio non c'è si toglie.",
            "Se qualcosa non va non si scrive nulla, e ogni errore dice il foglio e la cella.",
        ),
    )


@dataclass(frozen=True, slots=True)
class SchedaLetta:
    """A scheda with the rows it was read from, by place; `revisione` of the draft as it was when
    the workbook was made."""

    scheda: SchedaScritta
    revisione: int | None
    posti: Mapping[str, Riga] = field(default_factory=dict)

    def errore(self, dove: str, messaggio: str, rimedio: str = "") -> Errore:
        """An error at the cell of a place of the scheda (`specifici-0-indicatori-1-peso`)."""
        parti = dove.split("-")
        for n in range(len(parti), -1, -1):
            riga = self.posti.get("-".join(parti[:n]))
            if riga is not None:
                campo = "-".join(parti[n:])
                return riga.errore(campo if campo in riga.lettere else "", messaggio, rimedio)
        return Errore("Obiettivi", "", messaggio, rimedio)


@dataclass(frozen=True, slots=True)
class ProposteLette:
    """What a workbook holds: the schede, and what is wrong or doubtful."""

    schede: tuple[SchedaLetta, ...] = ()
    errori: tuple[Errore, ...] = ()
    avvisi: tuple[Errore, ...] = ()


def leggi_proposte(
    contenuto: bytes, anno: int, periodi: Sequence[tuple[str, str]]
) -> ProposteLette:
    """Read a filled workbook. Never raises for what the file holds."""
    lettura = leggi(contenuto, libro(anno, periodi))
    return _Raccolta(lettura, [codice for codice, _nome in periodi]).proposte()


class _Raccolta:
    def __init__(self, lettura: Lettura, periodi: Sequence[str]) -> None:
        self.lettura = lettura
        self.periodi = periodi
        self.errori: list[Errore] = []
        self.obiettivi = self._per_codice("Obiettivi", lambda r: (r["codice"],))
        self.specifici = self._per_codice("Specifici", lambda r: (r["obiettivo"], r["codice"]))
        self.figli: dict[str, dict[tuple[str, ...], list[Riga]]] = {}

    def proposte(self) -> ProposteLette:
        for riga in self.specifici.values():
            if (riga["obiettivo"],) not in self.obiettivi and riga["obiettivo"]:
                self._orfana(riga, "obiettivo", "Obiettivi")
        for tipo in ("indicatori", "fasi", "persone"):
            righe: dict[tuple[str, ...], list[Riga]] = {}
            for riga in self.lettura[FOGLI[tipo]]:
                di = (riga["obiettivo"], riga["specifico"])
                if all(di) and di not in self.specifici:
                    manca_padre = (riga["obiettivo"],) not in self.obiettivi
                    self._orfana(
                        riga,
                        "obiettivo" if manca_padre else "specifico",
                        "Obiettivi" if manca_padre else "Specifici",
                    )
                righe.setdefault(di, []).append(riga)
            self.figli[tipo] = righe
        per_obiettivo: dict[str, list[Riga]] = {}
        for (obiettivo, _codice), riga in self.specifici.items():
            per_obiettivo.setdefault(obiettivo, []).append(riga)
        schede = tuple(
            self._scheda(riga, per_obiettivo.get(codice, []))
            for (codice,), riga in self.obiettivi.items()
        )
        errori = (*self.lettura.errori, *self.errori)
        if not schede and not errori:
            errori = (
                Errore(
                    "Obiettivi",
                    "",
                    "Il foglio non ha nessun obiettivo.",
                    "Scriverne almeno uno, dalla seconda riga.",
                ),
            )
        return ProposteLette(schede, errori, self.lettura.avvisi)

    def _per_codice(self, foglio: str, chiave: Any) -> dict[Any, Riga]:
        trovate: dict[Any, Riga] = {}
        for riga in self.lettura[foglio]:
            if not riga["codice"]:
                continue  # it is an error already
            prima = trovate.setdefault(chiave(riga), riga)
            if prima is not riga:
                self.errori.append(
                    riga.errore(
                        "codice",
                        f"Il codice {riga['codice']} è già alla riga {prima.numero}.",
                        "Darne uno diverso, o togliere la riga.",
                    )
                )
        return trovate

    def _orfana(self, riga: Riga, campo: str, foglio: str) -> None:
        self.errori.append(
            riga.errore(
                campo,
                f"«{riga[campo]}» non è nel foglio «{foglio}».",
                f"Correggere il codice, oppure aggiungerlo nel foglio «{foglio}».",
            )
        )

    def _scheda(self, riga: Riga, figli: Sequence[Riga]) -> SchedaLetta:
        posti = {"": riga}
        specifici = []
        for n, sua in enumerate(figli):
            posti[f"specifici-{n}"] = sua
            specifici.append(self._specifico(f"specifici-{n}", sua, posti))
        revisione = riga["revisione"]
        scheda = SchedaScritta(
            **{n: riga[n] for n in _CAMPI_OBIETTIVO},
            provvisorio=bool(riga["provvisorio"]),
            nodi=tuple(c for c in re.split(r"\s*[;\n]\s*", riga["nodi"]) if c),
            specifici=tuple(specifici),
        )
        intera = revisione is not None and revisione == int(revisione) and 0 < revisione < 2**31
        return SchedaLetta(scheda, int(revisione) if intera else None, posti)

    def _specifico(self, dove: str, riga: Riga, posti: dict[str, Riga]) -> SpecificoScritto:
        di = (riga["obiettivo"], riga["codice"])
        figli: dict[str, list[Any]] = {}
        for tipo, leggi_riga in (
            ("indicatori", self._indicatore),
            ("fasi", _fase),
            ("persone", _persona),
        ):
            figli[tipo] = []
            for n, sua in enumerate(self.figli[tipo].get(di, ())):
                posti[f"{dove}-{tipo}-{n}"] = sua
                figli[tipo].append(leggi_riga(sua))
        campi: dict[str, Any] = {n: riga[n] for n in _CAMPI_SPECIFICO}
        return SpecificoScritto(
            **campi,
            esternalizzata=riga["esternalizzata"] or "",
            indicatori=tuple(figli["indicatori"]),
            fasi=tuple(figli["fasi"]),
            persone=tuple(figli["persone"]),
        )

    def _indicatore(self, riga: Riga) -> IndicatoreScritto:
        return IndicatoreScritto(
            nome=riga["nome"],
            tipo=riga["tipo"],
            unita_misura=riga["unita_misura"] or "numero",
            natura=riga["natura"] or "positivo",
            aggregazione=riga["aggregazione"] or "somma",
            peso=riga["peso"],
            target={
                codice: riga[f"target-{codice}"]
                for codice in self.periodi
                if riga[f"target-{codice}"] is not None
            },
        )


_CAMPI_OBIETTIVO = (
    "codice",
    "titolo",
    "unita",
    "tipo",
    "categoria",
    "descrizione",
    "responsabile_generale",
    "responsabile_operativo",
    "inizio_previsto",
    "fine_prevista",
    "peso",
)
_CAMPI_SPECIFICO = (
    "codice",
    "titolo",
    "descrizione",
    "peso",
    "inizio_previsto",
    "fine_prevista",
    "affidatario",
    "modalita_affidamento",
)


def _fase(riga: Riga) -> FaseScritta:
    campi: dict[str, Any] = {
        n: riga[n]
        for n in ("descrizione", "peso", "inizio_previsto", "fine_prevista", "responsabile")
    }
    return FaseScritta(**campi)


def _persona(riga: Riga) -> PersonaScritta:
    return PersonaScritta(
        persona=riga["persona"],
        dal=riga["dal"],
        al=riga["al"],
        responsabile=bool(riga["responsabile"]),
        impegno=riga["impegno"],
    )


# --- and back -----------------------------------------------------------------------------------


def righe(
    schede: Sequence[tuple[SchedaScritta, int]], programmi: Mapping[str, str]
) -> dict[str, list[dict[str, Any]]]:
    """The rows of a workbook prefilled with these schede, each with its revisione; `programmi`
    gives the code of a node by its pid."""
    trovate: dict[str, list[dict[str, Any]]] = {f: [] for f in ("Obiettivi", *FOGLI.values())}
    for s, revisione in schede:
        trovate["Obiettivi"].append(
            {n: getattr(s, n) for n in _CAMPI_OBIETTIVO}
            | {
                "nodi": "; ".join(programmi.get(pid, pid) for pid in s.nodi),
                "provvisorio": s.provvisorio or None,
                "revisione": revisione,
            }
        )
        for sp in s.specifici:
            trovate["Specifici"].append(
                {n: getattr(sp, n) for n in (*_CAMPI_SPECIFICO, "esternalizzata")}
                | {"obiettivo": s.codice}
            )
            di = {"obiettivo": s.codice, "specifico": sp.codice}
            for i in sp.indicatori:
                nomi = ("nome", "tipo", "unita_misura", "natura", "aggregazione", "peso")
                trovate["Indicatori"].append(
                    di
                    | {n: getattr(i, n) for n in nomi}
                    | {
                        f"target-{codice}": ("sì" if t else "no")
                        if i.unita_misura == "si_no"
                        else t
                        for codice, t in i.target.items()
                    }
                )
            for f in sp.fasi:
                campi = ("descrizione", "peso", "inizio_previsto", "fine_prevista", "responsabile")
                trovate["Fasi"].append(di | {n: getattr(f, n) for n in campi})
            for p in sp.persone:
                campi = ("persona", "dal", "al", "responsabile", "impegno")
                trovate["Persone"].append(
                    di
                    | {n: getattr(p, n) for n in campi}
                    | {"responsabile": True if p.responsabile else None}
                )
    return trovate
