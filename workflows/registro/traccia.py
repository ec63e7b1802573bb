# SPDX-License-Identifier: AGPL-3.0-or-later
"""The trail of the registro as it comes from the database: a stretch of Eventi at a time, their
Modifiche, their links. Verified as it comes, or written to a file for the offline verifier."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from django.db import connections, transaction

from workflows.registro.forma import EVENTO, MODIFICA, SIGILLO
from workflows.registro.verificatore import Verificatore

TRATTO = 20_000  # Eventi read at a time
BLOCCO = 100  # of them, those whose lines come in one message
_SEGNO = b'"riservato": '
_RISERVATO = re.compile(rb'\{"impronta": "([0-9a-f]{64})", "riservato": (\d+)\}')

# The lines of a block are one value, since each value costs more to hand over than to hash. JSON
# writes no control character, so one parts them.
_FINE = b"\x01"
_BLOCCHI = f"""
SELECT t.righe FROM generate_series(%(da)s::bigint, %(a)s::bigint - 1, {BLOCCO}) d
 CROSS JOIN LATERAL (
    SELECT string_agg(r.riga, chr(1)) AS righe FROM ({{righe}}) r (riga)
 ) t WHERE t.righe IS NOT NULL
"""  # noqa: S608 - our own words
_NEL_BLOCCO = f"{{0}} >= d AND {{0}} < least(d + {BLOCCO}, %(a)s::bigint)"
_EVENTI = _BLOCCHI.format(
    righe=f"""
    SELECT {EVENTO} FROM workflows_evento e
     WHERE {_NEL_BLOCCO.format("e.id")} {{solo}} ORDER BY e.id"""  # noqa: S608
)
# A Modifica of no Evento has no action, and no link covers it.
_MODIFICHE = _BLOCCHI.format(
    righe=f"""
    SELECT {MODIFICA} FROM workflows_modifica m
      LEFT JOIN workflows_evento e ON e.id = m.evento_id AND {_NEL_BLOCCO.format("e.id")}
     WHERE {_NEL_BLOCCO.format("m.evento_id")} {{solo}} ORDER BY m.evento_id, m.id"""  # noqa: S608
)
_CON_IMPRONTA = "left({}, -1) || ', \"' || encode({}.impronta, 'hex') || '\"]'"
_SIGILLI = _BLOCCHI.format(
    righe=f"""
    SELECT {_CON_IMPRONTA.format(f"({SIGILLO})", "s")} FROM workflows_sigillo s
     WHERE {_NEL_BLOCCO.format("s.azione")} {{solo}} ORDER BY s.azione"""  # noqa: S608
)
_PRECEDENTI = """
SELECT json_build_array('P', s.ente_id, s.flusso, s.progressivo, encode(s.impronta, 'hex'))::text
  FROM workflows_sigillo dopo
  JOIN workflows_sigillo s ON s.ente_id = dopo.ente_id AND s.flusso = dopo.flusso
                          AND s.progressivo = dopo.progressivo - 1
 WHERE dopo.azione >= %(da)s AND s.azione < %(da)s {solo}
"""
_PROSSIMO = """
SELECT least((SELECT min(id) FROM workflows_evento WHERE id >= %(da)s),
             (SELECT min(evento_id) FROM workflows_modifica WHERE evento_id >= %(da)s),
             (SELECT min(azione) FROM workflows_sigillo WHERE azione >= %(da)s))
"""
_DA = """
SELECT coalesce(min(e.azione), %s) FROM workflows_evento e WHERE e.registrato_il >= %s {solo}
"""
_ANCORE = f"""
SELECT {_CON_IMPRONTA.format("a.testo", "a")} FROM workflows_ancora a
 WHERE true {{solo}} ORDER BY a.giorno, a.ente_id
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Passo:
    """How far the reading is: of how many numbers of Eventi."""

    letti: int
    totale: int


