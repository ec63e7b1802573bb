# SPDX-License-Identifier: AGPL-3.0-or-later
"""The kinds of value a parameter may have. Each reads it from JSON and from what is typed, writes
it back both ways, and refuses what does not stand with a ValueError in Italian, which whoever
knows the parameter completes with its name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from string import Formatter
from typing import Any, Protocol

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

SI_NO: Mapping[str, str | Promise] = {"si": gettext_lazy("Sì"), "no": gettext_lazy("No")}


def verosimile(giorno: date) -> None:
    """A day that has an instant before it and one after it in every zone: a year typed wrong is
    said, not computed with."""
    if not 1900 <= giorno.year <= 2200:
        raise ValidationError(_("È una data troppo lontana: controllare l'anno."))


_GIORNO = re.compile(r"(?<![0-9])([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})(?![0-9])")
_A_PAROLE = re.compile(r"(?<![0-9])([0-9]{1,2})[°º]? +([a-z]+) +([0-9]{4})(?![0-9])", re.IGNORECASE)
_MESI = (
    "gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre",
    "ottobre", "novembre", "dicembre",
)  # fmt: skip


def data_nel_testo(testo: str) -> date | None:
    """The first date that a text names: «decreto n. 4 del 12/01/2026», «del 12 gennaio 2026». None
    when it names none, or no day of the calendar."""
    trovate = [(m.start(), m[1], m[2], m[3]) for m in _GIORNO.finditer(testo)]
    trovate += [
        (m.start(), m[1], str(_MESI.index(m[2].lower()) + 1), m[3])
        for m in _A_PAROLE.finditer(testo)
        if m[2].lower() in _MESI
    ]
    for _dove, giorno, mese, anno in sorted(trovate):
        try:
            return date(int(anno), int(mese), int(giorno))
        except ValueError:
            continue
    return None


class Genere(Protocol):
    """`leggi` and `scrivi` are of JSON; `digitato` turns what is typed into the JSON that `leggi`
    reads, and `testo` a value into what one would type."""

    def leggi(self, valore: Any) -> Any: ...

    def scrivi(self, valore: Any) -> Any: ...

    def digitato(self, testo: str) -> Any: ...

    def testo(self, valore: Any) -> str: ...


@dataclass(frozen=True, slots=True)
class SiNo:
    """True or false."""

    scelte: Mapping[str, str | Promise] = field(default_factory=lambda: SI_NO)

    def leggi(self, valore: Any) -> bool:
        if type(valore) is not bool:
            raise ValueError(_("deve essere vero o falso"))
        return valore

    def scrivi(self, valore: bool) -> bool:
        return valore

    def digitato(self, testo: str) -> Any:
        return {"si": True, "no": False}.get(testo)

    def testo(self, valore: bool) -> str:
        return "si" if valore else "no"


@dataclass(frozen=True, slots=True)
class Intero:
    """A whole number within bounds, both included."""

    minimo: int
    massimo: int

    def leggi(self, valore: Any) -> int:
        if type(valore) is not int or not self.minimo <= valore <= self.massimo:
            raise ValueError(
                _("deve essere un intero da %(da)s a %(a)s")
                % {"da": self.minimo, "a": self.massimo}
            )
        return valore

    def scrivi(self, valore: int) -> int:
        return valore

    def digitato(self, testo: str) -> Any:
        testo = testo.strip()
        return int(testo) if testo.isascii() and testo.isdigit() and len(testo) < 10 else testo

    def testo(self, valore: int) -> str:
        return str(valore)


@dataclass(frozen=True, slots=True)
class Scelta:
    """One of a few codes; `intera` when the value is the number the code writes."""

    scelte: Mapping[str, str | Promise]
    intera: bool = False

    def leggi(self, valore: Any) -> Any:
        giusto = type(valore) is (int if self.intera else str)
        if not giusto or str(valore) not in self.scelte:
            raise ValueError(_("scegliere fra %(scelte)s") % {"scelte": ", ".join(self.scelte)})
        return valore

    def scrivi(self, valore: Any) -> Any:
        return valore

    def digitato(self, testo: str) -> Any:
        return int(testo) if self.intera and testo in self.scelte else testo

    def testo(self, valore: Any) -> str:
        return str(valore)


@dataclass(frozen=True, slots=True)
class Testo:
    """A line of text, possibly empty unless `obbligatorio`."""

    massimo: int
    obbligatorio: bool = False

    def leggi(self, valore: Any) -> str:
        if not isinstance(valore, str) or "\0" in valore:
            raise ValueError(_("deve essere un testo"))
        if len(valore) > self.massimo:
            raise ValueError(_("al massimo %(n)s caratteri") % {"n": self.massimo})
        if self.obbligatorio and not valore.strip():
            raise ValueError(_("non può essere vuoto"))
        return valore

    def scrivi(self, valore: str) -> str:
        return valore

    def digitato(self, testo: str) -> Any:
        return " ".join(testo.split())

    def testo(self, valore: str) -> str:
        return valore


@dataclass(frozen=True, slots=True)
class Frase(Testo):
    """A sentence in which some words in braces stand for what is not known yet."""

    segnaposti: tuple[str, ...] = ()

    def leggi(self, valore: Any) -> str:
        # named: `super()` loses its class where a dataclass with slots is made again
        letta = Testo.leggi(self, valore)
        try:
            usati = {
                f"{nome}{formato}{conversione or ''}"
                for _prima, nome, formato, conversione in Formatter().parse(letta)
                if nome is not None
            }
        except ValueError:
            raise ValueError(_("una graffa è aperta e non chiusa, o il contrario")) from None
        if usati - set(self.segnaposti):
            raise ValueError(
                _("fra graffe può stare: %(quali)s")
                % {"quali": ", ".join(f"{{{s}}}" for s in self.segnaposti) or _("niente")}
            )
        return letta


@dataclass(frozen=True, slots=True)
class Parole:
    """A set of short codes."""

    def leggi(self, valore: Any) -> frozenset[str]:
        if isinstance(valore, str) or any(not str(v).strip() for v in valore):
            raise ValueError(_("deve essere un elenco di codici"))
        return frozenset(str(v) for v in valore)

    def scrivi(self, valore: frozenset[str]) -> list[str]:
        return sorted(valore)

    def digitato(self, testo: str) -> Any:
        return [p for parola in testo.split(",") if (p := parola.strip())]

    def testo(self, valore: frozenset[str]) -> str:
        return ", ".join(sorted(valore))


@dataclass(frozen=True, slots=True)
class Giorno:
    """A day that comes every year, as (month, day); in JSON `12-15`, typed `15/12`."""

    def leggi(self, valore: Any) -> tuple[int, int]:
        parti = valore.split("-") if isinstance(valore, str) else []
        if len(parti) == 2 and all(p.isascii() and p.isdigit() and len(p) == 2 for p in parti):
            try:
                giorno = date(2001, int(parti[0]), int(parti[1]))  # 29/02 does not come every year
            except ValueError:
                pass
            else:
                return giorno.month, giorno.day
        raise ValueError(_("deve essere un giorno dell'anno, per esempio 15/12"))

    def scrivi(self, valore: tuple[int, int]) -> str:
        return f"{valore[0]:02}-{valore[1]:02}"

    def digitato(self, testo: str) -> Any:
        giorno, _barra, mese = testo.strip().partition("/")
        return f"{mese.strip():0>2}-{giorno.strip():0>2}"

    def testo(self, valore: tuple[int, int]) -> str:
        return f"{valore[1]:02}/{valore[0]:02}"


def _numero(testo: Any) -> Decimal:
    """A decimal from JSON: a string with a point or a whole number, never a float."""
    if type(testo) is int or isinstance(testo, str | Decimal):
        try:
            valore = Decimal(testo)
        except InvalidOperation:
            pass
        else:
            if valore.is_finite():
                return valore
    raise ValueError(_("«%(testo)s» non è un numero") % {"testo": testo})


def _da_italiano(testo: str) -> str:
    pulito = testo.strip().rstrip("%").strip()
    return pulito.replace(".", "").replace(",", ".") if "," in pulito else pulito


def _in_italiano(valore: Decimal) -> str:
    scritto = f"{valore:f}"
    if "." in scritto:
        scritto = scritto.rstrip("0").rstrip(".")
    return scritto.replace(".", ",")


@dataclass(frozen=True, slots=True)
class Numero:
    """A decimal, or none where `facoltativo`; with `percento` a share, typed as a percentage."""

    facoltativo: bool = False
    percento: bool = False

    def leggi(self, valore: Any) -> Decimal | None:
        return None if valore is None and self.facoltativo else _numero(valore)

    def scrivi(self, valore: Decimal | None) -> str | None:
        return None if valore is None else str(valore)

    def digitato(self, testo: str) -> Any:
        if self.facoltativo and not testo.strip():
            return None
        valore = _numero(_da_italiano(testo))
        return f"{valore / 100 if self.percento else valore:f}"

    def testo(self, valore: Decimal | None) -> str:
        if valore is None:
            return ""
        return _in_italiano(valore * 100 if self.percento else valore)


@dataclass(frozen=True, slots=True)
class Coppie:
    """Pairs, typed one a line with a colon: a whole number or a decimal, and a text, or a share
    typed as a percentage where `percento`."""

    prima: str | Promise
    seconda: str | Promise
    prima_intera: bool
    percento: int = 0

    def leggi(self, valore: Any) -> Any:
        return valore

    def scrivi(self, valore: Any) -> Any:
        return [
            [p if self.prima_intera else str(p), str(s) if self.percento else s] for p, s in valore
        ]

    def digitato(self, testo: str) -> Any:
        coppie = []
        for riga in testo.splitlines():
            if not riga.strip():
                continue
            prima, due_punti, seconda = (p.strip() for p in riga.partition(":"))
            if not (prima and due_punti and seconda):
                raise ValueError(
                    _("«%(riga)s» va scritto come «%(prima)s: %(seconda)s»")
                    % {"riga": riga.strip()[:60], "prima": self.prima, "seconda": self.seconda}
                )
            sinistra: Any = f"{_numero(_da_italiano(prima)):f}"
            if self.prima_intera:
                if not sinistra.isdigit():
                    raise ValueError(_("«%(testo)s» non è un numero intero") % {"testo": prima})
                sinistra = int(sinistra)
            destra = f"{_numero(_da_italiano(seconda)) / 100:f}" if self.percento else seconda
            coppie.append([sinistra, destra])
        return coppie

    def testo(self, valore: Any) -> str:
        return "\n".join(
            f"{_in_italiano(Decimal(p))}: {_in_italiano(s * 100) if self.percento else s}"
            for p, s in valore
        )
