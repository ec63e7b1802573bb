# SPDX-License-Identifier: AGPL-3.0-or-later
"""A refused POST never loses what was typed: the browser keeps no copy of the form."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client

from cycle.models import Incarico, Indicatore, RelazioneSemestrale
from tests import mondo

pytestmark = pytest.mark.django_db

TESTO = "Primo capoverso,\nche è lungo & pieno di «virgolette»."
Entra = Callable[..., Client]


def relazione() -> RelazioneSemestrale:
    return RelazioneSemestrale.objects.select_related("obiettivo", "periodo").get(
        obiettivo=mondo.in_stato("in_corso"), periodo__codice="2026-1"
    )


def dove(r: RelazioneSemestrale) -> str:
    return f"/alfa/obiettivi/{r.obiettivo.pid}/relazioni/{r.periodo.codice}/"


def compilata(r: RelazioneSemestrale) -> dict[str, str]:
    [s, *_] = r.obiettivo.obiettivospecifico_tutti.order_by("ordine")
    [i, *_] = Indicatore.objects.filter(specifico=s)
    return {"revisione": str(r.revisione), f"valore_{i.pid}": "12,5", f"testo_{s.pid}": TESTO}


def da_copiare(risposta: Any) -> dict[str, str]:
    """Label -> text, as the page repeats them."""
    _, _, pagina = risposta.content.decode().partition('class="scritto"')
    coppie = re.findall(r"<div><dt>([^<]*)</dt><dd>([^<]*)</dd></div>", pagina)
    return {unescape(nome): unescape(testo) for nome, testo in coppie}


def test_the_report_was_submitted_meanwhile(entra: Entra) -> None:
    r = relazione()
    dati = compilata(r)
    mondo.compila(r, "UNO PO")
    mondo.muovi(r, "trasmetti", "UNO DIRIGENTE")
    risposta = entra("UNO PO").post(dove(r), dati)
    assert risposta.status_code == 409
    assert "qualcun altro ha scritto" in risposta.content.decode()
    assert da_copiare(risposta) == {
        "OE0401, N. sportelli - aperti": "12,5",
        "OE0401, stato di avanzamento": TESTO,
    }


def test_the_incarico_is_of_another_settore_or_over(entra: Entra) -> None:
    r = relazione()
    risposta = entra("DUE PO").post(dove(r), compilata(r))
    assert risposta.status_code == 403
    assert TESTO in da_copiare(risposta).values()
    Incarico.objects.filter(persona=mondo.persona("UNO PO")).update(al=mondo.ADESSO)
    risposta = entra("UNO PO").post(dove(r), compilata(r))
    assert risposta.status_code == 404
    assert TESTO in da_copiare(risposta).values()


@pytest.mark.parametrize("htmx", [{}, {"HX-Request": "true"}])
def test_the_step_was_taken_by_somebody_else(entra: Entra, htmx: dict[str, str]) -> None:
    o = mondo.in_stato("proposta")
    revisione = o.revisione
    mondo.muovi(o, "approva", "ATTI SEGRETERIA", atto=mondo.atto("77"))
    risposta = entra("GESTIONE CONTROLLO").post(
        f"/alfa/obiettivi/{o.pid}/transizioni/rinvia/",
        {"revisione": revisione, "motivazione": TESTO},
        headers=htmx,
    )
    assert risposta.status_code == 409
    assert da_copiare(risposta) == {"Motivazione": TESTO}


def test_percentages_of_a_report_validated_meanwhile(entra: Entra) -> None:
    r = RelazioneSemestrale.objects.filter(obiettivo=mondo.in_stato("rendicontato")).first()
    assert r is not None
    [s, *_] = r.obiettivo.obiettivospecifico_tutti.order_by("ordine")
    dati = {
        "revisione": r.revisione,
        f"percentuale_{s.pid}": "80",
        f"motivo_{s.pid}": TESTO,
        "dissensi": "Uno dissente.",
    }
    mondo.muovi(r, "valida", "PRIMO NUCLEO", seduta=mondo.seduta())
    risposta = entra("SECONDO NUCLEO").post(f"{dove(r)}transizioni/valida/", dati)
    assert risposta.status_code == 409
    assert da_copiare(risposta) == {
        "Percentuale convalidata di OE0501": "80",
        "Motivo per OE0501": TESTO,
        "Dissensi": "Uno dissente.",
    }


@pytest.mark.parametrize("htmx", [{}, {"HX-Request": "true"}])
def test_the_session_is_over(client: Client, htmx: dict[str, str]) -> None:
    r = relazione()
    risposta = client.post(dove(r), compilata(r), headers=htmx)
    assert risposta.status_code == 401
    assert da_copiare(risposta) == {"Valore": "12,5", "Stato di avanzamento": TESTO}
    pagina = risposta.content.decode()
    assert f'href="/accedi/?next={dove(r)}"' in pagina
    assert ("<html" in pagina) is not bool(htmx)
    assert r.obiettivo.titolo not in pagina


def test_without_anything_typed_one_goes_straight_to_the_login(client: Client) -> None:
    o = mondo.in_stato("bozza")
    risposta = client.post(
        f"/alfa/obiettivi/{o.pid}/transizioni/proponi/", {"revisione": o.revisione}
    )
    assert risposta.status_code == 302


@pytest.mark.parametrize(("da", "ripetuto"), [("testserver", True), ("altrove.example", False)])
def test_a_form_that_is_too_old(da: str, ripetuto: bool) -> None:
    """After a login in another window. What another site sends is not repeated."""
    r = relazione()
    client = Client(enforce_csrf_checks=True)
    client.force_login(mondo.utente("UNO PO"), backend="django.contrib.auth.backends.ModelBackend")
    risposta = client.post(dove(r), compilata(r), headers={"Origin": f"http://{da}"})
    assert risposta.status_code == 403
    assert (TESTO in da_copiare(risposta).values()) is ripetuto


def test_never_a_password() -> None:
    client = Client(enforce_csrf_checks=True)
    risposta = client.post(
        "/accedi/",
        {"username": "uno", "password": "segreta", "next": "/"},
        headers={"Origin": "http://testserver"},
    )
    assert risposta.status_code == 403
    assert "segreta" not in risposta.content.decode()
