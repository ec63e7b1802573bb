# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the registro tells to whom (`domain.md` 2, 6, 8): what is still on somebody's desk is of
who writes it, even of who reads the whole registro; who reads what is remembered."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from cycle import domande, letture
from cycle.domande import Domanda
from cycle.models import RelazioneSemestrale
from cycle.services import osservazioni
from cycle.services.uscita_registro import esporta
from tests import matrice_nucleo, mondo
from tests.matrice import (
    INCARICATI,
    PERSONE,
    SETTORE,
    TUTTO_L_ENTE,
)
from tests.variazioni import mondo as mondo_variazioni
from tests.views.conftest import Entra
from workflows.registro.models import Evento

pytestmark = pytest.mark.usefixtures("db", "dati")

TUTTO = {"segretario", "controllo", "revisore"}
DELLE_UNITA = TUTTO | {"dirigente"}


def chi_legge(evento: int, **parole: str) -> set[str]:
    """The roles to which an event is told, in the answers as in the file that holds them."""
    trovati = set()
    domanda = Domanda.da_url({"ultimi": "3660", **parole})
    for ruolo in sorted(INCARICATI):
        by = mondo.attore(PERSONE[ruolo][0], istante=mondo_variazioni.OTTOBRE)
        fin_dove = domande.portata(by)
        pagina = domande.rispondi(by, fin_dove, domanda, fuso="Europe/Rome", quanti=5000)
        if evento in {r["id"] for r in pagina.righe}:
            trovati.add(ruolo)
    return trovati


def ultimo(verbo: str, **altro: Any) -> int:
    return Evento.objects.filter(verbo=verbo, **altro).latest("id").pk


def _relazione() -> RelazioneSemestrale:
    return matrice_nucleo.relazione()


def test_an_osservazione_is_the_nucleos_until_it_is_sent() -> None:
    matrice_nucleo.firmata()
    firmata = ultimo("firma")
    assert chi_legge(firmata) == {"nucleo"}
    mondo.muovi(_relazione(), "osserva", "PRIMO NUCLEO")
    assert chi_legge(firmata) == {"nucleo"} | DELLE_UNITA
    assert chi_legge(ultimo("osserva")) == INCARICATI


def test_r55_an_answer_is_the_settores_until_it_is_sent() -> None:
    matrice_nucleo.osservata()
    osservazioni.rispondi(
        relazione=_relazione(),
        risposte={v.specifico_id: "Ecco perché." for v in _relazione().voci.all()},
        by=mondo.attore("UNO PO"),
        istante=mondo.ADESSO,
    )
    risposto = ultimo("rispondi")
    assert chi_legge(risposto) == SETTORE
    mondo.muovi(_relazione(), "controdeduci", "UNO DIRIGENTE")
    assert chi_legge(risposto) == INCARICATI


def test_a_request_is_its_settores_until_it_is_filed() -> None:
    v = mondo_variazioni.redigi(mondo.in_stato("in_corso"))
    scritta = ultimo("crea", procedura="variazione")
    assert chi_legge(scritta) == SETTORE
    # neither the words of its reason find it, nor its verb
    assert chi_legge(scritta, verbo="crea", procedura="variazione") == SETTORE
    mondo_variazioni.presenta(v)
    assert chi_legge(scritta) >= SETTORE - {"po"} | TUTTO
    assert chi_legge(ultimo("presenta")) == INCARICATI


def test_r34_a_request_ex_officio_is_the_segreterias_until_it_is_filed() -> None:
    mondo_variazioni.redigi(mondo.in_stato("in_corso"), chi="ATTI SEGRETERIA", d_ufficio=True)
    assert chi_legge(ultimo("crea", procedura="variazione")) == {"segreteria"}


def test_a_draft_is_its_chains_and_of_who_reads_it_all() -> None:
    bozza = mondo.in_stato("bozza")
    creata = Evento.objects.filter(radice_id=bozza.pk).earliest("id").pk
    assert chi_legge(creata) == SETTORE | TUTTO_L_ENTE | {"revisore"}
    approvata = Evento.objects.filter(radice_id=mondo.in_stato("approvato").pk).earliest("id").pk
    assert chi_legge(approvata) == INCARICATI


