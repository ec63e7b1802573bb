# SPDX-License-Identifier: AGPL-3.0-or-later
"""Neutralizzazioni (R62-R63): read, asked for, decided; by the same services and with the same
refusals as the pages."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NonBase64
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from cycle import neutralizzazioni, selectors
from cycle.api import transizioni
from cycle.api.accesso import RichiestaApi
from cycle.api.errori import Malformata, solo_parametri
from cycle.api.pagine import Impaginato, Pagina, impagina
from cycle.api.schemi import (
    LETTURA,
    SCRITTURA,
    AttoLetto,
    Letto,
    Revisione,
    SedutaLetta,
    Testo,
    scelta,
)
from cycle.api.schemi_variazioni import PassoScritto
from cycle.contesto import Contesto, sessione
from cycle.exports.piano import percentuale
from cycle.models import Indicatore, Neutralizzazione, Obiettivo, ObiettivoSpecifico
from cycle.neutralizza.fatti import oggetto
from cycle.services import neutralizzazioni as servizi
from cycle.services.decisione import Documento
from cycle.services.neutralizzazioni import Domanda
from workflows.errors import NonTrovato
from workflows.machines.neutralizzazione import STATI
from workflows.ports import FattiAtto, Richiesta

router = Router(tags=["neutralizzazioni"])
_UNA = "/{ipa:ipa}/neutralizzazioni/{uuid:pid}"
_Stato = scelta([s for s, _nome in STATI])
_Lungo = Annotated[Testo, Field(max_length=20_000)]
_PASSI = ("accogli", "rimetti", "delibera", "respingi", "nega", "ritira")


class FiltriNeutralizzazioni(Pagina):
    stato: _Stato | None = None  # type: ignore[valid-type]


class DocumentoLetto(Letto):
    nome: Annotated[Testo, Field(max_length=200)]
    contenuto: Annotated[str, Field(description="Il file, in base64")]


class DomandaLetta(Letto):
    """What is to be set aside, for what cause, on what proof. Without a part, the whole
    objective."""

    causa: Annotated[Testo, Field(max_length=200, description="Segue «neutralizzato per»")]
    motivo: _Lungo
    documenti: Annotated[list[DocumentoLetto], Field(max_length=10)] = []
    specifico: UUID | None = None
    indicatore: UUID | None = None


class DecisioneNeutralizzazione(Letto):
    revisione: Revisione
    motivazione: _Lungo = ""
    seduta: SedutaLetta | None = None
    atto: AttoLetto | None = None


class NeutralizzazioneBreve(Schema):
    """What is neutralised, or asked to be, for what cause, and who decided it."""

    pid: UUID
    stato: str
    obiettivo: UUID
    codice: str
    oggetto: str
    causa: str
    motivo: str
    d_ufficio: bool
    chiesta_da: str
    chiesta_il: datetime
    decisa_da: str | None
    decisa_il: datetime | None
    motivazione_decisione: str
    seduta: str | None
    atto: str | None
    revisione: int
    links: dict[str, str]


class EffettoScritto(Schema):
    codice: str
    senza: str | None
    con: str | None


class NeutralizzazioneScritta(NeutralizzazioneBreve):
    """With what it does to the computed percentages, as the year's parameter says."""

    effetto: str
    percentuali: list[EffettoScritto]
    documenti: list[dict[str, str]]
    transizioni: list[PassoScritto]


class ElencoNeutralizzazioni(Impaginato):
    neutralizzazioni: list[NeutralizzazioneBreve]


@router.get(
    "/{ipa:ipa}/anni/{int:anno}/neutralizzazioni",
    response={200: ElencoNeutralizzazioni, **LETTURA},
    summary="Le neutralizzazioni di un anno",
    description="Sugli obiettivi che si vedono; quelle che aspettano una decisione per prime.",
)
def neutralizzazioni_anno(
    request: RichiestaApi, ipa: str, anno: int, filtri: Query[FiltriNeutralizzazioni]
) -> dict[str, Any]:
    solo_parametri(request, FiltriNeutralizzazioni.model_fields)
    with sessione(request.auth, ipa, "api") as c:
        scelte = neutralizzazioni.dell_anno(c.attore, selectors.ciclo(c.ente, anno))
        if filtri.stato is not None:
            scelte = scelte.filter(stato=filtri.stato)
        return impagina(
            request, filtri, scelte, lambda q: [_breve(ipa, n) for n in q], "neutralizzazioni"
        )


