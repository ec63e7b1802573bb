# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the value of a cell to the value its column declares."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from cycle.importers.fogli.dichiarazione import Colonna
from cycle.importers.testo import chiave, data_italiana, distanza, numero_italiano, testo_visibile

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")  # how XLSX writes a character XML cannot hold
_SURROGATI = re.compile("[\ud800-\udfff]")
_EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z]{2,63}")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]00:00(?::00)?)?")
_ZERI = re.compile(r"0{1,40}")
_PUNTO = re.compile(r"([-+]?[0-9]{1,12})\.([0-9]{1,2}|[0-9]{4,6})")
_SI = frozenset({"si", "s", "x", "vero", "true", "1", "yes"})
_NO = frozenset({"no", "n", "falso", "false", "0"})
_MESI = {
    mese: n
    for n, nomi in enumerate(
        (
            "gennaio gen", "febbraio feb", "marzo mar", "aprile apr", "maggio mag", "giugno giu",
            "luglio lug", "agosto ago", "settembre set", "ottobre ott", "novembre nov",
            "dicembre dic",
        ),
        start=1,
    )
    for mese in nomi.split()
}  # fmt: skip
_IN_LETTERE = re.compile(r"([0-9]{1,2})[°º]? ([a-z]+)\.? ([0-9]{4})")
_MASSIMO_NUMERO = Decimal(10) ** 14


class NonValido(Exception):
    """The value cannot stay in its column: the sentence, and the remedy."""

    def __init__(self, messaggio: str, rimedio: str) -> None:
        super().__init__(messaggio)
        self.messaggio = messaggio
        self.rimedio = rimedio


@dataclass(frozen=True, slots=True)
class Letto:
    """A value, and what is doubtful in how it was read ("" when nothing is)."""

    valore: Any
    dubbio: str = ""


def in_testo(valore: Any, formato: str = "General") -> str:
    """A value of a cell as the person who typed it reads it there."""
    if valore is None:
        return ""
    if isinstance(valore, bool):
        return "sì" if valore else "no"
    if isinstance(valore, datetime | date):
        return f"{valore:%d/%m/%Y}"
    if isinstance(valore, time | timedelta):
        return str(valore)
    if isinstance(valore, int | float):
        cifra = _esatto(valore)
        testo = f"{cifra:f}"
        return testo.zfill(len(formato)) if _ZERI.fullmatch(formato) else testo
    return pulito(str(valore))


def pulito(testo: str) -> str:
    """A text without what cannot be seen: escapes, NUL, zero-width characters, outer blanks."""
    testo = _ESCAPE.sub(lambda m: chr(int(m[1], 16)), testo)
    return testo_visibile(_SURROGATI.sub("", testo)).strip()


def converti(valore: Any, formato: str, colonna: Colonna) -> Letto:
    """The value of a cell that is not empty, as its column wants it. Raises NonValido."""
    match colonna.tipo:
        case "data":
            return Letto(_data(valore, formato))
        case "numero" | "percentuale":
            return _numero(valore, formato, colonna)
        case "si_no":
            return Letto(_si_no(valore, formato))
        case "scelta":
            return Letto(_scelta(valore, formato, colonna))
        case "email":
            return Letto(_email(valore, formato, colonna))
        case "figura":
            return _figura(valore, formato, colonna)
        case _:
            return _testo(valore, formato, colonna)


def _testo(valore: Any, formato: str, colonna: Colonna) -> Letto:
    testo = in_testo(valore, formato)
    dubbio = ""
    if isinstance(valore, float) and not valore.is_integer():
        dubbio = (
            f"la cella è un numero, letto «{testo}»: se era un codice con degli zeri finali, "
            "scriverlo come testo"
        )
    elif isinstance(valore, str):
        grezzo = valore.replace("\r", "")
        if len(pulito(valore)) < len(grezzo.strip()):
            dubbio = "tolti dei caratteri invisibili"
    if not colonna.a_capo:
        testo = " ".join(testo.split())
    _entro(testo, colonna)
    return Letto(testo, dubbio)


def _entro(testo: str, colonna: Colonna) -> None:
    if len(testo) > colonna.massimo:
        raise NonValido(
            f"Il testo è lungo {len(testo)} caratteri, mentre il massimo è {colonna.massimo}.",
            "Accorciarlo.",
        )


def _data(valore: Any, formato: str) -> date:
    testo = " ".join(in_testo(valore, formato).split())
    letta: date | None
    if isinstance(valore, datetime):
        letta = valore.date()
    elif isinstance(valore, date):
        letta = valore
    else:
        letta = data_italiana(testo) or _iso(testo) or _in_lettere(testo)
    if letta is None:
        raise NonValido(f"«{testo[:40]}» non è una data.", "Scriverla come 30/09/2026.")
    if not 1900 <= letta.year <= 2200:
        raise NonValido(
            f"«{testo[:40]}» è una data troppo lontana.", "Controllare l'anno: quattro cifre."
        )
    return letta


def _iso(testo: str) -> date | None:
    trovata = _ISO.fullmatch(testo)
    return _giorno(*(int(p) for p in trovata.groups())) if trovata else None


def _in_lettere(testo: str) -> date | None:
    trovata = _IN_LETTERE.fullmatch(testo.lower())
    if trovata is None or trovata[2] not in _MESI:
        return None
    return _giorno(int(trovata[3]), _MESI[trovata[2]], int(trovata[1]))


