# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may do what: every address x every role x own unit, other unit, other ente x GET and POST.

The table says what the regulation says (domain.md 2 and 4-6), in its own words and not in those
of the code: a route, a transition or an operation that is not in it fails a test.

The objects are those of the first settore of Alfa, one in each state. `po` and `dirigente` are of
that settore; `po di un altro settore` and `dirigente di un altro settore` of another one.
"""

from __future__ import annotations

import importlib.util
import json
import re
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.test import Client
from django.test.client import ClientHandler
from django.urls import URLPattern, URLResolver, get_resolver

from cycle import orologio
from cycle.api.api import api
from cycle.models import Obiettivo, Utente
from cycle.permissions import MACCHINA_OBIETTIVO, MACCHINA_RELAZIONE
from tests import (
    matrice_anno,
    matrice_ente,
    matrice_griglia,
    matrice_neutralizzazioni,
    matrice_nucleo,
    matrice_obiettivi,
    matrice_peg,
    matrice_registro,
    matrice_variazioni,
    matrice_variazioni_api,
    mondo,
)
from tests.matrice import (
    ALTRO_SETTORE,
    ANONIMO,
    CHIUSO_AGLI_ALTRI_METODI,
    DENTRO,
    ENTE,
    ENTRATI,
    FUORI,
    PERSONE,
    SOLO_GET,
    SOLO_POST,
    TUTTI,
    TUTTO_L_ENTE,
    Prova,
)
from tests.matrice_obiettivi import VEDE

_NESSUNO = str(UUID(int=0))

TAVOLA: dict[str, list[Prova]] = {
    # for everybody
    "": [Prova("GET", {302: ENTRATI - {"superutente"}, 200: {"superutente"}}), SOLO_GET],
    "accedi/": [Prova("GET", {200: TUTTI}), Prova("POST", {200: TUTTI})],
    "inviti/<uuid:pid>/<str:gettone>/": [
        Prova(metodo, {404: TUTTI}, parole={"pid": _NESSUNO, "gettone": "c-x"})
        for metodo in ("GET", "POST")
    ],
    "password/": [Prova("GET", {200: TUTTI}), Prova("POST", {422: TUTTI})],  # without a name
    "password/<str:uidb64>/<str:token>/": [
        Prova(metodo, {200: TUTTI}, parole={"uidb64": "MQ", "token": "c-x"})
        for metodo in ("GET", "POST")
    ],
    "esci/": [SOLO_POST, Prova("POST", {302: ENTRATI})],
    "aiuto/": [Prova("GET", {200: ENTRATI}), SOLO_GET],
    "salute/": [Prova("GET", {200: TUTTI}), CHIUSO_AGLI_ALTRI_METODI],
    # in the demo alone
    "demo/entra/": [
        Prova("GET", {405: TUTTI}),
        Prova("POST", {302: TUTTI}, corpo=lambda: {"ente": "alfa", "utente": "uno.po.alfa"}),
    ],
    "demo/orologio/": [
        Prova("GET", {405: TUTTI}),  # put back to the true hour by anybody, moved by who came in
        Prova("POST", {302: TUTTI}, corpo=lambda: {"ente": "alfa", "verso": "2026-03-02T12:00"}),
    ],
    # of an ente
    ENTE: [Prova("GET", {200: DENTRO, 404: FUORI}), SOLO_GET],
    f"{ENTE}notifiche/": [Prova("GET", {200: DENTRO, 404: FUORI}), SOLO_GET],
    f"{ENTE}notifiche/lette/": [SOLO_POST, Prova("POST", {302: DENTRO, 404: FUORI})],
    f"{ENTE}notifiche/silenzio/": [SOLO_POST, Prova("POST", {302: DENTRO, 404: FUORI})],
    f"{ENTE}notifiche/preferenze/": [
        Prova("GET", {200: DENTRO, 404: FUORI}),
        Prova("POST", {422: DENTRO, 404: FUORI}),  # without a choice
    ],
    **matrice_ente.TAVOLA,
    **matrice_anno.TAVOLA,
    **matrice_peg.TAVOLA,
    **matrice_obiettivi.TAVOLA,
    **matrice_variazioni.TAVOLA,
    **matrice_neutralizzazioni.TAVOLA,
    **matrice_griglia.TAVOLA,
    **matrice_nucleo.TAVOLA,
    **matrice_nucleo.API,
    **matrice_variazioni_api.TAVOLA,
    **matrice_registro.TAVOLA,
    # the API
    "api/v1/openapi.json": [Prova("GET", {200: TUTTI}), CHIUSO_AGLI_ALTRI_METODI],
    "api/v1/": [Prova("GET", {404: TUTTI}), Prova("POST", {404: TUTTI})],
    "api/v1/<path:resto>": [Prova("GET", {404: TUTTI}), Prova("POST", {404: TUTTI})],
    "api/v1/enti": [Prova("GET", {200: ENTRATI}), CHIUSO_AGLI_ALTRI_METODI],
}

# --- the table is whole -------------------------------------------------------------------------


def rotte(schemi: Any = None, prima: str = "") -> Iterator[str]:
    """Every route of the site, as it is written."""
    for rotta in schemi if schemi is not None else get_resolver().url_patterns:
        if isinstance(rotta, URLResolver):
            yield from rotte(rotta.url_patterns, prima + str(rotta.pattern))
        else:
            assert isinstance(rotta, URLPattern)
            yield (prima + str(rotta.pattern)).replace("<uuidstr:", "<uuid:")  # ninja's word


def test_ogni_rotta_sta_nella_tavola() -> None:
    assert set(rotte()) == set(TAVOLA)


def test_fuori_dalla_demo_non_si_entra_con_un_clic(settings: Any) -> None:
    settings.DEMO = False
    assert set(rotte(_indirizzi(demo=False).urlpatterns)) == {
        r for r in TAVOLA if not r.startswith("demo/")
    }


def test_ogni_operazione_dell_api_sta_nella_tavola() -> None:
    for percorso, metodi in api.get_openapi_schema()["paths"].items():
        (rotta,) = [r for r in TAVOLA if _senza_tipi(r) == percorso.removeprefix("/")]
        assert {m.upper() for m in metodi} <= {p.metodo for p in TAVOLA[rotta]}


def test_di_ogni_rotta_si_provano_lettura_e_scrittura() -> None:
    for rotta, prove in TAVOLA.items():
        assert {"GET", "POST"} <= {p.metodo for p in prove}, rotta


def test_ogni_transizione_sta_nella_tavola() -> None:
    assert {t.nome for t in MACCHINA_OBIETTIVO.transizioni} == set(matrice_obiettivi.OBIETTIVO)
    assert {t.nome for t in MACCHINA_RELAZIONE.transizioni} == set(matrice_obiettivi.RELAZIONE)


def test_a_ognuno_la_sua_risposta() -> None:
    """Each role is told one thing, and none is forgotten."""
    for rotta, prove in TAVOLA.items():
        for prova in prove:
            nominati = [ruolo for ruoli in prova.attesi.values() for ruolo in ruoli]
            assert len(nominati) == len(set(nominati)), rotta
            assert set(nominati) | ANONIMO == TUTTI, rotta


def _senza_tipi(rotta: str) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rotta)


# --- and is tried -------------------------------------------------------------------------------


@cache
def _indirizzi(demo: bool) -> ModuleType:
    """The routes of the product, with those of the demo or without: it is decided when they are
    read."""
    luogo = importlib.util.find_spec("cycle.urls")
    assert luogo is not None
    assert luogo.loader is not None
    modulo = importlib.util.module_from_spec(luogo)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the words of the URLs are registered again, the same
        luogo.loader.exec_module(modulo)
    return modulo


@pytest.fixture(autouse=True)
def demo(settings: Any, tmp_path: Path) -> None:
    """All the routes there are, on the day of the world."""
    settings.DEMO = True
    settings.CYCLE_DATA = tmp_path
    settings.ROOT_URLCONF = _indirizzi(demo=True)
    orologio.sposta(mondo.ADESSO)


DJANGO = "django.contrib.auth.backends.ModelBackend"
COOKIE = settings.SESSION_COOKIE_NAME
PORTINERIA = ClientHandler(enforce_csrf_checks=False)  # builds the middleware once for all


_ENTRATI: dict[str, Session] = {}  # role -> the session of its first login, the same in every test


@pytest.fixture
def porte(db: None) -> dict[str, Client]:
    """For each role a browser in which it is logged in."""
    utenti = {ruolo: mondo.utente(nome, ipa) for ruolo, (nome, ipa) in PERSONE.items()}
    Session.objects.bulk_create(_ENTRATI.values())
    porte = {ruolo: Client() for ruolo in TUTTI}
    for ruolo, porta in porte.items():
        porta.handler = PORTINERIA
        if ruolo in _ENTRATI:
            porta.cookies[COOKIE] = _ENTRATI[ruolo].pk
        elif ruolo in utenti:
            porta.force_login(utenti[ruolo], backend=DJANGO)
            _ENTRATI[ruolo] = Session.objects.get(pk=porta.cookies[COOKIE].value)
    superutente = Utente.objects.create(username="root", is_superuser=True, is_staff=True)
    porte["superutente"].force_login(superutente, backend=DJANGO)
    return porte


def indirizzo(rotta: str, prova: Prova, obiettivo: Obiettivo, ipa: str) -> str:
    parole = {
        "ipa": ipa,
        "anno": str(mondo.ANNO),
        "pid": str(prova.pid(obiettivo.ente.codice_ipa) if prova.pid else obiettivo.pid),
        "periodo": "2026-1",
        "nome": "valida",
        "resto": "nulla",
        "gettone": "nessuno",
        **prova.parole,
    }
    return "/" + _senza_tipi(rotta).format(**parole)


def chiedi(porta: Client, rotta: str, prova: Prova, url: str) -> int:
    """The status of one request, undone at once."""
    dati: Any = prova.corpo()
    with transaction.atomic():
        if rotta.startswith("api/"):
            corpo = json.dumps(dati) if prova.metodo != "GET" else ""
            risposta = porta.generic(prova.metodo, url, corpo, content_type="application/json")
        else:
            risposta = getattr(porta, prova.metodo.lower())(url, dati)
        matrice_registro.ricordata(porta, rotta, prova, risposta)
        transaction.set_rollback(True)
    if risposta.status_code == 302 and risposta["Location"].startswith("/accedi/?next="):
        return 401  # as the API says it
    return int(risposta.status_code)


def attesi(prova: Prova) -> dict[str, int]:
    detti = {ruolo: codice for codice, ruoli in prova.attesi.items() for ruolo in ruoli}
    return {ruolo: detti.get(ruolo, 401) for ruolo in sorted(TUTTI)}


@pytest.mark.parametrize("rotta", TAVOLA, ids=lambda r: f"/{r}")
def test_chi_puo_che_cosa(porte: dict[str, Client], rotta: str) -> None:
    for prova in TAVOLA[rotta]:
        url = indirizzo(rotta, prova, mondo.in_stato(prova.su), "alfa")
        with transaction.atomic():
            prova.prepara()
            avuti = {ruolo: chiedi(porte[ruolo], rotta, prova, url) for ruolo in sorted(TUTTI)}
            transaction.set_rollback(True)
        assert avuti == attesi(prova), f"{prova.metodo} {url} su «{prova.su}»"
    if "ipa" in rotta:
        di_un_altro_ente_non_c_e_nulla(porte, rotta)


def di_un_altro_ente_non_c_e_nulla(porte: dict[str, Client], rotta: str) -> None:
    """404, reading or writing: at the other ente's address, and for its objects at one's own."""
    for prova in {p.metodo: p for p in TAVOLA[rotta] if 405 not in p.attesi}.values():
        altrui = mondo.in_stato(prova.su, "beta")
        # at their address nobody of Alfa is anybody: an object adds nothing
        dove = "alfa" if "pid" in rotta else "beta"
        url = indirizzo(rotta, prova, altrui, dove)
        for ruolo in sorted(ENTRATI - {"di un altro ente"}):
            assert chiedi(porte[ruolo], rotta, prova, url) == 404, (ruolo, prova.metodo, url)
        url = indirizzo(rotta, prova, altrui, "beta")
        for ruolo in ("superutente", "dirigente", "controllo"):
            assert chiedi(porte[ruolo], rotta, prova, url) == 404, (ruolo, prova.metodo, url)


def test_in_ogni_stato_vede_chi_deve(porte: dict[str, Client]) -> None:
    """The list holds what may be seen, and nothing else: the table `VEDE`, and for the drafts of
    another settore its own rows."""
    for ruolo in sorted(DENTRO):
        elenco = porte[ruolo].get("/api/v1/alfa/obiettivi", {"unita": "S1"}).json()
        assert {o["stato"] for o in elenco["obiettivi"]} == {
            s for s, chi in VEDE.items() if ruolo in chi
        }
        bozze = porte[ruolo].get("/api/v1/alfa/obiettivi", {"unita": "S2", "stato": "bozza"})
        assert bozze.json()["totale"] == int(ruolo in ALTRO_SETTORE | TUTTO_L_ENTE), ruolo


def test_chi_serve_due_enti_vede_ognuno_al_suo_indirizzo(db: None) -> None:
    """The member of the Nucleo of both enti: each plan at its own address, never mixed."""
    porta = Client()
    porta.force_login(mondo.utente("PRIMO NUCLEO"), backend=DJANGO)
    di = {ipa: mondo.in_stato("validato", ipa).pid for ipa in ("alfa", "beta")}
    for prefisso in ("/api/v1", ""):
        fine = "" if prefisso else "/"
        for dove in di:
            for di_chi, pid in di.items():
                url = f"{prefisso}/{dove}/obiettivi/{pid}{fine}"
                assert porta.get(url).status_code == (200 if dove == di_chi else 404), url
    assert porta.get("/").status_code == 200  # which of the two is asked


def test_un_utente_spento_non_e_nessuno(porte: dict[str, Client]) -> None:
    Utente.objects.filter(pk=mondo.utente("UNO DIRIGENTE").pk).update(is_active=False)
    assert porte["dirigente"].get("/alfa/")["Location"].startswith("/accedi/")
    assert porte["dirigente"].get("/api/v1/alfa/obiettivi").status_code == 401


def test_un_superutente_con_una_persona_e_quella_persona(porte: dict[str, Client]) -> None:
    """Being superuser gives no domain power: not with an incarico, not without."""
    for nome in ("SENZA INCARICO", "UNO PO"):
        Utente.objects.filter(pk=mondo.utente(nome).pk).update(is_superuser=True, is_staff=True)
    bozza = mondo.in_stato("bozza")
    url = f"/api/v1/alfa/obiettivi/{bozza.pid}"
    corpo = json.dumps({"revisione": bozza.revisione})
    for ruolo, legge, propone in (("senza incarico", 404, 404), ("po", 200, 403)):
        porta = porte[ruolo]
        assert porta.get(url).status_code == legge
        passo = porta.post(f"{url}/transizioni/proponi", corpo, content_type="application/json")
        assert passo.status_code == propone


@pytest.mark.parametrize("percorso", ["/api/", "/api/2026/piano/", "/api/notifiche/lette/"])
def test_sotto_api_non_si_passa_senza_dire_chi_si_e(db: None, percorso: str) -> None:
    """An ente could be called `api`: its pages ask who one is, like all others."""
    assert Client().get(percorso)["Location"].startswith("/accedi/")
