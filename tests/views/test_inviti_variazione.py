# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Nucleo's invitations to ask for a variazione (R39, R40), as each person finds them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from cycle import inviti_variazione, orologio
from cycle.models import InvitoVariazione, Persona, RichiestaVariazione
from cycle.services import variazioni
from cycle.services.scadenze import scadenze
from notifications.models import Notifica
from tests import mondo
from tests.variazioni import mondo as richieste
from tests.variazioni.mondo import GIUGNO, OTTOBRE
from tests.views.conftest import Entra
from tests.views.test_variazioni import NUCLEO, SETTORE, leggi, modulo, pagina, scheda, ultima

pytestmark = pytest.mark.usefixtures("db", "dati")
Sposta = Callable[[datetime], None]
ELENCO = "/alfa/2026/variazioni/inviti/"


@pytest.fixture(autouse=True)
def giugno(adesso: Sposta, giorno_del_mondo: None, monkeypatch: pytest.MonkeyPatch) -> None:
    adesso(GIUGNO)
    monkeypatch.setattr(orologio, "della_transazione", lambda: GIUGNO)


def invitato(stato: str = "in_corso") -> InvitoVariazione:
    return variazioni.invita(
        obiettivo=mondo.in_stato(stato),
        testo="A giugno gli sportelli aperti sono pochi: il target di dicembre è lontano.",
        entro=date(2026, 9, 30),
        by=mondo.attore("PRIMO NUCLEO", istante=GIUGNO),
        istante=GIUGNO,
    )


def invito(i: InvitoVariazione) -> str:
    return f"/alfa/variazioni/inviti/{i.pid}/"


def persone(avvisi: QuerySet[Notifica]) -> set[str]:
    suoi = avvisi.values("persona_id")
    return set(Persona.objects.filter(pk__in=suoi).values_list("nome_completo", flat=True))


def test_r39_the_nucleo_invites_from_the_scheda_and_the_report(entra: Entra) -> None:
    nucleo = entra(NUCLEO)
    assert "obiettivi" in leggi(nucleo, scheda())
    for dove in (scheda(), scheda("relazioni/2026-1/")):
        assert "Invita a chiedere una variazione" in leggi(nucleo, dove)
        assert "Invita a chiedere una variazione" not in leggi(entra(SETTORE), dove)
    dati = modulo(nucleo, scheda("invito/"))
    assert dati["entro"] == "2026-09-30"  # the term of the requests
    risposta = nucleo.post(scheda("invito/"), dati)
    assert risposta.status_code == 422
    assert "dicendo perché" in risposta.content.decode()
    dati |= {"testo": "Il target è lontano.", "entro": "2026-06-14"}
    risposta = nucleo.post(scheda("invito/"), dati)
    assert risposta.status_code == 422
    assert "14/06/2026 è già passato" in risposta.content.decode()
    assert nucleo.post(scheda("invito/"), {**dati, "entro": "2026-09-30"}).status_code == 303
    assert "Il target è lontano." in leggi(entra(SETTORE), scheda())


def test_r39_the_settore_is_told_and_the_request_says_where_it_comes_from(entra: Entra) -> None:
    i = invitato()
    avvisi = Notifica.objects.filter(materia=f"invito:{i.pk}", chiusa_il__isnull=True)
    assert persone(avvisi.filter(motivo="da_fare")) == {
        "UNO DIRIGENTE",
        "UNO PO",
    }
    assert set(avvisi.values_list("link", flat=True)) == {invito(i)}
    browser = entra(SETTORE)
    compiti = leggi(browser, "/alfa/").partition("riquadro-novita")[0]
    assert "Inviti del Nucleo a chiedere una variazione" in compiti
    assert invito(i) in compiti
    assert "Chiedi la variazione" in leggi(browser, invito(i))
    dati = modulo(browser, scheda("variazioni/nuova/"), motivazione="Pochi sportelli.")
    assert dati["da_invito"]
    dati["specifici-0-indicatori-0-target-2026-2"] = "5"
    browser.post(scheda("variazioni/nuova/"), {**dati, "atto": "salva"})
    v = ultima()
    assert v.invito == i
    # a draft is nobody's answer yet
    assert "Aperto" in leggi(entra(NUCLEO), ELENCO)
    browser.post(pagina(v, "passi/presenta/"), {"revisione": v.revisione})
    assert f"{v.obiettivo.codice}-V{v.numero}" in leggi(entra(NUCLEO), ELENCO + "?esito=accolto")
    assert invito(i) in leggi(entra(NUCLEO), pagina(v))
    assert not avvisi.filter(motivo="da_fare").exists()
    assert persone(avvisi.filter(motivo="ha_agito")) == {"PRIMO NUCLEO"}
    assert "Il Nucleo invita" not in leggi(browser, scheda())  # shown until it is answered


