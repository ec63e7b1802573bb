# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ASGI application: pages, and the sockets of the news."""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cycle.settings")
os.environ.setdefault("CYCLE_SERVER", "1")  # a served process keeps a pool of connections

from django.core.asgi import get_asgi_application

_pagine = get_asgi_application()

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings
from django.urls import path

from cycle.lavori import operaio
from cycle.portineria import Portineria
from notifications.consumers import Notizie

_protocolli = ProtocolTypeRouter(
    {
        "http": _pagine,
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(
                URLRouter([path("ws/<str:ipa>/notizie/", Notizie.as_asgi(portineria=Portineria()))])
            )
        ),
    }
)


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Pages and sockets; and, for as long as the server lives, the worker of the jobs where the
    installation wants it in this same process (`CYCLE_OPERAIO=1`)."""
    if scope["type"] != "lifespan":
        await _protocolli(scope, receive, send)
        return
    await receive()
    if settings.OPERAIO:
        async with operaio():
            await send({"type": "lifespan.startup.complete"})
            await receive()
    else:
        await send({"type": "lifespan.startup.complete"})
        await receive()
    await send({"type": "lifespan.shutdown.complete"})
