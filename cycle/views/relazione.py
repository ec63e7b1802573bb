# SPDX-License-Identifier: AGPL-3.0-or-later
"""The report of a period: what must I still fill? Read-only once submitted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cycle import correzioni, inviti_variazione, neutralizzazioni, sedute, selectors, storia
from cycle.contesto import Contesto, RichiestaEnte, nell_ente, sessione
from cycle.forms import ModuloRelazione, nome_valore
from cycle.models import Indicatore, RelazioneSemestrale, Rilevazione, Utente
from cycle.procedures import RELAZIONE
from cycle.scheda import Figura, raggiunto_nel_periodo, target_di, valore_di
from cycle.services.relazioni import Compilazione, compila
from cycle.views.errori import rifiutata
from cycle.views.scheda import azioni
from cycle.views.scritto import ricorda, scritto
from workflows.errors import NonAutorizzato, NonPossibile, NonTrovato, Rifiuto
from workflows.machines.relazione import COMPILABILI


@require_http_methods(["GET", "HEAD", "POST"])
def relazione(request: HttpRequest, ipa: str, pid: UUID, periodo: str) -> HttpResponse:
    """GET: the report. POST: saved (303), or refused with what was typed still there: a figure
    that is not one (422), somebody else's save in between (409)."""
    rifiuto: Rifiuto | None = None
    if request.method == "POST":
        try:
            with sessione(cast(Utente, request.user), ipa, "web") as contesto:
                cast(RichiestaEnte, request).contesto = contesto
                risposta = _salva(cast(RichiestaEnte, request), pid, periodo)
                if risposta is not None:
                    return risposta
        except (NonTrovato, NonAutorizzato, NonPossibile) as no:
            return rifiutata(request, no)
        except Rifiuto as detto:
            rifiuto = detto
    return _letta(request, ipa, pid=pid, periodo=periodo, rifiuto=rifiuto)


def _salva(request: RichiestaEnte, pid: UUID, periodo: str) -> HttpResponse | None:
    """Where to look after saving; None when the form does not stand."""
    c = request.contesto
    obiettivo = selectors.obiettivo(c.attore, pid)
    relazione = selectors.relazione(c.attore, obiettivo, periodo)
    modulo = ModuloRelazione(selectors.voci(relazione), request.POST)
    ricorda(request, modulo)
    if _compilabile(c, relazione) and not modulo.is_valid():
        return None
    valido = modulo.is_valid()  # who may not fill it hears that, not what the form lacks
    compila(
        relazione=relazione,
        compilazione=modulo.compilazione() if valido else Compilazione({}, {}),
        by=c.attore,
        istante=c.istante,
        revisione=modulo.cleaned_data["revisione"] if valido else None,
    )
    messages.success(request, _("Salvato: relazione %(periodo)s.") % {"periodo": periodo})
    argomenti = [c.ente.codice_ipa, pid, periodo]
    if request.POST.get("poi") == "trasmetti":
        dove = reverse("transizione_relazione", args=[*argomenti, "trasmetti"])
    else:
        dove = reverse("relazione", args=argomenti)
    return HttpResponseRedirect(dove, status=303)


def _compilabile(c: Contesto, relazione: RelazioneSemestrale) -> bool:
    """Whether the person can write in the report as it stands: what `compila` will say."""
    o = relazione.obiettivo
    return (
        relazione.stato in COMPILABILI
        and o.stato in ("in_corso", "rendicontato")
        and c.attore.incarico_per("compila_relazione", o.unita.percorso) is not None
    )


@nell_ente
def _letta(
    request: RichiestaEnte, pid: UUID, periodo: str, rifiuto: Rifiuto | None
) -> HttpResponse:
    return relazione_letta(request, pid, periodo, rifiuto=rifiuto)


@dataclass(frozen=True, slots=True)
class Riga:
    """An indicator in the report. `dovuta`: it has a target in the period, so a value is due."""

    indicatore: Indicatore
    target: Figura
    valore: Figura
    prima: Figura
    dovuta: bool
    raggiunto: bool | None
    campo: Any  # bound field, None when it cannot be written

    @property
    def mancante(self) -> bool:
        return self.dovuta and self.valore is None


