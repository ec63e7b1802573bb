# SPDX-License-Identifier: AGPL-3.0-or-later
"""Entering an ente: one request is one transaction, in one ente, as one person, at one instant.

Pages and API enter through `sessione`. A refusal rolls the transaction back and is then recorded
in one of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache, wraps
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg.errors import CheckViolation

from cycle import letture, orologio, permissions, selectors
from cycle.models import Ciclo, Ente, Persona, Utente
from notifications.lettura import DA_LEGGERE
from workflows.errors import Motivo, NonPossibile, NonTrovato, Rifiuto
from workflows.ports import RUOLI, Attore
from workflows.registro import azioni


@dataclass(frozen=True, slots=True)
class Contesto:
    """Where, who and when of a request."""

    ente: Ente
    persona: Persona
    attore: Attore
    istante: datetime
    canale: str
    da_leggere: int  # lines of open news not read yet
    cursore: int  # where the page's socket asks from (`notifications.lettura`)
    urgenti: int  # of those not read yet

    @property
    def anno_corrente(self) -> int:
        """The year of the ente's calendar at the instant."""
        return self.istante.astimezone(ZoneInfo(self.ente.fuso)).year

    @property
    def ruoli(self) -> list[str]:
        """Names of the roles held, in the order in which screens list them."""
        tenuti = self.attore.ruoli()
        return [nome for ruolo, nome in RUOLI.items() if ruolo in tenuti]

    @property
    def vede_insiemi(self) -> bool:
        """Whether the sets that go to the giunta are this person's to read."""
        return any(i.consente("vedi_insiemi", i.percorso) for i in self.attore.incarichi)

    @property
    def vede_cruscotto(self) -> bool:
        """Whether where the year of the whole ente stands is this person's to see."""
        return any(i.consente("vedi_cruscotto", i.percorso) for i in self.attore.incarichi)

    @property
    def compila(self) -> bool:
        """Whether the reports of some unit are theirs to fill."""
        return any(p == "compila_relazione" for i in self.attore.incarichi for p, _su in i.permessi)

    @property
    def vede_bozze(self) -> bool:
        """Whether drafts and proposals of some unit are theirs to see."""
        return any(p == "vedi_bozze" for i in self.attore.incarichi for p, _su in i.permessi)

    def cicli(self) -> list[Ciclo]:
        """The years of the ente, last first."""
        return list(Ciclo.objects.filter(ente=self.ente).order_by("-anno"))


@contextmanager
def sessione(utente: Utente, ipa: str, canale: str) -> Iterator[Contesto]:
    """Serve `utente` in the ente `ipa`. Raises NonTrovato when there is no such ente or the user
    is nobody there: which of the two is not told. What the database refuses because somebody has
    closed the year meanwhile is a refusal as any other (C3)."""
    istante = orologio.adesso()
    contesto: Contesto | None = None
    try:
        with _anno_chiuso(), transaction.atomic():
            contesto = _entra(utente, ipa, istante, canale)
            with timezone.override(ZoneInfo(contesto.ente.fuso)):
                yield contesto
    except Rifiuto as rifiuto:
        if contesto is not None:
            azioni.registra_rifiuto(rifiuto, attore=contesto.attore, istante=istante, canale=canale)
        raise


@contextmanager
def _anno_chiuso() -> Iterator[None]:
    try:
        yield
    except (IntegrityError, CheckViolation) as no:  # a COPY says it as the driver does
        causa = no if isinstance(no, CheckViolation) else no.__cause__
        detto = getattr(getattr(causa, "diag", None), "message_primary", None) or ""
        if not detto.endswith("(C3, R35)"):
            raise
        motivo = Motivo(
            "anno_aperto",
            "C3",
            _("L'anno è chiuso: non vi si scrive più."),
            _("Un errore materiale si corregge: segnalarlo dalla relazione."),
            "controllo",
        )
        raise NonPossibile({0: [motivo]}) from no


def _entra(utente: Utente, ipa: str, istante: datetime, canale: str) -> Contesto:
    persona = (
        Persona.objects.select_related("ente")
        .filter(
            ente__codice_ipa=ipa,
            utente=utente,
            utente__is_active=True,
            sospesa_il__isnull=True,
        )
        .first()
    )
    if persona is None:
        raise NonTrovato({})
    with connection.cursor() as cursore:
        cursore.execute(_COME_STA, {"ente": persona.ente_id, "utenti": [utente.pk]})
        _ente, da_leggere, urgenti, da = cursore.fetchone()
    attore = permissions.attore(persona.ente_id, persona.pk, istante)
    return Contesto(persona.ente, persona, attore, istante, canale, da_leggere, da, urgenti)


# Every transaction says its ente; the bell of the page is counted on the same trip.
_COME_STA = f"""
SELECT set_config('ciclo.ente', %(ente)s::bigint::text, true),
       coalesce(sum(d.righe), 0)::bigint, coalesce(sum(d.urgenti), 0)::bigint,
       pg_snapshot_xmin(pg_current_snapshot())::text::bigint
  FROM ({DA_LEGGERE}) d
"""  # noqa: S608 - our own words


class RichiestaEnte(HttpRequest):
    """A request that has entered an ente."""

    contesto: Contesto
    user: Utente


Vista = Callable[..., HttpResponse]


def nell_ente(vista: Vista) -> Vista:
    """A view of one ente: `ipa` is the first word of its URL and is taken from the arguments;
    the view finds the rest in `request.contesto`. Refusals become pages (`views.errori`); a file
    that leaves is remembered (`letture`)."""

    @wraps(vista)
    def dentro(request: HttpRequest, ipa: str, *args: Any, **kwargs: Any) -> HttpResponse:
        from cycle.views.errori import rifiutata  # the pages of errors use this module

        try:
            with sessione(cast(Utente, request.user), ipa, "web") as contesto:
                cast(RichiestaEnte, request).contesto = contesto
                risposta = vista(request, *args, **kwargs)
                letture.uscita(
                    request,
                    risposta,
                    rotta=request.resolver_match.view_name if request.resolver_match else "",
                    parole=kwargs,
                    by=contesto.attore,
                    istante=contesto.istante,
                    canale=contesto.canale,
                )
                return risposta
        except Rifiuto as rifiuto:
            return rifiutata(request, rifiuto)

    return dentro


def _anno_di_lavoro(contesto: Contesto | None) -> int | None:
    if contesto is None:
        return None
    ciclo = selectors.ciclo_di_lavoro(contesto.ente, contesto.anno_corrente)
    return ciclo.anno if ciclo else None


def _enti(utente: Any) -> list[Ente]:
    """The enti among which a user can change."""
    if utente is None or not utente.is_authenticated:
        return []
    return list(selectors.enti_di(utente))


def pagina(request: HttpRequest) -> dict[str, Any]:
    """What every template may use; what costs a query is asked only if the template says it."""
    contesto: Contesto | None = getattr(request, "contesto", None)
    utente = getattr(request, "user", None)  # an error can come before there is one
    return {
        "contesto": contesto,
        "ente": contesto.ente if contesto else None,
        "persona": contesto.persona if contesto else None,
        "anno": cache(lambda: _anno_di_lavoro(contesto)),
        "enti": cache(lambda: _enti(utente)),
        "cornice": "base.html",
        "scritto": (),
        "DEMO": settings.DEMO,
        "URL_SORGENTE": settings.URL_SORGENTE,
        "orologio_spostato": orologio.spostamento() if settings.DEMO else None,
    }
