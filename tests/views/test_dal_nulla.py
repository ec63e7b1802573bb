# SPDX-License-Identifier: AGPL-3.0-or-later
"""The whole of a PEG as somebody who has just installed the product lives it: an ente from nothing,
its people, a year with its terms, proposals, a set, two pareri, one act, and January."""

from __future__ import annotations

import base64
import io
import re
from datetime import date
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from openpyxl import load_workbook

from cycle.models import Atto, Ciclo, FeedCalendario, Insieme, Obiettivo, VersioneObiettivo
from cycle.services import posta
from cycle.services.scadenze import scadenze
from tests import mondo
from tests.fotografia import fotografia

pytestmark = pytest.mark.django_db
PASSWORD = "una frase lunga e mia"
PDF = b"%PDF-1.7\nuna deliberazione inventata\n%%EOF\n"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# surname, name, role, unit
QUANTE = 30

PERSONE = [
    ("Neri", "Bice", "po", "10A"),
    ("Verdi", "Dino", "dirigente", "10"),
    ("Bruni", "Eva", "segretario", ""),
    ("Gialli", "Furio", "segreteria", ""),
    ("Viola", "Gina", "ragioneria", ""),
    ("Rossi", "Ada", "controllo", ""),
]


def indirizzo(cognome: str) -> str:
    return f"{cognome.lower()}@comune.it"


def parole(risposta: Any) -> str:
    return " ".join(risposta.content.decode().split())


def riempi(libro: Any, foglio: str, righe: list[dict[str, Any]]) -> None:
    """Write rows below the headings of a template, whatever the order of its columns."""
    colonne = {str(c.value).removesuffix(" *"): c.column for c in libro[foglio][1]}
    for n, riga in enumerate(righe, start=2):
        for nome, valore in riga.items():
            libro[foglio].cell(n, colonne[nome], valore)


def file(libro: Any, nome: str = "x.xlsx") -> SimpleUploadedFile:
    uscita = io.BytesIO()
    libro.save(uscita)
    return SimpleUploadedFile(nome, uscita.getvalue(), XLSX)


