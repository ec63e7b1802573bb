# SPDX-License-Identifier: AGPL-3.0-or-later
"""Giunta: what do we decide today? The sets of a year, one set with the verdict on each of its
objectives, and what an Atto has decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from cycle import selectors
from cycle.filtri import Filtri
from cycle.models import (
    Atto,
    Ciclo,
    DocumentoAtto,
    Insieme,
    Obiettivo,
    Parere,
    UnitaOrganizzativa,
    VersioneObiettivo,
    VoceInsieme,
)
from cycle.permissions import PERMESSI
from cycle.procedures import INSIEME, OBIETTIVO
from workflows.errors import Motivo, NonAutorizzato, NonTrovato
from workflows.ports import RUOLI, Attore, Fascicolo, Richiesta
from workflows.processes import approvazione_peg
from workflows.processes.banco import Processo
from workflows.verdetto import Verdetto, verdetto

PER_PAGINA = 50
_APPROVA = OBIETTIVO.macchina.transizione("approva")
assert _APPROVA is not None


def radice(ente_id: int) -> str:
    """Path of the root unit: what is asked of the whole ente is asked there."""
    return UnitaOrganizzativa.objects.values_list("percorso", flat=True).get(
        ente_id=ente_id, padre__isnull=True
    )


def insiemi(attore: Attore, ciclo: Ciclo) -> QuerySet[Insieme]:
    """The sets of a year. Raises NonAutorizzato to who may see none."""
    _puo_vedere(attore)
    return (
        Insieme.objects.filter(ente_id=attore.ente_id, ciclo=ciclo)
        .select_related("atto", "ciclo")
        .order_by("-pk")
    )


def con_voci(insiemi: QuerySet[Insieme]) -> list[tuple[Insieme, int]]:
    """Each set with the number of its objectives."""
    righe = list(insiemi)
    quante = dict(
        VoceInsieme.objects.filter(insieme__in=righe).values_list("insieme").annotate(Count("pk"))
    )
    return [(i, quante.get(i.pk, 0)) for i in righe]


def insieme(attore: Attore, pid: UUID, anno: int | None = None) -> Insieme:
    """One set by its public id (of a year, where the address names it). Raises NonTrovato when it
    is not there, NonAutorizzato to who may see none."""
    insiemi = Insieme.objects.filter(ente_id=attore.ente_id, pid=pid)
    if anno is not None:
        insiemi = insiemi.filter(ciclo__anno=anno)
    trovato = insiemi.select_related("atto", "ciclo__ente").first()
    if trovato is None:
        raise NonTrovato({})
    _puo_vedere(attore)
    return trovato


def _puo_vedere(attore: Attore) -> None:
    if any(i.consente("vedi_insiemi", i.percorso) for i in attore.incarichi):
        return
    ruoli = [r for r in RUOLI if r in PERMESSI["vedi_insiemi"]]
    motivo = Motivo(
        "incarico",
        "R4",
        _("Gli insiemi da portare in giunta li vede chi ha un incarico di %(ruoli)s.")
        % {"ruoli": _(" o ").join(RUOLI[r] for r in ruoli)},
        _("Chiedere a chi ha l'incarico, oppure farselo conferire con un atto."),
        ", ".join(ruoli),
    )
    raise NonAutorizzato({0: [motivo]})


def in_vista(attore: Attore, insieme: Insieme) -> QuerySet[Obiettivo]:
    """The objectives of the set that `attore` may read: all to who sees the sets of the whole
    ente; to who sees those of a unit, the ones he could read anyway."""
    obiettivi = Obiettivo.objects.filter(voceinsieme_tutti__insieme=insieme)
    if attore.incarico_per("vedi_insiemi", radice(attore.ente_id)) is not None:
        return obiettivi
    return obiettivi.filter(selectors.visibili(attore))


def candidati(attore: Attore, insieme: Insieme, filtri: Filtri) -> QuerySet[Obiettivo]:
    """The proposals of the year that wait in no set, as `filtri` ask for them, by code."""
    ciclo = insieme.ciclo
    return (
        filtri.applica(selectors.obiettivi_visibili(attore, ciclo), ciclo)
        .filter(stato="proposta")
        .exclude(pk__in=VoceInsieme.objects.filter(in_attesa=True).values("obiettivo"))
        .order_by("codice")
    )


# --- the verdict on each objective --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Giudizio:
    """Whether an objective would be approved now, and every reason why not; what the giunta
    decided of it, once it has. `cambiata`: its scheda is not the one that was submitted."""

    id: int
    codice: str
    motivi: tuple[Motivo, ...] = ()
    cambiata: bool = False
    deciso: str = ""  # approvato | rinviato

    @property
    def pronto(self) -> bool:
        return not self.motivi and not self.cambiata


def giudica(obiettivi: Sequence[int], attore: Attore, istante: datetime) -> dict[int, Giudizio]:
    """The same verdict that the decision of their set will ask, for each objective, before the act
    is there; whoever asks. Who may decide is another question."""
    assert _APPROVA is not None
    righe = list(Obiettivo.objects.filter(pk__in=obiettivi).only("pk"))
    giudizi = {}
    for pk, f in OBIETTIVO.fascicoli(righe, istante, Richiesta()).items():
        f = replace(f, in_attesa_in="")  # that decision is what it waits for
        v = verdetto(OBIETTIVO.macchina, _APPROVA, f, attore, istante, anteprima=True)
        giudizi[pk] = Giudizio(pk, f.codice, (*v.conflitto, *v.mancanze))
    return giudizi


@dataclass(frozen=True, slots=True)
class Totali:
    """How much is planned: objectives, specifici, indicators, and the sum of the weights."""

    obiettivi: int = 0
    specifici: int = 0
    indicatori: int = 0
    peso: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Confronto:
    """A row of the comparison with last year: one type of objective, or all (`tipo` empty)."""

    tipo: str
    adesso: Totali
    prima: Totali

    @property
    def differenza(self) -> int:
        return self.adesso.obiettivi - self.prima.obiettivi


@dataclass(frozen=True, slots=True)
class Quadro:
    """A set as its page and the API show it."""

    insieme: Insieme
    fascicolo: Fascicolo
    giudizi: tuple[Giudizio, ...]  # of what may be seen, by code
    verdetti: tuple[Verdetto, ...]  # of each step of the set
    pareri: tuple[Parere, ...]  # those on the set as it is come first
    processo: Processo | None
    intero: bool  # all its objectives are in sight

    @property
    def pronti(self) -> int:
        return sum(g.pronto for g in self.giudizi)

    @property
    def non_pronti(self) -> int:
        return len(self.giudizi) - self.pronti

    @property
    def approvati(self) -> int:
        return sum(g.deciso == "approvato" for g in self.giudizi)

    @property
    def rinviati(self) -> int:
        return sum(g.deciso == "rinviato" for g in self.giudizi)

    def attuale(self, parere: Parere) -> bool:
        """Whether the parere was given on the set as it is now."""
        return parere.impronta == self.insieme.impronta and self.insieme.stato in (
            "in_istruttoria",
            "deciso",
        )


def quadro(insieme: Insieme, attore: Attore, istante: datetime) -> Quadro:
    """The set, judged, in a number of queries that does not depend on its objectives."""
    f = INSIEME.fascicoli([insieme], istante, Richiesta())[insieme.pk]
    visti = dict(in_vista(attore, insieme).values_list("pk", "codice"))
    if insieme.stato == "deciso":
        giudizi = _decisi(insieme, visti)
    else:
        voci = {v.codice: v for v in (f.insieme.voci if f.insieme else ())}
        giudizi = [
            Giudizio(g.id, g.codice, g.motivi, voci[g.codice].cambiata)
            for g in giudica(list(visti), attore, istante).values()
        ]
    pareri = Parere.objects.filter(insieme=insieme).select_related("persona").order_by("-pk")
    return Quadro(
        insieme=insieme,
        fascicolo=f,
        giudizi=tuple(sorted(giudizi, key=lambda g: g.codice)),
        verdetti=tuple(
            verdetto(INSIEME.macchina, t, f, attore, istante, anteprima=True)
            for t in INSIEME.macchina.transizioni
        ),
        pareri=tuple(pareri),
        processo=approvazione_peg.processo(insieme),
        intero=len(visti) == len(f.insieme.voci if f.insieme else ()),
    )


def _decisi(insieme: Insieme, visti: dict[int, str]) -> list[Giudizio]:
    approvati = set(
        VersioneObiettivo.objects.filter(atto=insieme.atto_id).values_list(
            "obiettivo_id", flat=True
        )
    )
    return [
        Giudizio(pk, codice, deciso="approvato" if pk in approvati else "rinviato")
        for pk, codice in visti.items()
    ]


# Counted per objective first: a join of the two children would multiply them.
_TOTALI = """
SELECT o.tipo, count(*), sum(s.quanti), sum(i.quanti), sum(o.peso)
  FROM cycle_obiettivo o
 CROSS JOIN LATERAL (SELECT count(*) AS quanti FROM cycle_obiettivospecifico s
                      WHERE s.obiettivo_id = o.id) s
 CROSS JOIN LATERAL (SELECT count(*) AS quanti FROM cycle_indicatore i
                      WHERE i.obiettivo_id = o.id) i
 WHERE {quali}
 GROUP BY o.tipo
