# SPDX-License-Identifier: AGPL-3.0-or-later
"""Days that are counted from when a request was filed: the settore's to reply to one ex officio
(R34), those of silence after which somebody is told (R38). The day of filing is not counted, and
calendar days are, whatever the clock did in between (R43)."""

from __future__ import annotations

from datetime import date

from cycle.calendario import fra_giorni, ultimo_giorno
from cycle.models import RichiestaVariazione
from cycle.parametri import Parametri


def replica_fino(v: RichiestaVariazione, parametri: Parametri, fuso: str) -> date | None:
    """The last day on which the settore may reply to a request ex officio before the giunta
    decides; None where there is nothing to reply to, or no day is given."""
    giorni = parametri.variazione_ufficio_replica
    if not v.d_ufficio or v.presentata_il is None or not giorni:
        return None
    return ultimo_giorno(fra_giorni(v.presentata_il, giorni, fuso), fuso)


def silenzio_dal(v: RichiestaVariazione, parametri: Parametri, fuso: str) -> date | None:
    """The last day of the silence that is not worth telling of; None of a draft."""
    if v.presentata_il is None:
        return None
    return ultimo_giorno(fra_giorni(v.presentata_il, parametri.silenzio_giorni, fuso), fuso)
