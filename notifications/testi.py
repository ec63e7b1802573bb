# SPDX-License-Identifier: AGPL-3.0-or-later
"""Words that others wrote, where they stand on one line: in a row of the screen, in the subject of
a letter."""

from __future__ import annotations

import re

# What ends a line or does not show, and what turns the reading around: with it, words seem others.
_INVISIBILI = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_VERSO = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


def una_riga(testo: str) -> str:
    """The text on one line, as it is read."""
    return " ".join(_VERSO.sub("", _INVISIBILI.sub(" ", testo)).split())
