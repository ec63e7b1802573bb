# SPDX-License-Identifier: AGPL-3.0-or-later
from django.apps import AppConfig


class CycleConfig(AppConfig):
    name = "cycle"
    verbose_name = "Ciclo della performance"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from cycle import checks  # noqa: F401 - registers the system checks
        from cycle.database.grants import concedi
        from cycle.permissions import sincronizza

        post_migrate.connect(sincronizza, sender=self)
        post_migrate.connect(concedi, sender=self)
