# SPDX-License-Identifier: AGPL-3.0-or-later
"""A type of indicator can be closed: it is offered no more, and who has it keeps it. A year is
closed by a procedure, not by whoever writes into its row."""

from django.db import migrations, models

AVANTI = """
CREATE FUNCTION cycle_anno_si_chiude() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM workflows_evento e
                    WHERE e.id = (SELECT azione FROM registro_azione_aperta())
                      AND e.procedura = 'ciclo' AND e.oggetto_id = NEW.id
                      AND e.ente_id = NEW.ente_id) THEN
        RAISE EXCEPTION 'un anno si apre e si chiude con la sua procedura (C3)'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER anno_si_chiude AFTER UPDATE ON cycle_ciclo FOR EACH ROW
    WHEN (OLD.stato IS DISTINCT FROM NEW.stato) EXECUTE FUNCTION cycle_anno_si_chiude();
"""
INDIETRO = """
DROP TRIGGER anno_si_chiude ON cycle_ciclo;
DROP FUNCTION cycle_anno_si_chiude();
"""


class Migration(migrations.Migration):
    dependencies = [("cycle", "0017_codice_indicatore")]

    operations = [
        migrations.AddField(
            "tipoindicatore", "chiuso_il", models.DateTimeField(blank=True, null=True)
        ),
        migrations.RunSQL(AVANTI, INDIETRO),
    ]
