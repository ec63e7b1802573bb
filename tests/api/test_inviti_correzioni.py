# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Nucleo's invitations (R39) and the corrections of material errors (R35) through the API."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cycle import orologio
from cycle.models import Correzione, InvitoVariazione, VoceRelazione
from cycle.services import variazioni
from tests import mondo
from tests.api.conftest import ALFA, Come, indirizzo
from tests.api.test_openapi import conforme
from tests.api.test_ostili import CORPI, in_busta
from tests.variazioni.mondo import GIUGNO
from tests.variazioni.test_correzioni import DOPO, segnala, voce
from workflows.registro.models import Evento, Modifica

pytestmark = pytest.mark.usefixtures("db")
INVITO = {"testo": "Il target è lontano.", "entro": "2026-09-30"}
INVITI, CORREZIONI = f"{ALFA}/anni/2026/inviti-a-variare", f"{ALFA}/anni/2026/correzioni"
NUCLEO, SETTORE, CONTROLLO = "PRIMO NUCLEO", "UNO DIRIGENTE", "GESTIONE CONTROLLO"


def invita(come: Come) -> dict[str, Any]:
    orologio.sposta(GIUGNO)
    o = mondo.in_stato("in_corso")
    risposta = come(NUCLEO).post(f"{indirizzo(o)}/inviti-a-variare", INVITO)
    assert risposta.status_code == 201, risposta.content
    fatto: dict[str, Any] = risposta.json()
    return fatto


def scritti() -> tuple[int, int]:
    return Evento.objects.count(), Modifica.objects.count()


@pytest.fixture
def documento() -> dict[str, Any]:
    schema: dict[str, Any] = Client().get("/api/v1/openapi.json").json()
    return schema


def errore(v: VoceRelazione, **altro: Any) -> dict[str, Any]:
    return {
        "specifico": str(v.specifico.pid),
        "campo": "natura",
        "prima": "positivo",
        "dopo": "negativo",
        "motivo": "La natura era scambiata.",
        "percentuale": "87.5",
        **altro,
    }


def dove(v: VoceRelazione) -> str:
    return f"{indirizzo(v.relazione)}/correzioni"


def test_r39_scritto_letto_declinato(come: Come, documento: dict[str, Any]) -> None:
    i = invita(come)
    assert (i["esito"], i["entro"], i["richieste"]) == ("aperto", "2026-09-30", [])
    settore = come(SETTORE)
    suo = settore.get(i["links"]["self"])
    assert suo.json() == i
    conforme(documento, "get", "/{ipa}/inviti-a-variare/{pid}", suo)
    no = settore.post(f"{i['links']['self']}/risposta", {"risposta": " "})
    assert [m["guardia"] for m in in_busta(no)["motivi"]] == ["risposta_presente"]
    si = settore.post(f"{i['links']['self']}/risposta", {"risposta": "Si raggiunge."})
    assert (si.status_code, si.json()["esito"]) == (200, "declinato")
    ancora = settore.post(f"{i['links']['self']}/risposta", {"risposta": "Altro."})
    assert [m["guardia"] for m in in_busta(ancora)["motivi"]] == ["invito_aperto"]
    tutti = come("SINDACA GIUNTA").get(INVITI, esito="declinato").json()
    assert (tutti["totale"], tutti["inviti"][0]["risposta"]) == (1, "Si raggiunge.")
    assert come(NUCLEO).get(INVITI, esito="aperto").json()["inviti"] == []


def test_r39_una_richiesta_risponde_all_invito(come: Come) -> None:
    i = invita(come)
    o = mondo.in_stato("in_corso")
    settore = come(SETTORE)
    corpo = {"stralcio": True, "motivazione": "Non si fa più.", "invito": i["pid"]}
    v = settore.post(f"{indirizzo(o)}/variazioni", corpo)
    assert v.status_code == 201, v.content
    altrove = mondo.in_stato("approvato")
    assert settore.post(f"{indirizzo(altrove)}/variazioni", corpo).status_code == 404
    ignoto = {**corpo, "invito": str(uuid4())}
    assert settore.post(f"{indirizzo(o)}/variazioni", ignoto).status_code == 404
    passo = {"revisione": v.json()["revisione"]}
    presentata = settore.post(f"{v.json()['links']['self']}/transizioni/presenta", passo)
    assert presentata.status_code == 200, presentata.content
    letto = come(NUCLEO).get(i["links"]["self"]).json()
    assert (letto["esito"], [r["pid"] for r in letto["richieste"]]) == (
        "accolto",
        [v.json()["pid"]],
    )


