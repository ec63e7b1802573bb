# SPDX-License-Identifier: AGPL-3.0-or-later
"""Under which incarico somebody writes a request: the settore its own, the segreteria those ex
officio (R34). One answer for the service, the button, the task and the API."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from cycle.models import RichiestaVariazione
from workflows.ports import RUOLI, Attore, Incarico

DEL_SETTORE, PER_LA_GIUNTA = ("po", "dirigente"), ("segreteria",)


def con_ruolo(
    by: Attore, permesso: str, percorso: str, ruoli: Collection[str] = RUOLI
) -> Incarico | None:
    """The incarico, of one of `ruoli`, that gives `by` the permission there."""
    suoi = replace(by, incarichi=tuple(i for i in by.incarichi if i.ruolo in ruoli))
    return suoi.incarico_per(permesso, percorso)


def ruoli(v: RichiestaVariazione) -> tuple[str, ...]:
    """Whose the request is."""
    return PER_LA_GIUNTA if v.d_ufficio else DEL_SETTORE


def redige(by: Attore, v: RichiestaVariazione, percorso: str) -> Incarico | None:
    """To write the draft again."""
    return con_ruolo(by, "redigi_variazione", percorso, ruoli(v))


def permesso_di_rebase(by: Attore, v: RichiestaVariazione) -> str:
    """Its author rebases it because he writes it, others because they may file it (R30)."""
    return "redigi_variazione" if by.persona_id == v.autore_id else "presenta_variazione"


def ribasa(by: Attore, v: RichiestaVariazione, percorso: str) -> Incarico | None:
    """To write it against the values now in force."""
    return con_ruolo(by, permesso_di_rebase(by, v), percorso, ruoli(v))
