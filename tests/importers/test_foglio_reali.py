# SPDX-License-Identifier: AGPL-3.0-or-later
"""The published plans, stored, taken out as a workbook, and imported elsewhere: no difference."""

from __future__ import annotations

from pathlib import Path

import pytest

from cycle.exports.piano import da_database
from cycle.importers import leggi
from tests.importazione.test_foglio_esportato import giro
from tests.importers.test_aperti_reali import FORME, PIANI


@pytest.mark.parametrize("come", ["piano", "storico"])
@pytest.mark.parametrize("percorso", PIANI, ids=lambda p: p.stem)
def test_a_published_plan_goes_out_as_a_workbook_and_comes_back(
    db: None, percorso: Path, come: str
) -> None:
    piano = leggi(FORME[percorso.stem[:-5]], percorso.read_bytes(), anno=int(percorso.stem[-4:]))
    prima, dopo = giro(piano, come)
    uscito = da_database(prima)
    assert len(uscito["obiettivi"]) == len(piano.obiettivi)
    assert da_database(dopo) == uscito
