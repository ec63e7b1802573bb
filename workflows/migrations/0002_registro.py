# SPDX-License-Identifier: AGPL-3.0-or-later
"""The registro is written by the database: one door for Eventi, triggers for Modifiche.

`registro_apri` writes the Eventi of an action and makes it the transaction's open one, in the
setting `ciclo.azione` (`number:how many`), which dies with the transaction. The triggers trust
it only if that Evento was written by this very transaction, so setting it by hand forges nothing.
"""

from django.db import migrations

APRI = """
CREATE FUNCTION registro_apri(
    p_ente bigint, p_procedura text, p_verbo text, p_persona bigint, p_organo text,
    p_motivazione text, p_atto bigint, p_canale text, p_esito text, p_istante timestamptz,
    p_dati jsonb, p_voci jsonb
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_azione constant bigint := nextval('workflows_evento_id_seq');
BEGIN
    INSERT INTO workflows_evento
        (id, azione, ente_id, procedura, verbo, oggetto_id, radice_id, da, a, persona_id,
         incarico_id, ruolo, per_conto_di_id, organo, motivazione, atto_id, canale, esito,
         fuori_procedura, dati, istante, registrato_il, transazione)
    SELECT CASE WHEN v.n = 1 THEN v_azione ELSE nextval('workflows_evento_id_seq') END,
           v_azione, p_ente, p_procedura, p_verbo, v.oggetto, v.radice, v.da, v.a, p_persona,
           v.incarico, v.ruolo, v.per_conto, p_organo, p_motivazione, p_atto, p_canale, p_esito,
           false, p_dati, p_istante, clock_timestamp(), pg_current_xact_id()::text::bigint
      FROM ROWS FROM (jsonb_to_recordset(p_voci) AS (oggetto bigint, radice bigint, da text,
               a text, incarico bigint, ruolo text, per_conto bigint))
           WITH ORDINALITY AS v (oggetto, radice, da, a, incarico, ruolo, per_conto, n)
     ORDER BY v.n;
    PERFORM set_config('ciclo.azione', v_azione || ':' || jsonb_array_length(p_voci), true);
    RETURN v_azione;
END $$;
"""

APERTA = """
CREATE FUNCTION registro_azione_aperta(OUT azione bigint, OUT eventi bigint, OUT atto bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_segno constant text := current_setting('ciclo.azione', true);
BEGIN
    IF v_segno ~ '^[0-9]{1,18}:[0-9]{1,9}$' THEN
        SELECT e.id, split_part(v_segno, ':', 2)::bigint, e.atto_id INTO azione, eventi, atto
          FROM workflows_evento e
         WHERE e.id = split_part(v_segno, ':', 1)::bigint
           AND e.transazione = pg_current_xact_id()::text::bigint
           AND e.esito = 'eseguito';
    END IF;
END $$;
"""

FUORI = """
CREATE FUNCTION registro_fuori_procedura(p_ente bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_azione constant bigint := nextval('workflows_evento_id_seq');
BEGIN
    INSERT INTO workflows_evento
        (id, azione, ente_id, procedura, verbo, da, a, ruolo, organo, motivazione, canale, esito,
         fuori_procedura, dati, istante, registrato_il, transazione)
    VALUES (v_azione, v_azione, p_ente, '', 'fuori_procedura', '', '', '', '', '', 'sql',
            'eseguito', true, jsonb_build_object('ruolo_database', session_user),
            clock_timestamp(), clock_timestamp(), pg_current_xact_id()::text::bigint);
    PERFORM set_config('ciclo.azione', v_azione || ':1', true);
    RETURN v_azione;
END $$;
"""

# One INSERT for each statement, whatever the number of rows it touched. Argument: the column
# that holds the objective's id ('' where there is none). Rows before and after are
# hashed: a plan made when one changed is kept for when ten thousand do.
_CORPO = """
CREATE FUNCTION registro_{nome}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_nestloop = off AS $$
DECLARE
    v_azione bigint;
    v_eventi bigint;
BEGIN
    SELECT azione, eventi INTO v_azione, v_eventi FROM registro_azione_aperta();
    IF v_azione IS NULL THEN
        v_eventi := 1;
        SELECT registro_fuori_procedura({ente}) INTO v_azione FROM {righe} r LIMIT 1;
    END IF;
    IF v_eventi = 1 THEN
        INSERT INTO workflows_modifica
            (evento_id, ente_id, tabella, riga_id, radice_id, operazione, prima, dopo)
        SELECT v_azione, m.ente, TG_TABLE_NAME, m.riga, (m.tutto ->> TG_ARGV[0])::bigint,
               '{sigla}', m.prima, m.dopo
          FROM ({righe_modificate}) m;
    ELSE
        INSERT INTO workflows_modifica
            (evento_id, ente_id, tabella, riga_id, radice_id, operazione, prima, dopo)
        SELECT coalesce((SELECT min(e.id) FROM workflows_evento e
                          WHERE e.radice_id = (m.tutto ->> TG_ARGV[0])::bigint
                            AND e.azione = v_azione), v_azione),
               m.ente, TG_TABLE_NAME, m.riga, (m.tutto ->> TG_ARGV[0])::bigint, '{sigla}',
               m.prima, m.dopo
          FROM ({righe_modificate}) m;
    END IF;
    RETURN NULL;
END $$;
"""

