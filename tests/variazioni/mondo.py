# SPDX-License-Identifier: AGPL-3.0-or-later
"""Requests of variazione over the small world: drafts made by changing the scheda as a page would,
filed, examined and decided by who may."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from cycle.models import Ciclo, Obiettivo, ParereVariazione, RichiestaVariazione, Rilevazione
from cycle.scritta import IndicatoreScritto, SchedaScritta, SpecificoScritto
from cycle.services import variazioni
from cycle.services.variazioni import Bozza, EsitoVariazioni
from cycle.variazioni.quadro import Quadro
from tests import mondo
from workflows.errors import Rifiuto
from workflows.ports import FattiAtto

# Terms of 2026: 30/09 is a Wednesday, in daylight saving time; 15/12 is not (R41).
GIUGNO = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)
ULTIMO = datetime(2026, 9, 30, 21, 59, 59, 999000, tzinfo=UTC)
TARDI = datetime(2026, 9, 30, 22, 0, 0, 0, tzinfo=UTC)
OTTOBRE = datetime(2026, 10, 20, 9, 0, tzinfo=UTC)


def scheda(o: Obiettivo) -> SchedaScritta:
    """The scheda in force, as a form would show it."""
    return Quadro([o.pk]).schede[o.pk]


def con_specifico(s: SchedaScritta, n: int, **altro: Any) -> SchedaScritta:
    specifici = list(s.specifici)
    specifici[n] = replace(specifici[n], **altro)
    return replace(s, specifici=tuple(specifici))


def con_indicatore(s: SchedaScritta, n: int, i: int, **altro: Any) -> SchedaScritta:
    indicatori = list(s.specifici[n].indicatori)
    indicatori[i] = replace(indicatori[i], **altro)
    return con_specifico(s, n, indicatori=tuple(indicatori))


def con_target(
    s: SchedaScritta, quanto: int, n: int = 0, i: int = 0, periodo: str = "2026-2"
) -> SchedaScritta:
    target = {**s.specifici[n].indicatori[i].target, periodo: Decimal(quanto)}
    return con_indicatore(s, n, i, target=target)


def nuovo_specifico(titolo: str = "Una strada nuova") -> SpecificoScritto:
    return SpecificoScritto(
        titolo=titolo,
        inizio_previsto=date(2026, 7, 1),
        fine_prevista=date(2026, 12, 31),
        indicatori=(
            IndicatoreScritto(
                "N. incontri - tenuti", peso=Decimal(100), target={"2026-2": Decimal(4)}
            ),
        ),
    )


def redigi(
    o: Obiettivo,
    varia: Callable[[SchedaScritta], SchedaScritta] | None = None,
    *,
    chi: str = "UNO DIRIGENTE",
    istante: datetime = GIUGNO,
    richiesta: RichiestaVariazione | None = None,
    d_ufficio: bool = False,
    **altro: Any,
) -> RichiestaVariazione:
    """A draft that makes the target of the first indicator 5, or what `varia` does."""
    voluta = (varia or (lambda s: con_target(s, 5)))(scheda(o))
    bozza = Bozza(
        **{"scheda": voluta, "motivazione": "Il fornitore ha rinunciato a maggio.", **altro}
    )
    return variazioni.redigi(
        obiettivo=o,
        bozza=bozza,
        by=mondo.attore(chi, istante=istante),
        istante=istante,
        richiesta=richiesta,
        d_ufficio=d_ufficio,
    )


def presenta(
    v: RichiestaVariazione, *, chi: str = "UNO DIRIGENTE", istante: datetime = GIUGNO
) -> RichiestaVariazione:
    return variazioni.presenta(richiesta=v, by=mondo.attore(chi, istante=istante), istante=istante)


def presentata(o: Obiettivo, varia: Any = None, **altro: Any) -> RichiestaVariazione:
    """A request that has been filed."""
    istante = altro.get("istante", GIUGNO)
    chi = altro.get("chi", "UNO DIRIGENTE")
    return presenta(redigi(o, varia, **altro), chi=chi, istante=istante)


def atto(numero: str = "300", giorno: date = date(2026, 10, 19)) -> FattiAtto:
    return FattiAtto(numero=numero, data=giorno, parere_tecnico="segretario, 18/10/2026")


def approva(
    *richieste: RichiestaVariazione,
    istante: datetime = OTTOBRE,
    con: FattiAtto | None = None,
    **altro: Any,
) -> EsitoVariazioni:
    return variazioni.approva(
        richieste=richieste,
        atto=con or atto(),
        by=mondo.attore("ATTI SEGRETERIA", istante=istante),
        istante=istante,
        **{"motivazione": "La rinuncia del fornitore non era prevedibile.", **altro},
    )


def respingi(
    *richieste: RichiestaVariazione, istante: datetime = OTTOBRE, **altro: Any
) -> EsitoVariazioni:
    return variazioni.respingi(
        richieste=richieste,
        by=mondo.attore("ATTI SEGRETERIA", istante=istante),
        istante=istante,
        **{"motivazione": "La rinuncia era prevedibile.", **altro},
    )


def parere(
    v: RichiestaVariazione, tipo: str = "nucleo", esito: str = "favorevole", testo: str = ""
) -> ParereVariazione:
    rendi = variazioni.esprimi_parere if tipo == "nucleo" else variazioni.apponi_visto
    chi = "PRIMO NUCLEO" if tipo == "nucleo" else "CONTI RAGIONERIA"
    return rendi(
        richiesta=v,
        esito=esito,
        testo=testo,
        impronta=v.impronta,
        by=mondo.attore(chi, istante=GIUGNO),
        istante=GIUGNO,
    )


def parametri(**valori: Any) -> None:
    """Set parameters of the year, which no act has opened."""
    c = mondo.ciclo()
    Ciclo.objects.filter(pk=c.pk).update(parametri={**c.parametri, **valori})


def rileggi(v: RichiestaVariazione) -> RichiestaVariazione:
    return RichiestaVariazione.objects.select_related("obiettivo").get(pk=v.pk)


def frasi(v: RichiestaVariazione) -> Sequence[str]:
    """What a request asks, in words."""
    quadro = Quadro([v.obiettivo_id])
    return [quadro.cambio(r).frase for r in v.campi.order_by("pk")]


def guardie(errore: pytest.ExceptionInfo[Any]) -> list[str]:
    assert isinstance(errore.value, Rifiuto)
    return [m.guardia for m in errore.value.tutti()]


def controlla_vincoli() -> None:
    """Constraints and triggers that wait for the commit are asked now."""
    with connection.cursor() as cursore:
        cursore.execute("SET CONSTRAINTS ALL IMMEDIATE")


def target(o: Obiettivo, periodo: str = "2026-2") -> Decimal | None:
    """The target of the first indicator of the first specifico."""
    return Rilevazione.objects.get(
        obiettivo=o, indicatore__nome="N. sportelli - aperti", periodo__codice=periodo
    ).target
