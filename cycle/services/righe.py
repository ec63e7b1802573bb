# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the schede as written to their rows: what is new, what changed, what is gone, for one
draft or for a thousand, in a number of statements that does not depend on how many.

Runs within the action that is open. Whoever calls has checked `bozze.verifica.difetti`: every name
is somebody's, every row is of its objective.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from django.db import models

from cycle.bozze.lettura import Albero, nodi_di
from cycle.bozze.rubrica import Rubrica
from cycle.insiemi import aggiorna, copia
from cycle.models import (
    Collaboratore,
    Fase,
    Indicatore,
    Obiettivo,
    ObiettivoNodo,
    ObiettivoSpecifico,
    Rilevazione,
    Stanziamento,
    StoricoIndicatore,
)
from cycle.models.base import DiObiettivo
from cycle.scritta import IndicatoreScritto, SchedaScritta
from workflows.errors import NonTrovato

M = TypeVar("M", bound=models.Model)
Valori = Mapping[str, Any]  # column -> value

_TIPI = {
    "CharField": "text",
    "TextField": "text",
    "DecimalField": "numeric",
    "DateField": "date",
    "BooleanField": "boolean",
    "ForeignKey": "bigint",
    "PositiveSmallIntegerField": "smallint",
    "JSONField": "jsonb",
}
_LONTANO = 10_000  # where rows that change places wait, so that no two have the same


@dataclass(frozen=True, slots=True)
class DaScrivere:
    """A draft with its scheda, and the code of each specifico."""

    obiettivo: Obiettivo
    scheda: SchedaScritta
    codici: Sequence[str]


def valori_obiettivo(scheda: SchedaScritta, codice: str, rubrica: Rubrica) -> dict[str, Any]:
    """The columns of the objective itself."""
    return {
        "codice": codice,
        "tipo": scheda.tipo,
        "categoria": scheda.categoria,
        "titolo": scheda.titolo,
        "descrizione": scheda.descrizione,
        "unita_id": rubrica.unita[scheda.unita].pk,
        "responsabile_generale_id": _persona(scheda.responsabile_generale, rubrica),
        "responsabile_operativo_id": _persona(scheda.responsabile_operativo, rubrica),
        "inizio_previsto": scheda.inizio_previsto,
        "fine_prevista": scheda.fine_prevista,
        "peso": scheda.peso,
        "provvisorio": scheda.provvisorio,
    }


def svuota(obiettivi: Sequence[int]) -> None:
    """Delete all that hangs below these objectives, the deepest first."""
    for modello in (
        Rilevazione,
        StoricoIndicatore,
        Indicatore,
        Fase,
        Collaboratore,
        Stanziamento,
        ObiettivoNodo,
        ObiettivoSpecifico,
    ):
        modello._default_manager.filter(obiettivo_id__in=obiettivi).delete()


def _persona(nome: str, rubrica: Rubrica) -> int | None:
    persona = rubrica.persona(nome)
    return persona.pk if persona else None


