# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the transitions cause beside the state: acts, versions, reports, frozen figures, sittings.

Each effect is written for a set, in a number of statements that does not grow with it, within the
action that the engine has opened.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from django.db import connection

from cycle import canonico
from cycle.insiemi import copia
from cycle.models import (
    Atto,
    Insieme,
    Obiettivo,
    ObiettivoSpecifico,
    Parere,
    Periodo,
    RelazioneSemestrale,
    VersioneObiettivo,
    VoceInsieme,
    VoceRelazione,
)
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
