# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a year stands, what keeps it open, and its closing (C3)."""

from __future__ import annotations

from typing import Any

from ninja import Router, Schema

from cycle import chiusura, selectors
from cycle import cruscotto as quadro
from cycle.api.accesso import RichiestaApi
from cycle.api.schemi import ESPORTAZIONE, SCRITTURA
from cycle.contesto import Contesto, sessione
from cycle.cruscotto import Settore
from cycle.elenco import Totale
from cycle.exports.piano import percentuale
from cycle.models import Ciclo
from cycle.services.atti_anno import autorizza
from cycle.services.chiusura import chiudi

router = Router(tags=["anno"])
_ANNO = "/{ipa:ipa}/anni/{int:anno}"


class TotaleScritto(Schema):
    obiettivi: int
    in_ritardo: int
    calcolata: str | None
    convalidata: str | None


class TappaScritta(Schema):
    periodo: str
    relazioni: int
    calcolata: str | None
    convalidata: str | None


class SettoreScritto(Schema):
    codice: str
    nome: str
    totale: TotaleScritto
    anno_prima: str | None
    periodi: list[TappaScritta]


class CruscottoScritto(Schema):
    anno: int
    stato: str
    ente: SettoreScritto
    settori: list[SettoreScritto]
    per_stato: dict[str, int]


class Aperta(Schema):
    codice: str
    titolo: str


class Genere(Schema):
    chiave: str
    nome: str
    quante: int
    prime: list[Aperta]
    rimedio: str
    regola: str
    chi: str


class ChiusuraScritta(Schema):
    anno: int
    stato: str
    anno_in_corso: bool
    aperte: list[Genere]


def _ciclo(c: Contesto, anno: int) -> Ciclo:
    autorizza(c.attore, "vedi_cruscotto")
    ciclo = selectors.ciclo(c.ente, anno)
    ciclo.ente = c.ente
    return ciclo


@router.get(
    _ANNO + "/cruscotto",
    response={200: CruscottoScritto, **ESPORTAZIONE},
    summary="A che punto è un anno",
    description="Percentuali per settore e per periodo, accanto a quelle dell'anno prima.",
)
def cruscotto(request: RichiestaApi, ipa: str, anno: int) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        ciclo = _ciclo(c, anno)
        q = quadro.cruscotto(c.attore, ciclo, c.istante)
        return {
            "anno": anno,
            "stato": ciclo.stato,
            "ente": _settore(q.ente),
            "settori": [_settore(s) for s in q.settori],
            "per_stato": {stato: t.quanti for stato, t in q.stati.items()},
        }


@router.get(
    _ANNO + "/chiusura",
    response={200: ChiusuraScritta, **ESPORTAZIONE},
    summary="Che cosa tiene aperto un anno",
    description="Ciò che è aperto, per genere; di ciascuno quante cose e le prime.",
)
def aperte(request: RichiestaApi, ipa: str, anno: int) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        return _aperte(c, _ciclo(c, anno))


@router.post(
    _ANNO + "/chiusura",
    response={200: ChiusuraScritta, **SCRITTURA},
    summary="Chiudere un anno",
    description="Se nulla vi è aperto; altrimenti 422 con ogni motivo. Non si riapre.",
)
def chiude(request: RichiestaApi, ipa: str, anno: int) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        ciclo = chiudi(
            ciclo=selectors.ciclo(c.ente, anno), by=c.attore, istante=c.istante, canale=c.canale
        )
        return _aperte(c, ciclo)


def _aperte(c: Contesto, ciclo: Ciclo) -> dict[str, Any]:
    generi = [] if ciclo.stato == "chiuso" else chiusura.aperte(ciclo, c.istante)
    return {
        "anno": ciclo.anno,
        "stato": ciclo.stato,
        "anno_in_corso": chiusura.finisce(ciclo, c.istante) is not None,
        "aperte": [
            {
                "chiave": g.chiave,
                "nome": g.nome,
                "quante": g.quante,
                "prime": [{"codice": a.codice, "titolo": a.titolo} for a in g.prime],
                "rimedio": g.rimedio,
                "regola": g.regola,
                "chi": g.chi,
            }
            for g in generi
        ],
    }


def _settore(s: Settore) -> dict[str, Any]:
    return {
        "codice": s.codice,
        "nome": s.nome,
        "totale": _totale(s.totale),
        "anno_prima": percentuale(s.anno_prima),
        "periodi": [
            {
                "periodo": t.periodo,
                "relazioni": t.quante,
                "calcolata": percentuale(t.calcolata),
                "convalidata": percentuale(t.convalidata),
            }
            for t in s.tappe
        ],
    }


def _totale(t: Totale) -> dict[str, Any]:
    return {
        "obiettivi": t.quanti,
        "in_ritardo": t.in_ritardo,
        "calcolata": percentuale(t.calcolata),
        "convalidata": percentuale(t.convalidata),
    }
