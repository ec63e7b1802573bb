#!/usr/bin/env python
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Django's commands on this product; no environment variable is needed."""

import io
import os
import sys


def main() -> None:
    """Run the command; troubles whose text says what to do are shown without a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cycle.settings")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that knows no accents gets "?"
            stream.reconfigure(errors="replace")
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line

        from cycle.database.embedded import EmbeddedServerError
    except ModuleNotFoundError as error:
        sys.exit(
            f"Manca {error.name}: esegui «make install», poi usa «.venv/bin/python manage.py»."
        )
    try:
        execute_from_command_line(sys.argv)
    except (EmbeddedServerError, ImproperlyConfigured) as error:
        if "--traceback" in sys.argv:
            raise
        sys.exit(f"Errore: {error}")


if __name__ == "__main__":
    main()
