# SPDX-License-Identifier: AGPL-3.0-or-later
"""A request from draft to decision: what each step asks, writes and refuses (R16-R40)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from cycle import canonico
from cycle.models import (
    Atto,
    CampoVariato,
    Obiettivo,
    ObiettivoSpecifico,
    ParereVariazione,
    RelazioneSemestrale,
    RichiestaVariazione,
    Rilevazione,
    VersioneObiettivo,
    VoceRelazione,
)
from cycle.services import variazioni
from cycle.services.schede import SchedaNonValida
from tests import mondo
from tests.variazioni.mondo import (
    GIUGNO,
    OTTOBRE,
    approva,
    atto,
    con_indicatore,
    con_specifico,
    con_target,
    controlla_vincoli,
    frasi,
    guardie,
    nuovo_specifico,
    parametri,
    parere,
    presenta,
    presentata,
    redigi,
    respingi,
    rileggi,
    scheda,
    target,
)
from workflows.errors import Conflitto, NonAutorizzato, NonPossibile
from workflows.processes import variazione as flusso
from workflows.registro import azioni
from workflows.registro.azioni import Voce
from workflows.registro.models import Evento, Modifica

pytestmark = pytest.mark.django_db


@pytest.fixture
def o(db: None) -> Obiettivo:
    return mondo.in_stato("in_corso")


# --- the whole way ------------------------------------------------------------------------------


def test_from_the_scheda_to_version_two(o: Obiettivo) -> None:
    v = redigi(o)
    assert (v.stato, v.numero, v.versione_base, v.tardiva) == ("bozza", 1, 1, False)
    assert frasi(v) == ["OE0401, «N. sportelli - aperti», target di 2026-2: da 2 a 5."]
    v = presenta(v)
    assert (v.stato, v.presentata_il) == ("istruita", GIUGNO)
    assert v.presentata_da == mondo.persona("UNO DIRIGENTE")
    assert CampoVariato.objects.get(richiesta=v).in_attesa
    prima = {r.pk: (r.target, r.valore) for r in Rilevazione.objects.filter(obiettivo=o)}
    esito = approva(v)
    controlla_vincoli()
    v = rileggi(v)
    assert (v.stato, v.atto_id, v.decisa_il) == ("approvata", esito.atto_id, OTTOBRE)
    assert not CampoVariato.objects.get(richiesta=v).in_attesa
    dopo = mondo.obiettivo(o.codice)
    assert (dopo.stato, dopo.versione) == ("in_corso", 2)
    cambiate = [
        r for r in Rilevazione.objects.filter(obiettivo=o) if prima[r.pk] != (r.target, r.valore)
    ]
    assert [r.target for r in cambiate] == [5]
    versione = VersioneObiettivo.objects.get(obiettivo=o, numero=2)
    assert versione.in_vigore_dal == atto().data
    assert versione.contenuto == canonico.schede([dopo])[o.pk]
    assert versione.sha256 == canonico.impronta(versione.contenuto)
    scritto = Atto.objects.get(pk=esito.atto_id)
    assert (scritto.tipo, scritto.numero) == ("variazione", "300")
    # who changed the target, on whose authority
    [modifica] = Modifica.objects.filter(
        tabella="cycle_rilevazione", riga_id=cambiate[0].pk, operazione="U"
    ).order_by("-pk")[:1]
    evento = Evento.objects.get(pk=modifica.evento_id)
    assert (evento.verbo, evento.atto_id, evento.organo) == ("approva", esito.atto_id, "giunta")
    assert (modifica.prima, modifica.dopo) == ({"target": 2.0}, {"target": 5.0})


def test_r16_whatever_is_wished_becomes_what_is_in_force(o: Obiettivo) -> None:
    """Texts, dates that jump over each other, weights, rows that come and go."""

    def varia(s: Any) -> Any:
        s = con_indicatore(s, 1, 0, peso=Decimal(30), natura="negativo", nome="N. attese - lunghe")
        nuovo = replace(s.specifici[1].indicatori[1], pid=None, nome="N. reclami - chiusi")
        s = con_specifico(
            s,
            1,
            indicatori=(
                s.specifici[1].indicatori[0],
                replace(nuovo, peso=Decimal(70), target={p: Decimal(1) for p in nuovo.target}),
            ),
            titolo="Azione riscritta",
            inizio_previsto=date(2026, 2, 1),
        )
        return replace(
            s,
            titolo="Un titolo nuovo",
            responsabile_operativo="DUE PO",
            inizio_previsto=date(2026, 2, 1),
            fine_prevista=date(2026, 11, 30),
            nodi=(),
            specifici=(*s.specifici[1:], nuovo_specifico()),
        )

    voluta = varia(scheda(o))
    v = presentata(o, varia)
    assert {c.genere for c in v.campi.all()} == {
        "testo", "date", "peso", "natura", "responsabile", "collocazione",
        "nuovo", "soppressione", "sostituzione",
    }  # fmt: skip
    approva(v)
    controlla_vincoli()
    trovata = scheda(o)
    assert trovata.titolo == voluta.titolo
    assert trovata.nodi == ()
    assert trovata.responsabile_operativo == "DUE PO"
    assert [s.codice for s in trovata.specifici] == ["OE0402", "OE0403"]
    assert [i.nome for i in trovata.specifici[0].indicatori] == [
        "N. attese - lunghe",
        "N. reclami - chiusi",
    ]
    assert [i.peso for i in trovata.specifici[0].indicatori] == [30, 70]
    assert trovata.specifici[1].indicatori[0].target == {"2026-2": Decimal(4)}
    # the reports that are still open know the new specifico, and no longer the old one
    nuovo = ObiettivoSpecifico.objects.get(obiettivo=o, codice="OE0403")
    assert VoceRelazione.objects.filter(specifico=nuovo).count() == 2
    assert VoceRelazione.objects.filter(obiettivo=o).count() == 4


def test_several_requests_in_one_act_over_many_objectives(o: Obiettivo) -> None:
    """Two on one objective that complete each other, one on another: one Atto, one version each;
    the number of statements does not grow with them."""
    altro = mondo.obiettivo("OE12")

    def pesa(i: int, peso: int) -> Any:
        return lambda s: con_indicatore(s, 1, i, peso=Decimal(peso))

    a = presentata(o, pesa(0, 60))
    b = presentata(o, pesa(1, 40))
    c = presentata(altro, chi="DUE DIRIGENTE")
    with pytest.raises(NonPossibile) as errore:
        approva(a)
    assert guardie(errore) == ["pesi_a_cento"]
    esito = approva(a, b, c)
    controlla_vincoli()
    assert esito.approvate == tuple(sorted((a.pk, b.pk, c.pk)))
    assert {rileggi(v).atto_id for v in (a, b, c)} == {esito.atto_id}
    assert VersioneObiettivo.objects.filter(atto=esito.atto_id).count() == 2
    assert mondo.obiettivo(o.codice).versione == mondo.obiettivo("OE12").versione == 2


def test_r63_striking_off_goes_through_the_engine_and_stays_in_the_plan(o: Obiettivo) -> None:
    v = presentata(o, stralcio=True)
    assert frasi(v) == ["L'obiettivo è stralciato."]
    esito = approva(v)
    controlla_vincoli()
    dopo = mondo.obiettivo(o.codice)
    assert (dopo.stato, dopo.versione, esito.stralciati) == ("stralciato", 2, (o.pk,))
    assert list(
        VersioneObiettivo.objects.filter(obiettivo=o).order_by("numero").values_list("numero")
    ) == [(1,), (2,)]
    evento = Evento.objects.get(verbo="stralcia", oggetto_id=o.pk)
    assert evento.atto_id == esito.atto_id


# --- drafts -------------------------------------------------------------------------------------


def test_a_draft_is_written_again_by_its_settore(o: Obiettivo) -> None:
    v = redigi(o, chi="UNO PO")
    assert v.autore == mondo.persona("UNO PO")
    v = redigi(o, lambda s: con_target(s, 9), richiesta=v, motivazione="")
    assert v.autore == mondo.persona("UNO PO")
    assert frasi(v) == ["OE0401, «N. sportelli - aperti», target di 2026-2: da 2 a 9."]
    with pytest.raises(NonPossibile) as errore:
        presenta(v)
    assert guardie(errore) == ["richiesta_motivata"]
    with pytest.raises(Conflitto):
        variazioni.redigi(
            obiettivo=o,
            bozza=variazioni.Bozza(),
            by=mondo.attore("UNO PO"),
            istante=GIUGNO,
            richiesta=v,
            revisione=1,
        )


def test_r16_a_request_that_changes_nothing_is_not_filed(o: Obiettivo) -> None:
    with pytest.raises(NonPossibile) as errore:
        presentata(o, lambda s: s)
    assert guardie(errore) == ["almeno_un_cambio"]


def test_what_cannot_be_stored_is_said_where_it_was_written(o: Obiettivo) -> None:
    with pytest.raises(SchedaNonValida) as errore:
        redigi(o, lambda s: replace(s, responsabile_generale="NESSUNO CONOSCIUTO"))
    assert [d.dove for d in errore.value.difetti[0]] == ["responsabile_generale"]


@pytest.mark.parametrize("chi", ["DUE DIRIGENTE", "PRIMO NUCLEO", "SENZA INCARICO"])
def test_r17_only_its_settore_writes_it(o: Obiettivo, chi: str) -> None:
    with pytest.raises(NonAutorizzato):
        redigi(o, chi=chi)


def test_r4_a_po_writes_and_the_dirigente_files(o: Obiettivo) -> None:
    v = redigi(o, chi="UNO PO")
    with pytest.raises(NonAutorizzato):
        presenta(v, chi="UNO PO")
    assert presenta(v).stato == "istruita"


@pytest.mark.parametrize("stato", ["bozza", "proposta", "rendicontato", "validato"])
def test_r30_only_what_is_approved_or_in_course_is_varied(db: None, stato: str) -> None:
    with pytest.raises(NonPossibile) as errore:
        redigi(mondo.in_stato(stato))
    assert guardie(errore) == ["obiettivo_variabile"]


def test_weights_are_shown_over_the_whole_scheda_while_one_types(o: Obiettivo) -> None:
    vista = variazioni.anteprima(
        obiettivo=o,
        scheda=con_indicatore(scheda(o), 1, 0, peso=Decimal(60)),
        by=mondo.attore("UNO PO"),
        istante=GIUGNO,
    )
    assert [c.genere for c in vista.cambi] == ["peso"]
    assert vista.pesi == (("OE0401", Decimal(100)), ("OE0402", Decimal(110)))
    assert [m.guardia for m in vista.mancanze] == ["pesi_a_cento"]
    assert vista.difetti == ()


# --- what was filed is fixed --------------------------------------------------------------------


def test_r16_the_database_keeps_what_was_filed(o: Obiettivo) -> None:
    v = presentata(o)
    righe = RichiestaVariazione.objects.filter(pk=v.pk)
    cambi: list[dict[str, Any]] = [
        {"motivazione": "Altra."},
        {"causa_sopravvenuta": "Altra."},
        {"presentata_il": GIUGNO - timedelta(days=1)},
        {"tardiva": True},
        {"termine": None},
        {"impronta": "0" * 64},
        {"autore": mondo.persona("UNO PO")},
        {"stato": "approvata"},
    ]
    for cambio in cambi:
        with pytest.raises(IntegrityError), transaction.atomic():
            righe.update(**cambio)
    for scrivi in (
        lambda: CampoVariato.objects.filter(richiesta=v).update(valore_nuovo="9"),
        lambda: CampoVariato.objects.filter(richiesta=v).delete(),
        lambda: righe.delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            scrivi()


def test_r3_no_field_changes_without_the_act(o: Obiettivo) -> None:
    presentata(o)
    with pytest.raises(IntegrityError, match="solo con un atto"), transaction.atomic():
        Rilevazione.objects.filter(obiettivo=o, target=2).update(target=5)


# --- one request for each field (R36) -----------------------------------------------------------


def test_r36_a_second_request_on_a_field_is_pointed_to_the_first(o: Obiettivo) -> None:
    presentata(o)
    altra = redigi(o, lambda s: con_target(s, 7))
    with pytest.raises(NonPossibile) as errore:
        presenta(altra)
    assert guardie(errore) == ["campi_liberi"]
    assert "OE04-V1" in errore.value.tutti()[0].messaggio


def test_r36_different_fields_run_together_and_a_closed_request_lets_go(o: Obiettivo) -> None:
    prima = presentata(o)
    assert presentata(o, lambda s: replace(s, titolo="Altro")).stato == "istruita"
    ritirata = variazioni.ritira(richiesta=prima, by=mondo.attore("UNO DIRIGENTE"), istante=GIUGNO)
    assert ritirata.stato == "ritirata"
    assert presentata(o, lambda s: con_target(s, 7)).stato == "istruita"


def test_r36_striking_off_waits_for_every_open_request(o: Obiettivo) -> None:
    presentata(o)
    with pytest.raises(NonPossibile) as errore:
        presentata(o, stralcio=True)
    assert guardie(errore) == ["campi_liberi"]


# --- base values (R30) and rebase ---------------------------------------------------------------


def cambia_con_atto(o: Obiettivo, quanto: int) -> None:
    """A target moved under an act of the year that is no variazione: nobody's version."""
    azioni.apri(
        ente_id=o.ente_id,
        procedura="obiettivo",
        verbo="modifica",
        passi=[Voce(o.pk, o.pk)],
        attore=mondo.attore("ATTI SEGRETERIA"),
        istante=GIUGNO,
        atto_id=Atto.objects.filter(ente=o.ente_id)[0].pk,
    )
    Rilevazione.objects.filter(
        obiettivo=o, indicatore__nome="N. sportelli - aperti", periodo__codice="2026-2"
    ).update(target=quanto)


