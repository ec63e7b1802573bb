# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the steps of a report cause beside its state, and those by which the Nucleo decides on an
objective: frozen figures, what is observed and answered, sittings, validated percentages."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import connection

from cycle import canonico, misurazione
from cycle.calendario import fra_giorni
from cycle.insiemi import aggiorna, copia
from cycle.measure import media_specifici, misura_obiettivo, misura_specifico
from cycle.models import (
    Astensione,
    Ciclo,
    InvitoVariazione,
    Obiettivo,
    Osservazione,
    Persona,
    PresenzaSeduta,
    RelazioneSemestrale,
    Risposta,
    Seduta,
    Validazione,
    VoceRelazione,
)
from cycle.parametri import Parametri
from workflows.ports import Azione


def trasmetti(azione: Azione) -> None:
    """Freeze targets and values with their digest (R54); compute the percentages up to the
    report's period. Reports are submitted in order: this is the last one of its objective. The
    dialogue on figures that were submitted before is over: it stays in the registro."""
    relazioni: list[RelazioneSemestrale] = [p.oggetto for p in azione.passi]
    istantanee = canonico.istantanee([r.pk for r in relazioni])
    aggiorna(
        RelazioneSemestrale,
        {"trasmessa_il": "timestamptz", "istantanea": "text", "impronta": "text"},
        [
            (r.pk, azione.istante, istantanee[r.pk], canonico.impronta(istantanee[r.pk]))
            for r in relazioni
        ],
    )
    RelazioneSemestrale.objects.filter(
        pk__in=[r.pk for r in relazioni if r.osservata_il is not None]
    ).update(osservata_il=None, replica_entro=None, controdedotta_il=None, rinuncia=False)
    VoceRelazione.objects.filter(relazione__in=relazioni).update(
        percentuale_convalidata=None, motivo="", osservazione="", risposta=""
    )
    calcola(relazioni)


def calcola(relazioni: Sequence[RelazioneSemestrale], concesse: Sequence[int] = ()) -> None:
    """Write the computed percentages of these reports, each up to its period, and of their
    objectives, up to the last of them. `concesse` are neutralizzazioni that are being granted."""
    figure = misurazione.figure(sorted({r.obiettivo_id for r in relazioni}), concesse)
    voci: dict[int, list[tuple[int, str]]] = {}
    for pk, relazione_id, codice in VoceRelazione.objects.filter(
        relazione__in=relazioni
    ).values_list("pk", "relazione_id", "specifico__codice"):
        voci.setdefault(relazione_id, []).append((pk, codice))
    righe_voci: list[tuple[Any, ...]] = []
    righe_obiettivi: dict[int, Decimal | None] = {}
    for r in sorted(relazioni, key=lambda r: r.periodo.ordine):
        parametri = Parametri.da_dizionario(r.obiettivo.ciclo.parametri).misura
        fino_a = r.periodo.ordine
        dell_obiettivo = figure[r.obiettivo_id]
        percentuali = {
            s.codice: misura_specifico(s, parametri, fino_a, fino_a).percentuale
            for s in dell_obiettivo.specifici
        }
        righe_voci += [(pk, percentuali.get(codice)) for pk, codice in voci.get(r.pk, [])]
        righe_obiettivi[r.obiettivo_id] = misura_obiettivo(
            dell_obiettivo, parametri, fino_a, fino_a
        ).percentuale
    aggiorna(VoceRelazione, {"percentuale_calcolata": "numeric"}, righe_voci)
    aggiorna(Obiettivo, {"percentuale_calcolata": "numeric"}, list(righe_obiettivi.items()))


