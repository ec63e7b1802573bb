# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where the year of the whole ente stands, the lists behind each figure, and its closing (C3)."""

from __future__ import annotations

from itertools import groupby

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from cycle import chiusura as chiusure
from cycle import cruscotto as quadro
from cycle import elenco, selectors
from cycle.anno import termini_dell_anno
from cycle.contesto import Contesto, RichiestaEnte, nell_ente
from cycle.elenco import Elenco
from cycle.filtri import Filtri
from cycle.measure.segnali import REGOLE
from cycle.models import Ciclo
from cycle.parametri import Parametri
from cycle.segnali import dell_anno
from cycle.services.atti_anno import autorizza
from cycle.services.chiusura import chiudi
from cycle.views.transizioni import Altrove

PER_PAGINA = 50
PER_TIPO = 20  # signals of a kind shown at once
TIPI_SEGNALE: dict[str, str | Promise] = {
    "pesi_indicatori": gettext_lazy("Pesi degli indicatori che non sommano a 100"),
    "pesi_fasi": gettext_lazy("Pesi delle fasi che non sommano a 100"),
    "fasi_finite_indicatore_a_zero": gettext_lazy("Fasi concluse, indicatore a 0"),
    "target_gia_raggiunto": gettext_lazy("Target già raggiunti quando sono stati approvati"),
    "target_superato_del_doppio": gettext_lazy("Target superati di almeno il doppio"),
    "target_abbassato_a_fine_anno": gettext_lazy("Target abbassati nell'ultimo trimestre"),
    "somma_di_consistenze": gettext_lazy("Somme di ciò che non si somma"),
    "approvato_dopo_l_inizio": gettext_lazy("Obiettivi approvati dopo il loro inizio"),
    "ruolo_vacante": gettext_lazy("Passi che nessuno può fare"),
    "impegno_diverso_da_100": gettext_lazy("Persone con impegno diverso da 100 %"),
    "capitolo_due_volte": gettext_lazy("Capitoli contati due volte"),
}


def _ciclo(c: Contesto, anno: int, permesso: str = "vedi_cruscotto") -> Ciclo:
    autorizza(c.attore, permesso)
    ciclo = selectors.ciclo(c.ente, anno)
    ciclo.ente = c.ente
    return ciclo


def _pagina(request: HttpRequest) -> str:
    return request.GET.get("pagina", "1")[:7]


@require_safe
@nell_ente
def cruscotto(request: RichiestaEnte, anno: int) -> HttpResponse:
    """The year at a glance: each figure is a link to the list behind it."""
    c = request.contesto
    ciclo = _ciclo(c, anno)
    termini = [t.termine for t in termini_dell_anno(ciclo, c.istante, c.attore.ruoli())]
    return render(
        request,
        "cycle/cruscotto/cruscotto.html",
        {
            "anno": anno,
            "ciclo": ciclo,
            "cicli": c.cicli(),
            "q": quadro.cruscotto(c.attore, ciclo, c.istante),
            "prossimi": [t for t in termini if not t.scaduto][:3],
            "passati": sum(t.scaduto for t in termini),
            "termini": len(termini),
            "vede_segnali": any(i.consente("vedi_segnali", i.percorso) for i in c.attore.incarichi),
        },
    )


@require_safe
@nell_ente
def relazioni(request: RichiestaEnte, anno: int) -> HttpResponse:
    """The reports of a period in a state, as the address asks."""
    c = request.contesto
    ciclo = _ciclo(c, anno)
    periodi = selectors.periodi(ciclo)
    periodo = next((p for p in periodi if p.codice == request.GET.get("periodo")), None)
    stato = request.GET.get("stato", "")
    stato = stato if stato in quadro.NOMI_RELAZIONE else ""
    filtri = Filtri(unita=Filtri.da_url(request.GET).unita)
    tutte = quadro.relazioni(Elenco(c.attore, ciclo, filtri, c.istante).obiettivi())
    if periodo:
        tutte = tutte.filter(periodo=periodo)
    if stato:
        tutte = tutte.filter(stato=stato)
    pagina = Paginator(
        tutte.select_related("obiettivo__unita", "periodo").order_by(
            "obiettivo__codice", "periodo__ordine"
        ),
        PER_PAGINA,
    ).get_page(_pagina(request))
    return render(
        request,
        "cycle/cruscotto/relazioni.html",
        {
            "anno": anno,
            "periodi": periodi,
            "periodo": periodo,
            "stato": stato,
            "unita": filtri.unita,
            "settori": selectors.settori(c.ente),
            "stati": quadro.NOMI_RELAZIONE.items(),
            "pagina": pagina,
        },
    )


