# SPDX-License-Identifier: AGPL-3.0-or-later
"""Coming in and going out: closed by default, one way in, a health page that tells nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.db import connections
from django.test import Client

from cycle import orologio
from cycle.models import Battito, Persona, Utente
from tests import mondo

PASSWORD = "una-parola-lunga-e-mia"


@pytest.fixture
def con_password(db: None) -> Utente:
    utente = mondo.utente("UNO DIRIGENTE")
    utente.set_password(PASSWORD)
    utente.save()
    return utente


@pytest.mark.parametrize(
    "indirizzo", ["/", "/aiuto/", "/alfa/", "/alfa/2026/piano/", "/nessuno/", "/esci/"]
)
def test_chiuso_a_chi_non_e_entrato(client: Client, db: None, indirizzo: str) -> None:
    """Closed by default; and an ente that is not there looks like one that is."""
    risposta = client.get(indirizzo)
    assert risposta.status_code == 302
    assert risposta["Location"] == f"/accedi/?next={indirizzo}"


def test_si_entra_e_si_torna_dove_si_andava(client: Client, con_password: Utente) -> None:
    assert client.get("/accedi/").status_code == 200
    dati = {"username": con_password.username, "password": PASSWORD, "next": "/alfa/2026/piano/"}
    risposta = client.post("/accedi/", dati)
    assert risposta.status_code == 302
    assert risposta["Location"] == "/alfa/2026/piano/"


def test_chi_sbaglia_lo_sa_senza_sapere_che_cosa(client: Client, con_password: Utente) -> None:
    for nome in (con_password.username, "nessuno"):
        risposta = client.post("/accedi/", {"username": nome, "password": "sbagliata"})
        assert risposta.status_code == 200
        assert 'role="alert"' in risposta.content.decode()
    vuoto = client.post("/accedi/", {"username": "", "password": ""})
    assert "Scrivere nome utente e password." in vuoto.content.decode()


@pytest.mark.parametrize("nome", ["n" * 151, "n" * 300, "\ufdfa" * 20, "uno\0due"])
def test_un_nome_che_nessuno_puo_avere_si_rifiuta_prima_di_contarlo(
    client: Client, db: None, nome: str
) -> None:
    """The table of the attempts has no room for it; the third grows beyond 150 when normalised."""
    risposta = client.post("/accedi/", {"username": nome, "password": "sbagliata"})
    assert risposta.status_code == 200
    assert "al più 150 caratteri" in risposta.content.decode()
    assert not AccessAttempt.objects.exists()


def test_dopo_troppi_tentativi_si_aspetta(
    client: Client, con_password: Utente, settings: Any
) -> None:
    settings.AXES_FAILURE_LIMIT = 2
    dati = {"username": con_password.username, "password": "sbagliata"}
    client.post("/accedi/", dati)
    risposta = client.post("/accedi/", dati)
    assert risposta.status_code == 429
    assert "Dopo 2 tentativi sbagliati" in risposta.content.decode()
    # the right password does not open either, until the time has passed
    assert client.post("/accedi/", {**dati, "password": PASSWORD}).status_code == 429


def test_si_esce_solo_con_un_modulo(entra: Any) -> None:
    """A link on another site must not log anybody out."""
    client = entra("UNO DIRIGENTE")
    assert client.get("/esci/").status_code == 405
    assert client.get("/alfa/").status_code == 200
    assert client.post("/esci/")["Location"] == "/accedi/"
    assert client.get("/alfa/").status_code == 302


def test_un_solo_ente_e_gia_scelto(entra: Any) -> None:
    assert entra("UNO DIRIGENTE").get("/")["Location"] == "/alfa/"


def test_fra_piu_enti_si_sceglie(entra: Any) -> None:
    client = entra("PRIMO NUCLEO")
    testo = client.get("/").content.decode()
    assert 'href="/alfa/">Comune di Alfa' in testo
    assert 'href="/beta/">Comune di Beta' in testo
    # and can be changed from every page
    assert "Cambia ente" in client.get("/alfa/").content.decode()
    assert "Cambia ente" not in entra("UNO DIRIGENTE").get("/alfa/").content.decode()


def test_chi_non_e_di_nessun_ente_sa_che_cosa_fare(entra: Any) -> None:
    solo = Utente.objects.create(username="solo")
    testo = entra(solo).get("/").content.decode()
    assert "non è legato a nessun ente" in testo
    assert "programmazione e controllo" in testo


def test_chi_e_disattivato_non_entra_piu(entra: Any) -> None:
    client = entra("UNO DIRIGENTE")
    Utente.objects.filter(persone__in=Persona.objects.filter(nome_completo="UNO DIRIGENTE")).update(
        is_active=False
    )
    assert client.get("/alfa/").status_code == 302


def test_salute_risponde_a_chiunque_e_non_dice_altro(
    client: Client, db: None, django_assert_num_queries: Any
) -> None:
    Battito.objects.create(nome="scadenze", istante=orologio.vero())
    risposta = client.get("/salute/")
    assert risposta.status_code == 200
    detto = risposta.json()
    assert detto.pop("lavori")["vivi"]
    assert detto == {"stato": "ok", "database": True, "migrazioni": True}
    assert not risposta.cookies
    # is the table there, what does it say, when did the jobs last end well
    with django_assert_num_queries(3):
        client.get("/salute/")
    assert client.post("/salute/").status_code == 405


@pytest.mark.parametrize(
    ("fa", "stato", "parole"),
    [
        (timedelta(minutes=14), "ok", "Il servizio funziona"),
        (timedelta(minutes=16), "degradato", "gli avvisi sono fermi"),
        (None, "degradato", "non hanno mai dato segno"),
    ],
)
def test_salute_sente_se_i_lavori_si_fermano(
    client: Client, db: None, fa: timedelta | None, stato: str, parole: str
) -> None:
    """Late is degraded, in words and in JSON; the pages work, so it is no 503."""
    if fa is not None:
        Battito.objects.create(nome="scadenze", istante=orologio.vero() - fa)
    risposta = client.get("/salute/")
    assert (risposta.status_code, risposta.json()["stato"]) == (200, stato)
    pagina = client.get("/salute/", headers={"Accept": "text/html,*/*;q=0.8"})
    assert pagina.status_code == 200
    assert parole in pagina.content.decode()


def test_salute_vede_una_migrazione_che_manca(client: Client, db_vera: None) -> None:
    with connections["owner"].cursor() as cursore:
        cursore.execute("DELETE FROM django_migrations WHERE app = 'notifications'")
    risposta = client.get("/salute/")
    assert risposta.status_code == 503
    assert risposta.json() == {"stato": "guasto", "database": True, "migrazioni": False}


def test_salute_vede_un_database_che_non_risponde(client: Client, db_vera: None) -> None:
    connections["default"].close()
    connections["default"].settings_dict["NAME"] = "non_esiste"
    risposta = client.get("/salute/")
    assert risposta.status_code == 503
    assert risposta.json() == {"stato": "guasto", "database": False, "migrazioni": False}
    pagina = client.get("/salute/", headers={"Accept": "text/html"})
    assert "Il database non risponde" in pagina.content.decode()


def _cache(client: Client, indirizzo: str) -> str:
    return str(client.get(indirizzo).headers.get("Cache-Control"))


@pytest.mark.parametrize(
    "indirizzo", ["/", "/alfa/", "/alfa/2026/piano/", "/beta/", "/api/v1/alfa/obiettivi"]
)
def test_cio_che_e_di_qualcuno_non_si_conserva(entra: Any, client: Client, indirizzo: str) -> None:
    """Pages, refusals and the API's answers, to who is in and to who is not."""
    for chi in (entra("UNO DIRIGENTE"), client):
        assert _cache(chi, indirizzo) == "private, no-store"


