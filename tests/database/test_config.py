# SPDX-License-Identifier: AGPL-3.0-or-later
"""The environment becomes DATABASES, or a sentence that says what to correct."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from cycle.database.config import databases, stesso_ruolo

BASE = Path("/una/casa")


def test_senza_variabili_e_il_server_incorporato_con_due_ruoli() -> None:
    trovati = databases({}, base_dir=BASE)
    assert trovati["default"]["USER"] == "ciclo_app"
    assert trovati["owner"]["USER"] == "ciclo_owner"
    assert {voce["NAME"] for voce in trovati.values()} == {"ciclo"}
    assert trovati["default"]["HOST"] == "/una/casa/.data/postgres/socket"
    assert trovati["default"]["EMBEDDED"].durable
    assert not stesso_ruolo(trovati)


@pytest.mark.parametrize(
    ("valore", "radice"),
    [("altrove", "/una/casa/altrove"), ("/x/../y", "/y"), ("", "/una/casa/.data")],
)
def test_cycle_data_dice_dove(valore: str, radice: str) -> None:
    trovati = databases({"CYCLE_DATA": valore}, base_dir=BASE)
    assert trovati["owner"]["EMBEDDED"].root == Path(radice) / "postgres"


def test_il_server_delle_prove_non_e_quello_dei_dati() -> None:
    """A test run can lose everything in a crash: it must not be able to lose real data."""
    veloce = databases({"CYCLE_DB_FAST": "1"}, base_dir=BASE)["default"]["EMBEDDED"]
    assert not veloce.durable
    assert veloce.root != databases({}, base_dir=BASE)["default"]["EMBEDDED"].root


def test_due_url_di_un_server_vero() -> None:
    trovati = databases(
        {
            "DATABASE_URL": "postgresql://app:a%40b%2F@db.example:6543/ciclo?sslmode=require",
            "DATABASE_OWNER_URL": "postgres://padrone@/ciclo?host=/run/postgresql",
        },
        base_dir=BASE,
    )
    assert trovati["default"] == {
        "ENGINE": "cycle.database",
        "NAME": "ciclo",
        "USER": "app",
        "PASSWORD": "a@b/",
        "HOST": "db.example",
        "PORT": "6543",
        "OPTIONS": {"sslmode": "require", "server_side_binding": True, "prepare_threshold": 5},
    }
    assert trovati["owner"]["HOST"] == "/run/postgresql"
    assert trovati["owner"]["USER"] == "padrone"
    assert not stesso_ruolo(trovati)


def test_senza_url_del_proprietario_i_ruoli_coincidono() -> None:
    trovati = databases({"DATABASE_URL": "postgresql://app@h/ciclo"}, base_dir=BASE)
    assert trovati["owner"] == trovati["default"]
    assert trovati["owner"] is not trovati["default"]
    assert stesso_ruolo(trovati)


@pytest.mark.parametrize("url", ["", "postgresql://app@h/ciclo"])
def test_il_pool_riguarda_solo_chi_serve_pagine(url: str) -> None:
    trovati = databases({"DATABASE_URL": url}, base_dir=BASE, pool=True)
    assert trovati["default"]["OPTIONS"]["pool"]["max_size"] > 1
    assert "pool" not in trovati["owner"]["OPTIONS"]
    assert "pool" not in databases({"DATABASE_URL": url}, base_dir=BASE)["default"]["OPTIONS"]


@pytest.mark.parametrize(
    ("ambiente", "frase"),
    [
        ({"DATABASE_URL": "mysql://u@h/db"}, "non indica un database PostgreSQL"),
        ({"DATABASE_URL": "sqlite:///db"}, "non indica un database PostgreSQL"),
        ({"DATABASE_URL": "host=h dbname=db"}, "non indica un database PostgreSQL"),
        ({"DATABASE_URL": "postgresql://u:segreta%zz@h/db"}, "scritta male"),
        ({"DATABASE_URL": "postgresql://u:segreta@h/db?inventato=1"}, "scritta male"),
        ({"DATABASE_URL": "postgresql://u:segreta@h:porta/db"}, "la porta"),
        ({"DATABASE_URL": "postgresql://u:segreta@h:99999/db"}, "la porta"),
        ({"DATABASE_URL": "postgresql://u:segreta@h"}, "non dice il nome del database"),
        ({"DATABASE_OWNER_URL": "postgresql://u:segreta@h/db"}, "DATABASE_URL no"),
        ({"CYCLE_DB_PORT": "abc"}, "CYCLE_DB_PORT"),
        ({"CYCLE_DB_PORT": "70000"}, "CYCLE_DB_PORT"),
    ],
)
def test_una_variabile_sbagliata_e_spiegata(ambiente: dict[str, str], frase: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=frase) as errore:
        databases(ambiente, base_dir=BASE)
    assert "segreta" not in str(errore.value)
    assert errore.value.__cause__ is None, "the cause would quote the password"


def test_il_socket_entra_sempre_nei_107_byte() -> None:
    for cartella in ("dati/" + "lunga" * 40, "con,virgola", "due: punti"):
        host = databases({"CYCLE_DATA": cartella}, base_dir=BASE)["default"]["HOST"]
        assert host.startswith("/tmp/ciclo-")
        assert len(f"{host}/.s.PGSQL.65535") <= 107
