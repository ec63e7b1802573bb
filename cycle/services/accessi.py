# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may come in: invitations, their acceptance, the door closed and opened again; and the
password that was lost.

A login (Utente) belongs to its owner and may serve several enti. An ente invites an address,
and shuts out a person of its own: it never learns whether there is a login elsewhere, never
touches its password, its address or its other enti. The login is created, or linked, when the
invitation is accepted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from cycle.insiemi import copia
from cycle.models import Ente, Invito, Lettera, Persona, Recapito, Utente
from cycle.permissions import attore as attore_di
from cycle.services import posta
from cycle.services.enti import nell_ente
from workflows.errors import Motivo, NonPossibile, NonTrovato, Tentativo
from workflows.ports import Attore
from workflows.ports import Incarico as Con
from workflows.registro import azioni

GIORNI_INVITO = 7
PASSWORD_ALL_ORA = 3  # letters to one user who lost his password


def invita(
    *,
    ente: Ente,
    persone: Sequence[Persona],
    by: Attore,
    istante: datetime,
    con: Con | None = None,
    canale: str = "web",
) -> list[Invito]:
    """Invite people of the ente to come in; an invitation still open is replaced, and its link
    opens nothing any more. Raises NonPossibile naming who cannot be invited, and invites nobody."""
    if not persone:
        return []
    with transaction.atomic():
        nell_ente(ente.pk)
        recapiti = dict(
            Recapito.objects.filter(ente=ente, persona__in=persone).values_list(
                "persona_id", "email"
            )
        )
        _rifiuta_se({p.pk: m for p in persone if (m := _non_invitabile(p, recapiti))}, "invita")
        azioni.apri(
            ente_id=ente.pk,
            procedura="accesso",
            verbo="invita",
            passi=[azioni.Voce(p.pk, incarico=con) for p in persone],
            attore=by,
            istante=istante,
            canale=canale,
        )
        _aperti(persone).update(ritirato_il=istante)
        inviti = copia(
            Invito(
                ente=ente,
                persona=p,
                email=recapiti[p.pk],
                creato_il=istante,
                scade_il=istante + timedelta(days=GIORNI_INVITO),
            )
            for p in persone
        )
        posta.affida(Lettera(tipo="invito", invito=invito) for invito in inviti)
    return inviti


def _non_invitabile(persona: Persona, recapiti: dict[int, str]) -> list[Motivo]:
    if persona.segnaposto:
        return [_motivo(_("Un posto vacante non si invita."), _("Scegliere una persona."))]
    if persona.utente_id is not None and persona.sospesa_il is None:
        return [
            _motivo(
                _("%(chi)s entra già.") % {"chi": persona},
                _("Se ha perso la password, la chiede dalla pagina di accesso."),
            )
        ]
    if persona.pk not in recapiti:
        return [
            _motivo(
                _("Di %(chi)s non c'è l'indirizzo e-mail.") % {"chi": persona},
                _("Scriverlo nella sua pagina, o nel foglio Persone."),
            )
        ]
    return []


def _aperti(persone: Sequence[Persona]) -> QuerySet[Invito]:
    return Invito.objects.filter(
        persona__in=persone, accettato_il__isnull=True, ritirato_il__isnull=True
    )


def invito_valido(pid: UUID, gettone: str, istante: datetime, *, blocca: bool = False) -> Invito:
    """The invitation a link opens. Raises NonTrovato when it is not there, was used, withdrawn or
    replaced, or has expired: which of them is not told."""
    domanda = Invito.objects.select_related("ente", "persona__utente")
    if blocca:
        domanda = domanda.select_for_update(of=("self",))
    invito = domanda.filter(pid=pid).first()
    if (
        invito is None
        or invito.accettato_il is not None
        or invito.scade_il <= istante
        or not posta.gettoni_di_invito.check_token(invito, gettone)  # type: ignore[arg-type]
    ):
        raise NonTrovato({})
    return invito


def utente_invitato(invito: Invito) -> Utente | None:
    """The login that the invited address already has, if it has one."""
    return (
        Utente.objects.filter(Q(email__iexact=invito.email) | Q(username__iexact=invito.email))
        .order_by("pk")
        .first()
    )


