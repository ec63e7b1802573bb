# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of the giunta, as each person finds them, without JavaScript."""

from __future__ import annotations

import hashlib
import io
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pypdf import PdfReader

from cycle.models import Allegato, Atto, DocumentoAtto, Insieme, Obiettivo, VersioneObiettivo
from tests import giunta, mondo
from tests.fotografia import fotografia
from tests.views.conftest import Entra

pytestmark = pytest.mark.usefixtures("db")
BASE = f"/alfa/{mondo.ANNO}/giunta/"
PDF = b"%PDF-1.7\nuna deliberazione inventata\n%%EOF\n"


def pagina(insieme: Insieme, resto: str = "") -> str:
    return f"{BASE}{insieme.pid}/{resto}"


def modulo(insieme: Insieme, **altro: Any) -> dict[str, Any]:
    insieme.refresh_from_db()
    return {
        "revisione": insieme.revisione,
        "organo": "giunta",
        "numero": "77",
        "data_atto": "2026-02-27",
        "esecutivo": "on",
        "quali": "tutti",
        **altro,
    }


@pytest.fixture(autouse=True)
def archivio(settings: Any, tmp_path: Any) -> Any:
    settings.CYCLE_DATA = tmp_path
    return tmp_path / "allegati"


class TestElenco:
    def test_an_empty_year_says_what_to_do(self, entra: Entra) -> None:
        testo = entra(giunta.CONTROLLO).get(BASE).content.decode()
        assert "Comporre un insieme con gli obiettivi" in testo
        testo = entra("SINDACA GIUNTA").get(BASE).content.decode()
        assert "Gli insiemi li compone il servizio programmazione e controllo" in testo

    def test_a_new_set_is_opened_to_be_filled(self, entra: Entra) -> None:
        risposta = entra(giunta.CONTROLLO).post(BASE, {"nome": "PEG"})
        nuovo = Insieme.objects.get(nome="PEG")
        assert (risposta.status_code, risposta["Location"]) == (303, pagina(nuovo, "componi/"))

    def test_a_po_is_told_who_sees_them(self, entra: Entra) -> None:
        risposta = entra("UNO PO").get(BASE)
        assert risposta.status_code == 403
        assert "Segreteria della giunta" in risposta.content.decode()


class TestComposizione:
    def test_by_hand_by_filter_and_those_that_pass(self, entra: Entra) -> None:
        uno, due = giunta.proposte()
        browser = entra(giunta.CONTROLLO)
        insieme = giunta.composto([])
        url = pagina(insieme, "componi/")
        assert "OE02" in browser.get(url).content.decode()
        assert "OE11" not in browser.get(f"{url}?unita=S1").content.decode()
        browser.post(url, {"azione": "scelti", "obiettivi": [str(uno.pid)], "revisione": 1})
        assert insieme.voci.count() == 1
        browser.post(url, {"azione": "togli", "obiettivi": [str(uno.pid)], "revisione": 2})
        assert insieme.voci.count() == 0
        browser.post(f"{url}?unita=S2", {"azione": "filtrati", "revisione": 3})
        assert [v.obiettivo.codice for v in insieme.voci.all()] == ["OE11"]
        Obiettivo.objects.filter(pk=uno.pk).update(responsabile_generale=None)
        browser.post(url, {"azione": "pronti", "revisione": 4})
        assert [v.obiettivo.codice for v in insieme.voci.all()] == ["OE11"]
        assert due.codice == "OE11"

    def test_404_for_another_ente_and_409_for_another_revisione(self, entra: Entra) -> None:
        uno, _due = giunta.proposte()
        insieme = giunta.composto([])
        browser = entra(giunta.CONTROLLO)
        url = pagina(insieme, "componi/")
        altrui = mondo.obiettivo("OE02", "beta")
        prima = fotografia()
        dati = {"azione": "scelti", "obiettivi": [str(altrui.pid)], "revisione": 1}
        assert browser.post(url, dati).status_code == 404
        dati = {"azione": "scelti", "obiettivi": [str(uno.pid)], "revisione": 9}
        assert browser.post(url, dati).status_code == 409
        assert fotografia()["cycle_voceinsieme"] == prima["cycle_voceinsieme"]


