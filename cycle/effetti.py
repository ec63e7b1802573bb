# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the transitions cause beside the state: acts, versions, reports, frozen figures, sittings.

Each effect is written for a set, in a number of statements that does not grow with it, within the
action that the engine has opened.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from cycle import canonico, misurazione
from cycle.insiemi import aggiorna, copia
from cycle.measure import media_specifici, misura_obiettivo, misura_specifico
from cycle.models import (
    Atto,
    Ciclo,
    Insieme,
    Obiettivo,
    ObiettivoSpecifico,
    Parere,
    Periodo,
    Persona,
    PresenzaSeduta,
    RelazioneSemestrale,
    Seduta,
    VersioneObiettivo,
    VoceInsieme,
    VoceRelazione,
)
from cycle.parametri import Parametri
from workflows.ports import Azione
from workflows.processes import approvazione_peg


def approva(azione: Azione) -> None:
    """The Atto, and the next version of every scheda it approves (R2, R30)."""
    dati = azione.richiesta.atto
    if dati is None or dati.data is None or azione.atto_id is None:
        raise ValueError("un'approvazione senza atto")
    _scrivi_versioni(azione, dati.data)
    atto = Atto(
        pk=azione.atto_id,
        ente_id=azione.attore.ente_id,
        ciclo_id=azione.passi[0].oggetto.ciclo_id,
        tipo="approvazione",
        organo=dati.organo,
        numero=dati.numero,
        data=dati.data,
        esecutivo=dati.esecutivo,
        parere_tecnico=dati.parere_tecnico,
        parere_contabile=dati.parere_contabile,
    )
    fatti = azione.passi[0].fascicolo
    versioni = VersioneObiettivo.objects.filter(atto_id=azione.atto_id).order_by("obiettivo_id")
    atto.digest = canonico.impronta_pezzi(
        canonico.atto(
            atto,
            fatti.ente,
            fatti.anno,
            versioni.values_list("numero", "sha256", "contenuto").iterator(chunk_size=200),
        )
    )
    atto.save(force_insert=True)


def _scrivi_versioni(azione: Azione, in_vigore_dal: date) -> None:
    """The next version of every scheda, composed where its rows are: the texts of ten thousand
    never stand in memory together."""
    with connection.cursor() as cursore:
        cursore.execute(
            "INSERT INTO cycle_versioneobiettivo (ente_id, obiettivo_id, numero, atto_id, "  # noqa: S608
            "                                     in_vigore_dal, schema, contenuto, sha256) "
            "SELECT o.ente_id, o.id, o.versione + 1, %s, %s, %s, t.contenuto, "
            "       encode(sha256(convert_to(t.contenuto, 'UTF8')), 'hex') "
            "  FROM cycle_obiettivo o "
            f"CROSS JOIN LATERAL (SELECT {canonico.SCHEDA} AS contenuto OFFSET 0) t "
            " WHERE o.id = ANY (ARRAY(SELECT jsonb_array_elements_text(%s)::bigint))",
            [
                azione.atto_id,
                in_vigore_dal,
                canonico.SCHEMA,
                json.dumps([p.oggetto.pk for p in azione.passi]),
            ],
        )


def avvia(azione: Azione) -> None:
    """The actual start, and the reports that will be due: one for each period (R52)."""
    obiettivi = [p.oggetto for p in azione.passi]
    oggi = azione.istante.astimezone(ZoneInfo(azione.passi[0].fascicolo.politica.fuso)).date()
    Obiettivo.objects.filter(pk__in=[o.pk for o in obiettivi], inizio_effettivo=None).update(
        inizio_effettivo=oggi
    )
    _apri_relazioni(azione.attore.ente_id, obiettivi)


def _apri_relazioni(ente_id: int, obiettivi: Sequence[Obiettivo]) -> None:
    """The empty reports of these objectives, with an entry for each specifico; those already
    there are left alone."""
    periodi: dict[int, list[Periodo]] = {}
    for periodo in Periodo.objects.filter(ciclo_id__in={o.ciclo_id for o in obiettivi}):
        periodi.setdefault(periodo.ciclo_id, []).append(periodo)
    presenti = set(
        RelazioneSemestrale.objects.filter(obiettivo__in=obiettivi).values_list(
            "obiettivo_id", "periodo_id"
        )
    )
    nuove = copia(
        RelazioneSemestrale(ente_id=ente_id, obiettivo=o, periodo=p)
        for o in obiettivi
        for p in periodi.get(o.ciclo_id, [])
        if (o.pk, p.pk) not in presenti
    )
    specifici: dict[int, list[int]] = {}
    for obiettivo_id, pk in ObiettivoSpecifico.objects.filter(obiettivo__in=obiettivi).values_list(
        "obiettivo_id", "pk"
    ):
        specifici.setdefault(obiettivo_id, []).append(pk)
    copia(
        VoceRelazione(ente_id=ente_id, obiettivo_id=r.obiettivo_id, relazione=r, specifico_id=s)
        for r in nuove
        for s in specifici.get(r.obiettivo_id, [])
    )


