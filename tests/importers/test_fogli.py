# SPDX-License-Identifier: AGPL-3.0-or-later
"""The generic reader of XLSX: values, headers, and what is said of a file that is wrong."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from cycle.importers.fogli import Colonna, Foglio, Lettura, Libro, leggi, scrivi

RUOLI = (("po", "Posizione"), ("dirigente", "Dirigente"))
LIBRO = Libro(
    "Prova",
    (
        Foglio(
            "Cose",
            (
                Colonna("codice", "Codice", obbligatoria=True, massimo=10),
                Colonna("nome", "Nome della cosa"),
                Colonna("dal", "Dal", "data"),
                Colonna("quanto", "Quanto", "numero"),
                Colonna("parte", "Parte", "percentuale"),
                Colonna("vero", "Sì/No", "si_no"),
                Colonna("ruolo", "Ruolo", "scelta", scelte=RUOLI),
                Colonna("email", "E-mail", "email"),
            ),
            massimo_righe=200,
        ),
    ),
    ("Leggere con calma.",),
)  # fmt: skip
INTESTAZIONI = [c.intestazione for c in LIBRO.fogli[0].colonne]


def xlsx(
    *righe: list[Any], titolo: str = "Cose", formati: Mapping[str, str] | None = None
) -> bytes:
    cartella = Workbook()
    foglio = cartella.active
    assert foglio is not None
    foglio.title = titolo
    for riga in righe:
        foglio.append(riga)
    for cella, formato in (formati or {}).items():
        foglio[cella].number_format = formato
    uscita = io.BytesIO()
    cartella.save(uscita)
    return uscita.getvalue()


def riscritto(contenuto: bytes, parte: str, cambia: Any) -> bytes:
    """The same zip with one part changed (or added)."""
    uscita = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(contenuto)) as prima, zipfile.ZipFile(uscita, "w") as dopo:
        for nome in prima.namelist():
            dati = prima.read(nome)
            dopo.writestr(nome, cambia(dati) if nome == parte else dati, zipfile.ZIP_DEFLATED)
        if parte not in prima.namelist():
            dopo.writestr(parte, cambia(b""), zipfile.ZIP_DEFLATED)
    return uscita.getvalue()


def foglio_riscritto(contenuto: bytes, da: str, a: str) -> bytes:
    def cambia(dati: bytes) -> bytes:
        assert da.encode() in dati, dati
        return dati.replace(da.encode(), a.encode())

    return riscritto(contenuto, "xl/worksheets/sheet1.xml", cambia)


def errori(lettura: Lettura) -> str:
    return "\n".join(map(str, lettura.errori))


def test_each_type_is_read_with_its_cell() -> None:
    lettura = leggi(
        xlsx(
            INTESTAZIONI,
            [
                "A1",
                " Una \n cosa ",
                datetime(2026, 9, 30),  # noqa: DTZ001 - a sheet knows no zone
                12.5,
                "12,5 %",
                "Sì",
                "Posizione",
                "A@B.it",
            ],
            [7, None, "30/09/26", "1.234,56", 0.25, "no", "DIRIGENTE", None],
            [None] * 8,
            ["C", None, "1 ottobre 2026", "12.5", 25, "x", None, "mailto:x@y.it "],
            formati={"A3": "000", "E3": "0%"},
        ),
        LIBRO,
    )
    assert not lettura.errori
    prima, seconda, terza = lettura["Cose"]
    assert prima.valori == {
        "codice": "A1", "nome": "Una cosa", "dal": date(2026, 9, 30), "quanto": Decimal("12.5"),
        "parte": Decimal("12.5"), "vero": True, "ruolo": "po", "email": "a@b.it",
    }  # fmt: skip
    assert seconda["codice"] == "007"  # as its format shows it
    assert seconda["parte"] == 25
    assert seconda["quanto"] == Decimal("1234.56")
    assert seconda["dal"] == date(2026, 9, 30)
    assert (seconda["vero"], seconda["ruolo"], seconda["email"]) == (False, "dirigente", "")
    assert terza.numero == 5
    assert terza.cella("dal") == "C5"
    assert (terza["dal"], terza["quanto"], terza["parte"]) == (
        date(2026, 10, 1),
        Decimal("12.5"),
        25,
    )
    assert terza["email"] == "x@y.it"


def test_all_the_errors_come_together_each_with_its_cell_and_remedy() -> None:
    lettura = leggi(
        xlsx(
            INTESTAZIONI,
            [None, "x", "31/02/2026", "dodici", -3, "forse", "dirigete", "non un indirizzo"],
            ["troppo lungo per un codice", None, None, "1.234", None, None, None, None],
        ),
        LIBRO,
    )
    assert [e.cella for e in lettura.errori] == [
        "A2",
        "C2",
        "D2",
        "E2",
        "F2",
        "G2",
        "H2",
        "A3",
        "D3",
    ]
    assert all(e.foglio == "Cose" and e.messaggio and e.rimedio for e in lettura.errori)
    assert "Forse «Dirigente»?" in errori(lettura)
    assert "1234 oppure 1,234" in errori(lettura)
    assert lettura["Cose"][0].errate == {
        "codice",
        "dal",
        "quanto",
        "parte",
        "vero",
        "ruolo",
        "email",
    }


def test_a_renamed_header_is_named_with_the_nearest_and_an_extra_one_is_ignored() -> None:
    lettura = leggi(
        xlsx(["CODICE *", "Nome cosa", "Dall", "Annotazioni mie"], ["A", "b", None, "c"]), LIBRO
    )
    assert "Cose C1: Manca la colonna «Dal». Forse è «Dall»?" in errori(lettura)
    assert "Forse è «Nome cosa»?" in errori(lettura)
    assert "la colonna «Annotazioni mie» non fa parte del modello" in str(lettura.avvisi[0])


def test_headers_twice_none_and_lower_down() -> None:
    assert "c'è due volte" in errori(leggi(xlsx(["Codice", "Codice"], ["a", "b"]), LIBRO))
    assert "non ha le intestazioni" in errori(leggi(xlsx(["x", "y"], ["a", "b"]), LIBRO))
    sotto = leggi(xlsx(["Le mie cose"], [], INTESTAZIONI, ["A"]), LIBRO)
    assert not sotto.errori
    assert sotto["Cose"][0].cella("codice") == "A4"


def test_a_missing_sheet_is_named_with_the_nearest() -> None:
    lettura = leggi(xlsx(INTESTAZIONI, ["A"], titolo="Cosee"), LIBRO)
    assert "Manca il foglio «Cose». Forse è il foglio «Cosee»?" in errori(lettura)


def test_formulas_are_taken_for_their_value_or_refused_and_never_calculated() -> None:
    lettura = leggi(xlsx(INTESTAZIONI, ["A", '=HYPERLINK("http://x")'], ["B", "=1+1"]), LIBRO)
    assert [e.cella for e in lettura.errori] == ["B2", "B3"]
    assert "formula che non è stata calcolata" in lettura.errori[0].messaggio
    calcolata = foglio_riscritto(xlsx(INTESTAZIONI, ["A", "=1+1"]), "<v />", "<v>2</v>")
    assert leggi(calcolata, LIBRO)["Cose"][0]["nome"] == "2"
    assert "errore di calcolo" in errori(leggi(xlsx(INTESTAZIONI, ["A", "#REF!"]), LIBRO))


def test_oddities_are_told_and_read() -> None:
    cartella = Workbook()
    foglio = cartella.active
    assert foglio is not None
    foglio.title = "Cose"
    foglio.append(INTESTAZIONI)
    foglio.append(["A", "uno\u200b _x0000_due"])
    foglio.append(["B", None])
    foglio.append(["C", None, None])
    foglio.append(["D", 1.1])
    foglio.merge_cells("B3:B4")
    foglio.row_dimensions[3].hidden = True
    foglio.sheet_state = "hidden"
    cartella.create_sheet("Altro")
    cartella.active = 1
    uscita = io.BytesIO()
    cartella.save(uscita)
    lettura = leggi(uscita.getvalue(), LIBRO)
    assert not lettura.errori
    assert lettura["Cose"][0]["nome"] == "uno due"
    detto = "\n".join(map(str, lettura.avvisi))
    for parola in (
        "invisibili",
        "letto «1.1»",
        "unite",
        "righe nascoste, lette come le altre: 3",
        "è nascosto",
    ):
        assert parola in detto
    assert "Altro: il foglio non fa parte del modello" in detto


def test_the_template_is_read_back_empty_and_filled() -> None:
    vuoto = leggi(scrivi(LIBRO), LIBRO)
    assert (vuoto.errori, vuoto.avvisi, vuoto["Cose"]) == ((), (), ())
    riga = {
        "codice": "007", "nome": "=1+1", "dal": date(2026, 1, 2), "quanto": Decimal("12.5"),
        "parte": Decimal(3), "vero": True, "ruolo": "po", "email": "a@b.it",
    }  # fmt: skip
    contenuto = scrivi(LIBRO, {"Cose": [riga]})
    lettura = leggi(contenuto, LIBRO)
    assert not lettura.errori
    assert lettura["Cose"][0].valori == riga
    cartella = load_workbook(io.BytesIO(contenuto))
    assert cartella.sheetnames == ["Istruzioni", "Cose", "Elenchi"]
    foglio = cartella["Cose"]
    assert foglio["B2"].data_type == "s"
    assert foglio.freeze_panes == "A2"
    assert {c.formula1 for c in foglio.data_validations.dataValidation} == {
        "Elenchi!$A$1:$A$2",
        "Elenchi!$B$1:$B$2",
    }
    assert cartella["Elenchi"].sheet_state == "hidden"


COME_FORMULE = (
    "=1+1", '=HYPERLINK("http://x")', "+39 02", "-", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n@x",
    "'=1", "=", "==", "#N/A", "#REF!",
)  # fmt: skip


@pytest.mark.parametrize("testo", COME_FORMULE)
def test_a_text_is_never_a_formula_wherever_it_is_written(testo: str) -> None:
    """As a value, in a drop-down list, in the instructions: written as text, quoted where a
    spreadsheet would run it, and read back as it was (blanks at its ends apart)."""
    scelta = Colonna("scelta", "Scelta", "scelta", scelte=((testo.strip(), "x"), ("b", "b")))
    colonne = (Colonna("nome", "Nome", a_capo=True), scelta)
    libro = Libro(testo, (Foglio("Cose", colonne),), (testo,))
    contenuto = scrivi(libro, {"Cose": [{"nome": testo, "scelta": "b"}]})
    lettura = leggi(contenuto, libro)
    assert not lettura.errori
    assert lettura["Cose"][0].valori == {"nome": testo.strip(), "scelta": "b"}
    celle = [c for f in load_workbook(io.BytesIO(contenuto)) for r in f.iter_rows() for c in r]
    piene = [c for c in celle if c.value is not None]
    assert {c.data_type for c in piene} == {"s"}
    assert not [c.value for c in piene if c.value[0] in "=+-@\t\r" and not c.quotePrefix]
    assert len([c for c in piene if c.value.strip() == testo.strip()]) == 4


TANTI_STILI = b"".join(b"<b%d/>" % (n * n) for n in range(450_000))
BUONO = xlsx(INTESTAZIONI, ["A", "b"])


def _zip(**parti: bytes) -> bytes:
    uscita = io.BytesIO()
    with zipfile.ZipFile(uscita, "w") as archivio:
        for nome, dati in parti.items():
            archivio.writestr(nome, dati)
    return uscita.getvalue()


@pytest.mark.parametrize(
    ("contenuto", "frase"),
    [
        (b"", "vuoto"),
        (b"Codice;Nome\nA;b\n", "testo"),
        ("Codice;Nome".encode("utf-16"), "testo"),
        (b"<html><table>", "pagina"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "vecchio documento"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"\x00\x01\x02\x03" * 100, "non è un file .xlsx"),
        (_zip(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "LibreOffice"),
        (_zip(**{"word/document.xml": b"<x/>"}), "Word"),
        (_zip(a=b"b"), "archivio"),
        (BUONO[: len(BUONO) // 2], "incompleto"),
        (BUONO[:-30], "incompleto"),
        (riscritto(BUONO, "xl/vbaProject.bin", lambda _d: b"x"), "macro"),
        (riscritto(BUONO, "xl/externalLinks/uno.xml", lambda _d: b"<x/>"), "collegamenti"),
        (riscritto(BUONO, "xl/bomba.xml", lambda _d: b" " * 30_000_000), "molto più grande"),
        (riscritto(BUONO, "xl/styles.xml", lambda _d: TANTI_STILI), "più celle, stili"),
        (
            riscritto(
                BUONO,
                "xl/workbook.xml",
                lambda d: d.replace(b"<workbook", b'<!DOCTYPE x [<!ENTITY a "b">]><workbook', 1),
            ),
            "danneggiato",
        ),
        (riscritto(BUONO, "xl/workbook.xml", lambda _d: b"<no"), "danneggiato"),
        (riscritto(BUONO, "xl/worksheets/sheet1.xml", lambda _d: b"<no"), "danneggiato"),
        (foglio_riscritto(BUONO, '<row r="2"', '<row r="999999999"'), "danneggiato"),
        (foglio_riscritto(BUONO, '<row r="2"', '<row r="0"'), "danneggiato"),
        (foglio_riscritto(BUONO, '<c r="A2"', '<c r="ZZZ2"'), "danneggiato"),
        (xlsx(INTESTAZIONI, *[[f"A{n}"] for n in range(201)]), "più di 200 righe"),
        (b"PK\x03\x04" + b"\0" * (11 * 1024 * 1024), "troppo grande: 11,0 MB"),
    ],
)  # fmt: skip
def test_what_is_not_such_a_file_is_said_in_italian(contenuto: bytes, frase: str) -> None:
    lettura = leggi(contenuto, LIBRO)
    assert frase in errori(lettura)
    assert all(e.messaggio and e.rimedio for e in lettura.errori)
    assert not lettura["Cose"]


def test_a_style_that_is_not_there_is_a_damage() -> None:
    """Formats are looked up when a value is asked for, after the sheet was parsed."""
    senza = riscritto(BUONO, "xl/styles.xml", lambda d: re.sub(rb"<cellXfs.*?</cellXfs>", b"", d))
    senza = foglio_riscritto(senza, '<c r="A2"', '<c r="A2" s="9"')
    assert "danneggiato" in errori(leggi(senza, LIBRO))


def test_a_row_far_down_costs_nothing() -> None:
    lontana = foglio_riscritto(
        foglio_riscritto(BUONO, '<row r="2"', '<row r="1048576"'), 'r="A2"', 'r="A1048576"'
    )
    lontana = foglio_riscritto(lontana, 'r="B2"', 'r="B1048576"')
    assert [r.numero for r in leggi(lontana, LIBRO)["Cose"]] == [1048576]


VALORI = st.one_of(
    st.none(),
    st.text(max_size=30).filter(lambda t: not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f]", t)),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.dates(min_value=date(1900, 3, 1)),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(VALORI, min_size=1, max_size=8), max_size=6))
def test_whatever_the_cells_hold_nothing_is_raised(righe: list[list[Any]]) -> None:
    lettura = leggi(xlsx(INTESTAZIONI, *righe), LIBRO)
    for riga in lettura["Cose"]:
        assert riga["codice"] or "codice" in riga.errate
        assert "\0" not in riga["nome"]


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(BUONO) - 1), st.binary(min_size=1, max_size=40))
def test_whatever_bytes_are_spoiled_nothing_is_raised(dove: int, con: bytes) -> None:
    leggi(BUONO[:dove] + con + BUONO[dove + len(con) :], LIBRO)


_PARTI = [n for n in zipfile.ZipFile(io.BytesIO(BUONO)).namelist() if n.endswith((".xml", ".rels"))]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(_PARTI), st.data())
def test_whatever_part_is_spoiled_nothing_is_raised(parte: str, dati: st.DataObject) -> None:
    """The zip is right and its XML is not what it should be."""

    def guasta(prima: bytes) -> bytes:
        inizio = dati.draw(st.integers(0, len(prima)))
        pezzi = [
            b"",
            b"<",
            b'"',
            b"</x>",
            b"999999999999",
            b"&#0;",
            b"NaN",
            b"-1",
            b"\xff",
            b"1e999",
        ]
        fine = dati.draw(st.integers(inizio, min(len(prima), inizio + 30)))
        return prima[:inizio] + dati.draw(st.sampled_from(pezzi)) + prima[fine:]

    leggi(riscritto(BUONO, parte, guasta), LIBRO)