def test_r30_where_the_value_moved_the_author_rebases_and_opinions_are_asked_anew(
    o: Obiettivo,
) -> None:
    parametri(variazione_parere_nucleo="obbligatorio")
    v = presentata(o)
    parere(v)
    assert rileggi(v).stato == "istruita"
    cambia_con_atto(o, 3)
    with pytest.raises(Conflitto) as errore:
        approva(v)
    [motivo] = errore.value.tutti()
    assert motivo.messaggio == (
        "OE0401, «N. sportelli - aperti», target di 2026-2: la richiesta parte da 2, in vigore "
        "c'è 3."
    )
    assert target(o) == 3
    with pytest.raises(NonAutorizzato):
        variazioni.ribasa(richiesta=v, by=mondo.attore("DUE DIRIGENTE"), istante=OTTOBRE)
    prima = rileggi(v)
    dopo = variazioni.ribasa(richiesta=v, by=mondo.attore("UNO DIRIGENTE"), istante=OTTOBRE)
    assert dopo.impronta != prima.impronta
    assert (dopo.presentata_il, dopo.tardiva) == (GIUGNO, False)
    assert frasi(v) == ["OE0401, «N. sportelli - aperti», target di 2026-2: da 3 a 5."]
    with pytest.raises(NonPossibile) as mancante:
        approva(v)
    assert guardie(mancante) == ["pareri_resi"]
    parere(rileggi(v))
    approva(rileggi(v))
    assert target(o) == 5
    assert ParereVariazione.objects.filter(richiesta=v).count() == 2


