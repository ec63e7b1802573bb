# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever is typed: what the page judges is what is stored, and what is stored is typed again the
same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cycle import fascicolo
from cycle.bozze import codici
from cycle.bozze.fatti import di_scritta
from cycle.bozze.lettura import leggi
from cycle.bozze.rubrica import Rubrica, rubrica
from cycle.bozze.verifica import difetti
from cycle.models import Obiettivo
from cycle.modulo_scheda import ModuloScheda, in_testo, inviato
from cycle.scritta import (
    FaseScritta,
    IndicatoreScritto,
    PersonaScritta,
    SchedaScritta,
    SpecificoScritto,
)
from cycle.services import schede
from tests import mondo

pytestmark = pytest.mark.django_db

PAROLE = st.text("abcàèù «»<>&'\" 12\n", min_size=1, max_size=20).filter(
    lambda t: bool(t.strip()) and t == t.strip()
)
RIGA = PAROLE.map(lambda t: " ".join(t.split()))
PESI = st.none() | st.decimals(0, 100, places=2)
CIFRE = st.decimals(-(10**9), 10**9, places=4)
GIORNI = st.none() | st.dates(date(2025, 6, 1), date(2027, 6, 1))
NOMI = st.sampled_from(["", "UNO PO", "UNO DIRIGENTE", "DUE PO"])


@st.composite
def periodo(draw: Any) -> tuple[date | None, date | None]:
    dal, al = draw(GIORNI), draw(GIORNI)
    return (al, dal) if dal and al and al < dal else (dal, al)


@st.composite
def indicatori(draw: Any) -> IndicatoreScritto:
    unita = draw(st.sampled_from(["numero", "percentuale", "data", "si_no", "euro"]))
    valori = {
        "data": st.dates(date(2026, 1, 1), date(2026, 12, 31)),
        "si_no": st.sampled_from([Decimal(0), Decimal(1)]),
    }.get(unita, CIFRE)
    quali = draw(st.sets(st.sampled_from(["2026-1", "2026-2"])))
    return IndicatoreScritto(
        nome=draw(RIGA),
        tipo=draw(st.sampled_from(["", "N. utenti"])),
        unita_misura=unita,
        natura=draw(st.sampled_from(["positivo", "negativo"])),
        aggregazione=draw(st.sampled_from(["somma", "media", "ultimo_valore"])),
        peso=draw(PESI | st.just(Decimal(100))),
        target={p: draw(valori) for p in sorted(quali)},
    )


@st.composite
def specifici(draw: Any) -> SpecificoScritto:
    dal, al = draw(periodo())
    fase_dal, fase_al = draw(periodo())
    return SpecificoScritto(
        titolo=draw(RIGA),
        descrizione=draw(st.just("") | PAROLE),
        peso=draw(PESI),
        inizio_previsto=dal,
        fine_prevista=al,
        esternalizzata=draw(st.sampled_from(["", "no", "totalmente"])),
        indicatori=tuple(draw(st.lists(indicatori(), max_size=3))),
        fasi=tuple(
            FaseScritta(t, draw(PESI), fase_dal, fase_al, draw(NOMI))
            for t in draw(st.lists(RIGA, max_size=2))
        ),
        persone=tuple(
            PersonaScritta(n, dal, al, responsabile=k == 0, impegno=draw(PESI))
            for k, n in enumerate(draw(st.lists(NOMI.filter(bool), max_size=3)))
        ),
    )


@st.composite
def schede_scritte(draw: Any) -> SchedaScritta:
    dal, al = draw(periodo())
    return SchedaScritta(
        titolo=draw(RIGA),
        unita="S1",
        tipo=draw(st.sampled_from(["", "OE"])),
        descrizione=draw(st.just("") | PAROLE),
        responsabile_generale=draw(NOMI),
        responsabile_operativo=draw(NOMI),
        inizio_previsto=dal,
        fine_prevista=al,
        peso=draw(PESI),
        provvisorio=draw(st.booleans()),
        specifici=tuple(draw(st.lists(specifici(), max_size=3))),
    )


def senza_identita(s: SchedaScritta) -> SchedaScritta:
    return replace(
        s,
        codice="",
        specifici=tuple(
            replace(
                x,
                pid=None,
                codice="",
                indicatori=tuple(replace(i, pid=None) for i in x.indicatori),
                fasi=tuple(replace(f, pid=None) for f in x.fasi),
                persone=tuple(replace(p, pid=None) for p in x.persone),
            )
            for x in s.specifici
        ),
    )


def dal_modulo(s: SchedaScritta, r: Rubrica) -> SchedaScritta:
    """The scheda through the fields of the page: written in them, sent, read."""
    testo = in_testo(s)
    dati = testo.testa.copy()
    for posto, campi in testo.tutte():
        for nome, valore in campi.items():
            dati[f"{posto}-{nome}"] = valore
    modulo = ModuloScheda(inviato(dati), r, r.scrivibili(mondo.attore("UNO PO")))
    letta = modulo.scritta()
    assert modulo.leggibile, [m.errors for m in modulo.moduli]
    return letta


def maiuscole(s: SchedaScritta) -> SchedaScritta:
    """Names as the page writes them, and as the ente has them, are the same people; line ends as
    a browser sends them are."""
    return replace(
        s,
        responsabile_generale=s.responsabile_generale.upper(),
        responsabile_operativo=s.responsabile_operativo.upper(),
        specifici=tuple(
            replace(
                x,
                fasi=tuple(replace(f, responsabile=f.responsabile.upper()) for f in x.fasi),
                persone=tuple(replace(p, persona=p.persona.upper()) for p in x.persone),
            )
            for x in s.specifici
        ),
    )


def senza_id(f: Any) -> Any:
    return replace(
        f,
        id=0,
        obiettivo_id=0,
        revisione=0,
        agito_per_il_settore=frozenset(),
        specifici=tuple(replace(s, id=0) for s in f.specifici),
    )


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(scritta=schede_scritte())
def test_il_modulo_i_fatti_e_il_salvato_dicono_lo_stesso(db: None, scritta: SchedaScritta) -> None:
    r = rubrica(mondo.ciclo())
    letta = dal_modulo(scritta, r)
    assert maiuscole(letta) == maiuscole(scritta)
    assert difetti(letta, r) == []
    by = mondo.attore("UNO PO")
    codice = codici.proposto(r.ciclo, r.unita["S1"], codici.usati(r.ciclo))
    scritti = di_scritta(letta, r, codice=codice)
    with transaction.atomic():
        o = schede.crea_bozza(ciclo=r.ciclo, scheda=letta, rubrica=r, by=by, istante=mondo.ADESSO)
        salvati = fascicolo.di_obiettivi([o.pk])[o.pk]
        assert senza_id(scritti) == senza_id(salvati)
        riletto = Obiettivo.objects.select_related("unita").get(pk=o.pk)
        salvata = leggi([riletto], r)[o.pk]
        assert senza_identita(salvata) == senza_identita(maiuscole(letta))
        # typed again as it is, nothing changes
        revisione = riletto.revisione
        schede.modifica(
            obiettivo=riletto,
            scheda=dal_modulo(salvata, r),
            rubrica=r,
            by=by,
            istante=mondo.ADESSO,
        )
        riletto.refresh_from_db()
        assert riletto.revisione == revisione
        transaction.set_rollback(True)
