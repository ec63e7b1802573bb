# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the desks have in common: their processes are found by the object they are about, people's
tasks are done in order, and the instants that count stand in the registro, not here.

Who may do a task is asked of incarichi before, like everything else: viewflow's owners and
permissions are not used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from viewflow.workflow import PROCESS, STATUS, lock
from viewflow.workflow.models import Process, Task


class Banco:
    """Of a Flow: how its process begins and how a person's task is done."""

    # two tasks at once: the second waits for the first, or the join would be lost
    lock_impl = lock.SelectForUpdateLock(nowait=False, attempts=1)

    def inizia(self, activation: Any, artefatto: models.Model) -> Any:
        activation.process.artifact = artefatto
        return activation.process

    def compi(self, activation: Any, utente_id: int | None) -> None:
        activation.task.owner_id = utente_id


@dataclass(frozen=True, slots=True)
class Processo:
    """Where an object stands on its desk: which tasks are open, which done. `dati` is what the
    process was opened with."""

    id: int
    in_corso: bool
    dati: dict[str, Any]
    aperti: frozenset[str]
    fatti: frozenset[str]


def processi(flusso: type, artefatto: models.Model) -> Any:
    """The processes of an object on a desk, whatever came of them."""
    return Process.objects.filter(
        flow_class=flusso,
        artifact_content_type=ContentType.objects.get_for_model(type(artefatto)),
        artifact_object_id=artefatto.pk,
    )


def in_corso(flusso: type, artefatto: models.Model) -> Any:
    """Those that have not come to their end."""
    return processi(flusso, artefatto).filter(status=PROCESS.NEW)


def compi(
    flusso: Any, artefatto: models.Model, compiti: Sequence[str], utente_id: int | None
) -> bool:
    """Do the last open one of the tasks, and open what follows; False when none is open."""
    aperto = (
        Task.objects.filter(
            process__in=in_corso(flusso, artefatto),
            flow_task__in=[getattr(flusso, nome) for nome in compiti],
            status=STATUS.NEW,
        )
        .order_by("-pk")
        .first()
    )
    if aperto is None:
        return False
    aperto.flow_task.run(aperto, utente_id=utente_id)
    return True


def ultimo(flusso: type, artefatto: models.Model, compiti: Sequence[str]) -> Processo | None:
    """The last process of an object, with the tasks that people do; None when it had none."""
    trovato = processi(flusso, artefatto).order_by("-pk").first()
    if trovato is None:
        return None
    stati: dict[str, str] = {}
    for compito in Task.objects.filter(process=trovato).order_by("pk"):
        stati[compito.flow_task.name] = compito.status
    return Processo(
        id=trovato.pk,
        in_corso=trovato.status == PROCESS.NEW,
        dati=dict(trovato.data),
        aperti=frozenset(c for c in compiti if stati.get(c) == STATUS.NEW),
        fatti=frozenset(c for c in compiti if stati.get(c) == STATUS.DONE),
    )
