# SPDX-License-Identifier: AGPL-3.0-or-later
"""Giunta: what do we decide today? The sets of a year, and one of them, assembled and submitted."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from cycle import elenco, giunta, selectors
from cycle.contesto import Contesto, RichiestaEnte, nell_ente
from cycle.filtri import Filtri
from cycle.forms_giunta import ModuloInsieme, ModuloPasso
from cycle.giunta import Giudizio, Quadro
from cycle.models import Insieme, Obiettivo
from cycle.services import insiemi
from cycle.views.scheda import azioni
from cycle.views.transizioni import Altrove
from workflows.errors import NonTrovato
from workflows.guards_insieme import NOMI_PARERI, incarico_del_parere
from workflows.verdetto import permesso

CONSEGUENZE = {
    "sottoponi": gettext_lazy(
        "L'insieme si chiude: di ogni scheda si congela l'impronta, e i pareri si rendono su com'è "
        "adesso. Chi deve renderli viene avvisato."
    ),
    "ritira": gettext_lazy(
        "L'insieme torna in preparazione e si può cambiare. I pareri già resi valgono per il "
        "testo su cui sono stati resi: se cambia, ne servono altri."
    ),
    "annulla": gettext_lazy(
        "L'insieme si chiude senza decisione: i suoi obiettivi restano proposte."
    ),
}
COMPITI = {
    "parere_tecnico": gettext_lazy("Parere di regolarità tecnica"),
    "parere_contabile": gettext_lazy("Parere di regolarità contabile"),
    "decisione": gettext_lazy("Decisione della giunta"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@nell_ente
def elenco_insiemi(request: RichiestaEnte, anno: int) -> HttpResponse:
    """The sets of a year. POST: a new one, to be filled."""
    c = request.contesto
    ciclo = selectors.ciclo(c.ente, anno)
    righe = giunta.insiemi(c.attore, ciclo)
    modulo = ModuloInsieme(
        request.POST or None, initial={"nome": _("PEG %(anno)s") % {"anno": anno}}
    )
    if request.method == "POST" and modulo.is_valid():
        nuovo = insiemi.componi(
            ciclo=ciclo,
            nome=modulo.cleaned_data["nome"],
            obiettivi=(),
            by=c.attore,
            istante=c.istante,
        )
        return Altrove(reverse("insieme_componi", args=[c.ente.codice_ipa, anno, nuovo.pid]))
    return render(
        request,
        "cycle/giunta/elenco.html",
        {
            "anno": anno,
            "cicli": c.cicli(),
            "insiemi": giunta.con_voci(righe),
            "modulo": modulo,
            "puo_comporre": _puo(c, "componi_insieme"),
        },
        status=422 if modulo.errors else 200,
    )


@require_safe
@nell_ente
def insieme(request: RichiestaEnte, anno: int, pid: UUID) -> HttpResponse:
    """One set: what is ready and what is not and why, pareri, where it stands, what can be done."""
    c = request.contesto
    trovato = giunta.insieme(c.attore, pid, anno)
    q = giunta.quadro(trovato, c.attore, c.istante)
    solo = request.GET.get("solo", "")
    scelti = [g for g in q.giudizi if _tiene(g, solo)]
    pagina = _pagina(request.GET.get("pagina", ""), len(scelti))
    mostrati = scelti[(pagina - 1) * giunta.PER_PAGINA : pagina * giunta.PER_PAGINA]
    return render(
        request,
        "cycle/giunta/insieme.html",
        {
            **comune(q, c),
            "righe": righe(mostrati, c),
            "solo": solo,
            "scelti": len(scelti),
            "pagina": pagina,
            "ultima": _ultima(len(scelti)),
            "azioni": azioni(list(q.verdetti)),
            "confronto": giunta.confronto(trovato),
            "pareri": [(p, q.attuale(p)) for p in q.pareri],
            "avvisati": giunta.avvisati(trovato),
            "puo_comporre": trovato.stato == "in_preparazione" and _puo(c, "componi_insieme"),
        },
    )


def comune(q: Quadro, c: Contesto) -> dict[str, Any]:
    """What every page of a set shows."""
    return {
        "anno": q.insieme.ciclo.anno,
        "insieme": q.insieme,
        "q": q,
        "compiti": COMPITI,
        "da_rendere": [
            tipo
            for tipo in NOMI_PARERI
            if q.processo
            and f"parere_{tipo}" in q.processo.aperti
            and incarico_del_parere(tipo, q.fascicolo, c.attore)
        ],
        "puo_decidere": _puo(c, permesso("insieme", "decidi")),
        "pagina_insieme": reverse(
            "insieme", args=[c.ente.codice_ipa, q.insieme.ciclo.anno, q.insieme.pid]
        ),
    }


def righe(giudizi: list[Giudizio], c: Contesto) -> list[tuple[Giudizio, Obiettivo, bool]]:
    """Each verdict with its objective, and whether its scheda can be opened."""
    ids = [g.id for g in giudizi]
    obiettivi = Obiettivo.objects.select_related("unita", "responsabile_generale").in_bulk(ids)
    apribili = set(
        Obiettivo.objects.filter(selectors.visibili(c.attore), pk__in=ids).values_list(
            "pk", flat=True
        )
    )
    return [(g, obiettivi[g.id], g.id in apribili) for g in giudizi]


def _tiene(g: Giudizio, solo: str) -> bool:
    if solo == "pronti":
        return g.pronto
    if solo == "non_pronti":
        return not g.pronto
    return solo not in ("approvato", "rinviato") or g.deciso == solo


def _puo(c: Contesto, nome: str) -> bool:
    return c.attore.incarico_per(nome, giunta.radice(c.ente.pk)) is not None


def _ultima(quanti: int) -> int:
    return max(1, -(-quanti // giunta.PER_PAGINA))


def _pagina(chiesta: str, quanti: int) -> int:
    numero = int(chiesta) if chiesta.isascii() and chiesta.isdigit() and len(chiesta) < 7 else 1
    return min(max(numero, 1), _ultima(quanti))


# --- assembling ---------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@nell_ente
def componi(request: RichiestaEnte, anno: int, pid: UUID) -> HttpResponse:
    """What could enter the set, filtered, with the verdict on each; POST adds the chosen ones, or
    all that the filters give, or those that pass; or takes some out."""
    c = request.contesto
    trovato = giunta.insieme(c.attore, pid, anno)
    filtri = Filtri.da_url(request.GET)
    if request.method == "POST":
        _scrivi_composizione(request, trovato, filtri)
        return Altrove(request.get_full_path())
    fuori = giunta.candidati(c.attore, trovato, filtri)
    quanti = fuori.count()
    pagina = _pagina(request.GET.get("pagina", ""), quanti)
    mostrati = list(
        fuori.values_list("pk", flat=True)[
            (pagina - 1) * giunta.PER_PAGINA : pagina * giunta.PER_PAGINA
        ]
    )
    giudizi = giunta.giudica(mostrati, c.attore, c.istante)
    dentro = giunta.in_vista(c.attore, trovato).select_related("unita").order_by("codice")
    return render(
        request,
        "cycle/giunta/componi.html",
        {
            "anno": anno,
            "insieme": trovato,
            "filtri": filtri,
            "scelte": elenco.Elenco(c.attore, trovato.ciclo, filtri, c.istante).scelte(),
            "righe": righe(sorted(giudizi.values(), key=lambda g: g.codice), c),
            "quanti": quanti,
            "pagina": pagina,
            "ultima": _ultima(quanti),
            "dentro": list(dentro[: giunta.PER_PAGINA]),
            "quanti_dentro": dentro.count(),
            "puo_comporre": trovato.stato == "in_preparazione" and _puo(c, "componi_insieme"),
            "filtro_url": request.GET.urlencode(),
        },
    )


def _scrivi_composizione(request: RichiestaEnte, insieme: Insieme, filtri: Filtri) -> None:
    c = request.contesto
    che_cosa = request.POST.get("azione", "")
    revisione = request.POST.get("revisione", "")
    comuni: dict[str, Any] = {
        "insieme": insieme,
        "by": c.attore,
        "istante": c.istante,
        "revisione": int(revisione) if revisione.isascii() and revisione.isdigit() else None,
    }
    if che_cosa == "togli":
        n = insiemi.togli(obiettivi=_scelti(request, insieme, dentro=True), **comuni)
        testo = ngettext("Tolto %(n)s obiettivo.", "Tolti %(n)s obiettivi.", n)
    elif che_cosa in ("scelti", "filtrati", "pronti"):
        if che_cosa == "scelti":
            ids = _scelti(request, insieme, dentro=False)
        else:
            ids = list(giunta.candidati(c.attore, insieme, filtri).values_list("pk", flat=True))
        if che_cosa == "pronti":
            giudizi = giunta.giudica(ids, c.attore, c.istante)
            ids = [pk for pk in ids if giudizi[pk].pronto]
        n = insiemi.aggiungi(obiettivi=ids, **comuni)
        testo = ngettext("Aggiunto %(n)s obiettivo.", "Aggiunti %(n)s obiettivi.", n)
    else:
        raise NonTrovato({})
    messages.success(request, testo % {"n": n})


def _scelti(request: RichiestaEnte, insieme: Insieme, *, dentro: bool) -> list[int]:
    """Ids of the objectives ticked on the page. Raises NonTrovato for one that is not there to be
    chosen: of another ente, of another year, or not in sight."""
    pid = set()
    for testo in request.POST.getlist("obiettivi"):
        try:
            pid.add(UUID(testo))
        except ValueError:
            raise NonTrovato({}) from None
    c = request.contesto
    visti = (
        giunta.in_vista(c.attore, insieme)
        if dentro
        else selectors.obiettivi_visibili(c.attore, insieme.ciclo)
    )
    ids = list(visti.filter(pid__in=pid).values_list("pk", flat=True))
    if len(ids) < len(pid):
        raise NonTrovato({})
    return ids


# --- steps that bring no act --------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@nell_ente
def passo(request: RichiestaEnte, anno: int, pid: UUID, nome: str) -> HttpResponse:
    """The form of `sottoponi`, `ritira`, `annulla`, or every reason why not. POST: done."""
    c = request.contesto
    trovato = giunta.insieme(c.attore, pid, anno)
    q = giunta.quadro(trovato, c.attore, c.istante)
    giudizio = next((v for v in q.verdetti if v.transizione.nome == nome), None)
    if giudizio is None:
        raise NonTrovato({})
    if nome == "decidi" and giudizio.permessa:
        return Altrove(reverse("insieme_decisione", args=[c.ente.codice_ipa, anno, pid]))
    modulo = ModuloPasso(request.POST or None, initial={"revisione": trovato.revisione})
    if not any(g.nome == "motivazione_presente" for g in giudizio.transizione.regole.guardie):
        del modulo.fields["motivazione"]
    if request.method == "POST" and modulo.is_valid():
        insiemi.compi(
            insieme=trovato,
            passo=nome,
            by=c.attore,
            istante=c.istante,
            motivazione=modulo.cleaned_data.get("motivazione", ""),
            revisione=modulo.cleaned_data["revisione"],
        )
        messages.success(
            request,
            _("%(nome)s: %(fatto)s.")
            % {"nome": trovato.nome, "fatto": giudizio.transizione.regole.fatto},
        )
        return Altrove(reverse("insieme", args=[c.ente.codice_ipa, anno, pid]))
    return render(
        request,
        "cycle/giunta/passo.html",
        {
            **comune(q, c),
            "nome": nome,
            "giudizio": giudizio,
            "motivi": giudizio.motivi,
            "modulo": modulo,
            "conseguenza": CONSEGUENZE.get(nome, ""),
        },
        status=422 if modulo.errors else 200,
    )
