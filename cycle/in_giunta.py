# SPDX-License-Identifier: AGPL-3.0-or-later
"""The requests of variazione that wait for the giunta, and what one Atto over several of them would
do: each judged as if all those to be approved were approved together."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from cycle import selectors
from cycle.models import Atto, Ciclo, RichiestaVariazione
from cycle.procedures import VARIAZIONE
from cycle.variazioni.fatti import di_variazioni, nome_richiesta
from cycle.variazioni.quadro import Quadro, campi_di
from workflows.machines.variazione import PENDENTI
from workflows.ports import Attore, Fascicolo, Richiesta
from workflows.verdetto import Verdetto, verdetto

APPROVA, RESPINGI = "approva", "respingi"


@dataclass(frozen=True, slots=True)
class InAttesa:
    """A request that waits: how it is called, what it changes in words, its facts, and since how
    many whole days it was filed (R38)."""

    richiesta: RichiestaVariazione
    nome: str
    frasi: tuple[str, ...]
    fatti: Fascicolo
    da_giorni: int

    @property
    def mancano(self) -> Sequence[str]:
        v = self.fatti.variazione
        return v.mancano if v else ()

    @property
    def mossi(self) -> bool:
        """Whether what is in force moved under it: its author must rebase it first."""
        v = self.fatti.variazione
        return bool(v and v.mossi)

    @property
    def pronta(self) -> bool:
        """Whether it only waits for the giunta."""
        return self.richiesta.stato == "istruita" and not self.mossi


def attendono(attore: Attore, ciclo: Ciclo) -> QuerySet[RichiestaVariazione]:
    """The requests of a year that wait for a decision, the examined first, then the oldest."""
    return (
        RichiestaVariazione.objects.filter(
            selectors.variazioni_visibili(attore), obiettivo__ciclo=ciclo, stato__in=PENDENTI
        )
        .select_related("obiettivo__ciclo", "obiettivo__unita", "ente")
        .order_by("stato", "presentata_il", "pk")  # istruita before presentata
    )


def scelte(attore: Attore, ciclo: Ciclo, pid: Collection[UUID]) -> list[RichiestaVariazione]:
    """The requests of a year with those public ids that `attore` sees, decided ones included: who
    is late must be told."""
    return list(
        RichiestaVariazione.objects.filter(
            selectors.variazioni_visibili(attore),
            obiettivo__ciclo=ciclo,
            pid__in=pid,
            presentata_il__isnull=False,
        )
        .select_related("obiettivo__ciclo", "obiettivo__unita", "atto", "ente")
        .order_by("obiettivo__codice", "numero")
    )


def leggi(richieste: Sequence[RichiestaVariazione], istante: datetime) -> list[InAttesa]:
    """The same with what each asks and lacks, in a fixed number of queries."""
    quadro = Quadro({v.obiettivo_id for v in richieste})
    fatti = di_variazioni(richieste, istante, Richiesta(), quadro)
    campi = campi_di([v.pk for v in richieste])
    return [
        InAttesa(
            richiesta=v,
            nome=nome_richiesta(v, v.obiettivo.codice),
            frasi=tuple(quadro.cambio(r).frase for r in campi[v.pk]),
            fatti=fatti[v.pk],
            da_giorni=(istante - v.presentata_il) // timedelta(days=1) if v.presentata_il else 0,
        )
        for v in richieste
    ]


def giudica(
    richieste: Sequence[RichiestaVariazione],
    esiti: Mapping[int, str],
    attore: Attore,
    istante: datetime,
) -> dict[int, Verdetto]:
    """For each request the verdict on what becomes of it, `esiti` by id: those to be approved are
    judged together, so that weights are summed over all that the act would change (R68)."""
    trovati: dict[int, Verdetto] = {}
    for nome in (APPROVA, RESPINGI):
        sue = [v for v in richieste if esiti.get(v.pk) == nome]
        passo = VARIAZIONE.macchina.transizione(nome)
        assert passo is not None
        fatti = di_variazioni(sue, istante, Richiesta()) if sue else {}
        trovati |= {
            v.pk: verdetto(VARIAZIONE.macchina, passo, fatti[v.pk], attore, istante, anteprima=True)
            for v in sue
        }
    return trovati


def decise(atto: Atto) -> list[RichiestaVariazione]:
    """The requests that an Atto decided, in the order of the plan."""
    return list(
        RichiestaVariazione.objects.filter(atto=atto)
        .select_related("obiettivo")
        .order_by("obiettivo__codice", "numero")
    )


_AVVISATI = """
SELECT p.nome_completo, min(n.motivo), bool_and(n.letta_il IS NOT NULL)
  FROM notifications_notifica n JOIN cycle_persona p ON p.id = n.persona_id
 WHERE n.ente_id = %s AND n.materia = ANY (%s) AND n.evento_id IN (
       SELECT e.id FROM workflows_evento e WHERE e.ente_id = %s AND e.atto_id = %s
          AND e.registrato_il >= %s - interval '1 day' AND e.procedura = 'variazione')
 GROUP BY p.id, p.nome_completo
 ORDER BY p.nome_completo
"""


def avvisati(atto: Atto, richieste: Sequence[RichiestaVariazione]) -> list[tuple[str, str, bool]]:
    """Who was told of what an Atto decided on requests: name, why, whether they have read it."""
    if not richieste:
        return []
    materie = [f"variazione:{v.pk}" for v in richieste]
    con: list[Any] = [atto.ente_id, materie, atto.ente_id, atto.pk, atto.registrato_il]
    with connection.cursor() as cursore:
        cursore.execute(_AVVISATI, con)
        return [(nome.title(), motivo, letta) for nome, motivo, letta in cursore.fetchall()]
