# SPDX-License-Identifier: AGPL-3.0-or-later
"""The chain: one link an action, computed at its commit, over the digests of its rows (R84).

An ente has as many streams as it ever had writers at one instant: who commits takes the first
that nobody is writing, so nobody waits, and each stream is gapless. The link is made by a deferred
trigger, which `registro_apri` puts off until the commit whatever the session asked; what is
written after an action was sealed belongs to it no more, and is out of procedure.
"""

from importlib import import_module

from django.db import migrations, models

registro = import_module("workflows.migrations.0002_registro")

EVENTO = """json_build_array('E', e.id, e.azione, e.ente_id, e.procedura, e.verbo, e.oggetto_id,
    e.radice_id, e.da, e.a, e.persona_id, e.incarico_id, e.ruolo, e.per_conto_di_id, e.organo,
    e.motivazione, e.atto_id, e.canale, e.esito, e.fuori_procedura, e.dati,
    e.istante AT TIME ZONE 'UTC', e.registrato_il AT TIME ZONE 'UTC', e.transazione)::text"""
MODIFICA = """json_build_array('M', m.id, e.azione, m.evento_id, m.ente_id, m.tabella, m.riga_id,
    m.radice_id, m.operazione, m.prima, m.dopo)::text"""
SIGILLO = """json_build_array('S', s.ente_id, s.flusso, s.progressivo, s.azione, s.eventi,
    s.modifiche)::text"""

# The Eventi of an action have the numbers from its own to the last that the session has drawn.
SIGILLA = f"""
CREATE FUNCTION registro_sigilla(p_azione bigint, p_ente bigint, p_ultimo bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    v_di constant integer := hashtext('registro/' || p_ente);
    v_precedente bytea;
    v_righe bytea;
    s workflows_sigillo;
BEGIN
    s.azione := p_azione;
    s.ente_id := p_ente;
    s.flusso := 0;
    WHILE NOT pg_try_advisory_xact_lock(v_di, s.flusso) LOOP
        s.flusso := s.flusso + 1;
    END LOOP;
    SELECT t.progressivo, t.impronta INTO s.progressivo, v_precedente FROM workflows_sigillo t
     WHERE t.ente_id = s.ente_id AND t.flusso = s.flusso ORDER BY t.progressivo DESC LIMIT 1;
    s.progressivo := coalesce(s.progressivo, 0) + 1;
    WITH e AS MATERIALIZED (
        SELECT e.id, e.azione, sha256(convert_to({EVENTO}, 'UTF8')) AS impronta
          FROM workflows_evento e
         WHERE e.id BETWEEN p_azione AND p_ultimo AND e.azione = p_azione
    ), eventi AS (
        SELECT count(*) AS quanti, string_agg(e.impronta, '' ORDER BY e.id) AS impronte FROM e
    ), modifiche AS (
        SELECT count(*) AS quanti, string_agg(sha256(convert_to({MODIFICA}, 'UTF8')), ''
                                              ORDER BY m.evento_id, m.id) AS impronte
          FROM e JOIN workflows_modifica m ON m.evento_id = e.id
    )
    SELECT eventi.quanti, modifiche.quanti,
           coalesce(eventi.impronte, '') || coalesce(modifiche.impronte, '')
      INTO s.eventi, s.modifiche, v_righe FROM eventi, modifiche;
    s.impronta := sha256(convert_to({SIGILLO}, 'UTF8')
                         || coalesce(v_precedente, decode(repeat('00', 32), 'hex')) || v_righe);
    INSERT INTO workflows_sigillo (azione, ente_id, flusso, progressivo, eventi, modifiche, impronta)
    VALUES (s.azione, s.ente_id, s.flusso, s.progressivo, s.eventi, s.modifiche, s.impronta);
END $$;
REVOKE ALL ON FUNCTION registro_sigilla(bigint, bigint, bigint) FROM PUBLIC;

CREATE FUNCTION registro_sigilla_azione() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM registro_sigilla(NEW.azione, NEW.ente_id, currval('workflows_evento_id_seq'));
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION registro_sigilla_azione() FROM PUBLIC;
CREATE CONSTRAINT TRIGGER sigillo AFTER INSERT ON workflows_evento
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.id = NEW.azione)
    EXECUTE FUNCTION registro_sigilla_azione();
ALTER TABLE workflows_evento ENABLE ALWAYS TRIGGER sigillo;
"""

