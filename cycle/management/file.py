# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading the file a command was given."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import CommandError

from cycle.importers.piano import PianoIllegibile
from cycle.importers.testo import MASSIMO_BYTE, verifica_dimensione


def leggi_file(percorso: Path) -> bytes:
    """The bytes of the file. Raises CommandError when it cannot be read, or is bigger than any
    reader accepts: nothing of it is read then."""
    try:
        with percorso.open("rb") as file:
            verifica_dimensione(percorso.stat().st_size)
            # a device or a pipe has no size: it is read as far as its refusal
            return file.read(MASSIMO_BYTE + 1)
    except PianoIllegibile as errore:
        raise CommandError(f"{percorso}: {errore}") from None
    except FileNotFoundError:
        raise CommandError(f"{percorso} non esiste: controllare il nome del file.") from None
    except IsADirectoryError:
        raise CommandError(
            f"{percorso} è una cartella: indicare il file del piano che contiene."
        ) from None
    except PermissionError:
        raise CommandError(
            f"{percorso}: permesso negato. Dare il permesso di lettura del file e riprovare."
        ) from None
    except (OSError, ValueError) as errore:  # ValueError: a name with a null byte
        raise CommandError(f"{percorso} non si può leggere: {errore}") from None