@router.post(
    "/{ipa:ipa}/obiettivi/{uuid:pid}/neutralizzazioni",
    response={201: NeutralizzazioneScritta, **SCRITTURA},
    summary="Chiedere di neutralizzare",
    description=(
        "L'obiettivo, o una sua parte, prima della validazione, con la causa e almeno un documento "
        "che la provi (R62). Il Nucleo la promuove d'ufficio."
    ),
)
def nuova_neutralizzazione(
    request: RichiestaApi, ipa: str, pid: UUID, domanda: DomandaLetta
) -> Any:
    with sessione(request.auth, ipa, "api") as c:
        o = selectors.obiettivo(c.attore, pid)
        n = servizi.chiedi(
            obiettivo=o,
            domanda=Domanda(
                domanda.causa,
                domanda.motivo,
                [_documento(d, i) for i, d in enumerate(domanda.documenti)],
                _pk(ObiettivoSpecifico, o, domanda.specifico),
                _pk(Indicatore, o, domanda.indicatore),
            ),
            by=c.attore,
            istante=c.istante,
            canale=c.canale,
        )
        suo = Neutralizzazione.objects.values_list("pid", flat=True).get(pk=n.pk)
        return 201, _letta(c, ipa, suo)


@router.get(
    _UNA,
    response={200: NeutralizzazioneScritta, **LETTURA},
    summary="Una neutralizzazione",
    description="Che cosa, perché, che effetto ha sulle percentuali, e che cosa se ne può fare.",
)
def neutralizzazione(request: RichiestaApi, ipa: str, pid: UUID) -> dict[str, Any]:
    solo_parametri(request, ())
    with sessione(request.auth, ipa, "api") as c:
        return _letta(c, ipa, pid)


@router.post(
    _UNA + "/transizioni/{slug:nome}",
    response={200: NeutralizzazioneScritta, **SCRITTURA},
    summary="Decidere una neutralizzazione, o ritirarla",
    description=(
        "Il Nucleo, in seduta: `accogli` o `rimetti` (alla giunta), secondo l'anno, o `respingi`. "
        "La segreteria per la giunta: `delibera`, con l'atto, o `nega`. Chi l'ha chiesta: `ritira`."
    ),
)
def transizione_neutralizzazione(
    request: RichiestaApi, ipa: str, pid: UUID, nome: str, decisione: DecisioneNeutralizzazione
) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        n = neutralizzazioni.una(c.attore, pid)
        if nome not in _PASSI:
            raise NonTrovato({})
        d = decisione
        servizi.decidi(
            neutralizzazioni=[n],
            passo=nome,
            richiesta=Richiesta(
                d.motivazione,
                atto=FattiAtto(**d.atto.model_dump()) if d.atto else None,
                seduta=transizioni.seduta(c, d.seduta) if d.seduta else None,
            ),
            revisioni={n.pk: d.revisione},
            by=c.attore,
            istante=c.istante,
            canale=c.canale,
        )
        return _letta(c, ipa, pid)


def _documento(d: DocumentoLetto, n: int) -> Documento:
    try:
        return Documento(d.nome, [b64decode(d.contenuto, validate=True)])
    except (NonBase64, ValueError):
        raise Malformata((f"documenti.{n}.contenuto", _("non è base64"))) from None


def _pk(
    modello: type[ObiettivoSpecifico] | type[Indicatore], o: Obiettivo, pid: UUID | None
) -> int | None:
    if pid is None:
        return None
    trovata = modello._default_manager.filter(obiettivo=o, pid=pid).first()
    if trovata is None:
        raise NonTrovato({})
    return trovata.pk


def _letta(c: Contesto, ipa: str, pid: UUID) -> dict[str, Any]:
    q = neutralizzazioni.quadro(neutralizzazioni.una(c.attore, pid), c.attore, c.istante)
    return {
        **_breve(ipa, q.n),
        "effetto": q.effetto,
        "percentuali": [
            {"codice": e.nome, "senza": percentuale(e.senza), "con": percentuale(e.con)}
            for e in q.effetti
        ],
        "documenti": [
            {
                "nome": d.allegato.nome,
                "sha256": d.allegato.sha256,
                "pagina": reverse(
                    "neutralizzazione_documento", args=[ipa, q.n.pid, d.allegato.sha256]
                ),
            }
            for d in q.documenti
        ],
        "transizioni": [transizioni.passo(v) for v in q.verdetti],
    }


def _breve(ipa: str, n: Neutralizzazione) -> dict[str, Any]:
    uguali = (
        *("pid", "stato", "causa", "motivo", "d_ufficio", "revisione"),
        *("chiesta_il", "decisa_il", "motivazione_decisione"),
    )
    return {
        **{nome: getattr(n, nome) for nome in uguali},
        "obiettivo": n.obiettivo.pid,
        "codice": n.obiettivo.codice,
        "oggetto": oggetto(n),
        "chiesta_da": str(n.chiesta_da),
        "decisa_da": str(n.decisa_da) if n.decisa_da else None,
        "seduta": str(n.seduta) if n.seduta else None,
        "atto": str(n.atto) if n.atto else None,
        "links": {
            "self": reverse("api:neutralizzazione", args=[ipa, n.pid]),
            "obiettivo": reverse("api:obiettivo", args=[ipa, n.obiettivo.pid]),
            "pagina": reverse("neutralizzazione", args=[ipa, n.pid]),
        },
    }
