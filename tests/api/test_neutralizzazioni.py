# SPDX-License-Identifier: AGPL-3.0-or-later
"""Neutralizzazione (R62) through the API: the same services, the same refusals."""

from __future__ import annotations

import pytest

from cycle.models import Neutralizzazione
from tests import mondo
from tests.api.conftest import Come
from tests.workflows.test_neutralizzazione import CAUSA, chiedi
from workflows.registro.models import Evento

pytestmark = pytest.mark.usefixtures("db")
NUCLEO, SETTORE = "PRIMO NUCLEO", "UNO DIRIGENTE"


def test_the_api_says_and_does_the_same(come: Come) -> None:
    n = chiedi(mondo.in_stato("rendicontato"))
    pid = str(Neutralizzazione.objects.values_list("pid", flat=True).get(pk=n.pk))
    base = f"/api/v1/alfa/neutralizzazioni/{pid}"
    nucleo = come(NUCLEO)
    letta = nucleo.get(base).json()
    assert (letta["stato"], letta["effetto"], letta["causa"]) == ("chiesta", "escludi", CAUSA)
    possibili = {t["nome"] for t in letta["transizioni"] if t["permessa"]}
    assert possibili == {"rimetti", "respingi"}
    presenti = [str(mondo.persona(f"{x} NUCLEO").pid) for x in ("PRIMO", "SECONDO")]
    corpo = {
        "revisione": letta["revisione"],
        "motivazione": "Sì.",
        "seduta": {"data": "2026-03-01", "presenti": presenti},
    }
    assert nucleo.post(f"{base}/transizioni/accogli", corpo).status_code == 422
    risposta = nucleo.post(f"{base}/transizioni/rimetti", corpo)
    assert (risposta.status_code, risposta.json()["stato"]) == (200, "in_giunta")
    assert nucleo.post(f"{base}/transizioni/rimetti", corpo).status_code == 409
    assert [e.verbo for e in Evento.objects.filter(canale="api", esito="eseguito")] == ["rimetti"]
    anno = nucleo.get("/api/v1/alfa/anni/2026/neutralizzazioni").json()
    assert [x["pid"] for x in anno["neutralizzazioni"]] == [pid]
    brutto = {"causa": "c", "motivo": "m", "documenti": [{"nome": "a.pdf", "contenuto": "%%"}]}
    o = mondo.in_stato("in_corso")
    risposta = come(SETTORE).post(f"/api/v1/alfa/obiettivi/{o.pid}/neutralizzazioni", brutto)
    assert risposta.status_code == 422
