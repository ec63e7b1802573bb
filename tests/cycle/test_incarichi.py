# SPDX-License-Identifier: AGPL-3.0-or-later
"""Incarichi given, delegated and ended by people (R81-R83), and what is read of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import IntegrityError, transaction
from guardian.models import GroupObjectPermission

from cycle import permissions, storia
from cycle.incarichi import Incarichi, chi_puo_il_passo, nome_permesso
from cycle.models import Incarico, RelazioneSemestrale, UnitaOrganizzativa, Utente
from cycle.permissions import NON_DELEGABILI, PERMESSI, delegabili
from cycle.procedures import OBIETTIVO, PROCEDURE
from cycle.services import incarichi
from cycle.services.enti import Conferimento, di_comando
from cycle.services.enti import conferisci as scrivi
from tests import mondo
from workflows.engine import execute
from workflows.errors import NonAutorizzato, NonPossibile, Rifiuto
from workflows.ports import RUOLI, Richiesta
from workflows.registro.models import Evento, Modifica

pytestmark = pytest.mark.usefixtures("db")

UN_ATTIMO = timedelta(microseconds=1)
DOMANI = mondo.ADESSO + timedelta(days=1)
FRA_UN_MESE = mondo.ADESSO + timedelta(days=30)


def dove(codice: str, ipa: str = "alfa") -> UnitaOrganizzativa:
    return UnitaOrganizzativa.objects.get(ente__codice_ipa=ipa, codice=codice)


def incarico_di(nome: str) -> Incarico:
    return Incarico.objects.get(persona=mondo.persona(nome))


def conferisci(
    nome: str,
    ruolo: str,
    unita: str,
    *,
    by: str = "GESTIONE CONTROLLO",
    istante: datetime = mondo.ADESSO,
    **altro: Any,
) -> Incarico:
    return incarichi.conferisci(
        ente=mondo.ente(),
        persona=mondo.persona(nome),
        ruolo=ruolo,
        unita=dove(unita),
        by=mondo.attore(by, istante=istante),
        istante=istante,
        **({"atto": "decreto n. 5", "dal": istante} | altro),
    )


def delega(
    da: str = "UNO DIRIGENTE",
    a: str = "SENZA INCARICO",
    *,
    istante: datetime = mondo.ADESSO,
    di: Incarico | None = None,
    by: str = "",
    unita: str = "S1",
    **altro: Any,
) -> Incarico:
    return incarichi.delega(
        ente=mondo.ente(),
        delegante=di or incarico_di(da),
        persona=mondo.persona(a),
        unita=dove(unita),
        by=mondo.attore(by or da, istante=istante),
        istante=istante,
        **(
            {
                "ambito": delegabili("dirigente"),
                "motivo": "Assenza per ferie.",
                "atto": "nota prot. 77",
                "dal": istante,
                "al": FRA_UN_MESE,
            }
            | altro
        ),
    )


def cessa(
    incarico: Incarico,
    quando: datetime = mondo.ADESSO,
    *,
    by: str = "GESTIONE CONTROLLO",
    istante: datetime = mondo.ADESSO,
    atto: str = "decreto n. 6",
) -> Incarico:
    return incarichi.cessa(
        incarico=incarico,
        quando=quando,
        atto=atto,
        motivo="Trasferimento.",
        by=mondo.attore(by, istante=istante),
        istante=istante,
    )


def compie(nome: str, passo: str, stato: str, istante: datetime = mondo.ADESSO) -> int:
    o = mondo.in_stato(stato)
    return execute(OBIETTIVO, passo, [o.pk], mondo.attore(nome, istante=istante), istante).azione


def guardie(rifiuto: pytest.ExceptionInfo[Any]) -> list[str]:
    return [m.guardia for m in rifiuto.value.tutti()]


class TestConferire:
    def test_has_effect_at_once(self) -> None:
        with pytest.raises(NonAutorizzato):
            compie("SENZA INCARICO", "proponi", "bozza")
        conferisci("SENZA INCARICO", "dirigente", "S1")
        assert compie("SENZA INCARICO", "proponi", "bozza")

    def test_r82_ad_interim_sees_and_files_for_the_second_settore(self) -> None:
        dato = conferisci("DUE DIRIGENTE", "dirigente", "S1", interim=True, al=FRA_UN_MESE)
        assert dato.tipo == "interim"
        assert compie("DUE DIRIGENTE", "proponi", "bozza")
        evento = Evento.objects.get(
            verbo="proponi",
            persona_id=mondo.persona("DUE DIRIGENTE").pk,
            oggetto_id=mondo.in_stato("bozza").pk,
        )
        assert evento.incarico_id == dato.pk

    def test_r83_to_the_microsecond(self) -> None:
        conferisci("SENZA INCARICO", "dirigente", "S1", dal=DOMANI, al=FRA_UN_MESE)
        for istante in (DOMANI - UN_ATTIMO, FRA_UN_MESE):
            with pytest.raises(NonAutorizzato):
                compie("SENZA INCARICO", "proponi", "bozza", istante)
        with transaction.atomic():
            assert compie("SENZA INCARICO", "proponi", "bozza", FRA_UN_MESE - UN_ATTIMO)
            transaction.set_rollback(True)
        assert compie("SENZA INCARICO", "proponi", "bozza", DOMANI)

    @pytest.mark.parametrize("chi", [n for n in mondo.PERSONE if n != "GESTIONE CONTROLLO"])
    def test_only_controllo(self, chi: str) -> None:
        with pytest.raises(NonAutorizzato) as rifiuto:
            conferisci("SENZA INCARICO", "po", "S1", by=chi)
        assert guardie(rifiuto) == ["incarico"]

    def test_every_reason_at_once(self) -> None:
        with pytest.raises(NonPossibile) as rifiuto:
            conferisci("UNO DIRIGENTE", "dirigente", "S1", atto=" ", al=mondo.ADESSO)
        assert guardie(rifiuto) == ["atto", "date"]
        with pytest.raises(NonPossibile) as rifiuto:
            conferisci("UNO DIRIGENTE", "dirigente", "S1")
        assert guardie(rifiuto) == ["incarico_sovrapposto"]
        assert "decreto n. 1" in str(rifiuto.value)

    def test_after_the_end_it_can_be_given_again(self) -> None:
        cessa(incarico_di("UNO DIRIGENTE"), DOMANI)
        with pytest.raises(NonPossibile):
            conferisci("UNO DIRIGENTE", "dirigente", "S1", dal=DOMANI - UN_ATTIMO)
        assert conferisci("UNO DIRIGENTE", "dirigente", "S1", dal=DOMANI)

    def test_r57_the_nucleo_has_no_operating_role_in_the_same_year(self) -> None:
        with pytest.raises(NonPossibile) as rifiuto:
            conferisci("UNO PO", "nucleo", "ENTE")
        assert guardie(rifiuto) == ["incompatibile"]
        with pytest.raises(NonPossibile):
            conferisci("PRIMO NUCLEO", "dirigente", "S2", interim=True, al=FRA_UN_MESE)
        with pytest.raises(NonPossibile):
            delega(a="PRIMO NUCLEO")
        assert conferisci("GENERALE SEGRETARIO", "nucleo", "ENTE")

    def test_r57_an_incarico_of_another_year_is_no_hindrance(self) -> None:
        cessa(incarico_di("UNO PO"), datetime(2026, 12, 31, 12, tzinfo=UTC))
        with pytest.raises(NonPossibile):
            conferisci("UNO PO", "nucleo", "ENTE", dal=datetime(2026, 12, 31, 22, tzinfo=UTC))
        # midnight of the ente's new year, in its own zone
        assert conferisci("UNO PO", "nucleo", "ENTE", dal=datetime(2026, 12, 31, 23, tzinfo=UTC))

    def test_people_and_units_of_another_ente_do_not_exist(self) -> None:
        for campo in ({"persona": mondo.persona("UNO PO", "beta")}, {"unita": dove("S1", "beta")}):
            with pytest.raises(Rifiuto) as rifiuto:
                incarichi.conferisci(
                    **{
                        "ente": mondo.ente(),
                        "persona": mondo.persona("UNO PO"),
                        "unita": dove("S1"),
                        "ruolo": "dirigente",
                        "atto": "decreto n. 5",
                        "dal": mondo.ADESSO,
                        "by": mondo.attore("GESTIONE CONTROLLO"),
                        "istante": mondo.ADESSO,
                        **campo,
                    }
                )
            assert rifiuto.value.codice in (403, 404)

    @pytest.mark.parametrize(
        ("atto", "dal", "detto"),
        [
            # ADESSO is 2 March 2026
            ("decreto n. 5", datetime(2026, 2, 1, tzinfo=UTC), "non si legge di quando è"),
            ("decreto n. 5 del 12/02/2026", datetime(2026, 2, 1, tzinfo=UTC), "prima del suo atto"),
            ("decreto n. 5 del 12/02/2026", datetime(2026, 2, 11, 22, tzinfo=UTC), "prima del suo"),
            ("decreto n. 5 del 3 marzo 2026", datetime(2026, 4, 1, tzinfo=UTC), "data futura"),
            ("decreto n. 5 del 03.03.2026", mondo.ADESSO, "data futura"),
            ("d" * 201, mondo.ADESSO, "in 201 caratteri"),
        ],
    )
    def test_r82_r83_nobody_holds_a_role_before_its_act(
        self, atto: str, dal: datetime, detto: str
    ) -> None:
        with pytest.raises(NonPossibile, match=detto):
            conferisci("SENZA INCARICO", "po", "S1", atto=atto, dal=dal)
        assert not Incarico.objects.filter(persona=mondo.persona("SENZA INCARICO")).exists()

    @pytest.mark.parametrize(
        ("atto", "dal"),
        [
            ("decreto n. 5 del 12/02/2026", datetime(2026, 2, 11, 23, tzinfo=UTC)),
            ("decreto del 12 febbraio 2026, n. 5", datetime(2026, 2, 12, tzinfo=UTC)),
            ("decreto n. 5", datetime(2026, 3, 1, 23, tzinfo=UTC)),  # today, from midnight
            ("decreto n. 31/02/2026 e 45", mondo.ADESSO),  # no such day: no date
        ],
    )
    def test_r82_from_its_act_on_it_may_be_recorded_late_and_is_told(
        self, atto: str, dal: datetime
    ) -> None:
        dato = conferisci("SENZA INCARICO", "po", "S1", atto=atto, dal=dal)
        assert dato.dal == dal
        [fatto] = storia.di_incarichi(dato.ente_id, dato.persona_id, 10)
        tardi = dal < datetime(2026, 3, 1, 23, tzinfo=UTC)
        assert ("con decorrenza già passata dal 12/02/2026" in fatto.che_cosa) == tardi

    def test_one_action_of_the_registro_with_its_row(self) -> None:
        dato = conferisci("SENZA INCARICO", "po", "S2", motivo="Nuova assunzione.")
        [evento] = Evento.objects.filter(procedura="incarico", oggetto_id=dato.pk)
        assert (evento.verbo, evento.motivazione) == ("conferisce", "Nuova assunzione.")
        assert evento.persona_id == mondo.persona("GESTIONE CONTROLLO").pk
        assert evento.incarico_id == incarico_di("GESTIONE CONTROLLO").pk
        [riga] = Modifica.objects.filter(evento_id=evento.pk)
        assert (riga.tabella, riga.operazione, riga.riga_id) == ("cycle_incarico", "I", dato.pk)


class TestDelegare:
    def test_r81_acts_are_recorded_as_by_delega_of(self) -> None:
        data = delega()
        assert compie("SENZA INCARICO", "proponi", "bozza")
        evento = Evento.objects.get(verbo="proponi", persona_id=mondo.persona("SENZA INCARICO").pk)
        assert evento.incarico_id == data.pk
        assert evento.per_conto_di_id == mondo.persona("UNO DIRIGENTE").pk

    def test_r81_the_ambito_restricts(self) -> None:
        delega(ambito=["trasmetti_relazione"])
        with pytest.raises(NonAutorizzato):
            compie("SENZA INCARICO", "proponi", "bozza")
        relazione = RelazioneSemestrale.objects.filter(
            obiettivo=mondo.in_stato("in_corso")
        ).order_by("periodo")[0]
        mondo.compila(relazione, "UNO PO")
        mondo.muovi(relazione, "trasmetti", "SENZA INCARICO")

    def test_who_acts_by_delega_sees_what_he_acts_on(self) -> None:
        """The drafts of the unit come with any delega: not those of another."""
        delega(ambito=["proponi_obiettivo"])
        suo = mondo.attore("SENZA INCARICO")
        assert suo.incarico_per("vedi_bozze", dove("S1").percorso)
        assert not suo.incarico_per("vedi_bozze", dove("S2").percorso)

    def test_r81_never_validation_nor_the_giunta_whatever_the_ente_grants(self) -> None:
        """Even where the ente has granted a dirigente what the Nucleo and the giunta decide."""
        nella_radice = GroupObjectPermission.objects.filter(
            group__name="alfa:dirigente", object_pk=str(dove("ENTE").pk)
        )[0]
        for nome in ("valida_obiettivo", "approva_obiettivo"):
            GroupObjectPermission.objects.create(
                group=Group.objects.get(name="alfa:dirigente"),
                permission=Permission.objects.get(codename=nome),
                content_type=nella_radice.content_type,
                object_pk=nella_radice.object_pk,
            )
        delega()
        dirigente, delegato = mondo.attore("UNO DIRIGENTE"), mondo.attore("SENZA INCARICO")
        for nome in ("valida_obiettivo", "approva_obiettivo"):
            assert dirigente.incarico_per(nome, dove("S1").percorso)
            assert not delegato.incarico_per(nome, dove("S1").percorso)
        assert not delegato.incarico_per("delega_funzioni", dove("S1").percorso)

    def test_r81_it_is_not_passed_on(self) -> None:
        data = delega()
        with pytest.raises(NonAutorizzato):
            delega("SENZA INCARICO", "UNO PO", di=data)
        with pytest.raises(NonAutorizzato):
            delega("SENZA INCARICO", "UNO PO", di=incarico_di("UNO DIRIGENTE"))

    def test_only_ones_own(self) -> None:
        for chi in ("DUE DIRIGENTE", "GESTIONE CONTROLLO", "UNO PO"):
            with pytest.raises(NonAutorizzato):
                delega("UNO DIRIGENTE", by=chi)
        with pytest.raises(NonAutorizzato):
            delega(unita="S2")
        with pytest.raises(NonAutorizzato):
            delega("UNO PO", a="SENZA INCARICO", ambito=["avvia_obiettivo"])

    @pytest.mark.parametrize(
        ("campi", "manca"),
        [
            ({"motivo": " "}, "motivo"),
            ({"ambito": []}, "ambito"),
            ({"ambito": ["valida_obiettivo"]}, "ambito"),
            ({"ambito": ["delega_funzioni"]}, "ambito"),
            ({"ambito": ["apri_anno"]}, "ambito"),
            ({"al": None}, "fine"),
            ({"al": mondo.ADESSO}, "date"),
            ({"atto": ""}, "atto"),
            ({"dal": mondo.ADESSO - UN_ATTIMO}, "decorrenza"),
            ({"a": "UNO DIRIGENTE"}, "persona"),
        ],
    )
    def test_r81_written_with_scope_reason_act_and_end(
        self, campi: dict[str, Any], manca: str
    ) -> None:
        with pytest.raises(NonPossibile) as rifiuto:
            delega(**campi)
        assert manca in guardie(rifiuto)

    def test_it_ends_with_the_incarico_it_comes_from(self) -> None:
        delega()
        cessa(incarico_di("UNO DIRIGENTE"), DOMANI)
        assert compie("SENZA INCARICO", "proponi", "bozza", DOMANI - UN_ATTIMO)
        with pytest.raises(NonAutorizzato):
            compie("SENZA INCARICO", "avvia", "approvato", DOMANI)
        tenuto = next(t for t in Incarichi(mondo.ente()).tenuti if t.tipo == "delega")
        assert (tenuto.al, tenuto.fine) == (FRA_UN_MESE, DOMANI)

    def test_and_not_after_it(self) -> None:
        cessa(incarico_di("UNO DIRIGENTE"), FRA_UN_MESE - UN_ATTIMO)
        with pytest.raises(NonPossibile) as rifiuto:
            delega()
        assert guardie(rifiuto) == ["fine"]

    def test_r57_delegated_acts_count_for_both(self) -> None:
        """The delegato proposes; neither he nor the delegante can validate it."""
        delega()
        compie("SENZA INCARICO", "proponi", "bozza")
        o = mondo.in_stato("bozza")
        fatti = OBIETTIVO.fascicoli([o], mondo.ADESSO, Richiesta())[o.pk]
        assert fatti.agito_per_il_settore >= {
            mondo.persona(n).pk for n in ("SENZA INCARICO", "UNO DIRIGENTE")
        }

    @pytest.mark.parametrize("permesso", ["conferisci_incarico", "gestisci_ente"])
    def test_r81_who_has_a_delega_gives_himself_nothing(self, permesso: str) -> None:
        """Controllo away lends its work, not the power to make another controllo without end."""
        tenuto = Incarico.objects.get(persona=mondo.persona("GESTIONE CONTROLLO"))
        assert permesso not in delegabili("controllo")
        Incarico.objects.create(
            ente=tenuto.ente,
            persona=mondo.persona("SENZA INCARICO"),
            ruolo="controllo",
            unita=tenuto.unita,
            tipo="delega",
            delegante=tenuto,
            atto_di_conferimento="nota n. 1",
            ambito=[permesso],  # written by whoever, before this was so
            dal=mondo.ADESSO,
        )
        suoi = mondo.attore("SENZA INCARICO").incarichi
        assert suoi
        assert not any(i.consente(permesso, i.percorso) for i in suoi)


class TestCessare:
    def test_r83_from_that_instant_on(self) -> None:
        cessa(incarico_di("UNO DIRIGENTE"))
        with pytest.raises(NonAutorizzato):
            compie("UNO DIRIGENTE", "proponi", "bozza")
        assert mondo.attore("UNO DIRIGENTE", istante=mondo.ADESSO - UN_ATTIMO).incarichi

    def test_the_last_one_who_gives_incarichi_stays(self) -> None:
        """Nobody could come in and put it right: another must have it first, without end."""
        i = incarico_di("GESTIONE CONTROLLO")
        with pytest.raises(NonPossibile) as rifiuto:
            cessa(i, DOMANI)
        assert guardie(rifiuto) == ["ultimo"]
        altro = mondo.persona("SENZA INCARICO")
        Incarico.objects.create(
            ente_id=i.ente_id,
            persona=altro,
            ruolo="controllo",
            unita_id=i.unita_id,
            atto_di_conferimento="decreto n. 7",
            dal=mondo.ADESSO,
        )
        assert cessa(i, DOMANI).al == DOMANI

    def test_never_backdated_never_prolonged_never_twice(self) -> None:
        i = incarico_di("UNO DIRIGENTE")
        with pytest.raises(NonPossibile) as rifiuto:
            cessa(i, mondo.ADESSO - UN_ATTIMO)
        assert guardie(rifiuto) == ["decorrenza"]
        cessa(i, DOMANI)
        with pytest.raises(NonPossibile) as rifiuto:
            cessa(i, FRA_UN_MESE)
        assert guardie(rifiuto) == ["fine"]
        assert cessa(i, mondo.ADESSO).al == mondo.ADESSO
        with pytest.raises(NonPossibile) as rifiuto:
            cessa(i, DOMANI)
        assert guardie(rifiuto) == ["cessato"]
        with pytest.raises(NonPossibile) as rifiuto:
            cessa(incarico_di("UNO PO"), atto=" ")
        assert guardie(rifiuto) == ["atto"]

    def test_one_that_has_not_begun_is_revoked(self) -> None:
        futuro = conferisci("SENZA INCARICO", "po", "S1", dal=FRA_UN_MESE)
        revocato = cessa(futuro)
        assert revocato.al == revocato.dal
        assert not mondo.attore("SENZA INCARICO", istante=FRA_UN_MESE).incarichi
        assert conferisci("SENZA INCARICO", "po", "S1", dal=FRA_UN_MESE)

    def test_who_gave_a_delega_withdraws_it(self) -> None:
        data = delega()
        for chi in ("UNO PO", "DUE DIRIGENTE", "SENZA INCARICO"):
            with pytest.raises(NonAutorizzato):
                cessa(data, by=chi)
        cessa(data, by="UNO DIRIGENTE")
        assert not mondo.attore("SENZA INCARICO").incarichi

    def test_nobody_else_ends_an_incarico(self) -> None:
        for chi in ("UNO DIRIGENTE", "GENERALE SEGRETARIO", "UNO PO", "SENZA INCARICO"):
            with pytest.raises(NonAutorizzato):
                cessa(incarico_di("UNO PO"), by=chi)

    def test_what_was_done_stays(self) -> None:
        azione = compie("UNO DIRIGENTE", "proponi", "bozza")
        cessa(incarico_di("UNO DIRIGENTE"))
        assert mondo.in_stato("bozza").stato == "proposta"
        assert Evento.objects.filter(azione=azione, verbo="proponi").exists()
        assert Evento.objects.get(verbo="cessa").motivazione == "Trasferimento."


class TestInterim:
    def test_r57_r82_judged_on_the_union_of_roles(self) -> None:
        """Who is ad interim of a settore and acted there cannot validate it, whatever else he
        is: here a member of the Nucleo by the commands, which ask nobody's leave."""
        ente = mondo.ente()
        terzo = mondo.persona("TERZO NUCLEO")
        scrivi(
            ente=ente,
            conferimenti=[
                Conferimento(terzo, "dirigente", dove("S1"), "d. 9", mondo.INIZIO, None, "interim")
            ],
            attore=di_comando(ente.pk, mondo.INIZIO),
            istante=mondo.INIZIO,
        )
        relazione = RelazioneSemestrale.objects.filter(
            obiettivo=mondo.in_stato("in_corso")
        ).order_by("periodo")[0]
        mondo.compila(relazione, "TERZO NUCLEO")
        mondo.muovi(relazione, "trasmetti", "UNO DIRIGENTE")
        with pytest.raises(NonPossibile) as rifiuto:
            mondo.muovi(relazione, "valida", "TERZO NUCLEO", seduta=mondo.seduta())
        assert guardie(rifiuto) == ["separazione_delle_funzioni"]
        mondo.muovi(relazione, "valida", "SECONDO NUCLEO", seduta=mondo.seduta())


