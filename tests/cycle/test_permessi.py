# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may do what, at which instant (R3-R5, R57, R81-R83): incarichi decide, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from guardian.models import GroupObjectPermission

from cycle import permissions
from cycle.contesto import sessione
from cycle.incarichi import Incarichi
from cycle.models import Incarico, Obiettivo, Persona, RelazioneSemestrale, UnitaOrganizzativa
from cycle.permissions import PERMESSI
from cycle.procedures import OBIETTIVO, PROCEDURE
from cycle.services.enti import Conferimento, conferisci, di_comando
from tests import mondo
from workflows.engine import execute
from workflows.errors import NonAutorizzato, NonPossibile, NonTrovato
from workflows.ports import Attore, Richiesta
from workflows.ports import Incarico as IncaricoInVigore
from workflows.registro import azioni
from workflows.registro.models import Evento

pytestmark = pytest.mark.usefixtures("db")

UN_ATTIMO = timedelta(microseconds=1)


def conferito(
    nome: str,
    ruolo: str,
    unita: str,
    *,
    dal: datetime = mondo.INIZIO,
    al: datetime | None = None,
    tipo: str = "titolare",
    delegante: Incarico | None = None,
    ipa: str = "alfa",
) -> Incarico:
    ente = mondo.ente(ipa)
    conferimento = Conferimento(
        mondo.persona(nome, ipa), ruolo, dove(unita, ipa), "atto n. 9", dal, al, tipo, delegante
    )
    with transaction.atomic():
        [incarico] = conferisci(
            ente=ente,
            conferimenti=[conferimento],
            attore=di_comando(ente.pk, mondo.INIZIO),
            istante=mondo.INIZIO,
            canale="comando",
        )
    return incarico


def dove(codice: str, ipa: str = "alfa") -> UnitaOrganizzativa:
    return UnitaOrganizzativa.objects.get(ente__codice_ipa=ipa, codice=codice)


def incarico_di(nome: str, ipa: str = "alfa") -> Incarico:
    return Incarico.objects.get(persona=mondo.persona(nome, ipa))


def termina(nome: str, quando: datetime) -> None:
    Incarico.objects.filter(persona=mondo.persona(nome)).update(al=quando)


def proponi(chi: str, istante: datetime = mondo.ADESSO) -> int:
    """The action of proposing the draft of the first settore."""
    o = mondo.in_stato("bozza")
    return execute(OBIETTIVO, "proponi", [o.pk], mondo.attore(chi, istante=istante), istante).azione


