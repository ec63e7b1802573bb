# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the rows to the scheda as somebody would write it: what a form begins with, a spreadsheet
is filled with, and last year's copy is made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from cycle.bozze.rubrica import Rubrica
from cycle.models import (
    Collaboratore,
    Fase,
    Indicatore,
    NodoStrategico,
    Obiettivo,
    ObiettivoNodo,
    ObiettivoSpecifico,
    Rilevazione,
)
from cycle.scritta import (
    FaseScritta,
    IndicatoreScritto,
    PersonaScritta,
    SchedaScritta,
    SpecificoScritto,
)


class Albero:
    """All the rows below some objectives, by what they hang on, in seven queries whatever their
    number."""

    def __init__(self, obiettivi: Sequence[int]) -> None:
        self.specifici: dict[int, list[ObiettivoSpecifico]] = defaultdict(list)
        self.indicatori: dict[int, list[Indicatore]] = defaultdict(list)
        self.rilevazioni: dict[int, list[Rilevazione]] = defaultdict(list)
        self.fasi: dict[int, list[Fase]] = defaultdict(list)
        self.persone: dict[int, list[Collaboratore]] = defaultdict(list)
        self.nodi: dict[int, list[ObiettivoNodo]] = defaultdict(list)
        self.collaboratori: dict[int, list[Collaboratore]] = defaultdict(list)  # of the whole
        di = {"obiettivo__in": list(obiettivi)}
        for s in ObiettivoSpecifico.objects.filter(**di).order_by("ordine", "pk"):
            self.specifici[s.obiettivo_id].append(s)
        for i in Indicatore.objects.filter(**di).select_related("tipo").order_by("ordine"):
            self.indicatori[i.specifico_id].append(i)
        for r in (
            Rilevazione.objects.filter(**di).select_related("periodo").order_by("periodo__ordine")
        ):
            self.rilevazioni[r.indicatore_id].append(r)
        for f in Fase.objects.filter(**di).order_by("ordine"):
            self.fasi[f.specifico_id].append(f)
        for c in Collaboratore.objects.filter(**di).order_by("ordine", "pk"):
            if c.specifico_id is None:
                self.collaboratori[c.obiettivo_id].append(c)
            else:
                self.persone[c.specifico_id].append(c)
        for n in ObiettivoNodo.objects.filter(**di).select_related("nodo").order_by("pk"):
            self.nodi[n.obiettivo_id].append(n)


def leggi(
    obiettivi: Sequence[Obiettivo], rubrica: Rubrica, albero: Albero | None = None
) -> dict[int, SchedaScritta]:
    """The schede of the objectives, by id. `obiettivi` come with their `unita`."""
    albero = albero or Albero([o.pk for o in obiettivi])
    return {o.pk: _scheda(o, rubrica, albero) for o in obiettivi}


def _scheda(o: Obiettivo, rubrica: Rubrica, albero: Albero) -> SchedaScritta:
    return SchedaScritta(
        titolo=o.titolo,
        unita=o.unita.codice,
        codice=o.codice,
        tipo=o.tipo,
        categoria=o.categoria,
        descrizione=o.descrizione,
        responsabile_generale=_nome(rubrica, o.responsabile_generale_id),
        responsabile_operativo=_nome(rubrica, o.responsabile_operativo_id),
        inizio_previsto=o.inizio_previsto,
        fine_prevista=o.fine_prevista,
        peso=o.peso,
        provvisorio=o.provvisorio,
        nodi=tuple(str(n.nodo.pid) for n in albero.nodi[o.pk]),
        specifici=tuple(_specifico(s, rubrica, albero) for s in albero.specifici[o.pk]),
    )


def _specifico(s: ObiettivoSpecifico, rubrica: Rubrica, albero: Albero) -> SpecificoScritto:
    return SpecificoScritto(
        titolo=s.titolo,
        codice=s.codice,
        descrizione=s.descrizione,
        peso=s.peso,
        inizio_previsto=s.inizio_previsto,
        fine_prevista=s.fine_prevista,
        esternalizzata=s.esternalizzata.strip().lower(),
        affidatario=s.affidatario,
        modalita_affidamento=s.modalita_affidamento,
        indicatori=tuple(_indicatore(i, albero) for i in albero.indicatori[s.pk]),
        fasi=tuple(
            FaseScritta(
                f.descrizione,
                f.peso,
                f.inizio_previsto,
                f.fine_prevista,
                _nome(rubrica, f.responsabile_id),
                f.pid,
            )
            for f in albero.fasi[s.pk]
        ),
        persone=tuple(
            PersonaScritta(
                _nome(rubrica, c.persona_id), c.dal, c.al, c.responsabile, c.impegno, c.pid
            )
            for c in albero.persone[s.pk]
        ),
        pid=s.pid,
    )


def _indicatore(i: Indicatore, albero: Albero) -> IndicatoreScritto:
    return IndicatoreScritto(
        nome=i.nome,
        tipo=i.tipo.nome if i.tipo else "",
        unita_misura=i.unita_misura,
        natura=i.natura,
        aggregazione=i.aggregazione,
        peso=i.peso,
        cap=i.cap,
        fascia_da=i.fascia_da,
        fascia_a=i.fascia_a,
        target={
            r.periodo.codice: target
            for r in albero.rilevazioni[i.pk]
            if (target := r.target if r.target is not None else r.target_data) is not None
        },
        pid=i.pid,
    )


def _nome(rubrica: Rubrica, persona: int | None) -> str:
    return rubrica.nomi.get(persona, "") if persona is not None else ""


def nodi_di(scheda: SchedaScritta, rubrica: Rubrica) -> list[NodoStrategico]:
    """The nodes a scheda names, each once."""
    trovati = {
        nodo.pk: nodo for testo in scheda.nodi if (nodo := rubrica.nodi.get(testo)) is not None
    }
    return list(trovati.values())
