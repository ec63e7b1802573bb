# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each guard of the machines: when it passes, when it does not, and what it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from cycle.models import Atto
from cycle.procedures import PROCEDURE
from tests.workflows.costruttori import (
    ALTRO_NUCLEO,
    DELEGATO,
    DIRIGENTE,
    ENTRAMBI,
    NUCLEO,
    PRIMO,
    SECONDO,
    TERZO_NUCLEO,
    attore,
    con_atto,
    con_motivo,
    con_seduta,
    convalida,
    fascicolo,
    indicatore,
    motivi,
    relazioni,
    specifico,
)
from workflows import (
    guards,
    guards_insieme,
    guards_neutralizzazione,
    guards_relazione,
    guards_variazione,
)
from workflows.guards import Guardia
from workflows.ports import FattiAtto, FattiRelazione, Incarico, Politica, Richiesta

GUARDIE = {
    nome: g
    for modulo in (
        guards,
        guards_insieme,
        guards_neutralizzazione,
        guards_relazione,
        guards_variazione,
    )
    for nome, g in vars(modulo).items()
    if isinstance(g, Guardia)
}


class TestSchedaCompleta:
    def test_r8_a_complete_scheda_lacks_nothing(self) -> None:
        assert [m for g in guards.SCHEDA_COMPLETA for m in motivi(g, fascicolo())] == []

    def test_r6_without_a_responsabile_generale(self) -> None:
        f = fascicolo(responsabile_generale=None)
        assert motivi(guards.responsabile_presente, f) == ["Manca il responsabile generale."]

    def test_r8_without_specifici(self) -> None:
        f = fascicolo(specifici=())
        assert motivi(guards.specifici_presenti, f) == ["La scheda non ha obiettivi specifici."]

    def test_r8_without_indicators(self) -> None:
        f = fascicolo(specifici=(specifico(indicatori=()), specifico("OE0102", indicatori=())))
        assert motivi(guards.specifici_presenti, f) == [
            "Non c'è ancora un indicatore in nessuna voce di «obiettivi specifici»."
        ]

    def test_r8_one_specifico_with_one_indicator_is_enough(self) -> None:
        f = fascicolo(specifici=(specifico(indicatori=()), specifico("OE0102")))
        assert motivi(guards.specifici_presenti, f) == []

    def test_r8_every_indicator_lacking_a_target_is_named_with_its_periods(self) -> None:
        f = fascicolo(
            specifici=(
                specifico(indicatori=(indicatore("Primo", con_target=frozenset()),)),
                specifico(
                    "OE0102",
                    indicatori=(
                        indicatore("Secondo", con_target=frozenset({"2026-1"})),
                        indicatore("Terzo"),
                    ),
                ),
            )
        )
        assert motivi(guards.target_in_ogni_periodo, f) == [
            "OE0101, «Primo»: manca il target di 2026-1, 2026-2.",
            "OE0102, «Secondo»: manca il target di 2026-2.",
        ]

    @pytest.mark.parametrize(
        ("inizio", "fine", "dovuti"),
        [
            (date(2026, 1, 1), date(2026, 6, 30), {"2026-1"}),
            (date(2026, 7, 1), date(2026, 12, 31), {"2026-2"}),
            (date(2026, 6, 30), date(2026, 7, 1), {"2026-1", "2026-2"}),
            (None, date(2026, 3, 1), {"2026-1"}),
            (date(2026, 9, 1), None, {"2026-2"}),
            (None, None, {"2026-1", "2026-2"}),
            (date(2027, 1, 1), date(2027, 2, 1), set()),
        ],
    )
    def test_r8_targets_are_due_in_the_periods_of_the_dates(
        self, inizio: date | None, fine: date | None, dovuti: set[str]
    ) -> None:
        senza = specifico(
            inizio=inizio, fine=fine, indicatori=(indicatore(con_target=frozenset()),)
        )
        pieno = replace(senza, indicatori=(indicatore(con_target=frozenset(dovuti)),))
        assert bool(motivi(guards.target_in_ogni_periodo, fascicolo(specifici=(senza,)))) == bool(
            dovuti
        )
        assert motivi(guards.target_in_ogni_periodo, fascicolo(specifici=(pieno,))) == []

    @pytest.mark.parametrize(
        ("inizio", "fine", "bastano"),
        [
            (None, None, [{"2026-2"}]),
            # its own end is in the first: a target there, or of the end of the year
            (None, date(2026, 3, 1), [{"2026-1"}, {"2026-2"}]),
            (date(2026, 7, 1), None, [{"2026-2"}]),
        ],
    )
    def test_r8_where_targets_are_of_the_end_of_the_year_one_is_enough_and_none_is_not(
        self, inizio: date | None, fine: date | None, bastano: list[set[str]]
    ) -> None:
        politica = Politica(target_a_fine_anno=True)
        for con in ({"2026-1"}, {"2026-2"}, {"2026-1", "2026-2"}, set()):
            quale = specifico(
                inizio=inizio, fine=fine, indicatori=(indicatore(con_target=frozenset(con)),)
            )
            f = fascicolo(politica=politica, specifici=(quale,))
            mancano = motivi(guards.target_in_ogni_periodo, f)
            assert bool(mancano) == (not any(b <= con for b in bastano)), con
            assert con or mancano  # R8: a target there must be

    def test_r68_wrong_weights_are_told_of_each_specifico(self) -> None:
        f = fascicolo(
            specifici=(
                specifico(difetto_pesi="i pesi sommano 90 invece di 100: correggerli"),
                specifico("OE0102"),
                specifico("OE0103", difetto_pesi="i pesi degli indicatori mancano"),
            )
        )
        assert motivi(guards.pesi_a_cento, f) == [
            "OE0101: i pesi sommano 90 invece di 100: correggerli.",
            "OE0103: i pesi degli indicatori mancano.",
        ]

    def test_r8_a_node_is_required_only_of_the_types_of_the_policy(self) -> None:
        politica = Politica(nodo_obbligatorio=frozenset({"OE"}))
        senza = fascicolo(tipo="OE", politica=politica)
        assert motivi(guards.nodo_presente, senza) == [
            "L'obiettivo non è collegato ad alcun programma."
        ]
        assert motivi(guards.nodo_presente, replace(senza, nodi=1)) == []
        assert motivi(guards.nodo_presente, replace(senza, tipo="UO")) == []


