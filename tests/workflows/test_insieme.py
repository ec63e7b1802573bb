# SPDX-License-Identifier: AGPL-3.0-or-later
"""The approval of the PEG as the regulation tells it: a set, its pareri, one Atto (R2, R3, R15)."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest
from viewflow.workflow.models import Task

from cycle.exports.allegato import verifica
from cycle.models import Atto, Insieme, Obiettivo, Parere, VersioneObiettivo, VoceInsieme
from cycle.procedures import INSIEME
from cycle.services.insiemi import togli
from notifications.models import Notifica
from tests import giunta, mondo
from tests.fotografia import fotografia
from workflows.errors import Conflitto, NonAutorizzato, NonPossibile, NonTrovato, Rifiuto
from workflows.processes import approvazione_peg, banco
from workflows.registro.models import Evento

pytestmark = pytest.mark.usefixtures("db")


def stati(*codici: str) -> list[str]:
    return [mondo.obiettivo(c).stato for c in codici]


class TestDecisione:
    def test_r2_one_act_approves_the_whole_set(self) -> None:
        insieme = giunta.istruito()
        esito = giunta.deciso(insieme)
        atto = Atto.objects.get(pk=esito.atto_id)
        assert stati(*giunta.PROPOSTE) == ["approvato", "approvato"]
        insieme.refresh_from_db()
        assert (insieme.stato, insieme.atto) == ("deciso", atto)
        assert not VoceInsieme.objects.filter(insieme=insieme, in_attesa=True).exists()
        versioni = VersioneObiettivo.objects.filter(atto=atto)
        assert {(v.obiettivo.codice, v.numero) for v in versioni} == {("OE02", 1), ("OE11", 1)}
        # what was approved is what was submitted, word for word
        assert {v.sha256 for v in versioni} == set(
            VoceInsieme.objects.filter(insieme=insieme).values_list("impronta", flat=True)
        )
        assert verifica(atto).provato

    def test_r15_the_act_carries_the_pareri_of_its_set(self) -> None:
        atto = Atto.objects.get(pk=giunta.deciso(giunta.istruito()).atto_id)
        assert atto.parere_tecnico == "favorevole, Generale Segretario, 02/03/2026"
        assert atto.parere_contabile == "non dovuto, Conti Ragioneria, 02/03/2026"

    def test_r84_every_step_is_in_the_registro(self) -> None:
        insieme = giunta.istruito()
        esito = giunta.deciso(insieme)
        eventi = Evento.objects.filter(procedura="insieme", oggetto_id=insieme.pk).order_by("pk")
        assert [(e.verbo, e.radice_id) for e in eventi] == [
            ("componi", None),
            ("sottoponi", None),
            ("rendi_parere", None),
            ("rendi_parere", None),
            ("decidi", None),
        ]
        assert eventi[4].atto_id == esito.atto_id
        assert (eventi[4].organo, eventi[4].ruolo) == ("giunta", "segreteria")
        approvati = Evento.objects.filter(verbo="approva", atto_id=esito.atto_id)
        assert {e.dati["insieme"] for e in approvati} == {str(insieme.pid)}

    def test_only_those_that_pass_and_the_others_go_back_with_the_reason(self) -> None:
        pronto, altro = giunta.proposte()
        insieme = giunta.sottoposto()
        giunta.parere(insieme, "tecnico")
        giunta.parere(insieme, "contabile")
        esito = giunta.deciso(
            insieme, rinviati=frozenset({altro.pk}), motivo_rinvio="Da precisare i target."
        )
        assert (esito.approvati, esito.rinviati) == ((pronto.pk,), (altro.pk,))
        assert stati(*giunta.PROPOSTE) == ["approvato", "bozza"]
        rinvio = Evento.objects.get(verbo="rinvia", oggetto_id=altro.pk)
        assert rinvio.motivazione == "Da precisare i target."

    def test_r84_sending_back_needs_the_reason_and_nothing_is_done(self) -> None:
        _pronto, altro = giunta.proposte()
        insieme = giunta.istruito()
        prima = fotografia()
        with pytest.raises(NonPossibile, match="motivazione"):
            giunta.deciso(insieme, rinviati=frozenset({altro.pk}))
        assert fotografia() == prima

    def test_r2_an_act_that_approves_nothing_is_no_decision(self) -> None:
        obiettivi = giunta.proposte()
        insieme = giunta.istruito()
        prima = fotografia()
        with pytest.raises(NonPossibile, match="li rinvia tutti"):
            giunta.deciso(
                insieme,
                rinviati=frozenset(o.pk for o in obiettivi),
                motivo_rinvio="Mancano le risorse.",
            )
        assert fotografia() == prima

    @pytest.mark.parametrize(
        ("atto", "messaggio"),
        [
            (giunta.atto(numero="  "), "Manca l'atto"),
            (giunta.atto(giorno=date(1926, 2, 20)), "più di dieci anni fa"),
            (giunta.atto(giorno=None), "Manca l'atto"),
            (giunta.atto(giorno=date(2026, 3, 3)), "data futura"),
            (giunta.atto(organo="consiglio"), "la giunta, o il commissario"),
            (giunta.atto(numero="OE03", giorno=date(2026, 2, 20)), "già registrato"),
            (giunta.atto(numero="7" * 31), "lungo 31 caratteri"),
        ],
    )
    def test_r2_an_act_that_does_not_stand_writes_nothing(self, atto, messaggio) -> None:
        insieme = giunta.istruito()
        prima = fotografia()
        with pytest.raises(NonPossibile, match=messaggio):
            giunta.deciso(insieme, atto=atto)
        assert fotografia() == prima

    def test_an_empty_set_is_not_submitted(self) -> None:
        with pytest.raises(NonPossibile, match="vuoto"):
            giunta.sottoposto([])

    @pytest.mark.parametrize("chi", [giunta.CONTROLLO, "UNO DIRIGENTE", "SINDACA GIUNTA"])
    def test_r3_only_the_segreteria_records_it(self, chi: str) -> None:
        with pytest.raises(NonAutorizzato):
            giunta.deciso(giunta.istruito(), chi=chi)

    def test_a_number_decides_once(self) -> None:
        insieme = giunta.istruito()
        giunta.deciso(insieme)
        with pytest.raises(Conflitto):
            giunta.deciso(insieme)


class TestCambiato:
    """A set changed since it was submitted or seen: 409, and the objectives are named."""

    def test_r30_a_scheda_written_after_it_was_submitted_is_named(self) -> None:
        insieme = giunta.istruito()
        Obiettivo.objects.filter(pk=mondo.obiettivo("OE11").pk).update(titolo="Un altro")
        prima = fotografia()
        with pytest.raises(Conflitto, match=r"La scheda di OE11 è cambiata"):
            giunta.deciso(insieme)
        assert fotografia() == prima

    def test_what_the_settore_manages_is_no_change_of_the_scheda(self) -> None:
        insieme = giunta.istruito()
        Obiettivo.objects.filter(pk=mondo.obiettivo("OE11").pk).update(percentuale_calcolata=1)
        giunta.deciso(insieme)

    def test_r15_one_of_a_set_goes_back_by_its_decision_or_out_of_it(self) -> None:
        insieme = giunta.istruito()
        prima = fotografia()
        with pytest.raises(NonPossibile) as detto:
            mondo.muovi(mondo.obiettivo("OE11"), "rinvia", giunta.CONTROLLO, motivazione="No.")
        [motivo] = detto.value.tutti()
        assert motivo.guardia == "in_nessun_insieme"
        assert insieme.nome in motivo.messaggio
        assert fotografia() == prima
        giunta.passo(insieme, "ritira")
        togli(
            insieme=insieme,
            obiettivi=[mondo.obiettivo("OE11").pk],
            by=mondo.attore(giunta.CONTROLLO),
            istante=mondo.ADESSO,
        )
        mondo.muovi(mondo.obiettivo("OE11"), "rinvia", giunta.CONTROLLO, motivazione="No.")
        assert stati("OE11") == ["bozza"]

    def test_r50_a_set_withdrawn_and_submitted_again_since_the_preview(self) -> None:
        insieme = giunta.istruito()
        vista = Insieme.objects.get(pk=insieme.pk).revisione
        giunta.passo(insieme, "ritira")
        nuovo = giunta.passo(insieme, "sottoponi")
        with pytest.raises(Conflitto, match="mentre lo si guardava"):
            giunta.deciso(nuovo, revisione=vista)


class TestPareri:
    def test_r15_without_pareri_nothing_is_decided(self) -> None:
        insieme = giunta.sottoposto()
        with pytest.raises(NonPossibile) as detto:
            giunta.deciso(insieme)
        assert [m.guardia for m in detto.value.tutti()] == ["pareri_resi"] * 2
        giunta.parere(insieme, "tecnico")
        with pytest.raises(NonPossibile, match="regolarità contabile"):
            giunta.deciso(insieme)

    def test_r15_a_contrary_parere_does_not_stop_but_is_answered(self) -> None:
        insieme = giunta.sottoposto()
        giunta.parere(insieme, "tecnico", "contrario", "I target non sono misurabili.")
        giunta.parere(insieme, "contabile")
        with pytest.raises(NonPossibile, match="contrario"):
            giunta.deciso(insieme)
        giunta.deciso(insieme, motivazione="La misura è descritta nel DUP.")
        assert stati("OE02") == ["approvato"]

    @pytest.mark.parametrize("esito", ["contrario", "non_dovuto"])
    def test_r15_who_is_against_says_why(self, esito: str) -> None:
        insieme = giunta.sottoposto()
        with pytest.raises(NonPossibile, match="motivazione"):
            giunta.parere(insieme, "tecnico", esito, "  ")

    def test_r15_who_may_give_which(self) -> None:
        insieme = giunta.sottoposto()
        for tipo, chi in (
            ("tecnico", giunta.RAGIONERIA),
            ("tecnico", "UNO DIRIGENTE"),  # of a settore, and the set is the whole ente's
            ("contabile", giunta.SEGRETARIO),
        ):
            with pytest.raises(NonAutorizzato):
                giunta.parere(insieme, tipo, chi=chi)

    @pytest.mark.parametrize(
        ("di", "possono", "no"),
        [
            ("dirigente_o_segretario", ["UNO DIRIGENTE", giunta.SEGRETARIO], "DUE DIRIGENTE"),
            ("dirigente", ["UNO DIRIGENTE"], giunta.SEGRETARIO),
            ("segretario", [giunta.SEGRETARIO], "UNO DIRIGENTE"),
        ],
    )
    def test_r15_the_ente_says_who_gives_the_technical_one(
        self, di: str, possono: list[str], no: str
    ) -> None:
        """Of a set of one settore, its dirigente too: who may is told, and offered it."""
        ciclo = mondo.ciclo()
        ciclo.parametri = {**ciclo.parametri, "parere_tecnico_di": di}
        ciclo.save(update_fields=["parametri"])
        insieme = giunta.sottoposto([mondo.obiettivo("OE02")])
        avvisati = Notifica.objects.filter(
            materia=f"insieme:{insieme.pk}", motivo="da_fare", chiusa_il=None
        )
        chi = {mondo.persona(nome).pk for nome in [*possono, giunta.RAGIONERIA]}
        assert {n.persona_id for n in avvisati} == chi
        with pytest.raises(NonAutorizzato, match="tutte le unità dell'insieme"):
            giunta.parere(insieme, "tecnico", chi=no)
        giunta.parere(insieme, "tecnico", chi=possono[0])
        assert Parere.objects.get(insieme=insieme).persona_id == mondo.persona(possono[0]).pk

    def test_a_parere_is_given_once_and_on_what_was_read(self) -> None:
        insieme = giunta.sottoposto()
        giunta.parere(insieme, "tecnico")
        with pytest.raises(Conflitto):
            giunta.parere(insieme, "tecnico")
        giunta.passo(insieme, "ritira")
        Obiettivo.objects.filter(pk=mondo.obiettivo("OE11").pk).update(titolo="Un altro")
        nuovo = giunta.passo(insieme, "sottoponi")
        with pytest.raises(Conflitto, match="non è più quello"):
            giunta.parere(insieme, "contabile")  # with the digest read before
        giunta.parere(nuovo, "tecnico")
        assert Parere.objects.filter(insieme=insieme, tipo="tecnico").count() == 2

    def test_r15_where_the_ente_keeps_them_elsewhere_the_decision_is_next(self) -> None:
        ciclo = mondo.ciclo()
        type(ciclo).objects.filter(pk=ciclo.pk).update(parametri={"pareri_obbligatori": False})
        insieme = giunta.sottoposto()
        processo = approvazione_peg.processo(insieme)
        assert processo is not None
        assert (processo.dati["pareri_dovuti"], processo.aperti) == (False, {"decisione"})
        giunta.deciso(insieme)


class TestComposizione:
    def test_404_for_an_objective_of_another_ente(self) -> None:
        with pytest.raises(NonTrovato):
            giunta.composto([mondo.obiettivo("OE02", "beta")])

    def test_r30_one_set_at_a_time(self) -> None:
        giunta.composto()
        with pytest.raises(NonPossibile, match="OE02, OE11 aspettano già"):
            giunta.composto()

    def test_r15_an_objective_that_waits_in_a_set_is_not_approved_alone(self) -> None:
        """Submitted or still being filled: the reason names the set, and nothing is written."""
        insieme = giunta.composto()
        [primo, _altro] = giunta.proposte()
        for stato in ("in_preparazione", "in_istruttoria"):
            assert Insieme.objects.get(pk=insieme.pk).stato == stato
            with pytest.raises(NonPossibile) as errore:
                mondo.muovi(primo, "approva", giunta.SEGRETERIA, atto=mondo.atto())
            assert [(m.guardia, m.messaggio) for m in errore.value.tutti()] == [
                (
                    "in_nessun_insieme",
                    "L'obiettivo aspetta la decisione nell'insieme «PEG di prova».",
                )
            ]
            assert mondo.obiettivo(primo.codice).stato == "proposta"
            if stato == "in_preparazione":
                insieme = giunta.passo(insieme, "sottoponi")

    def test_r15_out_of_the_set_it_can_be_approved_alone(self) -> None:
        giunta.passo(giunta.composto(), "annulla")
        [primo, _altro] = giunta.proposte()
        mondo.muovi(primo, "approva", giunta.SEGRETERIA, atto=mondo.atto())
        assert mondo.obiettivo(primo.codice).stato == "approvato"

    def test_what_is_no_proposal_does_not_enter(self) -> None:
        with pytest.raises(NonPossibile, match="OE01, OE03 non sono proposte"):
            giunta.composto([mondo.obiettivo("OE01"), mondo.obiettivo("OE03")])

    def test_an_annulled_set_frees_its_objectives(self) -> None:
        primo = giunta.composto()
        giunta.passo(primo, "annulla")
        assert giunta.composto().stato == "in_preparazione"

    def test_r15_a_submitted_set_does_not_change(self) -> None:
        from cycle.services import insiemi

        insieme = giunta.sottoposto()
        with pytest.raises(Conflitto, match="non cambia più"):
            insiemi.togli(
                insieme=insieme,
                obiettivi=[mondo.obiettivo("OE11").pk],
                by=mondo.attore(giunta.CONTROLLO),
                istante=mondo.ADESSO,
            )


class TestProcesso:
    """Flow and FSM never disagree (`house.md`)."""

    def d_accordo(self, insieme: Insieme) -> None:
        insieme.refresh_from_db()
        p = approvazione_peg.processo(insieme)
        in_corso = banco.in_corso(approvazione_peg.ApprovazionePeg, insieme).count()
        assert in_corso == int(insieme.stato == "in_istruttoria")
        if insieme.stato == "in_istruttoria":
            assert p is not None
            resi = {
                f"parere_{t}"
                for t in Parere.objects.filter(
                    insieme=insieme, impronta=insieme.impronta
                ).values_list("tipo", flat=True)
            }
            assert p.fatti == resi
            tutti = {"parere_tecnico", "parere_contabile"}
            assert p.aperti == ((tutti - resi) or {"decisione"})
        elif insieme.stato == "deciso":
            assert p is not None
            assert (p.in_corso, p.aperti) == (False, frozenset())
            assert "decisione" in p.fatti
        elif p is not None:
            assert not p.in_corso
            assert not p.aperti

    @pytest.mark.parametrize("ordine", list(permutations(["tecnico", "contabile"])))
    def test_the_two_pareri_in_either_order_then_the_decision(self, ordine) -> None:
        insieme = giunta.composto()
        self.d_accordo(insieme)
        insieme = giunta.passo(insieme, "sottoponi")
        self.d_accordo(insieme)
        for tipo in ordine:
            giunta.parere(insieme, tipo)
            self.d_accordo(insieme)
        giunta.deciso(insieme)
        self.d_accordo(insieme)

    @pytest.mark.parametrize("resi", [(), ("tecnico",), ("tecnico", "contabile")])
    def test_withdrawing_cancels_it_wherever_it_stands(self, resi) -> None:
        insieme = giunta.sottoposto()
        for tipo in resi:
            giunta.parere(insieme, tipo)
        insieme = giunta.passo(insieme, "ritira")
        self.d_accordo(insieme)
        tolti = banco.processi(approvazione_peg.ApprovazionePeg, insieme)
        assert not Task.objects.filter(process__in=tolti, status="NEW").exists()
        insieme = giunta.passo(insieme, "sottoponi")
        self.d_accordo(insieme)  # the same text again: what was given on it stands
        giunta.passo(insieme, "ritira")
        Obiettivo.objects.filter(pk=mondo.obiettivo("OE11").pk).update(titolo="Un altro")
        insieme = giunta.passo(insieme, "sottoponi")
        self.d_accordo(insieme)
        assert approvazione_peg.processo(insieme).fatti == set()

    def test_a_refused_decision_leaves_the_task_open(self) -> None:
        insieme = giunta.istruito()
        with pytest.raises(Rifiuto):
            giunta.deciso(insieme, atto=giunta.atto(numero=""))
        self.d_accordo(insieme)

    def test_it_writes_no_state(self) -> None:
        """A task closed by hand moves no set: the FSM is the law."""
        insieme = giunta.istruito()
        approvazione_peg.compi(insieme, "decisione", None)
        insieme.refresh_from_db()
        assert insieme.stato == "in_istruttoria"


class TestNotizie:
    def da_fare(self) -> set[str]:
        aperte = Notifica.objects.filter(
            materia__startswith="insieme:", motivo="da_fare", chiusa_il=None
        )
        return {n.utente.username.split(".alfa")[0] for n in aperte}

    def test_first_the_pareri_then_the_segreteria_then_the_settori(self) -> None:
        insieme = giunta.sottoposto()
        assert self.da_fare() == {"generale.segretario", "conti.ragioneria"}
        giunta.parere(insieme, "tecnico")
        assert self.da_fare() == {"conti.ragioneria"}
        giunta.parere(insieme, "contabile")
        assert self.da_fare() == {"atti.segreteria"}
        giunta.deciso(insieme)
        assert self.da_fare() == set()
        avvisati = Notifica.objects.filter(materia=f"insieme:{insieme.pk}", chiusa_il=None)
        assert {"uno.dirigente.alfa", "uno.po.alfa", "due.dirigente.alfa"} <= {
            n.utente.username for n in avvisati
        }
        assert all("deciso" in n.testo for n in avvisati.filter(motivo="responsabile"))

    def test_one_matter_whatever_the_number_of_objectives(self) -> None:
        insieme = giunta.istruito()
        prima = set(Notifica.objects.values_list("pk", flat=True))
        giunta.deciso(insieme)
        nuove = Notifica.objects.exclude(pk__in=prima)
        assert {n.materia for n in nuove} == {f"insieme:{insieme.pk}"}
        assert len({n.persona_id for n in nuove}) == len(nuove)  # and one line a person


def test_the_set_is_bound_to_its_machine() -> None:
    assert INSIEME.macchina.nome == "insieme"
