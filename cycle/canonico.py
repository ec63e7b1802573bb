# SPDX-License-Identifier: AGPL-3.0-or-later
"""Canonical texts and their digests: the bytes that prove what was approved or submitted.

JSON with sorted keys and no blanks; Decimals as strings without trailing zeros, dates ISO. The
text is stored as text, because jsonb would reorder it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from cycle.campi import APPROVATI
from cycle.models import (
    Fase,
    Indicatore,
    Obiettivo,
    ObiettivoNodo,
    ObiettivoSpecifico,
    Rilevazione,
)

SCHEMA = 1


def testo(valore: Any) -> str:
    """The canonical JSON text of a value."""
    return json.dumps(
        valore, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_scalare
    )


def impronta(contenuto: str) -> str:
    """SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(contenuto.encode()).hexdigest()


def impronta_insieme(impronte: Iterable[str]) -> str:
    """Digest of a set of digests, whatever the order they come in."""
    return impronta("\n".join(sorted(impronte)))


def _scalare(valore: Any) -> str:
    if isinstance(valore, Decimal):
        return decimale(valore)
    if isinstance(valore, date):
        return valore.isoformat()
    raise TypeError(f"{type(valore).__name__} non ha una forma canonica")


def decimale(valore: Decimal) -> str:
    """`100`, `66.67`: no exponent, no trailing zeros."""
    intero = f"{valore:f}"
    return intero.rstrip("0").rstrip(".") if "." in intero else intero


def schede(obiettivi: Sequence[Obiettivo]) -> dict[int, str]:
    """The canonical text of the approved fields of each objective and its children, by id."""
    ids = [o.pk for o in obiettivi]
    figli: dict[str, dict[int, list[dict[str, Any]]]] = {
        nome: _righe(modello, ids)
        for nome, modello in (
            ("specifici", ObiettivoSpecifico),
            ("indicatori", Indicatore),
            ("rilevazioni", Rilevazione),
            ("fasi", Fase),
            ("nodi", ObiettivoNodo),
        )
    }
    return {
        o.pk: testo(
            {
                "schema": SCHEMA,
                "obiettivo": _campi(o),
                **{nome: righe.get(o.pk, []) for nome, righe in figli.items()},
            }
        )
        for o in obiettivi
    }


def _campi(obiettivo: Obiettivo) -> dict[str, Any]:
    nomi = [n for n in APPROVATI["Obiettivo"] if n != "versione"]
    per_nome = {c.name: c for c in obiettivo._meta.concrete_fields}
    campi = {n: per_nome[n].value_from_object(obiettivo) for n in nomi}
    return {**campi, "pid": str(obiettivo.pid)}


def _righe(modello: Any, ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """Approved fields of the rows of `modello` below the objectives, by objective, by id."""
    campi = [modello._meta.get_field(n).attname for n in APPROVATI[modello.__name__]]
    righe: dict[int, list[dict[str, Any]]] = {}
    for riga in (
        modello.objects.filter(obiettivo_id__in=ids)
        .order_by("pk")
        .values("pk", "obiettivo_id", *campi)
    ):
        obiettivo = riga.pop("obiettivo_id")
        righe.setdefault(obiettivo, []).append({"id": riga.pop("pk"), **riga})
    return righe


def istantanee(relazioni: Sequence[int]) -> dict[int, str]:
    """What a submission freezes, by report: targets and values of its objective up to its
    period (R54)."""
    with connection.cursor() as cursore:
        cursore.execute(
            "SELECT l.id, s.codice, i.ordine, i.nome, p.codice, r.target, r.valore, "
            "       r.target_data, r.valore_data "
            "  FROM cycle_relazionesemestrale l "
            "  JOIN cycle_periodo q ON q.id = l.periodo_id "
            "  JOIN cycle_rilevazione r ON r.obiettivo_id = l.obiettivo_id "
            "  JOIN cycle_periodo p ON p.id = r.periodo_id AND p.ordine <= q.ordine "
            "  JOIN cycle_indicatore i ON i.id = r.indicatore_id "
            "  JOIN cycle_obiettivospecifico s ON s.id = i.specifico_id "
            " WHERE l.id = ANY (%s) ORDER BY l.id, s.ordine, i.ordine, p.ordine",
            [list(relazioni)],
        )
        righe: dict[int, list[dict[str, Any]]] = {pk: [] for pk in relazioni}
        for pk, specifico, ordine, nome, periodo, target, valore, entro, il in cursore.fetchall():
            righe[pk].append(
                {
                    "specifico": specifico,
                    "ordine": ordine,
                    "indicatore": nome,
                    "periodo": periodo,
                    "target": target if target is not None else entro,
                    "valore": valore if valore is not None else il,
                }
            )
    return {pk: testo({"schema": SCHEMA, "righe": elenco}) for pk, elenco in righe.items()}
