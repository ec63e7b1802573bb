# SPDX-License-Identifier: AGPL-3.0-or-later
"""The registro as the permission matrix tries it (`domain.md` 2): whoever has an incarico reads as
much of it as he may see; the others do not know that it is there."""

from __future__ import annotations

from django.http import HttpResponse
from django.test import Client

from cycle import letture
from cycle.models import Persona
from tests.matrice import (
    CHIUSO_AGLI_ALTRI_METODI,
    DENTRO,
    ENTE,
    ENTRATI,
    FUORI,
    INCARICATI,
    SOLO_GET,
    Prova,
    chi,
)
from workflows.registro.models import Evento

# Nobody's data are in them (`letture.SENZA_DATI`); or they answer no person of an ente.
_SENZA_TRACCIA = {
    f"{ENTE}atti/<uuid:pid>/json/",
    f"{ENTE}atti/<uuid:pid>/documenti/<uuid:doc>/",
    f"{ENTE}dati-aperti/schema/",
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

TAVOLA: dict[str, list[Prova]] = {
    f"{ENTE}registro/": [Prova("GET", _LETTO), SOLO_GET],
    f"{ENTE}registro/confronto/": [Prova("GET", _LETTO), SOLO_GET],
    f"{ENTE}registro/esporta/<slug:forma>/": [
        Prova("GET", _LETTO, parole={"forma": "csv"}),
        Prova("GET", {404: ENTRATI}, parole={"forma": "exe"}),
        Prova("POST", {405: ENTRATI}, parole={"forma": "csv"}),
    ],
    # open data: the page for whoever comes in, the files for who exports the plan
    f"{ENTE}<int:anno>/dati-aperti/": [Prova("GET", {200: DENTRO, 404: FUORI}), SOLO_GET],
    f"{ENTE}<int:anno>/dati-aperti/<slug:forma>/": [
        Prova("GET", chi({"controllo", "segretario", "revisore"}), parole={"forma": "json"}),
        Prova("POST", {405: ENTRATI}, parole={"forma": "json"}),
    ],
    f"{ENTE}dati-aperti/schema/": [Prova("GET", {200: DENTRO, 404: FUORI}), SOLO_GET],
    # the same through the API
    f"{_API}registro": [Prova("GET", _LETTO), CHIUSO_AGLI_ALTRI_METODI],
    f"{_API}registro/confronto": [Prova("GET", _LETTO), CHIUSO_AGLI_ALTRI_METODI],
    f"{_API}anni/<int:anno>/piano/com-era": [
        Prova("GET", chi({"controllo", "segretario", "revisore"})),
        CHIUSO_AGLI_ALTRI_METODI,
    ],
}
