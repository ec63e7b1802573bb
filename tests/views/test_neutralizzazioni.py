# SPDX-License-Identifier: AGPL-3.0-or-later
"""Neutralizzazione (R62-R63), as each person finds it
without JavaScript."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cycle.models import Indicatore, Neutralizzazione
from tests import mondo
from tests.variazioni.mondo import parametri
from tests.views.conftest import Entra
from tests.views.test_variazioni import CONTROLLO, NUCLEO, SETTORE, leggi, modulo
from tests.workflows.test_neutralizzazione import CAUSA, PDF, chiedi, decidi, primo

pytestmark = pytest.mark.usefixtures("db", "dati", "giorno_del_mondo")
ELENCO = "/alfa/2026/neutralizzazioni/"
SEGRETERIA = "ATTI SEGRETERIA"


def documento() -> SimpleUploadedFile:
    return SimpleUploadedFile("ordinanza.pdf", PDF, "application/pdf")


def pagina(n: Neutralizzazione) -> str:
    pid = Neutralizzazione.objects.values_list("pid", flat=True).get(pk=n.pk)
    return f"/alfa/neutralizzazioni/{pid}/"


def seduta() -> dict[str, object]:
    return {
        "data_seduta": "2026-03-01",
        "presenti": [str(mondo.persona(f"{x} NUCLEO").pid) for x in ("PRIMO", "SECONDO")],
    }


def test_r62_from_the_scheda_to_the_act_of_the_giunta(entra: Entra) -> None:
    o = mondo.in_stato("rendicontato")
    scheda = f"/alfa/obiettivi/{o.pid}/"
    dove = f"{scheda}neutralizza/"
    for da in (scheda, f"{scheda}relazioni/2026-2/"):
        assert dove in leggi(entra(SETTORE), da)
        assert dove not in leggi(entra(CONTROLLO), da)
    browser = entra(SETTORE)
    scritto = {"parte": f"s-{primo(o).pk}", "causa": CAUSA, "motivo": "Uffici chiusi."}
    risposta = browser.post(dove, {**modulo(browser, dove), **scritto})
    assert risposta.status_code == 422
    assert "Manca un documento" in risposta.content.decode()
    risposta = browser.post(dove, {**scritto, "documenti": documento()})
    assert risposta.status_code == 303
    [n] = Neutralizzazione.objects.filter(obiettivo=o)
    qui = pagina(n)
    testo = leggi(browser, qui)
    for detto in (f"Neutralizzare per {CAUSA.replace(chr(39), '&#x27;')}", "esclusa", "Ritira"):
        assert detto in testo
    assert "Proponi alla giunta" not in testo
    nucleo = entra(NUCLEO)
    assert qui in leggi(nucleo, "/alfa/")  # on the desk of who decides
    assert qui in leggi(nucleo, "/alfa/2026/nucleo/2026-2/")  # and beside the sitting
    assert "Proponi alla giunta" in leggi(nucleo, qui)
    passo = {**modulo(nucleo, qui), **seduta(), "passo": "rimetti"}
    assert nucleo.post(qui, {**passo, "motivazione": ""}).status_code == 422
    assert nucleo.post(qui, {**passo, "motivazione": "Sì."}).status_code == 303
    atti = entra(SEGRETERIA)
    assert qui in leggi(atti, "/alfa/")
    atto = {
        **modulo(atti, qui),
        **{"numero": "77", "data_atto": "2026-03-01", "organo": "giunta"},
        **{"parere_tecnico": "Favorevole.", "motivazione": "Sì.", "passo": "delibera"},
    }
    assert atti.post(qui, atto).status_code == 303
    for da in (scheda, f"{scheda}relazioni/2026-2/", ELENCO, qui):
        assert "l&#x27;alluvione" in leggi(entra(CONTROLLO), da)
    spiegata = leggi(entra(CONTROLLO), f"{scheda}percentuale/")
    assert "è neutralizzato per l&#x27;alluvione" in spiegata
    assert "ha registrato una neutralizzazione della giunta" in leggi(entra(CONTROLLO), scheda)
    sha = n.documenti.get().allegato.sha256
    risposta = entra(CONTROLLO).get(f"{qui}documenti/{sha}/")
    assert risposta.content == PDF
    assert risposta["X-Content-Type-Options"] == "nosniff"


def test_r62_refused_withdrawn_and_a_step_that_is_none(entra: Entra) -> None:
    n = chiedi(mondo.in_stato("rendicontato"))
    nucleo = entra(NUCLEO)
    dati = {**modulo(nucleo, pagina(n)), **seduta(), "motivazione": "Era prevedibile."}
    assert nucleo.post(pagina(n), {**dati, "passo": "altro"}).status_code == 404
    assert nucleo.post(pagina(n), {**dati, "passo": "accogli"}).status_code == 422
    assert nucleo.post(pagina(n), {**dati, "passo": "respingi"}).status_code == 303
    assert "Era prevedibile." in leggi(entra(SETTORE), pagina(n))
    altra = chiedi(mondo.in_stato("rendicontato"))
    browser = entra(SETTORE)
    risposta = browser.post(pagina(altra), {**modulo(browser, pagina(altra)), "passo": "ritira"})
    assert risposta.status_code == 303
    assert browser.post(pagina(altra), {"passo": "ritira"}).status_code == 409


def test_r63_whole_it_stays_in_the_list_and_the_mean_says_why(entra: Entra) -> None:
    parametri(neutralizzazione_decide="nucleo_decide")
    decidi(chiedi(mondo.in_stato("rendicontato")), "accogli")
    testo = leggi(entra(CONTROLLO), "/alfa/2026/cruscotto/media/")
    assert "1 obiettivo è neutralizzato" in testo
    assert "neutralizzato per l&#x27;alluvione" in testo


def test_the_queries_do_not_grow(entra: Entra) -> None:
    o = mondo.in_stato("rendicontato")
    n = chiedi(o)
    browser = entra(NUCLEO)
    quante = []
    for _giro in range(2):
        for dove in (ELENCO, pagina(n), f"/alfa/obiettivi/{o.pid}/"):
            with CaptureQueriesContext(connection) as contate:
                assert browser.get(dove).status_code == 200
            quante.append(len(contate))
        for i in Indicatore.objects.filter(obiettivo=o):
            if not i.neutralizzazioni.exists():
                chiedi(o, indicatore=i.pk)
    assert quante[:3] == quante[3:]
