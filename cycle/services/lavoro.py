# SPDX-License-Identifier: AGPL-3.0-or-later
"""Works too long for a request: entrusted to a job within a transaction, done once, kept a day.

Who asked is asked again for his incarichi when the work is done: what he may no longer do is not
done for him."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from cycle import orologio, permissions
from cycle.models import Avanzamento, Lavoro
from cycle.services.avanzamento import Racconto
from cycle.services.enti import nell_ente
from workflows.errors import Rifiuto
from workflows.ports import Attore

SI_TIENE = timedelta(days=1)
_registro = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Richiesta:
    """What a work is given: who asks, now, and how it tells of its progress."""

    lavoro: Lavoro
    by: Attore
    istante: datetime
    racconta: Racconto


@dataclass(frozen=True, slots=True)
class Reso:
    """What a work gives back: a file, or what it did."""

    file: bytes | None = None
    nome: str = ""
    tipo: str = ""
    esito: Mapping[str, Any] = field(default_factory=dict)


class NonRiuscito(Exception):
    """A work that cannot come out, for reasons that are said to who asked."""

    def __init__(self, *motivi: str) -> None:
        self.motivi = motivi
        super().__init__("; ".join(motivi))


Compie = Callable[[Richiesta], Reso]  # what does the works of a kind


def affida(
    *, genere: str, dati: Mapping[str, Any], by: Attore, contenuto: bytes | None = None
) -> Lavoro:
    """Entrust a work for who asks it from a page; the job that does it is a row of the same
    transaction. What was asked more than a day ago is thrown away."""
    assert by.persona_id is not None
    assert by.utente_id is not None
    with transaction.atomic():
        nell_ente(by.ente_id)
        Lavoro.objects.filter(chiesto_il__lt=Now() - SI_TIENE).delete()
        lavoro = Lavoro.objects.create(
            ente_id=by.ente_id,
            persona_id=by.persona_id,
            utente_id=by.utente_id,
            genere=genere,
            dati=dict(dati),
            contenuto=contenuto,
        )
        app.configure_task("lavoro").defer(pk=lavoro.pk)
    return lavoro


def trova(by: Attore, pid: UUID) -> Lavoro | None:
    """A work of one's own, without its bytes."""
    if by.persona_id is None:
        return None
    return (
        Lavoro.objects.filter(pid=pid, ente_id=by.ente_id, persona_id=by.persona_id)
        .defer("contenuto", "file")
        .first()
    )


def avanzamento(lavoro: Lavoro) -> Avanzamento | None:
    return Avanzamento.objects.filter(chiave=lavoro.pid).first()


def esegui(pk: int, compie: Mapping[str, Compie]) -> None:
    """Do a work that waits, by what does its kind. One that is done, taken by another or thrown
    away is left alone. What it writes and its result are one transaction."""
    try:
        with transaction.atomic():
            lavoro = (
                Lavoro.objects.select_for_update(skip_locked=True, of=("self",))
                .select_related("ente")
                .filter(pk=pk, finito_il__isnull=True)
                .first()
            )
            if lavoro is None:
                return
            nell_ente(lavoro.ente_id)
            istante = orologio.adesso()
            by = permissions.attore(lavoro.ente_id, lavoro.persona_id, istante)
            with Racconto(lavoro.pid, lavoro.utente_id) as racconta:
                reso = compie[lavoro.genere](Richiesta(lavoro, by, istante, racconta))
            Lavoro.objects.filter(pk=pk).update(
                esito=dict(reso.esito),
                file=reso.file,
                nome_file=reso.nome,
                tipo_file=reso.tipo,
                contenuto=None,
                finito_il=Now(),
            )
    except NonRiuscito as no:
        _fallito(pk, list(no.motivi))
    except Rifiuto as rifiuto:
        _fallito(pk, [f"{m.messaggio} {m.rimedio}" for m in rifiuto.tutti()])
    except Exception:  # who waits is told; what it was is in the log
        _registro.exception("lavoro %s non riuscito", pk)
        _fallito(pk, [_("C'è stato un guasto: riprovare, e se si ripete avvisare chi gestisce.")])


def _fallito(pk: int, motivi: list[str]) -> None:
    Lavoro.objects.filter(pk=pk, finito_il__isnull=True).update(
        motivi=motivi, contenuto=None, finito_il=Now()
    )
