# SPDX-License-Identifier: AGPL-3.0-or-later
"""The signals of a year: from the rows to `measure.segnali`, and as JSON."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from cycle import misurazione
from cycle.griglia import valori_dell_anno_prima
from cycle.measure import segnali as puri
from cycle.models import (
    CampoVariato,
    Ciclo,
    Collaboratore,
    Fase,
    Indicatore,
    Obiettivo,
    Periodo,
    Stanziamento,
    VersioneObiettivo,
)
from cycle.parametri import Parametri
from cycle.vacanze import vacanze
from cycle.variazioni.campi import TARGET

SCHEMA = 1
_FINITI = ("validato", "stralciato")


def da_database(ciclo: Ciclo, istante: datetime) -> dict[str, Any]:
    """What in the plan of the year deserves a second look, in a fixed number of queries. It names
    people and their effort: it is for controllo."""
    return {
        "schema": SCHEMA,
        "ente": ciclo.ente.nome,
        "anno": ciclo.anno,
        "segnali": [
            {
                "tipo": s.tipo,
                "regola": s.regola,
                "obiettivi": list(s.obiettivi),
                "dove": s.dove,
                "messaggio": s.messaggio,
            }
            for s in dell_anno(ciclo, istante)
        ],
    }


def dell_anno(ciclo: Ciclo, istante: datetime) -> tuple[puri.Segnale, ...]:
    """The signals of a year at `istante`; those struck off are out of it."""
    righe = list(
        Obiettivo.objects.filter(ciclo=ciclo)
        .exclude(stato="stralciato")
        .order_by("codice")
        .values_list("pk", "codice", "stato", "unita__percorso")
    )
    obiettivi = {pk: codice for pk, codice, _stato, _percorso in righe}
    di = {"obiettivo__in": list(obiettivi)}
    approvati = {
        pk: (str(atto), il)
        for pk, atto, il in (
            (v.obiettivo_id, v.atto, v.atto.data)
            for v in VersioneObiettivo.objects.filter(**di, numero=1)
            .exclude(atto__tipo="storico")
            .select_related("atto__ciclo")
            .defer("contenuto")
        )
    }
    parametri = Parametri.da_dizionario(ciclo.parametri)
    periodi = list(Periodo.objects.filter(ciclo=ciclo).order_by("ordine"))
    specifici = _specifici(
        ciclo, obiettivi, periodi, {pk: il for pk, (_a, il) in approvati.items()}
    )
    return puri.segnali(
        specifici,
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
        approvazioni=_approvazioni(ciclo, obiettivi, approvati, periodi),
        variati=_variati(obiettivi),
        fine=periodi[-1].al if periodi else None,
        vacanti=_vacanti(
            ciclo, [(codice, su) for _pk, codice, s, su in righe if s not in _FINITI], istante
        ),
    )


def _specifici(
    ciclo: Ciclo,
    obiettivi: Mapping[int, str],
    periodi: list[Periodo],
    approvati: Mapping[int, date],
) -> list[puri.Specifico]:
    di = {"obiettivo__in": list(obiettivi)}
    fasi: dict[tuple[int, str], list[tuple[Decimal | None, Decimal | None]]] = defaultdict(list)
    for pk, codice, peso, avanzamento in (
        Fase.objects.filter(**di)
        .order_by("ordine")
        .values_list("obiettivo_id", "specifico__codice", "peso", "avanzamento")
    ):
        fasi[pk, codice].append((peso, avanzamento))
    # by the place of the indicator in its specifico, as `misurazione` lists them
    prima: dict[tuple[int, str], dict[int, Decimal]] = defaultdict(dict)
    valori = valori_dell_anno_prima(ciclo, list(Obiettivo.objects.filter(pk__in=list(obiettivi))))
    posti: dict[tuple[int, str], int] = defaultdict(int)
    for i, pk, codice in (
        Indicatore.objects.filter(**di)
        .order_by("ordine")
        .values_list("pk", "obiettivo_id", "specifico__codice")
    ):
        if isinstance(valore := valori.get(i), Decimal):
            prima[pk, codice][posti[pk, codice]] = valore
        posti[pk, codice] += 1
    return [
        puri.Specifico(
            codice,
            s.codice,
            s.indicatori,
            tuple(fasi[pk, s.codice]),
            prima.get((pk, s.codice), {}),
            frozenset(p.ordine for p in periodi if pk in approvati and p.al < approvati[pk]),
        )
        for figure in [misurazione.figure(list(obiettivi))]
        for pk, codice in obiettivi.items()
        for s in figure[pk].specifici
    ]


def _approvazioni(
    ciclo: Ciclo,
    obiettivi: Mapping[int, str],
    approvati: Mapping[int, tuple[str, date]],
    periodi: list[Periodo],
) -> Iterator[puri.Approvazione]:
    """Each by its own dates; without them, the year's."""
    for pk, inizio in Obiettivo.objects.filter(pk__in=list(approvati)).values_list(
        "pk", "inizio_previsto"
    ):
        atto, il = approvati[pk]
        dal = inizio or (periodi[0].dal if periodi else date(ciclo.anno, 1, 1))
        yield puri.Approvazione(obiettivi[pk], atto, il, dal)


def _variati(obiettivi: Mapping[int, str]) -> Iterator[puri.TargetVariato]:
    """The targets that approved requests changed, in the order of their acts."""
    campi = list(
        CampoVariato.objects.filter(
            obiettivo__in=list(obiettivi),
            genere="target",
            richiesta__stato="approvata",
            valore_base__isnull=False,
            valore_nuovo__isnull=False,
        )
        .select_related("richiesta__atto__ciclo")
        .order_by("richiesta__atto__data", "pk")
    )
    nature = dict(
        Indicatore.objects.filter(pk__in={c.riga_id for c in campi}).values_list("pk", "natura")
    )
    for c in campi:
        atto = c.richiesta.atto
        prima, dopo = TARGET.leggi(c.valore_base), TARGET.leggi(c.valore_nuovo)
        if atto is not None:
            yield puri.TargetVariato(
                obiettivi[c.obiettivo_id],
                c.dove,
                nature.get(c.riga_id or 0, "positivo"),
                prima,
                dopo,
                str(atto),
                atto.data,
            )


def _vacanti(
    ciclo: Ciclo, attesi: list[tuple[str, str]], istante: datetime
) -> Iterator[puri.RuoloVacante]:
    """Of a year with something still to be done, `attesi`: what nobody can do."""
    if ciclo.stato != "aperto" or not attesi:
        return
    for v in vacanze(ciclo.ente, istante):
        if v.quando.anno not in (0, ciclo.anno):
            continue
        codici = tuple(c for c, percorso in attesi if percorso.startswith(v.unita.percorso))
        yield puri.RuoloVacante(
            v.unita.nome,
            tuple(v.passi),
            tuple(v.ruoli),
            f"al termine «{v.quando.termine}»" if v.quando.termine else "",
            codici if v.unita.livello else (),
        )
