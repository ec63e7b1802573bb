# SPDX-License-Identifier: AGPL-3.0-or-later
"""Works too long for a request: asked from a page, done by a job, waited for at an address."""

from __future__ import annotations

import base64
from collections.abc import Callable
from io import BytesIO
from uuid import uuid4

import pytest
from django.test import Client
from pypdf import PdfReader

from cycle.importers.foglio_piano import scrivi_foglio
from cycle.lavori import compi
from cycle.models import Atto, Avanzamento, Ciclo, Incarico, Lavoro
from cycle.services import lavoro
from cycle.views import atti, foglio_piano
from tests import giunta, mondo
from tests.importazione.test_forme import letto
from workflows.registro.models import Evento

Entra = Callable[..., Client]


def chiesto(risposta: object) -> Lavoro:
    assert risposta.status_code == 303  # type: ignore[attr-defined]
    ultimo = Lavoro.objects.latest("pk")
    assert risposta["Location"] == f"/alfa/lavori/{ultimo.pid}/"  # type: ignore[index]
    return ultimo


def test_the_schede_of_a_year_are_printed_by_a_job(entra: Entra) -> None:
    client = entra("UNO PO")
    dove = "/alfa/2026/piano/stampa/?stato=in_corso"
    assert dove in client.get("/alfa/2026/piano/?stato=in_corso").content.decode()
    assert "2 obiettivi, con i filtri" in " ".join(client.get(dove).content.decode().split())
    mio = chiesto(client.post(dove, {"forma": "reggio"}))
    dove = f"/alfa/lavori/{mio.pid}/"
    assert "In attesa di cominciare" in client.get(dove).content.decode()
    assert client.get(f"{dove}file/").status_code == 404
    Avanzamento.objects.create(
        chiave=mio.pid, utente_id=mio.utente_id, fase="Impaginazione", fatto=3, totale=12
    )
    assert "Impaginazione" in client.get(dove).content.decode()
    compi(mio.pk)
    pagina = client.get(dove).content.decode()
    assert "Scarica il PDF" in pagina
    parziale = client.get(dove, headers={"HX-Target": "lavoro"}).content.decode()
    assert "Scarica il PDF" in parziale
    assert "<html" not in parziale
    risposta = client.get(f"{dove}file/")
    testo = " ".join(p.extract_text() for p in PdfReader(BytesIO(risposta.content)).pages)
    assert mondo.in_stato("in_corso").codice in testo
    assert mondo.in_stato("validato").codice not in testo  # the filters of the list
    assert mondo.in_stato("bozza").codice not in testo
    evento = Evento.objects.filter(verbo="esporta").latest("pk")
    assert evento.dati["forma"] == "schede reggio"
    compi(mio.pk)  # once
    assert not Lavoro.objects.get(pk=mio.pk).motivi
    assert entra("UNO DIRIGENTE").get(dove).status_code == 404  # of who asked, and nobody else
    assert client.get(f"/alfa/lavori/{uuid4()}/").status_code == 404


def test_what_one_does_not_see_is_not_printed_for_him(entra: Entra) -> None:
    client = entra("VERIFICA REVISORE")
    mio = chiesto(client.post("/alfa/2026/piano/stampa/"))
    compi(mio.pk)
    contenuto = client.get(f"/alfa/lavori/{mio.pid}/file/").content
    testo = " ".join(p.extract_text() for p in PdfReader(BytesIO(contenuto)).pages)
    assert mondo.in_stato("bozza").codice not in testo.split()
    assert client.post("/alfa/2026/piano/stampa/", {"forma": "nessuna"}).status_code == 404


def test_a_work_that_finds_nothing_says_so(entra: Entra) -> None:
    client = entra("UNO PO")
    mio = chiesto(client.post("/alfa/2026/piano/stampa/?testo=introvabile"))
    compi(mio.pk)
    assert (
        "Non c&#x27;è una scheda da stampare"
        in client.get(f"/alfa/lavori/{mio.pid}/").content.decode()
    )


def test_who_lost_the_incarico_meanwhile_gets_nothing_done(entra: Entra) -> None:
    contenuto = scrivi_foglio(letto("reggio"), {"pesi": "no"})
    controllo = mondo.attore("GESTIONE CONTROLLO")
    mio = lavoro.affida(
        genere="foglio", dati={"anno": 2031, "come": "storico"}, contenuto=contenuto, by=controllo
    )
    Incarico.objects.filter(persona_id=controllo.persona_id).update(al=mondo.ADESSO)
    compi(mio.pk)
    mio = Lavoro.objects.get(pk=mio.pk)
    assert (mio.in_attesa, mio.contenuto) == (False, None)
    assert "serve un incarico" in mio.motivi[0]
    assert not Ciclo.objects.filter(anno=2031).exists()


def test_a_large_workbook_is_imported_by_a_job(
    entra: Entra, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foglio_piano, "SUBITO", 1000)
    client = entra("GESTIONE CONTROLLO")
    contenuto = scrivi_foglio(letto("reggio"), {"pesi": "no"})
    dati = {
        "anno": "2031",
        "come": "storico",
        "conferma": "1",
        "contenuto": base64.b64encode(contenuto).decode(),
    }
    mio = chiesto(client.post("/alfa/piano/foglio/", dati))
    compi(mio.pk)
    assert "Vai al piano 2031" in client.get(f"/alfa/lavori/{mio.pid}/").content.decode()
    assert Ciclo.objects.filter(anno=2031, ente__codice_ipa="alfa").exists()
    rotto = lavoro.affida(
        genere="foglio",
        dati={"anno": 2032, "come": "storico"},
        contenuto=b"PK rotto",
        by=mondo.attore("GESTIONE CONTROLLO"),
    )
    compi(rotto.pk)
    assert Lavoro.objects.get(pk=rotto.pk).motivi


def test_the_pdf_of_a_large_act_is_made_by_a_job(
    entra: Entra, monkeypatch: pytest.MonkeyPatch
) -> None:
    atto = Atto.objects.get(pid=giunta.pid_dell_atto("alfa"))
    monkeypatch.setattr(atti, "PDF_SUBITO", 0)
    client = entra("ATTI SEGRETERIA")
    mio = chiesto(client.post(f"/alfa/atti/{atto.pid}/pdf/"))
    compi(mio.pk)
    assert f"/alfa/atti/{atto.pid}/" in client.get(f"/alfa/lavori/{mio.pid}/").content.decode()
    assert atto.documenti.filter(genere="allegato").count() == 1
