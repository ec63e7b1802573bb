# SPDX-License-Identifier: AGPL-3.0-or-later
"""The main job, in a browser, with the people it takes: from a published document to validato."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from django.core.management import call_command
from playwright.sync_api import Page, expect

from cycle.importers.piano import Persona
from cycle.models import Obiettivo
from tests import mondo
from tests.e2e.conftest import Entra
from tests.importers.documento import stampa
from workflows.models import Evento


def _documento(cartella: Path) -> Path:
    """A plan of the first settore as it would be published, with one objective."""
    piano = mondo.piano([mondo.scheda("OE0077", "S1", 1)])
    piano = replace(
        piano,
        unita=(replace(piano.unita[0], responsabile="UNO DIRIGENTE", inquadramento="Dirigente"),),
        persone=(Persona("UNO DIRIGENTE", "Dirigente"), Persona("UNO PO", "PO")),
        obiettivi=tuple(
            replace(o, collaboratori=(("UNO PO", "PO"),), fase="Approvato", stato="IN Corso")
            for o in piano.obiettivi
        ),
    )
    percorso = cartella / "piano.txt"
    percorso.write_text(stampa(piano).testo, encoding="utf-8")
    return percorso


def _apri(pagina: Page, obiettivo: Obiettivo) -> Page:
    """From the desk to the list to the scheda, as a person would."""
    pagina.goto("/alfa/")
    pagina.goto(f"/alfa/{mondo.ANNO}/piano/?testo={obiettivo.codice}")
    pagina.get_by_role("link", name=obiettivo.titolo).first.click()
    expect(pagina.get_by_role("heading", level=1)).to_contain_text(obiettivo.titolo)
    return pagina


def _fatto(pagina: Page, stato: str) -> None:
    """The chip at the top of the page says the new state."""
    expect(pagina.locator("#pagina .occhiello .stato").first).to_have_text(stato)


def test_from_a_published_document_to_validato(entra: Entra, tmp_path: Path) -> None:
    call_command(
        "importa", "modena", str(_documento(tmp_path)), ente="alfa", anno=mondo.ANNO, come="piano"
    )
    o = mondo.obiettivo("OE0077")
    assert o.stato == "proposta"

    # The po cannot approve, and is told who can.
    po = _apri(entra(mondo.utente("UNO PO")), o)
    po.get_by_role("link", name="Perché no? Registra l'approvazione").click()
    expect(po.locator("#azione, main").last).to_contain_text("Segreteria della giunta")

    # The giunta's office records the act; without its number it is told what is missing.
    segreteria = _apri(entra(mondo.utente("ATTI SEGRETERIA")), o)
    segreteria.get_by_role("link", name="Registra l'approvazione", exact=True).click()
    segreteria.get_by_role("button", name="Registra l'approvazione").click()
    expect(segreteria.get_by_role("alert")).to_contain_text("Manca l'atto della giunta")
    segreteria.get_by_label("Numero dell'atto").fill("45")
    segreteria.get_by_label("Data dell'atto").fill(date(2026, 2, 26).isoformat())
    segreteria.get_by_label("Parere di regolarità tecnica").fill("segretario, 25/02/2026")
    segreteria.get_by_role("button", name="Registra l'approvazione").click()
    _fatto(segreteria, "Approvato")
    expect(segreteria.locator("main")).to_contain_text("n. 45 del 26/02/2026")

    # The po starts it, and fills the two reports.
    po.reload()
    po.get_by_role("link", name="Avvia", exact=True).click()
    po.get_by_role("button", name="Avvia", exact=True).click()
    _fatto(po, "In corso")
    for periodo in ("2026-1", "2026-2"):
        po.goto(f"/alfa/obiettivi/{o.pid}/relazioni/{periodo}/")
        for campo in po.locator("input[data-dovuta]").all():
            campo.fill("1")
        for testo in po.get_by_label("Stato di avanzamento").all():
            testo.fill("Sportelli aperti come previsto.")
        po.get_by_role("button", name="Salva", exact=True).click()
        expect(po.get_by_text("Non manca nessun valore")).to_be_visible()

    # The dirigente submits them, and closes the year's reporting.
    dirigente = entra(mondo.utente("UNO DIRIGENTE"))
    for periodo in ("2026-1", "2026-2"):
        dirigente.goto(f"/alfa/obiettivi/{o.pid}/relazioni/{periodo}/transizioni/trasmetti/")
        dirigente.get_by_role("button", name="Trasmetti", exact=True).click()
        _fatto(dirigente, "Trasmessa")
    _apri(dirigente, o)
    dirigente.get_by_role("link", name="Chiudi la rendicontazione", exact=True).click()
    dirigente.get_by_role("button", name="Chiudi la rendicontazione").click()
    _fatto(dirigente, "Rendicontato")

    # The Nucleo validates in a sitting of three: 1 of 2 in the year is half, and half it stays.
    nucleo = entra(mondo.utente("PRIMO NUCLEO"))
    for periodo in ("2026-1", "2026-2"):
        nucleo.goto(f"/alfa/obiettivi/{o.pid}/relazioni/{periodo}/transizioni/valida/")
        _seduta(nucleo)
        nucleo.get_by_role("button", name="Valida", exact=True).click()
        _fatto(nucleo, "Validata")
    _apri(nucleo, o)
    nucleo.get_by_role("link", name="Valida", exact=True).click()
    _seduta(nucleo)
    nucleo.get_by_role("button", name="Valida", exact=True).click()
    _fatto(nucleo, "Validato")
    expect(nucleo.locator("main")).to_contain_text("66,67")

    o = mondo.obiettivo("OE0077")
    assert (o.stato, o.versione) == ("validato", 1)
    assert f"{o.percentuale_convalidata:.2f}" == "66.67"  # 2 of 3, over the two periods
    verbi = Evento.objects.filter(radice_id=o.pk, esito="eseguito").order_by("id")
    assert list(verbi.values_list("verbo", flat=True)) == [
        "importa",
        "approva",
        "avvia",
        "compila",
        "compila",
        "trasmetti",
        "trasmetti",
        "rendiconta",
        "valida",
        "valida",
        "valida",
    ]
    assert not Evento.objects.filter(radice_id=o.pk, fuori_procedura=True).exists()


def _seduta(pagina: Page) -> None:
    pagina.get_by_label("Data della seduta").fill(date(2026, 3, 1).isoformat())
    for componente in pagina.get_by_role("group", name="Presenti").get_by_role("checkbox").all():
        componente.check()
    assert pagina.get_by_role("checkbox", checked=True).count() == 3
