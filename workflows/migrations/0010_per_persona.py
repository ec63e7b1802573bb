# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every question is of one ente: by person too, so that no two indexes are put together, of which
the planner would believe that one says nothing of the other. And when each objective was approved,
which tells what was changed afterwards, without reading its Modifiche."""

from django.db import migrations

GIORNO = "((istante AT TIME ZONE 'UTC')::date)"


class Migration(migrations.Migration):
    dependencies = [("workflows", "0009_leggero")]

    operations = [
        migrations.RunSQL(
            f"""
DROP INDEX evento_persona;
CREATE INDEX evento_persona ON workflows_evento (ente_id, persona_id, {GIORNO})
 WHERE persona_id IS NOT NULL;
CREATE INDEX modifica_approvata ON workflows_modifica (radice_id, id)
 WHERE tabella = 'cycle_versioneobiettivo' AND operazione = 'I';
""",
            f"""
DROP INDEX modifica_approvata;
DROP INDEX evento_persona;
CREATE INDEX evento_persona ON workflows_evento (persona_id, {GIORNO})
 WHERE persona_id IS NOT NULL;
""",
        ),
    ]
