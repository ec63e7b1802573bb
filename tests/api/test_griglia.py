# SPDX-License-Identifier: AGPL-3.0-or-later
"""The grid through the API: read, written cell by cell, all or nothing (R52-R54)."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from cycle.models import Indicatore, Rilevazione
from tests import mondo
from tests.api.conftest import ALFA, Chiamante, Come

pytestmark = pytest.mark.django_db

GRIGLIA = f"{ALFA}/anni/2026/griglia/2026-1"


def indicatori() -> list[Indicatore]:
    return list(
        Indicatore.objects.filter(obiettivo=mondo.in_stato("in_corso")).order_by(
            "specifico__ordine", "ordine"
        )
    )


def valori() -> list[Any]:
    return [Rilevazione.objects.get(indicatore=i, periodo__ordine=1).valore for i in indicatori()]


def scrivi(chi: Chiamante, codice: int, *celle: tuple[str, Any, str]) -> Any:
    corpo = {"celle": [{"nome": n, "valore": v, "base": b} for n, v, b in celle]}
    risposta = chi.client.patch(GRIGLIA, json.dumps(corpo), content_type="application/json")
    assert risposta.status_code == codice, risposta.content
    return risposta.json()


def test_si_legge_e_si_scrive(come: Come) -> None:
    po = come("UNO PO")
    letta = po.get(GRIGLIA).json()
    assert (letta["mancano"], letta["dovute"]) == (3, 9)
    [relazione] = [r for r in letta["relazioni"] if r["compilabile"]]
    celle = [i for s in relazione["specifici"] for i in s["indicatori"]]
    assert [Decimal(i["target"]) for i in celle] == [1, 1, 1]
    scritte = scrivi(
        po,
        200,
        (celle[0]["valore"]["nome"], 12.5, celle[0]["valore"]["scritto"]),
        (celle[1]["valore"]["nome"], "1.234,5", ""),
        (celle[1]["nota"]["nome"], "Dai registri", ""),
        (relazione["specifici"][0]["testo"]["nome"], "Fatto.", ""),
    )
    assert [s["scritto"] for s in scritte] == ["12,5", "1234,5", "Dai registri", "Fatto."]
    assert [str(v) if v is not None else None for v in valori()] == [
        "12.500000",
        "1234.500000",
        None,
    ]
    assert po.get(GRIGLIA, mancanti="true").json()["mancano"] == 1


def test_tutte_o_nessuna(come: Come) -> None:
    """422 by cell, 409 with who, when and what: and then nothing is written."""
    a, b, _c = (f"valore_{i.pid}" for i in indicatori())
    po = come("UNO PO")
    errori = scrivi(po, 422, (a, 1, ""), (b, "molti", ""))
    assert [m["campo"] for m in errori["motivi"]] == ["celle.1.valore"]
    scrivi(come("UNO DIRIGENTE"), 200, (a, 7, ""))
    conflitto = scrivi(po, 409, (a, 8, ""), (b, 2, ""))
    [motivo] = conflitto["motivi"]
    assert motivo["campo"] == "celle.0"
    assert "Uno Dirigente ha scritto «7»" in motivo["messaggio"]
    assert valori() == [7, None, None]
    scrivi(po, 200, (a, 8, "7"), (b, 2, ""))
    assert valori() == [8, 2, None]


@pytest.mark.parametrize(
    ("valore", "codice"),
    [([1], 422), ({"a": 1}, 422), (True, 422), ("1e400", 422), (10**20, 422), (None, 200)],
)
def test_valori_che_non_sono_valori(come: Come, valore: Any, codice: int) -> None:
    [a, *_] = indicatori()
    scrivi(come("UNO PO"), codice, (f"valore_{a.pid}", valore, ""))
    assert valori() == [None] * 3


def test_cio_che_non_c_e(come: Come) -> None:
    [a, *_] = indicatori()
    po = come("UNO PO")
    scrivi(po, 404, ("altro", 1, ""))
    scrivi(po, 404, (f"valore_{mondo.ente().pid}", 1, ""))
    doppia = scrivi(po, 422, (f"valore_{a.pid}", 1, ""), (f"valore_{a.pid}", 2, ""))
    assert doppia["motivi"][0]["campo"] == "celle.1.nome"
    assert po.get(f"{ALFA}/anni/2026/griglia/2026-9").status_code == 404
