# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whoever looks at an objective is told that it changed: the Eventi of an action wake the sockets
when the transaction commits."""

from django.db import migrations

SVEGLIA = """
CREATE FUNCTION cycle_evento_sveglia() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE
    v record;
BEGIN
    FOR v IN SELECT ente_id, jsonb_agg(DISTINCT radice_id) AS radici FROM scritti
              WHERE radice_id IS NOT NULL AND esito = 'eseguito' GROUP BY ente_id LOOP
        PERFORM notizie_sveglia(
            v.ente_id, CASE WHEN jsonb_array_length(v.radici) <= 200 THEN v.radici END);
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER sveglia AFTER INSERT ON workflows_evento
    REFERENCING NEW TABLE AS scritti FOR EACH STATEMENT EXECUTE FUNCTION cycle_evento_sveglia();
"""

TOGLI = """
DROP TRIGGER sveglia ON workflows_evento;
DROP FUNCTION cycle_evento_sveglia();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cycle", "0014_contraddittorio"),
        ("workflows", "0004_evento_oggetto"),
        ("notifications", "0002_segno"),
    ]

    operations = [migrations.RunSQL(SVEGLIA, TOGLI)]
