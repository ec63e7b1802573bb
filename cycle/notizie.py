# SPDX-License-Identifier: AGPL-3.0-or-later
"""The news of an action: whom its matters concern, and what they are told (`domain.md` 9)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.urls import reverse

from cycle import permissions
from workflows.machines.base import Macchina
from workflows.ports import (
    Attore,
    Azione,
    Destinatario,
    Fascicolo,
    Interessati,
    Notizia,
    Passo,
)
from workflows.verdetto import permesso, verdetto


@dataclass(frozen=True, slots=True)
class Materia:
    """An object that moved, or one whose next step depends on it, with the facts as they are
    now."""

    macchina: Macchina
    passo: Passo
    pid: str  # of what the link leads to
    dopo: Fascicolo
    motivi: tuple[str, ...] = ("da_fare", "responsabile", "ha_agito")  # strongest first
    attesi: tuple[str, ...] = ()  # permissions of what is awaited beside the transitions
    pagina: str = "scheda"  # where the link leads

    @property
    def nome(self) -> str:
        return f"{self.macchina.nome}:{self.dopo.id}"

    def domanda(self) -> Domanda:
        return Domanda(self.macchina, self.dopo, self.dopo.stato, self.attesi)


@dataclass(frozen=True, slots=True)
class Domanda:
    """Whom does it concern that an object is in a state?"""

    macchina: Macchina
    fascicolo: Fascicolo
    stato: str
    attesi: tuple[str, ...] = ()

    def permessi(self) -> list[str]:
        """What somebody is expected to do next, as permissions."""
        nome = self.macchina.nome
        return [permesso(nome, t.nome) for t in self.macchina.avanti(self.stato)] + [*self.attesi]

    def come_json(self) -> dict[str, Any]:
        f = self.fascicolo
        return {
            "nome": f"{self.macchina.nome}:{f.id}",
            "radice": f.obiettivo_id,
            "percorso": f.percorso,
            "ruoli": sorted({r for p in self.permessi() for r in permissions.PERMESSI[p]}),
        }


# Whom each matter may concern: those whose role its next steps belong to, the responsabili, and
# whoever acted before.
_INTERESSATI = """
WITH materie AS (
    SELECT * FROM jsonb_to_recordset(%(materie)s)
        AS t (nome text, radice bigint, percorso text, ruoli text[])
), interessati AS (
    SELECT m.nome, i.persona_id, 'da_fare' AS motivo
      FROM materie m
      JOIN cycle_incarico i ON i.ente_id = %(ente)s
       AND i.ruolo = ANY (m.ruoli)
       AND i.dal <= %(istante)s AND (i.al IS NULL OR i.al > %(istante)s)
      JOIN cycle_unitaorganizzativa u
        ON u.id = i.unita_id AND starts_with(m.percorso, u.percorso)
    UNION ALL
    SELECT m.nome, r.persona_id, 'responsabile'
      FROM materie m
     CROSS JOIN LATERAL (SELECT unnest(ARRAY[o.responsabile_generale_id,
                                             o.responsabile_operativo_id]) AS persona_id
                           FROM cycle_obiettivo o WHERE o.id = m.radice) r
    UNION ALL
    SELECT m.nome, a.persona_id, 'ha_agito'
      FROM materie m
     CROSS JOIN LATERAL (SELECT DISTINCT e.persona_id FROM workflows_evento e
                          WHERE e.radice_id = m.radice AND e.esito = 'eseguito') a
), persone AS (
    SELECT persona_id AS id, json_agg(json_build_array(nome, motivo)) AS perche
      FROM interessati
     WHERE persona_id <> coalesce(%(autore)s, 0)
     GROUP BY persona_id
    UNION ALL
    SELECT %(autore)s, '[]' WHERE %(autore)s IS NOT NULL
)
"""


def persone(
    autore: Attore, istante: datetime, domande: Sequence[Domanda], serve: Sequence[str] = ()
) -> tuple[Attore, Interessati]:
    """The author with the incarichi in force, as far as the permissions `serve` go, and whom else
    each matter may concern, in one query whatever their number."""
    candidati: dict[str, list[tuple[str, Attore]]] = {}
    suo = autore
    if autore.persona_id is not None:
        suo = Attore(autore.persona_id, None, autore.ente_id, "", istante)
    for chi, perche in permissions.attori_fra(
        _INTERESSATI,
        {"materie": json.dumps([d.come_json() for d in domande]), "autore": autore.persona_id},
        autore.ente_id,
        istante,
        {"vedi_bozze", *serve}.union(*(d.permessi() for d in domande)),
    ):
        if chi.persona_id == autore.persona_id:
            suo = chi
        for nome, motivo in perche:
            candidati.setdefault(nome, []).append((motivo, chi))
    return suo, candidati


def di(azione: Azione, materie: Sequence[Materia], fatto: str) -> list[Notizia]:
    """The news of an action, one for each matter, in one query whatever their number. `fatto`
    says what happened: "proposto"."""
    candidati = azione.interessati
    if candidati is None:
        domande = [m.domanda() for m in materie]
        _autore, candidati = persone(azione.attore, azione.istante, domande)
    return [
        Notizia(
            m.nome,
            _destinatari(m, candidati.get(m.nome, []), azione.istante),
            f"{m.dopo.codice} «{m.dopo.titolo[:120]}»{_periodo(m.passo)}: "
            f"{fatto} {_da_chi(azione.attore)}",
            _indirizzo(m.dopo.ente, m.pagina).replace(_SEGNAPOSTO, m.pid),
            "alta" if azione.verbo in URGENTI else "normale",
            f"obiettivo:{m.dopo.obiettivo_id}" if m.dopo.obiettivo_id else "",
        )
        for m in materie
    ]


# What sends somebody's work back, or refuses it.
URGENTI = frozenset({"rinvia", "riapri", "respingi", "nega", "dichiara_irricevibile"})
_SEGNAPOSTO = "00000000-0000-0000-0000-000000000000"


@lru_cache(maxsize=1024)
def _indirizzo(ente: str, pagina: str) -> str:
    """Where the pages of a kind are in an ente, with a placeholder for the pid: looking a URL up
    costs more than all the rest of a notice."""
    return reverse(pagina, args=[ente, _SEGNAPOSTO])


def _da_chi(attore: Attore) -> str:
    """ "da Uno Dirigente", "dal procedimento"."""
    nome = attore.nome or "un comando"
    return f"dal {nome[3:]}" if nome.startswith("il ") else f"da {nome}"


def _periodo(passo: Passo) -> str:
    periodo = passo.fascicolo.periodo
    return f", relazione {periodo.codice}" if periodo else ""


def _destinatari(
    materia: Materia, candidati: Sequence[tuple[str, Attore]], istante: datetime
) -> list[Destinatario]:
    """One row a person, for the strongest reason, if he may see the objective; 'tocca a te' only
    to those who can act now."""
    scelti: dict[int, Destinatario] = {}
    for motivo in materia.motivi:
        for suo, chi in candidati:
            if suo != motivo or chi.persona_id is None or chi.utente_id is None:
                continue
            if chi.persona_id in scelti or not permissions.vede(chi, materia.dopo):
                continue
            if motivo != "da_fare" or _puo_agire(materia, chi, istante):
                scelti[chi.persona_id] = Destinatario(chi.utente_id, chi.persona_id, motivo)
    return list(scelti.values())


def _puo_agire(materia: Materia, chi: Attore, istante: datetime) -> bool:
    """Whether some forward step lacks nothing but what its form brings, or something else is
    awaited of this person."""
    f = materia.dopo
    return any(chi.incarico_per(p, f.percorso) for p in materia.attesi) or any(
        chi.incarico_per(permesso(f.procedura, t.nome), f.percorso) is not None
        and verdetto(materia.macchina, t, f, chi, istante, anteprima=True).permessa
        for t in materia.macchina.avanti(f.stato)
    )
