# SPDX-License-Identifier: AGPL-3.0-or-later
"""Since when an objective is late, and with what."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, DateField, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from cycle.calendario import ultimo_giorno
from cycle.models import Ciclo, RelazioneSemestrale, Scadenza, VersioneObiettivo
from cycle.selectors import scadenze
from workflows.machines.relazione import COMPILABILI

# what is late, by the state in which it waits
DA_FARE: dict[str, Any] = {
    "approvato": _("da avviare"),
    "in_corso": _("da rendicontare"),
    "rendicontato": _("da validare"),
}


def ritardo_dal(ciclo: Ciclo, istante: datetime) -> Case:
    """The last day on which what the objective waits for was still in time, when it has passed:
    its start, the first report not submitted, the closing of the year, the validation."""
    zona = ZoneInfo(ciclo.ente.fuso)

    def passata(scadenza: Scadenza) -> Value | None:
        if scadenza.effettivo > istante:
            return None
        return Value(ultimo_giorno(scadenza.effettivo, ciclo.ente.fuso))

    termini = {s.codice: passata(s) for s in scadenze(ciclo, istante)}
    versione = VersioneObiettivo.objects.filter(
        obiettivo=OuterRef("pk"), numero=OuterRef("versione")
    )
    casi = [
        When(
            stato="approvato",
            inizio_previsto__lt=istante.astimezone(zona).date(),
            then=Greatest(F("inizio_previsto"), Subquery(versione.values("in_vigore_dal"))),
        )
    ]
    relazioni = sorted(
        (int(numero), codice)
        for codice in termini
        for nome, _, numero in [codice.partition("-")]
        if nome == "relazione" and numero.isdigit()
    )
    for ordine, codice in relazioni:
        # a list made once, not a question for each row
        mancanti = RelazioneSemestrale.objects.filter(
            periodo__ciclo=ciclo, periodo__ordine=ordine, stato__in=COMPILABILI
        ).values("obiettivo")
        if termini[codice]:
            casi.append(When(Q(stato="in_corso", pk__in=mancanti), then=termini[codice]))
    if relazioni and (ultimo := termini[relazioni[-1][1]]):
        casi.append(When(stato="in_corso", then=ultimo))
    if validazione := termini.get("validazione"):
        casi.append(When(stato="rendicontato", then=validazione))
    return Case(*casi, default=None, output_field=DateField())
