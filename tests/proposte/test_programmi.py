# SPDX-License-Identifier: AGPL-3.0-or-later
"""The political plan of a year, written by controllo; what objectives hang on is not taken away."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from cycle import orologio
from cycle.bozze.rubrica import rami
from cycle.models import NodoStrategico
from cycle.services import programmi
from cycle.services.enti import apri_anno
from tests import mondo
from workflows.errors import NonAutorizzato, NonPossibile, NonTrovato
from workflows.registro.models import Evento

pytestmark = pytest.mark.django_db

TESTO = """\
Linea | 1 | Una città che cura
  Missione | 12 | Diritti sociali
    Programma | 1207 | Rete dei servizi
  04 | Istruzione
Linea | 2 | Una città | due
"""


def chi(nome: str = "GESTIONE CONTROLLO") -> dict[str, Any]:
    return {"ciclo": mondo.ciclo(), "by": mondo.attore(nome), "istante": mondo.ADESSO}


def albero() -> list[tuple[int, str, str, str]]:
    return [
        (v.livello, v.nodo.tipo, v.nodo.codice, v.nodo.titolo)
        for v in rami(NodoStrategico.objects.filter(ciclo=mondo.ciclo()).exclude(codice="P1"))
    ]


def nodo(codice: str) -> NodoStrategico:
    return NodoStrategico.objects.get(ciclo=mondo.ciclo(), codice=codice)


def test_un_testo_rientrato_e_un_albero() -> None:
    nuovi = programmi.aggiungi(nodi=programmi.leggi_testo(TESTO), **chi())
    assert len(nuovi) == 5
    assert albero() == [
        (1, "Linea", "1", "Una città che cura"),
        (2, "Missione", "04", "Istruzione"),
        (2, "Missione", "12", "Diritti sociali"),
        (3, "Programma", "1207", "Rete dei servizi"),
        (1, "Linea", "2", "Una città | due"),
    ]
    eventi = Evento.objects.filter(procedura="programma", verbo="crea")
    assert (eventi.count(), eventi.values("azione").distinct().count()) == (5, 1)
    # again, nothing is added; and what is written back reads the same
    assert programmi.aggiungi(nodi=programmi.leggi_testo(TESTO), **chi()) == []
    tutti = rami(NodoStrategico.objects.filter(ciclo=mondo.ciclo()))
    assert programmi.aggiungi(nodi=programmi.leggi_testo(programmi.in_testo(tutti)), **chi()) == []


@pytest.mark.parametrize(
    ("testo", "frase"),
    [
        ("", "vuoto"),
        ("Linea | 1 | ", "Riga 1: manca il titolo"),
        ("ok\n" + "x" * 501, "Riga 2: il titolo è lungo 501"),
        ("a\0b", "non sono testo"),
        ("\n".join(" " * n + "x" for n in range(10)), "troppi livelli"),
        ("x\n" * 2001, "Sono 2001 righe"),
    ],
)
def test_un_testo_che_non_va_dice_la_riga(testo: str, frase: str) -> None:
    with pytest.raises(NonPossibile, match=frase):
        programmi.leggi_testo(testo)


def test_rinomina_sposta_togli() -> None:
    programmi.aggiungi(nodi=programmi.leggi_testo(TESTO), **chi())
    n = nodo("1207")
    programmi.rinomina(pid=n.pid, tipo="Azione", codice="1207", titolo="Altro", **chi())
    programmi.sposta(pid=n.pid, sotto=nodo("2").pid, **chi())
    assert (3, "Programma", "1207", "Rete dei servizi") not in albero()
    assert albero()[-1] == (2, "Azione", "1207", "Altro")
    with pytest.raises(NonPossibile, match="sotto di sé"):
        programmi.sposta(pid=nodo("2").pid, sotto=n.pid, **chi())
    with pytest.raises(NonPossibile, match="altri programmi sotto"):
        programmi.togli(pid=nodo("2").pid, **chi())
    programmi.togli(pid=n.pid, **chi())
    assert not NodoStrategico.objects.filter(pk=n.pk).exists()


def test_cio_a_cui_e_collegato_un_obiettivo_resta() -> None:
    with pytest.raises(NonPossibile, match="OE01, OE02, OE03, OE04, OE05 …"):
        programmi.togli(pid=nodo("P1").pid, **chi())


def test_due_uguali_nello_stesso_posto() -> None:
    programmi.aggiungi(nodi=programmi.leggi_testo("A | 1 | Uno\nA | 2 | Due"), **chi())
    with pytest.raises(NonPossibile, match="già uno uguale"):
        programmi.rinomina(pid=nodo("2").pid, tipo="A", codice="1", titolo="Uno", **chi())


@pytest.mark.parametrize("nome", ["UNO DIRIGENTE", "ATTI SEGRETERIA", "SENZA INCARICO"])
def test_li_scrive_solo_il_controllo(nome: str) -> None:
    with pytest.raises(NonAutorizzato):
        programmi.aggiungi(nodi=programmi.leggi_testo("A | 1 | Uno"), **chi(nome))
    with pytest.raises(NonAutorizzato):
        programmi.togli(pid=nodo("P1").pid, **chi(nome))


def test_di_un_altro_ente_non_ce_n_e() -> None:
    altrui = NodoStrategico.objects.get(ciclo=mondo.ciclo("beta"))
    with pytest.raises(NonTrovato):
        programmi.togli(pid=altrui.pid, **chi())


def test_si_riportano_dall_anno_prima() -> None:
    nuovo = apri_anno(ente=mondo.ente(), anno=2027, istante=mondo.ADESSO)
    assert len(programmi.riporta(**{**chi(), "ciclo": nuovo})) == 1
    assert programmi.riporta(**{**chi(), "ciclo": nuovo}) == []


def test_la_pagina(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orologio, "adesso", lambda: mondo.ADESSO)
    dove = "/alfa/2026/programmi/"
    client = Client()
    client.force_login(
        mondo.utente("GESTIONE CONTROLLO"), backend="django.contrib.auth.backends.ModelBackend"
    )
    assert "8 obiettivi" in client.get(dove).content.decode()
    assert client.post(dove, {"atto": "testo", "testo": TESTO}).status_code == 303
    pid = str(nodo("1207").pid)
    for atto in ({"atto": "sposta", "pid": pid, "sotto": ""}, {"atto": "togli", "pid": pid}):
        assert client.post(dove, atto).status_code == 303
    nuovo = {"atto": "aggiungi", "tipo": "Azione", "titolo": "Nuova", "sotto": str(nodo("2").pid)}
    assert client.post(dove, nuovo).status_code == 303
    assert client.post(dove, {**nuovo, "titolo": ""}).status_code == 422
    assert client.post(dove, {"atto": "togli", "pid": "no"}).status_code == 404
    assert client.post(dove, {"atto": "togli", "pid": str(nodo("P1").pid)}).status_code == 422
