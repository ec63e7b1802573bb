# SPDX-License-Identifier: AGPL-3.0-or-later
"""Guards of the dialogue on a report: what the Nucleo observes, what the settore answers, and
when the percentages can be validated (R54-R59)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from workflows.guards import Mancanza, guardia
from workflows.ports import Attore, Fascicolo


@guardia("R54", "nucleo")
def osservazioni_firmate(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """C'è almeno un'osservazione firmata, e nessuna è rimasta in bozza."""
    if not f.osservazioni:
        yield (
            _("Nessuna osservazione è stata firmata."),
            _("Firmarne almeno una; se non c'è nulla da osservare, validare in seduta."),
        )
    in_bozza = [o.specifico for o in f.osservazioni if not o.firmata]
    if in_bozza:
        yield (
            ngettext(
                "L'osservazione su %(codici)s è ancora in bozza.",
                "Le osservazioni su %(codici)s sono ancora in bozza.",
                len(in_bozza),
            )
            % {"codici": ", ".join(in_bozza)},
            _("Firmarle, oppure toglierle."),
        )


@guardia("R55", "nucleo")
def nel_termine_di_replica(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Si risponde al Nucleo entro i giorni che l'anno prevede."""
    if f.replica_entro is not None and t >= f.replica_entro:
        yield (
            _("Il termine per rispondere al Nucleo è passato: era il %(giorno)s.")
            % {"giorno": _ultimo_giorno(f, f.replica_entro)},
            _("Il Nucleo può validare; può anche riaprire la relazione, con una motivazione."),
        )


@guardia("R55", "dirigente", del_modulo=True)
def risposta_o_rinuncia(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """A ogni osservazione c'è una risposta, oppure si rinuncia a rispondere."""
    if f.richiesta.dati.get("rinuncia"):
        return
    senza = [o.specifico for o in f.osservazioni if o.firmata and not o.risposta]
    if senza:
        yield (
            ngettext(
                "Manca la risposta all'osservazione su %(codici)s.",
                "Mancano le risposte alle osservazioni su %(codici)s.",
                len(senza),
            )
            % {"codici": ", ".join(senza)},
            _("Scriverla, oppure dichiarare che si rinuncia a rispondere."),
        )


@guardia("R55", "dirigente")
def contraddittorio_concluso(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Ciò che è osservato ha avuto risposta, o rinuncia, o il suo termine è passato."""
    if f.stato == "trasmessa" and any(o.firmata for o in f.osservazioni):
        yield (
            _("C'è un'osservazione firmata che il settore non ha ancora ricevuto."),
            _("Inviarla, oppure toglierla."),
        )
    if f.stato == "osservata" and f.replica_entro is not None and t < f.replica_entro:
        yield (
            _("Il settore può ancora rispondere alle osservazioni, fino al %(giorno)s.")
            % {"giorno": _ultimo_giorno(f, f.replica_entro)},
            _("Attendere la risposta, o la rinuncia, del dirigente; oppure quel giorno."),
        )


@guardia("R54", "nucleo", conflitto=True)
def cifre_come_trasmesse(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """I valori e i target sono quelli trasmessi: nessuna cifra si è mossa."""
    for cifra in f.mosse:
        yield (
            _("Dopo la trasmissione si è mossa una cifra: %(cifra)s.") % {"cifra": cifra},
            _("Riaprire la relazione: il settore la trasmette di nuovo."),
        )


def _ultimo_giorno(f: Fascicolo, termine: datetime) -> str:
    ultimo = (termine - timedelta(microseconds=1)).astimezone(ZoneInfo(f.politica.fuso))
    return f"{ultimo:%d/%m/%Y}"