"""
_DI_QUEST_ANNO = (
    "o.ciclo_id = %s AND (o.versione > 0 OR o.id IN (SELECT v.obiettivo_id "
    "FROM cycle_voceinsieme v WHERE v.insieme_id = %s))"
)
_DELL_ANNO_PRIMA = (
    "o.ciclo_id IN (SELECT c.id FROM cycle_ciclo c WHERE c.ente_id = %s AND c.anno = %s) "
    "AND o.versione > 0"
)


def confronto(insieme: Insieme) -> list[Confronto]:
    """The year as it would stand with the set, beside what was already approved of it, against
    what was approved last year, in figures: a row for each type, then all."""
    adesso = _totali(_DI_QUEST_ANNO, [insieme.ciclo_id, insieme.pk])
    prima = _totali(_DELL_ANNO_PRIMA, [insieme.ente_id, insieme.ciclo.anno - 1])
    righe = [
        Confronto(tipo, adesso.get(tipo, Totali()), prima.get(tipo, Totali()))
        for tipo in sorted({*adesso, *prima})
    ]
    return [*righe, Confronto("", _somma(adesso.values()), _somma(prima.values()))]


def _totali(quali: str, parametri: list[Any]) -> dict[str, Totali]:
    with connection.cursor() as cursore:
        cursore.execute(_TOTALI.format(quali=quali), parametri)
        return {
            tipo: Totali(quanti, int(specifici), int(indicatori), peso)
            for tipo, quanti, specifici, indicatori, peso in cursore.fetchall()
        }


def _somma(totali: Any) -> Totali:
    righe = list(totali)
    pesi = [t.peso for t in righe if t.peso is not None]
    return Totali(
        sum(t.obiettivi for t in righe),
        sum(t.specifici for t in righe),
        sum(t.indicatori for t in righe),
        sum(pesi, Decimal(0)) if pesi else None,
    )


# --- what was decided ---------------------------------------------------------------------------


def atto(attore: Attore, pid: UUID) -> Atto:
    """An Atto that decided objectives, by its public id: everybody with an incarico sees it, as
    he sees what it approved."""
    trovato = (
        Atto.objects.filter(
            ente_id=attore.ente_id, pid=pid, tipo__in=("approvazione", "variazione", "storico")
        )
        .select_related("ciclo", "ente")
        .first()
    )
    if trovato is None or not attore.incarichi:
        raise NonTrovato({})
    return trovato


def documenti(atto: Atto) -> list[DocumentoAtto]:
    """The files of an Atto: first the deliberation."""
    return list(
        DocumentoAtto.objects.filter(atto=atto).select_related("allegato").order_by("-genere", "pk")
    )


def documento(atto: Atto, pid: UUID) -> DocumentoAtto:
    """One file of an Atto by its public id."""
    trovato = DocumentoAtto.objects.filter(atto=atto, pid=pid).select_related("allegato").first()
    if trovato is None:
        raise NonTrovato({})
    return trovato


_AVVISATI = """
SELECT p.nome_completo, n.motivo, n.letta_il IS NOT NULL
  FROM notifications_notifica n JOIN cycle_persona p ON p.id = n.persona_id
 WHERE n.ente_id = %s AND n.materia = %s AND n.evento_id IN (
       SELECT e.id FROM workflows_evento e WHERE e.ente_id = %s AND e.atto_id = %s
          AND e.registrato_il >= %s - interval '1 day' AND e.procedura = 'insieme')
 ORDER BY p.nome_completo
"""


def avvisati(insieme: Insieme) -> list[tuple[str, str, bool]]:
    """Who was told of the decision: name, why, whether they have read it."""
    if insieme.atto is None:
        return []
    with connection.cursor() as cursore:
        cursore.execute(
            _AVVISATI,
            [
                insieme.ente_id,
                f"insieme:{insieme.pk}",
                insieme.ente_id,
                insieme.atto_id,
                insieme.atto.registrato_il,
            ],
        )
        return [(nome.title(), motivo, letta) for nome, motivo, letta in cursore.fetchall()]
