# SPDX-License-Identifier: AGPL-3.0-or-later
"""The facts of a scheda that is being written: what the guards will read once it is stored.

`di_scritta` gives the facts as typed and `fascicolo.di_obiettivi` those stored: storing what was
typed makes the second equal to the first, so that what the page says is missing while one types is
what `proponi` will refuse.
"""

from __future__ import annotations

from dataclasses import replace

from cycle.bozze.codici import codici_specifici
from cycle.bozze.lettura import nodi_di
from cycle.bozze.rubrica import Rubrica
from cycle.fascicolo import difetto_dei_pesi
from cycle.scritta import IndicatoreScritto, SchedaScritta, SpecificoScritto
from workflows.ports import Fascicolo, FattiIndicatore, FattiPeriodo, FattiSpecifico


def di_scritta(
    scheda: SchedaScritta,
    rubrica: Rubrica,
    *,
    codice: str,
    gia: Fascicolo | None = None,
    codici_usati: frozenset[str] = frozenset(),
) -> Fascicolo:
    """The facts of `scheda` as typed. `gia` are those of the draft already stored, None for a new
    one; `codice` is the code it has or would be given; `codici_usati` those its specifici once
    had."""
    ciclo = rubrica.ciclo
    unita = rubrica.unita.get(scheda.unita)
    generale = rubrica.persona(scheda.responsabile_generale)
    periodi = tuple(FattiPeriodo(p.codice, p.ordine, p.dal, p.al) for p in rubrica.periodi)
    codici = codici_specifici(codice, [s.codice for s in scheda.specifici], codici_usati)
    base = gia or Fascicolo(
        id=0,
        procedura="obiettivo",
        codice=codice,
        titolo="",
        stato="bozza",
        revisione=0,
        percorso="",
        unita="",
        anno=ciclo.anno,
        ente=ciclo.ente.codice_ipa,
        politica=rubrica.parametri.politica(ciclo.ente.fuso),
        obiettivo_id=0,
        stato_obiettivo="bozza",
        periodi=periodi,
    )
    return replace(
        base,
        codice=codice,
        titolo=scheda.titolo,
        tipo=scheda.tipo,
        percorso=unita.percorso if unita else base.percorso,
        unita=unita.nome if unita else base.unita,
        responsabile_generale=generale.pk if generale else None,
        inizio=scheda.inizio_previsto,
        fine=scheda.fine_prevista,
        nodi=len(nodi_di(scheda, rubrica)),
        specifici=tuple(
            _specifico(s, codice_suo, rubrica)
            for s, codice_suo in zip(scheda.specifici, codici, strict=True)
        ),
    )


def _specifico(s: SpecificoScritto, codice: str, rubrica: Rubrica) -> FattiSpecifico:
    return FattiSpecifico(
        id=0,
        codice=codice,
        inizio=s.inizio_previsto,
        fine=s.fine_prevista,
        indicatori=tuple(_indicatore(i) for i in s.indicatori),
        difetto_pesi=difetto_dei_pesi([i.peso for i in s.indicatori], rubrica.parametri),
    )


def _indicatore(i: IndicatoreScritto) -> FattiIndicatore:
    return FattiIndicatore(
        i.nome, frozenset(codice for codice, target in i.target.items() if target is not None)
    )
