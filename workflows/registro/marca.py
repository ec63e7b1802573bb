# SPDX-License-Identifier: AGPL-3.0-or-later
"""A time stamp (RFC 3161) of a SHA-256: the request as DER, and what the answer says.

The answer is checked to be about our digest and our nonce. Its signature is not: it stands on the
certificates of who stamps, and `openssl ts -verify` judges it, from the request and the receipt.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

ATTESA = 20  # seconds
MASSIMO = 100_000  # bytes of a receipt

_SHA256 = bytes.fromhex("608648016503040201")  # 2.16.840.1.101.3.4.2.1
_TST_INFO = bytes.fromhex("2a864886f70d0109100104")  # 1.2.840.113549.1.9.16.1.4
_INTERO, _STRINGA, _OID, _SEQUENZA, _QUANDO = 0x02, 0x04, 0x06, 0x30, 0x18
_COSTRUITI = 0x20


class MarcaRifiutata(Exception):
    """No time stamp: the message, in Italian, says why and what to do."""


def der(tipo: int, contenuto: bytes) -> bytes:
    """One DER element."""
    lungo = len(contenuto)
    if lungo < 0x80:
        return bytes([tipo, lungo]) + contenuto
    misura = lungo.to_bytes((lungo.bit_length() + 7) // 8, "big")
    return bytes([tipo, 0x80 | len(misura)]) + misura + contenuto


def _intero(n: int) -> bytes:
    return der(_INTERO, n.to_bytes(n.bit_length() // 8 + 1, "big"))


def _impronta(sha256: bytes) -> bytes:
    """MessageImprint: which digest, and the digest."""
    return der(
        _SEQUENZA, der(_SEQUENZA, der(_OID, _SHA256) + der(0x05, b"")) + der(_STRINGA, sha256)
    )


def richiesta(sha256: bytes, nonce: int) -> bytes:
    """A TimeStampReq (RFC 3161, 2.4.1) that wants the certificate in the answer."""
    return der(_SEQUENZA, _intero(1) + _impronta(sha256) + _intero(nonce) + der(0x01, b"\xff"))


def _elementi(dati: bytes) -> Iterator[tuple[int, bytes]]:
    """The elements of a DER string. Raises ValueError where it is not one."""
    i = 0
    while i < len(dati):
        tipo, lungo, j = dati[i], dati[i + 1], i + 2
        if lungo & 0x80:
            j += lungo & 0x7F
            lungo = int.from_bytes(dati[i + 2 : j], "big")
        if j + lungo > len(dati):
            raise ValueError("DER tronco")
        yield tipo, dati[j : j + lungo]
        i = j + lungo


def _tst_info(dati: bytes) -> bytes | None:
    """The TSTInfo inside a token: what follows its OID, wherever that stands."""
    trovato = False
    for tipo, contenuto in _elementi(dati):
        if trovato:
            [(_tipo, stringa)] = list(_elementi(contenuto))
            return stringa
        trovato = tipo == _OID and contenuto == _TST_INFO
        if tipo & _COSTRUITI and not trovato:
            dentro = _tst_info(contenuto)
            if dentro is not None:
                return dentro
    return None


def _campi(risposta: bytes) -> list[tuple[int, bytes]]:
    """The fields of the TSTInfo of a TimeStampResp; none if it was not granted."""
    try:
        [(_tipo, corpo)] = list(_elementi(risposta))
        (_stato, stato), *token = list(_elementi(corpo))
        concesso = next(_elementi(stato))[1] in (b"\x00", b"\x01")
        info = _tst_info(der(*token[0])) if concesso and token else None
        return list(_elementi(next(_elementi(info))[1])) if info else []
    except (ValueError, IndexError, StopIteration):
        raise MarcaRifiutata(
            "La risposta del servizio di marcatura non si legge: controllare l'indirizzo."
        ) from None


def leggi(risposta: bytes, sha256: bytes, nonce: int) -> None:
    """Check that a TimeStampResp is about our digest and our request. Raises MarcaRifiutata."""
    campi = _campi(risposta)
    if not campi:
        raise MarcaRifiutata("Il servizio di marcatura ha rifiutato la richiesta: riprovare.")
    if der(*campi[2]) != _impronta(sha256) or _intero(nonce) not in [der(*c) for c in campi]:
        raise MarcaRifiutata(
            "La marca ricevuta è di un'altra impronta: non è una risposta alla nostra richiesta."
        )


def istante(risposta: bytes) -> datetime:
    """When the service says that it stamped. Raises MarcaRifiutata."""
    for tipo, contenuto in _campi(risposta):
        if tipo == _QUANDO:
            quando = contenuto.decode("ascii")[:14]
            return datetime.strptime(quando, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    raise MarcaRifiutata("La marca non dice quando è stata apposta.")


def chiedi(indirizzo: str, sha256: bytes) -> bytes:
    """The receipt of the service at `indirizzo` (http or https) for a digest. Raises
    MarcaRifiutata."""
    if urlsplit(indirizzo).scheme not in ("http", "https"):
        raise MarcaRifiutata("Il servizio di marcatura si indica con un indirizzo http o https.")
    nonce = secrets.randbits(63)
    domanda = Request(  # noqa: S310 - http or https, as asked above
        indirizzo,
        data=richiesta(sha256, nonce),
        headers={"Content-Type": "application/timestamp-query"},
    )
    try:
        with urlopen(domanda, timeout=ATTESA) as risposta:  # noqa: S310
            corpo = risposta.read(MASSIMO)
    except (OSError, ValueError) as errore:
        raise MarcaRifiutata(
            f"Il servizio di marcatura non risponde ({errore}): riprovare più tardi."
        ) from None
    leggi(corpo, sha256, nonce)
    return bytes(corpo)
