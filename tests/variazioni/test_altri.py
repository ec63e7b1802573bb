# SPDX-License-Identifier: AGPL-3.0-or-later
"""Variazioni ex officio (R34), by delega (R83), invited (R39), evaluated (R32), and their news."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cycle.models import (
    Incarico,
    Indicatore,
    Obiettivo,
    Persona,
    RichiestaVariazione,
)
from cycle.services import variazioni
from cycle.services.enti import Conferimento, conferisci, di_comando
from notifications.models import Notifica
from tests import mondo
from tests.variazioni.mondo import (
    GIUGNO,
    OTTOBRE,
    TARDI,
    approva,
    con_target,
    guardie,
    parametri,
    parere,
    presenta,
    presentata,
    redigi,
    respingi,
    rileggi,
    scheda,
)
from workflows.errors import Conflitto, NonAutorizzato, NonPossibile
from workflows.registro.models import Evento

pytestmark = pytest.mark.django_db


@pytest.fixture
def o(db: None) -> Obiettivo:
    return mondo.in_stato("in_corso")


# --- ex officio (R34) ---------------------------------------------------------------------------


def test_r34_the_giunta_varies_ex_officio_and_the_settore_may_reply(o: Obiettivo) -> None:
    parametri(variazione_tardiva="rifiuto_automatico")
    ora = TARDI + timedelta(days=5)
    v = redigi(o, chi="ATTI SEGRETERIA", d_ufficio=True, istante=ora)
    with pytest.raises(NonPossibile) as errore:
        presenta(v, chi="UNO DIRIGENTE", istante=ora)
    assert "di_chi_la_presenta" in guardie(errore)
    v = presenta(v, chi="ATTI SEGRETERIA", istante=ora)
    assert (v.stato, v.tardiva) == ("istruita", False)
    avvisati = Notifica.objects.filter(materia=f"variazione:{v.pk}", chiusa_il=None)
    assert mondo.persona("UNO DIRIGENTE").pk in {n.persona_id for n in avvisati}
    replica = variazioni.replica(
        richiesta=v,
        esito="contrario",
        testo="Il target resta raggiungibile.",
        impronta=v.impronta,
        by=mondo.attore("UNO DIRIGENTE", istante=ora),
        istante=ora,
    )
    assert replica.tipo == "replica"
    approva(v)
    with pytest.raises(Conflitto):
        variazioni.replica(
            richiesta=presentata(mondo.obiettivo("OE12"), chi="DUE DIRIGENTE"),
            esito="favorevole",
            testo="",
            impronta="",
            by=mondo.attore("DUE DIRIGENTE"),
            istante=GIUGNO,
        )


def test_r34_the_settore_writes_no_variazione_ex_officio_nor_the_giunta_the_settores(
    o: Obiettivo,
) -> None:
    for chi, d_ufficio in (("UNO DIRIGENTE", True), ("ATTI SEGRETERIA", False)):
        with pytest.raises(NonAutorizzato):
            redigi(o, chi=chi, d_ufficio=d_ufficio)


# --- delega (R83), the Nucleo's evaluation (R32), invitations (R39) -----------------------------


def test_r83_one_second_after_the_delega_ends_the_delegate_files_nothing(o: Obiettivo) -> None:
    dirigente = Incarico.objects.get(persona=mondo.persona("UNO DIRIGENTE"))
    fine = GIUGNO
    conferisci(
        ente=mondo.ente(),
        conferimenti=[
            Conferimento(
                mondo.persona("UNO PO"),
                "dirigente",
                dirigente.unita,
                "delega n. 4",
                mondo.INIZIO,
                al=fine,
                delegante=dirigente,
                tipo="delega",
            )
        ],
        attore=di_comando(mondo.ente().pk, mondo.INIZIO),
        istante=mondo.INIZIO,
        canale="comando",
    )
    v = redigi(o, chi="UNO PO", istante=mondo.ADESSO)
    for istante in (fine, fine + timedelta(seconds=1)):
        with pytest.raises(NonAutorizzato):
            presenta(v, chi="UNO PO", istante=istante)
    v = presenta(v, chi="UNO PO", istante=fine - timedelta(milliseconds=1))
    evento = Evento.objects.get(verbo="presenta", oggetto_id=v.pk, esito="eseguito")
    assert evento.per_conto_di_id == dirigente.persona_id


def test_r32_every_decided_request_gets_the_nucleos_evaluation(o: Obiettivo) -> None:
    v = presentata(o)
    altro = {"richiesta": v, "by": mondo.attore("PRIMO NUCLEO"), "istante": OTTOBRE}
    with pytest.raises(Conflitto):
        variazioni.valuta(esito="favorevole", testo="", **altro)
    respingi(v)
    altro["richiesta"] = rileggi(v)
    variazioni.valuta(esito="osservazioni", testo="Era prevedibile.", **altro)
    with pytest.raises(Conflitto):
        variazioni.valuta(esito="favorevole", testo="", **altro)


def test_r39_the_nucleo_invites_and_the_settore_files_or_declines(o: Obiettivo) -> None:
    altro = {"entro": date(2026, 9, 30), "istante": GIUGNO}
    nucleo = mondo.attore("PRIMO NUCLEO")
    with pytest.raises(NonAutorizzato):
        variazioni.invita(obiettivo=o, testo="Sì", by=mondo.attore("UNO PO"), **altro)
    invito = variazioni.invita(obiettivo=o, testo="Target lontano.", by=nucleo, **altro)
    assert {n.persona_id for n in Notifica.objects.filter(materia=f"invito:{invito.pk}")} == {
        o.responsabile_generale_id,
        o.responsabile_operativo_id,
    }
    v = variazioni.redigi(
        obiettivo=o,
        bozza=variazioni.Bozza(con_target(scheda(o), 5), motivazione="Come invita il Nucleo."),
        by=mondo.attore("UNO PO"),
        istante=GIUGNO,
        invito=invito,
    )
    assert list(invito.richieste.all()) == [v]
    altra = variazioni.invita(obiettivo=o, testo="Anche il titolo.", by=nucleo, **altro)
    dirigente = mondo.attore("UNO DIRIGENTE")
    with pytest.raises(NonPossibile):
        variazioni.declina(invito=altra, risposta=" ", by=dirigente, istante=GIUGNO)
    declinato = variazioni.declina(
        invito=altra, risposta="Il titolo va bene.", by=dirigente, istante=GIUGNO
    )
    assert declinato.declinato_il == GIUGNO
    with pytest.raises(Conflitto):
        variazioni.declina(invito=altra, risposta="Di nuovo.", by=dirigente, istante=GIUGNO)


# --- news ---------------------------------------------------------------------------------------


def da_fare(v: RichiestaVariazione) -> set[str]:
    ids = Notifica.objects.filter(
        materia=f"variazione:{v.pk}", motivo="da_fare", chiusa_il=None
    ).values_list("persona_id", flat=True)
    return set(Persona.objects.filter(pk__in=list(ids)).values_list("nome_completo", flat=True))


def test_the_news_reach_who_must_act_next(o: Obiettivo) -> None:
    parametri(variazione_parere_nucleo="obbligatorio")
    v = redigi(o, chi="UNO PO")
    assert da_fare(v) == {"UNO DIRIGENTE"}
    v = presenta(v)
    assert da_fare(v) == {"PRIMO NUCLEO", "SECONDO NUCLEO", "TERZO NUCLEO"}
    parere(v)
    assert da_fare(v) == {"ATTI SEGRETERIA"}
    approva(rileggi(v))
    assert da_fare(v) == set()
    dette = Notifica.objects.filter(materia=f"variazione:{v.pk}", chiusa_il=None)
    chi = {n.persona_id for n in dette}
    assert {mondo.persona("UNO PO").pk, mondo.persona("UNO DIRIGENTE").pk} <= chi
    assert Indicatore.objects.filter(obiettivo=o).count() == 3
