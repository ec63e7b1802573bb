# SPDX-License-Identifier: AGPL-3.0-or-later
"""Figures, dates and words as the scanner gives them, and the words every head repeats."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise

from cycle.importers.cinisello.pagine import Pagina, Parte, Riga, SchedaGrezza
from cycle.importers.testo import chiave, data_con_cifre_confuse, numero_italiano

CIFRA = r"(?:[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]{2}|[0-9]{1,9}[,.][0-9]{2})(?![0-9/])"
DATA = re.compile(r"\b[0-9OoLlI]{2}/[0-9OoLlI]{2}/[0-9OoLlI]{4}\b")
CIFRE = re.compile(CIFRA)
_ELLE = str.maketrans("L", "1")
AREA = re.compile(r"[0-9]{1,2}\. [A-ZÀ-Ü][A-ZÀ-Ü' -]+(?=\s|$)")


def cifra(testo: str) -> Decimal | None:
    """`1.234,56`, and `27.00` where the scanner took a comma for a point."""
    if re.fullmatch(r"[0-9]{1,9}\.[0-9]{2}", testo):
        return Decimal(testo)
    return numero_italiano(testo)


def in_cifre(valore: Decimal | None) -> str:
    return f"{valore}".replace(".", ",")


def giorno(testo: str) -> date | None:
    return data_con_cifre_confuse(testo.translate(_ELLE))


def maiuscola(parola: str) -> bool:
    """Whether a word has letters, and none is small."""
    return any(c.isalpha() for c in parola) and parola.upper() == parola


def capoversi(righe: Iterable[Riga]) -> list[list[Riga]]:
    """Lines in groups: a blank line stands between two."""
    gruppi: list[list[Riga]] = []
    for riga in righe:
        if riga.dopo_bianca or not gruppi:
            gruppi.append([])
        gruppi[-1].append(riga)
    return gruppi


def in_riga(righe: Iterable[Riga]) -> str:
    return " ".join(riga.testo for riga in righe)


class Testate:
    """What the heads of the pages repeat: words of several obiettivi are of the form or of the
    organisation; words of one alone are its title."""

    def __init__(self, schede: Sequence[SchedaGrezza]) -> None:
        dove: dict[str, set[str]] = defaultdict(set)
        for scheda in schede:
            for pagina in scheda.pagine:
                for riga in pagina.di(Parte.TESTATA):
                    for parte in spezza(riga.testo):
                        dove[_traccia(parte)].add(scheda.codice)
        for scheda in schede:  # the right of a head may be read after the tables
            for pagina in scheda.pagine:
                for quale in (Parte.INDICATORI, Parte.DESTRA_FASI, Parte.DESTRA_INDICATORI):
                    for riga in pagina.di(quale):
                        if (traccia := _traccia(riga.testo)) in dove:
                            dove[traccia].add(scheda.codice)
        # one word may well end two titles
        self._comuni = {
            traccia
            for traccia, codici in dove.items()
            if len(codici) > 2 or (len(codici) == 2 and "-" in traccia)
        }
        for scheda in schede:
            for pagina in scheda.pagine:
                self._comuni.update(_traccia(parte) for parte in _assessorato(pagina))
                for righe in pagina.righe.values():
                    self._comuni.update(_code_del_settore(righe))

    def e_comune(self, testo: str) -> bool:
        """Whether all of a line is repeated by several heads."""
        return all(self._comune(parte) for parte in spezza(testo))

    def _comune(self, parte: str) -> bool:
        return (
            _traccia(parte) in self._comuni
            or ETICHETTA.fullmatch(parte) is not None
            or _SETTORE.match(parte) is not None
        )

    def titolo(self, scheda: SchedaGrezza) -> tuple[str, bool]:
        """The title, and whether it is readable: pages print it again, some better."""
        candidati: Counter[str] = Counter()
        for pagina in scheda.pagine:
            righe = []
            for riga in pagina.di(Parte.TESTATA):
                parti = [p for p in spezza(riga.testo) if not self._comune(p)]
                if parti and not AREA.fullmatch(parti[0]):
                    righe.append(" ".join(parti))
            if righe:
                candidati[" ".join(righe)] += 1
        if not candidati:
            return "", False
        migliore = max(candidati, key=lambda t: (round(_leggibile(t), 2), candidati[t], len(t)))
        return migliore, _GUASTA.search(migliore) is None and (
            _leggibile(migliore) >= 0.9 or candidati[migliore] > 1
        )

    def area(self, scheda: SchedaGrezza) -> str:
        aree = Counter(
            trovata[0].strip()
            for pagina in scheda.pagine
            for riga in pagina.di(Parte.TESTATA)
            if (trovata := AREA.match(riga.testo)) is not None
        )
        return max(aree, key=lambda a: (aree[a], a)) if aree else ""

    def assessorato(self, scheda: SchedaGrezza) -> str:
        """The repeated words of the head that are neither of its labels nor of the settore."""
        for pagina in scheda.pagine:
            parti = [
                parte
                for riga in pagina.di(Parte.TESTATA)
                for parte in spezza(riga.testo)
                if _traccia(parte) in self._comuni
                and not AREA.fullmatch(parte)
                and not ETICHETTA.fullmatch(parte)
                and any(c.islower() for c in parte)
            ]
            if parti:
                return " ".join(parti)
        return ""


def _assessorato(pagina: Pagina) -> list[str]:
    """The lines of the assessorato, where the place they stand in proves them: they begin on the
    line of the code, go on up to that of the area, and below it while their words are open."""
    righe = pagina.di(Parte.TESTATA)
    if not righe or righe[0].numero != pagina.riga_codice:
        return []
    parti: list[str] = []
    dopo_area = False
    for riga in righe[:_RIGHE_ASSESSORATO]:
        pezzi = spezza(riga.testo)
        area = bool(pezzi) and AREA.fullmatch(pezzi[0]) is not None
        if dopo_area and not _prosegue(parti, pezzi[0] if pezzi else ""):
            return parti
        if pezzi[1:] and not area:  # the column on the right: no more lines of this one
            return []
        parti += pezzi[1:2] if area else pezzi[:1]
        dopo_area = dopo_area or area
    return parti if dopo_area and not _prosegue(parti, "") else []


def _code_del_settore(righe: Sequence[Riga]) -> Iterator[str]:
    """How the name of the settore goes on, in capitals, on the line below."""
    for sopra, sotto in pairwise(righe):
        if any(_SETTORE.match(parte) for parte in spezza(sopra.testo)):
            coda = spezza(sotto.testo)[-1:]
            yield from (_traccia(p) for p in coda if all(maiuscola(q) for q in p.split()))


def _prosegue(parti: Sequence[str], poi: str) -> bool:
    """Whether the words so far are open, or the next opens a parenthesis."""
    testo = " ".join(parti)
    return (
        testo.endswith((" -", " e", ","))
        or testo.count("(") > testo.count(")")
        or poi.startswith("(")
    )


_RIGHE_ASSESSORATO = 8
ETICHETTA = re.compile(
    r"(?:Centro di ?responsabilit[aà]|Area Tematica|Assessorato|Direzione|Direttore|"
    r"Responsabile|\s)+"
)
_SETTORE = re.compile(r"[a-z]{0,4}SETTORE\b")
# The column on the right: a label, or words in capitals, after what a scanner made of a rule.
_DESTRA = re.compile(
    r"(?:\s+[^\w\s]|\s+A)?\s+(?=Centro di ?responsabilit[aà]|[a-z]{0,4}SETTORE\b|"
    r"(?:[A-ZÀ-Ü']{3,} ){1,4}[A-ZÀ-Ü']{3,}$)"
)


def spezza(testo: str) -> list[str]:
    """A line of the head: the area, what follows it, and the column on its right."""
    area = AREA.match(testo)
    resto = testo[area.end() :] if area else testo
    pezzi = [resto] if _SETTORE.match(resto) else _DESTRA.split(resto, maxsplit=1)
    parti = [parte.strip() for parte in pezzi if parte.strip()]
    return [area[0].strip(), *parti] if area else parti


def _traccia(testo: str) -> str:
    """The words of a text, without the single letters that a scanner sees in a rule."""
    return "-".join(parola for parola in chiave(testo).split("-") if len(parola) > 1)


_PAROLA = re.compile(
    r"[(\"“]?[A-Za-zÀ-ü][A-Za-zÀ-ü'’./-]+[,.;:)\"”]{0,4}|[0-9][0-9./]*[,.;:)]?|[aeioèEI]"
)


# What no word has inside: dirt between letters, small letters before a capital one.
_GUASTA = re.compile(r"[^\W\d_][_\\%{}<>;?|][^\W\d_]|[_\\{}]")


def e_leggibile(testo: str) -> bool:
    """Whether a text seems to have words only."""
    return _leggibile(testo) >= 0.8 and _GUASTA.search(testo) is None


def _leggibile(testo: str) -> float:
    """The share of its words that are words."""
    parole = testo.split()
    return sum(1 for p in parole if _PAROLA.fullmatch(p)) / len(parole) if parole else 0.0
