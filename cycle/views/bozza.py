# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing a scheda: what must I still write before it can be proposed?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cycle import fascicolo, selectors
from cycle.bozze import codici
from cycle.bozze.fatti import di_scritta
from cycle.bozze.lettura import leggi
from cycle.bozze.rubrica import Rubrica, rubrica
from cycle.bozze.verifica import avvisi, difetti
from cycle.contesto import Contesto, RichiestaEnte, nell_ente
from cycle.models import Ciclo, Obiettivo, UnitaOrganizzativa
from cycle.modulo_scheda import (
    ModuloScheda,
    Testo,
    concilia,
    confronta,
    in_testo,
    inviato,
    pid_letti,
    rifai,
)
from cycle.procedures import OBIETTIVO
from cycle.scritta import Difetto, IndicatoreScritto, SchedaScritta, SpecificoScritto
from cycle.services import schede
from cycle.services.schede import SchedaNonValida
from cycle.views.salvataggio import salva
from cycle.views.scheda import scheda_letta
from workflows.errors import Conflitto, Motivo, NonAutorizzato, Rifiuto, Tentativo
from workflows.ports import Fascicolo

SCRIVONO = frozenset({"", "salva", "proponi", "anteprima"})


@require_http_methods(["GET", "HEAD", "POST"])
def nuova(request: HttpRequest, ipa: str, anno: int) -> HttpResponse:
    """A new scheda of a year."""
    return _pagina(request, ipa, anno=anno, pid=None)


@require_http_methods(["GET", "HEAD", "POST"])
def modifica(request: HttpRequest, ipa: str, pid: UUID) -> HttpResponse:
    """A draft, to be written."""
    return _pagina(request, ipa, anno=None, pid=pid)


def _pagina(request: HttpRequest, ipa: str, *, anno: int | None, pid: UUID | None) -> HttpResponse:
    """GET: the form. POST, by its `atto`: saved (303), or refused with what was typed still there
    (422; 409 with what is stored beside it); a row added, removed or moved, and what is missing,
    without saving anything."""
    rifiuto: Rifiuto | None = None
    if request.method == "POST" and request.POST.get("atto", "") in SCRIVONO:
        risposta, rifiuto = salva(request, ipa, lambda entrata: _salva(entrata, anno, pid))
        if risposta is not None:
            return risposta
    return _letta(request, ipa, anno=anno, pid=pid, rifiuto=rifiuto)


@dataclass(slots=True)
class Banco:
    """What the page works on: the year, what may be named, the units one may write for, and the
    draft that is there."""

    contesto: Contesto
    ciclo: Ciclo
    rubrica: Rubrica
    unita: list[UnitaOrganizzativa]
    obiettivo: Obiettivo | None = None
    salvata: SchedaScritta | None = None

    def modulo(self, testo: Testo) -> ModuloScheda:
        return ModuloScheda(testo, self.rubrica, self.unita)


def _banco(c: Contesto, anno: int | None, pid: UUID | None) -> Banco:
    """Raises NonTrovato, Conflitto when the scheda is no draft, NonAutorizzato."""
    obiettivo = None
    if pid is not None:
        obiettivo = selectors.obiettivo(c.attore, pid)
        ciclo = obiettivo.ciclo
    else:
        ciclo = selectors.ciclo(c.ente, anno or 0)
    ciclo.ente = c.ente
    r = rubrica(ciclo)
    unita = r.scrivibili(c.attore)
    if obiettivo is None:
        if not unita:
            raise NonAutorizzato({0: [schede.serve_incarico(c.ente.nome)]})
        return Banco(c, ciclo, r, unita)
    tentativo = Tentativo("obiettivo", "modifica", {obiettivo.pk: obiettivo.pk})
    if obiettivo.stato != "bozza":
        raise Conflitto({obiettivo.pk: [schede.non_bozza(obiettivo)]}, tentativo)
    if c.attore.incarico_per("modifica_obiettivo", obiettivo.unita.percorso) is None:
        motivo = schede.serve_incarico(obiettivo.unita.nome)
        raise NonAutorizzato({obiettivo.pk: [motivo]}, tentativo)
    return Banco(c, ciclo, r, unita, obiettivo, leggi([obiettivo], r)[obiettivo.pk])


# --- saving -------------------------------------------------------------------------------------


