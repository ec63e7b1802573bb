# SPDX-License-Identifier: AGPL-3.0-or-later
"""Blind damage to the bytes of a file: what a bad copy, a broken disk or a malicious hand does."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

SCHEGGE = (
    b"<script>alert('x')</script>",
    b"<script>",
    b"</p><p><ul style='",
    b"<!-- " * 50,
    b"**" * 40,
    b"\t" * 60,
    b"\x00\x01\x02",
    b"\x1b[31m\x07\x08",
    b"\xff\xfe\xfd",
    b"\xc3",
    "\u202e\u200b\ufeff\u2028".encode(),
    b"9" * 400,
    b"-" * 300,
    b"31/02/21 99/99/9999 " * 20,
    "Scheda UO n° - 99999\n".encode(),
    b"Obiettivo Specifico\n",
    b"Codice\tOE999999\n",
    b"Codice OE0\n",
    b"Settore\n",
    b"Tipologie Flag\n",
    b"Collaboratori\tInquadramento\n",
    b"Indicatore\tPeso Indicatore\tTarget\tConseguito\tAggregazione\n",
    b"x\t999\t1,00\t1,00\tSomma\n",
    b"--- 2031 Giugno\t\t1.234.567.890.123,00\t-1,00\tNegativo\n",
    b"--- 1999 Dicembre\t\tuno\tdue\tNeutro\n",
    b"-\t\t\t\n",
    b"Secondo Stato di Avanzamento\n",
    b"Primo Stato di Avanzamento tutto bene\t\n",
    b"% Avanzamento\n",
    b"&#0;&#55296;&lt;b&gt;&nbsp;\n",
    b"Inizio Previsto**Fine Prevista****31/12/31**01/01/31\n",
    b"Att. Esternalizzata forse**Sogg. Affidatario**\n",
    b"Centro di Responsabilit\xc3\xa0\t\n",
)


def rovina(contenuto: bytes, caso: Random, colpi: int) -> bytes:
    """The content after so many blows, each in a random place."""
    for _ in range(colpi):
        contenuto = caso.choice(_COLPI)(contenuto, caso)
    return contenuto


def _righe(opera: Callable[[list[bytes], Random], None]) -> Callable[[bytes, Random], bytes]:
    def colpo(contenuto: bytes, caso: Random) -> bytes:
        righe = contenuto.split(b"\n")
        opera(righe, caso)
        return b"\n".join(righe)

    return colpo


def _togli(righe: list[bytes], caso: Random) -> None:
    da = caso.randrange(len(righe))
    del righe[da : da + caso.choice((1, 1, 3, 20))]


def _ripeti(righe: list[bytes], caso: Random) -> None:
    da = caso.randrange(len(righe))
    dove = caso.randrange(len(righe) + 1)
    righe[dove:dove] = righe[da : da + caso.choice((1, 1, 3, 20))]


def _scambia(righe: list[bytes], caso: Random) -> None:
    a, b = caso.randrange(len(righe)), caso.randrange(len(righe))
    righe[a], righe[b] = righe[b], righe[a]


def _attacca(righe: list[bytes], caso: Random) -> None:
    da = caso.randrange(len(righe))
    righe[da : da + 2] = [caso.choice((b"", b" ", b"**")).join(righe[da : da + 2])]


def _senza_colonne(righe: list[bytes], caso: Random) -> None:
    quale = caso.randrange(len(righe))
    righe[quale] = righe[quale].replace(b"\t", caso.choice((b" ", b"", b"\t\t", b"\n")))


def _taglia(contenuto: bytes, caso: Random) -> bytes:
    return contenuto[: caso.randrange(len(contenuto) + 1)]


def _capovolgi(contenuto: bytes, caso: Random) -> bytes:
    if not contenuto:
        return contenuto
    dove = caso.randrange(len(contenuto))
    return contenuto[:dove] + bytes([caso.randrange(256)]) + contenuto[dove + 1 :]


def _infila(contenuto: bytes, caso: Random) -> bytes:
    dove = caso.randrange(len(contenuto) + 1)
    return contenuto[:dove] + caso.choice(SCHEGGE) + contenuto[dove:]


_COLPI: tuple[Callable[[bytes, Random], bytes], ...] = (
    _righe(_togli),
    _righe(_ripeti),
    _righe(_scambia),
    _righe(_attacca),
    _righe(_senza_colonne),
    _taglia,
    _capovolgi,
    _infila,
    _infila,
)
