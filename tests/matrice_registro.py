# SPDX-License-Identifier: AGPL-3.0-or-later
"""The registro as the permission matrix tries it (`domain.md` 2): whoever has an incarico reads as
much of it as he may see; the others do not know that it is there."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.test import Client

from cycle import letture
from cycle.models import DomandaSalvata, Persona
from tests import mondo
from tests.matrice import (
    CHIUSO_AGLI_ALTRI_METODI,
    DENTRO,
    ENTE,
    ENTRATI,
    FUORI,
    INCARICATI,
    SOLO_GET,
    SOLO_POST,
    TUTTI,
    Prova,
    chi,
)
from workflows.registro.models import Evento

# Nobody's data are in them (`letture.SENZA_DATI`); or they answer no person of an ente.
_SENZA_TRACCIA = {
    f"{ENTE}atti/<uuid:pid>/json/",
    f"{ENTE}atti/<uuid:pid>/documenti/<uuid:doc>/",
    f"{ENTE}dati-aperti/schema/",
    f"{ENTE}piano/foglio/modello/",
}


def ricordata(porta: Client, rotta: str, prova: Prova, risposta: HttpResponse) -> None:
    """Whatever route gives a file, or the registro of the whole ente, the registro remembers who
    read it (`domain.md` 8): a new one that does not fails here."""
    if prova.metodo != "GET" or "<ipa:ipa>" not in rotta or risposta.status_code != 200:
        return
    utente = porta.session["_auth_user_id"]
    lette = Evento.objects.filter(
        esito="letto",
        persona_id__in=Persona.objects.filter(utente=utente).values("pk"),
    )
    di_file = letture.esce(risposta) and rotta not in _SENZA_TRACCIA
    if di_file or rotta in RICORDATE:
        assert lette.count() == 1, f"{rotta}: nel registro non c'è chi l'ha letto"


_API = "api/v1/<ipa:ipa>/"
_LETTO = {200: INCARICATI, 404: ENTRATI - INCARICATI}

# what is remembered though it is no file, when it is of the whole ente
RICORDATE = {f"{_API}anni/<int:anno>/piano", f"{_API}anni/<int:anno>/piano/com-era"}


def _domanda(ipa: str) -> Any:
    """A question that the PO of the first settore keeps for himself."""
    di_chi = mondo.persona("UNO PO", ipa)
    tenuta, _nuova = DomandaSalvata.objects.get_or_create(
        ente=di_chi.ente, persona=di_chi, nome="Le mie", parole={"verbo": "avvia"}
    )
    return tenuta.pid


def _di_chi_la_tiene(ok: int) -> dict[int, set[str]]:
    return {ok: {"po"}, 404: ENTRATI - {"po"}}


_SALVATA = {"nome": "Avvii", "verbo": "avvia"}

TAVOLA: dict[str, list[Prova]] = {
    f"{ENTE}registro/": [Prova("GET", _LETTO), SOLO_GET],
    f"{ENTE}registro/confronto/": [Prova("GET", _LETTO), SOLO_GET],
    f"{ENTE}registro/esporta/<slug:forma>/": [
        Prova("GET", _LETTO, parole={"forma": "csv"}),
        Prova("GET", {404: ENTRATI}, parole={"forma": "exe"}),
        Prova("POST", {405: ENTRATI}, parole={"forma": "csv"}),
    ],
    # questions that are kept: by whoever reads something; asked again by their owner
    f"{ENTE}registro/domande/": [
        SOLO_POST,
        Prova("POST", {302: INCARICATI, 404: ENTRATI - INCARICATI}, corpo=lambda: _SALVATA),
    ],
    f"{ENTE}registro/domande/<uuid:pid>/": [
        Prova("GET", _di_chi_la_tiene(302), pid=_domanda),
        SOLO_GET,
    ],
    f"{ENTE}registro/domande/<uuid:pid>/togli/": [
        SOLO_POST,
        Prova("POST", _di_chi_la_tiene(302), pid=_domanda),
    ],
    # who reads which event, `test_registro_riservatezza` says
    f"{ENTE}registro/fatti/<int:numero>/": [
        Prova("GET", {404: ENTRATI}, parole={"numero": "0"}),
        Prova("POST", {405: ENTRATI}, parole={"numero": "0"}),
    ],
    f"{ENTE}registro/impronta/": [Prova("GET", _LETTO), Prova("POST", _LETTO)],
    # open data: the page for whoever comes in, the files for who exports the plan
    f"{ENTE}dati-aperti/": [Prova("GET", {302: DENTRO, 404: FUORI}), SOLO_GET],
    f"{ENTE}<int:anno>/dati-aperti/": [Prova("GET", {200: DENTRO, 404: FUORI}), SOLO_GET],
    f"{ENTE}<int:anno>/dati-aperti/<slug:forma>/": [
        Prova("GET", chi({"controllo", "segretario", "revisore"}), parole={"forma": "json"}),
        Prova("POST", {405: ENTRATI}, parole={"forma": "json"}),
    ],
    f"{ENTE}dati-aperti/schema/": [Prova("GET", {200: DENTRO, 404: FUORI}), SOLO_GET],
    # the same through the API
    f"{_API}registro": [Prova("GET", _LETTO), CHIUSO_AGLI_ALTRI_METODI],
    f"{_API}registro/domande": [
        Prova("GET", _LETTO),
        Prova(
            "POST",
            {201: INCARICATI, 404: ENTRATI - INCARICATI},
            corpo=lambda: {"nome": "Avvii", "domanda": {"verbo": "avvia"}},
        ),
    ],
    f"{_API}registro/domande/<uuid:pid>": [
        Prova("GET", _di_chi_la_tiene(200), pid=_domanda),
        Prova("DELETE", _di_chi_la_tiene(204), pid=_domanda),
        CHIUSO_AGLI_ALTRI_METODI,
    ],
    f"{_API}registro/fatti/<int:numero>": [
        Prova("GET", {404: ENTRATI}, parole={"numero": "0"}),
        Prova("POST", {405: TUTTI}, parole={"numero": "0"}),
    ],
    f"{_API}registro/prova": [Prova("GET", _LETTO), CHIUSO_AGLI_ALTRI_METODI],
    f"{_API}registro/impronte/<slug:sha256>": [
        Prova("GET", {404: ENTRATI}, parole={"sha256": "0" * 64}),
        Prova("POST", {405: TUTTI}, parole={"sha256": "0" * 64}),
    ],
    f"{_API}anni/<int:anno>/dati-aperti/<slug:forma>": [
        Prova("GET", chi({"controllo", "segretario", "revisore"}), parole={"forma": "csv"}),
        Prova("POST", {405: TUTTI}, parole={"forma": "csv"}),
    ],
    f"{_API}registro/confronto": [Prova("GET", _LETTO), CHIUSO_AGLI_ALTRI_METODI],
    f"{_API}anni/<int:anno>/piano/com-era": [
        Prova("GET", chi({"controllo", "segretario", "revisore"})),
        CHIUSO_AGLI_ALTRI_METODI,
    ],
}
