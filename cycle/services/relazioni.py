# SPDX-License-Identifier: AGPL-3.0-or-later
"""Filling the report of one objective: its values and texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from cycle import fascicolo
from cycle.models import Indicatore, RelazioneSemestrale, Rilevazione, VoceRelazione
from cycle.procedures import RELAZIONE
from cycle.services.compilazione import (
    Scritture,
    compilabile,
    con_valore,
    incarichi,
    non_compilabile,
    scrivi,
    tentativo,
)
from cycle.services.enti import nell_ente
from workflows.errors import Conflitto, Motivo, NonPossibile
from workflows.ports import Attore


@dataclass(frozen=True, slots=True)
class Compilazione:
    """What the settore writes in a report: values by id of the indicator (None: not measured),
    texts by id of the specifico. What is not named is left alone."""

    valori: Mapping[int, Decimal | date | None]
    testi: Mapping[int, str]


def compila(
    *,
    relazione: RelazioneSemestrale,
    compilazione: Compilazione,
    by: Attore,
    istante: datetime,
    revisione: int | None = None,
    canale: str = "web",
) -> RelazioneSemestrale:
    """Write values and texts of a report that is still to be submitted.

    Raises Conflitto when `revisione` is no longer the one that was read, NonAutorizzato without
    an incarico that fills it, NonPossibile when it is submitted or validated (R54).

    When the report becomes complete, or is no longer, who may submit it is told, or the matter
    is settled.
    """
    with transaction.atomic():
        nell_ente(by.ente_id)
        [relazione] = RELAZIONE.blocca(by.ente_id, [relazione.pk])
        by = RELAZIONE.attore(by, istante)
        fatti = fascicolo.di_relazioni([relazione])
        if revisione is not None and revisione != relazione.revisione:
            raise Conflitto({relazione.pk: [_cambiata()]}, tentativo([relazione]))
        suoi = incarichi([relazione], fatti, by)
        if not compilabile(fatti[relazione.pk]):
            raise NonPossibile({relazione.pk: [non_compilabile()]}, tentativo([relazione]))
        scrivi(
            [relazione],
            Scritture(
                rilevazioni=_valori(relazione, compilazione.valori),
                voci=_testi(relazione, compilazione.testi),
            ),
            fatti=fatti,
            incarichi=suoi,
            by=by,
            istante=istante,
            canale=canale,
        )
    return relazione


def _valori(
    relazione: RelazioneSemestrale, valori: Mapping[int, Decimal | date | None]
) -> dict[int, Rilevazione]:
    """The rows whose value differs from what is written, by id of the indicator."""
    righe = {
        r.indicatore_id: r
        for r in Rilevazione.objects.filter(indicatore__in=valori, periodo_id=relazione.periodo_id)
    }
    diverse: dict[int, Rilevazione] = {}
    for pk in Indicatore.objects.filter(
        obiettivo_id=relazione.obiettivo_id, pk__in=valori
    ).values_list("pk", flat=True):
        riga = righe.get(pk) or Rilevazione(
            ente_id=relazione.ente_id,
            obiettivo_id=relazione.obiettivo_id,
            indicatore_id=pk,
            periodo_id=relazione.periodo_id,
        )
        prima = (riga.valore, riga.valore_data)
        con_valore(riga, valori[pk])
        if prima != (riga.valore, riga.valore_data):
            diverse[pk] = riga
    return diverse


def _testi(relazione: RelazioneSemestrale, testi: Mapping[int, str]) -> dict[int, VoceRelazione]:
    """The entries whose text differs from what is written, by id of the specifico."""
    diverse: dict[int, VoceRelazione] = {}
    for voce in VoceRelazione.objects.filter(relazione=relazione, specifico__in=testi):
        if voce.testo != testi[voce.specifico_id]:
            voce.testo = testi[voce.specifico_id]
            diverse[voce.specifico_id] = voce
    return diverse


def _cambiata() -> Motivo:
    return Motivo(
        "revisione",
        "R50",
        _("Qualcun altro ha scritto in questa relazione mentre la si compilava."),
        _("Ricaricare la pagina: i valori già scritti dall'altra persona sono salvi."),
        "",
    )
