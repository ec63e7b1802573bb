# SPDX-License-Identifier: AGPL-3.0-or-later
"""The centre of the news as one uses it: read, silenced, chosen; and what its pages cost."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from cycle.models import Recapito
from notifications.models import Muto, Notifica, Preferenza
from notifications.posta import NuovaNotifica, scrivi
from tests import mondo

pytestmark = pytest.mark.usefixtures("db")

CENTRO, PREFERENZE = "/alfa/notifiche/", "/alfa/notifiche/preferenze/"
SCELTE = {
    "email_da_fare": "subito",
    "email_responsabile": "mai",
    "email_ha_agito": "riepilogo",
    "schermo_responsabile": "on",
    "ora": "18",
}


def notizie(quante: int, motivo: str = "responsabile") -> None:
    persona = mondo.persona("UNO PO")
    assert persona.utente_id is not None
    with transaction.atomic():
        scrivi(
            [
                NuovaNotifica(
                    persona.utente_id, persona.pk, f"prova:{n}", motivo, f"Numero {n}", "/alfa/",
                    "alta" if n == 0 else "normale",
                )
                for n in range(quante)
            ],
            materie=[], ente_id=persona.ente_id, evento_id=None,
        )  # fmt: skip


def mie() -> Any:
    return Notifica.objects.filter(persona_id=mondo.persona("UNO PO").pk, materia="prova:0")


def test_one_is_read_and_the_others_are_not(entra: Any) -> None:
    notizie(2)
    quando = mie().get().creata_il.isoformat()
    dati = {"materia": "prova:0", "fino_a": quando, "torna": f"{CENTRO}?mostra=urgenti"}
    risposta = entra("UNO PO").post(f"{CENTRO}lette/", dati)
    assert risposta["Location"] == f"{CENTRO}?mostra=urgenti"
    assert mie().get().letta_il is not None
    assert Notifica.objects.get(materia="prova:1").letta_il is None


@pytest.mark.parametrize("torna", ["https://altrove.example/", "//altrove.example", "javascript:1"])
def test_the_way_back_leads_nowhere_else(entra: Any, torna: str) -> None:
    notizie(1)
    dati = {"materia": "prova:0", "muto": "1", "torna": torna}
    assert entra("UNO PO").post(f"{CENTRO}silenzio/", dati)["Location"] == CENTRO


def test_urgent_in_words_on_bell_centre_and_scrivania(entra: Any) -> None:
    Notifica.objects.all().delete()
    notizie(1)
    pagina = entra("UNO PO").get(CENTRO).content.decode()
    assert "una urgente" in pagina
    assert pagina.count("Urgente</span>") == 1
    assert "Urgente</span>" in entra("UNO PO").get("/alfa/").content.decode()


def test_silenced_it_goes_off_the_open_ones_and_comes_back(entra: Any) -> None:
    notizie(1)
    client = entra("UNO PO")
    client.post(f"{CENTRO}silenzio/", {"materia": "prova:0", "muto": "1"})
    assert "Numero 0" not in client.get(CENTRO).content.decode()
    assert "Numero 0" in client.get(f"{CENTRO}?mostra=silenziate").content.decode()
    client.post(f"{CENTRO}silenzio/", {"materia": "prova:0", "muto": "0"})
    assert "Numero 0" in client.get(CENTRO).content.decode()
    assert not Muto.objects.exists()


def test_preferences_are_kept_and_what_must_be_done_has_no_way_out(entra: Any) -> None:
    client = entra("UNO PO")
    assert client.post(PREFERENZE, SCELTE)["Location"] == CENTRO
    scelta = Preferenza.objects.get(persona_id=mondo.persona("UNO PO").pk)
    assert (scelta.ora, scelta.email_da_fare, scelta.schermo_ha_agito) == (18, "subito", False)
    for campo, valore in (("email_da_fare", "mai"), ("ora", "24"), ("ora", "")):
        risposta = client.post(PREFERENZE, {**SCELTE, campo: valore})
        assert risposta.status_code == 422
    scelta.refresh_from_db()
    assert scelta.email_da_fare == "subito"


def test_a_refused_address_is_said_to_its_owner_and_to_controllo(entra: Any) -> None:
    persona = mondo.persona("UNO PO")
    Recapito.objects.create(
        ente=persona.ente, persona=persona, email="x@comune.it", rifiutato_il=mondo.ADESSO
    )
    assert "ha rifiutato x@comune.it" in entra("UNO PO").get(PREFERENZE).content.decode()
    pagina = entra("GESTIONE CONTROLLO").get("/alfa/organico/?vista=persone").content.decode()
    assert "rifiutato dal server" in pagina


@pytest.mark.parametrize("pagina", [CENTRO, f"{CENTRO}?mostra=silenziate", PREFERENZE])
def test_the_queries_do_not_grow_with_the_news(entra: Any, pagina: str) -> None:
    client = entra("UNO PO")
    costi = []
    for quante in (1, 45):
        notizie(quante)
        client.get(pagina)
        with CaptureQueriesContext(connection) as fatte:
            assert client.get(pagina).status_code == 200
        costi.append(len(fatte))
    assert costi[0] == costi[1]
