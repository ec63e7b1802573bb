# SPDX-License-Identifier: AGPL-3.0-or-later
"""How figures and words are said in Italian: units, singular and plural, lists, quotations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from cycle.measure import Indicatore, Scostamento, in_italiano

CONSEGUIMENTI = {
    "mancato": "il mancato conseguimento",
    "parziale": "il parziale mancato conseguimento",
}
_DELL, _DEGLI = "dell'indicatore", "degli indicatori"
# What is counted is said «n. 5»; a rate, a time, an amount is said bare.
_CONTATO = re.compile(r"^(n|nr|num|numero)\b", re.IGNORECASE)
_FINE_DI_FRASE = re.compile(r"[.!?;](?=\s)")


def elenco(parti: Sequence[str]) -> str:
    """`a`, `a e b`, `a, b e c`."""
    if len(parti) < 2:
        return "".join(parti)
    ultima = parti[-1]
    congiunzione = "ed" if ultima[:1].lower() == "e" else "e"
    return f"{', '.join(parti[:-1])} {congiunzione} {ultima}"


def nome(testo: str) -> str:
    """A name between quotation marks, on one line."""
    return f"«{_piano(testo)}»"


def previsto_e_conseguito(s: Scostamento, i: Indicatore) -> str:
    """`previsto n. 5, conseguito n. 4`, in the indicator's unit and polarity."""
    if isinstance(s.previsto, date):
        fatto = f"conseguito il {_cifra(s.conseguito, i)}" if s.conseguito else "non conseguito"
        return f"previsto entro il {_cifra(s.previsto, i)}, {fatto}"
    if i.fascia is not None:
        minimo, massimo = (_cifra(limite, i) for limite in i.fascia)
        previsto = f"previsto fra {minimo} e {massimo}"
    elif i.natura == "negativo" and i.unita_misura != "si_no":
        previsto = f"previsto al massimo {_cifra(s.previsto, i)}"
    else:
        previsto = f"previsto {_cifra(s.previsto, i)}"
    fatto = "non misurato" if s.conseguito is None else f"conseguito {_cifra(s.conseguito, i)}"
    return f"{previsto}, {fatto}"


def rilievi(trovati: Sequence[tuple[Scostamento, Indicatore]]) -> str:
    """All the shortfalls of a specifico in one sentence: those of one kind together, in the order
    of the scheda."""
    gruppi: dict[str, list[str]] = {}
    for s, i in trovati:
        gruppi.setdefault(s.esito, []).append(
            f"{nome(s.indicatore)} ({previsto_e_conseguito(s, i)})"
        )
    detti = [
        f"{CONSEGUIMENTI[esito]} {_DEGLI if len(nomi) > 1 else _DELL} {elenco(nomi)}"
        for esito, nomi in gruppi.items()
    ]
    lunghi = any(len(nomi) > 1 for nomi in gruppi.values())
    return (", nonché " if lunghi else " e ").join(detti)


def citazione(testo: str, massimo: int) -> str:
    """The settore's words on one line, without the final stop, cut where a sentence ends when they
    are longer than `massimo` characters; "" when there are none, or none are wanted."""
    parole = _piano(testo)
    if massimo and len(parole) > massimo:
        fini = [m.end() for m in _FINE_DI_FRASE.finditer(parole, 0, massimo)]
        taglio = fini[-1] if fini else parole.rfind(" ", 0, massimo)
        parole = f"{parole[: taglio if taglio > 0 else massimo].rstrip()} […]"
    return parole.rstrip(". ") if massimo else ""


def maiuscola(frase: str) -> str:
    return frase[:1].upper() + frase[1:]


def _piano(testo: str) -> str:
    """On one line, with inner quotation marks that cannot be taken for ours."""
    return " ".join(testo.split()).replace("«", "“").replace("»", "”")


def _cifra(valore: Decimal | date, i: Indicatore) -> str:
    if isinstance(valore, date):
        return f"{valore:%d/%m/%Y}"
    if i.unita_misura == "si_no":
        return "sì" if valore >= 1 else "no"
    if i.unita_misura == "euro":
        return f"€ {in_italiano(valore, 2)}"
    if i.unita_misura == "percentuale":
        return f"{in_italiano(valore)}%"
    contato = _CONTATO.match(_piano(i.nome)) and valore == valore.to_integral_value()
    return f"n. {in_italiano(valore)}" if contato else in_italiano(valore)
