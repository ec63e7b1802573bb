# SPDX-License-Identifier: AGPL-3.0-or-later
"""Questions to the registro, kept with a name: one's own, or of one's office too. Each is asked
again as of now, and answers whoever asks with what he may read."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cycle.bozze.verifica import scrivibile
from cycle.domande import Domanda, portata
from cycle.models import DomandaSalvata, UnitaOrganizzativa
from cycle.services.enti import nell_ente
from workflows.errors import Motivo, NonPossibile, NonTrovato
from workflows.ports import Attore, leggibile

MASSIMO = 80  # characters of a name
QUANTE = 100  # of one person


@dataclass(frozen=True, slots=True)
class Salvata:
    """A question that `by` may ask again: `mia`, or of somebody of the office `unita`."""

    pid: UUID
    nome: str
    parole: dict[str, str]
    unita: str
    di: str
    mia: bool


def _unita(by: Attore) -> list[str]:
    """The units, as paths, on which one holds an incarico; the largest first."""
    return sorted({i.percorso for i in by.incarichi}, key=len)


def _chi(by: Attore) -> int:
    """Whose they are. Raises NonTrovato for nobody, and for whoever has no incarico."""
    portata(by)
    if by.persona_id is None:
        raise NonTrovato({})
    return by.persona_id


def _visibili(by: Attore) -> Q:
    sue = Q(persona_id=_chi(by)) | Q(unita__percorso__in=_unita(by))
    return sue & Q(ente_id=by.ente_id)


def elenco(by: Attore) -> list[Salvata]:
    """One's own, and those of one's office, by name. Raises NonTrovato for whoever has no
    incarico."""
    return [
        _salvata(d, by)
        for d in DomandaSalvata.objects.filter(_visibili(by))
        .select_related("unita", "persona")
        .order_by("nome", "pk")
    ]


def una(by: Attore, pid: UUID) -> Salvata:
    """One of them; NonTrovato when it is not there or not to be seen."""
    trovata = (
        DomandaSalvata.objects.filter(_visibili(by), pid=pid)
        .select_related("unita", "persona")
        .first()
    )
    if trovata is None:
        raise NonTrovato({})
    return _salvata(trovata, by)


def _salvata(d: DomandaSalvata, by: Attore) -> Salvata:
    return Salvata(
        d.pid,
        d.nome,
        dict(d.parole),
        d.unita.nome if d.unita else "",
        d.persona.nome_completo.title(),
        d.persona_id == by.persona_id,
    )


def salva(*, nome: str, domanda: Domanda, ufficio: bool, by: Attore) -> Salvata:
    """Keep a question, in the place of one's own that has that name; with `ufficio`, for whoever
    has an incarico on the same unit. Raises NonPossibile for a name that does not stand, for a
    question that asks nothing, or for one too many."""
    di_chi = _chi(by)
    nome = " ".join(leggibile(nome).split())
    if not nome or len(nome) > MASSIMO or not scrivibile(nome):
        raise _rifiuto(
            _("Il nome della domanda non va bene."),
            _("Scriverne uno, di al massimo %(n)s caratteri.") % {"n": MASSIMO},
        )
    parole = domanda.parole()
    if not parole:
        raise _rifiuto(
            _("Non c'è niente da salvare: la domanda non chiede niente."),
            _("Scegliere prima almeno un filtro."),
        )
    with transaction.atomic():
        nell_ente(by.ente_id)
        mie = DomandaSalvata.objects.filter(ente_id=by.ente_id, persona_id=di_chi)
        if mie.exclude(nome=nome).count() >= QUANTE:
            raise _rifiuto(
                _("Le domande salvate sono già %(n)s.") % {"n": QUANTE},
                _("Toglierne qualcuna."),
            )
        unita = None
        if ufficio and by.incarichi:
            unita = UnitaOrganizzativa.objects.filter(
                ente_id=by.ente_id, percorso=_unita(by)[0]
            ).first()
        salvata, _nuova = DomandaSalvata.objects.update_or_create(
            ente_id=by.ente_id,
            persona_id=di_chi,
            nome=nome,
            defaults={"parole": parole, "unita": unita},
        )
        return _salvata(salvata, by)


def togli(*, pid: UUID, by: Attore) -> None:
    """Forget one of one's own. Raises NonTrovato for any other."""
    with transaction.atomic():
        nell_ente(by.ente_id)
        tolte, _quali = DomandaSalvata.objects.filter(
            ente_id=by.ente_id, persona_id=_chi(by), pid=pid
        ).delete()
        if not tolte:
            raise NonTrovato({})


def _rifiuto(frase: str, rimedio: str) -> NonPossibile:
    return NonPossibile({0: [Motivo("domanda", "R84", frase, rimedio, "")]})
