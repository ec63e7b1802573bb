# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of the organico, as who sets up the ente uses them."""

from __future__ import annotations

import base64
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from cycle.models import (
    Incarico,
    Invito,
    Lettera,
    Obiettivo,
    Persona,
    Recapito,
    UnitaOrganizzativa,
)
from cycle.services import feed
from cycle.services import organico as servizio
from cycle.services.enti import di_comando
from tests import mondo
from tests.organico.fogli import organico
from tests.views.conftest import (  # noqa: F401 - fixtures
    Entra,
    adesso,
    entra,
    giorno_del_mondo,
    variabili_definite,
)
from workflows.registro.models import Evento

URL = "/alfa/organico/"


@pytest.fixture
def controllo(entra: Entra) -> Client:  # noqa: F811
    return entra("GESTIONE CONTROLLO")


def letto(risposta: Any) -> str:
    return str(risposta.content.decode())


def recapito(nome: str, email: str = "") -> Persona:
    persona = mondo.persona(nome)
    Recapito.objects.create(
        ente=mondo.ente(), persona=persona, email=email or f"{persona.pk}@comune.it"
    )
    return persona


def senza_accesso(nome: str, email: str = "") -> Persona:
    persona = recapito(nome, email)
    Persona.objects.filter(pk=persona.pk).update(utente=None)
    return mondo.persona(nome)


