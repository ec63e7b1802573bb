# SPDX-License-Identifier: AGPL-3.0-or-later
"""Corrections of material errors (R35): read, signalled, decided; by the same services and with the
same refusals as the pages."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.urls import reverse
from ninja import Query, Router, Schema
from pydantic import Field

from cycle import correzioni, selectors
from cycle.api import transizioni
from cycle.api.accesso import RichiestaApi
from cycle.api.errori import solo_parametri
from cycle.api.pagine import Impaginato, Pagina, impagina
from cycle.api.schemi import (
    LETTURA,
    SCRITTURA,
    Cifra,
    Letto,
    Revisione,
    Testo,
    scelta,
)
from cycle.api.schemi_variazioni import PassoScritto
from cycle.contesto import Contesto, sessione
from cycle.correzioni import QuadroCorrezione
from cycle.exports.piano import percentuale
from cycle.models import Correzione
from cycle.services import variazioni
from cycle.services.variazioni.correzioni import Errore
from workflows.errors import NonTrovato
from workflows.machines.correzione import STATI

router = Router(tags=["correzioni"])
_UNA = "/{ipa:ipa}/correzioni/{uuid:pid}"
_Stato = scelta([s for s, _nome in STATI])
_Lungo = Annotated[Testo, Field(max_length=20_000)]
_Medio = Annotated[Testo, Field(max_length=2000)]
_PASSI = ("accogli", "respingi")


class FiltriCorrezioni(Pagina):
    stato: _Stato | None = None  # type: ignore[valid-type]


class ErroreLetto(Letto):
    """What is wrong in a percentage, what it should have been, and the percentage that follows."""

    specifico: UUID
    campo: Annotated[Testo, Field(max_length=200)]
    prima: _Medio
    dopo: _Medio
    motivo: _Lungo
    percentuale: Cifra


class DecisioneCorrezione(Letto):
    revisione: Revisione
    motivazione: _Lungo = ""


class CorrezioneBreve(Schema):
    """A material error: what it says, what it should have said, what became of it. The computed
    percentage never changes."""

    pid: UUID
    stato: str
    obiettivo: UUID
    codice: str
    specifico: str
    periodo: str
    campo: str
    prima: str
    dopo: str
    motivo: str
    percentuale: str
    percentuale_calcolata: str | None
    segnalata_da: str
    segnalata_il: datetime
    decisa_da: str | None
    decisa_il: datetime | None
    motivazione_decisione: str
    revisione: int
    links: dict[str, str]


class CorrezioneScritta(CorrezioneBreve):
    transizioni: list[PassoScritto]


class ElencoCorrezioni(Impaginato):
    correzioni: list[CorrezioneBreve]


@router.get(
    "/{ipa:ipa}/anni/{int:anno}/correzioni",
    response={200: ElencoCorrezioni, **LETTURA},
    summary="Gli errori materiali segnalati in un anno",
    description="Sugli obiettivi che si vedono; quelli che aspettano una decisione per primi.",
)
def correzioni_anno(
    request: RichiestaApi, ipa: str, anno: int, filtri: Query[FiltriCorrezioni]
) -> dict[str, Any]:
    solo_parametri(request, FiltriCorrezioni.model_fields)
    with sessione(request.auth, ipa, "api") as c:
        scelte = correzioni.dell_anno(c.attore, selectors.ciclo(c.ente, anno))
        if filtri.stato is not None:
            scelte = scelte.filter(stato=filtri.stato)
        return impagina(
            request, filtri, scelte, lambda righe: [_breve(ipa, x) for x in righe], "correzioni"
        )


@router.post(
    "/{ipa:ipa}/obiettivi/{uuid:pid}/relazioni/{slug:periodo}/correzioni",
    response={201: CorrezioneScritta, **SCRITTURA},
    summary="Segnalare un errore materiale",
    description=(
        "Sulla percentuale di un obiettivo specifico in una relazione già trasmessa. Decide "
        "un'altra persona (R35)."
    ),
)
def nuova_correzione(
    request: RichiestaApi, ipa: str, pid: UUID, periodo: str, errore: ErroreLetto
) -> Any:
    with sessione(request.auth, ipa, "api") as c:
        r = selectors.relazione(c.attore, selectors.obiettivo(c.attore, pid), periodo)
        voce = r.voci.filter(specifico__pid=errore.specifico).first()
        if voce is None:
            raise NonTrovato({})
        fatta = variazioni.segnala(
            voce=voce,
            errore=Errore(**errore.model_dump(exclude={"specifico"})),
            by=c.attore,
            istante=c.istante,
            canale=c.canale,
        )
        pid_suo = Correzione.objects.values_list("pid", flat=True).get(pk=fatta.pk)
        return 201, _letta(c, ipa, pid_suo)


@router.get(
    _UNA,
    response={200: CorrezioneScritta, **LETTURA},
    summary="Un errore materiale segnalato",
    description="Com'è scritto, come doveva essere, e che cosa se ne può fare.",
)
def correzione(request: RichiestaApi, ipa: str, pid: UUID) -> dict[str, Any]:
    solo_parametri(request, ())
    with sessione(request.auth, ipa, "api") as c:
        return _letta(c, ipa, pid)


@router.post(
    _UNA + "/transizioni/{slug:nome}",
    response={200: CorrezioneScritta, **SCRITTURA},
    summary="Accogliere o respingere una correzione",
    description="`accogli` o `respingi`, con la `revisione` letta; non chi l'ha segnalata (R35).",
)
def transizione_correzione(
    request: RichiestaApi, ipa: str, pid: UUID, nome: str, decisione: DecisioneCorrezione
) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        trovata = correzioni.correzione(c.attore, pid)
        if nome not in _PASSI:
            raise NonTrovato({})
        variazioni.decidi_correzione(
            correzione=trovata,
            accolta=nome == "accogli",
            motivazione=decisione.motivazione,
            revisione=decisione.revisione,
            by=c.attore,
            istante=c.istante,
            canale=c.canale,
        )
        return _letta(c, ipa, pid)


def _letta(c: Contesto, ipa: str, pid: UUID) -> dict[str, Any]:
    q: QuadroCorrezione = correzioni.quadro(
        correzioni.correzione(c.attore, pid), c.attore, c.istante
    )
    return {
        **_breve(ipa, q.correzione),
        "transizioni": [transizioni.passo(v) for v in q.verdetti],
    }


def _breve(ipa: str, x: Correzione) -> dict[str, Any]:
    o, voce = x.obiettivo, x.voce
    uguali = (
        *("pid", "stato", "campo", "prima", "dopo", "motivo", "revisione"),
        *("segnalata_il", "decisa_il", "motivazione_decisione"),
    )
    return {
        **{nome: getattr(x, nome) for nome in uguali},
        "obiettivo": o.pid,
        "codice": o.codice,
        "specifico": voce.specifico.codice,
        "periodo": voce.relazione.periodo.codice,
        "percentuale": percentuale(x.percentuale),
        "percentuale_calcolata": percentuale(voce.percentuale_calcolata),
        "segnalata_da": str(x.segnalata_da),
        "decisa_da": str(x.decisa_da) if x.decisa_da else None,
        "links": {
            "self": reverse("api:correzione", args=[ipa, x.pid]),
            "obiettivo": reverse("api:obiettivo", args=[ipa, o.pid]),
            "pagina": reverse("correzione", args=[ipa, x.pid]),
        },
    }
