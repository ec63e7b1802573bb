# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a file is, said by its bytes and never by its name: which kinds are accepted, how large each
may be, and what is refused whatever it calls itself (programs, macros, archives that burst)."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

MEGA = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Tipo:
    """A kind of file: its media type, the extension it is stored with, its largest size in bytes,
    and what people call it."""

    mime: str
    estensione: str
    massimo: int
    nome: str | Promise


_OFFICE = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
PDF = Tipo("application/pdf", ".pdf", 25 * MEGA, "PDF")
ODT = Tipo(f"{_ODF}text", ".odt", 15 * MEGA, "ODT")
ODS = Tipo(f"{_ODF}spreadsheet", ".ods", 15 * MEGA, "ODS")
DOCX = Tipo(f"{_OFFICE}wordprocessingml.document", ".docx", 15 * MEGA, "DOCX")
XLSX = Tipo(f"{_OFFICE}spreadsheetml.sheet", ".xlsx", 15 * MEGA, "XLSX")
PNG = Tipo("image/png", ".png", 10 * MEGA, "PNG")
JPG = Tipo("image/jpeg", ".jpg", 10 * MEGA, "JPG")
TXT = Tipo("text/plain", ".txt", 2 * MEGA, gettext_lazy("testo"))
TIPI: Mapping[str, Tipo] = {t.mime: t for t in (PDF, ODT, ODS, DOCX, XLSX, PNG, JPG, TXT)}

_FIRME = ((b"%PDF-", PDF), (b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPG))
_ESTRANEI: tuple[tuple[bytes, str | Promise], ...] = (
    (b"MZ", gettext_lazy("è un programma")),
    (b"\x7fELF", gettext_lazy("è un programma")),
    (b"\xca\xfe\xba\xbe", gettext_lazy("è un programma")),
    (b"#!", gettext_lazy("è un programma")),
    (b"\xd0\xcf\x11\xe0", gettext_lazy("è un vecchio documento di Office, o ha una password")),
    (b"Rar!", gettext_lazy("è un archivio compresso")),
    (b"7z\xbc\xaf\x27\x1c", gettext_lazy("è un archivio compresso")),
    (b"\x1f\x8b", gettext_lazy("è un archivio compresso")),
    (b"BZh", gettext_lazy("è un archivio compresso")),
)
# part of a name inside an office document -> what it is
_VIETATE: tuple[tuple[str, str | Promise], ...] = (
    ("vbaproject", gettext_lazy("contiene delle macro")),
    ("macrosheets/", gettext_lazy("contiene delle macro")),
    ("basic/", gettext_lazy("contiene delle macro")),
    ("scripts/", gettext_lazy("contiene delle macro")),
    ("activex/", gettext_lazy("contiene controlli attivi")),
    ("embeddings/", gettext_lazy("contiene altri documenti incorporati")),
)
_PROGRAMMI = (".exe", ".dll", ".com", ".bat", ".cmd", ".ps1", ".vbs", ".js", ".jar", ".scr", ".msi")
_MASSIMO_VOCI = 5_000
_MASSIMO_APERTO = 200 * MEGA
_MASSIMO_RAPPORTO = 200  # of a part above a megabyte, to its compressed size
_MASSIMO_INDICE = MEGA


class Estraneo(Exception):
    """A file that is not accepted: what is wrong with it, and the remedy."""

    def __init__(self, messaggio: str, rimedio: str) -> None:
        super().__init__(messaggio)
        self.messaggio = messaggio
        self.rimedio = rimedio


