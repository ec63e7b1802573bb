# SPDX-License-Identifier: AGPL-3.0-or-later
"""Objectives: the list, one, its transitions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Query, Router

from cycle import come_era, elenco, selectors
from cycle.api import schemi, transizioni
from cycle.api.accesso import RichiestaApi
from cycle.api.errori import Malformata, solo_parametri
from cycle.api.schemi import LETTURA, SCRITTURA
from cycle.contesto import Contesto, sessione
from cycle.exports.piano import di_obiettivo, percentuale
from cycle.filtri import Filtri
from cycle.models import Obiettivo
from cycle.scheda import vede_impegno
from workflows.errors import NonTrovato

router = Router(tags=["obiettivi"])


@router.get(
    "/{ipa:ipa}/obiettivi",
    response={200: schemi.Elenco, **LETTURA},
    summary="Obiettivi di un anno",
    description="Quelli che si possono vedere, in ordine di codice. Senza `anno`, l'anno in corso.",
)
def obiettivi(request: RichiestaApi, ipa: str, filtri: Query[schemi.Filtri]) -> dict[str, Any]:
    solo_parametri(request, schemi.Filtri.model_fields)
    with sessione(request.auth, ipa, "api") as c:
        ciclo = selectors.ciclo(c.ente, filtri.anno or c.anno_corrente)
        trovati = elenco.Elenco(
            c.attore,
            ciclo,
            Filtri(
                unita=filtri.unita,
                stato=filtri.stato or "",
                tipo=filtri.tipo,
                testo=filtri.testo,
            ),
            c.istante,
        ).obiettivi()
        totale = trovati.count()
        fine = filtri.scarto + filtri.limite
        pagina = trovati.select_related("unita", "responsabile_generale")[filtri.scarto : fine]
        return {
            "totale": totale,
            "limite": filtri.limite,
            "scarto": filtri.scarto,
            "successiva": _successiva(ipa, filtri, fine) if fine < totale else None,
            "obiettivi": [_riga(ipa, ciclo.anno, o) for o in pagina],
        }


def _successiva(ipa: str, filtri: schemi.Filtri, scarto: int) -> str:
    parametri = filtri.model_dump(exclude_defaults=True) | {"scarto": scarto}
    return f"{reverse('api:obiettivi', args=[ipa])}?{urlencode(parametri)}"


def _riga(ipa: str, anno: int, o: Obiettivo) -> dict[str, Any]:
    return {
        "pid": o.pid,
        "anno": anno,
        "codice": o.codice,
        "tipo": o.tipo,
        "titolo": o.titolo,
        "unita": o.unita.nome,
        "unita_codice": o.unita.codice,
        "responsabile_generale": o.responsabile_generale and o.responsabile_generale.nome_completo,
        "stato": o.stato,
        "versione": o.versione,
        "revisione": o.revisione,
        "percentuale_calcolata": percentuale(o.percentuale_calcolata),
        "percentuale_convalidata": percentuale(o.percentuale_convalidata),
        "links": {"self": reverse("api:obiettivo", args=[ipa, o.pid])},
    }


@router.get(
    "/{ipa:ipa}/obiettivi/{uuid:pid}",
    response={200: schemi.ObiettivoScritto, **LETTURA},
    summary="Un obiettivo",
    description=(
        "La scheda, come sta nel piano esportato; con `al`, com'era a quel momento secondo il "
        "registro, anche se poi fu stralciata o eliminata."
    ),
)
def obiettivo(request: RichiestaApi, ipa: str, pid: UUID, al: str = "") -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c, _allora(c, pid, al):
        o = selectors.obiettivo(c.attore, pid)
        return {
            **di_obiettivo(o, riservati=vede_impegno(c.attore, o.unita.percorso)),
            "pid": o.pid,
            "anno": o.ciclo.anno,
            "versione": o.versione,
            "revisione": o.revisione,
            "links": _links(ipa, o),
        }


@contextmanager
def _allora(c: Contesto, pid: UUID, al: str) -> Iterator[None]:
    """Within it the objective is what it was at `al`, an instant as an address says it."""
    if not al:
        yield
        return
    istante = come_era.letto(al, c.ente.fuso)
    if istante is None:
        raise Malformata(("al", _("Non è una data: scriverla come 2026-09-30T12:00.")))
    numero = come_era.numero_di(pid)
    if numero is None:
        raise NonTrovato({})
    with come_era.come_era(ente_id=c.ente.pk, istante=istante, obiettivo=numero):
        yield


def _links(ipa: str, o: Obiettivo) -> dict[str, Any]:
    return {
        "self": reverse("api:obiettivo", args=[ipa, o.pid]),
        "transizioni": reverse("api:transizioni_obiettivo", args=[ipa, o.pid]),
        "relazioni": {
            p.codice: reverse("api:relazione", args=[ipa, o.pid, p.codice])
            for p in selectors.periodi_rendicontati(o)
        },
        "pagina": reverse("scheda", args=[ipa, o.pid]),
    }


@router.get(
    "/{ipa:ipa}/obiettivi/{uuid:pid}/transizioni",
    response={200: schemi.Transizioni, **LETTURA},
    summary="Che cosa si può fare di un obiettivo, e perché no",
    description=(
        "Ogni transizione, con tutti i motivi che la impediscono a chi chiede e ciò che la "
        "richiesta deve portare. `il` e `ruolo` chiedono di un altro istante o di un altro "
        "ruolo; non si scrive nulla."
    ),
)
def transizioni_obiettivo(
    request: RichiestaApi, ipa: str, pid: UUID, cosa_se: Query[schemi.CosaSe]
) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        o = selectors.obiettivo(c.attore, pid)
        return transizioni.elenco(c, "obiettivo", o, cosa_se, request)


@router.post(
    "/{ipa:ipa}/obiettivi/{uuid:pid}/transizioni/{slug:nome}",
    response={200: schemi.Compiuta, **SCRITTURA},
    summary="Compiere una transizione di un obiettivo",
    description="Con la `revisione` letta, e ciò che la transizione richiede.",
)
def transizione_obiettivo(
    request: RichiestaApi, ipa: str, pid: UUID, nome: str, passo: schemi.PassoObiettivo
) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        o = selectors.obiettivo(c.attore, pid)
        return transizioni.compi(c, "obiettivo", o, nome, passo) | {
            "links": {"self": reverse("api:obiettivo", args=[ipa, pid])}
        }
