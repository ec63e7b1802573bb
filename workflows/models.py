# SPDX-License-Identifier: AGPL-3.0-or-later
from workflows.registro.models import Ancora, Evento, Marca, Modifica, Riservato, Sigillo

__all__ = ["Ancora", "Evento", "Marca", "Modifica", "Riservato", "Sigillo"]
