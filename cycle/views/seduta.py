# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sitting that validates the reports of a period, from the Nucleo's queue (R56, R59)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from cycle import coda, selectors
from cycle.contesto import Contesto, RichiestaEnte, nell_ente, sessione
from cycle.forms import ModuloConvalide
from cycle.forms_nucleo import ModuloSeduta
from cycle.models import Ciclo, Periodo, RelazioneSemestrale, Utente, VoceRelazione
from cycle.selectors import VoceDaCompilare
from cycle.services import osservazioni
from cycle.views.errori import rifiutata
from cycle.views.nucleo import Tavolo, del_periodo, mostra
from cycle.views.scritto import ricorda
from cycle.views.transizioni import Altrove, righe_convalide
from workflows.errors import NonAutorizzato, NonTrovato, Rifiuto


@require_POST
def seduta(request: HttpRequest, ipa: str, anno: int, codice: str) -> HttpResponse:
    """Validate in one sitting the reports that were chosen, with their percentages as computed or
    as they were written, each other one with its reason (R56): those that can be; of the others
    the page says why. `apri` names a report whose percentages are to be written: the page comes
    back with their fields, and all that was typed."""
    try:
        with sessione(cast(Utente, request.user), ipa, "web") as contesto:
            cast(RichiestaEnte, request).contesto = contesto
            fatta = _valida(cast(RichiestaEnte, request), contesto, anno, codice)
            if fatta is not None:
                return fatta
    except (NonTrovato, NonAutorizzato) as detto:
        return rifiutata(request, detto)
    except Rifiuto as detto:
        return _ancora(request, ipa, anno=anno, codice=codice, rifiuto=detto)
    return _ancora(request, ipa, anno=anno, codice=codice)


@nell_ente
def _ancora(
    request: RichiestaEnte, anno: int, codice: str, rifiuto: Rifiuto | None = None
) -> HttpResponse:
    """The page with the sitting as it was typed, and why it was not held."""
    c = request.contesto
    ciclo, periodo = del_periodo(c, anno, codice)
    tavolo = _tavolo(request, c, ciclo, periodo)
    sezioni = coda.coda(c.attore, ciclo, periodo, c.istante)
    stato = rifiuto.codice if rifiuto else 200 if request.POST.get("apri") else 422
    motivi = rifiuto.tutti() if rifiuto else []
    return mostra(request, c, ciclo, periodo, sezioni, tavolo, stato, motivi)


def _tavolo(request: RichiestaEnte, c: Contesto, ciclo: Ciclo, periodo: Periodo) -> Tavolo:
    """What stands in the sitting's form, as it was sent."""
    modulo = ModuloSeduta(selectors.componenti_del_nucleo(c.ente, c.istante), request.POST)
    ricorda(request, modulo)
    prima = set(pid_di(request.POST.getlist("aperte")))
    aprire = set(pid_di(request.POST.getlist("apri")))
    voci: dict[UUID, list[VoceDaCompilare]] = {}
    for v in (
        VoceRelazione.objects.filter(
            relazione__in=_relazioni(ciclo, periodo).filter(pid__in=prima | aprire)
        )
        .select_related("specifico", "relazione")
        .order_by("relazione__obiettivo__codice", "specifico__ordine")
    ):
        voci.setdefault(v.relazione.pid, []).append(VoceDaCompilare(v, []))
    moduli = {
        pid: ModuloConvalide(sue, request.POST if pid in prima else None)
        for pid, sue in voci.items()
    }
    return Tavolo(
        modulo,
        frozenset(pid_di(request.POST.getlist("relazioni"))) | aprire,
        {pid: (m, righe_convalide(m)) for pid, m in moduli.items()},
    )


def _relazioni(ciclo: Ciclo, periodo: Periodo) -> QuerySet[RelazioneSemestrale]:
    return RelazioneSemestrale.objects.filter(
        ente=ciclo.ente_id, obiettivo__ciclo=ciclo, periodo=periodo
    )


def _valida(request: RichiestaEnte, c: Contesto, anno: int, codice: str) -> HttpResponse | None:
    """The answer when the sitting was held; None when its form does not stand."""
    ciclo, periodo = del_periodo(c, anno, codice)
    coda.di_chi_esamina(c.attore, c.ente)
    tavolo = _tavolo(request, c, ciclo, periodo)
    if request.POST.get("apri") or not all(m.is_valid() for m, _r in tavolo.aperte.values()):
        return None
    tavolo.modulo.is_valid()
    qui = reverse("coda", args=[c.ente.codice_ipa, anno, codice])
    scelte = _relazioni(ciclo, periodo).filter(pid__in=tavolo.scelte)
    da_validare = list(scelte.values_list("pk", flat=True))
    if not da_validare:
        messages.warning(request, _("Nessuna relazione scelta: spuntare quelle da validare."))
        return Altrove(f"{qui}#seduta")
    voci = {k: v for m, _righe in tavolo.aperte.values() for k, v in m.dati().items()}
    esito = osservazioni.valida(
        relazioni=da_validare,
        richiesta=tavolo.modulo.richiesta(voci=voci),
        by=c.attore,
        istante=c.istante,
    )
    validate = len(esito.eseguiti)
    messages.success(
        request,
        ngettext(
            "Validata %(n)s relazione in seduta.", "Validate %(n)s relazioni in seduta.", validate
        )
        % {"n": validate},
    )
    if esito.rifiutati:
        motivi = {m.messaggio for elenco in esito.rifiutati.values() for m in elenco}
        messages.warning(
            request,
            _("Non validate: %(n)s. %(motivi)s")
            % {"n": len(esito.rifiutati), "motivi": " ".join(sorted(motivi))},
        )
    return Altrove(f"{qui}#seduta")


def pid_di(testi: Sequence[str]) -> list[UUID]:
    trovati = []
    for testo in testi:
        try:
            trovati.append(UUID(testo))
        except ValueError:
            continue  # a made-up one chooses nothing
    return trovati
