# SPDX-License-Identifier: AGPL-3.0-or-later
"""One-click logins and the movable clock exist in the demo, and nowhere else."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from django.http import Http404
from django.test import Client
from django.urls import clear_url_caches

from cycle import orologio, urls
from cycle.management.commands.demo import _servi
from cycle.views import demo as viste
from tests import mondo

pytestmark = pytest.mark.django_db
DIRIGENTE = "uno.dirigente.alfa"


def _rileggi_indirizzi() -> None:
    clear_url_caches()
    importlib.reload(urls)


@pytest.fixture
def demo(settings: Any, dati: Path) -> Iterator[None]:
    """A process born as a demo."""
    settings.DEMO = True
    _rileggi_indirizzi()
    yield
    settings.DEMO = False
    _rileggi_indirizzi()


@pytest.mark.parametrize("indirizzo", ["/demo/entra/", "/demo/orologio/"])
def test_fuori_dalla_demo_non_esistono(client: Client, entra: Any, indirizzo: str) -> None:
    for chi in (client, entra("UNO DIRIGENTE")):
        assert chi.post(indirizzo, {"utente": DIRIGENTE, "ente": "alfa"}).status_code == 404


@pytest.mark.parametrize("vista", [viste.entra, viste.orologio])
def test_fuori_dalla_demo_rifiutano_anche_se_un_indirizzo_le_raggiunge(rf: Any, vista: Any) -> None:
    with pytest.raises(Http404):
        vista(rf.post("/", {"utente": DIRIGENTE, "ente": "alfa"}))


def test_fuori_dalla_demo_la_pagina_di_accesso_non_elenca_nessuno(client: Client) -> None:
    testo = client.get("/accedi/").content.decode()
    assert "clic" not in testo
    assert DIRIGENTE not in testo
    assert "Dimostrazione" not in testo


def test_nella_demo_tutti_sono_a_un_clic_per_ruolo_e_settore(demo: None, client: Client) -> None:
    testo = client.get("/accedi/").content.decode()
    assert f'value="{DIRIGENTE}"' in testo
    for atteso in ("Servizi alla persona", "Nucleo di valutazione", "Comune di Beta"):
        assert atteso in testo
    assert "Senza Incarico" not in testo


def test_l_elenco_costa_le_stesse_query(
    demo: None, client: Client, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(3):  # enti, incarichi, settori
        client.get("/accedi/")


def test_si_entra_con_un_clic(demo: None, client: Client) -> None:
    risposta = client.post("/demo/entra/", {"utente": DIRIGENTE, "ente": "alfa"})
    assert risposta["Location"] == "/alfa/"
    pagina = client.get("/alfa/").content.decode()
    assert "Uno Dirigente" in pagina
    assert "Cambia persona" in pagina


def test_cambiando_persona_si_resta_dove_si_era(demo: None, client: Client) -> None:
    for prima, atteso in (
        ("/alfa/2026/piano/", "/alfa/2026/piano/"),
        ("/beta/2026/piano/", "/alfa/"),  # another ente
        ("https://altrove.example/alfa/", "/alfa/"),
        ("//altrove.example/alfa/", "/alfa/"),
    ):
        dati = {"utente": DIRIGENTE, "ente": "alfa", "next": prima}
        assert client.post("/demo/entra/", dati)["Location"] == atteso


@pytest.mark.parametrize(
    "dati",
    [
        {},
        {"utente": "nessuno", "ente": "alfa"},
        {"utente": DIRIGENTE, "ente": "beta"},
        {"utente": DIRIGENTE, "ente": ""},
        {"utente": "uno\0due", "ente": "alfa"},
        {"utente": DIRIGENTE, "ente": "al\0fa"},
    ],
)
def test_non_si_entra_come_chi_non_c_e(demo: None, client: Client, dati: dict[str, str]) -> None:
    assert client.post("/demo/entra/", dati).status_code == 404
    assert client.get("/alfa/").status_code == 302


def test_il_server_della_demo_non_crede_a_chi_si_dice_un_altro(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing stands in front of it: X-Forwarded-For would be the client's own words."""
    detto: dict[str, Any] = {}
    monkeypatch.setattr(uvicorn, "run", lambda app, **opzioni: detto.update(app=app, **opzioni))
    _servi(8000)
    configurato = uvicorn.Config(**detto)
    assert not configurato.proxy_headers
    assert configurato.host == "127.0.0.1"


