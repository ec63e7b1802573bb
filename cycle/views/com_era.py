# SPDX-License-Identifier: AGPL-3.0-or-later
"""`?al=`: a page asked to show what it showed at an instant (`cycle.come_era`)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.translation import gettext as _

from cycle import come_era
from cycle.contesto import Contesto, RichiestaEnte


@dataclass(frozen=True, slots=True)
class ComEra:
    """The instant that is asked for; None: now. `errore`: what was written is none, or there was
    nothing then."""

    istante: datetime | None = None
    scritto: str = ""
    errore: str = ""

    @property
    def parametri(self) -> str:
        """The same, for the address of another page."""
        return "?" + urlencode({"al": self.scritto}) if self.istante else ""

    def non_c_era(self) -> ComEra:
        """The same question, to which the answer is no."""
        return replace(
            self,
            istante=None,
            errore=_("Allora non c'era, o non era da vedere: qui sotto c'è com'è adesso."),
        )


ADESSO = ComEra()


def chiesto(request: HttpRequest, c: Contesto) -> ComEra:
    """What the address asks."""
    scritto = request.GET.get("al", "").strip()
    if not scritto:
        return ADESSO
    letto = come_era.letto(scritto, c.ente.fuso)
    if letto is None:
        sbagliato = _("«%(testo)s» non è una data: scriverla come 2026-09-30 o 2026-09-30T12:00.")
        return ComEra(scritto=scritto[:40], errore=sbagliato % {"testo": scritto[:40]})
    return ComEra(letto, scritto)


@contextmanager
def allora(
    request: RichiestaEnte, al: ComEra, *, obiettivo: int | None = None, ciclo: int | None = None
) -> Iterator[None]:
    """The page is read as it was: today too is that day, while who asks is who he is now."""
    c = request.contesto
    if al.istante is None:
        yield
        return
    with come_era.come_era(ente_id=c.ente.pk, istante=al.istante, obiettivo=obiettivo, ciclo=ciclo):
        request.contesto = replace(c, istante=al.istante)
        try:
            yield
        finally:
            request.contesto = c
