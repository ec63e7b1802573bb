# SPDX-License-Identifier: AGPL-3.0-or-later
"""A process that uses the database as any command would, told what to do line by line.

Each line of standard input is a JSON list, alias and SQL; each answer is a JSON object with
`rows`, or with `error` and its class. At the end of the input it ends.
"""

import json
import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.db import connections

from cycle.database.config import databases


def main() -> None:
    settings.configure(
        DATABASES=databases(os.environ, base_dir=Path.cwd(), pool="pool" in sys.argv),
        USE_TZ=True,
    )
    django.setup()
    for line in sys.stdin:
        alias, sql = json.loads(line)
        try:
            with connections[alias].cursor() as cursor:
                cursor.execute(sql)
                answer = {"rows": cursor.fetchall() if cursor.description else []}
        except Exception as error:
            answer = {"error": str(error), "class": type(error).__name__}
            connections.close_all()  # as at the end of a request
        print(json.dumps(answer, default=str), flush=True)


if __name__ == "__main__":
    main()