def _salva(request: RichiestaEnte, anno: int | None, pid: UUID | None) -> HttpResponse | None:
    """Where to look after saving; None when something typed cannot be read."""
    c = request.contesto
    b = _banco(c, anno, pid)
    modulo = b.modulo(inviato(request.POST))
    scheda = modulo.scritta()
    if not modulo.leggibile:
        return None
    atto = request.POST.get("atto", "")
    if atto == "anteprima":
        with transaction.atomic():
            o = _scrivi(b, modulo, scheda)
            risposta = scheda_letta(request, o.pid, anteprima=True)
            transaction.set_rollback(True)
        return risposta
    o = _scrivi(b, modulo, scheda)
    messages.success(request, _("Salvato: %(codice)s.") % {"codice": o.codice})
    argomenti: list[Any] = [c.ente.codice_ipa, o.pid]
    dove = reverse("modifica", args=argomenti)
    if atto == "proponi":
        dove = reverse("transizione", args=[*argomenti, "proponi"])
    return HttpResponseRedirect(dove, status=303)


def _scrivi(b: Banco, modulo: ModuloScheda, scheda: SchedaScritta) -> Obiettivo:
    c = b.contesto
    if b.obiettivo is None:
        return schede.crea_bozza(
            ciclo=b.ciclo, scheda=scheda, rubrica=b.rubrica, by=c.attore, istante=c.istante
        )
    return schede.modifica(
        obiettivo=b.obiettivo,
        scheda=scheda,
        rubrica=b.rubrica,
        by=c.attore,
        istante=c.istante,
        revisione=modulo.testa.cleaned_data["revisione"],
    )


# --- the page -----------------------------------------------------------------------------------


@nell_ente
def _letta(
    request: RichiestaEnte, anno: int | None, pid: UUID | None, rifiuto: Rifiuto | None
) -> HttpResponse:
    c = request.contesto
    b = _banco(c, anno, pid)
    atto = request.POST.get("atto", "") if request.method == "POST" else None
    vai = None
    attuale = in_testo(b.salvata) if b.salvata is not None else None
    detti: Any = {}
    if atto is not None:
        testo = inviato(request.POST)
        vai = rifai(testo, atto)
        if isinstance(rifiuto, Conflitto) and attuale is not None:
            detti = concilia(testo, attuale, pid_letti(request.POST.get("letti", "")))
    else:
        testo = attuale or in_testo(_inizio(b, request.GET.get("unita", "")))
    modulo = b.modulo(testo)
    scheda = modulo.scritta()
    if isinstance(rifiuto, Conflitto) and attuale is not None:
        confronta(modulo, attuale, detti)
    trovati = _difetti(rifiuto, scheda, b) if atto in SCRIVONO else []
    modulo.segna(trovati)
    quadro = _completezza(b, modulo, scheda)
    contesto: dict[str, Any] = {
        "b": b,
        "modulo": modulo,
        "o": b.obiettivo,
        "anno": b.ciclo.anno,
        "revisione": b.obiettivo.revisione if b.obiettivo else "",
        "codice": quadro.fatti.codice,
        "quadro": quadro,
        "mostra_errori": atto is not None,
        "errori": modulo.errori() if atto in SCRIVONO else [],
        "conflitto": isinstance(rifiuto, Conflitto),
        "motivi": _motivi(rifiuto),
        "vai": vai,
        "da_salvare": atto is not None,
        "tipi": sorted(set(_usati(b.ciclo, "tipo"))),
        "categorie": sorted(set(_usati(b.ciclo, "categoria"))),
        "persone": sorted(p.nome_completo.title() for p in _persone(b.rubrica)),
        "adesso": c.istante.astimezone(ZoneInfo(c.ente.fuso)),
    }
    if atto == "verifica" and request.headers.get("HX-Target") == "completezza":
        return render(request, "cycle/bozza/_completezza.html", contesto)
    modello = "cycle/bozza/bozza.html"
    if atto is not None and request.headers.get("HX-Target") == "pagina":
        modello = "cycle/bozza/_pagina.html"
    codice = 200
    if atto in SCRIVONO and atto is not None:
        codice = rifiuto.codice if rifiuto else 422
    return render(request, modello, contesto, status=codice)


