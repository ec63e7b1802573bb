# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drafts: written whole, by the same service and with the same refusals as the page."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from django.urls import reverse
from ninja import Query, Router, Schema
from pydantic import Field

from cycle import fascicolo, selectors
from cycle.api.accesso import RichiestaApi
from cycle.api.errori import motivi, solo_parametri
from cycle.api.scheda import SchedaLetta, SchedaMostrata, malformata, scheda_letta, scheda_mostrata
from cycle.api.schemi import SCRITTURA, Errore, Motivo, Revisione
from cycle.bozze.lettura import leggi
from cycle.bozze.rubrica import rubrica
from cycle.contesto import Contesto, sessione
from cycle.models import Obiettivo
from cycle.services import schede
from cycle.services.schede import SchedaNonValida
from workflows.errors import Conflitto

router = Router(tags=["bozze"])
_BOZZA = "/{ipa:ipa}/obiettivi/{uuid:pid}/bozza"


class BozzaLetta(SchedaLetta):
    """The same, over the draft as it was at `revisione`: rows that are not named are taken away."""

    revisione: Revisione


class BozzaDaButtare(Schema):
    """Which draft is thrown away: the one that was read, where it says which."""

    revisione: Annotated[int, Field(ge=0, lt=2**31)] | None = None


class BozzaScritta(SchedaMostrata):
    """A draft, in the shape in which it is written; `mancanze`: what `proponi` would miss."""

    pid: UUID
    anno: int
    stato: str
    revisione: int
    mancanze: list[Motivo]
    links: dict[str, str]


# --- operations ---------------------------------------------------------------------------------


@router.post(
    "/{ipa:ipa}/anni/{int:anno}/bozze",
    response={201: BozzaScritta, **SCRITTURA},
    summary="Scrivere una bozza nuova",
    description="Una scheda intera, anche incompleta: `mancanze` dice che cosa serve per proporla.",
)
def nuova_bozza(request: RichiestaApi, ipa: str, anno: int, bozza: SchedaLetta) -> Any:
    with sessione(request.auth, ipa, "api") as c:
        ciclo = selectors.ciclo(c.ente, anno)
        ciclo.ente = c.ente
        r = rubrica(ciclo)
        try:
            o = schede.crea_bozza(
                ciclo=ciclo,
                scheda=scheda_letta(bozza, r),
                rubrica=r,
                by=c.attore,
                istante=c.istante,
                canale=c.canale,
            )
        except SchedaNonValida as no:
            raise malformata(no) from None
        return 201, _scritta(c, ipa, selectors.obiettivo(c.attore, o.pid))


@router.get(
    _BOZZA,
    response={200: BozzaScritta, frozenset({401, 404, 409, 422}): Errore},
    summary="Una bozza, come si scrive",
    description="Con i `pid` delle righe, da rimandare con PUT; 409 se non è più una bozza.",
)
def bozza(request: RichiestaApi, ipa: str, pid: UUID) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        return _scritta(c, ipa, _bozza(c, pid))


@router.put(
    _BOZZA,
    response={200: BozzaScritta, **SCRITTURA},
    summary="Riscrivere una bozza",
    description="La scheda diventa come è scritta qui: le righe che non sono nominate si tolgono.",
)
def riscrivi_bozza(request: RichiestaApi, ipa: str, pid: UUID, bozza: BozzaLetta) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        o = selectors.obiettivo(c.attore, pid)
        o.ciclo.ente = c.ente
        r = rubrica(o.ciclo)
        try:
            schede.modifica(
                obiettivo=o,
                scheda=scheda_letta(bozza, r),
                rubrica=r,
                by=c.attore,
                istante=c.istante,
                revisione=bozza.revisione,
                canale=c.canale,
            )
        except SchedaNonValida as no:
            raise malformata(no) from None
        return _scritta(c, ipa, selectors.obiettivo(c.attore, pid))


@router.delete(
    _BOZZA,
    response={204: None, **SCRITTURA},
    summary="Buttare via una bozza",
    description="La sua storia resta nel registro e il suo codice non si dà più. Con `revisione`, "
    "solo se è ancora quella letta.",
)
def butta_bozza(
    request: RichiestaApi, ipa: str, pid: UUID, quale: Query[BozzaDaButtare]
) -> tuple[int, None]:
    with sessione(request.auth, ipa, "api") as c:
        solo_parametri(request, BozzaDaButtare.model_fields)
        schede.elimina_bozza(
            obiettivo=selectors.obiettivo(c.attore, pid),
            by=c.attore,
            istante=c.istante,
            revisione=quale.revisione,
            canale=c.canale,
        )
        return 204, None


def _bozza(c: Contesto, pid: UUID) -> Obiettivo:
    o = selectors.obiettivo(c.attore, pid)
    if o.stato != "bozza":
        raise Conflitto({o.pk: [schede.non_bozza(o)]})
    return o


def _scritta(c: Contesto, ipa: str, o: Obiettivo) -> dict[str, Any]:
    o.ciclo.ente = c.ente
    fatti = fascicolo.di_obiettivi([o.pk])[o.pk]
    return {
        **scheda_mostrata(leggi([o], rubrica(o.ciclo))[o.pk]),
        "pid": o.pid,
        "anno": o.ciclo.anno,
        "stato": o.stato,
        "revisione": o.revisione,
        "mancanze": motivi(schede.mancanze(fatti, c.attore, c.istante)),
        "links": {
            "self": reverse("api:bozza", args=[ipa, o.pid]),
            "obiettivo": reverse("api:obiettivo", args=[ipa, o.pid]),
            "transizioni": reverse("api:transizioni_obiettivo", args=[ipa, o.pid]),
            "pagina": reverse("modifica", args=[ipa, o.pid]),
        },
    }
