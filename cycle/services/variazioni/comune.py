# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the services about variazioni share: the locked request, the incarico, the refusals."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.utils.translation import gettext as _

from cycle import permissions
from cycle.models import RichiestaVariazione
from cycle.permissions import PERMESSI
from cycle.procedures import VARIAZIONE
from cycle.variazioni import chi
from workflows.engine import racconta
from workflows.errors import Conflitto, Motivo, NonAutorizzato, NonTrovato, Tentativo
from workflows.ports import RUOLI, Attore, Azione, Fascicolo, Incarico, Passo, Richiesta
from workflows.registro import azioni


def adesso(by: Attore, istante: datetime) -> Attore:
    """The same person with the incarichi in force at `istante`, read now (R83)."""
    if by.persona_id is None:
        return by
    return permissions.attore(by.ente_id, by.persona_id, istante)


def bloccata(by: Attore, pk: int) -> RichiestaVariazione:
    """The request, locked after its objective and re-read. Raises NonTrovato."""
    trovate = VARIAZIONE.blocca(by.ente_id, [pk])
    if not trovate:
        raise NonTrovato({})
    return trovate[0]


def riletta(pk: int) -> RichiestaVariazione:
    """The request as it is now. Never `refresh_from_db`: django_fsm lets go of the state's guard
    for the whole class while it runs, and two threads trip over each other."""
    return RichiestaVariazione.objects.select_related("obiettivo__ciclo").get(pk=pk)


def fatti(v: RichiestaVariazione, istante: datetime) -> Fascicolo:
    """The facts of one request."""
    return VARIAZIONE.fascicoli([v], istante, Richiesta())[v.pk]


def tentativo(v: RichiestaVariazione, verbo: str) -> Tentativo:
    return Tentativo("variazione", verbo, {v.pk: v.obiettivo_id})


def serve_incarico(permesso: str, f: Fascicolo, fra: Collection[str] = RUOLI) -> Motivo:
    """Who may do what needs `permesso`, on the unit of these facts."""
    ruoli = [r for r in RUOLI if r in PERMESSI[permesso] and r in fra]
    return Motivo(
        "incarico",
        "R4",
        _("Serve un incarico di %(ruoli)s su «%(unita)s», in vigore adesso.")
        % {"ruoli": _(" o ").join(RUOLI[r] for r in ruoli), "unita": f.unita},
        _("Chiedere a chi ha l'incarico, oppure farselo conferire con un atto."),
        ", ".join(ruoli),
    )


def incarico_per(
    by: Attore,
    permesso: str,
    f: Fascicolo,
    prova: Tentativo | None = None,
    ruoli: Collection[str] = RUOLI,
) -> Incarico:
    """The incarico, of one of `ruoli`, under which `by` does it. Raises NonAutorizzato, saying who
    can."""
    incarico = chi.con_ruolo(by, permesso, f.percorso, ruoli)
    if incarico is None or by.persona_id is None:
        raise NonAutorizzato({f.id: [serve_incarico(permesso, f, ruoli)]}, prova)
    return incarico


def persona(by: Attore) -> int:
    """Who acts, where `incarico_per` has made sure that somebody does."""
    assert by.persona_id is not None
    return by.persona_id


def come_letta(v: RichiestaVariazione, revisione: int | None) -> None:
    """Raises Conflitto when the request is no longer the one that was read (R50)."""
    if revisione is not None and revisione != v.revisione:
        motivo = Motivo(
            "revisione",
            "R50",
            _("Qualcun altro ha scritto in questa richiesta mentre la si guardava."),
            _("Controllare che cosa è cambiato, poi ripetere."),
            "",
        )
        raise Conflitto({v.pk: [motivo]})


def apri(
    v: RichiestaVariazione,
    verbo: str,
    incarico: Incarico,
    by: Attore,
    istante: datetime,
    canale: str,
    motivazione: str = "",
    dati: dict[str, str] | None = None,
) -> int:
    """Open an action on a request that moves no state."""
    return azioni.apri(
        ente_id=by.ente_id,
        procedura="variazione",
        verbo=verbo,
        passi=[azioni.Voce(v.pk, v.obiettivo_id, v.stato, v.stato, incarico)],
        attore=by,
        istante=istante,
        motivazione=motivazione,
        canale=canale,
        dati=dati,
    )


def racconta_di(v: RichiestaVariazione, verbo: str, numero: int, by: Attore, t: datetime) -> None:
    """Write the news of such an action."""
    dopo = fatti(v, t)
    passo = Passo(v, dopo, v.stato, v.stato)
    racconta(VARIAZIONE, Azione(numero, verbo, by, t, Richiesta(), (passo,)))


def non_bozza(v: RichiestaVariazione) -> Motivo:
    """Why what was filed is not written again."""
    return Motivo(
        "solo_in_bozza",
        "R37",
        _("La richiesta si trova in «%(stato)s»: ciò che chiede non si riscrive.")
        % {"stato": v.get_stato_display()},
        _("Ritirarla e presentarne un'altra, se si è ancora in tempo."),
        "dirigente",
    )
