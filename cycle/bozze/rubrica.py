# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the words of a draft may name: people, units, strategic nodes, types, periods of a year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from cycle.models import (
    Ciclo,
    NodoStrategico,
    Periodo,
    Persona,
    TipoIndicatore,
    UnitaOrganizzativa,
)
from cycle.parametri import Parametri
from workflows.ports import Attore


def chiave(nome: str) -> str:
    """A name as it is compared: `Rossi  Anna` and `ROSSI ANNA` are one person."""
    return " ".join(nome.upper().split())


@dataclass(frozen=True, slots=True)
class VoceNodo:
    """A strategic node as it is offered: with those above it, and how deep it stands."""

    nodo: NodoStrategico
    percorso: str
    livello: int


@dataclass(frozen=True)
class Rubrica:
    """Everything a draft of a year may refer to, in five queries."""

    ciclo: Ciclo
    parametri: Parametri
    periodi: tuple[Periodo, ...]
    persone: Mapping[str, Persona]  # by `chiave`, aliases included
    unita: Mapping[str, UnitaOrganizzativa]  # open ones, by code
    tipi: Mapping[str, int]  # name of the type -> pk, closed ones too
    tipi_aperti: tuple[str, ...]  # those that are offered
    rami: tuple[VoceNodo, ...]  # the political plan, parents before children

    @cached_property
    def nomi(self) -> dict[int, str]:
        """The full name of each person, by pk."""
        return {p.pk: p.nome_completo for p in self.persone.values()}

    @cached_property
    def nodi(self) -> dict[str, NodoStrategico]:
        """A node by its pid, and by its code where only one has it."""
        per_codice: dict[str, list[NodoStrategico]] = {}
        for voce in self.rami:
            if voce.nodo.codice:
                per_codice.setdefault(voce.nodo.codice, []).append(voce.nodo)
        trovati = {c: nodi[0] for c, nodi in per_codice.items() if len(nodi) == 1}
        return trovati | {str(v.nodo.pid): v.nodo for v in self.rami}

    def persona(self, nome: str) -> Persona | None:
        """The person so called, None when nobody is."""
        return self.persone.get(chiave(nome))

    def scrivibili(self, attore: Attore) -> list[UnitaOrganizzativa]:
        """The open units whose drafts `attore` may write, the root last."""
        sue = [
            u
            for u in self.unita.values()
            if attore.incarico_per("modifica_obiettivo", u.percorso) is not None
        ]
        return sorted(sue, key=lambda u: (u.padre_id is None, u.percorso.count("/"), u.nome))


def rubrica(ciclo: Ciclo) -> Rubrica:
    """What the drafts of the year may name."""
    ente = ciclo.ente_id
    persone: dict[str, Persona] = {}
    tutte = list(Persona.objects.filter(ente=ente).order_by("nome_completo"))
    for p in tutte:
        for altro in p.alias:
            persone.setdefault(chiave(str(altro)), p)
    persone |= {chiave(p.nome_completo): p for p in tutte}  # one's own name before an alias
    tipi = list(TipoIndicatore.objects.filter(ente=ente).order_by("nome"))
    return Rubrica(
        ciclo=ciclo,
        parametri=Parametri.da_dizionario(ciclo.parametri),
        periodi=tuple(Periodo.objects.filter(ciclo=ciclo).order_by("ordine")),
        persone=persone,
        unita={
            u.codice: u
            for u in UnitaOrganizzativa.objects.filter(ente=ente, al__isnull=True).order_by(
                "percorso"
            )
        },
        tipi={t.nome: t.pk for t in tipi},
        tipi_aperti=tuple(t.nome for t in tipi if t.chiuso_il is None),
        rami=tuple(rami(NodoStrategico.objects.filter(ciclo=ciclo))),
    )


def rami(nodi: Iterable[NodoStrategico]) -> list[VoceNodo]:
    """The nodes of a year as a tree read from the top, each with what stands above it."""
    figli: dict[int | None, list[NodoStrategico]] = {}
    for nodo in sorted(nodi, key=lambda n: (n.codice, n.titolo, n.pk)):
        figli.setdefault(nodo.padre_id, []).append(nodo)
    trovati: list[VoceNodo] = []
    da_leggere = [(n, "", 1) for n in reversed(figli.get(None, []))]
    while da_leggere:
        nodo, sopra, livello = da_leggere.pop()
        nome = f"{nodo.codice} {nodo.titolo}".strip()
        percorso = f"{sopra} › {nome}" if sopra else nome
        trovati.append(VoceNodo(nodo, percorso, livello))
        da_leggere += [(f, percorso, livello + 1) for f in reversed(figli.get(nodo.pk, []))]
    return trovati


def nome_unita(unita: UnitaOrganizzativa) -> str:
    """A unit as a list of choices says it."""
    return (
        _("%(nome)s (tutto l'ente)") % {"nome": unita.nome}
        if unita.padre_id is None
        else (f"{unita.nome} ({unita.codice})")
    )
