# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever is sent, the answer is of the API: its envelope, never a fault, nothing written."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import mondo
from tests.api.conftest import ALFA, Come, indirizzo
from workflows.registro.models import Evento, Modifica


def in_busta(risposta: Any) -> Any:
    assert risposta["Content-Type"].startswith("application/json")
    corpo = risposta.json()
    assert set(corpo) == {"errore", "motivi"}
    assert corpo["errore"]
    return corpo


CORPI = [
    b"",
    b"{",
    b"null",
    b"[]",
    b"3",
    b'"revisione"',
    b"\xff\xfe",
    b"\x00",
    b"NaN",
    b'{"revisione": NaN}',
    b'{"revisione": 1e400}',
    b'{"revisione": ' + b"9" * 5000 + b"}",
    b"[" * 100_000,
    b'{"revisione": 1, "motivazione": "\\ud800"}',
    b'{"revisione": 1, "\\ud800": 1}',
    b'{"revisione": 1, "motivazione": "\\u0000"}',
    b'{"revisione": 1, "cifra": "a\\u0000b"}',
    b'{"revisione": 1, "motivazione": 3}',
    b'{"revisione": 1, "motivazione": null}',
    b'{"revisione": 1, "motivazione": ["a"]}',
    b'{"revisione": true}',
    b'{"revisione": "1"}',
    b'{"revisione": 1.0}',
    b'{"revisione": -1}',
    b'{"revisione": 99999999999}',
    b'{"revisione": null}',
    b'{"motivazione": "senza revisione"}',
    b'{"revisione": 1, "stato": "validato"}',
    b'{"revisione": 1, "per_variazione": true}',
    b'{"revisione": 1, "dati": {"cifra": "x"}}',
    b'{"revisione": 1, "atto": []}',
    b'{"revisione": 1, "atto": {"organo": "sindaco"}}',
    b'{"revisione": 1, "atto": {"numero": 12}}',
    b'{"revisione": 1, "atto": {"numero": "\\u0000"}}',
    b'{"revisione": 1, "atto": {"data": "ieri"}}',
    b'{"revisione": 1, "atto": {"data": 0}}',
    b'{"revisione": 1, "atto": {"data": "2026-02-30"}}',
    b'{"revisione": 1, "atto": {"data": "2026-02-20T00:00:00"}}',
    b'{"revisione": 1, "atto": {"esecutivo": "si"}}',
    b'{"revisione": 1, "atto": {"esecutivo": 1}}',
    b'{"revisione": 1, "seduta": {"presenti": "tutti"}}',
    b'{"revisione": 1, "seduta": {"presenti": [1]}}',
    b'{"revisione": 1, "seduta": {"presenti": ["../../etc/passwd"]}}',
    b'{"revisione": 1, "seduta": {"data": "99999-01-01"}}',
]


@pytest.mark.parametrize("corpo", CORPI, ids=range(len(CORPI)))
def test_un_corpo_che_non_si_legge(come: Come, corpo: bytes) -> None:
    o, chi = mondo.in_stato("bozza"), come("UNO DIRIGENTE")
    r = f"{indirizzo(mondo.in_stato('in_corso'))}/relazioni/2026-1"
    prima = Evento.objects.count(), Modifica.objects.count()
    for risposta in (
        chi.post(f"{indirizzo(o)}/transizioni/proponi", corpo),
        chi.post(f"{r}/transizioni/trasmetti", corpo),
    ):
        assert risposta.status_code == 422, risposta.content
        motivi = in_busta(risposta)["motivi"]
        assert motivi
        assert all(m["guardia"] == "formato" and m["campo"] for m in motivi)
    assert (Evento.objects.count(), Modifica.objects.count()) == prima


@pytest.mark.parametrize(
    "resto",
    [
        {"valori": {}},
        {"valori": [3]},
        {"valori": [{"indicatore": "x", "valore": 1}]},
        {"valori": [{"indicatore": str(uuid4()), "valore": 1}]},
        {"valori": [{"indicatore": str(uuid4())}]},
        {"testi": [{"specifico": str(uuid4()), "testo": "\x00"}]},
        {"testi": [{"specifico": str(uuid4()), "testo": "x" * 20_001}]},
        {"testi": "tutti"},
        {"valori": [{}] * 5001},
        {"osservazioni": []},
    ],
)
def test_una_compilazione_che_non_si_legge(come: Come, resto: dict[str, Any]) -> None:
    percorso = f"{indirizzo(mondo.in_stato('in_corso'))}/relazioni/2026-1"
    risposta = come("UNO PO").put(percorso, {"revisione": 1} | resto)
    assert risposta.status_code == 422
    assert len(in_busta(risposta)["motivi"]) <= 100


def test_un_corpo_enorme(come: Come) -> None:
    percorso = f"{indirizzo(mondo.in_stato('bozza'))}/transizioni/proponi"
    enorme = json.dumps({"revisione": 1, "motivazione": "x" * 6_000_000})
    risposta = come("UNO DIRIGENTE").post(percorso, enorme)
    assert risposta.status_code == 413
    in_busta(risposta)
    lungo = json.dumps({"revisione": 1, "motivazione": "x" * 5001})
    assert come("UNO DIRIGENTE").post(percorso, lungo).status_code == 422
    chiave = json.dumps({"revisione": 1, "k" * 1_000_000: 1})
    risposta = come("UNO DIRIGENTE").post(percorso, chiave)
    assert risposta.status_code == 422
    assert len(risposta.content) < 2000


