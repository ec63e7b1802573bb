# SPDX-License-Identifier: AGPL-3.0-or-later
"""Is what a document says already there? An import that is repeated changes nothing; one that
differs is refused, and this says in which objectives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from cycle.exports.piano import (
    Dizionario,
    collaboratore,
    da_database,
    decimale,
    fase,
    giorno,
    percentuale,
    percorsi_detti,
    relazione,
    rilevazione,
    stanziamento,
    valore_storico,
)
from cycle.importers import piano as neutro
from cycle.models import Ciclo, Fase, Indicatore, Obiettivo, ObiettivoSpecifico
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
    ente = ciclo.ente.nome
    unita = {u.codice: ente if u.tipo == "ente" else u.nome for u in piano.unita}
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
    ripresi = () if any(s.collaboratori for s in o.specifici) else _della_scheda(o)
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
        "nodi": percorsi_detti(n.percorso for n in o.nodi if n.percorso),
        "sezioni": [list(sezione) for sezione in o.sezioni],
        "testi": [
            (s.descrizione, [(i.codice, i.note) for i in s.indicatori], [f.centro for f in s.fasi])
            for s in o.specifici
        ],
        "specifici": [
            {
                "codice": s.codice,
                "titolo": s.titolo,
                "inizio_previsto": giorno(s.inizio_previsto),
                "fine_prevista": giorno(s.fine_prevista),
                "collaboratori": [
                    collaboratore(c.nome, c.dal, c.al, c.responsabile, c.impegno, c.categoria)
                    for c in (*s.collaboratori, *(ripresi if s is o.specifici[0] else ()))
                ],
                "fasi": [
                    _secondo(storico, fase(n, f, f.responsabile or None))
                    for n, f in enumerate(s.fasi, start=1)
                ],
                "stanziamenti": [
                    stanziamento(e.capitolo, e.articolo, e.descrizione, e.parte, e.importo)
                    for e in (*(o.stanziamenti if s is o.specifici[0] else ()), *s.stanziamenti)
                ],
                "indicatori": [
                    {
                        "nome": i.nome,
                        "tipo": i.tipo or None,
                        "unita_misura": i.unita_misura,
                        "peso": decimale(i.peso),
                        "natura": i.natura,
                        "aggregazione": i.aggregazione,
                        "periodi": [
                            rilevazione(r.periodo, r.target, r.valore if storico else None)
                            for r in i.rilevazioni
                        ],
                        "storico": [
                            valore_storico(v.anno, v.valore)
                            for v in sorted(i.storico, key=lambda v: v.anno)
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


def _della_scheda(o: neutro.Obiettivo) -> Sequence[neutro.Collaboratore]:
    """Who works on the whole scheda, as the export says it in the first specifico."""
    semplici = (
        neutro.Collaboratore(nome, nome, None, None, False, categoria=inquadramento)
        for nome, inquadramento in o.collaboratori
    )
    return (*semplici, *o.persone)


_DI_CHIUSURA = ("avanzamento", "inizio_effettivo", "fine_effettiva", "note")


def _secondo(storico: bool, fase: Dizionario) -> Dizionario:
    """A phase as a closed year has it, or as planned."""
    return fase if storico else {k: v for k, v in fase.items() if k not in _DI_CHIUSURA}


def _resto(ciclo: Ciclo) -> Mapping[str, Dizionario]:
    """What the export does not carry and a document says, by code."""
    note: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for pk, codice, testo in (
        Indicatore.objects.filter(obiettivo__ciclo=ciclo)
        .order_by("ordine")
        .values_list("specifico_id", "codice", "note")
    ):
        note[pk].append((codice, testo))
    centri: dict[int, list[str]] = defaultdict(list)
    for pk, centro in (
        Fase.objects.filter(obiettivo__ciclo=ciclo)
        .order_by("ordine")
        .values_list("specifico_id", "centro")
    ):
        centri[pk].append(centro)
    testi: dict[int, list[Any]] = defaultdict(list)
    for pk, specifico, descrizione in (
        ObiettivoSpecifico.objects.filter(obiettivo__ciclo=ciclo)
        .order_by("ordine")
        .values_list("obiettivo_id", "pk", "descrizione")
    ):
        testi[pk].append((descrizione, note[specifico], centri[specifico]))
    return {
        o.codice: {
            "categoria": o.categoria,
            "descrizione": o.descrizione,
            "peso": decimale(o.peso),
            "sezioni": o.sezioni,
            "testi": testi[o.pk],
        }
        for o in Obiettivo.objects.filter(ciclo=ciclo)
    }


def _confrontabile(obiettivo: Dizionario, resto: Dizionario, come: str) -> Dizionario:
    """An exported objective reduced to what a document says of it: a plan that has been worked
    on keeps its values and reports, and still is the same plan. A matricola is the person's, and
    may be mended elsewhere."""
    tolti = {"stato", "percentuale_calcolata"}
    storico = come == "storico"
    ridotto = {**{k: v for k, v in obiettivo.items() if k not in tolti}, **resto}
    specifici = [
        {
            **s,
            "collaboratori": [{**c, "matricola": None} for c in s["collaboratori"]],
            "fasi": [_secondo(storico, f) for f in s["fasi"]],
        }
        for s in ridotto["specifici"]
    ]
    if storico:
        return {**ridotto, "specifici": specifici}
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
            for s in specifici
        ],
    }
