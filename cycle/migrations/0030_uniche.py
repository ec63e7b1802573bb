# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each reference of the tables born since 0022 is checked once, as 0016 did for those before: what
a composite key says, with the ente or the objective, is not looked up a second time alone."""

from importlib import import_module

from django.db import migrations

leggeri = import_module("cycle.migrations.0016_leggeri")

NATE_DOPO = (
    "cycle_validazione",
    "cycle_neutralizzazione",
    "cycle_documentoneutralizzazione",
    "cycle_lavoro",
    "cycle_domandasalvata",
)


def _indietro() -> str:
    solo = " AND t.relname IN ('" + "', '".join(NATE_DOPO) + "')"
    return str(leggeri.DOPPIE).replace(" LOOP\n", f"{solo} LOOP\n", 1)


class Migration(migrations.Migration):
    dependencies = [("cycle", "0029_lavori_finiti")]

    operations = [migrations.RunSQL(leggeri.UNICHE, _indietro())]
