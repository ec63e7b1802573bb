# SPDX-License-Identifier: AGPL-3.0-or-later
"""Words of a URL."""

from __future__ import annotations

from django.urls import register_converter

from cycle.models.ente import CODICE_IPA


class CodiceIpa:
    """A codice IPA."""

    regex = CODICE_IPA

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(CodiceIpa, "ipa")
