# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the rows to `cycle.measure`: the only place where figures leave the database to be
measured, in four queries whatever the number of objectives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q
from django.db.models.functions import JSONObject

from cycle import measure
from cycle.models import (
    Indicatore,
    Neutralizzazione,
    Obiettivo,
    ObiettivoSpecifico,
    Rilevazione,
)


def figure(
    obiettivi: Sequence[int], concesse: Sequence[int] = (), escluse: Sequence[int] = ()
) -> dict[int, measure.Obiettivo]:
    """The figures of the objectives, ready for `measure`, by id, with what is neutralised in them
    (R62): `concesse` are neutralizzazioni taken as granted, `escluse` as if they were not."""
    neutre = Neutralizzazione.objects.filter(
        Q(stato="accolta") | Q(pk__in=concesse), obiettivo=OuterRef("pk")
    ).exclude(pk__in=escluse)
    righe = list(
        Obiettivo.objects.filter(pk__in=obiettivi).values_list(
            "pk",
            "codice",
            "peso",
            ArraySubquery(
                neutre.values(
                    detta=JSONObject(
                        specifico="specifico_id", indicatore="indicatore_id", causa="causa"
                    )
                )
            ),
        )
    )
    cause = {
        (pk, n["specifico"], n["indicatore"]): n["causa"] for pk, _c, _p, neu in righe for n in neu
    }
    rilevazioni: dict[int, list[measure.Rilevazione]] = {}
    for r in Rilevazione.objects.filter(obiettivo_id__in=obiettivi).values_list(
        "indicatore_id", "periodo__ordine", "target", "valore", "target_data", "valore_data"
    ):
        rilevazioni.setdefault(r[0], []).append(
            measure.Rilevazione(
                r[1], r[2] if r[2] is not None else r[4], r[3] if r[3] is not None else r[5]
            )
        )
    indicatori: dict[int, list[measure.Indicatore]] = {}
    for i in Indicatore.objects.filter(obiettivo_id__in=obiettivi).order_by("ordine"):
        causa = cause.get((i.obiettivo_id, None, i.pk), "")
        indicatori.setdefault(i.specifico_id, []).append(
            indicatore(i, rilevazioni.get(i.pk, ()), causa)
        )
    specifici: dict[int, list[measure.Specifico]] = {pk: [] for pk in obiettivi}
    for s in ObiettivoSpecifico.objects.filter(obiettivo_id__in=obiettivi).order_by("ordine"):
        specifici[s.obiettivo_id].append(
            measure.Specifico(
                s.codice,
                tuple(indicatori.get(s.pk, ())),
                s.peso,
                cause.get((s.obiettivo_id, s.pk, None), ""),
            )
        )
    return {
        pk: measure.Obiettivo(codice, tuple(specifici[pk]), peso, cause.get((pk, None, None), ""))
        for pk, codice, peso, _neutre in righe
    }


def indicatore(
    i: Indicatore, rilevazioni: Iterable[measure.Rilevazione], neutralizzato: str = ""
) -> measure.Indicatore:
    """One indicator as `measure` reads it, with its figures, and the cause for which it is
    neutralised."""
    return measure.Indicatore(
        nome=i.nome,
        peso=i.peso,
        natura=i.natura,  # type: ignore[arg-type]
        aggregazione=i.aggregazione,  # type: ignore[arg-type]
        unita_misura=i.unita_misura,  # type: ignore[arg-type]
        rilevazioni=tuple(rilevazioni),
        cap=i.cap,
        fascia=(i.fascia_da, i.fascia_a)
        if i.fascia_da is not None and i.fascia_a is not None
        else None,
        neutralizzato=neutralizzato,
    )
