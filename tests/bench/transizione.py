# SPDX-License-Identifier: AGPL-3.0-or-later
"""One transition: the engine's, the hand-written one, django-fsm's bare one, viewflow's task."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from viewflow.workflow.models import Task

from tests.bench import a_mano, mondo
from tests.bench.a_mano import AMano
from tests.bench.flusso import Flusso
from tests.bench.misura import Riga, alterna, esponente, riga
from tests.bench.models import Pratica, Traccia

QUERY_AMMESSE = 12
INSIEMI = (1, 4, 16)  # objectives moved by one call, for the growth


def righe(giri: int, chiamate: int) -> Iterator[Riga]:
    """The lines of `engine.execute` on one objective, and of what it is compared to."""
    a_mano.prepara()
    ids = mondo.bozze()
    chi = mondo.attore()
    mondo.proponi(chi, mondo.prendi(ids))
    pk = mondo.prendi(ids)
    with CaptureQueriesContext(connection) as query:
        numero = mondo.proponi(chi, pk)
    scritto = a_mano.rileggi(numero)
    pratiche = _pratiche(len(ids))
    compiti = _compiti(giri * chiamate + 20)
    with a_mano.apri() as conn:
        mano = AMano(conn, scritto, "proposta")
        altri = list(ids)
        tempi = alterna(
            {
                "a mano": lambda: mano(*mondo.prendi(altri)),
                "motore": lambda: mondo.proponi(chi, mondo.prendi(ids)),
                "fsm": lambda: _passo_fsm(pratiche.pop()),
                "viewflow": lambda: _compito(compiti.pop()),
            },
            giri=giri,
            chiamate=chiamate,
        )
        insiemi = alterna(
            {str(n): lambda n=n: mondo.proponi(chi, mondo.prendi(ids, n)) for n in INSIEMI},
            giri=giri,
            chiamate=1,
            avvio=1,
        )
    yield riga(
        tempi["motore"],
        tempi["a mano"],
        codice="transizione",
        titolo="engine.execute, un obiettivo",
        unita="ms",
        riferimento="transazione a mano",
        obiettivo=2.0,
        limiti={"query": (len(query), QUERY_AMMESSE)},
        note={
            "righe scritte": f"1 + {len(scritto.modifiche)} + {len(scritto.notifiche)}",
            "crescita": round(esponente({n: min(insiemi[str(n)]) for n in INSIEMI}), 2),
        },
    )
    for codice, titolo in (("fsm", "django-fsm, passo nudo"), ("viewflow", "viewflow, un compito")):
        yield riga(
            tempi[codice],
            tempi["a mano"],
            codice=codice,
            titolo=titolo,
            unita="ms",
            riferimento="transazione a mano",
        )


def _pratiche(quante: int) -> list[int]:
    return [p.pk for p in Pratica.objects.bulk_create(Pratica(titolo="x") for _ in range(quante))]


def _passo_fsm(pk: int) -> None:
    with transaction.atomic():
        pratica = Pratica.objects.select_for_update().get(pk=pk)
        da = pratica.stato
        pratica.proponi()
        pratica.save()
        Traccia.objects.create(
            pratica=pratica, da=da, a=pratica.stato, persona_id=1, istante=mondo.ADESSO
        )


def _compiti(quanti: int) -> list[int]:
    for _ in range(quanti):
        Flusso.start.run()
    return list(Task.objects.filter(flow_task=Flusso.proposta).values_list("pk", flat=True))


def _compito(pk: int) -> None:
    compito = Task.objects.get(pk=pk)
    with compito.activation() as attivazione:
        attivazione.start(None)
        attivazione.execute()