class TestNelTempo:
    def test_r83_an_incarico_ends_to_the_microsecond(self) -> None:
        """`al` is the first instant in which it is no longer held."""
        fine = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
        termina("UNO DIRIGENTE", fine)
        with pytest.raises(NonAutorizzato):
            proponi("UNO DIRIGENTE", fine)
        with pytest.raises(NonAutorizzato):
            proponi("UNO DIRIGENTE", fine + UN_ATTIMO)
        assert proponi("UNO DIRIGENTE", fine - UN_ATTIMO)

    def test_r83_and_begins_to_the_microsecond(self) -> None:
        inizio = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
        conferito("SENZA INCARICO", "dirigente", "S1", dal=inizio)
        with pytest.raises(NonAutorizzato):
            proponi("SENZA INCARICO", inizio - UN_ATTIMO)
        assert proponi("SENZA INCARICO", inizio)

    def test_r83_what_was_read_before_is_read_again(self) -> None:
        """The page was opened while the incarico was in force; the click comes after."""
        chi = mondo.attore("UNO DIRIGENTE")
        assert chi.incarichi
        termina("UNO DIRIGENTE", mondo.ADESSO)
        o = mondo.in_stato("bozza")
        with pytest.raises(NonAutorizzato):
            execute(OBIETTIVO, "proponi", [o.pk], chi, mondo.ADESSO)

    def test_r3_incarichi_that_come_from_elsewhere_are_not_believed(self) -> None:
        """An Attore made by hand, with every right on every unit."""
        o = mondo.in_stato("proposta")
        vero = mondo.attore("SENZA INCARICO")
        ovunque = frozenset({("approva_obiettivo", "/")})
        forgiato = replace(
            vero, incarichi=(IncaricoInVigore(1, "segreteria", "/", permessi=ovunque),)
        )
        with pytest.raises(NonAutorizzato):
            execute(
                OBIETTIVO,
                "approva",
                [o.pk],
                forgiato,
                mondo.ADESSO,
                richiesta=Richiesta(atto=mondo.atto("99")),
            )

    def test_the_what_if_at_another_date_reads_the_incarichi_of_that_date(self) -> None:
        termina("UNO DIRIGENTE", mondo.ADESSO)
        ieri, domani = mondo.ADESSO - timedelta(days=1), mondo.ADESSO + timedelta(days=1)
        assert mondo.attore("UNO DIRIGENTE", istante=ieri).ruoli() == {"dirigente"}
        assert mondo.attore("UNO DIRIGENTE", istante=domani).ruoli() == set()

    def test_whom_the_ente_shut_out_holds_nothing_whoever_asks(self) -> None:
        """Not the pages only: the engine reads the actor anew, and so does every what-if."""
        chi = mondo.persona("UNO DIRIGENTE")
        o = mondo.in_stato("bozza")
        Persona.objects.filter(pk=chi.pk).update(sospesa_il=mondo.ADESSO)
        prima = mondo.ADESSO - UN_ATTIMO
        assert permissions.attore(chi.ente_id, chi.pk, prima).incarichi
        assert permissions.attore(chi.ente_id, chi.pk, mondo.ADESSO).incarichi == ()
        letti = Incarichi(mondo.ente())
        assert letti.attore(chi.pk, mondo.ADESSO).incarichi == ()
        assert letti.attore(chi.pk, prima).incarichi
        assert letti.che_cosa_puo(chi.pk, mondo.ADESSO) == []
        entrato = permissions.attore(chi.ente_id, chi.pk, prima)  # a page that was open
        with pytest.raises(NonAutorizzato):
            execute(OBIETTIVO, "proponi", [o.pk], entrato, mondo.ADESSO)
        Persona.objects.filter(pk=chi.pk).update(sospesa_il=None)
        assert execute(OBIETTIVO, "proponi", [o.pk], entrato, mondo.ADESSO).eseguiti

    def test_many_are_asked_as_one(self) -> None:
        """`attori` says of each what `attore` says, those without incarichi included."""
        nomi = ["UNO DIRIGENTE", "SENZA INCARICO", "PRIMO NUCLEO"]
        pks = [mondo.persona(n).pk for n in nomi]
        ente = mondo.ente()
        insieme = permissions.attori(ente.pk, pks, mondo.ADESSO)
        assert insieme == {pk: permissions.attore(ente.pk, pk, mondo.ADESSO) for pk in pks}
        altrove = mondo.persona("UNO PO", "beta").pk
        assert permissions.attori(ente.pk, [altrove], mondo.ADESSO) == {}
        assert permissions.attore(ente.pk, altrove, mondo.ADESSO).incarichi == ()


