# SPDX-License-Identifier: AGPL-3.0-or-later
from workflows.registro.models import Evento, Modifica

__all__ = ["Evento", "Modifica"]
