# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is who: the same person is spelled in several ways, and the document has no other key.

A spelling is resolved to another only when this proves it, and always with an Avviso:

- one word differs by one or two letters, and not only by its last vowel (FRANCESCA, FRANCESCO are
  two people), or the two differ only by blanks and apostrophes;
- the two are never in the same table, which would make them two people;
- wherever the doubtful spelling stands, the other stands in the same scheda;
- the other is much more frequent; or one of the two stands only in the head of the scheda, the
  other only below it, and they differ by one letter;
- there is no second candidate.

A near miss that is not proved stays two people, with an Avviso.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from cycle.importers.modena.grezzo import CollaboratoreGrezzo, DocumentoGrezzo
from cycle.importers.modena.lessico import Campo
from cycle.importers.piano import Persona
from cycle.importers.testo import Avvisi, distanza, nome_di_persona

SEGNAPOSTO = "-"
_COPERTINA = -1  # stands for the scheda where there is none
_MOLTO_PIU = 3  # times more frequent
_VOCALI = frozenset("AEIOU")
_MASSIMI_VICINI = 12  # names as near as this to one name: beyond, nothing can be proved
_MASSIME_GRAFIE = 10_000  # a comune has fewer people
_MINIMA, _MASSIMA = 5, 24  # letters of a word that can be called misspelt
_Traccia = tuple[str, str]


@dataclass(slots=True)
class _Grafia:
    """One spelling, and where it stands."""

    volte: int = 0
    tavole: set[int] = field(default_factory=set)
    schede: set[int] = field(default_factory=set)
    in_testata: bool = False
    inquadramenti: Counter[str] = field(default_factory=Counter)


class Anagrafe:
    """Everybody named in the document. `persona(nome printed)` is the resolved name."""

    def __init__(self, documento: DocumentoGrezzo, avvisi: Avvisi) -> None:
        self._grafie: dict[str, _Grafia] = defaultdict(_Grafia)
        self._tavola = 0
        self._avvisi = avvisi
        self._raccogli(documento)
        self._risolti, self._dubbi = self._risolvi()

    def persona(self, nome: str) -> str:
        return self._risolti.get(nome, nome)

    def avvisa(self, riga: int, codice: str, nome: str) -> None:
        """One Avviso for each place where a spelling was resolved, or could not be."""
        if nome in self._risolti:
            self._avvisi.aggiungi(
                riga, codice, f"«{nome}» è preso per «{self._risolti[nome]}», scritto diversamente"
            )
        elif nome in self._dubbi:
            altro = self._dubbi.pop(nome)
            self._avvisi.aggiungi(
                riga,
                codice,
                f"«{nome}» somiglia a «{altro}», ma non è provato: restano due persone",
            )

    def persone(self) -> tuple[Persona, ...]:
        alias: dict[str, list[str]] = defaultdict(list)
        inquadramenti: dict[str, Counter[str]] = defaultdict(Counter)
        for nome, grafia in self._grafie.items():
            inquadramenti[self.persona(nome)].update(grafia.inquadramenti)
            if nome in self._risolti:
                alias[self._risolti[nome]].append(nome)
        return tuple(
            Persona(
                nome_completo=nome,
                inquadramento=_piu_frequente(inquadramenti[nome]),
                alias=tuple(sorted(alias[nome])),
                segnaposto=nome == SEGNAPOSTO,
            )
            for nome in sorted(self._grafie)
            if nome not in self._risolti
        )

    # --- gathering --------------------------------------------------------------------------

    def _raccogli(self, documento: DocumentoGrezzo) -> None:
        for n, scheda in enumerate(documento.schede):
            self._tabella(n, scheda.collaboratori, in_testata=True)
            for campo in (Campo.RESPONSABILE_GENERALE, Campo.RESPONSABILE_OPERATIVO):
                self._aggiungi(n, scheda.campi.su_una_riga(campo), in_testata=True)
            for specifico in scheda.specifici:
                self._tabella(n, specifico.collaboratori, in_testata=False)
        for centro in documento.centri:
            self._aggiungi(_COPERTINA, centro.dirigente, in_testata=True)
            for unita in centro.unita:
                self._aggiungi(_COPERTINA, unita.responsabile, True, unita.inquadramento)

    def _tabella(self, n: int, righe: list[CollaboratoreGrezzo], in_testata: bool) -> None:
        self._tavola += 1
        for riga in righe:
            nome = self._aggiungi(n, riga.nome, in_testata, riga.inquadramento)
            if nome:
                self._grafie[nome].tavole.add(self._tavola)

    def _aggiungi(self, n: int, testo: str, in_testata: bool, inquadramento: str = "") -> str:
        nome = nome_di_persona(testo)
        if nome:
            grafia = self._grafie[nome]
            grafia.volte += 1
            grafia.schede.add(n)
            grafia.in_testata = grafia.in_testata or in_testata
            if inquadramento:
                grafia.inquadramenti[inquadramento] += 1
        return nome

    # --- resolving --------------------------------------------------------------------------

    def _risolvi(self) -> tuple[dict[str, str], dict[str, str]]:
        if len(self._grafie) > _MASSIME_GRAFIE:
            self._avvisi.aggiungi(
                1, "", f"{len(self._grafie)} nomi: troppi per cercare quelli scritti in più modi"
            )
            return {}, {}
        tracce = {nome: _tracce(nome) for nome in self._grafie}
        per_traccia: dict[_Traccia, list[str]] = defaultdict(list)
        risolti: dict[str, str] = {}
        dubbi: dict[str, str] = {}
        # From the best established spelling down, so that what one resolves to is settled.
        for nome in sorted(self._grafie, key=self._autorita, reverse=True):
            tutti: set[str] = set()
            for traccia in tracce[nome]:
                simili = per_traccia[traccia]
                tutti.update(simili)
                if len(simili) <= _MASSIMI_VICINI:
                    simili.append(nome)
            vicini = (
                {v for v in tutti if _somigliano(nome, v)}
                if len(tutti) <= _MASSIMI_VICINI
                else set()
            )
            provati = {risolti.get(v, v) for v in vicini if self._provato(nome, v)}
            if len(provati) == 1:
                risolti[nome] = provati.pop()
                continue
            tavole = self._grafie[nome].tavole
            incerti = [v for v in sorted(vicini) if not tavole & self._grafie[v].tavole]
            if incerti:
                dubbi[nome] = risolti.get(incerti[0], incerti[0])
        return risolti, dubbi

    def _autorita(self, nome: str) -> tuple[int, bool, str]:
        """How well established a spelling is."""
        grafia = self._grafie[nome]
        return grafia.volte, grafia.in_testata, nome

    def _provato(self, nome: str, altro: str) -> bool:
        questa, quella = self._grafie[nome], self._grafie[altro]
        if questa.tavole & quella.tavole or not questa.schede <= quella.schede | {_COPERTINA}:
            return False
        if quella.volte >= _MOLTO_PIU * questa.volte:
            return True
        # One only in the head of the scheda, the other only below it: two halves of one person.
        return questa.in_testata != quella.in_testata and distanza(nome, altro, 1) == 1


