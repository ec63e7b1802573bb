# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each write of a Notifica marks it with its transaction, and wakes the sockets when it commits.

The mark is what a socket that lost its connection asks from: a serial number would be given out
before the commit, and a slow transaction's news would be missed for ever.
"""

from django.db import migrations, models

# One job for each transaction and ente, that runs only if the transaction commits; the setting that
# names it dies with it. `p_radici` are the objectives that changed: none, some, or NULL for too
# many to be named, as they become when they add up.
SVEGLIA = """
CREATE FUNCTION notizie_sveglia(p_ente bigint, p_radici jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    v_transazione constant bigint := pg_current_xact_id()::text::bigint;
    v_segno constant text := v_transazione || ':' || p_ente || ':';
    v_scritto constant text := coalesce(current_setting('ciclo.svegliata', true), '');
    v_lavori bigint[];
BEGIN
    IF NOT starts_with(v_scritto, v_segno) THEN
        v_lavori := procrastinate_defer_jobs_v1(ARRAY[
            ('notizie', 'sveglia', 10, NULL, NULL,
             jsonb_build_object('transazione', v_transazione, 'ente', p_ente,
                                'radici', p_radici),
             NULL)::procrastinate_job_to_defer_v1]);
        PERFORM set_config('ciclo.svegliata', v_segno || v_lavori[1], true);
    ELSIF p_radici IS DISTINCT FROM '[]' THEN
        UPDATE procrastinate_jobs j
           SET args = jsonb_set(j.args, '{radici}', CASE
                   WHEN jsonb_typeof(j.args -> 'radici') = 'array' AND p_radici IS NOT NULL
                    AND jsonb_array_length(j.args -> 'radici') < 200
                   THEN (j.args -> 'radici') || p_radici ELSE 'null' END)
         WHERE j.id = split_part(v_scritto, ':', 3)::bigint;
    END IF;
END $$;

CREATE FUNCTION notizie_segna() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    NEW.transazione := pg_current_xact_id()::text::bigint;
    RETURN NEW;
END $$;

CREATE FUNCTION notizie_scritte() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE
    v_ente bigint;
BEGIN
    FOR v_ente IN SELECT DISTINCT ente_id FROM scritte LOOP
        PERFORM notizie_sveglia(v_ente, '[]');
    END LOOP;
    RETURN NULL;
END $$;

CREATE TRIGGER segna BEFORE INSERT OR UPDATE ON notifications_notifica
    FOR EACH ROW EXECUTE FUNCTION notizie_segna();
CREATE TRIGGER sveglia_nuove AFTER INSERT ON notifications_notifica
    REFERENCING NEW TABLE AS scritte FOR EACH STATEMENT EXECUTE FUNCTION notizie_scritte();
CREATE TRIGGER sveglia_mosse AFTER UPDATE ON notifications_notifica
    REFERENCING NEW TABLE AS scritte FOR EACH STATEMENT EXECUTE FUNCTION notizie_scritte();
"""

TOGLI = """
DROP TRIGGER sveglia_mosse ON notifications_notifica;
DROP TRIGGER sveglia_nuove ON notifications_notifica;
DROP TRIGGER segna ON notifications_notifica;
DROP FUNCTION notizie_scritte();
DROP FUNCTION notizie_segna();
DROP FUNCTION notizie_sveglia(bigint, jsonb);
"""


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="notifica",
            name="transazione",
            field=models.BigIntegerField(db_default=0),
        ),
        migrations.AddIndex(
            model_name="notifica",
            index=models.Index(fields=["transazione"], name="notifica_transazione"),
        ),
        migrations.AddIndex(
            model_name="notifica",
            index=models.Index(fields=["utente", "transazione"], name="notifica_dopo"),
        ),
        migrations.RunSQL(SVEGLIA, TOGLI),
    ]
