# SPDX-License-Identifier: AGPL-3.0-or-later
from workflows.registro.models import Evento, Modifica, Riservato

__all__ = ["Evento", "Modifica", "Riservato"]
