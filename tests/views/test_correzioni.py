# SPDX-License-Identifier: AGPL-3.0-or-later
"""The correction of a material error (R35), as each person finds it, without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cycle.models import Correzione, Obiettivo, VoceRelazione
from notifications.models import Notifica
from tests import mondo
from tests.variazioni.mondo import parametri
from tests.variazioni.test_correzioni import DOPO, segnala, voce
from tests.views.conftest import Entra
from tests.views.test_variazioni import CONTROLLO, NUCLEO, SETTORE, leggi, modulo

pytestmark = pytest.mark.usefixtures("db", "dati")
SCRITTO = {
    "campo": "Natura dell'indicatore 1",
    "prima": "positivo",
    "dopo": "negativo",
    "motivo": "Nella scheda approvata meno reclami è meglio.",
    "percentuale": "87,5",
}
ELENCO = "/alfa/2026/correzioni/"


@pytest.fixture(autouse=True)
def dopo(adesso: Callable[[datetime], None], giorno_del_mondo: None) -> None:
    """The year is over: it may still be corrected."""
    adesso(DOPO)


def scheda(v: VoceRelazione, resto: str = "") -> str:
    return f"/alfa/obiettivi/{v.obiettivo.pid}/{resto}"


def pagina(c: Correzione) -> str:
    return f"/alfa/correzioni/{c.pid}/"


def test_r35_signalled_beside_the_percentage_decided_by_somebody_else(entra: Entra) -> None:
    v = voce()
    calcolata, dove = v.percentuale_calcolata, f"/alfa/correzioni/nuova/{v.pid}/"
    browser = entra(SETTORE)
    for da in (scheda(v), scheda(v, "relazioni/2026-2/")):
        assert dove in leggi(browser, da)
        assert dove not in leggi(entra(CONTROLLO), da)
    assert "Percentuale calcolata" in leggi(browser, dove)
    risposta = browser.post(dove, {**modulo(browser, dove), **SCRITTO, "motivo": ""})
    assert risposta.status_code == 422
    testo = risposta.content.decode()
    assert "Manca che cosa è sbagliato" in testo
    assert 'value="87,5"' in testo
    risposta = browser.post(dove, {**SCRITTO, "percentuale": "100,5"})
    assert "non sta fra 0 e 100." in risposta.content.decode()
    risposta = browser.post(dove, SCRITTO)
    c = Correzione.objects.get()
    assert (risposta.status_code, risposta["Location"]) == (303, pagina(c))
    assert "già segnalato un errore" in leggi(browser, dove)
    assert browser.post(dove, SCRITTO).status_code == 409
    # who signalled it does not decide it, nor does who is not asked to
    assert "una persona diversa" in leggi(browser, pagina(c))
    assert browser.post(pagina(c), {"esito": "accogli", "motivazione": "Sì."}).status_code == 403
    assert set(
        Notifica.objects.filter(materia=f"correzione:{c.pk}").values_list("link", flat=True)
    ) == {pagina(c)}
    controllo = entra(CONTROLLO)
    assert pagina(c) in leggi(controllo, "/alfa/").partition("riquadro-novita")[0]  # a task
    assert pagina(c) not in leggi(browser, "/alfa/").partition("riquadro-novita")[0]
    assert "1 aspetta una decisione" in leggi(controllo, ELENCO)
    dati = {**modulo(controllo, pagina(c)), "esito": "accogli"}
    risposta = controllo.post(pagina(c), dati)
    assert risposta.status_code == 422
    assert "Manca la motivazione" in risposta.content.decode()
    dati["motivazione"] = "La delibera dice così."
    assert controllo.post(pagina(c), dati).status_code == 303
    assert controllo.post(pagina(c), dati).status_code == 409  # R50
    v = VoceRelazione.objects.get(pk=v.pk)
    assert (v.percentuale_calcolata, v.percentuale_convalidata) == (calcolata, Decimal("87.5"))
    for da in (scheda(v), scheda(v, "relazioni/2026-2/")):
        testo = leggi(entra("VERIFICA REVISORE"), da)
        assert "Corretto un errore materiale" in testo
        assert "convalidata 87,50%" in testo.replace("\xa0", "").replace(" %", "%")
        assert "meno reclami è meglio" in testo
    assert "non cambia mai" in leggi(browser, pagina(c))


def test_r35_the_nucleo_signals_and_controllo_refuses(entra: Entra) -> None:
    c = segnala(voce(), "PRIMO NUCLEO")
    assert "una persona diversa" in leggi(entra(NUCLEO), pagina(c))
    browser = entra(CONTROLLO)
    dati = {**modulo(browser, pagina(c)), "esito": "respingi", "motivazione": "È un giudizio."}
    assert browser.post(pagina(c), dati).status_code == 303
    assert "È un giudizio." in leggi(entra(SETTORE), pagina(c))


def test_r35_who_decides_is_a_parameter_of_the_year(entra: Entra) -> None:
    parametri(correzione_decide="nucleo")
    c = segnala(voce())
    testo = leggi(entra(CONTROLLO), pagina(c))
    assert "La decide il Nucleo:" in testo
    assert "In quest&#x27;anno le correzioni le decide nucleo" in testo
    assert 'name="esito"' in leggi(entra(NUCLEO), pagina(c))


def test_r35_a_report_still_open_is_corrected_where_it_is_written(entra: Entra) -> None:
    v = VoceRelazione.objects.filter(obiettivo=mondo.in_stato("in_corso")).first()
    assert v is not None
    dove = f"/alfa/correzioni/nuova/{v.pid}/"
    assert "il valore giusto si scrive lì" in leggi(entra(SETTORE), dove)
    assert entra(SETTORE).post(dove, SCRITTO).status_code == 422
    altrove = VoceRelazione.objects.exclude(ente=v.ente).first()
    assert altrove is not None
    assert entra(SETTORE).get(f"/alfa/correzioni/nuova/{altrove.pid}/").status_code == 404


def test_an_empty_year_says_what_to_do(entra: Entra) -> None:
    assert "accanto alla percentuale" in leggi(entra(SETTORE), ELENCO)


@pytest.mark.parametrize("quale", ["elenco", "scheda"])
def test_the_same_number_of_queries_for_one_and_for_two(entra: Entra, quale: str) -> None:
    browser = entra(NUCLEO)
    o: Obiettivo = mondo.in_stato("validato")
    dove = ELENCO if quale == "elenco" else f"/alfa/obiettivi/{o.pid}/"
    quante = []
    for v in VoceRelazione.objects.filter(obiettivo=o).order_by("pk")[:2]:
        segnala(v)
        browser.get(dove)
        with CaptureQueriesContext(connection) as fatte:
            browser.get(dove)
        quante.append(len(fatte))
    assert quante[0] == quante[1]