def test_r30_a_draft_written_before_another_was_approved_is_rebased_before_it_is_filed(
    o: Obiettivo,
) -> None:
    bozza = redigi(o, lambda s: con_target(s, 9))
    approva(presentata(o))
    with pytest.raises(Conflitto) as errore:
        presenta(bozza)
    assert guardie(errore) == ["valori_di_partenza_attuali"]
    variazioni.ribasa(richiesta=bozza, by=mondo.attore("UNO DIRIGENTE"), istante=GIUGNO)
    assert presenta(bozza).stato == "istruita"


def test_nothing_left_to_ask_is_not_rebased(o: Obiettivo) -> None:
    bozza = redigi(o)
    approva(presentata(o))
    with pytest.raises(NonPossibile) as errore:
        variazioni.ribasa(richiesta=bozza, by=mondo.attore("UNO DIRIGENTE"), istante=GIUGNO)
    assert guardie(errore) == ["almeno_un_cambio"]


# --- closed periods (R31) -----------------------------------------------------------------------


def chiudi_giugno(o: Obiettivo) -> RelazioneSemestrale:
    relazione = RelazioneSemestrale.objects.get(obiettivo=o, periodo__codice="2026-1")
    mondo.compila(relazione, "UNO PO")
    mondo.muovi(relazione, "trasmetti", "UNO DIRIGENTE")
    mondo.muovi(relazione, "valida", "SECONDO NUCLEO", seduta=mondo.seduta())
    return RelazioneSemestrale.objects.get(pk=relazione.pk)


