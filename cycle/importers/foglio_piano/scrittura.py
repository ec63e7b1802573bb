# SPDX-License-Identifier: AGPL-3.0-or-later
"""A plan as a workbook, empty or filled; and the workbook that came back, with its errors marked
in their cells."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill

from cycle.importers import piano as neutro
from cycle.importers.fogli import Errore, scrivi
from cycle.importers.fogli.archivio import apribile
from cycle.importers.foglio_piano.libro import LIBRO


def modello() -> bytes:
    """The workbook to be filled."""
    return scrivi(LIBRO)


def scrivi_foglio(piano: neutro.Piano, parametri: Mapping[str, str] | None = None) -> bytes:
    """The plan as a workbook that reads back into it; what depends on the paper (lines, notices,
    other spellings of a name) stays out. `parametri` as one types them, by name."""
    detti = [{"nome": nome, "valore": valore} for nome, valore in (parametri or {}).items()]
    return scrivi(LIBRO, {**righe(piano), "Parametri": detti})


def righe(piano: neutro.Piano) -> dict[str, list[dict[str, Any]]]:
    """The rows of the workbook of a plan, by sheet."""
    r: dict[str, list[dict[str, Any]]] = {f.nome: [] for f in LIBRO}
    numeri = {p.codice: n for n, p in enumerate(piano.periodi, 1)}
    r["Periodi"] = [_riga("Periodi", p) for p in piano.periodi]
    r["Unita"] = [_riga("Unita", u) for u in piano.unita]
    r["Persone"] = [_riga("Persone", p) for p in piano.persone]
    for o in piano.obiettivi:
        di = {"obiettivo": o.codice}
        r["Obiettivi"].append(_riga("Obiettivi", o))
        r["Programmi"] += [
            di | {"ramo": n, "tipo": tipo, "codice": codice, "titolo": titolo}
            for n, nodo in enumerate(o.nodi, 1)
            for tipo, codice, titolo in nodo.percorso
        ]
        r["Sezioni"] += [di | {"titolo": titolo, "testo": testo} for titolo, testo in o.sezioni]
        della_scheda = (
            *(
                neutro.Collaboratore(n, n, None, None, False, categoria=c)
                for n, c in o.collaboratori
            ),
            *o.persone,
        )
        _collaboratori(r, di, della_scheda)
        r["Stanziamenti"] += [di | _riga("Stanziamenti", s) for s in o.stanziamenti]
        for s in o.specifici:
            _righe_specifico(r, di, s, numeri)
    return r


def _righe_specifico(
    r: dict[str, list[dict[str, Any]]],
    di: dict[str, str],
    s: neutro.Specifico,
    numeri: Mapping[str, int],
) -> None:
    r["Specifici"].append(di | _riga("Specifici", s) | {"flag": "; ".join(s.flag)})
    di = di | {"specifico": s.codice}
    for n, i in enumerate(s.indicatori, 1):
        figure: dict[str, Decimal | date | None] = {}
        for v in i.rilevazioni:
            figure[f"target-{numeri[v.periodo]}"] = v.target
            figure[f"valore-{numeri[v.periodo]}"] = v.valore
        r["Indicatori"].append(_riga("Indicatori", i) | di | figure)
        r["Storico"] += [
            di | {"indicatore": n, "anno": v.anno, "valore": v.valore} for v in i.storico
        ]
    r["Fasi"] += [_riga("Fasi", f) | di for f in s.fasi]
    r["Stanziamenti"] += [_riga("Stanziamenti", e) | di for e in s.stanziamenti]
    _collaboratori(r, di, s.collaboratori)
    r["Relazioni"] += [
        _riga("Relazioni", v) | di | {"periodo": numeri[v.periodo]} for v in s.relazioni
    ]


def _collaboratori(
    r: dict[str, list[dict[str, Any]]],
    di: dict[str, str],
    persone: Iterable[neutro.Collaboratore],
) -> None:
    for c in persone:
        r["Collaboratori"].append(
            _riga("Collaboratori", c) | di | {"nome": c.nome if c.nome != c.persona else ""}
        )


_NOMI = {f.nome: tuple(c.nome for c in f.colonne) for f in LIBRO}


def _riga(foglio: str, di: Any) -> dict[str, Any]:
    """What the columns of a sheet name and the thing has; a no is left empty."""
    return {n: getattr(di, n) or None if isinstance(getattr(di, n), bool) else getattr(di, n)
            for n in _NOMI[foglio] if hasattr(di, n)}  # fmt: skip


# --- the workbook that came back, marked --------------------------------------------------------

_ROSSO = PatternFill("solid", fgColor="F8D7DA")
_ELENCO = "Errori"
_DETTI_IN_UNA_CELLA = 5


def segnato(contenuto: bytes, errori: Sequence[Errore]) -> bytes | None:
    """The workbook as it was uploaded, each wrong cell in red with what is wrong and what to do in
    a comment, after a first sheet that lists them. None when it has no wrong cell, or cannot be
    written again."""
    if not any(e.cella for e in errori):
        return None
    try:
        apribile(contenuto)
        cartella = load_workbook(io.BytesIO(contenuto), keep_links=False)
        fogli = {f.title: f for f in cartella.worksheets}
        per_cella: dict[tuple[str, str], list[Errore]] = {}
        for e in errori:
            per_cella.setdefault((e.foglio, e.cella), []).append(e)
        for (foglio, cella), suoi in per_cella.items():
            if foglio in fogli and cella[:1].isalpha() and cella[-1:].isdigit():
                dove = fogli[foglio][cella.partition(":")[0]]
                dove.fill = _ROSSO
                dove.comment = Comment("\n".join(_detto(e) for e in suoi[:_DETTI_IN_UNA_CELLA]),
                                       LIBRO.titolo, height=120, width=320)  # fmt: skip
        if _ELENCO in fogli:  # of the time before
            del cartella[_ELENCO]
        elenco = cartella.create_sheet(_ELENCO, 0)
        elenco.append(("Foglio", "Cella", "Che cosa non va", "Che cosa fare"))
        for n, e in enumerate(errori, start=2):
            for colonna, testo in enumerate((e.foglio, e.cella, e.messaggio, e.rimedio), start=1):
                scritta = elenco.cell(n, colonna)
                scritta.value = testo
                scritta.data_type = "s"  # never a formula
                scritta.quotePrefix = testo.startswith(("=", "+", "-", "@"))
                scritta.alignment = Alignment(wrap_text=True, vertical="top")
            if e.foglio in fogli and e.cella[:1].isalpha():
                elenco.cell(n, 2).hyperlink = f"#'{e.foglio}'!{e.cella}"
        for lettera, larghezza in zip("ABCD", (16, 10, 70, 60), strict=True):
            elenco.column_dimensions[lettera].width = larghezza
            elenco[f"{lettera}1"].font = Font(bold=True)
        elenco.freeze_panes = "A2"
        cartella.active = 0
        uscita = io.BytesIO()
        cartella.save(uscita)
    except Exception:  # of a file that is read cell by cell, openpyxl may not take all the rest
        return None
    return uscita.getvalue()


def _detto(e: Errore) -> str:
    return " ".join(p for p in (e.messaggio, e.rimedio) if p)
