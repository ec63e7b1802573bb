# SPDX-License-Identifier: AGPL-3.0-or-later
"""The calendar of a year, its proroghe, and the opening form: all without JavaScript."""

from __future__ import annotations

import html
import re
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from cycle.models import Atto, Ciclo, FeedCalendario, Proroga, Scadenza
from tests import mondo

pytestmark = pytest.mark.django_db

ATTO = {"atto-organo": "giunta", "atto-numero": "14", "atto-giorno": "2026-02-01"}


def parole(risposta: Any) -> str:
    """The words of a page, blanks made one."""
    pagina = re.sub(r"<[^>]+>", " ", risposta.content.decode())
    return html.unescape(re.sub(r"\s+", " ", pagina))


def modulo(client: Client, **dove: str) -> dict[str, Any]:
    return mondo.campi(client.get("/alfa/anni/apri/", dove).content.decode())


class TestCalendario:
    def test_each_term_with_its_last_instant_and_the_days_left(self, entra: Any) -> None:
        mondo.apri()
        pagina = parole(entra("UNO DIRIGENTE").get("/alfa/2026/calendario/"))
        assert "mer 30/09/2026 23:59:59 fra 212 giorni" in pagina
        assert "Dopo non si può più presentare richieste di variazione ordinarie" in pagina
        assert "passato da 41 giorni" in pagina
        assert "lun 01/02/2027 23:59:59" in pagina  # 31/01/2027: a Sunday, and the patron's
        assert "spostato: festa del patrono" in pagina
        assert "Fissato con Giunta n. 4 del 01/02/2026" in pagina

    def test_r42_in_the_ente_s_zone_whatever_the_server_s(
        self, entra: Any, adesso: Any, settings: Any
    ) -> None:
        settings.TIME_ZONE = "Asia/Tokyo"
        mondo.apri()
        # 23:30 in Rome: it is still the last day
        adesso(datetime(2026, 9, 30, 23, 30, tzinfo=ZoneInfo("Europe/Rome")))
        pagina = parole(entra("UNO DIRIGENTE").get("/alfa/2026/calendario/"))
        assert "mer 30/09/2026 23:59:59 oggi" in pagina

    def test_a_year_nobody_opened_says_so(self, entra: Any) -> None:
        pagina = entra("GESTIONE CONTROLLO").get("/alfa/2026/calendario/")
        assert "nessun atto lo ha ancora fissato" in parole(pagina)
        assert "/alfa/anni/apri/?anno=2026" in pagina.content.decode()
        assert "Apri il 2026" not in parole(entra("UNO PO").get("/alfa/2026/calendario/"))

    def test_a_proroga_stands_beside_its_term_with_its_story(self, entra: Any) -> None:
        mondo.apri()
        mondo.proroga({"piao": date(2026, 3, 31)})
        pagina = parole(entra("UNO PO").get("/alfa/2026/calendario/"))
        assert "Prorogato dal 31/01/2026 al 31/03/2026 (Giunta n. 15 del 01/03/2026)" in pagina
        assert "ha prorogato «PIAO, sezione performance» al 31/03/2026" in pagina
        assert "ha aperto l'anno, fissandone parametri e calendario" in pagina.replace(
            "&#x27;", "'"
        )

    def test_the_parameters_are_said_in_words(self, entra: Any) -> None:
        mondo.apri(periodi=2, quorum=3)
        pagina = parole(entra("UNO PO").get("/alfa/2026/calendario/"))
        assert "Presenti perché una seduta sia valida R59 3" in pagina
        assert "Due: semestri" in pagina

    def test_the_queries_do_not_grow(self, entra: Any, django_assert_max_num_queries: Any) -> None:
        mondo.apri()
        client = entra("GESTIONE CONTROLLO")
        client.get("/alfa/2026/calendario/")
        with django_assert_max_num_queries(18):
            client.get("/alfa/2026/calendario/")
        for n, codice in enumerate(("piao", "variazioni", "decisioni")):
            mondo.proroga({codice: date(2026, 12, 1)}, numero=f"2{n}")
        with django_assert_max_num_queries(18):
            client.get("/alfa/2026/calendario/")

    def test_the_address_is_told_once(self, entra: Any) -> None:
        client = entra("UNO PO")
        pagina = client.post("/alfa/2026/calendario/indirizzo/").content.decode()
        indirizzo = re.search(r'value="(http[^"]+\.ics)"', pagina)
        assert indirizzo is not None
        assert Client().get(indirizzo[1]).status_code == 200
        assert ".ics" not in client.get("/alfa/2026/calendario/").content.decode()
        client.post("/alfa/2026/calendario/indirizzo/", {"revoca": "1"})
        assert not FeedCalendario.objects.exists()
        assert Client().get(indirizzo[1]).status_code == 404


