# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one silences is an object: an objective, with its reports and its variazioni. Of what was
written before, the object is the matter."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0003_preferenze")]

    operations = [
        migrations.AddField(
            model_name="notifica",
            name="oggetto",
            field=models.CharField(max_length=60, null=True),
        ),
        migrations.RunSQL(
            "UPDATE notifications_notifica SET oggetto = materia", migrations.RunSQL.noop
        ),
        migrations.AlterField(
            model_name="notifica",
            name="oggetto",
            field=models.CharField(max_length=60),
        ),
        migrations.RemoveConstraint(model_name="muto", name="muto_uno"),
        migrations.RenameField(model_name="muto", old_name="materia", new_name="oggetto"),
        migrations.AddConstraint(
            model_name="muto",
            constraint=models.UniqueConstraint(fields=["persona_id", "oggetto"], name="muto_uno"),
        ),
    ]
