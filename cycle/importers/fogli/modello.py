# SPDX-License-Identifier: AGPL-3.0-or-later
"""The workbook to be filled, from the declaration that will read it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from cycle.importers.fogli.dichiarazione import Colonna, Foglio, Libro
from cycle.importers.fogli.lettore import ELENCHI, ISTRUZIONI
from cycle.importers.fogli.valori import pulito

_RIGHE_GUIDATE = 2000  # rows with a drop-down list
_COME_FORMULE = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet may run what begins so
_BLU = PatternFill("solid", fgColor="0059B3")
_CELESTE = PatternFill("solid", fgColor="E6F0FA")
_BIANCO = Font(bold=True, color="FFFFFF")
_FILETTO = Border(bottom=Side("thin", color="5A768A"))
_LARGHEZZE = {
    "data": 13,
    "numero": 14,
    "percentuale": 14,
    "si_no": 10,
    "email": 34,
    "scelta": 24,
    "figura": 14,
}
_FORMATI = {
    "data": "DD/MM/YYYY",
    "numero": "General",
    "percentuale": "General",
    "figura": "General",
}
_SPIEGAZIONI = {
    "testo": "testo",
    "data": "data, come 30/09/2026",
    "numero": "numero, come 1234 o 12,5",
    "percentuale": "percentuale, come 12,5",
    "si_no": "sì o no",
    "scelta": "uno dei valori dell'elenco",
    "email": "indirizzo e-mail",
    "figura": "numero, data o sì/no, secondo l'indicatore",
}


def scrivi(libro: Libro, righe: Mapping[str, Sequence[Mapping[str, Any]]] | None = None) -> bytes:
    """The XLSX of `libro`: instructions, then each sheet with its header, drop-down lists, and
    `righe` (by name of the sheet; each a value by name of the column). Texts stay texts: none
    becomes a formula."""
    cartella = Workbook()
    istruzioni = cartella.active
    assert isinstance(istruzioni, Worksheet)
    _istruzioni(istruzioni, libro)
    elenchi = cartella.create_sheet(ELENCHI)
    elenchi.sheet_state = "hidden"
    for foglio in libro:
        _foglio(cartella.create_sheet(foglio.nome), foglio, elenchi, (righe or {}).get(foglio.nome))
    cartella.move_sheet(elenchi, len(libro.fogli))
    uscita = io.BytesIO()
    cartella.save(uscita)
    return uscita.getvalue()


def _istruzioni(foglio: Worksheet, libro: Libro) -> None:
    foglio.title = ISTRUZIONI
    _testo(foglio, 1, 1, libro.titolo).font = Font(bold=True, size=16)
    riga = 2
    for testo in libro.istruzioni:
        foglio.merge_cells(start_row=riga, start_column=1, end_row=riga, end_column=5)
        _testo(foglio, riga, 1, testo).alignment = Alignment(wrap_text=True, vertical="top")
        foglio.row_dimensions[riga].height = 16 * (1 + len(testo) // 120)
        riga += 1
    riga += 1
    for n, titolo in enumerate(("Foglio", "Colonna", "Obbligatoria", "Che cosa", "Note"), start=1):
        _testata(foglio, riga, n, titolo)
    for dichiarato in libro:
        for colonna in dichiarato.colonne:
            riga += 1
            esempio = f"Esempio: {colonna.esempio}" if colonna.esempio else ""
            nota = " ".join(p for p in (colonna.nota, esempio) if p)
            scelte = ": " + ", ".join(v for v, _ in colonna.scelte) if colonna.scelte else ""
            for n, testo in enumerate(
                (
                    dichiarato.nome,
                    colonna.intestazione,
                    "sì" if colonna.obbligatoria else "no",
                    _SPIEGAZIONI[colonna.tipo] + scelte,
                    nota,
                ),
                start=1,
            ):
                _testo(foglio, riga, n, testo).alignment = Alignment(wrap_text=True, vertical="top")
    for lettera, larghezza in zip("ABCDE", (14, 26, 13, 50, 70), strict=True):
        foglio.column_dimensions[lettera].width = larghezza


def _foglio(
    foglio: Worksheet,
    dichiarato: Foglio,
    elenchi: Worksheet,
    righe: Sequence[Mapping[str, Any]] | None,
) -> None:
    for n, colonna in enumerate(dichiarato.colonne, start=1):
        lettera = get_column_letter(n)
        _testata(foglio, 1, n, colonna.intestazione + " *" * colonna.obbligatoria)
        dimensione = foglio.column_dimensions[lettera]
        dimensione.width = colonna.larghezza or _LARGHEZZE.get(colonna.tipo, 26)
        dimensione.number_format = _FORMATI.get(colonna.tipo, "@")
        valori = _da_elenco(colonna)
        if valori:
            _elenco(foglio, lettera, valori, elenchi)
    foglio.freeze_panes = "A2"
    foglio.auto_filter.ref = f"A1:{get_column_letter(len(dichiarato.colonne))}1"
    for numero, riga in enumerate(righe or (), start=2):
        for n, colonna in enumerate(dichiarato.colonne, start=1):
            _cella(foglio, numero, n, colonna, riga.get(colonna.nome))


def _testo(foglio: Worksheet, riga: int, colonna: int, testo: str) -> Cell:
    """A cell that holds a text, whatever it begins with: openpyxl would make a formula of `=1+1`,
    and a spreadsheet of what it calls quoted makes none when it is edited or saved as CSV."""
    cella = foglio.cell(riga, colonna)
    assert isinstance(cella, Cell)
    cella.value = testo
    cella.data_type = "s"
    cella.quotePrefix = testo.startswith(_COME_FORMULE)
    return cella


def _testata(foglio: Worksheet, riga: int, colonna: int, testo: str) -> None:
    cella = _testo(foglio, riga, colonna, testo)
    cella.font = _BIANCO
    cella.fill = _BLU
    cella.border = _FILETTO
    cella.alignment = Alignment(vertical="center", wrap_text=True)


def _da_elenco(colonna: Colonna) -> list[str]:
    if colonna.tipo == "si_no":
        return ["sì", "no"]
    return [valore for valore, _ in colonna.scelte]


def _elenco(foglio: Worksheet, lettera: str, valori: list[str], elenchi: Worksheet) -> None:
    """A drop-down list, whose values stand in a column of the hidden sheet."""
    n = 1 if elenchi.cell(1, 1).value is None else elenchi.max_column + 1
    for riga, valore in enumerate(valori, start=1):
        _testo(elenchi, riga, n, valore)
    dove = get_column_letter(n)
    convalida = DataValidation(
        type="list",
        formula1=f"{ELENCHI}!${dove}$1:${dove}${len(valori)}",
        allow_blank=True,
        showErrorMessage=True,
        errorTitle="Valore non previsto",
        error="Scegliere uno dei valori dell'elenco.",
    )
    convalida.add(f"{lettera}2:{lettera}{_RIGHE_GUIDATE}")
    foglio.add_data_validation(convalida)


def _cella(foglio: Worksheet, riga: int, n: int, colonna: Colonna, valore: Any) -> None:
    if valore is None or valore == "":
        return
    if isinstance(valore, bool):
        valore = "sì" if valore else "no"
    if isinstance(valore, str):
        cella = _testo(foglio, riga, n, pulito(valore))
    else:
        assert isinstance(valore, date | Decimal | int)
        cella = foglio.cell(riga, n, valore)
    tipo = "data" if isinstance(valore, date) else colonna.tipo
    cella.number_format = _FORMATI.get(tipo, "@")
    if colonna.a_capo:
        cella.alignment = Alignment(wrap_text=True, vertical="top")