def test_r31_what_june_validated_stays_byte_for_byte(o: Obiettivo) -> None:
    prima = chiudi_giugno(o)
    voci = list(VoceRelazione.objects.filter(relazione=prima).order_by("pk").values())
    approva(presentata(o))
    dopo = RelazioneSemestrale.objects.get(pk=prima.pk)
    assert (dopo.stato, dopo.istantanea, dopo.impronta) == (
        "validata",
        prima.istantanea,
        prima.impronta,
    )
    assert list(VoceRelazione.objects.filter(relazione=prima).order_by("pk").values()) == voci
    assert (target(o, "2026-1"), target(o)) == (1, 5)


def test_r31_a_closed_period_is_not_varied_nor_its_rows_taken_away(o: Obiettivo) -> None:
    chiudi_giugno(o)

    def senza_il_primo(s: Any) -> Any:
        return replace(s, specifici=s.specifici[1:])

    def senza_un_indicatore(s: Any) -> Any:
        return con_specifico(s, 1, indicatori=s.specifici[1].indicatori[:1])

    for varia in (
        lambda s: con_target(s, 3, periodo="2026-1"),
        senza_il_primo,
        senza_un_indicatore,
    ):
        with pytest.raises(NonPossibile) as errore:
            presentata(o, varia)
        assert guardie(errore) == ["periodi_chiusi_intatti"]
    assert presentata(o, lambda s: con_specifico(s, 0, titolo="Altro")).stato == "istruita"


