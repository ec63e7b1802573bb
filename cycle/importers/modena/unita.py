# SPDX-License-Identifier: AGPL-3.0-or-later
"""The units: the settore of the cover, those of its ASSETTO ORGANIZZATIVO, and those that have a
scheda of their own, which gives them their code."""

from __future__ import annotations

import re
from dataclasses import replace

from cycle.importers.modena.grezzo import CentroGrezzo, DocumentoGrezzo, SchedaGrezza, UnitaGrezza
from cycle.importers.modena.lessico import Campo
from cycle.importers.modena.persone import Anagrafe
from cycle.importers.piano import PianoIllegibile, Unita
from cycle.importers.testo import Avvisi, chiave, distanza, nome_di_persona, sigla

_CIFRE = re.compile(r"[0-9]+")
_MASSIME_UNITA = 300  # of one settore: beyond, a misspelt name is not looked for


class Organigramma:
    """Settore and units, one level: the document prints no other."""

    def __init__(self, documento: DocumentoGrezzo, anagrafe: Anagrafe, avvisi: Avvisi) -> None:
        self._anagrafe = anagrafe
        self._avvisi = avvisi
        self._unita: dict[tuple[str, str], Unita] = {}  # (code of the settore, key of the name)
        self._settori: dict[str, str] = {}  # key of the name -> code
        self._codici: set[str] = {s.codice for s in documento.schede if s.tipo == "UO"}
        self._con_scheda: set[tuple[str, str]] = set()
        self._di_scheda: dict[int, str] = {}
        for centro in documento.centri:
            self._da_centro(centro)
        # one whose settore is lost is of the only one that the others print
        for scheda in sorted(documento.schede, key=lambda s: not s.settore):
            self._di_scheda[scheda.riga] = self._da_scheda(scheda)

    def unita(self) -> tuple[Unita, ...]:
        return tuple(self._unita.values())

    def di(self, scheda: SchedaGrezza) -> str:
        """The code of the unit a scheda belongs to."""
        return self._di_scheda[scheda.riga]

    def _da_centro(self, centro: CentroGrezzo) -> None:
        if not centro.nome:
            return
        settore = self._settore(centro.nome)
        voce = self._unita["", settore]
        nome = self._persona(centro.riga, settore, centro.dirigente)
        if not nome:
            self._avvisi.aggiungi(centro.riga, settore, "manca il dirigente responsabile")
        if nome and not voce.responsabile:
            self._unita["", settore] = replace(voce, responsabile=nome, inquadramento="Dirigente")
        for riga in centro.unita:
            self._da_assetto(settore, riga)

    def _da_assetto(self, settore: str, riga: UnitaGrezza) -> None:
        dove = settore, chiave(riga.nome)
        if dove in self._unita:
            self._avvisi.aggiungi(riga.riga, "", f"l'unità «{riga.nome}» è stampata due volte")
            return
        self._unita[dove] = Unita(
            codice=self._codice_libero(riga.nome),
            nome=riga.nome,
            tipo=_tipo(riga.nome),
            padre=settore,
            responsabile=self._persona(riga.riga, "", riga.responsabile),
            inquadramento=riga.inquadramento,
        )

    def _da_scheda(self, scheda: SchedaGrezza) -> str:
        settore = self._settore_della(scheda)
        if scheda.tipo != "UO":
            return settore
        nome = scheda.campi.su_una_riga(Campo.TITOLO)
        dove = self._riconosci(settore, nome, scheda)
        if dove is None:
            self._avvisi.aggiungi(
                scheda.riga, scheda.codice, f"«{nome}» non è nell'assetto organizzativo: aggiunta"
            )
            responsabile = scheda.campi.su_una_riga(Campo.RESPONSABILE_OPERATIVO)
            dove = settore, f"{chiave(nome)} {scheda.codice}"
            self._unita[dove] = Unita(
                codice=scheda.codice,
                nome=nome or scheda.codice,
                tipo=_tipo(nome),
                padre=settore,
                responsabile=self._anagrafe.persona(nome_di_persona(responsabile)),
            )
        self._con_scheda.add(dove)
        self._unita[dove] = replace(self._unita[dove], codice=scheda.codice)
        return scheda.codice

    def _riconosci(self, settore: str, nome: str, scheda: SchedaGrezza) -> tuple[str, str] | None:
        """The unit of that name; one misspelt letter or two are forgiven with an Avviso."""
        cercata = chiave(nome)
        if (settore, cercata) in self._unita and (settore, cercata) not in self._con_scheda:
            return settore, cercata
        libere = [d for d in self._unita if d[0] == settore and d not in self._con_scheda]
        simili = [
            d for d in libere[:_MASSIME_UNITA] if len(cercata) > 10 and _vicine(d[1], cercata)
        ]
        if len(simili) != 1:
            return None
        self._avvisi.aggiungi(
            scheda.riga, scheda.codice, f"«{nome}» è presa per «{self._unita[simili[0]].nome}»"
        )
        return simili[0]

    def _settore_della(self, scheda: SchedaGrezza) -> str:
        cercato = chiave(scheda.settore)
        if cercato and cercato not in self._settori:
            simili = [n for n in list(self._settori)[:_MASSIME_UNITA] if _vicine(n, cercato)]
            if len(simili) == 1:
                self._avvisi.aggiungi(
                    scheda.riga,
                    scheda.codice,
                    f"il settore «{scheda.settore}» è preso per quello della copertina",
                )
                cercato = simili[0]
        if cercato:
            return self._settori.get(cercato) or self._settore(scheda.settore)
        if len(self._settori) == 1:
            return next(iter(self._settori.values()))
        raise PianoIllegibile(
            f"Riga {scheda.riga}: non si trova il settore della scheda {scheda.codice} (né «Centro "
            "di Responsabilità» né «Settore»). Importare il documento dalla prima pagina."
        )

    def _settore(self, nome: str) -> str:
        codice = self._settori.get(chiave(nome))
        if codice is None:
            codice = self._codice_libero(nome)
            self._settori[chiave(nome)] = codice
            self._unita["", codice] = Unita(codice=codice, nome=nome, tipo="settore")
        return codice

    def _codice_libero(self, nome: str) -> str:
        base = sigla(nome) or "UNITA"
        codice, n = base, 1
        while codice in self._codici:
            n += 1
            codice = f"{base}-{n}"
        self._codici.add(codice)
        return codice

    def _persona(self, riga: int, codice: str, testo: str) -> str:
        nome = nome_di_persona(testo)
        if nome:
            self._anagrafe.avvisa(riga, codice, nome)
        return self._anagrafe.persona(nome)


def _vicine(una: str, altra: str) -> bool:
    """Misspelt, and not another of a numbered series (Polo 1, Polo 2)."""
    return (
        len(una) <= 150
        and _CIFRE.findall(una) == _CIFRE.findall(altra)
        and distanza(una, altra, 2) <= 2
    )


def _tipo(nome: str) -> str:
    return "ufficio" if chiave(nome).startswith("ufficio") else "servizio"
