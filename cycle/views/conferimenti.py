# SPDX-License-Identifier: AGPL-3.0-or-later
"""The forms of incarichi: giving one, delegating one's own, ending one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cycle import vacanze
from cycle.contesto import Contesto, RichiestaEnte, nell_ente, sessione
from cycle.forms_incarichi import ModuloCessazione, ModuloConferimento, ModuloDelega
from cycle.incarichi import Incarichi
from cycle.models import Incarico, UnitaOrganizzativa, Utente
from cycle.permissions import PERMESSI
from cycle.services import incarichi as servizio
from cycle.views.errori import rifiutata
from cycle.views.scritto import ricorda
from cycle.views.transizioni import Altrove
from workflows.errors import Motivo, NonAutorizzato, NonPossibile, NonTrovato, Rifiuto, Tentativo
from workflows.ports import RUOLI

# reason of the service -> the fields of the forms beside which it stands
_CAMPI = {
    "atto": ("atto",),
    "persona": ("persona",),
    "incompatibile": ("persona",),
    "incarico_sovrapposto": ("persona",),
    "unita": ("unita",),
    "ambito": ("ambito",),
    "motivo": ("motivo",),
    "fine": ("fino_al", "ultimo_giorno"),
    "date": ("fino_al",),
    "decorrenza": ("dal", "ultimo_giorno"),
}

Fai = Callable[[RichiestaEnte, Form], str]
Costruisci = Callable[[RichiestaEnte, Any], tuple[Form, str, dict[str, Any]]]


@require_http_methods(["GET", "HEAD", "POST"])
def conferisci(request: HttpRequest, ipa: str) -> HttpResponse:
    return _serve(request, ipa, _modulo_conferimento, _conferisci)


@require_http_methods(["GET", "HEAD", "POST"])
def delega(request: HttpRequest, ipa: str) -> HttpResponse:
    return _serve(request, ipa, _modulo_delega, _delega)


@require_http_methods(["GET", "HEAD", "POST"])
def cessa(request: HttpRequest, ipa: str, pid: UUID) -> HttpResponse:
    return _serve(
        request,
        ipa,
        lambda r, dati: _modulo_cessazione(r, dati, pid),
        lambda r, modulo: _cessa(r, modulo, pid),
    )


def _serve(request: HttpRequest, ipa: str, costruisci: Costruisci, fai: Fai) -> HttpResponse:
    """GET: the form. POST: done (303 to the incarichi), or the form with every reason, in a
    session that the refusal has not undone."""
    rifiuto: Rifiuto | None = None
    if request.method == "POST":
        try:
            with sessione(cast(Utente, request.user), ipa, "web") as contesto:
                cast(RichiestaEnte, request).contesto = contesto
                modulo, _modello, _altro = costruisci(cast(RichiestaEnte, request), request.POST)
                ricorda(request, modulo)
                if modulo.is_valid():
                    messages.success(request, fai(cast(RichiestaEnte, request), modulo))
                    return Altrove(reverse("incarichi", args=[ipa]))
        except NonPossibile as detto:
            rifiuto = detto
        except Rifiuto as negato:
            return rifiutata(request, negato)
    return _mostra(request, ipa, costruisci=costruisci, rifiuto=rifiuto)


@nell_ente
def _mostra(
    request: RichiestaEnte, costruisci: Costruisci, rifiuto: Rifiuto | None
) -> HttpResponse:
    dati = request.POST if request.method == "POST" else None
    modulo, modello, altro = costruisci(request, dati)
    if dati is not None:
        modulo.is_valid()
    motivi = rifiuto.tutti() if rifiuto else []
    for m in motivi:
        campo = next((n for n in _CAMPI.get(m.guardia, ()) if n in modulo.fields), None)
        if campo:
            modulo.add_error(campo, m.messaggio)
    errori = [
        (f"id_{nome}", str(modulo.fields[nome].label), str(e))
        for nome, elenco in modulo.errors.items()
        if nome in modulo.fields
        for e in elenco
    ]
    return render(
        request,
        modello,
        {"modulo": modulo, "motivi": motivi, "errori": [] if motivi else errori, **altro},
        status=200 if dati is None else 422,
    )


# --- giving -------------------------------------------------------------------------------------


def _modulo_conferimento(request: RichiestaEnte, dati: Any) -> tuple[Form, str, dict[str, Any]]:
    c = request.contesto
    if not any(i.consente("conferisci_incarico", i.percorso) for i in c.attore.incarichi):
        raise _serve_incarico(request, "conferisci_incarico", "conferisce")
    unita = UnitaOrganizzativa.objects.filter(
        ente=c.ente, codice=request.GET.get("unita", "")[:40], al__isnull=True
    ).first()
    ruolo = request.GET.get("ruolo", "")
    iniziali = {
        "unita": unita and unita.pid,
        "ruolo": ruolo if ruolo in RUOLI else "dirigente",
    }
    return (
        ModuloConferimento(c.ente, c.istante, dati, initial=iniziali),
        "cycle/incarichi/conferisci.html",
        {},
    )


def _conferisci(request: RichiestaEnte, modulo: Form) -> str:
    assert isinstance(modulo, ModuloConferimento)
    c, d = request.contesto, modulo.cleaned_data
    incarico = servizio.conferisci(
        ente=c.ente,
        persona=d["persona"],
        ruolo=d["ruolo"],
        unita=d["unita"],
        interim=d["interim"],
        atto=d["atto"],
        motivo=d["motivo"],
        dal=modulo.inizio("dal"),
        al=modulo.fine("fino_al"),
        by=c.attore,
        istante=c.istante,
    )
    return _("%(chi)s è %(ruolo)s di «%(unita)s»%(interim)s.") % {
        "chi": incarico.persona,
        "ruolo": incarico.get_ruolo_display(),
        "unita": incarico.unita,
        "interim": _(", ad interim") if incarico.tipo == "interim" else "",
    }


# --- delegating ---------------------------------------------------------------------------------


def _propri(c: Contesto) -> list[Incarico]:
    """The incarichi of the person that can be delegated."""
    suoi = [
        i.id
        for i in c.attore.incarichi
        if i.tipo != "delega" and i.consente("delega_funzioni", i.percorso)
    ]
    return list(Incarico.objects.filter(pk__in=suoi).select_related("unita", "persona"))


def _modulo_delega(request: RichiestaEnte, dati: Any) -> tuple[Form, str, dict[str, Any]]:
    c = request.contesto
    propri = _propri(c)
    if not propri:
        raise _serve_incarico(request, "delega_funzioni", "delega")
    iniziali = {
        "delegante": propri[0].pid,
        "unita": propri[0].unita.pid,
        "ambito": [],
    }
    return (
        ModuloDelega(c.ente, c.istante, propri, dati, initial=iniziali),
        "cycle/incarichi/delega.html",
        {},
    )


def _delega(request: RichiestaEnte, modulo: Form) -> str:
    assert isinstance(modulo, ModuloDelega)
    c, d = request.contesto, modulo.cleaned_data
    incarico = servizio.delega(
        ente=c.ente,
        delegante=d["delegante"],
        persona=d["persona"],
        unita=d["unita"],
        ambito=d["ambito"],
        motivo=d["motivo"],
        atto=d["atto"],
        dal=modulo.inizio("dal", da_adesso=True),
        al=modulo.fine("fino_al"),
        by=c.attore,
        istante=c.istante,
    )
    return _("Delega a %(chi)s su «%(unita)s»: registrata.") % {
        "chi": incarico.persona,
        "unita": incarico.unita,
    }


# --- ending -------------------------------------------------------------------------------------


def _da_cessare(c: Contesto, pid: UUID) -> Incarico:
    trovato = (
        Incarico.objects.filter(ente=c.ente, pid=pid)
        .select_related("unita", "persona", "delegante__persona")
        .first()
    )
    if trovato is None:
        raise NonTrovato({})
    return trovato


def _modulo_cessazione(
    request: RichiestaEnte, dati: Any, pid: UUID
) -> tuple[Form, str, dict[str, Any]]:
    c = request.contesto
    incarico = _da_cessare(c, pid)
    if not servizio.puo_cessare(c.attore, incarico.delegante_id, incarico.unita.percorso):
        raise _serve_incarico(request, "conferisci_incarico", "cessa")
    altro = {
        "incarico": incarico,
        "finito": incarico.al is not None and incarico.al <= c.istante,
        "nuove": _vacanze_nuove(c, incarico) if dati is None else [],
    }
    return (
        ModuloCessazione(c.ente, c.istante, dati),
        "cycle/incarichi/cessa.html",
        altro,
    )


def _vacanze_nuove(c: Contesto, incarico: Incarico) -> list[vacanze.Vacanza]:
    """What nobody could do any more, were it to end now."""
    letti = Incarichi(c.ente)
    prima = {
        (v.unita.id, v.quando.istante, p)
        for v in vacanze.vacanze(c.ente, c.istante, letti)
        for p in v.permessi
    }
    letti.tenuti = tuple(
        replace(t, fine=c.istante) if incarico.pk in (t.id, t.delegante_id) else t
        for t in letti.tenuti
    )
    dopo = vacanze.vacanze(c.ente, c.istante, letti)
    for v in dopo:
        v.permessi = [p for p in v.permessi if (v.unita.id, v.quando.istante, p) not in prima]
    return [v for v in dopo if v.permessi]


def _cessa(request: RichiestaEnte, modulo: Form, pid: UUID) -> str:
    assert isinstance(modulo, ModuloCessazione)
    c = request.contesto
    incarico = servizio.cessa(
        incarico=_da_cessare(c, pid),
        quando=modulo.fine("ultimo_giorno") or c.istante,
        atto=modulo.cleaned_data["atto"],
        motivo=modulo.cleaned_data["motivo"],
        by=c.attore,
        istante=c.istante,
    )
    return _("L'incarico di %(chi)s, %(ruolo)s di «%(unita)s», ha una fine.") % {
        "chi": incarico.persona,
        "ruolo": incarico.get_ruolo_display(),
        "unita": incarico.unita,
    }


def _serve_incarico(request: RichiestaEnte, permesso: str, verbo: str) -> NonAutorizzato:
    """Who may, instead; the registro remembers an attempt, not a look."""
    tentativo = Tentativo("incarico", verbo, {}) if request.method == "POST" else None
    ruoli = [r for r in RUOLI if r in PERMESSI[permesso]]
    return NonAutorizzato(
        {
            0: [
                Motivo(
                    "incarico",
                    "R4",
                    _("Serve un incarico di %(ruoli)s, in vigore adesso.")
                    % {"ruoli": _(" o ").join(RUOLI[r] for r in ruoli)},
                    _("Chiedere a chi ha l'incarico, oppure farselo conferire con un atto."),
                    ", ".join(ruoli),
                )
            ]
        },
        tentativo,
    )
