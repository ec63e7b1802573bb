# SPDX-License-Identifier: AGPL-3.0-or-later
"""The neutralizzazioni (R62-R63) as pages show them: beside what they are about, one of them whole
with what it does to the percentages, those that wait for a decision."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Case, Q, QuerySet, When

from cycle import misurazione, selectors
from cycle.measure import misura_obiettivo, misura_specifico
from cycle.models import (
    Ciclo,
    DocumentoNeutralizzazione,
    Neutralizzazione,
    Obiettivo,
    ObiettivoSpecifico,
    RelazioneSemestrale,
)
from cycle.neutralizza.fatti import oggetto
from cycle.parametri import Parametri
from cycle.procedures import NEUTRALIZZAZIONE
from workflows.errors import NonTrovato
from workflows.guards_neutralizzazione import NESSUNO
from workflows.machines.neutralizzazione import APERTE
from workflows.machines.relazione import COMPILABILI
from workflows.ports import Attore, Richiesta
from workflows.verdetto import Verdetto, permesso, verdetto


@dataclass(frozen=True, slots=True)
class Riga:
    """One of them, and what it is about in words."""

    n: Neutralizzazione
    oggetto: str


def _lette() -> QuerySet[Neutralizzazione]:
    return Neutralizzazione.objects.select_related(
        "chiesta_da",
        "decisa_da",
        "obiettivo__ciclo",
        "obiettivo__unita",
        "specifico",
        "indicatore__specifico",
        "seduta",
        "atto",
    )


def della_pagina(obiettivo: Obiettivo, attore: Attore) -> dict[str, Any]:
    """What scheda and report show: those open or granted, and whether this person may ask."""
    if not obiettivo.versione:
        return {"neutralizzazioni": (), "puo_neutralizzare": False}
    decide = Parametri.da_dizionario(obiettivo.ciclo.parametri).neutralizzazione_decide
    puo = attore.incarico_per("chiedi_neutralizzazione", obiettivo.unita.percorso)
    return {
        "neutralizzazioni": righe(
            _lette().filter(obiettivo=obiettivo, stato__in=(*APERTE, "accolta")).order_by("pk")
        ),
        "puo_neutralizzare": decide != NESSUNO
        and puo is not None
        and obiettivo.stato in ("approvato", "in_corso", "rendicontato"),
    }


def una(attore: Attore, pid: UUID) -> Neutralizzazione:
    """One of them by its public id, for who sees its objective. Raises NonTrovato."""
    visti = Obiettivo.objects.filter(selectors.visibili(attore))
    trovata = _lette().filter(pid=pid, obiettivo__in=visti).first()
    if trovata is None or not attore.incarichi:
        raise NonTrovato({})
    return trovata


def documento(n: Neutralizzazione, sha256: str) -> DocumentoNeutralizzazione:
    """One of its files, by digest. Raises NonTrovato."""
    trovato = n.documenti.filter(allegato__sha256=sha256).select_related("allegato").first()
    if trovato is None:
        raise NonTrovato({})
    return trovato


def dell_anno(attore: Attore, ciclo: Ciclo) -> QuerySet[Neutralizzazione]:
    """Those of a year that `attore` sees: the ones that wait first, then the latest."""
    visti = Obiettivo.objects.filter(selectors.visibili(attore), ciclo=ciclo)
    attende = Case(When(stato__in=APERTE, then=0), default=1)
    return _lette().filter(obiettivo__in=visti).order_by(attende, "-pk")


def righe(lette: Iterable[Neutralizzazione]) -> list[Riga]:
    """Each with what it is about."""
    return [Riga(n, oggetto(n)) for n in lette]


_DECIDONO = ("accogli", "rimetti", "delibera")


def da_decidere(
    attore: Attore, cicli: Sequence[Ciclo], istante: datetime, limite: int
) -> list[Riga]:
    """Those that wait for this person's decision in the years, the oldest first."""
    percorsi = {
        i.percorso
        for i in attore.incarichi
        if any(i.consente(permesso("neutralizzazione", p), i.percorso) for p in _DECIDONO)
    }
    if not percorsi:
        return []
    dove = Q()
    for percorso in sorted(percorsi):
        dove |= Q(obiettivo__unita__percorso__startswith=percorso)
    lette = list(
        _lette()
        .filter(dove, ente_id=attore.ente_id, stato__in=APERTE, obiettivo__ciclo__in=cicli)
        .order_by("pk")[:limite]
    )
    fatti = NEUTRALIZZAZIONE.fascicoli(lette, istante, Richiesta()) if lette else {}
    return righe(
        n
        for n in lette
        if any(
            verdetto(
                NEUTRALIZZAZIONE.macchina, t, fatti[n.pk], attore, istante, anteprima=True
            ).permessa
            for t in NEUTRALIZZAZIONE.macchina.transizioni
            if t.nome in _DECIDONO
        )
    )


