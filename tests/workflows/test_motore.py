# SPDX-License-Identifier: AGPL-3.0-or-later
"""`engine.execute`: the order of its answers, all or nothing, and what one action leaves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cycle.models import (
    Atto,
    Indicatore,
    Obiettivo,
    ObiettivoSpecifico,
    RelazioneSemestrale,
    Rilevazione,
    Seduta,
    VersioneObiettivo,
    VoceRelazione,
)
from cycle.procedures import OBIETTIVO, RELAZIONE
from cycle.services.piano import importa
from cycle.services.transizioni import esegui
from tests import mondo
from tests.fotografia import cambiate, fotografia
from workflows.engine import Esito, execute
from workflows.errors import (
    Conflitto,
    Motivo,
    NonAutorizzato,
    NonPossibile,
    NonTrovato,
    Rifiuto,
)
from workflows.ports import Attore, Richiesta
from workflows.registro.models import Evento, Modifica

pytestmark = pytest.mark.usefixtures("db")


def prova(
    o: Obiettivo, nome: str, chi: str | Attore, *, istante: datetime = mondo.ADESSO, **resto: Any
) -> Esito:
    attore = mondo.attore(chi) if isinstance(chi, str) else chi
    return execute(OBIETTIVO, nome, [o.pk], attore, istante, **resto)


def rifiuto(o: Obiettivo, nome: str, chi: str | Attore, **resto: Any) -> Rifiuto:
    """The refusal of an attempt, which has written nothing."""
    prima = fotografia()
    with pytest.raises(Rifiuto) as colto:
        prova(o, nome, chi, **resto)
    assert cambiate(prima, fotografia()) == {}
    return colto.value


def guardie(errore: Rifiuto) -> list[str]:
    return [m.guardia for m in errore.tutti()]


def svuota(o: Obiettivo) -> None:
    """Take from a draft its responsabile, its targets and half of its weights."""
    Obiettivo.objects.filter(pk=o.pk).update(responsabile_generale=None)
    Rilevazione.objects.filter(obiettivo=o, periodo__ordine=2).update(target=None)
    Indicatore.objects.filter(obiettivo=o, peso=50).update(peso=40)


class TestOrdineDelleRisposte:
    def test_r1_first_where_from(self) -> None:
        """Neither the role nor the revisione nor the act are there: it is still a 409."""
        o = mondo.in_stato("bozza")
        errore = rifiuto(o, "approva", "SENZA INCARICO", revisioni={o.pk: 999})
        assert type(errore) is Conflitto
        assert errore.codice == 409
        assert errore.tutti()[0] == Motivo(
            "stato_di_partenza",
            "R1",
            "Si trova in «Bozza»: questo passo parte da «Proposta».",
            "Nessuno stato si salta: compiere prima i passi che mancano.",
            "",
        )
        # and all the rest is told too
        assert {"incarico", "atto_presente"} <= set(guardie(errore))

    def test_r50_then_the_revisione(self) -> None:
        o = mondo.in_stato("proposta")
        errore = rifiuto(o, "approva", "SENZA INCARICO", revisioni={o.pk: o.revisione - 1})
        assert type(errore) is Conflitto
        assert guardie(errore) == ["revisione"]

    def test_r50_the_revisione_that_was_seen_passes(self) -> None:
        o = mondo.in_stato("bozza")
        prova(o, "proponi", "UNO DIRIGENTE", revisioni={o.pk: o.revisione})
        assert mondo.obiettivo(o.codice).stato == "proposta"

    def test_r50_any_write_of_the_scheda_itself_moves_the_revisione(self) -> None:
        o = mondo.in_stato("in_corso")
        Obiettivo.objects.filter(pk=o.pk).update(provvisorio=True)
        assert mondo.in_stato("in_corso").revisione == o.revisione + 1

    def test_r50_any_write_below_moves_the_revisione(self) -> None:
        o = mondo.in_stato("bozza")
        ObiettivoSpecifico.objects.filter(obiettivo=o, ordine=1).update(titolo="Altro titolo")
        errore = rifiuto(o, "proponi", "UNO DIRIGENTE", revisioni={o.pk: o.revisione})
        assert guardie(errore) == ["revisione"]

    def test_r4_then_who(self) -> None:
        o = mondo.in_stato("bozza")
        svuota(o)
        errore = rifiuto(o, "proponi", "UNO PO")
        assert type(errore) is NonAutorizzato
        assert errore.codice == 403
        assert errore.tutti()[0] == Motivo(
            "incarico",
            "R4",
            "Serve un incarico di Dirigente su «Servizi alla persona», in vigore adesso.",
            "Chiedere a chi ha l'incarico, oppure farselo conferire con un atto.",
            "dirigente",
        )

    def test_r8_then_what_is_missing_all_of_it(self) -> None:
        o = mondo.in_stato("bozza")
        svuota(o)
        errore = rifiuto(o, "proponi", "UNO DIRIGENTE")
        assert type(errore) is NonPossibile
        assert errore.codice == 422
        assert [m.messaggio for m in errore.tutti()] == [
            "Manca il responsabile generale.",
            "OE0101, «N. sportelli - aperti»: manca il target di 2026-2.",
            "OE0102, «N. pratiche - evase»: manca il target di 2026-2.",
            "OE0102, «N. utenti - sentiti»: manca il target di 2026-2.",
            "OE0102: i pesi sommano 80 invece di 100: correggerli.",
        ]

    def test_r2_r15_the_form_that_was_not_filled_is_told_with_the_rest(self) -> None:
        o = mondo.in_stato("proposta")
        svuota(o)
        richiesta = Richiesta(atto=replace(mondo.atto(), parere_tecnico="", numero=""))
        errore = rifiuto(o, "approva", "ATTI SEGRETERIA", richiesta=richiesta)
        assert {"responsabile_presente", "pesi_a_cento", "atto_presente", "pareri_presenti"} <= set(
            guardie(errore)
        )

    def test_a_word_that_is_no_transition_is_not_found(self) -> None:
        o = mondo.in_stato("bozza")
        for nome in ("trasmetti", "salta", "stato", "delete", "__init__", "save", ""):
            with pytest.raises(NonTrovato):
                prova(o, nome, "UNO DIRIGENTE")
        with pytest.raises(NonTrovato):
            execute(OBIETTIVO, "proponi", [], mondo.attore("UNO DIRIGENTE"), mondo.ADESSO)
        with pytest.raises(NonTrovato):
            esegui(
                procedura="variazioni",
                transizione="proponi",
                ids=[o.pk],
                by=mondo.attore("UNO DIRIGENTE"),
                istante=mondo.ADESSO,
            )

    def test_an_objective_of_another_ente_is_not_found(self) -> None:
        """Nor is a set in which one alone is of another ente, or does not exist."""
        mio, altrui = mondo.in_stato("bozza"), mondo.in_stato("bozza", "beta")
        chi = mondo.attore("UNO DIRIGENTE")
        prima = fotografia()
        for ids in ([altrui.pk], [mio.pk, altrui.pk], [mio.pk, 10**12]):
            for tutti in (True, False):
                with pytest.raises(NonTrovato):
                    execute(OBIETTIVO, "proponi", ids, chi, mondo.ADESSO, tutti=tutti)
        assert cambiate(prima, fotografia()) == {}


class TestInsiemi:
    def test_all_or_nothing(self) -> None:
        """One of two is incomplete: neither moves, and the reasons name the one."""
        buono, rotto = mondo.obiettivo("OE11"), mondo.obiettivo("OE12")
        chi = mondo.attore("DUE DIRIGENTE")
        prima = fotografia()
        with pytest.raises(Conflitto) as colto:
            execute(OBIETTIVO, "proponi", [buono.pk, rotto.pk], chi, mondo.ADESSO)
        assert list(colto.value.motivi) == [rotto.pk]
        assert cambiate(prima, fotografia()) == {}

    def test_or_those_that_pass(self) -> None:
        buono, rotto = mondo.obiettivo("OE11"), mondo.obiettivo("OE12")
        chi = mondo.attore("DUE DIRIGENTE")
        esito = execute(OBIETTIVO, "proponi", [rotto.pk, buono.pk], chi, mondo.ADESSO, tutti=False)
        assert [(p.oggetto.pk, p.da, p.a) for p in esito.eseguiti] == [
            (buono.pk, "bozza", "proposta")
        ]
        assert esito.rifiutati[rotto.pk][0].guardia == "stato_di_partenza"
        assert mondo.obiettivo("OE11").stato == "proposta"
        assert mondo.obiettivo("OE12").stato == "in_corso"
        assert Evento.objects.filter(azione=esito.azione).count() == 1

    def test_when_none_passes_it_is_refused(self) -> None:
        chi = mondo.attore("DUE DIRIGENTE")
        prima = fotografia()
        with pytest.raises(Conflitto):
            execute(
                OBIETTIVO,
                "proponi",
                [mondo.obiettivo("OE12").pk, mondo.in_stato("validato").pk],
                chi,
                mondo.ADESSO,
                tutti=False,
            )
        assert cambiate(prima, fotografia()) == {}

    def test_the_gravest_refusal_names_the_set(self) -> None:
        """422 of one and 403 of the other make a 403; with a third that moved away, a 409."""
        incompleta = mondo.obiettivo("OE11")
        svuota(incompleta)
        altrui, andata = mondo.in_stato("bozza"), mondo.in_stato("proposta")
        chi = mondo.attore("DUE DIRIGENTE")
        with pytest.raises(Rifiuto) as colto:
            execute(OBIETTIVO, "proponi", [incompleta.pk, altrui.pk], chi, mondo.ADESSO)
        assert type(colto.value) is NonAutorizzato
        assert set(colto.value.motivi) == {incompleta.pk, altrui.pk}
        with pytest.raises(Conflitto):
            execute(OBIETTIVO, "proponi", [incompleta.pk, altrui.pk, andata.pk], chi, mondo.ADESSO)

    def test_the_same_object_twice_moves_once(self) -> None:
        o = mondo.in_stato("bozza")
        chi = mondo.attore("UNO DIRIGENTE")
        esito = execute(OBIETTIVO, "proponi", [o.pk, o.pk, o.pk], chi, mondo.ADESSO)
        assert len(esito.eseguiti) == 1
        assert Evento.objects.filter(azione=esito.azione).count() == 1

    def test_r2_one_act_approves_a_set(self) -> None:
        """One Atto, one digest, a version of each; every Evento cites it."""
        insieme = [mondo.in_stato("proposta"), mondo.obiettivo("OE11")]
        mondo.muovi(insieme[1], "proponi", "DUE DIRIGENTE")
        esito = execute(
            OBIETTIVO,
            "approva",
            [o.pk for o in insieme],
            mondo.attore("ATTI SEGRETERIA"),
            mondo.ADESSO,
            richiesta=Richiesta(atto=mondo.atto("77")),
        )
        atto = Atto.objects.get(ente=insieme[0].ente_id, numero="77")
        eventi = Evento.objects.filter(azione=esito.azione)
        assert {e.atto_id for e in eventi} == {atto.pk}
        assert {e.organo for e in eventi} == {"giunta"}
        versioni = VersioneObiettivo.objects.filter(atto=atto)
        assert {v.obiettivo_id for v in versioni} == {o.pk for o in insieme}
        assert {v.numero for v in versioni} == {1}
        assert {mondo.obiettivo(o.codice).versione for o in insieme} == {1}

    def test_r2_an_act_recorded_twice_is_refused_in_words(self) -> None:
        o = mondo.in_stato("proposta")
        gia = Atto.objects.filter(ente=o.ente_id, tipo="approvazione").first()
        assert gia is not None
        richiesta = Richiesta(atto=mondo.atto(gia.numero, gia.data + timedelta(days=1)))
        errore = rifiuto(o, "approva", "ATTI SEGRETERIA", richiesta=richiesta)
        assert type(errore) is NonPossibile
        assert guardie(errore) == ["atto_presente"]
        # the same number of another year is another act
        altro_anno = Richiesta(atto=mondo.atto(gia.numero, date(2025, 12, 30)))
        prova(o, "approva", "ATTI SEGRETERIA", richiesta=altro_anno)

    def test_r3_an_organ_that_does_not_approve(self) -> None:
        o = mondo.in_stato("proposta")
        atto = replace(mondo.atto("78"), organo="consiglio")
        errore = rifiuto(o, "approva", "ATTI SEGRETERIA", richiesta=Richiesta(atto=atto))
        assert guardie(errore) == ["atto_presente"]


class TestCheCosaResta:
    def test_r84_one_evento_says_who_when_what_and_why(self) -> None:
        o = mondo.in_stato("proposta")
        esito = prova(
            o,
            "rinvia",
            "GESTIONE CONTROLLO",
            richiesta=Richiesta("Target da rivedere."),
            canale="api",
        )
        evento = Evento.objects.get(azione=esito.azione)
        chi = mondo.attore("GESTIONE CONTROLLO")
        assert (
            evento.procedura,
            evento.verbo,
            evento.oggetto_id,
            evento.radice_id,
            evento.da,
            evento.a,
            evento.persona_id,
            evento.incarico_id,
            evento.ruolo,
            evento.per_conto_di_id,
            evento.organo,
            evento.motivazione,
            evento.atto_id,
            evento.canale,
            evento.esito,
            evento.fuori_procedura,
            evento.istante,
            evento.ente_id,
        ) == (
            "obiettivo",
            "rinvia",
            o.pk,
            o.pk,
            "proposta",
            "bozza",
            chi.persona_id,
            chi.incarichi[0].id,
            "controllo",
            None,
            "",
            "Target da rivedere.",
            None,
            "api",
            "eseguito",
            False,
            mondo.ADESSO,
            o.ente_id,
        )
        # judged at the injected instant, recorded by the clock of the database
        assert abs(evento.registrato_il - datetime.now(UTC)) < timedelta(hours=1)

    def test_r84_the_changes_are_written_by_the_triggers_and_belong_to_the_evento(self) -> None:
        o = mondo.in_stato("bozza")
        esito = prova(o, "proponi", "UNO DIRIGENTE")
        evento = Evento.objects.get(azione=esito.azione)
        assert [
            (m.tabella, m.riga_id, m.radice_id, m.operazione, m.prima, m.dopo)
            for m in Modifica.objects.filter(evento_id=evento.pk)
        ] == [
            ("cycle_obiettivo", o.pk, o.pk, "U", {"stato": "bozza"}, {"stato": "proposta"}),
        ]

    def test_r84_each_change_of_a_set_belongs_to_the_evento_of_its_objective(self) -> None:
        mondo.muovi(mondo.obiettivo("OE11"), "proponi", "DUE DIRIGENTE")
        insieme = [mondo.in_stato("proposta"), mondo.obiettivo("OE11")]
        esito = execute(
            OBIETTIVO,
            "approva",
            [o.pk for o in insieme],
            mondo.attore("ATTI SEGRETERIA"),
            mondo.ADESSO,
            richiesta=Richiesta(atto=mondo.atto("77")),
        )
        eventi = {e.oggetto_id: e for e in Evento.objects.filter(azione=esito.azione)}
        assert set(eventi) == {o.pk for o in insieme}
        for o in insieme:
            fatte = Modifica.objects.filter(evento_id=eventi[o.pk].pk, radice_id=o.pk)
            assert sorted((m.tabella, m.operazione) for m in fatte) == [
                ("cycle_obiettivo", "U"),
                ("cycle_versioneobiettivo", "I"),
            ]
            cambio = fatte.get(tabella="cycle_obiettivo")
            assert cambio.dopo == {"stato": "approvato", "versione": 1}
        # what has no objective belongs to the first of the action
        atto_id = eventi[insieme[0].pk].atto_id
        assert atto_id is not None
        dell_atto = Modifica.objects.get(tabella="cycle_atto", riga_id=atto_id)
        assert dell_atto.evento_id == esito.azione

    def test_r84_the_optimistic_lock_alone_is_no_change(self) -> None:
        o = mondo.in_stato("bozza")
        prima = Modifica.objects.count()
        Obiettivo.objects.filter(pk=o.pk).update(revisione=o.revisione + 1)
        assert Modifica.objects.count() == prima

    def test_r52_starting_opens_a_report_for_each_period(self) -> None:
        o = mondo.in_stato("approvato")
        prova(o, "avvia", "UNO PO")
        relazioni = RelazioneSemestrale.objects.filter(obiettivo=o).order_by("periodo__ordine")
        assert [(r.periodo.codice, r.stato) for r in relazioni] == [
            ("2026-1", "da_compilare"),
            ("2026-2", "da_compilare"),
        ]
        assert VoceRelazione.objects.filter(obiettivo=o).count() == 4
        assert mondo.obiettivo(o.codice).inizio_effettivo == date(2026, 3, 2)

    def test_r8_outside_the_dates_one_starts_with_a_reason(self) -> None:
        o = mondo.in_stato("approvato")
        tardi = datetime(2027, 1, 1, tzinfo=UTC)
        errore = rifiuto(o, "avvia", "UNO PO", istante=tardi)
        assert guardie(errore) == ["nella_finestra"]
        prova(o, "avvia", "UNO PO", istante=tardi, richiesta=Richiesta("Fondi arrivati tardi."))
        assert mondo.obiettivo(o.codice).inizio_effettivo == date(2027, 1, 1)

    def test_r54_submitting_freezes_values_and_targets(self) -> None:
        o = mondo.in_stato("in_corso")
        [prima, _] = RelazioneSemestrale.objects.filter(obiettivo=o).order_by("periodo__ordine")
        mondo.compila(prima, "UNO PO")
        mondo.muovi(prima, "trasmetti", "UNO DIRIGENTE")
        congelata = RelazioneSemestrale.objects.get(pk=prima.pk)
        assert congelata.trasmessa_il == mondo.ADESSO
        assert len(congelata.impronta) == 64
        assert '"target":"1"' in congelata.istantanea
        assert mondo.obiettivo(o.codice).percentuale_calcolata == 100

    def test_r54_figures_are_frozen_in_order_and_reopened_from_the_last(self) -> None:
        """A later report contains the figures of the earlier ones: it is submitted after them,
        and they are reopened after it; so no percentage ever stands on a figure that moved."""
        o = mondo.in_stato("in_corso")
        prima, seconda = RelazioneSemestrale.objects.filter(obiettivo=o).order_by("periodo__ordine")
        for r in (prima, seconda):
            mondo.compila(r, "UNO PO")
        with pytest.raises(NonPossibile) as colto:
            mondo.muovi(seconda, "trasmetti", "UNO DIRIGENTE")
        assert guardie(colto.value) == ["relazioni_precedenti_trasmesse"]
        for r in (prima, seconda):
            mondo.muovi(r, "trasmetti", "UNO DIRIGENTE")
        perche = {"motivazione": "Un valore da rivedere."}
        with pytest.raises(NonPossibile) as colto:
            mondo.muovi(prima, "riapri", "PRIMO NUCLEO", **perche)
        assert guardie(colto.value) == ["nessuna_relazione_successiva"]
        for r in (seconda, prima):
            mondo.muovi(r, "riapri", "PRIMO NUCLEO", **perche)
        Rilevazione.objects.filter(obiettivo=o, periodo__ordine=1).update(valore=0)
        for r in (prima, seconda):
            mondo.muovi(RelazioneSemestrale.objects.get(pk=r.pk), "trasmetti", "UNO DIRIGENTE")
        # 2 of 3 on every indicator; June alone would be 0
        assert f"{mondo.obiettivo(o.codice).percentuale_calcolata:.2f}" == "66.67"

    def test_r56_r75_the_validated_percentage_is_the_mean_of_the_last_period(self) -> None:
        o = mondo.in_stato("rendicontato")
        prima, seconda = RelazioneSemestrale.objects.filter(obiettivo=o).order_by("periodo__ordine")
        mondo.muovi(prima, "valida", "PRIMO NUCLEO", seduta=mondo.seduta())
        [a, b] = ObiettivoSpecifico.objects.filter(obiettivo=o).order_by("ordine")
        mondo.muovi(
            seconda,
            "valida",
            "PRIMO NUCLEO",
            seduta=mondo.seduta(),
            dati={"voci": {str(b.pk): {"percentuale": "33,34", "motivo": "Prove mancanti."}}},
        )
        assert {
            v.specifico_id: (f"{v.percentuale_convalidata:.2f}", v.motivo)
            for v in VoceRelazione.objects.filter(relazione=seconda)
        } == {a.pk: ("100.00", ""), b.pk: ("33.34", "Prove mancanti.")}
        mondo.muovi(o, "valida", "PRIMO NUCLEO", seduta=mondo.seduta())
        dopo = mondo.obiettivo(o.codice)
        assert f"{dopo.percentuale_convalidata:.2f}" == "66.67"
        assert f"{dopo.percentuale_calcolata:.2f}" == "100.00"
        assert dopo.motivo_convalida == "Prove mancanti."

    def test_r69_the_validated_percentage_is_weighted_where_the_ente_weighs(self) -> None:
        o = mondo.obiettivo("OE11")
        o.ciclo.parametri = {"misura": {"aggregazione_specifici": "ponderata"}}
        o.ciclo.save()
        [a, b] = ObiettivoSpecifico.objects.filter(obiettivo=o).order_by("ordine")
        ObiettivoSpecifico.objects.filter(pk=a.pk).update(peso=90)
        ObiettivoSpecifico.objects.filter(pk=b.pk).update(peso=10)
        mondo.porta(mondo.ente(), "OE11", "rendicontato")
        dati = {"voci": {str(b.pk): {"percentuale": "0", "motivo": "Nulla di fatto."}}}
        for r in RelazioneSemestrale.objects.filter(obiettivo=o).order_by("periodo__ordine"):
            mondo.muovi(r, "valida", "PRIMO NUCLEO", seduta=mondo.seduta(), dati=dati)
        mondo.muovi(mondo.obiettivo("OE11"), "valida", "PRIMO NUCLEO", seduta=mondo.seduta())
        assert mondo.obiettivo("OE11").percentuale_convalidata == 90

    def test_r54_reopening_takes_the_validated_percentage_away(self) -> None:
        o = mondo.in_stato("validato")
        assert o.percentuale_convalidata is not None
        mondo.muovi(
            o,
            "riapri",
            "PRIMO NUCLEO",
            motivazione="Errore di trascrizione.",
            dati={"cifra": "pratiche: da 3 a 2"},
        )
        dopo = mondo.obiettivo(o.codice)
        assert (dopo.stato, dopo.percentuale_convalidata) == ("rendicontato", None)
        evento = Evento.objects.filter(oggetto_id=o.pk, verbo="riapri").latest("pk")
        assert evento.dati == {"cifra": "pratiche: da 3 a 2"}

    def test_r59_the_sitting_is_recorded_once_for_all_it_decides(self) -> None:
        o = mondo.in_stato("rendicontato")
        giorno = date(2026, 2, 27)
        for r in RelazioneSemestrale.objects.filter(obiettivo=o):
            mondo.muovi(r, "valida", "PRIMO NUCLEO", seduta=mondo.seduta(giorno=giorno))
        mondo.muovi(o, "valida", "PRIMO NUCLEO", seduta=mondo.seduta(giorno=giorno))
        [seduta] = Seduta.objects.filter(ente=o.ente_id, data=giorno)
        assert seduta.presenti.count() == 3
        assert seduta.relazioni.count() == 2

    def test_r59_whoever_was_not_of_the_nucleo_that_day_does_not_sit(self) -> None:
        o = mondo.in_stato("rendicontato")
        estraneo = mondo.persona("UNO DIRIGENTE").pk
        seduta = mondo.seduta()
        seduta = replace(seduta, presenti=seduta.presenti | {estraneo})
        [prima, _] = RelazioneSemestrale.objects.filter(obiettivo=o).order_by("periodo__ordine")
        with pytest.raises(NonPossibile) as colto:
            mondo.muovi(prima, "valida", "PRIMO NUCLEO", seduta=seduta)
        assert guardie(colto.value) == ["seduta_valida"]
        # nor anybody, before the Nucleo was appointed
        with pytest.raises(NonPossibile):
            mondo.muovi(
                prima, "valida", "PRIMO NUCLEO", seduta=mondo.seduta(giorno=date(2025, 12, 31))
            )
        mondo.muovi(prima, "valida", "PRIMO NUCLEO", seduta=mondo.seduta(giorno=date(2026, 1, 1)))

    def test_r63_a_struck_off_objective_needs_an_approved_variazione(self) -> None:
        o = mondo.in_stato("in_corso")
        errore = rifiuto(
            o, "stralcia", "ATTI SEGRETERIA", richiesta=Richiesta("Non serve.", atto=mondo.atto())
        )
        assert guardie(errore) == ["effetto_di_variazione"]

    @pytest.mark.parametrize("transizione", ["proponi", "approva", "avvia"])
    def test_the_queries_of_an_action_do_not_grow_with_the_set(self, transizione: str) -> None:
        codici = [f"OE{n}" for n in range(20, 28)]
        importa(
            ente=mondo.ente(),
            piano=mondo.piano([mondo.scheda(c, "S1", 1) for c in codici]),
            come="piano",
            istante=mondo.ADESSO,
            stati=dict.fromkeys(codici, "bozza"),
        )
        prima = ("proponi", "approva", "avvia").index(transizione)
        for codice in codici:
            mondo.porta(mondo.ente(), codice, ("bozza", "proposta", "approvato")[prima])
        chi = mondo.attore("ATTI SEGRETERIA" if transizione == "approva" else "UNO DIRIGENTE")
        ids = [mondo.obiettivo(c).pk for c in codici]

        def quante(insieme: list[int]) -> int:
            with CaptureQueriesContext(connection) as domande:
                execute(
                    OBIETTIVO,
                    transizione,
                    insieme,
                    chi,
                    mondo.ADESSO,
                    richiesta=Richiesta(atto=mondo.atto(f"9{len(insieme)}")),
                )
            return len(domande)

        assert quante(ids[:1]) == quante(ids[1:])


class TestRegistroERelazioni:
    def test_r57_the_nucleo_of_today_who_was_the_dirigente_of_yesterday(self) -> None:
        """See `tests.cycle.test_permessi` for deleghe; here the facts come from the registro."""
        o = mondo.in_stato("rendicontato")
        ex = mondo.persona("UNO DIRIGENTE")
        facts = OBIETTIVO.fascicoli([o], mondo.ADESSO, Richiesta())[o.pk]
        assert ex.pk in facts.agito_per_il_settore
        assert mondo.persona("UNO PO").pk in facts.agito_per_il_settore
        assert mondo.persona("ATTI SEGRETERIA").pk not in facts.agito_per_il_settore

    def test_r54_a_report_does_not_skip_its_submission(self) -> None:
        o = mondo.in_stato("in_corso")
        [prima, _] = RelazioneSemestrale.objects.filter(obiettivo=o).order_by("periodo__ordine")
        with pytest.raises(Conflitto):
            execute(
                RELAZIONE,
                "valida",
                [prima.pk],
                mondo.attore("PRIMO NUCLEO"),
                mondo.ADESSO,
                richiesta=Richiesta(seduta=mondo.seduta()),
            )
