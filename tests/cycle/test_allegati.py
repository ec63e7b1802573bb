# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files are what their bytes are: which kinds may be attached to a request, and which never."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from cycle.models import Allegato
from cycle.services import allegati
from cycle.services.tipi_file import TIPI, TXT, elenco
from tests import mondo
from workflows.errors import NonPossibile

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def cartella(settings: Any, tmp_path: Path) -> Path:
    settings.CYCLE_DATA = tmp_path
    return tmp_path


def archivio(*voci: tuple[str, bytes], compresso: bool = True) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as z:
        for n, (nome, dentro) in enumerate(voci):
            come = zipfile.ZIP_DEFLATED if compresso and n else zipfile.ZIP_STORED
            z.writestr(nome, dentro, come)
    return file.getvalue()


def office(parte: str, *altre: tuple[str, bytes], macro: bool = False) -> bytes:
    tipo = f"application/vnd.openxmlformats-officedocument.{parte}.main+xml"
    if macro:
        tipo = "application/vnd.ms-word.document.macroEnabled.main+xml"
    indice = f'<Types><Override ContentType="{tipo}"/></Types>'.encode()
    return archivio(("[Content_Types].xml", indice), ("word/document.xml", b"<w/>"), *altre)


def odf(parte: str, *altre: tuple[str, bytes]) -> bytes:
    mime = f"application/vnd.oasis.opendocument.{parte}".encode()
    return archivio(("mimetype", mime), ("content.xml", b"<office/>"), *altre)


DOCX, XLSX = office("wordprocessingml.document"), office("spreadsheetml.sheet")


def deposita(contenuto: bytes, nome: str = "lettera.bin") -> Allegato:
    pezzi = [contenuto[:3], contenuto[3:]]
    return allegati.deposita(ente_id=mondo.ente().pk, nome=nome, pezzi=pezzi, ammessi=TIPI)


@pytest.mark.parametrize(
    ("contenuto", "estensione"),
    [
        (b"%PDF-1.7\nuna lettera\n%%EOF\n", ".pdf"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 20, ".png"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 20, ".jpg"),
        ("Perché sì.\nDue righe.\n".encode(), ".txt"),
        ("Perch\xe9 s\xec.".encode("cp1252"), ".txt"),
        (DOCX, ".docx"),
        (XLSX, ".xlsx"),
        (odf("text"), ".odt"),
        (odf("spreadsheet"), ".ods"),
    ],
)
def test_r16_accepted_for_what_it_is(contenuto: bytes, estensione: str, cartella: Path) -> None:
    a = deposita(contenuto, "verbale.exe")
    assert a.nome == f"verbale.exe{estensione}"  # the name says what it is, whatever it was called
    assert TIPI[a.tipo_mime].estensione == estensione
    assert a.sha256 == hashlib.sha256(contenuto).hexdigest()
    assert (cartella / "allegati" / a.percorso).read_bytes() == contenuto
    assert allegati.leggi(a) == contenuto


@pytest.mark.parametrize(
    ("contenuto", "perche"),
    [
        (b"", "è vuoto"),
        (b"MZ\x90\0" + b"\0" * 60, "è un programma"),
        (b"\x7fELF" + b"\0" * 60, "è un programma"),
        (b"#!/bin/sh\necho\n", "è un programma"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "è un vecchio documento di Office"),
        (b"\x1f\x8b\x08" + b"\0" * 20, "è un archivio compresso"),
        (archivio(("a.pdf", b"%PDF-"), ("b.txt", b"x")), "è un archivio compresso"),
        (office("wordprocessingml.document", macro=True), "contiene delle macro"),
        (office("spreadsheetml.sheet", ("xl/vbaProject.bin", b"x")), "contiene delle macro"),
        (odf("text", ("Basic/Standard/Modulo.xml", b"x")), "contiene delle macro"),
        (
            office("spreadsheetml.sheet", ("xl/embeddings/oleObject1.bin", b"x")),
            "contiene altri documenti incorporati",
        ),
        (odf("text", ("Pictures/foto.exe", b"MZ")), "contiene un programma"),
        (odf("graphics"), "non si riconosce che cos'è"),
        (odf("text", ("content2.xml", b"\0" * 30_000_000)), "è molto più grande"),
        (b"PK\x03\x04" + b"\0" * 40, "è danneggiato"),
        (b"\0\1\2\3 niente", "non si riconosce che cos'è"),
        (b"x" * (TXT.massimo + 1), "non si riconosce che cos'è"),
    ],
)
def test_r16_refused_whatever_it_is_called_and_named(
    contenuto: bytes, perche: str, cartella: Path
) -> None:
    with pytest.raises(NonPossibile) as rifiuto:
        deposita(contenuto, "C:\\Documenti\\lettera.pdf")
    [motivo] = rifiuto.value.tutti()
    assert motivo.messaggio.startswith("Il file «lettera.pdf» ")
    assert perche in motivo.messaggio
    assert motivo.rimedio
    assert not Allegato.objects.exists()
    assert [f for f in (cartella / "allegati").rglob("*") if f.is_file()] == []


def test_each_kind_has_its_largest_size() -> None:
    with pytest.raises(NonPossibile, match="supera i 10 MB ammessi per un file PNG"):
        deposita(b"\x89PNG\r\n\x1a\n" + b"\0" * 10 * 1024 * 1024)
    with pytest.raises(NonPossibile, match="supera i 25 MB"):
        deposita(b"%PDF-" + b"\0" * 25 * 1024 * 1024)
    assert elenco().startswith("PDF fino a 25 MB; ODT, ODS, DOCX, XLSX fino a 15 MB")


def test_where_only_a_pdf_is_awaited_nothing_else_is_taken() -> None:
    with pytest.raises(NonPossibile, match="non è un PDF"):
        allegati.deposita(ente_id=mondo.ente().pk, nome="a.pdf", pezzi=[DOCX])


def test_the_same_file_is_stored_once() -> None:
    assert deposita(DOCX, "a.docx") == deposita(DOCX, "b.docx")
    assert Allegato.objects.get().nome == "a.docx"
