# SPDX-License-Identifier: AGPL-3.0-or-later
"""Questions to the registro are answered in the order in which things happened: each index that
serves one ends with the instant, so that a page costs the same at any depth."""

from django.db import migrations, models

PAROLE = """
CREATE INDEX evento_parole ON workflows_evento USING gin (to_tsvector('italian', motivazione))
 WHERE motivazione <> '';
CREATE INDEX modifica_target ON workflows_modifica (ente_id, id)
 WHERE tabella = 'cycle_rilevazione'
   AND (operazione = 'D' OR operazione = 'U' AND (dopo ? 'target' OR dopo ? 'target_data'));
"""
_ORDINE = ["-istante", "-id"]


class Migration(migrations.Migration):
    dependencies = [("workflows", "0007_come_era")]

    operations = [
        migrations.RunSQL(PAROLE, "DROP INDEX modifica_target; DROP INDEX evento_parole;"),
        migrations.RemoveIndex("evento", "evento_verbo"),
        migrations.RemoveIndex("evento", "evento_persona"),
        *(
            migrations.AddIndex("evento", models.Index(fields=[*campi, *_ORDINE], name=nome))
            for nome, campi in (
                ("evento_istante", ["ente_id"]),
                ("evento_verbo", ["ente_id", "verbo"]),
                ("evento_persona", ["persona_id"]),
            )
        ),
    ]