class TestNelDatabase:
    def test_no_two_of_one_person_role_and_unit_overlap(self) -> None:
        i = incarico_di("UNO DIRIGENTE")
        with pytest.raises(IntegrityError), transaction.atomic():
            Incarico.objects.create(
                ente=i.ente,
                persona=i.persona,
                ruolo=i.ruolo,
                unita=i.unita,
                atto_di_conferimento="d. 2",
                dal=mondo.ADESSO,
            )

    def test_the_ambito_of_what_was_given_does_not_change(self) -> None:
        data = delega(ambito=["trasmetti_relazione"])
        with pytest.raises(IntegrityError), transaction.atomic():
            Incarico.objects.filter(pk=data.pk).update(ambito=[])


class TestChiPuo:
    @pytest.fixture
    def letti(self) -> Callable[[], Incarichi]:
        return lambda: Incarichi(mondo.ente())

    def test_own_before_delegated(self, letti: Callable[[], Incarichi]) -> None:
        delega()
        s1 = dove("S1").percorso
        chi = letti().chi_puo("proponi_obiettivo", s1, mondo.ADESSO)
        assert [(t.persona, t.delegante) for t in chi.possono] == [
            ("Uno Dirigente", ""),
            ("Senza Incarico", "Uno Dirigente"),
        ]
        assert chi.perche == ()

    def test_if_nobody_why(self, letti: Callable[[], Incarichi]) -> None:
        s1 = dove("S1").percorso
        cessa(incarico_di("UNO DIRIGENTE"))
        conferisci("SENZA INCARICO", "dirigente", "S1", dal=FRA_UN_MESE)
        chi = letti().chi_puo("proponi_obiettivo", s1, mondo.ADESSO)
        assert chi.possono == ()
        assert chi.perche == (
            "Serve un incarico di Dirigente su «Servizi alla persona», o su un'unità che la "
            "comprende.",
            "L'ultimo è stato Uno Dirigente, Dirigente, fino al 02/03/2026.",
            "Dal 01/04/2026 potrà farlo Senza Incarico, Dirigente.",
        )

    def test_a_delega_that_does_not_cover_it_is_named(self, letti: Callable[[], Incarichi]) -> None:
        delega(ambito=["trasmetti_relazione"])
        Utente.objects.filter(pk=mondo.utente("UNO DIRIGENTE").pk).update(is_active=False)
        chi = letti().chi_puo("proponi_obiettivo", dove("S1").percorso, mondo.ADESSO)
        assert "La delega di Senza Incarico non lo comprende." in chi.perche
        assert any("non ha un'utenza attiva" in p for p in chi.perche)

    def test_r57_who_acted_is_named_with_what_stands_in_his_way(
        self, letti: Callable[[], Incarichi]
    ) -> None:
        o = mondo.in_stato("rendicontato")
        conferisci("GENERALE SEGRETARIO", "nucleo", "ENTE")
        fatti = OBIETTIVO.fascicoli([o], mondo.ADESSO, Richiesta())[o.pk]
        agito = fatti.agito_per_il_settore | {mondo.persona("GENERALE SEGRETARIO").pk}
        valida = OBIETTIVO.macchina.transizione("valida")
        assert valida is not None
        chi, ostacoli = chi_puo_il_passo(
            letti(), OBIETTIVO, valida, replace(fatti, agito_per_il_settore=agito), mondo.ADESSO
        )
        assert [t.persona for t in chi.possono] == [
            "Generale Segretario",
            "Primo Nucleo",
            "Secondo Nucleo",
            "Terzo Nucleo",
        ]
        impediti = {pk: [m.guardia for m in motivi] for pk, motivi in ostacoli.items() if motivi}
        assert impediti == {mondo.persona("GENERALE SEGRETARIO").pk: ["separazione_delle_funzioni"]}

    def test_what_can_somebody_do_and_why(self, letti: Callable[[], Incarichi]) -> None:
        data = delega(ambito=["trasmetti_relazione"])
        poteri = letti().che_cosa_puo(mondo.persona("SENZA INCARICO").pk, mondo.ADESSO)
        assert {(p.permesso, p.unita.codice, p.tenuto.id) for p in poteri} == {
            ("trasmetti_relazione", "S1", data.pk),
            ("vedi_bozze", "S1", data.pk),
            ("vedi_insiemi", "S1", data.pk),
        }
        assert letti().che_cosa_puo(mondo.persona("SENZA INCARICO").pk, FRA_UN_MESE) == []

    def test_three_queries_whatever_the_incarichi(self, django_assert_num_queries: Any) -> None:
        ente, s1 = mondo.ente(), dove("S1").percorso
        with django_assert_num_queries(3):
            Incarichi(ente).chi_puo("proponi_obiettivo", s1, mondo.ADESSO)
        for giorno in range(20):
            conferisci(
                "SENZA INCARICO",
                "po",
                "S1",
                dal=mondo.ADESSO + timedelta(days=giorno),
                al=mondo.ADESSO + timedelta(days=giorno + 1),
            )
        with django_assert_num_queries(3):
            Incarichi(ente).chi_puo("proponi_obiettivo", s1, mondo.ADESSO)