def valida_obiettivo(azione: Azione) -> None:
    """The validated percentage: the mean of what the Nucleo validated in the last period, plain
    or weighted as the computed one is (R69)."""
    seduta(azione)
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


def riapri_obiettivo(azione: Azione) -> None:
    """What is open again has no validated percentage."""
    Obiettivo.objects.filter(pk__in=[p.oggetto.pk for p in azione.passi]).update(
        percentuale_convalidata=None, motivo_convalida=""
    )


def trasmetti(azione: Azione) -> None:
    """Freeze targets and values with their digest (R54); compute the percentages up to the
    report's period. Reports are submitted in order: this is the last one of its objective."""
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
    figure = misurazione.figure([r.obiettivo_id for r in relazioni])
    voci: dict[int, list[tuple[int, str]]] = {}
    for pk, relazione_id, codice in VoceRelazione.objects.filter(
        relazione__in=relazioni
    ).values_list("pk", "relazione_id", "specifico__codice"):
        voci.setdefault(relazione_id, []).append((pk, codice))
    righe_voci: list[tuple[Any, ...]] = []
    righe_obiettivi: list[tuple[Any, ...]] = []
    for r in relazioni:
        parametri = Parametri.da_dizionario(r.obiettivo.ciclo.parametri).misura
        fino_a = r.periodo.ordine
        dell_obiettivo = figure[r.obiettivo_id]
        percentuali = {
            s.codice: misura_specifico(s, parametri, fino_a, fino_a).percentuale
            for s in dell_obiettivo.specifici
        }
        righe_voci += [(pk, percentuali.get(codice), None, "") for pk, codice in voci.get(r.pk, [])]
        righe_obiettivi.append(
            (
                r.obiettivo_id,
                misura_obiettivo(dell_obiettivo, parametri, fino_a, fino_a).percentuale,
            )
        )
    aggiorna(
        VoceRelazione,
        {
            "percentuale_calcolata": "numeric",
            "percentuale_convalidata": "numeric",
            "motivo": "text",
        },
        righe_voci,
    )
    aggiorna(Obiettivo, {"percentuale_calcolata": "numeric"}, righe_obiettivi)


def valida_relazione(azione: Azione) -> None:
    """The percentages as validated, in the sitting (R56, R59)."""
    RelazioneSemestrale.objects.filter(pk__in=[p.oggetto.pk for p in azione.passi]).update(
        seduta=seduta(azione)
    )
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


def sottoponi(azione: Azione) -> None:
    """Freeze what the set is made of: the digest of each scheda, and of the set. The desk opens;
    pareri that were given on this very text are not asked again (R15)."""
    for passo in azione.passi:
        insieme: Insieme = passo.oggetto
        with connection.cursor() as cursore:
            cursore.execute(
                "UPDATE cycle_voceinsieme v "  # noqa: S608 - a constant of ours
                "   SET impronta = encode(sha256(convert_to(t.contenuto, 'UTF8')), 'hex'), "
                "       revisione = o.revisione "
                "  FROM cycle_obiettivo o "
                f"CROSS JOIN LATERAL (SELECT {canonico.SCHEDA} AS contenuto OFFSET 0) t "
                " WHERE o.id = v.obiettivo_id AND v.insieme_id = %s RETURNING v.impronta",
                [insieme.pk],
            )
            impronte = [riga[0] for riga in cursore.fetchall()]
        impronta = canonico.impronta_insieme(impronte)
        Insieme.objects.filter(pk=insieme.pk).update(
            impronta=impronta, sottoposto_il=azione.istante
        )
        approvazione_peg.apri(insieme, pareri_dovuti=passo.fascicolo.politica.pareri_obbligatori)
        if passo.fascicolo.politica.pareri_obbligatori:
            for tipo, utente_id in Parere.objects.filter(
                insieme=insieme, impronta=impronta
            ).values_list("tipo", "persona__utente_id"):
                approvazione_peg.compi(insieme, f"parere_{tipo}", utente_id)


def ritira(azione: Azione) -> None:
    """The desk closes: what was asked is asked no more."""
    for passo in azione.passi:
        approvazione_peg.annulla(passo.oggetto)


def decidi(azione: Azione) -> None:
    """The last task is done, and its objectives wait for no decision."""
    for passo in azione.passi:
        approvazione_peg.compi(passo.oggetto, "decisione", azione.attore.utente_id)
    libera(azione)


def libera(azione: Azione) -> None:
    """The objectives of the set can enter another one."""
    VoceInsieme.objects.filter(insieme__in=[p.oggetto.pk for p in azione.passi]).update(
        in_attesa=False
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
        ente_id=ente_id, ciclo_id=ciclo_id, data=dati.data, dissensi=dati.dissensi
    )
    copia(
        PresenzaSeduta(ente_id=ente_id, seduta=nuova, persona=persona)
        for persona in Persona.objects.filter(ente_id=ente_id, pk__in=dati.presenti)
    )
    return nuova
