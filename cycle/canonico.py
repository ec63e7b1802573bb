# SPDX-License-Identifier: AGPL-3.0-or-later
"""Canonical texts and their digests: the bytes that prove what was approved or submitted.

JSON with sorted keys and no blanks; Decimals as strings without trailing zeros, dates ISO. The
text is stored as text, because jsonb would reorder it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, models

from cycle.campi import APPROVATI
from cycle.models import (
    Atto,
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


def atto(
    atto: Atto, ipa: str, anno: int, versioni: Iterable[tuple[int, str, str]]
) -> Iterator[str]:
    """The canonical JSON of an Atto, in pieces: who decided what, and every scheda it approved as
    it stands in its versione, word for word. `versioni` are (number, SHA-256, text), by id of the
    objective. It says only what never changes, so that it can be made again byte for byte; its
    SHA-256 is the Atto's digest (R85)."""
    decisione = {
        "anno": anno,
        "data": atto.data,
        "ente": ipa,
        "esecutivo": atto.esecutivo,
        "numero": atto.numero,
        "organo": atto.organo,
        "parere_contabile": atto.parere_contabile,
        "parere_tecnico": atto.parere_tecnico,
        "tipo": atto.tipo,
    }
    yield f'{{"atto":{testo(decisione)},"schede":['
    for n, (numero, sha256, contenuto) in enumerate(versioni):
        virgola = "," if n else ""
        yield f'{virgola}{{"scheda":{contenuto},"sha256":"{sha256}","versione":{numero}}}'
    yield f'],"schema":{SCHEMA}}}'


def impronta_pezzi(pezzi: Iterable[str]) -> str:
    """SHA-256 of a text that comes in pieces, without ever holding it whole."""
    somma = hashlib.sha256()
    for pezzo in pezzi:
        somma.update(pezzo.encode())
    return somma.hexdigest()


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


def _colonne(modello: type[models.Model], tabella: str, campi: dict[str, str]) -> str:
    """SQL: some columns of a table, given as field -> key, in the order that JSON sorts them in.
    PostgreSQL writes texts, dates, integers and booleans as `testo` does, byte for byte; a
    number's trailing zeros are for us to trim."""
    espressioni = {}
    for campo in modello._meta.concrete_fields:
        if campo.name in campi:
            colonna = f"{tabella}.{campo.column}"
            if isinstance(campo, models.DecimalField):
                colonna = f"trim_scale({colonna})::text"
            espressioni[campi[campo.name]] = colonna
    return ", ".join(f"{espressioni[chiave]} AS {chiave}" for chiave in sorted(espressioni))


def _righe(modello: type[models.Model]) -> str:
    """SQL: the approved fields of the rows of `modello` below the objective `o`, in order of id."""
    nomi = ("id", *APPROVATI[modello.__name__])
    campi = {c.name: c.attname for c in modello._meta.concrete_fields if c.name in nomi}
    return (
        "(SELECT coalesce(array_to_json(array_agg(t ORDER BY t.id)), '[]') "  # noqa: S608 - names
        f"FROM (SELECT {_colonne(modello, 'r', campi)} "
        f"FROM {modello._meta.db_table} r WHERE r.obiettivo_id = o.id) t)"
    )


_CAMPI = {n: n for n in ("pid", *APPROVATI["Obiettivo"]) if n != "versione"}

# SQL: the canonical text of the approved fields of the objective `o` of cycle_obiettivo and of
# its children. It is composed where the rows are: ten thousand schede are as many megabytes.
SCHEDA = (
    "(SELECT row_to_json(s)::text FROM (SELECT "  # noqa: S608 - names, not input
    f"{_righe(Fase)} AS fasi, "
    f"{_righe(Indicatore)} AS indicatori, "
    f"{_righe(ObiettivoNodo)} AS nodi, "
    f"(SELECT row_to_json(t) FROM (SELECT {_colonne(Obiettivo, 'o', _CAMPI)}) t) AS obiettivo, "
    f"{_righe(Rilevazione)} AS rilevazioni, "
    f"{SCHEMA} AS schema, "
    f"{_righe(ObiettivoSpecifico)} AS specifici) s)"
)


def schede(obiettivi: Sequence[Obiettivo]) -> dict[int, str]:
    """The canonical text of the approved fields of each objective and its children, by id, as
    they stand in the database."""
    with connection.cursor() as cursore:
        cursore.execute(
            f"SELECT o.id, {SCHEDA} FROM cycle_obiettivo o "  # noqa: S608 - names, not input
            "WHERE o.id = ANY (ARRAY(SELECT jsonb_array_elements_text(%s)::bigint))",
            [json.dumps([o.pk for o in obiettivi])],
        )
        return dict(cursore.fetchall())


ISTANTANEA = 2  # how the snapshot of a report is written; 1 had figures alone

