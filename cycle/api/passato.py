# SPDX-License-Identifier: AGPL-3.0-or-later
"""The plan as it was, two instants compared; and, for the public, as open data."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import Router, Schema

from cycle import come_era, confronti, domande, selectors
from cycle.api import schemi
from cycle.api.accesso import RichiestaApi
from cycle.api.errori import Malformata
from cycle.api.schemi import ESPORTAZIONE, LETTURA
from cycle.contesto import sessione
from cycle.services import esportazione

router = Router(tags=["registro"])


class DifferenzaScritta(Schema):
    obiettivo: UUID
    codice: str
    dove: str
    campo: str
    prima: str
    dopo: str
    istante: str
    chi: str
    verbo: str
    atto: UUID | None
    atto_detto: str
    senza_atto: bool


class DifferenzeScritte(Schema):
    differenze: list[DifferenzaScritta]


@router.get(
    "/{ipa:ipa}/registro/confronto",
    response={200: DifferenzeScritte, **LETTURA},
    summary="Confrontare due momenti",
    description=(
        "Di un obiettivo o di un anno, che cosa è cambiato fra due momenti (senza il primo, da "
        "quando fu approvato), e l'atto che lo autorizza. `tutti=1`: anche ciò che la giunta non "
        "approva."
    ),
)
def confronto(
    request: RichiestaApi,
    ipa: str,
    obiettivo: UUID | None = None,
    anno: int | None = None,
    dal: str = "",
    al: str = "",
    tutti: bool = False,
) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        fin_dove = domande.portata(c.attore)
        parole = {
            "obiettivo": str(obiettivo or ""),
            "anno": str(anno or ""),
            "dal": dal,
            "al": al,
            "tutti": "1" if tutti else "",
        }
        chiesto = confronti.leggi(parole, c)
        if chiesto.errore:
            raise Malformata(("dal", chiesto.errore))
        return {
            "differenze": [
                {
                    "obiettivo": d.obiettivo_pid,
                    "codice": d.codice,
                    "dove": d.dove,
                    "campo": d.campo,
                    "prima": d.prima,
                    "dopo": d.dopo,
                    "istante": d.istante.isoformat(),
                    "chi": d.chi,
                    "verbo": d.verbo,
                    "atto": d.atto_pid,
                    "atto_detto": d.atto,
                    "senza_atto": d.senza_atto,
                }
                for d in confronti.confronta(c, chiesto, fin_dove)
            ]
        }


@router.get(
    "/{ipa:ipa}/anni/{int:anno}/dati-aperti/{slug:forma}",
    response=ESPORTAZIONE,
    summary="I dati aperti di un anno",
    description=(
        "`json` o `csv`, senza dati personali (R86-R88), pronti da pubblicare. Serve un incarico "
        "che consenta l'esportazione, e il registro la ricorda; l'impronta è nell'intestazione "
        "`X-Content-SHA256`."
    ),
)
def dati_aperti(request: RichiestaApi, ipa: str, anno: int, forma: str) -> HttpResponse:
    with sessione(request.auth, ipa, "api") as c:
        contenuto, sha256 = esportazione.esporta_aperti(
            ciclo=selectors.ciclo(c.ente, anno),
            forma=forma,
            by=c.attore,
            istante=c.istante,
            canale=c.canale,
        )
    tipo = "application/json" if forma == "json" else "text/csv"
    risposta = HttpResponse(contenuto, content_type=f"{tipo}; charset=utf-8")
    risposta["Content-Disposition"] = f'attachment; filename="piano-aperto-{ipa}-{anno}.{forma}"'
    risposta["X-Content-SHA256"] = sha256
    return risposta


@router.get(
    "/{ipa:ipa}/anni/{int:anno}/piano/com-era",
    response={200: schemi.Piano, **ESPORTAZIONE},
    by_alias=True,
    summary="Il piano com'era",
    description=(
        "Il piano di un anno com'era a un momento, stralciati compresi, secondo il registro; senza "
        "`al`, com'è. "
        "Serve un incarico che consenta l'esportazione, e il registro la ricorda."
    ),
)
def piano_com_era(request: RichiestaApi, ipa: str, anno: int, al: str = "") -> HttpResponse:
    with sessione(request.auth, ipa, "api") as c:
        letto = come_era.letto(al, c.ente.fuso) if al else confronti.DOPO_TUTTO
        if letto is None:
            raise Malformata(("al", _("Non è una data: scriverla come 2026-09-30T12:00.")))
        piano = esportazione.com_era(
            ciclo=selectors.ciclo(c.ente, anno),
            al=letto,
            by=c.attore,
            istante=c.istante,
            canale=c.canale,
        )
    return JsonResponse(piano)
