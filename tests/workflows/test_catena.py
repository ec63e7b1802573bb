# SPDX-License-Identifier: AGPL-3.0-or-later
"""The chain of the registro (R84): what the owner of the tables does by hand is found, what the
application's role tries is refused, and eight who write at once leave no gap."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction

from cycle.models import Obiettivo
from cycle.procedures import OBIETTIVO
from tests import mondo
from tests.workflows.test_registro import azione, sql
from workflows.engine import execute
from workflows.registro import forma, traccia, verificatore
from workflows.registro.models import Ancora, Evento, Modifica, Sigillo
from workflows.registro.traccia import Esito


def esito(**opzioni: object) -> Esito:
    with traccia.aperta(**opzioni) as aperta:  # type: ignore[arg-type]
        *_passi, finale = traccia.verifica(aperta)
    assert isinstance(finale, Esito)
    return finale


def guasti(**opzioni: object) -> list[str]:
    return esito(**opzioni).guasti


REGISTRO = ("workflows_evento", "workflows_modifica", "workflows_sigillo", "workflows_ancora")


@contextmanager
def padrone() -> Iterator[None]:
    """The owner, with every guard of the registro stopped."""
    for tabella in REGISTRO:
        sql(f"ALTER TABLE {tabella} DISABLE TRIGGER USER", alias="owner")
    yield
    for tabella in REGISTRO:
        sql(f"ALTER TABLE {tabella} ENABLE TRIGGER USER", alias="owner")


# By the statements of this transaction, from the tables of the registro and through their indexes.
_LETTE = """
SELECT sum(pg_stat_get_xact_tuples_fetched(r) + pg_stat_get_xact_tuples_returned(r))
  FROM (SELECT unnest(%s::regclass[]) AS r
        UNION ALL SELECT indexrelid FROM pg_index WHERE indrelid = ANY (%s::regclass[])) t
