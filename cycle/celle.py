# SPDX-License-Identifier: AGPL-3.0-or-later
"""The cells of the grid of a period: what each is called, how it is read and how it is shown.

One reader for what is typed, pasted, uploaded in a workbook or sent by a program, so that the same
figure is accepted, or refused in the same words, whatever way it comes in.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from cycle.importers.fogli.dichiarazione import Colonna, Tipo
from cycle.importers.fogli.valori import NonValido, converti, in_testo
from cycle.models import Fase, Indicatore, ObiettivoSpecifico, Rilevazione

Valore = Decimal | date | str | None

# field of the grid -> the noun its row is
CAMPI: Mapping[str, type[Indicatore | ObiettivoSpecifico | Fase]] = {
    "valore": Indicatore,
    "nota": Indicatore,
    "testo": ObiettivoSpecifico,
    "avanzamento": Fase,
    "inizio": Fase,
    "fine": Fase,
}
# field of the grid -> how it is read, where the indicator's unit does not say it
_GENERI = {
    "nota": "nota",
    "testo": "testo",
    "avanzamento": "avanzamento",
    "inizio": "data",
    "fine": "data",
}
_TIPI: Mapping[str, Tipo] = {"data": "data", "si_no": "si_no", "nota": "testo", "testo": "testo"}
MASSIMI = {"nota": 1000, "testo": 20_000}
_EURO = re.compile(r"^\s*(?:€|euro|eur)\s*|\s*(?:€|euro|eur)\s*$", re.IGNORECASE)
_NOME = re.compile(r"([a-z]+)_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


@dataclass(frozen=True, slots=True)
class Nome:
    """A cell: a field of the grid, of the row with that public id."""

    campo: str
    pid: UUID

    def __str__(self) -> str:
        return f"{self.campo}_{self.pid}"

    @classmethod
    def da_testo(cls, testo: str) -> Nome | None:
        """The cell that a form's field or a program names; None when it names none."""
        trovato = _NOME.fullmatch(testo)
        if trovato is None or trovato[1] not in CAMPI:
            return None
        return cls(trovato[1], UUID(trovato[2]))


@dataclass(frozen=True, slots=True)
class Scritta:
    """What somebody wrote in a cell: as typed, or already a figure or a day. `base` is what the
    cell showed when they began; a workbook keeps only its digest."""

    nome: Nome
    valore: Any
    base: str = ""
    impronta: str = ""

    @property
    def intatta(self) -> bool:
        """Whether a text is the one that the cell showed."""
        return una_riga_per_capoverso(self.valore) == una_riga_per_capoverso(self.base)

    def parte_da(self, adesso: str) -> bool:
        """Whether the cell still shows what the person began from."""
        if self.impronta:
            return self.impronta == impronta(adesso)
        return una_riga_per_capoverso(self.base) == adesso


def genere(campo: str) -> str:
    """How a cell is read, where its field says it."""
    return _GENERI[campo]


def genere_di(campo: str, indicatore: Indicatore, rilevazione: Rilevazione | None) -> str:
    """How a cell of an indicator is read: a value as its target is, a day or a figure (R79)."""
    if campo != "valore":
        return genere(campo)
    if rilevazione is not None and rilevazione.target_data is not None:
        return "data"
    if rilevazione is not None and rilevazione.target is not None:
        return "numero" if indicatore.unita_misura == "data" else indicatore.unita_misura
    return indicatore.unita_misura


def leggi(valore: Any, genere: str) -> Valore:
    """The value of a cell, None (of a text, "") when it is empty. Raises ValueError, with what is
    wrong and the remedy in Italian."""
    testuale = genere in MASSIMI
    if isinstance(valore, str):
        valore = una_riga_per_capoverso(valore)
        if not testuale:
            valore = _EURO.sub("", valore).strip()
    if valore is None or valore == "":
        return "" if testuale else None
    colonna = Colonna(
        "",
        "",
        _TIPI.get(genere, "numero"),
        massimo=MASSIMI.get(genere, 1000),
        a_capo=testuale,
    )
    if isinstance(valore, Decimal):
        valore = scritta(valore, genere)
    elif isinstance(valore, bool) and genere == "si_no":
        return Decimal(int(valore))
    try:
        letto = converti(valore, "General", colonna)
    except NonValido as no:
        raise ValueError(f"{no.messaggio} {no.rimedio}") from None
    if genere == "si_no":
        return Decimal(int(letto.valore))
    if isinstance(letto.valore, Decimal):
        return _cifra(letto.valore, letto.dubbio, genere)
    scritto: Valore = letto.valore
    return scritto


def _cifra(cifra: Decimal, dubbio: str, genere: str) -> Decimal:
    if dubbio:
        raise ValueError(_("Al massimo sei decimali. Arrotondare la cifra."))
    if abs(cifra) >= Decimal(10) ** 14:
        raise ValueError(_("Il numero è troppo grande. Controllare la cifra."))
    if genere == "avanzamento" and not 0 <= cifra <= 100:
        raise ValueError(_("L'avanzamento va da 0 a 100. Controllare la cifra."))
    return cifra


def scritta(valore: Valore, genere: str) -> str:
    """What a cell shows: all the decimals that are stored, and no thousands marks to be misread."""
    if valore is None:
        return ""
    if isinstance(valore, str):
        return una_riga_per_capoverso(valore)
    if isinstance(valore, date):
        return f"{valore:%d/%m/%Y}"
    if genere == "si_no" and valore in (0, 1):
        return _("sì") if valore else _("no")
    intero, _punto, decimali = f"{valore:f}".partition(".")
    decimali = decimali.rstrip("0")
    return f"{intero},{decimali}" if decimali else intero


def una_riga_per_capoverso(testo: str) -> str:
    """A text as it is stored and compared: line ends of one kind, nothing invisible, no blanks at
    its ends."""
    return in_testo(testo.replace("\r\n", "\n").replace("\r", "\n"))


def impronta(testo: str) -> str:
    """A short digest of what a cell shows, by which a workbook knows what it was made from."""
    return hashlib.sha256(testo.encode()).hexdigest()[:16]
