# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the rows to `cycle.measure`: the only place where figures leave the database to be
measured, in four queries whatever the number of objectives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cycle import measure
from cycle.models import Indicatore, Obiettivo, ObiettivoSpecifico, Rilevazione


def figure(obiettivi: Sequence[int]) -> dict[int, measure.Obiettivo]:
    """The figures of the objectives, ready for `measure`, by id."""
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
        indicatori.setdefault(i.specifico_id, []).append(indicatore(i, rilevazioni.get(i.pk, ())))
    specifici: dict[int, list[measure.Specifico]] = {pk: [] for pk in obiettivi}
    for s in ObiettivoSpecifico.objects.filter(obiettivo_id__in=obiettivi).order_by("ordine"):
        specifici[s.obiettivo_id].append(
            measure.Specifico(s.codice, tuple(indicatori.get(s.pk, ())), s.peso)
        )
    return {
        pk: measure.Obiettivo(codice, tuple(specifici[pk]), peso)
        for pk, codice, peso in Obiettivo.objects.filter(pk__in=obiettivi).values_list(
            "pk", "codice", "peso"
        )
    }


def indicatore(i: Indicatore, rilevazioni: Iterable[measure.Rilevazione]) -> measure.Indicatore:
    """One indicator as `measure` reads it, with its figures."""
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
    )
