# SPDX-License-Identifier: AGPL-3.0-or-later
"""Neutralizzazioni as the permission matrix tries them (R62): one asked for on the reported
objective of each ente, and what every form of it would bring."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile

from cycle.models import Neutralizzazione
from cycle.services import neutralizzazioni
from cycle.services.decisione import Documento
from cycle.services.neutralizzazioni import Domanda
from tests import mondo
from tests.matrice import (
    DENTRO,
    ENTE,
    ENTRATI,
    FUORI,
    INCARICATI,
    ROTTA_OBIETTIVO,
    SENZA,
    SOLO_GET,
    TUTTI,
    Prova,
    chi,
    vietato,
)
from workflows.machines.neutralizzazione import APERTE

CHIEDE = {"dirigente", "nucleo"}
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF\n"


def pid_neutralizzazione(ipa: str) -> UUID:
    """The pid of one that nobody has decided."""
    presente = Neutralizzazione.objects.filter(ente__codice_ipa=ipa, stato__in=APERTE).first()
    n = presente or neutralizzazioni.chiedi(
        obiettivo=mondo.in_stato("rendicontato", ipa),
        domanda=Domanda("l'alluvione", "Uffici chiusi.", [Documento("ordinanza.pdf", [PDF])]),
        by=mondo.attore("UNO DIRIGENTE", ipa),
        istante=mondo.ADESSO,
    )
    return Neutralizzazione.objects.values_list("pid", flat=True).get(pk=n.pk)


def _pid_obiettivo(ipa: str) -> UUID:
    return mondo.in_stato("rendicontato", ipa).pid


def _chiesta() -> dict[str, Any]:
    return {
        "parte": "tutto",
        "causa": "l'alluvione",
        "motivo": "Uffici chiusi.",
        "documenti": [SimpleUploadedFile("ordinanza.pdf", PDF, "application/pdf")],
    }


def _deciso() -> dict[str, Any]:
    n = Neutralizzazione.objects.get(pid=pid_neutralizzazione("alfa"))
    return {
        "revisione": n.revisione,
        "motivazione": "Era prevedibile.",
        "seduta": {
            "data": "2026-03-01",
            "presenti": [str(mondo.persona(f"{x} NUCLEO").pid) for x in NUMERI],
        },
    }


NUMERI = ("PRIMO", "SECONDO", "TERZO")
_API = "api/v1/<ipa:ipa>/"
API: dict[str, list[Prova]] = {
    f"{_API}anni/<int:anno>/neutralizzazioni": [
        Prova("GET", {200: DENTRO, 404: FUORI}),
        vietato("POST", TUTTI),
    ],
    f"{_API}obiettivi/<uuid:pid>/neutralizzazioni": [
        vietato("GET", TUTTI),
        Prova(
            "POST",
            chi(CHIEDE, INCARICATI, 201),
            su="rendicontato",
            corpo=lambda: {
                "causa": "l'alluvione",
                "motivo": "Uffici chiusi.",
                "documenti": [{"nome": "ordinanza.pdf", "contenuto": b64encode(PDF).decode()}],
            },
        ),
    ],
    f"{_API}neutralizzazioni/<uuid:pid>": [
        Prova("GET", {200: INCARICATI, 404: FUORI | SENZA}, pid=pid_neutralizzazione),
        vietato("POST", TUTTI),
    ],
    f"{_API}neutralizzazioni/<uuid:pid>/transizioni/<slug:nome>": [
        Prova("GET", {405: TUTTI}, parole={"nome": "respingi"}),
        Prova(
            "POST",
            chi({"nucleo"}, INCARICATI),
            corpo=_deciso,
            parole={"nome": "respingi"},
            pid=pid_neutralizzazione,
        ),
        Prova(
            "POST",
            {404: ENTRATI},
            corpo=_deciso,
            parole={"nome": "altro"},
            pid=pid_neutralizzazione,
        ),
    ],
}
TAVOLA: dict[str, list[Prova]] = {
    **API,
    f"{ENTE}<int:anno>/neutralizzazioni/": [Prova("GET", {200: DENTRO, 404: FUORI}), SOLO_GET],
    f"{ROTTA_OBIETTIVO}neutralizza/": [
        Prova("GET", chi(CHIEDE, INCARICATI), pid=_pid_obiettivo),
        Prova("POST", chi(CHIEDE, INCARICATI, 303), pid=_pid_obiettivo, corpo=_chiesta),
    ],
    f"{ENTE}neutralizzazioni/<uuid:pid>/": [
        Prova("GET", {200: INCARICATI, 404: FUORI | SENZA}, pid=pid_neutralizzazione),
        Prova(
            "POST",
            chi({"nucleo"}, INCARICATI, 303),
            corpo=lambda: {
                "passo": "respingi",
                "motivazione": "Era prevedibile.",
                "data_seduta": "2026-03-01",
                "presenti": [str(mondo.persona(f"{n} NUCLEO").pid) for n in NUMERI],
            },
            pid=pid_neutralizzazione,
        ),
    ],
    f"{ENTE}neutralizzazioni/<uuid:pid>/documenti/<slug:sha256>/": [
        Prova(
            "GET",
            {200: INCARICATI, 404: FUORI | SENZA},
            pid=pid_neutralizzazione,
            parole={"sha256": sha256(PDF).hexdigest()},
        ),
        Prova("POST", {405: ENTRATI}, parole={"sha256": sha256(PDF).hexdigest()}),
    ],
}