@dataclass(frozen=True, slots=True)
class Effetto:
    """A percentage as it is computed with and without the neutralizzazione."""

    nome: str
    senza: Decimal | None
    con: Decimal | None


@dataclass(frozen=True, slots=True)
class Quadro:
    """One of them, what can be done with it, what it does, who decides in its year."""

    n: Neutralizzazione
    oggetto: str
    verdetti: tuple[Verdetto, ...]
    decide: str
    effetto: str  # the year's parameter: escludi | cento | quota
    effetti: tuple[Effetto, ...]
    documenti: tuple[DocumentoNeutralizzazione, ...]

    def verdetto(self, nome: str) -> Verdetto:
        return next(v for v in self.verdetti if v.transizione.nome == nome)

    @property
    def aperta(self) -> bool:
        return self.n.stato in APERTE


def quadro(n: Neutralizzazione, attore: Attore, istante: datetime) -> Quadro:
    """One neutralizzazione, judged before its form is filled."""
    f = NEUTRALIZZAZIONE.fascicoli([n], istante, Richiesta())[n.pk]
    parametri = Parametri.da_dizionario(n.obiettivo.ciclo.parametri)
    return Quadro(
        n,
        oggetto(n),
        tuple(
            verdetto(NEUTRALIZZAZIONE.macchina, t, f, attore, istante, anteprima=True)
            for t in NEUTRALIZZAZIONE.macchina.transizioni
        ),
        parametri.neutralizzazione_decide,
        parametri.misura.neutralizzazione,
        _effetti(n, parametri) if n.stato in (*APERTE, "accolta") else (),
        tuple(n.documenti.select_related("allegato").order_by("pk")),
    )


def _effetti(n: Neutralizzazione, parametri: Parametri) -> tuple[Effetto, ...]:
    """On the specifico it touches and on the objective, up to the last period submitted, or over
    the year while none is."""
    ultimo = (
        RelazioneSemestrale.objects.filter(obiettivo=n.obiettivo_id)
        .exclude(stato__in=COMPILABILI)
        .order_by("-periodo__ordine")
        .values_list("periodo__ordine", flat=True)
        .first()
    )
    o = n.obiettivo_id
    senza = misurazione.figure([o], escluse=[n.pk])[o]
    con = misurazione.figure([o], concesse=[n.pk])[o]
    toccato = n.indicatore.specifico_id if n.indicatore else n.specifico_id or 0
    codice = ObiettivoSpecifico.objects.filter(pk=toccato).values_list("codice", flat=True).first()
    misura, chiusi = parametri.misura, ultimo or 0
    effetti = [
        Effetto(
            s.codice,
            misura_specifico(s, misura, ultimo, chiusi).percentuale,
            misura_specifico(dopo, misura, ultimo, chiusi).percentuale,
        )
        for s, dopo in zip(senza.specifici, con.specifici, strict=True)
        if s.codice == codice
    ]
    return (
        *effetti,
        Effetto(
            n.obiettivo.codice,
            misura_obiettivo(senza, misura, ultimo, chiusi).percentuale,
            misura_obiettivo(con, misura, ultimo, chiusi).percentuale,
        ),
    )
