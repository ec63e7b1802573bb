# SPDX-License-Identifier: AGPL-3.0-or-later
"""What asking the registro takes: the sum of the images of a row; the objectives that were ever in
a year, also those that are no more; what was done under an act, or with a verb."""

from django.db import migrations, models

SOMMA = """
CREATE AGGREGATE registro_somma(jsonb) (
    SFUNC = jsonb_concat, STYPE = jsonb, INITCOND = '{}', PARALLEL = SAFE
);
CREATE INDEX modifica_obiettivi ON workflows_modifica (((dopo ->> 'ciclo_id')::bigint))
 WHERE tabella = 'cycle_obiettivo' AND operazione = 'I';
"""


class Migration(migrations.Migration):
    dependencies = [("workflows", "0006_catena")]

    operations = [
        migrations.RunSQL(
            SOMMA, "DROP INDEX modifica_obiettivi; DROP AGGREGATE registro_somma(jsonb);"
        ),
        migrations.AddIndex(
            "evento",
            models.Index(
                fields=["atto_id", "-id"],
                condition=models.Q(atto_id__isnull=False),
                name="evento_atto",
            ),
        ),
        migrations.AddIndex(
            "evento", models.Index(fields=["ente_id", "verbo", "-id"], name="evento_verbo")
        ),
    ]