def osserva(azione: Azione) -> None:
    """The signed osservazioni become the report's own, the days to answer begin (R55), and the
    settori that were to be invited to ask for a variazione are (R39)."""
    relazioni = {p.oggetto.pk: p for p in azione.passi}
    scritte = [
        o
        for o in Osservazione.objects.filter(
            voce__relazione__in=relazioni, messa_da_parte=""
        ).select_related("voce")
        if o.impronta == relazioni[o.voce.relazione_id].oggetto.impronta
    ]
    aggiorna(
        VoceRelazione, {"osservazione": "text"}, [(o.voce_id, o.testo.strip()) for o in scritte]
    )
    giorni = {
        ciclo.pk: Parametri.da_dizionario(ciclo.parametri).replica_giorni
        for ciclo in {p.oggetto.obiettivo.ciclo for p in azione.passi}
    }
    aggiorna(
        RelazioneSemestrale,
        {"osservata_il": "timestamptz", "replica_entro": "timestamptz"},
        [
            (
                pk,
                azione.istante,
                fra_giorni(
                    azione.istante,
                    giorni[p.oggetto.obiettivo.ciclo_id],
                    p.fascicolo.politica.fuso,
                ),
            )
            for pk, p in relazioni.items()
        ],
    )
    inviti = {o.obiettivo_id: o for o in reversed(scritte) if o.invita_entro is not None}
    copia(
        InvitoVariazione(
            ente_id=azione.attore.ente_id,
            obiettivo_id=pk,
            persona_id=o.firmata_da_id,
            testo=o.testo.strip(),
            entro=o.invita_entro,
            invitato_il=azione.istante,
        )
        for pk, o in inviti.items()
        if o.invita_entro is not None and o.firmata_da_id is not None
    )


def controdeduci(azione: Azione) -> None:
    """The answers become the report's own; with a waiver, those that were written (R55)."""
    relazioni = {p.oggetto.pk: p.oggetto for p in azione.passi}
    aggiorna(
        VoceRelazione,
        {"risposta": "text"},
        [
            (risposta.osservazione.voce_id, risposta.testo.strip())
            for risposta in Risposta.objects.filter(
                osservazione__voce__relazione__in=relazioni
            ).select_related("osservazione__voce")
            if risposta.osservazione.impronta
            == relazioni[risposta.osservazione.voce.relazione_id].impronta
        ],
    )
    RelazioneSemestrale.objects.filter(pk__in=relazioni).update(
        controdedotta_il=azione.istante, rinuncia=bool(azione.richiesta.dati.get("rinuncia"))
    )


def valida_relazione(azione: Azione) -> None:
    """The percentages as validated, in the sitting, and who abstained (R56, R57, R59)."""
    tenuta = seduta(azione)
    RelazioneSemestrale.objects.filter(pk__in=[p.oggetto.pk for p in azione.passi]).update(
        seduta=tenuta
    )
    _astensioni(azione, tenuta)
    pks = {
        (relazione, specifico): pk
        for pk, relazione, specifico in VoceRelazione.objects.filter(
            relazione__in=[p.oggetto for p in azione.passi]
        ).values_list("pk", "relazione_id", "specifico_id")
    }
    aggiorna(
        VoceRelazione,
        {"percentuale_convalidata": "numeric", "motivo": "text"},
        [
            (
                pks[passo.oggetto.pk, c.specifico_id],
                c.convalidata,
                c.motivo if c.differisce else "",
            )
            for passo in azione.passi
            for c in passo.fascicolo.convalide
        ],
    )


