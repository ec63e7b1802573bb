# SPDX-License-Identifier: AGPL-3.0-or-later
"""One transition for many objectives, or reports, at once: what would happen, with the same
verdicts as for one, and making it happen through one call of the engine.

What was previewed is known by its digest: of who was in the selection, and of each one's
`revisione`. If anything moved since, nothing is done.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cycle import permissions, selectors
from cycle.models import Obiettivo, RelazioneSemestrale
from cycle.procedures import OBIETTIVO
from workflows.engine import execute
from workflows.errors import Conflitto, Motivo, NonPossibile, NonTrovato, Tentativo
from workflows.guards import Guardia
from workflows.machines.base import Transizione
from workflows.ports import Attore, Procedura, Richiesta
from workflows.verdetto import Verdetto

CODICI = 20  # named in a sentence, before 'and n more'


def transizioni(attore: Attore) -> list[Transizione]:
    """The transitions that may be run on a selection and that the person may take somewhere."""
    return [
        t
        for t in OBIETTIVO.macchina.transizioni
        if t.regole.molti
        and any(i.consente(f"{t.nome}_{OBIETTIVO.nome}", i.percorso) for i in attore.incarichi)
    ]


def transizione(nome: str) -> Transizione:
    """The transition of that name, if it may be run on a selection; NonTrovato otherwise."""
    trovata = OBIETTIVO.macchina.transizione(nome)
    if trovata is None or not trovata.regole.molti:
        raise NonTrovato({})
    return trovata


@dataclass(frozen=True, slots=True)
class Scelto:
    """An objective of the selection."""

    pk: int
    pid: UUID
    codice: str
    titolo: str
    revisione: int


@dataclass(slots=True)
class Ostacolo:
    """A condition that some do not meet, with what it says of each: sentence -> codes."""

    motivo: Motivo  # the first of them
    frasi: dict[str, list[str]] = field(default_factory=dict)
    scelti: set[int] = field(default_factory=set)

    @property
    def quanti(self) -> int:
        return len(self.scelti)


@dataclass(frozen=True, slots=True)
class Anteprima:
    """What would happen: who is ready, what stands in the way of the others, and what the form
    must bring, with how many of the ready wait for it."""

    scelti: tuple[Scelto, ...]
    pronti: tuple[Scelto, ...]
    ostacoli: tuple[Ostacolo, ...]
    richiede: tuple[tuple[Guardia, int], ...]
    impronta: str

    @property
    def non_pronti(self) -> int:
        return len(self.scelti) - len(self.pronti)


def impronta(revisioni: Mapping[int, object]) -> str:
    """Digest of who is in a selection and of each one's revisione."""
    testo = "\n".join(f"{pk} {revisione}" for pk, revisione in sorted(revisioni.items()))
    return hashlib.sha256(testo.encode()).hexdigest()


Oggetti = Sequence[Obiettivo] | Sequence[RelazioneSemestrale]


def anteprima(
    passo: Transizione,
    oggetti: Oggetti,
    attore: Attore,
    istante: datetime,
    procedura: Procedura = OBIETTIVO,
) -> Anteprima:
    """Judge the transition on every object, before the form is filled, in one query. A report is
    known by its objective."""
    giudizi = selectors.verdetti_di(procedura, passo, oggetti, attore, istante)
    scelti = {
        o.pk: Scelto(
            o.pk,
            o.obiettivo.pid if isinstance(o, RelazioneSemestrale) else o.pid,
            giudizi[o.pk].fascicolo.codice,
            giudizi[o.pk].fascicolo.titolo,
            giudizi[o.pk].fascicolo.revisione,
        )
        for o in oggetti
    }
    pronti = tuple(s for pk, s in scelti.items() if giudizi[pk].permessa)
    attese = [(g, s.pk) for s in pronti for g in giudizi[s.pk].richiede]
    return Anteprima(
        scelti=tuple(scelti.values()),
        pronti=pronti,
        ostacoli=tuple(_ostacoli(giudizi)),
        richiede=tuple(
            (g, sum(altra == g for altra, _pk in attese))
            for g in dict.fromkeys(a[0] for a in attese)
        ),
        impronta=impronta({o.pk: _vista(o, scelti[o.pk].revisione) for o in oggetti}),
    )


def _vista(oggetto: Obiettivo | RelazioneSemestrale, revisione: int) -> object:
    """What moves when the object, as it was previewed, does: a report is read with the targets of
    its objective."""
    if isinstance(oggetto, RelazioneSemestrale):
        return f"{revisione} {oggetto.obiettivo.revisione}"
    return revisione


