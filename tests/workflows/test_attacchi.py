# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whoever got hold of the application's role, or of the owner's, against the registro (R84): each
way is refused, or changes nothing of what was written, or is found by the verification.

What the two roles try on each table by itself stands in test_registro and test_catena."""

from __future__ import annotations

import io
import json
from contextlib import suppress

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction

from cycle.database.grants import SOLA_LETTURA
from cycle.models import Obiettivo
from tests import mondo
from tests.fotografia import cambiate, fotografia
from tests.workflows.test_catena import REGISTRO, esito, guasti
from tests.workflows.test_registro import azione, sql
from workflows.registro.models import Ancora, Evento, Modifica, Sigillo

# What anybody may call of what runs with the owner's rights: the doors of the registro, and what
# writes nothing. Whoever adds one says here why it may be.
PORTE = {
    "registro_apri",  # writes an Evento, which stays
    "registro_azione_aperta",  # reads
    "registro_oblia",  # erases names, under an action that says so
    "registro_ancora",  # writes what it computes
    "registro_marca",  # writes a receipt, which its signature proves
    "cycle_statistiche",  # ANALYZE
}


class TestIDirittiDelRuolo:
    def test_r84_it_owns_nothing_and_is_member_of_nothing(self, db: None) -> None:
        [ruolo] = sql(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls, "
            "       (SELECT count(*) FROM pg_auth_members WHERE member = r.oid), "
            "       (SELECT count(*) FROM pg_class WHERE relowner = r.oid "
            "           AND relnamespace = 'public'::regnamespace), "
            "       (SELECT count(*) FROM pg_proc WHERE proowner = r.oid), "
            "       has_schema_privilege('public', 'CREATE'), "
            "       has_database_privilege(current_database(), 'CREATE') "
            "  FROM pg_roles r WHERE rolname = current_user"
        )
        assert ruolo == (False,) * 5 + (0, 0, 0, False, False)

    @pytest.mark.parametrize("tabella", SOLA_LETTURA)
    def test_r84_of_the_registro_it_may_only_read(self, db: None, tabella: str) -> None:
        diritti = sql(
            "SELECT d FROM unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', "
            f"'REFERENCES']) d WHERE has_table_privilege('{tabella}', d) "
            f"   OR d IN ('INSERT', 'UPDATE') AND has_any_column_privilege('{tabella}', d)"
        )
        assert diritti == []

    def test_r84_the_doors_are_these(self, db: None) -> None:
        aperte = sql(
            "SELECT p.proname FROM pg_proc p WHERE p.prosecdef "
            "   AND p.pronamespace = 'public'::regnamespace "
            "   AND has_function_privilege(p.oid, 'EXECUTE')"
        )
        assert {str(nome) for (nome,) in aperte} == PORTE

    def test_r84_whatever_runs_as_the_owner_reads_the_true_tables(self, db: None) -> None:
        """What a session puts in its own temporary schema comes last."""
        altre = sql(
            "SELECT p.proname FROM pg_proc p WHERE p.prosecdef "
            "   AND p.pronamespace = 'public'::regnamespace "
            "   AND NOT coalesce('search_path=public, pg_temp' = ANY (p.proconfig), false)"
        )
        assert altre == []


class TestIlRuoloDellApplicazione:
    @pytest.mark.parametrize(
        "istruzione",
        [
            "SELECT id FROM workflows_evento LIMIT 1 FOR UPDATE",
            "SELECT id FROM workflows_sigillo LIMIT 1 FOR SHARE",
            "INSERT INTO workflows_sigillo SELECT * FROM workflows_sigillo LIMIT 1 "
            "ON CONFLICT (azione) DO UPDATE SET impronta = 'x'",
            "COPY workflows_evento FROM STDIN",
            "COPY (SELECT 1) TO PROGRAM 'true'",
            "ALTER TABLE workflows_evento ENABLE ROW LEVEL SECURITY",
            "CREATE POLICY niente ON workflows_evento USING (false)",
            "ALTER TABLE workflows_evento SET UNLOGGED",
            "ALTER TABLE workflows_evento RENAME TO vecchi",
            "ALTER TABLE workflows_evento SET SCHEMA pg_temp",
            "ALTER TABLE workflows_modifica ALTER COLUMN dopo TYPE text",
            "ALTER TABLE cycle_obiettivo DISABLE TRIGGER registro_modificate",
            "CREATE TABLE pg_temp.figlia () INHERITS (workflows_evento)",
            "CREATE TEMP TABLE altra (LIKE workflows_evento); "
            "ALTER TABLE altra INHERIT workflows_evento",
            "CREATE RULE zitto AS ON UPDATE TO cycle_obiettivo DO INSTEAD NOTHING",
            "CREATE TRIGGER zitto BEFORE UPDATE ON cycle_obiettivo "
            "FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            "CREATE INDEX mio ON workflows_evento (id)",
            "DROP INDEX evento_radice",
            "CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = text, FUNCTION = textne)",
            "CREATE FUNCTION public.sha256(bytea) RETURNS bytea LANGUAGE sql AS 'SELECT $1'",
            "CREATE EXTENSION plpython3u",
            "ALTER FUNCTION registro_apri(bigint, text, text, bigint, text, text, bigint, text, "
            "text, timestamptz, jsonb, jsonb) SECURITY INVOKER",
            "DROP FUNCTION registro_immutabile() CASCADE",
            "SELECT registro_metti_da_parte(1, 'cycle_persona', 1, '\"x\"')",
            "UPDATE pg_trigger SET tgenabled = 'D'",
            "DELETE FROM pg_depend",
            "SET allow_system_table_mods = on",
            "ALTER SYSTEM SET session_replication_role = replica",
            "ALTER DATABASE postgres SET session_replication_role = replica",
            "ALTER DEFAULT PRIVILEGES FOR ROLE ciclo_owner GRANT ALL ON TABLES TO PUBLIC",
            "REASSIGN OWNED BY ciclo_owner TO CURRENT_USER",
            "SELECT pg_read_file('PG_VERSION')",
            "SELECT lo_import('/etc/passwd')",
            "SELECT pg_create_physical_replication_slot('x')",
            "SELECT setval('workflows_evento_id_seq', 1)",
            "ALTER SEQUENCE workflows_evento_id_seq RESTART",
        ],
    )
    def test_r84_every_other_way_is_refused(self, db: None, istruzione: str) -> None:
        prima = fotografia()
        with pytest.raises(DatabaseError):
            sql(*istruzione.split("; "))
        assert cambiate(prima, fotografia()) == {}

    @pytest.mark.parametrize(
        "istruzione",
        [
            # the numbers of the session's sequences are what the seal is told by
            "DISCARD SEQUENCES",
            "SELECT nextval('workflows_evento_id_seq') FROM generate_series(1, 100)",
            # and settings of the session what an action is known by
            "SELECT set_config('ciclo.azione', '', true)",
            "SET LOCAL search_path = pg_temp",
            "SET LOCAL row_security = off",
            "SET LOCAL check_function_bodies = off",
            "SET LOCAL session_preload_libraries = ''",
            "SET LOCAL standard_conforming_strings = off",
            "SET LOCAL quote_all_identifiers = on",
            "SET LOCAL extra_float_digits = -15",
            "SET LOCAL enable_indexscan = off",
            "SET LOCAL work_mem = '64kB'",
            "SET LOCAL statement_timeout = 1",
            "SET CONSTRAINTS sigillo IMMEDIATE",
        ],
    )
    def test_r84_no_setting_of_the_session_leaves_a_row_without_its_seal(
        self, db_vera: None, istruzione: str
    ) -> None:
        """Where it can, the transaction does not commit; else what it wrote is sealed."""
        o = mondo.in_stato("bozza")
        with suppress(DatabaseError), azione(o), connection.cursor() as cursore:
            with suppress(DatabaseError), transaction.atomic():
                cursore.execute(istruzione)
            cursore.execute("UPDATE public.cycle_obiettivo SET titolo = 'Y' WHERE id = %s", [o.pk])
            cursore.execute("SET LOCAL statement_timeout = 0")
        assert guasti() == []
        scritta = Modifica.objects.filter(riga_id=o.pk, dopo={"titolo": "Y"})
        assert scritta.exists() == (mondo.obiettivo(o.codice).titolo == "Y")

    def test_r84_a_temporary_registro_is_read_by_nobody_else(self, db_vera: None) -> None:
        o = mondo.in_stato("bozza")
        with azione(o) as numero, connection.cursor() as cursore:
            for tabella in ("evento", "modifica", "sigillo"):
                cursore.execute(
                    f"CREATE TEMP TABLE workflows_{tabella} ON COMMIT DROP AS "
                    f"SELECT * FROM public.workflows_{tabella} LIMIT 0"
                )
            cursore.execute("UPDATE cycle_obiettivo SET titolo = 'Z' WHERE id = %s", [o.pk])
            cursore.execute("SELECT count(*) FROM workflows_modifica")
            assert cursore.fetchone() == (0,)
        assert Modifica.objects.filter(evento_id=numero, dopo={"titolo": "Z"}).exists()
        assert guasti() == []

    def test_r84_an_evento_that_it_invents_moves_nothing_and_stays(self, db_vera: None) -> None:
        """The door is open to the application: what is said there is kept for ever, as said by a
        transaction that changed nothing. It unlocks no state and takes nobody's place."""
        o = mondo.in_stato("bozza")
        altri = list(Evento.objects.order_by("pk").values())
        passo = {"oggetto": o.pk, "radice": o.pk, "da": "bozza", "a": "approvato", "ruolo": ""}
        sql(
            f"SELECT registro_apri({o.ente_id}, 'obiettivo', 'approva', 1, 'giunta', 'finto', NULL,"
            " 'web', 'eseguito', '2020-01-01', NULL, "
            f"'{json.dumps([passo])}')"
        )
        finto = Evento.objects.latest("pk")
        assert (finto.motivazione, finto.registrato_il.year > 2020) == ("finto", True)
        assert list(Evento.objects.order_by("pk").exclude(pk=finto.pk).values()) == altri
        assert not Modifica.objects.filter(evento_id=finto.pk).exists()
        with pytest.raises(DatabaseError, match="R1"):
            sql(f"UPDATE cycle_obiettivo SET stato = 'proposta' WHERE id = {o.pk}")
        assert guasti() == []

    @pytest.mark.parametrize("voci", ["[]", "null", "{}", '"x"', '[{"oggetto": "uno"}]'])
    def test_r84_an_action_over_nothing_is_none(self, db_vera: None, voci: str) -> None:
        o = mondo.in_stato("bozza")
        with suppress(DatabaseError):
            sql(
                f"SELECT registro_apri({o.ente_id}, 'obiettivo', 'modifica', 1, '', '', NULL, "
                f"'web', 'eseguito', now(), NULL, '{voci}')",
                f"UPDATE cycle_obiettivo SET titolo = 'Senza voci' WHERE id = {o.pk}",
            )
        for m in Modifica.objects.filter(dopo={"titolo": "Senza voci"}):
            assert Evento.objects.get(pk=m.evento_id).fuori_procedura
        assert guasti() == []

    @pytest.mark.parametrize("fuso", ["X-167:59:59", "Pacific/Kiritimati", "Europe/Rome"])
    def test_r85_no_anchor_of_days_to_come(self, db_vera: None, fuso: str) -> None:
        """One dated a week ahead would keep the next ones from being made."""
        o = mondo.in_stato("bozza")
        sql(f"SELECT registro_ancora({o.ente_id}, '{fuso}')")
        [(avanti,)] = sql(
            "SELECT max(giorno) - (now() AT TIME ZONE 'UTC')::date FROM workflows_ancora"
        )
        assert 0 <= int(str(avanti)) <= 1
        assert guasti() == []

    def test_r84_deletions_and_bulk_changes_are_written_too(self, db_vera: None) -> None:
        """No way of changing a row goes unseen: MERGE, COPY, a WITH that deletes, a cascade."""
        o = mondo.in_stato("bozza")
        prima = Modifica.objects.count()
        sql(
            f"MERGE INTO cycle_obiettivo a USING (SELECT {o.pk} AS id) b ON a.id = b.id "
            "WHEN MATCHED THEN UPDATE SET titolo = 'Con MERGE'"
        )
        sql(
            f"WITH t AS (DELETE FROM cycle_collaboratore WHERE obiettivo_id = {o.pk} RETURNING id) "
            "SELECT count(*) FROM t"
        )
        with transaction.atomic(), connection.cursor() as cursore:
            cursore.execute(
                "UPDATE cycle_indicatore SET nome = nome || '.' WHERE obiettivo_id = %s", [o.pk]
            )
        fatte = list(Modifica.objects.order_by("pk").values_list("tabella", "operazione")[prima:])
        assert fatte == [
            ("cycle_obiettivo", "U"),
            *[("cycle_collaboratore", "D")] * 2,
            *[("cycle_indicatore", "U")] * 3,
        ]
        assert guasti() == []


