# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk of a report: who works next (`domain.md` 6).

Filled by the settore, looked at by the Nucleo; what it observes is answered, then a sitting
validates; what it does not goes to the sitting at once. Reports move by the hundred, in one action
of the engine: so their tasks are not run one by one, but follow the states of all of them in a
fixed number of statements, and cannot disagree with them. The days to answer are the guards'; like
every Flow it writes no state, and viewflow keeps the path of this module in its rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from viewflow import this
from viewflow.workflow import PROCESS, STATUS, flow
from viewflow.workflow.models import Process, Task

from workflows.processes import banco
from workflows.processes.banco import Banco, Processo


class Validazione(Banco, flow.Flow):  # type: ignore[misc] # viewflow is untyped
    """Validazione di una relazione

    Dalla compilazione del settore alla seduta del Nucleo.
    """

    aperta = flow.StartHandle(this.inizia).Next(this.compilazione)
    compilazione = flow.Handle(this.compi).Next(this.esame)
    esame = flow.Handle(this.compi).Next(this.con_osservazioni)
    con_osservazioni = flow.If(this.osservata).Then(this.risposta).Else(this.seduta)
    risposta = flow.Handle(this.compi).Next(this.seduta)
    seduta = flow.Handle(this.compi).Next(this.validata)
    validata = flow.End()

    def osservata(self, activation: Any) -> bool:
        return bool(activation.process.artifact.stato == "osservata")


# Tasks that people do, in order, by name of the node.
COMPITI = ("compilazione", "esame", "risposta", "seduta")
# state of a report -> the task that is open on its desk; "" when it has come to its end
APERTO: Mapping[str, str] = {
    "da_compilare": "compilazione",
    "riaperta": "compilazione",
    "trasmessa": "esame",
    "osservata": "risposta",
    "controdedotta": "seduta",
    "validata": "",
}


def segui(
    passi: Sequence[tuple[models.Model, str]], utente_id: int | None, istante: datetime
) -> None:
    """Put the desks of these reports where their states are: what was open is done by `utente_id`
    at `istante` (or cancelled, with all its process, where a report was reopened), what follows is
    open."""
    if not passi:
        return
    ids = [r.pk for r, _stato in passi]
    aperti = _aperti(passi[0][0], ids)
    riaperti = [aperti[r.pk].pk for r, stato in passi if stato == "riaperta" and r.pk in aperti]
    if riaperti:
        Task.objects.filter(process__in=riaperti, status=STATUS.NEW).update(
            status=STATUS.CANCELED, finished=istante
        )
        Process.objects.filter(pk__in=riaperti).update(status=PROCESS.CANCELED, finished=istante)
        aperti = {pk: p for pk, p in aperti.items() if p.pk not in riaperti}
    nuovi = _apri([r for r, _stato in passi if r.pk not in aperti], istante)
    aperti |= nuovi
    Task.objects.filter(process__in=aperti.values(), status=STATUS.NEW).update(
        status=STATUS.DONE, finished=istante, owner_id=utente_id
    )
    compiti: list[Task] = []
    for relazione, stato in passi:
        processo = aperti[relazione.pk]
        if relazione.pk in nuovi:
            compiti.append(_compito(processo, "aperta", istante, fatto=True))
            if stato != "riaperta":
                compiti.append(_compito(processo, "compilazione", istante, utente_id, fatto=True))
        if APERTO[stato]:
            compiti.append(_compito(processo, APERTO[stato], istante))
        else:
            compiti.append(_compito(processo, "seduta", istante, utente_id, fatto=True))
            compiti.append(_compito(processo, "validata", istante, fatto=True))
    _accoda(Task.objects.bulk_create(compiti))
    finiti = [aperti[r.pk].pk for r, stato in passi if not APERTO[stato]]
    if finiti:
        Process.objects.filter(pk__in=finiti).update(status=PROCESS.DONE, finished=istante)


def processo(artefatto: models.Model) -> Processo | None:
    """The last process of a report; None when nobody has submitted it yet."""
    return banco.ultimo(Validazione, artefatto, COMPITI)


def _aperti(di_quale: models.Model, ids: Sequence[int]) -> dict[int, Process]:
    return {
        p.artifact_object_id: p
        for p in Process.objects.filter(
            flow_class=Validazione,
            artifact_content_type=ContentType.objects.get_for_model(type(di_quale)),
            artifact_object_id__in=ids,
            status=PROCESS.NEW,
        )
    }


def _apri(relazioni: Sequence[models.Model], istante: datetime) -> dict[int, Process]:
    nuovi = Process.objects.bulk_create(
        Process(
            flow_class=Validazione,
            artifact_content_type=ContentType.objects.get_for_model(type(r)),
            artifact_object_id=r.pk,
            created=istante,
        )
        for r in relazioni
    )
    return {r.pk: p for r, p in zip(relazioni, nuovi, strict=True)}


def _compito(
    processo: Process,
    nodo: str,
    istante: datetime,
    utente_id: int | None = None,
    *,
    fatto: bool = False,
) -> Task:
    quale = getattr(Validazione, nodo)
    return Task(
        process=processo,
        flow_task=quale,
        flow_task_type=quale.task_type,
        status=STATUS.DONE if fatto else STATUS.NEW,
        created=istante,
        finished=istante if fatto else None,
        owner_id=utente_id,
    )


def _accoda(nuovi: Sequence[Task]) -> None:
    """Tie each new task to the one before it on its desk, for whoever draws what happened."""
    ultimi: dict[int, int] = {}
    for pk, processo_id in (
        Task.objects.filter(process__in={t.process_id for t in nuovi})
        .exclude(pk__in=[t.pk for t in nuovi])
        .order_by("pk")
        .values_list("pk", "process_id")
    ):
        ultimi[processo_id] = pk
    legami = []
    for t in nuovi:
        if t.process_id in ultimi:
            legami.append(Task.previous.through(from_task_id=t.pk, to_task_id=ultimi[t.process_id]))
        ultimi[t.process_id] = t.pk
    Task.previous.through.objects.bulk_create(legami)
