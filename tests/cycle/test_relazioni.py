# SPDX-License-Identifier: AGPL-3.0-or-later
"""Filling a semester report (R4, R53, R54): who, until when, and what is written."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cycle.models import (
    Indicatore,
    ObiettivoSpecifico,
    RelazioneSemestrale,
    Rilevazione,
    VoceRelazione,
)
from cycle.services.relazioni import Compilazione, compila
from tests import mondo
from tests.fotografia import cambiate, fotografia
from workflows.errors import Conflitto, NonAutorizzato, NonPossibile, Rifiuto
from workflows.registro.models import Evento, Modifica

pytestmark = pytest.mark.usefixtures("db")


def relazione(stato: str = "in_corso", ordine: int = 1) -> RelazioneSemestrale:
    return RelazioneSemestrale.objects.get(obiettivo=mondo.in_stato(stato), periodo__ordine=ordine)


def indicatori(r: RelazioneSemestrale) -> list[Indicatore]:
    return list(Indicatore.objects.filter(obiettivo_id=r.obiettivo_id).order_by("pk"))


def scrivi(
    r: RelazioneSemestrale,
    chi: str = "UNO PO",
    valori: Any = None,
    testi: Any = None,
    revisione: int | None = None,
) -> None:
    compila(
        relazione=r,
        compilazione=Compilazione(valori or {}, testi or {}),
        by=mondo.attore(chi),
        istante=mondo.ADESSO,
        revisione=revisione,
    )


def valori(r: RelazioneSemestrale) -> list[Decimal | None]:
    return [
        v.valore
        for v in Rilevazione.objects.filter(
            obiettivo_id=r.obiettivo_id, periodo_id=r.periodo_id
        ).order_by("indicatore_id")
    ]


def rifiuto(r: RelazioneSemestrale, **resto: Any) -> Rifiuto:
    prima = fotografia()
    with pytest.raises(Rifiuto) as colto:
        scrivi(r, **resto)
    assert cambiate(prima, fotografia()) == {}
    return colto.value


class TestChi:
    @pytest.mark.parametrize("chi", ["UNO PO", "UNO DIRIGENTE"])
    def test_r4_the_settore_fills(self, chi: str) -> None:
        r = relazione()
        primo = indicatori(r)[0]
        scrivi(r, chi, {primo.pk: Decimal("0.5")})
        assert valori(r) == [Decimal("0.5"), None, None]

    @pytest.mark.parametrize("chi", [n for n, (_, unita) in mondo.PERSONE.items() if unita != "S1"])
    def test_r4_nobody_else_does(self, chi: str) -> None:
        """Neither the giunta, nor the Nucleo, nor the settore next door."""
        r = relazione()
        errore = rifiuto(r, chi=chi, valori={indicatori(r)[0].pk: Decimal(1)})
        assert type(errore) is NonAutorizzato
        assert errore.tutti()[0].chi == "po, dirigente"


class TestQuando:
    @pytest.mark.parametrize("stato", ["rendicontato", "validato"])
    def test_r54_what_is_submitted_or_validated_is_frozen(self, stato: str) -> None:
        r = relazione(stato)
        errore = rifiuto(r, valori={indicatori(r)[0].pk: Decimal(9)})
        assert type(errore) is NonPossibile
        assert [m.guardia for m in errore.tutti()] == ["relazione_compilabile"]

    def test_r54_reopened_it_is_filled_again(self) -> None:
        r = relazione("rendicontato")
        tutte = RelazioneSemestrale.objects.filter(obiettivo=r.obiettivo_id)
        for chiusa in tutte.order_by("-periodo__ordine"):
            mondo.muovi(chiusa, "riapri", "PRIMO NUCLEO", motivazione="Un valore da rivedere.")
        r.refresh_from_db()
        scrivi(r, valori={indicatori(r)[0].pk: Decimal(9)})
        assert valori(r)[0] == 9

    def test_r50_what_somebody_else_wrote_meanwhile_is_not_overwritten(self) -> None:
        r = relazione()
        vista = r.revisione
        uno, due, _ = indicatori(r)
        scrivi(r, "UNO DIRIGENTE", {uno.pk: Decimal(1)}, revisione=vista)
        errore = rifiuto(r, valori={due.pk: Decimal(2)}, revisione=vista)
        assert type(errore) is Conflitto
        r.refresh_from_db()
        scrivi(r, valori={due.pk: Decimal(2)}, revisione=r.revisione)
        assert valori(r) == [1, 2, None]


class TestCheCosa:
    def test_what_is_not_named_is_left_alone_and_none_is_not_measured(self) -> None:
        r = relazione()
        uno, due, _ = indicatori(r)
        scrivi(r, valori={uno.pk: Decimal(1), due.pk: Decimal(0)})
        scrivi(r, valori={uno.pk: None})
        assert valori(r) == [None, 0, None]

    def test_r53_the_text_of_each_specifico(self) -> None:
        r = relazione()
        primo, secondo = ObiettivoSpecifico.objects.filter(obiettivo=r.obiettivo).order_by("ordine")
        scrivi(r, testi={primo.pk: "Sportello aperto."})
        assert dict(
            VoceRelazione.objects.filter(relazione=r).values_list("specifico_id", "testo")
        ) == {primo.pk: "Sportello aperto.", secondo.pk: ""}

    def test_the_figures_of_another_objective_are_not_within_reach(self) -> None:
        r = relazione()
        altrui = indicatori(relazione("rendicontato"))[0]
        prima = Rilevazione.objects.filter(indicatore=altrui).values_list("valore", flat=True)
        attesi = list(prima)
        scrivi(r, valori={altrui.pk: Decimal(99)}, testi={altrui.specifico_id: "No."})
        assert list(prima.all()) == attesi
        assert not VoceRelazione.objects.filter(testo="No.").exists()

    def test_r84_one_evento_with_what_changed(self) -> None:
        r = relazione()
        uno = indicatori(r)[0]
        primo = ObiettivoSpecifico.objects.filter(pk=uno.specifico_id)[0]
        scrivi(r, valori={uno.pk: Decimal(3)}, testi={primo.pk: "Fatto."})
        evento = Evento.objects.latest("pk")
        assert (evento.procedura, evento.verbo, evento.oggetto_id, evento.radice_id) == (
            "relazione",
            "compila",
            r.pk,
            r.obiettivo_id,
        )
        assert (evento.da, evento.a) == ("da_compilare", "da_compilare")
        fatte = Modifica.objects.filter(evento_id=evento.pk)
        assert sorted((m.tabella, str(m.dopo)) for m in fatte) == [
            ("cycle_rilevazione", "{'valore': 3.0}"),
            ("cycle_vocerelazione", "{'testo': 'Fatto.'}"),
        ]

    def test_the_same_values_again_change_nothing(self) -> None:
        r = relazione()
        uno = indicatori(r)[0]
        scrivi(r, valori={uno.pk: Decimal("3.10")})
        prima = Modifica.objects.count()
        scrivi(r, valori={uno.pk: Decimal("3.1")})
        assert Modifica.objects.count() == prima

    def test_r53_the_next_period_begins_empty(self) -> None:
        scrivi(relazione(), valori={indicatori(relazione())[0].pk: Decimal(3)})
        assert valori(relazione(ordine=2)) == [None, None, None]
