# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Nucleo's queue: what needs our eyes? Drafts edited in place, signed, sent by settore; the
sitting that validates; and, on the other side, the settore's answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from cycle import coda, neutralizzazioni, selectors
from cycle.calendario import ultimo_giorno
from cycle.coda import Riga, Sezione
from cycle.contesto import Contesto, RichiestaEnte, nell_ente
from cycle.forms import ModuloConvalide
from cycle.forms_nucleo import ModuloCoda, ModuloRisposte, ModuloSeduta
from cycle.models import Ciclo, Osservazione, Periodo
from cycle.parametri import Parametri
from cycle.services import osservazioni
from cycle.services.osservazioni import Scritta
from cycle.views.scritto import ricorda
from cycle.views.transizioni import Altrove, RigaConvalida
from workflows.errors import Motivo, NonTrovato


@require_safe
@nell_ente
def adesso(request: RichiestaEnte, anno: int) -> HttpResponse:
    """The queue of the period that waits."""
    c = request.contesto
    coda.di_chi_esamina(c.attore, c.ente)
    ciclo = selectors.ciclo(c.ente, anno)
    periodo = coda.periodo_di_lavoro(ciclo, selectors.periodi(ciclo))
    if periodo is None:
        raise NonTrovato({})
    return Altrove(reverse("coda", args=[c.ente.codice_ipa, anno, periodo.codice]))


@require_http_methods(["GET", "HEAD", "POST"])
@nell_ente
def pagina(request: RichiestaEnte, anno: int, codice: str) -> HttpResponse:
    """GET: the queue of a period. POST: what a member leaves of one settore's rows; `atto` says
    which are saved or signed, or that all are signed and sent."""
    c = request.contesto
    ciclo, periodo = del_periodo(c, anno, codice)
    sezioni = coda.coda(c.attore, ciclo, periodo, c.istante)
    if request.method == "POST":
        return _scrivi(request, c, sezioni, reverse("coda", args=[c.ente.codice_ipa, anno, codice]))
    return mostra(request, c, ciclo, periodo, sezioni)


@dataclass(frozen=True, slots=True)
class Tavolo:
    """What stands in the sitting's form: the chosen reports, and those of which other percentages
    are being written, each with its form and its rows."""

    modulo: ModuloSeduta
    scelte: frozenset[UUID] = frozenset()
    aperte: Mapping[UUID, tuple[ModuloConvalide, list[RigaConvalida]]] = field(default_factory=dict)


def mostra(
    request: RichiestaEnte,
    c: Contesto,
    ciclo: Ciclo,
    periodo: Periodo,
    sezioni: Sequence[Sezione],
    tavolo: Tavolo | None = None,
    stato: int = 200,
    motivi: Sequence[Motivo] = (),
) -> HttpResponse:
    """The queue, with the sitting's form new or as it was sent, and why it was not held."""
    if tavolo is None:
        nucleo = selectors.componenti_del_nucleo(c.ente, c.istante)
        oggi = c.istante.astimezone(ZoneInfo(c.ente.fuso)).date()
        tavolo = Tavolo(ModuloSeduta(nucleo, oggi=oggi))
    return render(
        request,
        "cycle/nucleo/coda.html",
        {
            "anno": ciclo.anno,
            "ciclo": ciclo,
            "cicli": c.cicli(),
            "periodo": periodo,
            "periodi": selectors.periodi(ciclo),
            "sezioni": sezioni,
            "neutralizzazioni": neutralizzazioni.da_decidere(c.attore, [ciclo], c.istante, 50),
            "da_guardare": sum(len(s.righe) for s in sezioni),
            "in_linea": sum(len(s.in_linea) for s in sezioni),
            "decisioni": [
                (d, tavolo.aperte.get(d.relazione.pid, (None, None))[1])
                for s in sezioni
                for d in s.decisioni
            ],
            "scelte": tavolo.scelte,
            "errori_seduta": _errori(tavolo),
            "motivi_seduta": motivi,
            "seduta": tavolo.modulo,
            "parametri": Parametri.da_dizionario(ciclo.parametri),
        },
        status=stato,
    )


