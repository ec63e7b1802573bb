# SPDX-License-Identifier: AGPL-3.0-or-later
"""Variazioni: what changes, why, in time? The requests of a year, one request, and what can be
done with it."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from cycle import richieste, selectors
from cycle.contesto import Contesto, RichiestaEnte, nell_ente, sessione
from cycle.forms_variazioni import (
    ModuloDecisioneVariazione,
    ModuloParereVariazione,
    ModuloPassoVariazione,
)
from cycle.models import AllegatoVariazione, RichiestaVariazione, Utente
from cycle.models.variazione import TIPI_PARERE_VARIAZIONE
from cycle.richieste import QuadroRichiesta
from cycle.services import variazioni
from cycle.services.allegati import AllegatoGuasto, leggi
from cycle.services.decisione import Documento
from cycle.variazioni import chi
from cycle.variazioni.fatti import nome_richiesta
from cycle.views import salvataggio
from cycle.views.errori import rifiutata
from cycle.views.ipotesi import Ipotesi, ipotesi
from cycle.views.scheda import azioni
from cycle.views.transizioni import Altrove
from workflows.errors import Motivo, NonAutorizzato, NonTrovato, Rifiuto
from workflows.machines.variazione import PENDENTI
from workflows.ports import RUOLI

# a step as a button says it; the last two move no state
PASSI: dict[str, str | Promise] = {
    "presenta": gettext_lazy("Presenta"),
    "dichiara_irricevibile": gettext_lazy("Dichiara irricevibile"),
    "approva": gettext_lazy("Registra l'approvazione"),
    "respingi": gettext_lazy("Registra il rifiuto"),
    "ritira": gettext_lazy("Ritira la richiesta"),
    "ribasa": gettext_lazy("Aggiorna ai valori in vigore"),
    "atto_contabile": gettext_lazy("Indica l'atto contabile"),
}
CONSEGUENZE: dict[str, str | Promise] = {
    "presenta": gettext_lazy(
        "La richiesta parte adesso: fa fede l'istante in cui viene registrata. I suoi campi sono "
        "riservati finché non è decisa, e ciò che chiede non si riscrive: si può solo ritirarla."
    ),
    "dichiara_irricevibile": gettext_lazy(
        "La richiesta si chiude senza essere decisa, e il settore ne legge il motivo."
    ),
    "approva": gettext_lazy(
        "La scheda cambia adesso, tutta insieme, e prende una nuova versione con la sua impronta, "
        "per effetto di quest'atto. I periodi già trasmessi restano come sono."
    ),
    "respingi": gettext_lazy(
        "La scheda resta com'è. Un rifiuto porta sempre la sua motivazione, che tutti possono "
        "leggere."
    ),
    "ritira": gettext_lazy("La richiesta si chiude, resta nella storia, e libera i suoi campi."),
    "ribasa": gettext_lazy(
        "Si chiedono le stesse cose partendo dai valori in vigore adesso: ciò che è già così si "
        "toglie, nulla si sovrascrive. L'istante di presentazione resta, i pareri si rendono di "
        "nuovo."
    ),
    "atto_contabile": gettext_lazy("Quale atto varia le risorse che la richiesta muove."),
}
PARERI: dict[str, str | Promise] = {
    "nucleo": gettext_lazy("Esprimi il parere del Nucleo"),
    "ragioneria": gettext_lazy("Apponi il visto"),
    "replica": gettext_lazy("Replica del settore"),
    "valutazione": gettext_lazy("Valuta per la Relazione"),
}
NOMI_PARERI = dict(TIPI_PARERE_VARIAZIONE)


@require_safe
@nell_ente
def elenco(request: RichiestaEnte, anno: int) -> HttpResponse:
    """The requests of a year: mine, those to examine, those for the giunta; by state."""
    c = request.contesto
    ciclo = selectors.ciclo(c.ente, anno)
    vista = request.GET.get("vista", "")
    vista = vista if vista in richieste.VISTE else ""
    conti = richieste.conti(richieste.dell_anno(c.attore, ciclo, vista))
    stato = request.GET.get("stato", "")
    stato = stato if stato in conti else ""
    chiesta = request.GET.get("pagina", "")
    numero = int(chiesta) if chiesta.isascii() and chiesta.isdigit() and len(chiesta) < 7 else 1
    righe, ultima = richieste.pagina(richieste.dell_anno(c.attore, ciclo, vista), stato, numero)
    return render(
        request,
        "cycle/variazioni/elenco.html",
        {
            "anno": anno,
            "cicli": c.cicli(),
            "viste": richieste.VISTE.items(),
            "vista": vista,
            "stato": stato,
            "conti": conti,
            "tutte": sum(conti.values()),
            "righe": [(v, nome_richiesta(v, v.obiettivo.codice)) for v in righe],
            "pagina": min(max(numero, 1), ultima),
            "ultima": ultima,
            "per_presentare": richieste.per_presentare(ciclo, c.ente.fuso, c.istante),
            "per_decidere": richieste.per_decidere(ciclo, c.ente.fuso, c.istante),
        },
    )


@require_safe
@nell_ente
def variazione(request: RichiestaEnte, pid: UUID) -> HttpResponse:
    """One request: where it stands, what it changes and why, what is said of it, what to do."""
    c = request.contesto
    e_se = ipotesi(request.GET, c)
    q = _quadro(c, pid, e_se)
    return render(
        request,
        "cycle/variazioni/variazione.html",
        {
            **_comune(c, q),
            "azioni": azioni(list(q.verdetti)),
            "pareri": _pareri(q),
            "ipotesi": e_se,
            "ruoli": RUOLI.items(),
        },
        status=422 if e_se.errore else 200,
    )


@require_safe
@nell_ente
def allegato(request: RichiestaEnte, pid: UUID, sha256: str) -> HttpResponse:
    """A file that goes with a request, if it is still the one whose SHA-256 was recorded."""
    v = selectors.variazione(request.contesto.attore, pid)
    trovato = (
        AllegatoVariazione.objects.filter(richiesta=v, allegato__sha256=sha256)
        .select_related("allegato")
        .first()
    )
    if trovato is None:
        raise NonTrovato({})
    try:
        contenuto = leggi(trovato.allegato)
    except AllegatoGuasto as guasto:
        return render(request, "cycle/giunta/guasto.html", {"errore": str(guasto)}, status=500)
    risposta = HttpResponse(contenuto, content_type=trovato.allegato.tipo_mime)
    nome = content_disposition_header(True, trovato.allegato.nome)
    risposta["Content-Disposition"] = nome or "attachment"
    risposta["X-Content-Type-Options"] = "nosniff"
    return risposta


def _quadro(c: Contesto, pid: UUID, e_se: Ipotesi | None = None) -> QuadroRichiesta:
    """The request as it is judged now; of a hypothesis, as it would be then, or with that role."""
    e_se = e_se or Ipotesi()
    v = selectors.variazione(c.attore, pid)
    attore = e_se.attore(c, v.obiettivo.unita.percorso)
    return richieste.quadro(v, attore, e_se.istante(c))


def _pareri(q: QuadroRichiesta) -> list[tuple[Any, bool]]:
    """Each opinion, and whether it was given on the request as it is."""
    return [(p, p.impronta == q.richiesta.impronta) for p in q.pareri]


def _comune(c: Contesto, q: QuadroRichiesta) -> dict[str, Any]:
    """What every page of a request shows."""
    v = q.richiesta
    ciclo = v.obiettivo.ciclo
    in_bozza = v.stato == "bozza"
    termine = richieste.per_presentare if in_bozza else richieste.per_decidere
    percorso = q.fatti.percorso
    return {
        "anno": ciclo.anno,
        "v": v,
        "o": v.obiettivo,
        "nome": nome_richiesta(v, v.obiettivo.codice),
        "q": q,
        "termine": termine(ciclo, c.ente.fuso, c.istante)
        if in_bozza or v.stato in PENDENTI
        else None,
        "passi": PASSI,
        "da_rendere": [(tipo, PARERI[tipo]) for tipo in q.da_rendere],
        "puo_scrivere": in_bozza and chi.redige(c.attore, v, percorso) is not None,
        "puo_ribasare": bool(q.mossi) and chi.ribasa(c.attore, v, percorso) is not None,
        "puo_indicare": v.stato in PENDENTI
        and v.effetto_finanziario
        and c.attore.incarico_per("visto_variazione", percorso) is not None,
    }


def indirizzo(c: Contesto, v: RichiestaVariazione) -> str:
    """Where the page of a request is."""
    return reverse("variazione", args=[c.ente.codice_ipa, v.pid])


# --- steps --------------------------------------------------------------------------------------

Modulo = ModuloPassoVariazione | ModuloDecisioneVariazione | ModuloParereVariazione


@require_http_methods(["GET", "HEAD", "POST"])
def passo(request: HttpRequest, ipa: str, pid: UUID, nome: str) -> HttpResponse:
    """GET: the form of a step, or every reason why not. POST: done, or refused, what was typed
    still there."""
    return _scrivi(request, ipa, pid, nome, di_parere=False)


@require_http_methods(["GET", "HEAD", "POST"])
def parere(request: HttpRequest, ipa: str, pid: UUID, tipo: str) -> HttpResponse:
    """The Nucleo's opinion, the visto, the reply, the evaluation: on the request as it is read."""
    return _scrivi(request, ipa, pid, tipo, di_parere=True)


