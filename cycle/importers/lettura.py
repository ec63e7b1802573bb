# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every reader of a published plan does the same way: the lines one by one with progress,
people by name and matricola, one code for one thing, the year, the trust in the whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from cycle.importers.limiti import NOME_PERSONA, entro_limiti
from cycle.importers.piano import Persona, Piano, PianoIllegibile
from cycle.importers.righe import Riga, riga_da
from cycle.importers.testo import Avvisi, Righe, nome_di_persona

Avanzamento = Callable[[int, int], None]

_OGNI = 500  # lines between two calls of `avanzamento`
_AVVISI_SENZA_DUBBIO = 500  # below, a plan is read however small it is
_RIGHE_NOMINATE = 80


def scorri(righe: Righe, avanzamento: Avanzamento | None) -> Iterator[Riga]:
    """The lines that say something, in order; `avanzamento` hears of the others too."""
    totale = len(righe.testi)
    for numero, testo in enumerate(righe.testi, start=1):
        riga = riga_da(numero, testo)
        if riga is not None:
            yield riga
        if avanzamento is not None and numero % _OGNI == 0 and numero < totale:
            avanzamento(numero, totale)


def concludi(piano: Piano, righe: Righe, avvisi: Avvisi, avanzamento: Avanzamento | None) -> Piano:
    """The plan as it can be stored, with its notices. Raises `PianoIllegibile` when two things
    have one code, or too much of what was read is doubtful."""
    visti: dict[str, int] = {}
    for obiettivo in piano.obiettivi:
        una_volta(visti, obiettivo.codice, obiettivo.riga)
        figli: dict[str, int] = {}
        for specifico in obiettivo.specifici:
            una_volta(figli, specifico.codice, specifico.riga)
    piano = entro_limiti(piano, avvisi)
    if len(avvisi) > max(_AVVISI_SENZA_DUBBIO, len(righe.testi) // 3):
        primo = avvisi.numerati()[0]
        raise PianoIllegibile(
            f"Riga {primo.riga} e altre {len(avvisi) - 1} letture sono dubbie: il testo è troppo "
            "rovinato per fidarsene. Estrarlo di nuovo dal documento originale."
        )
    if avanzamento is not None:
        avanzamento(len(righe.testi), len(righe.testi))
    return replace(piano, avvisi=avvisi.numerati())


def una_volta(visti: dict[str, int], codice: str, riga: int) -> None:
    """Note a code and its line. Raises `PianoIllegibile` when it is already of another thing, be
    it on the same line."""
    prima = visti.get(codice)
    visti[codice] = riga
    if prima is not None:
        raise PianoIllegibile(
            f"Riga {riga}: il codice {codice} è già alla riga {prima}. Un codice indica una cosa "
            "sola: togliere la copia o correggere il codice."
        )


def verifica_anno(anni: Counter[int], prime: dict[int, int], anno: int) -> None:
    """`anni` are the years the document prints in its codes or figures, `prime` the first line of
    each. Raises `PianoIllegibile` when most are of another year than `anno`."""
    if not anni:
        return
    stampato = max(anni, key=lambda a: (anni[a], a))
    if stampato != anno:
        raise PianoIllegibile(
            f"Riga {prime[stampato]}: il piano è del {stampato}, non del {anno}. Scegliere il file "
            f"del {anno} o importarlo con --anno {stampato}."
        )


def breve(testo: str) -> str:
    """The beginning of a line, to be quoted."""
    return testo if len(testo) <= _RIGHE_NOMINATE else f"{testo[: _RIGHE_NOMINATE - 3]}..."


class Orfane:
    """Lines of a scheda whose head is not in the file: told once for each stretch."""

    def __init__(self, avvisi: Avvisi) -> None:
        self.avvisi = avvisi
        self._righe: list[int] = []
        self._codici: dict[str, None] = {}

    def aggiungi(self, riga: int, codice: str = "") -> None:
        self._righe.append(riga)
        if codice and len(self._codici) < 20:
            self._codici[codice] = None

    def segnala(self) -> None:
        if self._righe:
            codici = f" (codici {', '.join(self._codici)})" if self._codici else ""
            self.avvisi.aggiungi(
                self._righe[0],
                "",
                f"{len(self._righe)} righe, fino alla {self._righe[-1]}, sono di una scheda la cui "
                f"testata non è nel file: tralasciate{codici}",
            )
        self._righe, self._codici = [], {}


@dataclass(slots=True)
class _Voce:
    nome: str
    matricola: str = ""
    categorie: Counter[str] = field(default_factory=Counter)
    alias: set[str] = field(default_factory=set)


class Rubrica:
    """Everybody the document names. One with a matricola is known by it, whatever the spelling;
    another by the words of his name, in whatever order they stand."""

    def __init__(self, avvisi: Avvisi) -> None:
        self.avvisi = avvisi
        self._voci: list[_Voce] = []
        self._per_matricola: dict[str, _Voce] = {}
        self._per_parole: dict[tuple[str, ...], _Voce] = {}
        self._nomi: set[str] = set()

    def persona(
        self, testo: str, riga: int, codice: str = "", categoria: str = "", matricola: str = ""
    ) -> str:
        """The name by which whoever is printed as `testo` is known; "" when it is no name."""
        nome = nome_di_persona(testo)[:NOME_PERSONA].rstrip()
        if not nome:
            return ""
        voce = self._trova(nome, matricola) or self._nuova(nome, riga, codice, matricola)
        if matricola and not voce.matricola:
            voce.matricola = matricola
            self._per_matricola[matricola] = voce
        if categoria:
            voce.categorie[categoria] += 1
        if nome != voce.nome and nome not in voce.alias:
            voce.alias.add(nome)
            self.avvisi.aggiungi(
                riga, codice, f"«{nome}» è preso per «{voce.nome}», scritto diversamente"
            )
        return voce.nome

    def persone(self) -> tuple[Persona, ...]:
        return tuple(
            Persona(
                nome_completo=v.nome,
                inquadramento=min(v.categorie, key=lambda c: (-v.categorie[c], c))
                if v.categorie
                else "",
                matricola=v.matricola,
                alias=tuple(sorted(v.alias)),
                segnaposto=v.nome == "-",
            )
            for v in sorted(self._voci, key=lambda v: v.nome)
        )

    def _trova(self, nome: str, matricola: str) -> _Voce | None:
        if matricola and matricola in self._per_matricola:
            return self._per_matricola[matricola]
        omonimo = self._per_parole.get(tuple(sorted(nome.split())))
        if omonimo is None or not matricola or not omonimo.matricola:
            return omonimo
        return None

    def _nuova(self, nome: str, riga: int, codice: str, matricola: str) -> _Voce:
        unico = nome
        if nome in self._nomi:  # the same name with another matricola is somebody else
            unico = f"{nome} {matricola}"
            self.avvisi.aggiungi(
                riga, codice, f"«{nome}» ha due matricole: sono due persone, la seconda «{unico}»"
            )
        voce = _Voce(unico, matricola)
        self._nomi.add(unico)
        self._voci.append(voce)
        self._per_parole.setdefault(tuple(sorted(nome.split())), voce)
        if matricola:
            self._per_matricola[matricola] = voce
        return voce
