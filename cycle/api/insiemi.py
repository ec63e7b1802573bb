# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sets that go to the giunta: the list of a year, and one with every verdict."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from ninja import Router, Schema

from cycle import giunta, selectors
from cycle.api import schemi
from cycle.api.accesso import RichiestaApi
from cycle.api.errori import motivi, solo_parametri
from cycle.api.schemi import ESPORTAZIONE
from cycle.api.transizioni import richiesto
from cycle.contesto import sessione
from cycle.models import Insieme
from workflows.verdetto import Verdetto

router = Router(tags=["insiemi"])


class InsiemeInElenco(Schema):
    pid: UUID
    nome: str
    anno: int
    stato: str
    obiettivi: int
    sottoposto_il: datetime | None
    links: dict[str, str]


class ParereReso(Schema):
    tipo: str
    esito: str
    persona: str
    testo: str
    reso_il: datetime
    attuale: bool


class ObiettivoDellInsieme(Schema):
    """An objective of the set: would it be approved now, and if not why; or what was decided."""

    pid: UUID
    codice: str
    pronto: bool
    cambiata: bool
    deciso: str
    motivi: list[schemi.Motivo]
    links: dict[str, str]


class PassoDellInsieme(Schema):
    nome: str
    descrizione: str
    permessa: bool
    motivi: list[schemi.Motivo]
    richiede: list[schemi.Richiesto]


class InsiemeScritto(Schema):
    pid: UUID
    nome: str
    anno: int
    stato: str
    revisione: int
    impronta: str
    sottoposto_il: datetime | None
    atto: str | None
    pronti: int
    non_pronti: int
    compiti_aperti: list[str]
    pareri: list[ParereReso]
    obiettivi: list[ObiettivoDellInsieme]
    transizioni: list[PassoDellInsieme]
    links: dict[str, str]


@router.get(
    "/{ipa:ipa}/anni/{int:anno}/insiemi",
    response={200: list[InsiemeInElenco], **ESPORTAZIONE},
    summary="Gli insiemi da portare in giunta",
    description="Quelli di un anno, dal più recente.",
)
def insiemi(request: RichiestaApi, ipa: str, anno: int) -> list[dict[str, Any]]:
    solo_parametri(request, ())
    with sessione(request.auth, ipa, "api") as c:
        ciclo = selectors.ciclo(c.ente, anno)
        return [
            {
                "pid": i.pid,
                "nome": i.nome,
                "anno": anno,
                "stato": i.stato,
                "obiettivi": quante,
                "sottoposto_il": i.sottoposto_il,
                "links": _links(ipa, i),
            }
            for i, quante in giunta.con_voci(giunta.insiemi(c.attore, ciclo))
        ]


@router.get(
    "/{ipa:ipa}/insiemi/{uuid:pid}",
    response={200: InsiemeScritto, **ESPORTAZIONE},
    summary="Un insieme, con il verdetto su ogni obiettivo",
    description=(
        "Di ogni obiettivo dice se oggi si potrebbe approvare e, se no, tutti i motivi; di ogni "
        "passo dell'insieme se si può compiere. Gli obiettivi sono quelli che si possono vedere."
    ),
)
def insieme(request: RichiestaApi, ipa: str, pid: UUID) -> dict[str, Any]:
    solo_parametri(request, ())
    with sessione(request.auth, ipa, "api") as c:
        i = giunta.insieme(c.attore, pid)
        q = giunta.quadro(i, c.attore, c.istante)
        pubblici = dict(giunta.in_vista(c.attore, i).values_list("pk", "pid"))
        return {
            "pid": i.pid,
            "nome": i.nome,
            "anno": i.ciclo.anno,
            "stato": i.stato,
            "revisione": i.revisione,
            "impronta": i.impronta,
            "sottoposto_il": i.sottoposto_il,
            "atto": str(i.atto) if i.atto else None,
            "pronti": q.pronti,
            "non_pronti": q.non_pronti,
            "compiti_aperti": sorted(q.processo.aperti) if q.processo else [],
            "pareri": [
                {
                    "tipo": p.tipo,
                    "esito": p.esito,
                    "persona": str(p.persona),
                    "testo": p.testo,
                    "reso_il": p.reso_il,
                    "attuale": q.attuale(p),
                }
                for p in q.pareri
            ],
            "obiettivi": [
                {
                    "pid": pubblici[g.id],
                    "codice": g.codice,
                    "pronto": g.pronto,
                    "cambiata": g.cambiata,
                    "deciso": g.deciso,
                    "motivi": motivi(g.motivi),
                    "links": {"self": reverse("api:obiettivo", args=[ipa, pubblici[g.id]])},
                }
                for g in q.giudizi
            ],
            "transizioni": [_passo(v) for v in q.verdetti],
            "links": _links(ipa, i),
        }


def _passo(v: Verdetto) -> dict[str, Any]:
    return {
        "nome": v.transizione.nome,
        "descrizione": v.transizione.descrizione,
        "permessa": v.permessa,
        "motivi": motivi(v.motivi),
        "richiede": [{**richiesto(g)} for g in v.richiede],
    }


def _links(ipa: str, i: Insieme) -> dict[str, str]:
    return {
        "self": reverse("api:insieme", args=[ipa, i.pid]),
        "pagina": reverse("insieme", args=[ipa, i.ciclo.anno, i.pid]),
    }
