# SPDX-License-Identifier: AGPL-3.0-or-later
"""Half the bytes an Evento took, and a seal whose work grows as what it seals.

Questions are answered by day, and within a day by `istante, id`: an index of days holds a row in
the six bytes of its place, where one that ends with the instant and the number holds forty. What
is asked by `registrato_il` finds its pages in a summary of them, since rows come in that order.
"""

from importlib import import_module

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations, models

catena = import_module("workflows.migrations.0006_catena")

INDICI = """
CREATE INDEX evento_giorno
    ON workflows_evento (ente_id, ((istante AT TIME ZONE 'UTC')::date));
CREATE INDEX evento_verbo
    ON workflows_evento (ente_id, verbo, ((istante AT TIME ZONE 'UTC')::date));
CREATE INDEX evento_persona
    ON workflows_evento (persona_id, ((istante AT TIME ZONE 'UTC')::date))
 WHERE persona_id IS NOT NULL;
"""
TOGLI_INDICI = "DROP INDEX evento_giorno; DROP INDEX evento_verbo; DROP INDEX evento_persona;"

# An action ends where the next one of its transaction begins: each row is read by one seal only.
# What is sealed is found by its number, in the order of numbers, also when statistics are old.
SIGILLA = """
CREATE OR REPLACE FUNCTION registro_sigilla_azione() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
DECLARE
    v_ultimo bigint := currval('workflows_evento_id_seq');
BEGIN
    SELECT e.id - 1 INTO v_ultimo FROM workflows_evento e
     WHERE e.id > NEW.azione AND e.id <= v_ultimo
       AND e.transazione = NEW.transazione AND e.azione <> NEW.azione
     ORDER BY e.id LIMIT 1;
    PERFORM registro_sigilla(NEW.azione, NEW.ente_id,
                             coalesce(v_ultimo, currval('workflows_evento_id_seq')));
    RETURN NULL;
END $$;
"""
SIGILLAVA = """
CREATE OR REPLACE FUNCTION registro_sigilla_azione() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM registro_sigilla(NEW.azione, NEW.ente_id, currval('workflows_evento_id_seq'));
    RETURN NULL;
END $$;
"""


# The Modifiche of each Evento by their index, whatever the planner believes of a young table.
_INSIEME = "FROM e JOIN workflows_modifica m ON m.evento_id = e.id"
_UNO_ALLA_VOLTA = """FROM e CROSS JOIN LATERAL (
              SELECT m.* FROM workflows_modifica m WHERE m.evento_id = e.id OFFSET 0) m"""
[_SIGILLAVA, *_] = catena.SIGILLA.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").split(
    "REVOKE", 1
)
assert _INSIEME in _SIGILLAVA
SIGILLA += _SIGILLAVA.replace(_INSIEME, _UNO_ALLA_VOLTA)
SIGILLAVA += _SIGILLAVA


class Migration(migrations.Migration):
    dependencies = [("workflows", "0008_domande")]

    operations = [
        *(
            migrations.RemoveIndex("evento", nome)
            for nome in (
                "evento_radice",
                "evento_ente",
                "evento_istante",
                "evento_verbo",
                "evento_persona",
            )
        ),
        migrations.RemoveIndex("modifica", "modifica_radice"),
        migrations.AddIndex(
            "evento",
            models.Index(
                fields=["radice_id"],
                condition=models.Q(radice_id__isnull=False),
                name="evento_radice",
            ),
        ),
        migrations.AddIndex(
            "evento",
            BrinIndex(
                fields=["registrato_il"], autosummarize=True, name="evento_registrato"
            ),
        ),
        migrations.AddIndex(
            "modifica",
            models.Index(
                fields=["radice_id"],
                condition=models.Q(radice_id__isnull=False),
                name="modifica_radice",
            ),
        ),
        migrations.RunSQL(INDICI + SIGILLA, TOGLI_INDICI + SIGILLAVA),
    ]
