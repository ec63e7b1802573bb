# SPDX-License-Identifier: AGPL-3.0-or-later
"""The drafts of one report: for each specifico short of a target, and for no other, what the
Nucleo would say (R78)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cycle.measure import Indicatore, Obiettivo, ParametriMisura, Scostamento, scostamento
from cycle.osservazioni import frasi
from cycle.osservazioni.politica import Politica


@dataclass(frozen=True, slots=True, kw_only=True)
class Esame:
    """What is known when a report is examined. `periodo` of 1..`ultimo` ends on the day `al`.

    strategico: whether the objective hangs on the political programme.
    chiesta: whether a variazione of it has been asked for.
    termine: the last day to ask for one; None when the calendar has none.
    oggi: the day of the examination; None for a year that is only read again, where nothing has
        expired yet."""

    anno: int
    periodo: int
    ultimo: int
    al: date
    strategico: bool = False
    chiesta: bool = False
    termine: date | None = None
    oggi: date | None = None

    @property
    def annuale(self) -> bool:
        return self.periodo >= self.ultimo


@dataclass(frozen=True, slots=True)
class Rilievo:
    """An indicator short of its target: figures of the period, or of the year at the last one.
    `esito` is `mancato` or `parziale mancato`."""

    nome: str
    previsto: Decimal | date
    conseguito: Decimal | date | None
    esito: str


@dataclass(frozen=True, slots=True)
class Bozza:
    """The draft of one specifico: what was found, which sentences were used, the text, and the day
    by which it invites to ask for a variazione."""

    specifico: str
    rilievi: tuple[Rilievo, ...]
    clausole: tuple[str, ...]
    testo: str
    invita_entro: date | None = None


def bozze(
    obiettivo: Obiettivo,
    testi: Mapping[str, str],
    esame: Esame,
    politica: Politica,
    parametri: ParametriMisura,
) -> tuple[Bozza, ...]:
    """The drafts of a report, in the order of the scheda. `testi` are the settore's words, by code
    of the specifico."""
    trovate = []
    for specifico in obiettivo.specifici:
        if obiettivo.neutralizzato or specifico.neutralizzato:
            continue
        scarti = [
            (s, i)
            for i in specifico.indicatori
            if (s := scostamento(i, esame.periodo, esame.ultimo, parametri, esame.al))
        ]
        if scarti:
            testo = testi.get(specifico.codice, "")
            trovate.append(_bozza(specifico.codice, scarti, testo, esame, politica))
    return tuple(trovate)


def _bozza(
    codice: str,
    scarti: Sequence[tuple[Scostamento, Indicatore]],
    testo: str,
    esame: Esame,
    politica: Politica,
) -> Bozza:
    valori = {
        "quando": f"nell'anno {esame.anno}" if esame.annuale else f"al {esame.al:%d/%m/%Y}",
        "risulta": "risulta" if len({s.esito for s, _i in scarti}) == 1 else "risultano",
        "rilievi": frasi.rilievi(scarti),
        "testo": frasi.citazione(testo, politica.citazione),
        "termine": f"{esame.termine:%d/%m/%Y}" if esame.termine else "",
    }
    clausole = _clausole(valori["testo"], esame, politica)
    pezzi = {
        nome: frasi.maiuscola(getattr(politica, nome).format(**valori).strip()) for nome in clausole
    }
    return Bozza(
        specifico=codice,
        rilievi=tuple(
            Rilievo(
                s.indicatore,
                s.previsto,
                s.conseguito,
                "mancato" if s.esito == "mancato" else "parziale mancato",
            )
            for s, _i in scarti
        ),
        clausole=tuple(nome for nome, pezzo in pezzi.items() if pezzo),
        testo=" ".join(pezzo for pezzo in pezzi.values() if pezzo),
        invita_entro=esame.termine if "invito" in clausole else None,
    )


def _clausole(testo: str, esame: Esame, politica: Politica) -> list[str]:
    """Which sentences are to be said, in order."""
    dette = ["rilievo"]
    if testo:
        dette.append("parole")
    if esame.chiesta:
        dette.append("chiesta")
    elif esame.annuale:
        if _riguarda(politica.chiede, esame):
            dette.append("perche")
    elif _riguarda(politica.invita, esame) and _in_tempo(esame):
        dette.append("invito")
    return dette


def _riguarda(quali: str, esame: Esame) -> bool:
    return quali == "tutti" or (quali == "strategici" and esame.strategico)


def _in_tempo(esame: Esame) -> bool:
    return esame.termine is not None and (esame.oggi is None or esame.oggi <= esame.termine)
