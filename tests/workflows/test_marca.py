# SPDX-License-Identifier: AGPL-3.0-or-later
"""Time stamps of the anchors (RFC 3161, R85), asked of a service that runs here and signs nothing:
what is tried is what we say and what we believe. Signatures are judged by who keeps the receipt."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core.management import CommandError, call_command

from workflows.models import Ancora, Marca
from workflows.registro import marca
from workflows.registro.marca import MarcaRifiutata, der

QUANDO = datetime(2026, 3, 2, 9, 30, 15, tzinfo=UTC)
OID_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
OID_TST_INFO = bytes.fromhex("2a864886f70d0109100104")
SEQUENZA = 0x30


def parti(richiesta: bytes) -> tuple[bytes, bytes]:
    """The MessageImprint and the nonce of a request, as they stand in it."""
    [(_, corpo)] = list(marca._elementi(richiesta))
    _versione, impronta, nonce, _certificato = list(marca._elementi(corpo))
    return der(*impronta), der(*nonce)


def risposta(impronta: bytes, nonce: bytes, stato: bytes = b"\x00") -> bytes:
    """A TimeStampResp with an unsigned token."""
    info = der(
        SEQUENZA,
        der(0x02, b"\x01")
        + der(0x06, bytes.fromhex("2a0304"))
        + impronta
        + der(0x02, b"\x2a")
        + der(0x18, f"{QUANDO:%Y%m%d%H%M%S}.5Z".encode())
        + nonce,
    )
    contenuto = der(SEQUENZA, der(0x06, OID_TST_INFO) + der(0xA0, der(0x04, info)))
    firmati = der(SEQUENZA, der(0x02, b"\x03") + der(0x31, b"") + contenuto + der(0x31, b""))
    token = der(SEQUENZA, der(0x06, OID_SIGNED_DATA) + der(0xA0, firmati))
    return der(SEQUENZA, der(SEQUENZA, der(0x02, stato)) + token)


Risponde = Callable[[bytes], bytes]


@pytest.fixture
def servizio() -> Iterator[Callable[[Risponde], str]]:
    """Start a service that answers as told; its address."""
    aperti: list[HTTPServer] = []

    def avvia(risponde: Risponde) -> str:
        class Gestore(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                assert self.headers["Content-Type"] == "application/timestamp-query"
                corpo = risponde(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(corpo)

            def log_message(self, *args: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Gestore)
        aperti.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/"

    yield avvia
    for server in aperti:
        server.shutdown()
        server.server_close()


def test_the_request_is_the_der_of_rfc_3161() -> None:
    """Word for word, as another encoder of the same request writes it."""
    assert marca.richiesta(sha256(b"").digest(), 0x80).hex() == (
        "303d020101"
        "3031300d060960864801650304020105000420"
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        "02020080"
        "0101ff"
    )


@pytest.mark.parametrize("lungo", [0, 127, 128, 255, 256, 70000])
def test_lengths_of_der(lungo: int) -> None:
    assert list(marca._elementi(der(0x04, b"x" * lungo))) == [(0x04, b"x" * lungo)]


def test_r85_an_anchor_is_stamped_once(db: None, servizio: Callable[[Risponde], str]) -> None:
    chieste: list[bytes] = []

    def risponde(richiesta: bytes) -> bytes:
        chieste.append(richiesta)
        return risposta(*parti(richiesta))

    dove = servizio(risponde)
    for _ in range(2):
        detto = io.StringIO()
        call_command("ancora_registro", "--ente", "alfa", "--marca", dove, stdout=detto)
        assert "marcata il 02/03/2026 09:30:15 UTC" in detto.getvalue()
    [richiesta] = chieste
    [fatta] = Marca.objects.all()
    ancora = Ancora.objects.get(pk=fatta.ancora_id)
    assert parti(richiesta)[0].endswith(bytes(ancora.impronta))
    assert marca.istante(bytes(fatta.ricevuta)) == QUANDO


@pytest.mark.parametrize(
    ("risponde", "perche"),
    [
        (lambda r: risposta(*parti(r), stato=b"\x02"), "rifiutato"),
        (lambda r: risposta(parti(r)[0], der(0x02, b"\x01")), "un'altra impronta"),
        (lambda r: risposta(marca._impronta(bytes(32)), parti(r)[1]), "un'altra impronta"),
        (lambda r: b"<html>", "non si legge"),
        (lambda r: risposta(*parti(r))[:-9], "non si legge"),
        (lambda r: b"", "non si legge"),
    ],
)
def test_r85_what_is_not_ours_is_not_believed(
    db: None, servizio: Callable[[Risponde], str], risponde: Risponde, perche: str
) -> None:
    """The anchor stands, and the command says that it has no stamp."""
    with pytest.raises(CommandError, match=perche):
        call_command(
            "ancora_registro", "--ente", "alfa", "--marca", servizio(risponde), stdout=io.StringIO()
        )
    assert Ancora.objects.count() == 1
    assert not Marca.objects.exists()


def test_r85_nobody_there(db: None) -> None:
    for indirizzo, perche in (
        ("http://127.0.0.1:9/", "non risponde"),
        ("file:///etc/hostname", "http o https"),
    ):
        with pytest.raises(MarcaRifiutata, match=perche):
            marca.chiedi(indirizzo, bytes(32))
