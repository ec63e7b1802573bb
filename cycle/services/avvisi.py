# SPDX-License-Identifier: AGPL-3.0-or-later
"""The news that go by e-mail: which letters are due now, written with what they carry. They leave
as every other letter (`cycle.services.posta`)."""

from __future__ import annotations

import logging
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from cycle.models import Ente, Lettera, Persona
from cycle.services import posta
from cycle.services.enti import nell_ente
from notifications import corrispondenza
from notifications.models import Spedizione

log = logging.getLogger(__name__)


def prepara(istante: datetime) -> int:
    """Write the letters due at `istante` in every ente, and say how many. Asked again it writes
    none again; an ente that fails does not stop the others."""
    scritte = 0
    for ente in Ente.objects.order_by("pk"):
        try:
            scritte += _dell_ente(ente, istante)
        except Exception:  # whatever it is, the others wait for their letters too
            log.exception("avvisi: ente %s non servito", ente.pk)
    return scritte


def _dell_ente(ente: Ente, istante: datetime) -> int:
    adesso = istante.astimezone(ZoneInfo(ente.fuso))
    with transaction.atomic():
        nell_ente(ente.pk)
        with connection.cursor() as cursore:  # two workers: one after the other
            cursore.execute("SELECT pg_advisory_xact_lock(hashtext('avvisi'), %s)", [ente.pk])
        raggiungibili = Persona.objects.filter(
            ente=ente,
            sospesa_il__isnull=True,
            utente__is_active=True,
            recapito__isnull=False,
            recapito__rifiutato_il__isnull=True,
        ).values_list("pk", "utente")
        buste = corrispondenza.buste(ente.pk, dict(raggiungibili), adesso.date(), adesso.hour)
        lettere = [Lettera(tipo="notizie", persona_id=b.persona_id) for b in buste]
        posta.affida(lettere)
        Spedizione.objects.bulk_create(
            riga
            for lettera, busta in zip(lettere, buste, strict=True)
            for riga in corrispondenza.imbuca(lettera.pk, busta)
        )
        return len(lettere)