def _scrivi(
    request: HttpRequest, ipa: str, pid: UUID, nome: str, *, di_parere: bool
) -> HttpResponse:
    rifiuto: Rifiuto | None = None
    if request.method == "POST":
        try:
            with sessione(cast(Utente, request.user), ipa, "web") as c:
                cast(RichiestaEnte, request).contesto = c
                v = selectors.variazione(c.attore, pid)
                modulo = _modulo(nome, v, request, di_parere=di_parere)
                if modulo.is_valid():
                    fatto = (_rendi if di_parere else _compi)(c, v, nome, modulo)
                    messages.success(request, fatto)
                    return Altrove(indirizzo(c, v))
        except NonTrovato as assente:
            return rifiutata(request, assente)
        except Rifiuto as detto:
            rifiuto = detto
    disegna = _pagina_parere if di_parere else _pagina_passo
    return disegna(request, ipa, pid=pid, nome=nome, rifiuto=rifiuto)


def _modulo(nome: str, v: RichiestaVariazione, request: HttpRequest, *, di_parere: bool) -> Modulo:
    """The form of a step, filled on a POST. Raises NonTrovato where there is no such step."""
    dati: Any = request.POST if request.method == "POST" else None
    if di_parere:
        if nome not in PARERI:
            raise NonTrovato({})
        m = ModuloParereVariazione(dati, initial={"impronta": v.impronta})
        if nome != "ragioneria":
            del m.fields["atto_contabile"]
        return m
    if nome not in PASSI:
        raise NonTrovato({})
    iniziali = {"revisione": v.revisione, "atto_contabile": v.atto_contabile}
    if nome in ("approva", "respingi"):
        file = request.FILES if dati is not None else None
        return ModuloDecisioneVariazione.per(nome, v, dati, file, initial=iniziali)
    return ModuloPassoVariazione.per(nome, dati, initial=iniziali)