class TestCheCosaPortaIlModulo:
    @pytest.mark.parametrize("motivazione", ["", " ", "\n\t \u00a0", "\u200b\u2060", "\x07"])
    def test_r18_r84_a_blank_reason_is_no_reason(self, motivazione: str) -> None:
        f = con_motivo(fascicolo(), motivazione)
        assert motivi(guards.motivazione_presente, f) == ["Manca la motivazione."]
        assert motivi(guards.motivazione_presente, con_motivo(f, "Target da rivedere.")) == []

    def test_r2_an_act_has_a_number_and_a_date(self) -> None:
        manca = ["Manca l'atto della giunta con numero e data."]
        assert motivi(guards.atto_presente, fascicolo()) == manca
        assert motivi(guards.atto_presente, con_atto(fascicolo(), numero=" ")) == manca
        assert motivi(guards.atto_presente, con_atto(fascicolo(), data=None)) == manca
        assert motivi(guards.atto_presente, con_atto(fascicolo())) == []

    def test_r2_r42_an_act_is_not_of_tomorrow_in_the_zone_of_the_ente(self) -> None:
        """At 23:30Z of 1 March it is already the 2nd in Rome, and still the 1st in Lisbon."""
        notte = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
        f = con_atto(fascicolo(), data=date(2026, 3, 2))
        assert motivi(guards.atto_presente, f, istante=notte) == []
        lisbona = replace(f, politica=Politica(fuso="Europe/Lisbon"))
        assert motivi(guards.atto_presente, lisbona, istante=notte) == [
            "L'atto porta una data futura (02/03/2026)."
        ]

    def test_r2_a_year_typed_wrong_is_said(self) -> None:
        """An act is immutable: of 1926 it would stay."""
        assert motivi(guards.atto_presente, con_atto(fascicolo(), data=date(1926, 2, 20))) == [
            "L'atto porta la data del 20/02/1926, più di dieci anni fa."
        ]
        assert motivi(guards.atto_presente, con_atto(fascicolo(), data=date.min)) != []

    @pytest.mark.parametrize("scritto", ["12", " 12 ", "12\u200b", "\ufeff12", "12\n", "\u00a012"])
    def test_r2_one_act_has_one_number(self, scritto: str) -> None:
        """However its blanks are written, seen and unseen."""
        assert FattiAtto(scritto, date(2026, 2, 20)).numero == "12"
        assert FattiAtto("12  bis", date(2026, 2, 20)).numero == "12 bis"

    @pytest.mark.parametrize("organo", ["consiglio", "dirigente", "", "sindaco"])
    def test_r3_only_the_giunta_or_the_commissario_approves(self, organo: str) -> None:
        f = con_atto(fascicolo(), organo=organo)
        assert motivi(guards.atto_presente, f) == [
            "Un obiettivo lo approva la giunta, o il commissario che ne ha i poteri."
        ]
        assert motivi(guards.atto_presente, con_atto(fascicolo(), organo="commissario")) == []

    def test_r2_what_is_too_long_to_be_kept_is_said(self) -> None:
        assert motivi(guards.atto_presente, con_atto(fascicolo(), numero="1" * 30)) == []
        assert motivi(guards.atto_presente, con_atto(fascicolo(), numero="1" * 31)) == [
            "Il numero dell'atto è lungo 31 caratteri: al massimo 30."
        ]
        for quale in ("parere_tecnico", "parere_contabile"):
            f = con_atto(fascicolo(), **{quale: "x" * 301})
            assert motivi(guards.pareri_presenti, f) == [
                "Un parere dell'atto è lungo 301 caratteri: al massimo 300."
            ]

    def test_r2_the_limits_are_those_of_the_columns(self) -> None:
        lunghezze = {c.name: getattr(c, "max_length", None) for c in Atto._meta.concrete_fields}
        assert lunghezze["numero"] == guards.MASSIMO_NUMERO
        assert lunghezze["parere_tecnico"] == guards.MASSIMO_PARERE
        assert lunghezze["parere_contabile"] == guards.MASSIMO_PARERE

    def test_r2_an_act_decides_once(self) -> None:
        f = con_atto(fascicolo(atto_registrato=True))
        assert motivi(guards.atto_presente, f) == [
            "L'atto n. 12 del 2026 è già registrato: un atto decide una volta sola."
        ]

    def test_r15_the_opinion_on_regularity_where_it_is_kept_here(self) -> None:
        f = con_atto(fascicolo(), parere_tecnico=" ")
        assert motivi(guards.pareri_presenti, f) == ["Manca il parere di regolarità tecnica."]
        assert motivi(guards.pareri_presenti, con_atto(fascicolo())) == []
        altrove = replace(f, politica=Politica(pareri_obbligatori=False))
        assert motivi(guards.pareri_presenti, altrove) == []
        # without an act there is nothing to carry it: another guard says so
        assert motivi(guards.pareri_presenti, fascicolo()) == []

    def test_r59_a_sitting_has_a_date(self) -> None:
        manca = ["Manca la seduta del Nucleo."]
        assert motivi(guards.seduta_valida, fascicolo()) == manca
        assert motivi(guards.seduta_valida, con_seduta(fascicolo(), data=None)) == manca
        assert motivi(guards.seduta_valida, con_seduta(fascicolo())) == []

    def test_r59_a_sitting_is_not_of_tomorrow(self) -> None:
        f = con_seduta(fascicolo(), data=date(2026, 3, 3))
        assert motivi(guards.seduta_valida, f) == ["La seduta porta una data futura (03/03/2026)."]

    def test_r59_the_quorum(self) -> None:
        f = con_seduta(fascicolo(), presenti=frozenset({NUCLEO}))
        assert motivi(guards.seduta_valida, f) == [
            "Presenti insufficienti: servono almeno 2 componenti che non si astengano."
        ]
        monocratico = replace(f, politica=Politica(quorum=1))
        assert motivi(guards.seduta_valida, monocratico) == []

    def test_r59_only_members_of_that_day_are_present(self) -> None:
        """Whoever was not one of them neither sits nor makes up the number."""
        f = con_seduta(fascicolo(), presenti=frozenset({NUCLEO, DIRIGENTE}))
        assert motivi(guards.seduta_valida, f) == [
            "Fra i presenti c'è chi non era componente del Nucleo il giorno della seduta.",
            "Presenti insufficienti: servono almeno 2 componenti che non si astengano.",
        ]

    def test_r59_who_records_was_there(self) -> None:
        f = con_seduta(fascicolo(), presenti=frozenset({ALTRO_NUCLEO, TERZO_NUCLEO}))
        assert motivi(guards.seduta_valida, f) == [
            "Chi registra la decisione non risulta presente alla seduta."
        ]

    @pytest.mark.parametrize(
        ("calcolata", "convalidata", "motivo", "passa"),
        [
            ("66.67", "66.67", "", True),
            ("66.67", "70", "Ritardo del fornitore.", True),
            ("66.67", "70", " ", False),
            ("66.67", None, "", False),
            ("66.67", "-1", "Un motivo.", False),
            ("66.67", "100.01", "Un motivo.", False),
            ("66.67", "0", "Un motivo.", True),
            ("66.67", "100", "Un motivo.", True),
            # no cap: what was computed may be confirmed, not raised (R71)
            ("212", "212", "", True),
            ("212", "213", "Un motivo.", False),
            # nothing was due: not assessed, not a failure (R73)
            (None, None, "", True),
            (None, "80", "", False),
            (None, "80", "Valutata a parte.", True),
        ],
    )
    def test_r56_a_validated_percentage_that_differs_has_a_reason(
        self, calcolata: str | None, convalidata: str | None, motivo: str, passa: bool
    ) -> None:
        f = fascicolo(convalide=(convalida(calcolata, convalidata, motivo),))
        assert (motivi(guards.scostamenti_motivati, f) == []) is passa

    def test_r56_every_specifico_is_told(self) -> None:
        f = fascicolo(convalide=(convalida("50", "60"), convalida("50", None)))
        assert len(motivi(guards.scostamenti_motivati, f)) == 2

    def test_r54_to_reopen_what_is_validated_the_figure_is_named(self) -> None:
        validato = fascicolo(stato="validato", stato_obiettivo="validato")
        assert motivi(guards.cifra_indicata, validato) == [
            "Manca la cifra che si è mossa dopo la validazione."
        ]
        detta = validato.con(Richiesta("Errore.", dati={"cifra": "pratiche: da 10 a 9"}))
        assert motivi(guards.cifra_indicata, detta) == []
        bianca = validato.con(Richiesta("Errore.", dati={"cifra": "  "}))
        assert motivi(guards.cifra_indicata, bianca) != []
        assert motivi(guards.cifra_indicata, replace(validato, stato="rendicontato")) == []