def test_every_permission_has_a_name() -> None:
    assert not [p for p in PERMESSI if nome_permesso(p) == p.replace("_", " ")]


def test_r81_nobody_may_delegate_what_the_nucleo_or_the_giunta_decides() -> None:
    for procedura in PROCEDURE.values():
        for t in procedura.macchina.transizioni:
            if t.regole.organo in ("giunta", "nucleo"):
                assert f"{t.nome}_{procedura.nome}" in NON_DELEGABILI
    for ruolo in RUOLI:
        assert not set(delegabili(ruolo)) & NON_DELEGABILI


def test_what_is_read_at_once_is_what_is_asked_one_by_one() -> None:
    delega(ambito=["trasmetti_relazione"])
    conferisci("UNO PO", "po", "S2", dal=DOMANI, al=FRA_UN_MESE, interim=True)
    cessa(incarico_di("DUE DIRIGENTE"), DOMANI)
    letti = Incarichi(mondo.ente())
    for nome in mondo.PERSONE:
        for istante in (mondo.INIZIO, mondo.ADESSO, DOMANI, FRA_UN_MESE):
            pk = mondo.persona(nome).pk
            atteso = permissions.attore(mondo.ente().pk, pk, istante)
            assert letti.attore(pk, istante).incarichi == atteso.incarichi
