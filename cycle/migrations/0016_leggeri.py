# SPDX-License-Identifier: AGPL-3.0-or-later
"""The same rules once more, each asked once.

A foreign key that a composite one says already, with the ente or the objective, was checked twice
for every row written; so was the ente of a row whose parent is of the same ente.

A new version moved its objective twice: when it was written, and when the objective took its
number. The second is enough, and the database sees that it comes before the transaction ends.

Weights are summed before anybody asks whether they count: those that are right, nearly all, cost
neither the year's parameters nor the objective's state (R68).

And a column that 0012 added is compared as the others are: its changes went unrecorded.
"""

from importlib import import_module

from django.db import migrations

regole = import_module("cycle.migrations.0002_regole")
veloce = import_module("cycle.migrations.0004_veloce")

# Of cycle_obiettivo, all but those that identify a row and `revisione`, which is no change.
COLONNE = [*veloce.COLONNE, "sezioni"]

# Of each composite key (a, x) -> (a, id) whose `a` is always there: the key of x alone; and, where
# x is always there too, that of the ente.
_SUPERFLUE = """
    SELECT DISTINCT t.oid::regclass AS tabella, sola.colonna, sola.numero, sola.riferita
      FROM pg_constraint doppia
      JOIN pg_class t ON t.oid = doppia.conrelid AND starts_with(t.relname, 'cycle_')
      JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = doppia.conkey[1] AND a.attnotnull
       AND a.attname IN ('ente_id', 'obiettivo_id')
      JOIN pg_attribute x ON x.attrelid = t.oid AND x.attnum = doppia.conkey[2]
     CROSS JOIN LATERAL (VALUES
           (x.attname, x.attnum, doppia.confrelid, true),
           (a.attname, a.attnum, 'cycle_ente'::regclass, a.attname = 'ente_id' AND x.attnotnull)
     ) AS sola (colonna, numero, riferita, superflua)
     WHERE doppia.contype = 'f' AND cardinality(doppia.conkey) = 2 AND sola.superflua
       AND t.relnamespace = 'public'::regnamespace
"""

UNICHE = f"""
DO $$ DECLARE r record; BEGIN
    FOR r IN SELECT q.tabella, s.conname FROM ({_SUPERFLUE}) q
               JOIN pg_constraint s ON s.conrelid = q.tabella AND s.confrelid = q.riferita
                AND s.contype = 'f' AND s.conkey = ARRAY[q.numero]
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', r.tabella, r.conname);
    END LOOP;
END $$;
"""  # noqa: S608 - a constant of ours

DOPPIE = f"""
DO $$ DECLARE r record; BEGIN
    FOR r IN {_SUPERFLUE} LOOP
        EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I FOREIGN KEY (%I) REFERENCES %s (id) '
                       'DEFERRABLE INITIALLY DEFERRED', r.tabella,
                       r.tabella || '_' || r.colonna || '_fk', r.colonna, r.riferita::regclass);
    END LOOP;
END $$;
"""

# --- a version and its objective ----------------------------------------------------------------

VERSIONI = """
CREATE FUNCTION cycle_tocca_versionato() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE cycle_obiettivo o SET revisione = o.revisione + 1
      FROM righe r WHERE o.id = r.obiettivo_id AND o.versione >= r.numero;
    RETURN NULL;
END $$;
CREATE FUNCTION cycle_versione_raggiunta() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM cycle_obiettivo o
                    WHERE o.id = NEW.obiettivo_id AND o.versione >= NEW.numero) THEN
        RAISE EXCEPTION 'la versione % non è quella a cui è il suo obiettivo (R30)', NEW.numero
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER versione_raggiunta AFTER INSERT ON cycle_versioneobiettivo
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cycle_versione_raggiunta();
"""

SENZA_VERSIONI = """
DROP TRIGGER versione_raggiunta ON cycle_versioneobiettivo;
DROP FUNCTION cycle_versione_raggiunta();
DROP FUNCTION cycle_tocca_versionato();
"""


def _tocca(funzione):
    yield "DROP TRIGGER tocca_insert ON cycle_versioneobiettivo"
    yield (
        "CREATE TRIGGER tocca_insert AFTER INSERT ON cycle_versioneobiettivo "
        f"REFERENCING NEW TABLE AS righe FOR EACH STATEMENT EXECUTE FUNCTION {funzione}()"
    )


# --- weights ------------------------------------------------------------------------------------

PESI = """
CREATE OR REPLACE FUNCTION cycle_pesi_sbagliati(p_obiettivi bigint[]) RETURNS text
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT string_agg(s.codice || ' = ' || t.somma, ', ')
      FROM (SELECT i.specifico_id, sum(coalesce(i.peso, 0)) AS somma
              FROM cycle_indicatore i
             WHERE i.obiettivo_id = ANY (p_obiettivi)
             GROUP BY i.specifico_id
            HAVING bool_or(i.peso IS NOT NULL) AND abs(sum(coalesce(i.peso, 0)) - 100) > 0.01) t
      JOIN cycle_obiettivospecifico s ON s.id = t.specifico_id
      JOIN cycle_obiettivo o ON o.id = s.obiettivo_id
      JOIN cycle_ciclo a ON a.id = o.ciclo_id
     WHERE o.stato NOT IN ('bozza', 'proposta')
       AND coalesce((a.parametri ->> 'pesi')::boolean, true)
$$;
"""


def _pesi_di_prima():
    fine = regole.PESI.index("CREATE FUNCTION cycle_pesi_a_cento")
    return regole.PESI[:fine].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


def _modifiche(colonne):
    return veloce.modifiche(colonne).replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


def _avanti():
    yield _modifiche(COLONNE)
    yield UNICHE
    yield VERSIONI
    yield from _tocca("cycle_tocca_versionato")
    yield PESI


def _indietro():
    yield _modifiche(veloce.COLONNE)
    yield _pesi_di_prima()
    yield from _tocca("cycle_tocca_obiettivo")
    yield SENZA_VERSIONI
    yield DOPPIE


class Migration(migrations.Migration):
    dependencies = [("cycle", "0015_sveglia")]

    operations = [
        migrations.RunSQL(regole._sql(_avanti()), regole._sql(_indietro())),
    ]
