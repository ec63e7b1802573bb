# SPDX-License-Identifier: AGPL-3.0-or-later
"""The plan of a year as JSON (schema in `piano.schema.json`)."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from cycle import measure
from cycle.models import (
    Ciclo,
    Collaboratore,
    Indicatore,
    Obiettivo,
    ObiettivoSpecifico,
    Rilevazione,
    VoceRelazione,
)

Dizionario = dict[str, Any]


def decimale(valore: Decimal | None) -> str | None:
    """`66.67`, `100.00`: a point, at least two decimals, no others that are zero."""
    if valore is None:
        return None
    intero, _, decimali = f"{valore:f}".partition(".")
    return f"{intero}.{decimali.rstrip('0').ljust(2, '0')}"


def percentuale(valore: Decimal | None) -> str | None:
    """A percentage as it is shown: half-up to two decimals."""
    return None if valore is None else f"{measure.arrotonda(valore):.2f}"


def giorno(valore: date | None) -> str | None:
    return valore.isoformat() if valore else None


def da_database(ciclo: Ciclo, visibili: Q | None = None) -> Dizionario:
    """The plan of a year, in a fixed number of queries: whole, or as much of it as `visibili`
    lets through (`selectors.visibili`)."""
    obiettivi = list(
        Obiettivo.objects.filter(visibili or Q(), ciclo=ciclo)
        .select_related("unita", "responsabile_generale", "responsabile_operativo")
        .order_by("codice")
    )
    figli = _Figli(obiettivo__ciclo=ciclo)
    return {
        "ente": ciclo.ente.nome,
        "anno": ciclo.anno,
        "obiettivi": [_obiettivo(o, figli) for o in obiettivi],
    }


def di_obiettivo(obiettivo: Obiettivo) -> Dizionario:
    """One objective, in the shape it has in the plan."""
    return _obiettivo(obiettivo, _Figli(obiettivo=obiettivo))


def _obiettivo(o: Obiettivo, figli: _Figli) -> Dizionario:
    return {
        "codice": o.codice,
        "tipo": o.tipo,
        "titolo": o.titolo,
        "unita": o.unita.nome,
        "responsabile_generale": _nome(o.responsabile_generale),
        "responsabile_operativo": _nome(o.responsabile_operativo),
        "inizio_previsto": giorno(o.inizio_previsto),
        "fine_prevista": giorno(o.fine_prevista),
        "stato": o.stato,
        "percentuale_calcolata": percentuale(o.percentuale_calcolata),
        "percentuale_convalidata": percentuale(o.percentuale_convalidata),
        "specifici": [figli.specifico(s) for s in figli.specifici[o.pk]],
    }


class _Figli:
    """Everything below some objectives (`di` filters the tables below them), by parent."""

    def __init__(self, **di: Any) -> None:
        self.specifici: dict[int, list[ObiettivoSpecifico]] = defaultdict(list)
        self.collaboratori: dict[int, list[Dizionario]] = defaultdict(list)
        self.rilevazioni: dict[int, list[Dizionario]] = defaultdict(list)
        self.indicatori: dict[int, list[Dizionario]] = defaultdict(list)
        self.voci: dict[int, list[Dizionario]] = defaultdict(list)
        for s in ObiettivoSpecifico.objects.filter(**di).order_by("ordine"):
            self.specifici[s.obiettivo_id].append(s)
        for c in Collaboratore.objects.filter(**di, specifico__isnull=False).order_by("ordine"):
            self.collaboratori[c.specifico_id or 0].append(
                collaboratore(c.nome, c.dal, c.al, c.responsabile)
            )
        for r in (
            Rilevazione.objects.filter(**di).select_related("periodo").order_by("periodo__ordine")
        ):
            self.rilevazioni[r.indicatore_id].append(
                rilevazione(
                    r.periodo.codice,
                    r.target if r.target is not None else r.target_data,
                    r.valore if r.valore is not None else r.valore_data,
                )
            )
        for i in Indicatore.objects.filter(**di).order_by("ordine"):
            self.indicatori[i.specifico_id].append(
                {
                    "nome": i.nome,
                    "peso": decimale(i.peso),
                    "natura": i.natura,
                    "aggregazione": i.aggregazione,
                    "periodi": self.rilevazioni[i.pk],
                }
            )
        for v in (
            VoceRelazione.objects.filter(**di)
            .select_related("relazione__periodo")
            .order_by("relazione__periodo__ordine")
        ):
            self.voci[v.specifico_id].append(
                relazione(v.relazione.periodo.codice, v.testo, v.osservazione, v.risposta)
            )

    def specifico(self, s: ObiettivoSpecifico) -> Dizionario:
        return {
            "codice": s.codice,
            "titolo": s.titolo,
            "inizio_previsto": giorno(s.inizio_previsto),
            "fine_prevista": giorno(s.fine_prevista),
            "collaboratori": self.collaboratori[s.pk],
            "indicatori": self.indicatori[s.pk],
            "relazioni": self.voci[s.pk],
        }


def _nome(persona: Any) -> str | None:
    return persona.nome_completo if persona else None


def collaboratore(nome: str, dal: date | None, al: date | None, responsabile: bool) -> Dizionario:
    return {"nome": nome, "dal": giorno(dal), "al": giorno(al), "responsabile": responsabile}


def rilevazione(
    periodo: str, target: Decimal | date | None, valore: Decimal | date | None
) -> Dizionario:
    return {"periodo": periodo, "target": figura(target), "valore": figura(valore)}


def figura(valore: Decimal | date | None) -> str | None:
    return giorno(valore) if isinstance(valore, date) else decimale(valore)


def relazione(periodo: str, testo: str, osservazione: str, risposta: str) -> Dizionario:
    return {
        "periodo": periodo,
        "testo": testo,
        "osservazione": osservazione,
        "risposta": risposta,
    }