class TestDelega:
    @pytest.fixture
    def delega(self) -> Incarico:
        return conferito(
            "SENZA INCARICO",
            "dirigente",
            "S1",
            tipo="delega",
            delegante=incarico_di("UNO DIRIGENTE"),
        )

    def test_r81_the_delegate_acts_for_the_delegante(self, delega: Incarico) -> None:
        evento = Evento.objects.get(azione=proponi("SENZA INCARICO"))
        assert evento.persona_id == mondo.persona("SENZA INCARICO").pk
        assert evento.per_conto_di_id == mondo.persona("UNO DIRIGENTE").pk
        assert (evento.incarico_id, evento.ruolo) == (delega.pk, "dirigente")

    def test_r81_only_while_the_delegante_holds(self, delega: Incarico) -> None:
        """The delega has no end of its own: it ends with the incarico it comes from."""
        termina("UNO DIRIGENTE", mondo.ADESSO)
        with pytest.raises(NonAutorizzato):
            proponi("SENZA INCARICO")
        chi = mondo.attore("SENZA INCARICO")
        assert (chi.incarichi, chi.nome) == ((), "Senza Incarico")
        assert proponi("SENZA INCARICO", mondo.ADESSO - UN_ATTIMO)

    def test_r83_a_delega_ends_to_the_microsecond_too(self, delega: Incarico) -> None:
        Incarico.objects.filter(pk=delega.pk).update(al=mondo.ADESSO)
        with pytest.raises(NonAutorizzato):
            proponi("SENZA INCARICO")
        assert proponi("SENZA INCARICO", mondo.ADESSO - UN_ATTIMO)

    def test_r81_one_s_own_incarico_comes_first(self, delega: Incarico) -> None:
        proprio = conferito("SENZA INCARICO", "dirigente", "ENTE", tipo="interim")
        evento = Evento.objects.get(azione=proponi("SENZA INCARICO"))
        assert (evento.incarico_id, evento.per_conto_di_id) == (proprio.pk, None)

    @pytest.mark.parametrize(
        ("ruolo", "titolare"),
        [
            ("nucleo", "PRIMO NUCLEO"),
            ("segreteria", "ATTI SEGRETERIA"),
            ("giunta", "SINDACA GIUNTA"),
        ],
    )
    def test_r81_never_for_validation_nor_for_the_giunta(self, ruolo: str, titolare: str) -> None:
        with pytest.raises(IntegrityError, match="incarico_non_delegabile"):
            conferito(
                "SENZA INCARICO", ruolo, "ENTE", tipo="delega", delegante=incarico_di(titolare)
            )

    def test_r81_it_is_not_passed_on(self, delega: Incarico) -> None:
        with pytest.raises(IntegrityError, match="R81"):
            conferito("UNO PO", "dirigente", "S1", tipo="delega", delegante=delega)

    @pytest.mark.parametrize(
        ("nome", "ruolo", "unita"),
        [
            ("SENZA INCARICO", "controllo", "S1"),  # a role the delegante has not
            ("SENZA INCARICO", "dirigente", "S2"),  # a unit that is not his
            ("SENZA INCARICO", "dirigente", "ENTE"),  # above his
            ("UNO DIRIGENTE", "dirigente", "S1"),  # himself
        ],
    )
    def test_r81_one_delegates_one_s_own_role_on_one_s_own_units(
        self, nome: str, ruolo: str, unita: str
    ) -> None:
        termina("UNO DIRIGENTE", mondo.ADESSO)
        with pytest.raises(IntegrityError, match="R81"):
            conferito(
                nome,
                ruolo,
                unita,
                dal=mondo.ADESSO,
                tipo="delega",
                delegante=incarico_di("UNO DIRIGENTE"),
            )

    def test_r81_a_part_of_one_s_units_may_be_delegated(self) -> None:
        sopra = conferito("GESTIONE CONTROLLO", "dirigente", "ENTE")
        conferito("SENZA INCARICO", "dirigente", "S1", tipo="delega", delegante=sopra)
        assert proponi("SENZA INCARICO")
        with pytest.raises(NonAutorizzato):
            mondo.muovi(mondo.obiettivo("OE11"), "proponi", "SENZA INCARICO")

    def test_r81_a_delega_names_its_delegante_and_nothing_else_does(self) -> None:
        with pytest.raises(IntegrityError, match="incarico_delega"):
            conferito("SENZA INCARICO", "dirigente", "S1", tipo="delega")
        with pytest.raises(IntegrityError, match="incarico_delega"):
            conferito("SENZA INCARICO", "dirigente", "S1", delegante=incarico_di("UNO DIRIGENTE"))

    @pytest.mark.parametrize("campo", ["ruolo", "unita", "persona", "tipo"])
    def test_r82_an_incarico_ends_and_another_begins(self, campo: str) -> None:
        """It is not turned into another: what was done under it would change its meaning."""
        cambi: dict[str, dict[str, Any]] = {
            "ruolo": {"ruolo": "segreteria"},
            "unita": {"unita": dove("ENTE")},
            "persona": {"persona": mondo.persona("SENZA INCARICO")},
            "tipo": {"tipo": "interim"},
        }
        with pytest.raises(IntegrityError, match="identità"), transaction.atomic():
            Incarico.objects.filter(pk=incarico_di("UNO PO").pk).update(**cambi[campo])


