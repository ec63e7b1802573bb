# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Nucleo's invitations to ask for a variazione (R39), and what came of each; whether a
variazione was asked for at all (R40)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, Exists, OuterRef, Prefetch, Q, QuerySet, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cycle import selectors
from cycle.models import Ciclo, Ente, InvitoVariazione, Obiettivo, RichiestaVariazione
from workflows.errors import NonTrovato
from workflows.ports import Attore

ESITI: Mapping[str, str | Promise] = {
    "aperto": _("Aperto"),
    "accolto": _("Accolto"),
    "declinato": _("Declinato"),
    "scaduto": _("Scaduto"),
}


@dataclass(frozen=True, slots=True)
class Invito:
    """An invitation and its answer, seen from a day: `richieste` are those filed because of it,
    `esito` what came of it (`con_esito`)."""

    invito: InvitoVariazione
    richieste: tuple[RichiestaVariazione, ...]
    esito: str
    oggi: date

    @property
    def nome_esito(self) -> str:
        return str(ESITI[self.esito])

    @property
    def giorni(self) -> int:
        """Days left, its last one included; never negative."""
        return max((self.invito.entro - self.oggi).days, 0)


def oggi(ente: Ente, istante: datetime) -> date:
    """The day it is in the ente."""
    return istante.astimezone(ZoneInfo(ente.fuso)).date()


_PRESENTATE = RichiestaVariazione.objects.filter(presentata_il__isnull=False)


def con_esito(righe: QuerySet[InvitoVariazione], giorno: date) -> QuerySet[InvitoVariazione]:
    """With `esito`: a request was filed because of it, declined, expired without an answer, or
    still open. The latest first."""
    return righe.annotate(
        esito=Case(
            When(Exists(_PRESENTATE.filter(invito=OuterRef("pk"))), then=Value("accolto")),
            When(declinato_il__isnull=False, then=Value("declinato")),
            When(entro__lt=giorno, then=Value("scaduto")),
            default=Value("aperto"),
        )
    ).order_by("-pk")


def visti(righe: QuerySet[InvitoVariazione], giorno: date) -> list[Invito]:
    """Rows that have their `esito`, with what was filed because of each."""
    return [
        Invito(i, tuple(i.richieste.all()), i.esito, giorno)  # type: ignore[attr-defined]
        for i in righe.select_related(
            "persona", "obiettivo__unita", "obiettivo__ciclo"
        ).prefetch_related(Prefetch("richieste", _PRESENTATE.order_by("pk")))
    ]


def di_obiettivo(obiettivo: Obiettivo, giorno: date) -> list[Invito]:
    """The invitations on one objective, the latest first."""
    suoi = InvitoVariazione.objects.filter(obiettivo=obiettivo)
    return visti(con_esito(suoi, giorno), giorno)


def aperto(obiettivo: Obiettivo, giorno: date) -> Invito | None:
    """The invitation that still waits for an answer, the latest one where there are more."""
    return next((i for i in di_obiettivo(obiettivo, giorno) if i.esito == "aperto"), None)


def della_pagina(obiettivo: Obiettivo, attore: Attore, giorno: date) -> dict[str, Any]:
    """What the scheda and the report show of invitations: those still open, and whether this
    person may write one."""
    if obiettivo.stato not in ("approvato", "in_corso"):
        return {"inviti": [], "puo_invitare": False}
    puo = attore.incarico_per("invita_variazione", obiettivo.unita.percorso)
    return {
        "inviti": [i for i in di_obiettivo(obiettivo, giorno) if i.esito == "aperto"],
        "puo_invitare": puo is not None,
    }


def dell_anno(
    attore: Attore, ciclo: Ciclo, giorno: date, esito: str | None = None
) -> QuerySet[InvitoVariazione]:
    """The invitations of a year, on the objectives that `attore` sees, each with its `esito`; only
    those of which that came, where it is asked."""
    suoi = Obiettivo.objects.filter(selectors.visibili(attore), ciclo=ciclo)
    righe = con_esito(InvitoVariazione.objects.filter(obiettivo__in=suoi), giorno)
    return righe.filter(Q(esito=esito)) if esito else righe


def invito(attore: Attore, pid: UUID, giorno: date) -> Invito:
    """One of them by its public id. Raises NonTrovato when it is not there or not to be seen."""
    suoi = Obiettivo.objects.filter(selectors.visibili(attore))
    uno = InvitoVariazione.objects.filter(pid=pid, obiettivo__in=suoi)
    trovati = visti(con_esito(uno, giorno), giorno)
    if not trovati or not attore.incarichi:
        raise NonTrovato({})
    return trovati[0]


def da_rispondere(attore: Attore, cicli: Sequence[Ciclo], giorno: date) -> list[InvitoVariazione]:
    """The open invitations that this person may answer for the settore, the first to expire
    first."""
    suoi = [
        i.percorso
        for i in attore.incarichi
        if i.ruolo in ("po", "dirigente") and i.consente("redigi_variazione", i.percorso)
    ]
    if not suoi:
        return []
    dove = Q(pk__in=())
    for percorso in suoi:
        dove |= Q(obiettivo__unita__percorso__startswith=percorso)
    return list(
        con_esito(InvitoVariazione.objects.filter(dove, ente_id=attore.ente_id), giorno)
        .filter(
            Q(esito="aperto"),
            obiettivo__stato__in=("approvato", "in_corso"),
            obiettivo__ciclo__in=cicli,
        )
        .select_related("obiettivo__unita", "obiettivo__ciclo")
        .order_by("entro", "pk")
    )


# --- R40 ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chieste:
    """Of one objective: how many requests of variazione were filed in its year, how many of them
    late, and the invitations it had, with the settore's answers."""

    presentate: int = 0
    tardive: int = 0
    inviti: tuple[InvitoVariazione, ...] = ()

    @property
    def nessuna(self) -> bool:
        """No request came: where the objective falls short, the settore is asked why (R40)."""
        return self.presentate == 0


def chieste(obiettivi: Collection[int]) -> dict[int, Chieste]:
    """Whether variazioni were asked for, for each objective by its id, in two queries. Requests ex
    officio (R34) are not the settore's, and do not count."""
    contate = {
        riga["obiettivo"]: (riga["n"], riga["tardi"])
        for riga in RichiestaVariazione.objects.filter(
            obiettivo__in=obiettivi, presentata_il__isnull=False, d_ufficio=False
        )
        .order_by()
        .values("obiettivo")
        .annotate(n=Count("pk"), tardi=Count("pk", filter=Q(tardiva=True)))
    }
    inviti: dict[int, list[InvitoVariazione]] = {}
    for i in InvitoVariazione.objects.filter(obiettivo__in=obiettivi).order_by("pk"):
        inviti.setdefault(i.obiettivo_id, []).append(i)
    return {
        pk: Chieste(*contate.get(pk, (0, 0)), inviti=tuple(inviti.get(pk, ()))) for pk in obiettivi
    }


def conti(inviti: QuerySet[InvitoVariazione]) -> list[tuple[str, str, int]]:
    """How many of each outcome, in order; those without any are left out."""
    quanti = inviti.aggregate(**{e: Count("pk", filter=Q(esito=e)) for e in ESITI})
    return [(e, str(n), quanti[e]) for e, n in ESITI.items() if quanti[e]]