PERCORSI = [
    "/api/v1/",
    "/api/v1",
    "/api/v1/nulla",
    "/api/v1/enti/",
    "/api/v1/ALFA/obiettivi",
    "/api/v1/alfa%00/obiettivi",
    "/api/v1/%61lfa/obiettivi/",
    "/api/v1/alfa/obiettivi/",
    "/api/v1/alfa/../beta/obiettivi",
    "/api/v1/alfa/%2e%2e/beta/obiettivi",
    "/api/v1/../../etc/passwd",
    "/api/v1/alfa/obiettivi/..%2f..%2fetc%2fpasswd",
    "/api/v1/alfa/obiettivi/1",
    "/api/v1/alfa/obiettivi/1' OR '1'='1",
    "/api/v1/alfa/obiettivi/%00",
    "/api/v1/alfa/obiettivi/00000000-0000-0000-0000-000000000000",
    "/api/v1/alfa/obiettivi/00000000-0000-0000-0000-000000000000%00",
    "/api/v1/alfa/obiettivi/00000000-0000-0000-0000-000000000000/transizioni/",
    "/api/v1/alfa/anni/2026",
    "/api/v1/beta/obiettivi",
    "/api/v1/gamma/obiettivi",
    "/api/v1/-/obiettivi",
    "/api/v1/" + "a" * 5000 + "/obiettivi",
    "/api/v1/è/obiettivi",
]


@pytest.mark.parametrize("percorso", PERCORSI)
def test_un_indirizzo_che_non_c_e(come: Come, percorso: str) -> None:
    risposta = come("UNO DIRIGENTE").get(percorso)
    if percorso == "/api/v1":  # no slash: the same address as its root, for every page
        assert risposta.status_code in (301, 404)
        return
    assert risposta.status_code == 404
    assert in_busta(risposta) == {"errore": "Non trovato.", "motivi": []}


@pytest.mark.parametrize("metodo", ["post", "put", "patch", "delete", "options", "trace"])
def test_un_metodo_che_non_c_e(come: Come, metodo: str) -> None:
    for percorso in ("/api/v1/enti", "/api/v1/openapi.json", f"{ALFA}/obiettivi"):
        risposta = getattr(come("UNO DIRIGENTE").client, metodo)(percorso)
        assert risposta.status_code == 405
        assert "GET" in risposta["Allow"]
        in_busta(risposta)


@pytest.mark.parametrize(
    "il",
    [
        "",
        "0001-01-01",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "9999-12-31",
        "1999-12-31T23:59:59Z",
        "2101-01-01T00:00:00Z",
        "2026-09-30T12:00:00 02:00",
        "2026-09-30T12:00:00+99:00",
        "2026-09-30T12:00:00+24:00",
        "2026-13-01",
        "2026-02-30",
        "-2026-01-01",
        "domani",
        "1700000000",
        "2026-09-30\x00",
        "٢٠٢٦-٠٩-٣٠",
        "2026-09-30T12:00:00+00:00' OR 1=1 --",
        "9" * 1000,
    ],
)
def test_cosa_se_di_un_istante_che_non_c_e(come: Come, il: str) -> None:
    risposta = come("UNO DIRIGENTE").get(f"{indirizzo(mondo.in_stato('bozza'))}/transizioni", il=il)
    assert risposta.status_code == 422
    assert [m["campo"] for m in in_busta(risposta)["motivi"]] == ["il"]


@pytest.mark.parametrize(
    "il", ["2000-01-01T00:00:00Z", "2100-12-31T23:59:59Z", "2026-03-29T02:30", "2026-10-25T02:30"]
)
def test_cosa_se_di_un_istante_strano_ma_vero(come: Come, il: str) -> None:
    """Also the hour that the change to summer time skips, and the one that comes twice."""
    risposta = come("UNO DIRIGENTE").get(f"{indirizzo(mondo.in_stato('bozza'))}/transizioni", il=il)
    assert risposta.status_code == 200


def test_un_parametro_che_non_c_e(come: Come) -> None:
    percorso = f"{indirizzo(mondo.in_stato('bozza'))}/transizioni"
    risposta = come("UNO DIRIGENTE").get(percorso, quando="2026-01-01")
    assert risposta.status_code == 422
    assert [m["campo"] for m in in_busta(risposta)["motivi"]] == ["quando"]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates().map(str),
    lambda figli: st.lists(figli, max_size=3) | st.dictionaries(st.text(), figli, max_size=3),
    max_leaves=8,
)
_PAROLE = st.sampled_from(
    [
        *["revisione", "motivazione", "cifra", "atto", "seduta", "convalide", "numero", "data"],
        *["presenti", "dissensi", "organo", "specifico", "percentuale", "valori", "testi"],
    ]
)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(corpo=st.dictionaries(_PAROLE | st.text(max_size=5), _JSON, max_size=6), data=st.data())
def test_nessun_json_e_un_guasto(come: Come, corpo: Any, data: Any) -> None:
    """Whatever well-formed JSON arrives is refused or obeyed: 200, 403, 404, 409 or 422."""
    o, r = mondo.in_stato("validato"), mondo.in_stato("in_corso")
    percorso = data.draw(
        st.sampled_from(
            [
                f"{indirizzo(o)}/transizioni/riapri",
                f"{indirizzo(r)}/relazioni/2026-1/transizioni/valida",
            ]
        )
    )
    if data.draw(st.booleans()):
        corpo |= {"revisione": o.revisione}
    risposta = come("SECONDO NUCLEO").post(percorso, corpo)
    assert risposta.status_code in (409, 422)
    in_busta(risposta)
