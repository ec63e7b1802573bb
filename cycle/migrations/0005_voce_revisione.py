# SPDX-License-Identifier: AGPL-3.0-or-later
"""An entry of a set remembers the revisione its objective had when it was submitted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cycle", "0004_veloce")]

    operations = [
        migrations.AddField(
            model_name="voceinsieme",
            name="revisione",
            field=models.PositiveIntegerField(default=0),
        ),
    ]