def test_r39_a_request_about_something_else_leaves_it_open(entra: Entra) -> None:
    invitato()
    browser = entra(SETTORE)
    dati = modulo(browser, scheda("variazioni/nuova/"), motivazione="Un'altra cosa.")
    dati.pop("da_invito")
    browser.post(scheda("variazioni/nuova/"), {**dati, "atto": "salva"})
    assert ultima().invito is None


def test_r39_declined_with_its_reason(entra: Entra) -> None:
    i = invitato()
    browser = entra(SETTORE)
    risposta = browser.post(invito(i), {"risposta": " "})
    assert risposta.status_code == 422
    assert "Manca la risposta al Nucleo" in risposta.content.decode()
    assert browser.post(invito(i), {"risposta": "Recuperiamo a luglio."}).status_code == 303
    assert browser.post(invito(i), {"risposta": "Di nuovo."}).status_code == 409
    assert entra("DUE DIRIGENTE").post(invito(i), {"risposta": "No."}).status_code == 403
    testo = leggi(entra(NUCLEO), ELENCO)
    assert "Declinato" in testo
    assert "Recuperiamo a luglio." in testo
    avviso = Notifica.objects.get(materia=f"invito:{i.pk}", motivo="ha_agito")
    assert "Recuperiamo a luglio." in avviso.testo


def test_r39_expired_with_no_answer(entra: Entra, adesso: Sposta) -> None:
    i = invitato()
    avvisi = Notifica.objects.filter(materia=f"invito:{i.pk}", chiusa_il__isnull=True)
    scadenze(GIUGNO)
    assert len(persone(avvisi)) == 2
    scadenze(OTTOBRE)
    assert not avvisi.filter(motivo="da_fare").exists()  # expiry closes what was to be done
    adesso(OTTOBRE)
    assert "Scaduto" in leggi(entra(NUCLEO), ELENCO)
    assert "Il Nucleo invita" not in leggi(entra(SETTORE), scheda())
    assert "Rispondi al Nucleo" in leggi(entra(SETTORE), invito(i))  # better late


def test_r40_who_never_asked_is_known() -> None:
    o, altro = mondo.in_stato("in_corso"), mondo.in_stato("approvato")
    i = invitato()
    richieste.redigi(o)
    trovati = inviti_variazione.chieste([o.pk, altro.pk])
    assert trovati[o.pk].nessuna  # a draft was not asked for
    assert trovati[o.pk].inviti == (i,)
    richieste.presenta(RichiestaVariazione.objects.get())
    trovati = inviti_variazione.chieste([o.pk, altro.pk])
    assert (trovati[o.pk].presentate, trovati[o.pk].nessuna) == (1, False)
    assert trovati[altro.pk].nessuna
    assert trovati[altro.pk].inviti == ()


def test_the_same_number_of_queries_for_one_and_for_many(entra: Entra) -> None:
    browser = entra(NUCLEO)
    quante = []
    for stato in ("in_corso", "approvato"):
        invitato(stato)
        browser.get(ELENCO)
        with CaptureQueriesContext(connection) as fatte:
            browser.get(ELENCO)
        quante.append(len(fatte))
    assert quante[0] == quante[1]