class TestDoveVale:
    @pytest.mark.parametrize("nome", mondo.PERSONE)
    def test_r4_a_role_may_what_the_table_says_on_its_units(self, nome: str) -> None:
        ruolo, unita = mondo.PERSONE[nome]
        chi = mondo.attore(nome)
        percorsi = {codice: dove(codice).percorso for codice in ("ENTE", "S1", "S2")}
        puo = {
            (permesso, codice)
            for permesso in PERMESSI
            for codice, percorso in percorsi.items()
            if chi.incarico_per(permesso, percorso)
        }
        assert puo == {
            (permesso, codice)
            for permesso, ruoli in PERMESSI.items()
            for codice in percorsi
            if ruolo in ruoli and unita in ("", codice)
        }

    def test_a_unit_means_all_below_it_and_nothing_above_or_beside(self) -> None:
        ufficio = UnitaOrganizzativa.objects.create(
            ente=mondo.ente(),
            codice="S1U1",
            nome="Ufficio anagrafe",
            tipo="ufficio",
            padre=dove("S1"),
            dal=mondo.INIZIO.date(),
        )
        ufficio.refresh_from_db()
        assert mondo.attore("UNO DIRIGENTE").incarico_per("proponi_obiettivo", ufficio.percorso)
        assert not mondo.attore("DUE DIRIGENTE").incarico_per("proponi_obiettivo", ufficio.percorso)
        conferito("SENZA INCARICO", "dirigente", "S1U1")
        basso = mondo.attore("SENZA INCARICO")
        assert basso.incarico_per("proponi_obiettivo", ufficio.percorso)
        assert not basso.incarico_per("proponi_obiettivo", dove("S1").percorso)

    def test_a_path_is_not_a_prefix_of_digits(self) -> None:
        """The unit 1/12 is not below the unit 1/1."""
        chi = Attore(
            1,
            1,
            1,
            "",
            mondo.ADESSO,
            (IncaricoInVigore(1, "dirigente", "/1/1/", permessi=frozenset({("x", "/1/")})),),
        )
        assert chi.incarico_per("x", "/1/1/")
        assert chi.incarico_per("x", "/1/1/12/")
        assert not chi.incarico_per("x", "/1/12/")

    def test_an_incarico_of_another_ente_gives_nothing_here(self) -> None:
        """The first of the Nucleo serves both enti, as two persons."""
        utente = mondo.utente("PRIMO NUCLEO")
        assert utente == mondo.utente("PRIMO NUCLEO", "beta")
        altrove = mondo.attore("UNO DIRIGENTE", "beta")
        o = mondo.in_stato("bozza")
        with pytest.raises(NonTrovato):
            execute(OBIETTIVO, "proponi", [o.pk], altrove, mondo.ADESSO)

    def test_an_ente_may_take_a_right_from_a_role(self) -> None:
        gruppo = permissions.gruppo(mondo.ente(), "dirigente")
        GroupObjectPermission.objects.filter(
            group__name=gruppo, permission__codename="proponi_obiettivo"
        ).delete()
        with pytest.raises(NonAutorizzato):
            proponi("UNO DIRIGENTE")
        # in that ente only
        mondo.muovi(mondo.in_stato("bozza", "beta"), "proponi", "UNO DIRIGENTE")

    def test_or_give_it_on_a_part_of_its_chart(self) -> None:
        gruppo = permissions.gruppo(mondo.ente(), "dirigente")
        GroupObjectPermission.objects.filter(
            group__name=gruppo, permission__codename="proponi_obiettivo"
        ).update(object_pk=str(dove("S2").pk))
        with pytest.raises(NonAutorizzato):
            proponi("UNO DIRIGENTE")
        mondo.muovi(mondo.obiettivo("OE11"), "proponi", "DUE DIRIGENTE")

    def test_a_right_on_a_unit_of_another_ente_is_no_right(self) -> None:
        gruppo = permissions.gruppo(mondo.ente(), "dirigente")
        GroupObjectPermission.objects.filter(
            group__name=gruppo, permission__codename="proponi_obiettivo"
        ).update(object_pk=str(dove("ENTE", "beta").pk))
        with pytest.raises(NonAutorizzato):
            proponi("UNO DIRIGENTE")


class TestSuperuser:
    @pytest.mark.parametrize("nome", PROCEDURE)
    def test_without_incarichi_a_superuser_can_do_nothing(self, nome: str) -> None:
        utente = mondo.utente("SENZA INCARICO")
        utente.is_superuser = utente.is_staff = True
        utente.save()
        procedura = PROCEDURE[nome]
        for oggetto in procedura.modello.objects.filter(ente=mondo.ente()):
            for t in procedura.macchina.transizioni:
                if t.arrivo(oggetto.stato):
                    with pytest.raises(NonAutorizzato):
                        execute(
                            procedura,
                            t.nome,
                            [oggetto.pk],
                            mondo.attore("SENZA INCARICO"),
                            mondo.ADESSO,
                        )

    def test_nor_enter_an_ente_where_he_is_nobody(self) -> None:
        utente = mondo.utente("SENZA INCARICO")
        utente.is_superuser = True
        utente.save()
        with pytest.raises(NonTrovato), sessione(utente, "beta", "web"):
            pass

    def test_a_user_who_was_switched_off_does_not_enter(self) -> None:
        utente = mondo.utente("UNO DIRIGENTE")
        utente.is_active = False
        utente.save()
        with pytest.raises(NonTrovato), sessione(utente, "alfa", "web"):
            pass


