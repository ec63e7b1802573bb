# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of what goes wrong: what happened, why, what to do, who can do it."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from cycle import urls
from cycle.contesto import nell_ente
from cycle.views import errori
from workflows.errors import Conflitto, Motivo, NonAutorizzato, NonPossibile, NonTrovato
from workflows.guards import separazione_delle_funzioni

MOTIVO = Motivo(
    "pesi_a_cento", "R68", "I pesi sommano a 90.", "Correggere i pesi.", "po, dirigente"
)
RIFIUTI = {403: NonAutorizzato, 404: NonTrovato, 409: Conflitto, 422: NonPossibile}


@nell_ente
def rifiuta(request: HttpRequest, codice: int) -> HttpResponse:
    raise RIFIUTI[codice]({1: [MOTIVO]})


@nell_ente
def rompi(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("guasto di prova")


urlpatterns = [
    path("<ipa:ipa>/rifiuta/<int:codice>/", rifiuta),
    path("<ipa:ipa>/rompi/", rompi),
    *urls.urlpatterns,
]
handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.mark.parametrize("codice", [403, 409, 422])
def test_un_rifiuto_dice_perche_che_fare_e_chi(entra: Any, codice: int) -> None:
    risposta = entra("UNO DIRIGENTE").get(f"/alfa/rifiuta/{codice}/")
    assert risposta.status_code == codice
    testo = risposta.content.decode()
    assert "I pesi sommano a 90." in testo
    assert "Correggere i pesi." in testo
    assert "Posizione organizzativa (EQ), Dirigente" in testo
    assert '/aiuto/#R68">R68</a>' in testo
    assert "I pesi degli indicatori sommano a 100." in testo  # what the rule says


@pytest.mark.parametrize("codice", [403, 409, 422])
def test_htmx_riceve_gli_stessi_motivi_senza_pagina(entra: Any, codice: int) -> None:
    risposta = entra("UNO DIRIGENTE").get(
        f"/alfa/rifiuta/{codice}/", headers={"HX-Request": "true"}
    )
    assert risposta.status_code == codice
    assert "I pesi sommano a 90." in risposta.content.decode()
    assert "<html" not in risposta.content.decode()


def test_404_non_dice_che_cosa_manca(entra: Any) -> None:
    """Nothing of another ente, and no difference between hidden and missing (domain 2)."""
    qui = entra("UNO DIRIGENTE")
    altrove, inesistente = qui.get("/beta/"), qui.get("/nessuno/")
    assert altrove.status_code == inesistente.status_code == 404
    assert "Beta" not in altrove.content.decode()
    rifiutato = qui.get("/alfa/rifiuta/404/")
    assert rifiutato.status_code == 404
    assert "I pesi" not in rifiutato.content.decode()


def test_404_anche_a_chi_non_e_entrato(client: Client) -> None:
    risposta = client.get("/non/esiste/")
    assert risposta.status_code == 404
    assert "Torna all" in risposta.content.decode()


def test_409_riporta_alla_pagina_da_cui_si_viene_se_e_nostra(entra: Any) -> None:
    qui = entra("UNO DIRIGENTE")
    for da, atteso in (
        ("http://testserver/alfa/2026/piano/", "http://testserver/alfa/2026/piano/"),
        ("https://altrove.example/trappola/", "/"),
    ):
        testo = qui.get("/alfa/rifiuta/409/", headers={"Referer": da}).content.decode()
        assert f'<a href="{atteso}">Riapri' in testo


@pytest.mark.parametrize(
    ("limite", "quanto"),
    [("DATA_UPLOAD_MAX_NUMBER_FIELDS", 2), ("DATA_UPLOAD_MAX_MEMORY_SIZE", 20)],
)
@pytest.mark.parametrize("entrato", [True, False])
def test_400_dice_che_cosa_e_troppo(
    entra: Any, client: Client, settings: Any, limite: str, quanto: int, entrato: bool
) -> None:
    setattr(settings, limite, quanto)
    qui = entra("UNO DIRIGENTE") if entrato else client
    risposta = qui.post(
        "/accedi/",
        "a=1&b=2&c=3&d=" + "4" * 20,
        content_type="application/x-www-form-urlencoded",
    )
    assert risposta.status_code == 400
    testo = risposta.content.decode()
    assert "troppo grande o ha troppi campi" in testo
    assert "nulla è stato salvato" in testo


def test_400_anche_a_un_nome_di_sito_non_nostro(client: Client) -> None:
    """Refused before there is a user or a session."""
    risposta = client.get("/accedi/", headers={"Host": "altrove.example"})
    assert risposta.status_code == 400
    assert "La richiesta non si può leggere" in risposta.content.decode()


def test_csrf_spiega_che_nulla_e_salvato(entra: Any) -> None:
    client = entra("UNO DIRIGENTE")
    client.handler.enforce_csrf_checks = True
    risposta = client.post("/esci/")
    assert risposta.status_code == 403
    assert "Il modulo era scaduto: nulla è stato salvato" in risposta.content.decode()


def test_500_non_ha_bisogno_di_nulla(entra: Any, django_assert_num_queries: Any, rf: Any) -> None:
    client = entra("UNO DIRIGENTE")
    client.raise_request_exception = False
    risposta = client.get("/alfa/rompi/")
    assert risposta.status_code == 500
    assert "guasto di prova" not in risposta.content.decode()
    with django_assert_num_queries(0):
        da_sola = errori.guasto(rf.get("/"))
    assert "Torna indietro e ripeti" in da_sola.content.decode()


def test_il_divieto_senza_motivo_manda_agli_incarichi(rf: Any) -> None:
    richiesta = rf.get("/")
    risposta = errori.vietato(richiesta)
    assert risposta.status_code == 403
    assert "incarichi in vigore" in risposta.content.decode()


def test_ogni_guardia_cita_una_regola_che_ha_testo_e_fonte() -> None:
    """`_motivi.html` shows the rule's words: no guard may cite one that has none."""
    from cycle.procedures import PROCEDURE
    from cycle.views.aiuto import DEL_MOTORE
    from workflows.regole import REGOLE

    citate = {
        g.regola
        for procedura in PROCEDURE.values()
        for t in procedura.macchina.transizioni
        for g in t.regole.guardie
    } | set(DEL_MOTORE)
    assert separazione_delle_funzioni.regola in citate
    assert citate <= set(REGOLE)
