# SPDX-License-Identifier: AGPL-3.0-or-later
"""The corrections of material errors (R35) as pages show them: beside the percentage they are
about, one of them whole, those that wait for a decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, Q, QuerySet, When

from cycle import selectors
from cycle.models import Ciclo, Correzione, Obiettivo, VoceRelazione
from cycle.parametri import Parametri
from cycle.procedures import CORREZIONE
from workflows.errors import NonTrovato
from workflows.machines.relazione import COMPILABILI
from workflows.ports import Attore, Richiesta
from workflows.verdetto import Verdetto, verdetto


def _lette() -> QuerySet[Correzione]:
    return Correzione.objects.select_related(
        "segnalata_da",
        "decisa_da",
        "obiettivo__ciclo",
        "obiettivo__unita",
        "voce__specifico",
        "voce__relazione__periodo",
    )


def della_pagina(obiettivo: Obiettivo, attore: Attore) -> dict[str, Any]:
    """What the scheda and the report show: the corrections of each entry by its id, the latest
    first, and whether this person may signal one."""
    per_voce: dict[int, list[Correzione]] = {}
    if obiettivo.versione:
        for c in _lette().filter(obiettivo=obiettivo).order_by("-pk"):
            per_voce.setdefault(c.voce_id, []).append(c)
    puo = attore.incarico_per("segnala_correzione", obiettivo.unita.percorso)
    return {"correzioni": per_voce, "puo_segnalare": bool(obiettivo.versione and puo)}


def voce(attore: Attore, pid: UUID) -> VoceRelazione:
    """The entry of a report, by its public id, of an objective that `attore` sees. Raises
    NonTrovato."""
    visti = Obiettivo.objects.filter(selectors.visibili(attore))
    trovata = (
        VoceRelazione.objects.filter(pid=pid, obiettivo__in=visti)
        .select_related("relazione__periodo", "specifico", "obiettivo__ciclo", "obiettivo__unita")
        .first()
    )
    if trovata is None or not attore.incarichi:
        raise NonTrovato({})
    return trovata


def correggibile(v: VoceRelazione) -> bool:
    """Whether its percentage stands: the report is submitted."""
    return v.relazione.stato not in COMPILABILI


def correzione(attore: Attore, pid: UUID) -> Correzione:
    """One of them by its public id, for who sees its objective. Raises NonTrovato."""
    visti = Obiettivo.objects.filter(selectors.visibili(attore))
    trovata = _lette().filter(pid=pid, obiettivo__in=visti).first()
    if trovata is None or not attore.incarichi:
        raise NonTrovato({})
    return trovata


def dell_anno(attore: Attore, ciclo: Ciclo) -> QuerySet[Correzione]:
    """Those of a year that `attore` sees: the ones that wait first, then the latest."""
    visti = Obiettivo.objects.filter(selectors.visibili(attore), ciclo=ciclo)
    prima_chi_attende = Case(When(stato="segnalata", then=0), default=1)
    return _lette().filter(obiettivo__in=visti).order_by(prima_chi_attende, "-pk")


def da_decidere(
    attore: Attore, cicli: Sequence[Ciclo], istante: datetime, limite: int
) -> list[Correzione]:
    """Those that wait for this person's decision in the years, the oldest first."""
    decide = [i.percorso for i in attore.incarichi if i.consente("accogli_correzione", i.percorso)]
    if not decide:
        return []
    dove = Q(pk__in=())
    for percorso in decide:
        dove |= Q(obiettivo__unita__percorso__startswith=percorso)
    righe = list(
        _lette()
        .filter(dove, ente_id=attore.ente_id, stato="segnalata", obiettivo__ciclo__in=cicli)
        .order_by("pk")[:limite]
    )
    passo = CORREZIONE.macchina.transizione("accogli")
    assert passo is not None
    fatti = CORREZIONE.fascicoli(righe, istante, Richiesta()) if righe else {}
    return [
        c
        for c in righe
        if verdetto(
            CORREZIONE.macchina, passo, fatti[c.pk], attore, istante, anteprima=True
        ).permessa
    ]


@dataclass(frozen=True, slots=True)
class QuadroCorrezione:
    """A correction, what can be done with it, and who decides it in its year."""

    correzione: Correzione
    verdetti: tuple[Verdetto, ...]
    decide: str  # nucleo_o_controllo | nucleo | controllo

    def verdetto(self, nome: str) -> Verdetto:
        return next(v for v in self.verdetti if v.transizione.nome == nome)


def quadro(c: Correzione, attore: Attore, istante: datetime) -> QuadroCorrezione:
    """One correction, judged before its form is filled."""
    f = CORREZIONE.fascicoli([c], istante, Richiesta())[c.pk]
    return QuadroCorrezione(
        c,
        tuple(
            verdetto(CORREZIONE.macchina, t, f, attore, istante, anteprima=True)
            for t in CORREZIONE.macchina.transizioni
        ),
        Parametri.da_dizionario(c.obiettivo.ciclo.parametri).correzione_decide,
    )