# --- opinions, and the desk ---------------------------------------------------------------------


def test_r33_the_three_settings_of_the_nucleos_opinion(db: None) -> None:
    o = mondo.in_stato("in_corso")
    for politica, stato, aperti in (
        ("nessuno", "istruita", {"decisione"}),
        ("facoltativo", "istruita", {"decisione", "parere_facoltativo"}),
        ("obbligatorio", "presentata", {"parere_nucleo"}),
    ):
        parametri(variazione_parere_nucleo=politica)
        v = presentata(o)
        desco = flusso.processo(v)
        assert desco is not None
        assert (v.stato, set(desco.aperti)) == (stato, aperti)
        variazioni.ritira(richiesta=v, by=mondo.attore("UNO DIRIGENTE"), istante=GIUGNO)
        desco = flusso.processo(v)
        assert desco is not None
        assert (desco.in_corso, desco.aperti) == (False, frozenset())


def test_r28_parere_and_visto_run_in_parallel_and_the_last_one_in_opens_the_decision(
    o: Obiettivo,
) -> None:
    parametri(variazione_parere_nucleo="obbligatorio")
    v = presentata(o, effetto_finanziario=True)
    desco = flusso.processo(v)
    assert desco is not None
    assert desco.aperti == {"parere_nucleo", "visto_ragioneria"}
    with pytest.raises(Conflitto) as partenza:
        approva(v)
    assert "stato_di_partenza" in guardie(partenza)
    parere(v, "ragioneria")
    assert rileggi(v).stato == "presentata"
    parere(v, esito="contrario", testo="Il target era raggiungibile.")
    assert rileggi(v).stato == "istruita"
    desco = flusso.processo(v)
    assert desco is not None
    assert desco.aperti == {"decisione"}
    with pytest.raises(NonPossibile) as errore:
        approva(rileggi(v))
    assert guardie(errore) == ["atto_contabile_indicato"]
    revisioni = {
        variazioni.indica_atto_contabile(
            richiesta=v,
            atto_contabile="Consiglio n. 40 del 10/10/2026",
            by=mondo.attore("CONTI RAGIONERIA"),
            istante=OTTOBRE,
        ).revisione
        for _volta in range(2)
    }
    assert len(revisioni) == 1  # sent twice, written once (R50)
    approva(rileggi(v))
    desco = flusso.processo(v)
    assert desco is not None
    assert (desco.in_corso, desco.aperti, desco.fatti) == (
        False,
        frozenset(),
        {"parere_nucleo", "visto_ragioneria", "decisione"},
    )


