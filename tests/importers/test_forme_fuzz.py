# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever is done to a file of Seregno, Reggio Emilia or Cinisello, its reader gives a plan that
can be stored, or says why not; and time grows as the file does."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cycle.importers import leggi
from cycle.importers.limiti import SEGNAPOSTO
from cycle.importers.piano import Collaboratore, Piano, PianoIllegibile, Specifico
from tests.importers.guasti import rovina

FIXTURES = Path(__file__).parent / "fixtures"
FORME = ("seregno", "reggio", "cinisello")
semi = st.integers(min_value=0, max_value=2**32 - 1)
quieto = settings(
    deadline=None, max_examples=60, suppress_health_check=list(HealthCheck), print_blob=True
)
SCHEGGE = "\t 0123456789|€&<p>*:_-–ABCé%,./\u200b"


def guasto(forma: str) -> str:
    return (FIXTURES / f"{forma}-guasto-2031.txt").read_text(encoding="utf-8")


def rovinato(testo: str, caso: Random) -> str:
    """Lines lost, doubled, cut, moved, glued, with tabs gone or letters taken for others."""
    righe = testo.split("\n")
    for _ in range(caso.choice((1, 4, 20, 80))):
        dove, altra = caso.randrange(len(righe)), caso.randrange(len(righe))
        match caso.randrange(9):
            case 0 if len(righe) > 3:
                del righe[dove]
            case 1:
                righe.insert(dove, righe[altra])
            case 2:
                righe[dove] = righe[dove][: caso.randrange(len(righe[dove]) + 1)]
            case 3:
                righe[dove] = righe[dove].replace("\t", " ")
            case 4:
                righe[dove] = f"{righe[dove]}{caso.choice(chr(9) + ' *')}{righe[altra]}"
            case 5:
                righe[dove], righe[altra] = righe[altra], righe[dove]
            case 6 if len(righe) - dove > 3:
                righe = righe[dove:]
            case 7 if dove > 3:
                righe = righe[:dove]
            case _:
                righe[dove] = "".join(
                    caso.choice(SCHEGGE) if caso.random() < 0.2 else c for c in righe[dove]
                )
    return "\n".join(righe)


@pytest.mark.parametrize("forma", FORME)
@quieto
@given(seme=semi)
def test_a_damaged_file_gives_a_plan_or_a_reason(forma: str, seme: int) -> None:
    contenuto = rovinato(guasto(forma), Random(seme)).encode()
    piano = letto(forma, contenuto)
    if piano is not None:
        si_puo_conservare(piano)
        assert letto(forma, contenuto) == piano


@pytest.mark.parametrize("forma", FORME)
@settings(quieto, max_examples=25)
@given(seme=semi, colpi=st.integers(min_value=1, max_value=20))
def test_damaged_bytes_give_a_plan_or_a_reason(forma: str, seme: int, colpi: int) -> None:
    piano = letto(forma, rovina(guasto(forma).encode(), Random(seme), colpi))
    if piano is not None:
        si_puo_conservare(piano)


def letto(forma: str, contenuto: bytes) -> Piano | None:
    """None when it is refused, and says why; any other exception fails the test."""
    rifiuto = ""
    try:
        return leggi(forma, contenuto, anno=2031)
    except PianoIllegibile as errore:
        rifiuto = str(errore)
    if len(rifiuto) < 40 or not rifiuto.endswith("."):
        raise AssertionError(f"un rifiuto che non spiega: {rifiuto}")
    return None


