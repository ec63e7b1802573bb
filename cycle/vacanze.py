# SPDX-License-Identifier: AGPL-3.0-or-later
"""Steps that nobody can take, today or at their term: on which unit, and what it would take.

A step is a permission on a unit. Those of objectives and reports are asked of every settore and
of every unit that has objectives of an open year; the others of the whole ente. Who holds an
incarico and cannot log in does not count; where the Nucleo decides, it takes a quorum (R59).

Read in six queries, whatever the units, people and objectives.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count

from cycle import termini
from cycle.incarichi import Incarichi, Tenuto, Unita, nome_permesso
from cycle.models import Ciclo, Ente, Obiettivo
from cycle.parametri import Parametri
from cycle.permissions import MACCHINA_INSIEME, MACCHINE, PERMESSI
from workflows.ports import RUOLI
from workflows.verdetto import permesso

# Asked of a unit, being of what hangs on one, or of who works in one: the others are of the ente.
DELL_UNITA = frozenset(p for p, ruoli in PERMESSI.items() if ruoli & {"po", "dirigente"}) | {
    permesso(m.nome, t.nome) for m in MACCHINE if m is not MACCHINA_INSIEME for t in m.transizioni
}
# Nobody waits for these.
FACOLTATIVI = frozenset({"delega_funzioni", "esporta_piano"}) | {
    p for p in PERMESSI if p.startswith("vedi_")
}
# The term by which a step is due: code of the calendar, as a pattern.
TERMINI: Mapping[str, re.Pattern[str]] = {
    nome: re.compile(codice)
    for nome, codice in {
        "proponi_obiettivo": "piao",
        "approva_obiettivo": "piao",
        "compila_relazione": r"relazione-\d+",
        "trasmetti_relazione": r"relazione-\d+",
        "rendiconta_obiettivo": r"relazione-\d+",
        "valida_relazione": r"osservazioni-\d+|validazione",
        "valida_obiettivo": "validazione",
    }.items()
}
DELL_ULTIMO_PERIODO = frozenset({"rendiconta_obiettivo"})
_FINITI = ("validato", "stralciato")


@dataclass(frozen=True, slots=True)
class Quando:
    """The instant asked about: today, or the last one in time for a term of the calendar."""

    istante: datetime
    termine: str = ""  # its name; "" today
    anno: int = 0


@dataclass(slots=True)
class Vacanza:
    """What nobody can do on a unit and, where it says so, below it. `obiettivi`: those of the
    open years that wait for it. `presenti`: how many could, where they are fewer than needed."""

    unita: Unita
    quando: Quando
    permessi: list[str] = field(default_factory=list)
    obiettivi: int = 0
    presenti: int = 0

    @property
    def passi(self) -> list[str]:
        return [nome_permesso(p) for p in self.permessi]

    @property
    def ruoli(self) -> list[str]:
        """The roles of which one would be enough."""
        servono = {r for p in self.permessi for r in PERMESSI.get(p, ())}
        return [RUOLI[r] for r in RUOLI if r in servono]


def vacanze(ente: Ente, istante: datetime, incarichi: Incarichi | None = None) -> list[Vacanza]:
    """Every vacancy of the ente at `istante` and at the terms still to come, today's first."""
    return _Ricerca(ente, istante, incarichi or Incarichi(ente)).tutte()


