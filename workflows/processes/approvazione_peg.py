# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk of a set that goes to the giunta: who works next (`domain.md` 7).

Submitted, it waits for two pareri in parallel, then for the decision. The process opens and closes
tasks within the transaction of the step or of the parere that moves it, and writes no state: that
is the engine's. Its artifact is the set. viewflow keeps the path of this module in its rows:
moving it would break the processes that are open.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from viewflow import this
from viewflow.workflow import flow

from workflows.errors import Conflitto, Motivo
from workflows.processes import banco
from workflows.processes.banco import Banco, Processo


class ApprovazionePeg(Banco, flow.Flow):  # type: ignore[misc] # viewflow is untyped
    """Approvazione del PEG

    Dalla proposta dell'insieme alla decisione della giunta.
    """

    sottoposto = flow.StartHandle(this.inizia).Next(this.con_pareri)
    con_pareri = flow.If(this.pareri_dovuti).Then(this.pareri).Else(this.decisione)
    pareri = flow.Split().Next(this.parere_tecnico).Next(this.parere_contabile)
    parere_tecnico = flow.Handle(this.compi).Next(this.raccolti)
    parere_contabile = flow.Handle(this.compi).Next(this.raccolti)
    raccolti = flow.Join().Next(this.decisione)
    decisione = flow.Handle(this.compi).Next(this.deciso)
    deciso = flow.End()

    def pareri_dovuti(self, activation: Any) -> bool:
        return bool(activation.process.data["pareri_dovuti"])


# Tasks that people do, in order, by name of the node.
COMPITI = ("parere_tecnico", "parere_contabile", "decisione")


def apri(artefatto: models.Model, *, pareri_dovuti: bool) -> None:
    """Open the process of a set just submitted; without `pareri_dovuti` it waits for the decision
    at once."""
    ApprovazionePeg.sottoposto.run(
        artefatto=artefatto, _process_data={"pareri_dovuti": pareri_dovuti}
    )


def compi(artefatto: models.Model, compito: str, utente_id: int | None) -> None:
    """Close a task of the set's running process, and open what follows. Raises Conflitto when it
    is not open: somebody else has done it, or the set was withdrawn."""
    if not banco.compi(ApprovazionePeg, artefatto, (compito,), utente_id):
        raise Conflitto({artefatto.pk: [_non_aperto()]})


def annulla(artefatto: models.Model) -> None:
    """Cancel the running process of a set that is withdrawn, with its open tasks."""
    for processo in banco.in_corso(ApprovazionePeg, artefatto):
        ApprovazionePeg.instance.cancel(processo)


def processo(artefatto: models.Model) -> Processo | None:
    """The last process of a set; None when it was never submitted."""
    return banco.ultimo(ApprovazionePeg, artefatto, COMPITI)


def _non_aperto() -> Motivo:
    return Motivo(
        "compito_aperto",
        "R50",
        _("Questo compito non è più aperto: lo ha svolto un altro, o l'insieme è cambiato."),
        _("Ricaricare la pagina dell'insieme e guardare a che punto è."),
        "",
    )
