# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Nucleo by API (R54-R59): the queue, osservazioni signed and sent, answers, the sitting."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cycle.models import RelazioneSemestrale, VoceRelazione
from tests import mondo
from tests.api.conftest import Come

pytestmark = pytest.mark.django_db

CODA = "/api/v1/alfa/anni/2026/nucleo/2026-1"


@pytest.fixture
def corta() -> RelazioneSemestrale:
    r = RelazioneSemestrale.objects.select_related("obiettivo").get(
        obiettivo=mondo.obiettivo("OE04"), periodo__codice="2026-1"
    )
    mondo.compila(r, "UNO PO", valore=Decimal(0))
    mondo.muovi(r, "trasmetti", "UNO DIRIGENTE")
    return RelazioneSemestrale.objects.select_related("obiettivo").get(pk=r.pk)


def dove(r: RelazioneSemestrale) -> str:
    return f"/api/v1/alfa/obiettivi/{r.obiettivo.pid}/relazioni/2026-1"


def test_la_coda_e_le_bozze(come: Come, corta: RelazioneSemestrale) -> None:
    letta = come("TERZO NUCLEO").get(CODA).json()
    primo = letta["settori"][0]
    assert [v["codice"] for v in primo["da_guardare"]] == ["OE0401", "OE0402"]
    riga = primo["da_guardare"][0]
    assert riga["rilievi"][0] | {"nome": ""} == {
        "nome": "",
        "previsto": "1.00",
        "conseguito": "0.00",
        "esito": "mancato",
    }
    assert riga["proposta"].startswith("Al 30/06/2026")
    assert (riga["firmata"], riga["revisione"]) == (False, 0)


def test_firmata_inviata_risposta_validata(come: Come, corta: RelazioneSemestrale) -> None:
    nucleo = come("TERZO NUCLEO")
    riga = nucleo.get(CODA).json()["settori"][0]["da_guardare"][0]
    scritta: dict[str, Any] = {
        "impronta": riga["impronta"],
        "osservazioni": [
            {"specifico": riga["specifico"], "testo": riga["proposta"], "firma": True}
        ],
    }
    assert nucleo.put(f"{dove(corta)}/osservazioni", scritta).status_code == 200
    assert nucleo.put(f"{dove(corta)}/osservazioni", scritta).status_code == 409  # revisione 0
    assert (
        nucleo.put(f"{dove(corta)}/osservazioni", {**scritta, "impronta": "altra"}).status_code
        == 409
    )
    invio = nucleo.post(f"{CODA}/invii", {"relazioni": [str(corta.pid)]})
    assert invio.json()["fatte"] == ["OE04"]
    po = come("UNO PO")
    letta = po.get(dove(corta)).json()
    assert letta["stato"] == "osservata"
    risposta = {
        "revisione": letta["revisione"],
        "risposte": [{"specifico": riga["specifico"], "testo": "Ecco."}],
    }
    assert po.put(f"{dove(corta)}/risposte", risposta).status_code == 200
    dirigente = come("UNO DIRIGENTE")
    fatta = dirigente.post(
        f"{dove(corta)}/transizioni/controdeduci",
        {"revisione": dirigente.get(dove(corta)).json()["revisione"]},
    )
    assert fatta.json()["stato"] == "controdedotta"
    assert VoceRelazione.objects.filter(relazione=corta, risposta="Ecco.").count() == 1
    presenti = [str(mondo.persona(f"{n} NUCLEO").pid) for n in ("SECONDO", "TERZO")]
    seduta = {
        "relazioni": [str(corta.pid)],
        "seduta": {"data": "2026-03-01", "presenti": presenti},
    }
    assert nucleo.post(f"{CODA}/sedute", seduta).json() == {"fatte": ["OE04"], "rifiutate": {}}


def test_si_rinuncia(come: Come, corta: RelazioneSemestrale) -> None:
    mondo.osserva(corta, "Perché?")
    dirigente = come("UNO DIRIGENTE")
    revisione = dirigente.get(dove(corta)).json()["revisione"]
    passo = f"{dove(corta)}/transizioni/controdeduci"
    assert dirigente.post(passo, {"revisione": revisione}).status_code == 422
    fatta = dirigente.post(passo, {"revisione": revisione, "rinuncia": True})
    assert fatta.json()["stato"] == "controdedotta"


def test_ciò_che_non_è_del_periodo(come: Come, corta: RelazioneSemestrale) -> None:
    altra = RelazioneSemestrale.objects.get(obiettivo=corta.obiettivo_id, periodo__codice="2026-2")
    detto = come("TERZO NUCLEO").post(f"{CODA}/invii", {"relazioni": [str(altra.pid)]})
    assert detto.status_code == 422
    assert detto.json()["motivi"][0]["campo"] == "relazioni.0"


def test_messa_da_parte_e_convalidata_diversa(come: Come, corta: RelazioneSemestrale) -> None:
    """What is set aside says why; another percentage than the computed one, too (R56)."""
    nucleo = come("TERZO NUCLEO")
    righe = nucleo.get(CODA).json()["settori"][0]["da_guardare"]
    una = {"specifico": righe[0]["specifico"], "testo": righe[0]["proposta"]}
    scritta = {
        "impronta": righe[0]["impronta"],
        "osservazioni": [{**una, "firma": True, "messa_da_parte": "Noto."}],
    }
    assert nucleo.put(f"{dove(corta)}/osservazioni", scritta).status_code == 422
    scritta["osservazioni"] = [{**una, "messa_da_parte": "Noto."}]
    assert nucleo.put(f"{dove(corta)}/osservazioni", scritta).status_code == 200
    primo = nucleo.get(CODA).json()["settori"][0]
    assert [v["messa_da_parte"] for v in primo["da_parte"]] == ["Noto."]
    assert [v["codice"] for v in primo["da_guardare"]] == ["OE0402"]
    presenti = [str(mondo.persona(f"{n} NUCLEO").pid) for n in ("SECONDO", "TERZO")]
    seduta = {
        "relazioni": [str(corta.pid)],
        "seduta": {"data": "2026-03-01", "presenti": presenti},
        "convalide": [{"specifico": righe[0]["specifico"], "percentuale": "40"}],
    }
    assert nucleo.post(f"{CODA}/sedute", seduta).status_code == 422  # without a reason
    seduta["convalide"][0]["motivo"] = "In parte."  # type: ignore[index]
    assert nucleo.post(f"{CODA}/sedute", seduta).json() == {"fatte": ["OE04"], "rifiutate": {}}
    convalidate = VoceRelazione.objects.filter(relazione=corta, percentuale_convalidata=40)
    assert convalidate.get().motivo == "In parte."