def _giorno(anno: int, mese: int, giorno: int) -> date | None:
    try:
        return date(anno, mese, giorno)
    except ValueError:
        return None


def _esatto(valore: int | float) -> Decimal:
    """A number of a sheet: binary, and shown with fifteen digits at most."""
    cifra = Decimal(f"{valore:.15g}") if isinstance(valore, float) else Decimal(valore)
    return Decimal(f"{cifra:f}") if cifra == cifra.to_integral() else cifra.normalize()


def _numero(valore: Any, formato: str, colonna: Colonna) -> Letto:
    dubbio = ""
    if isinstance(valore, bool | date | time | timedelta):
        raise NonValido(
            f"«{in_testo(valore)}» non è un numero.",
            "Dare alla cella il formato «Numero» e scrivere una cifra, come 1234 o 12,5.",
        )
    if isinstance(valore, int | float):
        if not math.isfinite(valore) or abs(valore) >= _MASSIMO_NUMERO:
            raise NonValido("Il numero è troppo grande.", "Controllare la cifra.")
        cifra = _esatto(valore)
        if "%" in formato:
            cifra = _esatto(float(cifra) * 100)
            if colonna.tipo == "numero":
                dubbio = f"la cella è una percentuale: letta {_italiano(cifra)}"
    else:
        cifra = _da_testo(in_testo(valore))
    if colonna.tipo == "percentuale" and cifra < 0:
        raise NonValido("Una percentuale non è negativa.", "Controllare il segno.")
    if -int(cifra.as_tuple().exponent) > 6:
        arrotondata = round(cifra, 6).normalize()
        dubbio = f"tenuti sei decimali: {_italiano(arrotondata)}"
        cifra = arrotondata
    return Letto(cifra, dubbio)


def _da_testo(testo: str) -> Decimal:
    compatto = testo.replace(" ", "")
    letto = numero_italiano(compatto)
    if letto is not None and re.fullmatch(r"[-+−]?[0-9]{1,3}\.[0-9]{3}", compatto):
        senza, virgola = compatto.replace(".", ""), compatto.replace(".", ",")
        raise NonValido(
            f"«{testo[:40]}» si può leggere in due modi.", f"Scrivere {senza} oppure {virgola}."
        )
    if letto is None and (col_punto := _PUNTO.fullmatch(compatto)):
        letto = Decimal(f"{col_punto[1]}.{col_punto[2]}")
    if letto is None:
        raise NonValido(f"«{testo[:40]}» non è un numero.", "Scriverlo come 1234 o 12,5.")
    return letto


def _italiano(cifra: Decimal) -> str:
    return f"{cifra:f}".replace(".", ",")


def _si_no(valore: Any, formato: str) -> bool:
    testo = chiave(in_testo(valore, formato))
    if testo in _SI:
        return True
    if testo in _NO:
        return False
    raise NonValido(f"«{in_testo(valore, formato)[:40]}» non è sì né no.", "Scrivere «sì» o «no».")


def _figura(valore: Any, formato: str, colonna: Colonna) -> Letto:
    """A date, a yes or no, or a number, as it is written."""
    if isinstance(valore, bool):
        return Letto(Decimal(int(valore)))
    if isinstance(valore, datetime | date):
        return Letto(_data(valore, formato))
    if isinstance(valore, str):
        testo = " ".join(in_testo(valore).split())
        if chiave(testo) in _SI | _NO and not testo.isdigit():
            return Letto(Decimal(int(chiave(testo) in _SI)))
        if data_italiana(testo) or _iso(testo) or _in_lettere(testo):
            return Letto(_data(valore, formato))
    return _numero(valore, formato, colonna)


def _scelta(valore: Any, formato: str, colonna: Colonna) -> str:
    testo = in_testo(valore, formato)
    cercata = chiave(testo)
    nomi = {chiave(nome): scelta[0] for scelta in colonna.scelte for nome in scelta}
    if cercata in nomi:
        return nomi[cercata]
    vicina = piu_vicina(testo, [n for coppia in colonna.scelte for n in coppia])
    forse = f" Forse «{vicina}»?" if vicina else ""
    raise NonValido(
        f"«{testo[:60]}» non è tra i valori di «{colonna.intestazione}».{forse}",
        "Scegliere uno tra: " + ", ".join(valore for valore, _ in colonna.scelte) + ".",
    )


def _email(valore: Any, formato: str, colonna: Colonna) -> str:
    testo = in_testo(valore, formato).removeprefix("mailto:").strip().lower()
    _entro(testo, colonna)
    if not _EMAIL.fullmatch(testo) or ".." in testo:
        raise NonValido(
            f"«{testo[:60]}» non è un indirizzo e-mail.",
            "Scriverlo come nome.cognome@comune.it, uno solo, senza spazi né accenti.",
        )
    return testo


def piu_vicina(testo: str, tra: list[str]) -> str:
    """The one of `tra` that was probably meant, or ""."""
    cercato = chiave(testo[:100])
    if not cercato:
        return ""
    massimo = max(1, len(cercato) // 3)
    distanze = [(distanza(cercato, chiave(nome), massimo), nome) for nome in tra]
    parole = set(cercato.split("-"))
    inclusi = [
        nome
        for nome, altre in ((nome, set(chiave(nome).split("-"))) for nome in tra)
        if len(cercato) > 3 and (parole <= altre or altre <= parole)
    ]
    vicine = [d for d in distanze if d[0] <= massimo]
    return min(vicine)[1] if vicine else inclusi[0] if inclusi else ""
