#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Verify a trail of the registro, with Python's standard library and nothing else.

    python3 verificatore.py TRACCIA [GIORNO=IMPRONTA ...]

A trail is a file of lines, each one JSON array whose first word says what it is:

    ["E", id, action, ...]      an Evento                    ["M", id, action, ...]   a Modifica
    ["S", ente, stream, place, action, Eventi, Modifiche, digest]      the link that seals an action
    ["P", ente, stream, place, digest]      a link that precedes the trail, given as known
    ["A", ente, day, previous anchor, [[stream, place, digest], ...], digest]      an anchor
    ["F"]      from here on, no row of the actions that are whole so far

The digest of a row is the SHA-256 of its line, as it stands. A link's digest is the SHA-256 of its
line without the digest, of the previous link's digest (32 zero bytes for the first) and of the
digests of the action's Eventi, by id, and of its Modifiche, by id of Evento and own. An anchor's is
the SHA-256 of its line without the digest; each holds the digest of the one before. A known
GIORNO=IMPRONTA, kept outside (protocol, time stamp), is looked for among the anchors.

Exit code 0: nothing was edited, removed, inserted or moved. 1: the first broken link is named.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from pathlib import Path

ZERO = bytes(32)
# Links that wait for their previous one before it is given for lost.
ATTESA = 20_000
Anello = tuple[int, int, int]  # ente, stream, place


@dataclass(slots=True)
class _Sigillo:
    anello: Anello
    azione: bytes
    eventi: int
    modifiche: int
    testo: bytes
    impronta: bytes


