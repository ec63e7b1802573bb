# SPDX-License-Identifier: AGPL-3.0-or-later
"""The scheda as a page reads it: the objective with all that hangs below it, put together in a
number of queries that does not depend on how much there is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeVar

from django.db import connection
from django.utils.translation import gettext as _

from cycle import measure, misurazione
from cycle.models import (
    Collaboratore,
    Fase,
    Indicatore,
    Obiettivo,
    ObiettivoSpecifico,
    Periodo,
    RelazioneSemestrale,
    Rilevazione,
    Stanziamento,
    StoricoIndicatore,
    VersioneObiettivo,
    VoceRelazione,
)
from cycle.parametri import Parametri
from workflows.ports import Attore

Figura = Decimal | date | None


@dataclass(frozen=True, slots=True)
class Cella:
    """Target and value of an indicator in a period, or over the year. `raggiunto` is None where
    nothing is assessed, and of the year until all its periods are measured."""

    periodo: str  # its name
    target: Figura
    valore: Figura
    raggiunto: bool | None


@dataclass(frozen=True, slots=True)
class RigaIndicatore:
    """An indicator with its figures, by period and then over the year. `punteggio`: over 100, of
    the year as it stands."""

    indicatore: Indicatore
    celle: tuple[Cella, ...]
    punteggio: Decimal | None
    storico: tuple[tuple[int, Decimal], ...]  # past years, the latest first


@dataclass(frozen=True, slots=True)
class Dialogo:
    """What settore and Nucleo wrote in a period about a specifico, side by side (R53)."""

    relazione: RelazioneSemestrale
    voce: VoceRelazione

    @property
    def muto(self) -> bool:
        return not (self.voce.testo or self.voce.osservazione or self.voce.risposta)


@dataclass(frozen=True, slots=True)
class SchedaSpecifico:
    """An obiettivo specifico as the scheda prints it."""

    specifico: ObiettivoSpecifico
    indicatori: tuple[RigaIndicatore, ...]
    fasi: tuple[Fase, ...]
    collaboratori: tuple[Collaboratore, ...]
    dialoghi: tuple[Dialogo, ...]
    stanziamenti: tuple[Stanziamento, ...]

    @property
    def calcolata(self) -> Decimal | None:
        """The computed percentage of the last report that has one."""
        return self._ultima("percentuale_calcolata")

    @property
    def convalidata(self) -> Decimal | None:
        """The validated percentage of the last report that has one."""
        return self._ultima("percentuale_convalidata")

    def _ultima(self, campo: str) -> Decimal | None:
        valori = [getattr(d.voce, campo) for d in self.dialoghi]
        return next((v for v in reversed(valori) if v is not None), None)


@dataclass(frozen=True, slots=True)
class Programma:
    """A strategic node with those above it, from the top."""

    passi: tuple[tuple[str, str, str], ...]  # (kind, code, title)


@dataclass(frozen=True, slots=True)
class Scheda:
    """An objective and everything below it."""

    obiettivo: Obiettivo
    periodi: tuple[Periodo, ...]
    specifici: tuple[SchedaSpecifico, ...]
    relazioni: tuple[RelazioneSemestrale, ...]
    collaboratori: tuple[Collaboratore, ...]
    stanziamenti: tuple[Stanziamento, ...]
    versioni: tuple[VersioneObiettivo, ...]
    programmi: tuple[Programma, ...]
    impegno_visibile: bool

    @property
    def in_vigore(self) -> VersioneObiettivo | None:
        """The version in force: the last one, while the scheda is not again a proposal."""
        return self.versioni[0] if self.versioni else None


def leggi(obiettivo: Obiettivo, attore: Attore) -> Scheda:
    """Everything the page of an objective shows, for who may see it."""
    return _Lettura(obiettivo, attore).scheda()


@dataclass(slots=True)
class _Lettura:
    obiettivo: Obiettivo
    attore: Attore
    periodi: list[Periodo] = field(init=False)

    def scheda(self) -> Scheda:
        o = self.obiettivo
        self.periodi = list(Periodo.objects.filter(ciclo=o.ciclo_id).order_by("ordine"))
        relazioni = self._relazioni()
        persone = list(
            Collaboratore.objects.filter(obiettivo=o)
            .select_related("persona")
            .order_by("-responsabile", "ordine")
        )
        di_specifico: dict[int | None, list[Collaboratore]] = defaultdict(list)
        for c in persone:
            di_specifico[c.specifico_id].append(c)
        indicatori = self._indicatori()
        fasi = _per_specifico(Fase.objects.filter(obiettivo=o).select_related("responsabile"))
        soldi = _per_specifico(
            Stanziamento.objects.filter(obiettivo=o).order_by("capitolo", "articolo")
        )
        dialoghi = self._dialoghi(relazioni)
        return Scheda(
            obiettivo=o,
            periodi=tuple(self.periodi),
            specifici=tuple(
                SchedaSpecifico(
                    specifico=s,
                    indicatori=tuple(indicatori.get(s.pk, ())),
                    fasi=tuple(fasi.get(s.pk, ())),
                    collaboratori=tuple(di_specifico.get(s.pk, ())),
                    dialoghi=tuple(dialoghi.get(s.pk, ())),
                    stanziamenti=tuple(soldi.get(s.pk, ())),
                )
                for s in ObiettivoSpecifico.objects.filter(obiettivo=o).order_by("ordine")
            ),
            relazioni=tuple(relazioni),
            collaboratori=tuple(di_specifico.get(None, ())),
            stanziamenti=tuple(soldi.get(None, ())),
            versioni=tuple(
                VersioneObiettivo.objects.filter(obiettivo=o)
                .select_related("atto__ciclo")
                .defer("contenuto")
                .order_by("-numero")
            ),
            programmi=_programmi(o),
            impegno_visibile=vede_impegno(self.attore, o.unita.percorso)
            and any(c.impegno is not None for c in persone),
        )

    def _relazioni(self) -> list[RelazioneSemestrale]:
        relazioni = list(
            RelazioneSemestrale.objects.filter(obiettivo=self.obiettivo)
            .select_related("seduta")
            .defer("istantanea")
        )
        per_periodo = {r.periodo_id: r for r in relazioni}
        trovate = []
        for periodo in self.periodi:
            if periodo.pk in per_periodo:
                relazione = per_periodo[periodo.pk]
                relazione.periodo = periodo
                trovate.append(relazione)
        return trovate

    def _dialoghi(self, relazioni: Sequence[RelazioneSemestrale]) -> dict[int, list[Dialogo]]:
        voci: dict[int, dict[int, VoceRelazione]] = defaultdict(dict)
        for v in VoceRelazione.objects.filter(obiettivo=self.obiettivo):
            voci[v.specifico_id][v.relazione_id] = v
        return {
            specifico: [Dialogo(r, sue[r.pk]) for r in relazioni if r.pk in sue]
            for specifico, sue in voci.items()
        }

    def _indicatori(self) -> dict[int, list[RigaIndicatore]]:
        o = self.obiettivo
        rilevazioni: dict[int, dict[int, Rilevazione]] = defaultdict(dict)
        for r in Rilevazione.objects.filter(obiettivo=o):
            rilevazioni[r.indicatore_id][r.periodo_id] = r
        storico: dict[int, list[tuple[int, Decimal]]] = defaultdict(list)
        for s in StoricoIndicatore.objects.filter(obiettivo=o, valore__isnull=False).order_by(
            "-anno"
        ):
            storico[s.indicatore_id].append((s.anno, s.valore or Decimal(0)))
        parametri = Parametri.da_dizionario(o.ciclo.parametri).misura
        righe: dict[int, list[RigaIndicatore]] = defaultdict(list)
        for i in Indicatore.objects.filter(obiettivo=o).order_by("ordine"):
            righe[i.specifico_id].append(
                riga_indicatore(i, self.periodi, rilevazioni[i.pk], tuple(storico[i.pk]), parametri)
            )
        return righe


def riga_indicatore(
    indicatore: Indicatore,
    periodi: Iterable[Periodo],
    rilevazioni: dict[int, Rilevazione],
    storico: tuple[tuple[int, Decimal], ...],
    parametri: measure.ParametriMisura,
) -> RigaIndicatore:
    """The figures of an indicator, by period and over the year."""
    misurato = misurazione.indicatore(
        indicatore,
        [
            measure.Rilevazione(p.ordine, target_di(r), valore_di(r))
            for p in periodi
            if (r := rilevazioni.get(p.pk)) is not None
        ],
    )
    celle = []
    for periodo in periodi:
        r = rilevazioni.get(periodo.pk)
        target, valore = (target_di(r), valore_di(r)) if r else (None, None)
        raggiunto = raggiunto_nel_periodo(indicatore, target, valore)
        celle.append(Cella(periodo.nome, target, valore, raggiunto))
    target, valore = measure.annuale_stampato(misurato)
    finito = all(r.valore is not None for r in misurato.rilevazioni if r.target is not None)
    raggiunto = _raggiunto(indicatore, target, valore) if finito else None
    celle.append(Cella(_("Anno"), target, valore, raggiunto))
    chiusi = _misurati(misurato)
    return RigaIndicatore(
        indicatore=indicatore,
        celle=tuple(celle),
        punteggio=measure.punteggio(misurato, parametri, chiusi, chiusi).percentuale
        if chiusi
        else None,
        storico=storico,
    )


def target_di(rilevazione: Rilevazione) -> Figura:
    """The target of a period, number or date."""
    numero = rilevazione.target
    return numero if numero is not None else rilevazione.target_data


def valore_di(rilevazione: Rilevazione) -> Figura:
    """The measured value of a period, number or date."""
    numero = rilevazione.valore
    return numero if numero is not None else rilevazione.valore_data


def _misurati(indicatore: measure.Indicatore) -> int:
    """The last period with a value: the year as far as it was measured."""
    return max((r.periodo for r in indicatore.rilevazioni if r.valore is not None), default=0)


def raggiunto_nel_periodo(i: Indicatore, target: Figura, valore: Figura) -> bool | None:
    """Whether a period meets its target; None where nothing is assessed: 0 on 0 (R73)."""
    return None if target == 0 and valore == 0 else _raggiunto(i, target, valore)


def _raggiunto(i: Indicatore, target: Figura, valore: Figura) -> bool | None:
    """Whether a figure meets its target, read by its natura; None while one of them is missing."""
    if valore is None:
        return None
    if i.fascia_da is not None and i.fascia_a is not None and isinstance(valore, Decimal):
        return i.fascia_da <= valore <= i.fascia_a
    if isinstance(target, Decimal) and isinstance(valore, Decimal):
        return valore <= target if i.natura == "negativo" else valore >= target
    if isinstance(target, date) and isinstance(valore, date):
        return valore <= target
    return None


_Riga = TypeVar("_Riga", Fase, Stanziamento)


def _per_specifico(righe: Iterable[_Riga]) -> dict[int | None, list[_Riga]]:
    divise: dict[int | None, list[_Riga]] = defaultdict(list)
    for riga in righe:
        divise[riga.specifico_id].append(riga)
    return divise


_PROGRAMMI = """
WITH RECURSIVE sopra AS (
    SELECT n.id AS foglia, n.id, n.padre_id, n.tipo, n.codice, n.titolo, 0 AS passi
      FROM cycle_obiettivonodo o JOIN cycle_nodostrategico n ON n.id = o.nodo_id
     WHERE o.obiettivo_id = %s
    UNION ALL
    SELECT s.foglia, n.id, n.padre_id, n.tipo, n.codice, n.titolo, s.passi + 1
      FROM sopra s JOIN cycle_nodostrategico n ON n.id = s.padre_id
)
SELECT foglia, tipo, codice, titolo FROM sopra ORDER BY foglia, passi DESC
"""


def _programmi(obiettivo: Obiettivo) -> tuple[Programma, ...]:
    rami: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    with connection.cursor() as cursore:
        cursore.execute(_PROGRAMMI, [obiettivo.pk])
        for foglia, *passo in cursore.fetchall():
            rami[foglia].append(tuple(passo))
    return tuple(Programma(tuple(passi)) for passi in rami.values())


def vede_impegno(attore: Attore, percorso: str) -> bool:
    """Effort is for the own unit and for controllo (`domain.md` 2)."""
    return any(
        percorso.startswith(i.percorso)
        for i in attore.incarichi
        if i.ruolo in ("po", "dirigente", "controllo")
    )
