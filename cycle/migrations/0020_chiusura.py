# SPDX-License-Identifier: AGPL-3.0-or-later
"""A year closes by an action of the registro, when nothing in it is open (C3), and does not open
again: then no objective is born in it, and no state in it changes. What closing leaves is the
correction of a material error, which changes a percentage and no state (R35)."""

from django.db import migrations

AVANTI = """
CREATE FUNCTION cycle_chiude() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' OR OLD.stato = 'chiuso' OR NOT EXISTS (
        SELECT 1 FROM workflows_evento e
         WHERE e.azione = (SELECT azione FROM registro_azione_aperta())
           AND e.ente_id = NEW.ente_id AND e.oggetto_id = NEW.id
           AND e.procedura = 'ciclo' AND e.verbo = 'chiude' AND e.esito = 'eseguito'
    ) THEN
        RAISE EXCEPTION 'un anno si chiude, una volta, solo con la sua procedura (C3)'
            USING ERRCODE = 'check_violation';
    ELSIF EXISTS (SELECT 1 FROM cycle_obiettivo o WHERE o.ciclo_id = NEW.id
                     AND o.stato NOT IN ('validato', 'stralciato')) THEN
        RAISE EXCEPTION 'un anno con obiettivi né validati né stralciati non si chiude (C3)'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER chiude BEFORE UPDATE OF stato ON cycle_ciclo
    FOR EACH ROW WHEN (OLD.stato IS DISTINCT FROM NEW.stato) EXECUTE FUNCTION cycle_chiude();
CREATE TRIGGER nasce_aperto BEFORE INSERT ON cycle_ciclo
    FOR EACH ROW WHEN (NEW.stato <> 'aperto') EXECUTE FUNCTION cycle_chiude();

CREATE FUNCTION cycle_anno_chiuso() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE
    v_chiuso boolean;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM cycle_ciclo c WHERE c.stato = 'chiuso') THEN
        RETURN NULL;
    ELSIF TG_OP = 'INSERT' THEN
        SELECT EXISTS (SELECT 1 FROM nuove n JOIN cycle_ciclo c ON c.id = n.ciclo_id
                        WHERE c.stato = 'chiuso') INTO v_chiuso;
    ELSIF TG_TABLE_NAME = 'cycle_obiettivo' THEN
        SELECT EXISTS (SELECT 1 FROM vecchie v JOIN nuove n ON n.id = v.id
                        JOIN cycle_ciclo c ON c.id = n.ciclo_id
                        WHERE c.stato = 'chiuso' AND n.stato <> v.stato) INTO v_chiuso;
    ELSE
        SELECT EXISTS (SELECT 1 FROM vecchie v JOIN nuove n ON n.id = v.id
                        JOIN cycle_obiettivo o ON o.id = n.obiettivo_id
                        JOIN cycle_ciclo c ON c.id = o.ciclo_id
                        WHERE c.stato = 'chiuso' AND n.stato <> v.stato) INTO v_chiuso;
    END IF;
    IF v_chiuso THEN
        RAISE EXCEPTION 'l''anno è chiuso: resta solo la correzione di errori materiali (C3, R35)'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER anno_chiuso AFTER UPDATE ON cycle_obiettivo
    REFERENCING OLD TABLE AS vecchie NEW TABLE AS nuove
    FOR EACH STATEMENT EXECUTE FUNCTION cycle_anno_chiuso();
CREATE TRIGGER anno_chiuso_nuovo AFTER INSERT ON cycle_obiettivo
    REFERENCING NEW TABLE AS nuove
    FOR EACH STATEMENT EXECUTE FUNCTION cycle_anno_chiuso();
CREATE TRIGGER anno_chiuso AFTER UPDATE ON cycle_relazionesemestrale
    REFERENCING OLD TABLE AS vecchie NEW TABLE AS nuove
    FOR EACH STATEMENT EXECUTE FUNCTION cycle_anno_chiuso();
"""

INDIETRO = """
DROP TRIGGER anno_chiuso ON cycle_relazionesemestrale;
DROP TRIGGER anno_chiuso_nuovo ON cycle_obiettivo;
DROP TRIGGER anno_chiuso ON cycle_obiettivo;
DROP FUNCTION cycle_anno_chiuso();
DROP TRIGGER nasce_aperto ON cycle_ciclo;
DROP TRIGGER chiude ON cycle_ciclo;
DROP FUNCTION cycle_chiude();
"""


class Migration(migrations.Migration):
    dependencies = [("cycle", "0019_statistiche")]

    operations = [migrations.RunSQL(AVANTI, INDIETRO)]