# OFFSET 0 keeps the planner from building a row's document again at each mention.
_INSERITE = """
    SELECT r.id AS riga, {ente} AS ente, j.tutto, NULL::jsonb AS prima, {valori} AS dopo
      FROM nuove r CROSS JOIN LATERAL (SELECT to_jsonb(r) AS tutto OFFSET 0) j
"""
_ELIMINATE = """
    SELECT r.id AS riga, {ente} AS ente, j.tutto, {valori} AS prima, NULL::jsonb AS dopo
      FROM vecchie r CROSS JOIN LATERAL (SELECT to_jsonb(r) AS tutto OFFSET 0) j
"""
# the whole row but its empty fields
_VALORI = """(SELECT jsonb_object_agg(c.key, c.value)
              FROM jsonb_each(j.tutto - ARRAY['id', 'pid', 'ente_id', 'revisione']) c
             WHERE c.value <> 'null'::jsonb)"""
# Only the fields that changed; a row in which only the optimistic lock moved is no change.
_MODIFICATE = """
    SELECT r.id AS riga, {ente} AS ente, j.prima AS tutto, d.prima, d.dopo
      FROM nuove r JOIN vecchie v ON v.id = r.id
     CROSS JOIN LATERAL (SELECT to_jsonb(v) - 'revisione' AS prima,
                                to_jsonb(r) - 'revisione' AS dopo OFFSET 0) j
     CROSS JOIN LATERAL (
        SELECT jsonb_object_agg(c.key, j.prima -> c.key) AS prima,
               jsonb_object_agg(c.key, c.value) AS dopo
          FROM jsonb_each(j.dopo) c
         WHERE c.value <> j.prima -> c.key) d
     WHERE j.prima <> j.dopo
"""


def _funzione(nome, sigla, tabella, righe, ente="r.ente_id"):
    return _CORPO.format(
        nome=nome,
        sigla=sigla,
        righe=tabella,
        ente=ente,
        righe_modificate=righe.format(ente=ente, valori=_VALORI),
    )


FUNZIONI = [
    _funzione("inserite", "I", "nuove", _INSERITE),
    _funzione("modificate", "U", "nuove", _MODIFICATE),
    _funzione("eliminate", "D", "vecchie", _ELIMINATE),
    # the table of the enti themselves: the ente is the row
    _funzione("ente_inserito", "I", "nuove", _INSERITE, ente="r.id"),
    _funzione("ente_modificato", "U", "nuove", _MODIFICATE, ente="r.id"),
    _funzione("ente_eliminato", "D", "vecchie", _ELIMINATE, ente="r.id"),
]

NOMI = [
    "inserite",
    "modificate",
    "eliminate",
    "ente_inserito",
    "ente_modificato",
    "ente_eliminato",
]

IMMUTABILE = """
CREATE FUNCTION registro_immutabile() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'il registro si legge e si accresce: % su % è vietato (R84)',
        TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER immutabile BEFORE UPDATE OR DELETE OR TRUNCATE ON workflows_evento
    FOR EACH STATEMENT EXECUTE FUNCTION registro_immutabile();
CREATE TRIGGER immutabile BEFORE UPDATE OR DELETE OR TRUNCATE ON workflows_modifica
    FOR EACH STATEMENT EXECUTE FUNCTION registro_immutabile();
"""

# Nobody but the owner calls them or hangs them on a table of his own, where they would write in
# the registro what happened to no row of ours. A trigger that is there asks for no right.
CHIUSE = "\n".join(
    f"REVOKE ALL ON FUNCTION {funzione} FROM PUBLIC;"
    for funzione in ("registro_fuori_procedura(bigint)", *(f"registro_{n}()" for n in NOMI))
)

DISFA = """
DROP TRIGGER immutabile ON workflows_evento;
DROP TRIGGER immutabile ON workflows_modifica;
DROP FUNCTION registro_immutabile();
DROP FUNCTION registro_fuori_procedura(bigint);
DROP FUNCTION registro_azione_aperta();
DROP FUNCTION registro_apri(bigint, text, text, bigint, text, text, bigint, text, text,
    timestamptz, jsonb, jsonb);
""" + "".join(f"DROP FUNCTION registro_{nome}();" for nome in NOMI)


class Migration(migrations.Migration):
    dependencies = [("workflows", "0001_initial")]

    operations = [
        migrations.RunSQL("\n".join([APRI, APERTA, FUORI, *FUNZIONI, IMMUTABILE, CHIUSE]), DISFA),
    ]