def test_cio_che_e_di_tutti_si_conserva(client: Client, db: None) -> None:
    assert _cache(client, "/static/ciclo/base.css") == "max-age=60, public"
    assert _cache(client, "/api/v1/openapi.json") == "public"
    assert "private, no-store" in _cache(client, "/static/ciclo/non_esiste.css")


def test_chi_dice_gia_della_cache_resta(client: Client, db: None) -> None:
    assert "max-age=0" in _cache(client, "/salute/")


@pytest.mark.parametrize(
    ("inoltrato", "atteso"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("198.51.100.1,2001:db8::1%eth0", "2001:db8::1"),
        ("203.0.113.7, ", "10.0.0.1"),
        ("nessuno", "10.0.0.1"),
        ("", "10.0.0.1"),
    ],
)
def test_dietro_il_proxy_conta_l_indirizzo_che_il_proxy_ha_visto(
    client: Client, con_password: Utente, settings: Any, inoltrato: str, atteso: str
) -> None:
    """The last of the list: those before it are the client's own words."""
    settings.AXES_CLIENT_IP_CALLABLE = "cycle.accesso.indirizzo_dietro_il_proxy"
    dati = {"username": con_password.username, "password": "sbagliata"}
    client.post("/accedi/", dati, headers={"X-Forwarded-For": inoltrato}, REMOTE_ADDR="10.0.0.1")
    assert AccessAttempt.objects.get().ip_address == atteso


