# SPDX-License-Identifier: AGPL-3.0-or-later
"""A fifth comune is a set of parameters: names of levels, three periods, no cap, no weights, types
of its own; its plan goes from a workbook to the validated percentage with no code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pypdf import PdfReader

from cycle.importers import piano as neutro
from cycle.importers.foglio_piano import scrivi_foglio
from cycle.models import Obiettivo, RelazioneSemestrale, TipoIndicatore
from tests import mondo

Entra = Callable[..., Client]

ANNO = 2027
GENNAIO = datetime(2027, 1, 11, 9, tzinfo=UTC)
SUOI: dict[str, Any] = {
    "periodi": 3,
    "pesi": False,
    "pareri_obbligatori": False,
    "misura": {"cap": None},
    "forma": "seregno",
    "nome_obiettivo": "Impresa",
    "nome_obiettivi": "Imprese",
    "nome_specifico": "Passo",
    "nome_specifici": "Passi",
}
DEGLI_ALTRI = ("biettivo specifico", "biettivi specifici")


def foglio() -> bytes:
    """One scheda with one passo, whose two indicators have a target in each of three periods."""
    modello = mondo.scheda("IMP-1", "S1", 1, ANNO)
    passo = replace(
        modello.specifici[0],
        codice="IMP-1.1",
        titolo="Primo passo",
        indicatori=tuple(
            neutro.Indicatore(
                nome=nome,
                peso=None,
                natura="positivo",
                aggregazione="somma",
                tipo="RISONANZA",
                rilevazioni=tuple(mondo.rilevazione(f"{ANNO}-{n}", 10) for n in (1, 2, 3)),
            )
            for nome in ("N. lettere", "N. voci")
        ),
    )
    fini = ((4, 30), (8, 31), (12, 31))
    piano = neutro.Piano(
        anno=ANNO,
        fonte="foglio",
        periodi=tuple(
            neutro.Periodo(f"{ANNO}-{n}", f"Quadrimestre {n}", date(ANNO, n * 4 - 3, 1),
                           date(ANNO, *fini[n - 1]))
            for n in (1, 2, 3)
        ),
        unita=(neutro.Unita("S1", "Servizi alla persona", "settore"),),
        persone=(neutro.Persona("UNO DIRIGENTE"), neutro.Persona("UNO PO")),
        obiettivi=(replace(modello, titolo="Grande impresa", specifici=(passo,)),),
    )  # fmt: skip
    return scrivi_foglio(piano)


@pytest.fixture
def impresa(entra: Entra, adesso: Callable[[datetime], None]) -> Obiettivo:
    """The year opened with its parameters, and its plan imported from the page."""
    mondo.apri("alfa", ANNO, giorno=date(2026, 12, 1),
               istante=datetime(2026, 12, 2, tzinfo=UTC), **SUOI)  # fmt: skip
    adesso(GENNAIO)
    risposta = entra("GESTIONE CONTROLLO").post(
        "/alfa/piano/foglio/",
        {
            "anno": str(ANNO),
            "come": "piano",
            "conferma": "1",
            "file": SimpleUploadedFile("piano.xlsx", foglio()),
        },
    )
    assert risposta.status_code == 303, risposta.content.decode()
    return mondo.obiettivo("IMP-1", anno=ANNO)


def test_a_fifth_comune_runs_a_year_by_its_parameters_alone(
    entra: Entra, impresa: Obiettivo
) -> None:
    assert impresa.stato == "proposta"
    assert TipoIndicatore.objects.filter(ente=impresa.ente_id, nome="RISONANZA").exists()
    mondo.muovi(
        impresa, "approva", "ATTI SEGRETERIA", istante=GENNAIO,
        atto=mondo.atto(numero="5", giorno=date(2027, 1, 5)),
    )  # fmt: skip
    mondo.muovi(impresa, "avvia", "UNO PO", istante=GENNAIO)
    relazioni = list(
        RelazioneSemestrale.objects.filter(obiettivo=impresa).order_by("periodo__ordine")
    )
    assert len(relazioni) == 3
    for relazione in relazioni:
        mondo.compila(relazione, "UNO PO", GENNAIO, valore=Decimal(30))
        mondo.muovi(relazione, "trasmetti", "UNO DIRIGENTE", istante=GENNAIO)
    mondo.muovi(impresa, "rendiconta", "UNO DIRIGENTE", istante=GENNAIO)
    nelle_pagine(entra, impresa)
    seduta = mondo.seduta(giorno=date(2027, 1, 11))
    for relazione in relazioni:
        mondo.muovi(relazione, "valida", "SECONDO NUCLEO", istante=GENNAIO, seduta=seduta)
    mondo.muovi(impresa, "valida", "SECONDO NUCLEO", istante=GENNAIO, seduta=seduta)
    valida = mondo.obiettivo("IMP-1", anno=ANNO)
    assert valida.stato == "validato"
    # no cap: three times the target is 300 (R71); no weights: the plain mean of two (R68)
    assert (valida.percentuale_calcolata, valida.percentuale_convalidata) == (300, 300)
    stampata = entra("UNO PO").get(f"/alfa/obiettivi/{valida.pid}/stampa/").content
    testo = " ".join(p.extract_text() for p in PdfReader(BytesIO(stampata)).pages)
    assert "IMPRESA" in testo
    assert "300,00 %" in testo


def nelle_pagine(entra: Entra, o: Obiettivo) -> None:
    """Every page calls the levels as this comune does, and none as another."""
    for chi, dove, attesa in (
        ("GESTIONE CONTROLLO", f"/alfa/{ANNO}/piano/", "1 impresa"),
        ("UNO PO", f"/alfa/obiettivi/{o.pid}/", "Passi"),
        ("UNO PO", f"/alfa/obiettivi/{o.pid}/percentuale/", ""),
        ("UNO PO", f"/alfa/obiettivi/{o.pid}/relazioni/{ANNO}-2/", "Primo passo"),
        ("UNO PO", f"/alfa/{ANNO}/griglia/{ANNO}-2/", "Primo passo"),
        ("UNO PO", f"/alfa/{ANNO}/proposte/nuova/", "Passi"),
        ("UNO DIRIGENTE", f"/alfa/obiettivi/{o.pid}/perche-no/valida/", ""),
        ("SECONDO NUCLEO", f"/alfa/{ANNO}/nucleo/{ANNO}-1/", "da guardare"),
        ("SECONDO NUCLEO", f"/alfa/{ANNO}/correzioni/", ""),
        ("GESTIONE CONTROLLO", f"/alfa/{ANNO}/cruscotto/", ""),
        ("GESTIONE CONTROLLO", f"/alfa/{ANNO}/cruscotto/segnali/", ""),
    ):
        risposta = entra(chi).get(dove)
        testo = risposta.content.decode()
        assert risposta.status_code == 200, dove
        assert attesa in testo, dove
        assert not [parola for parola in DEGLI_ALTRI if parola in testo], dove
