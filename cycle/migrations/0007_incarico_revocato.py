# SPDX-License-Identifier: AGPL-3.0-or-later
"""An incarico may be revoked before it begins: it then ends when it would have begun."""

from django.db import migrations, models
from django.db.models import F


def _fine(confronto):
    return models.CheckConstraint(
        condition=models.Q(("al__isnull", True), (confronto, F("dal")), _connector="OR"),
        name="incarico_date",
    )


class Migration(migrations.Migration):
    dependencies = [("cycle", "0006_anno")]

    operations = [
        migrations.RemoveConstraint(model_name="incarico", name="incarico_date"),
        migrations.AddConstraint(model_name="incarico", constraint=_fine("al__gte")),
    ]
