# SPDX-License-Identifier: AGPL-3.0-or-later
"""A draft of the Nucleo can be set aside, with a reason; what a sitting decided of an objective
stays in its minutes (R59)."""

from importlib import import_module

import django.contrib.postgres.functions
import django.db.models.deletion
from django.db import migrations, models

regole = import_module("cycle.migrations.0002_regole")

TABELLA = "cycle_validazione"
NELL_ENTE = [("obiettivo_id", "cycle_obiettivo"), ("seduta_id", "cycle_seduta")]


def _regole():
    yield f"ALTER TABLE {TABELLA} ADD CONSTRAINT {TABELLA}_ente_uk UNIQUE (ente_id, id)"
    for colonna, riferita in NELL_ENTE:
        yield (
            f"ALTER TABLE {TABELLA} ADD CONSTRAINT {TABELLA}_{colonna}_ente_fk "
            f"FOREIGN KEY (ente_id, {colonna}) REFERENCES {riferita} (ente_id, id) "
            "DEFERRABLE INITIALLY DEFERRED"
        )
    yield (
        f"CREATE TRIGGER immutabile BEFORE UPDATE OR DELETE OR TRUNCATE ON {TABELLA} "
        "FOR EACH STATEMENT EXECUTE FUNCTION cycle_immutabile()"
    )
    yield from regole._revisione(TABELLA)
    yield from regole._osserva(TABELLA, "obiettivo_id")


def _senza():
    for evento in ("insert", "update", "delete"):
        yield f"DROP TRIGGER tocca_{evento} ON {TABELLA}"
    for nome in ("inserite", "modificate", "eliminate"):
        yield f"DROP TRIGGER registro_{nome} ON {TABELLA}"
    yield f"DROP TRIGGER immutabile ON {TABELLA}"
    for colonna, _riferita in NELL_ENTE:
        yield f"ALTER TABLE {TABELLA} DROP CONSTRAINT {TABELLA}_{colonna}_ente_fk"
    yield f"ALTER TABLE {TABELLA} DROP CONSTRAINT {TABELLA}_ente_uk"


class Migration(migrations.Migration):

    dependencies = [
        ('cycle', '0021_corrispondenza'),
    ]

    operations = [
        migrations.CreateModel(
            name='Validazione',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('calcolata', models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True)),
                ('convalidata', models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True)),
                ('motivo', models.TextField(blank=True)),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
                ('obiettivo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_tutti', to='cycle.obiettivo')),
                ('seduta', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='validazioni', to='cycle.seduta')),
            ],
            options={
                'verbose_name': 'validazione',
                'verbose_name_plural': 'validazioni',
            },
        ),
        migrations.AddField(
            model_name='osservazione',
            name='messa_da_parte',
            field=models.TextField(blank=True, default=''),
        ),
        migrations.AddConstraint(
            model_name='osservazione',
            constraint=models.CheckConstraint(condition=models.Q(('messa_da_parte', ''), models.Q(('firmata_il__isnull', True), ('messa_da_parte__regex', '\\S')), _connector='OR'), name='osservazione_da_parte'),
        ),
        migrations.RunSQL(regole._sql(_regole()), regole._sql(_senza())),
    ]
