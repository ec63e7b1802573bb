# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a workbook says, against what is there: differences to be shown and written, errors each
with its cell. Nothing is written here."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from cycle.importers.fogli import Errore, Lettura, Riga
from cycle.importers.organico import INCARICHI, PERSONE, UNITA
from cycle.models import Ente
from cycle.services.organico.quadro import Chi, Quadro, Tenuto, Unita

Genere = Literal["nuova", "cambia", "chiude"]


@dataclass(frozen=True, slots=True)
class Differenza:
    """One line of the preview: what would be born, change or end, and where the file says so."""

    genere: Genere
    foglio: str
    cella: str
    oggetto: str
    che_cosa: str = ""


@dataclass(slots=True)
class Proposta:
    """What a workbook would do to an ente. With errors it does nothing."""

    quadro: Quadro
    errori: list[Errore] = field(default_factory=list)
    avvisi: list[Errore] = field(default_factory=list)
    differenze: list[Differenza] = field(default_factory=list)
    unita_nuove: list[Unita] = field(default_factory=list)
    unita_cambiate: list[Unita] = field(default_factory=list)
    persone_nuove: list[Chi] = field(default_factory=list)
    persone_cambiate: list[Chi] = field(default_factory=list)
    incarichi_nuovi: list[Tenuto] = field(default_factory=list)
    invariate: int = 0  # rows that say what is there

    @property
    def impronta(self) -> str:
        """Digest of the differences: what somebody saw and confirms."""
        return hashlib.sha256(repr(self.differenze).encode()).hexdigest()[:32]

    def errore(self, riga: Riga, colonna: str, messaggio: str, rimedio: str) -> None:
        self.errori.append(riga.errore(colonna, messaggio, rimedio))

    def avviso(self, riga: Riga, colonna: str, messaggio: str, rimedio: str = "") -> None:
        self.avvisi.append(riga.errore(colonna, messaggio, rimedio))

    def differenza(
        self, genere: Genere, riga: Riga, colonna: str, oggetto: str, che_cosa: str = ""
    ) -> None:
        self.differenze.append(
            Differenza(genere, riga.foglio, riga.cella(colonna), oggetto, che_cosa)
        )

    def quante(self, foglio: str, genere: str = "") -> int:
        """How many differences there are in a sheet, of one kind or of all."""
        return sum(d.foglio == foglio and genere in ("", d.genere) for d in self.differenze)


def confronta(ente: Ente, lettura: Lettura, istante: datetime) -> Proposta:
    """Compare what was read with the ente. The same queries whatever the size of either."""
    # the three sheets are judged in this order, each with what the ones before bring
    from cycle.services.organico.incarichi import confronta_incarichi
    from cycle.services.organico.persone import confronta_persone
    from cycle.services.organico.unita import confronta_unita

    proposta = Proposta(Quadro(ente), [*lettura.errori], [*lettura.avvisi])
    oggi = istante.astimezone(ZoneInfo(ente.fuso)).date()
    confronta_unita(proposta, lettura[UNITA], oggi)
    confronta_persone(proposta, lettura[PERSONE])
    confronta_incarichi(proposta, lettura[INCARICHI])
    ordine = {UNITA: 0, PERSONE: 1, INCARICHI: 2}
    proposta.errori.sort(key=lambda e: ordine.get(e.foglio, -1))
    if not proposta.errori and not any(lettura.righe.values()):
        proposta.errori.append(
            Errore("", "", "Il file non ha nessuna riga.", "Compilare i fogli e riprovare.")
        )
    return proposta