class Comune:
    """Who enters, and what they do there."""

    def __init__(self) -> None:
        self.dentro: dict[str, Client] = {}

    def accetta(self, cognome: str) -> Client:
        posta.spedisci()
        [lettera] = [m for m in mail.outbox if m.to == [indirizzo(cognome)]]
        trovato = re.search(r"http://localhost:8000(/\S+)", str(lettera.body))
        assert trovato is not None
        client = self.dentro[cognome] = Client()
        assert client.get(trovato[1]).status_code == 200
        scelta = {"new_password1": PASSWORD, "new_password2": PASSWORD}
        assert client.post(trovato[1], scelta).status_code == 302
        return client

    def __getitem__(self, cognome: str) -> Client:
        return self.dentro[cognome]

    def carica_organico(self) -> None:
        """The template filled, first with a mistake."""
        ada = self["Rossi"]
        modello = ada.get("/nuovo/organico/modello/").content
        unita = [
            {"Codice": "10", "Nome": "Servizi alla città", "Tipo": "settore"},
            {"Codice": "10A", "Nome": "Scuole", "Tipo": "servizio", "Codice del padre": "99"},
        ]
        persone = [
            {"Cognome": cognome, "Nome": nome, "E-mail": indirizzo(cognome)}
            for cognome, nome, _ruolo, _unita in PERSONE
        ]
        incarichi = [
            {
                "Persona": indirizzo(cognome),
                "Ruolo": ruolo,
                "Unità": unita,
                "Atto": "decreto n. 1",
                "Dal": date(2026, 1, 1),
            }
            for cognome, _nome, ruolo, unita in PERSONE
            if ruolo != "controllo"
        ]

        def libro() -> Any:
            aperto = load_workbook(io.BytesIO(modello))
            riempi(aperto, "Unita", unita)
            riempi(aperto, "Persone", persone)
            riempi(aperto, "Incarichi", incarichi)
            return aperto

        prima = fotografia()
        risposta = ada.post("/nuovo/organico/carica/", {"file": file(libro())})
        assert risposta.status_code == 422
        assert "D3" in parole(risposta)
        assert fotografia() == prima
        unita[1]["Codice del padre"] = "10"
        giusto = file(libro())
        contenuto = giusto.read()
        giusto.seek(0)
        risposta = ada.post("/nuovo/organico/carica/", {"file": giusto})
        assert risposta.status_code == 200, parole(risposta)
        assert fotografia() == prima
        conferma = {
            "contenuto": base64.b64encode(contenuto).decode(),
            "vista": risposta.context["proposta"].impronta,
        }
        assert ada.post("/nuovo/organico/carica/", conferma).status_code == 302

    def invita_tutti(self) -> None:
        assert self["Rossi"].post("/nuovo/organico/inviti/", {"tutti": "1"}).status_code == 302
        for cognome, _nome, ruolo, _unita in PERSONE:
            if ruolo != "controllo":
                self.accetta(cognome)

    def apri_anno(self) -> None:
        ada = self["Rossi"]
        url = "/nuovo/anni/apri/"
        dati = mondo.campi(ada.get(f"{url}?anno=2026").content.decode())
        dati |= {"atto-numero": "4", "atto-giorno": "2026-02-01", "atto-organo": "giunta"}
        senza = ada.post(url, {**dati, "p-replica_giorni": "-3", "azione": "apri"})
        assert senza.status_code == 422
        assert not Ciclo.objects.filter(ente__codice_ipa="nuovo").exists()
        risposta = ada.post(url, {**dati, "azione": "apri"})
        assert risposta.status_code in (302, 303), parole(risposta)[:3000]

    def proponi(self) -> None:
        """The po fills the workbook, the dirigente proposes what it holds."""
        po = self["Neri"]
        vuoto = po.get("/nuovo/2026/proposte/foglio/").content
        libro = load_workbook(io.BytesIO(vuoto))
        quante = range(1, QUANTE + 1)
        riempi(
            libro,
            "Obiettivi",
            [
                {
                    "Codice": f"N{n}",
                    "Titolo": f"Aprire la scuola {n}",
                    "Unità": "10A",
                    "Responsabile generale": "Verdi Dino",
                }
                for n in quante
            ],
        )
        riempi(
            libro,
            "Specifici",
            [{"Obiettivo": f"N{n}", "Codice": f"N{n}01", "Titolo": "Una parte"} for n in quante],
        )
        riempi(
            libro,
            "Indicatori",
            [
                {
                    "Obiettivo": f"N{n}",
                    "Specifico": f"N{n}01",
                    "Indicatore": "N. aule",
                    "Peso": 100,
                    "Target Primo semestre 2026": 2,
                    "Target Secondo semestre 2026": 4,
                }
                for n in quante
            ],
        )
        url = "/nuovo/2026/proposte/importa/"
        mostrato = parole(po.post(url, {"file": file(libro)}))
        [contenuto] = re.findall(r'name="contenuto" value="([^"]*)"', mostrato)
        assert po.post(url, {"contenuto": contenuto, "conferma": "1"}).status_code == 303
        self.molti("Verdi", "proponi")

    def molti(self, chi: str, passo: str) -> None:
        url = f"/nuovo/2026/piano/molti/{passo}/?tutti=1"
        mostrato = parole(self[chi].get(url))
        dati = dict(
            re.findall(r'<input type="hidden" name="(impronta|visto)" value="([^"]+)"', mostrato)
        )
        risposta = self[chi].post(url, {**dati, "come": "tutti"})
        assert risposta.status_code == 303, mostrato

    def componi(self) -> str:
        ada = self["Rossi"]
        dove = ada.post("/nuovo/2026/giunta/", {"nome": "PEG 2026"})["Location"]
        base = dove.removesuffix("componi/")
        vuoto = ada.post(f"{base}passi/sottoponi/", {"revisione": "1"})
        assert vuoto.status_code == 422
        assert ada.post(dove, {"azione": "pronti", "revisione": "1"}).status_code == 303
        revisione = Insieme.objects.get(ente__codice_ipa="nuovo").revisione
        assert ada.post(f"{base}passi/sottoponi/", {"revisione": revisione}).status_code == 303
        for chi, tipo in (("Viola", "contabile"), ("Bruni", "tecnico")):
            url = f"{base}pareri/{tipo}/"
            dati = mondo.campi(self[chi].get(url).content.decode())
            assert self[chi].post(url, {**dati, "esito": "favorevole"}).status_code == 303
        return base

    def decidi(self, base: str, **altro: Any) -> Any:
        dati = {
            "revisione": Insieme.objects.get(ente__codice_ipa="nuovo").revisione,
            "organo": "giunta",
            "numero": "12",
            "data_atto": "2026-02-27",
            "esecutivo": "on",
            "quali": "tutti",
            "documento": SimpleUploadedFile("delibera.pdf", PDF),
            **altro,
        }
        return self["Gialli"].post(f"{base}decisione/", dati)


