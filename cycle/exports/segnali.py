# SPDX-License-Identifier: AGPL-3.0-or-later
"""The signals of a year as JSON: from the rows to `measure.segnali`."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from cycle import misurazione
from cycle.measure import segnali as puri
from cycle.models import Ciclo, Collaboratore, Fase, Obiettivo, Stanziamento
from cycle.parametri import Parametri

SCHEMA = 1


def da_database(ciclo: Ciclo) -> dict[str, Any]:
    """What in the plan of the year deserves a second look, in a fixed number of queries. It names
    people and their effort: it is for controllo."""
    return {
        "schema": SCHEMA,
        "ente": ciclo.ente.nome,
        "anno": ciclo.anno,
        "segnali": [
            {
                "tipo": s.tipo,
                "obiettivi": list(s.obiettivi),
                "dove": s.dove,
                "messaggio": s.messaggio,
            }
            for s in dell_anno(ciclo)
        ],
    }


def dell_anno(ciclo: Ciclo) -> tuple[puri.Segnale, ...]:
    """The signals of a year; those struck off are out of it."""
    obiettivi = dict(
        Obiettivo.objects.filter(ciclo=ciclo)
        .exclude(stato="stralciato")
        .order_by("codice")
        .values_list("pk", "codice")
    )
    di = {"obiettivo__in": list(obiettivi)}
    fasi: dict[tuple[int, str], list[tuple[Decimal | None, Decimal | None]]] = defaultdict(list)
    for pk, codice, peso, avanzamento in (
        Fase.objects.filter(**di)
        .order_by("ordine")
        .values_list("obiettivo_id", "specifico__codice", "peso", "avanzamento")
    ):
        fasi[pk, codice].append((peso, avanzamento))
    figure = misurazione.figure(list(obiettivi))
    parametri = Parametri.da_dizionario(ciclo.parametri)
    return puri.segnali(
        [
            puri.Specifico(obiettivi[pk], s.codice, s.indicatori, tuple(fasi[pk, s.codice]))
            for pk in obiettivi
            for s in figure[pk].specifici
        ],
        [
            puri.Impegno(persona, obiettivi[pk], impegno or Decimal(0))
            for pk, persona, impegno in Collaboratore.objects.filter(**di, impegno__isnull=False)
            .order_by("pk")
            .values_list("obiettivo_id", "persona__nome_completo", "impegno")
        ],
        [
            puri.Somma(obiettivi[pk], capitolo, articolo, parte, importo)
            for pk, capitolo, articolo, parte, importo in Stanziamento.objects.filter(**di)
            .order_by("pk")
            .values_list("obiettivo_id", "capitolo", "articolo", "parte", "importo")
        ],
        parametri.misura,
        pesati=parametri.pesi,
    )
