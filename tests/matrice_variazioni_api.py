# SPDX-License-Identifier: AGPL-3.0-or-later
"""The API of the variazioni and their register as the permission matrix tries them: the same people
and the same answers as their pages (`matrice_variazioni`)."""

from __future__ import annotations

from functools import partial
from typing import Any

from cycle.models import Correzione, RichiestaVariazione, VoceRelazione
from tests import mondo
from tests.matrice import DENTRO, ENTRATI, FUORI, INCARICATI, SENZA, TUTTI, Prova, chi, vietato
from tests.matrice_variazioni import (
    CHIEDE,
    ERRORE,
    PASSI,
    SCRIVE,
    SEGNALA,
    pid,
    pid_correzione,
    pid_in_bozza,
    pid_invito,
)

_API = "api/v1/<ipa:ipa>/"
_UNA = f"{_API}variazioni/<uuid:pid>"
_DI_UN_OBIETTIVO = f"{_API}obiettivi/<uuid:pid>/variazioni"
_ATTO = {"organo": "giunta", "numero": "903", "data": "2026-03-02", "parere_tecnico": "sì"}


def _scheda() -> dict[str, Any]:
    o = mondo.in_stato("in_corso")
    return {"titolo": "Altro titolo", "unita": o.unita.codice}


def _nuova(*, d_ufficio: bool = False) -> dict[str, Any]:
    return {"stralcio": True, "motivazione": "Perché serve.", "d_ufficio": d_ufficio}


def _presentata() -> RichiestaVariazione:
    return RichiestaVariazione.objects.get(pid=pid("alfa"))


def _riscritta() -> dict[str, Any]:
    bozza = RichiestaVariazione.objects.get(pid=pid_in_bozza("alfa"))
    return {"revisione": bozza.revisione, "motivazione": "Meglio così."}


def _passo() -> dict[str, Any]:
    revisione = _presentata().revisione
    return {"revisione": revisione, "motivazione": "Perché serve.", "atto": _ATTO}


def _detto() -> dict[str, Any]:
    return {"impronta": _presentata().impronta, "esito": "favorevole"}


def _decisione() -> dict[str, Any]:
    v = _presentata()
    scelta = {"pid": str(v.pid), "revisione": v.revisione}
    return {"atto": _ATTO, "approvate": [scelta], "motivazione": "Perché serve."}


def _errore() -> dict[str, Any]:
    voci = VoceRelazione.objects.filter(
        obiettivo=mondo.in_stato("validato"), relazione__periodo__codice="2026-2"
    )
    return {**ERRORE, "specifico": str(voci[0].specifico.pid)}


def _deciso() -> dict[str, Any]:
    c = Correzione.objects.get(pid=pid_correzione("alfa"))
    return {"revisione": c.revisione, "motivazione": "È così."}


_INVITO = {"testo": "Il target è lontano.", "entro": "2026-09-30"}
_LETTA = Prova("GET", {200: INCARICATI, 404: FUORI | SENZA}, pid=pid)

_ANNO = "<ipa:ipa>/<int:anno>/variazioni/registro/"

