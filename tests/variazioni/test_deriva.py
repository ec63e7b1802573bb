# SPDX-License-Identifier: AGPL-3.0-or-later
"""`verifica_deriva` against somebody who owns the database and disarms its triggers: every approved
field, every row added or removed is found and named; put back, nothing is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connections, models

from cycle import canonico
from cycle.campi import APPROVATI
from cycle.models import (
    Fase,
    NodoStrategico,
    Obiettivo,
    ObiettivoSpecifico,
    Rilevazione,
    VersioneObiettivo,
)
from tests import mondo

pytestmark = pytest.mark.usefixtures("db_vera")


def deriva(*opzioni: str) -> tuple[int, list[str]]:
    """Exit code and lines of the command."""
    uscita = StringIO()
    try:
        call_command("verifica_deriva", "--ente=alfa", "--anno=2026", *opzioni, stdout=uscita)
    except CommandError as errore:
        return errore.returncode, uscita.getvalue().splitlines()
    return 0, uscita.getvalue().splitlines()


@contextmanager
def padrone(*tabelle: str) -> Iterator[Any]:
    """A cursor of the owner, for whom no trigger of these tables fires."""
    with connections["owner"].cursor() as cursore:
        for tabella in tabelle:
            cursore.execute(f"ALTER TABLE {tabella} DISABLE TRIGGER USER")
        try:
            yield cursore
        finally:
            for tabella in tabelle:
                cursore.execute(f"ALTER TABLE {tabella} ENABLE TRIGGER USER")


def _altro(campo: models.Field[Any, Any], adesso: Any) -> Any:
    """A value of the field that is not the present one."""
    if isinstance(campo, models.ForeignKey):
        chiavi = campo.remote_field.model._default_manager.filter(ente=mondo.ente())
        if campo.remote_field.model is ObiettivoSpecifico:
            chiavi = chiavi.filter(obiettivo=mondo.in_stato("in_corso"))
        return chiavi.exclude(pk=adesso).values_list("pk", flat=True).first()
    if campo.choices:
        return next(v for v, _nome in campo.choices if v != adesso)
    if isinstance(campo, models.DateField):
        return (adesso or date(2026, 1, 1)) + timedelta(days=1)
    if isinstance(campo, models.DecimalField):
        return adesso - 1 if adesso else Decimal(1)
    if isinstance(campo, models.IntegerField):
        return adesso + 40
    return f"{adesso} di nascosto"


CASI = [
    (modello, campo)
    for modello, campi in APPROVATI.items()
    for campo in campi
    # whom it belongs to and to which row: moved by removing and adding, below
    if (modello, campo) not in {("Rilevazione", "indicatore"), ("Rilevazione", "periodo")}
]


def test_every_approved_field_changed_behind_the_triggers_is_found_and_named() -> None:
    o = mondo.in_stato("in_corso")
    _con_una_fase(o)
    assert deriva()[0] == 0
    provati = set()
    for nome, campo in CASI:
        modello: Any = apps.get_model("cycle", nome)
        riga = modello._default_manager.filter(
            **({"pk": o.pk} if nome == "Obiettivo" else {"obiettivo": o})
        ).earliest("pk")
        definizione = modello._meta.get_field(campo)
        prima = getattr(riga, definizione.attname)
        dopo = _altro(definizione, prima)
        assert dopo is not None, (nome, campo)
        tabella, colonna = modello._meta.db_table, definizione.column
        with padrone(tabella) as cursore:
            # elsewhere its place may be taken; a target is a number or a day
            accanto = {
                "specifico": ("ordine", riga.pk + 70),
                "target_data": ("target", None),
            }.get(campo)
            cambi = {colonna: dopo} | ({accanto[0]: accanto[1]} if accanto else {})
            com_era = {c: getattr(riga, c) for c in cambi}
            scrivi = f"UPDATE {tabella} SET {', '.join(f'{c} = %s' for c in cambi)} WHERE id = %s"
            cursore.execute(scrivi, [*cambi.values(), riga.pk])
            codice, righe = deriva()
            cursore.execute(scrivi, [*com_era.values(), riga.pk])
        atteso = campo.replace("_", " ")
        assert codice == 1, (nome, campo)
        assert any(atteso in r for r in righe) or campo == "codice", (nome, campo, righe)
        provati.add((nome, campo))
    assert provati == set(CASI)
    assert deriva()[0] == 0


def _con_una_fase(o: Obiettivo) -> None:
    """The world's schede have none: approved with it, by whoever owns the database. A programme
    more, to which to move it."""
    specifico = ObiettivoSpecifico.objects.filter(obiettivo=o).earliest("pk")
    NodoStrategico.objects.create(
        ente_id=o.ente_id, ciclo_id=o.ciclo_id, codice="P9", titolo="Un altro programma"
    )
    with padrone("cycle_fase", "cycle_versioneobiettivo") as cursore:
        cursore.execute(
            "INSERT INTO cycle_fase (pid, ente_id, obiettivo_id, specifico_id, ordine, descrizione,"
            " peso, inizio_previsto, fine_prevista, responsabile_id, centro, note)"
            " VALUES (%s, %s, %s, %s, 1, 'Bando', 100, '2026-01-01', '2026-06-30', NULL, '', '')",
            [uuid4(), o.ente_id, o.pk, specifico.pk],
        )
        _approva_com_e(cursore, o)


def _approva_com_e(cursore: Any, o: Obiettivo) -> None:
    testo = canonico.schede([o])[o.pk]
    cursore.execute(
        "UPDATE cycle_versioneobiettivo SET contenuto = %s, sha256 = %s WHERE obiettivo_id = %s",
        [testo, canonico.impronta(testo), o.pk],
    )


def test_rows_added_and_removed_behind_the_triggers_are_found() -> None:
    o = mondo.in_stato("in_corso")
    specifico = ObiettivoSpecifico.objects.filter(obiettivo=o).earliest("pk")
    rilevazione = Rilevazione.objects.filter(obiettivo=o, target__isnull=False).earliest("pk")
    with padrone("cycle_fase", "cycle_rilevazione") as cursore:
        cursore.execute(
            "INSERT INTO cycle_fase (pid, ente_id, obiettivo_id, specifico_id, ordine, descrizione,"
            " centro, note) VALUES (%s, %s, %s, %s, 1, 'Di nascosto', '', '') RETURNING id",
            [uuid4(), o.ente_id, o.pk, specifico.pk],
        )
        (fase,) = cursore.fetchone()
        codice, righe = deriva()
        assert codice == 1
        assert "fase «Di nascosto»: approvato assente" in righe[0]
        cursore.execute("DELETE FROM cycle_fase WHERE id = %s", [fase])
        cursore.execute("DELETE FROM cycle_rilevazione WHERE id = %s", [rilevazione.pk])
        codice, righe = deriva()
        assert codice == 1
        assert "approvato presente" in righe[0]
    assert Fase.objects.filter(obiettivo=o).count() == 0


@pytest.mark.parametrize("stato", ["bozza", "proposta"])
def test_what_was_approved_does_not_hide_among_the_drafts(stato: str) -> None:
    o = mondo.in_stato("in_corso")
    with padrone("cycle_obiettivo") as cursore:
        cursore.execute(
            "UPDATE cycle_obiettivo SET stato = %s, versione = 0 WHERE id = %s", [stato, o.pk]
        )
    codice, righe = deriva()
    assert (codice, len(righe)) == (1, 2)
    assert f"stato: approvato approvato (giunta n. OE04 del 20/02/2026), in vigore {stato}" in (
        righe[0].replace("Giunta", "giunta")
    )


def test_a_version_rewritten_to_match_is_found_by_its_digest() -> None:
    """Whoever changes a target and the approved text that says it."""
    o = mondo.in_stato("in_corso")
    with padrone("cycle_rilevazione", "cycle_versioneobiettivo") as cursore:
        cursore.execute(
            "UPDATE cycle_rilevazione SET target = 9 WHERE obiettivo_id = %s AND target = 2",
            [o.pk],
        )
        cursore.execute(
            "UPDATE cycle_versioneobiettivo SET contenuto = %s WHERE obiettivo_id = %s",
            [canonico.schede([o])[o.pk], o.pk],
        )
    codice, righe = deriva()
    assert codice == 1
    assert "testo della versione 1: approvato quello della sua impronta" in righe[0]


def test_an_objective_in_force_that_no_act_approved() -> None:
    o = mondo.in_stato("in_corso")
    with padrone("cycle_versioneobiettivo") as cursore:
        cursore.execute("DELETE FROM cycle_versioneobiettivo WHERE obiettivo_id = %s", [o.pk])
    codice, righe = deriva()
    assert codice == 1
    assert "versione: approvato n. 0 (nessun atto)" in righe[0]
    assert not VersioneObiettivo.objects.filter(obiettivo=o).exists()


def test_as_json_one_object_a_line_and_nothing_else() -> None:
    assert deriva("--json") == (0, [])
    o = mondo.in_stato("in_corso")
    with padrone("cycle_obiettivo") as cursore:
        cursore.execute("UPDATE cycle_obiettivo SET titolo = 'Altro' WHERE id = %s", [o.pk])
    codice, righe = deriva("--json")
    assert codice == 1
    [detto] = [json.loads(r) for r in righe]
    assert detto["codice"] == "OE04"
    assert (detto["dove"], detto["vigente"]) == ("titolo", "«Altro»")
    assert set(detto) == {"codice", "dove", "approvato", "vigente", "atto"}


def test_what_the_settore_manages_is_no_drift() -> None:
    o = mondo.in_stato("in_corso")
    with padrone("cycle_rilevazione", "cycle_obiettivospecifico") as cursore:
        cursore.execute("UPDATE cycle_rilevazione SET valore = 7 WHERE obiettivo_id = %s", [o.pk])
        cursore.execute(
            "UPDATE cycle_obiettivospecifico SET inizio_effettivo = '2026-02-03'"
            " WHERE obiettivo_id = %s",
            [o.pk],
        )
    assert deriva()[0] == 0
