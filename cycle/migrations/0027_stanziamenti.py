# SPDX-License-Identifier: AGPL-3.0-or-later
"""The money of a scheda that the giunta approved moves only with an act (R3, R30), as its targets
do: the rows of its chapters neither appear, nor change, nor go without one."""

from importlib import import_module

from django.db import migrations

regole = import_module("cycle.migrations.0002_regole")

TABELLA = "cycle_stanziamento"
CAMPI = "specifico_id,capitolo,articolo,descrizione,parte,importo"


def _avanti():
    yield regole._campi_approvati(TABELLA, CAMPI)
    yield (
        f"CREATE TRIGGER custoditi_update AFTER UPDATE ON {TABELLA} "
        "REFERENCING OLD TABLE AS vecchie NEW TABLE AS nuove "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {TABELLA}_approvati('{CAMPI}')"
    )
    for evento, quali in (("INSERT", "NEW"), ("DELETE", "OLD")):
        yield (
            f"CREATE TRIGGER custoditi_{evento.lower()} AFTER {evento} ON {TABELLA} "
            f"REFERENCING {quali} TABLE AS righe FOR EACH STATEMENT "
            f"EXECUTE FUNCTION cycle_righe_approvate('{CAMPI}', '')"
        )


def _indietro():
    for evento in ("update", "insert", "delete"):
        yield f"DROP TRIGGER custoditi_{evento} ON {TABELLA}"
    yield f"DROP FUNCTION {TABELLA}_approvati()"


class Migration(migrations.Migration):
    dependencies = [("cycle", "0026_congelato")]

    operations = [migrations.RunSQL(list(_avanti()), list(_indietro()))]