class TestInsieme:
    def test_counts_and_every_reason_why_not(self, entra: Entra) -> None:
        obiettivi = giunta.proposte()
        Obiettivo.objects.filter(pk=obiettivi[0].pk).update(responsabile_generale=None)
        insieme = giunta.composto()
        testo = entra(giunta.CONTROLLO).get(pagina(insieme)).content.decode()
        assert "<b>1</b> pronti" in testo
        assert "<b>1</b> non pronti" in testo
        assert "Manca il responsabile generale." in testo
        solo = entra(giunta.CONTROLLO).get(f"{pagina(insieme)}?solo=pronti").content.decode()
        assert "Manca il responsabile generale." not in solo

    def test_why_not_is_answered_for_each_step(self, entra: Entra) -> None:
        insieme = giunta.sottoposto()
        testo = entra(giunta.SEGRETERIA).get(pagina(insieme, "passi/decidi/")).content.decode()
        assert "Manca il parere di regolarità tecnica" in testo
        assert "art. 49 TUEL" in testo
        testo = entra(giunta.SEGRETERIA).get(pagina(insieme, "decisione/")).content.decode()
        assert "Manca il parere di regolarità contabile" in testo

    def test_a_dirigente_sees_his_own_units(self, entra: Entra) -> None:
        insieme = giunta.composto()
        testo = entra("DUE DIRIGENTE").get(pagina(insieme)).content.decode()
        assert "OE11" in testo
        assert "OE02" not in testo
        assert "Si vedono solo gli obiettivi delle proprie unità" in testo

    def test_the_ragioneria_reads_what_it_gives_a_parere_on(self, entra: Entra) -> None:
        testo = entra(giunta.RAGIONERIA).get(pagina(giunta.sottoposto())).content.decode()
        assert "OE02" in testo
        assert "Rendi il parere contabile" in testo
        assert "Rendi il parere tecnico" not in testo

    def test_the_same_number_of_queries_for_one_and_for_many(
        self, entra: Entra, django_assert_num_queries: Any
    ) -> None:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        browser = entra(giunta.CONTROLLO)
        uno, due = giunta.proposte()
        insieme = giunta.composto([uno])
        browser.get(pagina(insieme))
        with CaptureQueriesContext(connection) as poche:
            browser.get(pagina(insieme))
        from cycle.services import insiemi

        insiemi.aggiungi(
            insieme=insieme,
            obiettivi=[due.pk],
            by=mondo.attore(giunta.CONTROLLO),
            istante=mondo.ADESSO,
        )
        with CaptureQueriesContext(connection) as molte:
            browser.get(pagina(insieme))
        assert len(molte) == len(poche)


class TestParere:
    def test_it_is_given_on_what_was_read(self, entra: Entra) -> None:
        insieme = giunta.sottoposto()
        browser = entra(giunta.SEGRETARIO)
        url = pagina(insieme, "pareri/tecnico/")
        testo = browser.get(url).content.decode()
        assert insieme.impronta in testo
        dati = {"esito": "favorevole", "testo": "", "impronta": insieme.impronta}
        assert browser.post(url, dati).status_code == 303
        testo = browser.get(pagina(insieme)).content.decode()
        assert "Regolarità tecnica: favorevole" in testo
        assert browser.post(url, dati).status_code == 409

    def test_refused_with_the_reason(self, entra: Entra) -> None:
        insieme = giunta.sottoposto()
        dati = {"esito": "contrario", "testo": " ", "impronta": insieme.impronta}
        risposta = entra(giunta.SEGRETARIO).post(pagina(insieme, "pareri/tecnico/"), dati)
        assert risposta.status_code == 422
        assert "porta la sua motivazione" in risposta.content.decode()
        risposta = entra("UNO DIRIGENTE").post(pagina(insieme, "pareri/tecnico/"), dati)
        assert risposta.status_code == 403


