# SPDX-License-Identifier: AGPL-3.0-or-later
"""The same rules again, at less cost: what the registro keeps of a version, and when weights are
looked up.

A version of a scheda is immutable (R30) and is itself the text that was approved: its Modifica
keeps the digest and not the same text twice. A row of indicator is within the rule when the
weights of its specifico are, whatever the state of its objective (R68): only otherwise is that
looked for.
"""

from importlib import import_module

from django.db import migrations

regole = import_module("cycle.migrations.0002_regole")
registro = import_module("workflows.migrations.0002_registro")

# Of cycle_versioneobiettivo, all but those that identify a row and the text.
COLONNE = ["obiettivo_id", "numero", "atto_id", "in_vigore_dal", "schema", "sha256"]

VERSIONI = registro._funzione(
    "versione_inserita",
    "I",
    "nuove",
    "SELECT r.id AS riga, r.ente_id AS ente, j.tutto, NULL::jsonb AS prima, j.tutto AS dopo"  # noqa: S608
    "  FROM nuove r CROSS JOIN LATERAL (SELECT jsonb_build_object("
    + ", ".join(f"'{c}', r.{c}" for c in COLONNE)
    + ") AS tutto OFFSET 0) j",
)

# Of each specifico that the row was in or is in.
_GIUSTI = """    ELSE
        IF (SELECT coalesce(bool_and(t.giusto), true)
              FROM (SELECT abs(sum(coalesce(i.peso, 0)) - 100) <= 0.01 OR bool_and(i.peso IS NULL)
                           AS giusto
                      FROM cycle_indicatore i
                     WHERE i.specifico_id = ANY (CASE TG_OP
                               WHEN 'INSERT' THEN ARRAY[NEW.specifico_id]
                               WHEN 'DELETE' THEN ARRAY[OLD.specifico_id]
                               ELSE ARRAY[OLD.specifico_id, NEW.specifico_id] END)
                     GROUP BY i.specifico_id) t) THEN
            RETURN NULL;
        END IF;
"""


def _pesi(altrimenti="    ELSE\n"):
    """The function of 0002, with how its branch for a row begins."""
    inizio = regole.PESI.index("CREATE FUNCTION cycle_pesi_a_cento")
    fine = regole.PESI.index("CREATE TRIGGER pesi_a_cento")
    corpo = regole.PESI[inizio:fine].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    return corpo.replace("    ELSE\n", altrimenti)


def _inserite(funzione):
    yield "DROP TRIGGER registro_inserite ON cycle_versioneobiettivo"
    yield (
        "CREATE TRIGGER registro_inserite AFTER INSERT ON cycle_versioneobiettivo "
        "REFERENCING NEW TABLE AS nuove "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {funzione}('obiettivo_id')"
    )


def _avanti():
    yield VERSIONI
    yield "REVOKE ALL ON FUNCTION registro_versione_inserita() FROM PUBLIC"
    yield from _inserite("registro_versione_inserita")
    yield _pesi(_GIUSTI)


def _indietro():
    yield from _inserite("registro_inserite")
    yield "DROP FUNCTION registro_versione_inserita()"
    yield _pesi()


class Migration(migrations.Migration):
    dependencies = [("cycle", "0009_variazioni")]

    operations = [
        migrations.RunSQL(regole._sql(_avanti()), regole._sql(_indietro())),
    ]
