# SPDX-License-Identifier: AGPL-3.0-or-later
"""The registro, asked; the plan as it was; two instants compared."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from cycle import come_era, confronti, domande, letture, selectors
from cycle.api import schemi
from cycle.api.accesso import RichiestaApi
from cycle.api.errori import Malformata
from cycle.api.schemi import ESPORTAZIONE, LETTURA
from cycle.contesto import sessione
from cycle.domande import Domanda
from cycle.racconto import Risposta, racconta
from cycle.services import esportazione

router = Router(tags=["registro"])


class DomandaLetta(Schema):
    """What can be asked; whatever is not said is not asked."""

    obiettivo: UUID | None = None
    persona: UUID | None = None
    atto: UUID | None = None
    ruolo: str = ""
    procedura: str = ""
    verbo: str = ""
    campo: str = ""
    dopo_approvazione: bool = False
    dal: date | None = None
    al: date | None = None
    ultimi: int = Field(0, ge=0, le=3660, description="Giorni, fino ad adesso.")
    testo: str = Field("", max_length=200)
    esito: str = ""
    da: str = Field("", max_length=60)
    limite: int = Field(50, ge=1, le=500)


class FattoScritto(Schema):
    numero: int
    istante: str
    registrato_il: str
    fatto: str
    procedura: str
    verbo: str
    esito: str
    obiettivo: UUID | None
    codice: str
    persona: UUID | None
    atto: UUID | None
    atto_detto: str
    motivazione: str
    modifiche: int


class FattiScritti(Schema):
    """`poi`: the `da` of the next page; empty, and there is none. `interrotta`: the page ended
    before it was full, and there may be more."""

    fatti: list[FattoScritto]
    poi: str
    interrotta: bool


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
    "/{ipa:ipa}/registro",
    response={200: FattiScritti, **LETTURA},
    summary="Interrogare il registro",
    description=(
        "Chi ha fatto che cosa, quando, perché: i più recenti per primi, una pagina da un punto "
        "in poi. Il registro si legge per quanto si può vedere."
    ),
)
def registro(request: RichiestaApi, ipa: str, q: Query[DomandaLetta]) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        dette = q.model_dump(exclude={"da", "limite"})
        domanda = Domanda.da_url(
            {k: "1" if v is True else str(v) for k, v in dette.items() if v not in (None, False, 0)}
        )
        fin_dove = domande.portata(c.attore)
        if fin_dove.tutto and not q.da:
            letture.consulta(domanda.traccia(), by=c.attore, istante=c.istante, canale=c.canale)
        pagina = domande.rispondi(
            c.attore,
            fin_dove,
            domanda,
            fuso=c.ente.fuso,
            da=q.da,
            quanti=q.limite,
        )
        return {
            "fatti": [_fatto(racconta(r)) for r in pagina.righe],
            "poi": pagina.poi,
            "interrotta": pagina.interrotta,
        }


def _fatto(f: Risposta) -> dict[str, Any]:
    return {
        "numero": f.numero,
        "istante": f.istante.isoformat(),
        "registrato_il": f.registrato_il.isoformat(),
        "fatto": f.frase,
        "procedura": f.procedura,
        "verbo": f.verbo,
        "esito": f.esito,
        "obiettivo": f.obiettivo_pid,
        "codice": f.codice,
        "persona": f.persona_pid,
        "atto": f.atto_pid,
        "atto_detto": f.atto,
        "motivazione": f.motivazione,
        "modifiche": f.modifiche,
    }


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
