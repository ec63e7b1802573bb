# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading helpers every importer shares: bytes to clean lines, Italian numbers and dates, html to
plain text, names of persons, keys.

Everything here is linear in its input: a hostile file costs its size, never more. A function that
cannot read returns `None`; only `leggi_righe` raises, and always `PianoIllegibile`.
"""

from __future__ import annotations

import codecs
import html
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cycle.importers.piano import Avviso, PianoIllegibile

MASSIMO_BYTE = 50 * 1024 * 1024
MASSIMO_RIGHE = 500_000
MASSIMO_CARATTERI_RIGA = 100_000

# Formats a user is likely to hand over instead of the text drawn from them.
_FIRME = (
    (b"%PDF", "un PDF"),
    (b"PK\x03\x04", "un documento compresso (docx, xlsx, odt, zip)"),
    (b"\xd0\xcf\x11\xe0", "un documento di Office"),
    (b"{\\rtf", "un documento RTF"),
    (b"\x1f\x8b", "un archivio compresso"),
    (b"\x89PNG", "un'immagine"),
    (b"\xff\xd8\xff", "un'immagine"),
)


class Avvisi:
    """Collects the doubtful readings of one document, and numbers them in line order."""

    def __init__(self) -> None:
        self._voci: list[tuple[int, str, str]] = []

    def __len__(self) -> int:
        return len(self._voci)

    def aggiungi(self, riga: int, codice: str, messaggio: str) -> None:
        self._voci.append((riga, codice, messaggio))

    def numerati(self) -> tuple[Avviso, ...]:
        ordinate = sorted(self._voci, key=lambda voce: voce[0])
        return tuple(Avviso(n, *voce) for n, voce in enumerate(ordinate, start=1))


@dataclass(frozen=True, slots=True)
class Righe:
    """The lines of a text file, cleaned; `intere` is false when the last one has no line end."""

    testi: tuple[str, ...]
    intere: bool


# --- bytes to lines -------------------------------------------------------------------------

_INVISIBILI = dict.fromkeys(
    [
        *(c for c in range(0x20) if c not in (0x09, 0x0A)),
        *range(0x7F, 0xA0),
        0xAD,
        *range(0x200B, 0x2010),  # zero width and direction marks
        *range(0x202A, 0x202F),  # direction overrides: they make a text read as another
        *range(0x2060, 0x206A),
        0xFEFF,
        0xFFFE,
        0xFFFF,
    ]
)
_SPAZI = {0xA0: " ", 0x2007: " ", 0x202F: " ", 0x2028: " ", 0x2029: " ", 0x0B: " ", 0x0C: " "}
_ALTRO_SPAZIO = re.compile("[" + "".join(chr(c) for c in _SPAZI) + "]")
_INVISIBILE = re.compile("[" + "".join(re.escape(chr(c)) for c in _INVISIBILI) + "]")
_DOPPIA_CODIFICA = re.compile("Ã[\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")


def testo_visibile(testo: str) -> str:
    """Without control and invisible characters, unusual blanks made blanks, accents composed;
    line ends and tabs stay."""
    testo = testo.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", testo.translate(_SPAZI).translate(_INVISIBILI))


def verifica_dimensione(byte: int) -> None:
    """Raises `PianoIllegibile` for a file of more than `MASSIMO_BYTE` bytes."""
    if byte > MASSIMO_BYTE:
        decimi = -(-byte * 10 // (1024 * 1024))  # upwards: one byte too many is not 50 MB
        raise PianoIllegibile(
            f"Il file è troppo grande: {decimi // 10},{decimi % 10} MB, mentre il massimo è "
            f"{MASSIMO_BYTE // 1024 // 1024} MB. Dividere il documento e importarlo a parti."
        )


def leggi_righe(contenuto: bytes, avvisi: Avvisi) -> Righe:
    """Decode and clean a text file: UTF-8 with or without BOM, UTF-16 with BOM, Windows-1252 with
    an Avviso. Control and invisible characters are dropped with an Avviso; line numbers stay those
    of the file.

    Raises `PianoIllegibile` when the file is empty, too big, binary or wrongly encoded.
    """
    verifica_dimensione(len(contenuto))
    for firma, cosa in _FIRME:
        if contenuto.startswith(firma):
            raise PianoIllegibile(
                f"Il file è {cosa}, non un testo: estrarre il testo del piano e importare quello."
            )
    testo = _decodifica(contenuto, avvisi)
    if not testo.strip():
        raise PianoIllegibile("Il file è vuoto: scegliere il file che contiene il piano.")
    doppia = _DOPPIA_CODIFICA.search(testo)
    if doppia is not None and len(_DOPPIA_CODIFICA.findall(testo)) > 3:
        riga = testo.count("\n", 0, doppia.start()) + 1
        raise PianoIllegibile(
            f"Riga {riga}: le lettere accentate sono rovinate (come «AttivitÃ» per «Attività») "
            "perché il file è stato convertito due volte. Salvarlo dall'originale in UTF-8."
        )
    testo = testo.replace("\r\n", "\n").replace("\r", "\n")
    if _ALTRO_SPAZIO.search(testo):
        testo = testo.translate(_SPAZI)
    testo = _senza_invisibili(testo, avvisi)
    _segnala_perduti(testo, avvisi)
    if not unicodedata.is_normalized("NFC", testo):
        testo = unicodedata.normalize("NFC", testo)
    righe = testo.split("\n")
    intere = righe[-1] == ""
    if intere:
        righe.pop()
    if len(righe) > MASSIMO_RIGHE:
        raise PianoIllegibile(
            f"Il file ha {len(righe)} righe, mentre il massimo è {MASSIMO_RIGHE}: dividere il "
            "documento e importarlo a parti."
        )
    for numero, testo in enumerate(righe, start=1):
        if len(testo) > MASSIMO_CARATTERI_RIGA:
            raise PianoIllegibile(
                f"Riga {numero}: è lunga {len(testo)} caratteri, mentre il massimo è "
                f"{MASSIMO_CARATTERI_RIGA}. Il file non è un piano nel formato atteso: controllare "
                "che le righe siano separate."
            )
    return Righe(tuple(righe), intere)


def _decodifica(contenuto: bytes, avvisi: Avvisi) -> str:
    if contenuto.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise PianoIllegibile("Il file è in UTF-32: salvarlo in UTF-8 e riprovare.")
    if contenuto.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return contenuto.decode("utf-16")
        except UnicodeDecodeError as errore:
            raise PianoIllegibile(
                "Il file in UTF-16 è danneggiato o troncato "
                f"(byte {errore.start}): salvarlo di nuovo in UTF-8."
            ) from None
    if b"\0" in contenuto:
        riga = contenuto.count(b"\n", 0, contenuto.index(b"\0")) + 1
        raise PianoIllegibile(
            f"Riga {riga}: il file contiene byte nulli, quindi non è un testo (o è in UTF-16 senza "
            "l'indicatore iniziale). Salvarlo come testo in UTF-8 e riprovare."
        )
    try:
        return contenuto.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as errore:
        return _decodifica_windows(contenuto, errore, avvisi)


def _decodifica_windows(contenuto: bytes, errore: UnicodeDecodeError, avvisi: Avvisi) -> str:
    """Windows-1252, only when nothing in the file is UTF-8: a mixture is a damaged file."""
    riga = contenuto.count(b"\n", 0, errore.start) + 1
    if errore.reason == "unexpected end of data":
        raise PianoIllegibile(
            f"Riga {riga}: il file finisce a metà di un carattere, quindi è troncato. Copiarlo o "
            "scaricarlo di nuovo per intero."
        )
    utf8_valido = re.search(rb"[\xc3][\x80-\xbf]|[\xe2][\x80-\xbf]{2}", contenuto)
    try:
        testo = contenuto.decode("cp1252")
    except UnicodeDecodeError:
        testo = ""
    if utf8_valido or not testo or not re.search("[àèéìòùÀÈÉÌÒÙ]", testo):
        raise PianoIllegibile(
            f"Riga {riga}: il file contiene caratteri che non sono in UTF-8 (byte {errore.start}, "
            f"valore {contenuto[errore.start]:#04x}). Salvarlo in UTF-8 e riprovare."
        )
    avvisi.aggiungi(
        riga, "", "il file non è in UTF-8: letto come Windows-1252; controllare le accentate"
    )
    return testo


def _senza_invisibili(testo: str, avvisi: Avvisi) -> str:
    prima = _INVISIBILE.search(testo)
    if prima is None:
        return testo
    pulito = testo.translate(_INVISIBILI)
    riga = testo.count("\n", 0, prima.start()) + 1
    tolti = len(testo) - len(pulito)
    if tolti > 100 and tolti * 20 > len(testo):
        raise PianoIllegibile(
            f"Riga {riga}: il file contiene {tolti} caratteri di controllo, quindi non è un testo. "
            "Salvare il piano come testo in UTF-8 e riprovare."
        )
    avvisi.aggiungi(riga, "", f"tolti {tolti} caratteri di controllo o invisibili, il primo qui")
    return pulito


def _segnala_perduti(testo: str, avvisi: Avvisi) -> None:
    """U+FFFD is what another program wrote in place of a character it could not read."""
    primo = testo.find("\ufffd")
    if primo >= 0:
        avvisi.aggiungi(
            testo.count("\n", 0, primo) + 1,
            "",
            f"{testo.count(chr(0xFFFD))} caratteri erano già perduti nel file (segno \ufffd), il "
            "primo qui: controllare i testi",
        )


# --- cells ----------------------------------------------------------------------------------

_NUMERO = re.compile(
    r"(?P<segno>[-+−]?)\s?(?P<intero>[0-9]{1,3}(?:\.[0-9]{3}){1,3}|[0-9]{1,12})"
    r"(?:,(?P<decimali>[0-9]{1,6}))?\s?[%€]?"
)
_DATA = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4}|[0-9]{2})")
_CIFRE_CONFUSE = str.maketrans("OoQlI|", "000111")


def numero_italiano(testo: str) -> Decimal | None:
    """`1.234,56` as `Decimal("1234.56")`; a trailing `%` or `€` is allowed. `None` when it is not
    such a number: a point that does not separate thousands is never taken for a decimal one."""
    trovato = _NUMERO.fullmatch(testo.strip())
    if trovato is None:
        return None
    valore = Decimal(f"{trovato['intero'].replace('.', '')}.{trovato['decimali'] or '0'}")
    if trovato["decimali"] is None:
        valore = Decimal(trovato["intero"].replace(".", ""))
    return -valore if trovato["segno"] in ("-", "−") else valore


def data_italiana(testo: str) -> date | None:
    """`31/12/21`, `31-12-2021`, `31.12.2021`; two digits mean this century. `None` when there is no
    such day in the calendar."""
    trovata = _DATA.fullmatch(testo.strip())
    if trovata is None:
        return None
    giorno, mese, anno = (int(parte) for parte in trovata.groups())
    try:
        return date(anno if anno > 99 else 2000 + anno, mese, giorno)
    except ValueError:
        return None


def data_con_cifre_confuse(testo: str) -> date | None:
    """A date whose digits a scanner took for letters (`0l/O1/21`). The caller owes an Avviso."""
    return data_italiana(testo.strip().translate(_CIFRE_CONFUSE))


_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)(?:\s[^<>]*)?/?>")
_ATTIVO = re.compile(r"<(script|style)\b", re.IGNORECASE)
_ATTIVO_CHIUSO = re.compile(r"</(?:script|style)\b[^<>]*>", re.IGNORECASE)
_CAPOVERSO = frozenset({"p", "br", "ul", "ol", "li", "div", "tr", "table", "h1", "h2", "h3", "h4"})
_SPAZIO = re.compile(r"[ \t]+")


def testo_semplice(testo: str) -> str:
    """Html reduced to plain text: one line for each paragraph, entities decoded, scripts and styles
    gone with their content. Text without tags only has its blanks collapsed."""
    if "<" in testo:
        testo = _TAG.sub(_al_posto_del_tag, _senza_attivi(testo))
    if "&" in testo:
        testo = html.unescape(testo).translate(_SPAZI).translate(_INVISIBILI)
    if "\n" not in testo:
        return _SPAZIO.sub(" ", testo).strip()
    righe = (_SPAZIO.sub(" ", riga).strip() for riga in testo.split("\n"))
    return "\n".join(riga for riga in righe if riga)


def ha_html_sospetto(testo: str) -> bool:
    """Whether the html is more than the formatting a report writer can produce."""
    return bool(_ATTIVO.search(testo)) or any(
        nome.lower() in ("iframe", "object", "embed", "img", "svg", "link", "meta", "form", "a")
        for _, nome in _TAG.findall(testo)
    )


def _al_posto_del_tag(tag: re.Match[str]) -> str:
    return "\n" if tag[2].lower() in _CAPOVERSO else " "


def _senza_attivi(testo: str) -> str:
    """Without scripts and styles. By two searches, not by one lazy pattern: many openings and no
    closing must stay linear."""
    resti: list[str] = []
    inizio = 0
    while (aperto := _ATTIVO.search(testo, inizio)) is not None:
        resti.append(testo[inizio : aperto.start()])
        chiuso = _ATTIVO_CHIUSO.search(testo, aperto.end())
        if chiuso is None:
            return "".join(resti)
        inizio = chiuso.end()
    return "".join([*resti, testo[inizio:]])


# --- names and keys -------------------------------------------------------------------------

_NON_NOME = re.compile(r"[\s,;_–—-]+")
_NON_CHIAVE = re.compile(r"[^a-z0-9]+")
_APOSTROFI = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'"})


def nome_di_persona(testo: str) -> str:
    """`COGNOME NOME` from `COGNOME-NOME`, `COGNOME, NOME` or `COGNOME NOME`: upper case, single
    blanks. A vacant post stays `-`; text without letters becomes empty."""
    pulito = _NON_NOME.sub(" ", testo_semplice(testo).translate(_APOSTROFI)).strip().upper()
    if not pulito and testo.strip() in ("-", "–", "—"):
        return "-"
    return pulito if any(c.isalpha() for c in pulito) else ""


def chiave(testo: str) -> str:
    """The same text whatever its case, accents, punctuation and blanks: `l'Età` -> `l-eta`."""
    if not testo.isascii():
        scomposto = unicodedata.normalize("NFKD", testo)
        testo = "".join(c for c in scomposto if not unicodedata.combining(c))
    return _NON_CHIAVE.sub("-", testo.lower()).strip("-")


def sigla(testo: str, massimo: int = 40) -> str:
    """A readable code for something the document names but gives no code to."""
    codice = chiave(testo).upper()
    if len(codice) <= massimo:
        return codice
    return codice[:massimo].rsplit("-", 1)[0]


def distanza(una: str, altra: str, massimo: int) -> int:
    """Edit distance (insert, delete, replace, swap of neighbours), or `massimo + 1` when larger."""
    if abs(len(una) - len(altra)) > massimo:
        return massimo + 1
    prima: list[int] = []
    ora = list(range(len(altra) + 1))
    for i, a in enumerate(una, start=1):
        due_fa, prima, ora = prima, ora, [i]
        for j, b in enumerate(altra, start=1):
            costo = min(prima[j] + 1, ora[j - 1] + 1, prima[j - 1] + (a != b))
            if i > 1 and j > 1 and a == altra[j - 2] and una[i - 2] == b:
                costo = min(costo, due_fa[j - 2] + 1)
            ora.append(costo)
    return min(ora[-1], massimo + 1)
