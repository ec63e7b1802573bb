# SPDX-License-Identifier: AGPL-3.0-or-later
"""What changed between two instants, or since it was approved: each field of the scheda with its
value before and after, who changed it last and the act that authorised it (`domain.md` 8).

Read from the Modifiche alone, in one statement for any number of objectives: the first value
before and the last after, of each field that was touched. What came back to what it was is no
difference.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cycle.campi import APPROVATI, GESTIONE
from cycle.models import (
    NodoStrategico,
    Persona,
    TipoIndicatore,
    UnitaOrganizzativa,
)

LIMITE = 2_000  # fields of one comparison

# Of whom works on it the registro says nothing here: effort is not for everybody (`domain.md` 2).
_TACIUTI = {"Collaboratore"}

RIGHE = {
    "cycle_obiettivo": "",
    "cycle_obiettivonodo": gettext_lazy("programma collegato"),
    "cycle_obiettivospecifico": gettext_lazy("obiettivo specifico"),
    "cycle_indicatore": gettext_lazy("indicatore"),
    "cycle_rilevazione": gettext_lazy("target di"),
    "cycle_fase": gettext_lazy("fase"),
    "cycle_stanziamento": gettext_lazy("stanziamento"),
    "cycle_storicoindicatore": gettext_lazy("anni passati"),
}
ALTRE_RIGHE = {
    "cycle_relazionesemestrale": gettext_lazy("relazione"),
    "cycle_vocerelazione": gettext_lazy("relazione"),
}
SENZA_NOME = {
    "cycle_allegatovariazione": gettext_lazy("allegati"),
    "cycle_campovariato": gettext_lazy("campi variati"),
    "cycle_presenzaseduta": gettext_lazy("presenze in seduta"),
}
_GIORNO = re.compile(r"[12]\d{3}-[01]\d-[0-3]\d")
# Of a row that comes or goes: what its name says already, and what says nothing.
_SUE = {"indicatore_id", "periodo_id", "specifico_id", "ordine", "versione", "continua_da_id"}
_VUOTI = {None, '""', "[]", "{}", "false"}
_NOMI: Mapping[str, Any] = {
    "unita_id": UnitaOrganizzativa,
    "responsabile_generale_id": Persona,
    "responsabile_operativo_id": Persona,
    "responsabile_id": Persona,
    "nodo_id": NodoStrategico,
    "tipo_id": TipoIndicatore,
}

# What a row is called, of a table of rows `x (tabella, riga_id)`
_DOVE = """CASE x.tabella
           WHEN 'cycle_obiettivospecifico' THEN s.codice
           WHEN 'cycle_indicatore' THEN '«' || i.nome || '»'
           WHEN 'cycle_fase' THEN '«' || left(f.descrizione, 80) || '»'
           WHEN 'cycle_rilevazione' THEN '«' || ri.nome || '», ' || rp.nome
       END"""
_GIUNTE = """
  LEFT JOIN cycle_obiettivospecifico s ON x.tabella = 'cycle_obiettivospecifico'
                                      AND s.id = x.riga_id
  LEFT JOIN cycle_indicatore i ON x.tabella = 'cycle_indicatore' AND i.id = x.riga_id
  LEFT JOIN cycle_fase f ON x.tabella = 'cycle_fase' AND f.id = x.riga_id
  LEFT JOIN cycle_rilevazione r ON x.tabella = 'cycle_rilevazione' AND r.id = x.riga_id
  LEFT JOIN cycle_indicatore ri ON ri.id = r.indicatore_id
  LEFT JOIN cycle_periodo rp ON rp.id = r.periodo_id"""

_DIFFERENZE = """
WITH approvazioni AS (
    SELECT m.radice_id, min(m.evento_id) AS evento FROM workflows_modifica m
     WHERE m.radice_id = ANY (%(radici)s)
       AND m.tabella = 'cycle_versioneobiettivo' AND m.operazione = 'I'
     GROUP BY m.radice_id
), campi AS (
    SELECT m.radice_id, m.tabella, m.riga_id, m.id, m.evento_id, m.operazione, k.campo,
           nullif(m.prima -> k.campo, 'null') AS prima, nullif(m.dopo -> k.campo, 'null') AS dopo
      FROM workflows_modifica m
      JOIN workflows_evento e ON e.id = m.evento_id
      LEFT JOIN approvazioni v ON v.radice_id = m.radice_id
     CROSS JOIN LATERAL jsonb_object_keys(
            coalesce(m.prima, '{}') || coalesce(m.dopo, '{}')) AS k (campo)
     WHERE m.radice_id = ANY (%(radici)s) AND m.ente_id = %(ente)s
       AND (%(campi)s::jsonb -> m.tabella::text) ? k.campo
       AND e.registrato_il > %(dal)s AND e.registrato_il <= %(al)s
       -- what is not yet of all is told from its approval on
       AND (NOT m.radice_id = ANY (%(approvate)s) OR m.evento_id > v.evento)
), estremi AS (
    SELECT radice_id, tabella, riga_id, campo,
           (array_agg(prima ORDER BY id))[1] AS prima,
           (array_agg(dopo ORDER BY id DESC))[1] AS dopo,
           max(evento_id) AS evento,
           bool_or(operazione = 'I') AS nata, bool_or(operazione = 'D') AS tolta
      FROM campi GROUP BY radice_id, tabella, riga_id, campo
)
SELECT o.pid, o.codice, o.titolo, x.tabella, x.riga_id, x.campo, x.prima, x.dopo, x.nata, x.tolta,
       {dove},
       e.istante, e.verbo, e.procedura, p.nome_completo, a.pid,
       CASE WHEN a.id IS NOT NULL
            THEN a.organo || ' n. ' || a.numero || ' del ' || to_char(a.data, 'DD/MM/YYYY') END
  FROM estremi x
  JOIN workflows_evento e ON e.id = x.evento
  JOIN cycle_obiettivo o ON o.id = x.radice_id
  LEFT JOIN cycle_persona p ON p.id = e.persona_id
  LEFT JOIN cycle_atto a ON a.id = e.atto_id
{giunte}
 WHERE x.prima IS DISTINCT FROM x.dopo AND NOT (x.nata AND x.tolta)
 ORDER BY o.codice, x.tabella, x.riga_id, x.campo LIMIT %(limite)s
