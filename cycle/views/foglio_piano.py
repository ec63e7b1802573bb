# SPDX-License-Identifier: AGPL-3.0-or-later
"""A whole plan in a workbook: downloaded to be filled, tried with every error at its cell,
imported; the plan that is there, taken out in the same workbook."""

from __future__ import annotations

import base64
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cycle import selectors
from cycle.contesto import RichiestaEnte, nell_ente
from cycle.importers.fogli import Errore
from cycle.importers.foglio_piano import modello as modello_vuoto
from cycle.importers.foglio_piano import segnato
from cycle.services import lavoro
from cycle.services.esportazione import esporta_foglio
from cycle.services.foglio_piano import EsitoFoglio, chi_importa, esamina_foglio, importa_foglio
from cycle.services.proposte import FoglioNonValido
from cycle.views.fogli import MOSTRATI, TIPO, contenuto_del_foglio
from cycle.views.transizioni import Altrove

SUBITO = 200 * 1024  # bytes: a larger workbook is imported by a job


class ModuloPiano(forms.Form):
    """Of which year the workbook is, and how it enters."""

    anno = forms.IntegerField(
        label=gettext_lazy("Anno del piano"),
        min_value=2000,
        max_value=2100,
        widget=forms.NumberInput({"inputmode": "numeric"}),
    )
    come = forms.ChoiceField(
        label=gettext_lazy("Come entra"),
        choices=(
            (
                "piano",
                gettext_lazy("Piano da approvare: le schede diventano proposte, senza valori"),
            ),
            (
                "storico",
                gettext_lazy("Anno chiuso: le schede entrano già validate, con valori e testi"),
            ),
        ),
        widget=forms.RadioSelect,
    )
    conferma = forms.BooleanField(required=False)


@require_safe
@nell_ente
def modello(request: RichiestaEnte) -> HttpResponse:
    """The workbook to be filled."""
    return _foglio(modello_vuoto(), "piano-da-compilare")


@require_safe
@nell_ente
def esportazione(request: RichiestaEnte, anno: int) -> HttpResponse:
    """The plan of the year in the workbook; the registro remembers it."""
    c = request.contesto
    ciclo = selectors.ciclo(c.ente, anno)
    ciclo.ente = c.ente
    contenuto = esporta_foglio(ciclo=ciclo, by=c.attore, istante=c.istante)
    return _foglio(contenuto, f"piano-{c.ente.codice_ipa}-{anno}")


@require_http_methods(["GET", "HEAD", "POST"])
@nell_ente
def pagina(request: RichiestaEnte) -> HttpResponse:
    """GET: what to do. POST with a file: what it would write, or what is wrong by cell (422);
    with `conferma`: imported (303)."""
    c = request.contesto
    chi_importa(c.ente, c.attore)
    cicli = c.cicli()
    iniziale = {"anno": cicli[0].anno if cicli else c.anno_corrente, "come": "piano"}
    modulo = ModuloPiano(request.POST or None, initial=iniziale)
    dati: dict[str, Any] = {"modulo": modulo, "cicli": cicli, "errori": []}
    if request.method == "POST":
        contenuto, manca = contenuto_del_foglio(request)
        if manca is not None:
            dati["errori"] = [manca]
        elif modulo.is_valid():
            if modulo.cleaned_data["conferma"] and len(contenuto) > SUBITO:
                chiesto = lavoro.affida(
                    genere="foglio",
                    dati={k: modulo.cleaned_data[k] for k in ("anno", "come")},
                    contenuto=contenuto,
                    by=c.attore,
                )
                return Altrove(reverse("lavoro", args=[c.ente.codice_ipa, chiesto.pid]))
            try:
                esito = _prova_o_importa(request, modulo.cleaned_data, contenuto)
            except FoglioNonValido as no:
                dati["errori"] = no.errori
                dati["segnabile"] = any(e.cella for e in no.errori)
            else:
                if modulo.cleaned_data["conferma"]:
                    return _fatto(request, modulo.cleaned_data["anno"], esito)
                dati["esito"] = esito
            dati["contenuto"] = base64.b64encode(contenuto).decode("ascii")
    dati["quanti_errori"] = len(dati["errori"])
    dati["errori"] = dati["errori"][:MOSTRATI]
    fallita = bool(dati["errori"] or modulo.errors)
    return render(request, "cycle/piano/foglio.html", dati, status=422 if fallita else 200)


def _prova_o_importa(request: RichiestaEnte, dati: dict[str, Any], contenuto: bytes) -> EsitoFoglio:
    c = request.contesto
    return importa_foglio(
        ente=c.ente,
        anno=dati["anno"],
        contenuto=contenuto,
        come=dati["come"],
        by=c.attore,
        istante=c.istante,
        prova=not dati["conferma"],
    )


def _fatto(request: RichiestaEnte, anno: int, esito: EsitoFoglio) -> HttpResponse:
    if esito.creati:
        messages.success(
            request,
            _("Piano %(anno)s importato: %(cosa)s.")
            % {"anno": anno, "cosa": ", ".join(f"{n} {nome}" for nome, n in esito.creati.items())},
        )
    else:
        messages.info(request, _("Nel %(anno)s c'era già tutto.") % {"anno": anno})
    return Altrove(reverse("piano", args=[request.contesto.ente.codice_ipa, anno]))


@require_POST
@nell_ente
def errori(request: RichiestaEnte) -> HttpResponse:
    """The workbook that was tried, each wrong cell in red with its remedy beside it."""
    c = request.contesto
    chi_importa(c.ente, c.attore)
    contenuto, manca = contenuto_del_foglio(request)
    modulo = ModuloPiano(request.POST)
    trovati: tuple[Errore, ...] = ()
    if manca is None and modulo.is_valid():
        trovati = esamina_foglio(
            ente=c.ente,
            anno=modulo.cleaned_data["anno"],
            contenuto=contenuto,
            come=modulo.cleaned_data["come"],
            by=c.attore,
            istante=c.istante,
        )
    scritto = segnato(contenuto, trovati) if trovati else None
    if scritto is None:
        messages.warning(request, _("Il foglio non ha celle da segnare."))
        return Altrove(reverse("foglio_piano", args=[c.ente.codice_ipa]))
    return _foglio(scritto, "piano-da-correggere")


def _foglio(contenuto: bytes, nome: str) -> HttpResponse:
    risposta = HttpResponse(contenuto, content_type=TIPO)
    pulito = "".join(x if x.isascii() and (x.isalnum() or x in "._-") else "-" for x in nome)
    risposta["Content-Disposition"] = f'attachment; filename="{pulito}.xlsx"'
    risposta["X-Content-Type-Options"] = "nosniff"
    return risposta
