# SPDX-License-Identifier: AGPL-3.0-or-later
"""What in a plan deserves a second look, and nobody says: pure functions from figures to signals,
which judge nothing and stop nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cycle.measure.altre import annuale_stampato
from cycle.measure.figure import Indicatore
from cycle.measure.numeri import CENTO, ZERO, in_italiano
from cycle.measure.parametri import ParametriMisura
from cycle.measure.pesi import difetto_pesi

DUE_VOLTE = Decimal(2)


@dataclass(frozen=True, slots=True)
class Segnale:
    """`tipo` is a word for programs, `messaggio` the sentence for people; `obiettivi` are the codes
    of the schede it is about, `dove` what in them: a specifico, a person, a chapter."""

    tipo: str
    obiettivi: tuple[str, ...]
    dove: str
    messaggio: str


@dataclass(frozen=True, slots=True)
class Specifico:
    """A specifico as signals look at it: `fasi` are (weight, progress over 100)."""

    obiettivo: str
    codice: str
    indicatori: tuple[Indicatore, ...]
    fasi: tuple[tuple[Decimal | None, Decimal | None], ...] = ()


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
) -> tuple[Segnale, ...]:
    """Every signal of a plan, schede first. `pesati`: the ente weighs its indicators (R68)."""
    return (
        *(s for specifico in specifici for s in _dello_specifico(specifico, parametri, pesati)),
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
    for i in s.indicatori:
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
