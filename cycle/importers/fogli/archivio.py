# SPDX-License-Identifier: AGPL-3.0-or-later
"""Is this an XLSX that may be opened? Asked of the bytes, before any library reads them.

An XLSX is a zip of XML: both are asked to be small, plain and without surprises. What passes is
read in a time and a memory that its size bounds.
"""

from __future__ import annotations

import io
import zipfile
import zlib

MASSIMO_BYTE = 10 * 1024 * 1024
_MASSIMO_APERTO = 100 * 1024 * 1024
_MASSIMO_PARTE = 60 * 1024 * 1024
_MASSIMO_RAPPORTO = 200  # opened to closed, of a part worth the question
_PARTE_PICCOLA = 1024 * 1024
_MASSIMO_VOCI = 1000
# tags of a part: sheets may have many, the others are read whole into memory
_MASSIMO_SEGNI_FOGLIO = 4_000_000
_MASSIMO_SEGNI = 400_000

_EXCEL = "Aprirlo con un foglio elettronico e salvarlo come «Cartella di lavoro di Excel (.xlsx)»."
_NUOVO = "Partire dal modello vuoto, copiarvi i dati e salvare."

_ALTRI = (
    (b"%PDF", "un PDF"),
    (b"{\\rtf", "un documento RTF"),
    (b"\x1f\x8b", "un archivio compresso"),
    (b"7z\xbc\xaf", "un archivio compresso"),
    (b"Rar!", "un archivio compresso"),
    (b"\x89PNG", "un'immagine"),
    (b"\xff\xd8\xff", "un'immagine"),
)
# folder or part of the zip -> what it is, and how one gets rid of it
_VIETATE = (
    ("vbaproject", "delle macro", "Salvarlo come «.xlsx», che non le contiene."),
    ("macrosheets/", "delle macro", "Salvarlo come «.xlsx» dopo averne tolto i fogli macro."),
    (
        "externallinks/",
        "collegamenti ad altri file",
        "In Excel: Dati > Modifica collegamenti > Interrompi collegamento, poi salvare.",
    ),
    ("activex/", "controlli attivi", _NUOVO),
    ("embeddings/", "altri documenti incorporati", "Togliere gli oggetti incorporati e salvare."),
    ("connections.xml", "collegamenti a banche dati", _NUOVO),
)


class NonApribile(Exception):
    """The file may not be opened: the sentence, and the remedy."""

    def __init__(self, messaggio: str, rimedio: str) -> None:
        super().__init__(messaggio)
        self.messaggio = messaggio
        self.rimedio = rimedio


def apribile(contenuto: bytes) -> zipfile.ZipFile:
    """The zip inside `contenuto`, which is a plain XLSX within limits. Raises NonApribile."""
    if not contenuto:
        raise NonApribile("Il file è vuoto.", "Scegliere il file compilato e riprovare.")
    if len(contenuto) > MASSIMO_BYTE:
        raise NonApribile(
            f"Il file è troppo grande: {len(contenuto) / 1024 / 1024:.1f} MB, mentre il massimo è "
            f"{MASSIMO_BYTE // 1024 // 1024} MB.".replace(".", ",", 1),
            "Togliere immagini e fogli che non servono, oppure dividerlo in più file.",
        )
    if not contenuto.startswith(b"PK"):
        raise _non_xlsx(contenuto)
    try:
        archivio = zipfile.ZipFile(io.BytesIO(contenuto))
        _verifica_voci(archivio)
        _verifica_parti(archivio)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError):
        raise NonApribile(
            "Il file è danneggiato o incompleto: forse è stato copiato o scaricato a metà.",
            "Copiarlo o scaricarlo di nuovo per intero, oppure salvarlo di nuovo come «.xlsx».",
        ) from None
    return archivio


def _non_xlsx(contenuto: bytes) -> NonApribile:
    for firma, cosa in _ALTRI:
        if contenuto.startswith(firma):
            return NonApribile(f"Il file è {cosa}, non un foglio elettronico.", _EXCEL)
    if contenuto.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in contenuto:
            return NonApribile(
                "Il file è protetto da una password.",
                "In Excel: File > Informazioni > Proteggi cartella di lavoro, togliere la "
                "password e salvare.",
            )
        return NonApribile("Il file è un vecchio documento di Office (.xls o .doc).", _EXCEL)
    inizio = contenuto[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if inizio.startswith((b"<html", b"<!doctype", b"<table", b"<?xml")):
        return NonApribile("Il file è una pagina (html o xml), non un file .xlsx.", _EXCEL)
    if b"\0" not in contenuto[:4000] or contenuto.startswith((b"\xff\xfe", b"\xfe\xff")):
        return NonApribile(
            "Il file è un testo (forse un .csv a cui è stato cambiato nome), non un file .xlsx.",
            _EXCEL,
        )
    return NonApribile("Il file non è un file .xlsx.", _EXCEL)


def _verifica_voci(archivio: zipfile.ZipFile) -> None:
    voci = archivio.infolist()
    nomi = [v.filename.replace("\\", "/").lower() for v in voci]
    if "mimetype" in nomi:
        raise NonApribile("Il file è un documento di LibreOffice (.ods), non .xlsx.", _EXCEL)
    if "xl/workbook.bin" in nomi:
        raise NonApribile("Il file è in formato binario (.xlsb), non .xlsx.", _EXCEL)
    if "[content_types].xml" not in nomi or "xl/workbook.xml" not in nomi:
        cosa = "un documento di Word" if "word/document.xml" in nomi else "un archivio compresso"
        raise NonApribile(f"Il file è {cosa}, non un foglio elettronico.", _EXCEL)
    for parola, cosa, rimedio in _VIETATE:
        if any(parola in nome for nome in nomi):
            raise NonApribile(f"Il file contiene {cosa}, che non si accettano.", rimedio)
    if any(v.flag_bits & 1 for v in voci):
        raise NonApribile(
            "Il file è protetto da una password.", "Togliere la password e salvarlo di nuovo."
        )
    troppo = (
        len(voci) > _MASSIMO_VOCI
        or sum(v.file_size for v in voci) > _MASSIMO_APERTO
        or any(
            v.file_size > _MASSIMO_PARTE
            or (v.file_size > _PARTE_PICCOLA and v.file_size > v.compress_size * _MASSIMO_RAPPORTO)
            for v in voci
        )
    )
    if troppo:
        raise NonApribile(
            "Il file, una volta aperto, è molto più grande di quel che deve contenere.", _NUOVO
        )
    if len(set(nomi)) != len(nomi) or any(
        v.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for v in voci
    ):
        raise zipfile.BadZipFile


def _verifica_parti(archivio: zipfile.ZipFile) -> None:
    """Plain XML, without declarations of entities, in UTF-8, and not made of tags only."""
    for voce in archivio.infolist():
        if not voce.filename.lower().endswith((".xml", ".rels")):
            continue
        parte = archivio.read(voce)
        if b"<!DOCTYPE" in parte or b"<!ENTITY" in parte or b"\0" in parte[:4]:
            raise zipfile.BadZipFile
        foglio = "/worksheets/" in voce.filename.lower()
        if parte.count(b"<") > (_MASSIMO_SEGNI_FOGLIO if foglio else _MASSIMO_SEGNI):
            raise NonApribile(
                "Il file ha più celle, stili o testi di quanti se ne possano leggere.", _NUOVO
            )
