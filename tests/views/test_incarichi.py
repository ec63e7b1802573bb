# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of incarichi: who is what, who can do this, what can this person do and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client

from cycle.models import Incarico
from tests import mondo
from tests.cycle.test_incarichi import cessa, conferisci, delega, dove, incarico_di
from tests.views.conftest import Entra
from workflows.registro.models import Evento

FRA_UN_MESE = mondo.ADESSO + timedelta(days=30)


def pagina(client: Client, url: str, codice: int = 200) -> str:
    risposta = client.get(url)
    assert risposta.status_code == codice
    return " ".join(risposta.content.decode().split())


class TestElenco:
    def test_by_unit_and_by_person(self, entra: Entra) -> None:
        porta = entra("UNO PO")
        per_unita = pagina(porta, "/alfa/incarichi/")
        assert "13 incarichi" in per_unita
        assert per_unita.index("Servizi alla persona") < per_unita.index("Uno Dirigente")
        per_persona = pagina(porta, "/alfa/incarichi/?vista=persone&testo=uno+dirigente")
        assert "1 incarico" in per_persona
        assert "decreto n. 1" in per_persona

    def test_delega_interim_and_their_ends_are_told(self, entra: Entra) -> None:
        delega(ambito=["trasmetti_relazione"])
        conferisci("DUE DIRIGENTE", "dirigente", "S1", interim=True, al=FRA_UN_MESE)
        testo = pagina(entra("UNO PO"), "/alfa/incarichi/")
        assert "per delega di Uno Dirigente" in testo
        assert "trasmettere una relazione" in testo
        assert "ad interim" in testo
        assert "dal 02/03/2026 al 01/04/2026 11:00" in testo

    def test_the_finished_ones_on_demand(self, entra: Entra) -> None:
        cessa(incarico_di("DUE PO"))
        porta = entra("UNO PO")
        assert "Due Po" not in pagina(porta, "/alfa/incarichi/")
        assert "cessazione: decreto n. 6" in pagina(porta, "/alfa/incarichi/?finiti=1")

    def test_at_another_instant(self, entra: Entra) -> None:
        conferisci("SENZA INCARICO", "po", "S1", dal=FRA_UN_MESE)
        porta = entra("UNO PO")
        assert "non ancora cominciato" in pagina(porta, "/alfa/incarichi/")
        allora = pagina(porta, "/alfa/incarichi/?il=2026-05-01T00:00")
        assert "non ancora cominciato" not in allora
        assert "Un'ipotesi" in allora
        assert "non è una data" in pagina(porta, "/alfa/incarichi/?il=domani", 422)

    def test_vacancies_in_red_words(self, entra: Entra) -> None:
        porta = entra("GESTIONE CONTROLLO")
        assert "Ogni passo ha chi può compierlo" in pagina(porta, "/alfa/incarichi/")
        cessa(incarico_di("UNO DIRIGENTE"))
        testo = pagina(porta, "/alfa/incarichi/")
        assert "nessuno può proporre un obiettivo" in testo
        assert "Riguarda 5 obiettivi. Serve: Dirigente." in testo
        assert "conferisci/?unita=S1" in testo

    def test_forms_are_offered_to_who_may(self, entra: Entra) -> None:
        for chi, conferisce, delega_ in (
            ("GESTIONE CONTROLLO", True, True),
            ("UNO DIRIGENTE", False, True),
            ("UNO PO", False, False),
        ):
            testo = pagina(entra(chi), "/alfa/incarichi/")
            assert ("/alfa/incarichi/conferisci/" in testo) is conferisce
            assert ("/alfa/incarichi/delega/" in testo) is delega_
            assert ("/cessa/" in testo) is conferisce

    def test_who_has_no_incarico_is_told_so(self, entra: Entra) -> None:
        assert "Serve un incarico qualsiasi" in pagina(
            entra("SENZA INCARICO"), "/alfa/incarichi/", 403
        )

    def test_queries_do_not_depend_on_the_rows(
        self, entra: Entra, django_assert_max_num_queries: Any
    ) -> None:
        porta = entra("GESTIONE CONTROLLO")
        for url in ("/alfa/incarichi/", "/alfa/incarichi/?vista=persone"):
            porta.get(url)
            with django_assert_max_num_queries(100) as prima:
                porta.get(url)
            for giorno in range(5):
                conferisci(
                    "SENZA INCARICO",
                    "po",
                    "S1" if "vista" in url else "S2",
                    dal=mondo.ADESSO + timedelta(days=giorno),
                    al=mondo.ADESSO + timedelta(days=giorno + 1),
                )
            with django_assert_max_num_queries(len(prima)):
                porta.get(url)