"""


class TestIntegro:
    def test_r84_the_registro_of_the_world_verifies(self, db_vera: None) -> None:
        trovato = esito()
        assert trovato.guasti == []
        assert trovato.righe == Evento.objects.count() + Modifica.objects.count()
        assert trovato.anelli == Sigillo.objects.count()
        assert set(Evento.objects.values_list("azione", flat=True)) == set(
            Sigillo.objects.values_list("azione", flat=True)
        )

    def test_r84_in_any_stretches_the_same(
        self, db_vera: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for tratto in (1, 7, 100):
            monkeypatch.setattr(traccia, "TRATTO", tratto)
            assert guasti() == []
            for e in ("alfa", "beta"):
                assert guasti(ente_id=mondo.ente(e).pk) == []

    def test_r84_from_a_day_on(self, db_vera: None) -> None:
        mezzo = Evento.objects.order_by("registrato_il")[Evento.objects.count() // 2].registrato_il
        da_qui = esito(da=mezzo)
        assert da_qui.guasti == []
        assert 0 < da_qui.anelli < Sigillo.objects.count()
        assert esito(da=datetime(2100, 1, 1, tzinfo=UTC)).righe == 0

    def test_r84_the_words_that_are_digested_are_the_database_s(self, db_vera: None) -> None:
        [(corpo,)] = sql("SELECT prosrc FROM pg_proc WHERE proname = 'registro_sigilla'")
        for parole in (forma.EVENTO, forma.MODIFICA, forma.SIGILLO):
            assert parole in str(corpo)

    def test_r84_whatever_the_session_says(self, db_vera: None) -> None:
        """Texts, times and numbers are the same under other settings, and any character passes."""
        o = mondo.in_stato("bozza")
        with azione(o), connection.cursor() as cursore:
            cursore.execute("SET LOCAL TimeZone = 'Pacific/Auckland'")
            cursore.execute("SET LOCAL DateStyle = 'German'")
            cursore.execute("SET LOCAL bytea_output = 'escape'")
            titolo = 'barra \\ tab \t a capo \n \r virgolette " \\N \\n emoji \U0001f512 \x7f'
            cursore.execute("UPDATE cycle_obiettivo SET titolo = %s WHERE id = %s", [titolo, o.pk])
        assert guasti() == []

    def test_r84_a_transaction_of_many_actions_and_a_rollback_inside(self, db_vera: None) -> None:
        o = mondo.in_stato("bozza")
        with azione(o) as prima:
            Obiettivo.objects.filter(pk=o.pk).update(titolo="Uno")
            with suppress(ZeroDivisionError), azione(o):
                Obiettivo.objects.filter(pk=o.pk).update(titolo="Mai stato")
                raise ZeroDivisionError
            with azione(o) as seconda:
                Obiettivo.objects.filter(pk=o.pk).update(titolo="Due")
        assert {s.azione for s in Sigillo.objects.filter(azione__gte=prima)} == {prima, seconda}
        assert guasti() == []

    def test_r84_each_row_is_read_by_one_seal_however_many_the_actions(self, db_vera: None) -> None:
        """Counted by the server: rows of the registro fetched to seal so many actions at once."""
        o = mondo.in_stato("bozza")
        lette: dict[int, int] = {}
        lette_qui = ["workflows_evento", "workflows_modifica", "workflows_sigillo"]
        for quante in (10, 80):
            with transaction.atomic(), connection.cursor() as cursore:
                for n in range(quante):
                    with azione(o):
                        Obiettivo.objects.filter(pk=o.pk).update(titolo=f"Giro {n} di {quante}")
                cursore.execute(_LETTE, [lette_qui, lette_qui])
                [prima] = cursore.fetchone()
                cursore.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursore.execute(_LETTE, [lette_qui, lette_qui])
                lette[quante] = cursore.fetchone()[0] - prima
        assert 0 < lette[80] <= 9 * lette[10], lette
        assert guasti() == []

    def test_r84_who_brings_the_seal_forward_writes_out_of_procedure(self, db_vera: None) -> None:
        """SET CONSTRAINTS is nobody's privilege: what comes after the seal is not of the action,
        and is sealed too."""
        o = mondo.in_stato("bozza")
        with azione(o) as numero, connection.cursor() as cursore:
            cursore.execute("SET CONSTRAINTS ALL IMMEDIATE")
            assert Sigillo.objects.filter(azione=numero).exists()
            cursore.execute("UPDATE cycle_obiettivo SET titolo = 'Dopo' WHERE id = %s", [o.pk])
            cursore.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursore.execute("UPDATE cycle_obiettivo SET titolo = 'E poi' WHERE id = %s", [o.pk])
        assert not Modifica.objects.filter(evento_id=numero).exists()
        for modifica in Modifica.objects.order_by("-pk")[:2]:
            assert Evento.objects.get(pk=modifica.evento_id).fuori_procedura
        assert guasti() == []

    def test_r84_what_changes_no_row_is_sealed_too(self, db_vera: None) -> None:
        from workflows.registro import azioni

        o = mondo.in_stato("bozza")
        with azione(o) as numero:
            azioni.registra_lettura(
                ente_id=o.ente_id,
                procedura="registro",
                verbo="consulta",
                passi=[azioni.Voce(o.pk)],
                attore=mondo.attore("UNO PO"),
                istante=mondo.ADESSO,
            )
            Obiettivo.objects.filter(pk=o.pk).update(titolo="Sempre dell'azione")
        assert Modifica.objects.latest("pk").evento_id == numero
        assert Evento.objects.get(verbo="consulta").esito == "letto"
        assert guasti() == []

    def test_r84_eight_who_write_at_once_leave_no_gap(self, db_vera: None) -> None:
        ids = [
            Obiettivo.objects.create(
                ente=mondo.ente(),
                ciclo=mondo.ciclo(),
                codice=f"G{n}",
                titolo="x",
                unita=mondo.obiettivo("OE01").unita,
            ).pk
            for n in range(8)
        ]
        errori: list[BaseException] = []
        pronti = threading.Barrier(8)

        def scrivi(pk: int) -> None:
            try:
                pronti.wait(60)
                for n in range(10):
                    with azione(Obiettivo.objects.get(pk=pk)):
                        Obiettivo.objects.filter(pk=pk).update(titolo=f"Giro {n}")
            except BaseException as errore:
                errori.append(errore)
            finally:
                connections.close_all()

        fili = [threading.Thread(target=scrivi, args=(pk,)) for pk in ids]
        for filo in fili:
            filo.start()
        for filo in fili:
            filo.join()
        assert errori == []
        assert guasti() == []
        flussi: dict[int, list[int]] = {}
        for s in Sigillo.objects.filter(ente_id=mondo.ente().pk).order_by("progressivo"):
            flussi.setdefault(s.flusso, []).append(s.progressivo)
        assert sum(map(len, flussi.values())) >= 88
        for posti in flussi.values():
            assert posti == list(range(1, len(posti) + 1))


# what the owner does, with the guards stopped -> what the verification says of it
GUASTI = {
    "an Evento is edited": (
        "UPDATE workflows_evento SET motivazione = 'altro' WHERE id = {evento}",
        "modificati o spostati",
    ),
    "its date is moved back": (
        "UPDATE workflows_evento SET registrato_il = registrato_il - interval '1 us' "
        "WHERE id = {evento}",
        "modificati o spostati",
    ),
    "a Modifica is edited": (
        'UPDATE workflows_modifica SET dopo = dopo || \'{{"titolo": "Falso"}}\' '
        "WHERE id = {modifica}",
        "modificati o spostati",
    ),
    "a Modifica is given to another Evento": (
        "UPDATE workflows_modifica SET evento_id = {altro} WHERE id = {modifica}",
        "righe",
    ),
    "an Evento is removed": ("DELETE FROM workflows_evento WHERE id = {evento}", "righe"),
    "a Modifica is removed": (
        "DELETE FROM workflows_modifica WHERE id = {modifica}",
        "righe tolte",
    ),
    "an Evento is inserted": (
        "INSERT INTO workflows_evento SELECT (e.t).* FROM (SELECT jsonb_populate_record(t, "
        "jsonb_build_object('id', nextval('workflows_evento_id_seq'))) AS t "
        "FROM workflows_evento t WHERE t.id = {evento}) e",
        "righe aggiunte",
    ),
    "a Modifica is inserted": (
        "INSERT INTO workflows_modifica SELECT (m.t).* FROM (SELECT jsonb_populate_record(t, "
        "jsonb_build_object('id', nextval('workflows_modifica_id_seq'))) AS t "
        "FROM workflows_modifica t WHERE t.id = {modifica}) m",
        "righe aggiunte",
    ),
    "a Modifica of no Evento": (
        "INSERT INTO workflows_modifica SELECT (m.t).* FROM (SELECT jsonb_populate_record(t, "
        "jsonb_build_object('id', nextval('workflows_modifica_id_seq'), 'evento_id', 999999)) AS t "
        "FROM workflows_modifica t WHERE t.id = {modifica}) m",
        "righe aggiunte",
    ),
    "two Modifiche change places": (
        "UPDATE workflows_modifica m SET prima = a.prima, dopo = a.dopo FROM workflows_modifica a "
        "WHERE (m.id, a.id) IN (({modifica}, {altra}), ({altra}, {modifica}))",
        "modificati o spostati",
    ),
    "a link is removed with its rows": (
        "WITH m AS (DELETE FROM workflows_modifica WHERE evento_id = {evento}), "
        "e AS (DELETE FROM workflows_evento WHERE id = {evento}) "
        "DELETE FROM workflows_sigillo WHERE azione = {evento}",
        "anelli tolti",
    ),
    "only the link is removed": (
        "DELETE FROM workflows_sigillo WHERE azione = {evento}",
        "righe aggiunte",
    ),
    "a link is edited": (
        "UPDATE workflows_sigillo SET impronta = sha256('x') WHERE azione = {evento}",
        "modificati o spostati",
    ),
    "two links change places": (
        "WITH p AS (SELECT azione, progressivo FROM workflows_sigillo "
        "WHERE azione IN ({evento}, {altro})) UPDATE workflows_sigillo s "
        "SET progressivo = a.progressivo, impronta = sha256('y') FROM p, p a "
        "WHERE s.azione = p.azione AND a.azione <> p.azione",
        "modificati o spostati",
    ),
}


class TestIlPadrone:
    @pytest.mark.parametrize("che_cosa", GUASTI)
    def test_r84_what_the_owner_does_is_found(self, db_vera: None, che_cosa: str) -> None:
        istruzione, atteso = GUASTI[che_cosa]
        eventi = list(
            Evento.objects.filter(verbo="proponi", ente_id=mondo.ente().pk)
            .order_by("pk")
            .values_list("pk", flat=True)[:2]
        )
        modifica = Modifica.objects.filter(evento_id=eventi[0]).earliest("pk")
        altra = Modifica.objects.filter(operazione="I").latest("pk")
        if "places" in che_cosa and "links" in che_cosa:
            sql("ALTER TABLE workflows_sigillo DROP CONSTRAINT sigillo_anello", alias="owner")
        with padrone():
            sql(
                istruzione.format(
                    evento=eventi[0], altro=eventi[1], modifica=modifica.pk, altra=altra.pk
                ),
                alias="owner",
            )
        trovati = guasti()
        assert trovati, che_cosa
        assert atteso in " ".join(trovati)
        with pytest.raises(CommandError, match="Il primo guasto"):
            call_command("verifica_registro", stdout=io.StringIO(), stderr=io.StringIO())

    def test_r84_the_first_that_is_broken_is_named_first(self, db_vera: None) -> None:
        eventi = list(Evento.objects.filter(verbo="proponi").order_by("pk")[:3])
        with padrone():
            for e in reversed(eventi):
                sql(f"UPDATE workflows_evento SET verbo = 'x' WHERE id = {e.pk}", alias="owner")
        assert guasti()[0].startswith(f"azione {eventi[0].azione} ")
        assert len(guasti()) == 3

    def test_r84_a_cut_tail_is_found_against_an_anchor(self, db_vera: None) -> None:
        for e in ("alfa", "beta"):
            call_command("ancora_registro", "--ente", e, stdout=io.StringIO())
        assert esito().ancore == 2
        ultimo = Sigillo.objects.filter(ente_id=mondo.ente().pk).latest("azione")
        with padrone():
            sql(
                f"DELETE FROM workflows_modifica WHERE evento_id >= {ultimo.azione}",
                f"DELETE FROM workflows_evento WHERE id >= {ultimo.azione}",
                f"DELETE FROM workflows_sigillo WHERE azione >= {ultimo.azione}",
                alias="owner",
            )
        assert any("coda tolta" in g for g in guasti())

    def test_r84_history_written_anew_is_found_against_an_anchor_kept_outside(
        self, db_vera: None
    ) -> None:
        """The owner can make every link again: what was printed before says otherwise."""
        detto = io.StringIO()
        call_command("ancora_registro", "--ente", "alfa", stdout=detto)
        _ipa, nota = detto.getvalue().split()
        silenzio = io.StringIO()
        call_command("verifica_registro", "--ancora", nota, stdout=silenzio, stderr=silenzio)
        with padrone():
            sql(
                "UPDATE workflows_evento SET motivazione = 'altro' WHERE verbo = 'proponi'",
                "DELETE FROM workflows_sigillo",
                "SELECT registro_sigilla(a.azione, a.ente_id, a.ultimo) FROM (SELECT azione, "
                "min(ente_id) AS ente_id, max(id) AS ultimo FROM workflows_evento GROUP BY azione "
                "ORDER BY azione) a",
                alias="owner",
            )
            assert guasti()[0].startswith("azione")  # the anchor that is stored says so already
            sql("DELETE FROM workflows_ancora", alias="owner")
            sql(f"SELECT registro_ancora({mondo.ente().pk}, 'Europe/Rome')", alias="owner")
        assert guasti() == []
        with pytest.raises(CommandError, match="storia è stata riscritta"):
            call_command("verifica_registro", "--ancora", nota, stdout=silenzio, stderr=silenzio)

    def test_r84_an_anchor_edited_or_taken_away_is_found(self, db_vera: None) -> None:
        call_command("ancora_registro", stdout=io.StringIO())
        with padrone():  # yesterday's, and then today's over it
            sql("UPDATE workflows_ancora SET giorno = giorno - 1", alias="owner")
        assert guasti() == []  # the day stands in the text, which is what was digested
        call_command("ancora_registro", stdout=io.StringIO())
        assert guasti() == []
        with padrone():
            sql("DELETE FROM workflows_ancora WHERE giorno < current_date", alias="owner")
        assert any("è stata tolta" in g for g in guasti())

    def test_r84_a_value_put_apart_is_not_swapped(self, db_vera: None) -> None:
        sql("ALTER TABLE workflows_riservato DISABLE TRIGGER USER", alias="owner")
        sql(
            "UPDATE workflows_riservato SET valore = '\"ALTRO NOME\"' "
            "WHERE id = (SELECT min(id) FROM workflows_riservato)",
            alias="owner",
        )
        assert "riservato" in guasti()[0]

    def test_r90_a_value_put_apart_is_not_taken_away_in_silence(self, db_vera: None) -> None:
        sql(f"DELETE FROM workflows_riservato WHERE ente_id = {mondo.ente().pk}", alias="owner")
        assert "nessuna azione" in guasti()[0]

    def test_r90_the_chain_holds_after_an_erasure(self, db_vera: None) -> None:
        from tests.workflows.test_oblio import cancella, nel_registro, persona_con_tracce

        tolti = cancella(persona_con_tracce())
        assert nel_registro("zuccarello") == []
        trovato = esito()
        assert (trovato.guasti, trovato.obliati) == ([], tolti)

    def test_r84_an_action_of_before_a_restore_opens_nothing(self, db_vera: None) -> None:
        """The number of a transaction comes back on another server; its instant does not."""
        o = mondo.in_stato("bozza")
        vecchio = Evento.objects.filter(verbo="proponi").latest("pk")
        with transaction.atomic(), connection.cursor() as cursore:
            with padrone(), connections["owner"].cursor() as suo:
                cursore.execute("SELECT pg_current_xact_id()::text")
                suo.execute(
                    "UPDATE workflows_evento SET transazione = %s WHERE id = %s",
                    [cursore.fetchone()[0], vecchio.pk],
                )
                suo.execute("DELETE FROM workflows_sigillo WHERE azione = %s", [vecchio.azione])
            cursore.execute("SELECT set_config('ciclo.azione', %s, true)", [f"{vecchio.pk}:1"])
            cursore.execute("UPDATE cycle_obiettivo SET titolo = 'X' WHERE id = %s", [o.pk])
        assert Evento.objects.get(pk=Modifica.objects.latest("pk").evento_id).fuori_procedura


class TestIlRuoloDellApplicazione:
    @pytest.mark.parametrize("tabella", ["sigillo", "ancora", "marca", "riservato"])
    @pytest.mark.parametrize(
        "istruzione",
        [
            "INSERT INTO {t} SELECT * FROM {t} LIMIT 1",
            "UPDATE {t} SET id = id",
            "DELETE FROM {t}",
            "TRUNCATE {t}",
            "ALTER TABLE {t} DISABLE TRIGGER ALL",
            "DROP TRIGGER immutabile ON {t}",
            "DROP TABLE {t}",
            "LOCK {t} IN ACCESS EXCLUSIVE MODE",
        ],
    )
    def test_r84_it_only_reads(self, db: None, tabella: str, istruzione: str) -> None:
        with pytest.raises(DatabaseError, match=r"permission denied|must be owner|does not exist"):
            sql(istruzione.format(t=f"workflows_{tabella}"))

    @pytest.mark.parametrize(
        "istruzione",
        [
            "SELECT registro_sigilla(1, 1, 1)",
            "SELECT registro_sigilla_azione()",
            "ALTER TABLE workflows_evento DISABLE TRIGGER sigillo",
            "DROP TRIGGER sigillo ON workflows_evento",
            "ALTER FUNCTION registro_sigilla(bigint, bigint, bigint) RENAME TO x",
            "SET session_replication_role = replica",
            "SET LOCAL session_replication_role = replica",
            "ALTER ROLE CURRENT_USER SET session_replication_role = replica",
            "SET SESSION AUTHORIZATION ciclo_owner",
            "COPY workflows_sigillo FROM PROGRAM 'true'",
            "CREATE EVENT TRIGGER mio ON ddl_command_start EXECUTE FUNCTION registro_immutabile()",
        ],
    )
    def test_r84_it_makes_no_link_and_stops_none(self, db: None, istruzione: str) -> None:
        with pytest.raises(DatabaseError):
            sql(istruzione)

    def test_r84_not_even_a_function_of_the_owner_rewrites_it(self, db_vera: None) -> None:
        """The guard is on the table, whoever asks: also a SECURITY DEFINER function."""
        for tabella in (*REGISTRO, "workflows_marca"):
            sql(
                f"CREATE FUNCTION fa_{tabella}() RETURNS void LANGUAGE sql SECURITY DEFINER "
                f"AS 'DELETE FROM {tabella}'",
                alias="owner",
            )
            with pytest.raises(DatabaseError, match="R84"):
                sql(f"SELECT fa_{tabella}()")

    def test_r84_no_setting_stops_the_guards(self, db_vera: None) -> None:
        """They fire also where a session replays another server's writes."""
        righe = sql(
            "SELECT c.relname || '.' || t.tgname, t.tgenabled FROM pg_trigger t "
            "JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal "
            "AND (t.tgname = 'immutabile' AND c.relname LIKE 'workflows\\_%' "
            "     OR t.tgname = 'sigillo')"
        )
        assert len(righe) == 7
        assert {str(come) for _, come in righe} == {"A"}