class TestProroga:
    URL = "/alfa/2026/calendario/proroga/"

    def test_registered_and_told(self, entra: Any) -> None:
        mondo.apri()
        client = entra("ATTI SEGRETERIA")
        assert client.get(f"{self.URL}?termine=piao").status_code == 200
        dati = {"fino_a.piao": "2026-03-31", "motivazione": "Bilancio differito.", **ATTO}
        risposta = client.post(self.URL, dati, follow=True)
        assert "Un termine prorogato" in parole(risposta)
        assert Proroga.objects.get().scadenza.codice == "piao"
        notizie = parole(entra("GESTIONE CONTROLLO").get("/alfa/"))
        assert "prorogato al 31/03/2026" in notizie

    def test_refused_with_what_was_typed_beside_the_reasons(self, entra: Any) -> None:
        mondo.apri()
        dati = {"fino_a.piao": "2026-01-15", "motivazione": "", **ATTO, "atto-numero": ""}
        risposta = entra("ATTI SEGRETERIA").post(self.URL, dati)
        assert risposta.status_code == 422
        pagina = parole(risposta)
        for ragione in ("porta il termine più avanti", "Manca la motivazione", "Manca il numero"):
            assert ragione in pagina
        assert 'value="2026-01-15"' in risposta.content.decode()
        assert not Proroga.objects.exists()

    def test_a_term_of_the_law_is_not_offered_and_not_taken(self, entra: Any) -> None:
        mondo.apri()
        client = entra("ATTI SEGRETERIA")
        assert "variazioni-legge" not in client.get(self.URL).content.decode()
        dati = {"fino_a.variazioni-legge": "2026-12-20", "motivazione": "Serve.", **ATTO}
        assert client.post(self.URL, dati).status_code == 422
        assert not Proroga.objects.exists()


