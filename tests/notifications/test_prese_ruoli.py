# SPDX-License-Identifier: AGPL-3.0-or-later
"""What reaches whom by socket, role by role: of one's own unit, of another unit, of another ente;
and what somebody who is after it gets (nothing)."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from cycle.models import Obiettivo
from notifications import centralino
from notifications.models import Notifica
from tests import mondo
from tests.notifications.test_prese import (
    ATTESA,
    Schermo,
    Server,
    _entra,
    ente_vivo,
    fai,
    notifica,
    prova,
)

pytestmark = pytest.mark.usefixtures("ente_vivo")
__all__ = ["ente_vivo"]

# Who sees the drafts of S1: the settore of S1, and who serves the whole ente with them.
VEDE_LE_BOZZE_DI_S1 = {
    "UNO PO": True,
    "UNO DIRIGENTE": True,
    "DUE PO": False,
    "DUE DIRIGENTE": False,
    "PRIMO NUCLEO": True,
    "ATTI SEGRETERIA": True,
    "GENERALE SEGRETARIO": True,
    "GESTIONE CONTROLLO": True,
    "SINDACA GIUNTA": True,
    "CONTI RAGIONERIA": False,
    "VERIFICA REVISORE": False,
}


def test_every_role_hears_its_own_and_nobody_else_s() -> None:
    """One scene: each role at a screen of alfa that shows a draft of S1, then an objective of beta
    by its id; something happens to both, and each is told something in each ente."""
    bozza, di_beta = mondo.in_stato("bozza"), mondo.in_stato("approvato", "beta")
    approvato = mondo.in_stato("approvato")

    async def guarda(schermo: Schermo, o: Obiettivo) -> None:
        detto = {"guarda": str(o.pid), "revisione": o.revisione}
        await schermo.filo.send(json.dumps(detto))

    async def tocca(schermi: dict[str, Schermo], o: Obiettivo, verbo: str, chi: str,
                    fine: str) -> dict[str, bool]:  # fmt: skip
        """Who was told that it changed, once each has heard what comes after."""
        for s in schermi.values():
            await guarda(s, o)
        await asyncio.sleep(1)  # a word of the page has no answer to wait for
        await fai(mondo.muovi, o, verbo, chi)
        await asyncio.sleep(1)
        for nome in schermi:
            await fai(notifica, nome, f"{fine} {nome}", f"cosa:{fine}")
        detti = {}
        for nome, s in schermi.items():
            toccati: list[str] = []
            async with asyncio.timeout(ATTESA):
                while f"{fine} {nome}" not in [r["testo"] for r in s.righe]:
                    detto = json.loads(await s.filo.recv())
                    s.righe += detto.get("righe", [])
                    if detto["tipo"] == "toccato":
                        toccati.append(detto["oggetto"])
            assert set(toccati) <= {str(o.pid)}
            detti[nome] = bool(toccati)
        return detti

    async def scena(server: Server) -> None:
        async with AsyncExitStack() as pila:
            schermi = {
                nome: await pila.enter_async_context(server.presa(nome))
                for nome in VEDE_LE_BOZZE_DI_S1
            }
            for s in schermi.values():
                await s.pronto()
            for nome in schermi:
                await fai(notifica, nome, f"in beta, {nome}", "cosa:beta", ipa="beta")
            assert await tocca(schermi, bozza, "proponi", "UNO DIRIGENTE", "bozza") == (
                VEDE_LE_BOZZE_DI_S1
            )
            niente = dict.fromkeys(schermi, False)
            assert await tocca(schermi, di_beta, "avvia", "UNO PO", "beta") == niente
            tutti = dict.fromkeys(schermi, True)
            assert await tocca(schermi, approvato, "avvia", "UNO PO", "piano") == tutti
            for nome, s in schermi.items():
                sue = {t for _pk, t in await fai(_testi, nome)}
                assert {r["testo"] for r in s.righe} <= sue

    prova(scena)


def _testi(nome: str) -> list[tuple[int, str]]:
    """What a person was told in alfa."""
    chi = mondo.persona(nome)
    return list(Notifica.objects.filter(persona_id=chi.pk).values_list("pk", "testo"))


class TestChiCiProva:
    @pytest.mark.parametrize(
        "cookie",
        [
            "sessionid=inventata",
            "sessionid=" + "a" * 4000,
            "sessionid=../../etc; csrftoken=x",
            "sessionid=%00",
        ],
    )
    def test_a_session_that_is_nobody_s(self, cookie: str) -> None:
        async def scena(server: Server) -> None:
            async with connect(
                f"ws://127.0.0.1:{server.porta}/ws/alfa/notizie/",
                additional_headers={"Cookie": cookie},
                origin=f"http://127.0.0.1:{server.porta}",  # type: ignore[arg-type]
            ) as filo:
                assert await Schermo(filo).chiusa() == centralino.FUORI

        prova(scena)

    @pytest.mark.parametrize("origine", [None, "null", "http://127.0.0.1.altrove.example"])
    def test_an_origin_that_is_not_ours(self, origine: str | None) -> None:
        async def scena(server: Server) -> None:
            cookie = await fai(_entra, mondo.utente, "UNO PO")
            with pytest.raises(InvalidStatus, match="403"):
                await connect(
                    f"ws://127.0.0.1:{server.porta}/ws/alfa/notizie/",
                    additional_headers={"Cookie": cookie},
                    origin=origine,  # type: ignore[arg-type]
                )

        prova(scena)

    @pytest.mark.parametrize("ipa", ["ALFA", "alfa%00", "alfa%27--", "beta", "x" * 300])
    def test_an_ente_that_is_not_one_s_own(self, ipa: str) -> None:
        async def scena(server: Server) -> None:
            async with server.presa("UNO PO", ipa) as schermo:
                assert await schermo.chiusa() == centralino.FUORI
                assert schermo.righe == []

        prova(scena)

    @pytest.mark.parametrize("da", ["0", "-1", "9" * 18, "9" * 40, "1 OR 1=1", "%00"])
    def test_a_place_made_up_gives_one_s_own_news_or_none(self, da: str) -> None:
        async def scena(server: Server) -> None:
            await fai(notifica, "UNO PO", "mia")
            await fai(notifica, "DUE PO", "di un altro")
            await fai(notifica, "UNO PO", "in beta", ipa="beta")
            cookie = await fai(_entra, mondo.utente, "UNO PO")
            async with connect(
                f"ws://127.0.0.1:{server.porta}/ws/alfa/notizie/?da={da.replace(' ', '%20')}",
                additional_headers={"Cookie": cookie},
                origin=f"http://127.0.0.1:{server.porta}",  # type: ignore[arg-type]
            ) as filo:
                schermo = await Schermo(filo).pronto()
                assert {r["testo"] for r in schermo.righe} <= {"mia"}

        prova(scena)

    @pytest.mark.parametrize("detto", [b"\x00\x01", "x" * 5000, b"x" * 5000])
    def test_bytes_and_floods_close_it(self, detto: Any) -> None:
        async def scena(server: Server) -> None:
            async with server.presa("UNO PO") as schermo:
                await schermo.pronto()
                await schermo.filo.send(detto)
                assert await schermo.chiusa() in (centralino.TROPPO, 1009)  # too big to be read

        prova(scena)

    def test_an_objective_one_may_not_see_is_as_one_that_is_not_there(self) -> None:
        """Of a draft of another settore, one of another ente, and none: the same silence."""
        pid = [str(mondo.in_stato("bozza").pid), str(mondo.in_stato("bozza", "beta").pid)]
        pid.append("00000000-0000-0000-0000-000000000000")

        async def scena(server: Server) -> None:
            async with server.presa("DUE PO") as schermo:
                await schermo.pronto()
                for uno in pid:  # a wrong revisione would be answered, were it theirs to see
                    await schermo.filo.send(json.dumps({"guarda": uno, "revisione": -1}))
                await fai(notifica, "DUE PO", "poi")
                await schermo.novita()
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(schermo.messaggio("toccato"), 1)

        prova(scena)