class TestSeparazioneDelleFunzioni:
    """R57: on what the person did on that objective, delegated acts included."""

    def valida(self, o: Obiettivo | RelazioneSemestrale, chi: str) -> None:
        seduta = mondo.seduta()
        presenti = seduta.presenti | {mondo.persona(chi).pk}
        mondo.muovi(o, "valida", chi, seduta=replace(seduta, presenti=presenti))

    def pronto(self) -> Obiettivo:
        """Every report validated by others."""
        o = mondo.in_stato("rendicontato")
        for r in RelazioneSemestrale.objects.filter(obiettivo=o).order_by("periodo__ordine"):
            mondo.muovi(r, "valida", "SECONDO NUCLEO", seduta=mondo.seduta())
        return o

    @pytest.mark.parametrize("chi", ["UNO DIRIGENTE", "UNO PO"])
    def test_r57_who_proposed_or_filled_and_then_joined_the_nucleo_does_not_validate(
        self, chi: str
    ) -> None:
        o = self.pronto()
        conferito(chi, "nucleo", "ENTE")
        with pytest.raises(NonPossibile) as colto:
            self.valida(o, chi)
        assert [m.guardia for m in colto.value.tutti()] == ["separazione_delle_funzioni"]
        # even with the old incarico long over
        Incarico.objects.filter(persona=mondo.persona(chi)).exclude(ruolo="nucleo").update(
            al=mondo.ADESSO
        )
        with pytest.raises(NonPossibile):
            self.valida(o, chi)

    def test_r57_nor_the_report_he_filled(self) -> None:
        conferito("UNO PO", "nucleo", "ENTE")
        relazione = RelazioneSemestrale.objects.filter(obiettivo=mondo.in_stato("rendicontato"))[0]
        with pytest.raises(NonPossibile) as colto:
            self.valida(relazione, "UNO PO")
        assert [m.guardia for m in colto.value.tutti()] == ["separazione_delle_funzioni"]

    def test_r57_on_that_objective_only(self) -> None:
        o = self.pronto()
        conferito("DUE DIRIGENTE", "nucleo", "ENTE")
        self.valida(o, "DUE DIRIGENTE")
        assert mondo.obiettivo(o.codice).stato == "validato"

    def test_r57_r81_acts_by_delega_count_for_both(self) -> None:
        conferito(
            "SENZA INCARICO",
            "dirigente",
            "S1",
            tipo="delega",
            delegante=incarico_di("UNO DIRIGENTE"),
        )
        proponi("SENZA INCARICO")
        o = mondo.in_stato("bozza")
        fatti = OBIETTIVO.fascicoli([o], mondo.ADESSO, Richiesta())[o.pk]
        assert fatti.agito_per_il_settore == {
            mondo.persona("SENZA INCARICO").pk,
            mondo.persona("UNO DIRIGENTE").pk,
        }

    def test_r57_a_refused_attempt_is_no_act(self) -> None:
        o = mondo.in_stato("bozza")
        chi = mondo.attore("TERZO NUCLEO")
        with pytest.raises(NonAutorizzato) as colto:
            execute(OBIETTIVO, "proponi", [o.pk], chi, mondo.ADESSO)
        azioni.registra_rifiuto(colto.value, attore=chi, istante=mondo.ADESSO, canale="web")
        fatti = OBIETTIVO.fascicoli([o], mondo.ADESSO, Richiesta())[o.pk]
        assert chi.persona_id not in fatti.agito_per_il_settore

    def test_r57_who_validated_or_recorded_the_act_did_not_act_for_the_settore(self) -> None:
        o = mondo.in_stato("validato")
        fatti = OBIETTIVO.fascicoli([o], mondo.ADESSO, Richiesta())[o.pk]
        assert fatti.agito_per_il_settore == {
            mondo.persona(nome).pk for nome in ("UNO DIRIGENTE", "UNO PO")
        }
