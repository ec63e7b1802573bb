# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who works in the comune: people, units, and the roles they hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cycle.demo import dati as parole
from cycle.demo.dati import Attivita, Settore, caso
from cycle.importers.piano import Persona, Unita

VACANTE = Persona("-", segnaposto=True)

_INQUADRAMENTI = {
    "Categoria D3": 8,
    "Categoria D": 34,
    "Categoria C": 32,
    "Categoria B3": 18,
    "Categoria B": 5,
    "Categoria A": 3,
}


@dataclass(frozen=True, slots=True)
class IncaricoDemo:
    """A role on a unit and all below it; `unita` is "" for the whole ente."""

    nome_completo: str
    ruolo: str
    unita: str


@dataclass(frozen=True, slots=True)
class Sede:
    """A unit with its people. `uscente` is who led it until August of last year, where the post
    is vacant since; the direction of a settore is a Sede too."""

    unita: Unita
    attivita: tuple[Attivita, ...]
    responsabile: Persona | None
    addetti: tuple[Persona, ...]
    uscente: Persona | None = None
    ruolo: str = ""

    def persone(self) -> Iterator[Persona]:
        """Everybody who works or worked here."""
        for capo in (self.responsabile, self.uscente):
            if capo:
                yield capo
        yield from self.addetti


@dataclass(frozen=True, slots=True)
class Organico:
    """A settore with its people; the first of `sedi` is its direction."""

    settore: Settore
    dirigente: Persona
    sedi: tuple[Sede, ...]


@dataclass(frozen=True, slots=True)
class Anagrafe:
    """Everybody: those of the settori, and the organs and professionals outside them."""

    organici: tuple[Organico, ...]
    organi: tuple[tuple[str, Persona], ...]  # (ruolo, persona)

    def unita(self) -> tuple[Unita, ...]:
        """The org chart, each settore before what stands below it."""
        return tuple(sede.unita for organico in self.organici for sede in organico.sedi)

    def persone(self) -> tuple[Persona, ...]:
        """Everybody once, by name, and the placeholder of vacant posts."""
        tutte = {VACANTE, *(persona for _, persona in self.organi)}
        for organico in self.organici:
            for sede in organico.sedi:
                tutte.update(sede.persone())
        return tuple(sorted(tutte, key=lambda persona: persona.nome_completo))

    def incarichi(self) -> tuple[IncaricoDemo, ...]:
        """Who holds which role today."""
        tutti = [IncaricoDemo(persona.nome_completo, ruolo, "") for ruolo, persona in self.organi]
        for organico in self.organici:
            for sede in organico.sedi:
                if sede.responsabile:
                    ruolo = "po" if sede.unita.inquadramento == "PO" else "dirigente"
                    tutti.append(
                        IncaricoDemo(sede.responsabile.nome_completo, ruolo, sede.unita.codice)
                    )
                if sede.ruolo:
                    tutti += [
                        IncaricoDemo(persona.nome_completo, sede.ruolo, "")
                        for persona in sede.addetti[:2]
                    ]
        return tuple(tutti)


def anagrafe() -> Anagrafe:
    """The whole comune, always the same."""
    nomi = _nomi()
    organici = tuple(_organico(settore, nomi) for settore in parole.dati().settori)
    organi = [
        ("segretario", "Segretario generale"),
        ("giunta", "Sindaco"),
        *[("giunta", "Assessore")] * 5,
        *[("nucleo", "Componente del Nucleo di valutazione")] * 3,
        *[("revisore", "Revisore dei conti")] * 3,
    ]
    return Anagrafe(organici, tuple((ruolo, Persona(next(nomi), che)) for ruolo, che in organi))


def _nomi() -> Iterator[str]:
    """Full names, each given once."""
    liste = parole.dati()
    tutti = range(len(liste.cognomi) * len(liste.nomi))
    for scelto in caso("nomi").sample(tutti, 1000):
        cognome, nome = divmod(scelto, len(liste.nomi))
        yield f"{liste.cognomi[cognome]} {liste.nomi[nome]}"


def _organico(settore: Settore, nomi: Iterator[str]) -> Organico:
    dirigente = Persona(next(nomi), "Dirigente")
    direzione = Sede(
        unita=Unita(
            settore.codice,
            f"Settore {settore.nome}",
            "settore",
            responsabile=dirigente.nome_completo,
            inquadramento=dirigente.inquadramento,
        ),
        attivita=settore.attivita,
        responsabile=dirigente,
        addetti=_addetti(settore.codice, nomi),
    )
    sedi = [direzione]
    servizio = settore.codice
    for numero, ufficio in enumerate(settore.uffici, 2):
        codice = f"{settore.codice}{numero:02}"
        capo = Persona(next(nomi), "Dirigente" if ufficio.posto == "dirigente" else "PO")
        in_carica = ufficio.posto in ("po", "dirigente")
        # A real chart is uneven: an office stands below the servizio before it, or alone.
        sotto = ufficio.tipo == "ufficio" and caso(codice, "padre").random() < 0.5
        sedi.append(
            Sede(
                unita=Unita(
                    codice,
                    ufficio.nome,
                    ufficio.tipo,
                    padre=servizio if sotto else settore.codice,
                    responsabile=capo.nome_completo if in_carica else "",
                    inquadramento=capo.inquadramento if in_carica else "",
                ),
                attivita=ufficio.attivita,
                responsabile=capo if in_carica else None,
                addetti=_addetti(codice, nomi),
                uscente=capo if ufficio.posto == "vacante da settembre" else None,
                ruolo=ufficio.ruolo,
            )
        )
        if ufficio.tipo == "servizio":
            servizio = codice
    return Organico(settore, dirigente, tuple(sedi))


def _addetti(codice: str, nomi: Iterator[str]) -> tuple[Persona, ...]:
    sorte = caso(codice, "addetti")
    return tuple(
        Persona(next(nomi), inquadramento)
        for inquadramento in sorte.choices(
            list(_INQUADRAMENTI), list(_INQUADRAMENTI.values()), k=sorte.randint(4, 8)
        )
    )
