# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two on one report, or on one year, at the same moment: one wins, the other is told the truth
(R50, R54, C3)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from cycle import canonico
from cycle.bozze.rubrica import rubrica
from cycle.contesto import sessione
from cycle.fascicolo import cifre_mosse
from cycle.models import (
    InvitoVariazione,
    Obiettivo,
    Osservazione,
    RelazioneSemestrale,
    VoceRelazione,
)
from cycle.services import osservazioni, schede, variazioni
from cycle.services.chiusura import chiudi
from tests import mondo
from tests.cycle.test_chiusura import DOPO, ciclo, finisci
from tests.gara import gara
from tests.proposte.test_schede import scheda
from tests.workflows.test_concorrenza import divisi, passo
from workflows.errors import Conflitto, NonPossibile, Rifiuto
from workflows.ports import Richiesta

pytestmark = pytest.mark.usefixtures("db_vera")


def ultima(stato: str = "rendicontato") -> RelazioneSemestrale:
    return RelazioneSemestrale.objects.select_related("obiettivo").get(
        obiettivo=mondo.in_stato(stato), periodo__codice="2026-2"
    )


def riletta(r: RelazioneSemestrale) -> RelazioneSemestrale:
    return RelazioneSemestrale.objects.get(pk=r.pk)


def di(chi: str, compi: Callable[[Any], Any]) -> Callable[[], Any]:
    """What a person does in a session of his own."""
    utente = mondo.utente(chi)

    def corre() -> Any:
        with sessione(utente, "alfa", "web") as c:
            return compi(c.attore)

    return corre


def test_r50_two_members_sign_one_osservazione_one_is_told() -> None:
    r = ultima()
    [voce] = VoceRelazione.objects.filter(relazione=r).order_by("pk")[:1]

    def firma(testo: str) -> Callable[[Any], Any]:
        return lambda chi: osservazioni.annota(
            relazione=r,
            scritte={voce.specifico_id: osservazioni.Scritta(testo, firma=True, revisione=0)},
            by=chi,
            istante=mondo.ADESSO,
        )

    esiti = gara([di("PRIMO NUCLEO", firma("Uno.")), di("SECONDO NUCLEO", firma("Due."))])
    persi = [e for e in esiti if isinstance(e, Conflitto)]
    assert len(persi) == 1
    [scritta] = Osservazione.objects.filter(voce=voce)
    assert scritta.testo == ("Due." if isinstance(esiti[0], Conflitto) else "Uno.")
    assert scritta.firmata_da is not None


def test_r54_submitted_against_edited_the_snapshot_is_what_stands() -> None:
    o = mondo.in_stato("in_corso")
    r = RelazioneSemestrale.objects.filter(obiettivo=o).order_by("periodo__ordine")[0]
    mondo.compila(r, "UNO PO")
    r = riletta(r)

    def cambia() -> str:
        mondo.compila(r, "UNO PO", valore=Decimal(7))
        return "scritta"

    esiti = gara([cambia, passo(r, "trasmetti", "UNO DIRIGENTE"), cambia])
    dopo = riletta(r)
    assert any(isinstance(e, Rifiuto) for e in esiti)  # somebody came second, and knows it
    assert not [e for e in esiti if not isinstance(e, Rifiuto | str) and not hasattr(e, "azione")]
    if dopo.stato == "trasmessa":
        assert canonico.istantanee([dopo.pk])[dopo.pk] == dopo.istantanea
        assert '"valore":"7"' not in dopo.istantanea
    else:
        assert dopo.istantanea == ""


def test_r54_validated_against_reopened_one_of_the_two() -> None:
    r = ultima()
    riusciti, rifiutati = divisi(
        gara(
            [
                passo(r, "valida", "SECONDO NUCLEO", Richiesta(seduta=mondo.seduta())),
                passo(r, "riapri", "PRIMO NUCLEO", Richiesta("Un valore da rivedere.")),
            ]
        )
    )
    assert (len(riusciti), len(rifiutati)) == (1, 1)
    assert isinstance(rifiutati[0], Conflitto)
    dopo = riletta(r)
    convalidate = VoceRelazione.objects.filter(relazione=r, percentuale_convalidata__isnull=False)
    if dopo.stato == "validata":
        assert cifre_mosse([dopo]) == {}
        assert convalidate.count() == VoceRelazione.objects.filter(relazione=r).count()
    else:
        assert dopo.stato == "riaperta"
        assert not convalidate.exists()


def test_c3_the_year_closed_against_a_new_draft_one_of_the_two() -> None:
    finisci()
    r = rubrica(ciclo())

    def scrive(chi: Any) -> Obiettivo:
        return schede.crea_bozza(
            ciclo=r.ciclo, scheda=scheda(), rubrica=r, by=chi, istante=mondo.ADESSO
        )

    def chiude(chi: Any) -> Any:
        segretario = mondo.attore("GENERALE SEGRETARIO", istante=DOPO)
        return chiudi(ciclo=ciclo(), by=segretario, istante=DOPO)

    esiti = gara([di("GENERALE SEGRETARIO", chiude), di("UNO PO", scrive)])
    persi = [e for e in esiti if isinstance(e, NonPossibile)]
    assert len(persi) == 1, esiti
    bozze = Obiettivo.objects.filter(ciclo=ciclo(), stato="bozza").count()
    assert (ciclo().stato, bozze) in {("chiuso", 0), ("aperto", 1)}
    assert {m.regola for m in persi[0].tutti()} == {"C3"}


def test_c3_the_year_closed_against_a_late_answer_one_of_the_two() -> None:
    finisci()
    o = mondo.in_stato("validato")
    invito = InvitoVariazione.objects.create(
        ente_id=o.ente_id,
        obiettivo=o,
        persona=mondo.persona("PRIMO NUCLEO"),
        testo="Si invita.",
        entro=mondo.ADESSO.date(),
        invitato_il=mondo.ADESSO,
    )

    def risponde(chi: Any) -> Any:
        return variazioni.declina(
            invito=invito, risposta="Non serve.", by=chi, istante=mondo.ADESSO
        )

    def chiude(chi: Any) -> Any:
        segretario = mondo.attore("GENERALE SEGRETARIO", istante=DOPO)
        return chiudi(ciclo=ciclo(), by=segretario, istante=DOPO)

    esiti = gara([di("GENERALE SEGRETARIO", chiude), di("UNO DIRIGENTE", risponde)])
    assert ciclo().stato == "chiuso"
    risposta = InvitoVariazione.objects.get(pk=invito.pk).risposta
    if isinstance(esiti[1], NonPossibile):  # it came after, and is told so
        assert risposta == ""
    else:
        assert risposta == "Non serve."
