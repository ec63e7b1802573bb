# SPDX-License-Identifier: AGPL-3.0-or-later
"""Filling a semester report: values, texts, and the Nucleo's remarks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from cycle import fascicolo
from cycle.insiemi import aggiorna, copia
from cycle.models import Indicatore, RelazioneSemestrale, Rilevazione, VoceRelazione
from cycle.procedures import RELAZIONE
from cycle.services.enti import nell_ente
from workflows.engine import racconta
from workflows.errors import Conflitto, Motivo, NonAutorizzato, NonPossibile, Tentativo
from workflows.machines.relazione import COMPILABILI
from workflows.ports import Attore, Azione, Fascicolo, Passo, Richiesta
from workflows.registro import azioni
from workflows.verdetto import verdetto


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
        fatti = fascicolo.di_relazioni([relazione])[relazione.pk]
        tentativo = Tentativo("relazione", "compila", {relazione.pk: relazione.obiettivo_id})
        if revisione is not None and revisione != relazione.revisione:
            raise Conflitto({relazione.pk: [_cambiata()]}, tentativo)
        incarico = by.incarico_per("compila_relazione", fatti.percorso)
        if incarico is None:
            raise NonAutorizzato({relazione.pk: [_serve_incarico(fatti.unita)]}, tentativo)
        if relazione.stato not in COMPILABILI or fatti.stato_obiettivo not in (
            "in_corso",
            "rendicontato",
        ):
            raise NonPossibile({relazione.pk: [_non_compilabile()]}, tentativo)
        numero = azioni.apri(
            ente_id=by.ente_id,
            procedura="relazione",
            verbo="compila",
            passi=[
                azioni.Voce(
                    relazione.pk,
                    relazione.obiettivo_id,
                    relazione.stato,
                    relazione.stato,
                    incarico,
                )
            ],
            attore=by,
            istante=istante,
            canale=canale,
        )
        _scrivi_valori(relazione, compilazione.valori)
        _scrivi_testi(relazione, compilazione.testi)
        relazione.revisione += 1
        RelazioneSemestrale.objects.filter(pk=relazione.pk).update(revisione=relazione.revisione)
        dopo = fascicolo.di_relazioni([relazione])[relazione.pk]
        if _completa(fatti, by, istante) != _completa(dopo, by, istante):
            passo = Passo(relazione, dopo, relazione.stato, relazione.stato)
            racconta(RELAZIONE, Azione(numero, "compila", by, istante, Richiesta(), (passo,)))
    return relazione


def _completa(fatti: Fascicolo, chi: Attore, istante: datetime) -> bool:
    """Whether the report lacks nothing to be submitted, by whoever may do it (R53)."""
    trasmetti = RELAZIONE.macchina.transizione("trasmetti")
    assert trasmetti is not None
    return not verdetto(RELAZIONE.macchina, trasmetti, fatti, chi, istante).mancanze


def _scrivi_valori(
    relazione: RelazioneSemestrale, valori: Mapping[int, Decimal | date | None]
) -> None:
    indicatori = {
        i.pk: i
        for i in Indicatore.objects.filter(obiettivo_id=relazione.obiettivo_id, pk__in=valori)
    }
    righe = {
        r.indicatore_id: r
        for r in Rilevazione.objects.filter(
            indicatore__in=indicatori, periodo_id=relazione.periodo_id
        )
    }
    cambiate: list[Rilevazione] = []
    nuove: list[Rilevazione] = []
    for pk in indicatori:
        riga = righe.get(pk)
        if riga is None:
            riga = Rilevazione(
                ente_id=relazione.ente_id,
                obiettivo_id=relazione.obiettivo_id,
                indicatore_id=pk,
                periodo_id=relazione.periodo_id,
            )
        prima = (riga.valore, riga.valore_data)
        valore = valori[pk]
        riga.valore_data = valore if isinstance(valore, date) else None
        riga.valore = valore if isinstance(valore, Decimal) else None
        if prima == (riga.valore, riga.valore_data):
            continue
        (nuove if riga.pk is None else cambiate).append(riga)
    aggiorna(
        Rilevazione,
        {"valore": "numeric", "valore_data": "date"},
        [(r.pk, r.valore, r.valore_data) for r in cambiate],
    )
    copia(nuove)


def _scrivi_testi(relazione: RelazioneSemestrale, testi: Mapping[int, str]) -> None:
    voci = list(VoceRelazione.objects.filter(relazione=relazione, specifico__in=testi))
    cambiate = [v for v in voci if v.testo != testi[v.specifico_id]]
    for voce in cambiate:
        voce.testo = testi[voce.specifico_id]
    aggiorna(VoceRelazione, {"testo": "text"}, [(v.pk, v.testo) for v in cambiate])


def _cambiata() -> Motivo:
    return Motivo(
        "revisione",
        "R50",
        _("Qualcun altro ha scritto in questa relazione mentre la si compilava."),
        _("Ricaricare la pagina: i valori già scritti dall'altra persona sono salvi."),
        "",
    )


def _serve_incarico(unita: str) -> Motivo:
    return Motivo(
        "incarico",
        "R4",
        _("Serve un incarico di PO o dirigente su «%(unita)s», in vigore adesso.")
        % {"unita": unita},
        _("Chiedere a chi ha l'incarico."),
        "po, dirigente",
    )


def _non_compilabile() -> Motivo:
    return Motivo(
        "relazione_compilabile",
        "R54",
        _("La relazione è già trasmessa, oppure l'obiettivo non è in corso."),
        _("Chiedere al Nucleo di riaprirla, oppure avviare l'obiettivo."),
        "nucleo",
    )
