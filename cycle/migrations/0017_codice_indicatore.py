# SPDX-License-Identifier: AGPL-3.0-or-later
"""Some comuni call an indicator by a code of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cycle", "0016_leggeri")]

    operations = [
        migrations.AddField("indicatore", "codice", models.CharField(blank=True, max_length=40)),
    ]
