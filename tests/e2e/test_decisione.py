# SPDX-License-Identifier: AGPL-3.0-or-later
"""The giunta decides a set: while it is recorded the page tells how far it is, then the result."""

from __future__ import annotations

from contextlib import closing

from django.db import connections
from playwright.sync_api import expect

from cycle.models import Insieme, Obiettivo
from tests import giunta, mondo
from tests.e2e.conftest import Entra


def test_the_progress_is_asked_until_the_result_is_there(entra: Entra) -> None:
    """One of its objectives is held by somebody else: the decision waits, and the page says
    where it stands, more than once; let go, it comes to the page of the act."""
    insieme = giunta.istruito()
    segreteria = entra(mondo.utente("ATTI SEGRETERIA"))
    segreteria.goto(f"/alfa/{mondo.ANNO}/giunta/{insieme.pid}/decisione/")
    segreteria.get_by_label("Numero dell'atto").fill("78")
    segreteria.get_by_label("Data dell'atto").fill("2026-02-27")
    domande = []
    segreteria.on("request", lambda r: domande.append(r.url) if "/avanzamento/" in r.url else None)
    progresso = segreteria.locator("#avanzamento")
    with closing(connections.create_connection("default")) as altra:
        altra.set_autocommit(False)
        with altra.cursor() as cursore:
            cursore.execute(
                "SELECT id FROM cycle_obiettivo WHERE codice = %s AND ente_id = %s FOR UPDATE",
                [giunta.PROPOSTE[0], insieme.ente_id],
            )
        segreteria.get_by_role("button", name="Registra la decisione").click()
        expect(progresso).to_contain_text("Controllo dell'insieme")
        expect(progresso.get_by_role("progressbar", name="Controllo dell'insieme")).to_be_visible()
        expect(segreteria.get_by_role("button", name="Registra la decisione")).to_be_disabled()
        for _volta in range(2):
            with segreteria.expect_request(lambda r: "/avanzamento/" in r.url):
                pass
        assert Insieme.objects.get(pk=insieme.pk).stato == "in_istruttoria"
        altra.rollback()
    expect(segreteria.get_by_role("heading", level=1)).to_contain_text("n. 78 del 27/02/2026")
    expect(segreteria.locator("main")).to_contain_text("Impronta (SHA-256)")
    assert len(domande) >= 3
    assert len(set(domande)) == 1  # always the same work
    assert Insieme.objects.get(pk=insieme.pk).stato == "deciso"
    assert set(
        Obiettivo.objects.filter(ente_id=insieme.ente_id, codice__in=giunta.PROPOSTE).values_list(
            "stato", flat=True
        )
    ) == {"approvato"}
    with segreteria.expect_download() as scaricato:
        segreteria.get_by_role("link", name="Allegato: il testo approvato, in JSON").click()
    assert scaricato.value.suggested_filename.endswith(".json")
