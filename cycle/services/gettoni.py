# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tokens of the API: made once, shown once, known afterwards only by their SHA-256.

Their life is measured by the database's clock, like the registro's recorded time: the demo's
movable clock neither kills a token nor revives one.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db.models.functions import Now

from cycle.models import Gettone, Utente

PREFISSO = "ciclo_"  # so that a token left in a file or a log is recognised for what it is
GIORNI = 90
GIORNI_MASSIMI = 366


def impronta(testo: str) -> str:
    """SHA-256 of a token, as it is kept."""
    return hashlib.sha256(testo.encode("utf-8", "surrogatepass")).hexdigest()


def crea(*, utente: Utente, nome: str, giorni: int = GIORNI) -> str:
    """A new token of `utente`, valid for `giorni` days (1-366): the only time it is told.

    Raises ValueError, in Italian, for a number of days that does not stand.
    """
    if not 1 <= giorni <= GIORNI_MASSIMI:
        raise ValueError(f"un gettone vale da 1 a {GIORNI_MASSIMI} giorni, non {giorni}")
    testo = PREFISSO + secrets.token_urlsafe(32)
    Gettone.objects.create(
        utente=utente,
        nome=nome,
        impronta=impronta(testo),
        scade_il=Now() + timedelta(days=giorni),
    )
    return testo


def revoca(*, utente: Utente, nome: str = "") -> int:
    """Revoke the live tokens of `utente`, or those called `nome`; returns how many."""
    vivi = Gettone.objects.filter(utente=utente, revocato_il__isnull=True)
    return (vivi.filter(nome=nome) if nome else vivi).update(revocato_il=Now())


def utente_di(testo: str) -> Utente | None:
    """Whose token it is, if it is live and the user is active. Found by its hash, in one query:
    nothing secret is compared."""
    gettone = (
        Gettone.objects.select_related("utente")
        .filter(
            impronta=impronta(testo),
            revocato_il__isnull=True,
            scade_il__gt=Now(),
            utente__is_active=True,
        )
        .first()
    )
    return gettone.utente if gettone else None
