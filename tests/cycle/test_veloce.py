# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is written by columns' names for speed says the same as what it replaced."""

from __future__ import annotations

from hashlib import sha256
from importlib import import_module
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from cycle.models import Obiettivo, VersioneObiettivo
from tests import mondo
from workflows.registro.models import Modifica

leggeri = import_module("cycle.migrations.0016_leggeri")

pytestmark = pytest.mark.usefixtures("db")

# They say which row it is and where it is filed, and never change (`identita_ferma`); the
# optimistic lock moves at every write, and is no change by itself.
NON_SONO_MODIFICHE = {"id", "pid", "ente_id", "ciclo_id", "revisione"}


def test_r84_every_column_of_an_objective_is_compared() -> None:
    """A new column fails here until the trigger compares it: its changes would go unrecorded."""
    colonne = {c.column for c in Obiettivo._meta.concrete_fields}
    assert set(leggeri.COLONNE) == colonne - NON_SONO_MODIFICHE
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
    for colonna in leggeri.COLONNE:
        assert f"v.{colonna} IS DISTINCT FROM n.{colonna}" in sorgente


@pytest.mark.parametrize("colonna", leggeri.COLONNE)
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
        "sezioni": '[{"titolo": "Risorse"}]',
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


def test_r50_a_new_version_moves_the_revisione_whoever_writes_it() -> None:
    """What says already that it has that version is moved by the version; what does not is moved
    when it says so, and must before the transaction ends."""
    o = mondo.in_stato("approvato")
    vecchia = VersioneObiettivo.objects.get(obiettivo=o)
    with pytest.raises(IntegrityError, match="R30"):
        _un_altra(vecchia, o.versione + 1)
    bozza = mondo.in_stato("bozza")
    mondo.muovi(bozza, "proponi", "UNO DIRIGENTE")
    mondo.muovi(bozza, "approva", "ATTI SEGRETERIA", atto=mondo.atto("veloce"))
    approvato = Obiettivo.objects.get(pk=bozza.pk)
    assert (approvato.versione, approvato.revisione) == (1, bozza.revisione + 2)  # a step each


def _un_altra(vecchia: VersioneObiettivo, numero: int) -> None:
    """The same text again, under another number, in a transaction of its own."""
    with transaction.atomic(), connection.cursor() as cursore:
        cursore.execute(
            "INSERT INTO cycle_versioneobiettivo "
            "  (ente_id, obiettivo_id, numero, atto_id, in_vigore_dal, schema, contenuto, sha256) "
            "SELECT ente_id, obiettivo_id, %s, atto_id, in_vigore_dal, schema, contenuto, sha256 "
            "  FROM cycle_versioneobiettivo WHERE id = %s",
            [numero, vecchia.pk],
        )
        cursore.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_each_reference_is_checked_once() -> None:
    """A key that a composite one says already would be looked up twice for every row."""
    with connection.cursor() as cursore:
        cursore.execute(
            "SELECT s.conrelid::regclass::text, s.conname FROM pg_constraint s "
            "  JOIN pg_constraint c ON c.conrelid = s.conrelid AND c.confrelid = s.confrelid "
            "   AND c.contype = 'f' AND c.conkey[2] = s.conkey[1] AND cardinality(c.conkey) = 2 "
            "  JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] "
            "   AND a.attnotnull "
            " WHERE s.contype = 'f' AND cardinality(s.conkey) = 1"
        )
        assert cursore.fetchall() == []
