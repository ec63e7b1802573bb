# SPDX-License-Identifier: AGPL-3.0-or-later
"""Anchoring the registro: the day's digest over all that an ente ever recorded, to be printed,
taken to the protocollo or stamped outside (R85)."""

from __future__ import annotations

from django.db import connection, transaction

from cycle.models import Ente
from workflows.models import Ancora, Marca
from workflows.registro import marca


def ancora(ente: Ente) -> Ancora:
    """The anchor of today, by the database's clock and in the ente's zone: made now, or the one
    that was."""
    with transaction.atomic(), connection.cursor() as cursore:
        cursore.execute("SELECT registro_ancora(%s, %s)", [ente.pk, ente.fuso])
        (pk,) = cursore.fetchone()
    return Ancora.objects.get(pk=pk)


def ancora_tutti() -> list[Ancora]:
    """The anchors of today of every ente."""
    return [ancora(ente) for ente in Ente.objects.order_by("pk")]


def fai_marcare(fatta: Ancora, indirizzo: str) -> Marca:
    """Have an anchor stamped by a service of RFC 3161, unless that service has done it already.
    Raises `marca.MarcaRifiutata`; the anchor stands all the same."""
    presente = Marca.objects.filter(ancora_id=fatta.pk, servizio=indirizzo).first()
    if presente is not None:
        return presente
    ricevuta = marca.chiedi(indirizzo, bytes(fatta.impronta))
    with transaction.atomic(), connection.cursor() as cursore:
        cursore.execute("SELECT registro_marca(%s, %s, %s)", [fatta.pk, indirizzo, ricevuta])
        (pk,) = cursore.fetchone()
    return Marca.objects.get(pk=pk)
