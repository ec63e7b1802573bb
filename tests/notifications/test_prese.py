# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sockets, real ones: who comes in, what reaches each screen, and what a lost connection,
message or worker costs (nothing)."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import pytest
import uvicorn
from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connections, transaction
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from cycle import lavori, orologio
from cycle.asgi import application
from cycle.models import Incarico, Persona, Utente
from cycle.services.incarichi import cessa
from notifications import centralino, consumers
from notifications.lettura import cursore_di_adesso
from notifications.models import Notifica
from notifications.posta import NuovaNotifica, scrivi
from tests import mondo
from tests.asincrono import corri

ATTESA = 20  # seconds after which a message will not come any more
T = TypeVar("T")


@pytest.fixture
def ente_vivo(db_vera: None, settings: Any, tmp_path: Any) -> None:
    """The world on its day, in a database where transactions commit, with the worker inside."""
    settings.DEMO = settings.OPERAIO = True
    settings.CYCLE_DATA = tmp_path
    with connections["owner"].cursor() as cursore:  # nobody heard how the world was made
        cursore.execute("DELETE FROM procrastinate_jobs")
        cursore.execute("DELETE FROM notifications_notifica")
    orologio.sposta(mondo.ADESSO)


def prova(scena: Callable[[Server], Coroutine[Any, Any, None]]) -> None:
    """Play a scene with a server of its own, in one loop."""

    async def tutto() -> None:
        async with _servito() as server:
            await scena(server)

    corri(tutto())


class Server:
    """The server, and who connects to it."""

    def __init__(self, porta: int) -> None:
        self.porta = porta

    @asynccontextmanager
    async def presa(
        self, nome: str | None, ipa: str = "alfa", da: int | None = None, origine: str = ""
    ) -> AsyncIterator[Schermo]:
        """A screen at which `nome` is logged in; they are somebody in `alfa`."""
        intestazioni = {}
        if nome is not None:
            intestazioni["Cookie"] = await fai(_entra, mondo.utente, nome)
        coda = "" if da is None else f"?da={da}"
        async with connect(
            f"ws://127.0.0.1:{self.porta}/ws/{ipa}/notizie/{coda}",
            additional_headers=intestazioni,
            origin=origine or f"http://127.0.0.1:{self.porta}",  # type: ignore[arg-type]
        ) as filo:
            yield Schermo(filo)


class Schermo:
    """What a screen hears."""

    def __init__(self, filo: ClientConnection) -> None:
        self.filo = filo
        self.cursore = 0
        self.righe: list[dict[str, Any]] = []

    async def messaggio(self, tipo: str) -> dict[str, Any]:
        """The next message of a kind; the others are kept for what they say."""
        while True:
            detto = json.loads(await asyncio.wait_for(self.filo.recv(), ATTESA))
            if detto["tipo"] == "cursore":
                self.cursore = detto["cursore"]
            self.righe += detto.get("righe", [])
            if detto["tipo"] == tipo:
                return dict(detto)

    async def pronto(self) -> Schermo:
        """Come in, and heard all that was missed."""
        await self.messaggio("cursore")
        return self

    async def novita(self) -> list[dict[str, Any]]:
        """The rows of the next message that has some."""
        while not (righe := (await self.messaggio("notizie"))["righe"]):
            pass
        return list(righe)

    async def chiusa(self) -> int:
        """The code with which the server closes."""
        try:
            while True:
                await asyncio.wait_for(self.filo.recv(), ATTESA)
        except ConnectionClosed:
            return self.filo.close_code or 0


@asynccontextmanager
async def _servito() -> AsyncIterator[Server]:
    server = uvicorn.Server(
        uvicorn.Config(
            application, host="127.0.0.1", port=0, lifespan="on", ws="websockets-sansio",
            ws_max_size=4096, log_level="error",
        )
    )  # fmt: skip
    server.install_signal_handlers = lambda: None  # type: ignore[method-assign]
    compito = asyncio.ensure_future(server.serve())
    while not server.started:
        assert not compito.done()
        await asyncio.sleep(0.02)
    try:
        yield Server(server.servers[0].sockets[0].getsockname()[1])
    finally:
        server.should_exit = True
        await compito
        await fai(connections.close_all)


