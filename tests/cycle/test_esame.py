# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the Nucleo examines (R54, R78): the reports of a period with their drafts, on the figures as
they were submitted; the command that prints them, for a year that is over too."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cycle import esame
from cycle.models import Periodo, RelazioneSemestrale
from cycle.osservazioni import Bozza
from cycle.services.piano import importa
from tests import mondo

pytestmark = pytest.mark.django_db


def trasmessa(codice: str = "OE04", valore: Decimal = Decimal(0)) -> RelazioneSemestrale:
    """The first report of an objective in corso, submitted with `valore` everywhere."""
    r = RelazioneSemestrale.objects.get(obiettivo=mondo.obiettivo(codice), periodo__codice="2026-1")
    po, dirigente = ("UNO", "UNO") if codice == "OE04" else ("DUE", "DUE")
    mondo.compila(r, f"{po} PO", valore=valore)
    mondo.muovi(r, "trasmetti", f"{dirigente} DIRIGENTE")
    return r


def proposte(periodo: str = "2026-1") -> dict[int, tuple[Bozza, ...]]:
    ciclo = mondo.ciclo()
    quale = Periodo.objects.get(ciclo=ciclo, codice=periodo)
    return esame.proposte(ciclo, quale, esame.relazioni(ciclo, quale), mondo.ADESSO)


def stampate(anno: int, periodo: str) -> list[dict[str, Any]]:
    uscita = StringIO()
    call_command(
        "osservazioni", ente="alfa", anno=anno, periodo=periodo, stdout=uscita, verbosity=0
    )
    trovate: list[dict[str, Any]] = json.loads(uscita.getvalue())
    return trovate


def test_r54_only_what_was_submitted_is_examined() -> None:
    r = trasmessa()
    trovate = proposte()
    assert [b.specifico for b in trovate[r.pk]] == ["OE0401", "OE0402"]
    altra = RelazioneSemestrale.objects.get(
        obiettivo=mondo.obiettivo("OE12"), periodo__codice="2026-1"
    )
    assert altra.pk not in trovate
    assert all(fatte == () for pk, fatte in trovate.items() if pk != r.pk)  # on target


def test_the_figures_are_those_that_were_submitted() -> None:
    r = trasmessa()
    mondo.muovi_target(r, Decimal(7))
    assert [x.previsto for x in proposte()[r.pk][0].rilievi] == [7]


def test_r39_the_programme_makes_it_strategic_and_the_calendar_says_by_when() -> None:
    r = trasmessa()
    prima = proposte()[r.pk][0]
    assert prima.clausole == ("rilievo", "parole", "invito")
    assert prima.invita_entro is not None
    assert "30/09/2026" in prima.testo


def test_the_queries_do_not_grow() -> None:
    trasmessa()
    with CaptureQueriesContext(connection) as una:
        proposte()
    trasmessa("OE12")
    with CaptureQueriesContext(connection) as due:
        proposte()
    assert len(una) == len(due)


def test_the_command_prints_json() -> None:
    trasmessa()
    assert stampate(2026, "2026-2") == []
    trovate = stampate(2026, "2026-1")
    assert [(t["specifico"], t["periodo"]) for t in trovate] == [
        ("OE0401", "2026-1"),
        ("OE0402", "2026-1"),
    ]
    assert trovate[0]["indicatori"] == [
        {"nome": "N. sportelli - aperti", "previsto": 1, "conseguito": 0, "esito": "mancato"}
    ]
    assert trovate[0]["clausole"][:2] == ["rilievo", "parole_del_settore"]
    assert trovate[0]["testo"].startswith("Al 30/06/2026 risulta il mancato conseguimento")


def test_the_command_reads_a_year_that_is_over() -> None:
    scheda = mondo.scheda("OE01", "S1", 1, anno=2024)
    primo = scheda.specifici[0]
    corto = replace(
        primo,
        indicatori=(
            replace(
                primo.indicatori[0],
                rilevazioni=(
                    mondo.rilevazione("2024-1", 4, 3),
                    mondo.rilevazione("2024-2", 0, 1),
                ),
            ),
        ),
    )
    altro = replace(
        scheda.specifici[1],
        indicatori=tuple(
            replace(
                i,
                rilevazioni=(
                    mondo.rilevazione("2024-1", 1, 1),
                    mondo.rilevazione("2024-2", 2, 2),
                ),
            )
            for i in scheda.specifici[1].indicatori
        ),
    )
    piano = mondo.piano([replace(scheda, specifici=(corto, altro))], anno=2024)
    importa(ente=mondo.ente(), piano=piano, come="storico", istante=mondo.ADESSO)
    [solo] = stampate(2024, "2024-1")
    assert solo["indicatori"][0] | {"nome": ""} == {
        "nome": "",
        "previsto": 4,
        "conseguito": 3,
        "esito": "parziale mancato",
    }
    assert "30/09/2024" in solo["testo"]
    assert stampate(2024, "2024-2") == []  # made up over the year


def test_the_command_says_what_is_wrong() -> None:
    with pytest.raises(CommandError, match="--anno"):
        stampate(1999, "1999-1")
    with pytest.raises(CommandError, match="2026-1, 2026-2"):
        stampate(2026, "2026-9")
