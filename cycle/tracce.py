# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is written in the server's log, and what is not."""

from __future__ import annotations

import logging
import re

# What stands in the addresses that need no login, and opens them.
_GETTONE = re.compile(r"(/calendario/|/(?:inviti|password)/[^/\s]+/)[^/\s.]+")


class SenzaGettoni(logging.Filter):
    """Takes the tokens out of what is logged: Django writes the address of every refusal."""

    def filter(self, record: logging.LogRecord) -> bool:
        testo = record.getMessage()
        pulito = _GETTONE.sub(r"\1***", testo)
        if pulito != testo:
            record.msg, record.args = pulito, ()
        return True
