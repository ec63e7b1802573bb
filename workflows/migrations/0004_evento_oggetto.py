# SPDX-License-Identifier: AGPL-3.0-or-later
"""The histories of incarichi, sets, years and variazioni are found without reading the registro."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workflows", "0003_eliminati")]

    operations = [
        migrations.AddIndex(
            model_name="evento",
            index=models.Index(
                fields=["procedura", "oggetto_id"],
                condition=models.Q(procedura__in=["ciclo", "incarico", "insieme", "variazione"]),
                name="evento_oggetto",
            ),
        ),
    ]