class Traccia:
    """The trail as one snapshot sees it, of all the enti or of one, from the beginning or from an
    instant. Use `aperta()`."""

    def __init__(self, cursore: Any, ente_id: int | None, da: datetime | None) -> None:
        self._cursore = cursore
        self.ente_id = ente_id
        self._solo = "" if ente_id is None else f" AND {{}}.ente_id = {int(ente_id)}"
        self.primo, self.ultimo = self._estremi(da)
        self.parziale = da is not None

    def _estremi(self, da: datetime | None) -> tuple[int, int]:
        """The first number to read and the last there is, of whatever table."""
        self._cursore.execute(
            "SELECT greatest((SELECT max(id) FROM workflows_evento),"
            " (SELECT max(evento_id) FROM workflows_modifica),"
            " (SELECT max(azione) FROM workflows_sigillo), 0)"
        )
        (ultimo,) = self._cursore.fetchone()
        if da is None:
            # numbers below the first that the sequence gives are as forged as any
            self._cursore.execute(
                "SELECT least((SELECT min(id) FROM workflows_evento),"
                " (SELECT min(evento_id) FROM workflows_modifica),"
                " (SELECT min(azione) FROM workflows_sigillo), 1)"
            )
        else:
            self._cursore.execute(_DA.format(solo=self._solo.format("e")), [ultimo + 1, da])
        (primo,) = self._cursore.fetchone()
        return primo, ultimo

    def _copia(
        self, domanda: str, tabella: str, tenute: list[bytes] | None = None, **fra: int
    ) -> Iterator[list[bytes]]:
        """The lines of the question, as many at a time as come together; those that name a value
        put apart are kept in `tenute` too."""
        # COPY doubles backslashes, and JSON has no other character that it would escape
        testo = domanda.format(solo=self._solo.format(tabella)) % {
            nome: int(numero) for nome, numero in fra.items()
        }
        with self._cursore.copy(f"COPY ({testo}) TO STDOUT") as copia:
            for dati in copia:
                blocco = bytes(dati)[:-1]
                if b"\\" in blocco:
                    blocco = blocco.replace(b"\\\\", b"\\")
                righe = blocco.split(_FINE)
                if tenute is not None and _SEGNO in blocco:
                    tenute += [riga for riga in righe if _SEGNO in riga]
                yield righe

    def ancore(self) -> Iterator[list[bytes]]:
        return self._copia(_ANCORE, "a")

    def precedenti(self) -> Iterator[list[bytes]]:
        return self._copia(_PRECEDENTI, "s", da=self.primo) if self.parziale else iter(())

    def tratti(self) -> Iterator[tuple[int, int]]:
        """The stretches in which there is something, as numbers of Eventi from and below."""
        da: int | None = self.primo
        while da is not None and da <= self.ultimo:
            yield da, da + TRATTO
            self._cursore.execute(_PROSSIMO, {"da": da + TRATTO})
            [da] = self._cursore.fetchone()

    def eventi(self, da: int, a: int) -> Iterator[list[bytes]]:
        return self._copia(_EVENTI, "e", da=da, a=a)

    def modifiche(
        self, da: int, a: int, riservate: list[bytes] | None = None
    ) -> Iterator[list[bytes]]:
        tabella = "e" if self.ente_id is not None else "m"
        return self._copia(_MODIFICHE, tabella, riservate, da=da, a=a)

    def sigilli(self, da: int, a: int) -> Iterator[list[bytes]]:
        return self._copia(_SIGILLI, "s", da=da, a=a)

    def riservati(self, righe: list[bytes]) -> tuple[list[int], list[int]]:
        """Of the values put apart that these Modifiche name: those that are not what was recorded,
        and the ente of each that is no more (R90)."""
        attese = {
            int(numero): (impronta.decode(), int(riga.split(b", ", 5)[4]))
            for riga in righe
            for impronta, numero in _RISERVATO.findall(riga)
        }
        self._cursore.execute(
            "SELECT id, sale, valore::text FROM workflows_riservato WHERE id = ANY (%s)",
            [list(attese)],
        )
        presenti = {
            pk: hashlib.sha256(bytes(sale) + valore.encode()).hexdigest()
            for pk, sale, valore in self._cursore.fetchall()
        }
        return (
            sorted(pk for pk, impronta in presenti.items() if attese[pk][0] != impronta),
            [ente for pk, (_impronta, ente) in attese.items() if pk not in presenti],
        )

    def senza_oblio(self, enti: set[int]) -> list[int]:
        """Those of the enti in which no action ever said that it erased somebody."""
        self._cursore.execute(
            "SELECT t FROM unnest(%s::bigint[]) t WHERE NOT EXISTS"
            " (SELECT 1 FROM workflows_evento e WHERE e.ente_id = t AND e.verbo = 'oblia')",
            [list(enti)],
        )
        return [ente for (ente,) in self._cursore.fetchall()]


