# SPDX-License-Identifier: AGPL-3.0-or-later
"""The grid of a period: what is to be filled, and filling it, cell by cell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from cycle import selectors
from cycle.api import schemi
from cycle.api.accesso import RichiestaApi
from cycle.api.errori import Malformata, busta
from cycle.api.schemi import LETTURA, SCRITTURA, Letto
from cycle.celle import Nome, Scritta
from cycle.contesto import sessione
from cycle.exports.piano import figura
from cycle.griglia import Cella, Filtri, Relazione, RigaIndicatore, griglia, periodo
from cycle.services.griglia import Conteso, salva
from workflows.errors import NonTrovato

router = Router(tags=["relazioni"])
_GRIGLIA = "/{ipa:ipa}/anni/{int:anno}/griglia/{slug:codice}"


class FiltriGriglia(Letto):
    unita: Annotated[str, Field(max_length=40, description="Codice di un'unità")] = ""
    mancanti: Annotated[bool, Field(description="Solo dove manca qualcosa")] = False


class CellaScritta(Schema):
    nome: Annotated[str, Field(description="Da citare per scriverla")]
    scritto: Annotated[str, Field(description="Ciò che mostra: è la `base` di chi la cambia")]


class IndicatoreDellaGriglia(Schema):
    pid: UUID
    nome: str
    unita_misura: str
    target: Any
    periodo_prima: Any
    anno_prima: Any
    manca: bool
    valore: CellaScritta
    nota: CellaScritta


class FaseDellaGriglia(Schema):
    pid: UUID
    descrizione: str
    avanzamento: CellaScritta
    inizio: CellaScritta
    fine: CellaScritta


class SpecificoDellaGriglia(Schema):
    codice: str
    titolo: str
    testo: CellaScritta
    indicatori: list[IndicatoreDellaGriglia]
    fasi: list[FaseDellaGriglia]


class RelazioneDellaGriglia(Schema):
    obiettivo: UUID
    codice: str
    titolo: str
    unita: str
    stato: str
    revisione: int
    compilabile: bool
    mancano: int
    specifici: list[SpecificoDellaGriglia]
    links: dict[str, str]


class GrigliaScritta(Schema):
    anno: int
    periodo: str
    mancano: int
    dovute: int
    relazioni: list[RelazioneDellaGriglia]


class CellaLetta(Letto):
    nome: Annotated[str, Field(max_length=60)]
    valore: Annotated[
        Any,
        Field(
            description="Numero, data AAAA-MM-GG, vero o falso, o testo; null: vuota",
            json_schema_extra={
                "anyOf": [{"type": t} for t in ("number", "string", "boolean", "null")]
            },
        ),
    ]
    base: Annotated[
        str,
        Field(
            max_length=20_000,
            description="Ciò che la cella mostrava: se ora mostra altro, qualcuno l'ha cambiata",
        ),
    ]


class CelleLette(Letto):
    celle: Annotated[list[CellaLetta], Field(min_length=1, max_length=5000)]


@router.get(
    _GRIGLIA,
    response={200: GrigliaScritta, **LETTURA},
    summary="La griglia di un periodo",
    description=(
        "Le relazioni delle unità che si compilano o, a chi non compila, di quelle che può vedere."
    ),
)
def griglia_del_periodo(
    request: RichiestaApi, ipa: str, anno: int, codice: str, filtri: Query[FiltriGriglia]
) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        ciclo = selectors.ciclo(c.ente, anno)
        g = griglia(
            c.attore,
            ciclo,
            periodo(ciclo, codice),
            Filtri(filtri.unita, filtri.mancanti),
            c.istante,
            limite=None,
        )
        return {
            "anno": anno,
            "periodo": codice,
            "mancano": g.mancanti,
            "dovute": g.dovute,
            "relazioni": [_relazione(ipa, codice, r) for r in g.relazioni],
        }


@router.patch(
    _GRIGLIA,
    response={200: list[CellaScritta], **SCRITTURA},
    summary="Scrivere delle celle della griglia",
    description=(
        "Tutte o nessuna. 409: qualcun altro ha cambiato le stesse celle; il motivo dice chi, "
        "quando e che cosa. Ciò che non è nominato resta com'è."
    ),
)
def scrivi_celle(request: RichiestaApi, ipa: str, anno: int, codice: str, lette: CelleLette) -> Any:
    with sessione(request.auth, ipa, "api") as c:
        ciclo = selectors.ciclo(c.ente, anno)
        scritte = _scritte(lette)
        esito = salva(
            ciclo=ciclo,
            periodo=periodo(ciclo, codice),
            scritte=scritte,
            by=c.attore,
            istante=c.istante,
            tutte=True,
            canale=c.canale,
        )
    posti = {s.nome: f"celle.{n}" for n, s in enumerate(scritte)}
    if esito.contese:
        return _contese((posti[nome], x) for nome, x in esito.contese.items())
    if esito.errate:
        raise Malformata(*((f"{posti[n]}.valore", e) for n, e in esito.errate.items()))
    return [{"nome": str(n), "scritto": testo} for n, testo in esito.scritte.items()]


def _scritte(lette: CelleLette) -> list[Scritta]:
    scritte: list[Scritta] = []
    viste: set[Nome] = set()
    errori = []
    for n, letta in enumerate(lette.celle):
        nome = Nome.da_testo(letta.nome)
        if nome is None:
            raise NonTrovato({})
        if nome in viste:
            errori.append((f"celle.{n}.nome", _("è già nominata più sopra")))
        valore = letta.valore
        if valore is not None and not isinstance(valore, str | bool):
            try:
                valore = schemi.cifra(valore)
            except ValueError as errore:
                errori.append((f"celle.{n}.valore", str(errore)))
        viste.add(nome)
        scritte.append(Scritta(nome, valore, letta.base))
    if errori:
        raise Malformata(*errori)
    return scritte


def _contese(contese: Iterable[tuple[str, Conteso]]) -> HttpResponse:
    return busta(
        409,
        [
            {
                "guardia": "revisione",
                "regola": "R50",
                "messaggio": x.detto,
                "rimedio": _("Rileggere la cella, e ripetere con la `base` che ha adesso."),
                "chi": "",
                "campo": posto,
            }
            for posto, x in contese
        ],
    )


def _relazione(ipa: str, codice: str, r: Relazione) -> dict[str, Any]:
    o = r.relazione.obiettivo
    return {
        "obiettivo": o.pid,
        "codice": o.codice,
        "titolo": o.titolo,
        "unita": o.unita.codice,
        "stato": r.relazione.stato,
        "revisione": r.relazione.revisione,
        "compilabile": r.compilabile,
        "mancano": len(r.mancanti),
        "specifici": [
            {
                "codice": s.voce.specifico.codice,
                "titolo": s.voce.specifico.titolo,
                "testo": _cella(s.testo),
                "indicatori": [_indicatore(riga) for riga in s.righe],
                "fasi": [
                    {
                        "pid": f.fase.pid,
                        "descrizione": f.fase.descrizione,
                        "avanzamento": _cella(f.avanzamento),
                        "inizio": _cella(f.inizio),
                        "fine": _cella(f.fine),
                    }
                    for f in s.fasi
                ],
            }
            for s in r.sezioni
        ],
        "links": {"relazione": reverse("api:relazione", args=[ipa, o.pid, codice])},
    }


def _indicatore(riga: RigaIndicatore) -> dict[str, Any]:
    return {
        "pid": riga.indicatore.pid,
        "nome": riga.indicatore.nome,
        "unita_misura": riga.indicatore.unita_misura,
        "target": figura(riga.target),
        "periodo_prima": figura(riga.prima),
        "anno_prima": figura(riga.anno_prima),
        "manca": riga.manca,
        "valore": _cella(riga.valore),
        "nota": _cella(riga.nota),
    }


def _cella(c: Cella) -> dict[str, str]:
    return {"nome": str(c.nome), "scritto": c.scritta}
