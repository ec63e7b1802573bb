# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Nucleo invites a settore to file a variazione (R39): shown until one is filed, it is
declined, or its day has passed. It binds nobody."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from cycle import permissions
from cycle.fascicolo import di_obiettivi
from cycle.insiemi import riserva
from cycle.models import InvitoVariazione, Obiettivo
from cycle.procedures import OBIETTIVO
from cycle.services.enti import nell_ente
from cycle.services.variazioni import comune
from notifications import posta
from notifications.posta import NuovaNotifica
from workflows.errors import Conflitto, Motivo, NonPossibile, NonTrovato, Tentativo
from workflows.ports import Attore, Fascicolo
from workflows.registro import azioni


def invita(
    *,
    obiettivo: Obiettivo,
    testo: str,
    entro: date,
    by: Attore,
    istante: datetime,
    canale: str = "web",
) -> InvitoVariazione:
    """Invite the settore of an objective to ask for a variazione by the day `entro`, and tell its
    responsabili. Raises NonAutorizzato, NonPossibile without a text or when the objective is not
    being carried out."""
    with transaction.atomic():
        nell_ente(by.ente_id)
        by = comune.adesso(by, istante)
        o = _bloccato(by, obiettivo.pk)
        f = di_obiettivi([o.pk])[o.pk]
        prova = Tentativo("variazione", "invita", {o.pk: o.pk})
        incarico = comune.incarico_per(by, "invita_variazione", f, prova)
        if not testo.strip() or o.stato not in ("approvato", "in_corso"):
            raise NonPossibile({o.pk: [_non_si_invita(f)]}, prova)
        pk = riserva("cycle_invitovariazione", 1)[0]
        numero = azioni.apri(
            ente_id=by.ente_id,
            procedura="variazione",
            verbo="invita",
            passi=[azioni.Voce(pk, o.pk, "", "", incarico)],
            attore=by,
            istante=istante,
            motivazione=testo.strip(),
            canale=canale,
            dati={"entro": entro},
        )
        invito = InvitoVariazione(
            pk=pk,
            ente_id=by.ente_id,
            obiettivo=o,
            persona_id=comune.persona(by),
            testo=testo.strip(),
            entro=entro,
            invitato_il=istante,
        )
        invito.save(force_insert=True)
        _avvisa(o, f, invito, numero, istante)
    return invito


def declina(
    *,
    invito: InvitoVariazione,
    risposta: str,
    by: Attore,
    istante: datetime,
    canale: str = "web",
) -> InvitoVariazione:
    """Answer that no variazione will be asked for, and why. Raises NonAutorizzato, NonPossibile
    without a reason, Conflitto when it was answered already."""
    with transaction.atomic():
        nell_ente(by.ente_id)
        by = comune.adesso(by, istante)
        o = _bloccato(by, invito.obiettivo_id)
        f = di_obiettivi([o.pk])[o.pk]
        prova = Tentativo("variazione", "declina", {invito.pk: o.pk})
        incarico = comune.incarico_per(by, "redigi_variazione", f, prova, comune.DEL_SETTORE)
        presente = InvitoVariazione.objects.get(pk=invito.pk)
        if presente.declinato_il is not None:
            raise Conflitto({invito.pk: [_gia_risposto()]})
        if not risposta.strip():
            raise NonPossibile({invito.pk: [_senza_risposta()]}, prova)
        azioni.apri(
            ente_id=by.ente_id,
            procedura="variazione",
            verbo="declina",
            passi=[azioni.Voce(invito.pk, o.pk, "", "", incarico)],
            attore=by,
            istante=istante,
            motivazione=risposta.strip(),
            canale=canale,
        )
        presente.risposta, presente.declinato_il = risposta.strip(), istante
        presente.save(update_fields=["risposta", "declinato_il"])
    return presente


def _bloccato(by: Attore, pk: int) -> Obiettivo:
    trovati = OBIETTIVO.blocca(by.ente_id, [pk])
    if not trovati:
        raise NonTrovato({})
    return trovati[0]


def _avvisa(
    o: Obiettivo, f: Fascicolo, invito: InvitoVariazione, numero: int, istante: datetime
) -> None:
    persone = [p for p in (o.responsabile_generale_id, o.responsabile_operativo_id) if p]
    testo = _("%(codice)s «%(titolo)s»: il Nucleo invita a chiedere una variazione entro il %(g)s")
    posta.scrivi(
        [
            NuovaNotifica(
                utente_id=chi.utente_id,
                persona_id=pk,
                materia=f"invito:{invito.pk}",
                motivo="responsabile",
                testo=testo
                % {"codice": o.codice, "titolo": o.titolo[:120], "g": f"{invito.entro:%d/%m/%Y}"},
                link=reverse("scheda", args=[f.ente, o.pid]),
            )
            for pk, chi in permissions.attori(o.ente_id, persone, istante).items()
            if chi.utente_id is not None
        ],
        materie=[f"invito:{invito.pk}"],
        ente_id=o.ente_id,
        evento_id=numero,
    )


def _non_si_invita(f: Fascicolo) -> Motivo:
    return Motivo(
        "invito_motivato",
        "R39",
        _("Si invita per un obiettivo approvato o in corso, dicendo perché (si trova in «%(s)s»).")
        % {"s": f.stato.replace("_", " ")},
        _("Scrivere che cosa non va, e che cosa si suggerisce di variare."),
        "nucleo",
    )


def _gia_risposto() -> Motivo:
    return Motivo(
        "invito_aperto",
        "R39",
        _("A questo invito è già stato risposto."),
        _("Ricaricare la pagina."),
        "",
    )


def _senza_risposta() -> Motivo:
    return Motivo(
        "risposta_presente",
        "R39",
        _("Manca la risposta al Nucleo."),
        _("Scrivere perché non si chiede la variazione."),
        "dirigente",
    )
