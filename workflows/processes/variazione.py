# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk of a request of variazione: who works next (`domain.md` 5).

Filed, it opens at once, in parallel, the opinions it needs: the Nucleo's where the ente asks for
it, the visto of the ragioneria where money moves. When the required ones are in, the decision
opens; an opinion that is optional stays open beside it, and closes with it. Nothing here has a
timer: silence decides nothing (R38). Like every Flow it writes no state, and viewflow keeps the
path of this module in its rows: moving it would break the processes that are open.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from viewflow import this
from viewflow.workflow import PROCESS, STATUS, flow
from viewflow.workflow.models import Process, Task

from workflows.errors import Conflitto, Motivo
from workflows.processes import banco
from workflows.processes.banco import Banco, Processo


class Variazione(Banco, flow.Flow):  # type: ignore[misc] # viewflow is untyped
    """Variazione

    Dalla presentazione della richiesta alla decisione della giunta.
    """

    presentata = flow.StartHandle(this.inizia).Next(this.smistata)
    smistata = (
        flow.Split()
        .Next(this.istruttoria)
        .Next(this.parere_facoltativo, case=this.con_parere_facoltativo)
    )
    istruttoria = (
        flow.Split()
        .Next(this.parere_nucleo, case=this.con_parere_obbligatorio)
        .Next(this.visto_ragioneria, case=this.con_visto)
        .Next(this.ammessa)
    )
    ammessa = flow.Function(this.nulla).Next(this.istruita)
    parere_nucleo = flow.Handle(this.compi).Next(this.istruita)
    visto_ragioneria = flow.Handle(this.compi).Next(this.istruita)
    istruita = flow.Join().Next(this.decisione)
    decisione = flow.Handle(this.compi).Next(this.decisa)
    parere_facoltativo = flow.Handle(this.compi).Next(this.reso)
    reso = flow.End()
    decisa = flow.End()

    def con_parere_obbligatorio(self, activation: Any) -> bool:
        return bool(activation.process.data["parere"] == "obbligatorio")

    def con_parere_facoltativo(self, activation: Any) -> bool:
        return bool(activation.process.data["parere"] == "facoltativo")

    def con_visto(self, activation: Any) -> bool:
        return bool(activation.process.data["visto"])

    def nulla(self, activation: Any) -> None:
        """A request is admitted to examination by being filed."""


# Tasks that people do, in order, by name of the node.
COMPITI = ("parere_nucleo", "parere_facoltativo", "visto_ragioneria", "decisione")
# kind of opinion -> the tasks it does
DEL_PARERE = {
    "nucleo": ("parere_nucleo", "parere_facoltativo"),
    "ragioneria": ("visto_ragioneria",),
}


def apri(artefatto: models.Model, *, parere: str, visto: bool) -> None:
    """Open the process of a request just filed. `parere` of the Nucleo: `nessuno`, `facoltativo`
    or `obbligatorio`."""
    Variazione.presentata.run(artefatto=artefatto, _process_data={"parere": parere, "visto": visto})


def compi(artefatto: models.Model, tipo: str, utente_id: int | None) -> None:
    """Close the task of an opinion, and open what follows. Raises Conflitto when none is open:
    somebody else has done it, it was not asked, or the request is no longer examined."""
    if not banco.compi(Variazione, artefatto, DEL_PARERE[tipo], utente_id):
        raise Conflitto({artefatto.pk: [_non_aperto()]})


def chiudi(artefatto: models.Model, utente_id: int | None) -> None:
    """The request is decided: its decision is done where it was open, and nothing else is asked."""
    banco.compi(Variazione, artefatto, ("decisione",), utente_id)
    annulla(artefatto)


def annulla(artefatto: models.Model) -> None:
    """Cancel what is still open: the request was withdrawn, not admitted, decided or rebased."""
    for processo in banco.in_corso(Variazione, artefatto):
        fatta = Task.objects.filter(
            process=processo, flow_task=Variazione.decisione, status=STATUS.DONE
        ).exists()
        Variazione.instance.cancel(processo)
        if fatta:  # what was optional is closed; the process has come to its end
            Process.objects.filter(pk=processo.pk).update(status=PROCESS.DONE)


def processo(artefatto: models.Model) -> Processo | None:
    """The last process of a request; None when it was never filed."""
    return banco.ultimo(Variazione, artefatto, COMPITI)


def _non_aperto() -> Motivo:
    return Motivo(
        "compito_aperto",
        "R50",
        _("Questo parere non è atteso: lo ha reso un altro, o la richiesta è cambiata."),
        _("Ricaricare la pagina della richiesta e guardare a che punto è."),
        "",
    )
