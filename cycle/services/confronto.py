# SPDX-License-Identifier: AGPL-3.0-or-later
"""Is what a document says already there? An import that is repeated changes nothing; one that
differs is refused, and this says in which objectives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from cycle.exports.piano import (
    Dizionario,
    collaboratore,
    da_database,
    decimale,
    giorno,
    percentuale,
    relazione,
    rilevazione,
)
from cycle.importers import piano as neutro
from cycle.models import Ciclo, Indicatore, Obiettivo, ObiettivoNodo, ObiettivoSpecifico
from workflows.machines.obiettivo import PRIMA_DELL_APPROVAZIONE


def presenti_e_diversi(
    ciclo: Ciclo | None, piano: neutro.Piano, come: str
) -> tuple[set[str], list[str]]:
    """Codes of the document's objectives that are there, and, of those, the ones that are not
    as importing the document `come` piano or storico would leave them."""
    if ciclo is None:
        return set(), []
    esportati = {o["codice"]: o for o in da_database(ciclo)["obiettivi"]}
    resto = _resto(ciclo)
    presenti = {o.codice for o in piano.obiettivi if o.codice in esportati}
    unita = {u.codice: u.nome for u in piano.unita}
    diversi = [
        o.codice
        for o in piano.obiettivi
        if o.codice in presenti
        and (
            _confrontabile(esportati[o.codice], resto[o.codice], come)
            != _del_documento(o, unita[o.unita], come)
            or (come == "storico" and esportati[o.codice]["stato"] in PRIMA_DELL_APPROVAZIONE)
        )
    ]
    return presenti, diversi


def _del_documento(o: neutro.Obiettivo, unita: str, come: str) -> Dizionario:
    """An objective as importing it leaves it; without the state and the computed percentage,
    which are not the document's to say."""
    storico = come == "storico"
    return {
        "codice": o.codice,
        "tipo": o.tipo,
        "titolo": o.titolo,
        "unita": unita,
        "responsabile_generale": o.responsabile_generale or None,
        "responsabile_operativo": o.responsabile_operativo or None,
        "inizio_previsto": giorno(o.inizio_previsto),
        "fine_prevista": giorno(o.fine_prevista),
        "percentuale_convalidata": percentuale(o.percentuale_convalidata) if storico else None,
        "categoria": o.categoria,
        "descrizione": o.descrizione,
        "peso": decimale(o.peso),
        "nodi": sorted({n.percorso[-1] for n in o.nodi if n.percorso}),
        "testi": [
            (s.descrizione, [(i.tipo, i.unita_misura) for i in s.indicatori]) for s in o.specifici
        ],
        "specifici": [
            {
                "codice": s.codice,
                "titolo": s.titolo,
                "inizio_previsto": giorno(s.inizio_previsto),
                "fine_prevista": giorno(s.fine_prevista),
                "collaboratori": [
                    collaboratore(c.nome, c.dal, c.al, c.responsabile) for c in s.collaboratori
                ],
                "indicatori": [
                    {
                        "nome": i.nome,
                        "peso": decimale(i.peso),
                        "natura": i.natura,
                        "aggregazione": i.aggregazione,
                        "periodi": [
                            rilevazione(r.periodo, r.target, r.valore if storico else None)
                            for r in i.rilevazioni
                        ],
                    }
                    for i in s.indicatori
                ],
                "relazioni": [
                    relazione(r.periodo, r.testo, r.osservazione, r.risposta) for r in s.relazioni
                ]
                if storico
                else [],
            }
            for s in o.specifici
        ],
    }


def _resto(ciclo: Ciclo) -> Mapping[str, Dizionario]:
    """What the export does not carry and a document says, by code."""
    nodi: dict[int, set[tuple[str, str, str]]] = defaultdict(set)
    for pk, *nodo in ObiettivoNodo.objects.filter(obiettivo__ciclo=ciclo).values_list(
        "obiettivo_id", "nodo__tipo", "nodo__codice", "nodo__titolo"
    ):
        nodi[pk].add((nodo[0], nodo[1], nodo[2]))
    indicatori: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for pk, tipo, unita in (
        Indicatore.objects.filter(obiettivo__ciclo=ciclo)
        .order_by("ordine")
        .values_list("specifico_id", "tipo__nome", "unita_misura")
    ):
        indicatori[pk].append((tipo or "", unita))
    testi: dict[int, list[Any]] = defaultdict(list)
    for pk, specifico, descrizione in (
        ObiettivoSpecifico.objects.filter(obiettivo__ciclo=ciclo)
        .order_by("ordine")
        .values_list("obiettivo_id", "pk", "descrizione")
    ):
        testi[pk].append((descrizione, indicatori[specifico]))
    return {
        o.codice: {
            "categoria": o.categoria,
            "descrizione": o.descrizione,
            "peso": decimale(o.peso),
            "nodi": sorted(nodi[o.pk]),
            "testi": testi[o.pk],
        }
        for o in Obiettivo.objects.filter(ciclo=ciclo)
    }


def _confrontabile(obiettivo: Dizionario, resto: Dizionario, come: str) -> Dizionario:
    """An exported objective reduced to what a document says of it: a plan that has been worked
    on keeps its values and reports, and still is the same plan."""
    tolti = {"stato", "percentuale_calcolata"}
    ridotto = {**{k: v for k, v in obiettivo.items() if k not in tolti}, **resto}
    if come == "storico":
        return ridotto
    return {
        **ridotto,
        "percentuale_convalidata": None,
        "specifici": [
            {
                **s,
                "relazioni": [],
                "indicatori": [
                    {**i, "periodi": [{**p, "valore": None} for p in i["periodi"]]}
                    for i in s["indicatori"]
                ],
            }
            for s in ridotto["specifici"]
        ],
    }
