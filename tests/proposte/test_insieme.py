# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two who write at the same moment, in transactions that really commit."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db import connections, transaction

from cycle.bozze.lettura import leggi
from cycle.bozze.rubrica import rubrica
from cycle.models import Obiettivo
from cycle.services import schede
from cycle.services.copia import copia_da_anno_scorso
from cycle.services.enti import apri_anno
from tests import mondo
from tests.proposte.test_schede import scheda
from workflows.errors import Conflitto, NonPossibile


def insieme(*azioni: Callable[[], Any]) -> list[Any]:
    """Each in a thread and a connection of its own, let go together; what each gave or raised."""
    via = threading.Barrier(len(azioni))
    esiti: list[Any] = [None] * len(azioni)

    def corri(n: int, azione: Callable[[], Any]) -> None:
        try:
            via.wait()
            with transaction.atomic():
                esiti[n] = azione()
        except Exception as errore:
            esiti[n] = errore
        finally:
            connections.close_all()

    fili = [threading.Thread(target=corri, args=(n, a)) for n, a in enumerate(azioni)]
    for filo in fili:
        filo.start()
    for filo in fili:
        filo.join()
    return esiti


def crea(chi: str) -> Obiettivo:
    r = rubrica(mondo.ciclo())
    return schede.crea_bozza(
        ciclo=r.ciclo, scheda=scheda(), rubrica=r, by=mondo.attore(chi), istante=mondo.ADESSO
    )


def test_ognuno_ha_il_suo_codice(db_vera: None) -> None:
    esiti = insieme(*[lambda: crea("UNO PO"), lambda: crea("UNO DIRIGENTE")] * 2)
    assert sorted(o.codice for o in esiti) == ["OE07", "OE08", "OE09", "OE10"]


def test_uno_salva_e_all_altro_si_dice(db_vera: None) -> None:
    """R50: who comes second hears a 409, and nothing of the first is lost."""
    o = Obiettivo.objects.select_related("unita").get(pk=crea("UNO PO").pk)
    r = rubrica(mondo.ciclo())
    letta = leggi([o], r)[o.pk]

    def salva(chi: str) -> Callable[[], Any]:
        return lambda: schede.modifica(
            obiettivo=o,
            scheda=replace(letta, titolo=f"Di {chi}"),
            rubrica=rubrica(mondo.ciclo()),
            by=mondo.attore(chi),
            istante=mondo.ADESSO,
            revisione=o.revisione,
        )

    esiti = insieme(salva("UNO PO"), salva("UNO DIRIGENTE"))
    [perso] = [e for e in esiti if isinstance(e, Exception)]
    assert isinstance(perso, Conflitto)
    [vinto] = [e for e in esiti if isinstance(e, Obiettivo)]
    assert Obiettivo.objects.get(pk=o.pk).titolo == vinto.titolo


def test_non_si_copia_due_volte_nemmeno_insieme(db_vera: None) -> None:
    ciclo = apri_anno(ente=mondo.ente(), anno=2027, istante=mondo.ADESSO)
    esiti = insieme(
        *[
            lambda: copia_da_anno_scorso(
                ciclo=ciclo,
                vecchi=[mondo.in_stato("validato")],
                by=mondo.attore("UNO PO"),
                istante=mondo.ADESSO,
            )
        ]
        * 2
    )
    assert [type(e) for e in esiti if isinstance(e, Exception)] == [NonPossibile]
    assert Obiettivo.objects.filter(ciclo=ciclo).count() == 1
