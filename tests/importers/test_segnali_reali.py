# SPDX-License-Identifier: AGPL-3.0-or-later
"""What deserves a second look in the published plans: by command and on its page."""

from __future__ import annotations

import json
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from cycle import orologio
from cycle.importers import leggi
from cycle.services.piano import importa
from tests import mondo
from tests.importers.test_aperti_reali import FORME, PIANI

ATTESI = {
    "modena": {"target_superato_del_doppio"},
    "seregno": {"target_superato_del_doppio"},
    "cinisello": {"target_superato_del_doppio", "fasi_finite_indicatore_a_zero"},
    "reggio": {"impegno_diverso_da_100", "capitolo_due_volte"},
}


@pytest.mark.parametrize("percorso", PIANI, ids=lambda p: p.stem)
def test_the_signals_of_a_published_plan(
    db: None, percorso: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forma, anno = FORME[percorso.stem[:-5]], int(percorso.stem[-4:])
    importa(
        ente=mondo.ente(),
        piano=leggi(forma, percorso.read_bytes(), anno=anno),
        come="storico",
        istante=mondo.ADESSO,
    )
    uscita = StringIO()
    call_command("segnali", ente="alfa", anno=anno, stdout=uscita)
    segnali = json.loads(uscita.getvalue())["segnali"]
    detti = Counter(s["tipo"] for s in segnali)
    assert set(detti) >= ATTESI[forma], detti
    monkeypatch.setattr(orologio, "adesso", lambda: mondo.ADESSO)
    client = Client()
    client.force_login(mondo.utente("GESTIONE CONTROLLO"))
    pagina = client.get(f"/alfa/{anno}/cruscotto/segnali/")
    assert pagina.status_code == 200
    testo = pagina.content.decode()
    for tipo in detti:  # of many alike the page shows the first, and how many they are
        suoi = [s["obiettivi"][0] for s in segnali if s["tipo"] == tipo and s["obiettivi"]]
        assert any(codice in testo for codice in suoi), tipo
