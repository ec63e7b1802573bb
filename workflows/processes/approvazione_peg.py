# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk of a set that goes to the giunta: who works next (`domain.md` 7).

Submitted, it waits for two pareri in parallel, then for the decision. The process opens and closes
tasks within the transaction of the step or of the parere that moves it, and writes no state: that
is the engine's. Its artifact is the set. viewflow keeps the path of this module in its rows:
moving it would break the processes that are open.

Who may do a task is asked of incarichi before, like everything else; viewflow's own owners and
permissions are not used. Its instants are those of the machine, for who looks after it: the ones
that count stand in the registro.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext as _
from viewflow import this
from viewflow.workflow import PROCESS, STATUS, flow, lock
from viewflow.workflow.models import Process, Task

from workflows.errors import Conflitto, Motivo


class ApprovazionePeg(flow.Flow):  # type: ignore[misc] # viewflow is untyped
    """Approvazione del PEG

    Dalla proposta dell'insieme alla decisione della giunta.
    """

    # two pareri at once: the second waits for the first, or the join would be lost
    lock_impl = lock.SelectForUpdateLock(nowait=False, attempts=1)

    sottoposto = flow.StartHandle(this.inizia).Next(this.con_pareri)
    con_pareri = flow.If(this.pareri_dovuti).Then(this.pareri).Else(this.decisione)
    pareri = flow.Split().Next(this.parere_tecnico).Next(this.parere_contabile)
    parere_tecnico = flow.Handle(this.compi).Next(this.raccolti)
    parere_contabile = flow.Handle(this.compi).Next(this.raccolti)
    raccolti = flow.Join().Next(this.decisione)
    decisione = flow.Handle(this.compi).Next(this.deciso)
    deciso = flow.End()

    def inizia(self, activation: Any, artefatto: models.Model) -> Any:
        activation.process.artifact = artefatto
        return activation.process

    def pareri_dovuti(self, activation: Any) -> bool:
        return bool(activation.process.data["pareri_dovuti"])

    def compi(self, activation: Any, utente_id: int | None) -> None:
        activation.task.owner_id = utente_id


# Tasks that people do, in order, by name of the node.
COMPITI = ("parere_tecnico", "parere_contabile", "decisione")


@dataclass(frozen=True, slots=True)
class Processo:
    """Where a set stands on the desk: which tasks are open, which done."""

    id: int
    in_corso: bool
    pareri_dovuti: bool
    aperti: frozenset[str]
    fatti: frozenset[str]


def apri(artefatto: models.Model, *, pareri_dovuti: bool) -> None:
    """Open the process of a set just submitted; without `pareri_dovuti` it waits for the decision
    at once."""
    ApprovazionePeg.sottoposto.run(
        artefatto=artefatto, _process_data={"pareri_dovuti": pareri_dovuti}
    )


def compi(artefatto: models.Model, compito: str, utente_id: int | None) -> None:
    """Close a task of the set's running process, and open what follows. Raises Conflitto when it
    is not open: somebody else has done it, or the set was withdrawn."""
    aperto = (
        Task.objects.filter(
            process__in=_processi(artefatto).exclude(status=PROCESS.CANCELED),
            flow_task=getattr(ApprovazionePeg, compito),
            status=STATUS.NEW,
        )
        .order_by("-pk")
        .first()
    )
    if aperto is None:
        raise Conflitto({artefatto.pk: [_non_aperto()]})
    aperto.flow_task.run(aperto, utente_id=utente_id)


def annulla(artefatto: models.Model) -> None:
    """Cancel the running process of a set that is withdrawn, with its open tasks."""
    for processo in _processi(artefatto).filter(status=PROCESS.NEW):
        ApprovazionePeg.instance.cancel(processo)


def processo(artefatto: models.Model) -> Processo | None:
    """The last process of a set; None when it was never submitted."""
    ultimo = _processi(artefatto).order_by("-pk").first()
    if ultimo is None:
        return None
    stati: dict[str, str] = {}
    for compito in Task.objects.filter(process=ultimo).order_by("pk"):
        stati[compito.flow_task.name] = compito.status
    return Processo(
        id=ultimo.pk,
        in_corso=ultimo.status == PROCESS.NEW,
        pareri_dovuti=bool(ultimo.data["pareri_dovuti"]),
        aperti=frozenset(c for c in COMPITI if stati.get(c) == STATUS.NEW),
        fatti=frozenset(c for c in COMPITI if stati.get(c) == STATUS.DONE),
    )


def _processi(artefatto: models.Model) -> Any:
    return Process.objects.filter(
        flow_class=ApprovazionePeg,
        artifact_content_type=ContentType.objects.get_for_model(type(artefatto)),
        artifact_object_id=artefatto.pk,
    )


def _non_aperto() -> Motivo:
    return Motivo(
        "compito_aperto",
        "R50",
        _("Questo compito non è più aperto: lo ha svolto un altro, o l'insieme è cambiato."),
        _("Ricaricare la pagina dell'insieme e guardare a che punto è."),
        "",
    )