_ISTANTANEE = """
SELECT l.id,
       (SELECT json_agg(json_build_array(s.codice, i.ordine, i.nome, p.codice,
                    trim_scale(r.target)::text, trim_scale(r.valore)::text,
                    r.target_data, r.valore_data, r.nota) ORDER BY s.ordine, i.ordine, p.ordine)
          FROM cycle_rilevazione r
          JOIN cycle_periodo p ON p.id = r.periodo_id AND p.ordine <= q.ordine
          JOIN cycle_indicatore i ON i.id = r.indicatore_id
          JOIN cycle_obiettivospecifico s ON s.id = i.specifico_id
         WHERE r.obiettivo_id = l.obiettivo_id),
       (SELECT json_agg(json_build_array(s.codice, v.testo,
                    (SELECT json_agg(a.sha256 ORDER BY a.sha256)
                       FROM cycle_evidenza e JOIN cycle_allegato a ON a.id = e.allegato_id
                      WHERE e.voce_id = v.id)) ORDER BY s.ordine)
          FROM cycle_vocerelazione v
          JOIN cycle_obiettivospecifico s ON s.id = v.specifico_id
         WHERE v.relazione_id = l.id),
       (SELECT json_agg(json_build_array(s.codice, f.ordine, f.descrizione,
                    trim_scale(f.avanzamento)::text, f.inizio_effettivo, f.fine_effettiva)
                    ORDER BY s.ordine, f.ordine)
          FROM cycle_fase f JOIN cycle_obiettivospecifico s ON s.id = f.specifico_id
         WHERE f.obiettivo_id = l.obiettivo_id)
  FROM cycle_relazionesemestrale l
  JOIN cycle_periodo q ON q.id = l.periodo_id
 WHERE l.id = ANY (%s)
"""


def istantanee(relazioni: Sequence[int]) -> dict[int, str]:
    """What a submission freezes, by report: targets, values and notes of its objective up to its
    period, what the settore wrote of each specifico with the digests of its evidence, and the
    phases as they stand (R54)."""
    with connection.cursor() as cursore:
        cursore.execute(_ISTANTANEE, [list(relazioni)])
        return {
            pk: testo(
                {
                    "schema": ISTANTANEA,
                    "righe": [_rilevata(*r) for r in righe or ()],
                    "voci": [
                        {"specifico": codice, "testo": detto, "evidenze": file or []}
                        for codice, detto, file in voci or ()
                    ],
                    "fasi": [
                        {
                            "specifico": codice,
                            "ordine": ordine,
                            "fase": nome,
                            "avanzamento": avanzamento,
                            "inizio": inizio,
                            "fine": fine,
                        }
                        for codice, ordine, nome, avanzamento, inizio, fine in fasi or ()
                    ],
                }
            )
            for pk, righe, voci, fasi in cursore.fetchall()
        }


def _rilevata(
    specifico: str,
    ordine: int,
    nome: str,
    periodo: str,
    target: str | None,
    valore: str | None,
    entro: str | None,
    il: str | None,
    nota: str,
) -> dict[str, Any]:
    return {
        "specifico": specifico,
        "ordine": ordine,
        "indicatore": nome,
        "periodo": periodo,
        "target": target if target is not None else entro,
        "valore": valore if valore is not None else il,
        "nota": nota,
    }


# kind -> (what tells its entries apart, what may move and how it is called)
_PARTI: Mapping[str, tuple[tuple[str, ...], Mapping[str, str]]] = {
    "righe": (
        ("specifico", "ordine", "periodo"),
        {"target": "target", "valore": "valore", "nota": "nota"},
    ),
    "voci": (("specifico",), {"testo": "testo", "evidenze": "documenti"}),
    "fasi": (
        ("specifico", "ordine"),
        {"avanzamento": "avanzamento", "inizio": "inizio effettivo", "fine": "fine effettiva"},
    ),
}


def differenze(prima: str, dopo: str, *, fasi: bool = True) -> Iterator[str]:
    """Which figures, words and files differ between two snapshots of a report, in words; of what
    the first did not freeze, nothing. Without `fasi` phases are left out: between one period and
    the next their progress goes on."""
    vecchia, nuova = json.loads(prima), json.loads(dopo)
    for parte, (chiavi, campi) in _PARTI.items():
        if parte not in vecchia or (parte == "fasi" and not fasi):
            continue
        lati = [{tuple(r[c] for c in chiavi): r for r in lato[parte]} for lato in (vecchia, nuova)]
        for chiave in dict.fromkeys([*lati[0], *lati[1]]):
            da_riga, a_riga = (lato.get(chiave, {}) for lato in lati)
            riga = a_riga or da_riga
            dove = riga["specifico"]
            if parte == "righe":
                dove += f", «{riga['indicatore']}», {riga['periodo']}"
            elif parte == "fasi":
                dove += f", fase «{riga['fase'][:80]}»"
            for campo, nome in campi.items():
                if da_riga and campo not in da_riga:
                    continue
                da, a = da_riga.get(campo), a_riga.get(campo)
                if da == a:
                    continue
                if campo in ("testo", "evidenze", "nota"):
                    yield f"{dove}: {nome}"
                else:
                    yield f"{dove}: {nome} da {da or 'nessuno'} a {a or 'nessuno'}"
