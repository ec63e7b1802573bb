# SPDX-License-Identifier: AGPL-3.0-or-later
"""The minutes of a sitting (R59): who was there, what was validated, as PDF/UA."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from pypdf import PdfReader

from cycle.exports import verbale
from cycle.models import RelazioneSemestrale, Seduta, Validazione, VoceRelazione
from tests import mondo
from tests.views.conftest import Entra
from workflows.registro.models import Evento

pytestmark = pytest.mark.usefixtures("db")


def test_r59_the_minutes_say_who_what_and_why(entra: Entra) -> None:
    r = RelazioneSemestrale.objects.get(obiettivo=mondo.obiettivo("OE04"), periodo__codice="2026-1")
    mondo.compila(r, "UNO PO", valore=Decimal(0))
    mondo.muovi(r, "trasmetti", "UNO DIRIGENTE")
    mondo.osserva(r, "Perché non si è fatto nulla?", "Mancava il personale.")
    mondo.muovi(r, "valida", "SECONDO NUCLEO", seduta=mondo.seduta())
    seduta = Seduta.objects.get(relazioni=r)
    client = entra("CONTI RAGIONERIA")
    html = client.get("/alfa/2026/sedute/").content.decode()
    assert f"/alfa/2026/sedute/{seduta.pid}/verbale/" in html
    risposta = client.get(f"/alfa/2026/sedute/{seduta.pid}/verbale/")
    assert risposta["Content-Type"] == "application/pdf"
    letto = PdfReader(io.BytesIO(risposta.content))
    testo = " ".join(" ".join(p.extract_text() for p in letto.pages).split())
    for detto in (
        "Verbale della seduta del 01/03/2026",
        "Secondo Nucleo",
        "OE04 - Migliorare il servizio OE04",
        "0,00 %",
        "Perché non si è fatto nulla?",
        "Mancava il personale.",
    ):
        assert detto in testo, detto
    assert letto.trailer["/Root"]["/MarkInfo"]["/Marked"]  # tagged, for who listens to it


def test_r59_the_minutes_list_the_objectives_validated_for_ever(entra: Entra) -> None:
    """Computed, validated and why; also when the objective was re-opened since."""
    o = mondo.in_stato("rendicontato")
    ultima = RelazioneSemestrale.objects.filter(obiettivo=o).latest("periodo__ordine")
    primo = VoceRelazione.objects.filter(relazione=ultima).order_by("specifico__ordine")[0]
    voci = {str(primo.specifico_id): {"percentuale": "80", "motivo": "Un dato era di prova."}}
    for r in RelazioneSemestrale.objects.filter(obiettivo=o).order_by("periodo__ordine"):
        dati = {"voci": voci} if r.pk == ultima.pk else {}
        mondo.muovi(r, "valida", "SECONDO NUCLEO", seduta=mondo.seduta(), dati=dati)
    mondo.muovi(o, "valida", "SECONDO NUCLEO", seduta=mondo.seduta())
    seduta = Validazione.objects.get(obiettivo=o).seduta
    mondo.muovi(
        mondo.in_stato("validato"),
        "riapri",
        "SECONDO NUCLEO",
        motivazione="Una cifra.",
        dati={"cifra": "una"},
    )
    dato = verbale.dati(seduta)
    [trovato] = [x for s in dato["settori"] for x in s["obiettivi"] if x["codice"] == o.codice]
    assert (trovato["calcolata"], trovato["convalidata"]) == ("100,00 %", "90,00 %")
    assert trovato["motivo"] == "Un dato era di prova."
    client = entra("CONTI RAGIONERIA")
    risposta = client.get(f"/alfa/2026/sedute/{seduta.pid}/verbale/")
    letto = PdfReader(io.BytesIO(risposta.content))
    testo = " ".join(" ".join(p.extract_text() for p in letto.pages).split())
    assert "Obiettivi validati" in testo
    assert "Un dato era di prova." in testo
    evento = Evento.objects.filter(verbo="esporta").latest("pk")
    assert evento.dati["uscita"] == "verbale"


def test_the_stato_di_attuazione_of_a_unit_has_all_of_it(entra: Entra) -> None:
    client = entra("UNO DIRIGENTE")
    risposta = client.get("/alfa/2026/attuazione/S1/")
    assert risposta["Content-Type"] == "application/pdf"
    letto = PdfReader(io.BytesIO(risposta.content))
    testo = " ".join(" ".join(p.extract_text() for p in letto.pages).split())
    for detto in ("OE04", "OE06", "Attività svolta come previsto."):
        assert detto in testo, detto
    assert "OE12" not in testo  # of another settore
    assert client.get("/alfa/2026/attuazione/NESSUNA/").status_code == 404
    assert "/alfa/2026/attuazione/S1/" in client.get("/alfa/2026/piano/?unita=S1").content.decode()
