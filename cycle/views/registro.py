# SPDX-License-Identifier: AGPL-3.0-or-later
"""The registro: who did what, when, why? Any question in the address, one sentence an event."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cycle import differenze, domande, letture, orologio, prova, racconto
from cycle.contesto import Contesto, RichiestaEnte, nell_ente
from cycle.domande import CAMPI, ESITI, Domanda
from cycle.services import domande as salvate
from cycle.services.uscita_registro import esporta, ritrova
from workflows.models import Ancora
from workflows.ports import RUOLI

ULTIMI = {7: _lazy("7 giorni"), 30: _lazy("30 giorni"), 365: _lazy("un anno")}
TIPI = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "pdf": "application/pdf",
}


@require_safe
@nell_ente
def registro(request: RichiestaEnte) -> HttpResponse:
    """A page of answers from the point that the address says."""
    c = request.contesto
    domanda = Domanda.da_url(request.GET)
    fin_dove = domande.portata(c.attore)
    da = request.GET.get("da", "")[:60]
    if fin_dove.tutto and not da:
        letture.consulta(domanda.traccia(), by=c.attore, istante=c.istante, canale=c.canale)
    pagina = domande.rispondi(c.attore, fin_dove, domanda, fuso=c.ente.fuso, da=da)
    faccette = domande.faccette(c.attore, fin_dove, domanda, fuso=c.ente.fuso)
    detta = domanda.parole()
    ancora = (
        Ancora.objects.filter(ente_id=c.ente.pk).order_by("-giorno").first()
        if fin_dove.tutto
        else None
    )
    provata = prova.ultima(c.ente.pk)
    contesto: dict[str, Any] = {
        "domanda": domanda,
        "detta": urlencode(detta),
        "parole": list(detta.items()),
        "attivi": _attivi(c, domanda, detta),
        "fatti": [racconto.racconta(r) for r in pagina.righe],
        "prova": provata,
        "prova_vecchia": provata is not None and provata.vecchia(orologio.vero()),
        "salvate": salvate.elenco(c.attore),
        "ultimi": ULTIMI,
        "ancora": ancora,
        "impronta_ancora": bytes(ancora.impronta).hex() if ancora else "",
        "poi": urlencode({**detta, "da": pagina.poi}) if pagina.poi else "",
        "interrotta": pagina.interrotta,
        "da": da,
        "tutto": fin_dove.tutto,
        "verbi": [
            (racconto.nome_verbo(p, v), n, urlencode({**detta, "procedura": p, "verbo": v}))
            for p, v, n in faccette.verbi[:12]
        ],
        "per_ruolo": [
            (RUOLI.get(r, r), n, urlencode({**detta, "ruolo": r})) for r, n in faccette.ruoli
        ],
        "contati": domande.CONTATI,
        "pronte": _pronte(c),
        "campi": CAMPI.items(),
        "ruoli": RUOLI.items(),
        "esiti": ESITI.items(),
        "procedure": racconto.PROCEDURE.items(),
    }
    return render(request, "cycle/registro/registro.html", contesto)


@require_safe
@nell_ente
def esportazione(request: RichiestaEnte, forma: str) -> HttpResponse:
    """The answers as a file; its SHA-256 is in the header and in the registro."""
    c = request.contesto
    uscita = esporta(
        ente=c.ente,
        domanda=Domanda.da_url(request.GET),
        forma=forma,
        by=c.attore,
        istante=c.istante,
    )
    risposta = HttpResponse(uscita.contenuto, content_type=TIPI[forma])
    nome = f"registro-{c.ente.codice_ipa}-{uscita.sha256[:12]}.{forma}"
    risposta["Content-Disposition"] = f'attachment; filename="{nome}"'
    risposta["X-Content-SHA256"] = uscita.sha256
    return risposta


@require_safe
@nell_ente
def fatto(request: RichiestaEnte, numero: int) -> HttpResponse:
    """One event, with what it changed field by field."""
    c = request.contesto
    fin_dove = domande.portata(c.attore)
    trovato = domande.fatto(c.attore, fin_dove, numero, fuso=c.ente.fuso)
    if fin_dove.tutto:
        chiesto = Domanda(numero=numero)
        letture.consulta(chiesto.traccia(), by=c.attore, istante=c.istante, canale=c.canale)
    return render(
        request,
        "cycle/registro/fatto.html",
        {
            "f": racconto.racconta(trovato.riga),
            "cambiati": trovato.cambi,
            "limite": differenze.LIMITE,
        },
    )


@require_POST
@nell_ente
def salva(request: RichiestaEnte) -> HttpResponse:
    """Keep the question of the form under a name, and go back to its answers."""
    c = request.contesto
    salvata = salvate.salva(
        nome=request.POST.get("nome", ""),
        domanda=Domanda.da_url(request.POST),
        ufficio=request.POST.get("ufficio") == "1",
        by=c.attore,
    )
    messages.success(request, _("Domanda salvata: «%(nome)s».") % {"nome": salvata.nome})
    return redirect("registro_domanda", c.ente.codice_ipa, salvata.pid)


@require_safe
@nell_ente
def salvata(request: RichiestaEnte, pid: UUID) -> HttpResponse:
    """A question that was kept, asked as of now."""
    c = request.contesto
    trovata = salvate.una(c.attore, pid)
    return redirect(f"{reverse('registro', args=[c.ente.codice_ipa])}?{urlencode(trovata.parole)}")


@require_POST
@nell_ente
def togli(request: RichiestaEnte, pid: UUID) -> HttpResponse:
    """Forget a question of one's own."""
    c = request.contesto
    salvate.togli(pid=pid, by=c.attore)
    messages.success(request, _("Domanda tolta."))
    return redirect("registro", c.ente.codice_ipa)


