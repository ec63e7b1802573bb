# SPDX-License-Identifier: AGPL-3.0-or-later
"""R81-R83 on random histories of incarichi, against an oracle that knows nothing of SQL: who
could do what, on which unit, at any instant, to the microsecond."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cycle import permissions
from cycle.incarichi import Incarichi
from cycle.models import Incarico, UnitaOrganizzativa
from cycle.permissions import NON_DELEGABILI, PERMESSI, delegabili
from cycle.services.enti import Conferimento, conferisci, di_comando
from tests import mondo

pytestmark = pytest.mark.usefixtures("db")

PERSONE = ("SENZA INCARICO", "UNO PO", "DUE DIRIGENTE")
UNITA = ("ENTE", "S1", "S2")
RUOLI = ("po", "dirigente", "segretario")
CHIESTI = ("proponi_obiettivo", "avvia_obiettivo", "trasmetti_relazione", "vedi_bozze")
UN_ATTIMO = timedelta(microseconds=1)


@dataclass(frozen=True)
class Dato:
    """An incarico of the history; days from the day of the world."""

    persona: int
    ruolo: str
    unita: str
    dal: int
    al: int | None
    delega_di: int | None  # index of the incarico it comes from
    ambito: tuple[str, ...]


@st.composite
def dati(tira: Any) -> Dato:
    dal = tira(st.integers(0, 20))
    return Dato(
        persona=tira(st.integers(0, 2)),
        ruolo=tira(st.sampled_from(RUOLI)),
        unita=tira(st.sampled_from(UNITA)),
        dal=dal,
        al=tira(st.none() | st.integers(dal, dal + 10)),
        delega_di=tira(st.none() | st.integers(0, 3)),
        ambito=tuple(tira(st.lists(st.sampled_from(CHIESTI[:3]), unique=True, max_size=2))),
    )


def sotto(unita: str, sopra: str) -> bool:
    return sopra in ("ENTE", unita)


def leciti(storia: list[Dato]) -> list[Dato]:
    """Those the database would take: no overlap, deleghe of one's own role, once, downwards."""
    presi: list[Dato] = []
    for d in storia:
        if d.delega_di is not None:
            if d.delega_di >= len(presi):
                continue
            da = presi[d.delega_di]
            if da.delega_di is not None or da.persona == d.persona or not sotto(d.unita, da.unita):
                continue
            d = Dato(d.persona, da.ruolo, d.unita, d.dal, d.al, d.delega_di, d.ambito)
        if any(
            (p.persona, p.ruolo, p.unita) == (d.persona, d.ruolo, d.unita)
            and (p.al is None or p.al > d.dal)
            and (d.al is None or d.al > p.dal)
            and p.al != p.dal
            and d.al != d.dal
            for p in presi
        ):
            continue
        presi.append(d)
    return presi


def istante(giorno: int) -> datetime:
    return mondo.ADESSO + timedelta(days=giorno)


def in_vigore(d: Dato, storia: list[Dato], quando: datetime) -> bool:
    if not istante(d.dal) <= quando or (d.al is not None and quando >= istante(d.al)):
        return False
    return d.delega_di is None or in_vigore(storia[d.delega_di], storia, quando)


def porta(d: Dato, permesso: str) -> bool:
    if d.ruolo not in PERMESSI[permesso]:
        return False
    if d.delega_di is None:
        return True
    if permesso in NON_DELEGABILI:
        return False
    return not d.ambito or permesso in d.ambito or permesso == "vedi_bozze"


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(dati(), max_size=6), st.integers(0, 31), st.sampled_from((-1, 0, 1)))
def test_who_can_do_what_at_any_instant(storia: list[Dato], giorno: int, attimi: int) -> None:
    storia = leciti(storia)
    quando = istante(giorno) + attimi * UN_ATTIMO
    ente = mondo.ente()
    unita = {u.codice: u for u in UnitaOrganizzativa.objects.filter(ente=ente)}
    persone = [mondo.persona(n) for n in PERSONE]
    with transaction.atomic():
        Incarico.objects.filter(ente=ente).delete()
        scritti: list[Incarico] = []
        for d in storia:
            da = None if d.delega_di is None else scritti[d.delega_di]
            scritti += conferisci(
                ente=ente,
                conferimenti=[
                    Conferimento(
                        persone[d.persona],
                        d.ruolo,
                        unita[d.unita],
                        "atto n. 1",
                        istante(d.dal),
                        None if d.al is None else istante(d.al),
                        "titolare" if da is None else "delega",
                        da,
                        "Perché serve.",
                        d.ambito,
                    )
                ],
                attore=di_comando(ente.pk, mondo.ADESSO),
                istante=mondo.ADESSO,
            )
        letti = Incarichi(ente)
        for n, persona in enumerate(persone):
            attore = permissions.attore(ente.pk, persona.pk, quando)
            assert letti.attore(persona.pk, quando).incarichi == attore.incarichi
            for codice, u in unita.items():
                for permesso in CHIESTI:
                    adatti = {
                        scritti[k].pk
                        for k, d in enumerate(storia)
                        if d.persona == n
                        and in_vigore(d, storia, quando)
                        and porta(d, permesso)
                        and sotto(codice, d.unita)
                    }
                    preso = attore.incarico_per(permesso, u.percorso)
                    assert (preso is not None) == bool(adatti)
                    assert preso is None or preso.id in adatti
                    chi = letti.chi_puo(permesso, u.percorso, quando)
                    assert {t.id for t in chi.possono if t.persona_id == persona.pk} == adatti
        transaction.set_rollback(True)


def test_the_oracle_asks_of_what_can_be_delegated() -> None:
    assert set(CHIESTI[:3]) <= set(delegabili("dirigente")) | set(delegabili("po"))
