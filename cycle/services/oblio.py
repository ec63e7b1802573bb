# SPDX-License-Identifier: AGPL-3.0-or-later
"""Erasing who a person was (R90): name, address and number go, what was done stays under a bare
id, and the registro's chain holds, since it was never over the name."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cycle.models import (
    Collaboratore,
    DomandaSalvata,
    Incarico,
    Invito,
    Persona,
    Recapito,
    Utente,
)
from cycle.services import gettoni
from cycle.services.enti import nell_ente
from workflows.errors import Motivo, NonPossibile
from workflows.ports import Attore
from workflows.registro import azioni

# Rows of the registro that were ever about the person's collaborations.
_COLLABORAZIONI = """
SELECT DISTINCT riga_id FROM workflows_modifica
 WHERE ente_id = %s AND tabella = 'cycle_collaboratore'
   AND %s IN (prima ->> 'persona_id', dopo ->> 'persona_id')
"""


def oblia(
    *,
    persona: Persona,
    motivazione: str,
    by: Attore,
    istante: datetime,
    canale: str = "comando",
) -> int:
    """Erase the identity of `persona` from the ente and from the registro; returns how many
    values left the registro. The login goes too, if it serves no other ente.

    Acts and versions approved by the giunta keep the names printed in them (art. 17.3 GDPR).
    Raises NonPossibile while the person holds an incarico, or without a reason.
    """
    _rifiuta_se_in_carica(persona, istante)
    if not motivazione.strip():
        raise NonPossibile({persona.pk: [_senza_motivo()]})
    with transaction.atomic():
        nell_ente(persona.ente_id)
        azioni.apri(
            ente_id=persona.ente_id,
            procedura="persona",
            verbo="oblia",
            passi=[azioni.Voce(persona.pk)],
            attore=by,
            istante=istante,
            motivazione=motivazione,
            canale=canale,
        )
        testi = [persona.nome_completo, *persona.alias]
        _togli_accesso(persona)
        nome = f"PERSONA OBLIATA {persona.pk}"
        Collaboratore.objects.filter(persona=persona).update(nome=nome, inquadramento="")
        Persona.objects.filter(pk=persona.pk).update(
            nome_completo=nome, alias=[], inquadramento="", matricola="", utente=None
        )
        return _dal_registro(persona, testi)


def _togli_accesso(persona: Persona) -> None:
    """Addresses, invitations with their letters, the questions kept, and the login that nobody else
    needs."""
    DomandaSalvata.objects.filter(persona=persona).delete()
    Invito.objects.filter(persona=persona).delete()
    Recapito.objects.filter(persona=persona).delete()
    utente = persona.utente
    if utente is None or Persona.objects.filter(utente=utente).exclude(pk=persona.pk).exists():
        return
    gettoni.revoca(utente=utente)
    Utente.objects.filter(pk=utente.pk).update(
        username=f"obliato-{utente.pk}",
        email="",
        first_name="",
        last_name="",
        password="!",  # noqa: S106 - no password opens it
        is_active=False,
    )


def _dal_registro(persona: Persona, testi: list[str]) -> int:
    """After the tables, whose old values have just been put apart too."""
    with connection.cursor() as cursore:
        cursore.execute(_COLLABORAZIONI, [persona.ente_id, str(persona.pk)])
        righe = [riga for (riga,) in cursore.fetchall()]
        cursore.execute(
            "SELECT registro_oblia(%s::text[], %s::bigint[], 'cycle_campovariato', %s::text[])",
            [["cycle_persona", *["cycle_collaboratore"] * len(righe)], [persona.pk, *righe], testi],
        )
        (quanti,) = cursore.fetchone()
    return int(quanti)


def _rifiuta_se_in_carica(persona: Persona, istante: datetime) -> None:
    in_carica = Incarico.objects.filter(Q(al__isnull=True) | Q(al__gt=istante), persona=persona)
    if in_carica.exists():
        motivo = Motivo(
            "oblio",
            "R90",
            _("La persona ha incarichi in vigore o futuri."),
            _("Farli cessare, con l'atto che lo dice, e ripetere."),
            "controllo",
        )
        raise NonPossibile({persona.pk: [motivo]})


def _senza_motivo() -> Motivo:
    return Motivo(
        "oblio",
        "R90",
        _("Manca il motivo della cancellazione."),
        _("Indicare la richiesta dell'interessato o il termine di conservazione scaduto."),
        "",
    )
