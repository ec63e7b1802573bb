# SPDX-License-Identifier: AGPL-3.0-or-later
"""Letters that come back: a mail server took one and could not deliver it, and says so later with
a letter of its own (RFC 3464). Who sends it is anybody: only what names a letter of ours by its
signed Message-ID counts, and only for the address it went to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes, policy
from email.message import Message

from django.db import transaction
from django.utils.crypto import constant_time_compare

from cycle.models import Lettera
from cycle.services import posta

LUNGO = 1_000_000  # bytes of the longest that is read
_NOSTRA = re.compile(r"<lettera-(\d{1,18})-([0-9a-f]{16})@")
_RAPPORTI = ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers")


def registra(rimbalzo: bytes, istante: datetime) -> bool:
    """Record that an address is none, if this is the report that a letter of ours could not be
    delivered there for good. Asked again it changes nothing."""
    messaggio = message_from_bytes(rimbalzo[:LUNGO], policy=policy.compat32)
    if messaggio.get_content_type() != "multipart/report":
        return False
    indirizzi = set(_non_consegnata(messaggio))
    numero = _lettera(messaggio)
    if not indirizzi or numero is None:
        return False
    with transaction.atomic():
        lettera = Lettera.objects.select_for_update().filter(pk=numero).first()
        return lettera is not None and posta.torna_indietro(lettera, indirizzi, istante)


def _non_consegnata(messaggio: Message) -> Iterator[str]:
    """The addresses for which it failed and will not be tried again."""
    for parte in messaggio.walk():
        if parte.get_content_type() != "message/delivery-status":
            continue
        blocchi = parte.get_payload()
        for blocco in blocchi if isinstance(blocchi, list) else ():
            if not isinstance(blocco, Message):
                continue
            fallita = str(blocco.get("Action", "")).strip().lower() == "failed"
            if fallita and str(blocco.get("Status", "")).strip().startswith("5."):
                for nome in ("Original-Recipient", "Final-Recipient"):
                    yield str(blocco.get(nome, "")).partition(";")[2].strip().lower()


def _lettera(messaggio: Message) -> int | None:
    """The number of the letter that comes back with the report, if it is ours."""
    for parte in messaggio.walk():
        if parte.get_content_type() not in _RAPPORTI:
            continue
        dentro = parte.get_payload()
        testo = "".join(str(m) for m in dentro) if isinstance(dentro, list) else str(dentro)
        for numero, firma in _NOSTRA.findall(testo):
            if constant_time_compare(posta.firma(int(numero)), firma):
                return int(numero)
    return None