class TestApri:
    URL = "/alfa/anni/apri/"

    def test_opened_as_it_was_shown(self, entra: Any) -> None:
        client = entra("GESTIONE CONTROLLO")
        dati = modulo(client, anno="2026")
        risposta = client.post(self.URL, {**dati, **ATTO, "azione": "apri"}, follow=True)
        assert risposta.redirect_chain == [("/alfa/2026/calendario/", 303)]
        assert "Il 2026 è aperto" in parole(risposta)
        atto = Atto.objects.get(tipo="calendario")
        assert atto.digest == dati["impronta"]
        assert mondo.ciclo().atto_apertura == atto

    def test_what_changed_after_the_preview_is_shown_again_first(self, entra: Any) -> None:
        client = entra("GESTIONE CONTROLLO")
        dati = modulo(client, anno="2026") | {"p-quorum": "3", "azione": "apri", **ATTO}
        risposta = client.post(self.URL, dati)
        assert risposta.status_code == 409
        assert "Hai cambiato qualcosa dopo l'anteprima" in parole(risposta)
        assert mondo.ciclo().atto_apertura is None
        nuovi = mondo.campi(risposta.content.decode())
        assert nuovi["atto-numero"] == "14"
        assert client.post(self.URL, {**nuovi, "azione": "apri"}).status_code == 303
        assert mondo.ciclo().parametri["quorum"] == 3

    def test_the_preview_resolves_every_last_day(self, entra: Any) -> None:
        client = entra("GESTIONE CONTROLLO")
        dati = modulo(client, anno="2029") | {"azione": "anteprima"}
        pagina = parole(client.post(self.URL, dati))
        assert "lun 01/10/2029 spostato: domenica" in pagina
        dati |= {"p-proroga_festivi": "no"}
        assert "dom 30/09/2029" in parole(client.post(self.URL, dati))
        assert not Ciclo.objects.filter(anno=2029).exists()

    @pytest.mark.parametrize("giorno", ["9999-12-31", "0001-01-01"])
    def test_a_day_nobody_means_is_an_error_of_its_row(self, entra: Any, giorno: str) -> None:
        client = entra("GESTIONE CONTROLLO")
        dati = modulo(client, anno="2027") | {"azione": "anteprima", "c-0-giorno": giorno}
        risposta = client.post(self.URL, dati)
        assert risposta.status_code == 422
        assert "È una data troppo lontana" in parole(risposta)

    def test_r52_other_periods_bring_other_terms(self, entra: Any) -> None:
        client = entra("GESTIONE CONTROLLO")
        dati = modulo(client, anno="2027") | {"azione": "anteprima", "p-periodi": "3"}
        risposta = client.post(self.URL, dati)
        assert "Aggiunto «Relazione del terzo periodo»" in parole(risposta)
        nuovi = mondo.campi(risposta.content.decode()) | {**ATTO, "azione": "apri"}
        assert client.post(self.URL, nuovi).status_code in (303, 422)

    def test_a_term_added_and_one_taken_away(self, entra: Any) -> None:
        client = entra("GESTIONE CONTROLLO")
        dati = modulo(client, anno="2027")
        peg = next(k for k, v in dati.items() if v == "peg").removesuffix("codice")
        ultima = f"c-{int(dati['c-TOTAL_FORMS']) - 1}-"
        dati |= {
            f"{peg}togli": "on",
            f"{ultima}nome": "Conferenza dei dirigenti",
            f"{ultima}giorno": "2027-05-05",
            f"{ultima}tipo": "ordinatoria",
            f"{ultima}ruoli": ["dirigente"],
            "azione": "anteprima",
        }
        risposta = client.post(self.URL, dati)
        nuovi = mondo.campi(risposta.content.decode()) | {**ATTO, "azione": "apri"}
        assert client.post(self.URL, nuovi).status_code == 303
        codici = set(Scadenza.objects.filter(ciclo__anno=2027).values_list("codice", flat=True))
        assert "conferenza-dei-dirigenti" in codici
        assert "peg" not in codici

    @pytest.mark.parametrize(
        ("cambio", "ragione"),
        [
            ({"p-quorum": "zero"}, "Deve essere un intero da 1 a 15"),
            ({"p-variazione_backstop": "31/02"}, "Deve essere un giorno dell'anno"),
            ({"p-misura.fasce": "95: raggiunto"}, "L'ultima fascia deve partire da 0"),
            ({"p-misura.cap": "-3"}, "Deve essere maggiore di 0"),
            ({"atto-numero": ""}, "Manca il numero dell'atto"),
            ({"atto-giorno": "2026-03-09"}, "data futura"),
            ({"atto-giorno": "domani"}, "Non è una data"),
        ],
    )
    def test_bad_input_is_refused_beside_its_field(
        self, entra: Any, cambio: dict[str, str], ragione: str
    ) -> None:
        client = entra("GESTIONE CONTROLLO")
        dati = modulo(client, anno="2026") | ATTO | cambio | {"azione": "apri"}
        risposta = client.post(self.URL, dati)
        assert risposta.status_code == 422
        assert ragione in parole(risposta)
        for campo, valore in cambio.items():
            assert mondo.campi(risposta.content.decode())[campo] == valore
        assert mondo.ciclo().atto_apertura is None

    def test_r47_a_term_of_the_law_goes_back_where_it_was(self, entra: Any) -> None:
        client = entra("GESTIONE CONTROLLO")
        dati = modulo(client, anno="2026") | {"azione": "anteprima"}
        legge = next(k for k, v in dati.items() if v == "variazioni-legge").removesuffix("codice")
        pagina = parole(client.post(self.URL, dati | {f"{legge}giorno": "2026-12-24"}))
        assert "«Ultimo giorno per variare il PEG» è portato al 15/12/2026" in pagina

    def test_copied_from_last_year_unless_asked(self, entra: Any) -> None:
        mondo.apri(quorum=3)
        client = entra("GESTIONE CONTROLLO")
        assert modulo(client)["anno"] == "2027"
        assert modulo(client)["p-quorum"] == "3"
        assert modulo(client, da="norme")["p-quorum"] == "2"

    def test_a_year_opened_meanwhile_is_a_conflict(self, entra: Any) -> None:
        client = entra("GESTIONE CONTROLLO")
        dati = modulo(client, anno="2026") | ATTO | {"azione": "apri"}
        mondo.apri()
        risposta = client.post(self.URL, dati)
        assert risposta.status_code == 409
        assert "già stato aperto" in parole(risposta)

    @pytest.mark.parametrize("anno", ["", "0", "99999", "-1", "٢٠٢٧", "2027 "])
    def test_an_address_that_is_no_year_gives_the_next_to_open(self, entra: Any, anno: str) -> None:
        assert modulo(entra("GESTIONE CONTROLLO"), anno=anno)["anno"] == "2026"

    def test_the_formset_may_lie(self, entra: Any) -> None:
        client = entra("GESTIONE CONTROLLO")
        for lie in (
            {"c-TOTAL_FORMS": "x"},
            {"c-TOTAL_FORMS": "100000"},
            {"c-0-ruoli": ["sindaco"]},
        ):
            dati = modulo(client, anno="2026") | ATTO | lie | {"azione": "apri"}
            assert client.post(self.URL, dati).status_code == 422
        assert mondo.ciclo().atto_apertura is None