def _inizio(b: Banco, unita: str) -> SchedaScritta:
    """A new scheda, with what is known before anything is typed."""
    sua = next((u for u in b.unita if u.codice == unita), b.unita[0])
    c = b.contesto
    dirigenti = selectors.titolari(c.ente, {"dirigente"}, sua.percorso, c.istante)
    nomi = dirigenti.get("dirigente", [])
    return SchedaScritta(
        titolo="",
        unita=sua.codice,
        responsabile_generale=nomi[0] if len(nomi) == 1 else "",
        inizio_previsto=date(b.ciclo.anno, 1, 1),
        fine_prevista=date(b.ciclo.anno, 12, 31),
        specifici=(SpecificoScritto("", indicatori=(IndicatoreScritto(""),)),),
    )


def _difetti(rifiuto: Rifiuto | None, scheda: SchedaScritta, b: Banco) -> list[Difetto]:
    """Of a scheda that was refused; or whose form could not be read, what else is wrong."""
    if isinstance(rifiuto, SchedaNonValida):
        return list(rifiuto.difetti.get(0, ()))
    tenuti = b.salvata.tipi if b.salvata else ()
    return difetti(scheda, b.rubrica, tenuti) if rifiuto is None else []


def _motivi(rifiuto: Rifiuto | None) -> list[Motivo]:
    if rifiuto is None or isinstance(rifiuto, SchedaNonValida):
        return []
    return rifiuto.tutti()


@dataclass(frozen=True, slots=True)
class Quadro:
    """How complete what was typed is: the guards' reasons, the doubts, who proposes."""

    fatti: Fascicolo
    con_posto: list[tuple[Motivo, str]]  # a reason, and where in the page it is remedied
    avvisi: list[tuple[str, str]]  # (id in the page, sentence)
    illeggibili: int
    puo_proporre: bool

    @property
    def mancanze(self) -> list[Motivo]:
        return [m for m, _dove in self.con_posto]


def _completezza(b: Banco, modulo: ModuloScheda, scheda: SchedaScritta) -> Quadro:
    """The verdict of `proponi` over the facts as typed."""
    c = b.contesto
    o = b.obiettivo
    gia = fascicolo.di_obiettivi([o.pk])[o.pk] if o else None
    codice = scheda.codice or (o.codice if o else "")
    unita = b.rubrica.unita.get(scheda.unita)
    if not codice and unita:
        codice = codici.proposto(b.ciclo, unita, codici.usati(b.ciclo))
    eliminati = codici.specifici_eliminati([o.pk]).get(o.pk, set()) if o else set()
    fatti = di_scritta(scheda, b.rubrica, codice=codice, gia=gia, codici_usati=frozenset(eliminati))
    passo = OBIETTIVO.macchina.transizione("proponi")
    assert passo is not None
    return Quadro(
        fatti=fatti,
        con_posto=[
            (m, _rimedio(m, fatti, modulo)) for m in schede.mancanze(fatti, c.attore, c.istante)
        ],
        avvisi=[(modulo.dove(a.dove), a.messaggio) for a in avvisi(scheda, b.rubrica)],
        illeggibili=sum(len(m.errors) for m in modulo.moduli),
        puo_proporre=c.attore.incarico_per("proponi_obiettivo", fatti.percorso) is not None,
    )


_RIMEDI = {
    "responsabile_presente": "id_responsabile_generale",
    "specifici_presenti": "specifici",
    "nodo_presente": "id_nodi",
}


def _rimedio(motivo: Motivo, fatti: Fascicolo, modulo: ModuloScheda) -> str:
    """The place of the page where a reason is remedied: its field, or the specifico it names."""
    for n, s in enumerate(fatti.specifici):
        if motivo.messaggio.startswith((f"{s.codice}:", f"{s.codice},")):
            return modulo.dove(f"specifici-{n}")
    return _RIMEDI.get(motivo.guardia, "")


def _usati(ciclo: Ciclo, campo: str) -> list[str]:
    """Words the ente used for a field this year and the last."""
    return list(
        Obiettivo.objects.filter(ente=ciclo.ente_id, ciclo__anno__in=(ciclo.anno, ciclo.anno - 1))
        .exclude(**{campo: ""})
        .order_by()
        .values_list(campo, flat=True)
        .distinct()
    )


def _persone(r: Rubrica) -> list[Any]:
    return list({p.pk: p for p in r.persone.values() if not p.segnaposto}.values())
