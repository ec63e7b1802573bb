# SPDX-License-Identifier: AGPL-3.0-or-later
"""Django's PostgreSQL backend, which starts the embedded server when it is the one to use."""

import time
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.postgresql.client import DatabaseClient as PostgresClient
from psycopg import Connection, OperationalError

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
        found = _credentials(layout, settings_dict["USER"])
        (_, *args), env = super().settings_to_cmd_args_env(
            settings_dict | {"PORT": found["port"], "PASSWORD": found["password"]}, parameters
        )
        return [str(embedded.programs() / cls.executable_name), *args], env


class DatabaseWrapper(base.DatabaseWrapper):
    """As its parent; with the embedded server it takes a lease before connecting."""

    client_class = DatabaseClient

    @property
    def _layout(self) -> Layout | None:
        """The embedded server to use, None when the alias names a real one."""
        layout: Layout | None = self.settings_dict.get("EMBEDDED")
        return layout

    @property
    def pool(self) -> Any:
        options = self.settings_dict["OPTIONS"].get("pool")
        if self._layout is not None and options:
            # The pool connects when it likes, in threads of its own.
            options.setdefault(
                "connection_class", _entering(self._layout, self.settings_dict["USER"])
            )
        return super().pool

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        if self._layout is not None:
            params |= _credentials(self._layout, self.settings_dict["USER"])
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        for pause in _PAUSES if self._layout is not None else ():
            try:
                return super().get_new_connection(conn_params)
            except OperationalError as error:
                if not _coming_back(self._layout, error):
                    raise
                time.sleep(pause)
                conn_params = self.get_connection_params()
        return super().get_new_connection(conn_params)


def _credentials(layout: Layout, role: str) -> dict[str, Any]:
    return {"port": embedded.enter(layout), "password": embedded.password(layout, role)}


def _coming_back(layout: Layout | None, error: OperationalError) -> bool:
    assert layout is not None
    return not embedded.answers(layout) or any(state in str(error) for state in _COMING_BACK)


def _entering(layout: Layout, role: str) -> type[Connection[Any]]:
    """The class of connections that take a lease first."""

    class EnteringConnection(Connection[Any]):
        @classmethod
        def connect(cls, conninfo: str = "", **kwargs: Any) -> Any:
            return super().connect(conninfo, **kwargs | _credentials(layout, role))

    return EnteringConnection
