# SPDX-License-Identifier: AGPL-3.0-or-later
"""Verifying the registro of an ente, and remembering what was found: the page of the registro shows
it, and the segretario is told at once of what is broken (R84)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from cycle import permissions
from cycle.models import Ente
from cycle.services.enti import di_comando, nell_ente
from notifications.posta import NuovaNotifica, scrivi
from workflows.ports import Attore
from workflows.registro import azioni, traccia
from workflows.registro.traccia import Esito, Passo

giornale = logging.getLogger(__name__)
RICORDATI = 5  # of what is broken, in the registro; the command tells all of it
# Whoever answers for the registro, or in his absence who keeps it.
AVVISATI = ("segretario", "controllo")


def verifica(
    *,
    ente: Ente | None,
    istante: datetime,
    da: datetime | None = None,
    note: dict[str, str] | None = None,
    avanza: Callable[[Passo], None] = lambda _passo: None,
) -> Esito:
    """Read the registro again, of an ente or (None) of all of them together, judge it, and remember
    the outcome in the registro of each. `da`: from then on; `note`: day -> digest of the anchors
    kept outside; `avanza` is told how far it is."""
    trovato: Esito | None = None
    with traccia.aperta(ente_id=ente.pk if ente else None, da=da) as aperta:
        fino_al = aperta.ultimo
        for passo in traccia.verifica(aperta, note):
            if isinstance(passo, Esito):
                trovato = passo
            else:
                avanza(passo)
    assert trovato is not None
    for uno in [ente] if ente else Ente.objects.order_by("pk"):
        suoi = trovato.guasti
        if ente is None and suoi:  # whose is what is broken?
            with traccia.aperta(ente_id=uno.pk, da=da) as sua:
                *_passi, esito = traccia.verifica(sua)
            assert isinstance(esito, Esito)
            suoi = esito.guasti
        try:
            _ricorda(uno, trovato, suoi, fino_al, istante, da)
        except DatabaseError:  # what was found has to be told, also when nothing can be written
            giornale.exception("la verifica del registro non si può ricordare")
    return trovato


def verifica_tutti(istante: datetime) -> list[Esito]:
    """The whole registro of every ente, one after the other."""
    return [verifica(ente=ente, istante=istante) for ente in Ente.objects.order_by("pk")]


def _ricorda(
    ente: Ente,
    trovato: Esito,
    guasti: list[str],
    fino_al: int,
    istante: datetime,
    da: datetime | None,
) -> None:
    with transaction.atomic():
        nell_ente(ente.pk)
        numero = azioni.registra_lettura(
            ente_id=ente.pk,
            procedura="registro",
            verbo="verifica",
            passi=[azioni.Voce(None)],
            attore=di_comando(ente.pk, istante),
            istante=istante,
            canale="sistema",
            dati={
                "da": da,
                "fino_al": fino_al,
                "righe": trovato.righe,
                "guasti": guasti[:RICORDATI],
                "quanti": len(guasti),
            },
        )
        if da is None or guasti:  # from a day on, it does not say that what was broken is not
            scrivi(
                _avvisi(ente, len(guasti), istante) if guasti else [],
                materie=[_materia(ente)],
                ente_id=ente.pk,
                evento_id=numero,
            )


def _materia(ente: Ente) -> str:
    return f"registro:{ente.pk}"


def _avvisi(ente: Ente, quanti: int, istante: datetime) -> list[NuovaNotifica]:
    chi: list[Attore] = []
    for ruolo in AVVISATI:
        chi = chi or [a for a in permissions.con_ruolo(ente.pk, [ruolo], istante) if a.utente_id]
    testo = _(
        "La verifica del registro ha trovato righe toccate (%(n)s): leggere nel registro che cosa "
        "fare."
    ) % {"n": quanti}
    return [
        NuovaNotifica(
            utente_id=a.utente_id,
            persona_id=a.persona_id,
            materia=_materia(ente),
            motivo="da_fare",
            testo=testo,
            link=reverse("registro", args=[ente.codice_ipa]),
            urgenza="alta",
        )
        for a in chi
        if a.utente_id is not None and a.persona_id is not None
    ]