@dataclass(slots=True)
class _Righe:
    """What is to happen to the rows of one table."""

    modello: type[DiObiettivo]
    nuove: list[Any] = field(default_factory=list)
    cambiate: list[Any] = field(default_factory=list)
    tolte: list[int] = field(default_factory=list)
    colonne: list[str] = field(default_factory=list)
    toccati: set[int] = field(default_factory=set)  # objectives with a row that differs

    def abbina(
        self,
        obiettivo: Obiettivo,
        presenti: Sequence[Any],
        scritte: Sequence[tuple[UUID | None, Valori]],
        **padre: Any,
    ) -> list[Any]:
        """Match the rows that are there with those written, by pid; one for each written, in
        order. A pid that is of no row here is nobody's."""
        per_pid = {r.pid: r for r in presenti}
        trovate = []
        for pid, valori in scritte:
            self.colonne = self.colonne or [*valori]
            if pid is None:
                riga = self.modello(
                    ente_id=obiettivo.ente_id, obiettivo_id=obiettivo.pk, **padre, **valori
                )
                self.nuove.append(riga)
                self.toccati.add(obiettivo.pk)
            else:
                riga = per_pid.pop(pid, None)
                if riga is None:
                    raise NonTrovato({})
                if any(getattr(riga, c) != v for c, v in valori.items()):
                    for colonna, valore in valori.items():
                        setattr(riga, colonna, valore)
                    self.cambiate.append(riga)
                    self.toccati.add(obiettivo.pk)
            trovate.append(riga)
        self.togli(obiettivo, [r.pk for r in per_pid.values()])
        return trovate

    def togli(self, obiettivo: Obiettivo, ids: Sequence[int]) -> None:
        if ids:
            self.tolte += ids
            self.toccati.add(obiettivo.pk)

    def elimina(self) -> None:
        if self.tolte:
            self.modello._default_manager.filter(pk__in=self.tolte).delete()

    def scrivi(self) -> None:
        if self.cambiate:
            tipi = {c: _TIPI[self._campo(c).get_internal_type()] for c in self.colonne}
            aggiorna(
                self.modello,
                tipi,
                [(r.pk, *(_scritto(getattr(r, c)) for c in tipi)) for r in self.cambiate],
            )
        copia(self.nuove)

    def _campo(self, colonna: str) -> Any:
        return next(c for c in self.modello._meta.concrete_fields if c.attname == colonna)


def _scritto(valore: Any) -> Any:
    return json.dumps(valore) if isinstance(valore, list | dict) else valore


