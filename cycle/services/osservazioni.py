# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the Nucleo writes on a submitted report, and what the settore answers (R53-R55)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cycle import fascicolo
from cycle.insiemi import copia
from cycle.models import (
    InvitoVariazione,
    Osservazione,
    RelazioneSemestrale,
    Risposta,
    VoceRelazione,
)
from cycle.permissions import PERMESSI
from cycle.procedures import RELAZIONE
from cycle.services.enti import nell_ente
from cycle.services.variazioni import inviti
from workflows.engine import Esito, execute
from workflows.errors import Conflitto, Motivo, NonAutorizzato, NonPossibile, NonTrovato, Tentativo
from workflows.ports import RUOLI, Attore, Fascicolo, Incarico, Richiesta, leggibile
from workflows.registro import azioni


@dataclass(frozen=True, slots=True)
class Scritta:
    """What a member leaves of one specifico: the text (empty: nothing is to be said), as it was
    drafted, whether he signs it, and the day by which it invites to ask for a variazione.
    `messa_da_parte`: why it is not to be sent, though it stays."""

    testo: str
    proposta: str = ""
    firma: bool = False
    invita_entro: date | None = None
    messa_da_parte: str = ""
    revisione: int | None = None  # that was read; 0 where none was there yet


def annota(
    *,
    relazione: RelazioneSemestrale,
    scritte: Mapping[int, Scritta],
    impronta: str | None = None,
    by: Attore,
    istante: datetime,
    canale: str = "web",
) -> list[Osservazione]:
    """Write, sign, set aside or take away osservazioni on a submitted report, by id of the
    specifico. Only the Nucleo sees them until they are sent.

    Raises NonAutorizzato, NonPossibile when the report is not one to observe (R54), or when one is
    signed and set aside at once, Conflitto when it is no longer the one with the digest
    `impronta`, or when another member wrote meanwhile.
    """
    verbo = _verbo(scritte.values())
    with transaction.atomic():
        nell_ente(by.ente_id)
        relazione, by, incarico, chi = _entra(relazione, "osserva_relazione", verbo, by, istante)
        prova = Tentativo("relazione", verbo, {relazione.pk: relazione.obiettivo_id})
        if relazione.stato != "trasmessa":
            raise NonPossibile({relazione.pk: [_non_osservabile()]}, prova)
        if impronta is not None and impronta != relazione.impronta:
            raise Conflitto({relazione.pk: [_altre_cifre()]}, prova)
        if any(s.firma and leggibile(s.messa_da_parte) for s in scritte.values()):
            raise NonPossibile({relazione.pk: [_o_firmata_o_da_parte()]}, prova)
        voci = {
            v.specifico_id: v
            for v in VoceRelazione.objects.filter(relazione=relazione, specifico__in=scritte)
        }
        presenti = {
            o.voce_id: o
            for o in Osservazione.objects.select_for_update().filter(
                voce__in=voci.values(), impronta=relazione.impronta
            )
        }
        for specifico, s in scritte.items():
            o = presenti.get(voci[specifico].pk) if specifico in voci else None
            if s.revisione is not None and s.revisione != (o.revisione if o else 0):
                raise Conflitto({relazione.pk: [_altra_mano()]}, prova)
        motivi = dict.fromkeys(t for s in scritte.values() if (t := leggibile(s.messa_da_parte)))
        _apri(relazione, verbo, incarico, by, istante, canale, " ".join(motivi))
        fatte = []
        nuove = []
        for specifico, s in scritte.items():
            if specifico not in voci:
                continue
            o = presenti.get(voci[specifico].pk)
            testo = leggibile(s.testo)
            if not testo:
                if o is not None:
                    o.delete()
                continue
            firma, quando = (chi, istante) if s.firma else (None, None)
            da_parte = leggibile(s.messa_da_parte)
            if o is None:
                o = Osservazione(
                    ente_id=by.ente_id,
                    obiettivo_id=relazione.obiettivo_id,
                    voce=voci[specifico],
                    impronta=relazione.impronta,
                    proposta=s.proposta,
                    testo=testo,
                    invita_entro=s.invita_entro,
                    autore_id=chi,
                    scritta_il=istante,
                    firmata_da_id=firma,
                    firmata_il=quando,
                    messa_da_parte=da_parte,
                )
                nuove.append(o)
            elif (o.testo, o.invita_entro, o.firmata_il is not None, o.messa_da_parte) != (
                testo,
                s.invita_entro,
                s.firma,
                da_parte,
            ):
                o.testo, o.invita_entro, o.messa_da_parte = testo, s.invita_entro, da_parte
                o.autore_id, o.scritta_il = chi, istante
                o.firmata_da_id, o.firmata_il = firma, quando
                o.revisione += 1
                o.save()
            fatte.append(o)
        copia(nuove)
        _tocca(relazione)
    return fatte


