# SPDX-License-Identifier: AGPL-3.0-or-later
"""Neutralizzazione (R62-R63): who asks and who decides, until when, on what proof, and what becomes
of the percentages."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from cycle import misurazione
from cycle.cruscotto import cruscotto
from cycle.elenco import Elenco, somma
from cycle.exports import forme, verbale
from cycle.filtri import Filtri
from cycle.measure import scostamenti
from cycle.models import (
    Atto,
    Indicatore,
    Neutralizzazione,
    Obiettivo,
    ObiettivoSpecifico,
    RelazioneSemestrale,
    VoceRelazione,
)
from cycle.parametri import Parametri
from cycle.services import neutralizzazioni
from cycle.services.decisione import Documento
from cycle.services.neutralizzazioni import Domanda
from notifications.models import Notifica
from tests import mondo
from tests.variazioni.mondo import parametri, presenta, redigi
from workflows.errors import Conflitto, NonAutorizzato, NonPossibile, NonTrovato
from workflows.machines.relazione import COMPILABILI
from workflows.ports import Richiesta
from workflows.registro.models import Evento

pytestmark = pytest.mark.django_db

CAUSA = "l'alluvione di maggio"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF\n"


def domanda(**altro: Any) -> Domanda:
    detto: dict[str, Any] = {
        "causa": CAUSA,
        "motivo": "Gli uffici sono rimasti chiusi: nessuno poteva prevederlo.",
        "documenti": (Documento("ordinanza.pdf", [PDF]),),
    }
    return Domanda(**(detto | altro))


def chiedi(o: Obiettivo, chi: str = "UNO DIRIGENTE", **altro: Any) -> Neutralizzazione:
    return neutralizzazioni.chiedi(
        obiettivo=o, domanda=domanda(**altro), by=mondo.attore(chi), istante=mondo.ADESSO
    )


def decidi(n: Neutralizzazione, passo: str, chi: str = "SECONDO NUCLEO", **altro: Any) -> None:
    detto: dict[str, Any] = {"motivazione": "La causa non dipende dal settore."}
    if chi.endswith("NUCLEO") and passo != "ritira":
        detto["seduta"] = mondo.seduta()
    if passo == "delibera":
        detto["atto"] = mondo.atto("77")
    neutralizzazioni.decidi(
        neutralizzazioni=[n],
        passo=passo,
        richiesta=Richiesta(**(detto | altro)),
        by=mondo.attore(chi),
        istante=mondo.ADESSO,
    )


def riletta(n: Neutralizzazione) -> Neutralizzazione:
    return Neutralizzazione.objects.get(pk=n.pk)


@pytest.fixture
def decide_il_nucleo() -> None:
    parametri(neutralizzazione_decide="nucleo_decide")


def primo(o: Obiettivo) -> ObiettivoSpecifico:
    return ObiettivoSpecifico.objects.filter(obiettivo=o).order_by("ordine")[0]


class TestChiDecide:
    def test_r62_the_nucleo_proposes_the_giunta_decides_by_an_act(self) -> None:
        o = mondo.in_stato("rendicontato")
        n = chiedi(o)
        assert (n.stato, n.d_ufficio) == ("chiesta", False)
        with pytest.raises(NonPossibile, match="neutralizza la giunta"):
            decidi(n, "accogli")
        decidi(n, "rimetti")
        n = riletta(n)
        assert (n.stato, n.seduta is not None, n.decisa_da) == ("in_giunta", True, None)
        with pytest.raises(NonPossibile, match="atto"):
            decidi(n, "delibera", "ATTI SEGRETERIA", atto=None)
        decidi(n, "delibera", "ATTI SEGRETERIA")
        n = riletta(n)
        assert n.stato == "accolta"
        assert n.atto is not None
        assert (n.atto.tipo, n.atto.numero) == ("neutralizza", "77")
        evento = Evento.objects.filter(procedura="neutralizzazione").latest("pk")
        assert (evento.verbo, evento.organo, evento.atto_id) == ("delibera", "giunta", n.atto.pk)

    def test_r62_one_act_decides_several_at_once_and_only_once(self) -> None:
        o = mondo.in_stato("rendicontato")
        due = [chiedi(o), chiedi(o, specifico=primo(o).pk)]
        for n in due:
            decidi(n, "rimetti")
        neutralizzazioni.decidi(
            neutralizzazioni=due,
            passo="delibera",
            richiesta=Richiesta("Sì.", atto=mondo.atto("77")),
            by=mondo.attore("ATTI SEGRETERIA"),
            istante=mondo.ADESSO,
        )
        assert {riletta(n).stato for n in due} == {"accolta"}
        altra = chiedi(o, indicatore=Indicatore.objects.filter(obiettivo=o)[0].pk)
        decidi(altra, "rimetti")
        with pytest.raises(NonPossibile, match="già registrato"):
            decidi(altra, "delibera", "ATTI SEGRETERIA")
        assert Atto.objects.filter(tipo="neutralizza").count() == 1

    @pytest.mark.usefixtures("decide_il_nucleo")
    def test_r62_the_nucleo_decides_in_a_sitting_where_the_year_says_so(self) -> None:
        n = chiedi(mondo.in_stato("rendicontato"))
        with pytest.raises(NonPossibile, match="neutralizza il Nucleo"):
            decidi(n, "rimetti")
        with pytest.raises(NonPossibile, match="seduta"):
            decidi(n, "accogli", seduta=None)
        decidi(n, "accogli")
        n = riletta(n)
        assert (n.stato, n.seduta is not None, n.atto) == ("accolta", True, None)
        assert n.decisa_da == mondo.persona("SECONDO NUCLEO")

    def test_r62_off_nobody_neutralises(self) -> None:
        parametri(neutralizzazione_decide="off")
        with pytest.raises(NonPossibile, match="non si neutralizza"):
            chiedi(mondo.in_stato("rendicontato"))

    def test_r18_a_refusal_says_why(self) -> None:
        n = chiedi(mondo.in_stato("rendicontato"))
        with pytest.raises(NonPossibile, match="motivazione"):
            decidi(n, "respingi", motivazione=" ")
        decidi(n, "respingi")
        assert riletta(n).stato == "respinta"
        altra = chiedi(mondo.in_stato("rendicontato"))  # what was refused can be asked again
        decidi(altra, "rimetti")
        decidi(altra, "nega", "ATTI SEGRETERIA")
        assert riletta(altra).stato == "respinta"

    @pytest.mark.usefixtures("decide_il_nucleo")
    def test_r57_the_nucleo_may_promote_it_and_the_settore_never_decides(self) -> None:
        n = chiedi(mondo.in_stato("rendicontato"), "PRIMO NUCLEO")
        assert n.d_ufficio
        with pytest.raises(NonAutorizzato):
            decidi(n, "accogli", "UNO DIRIGENTE")
        with pytest.raises(NonAutorizzato, match="promossa il Nucleo"):
            decidi(n, "ritira", "UNO DIRIGENTE")
        decidi(n, "accogli", "PRIMO NUCLEO")  # on nobody's request but its own

    def test_r62_who_asked_withdraws_until_it_is_decided(self) -> None:
        n = chiedi(mondo.in_stato("rendicontato"))
        with pytest.raises(NonAutorizzato, match="chiesta il settore"):
            decidi(n, "ritira", "PRIMO NUCLEO")
        decidi(n, "ritira", "UNO DIRIGENTE")
        with pytest.raises(Conflitto):
            decidi(n, "rimetti")

    def test_who_is_no_dirigente_and_no_nucleo_does_not_ask(self) -> None:
        for chi in ("UNO PO", "CONTI RAGIONERIA", "DUE DIRIGENTE"):
            with pytest.raises(NonAutorizzato):
                chiedi(mondo.in_stato("rendicontato"), chi)


class TestQuandoESuChe:
    def test_r62_cause_reason_and_documents_are_all_asked_for_together(self) -> None:
        with pytest.raises(NonPossibile) as no:
            chiedi(mondo.in_stato("rendicontato"), causa=" ", documenti=())
        assert [m.regola for m in no.value.tutti()] == ["R62", "R62"]

    def test_r62_of_one_thing_one_at_a_time(self) -> None:
        o = mondo.in_stato("rendicontato")
        chiedi(o, specifico=primo(o).pk)
        chiedi(o)
        with pytest.raises(Conflitto, match="già una neutralizzazione"):
            chiedi(o, specifico=primo(o).pk)

    def test_a_part_of_another_objective_is_not_found(self) -> None:
        altrui = primo(mondo.in_stato("in_corso"))
        with pytest.raises(NonTrovato):
            chiedi(mondo.in_stato("rendicontato"), specifico=altrui.pk)

    def test_r62_before_the_validation(self) -> None:
        for stato, detto in (("validato", "in vigore"), ("bozza", "in vigore")):
            o = mondo.in_stato(stato)
            chi = "UNO DIRIGENTE" if o.unita.codice == "S1" else "DUE DIRIGENTE"
            with pytest.raises(NonPossibile, match=detto):
                chiedi(o, chi)

    @pytest.mark.usefixtures("decide_il_nucleo")
    def test_r62_the_last_report_validated_meanwhile_stops_it_and_so_does_the_database(
        self,
    ) -> None:
        o = mondo.in_stato("rendicontato")
        n = chiedi(o)
        for r in RelazioneSemestrale.objects.filter(obiettivo=o).order_by("periodo"):
            mondo.muovi(r, "valida", "SECONDO NUCLEO", seduta=mondo.seduta())
        with pytest.raises(NonPossibile, match="già validata"):
            decidi(n, "accogli")
        mondo.muovi(r, "riapri", "SECONDO NUCLEO", motivazione="Una causa nuova.")
        decidi(n, "accogli")
        assert riletta(n).stato == "accolta"

    def test_r62_what_was_asked_and_what_was_decided_stay(self) -> None:
        n = chiedi(mondo.in_stato("rendicontato"))
        for campo in ({"causa": "altro"}, {"stato": "accolta"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Neutralizzazione.objects.filter(pk=n.pk).update(**campo)
        for tabella in (Neutralizzazione.objects, n.documenti):
            with pytest.raises(IntegrityError), transaction.atomic():
                tabella.filter(ente=n.ente_id).delete()


@pytest.mark.usefixtures("decide_il_nucleo")
class TestPercentuali:
    def convalide(self, o: Obiettivo) -> list[Decimal | None]:
        return list(
            VoceRelazione.objects.filter(obiettivo=o, relazione__periodo__ordine=2)
            .order_by("specifico__ordine")
            .values_list("percentuale_calcolata", flat=True)
        )

    def test_r62_excluded_its_weight_goes_to_the_others_and_nothing_is_observed_of_it(
        self,
    ) -> None:
        o = mondo.in_stato("rendicontato")
        prima = self.convalide(o)
        s = primo(o)
        n = chiedi(o, specifico=s.pk)
        assert self.convalide(o) == prima  # asked is not granted
        decidi(n, "accogli")
        assert self.convalide(o) == [None, *prima[1:]]
        attesa = [p for p in prima[1:] if p is not None]
        calcolata = mondo.obiettivo(o.codice).percentuale_calcolata
        assert calcolata == (sum(attesa) / len(attesa) if attesa else None)
        figure = misurazione.figure([o.pk])[o.pk]
        assert figure.specifici[0].neutralizzato == CAUSA
        misura = Parametri.da_dizionario(mondo.ciclo().parametri).misura
        assert all(x.specifico != s.codice for x in scostamenti(figure, 2, 2, misura))

    @pytest.mark.parametrize(("effetto", "vale"), [("cento", Decimal(100)), ("quota", None)])
    def test_r62_or_it_counts_in_full_or_as_reached(
        self, effetto: str, vale: Decimal | None
    ) -> None:
        parametri(neutralizzazione_decide="nucleo_decide", misura={"neutralizzazione": effetto})
        o = mondo.in_stato("rendicontato")
        prima = self.convalide(o)
        decidi(chiedi(o, specifico=primo(o).pk), "accogli")
        assert self.convalide(o)[0] == (prima[0] if vale is None else vale)

    def test_r31_a_validated_period_keeps_its_percentages(self) -> None:
        o = mondo.in_stato("rendicontato")
        giugno = RelazioneSemestrale.objects.get(obiettivo=o, periodo__ordine=1)
        mondo.muovi(giugno, "valida", "SECONDO NUCLEO", seduta=mondo.seduta())
        voci = VoceRelazione.objects.filter(relazione=giugno).order_by("pk")
        prima = list(voci.values_list("percentuale_calcolata", "percentuale_convalidata"))
        decidi(chiedi(o, specifico=primo(o).pk), "accogli")
        assert prima == list(voci.values_list("percentuale_calcolata", "percentuale_convalidata"))

    def test_r63_neutralised_it_is_validated_with_the_rest_and_stays(self) -> None:
        o = mondo.in_stato("rendicontato")
        decidi(chiedi(o, specifico=primo(o).pk), "accogli")
        for r in RelazioneSemestrale.objects.filter(obiettivo=o).order_by("periodo"):
            mondo.muovi(r, "valida", "SECONDO NUCLEO", seduta=mondo.seduta())
        mondo.muovi(o, "valida", "SECONDO NUCLEO", seduta=mondo.seduta())
        assert mondo.obiettivo(o.codice).stato == "validato"


def test_whom_it_concerns_is_told_and_the_matter_settles_itself() -> None:
    n = chiedi(mondo.in_stato("rendicontato"))
    materia = Notifica.objects.filter(materia=f"neutralizzazione:{n.pk}")
    detti = {x.persona_id for x in materia.filter(motivo="da_fare")}
    nucleo = {mondo.persona(f"{x} NUCLEO").pk for x in ("PRIMO", "SECONDO", "TERZO")}
    assert detti == nucleo
    decidi(n, "rimetti")
    detti = {x.persona_id for x in materia.filter(motivo="da_fare", chiusa_il=None)}
    assert mondo.persona("ATTI SEGRETERIA").pk in detti


@pytest.mark.parametrize(
    ("effetto", "attese"),
    [("escludi", ["80"]), ("cento", ["100", "80"]), ("quota", ["40", "80"])],
)
def test_r62_the_means_of_many_count_it_as_the_year_says_and_r63_nobody_disappears(
    effetto: str, attese: list[str]
) -> None:
    parametri(neutralizzazione_decide="nucleo_decide", misura={"neutralizzazione": effetto})
    neutro, altro = mondo.in_stato("rendicontato"), mondo.in_stato("in_corso")
    decidi(chiedi(neutro), "accogli")
    Obiettivo.objects.filter(ciclo=neutro.ciclo_id).update(percentuale_calcolata=None)
    for o, p in ((neutro, 40), (altro, 80)):
        Obiettivo.objects.filter(pk=o.pk).update(percentuale_calcolata=p)
    ciclo = mondo.ciclo()
    ciclo.ente = mondo.ente()
    chi = mondo.attore("GESTIONE CONTROLLO")
    elenco = Elenco(chi, ciclo, Filtri(), mondo.ADESSO)
    media = sum(Decimal(p) for p in attese) / len(attese)
    for totale in (somma(elenco.per_unita().values()), somma(t for *_, t in elenco.misure())):
        assert (totale.calcolata, totale.con_calcolata) == (media, len(attese))
        assert (totale.quanti, totale.neutralizzati) == (elenco.obiettivi().count(), 1)
    causa = {r.codice: r.neutralizzato for r in elenco.pagina(1)}
    assert (causa[neutro.codice], causa[altro.codice]) == (CAUSA, "")
    giugno = cruscotto(chi, ciclo, mondo.ADESSO).ente.tappe[0]
    trasmesse = RelazioneSemestrale.objects.filter(
        ente=neutro.ente_id, periodo__codice="2026-1"
    ).exclude(stato__in=COMPILABILI)
    assert giugno.quante == trasmesse.count() - (effetto == "escludi")


@pytest.mark.usefixtures("decide_il_nucleo")
def test_r63_print_and_minutes_say_it() -> None:
    o = mondo.in_stato("rendicontato")
    decidi(chiedi(o, specifico=primo(o).pk), "accogli")
    n = Neutralizzazione.objects.select_related("seduta__ente", "seduta__ciclo").get()
    assert n.seduta is not None
    [detta] = verbale.dati(n.seduta)["neutralizzazioni"]
    assert (detta["oggetto"], detta["causa"], detta["esito"]) == ("OE0501", CAUSA, "neutralizzato")
    assert verbale.stampa(n.seduta).startswith(b"%PDF")
    ciclo = mondo.ciclo()
    letti = Parametri.da_dizionario(ciclo.parametri)
    [stampata] = forme.dati(ciclo, [mondo.obiettivo(o.codice)], letti)["schede"]
    [[_titolo, testo]] = [s for s in stampata["sezioni"] if s[0] == "Neutralizzato"]
    assert testo == f"OE0501, per {CAUSA} (seduta del 01/03/2026)."


def test_r63_a_variazione_does_not_suppress_what_was_asked_to_be_neutralised() -> None:
    o = mondo.in_stato("in_corso")
    secondo = ObiettivoSpecifico.objects.filter(obiettivo=o).order_by("ordine")[1]
    v = redigi(o, lambda s: replace(s, specifici=s.specifici[:1]))
    i = Indicatore.objects.filter(specifico=secondo).order_by("ordine")[0]
    chiedi(o, indicatore=i.pk)
    with pytest.raises(NonPossibile, match="non si sopprime"):
        presenta(v)
