# SPDX-License-Identifier: AGPL-3.0-or-later
"""What approved changes write, for one objective or for hundreds: one statement for each table,
whatever their number. Only what the changes name is written; what is measured is left alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import models

from cycle.bozze.codici import codici_specifici, specifici_eliminati
from cycle.bozze.rubrica import Rubrica
from cycle.insiemi import aggiorna, copia
from cycle.models import (
    Collaboratore,
    Fase,
    Indicatore,
    Obiettivo,
    ObiettivoNodo,
    ObiettivoSpecifico,
    RelazioneSemestrale,
    Rilevazione,
    Stanziamento,
    StoricoIndicatore,
    VoceRelazione,
)
from cycle.scritta import FaseScritta, IndicatoreScritto
from cycle.variazioni.cambi import Cambio, fase_di, indicatore_di, specifico_di
from cycle.variazioni.campi import campo
from cycle.variazioni.quadro import Quadro
from workflows.machines.relazione import COMPILABILI

_PREVISTE = {"inizio_previsto": "date", "fine_prevista": "date", "peso": "numeric"}
# model -> the columns a change may write, with their SQL type
_COLONNE: Mapping[type[models.Model], Mapping[str, str]] = {
    Obiettivo: {
        **dict.fromkeys(("titolo", "descrizione", "tipo", "categoria"), "text"),
        **dict.fromkeys(
            ("unita_id", "responsabile_generale_id", "responsabile_operativo_id"), "bigint"
        ),
        **_PREVISTE,
    },
    ObiettivoSpecifico: {"titolo": "text", "descrizione": "text", **_PREVISTE},
    Indicatore: {
        **dict.fromkeys(("nome", "unita_misura", "natura", "aggregazione"), "text"),
        "tipo_id": "bigint",
        **dict.fromkeys(("peso", "cap", "fascia_da", "fascia_a"), "numeric"),
    },
    Fase: {"descrizione": "text", "responsabile_id": "bigint", **_PREVISTE},
}


def _persona(nome: str, r: Rubrica) -> int | None:
    persona = r.persona(nome)
    return persona.pk if persona else None


def _colonna(tabella: str, nome: str, valore: Any, r: Rubrica) -> tuple[str, Any]:
    """The column and the value of a field, names resolved."""
    if nome.startswith("responsabile"):
        return f"{nome}_id", _persona(valore, r)
    if nome == "unita":
        return "unita_id", r.unita[valore].pk
    if (tabella, nome) == ("Indicatore", "tipo"):
        return "tipo_id", r.tipi.get(valore)
    return nome, valore


class Scrittura:
    """The changes of some objectives, gathered and then written. Runs within an action that has
    an Atto."""

    def __init__(self, quadro: Quadro, cambi: Mapping[int, Sequence[Cambio]]) -> None:
        self.quadro = quadro
        self.variate: dict[type[models.Model], dict[int, Any]] = {m: {} for m in _COLONNE}
        self.target: dict[int, Rilevazione] = {}
        self.tolti: dict[type[models.Model], list[int]] = {}
        self.nuovi: dict[type[models.Model], list[Any]] = {}
        self._ordini: dict[tuple[type[models.Model], int], int] = {}
        self._eliminati = specifici_eliminati([*cambi]) if cambi else {}
        a = quadro.albero
        self._righe: dict[tuple[str, int], Any] = {}
        per_nome: dict[str, dict[int, list[Any]]] = {
            "ObiettivoSpecifico": {**a.specifici},
            "Indicatore": {**a.indicatori},
            "Fase": {**a.fasi},
        }
        for nome, gruppi in per_nome.items():
            self._righe |= {(nome, r.pk): r for righe in gruppi.values() for r in righe}
        for obiettivo, suoi in cambi.items():
            for c in suoi:
                self._raccogli(quadro.obiettivi[obiettivo], c)

    # --- gathering ------------------------------------------------------------------------------

    def _raccogli(self, o: Obiettivo, c: Cambio) -> None:
        if c.stralcio:
            return
        if c.nuova:
            self._aggiungi(o, c)
        elif not c.campo:
            self._togli(c)
        elif c.periodo:
            self._target(o, self._righe[c.tabella, self.quadro.pk(c)], c.periodo, c.dopo)
        elif c.campo == "nodi":
            self._nodi(o, c)
        else:
            riga = o if c.tabella == "Obiettivo" else self._righe[c.tabella, self.quadro.pk(c)]
            valore = campo(c.tabella, c.campo).leggi(c.dopo)
            setattr(riga, *_colonna(c.tabella, c.campo, valore, self.quadro.rubrica(o.pk)))
            self.variate[type(riga)][riga.pk] = riga

    def _target(self, o: Obiettivo, indicatore: Indicatore, periodo: str, dopo: Any) -> None:
        presenti = self.quadro.albero.rilevazioni[indicatore.pk]
        riga = next((r for r in presenti if r.periodo.codice == periodo), None)
        if riga is None:
            riga = self._rilevazione(o, indicatore, periodo)
            self.nuovi.setdefault(Rilevazione, []).append(riga)
        else:
            self.target[riga.pk] = riga
        _imposta(riga, campo("Indicatore", f"target:{periodo}").leggi(dopo))

    def _rilevazione(self, o: Obiettivo, indicatore: Indicatore, periodo: str) -> Rilevazione:
        periodi = {p.codice: p for p in self.quadro.rubrica(o.pk).periodi}
        return Rilevazione(
            ente_id=o.ente_id, obiettivo_id=o.pk, indicatore=indicatore, periodo=periodi[periodo]
        )

    def _nodi(self, o: Obiettivo, c: Cambio) -> None:
        voluti = {self.quadro.rubrica(o.pk).nodi[pid].pk for pid in c.dopo}
        presenti = {n.nodo_id: n.pk for n in self.quadro.albero.nodi[o.pk]}
        self._tolti(ObiettivoNodo, [pk for nodo, pk in presenti.items() if nodo not in voluti])
        self.nuovi.setdefault(ObiettivoNodo, []).extend(
            ObiettivoNodo(ente_id=o.ente_id, obiettivo_id=o.pk, nodo_id=nodo)
            for nodo in sorted(voluti - set(presenti))
        )

    def _tolti(self, modello: type[models.Model], ids: Sequence[int]) -> None:
        self.tolti.setdefault(modello, []).extend(ids)

    def _togli(self, c: Cambio) -> None:
        pk, a = self.quadro.pk(c), self.quadro.albero
        if c.tabella == "Fase":
            self._tolti(Fase, [pk])
        elif c.tabella == "Indicatore":
            self._tolti(Indicatore, [pk])
        else:
            self._tolti(ObiettivoSpecifico, [pk])
            self._tolti(Indicatore, [i.pk for i in a.indicatori[pk]])
            self._tolti(Fase, [f.pk for f in a.fasi[pk]])

    def _aggiungi(self, o: Obiettivo, c: Cambio) -> None:
        if c.tabella == "ObiettivoSpecifico":
            self._specifico(o, c)
            return
        specifico = self._righe[
            "ObiettivoSpecifico",
            self.quadro.pk(
                Cambio("ObiettivoSpecifico", UUID(c.dopo["specifico"]), "", None, None, "", "")
            ),
        ]
        if c.tabella == "Indicatore":
            self._indicatore(o, specifico, indicatore_di(c.dopo))
        else:
            self._fase(o, specifico, fase_di(c.dopo))

    def _specifico(self, o: Obiettivo, c: Cambio) -> None:
        scritto = specifico_di(c.dopo)
        usati = self._eliminati.setdefault(o.pk, set())
        presenti = [s.codice for s in self.quadro.albero.specifici[o.pk]]
        [*_, codice] = codici_specifici(o.codice, [*presenti, ""], usati)
        usati.add(codice)
        specifico = ObiettivoSpecifico(
            ente_id=o.ente_id,
            obiettivo_id=o.pk,
            codice=codice,
            ordine=self._posto(ObiettivoSpecifico, o.pk, self.quadro.albero.specifici[o.pk]),
            titolo=scritto.titolo,
            descrizione=scritto.descrizione,
            peso=scritto.peso,
            inizio_previsto=scritto.inizio_previsto,
            fine_prevista=scritto.fine_prevista,
        )
        self.nuovi.setdefault(ObiettivoSpecifico, []).append(specifico)
        for i in scritto.indicatori:
            self._indicatore(o, specifico, i)
        for f in scritto.fasi:
            self._fase(o, specifico, f)

    def _indicatore(
        self, o: Obiettivo, specifico: ObiettivoSpecifico, scritto: IndicatoreScritto
    ) -> None:
        r = self.quadro.rubrica(o.pk)
        presenti = self.quadro.albero.indicatori[specifico.pk] if specifico.pk else []
        riga = Indicatore(
            ente_id=o.ente_id,
            obiettivo_id=o.pk,
            specifico=specifico,
            ordine=self._posto(Indicatore, specifico.pk or id(specifico), presenti),
            nome=scritto.nome,
            tipo_id=r.tipi.get(scritto.tipo),
            unita_misura=scritto.unita_misura,
            natura=scritto.natura,
            aggregazione=scritto.aggregazione,
            peso=scritto.peso,
            cap=scritto.cap,
            fascia_da=scritto.fascia_da,
            fascia_a=scritto.fascia_a,
        )
        self.nuovi.setdefault(Indicatore, []).append(riga)
        for periodo, target in scritto.target.items():
            rilevazione = self._rilevazione(o, riga, periodo)
            _imposta(rilevazione, target)
            self.nuovi.setdefault(Rilevazione, []).append(rilevazione)

    def _fase(self, o: Obiettivo, specifico: ObiettivoSpecifico, scritta: FaseScritta) -> None:
        presenti = self.quadro.albero.fasi[specifico.pk] if specifico.pk else []
        self.nuovi.setdefault(Fase, []).append(
            Fase(
                ente_id=o.ente_id,
                obiettivo_id=o.pk,
                specifico=specifico,
                ordine=self._posto(Fase, specifico.pk or id(specifico), presenti),
                descrizione=scritta.descrizione,
                peso=scritta.peso,
                inizio_previsto=scritta.inizio_previsto,
                fine_prevista=scritta.fine_prevista,
                responsabile_id=_persona(scritta.responsabile, self.quadro.rubrica(o.pk)),
            )
        )

    def _posto(self, modello: type[models.Model], padre: int, presenti: Sequence[Any]) -> int:
        """The next place, after all that are there, those that go included."""
        ultimo = self._ordini.get((modello, padre), max((r.ordine for r in presenti), default=0))
        self._ordini[modello, padre] = ultimo + 1
        return ultimo + 1

    # --- writing --------------------------------------------------------------------------------

    def esegui(self) -> None:
        """Write it all: first what goes, the deepest first, then what changes, then what comes."""
        self._elimina()
        for modello, righe in self.variate.items():
            tolte = set(self.tolti.get(modello, ()))
            aggiorna(
                modello,
                dict(_COLONNE[modello]),
                [
                    (pk, *(getattr(r, c) for c in _COLONNE[modello]))
                    for pk, r in righe.items()
                    if pk not in tolte
                ],
            )
        senza = set(self.tolti.get(Indicatore, ()))
        aggiorna(
            Rilevazione,
            {"target": "numeric", "target_data": "date"},
            [
                (r.pk, r.target, r.target_data)
                for r in self.target.values()
                if r.indicatore_id not in senza
            ],
        )
        for modello, padre in (
            (ObiettivoNodo, ""),
            (ObiettivoSpecifico, ""),
            (Indicatore, "specifico"),
            (Fase, "specifico"),
            (Rilevazione, "indicatore"),
        ):
            nuovi = self.nuovi.get(modello, [])
            for riga in nuovi if padre else ():
                setattr(riga, f"{padre}_id", getattr(riga, padre).pk)
            copia(nuovi)
        self._apri_voci()

    def _elimina(self) -> None:
        indicatori, specifici = (self.tolti.get(m, []) for m in (Indicatore, ObiettivoSpecifico))
        for modello, filtro in (
            (Rilevazione, {"indicatore__in": indicatori}),
            (StoricoIndicatore, {"indicatore__in": indicatori}),
            (Indicatore, {"pk__in": indicatori}),
            (Fase, {"pk__in": self.tolti.get(Fase, [])}),
            (Collaboratore, {"specifico__in": specifici}),
            (Stanziamento, {"specifico__in": specifici}),
            (VoceRelazione, {"specifico__in": specifici}),
            (ObiettivoSpecifico, {"pk__in": specifici}),
            (ObiettivoNodo, {"pk__in": self.tolti.get(ObiettivoNodo, [])}),
        ):
            if any(filtro.values()):
                modello._default_manager.filter(**filtro).delete()

    def _apri_voci(self) -> None:
        """A new specifico has its entry in the reports that are still to be submitted."""
        nuovi: dict[int, list[ObiettivoSpecifico]] = {}
        for s in self.nuovi.get(ObiettivoSpecifico, []):
            nuovi.setdefault(s.obiettivo_id, []).append(s)
        if nuovi:
            copia(
                VoceRelazione(
                    ente_id=r.ente_id, obiettivo_id=r.obiettivo_id, relazione=r, specifico=s
                )
                for r in RelazioneSemestrale.objects.filter(
                    obiettivo__in=nuovi, stato__in=COMPILABILI
                ).order_by("pk")
                for s in nuovi[r.obiettivo_id]
            )


def _imposta(riga: Rilevazione, target: Any) -> None:
    riga.target = None if isinstance(target, date) else target
    riga.target_data = target if isinstance(target, date) else None
