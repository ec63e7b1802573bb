# SPDX-License-Identifier: AGPL-3.0-or-later
"""The registro: who did what, when, why? Any question in the address, one sentence an event."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cycle import domande, letture, racconto
from cycle.contesto import Contesto, RichiestaEnte, nell_ente
from cycle.domande import CAMPI, ESITI, Domanda
from cycle.services.uscita_registro import esporta
from workflows.models import Ancora
from workflows.ports import RUOLI

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
    contesto: dict[str, Any] = {
        "domanda": domanda,
        "detta": urlencode(detta),
        "oggetti": [
            (parola, nome, _senza(detta, parola))
            for parola, nome in domande.oggetti(c.ente.pk, domanda)
        ],
        "fatti": [racconto.racconta(r) for r in pagina.righe],
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
