# SPDX-License-Identifier: AGPL-3.0-or-later
"""The plans as published (see `conftest.py`), cut, turned and saved otherwise: a scheda that is
whole in what is left is read as in the whole, and none is invented."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from random import Random

import pytest

from tests.importers import metamorfosi
from tests.importers.conftest import VARIABILE

CARTELLA = Path(os.environ[VARIABILE])
DOCUMENTI = {
    "seregno": ("seregno-2019.txt", 2019),
    "reggio": ("reggio-emilia-2021.txt", 2021),
    "cinisello": ("cinisello-2021.txt", 2021),
    "modena": ("modena-2021.txt", 2021),
}
ogni_forma = pytest.mark.parametrize("forma", DOCUMENTI)


@lru_cache
def documento(forma: str) -> tuple[str, int, dict[str, object]]:
    nome, anno = DOCUMENTI[forma]
    testo = (CARTELLA / nome).read_text(encoding="utf-8")
    return testo, anno, metamorfosi.obiettivi(forma, testo.encode(), anno)


@ogni_forma
def test_the_same_text_in_other_bytes(forma: str) -> None:
    testo, anno, attesi = documento(forma)
    for come, contenuto in metamorfosi.altri_byte(testo).items():
        assert metamorfosi.obiettivi(forma, contenuto, anno) == attesi, come


@ogni_forma
def test_order_and_page_heads(forma: str) -> None:
    testo, anno, attesi = documento(forma)
    mescolato = metamorfosi.mescolato(forma, testo, Random(3)).encode()
    assert metamorfosi.obiettivi(forma, mescolato, anno) == attesi
    con_testate = metamorfosi.con_testate(forma, testo).encode()
    assert metamorfosi.obiettivi(forma, con_testate, anno) == attesi


@pytest.mark.parametrize("forma", ["seregno", "reggio", "cinisello"])
def test_parts_from_a_scheda_to_another(forma: str) -> None:
    testo, anno, attesi = documento(forma)
    codici = list(attesi)
    for parte, quali in metamorfosi.parti(forma, testo, 5):
        letti = metamorfosi.obiettivi(forma, parte.encode(), anno)
        assert letti == {codice: attesi[codice] for codice in codici[quali]}


@pytest.mark.parametrize("forma", ["seregno", "reggio", "cinisello"])
def test_a_cut_anywhere(forma: str) -> None:
    testo, anno, attesi = documento(forma)
    codici = list(attesi)
    for seme in range(6):
        parte, intere = metamorfosi.tagliato(forma, testo, Random(seme))
        letti = metamorfosi.obiettivi(forma, parte.encode(), anno) if intere else {}
        assert [letti[c] for c in codici[:intere]] == [attesi[c] for c in codici[:intere]]
        assert set(letti) <= set(attesi)