class Verificatore:
    """Reads the lines of a trail, in memory that does not grow with it, and keeps in `guasti` what
    is broken, the first first. `parziale`: the trail does not begin from the beginning."""

    def __init__(self, *, parziale: bool = False) -> None:
        self.guasti: list[str] = []
        self.righe = 0
        self.anelli = 0
        self.ancore = 0
        self.parziale = parziale
        # by action, the digests of its rows that came; those that this stretch added to
        self._eventi: dict[bytes, bytes] = {}
        self._modifiche: dict[bytes, bytes] = {}
        self._toccate: set[bytes] = set()
        self._sigilli: dict[bytes, _Sigillo] = {}
        self._in_attesa: dict[tuple[int, int], dict[int, tuple[_Sigillo, bytes]]] = {}
        self._teste: dict[tuple[int, int], tuple[int, bytes]] = {}
        self._note: dict[Anello, bytes] = {}
        self._ancorate: dict[Anello, tuple[str, bytes]] = {}
        self._giorni: dict[int, tuple[str, bytes]] = {}
        self._impronte: dict[tuple[str, str], int] = {}

    # --- reading ------------------------------------------------------------------------------

    def eventi(self, righe: Iterable[bytes]) -> None:
        """Lines of Eventi, by id."""
        self._digerisci(righe, self._eventi)

    def modifiche(self, righe: Iterable[bytes]) -> None:
        """Lines of Modifiche, by Evento and id."""
        self._digerisci(righe, self._modifiche)

    def _digerisci(self, righe: Iterable[bytes], azioni: dict[bytes, bytes]) -> None:
        corrente, sue = b"", bytearray()
        n = 0
        for riga in righe:
            n += 1
            numero = riga.split(b", ", 3)[2]
            if numero != corrente:
                if n > 1:
                    azioni[corrente] = azioni.get(corrente, b"") + sue
                    self._toccate.add(corrente)
                corrente = numero
                sue.clear()
            sue += sha256(riga).digest()
        if n:
            azioni[corrente] = azioni.get(corrente, b"") + sue
            self._toccate.add(corrente)
        self.righe += n

    def sigilli(self, righe: Iterable[bytes]) -> None:
        """Lines of links, after the rows of their stretch."""
        for riga in righe:
            _s, ente, flusso, posto, numero, eventi, modifiche, impronta = riga.split(b", ")
            sigillo = _Sigillo(
                (int(ente), int(flusso), int(posto)),
                numero,
                int(eventi),
                int(modifiche),
                _senza_impronta(riga),
                bytes.fromhex(impronta[1:-2].decode()),
            )
            if numero in self._sigilli:
                self._guasto(sigillo, "due sigilli per la stessa azione")
            elif self._segue(sigillo):
                continue
            self._sigilli[numero] = sigillo

    def _segue(self, s: _Sigillo) -> bool:
        """Whether the link is the next of its stream and covers the rows that came: nearly all."""
        corsia, posto = s.anello[:2], s.anello[2]
        testa = self._teste.get(corsia, (0, ZERO))
        eventi, modifiche = self._eventi.get(s.azione, b""), self._modifiche.get(s.azione, b"")
        if (
            testa[0] != posto - 1
            or len(eventi) != 32 * s.eventi
            or len(modifiche) != 32 * s.modifiche
            or sha256(s.testo + testa[1] + eventi + modifiche).digest() != s.impronta
            or s.anello in self._ancorate
            or posto in self._in_attesa.get(corsia, ())
        ):
            return False
        self._eventi.pop(s.azione, None)
        self._modifiche.pop(s.azione, None)
        self._teste[corsia] = (posto, s.impronta)
        self.anelli += 1
        return True

    def precedenti(self, righe: Iterable[bytes]) -> None:
        """Links before a partial trail, taken as they are given."""
        for riga in righe:
            _p, ente, flusso, posto, impronta = json.loads(riga)
            self._note[ente, flusso, posto] = bytes.fromhex(impronta)

    def ancora(self, riga: bytes) -> None:
        """An anchor, in order of day and before the links it holds."""
        _a, ente, giorno, precedente, teste, impronta = json.loads(riga)
        self.ancore += 1
        quale = f"ancora del {giorno} dell'ente {ente}"
        if sha256(_senza_impronta(riga)).hexdigest() != impronta:
            self.guasti.append(f"{quale}: modificata, l'impronta non è la sua.")
        prima = self._giorni.get(ente, ("", ZERO))
        if bytes.fromhex(precedente) != prima[1]:
            self.guasti.append(f"{quale}: non segue quella di prima; un'ancora è stata tolta.")
        self._giorni[ente] = (giorno, bytes.fromhex(impronta))
        self._impronte[giorno, impronta] = ente
        for flusso, posto, testa in teste:
            vista = self._ancorate.setdefault((ente, flusso, posto), (quale, bytes.fromhex(testa)))
            if vista[1] != bytes.fromhex(testa):
                self.guasti.append(f"{quale}: contraddice l'{vista[0]}.")

    def nota(self, giorno: str, impronta: str) -> None:
        """An anchor kept outside: it must be one of those of the trail."""
        if (giorno, impronta.lower()) not in self._impronte:
            self.guasti.append(
                f"ancora del {giorno}: quella conservata fuori ({impronta[:16]}...) non è tra "
                "quelle del registro. La storia è stata riscritta, o le ancore tolte."
            )

    # --- judging ------------------------------------------------------------------------------

    def fine_tratto(self, *, ultimo: bool = False) -> None:
        """A stretch is over: judge the actions that are whole, let go of what they took."""
        for numero, sigillo in list(self._sigilli.items()):
            eventi = self._eventi.get(numero, b"")
            if len(eventi) >= 32 * sigillo.eventi or ultimo or numero not in self._toccate:
                del self._sigilli[numero]
                self._eventi.pop(numero, None)
                self._giudica(sigillo, eventi, self._modifiche.pop(numero, b""))
        for numero in [*self._eventi, *(self._modifiche.keys() - self._eventi.keys())]:
            if numero not in self._sigilli and (ultimo or numero not in self._toccate):
                self._senza_sigillo(
                    numero, self._eventi.pop(numero, b"") + self._modifiche.pop(numero, b"")
                )
        self._toccate.clear()
        for corsia, attesi in self._in_attesa.items():
            self._avanza(corsia, attesi, sfoga=ultimo)

    def fine(self) -> None:
        """The trail is over."""
        self.fine_tratto(ultimo=True)
        for (ente, flusso, posto), (quale, _impronta) in sorted(self._ancorate.items()):
            testa = self._teste.get((ente, flusso))
            if self.parziale and (testa is None or testa[0] >= posto):
                continue  # before the beginning of the trail
            self.guasti.append(
                f"coda tolta: l'{quale} vedeva il flusso {flusso} all'anello {posto}, che non c'è; "
                f"l'ultimo è il {testa[0] if testa else 0}."
            )

    def _giudica(self, s: _Sigillo, impronte_eventi: bytes, impronte_modifiche: bytes) -> None:
        eventi, modifiche = len(impronte_eventi) // 32, len(impronte_modifiche) // 32
        intera = eventi == s.eventi and modifiche == s.modifiche
        if not intera:
            self._conta(s, "eventi", eventi, s.eventi)
            self._conta(s, "modifiche", modifiche, s.modifiche)
        in_attesa = self._in_attesa.setdefault(s.anello[:2], {})
        if s.anello[2] in in_attesa:
            self._guasto(s, "due anelli allo stesso posto")
        in_attesa[s.anello[2]] = (s, impronte_eventi + impronte_modifiche if intera else b"?")

    def _conta(self, s: _Sigillo, nome: str, trovati: int, attesi: int) -> None:
        if trovati != attesi:
            come = "tolte" if trovati < attesi else "aggiunte"
            self._guasto(s, f"righe {come}: {nome} {trovati}, sigillate {attesi}")

    def _senza_sigillo(self, numero: bytes, impronte: bytes) -> None:
        self.guasti.append(
            f"azione {numero.decode()}: righe aggiunte, {len(impronte) // 32} senza il sigillo che "
            "le copre."
        )

    def _avanza(
        self,
        corsia: tuple[int, int],
        attesi: dict[int, tuple[_Sigillo, bytes]],
        *,
        sfoga: bool,
    ) -> None:
        """Check in order the links whose previous one is known; those that have waited too long,
        or wait at the end, have lost it."""
        for posto in sorted(attesi):
            testa = self._teste.get(corsia, (0, ZERO))
            precedente = (
                testa[1] if testa[0] == posto - 1 else self._note.pop((*corsia, posto - 1), None)
            )
            sigillo, righe = attesi[posto]
            if precedente is None:
                if not sfoga and len(attesi) <= ATTESA:
                    return
                self._guasto(sigillo, f"anelli tolti: prima di questo c'è il {testa[0]}")
            elif righe != b"?" and (
                sha256(sigillo.testo + precedente + righe).digest() != sigillo.impronta
            ):
                self._guasto(
                    sigillo,
                    "righe o anello modificati o spostati: l'impronta non è più quella sigillata",
                )
            del attesi[posto]
            self.anelli += 1
            self._teste[corsia] = (posto, sigillo.impronta)
            vista = self._ancorate.pop(sigillo.anello, None)
            if vista is not None and vista[1] != sigillo.impronta:
                self._guasto(sigillo, f"storia riscritta: l'{vista[0]} ne aveva un'altra impronta")

    def _guasto(self, s: _Sigillo, che_cosa: str) -> None:
        ente, flusso, posto = s.anello
        self.guasti.append(
            f"azione {s.azione.decode()} (ente {ente}, flusso {flusso}, anello {posto}): "
            f"{che_cosa}."
        )


