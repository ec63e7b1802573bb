# SPDX-License-Identifier: AGPL-3.0-or-later
import gc

from django.apps import AppConfig

# New objects after which the collector of Python looks for cycles: a set of objectives is some
# hundred thousand, all in use until it is done, and at the 700 it would look for by itself half of
# the time goes in finding none.
OGGETTI = 50_000


class CycleConfig(AppConfig):
    name = "cycle"
    verbose_name = "Ciclo della performance"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from cycle import checks  # noqa: F401 - registers the system checks
        from cycle.database.grants import concedi
        from cycle.permissions import sincronizza

        gc.set_threshold(OGGETTI)
        post_migrate.connect(sincronizza, sender=self)
        post_migrate.connect(concedi, sender=self)