def test_a_refusal_is_for_the_head_of_the_unit_and_who_reads_it_all(entra: Entra) -> None:
    o = mondo.in_stato("approvato")
    entra("GESTIONE CONTROLLO").post(
        f"/alfa/obiettivi/{o.pid}/transizioni/avvia/", {"revisione": o.revisione}
    )
    assert chi_legge(ultimo("avvia", esito="rifiutato")) == DELLE_UNITA


def test_what_is_of_no_objective_is_for_who_reads_it_all() -> None:
    assert chi_legge(ultimo("conferisce", ente_id=mondo.ente().pk)) == TUTTO


def test_nothing_that_is_hidden_is_in_a_file_or_counted() -> None:
    matrice_nucleo.firmata()
    by = mondo.attore("GENERALE SEGRETARIO")
    chiesto = Domanda.da_url({"verbo": "firma"})
    uscita = esporta(ente=mondo.ente(), domanda=chiesto, forma="json", by=by, istante=mondo.ADESSO)
    assert uscita.righe == 0
    contati = domande.faccette(by, domande.portata(by), Domanda(), fuso="Europe/Rome")
    assert "firma" not in {verbo for _p, verbo, _n in contati.verbi}


# --- what an event changed ----------------------------------------------------------------------


def test_what_changed_field_by_field(entra: Entra) -> None:
    o = mondo.in_stato("in_corso")
    mondo_variazioni.approva(mondo_variazioni.presentata(o))
    approvata = ultimo("approva", procedura="variazione")
    for chi in ("UNO PO", "DUE PO", "VERIFICA REVISORE"):
        pagina = entra(chi).get(f"/alfa/registro/fatti/{approvata}/").content.decode()
        assert "target di «N. sportelli - aperti», Secondo semestre" in pagina
        assert re.search(r'class="prima".*?</span>2</td>.*?class="dopo".*?</span>5</td>', pagina)
    corpo = entra("DUE PO").get(f"/api/v1/alfa/registro/fatti/{approvata}").json()
    cambiato = next(d for d in corpo["cambi"] if d["campo"] == "target")
    assert (cambiato["prima"], cambiato["dopo"]) == ("2", "5")


def test_what_came_before_the_approval_is_its_settores(entra: Entra) -> None:
    o = mondo.in_stato("approvato")
    proposta = ultimo("proponi", radice_id=o.pk)
    dove = f"/api/v1/alfa/registro/fatti/{proposta}"
    assert entra("UNO DIRIGENTE").get(dove).json()["cambi"]
    assert entra("GENERALE SEGRETARIO").get(dove).json()["cambi"]
    assert entra("DUE PO").get(dove).json()["cambi"] is None
    pagina = entra("DUE PO").get(f"/alfa/registro/fatti/{proposta}/").content.decode()
    assert "Venne prima dell" in pagina


def test_r86_who_works_on_it_is_counted_and_not_named(entra: Entra) -> None:
    o = mondo.in_stato("approvato")
    creata = Evento.objects.filter(radice_id=o.pk).earliest("id").pk
    corpo = entra("VERIFICA REVISORE").get(f"/api/v1/alfa/registro/fatti/{creata}").json()
    assert corpo["altre"]["collaboratori"] == 2
    assert not any("impegno" in d["dopo"] for d in corpo["cambi"])


def test_an_event_that_may_not_be_read_is_not_there(entra: Entra) -> None:
    matrice_nucleo.firmata()
    firmata = ultimo("firma")
    conferito = ultimo("conferisce", ente_id=mondo.ente().pk)
    altrui = Evento.objects.filter(ente_id=mondo.ente("beta").pk).latest("id").pk
    for chi, numero, atteso in (
        ("PRIMO NUCLEO", firmata, 200),
        ("UNO DIRIGENTE", firmata, 404),
        ("GENERALE SEGRETARIO", firmata, 404),
        ("GENERALE SEGRETARIO", conferito, 200),
        ("UNO DIRIGENTE", conferito, 404),
        ("GENERALE SEGRETARIO", altrui, 404),
        ("GENERALE SEGRETARIO", 10**17, 404),
    ):
        for dove in ("/alfa/registro/fatti/{}/", "/api/v1/alfa/registro/fatti/{}"):
            assert entra(chi).get(dove.format(numero)).status_code == atteso, (chi, numero)


