# SPDX-License-Identifier: AGPL-3.0-or-later
"""The private address at which a person's agenda reads the terms. The token is told once and only
its SHA-256 is kept; like the API's, it is found by its hash, so nothing secret is compared."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from icalendar import Alarm, Calendar, Event

from cycle import permissions
from cycle.models import Ente, FeedCalendario, Persona, Scadenza
from cycle.services.enti import nell_ente
from cycle.services.gettoni import impronta
from cycle.termini import in_vigore

PRODOTTO = "-//Ciclo della performance//Calendario//IT"
PREAVVISI = (timedelta(days=7), timedelta(days=1))


def crea(*, persona: Persona) -> str:
    """A new token for the calendar of `persona`, in place of the old one: the only time it is
    told. The registro does not keep it: it is a secret of its owner and no act of anybody."""
    gettone = secrets.token_urlsafe(32)
    FeedCalendario.objects.update_or_create(
        persona=persona,
        defaults={"ente_id": persona.ente_id, "impronta": impronta(gettone), "creato_il": Now()},
    )
    return gettone


def revoca(*, persona: Persona) -> bool:
    """Close the address of `persona`; whether there was one."""
    quanti, _per_modello = FeedCalendario.objects.filter(persona=persona).delete()
    return quanti > 0


def leggi(*, ipa: str, gettone: str, istante: datetime, base: str) -> bytes | None:
    """The calendar of whoever holds the token: the terms of the roles held at `istante`. None
    when the token is nobody's in that ente. `base` is the address of the ente's pages."""
    with transaction.atomic():
        trovato = (
            FeedCalendario.objects.select_related("persona__ente")
            .filter(
                impronta=impronta(gettone),
                ente__codice_ipa=ipa,
                persona__utente__is_active=True,
                persona__sospesa_il__isnull=True,
            )
            .first()
        )
        if trovato is None:
            return None
        ente = trovato.persona.ente
        nell_ente(ente.pk)
        ruoli = permissions.attore(ente.pk, trovato.persona_id, istante).ruoli()
        scadenze = [
            s
            for s in in_vigore(istante)
            .filter(ente=ente, ciclo__stato="aperto")
            .select_related("ciclo")
            .prefetch_related("proroghe__atto")
            if ruoli & set(s.ruoli)
        ]
    return _calendario(ente, scadenze, istante, base)


def _calendario(ente: Ente, scadenze: list[Scadenza], istante: datetime, base: str) -> bytes:
    calendario = Calendar()
    calendario.add("prodid", PRODOTTO)
    calendario.add("version", "2.0")
    calendario.add("x-wr-calname", _("Termini, %(ente)s") % {"ente": ente.nome})
    calendario.add("refresh-interval", timedelta(hours=6), parameters={"VALUE": "DURATION"})
    for s in scadenze:
        calendario.add_component(_evento(s, istante, base))
    return bytes(calendario.to_ical())


def _evento(s: Scadenza, istante: datetime, base: str) -> Event:
    """A term as the last hour of its last day: the end of an event is the first instant that no
    longer belongs to it, and so is a term's (R41)."""
    proroghe = [p for p in s.proroghe.all() if p.istante <= istante]
    evento = Event()
    evento.add("uid", f"{s.pid}@ciclo-performance")
    evento.add("dtstamp", istante.replace(microsecond=0))
    evento.add("sequence", len(proroghe))
    evento.add("dtstart", s.effettivo - timedelta(hours=1))
    evento.add("dtend", s.effettivo)
    evento.add("summary", f"{s.nome} {s.ciclo.anno}")
    righe = [str(s.get_tipo_display())]
    if s.blocca:
        righe.append(_("Dopo non si può più %(cosa)s.") % {"cosa": s.blocca})
    righe += [_("Prorogato: %(atto)s.") % {"atto": p.atto} for p in proroghe]
    evento.add("description", "\n".join(righe))
    evento.add("url", f"{base}{s.ciclo.anno}/calendario/#{s.codice}")
    evento.add("transp", "TRANSPARENT")
    for prima in PREAVVISI:
        avviso = Alarm()
        avviso.add("action", "DISPLAY")
        avviso.add(
            "description",
            ngettext("%(nome)s: manca un giorno", "%(nome)s: mancano %(n)s giorni", prima.days)
            % {"nome": s.nome, "n": prima.days},
        )
        avviso.add("trigger", -prima)
        evento.add_component(avviso)
    return evento