# Two conditions more than before. The number of a transaction comes back in another server, where
# the data were restored; its beginning does not.
APERTA = """
CREATE OR REPLACE FUNCTION registro_azione_aperta(OUT azione bigint, OUT eventi bigint,
                                                  OUT atto bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_segno constant text := current_setting('ciclo.azione', true);
BEGIN
    IF v_segno ~ '^[0-9]{1,18}:[0-9]{1,9}$' THEN
        SELECT e.id, split_part(v_segno, ':', 2)::bigint, e.atto_id INTO azione, eventi, atto
          FROM workflows_evento e
         WHERE e.id = split_part(v_segno, ':', 1)::bigint
           AND e.transazione = pg_current_xact_id()::text::bigint
           AND e.esito = 'eseguito'{e_ancora};
    END IF;
END $$;
"""
ANCORA_APERTA = """
           AND e.registrato_il >= now()
           AND NOT EXISTS (SELECT 1 FROM workflows_sigillo s WHERE s.azione = e.azione)"""


# Both doors of the registro put the link off until the commit, before anything else; what changes
# no row (a refusal, a reading) opens no action, and closes none.
_RIMANDA = "\nBEGIN\n    SET CONSTRAINTS public.sigillo DEFERRED;\n"
_APRE = "    PERFORM set_config('ciclo.azione', v_azione || ':' || jsonb_array_length(p_voci), true);\n"


def _di_nuovo(funzione):
    return funzione.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


PORTE = [
    _di_nuovo(funzione)
    .replace("\nBEGIN\n", _RIMANDA)
    .replace(_APRE, f"    IF p_esito = 'eseguito' THEN\n    {_APRE}    END IF;\n")
    for funzione in (registro.APRI, registro.FUORI)
]
COME_PRIMA = [
    *(_di_nuovo(funzione) for funzione in (registro.APRI, registro.FUORI)),
    APERTA.replace("{e_ancora}", ""),
]

# What was written before the chain is sealed by whoever installs it, in the order it was written.
GIA_SCRITTE = """
SELECT registro_sigilla(a.azione, a.ente_id, a.ultimo)
  FROM (SELECT azione, min(ente_id) AS ente_id, max(id) AS ultimo FROM workflows_evento
         GROUP BY azione ORDER BY azione) a;
"""

# --- the anchor ---------------------------------------------------------------------------------

# One a day and an ente, over the last link of each stream; each holds the previous one's digest.
ANCORA = """
CREATE FUNCTION registro_ancora(p_ente bigint, p_fuso text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_giorno constant date := (clock_timestamp() AT TIME ZONE p_fuso)::date;
    v_precedente bytea;
    v_id bigint;
    v_testo text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('registro/ancora'), p_ente::integer);
    SELECT a.id INTO v_id FROM workflows_ancora a
     WHERE a.ente_id = p_ente AND a.giorno >= v_giorno ORDER BY a.giorno LIMIT 1;
    IF v_id IS NOT NULL THEN
        RETURN v_id;
    END IF;
    SELECT a.impronta INTO v_precedente FROM workflows_ancora a
     WHERE a.ente_id = p_ente ORDER BY a.giorno DESC LIMIT 1;
    SELECT json_build_array('A', p_ente, v_giorno,
               encode(coalesce(v_precedente, decode(repeat('00', 32), 'hex')), 'hex'),
               coalesce(json_agg(json_build_array(t.flusso, t.progressivo,
                                                  encode(t.impronta, 'hex'))
                                 ORDER BY t.flusso), '[]'))::text
      INTO v_testo
      FROM generate_series(0, (SELECT max(flusso) FROM workflows_sigillo
                                WHERE ente_id = p_ente)) f
     CROSS JOIN LATERAL (SELECT s.* FROM workflows_sigillo s
                          WHERE s.ente_id = p_ente AND s.flusso = f
                          ORDER BY s.progressivo DESC LIMIT 1) t;
    INSERT INTO workflows_ancora (ente_id, giorno, testo, impronta, registrata_il)
    VALUES (p_ente, v_giorno, v_testo, sha256(convert_to(v_testo, 'UTF8')), clock_timestamp())
    RETURNING id INTO v_id;
    RETURN v_id;
END $$;

CREATE FUNCTION registro_marca(p_ancora bigint, p_servizio text, p_ricevuta bytea) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO workflows_marca (ancora_id, servizio, ricevuta, registrata_il)
    SELECT a.id, p_servizio, p_ricevuta, clock_timestamp()
      FROM workflows_ancora a WHERE a.id = p_ancora
    RETURNING id
$$;
"""

