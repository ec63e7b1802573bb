# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files that people bring or that we print: kept outside the web root, known by their SHA-256.

A file is written before its row is: if the transaction rolls back an orphan is left on the disk,
which harms nobody, and never a row without its file."""

from __future__ import annotations

import hashlib
import os
import tempfile
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from cycle.models import Allegato
from cycle.services.tipi_file import MEGA, PDF, Estraneo, Tipo, riconosci
from workflows.errors import Motivo, NonPossibile

# What may be attached where nothing else is said: a PDF.
SOLO_PDF = {PDF.mime: PDF}


class AllegatoGuasto(Exception):
    """The file on the disk is not the one whose SHA-256 was recorded, or is not there."""


def deposita(
    *,
    ente_id: int,
    nome: str,
    pezzi: Iterable[bytes],
    ammessi: Mapping[str, Tipo] = SOLO_PDF,
    nostro: bool = False,
) -> Allegato:
    """Store a file and its row; the same file of the same ente is stored once. What it is is said
    by its bytes. Raises NonPossibile, naming it, when it is empty, too large, or none of the kinds
    `ammessi`; what is `nostro` we have printed, and is not
    looked at."""
    cartella = _radice() / str(ente_id)
    cartella.mkdir(parents=True, exist_ok=True, mode=0o700)
    descrittore, provvisorio = tempfile.mkstemp(dir=cartella, prefix=".arrivo-")
    try:
        massimo = max(t.massimo for t in ammessi.values()) if not nostro else None
        with os.fdopen(descrittore, "wb") as file:
            sha256, dimensione = _scrivi(file, pezzi, massimo)
        tipo = PDF if nostro else riconosci(Path(provvisorio), ammessi)
        percorso = f"{ente_id}/{sha256}{tipo.estensione}"
        Path(provvisorio).replace(_radice() / percorso)
    except BaseException as errore:
        Path(provvisorio).unlink(missing_ok=True)
        if isinstance(errore, Estraneo):
            raise _rifiutato(nome, errore, ammessi) from None
        raise
    presente = Allegato.objects.filter(ente_id=ente_id, percorso=percorso).first()
    return presente or Allegato.objects.create(
        ente_id=ente_id,
        nome=nome_sicuro(nome, tipo.estensione),
        tipo_mime=tipo.mime,
        dimensione=dimensione,
        sha256=sha256,
        percorso=percorso,
    )


def _scrivi(file: BinaryIO, pezzi: Iterable[bytes], massimo: int | None) -> tuple[str, int]:
    somma, dimensione = hashlib.sha256(), 0
    for pezzo in pezzi:
        dimensione += len(pezzo)
        if massimo is not None and dimensione > massimo:
            raise Estraneo(
                _("supera i %(mega)s MB") % {"mega": massimo // MEGA},
                _("Ridurlo, per esempio salvandolo senza immagini a piena risoluzione."),
            )
        somma.update(pezzo)
        file.write(pezzo)
    file.flush()
    os.fsync(file.fileno())
    return somma.hexdigest(), dimensione


def _rifiutato(nome: str, perche: Estraneo, ammessi: Mapping[str, Tipo]) -> NonPossibile:
    solo_pdf = ammessi is SOLO_PDF
    visibile = nome_sicuro(nome, "") or _("senza nome")
    messaggio = _("Il file «%(nome)s» %(perche)s.") % {
        "nome": visibile[:80],
        "perche": perche.messaggio,
    }
    regola, chi = ("R2", "segreteria") if solo_pdf else ("R16", "dirigente")
    return NonPossibile(
        {0: [Motivo("documento_leggibile", regola, messaggio, perche.rimedio, chi)]}
    )


def nome_sicuro(nome: str, estensione: str) -> str:
    """The last part of a name as the browser sent it, without invisible characters, with the
    extension of what it is; as it is where none is given."""
    ultimo = nome.replace("\\", "/").rsplit("/", 1)[-1]
    visibile = "".join(c for c in ultimo if unicodedata.category(c)[0] != "C").strip(" .")
    if not estensione:
        return visibile[:200]
    radice = visibile
    for finale in {estensione, ".jpeg" if estensione == ".jpg" else estensione}:
        radice = radice[: -len(finale)] if radice.lower().endswith(finale) else radice
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
