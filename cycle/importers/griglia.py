# SPDX-License-Identifier: AGPL-3.0-or-later
"""The workbook of a grid: what is to be filled, beside what it is to be filled from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from cycle.importers.fogli import Colonna, Foglio, Libro

VALORI, FASI, TESTI = "Valori", "Fasi", "Testi"
# sheet -> its columns that are filled, which are fields of the grid, in the order of the key
CAMPI: dict[str, tuple[str, ...]] = {
    VALORI: ("valore", "nota"),
    FASI: ("avanzamento", "inizio", "fine"),
    TESTI: ("testo",),
}

_ISTRUZIONI = (
    "Compilare le colonne «Valore» e «Nota» del foglio Valori, «Avanzamento %», «Iniziata il» e "
    "«Finita il» del foglio Fasi, «Stato di avanzamento» del foglio Testi. Le altre servono a "
    "orientarsi: cambiarle non cambia nulla.",
    "Numeri come 1234 o 12,5, date come 30/09/2026, sì oppure no. Una cella vuota non è ancora "
    "misurata; zero si scrive 0.",
    "La colonna «Chiave» non si tocca: dice di quale riga si tratta, e com'era quando il foglio è "
    "stato scaricato. Ciò che nel foglio resta com'era non si scrive, e ciò che intanto ha scritto "
    "un'altra persona non si perde.",
    "Le righe si possono ordinare, nascondere o togliere. Per ricaricare il foglio: pagina "
    "«Griglia», «Carica da Excel»; prima di scrivere si vede che cosa cambierebbe.",
)

_CHI = (
    Colonna("obiettivo", "Obiettivo", larghezza=14),
    Colonna("specifico", "Specifico", larghezza=16),
)
_CHIAVE = Colonna("chiave", "Chiave", massimo=200, larghezza=12)

LIBRO = Libro(
    "Griglia di un periodo",
    (
        Foglio(
            VALORI,
            (
                *_CHI,
                Colonna("indicatore", "Indicatore", massimo=32_000, larghezza=60),
                Colonna("unita", "Unità di misura", larghezza=16),
                Colonna("anno_prima", "Anno prima", larghezza=14),
                Colonna("prima", "Periodo prima", larghezza=14),
                Colonna("target", "Target", larghezza=14),
                Colonna("valore", "Valore", "figura"),
                Colonna("nota", "Nota", massimo=1000, a_capo=True, larghezza=50),
                _CHIAVE,
            ),
        ),
        Foglio(
            FASI,
            (
                *_CHI,
                Colonna("fase", "Fase", massimo=32_000, larghezza=60),
                Colonna("prevista", "Prevista", larghezza=24),
                Colonna("avanzamento", "Avanzamento %", "numero"),
                Colonna("inizio", "Iniziata il", "data"),
                Colonna("fine", "Finita il", "data"),
                _CHIAVE,
            ),
            obbligatorio=False,
        ),
        Foglio(
            TESTI,
            (
                *_CHI,
                Colonna("titolo", "Titolo", massimo=32_000, larghezza=50),
                Colonna(
                    "testo", "Stato di avanzamento", massimo=20_000, a_capo=True, larghezza=100
                ),
                _CHIAVE,
            ),
            obbligatorio=False,
        ),
    ),
    _ISTRUZIONI,
)

_FORMA = re.compile(r"(\S{1,10}) ([0-9a-f-]{36})((?: [0-9a-f]{16}){1,3})")


@dataclass(frozen=True, slots=True)
class Chiave:
    """What the last column of a row says: the period it is of, the public id of what it is about,
    and the digest of each cell to be filled as it was when the workbook was made."""

    periodo: str
    pid: UUID
    impronte: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join((self.periodo, str(self.pid), *self.impronte))

    @classmethod
    def da_testo(cls, testo: str, celle: Sequence[str]) -> Chiave | None:
        """The key of a row with these cells; None when it is not one."""
        trovata = _FORMA.fullmatch(testo.strip())
        if trovata is None:
            return None
        try:
            chiave = cls(trovata[1], UUID(trovata[2]), tuple(trovata[3].split()))
        except ValueError:
            return None
        return chiave if len(chiave.impronte) == len(celle) else None
