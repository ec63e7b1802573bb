# SPDX-License-Identifier: AGPL-3.0-or-later
"""Plan and results for the public, as open data (R86-R88): JSON (`aperti.schema.json`) and CSV.

No personal data: nobody's name, effort or task is taken from the plan, the words of reports are
left out, and a name of somebody of the ente that stands in a title or in the name of an indicator
is taken away. Results are those that the Nucleo has validated: until then there are targets alone.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from cycle.exports.piano import Dizionario, da_database
from cycle.models import Ciclo, Collaboratore, Persona
from workflows.machines.obiettivo import PRIMA_DELL_APPROVAZIONE

SCHEMA = 1
LICENZA = "https://creativecommons.org/licenses/by/4.0/"
OMESSO = "(nome omesso)"
COLONNE = (
    "ente",
    "anno",
    "obiettivo",
    "titolo_obiettivo",
    "tipo",
    "unita",
    "stato",
    "percentuale_validata",
    "obiettivo_specifico",
    "titolo_specifico",
    "indicatore",
    "unita_misura",
    "natura",
    "peso",
    "periodo",
    "target",
    "valore",
)


def da_ciclo(ciclo: Ciclo) -> Dizionario:
    """The open data of a year: what was approved, struck-off objectives included."""
    nomi = {
        *Persona.objects.filter(ente=ciclo.ente_id).values_list("nome_completo", flat=True),
        *Collaboratore.objects.filter(ente=ciclo.ente_id).values_list("nome", flat=True),
    }
    return da_piano(da_database(ciclo, riservati=lambda _: False), nomi)


def da_piano(piano: Dizionario, nomi: Iterable[str]) -> Dizionario:
    """The open data of a plan (`exports.piano`), without the names `nomi`."""
    senza = _Omissione(nomi)
    return {
        "schema": SCHEMA,
        "licenza": LICENZA,
        "ente": piano["ente"],
        "anno": piano["anno"],
        "obiettivi": [
            _obiettivo(o, senza)
            for o in piano["obiettivi"]
            if o["stato"] not in PRIMA_DELL_APPROVAZIONE
        ],
    }


def _obiettivo(o: Dizionario, senza: _Omissione) -> Dizionario:
    validato = o["stato"] == "validato"
    return {
        "codice": o["codice"],
        "tipo": o["tipo"],
        "titolo": senza(o["titolo"]),
        "unita": senza(o["unita"]),
        "inizio_previsto": o["inizio_previsto"],
        "fine_prevista": o["fine_prevista"],
        "stato": o["stato"],
        "percentuale_validata": o["percentuale_convalidata"] if validato else None,
        "programmi": [[{**n, "titolo": senza(n["titolo"])} for n in p] for p in o["nodi"]],
        "specifici": [
            {
                "codice": s["codice"],
                "titolo": senza(s["titolo"]),
                "inizio_previsto": s["inizio_previsto"],
                "fine_prevista": s["fine_prevista"],
                "stanziamenti": [
                    {**e, "descrizione": senza(e["descrizione"])} for e in s["stanziamenti"]
                ],
                "indicatori": [
                    {
                        "nome": senza(i["nome"]),
                        "unita_misura": senza(i["unita_misura"]),
                        "natura": i["natura"],
                        "peso": i["peso"],
                        "periodi": [
                            {
                                "periodo": r["periodo"],
                                "target": r["target"],
                                "valore": r["valore"] if validato else None,
                            }
                            for r in i["periodi"]
                        ],
                    }
                    for i in s["indicatori"]
                ],
            }
            for s in o["specifici"]
        ],
    }


_PAROLA = r"[^\W\d_]+(?:['’][^\W\d_]+)*"
_PAROLE = re.compile(_PAROLA)
_CON_TITOLO = re.compile(
    r"\b(?:dott(?:\.?\s?ssa|oressa|ore|or)?|dr(?:\.?\s?ssa)?|ing|arch|avv|geom|rag|"
    r"prof(?:\.?\s?ssa|essore|essoressa)?|sig(?:\.?\s?ra|\.?\s?na|nora|nor)?|"
    r"comandante|dirigente|assessor[ea])\b\.?\s+"
    rf"(?P<parola>{_PAROLA})",
    re.IGNORECASE,
)
_CON_INIZIALE = (
    re.compile(rf"\b(?P<iniziale>[^\W\d_])\.\s*(?P<parola>{_PAROLA})"),
    re.compile(rf"\b(?P<parola>{_PAROLA})\s+(?P<iniziale>[^\W\d_])\."),
)


class _Omissione:
    """Takes names away from a text: surname and name, in either order, however they are spaced or
    written; the surname with an initial, or after a title ("dott.ssa", "arch."). One word alone is
    nobody's name: it would take away half of the dictionary."""

    def __init__(self, nomi: Iterable[str]) -> None:
        forme: set[tuple[str, ...]] = set()
        self._parole: set[str] = set()  # after a title, whose they are is clear
        self._puntate: set[tuple[str, str]] = set()  # a word, and the initial of another
        for nome in nomi:
            parole = tuple(_PAROLE.findall(nome.casefold()))
            if len(parole) > 1:
                forme |= {parole, parole[::-1]}
                forme |= {parole[n:] + parole[:n] for n in range(1, len(parole))}
                self._parole |= {p for p in parole if len(p) > 2}
                self._puntate |= {(p, a[0]) for p in parole for a in parole if p != a}
        self._prime = {f[0] for f in forme}
        alternative = sorted(forme, key=lambda f: (-len(f), f))
        self._nome = (
            re.compile(
                r"\b(?:"
                + "|".join(r"[\s,.]+".join(map(re.escape, f)) for f in alternative)
                + r")\b",
                re.IGNORECASE,
            )
            if forme
            else None
        )

    def __call__(self, testo: str) -> str:
        if self._nome is None or not testo:
            return testo
        trovate = set(_PAROLE.findall(testo.casefold()))
        if not self._prime.isdisjoint(trovate):
            testo = self._nome.sub(_(OMESSO), testo)
        if not self._parole.isdisjoint(trovate):
            testo = _CON_TITOLO.sub(self._titolato, testo)
            for puntata in _CON_INIZIALE:
                testo = puntata.sub(self._puntato, testo)
        return testo

    def _titolato(self, m: re.Match[str]) -> str:
        di_qualcuno = m["parola"].casefold() in self._parole
        return m[0].replace(m["parola"], _(OMESSO)) if di_qualcuno else m[0]

    def _puntato(self, m: re.Match[str]) -> str:
        di_qualcuno = (m["parola"].casefold(), m["iniziale"].casefold()) in self._puntate
        return _(OMESSO) if di_qualcuno else m[0]


