# SPDX-License-Identifier: AGPL-3.0-or-later
"""A work that waits has no end yet, and one that did not come out has its reasons: no other word
says it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("cycle", "0028_chiuse"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="lavoro",
            name="lavoro_stato",
        ),
        migrations.RemoveConstraint(
            model_name="lavoro",
            name="lavoro_finito",
        ),
        migrations.RemoveField(
            model_name="lavoro",
            name="stato",
        ),
        # going back, a work that is done would be one that waits
        migrations.RunSQL(migrations.RunSQL.noop, "DELETE FROM cycle_lavoro"),
    ]
