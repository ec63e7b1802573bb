# SPDX-License-Identifier: AGPL-3.0-or-later
from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    name = "workflows"
    verbose_name = "Procedure"
