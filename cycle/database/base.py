# SPDX-License-Identifier: AGPL-3.0-or-later
"""Django's PostgreSQL backend, which starts the embedded server when it is the one to use."""

import time
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.postgresql.client import DatabaseClient as PostgresClient
from psycopg import OperationalError

from cycle.database import embedded
from cycle.database.layout import Layout

# Seconds to wait before each new attempt when the server is coming back from a crash.
_PAUSES = (0.05, 0.2, 0.5, 1, 2, 4)
_COMING_BACK = ("starting up", "recovery mode", "shutting down", "not yet accepting")


class DatabaseClient(PostgresClient):
    """`dbshell`, with the psql and the password of the embedded server."""

    @classmethod
    def settings_to_cmd_args_env(
        cls, settings_dict: dict[str, Any], parameters: Any
    ) -> tuple[list[str], dict[str, str] | None]:
        layout: Layout | None = settings_dict.get("EMBEDDED")
        if layout is None:
            return super().settings_to_cmd_args_env(settings_dict, parameters)
        settings_dict = settings_dict | {
            "PORT": str(embedded.enter(layout)),
            "PASSWORD": embedded.password(layout, settings_dict["USER"]),
        }
        (_, *args), env = super().settings_to_cmd_args_env(settings_dict, parameters)
        return [str(embedded.programs() / cls.executable_name), *args], env


class DatabaseWrapper(base.DatabaseWrapper):
    """As its parent; with the embedded server it takes a lease before connecting."""

    client_class = DatabaseClient

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        layout: Layout | None = self.settings_dict.get("EMBEDDED")
        if layout is not None:
            params["port"] = embedded.enter(layout)
            params["password"] = embedded.password(layout, self.settings_dict["USER"])
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        layout: Layout | None = self.settings_dict.get("EMBEDDED")
        for pause in _PAUSES if layout is not None else ():
            try:
                return super().get_new_connection(conn_params)
            except OperationalError as error:
                assert layout is not None
                if embedded.answers(layout) and not any(
                    state in str(error) for state in _COMING_BACK
                ):
                    raise
                time.sleep(pause)
                conn_params = self.get_connection_params()
        return super().get_new_connection(conn_params)
