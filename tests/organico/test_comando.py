# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py ente` and `invia_posta`: an ente from nothing, idempotent, all or nothing."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from cycle.models import Ente, Incarico, Invito, Persona, UnitaOrganizzativa
from cycle.services import posta
from tests.organico.fogli import organico

RADICE = Path(__file__).resolve().parents[2]
CREA = {
    "ipa": "nuovo",
    "nome": "Comune Nuovo",
    "patrono": "29/06",
    "controllo": "Ada.Rossi@comune.it",
    "persona": "Rossi Ada",
}


def esegui(*argomenti: str, **opzioni: Any) -> tuple[str, str]:
    uscita, errori = io.StringIO(), io.StringIO()
    parole = [p for nome, valore in opzioni.items() if valore for p in (f"--{nome}", valore)]
    call_command("ente", *argomenti, *parole, stdout=uscita, stderr=errori)
    return uscita.getvalue(), errori.getvalue()


@pytest.fixture(autouse=True)
def _orologio(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from cycle import orologio
    from tests import mondo

    monkeypatch.setattr(orologio, "adesso", lambda: mondo.ADESSO)


def test_an_ente_with_its_first_controllo_invited_and_again_nothing() -> None:
    detto, _ = esegui("crea", **CREA)
    assert "creato" in detto
    ente = Ente.objects.get(codice_ipa="nuovo")
    assert (ente.patrono_mese, ente.patrono_giorno) == (6, 29)
    incarico = Incarico.objects.get(ente=ente)
    assert (incarico.ruolo, incarico.unita.tipo) == ("controllo", "ente")
    assert [m.to for m in mail.outbox] == [["ada.rossi@comune.it"]]
    detto, errori = esegui("crea", **{**CREA, "nome": "Altro nome"})
    assert "c'era già" in detto
    assert "la lettera vale ancora" in detto
    assert "Il nome resta" in errori
    assert (Persona.objects.filter(ente=ente).count(), Invito.objects.count()) == (1, 1)
    assert Incarico.objects.filter(ente=ente).count() == 1


@pytest.mark.parametrize(
    ("cambia", "frase"),
    [
        ({"ipa": "così no"}, "non è un codice IPA"),
        ({"ipa": "inviti"}, "non può essere il codice"),
        ({"patrono": "31/02"}, "non è un giorno"),
        ({"patrono": "giugno"}, "non è un giorno"),
        ({"controllo": "niente"}, "non è un indirizzo e-mail"),
        ({"persona": ""}, "vanno insieme"),
        ({"persona": "Ada"}, "vanno insieme"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(cambia: dict[str, str], frase: str) -> None:
    with pytest.raises(CommandError, match=frase):
        esegui("crea", **{**CREA, **cambia})
    assert not Ente.objects.filter(nome="Comune Nuovo").exists()


def test_a_workbook_from_the_command_line(tmp_path: Path) -> None:
    esegui("crea", ipa="nuovo", nome="Comune Nuovo")
    file = tmp_path / "organico.xlsx"
    file.write_bytes(organico([["10", "Città", "settore"]], [["Neri", "Ugo", "u@x.it"]]))
    prova, _ = esegui("organico", str(file), "--prova", ente="nuovo")
    assert "+ Unita A2 10 Città" in prova
    assert "Prova" in prova
    assert not UnitaOrganizzativa.objects.filter(codice="10").exists()
    assert "Scritto: 2 differenze" in esegui("organico", str(file), ente="nuovo")[0]
    assert "Niente da fare" in esegui("organico", str(file), ente="nuovo")[0]
    file.write_bytes(organico([["11", "Giù", "ufficio", "99"], ["12", "", "ufficio"]]))
    with pytest.raises(CommandError) as detto:
        esegui("organico", str(file), ente="nuovo")
    assert "Unita D2: Nessuna unità" in str(detto.value)
    assert "Unita B3: Manca «Nome»" in str(detto.value)
    assert not UnitaOrganizzativa.objects.filter(codice="11").exists()
    with pytest.raises(CommandError, match="Non c'è nessun ente"):
        esegui("organico", str(file), ente="altrove")


def test_the_template_comes_out_as_a_file() -> None:
    esito = subprocess.run(
        [sys.executable, "manage.py", "ente", "modello"],
        cwd=RADICE,
        capture_output=True,
        check=True,
    )
    assert load_workbook(io.BytesIO(esito.stdout)).sheetnames == [
        "Istruzioni",
        "Unita",
        "Persone",
        "Incarichi",
        "Elenchi",
    ]


def test_letters_are_sent_by_hand_too(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    esegui("crea", **CREA)
    with pytest.raises(CommandError, match="Non spedite: 1"):
        call_command("invia_posta")
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    call_command("invia_posta", stdout=io.StringIO())
    assert len(mail.outbox) == 1
    assert posta.spedisci() == posta.Esito()
