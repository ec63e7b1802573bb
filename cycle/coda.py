# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Nucleo's queue: what of a period needs its eyes, by settore, worst first; the rest in line;
what the sitting can validate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from cycle import esame, selectors
from cycle.models import (
    Ciclo,
    Ente,
    Osservazione,
    Periodo,
    RelazioneSemestrale,
    UnitaOrganizzativa,
    VoceRelazione,
)
from cycle.osservazioni import Bozza
from cycle.procedures import RELAZIONE
from workflows.errors import Motivo, NonAutorizzato
from workflows.ports import RUOLI, Attore
from workflows.verdetto import Verdetto

PERMESSO = "osserva_relazione"


@dataclass(frozen=True, slots=True)
class Riga:
    """One specifico that is short of a target, or of which somebody has already written: the
    draft, and what a member left of it."""

    relazione: RelazioneSemestrale
    voce: VoceRelazione
    bozza: Bozza | None
    scritta: Osservazione | None

    @property
    def testo(self) -> str:
        """What stands in the field: what a member wrote, else the draft."""
        if self.scritta is not None:
            return self.scritta.testo
        return self.bozza.testo if self.bozza else ""

    @property
    def proposta(self) -> str:
        return self.bozza.testo if self.bozza else ""

    @property
    def firmata(self) -> bool:
        return self.scritta is not None and self.scritta.firmata_il is not None

    @property
    def da_parte(self) -> str:
        """Why it is not to be sent; "" where nobody said so."""
        return self.scritta.messa_da_parte if self.scritta else ""

    @property
    def invito(self) -> date | None:
        """The day by which it may invite to ask for a variazione."""
        if self.scritta is not None and self.scritta.invita_entro:
            return self.scritta.invita_entro
        return self.bozza.invita_entro if self.bozza else None

    @property
    def invita(self) -> bool:
        return self.scritta.invita_entro is not None if self.scritta else self.invito is not None

    @property
    def revisione(self) -> int:
        return self.scritta.revisione if self.scritta else 0


@dataclass(frozen=True, slots=True)
class Decisione:
    """A report that the sitting may validate, or not yet, and why. `scoperta`: it is short of
    targets of which the settore has been told nothing. `in_conflitto`: the members who acted on it
    for the settore, and do not decide (R57)."""

    relazione: RelazioneSemestrale
    verdetto: Verdetto
    scoperta: bool = False
    in_conflitto: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sezione:
    """One settore: what needs eyes, what was looked at and set aside, and the reports that need
    none."""

    settore: UnitaOrganizzativa
    righe: tuple[Riga, ...]
    da_parte: tuple[Riga, ...]
    in_linea: tuple[RelazioneSemestrale, ...]
    decisioni: tuple[Decisione, ...]

    @property
    def firmate(self) -> int:
        return sum(r.firmata for r in self.righe)


def di_chi_esamina(attore: Attore, ente: Ente) -> None:
    """Raises NonAutorizzato for whoever does not examine reports: what the Nucleo has not sent is
    its own."""
    if not any(nome == PERMESSO for i in attore.incarichi for nome, _su in i.permessi):
        motivo = Motivo(
            "incarico",
            "R54",
            _("La coda è del Nucleo: serve un incarico di %(ruolo)s, in vigore adesso.")
            % {"ruolo": RUOLI["nucleo"]},
            _("Le osservazioni si leggono nella relazione, quando il Nucleo le ha inviate."),
            "nucleo",
        )
        raise NonAutorizzato({ente.pk: [motivo]})


def coda(attore: Attore, ciclo: Ciclo, periodo: Periodo, istante: datetime) -> list[Sezione]:
    """The queue of a period: the settori of which something waits first, each with its worst
    specifici first; in a number of queries that does not depend on how many there are."""
    di_chi_esamina(attore, ciclo.ente)
    lette = [
        r
        for r in esame.relazioni(ciclo, periodo)
        if attore.incarico_per(PERMESSO, r.obiettivo.unita.percorso)
    ]
    settori = selectors.settori(ciclo.ente)
    radice = UnitaOrganizzativa.objects.get(ente=ciclo.ente, padre__isnull=True)
    righe = _righe(ciclo, periodo, [r for r in lette if r.stato == "trasmessa"], istante)
    decisioni = _decisioni([r for r in lette if r.stato != "validata"], attore, istante)
    per_settore: dict[int, list[RelazioneSemestrale]] = {}
    for r in lette:
        percorso = r.obiettivo.unita.percorso
        suo = next((s for s in settori if percorso.startswith(s.percorso)), radice)
        per_settore.setdefault(suo.pk, []).append(r)
    sezioni = [
        _sezione(s, per_settore[s.pk], righe, decisioni)
        for s in [*settori, radice]
        if s.pk in per_settore
    ]
    return sorted(sezioni, key=lambda s: (not s.righe, s.settore.nome))


