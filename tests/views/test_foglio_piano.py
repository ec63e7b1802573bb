# SPDX-License-Identifier: AGPL-3.0-or-later
"""A whole plan from a workbook, on its page: downloaded, tried, told by its cells, imported."""

from __future__ import annotations

import base64
import io
import re
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from cycle.exports.piano import da_database
from cycle.importers.foglio_piano import scrivi_foglio
from cycle.models import Ciclo, Obiettivo
from tests import mondo
from tests.importazione.test_foglio_piano import celle, compilato, lettera
from tests.importazione.test_forme import letto
from workflows.registro.models import Evento

pytestmark = pytest.mark.usefixtures("db")

PAGINA = "/alfa/piano/foglio/"


def controllo() -> Client:
    client = Client()
    client.force_login(mondo.utente("GESTIONE CONTROLLO"))
    return client


def carica(contenuto: bytes, **altro: Any) -> Any:
    return controllo().post(
        PAGINA,
        {
            "anno": "2031",
            "come": "storico",
            "file": SimpleUploadedFile("piano.xlsx", contenuto),
            **altro,
        },
    )


def test_the_template_is_downloaded_filled_tried_and_imported() -> None:
    vuoto = controllo().get(f"{PAGINA}modello/")
    assert "Obiettivi" in celle(vuoto.content)
    contenuto = scrivi_foglio(letto("reggio"), {"nome_obiettivo": "Progetto", "pesi": "no"})
    prova = carica(contenuto)
    assert prova.status_code == 200, prova.content.decode()
    testo = prova.content.decode()
    assert "La prova del 2031 è riuscita" in testo
    assert not Ciclo.objects.filter(anno=2031).exists()
    assert base64.b64encode(contenuto).decode() in testo
    fatto = controllo().post(
        PAGINA,
        {
            "anno": "2031",
            "come": "storico",
            "conferma": "1",
            "contenuto": base64.b64encode(contenuto).decode(),
        },
    )
    assert (fatto.status_code, fatto["Location"]) == (303, "/alfa/2031/piano/")
    ciclo = Ciclo.objects.get(anno=2031)
    assert Obiettivo.objects.filter(ciclo=ciclo).count() == len(letto("reggio").obiettivi)
    assert ciclo.parametri["nome_obiettivo"] == "Progetto"
    evento = Evento.objects.filter(verbo="importa", canale="web").latest("pk")
    assert evento.incarico_id is not None  # under whose power
    ancora = carica(contenuto)
    assert "non c'è nulla da importare" in ancora.content.decode()


def test_what_is_wrong_is_told_by_its_cell_and_can_be_taken_away_marked() -> None:
    peso, target = f"{lettera('Fasi', 'peso')}2", f"{lettera('Indicatori', 'target-1')}2"
    contenuto = compilato(**{f"Fasi_{peso}": 140, f"Indicatori_{target}": "domani"})
    risposta = carica(contenuto)
    testo = risposta.content.decode()
    assert risposta.status_code == 422
    assert not Ciclo.objects.filter(anno=2031).exists()
    for cella, detto, rimedio in (
        (peso, "Deve stare fra 0 e 100.", "Correggere la cella"),
        (target, "non è un numero", "Scriverlo come 1234 o 12,5."),
    ):
        assert f">{cella}<" in testo
        assert detto in testo
        assert rimedio in testo
    segnato = controllo().post(
        f"{PAGINA}errori/",
        {
            "anno": "2031",
            "come": "storico",
            "contenuto": base64.b64encode(contenuto).decode(),
        },
    )
    libro = load_workbook(io.BytesIO(segnato.content))
    assert libro.sheetnames[0] == "Errori"
    assert {r[1] for r in libro["Errori"].iter_rows(min_row=2, values_only=True)} == {peso, target}
    marcata = libro["Indicatori"][target]
    assert (marcata.value, marcata.fill.fgColor.rgb) == ("domani", "00F8D7DA")
    assert "non è un numero" in marcata.comment.text
    # what was marked is corrected in the same file, and uploaded again
    libro["Indicatori"][target], libro["Fasi"][peso] = 12, 100
    uscita = io.BytesIO()
    libro.save(uscita)
    assert "riuscita" in carica(uscita.getvalue()).content.decode()


