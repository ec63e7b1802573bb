# SPDX-License-Identifier: AGPL-3.0-or-later
"""What-if on the scheda: another instant, another role; it says so, and offers nothing to press."""

from __future__ import annotations

from datetime import timedelta

from cycle.services.incarichi import cessa
from tests import mondo
from tests.cycle.test_incarichi import incarico_di
from tests.views.conftest import Entra
from workflows.registro.models import Evento


def test_as_another_role(entra: Entra) -> None:
    o = mondo.in_stato("bozza")
    porta = entra("UNO PO")
    adesso = porta.get(f"/alfa/obiettivi/{o.pid}/").content.decode()
    assert "Un'ipotesi" not in adesso
    assert f"/alfa/obiettivi/{o.pid}/transizioni/proponi/" not in adesso
    risposta = porta.get(f"/alfa/obiettivi/{o.pid}/?ruolo=dirigente")
    testo = risposta.content.decode()
    assert risposta.status_code == 200
    assert "Un'ipotesi: non cambia nulla, e da qui non si agisce." in testo
    assert "Si potrebbe: Proponi" in testo
    assert f"/alfa/obiettivi/{o.pid}/transizioni/proponi/" not in testo


def test_the_buttons_of_a_hypothesis_do_nothing_even_where_one_could(entra: Entra) -> None:
    o = mondo.in_stato("bozza")
    url = f"/alfa/obiettivi/{o.pid}/"
    porta = entra("UNO DIRIGENTE")
    assert f"{url}transizioni/proponi/" in porta.get(url).content.decode()
    testo = porta.get(f"{url}?il=2026-06-01T12:00").content.decode()
    assert f"{url}transizioni/proponi/" not in testo
    assert "Si potrebbe: Proponi" in testo


def test_at_an_instant_when_the_incarico_is_over(entra: Entra) -> None:
    o = mondo.in_stato("bozza")
    cessa(
        incarico=incarico_di("UNO DIRIGENTE"),
        quando=mondo.ADESSO + timedelta(days=9),
        atto="decreto n. 3",
        by=mondo.attore("GESTIONE CONTROLLO"),
        istante=mondo.ADESSO,
    )
    porta = entra("UNO DIRIGENTE")
    testo = porta.get(f"/alfa/obiettivi/{o.pid}/?il=2026-04-01T00:00").content.decode()
    assert "Si potrebbe: Proponi" not in testo
    assert "perche-no/proponi/?il=2026-04-01T00%3A00" in testo


def test_a_date_that_is_none_is_told(entra: Entra) -> None:
    o = mondo.in_stato("bozza")
    risposta = entra("UNO PO").get(f"/alfa/obiettivi/{o.pid}/?il=mai")
    assert risposta.status_code == 422
    assert "non è una data" in risposta.content.decode()


def test_it_writes_nothing(entra: Entra) -> None:
    o = mondo.in_stato("bozza")
    prima = Evento.objects.count()
    entra("UNO DIRIGENTE").get(f"/alfa/obiettivi/{o.pid}/?ruolo=nucleo&il=2026-12-31T23:59")
    assert Evento.objects.count() == prima
