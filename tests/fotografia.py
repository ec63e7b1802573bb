# SPDX-License-Identifier: AGPL-3.0-or-later
"""The whole database at a glance: to tell that a refusal wrote nothing, anywhere."""

from __future__ import annotations

from django.db import connection

Fotografia = dict[str, tuple[int, str]]


def fotografia() -> Fotografia:
    """Rows and digest of every table."""
    with connection.cursor() as cursore:
        cursore.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            " WHERE n.nspname = 'public' AND c.relkind = 'r' ORDER BY c.relname"
        )
        tabelle = [riga[0] for riga in cursore.fetchall()]
        cursore.execute(
            " UNION ALL ".join(
                f"SELECT '{t}', count(*), "
                f"md5(coalesce(string_agg(r::text, chr(10) ORDER BY r::text), '')) FROM {t} r"
                for t in tabelle
            )
        )
        return {nome: (quante, impronta) for nome, quante, impronta in cursore.fetchall()}


def cambiate(prima: Fotografia, dopo: Fotografia) -> dict[str, int]:
    """Tables that differ, with how many rows they grew by."""
    return {t: dopo[t][0] - prima[t][0] for t in prima if dopo[t] != prima[t]}