def _pg(programma: str, *argomenti: str) -> None:
    """Run one of PostgreSQL's programs as the owner, on the server of the tests."""
    from cycle.database.embedded import programs

    dove = connections["owner"].get_connection_params()
    esito = subprocess.run(
        [
            str(programs() / programma),
            f"--host={dove['host']}",
            f"--port={dove['port']}",
            f"--username={dove['user']}",
            *argomenti,
        ],
        env={"PGPASSWORD": dove["password"], "PATH": "", "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert esito.returncode == 0, esito.stderr


def test_r84_a_restore_from_pg_dump_verifies_and_goes_on(db_vera: None, tmp_path: Path) -> None:
    from django.conf import settings

    from cycle.database import cloni
    from tests.conftest import punta

    call_command("ancora_registro", stdout=io.StringIO())
    prima = esito()
    vecchio = settings.DATABASES["owner"]["NAME"]
    nuovo = f"{vecchio}_copia"
    copia = tmp_path / "copia.dump"
    _pg("pg_dump", "--format=custom", f"--file={copia}", vecchio)
    _pg("createdb", nuovo)
    try:
        _pg("pg_restore", "--exit-on-error", f"--dbname={nuovo}", str(copia))
        punta(nuovo)
        dopo = esito()
        assert dopo == prima
        assert dopo.guasti == []
        mondo.muovi(mondo.in_stato("bozza"), "proponi", "UNO DIRIGENTE")
        assert esito().guasti == []
        assert esito().anelli == prima.anelli + 1
        with pytest.raises(DatabaseError, match="R84"):
            sql("DELETE FROM workflows_sigillo", alias="owner")
    finally:
        punta(vecchio)
        cloni.elimina(nuovo)


class TestTracciaEsportata:
    def esporta(self, tmp_path: Path, *altro: str) -> Path:
        import zipfile

        archivio = tmp_path / "registro.zip"
        call_command("esporta_registro", "--ente", "alfa", *altro, archivio, stdout=io.StringIO())
        with zipfile.ZipFile(archivio) as z:
            z.extractall(tmp_path)
        return tmp_path

    def verifica(self, dove: Path, *note: str) -> subprocess.CompletedProcess[str]:
        """As who received the archive does: isolated, with the standard library only."""
        return subprocess.run(
            [sys.executable, "-I", "-S", "verificatore.py", "traccia.jsonl", *note],
            cwd=dove,
            capture_output=True,
            text=True,
            check=False,
        )

    def test_r85_it_is_verified_anywhere(self, db_vera: None, tmp_path: Path) -> None:
        detto = io.StringIO()
        call_command("ancora_registro", "--ente", "alfa", stdout=detto)
        dove = self.esporta(tmp_path)
        nota = detto.getvalue().split()[1]
        corsa = self.verifica(dove, nota)
        assert corsa.returncode == 0, corsa.stdout
        assert "integro" in corsa.stdout
        altra = nota.split("=")[0] + "=" + "0" * 64
        assert self.verifica(dove, altra).returncode == 1
        assert Evento.objects.get(procedura="registro").verbo == "esporta"

    def test_r85_from_a_day_on(self, db_vera: None, tmp_path: Path) -> None:
        dove = self.esporta(tmp_path, "--da", datetime.now(UTC).date().isoformat())
        assert self.verifica(dove).returncode == 0

    @pytest.mark.parametrize("come", ["edited", "removed", "moved", "repeated", "cut", "nonsense"])
    def test_r84_what_is_done_to_the_file_is_found(
        self, db_vera: None, tmp_path: Path, come: str
    ) -> None:
        call_command("ancora_registro", "--ente", "alfa", stdout=io.StringIO())
        dove = self.esporta(tmp_path)
        file = dove / "traccia.jsonl"
        righe = file.read_bytes().splitlines(keepends=True)
        n = next(i for i, r in enumerate(righe) if b'"proponi"' in r)
        match come:
            case "edited":
                righe[n] = righe[n].replace(b"proponi", b"approva")
            case "removed":
                del righe[n]
            case "moved":
                righe[n], righe[n + 1] = righe[n + 1], righe[n]
                m = next(i for i, r in enumerate(righe) if r.startswith(b'["M"'))
                del righe[m]
            case "repeated":
                righe.insert(n, righe[n])
            case "cut":
                righe = [r for r in righe if not r.startswith(b'["S"')]
            case "nonsense":
                righe[n] = b"?\n"
        file.write_bytes(b"".join(righe))
        corsa = self.verifica(dove)
        assert corsa.returncode == 1, corsa.stdout
        assert "ROTTO" in corsa.stdout

    def test_r84_the_two_ways_of_verifying_agree(self, db_vera: None, tmp_path: Path) -> None:
        dove = self.esporta(tmp_path)
        v = verificatore.Verificatore()
        with (dove / "traccia.jsonl").open("rb") as file:
            file.readline()
            verificatore.leggi(file, v)
        trovato = esito(ente_id=mondo.ente().pk)
        assert (v.guasti, v.righe, v.anelli) == (trovato.guasti, trovato.righe, trovato.anelli)


def test_r85_one_anchor_a_day(db_vera: None) -> None:
    detto, poi = io.StringIO(), io.StringIO()
    call_command("ancora_registro", stdout=detto)
    mondo.muovi(mondo.in_stato("bozza"), "proponi", "UNO DIRIGENTE")
    call_command("ancora_registro", stdout=poi)
    assert poi.getvalue() == detto.getvalue()
    assert Ancora.objects.count() == 2
    assert guasti() == []


def test_r85_the_daily_job_anchors_every_ente(db_vera: None) -> None:
    from cycle import lavori

    for _ in range(2):
        lavori.ancora()
    assert set(Ancora.objects.values_list("ente_id", flat=True)) == {
        mondo.ente("alfa").pk,
        mondo.ente("beta").pk,
    }
    assert Ancora.objects.count() == 2


def test_r84_an_export_is_recorded_and_opens_no_action(db_vera: None) -> None:
    from cycle.services.esportazione import esporta

    o = mondo.in_stato("bozza")
    with transaction.atomic():
        esporta(ciclo=mondo.ciclo(), by=mondo.attore("GESTIONE CONTROLLO"), istante=mondo.ADESSO)
        Obiettivo.objects.filter(pk=o.pk).update(titolo="Dopo l'esportazione")
    assert Evento.objects.get(verbo="esporta").esito == "letto"
    assert Evento.objects.get(pk=Modifica.objects.latest("pk").evento_id).fuori_procedura
    assert guasti() == []


def test_r84_ten_objectives_at_once_are_one_link(db_vera: None) -> None:
    ids = [o.pk for o in Obiettivo.objects.filter(ente=mondo.ente(), stato="bozza")]
    quanti = Sigillo.objects.count()
    chi = mondo.attore("UNO DIRIGENTE")
    fatta = execute(OBIETTIVO, "proponi", ids, chi, mondo.ADESSO, tutti=False)
    assert Sigillo.objects.count() == quanti + 1
    sigillo = Sigillo.objects.get(azione=fatta.azione)
    assert sigillo.eventi == len(fatta.eseguiti)
    assert guasti() == []
