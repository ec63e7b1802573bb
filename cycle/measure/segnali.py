# SPDX-License-Identifier: AGPL-3.0-or-later
"""What in a plan deserves a second look, and nobody says: pure functions from figures to signals,
which judge nothing and stop nothing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import groupby

from cycle.measure.altre import annuale_stampato
from cycle.measure.figure import Indicatore
from cycle.measure.numeri import CENTO, ZERO, in_italiano
from cycle.measure.parametri import ParametriMisura
from cycle.measure.pesi import difetto_pesi

DUE_VOLTE = Decimal(2)

# kind -> the rule that makes it worth a look
REGOLE: Mapping[str, str] = {
    "pesi_indicatori": "R68",
    "pesi_fasi": "R69",
    "fasi_finite_indicatore_a_zero": "R53",
    "target_gia_raggiunto": "R8",
    "target_superato_del_doppio": "R8",
    "somma_di_consistenze": "R74",
    "approvato_dopo_l_inizio": "R14",
    "target_abbassato_a_fine_anno": "R19",
    "ruolo_vacante": "R6",
    "impegno_diverso_da_100": "R6",
    "capitolo_due_volte": "R28",
}

# What is there at an instant, and what happens meanwhile: the first is not summed over periods.
_CONSISTENZA = re.compile(
    r"\b(posti|capienza|capacit[aà]|dotazione|consistenza|giacenz[ae]|patrimonio|popolazione|"
    r"iscritti|abbonati|abitanti|residenti|in carico|in servizio|in essere|in vigore|vigenti|"
    r"attiv[ie]|disponibili|presenti|fotografia|al 3[01][/.]\d)\b",
    re.IGNORECASE,
)
_FLUSSO = re.compile(
    r"\b(nuov[oiae]|in più|increment\w*|aggiunt\w*|attivat\w*|assegnat\w*|creat\w*|"
    r"realizzat\w*|acquis\w*|consegnat\w*|rilasciat\w*)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Segnale:
    """`tipo` is a word for programs, `messaggio` the sentence for people; `obiettivi` are the codes
    of the schede it is about, `dove` what in them: a specifico, a person, a chapter, an act."""

    tipo: str
    obiettivi: tuple[str, ...]
    dove: str
    messaggio: str

    @property
    def regola(self) -> str:
        """The rule that makes it worth a look."""
        return REGOLE[self.tipo]


@dataclass(frozen=True, slots=True)
class Specifico:
    """A specifico as signals look at it: `fasi` are (weight, progress over 100), `prima` the last
    year's value of each indicator, by its place, `chiusi` the periods that were over when it was
    approved."""

    obiettivo: str
    codice: str
    indicatori: tuple[Indicatore, ...]
    fasi: tuple[tuple[Decimal | None, Decimal | None], ...] = ()
    prima: Mapping[int, Decimal] = field(default_factory=dict)
    chiusi: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Approvazione:
    """An objective approved by an act of the day `il`, and the first day of its work."""

    obiettivo: str
    atto: str
    il: date
    inizio: date


@dataclass(frozen=True, slots=True)
class TargetVariato:
    """A target that the giunta changed with an act of the day `il`; `dove` says which, in
    words."""

    obiettivo: str
    dove: str
    natura: str
    prima: Decimal | date
    dopo: Decimal | date
    atto: str
    il: date


@dataclass(frozen=True, slots=True)
class RuoloVacante:
    """What nobody can do on a unit, today or at a term. `quando` says which term, "" today."""

    unita: str
    passi: tuple[str, ...]
    ruoli: tuple[str, ...]
    quando: str = ""
    obiettivi: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Impegno:
    """The effort of one person on one scheda, over 100."""

    persona: str
    obiettivo: str
    impegno: Decimal


@dataclass(frozen=True, slots=True)
class Somma:
    """Money of a chapter on one scheda, in euro."""

    obiettivo: str
    capitolo: str
    articolo: str
    parte: str
    importo: Decimal


def segnali(
    specifici: Sequence[Specifico],
    impegni: Iterable[Impegno],
    somme: Iterable[Somma],
    parametri: ParametriMisura,
    *,
    pesati: bool,
    approvazioni: Iterable[Approvazione] = (),
    variati: Iterable[TargetVariato] = (),
    fine: date | None = None,
    vacanti: Iterable[RuoloVacante] = (),
) -> tuple[Segnale, ...]:
    """Every signal of a plan, schede first. `pesati`: the ente weighs its indicators (R68);
    `fine`: the last day of the year's last period."""
    return (
        *(s for specifico in specifici for s in _dello_specifico(specifico, parametri, pesati)),
        *_delle_approvazioni(approvazioni),
        *(_dei_target(variati, fine) if fine else ()),
        *_dei_ruoli(vacanti),
        *_delle_persone(impegni),
        *_dei_capitoli(somme),
    )