class TestPersona:
    def test_each_permission_its_unit_incarico_and_act(self, entra: Entra) -> None:
        delega(ambito=["trasmetti_relazione"])
        pid = mondo.persona("SENZA INCARICO").pid
        testo = pagina(entra("UNO PO"), f"/alfa/incarichi/persone/{pid}/")
        assert "trasmettere una relazione" in testo
        assert "proporre un obiettivo" not in testo
        assert "per delega di Uno Dirigente" in testo
        assert "nota prot. 77" in testo
        # and the registro in a sentence
        assert (
            "Il 02/03/2026 alle 10:00 Uno Dirigente, dirigente di Servizi alla persona, ha "
            "delegato a Senza Incarico funzioni di dirigente di Servizi alla persona (nota prot. "
            "77)."
        ) in testo

    def test_at_another_instant_he_can_do_nothing(self, entra: Entra) -> None:
        delega()
        pid = mondo.persona("SENZA INCARICO").pid
        testo = pagina(entra("UNO PO"), f"/alfa/incarichi/persone/{pid}/?il=2026-04-02")
        assert "Senza Incarico non ha incarichi in vigore" in testo

    def test_who_delegated_sees_to_whom(self, entra: Entra) -> None:
        delega(ambito=["trasmetti_relazione"])
        testo = pagina(
            entra("UNO PO"), f"/alfa/incarichi/persone/{mondo.persona('UNO DIRIGENTE').pid}/"
        )
        assert "Deleghe che ha dato" in testo

    def test_not_of_another_ente(self, entra: Entra) -> None:
        pid = mondo.persona("UNO PO", "beta").pid
        assert pagina(entra("UNO PO"), f"/alfa/incarichi/persone/{pid}/", 404)


class TestChiPuo:
    def test_of_a_permission_on_a_unit(self, entra: Entra) -> None:
        porta = entra("UNO PO")
        url = "/alfa/incarichi/chi-puo/?permesso=proponi_obiettivo&unita=S1"
        assert "Uno Dirigente" in pagina(porta, url)
        cessa(incarico_di("UNO DIRIGENTE"))
        testo = pagina(porta, url)
        assert "Nessuno può farlo." in testo
        assert "L&#x27;ultimo è stato Uno Dirigente" in testo

    def test_of_a_step_of_an_objective(self, entra: Entra) -> None:
        o = mondo.in_stato("approvato")
        testo = pagina(entra("UNO PO"), f"/alfa/obiettivi/{o.pid}/chi-puo/avvia/")
        assert "Uno Po" in testo
        assert "Uno Dirigente" in testo
        assert "Due Po" not in testo
        r = mondo.in_stato("rendicontato")
        url = f"/alfa/obiettivi/{r.pid}/relazioni/2026-1/chi-puo/valida/"
        assert "Terzo Nucleo" in pagina(entra("UNO PO"), url)
        assert pagina(entra("UNO PO"), f"/alfa/obiettivi/{o.pid}/chi-puo/non-c-e/", 404)