CUSTODITE = "\n".join(
    f"""
CREATE TRIGGER immutabile BEFORE UPDATE OR DELETE OR TRUNCATE ON {tabella}
    FOR EACH STATEMENT EXECUTE FUNCTION registro_immutabile();
ALTER TABLE {tabella} ENABLE ALWAYS TRIGGER immutabile;"""
    for tabella in ("workflows_sigillo", "workflows_ancora", "workflows_marca")
)
SEMPRE = "\n".join(
    f"ALTER TABLE {tabella} ENABLE ALWAYS TRIGGER immutabile;"
    for tabella in ("workflows_evento", "workflows_modifica", "workflows_riservato")
)

DISFA = """
DROP TRIGGER immutabile ON workflows_sigillo;
DROP TRIGGER immutabile ON workflows_ancora;
DROP TRIGGER immutabile ON workflows_marca;
DROP FUNCTION registro_marca(bigint, text, bytea);
DROP FUNCTION registro_ancora(bigint, text);
DROP TRIGGER sigillo ON workflows_evento;
DROP FUNCTION registro_sigilla_azione();
DROP FUNCTION registro_sigilla(bigint, bigint, bigint);
"""


def _chiave():
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


class Migration(migrations.Migration):
    dependencies = [("workflows", "0005_riservati")]

    operations = [
        # their final shape was another: links are fewer than Eventi, and cover Modifiche too
        migrations.RemoveField("evento", "progressivo"),
        migrations.RemoveField("evento", "precedente"),
        migrations.RemoveField("evento", "impronta"),
        migrations.CreateModel(
            name="Sigillo",
            fields=[
                ("azione", models.BigIntegerField(primary_key=True, serialize=False)),
                ("ente_id", models.BigIntegerField()),
                ("flusso", models.IntegerField()),
                ("progressivo", models.IntegerField()),
                ("eventi", models.IntegerField()),
                ("modifiche", models.IntegerField()),
                ("impronta", models.BinaryField()),
            ],
            options={
                "verbose_name": "sigillo",
                "verbose_name_plural": "sigilli",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("ente_id", "flusso", "progressivo"), name="sigillo_anello"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Ancora",
            fields=[
                ("id", _chiave()),
                ("ente_id", models.BigIntegerField()),
                ("giorno", models.DateField()),
                ("testo", models.TextField()),
                ("impronta", models.BinaryField()),
                ("registrata_il", models.DateTimeField()),
            ],
            options={
                "verbose_name": "ancora",
                "verbose_name_plural": "ancore",
                "constraints": [
                    models.UniqueConstraint(fields=("ente_id", "giorno"), name="ancora_al_giorno")
                ],
            },
        ),
        migrations.CreateModel(
            name="Marca",
            fields=[
                ("id", _chiave()),
                ("ancora_id", models.BigIntegerField()),
                ("servizio", models.CharField(max_length=300)),
                ("ricevuta", models.BinaryField()),
                ("registrata_il", models.DateTimeField()),
            ],
            options={
                "verbose_name": "marca temporale",
                "verbose_name_plural": "marche temporali",
                "indexes": [models.Index(fields=["ancora_id"], name="marca_ancora")],
            },
        ),
        migrations.RunSQL(
            "\n".join(
                [
                    SIGILLA,
                    APERTA.replace("{e_ancora}", ANCORA_APERTA),
                    *PORTE,
                    GIA_SCRITTE,
                    ANCORA,
                    CUSTODITE,
                    SEMPRE,
                ]
            ),
            "\n".join([*COME_PRIMA, DISFA]),
        ),
    ]
