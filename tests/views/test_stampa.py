# SPDX-License-Identifier: AGPL-3.0-or-later
"""One scheda as PDF, from its page."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from django.test import Client

from cycle.exports.forme import FORME
from cycle.models import Ciclo, Collaboratore
from tests import mondo
from tests.importazione.test_stampa import BLOCCHI, in_ordine, letto


def test_the_button_prints_in_the_form_of_the_ente_or_in_another(
    entra: Callable[..., Client],
) -> None:
    o = mondo.in_stato("in_corso")
    client = entra("UNO PO")
    pagina = client.get(f"/alfa/obiettivi/{o.pid}/").content.decode()
    assert f"/alfa/obiettivi/{o.pid}/stampa/" in pagina
    assert all(f'<option value="{forma}"' in pagina for forma in FORME)
    assert '<option value="modena" selected>' in pagina
    sua = client.get(f"/alfa/obiettivi/{o.pid}/stampa/")
    assert sua["Content-Type"] == "application/pdf"
    in_ordine(letto(sua.content)[1], BLOCCHI["modena"])
    altra = client.get(f"/alfa/obiettivi/{o.pid}/stampa/?forma=reggio")
    in_ordine(letto(altra.content)[1], [b for b in BLOCCHI["reggio"] if "2031" not in b])
    assert client.get(f"/alfa/obiettivi/{o.pid}/stampa/?forma=altra").status_code == 404
    assert client.get(f"/alfa/obiettivi/{uuid4()}/stampa/").status_code == 404


def test_another_settore_prints_nothing_of_effort(entra: Callable[..., Client]) -> None:
    o = mondo.in_stato("in_corso")
    Collaboratore.objects.filter(obiettivo=o).update(impegno="41.25")
    assert Collaboratore.objects.filter(obiettivo=o).exists()
    for chi, visto in (("UNO PO", True), ("DUE PO", False), ("GESTIONE CONTROLLO", True)):
        risposta = entra(chi).get(f"/alfa/obiettivi/{o.pid}/stampa/?forma=reggio")
        assert ("41,25 %" in letto(risposta.content)[1]) == visto, chi


def test_the_names_of_the_levels_are_those_of_the_ente(entra: Callable[..., Client]) -> None:
    o = mondo.in_stato("in_corso")
    parametri = {**o.ciclo.parametri, "nome_obiettivo": "Progetto", "nome_specifici": "Traguardi"}
    Ciclo.objects.filter(pk=o.ciclo_id).update(parametri=parametri)
    pagina = entra("UNO PO").get(f"/alfa/obiettivi/{o.pid}/").content.decode()
    assert "<span>Progetto</span>" in pagina
    assert '<h2 id="specifici">Traguardi</h2>' in pagina
    stampata = letto(entra("UNO PO").get(f"/alfa/obiettivi/{o.pid}/stampa/").content)[1]
    assert "Scheda Progetto n°" in stampata
    assert "ELENCO TRAGUARDI" in stampata
