# SPDX-License-Identifier: AGPL-3.0-or-later
"""What only a closed year has: percentages, reports, version 1 under its Atto."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from cycle import canonico, measure, misurazione
from cycle.importers import piano as neutro
from cycle.insiemi import aggiorna, copia
from cycle.models import (
    Atto,
    Obiettivo,
    RelazioneSemestrale,
    VersioneObiettivo,
    VoceRelazione,
)
from cycle.parametri import Parametri

if TYPE_CHECKING:
    from cycle.services.importazione.scrittura import Scrittura


def scrivi(opera: Scrittura, nuovi: Sequence[neutro.Obiettivo], atto_id: int) -> None:
    """What only a closed year has: percentages, reports, version 1 under its Atto."""
    ids = [o.pk for o in opera.obiettivi]
    parametri = Parametri.da_dizionario(opera.ciclo.parametri).misura
    figure = misurazione.figure(ids)
    percentuali = measure.percentuali([figure[pk] for pk in ids], parametri)
    for riga, obiettivo, calcolata in zip(opera.obiettivi, nuovi, percentuali, strict=True):
        riga.percentuale_calcolata = calcolata
        riga.percentuale_convalidata = obiettivo.percentuale_convalidata
    aggiorna(
        Obiettivo,
        {"percentuale_calcolata": "numeric", "percentuale_convalidata": "numeric"},
        [(r.pk, r.percentuale_calcolata, r.percentuale_convalidata) for r in opera.obiettivi],
    )
    _relazioni(opera, nuovi, figure, parametri)
    testi = canonico.schede(opera.obiettivi)
    versioni = [
        VersioneObiettivo(
            ente_id=opera.ente.pk,
            obiettivo_id=riga.pk,
            numero=1,
            atto_id=atto_id,
            in_vigore_dal=riga.inizio_previsto or date(opera.piano.anno, 1, 1),
            schema=canonico.SCHEMA,
            contenuto=testi[riga.pk],
            sha256=canonico.impronta(testi[riga.pk]),
        )
        for riga in sorted(opera.obiettivi, key=lambda o: o.pk)
    ]
    quanti = Atto.objects.filter(ciclo=opera.ciclo, tipo="storico").count()
    atto = Atto(
        pk=atto_id,
        ente_id=opera.ente.pk,
        ciclo=opera.ciclo,
        tipo="storico",
        numero=f"storico {opera.piano.anno}/{quanti + 1}",
        data=opera.oggi,
    )
    atto.digest = canonico.impronta_pezzi(
        canonico.atto(
            atto,
            opera.ente.codice_ipa,
            opera.piano.anno,
            ((v.numero, v.sha256, v.contenuto) for v in versioni),
        )
    )
    atto.save(force_insert=True)
    copia(versioni)


def _relazioni(
    opera: Scrittura,
    nuovi: Sequence[neutro.Obiettivo],
    figure: Mapping[int, measure.Obiettivo],
    parametri: measure.ParametriMisura,
) -> None:
    codici = {p.pk: codice for codice, p in opera.periodi.items()}
    relazioni = {
        (r.obiettivo_id, codici[r.periodo_id]): r.pk
        for r in copia(
            RelazioneSemestrale(
                ente_id=opera.ente.pk, obiettivo_id=riga.pk, periodo_id=pk, stato="validata"
            )
            for riga in opera.obiettivi
            for pk in codici
        )
    }
    calcolate = {
        (pk, s.codice, periodo.codice): measure.misura_specifico(
            s, parametri, periodo.ordine
        ).percentuale
        for pk, obiettivo in figure.items()
        for s in obiettivo.specifici
        for periodo in opera.periodi.values()
    }
    voci = [
        VoceRelazione(
            ente_id=opera.ente.pk,
            obiettivo_id=riga.pk,
            relazione_id=relazioni[riga.pk, r.periodo],
            specifico_id=opera.specifici[riga.pk, s.codice],
            testo=r.testo,
            osservazione=r.osservazione,
            risposta=r.risposta,
            percentuale_calcolata=calcolate[riga.pk, s.codice, r.periodo],
            percentuale_convalidata=r.percentuale_convalidata,
            motivo=r.motivo,
        )
        for riga, o in zip(opera.obiettivi, nuovi, strict=True)
        for s in o.specifici
        for r in s.relazioni
    ]
    opera.conta("voci delle relazioni", copia(voci))
