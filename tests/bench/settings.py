# SPDX-License-Identifier: AGPL-3.0-or-later
"""Settings of the bench: the product's own, with the tables and pages of what it is compared to.

It keeps its embedded server apart from the one that holds real data.
"""

import os

os.environ.setdefault("CYCLE_DATA", ".data/bench")

from cycle.settings import *  # noqa: F403
from cycle.settings import DATABASES, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.bench.apps.Banco"]

ROOT_URLCONF = "tests.bench.urls"

# The copy of the model that a process started by the bench must use.
if "BENCH_DB" in os.environ:
    for _alias in DATABASES.values():
        _alias["NAME"] = os.environ["BENCH_DB"]
