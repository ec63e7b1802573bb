# SPDX-License-Identifier: AGPL-3.0-or-later
"""The scheda: what was promised, what was done, what can I do? And the percentage, explained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cycle import (
    correzioni,
    inviti_variazione,
    misurazione,
    neutralizzazioni,
    richieste,
    selectors,
    storia,
)
from cycle import scheda as lettura
from cycle.come_era import numero_di
from cycle.contesto import Contesto, RichiestaEnte, nell_ente
from cycle.measure import spiega
from cycle.models import ObiettivoSpecifico, RelazioneSemestrale
from cycle.parametri import Parametri, in_frase
from cycle.procedures import OBIETTIVO
from cycle.variazioni.fatti import nome_richiesta
from cycle.views import com_era
from cycle.views.com_era import ADESSO, ComEra
from cycle.views.ipotesi import Ipotesi, ipotesi
from workflows.errors import NonTrovato
from workflows.machines.relazione import COMPILABILI
from workflows.ports import RUOLI
from workflows.verdetto import Verdetto

EVENTI = 20


@require_safe
@nell_ente
def scheda(request: RichiestaEnte, pid: UUID) -> HttpResponse:
    """An objective, whole; with `?al=`, as it was."""
    al = com_era.chiesto(request, request.contesto)
    numero = numero_di(pid) if al.istante else None
    if numero is not None:
        with com_era.allora(request, al, obiettivo=numero):
            try:
                return scheda_letta(request, pid, anteprima=True, al=al)
            except NonTrovato:
                al = al.non_c_era()
    return scheda_letta(request, pid, al=al)


def scheda_letta(
    request: RichiestaEnte,
    pid: UUID,
    *,
    parziale: bool = False,
    anteprima: bool = False,
    al: ComEra = ADESSO,
) -> HttpResponse:
    """The page, or the part of it that a step changes; as an `anteprima`, or as it was, it can
    only be read."""
    c = request.contesto
    obiettivo = selectors.obiettivo(c.attore, pid)
    e_se = Ipotesi() if parziale else ipotesi(request.GET, c)
    attore = e_se.attore(c, obiettivo.unita.percorso)
    verdetti = selectors.verdetti(OBIETTIVO, [obiettivo], attore, e_se.istante(c))[obiettivo.pk]
    contesto: dict[str, Any] = {
        "s": lettura.leggi(obiettivo, c.attore),
        "o": obiettivo,
        "anno": obiettivo.ciclo.anno,
        "oggi": c.istante.astimezone(ZoneInfo(c.ente.fuso)).date(),
        "tappe": storia.tappe(ente_id=c.ente.pk, obiettivo_id=obiettivo.pk, stato=obiettivo.stato),
        "azioni": azioni(verdetti),
        "ipotesi": e_se,
        "ruoli": RUOLI.items(),
        "anteprima": anteprima,
        "al": al,
        "puo_scrivere": obiettivo.stato == "bozza"
        and c.attore.incarico_per("modifica_obiettivo", obiettivo.unita.percorso) is not None,
        "puo_variare": obiettivo.stato in ("approvato", "in_corso")
        and c.attore.incarico_per("redigi_variazione", obiettivo.unita.percorso) is not None,
        "variazioni": [
            (v, nome_richiesta(v, obiettivo.codice))
            for v in (richieste.aperte(obiettivo, c.attore) if obiettivo.versione else ())
        ],
        **correzioni.della_pagina(obiettivo, c.attore),
        **neutralizzazioni.della_pagina(obiettivo, c.attore),
        **inviti_variazione.della_pagina(
            obiettivo, c.attore, inviti_variazione.oggi(c.ente, c.istante)
        ),
        "compilabili": COMPILABILI,
        "puo_compilare": c.attore.incarico_per("compila_relazione", obiettivo.unita.percorso)
        is not None,
        "fatti": storia.fatti(ente_id=c.ente.pk, obiettivo_id=obiettivo.pk, limite=EVENTI),
        "limite_fatti": EVENTI,
    }
    return render(
        request,
        "cycle/scheda/_pagina.html" if parziale else "cycle/scheda/scheda.html",
        contesto,
        status=422 if e_se.errore else 200,
    )


@dataclass(frozen=True, slots=True)
class Azioni:
    """The bar of the acts: those possible now, those one would expect here and cannot do, and
    all the others. `attesi`: the forward steps of this state, with the roles that take them."""

    possibili: tuple[Verdetto, ...]
    negate: tuple[Verdetto, ...]
    lontane: tuple[Verdetto, ...]
    attesi: tuple[tuple[Verdetto, str], ...]


def azioni(verdetti: list[Verdetto]) -> Azioni:
    """The transitions of an object, sorted for its bar."""
    avanti = [v for v in verdetti if not v.conflitto and not v.transizione.regole.ritorno]
    return Azioni(
        possibili=tuple(v for v in verdetti if v.permessa),
        negate=tuple(v for v in verdetti if v.motivi and _attesa(v)),
        lontane=tuple(v for v in verdetti if v.motivi and not _attesa(v)),
        attesi=tuple((v, " o ".join(RUOLI[r] for r in v.transizione.regole.ruoli)) for v in avanti),
    )


def _attesa(v: Verdetto) -> bool:
    """Whether one would look for the step here: it starts from this state, and it is a step
    forward or one's own to take."""
    return not v.conflitto and (v.incarico is not None or not v.transizione.regole.ritorno)


@require_safe
@nell_ente
def percentuale(request: RichiestaEnte, pid: UUID) -> HttpResponse:
    """How the percentage came out: formula, inputs, sentence, down to the periods. `periodo`
    asks up to which; without it, the last one submitted, or the whole year while none is."""
    c = request.contesto
    obiettivo = selectors.obiettivo(c.attore, pid)
    periodi = selectors.periodi(obiettivo.ciclo)
    trasmessi = _trasmessi(c, obiettivo.pk)
    chiesto = request.GET.get("periodo", "")
    fino_a = next((p for p in periodi if p.codice == chiesto), None)
    if chiesto and fino_a is None:
        raise NonTrovato({})
    if fino_a is None:
        fino_a = next((p for p in reversed(periodi) if p.ordine in trasmessi), None)
    ordine = fino_a.ordine if fino_a else max((p.ordine for p in periodi), default=1)
    chiusi = max((o for o in trasmessi if o <= ordine), default=0)
    parametri = Parametri.da_dizionario(obiettivo.ciclo.parametri)
    figure = misurazione.figure([obiettivo.pk])[obiettivo.pk]
    nomi = in_frase(parametri.nome_specifico), in_frase(parametri.nome_specifici)
    spiegazione = spiega(figure, parametri.misura, ordine, chiusi, nomi)
    return render(
        request,
        "cycle/scheda/percentuale.html",
        {
            "o": obiettivo,
            "anno": obiettivo.ciclo.anno,
            "periodi": periodi,
            "fino_a": fino_a,
            "provvisoria": chiusi < ordine,
            "spiegazione": spiegazione,
            "titoli": dict(
                ObiettivoSpecifico.objects.filter(obiettivo=obiettivo).values_list(
                    "codice", "titolo"
                )
            ),
        },
    )


def _trasmessi(c: Contesto, obiettivo_id: int) -> set[int]:
    """The ordinals of the periods whose report was submitted."""
    return set(
        RelazioneSemestrale.objects.filter(ente=c.ente, obiettivo_id=obiettivo_id)
        .exclude(stato__in=COMPILABILI)
        .values_list("periodo__ordine", flat=True)
    )
