# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pure difference of two schede: no database, whatever changes is found, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cycle.campi import APPROVATI
from cycle.models.variazione import GENERI_CAMBIO
from cycle.scritta import FaseScritta, IndicatoreScritto, SchedaScritta, SpecificoScritto
from cycle.variazioni.cambi import (
    Cambio,
    Vigente,
    applica,
    contesi,
    differenze,
    mossi,
    ribasa,
    stralcio,
)
from cycle.variazioni.campi import CAMPI

UNO, DUE, I1, I2, F1 = (UUID(int=n) for n in range(1, 6))


def indicatore(pid: UUID | None, nome: str, peso: int = 50, target: int = 2) -> IndicatoreScritto:
    return IndicatoreScritto(nome, peso=Decimal(peso), target={"2026-2": Decimal(target)}, pid=pid)


SCHEDA = SchedaScritta(
    titolo="Migliorare il servizio",
    unita="S1",
    codice="OE01",
    responsabile_generale="UNO DIRIGENTE",
    inizio_previsto=date(2026, 1, 1),
    fine_prevista=date(2026, 12, 31),
    nodi=("n1",),
    specifici=(
        SpecificoScritto(
            "Azione 1",
            "OE0101",
            indicatori=(indicatore(I1, "N. pratiche"), indicatore(I2, "N. utenti")),
            fasi=(FaseScritta("Bando", Decimal(100), pid=F1),),
            pid=UNO,
        ),
        SpecificoScritto(
            "Azione 2", "OE0102", indicatori=(indicatore(uuid4(), "N. ore", 100),), pid=DUE
        ),
    ),
)


def con(n: int, **altro: Any) -> SchedaScritta:
    specifici = list(SCHEDA.specifici)
    specifici[n] = replace(specifici[n], **altro)
    return replace(SCHEDA, specifici=tuple(specifici))


def frasi(voluta: SchedaScritta) -> Sequence[str]:
    return [c.frase for c in differenze(SCHEDA, voluta)]


def test_every_approved_field_can_be_varied_but_codes_and_places() -> None:
    """A field added to the approved ones fails here until a variazione knows it."""
    strutturali = {"codice", "ordine", "versione", "specifico"}
    for nome, campi in CAMPI.items():
        altri = {"nodi"} if nome == "Obiettivo" else set()
        assert set(APPROVATI[nome]) - strutturali == set(campi) - altri
    assert set(APPROVATI) - set(CAMPI) == {"ObiettivoNodo", "Rilevazione"}
    generi = {c.genere for campi in CAMPI.values() for c in campi.values()}
    assert generi <= {g for g, _ in GENERI_CAMBIO}


def test_nothing_differs_from_itself_nor_by_how_it_is_typed() -> None:
    assert differenze(SCHEDA, SCHEDA) == []
    digitata = replace(
        SCHEDA, descrizione="", responsabile_generale=" uno   dirigente ", nodi=("n1",)
    )
    assert differenze(SCHEDA, digitata) == []
    righe = replace(SCHEDA, descrizione="a\nb")
    assert differenze(righe, replace(righe, descrizione="a\r\nb")) == []
    pesi = con(
        0,
        indicatori=(
            replace(SCHEDA.specifici[0].indicatori[0], peso=Decimal("50.00")),
            SCHEDA.specifici[0].indicatori[1],
        ),
    )
    assert differenze(SCHEDA, pesi) == []


def test_what_the_settore_manages_is_no_variazione() -> None:
    assert differenze(SCHEDA, con(0, affidatario="Ditta", esternalizzata="si")) == []
    assert differenze(SCHEDA, replace(SCHEDA, provvisorio=True)) == []


def test_every_kind_of_change_in_words() -> None:
    primo, secondo = SCHEDA.specifici[0].indicatori
    fase = SCHEDA.specifici[0].fasi[0]
    assert frasi(con(0, indicatori=(replace(primo, target={"2026-2": Decimal(5)}), secondo))) == [
        "OE0101, «N. pratiche», target di 2026-2: da 2 a 5."
    ]
    assert frasi(con(0, indicatori=(replace(primo, peso=Decimal("62.5")), secondo))) == [
        "OE0101, «N. pratiche», peso: da 50 a 62,5."
    ]
    assert frasi(con(0, indicatori=(replace(primo, natura="negativo"), secondo))) == [
        "OE0101, «N. pratiche», natura: da «Positivo» a «Negativo»."
    ]
    assert frasi(con(0, fasi=(replace(fase, fine_prevista=date(2026, 11, 30)),))) == [
        "OE0101, «Bando», fine prevista: da nessuna a 30/11/2026."
    ]
    assert frasi(replace(SCHEDA, responsabile_generale="DUE DIRIGENTE")) == [
        "OE01, responsabile generale: da Uno Dirigente a Due Dirigente."
    ]
    assert frasi(replace(SCHEDA, titolo="Altro")) == [
        "OE01, titolo: da «Migliorare il servizio» a «Altro»."
    ]
    assert frasi(replace(SCHEDA, nodi=("n1", "n2"))) == [
        "OE01, programmi collegati: da 1 programmi a 2 programmi."
    ]
    assert frasi(con(0, indicatori=(primo,))) == ["OE0101, «N. utenti»: è soppresso."]
    nuovo = indicatore(None, "N. reclami")
    assert frasi(con(0, indicatori=(primo, secondo, nuovo))) == ["OE0101, «N. reclami»: è nuovo."]
    assert frasi(con(0, indicatori=(primo, nuovo))) == [
        "OE0101, «N. utenti»: è soppresso.",
        "OE0101, «N. reclami»: prende il posto di quello soppresso.",
    ]
    specifico = SpecificoScritto("Azione 3")
    assert frasi(replace(SCHEDA, specifici=(*SCHEDA.specifici, specifico))) == [
        "OE01, obiettivo specifico «Azione 3»: è nuovo."
    ]
    assert stralcio(SCHEDA).frase == "L'obiettivo è stralciato."