def _tracce(nome: str) -> set[_Traccia]:
    """Keys that two names share whenever they differ by one word misspelt by two letters: the other
    words, and that word without any two of its letters. Cost is by name, not by pair of names."""
    parole = tuple(nome.split())
    tracce: set[_Traccia] = {(_compatto(nome), "")}
    for n, parola in enumerate(parole):
        if _MINIMA <= len(parola) <= _MASSIMA:
            altre = " ".join((*parole[:n], "", *parole[n + 1 :]))
            una = {parola[:i] + parola[i + 1 :] for i in range(len(parola))}
            due = {p[:i] + p[i + 1 :] for p in una for i in range(len(p))}
            tracce.update((altre, resto) for resto in {parola, *una, *due})
    return tracce


def _somigliano(nome: str, altro: str) -> bool:
    if _compatto(nome) == _compatto(altro):
        return True
    diverse = [(a, b) for a, b in zip(nome.split(), altro.split(), strict=False) if a != b]
    if len(diverse) != 1 or nome.count(" ") != altro.count(" "):
        return False
    a, b = diverse[0]
    corta = min(len(a), len(b))
    if corta < _MINIMA or _solo_la_desinenza(a, b):
        return False
    return distanza(a, b, 2) <= (1 if corta == _MINIMA else 2)


def _solo_la_desinenza(a: str, b: str) -> bool:
    corta, lunga = sorted((a, b), key=len)
    if len(corta) == len(lunga):
        return corta[:-1] == lunga[:-1] and {corta[-1], lunga[-1]} <= _VOCALI
    return lunga[:-1] == corta and lunga[-1] in _VOCALI


def _compatto(nome: str) -> str:
    return "".join(c for c in nome if c.isalpha())


def _piu_frequente(conta: Counter[str]) -> str:
    return min(conta, key=lambda voce: (-conta[voce], voce)) if conta else ""
