# SPDX-License-Identifier: AGPL-3.0-or-later
"""The plan of a year as the workbook that imports it: read from the database into a neutral plan,
in a fixed number of queries, and written with the parameters that are not the default ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from cycle.importers import piano as neutro
from cycle.importers.foglio_piano import FONTE, scrivi_foglio
from cycle.measure import arrotonda
from cycle.models import (
    Ciclo,
    Collaboratore,
    Fase,
    Indicatore,
    NodoStrategico,
    Obiettivo,
    ObiettivoNodo,
    ObiettivoSpecifico,
    Periodo,
    Persona,
    Rilevazione,
    Stanziamento,
    StoricoIndicatore,
    UnitaOrganizzativa,
    VoceRelazione,
)
from cycle.parametri import Parametri

# said by another sheet, or by the act that opened the year
_NON_DEL_FOGLIO = frozenset({"periodi"})


def da_ciclo(ciclo: Ciclo, visibili: Q | None = None, *, riservati: bool = True) -> bytes:
    """The workbook of the year: whole, or as much of it as `visibili` lets through. Without
    `riservati`, nothing of effort, category and matricola (`domain.md` 2)."""
    return scrivi_foglio(piano(ciclo, visibili, riservati=riservati), parametri(ciclo))


def parametri(ciclo: Ciclo) -> dict[str, str]:
    """The parameters of the year that are not the default ones, as one types them."""
    return {
        p.nome: p.genere.testo(valore)
        for p, valore in Parametri.da_dizionario(ciclo.parametri).valori()
        if p.nome not in _NON_DEL_FOGLIO and valore != p.predefinito
    }


def piano(ciclo: Ciclo, visibili: Q | None = None, *, riservati: bool = True) -> neutro.Piano:
    """The plan of the year as an importer would have read it."""
    return _Lettura(ciclo, visibili or Q(), riservati).piano()


def _per(righe: Iterable[Any], padre: str) -> dict[Any, list[Any]]:
    divise: dict[Any, list[Any]] = defaultdict(list)
    for riga in righe:
        divise[getattr(riga, padre)].append(riga)
    return divise


class _Lettura:
    """All the rows below the objectives of a year, by parent."""

    def __init__(self, ciclo: Ciclo, visibili: Q, riservati: bool) -> None:
        self.ciclo, self.riservati = ciclo, riservati
        self.obiettivi = list(
            Obiettivo.objects.filter(visibili, ciclo=ciclo).order_by("codice", "pk")
        )
        di: dict[str, Any] = {"obiettivo__ciclo": ciclo}
        self.periodi = list(Periodo.objects.filter(ciclo=ciclo).order_by("ordine"))
        self.unita = {u.pk: u for u in UnitaOrganizzativa.objects.filter(ente_id=ciclo.ente_id)}
        self.persone = {p.pk: p for p in Persona.objects.filter(ente_id=ciclo.ente_id)}
        self.citate: dict[int, Persona] = {}
        self.nodi = {n.pk: n for n in NodoStrategico.objects.filter(ciclo=ciclo)}
        self.legami = _per(ObiettivoNodo.objects.filter(**di).order_by("pk"), "obiettivo_id")
        self.specifici = _per(
            ObiettivoSpecifico.objects.filter(**di).order_by("ordine"), "obiettivo_id"
        )
        self.collaboratori = _per(
            Collaboratore.objects.filter(**di).order_by("ordine", "pk"), "obiettivo_id"
        )
        self.stanziamenti = _per(Stanziamento.objects.filter(**di).order_by("pk"), "obiettivo_id")
        self.fasi = _per(Fase.objects.filter(**di).order_by("ordine"), "specifico_id")
        self.indicatori = _per(
            Indicatore.objects.filter(**di).select_related("tipo").order_by("ordine"),
            "specifico_id",
        )
        self.rilevazioni = _per(Rilevazione.objects.filter(**di), "indicatore_id")
        self.storico = _per(
            StoricoIndicatore.objects.filter(**di).order_by("anno"), "indicatore_id"
        )
        self.voci = _per(
            VoceRelazione.objects.filter(**di)
            .select_related("relazione__periodo")
            .order_by("relazione__periodo__ordine"),
            "specifico_id",
        )

    def piano(self) -> neutro.Piano:
        obiettivi = tuple(self._obiettivo(o) for o in self.obiettivi)
        return neutro.Piano(
            anno=self.ciclo.anno,
            fonte=FONTE,
            periodi=tuple(neutro.Periodo(p.codice, p.nome, p.dal, p.al) for p in self.periodi),
            unita=tuple(self._unita()),
            persone=tuple(
                neutro.Persona(
                    p.nome_completo,
                    p.inquadramento if self.riservati else "",
                    p.matricola if self.riservati else "",
                    segnaposto=p.segnaposto,
                )
                for p in sorted(self.citate.values(), key=lambda p: p.nome_completo)
            ),
            obiettivi=obiettivi,
        )

    def _unita(self) -> list[neutro.Unita]:
        """Those that the plan names and those above, parents first."""
        usate: set[int] = set()
        for o in self.obiettivi:
            dove: int | None = o.unita_id
            while dove is not None and dove not in usate:
                usate.add(dove)
                dove = self.unita[dove].padre_id
        diretta = {o.unita_id for o in self.obiettivi}
        trovate = []
        for pk in sorted(usate, key=lambda pk: self.unita[pk].percorso):
            u = self.unita[pk]
            if u.padre_id is None and pk not in diretta:  # the ente: said only when it is named
                continue
            sopra = self.unita[u.padre_id] if u.padre_id else None
            padre = sopra.codice if sopra is not None and sopra.padre_id is not None else ""
            trovate.append(neutro.Unita(u.codice, u.nome, u.tipo, padre))
        return trovate

    def _nome(self, pk: int | None) -> str:
        if pk is None:
            return ""
        self.citate[pk] = self.persone[pk]
        return self.persone[pk].nome_completo

    def _obiettivo(self, o: Obiettivo) -> neutro.Obiettivo:
        persone = self.collaboratori[o.pk]
        denaro = self.stanziamenti[o.pk]
        return neutro.Obiettivo(
            codice=o.codice,
            tipo=o.tipo,
            titolo=o.titolo,
            descrizione=o.descrizione,
            unita=self.unita[o.unita_id].codice,
            responsabile_generale=self._nome(o.responsabile_generale_id),
            responsabile_operativo=self._nome(o.responsabile_operativo_id),
            inizio_previsto=o.inizio_previsto,
            fine_prevista=o.fine_prevista,
            inizio_effettivo=o.inizio_effettivo,
            fine_effettiva=o.fine_effettiva,
            categoria=o.categoria,
            stato=o.get_stato_display(),
            peso=o.peso,
            nodi=tuple(self._nodo(legame.nodo_id) for legame in self.legami[o.pk]),
            persone=tuple(self._collaboratore(c) for c in persone if c.specifico_id is None),
            stanziamenti=tuple(_stanziamento(s) for s in denaro if s.specifico_id is None),
            sezioni=tuple((str(titolo), str(testo)) for titolo, testo in o.sezioni),
            percentuale_stampata=None
            if o.percentuale_calcolata is None
            else arrotonda(o.percentuale_calcolata),
            percentuale_convalidata=o.percentuale_convalidata,
            specifici=tuple(self._specifico(s, persone, denaro) for s in self.specifici[o.pk]),
        )

    def _nodo(self, foglia: int) -> neutro.Nodo:
        passi: list[tuple[str, str, str]] = []
        dove: int | None = foglia
        while dove is not None:
            n = self.nodi[dove]
            passi.insert(0, (n.tipo, n.codice, n.titolo))
            dove = n.padre_id
        return neutro.Nodo(tuple(passi))

    def _specifico(
        self, s: ObiettivoSpecifico, persone: list[Collaboratore], denaro: list[Stanziamento]
    ) -> neutro.Specifico:
        return neutro.Specifico(
            codice=s.codice,
            titolo=s.titolo,
            descrizione=s.descrizione,
            inizio_previsto=s.inizio_previsto,
            fine_prevista=s.fine_prevista,
            inizio_effettivo=s.inizio_effettivo,
            fine_effettiva=s.fine_effettiva,
            flag=tuple(str(f) for f in s.flag),
            esternalizzata=s.esternalizzata,
            affidatario=s.affidatario,
            modalita_affidamento=s.modalita_affidamento,
            peso=s.peso,
            collaboratori=tuple(self._collaboratore(c) for c in persone if c.specifico_id == s.pk),
            indicatori=tuple(self._indicatore(i) for i in self.indicatori[s.pk]),
            relazioni=tuple(
                neutro.Relazione(
                    v.relazione.periodo.codice,
                    v.testo,
                    v.osservazione,
                    v.risposta,
                    v.percentuale_convalidata,
                    v.motivo,
                )
                for v in self.voci[s.pk]
            ),
            fasi=tuple(
                neutro.Fase(
                    f.descrizione,
                    f.peso,
                    f.avanzamento,
                    f.inizio_previsto,
                    f.fine_prevista,
                    f.inizio_effettivo,
                    f.fine_effettiva,
                    self._nome(f.responsabile_id),
                    f.centro,
                    f.note,
                )
                for f in self.fasi[s.pk]
            ),
            stanziamenti=tuple(_stanziamento(e) for e in denaro if e.specifico_id == s.pk),
        )

    def _collaboratore(self, c: Collaboratore) -> neutro.Collaboratore:
        return neutro.Collaboratore(
            nome=c.nome,
            persona=self._nome(c.persona_id),
            dal=c.dal,
            al=c.al,
            responsabile=c.responsabile,
            impegno=c.impegno if self.riservati else None,
            categoria=c.inquadramento if self.riservati else "",
        )

    def _indicatore(self, i: Indicatore) -> neutro.Indicatore:
        rilevate = {r.periodo_id: r for r in self.rilevazioni[i.pk]}
        return neutro.Indicatore(
            nome=i.nome,
            peso=i.peso,
            natura=i.natura,
            aggregazione=i.aggregazione,
            rilevazioni=tuple(
                neutro.Rilevazione(
                    p.codice,
                    r.target if r.target is not None else r.target_data,
                    r.valore if r.valore is not None else r.valore_data,
                )
                for p in self.periodi
                if (r := rilevate.get(p.pk)) is not None
            ),
            tipo=i.tipo.nome if i.tipo else "",
            unita_misura=i.unita_misura,
            storico=tuple(neutro.ValoreStorico(v.anno, v.valore) for v in self.storico[i.pk]),
            codice=i.codice,
            note=i.note,
            cap=i.cap,
            fascia_da=i.fascia_da,
            fascia_a=i.fascia_a,
        )


def _stanziamento(s: Stanziamento) -> neutro.Stanziamento:
    return neutro.Stanziamento(s.capitolo, s.articolo, s.descrizione, s.parte, s.importo)
