# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drift: what in force no Atto authorises. The last version of each objective, word for word as it
was approved, against its approved fields as they stand (`domain.md` 3, 8).

The database compares the texts and sends only those that differ, a few at a time: a year of ten
thousand objectives without drift costs one pass and no memory. A version written when the text had
fewer fields is compared in those it has."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from cycle import canonico
from cycle.models import Ciclo, Periodo
from workflows.machines.obiettivo import PRIMA_DELL_APPROVAZIONE

_PEZZO = 200  # objectives read at once

# An objective put back among drafts is still what the giunta approved; a version whose text is not
# the one its digest was made of says nothing of what was approved.
_DIVERSI = f"""
SELECT o.codice, o.stato, o.versione, w.numero, w.contenuto, t.adesso,
       w.sha256 = encode(sha256(convert_to(w.contenuto, 'UTF8')), 'hex') AS intatta,
       coalesce(a.organo || ' n. ' || a.numero || ' del ' || to_char(a.data, 'DD/MM/YYYY'), '')
  FROM cycle_obiettivo o
 CROSS JOIN LATERAL (SELECT {canonico.SCHEDA} AS adesso) t
  LEFT JOIN LATERAL (SELECT v.* FROM cycle_versioneobiettivo v
                      WHERE v.obiettivo_id = o.id ORDER BY v.numero DESC LIMIT 1) w ON true
  LEFT JOIN cycle_atto a ON a.id = w.atto_id
 WHERE o.ciclo_id = %s AND (o.stato <> ALL (%s) OR w.id IS NOT NULL)
   AND (w.numero IS DISTINCT FROM o.versione OR w.contenuto IS DISTINCT FROM t.adesso
        OR o.stato = ANY (%s)
        OR w.sha256 <> encode(sha256(convert_to(w.contenuto, 'UTF8')), 'hex'))
 ORDER BY o.codice
"""  # noqa: S608 - names, not input

# lists of the canonical text -> what a row is called
_ELENCHI = {
    "specifici": "obiettivo specifico",
    "indicatori": "indicatore",
    "rilevazioni": "target",
    "fasi": "fase",
    "nodi": "programma collegato",
}


@dataclass(frozen=True, slots=True)
class Scostamento:
    """One difference: objective, place, value as approved (by which Atto) and in force."""

    codice: str
    dove: str
    approvato: str
    vigente: str
    atto: str

    def __str__(self) -> str:
        return _("%(codice)s, %(dove)s: approvato %(prima)s (%(atto)s), in vigore %(dopo)s") % {
            "codice": self.codice,
            "dove": self.dove,
            "prima": self.approvato,
            "dopo": self.vigente,
            "atto": self.atto or _("nessun atto"),
        }


def deriva(ciclo: Ciclo) -> Iterator[Scostamento]:
    """Every difference of the year, in order of code. Needs an open transaction."""
    periodi = {p.pk: p.codice for p in Periodo.objects.filter(ciclo=ciclo)}
    with connection.chunked_cursor() as cursore:
        prima = list(PRIMA_DELL_APPROVAZIONE)
        cursore.execute(_DIVERSI, [ciclo.pk, prima, prima])
        while righe := cursore.fetchmany(_PEZZO):
            for codice, stato, versione, numero, contenuto, adesso, intatta, atto in righe:
                if stato in prima:
                    yield Scostamento(
                        codice, _("stato"), _("approvato"), stato.replace("_", " "), atto
                    )
                if numero != versione:
                    yield Scostamento(
                        codice,
                        _("versione"),
                        _("n. %(n)s") % {"n": numero or 0},
                        _("n. %(n)s") % {"n": versione},
                        atto,
                    )
                if contenuto is not None and not intatta:
                    yield Scostamento(
                        codice,
                        _("testo della versione %(n)s") % {"n": numero},
                        _("quello della sua impronta"),
                        _("un altro"),
                        atto,
                    )
                if contenuto is not None:
                    yield from _confronta(
                        codice, json.loads(contenuto), json.loads(adesso), atto, periodi
                    )


def _confronta(
    codice: str,
    prima: Mapping[str, Any],
    dopo: Mapping[str, Any],
    atto: str,
    periodi: Mapping[int, str],
) -> Iterator[Scostamento]:
    for campo, valore in dopo["obiettivo"].items():
        if campo in prima["obiettivo"] and prima["obiettivo"][campo] != valore:
            yield Scostamento(
                codice, _nome(campo), _detto(prima["obiettivo"][campo]), _detto(valore), atto
            )
    nomi = _nomi(prima, dopo, periodi)
    for elenco, che_cosa in _ELENCHI.items():
        approvate, vigenti = (
            {r["id"]: r for r in t.get(elenco, ()) if _vale(elenco, r)} for t in (prima, dopo)
        )
        for pk in sorted({*approvate, *vigenti}):
            a, v = approvate.get(pk), vigenti.get(pk)
            dove = f"{che_cosa} {nomi.get((elenco, pk), f'n. {pk}')}"
            if a is None or v is None:
                c_e, manca = _("presente"), _("assente")
                yield Scostamento(
                    codice, dove, manca if a is None else c_e, manca if v is None else c_e, atto
                )
                continue
            for campo in v:
                if campo in a and a[campo] != v[campo]:
                    luogo = f"{dove}, {_nome(campo)}"
                    yield Scostamento(codice, luogo, _detto(a[campo]), _detto(v[campo]), atto)


def _vale(elenco: str, riga: Mapping[str, Any]) -> bool:
    """A measured value where the giunta set no target is the settore's, and no drift."""
    return elenco != "rilevazioni" or riga["target"] is not None or riga["target_data"] is not None


def _nomi(
    prima: Mapping[str, Any], dopo: Mapping[str, Any], periodi: Mapping[int, str]
) -> dict[tuple[str, int], str]:
    """What the rows are called, in either text."""
    nomi: dict[tuple[str, int], str] = {}
    for t in (prima, dopo):
        nomi |= {("specifici", r["id"]): r["codice"] for r in t["specifici"]}
        nomi |= {("indicatori", r["id"]): f"«{r['nome'][:80]}»" for r in t["indicatori"]}
        nomi |= {("fasi", r["id"]): f"«{r['descrizione'][:80]}»" for r in t["fasi"]}
        nomi |= {
            ("rilevazioni", r["id"]): _("di %(indicatore)s, %(periodo)s")
            % {
                "indicatore": nomi.get(("indicatori", r["indicatore_id"]), ""),
                "periodo": periodi.get(r["periodo_id"], ""),
            }
            for r in t["rilevazioni"]
        }
    return nomi


def _nome(campo: str) -> str:
    return campo.removesuffix("_id").replace("_", " ")


def _detto(valore: Any) -> str:
    return _("nessuno") if valore is None or valore == "" else f"«{str(valore)[:120]}»"