""".replace("{dove}", _DOVE).replace("{giunte}", _GIUNTE)

# One Evento: each field of the rows it changed, and how many rows of the tables that are not told.
_CAMBI = """
WITH x AS (
    SELECT m.id, m.tabella, m.riga_id, m.operazione, k.campo,
           nullif(m.prima -> k.campo, 'null') AS prima, nullif(m.dopo -> k.campo, 'null') AS dopo
      FROM workflows_modifica m
     CROSS JOIN LATERAL jsonb_object_keys(
            coalesce(m.prima, '{}') || coalesce(m.dopo, '{}')) AS k (campo)
     WHERE m.evento_id = %(evento)s AND m.ente_id = %(ente)s
       AND (%(campi)s::jsonb -> m.tabella::text) ? k.campo
     ORDER BY m.id LIMIT %(limite)s
)
SELECT x.id, x.tabella, x.operazione, {dove}, x.campo, x.prima, x.dopo
  FROM x
{giunte}
 ORDER BY x.id, x.campo
""".replace("{dove}", _DOVE).replace("{giunte}", _GIUNTE)
_ALTRE = """
SELECT m.tabella, count(*) FROM workflows_modifica m
 WHERE m.evento_id = %(evento)s AND m.ente_id = %(ente)s AND NOT %(campi)s::jsonb ? m.tabella
 GROUP BY m.tabella ORDER BY m.tabella