def test_r35_segnalata_e_decisa_da_un_altro(come: Come, documento: dict[str, Any]) -> None:
    orologio.sposta(DOPO)
    v = voce()
    fatta = come(SETTORE).post(dove(v), errore(v))
    assert fatta.status_code == 201, fatta.content
    c = fatta.json()
    assert (c["stato"], c["percentuale"]) == ("segnalata", "87.50")
    sua = "/{ipa}/obiettivi/{pid}/relazioni/{periodo}/correzioni"
    conforme(documento, "post", sua, fatta)
    ancora = come(SETTORE).post(dove(v), errore(v))
    assert [m["guardia"] for m in in_busta(ancora)["motivi"]] == ["una_alla_volta"]
    si = {"revisione": c["revisione"], "motivazione": "È così."}
    passi = f"{c['links']['self']}/transizioni"
    assert come(SETTORE).post(f"{passi}/accogli", si).status_code == 403
    muta = come(CONTROLLO).post(f"{passi}/accogli", {**si, "motivazione": ""})
    assert muta.status_code == 422
    vecchia = come(CONTROLLO).post(f"{passi}/accogli", {**si, "revisione": c["revisione"] + 1})
    assert vecchia.status_code == 409
    accolta = come(CONTROLLO).post(f"{passi}/accogli", si)
    assert (accolta.status_code, accolta.json()["stato"]) == (200, "accolta")
    assert accolta.json()["percentuale_calcolata"] == c["percentuale_calcolata"]
    assert come(CONTROLLO).post(f"{passi}/respingi", si).status_code == 409
    elenco = come("SINDACA GIUNTA").get(CORREZIONI, stato="accolta")
    assert [x["pid"] for x in elenco.json()["correzioni"]] == [c["pid"]]
    conforme(documento, "get", "/{ipa}/anni/{anno}/correzioni", elenco)


def test_un_altro_ente_non_trova_nulla(come: Come) -> None:
    i = invita(come)
    v = voce()
    c = segnala(v)
    altrui = come(SETTORE, "beta")
    for ipa in ("alfa", "beta"):
        for resto in (f"inviti-a-variare/{i['pid']}", f"correzioni/{c.pid}"):
            assert altrui.get(f"/api/v1/{ipa}/{resto}").status_code == 404, (ipa, resto)
    prima = scritti()
    o = mondo.in_stato("in_corso")
    for rotta, corpo in (
        (f"obiettivi/{o.pid}/inviti-a-variare", INVITO),
        (f"inviti-a-variare/{i['pid']}/risposta", {"risposta": "No."}),
        (f"correzioni/{c.pid}/transizioni/accogli", {"revisione": 1, "motivazione": "Sì."}),
        (f"obiettivi/{v.obiettivo.pid}/relazioni/2026-2/correzioni", errore(v)),
    ):
        assert altrui.post(f"/api/v1/beta/{rotta}", corpo).status_code == 404, rotta
    assert scritti() == prima


@pytest.mark.parametrize("corpo", CORPI, ids=range(len(CORPI)))
def test_un_corpo_che_non_si_legge(come: Come, corpo: bytes) -> None:
    i, v = invita(come), voce()
    c = segnala(v)
    prima = scritti()
    for chi, rotta in (
        (NUCLEO, f"{indirizzo(mondo.in_stato('in_corso'))}/inviti-a-variare"),
        (SETTORE, f"{i['links']['self']}/risposta"),
        (SETTORE, dove(v)),
        (CONTROLLO, f"{ALFA}/correzioni/{c.pid}/transizioni/accogli"),
    ):
        risposta = come(chi).post(rotta, corpo)
        assert risposta.status_code == 422, (rotta, risposta.content)
        assert all(m["campo"] for m in in_busta(risposta)["motivi"])
    assert scritti() == prima


@pytest.mark.parametrize(
    "guasto",
    [
        {"percentuale": "NaN"},
        {"percentuale": "1e400"},
        {"percentuale": "-1"},
        {"percentuale": "100.001"},
        {"motivo": "\x00"},
        {"motivo": "x" * 20_001},
        {"campo": "x" * 201},
        {"specifico": "x"},
        {"altro": 1},
    ],
    ids=str,
)
def test_valori_ostili(come: Come, guasto: dict[str, Any]) -> None:
    orologio.sposta(DOPO)
    v = voce()
    risposta = come(SETTORE).post(dove(v), errore(v, **guasto))
    assert risposta.status_code == 422, risposta.content
    assert in_busta(risposta)["motivi"]
    assert not Correzione.objects.exists()


def test_le_query_degli_elenchi_non_crescono_con_le_righe(come: Come) -> None:
    invita(come)
    orologio.sposta(DOPO)
    segnala(voce())
    chi = come(NUCLEO)

    def quante(rotta: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as lette:
            assert chi.get(rotta).status_code == 200
        return len(lette)

    una = {rotta: quante(rotta) for rotta in (INVITI, CORREZIONI)}
    orologio.sposta(GIUGNO)
    for _ in range(4):
        variazioni.invita(
            obiettivo=mondo.in_stato("in_corso"),
            testo="Ancora.",
            entro=InvitoVariazione.objects.latest("pk").entro,
            by=mondo.attore(NUCLEO, istante=GIUGNO),
            istante=GIUGNO,
        )
    altre = VoceRelazione.objects.filter(obiettivo=mondo.in_stato("validato")).exclude(pk=voce().pk)
    for v in altre:
        segnala(v)
    assert {rotta: quante(rotta) for rotta in (INVITI, CORREZIONI)} == una
