# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was submitted is frozen whole: values, targets, notes, phases, entries, and the snapshot with
what was decided on it (R54). And a closed year is shut for good: nothing of it is written, inserted
or deleted, but by the correction of a material error (C3, R35) and by the erasing of a name (R90)."""

from importlib import import_module

from django.db import migrations

regole = import_module("cycle.migrations.0002_regole")
peg = import_module("cycle.migrations.0003_peg")
chiusura = import_module("cycle.migrations.0020_chiusura")

# --- submitted ----------------------------------------------------------------------------------

VALORI = """
CREATE OR REPLACE FUNCTION cycle_valori_trasmessi() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp SET enable_nestloop = off AS $$
DECLARE
    v_fermo boolean;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT true INTO v_fermo
          FROM vecchie v JOIN nuove n ON n.id = v.id
          JOIN cycle_relazionesemestrale r
            ON r.obiettivo_id = n.obiettivo_id AND r.periodo_id IN (v.periodo_id, n.periodo_id)
         WHERE (v.periodo_id, v.target, v.target_data, v.valore, v.valore_data, v.nota)
               IS DISTINCT FROM
               (n.periodo_id, n.target, n.target_data, n.valore, n.valore_data, n.nota)
           AND r.stato NOT IN ('da_compilare', 'riaperta') LIMIT 1;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT true INTO v_fermo
          FROM vecchie v
          JOIN cycle_relazionesemestrale r
            ON r.obiettivo_id = v.obiettivo_id AND r.periodo_id = v.periodo_id
         WHERE num_nonnulls(v.target, v.target_data, v.valore, v.valore_data) > 0
           AND r.stato NOT IN ('da_compilare', 'riaperta') LIMIT 1;
    ELSE
        SELECT true INTO v_fermo
          FROM nuove n
          JOIN cycle_relazionesemestrale r
            ON r.obiettivo_id = n.obiettivo_id AND r.periodo_id = n.periodo_id
         WHERE num_nonnulls(n.target, n.target_data, n.valore, n.valore_data) > 0
           AND r.stato NOT IN ('da_compilare', 'riaperta')
           AND NOT EXISTS (SELECT 1 FROM workflows_evento e
                            WHERE e.id = (SELECT azione FROM registro_azione_aperta())
                              AND e.verbo = 'importa') LIMIT 1;
    END IF;
    IF v_fermo THEN
        RAISE EXCEPTION
            'valori, target e note di una relazione trasmessa cambiano solo dopo la riapertura (R54)'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER valori_trasmessi_insert AFTER INSERT ON cycle_rilevazione
    REFERENCING NEW TABLE AS nuove
    FOR EACH STATEMENT EXECUTE FUNCTION cycle_valori_trasmessi();

-- The progress of a phase goes on from one period to the next: it stops with the last report.
CREATE FUNCTION cycle_fasi_trasmesse() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM cycle_relazionesemestrale r WHERE r.obiettivo_id = NEW.obiettivo_id)
       AND NOT EXISTS (SELECT 1 FROM cycle_relazionesemestrale r
                        WHERE r.obiettivo_id = NEW.obiettivo_id
                          AND r.stato IN ('da_compilare', 'riaperta')) THEN
        RAISE EXCEPTION 'le fasi di relazioni tutte trasmesse cambiano solo dopo la riapertura (R54)'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER fasi_trasmesse AFTER UPDATE ON cycle_fase FOR EACH ROW
    WHEN ((OLD.avanzamento, OLD.inizio_effettivo, OLD.fine_effettiva)
          IS DISTINCT FROM (NEW.avanzamento, NEW.inizio_effettivo, NEW.fine_effettiva))
    EXECUTE FUNCTION cycle_fasi_trasmesse();

-- A report and its entries are not taken away once they were submitted.
CREATE FUNCTION cycle_trasmessa_resta() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF (CASE TG_TABLE_NAME
           WHEN 'cycle_relazionesemestrale' THEN
               to_jsonb(OLD) ->> 'stato' NOT IN ('da_compilare', 'riaperta')
           ELSE EXISTS (SELECT 1 FROM cycle_relazionesemestrale r
                         WHERE r.id = (to_jsonb(OLD) ->> 'relazione_id')::bigint
                           AND r.stato NOT IN ('da_compilare', 'riaperta'))
       END) THEN
        RAISE EXCEPTION 'una relazione trasmessa non si elimina, intera o in parte (R54, R63)'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER trasmessa_resta BEFORE DELETE ON cycle_relazionesemestrale
    FOR EACH ROW EXECUTE FUNCTION cycle_trasmessa_resta();
