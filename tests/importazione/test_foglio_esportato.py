# SPDX-License-Identifier: AGPL-3.0-or-later
"""A stored plan as a workbook, and back: another ente that imports it has the same plan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from cycle.exports import foglio
from cycle.exports.piano import da_database
from cycle.models import Ciclo
from cycle.parametri import Parametri
from cycle.services.enti import crea_ente
from cycle.services.foglio_piano import importa_foglio
from cycle.services.piano import importa
from tests import mondo
from tests.importazione.test_foglio_piano import TUTTE, documento

pytestmark = pytest.mark.usefixtures("db")


def giro(piano: Any, come: str) -> tuple[Ciclo, Ciclo]:
    """The plan in one ente; from there, as a workbook, in another."""
    cicli = []
    for ipa in ("prima", "dopo"):
        ente = crea_ente(nome="Comune", codice_ipa=ipa, istante=mondo.ADESSO)
        if ipa == "prima":
            importa(ente=ente, piano=piano, come=come, istante=mondo.ADESSO)
        else:
            importa_foglio(
                ente=ente,
                anno=piano.anno,
                contenuto=foglio.da_ciclo(cicli[0]),
                come=come,
                istante=mondo.ADESSO,
            )
        cicli.append(Ciclo.objects.select_related("ente").get(ente=ente))
    return cicli[0], cicli[1]


@pytest.mark.parametrize("come", ["piano", "storico"])
@pytest.mark.parametrize("forma", TUTTE)
def test_a_stored_plan_goes_out_as_a_workbook_and_comes_back(forma: str, come: str) -> None:
    """With its parameters (caps, weights, names of levels): the JSON is the same to the byte."""
    prima, dopo = giro(documento(forma), come)
    assert da_database(dopo) == da_database(prima)
    assert Parametri.da_dizionario(dopo.parametri) == Parametri.da_dizionario(prima.parametri)
    ancora = importa_foglio(
        ente=prima.ente,
        anno=prima.anno,
        contenuto=foglio.da_ciclo(prima),
        come=come,
        istante=mondo.ADESSO,
    )
    assert ancora.creati == {}


def test_by_command_from_one_ente_to_another(tmp_path: Path) -> None:
    """The parameters travel with the plan, and what is wrong is told by its cell."""
    file = tmp_path / "piano.xlsx"
    importa(
        ente=crea_ente(nome="Uno", codice_ipa="uno", istante=mondo.ADESSO),
        piano=documento("seregno"),
        come="storico",
        istante=mondo.ADESSO,
    )
    call_command("esporta", ente="uno", anno=2031, xlsx=str(file))
    opzioni: dict[str, Any] = {"ente": "due", "nome": "Due", "anno": 2031, "come": "storico"}
    call_command("importa", "foglio", str(file), **opzioni, prova=True)
    assert not Ciclo.objects.filter(ente__codice_ipa="due").exists()
    call_command("importa", "foglio", str(file), **opzioni)
    uno, due = (Ciclo.objects.get(ente__codice_ipa=ipa) for ipa in ("uno", "due"))
    assert da_database(due)["obiettivi"] == da_database(uno)["obiettivi"]
    assert due.parametri["nome_obiettivo"] == uno.parametri["nome_obiettivo"]
    libro = load_workbook(file)
    libro["Parametri"]["B2"] = "x" * 400
    libro.save(file)
    with pytest.raises(CommandError, match=r"Parametri B2: .*\n.*Non è stato importato nulla"):
        call_command("importa", "foglio", str(file), **{**opzioni, "ente": "tre", "nome": "Tre"})
