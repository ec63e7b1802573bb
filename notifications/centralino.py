# SPDX-License-Identifier: AGPL-3.0-or-later
"""The switchboard of a process: one subscription, which hands on to the sockets of the people
concerned.

What comes by the channel layer is a hint. The table is the truth, and a round every few seconds
reads there what a hint may have missed (Redis down, a message lost, a worker that stands still); it
also shows out whoever lost login or incarico meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer

from notifications import lettura
from notifications.porte import Ospite, Portineria

GRUPPO = "notizie"
RONDA = 5.0  # seconds between two rounds
FETTA = 500  # rows in one message of the layer

# How a socket is closed, and what its page does then.
RICOLLEGATI = 4001  # what the person may do has changed: come in again
FUORI = 4003  # no login any more, or no place in the ente
TROPPO = 4008  # too many sockets or messages

_registro = logging.getLogger(__name__)


def notizie(righe: Sequence[dict[str, Any]], quante: Sequence[int]) -> dict[str, Any]:
    """What a screen is told: rows, how many are unread and how many of these are urgent."""
    da_leggere, urgenti = quante
    return {"tipo": "notizie", "righe": righe, "da_leggere": da_leggere, "urgenti": urgenti}


def toccato(pid: str) -> dict[str, Any]:
    """A screen is told that the objective it shows changed."""
    return {"tipo": "toccato", "oggetto": pid}


def _minimo(uno: int | None, altro: int) -> int:
    return altro if uno is None else min(uno, altro)


class Presa(Protocol):
    """One socket, as the switchboard sees it."""

    ospite: Ospite
    salutata: bool  # it has heard what it missed

    def metti(self, messaggio: dict[str, Any]) -> None:
        """Queue a message for the screen; never waits."""

    def congeda(self, codice: int) -> None:
        """Close it, with this code."""


@dataclass(slots=True)
class Sguardo:
    """What a page shows of an objective, and the `revisione` it has heard of."""

    pid: str
    revisione: int


class Centralino:
    """The sockets of this process, by user and ente, and who looks at which objective."""

    def __init__(self, portineria: Portineria) -> None:
        self.portineria = portineria
        self._prese: defaultdict[tuple[int, int], set[Presa]] = defaultdict(set)
        self._guardano: defaultdict[tuple[int, int], dict[Presa, Sguardo]] = defaultdict(dict)
        self._compiti: list[asyncio.Task[None]] = []
        self._cursore: int | None = None
        # what each was told, and when: not to be told again by the rounds
        self._dette: dict[tuple[int, int, str], int] = {}
        self._appena: int | None = None  # where those who came in since the last round were told to

    # --- who is here ------------------------------------------------------------------------------

    def accogli(self, presa: Presa) -> None:
        """A socket came in."""
        self._prese[presa.ospite.utente_id, presa.ospite.ente_id].add(presa)
        if not self._compiti:
            self._compiti = [
                asyncio.ensure_future(self._per_sempre(self._ascolta)),
                asyncio.ensure_future(self._per_sempre(self._ronda)),
            ]

    def dal(self, cursore: int) -> None:
        """A socket was told all that was written below this cursor: the rounds go on from there,
        if they had not come so far back."""
        self._cursore = _minimo(self._cursore, cursore)
        self._appena = _minimo(self._appena, cursore)

    def saluta(self, presa: Presa) -> None:
        """A socket went away. The last one switches the lights off."""
        chiave = (presa.ospite.utente_id, presa.ospite.ente_id)
        self._prese[chiave].discard(presa)
        if not self._prese[chiave]:
            del self._prese[chiave]
        self.distogli(presa)
        if not self._prese:
            for compito in self._compiti:
                compito.cancel()
            self._compiti = []
            self._cursore = None
            self._dette = {}

    def osserva(self, presa: Presa, radice: int, sguardo: Sguardo) -> None:
        """The page of a socket shows this objective."""
        self._guardano[presa.ospite.ente_id, radice][presa] = sguardo

    def distogli(self, presa: Presa) -> None:
        """The page of a socket shows no objective any more."""
        for chiave in [k for k, chi in self._guardano.items() if presa in chi]:
            del self._guardano[chiave][presa]
            if not self._guardano[chiave]:
                del self._guardano[chiave]

    def quante(self, utente_id: int) -> int:
        """How many sockets a user has in this process."""
        return sum(len(prese) for (chi, _ente), prese in self._prese.items() if chi == utente_id)

    # --- what they are told -----------------------------------------------------------------------

    def consegna(self, messaggio: dict[str, Any]) -> None:
        """Hand on a message of the layer: rows to whom they are addressed, and that an objective
        changed to whoever looks at it; who logged out goes out at once."""
        if messaggio["type"] == "uscita":
            for prese in self._prese.values():
                for presa in prese:
                    if presa.ospite.accesso == messaggio["accesso"]:
                        presa.congeda(FUORI)
            return
        ente: int = messaggio["ente"]
        self._righe(ente, messaggio["righe"], dict(messaggio["da_leggere"]))
        radici = messaggio["radici"]
        for (dove, radice), chi in self._guardano.items():
            if dove == ente and (radici is None or radice in radici):
                for presa, sguardo in chi.items():
                    presa.metti(toccato(sguardo.pid))

    def _righe(
        self,
        ente: int,
        righe: Iterable[tuple[int, dict[str, Any]]],
        da_leggere: Mapping[int, Sequence[int]],
    ) -> None:
        per_utente: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
        for utente, dati in righe:
            if (utente, ente) in self._prese:
                per_utente[utente].append(dati)
                self._dette[utente, ente, dati["id"]] = dati["segno"]
        for utente, sue in per_utente.items():
            for presa in self._prese.get((utente, ente), ()):
                presa.metti(notizie(sue, da_leggere.get(utente, (0, 0))))

    # --- its two tasks ----------------------------------------------------------------------------

    async def _per_sempre(self, compito: Any) -> None:
        while True:
            try:
                await compito()
            except asyncio.CancelledError:
                raise
            except Exception:
                _registro.warning("Il centralino delle notizie ricomincia.", exc_info=True)
                await asyncio.sleep(1)

    async def _ascolta(self) -> None:
        strato = get_channel_layer()
        if strato is None:
            await asyncio.Event().wait()
        canale = await strato.new_channel()
        await strato.group_add(GRUPPO, canale)
        try:
            while True:
                self.consegna(await strato.receive(canale))
        finally:
            with suppress(Exception):
                await strato.group_discard(GRUPPO, canale)

    async def _ronda(self) -> None:
        while True:
            await asyncio.sleep(RONDA)
            await self.ronda()

    async def ronda(self) -> None:
        """One round: show out, and hand on what was missed."""
        self._appena = None
        ospiti = {p.ospite for prese in self._prese.values() for p in prese}
        rimasti = await database_sync_to_async(self.portineria.ancora)(ospiti)
        for prese in [*self._prese.values()]:
            for presa in [*prese]:
                if presa.ospite in ospiti and presa.ospite not in rimasti:
                    presa.congeda(RICOLLEGATI)
        await self._arretrato({(o.utente_id, o.ente_id) for o in rimasti})
        await self._mossi()

    async def _arretrato(self, chi: set[tuple[int, int]]) -> None:
        da = self._cursore
        leggi = database_sync_to_async(_leggi)
        if da is None:  # nobody has been greeted yet
            return
        presenti = {p for c in chi for p in self._prese.get(c, ()) if p.salutata}
        per_ente, adesso = await leggi(da, chi)
        if per_ente is None:  # another database: nothing is known of where we were
            self._dette = {}
            for presa in presenti:
                presa.metti({"tipo": "ricarica"})
        # Whoever came in since this round began was not asked for, and may know less.
        self._cursore = adesso if self._appena is None else min(self._appena, adesso)
        for ente, (righe, da_leggere) in (per_ente or {}).items():
            nuove = [(u, d) for u, d in righe if (u, ente, d["id"]) not in self._dette]
            self._righe(ente, nuove, da_leggere)
        self._dette = {chi: s for chi, s in self._dette.items() if s >= self._cursore}
        # Who came in meanwhile was not asked for, and has yet to hear what it missed: a cursor
        # from here would make it skip that, should it be cut off now.
        for presa in presenti:
            presa.metti({"tipo": "cursore", "cursore": adesso})

    async def _mossi(self) -> None:
        """Tell the pages whose objective has moved since they heard of it."""
        per_ente: defaultdict[int, list[int]] = defaultdict(list)
        for ente, radice in self._guardano:
            per_ente[ente].append(radice)
        for ente, radici in per_ente.items():
            revisioni = await database_sync_to_async(self.portineria.revisioni)(ente, radici)
            for radice, revisione in revisioni.items():
                for presa, sguardo in self._guardano.get((ente, radice), {}).items():
                    if sguardo.revisione != revisione:
                        sguardo.revisione = revisione
                        presa.metti(toccato(sguardo.pid))


# rows by user; unread, and urgent among them, by user
_Scritte = tuple[list[tuple[int, dict[str, Any]]], dict[int, tuple[int, int]]]
_PerEnte = dict[int, _Scritte]


def _leggi(da: int, chi: set[tuple[int, int]]) -> tuple[_PerEnte | None, int]:
    arretrato = lettura.dopo(da, {utente for utente, _ente in chi})
    if arretrato.righe is None:
        return None, arretrato.cursore
    per_ente: _PerEnte = {}
    for riga in arretrato.righe:
        if (riga.utente_id, riga.ente_id) in chi:
            per_ente.setdefault(riga.ente_id, ([], {}))[0].append((riga.utente_id, riga.dati))
    for ente, (righe, da_leggere) in per_ente.items():
        da_leggere.update(lettura.da_leggere({u for u, _dati in righe}, ente))
    return per_ente, arretrato.cursore


async def esce(accesso: str) -> None:
    """Tell every process that a session is over. A layer that does not answer keeps nobody
    waiting: the rounds will find it."""
    strato = get_channel_layer()
    if strato is None:
        return
    try:
        async with asyncio.timeout(1):
            await strato.group_send(GRUPPO, {"type": "uscita", "accesso": accesso})
    except Exception:
        _registro.warning("L'uscita non si annuncia: la troverà la ronda.", exc_info=True)


async def annuncia(transazione: int, ente: int, radici: list[int] | None) -> None:
    """Tell every process what a transaction wrote. A layer that does not answer stops nobody:
    the rounds will find it."""
    righe, da_leggere = await database_sync_to_async(_scritte)(transazione, ente)
    strato = get_channel_layer()
    if strato is None:
        return
    try:
        async with asyncio.timeout(5):
            for inizio in range(0, max(len(righe), 1), FETTA):
                fetta = righe[inizio : inizio + FETTA]
                utenti = {u for u, _dati in fetta}
                await strato.group_send(
                    GRUPPO,
                    {
                        "type": "notizie",
                        "ente": ente,
                        "righe": fetta,
                        "da_leggere": [[u, n] for u, n in da_leggere.items() if u in utenti],
                        "radici": radici if inizio == 0 else [],
                    },
                )
    except Exception:
        _registro.warning("Le notizie non partono: le troverà la ronda.", exc_info=True)


def _scritte(transazione: int, ente: int) -> _Scritte:
    righe = [(r.utente_id, r.dati) for r in lettura.della_transazione(transazione, ente)]
    return righe, lettura.da_leggere({u for u, _dati in righe}, ente) if righe else {}


_centralini: WeakKeyDictionary[asyncio.AbstractEventLoop, Centralino] = WeakKeyDictionary()


def centralino(portineria: Portineria) -> Centralino:
    """The switchboard of the running loop."""
    ciclo = asyncio.get_running_loop()
    if ciclo not in _centralini:
        _centralini[ciclo] = Centralino(portineria)
    return _centralini[ciclo]
