# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the end of an incarico is written."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import template
from django.utils import timezone

register = template.Library()


@register.filter
def ultimo(fine: datetime) -> str:
    """The last day, of what ends before the instant `fine`; with the hour, where it does not end
    with the day."""
    locale = timezone.localtime(fine)
    if (locale.hour, locale.minute, locale.second, locale.microsecond) == (0, 0, 0, 0):
        return f"{locale - timedelta(microseconds=1):%d/%m/%Y}"
    return f"{locale:%d/%m/%Y %H:%M}"
