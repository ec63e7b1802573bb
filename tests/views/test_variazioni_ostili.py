# SPDX-License-Identifier: AGPL-3.0-or-later
"""Variazioni against who is hostile, impatient or clumsy: what is typed is never run, what is sent
twice is written once, what belongs to others is not there."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook
from pypdf import PdfReader

from cycle import orologio
from cycle.models import Allegato, RichiestaVariazione
from tests import mondo
from tests.variazioni import mondo as richieste
from tests.variazioni.mondo import GIUGNO, OTTOBRE
from tests.variazioni.test_iter import cambia_con_atto
from tests.views.conftest import Entra
from tests.views.test_variazioni import NUCLEO, SEGRETERIA, SETTORE, leggi, modulo, pagina, scheda
from workflows.registro.models import Evento, Modifica

pytestmark = pytest.mark.usefixtures("db", "dati")
CATTIVA = (
    '=HYPERLINK("http://x.example","y") <script>alert(1)</script> #panic("typst") "><img src=x>'
)
NUOVA = "variazioni/nuova/"
PDF = b"%PDF-1.7\n"


@pytest.fixture(autouse=True)
def giugno(
    adesso: Callable[[datetime], None], giorno_del_mondo: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    adesso(GIUGNO)
    monkeypatch.setattr(orologio, "della_transazione", lambda: GIUGNO)


def test_what_is_typed_is_text_in_every_form_it_takes(entra: Entra) -> None:
    v = richieste.presentata(mondo.in_stato("in_corso"), motivazione=CATTIVA)
    richieste.approva(v, motivazione=CATTIVA)
    browser = entra(SEGRETERIA)
    registro = "/alfa/2026/variazioni/registro/"
    for dove in (pagina(v), registro, "/alfa/2026/variazioni/", scheda(), "/alfa/"):
        testo = leggi(browser, dove)
        assert "<script>alert(1)" not in testo, dove
        assert "<img src=x>" not in testo, dove
    assert "&lt;script&gt;alert(1)" in leggi(browser, pagina(v))
    foglio = load_workbook(io.BytesIO(browser.get(f"{registro}xlsx/").content))
    celle = [c for f in foglio for riga in f.iter_rows() for c in riga if c.value is not None]
    assert any("alert(1)" in str(c.value) for c in celle)
    assert not [c.coordinate for c in celle if c.data_type == "f"]  # no formula
    letto = PdfReader(io.BytesIO(browser.get(f"{registro}pdf/").content))
    stampato = "".join(p.extract_text() for p in letto.pages)
    assert "alert(1)" in stampato
    assert "#panic" in stampato
    json = browser.get(f"/api/v1/alfa/variazioni/{v.pid}")
    assert json["Content-Type"].startswith("application/json")
    assert json.json()["motivazione"] == CATTIVA


def test_a_title_of_five_thousand_characters_is_told_at_its_field(entra: Entra) -> None:
    browser = entra(SETTORE)
    dati = modulo(browser, scheda(NUOVA), titolo="à" * 5000, motivazione="Serve.", atto="salva")
    risposta = browser.post(scheda(NUOVA), dati)
    assert risposta.status_code == 422
    assert not RichiestaVariazione.objects.exists()


def bomba() -> bytes:
    """A workbook of words whose one part opens into thirty megabytes."""
    contenuto = io.BytesIO()
    with zipfile.ZipFile(contenuto, "w", zipfile.ZIP_DEFLATED) as archivio:
        tipo = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        archivio.writestr("[Content_Types].xml", f'<Types><o c="{tipo}.main+xml"/></Types>')
        archivio.writestr("word/document.xml", b"0" * (30 * 1024 * 1024))
    return contenuto.getvalue()


@pytest.mark.parametrize(
    ("nome", "corpo", "codice", "detto"),
    [
        ("grande.pdf", PDF + b"x" * (20 * 1024 * 1024), 303, ""),
        ("bomba.docx", bomba(), 422, "molto più grande"),
        ("lettera.docx", b"MZ\x90", 422, "è un programma"),
        ("../../etc/passwd", b"#!/bin/sh", 422, "è un programma"),
    ],
    ids=["venti mega", "bomba", "programma", "nome"],
)
def test_attachments(entra: Entra, nome: str, corpo: bytes, codice: int, detto: str) -> None:
    browser = entra(SETTORE)
    dati = modulo(browser, scheda(NUOVA), motivazione="Serve.", atto="salva")
    dati["nuovi"] = SimpleUploadedFile(nome, corpo)
    risposta = browser.post(scheda(NUOVA), dati)
    assert risposta.status_code == codice
    assert detto in risposta.content.decode()
    assert Allegato.objects.count() == (codice == 303)


def test_a_file_keeps_its_name_and_its_kind(entra: Entra) -> None:
    browser = entra(SETTORE)
    dati = modulo(browser, scheda(NUOVA), motivazione="Serve.", atto="salva")
    dati["nuovi"] = SimpleUploadedFile('perché "così"\r\nX: y.TXT', "Così è.".encode())
    assert browser.post(scheda(NUOVA), dati).status_code == 303
    v, a = RichiestaVariazione.objects.get(), Allegato.objects.get()
    for dove in (pagina(v, f"allegati/{a.sha256}/"), f"/api/v1{pagina(v, f'allegati/{a.sha256}')}"):
        file = browser.get(dove)
        assert file.status_code == 200, dove
        assert file["Content-Type"].startswith("text/plain")
        assert file["Content-Disposition"].startswith("attachment; filename")
        assert "perch%C3%A9" in file["Content-Disposition"]
        assert "X" not in file.headers


def test_r50_the_form_sent_twice_writes_one_draft(entra: Entra) -> None:
    browser = entra(SETTORE)
    dati = modulo(browser, scheda(NUOVA), motivazione="Serve.", atto="salva")
    prima, dopo = (browser.post(scheda(NUOVA), dati) for _ in range(2))
    assert (prima.status_code, dopo.status_code) == (303, 303)
    assert prima["Location"] == dopo["Location"]
    assert RichiestaVariazione.objects.count() == 1
    altro = browser.post(scheda(NUOVA), {**dati, "motivazione": "Tutt'altro."})
    assert altro.status_code == 409
    assert "OE04-V1" in altro.content.decode()
    assert "Tutt&#x27;altro." in altro.content.decode()  # what was typed is still there
    nuova = re.search(r'name="chiave" value="([^"]+)"', altro.content.decode())
    assert nuova is not None
    di_nuovo = {**dati, "motivazione": "Tutt'altro.", "chiave": nuova[1]}
    assert browser.post(scheda(NUOVA), di_nuovo).status_code == 303  # having been told
    assert RichiestaVariazione.objects.count() == 2


def test_without_a_script_the_weights_are_told_by_the_button(entra: Entra) -> None:
    browser = entra(SETTORE)
    dati = modulo(browser, scheda(NUOVA), atto="verifica")
    dati["specifici-0-indicatori-0-peso"] = "90"
    risposta = browser.post(scheda(NUOVA), dati)
    testo = risposta.content.decode()
    assert risposta.status_code == 200
    assert "<html" in testo
    assert "Così com'è non si potrebbe approvare" in testo.replace("&#x27;", "'")
    assert not RichiestaVariazione.objects.exists()


def test_r30_only_who_may_rebase_is_offered_it(entra: Entra) -> None:
    o = mondo.in_stato("in_corso")
    v = richieste.presentata(o, lambda s: richieste.con_target(s, 9), chi="UNO DIRIGENTE")
    cambia_con_atto(o, 7)
    for chi, offerto in (
        (SETTORE, True),
        (SEGRETERIA, False),
        (NUCLEO, False),
        ("UNO PO", False),
        ("DUE DIRIGENTE", False),
    ):
        assert ("passi/ribasa/" in leggi(entra(chi), pagina(v))) is offerto, chi


def test_csrf_and_other_enti(entra: Entra) -> None:
    v = richieste.redigi(mondo.in_stato("in_corso"))
    passo = pagina(v, "passi/presenta/")
    api = f"/api/v1/alfa/variazioni/{v.pid}/transizioni/presenta"
    corpo: dict[str, Any] = {"revisione": str(v.revisione)}
    prima = Evento.objects.count(), Modifica.objects.count()
    severo = Client(enforce_csrf_checks=True)
    severo.force_login(mondo.utente(SETTORE), backend="django.contrib.auth.backends.ModelBackend")
    assert severo.post(passo, corpo).status_code == 403
    assert severo.post(api, corpo, content_type="application/json").status_code == 403
    altrui = entra(SETTORE, "beta")
    for dove in (passo, passo.replace("/alfa/", "/beta/")):
        assert altrui.post(dove, corpo).status_code == 404, dove
    assert (Evento.objects.count(), Modifica.objects.count()) == prima
    assert richieste.rileggi(v).stato == "bozza"


def test_an_objective_struck_off_meanwhile_takes_no_request(
    entra: Entra, adesso: Callable[[datetime], None]
) -> None:
    o = mondo.in_stato("in_corso")
    bozza = richieste.redigi(o)
    richieste.approva(richieste.presentata(o, stralcio=True, scheda=None))
    adesso(OTTOBRE)
    browser = entra(SETTORE)
    risposta = browser.post(pagina(bozza, "passi/presenta/"), {"revisione": str(bozza.revisione)})
    assert risposta.status_code in (409, 422)
    assert richieste.rileggi(bozza).stato == "bozza"
