# SPDX-License-Identifier: AGPL-3.0-or-later
"""Words of a URL."""

from __future__ import annotations

from django.urls import register_converter


class CodiceIpa:
    """A codice IPA, as the database allows it."""

    regex = "[a-z0-9][a-z0-9_-]{0,39}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(CodiceIpa, "ipa")