def _sezione(
    settore: UnitaOrganizzativa,
    sue: Sequence[RelazioneSemestrale],
    righe: Sequence[Riga],
    decisioni: Sequence[Decisione],
) -> Sezione:
    ids = {r.pk for r in sue}
    sue_righe = [r for r in righe if r.relazione.pk in ids]
    da_guardare = [r for r in sue_righe if not r.da_parte]
    guardate = {r.relazione.pk for r in da_guardare}
    return Sezione(
        settore,
        tuple(da_guardare),
        tuple(r for r in sue_righe if r.da_parte),
        tuple(r for r in sue if r.pk not in guardate),
        tuple(
            replace(d, scoperta=d.relazione.pk in guardate)
            for d in decisioni
            if d.relazione.pk in ids
        ),
    )


def _righe(
    ciclo: Ciclo, periodo: Periodo, lette: Sequence[RelazioneSemestrale], istante: datetime
) -> list[Riga]:
    """What needs eyes of the reports submitted and not yet observed, the worst first."""
    proposte = esame.proposte(ciclo, periodo, lette, istante)
    impronte = {r.pk: r.impronta for r in lette}
    scritte = {
        o.voce_id: o
        for o in Osservazione.objects.filter(voce__relazione__in=lette).select_related(
            "voce", "firmata_da", "autore"
        )
        if o.impronta == impronte[o.voce.relazione_id]
    }
    relazioni = {r.pk: r for r in lette}
    trovate = []
    for voce in VoceRelazione.objects.filter(relazione__in=lette).select_related("specifico"):
        bozza = next(
            (b for b in proposte[voce.relazione_id] if b.specifico == voce.specifico.codice), None
        )
        if bozza is not None or voce.pk in scritte:
            trovate.append(Riga(relazioni[voce.relazione_id], voce, bozza, scritte.get(voce.pk)))
    return sorted(trovate, key=_peggiori_prima)


def _peggiori_prima(r: Riga) -> tuple[Decimal, str]:
    percentuale = r.voce.percentuale_calcolata
    return (Decimal(1000) if percentuale is None else percentuale), r.voce.specifico.codice


def _decisioni(
    lette: Sequence[RelazioneSemestrale], attore: Attore, istante: datetime
) -> list[Decisione]:
    valida = RELAZIONE.macchina.transizione("valida")
    assert valida is not None
    if not lette:
        return []
    giudizi = selectors.verdetti_di(RELAZIONE, valida, lette, attore, istante)
    nucleo = selectors.componenti_del_nucleo(lette[0].obiettivo.ente, istante)
    return [
        Decisione(
            r,
            giudizi[r.pk],
            in_conflitto=tuple(
                p.nome_completo.title()
                for p in nucleo
                if p.pk in giudizi[r.pk].fascicolo.agito_per_il_settore
            ),
        )
        for r in lette
    ]


def periodo_di_lavoro(ciclo: Ciclo, periodi: Sequence[Periodo]) -> Periodo | None:
    """The period that the queue opens on: the last of which something waits, else the last that
    was submitted, else the first."""
    stati: dict[int, set[str]] = {}
    for pk, stato in (
        RelazioneSemestrale.objects.filter(obiettivo__ciclo=ciclo)
        .values_list("periodo_id", "stato")
        .distinct()
    ):
        stati.setdefault(pk, set()).add(stato)
    for cercati in ({"trasmessa", "osservata", "controdedotta"}, {"validata"}):
        for p in reversed(periodi):
            if stati.get(p.pk, set()) & cercati:
                return p
    return periodi[0] if periodi else None