def test_r33_an_optional_opinion_stays_open_until_the_decision_and_closes_with_it(
    o: Obiettivo,
) -> None:
    v = presentata(o)
    primo = parere(v)
    assert parere(v) == primo  # sent twice, given once (R50)
    with pytest.raises(Conflitto):
        parere(v, esito="contrario", testo="Ci si ripensa.")
    assert ParereVariazione.objects.filter(richiesta=v).count() == 1
    approva(v)
    assert parere(v) == primo  # a retry that comes after the decision
    altra = presentata(o, lambda s: con_target(s, 8))
    respingi(altra)
    for decisa in (v, altra):
        desco = flusso.processo(decisa)
        assert desco is not None
        assert (desco.in_corso, desco.aperti) == (False, frozenset())
    with pytest.raises(Conflitto):
        parere(rileggi(altra))


def test_r33_who_is_against_says_why_and_only_the_nucleo_and_ragioneria_say_it(
    o: Obiettivo,
) -> None:
    v = presentata(o)
    with pytest.raises(NonPossibile) as errore:
        parere(v, esito="contrario")
    assert guardie(errore) == ["parere_motivato"]
    with pytest.raises(NonAutorizzato):
        variazioni.esprimi_parere(
            richiesta=v,
            esito="favorevole",
            testo="",
            impronta=v.impronta,
            by=mondo.attore("UNO DIRIGENTE"),
            istante=GIUGNO,
        )


def test_r38_silence_decides_nothing(o: Obiettivo) -> None:
    """Years later it still waits, and the desk still asks."""
    v = presentata(o)
    assert rileggi(v).stato == "istruita"
    desco = flusso.processo(v)
    assert desco is not None
    assert "decisione" in desco.aperti


# --- refusing, withdrawing ----------------------------------------------------------------------


@pytest.mark.parametrize("motivazione", ["", "   ", "\n\t "])
def test_r18_nobody_refuses_without_saying_why(o: Obiettivo, motivazione: str) -> None:
    v = presentata(o)
    with pytest.raises(NonPossibile) as errore:
        respingi(v, motivazione=motivazione)
    assert guardie(errore) == ["diniego_motivato"]
    azioni.apri(
        ente_id=o.ente_id,
        procedura="variazione",
        verbo="respingi",
        passi=[Voce(v.pk, o.pk, "istruita", "respinta")],
        attore=mondo.attore("ATTI SEGRETERIA"),
        istante=GIUGNO,
    )
    with pytest.raises(IntegrityError, match="variazione_diniego_motivato"), transaction.atomic():
        RichiestaVariazione.objects.filter(pk=v.pk).update(stato="respinta")