@dataclass(frozen=True, slots=True)
class Sezione:
    """A specifico in the report."""

    voce: selectors.VoceDaCompilare
    righe: tuple[Riga, ...]
    testo: Any


def relazione_letta(
    request: RichiestaEnte,
    pid: UUID,
    periodo: str,
    *,
    rifiuto: Rifiuto | None = None,
    parziale: bool = False,
) -> HttpResponse:
    """The page, or the part of it that a step changes."""
    c = request.contesto
    obiettivo = selectors.obiettivo(c.attore, pid)
    relazione = selectors.relazione(c.attore, obiettivo, periodo)
    voci = selectors.voci(relazione)
    compilabile = _compilabile(c, relazione)
    dati = None
    salvata = request.method == "POST" and not parziale
    if salvata and compilabile:
        dati = request.POST.copy()
        if rifiuto is not None:
            dati["revisione"] = str(relazione.revisione)  # they have now been told
    modulo = (
        ModuloRelazione(voci, dati, initial={"revisione": relazione.revisione})
        if compilabile
        else None
    )
    precedenti = selectors.valori_precedenti(relazione)
    sezioni = tuple(
        Sezione(
            voce,
            tuple(_riga(i, r, precedenti, modulo) for i, r in voce.indicatori),
            modulo[f"testo_{voce.voce.specifico.pid}"] if modulo else None,
        )
        for voce in voci
    )
    righe = [riga for sezione in sezioni for riga in sezione.righe]
    verdetti = selectors.verdetti(RELAZIONE, [relazione], c.attore, c.istante)[relazione.pk]
    contesto: dict[str, Any] = {
        "o": obiettivo,
        "r": relazione,
        "anno": obiettivo.ciclo.anno,
        "periodi": selectors.periodi(obiettivo.ciclo),
        "astenuti": sedute.astenuti(relazione),
        "sezioni": sezioni,
        "modulo": modulo,
        "compilabile": compilabile,
        "dovute": sum(r.dovuta for r in righe),
        "mancanti": [r for r in righe if r.mancante],
        "motivi": rifiuto.tutti() if rifiuto else [],
        "conflitto": rifiuto is not None,
        "errori": _errori(modulo, righe),
        "scritto": scritto(request) if salvata and not compilabile else [],
        **correzioni.della_pagina(obiettivo, c.attore),
        **neutralizzazioni.della_pagina(obiettivo, c.attore),
        **inviti_variazione.della_pagina(
            obiettivo, c.attore, inviti_variazione.oggi(c.ente, c.istante)
        ),
        "azioni": azioni(verdetti),
        "trasmissibile": any(v.transizione.nome == "trasmetti" and v.incarico for v in verdetti),
        "fatti": storia.fatti(
            ente_id=c.ente.pk, obiettivo_id=obiettivo.pk, relazione_id=relazione.pk
        ),
    }
    codice = 200
    if salvata:  # and refused: nothing of it is here
        codice = rifiuto.codice if rifiuto else 422
    return render(
        request,
        "cycle/relazione/_pagina.html" if parziale else "cycle/relazione/relazione.html",
        contesto,
        status=codice,
    )


def _riga(
    indicatore: Indicatore,
    rilevazione: Rilevazione | None,
    precedenti: dict[int, Figura],
    modulo: ModuloRelazione | None,
) -> Riga:
    target = target_di(rilevazione) if rilevazione else None
    valore = valore_di(rilevazione) if rilevazione else None
    return Riga(
        indicatore=indicatore,
        target=target,
        valore=valore,
        prima=precedenti.get(indicatore.pk),
        dovuta=target is not None,
        raggiunto=raggiunto_nel_periodo(indicatore, target, valore),
        campo=modulo[nome_valore(indicatore)] if modulo else None,
    )


def _errori(modulo: ModuloRelazione | None, righe: list[Riga]) -> list[tuple[str, str, str]]:
    """(id of the field, indicator, what is wrong), for the summary above the form."""
    if modulo is None or not modulo.is_bound:
        return []
    nomi = {r.campo.html_name: r.indicatore.nome for r in righe if r.campo is not None}
    return [
        (f"id_{campo}", nomi.get(campo, ""), str(errore))
        for campo, errori in modulo.errors.items()
        for errore in errori
    ]
