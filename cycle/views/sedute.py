# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sittings of the Nucleo in a year, the minutes of each (R59), the stato di attuazione of a
unit."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cycle import sedute, selectors
from cycle.contesto import Contesto, RichiestaEnte, nell_ente
from cycle.elenco import Elenco
from cycle.exports import verbale as minuta
from cycle.exports.forme import stampa
from cycle.filtri import Filtri
from cycle.models import Seduta
from cycle.permissions import PERMESSI
from cycle.scheda import vede_impegno
from workflows.errors import Motivo, NonAutorizzato, NonPossibile, NonTrovato

SCHEDE = 300  # printed together: beyond, the page would wait too long


def _di_chi_ha_incarichi(c: Contesto) -> None:
    """What the Nucleo decided is for everybody with an incarico (`domain.md` 2)."""
    if not c.attore.incarichi:
        motivo = Motivo(
            "incarico",
            "R84",
            _("I verbali li legge chi ha un incarico nell'ente, in vigore adesso."),
            _("Chiedere l'incarico al servizio programmazione e controllo."),
            ", ".join(sorted(PERMESSI["conferisci_incarico"])),
        )
        raise NonAutorizzato({c.ente.pk: [motivo]})


@require_safe
@nell_ente
def elenco(request: RichiestaEnte, anno: int) -> HttpResponse:
    """The sittings, the last first."""
    c = request.contesto
    _di_chi_ha_incarichi(c)
    ciclo = selectors.ciclo(c.ente, anno)
    return render(
        request,
        "cycle/nucleo/sedute.html",
        {"anno": anno, "cicli": c.cicli(), "sedute": sedute.dell_anno(ciclo)},
    )


@require_safe
@nell_ente
def attuazione(request: RichiestaEnte, anno: int, codice: str) -> HttpResponse:
    """The stato di attuazione of a unit and of all below it: its schede, with what was measured,
    said, observed and answered, as PDF/UA in the ente's form."""
    c = request.contesto
    ciclo = selectors.ciclo(c.ente, anno)
    ciclo.ente = c.ente
    unita = selectors.unita_di_codice(c.ente, codice)
    if unita is None:
        raise NonTrovato({})
    schede = list(
        Elenco(c.attore, ciclo, Filtri(unita=codice), c.istante)
        .obiettivi()
        .select_related("responsabile_generale", "responsabile_operativo")
        .order_by("unita__percorso", "codice")[: SCHEDE + 1]
    )
    if not schede:
        raise NonTrovato({})
    if len(schede) > SCHEDE:
        motivo = Motivo(
            "troppe",
            "R63",
            _("«%(unita)s» ha più di %(n)s schede: un PDF solo non le tiene tutte.")
            % {"unita": unita.nome, "n": SCHEDE},
            _("Stampare una alla volta le unità che ne fanno parte."),
            "",
        )
        raise NonPossibile({unita.pk: [motivo]})
    contenuto = stampa(ciclo, schede, riservati=vede_impegno(c.attore, unita.percorso))
    risposta = HttpResponse(contenuto, content_type="application/pdf")
    nome = f"attuazione-{c.ente.codice_ipa}-{anno}-{unita.pid}.pdf"
    risposta["Content-Disposition"] = f'attachment; filename="{nome}"'
    return risposta


@require_safe
@nell_ente
def verbale(request: RichiestaEnte, anno: int, pid: UUID) -> HttpResponse:
    """The minutes of one sitting as PDF/UA."""
    c = request.contesto
    seduta = (
        Seduta.objects.filter(ente=c.ente, ciclo__anno=anno, pid=pid)
        .select_related("ente", "ciclo")
        .first()
    )
    if seduta is None:
        raise NonTrovato({})
    _di_chi_ha_incarichi(c)
    risposta = HttpResponse(minuta.stampa(seduta), content_type="application/pdf")
    nome = f"verbale-{c.ente.codice_ipa}-{seduta.data:%Y-%m-%d}.pdf"
    risposta["Content-Disposition"] = f'attachment; filename="{nome}"'
    return risposta
