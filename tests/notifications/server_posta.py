# SPDX-License-Identifier: AGPL-3.0-or-later
"""A mail server on loopback, as small as the protocol allows, that can be told to refuse, to be
slow, and to die after taking a letter without saying so."""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class Umore:
    """How the server behaves."""

    rcpt: dict[str, str] = field(default_factory=dict)  # address -> what it answers
    tutti: str = "250 ok"  # to the other addresses
    secondi: float = 0.0  # before it answers to a letter
    muore: bool = False  # it takes the letter and hangs up


class Servente(socketserver.StreamRequestHandler):
    """One connection."""

    server: Server

    def handle(self) -> None:
        self._di("220 prova")
        while riga := self.rfile.readline():
            comando = riga.decode().strip()
            verbo = comando.upper()
            if verbo.startswith(("EHLO", "HELO", "MAIL", "RSET", "NOOP")):
                self._di("250 ok")
            elif verbo.startswith("RCPT"):
                indirizzo = comando.split("<")[1].split(">")[0]
                umore = self.server.umore
                self._di(umore.rcpt.get(indirizzo, umore.tutti))
                self.server.chiesti.append(indirizzo)
            elif verbo == "DATA":
                self._di("354 avanti")
                if not self._lettera():
                    return
            elif verbo == "QUIT":
                self._di("221 ciao")
                return
            else:
                self._di("502 no")

    def _lettera(self) -> bool:
        righe = []
        while (riga := self.rfile.readline()) not in (b".\r\n", b""):
            righe.append(riga[1:] if riga.startswith(b"..") else riga)
        if self.server.umore.secondi:
            time.sleep(self.server.umore.secondi)
        ricevuta = message_from_bytes(b"".join(righe), policy=policy.default)
        assert isinstance(ricevuta, EmailMessage)
        self.server.ricevute.append(ricevuta)
        if self.server.umore.muore:
            return False
        self._di("250 presa")
        return True

    def _di(self, detto: str) -> None:
        self.wfile.write(detto.encode() + b"\r\n")


class Server(socketserver.ThreadingTCPServer):
    """What it took, by order, and whom it was asked for."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, porta: int = 0) -> None:
        super().__init__(("127.0.0.1", porta), Servente)
        self.umore = Umore()
        self.ricevute: list[EmailMessage] = []
        self.chiesti: list[str] = []

    @property
    def porta(self) -> int:
        return int(self.server_address[1])


@contextmanager
def acceso(porta: int = 0) -> Iterator[Server]:
    """A server that answers until the block ends."""
    server = Server(porta)
    filo = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    filo.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        filo.join()
