# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sets that go to the giunta, read through the API."""

from __future__ import annotations

import pytest

from cycle.models import Obiettivo
from tests import giunta, mondo
from tests.api.conftest import ALFA, Come

pytestmark = pytest.mark.usefixtures("db")
INSIEMI = f"{ALFA}/anni/{mondo.ANNO}/insiemi"


def test_the_sets_of_a_year(come: Come) -> None:
    insieme = giunta.sottoposto()
    (riga,) = come(giunta.SEGRETERIA).get(INSIEMI).json()
    assert (riga["nome"], riga["stato"], riga["obiettivi"]) == ("PEG di prova", "in_istruttoria", 2)
    assert riga["links"]["self"] == f"{ALFA}/insiemi/{insieme.pid}"


def test_one_set_with_the_verdict_on_each_objective_and_on_each_step(come: Come) -> None:
    uno, _due = giunta.proposte()
    Obiettivo.objects.filter(pk=uno.pk).update(responsabile_generale=None)
    insieme = giunta.sottoposto()
    giunta.parere(insieme, "tecnico")
    letto = come(giunta.SEGRETERIA).get(f"{ALFA}/insiemi/{insieme.pid}").json()
    assert (letto["pronti"], letto["non_pronti"]) == (1, 1)
    assert letto["impronta"] == insieme.impronta
    assert letto["compiti_aperti"] == ["parere_contabile"]
    assert [p["esito"] for p in letto["pareri"]] == ["favorevole"]
    per_codice = {o["codice"]: o for o in letto["obiettivi"]}
    assert per_codice["OE11"]["pronto"]
    assert [m["guardia"] for m in per_codice["OE02"]["motivi"]] == ["responsabile_presente"]
    decidi = next(t for t in letto["transizioni"] if t["nome"] == "decidi")
    assert [m["guardia"] for m in decidi["motivi"]] == ["pareri_resi"]
    assert [r["guardia"] for r in decidi["richiede"]] == ["atto_presente"]


def test_what_was_decided(come: Come) -> None:
    insieme = giunta.istruito()
    giunta.deciso(insieme)
    letto = come("VERIFICA REVISORE").get(f"{ALFA}/insiemi/{insieme.pid}").json()
    assert letto["atto"] == "Giunta n. 77 del 27/02/2026"
    assert {o["deciso"] for o in letto["obiettivi"]} == {"approvato"}


def test_403_for_who_sees_none_404_for_another_ente(come: Come) -> None:
    insieme = giunta.composto()
    assert come("UNO PO").get(f"{ALFA}/insiemi/{insieme.pid}").status_code == 403
    altrui = giunta.composto(ipa="beta")
    assert come(giunta.CONTROLLO).get(f"{ALFA}/insiemi/{altrui.pid}").status_code == 404
