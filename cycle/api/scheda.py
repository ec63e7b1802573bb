# SPDX-License-Identifier: AGPL-3.0-or-later
"""A scheda as the API reads and writes it: whole, in the shape of the exported plan with the `pid`
of its rows. Drafts and requests of variazione share it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import Field

from cycle.api.errori import Malformata
from cycle.api.schemi import Cifra, Giorno, Letto, Testo, cifra, giorno
from cycle.bozze.rubrica import Rubrica
from cycle.bozze.verifica import MASSIMI
from cycle.exports.piano import decimale, figura
from cycle.exports.piano import giorno as in_giorno
from cycle.scritta import (
    FaseScritta,
    IndicatoreScritto,
    PersonaScritta,
    SchedaScritta,
    SpecificoScritto,
)
from cycle.services.schede import SchedaNonValida

_LUNGO = 20_000

# --- shapes: those of the exported plan, with what a draft adds ---------------------------------

Parola = Annotated[Testo, Field(max_length=200)]
Titolo = Annotated[Testo, Field(max_length=1000)]
Lungo = Annotated[Testo, Field(max_length=_LUNGO)]
Riga = Annotated[UUID | None, Field(description="`pid` di una riga che c'è già; senza, è nuova")]
_FIGURA = {"anyOf": [{"type": "number"}, {"type": "string"}, {"type": "null"}]}


class TargetLetto(Letto):
    periodo: Parola
    target: Annotated[
        Any, Field(description="Numero, o data AAAA-MM-GG", json_schema_extra=_FIGURA)
    ] = None


class IndicatoreLetto(Letto):
    pid: Riga = None
    nome: Titolo
    tipo: Annotated[Testo, Field(max_length=300)] = ""
    unita_misura: Parola = "numero"
    natura: Parola = "positivo"
    aggregazione: Parola = "somma"
    peso: Cifra | None = None
    cap: Cifra | None = None
    fascia_da: Cifra | None = None
    fascia_a: Cifra | None = None
    periodi: Annotated[list[TargetLetto], Field(max_length=12)] = []


class FaseLetta(Letto):
    pid: Riga = None
    descrizione: Lungo
    peso: Cifra | None = None
    inizio_previsto: Giorno | None = None
    fine_prevista: Giorno | None = None
    responsabile: Parola = ""


class CollaboratoreLetto(Letto):
    pid: Riga = None
    nome: Parola
    dal: Giorno | None = None
    al: Giorno | None = None
    responsabile: Annotated[bool, Field(strict=True)] = False
    impegno: Cifra | None = None


class SpecificoLetto(Letto):
    pid: Riga = None
    codice: Annotated[Testo, Field(max_length=40)] = ""
    titolo: Titolo
    descrizione: Lungo = ""
    peso: Cifra | None = None
    inizio_previsto: Giorno | None = None
    fine_prevista: Giorno | None = None
    esternalizzata: Parola = ""
    affidatario: Annotated[Testo, Field(max_length=500)] = ""
    modalita_affidamento: Annotated[Testo, Field(max_length=500)] = ""
    indicatori: Annotated[list[IndicatoreLetto], Field(max_length=MASSIMI["indicatori"])] = []
    fasi: Annotated[list[FaseLetta], Field(max_length=MASSIMI["fasi"])] = []
    collaboratori: Annotated[list[CollaboratoreLetto], Field(max_length=MASSIMI["persone"])] = []


class SchedaLetta(Letto):
    """A whole scheda. `unita` is the code of a unit; `nodi` are pids or codes of programmes."""

    codice: Annotated[
        Testo, Field(max_length=40, description="Vuoto: il prossimo libero dell'unità")
    ] = ""
    tipo: Annotated[Testo, Field(max_length=40)] = ""
    categoria: Annotated[Testo, Field(max_length=80)] = ""
    titolo: Titolo
    descrizione: Lungo = ""
    unita: Annotated[Testo, Field(max_length=40, description="Codice dell'unità")]
    responsabile_generale: Parola | None = None
    responsabile_operativo: Parola | None = None
    inizio_previsto: Giorno | None = None
    fine_prevista: Giorno | None = None
    peso: Cifra | None = None
    provvisorio: Annotated[bool, Field(strict=True)] = False
    nodi: Annotated[list[Parola], Field(max_length=100)] = []
    specifici: Annotated[list[SpecificoLetto], Field(max_length=MASSIMI["specifici"])] = []


class SchedaMostrata(Schema):
    """A scheda, in the shape in which it is written."""

    codice: str
    tipo: str
    categoria: str
    titolo: str
    descrizione: str
    unita: str
    responsabile_generale: str | None
    responsabile_operativo: str | None
    inizio_previsto: str | None
    fine_prevista: str | None
    peso: str | None
    provvisorio: bool
    nodi: list[str]
    specifici: list[dict[str, Any]]


# --- from the request to the scheda, and back ---------------------------------------------------


def malformata(no: SchedaNonValida, testa: str = "") -> Malformata:
    """Each defect, at the field of the request that is named `testa` and then as it is there."""
    return Malformata(*((testa + _campo(d.dove), d.messaggio) for d in no.difetti.get(0, ())))


def _campo(dove: str) -> str:
    """The place of a defect as the request calls it."""
    testa, _meno, periodo = dove.partition("-target-")
    campo = testa.replace("-", ".").replace(".persone", ".collaboratori")
    return f"{campo}.periodi.{periodo}" if periodo else campo.replace(".persona", ".nome")


def scheda_letta(b: SchedaLetta, r: Rubrica) -> SchedaScritta:
    """What was written, with its unit by code or by name. Raises Malformata."""
    if b.unita not in r.unita:  # by its name, as the exported plan says it
        omonime = [u.codice for u in r.unita.values() if u.nome == b.unita]
        unita = omonime[0] if len(omonime) == 1 else b.unita
    else:
        unita = b.unita
    campi = b.model_dump(
        include={
            "codice",
            "tipo",
            "categoria",
            "titolo",
            "descrizione",
            "inizio_previsto",
            "fine_prevista",
            "peso",
            "provvisorio",
        }
    )
    return SchedaScritta(
        **campi,
        unita=unita,
        responsabile_generale=b.responsabile_generale or "",
        responsabile_operativo=b.responsabile_operativo or "",
        nodi=tuple(b.nodi),
        specifici=tuple(_specifico(s, n) for n, s in enumerate(b.specifici)),
    )


def _specifico(s: SpecificoLetto, n: int) -> SpecificoScritto:
    campi = s.model_dump(exclude={"indicatori", "fasi", "collaboratori"})
    return SpecificoScritto(
        **campi,
        indicatori=tuple(
            IndicatoreScritto(
                **i.model_dump(exclude={"periodi"}),
                target=dict(_target(i.periodi, f"specifici.{n}.indicatori.{m}.periodi")),
            )
            for m, i in enumerate(s.indicatori)
        ),
        fasi=tuple(FaseScritta(**f.model_dump()) for f in s.fasi),
        persone=tuple(
            PersonaScritta(persona=p.nome, **p.model_dump(exclude={"nome"}))
            for p in s.collaboratori
        ),
    )


def _target(periodi: Iterable[TargetLetto], dove: str) -> Iterable[tuple[str, Decimal | date]]:
    for n, t in enumerate(periodi):
        if t.target is None:
            continue
        try:
            a_data = isinstance(t.target, str) and t.target.count("-") == 2
            yield t.periodo, giorno(t.target) if a_data else cifra(t.target)
        except ValueError as errore:
            raise Malformata((f"{dove}.{n}.target", str(errore))) from None


def scheda_mostrata(s: SchedaScritta) -> dict[str, Any]:
    """The same in the shape of `SchedaMostrata`: sent back, it changes nothing."""
    nomi = ("codice", "tipo", "categoria", "titolo", "descrizione", "unita", "provvisorio")
    return {
        **{n: getattr(s, n) for n in nomi},
        "responsabile_generale": s.responsabile_generale or None,
        "responsabile_operativo": s.responsabile_operativo or None,
        "inizio_previsto": in_giorno(s.inizio_previsto),
        "fine_prevista": in_giorno(s.fine_prevista),
        "peso": decimale(s.peso),
        "nodi": list(s.nodi),
        "specifici": [_specifico_scritto(x) for x in s.specifici],
    }


def _specifico_scritto(s: SpecificoScritto) -> dict[str, Any]:
    testi = (
        "pid",
        "codice",
        "titolo",
        "descrizione",
        "esternalizzata",
        "affidatario",
        "modalita_affidamento",
    )
    return {
        **{n: getattr(s, n) for n in testi},
        "peso": decimale(s.peso),
        "inizio_previsto": in_giorno(s.inizio_previsto),
        "fine_prevista": in_giorno(s.fine_prevista),
        "indicatori": [
            {
                **{
                    n: getattr(i, n)
                    for n in ("pid", "nome", "tipo", "unita_misura", "natura", "aggregazione")
                },
                **{n: decimale(getattr(i, n)) for n in ("peso", "cap", "fascia_da", "fascia_a")},
                "periodi": [{"periodo": p, "target": figura(t)} for p, t in i.target.items()],
            }
            for i in s.indicatori
        ],
        "fasi": [
            {
                "pid": f.pid,
                "descrizione": f.descrizione,
                "peso": decimale(f.peso),
                "inizio_previsto": in_giorno(f.inizio_previsto),
                "fine_prevista": in_giorno(f.fine_prevista),
                "responsabile": f.responsabile,
            }
            for f in s.fasi
        ],
        "collaboratori": [
            {
                "pid": p.pid,
                "nome": p.persona,
                "dal": in_giorno(p.dal),
                "al": in_giorno(p.al),
                "responsabile": p.responsabile,
                "impegno": decimale(p.impegno),
            }
            for p in s.persone
        ],
    }
