# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is written by columns' names for speed says the same as what it replaced."""

from __future__ import annotations

from hashlib import sha256
from importlib import import_module
from typing import Any

import pytest
from django.db import connection

from cycle.models import Obiettivo, VersioneObiettivo
from tests import mondo
from workflows.registro.models import Modifica

veloce = import_module("cycle.migrations.0004_veloce")

pytestmark = pytest.mark.usefixtures("db")

# They say which row it is and where it is filed, and never change (`identita_ferma`); the
# optimistic lock moves at every write, and is no change by itself.
NON_SONO_MODIFICHE = {"id", "pid", "ente_id", "ciclo_id", "revisione"}


def test_r84_every_column_of_an_objective_is_compared() -> None:
    """A new column fails here until the trigger compares it: its changes would go unrecorded."""
    colonne = {c.column for c in Obiettivo._meta.concrete_fields}
    assert set(veloce.COLONNE) == colonne - NON_SONO_MODIFICHE
    with connection.cursor() as cursore:
        cursore.execute(
            "SELECT string_agg(attname, ' ') FROM pg_attribute "
            " WHERE attrelid = 'cycle_obiettivo'::regclass AND attnum > 0 AND NOT attisdropped"
        )
        assert set(cursore.fetchone()[0].split()) == colonne
        cursore.execute(
            "SELECT prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
            " WHERE tgrelid = 'cycle_obiettivo'::regclass AND tgname = 'registro_modificate'"
        )
        [sorgente] = cursore.fetchone()
    for colonna in veloce.COLONNE:
        assert f"v.{colonna} IS DISTINCT FROM n.{colonna}" in sorgente


@pytest.mark.parametrize("colonna", veloce.COLONNE)
def test_r84_a_changed_column_is_recorded_alone(colonna: str) -> None:
    """Before and after, as JSON writes them; what is emptied is recorded as null."""
    o = mondo.in_stato("bozza")
    if colonna in ("stato", "versione"):  # they have procedures of their own
        mondo.muovi(o, "proponi", "UNO DIRIGENTE")
        if colonna == "versione":
            mondo.muovi(o, "approva", "ATTI SEGRETERIA", atto=mondo.atto("veloce"))
    else:
        with connection.cursor() as cursore:
            cursore.execute(
                f"UPDATE cycle_obiettivo SET {colonna} = %s WHERE id = %s",
                [_altro(o, colonna), o.pk],
            )
    modifica = Modifica.objects.filter(tabella="cycle_obiettivo", riga_id=o.pk).latest("pk")
    attesi = {"stato", "versione"} if colonna == "versione" else {colonna}
    assert set(modifica.prima or ()) == set(modifica.dopo or ()) == attesi
    with connection.cursor() as cursore:
        cursore.execute(
            f"SELECT to_jsonb(o) -> '{colonna}' = m.dopo -> '{colonna}' "
            "   AND m.prima -> %s IS NOT NULL AND m.prima <> m.dopo "
            "  FROM cycle_obiettivo o JOIN workflows_modifica m ON m.id = %s WHERE o.id = %s",
            [colonna, modifica.pk, o.pk],
        )
        assert cursore.fetchone() == (True,)


def _altro(o: Obiettivo, colonna: str) -> Any:
    """Another value the column can hold: null where it may be empty and is not."""
    campo = next(c for c in Obiettivo._meta.concrete_fields if c.column == colonna)
    ora = getattr(o, campo.attname)
    if campo.null and ora is not None:
        return None
    altri = {
        "tipo": "OG",
        "unita_id": mondo.obiettivo("OE11").unita_id,
        "continua_da_id": mondo.obiettivo("OE11").pk,
        "inizio_effettivo": "2026-01-02",
        "fine_effettiva": "2026-12-30",
        "peso": 7,
        "percentuale_calcolata": 50,
        "percentuale_convalidata": 50,
        "provvisorio": not ora,
    }
    return altri.get(colonna, f"{ora}!")


def test_r84_a_new_version_is_recorded_with_its_digest_and_not_its_text_again() -> None:
    """The row is for ever, and is itself the text; all the rest of it is in the registro."""
    o = mondo.in_stato("approvato")
    versione = VersioneObiettivo.objects.get(obiettivo=o)
    modifica = Modifica.objects.get(tabella="cycle_versioneobiettivo", riga_id=versione.pk)
    assert (modifica.prima, modifica.operazione, modifica.radice_id) == (None, "I", o.pk)
    assert modifica.dopo is not None
    assert modifica.dopo["sha256"] == sha256(versione.contenuto.encode()).hexdigest()
    colonne = {c.column for c in VersioneObiettivo._meta.concrete_fields}
    assert set(modifica.dopo) == colonne - {"id", "pid", "ente_id", "revisione", "contenuto"}