# --- who read what ------------------------------------------------------------------------------


def _consulte() -> list[Any]:
    return list(Evento.objects.filter(verbo="consulta").order_by("id"))


def test_who_asks_the_registro_of_the_whole_ente_is_remembered(entra: Entra, adesso: Any) -> None:
    porta = entra("VERIFICA REVISORE")
    po = mondo.persona("UNO PO")
    for _volta in range(2):  # asked again at once, it is one reading
        porta.get("/alfa/registro/", {"persona": po.pid, "testo": "Mario Rossi"})
    (uno,) = _consulte()
    assert (uno.esito, uno.persona_id) == ("letto", mondo.persona("VERIFICA REVISORE").pk)
    # whom one asks about, and not the words, which may be somebody's name (R90)
    assert uno.dati["domanda"] == {"persona": str(po.pid), "testo": "(parole)"}
    adesso(mondo.ADESSO + letture.SI_RIPETE + timedelta(seconds=1))
    porta.get("/alfa/registro/", {"persona": po.pid, "testo": "Mario Rossi"})
    assert len(_consulte()) == 2
    porta.get("/api/v1/alfa/registro", {"verbo": "avvia"})
    assert _consulte()[-1].canale == "api"


def test_who_reads_of_his_own_units_is_not(entra: Entra) -> None:
    for chi in ("UNO DIRIGENTE", "UNO PO", "PRIMO NUCLEO"):
        assert entra(chi).get("/alfa/registro/").status_code == 200
    assert _consulte() == []


def test_who_asked_is_told_to_who_asks_for_it(entra: Entra) -> None:
    porta = entra("VERIFICA REVISORE")
    porta.get("/alfa/registro/", {"verbo": "avvia"})
    assert "ha consultato il registro (" not in porta.get("/alfa/registro/").content.decode()
    pagina = porta.get("/alfa/registro/", {"esito": "letto"}).content.decode()
    assert "ha consultato il registro (domanda: che cosa: avvia)" in pagina


def test_a_file_that_leaves_is_remembered_with_its_digest(entra: Entra) -> None:
    o = mondo.in_stato("approvato")
    risposta = entra("UNO PO").get(f"/alfa/obiettivi/{o.pid}/stampa/")
    uno = Evento.objects.get(verbo="esporta")
    assert (uno.procedura, uno.oggetto_id, uno.radice_id) == ("obiettivo", o.pk, o.pk)
    assert uno.dati["sha256"] == hashlib.sha256(risposta.content).hexdigest()
    assert chi_legge(uno.pk) == DELLE_UNITA | {"po"}  # and whoever took it out
    pagina = entra("UNO DIRIGENTE").get("/alfa/registro/", {"verbo": "esporta"}).content.decode()
    assert "Uno Po ha esportato la scheda in PDF, obiettivo OE03 (SHA-256" in pagina


def test_a_page_that_gives_a_file_and_says_nothing_is_remembered_too(
    entra: Entra, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The door remembers, not the page: a route that no table knows is remembered by its name."""
    monkeypatch.setattr(letture, "USCITE", {})
    o = mondo.in_stato("approvato")
    entra("UNO PO").get(f"/alfa/obiettivi/{o.pid}/stampa/")
    assert Evento.objects.get(verbo="esporta").dati["uscita"] == "stampa_scheda"


def test_what_is_said_of_a_file_is_of_a_page_that_is_there() -> None:
    nomi = {str(n) for n in get_resolver().reverse_dict if isinstance(n, str)}
    dette = {*letture.USCITE, *letture.DAL_SERVIZIO, *letture.SENZA_DATI}
    assert dette <= nomi


def test_what_is_refused_or_only_looked_at_is_no_reading(entra: Entra) -> None:
    porta: Client = entra("SENZA INCARICO")
    assert porta.get("/alfa/organico/modello/", {"con": "dati"}).status_code == 403
    assert entra("UNO PO").head(f"/alfa/obiettivi/{mondo.in_stato('approvato').pid}/stampa/")
    assert not Evento.objects.filter(esito="letto").exists()
