# SPDX-License-Identifier: AGPL-3.0-or-later
"""The organico: the chart, the people and how they come in, for who sets up the ente."""

from __future__ import annotations

import base64
from datetime import datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cycle import organico as letture
from cycle import selectors
from cycle.contesto import Contesto, RichiestaEnte, nell_ente
from cycle.forms_organico import (
    ModuloChiusura,
    ModuloDelPiano,
    ModuloFile,
    ModuloPersona,
    ModuloUnita,
)
from cycle.importers.organico import INCARICHI, PERSONE, UNITA
from cycle.models import Invito, Persona, UnitaOrganizzativa
from cycle.services import accessi, posta
from cycle.services import incarichi as conferimenti
from cycle.services import organico as servizio
from cycle.services.organico import CambiatoNelFrattempo, Proposta, gestore
from cycle.views.scritto import ricorda
from workflows.errors import NonTrovato
from workflows.ports import Incarico

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LEGGE = ["GET", "HEAD", "POST"]


@require_safe
@nell_ente
def organico(request: RichiestaEnte) -> HttpResponse:
    """The chart as a tree, or the people a page at a time."""
    c = request.contesto
    gestore(c.attore, c.ente)
    testo = request.GET.get("testo", "").replace("\x00", "").strip()[:100]
    persone = letture.Persone(c.ente, c.istante, testo, request.GET.get("stato", ""))
    dati = {
        "testo": testo,
        "persone": persone,
        "stati": [(nome, che, persone.quante[nome]) for nome, che in letture.STATI.items()],
        "da_invitare": persone.quante["mai"] + persone.quante["scaduto"],
        "tutte": sum(persone.quante.values()),
    }
    if request.GET.get("vista") == "persone" or persone.filtro:
        voci, pagina, quante = persone.pagina(_numero(request.GET.get("pagina", "")))
        ultima = -(-quante // letture.PER_PAGINA)
        dati |= {"voci": voci, "pagina": pagina, "ultima": ultima, "quante": quante}
        return render(request, "cycle/organico/persone.html", dati)
    chiuse = request.GET.get("chiuse") == "1"
    rami = letture.albero(c.ente, c.istante, testo, chiuse=chiuse)
    return render(request, "cycle/organico/unita.html", {**dati, "rami": rami, "chiuse": chiuse})


def _numero(testo: str) -> int:
    return int(testo) if testo.isascii() and testo.isdigit() and len(testo) < 7 else 1


@require_safe
@nell_ente
def modello(request: RichiestaEnte) -> HttpResponse:
    """The workbook to be filled; with `?con=dati`, holding what there is."""
    c = request.contesto
    gestore(c.attore, c.ente)
    pieno = request.GET.get("con") == "dati"
    risposta = HttpResponse(servizio.modello(c.ente if pieno else None), content_type=XLSX)
    nome = f"organico-{c.ente.codice_ipa}.xlsx" if pieno else "modello-organico.xlsx"
    risposta["Content-Disposition"] = f'attachment; filename="{nome}"'
    return risposta


@require_http_methods(_LEGGE)
@nell_ente
def carica(request: RichiestaEnte) -> HttpResponse:
    """A workbook: chosen, previewed, confirmed. What is confirmed is what was seen."""
    c = request.contesto
    con = gestore(c.attore, c.ente, "importa")
    if request.method != "POST":
        return render(request, "cycle/organico/carica.html", {"modulo": ModuloFile()})
    modulo = ModuloFile(request.POST, request.FILES)
    if not modulo.is_valid():
        return render(request, "cycle/organico/carica.html", {"modulo": modulo}, status=422)
    contenuto: bytes = modulo.cleaned_data["byte"]
    vista = modulo.cleaned_data["vista"]
    try:
        proposta = servizio.carica(
            ente=c.ente,
            contenuto=contenuto,
            by=c.attore,
            istante=c.istante,
            con=con,
            prova=not vista,
            vista=vista,
        )
    except CambiatoNelFrattempo as cambiata:
        messages.warning(
            request,
            _("Nel frattempo l'organico è cambiato: ecco che cosa farebbe adesso il file."),
        )
        return _anteprima(request, cambiata.proposta, contenuto, 409)
    if proposta.errori or not vista:
        return _anteprima(request, proposta, contenuto, 422 if proposta.errori else 200)
    messages.success(
        request,
        ngettext("Scritto: una differenza.", "Scritto: %(n)s differenze.", len(proposta.differenze))
        % {"n": len(proposta.differenze)},
    )
    return redirect("organico", c.ente.codice_ipa)


MOSTRATE = 300  # differences and errors on the page


def _anteprima(
    request: RichiestaEnte, proposta: Proposta, contenuto: bytes, status: int
) -> HttpResponse:
    return render(
        request,
        "cycle/organico/anteprima.html",
        {
            "proposta": proposta,
            "errori": proposta.errori[:MOSTRATE],
            "avvisi": proposta.avvisi[:MOSTRATE],
            "fogli": [
                (foglio, [d for d in proposta.differenze if d.foglio == foglio])
                for foglio in (UNITA, PERSONE, INCARICHI)
            ],
            "contenuto": base64.b64encode(contenuto).decode("ascii"),
            "mostrate": MOSTRATE,
        },
        status=status,
    )


@require_http_methods(_LEGGE)
@nell_ente
def unita(request: RichiestaEnte, pid: UUID) -> HttpResponse:
    """One unit: its name; its end, and what takes its place."""
    c = request.contesto
    trovata = (
        UnitaOrganizzativa.objects.filter(ente=c.ente, pid=pid)
        .select_related("padre", "succede_a")
        .first()
    )
    if trovata is None:
        raise NonTrovato({})
    con = gestore(c.attore, c.ente)
    chiude = request.POST.get("azione") == "chiudi"
    dati = request.POST if request.method == "POST" else None
    nome = ModuloUnita(None if chiude else dati, initial={"nome": trovata.nome})
    chiusura = ModuloChiusura(trovata, dati if chiude else None)
    if dati is not None:
        scelto = chiusura if chiude else nome
        ricorda(request, scelto)
        if scelto.is_valid():
            return _cambia_unita(request, trovata, chiude, scelto.cleaned_data, con)
    return render(
        request,
        "cycle/organico/una_unita.html",
        {"unita": trovata, "modulo": nome, "chiusura": chiusura},
        status=200 if dati is None else 422,
    )


def _cambia_unita(
    request: RichiestaEnte,
    unita: UnitaOrganizzativa,
    chiude: bool,
    dati: dict[str, Any],
    con: Incarico,
) -> HttpResponse:
    c = request.contesto
    if chiude:
        servizio.chiudi_e_succedi(
            unita=unita,
            ultimo_giorno=dati["ultimo_giorno"],
            nuova=(dati["codice"], dati["nome_nuova"]) if dati["succede"] else None,
            padre=dati["padre"],
            by=c.attore,
            con=con,
            istante=c.istante,
        )
        messages.success(request, _("«%(unita)s» ha una fine.") % {"unita": unita.nome})
    else:
        servizio.cambia_unita(
            unita=unita, nome=dati["nome"], by=c.attore, con=con, istante=c.istante
        )
        messages.success(request, _("Nome salvato."))
    return redirect("organico", c.ente.codice_ipa)


def _persona(c: Contesto, pid: UUID) -> letture.Voce:
    persone = letture.Persone(c.ente, c.istante)
    trovata = persone.tutte.filter(pid=pid).first()
    if trovata is None:
        raise NonTrovato({})
    return persone.voce(trovata)


@require_http_methods(_LEGGE)
@nell_ente
def persona(request: RichiestaEnte, pid: UUID) -> HttpResponse:
    """One person: data, and the door: invited, shut out, let in again."""
    c = request.contesto
    voce = _persona(c, pid)
    con = gestore(c.attore, c.ente)
    dati = request.POST if request.method == "POST" else None
    azione = request.POST.get("azione", "") if dati is not None else ""
    modulo = ModuloPersona.di(voce.persona, voce.email, None if azione else dati)
    if azione in _PORTA:
        fai, detto = _PORTA[azione]
        if voce.persona.utente_id is None:
            detto = gettext_lazy("L'invito di %(chi)s è ritirato.")
        fai(persona=voce.persona, by=c.attore, con=con, istante=c.istante)
        messages.success(request, detto % {"chi": voce.persona})
        return redirect("organico_persona", c.ente.codice_ipa, pid)
    if dati is not None:
        ricorda(request, modulo)
        if modulo.is_valid():
            servizio.cambia_persona(
                persona=voce.persona, by=c.attore, con=con, istante=c.istante, **modulo.cleaned_data
            )
            messages.success(request, _("Salvato."))
            return redirect("organico_persona", c.ente.codice_ipa, pid)
    invito = None
    if settings.DEMO:  # where no letter leaves
        invito = Invito.objects.filter(
            persona=voce.persona, accettato_il__isnull=True, ritirato_il__isnull=True
        ).first()
    return render(
        request,
        "cycle/organico/una_persona.html",
        {
            "voce": voce,
            "modulo": modulo,
            "link": posta.link_di_invito(invito) if invito else "",
            "io": voce.persona.pk == c.persona.pk,
        },
        status=200 if dati is None else 422,
    )


_PORTA = {
    "disattiva": (accessi.disattiva, gettext_lazy("%(chi)s non entra più.")),
    "riattiva": (accessi.riattiva, gettext_lazy("%(chi)s può entrare di nuovo.")),
}


@require_POST
@nell_ente
def inviti(request: RichiestaEnte) -> HttpResponse:
    """Invite one (`persona`), those of the page (`persona` many times), or all that lack a login
    (`tutti`)."""
    c = request.contesto
    con = gestore(c.attore, c.ente, "invita")
    if request.POST.get("tutti"):
        scelte = letture.Persone(c.ente, c.istante).da_invitare()
    else:
        pid = [testo for testo in request.POST.getlist("persona") if _uuid(testo)]
        scelte = list(
            Persona.objects.filter(ente=c.ente, pid__in=pid, segnaposto=False).order_by("pk")
        )
        if pid and not scelte:
            raise NonTrovato({})
    inviti = accessi.invita(ente=c.ente, persone=scelte, by=c.attore, istante=c.istante, con=con)
    if inviti:
        messages.success(
            request,
            ngettext("Un invito in partenza.", "%(n)s inviti in partenza.", len(inviti))
            % {"n": len(inviti)},
        )
    else:
        messages.info(request, _("Nessuno da invitare."))
    if len(scelte) == 1 and not request.POST.get("tutti"):
        return redirect("organico_persona", c.ente.codice_ipa, scelte[0].pid)
    risposta = redirect("organico", c.ente.codice_ipa)
    risposta["Location"] += "?vista=persone"
    return risposta


def _uuid(testo: str) -> bool:
    try:
        UUID(testo)
    except ValueError:
        return False
    return True


@require_http_methods(_LEGGE)
@nell_ente
def del_piano(request: RichiestaEnte) -> HttpResponse:
    """Who the plan makes responsible without the incarico it takes: given here, by an act."""
    c = request.contesto
    con = gestore(c.attore, c.ente, "conferisce")
    ciclo = selectors.ciclo_di_lavoro(c.ente, c.anno_corrente)
    proposti = letture.del_piano(c.ente, ciclo, c.istante) if ciclo else []
    dati = request.POST if request.method == "POST" else None
    fuso = ZoneInfo(c.ente.fuso)
    iniziali = {"dal": f"{c.istante.astimezone(fuso).year}-01-01"}
    modulo = ModuloDelPiano(proposti, dati, initial=iniziali)
    if dati is not None:
        ricorda(request, modulo)
        if modulo.is_valid():
            scelti = modulo.scelti()
            for proposto, ruolo, email in scelti:
                if email and email != proposto.email:
                    servizio.cambia_persona(
                        persona=proposto.persona,
                        nome=proposto.persona.nome_completo,
                        email=email,
                        matricola=proposto.persona.matricola,
                        inquadramento=proposto.persona.inquadramento,
                        by=c.attore,
                        con=con,
                        istante=c.istante,
                    )
                conferimenti.conferisci(
                    ente=c.ente,
                    persona=proposto.persona,
                    ruolo=ruolo,
                    unita=proposto.unita,
                    atto=modulo.cleaned_data["atto"],
                    dal=datetime.combine(modulo.cleaned_data["dal"], time(), fuso),
                    by=c.attore,
                    istante=c.istante,
                )
            messages.success(
                request,
                ngettext("Un incarico conferito.", "%(n)s incarichi conferiti.", len(scelti))
                % {"n": len(scelti)}
                if scelti
                else _("Nessuno era scelto: non è cambiato nulla."),
            )
            return redirect("organico_piano", c.ente.codice_ipa)
    return render(
        request,
        "cycle/organico/del_piano.html",
        {"modulo": modulo, "ciclo": ciclo},
        status=200 if dati is None else 422,
    )
