# SPDX-License-Identifier: AGPL-3.0-or-later
from django.apps import AppConfig


class Banco(AppConfig):
    name = "tests.bench"
    label = "banco"
    default_auto_field = "django.db.models.BigAutoField"
