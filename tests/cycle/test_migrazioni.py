# SPDX-License-Identifier: AGPL-3.0-or-later
"""Migrations: none is missing, and the rules come off and go back on."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connections

from cycle.models import Obiettivo
from tests import mondo


def struttura() -> dict[str, set[tuple[str, ...]]]:
    """Triggers, functions and constraints of the schema, as the database defines them."""
    with connections["owner"].cursor() as cursore:
        trovata = {}
        for nome, domanda in {
            "trigger": "SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger "
            " WHERE NOT tgisinternal AND tgrelid::regclass::text NOT LIKE 'procrastinate%'",
            "funzioni": "SELECT p.proname, pg_get_functiondef(p.oid), p.proacl::text FROM pg_proc p"
            " JOIN pg_namespace n ON n.oid = p.pronamespace "
            " WHERE n.nspname = 'public' AND p.prokind = 'f' AND p.prolang <> 13 "
            "   AND p.proname NOT LIKE 'procrastinate%' "
            "   AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid "
            "                   AND d.deptype = 'e')",
            "vincoli": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) "
            "  FROM pg_constraint WHERE connamespace = 'public'::regnamespace "
            "   AND contype <> 'n'",
        }.items():
            cursore.execute(domanda)
            trovata[nome] = {tuple(str(v) for v in riga) for riga in cursore.fetchall()}
        return trovata


@pytest.mark.django_db(databases=["default", "owner"])
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_rules_come_off_and_go_back_on_with_the_data_in_place(db_vera: None) -> None:
    prima = struttura()
    quanti = Obiettivo.objects.count()
    call_command("migrate", "cycle", "0001", verbosity=0)
    senza = struttura()
    assert all(t.startswith(("workflows_", "notifications_")) for t, _ in senza["trigger"])
    assert not {f for f, *_ in senza["funzioni"] if f.startswith("cycle_")}
    call_command("migrate", "workflows", "0001", verbosity=0)
    nuda = struttura()
    assert all(t.startswith("notifications_") for t, _ in nuda["trigger"])
    assert not {f for f, *_ in nuda["funzioni"] if f.startswith(("registro_", "cycle_"))}
    call_command("migrate", verbosity=0)
    dopo = struttura()
    for nome in prima:
        assert dopo[nome] == prima[nome], nome
    assert Obiettivo.objects.count() == quanti
    mondo.muovi(mondo.in_stato("bozza"), "proponi", "UNO DIRIGENTE")


def test_r84_every_function_of_ours_names_its_search_path(db_vera: None) -> None:
    """Without it, a temporary table with the name of one of ours would be read in its place."""
    senza = {
        nome
        for nome, definizione, _ in struttura()["funzioni"]
        if "SET search_path TO 'public', 'pg_temp'" not in definizione
    }
    # they read no table
    assert senza == {"registro_immutabile"}
