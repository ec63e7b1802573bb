# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the Nucleo examines: from the rows to `cycle.osservazioni`, in a number of queries that does
not depend on how many reports there are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q

from cycle import measure, misurazione
from cycle.calendario import ultimo_giorno
from cycle.models import (
    Ciclo,
    Obiettivo,
    ObiettivoNodo,
    Periodo,
    RelazioneSemestrale,
    RichiestaVariazione,
    VoceRelazione,
)
from cycle.osservazioni import Bozza, Esame, bozze
from cycle.parametri import Parametri
from cycle.termini import effettivo
from workflows.machines.relazione import COMPILABILI

# A variazione has been asked for once it is filed, whatever came of it but its withdrawal.
_CHIESTE = Q(presentata_il__isnull=False) & ~Q(stato="ritirata")


def relazioni(ciclo: Ciclo, periodo: Periodo) -> list[RelazioneSemestrale]:
    """The reports of a period that the Nucleo may examine: submitted, or beyond; those of what was
    struck off are not (R54)."""
    return list(
        RelazioneSemestrale.objects.filter(obiettivo__ciclo=ciclo, periodo=periodo)
        .exclude(stato__in=COMPILABILI)
        .exclude(obiettivo__stato="stralciato")
        .select_related("obiettivo__unita", "periodo")
        .order_by("obiettivo__codice")
    )


def proposte(
    ciclo: Ciclo, periodo: Periodo, lette: Sequence[RelazioneSemestrale], istante: datetime
) -> dict[int, tuple[Bozza, ...]]:
    """What the system would say of these reports of one period, by id of the report: figures as
    they were submitted, the calendar as it holds at `istante`."""
    obiettivi = [r.obiettivo_id for r in lette]
    parametri = Parametri.da_dizionario(ciclo.parametri)
    figure = misurazione.figure(obiettivi)
    testi: dict[int, dict[str, str]] = {}
    for relazione, codice, testo in VoceRelazione.objects.filter(relazione__in=lette).values_list(
        "relazione_id", "specifico__codice", "testo"
    ):
        testi.setdefault(relazione, {})[codice] = testo
    ordini = dict(Periodo.objects.filter(ciclo=ciclo).values_list("codice", "ordine"))
    termine = effettivo(ciclo, "variazioni", istante)
    fuso = ciclo.ente.fuso
    comune = Esame(
        anno=ciclo.anno,
        periodo=periodo.ordine,
        ultimo=max(ordini.values()),
        al=periodo.al,
        termine=ultimo_giorno(termine, fuso) if termine else None,
    )
    oggi = istante.astimezone(ZoneInfo(fuso)).date()
    strategici, chieste = _strategici_e_chieste(obiettivi)
    return {
        r.pk: bozze(
            come_trasmesse(figure[r.obiettivo_id], r, ordini),
            testi.get(r.pk, {}),
            replace(
                comune,
                strategico=r.obiettivo_id in strategici,
                chiesta=r.obiettivo_id in chieste,
                oggi=oggi if r.trasmessa_il else None,
            ),
            parametri.osservazioni(),
            parametri.misura,
        )
        for r in lette
    }


def _strategici_e_chieste(obiettivi: Sequence[int]) -> tuple[set[int], set[int]]:
    """Of these objectives those that hang on the political programme, and those of which a
    variazione was asked for."""
    righe = (
        Obiettivo.objects.filter(pk__in=obiettivi)
        .annotate(
            strategico=Exists(ObiettivoNodo.objects.filter(obiettivo=OuterRef("pk"))),
            chiesta=Exists(RichiestaVariazione.objects.filter(_CHIESTE, obiettivo=OuterRef("pk"))),
        )
        .values_list("pk", "strategico", "chiesta")
    )
    trovate = list(righe)
    return {pk for pk, s, _c in trovate if s}, {pk for pk, _s, c in trovate if c}


def come_trasmesse(
    obiettivo: measure.Obiettivo, r: RelazioneSemestrale, ordini: Mapping[str, int]
) -> measure.Obiettivo:
    """The figures of a report as its submission froze them, where it did: what the Nucleo looks at
    is what it was sent, also when a target was rewritten since."""
    if not r.istantanea:
        return obiettivo
    # two indicators of a specifico may have the same name: then they are taken in order
    congelate: dict[tuple[str, str], dict[int, list[measure.Rilevazione]]] = {}
    for riga in json.loads(r.istantanea)["righe"]:
        omonimi = congelate.setdefault((riga["specifico"], riga["indicatore"]), {})
        omonimi.setdefault(riga["ordine"], []).append(
            measure.Rilevazione(
                ordini[riga["periodo"]], _figura(riga["target"]), _figura(riga["valore"])
            )
        )

    def di(specifico: str, i: measure.Indicatore) -> measure.Indicatore:
        omonimi = congelate.get((specifico, i.nome))
        if not omonimi:
            return i
        return replace(i, rilevazioni=tuple(omonimi.pop(min(omonimi))))

    return replace(
        obiettivo,
        specifici=tuple(
            replace(s, indicatori=tuple(di(s.codice, i) for i in s.indicatori))
            for s in obiettivo.specifici
        ),
    )


def _figura(scritta: Any) -> Decimal | date | None:
    if scritta is None:
        return None
    return date.fromisoformat(scritta) if scritta[4:5] == "-" else Decimal(scritta)