def _compi(c: Contesto, v: RichiestaVariazione, nome: str, modulo: Modulo) -> str:
    """Do the step; what to tell."""
    d = modulo.cleaned_data
    codice = nome_richiesta(v, v.obiettivo.codice)
    comuni: dict[str, Any] = {"by": c.attore, "istante": c.istante}
    una: dict[str, Any] = {**comuni, "richiesta": v, "revisione": d["revisione"]}
    if isinstance(modulo, ModuloDecisioneVariazione):
        quali: dict[str, Any] = {
            **comuni,
            "richieste": [v],
            "motivazione": d["motivazione"],
            "revisioni": {v.pk: d["revisione"]},
        }
        if nome == "respingi":
            variazioni.respingi(atto=modulo.atto_indicato(), **quali)
            return _("%(codice)s: respinta. La scheda resta com'era.") % {"codice": codice}
        file = d["documento"]
        variazioni.approva(
            atto=modulo.atto(),
            eccezione=d.get("eccezione", ""),
            lettera_art175=d["lettera_art175"],
            documento=Documento(file.name, file.chunks()) if file else None,
            **quali,
        )
        return _("%(codice)s: approvata. La scheda ha una nuova versione.") % {"codice": codice}
    if nome == "presenta":
        # filed twice it is one filing: the instant is that of the transaction (R21, R50)
        gia = v.stato != "bozza"
        fatta = variazioni.presenta(richiesta=v, by=c.attore, revisione=d["revisione"])
        if gia and fatta.presentata_il:
            come = _("fuori termine") if fatta.tardiva else _("nei termini")
            return _(
                "%(codice)s: era già presentata %(come)s, il %(quando)s; si trova in «%(stato)s»."
            ) % {
                "codice": codice,
                "come": come,
                "quando": f"{timezone.localtime(fatta.presentata_il):%d/%m/%Y alle %H:%M:%S}",
                "stato": fatta.get_stato_display(),
            }
        if fatta.tardiva:
            return _("%(codice)s: presentata fuori termine.") % {"codice": codice}
        return _("%(codice)s: presentata nei termini.") % {"codice": codice}
    if nome == "ritira":
        variazioni.ritira(motivazione=d["motivazione"], **una)
        return _("%(codice)s: ritirata.") % {"codice": codice}
    if nome == "dichiara_irricevibile":
        variazioni.dichiara_irricevibile(motivazione=d["motivazione"], **una)
        return _("%(codice)s: dichiarata irricevibile.") % {"codice": codice}
    if nome == "ribasa":
        variazioni.ribasa(**una)
        return _("%(codice)s: aggiornata ai valori in vigore.") % {"codice": codice}
    variazioni.indica_atto_contabile(richiesta=v, atto_contabile=d["atto_contabile"], **comuni)
    return _("%(codice)s: indicato l'atto contabile.") % {"codice": codice}


