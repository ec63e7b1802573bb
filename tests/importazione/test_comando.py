# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py importa`: what it would do, what it did, and why not."""

from __future__ import annotations

import json
import os
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from cycle import urls
from cycle.exports.piano import da_database
from cycle.importers.testo import MASSIMO_BYTE
from cycle.management.file import leggi_file
from cycle.models import Ciclo, Ente, Obiettivo
from cycle.services.enti import RISERVATI
from tests.fotografia import cambiate, fotografia
from tests.importers.documento import stampa
from tests.importers.piani import piano_inventato

ANNO = 2031
pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def documento(tmp_path: Path) -> Path:
    file = tmp_path / "piano.txt"
    file.write_text(stampa(piano_inventato(Random(7), ANNO)).testo, encoding="utf-8")
    return file


def importa(documento: Path, **opzioni: Any) -> str:
    fuori = StringIO()
    scelte = {"ente": "nuovo", "nome": "Comune Nuovo", "anno": ANNO, "come": "storico", **opzioni}
    call_command("importa", "modena", str(documento), stdout=fuori, stderr=StringIO(), **scelte)
    return fuori.getvalue()


def rifiutato(documento: Path, **opzioni: Any) -> str:
    prima = fotografia()
    with pytest.raises(CommandError) as colto:
        importa(documento, **opzioni)
    assert cambiate(prima, fotografia()) == {}
    return str(colto.value)


def test_prova_says_what_would_happen_and_writes_nothing(documento: Path) -> None:
    """Neither the plan nor the ente, which is to be created."""
    prima = fotografia()
    detto = importa(documento, prova=True)
    assert "Sarebbero creati:" in detto
    assert "Prova: non è stato scritto nulla." in detto
    assert cambiate(prima, fotografia()) == {}
    # and says of the real one what the real one says
    vero = importa(documento)
    assert vero.replace("Creati:", "") == detto.replace("Sarebbero creati:", "").replace(
        "Prova: non è stato scritto nulla.\n", ""
    )


def test_the_second_time_there_is_nothing_to_do(documento: Path) -> None:
    importa(documento)
    prima = fotografia()
    assert "Niente da fare" in importa(documento)
    assert cambiate(prima, fotografia()) == {}


@pytest.mark.parametrize("come", ["piano", "storico"])
def test_the_whole_document_is_there(documento: Path, come: str) -> None:
    importa(documento, come=come)
    ciclo = Ciclo.objects.get(ente__codice_ipa="nuovo", anno=ANNO)
    attesi = {o.codice for o in piano_inventato(Random(7), ANNO).obiettivi}
    assert {o["codice"] for o in da_database(ciclo)["obiettivi"]} == attesi
    stati = set(Obiettivo.objects.filter(ciclo=ciclo).values_list("stato", flat=True))
    assert stati == {"validato" if come == "storico" else "proposta"}


def test_the_same_plan_as_storico_and_then_as_piano_is_told(documento: Path) -> None:
    importa(documento, come="piano")
    assert "diversi" in rifiutato(documento, come="storico")


def test_a_new_ente_wants_a_name(documento: Path) -> None:
    assert "--nome" in rifiutato(documento, nome="")
    assert not Ente.objects.filter(codice_ipa="nuovo").exists()


@pytest.mark.parametrize(
    "codice", ["", " ", "../x", "c x", "à", "_c", "c/x", "c\n_x", "c" * 41, *sorted(RISERVATI)]
)
def test_a_code_no_address_can_have(documento: Path, codice: str) -> None:
    assert "codice" in rifiutato(documento, ente=codice)


def test_a_code_is_the_same_in_capitals(documento: Path) -> None:
    importa(documento, ente=" NUOVO ")
    assert Ente.objects.filter(codice_ipa="nuovo", nome="Comune Nuovo").exists()
    assert "Niente da fare" in importa(documento, ente="Nuovo")


@pytest.mark.parametrize("nome", [" ", "\t\n", "x" * 201, "Comune\0"])
def test_a_name_no_ente_can_have(documento: Path, nome: str) -> None:
    assert "--nome" in rifiutato(documento, nome=nome)


def test_no_ente_hides_behind_our_addresses() -> None:
    nostre = {str(p.pattern).split("/")[0] for p in urls.urlpatterns}
    dell_ente = {"<ipa:ipa>", ""}
    nella_demo = {"demo"}
    assert (nostre - dell_ente) | nella_demo | {settings.STATIC_URL.strip("/")} == RISERVATI


def test_a_file_that_cannot_be_read(documento: Path, tmp_path: Path) -> None:
    assert "nessuno.txt non esiste" in rifiutato(tmp_path / "nessuno.txt")
    assert f"{tmp_path} è una cartella" in rifiutato(tmp_path)
    assert "non si può leggere" in rifiutato(documento / "sotto")
    tmp_path.chmod(0)
    chi = os.geteuid()
    if chi == 0:
        os.seteuid(65534)  # root reads everything
    try:
        with pytest.raises(CommandError, match="permesso negato"):
            leggi_file(documento)
    finally:
        os.seteuid(chi)
        tmp_path.chmod(0o700)


@pytest.mark.parametrize(
    ("byte", "detto"), [(60 * 1024 * 1024, "60,0 MB"), (MASSIMO_BYTE + 1, "50,1 MB")]
)
def test_a_file_too_big_is_told_its_size(tmp_path: Path, byte: int, detto: str) -> None:
    with (tmp_path / "grande.txt").open("wb") as file:
        file.truncate(byte)
    assert f"{detto}, mentre il massimo è 50 MB" in rifiutato(tmp_path / "grande.txt")


def test_export_is_utf8_whatever_the_terminal(documento: Path) -> None:
    importa(documento, nome="Comune di Forlì")
    byte = BytesIO()
    ascii_ = TextIOWrapper(byte, encoding="ascii")
    call_command("esporta", ente="NUOVO", anno=ANNO, stdout=ascii_)
    ascii_.flush()
    assert json.loads(byte.getvalue().decode("utf-8"))["ente"] == "Comune di Forlì"


def test_a_file_that_is_no_plan(tmp_path: Path) -> None:
    file = tmp_path / "altro.txt"
    for contenuto in (b"", b"\x00\x01\x02" * 99, "Caro sindaco, come va?".encode("utf-16")):
        file.write_bytes(contenuto)
        assert rifiutato(file)


def test_a_plan_of_another_year(documento: Path) -> None:
    assert str(ANNO) in rifiutato(documento, anno=2030)
