# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two instants, and approved against in force: each difference with the act that authorised it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cycle.differenze import Differenza, differenze
from cycle.models import Indicatore, Obiettivo, Rilevazione
from tests import mondo
from tests.registro.test_come_era import adesso, nessuna_azione
from tests.variazioni.mondo import approva, presentata
from tests.views.conftest import Entra

pytestmark = pytest.mark.usefixtures("db", "dati")
CONFRONTO = "/alfa/registro/confronto/"
SEMPRE = datetime(9999, 1, 1, tzinfo=UTC)


def fra(o: Obiettivo, dal: datetime, al: datetime = SEMPRE, **altro: bool) -> list[Differenza]:
    return differenze(ente_id=o.ente_id, radici=[o.pk], dal=dal, al=al, **altro)


def test_r30_a_variazione_is_a_difference_with_its_act(entra: Entra) -> None:
    o = mondo.in_stato("in_corso")
    prima = adesso()
    approva(presentata(o))
    trovate = fra(o, prima)
    assert trovate
    assert all(d.atto and not d.senza_atto for d in trovate)
    assert any("target" in d.campo for d in trovate)
    pagina = entra("DUE PO").get(CONFRONTO, {"obiettivo": str(o.pid)}).content.decode()
    assert trovate[0].atto in pagina
    assert "nessun atto" not in pagina
    assert fra(o, adesso()) == []


def test_what_came_back_to_what_it_was_is_no_difference() -> None:
    o = mondo.in_stato("bozza")
    prima, titolo = adesso(), o.titolo
    for nuovo in ("Un altro", "Un altro ancora"):
        nessuna_azione()
        Obiettivo.objects.filter(pk=o.pk).update(titolo=nuovo)
    mezzo = adesso()
    (d,) = fra(o, prima)
    assert (d.prima, d.dopo, d.campo) == (titolo, "Un altro ancora", "titolo")
    nessuna_azione()
    Obiettivo.objects.filter(pk=o.pk).update(titolo=titolo)
    assert fra(o, prima) == []
    assert [d.dopo for d in fra(o, prima, mezzo)] == ["Un altro ancora"]
    assert [d.dopo for d in fra(o, mezzo)] == [titolo]


def test_a_row_that_came_or_went_is_one_difference() -> None:
    o = mondo.in_stato("bozza")
    prima = adesso()
    nessuna_azione()
    i = Indicatore.objects.filter(obiettivo=o).order_by("pk")[0]
    Rilevazione.objects.filter(indicatore=i).order_by("pk")[0].delete()
    (d,) = fra(o, prima)
    assert (d.prima, d.dopo) == ("c'era", "tolto")


def test_what_no_act_authorises_is_said(entra: Entra) -> None:
    o = mondo.in_stato("in_corso")
    prima = adesso()
    with connection.cursor() as cursore:
        cursore.execute("SELECT set_config('ciclo.azione', '', true)")
    Obiettivo.objects.filter(pk=mondo.in_stato("bozza").pk).update(titolo="A mano")
    (d,) = fra(mondo.in_stato("bozza"), prima)
    assert d.senza_atto
    pagina = entra("VERIFICA REVISORE").get(CONFRONTO, {"anno": "2026", "dal": prima.isoformat()})
    # drafts are not the auditor's to see
    assert "nessun atto" not in pagina.content.decode()
    sua = entra("UNO PO").get(CONFRONTO, {"anno": "2026", "dal": prima.isoformat()})
    assert "A mano" not in sua.content.decode() or "nessun atto" in sua.content.decode()
    assert o.stato == "in_corso"


def test_of_what_is_of_others_only_what_came_after_its_approval(entra: Entra) -> None:
    o = mondo.in_stato("approvato")
    parole = {"obiettivo": str(o.pid), "dal": "2001-01-01", "tutti": "1"}
    tutto = entra("GENERALE SEGRETARIO").get(CONFRONTO, parole).content.decode()
    loro = entra("DUE PO").get(CONFRONTO, parole).content.decode()
    assert "aggiunto" in tutto
    assert "aggiunto" not in loro
    assert (
        entra("DUE PO").get(CONFRONTO, {"obiettivo": str(mondo.in_stato("bozza").pid)}).status_code
        == 404
    )


def test_an_address_that_says_nonsense(entra: Entra) -> None:
    porta = entra("VERIFICA REVISORE")
    assert "non è una data" in porta.get(CONFRONTO, {"dal": "ieri"}).content.decode()
    male = porta.get(CONFRONTO, {"dal": "2026-02-01", "al": "2026-01-01"}).content.decode()
    assert "prima del secondo" in male
    assert porta.get(CONFRONTO, {"obiettivo": "x"}).status_code == 404
    assert porta.get(CONFRONTO, {"anno": "1999"}).status_code == 404


def test_the_queries_are_as_many_for_one_and_for_a_year(entra: Entra) -> None:
    porta = entra("GENERALE SEGRETARIO")
    porta.get(CONFRONTO)
    with CaptureQueriesContext(connection) as anno:
        porta.get(CONFRONTO, {"dal": "2001-01-01", "tutti": "1"})
    assert len(anno) <= 18
