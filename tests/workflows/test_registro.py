# SPDX-License-Identifier: AGPL-3.0-or-later
"""The registro (R84): nobody writes in it but the database, nothing leaves it, nothing forges it.
Raw SQL here is the application role's, which is what an intruder would have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from cycle.contesto import sessione
from cycle.models import Obiettivo, ObiettivoSpecifico
from cycle.procedures import PROCEDURE
from cycle.services.enti import di_comando
from cycle.services.transizioni import esegui
from tests import mondo
from tests.fotografia import cambiate, fotografia
from workflows.errors import NonAutorizzato, NonPossibile, NonTrovato, Rifiuto, Tentativo
from workflows.ports import Richiesta
from workflows.registro import azioni
from workflows.registro.azioni import Voce
from workflows.registro.models import Evento, Modifica


def sql(*istruzioni: str, alias: str = "default") -> list[tuple[object, ...]]:
    """Run the statements in one transaction; the rows of the last."""
    with transaction.atomic(using=alias), connections[alias].cursor() as cursore:
        for istruzione in istruzioni:
            cursore.execute(istruzione)
        return cursore.fetchall() if cursore.description else []


@contextmanager
def azione(o: Obiettivo) -> Iterator[int]:
    """An open action on one objective, as the engine opens it, until the transaction ends."""
    with transaction.atomic():
        yield azioni.apri(
            ente_id=o.ente_id,
            procedura="obiettivo",
            verbo="modifica",
            passi=[Voce(o.pk, o.pk)],
            attore=mondo.attore("UNO PO"),
            istante=mondo.ADESSO,
        )


class TestSoloSiAccresce:
    @pytest.mark.parametrize("tabella", ["workflows_evento", "workflows_modifica"])
    @pytest.mark.parametrize(
        "istruzione",
        [
            "INSERT INTO {t} SELECT * FROM {t} LIMIT 1",
            "UPDATE {t} SET ente_id = 1",
            "DELETE FROM {t}",
            "TRUNCATE {t}",
            "MERGE INTO {t} a USING {t} b ON a.id = b.id WHEN MATCHED THEN DELETE",
            "ALTER TABLE {t} DISABLE TRIGGER ALL",
            "ALTER TABLE {t} DISABLE TRIGGER immutabile",
            "ALTER TABLE {t} ADD COLUMN x int",
            "ALTER TABLE {t} OWNER TO CURRENT_USER",
            "DROP TRIGGER immutabile ON {t}",
            "DROP TABLE {t}",
            "CREATE RULE zitto AS ON INSERT TO {t} DO INSTEAD NOTHING",
            "CREATE TRIGGER mio AFTER INSERT ON {t} EXECUTE FUNCTION cycle_immutabile()",
            "SELECT setval('{t}_id_seq', 1)",
            "LOCK {t} IN ACCESS EXCLUSIVE MODE",
        ],
    )
    def test_r84_the_application_role_only_reads(
        self, db: None, tabella: str, istruzione: str
    ) -> None:
        prima = fotografia()
        with pytest.raises(DatabaseError):
            sql(istruzione.format(t=tabella))
        assert cambiate(prima, fotografia()) == {}

    @pytest.mark.parametrize(
        "istruzione",
        [
            "ALTER TABLE cycle_obiettivo DISABLE TRIGGER ALL",
            "ALTER TABLE cycle_obiettivo DROP CONSTRAINT obiettivo_stato",
            "DROP TRIGGER registro_modificate ON cycle_obiettivo",
            "DROP FUNCTION registro_azione_aperta()",
            "CREATE OR REPLACE FUNCTION public.registro_azione_aperta(OUT azione bigint, "
            "OUT eventi bigint, OUT atto bigint) LANGUAGE sql AS 'SELECT 1::bigint, 1, 1'",
            "CREATE TABLE public.mia (id int)",
            "CREATE SCHEMA mio",
            "SET session_replication_role = replica",
            "SET ROLE ciclo_owner",
            "SELECT registro_fuori_procedura(1)",
            "TRUNCATE cycle_versioneobiettivo",
            "DELETE FROM django_migrations",
        ],
    )
    def test_r84_the_application_role_takes_no_guard_away(self, db: None, istruzione: str) -> None:
        with pytest.raises(DatabaseError):
            sql(istruzione)

    @pytest.mark.parametrize("tabella", ["workflows_evento", "workflows_modifica"])
    @pytest.mark.parametrize("istruzione", ["UPDATE {t} SET ente_id = 1", "DELETE FROM {t}"])
    def test_r84_not_even_the_owner_rewrites_it(
        self, db_vera: None, tabella: str, istruzione: str
    ) -> None:
        with pytest.raises(DatabaseError, match="R84"):
            sql(istruzione.format(t=tabella), alias="owner")
        with pytest.raises(DatabaseError, match="R84"):
            sql(f"TRUNCATE {tabella}", alias="owner")


class TestNonSiFalsifica:
    def test_r84_a_trigger_of_ours_on_a_table_of_one_s_own(self, db_vera: None) -> None:
        """Hung on a temporary table with our name, it would write changes that never were."""
        o = mondo.in_stato("approvato")
        prima = Modifica.objects.count()
        with pytest.raises(DatabaseError, match="permission denied for function"):
            sql(
                "CREATE TEMP TABLE cycle_obiettivo (id bigint, pid uuid, ente_id bigint, "
                "revisione int, titolo text)",
                "CREATE TRIGGER mio AFTER INSERT ON pg_temp.cycle_obiettivo "
                "REFERENCING NEW TABLE AS nuove "
                "FOR EACH STATEMENT EXECUTE FUNCTION registro_inserite('id')",
                f"INSERT INTO pg_temp.cycle_obiettivo VALUES ({o.pk}, NULL, {o.ente_id}, 1, 'x')",
            )
        assert Modifica.objects.count() == prima

    @pytest.mark.parametrize(
        ("tabella", "istruzione"),
        [
            (
                "cycle_obiettivo (id bigint, stato text, revisione int, ciclo_id bigint)",
                "UPDATE cycle_obiettivospecifico SET titolo = 'x' WHERE obiettivo_id = {pk}",
            ),
            (
                "workflows_evento (id bigint, azione bigint, oggetto_id bigint, radice_id bigint,"
                " da text, a text, verbo text, atto_id bigint, transazione bigint, esito text)",
                "UPDATE public.cycle_obiettivo SET stato = 'in_corso' WHERE id = {pk}",
            ),
        ],
    )
    def test_r3_a_temporary_table_with_our_name_is_not_read(
        self, db_vera: None, tabella: str, istruzione: str
    ) -> None:
        """The rules read the tables of the schema, whatever stands before them in the path."""
        o = mondo.in_stato("approvato")
        riempi = (
            "INSERT INTO pg_temp.workflows_evento "
            f"SELECT 1, 1, {o.pk}, {o.pk}, 'approvato', 'in_corso', 'avvia', 1, "
            "pg_current_xact_id()::text::bigint, 'eseguito'"
        )
        with pytest.raises(DatabaseError, match=r"R3|R1"):
            sql(
                f"CREATE TEMP TABLE {tabella}",
                riempi if "evento" in tabella else "SELECT 1",
                "SELECT set_config('ciclo.azione', '1:1', true)",
                istruzione.format(pk=o.pk),
            )
        assert mondo.obiettivo(o.codice).stato == "approvato"

    def test_r84_the_number_of_an_old_action_opens_nothing(self, db_vera: None) -> None:
        """Set by hand, it does not claim the change: the change is marked out of procedure."""
        o = mondo.in_stato("bozza")
        vecchio = Evento.objects.filter(verbo="proponi").latest("pk")
        for segno in (
            f"{vecchio.azione}:1",
            f"{10**17}:1",
            "0:0",
            "x",
            "",
            "1:1; DROP TABLE workflows_evento",
            "99999999999999999999:1",
        ):
            prima = Modifica.objects.filter(evento_id=vecchio.pk).count()
            with transaction.atomic(), connection.cursor() as cursore:
                cursore.execute("SELECT set_config('ciclo.azione', %s, true)", [segno])
                cursore.execute(
                    "UPDATE cycle_obiettivo SET titolo = titolo || '.' WHERE id = %s", [o.pk]
                )
            assert Modifica.objects.filter(evento_id=vecchio.pk).count() == prima
            ultima = Modifica.objects.latest("pk")
            assert Evento.objects.get(pk=ultima.evento_id).fuori_procedura

    def test_r84_the_number_of_a_refusal_opens_nothing(self, db_vera: None) -> None:
        o = mondo.in_stato("bozza")
        with transaction.atomic():
            numero = azioni.apri(
                ente_id=o.ente_id,
                procedura="obiettivo",
                verbo="proponi",
                passi=[Voce(o.pk, o.pk, "bozza", "proposta")],
                attore=mondo.attore("UNO PO"),
                istante=mondo.ADESSO,
                esito="rifiutato",
            )
            with pytest.raises(DatabaseError, match="R1"), transaction.atomic():
                Obiettivo.objects.filter(pk=o.pk).update(stato="proposta")
            Obiettivo.objects.filter(pk=o.pk).update(titolo="Altro")
        assert not Modifica.objects.filter(evento_id=numero).exists()

    def test_r84_an_action_lasts_until_its_transaction_ends(self, db_vera: None) -> None:
        o = mondo.in_stato("bozza")
        with azione(o) as numero:
            Obiettivo.objects.filter(pk=o.pk).update(titolo="Dentro")
        Obiettivo.objects.filter(pk=o.pk).update(titolo="Fuori")
        dentro, fuori = Modifica.objects.order_by("-pk")[:2][::-1]
        assert (dentro.evento_id, dentro.dopo) == (numero, {"titolo": "Dentro"})
        assert (fuori.prima, fuori.dopo) == ({"titolo": "Dentro"}, {"titolo": "Fuori"})
        assert Evento.objects.get(pk=fuori.evento_id).fuori_procedura

    def test_r84_an_action_wants_a_transaction(self, db_vera: None) -> None:
        o = mondo.in_stato("bozza")
        with pytest.raises(transaction.TransactionManagementError):
            azioni.apri(
                ente_id=o.ente_id,
                procedura="obiettivo",
                verbo="modifica",
                passi=[Voce(o.pk, o.pk)],
                attore=mondo.attore("UNO PO"),
                istante=mondo.ADESSO,
            )

    def test_r2_an_act_that_is_nowhere_approves_nothing(self, db_vera: None) -> None:
        """Neither one that does not exist, nor one of another ente, nor one of another action."""
        o, altro = mondo.in_stato("approvato"), mondo.in_stato("in_corso")
        altrui = Evento.objects.filter(
            ente_id=mondo.ente("beta").pk, atto_id__isnull=False
        ).values_list("atto_id", flat=True)[0]
        for atto_id in (10**12, altrui):
            with pytest.raises(DatabaseError, match="R2"):
                _cambia_con_atto(o, atto_id, o)
        proprio = Evento.objects.filter(radice_id=o.pk, atto_id__isnull=False).latest("pk").atto_id
        with pytest.raises(DatabaseError, match="R3"):
            _cambia_con_atto(o, proprio, altro)
        _cambia_con_atto(o, proprio, o)
        assert mondo.obiettivo(o.codice).titolo == "Cambiato"


@transaction.atomic
def _cambia_con_atto(o: Obiettivo, atto_id: int | None, quale: Obiettivo) -> None:
    """Change an approved field of `quale` in an action on `o` that names an Atto."""
    azioni.apri(
        ente_id=o.ente_id,
        procedura="obiettivo",
        verbo="modifica",
        passi=[Voce(o.pk, o.pk)],
        attore=mondo.attore("UNO PO"),
        istante=mondo.ADESSO,
        atto_id=atto_id,
    )
    Obiettivo.objects.filter(pk=quale.pk).update(titolo="Cambiato")


class TestFuoriProcedura:
    def test_r84_a_write_outside_any_action_is_marked(self, db_vera: None) -> None:
        o = mondo.in_stato("bozza")
        sql(f"UPDATE cycle_obiettivo SET titolo = 'A mano' WHERE id = {o.pk}")
        modifica = Modifica.objects.latest("pk")
        evento = Evento.objects.get(pk=modifica.evento_id)
        assert evento.fuori_procedura
        assert (evento.verbo, evento.canale, evento.persona_id) == ("fuori_procedura", "sql", None)
        assert evento.dati == {"ruolo_database": "ciclo_app"}
        assert (modifica.prima, modifica.dopo, modifica.radice_id) == (
            {"titolo": o.titolo},
            {"titolo": "A mano"},
            o.pk,
        )

    def test_r84_the_owner_too(self, db_vera: None) -> None:
        o = mondo.in_stato("bozza")
        sql(f"UPDATE cycle_obiettivo SET titolo = 'A mano' WHERE id = {o.pk}", alias="owner")
        evento = Evento.objects.latest("pk")
        assert evento.fuori_procedura
        assert evento.dati == {"ruolo_database": "ciclo_owner"}

    def test_r84_one_evento_a_transaction_holds_all_its_changes(self, db_vera: None) -> None:
        o = mondo.in_stato("bozza")
        prima = Evento.objects.count()
        sql(
            f"UPDATE cycle_obiettivo SET titolo = 'Uno' WHERE id = {o.pk}",
            f"UPDATE cycle_obiettivospecifico SET titolo = 'Due' WHERE obiettivo_id = {o.pk}",
            f"DELETE FROM cycle_collaboratore WHERE obiettivo_id = {o.pk}",
        )
        assert Evento.objects.count() == prima + 1
        fatte = Modifica.objects.filter(evento_id=Evento.objects.latest("pk").pk)
        assert sorted((m.tabella, m.operazione) for m in fatte) == [
            ("cycle_collaboratore", "D"),
            ("cycle_collaboratore", "D"),
            ("cycle_obiettivo", "U"),
            ("cycle_obiettivospecifico", "U"),
            ("cycle_obiettivospecifico", "U"),
        ]

    def test_r84_rows_before_and_after(self, db: None) -> None:
        """An insertion keeps what it wrote, a change what it changed, a deletion what is lost."""
        o = mondo.in_stato("bozza")
        nuovo = ObiettivoSpecifico.objects.create(
            ente_id=o.ente_id, obiettivo=o, codice="OE0103", ordine=3, titolo="Terza azione"
        )
        nuovo.titolo = "Terza"
        nuovo.save()
        pk = nuovo.pk
        nuovo.delete()
        nata, cambiata, tolta = Modifica.objects.filter(
            tabella="cycle_obiettivospecifico", riga_id=pk
        ).order_by("pk")
        assert nata.prima is None
        assert nata.dopo is not None
        assert nata.dopo["titolo"] == "Terza azione"
        assert "descrizione" in nata.dopo
        assert "peso" not in nata.dopo  # empty
        assert (cambiata.prima, cambiata.dopo) == (
            {"titolo": "Terza azione"},
            {"titolo": "Terza"},
        )
        assert tolta.prima is not None
        assert (tolta.prima["titolo"], tolta.dopo) == ("Terza", None)
        assert {nata.radice_id, cambiata.radice_id, tolta.radice_id} == {o.pk}

    def test_r84_every_table_of_the_cycle_is_watched(self, db: None) -> None:
        """Those that are not say why here."""
        non_osservate = {
            "cycle_utente",  # logins are global; what they may do is in the incarichi
            "cycle_utente_groups",
            "cycle_utente_user_permissions",
            "cycle_gettone",
            # what keeps the service going, and the secret address of a person's agenda
            "cycle_battito",
            "cycle_avanzamento",
            "cycle_lavoro",
            "cycle_domandasalvata",
            "cycle_feedcalendario",
            # addresses, which can be erased (R90): what is done with them is an Evento
            "cycle_recapito",
            "cycle_invito",
            "cycle_lettera",
        }
        with connection.cursor() as cursore:
            cursore.execute(
                "SELECT tgrelid::regclass::text, array_agg(tgname::text) FROM pg_trigger "
                " WHERE tgname LIKE 'registro_%' GROUP BY 1"
            )
            osservate = dict(cursore.fetchall())
        tabelle = {m._meta.db_table for m in apps.get_app_config("cycle").get_models()}
        assert tabelle - non_osservate == set(osservate)
        for nome, trigger in osservate.items():
            assert sorted(trigger) == [
                "registro_eliminate",
                "registro_inserite",
                "registro_modificate",
            ], nome


class TestRifiutiRegistrati:
    def tenta(self, chi: str, codice: str = "OE01", **resto: object) -> Rifiuto:
        o = mondo.obiettivo(codice)
        with (
            pytest.raises(Rifiuto) as colto,
            sessione(mondo.utente(chi), "alfa", "web") as contesto,
        ):
            esegui(
                procedura="obiettivo",
                transizione="proponi",
                ids=[o.pk],
                by=contesto.attore,
                istante=contesto.istante,
                canale=contesto.canale,
                **resto,  # type: ignore[arg-type]
            )
        return colto.value

    def rifiutati(self) -> list[Evento]:
        return list(Evento.objects.filter(esito="rifiutato").order_by("pk"))

    def test_r84_a_403_is_recorded_after_the_rollback(self, db_vera: None) -> None:
        errore = self.tenta("UNO PO")
        assert isinstance(errore, NonAutorizzato)
        [evento] = self.rifiutati()
        o = mondo.obiettivo("OE01")
        assert (evento.verbo, evento.oggetto_id, evento.radice_id) == ("proponi", o.pk, o.pk)
        assert evento.persona_id == mondo.persona("UNO PO").pk
        assert (evento.da, evento.a, evento.fuori_procedura) == ("", "", False)
        assert evento.dati is not None
        assert evento.dati["codice"] == 403
        assert evento.dati["motivi"][0]["guardia"] == "incarico"
        assert not Modifica.objects.filter(evento_id=evento.pk).exists()

    def test_r84_a_422_is_recorded_with_all_its_reasons(self, db_vera: None) -> None:
        o = mondo.obiettivo("OE01")
        Obiettivo.objects.filter(pk=o.pk).update(responsabile_generale=None)
        assert isinstance(self.tenta("UNO DIRIGENTE"), NonPossibile)
        [evento] = self.rifiutati()
        assert evento.dati is not None
        assert evento.dati["codice"] == 422
        assert [m["guardia"] for m in evento.dati["motivi"]] == ["responsabile_presente"]

    def test_r84_a_409_and_a_404_are_not_recorded(self, db_vera: None) -> None:
        self.tenta("UNO DIRIGENTE", "OE02")
        self.tenta("UNO DIRIGENTE", revisioni={mondo.obiettivo("OE01").pk: 999})
        with pytest.raises(NonTrovato), sessione(mondo.utente("UNO PO"), "beta", "web"):
            pass
        with pytest.raises(NonTrovato), sessione(mondo.utente("UNO PO"), "gamma", "web"):
            pass
        assert self.rifiutati() == []

    def test_r84_a_stuck_key_does_not_flood_it(self, db_vera: None) -> None:
        """One a minute for the same person, verb and object; another object, or person, is told
        apart."""
        for _ in range(5):
            self.tenta("UNO PO")
        assert len(self.rifiutati()) == 1
        self.tenta("DUE PO")
        self.tenta("UNO PO", "OE11")
        assert len(self.rifiutati()) == 3

    def test_r84_an_attempt_of_nobody_is_not_recorded(self, db: None) -> None:
        o = mondo.in_stato("bozza")
        errore = NonAutorizzato({o.pk: []}, Tentativo("obiettivo", "proponi", {o.pk: o.pk}))
        attore = di_comando(o.ente_id, mondo.ADESSO)
        for _ in range(3):
            assert (
                azioni.registra_rifiuto(
                    errore, attore=attore, istante=mondo.ADESSO, canale="comando"
                )
                is None
            )

    def test_r21_the_recorded_time_is_the_database_s(self, db: None) -> None:
        """The demo's clock may stand years away: `istante` follows it, `registrato_il` does not."""
        o = mondo.in_stato("bozza")
        mondo.muovi(o, "proponi", "UNO DIRIGENTE", istante=mondo.ADESSO + timedelta(days=90))
        evento = Evento.objects.filter(oggetto_id=o.pk, verbo="proponi").latest("pk")
        assert evento.istante == mondo.ADESSO + timedelta(days=90)
        assert abs(evento.registrato_il - timezone.now()) < timedelta(hours=1)


