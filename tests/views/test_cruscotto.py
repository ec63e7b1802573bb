# SPDX-License-Identifier: AGPL-3.0-or-later
"""The cruscotto: each figure is a link to the list behind it, and the queries do not grow."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cycle.cruscotto import cruscotto
from cycle.models import Ciclo, RelazioneSemestrale
from cycle.services.piano import importa
from tests import mondo
from tests.views.conftest import Entra

pytestmark = pytest.mark.usefixtures("db")
QUI = "/alfa/2026/cruscotto/"
LUGLIO = datetime(2026, 9, 1, 9, tzinfo=UTC)
PAGINE = (QUI, f"{QUI}relazioni/", f"{QUI}segnali/", f"{QUI}media/", "/alfa/2026/chiusura/")


def quadro(istante: datetime = mondo.ADESSO):  # type: ignore[no-untyped-def]
    ciclo = Ciclo.objects.select_related("ente").get(ente__codice_ipa="alfa", anno=2026)
    return cruscotto(mondo.attore("GENERALE SEGRETARIO", istante=istante), ciclo, istante)


def test_the_means_of_settori_and_periods() -> None:
    r = RelazioneSemestrale.objects.get(obiettivo=mondo.obiettivo("OE12"), periodo__codice="2026-1")
    mondo.compila(r, "DUE PO", valore=Decimal(0))
    mondo.muovi(r, "trasmetti", "DUE DIRIGENTE")
    q = quadro()
    uno, due = {s.codice: s for s in q.settori}["S1"], {s.codice: s for s in q.settori}["S2"]
    assert (uno.totale.quanti, uno.totale.con_convalidata) == (6, 1)
    assert [t.quante for t in uno.tappe] == [2, 2]  # OE05 and OE06
    assert uno.tappe[0].calcolata == 100
    assert [(t.quante, t.calcolata) for t in due.tappe] == [(1, Decimal(0)), (0, None)]
    assert q.ente.tappe[0].calcolata is not None
    assert round(q.ente.tappe[0].calcolata, 2) == Decimal("66.67")
    assert (q.ente.convalidato, q.ente.quest_anno) == (False, q.ente.totale.calcolata)
    # the trend, drawn and in words
    assert q.ente.andamento == "1° 66,67 %, 2° 100,00 %"
    assert due.andamento == "1° 0,00 %"
    assert q.scala == (0, 100)
    assert "passa da 66,67 % (relazioni 3) a 100,00 % (relazioni 2)" in q.andamento
    stati = {stato: t.quanti for stato, t in q.stati.items()}
    assert sum(stati.values()) == q.ente.totale.quanti == 8
    assert {codice: n for codice, _nome, n in q.relazioni[0].stati} == {
        "da_compilare": 1,
        "trasmessa": 2,
        "validata": 1,
    }


def test_every_figure_leads_to_as_many_rows_as_it_says(
    entra: Entra, adesso: Callable[[datetime], None]
) -> None:
    adesso(LUGLIO)
    client = entra("GENERALE SEGRETARIO")
    html = client.get(QUI).content.decode()
    assert html.count('<svg class="andamento"') == 2  # the ente, and the settore with a report
    assert html.count("<figcaption>") == 2
    for indirizzo, quanti in re.findall(
        r'href="(/alfa/2026/piano/\?stato=\w+)">(\d+)<', html.replace("&amp;", "&")
    ):
        righe = client.get(indirizzo).content.decode()
        assert righe.count('<th scope="row"') == int(quanti), indirizzo
    for nome, quanti in re.findall(r"stato=(\w+)\">[^:<]+: (\d+)</a>", html):
        righe = client.get(f"{QUI}relazioni/?stato={nome}").content.decode()
        assert righe.count('<th scope="row"') >= int(quanti)


def test_the_mean_is_explained_and_nobody_disappears(entra: Entra) -> None:
    html = entra("UNO PO").get(f"{QUI}media/", {"unita": "S1"}).content.decode()
    assert "Come si calcola la media 2026 di Servizi alla persona" in html
    assert "È la media semplice delle percentuali calcolate" in html
    assert html.count("Spiega<span") == 6
    assert "non entrano nella media" in html


def test_the_register_of_what_keeps_the_year_open(entra: Entra) -> None:
    html = entra("PRIMO NUCLEO").get("/alfa/2026/chiusura/").content.decode()
    assert "Obiettivi da validare" in html
    assert "L&#x27;anno non è finito" in html
    assert "Chiudi il 2026" not in html


def test_the_queries_do_not_grow_with_the_plan(
    entra: Entra, adesso: Callable[[datetime], None]
) -> None:
    adesso(LUGLIO)
    client = entra("GENERALE SEGRETARIO")

    def quante() -> list[int]:
        conti = []
        for pagina in PAGINE:
            with CaptureQueriesContext(
                connection,
            ) as lette:
                assert client.get(pagina).status_code == 200, pagina
            conti.append(len(lette))
        return conti

    quante()  # what is read once for all
    prima = quante()
    ente = mondo.ente()
    schede = [mondo.scheda(f"OE5{n:02d}", "S2", 2) for n in range(40)]
    importa(
        ente=ente,
        piano=mondo.piano(schede),
        come="piano",
        istante=mondo.INIZIO,
        stati=dict.fromkeys((s.codice for s in schede), "bozza"),
    )
    assert quante() == prima
