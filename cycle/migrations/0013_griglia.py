# SPDX-License-Identifier: AGPL-3.0-or-later
"""The grid of a period: a note beside each value, and the files that prove what a report says.

New in the database: a file is added to a report, or taken away from it, only while the report can
be filled (R54)."""

from importlib import import_module

import django.contrib.postgres.functions
import django.db.models.deletion
from django.db import migrations, models

regole = import_module("cycle.migrations.0002_regole")

TABELLA = "cycle_evidenza"
FERME = "id pid ente_id obiettivo_id voce_id allegato_id".split()

VINCOLI = [
    f"ALTER TABLE {TABELLA} ADD CONSTRAINT {TABELLA}_ente_uk UNIQUE (ente_id, id)",
    *(
        f"ALTER TABLE {TABELLA} ADD CONSTRAINT {TABELLA}_{colonna}_{suffisso}_fk "
        f"FOREIGN KEY ({chiave}, {colonna}) REFERENCES {riferita} ({chiave}, id) "
        "DEFERRABLE INITIALLY DEFERRED"
        for chiave, suffisso, colonna, riferita in (
            ("ente_id", "ente", "allegato_id", "cycle_allegato"),
            ("ente_id", "ente", "obiettivo_id", "cycle_obiettivo"),
            ("obiettivo_id", "ob", "voce_id", "cycle_vocerelazione"),
        )
    ),
]

COMPILABILE = """
CREATE FUNCTION cycle_evidenza_di_relazione_aperta() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM righe r
                 JOIN cycle_vocerelazione v ON v.id = r.voce_id
                 JOIN cycle_relazionesemestrale l ON l.id = v.relazione_id
                WHERE l.stato NOT IN ('da_compilare', 'riaperta')) THEN
        RAISE EXCEPTION 'le evidenze di una relazione trasmessa non cambiano (R54)'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER aperta_insert AFTER INSERT ON cycle_evidenza
    REFERENCING NEW TABLE AS righe
    FOR EACH STATEMENT EXECUTE FUNCTION cycle_evidenza_di_relazione_aperta();
CREATE TRIGGER aperta_delete AFTER DELETE ON cycle_evidenza
    REFERENCING OLD TABLE AS righe
    FOR EACH STATEMENT EXECUTE FUNCTION cycle_evidenza_di_relazione_aperta();
"""

_VECCHIE, _NUOVE = (", ".join(f"{r}.{c}" for c in FERME) for r in ("OLD", "NEW"))
TRIGGER = [
    f"CREATE TRIGGER identita_ferma BEFORE UPDATE ON {TABELLA} FOR EACH ROW "
    f"WHEN (({_VECCHIE}) IS DISTINCT FROM ({_NUOVE})) "
    "EXECUTE FUNCTION cycle_identita_ferma()",
    *regole._revisione(TABELLA),
    *regole._osserva(TABELLA, "obiettivo_id"),
    COMPILABILE,
]


class Migration(migrations.Migration):
    dependencies = [("cycle", "0012_altre_forme")]

    operations = [
        migrations.AddField(
            model_name="rilevazione",
            name="nota",
            field=models.CharField(blank=True, default="", max_length=1000),
        ),
        migrations.CreateModel(
            name="Evidenza",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pid", models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ("allegato", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cycle.allegato")),
                ("ente", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cycle.ente")),
                ("obiettivo", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s_tutti", to="cycle.obiettivo")),
                ("voce", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="evidenze", to="cycle.vocerelazione")),
            ],
            options={
                "verbose_name": "evidenza",
                "verbose_name_plural": "evidenze",
            },
        ),
        migrations.AddConstraint(
            model_name="evidenza",
            constraint=models.UniqueConstraint(fields=("voce", "allegato"), name="evidenza_unica"),
        ),
        migrations.RunSQL(regole._sql(VINCOLI), migrations.RunSQL.noop),
        migrations.RunSQL(
            regole._sql(TRIGGER), "DROP FUNCTION cycle_evidenza_di_relazione_aperta() CASCADE"
        ),
    ]
