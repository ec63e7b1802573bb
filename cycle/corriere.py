# SPDX-License-Identifier: AGPL-3.0-or-later
"""How letters leave: from the environment to Django's e-mail settings.

`EMAIL_URL` is `smtp://user:password@host:port` (STARTTLS: `smtp+tls://`; TLS from the first byte:
`smtps://`), or `console://`. Without it letters are files in the folder `posta` of the data: so
does a workstation, and so does the demo.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

SECONDI = 15  # a mail server that does not answer is not waited for longer
_PORTE = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
_BACKEND = "django.core.mail.backends"


def impostazioni(ambiente: Mapping[str, str], dati: Path) -> dict[str, Any]:
    """The settings EMAIL_* of Django. Raises ValueError, in Italian, for an EMAIL_URL that is
    none."""
    comuni: dict[str, Any] = {
        "EMAIL_TIMEOUT": SECONDI,
        "DEFAULT_FROM_EMAIL": ambiente.get("EMAIL_FROM") or "ciclo@localhost",
    }
    url = ambiente.get("EMAIL_URL", "")
    if not url or ambiente.get("CYCLE_DEMO") == "1":
        return comuni | {
            "EMAIL_BACKEND": f"{_BACKEND}.filebased.EmailBackend",
            "EMAIL_FILE_PATH": dati / "posta",
        }
    parti = urlsplit(url)
    if parti.scheme == "console":
        return comuni | {"EMAIL_BACKEND": f"{_BACKEND}.console.EmailBackend"}
    try:
        porta = parti.port or _PORTE[parti.scheme]
    except (KeyError, ValueError):
        raise ValueError(
            "EMAIL_URL non si capisce: scriverlo come smtp+tls://utente:password@server:587, "
            "smtps://..., smtp://... oppure console://."
        ) from None
    if not parti.hostname:
        raise ValueError("EMAIL_URL non dice il server: smtp+tls://utente:password@server:587.")
    return comuni | {
        "EMAIL_BACKEND": f"{_BACKEND}.smtp.EmailBackend",
        "EMAIL_HOST": parti.hostname,
        "EMAIL_PORT": porta,
        "EMAIL_HOST_USER": unquote(parti.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parti.password or ""),
        "EMAIL_USE_TLS": parti.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parti.scheme == "smtps",
    }


def indirizzo_di_base(ambiente: Mapping[str, str], hosts: list[str]) -> str:
    """The address before every link of a letter, without the last slash: `CYCLE_URL`, or that of
    the first host served, or of a workstation."""
    if url := ambiente.get("CYCLE_URL", "").rstrip("/"):
        return url
    pubblici = [host for host in hosts if "*" not in host]
    if pubblici and ambiente.get("CYCLE_DEMO") != "1":
        return f"https://{pubblici[0].lstrip('.')}"
    return f"http://localhost:{ambiente.get('PORT') or 8000}"