def _ostacoli(giudizi: Mapping[int, Verdetto]) -> list[Ostacolo]:
    """The reasons by condition, the commonest first."""
    trovati: dict[str, Ostacolo] = {}
    for pk, v in giudizi.items():
        for m in v.motivi:
            ostacolo = trovati.setdefault(m.guardia, Ostacolo(m))
            codici = ostacolo.frasi.setdefault(m.messaggio, [])
            if v.fascicolo.codice not in codici[-1:]:
                codici.append(v.fascicolo.codice)
            ostacolo.scelti.add(pk)
    return sorted(trovati.values(), key=lambda o: -o.quanti)


@dataclass(frozen=True, slots=True)
class Eseguita:
    """What was done: the action's number in the registro, and how many moved of how many."""

    azione: int
    eseguiti: int
    scelti: int


def esegui(
    *,
    passo: Transizione,
    ids: Sequence[int],
    vista: str,
    visto: datetime | None,
    solo_pronti: bool,
    motivazione: str,
    by: Attore,
    istante: datetime,
    canale: str = "web",
    procedura: Procedura = OBIETTIVO,
) -> Eseguita:
    """Run the transition on all the objects `ids`, or only on those that pass, all or nothing.

    `vista` is the digest of the preview, `visto` when it was made. Raises Conflitto, naming what
    moved, when the selection is no longer that one; NonAutorizzato or NonPossibile as the engine
    does, and NonPossibile when none passes. Then nothing is written.
    """
    if not ids:
        raise NonPossibile({0: [_nessuno()]})
    with transaction.atomic():
        bloccati: Oggetti = procedura.blocca(by.ente_id, sorted(set(ids)))
        if impronta({o.pk: _vista(o, o.revisione) for o in bloccati}) != vista:
            radici = [getattr(o, "obiettivo_id", o.pk) for o in bloccati]
            raise Conflitto({0: [_cambiati(by.ente_id, radici, visto)]})
        da_fare = list(ids)
        if solo_pronti:
            attore = by  # read again, as the engine does
            if by.persona_id is not None:
                attore = permissions.attore(by.ente_id, by.persona_id, istante)
            giudizi = selectors.verdetti_di(procedura, passo, bloccati, attore, istante)
            da_fare = [pk for pk, v in giudizi.items() if v.permessa]
            if not da_fare:
                raise NonPossibile(
                    {pk: v.motivi for pk, v in giudizi.items()},
                    Tentativo(
                        procedura.nome,
                        passo.nome,
                        {pk: v.fascicolo.radice for pk, v in giudizi.items()},
                    ),
                )
        dati: dict[str, Any] = {"scelti": len(ids), "esclusi": len(ids) - len(da_fare)}
        esito = execute(
            procedura,
            passo.nome,
            da_fare,
            by,
            istante,
            richiesta=Richiesta(motivazione=motivazione, dati=dati),
            canale=canale,
        )
    return Eseguita(esito.azione, len(esito.eseguiti), len(ids))


def _nessuno() -> Motivo:
    return Motivo(
        "selezione",
        "R84",
        _("Non è stato scelto nessun obiettivo."),
        _("Tornare al piano e scegliere gli obiettivi, o tutti quelli del filtro."),
        "",
    )


def _cambiati(ente_id: int, ids: Sequence[int], visto: datetime | None) -> Motivo:
    """What moved since the preview was made, as the registro tells it."""
    codici: list[str] = []
    if visto is not None:
        with connection.cursor() as cursore:
            cursore.execute(
                "SELECT DISTINCT o.codice FROM workflows_evento e "
                "  JOIN cycle_obiettivo o ON o.id = e.radice_id "
                " WHERE e.ente_id = %s AND e.registrato_il > %s AND e.esito = 'eseguito' "
                "   AND o.id = ANY (ARRAY(SELECT jsonb_array_elements_text(%s)::bigint)) "
                " ORDER BY o.codice",
                [ente_id, visto, json.dumps(list(ids))],
            )
            codici = [riga[0] for riga in cursore.fetchall()]
    altri = len(codici) - CODICI
    elenco = ", ".join(codici[:CODICI]) + (_(" e altri %(n)s") % {"n": altri} if altri > 0 else "")
    return Motivo(
        "revisione",
        "R50",
        ngettext(
            "Dopo l'anteprima qualcuno ha cambiato %(elenco)s.",
            "Dopo l'anteprima qualcuno ha cambiato %(n)s obiettivi: %(elenco)s.",
            len(codici),
        )
        % {"n": len(codici), "elenco": elenco}
        if codici
        else _("Gli obiettivi scelti non sono più quelli dell'anteprima."),
        _("Non è stato fatto nulla: guardare la nuova anteprima e confermarla."),
        "",
    )
