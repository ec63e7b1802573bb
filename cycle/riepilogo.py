# SPDX-License-Identifier: AGPL-3.0-or-later
"""A settore's year in three numbers: objectives by state, mean percentage, indicators short."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, Sum

from cycle import misurazione
from cycle.measure import Scostamento, scostamenti
from cycle.models import Ciclo, Incarico, Obiettivo, Periodo, RelazioneSemestrale
from cycle.parametri import Parametri
from cycle.selectors import obiettivi_visibili, periodi
from workflows.machines.obiettivo import STATI
from workflows.machines.relazione import COMPILABILI
from workflows.ports import Attore

RUOLI_DI_SETTORE = ("dirigente", "po")


@dataclass(frozen=True, slots=True)
class Carente:
    """An indicator short of its target, and its objective."""

    obiettivo: Obiettivo
    scostamento: Scostamento


@dataclass(frozen=True, slots=True)
class Riepilogo:
    """A year of some units: objectives by state, mean computed percentage over those that have
    one, indicators short at the last closed period (None before the first has closed)."""

    titolo: str
    anno: int
    nome: str  # how the ente calls its objectives
    stati: tuple[tuple[str, str, int], ...]  # code, name, how many
    totale: int
    media: Decimal | None
    misurati: int
    periodo: str = ""
    carenti: tuple[Carente, ...] | None = None


def riepilogo(
    attore: Attore, incarichi: Sequence[Incarico], ciclo: Ciclo, oggi: date
) -> Riepilogo | None:
    """The year of the person's settore, for whoever leads one: None for anybody else."""
    miei = [i for i in incarichi if i.ruolo in RUOLI_DI_SETTORE]
    if not miei:
        return None
    dove = Q(pk__in=())
    for incarico in miei:
        dove |= Q(unita__percorso__startswith=incarico.unita.percorso)
    obiettivi = obiettivi_visibili(attore, ciclo).filter(dove)
    somme = {
        stato: (quanti, misurati, somma or Decimal(0))
        for stato, quanti, misurati, somma in obiettivi.order_by()
        .values_list("stato")
        .annotate(Count("pk"), Count("percentuale_calcolata"), Sum("percentuale_calcolata"))
    }
    misurati = sum(m for _, m, _ in somme.values())
    tutti = periodi(ciclo)
    chiusi = [p for p in tutti if p.al < oggi]
    carenti: tuple[Carente, ...] | None = None
    if chiusi:
        # a figure counts once its report is submitted: before, it is still to be written (R54)
        rendicontati = obiettivi.filter(
            Exists(
                RelazioneSemestrale.objects.filter(
                    obiettivo=OuterRef("pk"), periodo=chiusi[-1]
                ).exclude(stato__in=COMPILABILI)
            )
        )
        carenti = _carenti(list(rendicontati.order_by("codice")), ciclo, chiusi[-1], len(tutti))
    return Riepilogo(
        titolo=", ".join(dict.fromkeys(i.unita.nome for i in miei)),
        anno=ciclo.anno,
        nome=Parametri.da_dizionario(ciclo.parametri).nome_obiettivi,
        stati=tuple((s, nome, somme[s][0]) for s, nome in STATI if s in somme),
        totale=sum(quanti for quanti, _, _ in somme.values()),
        media=sum((s for _, _, s in somme.values()), Decimal(0)) / misurati if misurati else None,
        misurati=misurati,
        periodo=chiusi[-1].nome if chiusi else "",
        carenti=carenti,
    )


def _carenti(
    obiettivi: Sequence[Obiettivo], ciclo: Ciclo, periodo: Periodo, ultimo: int
) -> tuple[Carente, ...]:
    parametri = Parametri.da_dizionario(ciclo.parametri).misura
    figure = misurazione.figure([o.pk for o in obiettivi])
    return tuple(
        Carente(o, s)
        for o in obiettivi
        for s in scostamenti(figure[o.pk], periodo.ordine, ultimo, parametri, periodo.al)
    )