def _rendi(c: Contesto, v: RichiestaVariazione, tipo: str, modulo: Modulo) -> str:
    d = modulo.cleaned_data
    rendi: Any = {
        "nucleo": variazioni.esprimi_parere,
        "ragioneria": variazioni.apponi_visto,
        "replica": variazioni.replica,
        "valutazione": variazioni.valuta,
    }[tipo]
    dati = {"esito": d["esito"], "testo": d["testo"]}
    if tipo != "valutazione":  # given on what was decided, which no longer changes
        dati["impronta"] = d["impronta"]
    if tipo == "ragioneria":
        dati["atto_contabile"] = d["atto_contabile"]
    rendi(richiesta=v, by=c.attore, istante=c.istante, **dati)
    return _("%(nome)s: registrato.") % {"nome": NOMI_PARERI[tipo]}


@nell_ente
def _pagina_passo(
    request: RichiestaEnte, pid: UUID, nome: str, rifiuto: Rifiuto | None
) -> HttpResponse:
    c = request.contesto
    e_se = ipotesi(request.GET, c) if request.method != "POST" else Ipotesi()
    q = _quadro(c, pid, e_se)
    v = q.richiesta
    modulo = _modulo(nome, v, request, di_parere=False)
    comune = _comune(c, q)
    giudizio = q.verdetto(nome)
    motivi = rifiuto.tutti() if rifiuto else []
    contrari = list(giudizio.motivi) if giudizio else _perche_no(nome, comune, q)
    if contrari:
        negato = 200
        if request.method == "POST":
            errore = giudizio.errore if giudizio else NonAutorizzato
            negato = rifiuto.codice if rifiuto else errore.codice if errore else 422
        contesto: dict[str, Any] = {
            "motivi": motivi or contrari,
            "modulo": None,
            "ipotesi": e_se,
        }
        return _rendi_passo(request, {**comune, **contesto}, nome, rifiuto, negato)
    if e_se:  # nothing to fill: it only says that it could be done
        dati_ipotesi: dict[str, Any] = {"motivi": [], "modulo": None, "ipotesi": e_se}
        return _rendi_passo(request, {**comune, **dati_ipotesi}, nome, None, 200)
    stato = salvataggio.stato(request, rifiuto)
    _accanto(modulo, motivi)
    if rifiuto is not None and rifiuto.codice == 409:  # they have now been told
        dati = request.POST.copy()
        dati["revisione"] = str(v.revisione)
        modulo.data = dati
    contesto = {
        "motivi": motivi,
        "modulo": modulo,
        "conseguenza": CONSEGUENZE[nome],
        "mostra_cambi": nome in ("presenta", "approva", "respingi"),
    }
    return _rendi_passo(request, {**comune, **contesto}, nome, rifiuto, stato)


