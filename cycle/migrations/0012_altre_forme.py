# SPDX-License-Identifier: AGPL-3.0-or-later
"""What other comuni's forms hold: money of a whole scheda, notes of indicators, the centre of a
phase, sections of the form's own. All are managed fields: no trigger watches them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cycle", "0011_custodie")]

    operations = [
        migrations.AddField("obiettivo", "sezioni", models.JSONField(blank=True, default=list)),
        migrations.AddField("indicatore", "note", models.TextField(blank=True)),
        migrations.AddField("fase", "centro", models.CharField(blank=True, max_length=300)),
        migrations.AlterField(
            "stanziamento",
            "specifico",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="stanziamenti",
                to="cycle.obiettivospecifico",
            ),
        ),
    ]
