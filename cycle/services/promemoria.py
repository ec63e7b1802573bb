# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a term still asks of each person, of their own objects: reports to be submitted, and with
how many values missing; drafts to be proposed. One line a person and term, and none once it is
done. Nothing is decided by silence: who is late is told, and then the dirigenti and the
segretario are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cycle.models import Scadenza
from workflows.ports import Attore

RELAZIONE, PROPOSTE = "relazione-", "piao"
SETTORE = frozenset({"dirigente", "po"})

_RELAZIONI = """
SELECT u.percorso, count(*), count(*) FILTER (WHERE EXISTS (
           SELECT 1 FROM cycle_rilevazione v
            WHERE v.obiettivo_id = o.id AND v.periodo_id = p.id
              AND v.valore IS NULL AND v.valore_data IS NULL
              AND (v.target IS NOT NULL OR v.target_data IS NOT NULL)))
  FROM cycle_relazionesemestrale r
  JOIN cycle_periodo p ON p.id = r.periodo_id
  JOIN cycle_obiettivo o ON o.id = r.obiettivo_id
  JOIN cycle_unitaorganizzativa u ON u.id = o.unita_id
 WHERE o.ciclo_id = %(ciclo)s AND p.ordine = %(ordine)s
   AND o.stato IN ('in_corso', 'rendicontato') AND r.stato IN ('da_compilare', 'riaperta')
 GROUP BY u.percorso
"""
_BOZZE = """
SELECT u.percorso, count(*), 0
  FROM cycle_obiettivo o JOIN cycle_unitaorganizzativa u ON u.id = o.unita_id
 WHERE o.ciclo_id = %(ciclo)s AND o.stato = 'bozza'
 GROUP BY u.percorso
"""


@dataclass(frozen=True, slots=True)
class Resto:
    """What is left to do for a term."""

    quanti: int = 0
    senza_valori: int = 0


@dataclass(frozen=True, slots=True)
class Promemoria:
    """What a term still asks of the settori, by unit."""

    permesso: str
    per_unita: Mapping[str, Resto]

    def di(self, attore: Attore) -> Resto:
        """What is left to one person, of the units where they work on it."""
        return _somma(
            resto
            for percorso, resto in self.per_unita.items()
            if attore.incarico_per(self.permesso, percorso)
        )

    def tutto(self) -> Resto:
        """What is left in the ente."""
        return _somma(self.per_unita.values())

    def detto(self, resto: Resto) -> str:
        """In words: "3 relazioni da trasmettere, 2 con valori mancanti"."""
        if self.permesso == "modifica_obiettivo":
            return ngettext(
                "una scheda in bozza da proporre",
                "%(n)s schede in bozza da proporre",
                resto.quanti,
            ) % {"n": resto.quanti}
        testo = ngettext(
            "una relazione da trasmettere", "%(n)s relazioni da trasmettere", resto.quanti
        ) % {"n": resto.quanti}
        if resto.senza_valori:
            testo += ", " + _("%(n)s con valori mancanti") % {"n": resto.senza_valori}
        return testo


def si_conta(s: Scadenza) -> bool:
    """Whether what a term asks is counted."""
    ordine = s.codice.removeprefix(RELAZIONE)
    return s.codice == PROPOSTE or (s.codice.startswith(RELAZIONE) and ordine.isdigit())


def del_termine(s: Scadenza) -> Promemoria | None:
    """What a term asks of the settori, in one query; None when it asks nothing that is counted."""
    if not si_conta(s):
        return None
    if s.codice == PROPOSTE:
        return Promemoria("modifica_obiettivo", _leggi(_BOZZE, s.ciclo_id, 0))
    ordine = int(s.codice.removeprefix(RELAZIONE))
    return Promemoria("compila_relazione", _leggi(_RELAZIONI, s.ciclo_id, ordine))


def dei_termini(scadenze: Sequence[Scadenza]) -> dict[int, Promemoria]:
    """The same of some terms, by id."""
    return {s.pk: p for s in scadenze if (p := del_termine(s)) is not None}


def _leggi(sql: str, ciclo_id: int, ordine: int) -> dict[str, Resto]:
    with connection.cursor() as cursore:
        cursore.execute(sql, {"ciclo": ciclo_id, "ordine": ordine})
        return {percorso: Resto(n, senza) for percorso, n, senza in cursore.fetchall()}


def _somma(resti: Iterable[Resto]) -> Resto:
    trovati = list(resti)
    return Resto(sum(r.quanti for r in trovati), sum(r.senza_valori for r in trovati))
