# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every parameter of the variazioni is read by something, and does what it says (CFG rules)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from cycle import apertura
from cycle.calendario import ultimo_giorno
from cycle.models import Obiettivo
from cycle.parametri import DICHIARATI, Parametri
from cycle.services import variazioni
from tests import mondo
from tests.variazioni.mondo import (
    GIUGNO,
    approva,
    atto,
    con_target,
    guardie,
    parametri,
    presenta,
    presentata,
    redigi,
    rileggi,
)
from workflows.errors import NonPossibile

pytestmark = pytest.mark.django_db
ROMA = "Europe/Rome"


@pytest.fixture
def o(db: None) -> Obiettivo:
    return mondo.in_stato("in_corso")


def test_which_they_are_and_where_each_is_proven() -> None:
    """A new one is proven here, or nearby, or it is not declared."""
    assert {p.nome for p in DICHIARATI.values() if p.gruppo == "variazioni"} == {
        "variazione_tardiva",  # test_tempi, its three settings (R24)
        "variazione_motivata",  # below (R19)
        "variazione_parere_nucleo",  # test_iter, test_scrivania_variazioni (R33)
        "variazione_effetto",  # below (R31)
        "variazione_backstop",  # below (R25, R27)
        "variazione_ufficio_replica",  # below, test_attese (R34)
        "silenzio_giorni",  # test_attese (R38)
    }


def test_r19_acceptance_without_a_reason_where_the_year_asks_for_none(o: Obiettivo) -> None:
    v = presentata(o)
    with pytest.raises(NonPossibile) as errore:
        approva(v, motivazione=" ")
    assert guardie(errore) == ["accoglimento_motivato"]
    parametri(variazione_motivata=False)
    approva(v, motivazione=" ")
    assert rileggi(v).stato == "approvata"


def test_r31_from_its_date_every_period_still_open_or_the_annual_target_alone(
    o: Obiettivo,
) -> None:
    def intermedio(s: Any) -> Any:
        return con_target(s, 4, periodo="2026-1")

    v = presentata(o, intermedio)
    assert v.stato == "istruita"
    variazioni.ritira(richiesta=v, by=mondo.attore("UNO DIRIGENTE"), istante=GIUGNO)
    parametri(variazione_effetto="annuale")
    bozza = redigi(o, intermedio)
    with pytest.raises(NonPossibile) as errore:
        presenta(bozza)
    assert guardie(errore) == ["solo_target_annuale"]
    assert "2026-1" in str(errore.value)
    assert presentata(o, lambda s: con_target(s, 4)).stato == "istruita"


def test_r27_the_backstop_is_the_years_own_and_never_moves() -> None:
    """15/12/2030 is a Sunday, still the last day (R47); a special-statute region has 31/12."""
    for anno, backstop, giorno in (
        (2030, (12, 15), date(2030, 12, 15)),
        (2026, (12, 31), date(2026, 12, 31)),
    ):
        p = Parametri(variazione_backstop=backstop)
        [riga] = [r for r in apertura.predefinite(anno, p) if r.codice == "variazioni-legge"]
        feste = apertura.feste(mondo.ente(), p)
        assert ultimo_giorno(apertura.risolvi(riga, ROMA, feste), ROMA) == giorno


@pytest.mark.parametrize(
    ("anno", "proroga", "ultimo"),
    [
        (2026, True, date(2026, 9, 30)),  # Wednesday
        (2028, True, date(2028, 9, 30)),  # a Saturday is no holiday (R45)
        (2029, True, date(2029, 10, 1)),  # Sunday: the day after (R44)
        (2029, False, date(2029, 9, 30)),  # where internal terms do not move
        (2035, True, date(2035, 10, 1)),
    ],
)
def test_r44_the_settores_term_on_a_holiday(anno: int, proroga: bool, ultimo: date) -> None:
    p = Parametri.da_dizionario({"proroga_festivi": proroga})
    [riga] = [r for r in apertura.predefinite(anno, p) if r.codice == "variazioni"]
    fine = apertura.risolvi(riga, ROMA, apertura.feste(mondo.ente(), p))
    assert ultimo_giorno(fine, ROMA) == ultimo
    # it ends at midnight of Rome, in daylight saving time: 22:00 UTC (R41, R42)
    assert (fine.hour, fine.minute, fine.second, fine.microsecond) == (22, 0, 0, 0)


# --- the settore's days to reply (R34) ----------------------------------------------------------


def _d_ufficio(o: Obiettivo, istante: datetime) -> Any:
    v = redigi(o, chi="ATTI SEGRETERIA", d_ufficio=True, istante=istante)
    return presenta(v, chi="ATTI SEGRETERIA", istante=istante)


def test_r34_no_act_before_the_days_to_reply_have_passed(o: Obiettivo) -> None:
    v = _d_ufficio(o, datetime(2026, 10, 20, 15, tzinfo=UTC))
    with pytest.raises(NonPossibile) as errore:
        approva(v, con=atto(giorno=date(2026, 10, 25)), istante=datetime(2026, 11, 3, tzinfo=UTC))
    assert guardie(errore) == ["replica_attesa"]
    assert "25/10/2026" in str(errore.value)  # across the end of summer time (R43)
    approva(v, con=atto(giorno=date(2026, 10, 26)), istante=datetime(2026, 11, 3, tzinfo=UTC))


def test_r34_once_it_has_replied_nothing_is_waited_for(o: Obiettivo) -> None:
    ora = datetime(2026, 10, 20, 9, tzinfo=UTC)
    v = _d_ufficio(o, ora)
    variazioni.replica(
        richiesta=v,
        esito="contrario",
        testo="Il target resta raggiungibile.",
        impronta=v.impronta,
        by=mondo.attore("UNO DIRIGENTE", istante=ora),
        istante=ora,
    )
    approva(v, con=atto(giorno=date(2026, 10, 20)), istante=datetime(2026, 10, 21, tzinfo=UTC))
    assert rileggi(v).stato == "approvata"


def test_r34_no_days_where_the_year_gives_none(o: Obiettivo) -> None:
    parametri(variazione_ufficio_replica=0)
    ora = datetime(2026, 10, 19, 9, tzinfo=UTC)
    approva(_d_ufficio(o, ora), con=atto(giorno=date(2026, 10, 19)))
