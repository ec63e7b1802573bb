# SPDX-License-Identifier: AGPL-3.0-or-later
from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = "Notifiche"
