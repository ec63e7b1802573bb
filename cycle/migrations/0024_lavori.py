# SPDX-License-Identifier: AGPL-3.0-or-later
"""Works too long for a request: asked, done by a job, kept for a day."""

import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cycle", "0023_neutralizzazione"),
    ]

    operations = [
        migrations.CreateModel(
            name="Lavoro",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("pid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "genere",
                    models.CharField(
                        choices=[
                            ("stampa", "Stampa delle schede di un anno"),
                            ("allegato", "PDF di un atto"),
                            ("foglio", "Importazione di un piano da un foglio"),
                        ],
                        max_length=10,
                    ),
                ),
                ("dati", models.JSONField(default=dict)),
                ("contenuto", models.BinaryField(null=True)),
                (
                    "stato",
                    models.CharField(
                        choices=[
                            ("in_attesa", "In attesa"),
                            ("fatto", "Fatto"),
                            ("fallito", "Non riuscito"),
                        ],
                        default="in_attesa",
                        max_length=10,
                    ),
                ),
                ("motivi", models.JSONField(default=list)),
                ("esito", models.JSONField(default=dict)),
                ("file", models.BinaryField(null=True)),
                ("nome_file", models.CharField(blank=True, max_length=120)),
                ("tipo_file", models.CharField(blank=True, max_length=100)),
                (
                    "chiesto_il",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("finito_il", models.DateTimeField(blank=True, null=True)),
                (
                    "ente",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="cycle.ente",
                    ),
                ),
                (
                    "persona",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="cycle.persona",
                    ),
                ),
                (
                    "utente",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "lavoro",
                "verbose_name_plural": "lavori",
                "indexes": [models.Index(fields=["chiesto_il"], name="lavoro_chiesto")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("genere__in", ["stampa", "allegato", "foglio"])),
                        name="lavoro_genere",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("stato__in", ["in_attesa", "fatto", "fallito"])),
                        name="lavoro_stato",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finito_il__isnull", True), ("stato", "in_attesa")),
                            models.Q(
                                models.Q(("stato", "in_attesa"), _negated=True),
                                ("finito_il__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="lavoro_finito",
                    ),
                ],
            },
        ),
        # who asked is of the ente
        migrations.RunSQL(
            "ALTER TABLE cycle_lavoro ADD CONSTRAINT cycle_lavoro_persona_id_ente_fk "
            "FOREIGN KEY (ente_id, persona_id) REFERENCES cycle_persona (ente_id, id) "
            "ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED",
            "ALTER TABLE cycle_lavoro DROP CONSTRAINT cycle_lavoro_persona_id_ente_fk",
        ),
    ]