class Scrittura:
    """What must happen so that the rows below some drafts become those of their schede. Making it
    compares and writes nothing; `albero` is what is there, None where all are new."""

    def __init__(
        self, bozze: Sequence[DaScrivere], rubrica: Rubrica, albero: Albero | None = None
    ) -> None:
        self.bozze = bozze
        self.rubrica = rubrica
        self.albero = albero or Albero([])
        self.specifici = _Righe(ObiettivoSpecifico)
        self.indicatori = _Righe(Indicatore)
        self.fasi = _Righe(Fase)
        self.persone = _Righe(Collaboratore)
        self.rilevazioni = _Righe(Rilevazione)
        self.nodi = _Righe(ObiettivoNodo)
        self.storico: list[StoricoIndicatore] = []
        self.periodi = {p.codice: p.pk for p in rubrica.periodi}
        self.spostate: dict[type[models.Model], list[int]] = {}
        self.tolti_responsabili: list[int] = []
        self._confronta()

    @property
    def toccati(self) -> set[int]:
        """The objectives below which something differs."""
        return set().union(*(r.toccati for r in self._tutte()))

    def _tutte(self) -> tuple[_Righe, ...]:
        return (
            self.nodi,
            self.specifici,
            self.indicatori,
            self.rilevazioni,
            self.fasi,
            self.persone,
        )

    def _confronta(self) -> None:
        for bozza in self.bozze:
            o, scheda = bozza.obiettivo, bozza.scheda
            self._nodi(o, scheda)
            presenti = self.albero.specifici[o.pk]
            ordini = _ordini([self._ordine(presenti, s.pid) for s in scheda.specifici])
            righe = self.specifici.abbina(
                o,
                presenti,
                [
                    (
                        s.pid,
                        {
                            "codice": codice,
                            "ordine": ordine,
                            "titolo": s.titolo,
                            "descrizione": s.descrizione,
                            "peso": s.peso,
                            "inizio_previsto": s.inizio_previsto,
                            "fine_prevista": s.fine_prevista,
                            "esternalizzata": s.esternalizzata,
                            "affidatario": s.affidatario,
                            "modalita_affidamento": s.modalita_affidamento,
                        },
                    )
                    for s, codice, ordine in zip(
                        scheda.specifici, bozza.codici, ordini, strict=True
                    )
                ],
            )
            for riga, s in zip(righe, scheda.specifici, strict=True):
                pk = riga.pk
                self._indicatori(o, riga, pk, s.indicatori)
                self._fasi(o, riga, pk, s.fasi)
                self._persone(o, riga, pk, s.persone)

    def _nodi(self, o: Obiettivo, scheda: SchedaScritta) -> None:
        voluti = {n.pk for n in nodi_di(scheda, self.rubrica)}
        presenti = {n.nodo_id: n.pk for n in self.albero.nodi[o.pk]}
        self.nodi.togli(o, [pk for nodo, pk in presenti.items() if nodo not in voluti])
        nuovi: list[tuple[UUID | None, Valori]] = [
            (None, {"nodo_id": nodo}) for nodo in sorted(voluti - set(presenti))
        ]
        self.nodi.abbina(o, [], nuovi)

    def _indicatori(
        self,
        o: Obiettivo,
        specifico: ObiettivoSpecifico,
        pk: int | None,
        scritti: Sequence[IndicatoreScritto],
    ) -> None:
        presenti = self.albero.indicatori[pk] if pk else []
        ordini = self._in_ordine(Indicatore, presenti, [i.pid for i in scritti])
        righe = self.indicatori.abbina(
            o,
            presenti,
            [
                (
                    i.pid,
                    {
                        "ordine": ordine,
                        "nome": i.nome,
                        "tipo_id": self.rubrica.tipi.get(i.tipo),
                        "unita_misura": i.unita_misura,
                        "natura": i.natura,
                        "aggregazione": i.aggregazione,
                        "peso": i.peso,
                        "cap": i.cap,
                        "fascia_da": i.fascia_da,
                        "fascia_a": i.fascia_a,
                    },
                )
                for i, ordine in zip(scritti, ordini, strict=True)
            ],
            specifico=specifico,
        )
        for riga, i in zip(righe, scritti, strict=True):
            self._target(o, riga, i)

    def _target(self, o: Obiettivo, riga: Indicatore, i: IndicatoreScritto) -> None:
        """One rilevazione for each target: one without a target and without a value is gone."""
        presenti = self.albero.rilevazioni[riga.pk] if riga.pk else []
        per_periodo = {r.periodo_id: r for r in presenti}
        voluti: list[tuple[UUID | None, Valori]] = []
        for codice, periodo in self.periodi.items():
            target = i.target.get(codice)
            r = per_periodo.pop(periodo, None)
            vuota = r is None or (r.valore is None and r.valore_data is None)
            if target is None and vuota:
                self.rilevazioni.togli(o, [r.pk] if r is not None else [])
                continue
            a_data = target is not None and i.unita_misura == "data"
            valori = {
                "periodo_id": periodo,
                "target": None if a_data else target,
                "target_data": target if a_data else None,
            }
            voluti.append((r.pid if r else None, valori))
        fra = [r for r in presenti if r.pid in {pid for pid, _v in voluti}]
        self.rilevazioni.abbina(o, fra, voluti, indicatore=riga)
        self.storico += [
            StoricoIndicatore(
                ente_id=o.ente_id, obiettivo_id=o.pk, indicatore=riga, anno=anno, valore=valore
            )
            for anno, valore in i.storico.items()
        ]

    def _fasi(
        self, o: Obiettivo, specifico: ObiettivoSpecifico, pk: int | None, scritte: Sequence[Any]
    ) -> None:
        presenti = self.albero.fasi[pk] if pk else []
        ordini = self._in_ordine(Fase, presenti, [f.pid for f in scritte])
        self.fasi.abbina(
            o,
            presenti,
            [
                (
                    f.pid,
                    {
                        "ordine": ordine,
                        "descrizione": f.descrizione,
                        "peso": f.peso,
                        "inizio_previsto": f.inizio_previsto,
                        "fine_prevista": f.fine_prevista,
                        "responsabile_id": _persona(f.responsabile, self.rubrica),
                    },
                )
                for f, ordine in zip(scritte, ordini, strict=True)
            ],
            specifico=specifico,
        )

    def _persone(
        self, o: Obiettivo, specifico: ObiettivoSpecifico, pk: int | None, scritte: Sequence[Any]
    ) -> None:
        presenti = self.albero.persone[pk] if pk else []
        prima = {c.pid: c.pk for c in presenti if c.responsabile}
        nomi = {c.pid: (c.persona_id, c.nome) for c in presenti}
        ordini = _ordini([self._ordine(presenti, p.pid) for p in scritte], primo=0)
        valori: list[tuple[UUID | None, Valori]] = []
        for p, ordine in zip(scritte, ordini, strict=True):
            persona = self.rubrica.persona(p.persona)
            assert persona is not None
            # the name stays as the document printed it, while it is the same person
            chi, nome = nomi.get(p.pid, (None, ""))
            valori.append(
                (
                    p.pid,
                    {
                        "persona_id": persona.pk,
                        "nome": nome if chi == persona.pk else persona.nome_completo,
                        "ordine": ordine,
                        "dal": p.dal,
                        "al": p.al,
                        "responsabile": p.responsabile,
                        "impegno": p.impegno,
                    },
                )
            )
        cambiate = len(self.persone.cambiate)
        self.persone.abbina(o, presenti, valori, specifico=specifico)
        if prima and len(self.persone.cambiate) > cambiate:
            self.tolti_responsabili += [
                r.pk for r in self.persone.cambiate[cambiate:] if r.pid in prima
            ]

    def _ordine(self, presenti: Sequence[Any], pid: UUID | None) -> int | None:
        return next((r.ordine for r in presenti if pid is not None and r.pid == pid), None)

    def _in_ordine(
        self, modello: type[models.Model], presenti: Sequence[Any], pids: Sequence[UUID | None]
    ) -> list[int]:
        """The places of the rows; those that must change it are noted, to be moved away first."""
        prima = [self._ordine(presenti, pid) for pid in pids]
        ordini = _ordini(prima)
        per_pid = {r.pid: r.pk for r in presenti}
        self.spostate.setdefault(modello, []).extend(
            per_pid[pid]
            for pid, era, sara in zip(pids, prima, ordini, strict=True)
            if pid is not None and era is not None and era != sara
        )
        return ordini

    def esegui(self) -> None:
        """Write what differs: first what goes away, the deepest first, then what changes."""
        self._elimina()
        for modello, ids in self.spostate.items():
            if ids:
                modello._default_manager.filter(pk__in=ids).update(
                    ordine=models.F("ordine") + _LONTANO
                )
        if self.tolti_responsabili:  # before another takes the place: one at an instant (R6)
            Collaboratore.objects.filter(pk__in=self.tolti_responsabili).update(responsabile=False)
        self.nodi.scrivi()
        self.specifici.scrivi()
        _collega(self.indicatori, "specifico")
        _collega(self.fasi, "specifico")
        _collega(self.persone, "specifico")
        self.indicatori.scrivi()
        self.fasi.scrivi()
        self.persone.scrivi()
        _collega(self.rilevazioni, "indicatore")
        self.rilevazioni.scrivi()
        for s in self.storico:
            s.indicatore_id = s.indicatore.pk
        copia(self.storico)

    def _elimina(self) -> None:
        """Rows that are gone, and all that hung on them."""
        a = self.albero
        for s in self.specifici.tolte:
            self.indicatori.tolte += [i.pk for i in a.indicatori[s]]
            self.fasi.tolte += [f.pk for f in a.fasi[s]]
            self.persone.tolte += [c.pk for c in a.persone[s]]
        indicatori = self.indicatori.tolte
        self.rilevazioni.tolte += [r.pk for i in indicatori for r in a.rilevazioni[i]]
        self.rilevazioni.elimina()
        if indicatori:
            StoricoIndicatore.objects.filter(indicatore_id__in=indicatori).delete()
        for righe in (self.indicatori, self.fasi, self.persone):
            righe.elimina()
        if self.specifici.tolte:
            Stanziamento.objects.filter(specifico_id__in=self.specifici.tolte).delete()
        self.specifici.elimina()
        self.nodi.elimina()


def _collega(righe: _Righe, padre: str) -> None:
    """New rows learn the key their parent was given."""
    for riga in righe.nuove:
        setattr(riga, f"{padre}_id", getattr(riga, padre).pk)


def _ordini(prima: Sequence[int | None], primo: int = 1) -> list[int]:
    """A place for each row, growing: the one it had where that still is in order."""
    ordini: list[int] = []
    ultimo = primo - 1
    for era in prima:
        ultimo = era if era is not None and era > ultimo else ultimo + 1
        ordini.append(ultimo)
    return ordini
