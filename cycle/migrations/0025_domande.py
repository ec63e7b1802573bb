# SPDX-License-Identifier: AGPL-3.0-or-later
"""Questions to the registro that somebody keeps. The registro does not watch them: they are a tool
of one's own, and can be forgotten (R90)."""

from importlib import import_module

import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

regole = import_module("cycle.migrations.0002_regole")

TABELLA = "cycle_domandasalvata"
NELL_ENTE = [("persona_id", "cycle_persona"), ("unita_id", "cycle_unitaorganizzativa")]


def _regole():
    yield f"ALTER TABLE {TABELLA} ADD CONSTRAINT {TABELLA}_ente_uk UNIQUE (ente_id, id)"
    for colonna, riferita in NELL_ENTE:
        yield (
            f"ALTER TABLE {TABELLA} ADD CONSTRAINT {TABELLA}_{colonna}_ente_fk "
            f"FOREIGN KEY (ente_id, {colonna}) REFERENCES {riferita} (ente_id, id) "
            "DEFERRABLE INITIALLY DEFERRED"
        )
    colonne = ["id", "pid", "ente_id", "persona_id"]
    vecchie, nuove = (", ".join(f"{r}.{c}" for c in colonne) for r in ("OLD", "NEW"))
    yield (
        f"CREATE TRIGGER identita_ferma BEFORE UPDATE ON {TABELLA} FOR EACH ROW "
        f"WHEN (({vecchie}) IS DISTINCT FROM ({nuove})) "
        "EXECUTE FUNCTION cycle_identita_ferma()"
    )


def _senza():
    yield f"DROP TRIGGER identita_ferma ON {TABELLA}"
    for colonna, _riferita in reversed(NELL_ENTE):
        yield f"ALTER TABLE {TABELLA} DROP CONSTRAINT {TABELLA}_{colonna}_ente_fk"
    yield f"ALTER TABLE {TABELLA} DROP CONSTRAINT {TABELLA}_ente_uk"


class Migration(migrations.Migration):
    dependencies = [("cycle", "0024_lavori")]

    operations = [
        migrations.CreateModel(
            name="DomandaSalvata",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "pid",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(),
                        editable=False,
                        unique=True,
                    ),
                ),
                ("nome", models.CharField(max_length=80)),
                ("parole", models.JSONField()),
                (
                    "creata_il",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "ente",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cycle.ente",
                    ),
                ),
                (
                    "persona",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="domande",
                        to="cycle.persona",
                    ),
                ),
                (
                    "unita",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cycle.unitaorganizzativa",
                    ),
                ),
            ],
            options={
                "verbose_name": "domanda salvata",
                "verbose_name_plural": "domande salvate",
                "constraints": [
                    models.UniqueConstraint(fields=("persona", "nome"), name="domanda_un_nome"),
                    models.CheckConstraint(
                        condition=models.Q(("nome__regex", "\\S")), name="domanda_con_un_nome"
                    ),
                ],
            },
        ),
        migrations.RunSQL(regole._sql(_regole()), regole._sql(_senza())),
    ]
