# SPDX-License-Identifier: AGPL-3.0-or-later
"""Proposals in a workbook: downloaded to be filled, looked at before they are written, written."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cycle import selectors
from cycle.contesto import Contesto, RichiestaEnte, nell_ente
from cycle.importers.fogli import Errore
from cycle.models import Ciclo, Obiettivo, UnitaOrganizzativa
from cycle.services import schede
from cycle.services.proposte import FoglioNonValido, importa_proposte, modello
from cycle.views.proposte import unita_scrivibili
from workflows.errors import NonAutorizzato

TIPO = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# The file comes back inside the page of the preview, and a page carries so much.
MASSIMO = 3 * 1024 * 1024
MOSTRATI = 200


def _mie(c: Contesto) -> list[UnitaOrganizzativa]:
    mie = unita_scrivibili(c)
    if not mie:
        raise NonAutorizzato({0: [schede.serve_incarico(c.ente.nome)]})
    return mie


@require_safe
@nell_ente
def foglio(request: RichiestaEnte, anno: int) -> HttpResponse:
    """The workbook, with the drafts of one's units (`unita`: of one), or blank (`vuoto`)."""
    c = request.contesto
    ciclo = selectors.ciclo(c.ente, anno)
    ciclo.ente = c.ente
    mie = _mie(c)
    codice = request.GET.get("unita", "")
    scelta = next((u for u in mie if u.codice == codice), None)
    bozze: list[Obiettivo] = []
    if not request.GET.get("vuoto"):
        dove = [u.pk for u in mie if scelta is None or u.percorso.startswith(scelta.percorso)]
        bozze = list(
            selectors.obiettivi_visibili(c.attore, ciclo)
            .filter(stato="bozza", unita__in=dove)
            .select_related("unita")
            .order_by("codice")
        )
    risposta = HttpResponse(modello(ciclo, bozze), content_type=TIPO)
    nome = f"proposte-{c.ente.codice_ipa}-{anno}{'-' + scelta.codice if scelta else ''}.xlsx"
    nome = "".join(x if x.isascii() and (x.isalnum() or x in "._-") else "-" for x in nome)
    risposta["Content-Disposition"] = f'attachment; filename="{nome}"'
    return risposta


@require_http_methods(["GET", "HEAD", "POST"])
@nell_ente
def importa(request: RichiestaEnte, anno: int) -> HttpResponse:
    """GET: what to do. POST with a file: what it would write, or what is wrong by cell (422);
    with `conferma`: written (303)."""
    c = request.contesto
    ciclo = selectors.ciclo(c.ente, anno)
    mie = _mie(c)
    contesto: dict[str, Any] = {"anno": anno, "unita": mie, "errori": [], "esito": None}
    if request.method == "POST":
        contenuto, errore = contenuto_del_foglio(request)
        if errore is not None:
            contesto["errori"] = [errore]
        else:
            conferma = bool(request.POST.get("conferma"))
            try:
                esito = importa_proposte(
                    ciclo=ciclo,
                    contenuto=contenuto,
                    by=c.attore,
                    istante=c.istante,
                    prova=not conferma,
                )
            except FoglioNonValido as no:
                contesto["errori"] = no.errori
            else:
                if conferma:
                    return _fatto(request, ciclo, len(esito.creati), len(esito.modificati))
                contesto |= {
                    "esito": esito,
                    "contenuto": base64.b64encode(contenuto).decode(),
                    "da_scrivere": len(esito.creati) + len(esito.modificati),
                    "mostrati": MOSTRATI,
                }
    contesto["quanti_errori"] = len(contesto["errori"])
    contesto["errori"] = contesto["errori"][:MOSTRATI]
    stato = 422 if contesto["errori"] else 200
    return render(request, "cycle/proposte/importa.html", contesto, status=stato)


def contenuto_del_foglio(request: RichiestaEnte) -> tuple[bytes, Errore | None]:
    """The bytes of the file, as uploaded or as the preview kept them."""
    caricato = request.FILES.get("file")
    if isinstance(caricato, UploadedFile):
        if (caricato.size or 0) > MASSIMO:
            return b"", Errore(
                "",
                "",
                _("Il file è più grande di %(n)s MB.") % {"n": MASSIMO // 1024 // 1024},
                _("Dividerlo in più file, per esempio uno per unità."),
            )
        return caricato.read(), None
    try:
        contenuto = base64.b64decode(request.POST.get("contenuto", ""), validate=True)
    except (binascii.Error, ValueError):
        contenuto = b""
    if not contenuto:
        return b"", Errore("", "", _("Manca il file."), _("Scegliere il foglio compilato."))
    return contenuto, None


def _fatto(request: RichiestaEnte, ciclo: Ciclo, creati: int, modificati: int) -> HttpResponse:
    messages.success(
        request,
        _("Dal foglio: %(creati)s bozze create, %(modificati)s modificate.")
        % {"creati": creati, "modificati": modificati},
    )
    ipa = request.contesto.ente.codice_ipa
    return HttpResponseRedirect(reverse("proposte", args=[ipa, ciclo.anno]), status=303)
