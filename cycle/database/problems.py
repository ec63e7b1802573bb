# SPDX-License-Identifier: AGPL-3.0-or-later
"""What can go wrong with the embedded server, in words that say what to do.

Standard library only: the keeper speaks from here too, and it does not load Django.
"""

import errno
from pathlib import Path

_LOG_TAIL = 12  # lines: enough for PostgreSQL's FATAL with its DETAIL and HINT


class Problem(Exception):
    """A trouble of the embedded server; its text, in Italian, carries the remedy."""


def from_os_error(error: OSError, place: Path) -> Problem:
    """Explain a refusal of the operating system met while working in `place`."""
    where = error.filename or place
    match error.errno:
        case errno.EACCES | errno.EPERM:
            return Problem(
                f"Non ho il permesso di scrivere in {where}. Dallo all'utente che esegue il "
                "comando (chown o chmod), oppure indica un'altra cartella con CYCLE_DATA."
            )
        case errno.EROFS:
            return Problem(
                f"{where} sta su un disco montato in sola lettura: rendilo scrivibile, oppure "
                "indica un'altra cartella con CYCLE_DATA."
            )
        case errno.ENOSPC | errno.EDQUOT:
            return disk_full(place)
        case errno.EEXIST | errno.ENOTDIR:
            return Problem(
                f"{where} esiste e non è una cartella: spostalo, oppure indica un'altra cartella "
                "con CYCLE_DATA."
            )
    return Problem(
        f"Non riesco a usare {where} ({error.strerror or error}): controlla il percorso, oppure "
        "indica un'altra cartella con CYCLE_DATA."
    )


def disk_full(place: Path) -> Problem:
    return Problem(
        f"Il disco che contiene {place} è pieno: libera spazio (qualche centinaio di MB) e riprova,"
        " oppure indica un'altra cartella con CYCLE_DATA. I dati già salvati sono intatti."
    )


def from_log(text: str, *, port: int | None, place: Path, log: Path) -> Problem:
    """Explain why the server did not start, from what it wrote (in English: its locale is C)."""
    if "Address already in use" in text:
        return Problem(
            f"La porta {port} di 127.0.0.1 è già occupata da un altro programma: scegline un'altra "
            "con CYCLE_DB_PORT, oppure togli la variabile (al prodotto basta il socket)."
        )
    if "No space left on device" in text or "Disk quota exceeded" in text:
        return disk_full(place)
    if "Cannot allocate memory" in text or "out of memory" in text:
        return Problem(
            "Manca la memoria per avviare il database (servono circa 200 MB): chiudi qualche "
            "programma, o alza il limite del contenitore, e riprova."
        )
    for phrase, code in (("Permission denied", errno.EACCES), ("Read-only file", errno.EROFS)):
        if phrase in text:
            return from_os_error(OSError(code, phrase, str(place)), place)
    tail = "\n".join(text.strip().splitlines()[-_LOG_TAIL:])
    return Problem(
        f"Il database incorporato non è partito. Il suo diario è {log} e finisce così:\n{tail}\n"
        f"Se la cartella {place} è rovinata, rinominala: al prossimo comando ne nasce una vuota, "
        "in cui ricaricare la copia di sicurezza."
    )
