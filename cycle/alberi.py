# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list of a year as trees: by unit of the org chart, by node of the political plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cycle.elenco import Elenco, Totale, somma
from cycle.models import NodoStrategico, ObiettivoNodo, UnitaOrganizzativa


@dataclass(frozen=True, slots=True)
class Ramo:
    """A unit or a strategic node, with the totals of it and of all below. `chiave` is what the
    list's own filter calls it, "" where there is none."""

    chiave: str
    codice: str
    titolo: str
    totale: Totale
    figli: tuple[Ramo, ...]


def per_unita(elenco: Elenco) -> list[Ramo]:
    """The org chart; a unit with nothing below it is left out."""
    misure: dict[int, Totale] = {}
    unita: dict[int, set[int]] = {}
    for pk, unita_id, totale in elenco.misure():
        misure[pk] = totale
        unita.setdefault(unita_id, set()).add(pk)
    nodi = UnitaOrganizzativa.objects.filter(ente=elenco.ciclo.ente_id).order_by("nome")
    rami = _albero([(u.pk, u.padre_id, (u.codice, u.codice, u.nome)) for u in nodi], unita, misure)
    return [figlio for radice in rami for figlio in radice.figli or (radice,)]


def per_programma(elenco: Elenco) -> list[Ramo]:
    """The political plan. An objective that hangs on several nodes counts in each, and once
    in whatever stands above them; those on none close the list."""
    misure = {pk: totale for pk, _unita, totale in elenco.misure()}
    appesi: dict[int, set[int]] = {}
    for nodo, pk in ObiettivoNodo.objects.filter(nodo__ciclo=elenco.ciclo).values_list(
        "nodo_id", "obiettivo_id"
    ):
        if pk in misure:
            appesi.setdefault(nodo, set()).add(pk)
    nodi = NodoStrategico.objects.filter(ciclo=elenco.ciclo).order_by("codice", "titolo")
    rami = _albero(
        [
            (n.pk, n.padre_id, (str(n.pid), n.codice, f"{n.tipo.capitalize()}: {n.titolo}"))
            for n in nodi
        ],
        appesi,
        misure,
    )
    sciolti = set(misure).difference(*appesi.values())
    if sciolti:
        totale = somma(misure[pk] for pk in sciolti)
        rami.append(Ramo("", "", _("Senza programma"), totale, ()))
    return rami


def _albero(
    nodi: Iterable[tuple[int, int | None, tuple[str, str, str]]],
    contenuti: Mapping[int, set[int]],
    misure: Mapping[int, Totale],
) -> list[Ramo]:
    """The tree of (id, parent, (key, code, title)), with whatever has nothing below cut off."""
    figli: dict[int | None, list[tuple[int, tuple[str, str, str]]]] = {}
    for pk, padre, nomi in nodi:
        figli.setdefault(padre, []).append((pk, nomi))

    def rami(padre: int | None) -> list[tuple[Ramo, set[int]]]:
        trovati = []
        for pk, nomi in figli.get(padre, ()):
            sotto = rami(pk)
            tutti = contenuti.get(pk, set()).union(*(ids for _, ids in sotto))
            if tutti:
                totale = somma(misure[o] for o in tutti)
                ramo = Ramo(*nomi, totale, tuple(r for r, _ in sotto))
                trovati.append((ramo, tutti))
        return trovati

    return [ramo for ramo, _ in rami(None)]