def test_r84_the_verbs_are_a_closed_list() -> None:
    """A verb once recorded is never renamed: taking one away fails here."""
    propri = {"crea", "modifica", "compila", "importa", "conferisce", "esporta", "fuori_procedura"}
    assert propri <= azioni.VERBI
    passi = {t.nome for p in PROCEDURE.values() for t in p.macchina.transizioni}
    assert passi >= {
        "proponi",
        "rinvia",
        "approva",
        "avvia",
        "rendiconta",
        "riapri",
        "valida",
        "stralcia",
        "trasmetti",
    }
    assert not passi & azioni.VERBI


def test_r84_every_verb_recorded_is_of_the_list(db: None) -> None:
    passi = {t.nome for p in PROCEDURE.values() for t in p.macchina.transizioni}
    assert set(Evento.objects.values_list("verbo", flat=True)) <= passi | azioni.VERBI


def test_a_form_s_data_reach_the_evento(db: None) -> None:
    o = mondo.in_stato("bozza")
    esito = esegui(
        procedura="obiettivo",
        transizione="proponi",
        ids=[o.pk],
        by=mondo.attore("UNO DIRIGENTE"),
        istante=mondo.ADESSO,
        richiesta=Richiesta(dati={"nota": "dal modulo"}),
    )
    assert Evento.objects.get(azione=esito.azione).dati == {"nota": "dal modulo"}
