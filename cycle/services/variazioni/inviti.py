# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Nucleo invites a settore to file a variazione (R39): shown until one is filed, it is
declined, or its day has passed. It binds nobody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from cycle import permissions
from cycle.fascicolo import di_obiettivi
from cycle.insiemi import riserva
from cycle.models import Incarico, InvitoVariazione, Obiettivo, RichiestaVariazione
from cycle.procedures import OBIETTIVO
from cycle.services.enti import nell_ente
from cycle.services.variazioni import comune
from cycle.variazioni.chi import DEL_SETTORE, con_ruolo
from notifications import posta
from notifications.posta import NuovaNotifica
from workflows.errors import Conflitto, Motivo, NonPossibile, NonTrovato, Tentativo
from workflows.guards import anno_aperto
from workflows.ports import Attore, Fascicolo
from workflows.registro import azioni

_MEMORIA = 60  # days after which an expired invitation is not looked at again


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
        if entro < istante.astimezone(ZoneInfo(f.politica.fuso)).date():
            raise NonPossibile({o.pk: [_gia_passato(entro)]}, prova)
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
        invito = InvitoVariazione.objects.get(pk=pk)  # its pid is given by the database
        avvisa([invito], numero, istante)
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
        incarico = comune.incarico_per(by, "redigi_variazione", f, prova, DEL_SETTORE)
        presente = InvitoVariazione.objects.get(pk=invito.pk)
        if presente.declinato_il is not None:
            raise Conflitto({invito.pk: [_gia_risposto()]})
        if chiuso := anno_aperto.motivi(f, by, istante):
            raise NonPossibile({invito.pk: chiuso}, prova)
        if not risposta.strip():
            raise NonPossibile({invito.pk: [_senza_risposta()]}, prova)
        numero = azioni.apri(
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
        testo = _("%(codice)s «%(titolo)s»: il settore non chiederà la variazione. %(perche)s")
        _avvisa_il_nucleo(o, f, presente, testo % _detto(o, risposta), numero, istante)
    return presente


def risposto(v: RichiestaVariazione, numero: int | None, istante: datetime) -> None:
    """A request was filed because of an invitation: nobody is asked to answer it any more, and
    the member who invited is told (R39). In the transaction of the filing."""
    if v.invito_id is None:
        return
    invito = InvitoVariazione.objects.get(pk=v.invito_id)
    f = di_obiettivi([v.obiettivo_id])[v.obiettivo_id]
    testo = _("%(codice)s «%(titolo)s»: chiesta la variazione a cui il Nucleo ha invitato")
    detto = testo % _detto(v.obiettivo)
    _avvisa_il_nucleo(v.obiettivo, f, invito, detto, numero, istante)


def _bloccato(by: Attore, pk: int) -> Obiettivo:
    trovati = OBIETTIVO.blocca(by.ente_id, [pk])
    if not trovati:
        raise NonTrovato({})
    return trovati[0]


def chiudi_scaduti(ente_id: int, giorno: date) -> None:
    """Nobody has to answer any more an invitation whose last day was before `giorno`."""
    scaduti = InvitoVariazione.objects.filter(
        ente_id=ente_id,
        entro__lt=giorno,
        entro__gte=giorno - timedelta(days=_MEMORIA),
        declinato_il__isnull=True,
    )
    materie = [f"invito:{pk}" for pk in scaduti.values_list("pk", flat=True)]
    if materie:
        posta.scrivi([], materie=materie, ente_id=ente_id, evento_id=None)


def _detto(o: Obiettivo, perche: str = "") -> dict[str, str]:
    return {"codice": o.codice, "titolo": o.titolo[:120], "perche": perche.strip()[:200]}


def avvisa(inviti: Sequence[InvitoVariazione], numero: int | None, istante: datetime) -> None:
    """Tell of invitations of one ente those of the settore who can answer them, and the
    responsabili; in a number of queries that does not depend on how many they are."""
    if not inviti:
        return
    obiettivi = Obiettivo.objects.in_bulk({i.obiettivo_id for i in inviti})
    fatti = di_obiettivi(list(obiettivi))
    ente_id = inviti[0].ente_id
    responsabili = {
        pk: {o.responsabile_generale_id, o.responsabile_operativo_id} - {None}
        for pk, o in obiettivi.items()
    }
    persone = _del_settore(ente_id, [f.percorso for f in fatti.values()], istante)
    persone.update(p for suoi in responsabili.values() for p in suoi if p)
    attori = permissions.attori(ente_id, sorted(persone), istante).values()
    testo = _("%(codice)s «%(titolo)s»: il Nucleo invita a chiedere una variazione entro il %(g)s")
    notizie = []
    for i in inviti:
        o, f = obiettivi[i.obiettivo_id], fatti[i.obiettivo_id]
        detto = testo % {**_detto(o), "g": f"{i.entro:%d/%m/%Y}"}
        chi = [
            (a, "da_fare" if risponde else "responsabile")
            for a in attori
            if (risponde := _risponde(a, f)) or a.persona_id in responsabili[o.pk]
        ]
        notizie += _notizie(f, i, chi, detto)
    materie = [_materia(i) for i in inviti]
    posta.scrivi(notizie, materie=materie, ente_id=ente_id, evento_id=numero)


def _risponde(chi: Attore, f: Fascicolo) -> bool:
    return con_ruolo(chi, "redigi_variazione", f.percorso, DEL_SETTORE) is not None


def _del_settore(ente_id: int, percorsi: Sequence[str], istante: datetime) -> set[int]:
    """Who holds a role of the settore on one of the units, or above it."""
    return {
        persona
        for persona, dove in Incarico.objects.filter(
            Q(al__isnull=True) | Q(al__gt=istante),
            ente=ente_id,
            ruolo__in=DEL_SETTORE,
            dal__lte=istante,
        ).values_list("persona", "unita__percorso")
        if any(p.startswith(dove) for p in percorsi)
    }


def _avvisa_il_nucleo(
    o: Obiettivo,
    f: Fascicolo,
    invito: InvitoVariazione,
    testo: str,
    numero: int | None,
    istante: datetime,
) -> None:
    """Who invited hears the answer; what the settore had to do is settled."""
    [chi] = permissions.attori(o.ente_id, [invito.persona_id], istante).values()
    posta.scrivi(
        _notizie(f, invito, [(chi, "ha_agito")], testo),
        materie=[_materia(invito)],
        ente_id=o.ente_id,
        evento_id=numero,
    )


def _materia(invito: InvitoVariazione) -> str:
    return f"invito:{invito.pk}"


def _notizie(
    f: Fascicolo, invito: InvitoVariazione, chi: Sequence[tuple[Attore, str]], testo: str
) -> list[NuovaNotifica]:
    return [
        NuovaNotifica(
            utente_id=a.utente_id,
            persona_id=a.persona_id,
            materia=_materia(invito),
            motivo=motivo,
            testo=testo,
            link=reverse("invito_variazione", args=[f.ente, invito.pid]),
            oggetto=f"obiettivo:{invito.obiettivo_id}",
        )
        for a, motivo in chi
        if a.utente_id is not None and a.persona_id is not None
    ]


def _gia_passato(entro: date) -> Motivo:
    return Motivo(
        "invito_in_tempo",
        "R39",
        _("Il %(g)s è già passato.") % {"g": f"{entro:%d/%m/%Y}"},
        _("Indicare un giorno in cui la richiesta si può ancora presentare."),
        "nucleo",
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
