# SPDX-License-Identifier: AGPL-3.0-or-later
"""A scheda as the texts of a form: as a browser sent them, or as a stored scheda fills them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.datastructures import MultiValueDict

from cycle.bozze.verifica import MASSIMI
from cycle.forms import scritta
from cycle.scritta import SchedaScritta, SpecificoScritto

FIGLI = ("indicatori", "fasi", "persone")
Testi = dict[str, str]

# What each row carries beside its names of people and its targets.
CAMPI = {
    "specifici": (
        "pid",
        "codice",
        "titolo",
        "descrizione",
        "peso",
        "inizio_previsto",
        "fine_prevista",
        "esternalizzata",
        "affidatario",
        "modalita_affidamento",
    ),
    "indicatori": (
        "pid",
        "nome",
        "tipo",
        "unita_misura",
        "natura",
        "aggregazione",
        "peso",
        "cap",
        "fascia_da",
        "fascia_a",
    ),
    "fasi": ("pid", "descrizione", "peso", "inizio_previsto", "fine_prevista"),
    "persone": ("pid", "dal", "al", "responsabile", "impegno"),
}

_CHIAVE = re.compile(
    r"^specifici-(\d{1,4})-(?:(indicatori|fasi|persone)-(\d{1,4})-)?([a-z_]+(?:-[\w-]{1,10})?)$",
    re.ASCII,
)


def posto_di(nome: str) -> tuple[str, str, str] | None:
    """(kind of row, where, field) of the name of a field of a row; None for any other."""
    trovata = _CHIAVE.match(nome)
    if trovata is None:
        return None
    n, tipo, m, campo = trovata.groups()
    dove = f"specifici-{n}-{tipo}-{m}" if tipo else f"specifici-{n}"
    return tipo or "specifici", dove, campo


@dataclass(slots=True)
class Ramo:
    """The texts of a specifico and of its rows."""

    campi: Testi = field(default_factory=dict)
    righe: dict[str, list[Testi]] = field(default_factory=lambda: {f: [] for f in FIGLI})


@dataclass(slots=True)
class Testo:
    """A whole scheda as texts, nothing read yet."""

    testa: MultiValueDict[str, str]
    specifici: list[Ramo]

    def tutte(self) -> Iterator[tuple[str, Testi]]:
        """Every row with its place."""
        for n, ramo in enumerate(self.specifici):
            yield f"specifici-{n}", ramo.campi
            for tipo in FIGLI:
                for m, riga in enumerate(ramo.righe[tipo]):
                    yield f"specifici-{n}-{tipo}-{m}", riga


def inviato(dati: MultiValueDict[str, str]) -> Testo:
    """What a browser sent, its rows numbered again from 0 in their order."""
    testa: MultiValueDict[str, str] = MultiValueDict()
    rami: dict[int, tuple[Testi, dict[str, dict[int, Testi]]]] = {}
    for chiave in dati:
        trovata = _CHIAVE.match(chiave)
        if trovata is None:
            testa.setlist(chiave, dati.getlist(chiave))
            continue
        n, tipo, m, campo = trovata.groups()
        campi, righe = rami.setdefault(int(n), ({}, {}))
        if tipo:
            campi = righe.setdefault(tipo, {}).setdefault(int(m), {})
        campi[campo] = dati.get(chiave) or ""
    return Testo(
        testa,
        [
            Ramo(campi, {t: [r for _m, r in sorted(righe.get(t, {}).items())] for t in FIGLI})
            for _n, (campi, righe) in sorted(rami.items())
        ],
    )


def in_testo(scheda: SchedaScritta) -> Testo:
    """A scheda as its form is filled."""
    testa: MultiValueDict[str, str] = MultiValueDict()
    for nome in (
        "codice",
        "tipo",
        "categoria",
        "titolo",
        "descrizione",
        "unita",
        "inizio_previsto",
        "fine_prevista",
        "peso",
        "provvisorio",
    ):
        testa[nome] = _in_testo(getattr(scheda, nome))
    for nome in ("responsabile_generale", "responsabile_operativo"):
        testa[nome] = _nome(getattr(scheda, nome))
    testa.setlist("nodi", list(scheda.nodi))
    return Testo(testa, [_ramo(s) for s in scheda.specifici])


def _ramo(s: SpecificoScritto) -> Ramo:
    campi = {nome: _in_testo(getattr(s, nome)) for nome in CAMPI["specifici"]}
    return Ramo(
        campi,
        {
            "indicatori": [
                {n: _in_testo(getattr(i, n)) for n in CAMPI["indicatori"]}
                | {f"target-{codice}": _in_testo(t) for codice, t in i.target.items()}
                for i in s.indicatori
            ],
            "fasi": [
                {n: _in_testo(getattr(f, n)) for n in CAMPI["fasi"]}
                | {"responsabile": _nome(f.responsabile)}
                for f in s.fasi
            ],
            "persone": [
                {n: _in_testo(getattr(p, n)) for n in CAMPI["persone"]}
                | {"persona": _nome(p.persona)}
                for p in s.persone
            ],
        },
    )


def _in_testo(valore: Any) -> str:
    if valore is None or valore is False:
        return ""
    if valore is True:
        return "on"
    if isinstance(valore, Decimal):
        return scritta(valore)
    return valore.isoformat() if isinstance(valore, date) else str(valore)


def _nome(nome: str) -> str:
    """COGNOME NOME as people write it."""
    return nome.title() if nome.isupper() else nome


# --- adding, removing, moving -------------------------------------------------------------------

_ATTO = re.compile(
    r"^(aggiungi|togli|su):specifici(?:-(\d{1,4})(?:-(indicatori|fasi|persone)(?:-(\d{1,4}))?)?)?$",
    re.ASCII,
)


def nuovo_ramo() -> Ramo:
    """A specifico to be written, with its first indicator."""
    return Ramo(righe={"indicatori": [{}], "fasi": [], "persone": []})


def rifai(testo: Testo, atto: str) -> str | None:
    """Add, remove or move up a row: `aggiungi:specifici`, `togli:specifici-0-fasi-1`. Gives the
    place of the row to go to next, None when the act is none of these."""
    trovato = _ATTO.match(atto)
    if trovato is None:
        return None
    verbo, n, tipo, m = trovato.groups()
    elenco: list[Any] = testo.specifici
    posto, quale = "specifici", n
    if tipo:
        if int(n) >= len(testo.specifici):
            return posto
        elenco, posto, quale = testo.specifici[int(n)].righe[tipo], f"specifici-{n}-{tipo}", m
    if verbo == "aggiungi" and quale is None:
        if len(elenco) <= MASSIMI[tipo or "specifici"]:
            elenco.append({} if tipo else nuovo_ramo())
        return f"{posto}-{len(elenco) - 1}"
    k = int(quale) if quale is not None else -1
    if 0 <= k < len(elenco):
        if verbo == "togli":
            del elenco[k]
            return f"{posto}-{min(k, len(elenco) - 1)}" if elenco else posto
        if verbo == "su" and k > 0:
            elenco[k - 1], elenco[k] = elenco[k], elenco[k - 1]
            return f"{posto}-{k - 1}"
    return posto
