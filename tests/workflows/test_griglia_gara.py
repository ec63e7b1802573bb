# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two people on the same grid at the same instant: neither loses what is not of the other (R50)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cycle.celle import Nome, Scritta
from cycle.griglia import periodo
from cycle.models import Indicatore, RelazioneSemestrale, Rilevazione
from cycle.services.griglia import Esito, salva
from tests import mondo
from tests.gara import gara
from workflows.errors import NonPossibile

pytestmark = pytest.mark.usefixtures("db_vera")


def indicatori() -> list[Indicatore]:
    return list(
        Indicatore.objects.filter(obiettivo=mondo.in_stato("in_corso")).order_by(
            "specifico__ordine", "ordine"
        )
    )


def scrive(chi: str, *celle: tuple[Indicatore, str]) -> Esito:
    ciclo = mondo.ciclo()
    return salva(
        ciclo=ciclo,
        periodo=periodo(ciclo, "2026-1"),
        scritte=[Scritta(Nome("valore", i.pid), testo) for i, testo in celle],
        by=mondo.attore(chi),
        istante=mondo.ADESSO,
    )


def valori() -> list[Decimal | None]:
    return [Rilevazione.objects.get(indicatore=i, periodo__ordine=1).valore for i in indicatori()]


def test_celle_diverse_si_scrivono_tutte() -> None:
    a, b, c = indicatori()
    esiti = gara(
        [
            lambda: scrive("UNO PO", (a, "1"), (b, "2")),
            lambda: scrive("UNO DIRIGENTE", (c, "3")),
        ]
    )
    assert [e.sta for e in esiti] == [True, True], esiti
    assert valori() == [1, 2, 3]


def test_della_stessa_cella_uno_vince_e_l_altro_lo_sa() -> None:
    """Whoever comes second is told what the first wrote, and the rest of his is written."""
    a, b, c = indicatori()
    primo, secondo = gara(
        [
            lambda: scrive("UNO PO", (a, "5"), (b, "2")),
            lambda: scrive("UNO DIRIGENTE", (a, "6"), (c, "3")),
        ]
    )
    assert sorted([primo.sta, secondo.sta]) == [False, True]
    perde, suo = (primo, "5") if not primo.sta else (secondo, "6")
    [conteso] = perde.contese.values()
    assert (conteso.mio, conteso.adesso) == (suo, "6" if suo == "5" else "5")
    assert conteso.chi == ("Uno Dirigente" if suo == "5" else "Uno Po")
    assert valori() == [Decimal(conteso.adesso), 2, 3]


def test_scrivere_contro_trasmettere() -> None:
    """R54: a value enters before the submission, and is in what it froze, or does not enter."""
    r = RelazioneSemestrale.objects.get(obiettivo=mondo.in_stato("in_corso"), periodo__ordine=1)
    mondo.compila(r, "UNO PO")
    [a, *_] = indicatori()

    def trasmette() -> None:
        mondo.muovi(r, "trasmetti", "UNO DIRIGENTE")

    def cambia() -> Esito:
        ciclo = mondo.ciclo()
        return salva(
            ciclo=ciclo,
            periodo=periodo(ciclo, "2026-1"),
            scritte=[Scritta(Nome("valore", a.pid), "9", base="1")],
            by=mondo.attore("UNO PO"),
            istante=mondo.ADESSO,
        )

    esiti = gara([trasmette, cambia])
    assert esiti[0] is None, esiti[0]
    trasmessa = RelazioneSemestrale.objects.get(pk=r.pk)
    assert trasmessa.stato == "trasmessa"
    if isinstance(esiti[1], Esito):
        assert '"valore":"9"' in trasmessa.istantanea
        assert valori()[0] == 9
    else:
        assert isinstance(esiti[1], NonPossibile), esiti[1]
        assert valori()[0] == 1