def invia(
    *,
    relazioni: Sequence[int],
    by: Attore,
    istante: datetime,
    tutte: bool = False,
    canale: str = "web",
) -> Esito:
    """Send the signed osservazioni of these reports to their settori: those that have any, all in
    one action; with `tutte`, all or nothing. Whom they invite to ask for a variazione is told
    (R39)."""
    with transaction.atomic():
        nell_ente(by.ente_id)
        esito = execute(
            RELAZIONE, "osserva", list(relazioni), by, istante, tutti=tutte, canale=canale
        )
        fatti = InvitoVariazione.objects.filter(
            obiettivo__in={p.oggetto.obiettivo_id for p in esito.eseguiti}, invitato_il=istante
        )
        inviti.avvisa(list(fatti.order_by("pk")), esito.azione, istante)
        return esito


def rispondi(
    *,
    relazione: RelazioneSemestrale,
    risposte: Mapping[int, str],
    by: Attore,
    istante: datetime,
    revisione: int | None = None,
    canale: str = "web",
) -> RelazioneSemestrale:
    """Write the answers to the osservazioni of a report, by id of the specifico; `controdeduci`
    sends them. Raises NonAutorizzato, NonPossibile when there is nothing to answer, or no more
    time to (R55), Conflitto when somebody else wrote meanwhile."""
    with transaction.atomic():
        nell_ente(by.ente_id)
        relazione, by, incarico, chi = _entra(
            relazione, "compila_relazione", "rispondi", by, istante
        )
        prova = Tentativo("relazione", "rispondi", {relazione.pk: relazione.obiettivo_id})
        if revisione is not None and revisione != relazione.revisione:
            raise Conflitto({relazione.pk: [_altra_mano()]}, prova)
        entro = relazione.replica_entro
        if relazione.stato != "osservata" or entro is None or istante >= entro:
            raise NonPossibile({relazione.pk: [_nulla_da_rispondere()]}, prova)
        _apri(relazione, "rispondi", incarico, by, istante, canale)
        for o in Osservazione.objects.filter(
            voce__relazione=relazione,
            voce__specifico__in=risposte,
            impronta=relazione.impronta,
            firmata_il__isnull=False,
        ).select_related("voce"):
            scritta = {
                "testo": leggibile(risposte[o.voce.specifico_id]),
                "autore_id": chi,
                "scritta_il": istante,
            }
            di_chi = {"ente_id": by.ente_id, "obiettivo_id": relazione.obiettivo_id}
            Risposta.objects.update_or_create(
                osservazione=o, defaults=scritta, create_defaults={**di_chi, **scritta}
            )
        _tocca(relazione)
    return relazione


def valida(
    *,
    relazioni: Sequence[int],
    richiesta: Richiesta,
    by: Attore,
    istante: datetime,
    canale: str = "web",
) -> Esito:
    """Validate these reports in one sitting, with their percentages as computed, or as the request
    says (R56): those that can be, all in one action. Raises the engine's refusals when none can."""
    with transaction.atomic():
        nell_ente(by.ente_id)
        return execute(
            RELAZIONE,
            "valida",
            list(relazioni),
            by,
            istante,
            richiesta=richiesta,
            tutti=False,
            canale=canale,
        )