TAVOLA: dict[str, list[Prova]] = {
    # the year's register, as a page, a workbook and a PDF: of whoever may come in
    _ANNO: [Prova("GET", {200: DENTRO, 404: FUORI}), vietato("POST")],
    f"{_ANNO}<slug:forma>/": [
        *(
            Prova("GET", {200: DENTRO, 404: FUORI}, parole={"forma": forma})
            for forma in ("xlsx", "pdf")
        ),
        Prova("POST", {405: ENTRATI}, parole={"forma": "pdf"}),
    ],
    f"{_API}anni/<int:anno>/variazioni": [
        Prova("GET", {200: DENTRO, 404: FUORI}),
        vietato("POST", TUTTI),
    ],
    f"{_API}anni/<int:anno>/variazioni/decisione": [
        vietato("GET", TUTTI),
        Prova(
            "POST",
            {200: {"segreteria"}, 403: INCARICATI - {"segreteria"}, 404: FUORI | SENZA},
            corpo=_decisione,
        ),
    ],
    _DI_UN_OBIETTIVO: [
        vietato("GET", TUTTI),
        Prova("POST", chi(CHIEDE, INCARICATI, 201), corpo=_nuova),
        Prova("POST", chi(SCRIVE - CHIEDE, INCARICATI, 201), corpo=partial(_nuova, d_ufficio=True)),
    ],
    f"{_DI_UN_OBIETTIVO}/scheda": [
        Prova("GET", {200: INCARICATI, 404: FUORI | SENZA}),
        vietato("POST", TUTTI),
    ],
    f"{_DI_UN_OBIETTIVO}/anteprima": [
        vietato("GET", TUTTI),
        Prova("POST", {200: INCARICATI, 404: FUORI | SENZA}, corpo=lambda: {"scheda": _scheda()}),
    ],
    _UNA: [_LETTA, vietato("POST", TUTTI)],
    f"{_UNA}/transizioni": [_LETTA, vietato("POST", TUTTI)],
    f"{_UNA}/transizioni/<slug:nome>": [
        vietato("GET", TUTTI),
        *(
            Prova(
                "POST",
                {200 if codice == 303 else codice: ruoli for codice, ruoli in attesi.items()},
                corpo=_passo,
                parole={"nome": nome},
                pid=pid,
            )
            for nome, attesi in PASSI.items()
        ),
        Prova("POST", {404: ENTRATI}, corpo=_passo, parole={"nome": "istruisci"}, pid=pid),
    ],
    f"{_UNA}/bozza": [
        Prova("GET", {409: INCARICATI, 404: FUORI | SENZA}, pid=pid),
        Prova("GET", {200: CHIEDE, 404: ENTRATI - CHIEDE}, pid=pid_in_bozza),
        Prova("PUT", {200: CHIEDE, 404: ENTRATI - CHIEDE}, corpo=_riscritta, pid=pid_in_bozza),
        vietato("POST", TUTTI),
    ],
    f"{_UNA}/ribasa": [
        vietato("GET", TUTTI),
        Prova(
            "POST",
            {200: {"dirigente"}, 403: INCARICATI - {"dirigente"}, 404: FUORI | SENZA},
            corpo=lambda: {"revisione": _presentata().revisione},
            pid=pid,
        ),
    ],
    f"{_UNA}/pareri/<slug:tipo>": [
        Prova("GET", {405: TUTTI}, parole={"tipo": "nucleo"}),
        Prova(
            "POST",
            chi({"nucleo"}, INCARICATI),
            corpo=_detto,
            parole={"tipo": "nucleo"},
            pid=pid,
        ),
        Prova("POST", {404: ENTRATI}, corpo=_detto, parole={"tipo": "altro"}, pid=pid),
    ],
    f"{_UNA}/atto-contabile": [
        vietato("GET", TUTTI),
        Prova(
            "POST",
            chi({"ragioneria"}, INCARICATI),
            corpo=lambda: {"atto_contabile": "Consiglio n. 3"},
            pid=pid,
        ),
    ],
    # the Nucleo's invitations (R39) and the corrections of material errors (R35)
    f"{_API}anni/<int:anno>/inviti-a-variare": [
        Prova("GET", {200: DENTRO, 404: FUORI}),
        vietato("POST", TUTTI),
    ],
    f"{_API}obiettivi/<uuid:pid>/inviti-a-variare": [
        vietato("GET", TUTTI),
        Prova("POST", chi({"nucleo"}, INCARICATI, 201), corpo=lambda: dict(_INVITO)),
    ],
    f"{_API}inviti-a-variare/<uuid:pid>": [
        Prova("GET", {200: INCARICATI, 404: FUORI | SENZA}, pid=pid_invito),
        vietato("POST", TUTTI),
    ],
    f"{_API}inviti-a-variare/<uuid:pid>/risposta": [
        vietato("GET", TUTTI),
        Prova(
            "POST",
            chi(CHIEDE, INCARICATI),
            corpo=lambda: {"risposta": "Il target resta raggiungibile."},
            pid=pid_invito,
        ),
    ],
    f"{_API}anni/<int:anno>/correzioni": [
        Prova("GET", {200: DENTRO, 404: FUORI}),
        vietato("POST", TUTTI),
    ],
    f"{_API}obiettivi/<uuid:pid>/relazioni/<slug:periodo>/correzioni": [
        Prova("GET", {405: TUTTI}, parole={"periodo": "2026-2"}),
        Prova(
            "POST",
            chi(SEGNALA, INCARICATI, 201),
            su="validato",
            corpo=_errore,
            parole={"periodo": "2026-2"},
        ),
    ],
    f"{_API}correzioni/<uuid:pid>": [
        Prova("GET", {200: INCARICATI, 404: FUORI | SENZA}, pid=pid_correzione),
        vietato("POST", TUTTI),
    ],
    f"{_API}correzioni/<uuid:pid>/transizioni/<slug:nome>": [
        Prova("GET", {405: TUTTI}, parole={"nome": "accogli"}),
        *(
            Prova(
                "POST",
                chi({"nucleo", "controllo"}, INCARICATI),
                corpo=_deciso,
                parole={"nome": nome},
                pid=pid_correzione,
            )
            for nome in ("accogli", "respingi")
        ),
        Prova("POST", {404: ENTRATI}, corpo=_deciso, parole={"nome": "altro"}, pid=pid_correzione),
    ],
    # without the revisione that was read the file is not looked at
    f"{_UNA}/allegati": [
        vietato("GET", TUTTI),
        Prova("POST", {422: CHIEDE, 404: ENTRATI - CHIEDE}, pid=pid_in_bozza),
    ],
    f"{_UNA}/allegati/<slug:sha256>": [
        Prova("GET", {404: ENTRATI}, parole={"sha256": "0" * 64}, pid=pid),
        Prova("DELETE", {404: ENTRATI}, parole={"sha256": "0" * 64}, pid=pid),
        Prova("POST", {405: TUTTI}, parole={"sha256": "0" * 64}),
    ],
}
