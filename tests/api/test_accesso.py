# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may ask: nobody without a token or a session, except to read what the API is."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.db.models.functions import Now
from django.test import Client

from cycle.api.api import api
from cycle.models import Gettone
from cycle.services import gettoni
from tests import mondo
from tests.api.conftest import ALFA, Come, indirizzo

UUID = "00000000-0000-4000-8000-000000000000"
ESEMPI = {
    "ipa": "alfa",
    "pid": UUID,
    "nome": "proponi",
    "periodo": "2026-1",
    "codice": "2026-1",
    "sha256": "0" * 64,
    "forma": "csv",
    "numero": 1,
    "tipo": "nucleo",
    "anno": "2026",
}


def operazioni() -> list[tuple[str, str]]:
    """(method, example URL) of every operation that the API documents."""
    return [
        (metodo, percorso.format(**ESEMPI))
        for percorso, metodi in api.get_openapi_schema()["paths"].items()
        for metodo in metodi
    ]


def con(gettone: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {gettone}"})


@pytest.fixture
def gettone(db: None) -> str:
    return gettoni.crea(utente=mondo.utente("UNO DIRIGENTE"), nome="prova")


@pytest.mark.parametrize(("metodo", "percorso"), operazioni())
@pytest.mark.parametrize("intestazione", [None, "Bearer no", "Bearer", "Basic YTpi", "Bearer \x00"])
def test_ogni_operazione_chiede_chi_e(
    db: None, metodo: str, percorso: str, intestazione: str | None
) -> None:
    headers = {"Authorization": intestazione} if intestazione else {}
    risposta = Client(enforce_csrf_checks=True, headers=headers).generic(metodo, percorso)
    assert risposta.status_code == 401
    assert risposta["WWW-Authenticate"] == "Bearer"
    assert risposta.json()["errore"]
    assert risposta.json()["motivi"] == []


def test_openapi_la_legge_chiunque(db: None) -> None:
    risposta = Client().get("/api/v1/openapi.json")
    assert risposta.status_code == 200
    assert risposta.json()["openapi"].startswith("3.1")
    assert Client().post("/api/v1/openapi.json").json()["errore"]


def test_le_operazioni_sono_tutte_documentate(db: None) -> None:
    assert len(operazioni()) > 10
    assert all(
        401 in operazione["responses"] and operazione["security"]
        for metodi in api.get_openapi_schema()["paths"].values()
        for operazione in metodi.values()
    )


def test_col_gettone_si_entra_e_si_scrive_senza_csrf(gettone: str) -> None:
    o = mondo.in_stato("bozza")
    client = Client(enforce_csrf_checks=True, headers={"Authorization": f"bearer {gettone}"})
    assert client.get(f"{ALFA}/obiettivi").status_code == 200
    risposta = client.post(
        f"{indirizzo(o)}/transizioni/proponi",
        {"revisione": o.revisione},
        content_type="application/json",
    )
    assert risposta.status_code == 200


def test_del_gettone_si_tiene_solo_l_impronta(gettone: str) -> None:
    riga = Gettone.objects.get()
    assert gettone.startswith("ciclo_")
    assert len(gettone) > 40
    assert all(gettone not in str(v) for v in vars(riga).values())
    assert riga.impronta == gettoni.impronta(gettone)
    assert con(riga.impronta).get("/api/v1/enti").status_code == 401


def test_gettone_scaduto(gettone: str) -> None:
    Gettone.objects.update(scade_il=Now())
    assert con(gettone).get("/api/v1/enti").status_code == 401


def test_gettone_revocato(gettone: str) -> None:
    assert gettoni.revoca(utente=mondo.utente("UNO DIRIGENTE"), nome="altro") == 0
    assert con(gettone).get("/api/v1/enti").status_code == 200
    assert gettoni.revoca(utente=mondo.utente("UNO DIRIGENTE")) == 1
    assert con(gettone).get("/api/v1/enti").status_code == 401
    assert gettoni.revoca(utente=mondo.utente("UNO DIRIGENTE")) == 0


def test_utente_non_attivo(gettone: str, come: Come) -> None:
    sessione = come("UNO DIRIGENTE")
    utente = mondo.utente("UNO DIRIGENTE")
    utente.is_active = False
    utente.save()
    assert con(gettone).get("/api/v1/enti").status_code == 401
    assert sessione.get("/api/v1/enti").status_code == 401


def test_chi_manda_un_gettone_e_giudicato_da_quello(come: Come) -> None:
    client = come("UNO DIRIGENTE").client
    assert client.get("/api/v1/enti").status_code == 200
    assert client.get("/api/v1/enti", headers={"Authorization": "Bearer no"}).status_code == 401


def test_la_sessione_scrive_solo_col_segno_csrf(db: None) -> None:
    o = mondo.in_stato("bozza")
    client = Client(enforce_csrf_checks=True)
    client.force_login(
        mondo.utente("UNO DIRIGENTE"), backend="django.contrib.auth.backends.ModelBackend"
    )
    percorso = f"{indirizzo(o)}/transizioni/proponi"
    corpo = {"revisione": o.revisione}
    assert client.get(f"{ALFA}/obiettivi").status_code == 200
    senza = client.post(percorso, corpo, content_type="application/json")
    assert senza.status_code == 403
    assert "CSRF" in senza.json()["errore"]
    segno = "a" * 32
    client.cookies["csrftoken"] = segno
    col_segno = client.post(
        percorso, corpo, content_type="application/json", headers={"X-CSRFToken": segno}
    )
    assert col_segno.status_code == 200


def test_il_gettone_di_chi_serve_due_enti(db: None) -> None:
    utente = mondo.utente("PRIMO NUCLEO")
    client = con(gettoni.crea(utente=utente, nome="prova"))
    assert [e["ipa"] for e in client.get("/api/v1/enti").json()] == ["alfa", "beta"]
    assert client.get("/api/v1/alfa/obiettivi").status_code == 200
    assert client.get("/api/v1/beta/obiettivi").status_code == 200


def comando(*argomenti: str) -> tuple[str, str]:
    fuori, errori = StringIO(), StringIO()
    call_command("token", *argomenti, stdout=fuori, stderr=errori)
    return fuori.getvalue().strip(), errori.getvalue()


def test_comando_token(db: None) -> None:
    gettone, avviso = comando("uno.dirigente.alfa", "--giorni", "3", "--nome", "cruscotto")
    assert "non sarà più mostrato" in avviso.lower().replace("\n", " ")
    assert con(gettone).get("/api/v1/enti").status_code == 200
    riga = Gettone.objects.get(nome="cruscotto")
    dopo = Gettone.objects.filter(pk=riga.pk).annotate(vita=F("scade_il") - F("creato_il"))
    assert dopo.get().vita.days in (2, 3)
    assert comando("uno.dirigente.alfa", "--revoca", "--nome", "altro")[0].endswith(": 0.")
    assert comando("uno.dirigente.alfa", "--revoca")[0].endswith(": 1.")
    assert con(gettone).get("/api/v1/enti").status_code == 401


@pytest.mark.parametrize(
    "argomenti",
    [
        ("nessuno",),
        ("uno.dirigente.alfa", "--giorni", "0"),
        ("uno.dirigente.alfa", "--giorni", "367"),
        ("uno.dirigente.alfa", "--nome", "x" * 101),
        ("spento",),
        ("\x00",),
    ],
)
def test_comando_token_che_non_si_puo_fare(db: None, argomenti: tuple[str, ...]) -> None:
    altro: Any = mondo.utente("SENZA INCARICO")
    altro.username, altro.is_active = "spento", False
    altro.save()
    with pytest.raises(CommandError):
        comando(*argomenti)
    assert not Gettone.objects.exists()
