# SPDX-License-Identifier: AGPL-3.0-or-later
"""A variazione in a browser, with the four people it takes: asked for from the scheda, examined by
Nucleo and ragioneria at once, decided with another one by a single Atto, read by the settore."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from cycle import orologio
from cycle.models import Obiettivo, RichiestaVariazione
from tests import mondo
from tests.e2e.conftest import Entra
from tests.variazioni.mondo import GIUGNO, OTTOBRE
from workflows.models import Evento


def _chiede(pagina: Page, o: Obiettivo, perche: str, *, risorse: bool) -> str:
    """From the scheda to a filed request, as the dirigente does it; where its page is."""
    pagina.goto(f"/alfa/obiettivi/{o.pid}/")
    pagina.get_by_role("link", name="Chiedi una variazione").click()
    expect(pagina.locator(".conto-restano").first).to_contain_text("restano 107 giorni")
    expect(pagina.locator("#cambi")).to_contain_text("Non cambia ancora nulla")
    pagina.locator('[name="specifici-0-indicatori-0-target-2026-2"]').fill("5")
    expect(pagina.locator("#cambi")).to_contain_text("Cambia 1 cosa")  # while one types
    # the weights are summed over the whole scheda, live
    peso = pagina.locator('[name="specifici-0-indicatori-0-peso"]')
    giusto = peso.input_value()
    peso.fill("90")
    expect(pagina.locator("#cambi")).to_contain_text("Così com'è non si potrebbe approvare")
    peso.fill(giusto)
    expect(pagina.locator("#cambi")).not_to_contain_text("Così com'è non si potrebbe approvare")
    pagina.get_by_label("Motivazione della richiesta").fill(perche)
    if risorse:
        pagina.get_by_label("Muove risorse").check()
    pagina.get_by_role("button", name="Salva e presenta").click()
    pagina.get_by_role("button", name="Presenta", exact=True).click()
    expect(pagina.get_by_role("heading", level=1)).to_contain_text("Richiesta di variazione")
    expect(pagina.locator("main")).to_contain_text("presentata nei termini")
    return str(pagina.url)


def _esprime(pagina: Page, dove: str, atto: str, contabile: str = "") -> None:
    """An opinion, from the list of what is to be examined."""
    pagina.goto("/alfa/2026/variazioni/?vista=esame")
    pagina.locator(f'a[href="{dove[dove.index("/alfa/") :]}"]').click()
    pagina.get_by_role("link", name=atto).click()
    pagina.get_by_label("Esito").select_option("favorevole")
    if contabile:
        pagina.get_by_label("Atto contabile").fill(contabile)
    pagina.get_by_role("button", name="Registra").click()
    expect(pagina.locator("main")).to_contain_text("registrato")


def test_four_people_two_requests_one_act(entra: Entra) -> None:
    orologio.sposta(GIUGNO)
    uno, altro = mondo.in_stato("in_corso"), mondo.in_stato("approvato")
    settore = entra(mondo.utente("UNO DIRIGENTE"))
    prima = _chiede(settore, uno, "Il fornitore ha rinunciato a maggio.", risorse=True)
    # Nucleo and ragioneria are awaited at the same time
    processo = settore.get_by_role("list", name="Il percorso della richiesta")
    expect(processo.locator('[aria-current="step"]')).to_have_count(2)
    seconda = _chiede(settore, altro, "Gli sportelli apriranno più tardi.", risorse=False)

    nucleo, ragioneria = (
        entra(mondo.utente("PRIMO NUCLEO")),
        entra(mondo.utente("CONTI RAGIONERIA")),
    )
    _esprime(ragioneria, prima, "Apponi il visto", "DCC 12 del 10/06/2026")
    _esprime(nucleo, prima, "Esprimi il parere del Nucleo")
    expect(nucleo.locator(".occhiello .stato").first).to_have_text("Istruita")

    # The giunta approves one and refuses the other, by one act.
    orologio.sposta(OTTOBRE)
    segreteria = entra(mondo.utente("ATTI SEGRETERIA"))
    segreteria.goto("/alfa/2026/variazioni/giunta/")
    expect(segreteria.locator("main")).to_contain_text("2 pronte")
    expect(segreteria.get_by_role("checkbox", checked=True)).to_have_count(2)
    segreteria.get_by_role("button", name="Prepara l'atto").click()
    simulazione = segreteria.locator("#simulazione")
    expect(simulazione).to_contain_text("Si approvano 2, si respingono 0")
    pid = {v.obiettivo_id: v.pid for v in RichiestaVariazione.objects.all()}
    voce = segreteria.locator(f'[id="voce-{pid[altro.pk]}"]')
    voce.get_by_label("respinge").check()
    expect(simulazione).to_contain_text("Si approvano 1, si respingono 1")
    segreteria.get_by_label("Numero dell'atto").fill("300")
    segreteria.get_by_label("Data dell'atto").fill("2026-10-19")
    segreteria.get_by_label("Parere di regolarità tecnica").fill("segretario, 18/10/2026")
    segreteria.get_by_label("Motivazione delle approvate").fill("La rinuncia non era prevedibile.")
    segreteria.get_by_role("button", name="Registra la decisione").click()
    expect(segreteria.get_by_role("alert")).to_contain_text("Manca la motivazione del rifiuto")
    voce.get_by_role("textbox").fill("L'apertura non dipende da altri.")
    segreteria.get_by_role("button", name="Registra la decisione").click()
    expect(segreteria.get_by_role("heading", level=1)).to_contain_text("n. 300 del 19/10/2026")
    expect(segreteria.locator("main")).to_contain_text("Approvate: 1. Respinte: 1.")
    expect(segreteria.locator("#decise + ul")).to_contain_text("L'apertura non dipende da altri.")

    # The settore sees what changed, why, and on whose authority; and why not.
    settore.goto(prima)
    expect(settore.locator("main")).to_contain_text("La rinuncia non era prevedibile.")
    expect(settore.locator(".tabella-cambi .dopo")).to_contain_text("5")
    settore.goto(f"/alfa/obiettivi/{uno.pid}/#versioni")
    expect(settore.locator('section[aria-labelledby="versioni"]')).to_contain_text("n. 300")
    settore.goto(seconda)
    expect(settore.locator("main")).to_contain_text("L'apertura non dipende da altri.")
    assert mondo.obiettivo(uno.codice).versione == uno.versione + 1
    assert mondo.obiettivo(altro.codice).versione == altro.versione
    assert not Evento.objects.filter(procedura="variazione", fuori_procedura=True).exists()