def _dello_specifico(s: Specifico, parametri: ParametriMisura, pesati: bool) -> Iterator[Segnale]:
    qui = (s.obiettivo,)
    if pesati and s.indicatori:
        difetto = difetto_pesi([i.peso for i in s.indicatori], parametri.tolleranza_pesi)
        if difetto:
            yield Segnale("pesi_indicatori", qui, s.codice, f"{s.codice}: {difetto}.")
    if s.fasi:
        difetto = difetto_pesi([peso for peso, _ in s.fasi], parametri.tolleranza_pesi)
        if difetto:
            yield Segnale("pesi_fasi", qui, s.codice, f"{s.codice}, fasi: {difetto}.")
    finite = bool(s.fasi) and all(avanzamento == CENTO for _, avanzamento in s.fasi)
    for n, i in enumerate(s.indicatori):
        yield from _gia_raggiunto(s, i, s.prima.get(n))
        if _somma_di_consistenze(i):
            yield Segnale(
                "somma_di_consistenze",
                qui,
                s.codice,
                f"{s.codice}: «{i.nome}» dice quanto c'è in un momento, ma l'anno è la somma dei "
                "periodi: conta due volte le stesse cose.",
            )
        previsto, valore = annuale_stampato(i)
        if (
            not isinstance(previsto, Decimal)
            or not isinstance(valore, Decimal)
            or i.natura != "positivo"
            or previsto <= ZERO
        ):
            continue
        if finite and valore == ZERO:
            yield Segnale(
                "fasi_finite_indicatore_a_zero",
                qui,
                s.codice,
                f"{s.codice}: le fasi sono tutte al 100 %, ma «{i.nome}» è a 0.",
            )
        if valore >= previsto * DUE_VOLTE:
            yield Segnale(
                "target_superato_del_doppio",
                qui,
                s.codice,
                f"{s.codice}: «{i.nome}» doveva essere {in_italiano(previsto)} ed è "
                f"{in_italiano(valore)}: il target era troppo facile, o il dato è un altro.",
            )


def _gia_raggiunto(s: Specifico, i: Indicatore, prima: Decimal | None) -> Iterator[Segnale]:
    """A target of the year that was there before the year was asked for it: last year's value is
    better than it, or what had been measured when it was approved meets it."""
    previsto, _valore = annuale_stampato(i)
    if not isinstance(previsto, Decimal) or i.unita_misura == "si_no" or i.fascia is not None:
        return
    detto = f"{s.codice}: «{i.nome}» deve essere {in_italiano(previsto)}"
    if prima is not None and previsto != ZERO:
        positivo = i.natura == "positivo"
        # as much as last year is what is done every year: it is too little when there was more
        if prima > previsto if positivo else prima < previsto:
            come = "" if positivo else " al massimo"
            yield Segnale(
                "target_gia_raggiunto",
                (s.obiettivo,),
                s.codice,
                f"{detto}{come}, e l'anno prima era già {in_italiano(prima)}.",
            )
            return
    misurato = replace(i, rilevazioni=tuple(r for r in i.rilevazioni if r.periodo in s.chiusi))
    _previsto, valore = annuale_stampato(misurato)
    if i.natura == "positivo" and isinstance(valore, Decimal) and valore >= previsto > ZERO:
        yield Segnale(
            "target_gia_raggiunto",
            (s.obiettivo,),
            s.codice,
            f"{detto}, e quando è stato approvato era già {in_italiano(valore)}.",
        )


