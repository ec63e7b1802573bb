# SPDX-License-Identifier: AGPL-3.0-or-later
"""Incarichi by the API: the same answers as the pages."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import mondo
from tests.api.conftest import ALFA, Come, indirizzo
from tests.api.test_openapi import conforme
from tests.cycle.test_incarichi import cessa, delega, incarico_di


def test_who_is_what(come: Come) -> None:
    delega(ambito=["trasmetti_relazione"])
    elenco = come("UNO PO").get(f"{ALFA}/incarichi").json()["incarichi"]
    assert len(elenco) == 14
    [data] = [i for i in elenco if i["tipo"] == "delega"]
    assert (data["per_delega_di"], data["ambito"]) == ("Uno Dirigente", ["trasmetti_relazione"])
    assert (data["dal"], data["in_vigore"]) == ("2026-03-02T10:00:00+01:00", True)
    dopo = come("UNO PO").get(f"{ALFA}/incarichi", il="2026-05-01T00:00").json()
    assert not next(i for i in dopo["incarichi"] if i["tipo"] == "delega")["in_vigore"]


def test_who_can_and_what_can_somebody(come: Come) -> None:
    porta = come("UNO PO")
    url = f"{ALFA}/incarichi/chi-puo"
    chi = porta.get(url, permesso="proponi_obiettivo", unita="S1").json()
    assert [q["incarico"]["persona"] for q in chi["possono"]] == ["Uno Dirigente"]
    cessa(incarico_di("UNO DIRIGENTE"))
    chi = porta.get(url, permesso="proponi_obiettivo", unita="S1").json()
    assert chi["possono"] == []
    assert chi["perche_nessuno"][0].startswith("Serve un incarico di Dirigente")
    pid = mondo.persona("UNO PO").pid
    puo = porta.get(f"{ALFA}/persone/{pid}/permessi").json()["puo"]
    assert {"avvia_obiettivo", "compila_relazione"} <= {p["permesso"] for p in puo}
    [v] = porta.get(f"{ALFA}/incarichi/vacanze").json()["vacanze"]
    assert (v["unita_codice"], v["ruoli"]) == ("S1", ["Dirigente"])


def test_of_a_step_of_an_objective(come: Come) -> None:
    o = mondo.in_stato("approvato")
    chi = come("UNO PO").get(f"{indirizzo(o)}/chi-puo/avvia").json()
    assert [q["incarico"]["persona"] for q in chi["possono"]] == ["Uno Dirigente", "Uno Po"]
    assert come("UNO PO").get(f"{indirizzo(o)}/chi-puo/nulla").status_code == 404


@pytest.mark.parametrize("il", ["domani", "1900-01-01"])
def test_an_instant_that_is_none(come: Come, il: str) -> None:
    risposta = come("UNO PO").get(f"{ALFA}/incarichi", il=il)
    assert risposta.status_code == 422
    assert risposta.json()["motivi"][0]["campo"] == "il"


def test_what_is_asked_must_exist(come: Come) -> None:
    porta = come("UNO PO")
    url = f"{ALFA}/incarichi/chi-puo"
    assert porta.get(url, permesso="nulla").status_code == 422
    assert porta.get(url, permesso="avvia_obiettivo", unita="X9").status_code == 422
    assert porta.get(f"{ALFA}/incarichi", ruolo="po").status_code == 422
    pid = mondo.persona("UNO PO", "beta").pid
    assert porta.get(f"{ALFA}/persone/{pid}/permessi").status_code == 404
    assert come("SENZA INCARICO").get(f"{ALFA}/incarichi").status_code == 403


def test_the_answers_are_those_of_the_document(come: Come) -> None:
    documento = Client().get("/api/v1/openapi.json").json()
    o, porta = mondo.in_stato("approvato"), come("UNO PO")
    pid = mondo.persona("UNO PO").pid
    for modello, url in (
        ("/{ipa}/incarichi", f"{ALFA}/incarichi"),
        ("/{ipa}/incarichi/vacanze", f"{ALFA}/incarichi/vacanze"),
        ("/{ipa}/incarichi/chi-puo", f"{ALFA}/incarichi/chi-puo?permesso=avvia_obiettivo"),
        ("/{ipa}/persone/{pid}/permessi", f"{ALFA}/persone/{pid}/permessi"),
        ("/{ipa}/obiettivi/{pid}/chi-puo/{nome}", f"{indirizzo(o)}/chi-puo/avvia"),
    ):
        risposta = porta.get(url)
        assert risposta.status_code == 200
        conforme(documento, "get", modello, risposta)


def test_what_if_as_another_role_and_day_is_answered_too(come: Come) -> None:
    """Point 6: `il` and `ruolo` on the transitions."""
    o = mondo.in_stato("bozza")
    url = f"{indirizzo(o)}/transizioni"
    mia = {t["nome"]: t for t in come("UNO PO").get(url).json()["transizioni"]}
    sua = come("UNO PO").get(url, ruolo="dirigente", il="2026-06-01T12:00").json()
    assert not mia["proponi"]["permessa"]
    assert {t["nome"]: t for t in sua["transizioni"]}["proponi"]["permessa"]
    assert sua["il"] == "2026-06-01T12:00:00+02:00"