def test_senza_proxy_chi_si_dice_un_altro_non_e_creduto(
    client: Client, con_password: Utente
) -> None:
    dati = {"username": con_password.username, "password": "sbagliata"}
    client.post("/accedi/", dati, headers={"X-Forwarded-For": "203.0.113.7"})
    assert AccessAttempt.objects.get().ip_address == "127.0.0.1"


@pytest.mark.parametrize(("dietro", "atteso"), [("1", "indirizzo_dietro_il_proxy"), ("", "None")])
def test_il_proxy_si_crede_solo_se_detto(dietro: str, atteso: str, tmp_path: Path) -> None:
    chiede = "from cycle import settings as s; print(getattr(s, 'AXES_CLIENT_IP_CALLABLE', None))"
    ambiente = {
        **os.environ,
        "DJANGO_BEHIND_PROXY": dietro,
        "DJANGO_SECRET_KEY": "di-prova",
        "DATABASE_URL": "postgresql://nessuno@localhost/nessuno",
        "DATABASE_OWNER_URL": "postgresql://nessuno@localhost/nessuno",
        "CYCLE_DATA": str(tmp_path),
    }
    detto = subprocess.run(
        [sys.executable, "-c", chiede], env=ambiente, capture_output=True, text=True, check=True
    )
    assert detto.stdout.strip().endswith(atteso)


def test_la_politica_dei_contenuti_e_stretta(client: Client, db: None) -> None:
    """No inline script or style: what the policy says, the pages keep."""
    risposta = client.get("/accedi/")
    politica = risposta["Content-Security-Policy"]
    assert "unsafe" not in politica
    assert "default-src 'none'" in politica
    testo = risposta.content.decode()
    assert "<style" not in testo
    assert ' style="' not in testo
    assert "<script>" not in testo
    assert "onclick" not in testo


def test_il_sorgente_e_indicato_a_pie_di_pagina(client: Client, db: None, settings: Any) -> None:
    """R92: a link where the installation has one, else the licence and whom to ask."""
    settings.URL_SORGENTE = ""
    assert "si chiede a chi la gestisce" in client.get("/accedi/").content.decode()
    settings.URL_SORGENTE = "https://codice.example/ciclo"
    testo = client.get("/accedi/").content.decode()
    assert 'href="https://codice.example/ciclo"' in testo
    assert "AGPL-3.0-or-later" in testo
