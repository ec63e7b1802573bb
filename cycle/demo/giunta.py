# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the demo's plan goes to the giunta: a set, its pareri, one act; and a later set that still
waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from cycle import permissions
from cycle.models import Ciclo, Ente, Insieme, Obiettivo, Persona
from cycle.services import insiemi
from cycle.services.decisione import Decisione, decidi
from workflows.ports import Attore, FattiAtto


def porta_in_giunta(
    *,
    ente: Ente,
    ciclo: Ciclo,
    nome: str,
    obiettivi: Sequence[Obiettivo],
    giorni: tuple[datetime, datetime, datetime],
) -> Insieme:
    """Controllo assembles the objectives and submits them, the segretario gives his parere: on
    these days."""
    composto, sottoposto, parere = giorni
    insieme = insiemi.componi(
        ciclo=ciclo,
        nome=nome,
        obiettivi=[o.pk for o in obiettivi],
        by=_chi(ente, "controllo", composto),
        istante=composto,
        canale="comando",
    )
    insiemi.compi(
        insieme=insieme,
        passo="sottoponi",
        by=_chi(ente, "controllo", sottoposto),
        istante=sottoposto,
        canale="comando",
    )
    insieme.refresh_from_db()
    _parere(ente, insieme, "tecnico", "segretario", parere)
    return insieme


def decide(
    *, ente: Ente, insieme: Insieme, atto: FattiAtto, parere: datetime, giorno: datetime
) -> None:
    """The ragioneria gives its parere, the segreteria records the act."""
    _parere(ente, insieme, "contabile", "ragioneria", parere)
    decidi(
        insieme=insieme,
        decisione=Decisione(atto=atto),
        by=_chi(ente, "segreteria", giorno),
        istante=giorno,
        canale="comando",
    )


def atto_del_peg(anno: int) -> FattiAtto:
    return FattiAtto(numero="31", data=date(anno, 2, 12))


def _parere(ente: Ente, insieme: Insieme, tipo: str, ruolo: str, istante: datetime) -> None:
    insiemi.rendi_parere(
        insieme=insieme,
        tipo=tipo,
        esito="favorevole",
        testo="",
        by=_chi(ente, ruolo, istante),
        istante=istante,
        impronta=insieme.impronta,
        canale="comando",
    )


def _chi(ente: Ente, ruolo: str, istante: datetime) -> Attore:
    persona = Persona.objects.filter(ente=ente, incarichi__ruolo=ruolo).order_by("pk")[0]
    return permissions.attore(ente.pk, persona.pk, istante)
