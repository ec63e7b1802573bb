# SPDX-License-Identifier: AGPL-3.0-or-later
"""The document says what the API does: real answers are held against it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from tests import mondo
from tests.api.conftest import ALFA, Come, indirizzo


@pytest.fixture
def documento(db: None) -> dict[str, Any]:
    letto: dict[str, Any] = Client().get("/api/v1/openapi.json").json()
    return letto


def conforme(documento: dict[str, Any], metodo: str, modello: str, risposta: Any) -> None:
    """The answer is one that the document foresees for that operation."""
    operazione = documento["paths"][f"/api/v1{modello}"][metodo]
    schema = operazione["responses"][str(risposta.status_code)]["content"]["application/json"]
    Draft202012Validator({**schema["schema"], "components": documento["components"]}).validate(
        risposta.json()
    )


def test_le_risposte_sono_quelle_documentate(come: Come, documento: dict[str, Any]) -> None:
    controllo, o = come("GESTIONE CONTROLLO"), mondo.in_stato("in_corso")
    uno, relazione = "/{ipa}/obiettivi/{pid}", "/{ipa}/obiettivi/{pid}/relazioni/{periodo}"
    r = f"{indirizzo(o)}/relazioni/2026-1"
    corpo = {"revisione": o.revisione}
    for metodo, modello, risposta in (
        ("get", "/enti", controllo.get("/api/v1/enti")),
        ("get", "/enti", Client().get("/api/v1/enti")),
        ("get", "/{ipa}/obiettivi", controllo.get(f"{ALFA}/obiettivi")),
        ("get", "/{ipa}/obiettivi", controllo.get(f"{ALFA}/obiettivi", limite=0)),
        ("get", uno, controllo.get(indirizzo(o))),
        ("get", uno, controllo.get(indirizzo(o, "beta"))),
        ("get", f"{uno}/transizioni", controllo.get(f"{indirizzo(o)}/transizioni")),
        ("get", relazione, controllo.get(r)),
        ("get", f"{relazione}/transizioni", controllo.get(f"{r}/transizioni")),
        ("get", "/{ipa}/anni/{anno}/piano", controllo.get(f"{ALFA}/anni/2026/piano")),
        ("get", "/{ipa}/anni/{anno}/piano", come("UNO PO").get(f"{ALFA}/anni/2026/piano")),
        ("put", relazione, come("UNO PO").put(r, {"revisione": 1})),
        ("put", relazione, come("UNO PO").put(r, {"revisione": 1})),
        ("put", relazione, controllo.put(r, {"revisione": 2})),
        (
            "post",
            f"{uno}/transizioni/{{nome}}",
            controllo.post(f"{indirizzo(o)}/transizioni/rendiconta", corpo),
        ),
        (
            "post",
            f"{relazione}/transizioni/{{nome}}",
            come("UNO DIRIGENTE").post(f"{r}/transizioni/trasmetti", {"revisione": 2}),
        ),
        (
            "post",
            f"{uno}/transizioni/{{nome}}",
            come("UNO DIRIGENTE").post(
                f"{indirizzo(mondo.in_stato('bozza'))}/transizioni/proponi",
                {"revisione": mondo.in_stato("bozza").revisione},
            ),
        ),
    ):
        conforme(documento, metodo, modello, risposta)


def test_il_documento_e_in_regola(documento: dict[str, Any]) -> None:
    """Every schema stands, every reference leads somewhere, every parameter is declared."""
    schemi = documento["components"]["schemas"]
    for schema in schemi.values():
        Draft202012Validator.check_schema(schema)
    riferimenti = set(re.findall(r"'#/components/schemas/(\w+)'", str(documento)))
    assert riferimenti <= set(schemi)
    nomi = [o["operationId"] for m in documento["paths"].values() for o in m.values()]
    assert len(nomi) == len(set(nomi))
    for percorso, metodi in documento["paths"].items():
        for operazione in metodi.values():
            dichiarati = {p["name"] for p in operazione["parameters"] if p["in"] == "path"}
            assert dichiarati == set(re.findall(r"{(\w+)}", percorso))
            assert operazione["summary"]
            assert operazione["description"]
    assert "bearer" in str(documento["components"]["securitySchemes"])


def test_nessuna_pagina_di_documentazione_presa_altrove(come: Come) -> None:
    for percorso in ("/api/v1/docs", "/api/v1/docs/", "/api/v1/redoc"):
        assert come("UNO PO").get(percorso).status_code == 404
