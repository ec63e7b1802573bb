# SPDX-License-Identifier: AGPL-3.0-or-later
"""What opening a year and moving its terms have in common: who may, the act, the refusal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cycle.apertura import Difetto
from cycle.models import Atto, Ciclo, Ente, UnitaOrganizzativa
from cycle.models.atto import ORGANI
from cycle.permissions import PERMESSI
from workflows.errors import Motivo, NonAutorizzato, NonPossibile, Tentativo
from workflows.ports import RUOLI, Attore, FattiAtto, Incarico

CHE_COSA = {
    "apri_anno": gettext_lazy("aprire un anno"),
    "proroga_termine": gettext_lazy("prorogare un termine"),
    "chiudi_anno": gettext_lazy("chiudere un anno"),
    "vedi_cruscotto": gettext_lazy("vedere il cruscotto"),
    "vedi_segnali": gettext_lazy("vedere i segnali sul piano"),
}
VERBI = {"apri_anno": "apre", "proroga_termine": "proroga", "chiudi_anno": "chiude"}


def autorizza(by: Attore, permesso: str, tentato: int | None = None) -> Incarico:
    """The incarico under which `by` opens a year (`apri_anno`), moves a term
    (`proroga_termine`), closes a year (`chiudi_anno`) or looks at all of it. Raises
    NonAutorizzato, which names who can; `tentato` is the year it was tried on (0: one that is not
    there yet), for the registro."""
    radice = UnitaOrganizzativa.objects.get(ente=by.ente_id, padre__isnull=True)
    incarico = by.incarico_per(permesso, radice.percorso)
    if incarico is not None:
        return incarico
    ruoli = [r for r in RUOLI if r in PERMESSI[permesso]]
    motivo = Motivo(
        "incarico",
        "R84",
        _("Per %(che_cosa)s serve un incarico di %(ruoli)s su «%(ente)s», in vigore adesso.")
        % {
            "che_cosa": CHE_COSA[permesso],
            "ruoli": _(" o ").join(RUOLI[r] for r in ruoli),
            "ente": radice.nome,
        },
        _("Chiederlo a chi ha l'incarico."),
        ", ".join(ruoli),
    )
    raise NonAutorizzato(
        {tentato or 0: [motivo]},
        None if tentato is None else Tentativo("ciclo", VERBI[permesso], {tentato: None}),
    )


def difetti_atto(
    atto: FattiAtto, ente: Ente, ciclo: Ciclo | None, istante: datetime
) -> list[Difetto]:
    """What is wrong with an act of the calendar: number and date, not future, not recorded yet."""
    trovati = []
    oggi = istante.astimezone(ZoneInfo(ente.fuso)).date()
    if not atto.numero:
        trovati.append(Difetto("atto.numero", "R2", _("Manca il numero dell'atto.")))
    elif len(atto.numero) > 30:
        trovati.append(Difetto("atto.numero", "R2", _("Al massimo 30 caratteri.")))
    if atto.organo not in dict(ORGANI):
        trovati.append(Difetto("atto.organo", "R2", _("Indicare l'organo che ha adottato l'atto.")))
    if atto.data is None:
        trovati.append(Difetto("atto.giorno", "R2", _("Manca la data dell'atto.")))
    elif atto.data > oggi:
        trovati.append(
            Difetto(
                "atto.giorno",
                "R2",
                _("L'atto porta una data futura (%(data)s): si registra un atto già adottato.")
                % {"data": f"{atto.data:%d/%m/%Y}"},
            )
        )
    elif atto.data < oggi - timedelta(days=3660):
        trovati.append(Difetto("atto.giorno", "R2", _("L'atto ha più di dieci anni: controllare.")))
    elif (
        ciclo is not None
        and Atto.objects.filter(
            ciclo=ciclo,
            tipo="calendario",
            organo=atto.organo,
            numero=atto.numero,
            data__year=atto.data.year,
        ).exists()
    ):
        trovati.append(
            Difetto(
                "atto.numero",
                "R50",
                _("L'atto n. %(numero)s del %(anno)s è già registrato: un atto decide una volta.")
                % {"numero": atto.numero, "anno": atto.data.year},
            )
        )
    return trovati


def scrivi_atto(atto: FattiAtto, pk: int, ciclo: Ciclo, digest: str) -> None:
    """Record an act of the calendar under the id that the open action names."""
    assert atto.data is not None
    Atto.objects.create(
        pk=pk,
        ente_id=ciclo.ente_id,
        ciclo=ciclo,
        tipo="calendario",
        organo=atto.organo,
        numero=atto.numero,
        data=atto.data,
        esecutivo=atto.esecutivo,
        digest=digest,
    )


def motivi(difetti: Sequence[Difetto], permesso: str = "apri_anno") -> list[Motivo]:
    """What does not stand, as reasons of a refusal: `guardia` names the field."""
    chi = ", ".join(r for r in RUOLI if r in PERMESSI[permesso])
    return [Motivo(d.campo, d.regola, d.messaggio, "", chi) for d in difetti]


def non_possibile(oggetto: int, difetti: Sequence[Difetto], permesso: str) -> NonPossibile:
    """The refusal of what was tried on the year `oggetto` (0: one that is not there yet)."""
    return NonPossibile(
        {oggetto: motivi(difetti, permesso)},
        Tentativo("ciclo", VERBI[permesso], {oggetto: None}),
    )
