# SPDX-License-Identifier: AGPL-3.0-or-later
"""May this transition happen? One answer for the page, the API, previews and the engine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from workflows.errors import Conflitto, Motivo, NonAutorizzato, NonPossibile, Rifiuto
from workflows.guards import Guardia
from workflows.machines.base import Macchina, Transizione
from workflows.ports import RUOLI, Attore, Fascicolo, Incarico


def permesso(procedura: str, transizione: str) -> str:
    """Codename of the permission of a transition, as guardian stores it."""
    return f"{transizione}_{procedura}"


@dataclass(frozen=True, slots=True)
class Verdetto:
    """The answer for one object and one transition. `richiede` are the guards that wait for the
    form, listed only in previews."""

    transizione: Transizione
    fascicolo: Fascicolo
    incarico: Incarico | None
    conflitto: tuple[Motivo, ...]
    divieto: tuple[Motivo, ...]
    mancanze: tuple[Motivo, ...]
    richiede: tuple[Guardia, ...] = ()

    @property
    def permessa(self) -> bool:
        return not self.motivi

    @property
    def motivi(self) -> tuple[Motivo, ...]:
        """All the reasons at once, in the order in which they are judged."""
        return (*self.conflitto, *self.divieto, *self.mancanze)

    @property
    def errore(self) -> type[Rifiuto] | None:
        """How the refusal is called: first where from, then who, then what is missing."""
        if self.conflitto:
            return Conflitto
        if self.divieto:
            return NonAutorizzato
        return NonPossibile if self.mancanze else None


def verdetto(
    macchina: Macchina,
    transizione: Transizione,
    fascicolo: Fascicolo,
    attore: Attore,
    istante: datetime,
    *,
    anteprima: bool = False,
) -> Verdetto:
    """Judge one transition on one object. In an `anteprima` (before the form is filled) guards
    that wait for the form are listed as required and not held against it."""
    incarico = attore.incarico_per(
        permesso(fascicolo.procedura, transizione.nome), fascicolo.percorso
    )
    guardie = transizione.regole.guardie
    parte = _da_dove(macchina, transizione, fascicolo)
    richiede = (
        tuple(g for g in guardie if g.del_modulo and g.motivi(fascicolo, attore, istante))
        if anteprima
        else ()
    )
    return Verdetto(
        transizione=transizione,
        fascicolo=fascicolo,
        incarico=incarico,
        conflitto=parte
        or tuple(
            motivo
            for g in guardie
            if g.conflitto
            for motivo in g.motivi(fascicolo, attore, istante)
        ),
        divieto=(
            *(() if incarico else (_chi(transizione, fascicolo),)),
            *(
                motivo
                for g in guardie
                if g.di_persona
                for motivo in g.motivi(fascicolo, attore, istante)
            ),
        ),
        mancanze=tuple(
            motivo
            for g in guardie
            if not (g.conflitto or g.di_persona) and not (anteprima and g.del_modulo)
            for motivo in g.motivi(fascicolo, attore, istante)
        ),
        richiede=richiede,
    )


def _da_dove(
    macchina: Macchina, transizione: Transizione, fascicolo: Fascicolo
) -> tuple[Motivo, ...]:
    if transizione.arrivo(fascicolo.stato) is not None:
        return ()
    nomi = dict(macchina.stati)
    partenze = " o ".join(f"«{nomi[s]}»" for s in transizione.partenze)
    return (
        Motivo(
            "stato_di_partenza",
            "R1",
            _("Si trova in «%(stato)s»: questo passo parte da %(partenze)s.")
            % {"stato": nomi[fascicolo.stato], "partenze": partenze},
            _("Nessuno stato si salta: compiere prima i passi che mancano."),
            "",
        ),
    )


def _chi(transizione: Transizione, fascicolo: Fascicolo) -> Motivo:
    ruoli = transizione.regole.ruoli
    nomi = " o ".join(RUOLI[r] for r in ruoli)
    return Motivo(
        "incarico",
        "R3" if transizione.regole.organo == "giunta" else "R4",
        _("Serve un incarico di %(ruoli)s su «%(unita)s», in vigore adesso.")
        % {"ruoli": nomi, "unita": fascicolo.unita},
        _("Chiedere a chi ha l'incarico, oppure farselo conferire con un atto."),
        ", ".join(ruoli),
    )
