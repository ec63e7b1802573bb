# SPDX-License-Identifier: AGPL-3.0-or-later
"""A plan, printed and read again, is the same plan: whole, with each damage, with all of them."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cycle.importers.modena import leggi_modena
from cycle.importers.piano import Piano
from tests.importers.carta import Danno
from tests.importers.documento import Stampato, stampa
from tests.importers.piani import piano_inventato, senza_posizioni

# The printer is a long chain of choices: hypothesis draws the seed, and the plan with it.
semi = st.integers(min_value=0, max_value=2**32 - 1)
quieto = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)


def letto(stampato: Stampato) -> Piano:
    piano = leggi_modena(stampato.testo.encode(), anno=stampato.atteso.anno)
    return senza_posizioni(piano)


@quieto
@given(semi)
def test_un_piano_stampato_intero_torna_uguale_e_senza_avvisi(seme: int) -> None:
    stampato = stampa(piano_inventato(Random(seme)))
    piano = leggi_modena(stampato.testo.encode(), anno=2031)
    assert senza_posizioni(piano) == stampato.atteso
    dubbi = [a.messaggio for a in piano.avvisi if not a.messaggio.endswith(INNOCUI)]
    assert dubbi == []


# What an invented plan truly has: the reader is right to say it.
INNOCUI = (
    "non è tra i collaboratori della scheda",
    "nessun collaboratore è indicato come responsabile",
)


@quieto
@given(semi, st.sets(st.sampled_from(Danno)))
def test_un_piano_rovinato_torna_uguale(seme: int, danni: set[Danno]) -> None:
    stampato = stampa(piano_inventato(Random(seme)), danni, Random(seme + 1))
    assert letto(stampato) == stampato.atteso


@pytest.mark.parametrize("danno", Danno, ids=lambda danno: danno.name)
def test_ogni_danno_da_solo_non_cambia_il_piano(danno: Danno) -> None:
    """Fifteen plans each: every damage strikes somewhere; nothing but what it destroys is lost."""
    colpiti = 0
    for seme in range(15):
        piano = piano_inventato(Random(seme))
        stampato = stampa(piano, {danno}, Random(seme))
        colpiti += stampato.testo != stampa(piano).testo
        assert letto(stampato) == stampato.atteso
    assert colpiti > 2


@quieto
@given(semi)
def test_leggere_due_volte_da_lo_stesso_piano_e_gli_stessi_avvisi(seme: int) -> None:
    contenuto = stampa(piano_inventato(Random(seme)), Danno, Random(seme)).testo.encode()
    assert leggi_modena(contenuto, anno=2031) == leggi_modena(contenuto, anno=2031)


def test_l_avanzamento_cresce_e_finisce_al_totale() -> None:
    chiamate: list[tuple[int, int]] = []
    stampato = stampa(piano_inventato(Random(3)), {Danno.RIGHE_VUOTE})
    testo = stampato.testo + "\n" * 2000

    leggi_modena(
        testo.encode(), anno=2031, avanzamento=lambda fatte, tutte: chiamate.append((fatte, tutte))
    )

    totale = testo.count("\n")
    assert chiamate == sorted(chiamate)
    assert len(chiamate) > 3
    assert {tutte for _, tutte in chiamate} == {totale}
    assert chiamate[-1] == (totale, totale)
