# SPDX-License-Identifier: AGPL-3.0-or-later
"""An Atto: what it decided, its digest, its annex and files."""

from __future__ import annotations

from tempfile import TemporaryFile
from typing import BinaryIO, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cycle import giunta, in_giunta
from cycle.contesto import RichiestaEnte, nell_ente
from cycle.exports import allegato
from cycle.models import Insieme, VersioneObiettivo
from cycle.services import lavoro
from cycle.services.allegati import AllegatoGuasto, leggi
from cycle.services.documenti import PDF_SUBITO, prepara_pdf
from cycle.variazioni.fatti import nome_richiesta
from cycle.views.scarichi import scarica
from cycle.views.transizioni import Altrove


@require_safe
@nell_ente
def atto(request: RichiestaEnte, pid: UUID) -> HttpResponse:
    """The result of a decision: what was approved and sent back, the proof, who was told."""
    c = request.contesto
    trovato = giunta.atto(c.attore, pid)
    insieme = Insieme.objects.filter(atto=trovato).select_related("ciclo", "atto").first()
    documenti = giunta.documenti(trovato)
    schede = VersioneObiettivo.objects.filter(atto=trovato).count()
    decise = in_giunta.decise(trovato) if trovato.tipo == "variazione" else []
    return render(
        request,
        "cycle/giunta/atto.html",
        {
            "anno": trovato.ciclo.anno,
            "atto": trovato,
            "insieme": insieme,
            "schede": schede,
            "rinviate": insieme.voci.count() - schede if insieme else 0,
            "documenti": documenti,
            "pdf_subito": PDF_SUBITO,
            "con_pdf": any(d.genere == "allegato" for d in documenti),
            "decise": [(v, nome_richiesta(v, v.obiettivo.codice)) for v in decise],
            "avvisati": giunta.avvisati(insieme)
            if insieme
            else in_giunta.avvisati(trovato, decise),
        },
    )


@require_safe
@nell_ente
def json(request: RichiestaEnte, pid: UUID) -> HttpResponse:
    """The canonical JSON, made again from the versions."""
    trovato = giunta.atto(request.contesto.attore, pid)
    file = cast(BinaryIO, TemporaryFile())  # noqa: SIM115 - the response closes it, once sent
    for pezzo in allegato.pezzi(trovato):  # now: the transaction ends before the response leaves
        file.write(pezzo.encode())
    nome = f"atto-{trovato.ente.codice_ipa}-{trovato.ciclo.anno}-{trovato.pid}.json"
    risposta = scarica(request, file, nome=nome, tipo_mime="application/json; charset=utf-8")
    return cast(HttpResponse, risposta)


@require_POST
@nell_ente
def pdf(request: RichiestaEnte, pid: UUID) -> HttpResponse:
    """Make the PDF of what was approved, once for all; of many schede, by a job."""
    c = request.contesto
    trovato = giunta.atto(c.attore, pid)
    if VersioneObiettivo.objects.filter(atto=trovato).count() > PDF_SUBITO:
        chiesto = lavoro.affida(genere="allegato", dati={"atto": trovato.pk}, by=c.attore)
        return Altrove(reverse("lavoro", args=[c.ente.codice_ipa, chiesto.pid]))
    prepara_pdf(atto=trovato, by=c.attore, istante=c.istante)
    messages.success(request, _("Il PDF è pronto."))
    return Altrove(reverse("atto", args=[c.ente.codice_ipa, pid]))


@require_safe
@nell_ente
def documento(request: RichiestaEnte, pid: UUID, doc: UUID) -> HttpResponse:
    """A file of the Atto, if it is still the one whose SHA-256 was recorded."""
    trovato = giunta.documento(giunta.atto(request.contesto.attore, pid), doc)
    try:
        contenuto = leggi(trovato.allegato)
    except AllegatoGuasto as guasto:
        return render(request, "cycle/giunta/guasto.html", {"errore": str(guasto)}, status=500)
    risposta = HttpResponse(contenuto, content_type=trovato.allegato.tipo_mime)
    # the name inside is the one people gave it; the header keeps to what every client reads
    risposta["Content-Disposition"] = f'attachment; filename="{trovato.genere}-{trovato.pid}.pdf"'
    risposta["X-Content-Type-Options"] = "nosniff"
    return risposta
