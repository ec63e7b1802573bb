# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the chain of the registro costs: to one transition, to a set, to eight writers on one ente,
each beside the same work with the sealing trigger stopped, and with all of the registro's; and what
it takes to verify it all."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from django.db import connections

from tests.bench import mondo
from tests.bench.decenni import TABELLE
from tests.bench.misura import Riga, alterna, esponente, riga
from tests.bench.registro import byte, copia, verifica_tutto
from tests.bench.scrittori import POCHI, Concorrente, crescita, turni
from workflows.ports import Attore

# objectives moved by one action, for the growth
CRESCITE = {"catena": (1, 2, 4), "catena_insieme": (4, 8, 16)}


def _catena(accesa: bool) -> None:
    come = "ENABLE ALWAYS" if accesa else "DISABLE"
    with connections["owner"].cursor() as cursore:
        cursore.execute(f"ALTER TABLE workflows_evento {come} TRIGGER sigillo")


def _registro(acceso: bool) -> None:
    """The triggers that write the Modifiche, on every table, and the one that seals."""
    with connections["owner"].cursor() as cursore:
        cursore.execute(
            "SELECT format('ALTER TABLE %%I %%s TRIGGER %%I', c.relname, t.come, g.tgname)"
            "  FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid,"
            "       (VALUES (%s)) t (come)"
            " WHERE starts_with(g.tgname, 'registro_') AND starts_with(c.relname, 'cycle_')",
            ["ENABLE" if acceso else "DISABLE"],
        )
        for (istruzione,) in cursore.fetchall():
            cursore.execute(istruzione)
    _catena(acceso)


def righe(giri: int, chiamate: int, mosse: int, quanti: int, database: str) -> Iterator[Riga]:
    """One line for each cost. What is written with the trigger stopped is sealed at the end, so
    that what is verified is whole."""
    ids, chi = mondo.bozze(), mondo.attore()
    mondo.proponi(chi, mondo.prendi(ids, 2))
    for codice, titolo, alla_volta, volte in (
        ("catena", "catena, un passo", 1, chiamate),
        ("catena_insieme", f"catena, {quanti} passi insieme", quanti, 1),
    ):
        con: list[float] = []
        senza: list[float] = []
        nudo: list[float] = []
        for giro in range(giri + 1):
            for tempi, accesa, registro in (
                (con, True, True),
                (senza, False, True),
                (nudo, False, False),
            ):
                _registro(registro)
                _catena(accesa)
                inizio = time.perf_counter()
                for _ in range(volte):
                    mondo.proponi(chi, mondo.prendi(ids, alla_volta))
                if giro > 0:  # in the first, plans and caches are made
                    tempi.append((time.perf_counter() - inizio) * 1000 / volte)
        _registro(True)
        note = {"crescita": _crescita(chi, ids, giri, CRESCITE[codice])}
        yield riga(
            con,
            nudo,
            codice=codice.replace("catena", "registro"),
            titolo=titolo.replace("catena", "registro"),
            unita="ms",
            riferimento="senza Modifiche né catena",
            note=note,
        )
        yield riga(
            con,
            senza,
            codice=codice,
            titolo=titolo,
            unita="ms",
            riferimento="senza catena",
            note=note,
        )
    rimaste = {mondo.IPA[0]: ids}
    con_catena, senza_catena, *pochi = turni(
        giri,
        mosse,
        database,
        rimaste,
        (
            Concorrente(mondo.IPA[:1], lambda: _catena(True)),
            Concorrente(mondo.IPA[:1], lambda: _catena(False)),
            *(Concorrente(mondo.IPA[:1], lambda: _catena(True), n) for n in POCHI),
        ),
    )
    _catena(True)
    yield riga(
        con_catena,
        senza_catena,
        codice="catena_scrittori",
        titolo=f"catena, {mondo.SCRITTORI} scrittori su un ente",
        unita="/s",
        riferimento="senza catena",
        obiettivo=0.85,
        almeno=True,
        note={"crescita": crescita((*pochi, con_catena))},
    )
    _sigilla_il_resto()
    yield _verifica(giri)


def _crescita(chi: Attore, ids: list[int], giri: int, misure: Sequence[int]) -> float:
    """Of the time of a sealed action with the objectives it moves."""
    tempi = alterna(
        {str(n): lambda n=n: mondo.proponi(chi, mondo.prendi(ids, n)) for n in misure},
        giri=giri,
        chiamate=1,
        avvio=1,
    )
    return round(esponente({n: min(tempi[str(n)]) for n in misure}), 2)


def _sigilla_il_resto() -> None:
    with connections["owner"].cursor() as cursore:
        cursore.execute(
            "SELECT registro_sigilla(a.azione, a.ente_id, a.ultimo) FROM (SELECT azione,"
            " min(ente_id) AS ente_id, max(id) AS ultimo FROM workflows_evento e WHERE NOT EXISTS"
            " (SELECT FROM workflows_sigillo s WHERE s.azione = e.azione) GROUP BY azione"
            " ORDER BY azione) a"
        )
        cursore.execute(f"VACUUM ANALYZE {', '.join(TABELLE)}")


def _verifica(giri: int) -> Riga:
    tempi = alterna({"nostra": verifica_tutto, "loro": copia}, giri=giri, chiamate=1, avvio=1)
    return riga(
        tempi["nostra"],
        tempi["loro"],
        codice="verifica",
        titolo="verifica del registro",
        unita="ms",
        riferimento="sha256 di COPY",
        obiettivo=3.0,
        note=byte(),
    )