def _errori(tavolo: Tavolo) -> list[tuple[str, str, str]]:
    """(id of the field, its label, what is wrong) of the percentages."""
    return [
        (f"id_{nome}", str(modulo.fields[nome].label or ""), str(e))
        for modulo, _righe in tavolo.aperte.values()
        for nome, errori in modulo.errors.items()
        for e in errori
    ]


def del_periodo(c: Contesto, anno: int, codice: str) -> tuple[Ciclo, Periodo]:
    """The year and the period of an address. Raises NonTrovato."""
    ciclo = selectors.ciclo(c.ente, anno)
    periodo = next((p for p in selectors.periodi(ciclo) if p.codice == codice), None)
    if periodo is None:
        raise NonTrovato({})
    return ciclo, periodo


def _scrivi(
    request: RichiestaEnte, c: Contesto, sezioni: Sequence[Sezione], qui: str
) -> HttpResponse:
    sezione = next((s for s in sezioni if str(s.settore.pid) == request.POST.get("settore")), None)
    if sezione is None:
        raise NonTrovato({})
    modulo = ModuloCoda([*sezione.righe, *sezione.da_parte], request.POST)
    ricorda(request, modulo)
    modulo.is_valid()
    fare, _due_punti, quale = request.POST.get("atto", "").partition(":")
    if fare not in ("salva", "firma", "invia", "scarta", "riprendi"):
        raise NonTrovato({})
    if fare in ("scarta", "riprendi"):
        return _da_parte(request, c, modulo, sezione, fare, quale, qui)
    firmate = [r for r in sezione.righe if fare == "invia" or str(r.voce.pid) == quale]
    altre = [r for r in sezione.righe if r not in firmate and modulo.cambiata(r)]
    scritte = _annota(c, modulo, firmate, altre, fare)
    if fare == "invia":
        relazioni = sorted({r.relazione.pk for r in firmate if modulo.detta(r)})
        if not relazioni:
            messages.warning(request, _("Non c'è nessuna osservazione da inviare."))
            return Altrove(qui)
        esito = osservazioni.invia(relazioni=relazioni, by=c.attore, istante=c.istante, tutte=True)
        inviate = len(esito.eseguiti)
        messages.success(
            request,
            ngettext(
                "Inviata al settore %(n)s relazione con le sue osservazioni.",
                "Inviate al settore %(n)s relazioni con le loro osservazioni.",
                inviate,
            )
            % {"n": inviate},
        )
        return Altrove(qui)
    fatto = _("Firmata") if fare == "firma" else _("Salvata in bozza")
    codici = ", ".join(r.voce.specifico.codice for r in firmate)
    if scritte:
        messages.success(request, f"{fatto}: {codici}.")
    else:
        messages.success(request, _("Tolta l'osservazione su %(codici)s.") % {"codici": codici})
    return Altrove(f"{qui}#v-{quale}")


def _da_parte(
    request: RichiestaEnte,
    c: Contesto,
    modulo: ModuloCoda,
    sezione: Sezione,
    fare: str,
    quale: str,
    qui: str,
) -> HttpResponse:
    """One row is set aside, with its reason, or taken up again; what was typed in the others is
    kept as drafts."""
    tutte = sezione.righe if fare == "scarta" else sezione.da_parte
    riga = next((r for r in tutte if str(r.voce.pid) == quale), None)
    if riga is None:
        raise NonTrovato({})
    codice = riga.voce.specifico.codice
    if fare == "riprendi":
        osservazioni.annota(
            relazione=riga.relazione,
            scritte={
                riga.voce.specifico_id: Scritta(
                    riga.testo,
                    riga.proposta,
                    invita_entro=riga.invito if riga.invita else None,
                    revisione=modulo.letta(riga)[1],
                )
            },
            impronta=modulo.letta(riga)[0],
            by=c.attore,
            istante=c.istante,
        )
        messages.success(request, _("Ripresa: %(codice)s.") % {"codice": codice})
        return Altrove(f"{qui}#v-{quale}")
    altre = [r for r in sezione.righe if r is not riga and modulo.cambiata(r)]
    if not modulo.perche(riga):
        _annota(c, modulo, [], [r for r in (riga, *altre) if modulo.cambiata(r)], "salva")
        messages.warning(
            request,
            _("%(codice)s non è da parte: per non inviarla serve un motivo, che resta scritto.")
            % {"codice": codice},
        )
        return Altrove(f"{qui}#v-{quale}")
    _annota(c, modulo, [riga], altre, fare)
    messages.success(request, _("Messa da parte: %(codice)s.") % {"codice": codice})
    return Altrove(qui)