@pytest.mark.parametrize(
    ("foglio", "campo", "valore", "detto"),
    [
        ("Fasi", "fine_prevista", "01/01/1999", "Viene prima del"),
        ("Obiettivi", "peso", -1, "Deve stare fra 0 e 100"),
        ("Obiettivi", "percentuale_convalidata", -3, "Non può essere negativa"),
        ("Unita", "padre", "ASSENTE", "non è nel foglio «Unita»"),
        ("Indicatori", "target-1", 10**13, "La cifra è troppo grande"),
        ("Indicatori", "fascia_a", 3, "La fascia vuole un minimo e un massimo"),
        ("Periodi", "al", "31/05/2031", "questo finisce il 31/12/2031"),
        ("Programmi", "titolo", "x" * 501, "il massimo è 500"),
        ("Parametri", "nome", "fantasia", "non è un parametro"),
    ],
)
def test_what_the_database_would_refuse_is_told_by_its_cell(
    foglio: str, campo: str, valore: object, detto: str
) -> None:
    cella = f"{lettera(foglio, campo)}2"
    risposta = carica(compilato(**{f"{foglio}_{cella}": valore}))
    testo = risposta.content.decode()
    assert risposta.status_code == 422
    assert detto in testo
    assert f">{cella}<" in testo


def test_a_parameter_that_does_not_stand_is_told_by_its_cell() -> None:
    risposta = carica(compilato(Parametri_A2="periodi", Parametri_B2="nove"))
    assert risposta.status_code == 422
    assert ">B2<" in risposta.content.decode()


def test_a_scheda_that_is_there_and_differs_is_named_at_its_cell() -> None:
    carica_e_conferma(scrivi_foglio(letto("cinisello"), {"pesi": "no"}))
    titolo = f"{lettera('Obiettivi', 'titolo')}2"
    testo = unescape(carica(compilato(**{f"Obiettivi_{titolo}": "Tutt'altro"})).content.decode())
    assert ">A2<" in testo
    assert "c'è già nel 2031, ed è diverso da qui" in testo


def carica_e_conferma(contenuto: bytes) -> None:
    assert carica(contenuto, conferma="1").status_code == 303


def test_r68_weights_of_a_closed_year_are_asked_at_their_cell() -> None:
    peso = lettera("Indicatori", "peso")
    testo = carica(compilato(**{f"Indicatori_{peso}2": 60})).content.decode()
    assert re.search(rf">{peso}[0-9]+<", testo)


@pytest.mark.parametrize(
    "contenuto", [b"", b"PK\x03\x04rotto", b"%PDF-1.7 ...", b"<html>", b"a;b\n1;2\n"]
)
def test_hostile_files_are_refused_and_have_nothing_to_mark(contenuto: bytes) -> None:
    risposta = carica(contenuto)
    assert risposta.status_code == 422
    assert "gli errori segnati" not in risposta.content.decode()
    assert controllo().post(f"{PAGINA}errori/", {"contenuto": "AAAA", "anno": "2031",
                                                 "come": "piano"}).status_code == 303  # fmt: skip


def test_a_form_without_a_year_or_with_one_too_far_says_so() -> None:
    risposta = carica(compilato(), anno="99999")
    assert risposta.status_code == 422
    assert "Anno del piano" in risposta.content.decode()


def test_the_stored_plan_is_the_same_workbook_and_the_registro_remembers() -> None:
    carica_e_conferma(scrivi_foglio(letto("seregno"), {"pesi": "no", "misura.cap": ""}))
    uscito = controllo().get("/alfa/2031/piano/xlsx/")
    assert uscito["Content-Disposition"].endswith('"piano-alfa-2031.xlsx"')
    evento = Evento.objects.filter(verbo="esporta").latest("pk")
    assert evento.dati["forma"] == "xlsx"
    prima = da_database(Ciclo.objects.get(anno=2031))
    assert carica(uscito.content).status_code == 200
    assert da_database(Ciclo.objects.get(anno=2031)) == prima


def test_effort_and_matricola_leave_only_with_who_may_see_them() -> None:
    carica_e_conferma(scrivi_foglio(letto("seregno"), {"pesi": "no"}))
    revisore = Client()
    revisore.force_login(mondo.utente("VERIFICA REVISORE"))
    suo = celle(revisore.get("/alfa/2031/piano/xlsx/").content)["Persone"]
    pieno = celle(controllo().get("/alfa/2031/piano/xlsx/").content)["Persone"]
    colonna = next(n for n, t in enumerate(pieno[0]) if t and t.startswith("Matricola"))
    assert any(r[colonna] for r in pieno[1:])
    assert not any(r[colonna] for r in suo[1:])


def test_the_page_costs_the_same_whatever_the_plan(django_assert_max_num_queries: Any) -> None:
    client = controllo()
    client.get(PAGINA)
    with django_assert_max_num_queries(12):
        client.get(PAGINA)


def test_a_year_at_work_goes_out_and_comes_back_without_a_difference() -> None:
    """Values, reports and states are of who works on them: as a plan, it is the same plan."""
    uscito = controllo().get("/alfa/2026/piano/xlsx/").content
    risposta = carica(uscito, anno="2026", come="piano")
    testo = risposta.content.decode()
    assert risposta.status_code == 200, testo
    assert "non c'è nulla da importare" in testo
