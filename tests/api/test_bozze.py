# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drafts through the API: the same scheda, service and refusals as the page."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from cycle import orologio
from cycle.models import Obiettivo
from tests import mondo
from workflows.registro.models import Evento

pytestmark = pytest.mark.django_db

NUOVE = "/api/v1/alfa/anni/2026/bozze"


@pytest.fixture(autouse=True)
def giorno_del_mondo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orologio, "adesso", lambda: mondo.ADESSO)


def chiedi(metodo: str, dove: str, corpo: Any = None, chi: str = "UNO PO") -> tuple[int, Any]:
    client = Client()
    client.force_login(mondo.utente(chi), backend="django.contrib.auth.backends.ModelBackend")
    testo = "" if corpo is None else json.dumps(corpo)
    risposta = client.generic(metodo, dove, testo, content_type="application/json")
    return risposta.status_code, risposta.json()


def scheda(**altro: Any) -> dict[str, Any]:
    return {
        "titolo": "Dall'API",
        "unita": "S1",
        "responsabile_generale": "Uno Dirigente",
        "inizio_previsto": "2026-01-01",
        "fine_prevista": "2026-12-31",
        "specifici": [
            {
                "titolo": "Una cosa",
                "indicatori": [
                    {
                        "nome": "N. pratiche",
                        "peso": 100,
                        "periodi": [
                            {"periodo": "2026-1", "target": "1.5"},
                            {"periodo": "2026-2", "target": 2},
                        ],
                    }
                ],
                "collaboratori": [{"nome": "UNO PO", "responsabile": True}],
                "fasi": [{"descrizione": "Bando", "peso": "100"}],
            }
        ],
        **altro,
    }


def bozza(o: Obiettivo) -> str:
    return f"/api/v1/alfa/obiettivi/{o.pid}/bozza"


def test_scritta_letta_riscritta() -> None:
    codice, nuova = chiedi("POST", NUOVE, scheda())
    assert (codice, nuova["codice"], nuova["mancanze"]) == (201, "OE07", [])
    dove = nuova["links"]["self"]
    _200, letta = chiedi("GET", dove)
    assert letta == nuova
    fuori = ("pid", "anno", "stato", "mancanze", "links")
    corpo = {k: v for k, v in letta.items() if k not in fuori}
    codice, uguale = chiedi("PUT", dove, corpo)
    assert (codice, uguale["revisione"]) == (200, letta["revisione"])
    corpo["specifici"][0]["indicatori"][0]["periodi"] = []
    codice, cambiata = chiedi("PUT", dove, corpo)
    assert codice == 200
    assert cambiata["mancanze"][0]["guardia"] == "target_in_ogni_periodo"
    pid = cambiata["specifici"][0]["indicatori"][0]["pid"]
    assert pid == letta["specifici"][0]["indicatori"][0]["pid"]
    assert chiedi("PUT", dove, corpo)[0] == 409  # an old revisione


def test_l_unita_anche_per_nome_come_nel_piano_esportato() -> None:
    assert chiedi("POST", NUOVE, scheda(unita="Servizi alla persona"))[0] == 201


@pytest.mark.parametrize(
    ("cambia", "campo"),
    [
        ({"titolo": " "}, "titolo"),
        ({"titolo": "x" * 1001}, "titolo"),
        ({"unita": "S9"}, "unita"),
        ({"codice": "OE01"}, "codice"),
        ({"peso": 101}, "peso"),
        ({"inizio_previsto": "2027-01-01"}, "fine_prevista"),
        ({"nodi": ["P9"]}, "nodi"),
        ({"strano": 1}, "strano"),
        (
            {"specifici": [{"titolo": "a", "indicatori": [{"nome": "i", "natura": "boh"}]}]},
            "specifici.0.indicatori.0.natura",
        ),
        (
            {"specifici": [{"titolo": "a", "collaboratori": [{"nome": "Nessuno"}]}]},
            "specifici.0.collaboratori.0.nome",
        ),
        (
            {
                "specifici": [
                    {
                        "titolo": "a",
                        "indicatori": [
                            {"nome": "i", "periodi": [{"periodo": "2026-1", "target": "x"}]}
                        ],
                    }
                ]
            },
            "specifici.0.indicatori.0.periodi.0.target",
        ),
    ],
)
def test_ogni_errore_al_suo_campo(cambia: dict[str, Any], campo: str) -> None:
    codice, risposta = chiedi("POST", NUOVE, scheda(**cambia))
    assert codice == 422
    assert campo in [m["campo"] for m in risposta["motivi"]], risposta
    assert not Obiettivo.objects.filter(titolo="Dall'API").exists()


def test_di_un_altra_unita_no() -> None:
    codice, risposta = chiedi("POST", NUOVE, scheda(unita="S2"))
    assert (codice, risposta["motivi"][0]["guardia"]) == (403, "incarico")
    assert chiedi("GET", bozza(mondo.obiettivo("OE11")))[0] == 404
    assert chiedi("GET", bozza(mondo.in_stato("proposta")))[0] == 409


def test_una_riga_altrui_non_c_e() -> None:
    _201, nuova = chiedi("POST", NUOVE, scheda())
    o = Obiettivo.objects.get(pid=nuova["pid"])
    altrui = str(mondo.obiettivo("OE11").obiettivospecifico_tutti.earliest("pk").pid)
    corpo = scheda(revisione=o.revisione, specifici=[{"pid": altrui, "titolo": "x"}])
    assert chiedi("PUT", bozza(o), corpo)[0] == 404


def butta(dove: str, chi: str = "UNO PO") -> tuple[int, bytes]:
    client = Client()
    client.force_login(mondo.utente(chi), backend="django.contrib.auth.backends.ModelBackend")
    risposta = client.delete(dove)
    return risposta.status_code, risposta.content


def test_si_butta_via_come_dalla_pagina() -> None:
    """Only as it was read; it is gone, its code is not given again, its history says by the API."""
    _201, nuova = chiedi("POST", NUOVE, scheda())
    dove, o = nuova["links"]["self"], Obiettivo.objects.get(pid=nuova["pid"])
    assert butta(f"{dove}?revisione={nuova['revisione'] + 1}")[0] == 409
    assert butta(f"{dove}?revisione=x")[0] == 422
    assert butta(f"{dove}?revision=1")[0] == 422
    assert butta(dove, "GESTIONE CONTROLLO")[0] == 403
    assert butta(dove, "DUE PO")[0] == 404
    assert Obiettivo.objects.filter(pk=o.pk).exists()
    assert butta(f"{dove}?revisione={nuova['revisione']}") == (204, b"")
    assert not Obiettivo.objects.filter(pk=o.pk).exists()
    evento = Evento.objects.get(radice_id=o.pk, verbo="elimina", esito="eseguito")
    assert (evento.canale, evento.dati["codice"]) == ("api", nuova["codice"])
    assert butta(dove)[0] == 404
    assert chiedi("POST", NUOVE, scheda())[1]["codice"] != nuova["codice"]


def test_cio_che_non_e_piu_una_bozza_non_si_butta() -> None:
    assert butta(bozza(mondo.in_stato("proposta")))[0] == 409
