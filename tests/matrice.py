# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words in which the permission matrix is written: people, what is tried, what is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

# role -> person of the world, and ente
PERSONE = {
    "di un altro ente": ("UNO DIRIGENTE", "beta"),
    "senza incarico": ("SENZA INCARICO", "alfa"),
    "po": ("UNO PO", "alfa"),
    "po di un altro settore": ("DUE PO", "alfa"),
    "dirigente": ("UNO DIRIGENTE", "alfa"),
    "dirigente di un altro settore": ("DUE DIRIGENTE", "alfa"),
    "nucleo": ("TERZO NUCLEO", "alfa"),
    "segreteria": ("ATTI SEGRETERIA", "alfa"),
    "giunta": ("SINDACA GIUNTA", "alfa"),
    "segretario": ("GENERALE SEGRETARIO", "alfa"),
    "controllo": ("GESTIONE CONTROLLO", "alfa"),
    "ragioneria": ("CONTI RAGIONERIA", "alfa"),
    "revisore": ("VERIFICA REVISORE", "alfa"),
}
ANONIMO = {"anonimo"}
FUORI = {"di un altro ente", "superutente"}  # a superuser is nobody until somebody appoints him
SENZA = {"senza incarico"}
SETTORE = {"po", "dirigente"}
ALTRO_SETTORE = {"po di un altro settore", "dirigente di un altro settore"}
TUTTO_L_ENTE = {"nucleo", "segreteria", "giunta", "segretario", "controllo"}
LETTORI = {"ragioneria", "revisore"}
INCARICATI = SETTORE | ALTRO_SETTORE | TUTTO_L_ENTE | LETTORI
DENTRO = SENZA | INCARICATI
ENTRATI = FUORI | DENTRO
TUTTI = ANONIMO | ENTRATI

ENTE = "<ipa:ipa>/"
ROTTA_OBIETTIVO = f"{ENTE}obiettivi/<uuid:pid>/"

Attesi = Mapping[int, set[str]]


@dataclass(frozen=True)
class Prova:
    """What is tried on a route, and the answer to each role. Who is not named is anonymous: sent
    to the login by a page, 401 by the API."""

    metodo: str
    attesi: Attesi
    su: str = "in_corso"  # state of the objective that is in the URL
    corpo: Callable[[], Mapping[str, Any]] = dict
    parole: Mapping[str, str] = field(default_factory=dict)
    prepara: Callable[[], None] = lambda: None
    # public id in the URL, by codice IPA, where it is not the objective's
    pid: Callable[[str], Any] | None = None


def chi(possono: set[str], vedono: set[str] = DENTRO, ok: int = 200) -> Attesi:
    """`ok` to some, 403 to the others who see it, 404 to the rest."""
    return {ok: possono, 403: vedono - possono, 404: ENTRATI - vedono - possono}


def vietato(metodo: str, a: set[str] = ENTRATI) -> Prova:
    """The route does not know the method, whoever asks."""
    return Prova(metodo, {405: a})


SOLO_POST, SOLO_GET = vietato("GET"), vietato("POST")
CHIUSO_AGLI_ALTRI_METODI = Prova("POST", {405: TUTTI})
