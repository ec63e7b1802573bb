# SPDX-License-Identifier: AGPL-3.0-or-later

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workflows', '0002_registro'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='evento',
            index=models.Index(condition=models.Q(('verbo', 'elimina')), fields=['ente_id'], name='evento_elimina'),
        ),
    ]
