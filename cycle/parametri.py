# SPDX-License-Identifier: AGPL-3.0-or-later
"""The parameters of a year (CFG rules): what a Ciclo freezes, with its defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from cycle.measure import ParametriMisura
from workflows.ports import Politica


@dataclass(frozen=True, slots=True)
class Parametri:
    """What one ente decided for one year; `da_dizionario` raises ValueError naming the key.

    nodo_obbligatorio: types of objective that must hang on the political plan (R8).
    pesi: whether indicators are weighed (R68).
    pareri_obbligatori: whether the act carries its pareri here (R15).
    quorum: members of the Nucleo a sitting needs (R59).
    misura: how percentages are computed (R62-R79).
    """

    nodo_obbligatorio: frozenset[str] = frozenset()
    pesi: bool = True
    pareri_obbligatori: bool = True
    quorum: int = 2
    misura: ParametriMisura = field(default_factory=ParametriMisura)

    @classmethod
    def da_dizionario(cls, dati: Mapping[str, Any]) -> Parametri:
        ignoti = sorted(set(dati) - set(cls.__dataclass_fields__))
        if ignoti:
            raise ValueError(f"parametro {ignoti[0]!r}: non esiste")
        letti: dict[str, Any] = {}
        for nome, valore in dati.items():
            if nome == "misura":
                letti[nome] = ParametriMisura.da_dizionario(valore)
            elif nome == "nodo_obbligatorio":
                letti[nome] = frozenset(str(v) for v in valore)
            elif nome == "quorum":
                if type(valore) is not int or not 1 <= valore <= 15:
                    raise ValueError("parametro 'quorum': deve essere un intero da 1 a 15")
                letti[nome] = valore
            elif type(valore) is not bool:
                raise ValueError(f"parametro {nome!r}: deve essere vero o falso")
            else:
                letti[nome] = valore
        return cls(**letti)

    def politica(self, fuso: str) -> Politica:
        """What the guards read of it."""
        return Politica(
            fuso=fuso,
            nodo_obbligatorio=self.nodo_obbligatorio,
            pareri_obbligatori=self.pareri_obbligatori,
            quorum=self.quorum,
        )


def cifra(testo: str) -> Decimal:
    """A figure written by an Italian or by a program: `1.234,5`, `1234.5`, `66,67`.

    Raises ValueError, in Italian, when it is not one.
    """
    pulito = testo.strip().replace("\u00a0", "").replace(" ", "").rstrip("%")
    if "," in pulito:
        pulito = pulito.replace(".", "").replace(",", ".")
    try:
        valore = Decimal(pulito)
    except InvalidOperation:
        raise ValueError(f"«{testo}» non è un numero") from None
    if not valore.is_finite() or abs(valore) >= Decimal(10) ** 14:
        raise ValueError(f"«{testo}» non è un numero accettabile")
    return valore