def _entra(
    relazione: RelazioneSemestrale, permesso: str, verbo: str, by: Attore, istante: datetime
) -> tuple[RelazioneSemestrale, Attore, Incarico, int]:
    """The report locked and read again, who writes in it, under which incarico, his id."""
    trovate = RELAZIONE.blocca(by.ente_id, [relazione.pk])
    if not trovate:
        raise NonTrovato({})
    by = RELAZIONE.attore(by, istante)
    fatti = fascicolo.di_obiettivi([relazione.obiettivo_id])[relazione.obiettivo_id]
    incarico = by.incarico_per(permesso, fatti.percorso)
    if incarico is None or by.persona_id is None:
        raise NonAutorizzato(
            {relazione.pk: [_serve_incarico(permesso, fatti)]},
            Tentativo("relazione", verbo, {relazione.pk: relazione.obiettivo_id}),
        )
    return trovate[0], by, incarico, by.persona_id


def _verbo(scritte: Collection[Scritta]) -> str:
    if any(s.firma for s in scritte):
        return "firma"
    return "scarta" if any(leggibile(s.messa_da_parte) for s in scritte) else "annota"


def _apri(
    r: RelazioneSemestrale,
    verbo: str,
    incarico: Incarico,
    by: Attore,
    t: datetime,
    canale: str,
    motivazione: str = "",
) -> int:
    return azioni.apri(
        ente_id=by.ente_id,
        procedura="relazione",
        verbo=verbo,
        passi=[azioni.Voce(r.pk, r.obiettivo_id, r.stato, r.stato, incarico)],
        attore=by,
        istante=t,
        canale=canale,
        motivazione=motivazione,
    )


def _tocca(relazione: RelazioneSemestrale) -> None:
    """Whoever read the report before sees that somebody wrote in it (R50)."""
    relazione.revisione += 1
    RelazioneSemestrale.objects.filter(pk=relazione.pk).update(revisione=relazione.revisione)


def _serve_incarico(permesso: str, f: Fascicolo) -> Motivo:
    ruoli = [r for r in RUOLI if r in PERMESSI[permesso]]
    dati: dict[str, Any] = {
        "ruoli": _(" o ").join(RUOLI[r] for r in ruoli),
        "unita": f.unita,
    }
    return Motivo(
        "incarico",
        "R4",
        _("Serve un incarico di %(ruoli)s su «%(unita)s», in vigore adesso.") % dati,
        _("Chiedere a chi ha l'incarico, oppure farselo conferire con un atto."),
        ", ".join(ruoli),
    )


def _non_osservabile() -> Motivo:
    return Motivo(
        "relazione_da_esaminare",
        "R54",
        _("Si osserva una relazione trasmessa, e non ancora osservata o validata."),
        _("Attendere che il settore la trasmetta; quella già osservata si può riaprire."),
        "dirigente",
    )


def _o_firmata_o_da_parte() -> Motivo:
    return Motivo(
        "firmata_o_da_parte",
        "R54",
        _("Un'osservazione messa da parte non si firma."),
        _("Firmarla per inviarla, oppure dire perché non si invia."),
        "nucleo",
    )


def _altre_cifre() -> Motivo:
    return Motivo(
        "cifre_come_lette",
        "R54",
        _("La relazione è stata trasmessa di nuovo, con altre cifre."),
        _("Ricaricare la pagina e rileggerla."),
        "",
    )


def _altra_mano() -> Motivo:
    return Motivo(
        "revisione",
        "R50",
        _("Qualcun altro ha scritto qui mentre lo si faceva."),
        _("Ricaricare la pagina, leggere che cosa ha scritto e ripetere."),
        "",
    )


def _nulla_da_rispondere() -> Motivo:
    return Motivo(
        "risposta_attesa",
        "R55",
        _("Non c'è un'osservazione che aspetta risposta, o il termine per rispondere è passato."),
        _("Se c'è altro da dire, chiedere al Nucleo di riaprire la relazione."),
        "nucleo",
    )
