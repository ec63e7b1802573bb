# SPDX-License-Identifier: AGPL-3.0-or-later
"""A member of the Nucleo who serves two comuni, in every page and operation there is: of a third
comune, in the same installation, nothing is ever said."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import get_resolver

from cycle.models import Obiettivo
from cycle.services import gettoni
from cycle.services.enti import crea_ente
from cycle.services.piano import importa
from tests import mondo
from tests.test_matrice import TAVOLA, _senza_tipi, rotte

NOME = "Comune di Gamma"
PAROLE = {
    "anno": str(mondo.ANNO),
    "periodo": "2026-1",
    "codice": "2026-1",
    "nome": "valida",
    "tipo": "tecnico",
    "forma": "json",
    "gettone": "nessuno",
    "resto": "nulla",
}


@pytest.fixture
def terzo(db: None) -> Obiettivo:
    """An objective of the third comune, validated: there everybody with an incarico sees it."""
    ente = crea_ente(nome=NOME, codice_ipa="gamma", istante=mondo.INIZIO)
    importa(
        ente=ente,
        piano=mondo.piano([mondo.scheda("GAMMA-1", "S1", 1)]),
        come="storico",
        istante=mondo.INIZIO,
    )
    return Obiettivo.objects.select_related("ente").get(ente=ente)


def indirizzo(rotta: str, ipa: str, pid: str) -> str:
    detti = {
        nome: pid if tipo == "uuid" else PAROLE.get(nome, "1" if tipo == "int" else "x")
        for tipo, nome in re.findall(r"<(\w+):(\w+)>", rotta)
    }
    return "/" + _senza_tipi(rotta).format(**{**detti, "ipa": ipa})


def da_leggere(prima: str) -> list[str]:
    """Every route below `prima` that somebody may GET."""
    return [
        r for r in rotte(get_resolver().url_patterns)
        if r.startswith(prima) and any(
            p.metodo == "GET" and set(p.attesi) - {405} for p in TAVOLA[r]
        )
    ]  # fmt: skip


def test_of_a_third_comune_every_page_says_that_there_is_none(
    entra: Callable[..., Client], terzo: Obiettivo
) -> None:
    client = entra("PRIMO NUCLEO")
    pagine = da_leggere("<ipa:ipa>/")
    assert len(pagine) > 80
    for rotta in pagine:
        for ipa in ("gamma", "alfa") if "uuid:pid" in rotta else ("gamma",):
            url = indirizzo(rotta, ipa, str(terzo.pid))
            risposta = client.get(url)
            assert risposta.status_code == 404, (url, risposta.status_code)
            assert NOME not in risposta.content.decode(), url


def test_of_a_third_comune_every_operation_says_that_there_is_none(terzo: Obiettivo) -> None:
    chi = mondo.utente("PRIMO NUCLEO")
    chiave = gettoni.crea(utente=chi, nome="prova")
    client = Client(headers={"Authorization": f"Bearer {chiave}"})
    operazioni = da_leggere("api/v1/<ipa:ipa>/")
    assert len(operazioni) > 30
    for rotta in operazioni:
        url = indirizzo(rotta, "gamma", str(terzo.pid))
        assert client.get(url).status_code == 404, url
    enti = json.loads(client.get("/api/v1/enti").content)
    assert {e["ipa"] for e in enti} == {"alfa", "beta"}


def test_the_pages_of_the_two_speak_of_the_two(
    entra: Callable[..., Client], terzo: Obiettivo
) -> None:
    client = entra("PRIMO NUCLEO")
    viste = 0
    for rotta in da_leggere("<ipa:ipa>/"):
        if "uuid" in rotta:
            continue
        for ipa, altro in (("alfa", "/beta/2026/"), ("beta", "/alfa/2026/")):
            risposta = client.get(indirizzo(rotta, ipa, ""))
            if risposta.status_code != 200 or "html" not in risposta["Content-Type"]:
                continue
            viste += 1
            testo = risposta.content.decode()
            assert NOME not in testo, rotta
            assert "/gamma/" not in testo, rotta
            assert altro not in testo, rotta  # the other of the two is one click away, no more
    assert viste > 40