def si_puo_conservare(piano: Piano) -> None:
    """What the database will ask of it."""
    codici = [o.codice for o in piano.obiettivi]
    assert len(set(codici)) == len(codici) > 0
    unita = {u.codice for u in piano.unita}
    persone = {p.nome_completo for p in piano.persone}
    periodi = {p.codice for p in piano.periodi}
    assert len(unita) == len(piano.unita)
    assert len(persone) == len(piano.persone)
    assert {u.padre for u in piano.unita} <= unita | {""}
    assert {u.responsabile for u in piano.unita} <= persone | {""}
    for o in piano.obiettivi:
        assert o.codice
        assert o.unita in unita
        assert o.responsabile_generale in persone | {""}
        assert (o.inizio_previsto or date.min) <= (o.fine_prevista or date.max)
        le_persone(o.persone, persone)
        assert len({s.codice for s in o.specifici}) == len(o.specifici)
        for s in o.specifici:
            lo_specifico(s, persone, periodi)


def le_persone(righe: tuple[Collaboratore, ...], persone: set[str]) -> None:
    assert {c.persona for c in righe} <= persone
    assert all(c.impegno is None or 0 <= c.impegno <= 100 for c in righe)
    senza_posti = [c for c in righe if c.nome != SEGNAPOSTO]
    assert len(set(senza_posti)) == len(senza_posti)


def lo_specifico(s: Specifico, persone: set[str], periodi: set[str]) -> None:
    for f in s.fasi:
        assert f.responsabile in persone | {""}
        assert all(v is None or 0 <= v <= 100 for v in (f.peso, f.avanzamento))
        assert (f.inizio_previsto or date.min) <= (f.fine_prevista or date.max)
        assert (f.inizio_effettivo or date.min) <= (f.fine_effettiva or date.max)
    for i in s.indicatori:
        assert {r.periodo for r in i.rilevazioni} <= periodi
        assert len({v.anno for v in i.storico}) == len(i.storico)
        for r in i.rilevazioni:
            di_date = {isinstance(v, date) for v in (r.target, r.valore) if v is not None}
            assert len(di_date) <= 1
    assert {r.periodo for r in s.relazioni} <= periodi


@pytest.mark.parametrize("forma", FORME)
@pytest.mark.parametrize(
    "contenuto",
    [b"", b"%PDF-1.7", b"PK\x03\x04", b"\xff\xfe\x00", "è".encode("cp1252") * 3, b"\0" * 90],
)
def test_hostile_files_are_refused(forma: str, contenuto: bytes) -> None:
    with pytest.raises(PianoIllegibile):
        leggi(forma, contenuto, anno=2031)


@pytest.mark.parametrize("forma", FORME)
def test_progress_ends_with_the_file(forma: str) -> None:
    passi: list[tuple[int, int]] = []
    testo = guasto(forma) + "\n" * 3000
    leggi(forma, testo.encode(), anno=2031, avanzamento=lambda f, t: passi.append((f, t)))
    assert passi[-1][0] == passi[-1][1] > 3000
    assert all(prima < dopo for (prima, _), (dopo, _) in pairwise(passi))


@pytest.mark.parametrize(
    ("forma", "coda"),
    [
        ("seregno", "DESCRIZIONE FASI\nOb_Obiet070201\tx\n" + "una riga\n" * 4000),
        ("seregno", "LINEA STRATEGICA: 9. X\n" + "valore lungo\n" * 4000),
        ("reggio", "2031_PD_0001\n" + "2031_OB_0001_1\n" * 4000),
        ("reggio", "\t\tSpese Correnti\n" + "Cap. 1 Art. 1\tx\t1,00\n" * 4000),
        ("cinisello", "INDICATORI\n" + "EFFICACIA 1,00 1,00\nuna riga\n" * 2000),
        ("cinisello", "FASI\n" + "A" * 9000 + "\n" + "1,00 " * 9000),
        ("cinisello", "FASI\nDescrizione\n" + "x\n\n" * 4000 + "Peso\n" + "1,00\n" * 4000),
    ],
)
def test_long_documents_are_read_or_refused(forma: str, coda: str) -> None:
    """Thousands of lines where some are due: nothing is looked for twice."""
    piano = letto(forma, f"{guasto(forma)}\n{coda}".encode())
    if piano is not None:
        si_puo_conservare(piano)