def test_a_row_that_is_not_there_is_refused() -> None:
    with pytest.raises(KeyError):
        differenze(SCHEDA, con(0, pid=uuid4()))


# --- whatever is wished, applying the difference gives it --------------------------------------

cifre = st.decimals(0, 100, places=2).map(lambda d: d.normalize() + 0)
testi = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)
giorni = st.one_of(st.none(), st.integers(0, 364).map(lambda n: date(2026, 1, 1) + timedelta(n)))


@st.composite
def volute(disegna: st.DrawFn) -> SchedaScritta:
    """SCHEDA with anything changed, added or taken away."""

    def indicatori(presenti: Sequence[IndicatoreScritto]) -> tuple[IndicatoreScritto, ...]:
        restano = [
            replace(
                i,
                nome=disegna(testi),
                peso=disegna(st.one_of(st.none(), cifre)),
                natura=disegna(st.sampled_from(["positivo", "negativo"])),
                target=disegna(st.dictionaries(st.sampled_from(["2026-1", "2026-2"]), cifre)),
            )
            for i in presenti
            if disegna(st.booleans())
        ]
        nuovi = [indicatore(None, disegna(testi)) for _ in range(disegna(st.integers(0, 2)))]
        return (*restano, *nuovi)

    specifici = [
        replace(
            s,
            titolo=disegna(testi),
            inizio_previsto=disegna(giorni),
            indicatori=indicatori(s.indicatori),
            fasi=tuple(replace(f, descrizione=disegna(testi)) for f in s.fasi),
        )
        for s in SCHEDA.specifici
        if disegna(st.booleans())
    ]
    if disegna(st.booleans()):
        specifici.append(SpecificoScritto(disegna(testi), indicatori=indicatori(())))
    return replace(SCHEDA, titolo=disegna(testi), peso=disegna(cifre), specifici=tuple(specifici))


@given(volute())
def test_the_difference_leads_from_one_to_the_other(voluta: SchedaScritta) -> None:
    """Applied to what is in force it gives what was wished; against the result nothing moved the
    wrong way, and rebasing on it leaves nothing but additions."""
    cambi = differenze(SCHEDA, voluta)
    assert mossi(Vigente(SCHEDA), cambi) == []
    dopo = applica(SCHEDA, cambi)
    assert dopo == voluta
    assert ribasa(Vigente(SCHEDA), cambi) == cambi
    assert all(c.nuova for c in ribasa(Vigente(dopo), cambi))


def test_r36_fields_that_touch() -> None:
    primo, secondo = SCHEDA.specifici[0].indicatori
    vigente = Vigente(SCHEDA)
    target, peso = (
        differenze(SCHEDA, con(0, indicatori=(replace(primo, **v), secondo)))
        for v in ({"target": {"2026-2": Decimal(5)}}, {"peso": Decimal(60)})
    )
    tolto = differenze(SCHEDA, con(0, indicatori=(secondo,)))
    specifico = differenze(SCHEDA, replace(SCHEDA, specifici=SCHEDA.specifici[1:]))
    nuovo = differenze(SCHEDA, con(0, indicatori=(primo, secondo, indicatore(None, "N. ore"))))
    altrove = differenze(SCHEDA, con(1, titolo="Altro"))
    tutto = [stralcio(SCHEDA)]

    def si_toccano(a: Sequence[Cambio], b: Sequence[Cambio]) -> bool:
        uno = bool(contesi(vigente, a, [(c, "V1") for c in b]))
        assert uno == bool(contesi(vigente, b, [(c, "V1") for c in a]))
        return uno

    assert si_toccano(target, target)
    assert not si_toccano(target, peso)
    assert si_toccano(target, tolto)
    assert si_toccano(target, specifico)
    assert si_toccano(nuovo, specifico)
    assert not si_toccano(nuovo, nuovo)
    assert not si_toccano(altrove, specifico)
    for altri in (target, tolto, specifico, nuovo, altrove, tutto):
        assert si_toccano(tutto, altri)
    assert contesi(vigente, target, [(c, "OE01-V1") for c in target]) == [
        ("OE0101, «N. pratiche», target di 2026-2", "OE01-V1")
    ]


def test_r30_what_moved_is_named_with_both_values() -> None:
    primo, secondo = SCHEDA.specifici[0].indicatori
    chiede = differenze(
        SCHEDA, con(0, indicatori=(replace(primo, target={"2026-2": Decimal(5)}), secondo))
    )
    adesso = con(0, indicatori=(replace(primo, target={"2026-2": Decimal(3)}), secondo))
    assert mossi(Vigente(adesso), chiede) == [("OE0101, «N. pratiche», target di 2026-2", "2", "3")]
    [ribasato] = ribasa(Vigente(adesso), chiede)
    assert (ribasato.prima, ribasato.dopo) == ("3", "5")
    senza = con(0, indicatori=(secondo,))
    assert mossi(Vigente(senza), chiede)[0][2] == "una riga che non c'è più"
    assert ribasa(Vigente(senza), chiede) == []
