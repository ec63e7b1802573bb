# SPDX-License-Identifier: AGPL-3.0-or-later
"""The annex of an Atto: the canonical JSON of what it approved, made again byte for byte from the
versions that the database keeps immutable, and proven against the digest recorded with it (R85).

It is read as it is written, a scheda at a time: an act over ten thousand objectives takes no more
memory than one over ten."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cycle import canonico
from cycle.models import Atto, VersioneObiettivo

_PER_VOLTA = 200  # schede read at once


@dataclass(frozen=True, slots=True)
class Verifica:
    """What was found of an Atto: the digest recorded and the one made again, how many schede, and
    those whose text is no longer that of their SHA-256 (by number of the row)."""

    registrato: str
    ricostruito: str
    schede: int
    byte: int
    alterate: tuple[int, ...]

    @property
    def provato(self) -> bool:
        return self.registrato == self.ricostruito and not self.alterate


def pezzi(atto: Atto) -> Iterator[str]:
    """The canonical JSON of the Atto, in pieces."""
    return _pezzi(atto, _versioni(atto))


def _pezzi(atto: Atto, versioni: Iterable[VersioneObiettivo]) -> Iterator[str]:
    return canonico.atto(
        atto,
        atto.ente.codice_ipa,
        atto.ciclo.anno,
        ((v.numero, v.sha256, v.contenuto) for v in versioni),
    )


def verifica(atto: Atto) -> Verifica:
    """Make the canonical JSON again and compare."""
    schede, alterate = 0, []

    def lette() -> Iterator[VersioneObiettivo]:
        nonlocal schede
        for versione in _versioni(atto):
            schede += 1
            if canonico.impronta(versione.contenuto) != versione.sha256:
                alterate.append(versione.pk)
            yield versione

    somma, quanti = hashlib.sha256(), 0
    for pezzo in _pezzi(atto, lette()):
        riga = pezzo.encode()
        somma.update(riga)
        quanti += len(riga)
    return Verifica(atto.digest, somma.hexdigest(), schede, quanti, tuple(alterate))


def _versioni(atto: Atto) -> Iterator[VersioneObiettivo]:
    """The versions of the Atto, by id of the objective, a few at a time."""
    dopo = 0
    while True:
        gruppo = list(
            VersioneObiettivo.objects.filter(atto=atto, obiettivo_id__gt=dopo).order_by(
                "obiettivo_id"
            )[:_PER_VOLTA]
        )
        yield from gruppo
        if len(gruppo) < _PER_VOLTA:
            return
        dopo = gruppo[-1].obiettivo_id