def file(contenuto: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("organico.xlsx", contenuto)


def test_the_tree_says_who_holds_what(controllo: Client) -> None:
    pagina = letto(controllo.get(URL))
    assert "Servizi alla persona" in pagina
    assert "Uno Dirigente" in pagina
    trovata = letto(controllo.get(URL, {"testo": "lavori"}))
    assert "Lavori pubblici" in trovata
    assert "Servizi alla persona" not in trovata


def test_people_by_the_state_of_their_login(controllo: Client) -> None:
    senza_accesso("DUE PO")
    pagina = letto(controllo.get(URL, {"vista": "persone"}))
    assert "mai invitato" in pagina
    assert "Invita la persona che non ha ancora un accesso" in pagina
    mai = letto(controllo.get(URL, {"stato": "mai"}))
    assert "Due Po" in mai
    assert "Uno Po" not in mai
    cercata = letto(controllo.get(URL, {"vista": "persone", "testo": "nucleo primo"}))
    assert "Primo Nucleo" in cercata
    assert "Uno Po" not in cercata


def test_a_workbook_is_previewed_and_then_written(controllo: Client) -> None:
    contenuto = organico([["S3", "Cultura", "settore"]], [["Neri", "Ugo", "ugo@comune.it"]])
    anteprima = controllo.post(f"{URL}carica/", {"file": file(contenuto)})
    assert anteprima.status_code == 200
    assert "Che cosa cambierebbe" in letto(anteprima)
    assert not UnitaOrganizzativa.objects.filter(codice="S3").exists()
    conferma = {
        "contenuto": base64.b64encode(contenuto).decode(),
        "vista": anteprima.context["proposta"].impronta,
    }
    assert controllo.post(f"{URL}carica/", conferma).status_code == 302
    assert UnitaOrganizzativa.objects.get(ente=mondo.ente(), codice="S3").nome == "Cultura"
    evento = Evento.objects.filter(procedura="persona", verbo="crea").latest("id")
    assert (evento.persona_id, evento.ruolo) == (
        mondo.persona("GESTIONE CONTROLLO").pk,
        "controllo",
    )
    ancora = controllo.post(f"{URL}carica/", conferma)
    assert ancora.status_code == 409
    assert "Non cambia nulla" in letto(ancora)


def test_errors_stand_by_their_cell(controllo: Client) -> None:
    risposta = controllo.post(
        f"{URL}carica/", {"file": file(organico([["S3", "Cultura", "settore", "S9"]]))}
    )
    assert risposta.status_code == 422
    assert "D2" in letto(risposta)
    assert "Nessuna unità ha il codice «S9»" in letto(risposta)


@pytest.mark.parametrize("cosa", [b"", b"Codice;Nome", b"PK\x03\x04rotto"])
def test_what_is_no_workbook_is_said(controllo: Client, cosa: bytes) -> None:
    risposta = controllo.post(f"{URL}carica/", {"file": file(cosa)})
    assert risposta.status_code == 422
    vuoto = controllo.post(f"{URL}carica/", {"contenuto": "%%%", "vista": "x"})
    assert vuoto.status_code == 422


def test_the_template_and_what_there_is(controllo: Client) -> None:
    vuoto = load_workbook(io.BytesIO(controllo.get(f"{URL}modello/").content))
    assert vuoto["Persone"].max_row == 1
    pieno = load_workbook(io.BytesIO(controllo.get(f"{URL}modello/?con=dati").content))
    assert pieno["Unita"].max_row == 4


def test_a_unit_changes_its_name_or_ends_and_another_takes_its_place(controllo: Client) -> None:
    s2 = UnitaOrganizzativa.objects.get(ente=mondo.ente(), codice="S2")
    pagina = f"{URL}unita/{s2.pid}/"
    assert controllo.get(pagina).status_code == 200
    assert controllo.post(pagina, {"nome": "Opere pubbliche"}).status_code == 302
    s2.refresh_from_db()
    assert s2.nome == "Opere pubbliche"
    assert s2.padre is not None
    chiusura = {
        "azione": "chiudi", "ultimo_giorno": "2026-06-30", "succede": "on", "codice": "S2",
        "nome_nuova": "Opere e verde", "padre": str(s2.padre.pid),
    }  # fmt: skip
    assert controllo.post(pagina, chiusura).status_code == 302
    nuova = UnitaOrganizzativa.objects.get(ente=mondo.ente(), codice="S2", al__isnull=True)
    assert (nuova.nome, nuova.dal, nuova.succede_a_id) == (
        "Opere e verde",
        date(2026, 7, 1),
        s2.pk,
    )
    assert controllo.post(pagina, chiusura).status_code == 422  # already closed
    radice = f"{URL}unita/{s2.padre.pid}/"
    assert controllo.post(radice, {**chiusura, "codice": "X"}).status_code == 422


def test_a_person_is_corrected_and_an_address_is_of_one(controllo: Client) -> None:
    recapito("UNO PO", "uno@comune.it")
    due = mondo.persona("DUE PO")
    pagina = f"{URL}persone/{due.pid}/"
    dati = {"nome": "Po Due Bis", "email": "Due@Comune.it", "matricola": "M2", "inquadramento": ""}
    assert controllo.post(pagina, dati).status_code == 302
    due.refresh_from_db()
    assert (due.nome_completo, due.alias, due.recapito.email) == (
        "PO DUE BIS",
        ["DUE PO"],
        "due@comune.it",
    )
    assert controllo.post(pagina, {**dati, "email": "uno@comune.it"}).status_code == 422
    assert controllo.post(pagina, {**dati, "nome": "UNO PO"}).status_code == 422
    assert controllo.post(pagina, {**dati, "email": "così@no"}).status_code == 422


def test_inviting_one_or_all_writes_letters(controllo: Client) -> None:
    due = senza_accesso("DUE PO")
    uno = senza_accesso("UNO PO")
    assert controllo.post(f"{URL}inviti/", {"persona": str(due.pid)}).status_code == 302
    assert Invito.objects.get().persona_id == due.pk
    assert controllo.post(f"{URL}inviti/", {"tutti": "1"}).status_code == 302
    assert set(Invito.objects.values_list("persona_id", flat=True)) == {due.pk, uno.pk}
    assert Lettera.objects.filter(spedita_il__isnull=True).count() == 2
    evento = Evento.objects.filter(verbo="invita").latest("id")
    assert (evento.procedura, evento.oggetto_id) == ("accesso", uno.pk)
    # who comes in already is not invited, who has no address cannot be
    for nome in ("SENZA INCARICO", "UNO DIRIGENTE"):
        pid = str(mondo.persona(nome).pid)
        assert controllo.post(f"{URL}inviti/", {"persona": pid}).status_code == 422
    altrove = str(mondo.persona("UNO PO", "beta").pid)
    assert controllo.post(f"{URL}inviti/", {"persona": altrove}).status_code == 404


def test_who_is_shut_out_is_out_at_once_and_can_come_back(
    controllo: Client,
    entra: Entra,  # noqa: F811
) -> None:
    po = entra("UNO PO")
    assert po.get("/alfa/").status_code == 200
    pagina = f"{URL}persone/{mondo.persona('UNO PO').pid}/"
    assert controllo.post(pagina, {"azione": "disattiva"}).status_code == 302
    assert po.get("/alfa/").status_code == 404
    assert "disattivato" in letto(controllo.get(pagina))
    assert mondo.utente("UNO PO").is_active
    assert controllo.post(pagina, {"azione": "riattiva"}).status_code == 302
    assert po.get("/alfa/").status_code == 200
    assert list(
        Evento.objects.filter(procedura="accesso").order_by("id").values_list("verbo", flat=True)
    ) == ["disattiva", "riattiva"]
    io = f"{URL}persone/{mondo.persona('GESTIONE CONTROLLO').pid}/"
    assert controllo.post(io, {"azione": "disattiva"}).status_code == 422


def test_an_invitation_is_withdrawn(controllo: Client) -> None:
    due = senza_accesso("DUE PO")
    controllo.post(f"{URL}inviti/", {"persona": str(due.pid)})
    pagina = f"{URL}persone/{due.pid}/"
    assert "Ritira l&#x27;invito" in letto(controllo.get(pagina)) or "Ritira l'invito" in letto(
        controllo.get(pagina)
    )
    assert controllo.post(pagina, {"azione": "disattiva"}).status_code == 302
    assert "mai invitato" in letto(controllo.get(pagina))
    assert Invito.objects.get().ritirato_il == mondo.ADESSO


def test_the_agenda_of_who_is_shut_out_is_shut(controllo: Client) -> None:
    persona = mondo.persona("UNO PO")
    gettone = feed.crea(persona=persona)
    indirizzo = f"/alfa/calendario/{gettone}.ics"
    assert Client().get(indirizzo).status_code == 200
    controllo.post(f"{URL}persone/{persona.pid}/", {"azione": "disattiva"})
    assert Client().get(indirizzo).status_code == 404


def test_one_ente_shuts_out_and_the_other_still_lets_in(
    controllo: Client,
    entra: Entra,  # noqa: F811
) -> None:
    nucleo = entra("PRIMO NUCLEO")
    pagina = f"{URL}persone/{mondo.persona('PRIMO NUCLEO').pid}/"
    controllo.post(pagina, {"azione": "disattiva"})
    assert nucleo.get("/alfa/").status_code == 404
    assert nucleo.get("/beta/").status_code == 200


def test_people_of_the_plan_get_their_incarico_by_an_act(controllo: Client) -> None:
    """R4: after an import the responsabili are names without a role."""
    Incarico.objects.filter(persona=mondo.persona("UNO PO")).delete()
    Incarico.objects.filter(persona=mondo.persona("DUE DIRIGENTE")).delete()
    pagina = controllo.get(f"{URL}piano/")
    proposti = {p.persona.nome_completo: p for p, *_ in pagina.context["modulo"].righe}
    assert {n: (p.ruolo, p.unita.codice) for n, p in proposti.items()} == {
        "UNO PO": ("po", "S1"),
        "DUE DIRIGENTE": ("dirigente", "S2"),
    }
    pid = proposti["UNO PO"].persona.pid
    dati = {
        "atto": "decreto n. 8 del 30/12/2025", "dal": "2026-01-01", f"scelto_{pid}": "on",
        f"ruolo_{pid}": "po", f"email_{pid}": "uno.po@comune.it",
    }  # fmt: skip
    assert controllo.post(f"{URL}piano/", {**dati, "atto": ""}).status_code == 422
    assert controllo.post(f"{URL}piano/", dati).status_code == 302
    dato = Incarico.objects.get(persona=mondo.persona("UNO PO"))
    assert (dato.ruolo, dato.unita.codice, dato.atto_di_conferimento) == (
        "po",
        "S1",
        "decreto n. 8 del 30/12/2025",
    )
    assert Recapito.objects.get(persona=dato.persona).email == "uno.po@comune.it"
    assert Obiettivo.objects.filter(responsabile_operativo=dato.persona).exists()


PAGINE = [
    URL,
    f"{URL}?vista=persone",
    f"{URL}?testo=nome",
    f"{URL}piano/",
    f"{URL}modello/?con=dati",
]


@pytest.mark.parametrize("pagina", PAGINE)
def test_the_same_queries_for_few_and_for_many(controllo: Client, pagina: str) -> None:
    def domande() -> int:
        with CaptureQueriesContext(connection) as prese:
            assert controllo.get(pagina).status_code == 200
        return len(prese)

    servizio.carica(
        ente=mondo.ente(),
        contenuto=organico([["U0", "Prima", "settore"]], [["Uno", "Nome", "u@x.it"]]),
        by=di_comando(mondo.ente().pk, mondo.ADESSO),
        istante=mondo.ADESSO,
    )
    pochi = domande()
    dal = mondo.ADESSO.date() - timedelta(days=30)
    servizio.carica(
        ente=mondo.ente(),
        contenuto=organico(
            [[f"U{n}", f"Unità {n}", "servizio", "U0"] for n in range(1, 120)],
            [[f"Cognome{n}", "Nome", f"p{n}@x.it"] for n in range(200)],
            [[f"p{n}@x.it", "po", f"U{n}", "", "", "", "d", dal] for n in range(1, 120)],
        ),
        by=di_comando(mondo.ente().pk, mondo.ADESSO),
        istante=mondo.ADESSO,
    )
    assert domande() == pochi
