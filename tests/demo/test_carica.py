# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py demo`: a plan of one's own, the first time and after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cycle import apertura, canonico
from cycle.demo.carica import carica as carica_comune
from cycle.demo.carica import carica_piano
from cycle.importers.piano import Piano, PianoIllegibile
from cycle.models import Ciclo, Ente, Proroga
from cycle.services.piano import EsitoImportazione
from tests.fotografia import cambiate, fotografia
from tests.importers.piani import piano_inventato

ANNO = 2031
ISTANTE = datetime(ANNO + 2, 5, 4, 10, tzinfo=UTC)


def carica(piano: Piano, racconta: Callable[[str], None] = lambda _riga: None) -> EsitoImportazione:
    return carica_piano(
        ente_nome="Comune Nuovo", ipa="NUOVO", piano=piano, istante=ISTANTE, racconta=racconta
    )


def anni() -> list[int]:
    return sorted(Ciclo.objects.filter(ente__codice_ipa="nuovo").values_list("anno", flat=True))


@pytest.mark.usefixtures("db")
class TestPiano:
    def test_the_second_time_nothing_is_done_and_it_is_said(self) -> None:
        assert carica(piano_inventato(Random(7), ANNO)).creati
        assert anni() == [ANNO, ANNO + 2]
        prima = fotografia()
        detto: list[str] = []
        assert not carica(piano_inventato(Random(7), ANNO), detto.append).creati
        assert cambiate(prima, fotografia()) == {}
        assert any("già presente" in riga for riga in detto)

    def test_another_plan_of_the_same_ente_is_loaded(self) -> None:
        """Its objectives have other codes."""
        carica(piano_inventato(Random(7), ANNO))
        altro = piano_inventato(Random(7), ANNO + 1)
        altro = replace(
            altro, obiettivi=tuple(replace(o, codice=f"{o.codice}B") for o in altro.obiettivi)
        )
        assert carica(altro).creati
        assert anni() == [ANNO, ANNO + 1, ANNO + 2]

    def test_a_plan_that_differs_is_refused_and_leaves_nothing(self) -> None:
        carica(piano_inventato(Random(7), ANNO))
        altro = piano_inventato(Random(7), ANNO)
        primo = replace(altro.obiettivi[0], titolo="Un altro titolo")
        prima = fotografia()
        with pytest.raises(PianoIllegibile, match="diversi"):
            carica(replace(altro, obiettivi=(primo, *altro.obiettivi[1:])))
        assert cambiate(prima, fotografia()) == {}


@pytest.mark.parametrize("ipa", ["../x", "demo", "c" * 41])
def test_a_code_no_address_can_have(db_vera: None, tmp_path: Path, settings: Any, ipa: str) -> None:
    settings.DEMO = True
    file = tmp_path / "piano.txt"
    file.write_text("qualcosa", encoding="utf-8")
    enti = Ente.objects.count()
    with pytest.raises(CommandError, match="codice"):
        call_command("demo", piano=str(file), ipa=ipa, solo_dati=True)
    assert Ente.objects.count() == enti


def test_the_years_of_the_comune_are_opened_by_acts_and_a_term_was_moved(db_vera: None) -> None:
    """Both its years; and what their acts fixed is proved by their digests."""
    ente = carica_comune(ISTANTE, lambda _riga: None)
    cicli = Ciclo.objects.filter(ente=ente).select_related("atto_apertura").order_by("anno")
    assert [c.anno for c in cicli] == [ISTANTE.year - 1, ISTANTE.year]
    for ciclo in cicli:
        assert ciclo.atto_apertura is not None
        assert canonico.impronta(apertura.testo_di(ciclo)) == ciclo.atto_apertura.digest
    assert [p.scadenza.codice for p in Proroga.objects.filter(ente=ente)] == ["piao"]
