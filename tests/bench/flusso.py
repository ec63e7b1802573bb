# SPDX-License-Identifier: AGPL-3.0-or-later
"""The bare Flow of django-viewflow that one task of ours is compared to: two tasks in a row, so
that completing the first makes the second."""

from __future__ import annotations

from functools import cache
from typing import Any

from viewflow import this
from viewflow.workflow import flow, lock
from viewflow.workflow.models import Process

from cycle.models import Utente


def _vista(request: Any) -> None:
    """Never called: the bench completes the task as a view of its own would."""


@cache
def _incaricato() -> Any:
    return Utente.objects.order_by("pk").first()


class Flusso(flow.Flow):
    """start, proposta, approvazione, end."""

    process_class = Process
    lock_impl = lock.SelectForUpdateLock(nowait=False, attempts=1)

    start = flow.StartHandle().Next(this.proposta)
    proposta = flow.View(_vista).Assign(lambda _: _incaricato()).Next(this.approvazione)
    approvazione = flow.View(_vista).Assign(lambda _: _incaricato()).Next(this.end)
    end = flow.End()