@require_http_methods(["GET", "HEAD", "POST"])
@nell_ente
def impronta(request: RichiestaEnte) -> HttpResponse:
    """Is this file the one that was taken out? By the SHA-256 that is written, or by the file
    itself, which is read and not kept."""
    c = request.contesto
    domande.portata(c.attore)
    file = request.FILES.get("file") if request.method == "POST" else None
    scritta = request.POST.get("sha256", "") or request.GET.get("sha256", "")
    trovata, errore = None, ""
    sha256 = ""
    if file is not None:
        calcolata = hashlib.sha256()
        for pezzo in file.chunks():
            calcolata.update(pezzo)
        sha256 = calcolata.hexdigest()
    elif scritta.strip():
        sha256 = domande.impronta(scritta)
        errore = "" if sha256 else _("Un'impronta SHA-256 ha 64 segni: cifre e lettere da a ad f.")
    if sha256:
        trovata = ritrova(ente=c.ente, sha256=sha256, by=c.attore)
    return render(
        request,
        "cycle/registro/impronta.html",
        {"trovata": trovata, "errore": errore, "scritta": sha256 or scritta[:100], "file": file},
        status=422 if errore else 200,
    )


def _attivi(c: Contesto, domanda: Domanda, detta: dict[str, str]) -> list[tuple[str, str, str]]:
    """What is asked, word by word: its name, what it asks for, the question without it."""
    oggetti = dict(domande.oggetti(c.ente.pk, domanda))
    detti: dict[str, Any] = {
        **detta,
        **oggetti,
        "ruolo": RUOLI.get(domanda.ruolo, domanda.ruolo),
        "procedura": racconto.PROCEDURE.get(domanda.procedura, domanda.procedura),
        "verbo": domanda.verbo.replace("_", " "),
        "campo": CAMPI.get(domanda.campo),
        "esito": ESITI.get(domanda.esito),
        "dopo_approvazione": _("sì"),
        "dal": date_format(domanda.dal, "d/m/Y") if domanda.dal else "",
        "al": date_format(domanda.al, "d/m/Y") if domanda.al else "",
        "testo": f"«{domanda.testo}»",
    }
    return [(str(racconto.PAROLE[p]), str(detti[p]), _senza(detta, p)) for p in detta]


def _senza(detta: dict[str, str], parola: str) -> str:
    return urlencode({k: v for k, v in detta.items() if k != parola})


def _pronte(c: Contesto) -> list[tuple[str, str]]:
    """The questions that are asked most, as addresses."""
    anno = c.anno_corrente
    dell_anno = {"dal": date(anno, 1, 1), "al": date(anno, 12, 31)}
    domandate: list[tuple[str, dict[str, Any]]] = [
        (
            _("Le variazioni approvate nel %(anno)s") % {"anno": anno},
            {"procedura": "variazione", "verbo": "approva", **dell_anno},
        ),
        (
            _("Chi ha cambiato un target dopo l'approvazione"),
            {"campo": "target", "dopo_approvazione": "1"},
        ),
        (_("Tutto ciò che ho fatto io"), {"persona": c.persona.pid}),
        (_("I passi rifiutati"), {"esito": "rifiutato"}),
        (_("Chi ha esportato che cosa"), {"verbo": "esporta"}),
        (_("Che cosa è cambiato fuori procedura"), {"verbo": "fuori_procedura"}),
    ]
    return [(nome, urlencode(parole)) for nome, parole in domandate]
