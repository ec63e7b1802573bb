# SPDX-License-Identifier: AGPL-3.0-or-later
"""One view for every transition of objectives and of reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from cycle import selectors
from cycle.contesto import RichiestaEnte, nell_ente, sessione
from cycle.forms import ModuloConvalide, ModuloTransizione
from cycle.models import Utente
from cycle.services.transizioni import esegui
from cycle.views import relazione as pagina_relazione
from cycle.views import scheda as pagina_scheda
from cycle.views.errori import rifiutata
from cycle.views.perche_no import Bersaglio, bersaglio, comune, giudica, rendi, spiega
from cycle.views.scritto import ricorda
from workflows.errors import Motivo, NonTrovato, Rifiuto, Tentativo
from workflows.ports import RUOLI
from workflows.verdetto import Verdetto

# What happens beside the change of state, said before the click.
CONSEGUENZE = {
    ("obiettivo", "proponi"): gettext_lazy(
        "La scheda è pronta per la giunta. Può ancora essere rinviata al settore, con un motivo."
    ),
    ("obiettivo", "rinvia"): gettext_lazy(
        "La scheda torna in bozza al settore, che legge la motivazione e può riproporla."
    ),
    ("obiettivo", "approva"): gettext_lazy(
        "Si registrano l'atto e la versione 1 della scheda, con la sua impronta. Da quel momento "
        "ciò che la giunta ha approvato cambia solo con una variazione."
    ),
    ("obiettivo", "avvia"): gettext_lazy(
        "Si segna l'inizio effettivo e si aprono le relazioni dei periodi dell'anno."
    ),
    ("obiettivo", "rendiconta"): gettext_lazy(
        "Il settore ha finito: l'obiettivo passa al Nucleo per la validazione."
    ),
    ("obiettivo", "riapri"): gettext_lazy(
        "L'obiettivo torna indietro di un passo. La percentuale convalidata, se c'è, si toglie: "
        "andrà validata di nuovo."
    ),
    ("obiettivo", "valida"): gettext_lazy(
        "La percentuale convalidata dell'obiettivo è la media di quelle convalidate nell'ultimo "
        "periodo."
    ),
    ("obiettivo", "stralcia"): gettext_lazy(
        "L'obiettivo resta nel piano e in ogni relazione, segnato come stralciato."
    ),
    ("relazione", "trasmetti"): gettext_lazy(
        "Valori e target si congelano con la loro impronta e si calcolano le percentuali fino a "
        "questo periodo. Per correggere servirà che il Nucleo riapra la relazione."
    ),
    ("relazione", "osserva"): gettext_lazy(
        "Il settore riceve le osservazioni firmate, e da oggi decorrono i giorni per rispondere. "
        "Non si potranno più riscrivere."
    ),
    ("relazione", "controdeduci"): gettext_lazy(
        "Il Nucleo riceve le risposte e può validare. Non si potranno più riscrivere."
    ),
    ("relazione", "valida"): gettext_lazy(
        "Le percentuali convalidate restano legate ai valori trasmessi, con la seduta che le ha "
        "decise."
    ),
    ("relazione", "riapri"): gettext_lazy(
        "Il settore può correggere i valori e dovrà trasmetterli di nuovo."
    ),
}

# Fields that no guard misses by themselves.
FACOLTATIVI = frozenset({"organo", "esecutivo", "parere_contabile", "dissensi", "astenuti"})


class Altrove(HttpResponseRedirect):
    """After a POST that was done: look there."""

    status_code = 303


@require_http_methods(["GET", "HEAD", "POST"])
def transizione(
    request: HttpRequest, ipa: str, pid: UUID, nome: str, periodo: str | None = None
) -> HttpResponse:
    """GET: the form, and what will happen. POST: done (303, or the page's fragment to htmx), or
    refused with every reason, what was typed still there (403, 409, 422)."""
    rifiuto: Rifiuto | None = None
    if request.method == "POST":
        try:
            with sessione(cast(Utente, request.user), ipa, "web") as contesto:
                cast(RichiestaEnte, request).contesto = contesto
                risposta = _esegui(cast(RichiestaEnte, request), pid, nome, periodo)
                if risposta is not None:
                    return risposta
        except NonTrovato as assente:
            return rifiutata(request, assente)
        except Rifiuto as detto:
            rifiuto = detto
    return _modulo(request, ipa, pid=pid, nome=nome, periodo=periodo, rifiuto=rifiuto)


def _moduli(
    request: RichiestaEnte, b: Bersaglio, dati: Any
) -> tuple[ModuloTransizione, ModuloConvalide | None]:
    """The form of the transition and, where the Nucleo validates a report, that of its
    percentages; filled with `dati`, or new."""
    c = request.contesto
    nucleo = selectors.componenti_del_nucleo(c.ente, c.istante)
    if dati is not None:
        dati = dati.copy()
        dati.setdefault("organo", "giunta")
    modulo = ModuloTransizione.per(
        b.transizione, nucleo, dati, initial={"revisione": b.oggetto.revisione}
    )
    convalide = None
    if b.relazione is not None and b.transizione.nome == "valida":
        convalide = ModuloConvalide(selectors.voci(b.relazione), dati)
        ricorda(request, convalide)
    return modulo, convalide


def _esegui(
    request: RichiestaEnte, pid: UUID, nome: str, periodo: str | None
) -> HttpResponse | None:
    """The answer when it is done; None when the form itself does not stand."""
    c = request.contesto
    b = bersaglio(c, pid, nome, periodo)
    modulo, convalide = _moduli(request, b, request.POST)
    if not modulo.is_valid() or (convalide is not None and not convalide.is_valid()):
        giudizio = giudica(b, c.attore, c.istante)
        if giudizio.errore is not None:  # who may not do it hears that, not what the form lacks
            tentativo = Tentativo(b.procedura.nome, nome, {b.oggetto.pk: b.obiettivo.pk})
            raise giudizio.errore({b.oggetto.pk: giudizio.motivi}, tentativo)
        return None
    dati: Mapping[str, Any] = {"voci": convalide.dati()} if convalide is not None else {}
    esegui(
        procedura=b.procedura.nome,
        transizione=nome,
        ids=[b.oggetto.pk],
        by=c.attore,
        istante=c.istante,
        richiesta=modulo.richiesta(**dati),
        revisioni={b.oggetto.pk: modulo.cleaned_data["revisione"]},
    )
    messages.success(request, _fatto(b))
    if request.headers.get("HX-Request") != "true":
        return Altrove(b.pagina(c.ente.codice_ipa))
    return _pagina_intera(request, b)


def _fatto(b: Bersaglio) -> str:
    return _("%(codice)s%(periodo)s: %(fatto)s.") % {
        "codice": b.obiettivo.codice,
        "periodo": f", {b.relazione.periodo}" if b.relazione else "",
        "fatto": b.transizione.regole.fatto,
    }


def _pagina_intera(request: RichiestaEnte, b: Bersaglio) -> HttpResponse:
    """The page's part that moved, for htmx, with the message beside it."""
    pid = b.obiettivo.pid
    if b.relazione is None:
        risposta = pagina_scheda.scheda_letta(request, pid, parziale=True)
    else:
        risposta = pagina_relazione.relazione_letta(
            request, pid, b.relazione.periodo.codice, parziale=True
        )
    avvisi = render_to_string("_components/avvisi.html", {"fuori_banda": True}, request)
    risposta.content = risposta.content + avvisi.encode()
    risposta["HX-Retarget"] = "#pagina"
    risposta["HX-Reswap"] = "outerHTML show:window:top"
    return risposta


@nell_ente
def _modulo(
    request: RichiestaEnte, pid: UUID, nome: str, periodo: str | None, rifiuto: Rifiuto | None
) -> HttpResponse:
    """The form, new or as it was refused; where the step cannot be taken at all, why."""
    c = request.contesto
    b = bersaglio(c, pid, nome, periodo)
    giudizio = giudica(b, c.attore, c.istante)
    if not giudizio.permessa:
        codice = rifiuto.codice if rifiuto else giudizio.errore.codice if giudizio.errore else 422
        return spiega(request, b, giudizio, rifiuto=rifiuto, codice=codice)
    dati = None
    if request.method == "POST":
        dati = request.POST.copy()
        if rifiuto is not None and rifiuto.codice == 409:
            dati["revisione"] = str(b.oggetto.revisione)  # they have now been told
    modulo, convalide = _moduli(request, b, dati)
    motivi = rifiuto.tutti() if rifiuto else []
    if dati is not None:
        modulo.is_valid()
        _accanto_ai_campi(modulo, motivi)
    stato = (rifiuto.codice if rifiuto else 422) if dati is not None else 200
    return rendi(
        request,
        "modulo",
        {
            **comune(c, b, giudizio),
            "modulo": modulo,
            "convalide": righe_convalide(convalide),
            "ciclo": b.obiettivo.ciclo,
            "motivi": motivi,
            "errori": _errori(modulo, convalide) if not motivi else [],
            "conseguenza": CONSEGUENZE.get((b.procedura.nome, nome), ""),
            "dopo": _dopo(b, giudizio),
        },
        stato,
    )


def _accanto_ai_campi(modulo: ModuloTransizione, motivi: Sequence[Motivo]) -> None:
    """Each reason that waits for the form stands also at a field of its guard: the first left
    empty, else the last that is asked."""
    for motivo in motivi:
        campi = [
            c
            for c in ModuloTransizione.CAMPI.get(motivo.guardia, ())
            if c in modulo.fields and c not in FACOLTATIVI
        ]
        if campi:
            vuoti = [c for c in campi if not modulo.cleaned_data.get(c)]
            modulo.add_error((vuoti or campi[-1:])[0], motivo.messaggio)


def _errori(
    modulo: ModuloTransizione, convalide: ModuloConvalide | None
) -> list[tuple[str, str, str]]:
    """(id of the field, its label, what is wrong), for the summary above the form."""
    trovati = []
    for parte in (modulo, convalide):
        for campo, errori in parte.errors.items() if parte is not None else ():
            etichetta = parte.fields[campo].label if parte and campo in parte.fields else ""
            trovati += [(f"id_{campo}", str(etichetta or ""), str(e)) for e in errori]
    return trovati


@dataclass(frozen=True, slots=True)
class RigaConvalida:
    """A specifico whose percentage is to be validated."""

    voce: selectors.VoceDaCompilare
    percentuale: Any  # bound fields
    motivo: Any


def righe_convalide(convalide: ModuloConvalide | None) -> list[RigaConvalida]:
    """The rows of the table of percentages."""
    if convalide is None:
        return []
    return [
        RigaConvalida(
            v,
            convalide[f"percentuale_{v.voce.specifico.pid}"],
            convalide[f"motivo_{v.voce.specifico.pid}"],
        )
        for v in convalide.voci
    ]


def _dopo(b: Bersaglio, giudizio: Verdetto) -> list[tuple[str, str]]:
    """(step, roles) of what can follow: who is waited for next."""
    arrivo = b.transizione.arrivo(giudizio.fascicolo.stato)
    if arrivo is None:
        return []
    return [
        (t.nome, ", ".join(RUOLI[r] for r in t.regole.ruoli))
        for t in b.procedura.macchina.transizioni
        if t.arrivo(arrivo) and not t.regole.ritorno
    ]
