# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a page is asked to suppose: another instant, another role. It writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.translation import gettext as _

from cycle import permissions
from cycle.contesto import Contesto
from workflows.ports import RUOLI, Attore


@dataclass(frozen=True, slots=True)
class Ipotesi:
    """The instant and the role supposed; neither: me, now. `errore`: the instant as written is
    none."""

    il: datetime | None = None
    ruolo: str = ""
    scritto: str = ""
    errore: str = ""

    def __bool__(self) -> bool:
        return bool(self.il or self.ruolo)

    @property
    def parametri(self) -> str:
        """The same, for the address of another page; empty when nothing is supposed."""
        detti = {"il": self.scritto if self.il else "", "ruolo": self.ruolo}
        return "?" + urlencode({k: v for k, v in detti.items() if v}) if self else ""

    def istante(self, c: Contesto) -> datetime:
        return self.il or c.istante

    def attore(self, c: Contesto, percorso: str) -> Attore:
        """Me at that instant, or nobody with that role on the unit at `percorso`."""
        if self.ruolo:
            return permissions.ipotetico(c.ente, self.ruolo, percorso, self.istante(c))
        if self.il is None:
            return c.attore
        return permissions.attore(c.ente.pk, c.persona.pk, self.il)


def ipotesi(parametri: QueryDict, c: Contesto) -> Ipotesi:
    """What `?il=` and `?ruolo=` suppose; a role that does not exist counts as not said."""
    ruolo = parametri.get("ruolo", "")
    scritto = parametri.get("il", "")
    il, errore = istante(scritto, c)
    return Ipotesi(il, ruolo if ruolo in RUOLI else "", scritto, errore)


def istante(testo: str, c: Contesto) -> tuple[datetime | None, str]:
    """The instant of a what-if, in the ente's zone when it names none, and what is wrong."""
    if not testo.strip():
        return None, ""
    sbagliato = _("«%(testo)s» non è una data con l'ora: scriverla come 2026-09-30T12:00.")
    try:
        letto = datetime.fromisoformat(testo.strip())
        if letto.tzinfo is None:
            letto = letto.replace(tzinfo=ZoneInfo(c.ente.fuso))
        letto = letto.astimezone(UTC)
    except (ValueError, OverflowError):
        return None, sbagliato % {"testo": testo[:40]}
    if not 2000 <= letto.year <= 2100:
        return None, _("La data deve stare fra il 2000 e il 2100.")
    return letto, ""
