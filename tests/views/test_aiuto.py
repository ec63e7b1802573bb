# SPDX-License-Identifier: AGPL-3.0-or-later
"""The help page is drawn from the machines and the guards: it cannot say otherwise."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from cycle.permissions import MACCHINA_OBIETTIVO, MACCHINE
from cycle.processi import PROCESSI, ProcessoDisegnato
from workflows import diagrams, diagrams_processi
from workflows.machines.base import Macchina

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def pagina(entra: Any) -> str:
    risposta = entra("UNO DIRIGENTE").get("/aiuto/")
    assert risposta.status_code == 200
    return str(risposta.content.decode()).replace("&#x27;", "'")


def test_ogni_condizione_di_ogni_passo_c_e_con_la_sua_regola(pagina: str) -> None:
    for macchina in MACCHINE:
        for t in macchina.transizioni:
            assert t.descrizione in pagina
            for g in t.regole.guardie:
                assert f'{g.descrizione} <a class="codice" href="#{g.regola}">' in pagina
                assert f'id="{g.regola}"' in pagina  # where the link leads


def test_i_termini_sono_quelli_dell_ente(pagina: str) -> None:
    assert "Comune di Alfa" in pagina
    assert "30/09/2026" in pagina  # R20
    assert "presentare richieste di variazione ordinarie" in pagina


def test_chi_serve_piu_enti_sceglie_e_non_vede_i_calendari_altrui(entra: Any) -> None:
    client = entra("PRIMO NUCLEO")
    assert "Scegliere l" in client.get("/aiuto/").content.decode()
    assert "30/09/2026" in client.get("/aiuto/?ente=beta").content.decode()
    altrui = entra("UNO DIRIGENTE").get("/aiuto/?ente=beta").content.decode()
    assert "Comune di Beta" not in altrui


@pytest.mark.parametrize("macchina", MACCHINE, ids=lambda m: m.nome)
def test_il_disegno_ha_ogni_stato_ogni_passo_e_chi_lo_compie(macchina: Macchina) -> None:
    radice = ET.fromstring(diagrams.svg(macchina, "Prova"))
    scritte = [e.text for e in radice.iter(f"{SVG}text")]
    for _, nome in macchina.stati:
        assert scritte.count(nome) == 1
    for t in macchina.transizioni:
        assert t.nome in scritte
        assert diagrams.chi(t) in scritte
    frecce = [e for e in radice.iter(f"{SVG}path") if e.get("marker-end")]
    assert len(frecce) == len(macchina.passaggi())


@pytest.mark.parametrize("macchina", MACCHINE, ids=lambda m: m.nome)
def test_il_disegno_si_legge_anche_senza_vederlo(macchina: Macchina) -> None:
    """WCAG 1.1.1: a name and, in words, every arrow."""
    radice = ET.fromstring(diagrams.svg(macchina, "Il titolo"))
    assert radice.get("role") == "img"
    nomi = {e.get("id"): e.text or "" for e in radice if e.get("id")}
    titolo, testo = (radice.get("aria-labelledby") or "").split()
    assert nomi[titolo] == "Il titolo"
    stati = dict(macchina.stati)
    for nome, da, a in macchina.passaggi():
        assert f"«{nome}», da {stati[da]} a {stati[a]}" in nomi[testo]


@pytest.mark.parametrize("macchina", MACCHINE, ids=lambda m: m.nome)
def test_lo_stesso_disegno_ogni_volta_e_nulla_fuori_dal_foglio(macchina: Macchina) -> None:
    svg = diagrams.svg(macchina, "Prova")
    assert svg == diagrams.svg(macchina, "Prova")
    radice = ET.fromstring(svg)
    _, _, larghezza, altezza = map(float, (radice.get("viewBox") or "").split())
    for r in radice.iter(f"{SVG}rect"):
        assert float(r.get("x") or 0) + float(r.get("width") or 0) <= larghezza
        assert float(r.get("y") or 0) + float(r.get("height") or 0) <= altezza
    assert "style=" not in svg  # the CSP


@pytest.mark.parametrize("p", PROCESSI, ids=lambda p: p.nome)
def test_il_processo_e_disegnato_intero(p: ProcessoDisegnato, pagina: str) -> None:
    """Every node once, every arrow, who works where; and all of it in words."""
    svg = diagrams_processi.svg(p.flusso, p.nome, "Il titolo", p.chi())
    assert svg == diagrams_processi.svg(p.flusso, p.nome, "Il titolo", p.chi())
    radice = ET.fromstring(svg)
    nodi = list(p.flusso.instance.nodes())
    assert len(list(radice.iter(f"{SVG}rect"))) == len(nodi)
    frecce = [e for e in radice.iter(f"{SVG}path") if e.get("marker-end")]
    assert len(frecce) == sum(len(list(n._outgoing())) for n in nodi)
    parole = next(e.text or "" for e in radice.iter(f"{SVG}desc"))
    mermaid = diagrams_processi.mermaid(p.flusso, p.chi())
    assert set(p.chi()) <= {n.name for n in nodi}
    for n in nodi:
        assert n.name.replace("_", " ").capitalize() in parole
        for e in n._outgoing():
            assert any(
                r.strip().startswith(f"{n.name} -->") and r.endswith(f" {e.dst.name}")
                for r in mermaid.splitlines()
            )
    larghezza = float((radice.get("viewBox") or "").split()[2])
    for r in radice.iter(f"{SVG}rect"):
        assert float(r.get("x") or 0) + float(r.get("width") or 0) <= larghezza
    assert f'id="processo-{p.nome}"' in pagina


def test_mermaid_ha_tutti_i_passaggi_e_le_nascite() -> None:
    testo = diagrams.mermaid(MACCHINA_OBIETTIVO)
    for nome, da, a in MACCHINA_OBIETTIVO.passaggi():
        assert f"{da} --> {a}: {nome} (" in testo
    for stato in MACCHINA_OBIETTIVO.iniziali:
        assert f"[*] --> {stato}\n" in testo
    assert "proposta --> approvato: approva (segreteria per la giunta)" in testo