def test_solo_con_un_modulo(demo: None, client: Client, entra: Any) -> None:
    assert client.get("/demo/entra/").status_code == 405
    assert entra("UNO DIRIGENTE").get("/demo/orologio/").status_code == 405


def test_l_orologio_si_sposta_nell_ora_dell_ente(demo: None, entra: Any) -> None:
    """R42: 23:59 of 30/09 in Rome is 21:59 UTC."""
    client = entra("UNO DIRIGENTE")
    dati = {"verso": "2026-09-30T23:59", "ente": "alfa", "next": "/alfa/2026/piano/"}
    assert client.post("/demo/orologio/", dati)["Location"] == "/alfa/2026/piano/"
    spostato = datetime.now(UTC) + orologio.spostamento()
    assert abs(spostato - datetime(2026, 9, 30, 21, 59, tzinfo=UTC)) < timedelta(minutes=1)
    assert "orologio spostato" in client.get("/alfa/").content.decode()
    client.post("/demo/orologio/", {"rimetti": "1", "ente": "alfa"})
    assert orologio.spostamento() == timedelta(0)


@pytest.mark.parametrize("verso", ["", "domani", "9999-12-31T23:59", "0001-01-01T00:00"])
def test_un_orologio_impossibile_si_dice(demo: None, entra: Any, verso: str) -> None:
    client = entra("UNO DIRIGENTE")
    dati = {"verso": verso, "ente": "alfa", "next": "/alfa/"}
    pagina = client.post("/demo/orologio/", dati, follow=True).content.decode()
    assert "si sposta a una data e un" in pagina
    assert orologio.spostamento() == timedelta(0)


@pytest.mark.parametrize("campo", ["ente", "verso", "next"])
def test_un_orologio_con_un_carattere_nullo_si_rifiuta(demo: None, entra: Any, campo: str) -> None:
    dati = {"verso": "2026-09-30T23:59", "ente": "alfa", campo: "a\0b"}
    assert entra("UNO DIRIGENTE").post("/demo/orologio/", dati).status_code == 404
    assert orologio.spostamento() == timedelta(0)


def test_chi_non_e_entrato_non_sposta_l_orologio(demo: None, client: Client) -> None:
    dati = {"verso": "2026-09-30T23:59", "ente": "alfa"}
    assert client.post("/demo/orologio/", dati)["Location"] == "/accedi/"
    assert orologio.spostamento() == timedelta(0)


def test_da_un_anno_senza_nessuno_si_torna(
    demo: None, client: Client, adesso: Callable[[datetime], None]
) -> None:
    """A clock where nobody serves must not shut everybody out."""
    assert "Rimetti all" not in client.get("/accedi/").content.decode()
    lontano = datetime(2001, 1, 1, tzinfo=UTC)
    orologio.sposta(lontano)
    adesso(lontano)
    pagina = client.get("/accedi/?next=/alfa/").content.decode()
    assert f'value="{DIRIGENTE}"' in pagina
    assert "Rimetti all" in pagina
    dati = {"rimetti": "1", "next": "/accedi/?next=/alfa/"}
    assert client.post("/demo/orologio/", dati)["Location"] == "/accedi/?next=/alfa/"
    assert orologio.spostamento() == timedelta(0)


def test_chi_legge_mentre_si_sposta_trova_un_orologio_intero(demo: None, dati: Path) -> None:
    """The file is replaced, never emptied and filled again."""
    orologio.sposta(datetime(2026, 9, 30, tzinfo=UTC))
    with (dati / "orologio.json").open(encoding="ascii") as aperto:
        orologio.sposta(datetime(2026, 12, 31, tzinfo=UTC))
        prima = json.load(aperto)["secondi"]
    assert timedelta(seconds=prima) < orologio.spostamento()
    assert [f.name for f in dati.iterdir()] == ["orologio.json"]


def test_la_barra_dice_l_ora_e_chi_si_e(demo: None, entra: Any) -> None:
    pagina = entra("UNO DIRIGENTE").get("/alfa/").content.decode()
    assert "lunedì 2 marzo 2026, 10:00" in pagina  # mondo.ADESSO in Rome
    assert mondo.ADESSO.isoformat()[:10] == "2026-03-02"
