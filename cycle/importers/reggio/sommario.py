# SPDX-License-Identifier: AGPL-3.0-or-later
"""The summary of a CDR recomputed: budgets from the chapters of each project, totals from the
budgets, shares from the total of the CDR. Every difference from what is printed is an Avviso."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal

from cycle.importers.reggio.grezzo import ProgettoGrezzo, VoceDiSommario
from cycle.importers.reggio.lettore import in_euro
from cycle.importers.testo import Avvisi

_ZERO = Decimal(0)
_TOTALI = ("Totale Azione", "Totale Obiettivo", "Totale Indirizzo", "Totale CDR")


def ricalcola(
    sommario: Sequence[VoceDiSommario], progetti: Iterable[ProgettoGrezzo], avvisi: Avvisi
) -> None:
    """Tell what does not add up, CDR by CDR."""
    spese = {p.codice: p.spesa for p in progetti}
    for voce in sommario:
        if voce.codice in spese and (voce.importo or _ZERO) != spese[voce.codice]:
            avvisi.aggiungi(
                voce.riga,
                voce.codice,
                f"il budget stampato nel sommario è {_stampato(voce.importo)}, la spesa dei suoi "
                f"capitoli {in_euro(spese[voce.codice])}",
            )
    per_centro: dict[str, list[VoceDiSommario]] = {}
    for voce in sommario:
        per_centro.setdefault(voce.centro, []).append(voce)
    for voci in per_centro.values():
        _totali(voci, avvisi)


def _totali(voci: Sequence[VoceDiSommario], avvisi: Avvisi) -> None:
    """A total is of what stands after the last total of its kind."""
    centro = sum((v.importo or _ZERO for v in voci if v.codice), _ZERO)
    aperti = dict.fromkeys(_TOTALI, _ZERO)
    for voce in voci:
        if voce.codice:
            for titolo in _TOTALI:
                aperti[titolo] += voce.importo or _ZERO
            _quota(voce, voce.importo or _ZERO, centro, f"{voce.codice}", avvisi)
            continue
        if voce.titolo not in aperti:
            continue
        if voce.importo is None and aperti[voce.titolo]:
            avvisi.aggiungi(voce.riga, "", f"{voce.titolo}: la riga è vuota, tralasciata")
            continue
        somma, aperti[voce.titolo] = aperti[voce.titolo], _ZERO
        if (voce.importo or _ZERO) != somma:
            avvisi.aggiungi(
                voce.riga,
                "",
                f"{voce.titolo}: stampato {_stampato(voce.importo)}, la somma dei progetti è "
                f"{in_euro(somma)}",
            )
        _quota(voce, somma, centro, voce.titolo, avvisi)


def _quota(
    voce: VoceDiSommario, importo: Decimal, centro: Decimal, cosa: str, avvisi: Avvisi
) -> None:
    if voce.quota is None or not centro:
        return
    calcolata = (importo / centro * 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
    if calcolata != voce.quota:
        avvisi.aggiungi(
            voce.riga,
            voce.codice,
            f"{cosa}: la quota di assorbimento stampata è {in_euro(voce.quota)} %, sul totale del "
            f"CDR ({in_euro(centro)}) è {in_euro(calcolata)} %",
        )


def _stampato(importo: Decimal | None) -> str:
    return "vuoto" if importo is None else in_euro(importo)