class TestModuli:
    def conferimento(self, **altro: Any) -> dict[str, Any]:
        return {
            "persona": mondo.persona("SENZA INCARICO").pid,
            "ruolo": "dirigente",
            "unita": dove("S1").pid,
            "interim": "on",
            "dal": "2026-03-02",
            "fino_al": "2026-03-31",
            "atto": "decreto n. 8",
        } | altro

    def test_the_first_and_the_last_day_belong_to_it(self, entra: Entra) -> None:
        porta = entra("GESTIONE CONTROLLO")
        risposta = porta.post("/alfa/incarichi/conferisci/", self.conferimento())
        assert (risposta.status_code, risposta["Location"]) == (303, "/alfa/incarichi/")
        dato = Incarico.objects.get(persona=mondo.persona("SENZA INCARICO"))
        assert dato.tipo == "interim"
        assert dato.dal == datetime(2026, 3, 1, 23, tzinfo=UTC)
        assert dato.al == datetime(2026, 3, 31, 22, tzinfo=UTC)  # summer time has begun
        assert "Senza Incarico è Dirigente" in pagina(porta, "/alfa/incarichi/")

    def test_refused_with_every_reason_and_what_was_typed(self, entra: Entra) -> None:
        porta = entra("GESTIONE CONTROLLO")
        dati = self.conferimento(atto="", fino_al="2026-03-01")
        risposta = porta.post("/alfa/incarichi/conferisci/", dati)
        testo = risposta.content.decode()
        assert risposta.status_code == 422
        assert "Manca l&#x27;atto" in testo
        assert "La fine non viene dopo" in testo
        assert 'value="2026-03-01"' in testo
        assert not Incarico.objects.filter(persona=mondo.persona("SENZA INCARICO")).exists()
        rifiutato = Evento.objects.get(procedura="incarico", esito="rifiutato")
        assert rifiutato.verbo == "conferisce"

    def test_nonsense_is_an_error_of_the_form(self, entra: Entra) -> None:
        porta = entra("GESTIONE CONTROLLO")
        for campi in (
            {"persona": "x"},
            {"ruolo": "re"},
            {"unita": dove("S1", "beta").pid},
            {"dal": "domani"},
            {"dal": "0001-01-01"},
            {"fino_al": "9999-12-31"},
            {"persona": mondo.persona("UNO PO", "beta").pid},
        ):
            risposta = porta.post("/alfa/incarichi/conferisci/", self.conferimento(**campi))
            assert risposta.status_code == 422

    def test_delega_of_one_s_own(self, entra: Entra) -> None:
        porta = entra("UNO DIRIGENTE")
        modulo = pagina(porta, "/alfa/incarichi/delega/")
        assert "trasmettere una relazione" in modulo
        assert "validare" not in modulo
        risposta = porta.post(
            "/alfa/incarichi/delega/",
            {
                "delegante": incarico_di("UNO DIRIGENTE").pid,
                "persona": mondo.persona("SENZA INCARICO").pid,
                "unita": dove("S1").pid,
                "ambito": ["trasmetti_relazione", "proponi_obiettivo"],
                "motivo": "Ferie.",
                "dal": "2026-03-02",
                "fino_al": "2026-03-20",
                "atto": "nota prot. 5",
            },
        )
        assert risposta.status_code == 303
        data = Incarico.objects.get(tipo="delega")
        assert data.dal == mondo.ADESSO  # of today: from now, not from midnight
        assert data.ambito == ["proponi_obiettivo", "trasmetti_relazione"]
        o = mondo.in_stato("bozza")
        mondo.muovi(o, "proponi", "SENZA INCARICO")
        storia = pagina(porta, f"/alfa/obiettivi/{o.pid}/")
        assert "per delega di Uno Dirigente, ha proposto" in storia

    def test_before_ending_one_sees_what_nobody_could_do(self, entra: Entra) -> None:
        porta = entra("GESTIONE CONTROLLO")
        url = f"/alfa/incarichi/{incarico_di('UNO DIRIGENTE').pid}/cessa/"
        testo = pagina(porta, url)
        assert "Se cessasse adesso" in testo
        assert "nessuno può proporre un obiettivo" in testo
        risposta = porta.post(url, {"atto": "decreto n. 9", "ultimo_giorno": "2026-03-01"})
        assert risposta.status_code == 422
        assert "non cessa nel passato" in risposta.content.decode()
        risposta = porta.post(url, {"atto": "decreto n. 9", "ultimo_giorno": "2026-03-15"})
        assert risposta.status_code == 303
        i = incarico_di("UNO DIRIGENTE")
        assert i.al == datetime(2026, 3, 15, 23, tzinfo=UTC)
        assert i.atto_di_cessazione == "decreto n. 9"

    def test_who_gave_a_delega_may_withdraw_it_here(self, entra: Entra) -> None:
        data = delega()
        porta = entra("UNO DIRIGENTE")
        assert f"{data.pid}/cessa/" in pagina(porta, "/alfa/incarichi/")
        assert porta.post(f"/alfa/incarichi/{data.pid}/cessa/", {"atto": "n. 1"}).status_code == 303


class TestScrivania:
    def test_who_gives_incarichi_is_told_what_nobody_can_do(self, entra: Entra) -> None:
        cessa(incarico_di("UNO DIRIGENTE"))
        for chi, detto in (("GESTIONE CONTROLLO", True), ("GENERALE SEGRETARIO", False)):
            testo = pagina(entra(chi), "/alfa/")
            assert ("nessuno può proporre un obiettivo" in testo) is detto

    def test_and_of_nothing_when_nothing_is_missing(self, entra: Entra) -> None:
        assert "nessuno può" not in pagina(entra("GESTIONE CONTROLLO"), "/alfa/")