def _annota(
    c: Contesto,
    modulo: ModuloCoda,
    scelte: Sequence[Riga],
    altre: Sequence[Riga],
    fare: str,
) -> int:
    """Write the rows, a report at a time: those chosen as `fare` says, the others that somebody
    has changed in the page as drafts, so that nothing typed is lost. How many of the chosen say
    something."""
    per_relazione: dict[int, list[Riga]] = {}
    for r in [*scelte, *altre]:
        per_relazione.setdefault(r.relazione.pk, []).append(r)
    for sue in per_relazione.values():
        osservazioni.annota(
            relazione=sue[0].relazione,
            scritte={
                r.voce.specifico_id: modulo.scritta(
                    r,
                    firma=fare in ("firma", "invia") and r in scelte,
                    da_parte=fare == "scarta" and r in scelte,
                )
                for r in sue
            },
            impronta=modulo.letta(sue[0])[0],
            by=c.attore,
            istante=c.istante,
        )
    return sum(modulo.detta(r) for r in scelte)


@require_http_methods(["GET", "HEAD", "POST"])
@nell_ente
def risposte(request: RichiestaEnte, pid: UUID, periodo: str) -> HttpResponse:
    """The settore's answers: written by whoever fills the report, then sent by the dirigente."""
    c = request.contesto
    obiettivo = selectors.obiettivo(c.attore, pid)
    relazione = selectors.relazione(c.attore, obiettivo, periodo)
    ricevute = list(
        Osservazione.objects.filter(
            voce__relazione=relazione, impronta=relazione.impronta, firmata_il__isnull=False
        )
        .select_related("voce__specifico", "risposta")
        .order_by("voce__specifico__ordine")
        if relazione.osservata_il
        else Osservazione.objects.none()
    )
    argomenti: list[Any] = [c.ente.codice_ipa, pid, periodo]
    if request.method == "POST":
        modulo = ModuloRisposte(ricevute, request.POST)
        ricorda(request, modulo)
        modulo.is_valid()
        osservazioni.rispondi(
            relazione=relazione,
            risposte=modulo.risposte() if modulo.is_valid() else {},
            by=c.attore,
            istante=c.istante,
            revisione=modulo.cleaned_data.get("revisione"),
        )
        messages.success(request, _("Risposte salvate: il Nucleo le riceve quando si inviano."))
        if request.POST.get("poi") == "invia":
            return Altrove(reverse("transizione_relazione", args=[*argomenti, "controdeduci"]))
        return Altrove(reverse("risposte", args=argomenti))
    aperta = (
        relazione.stato == "osservata"
        and relazione.replica_entro is not None
        and c.istante < relazione.replica_entro
        and c.attore.incarico_per("compila_relazione", obiettivo.unita.percorso) is not None
    )
    modulo = ModuloRisposte(ricevute, initial={"revisione": relazione.revisione})
    return render(
        request,
        "cycle/nucleo/risposte.html",
        {
            "o": obiettivo,
            "r": relazione,
            "anno": obiettivo.ciclo.anno,
            "righe": [(o, modulo[f"risposta_{o.pid}"]) for o in ricevute],
            "modulo": modulo,
            "aperta": aperta,
            "fino_a": relazione.replica_entro
            and ultimo_giorno(relazione.replica_entro, c.ente.fuso),
            "puo_inviare": c.attore.incarico_per("controdeduci_relazione", obiettivo.unita.percorso)
            is not None,
        },
    )