@pytest.fixture
def comune() -> Comune:
    call_command(
        "ente", "crea", "--ipa", "nuovo", "--nome", "Comune Nuovo", "--patrono", "29/06",
        "--controllo", indirizzo("Rossi"), "--persona", "Rossi Ada", stdout=io.StringIO(),
    )  # fmt: skip
    c = Comune()
    c.accetta("Rossi")
    return c


def obiettivi() -> Any:
    return Obiettivo.objects.filter(ente__codice_ipa="nuovo", ciclo__anno=2026)


def test_dal_nulla(comune: Comune, settings: Any, tmp_path: Any) -> None:
    settings.CYCLE_DATA = tmp_path
    comune.carica_organico()
    comune.invita_tutti()
    comune.apri_anno()
    # a term moved by an act, told in everybody's calendar
    proroga = {
        "fino_a.piao": "2026-03-31",
        "motivazione": "Bilancio differito.",
        "atto-organo": "giunta",
        "atto-numero": "9",
        "atto-giorno": "2026-02-20",
    }
    url = "/nuovo/2026/calendario/"
    assert comune["Gialli"].post(f"{url}proroga/", proroga).status_code in (302, 303)
    pagina = comune["Rossi"].post(f"{url}indirizzo/").content.decode()
    ics = re.search(r'value="http://[^/]+(/[^"]+\.ics)"', pagina)
    assert ics is not None
    assert "20260331" in Client().get(ics[1]).content.decode()
    assert FeedCalendario.objects.count() == 1
    # proposals, a set, its pareri
    comune.proponi()
    assert set(obiettivi().values_list("stato", flat=True)) == {"proposta"}
    base = comune.componi()
    uno = obiettivi().order_by("codice")[0]
    url = f"/nuovo/obiettivi/{uno.pid}/transizioni/rinvia/"
    rinvio = comune["Rossi"].post(url, {"motivazione": "No.", "revisione": uno.revisione})
    assert rinvio.status_code == 422
    assert "PEG 2026" in parole(rinvio)
    # what is refused writes nothing
    prima = fotografia()
    for altro, codice in (
        ({"numero": ""}, 422),
        ({"data_atto": "2027-01-01"}, 422),
        ({"revisione": 1}, 409),
        ({"rinviati": "OE01"}, 422),  # of another ente
    ):
        risposta = comune.decidi(base, **altro)
        assert risposta.status_code == codice, altro
        assert fotografia()["cycle_obiettivo"] == prima["cycle_obiettivo"]
        assert fotografia()["cycle_atto"] == prima["cycle_atto"]
    # one act
    risposta = comune.decidi(base)
    assert risposta.status_code == 303, parole(risposta)
    atto = Atto.objects.get(ente__codice_ipa="nuovo", tipo="approvazione")
    assert set(obiettivi().values_list("stato", "versione")) == {("approvato", 1)}
    assert VersioneObiettivo.objects.filter(atto=atto).count() == QUANTE
    detto = io.StringIO()
    call_command(
        "verifica_atto", "--ente", "nuovo", "--anno", "2026", "--numero", "12", stdout=detto
    )
    assert "Provato." in detto.getvalue()
    assert atto.digest in parole(comune["Neri"].get(f"/nuovo/atti/{atto.pid}/"))
    # January
    comune.molti("Verdi", "avvia")
    assert set(obiettivi().values_list("stato", flat=True)) == {"in_corso"}
    # what if
    scheda = f"/nuovo/obiettivi/{uno.pid}/"
    altra = parole(comune["Neri"].get(f"{scheda}?ruolo=dirigente&il=2026-12-31T12:00"))
    assert "Un'ipotesi" in altra or "Un&#x27;ipotesi" in altra
    # who can, and why; the model as it is drawn; the terms run
    assert "Verdi" in parole(
        comune["Neri"].get("/nuovo/incarichi/chi-puo/?permesso=proponi_obiettivo&unita=10A")
    )
    assert "<svg" in comune["Neri"].get("/aiuto/").content.decode()
    assert not Client().get("/salute/").json()["lavori"]["vivi"]
    scadenze(mondo.ADESSO)
    assert Client().get("/salute/").json()["lavori"]["vivi"]