@contextmanager
def aperta(
    *, ente_id: int | None = None, da: datetime | None = None, alias: str = "default"
) -> Iterator[Traccia]:
    """One snapshot of the registro: what is written meanwhile is not part of it."""
    with transaction.atomic(using=alias):
        connections[alias].ensure_connection()
        with connections[alias].connection.cursor() as cursore:
            if not connections[alias].savepoint_ids:
                cursore.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            # a stretch is sorted in memory, and is no work for a compiler
            cursore.execute("SET LOCAL work_mem = '64MB'")
            cursore.execute("SET LOCAL jit = off")
            yield Traccia(cursore, ente_id, da)


@dataclass(slots=True)
class Esito:
    """What verification found: `guasti`, the first first; none, and nothing was touched."""

    guasti: list[str]
    righe: int = 0
    anelli: int = 0
    ancore: int = 0
    obliati: int = 0


def verifica(traccia: Traccia, note: dict[str, str] | None = None) -> Iterator[Passo | Esito]:
    """Read the whole trail and judge it; a Passo for each stretch, and last the Esito. `note`:
    day -> digest of the anchors kept outside."""
    v = Verificatore(parziale=traccia.parziale)
    obliati: Counter[int] = Counter()
    for riga in _una_alla_volta(traccia.ancore()):
        v.ancora(riga)
    for giorno, impronta in (note or {}).items():
        v.nota(giorno, impronta)
    v.precedenti(_una_alla_volta(traccia.precedenti()))
    for da, a in traccia.tratti():
        con_riservati: list[bytes] = []
        for righe in traccia.eventi(da, a):
            v.eventi(righe)
        for righe in traccia.modifiche(da, a, con_riservati):
            v.modifiche(righe)
        for righe in traccia.sigilli(da, a):
            v.sigilli(righe)
        v.fine_tratto()
        if con_riservati:
            alterati, tolti = traccia.riservati(con_riservati)
            obliati.update(tolti)
            v.guasti += [f"dato riservato {pk}: non è quello registrato." for pk in alterati]
        yield Passo(min(a, traccia.ultimo + 1) - traccia.primo, traccia.ultimo + 1 - traccia.primo)
    v.fine()
    v.guasti += [
        f"dati riservati dell'ente {ente}: {obliati[ente]} tolti, e nessuna azione lo dice."
        for ente in traccia.senza_oblio(set(obliati))
    ]
    yield Esito(v.guasti, v.righe, v.anelli, v.ancore, obliati.total())


def _una_alla_volta(blocchi: Iterable[list[bytes]]) -> Iterator[bytes]:
    for righe in blocchi:
        yield from righe


def scrivi(traccia: Traccia, file: IO[bytes], intestazione: dict[str, Any]) -> str:
    """Write the trail to `file`, as the offline verifier reads it; return its own SHA-256."""
    impronta = hashlib.sha256()

    def scritte(righe: list[bytes]) -> None:
        testo = b"\n".join(righe) + b"\n"
        impronta.update(testo)
        file.write(testo)

    scritte([json.dumps(intestazione, ensure_ascii=False).encode()])
    for parte in (traccia.ancore(), traccia.precedenti()):
        for righe in parte:
            scritte(righe)
    for da, a in traccia.tratti():
        for parte in (
            traccia.eventi(da, a),
            traccia.modifiche(da, a),
            traccia.sigilli(da, a),
            iter(([b'["F"]'],)),
        ):
            for righe in parte:
                scritte(righe)
    return impronta.hexdigest()