def _somma_di_consistenze(i: Indicatore) -> bool:
    """Whether a `somma` adds up what does not add up: a stock, by its name, or a rate, over two
    periods or more."""
    quante = sum(isinstance(r.target, Decimal) and r.target > ZERO for r in i.rilevazioni)
    if i.aggregazione != "somma" or quante < 2:
        return False
    if i.unita_misura == "percentuale":
        return True
    return bool(_CONSISTENZA.search(i.nome)) and not _FLUSSO.search(i.nome)


def _delle_approvazioni(approvazioni: Iterable[Approvazione]) -> Iterator[Segnale]:
    """By act: what it approved when the work had already begun."""
    tardi = sorted((a for a in approvazioni if a.il > a.inizio), key=lambda a: (a.il, a.atto))
    for (il, atto), gruppo in groupby(tardi, key=lambda a: (a.il, a.atto)):
        suoi = list(gruppo)
        inizio = min(a.inizio for a in suoi)
        quanti = "un obiettivo già cominciato" if len(suoi) == 1 else f"{len(suoi)} obiettivi già "
        quanti += "" if len(suoi) == 1 else "cominciati"
        yield Segnale(
            "approvato_dopo_l_inizio",
            tuple(sorted(a.obiettivo for a in suoi)),
            atto,
            f"{atto}: {quanti}, dal {inizio:%d/%m/%Y}, {(il - inizio).days} giorni prima.",
        )


def _dei_target(variati: Iterable[TargetVariato], fine: date) -> Iterator[Segnale]:
    """Targets made easier in the last quarter of the year, or after it."""
    ultimo_trimestre = date(fine.year, max(fine.month - 2, 1), 1)
    for v in variati:
        if v.il < ultimo_trimestre or type(v.prima) is not type(v.dopo):
            continue
        sale = v.dopo > v.prima  # type: ignore[operator]
        facile = sale if v.natura == "negativo" or isinstance(v.dopo, date) else not sale
        if facile and v.prima != v.dopo:
            da, a = (
                f"{x:%d/%m/%Y}" if isinstance(x, date) else in_italiano(x)
                for x in (v.prima, v.dopo)
            )
            yield Segnale(
                "target_abbassato_a_fine_anno",
                (v.obiettivo,),
                v.dove,
                f"{v.dove}: da {da} a {a}, con {v.atto}, nell'ultimo trimestre.",
            )


def _dei_ruoli(vacanti: Iterable[RuoloVacante]) -> Iterator[Segnale]:
    for v in vacanti:
        quando = f" {v.quando}" if v.quando else ""
        yield Segnale(
            "ruolo_vacante",
            v.obiettivi,
            v.unita,
            f"{v.unita}:{quando} nessuno può {', '.join(v.passi)}; serve un incarico di "
            f"{' o '.join(v.ruoli)}.",
        )


def _delle_persone(impegni: Iterable[Impegno]) -> Iterator[Segnale]:
    per_persona: dict[str, list[Impegno]] = defaultdict(list)
    for impegno in impegni:
        per_persona[impegno.persona].append(impegno)
    for persona, suoi in sorted(per_persona.items()):
        totale = sum((i.impegno for i in suoi), ZERO)
        if totale != CENTO:
            yield Segnale(
                "impegno_diverso_da_100",
                tuple(sorted({i.obiettivo for i in suoi})),
                persona,
                f"{persona}: l'impegno su tutte le schede è {in_italiano(totale)} %, non 100 %.",
            )


def _dei_capitoli(somme: Iterable[Somma]) -> Iterator[Segnale]:
    """The same sum of one chapter on two schede: a chapter may well be shared, but then each has
    its part of it."""
    uguali: dict[tuple[str, str, str, Decimal], list[str]] = defaultdict(list)
    for s in somme:
        if s.importo:
            uguali[s.capitolo, s.articolo, s.parte, s.importo].append(s.obiettivo)
    for (capitolo, articolo, _, importo), dove in sorted(uguali.items()):
        if len(dove) > 1:
            nome = f"{capitolo}/{articolo}" if articolo else capitolo
            yield Segnale(
                "capitolo_due_volte",
                tuple(sorted(set(dove))),
                nome,
                f"Il capitolo {nome} ha la stessa somma, {in_italiano(importo, 2)} euro, "
                f"{len(dove)} volte: {', '.join(sorted(set(dove)))}.",
            )
