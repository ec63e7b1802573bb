# SPDX-License-Identifier: AGPL-3.0-or-later
"""The schede of a document do not change with its bytes, its page heads, their order, or because
others were cut away; and the work of reading grows as the document does."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from types import FrameType

import pytest

from cycle.importers import leggi
from tests.importers import metamorfosi

FIXTURES = Path(__file__).parent / "fixtures"
FORME = {
    "seregno": "seregno-guasto-2031.txt",
    "reggio": "reggio-guasto-2031.txt",
    "cinisello": "cinisello-guasto-2031.txt",
    "modena": "modena-guasto-2031.txt",
}
ogni_forma = pytest.mark.parametrize("forma", FORME)


def documento(forma: str) -> str:
    return (FIXTURES / FORME[forma]).read_text(encoding="utf-8")


@ogni_forma
def test_the_same_text_in_other_bytes_is_the_same_plan(forma: str) -> None:
    testo = documento(forma)
    attesi = metamorfosi.obiettivi(forma, testo.encode(), 2031)
    for come, contenuto in metamorfosi.altri_byte(testo).items():
        assert metamorfosi.obiettivi(forma, contenuto, 2031) == attesi, come


@ogni_forma
def test_order_and_page_heads_change_nothing(forma: str) -> None:
    testo = documento(forma)
    attesi = metamorfosi.obiettivi(forma, testo.encode(), 2031)
    for seme in range(6):
        mescolato = metamorfosi.mescolato(forma, testo, Random(seme)).encode()
        assert metamorfosi.obiettivi(forma, mescolato, 2031) == attesi
    con_testate = metamorfosi.con_testate(forma, testo).encode()
    assert metamorfosi.obiettivi(forma, con_testate, 2031) == attesi


@ogni_forma
def test_a_cut_anywhere_leaves_the_schede_before_it_as_they_were(forma: str) -> None:
    testo = documento(forma)
    attesi = metamorfosi.obiettivi(forma, testo.encode(), 2031)
    codici = list(attesi)
    if forma in ("modena", "cinisello"):  # whose names and heads are learned from all of it
        return
    for seme in range(12):
        parte, intere = metamorfosi.tagliato(forma, testo, Random(seme))
        if intere:
            letti = metamorfosi.obiettivi(forma, parte.encode(), 2031)
            assert [letti[c] for c in codici[:intere]] == [attesi[c] for c in codici[:intere]]
            assert set(letti) <= set(attesi)


@ogni_forma
def test_a_file_that_begins_anywhere_is_read_from_the_first_whole_scheda(forma: str) -> None:
    """What is left of the one before is of nobody, and no code is made up."""
    testo = documento(forma)
    attesi = set(metamorfosi.obiettivi(forma, testo.encode(), 2031))
    righe = testo.split("\n")
    _, schede = metamorfosi.pezzi(forma, testo)
    ultima = len(righe) - schede[-1].count("\n") - 1
    for da in range(1, ultima, 7):
        letti = leggi(forma, "\n".join(righe[da:]).encode(), anno=2031)
        assert {o.codice for o in letti.obiettivi} <= attesi
        assert list(attesi & {o.codice for o in letti.obiettivi})


RINUMERA: dict[str, Callable[[str, int], str]] = {
    "seregno": lambda testo, n: testo.replace("Ob_Obiet07", f"Ob_Obiet{n:02}"),
    "reggio": lambda testo, n: re.sub(r"(?<=_)41(?=[0-9]{2})", f"{n:02}", testo).replace(
        "Z_90001", f"Z_{90000 + n}"
    ),
    "cinisello": lambda testo, n: testo.replace("S07", f"S{n:02}").replace("07_S", f"{n:02}_S"),
    "modena": lambda testo, n: re.sub(
        r"(?:(?<=OE)|(?<=UO)|\b)(?=[0-9]{4,6}\b)[0-9]{2}", f"{n:02}", testo
    ),
}


def operazioni(forma: str, copie: int) -> int:
    """How many functions are called to read so many copies, each with codes of its own."""
    testo = documento(forma)
    contenuto = "\n".join(RINUMERA[forma](testo, n) for n in range(50, 50 + copie)).encode()
    conta = 0

    def chiamata(frame: FrameType, evento: str, _: object) -> None:
        nonlocal conta
        conta += evento.endswith("call")

    sys.setprofile(chiamata)
    try:
        leggi(forma, contenuto, anno=2031)
    finally:
        sys.setprofile(None)
    return conta


@ogni_forma
def test_the_work_of_reading_grows_as_the_document_does(forma: str) -> None:
    poche, molte = operazioni(forma, 4), operazioni(forma, 40)
    assert molte < poche * 11
