# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is in force where some requests would write, and their changes as rows: the one bridge
between `cambi`, which knows public ids, and the tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from cycle.bozze.lettura import Albero, leggi
from cycle.bozze.rubrica import Rubrica, rubrica
from cycle.models import CampoVariato, Obiettivo, RichiestaVariazione
from cycle.scritta import SchedaScritta
from cycle.variazioni.cambi import Cambio, Vigente

TABELLE: Mapping[str, str] = {
    "Obiettivo": "cycle_obiettivo",
    "ObiettivoSpecifico": "cycle_obiettivospecifico",
    "Indicatore": "cycle_indicatore",
    "Fase": "cycle_fase",
}
_NOMI = {tabella: nome for nome, tabella in TABELLE.items()}


class Quadro:
    """The schede in force of some objectives, in a number of queries that does not depend on how
    many they are."""

    def __init__(self, obiettivi: Iterable[int]) -> None:
        self.obiettivi = {
            o.pk: o
            for o in Obiettivo.objects.select_related("unita", "ciclo__ente")
            .filter(pk__in=set(obiettivi))
            .order_by("pk")
        }
        self.albero = Albero([*self.obiettivi])
        self.rubriche: dict[int, Rubrica] = {
            o.ciclo_id: rubrica(o.ciclo) for o in {o.ciclo_id: o for o in self._tutti()}.values()
        }
        self.schede: dict[int, SchedaScritta] = {}
        for ciclo, r in self.rubriche.items():
            suoi = [o for o in self._tutti() if o.ciclo_id == ciclo]
            self.schede |= leggi(suoi, r, self.albero)
        self.vigenti = {pk: Vigente(s) for pk, s in self.schede.items()}
        a = self.albero
        self._pk: dict[tuple[str, UUID], int] = {}
        per_nome: dict[str, dict[int, list[Any]]] = {
            "ObiettivoSpecifico": {**a.specifici},
            "Indicatore": {**a.indicatori},
            "Fase": {**a.fasi},
        }
        for nome, gruppi in per_nome.items():
            for righe in gruppi.values():
                self._pk |= {(nome, riga.pid): riga.pk for riga in righe}
        self._pid = {(nome, pk): pid for (nome, pid), pk in self._pk.items()}

    def _tutti(self) -> list[Obiettivo]:
        return list(self.obiettivi.values())

    def rubrica(self, obiettivo: int) -> Rubrica:
        """What the scheda of an objective may name."""
        return self.rubriche[self.obiettivi[obiettivo].ciclo_id]

    def pk(self, cambio: Cambio) -> int:
        """The key of the row that a change is about."""
        assert cambio.riga is not None
        return self._pk[cambio.tabella, cambio.riga]

    def cambio(self, riga: CampoVariato) -> Cambio:
        """A stored change. A row that is no longer there has an id that is nobody's."""
        nome = _NOMI[riga.tabella]
        pid: UUID | None = None
        if riga.riga_id is not None and nome != "Obiettivo":
            ignoto = uuid5(NAMESPACE_OID, f"{riga.tabella} {riga.riga_id}")
            pid = self._pid.get((nome, riga.riga_id), ignoto)
        return _cambio(riga, pid)

    def righe(
        self, richiesta: RichiestaVariazione, cambi: Sequence[Cambio], *, in_attesa: bool = False
    ) -> list[CampoVariato]:
        """The rows of the changes of a request, still to be written."""
        return [
            CampoVariato(
                ente_id=richiesta.ente_id,
                obiettivo_id=richiesta.obiettivo_id,
                richiesta=richiesta,
                genere=c.genere,
                tabella=TABELLE[c.tabella],
                riga_id=richiesta.obiettivo_id
                if c.tabella == "Obiettivo"
                else None
                if c.riga is None
                else self.pk(c),
                campo=c.campo,
                valore_base=c.prima,
                valore_nuovo=c.dopo,
                dove=c.dove,
                in_attesa=in_attesa,
            )
            for c in cambi
        ]


def _cambio(riga: CampoVariato, pid: UUID | None) -> Cambio:
    return Cambio(
        _NOMI[riga.tabella],
        pid,
        riga.campo,
        riga.valore_base,
        riga.valore_nuovo,
        riga.genere,
        riga.dove,
    )


def senza_riga(riga: CampoVariato) -> Cambio:
    """A stored change as it is said, whatever became of the row it was about."""
    return _cambio(riga, None)


def campi_di(richieste: Iterable[int]) -> dict[int, list[CampoVariato]]:
    """The stored changes of the requests, by id, in the order they were written."""
    trovati: dict[int, list[CampoVariato]] = {pk: [] for pk in richieste}
    for riga in CampoVariato.objects.filter(richiesta__in=trovati).order_by("pk"):
        trovati[riga.richiesta_id].append(riga)
    return trovati