def elenco(tipi: Mapping[str, Tipo] = TIPI) -> str:
    """`PDF fino a 25 MB; ODT, ODS ... fino a 15 MB`: what is accepted, in words."""
    per_misura: dict[int, list[str]] = {}
    for t in tipi.values():
        per_misura.setdefault(t.massimo, []).append(str(t.nome))
    return "; ".join(
        _("%(nomi)s fino a %(mega)s MB") % {"nomi": ", ".join(nomi), "mega": massimo // MEGA}
        for massimo, nomi in per_misura.items()
    )


def riconosci(percorso: Path, ammessi: Mapping[str, Tipo]) -> Tipo:
    """What kind of file is on the disk, of the `ammessi`. Raises Estraneo."""
    with percorso.open("rb") as file:
        inizio = file.read(8192)
    if not inizio:
        raise Estraneo(_("è vuoto"), _("Controllare il file e allegarlo di nuovo."))
    tipo = next((t for firma, t in _FIRME if inizio.startswith(firma)), None)
    if tipo is None and set(ammessi) != {PDF.mime}:
        for firma, cosa in _ESTRANEI:
            if inizio.startswith(firma):
                raise Estraneo(str(cosa), _salva_come(ammessi))
        tipo = _documento(percorso, ammessi) if inizio.startswith(b"PK") else _testo(percorso)
    if tipo is None or tipo.mime not in ammessi:
        cosa = _("non è un PDF") if set(ammessi) == {PDF.mime} else _("non si riconosce che cos'è")
        raise Estraneo(cosa, _salva_come(ammessi))
    if percorso.stat().st_size > tipo.massimo:
        raise Estraneo(
            _("supera i %(mega)s MB ammessi per un file %(tipo)s")
            % {"mega": tipo.massimo // MEGA, "tipo": tipo.nome},
            _("Ridurlo, per esempio salvandolo senza immagini a piena risoluzione."),
        )
    return tipo


def _salva_come(ammessi: Mapping[str, Tipo]) -> str:
    if set(ammessi) == {PDF.mime}:
        return _("Salvarlo in PDF e allegarlo di nuovo.")
    return _("Si allegano: %(tipi)s.") % {"tipi": elenco(ammessi)}


def _documento(percorso: Path, ammessi: Mapping[str, Tipo]) -> Tipo | None:
    """An ODF or an OOXML document, by what stands inside: nothing of it is expanded but its own
    declaration of what it is."""
    try:
        with zipfile.ZipFile(percorso) as archivio:
            voci = archivio.infolist()
            _verifica(voci)
            nomi = {v.filename for v in voci}
            if voci and voci[0].filename == "mimetype":
                return TIPI.get(_leggi(archivio, "mimetype").strip())
            if "[Content_Types].xml" in nomi:
                indice = _leggi(archivio, "[Content_Types].xml")
                if "macroEnabled" in indice:
                    raise Estraneo(_("contiene delle macro"), _senza_macro())
                for tipo in (DOCX, XLSX):
                    if f"{tipo.mime}.main+xml" in indice:
                        return tipo
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as errore:
        raise Estraneo(
            _("è danneggiato o incompleto"), _("Salvarlo di nuovo e allegarlo.")
        ) from errore
    raise Estraneo(_("è un archivio compresso"), _salva_come(ammessi))


def _leggi(archivio: zipfile.ZipFile, nome: str) -> str:
    with archivio.open(nome) as parte:
        return parte.read(_MASSIMO_INDICE).decode("utf-8", "replace")


def _verifica(voci: list[zipfile.ZipInfo]) -> None:
    """Raises Estraneo for what no document needs: macros, programs, passwords, a bomb."""
    for nome in (v.filename.replace("\\", "/").lower() for v in voci):
        for parola, cosa in _VIETATE:
            if nome.startswith(parola) or f"/{parola}" in f"/{nome}":
                raise Estraneo(str(cosa), _senza_macro())
        if nome.endswith(_PROGRAMMI):
            raise Estraneo(_("contiene un programma"), _senza_macro())
    if any(v.flag_bits & 1 for v in voci):
        raise Estraneo(
            _("è protetto da una password"), _("Togliere la password e salvarlo di nuovo.")
        )
    if (
        len(voci) > _MASSIMO_VOCI
        or sum(v.file_size for v in voci) > _MASSIMO_APERTO
        or any(
            v.file_size > MEGA and v.file_size > v.compress_size * _MASSIMO_RAPPORTO for v in voci
        )
    ):
        raise Estraneo(
            _("una volta aperto è molto più grande di quel che un documento contiene"),
            _("Salvarlo in PDF e allegare quello."),
        )


def _senza_macro() -> str:
    return _("Salvarlo senza, oppure in PDF, e allegarlo di nuovo.")


def _testo(percorso: Path) -> Tipo | None:
    """A text that one can read: no control characters but those of the lines."""
    if percorso.stat().st_size > TXT.massimo:
        return None
    contenuto = percorso.read_bytes()
    for codifica in ("utf-8-sig", "cp1252"):
        try:
            testo = contenuto.decode(codifica)
        except UnicodeDecodeError:
            continue
        return TXT if all(c >= " " or c in "\t\r\n\f" for c in testo) else None
    return None
