# SPDX-License-Identifier: AGPL-3.0-or-later
"""Many at once: what the preview says is what happens, or nothing does."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from cycle import selectors
from cycle.models import Obiettivo
from cycle.procedures import OBIETTIVO
from cycle.services import molti
from cycle.services.piano import importa
from tests import mondo
from tests.views.conftest import Entra
from workflows.registro.models import Evento

BASE = "/alfa/2026/piano/molti"


def bozze(quante: int) -> list[Obiettivo]:
    """More drafts of the first settore, whole and ready to be proposed."""
    schede = [mondo.scheda(f"NU{n:03d}", "S1", 1) for n in range(quante)]
    importa(
        ente=mondo.ente(),
        piano=mondo.piano(schede),
        come="piano",
        istante=mondo.INIZIO,
        stati=dict.fromkeys((s.codice for s in schede), "bozza"),
    )
    return list(Obiettivo.objects.filter(ente=mondo.ente(), codice__startswith="NU"))


def campi(testo: str) -> dict[str, str]:
    """The hidden fields of the confirmation."""
    return dict(re.findall(r'<input type="hidden" name="(impronta|visto)" value="([^"]+)"', testo))


def anteprima(porta: Client, url: str) -> tuple[str, dict[str, str]]:
    risposta = porta.get(url)
    assert risposta.status_code == 200
    testo = " ".join(risposta.content.decode().split())
    return testo, campi(testo)


def stati(oggetti: list[Obiettivo]) -> set[str]:
    return set(
        Obiettivo.objects.filter(pk__in=[o.pk for o in oggetti]).values_list("stato", flat=True)
    )


class TestPiano:
    def test_the_boxes_and_what_can_be_done_with_them(self, entra: Entra) -> None:
        testo = entra("UNO DIRIGENTE").get("/alfa/2026/piano/").content.decode()
        for passo in ("proponi", "avvia", "rendiconta"):
            assert f'formaction="{BASE}/{passo}/"' in testo
        assert f'formaction="{BASE}/rinvia/"' not in testo
        assert testo.count('name="scelti"') == 7  # the draft of another settore is not seen
        assert (
            f"{BASE}/rinvia/"
            in entra("GESTIONE CONTROLLO").get("/alfa/2026/piano/").content.decode()
        )

    def test_none_for_who_can_do_nothing_to_many(self, entra: Entra) -> None:
        for chi in ("VERIFICA REVISORE", "PRIMO NUCLEO"):
            assert 'name="scelti"' not in entra(chi).get("/alfa/2026/piano/").content.decode()

    def test_a_step_that_needs_an_act_is_not_for_many(self, entra: Entra) -> None:
        for passo in ("approva", "valida", "stralcia", "non-c-e"):
            assert entra("ATTI SEGRETERIA").get(f"{BASE}/{passo}/?tutti=1").status_code == 404


class TestAnteprima:
    def test_ready_and_not_with_every_reason(self, entra: Entra) -> None:
        bozze(3)
        testo, _ = anteprima(entra("UNO DIRIGENTE"), f"{BASE}/proponi/?tutti=1")
        assert "<b>4</b> pronti" in testo
        assert "<b>6</b> non pronti" in testo
        assert "Si trova in «Approvato»: questo passo parte da «Bozza»." in testo
        # an objective of another settore: seen, and not his to propose... where it is to be seen
        assert "Serve un incarico di Dirigente su «Lavori pubblici»" in testo

    def test_what_is_not_to_be_seen_is_not_there(self, entra: Entra) -> None:
        altrui = mondo.obiettivo("OE11")  # a draft of the other settore
        di_beta = mondo.obiettivo("OE01", "beta")
        url = f"{BASE}/proponi/?scelti={altrui.pid}&scelti={di_beta.pid}&scelti=x"
        testo, _ = anteprima(entra("UNO DIRIGENTE"), url)
        assert "Non è stato scelto nessun obiettivo." in testo

    def test_the_same_verdicts_as_one_by_one(self, db: None) -> None:
        tutti = list(Obiettivo.objects.filter(ente=mondo.ente()))
        for chi in ("UNO DIRIGENTE", "UNO PO", "GESTIONE CONTROLLO", "PRIMO NUCLEO"):
            attore = mondo.attore(chi)
            uno = selectors.verdetti(OBIETTIVO, tutti, attore, mondo.ADESSO)
            for t in OBIETTIVO.macchina.transizioni:
                vista = molti.anteprima(t, tutti, attore, mondo.ADESSO)
                attesi = {
                    pk
                    for pk, giudizi in uno.items()
                    if next(v for v in giudizi if v.transizione == t).permessa
                }
                assert {s.pk for s in vista.pronti} == attesi
                senza = {pk for o in vista.ostacoli for pk in o.scelti}
                assert senza == set(uno) - attesi


class TestEsecuzione:
    def test_all_in_one_action(self, entra: Entra) -> None:
        nuovi = bozze(3)
        porta = entra("UNO DIRIGENTE")
        url = f"{BASE}/proponi/?" + "&".join(f"scelti={o.pid}" for o in nuovi)
        testo, dati = anteprima(porta, url)
        assert "Proponi tutti (3)" in testo
        risposta = porta.post(url, {**dati, "come": "tutti"})
        assert risposta.status_code == 303
        assert stati(nuovi) == {"proposta"}
        azioni = set(
            Evento.objects.filter(
                verbo="proponi", oggetto_id__in=[o.pk for o in nuovi]
            ).values_list("azione", flat=True)
        )
        assert len(azioni) == 1
        fatto = porta.get(risposta["Location"])
        assert "fatto, 3 obiettivi" in " ".join(fatto.content.decode().split())
        # and it is told to who did it only
        assert entra("UNO PO").get(risposta["Location"]).status_code == 404

    def test_only_those_that_pass(self, entra: Entra) -> None:
        nuovi = bozze(2)
        porta = entra("UNO DIRIGENTE")
        url = f"{BASE}/proponi/?tutti=1"
        testo, dati = anteprima(porta, url)
        assert "Proponi solo i 3 pronti" in testo
        risposta = porta.post(url, {**dati, "come": "pronti"})
        assert risposta.status_code == 303
        assert stati(nuovi) == {"proposta"}
        assert "6 obiettivi scelti non erano pronti" in " ".join(
            porta.get(risposta["Location"]).content.decode().split()
        )
        assert mondo.in_stato("approvato").stato == "approvato"

    def test_all_or_nothing_when_some_are_not_ready(self, entra: Entra) -> None:
        nuovi = bozze(2)
        porta = entra("UNO DIRIGENTE")
        url = f"{BASE}/proponi/?tutti=1"
        _, dati = anteprima(porta, url)
        assert porta.post(url, {**dati, "come": "tutti"}).status_code == 409
        assert stati(nuovi) == {"bozza"}

    def test_r50_what_moved_since_is_named_and_nothing_is_done(self, entra: Entra) -> None:
        nuovi = bozze(3)
        porta = entra("UNO DIRIGENTE")
        url = f"{BASE}/proponi/?tutti=1&testo=NU"
        _, dati = anteprima(porta, url)
        mondo.muovi(nuovi[1], "proponi", "UNO DIRIGENTE")
        for come in ("tutti", "pronti"):
            risposta = porta.post(url, {**dati, "come": come})
            testo = " ".join(risposta.content.decode().split())
            assert risposta.status_code == 409
            assert "Dopo l&#x27;anteprima qualcuno ha cambiato" in testo
            assert stati([nuovi[0], nuovi[2]]) == {"bozza"}
        # the preview that came back is new, and can be confirmed
        risposta = porta.post(url, {**campi(testo), "come": "pronti"})
        assert risposta.status_code == 303
        assert stati(nuovi) == {"proposta"}

    def test_r50_one_more_that_matches_the_filter_is_a_change_too(self, entra: Entra) -> None:
        porta = entra("UNO DIRIGENTE")
        url = f"{BASE}/proponi/?tutti=1&testo=NU"
        bozze(1)
        _, dati = anteprima(porta, url)
        schede = [mondo.scheda("NU900", "S1", 1)]
        importa(
            ente=mondo.ente(),
            piano=mondo.piano(schede),
            come="piano",
            istante=mondo.INIZIO,
            stati={"NU900": "bozza"},
        )
        assert porta.post(url, {**dati, "come": "pronti"}).status_code == 409
        assert porta.post(url, {"come": "pronti"}).status_code == 409  # nothing was previewed

    def test_a_reason_where_a_guard_wants_it(self, entra: Entra) -> None:
        porta = entra("GESTIONE CONTROLLO")
        o = mondo.in_stato("proposta")
        url = f"{BASE}/rinvia/?scelti={o.pid}"
        testo, dati = anteprima(porta, url)
        assert 'name="motivazione"' in testo
        risposta = porta.post(url, {**dati, "come": "tutti", "motivazione": " "})
        assert risposta.status_code == 422
        assert "Manca la motivazione." in risposta.content.decode()
        assert mondo.in_stato("proposta").stato == "proposta"
        risposta = porta.post(url, {**dati, "come": "tutti", "motivazione": "Target da rivedere."})
        assert risposta.status_code == 303
        assert (
            Evento.objects.get(verbo="rinvia", esito="eseguito").motivazione
            == "Target da rivedere."
        )

    def test_outside_the_planned_dates_only_with_a_reason(self, entra: Entra, adesso: Any) -> None:
        adesso(datetime(2027, 1, 10, 9, 0, tzinfo=UTC))
        porta = entra("UNO PO")
        o = mondo.in_stato("approvato")
        url = f"{BASE}/avvia/?scelti={o.pid}"
        testo, dati = anteprima(porta, url)
        assert "Per 1 di loro si controlla: Si avvia entro le date previste" in testo
        assert porta.post(url, {**dati, "come": "pronti"}).status_code == 422
        motivo = {"motivazione": "Avviato in ritardo."}
        assert porta.post(url, {**dati, **motivo, "come": "pronti"}).status_code == 303

    def test_of_who_has_no_incarico_for_it(self, entra: Entra) -> None:
        o = mondo.in_stato("approvato")
        porta = entra("DUE PO")
        url = f"{BASE}/avvia/?scelti={o.pid}"
        testo, _ = anteprima(porta, url)
        assert "<b>0</b> pronti" in testo
        dati = {"impronta": molti.impronta({o.pk: o.revisione})}
        assert porta.post(url, {**dati, "come": "tutti"}).status_code == 403
        assert porta.post(url, {**dati, "come": "pronti"}).status_code == 422
        assert mondo.in_stato("approvato").stato == "approvato"


@pytest.mark.parametrize("quante", [2, 30])
def test_the_queries_do_not_depend_on_how_many(
    entra: Entra, django_assert_max_num_queries: Any, quante: int
) -> None:
    bozze(quante)
    porta = entra("UNO DIRIGENTE")
    url = f"{BASE}/proponi/?tutti=1&testo=NU"
    porta.get(url)
    with django_assert_max_num_queries(20) as lette:
        _, dati = anteprima(porta, url)
    with django_assert_max_num_queries(45) as scritte:
        assert porta.post(url, {**dati, "come": "pronti"}).status_code == 303
    QUERY.append((len(lette), len(scritte)))
    assert len(set(QUERY)) == 1


QUERY: list[tuple[int, int]] = []