class TestTempoAttiPersone:
    @pytest.mark.parametrize(
        ("oggi", "dentro"),
        [
            (datetime(2025, 12, 31, 22, 59, 59, tzinfo=UTC), False),
            (datetime(2025, 12, 31, 23, 0, tzinfo=UTC), True),
            (datetime(2026, 12, 31, 22, 59, 59, 999999, tzinfo=UTC), True),
            (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), False),
        ],
    )
    def test_r8_r42_one_starts_within_the_planned_dates_or_with_a_reason(
        self, oggi: datetime, dentro: bool
    ) -> None:
        assert (motivi(guards.nella_finestra, fascicolo(), istante=oggi) == []) is dentro
        motivato = con_motivo(fascicolo(), "Anticipato per il bando regionale.")
        assert motivi(guards.nella_finestra, motivato, istante=oggi) == []

    def test_r8_open_dates_have_no_limit(self) -> None:
        f = fascicolo(inizio=None, fine=None)
        assert motivi(guards.nella_finestra, f) == []

    def test_r30_in_no_other_act(self) -> None:
        assert motivi(guards.in_nessun_altro_atto, fascicolo()) == []
        f = fascicolo(atto_in_vigore="giunta n. 7 del 30/01/2026")
        assert motivi(guards.in_nessun_altro_atto, f) == [
            "L'obiettivo è già approvato con giunta n. 7 del 30/01/2026."
        ]

    @pytest.mark.parametrize(
        ("primo", "secondo", "passa"),
        [
            ("validata", "da_compilare", False),
            ("da_compilare", "trasmessa", True),
            ("da_compilare", "validata", True),
            ("validata", "riaperta", False),
        ],
    )
    def test_r54_the_last_report_is_submitted(self, primo: str, secondo: str, passa: bool) -> None:
        f = fascicolo(relazioni=relazioni(primo, secondo))
        assert (motivi(guards.ultima_relazione_trasmessa, f) == []) is passa

    def test_r54_no_report_and_no_period_are_told_apart(self) -> None:
        assert motivi(guards.ultima_relazione_trasmessa, fascicolo()) == [
            "La relazione del periodo 2026-2 non è stata trasmessa."
        ]
        assert motivi(guards.ultima_relazione_trasmessa, fascicolo(periodi=())) == [
            "L'anno non ha periodi di rendicontazione."
        ]

    def test_r26_no_variazione_waits(self) -> None:
        assert motivi(guards.nessuna_variazione_pendente, fascicolo()) == []
        assert motivi(guards.nessuna_variazione_pendente, fascicolo(variazioni_aperte=1)) == [
            "C'è 1 richiesta di variazione da decidere."
        ]
        assert motivi(guards.nessuna_variazione_pendente, fascicolo(variazioni_aperte=2)) == [
            "Ci sono 2 richieste di variazione da decidere."
        ]

    def test_r54_every_period_is_validated(self) -> None:
        tutte = fascicolo(relazioni=relazioni("validata", "validata"))
        assert motivi(guards.ogni_periodo_validato, tutte) == []
        una = fascicolo(relazioni=relazioni("validata", "trasmessa"))
        assert motivi(guards.ogni_periodo_validato, una) == [
            "La relazione del periodo 2026-2 non è validata."
        ]
        assert motivi(guards.ogni_periodo_validato, fascicolo()) == [
            "Le relazioni dei periodi 2026-1, 2026-2 non sono validate."
        ]

    def test_r57_who_acted_for_the_settore_does_not_validate(self) -> None:
        """The member of the Nucleo was its dirigente when it was proposed."""
        f = fascicolo(agito_per_il_settore=frozenset({DIRIGENTE, NUCLEO}))
        assert motivi(guards.separazione_delle_funzioni, f, attore(NUCLEO)) == [
            "Primo Nucleo ha già agito per il settore su questo obiettivo: non può validarlo."
        ]
        assert motivi(guards.separazione_delle_funzioni, f, attore(ALTRO_NUCLEO)) == []

    def test_r57_r82_delegated_acts_count_for_both(self) -> None:
        """Whoever carries now a delega of one who acted, and whoever was acted for."""
        f = fascicolo(agito_per_il_settore=frozenset({DELEGATO, DIRIGENTE}))
        delega = Incarico(1, "dirigente", "/1/2/", "delega", per_conto_di=DIRIGENTE)
        assert motivi(guards.separazione_delle_funzioni, f, attore(NUCLEO, delega)) != []
        assert motivi(guards.separazione_delle_funzioni, f, attore(DIRIGENTE)) != []
        assert motivi(guards.separazione_delle_funzioni, f, attore(DELEGATO)) != []
        interim = Incarico(2, "dirigente", "/1/3/", "interim")
        assert motivi(guards.separazione_delle_funzioni, f, attore(NUCLEO, interim)) == []

    def test_r3_r63_one_strikes_off_only_by_an_approved_variazione(self) -> None:
        assert motivi(guards.effetto_di_variazione, fascicolo()) == [
            "Un obiettivo approvato si stralcia solo con una variazione approvata."
        ]
        per = fascicolo().con(Richiesta(per_variazione=True))
        assert motivi(guards.effetto_di_variazione, per) == []


