# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Nucleo's invitations to ask for a variazione (R39): read, written, answered; by the same
services and with the same refusals as the pages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.urls import reverse
from ninja import Query, Router, Schema
from pydantic import Field

from cycle import inviti_variazione as inviti
from cycle import selectors
from cycle.api.accesso import RichiestaApi
from cycle.api.errori import solo_parametri
from cycle.api.pagine import Impaginato, Pagina, impagina
from cycle.api.schemi import (
    LETTURA,
    SCRITTURA,
    Giorno,
    Letto,
    Testo,
    scelta,
)
from cycle.contesto import Contesto, sessione
from cycle.inviti_variazione import Invito
from cycle.services import variazioni
from cycle.variazioni.fatti import nome_richiesta

router = Router(tags=["variazioni"])
_UNO = "/{ipa:ipa}/inviti-a-variare/{uuid:pid}"
_Esito = scelta([*inviti.ESITI])
_Lungo = Annotated[Testo, Field(max_length=20_000)]


class FiltriInviti(Pagina):
    esito: _Esito | None = None  # type: ignore[valid-type]


class InvitoLetto(Letto):
    testo: _Lungo
    entro: Annotated[Giorno, Field(description="L'ultimo giorno per chiedere la variazione")]


class RispostaLetta(Letto):
    """Why no variazione will be asked for."""

    risposta: _Lungo


class RichiestaInvitata(Schema):
    pid: UUID
    nome: str
    stato: str
    links: dict[str, str]


class InvitoScritto(Schema):
    """An invitation and what came of it: `aperto`, `accolto`, `declinato`, `scaduto`."""

    pid: UUID
    obiettivo: UUID
    codice: str
    titolo: str
    unita: str
    persona: str
    testo: str
    entro: date
    invitato_il: datetime
    esito: str
    risposta: str
    declinato_il: datetime | None
    richieste: list[RichiestaInvitata]
    links: dict[str, str]


class ElencoInviti(Impaginato):
    inviti: list[InvitoScritto]


@router.get(
    "/{ipa:ipa}/anni/{int:anno}/inviti-a-variare",
    response={200: ElencoInviti, **LETTURA},
    summary="Gli inviti del Nucleo a chiedere una variazione",
    description="Quelli di un anno, sugli obiettivi che si vedono; gli ultimi per primi.",
)
def inviti_anno(
    request: RichiestaApi, ipa: str, anno: int, filtri: Query[FiltriInviti]
) -> dict[str, Any]:
    solo_parametri(request, FiltriInviti.model_fields)
    with sessione(request.auth, ipa, "api") as c:
        oggi = _oggi(c)
        scelti = inviti.dell_anno(c.attore, selectors.ciclo(c.ente, anno), oggi, filtri.esito)
        return impagina(
            request,
            filtri,
            scelti,
            lambda righe: [_scritto(ipa, i) for i in inviti.visti(righe, oggi)],
            "inviti",
        )


@router.post(
    "/{ipa:ipa}/obiettivi/{uuid:pid}/inviti-a-variare",
    response={201: InvitoScritto, **SCRITTURA},
    summary="Invitare il settore a chiedere una variazione",
    description="Lo scrive il Nucleo: perché, ed entro quando. Non vincola nessuno (R39).",
)
def nuovo_invito(request: RichiestaApi, ipa: str, pid: UUID, invito: InvitoLetto) -> Any:
    with sessione(request.auth, ipa, "api") as c:
        fatto = variazioni.invita(
            obiettivo=selectors.obiettivo(c.attore, pid),
            testo=invito.testo,
            entro=invito.entro,
            by=c.attore,
            istante=c.istante,
            canale=c.canale,
        )
        return 201, _letto(c, ipa, fatto.pid)


@router.get(
    _UNO,
    response={200: InvitoScritto, **LETTURA},
    summary="Un invito, e che cosa ne è stato",
    description="Con le richieste presentate perché si era invitati, o la risposta del settore.",
)
def invito_a_variare(request: RichiestaApi, ipa: str, pid: UUID) -> dict[str, Any]:
    solo_parametri(request, ())
    with sessione(request.auth, ipa, "api") as c:
        return _letto(c, ipa, pid)


@router.post(
    _UNO + "/risposta",
    response={200: InvitoScritto, **SCRITTURA},
    summary="Rispondere che non si chiede la variazione",
    description=(
        "Il settore dice perché. Chi invece la chiede lo fa scrivendo una richiesta con `invito`."
    ),
)
def declina_invito(
    request: RichiestaApi, ipa: str, pid: UUID, risposta: RispostaLetta
) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        variazioni.declina(
            invito=inviti.invito(c.attore, pid, _oggi(c)).invito,
            risposta=risposta.risposta,
            by=c.attore,
            istante=c.istante,
            canale=c.canale,
        )
        return _letto(c, ipa, pid)


def _oggi(c: Contesto) -> date:
    return inviti.oggi(c.ente, c.istante)


def _letto(c: Contesto, ipa: str, pid: UUID) -> dict[str, Any]:
    return _scritto(ipa, inviti.invito(c.attore, pid, _oggi(c)))


def _scritto(ipa: str, i: Invito) -> dict[str, Any]:
    x, o = i.invito, i.invito.obiettivo
    uguali = ("pid", "testo", "entro", "invitato_il", "risposta", "declinato_il")
    return {
        **{nome: getattr(x, nome) for nome in uguali},
        "obiettivo": o.pid,
        "codice": o.codice,
        "titolo": o.titolo,
        "unita": o.unita.nome,
        "persona": str(x.persona),
        "esito": i.esito,
        "richieste": [
            {
                "pid": v.pid,
                "nome": nome_richiesta(v, o.codice),
                "stato": v.stato,
                "links": {"self": reverse("api:variazione", args=[ipa, v.pid])},
            }
            for v in i.richieste
        ],
        "links": {
            "self": reverse("api:invito_a_variare", args=[ipa, x.pid]),
            "obiettivo": reverse("api:obiettivo", args=[ipa, o.pid]),
            "pagina": reverse("invito_variazione", args=[ipa, x.pid]),
        },
    }
