# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rounds of the switchboard, which read the table itself: what they find when the layer gives
nothing, when somebody comes in meanwhile, when the database died; and what an error leaves behind
(nothing)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.db import DatabaseError, connection

from cycle.portineria import Portineria
from notifications import centralino, lettura
from notifications.lettura import cursore_di_adesso
from notifications.porte import Ospite
from tests import mondo
from tests.asincrono import corri
from tests.notifications.test_prese import Server, ente_vivo, fai, notifica, prova

__all__ = ["ente_vivo"]


class _Finta:
    """A screen that is in this very loop: what it is told is kept."""

    def __init__(self, ospite: Ospite) -> None:
        self.ospite = ospite
        self.salutata = True
        self.detti: list[dict[str, Any]] = []

    def metti(self, messaggio: dict[str, Any]) -> None:
        self.detti.append(messaggio)

    def congeda(self, codice: int) -> None:
        raise AssertionError(codice)


class _Distratta(Portineria):
    """A porter who knows everybody, and while they look somebody else comes in."""

    def __init__(self) -> None:
        self.intanto: Callable[[], None] | None = None

    def ancora(self, ospiti: Iterable[Ospite]) -> set[Ospite]:
        qui = set(ospiti)
        if self.intanto is not None:
            self.intanto()
        self.intanto = None
        return qui


def _ospite(nome: str) -> Ospite:
    utente = mondo.utente(nome)
    return Ospite(utente.pk, mondo.ente().pk, "alfa", "", "", frozenset())


@pytest.mark.usefixtures("ente_vivo")
class TestSenzaStrato:
    """The layer gives nothing (Redis is away): the rounds alone."""

    def test_who_comes_in_during_a_round_is_looked_for_by_the_next(self, settings: Any) -> None:
        """Written after their greeting and before the round had read: not theirs to hear in it,
        and not to be skipped by the next."""
        settings.OPERAIO = False
        porta = _Distratta()
        posto = centralino.Centralino(porta)

        async def scena() -> None:
            prima, nuova = [_Finta(await fai(_ospite, nome)) for nome in ("DUE PO", "UNO PO")]
            posto._compiti = [asyncio.ensure_future(asyncio.sleep(0))]  # the rounds are ours
            posto.accogli(prima)
            posto.dal(await fai(cursore_di_adesso))

            def entra() -> None:
                posto.accogli(nuova)
                posto.dal(cursore_di_adesso())
                notifica("UNO PO", "in mezzo")

            porta.intanto = entra
            await posto.ronda()
            await posto.ronda()
            dette = [r["testo"] for d in nuova.detti for r in d.get("righe", [])]
            assert dette == ["in mezzo"]

        corri(scena())

    def test_the_open_scheda_is_told_all_the_same(
        self, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.OPERAIO = False  # nobody wakes the sockets
        monkeypatch.setattr(centralino, "RONDA", 0.1)
        o = mondo.in_stato("approvato")

        async def scena(server: Server) -> None:
            async with server.presa("DUE PO") as schermo:
                await schermo.pronto()
                await schermo.filo.send(
                    json.dumps({"guarda": str(o.pid), "revisione": o.revisione})
                )
                await asyncio.sleep(0.5)
                await fai(mondo.muovi, o, "avvia", "UNO PO")
                assert (await schermo.messaggio("toccato"))["oggetto"] == str(o.pid)

        prova(scena)

    def test_nor_is_missed_what_happened_before_the_socket_opened(self) -> None:
        o = mondo.in_stato("approvato")

        async def scena(server: Server) -> None:
            await fai(mondo.muovi, o, "avvia", "UNO PO")  # the page was drawn before
            async with server.presa("DUE PO") as schermo:
                await schermo.pronto()
                await schermo.filo.send(
                    json.dumps({"guarda": str(o.pid), "revisione": o.revisione})
                )
                assert (await schermo.messaggio("toccato"))["oggetto"] == str(o.pid)

        prova(scena)


@pytest.mark.usefixtures("ente_vivo")
class TestDatabaseCheMuore:
    def test_what_has_an_old_number_is_heard_once(self, settings: Any) -> None:
        """A database that died gives numbers out again: the round looks a little further back, and
        does not say again what it said."""
        settings.OPERAIO = False
        posto = centralino.Centralino(_Distratta())

        async def scena() -> None:
            schermo = _Finta(await fai(_ospite, "UNO PO"))
            posto._compiti = [asyncio.ensure_future(asyncio.sleep(0))]
            posto.accogli(schermo)
            await fai(notifica, "UNO PO", "con un numero già passato")
            posto.dal(await fai(cursore_di_adesso) - lettura.MARGINE)
            for _giro in range(3):
                await posto.ronda()
            dette = [r["testo"] for d in schermo.detti for r in d.get("righe", [])]
            assert dette == ["con un numero già passato"]

        corri(scena())

    def test_another_database_is_read_from_the_beginning(self, settings: Any) -> None:
        """Restored from a copy: it has not come so far."""
        settings.OPERAIO = False
        posto = centralino.Centralino(_Distratta())

        async def scena() -> None:
            schermo = _Finta(await fai(_ospite, "UNO PO"))
            posto._compiti = [asyncio.ensure_future(asyncio.sleep(0))]
            posto.accogli(schermo)
            posto.dal(10**15)
            await posto.ronda()
            assert [d["tipo"] for d in schermo.detti] == ["ricarica", "cursore"]
            await fai(notifica, "UNO PO", "poi")
            await posto.ronda()
            assert [r["testo"] for d in schermo.detti for r in d.get("righe", [])] == ["poi"]

        corri(scena())

    def test_a_socket_that_fails_as_it_opens_leaves_nothing(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Else somebody who tries again twenty times would be shut out for ever."""

        def cade(*_args: Any) -> None:
            raise DatabaseError(connection.alias)

        async def scena(server: Server) -> None:
            with monkeypatch.context() as guasto:
                guasto.setattr(lettura, "da_leggere", cade)
                async with server.presa("UNO PO") as schermo:
                    assert await schermo.chiusa() in (1006, 1011)  # and the page comes back
            posto = centralino.centralino(Portineria())
            assert posto.quante((await fai(mondo.utente, "UNO PO")).pk) == 0
            async with server.presa("UNO PO") as schermo:
                await schermo.pronto()

        prova(scena)