class TestRelazioni:
    @pytest.mark.parametrize(
        ("stato", "passa"),
        [
            ("bozza", False),
            ("proposta", False),
            ("approvato", False),
            ("in_corso", True),
            ("rendicontato", True),
            ("validato", False),
            ("stralciato", False),
        ],
    )
    def test_r54_one_reports_on_an_objective_under_way(self, stato: str, passa: bool) -> None:
        f = fascicolo(stato_obiettivo=stato)
        assert (motivi(guards.obiettivo_in_corso, f) == []) is passa

    def test_r53_every_value_that_is_due_is_in(self) -> None:
        f = fascicolo(
            periodo=PRIMO,
            specifici=(
                specifico(
                    indicatori=(
                        indicatore("Con valore", con_valore=frozenset({"2026-1"})),
                        indicatore("Senza", con_valore=frozenset({"2026-2"})),
                        indicatore("Non dovuto", con_target=frozenset({"2026-2"})),
                    )
                ),
            ),
        )
        assert motivi(guards.valori_completi, f) == ["OE0101, «Senza»: manca il valore di 2026-1."]
        dopo = replace(f, periodo=SECONDO)
        assert motivi(guards.valori_completi, dopo) == [
            "OE0101, «Con valore»: manca il valore di 2026-2.",
            "OE0101, «Non dovuto»: manca il valore di 2026-2.",
        ]
        pieno = replace(f, specifici=(specifico(indicatori=(indicatore(con_valore=ENTRAMBI),)),))
        assert motivi(guards.valori_completi, pieno) == []

    @pytest.mark.parametrize(
        ("primo", "passa"),
        [("da_compilare", False), ("riaperta", False), ("trasmessa", True), ("validata", True)],
    )
    def test_r54_reports_are_frozen_in_order(self, primo: str, passa: bool) -> None:
        """The second contains the figures of the first."""
        f = fascicolo(periodo=SECONDO, relazioni=relazioni(primo, "da_compilare"))
        detto = [] if passa else ["La relazione del periodo 2026-1 non è ancora trasmessa."]
        assert motivi(guards.relazioni_precedenti_trasmesse, f) == detto
        # nothing comes before the first
        assert motivi(guards.relazioni_precedenti_trasmesse, replace(f, periodo=PRIMO)) == []

    @pytest.mark.parametrize(
        ("secondo", "passa"),
        [("da_compilare", True), ("riaperta", True), ("trasmessa", False), ("validata", False)],
    )
    def test_r54_and_reopened_from_the_last(self, secondo: str, passa: bool) -> None:
        f = fascicolo(periodo=PRIMO, relazioni=relazioni("validata", secondo))
        detto = "La relazione del periodo 2026-2 è già stata trasmessa, e comprende queste cifre."
        assert motivi(guards.nessuna_relazione_successiva, f) == ([] if passa else [detto])
        assert motivi(guards.nessuna_relazione_successiva, replace(f, periodo=SECONDO)) == []

    def test_r54_every_report_in_the_way_is_named(self) -> None:
        terzo = replace(SECONDO, codice="2026-3", ordine=3)
        tutte = (*relazioni("da_compilare", "riaperta"), FattiRelazione(3, terzo, "da_compilare"))
        f = fascicolo(periodo=terzo, relazioni=tutte)
        assert motivi(guards.relazioni_precedenti_trasmesse, f) == [
            "Le relazioni dei periodi 2026-1, 2026-2 non sono ancora trasmesse."
        ]

    def test_r54_the_report_of_a_validated_objective_does_not_reopen_alone(self) -> None:
        assert motivi(guards.obiettivo_non_validato, fascicolo(stato_obiettivo="validato")) == [
            "L'obiettivo è validato: la sua relazione non si riapre da sola."
        ]
        for stato in ("in_corso", "rendicontato"):
            assert motivi(guards.obiettivo_non_validato, fascicolo(stato_obiettivo=stato)) == []


