# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the planner knows of the tables of a plan, told again when a plan was just written.

Autovacuum sees only what is committed, and some minutes later: until then the statements of a
transaction that writes a whole year, and the first pages after it, were planned for empty tables,
and could take minutes.
"""

from django.db import migrations

TABELLE = (
    "cycle_obiettivo",
    "cycle_obiettivospecifico",
    "cycle_indicatore",
    "cycle_rilevazione",
    "cycle_fase",
    "cycle_collaboratore",
    "cycle_stanziamento",
    "cycle_relazionesemestrale",
    "cycle_vocerelazione",
    "cycle_versioneobiettivo",
    "cycle_persona",
    "workflows_evento",
    "workflows_modifica",
    "notifications_notifica",
)

STATISTICHE = f"""
CREATE FUNCTION cycle_statistiche() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    ANALYZE {", ".join(TABELLE)};
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("cycle", "0018_catalogo"), ("workflows", "0005_riservati"), ("notifications", "0002_segno")]

    operations = [
        migrations.RunSQL(STATISTICHE, "DROP FUNCTION cycle_statistiche();"),
    ]