def valida_obiettivo(azione: Azione) -> None:
    """The validated percentage: the mean of what the Nucleo validated in the last period, plain
    or weighted as the computed one is (R69)."""
    tenuta = seduta(azione)
    _astensioni(azione, tenuta)
    obiettivi = [p.oggetto for p in azione.passi]
    ultime: dict[int, tuple[int, int]] = {}  # objective -> (order of the period, report)
    for pk, obiettivo_id, ordine in RelazioneSemestrale.objects.filter(
        obiettivo__in=obiettivi
    ).values_list("pk", "obiettivo_id", "periodo__ordine"):
        ultime[obiettivo_id] = max((ordine, pk), ultime.get(obiettivo_id, (0, 0)))
    voci: dict[int, list[VoceRelazione]] = {}
    for voce in (
        VoceRelazione.objects.filter(
            relazione__in=[pk for _, pk in ultime.values()],
            percentuale_convalidata__isnull=False,
        )
        .select_related("specifico")
        .order_by("specifico__ordine")
    ):
        voci.setdefault(voce.obiettivo_id, []).append(voce)
    cicli = Ciclo.objects.in_bulk({o.ciclo_id for o in obiettivi})
    righe = []
    for o in obiettivi:
        sue = voci.get(o.pk, [])
        parametri = Parametri.da_dizionario(cicli[o.ciclo_id].parametri).misura
        percentuale = media_specifici(
            [(v.specifico.peso, v.percentuale_convalidata or Decimal(0)) for v in sue], parametri
        )
        righe.append((o.pk, percentuale, "\n".join(v.motivo for v in sue if v.motivo)))
    aggiorna(Obiettivo, {"percentuale_convalidata": "numeric", "motivo_convalida": "text"}, righe)
    calcolate = {o.pk: o.percentuale_calcolata for o in obiettivi}
    copia(
        Validazione(
            ente_id=azione.attore.ente_id,
            obiettivo_id=pk,
            seduta=tenuta,
            calcolata=calcolate[pk],
            convalidata=convalidata,
            motivo=motivo,
        )
        for pk, convalidata, motivo in righe
    )


def riapri_obiettivo(azione: Azione) -> None:
    """What is open again has no validated percentage."""
    Obiettivo.objects.filter(pk__in=[p.oggetto.pk for p in azione.passi]).update(
        percentuale_convalidata=None, motivo_convalida=""
    )


def seduta(azione: Azione) -> Seduta:
    """The sitting the request speaks of: recorded once, whatever it decides (R59)."""
    dati = azione.richiesta.seduta
    if dati is None or dati.data is None:
        raise ValueError("una validazione senza seduta")
    ente_id = azione.attore.ente_id
    ciclo_id = Obiettivo.objects.values_list("ciclo_id", flat=True).get(
        pk=azione.passi[0].fascicolo.obiettivo_id
    )
    with connection.cursor() as cursore:  # two reports validated at once: one sitting
        cursore.execute("SELECT pg_advisory_xact_lock(hashtext('seduta'), %s)", [ciclo_id])
    for presente in Seduta.objects.filter(
        ciclo_id=ciclo_id, data=dati.data, dissensi=dati.dissensi
    ).prefetch_related("presenti"):
        if {p.pk for p in presente.presenti.all()} == dati.presenti:
            return presente
    nuova = Seduta.objects.create(
        ente_id=ente_id,
        ciclo_id=ciclo_id,
        data=dati.data,
        dissensi=dati.dissensi,
        quorum=azione.passi[0].fascicolo.politica.quorum,
    )
    copia(
        PresenzaSeduta(ente_id=ente_id, seduta=nuova, persona=persona)
        for persona in Persona.objects.filter(ente_id=ente_id, pk__in=dati.presenti)
    )
    return nuova


def _astensioni(azione: Azione, tenuta: Seduta) -> None:
    """Who was there and did not decide, by objective: as he said, or because of what he had done
    for the settore (R57)."""
    presenti = set(
        Astensione.objects.filter(seduta=tenuta).values_list(
            "persona_id", "obiettivo_id", "relazione_id"
        )
    )
    nuove = []
    for p in azione.passi:
        f = p.fascicolo
        relazione = f.id if f.procedura == "relazione" else None
        nuove += [
            Astensione(
                ente_id=azione.attore.ente_id,
                obiettivo_id=f.obiettivo_id,
                seduta=tenuta,
                persona_id=persona,
                relazione_id=relazione,
                per_conflitto=persona in f.agito_per_il_settore,
            )
            for persona in sorted(f.astenuti)
            if (persona, f.obiettivo_id, relazione) not in presenti
        ]
    copia(nuove)