@pytest.mark.parametrize("guardia", GUARDIE.values(), ids=GUARDIE)
def test_a_guard_is_pure(guardia: Guardia) -> None:
    """No `db` fixture: a query would fail here. Asked twice, it answers the same, and what it
    says always comes with a rule, a remedy and a word on who can help."""
    ricco = con_seduta(
        con_atto(fascicolo(periodo=PRIMO, convalide=(convalida("50", "60"),), variazioni_aperte=1))
    )
    for f in (fascicolo(), ricco, fascicolo(specifici=(), periodi=(), responsabile_generale=None)):
        risposta, di_nuovo = (
            guardia.motivi(f, attore(), datetime(2030, 1, 1, tzinfo=UTC)) for _ in range(2)
        )
        assert risposta == di_nuovo
        for m in risposta:
            assert m.guardia == guardia.nome
            assert m.regola == guardia.regola
            assert m.messaggio.endswith((".", "…"))
            assert m.rimedio.endswith(".")
            assert m.chi
    assert guardia.descrizione.endswith(".")


def test_every_guard_is_used_by_a_machine() -> None:
    macchine = [p.macchina for p in PROCEDURE.values()]
    usate = {g.nome for m in macchine for t in m.transizioni for g in t.regole.guardie}
    assert usate == set(GUARDIE)
