# SPDX-License-Identifier: AGPL-3.0-or-later
"""The plan of a year as JSON (schema in `piano.schema.json`).

What a document gives to a whole scheda, and to no specifico of it, is said in the first one: money
always, people where no specifico names any.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from django.db.models import Q

from cycle import measure
from cycle.models import (
    Ciclo,
    Collaboratore,
    Fase,
    Indicatore,
    NodoStrategico,
    Obiettivo,
    ObiettivoNodo,
    ObiettivoSpecifico,
    Rilevazione,
    Stanziamento,
    StoricoIndicatore,
    VoceRelazione,
)

SCHEMA = 2  # of the JSON; 1 had no phases, money, nodes, past years

Dizionario = dict[str, Any]
Passo = tuple[str, str, str]  # tipo, codice, titolo of a node


def decimale(valore: Decimal | None) -> str | None:
    """`66.67`, `100.00`: a point, at least two decimals, no others that are zero."""
    if valore is None:
        return None
    intero, _, decimali = f"{valore:f}".partition(".")
    return f"{intero}.{decimali.rstrip('0').ljust(2, '0')}"


def percentuale(valore: Decimal | None) -> str | None:
    """A percentage as it is shown: half-up to two decimals."""
    return None if valore is None else f"{measure.arrotonda(valore):.2f}"


def giorno(valore: date | None) -> str | None:
    return valore.isoformat() if valore else None


def da_database(
    ciclo: Ciclo,
    visibili: Q | None = None,
    *,
    riservati: Callable[[Obiettivo], bool] = lambda _: True,
) -> Dizionario:
    """The plan of a year, in a fixed number of queries: whole, or as much of it as `visibili`
    lets through (`selectors.visibili`). `riservati`: of which objectives effort, category and
    matricola are said, which are for the own unit and for controllo (`domain.md` 2)."""
    obiettivi = list(
        Obiettivo.objects.filter(visibili or Q(), ciclo=ciclo)
        .select_related("unita", "responsabile_generale", "responsabile_operativo")
        .order_by("codice")
    )
    aperti = {o.pk for o in obiettivi if riservati(o)}
    figli = _Figli(aperti, obiettivo__ciclo=ciclo)
    return {
        "schema": SCHEMA,
        "ente": ciclo.ente.nome,
        "anno": ciclo.anno,
        "obiettivi": [_obiettivo(o, figli) for o in obiettivi],
    }


def di_obiettivo(obiettivo: Obiettivo, *, riservati: bool = False) -> Dizionario:
    """One objective, in the shape it has in the plan; `riservati` as in `da_database`."""
    aperti = {obiettivo.pk} if riservati else set()
    return _obiettivo(obiettivo, _Figli(aperti, obiettivo=obiettivo))


def _obiettivo(o: Obiettivo, figli: _Figli) -> Dizionario:
    return {
        "codice": o.codice,
        "tipo": o.tipo,
        "titolo": o.titolo,
        "unita": o.unita.nome,
        "responsabile_generale": _nome(o.responsabile_generale),
        "responsabile_operativo": _nome(o.responsabile_operativo),
        "inizio_previsto": giorno(o.inizio_previsto),
        "fine_prevista": giorno(o.fine_prevista),
        "stato": o.stato,
        "percentuale_calcolata": percentuale(o.percentuale_calcolata),
        "percentuale_convalidata": percentuale(o.percentuale_convalidata),
        "nodi": figli.nodi[o.pk],
        "specifici": [figli.specifico(s) for s in figli.specifici[o.pk]],
    }


class _Figli:
    """Everything below some objectives (`di` filters the tables below them), by parent."""

    def __init__(self, aperti: Collection[int], **di: Any) -> None:
        self.specifici: dict[int, list[ObiettivoSpecifico]] = defaultdict(list)
        self.collaboratori: dict[int, list[Dizionario]] = defaultdict(list)
        self.rilevazioni: dict[int, list[Dizionario]] = defaultdict(list)
        self.indicatori: dict[int, list[Dizionario]] = defaultdict(list)
        self.voci: dict[int, list[Dizionario]] = defaultdict(list)
        for s in ObiettivoSpecifico.objects.filter(**di).order_by("ordine"):
            self.specifici[s.obiettivo_id].append(s)
        primi = {pk: figli[0].pk for pk, figli in self.specifici.items()}
        self.nodi = _nodi(**di)
        self._persone(aperti, primi, **di)
        self.fasi = _fasi(**di)
        self.stanziamenti: dict[int, list[Dizionario]] = defaultdict(list)
        for e in Stanziamento.objects.filter(**di).order_by("pk"):
            dove = e.specifico_id or primi.get(e.obiettivo_id, 0)
            self.stanziamenti[dove].append(
                stanziamento(e.capitolo, e.articolo, e.descrizione, e.parte, e.importo)
            )
        storico: dict[int, list[Dizionario]] = defaultdict(list)
        for v in StoricoIndicatore.objects.filter(**di).order_by("anno"):
            storico[v.indicatore_id].append(valore_storico(v.anno, v.valore))
        for r in (
            Rilevazione.objects.filter(**di).select_related("periodo").order_by("periodo__ordine")
        ):
            self.rilevazioni[r.indicatore_id].append(
                rilevazione(
                    r.periodo.codice,
                    r.target if r.target is not None else r.target_data,
                    r.valore if r.valore is not None else r.valore_data,
                )
            )
        for i in Indicatore.objects.filter(**di).select_related("tipo").order_by("ordine"):
            self.indicatori[i.specifico_id].append(
                {
                    "nome": i.nome,
                    "tipo": i.tipo.nome if i.tipo else None,
                    "unita_misura": i.unita_misura,
                    "peso": decimale(i.peso),
                    "natura": i.natura,
                    "aggregazione": i.aggregazione,
                    "periodi": self.rilevazioni[i.pk],
                    "storico": storico[i.pk],
                }
            )
        for d in (
            VoceRelazione.objects.filter(**di)
            .select_related("relazione__periodo")
            .order_by("relazione__periodo__ordine")
        ):
            self.voci[d.specifico_id].append(
                relazione(d.relazione.periodo.codice, d.testo, d.osservazione, d.risposta)
            )

    def _persone(self, aperti: Collection[int], primi: Mapping[int, int], **di: Any) -> None:
        della_scheda: dict[int, list[Dizionario]] = defaultdict(list)
        con_i_suoi: set[int] = set()
        for c in Collaboratore.objects.filter(**di).select_related("persona").order_by("ordine"):
            detto = collaboratore(
                c.nome,
                c.dal,
                c.al,
                c.responsabile,
                *(
                    (c.impegno, c.inquadramento, c.persona.matricola)
                    if c.obiettivo_id in aperti
                    else ()
                ),
            )
            if c.specifico_id is None:
                della_scheda[c.obiettivo_id].append(detto)
            else:
                con_i_suoi.add(c.obiettivo_id)
                self.collaboratori[c.specifico_id].append(detto)
        for pk, primo in primi.items():
            if pk not in con_i_suoi:
                self.collaboratori[primo] = della_scheda[pk]

    def specifico(self, s: ObiettivoSpecifico) -> Dizionario:
        return {
            "codice": s.codice,
            "titolo": s.titolo,
            "inizio_previsto": giorno(s.inizio_previsto),
            "fine_prevista": giorno(s.fine_prevista),
            "collaboratori": self.collaboratori[s.pk],
            "fasi": self.fasi[s.pk],
            "stanziamenti": self.stanziamenti[s.pk],
            "indicatori": self.indicatori[s.pk],
            "relazioni": self.voci[s.pk],
        }


def _nome(persona: Any) -> str | None:
    return persona.nome_completo if persona else None


def _nodi(**di: Any) -> dict[int, list[list[Dizionario]]]:
    """By objective, the nodes it hangs on: each as its path from the root."""
    nodi: dict[int, tuple[int | None, Passo]] = {}
    legami = list(ObiettivoNodo.objects.filter(**di).values_list("obiettivo_id", "nodo_id"))
    anni = Obiettivo.objects.filter(pk__in={pk for pk, _ in legami}).values("ciclo")
    for pk, padre, tipo, codice, titolo in NodoStrategico.objects.filter(
        ciclo__in=anni
    ).values_list("pk", "padre_id", "tipo", "codice", "titolo"):
        nodi[pk] = padre, (tipo, codice, titolo)
    percorsi: dict[int, list[list[Passo]]] = defaultdict(list)
    for obiettivo, foglia in legami:
        passi: list[Passo] = []
        dove: int | None = foglia
        while dove is not None:
            dove, passo = nodi[dove]
            passi.insert(0, passo)
        percorsi[obiettivo].append(passi)
    detti: dict[int, list[list[Dizionario]]] = defaultdict(list)
    for obiettivo, suoi in percorsi.items():
        detti[obiettivo] = percorsi_detti(suoi)
    return detti


def percorsi_detti(percorsi: Iterable[Sequence[Passo]]) -> list[list[Dizionario]]:
    """Paths of nodes, each once, in one order whatever the order they came in."""
    return [
        [{"tipo": tipo, "codice": codice, "titolo": titolo} for tipo, codice, titolo in percorso]
        for percorso in sorted({tuple(p) for p in percorsi})
    ]


def _fasi(**di: Any) -> dict[int, list[Dizionario]]:
    fasi: dict[int, list[Dizionario]] = defaultdict(list)
    for f in Fase.objects.filter(**di).select_related("responsabile").order_by("ordine"):
        fasi[f.specifico_id].append(fase(f.ordine, f, _nome(f.responsabile)))
    return fasi


class _DiFase(Protocol):
    """A phase, as the database or as a neutral plan holds it."""

    @property
    def descrizione(self) -> str: ...
    @property
    def peso(self) -> Decimal | None: ...
    @property
    def avanzamento(self) -> Decimal | None: ...
    @property
    def inizio_previsto(self) -> date | None: ...
    @property
    def fine_prevista(self) -> date | None: ...
    @property
    def inizio_effettivo(self) -> date | None: ...
    @property
    def fine_effettiva(self) -> date | None: ...
    @property
    def note(self) -> str: ...


def fase(ordine: int, f: _DiFase, responsabile: str | None) -> Dizionario:
    return {
        "ordine": ordine,
        "descrizione": f.descrizione,
        "peso": decimale(f.peso),
        "avanzamento": decimale(f.avanzamento),
        "inizio_previsto": giorno(f.inizio_previsto),
        "fine_prevista": giorno(f.fine_prevista),
        "inizio_effettivo": giorno(f.inizio_effettivo),
        "fine_effettiva": giorno(f.fine_effettiva),
        "responsabile": responsabile,
        "note": f.note,
    }


def stanziamento(
    capitolo: str, articolo: str, descrizione: str, parte: str, importo: Decimal
) -> Dizionario:
    return {
        "capitolo": capitolo,
        "articolo": articolo,
        "descrizione": descrizione,
        "parte": parte,
        "importo": decimale(importo),
    }


def valore_storico(anno: int, valore: Decimal | None) -> Dizionario:
    return {"anno": anno, "valore": decimale(valore)}


def collaboratore(
    nome: str,
    dal: date | None,
    al: date | None,
    responsabile: bool,
    impegno: Decimal | None = None,
    categoria: str = "",
    matricola: str = "",
) -> Dizionario:
    return {
        "nome": nome,
        "dal": giorno(dal),
        "al": giorno(al),
        "responsabile": responsabile,
        "impegno": decimale(impegno),
        "categoria": categoria or None,
        "matricola": matricola or None,
    }


def rilevazione(
    periodo: str, target: Decimal | date | None, valore: Decimal | date | None
) -> Dizionario:
    return {"periodo": periodo, "target": figura(target), "valore": figura(valore)}


def figura(valore: Decimal | date | None) -> str | None:
    return giorno(valore) if isinstance(valore, date) else decimale(valore)


def relazione(periodo: str, testo: str, osservazione: str, risposta: str) -> Dizionario:
    return {
        "periodo": periodo,
        "testo": testo,
        "osservazione": osservazione,
        "risposta": risposta,
    }
