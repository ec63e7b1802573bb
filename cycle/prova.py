# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the last verification of the registro found, as its own page shows it (R84). A verification
is itself remembered there, as a reading."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from workflows.registro.models import Evento

VECCHIA = timedelta(days=3)  # the nightly job has stopped, and somebody should know


@dataclass(frozen=True, slots=True)
class Prova:
    """How far it reached (`fino_al`: the number of an event), when, and what it found broken, the
    first first, of `quanti`."""

    quando: datetime
    fino_al: int
    righe: int
    guasti: tuple[str, ...]
    quanti: int

    @property
    def integro(self) -> bool:
        return self.quanti == 0

    def vecchia(self, adesso: datetime) -> bool:
        """Whether it was done too long before `adesso`, by the database's clock."""
        return adesso - self.quando > VECCHIA


def ultima(ente_id: int) -> Prova | None:
    """The last verification of the whole registro of an ente, or of a part that was found broken;
    None when there was none."""
    fatta = (
        Evento.objects.filter(
            Q(dati__da=None) | Q(dati__quanti__gt=0),
            ente_id=ente_id,
            verbo="verifica",
            procedura="registro",
        )
        .order_by("-id")
        .first()
    )
    if fatta is None or fatta.dati is None:
        return None
    return Prova(
        quando=fatta.registrato_il,
        fino_al=fatta.dati["fino_al"],
        righe=fatta.dati["righe"],
        guasti=tuple(fatta.dati["guasti"]),
        quanti=fatta.dati["quanti"],
    )
