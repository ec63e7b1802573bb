# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing in reports that are still to be submitted: one action, whatever the number of reports,
and one statement for each table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from cycle import fascicolo
from cycle.insiemi import aggiorna, copia
from cycle.models import Fase, RelazioneSemestrale, Rilevazione, VoceRelazione
from cycle.procedures import RELAZIONE
from cycle.services.schede import serve_incarico
from workflows.engine import racconta
from workflows.errors import Motivo, NonAutorizzato, Tentativo
from workflows.machines.relazione import COMPILABILI
from workflows.ports import Attore, Azione, Fascicolo, Incarico, Passo, Richiesta
from workflows.registro import azioni
from workflows.verdetto import verdetto


@dataclass(slots=True)
class Scritture:
    """Rows as they are to be, changed or new: measured values with their notes, texts of a
    specifico, what a phase has come to."""

    rilevazioni: dict[int, Rilevazione] = field(default_factory=dict)  # by id of the indicator
    voci: dict[int, VoceRelazione] = field(default_factory=dict)  # by id of the specifico
    fasi: dict[int, Fase] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.rilevazioni or self.voci or self.fasi)

    def obiettivi(self) -> set[int]:
        """The objectives that are touched."""
        righe: Iterable[Any] = (
            *self.rilevazioni.values(),
            *self.voci.values(),
            *self.fasi.values(),
        )
        return {riga.obiettivo_id for riga in righe}


def con_valore(riga: Rilevazione, valore: Decimal | date | None) -> Rilevazione:
    """The row with its measured value: a day, or a figure."""
    riga.valore_data = valore if isinstance(valore, date) else None
    riga.valore = valore if isinstance(valore, Decimal) else None
    return riga


def incarichi(
    relazioni: Sequence[RelazioneSemestrale], fatti: Mapping[int, Fascicolo], by: Attore
) -> dict[int, Incarico]:
    """By report, the incarico under which `by` fills it. Raises NonAutorizzato when there is one
    that is not his to fill (R4)."""
    trovati = {r.pk: by.incarico_per("compila_relazione", fatti[r.pk].percorso) for r in relazioni}
    negate = {pk: [serve_incarico(fatti[pk].unita)] for pk, i in trovati.items() if i is None}
    if negate:
        raise NonAutorizzato(negate, tentativo(relazioni))
    return {pk: i for pk, i in trovati.items() if i is not None}


def tentativo(relazioni: Iterable[RelazioneSemestrale]) -> Tentativo:
    """What the registro keeps of an attempt to fill these reports."""
    return Tentativo("relazione", "compila", {r.pk: r.obiettivo_id for r in relazioni})


def compilabile(fatti: Fascicolo) -> bool:
    """Whether the report can be filled: not submitted yet, of an objective that is under way
    (R54)."""
    return fatti.stato in COMPILABILI and fatti.stato_obiettivo in ("in_corso", "rendicontato")


def scrivi(
    relazioni: Sequence[RelazioneSemestrale],
    scritture: Scritture,
    *,
    fatti: Mapping[int, Fascicolo],
    incarichi: Mapping[int, Incarico],
    by: Attore,
    istante: datetime,
    canale: str,
) -> None:
    """Write in locked reports that may be filled, and move the revisione of each.

    When one becomes complete, or is no longer, who may submit it is told, or the matter is
    settled."""
    numero = azioni.apri(
        ente_id=by.ente_id,
        procedura="relazione",
        verbo="compila",
        passi=[
            azioni.Voce(r.pk, r.obiettivo_id, r.stato, r.stato, incarichi[r.pk]) for r in relazioni
        ],
        attore=by,
        istante=istante,
        canale=canale,
    )
    _scrivi(scritture)
    RelazioneSemestrale.objects.filter(pk__in=[r.pk for r in relazioni]).update(
        revisione=F("revisione") + 1
    )
    for r in relazioni:
        r.revisione += 1
    dopo = fascicolo.di_relazioni(relazioni)
    passi = tuple(
        Passo(r, dopo[r.pk], r.stato, r.stato)
        for r in relazioni
        if _completa(fatti[r.pk], by, istante) != _completa(dopo[r.pk], by, istante)
    )
    if passi:
        racconta(RELAZIONE, Azione(numero, "compila", by, istante, Richiesta(), passi))


def _scrivi(s: Scritture) -> None:
    vecchie = [r for r in s.rilevazioni.values() if r.pk is not None]
    aggiorna(
        Rilevazione,
        {"valore": "numeric", "valore_data": "date", "nota": "text"},
        [(r.pk, r.valore, r.valore_data, r.nota) for r in vecchie],
    )
    copia([r for r in s.rilevazioni.values() if r.pk is None])
    aggiorna(VoceRelazione, {"testo": "text"}, [(v.pk, v.testo) for v in s.voci.values()])
    aggiorna(
        Fase,
        {"avanzamento": "numeric", "inizio_effettivo": "date", "fine_effettiva": "date"},
        [(f.pk, f.avanzamento, f.inizio_effettivo, f.fine_effettiva) for f in s.fasi.values()],
    )


def _completa(fatti: Fascicolo, chi: Attore, istante: datetime) -> bool:
    """Whether the report lacks nothing to be submitted, by whoever may do it (R53)."""
    trasmetti = RELAZIONE.macchina.transizione("trasmetti")
    assert trasmetti is not None
    return not verdetto(RELAZIONE.macchina, trasmetti, fatti, chi, istante).mancanze


def non_compilabile() -> Motivo:
    """A report that was submitted, or whose objective is not under way."""
    return Motivo(
        "relazione_compilabile",
        "R54",
        _("La relazione è già trasmessa, oppure l'obiettivo non è in corso."),
        _("Chiedere al Nucleo di riaprirla, oppure avviare l'obiettivo."),
        "nucleo",
    )