async def fai(cosa: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Something with the database, beside the loop."""
    return await database_sync_to_async(cosa)(*args, **kwargs)  # type: ignore[no-any-return]


def _entra(chi: Callable[[str], Utente], nome: str) -> str:
    client = Client()
    client.force_login(chi(nome), backend="django.contrib.auth.backends.ModelBackend")
    nome_cookie = settings.SESSION_COOKIE_NAME
    return f"{nome_cookie}={client.cookies[nome_cookie].value}"


def notifica(nome: str, testo: str, materia: str = "obiettivo:1", ipa: str = "alfa") -> None:
    """A row for a person of an ente, committed."""
    persona = mondo.persona(nome, ipa)
    assert persona.utente_id is not None
    with transaction.atomic():
        scrivi(
            [NuovaNotifica(persona.utente_id, persona.pk, materia, "responsabile", testo, "/")],
            materie=[],
            ente_id=persona.ente_id,
            evento_id=None,
        )


def frasi(righe: list[dict[str, Any]]) -> list[str]:
    return [r["testo"] for r in righe]


@pytest.mark.usefixtures("ente_vivo")
class TestChiEntra:
    @pytest.mark.parametrize(
        ("nome", "ipa"),
        [(None, "alfa"), ("UNO PO", "beta"), ("UNO PO", "nessuno"), ("SENZA INCARICO", "alfa")],
    )
    def test_who_is_nobody_there_hears_nothing(self, nome: str | None, ipa: str) -> None:
        async def scena(server: Server) -> None:
            async with server.presa(nome, ipa) as schermo:
                assert await schermo.chiusa() == centralino.FUORI
                assert schermo.righe == []

        prova(scena)

    def test_another_site_s_page_is_not_let_in(self) -> None:
        async def scena(server: Server) -> None:
            with pytest.raises(InvalidStatus, match="403"):
                async with server.presa("UNO PO", origine="https://altrove.example"):
                    pass

        prova(scena)

    def test_one_s_news_and_nobody_else_s(self) -> None:
        async def scena(server: Server) -> None:
            async with server.presa("UNO PO") as uno, server.presa("DUE PO") as due:
                await uno.pronto()
                await due.pronto()
                await fai(notifica, "UNO PO", "per l'uno")
                await fai(notifica, "DUE PO", "per il due")
                assert frasi(await due.novita()) == ["per il due"]
                assert frasi(await uno.novita()) == ["per l'uno"]

        prova(scena)

    def test_the_news_of_another_ente_stay_there(self) -> None:
        """The first of the Nucleo serves both: each page hears its own ente."""

        async def scena(server: Server) -> None:
            async with server.presa("PRIMO NUCLEO") as alfa:
                await alfa.pronto()
                await fai(notifica, "PRIMO NUCLEO", "di beta", ipa="beta")
                await fai(notifica, "PRIMO NUCLEO", "di alfa")
                assert frasi(await alfa.novita()) == ["di alfa"]

        prova(scena)

    @pytest.mark.parametrize("perde", ["login", "password", "incarico", "sospesa"])
    def test_who_loses_login_or_incarico_is_shown_out(
        self, perde: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(centralino, "RONDA", 0.1)

        def togli() -> None:
            po = mondo.utente("UNO PO")
            if perde == "login":
                Session.objects.all().delete()
            elif perde == "password":
                po.set_password("un'altra-password-lunga")
                po.save()
            elif perde == "incarico":
                adesso = orologio.adesso()
                cessa(
                    incarico=Incarico.objects.get(persona__utente=po),
                    quando=adesso,
                    atto="decreto n. 9",
                    by=mondo.attore("GESTIONE CONTROLLO", istante=adesso),
                    istante=adesso,
                )
            else:
                Persona.objects.filter(utente=po).update(sospesa_il=mondo.ADESSO)

        async def scena(server: Server) -> None:
            async with server.presa("UNO PO") as schermo:
                await schermo.pronto()
                await fai(togli)
                assert await schermo.chiusa() == centralino.RICOLLEGATI
            async with server.presa("UNO PO") as di_nuovo:
                if perde in ("incarico", "sospesa"):
                    assert await di_nuovo.chiusa() == centralino.FUORI
                else:  # a new login
                    await di_nuovo.pronto()

        prova(scena)

    @pytest.mark.parametrize(
        "detto",
        [
            "non JSON",
            "[]",
            '{"guarda": 3, "revisione": 1}',
            '{"altro": "x"}',
            '{"guarda": "x", "revisione": "1"}',
            "[" * 190,
            '{"guarda": "' + "x" * 300,
        ],
    )
    def test_a_page_that_says_anything_else_is_closed(self, detto: str) -> None:
        async def scena(server: Server) -> None:
            async with server.presa("UNO PO") as schermo:
                await schermo.pronto()
                await schermo.filo.send(detto)
                assert await schermo.chiusa() == centralino.TROPPO

        prova(scena)

    def test_too_many_words_or_sockets_are_closed(self) -> None:
        async def scena(server: Server) -> None:
            async with server.presa("UNO PO") as schermo:
                await schermo.pronto()
                for _ in range(consumers.DETTI + 1):
                    await schermo.filo.send(json.dumps({"guarda": "no", "revisione": 1}))
                assert await schermo.chiusa() == centralino.TROPPO
            cookie = await fai(_entra, mondo.utente, "UNO PO")
            indirizzo = f"ws://127.0.0.1:{server.porta}/ws/alfa/notizie/"
            dentro = [
                await connect(
                    indirizzo,
                    additional_headers={"Cookie": cookie},
                    origin=f"http://127.0.0.1:{server.porta}",  # type: ignore[arg-type]
                )
                for _ in range(consumers.PRESE + 1)
            ]
            assert await Schermo(dentro[-1]).chiusa() == centralino.TROPPO
            for filo in dentro:
                await filo.close()

        prova(scena)


@pytest.mark.usefixtures("ente_vivo")
class TestNienteSiPerde:
    def test_a_transition_rings_and_the_open_scheda_says_so(self) -> None:
        """The dirigente's bell, when the po starts an objective."""
        approvato = mondo.in_stato("approvato")

        async def scena(server: Server) -> None:
            async with server.presa("UNO DIRIGENTE") as schermo, server.presa("DUE PO") as altro:
                await schermo.pronto()
                await altro.pronto()
                for s in (schermo, altro):
                    await s.filo.send(
                        json.dumps({"guarda": str(approvato.pid), "revisione": approvato.revisione})
                    )
                await asyncio.sleep(0.5)  # a word of the page has no answer to wait for
                await fai(mondo.muovi, approvato, "avvia", "UNO PO")
                (riga,) = await schermo.novita()
                assert approvato.codice in riga["testo"]
                assert (await schermo.messaggio("toccato"))["oggetto"] == str(approvato.pid)
                # approved, everybody sees it: that it changed, and nothing else
                assert (await altro.messaggio("toccato"))["oggetto"] == str(approvato.pid)
                assert altro.righe == []

        prova(scena)

    def test_who_may_not_see_an_objective_is_not_told_that_it_changed(self) -> None:
        bozza = mondo.in_stato("bozza")

        async def scena(server: Server) -> None:
            async with server.presa("DUE PO") as schermo:
                await schermo.pronto()
                await schermo.filo.send(
                    json.dumps({"guarda": str(bozza.pid), "revisione": bozza.revisione})
                )
                await asyncio.sleep(0.5)
                await fai(mondo.muovi, bozza, "proponi", "UNO DIRIGENTE")
                await fai(notifica, "DUE PO", "poi")
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(schermo.messaggio("toccato"), 2)
                assert frasi(schermo.righe) == ["poi"]

        prova(scena)

    def test_a_transaction_that_is_rolled_back_wakes_nobody(self) -> None:
        with transaction.atomic():
            notifica("UNO PO", "mai")
            transaction.set_rollback(True)
        assert not ProcrastinateJob.objects.filter(task_name="sveglia").exists()
        notifica("UNO PO", "sì")
        assert ProcrastinateJob.objects.filter(task_name="sveglia").count() == 1

    def test_after_a_lost_connection_the_rest_comes(self) -> None:
        async def scena(server: Server) -> None:
            async with server.presa("UNO PO") as schermo:
                da = (await schermo.pronto()).cursore
            await fai(notifica, "UNO PO", "mentre non c'era")
            async with server.presa("UNO PO", da=da) as schermo:
                assert frasi(await schermo.novita()) == ["mentre non c'era"]
                await schermo.pronto()
                await fai(notifica, "UNO PO", "adesso", "obiettivo:2")
                # the same row may be said again, with the same mark: the screen shows it once
                while "adesso" not in frasi(schermo.righe):
                    await schermo.novita()
                segni = {(r["id"], r["segno"]) for r in schermo.righe}
                assert len(segni) == 2

        prova(scena)

    def test_a_slow_transaction_is_not_missed(self) -> None:
        """It began before the screen's cursor was read, and commits after: a serial number would
        already be behind."""
        aperta, via = threading.Event(), threading.Event()

        def lenta() -> None:
            try:
                with transaction.atomic():
                    notifica("UNO PO", "lenta")
                    aperta.set()
                    via.wait(ATTESA)
            finally:
                connections.close_all()

        async def scena(server: Server) -> None:
            filo = threading.Thread(target=lenta)
            filo.start()
            await asyncio.to_thread(aperta.wait, ATTESA)
            await fai(notifica, "UNO PO", "svelta", "obiettivo:2")
            async with server.presa("UNO PO") as schermo:
                da = (await schermo.pronto()).cursore
            via.set()
            await asyncio.to_thread(filo.join)
            async with server.presa("UNO PO", da=da) as schermo:
                while "lenta" not in frasi(schermo.righe):
                    await schermo.novita()

        prova(scena)

    def test_what_is_read_elsewhere_is_read_here(self) -> None:
        """Two devices agree: the row comes again, read, and the bell counts one less."""
        notifica("UNO PO", "una")

        async def scena(server: Server) -> None:
            async with server.presa("UNO PO") as schermo:
                await schermo.pronto()
                await fai(Notifica.objects.filter(testo="una").update, letta_il=mondo.ADESSO)
                (riga,) = await schermo.novita()
                assert riga["letta"]

        prova(scena)

    def test_too_much_missed_is_to_be_loaded_again(self) -> None:
        async def scena(server: Server) -> None:
            da = await fai(cursore_di_adesso)
            for lontano in (10**17, None):
                if lontano is None:
                    for n in range(101):
                        await fai(notifica, "UNO PO", f"la {n}", f"obiettivo:{n}")
                async with server.presa("UNO PO", da=lontano or da) as schermo:
                    await schermo.messaggio("ricarica")

        prova(scena)

    @pytest.mark.parametrize("senza", ["operaio", "strato"])
    def test_with_worker_or_layer_down_the_round_finds_it(
        self, senza: str, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(centralino, "RONDA", 0.2)
        if senza == "operaio":
            settings.OPERAIO = False
        else:
            settings.CHANNEL_LAYERS = {
                "default": {
                    "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
                    "CONFIG": {"hosts": ["redis://127.0.0.1:1/0"]},  # nobody answers there
                }
            }

        async def scena(server: Server) -> None:
            async with server.presa("UNO PO") as schermo:
                await schermo.pronto()
                await schermo.pronto()  # the first round
                await fai(notifica, "UNO PO", "lo stesso")
                assert frasi(await schermo.novita()) == ["lo stesso"]

        prova(scena)

    def test_the_job_tells_the_layer_of_each_transaction_once(self, settings: Any) -> None:
        """Two actions, with their news, in one transaction are one job."""
        settings.OPERAIO = False
        approvato = mondo.in_stato("approvato")
        with transaction.atomic():
            mondo.muovi(approvato, "avvia", "UNO PO")
            mondo.muovi(mondo.in_stato("bozza"), "proponi", "UNO DIRIGENTE")
        jobs = list(ProcrastinateJob.objects.all())
        assert [j.task_name for j in jobs] == [lavori.sveglia.name]
        assert jobs[0].args["radici"] == [approvato.pk, mondo.in_stato("bozza").pk]