def accetta(
    *,
    pid: UUID,
    gettone: str,
    istante: datetime,
    utente: Utente | None = None,
    password: str = "",
) -> Utente:
    """Come in for the first time, as the invited person: with one's own login `utente`, or with
    a new one whose name is the address. Raises NonTrovato for a link that opens nothing, and
    NonPossibile when the login is already another person of the ente, or must be used."""
    with transaction.atomic():
        invito = invito_valido(pid, gettone, istante, blocca=True)
        nell_ente(invito.ente_id)
        with connection.cursor() as cursore:  # one login for one address, whoever accepts first
            cursore.execute(
                "SELECT pg_advisory_xact_lock(hashtext(%s))", [f"utente:{invito.email}"]
            )
        persona = Persona.objects.select_for_update(of=("self",)).get(pk=invito.persona_id)
        if utente is None:
            if utente_invitato(invito) is not None:
                raise NonPossibile({persona.pk: [_da_dentro()]})
            utente = Utente.objects.create_user(invito.email, invito.email, password)
        elif (
            Persona.objects.filter(ente_id=invito.ente_id, utente=utente)
            .exclude(pk=persona.pk)
            .exists()
        ):
            raise NonPossibile({persona.pk: [_gia_altra()]})
        azioni.apri(
            ente_id=invito.ente_id,
            procedura="accesso",
            verbo="accetta",
            passi=[azioni.Voce(persona.pk)],
            attore=attore_di(invito.ente_id, persona.pk, istante),
            istante=istante,
            dati={"utente": utente.pk},
        )
        persona.utente = utente
        persona.sospesa_il = None
        persona.save(update_fields=["utente", "sospesa_il"])
        invito.accettato_il = istante
        invito.save(update_fields=["accettato_il"])
        return utente


def disattiva(*, persona: Persona, by: Attore, con: Con, istante: datetime) -> None:
    """Shut a person of the ente out, at once; of who has not come in yet, withdraw the invitation.
    The login stays its owner's. Raises NonPossibile for oneself: the last one would shut everybody
    out."""
    if persona.pk == by.persona_id:
        sole = _motivo(
            _("Non si disattiva il proprio accesso."), _("Chiederlo a un'altra persona.")
        )
        _rifiuta_se({persona.pk: [sole]}, "disattiva")
    with transaction.atomic():
        _apri(persona, "disattiva", by, con, istante)
        _aperti([persona]).update(ritirato_il=istante)
        if persona.utente_id is not None:
            persona.sospesa_il = istante
            persona.save(update_fields=["sospesa_il"])


def riattiva(*, persona: Persona, by: Attore, con: Con, istante: datetime) -> None:
    """Let a person in again."""
    with transaction.atomic():
        _apri(persona, "riattiva", by, con, istante)
        persona.sospesa_il = None
        persona.save(update_fields=["sospesa_il"])


def _apri(persona: Persona, verbo: str, by: Attore, con: Con, istante: datetime) -> None:
    azioni.apri(
        ente_id=persona.ente_id,
        procedura="accesso",
        verbo=verbo,
        passi=[azioni.Voce(persona.pk, incarico=con)],
        attore=by,
        istante=istante,
    )


def password_dimenticata(nome_o_indirizzo: str) -> None:
    """Write to whoever has that name or that address, if somebody has and may come in; at most
    three letters an hour. Nothing tells which it was."""
    testo = nome_o_indirizzo.replace("\0", "").strip()
    utente = (
        Utente.objects.filter(
            Q(username=testo) | Q(email__iexact=testo), is_active=True, email__gt=""
        )
        .order_by("pk")
        .first()
    )
    if utente is None:
        return
    with transaction.atomic():
        Utente.objects.select_for_update().get(pk=utente.pk)
        recenti = Lettera.objects.filter(
            tipo="password", utente=utente, creata_il__gt=Now() - timedelta(hours=1)
        ).count()
        if recenti < PASSWORD_ALL_ORA:
            posta.affida([Lettera(tipo="password", utente=utente)])


def _rifiuta_se(motivi: dict[int, list[Motivo]], verbo: str) -> None:
    if motivi:
        raise NonPossibile(motivi, Tentativo("accesso", verbo, {}))


def _motivo(messaggio: str, rimedio: str) -> Motivo:
    return Motivo("accesso", "R94", messaggio, rimedio, "controllo")


def _da_dentro() -> Motivo:
    return _motivo(
        _("Questo indirizzo ha già un accesso."), _("Entrare con quello, e poi accettare l'invito.")
    )


def _gia_altra() -> Motivo:
    return _motivo(
        _("Con questo accesso si entra già nell'ente, come un'altra persona."),
        _("Uscire e accettare l'invito con un altro accesso, oppure avvertire chi ha invitato."),
    )
