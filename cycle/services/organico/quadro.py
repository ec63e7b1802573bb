# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ente as it is and as it would be: units, people and incarichi, those of the database and
those of a file alike, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from cycle.importers.fogli import Riga
from cycle.importers.testo import chiave
from cycle.models import Ente, Incarico, Persona, UnitaOrganizzativa


@dataclass(slots=True, eq=False)
class Unita:
    """A unit. `pk` is None until it is written; `campi` are those that would change."""

    codice: str
    nome: str
    tipo: str
    dal: date
    al: date | None
    padre: Unita | None = None
    succede_a: Unita | None = None
    pk: int | None = None
    riga: Riga | None = None
    campi: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> int:
        """The pk, once there is one."""
        assert self.pk is not None
        return self.pk

    def catena(self) -> Iterator[Unita]:
        """The unit and all those above it, as long as the chart is a tree."""
        viste: set[int] = set()
        unita: Unita | None = self
        while unita is not None and id(unita) not in viste:
            viste.add(id(unita))
            yield unita
            unita = unita.padre


@dataclass(slots=True, eq=False)
class Chi:
    """A person of the ente, vacant posts left out."""

    nome: str
    email: str = ""
    matricola: str = ""
    inquadramento: str = ""
    alias: list[str] = field(default_factory=list)
    accesso: bool = False  # somebody comes in as this person
    pk: int | None = None
    riga: Riga | None = None
    campi: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> int:
        """The pk, once there is one."""
        assert self.pk is not None
        return self.pk


@dataclass(slots=True, eq=False)
class Tenuto:
    """An incarico."""

    chi: Chi
    ruolo: str
    unita: Unita
    tipo: str
    dal: datetime
    al: datetime | None
    atto: str
    delegante: Tenuto | None = None
    motivo: str = ""
    pk: int | None = None
    riga: Riga | None = None

    def tocca(self, dal: datetime, al: datetime | None) -> bool:
        """Whether it has effect in some instant from `dal` to `al` excluded."""
        if self.al is not None and self.al <= self.dal:  # revoked before it began
            return False
        return (al is None or self.dal < al) and (self.al is None or dal < self.al)


class Quadro:
    """Everything of one ente, to which what a file says is added."""

    def __init__(self, ente: Ente) -> None:
        self.ente = ente
        self.unita = _unita(ente)
        self.radice = next(u for u in self.unita if u.padre is None)
        self.chi = _persone(ente)
        self.per_email = {c.email: c for c in self.chi if c.email}
        self.per_matricola = {c.matricola: c for c in self.chi if c.matricola}
        self.per_nome = {chiave(a): c for c in self.chi for a in c.alias}
        self.per_nome |= {chiave(c.nome): c for c in self.chi}
        self._per_codice: dict[str, list[Unita]] = {}
        for unita in self.unita:
            self._per_codice.setdefault(unita.codice.casefold(), []).append(unita)
        self._tenuti: dict[int, list[Tenuto]] = {}
        for tenuto in _tenuti(ente, self.unita, self.chi):
            self.da(tenuto)

    def apre(self, unita: Unita) -> None:
        """One unit more."""
        self.unita.append(unita)
        self._per_codice.setdefault(unita.codice.casefold(), []).append(unita)

    def da(self, tenuto: Tenuto) -> None:
        """One incarico more."""
        self._tenuti.setdefault(id(tenuto.chi), []).append(tenuto)

    def tenuti(self, chi: Chi) -> list[Tenuto]:
        """The incarichi of a person, of whatever time."""
        return self._tenuti.get(id(chi), [])

    def tenuti_su(self, unita: Unita) -> list[Tenuto]:
        """Those given on a unit."""
        return [t for tutti in self._tenuti.values() for t in tutti if t.unita is unita]

    def con_codice(self, codice: str) -> list[Unita]:
        """The units of that code, one after the other in time."""
        return sorted(self._per_codice.get(codice.casefold(), ()), key=lambda u: u.dal)

    def citata(self, codice: str) -> Unita | None:
        """The unit meant by a code: the open one, or the last that was."""
        trovate = self.con_codice(codice)
        aperte = [u for u in trovate if u.al is None]
        return (aperte or trovate)[-1] if trovate else None

    def citato(self, testo: str) -> Chi | None:
        """The person meant by an address or by a name."""
        if "@" in testo:
            return self.per_email.get(testo.strip().lower())
        return self.per_nome.get(chiave(testo))


def _unita(ente: Ente) -> list[Unita]:
    righe = list(UnitaOrganizzativa.objects.filter(ente=ente).order_by("percorso"))
    trovate = {
        r.pk: Unita(codice=r.codice, nome=r.nome, tipo=r.tipo, dal=r.dal, al=r.al, pk=r.pk)
        for r in righe
    }
    for r in righe:
        trovate[r.pk].padre = trovate.get(r.padre_id or 0)
        trovate[r.pk].succede_a = trovate.get(r.succede_a_id or 0)
    return list(trovate.values())


def _persone(ente: Ente) -> list[Chi]:
    return [
        Chi(
            nome=nome,
            email=email or "",
            matricola=matricola,
            inquadramento=inquadramento,
            alias=alias,
            accesso=utente is not None,
            pk=pk,
        )
        for pk, nome, email, matricola, inquadramento, alias, utente in Persona.objects.filter(
            ente=ente, segnaposto=False
        ).values_list(
            "pk",
            "nome_completo",
            "recapito__email",
            "matricola",
            "inquadramento",
            "alias",
            "utente_id",
        )
    ]


def _tenuti(ente: Ente, unita: list[Unita], chi: list[Chi]) -> list[Tenuto]:
    per_unita = {u.pk: u for u in unita}
    per_pk = {c.pk: c for c in chi}
    trovati: dict[int, Tenuto] = {}
    for i in Incarico.objects.filter(ente=ente, persona__segnaposto=False).order_by("pk"):
        trovati[i.pk] = Tenuto(
            chi=per_pk[i.persona_id],
            ruolo=i.ruolo,
            unita=per_unita[i.unita_id],
            tipo=i.tipo,
            dal=i.dal,
            al=i.al,
            atto=i.atto_di_conferimento,
            delegante=trovati.get(i.delegante_id or 0),
            pk=i.pk,
        )
    return list(trovati.values())
