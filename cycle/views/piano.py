# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Piano: where does the year stand? One list, as a table, as trees or as a board."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from cycle import alberi, elenco
from cycle.contesto import Contesto, RichiestaEnte, nell_ente
from cycle.elenco import Elenco
from cycle.filtri import Filtri
from cycle.models import Ciclo
from cycle.services import molti
from cycle.services.esportazione import esporta
from cycle.views import com_era
from cycle.views.com_era import ComEra
from workflows.errors import NonTrovato
from workflows.machines.obiettivo import STATI

VISTE = {
    "tabella": _("Tabella"),
    "unita": _("Per unità"),
    "programma": _("Per programma"),
    "stati": _("Per stato"),
}
# word of the URL, heading, class of the column
ORDINI = (
    ("codice", _("Codice"), "codice"),
    ("titolo", _("Titolo"), "titolo"),
    ("unita", _("Unità"), "unita"),
    ("responsabile", _("Responsabile"), "responsabile"),
    ("stato", _("Stato"), "stato-cella"),
    ("percentuale", _("Avanzamento"), "avanzamento"),
    ("ritardo", _("Ritardo"), "ritardo"),
)


@require_safe
@nell_ente
def piano(request: RichiestaEnte, anno: int) -> HttpResponse:
    """The objectives of a year that the person may see; with htmx, only the list; with `?al=`,
    those of then."""
    c = request.contesto
    cicli = c.cicli()
    ciclo = _ciclo(c, cicli, anno)
    al = com_era.chiesto(request, c)
    with com_era.allora(request, al, ciclo=ciclo.pk):
        return _piano(request, cicli, ciclo, al)


def _piano(request: RichiestaEnte, cicli: list[Ciclo], ciclo: Ciclo, al: ComEra) -> HttpResponse:
    c, anno = request.contesto, ciclo.anno
    filtri = Filtri.da_url(request.GET)
    trovati = Elenco(c.attore, ciclo, filtri, c.istante)
    per_stato = trovati.per_stato()
    totale = (
        per_stato.get(filtri.stato, elenco.Totale())
        if filtri.stato
        else elenco.somma(per_stato.values())
    )
    vista = request.GET.get("vista", "")
    vista = vista if vista in VISTE else "tabella"
    contesto: dict[str, Any] = {
        "anno": anno,
        "filtri": filtri,
        "per_stato": per_stato,
        "tutti": elenco.somma(per_stato.values()),
        "totale": totale,
        "vista": vista,
        "viste": VISTE,
        "esportabile": al.istante is None
        and any(i.consente("esporta_piano", i.percorso) for i in c.attore.incarichi),
        "importabile": al.istante is None
        and any(i.consente("importa_piano", i.percorso) for i in c.attore.incarichi),
        "ciclo": ciclo,
        "al": al,
        "nascosti": [(n, v) for n, v in request.GET.items() if n not in ("al", "pagina")],
    }
    if vista == "unita":
        contesto |= {"rami": alberi.per_unita(trovati), "chiave": "unita"}
    elif vista == "programma":
        contesto |= {"rami": alberi.per_programma(trovati), "chiave": "programma"}
    elif vista == "stati":
        contesto |= {"colonne": trovati.colonne(), "per_colonna": elenco.PER_COLONNA}
    else:
        contesto |= {"ordini": ORDINI, **_pagina(request, trovati, totale.quanti)}
        passi = molti.transizioni(c.attore) if al.istante is None else []
        contesto |= {"molti": passi, "filtri_detti": _detti(request)}
    parziale = request.headers.get("HX-Target") == "elenco"
    if not parziale:
        contesto |= {"cicli": cicli, "scelte": trovati.scelte(), "stati": STATI}
    risposta = render(
        request, "cycle/piano/_elenco.html" if parziale else "cycle/piano/piano.html", contesto
    )
    patch_vary_headers(risposta, ["HX-Request", "HX-Target"])
    return risposta


@require_safe
@nell_ente
def esportazione(request: RichiestaEnte, anno: int) -> HttpResponse:
    """The plan as JSON, with the filters of the list; the registro remembers it."""
    c = request.contesto
    ciclo = _ciclo(c, c.cicli(), anno)
    filtri = Filtri.da_url(request.GET)
    piano = esporta(ciclo=ciclo, by=c.attore, istante=c.istante)
    if filtri.attivi:
        codici = set(
            Elenco(c.attore, ciclo, filtri, c.istante).obiettivi().values_list("codice", flat=True)
        )
        piano["obiettivi"] = [o for o in piano["obiettivi"] if o["codice"] in codici]
    risposta = JsonResponse(piano, json_dumps_params={"ensure_ascii": False, "indent": 1})
    nome = f"piano-{c.ente.codice_ipa}-{anno}.json"
    risposta["Content-Disposition"] = f'attachment; filename="{nome}"'
    return risposta


def _detti(request: HttpRequest) -> list[tuple[str, str]]:
    """The filters of the address, for the form that acts on what they leave."""
    taciuti = ("pagina", "vista", "scelti", "tutti")
    return [(n, v) for n, v in request.GET.items() if n not in taciuti and isinstance(v, str)]


def _ciclo(c: Contesto, cicli: list[Ciclo], anno: int) -> Ciclo:
    """The year among those of the ente; NonTrovato when it was never opened."""
    ciclo = next((ciclo for ciclo in cicli if ciclo.anno == anno), None)
    if ciclo is None:
        raise NonTrovato({})
    ciclo.ente = c.ente
    return ciclo


def _pagina(request: HttpRequest, trovati: Elenco, quanti: int) -> dict[str, Any]:
    """The rows of the page asked for; beyond the last, the last."""
    ultima = elenco.pagine(quanti)
    chiesta = request.GET.get("pagina", "1")
    numero = int(chiesta) if chiesta.isascii() and chiesta.isdigit() and len(chiesta) < 7 else 1
    numero = min(max(numero, 1), ultima)
    return {
        "righe": trovati.pagina(numero),
        "pagina": numero,
        "ultima": ultima,
        "prima_riga": (numero - 1) * elenco.PER_PAGINA + 1,
        "ultima_riga": min(numero * elenco.PER_PAGINA, quanti),
        "intorno": [n for n in range(numero - 2, numero + 3) if 1 < n < ultima],
    }
