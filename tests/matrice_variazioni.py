# SPDX-License-Identifier: AGPL-3.0-or-later
"""Requests of variazione as the permission matrix tries them (`domain.md` 2 and 5): one filed on
the objective in corso of each ente, and what every form of it would bring."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.test import Client

from cycle.models import (
    Correzione,
    InvitoVariazione,
    RichiestaVariazione,
    VoceRelazione,
)
from cycle.services import variazioni
from cycle.services.variazioni import Bozza
from cycle.services.variazioni.correzioni import Errore
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
    Attesi,
    Prova,
    chi,
)
from tests.variazioni.mondo import con_target, scheda

SEGNALA = {"po", "dirigente", "nucleo"}
ERRORE = {
    "campo": "natura",
    "prima": "positivo",
    "dopo": "negativo",
    "motivo": "Era scambiata.",
    "percentuale": "87",
}
CHIEDE = {"po", "dirigente"}  # of the settore
SCRIVE = CHIEDE | {"segreteria"}  # ex officio (R34)
# step -> who takes it, on a request that only waits for the giunta
PASSI: dict[str, Attesi] = {
    "respingi": chi({"segreteria"}, INCARICATI, 303),
    "approva": chi({"segreteria"}, INCARICATI, 303),
    # the po and the segreteria withdraw their own: this is not (R37)
    "ritira": chi({"dirigente"}, INCARICATI, 303),
}


def _scritta(ipa: str) -> RichiestaVariazione:
    o = mondo.in_stato("in_corso", ipa)
    return variazioni.redigi(
        obiettivo=o,
        bozza=Bozza(scheda=con_target(scheda(o), 5), motivazione="Perché serve."),
        by=mondo.attore("UNO DIRIGENTE", ipa),
        istante=mondo.ADESSO,
    )


def pid_in_bozza(ipa: str) -> UUID:
    """The pid of a draft of the ente, made the first time it is asked for."""
    righe = RichiestaVariazione.objects.filter(ente__codice_ipa=ipa, stato="bozza")
    return (righe.first() or _scritta(ipa)).pid


def pid(ipa: str) -> UUID:
    """The pid of a request of the ente that waits for the giunta."""
    righe = RichiestaVariazione.objects.filter(ente__codice_ipa=ipa, stato="istruita")
    presente = righe.first()
    if presente is None:
        presente = variazioni.presenta(
            richiesta=_scritta(ipa),
            by=mondo.attore("UNO DIRIGENTE", ipa),
            istante=mondo.ADESSO,
        )
    return presente.pid


def pid_invito(ipa: str) -> UUID:
    """The pid of an invitation of the ente that nobody has answered."""
    presente = InvitoVariazione.objects.filter(
        ente__codice_ipa=ipa, declinato_il__isnull=True
    ).first()
    invito = presente or variazioni.invita(
        obiettivo=mondo.in_stato("in_corso", ipa),
        testo="A giugno il target è lontano.",
        entro=date(2026, 9, 30),
        by=mondo.attore("PRIMO NUCLEO", ipa),
        istante=mondo.ADESSO,
    )
    return invito.pid


def _voce(ipa: str) -> VoceRelazione:
    """A percentage of the ente on which no error is signalled."""
    o = mondo.in_stato("validato", ipa)
    return VoceRelazione.objects.filter(obiettivo=o).exclude(correzioni__stato="segnalata")[0]


def pid_voce(ipa: str) -> UUID:
    return _voce(ipa).pid


def pid_correzione(ipa: str) -> UUID:
    """The pid of a correction of the ente that nobody has decided."""
    presente = Correzione.objects.filter(ente__codice_ipa=ipa, stato="segnalata").first()
    c = presente or variazioni.segnala(
        voce=_voce(ipa),
        errore=Errore("natura", "positivo", "negativo", "Era scambiata.", Decimal(87)),
        by=mondo.attore("UNO DIRIGENTE", ipa),
        istante=mondo.ADESSO,
    )
    return c.pid


def _pagina(dove: str) -> dict[str, Any]:
    porta = Client()
    porta.force_login(
        mondo.utente("UNO DIRIGENTE"), backend="django.contrib.auth.backends.ModelBackend"
    )
    return {**mondo.campi(porta.get(dove).content.decode()), "atto": "salva"}


def nuova() -> dict[str, Any]:
    """The form of a request as its page gives it."""
    return _pagina(f"/alfa/obiettivi/{mondo.in_stato('in_corso').pid}/variazioni/nuova/")


def bozza() -> dict[str, Any]:
    return _pagina(f"/alfa/variazioni/{pid_in_bozza('alfa')}/modifica/")


def corpo() -> dict[str, Any]:
    """What every form of the request of Alfa would bring, together."""
    v = RichiestaVariazione.objects.get(ente__codice_ipa="alfa")
    return {
        "revisione": v.revisione,
        "impronta": v.impronta,
        "esito": "favorevole",
        "motivazione": "Perché serve.",
        "organo": "giunta",
        "numero": "903",
        "data_atto": "2026-03-02",
        "parere_tecnico": "segretario, 01/03/2026",
    }


def atto_su_molte() -> dict[str, Any]:
    """The form of one act over the request of Alfa that waits."""
    v = RichiestaVariazione.objects.get(pid=pid("alfa"))
    return {
        **corpo(),
        "atto": "registra",
        "v": v.pid,
        f"{v.pid}-revisione": v.revisione,
        f"{v.pid}-esito": "approva",
    }


# Variazioni: asked for by the settore (or ex officio); read by everybody with an incarico once
# filed, a draft by its settore alone; who does not take a step is told who does (403).
_VARIAZIONE = f"{ENTE}variazioni/<uuid:pid>/"
_BOZZA_VARIAZIONE: Attesi = {200: CHIEDE, 404: ENTRATI - CHIEDE}
TAVOLA: dict[str, list[Prova]] = {
    f"{ENTE}<int:anno>/variazioni/": [Prova("GET", {200: DENTRO, 404: FUORI}), SOLO_GET],
    f"{ENTE}<int:anno>/variazioni/giunta/": [Prova("GET", {200: DENTRO, 404: FUORI}), SOLO_GET],
    f"{ENTE}<int:anno>/variazioni/giunta/decisione/": [
        Prova("GET", chi({"segreteria"}, DENTRO)),
        Prova("POST", chi({"segreteria"}, DENTRO, 303), corpo=atto_su_molte),
    ],
    f"{ENTE}<int:anno>/correzioni/": [Prova("GET", {200: DENTRO, 404: FUORI}), SOLO_GET],
    f"{ENTE}correzioni/nuova/<uuid:pid>/": [
        Prova("GET", chi(SEGNALA, INCARICATI), pid=pid_voce),
        Prova("POST", chi(SEGNALA, INCARICATI, 303), pid=pid_voce, corpo=lambda: dict(ERRORE)),
    ],
    f"{ENTE}correzioni/<uuid:pid>/": [
        Prova("GET", {200: INCARICATI, 404: FUORI | SENZA}, pid=pid_correzione),
        # the Nucleo of the matrix is not the one who signalled it
        Prova(
            "POST",
            chi({"nucleo", "controllo"}, INCARICATI, 303),
            corpo=lambda: {"esito": "accogli", "motivazione": "È così."},
            pid=pid_correzione,
        ),
    ],
    f"{ENTE}<int:anno>/variazioni/inviti/": [Prova("GET", {200: DENTRO, 404: FUORI}), SOLO_GET],
    f"{ENTE}variazioni/inviti/<uuid:pid>/": [
        Prova("GET", {200: INCARICATI, 404: FUORI | SENZA}, pid=pid_invito),
        Prova(
            "POST",
            chi(CHIEDE, INCARICATI, 303),
            corpo=lambda: {"risposta": "Il target resta raggiungibile."},
            pid=pid_invito,
        ),
    ],
    f"{ROTTA_OBIETTIVO}invito/": [
        Prova("GET", chi({"nucleo"}, INCARICATI)),
        Prova(
            "POST",
            chi({"nucleo"}, INCARICATI, 303),
            corpo=lambda: {"testo": "Il target è lontano.", "entro": "2026-09-30"},
        ),
    ],
    **{
        f"{ROTTA_OBIETTIVO}variazioni/{quale}/": [
            Prova("GET", chi(SCRIVE, INCARICATI)),
            Prova("POST", chi(SCRIVE, INCARICATI, 303), corpo=nuova),
        ]
        for quale in ("nuova", "stralcio")
    },
    _VARIAZIONE: [
        Prova("GET", {200: INCARICATI, 404: FUORI | SENZA}, pid=pid),
        Prova("GET", _BOZZA_VARIAZIONE, pid=pid_in_bozza),
        SOLO_GET,
    ],
    f"{_VARIAZIONE}modifica/": [
        Prova("GET", _BOZZA_VARIAZIONE, pid=pid_in_bozza),
        Prova(
            "POST",
            {303: CHIEDE, 404: ENTRATI - CHIEDE},
            corpo=bozza,
            pid=pid_in_bozza,
        ),
    ],
    f"{_VARIAZIONE}passi/<slug:nome>/": [
        *(
            Prova("GET", chi(INCARICATI, INCARICATI), parole={"nome": nome}, pid=pid)
            for nome in ("presenta", "approva", "ritira", "ribasa", "atto_contabile")
        ),
        *(
            Prova(
                "POST",
                attesi,
                corpo=corpo,
                parole={"nome": nome},
                pid=pid,
            )
            for nome, attesi in PASSI.items()
        ),
    ],
    f"{_VARIAZIONE}pareri/<slug:tipo>/": [
        Prova("GET", chi(INCARICATI, INCARICATI), parole={"tipo": "nucleo"}, pid=pid),
        Prova(
            "POST",
            chi({"nucleo"}, INCARICATI, 303),
            corpo=corpo,
            parole={"tipo": "nucleo"},
            pid=pid,
        ),
    ],
    f"{_VARIAZIONE}allegati/<slug:sha256>/": [
        Prova("GET", {404: ENTRATI}, parole={"sha256": "0" * 64}, pid=pid),
        Prova("POST", {405: ENTRATI}, parole={"sha256": "0" * 64}),
    ],
}
