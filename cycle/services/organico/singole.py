# SPDX-License-Identifier: AGPL-3.0-or-later
"""One unit, one person: what the pages change without a workbook."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cycle.importers.testo import chiave, nome_di_persona
from cycle.insiemi import riserva
from cycle.models import Ente, Persona, Recapito, UnitaOrganizzativa
from cycle.services.enti import nell_ente
from workflows.errors import Motivo, NonAutorizzato, NonPossibile, Tentativo
from workflows.ports import RUOLI, Attore
from workflows.ports import Incarico as Con
from workflows.registro import azioni


def gestore(by: Attore, ente: Ente, verbo: str = "modifica") -> Con:
    """The incarico under which `by` sets up the ente. Raises NonAutorizzato."""
    radice = UnitaOrganizzativa.objects.get(ente=ente, padre__isnull=True)
    con = by.incarico_per("gestisci_ente", radice.percorso)
    if con is None:
        motivo = Motivo(
            "incarico",
            "R4",
            _("Serve un incarico di %(ruolo)s su tutto l'ente, in vigore adesso.")
            % {"ruolo": RUOLI["controllo"]},
            _("Chiedere a chi ha l'incarico."),
            "controllo",
        )
        raise NonAutorizzato({radice.pk: [motivo]}, Tentativo("organico", verbo, {}))
    return con


def cambia_unita(
    *, unita: UnitaOrganizzativa, nome: str, by: Attore, con: Con, istante: datetime
) -> None:
    """Give a unit another name. Raises NonPossibile when it is closed."""
    nome = " ".join(nome.split())
    if nome == unita.nome:
        return
    if unita.al is not None:
        raise _rifiuto(
            "unita",
            "modifica",
            unita.pk,
            _("Questa unità è chiusa: ciò che è finito non cambia."),
            _("Cambiare il nome dell'unità che le è succeduta."),
        )
    with transaction.atomic():
        _apri("unita", "modifica", unita.pk, by, con, istante)
        unita.nome = nome
        unita.save(update_fields=["nome"])


def chiudi_e_succedi(
    *,
    unita: UnitaOrganizzativa,
    ultimo_giorno: date,
    nuova: tuple[str, str] | None,
    padre: UnitaOrganizzativa | None,
    by: Attore,
    con: Con,
    istante: datetime,
) -> UnitaOrganizzativa | None:
    """Close a unit at the end of a day; with `nuova` (code, name), open another the day after,
    below `padre` or where the first stood. Raises NonPossibile with all that is in the way."""
    with transaction.atomic():
        nell_ente(unita.ente_id)
        unita = UnitaOrganizzativa.objects.select_for_update().get(pk=unita.pk)
        dove = padre or unita.padre
        motivi = [*_della_chiusura(unita, ultimo_giorno)]
        if nuova is not None and dove is not None:
            motivi += _della_nuova(unita, nuova[0], dove)
        if motivi:
            raise NonPossibile({unita.pk: motivi}, Tentativo("unita", "modifica", {}))
        _apri("unita", "modifica", unita.pk, by, con, istante)
        unita.al = ultimo_giorno
        unita.save(update_fields=["al"])
        if nuova is None or dove is None:
            return None
        pk = riserva("cycle_unitaorganizzativa", 1)[0]
        _apri("unita", "crea", pk, by, con, istante)
        aperta = UnitaOrganizzativa(
            pk=pk,
            ente_id=unita.ente_id,
            codice=nuova[0],
            nome=" ".join(nuova[1].split()),
            tipo=unita.tipo,
            padre=dove,
            succede_a=unita,
            dal=ultimo_giorno + timedelta(days=1),
        )
        aperta.save(force_insert=True)
        return aperta


def _della_chiusura(unita: UnitaOrganizzativa, giorno: date) -> list[Motivo]:
    motivi = []
    if unita.padre_id is None:
        motivi.append(_motivo(_("L'ente non si chiude."), _("Chiudere le sue unità.")))
    if unita.al is not None:
        motivi.append(
            _motivo(_("Questa unità è già chiusa."), _("Non c'è altro da fare: resta com'è."))
        )
    if giorno < unita.dal:
        motivi.append(
            _motivo(_("La fine viene prima dell'inizio."), _("Scegliere un giorno successivo."))
        )
    sotto = UnitaOrganizzativa.objects.filter(padre=unita, al__isnull=True).order_by("codice")
    if nomi := [u.codice for u in sotto[:5]]:
        motivi.append(
            _motivo(
                _("Ha sotto di sé unità aperte: %(quali)s.") % {"quali": ", ".join(nomi)},
                _("Chiudere prima quelle, oppure caricare un file con tutte le chiusure."),
            )
        )
    return motivi


def _della_nuova(unita: UnitaOrganizzativa, codice: str, dove: UnitaOrganizzativa) -> list[Motivo]:
    motivi = []
    if dove.al is not None or dove.pk == unita.pk or dove.percorso.startswith(unita.percorso):
        motivi.append(
            _motivo(_("La nuova unità starebbe sotto una chiusa."), _("Scegliere un altro padre."))
        )
    occupata = UnitaOrganizzativa.objects.filter(
        ente_id=unita.ente_id, codice__iexact=codice, al__isnull=True
    ).exclude(pk=unita.pk)
    if altra := occupata.first():
        motivi.append(
            _motivo(
                _("Il codice «%(codice)s» è già di «%(nome)s».")
                % {"codice": codice, "nome": altra.nome},
                _("Scegliere un altro codice."),
            )
        )
    return motivi


def cambia_persona(
    *,
    persona: Persona,
    nome: str,
    email: str,
    matricola: str,
    inquadramento: str,
    by: Attore,
    con: Con,
    istante: datetime,
) -> None:
    """Correct a person's data. The name found in documents stays among the alias; the login of
    who already comes in does not change with the address. Raises NonPossibile."""
    nome = nome_di_persona(nome)
    email = email.strip().lower()
    prima = Recapito.objects.filter(persona=persona).first()
    cambiata = email != (prima.email if prima else "")
    if (nome, matricola, inquadramento) == (
        persona.nome_completo,
        persona.matricola,
        persona.inquadramento,
    ) and not cambiata:
        return
    if not chiave(nome):
        raise _rifiuto(
            "persona", "modifica", persona.pk, _("Manca il nome."), _("Scrivere cognome e nome.")
        )
    if altra := _altra_con(persona, email):
        raise _rifiuto(
            "persona",
            "modifica",
            persona.pk,
            _("L'indirizzo è già di %(chi)s.") % {"chi": altra},
            _("Un indirizzo è di una persona sola: sceglierne un altro."),
        )
    try:
        with transaction.atomic():
            _apri("persona", "modifica", persona.pk, by, con, istante, recapiti=int(cambiata))
            if nome != persona.nome_completo:
                persona.alias = [*persona.alias, persona.nome_completo]
                persona.nome_completo = nome
            persona.matricola = matricola.strip()
            persona.inquadramento = inquadramento.strip()
            persona.save(update_fields=["nome_completo", "alias", "matricola", "inquadramento"])
            if cambiata:
                Recapito.objects.filter(persona=persona).delete()
                if email:
                    Recapito.objects.create(ente_id=persona.ente_id, persona=persona, email=email)
    except IntegrityError as errore:
        if "persona_nome" not in str(errore):
            raise
        raise _rifiuto(
            "persona",
            "modifica",
            persona.pk,
            _("C'è già una persona con questo nome."),
            _("Se sono due omonimi, aggiungere ciò che li distingue (il secondo nome)."),
        ) from None


def _altra_con(persona: Persona, email: str) -> Persona | None:
    if not email:
        return None
    trovato = (
        Recapito.objects.filter(ente_id=persona.ente_id, email=email)
        .exclude(persona=persona)
        .select_related("persona")
        .first()
    )
    return trovato.persona if trovato else None


def _apri(
    procedura: str,
    verbo: str,
    pk: int,
    by: Attore,
    con: Con,
    istante: datetime,
    **dati: object,
) -> None:
    azioni.apri(
        ente_id=by.ente_id,
        procedura=procedura,
        verbo=verbo,
        passi=[azioni.Voce(pk, incarico=con)],
        attore=by,
        istante=istante,
        dati=dati or None,
    )


def _motivo(messaggio: str, rimedio: str) -> Motivo:
    return Motivo("organico", "R82", messaggio, rimedio, "controllo")


def _rifiuto(procedura: str, verbo: str, pk: int, messaggio: str, rimedio: str) -> NonPossibile:
    return NonPossibile({pk: [_motivo(messaggio, rimedio)]}, Tentativo(procedura, verbo, {}))
