# SPDX-License-Identifier: AGPL-3.0-or-later
"""Requests of variazione through the API: the same services, the same refusals as the pages."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cycle import orologio
from cycle.models import Allegato, Obiettivo, ParereVariazione, RichiestaVariazione
from tests import mondo
from tests.api.conftest import ALFA, Come, indirizzo
from tests.api.test_openapi import conforme
from tests.api.test_ostili import CORPI, in_busta
from tests.variazioni.mondo import (
    GIUGNO,
    OTTOBRE,
    approva,
    con_target,
    parametri,
    presentata,
    redigi,
    target,
)
from workflows.registro.models import Evento, Modifica

PERCHE = "Il fornitore ha rinunciato a maggio."
ATTO = {"numero": "300", "data": "2026-10-19", "parere_tecnico": "segretario, 18/10/2026"}
PDF = b"%PDF-1.7\n" + b"x" * 100


@pytest.fixture(autouse=True)
def giugno(istante: datetime) -> None:
    orologio.sposta(GIUGNO)


@pytest.fixture
def o(db: None) -> Obiettivo:
    return mondo.in_stato("in_corso")


def di(v: Any) -> str:
    return f"{ALFA}/variazioni/{v['pid'] if isinstance(v, dict) else v.pid}"


def con_altro_target(scheda: dict[str, Any], quanto: int = 5) -> dict[str, Any]:
    periodi = scheda["specifici"][0]["indicatori"][0]["periodi"]
    next(p for p in periodi if p["periodo"] == "2026-2")["target"] = quanto
    return scheda


def scritta(come: Come, o: Obiettivo, **altro: Any) -> dict[str, Any]:
    """A draft that asks for a target of 5."""
    chi = come("UNO DIRIGENTE")
    scheda = con_altro_target(chi.get(f"{indirizzo(o)}/variazioni/scheda").json())
    corpo = {"scheda": scheda, "motivazione": PERCHE, **altro}
    risposta = chi.post(f"{indirizzo(o)}/variazioni", corpo)
    assert risposta.status_code == 201, risposta.content
    nuova: dict[str, Any] = risposta.json()
    return nuova


def passo(come: Come, chi: str, v: Any, nome: str, **corpo: Any) -> Any:
    attuale = RichiestaVariazione.objects.get(pid=v["pid"] if isinstance(v, dict) else v.pid)
    dati = {"revisione": attuale.revisione, **corpo}
    return come(chi).post(f"{di(v)}/transizioni/{nome}", dati)


# --- from the draft to the decision -------------------------------------------------------------


def test_una_variazione_dalla_scheda_all_atto(come: Come, o: Obiettivo) -> None:
    """Read, changed, filed, examined, approved: and the target is the new one."""
    v = scritta(come, o)
    [cambio] = v["cambi"]
    assert (cambio["genere"], cambio["prima"], cambio["dopo"]) == ("target", "2", "5")
    assert cambio["frase"].endswith("da 2 a 5.")
    assert v["stato"] == "bozza"
    presenta = passo(come, "UNO DIRIGENTE", v, "presenta")
    assert presenta.status_code == 200, presenta.content
    assert (presenta.json()["stato"], presenta.json()["tardiva"]) == ("istruita", False)
    nucleo = come("PRIMO NUCLEO")
    letta = nucleo.get(di(v)).json()
    assert letta["da_rendere"] == ["nucleo"]
    detto = {"impronta": letta["impronta"], "esito": "contrario", "testo": "Non convince."}
    assert nucleo.post(f"{di(v)}/pareri/nucleo", detto).status_code == 200
    orologio.sposta(OTTOBRE)
    no = passo(come, "ATTI SEGRETERIA", v, "approva", atto=ATTO)
    assert no.status_code == 422
    assert [m["guardia"] for m in in_busta(no)["motivi"]] == ["accoglimento_motivato"]
    si = passo(come, "ATTI SEGRETERIA", v, "approva", atto=ATTO, motivazione="La giunta concorda.")
    assert (si.status_code, si.json()["stato"]) == (200, "approvata")
    assert target(o) == 5
    assert mondo.obiettivo(o.codice).versione == 2


def test_r50_presentata_due_volte_vale_il_primo_istante(come: Come, o: Obiettivo) -> None:
    """The answer was lost, and the client sends the same again: also after midnight."""
    v = scritta(come, o)
    orologio.sposta(datetime(2026, 9, 30, 21, 59, 50, tzinfo=UTC))
    corpo = {"revisione": v["revisione"]}
    prima = come("UNO DIRIGENTE").post(f"{di(v)}/transizioni/presenta", corpo).json()
    orologio.sposta(datetime(2026, 9, 30, 22, 0, 5, tzinfo=UTC))
    eventi = Evento.objects.count()
    dopo = come("UNO DIRIGENTE").post(f"{di(v)}/transizioni/presenta", corpo)
    assert dopo.status_code == 200
    assert (dopo.json()["presentata_il"], dopo.json()["tardiva"]) == (prima["presentata_il"], False)
    assert Evento.objects.count() == eventi


def test_r16_senza_motivo_o_senza_cambi_non_si_presenta(come: Come, o: Obiettivo) -> None:
    v = scritta(come, o, motivazione="")
    no = passo(come, "UNO DIRIGENTE", v, "presenta")
    assert [m["guardia"] for m in in_busta(no)["motivi"]] == ["richiesta_motivata"]
    bozza = come("UNO DIRIGENTE").get(f"{di(v)}/bozza").json()
    vigente = come("UNO PO").get(f"{indirizzo(o)}/variazioni/scheda").json()
    corpo = {**bozza, "scheda": vigente, "motivazione": PERCHE}
    vuota = come("UNO DIRIGENTE").put(f"{di(v)}/bozza", corpo)
    assert (vuota.status_code, vuota.json()["cambi"]) == (200, [])
    no = passo(come, "UNO DIRIGENTE", v, "presenta")
    assert [m["guardia"] for m in in_busta(no)["motivi"]] == ["almeno_un_cambio"]


def test_una_bozza_rimandata_com_e_non_cambia_nulla(come: Come, o: Obiettivo) -> None:
    v = scritta(come, o)
    chi = come("UNO PO")
    bozza = chi.get(f"{di(v)}/bozza").json()
    rimandata = chi.put(f"{di(v)}/bozza", bozza)
    assert rimandata.status_code == 200, rimandata.content
    assert rimandata.json()["cambi"] == v["cambi"]
    senza_scheda = {**bozza, "revisione": rimandata.json()["revisione"], "motivazione": "Altra."}
    del senza_scheda["scheda"]
    altra = chi.put(f"{di(v)}/bozza", senza_scheda).json()
    assert (altra["cambi"], altra["motivazione"]) == (v["cambi"], "Altra.")
    vecchia = chi.put(f"{di(v)}/bozza", bozza)
    assert [m["guardia"] for m in in_busta(vecchia)["motivi"]] == ["revisione"]
    assert vecchia.status_code == 409


def test_l_anteprima_dice_i_pesi_su_tutta_la_scheda_e_non_scrive(come: Come, o: Obiettivo) -> None:
    chi = come("UNO PO")
    scheda = con_altro_target(chi.get(f"{indirizzo(o)}/variazioni/scheda").json())
    scheda["specifici"][0]["indicatori"][0]["peso"] = 70
    prima = Evento.objects.count(), Modifica.objects.count()
    a = chi.post(f"{indirizzo(o)}/variazioni/anteprima", {"scheda": scheda}).json()
    assert {c["genere"] for c in a["cambi"]} == {"target", "peso"}
    assert a["mancanze"]
    assert a["pesi"][0]["somma"] != "100"
    assert (Evento.objects.count(), Modifica.objects.count()) == prima


def test_r36_un_campo_gia_chiesto_dice_da_chi(come: Come, o: Obiettivo) -> None:
    presentata(o)
    v = scritta(come, o)
    no = passo(come, "UNO DIRIGENTE", v, "presenta")
    [motivo] = in_busta(no)["motivi"]
    assert (motivo["guardia"], motivo["regola"]) == ("campi_liberi", "R36")
    assert f"{o.codice}-V1" in motivo["messaggio"]


def test_stralcio_e_scheda_insieme_no(come: Come, o: Obiettivo) -> None:
    chi = come("UNO DIRIGENTE")
    scheda = chi.get(f"{indirizzo(o)}/variazioni/scheda").json()
    corpo = {"scheda": scheda, "stralcio": True, "motivazione": PERCHE}
    no = chi.post(f"{indirizzo(o)}/variazioni", corpo)
    assert [m["campo"] for m in in_busta(no)["motivi"]] == ["stralcio"]
    via = chi.post(f"{indirizzo(o)}/variazioni", {"stralcio": True, "motivazione": PERCHE})
    assert [c["genere"] for c in via.json()["cambi"]] == ["stralcio"]


def test_un_difetto_della_scheda_sta_al_suo_campo(come: Come, o: Obiettivo) -> None:
    chi = come("UNO DIRIGENTE")
    scheda = chi.get(f"{indirizzo(o)}/variazioni/scheda").json()
    scheda["specifici"][0]["indicatori"][0]["natura"] = "boh"
    no = chi.post(f"{indirizzo(o)}/variazioni", {"scheda": scheda, "motivazione": PERCHE})
    assert no.status_code == 422
    campi = [m["campo"] for m in in_busta(no)["motivi"]]
    assert campi == ["scheda.specifici.0.indicatori.0.natura"]
    altrui = {**scheda, "specifici": [{"pid": str(uuid4()), "titolo": "x"}]}
    sparita = chi.post(f"{indirizzo(o)}/variazioni", {"scheda": altrui, "motivazione": PERCHE})
    assert sparita.status_code in (404, 409, 422)
    assert not RichiestaVariazione.objects.exists()


def test_r34_d_ufficio_la_scrive_la_segreteria_e_il_settore_replica(
    come: Come, o: Obiettivo
) -> None:
    corpo = {"stralcio": True, "motivazione": "Riorganizzazione.", "d_ufficio": True}
    assert come("UNO DIRIGENTE").post(f"{indirizzo(o)}/variazioni", corpo).status_code == 403
    v = come("ATTI SEGRETERIA").post(f"{indirizzo(o)}/variazioni", corpo).json()
    assert come("UNO DIRIGENTE").get(di(v)).status_code == 404  # a draft of others
    assert passo(come, "ATTI SEGRETERIA", v, "presenta").status_code == 200
    letta = come("UNO DIRIGENTE").get(di(v)).json()
    assert letta["da_rendere"] == ["replica"]
    detto = {"impronta": letta["impronta"], "esito": "contrario", "testo": "Serve ancora."}
    risposta = come("UNO DIRIGENTE").post(f"{di(v)}/pareri/replica", detto)
    assert [p["tipo"] for p in risposta.json()["pareri"]] == ["replica"]


def test_r28_visto_e_atto_contabile(come: Come, o: Obiettivo) -> None:
    v = scritta(come, o, effetto_finanziario=True)
    assert passo(come, "UNO DIRIGENTE", v, "presenta").json()["stato"] == "presentata"
    conti = come("CONTI RAGIONERIA")
    impronta = conti.get(di(v)).json()["impronta"]
    detto = {"impronta": impronta, "esito": "favorevole"}
    assert conti.post(f"{di(v)}/pareri/ragioneria", detto).json()["stato"] == "istruita"
    atto = {"atto_contabile": "Consiglio n. 3 del 30/07/2026"}
    indicata = conti.post(f"{di(v)}/atto-contabile", atto).json()
    assert indicata["atto_contabile"] == "Consiglio n. 3 del 30/07/2026"


# --- many in one Atto ---------------------------------------------------------------------------


def test_un_atto_ne_decide_piu_d_una_tutte_o_nessuna(come: Come, o: Obiettivo) -> None:
    prima = presentata(o)
    seconda = presentata(mondo.obiettivo("OE12"), chi="DUE DIRIGENTE")
    orologio.sposta(OTTOBRE)
    segreteria, dove = come("ATTI SEGRETERIA"), f"{ALFA}/anni/2026/variazioni/decisione"

    def scelta(v: RichiestaVariazione, **altro: Any) -> dict[str, Any]:
        attuale = RichiestaVariazione.objects.get(pk=v.pk)
        return {"pid": str(v.pid), "revisione": attuale.revisione, **altro}

    corpo = {
        "atto": ATTO,
        "approvate": [scelta(prima)],
        "respinte": [scelta(seconda)],
        "motivazione": "La giunta concorda.",
    }
    no = segreteria.post(dove, corpo)  # a refusal without its reason (R18)
    assert [m["guardia"] for m in in_busta(no)["motivi"]] == ["diniego_motivato"]
    assert target(o) == 2
    si = segreteria.post(dove, {**corpo, "respinte": [scelta(seconda, motivazione="No.")]})
    assert si.status_code == 200, si.content
    assert si.json()["atto"]
    stati = dict(RichiestaVariazione.objects.values_list("pk", "stato"))
    assert stati == {prima.pk: "approvata", seconda.pk: "respinta"}
    ripetuta = segreteria.post(dove, {**corpo, "respinte": [scelta(prima)]})
    assert [m["campo"] for m in in_busta(ripetuta)["motivi"]] == ["approvate"]
    assert segreteria.post(dove, {"atto": ATTO}).status_code == 422


# --- what is read -------------------------------------------------------------------------------


def test_il_registro_dell_anno_per_filtri_e_pagine(
    come: Come, o: Obiettivo, django_assert_num_queries: Any
) -> None:
    prima = presentata(o)
    presentata(mondo.obiettivo("OE12"), chi="DUE DIRIGENTE")
    bozza = redigi(o, lambda s: con_target(s, 8, n=1))
    dove, chi = f"{ALFA}/anni/2026/variazioni", come("UNO DIRIGENTE")
    tutte = chi.get(dove).json()
    assert [v["codice"] for v in tutte["variazioni"]] == [o.codice, "OE12", o.codice]
    assert tutte["variazioni"][2]["pid"] == str(bozza.pid)  # the draft of one's own settore
    assert come("TERZO NUCLEO").get(dove).json()["totale"] == 2
    for filtri, quante in (
        ({"stato": "istruita"}, 2),
        ({"unita": "S2"}, 1),
        ({"genere": "peso"}, 0),
        ({"tardiva": "si"}, 0),
        ({"ufficio": "no"}, 3),
        ({"testo": "fornitore OE12"}, 1),
        ({"vista": "mie"}, 2),
        ({"valutazione": "manca"}, 0),
    ):
        assert chi.get(dove, **filtri).json()["totale"] == quante, filtri
    una = chi.get(dove, limite=1).json()
    assert chi.get(una["successiva"]).json()["variazioni"][0]["codice"] == "OE12"
    approva(prima)
    terzo = come("TERZO NUCLEO")
    assert terzo.get(dove, valutazione="manca").json()["totale"] == 1
    detto = {"esito": "osservazioni", "testo": "Tempestiva, ma poco motivata."}
    assert terzo.post(f"{di(prima)}/pareri/valutazione", detto).status_code == 200
    riga = terzo.get(dove, valutazione="scritta").json()["variazioni"][0]
    assert riga["valutazione"]["testo"] == "Tempestiva, ma poco motivata."
    assert ParereVariazione.objects.filter(tipo="valutazione").count() == 1


@pytest.mark.parametrize(
    "filtri",
    [
        {"stato": "persa"},
        {"vista": "altrui"},
        {"tardiva": "forse"},
        {"limite": 0},
        {"limite": 201},
        {"scarto": -1},
        {"unita": "\x00"},
        {"quando": "oggi"},
    ],
)
def test_un_filtro_che_non_c_e(come: Come, o: Obiettivo, filtri: dict[str, Any]) -> None:
    risposta = come("UNO PO").get(f"{ALFA}/anni/2026/variazioni", **filtri)
    assert risposta.status_code == 422
    assert [m["campo"] for m in in_busta(risposta)["motivi"]] == [*filtri]


def test_cosa_se(come: Come, o: Obiettivo) -> None:
    """Why not, at another date or for another role; nothing is written."""
    v = redigi(o)
    parametri(variazione_tardiva="rifiuto_automatico")
    dove = f"{di(v)}/transizioni"
    eventi = Evento.objects.count()

    def motivi(**cosa_se: str) -> set[str]:
        tavola = come("UNO PO").get(dove, **cosa_se).json()
        [uno] = [t for t in tavola["transizioni"] if t["nome"] == "presenta"]
        return {m["guardia"] for m in uno["motivi"]}

    assert motivi() == {"incarico", "di_chi_la_presenta"}
    assert motivi(ruolo="dirigente") == set()
    assert motivi(ruolo="dirigente", il="2026-09-30T23:59:59.999") == set()
    assert motivi(ruolo="dirigente", il="2026-10-01T00:00:00.000") == {"nel_termine"}
    assert motivi(ruolo="dirigente", il="2027-01-01T00:00") >= {"prima_di_fine_anno"}
    assert Evento.objects.count() == eventi


def test_letture_a_numero_fisso_di_interrogazioni(
    come: Come, o: Obiettivo, django_assert_max_num_queries: Any
) -> None:
    una = presentata(o)
    chi = come("GESTIONE CONTROLLO")
    for n in range(2, 5):
        redigi(o, lambda s, n=n: con_target(s, n, n=1))
    with django_assert_max_num_queries(45):
        assert chi.get(di(una)).status_code == 200
    with django_assert_max_num_queries(16):
        assert chi.get(f"{ALFA}/anni/2026/variazioni").status_code == 200


# --- attachments --------------------------------------------------------------------------------


def _allega(come: Come, v: Any, corpo: bytes, chi: str = "UNO DIRIGENTE", **query: Any) -> Any:
    revisione = RichiestaVariazione.objects.get(pid=v["pid"]).revisione
    parole = "&".join(f"{k}={x}" for k, x in {"revisione": revisione, **query}.items())
    return come(chi).client.generic(
        "POST", f"{di(v)}/allegati?{parole}", corpo, content_type="application/pdf"
    )


def test_allegati_depositati_letti_tolti(come: Come, o: Obiettivo) -> None:
    v = scritta(come, o)
    con = _allega(come, v, PDF, nome="rinuncia.pdf")
    assert con.status_code == 201, con.content
    [a] = con.json()["allegati"]
    assert (a["nome"], a["sha256"]) == ("rinuncia.pdf", hashlib.sha256(PDF).hexdigest())
    assert con.json()["cambi"] == v["cambi"]
    file = come("UNO PO").get(a["links"]["self"])
    assert (file.content, file["X-Content-Type-Options"]) == (PDF, "nosniff")
    assert come("TERZO NUCLEO").get(a["links"]["self"]).status_code == 404  # a draft is its own
    revisione = con.json()["revisione"]
    via = come("UNO DIRIGENTE").client.delete(f"{a['links']['self']}?revisione={revisione}")
    assert (via.status_code, via.json()["allegati"]) == (200, [])


@pytest.mark.parametrize("corpo", [b"", b"MZ\x90", b"#!/bin/sh", b"PK\x03\x04", b"\x00" * 10_000])
def test_solo_documenti(come: Come, o: Obiettivo, corpo: bytes) -> None:
    v = scritta(come, o)
    no = _allega(come, v, corpo)
    assert no.status_code == 422
    assert [m["guardia"] for m in in_busta(no)["motivi"]] == ["documento_leggibile"]
    assert not Allegato.objects.exists()


def test_un_allegato_grande_entra_e_uno_enorme_no(come: Come, o: Obiettivo) -> None:
    """Larger than what a body may hold in memory: it is read piece by piece."""
    v = scritta(come, o)
    assert _allega(come, v, b"%PDF-1.7\n" + b"x" * (6 * 1024 * 1024)).status_code == 201
    assert _allega(come, v, b"%PDF-1.7\n" + b"x" * (25 * 1024 * 1024)).status_code == 422


# --- hostile ------------------------------------------------------------------------------------


@pytest.mark.parametrize("corpo", CORPI, ids=range(len(CORPI)))
def test_un_corpo_che_non_si_legge(come: Come, o: Obiettivo, corpo: bytes) -> None:
    v = redigi(o)
    chi = come("UNO DIRIGENTE")
    prima = Evento.objects.count(), Modifica.objects.count()
    for dove in (f"{di(v)}/transizioni/presenta", f"{ALFA}/anni/2026/variazioni/decisione"):
        risposta = chi.post(dove, corpo)
        assert risposta.status_code == 422, (dove, risposta.content)
        assert all(m["campo"] for m in in_busta(risposta)["motivi"])
    assert (Evento.objects.count(), Modifica.objects.count()) == prima


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates().map(str),
    lambda figli: st.lists(figli, max_size=3) | st.dictionaries(st.text(), figli, max_size=3),
    max_leaves=8,
)
_PAROLE = st.sampled_from(
    [
        *["revisione", "motivazione", "atto", "scheda", "stralcio", "titolo", "unita", "numero"],
        *["approvate", "respinte", "pid", "eccezione", "lettera_art175", "esito", "impronta"],
    ]
)


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(corpo=st.dictionaries(_PAROLE | st.text(max_size=5), _JSON, max_size=6), data=st.data())
def test_nessun_json_e_un_guasto(come: Come, o: Obiettivo, corpo: Any, data: Any) -> None:
    v = RichiestaVariazione.objects.first() or redigi(o)
    scelte = ["transizioni/approva", "pareri/nucleo", "ribasa", "atto-contabile"]
    dove = data.draw(
        st.sampled_from(
            [f"{di(v)}/{s}" for s in scelte]
            + [f"{indirizzo(o)}/variazioni/anteprima", f"{ALFA}/anni/2026/variazioni/decisione"]
        )
    )
    if data.draw(st.booleans()):
        corpo |= {"revisione": v.revisione}
    risposta = come("UNO DIRIGENTE").post(dove, corpo)
    assert risposta.status_code in (200, 403, 404, 409, 422), risposta.content
    if risposta.status_code != 200:
        in_busta(risposta)


def test_di_un_altro_ente_e_senza_incarico_non_c_e_nulla(come: Come, o: Obiettivo) -> None:
    v = presentata(o)
    for chi, ipa in (("SENZA INCARICO", "alfa"), ("UNO DIRIGENTE", "beta")):
        assert come(chi, ipa).get(di(v)).status_code == 404
    altrove = di(v).replace("/alfa/", "/beta/")
    assert come("PRIMO NUCLEO").get(altrove).status_code == 404
    assert Client().get(di(v)).status_code == 401


def test_le_risposte_sono_quelle_documentate(come: Come, o: Obiettivo) -> None:
    documento = Client().get("/api/v1/openapi.json").json()
    v = scritta(come, o)
    una, chi = "/{ipa}/variazioni/{pid}", come("UNO DIRIGENTE")
    presenta = {"revisione": v["revisione"]}
    for metodo, modello, risposta in (
        ("get", una, chi.get(di(v))),
        ("get", una, chi.get(f"{ALFA}/variazioni/{uuid4()}")),
        ("get", f"{una}/bozza", chi.get(f"{di(v)}/bozza")),
        ("get", f"{una}/transizioni", chi.get(f"{di(v)}/transizioni")),
        ("get", "/{ipa}/anni/{anno}/variazioni", chi.get(f"{ALFA}/anni/2026/variazioni")),
        (
            "get",
            "/{ipa}/obiettivi/{pid}/variazioni/scheda",
            chi.get(f"{indirizzo(o)}/variazioni/scheda"),
        ),
        (
            "post",
            f"{una}/transizioni/{{nome}}",
            chi.post(f"{di(v)}/transizioni/presenta", presenta),
        ),
        ("get", f"{una}/bozza", chi.get(f"{di(v)}/bozza")),
        ("get", "/{ipa}/anni/{anno}/variazioni", chi.get(f"{ALFA}/anni/2026/variazioni")),
        ("post", f"{una}/ribasa", chi.post(f"{di(v)}/ribasa", {"revisione": 99})),
    ):
        conforme(documento, metodo, modello, risposta)
