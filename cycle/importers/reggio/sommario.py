# SPDX-License-Identifier: AGPL-3.0-or-later
"""The summary of a CDR, read and recomputed: budgets from the chapters of each project, totals from
the budgets, shares from the total of the CDR. Every difference from the printed is an Avviso."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal

from cycle.importers.lettura import breve
from cycle.importers.reggio.grezzo import PROGETTO, TOTALE, ProgettoGrezzo, VoceDiSommario, in_euro
from cycle.importers.righe import Riga
from cycle.importers.testo import Avvisi, numero_italiano, testo_semplice

_ZERO = Decimal(0)
_TOTALI = ("Totale Azione", "Totale Obiettivo", "Totale Indirizzo", "Totale CDR")


class LettoreSommario:
    """The rows of the summaries, in order."""

    def __init__(self, avvisi: Avvisi) -> None:
        self.avvisi = avvisi
        self.voci: list[VoceDiSommario] = []
        self._centro = ""
        self._percorso: list[str] = []
        self._per_chiave: dict[str, dict[str, VoceDiSommario]] = {}  # last characters, code

    def di(self, chiave: str) -> list[VoceDiSommario]:
        """The projects whose code ends with these four characters."""
        return list(self._per_chiave.get(chiave, {}).values())

    def leggi(self, riga: Riga, centro: str) -> None:
        """Columns slip: a row is read from its code, or from the word «Totale»."""
        if centro != self._centro:
            self._centro, self._percorso = centro, []
        celle = [testo_semplice(c).replace("\n", " ") for c in riga.celle if c]
        dove = next((n for n, c in enumerate(celle) if PROGETTO.fullmatch(c)), None)
        quale = next((n for n, c in enumerate(celle) if TOTALE.fullmatch(c)), None)
        if dove is not None:
            sopra = celle[:dove][-3:]
            self._percorso = [*self._percorso[: 3 - len(sopra)], *sopra]
            titolo = celle[dove + 1] if dove + 1 < len(celle) else ""
            cifre, codice = celle[dove + 2 :], celle[dove]
        elif quale is not None:
            codice, titolo, cifre = "", celle[quale], celle[quale + 1 :]
        else:
            self.avvisi.aggiungi(
                riga.numero, "", f"riga del sommario non interpretata: «{breve(riga.testo)}»"
            )
            return
        quota = next((c for c in cifre if "%" in c), "")
        importo = next((c for c in cifre if "%" not in c), "")
        voce = VoceDiSommario(
            riga.numero,
            centro,
            codice,
            titolo,
            tuple(self._percorso),
            numero_italiano(importo) if importo else None,
            numero_italiano(quota.replace(" ", "")) if quota else None,
        )
        self.voci.append(voce)
        if codice:
            self._per_chiave.setdefault(codice[-4:], {})[codice] = voce


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