def _rendi_passo(
    request: RichiestaEnte,
    contesto: dict[str, Any],
    nome: str,
    rifiuto: Rifiuto | None,
    stato: int,
) -> HttpResponse:
    dati = {
        **contesto,
        "passo": nome,
        "nome_passo": PASSI[nome],
        "rifiutata": rifiuto is not None,
    }
    return render(request, "cycle/variazioni/passo.html", dati, status=stato)


def _perche_no(nome: str, comune: dict[str, Any], q: QuadroRichiesta) -> list[Motivo]:
    """Why a step that is no transition cannot be taken."""
    if nome == "ribasa" and not comune["puo_ribasare"]:
        return [
            Motivo(
                "valori_di_partenza_attuali",
                "R30",
                _("La richiesta parte già dai valori in vigore.")
                if not q.mossi
                else _("La aggiorna chi l'ha scritta, o il dirigente del settore."),
                _("Non c'è nulla da fare.") if not q.mossi else _("Chiederglielo."),
                "dirigente",
            )
        ]
    if nome == "atto_contabile" and not comune["puo_indicare"]:
        return [
            Motivo(
                "atto_contabile_indicato",
                "R28",
                _(
                    "L'atto contabile lo indica la ragioneria, su una richiesta ancora da decidere "
                    "che muove risorse."
                ),
                _("Chiederlo alla ragioneria."),
                "ragioneria",
            )
        ]
    return []


def _accanto(modulo: Modulo, motivi: list[Motivo]) -> None:
    """Each reason that waits for the form stands also at its field."""
    campi = getattr(modulo, "CAMPI", {})
    if not isinstance(modulo, forms.Form) or not modulo.is_bound or not modulo.is_valid():
        return
    for motivo in motivi:
        campo = campi.get(motivo.guardia)
        if campo in modulo.fields:
            modulo.add_error(campo, motivo.messaggio)


@nell_ente
def _pagina_parere(
    request: RichiestaEnte, pid: UUID, nome: str, rifiuto: Rifiuto | None
) -> HttpResponse:
    c = request.contesto
    q = _quadro(c, pid)
    modulo = _modulo(nome, q.richiesta, request, di_parere=True)
    stato = salvataggio.stato(request, rifiuto)
    return render(
        request,
        "cycle/variazioni/parere.html",
        {
            **_comune(c, q),
            "tipo": nome,
            "nome_parere": NOMI_PARERI[nome],
            "atteso": nome in q.da_rendere,
            "modulo": modulo,
            "motivi": rifiuto.tutti() if rifiuto else [],
        },
        status=stato,
    )
