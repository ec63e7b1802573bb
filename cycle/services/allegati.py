# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files that people bring or that we print: kept outside the web root, known by their SHA-256.

A file is written before its row is: if the transaction rolls back an orphan is left on the disk,
which harms nobody, and never a row without its file."""

from __future__ import annotations

import hashlib
import os
import tempfile
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from cycle.models import Allegato
from workflows.errors import Motivo, NonPossibile

MASSIMO = 25 * 1024 * 1024  # bytes
# mime -> (how a file of that kind begins, its extension)
TIPI = {"application/pdf": (b"%PDF-", ".pdf")}


class AllegatoGuasto(Exception):
    """The file on the disk is not the one whose SHA-256 was recorded, or is not there."""


def deposita(
    *,
    ente_id: int,
    nome: str,
    pezzi: Iterable[bytes],
    tipo_mime: str = "application/pdf",
    massimo: int | None = MASSIMO,
) -> Allegato:
    """Store a file and its row; the same file of the same ente is stored once. Raises NonPossibile
    when it is empty, larger than `massimo` bytes, or not of its kind."""
    inizio, estensione = TIPI[tipo_mime]
    cartella = _radice() / str(ente_id)
    cartella.mkdir(parents=True, exist_ok=True, mode=0o700)
    descrittore, provvisorio = tempfile.mkstemp(dir=cartella, prefix=".arrivo-")
    try:
        with os.fdopen(descrittore, "wb") as file:
            sha256, dimensione = _scrivi(file, pezzi, inizio, massimo)
        percorso = f"{ente_id}/{sha256}{estensione}"
        Path(provvisorio).replace(_radice() / percorso)
    except BaseException:
        Path(provvisorio).unlink(missing_ok=True)
        raise
    presente = Allegato.objects.filter(ente_id=ente_id, percorso=percorso).first()
    return presente or Allegato.objects.create(
        ente_id=ente_id,
        nome=nome_sicuro(nome, estensione),
        tipo_mime=tipo_mime,
        dimensione=dimensione,
        sha256=sha256,
        percorso=percorso,
    )


def _scrivi(
    file: BinaryIO, pezzi: Iterable[bytes], inizio: bytes, massimo: int | None
) -> tuple[str, int]:
    somma, dimensione, testa = hashlib.sha256(), 0, b""
    for pezzo in pezzi:
        testa = (testa + pezzo)[: len(inizio)] if len(testa) < len(inizio) else testa
        if not inizio.startswith(testa):
            raise _rifiutato(_("Il file non è un PDF."), _("Salvarlo in PDF e allegarlo di nuovo."))
        dimensione += len(pezzo)
        if massimo is not None and dimensione > massimo:
            raise _rifiutato(
                _("Il file supera i %(mega)s MB.") % {"mega": massimo // 1024**2},
                _("Ridurlo, per esempio salvandolo senza immagini a piena risoluzione."),
            )
        somma.update(pezzo)
        file.write(pezzo)
    if testa != inizio:
        raise _rifiutato(
            _("Il file è vuoto o non è un PDF."), _("Salvarlo in PDF e allegarlo di nuovo.")
        )
    file.flush()
    os.fsync(file.fileno())
    return somma.hexdigest(), dimensione


def _rifiutato(messaggio: str, rimedio: str) -> NonPossibile:
    return NonPossibile(
        {0: [Motivo("documento_leggibile", "R2", messaggio, rimedio, "segreteria")]}
    )


def nome_sicuro(nome: str, estensione: str) -> str:
    """The last part of a name as the browser sent it, without invisible characters, with its
    extension."""
    ultimo = nome.replace("\\", "/").rsplit("/", 1)[-1]
    visibile = "".join(c for c in ultimo if unicodedata.category(c)[0] != "C").strip(" .")
    radice = visibile[: -len(estensione)] if visibile.lower().endswith(estensione) else visibile
    return f"{radice[:200] or 'documento'}{estensione}"


def leggi(allegato: Allegato) -> bytes:
    """The bytes of a stored file, proven against its SHA-256. Raises AllegatoGuasto."""
    try:
        contenuto = (_radice() / allegato.percorso).read_bytes()
    except OSError as errore:
        raise AllegatoGuasto(_("Il file «%(nome)s» non c'è.") % {"nome": allegato}) from errore
    if hashlib.sha256(contenuto).hexdigest() != allegato.sha256:
        raise AllegatoGuasto(
            _("Il file «%(nome)s» non è quello che fu depositato.") % {"nome": allegato}
        )
    return contenuto


def _radice() -> Path:
    return Path(settings.CYCLE_DATA) / "allegati"
