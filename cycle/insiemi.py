# SPDX-License-Identifier: AGPL-3.0-or-later
"""Many rows at once: one COPY or one UPDATE, where the ORM would write a statement for each
hundred. Triggers, constraints and the registro see them as they see any other write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from operator import attrgetter
from typing import Any, TypeVar

from django.db import connection, models
from psycopg import sql

M = TypeVar("M", bound=models.Model)


def riserva(tabella: str, quanti: int) -> list[int]:
    """The next ids of a table, so that rows can be named before they are written."""
    with connection.cursor() as cursore:
        cursore.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [tabella, quanti],
        )
        return [riga[0] for riga in cursore.fetchall()]


def copia(istanze: Iterable[M]) -> list[M]:
    """Insert new instances of one model with one COPY, and give them their pk. Columns that the
    database fills by itself (`pid`, `percorso`) are left to it."""
    righe = list(istanze)
    if not righe:
        return righe
    modello = type(righe[0])
    tabella = modello._meta.db_table
    senza = [riga for riga in righe if riga.pk is None]
    for riga, pk in zip(senza, riserva(tabella, len(senza)), strict=True):
        riga.pk = pk
    campi = [c for c in modello._meta.concrete_fields if not c.has_db_default()]
    leggi = attrgetter(*(c.attname for c in campi))
    adattatori = [(n, adatta) for n, c in enumerate(campi) if (adatta := _adattatore(c))]
    istruzione = sql.SQL("COPY {tabella} ({colonne}) FROM STDIN").format(
        tabella=sql.Identifier(tabella),
        colonne=sql.SQL(", ").join(sql.Identifier(c.column or "") for c in campi),
    )
    with connection.cursor() as cursore, cursore.copy(istruzione) as copiati:
        for riga in righe:
            valori = list(leggi(riga))
            for n, adatta in adattatori:
                valori[n] = adatta(valori[n])
            copiati.write_row(valori)
            riga._state.adding = False
            riga._state.db = connection.alias
    return righe


# What the driver writes as it is, so that nobody is asked value by value.
_SEMPLICI = (
    models.AutoField,
    models.BooleanField,
    models.CharField,
    models.ForeignKey,
    models.IntegerField,
    models.TextField,
)


def _adattatore(campo: Any) -> Callable[[Any], Any] | None:
    """What makes a value of `campo` ready for the database; None when nothing must be done."""
    if isinstance(campo, models.DecimalField):
        return campo.to_python  # refuses what is not finite
    if isinstance(campo, _SEMPLICI) or type(campo) is models.DateField:
        return None
    return partial(campo.get_db_prep_save, connection=connection)


def aggiorna(modello: type[M], colonne: dict[str, str], righe: Sequence[Sequence[Any]]) -> None:
    """One UPDATE of many rows: each of `righe` is a pk and the values of `colonne` (name -> SQL
    type), in order."""
    if not righe:
        return
    nomi = [sql.Identifier(nome) for nome in colonne]
    istruzione = sql.SQL(
        "UPDATE {tabella} t SET {valori} FROM unnest({tipi}) AS n (id, {nomi}) WHERE t.id = n.id"
    ).format(
        tabella=sql.Identifier(modello._meta.db_table),
        valori=sql.SQL(", ").join(sql.SQL("{0} = n.{0}").format(nome) for nome in nomi),
        tipi=sql.SQL(", ").join(
            [sql.SQL("%s::bigint[]"), *(sql.SQL(f"%s::{tipo}[]") for tipo in colonne.values())]
        ),
        nomi=sql.SQL(", ").join(nomi),
    )
    with connection.cursor() as cursore:
        cursore.execute(istruzione, [list(colonna) for colonna in zip(*righe, strict=True)])