"""


@dataclass(frozen=True, slots=True)
class Differenza:
    """One field, or a row that came or went. `senza_atto`: it was approved, and no Atto is said to
    have changed it."""

    obiettivo_pid: UUID
    codice: str
    titolo: str
    dove: str
    campo: str
    prima: str
    dopo: str
    istante: datetime
    chi: str
    procedura: str
    verbo: str
    atto: str
    atto_pid: UUID | None
    senza_atto: bool


@dataclass(frozen=True, slots=True)
class Cambio:
    """A field that an action changed, or a row that it added or took away, with what it held."""

    dove: str
    campo: str
    prima: str
    dopo: str


@dataclass(frozen=True, slots=True)
class Cambi:
    """What an action changed. `altre`: how many rows of which things are counted and not told,
    since who works on an objective, or what is of no scheda, is not for everybody here."""

    cambi: list[Cambio]
    altre: list[tuple[str, int]]
    tutti: bool


def _colonne(tavola: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    """By table, the columns of a table of fields (`cycle.campi`)."""
    colonne: dict[str, set[str]] = {}
    for nome, campi in tavola.items():
        modello = apps.get_model("cycle", nome)
        colonne[modello._meta.db_table] = {
            str(getattr(modello._meta.get_field(c), "column", c)) for c in campi
        }
    return colonne


def differenze(
    *,
    ente_id: int,
    radici: list[int],
    dal: datetime,
    al: datetime,
    solo_approvati: bool = True,
    dall_approvazione: Iterable[int] = (),
) -> list[Differenza]:
    """The differences of the objectives `radici` between `dal` and `al` (clock of the database), at
    most `LIMITE`; of those in `dall_approvazione`, what was before it does not count."""
    approvati = _colonne(APPROVATI)
    campi = {t: set(c) for t, c in approvati.items()}
    if not solo_approvati:
        for t, c in _colonne({k: v for k, v in GESTIONE.items() if k not in _TACIUTI}).items():
            campi.setdefault(t, set()).update(c)
        campi["cycle_obiettivo"].add("stato")
    campi["cycle_obiettivo"].discard("versione")
    with connection.cursor() as cursore:
        cursore.execute(
            _DIFFERENZE,
            {
                "ente": ente_id,
                "radici": radici,
                "campi": json.dumps({t: sorted(c) for t, c in campi.items()}),
                "dal": dal,
                "al": al,
                "approvate": list(dall_approvazione),
                "limite": LIMITE,
            },
        )
        righe = cursore.fetchall()
    nomi = _nomi(ente_id, righe)
    trovate: list[Differenza] = []
    viste: set[tuple[str, int]] = set()
    for (
        pid, codice, titolo, tabella, riga, campo, prima, dopo, nata, tolta, etichetta,
        istante, verbo, procedura, chi, atto_pid, atto,
    ) in righe:  # fmt: skip
        dove = " ".join(t for t in (str(RIGHE.get(tabella, tabella)), etichetta or "") if t)
        if nata or tolta:
            if (tabella, riga) in viste:
                continue
            viste.add((tabella, riga))
            campo_detto, da, a = "", *(("", _("aggiunto")) if nata else (_("c'era"), _("tolto")))
        else:
            campo_detto = campo.removesuffix("_id").replace("_", " ")
            da, a = (_detto(campo, v, nomi) for v in (prima, dopo))
        trovate.append(
            Differenza(
                obiettivo_pid=pid,
                codice=codice,
                titolo=titolo,
                dove=dove,
                campo=campo_detto,
                prima=da,
                dopo=a,
                istante=istante,
                chi=(chi or _("fuori procedura")).title() if chi else _("un comando"),
                procedura=procedura,
                verbo=verbo,
                atto=atto or "",
                atto_pid=atto_pid,
                senza_atto=atto is None and campo in approvati.get(tabella, ()),
            )
        )
    return trovate


def cambi(*, ente_id: int, evento: int, relazioni: bool) -> Cambi:
    """What one Evento changed in the scheda, field by field, at most `LIMITE`; with `relazioni`,
    also what was written in the reports."""
    campi = _colonne(APPROVATI)
    for t, c in _colonne({k: v for k, v in GESTIONE.items() if k not in _TACIUTI}).items():
        campi.setdefault(t, set()).update(c)
    campi["cycle_obiettivo"] |= {"stato"}
    campi["cycle_relazionesemestrale"] = {"stato"}
    if relazioni:
        campi["cycle_vocerelazione"] = {"testo", "osservazione", "risposta"}
    parametri: dict[str, Any] = {
        "ente": ente_id,
        "evento": evento,
        "campi": json.dumps({t: sorted(c) for t, c in campi.items()}),
        "limite": LIMITE,
    }
    with connection.cursor() as cursore:
        cursore.execute(_CAMBI, parametri)
        righe = cursore.fetchall()
        cursore.execute(_ALTRE, parametri)
        altre = cursore.fetchall()
    nomi = _nomi(ente_id, [(None, None, None, None, None, r[4], r[5], r[6]) for r in righe])
    trovati: list[Cambio] = []
    for _pk, di_una in groupby(righe, key=lambda r: r[0]):
        campi_di_una = list(di_una)
        _n, tabella, operazione, etichetta, *_resto = campi_di_una[0]
        nome = str(RIGHE.get(tabella) or ALTRE_RIGHE.get(tabella, ""))
        if operazione != "U":
            nome = nome or _("scheda")
        dove = " ".join(t for t in (nome, etichetta or "") if t)
        detti = [
            (campo.removesuffix("_id").replace("_", " "), prima, dopo, campo)
            for *_inizio, campo, prima, dopo in campi_di_una
        ]
        if operazione == "U":
            trovati += [
                Cambio(dove, nome, _detto(campo, prima, nomi), _detto(campo, dopo, nomi))
                for nome, prima, dopo, campo in detti
            ]
            continue
        valori = [
            (nome, campo, prima if operazione == "D" else dopo)
            for nome, prima, dopo, campo in detti
            if campo not in _SUE
        ]
        tenuto = "; ".join(
            f"{nome}: {_detto(campo, valore, nomi)}"
            for nome, campo, valore in valori
            if valore not in _VUOTI
        )
        prima, dopo = (_("non c'era"), tenuto) if operazione == "I" else (tenuto, _("tolto"))
        trovati.append(Cambio(dove, "", prima, dopo))
    return Cambi(trovati, [(_nome_di(t), n) for t, n in altre], len(righe) < LIMITE)


def _nome_di(tabella: str) -> str:
    """What the rows of a table are called."""
    if tabella in SENZA_NOME:
        return str(SENZA_NOME[tabella])
    for modello in apps.get_app_config("cycle").get_models():
        if modello._meta.db_table == tabella:
            return str(modello._meta.verbose_name_plural)
    return tabella


def _nomi(ente_id: int, righe: Iterable[tuple[Any, ...]]) -> dict[tuple[str, int], str]:
    """The names of what is referred to, in one query for each noun."""
    chiesti: dict[Any, set[int]] = defaultdict(set)
    for riga in righe:
        modello = _NOMI.get(riga[5])
        if modello is not None:
            chiesti[modello] |= {int(v) for v in riga[6:8] if v is not None and v.isdigit()}
    trovati = {
        (modello.__name__, uno.pk): str(uno)
        for modello in (UnitaOrganizzativa, Persona, NodoStrategico, TipoIndicatore)
        for uno in modello._default_manager.filter(ente_id=ente_id, pk__in=chiesti[modello])
    }
    return trovati


def _detto(campo: str, valore: str | None, nomi: Mapping[tuple[str, int], str]) -> str:
    if valore is None:
        return _("nessuno")
    letto = json.loads(valore)
    modello = _NOMI.get(campo)
    if modello is not None and isinstance(letto, int):
        return nomi.get((modello.__name__, letto), f"n. {letto}")
    if isinstance(letto, float | int) and not isinstance(letto, bool):
        testo = valore.rstrip("0").rstrip(".") if "." in valore else valore
        return testo.replace(".", ",")
    if isinstance(letto, str):
        if _GIORNO.fullmatch(letto):
            with suppress(ValueError):  # a text that only looks like one
                return f"{date.fromisoformat(letto):%d/%m/%Y}"
        return letto[:500] or _("vuoto")
    return valore[:500]
