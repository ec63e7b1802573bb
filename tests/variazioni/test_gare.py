# SPDX-License-Identifier: AGPL-3.0-or-later
"""Many at once on variazioni: real threads, real transactions, one clock (R21, R36, R37, R50)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from cycle.contesto import sessione
from cycle.models import (
    Atto,
    CampoVariato,
    Obiettivo,
    RichiestaVariazione,
    VersioneObiettivo,
)
from cycle.services import variazioni
from cycle.services.piano import importa
from cycle.services.transizioni import esegui
from cycle.services.variazioni import Bozza
from tests import mondo
from tests.gara import gara
from tests.variazioni.mondo import (
    GIUGNO,
    OTTOBRE,
    approva,
    atto,
    con_target,
    presenta,
    presentata,
    redigi,
    rileggi,
    scheda,
)
from workflows.errors import Conflitto, NonPossibile
from workflows.ports import Richiesta
from workflows.registro.models import Evento

pytestmark = pytest.mark.usefixtures("db_vera")


def come_pagina(chi: str, azione: Callable[[Any], Any]) -> Callable[[], Any]:
    """One request of one person, as a page makes it."""
    utente = mondo.utente(chi)

    def compi() -> Any:
        with sessione(utente, "alfa", "web") as contesto:
            return azione(contesto.attore)

    return compi


def test_r50_two_clerks_record_the_same_act_and_one_wins() -> None:
    o = mondo.in_stato("in_corso")
    v = presentata(o)

    def registra(attore: Any) -> Any:
        return variazioni.approva(
            richieste=[v], atto=atto(), motivazione="Sì.", by=attore, istante=OTTOBRE
        )

    esiti = gara([come_pagina("ATTI SEGRETERIA", registra) for _ in range(6)])
    assert sorted(type(e).__name__ for e in esiti) == ["Conflitto"] * 5 + ["EsitoVariazioni"]
    assert VersioneObiettivo.objects.filter(obiettivo=o).count() == 2
    assert mondo.obiettivo(o.codice).versione == 2
    assert Atto.objects.filter(tipo="variazione").count() == 1


def test_r50_two_clerks_decide_the_same_many_requests_and_the_loser_is_told_of_each() -> None:
    """One means to approve all of them, the other to refuse some: one act stands, whole."""
    uno, due = mondo.in_stato("in_corso"), mondo.obiettivo("OE12")
    molte = [presentata(uno, lambda s, n=n: con_target(s, 9, n=n)) for n in (0, 1)]
    molte += [
        presentata(due, lambda s, n=n: con_target(s, 9, n=n), chi="DUE DIRIGENTE") for n in (0, 1)
    ]

    def approva_tutte(attore: Any) -> Any:
        return variazioni.decidi(
            atto=atto("600"),
            approvate=molte,
            respinte=[],
            motivazione="Sì.",
            by=attore,
            istante=OTTOBRE,
        )

    def respinge_meta(attore: Any) -> Any:
        return variazioni.decidi(
            atto=atto("601"),
            approvate=list(reversed(molte[2:])),
            respinte=[(v, "Era prevedibile.") for v in reversed(molte[:2])],
            motivazione="Sì.",
            by=attore,
            istante=OTTOBRE,
        )

    corse = [approva_tutte, respinge_meta, approva_tutte, respinge_meta]
    esiti = gara([come_pagina("ATTI SEGRETERIA", corsa) for corsa in corse])
    assert sorted(type(e).__name__ for e in esiti) == ["Conflitto"] * 3 + ["EsitoVariazioni"]
    [vinto] = [e for e in esiti if not isinstance(e, Conflitto)]
    stati = [rileggi(v).stato for v in molte]
    prime = "approvata" if len(vinto.approvate) == 4 else "respinta"
    assert stati == [prime, prime, "approvata", "approvata"]
    assert {rileggi(v).atto_id for v in molte} == {vinto.atto_id}
    assert Atto.objects.filter(tipo="variazione").count() == 1
    for perso in (e for e in esiti if isinstance(e, Conflitto)):
        assert perso.motivi  # at least one of the requests, each with its reason
        assert set(perso.motivi) <= {v.pk for v in molte}
        assert all(m.messaggio and m.rimedio for m in perso.tutti())


def test_r37_withdrawal_against_decision_one_wins_and_never_a_mixture() -> None:
    o = mondo.in_stato("in_corso")
    for n in range(4):
        v = presentata(o, lambda s, n=n: con_target(s, 10 + n))
        esiti = gara(
            [
                come_pagina(
                    "ATTI SEGRETERIA",
                    lambda a, v=v, n=n: variazioni.approva(
                        richieste=[v],
                        atto=atto(str(400 + n)),
                        motivazione="Sì.",
                        by=a,
                        istante=OTTOBRE,
                    ),
                ),
                come_pagina(
                    "UNO DIRIGENTE",
                    lambda a, v=v: variazioni.ritira(richiesta=v, by=a, istante=OTTOBRE),
                ),
            ]
        )
        assert sum(isinstance(e, Conflitto) for e in esiti) == 1, esiti
        v = rileggi(v)
        assert (v.stato == "approvata") == (not isinstance(esiti[0], Conflitto))
        assert (v.atto_id is not None) == (v.stato == "approvata")
        assert not CampoVariato.objects.filter(richiesta=v, in_attesa=True).exists()
    versioni = VersioneObiettivo.objects.filter(obiettivo=o).order_by("numero")
    numeri = list(versioni.values_list("numero", flat=True))
    assert numeri == list(range(1, mondo.obiettivo(o.codice).versione + 1))


def test_r36_two_requests_on_one_target_filed_at_once_one_holds_it() -> None:
    o = mondo.in_stato("in_corso")
    bozze = [redigi(o, lambda s, n=n: con_target(s, n)) for n in (5, 6, 7)]
    esiti = gara([lambda v=v: presenta(v) for v in bozze])
    persi = [e for e in esiti if isinstance(e, NonPossibile)]
    assert len(persi) == 2, esiti
    [vinta] = [v for v in bozze if rileggi(v).stato == "istruita"]
    assert CampoVariato.objects.get(in_attesa=True).richiesta_id == vinta.pk
    for perso in persi:
        [motivo] = perso.tutti()
        assert motivo.guardia == "campi_liberi"
        assert f"OE04-V{vinta.numero}" in motivo.messaggio


def test_r50_ten_clicks_file_once_and_all_see_the_same_instant() -> None:
    v = redigi(mondo.in_stato("in_corso"))
    esiti = gara([lambda: presenta(v) for _ in range(10)])
    assert {type(e) for e in esiti} == {RichiestaVariazione}
    assert {e.presentata_il for e in esiti} == {GIUGNO}
    assert Evento.objects.filter(oggetto_id=v.pk, verbo="presenta", esito="eseguito").count() == 1


def test_acts_that_cross_do_not_deadlock() -> None:
    """Two acts over the same objectives, named in opposite orders."""
    uno, due = mondo.in_stato("in_corso"), mondo.obiettivo("OE12")
    coppie = [
        (
            presentata(uno, lambda s, n=n: con_target(s, 9, n=n)),
            presentata(due, lambda s, n=n: con_target(s, 9, n=n), chi="DUE DIRIGENTE"),
        )
        for n in (0, 1)
    ]
    esiti = gara(
        [
            lambda: approva(*coppie[0], con=atto("500")),
            lambda: approva(*reversed(coppie[1]), con=atto("501")),
        ]
    )
    assert [type(e).__name__ for e in esiti] == ["EsitoVariazioni"] * 2, esiti
    assert mondo.obiettivo("OE12").versione == 3


QUANTI = 100


def test_r21_a_hundred_file_in_the_last_minute_all_in_none_twice_order_kept() -> None:
    """Each in a transaction of its own, judged on the instant at which it began."""
    schede = [mondo.scheda(f"LM{n:03d}", "S1", 1) for n in range(QUANTI)]
    importa(
        ente=mondo.ente(),
        piano=mondo.piano(schede),
        come="piano",
        istante=mondo.INIZIO,
        stati=dict.fromkeys((s.codice for s in schede), "proposta"),
    )
    obiettivi = list(Obiettivo.objects.filter(codice__startswith="LM").order_by("codice"))
    esegui(
        procedura="obiettivo",
        transizione="approva",
        ids=[o.pk for o in obiettivi],
        by=mondo.attore("ATTI SEGRETERIA"),
        istante=mondo.ADESSO,
        richiesta=Richiesta(atto=mondo.atto("900")),
    )
    bozze = [redigi(o) for o in obiettivi]
    istanti = [datetime(2026, 9, 30, 21, 59, 59, n * 1000, tzinfo=UTC) for n in range(QUANTI)]

    def a_gruppi(k: int) -> Callable[[], list[RichiestaVariazione]]:
        """Ten at once, ten each: as many as the pool has connections."""
        return lambda: [presenta(bozze[n], istante=istanti[n]) for n in range(k, QUANTI, 10)]

    esiti = gara([a_gruppi(k) for k in range(10)])
    assert [type(e) for e in esiti] == [list] * 10, [e for e in esiti if not isinstance(e, list)]
    presentate = RichiestaVariazione.objects.filter(pk__in=[v.pk for v in bozze])
    assert presentate.filter(stato="istruita", tardiva=False).count() == QUANTI
    assert Evento.objects.filter(verbo="presenta", esito="eseguito").count() == QUANTI
    in_ordine = list(presentate.order_by("presentata_il").values_list("pk", flat=True))
    assert in_ordine == [v.pk for v in bozze]


def test_r50_one_key_sent_at_once_writes_one_draft() -> None:
    """The click that was doubled, the client that lost the answer: the same sending, many times."""
    o = mondo.in_stato("in_corso")
    esiti = gara([lambda: redigi_con_chiave(o, 5) for _ in range(6)])
    assert {type(e) for e in esiti} == {RichiestaVariazione}, esiti
    assert len({e.pk for e in esiti}) == 1
    assert Evento.objects.filter(procedura="variazione", verbo="crea").count() == 1
    with pytest.raises(Conflitto) as altro:  # the same key for something else
        redigi_con_chiave(o, 6)
    assert [m.guardia for m in altro.value.tutti()] == ["chiave_nuova"]
    assert RichiestaVariazione.objects.count() == 1


def redigi_con_chiave(o: Obiettivo, quanto: int) -> RichiestaVariazione:
    return variazioni.redigi(
        obiettivo=o,
        bozza=Bozza(scheda=con_target(scheda(o), quanto), motivazione="Serve."),
        by=mondo.attore("UNO DIRIGENTE", istante=GIUGNO),
        istante=GIUGNO,
        chiave="una chiave",
    )
