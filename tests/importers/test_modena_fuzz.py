# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever is done to the file, the reader gives a plan that can be stored, or says why not."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cycle.importers.modena import leggi_modena
from cycle.importers.piano import Piano, PianoIllegibile
from tests.importers.carta import Danno
from tests.importers.documento import stampa
from tests.importers.guasti import SCHEGGE, rovina
from tests.importers.piani import piano_inventato

FIXTURES = Path(__file__).parent / "fixtures"
semi = st.integers(min_value=0, max_value=2**32 - 1)
quieto = settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)


def letto_o_rifiutato(contenuto: bytes) -> None:
    """Any other exception fails the test."""
    rifiuto = ""
    try:
        piano = leggi_modena(contenuto, anno=2031)
    except PianoIllegibile as errore:
        rifiuto = str(errore)
    if not rifiuto:
        si_puo_conservare(piano)
    elif len(rifiuto) < 40 or not rifiuto.endswith("."):
        raise AssertionError(f"un rifiuto che non spiega: {rifiuto}")


def si_puo_conservare(piano: Piano) -> None:
    """What the database will ask of it."""
    codici = [o.codice for o in piano.obiettivi]
    assert len(set(codici)) == len(codici)
    assert all(codici)
    unita = {u.codice for u in piano.unita}
    persone = {p.nome_completo for p in piano.persone}
    assert len(unita) == len(piano.unita)
    assert all(u.padre in unita | {""} for u in piano.unita)
    assert {o.unita for o in piano.obiettivi} <= unita
    assert {u.responsabile for u in piano.unita} <= persone | {""}
    for obiettivo in piano.obiettivi:
        assert {obiettivo.responsabile_generale, obiettivo.responsabile_operativo} <= persone | {""}
        assert {nome for nome, _ in obiettivo.collaboratori} <= persone
        assert (obiettivo.inizio_previsto or date.min) <= (obiettivo.fine_prevista or date.max)
    visti: set[str] = set()
    for specifico in piano.specifici():
        assert specifico.codice
        assert specifico.codice not in visti
        visti.add(specifico.codice)
        assert {c.persona for c in specifico.collaboratori} <= persone
        assert len([r.periodo for r in specifico.relazioni]) <= 2
        for indicatore in specifico.indicatori:
            assert indicatore.natura in ("positivo", "negativo")
            assert indicatore.aggregazione in (
                "somma",
                "media",
                "ultimo_valore",
                "massimo",
                "minimo",
            )
            assert [r.periodo for r in indicatore.rilevazioni] == ["2031-1", "2031-2"]
            assert indicatore.peso is None or 0 <= indicatore.peso <= 100
    assert "\x00" not in repr(piano)
    assert [a.numero for a in piano.avvisi] == list(range(1, len(piano.avvisi) + 1))


@quieto
@given(semi, st.integers(min_value=1, max_value=12))
def test_un_piano_inventato_e_rovinato_alla_cieca(seme: int, colpi: int) -> None:
    caso = Random(seme)
    danni = caso.sample(list(Danno), caso.randint(0, 10))
    contenuto = stampa(piano_inventato(caso), danni, caso).testo.encode()
    letto_o_rifiutato(rovina(contenuto, caso, colpi))


@quieto
@given(semi, st.integers(min_value=1, max_value=30))
def test_la_fixture_guasta_rovinata_alla_cieca(seme: int, colpi: int) -> None:
    contenuto = (FIXTURES / "modena-guasto-2031.txt").read_bytes()
    letto_o_rifiutato(rovina(contenuto, Random(seme), colpi))


@pytest.mark.parametrize(
    "parola",
    [
        "Fase ", "Codice OE123456 ", "Settore Scheda UO n° - 77777 ", "Scheda UO n° -x ", "Target ",
        "Piano Esecutivo di Gestione - Sezione Obiettivi ", "Inizio Previsto ", "% Avanzamento ",
        "Titolo ", "Collaboratori ", "<p>", "<script>", "&#60;", "Secondo Stato di Avanzamento ",
    ],
)  # fmt: skip
@pytest.mark.parametrize("legame", ["", "**", "\t"])
def test_la_stessa_parola_migliaia_di_volte_su_una_riga(parola: str, legame: str) -> None:
    """Neither recursion nor time grows with what a line repeats."""
    testo = (FIXTURES / "modena-pulito-2031.txt").read_text("utf-8")
    riga = (parola + legame) * (60_000 // len(parola + legame))
    for dove in ("Obiettivo generale\t", "Codice\tOE330102", "Collaboratori\tData", "ogni copia."):
        letto_o_rifiutato(testo.replace(dove, f"{riga}\n{dove}", 1).encode())


@quieto
@given(st.lists(st.sampled_from(SCHEGGE), max_size=60))
def test_solo_schegge(schegge: list[bytes]) -> None:
    letto_o_rifiutato(b"".join(schegge))


@quieto
@given(st.binary(max_size=3000))
def test_byte_qualsiasi(contenuto: bytes) -> None:
    letto_o_rifiutato(contenuto)


@quieto
@given(st.text(max_size=3000))
def test_testo_qualsiasi(testo: str) -> None:
    letto_o_rifiutato(testo.encode("utf-8", "surrogatepass"))
