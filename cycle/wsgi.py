# SPDX-License-Identifier: AGPL-3.0-or-later
"""The WSGI application."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cycle.settings")
os.environ.setdefault("CYCLE_SERVER", "1")  # a served process keeps a pool of connections

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