def in_json(dati: Dizionario) -> bytes:
    """The bytes of the JSON."""
    return json.dumps(dati, ensure_ascii=False, indent=1).encode()


def in_csv(dati: Dizionario) -> bytes:
    """The bytes of the CSV: a row for each indicator and period; an objective without any has one
    row of its own, so that none is missing."""
    testo = io.StringIO()
    scrittore = csv.DictWriter(testo, COLONNE, lineterminator="\r\n")
    scrittore.writeheader()
    for o in dati["obiettivi"]:
        dell_obiettivo = {
            "ente": dati["ente"],
            "anno": dati["anno"],
            "obiettivo": o["codice"],
            "titolo_obiettivo": o["titolo"],
            "tipo": o["tipo"],
            "unita": o["unita"],
            "stato": o["stato"],
            "percentuale_validata": o["percentuale_validata"],
        }
        for riga in list(_righe(o)) or [{}]:
            scrittore.writerow({k: _innocuo(v) for k, v in {**dell_obiettivo, **riga}.items()})
    return testo.getvalue().encode("utf-8-sig")


def _righe(o: Dizionario) -> Iterable[Dizionario]:
    for s in o["specifici"]:
        for i in s["indicatori"]:
            for r in i["periodi"] or [{"periodo": "", "target": None, "valore": None}]:
                yield {
                    "obiettivo_specifico": s["codice"],
                    "titolo_specifico": s["titolo"],
                    "indicatore": i["nome"],
                    "unita_misura": i["unita_misura"],
                    "natura": i["natura"],
                    "peso": i["peso"],
                    **r,
                }


def _innocuo(valore: Any) -> Any:
    """A text that a spreadsheet would run is only read; a figure is a figure."""
    if isinstance(valore, str) and re.match(r"[=+@\t\r]|-(?!\d)", valore):
        return f"'{valore}"
    return valore


FORME = {"json": in_json, "csv": in_csv}