CREATE TRIGGER trasmessa_resta BEFORE DELETE ON cycle_vocerelazione
    FOR EACH ROW EXECUTE FUNCTION cycle_trasmessa_resta();

-- What a step froze, and what was computed and validated on it, is written by the steps alone.
CREATE FUNCTION cycle_relazione_congelata() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM workflows_evento e
                    WHERE e.radice_id = NEW.obiettivo_id
                      AND e.azione = (SELECT azione FROM registro_azione_aperta())
                      AND e.ente_id = NEW.ente_id
                      AND (e.procedura, e.verbo) IN (
                          SELECT split_part(p, '.', 1), split_part(p, '.', 2)
                            FROM unnest(string_to_array(TG_ARGV[0], ' ')) p)) THEN
        RAISE EXCEPTION
            'ciò che una relazione congela o decide lo scrivono solo i suoi passi (R54, R56)'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER congelata AFTER UPDATE ON cycle_relazionesemestrale FOR EACH ROW
    WHEN ((OLD.istantanea, OLD.impronta, OLD.trasmessa_il)
          IS DISTINCT FROM (NEW.istantanea, NEW.impronta, NEW.trasmessa_il))
    EXECUTE FUNCTION cycle_relazione_congelata('relazione.trasmetti');
CREATE TRIGGER esame_custodito AFTER UPDATE ON cycle_relazionesemestrale FOR EACH ROW
    WHEN ((OLD.osservata_il, OLD.replica_entro, OLD.controdedotta_il, OLD.rinuncia, OLD.seduta_id)
          IS DISTINCT FROM (NEW.osservata_il, NEW.replica_entro, NEW.controdedotta_il,
                            NEW.rinuncia, NEW.seduta_id))
    EXECUTE FUNCTION cycle_relazione_congelata(
        'relazione.trasmetti relazione.osserva relazione.controdeduci relazione.valida');
CREATE TRIGGER calcolata_custodita AFTER UPDATE ON cycle_vocerelazione FOR EACH ROW
    WHEN (OLD.percentuale_calcolata IS DISTINCT FROM NEW.percentuale_calcolata)
    EXECUTE FUNCTION cycle_relazione_congelata(
        'relazione.trasmetti neutralizzazione.accogli neutralizzazione.delibera');
CREATE TRIGGER convalidata_custodita AFTER UPDATE ON cycle_vocerelazione FOR EACH ROW
    WHEN ((OLD.percentuale_convalidata, OLD.motivo)
          IS DISTINCT FROM (NEW.percentuale_convalidata, NEW.motivo))
    EXECUTE FUNCTION cycle_relazione_congelata(
        'relazione.trasmetti relazione.valida correzione.accogli');