class _Ricerca:
    def __init__(self, ente: Ente, istante: datetime, incarichi: Incarichi) -> None:
        self.istante = istante
        self.incarichi = incarichi
        cicli = list(Ciclo.objects.filter(ente=ente, stato="aperto"))
        self.quorum = max((Parametri.da_dizionario(c.parametri).quorum for c in cicli), default=1)
        self.obiettivi = {
            incarichi.unita[pk].percorso: quanti
            for pk, quanti in Obiettivo.objects.filter(ciclo__in=cicli)
            .exclude(stato__in=_FINITI)
            .order_by()
            .values_list("unita_id")
            .annotate(Count("pk"))
        }
        self.scadenze = [
            (s.codice, s.nome, s.effettivo, s.ciclo.anno)
            for s in termini.in_vigore(istante).filter(ciclo__in=cicli).select_related("ciclo")
            if s.effettivo > istante
        ]
        self.radice = incarichi.radice()
        self.dove = [
            u
            for u in incarichi.unita.values()
            if u.percorso in self.obiettivi or (u.livello == 1 and u.aperta)
        ]

        self.noti: dict[tuple[str, datetime], list[tuple[str, int]]] = {}
        self.per_permesso: dict[str, list[tuple[Tenuto, str]]] = {}
        for t in incarichi.tenuti:
            for nome, su in t.permessi if t.entra else ():
                if su.startswith(t.unita.percorso) or t.unita.percorso.startswith(su):
                    self.per_permesso.setdefault(nome, []).append((t, su))

    def tutte(self) -> list[Vacanza]:
        trovate: dict[tuple[datetime, str], Vacanza] = {}
        for nome in PERMESSI:
            if nome in FACOLTATIVI:
                continue
            gia: set[str] = set()
            for quando in self._quando(nome):
                vuote = {u.percorso: u for u in self._vuote(nome, quando) if u.percorso not in gia}
                gia |= set(vuote)
                for unita, sotto in self._raccolte(nome, vuote):
                    chiave = (quando.istante, unita.percorso)
                    v = trovate.setdefault(chiave, Vacanza(unita, quando))
                    v.permessi.append(nome)
                    v.obiettivi = max(v.obiettivi, sum(self.obiettivi.get(p, 0) for p in sotto))
                    v.presenti = max(v.presenti, self._presenti(nome, unita.percorso, quando))
        return sorted(trovate.values(), key=lambda v: (v.quando.istante, v.unita.percorso))

    def _quando(self, nome: str) -> Iterator[Quando]:
        """Now, and the last instant in time for each term of the step that is still to come."""
        yield Quando(self.istante)
        suoi = [s for s in self.scadenze if nome in TERMINI and TERMINI[nome].fullmatch(s[0])]
        if nome in DELL_ULTIMO_PERIODO:
            suoi = list({s[3]: s for s in suoi}.values())
        for _codice, termine, fine, anno in suoi:
            yield Quando(fine - timedelta(microseconds=1), termine, anno)

    def _vuote(self, nome: str, quando: Quando) -> Iterator[Unita]:
        for unita in self.dove if nome in DELL_UNITA else (self.radice,):
            if self._presenti(nome, unita.percorso, quando) < self._servono(nome):
                yield unita

    def _servono(self, nome: str) -> int:
        return self.quorum if nome in ("valida_obiettivo", "valida_relazione") else 1

    def _presenti(self, nome: str, percorso: str, quando: Quando) -> int:
        """How many people who can log in have the permission there and then."""
        return len(
            {chi for dove, chi in self._con(nome, quando.istante) if percorso.startswith(dove)}
        )

    def _con(self, nome: str, istante: datetime) -> list[tuple[str, int]]:
        """(path, person) of everybody who can log in and has the permission at the instant."""
        chiave = (nome, istante)
        if chiave not in self.noti:
            self.noti[chiave] = [
                (max(t.unita.percorso, su, key=len), t.persona_id)
                for t, su in self.per_permesso.get(nome, ())
                if t.in_vigore(istante)
            ]
        return self.noti[chiave]

    def _raccolte(self, nome: str, vuote: Mapping[str, Unita]) -> Iterable[tuple[Unita, list[str]]]:
        """The topmost of the empty units, each with the paths it stands for; the root, when all
        are empty."""
        if nome in DELL_UNITA and len(vuote) == len(self.dove) > 1:
            return [(self.radice, list(vuote))]
        cime = [p for p in vuote if not any(p != altro and p.startswith(altro) for altro in vuote)]
        return [(vuote[c], [p for p in vuote if p.startswith(c)]) for c in cime]
