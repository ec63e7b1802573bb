# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of the variazioni, as each person finds them, without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cycle import orologio
from cycle.models import RichiestaVariazione
from cycle.scritta import IndicatoreScritto
from notifications.models import Notifica
from tests import mondo
from tests.fotografia import fotografia
from tests.variazioni import mondo as richieste
from tests.variazioni.mondo import GIUGNO, OTTOBRE
from tests.views.conftest import Entra

pytestmark = pytest.mark.usefixtures("db", "dati")
SETTORE, SEGRETERIA, NUCLEO = "UNO DIRIGENTE", "ATTI SEGRETERIA", "PRIMO NUCLEO"
RAGIONERIA, CONTROLLO = "CONTI RAGIONERIA", "GESTIONE CONTROLLO"
PDF = b"%PDF-1.7\nuna lettera inventata\n%%EOF\n"
Sposta = Callable[[datetime], None]


@pytest.fixture(autouse=True)
def giugno(adesso: Sposta, giorno_del_mondo: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """In June, also by the database's clock."""
    adesso(GIUGNO)
    monkeypatch.setattr(orologio, "della_transazione", lambda: GIUGNO)


def scheda(resto: str = "") -> str:
    return f"/alfa/obiettivi/{mondo.in_stato('in_corso').pid}/{resto}"


def pagina(v: RichiestaVariazione, resto: str = "") -> str:
    return f"/alfa/variazioni/{v.pid}/{resto}"


def leggi(browser: Client, dove: str, stato: int = 200) -> str:
    risposta = browser.get(dove)
    assert risposta.status_code == stato, dove
    return str(risposta.content.decode())


def modulo(browser: Client, dove: str, **altro: Any) -> dict[str, Any]:
    """What a browser would send back of the form of a page, with what somebody typed."""
    return {**mondo.campi(leggi(browser, dove)), **altro}


def ultima() -> RichiestaVariazione:
    return RichiestaVariazione.objects.order_by("-pk")[0]


class TestChiedere:
    def test_the_scheda_leads_to_it_for_who_may_ask(self, entra: Entra) -> None:
        assert "variazioni/nuova/" in leggi(entra(SETTORE), scheda())
        assert "variazioni/nuova/" not in leggi(entra(NUCLEO), scheda())

    def test_r16_the_form_as_it_is_in_force_changes_nothing(self, entra: Entra) -> None:
        browser = entra(SETTORE)
        dati = modulo(browser, scheda("variazioni/nuova/"))
        risposta = browser.post(scheda("variazioni/nuova/"), {**dati, "atto": "verifica"})
        assert "Non cambia ancora nulla" in risposta.content.decode()
        assert not RichiestaVariazione.objects.exists()

    def test_r16_what_differs_is_said_in_words_beside_the_form(self, entra: Entra) -> None:
        browser = entra(SETTORE)
        dati = modulo(browser, scheda("variazioni/nuova/"))
        dati["specifici-0-indicatori-0-target-2026-2"] = "5"
        prima = fotografia()
        risposta = browser.post(
            scheda("variazioni/nuova/"),
            {**dati, "atto": "verifica"},
            headers={"HX-Request": "true", "HX-Target": "cambi"},
        )
        testo = risposta.content.decode()
        assert "Cambia 1 cosa" in testo
        assert "target di 2026-2: da" in testo
        assert "a 5." in testo
        assert "<html" not in testo
        assert fotografia() == prima

    def test_r20_a_draft_saved_then_filed_by_its_confirmation(self, entra: Entra) -> None:
        browser = entra(SETTORE)
        dati = modulo(
            browser,
            scheda("variazioni/nuova/"),
            motivazione="Il fornitore ha rinunciato.",
            nuovi=SimpleUploadedFile("lettera.pdf", PDF, "application/pdf"),
        )
        dati["specifici-0-indicatori-0-target-2026-2"] = "5"
        risposta = browser.post(scheda("variazioni/nuova/"), {**dati, "atto": "presenta"})
        v = ultima()
        assert (risposta.status_code, risposta["Location"]) == (303, pagina(v, "passi/presenta/"))
        assert v.stato == "bozza"
        conferma = leggi(browser, pagina(v, "passi/presenta/"))
        assert "entro le 24:00 del 30/09/2026" in conferma
        invio = {"revisione": v.revisione}
        risposta = browser.post(pagina(v, "passi/presenta/"), invio)
        assert (risposta.status_code, risposta["Location"]) == (303, pagina(v))
        assert browser.post(pagina(v, "passi/presenta/"), invio).status_code == 303  # R50
        v = richieste.rileggi(v)
        assert v.stato in ("presentata", "istruita")
        testo = leggi(browser, pagina(v))
        assert "lettera.pdf" in testo
        sha = v.allegati.get().allegato.sha256
        file = browser.get(pagina(v, f"allegati/{sha}/"))
        assert (file.content, file["X-Content-Type-Options"]) == (PDF, "nosniff")
        assert browser.get(pagina(v, f"allegati/{'0' * 64}/")).status_code == 404

    def test_a_draft_is_written_again_with_its_wishes_in_the_form(self, entra: Entra) -> None:
        v = richieste.redigi(mondo.in_stato("in_corso"))
        browser = entra(SETTORE)
        dati = modulo(browser, pagina(v, "modifica/"))
        assert dati["specifici-0-indicatori-0-target-2026-2"] == "5"
        dati["specifici-0-indicatori-0-target-2026-2"] = "7"
        risposta = browser.post(pagina(v, "modifica/"), {**dati, "atto": "salva"})
        assert risposta.status_code == 303
        assert "a 7." in richieste.frasi(v)[0]
        # the page one had before does not overwrite it (R50)
        risposta = browser.post(pagina(v, "modifica/"), {**dati, "atto": "salva"})
        assert risposta.status_code == 409
        testo = risposta.content.decode()
        assert "Qualcun altro ha scritto" in testo
        # one sees what the other saved, and what was typed: saving again is then a choice
        assert "a 7." in testo
        dati = {**mondo.campi(testo), "specifici-0-indicatori-0-target-2026-2": "9"}
        risposta = browser.post(pagina(v, "modifica/"), {**dati, "atto": "salva"})
        assert risposta.status_code == 303
        assert "a 9." in richieste.frasi(v)[0]

    def test_what_cannot_be_stored_is_said_and_nothing_is(self, entra: Entra) -> None:
        browser = entra(SETTORE)
        dati = modulo(browser, scheda("variazioni/nuova/"), titolo="", motivazione="Perché sì.")
        prima = fotografia()
        risposta = browser.post(scheda("variazioni/nuova/"), {**dati, "atto": "salva"})
        assert risposta.status_code == 422
        testo = risposta.content.decode()
        assert "Non è stata salvata" in testo
        assert "Perché sì." in testo
        dopo = fotografia()
        assert dopo["cycle_richiestavariazione"] == prima["cycle_richiestavariazione"]

    def test_a_file_that_is_a_program_is_refused_by_its_name(self, entra: Entra) -> None:
        browser = entra(SETTORE)
        dati = modulo(
            browser,
            scheda("variazioni/nuova/"),
            nuovi=SimpleUploadedFile("x.pdf", b"MZ", "application/pdf"),
        )
        risposta = browser.post(scheda("variazioni/nuova/"), {**dati, "atto": "salva"})
        assert risposta.status_code == 422
        assert "Il file «x.pdf» è un programma." in risposta.content.decode()
        assert not RichiestaVariazione.objects.exists()

    def test_r34_the_segreteria_writes_one_ex_officio(self, entra: Entra) -> None:
        browser = entra(SEGRETERIA)
        dati = modulo(browser, scheda("variazioni/nuova/"), motivazione="Indirizzo politico.")
        dati["specifici-0-indicatori-0-target-2026-2"] = "5"
        assert browser.post(scheda("variazioni/nuova/"), {**dati, "atto": "salva"}).status_code
        assert ultima().d_ufficio
        assert entra(SETTORE).get(pagina(ultima())).status_code == 404

    def test_the_striking_off_needs_only_its_reason(self, entra: Entra) -> None:
        browser = entra(SETTORE)
        dati = modulo(browser, scheda("variazioni/stralcio/"), motivazione="Non si fa più.")
        risposta = browser.post(scheda("variazioni/stralcio/"), {**dati, "atto": "salva"})
        assert risposta["Location"] == pagina(ultima(), "modifica/")
        assert "è stralciato" in leggi(browser, pagina(ultima()))

    def test_rows_come_and_go_without_saving(self, entra: Entra) -> None:
        browser = entra(SETTORE)
        dati = modulo(browser, scheda("variazioni/nuova/"))
        risposta = browser.post(
            scheda("variazioni/nuova/"), {**dati, "atto": "aggiungi:specifici-0-indicatori"}
        )
        assert risposta.status_code == 200
        assert not RichiestaVariazione.objects.exists()


class TestPagina:
    def test_a_draft_is_its_settores_alone(self, entra: Entra) -> None:
        v = richieste.redigi(mondo.in_stato("in_corso"))
        for chi, atteso in (
            (SETTORE, 200),
            ("UNO PO", 200),
            ("DUE DIRIGENTE", 404),
            (NUCLEO, 404),
            (CONTROLLO, 404),
            (SEGRETERIA, 404),
        ):
            assert entra(chi).get(pagina(v)).status_code == atteso, chi
        assert pagina(v) in leggi(entra(SETTORE), "/alfa/2026/variazioni/?vista=mie")
        assert pagina(v) not in leggi(entra(CONTROLLO), "/alfa/2026/variazioni/")

    def test_what_is_filed_everybody_reads_with_before_and_after(self, entra: Entra) -> None:
        v = richieste.presentata(mondo.in_stato("in_corso"))
        testo = leggi(entra("VERIFICA REVISORE"), pagina(v))
        assert "Il fornitore ha rinunciato a maggio." in testo
        assert '<td role="cell" class="dopo"><span class="visually-hidden">a </span>5</td>' in testo
        assert "Perché no?" in testo
        assert entra("SENZA INCARICO").get(pagina(v)).status_code == 404

    def test_the_news_lead_to_it(self, entra: Entra) -> None:
        v = richieste.presentata(mondo.in_stato("in_corso"), effetto_finanziario=True)
        assert set(
            Notifica.objects.filter(materia=f"variazione:{v.pk}").values_list("link", flat=True)
        ) == {pagina(v)}

    def test_why_not_says_who_can(self, entra: Entra) -> None:
        v = richieste.presentata(mondo.in_stato("in_corso"))
        testo = leggi(entra(SETTORE), pagina(v, "passi/approva/"))
        assert "Perché non si può" in testo
        assert '<form class="passo"' not in testo
        assert entra(SETTORE).post(pagina(v, "passi/approva/"), {}).status_code == 403
        assert entra(SETTORE).get(pagina(v, "passi/istruisci/")).status_code == 404

    def test_the_same_number_of_queries_whatever_it_asks(self, entra: Entra) -> None:
        poca = richieste.presentata(mondo.in_stato("in_corso"))
        tanta = richieste.presentata(
            mondo.in_stato("approvato"),
            lambda s: richieste.con_specifico(
                richieste.con_target(s, 5), 0, titolo="Un altro titolo", descrizione="Altro"
            ),
        )
        browser = entra(CONTROLLO)
        browser.get(pagina(poca))
        quante = []
        for v in (poca, tanta):
            with CaptureQueriesContext(connection) as fatte:
                browser.get(pagina(v))
            quante.append(len(fatte))
        assert quante[0] == quante[1]


class TestPassi:
    def test_r28_r33_opinions_then_the_decision(self, entra: Entra, adesso: Sposta) -> None:
        v = richieste.presentata(mondo.in_stato("in_corso"), effetto_finanziario=True)
        ragioneria = entra(RAGIONERIA)
        assert "Apponi il visto" in leggi(ragioneria, pagina(v))
        dati = modulo(ragioneria, pagina(v, "pareri/ragioneria/"), esito="contrario")
        risposta = ragioneria.post(pagina(v, "pareri/ragioneria/"), dati)
        assert risposta.status_code == 422
        assert "Chi non è favorevole dice perché" in risposta.content.decode()
        dati |= {"esito": "favorevole", "atto_contabile": "DCC 12 del 10/06/2026"}
        assert ragioneria.post(pagina(v, "pareri/ragioneria/"), dati).status_code == 303
        assert richieste.rileggi(v).stato == "istruita"
        adesso(OTTOBRE)
        segreteria = entra(SEGRETERIA)
        dati = modulo(
            segreteria,
            pagina(v, "passi/approva/"),
            numero="300",
            data_atto="2026-10-19",
            parere_tecnico="segretario, 18/10/2026",
        )
        risposta = segreteria.post(pagina(v, "passi/approva/"), dati)
        assert risposta.status_code == 422  # R19
        assert "Manca la motivazione dell&#x27;accoglimento" in risposta.content.decode()
        dati["motivazione"] = "La rinuncia non era prevedibile."
        risposta = segreteria.post(pagina(v, "passi/approva/"), dati)
        assert risposta.status_code == 303
        testo = leggi(entra(SETTORE), pagina(v))
        assert "La rinuncia non era prevedibile." in testo
        assert "n. 300" in testo
        assert "parte da" not in testo

    def test_r18_a_refusal_carries_its_motivation(self, entra: Entra, adesso: Sposta) -> None:
        v = richieste.presentata(mondo.in_stato("in_corso"))
        adesso(OTTOBRE)
        segreteria = entra(SEGRETERIA)
        dati = modulo(segreteria, pagina(v, "passi/respingi/"))
        risposta = segreteria.post(pagina(v, "passi/respingi/"), dati)
        assert risposta.status_code == 422
        assert "Manca la motivazione del rifiuto" in risposta.content.decode()
        dati["motivazione"] = "La rinuncia era prevedibile."
        assert segreteria.post(pagina(v, "passi/respingi/"), dati).status_code == 303
        assert "La rinuncia era prevedibile." in leggi(entra(SETTORE), pagina(v))

    def test_r37_withdrawn_by_its_settore(self, entra: Entra) -> None:
        v = richieste.presentata(mondo.in_stato("in_corso"))
        browser = entra(SETTORE)
        dati = modulo(browser, pagina(v, "passi/ritira/"))
        assert browser.post(pagina(v, "passi/ritira/"), dati).status_code == 303
        assert browser.post(pagina(v, "passi/ritira/"), dati).status_code == 409
        assert richieste.rileggi(v).stato == "ritirata"

    def test_r30_what_moved_is_shown_and_rebased(self, entra: Entra, adesso: Sposta) -> None:
        o = mondo.in_stato("in_corso")
        bozza = richieste.redigi(o, lambda s: richieste.con_target(s, 9))
        altra = richieste.presentata(mondo.in_stato("in_corso"))
        richieste.approva(altra)
        adesso(OTTOBRE)
        browser = entra(SETTORE)
        assert "ciò che è in vigore è cambiato" in leggi(browser, pagina(bozza))
        testo = leggi(browser, pagina(bozza, "passi/ribasa/"))
        for quale in ("In vigore quando fu scritta", "In vigore adesso", "Si chiede"):
            assert quale in testo
        assert '<span class="solo-stretto">adesso </span>5</td>' in testo  # base, now, wanted
        assert '<span class="solo-stretto">si chiede </span>9</td>' in testo
        dati = modulo(browser, pagina(bozza, "passi/ribasa/"))
        assert browser.post(pagina(bozza, "passi/ribasa/"), dati).status_code == 303
        assert "da 5 a 9." in richieste.frasi(bozza)[0]
        assert "valori in vigore" in leggi(browser, pagina(bozza, "passi/ribasa/"))

    def test_r24_a_late_one_is_declared_inadmissible(self, entra: Entra, adesso: Sposta) -> None:
        richieste.parametri(variazione_tardiva="irricevibile_con_motivazione")
        v = richieste.presentata(
            mondo.in_stato("in_corso"),
            istante=OTTOBRE,
            causa_sopravvenuta="Una frana.",
            effetto_finanziario=True,
        )
        adesso(OTTOBRE)
        browser = entra(CONTROLLO)
        dati = modulo(browser, pagina(v, "passi/dichiara_irricevibile/"))
        assert "tardiva" in leggi(browser, pagina(v))
        dove = pagina(v, "passi/dichiara_irricevibile/")
        assert browser.post(dove, dati).status_code == 422
        dati["motivazione"] = "Nessuna causa fuori dal controllo del settore."
        assert browser.post(dove, dati).status_code == 303
        assert richieste.rileggi(v).stato == "irricevibile"

    def test_an_opinion_that_is_not_awaited_says_so(self, entra: Entra) -> None:
        v = richieste.presentata(mondo.in_stato("in_corso"))
        browser = entra(RAGIONERIA)
        assert "Non è atteso" in leggi(browser, pagina(v, "pareri/ragioneria/"))
        dati = {"impronta": v.impronta, "esito": "favorevole"}
        assert browser.post(pagina(v, "pareri/ragioneria/"), dati).status_code == 409
        assert browser.get(pagina(v, "pareri/altro/")).status_code == 404


class TestElenco:
    def test_an_empty_year_says_what_to_do(self, entra: Entra) -> None:
        assert "Si chiede dalla scheda" in leggi(entra(SETTORE), "/alfa/2026/variazioni/")

    def test_mine_to_examine_for_the_giunta(self, entra: Entra) -> None:
        con_visto = richieste.presentata(mondo.in_stato("in_corso"), effetto_finanziario=True)
        pronta = richieste.presentata(mondo.in_stato("approvato"))
        nomi = {
            v.pk: f"{v.obiettivo.codice}-V{v.numero}"
            for v in map(richieste.rileggi, (con_visto, pronta))
        }
        for chi, vista, visti in (
            (SETTORE, "mie", {con_visto.pk, pronta.pk}),
            ("DUE DIRIGENTE", "mie", set()),
            (RAGIONERIA, "esame", {con_visto.pk}),
            (SEGRETERIA, "giunta", {pronta.pk}),
            (CONTROLLO, "", {con_visto.pk, pronta.pk}),
        ):
            testo = leggi(entra(chi), f"/alfa/2026/variazioni/?vista={vista}")
            assert {pk for pk, nome in nomi.items() if f">{nome}</a>" in testo} == visti, chi
        testo = leggi(entra(CONTROLLO), "/alfa/2026/variazioni/?stato=istruita")
        assert nomi[con_visto.pk] not in testo

    def test_the_same_number_of_queries_for_one_and_for_many(self, entra: Entra) -> None:
        browser = entra(SETTORE)
        quante = []
        for stato in ("in_corso", "approvato"):
            richieste.presentata(mondo.in_stato(stato))
            browser.get("/alfa/2026/variazioni/")
            with CaptureQueriesContext(connection) as fatte:
                browser.get("/alfa/2026/variazioni/")
            quante.append(len(fatte))
        assert quante[0] == quante[1]


class TestUnAttoSuMolte:
    """Several requests in one Atto (`domain.md` 5)."""

    ELENCO, DECISIONE = "/alfa/2026/variazioni/giunta/", "/alfa/2026/variazioni/giunta/decisione/"

    def due(self) -> tuple[RichiestaVariazione, RichiestaVariazione]:
        return (
            richieste.presentata(mondo.in_stato("in_corso")),
            richieste.presentata(mondo.in_stato("approvato")),
        )

    def atto(self, browser: Client, *chieste: RichiestaVariazione, **altro: Any) -> dict[str, Any]:
        dove = self.DECISIONE + "?" + "&".join(f"v={v.pid}" for v in chieste)
        dati = modulo(browser, dove, numero="310", data_atto="2026-10-19")
        dati |= {"parere_tecnico": "segretario, 18/10/2026", "atto": "registra"}
        return {**dati, "v": [str(v.pid) for v in chieste], **altro}

    def test_the_giuntas_list_counts_and_says_how_long_is_left(
        self, entra: Entra, adesso: Sposta
    ) -> None:
        self.due()
        manca = richieste.presentata(
            mondo.in_stato("in_corso"),
            lambda s: richieste.con_specifico(s, 0, titolo="Un altro titolo"),
            effetto_finanziario=True,
        )
        adesso(OTTOBRE)
        testo = leggi(entra("SINDACA GIUNTA"), self.ELENCO)
        assert "<b>2</b> pronte" in testo
        assert "<b>1</b> aspetta un parere" in testo
        assert "manca il visto della ragioneria" in testo
        assert "da 127 giorni" in testo
        assert "restano 56 giorni" in testo  # to 15/12 (R25)
        assert 'type="checkbox"' not in testo
        scelta = leggi(entra(SEGRETERIA), self.ELENCO)
        assert scelta.count("checked") == 2
        assert f'value="{manca.pid}"' in scelta

    def test_one_approved_one_refused_each_with_its_motivation(
        self, entra: Entra, adesso: Sposta
    ) -> None:
        si, no = self.due()
        adesso(OTTOBRE)
        browser = entra(SEGRETERIA)
        dati = self.atto(browser, si, no, **{f"{no.pid}-esito": "respingi"})
        risposta = browser.post(self.DECISIONE, dati)
        assert risposta.status_code == 422
        testo = risposta.content.decode()
        assert "Manca la motivazione dell&#x27;accoglimento" in testo  # R19
        assert richieste.rileggi(no).stato == "istruita"
        dati[f"{si.pid}-motivazione"] = "La rinuncia non era prevedibile."
        risposta = browser.post(self.DECISIONE, dati)
        assert risposta.status_code == 422  # R18
        assert "Manca la motivazione del rifiuto" in risposta.content.decode()
        assert richieste.rileggi(si).stato == "istruita"
        dati[f"{no.pid}-motivazione"] = "Il ritardo era noto."
        risposta = browser.post(self.DECISIONE, dati)
        assert risposta.status_code == 303
        si, no = richieste.rileggi(si), richieste.rileggi(no)
        assert (si.stato, no.stato) == ("approvata", "respinta")
        assert si.atto_id == no.atto_id
        assert si.motivazione_decisione == "La rinuncia non era prevedibile."
        assert no.motivazione_decisione == "Il ritardo era noto."
        testo = leggi(browser, risposta["Location"])
        assert "Variazioni decise" in testo
        assert "Il ritardo era noto." in testo
        assert "Avvisat" in testo
        assert "La rinuncia non era prevedibile." in leggi(entra(SETTORE), scheda())

    def test_r68_weights_are_simulated_over_all_that_are_approved(self, entra: Entra) -> None:
        """Two requests of one scheda, each of which alone would break its weights."""
        nuovo = IndicatoreScritto("N. prove", peso=Decimal(30), target={"2026-2": Decimal(4)})
        su = richieste.presentata(
            mondo.in_stato("in_corso"),
            lambda s: richieste.con_specifico(s, 0, indicatori=(*s.specifici[0].indicatori, nuovo)),
        )
        giu = richieste.presentata(
            mondo.in_stato("in_corso"),
            lambda s: richieste.con_indicatore(s, 0, 0, peso=Decimal(70)),
        )
        browser = entra(SEGRETERIA)
        dati = self.atto(browser, su, giu)
        htmx = {"HX-Request": "true", "HX-Target": "simulazione"}
        prima = fotografia()

        def simulata(**altro: str) -> str:
            corpo = {**dati, **altro, "atto": "verifica"}
            return str(browser.post(self.DECISIONE, corpo, headers=htmx).content.decode())

        assert simulata().count("si può approvare") == 2
        da_sola = simulata(**{f"{giu.pid}-esito": "respingi"})
        assert "non si può approvare" in da_sola
        assert "si può respingere" in da_sola
        assert "<html" not in da_sola
        assert fotografia() == prima

    def test_two_clerks_at_once_one_wins_and_the_other_is_told(
        self, entra: Entra, adesso: Sposta
    ) -> None:
        prima, seconda = self.due()
        adesso(OTTOBRE)
        browser = entra(SEGRETERIA)
        suoi = self.atto(browser, prima, seconda, motivazione="Non era prevedibile.", numero="311")
        richieste.approva(prima)
        risposta = browser.post(self.DECISIONE, suoi)
        assert risposta.status_code == 409
        testo = risposta.content.decode()
        assert "è già approvata" in testo
        assert "n. 300" in testo  # by which act
        assert "Non era prevedibile." in testo  # what was typed is still there
        assert richieste.rileggi(seconda).stato == "istruita"
        # what is left is decided by the form as it came back
        dati = {**mondo.campi(testo), "atto": "registra"}
        assert browser.post(self.DECISIONE, dati).status_code == 303
        assert richieste.rileggi(seconda).stato == "approvata"

    def test_r50_a_request_rebased_meanwhile_is_looked_at_again(
        self, entra: Entra, adesso: Sposta
    ) -> None:
        v = richieste.presentata(mondo.in_stato("in_corso"), effetto_finanziario=True)
        adesso(OTTOBRE)
        browser = entra(SEGRETERIA)
        dati = self.atto(
            browser, v, **{f"{v.pid}-esito": "respingi", f"{v.pid}-motivazione": "No."}
        )
        RichiestaVariazione.objects.filter(pk=v.pk).update(revisione=v.revisione + 1)
        risposta = browser.post(self.DECISIONE, dati)
        assert risposta.status_code == 409
        assert "Qualcun altro l&#x27;ha modificato" in risposta.content.decode()

    def test_more_than_an_act_decides_is_said_and_never_dropped(
        self, entra: Entra, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        una, altra = self.due()
        monkeypatch.setattr("cycle.views.in_giunta.MASSIMO", 1)
        browser = entra(SEGRETERIA)
        testo = leggi(browser, self.ELENCO)
        assert "dopo ce n&#x27;è un&#x27;altra" in testo or "dopo ce n'è un'altra" in testo
        assert (str(una.pid) in testo, str(altra.pid) in testo) == (True, False)
        assert "<b>2</b> pronte" in testo  # the counts are of all of them
        troppe = browser.get(f"{self.DECISIONE}?v={una.pid}&v={altra.pid}")
        assert troppe.status_code == 422
        assert "al più 1" in troppe.content.decode()
        assert browser.get(f"{self.DECISIONE}?v={una.pid}&v={una.pid}").status_code == 200

    def test_r18_all_refused_without_an_act(self, entra: Entra) -> None:
        una, altra = self.due()
        browser = entra(SEGRETERIA)
        dati = self.atto(browser, una, altra, numero="", data_atto="")
        for v in (una, altra):
            dati |= {f"{v.pid}-esito": "respingi", f"{v.pid}-motivazione": "Era noto."}
        risposta = browser.post(self.DECISIONE, dati)
        assert (risposta.status_code, risposta["Location"]) == (303, self.ELENCO)
        assert richieste.rileggi(una).stato == "respinta"

    def test_only_the_segreteria_records_it(self, entra: Entra) -> None:
        una, _altra = self.due()
        browser = entra(CONTROLLO)
        assert browser.get(f"{self.DECISIONE}?v={una.pid}").status_code == 403
        corpo = {"v": str(una.pid), "atto": "registra"}
        assert browser.post(self.DECISIONE, corpo).status_code == 403
        assert entra(SEGRETERIA).get(f"{self.DECISIONE}?v=x").status_code == 404
        vuota = leggi(entra(SEGRETERIA), self.DECISIONE)
        assert "Non è stata scelta nessuna richiesta" in vuota

    @pytest.mark.parametrize("dove", [ELENCO, DECISIONE])
    def test_the_same_number_of_queries_for_one_and_for_two(self, entra: Entra, dove: str) -> None:
        browser = entra(SEGRETERIA)
        quante = []
        chieste = ""
        for stato in ("in_corso", "approvato"):
            chieste += f"v={richieste.presentata(mondo.in_stato(stato)).pid}&"
            browser.get(f"{dove}?{chieste}")
            with CaptureQueriesContext(connection) as fatte:
                browser.get(f"{dove}?{chieste}")
            quante.append(len(fatte))
        assert quante[0] == quante[1]


class TestESe:
    """What would be possible on another day, or with another role: nothing is written."""

    def test_another_day_and_another_role(self, entra: Entra) -> None:
        v = richieste.presentata(mondo.in_stato("in_corso"))
        browser = entra(SETTORE)
        assert "E se fosse un altro giorno" in leggi(browser, pagina(v))
        prima = fotografia()
        testo = leggi(browser, pagina(v, "?ruolo=segreteria&il=2026-10-20T12:00"))
        assert "Si potrebbe: Registra l&#x27;approvazione" in testo
        assert "da qui non si agisce" in testo
        assert "passi/approva/" not in testo
        passo = leggi(browser, pagina(v, "passi/approva/?ruolo=segreteria"))
        assert "Si potrebbe: Registra" in passo
        assert '<form class="passo"' not in passo
        assert "Perché non si può" in leggi(browser, pagina(v, "passi/approva/?ruolo=po"))
        assert "non è una data" in leggi(browser, pagina(v, "?il=domani"), 422)
        assert fotografia() == prima

    def test_r24_a_draft_as_if_the_term_had_passed(self, entra: Entra) -> None:
        richieste.parametri(variazione_tardiva="rifiuto_automatico")
        v = richieste.redigi(mondo.in_stato("in_corso"))
        browser = entra(SETTORE)
        assert "Si potrebbe: Presenta" in leggi(browser, pagina(v, "?il=2026-09-30T23:59:59"))
        dopo = "passi/presenta/?il=2026-10-01T00:00"
        assert "Il termine per le richieste di variazione è scaduto" in leggi(
            browser, pagina(v, dopo)
        )


def test_the_countdown_says_the_seconds_left_and_stands_without_a_script(
    entra: Entra, adesso: Sposta
) -> None:
    v = richieste.redigi(mondo.in_stato("in_corso"))
    adesso(richieste.ULTIMO)  # a millisecond before 24:00 in Rome
    testo = leggi(entra(SETTORE), pagina(v))
    assert 'data-restano="1"' in testo
    assert "restano 0 ore e 0 minuti" in testo
    adesso(richieste.TARDI)
    testo = leggi(entra(SETTORE), pagina(v))
    assert "data-restano" not in testo
    assert "il termine è passato" in testo