class TestDecisione:
    def decidi(self, entra: Entra, insieme: Insieme, **altro: Any) -> Any:
        return entra(giunta.SEGRETERIA).post(
            pagina(insieme, "decisione/"), modulo(insieme, **altro)
        )

    def test_the_result_page_has_the_digest_the_annex_and_who_was_told(
        self, entra: Entra, archivio: Any
    ) -> None:
        insieme = giunta.istruito()
        risposta = self.decidi(
            entra, insieme, documento=SimpleUploadedFile("../../Delib\x07era.PDF", PDF)
        )
        atto = Atto.objects.get(tipo="approvazione", numero="77")
        assert (risposta.status_code, risposta["Location"]) == (303, f"/alfa/atti/{atto.pid}/")
        browser = entra("UNO PO")
        testo = browser.get(risposta["Location"]).content.decode()
        assert atto.digest in testo
        assert (
            "Uno Dirigente" in entra(giunta.SEGRETERIA).get(risposta["Location"]).content.decode()
        )
        # the annex is the very bytes of the digest
        annesso = b"".join(browser.get(f"{risposta['Location']}json/").streaming_content)
        assert hashlib.sha256(annesso).hexdigest() == atto.digest
        scritto = json.loads(annesso)
        assert scritto["atto"]["numero"] == "77"
        assert [s["scheda"]["obiettivo"]["codice"] for s in scritto["schede"]] == ["OE02", "OE11"]
        # the uploaded deliberation comes back as it was
        deliberazione = DocumentoAtto.objects.get(atto=atto, genere="deliberazione")
        assert deliberazione.allegato.nome == "Delibera.pdf"
        ripreso = browser.get(f"{risposta['Location']}documenti/{deliberazione.pid}/")
        assert ripreso.content == PDF
        assert ripreso["Content-Type"] == "application/pdf"
        assert (archivio / deliberazione.allegato.percorso).stat().st_mode & 0o077 == 0

    def test_r85_the_pdf_is_tagged_titled_and_says_what_was_approved(self, entra: Entra) -> None:
        insieme = giunta.istruito()
        luogo = self.decidi(entra, insieme)["Location"]
        atto = Atto.objects.get(tipo="approvazione", numero="77")
        documento = DocumentoAtto.objects.get(atto=atto, genere="allegato")
        url = f"{luogo}documenti/{documento.pid}/"
        contenuto = entra("UNO PO").get(url).content
        assert hashlib.sha256(contenuto).hexdigest() == documento.allegato.sha256
        letto = PdfReader(io.BytesIO(contenuto))
        radice = letto.trailer["/Root"]
        assert radice["/MarkInfo"]["/Marked"]
        assert radice["/Lang"].startswith("it")
        assert radice["/StructTreeRoot"]
        assert letto.metadata is not None
        assert letto.metadata.title == "Piano esecutivo di gestione 2026 - Comune di Alfa"
        testo = " ".join(p.extract_text() for p in letto.pages)
        for parola in (
            atto.digest,
            "Servizi alla persona",
            "Lavori pubblici",
            "Migliorare il servizio OE02",
            "Uno Dirigente",
            "N. pratiche - evase",
            "Primo semestre 2026",
            "Indice",
        ):
            assert parola in testo, parola
        # asked again, the same bytes
        entra("UNO PO").post(f"{luogo}pdf/")
        assert DocumentoAtto.objects.filter(atto=atto, genere="allegato").count() == 1

    def test_r85_what_no_font_draws_does_not_stop_the_pdf(self, entra: Entra) -> None:
        """A bullet pasted from a word processor, a face, a word in Chinese: approved for ever."""
        o = mondo.in_stato("proposta")
        testo = '\uf0b7 sportelli \U0001f600 aperti \u4e2d \x01 #read("/etc/passwd") *no*'
        Obiettivo.objects.filter(pk=o.pk).update(descrizione=testo)
        luogo = self.decidi(entra, giunta.istruito())["Location"]
        documento = DocumentoAtto.objects.get(genere="allegato")
        contenuto = entra("UNO PO").get(f"{luogo}documenti/{documento.pid}/").content
        stampato = " ".join(p.extract_text() for p in PdfReader(io.BytesIO(contenuto)).pages)
        assert '• sportelli \ufffd aperti \ufffd #read("/etc/passwd") *no*' in " ".join(
            stampato.split()
        )
        # the canonical JSON keeps what was written
        assert (
            json.loads(VersioneObiettivo.objects.get(obiettivo=o, numero=1).contenuto)["obiettivo"][
                "descrizione"
            ]
            == testo
        )

    @pytest.mark.parametrize(
        ("campi", "messaggio"),
        [
            ({"numero": ""}, "Manca l&#x27;atto"),
            ({"data_atto": "2026-03-05"}, "data futura"),
            ({"rinviati": "OE99"}, "Non è dell&#x27;insieme: OE99"),
            ({"rinviati": "OE02"}, "Manca la motivazione"),
            ({"documento": SimpleUploadedFile("a.pdf", b"MZ un programma")}, "non è un PDF"),
        ],
    )
    def test_refused_with_the_reason_and_what_was_typed(
        self, entra: Entra, campi: dict[str, Any], messaggio: str
    ) -> None:
        insieme = giunta.istruito()
        prima = fotografia()
        risposta = self.decidi(entra, insieme, **{"motivazione": "Scritta prima.", **campi})
        assert risposta.status_code == 422
        testo = risposta.content.decode()
        assert messaggio in testo
        assert "Scritta prima." in testo
        dopo = fotografia()
        toccate = {t for t in prima if prima[t] != dopo[t]}  # logging in touches the user's row
        nostre = ("cycle_", "notifications_", "viewflow_", "workflows_modifica")
        assert {t for t in toccate if t.startswith(nostre)} <= {"cycle_utente"}

    def test_each_objective_that_stops_it_is_named(self, entra: Entra) -> None:
        obiettivi = giunta.proposte()
        Obiettivo.objects.filter(pk=obiettivi[0].pk).update(responsabile_generale=None)
        insieme = giunta.istruito()
        risposta = self.decidi(entra, insieme)
        assert risposta.status_code == 422
        testo = risposta.content.decode()
        assert '<strong class="codice">OE02</strong> Manca il responsabile generale.' in testo
        risposta = self.decidi(entra, insieme, quali="pronti", motivo_rinvio="Senza responsabile.")
        assert risposta.status_code == 303
        assert [
            v.obiettivo.codice for v in VersioneObiettivo.objects.filter(atto__numero="77")
        ] == ["OE11"]

    def test_409_names_what_changed(self, entra: Entra) -> None:
        insieme = giunta.istruito()
        Obiettivo.objects.filter(pk=mondo.obiettivo("OE11").pk).update(titolo="Un altro")
        risposta = self.decidi(entra, insieme)
        assert risposta.status_code == 409
        assert "La scheda di OE11 è cambiata" in risposta.content.decode()

    def test_with_javascript_the_page_is_told_where_to_go(self, entra: Entra) -> None:
        insieme = giunta.istruito()
        risposta = entra(giunta.SEGRETERIA).post(
            pagina(insieme, "decisione/"), modulo(insieme), headers={"HX-Request": "true"}
        )
        assert risposta.status_code == 204
        assert risposta["HX-Redirect"].startswith("/alfa/atti/")

    def test_a_file_touched_on_the_disk_is_not_given(self, entra: Entra, archivio: Any) -> None:
        insieme = giunta.istruito()
        luogo = self.decidi(entra, insieme, documento=SimpleUploadedFile("d.pdf", PDF))["Location"]
        allegato = Allegato.objects.get(nome="d.pdf")
        (archivio / allegato.percorso).write_bytes(PDF + b"altro")
        documento = DocumentoAtto.objects.get(allegato=allegato)
        risposta = entra("UNO PO").get(f"{luogo}documenti/{documento.pid}/")
        assert risposta.status_code == 500
        assert "non è quello che fu depositato" in risposta.content.decode()


def test_the_menu_leads_there_only_who_may(entra: Entra) -> None:
    assert BASE in entra("SINDACA GIUNTA").get("/alfa/").content.decode()
    assert BASE not in entra("UNO PO").get("/alfa/").content.decode()


def test_a_browser_without_login_is_sent_to_it() -> None:
    assert Client().get(BASE)["Location"].startswith("/accedi/")
