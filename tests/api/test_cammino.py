# SPDX-License-Identifier: AGPL-3.0-or-later
"""A program with tokens walks an objective from bozza to validato, each step by who takes it,
with real commits: what the database defers to their end speaks too."""

from __future__ import annotations

from typing import Any

from django.test import Client

from cycle.models import Obiettivo, VersioneObiettivo
from cycle.services import gettoni
from tests import mondo
from tests.api.conftest import Chiamante, indirizzo
from workflows.registro.models import Evento


def programma(nome: str) -> Chiamante:
    """A client with a token of that person, and no cookie."""
    gettone = gettoni.crea(utente=mondo.utente(nome), nome="prova")
    return Chiamante(
        Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {gettone}"})
    )


def fai(chi: Chiamante, base: str, nome: str, **corpo: Any) -> dict[str, Any]:
    """Read, see that it is allowed, and take the step."""
    letto = chi.get(f"{base}/transizioni").json()
    (passo,) = [t for t in letto["transizioni"] if t["nome"] == nome]
    assert passo["permessa"], passo["motivi"]
    campi = {c.split(".")[0] for r in passo["richiede"] for c in r["campi"]}
    assert campi >= set(corpo)
    risposta = chi.post(passo["links"]["esegui"], {"revisione": letto["revisione"], **corpo})
    assert risposta.status_code == 200, risposta.content
    assert risposta.json()["stato"] == passo["a"]
    fatto: dict[str, Any] = risposta.json()
    return fatto


def test_da_bozza_a_validato(db_vera: None) -> None:
    dirigente, po = programma("UNO DIRIGENTE"), programma("UNO PO")
    segreteria, nucleo = programma("ATTI SEGRETERIA"), programma("TERZO NUCLEO")
    o = mondo.in_stato("bozza")
    base = indirizzo(o)
    atto = {"numero": "55", "data": "2026-02-20", "parere_tecnico": "segretario, 19/02/2026"}

    fai(dirigente, base, "proponi")
    fai(segreteria, base, "approva", atto=atto)
    fai(po, base, "avvia")
    for relazione in po.get(base).json()["links"]["relazioni"].values():
        letta = po.get(relazione).json()
        valori = [
            {"indicatore": i["pid"], "valore": i["target"]}
            for s in letta["specifici"]
            for i in s["indicatori"]
        ]
        scritta = po.put(relazione, {"revisione": letta["revisione"], "valori": valori})
        assert scritta.status_code == 200, scritta.content
        fai(dirigente, relazione, "trasmetti")
    fai(dirigente, base, "rendiconta")

    pronto = nucleo.get(f"{base}/transizioni").json()
    seduta = {"data": "2026-03-01", "presenti": [c["pid"] for c in pronto["nucleo"]]}
    for relazione in nucleo.get(base).json()["links"]["relazioni"].values():
        fai(nucleo, relazione, "valida", seduta=seduta)
    fai(nucleo, base, "valida", seduta=seduta)

    fine = nucleo.get(base).json()
    assert (fine["stato"], fine["versione"]) == ("validato", 1)
    assert (fine["percentuale_calcolata"], fine["percentuale_convalidata"]) == ("100.00", "100.00")
    assert VersioneObiettivo.objects.filter(obiettivo=o).count() == 1
    eventi = Evento.objects.filter(radice_id=o.pk, canale="api").order_by("id")
    assert [e.verbo for e in eventi] == [
        *["proponi", "approva", "avvia"],
        *["compila", "trasmetti"] * 2,
        *["rendiconta", "valida", "valida", "valida"],
    ]


def test_un_rifiuto_si_ricorda_dopo_aver_disfatto(db_vera: None) -> None:
    """R84: the attempt stays, what it had begun does not."""
    o, po = mondo.in_stato("bozza"), programma("UNO PO")
    risposta = po.post(f"{indirizzo(o)}/transizioni/proponi", {"revisione": o.revisione})
    assert risposta.status_code == 403
    (evento,) = Evento.objects.filter(esito="rifiutato")
    assert (evento.oggetto_id, evento.canale) == (o.pk, "api")
    dopo = Obiettivo.objects.get(pk=o.pk)
    assert (dopo.stato, dopo.revisione) == ("bozza", o.revisione)


def test_due_programmi_sullo_stesso_passo(db_vera: None) -> None:
    """R50: the second has read what is no longer so."""
    o, segreteria = mondo.in_stato("proposta"), programma("ATTI SEGRETERIA")
    corpo = {
        "revisione": o.revisione,
        "atto": {"numero": "55", "data": "2026-02-20", "parere_tecnico": "reso"},
    }
    percorso = f"{indirizzo(o)}/transizioni/approva"
    assert segreteria.post(percorso, corpo).status_code == 200
    assert segreteria.post(percorso, corpo).status_code == 409
    assert VersioneObiettivo.objects.filter(obiettivo=o).count() == 1
