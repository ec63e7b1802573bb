# SPDX-License-Identifier: AGPL-3.0-or-later
"""What may be done to a document without changing its schede: bytes, page heads, order, parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from random import Random

from cycle.importers import leggi

# The first line of a scheda, in each layout; Cinisello's has more pages than one.
_INIZI = {
    "seregno": re.compile(r"LINEA STRATEGICA"),
    "reggio": re.compile(r"(?:\*\*)?(?:20[0-9]{2}_P[DG]_\w{4}|Z_[0-9]+)\b(?!\t)"),
    "cinisello": re.compile(r".{0,3}OBIETTIVO DI PEG\b(?!:)"),
    "modena": re.compile(r"\*\*Piano Esecutivo di Gestione - Sezione|Settore\b"),
}
_CODICE_CINISELLO = re.compile(r"20[0-9]{2} ?_ ?S[0-9]{2}[_ ]+([0-9]{2})")
# What a page repeats, where it can stand without a meaning.
_TESTATE = {
    "seregno": ("\n\n", "\n\n\n\nScheda Obiettivo Gestionale\n\n"),
    "reggio": (
        "\nCodice indicatore\t",
        "\nCodice indicatore\tIndicatore\tPrevisto\n---\t---\t---\n\nCodice indicatore\t",
    ),
    "cinisello": (
        "OBIETTIVO DI PEG Area",
        "@ Citta' di Fontanarsa SCHEDA PEG DI RENDICONTAZIONE\n\nOBIETTIVO DI PEG Area",
    ),
    "modena": ("\n\n", "\n\n\n\n"),
}


def nudo(cosa: object) -> object:
    """A value of the plan without the lines it was read at."""
    if is_dataclass(cosa):
        return tuple(
            (campo.name, nudo(getattr(cosa, campo.name)))
            for campo in fields(cosa)
            if campo.name != "riga"
        )
    return tuple(nudo(parte) for parte in cosa) if isinstance(cosa, tuple) else cosa


def obiettivi(forma: str, contenuto: bytes, anno: int) -> dict[str, object]:
    return {o.codice: nudo(o) for o in leggi(forma, contenuto, anno=anno).obiettivi}


def pezzi(forma: str, testo: str) -> tuple[str, list[str]]:
    """What stands before the first scheda, and each scheda."""
    righe = testo.split("\n")
    inizi = []
    visti: set[str] = set()
    for n, riga in enumerate(righe):
        if not _INIZI[forma].match(riga):
            continue
        if forma == "cinisello":
            codice = _CODICE_CINISELLO.search("\n".join(righe[n : n + 6]))
            if codice is None or codice[1] in visti:
                continue
            visti.add(codice[1])
        elif forma == "modena" and not re.search(r"Scheda\b.* n", "\n".join(righe[n : n + 6])):
            continue
        inizi.append(n)
    fini = [*inizi[1:], len(righe)]
    testa = "\n".join(righe[: inizi[0]])
    return testa, ["\n".join(righe[a:b]) for a, b in zip(inizi, fini, strict=True)]


def altri_byte(testo: str) -> dict[str, bytes]:
    """The same text as other programs save it."""
    return {
        "CRLF": testo.replace("\n", "\r\n").encode(),
        "CR": testo.replace("\n", "\r").encode(),
        "BOM": b"\xef\xbb\xbf" + testo.encode(),
        "UTF-16": testo.encode("utf-16"),
        "pagine": testo.replace("\n\n\n\n", "\n\n\x0c\n\n").encode(),
        "blank": re.sub(r"(?m)(?<!\t)$", "  ", testo).encode(),
        "righe vuote in fondo": (testo + "\n" * 50).encode(),
    }


def con_testate(forma: str, testo: str) -> str:
    """The running head printed again at every place it may stand."""
    dove, cosa = _TESTATE[forma]
    return testo.replace(dove, cosa)


def mescolato(forma: str, testo: str, caso: Random) -> str:
    testa, schede = pezzi(forma, testo)
    caso.shuffle(schede)
    return "\n".join((testa, *schede))


def parti(forma: str, testo: str, quante: int) -> Iterator[tuple[str, slice]]:
    """Some parts of the document, from a scheda to the end and from the beginning to a scheda, and
    which of its schede are whole in each."""
    testa, schede = pezzi(forma, testo)
    for k in range(1, len(schede), max(1, len(schede) // quante)):
        yield "\n".join((testa, *schede[k:])), slice(k, None)
        yield "\n".join((testa, *schede[:k])), slice(None, k)


def tagliato(forma: str, testo: str, caso: Random) -> tuple[str, int]:
    """The document up to a line anywhere, and how many of its schede end before."""
    testa, schede = pezzi(forma, testo)
    tutte = testo.split("\n")
    dove = caso.randrange(testa.count("\n") + 2, len(tutte))
    fine = testa.count("\n") + 1
    for intere, scheda in enumerate(schede):
        fine += scheda.count("\n") + 1
        if fine > dove:
            return "\n".join(tutte[:dove]), intere
    return "\n".join(tutte[:dove]), len(schede)
