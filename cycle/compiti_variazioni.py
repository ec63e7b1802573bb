# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the requests of variazione ask of a person now: to be filed before the term, rebased,
examined, given an opinion or a visto, decided, evaluated; one primary act each.

Judged by the same facts and verdicts as the pages, in queries that do not depend on the rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q

from cycle import selectors
from cycle.models import Ciclo, ParereVariazione, RichiestaVariazione
from cycle.parametri import Parametri
from cycle.procedures import VARIAZIONE
from cycle.richieste import PERMESSI_PARERE
from cycle.variazioni import chi
from cycle.variazioni.attese import replica_fino
from workflows.machines.variazione import DECISE, PENDENTI
from workflows.ports import Attore, Fascicolo, Richiesta
from workflows.verdetto import verdetto

# Steps of the machine that somebody is asked to take; that it is examined the process says.
PASSI = ("presenta", "dichiara_irricevibile", "approva")


@dataclass(frozen=True, slots=True)
class CompitoVariazione:
    """Something that a request asks of the person: a step of its machine, an opinion by its kind,
    `ribasa`, `completa` for a draft that could not be filed yet and in what it lacks, or `ritira`
    for one that cannot be filed any more (R24). `entro`
    is its own last day, where it is not the calendar's."""

    passo: str
    richiesta: RichiestaVariazione
    mancano: int = 0
    entro: date | None = None


def compiti(
    attore: Attore, cicli: Sequence[Ciclo], fuso: str, istante: datetime, limite: int
) -> tuple[list[CompitoVariazione], bool]:
    """What waits for `attore` in the years, and whether more than `limite` requests were there."""
    parametri = {c.pk: Parametri.da_dizionario(c.parametri) for c in cicli}
    valutata = ParereVariazione.objects.filter(richiesta=OuterRef("pk"), tipo="valutazione")
    righe = list(
        RichiestaVariazione.objects.filter(
            selectors.variazioni_visibili(attore),
            _a_portata(attore),
            Q(stato__in=("bozza", *PENDENTI)) | Q(presentata_il__isnull=False) & ~Exists(valutata),
            obiettivo__ciclo__in=parametri,
        )
        .select_related("obiettivo__unita", "obiettivo__ciclo")
        .order_by("presentata_il", "pk")[: limite + 1]
    )
    if not righe:
        return [], False
    tronca, righe = len(righe) > limite, righe[:limite]
    vive = [v for v in righe if v.stato not in DECISE]
    fatti = VARIAZIONE.fascicoli(vive, istante, Richiesta()) if vive else {}
    detti = set(
        ParereVariazione.objects.filter(richiesta__in=vive).values_list(
            "richiesta_id", "tipo", "impronta"
        )
    )
    trovati: list[CompitoVariazione] = []
    for v in righe:
        if v.stato in DECISE:
            if _puo(attore, "valutazione", v.obiettivo.unita.percorso):
                trovati.append(CompitoVariazione("valutazione", v))
            continue
        p = parametri[v.obiettivo.ciclo_id]
        resi = {tipo for pk, tipo, impronta in detti if pk == v.pk and impronta == v.impronta}
        trovati += _di(v, fatti[v.pk], p, resi, attore, fuso, istante)
    return trovati, tronca


def _a_portata(attore: Attore) -> Q:
    """The states and units where the person could have something to do with a request."""
    q = Q(pk__in=())
    for incarico in attore.incarichi:
        propri = {nome for nome, _su in incarico.permessi}
        stati = _stati(propri)
        if stati:
            dove = {"obiettivo__unita__percorso__startswith": incarico.percorso}
            q |= Q(stato__in=sorted(stati), ente_id=attore.ente_id, **dove)
    return q


_DA_FARE: Mapping[str, tuple[str, ...]] = {
    "redigi_variazione": ("bozza", *PENDENTI),
    "parere_variazione": (*PENDENTI, *DECISE),
    "visto_variazione": PENDENTI,
    "replica_variazione": PENDENTI,
    "dichiara_irricevibile_variazione": PENDENTI,
    "approva_variazione": PENDENTI,
}


def _stati(permessi: Iterable[str]) -> set[str]:
    return {s for p in permessi for s in _DA_FARE.get(p, ())}


def _puo(attore: Attore, tipo: str, percorso: str) -> bool:
    return attore.incarico_per(PERMESSI_PARERE[tipo], percorso) is not None


def _di(
    v: RichiestaVariazione,
    f: Fascicolo,
    parametri: Parametri,
    resi: set[str],
    attore: Attore,
    fuso: str,
    istante: datetime,
) -> Iterator[CompitoVariazione]:
    """What one request that is not decided asks of the person."""
    if f.variazione is not None and f.variazione.mossi and chi.ribasa(attore, v, f.percorso):
        yield CompitoVariazione("ribasa", v)  # until then nothing else can be done with it
        return
    for nome in PASSI:
        passo = VARIAZIONE.macchina.transizione(nome)
        assert passo is not None
        esito = verdetto(VARIAZIONE.macchina, passo, f, attore, istante, anteprima=True)
        if esito.permessa:
            yield CompitoVariazione(nome, v)
        elif nome == "presenta" and v.stato == "bozza" and chi.redige(attore, v, f.percorso):
            if any(m.guardia == "nel_termine" for m in esito.mancanze):  # it is not filed any more
                yield from _via(v, f, attore, istante)
                continue
            # who may only write it is told that it is there, and whoever files it what it lacks
            yield CompitoVariazione("completa", v, len(esito.mancanze))
    if v.stato not in PENDENTI:
        return
    if parametri.variazione_parere_nucleo != "nessuno":
        yield from _parere("nucleo", v, f, resi, attore)
    if v.effetto_finanziario:
        yield from _parere("ragioneria", v, f, resi, attore)
    if v.d_ufficio:
        entro = replica_fino(v, parametri, fuso)
        yield from _parere("replica", v, f, resi, attore, entro)


def _via(
    v: RichiestaVariazione, f: Fascicolo, attore: Attore, istante: datetime
) -> Iterator[CompitoVariazione]:
    """A draft whose term is over, for whoever can put it away."""
    passo = VARIAZIONE.macchina.transizione("ritira")
    assert passo is not None
    if verdetto(VARIAZIONE.macchina, passo, f, attore, istante, anteprima=True).permessa:
        yield CompitoVariazione("ritira", v)


def _parere(
    tipo: str,
    v: RichiestaVariazione,
    f: Fascicolo,
    resi: set[str],
    attore: Attore,
    entro: date | None = None,
) -> Iterator[CompitoVariazione]:
    if tipo not in resi and _puo(attore, tipo, f.percorso):
        yield CompitoVariazione(tipo, v, entro=entro)
