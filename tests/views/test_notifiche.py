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


def notizie(quante: int, motivo: str = "responsabile", cosa: str = "prova") -> None:
    persona = mondo.persona("UNO PO")
    assert persona.utente_id is not None
    with transaction.atomic():
        scrivi(
            [
                NuovaNotifica(
                    persona.utente_id, persona.pk, f"{cosa}:{n}", motivo, f"Numero {n}", "/alfa/",
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
    dati = {"oggetto": "prova:0", "muto": "1", "torna": torna}
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
    client.post(f"{CENTRO}silenzio/", {"oggetto": "prova:0", "muto": "1"})
    assert "Numero 0" not in client.get(CENTRO).content.decode()
    assert "Numero 0" in client.get(f"{CENTRO}?mostra=silenziate").content.decode()
    client.post(f"{CENTRO}silenzio/", {"oggetto": "prova:0", "muto": "0"})
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


def test_many_alike_are_one_line_that_opens_on_all_and_is_read_at_once(entra: Any) -> None:
    Notifica.objects.all().delete()
    notizie(9, "da_fare", "relazione")  # one of them urgent
    client = entra("UNO PO")
    pagina = client.get(CENTRO).content.decode()
    assert "Relazioni: 8 aspettano un tuo passo" in pagina
    assert "L&#x27;ultima: Numero" in pagina or "L'ultima: Numero" in pagina
    assert "8 da leggere" in pagina
    assert "/alfa/2026/griglia/" in pagina
    elenco = f"{CENTRO}?specie=relazione&perche=da_fare"
    assert elenco.replace("&", "&amp;") in pagina
    assert all(f"Numero {n}" in client.get(elenco).content.decode() for n in range(9))
    assert "Relazioni: 8 aspettano" in client.get("/alfa/").content.decode()
    fino_a = Notifica.objects.latest("creata_il").creata_il.isoformat()
    dati = {"specie": "relazione", "tocca": "1", "urgente": "0", "fino_a": fino_a}
    client.post(f"{CENTRO}lette/", dati)
    assert list(Notifica.objects.filter(letta_il=None).values_list("testo", flat=True)) == [
        "Numero 0"
    ]


def test_from_a_report_one_silences_its_objective(entra: Any) -> None:
    Notifica.objects.all().delete()
    notizie(2, cosa="relazione")
    Notifica.objects.update(oggetto="obiettivo:5")
    client = entra("UNO PO")
    pagina = client.get(CENTRO).content.decode()
    assert pagina.count("Silenzia l'obiettivo") == 2
    client.post(f"{CENTRO}silenzio/", {"oggetto": "obiettivo:5", "muto": "1"})
    assert "Numero" not in client.get(CENTRO).content.decode()
    assert "Torna ad ascoltare" in client.get(f"{CENTRO}?mostra=silenziate").content.decode()