@require_safe
@nell_ente
def segnali(request: RichiestaEnte, anno: int) -> HttpResponse:
    """What in the plan deserves a second look; none of it stops anything."""
    c = request.contesto
    ciclo = _ciclo(c, anno, "vedi_segnali")
    tutti = sorted(dell_anno(ciclo, c.istante), key=lambda s: list(TIPI_SEGNALE).index(s.tipo))
    quale = request.GET.get("tipo", "")
    gruppi = [
        (
            tipo,
            TIPI_SEGNALE[tipo],
            REGOLE[tipo],
            len(suoi),
            suoi if tipo == quale else suoi[:PER_TIPO],
        )
        for tipo, suoi in ((t, list(g)) for t, g in groupby(tutti, key=lambda s: s.tipo))
    ]
    return render(
        request,
        "cycle/cruscotto/segnali.html",
        {"anno": anno, "gruppi": gruppi, "quanti": len(tutti), "per_tipo": PER_TIPO},
    )


@require_safe
@nell_ente
def media(request: RichiestaEnte, anno: int) -> HttpResponse:
    """How the mean of a unit, a node or the whole ente comes about: the objectives that make it,
    each with its own explanation."""
    c = request.contesto
    ciclo = selectors.ciclo(c.ente, anno)
    ciclo.ente = c.ente
    filtri = Filtri.da_url(request.GET)
    trovati = Elenco(c.attore, ciclo, filtri, c.istante)
    totale = elenco.somma(
        t for s, t in trovati.per_stato().items() if not filtri.stato or s == filtri.stato
    )
    effetto = Parametri.da_dizionario(ciclo.parametri).misura.neutralizzazione
    fuori = effetto == "escludi"
    ultima = elenco.pagine(totale.quanti)
    chiesta = _pagina(request)
    numero = int(chiesta) if chiesta.isascii() and chiesta.isdigit() else 1
    numero = min(max(numero, 1), ultima)
    return render(
        request,
        "cycle/cruscotto/media.html",
        {
            "anno": anno,
            "filtri": filtri,
            "di_che": _di_che(c, ciclo, filtri),
            "totale": totale,
            "senza": totale.quanti - totale.con_calcolata - (totale.neutralizzati if fuori else 0),
            "neutralizzazione": effetto,
            "righe": trovati.pagina(numero),
            "numero": numero,
            "ultima": ultima,
        },
    )


def _di_che(c: Contesto, ciclo: Ciclo, filtri: Filtri) -> str:
    """What the mean is of, in the words of the plan."""
    if filtri.unita:
        unita = selectors.unita_di_codice(c.ente, filtri.unita)
        return unita.nome if unita else filtri.unita
    if filtri.programma:
        nodo = selectors.nodo(ciclo, filtri.programma)
        return nodo.titolo if nodo else ""
    return str(c.ente.nome)


@require_http_methods(["GET", "HEAD", "POST"])
@nell_ente
def chiusura(request: RichiestaEnte, anno: int) -> HttpResponse:
    """GET: what is still open in the year. POST: it is closed, if nothing is (C3)."""
    c = request.contesto
    if request.method == "POST":
        ciclo = selectors.ciclo(c.ente, anno)
        chiudi(ciclo=ciclo, by=c.attore, istante=c.istante)
        messages.success(request, _("Il %(anno)s è chiuso.") % {"anno": anno})
        return Altrove(reverse("chiusura", args=[c.ente.codice_ipa, anno]))
    ciclo = _ciclo(c, anno)
    return render(
        request,
        "cycle/cruscotto/chiusura.html",
        {
            "anno": anno,
            "ciclo": ciclo,
            "cicli": c.cicli(),
            "generi": [] if ciclo.stato == "chiuso" else chiusure.aperte(ciclo, c.istante),
            "presto": chiusure.finisce(ciclo, c.istante),
            "puo_chiudere": any(i.consente("chiudi_anno", i.percorso) for i in c.attore.incarichi),
        },
    )
