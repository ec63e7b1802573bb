# SPDX-License-Identifier: AGPL-3.0-or-later
"""The year's register of variazioni (R32): each request that was filed, what it changes, what was
decided and why, and what the Nucleo says of it in the Relazione.

The same rows are the page, the workbook, the PDF and the API, in three queries for any number of
them. The words of a change are those it was written with: what is in force now is not read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cycle.models import ParereVariazione, RichiestaVariazione
from cycle.models.variazione import ESITI_VARIAZIONE, GENERI_CAMBIO
from cycle.variazioni.cambi import Cambio
from cycle.variazioni.fatti import nome_richiesta
from cycle.variazioni.quadro import campi_di, senza_riga
from workflows.machines.variazione import DECISE, STATI

GENERI: Mapping[str, str] = dict(GENERI_CAMBIO)
_STATI, _ESITI = dict(STATI), dict(ESITI_VARIAZIONE)


@dataclass(frozen=True, slots=True)
class Confronto:
    """One change as a row of a table: what kind it is, where, before and after, in words."""

    genere: str
    cambio: Cambio

    @property
    def dove(self) -> str:
        return self.cambio.dove

    @property
    def prima(self) -> str:
        return self.cambio.da_a[0]

    @property
    def dopo(self) -> str:
        return self.cambio.da_a[1]


@dataclass(frozen=True, slots=True)
class RigaRegistro:
    """A request in the register. `valutazione` is the Nucleo's, once it has written it."""

    richiesta: RichiestaVariazione
    cambi: tuple[Confronto, ...]
    valutazione: ParereVariazione | None

    @property
    def nome(self) -> str:
        return nome_richiesta(self.richiesta, self.richiesta.obiettivo.codice)

    @property
    def decisa(self) -> bool:
        return self.richiesta.stato in DECISE

    @property
    def da_valutare(self) -> bool:
        """Whether the Nucleo still has to say something of it for the Relazione."""
        return self.decisa and self.valutazione is None

    @property
    def esito(self) -> str:
        """How it ended; of what still waits, that it does."""
        return str(_STATI[self.richiesta.stato]) if self.decisa else _("In attesa")

    @property
    def giudizio(self) -> str:
        """The Nucleo's judgement, in a word."""
        return str(_ESITI[self.valutazione.esito]) if self.valutazione else ""


def righe(richieste: Sequence[RichiestaVariazione]) -> list[RigaRegistro]:
    """The rows of these requests, in their order; they come with their `obiettivo`."""
    pk = [v.pk for v in richieste]
    campi = campi_di(pk)
    valutazioni = {
        p.richiesta_id: p
        for p in ParereVariazione.objects.filter(
            richiesta__in=pk, tipo="valutazione"
        ).select_related("persona")
    }
    return [
        RigaRegistro(
            v,
            tuple(Confronto(GENERI[c.genere], senza_riga(c)) for c in campi[v.pk]),
            valutazioni.get(v.pk),
        )
        for v in richieste
    ]