class TestIlPadrone:
    @pytest.mark.parametrize("tabella", REGISTRO)
    @pytest.mark.parametrize(
        "istruzione",
        [
            "UPDATE {t} SET ente_id = ente_id",
            "DELETE FROM {t}",
            "TRUNCATE {t}",
            "MERGE INTO {t} a USING {t} b ON a.ente_id = b.ente_id WHEN MATCHED THEN DELETE",
            "SET session_replication_role = replica",
        ],
    )
    def test_r84_with_the_guards_standing_it_rewrites_nothing(
        self, db_vera: None, tabella: str, istruzione: str
    ) -> None:
        prima = esito()
        with pytest.raises(DatabaseError):
            sql(istruzione.format(t=tabella), alias="owner")
        assert esito() == prima

    def test_r84_a_function_of_its_own_that_seals_otherwise_is_found(self, db_vera: None) -> None:
        """The verifier says by itself what is digested, and does not ask the database."""
        sql(
            "CREATE OR REPLACE FUNCTION registro_sigilla_azione() RETURNS trigger "
            "LANGUAGE plpgsql AS $$ BEGIN INSERT INTO workflows_sigillo SELECT NEW.azione, "
            "NEW.ente_id, 0, (SELECT max(progressivo) + 1 FROM workflows_sigillo "
            "WHERE ente_id = NEW.ente_id AND flusso = 0), 1, 0, sha256('mio'); RETURN NULL; END $$",
            "ALTER FUNCTION registro_sigilla_azione() SECURITY DEFINER",
            alias="owner",
        )
        with azione(mondo.in_stato("bozza")) as numero:
            pass
        assert guasti()[0].startswith(f"azione {numero} ")

    def test_r84_without_the_sealing_trigger_what_is_written_is_found(self, db_vera: None) -> None:
        sql("ALTER TABLE workflows_evento DISABLE TRIGGER sigillo", alias="owner")
        with azione(mondo.in_stato("bozza")) as numero:
            pass
        sql("ALTER TABLE workflows_evento ENABLE ALWAYS TRIGGER sigillo", alias="owner")
        assert guasti() == [f"azione {numero}: righe aggiunte, 1 senza il sigillo che le copre."]

    def test_r84_a_row_hidden_by_a_policy_is_found(self, db_vera: None) -> None:
        """Rows hidden from who reads are rows that are not there."""
        uno = Evento.objects.filter(verbo="proponi").earliest("pk")
        sql(
            "ALTER TABLE workflows_evento ENABLE ROW LEVEL SECURITY",
            f"CREATE POLICY nascosta ON workflows_evento USING (id <> {uno.pk})",
            alias="owner",
        )
        assert any("righe tolte" in g for g in guasti())

    def test_r84_a_row_of_a_child_table_is_found(self, db_vera: None) -> None:
        """Inheritance adds rows to what is read, past the triggers of the parent."""
        sql(
            "CREATE TABLE figlia () INHERITS (workflows_evento)",
            "GRANT SELECT ON figlia TO PUBLIC",
            "INSERT INTO figlia SELECT * FROM ONLY workflows_evento WHERE id = "
            "(SELECT min(id) FROM workflows_evento WHERE verbo = 'proponi')",
            alias="owner",
        )
        assert any("righe aggiunte" in g for g in guasti())

    def test_r84_the_last_action_taken_away_with_its_link_is_found(self, db_vera: None) -> None:
        """With an anchor after it; without one, the tail is the only thing that can be cut."""
        with azione(mondo.in_stato("bozza")) as numero:
            Obiettivo.objects.filter(pk=mondo.in_stato("bozza").pk).update(titolo="Ultimo")
        call_command("ancora_registro", stdout=io.StringIO())
        assert Ancora.objects.exists()
        with connections["owner"].cursor() as cursore:
            for tabella, colonna in (
                ("workflows_modifica", "evento_id"),
                ("workflows_evento", "azione"),
                ("workflows_sigillo", "azione"),
            ):
                cursore.execute(f"ALTER TABLE {tabella} DISABLE TRIGGER USER")
                cursore.execute(f"DELETE FROM {tabella} WHERE {colonna} >= {numero}")
        assert not Sigillo.objects.filter(azione=numero).exists()
        assert any("coda tolta" in g for g in guasti())

    @pytest.mark.parametrize(
        ("istruzione", "detto"),
        [
            ("UPDATE cycle_indicatore SET nome = 'Altro' WHERE obiettivo_id = {pk}", "la dice"),
            ("DELETE FROM cycle_collaboratore WHERE obiettivo_id = {pk}", "e non c'è"),
            (
                "INSERT INTO cycle_obiettivonodo (ente_id, obiettivo_id, nodo_id) SELECT ente_id, "
                "{altro}, nodo_id FROM cycle_obiettivonodo WHERE obiettivo_id = {pk} LIMIT 1",
                "non la conosce",
            ),
        ],
    )
    def test_r84_what_is_done_with_the_triggers_stopped_is_found(
        self, db_vera: None, istruzione: str, detto: str
    ) -> None:
        """The chain is whole: it is the tables that are not what it says."""
        o, altro = mondo.in_stato("bozza"), mondo.in_stato("approvato")
        tabella = istruzione.replace("INTO", "FROM").replace("UPDATE", "FROM").split("FROM ")[1]
        tabella = tabella.split()[0]
        sql(f"ALTER TABLE {tabella} DISABLE TRIGGER USER", alias="owner")
        if "INSERT" in istruzione:
            sql(f"DELETE FROM {tabella} WHERE obiettivo_id = {altro.pk}", alias="owner")
        sql(istruzione.format(pk=o.pk, altro=altro.pk), alias="owner")
        sql(f"ALTER TABLE {tabella} ENABLE TRIGGER USER", alias="owner")
        muto = io.StringIO()
        call_command("verifica_registro", stdout=muto, stderr=muto)
        with pytest.raises(CommandError, match=f"(?s){tabella} .*{detto}"):
            call_command("verifica_registro", "--tabelle", stdout=muto, stderr=muto)


def test_r84_the_tables_are_what_the_registro_says(db_vera: None) -> None:
    detto = io.StringIO()
    call_command("verifica_registro", "--tabelle", stdout=detto, stderr=io.StringIO())
    assert "integro" in detto.getvalue()