"""

SENZA_VALORI = """
DROP TRIGGER convalidata_custodita ON cycle_vocerelazione;
DROP TRIGGER calcolata_custodita ON cycle_vocerelazione;
DROP TRIGGER esame_custodito ON cycle_relazionesemestrale;
DROP TRIGGER congelata ON cycle_relazionesemestrale;
DROP FUNCTION cycle_relazione_congelata();
DROP TRIGGER trasmessa_resta ON cycle_vocerelazione;
DROP TRIGGER trasmessa_resta ON cycle_relazionesemestrale;
DROP FUNCTION cycle_trasmessa_resta();
DROP TRIGGER fasi_trasmesse ON cycle_fase;
DROP FUNCTION cycle_fasi_trasmesse();
DROP TRIGGER valori_trasmessi_insert ON cycle_rilevazione;
"""


def _come_prima():
    """The function of 0003, put back in the place of ours."""
    fine = peg.VALORI.index("CREATE TRIGGER")
    return peg.VALORI[:fine].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


# --- closed -------------------------------------------------------------------------------------

# table -> what leads from its rows to the year
DELL_ANNO = {
    **dict.fromkeys(
        "cycle_astensione cycle_campovariato cycle_collaboratore cycle_correzione "
        "cycle_documentoneutralizzazione cycle_evidenza cycle_fase cycle_indicatore "
        "cycle_invitovariazione cycle_neutralizzazione cycle_obiettivonodo "
        "cycle_obiettivospecifico cycle_osservazione cycle_relazionesemestrale "
        "cycle_richiestavariazione cycle_rilevazione cycle_risposta cycle_stanziamento "
        "cycle_storicoindicatore cycle_validazione cycle_versioneobiettivo cycle_voceinsieme "
        "cycle_vocerelazione".split(),
        "obiettivo_id",
    ),
    **dict.fromkeys(
        "cycle_insieme cycle_nodostrategico cycle_obiettivo cycle_periodo cycle_scadenza "
        "cycle_seduta".split(),
        "ciclo_id",
    ),
}

CHIUSO = """
CREATE FUNCTION cycle_anno_chiuso() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE
    v_chiuso boolean;
BEGIN
    -- What hangs on an objective waits for its row, which who closes the year holds; what is new in
    -- a year waits for the year.
    IF TG_OP = 'INSERT' AND TG_ARGV[0] = 'ciclo_id' THEN
        PERFORM FROM cycle_ciclo c WHERE c.id IN (SELECT r.ciclo_id FROM righe r)
          ORDER BY c.id FOR KEY SHARE;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM cycle_ciclo c WHERE c.stato = 'chiuso') THEN
        RETURN NULL;
    ELSIF TG_ARGV[0] = 'ciclo_id' THEN
        SELECT EXISTS (SELECT 1 FROM (SELECT DISTINCT r.ciclo_id FROM righe r) r
                         JOIN cycle_ciclo c ON c.id = r.ciclo_id
                        WHERE c.stato = 'chiuso') INTO v_chiuso;
    ELSE
        SELECT EXISTS (SELECT 1 FROM (SELECT DISTINCT r.obiettivo_id FROM righe r) r
                         JOIN cycle_obiettivo o ON o.id = r.obiettivo_id
                         JOIN cycle_ciclo c ON c.id = o.ciclo_id
                        WHERE c.stato = 'chiuso') INTO v_chiuso;
    END IF;
    IF v_chiuso AND NOT EXISTS (
        SELECT 1 FROM workflows_evento e
         WHERE e.id = (SELECT azione FROM registro_azione_aperta())
           AND (e.procedura = 'correzione' OR e.verbo = 'oblia')) THEN
        RAISE EXCEPTION 'l''anno è chiuso: resta solo la correzione di errori materiali (C3, R35)'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
"""


def _chiude():
    yield "DROP TRIGGER anno_chiuso ON cycle_relazionesemestrale"
    yield "DROP TRIGGER anno_chiuso_nuovo ON cycle_obiettivo"
    yield "DROP TRIGGER anno_chiuso ON cycle_obiettivo"
    yield "DROP FUNCTION cycle_anno_chiuso()"
    yield CHIUSO
    for tabella, radice in DELL_ANNO.items():
        for evento, quali in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            yield (
                f"CREATE TRIGGER anno_chiuso_{evento.lower()} AFTER {evento} ON {tabella} "
                f"REFERENCING {quali} TABLE AS righe "
                f"FOR EACH STATEMENT EXECUTE FUNCTION cycle_anno_chiuso('{radice}')"
            )


def _riapre():
    for tabella in DELL_ANNO:
        for evento in ("insert", "update", "delete"):
            yield f"DROP TRIGGER anno_chiuso_{evento} ON {tabella}"
    yield "DROP FUNCTION cycle_anno_chiuso()"
    inizio = chiusura.AVANTI.index("CREATE FUNCTION cycle_anno_chiuso")
    yield chiusura.AVANTI[inizio:]


class Migration(migrations.Migration):
    dependencies = [("cycle", "0025_domande")]

    operations = [
        migrations.RunSQL(VALORI, SENZA_VALORI + _come_prima()),
        migrations.RunSQL(regole._sql(_chiude()), regole._sql(_riapre())),
    ]
