# SPDX-License-Identifier: AGPL-3.0-or-later
"""Closing a year (C3): what is open is told, kind by kind; nothing open, an action closes it, and
then only material errors are corrected (R35)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from cycle import chiusura
from cycle.models import Ciclo, Obiettivo, RelazioneSemestrale, VoceRelazione
from cycle.services.chiusura import chiudi
from cycle.services.variazioni import correzioni
from tests import mondo
from workflows.errors import Conflitto, NonAutorizzato, NonPossibile
from workflows.registro import azioni
from workflows.registro.models import Evento

pytestmark = pytest.mark.usefixtures("db")
DOPO = datetime(2027, 3, 1, 9, tzinfo=UTC)


def ciclo() -> Ciclo:
    return Ciclo.objects.select_related("ente").get(ente__codice_ipa="alfa", anno=2026)


def chiude(chi: str = "GENERALE SEGRETARIO", istante: datetime = DOPO) -> Ciclo:
    return chiudi(ciclo=ciclo(), by=mondo.attore(chi, istante=istante), istante=istante)


def generi(istante: datetime = DOPO) -> dict[str, int]:
    return {g.chiave: g.quante for g in chiusura.aperte(ciclo(), istante)}


def finisci() -> None:
    """Every objective of the year taken to its end, by who may."""
    for codice, settore in (
        ("OE01", "UNO"),
        ("OE02", "UNO"),
        ("OE03", "UNO"),
        ("OE04", "UNO"),
        ("OE05", "UNO"),
        ("OE11", "DUE"),
        ("OE12", "DUE"),
    ):
        o = mondo.obiettivo(codice)
        passi = mondo.STATI.index(o.stato)
        if passi < 1:
            mondo.muovi(o, "proponi", f"{settore} DIRIGENTE")
        if passi < 2:
            mondo.muovi(o, "approva", "ATTI SEGRETERIA", atto=mondo.atto(numero=f"F{codice}"))
        if passi < 3:
            mondo.muovi(o, "avvia", f"{settore} PO")
        if passi < 4:
            mondo.rendiconta(mondo.obiettivo(codice), settore)
        for r in RelazioneSemestrale.objects.filter(obiettivo=o).order_by("periodo"):
            mondo.muovi(r, "valida", "SECONDO NUCLEO", seduta=mondo.seduta())
        mondo.muovi(o, "valida", "SECONDO NUCLEO", seduta=mondo.seduta())


def test_c3_what_is_open_is_told_by_kind() -> None:
    assert generi() == {
        "obiettivi_bozza": 2,
        "obiettivi_proposta": 1,
        "obiettivi_approvato": 1,
        "obiettivi_in_corso": 2,
        "obiettivi_rendicontato": 1,
        "relazioni_da_compilare": 4,
        "relazioni_trasmessa": 2,
    }
    r = RelazioneSemestrale.objects.get(
        obiettivo=mondo.in_stato("rendicontato"), periodo__codice="2026-1"
    )
    mondo.osserva(r, "Perché?")
    assert generi()["relazioni_osservata"] == 1
    with pytest.raises(NonPossibile) as rifiuto:
        chiude()
    detti = {m.guardia: m for m in rifiuto.value.tutti()}
    assert set(detti) == set(generi())
    assert detti["relazioni_osservata"].messaggio == (
        "Osservazioni del Nucleo senza risposta: 1 (OE05, Primo semestre 2026)."
    )
    assert ciclo().stato == "aperto"


def test_c3_nobody_else_and_not_before_the_year_has_ended() -> None:
    finisci()
    for chi in ("PRIMO NUCLEO", "SINDACA GIUNTA", "UNO DIRIGENTE", "ATTI SEGRETERIA"):
        with pytest.raises(NonAutorizzato):
            chiude(chi)
    with pytest.raises(NonPossibile, match=r"L'anno non è finito"):
        chiude(istante=mondo.ADESSO)


def test_c3_closed_once_by_an_action_and_nothing_moves_any_more() -> None:
    finisci()
    assert generi() == {}
    chiude("GESTIONE CONTROLLO")
    assert ciclo().stato == "chiuso"
    evento = Evento.objects.get(procedura="ciclo", verbo="chiude", esito="eseguito")
    assert (evento.oggetto_id, evento.da, evento.a) == (ciclo().pk, "aperto", "chiuso")
    with pytest.raises(Conflitto):
        chiude()
    o = mondo.in_stato("validato")
    with pytest.raises(NonPossibile, match=r"Il 2026 è chiuso"):
        mondo.muovi(
            o, "riapri", "PRIMO NUCLEO", istante=DOPO, motivazione="Cifra.", dati={"cifra": "3"}
        )


def test_c3_r35_a_material_error_is_still_corrected() -> None:
    finisci()
    chiude()
    voce = VoceRelazione.objects.filter(
        relazione__obiettivo=mondo.in_stato("validato"), relazione__periodo__codice="2026-2"
    ).order_by("pk")[0]
    correzione = correzioni.segnala(
        voce=voce,
        errore=correzioni.Errore(
            campo="natura dell'indicatore 1",
            prima="positivo",
            dopo="negativo",
            motivo="La natura era scritta al contrario.",
            percentuale=Decimal(50),
        ),
        by=mondo.attore("UNO DIRIGENTE", istante=DOPO),
        istante=DOPO,
    )
    assert correzione.stato == "segnalata"


@pytest.mark.parametrize("verbo", ["", "modifica"])
def test_c3_raw_sql_does_not_close_a_year(verbo: str) -> None:
    if verbo:
        _apri(verbo)
    pk = ciclo().pk
    with (
        pytest.raises(DatabaseError, match="C3"),
        transaction.atomic(),
        connection.cursor() as cursore,
    ):
        cursore.execute("UPDATE cycle_ciclo SET stato = 'chiuso' WHERE id = %s", [pk])


def _apri(verbo: str) -> None:
    azioni.apri(
        ente_id=ciclo().ente_id,
        procedura="ciclo",
        verbo=verbo,
        passi=[azioni.Voce(ciclo().pk)],
        attore=mondo.attore("GESTIONE CONTROLLO"),
        istante=DOPO,
    )


def test_c3_the_database_itself_refuses_a_year_with_something_open() -> None:
    _apri("chiude")
    with pytest.raises(DatabaseError, match="né validati né stralciati"), transaction.atomic():
        Ciclo.objects.filter(pk=ciclo().pk).update(stato="chiuso")


def test_c3_in_a_closed_year_the_database_moves_no_state() -> None:
    finisci()
    chiude()
    o = mondo.in_stato("validato")
    azioni.apri(
        ente_id=o.ente_id,
        procedura="obiettivo",
        verbo="riapri",
        passi=[azioni.Voce(o.pk, o.pk, "validato", "rendicontato")],
        attore=mondo.attore("PRIMO NUCLEO"),
        istante=DOPO,
    )
    with pytest.raises(DatabaseError, match="chiuso"), transaction.atomic():
        Obiettivo.objects.filter(pk=o.pk).update(stato="rendicontato")