def test_r18_a_refusal_keeps_its_reason_and_changes_nothing(o: Obiettivo) -> None:
    parametri(variazione_parere_nucleo="obbligatorio")
    v = presentata(o)
    esito = respingi(v, atto=atto("301"))
    v = rileggi(v)
    assert (v.stato, v.motivazione_decisione) == ("respinta", "La rinuncia era prevedibile.")
    assert v.atto_id == esito.atto_id
    assert Atto.objects.get(pk=esito.atto_id).versioni.count() == 0
    assert mondo.obiettivo(o.codice).versione == 1
    assert target(o) == 2


def test_one_act_may_approve_some_and_refuse_others(o: Obiettivo) -> None:
    si, no = presentata(o), presentata(o, lambda s: replace(s, titolo="Altro"))
    esito = variazioni.decidi(
        atto=atto(),
        approvate=[si],
        respinte=[(no, "Il titolo resta.")],
        motivazione="Per il fornitore.",
        by=mondo.attore("ATTI SEGRETERIA", istante=OTTOBRE),
        istante=OTTOBRE,
    )
    controlla_vincoli()
    assert [rileggi(v).stato for v in (si, no)] == ["approvata", "respinta"]
    assert rileggi(si).atto_id == rileggi(no).atto_id == esito.atto_id
    assert rileggi(no).motivazione_decisione == "Il titolo resta."


def test_r19_accepting_is_motivated_too_where_the_ente_says_so(o: Obiettivo) -> None:
    v = presentata(o)
    with pytest.raises(NonPossibile) as errore:
        approva(v, motivazione=" ")
    assert guardie(errore) == ["accoglimento_motivato"]
    parametri(variazione_motivata=False)
    approva(v, motivazione="")


def test_r3_a_dirigente_does_not_decide(o: Obiettivo) -> None:
    v = presentata(o)
    with pytest.raises(NonAutorizzato):
        variazioni.approva(
            richieste=[v],
            atto=atto(),
            motivazione="Sì.",
            by=mondo.attore("UNO DIRIGENTE", istante=OTTOBRE),
            istante=OTTOBRE,
        )


def test_r37_its_author_or_the_dirigente_withdraws_it_until_it_is_decided(o: Obiettivo) -> None:
    del_po = redigi(o, chi="UNO PO")
    ritirata = variazioni.ritira(richiesta=del_po, by=mondo.attore("UNO PO"), istante=GIUGNO)
    assert ritirata.stato == "ritirata"
    v = presentata(o)
    for chi in ("UNO PO", "DUE DIRIGENTE"):
        with pytest.raises(NonAutorizzato):
            variazioni.ritira(richiesta=v, by=mondo.attore(chi), istante=GIUGNO)
    approva(v)
    with pytest.raises(Conflitto):
        variazioni.ritira(richiesta=v, by=mondo.attore("UNO DIRIGENTE"), istante=OTTOBRE)


def test_an_act_is_recorded_once(o: Obiettivo) -> None:
    approva(presentata(o))
    with pytest.raises(NonPossibile) as errore:
        approva(presentata(o, lambda s: con_target(s, 8)))
    assert guardie(errore) == ["atto_presente"]


def test_all_or_nothing(o: Obiettivo) -> None:
    """One that does not pass stops the act, and nothing is written."""
    buona, storta = presentata(o), presentata(o, lambda s: con_indicatore(s, 1, 0, peso=Decimal(9)))
    with pytest.raises(NonPossibile):
        approva(buona, storta)
    assert [rileggi(v).stato for v in (buona, storta)] == ["istruita", "istruita"]
    assert target(o) == 2
    assert not Atto.objects.filter(tipo="variazione").exists()