def _senza_impronta(riga: bytes) -> bytes:
    """The line without its last word, which is the digest of the rest."""
    return riga[: riga.rindex(b', "')] + b"]"


def leggi(righe: Iterable[bytes], verificatore: Verificatore) -> None:
    """Read a trail from a file and judge it."""
    tipi = {
        b'["E"': verificatore.eventi,
        b'["M"': verificatore.modifiche,
        b'["S"': verificatore.sigilli,
        b'["P"': verificatore.precedenti,
    }
    letta = 0

    def contate() -> Iterator[bytes]:
        nonlocal letta
        for letta, riga in enumerate(righe, start=1):  # noqa: B007 - told when one is broken
            yield riga.rstrip(b"\n")

    try:
        for tipo, gruppo in groupby(contate(), key=lambda riga: riga[:4]):
            if tipo in tipi:
                tipi[tipo](gruppo)
                continue
            for riga in gruppo:
                if riga == b'["F"]':
                    verificatore.fine_tratto()
                elif tipo == b'["A"':
                    verificatore.ancora(riga)
                else:
                    raise ValueError(tipo)
    except (ValueError, IndexError, TypeError):
        verificatore.guasti.append(f"riga {letta} del file: non è di una traccia.")
        return
    verificatore.fine()


def main(argomenti: list[str]) -> int:
    """Verify the file named by the first argument; return the exit code."""
    if not argomenti:
        print(__doc__)
        return 2
    with Path(argomenti[0]).open("rb") as file:
        inizio = json.loads(file.readline())
        verificatore = Verificatore(parziale=bool(inizio.get("da")))
        leggi(file, verificatore)
    for nota in argomenti[1:]:
        verificatore.nota(*nota.split("=", 1))
    for guasto in verificatore.guasti:
        print(guasto)
    print(
        f"{verificatore.righe} righe, {verificatore.anelli} anelli, {verificatore.ancore} ancore: "
        + ("ROTTO" if verificatore.guasti else "integro")
    )
    return 1 if verificatore.guasti else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
