# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a parameter is declared: once, with its kind, its words and its rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cycle.generi import (
    Genere,
)
from cycle.measure.parametri import ParametroErrato

GRUPPI: Mapping[str, str | Promise] = {
    "peg": _("PEG e sua approvazione"),
    "forma": _("Forma e parole della scheda"),
    "variazioni": _("Variazioni"),
    "nucleo": _("Rendicontazione e Nucleo"),
    "osservazioni": _("Osservazioni del Nucleo proposte dal sistema"),
    "misura": _("Misurazione"),
    "smvp": _("Sistema di misurazione e valutazione"),
    "calendario": _("Calendario"),
}


@dataclass(frozen=True, slots=True)
class Parametro:
    """What there is to know of one parameter. `predefinito` is the value it has if nobody says."""

    nome: str
    gruppo: str
    genere: Genere
    etichetta: str | Promise
    spiega: str | Promise
    regola: str
    predefinito: Any

    def leggi(self, valore: Any) -> Any:
        """The value a JSON document holds. Raises ValueError naming the parameter."""
        try:
            return self.genere.leggi(valore)
        except ValueError as errore:
            raise errato(self.nome, str(errore)) from None


def errato(nome: str, problema: str) -> ParametroErrato:
    return ParametroErrato(nome, problema, f"parametro {nome!r}: {problema}")


def dichiara(
    predefinito: Any,
    genere: Genere,
    gruppo: str,
    etichetta: str | Promise,
    spiega: str | Promise,
    regola: str,
) -> Any:
    return field(
        default=predefinito,
        metadata={"dichiarazione": (gruppo, genere, etichetta, spiega, regola)},
    )
