# SPDX-License-Identifier: AGPL-3.0-or-later
"""The approved fields that a variazione may change, by the noun they belong to: what kind of change
it is, what the field is called, how its value is written as JSON and read back.

`codice` and `ordine` are not among them: they identify a row and its place, and are given."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cycle.canonico import decimale
from cycle.measure import in_italiano
from cycle.models.indicatore import AGGREGAZIONI, NATURE, UNITA

Valore = Any  # a JSON value: text, number as text, ISO date, list, document, None


def _testo(valore: str) -> str:
    """Line ends as the database keeps them, whatever the browser sends."""
    return valore.replace("\r\n", "\n")


def _nome(valore: str) -> str:
    """A person's name as it is compared."""
    return " ".join(valore.upper().split())


def _numero(valore: Decimal | None) -> str | None:
    return None if valore is None else decimale(valore)


def _giorno(valore: date | None) -> str | None:
    return None if valore is None else valore.isoformat()


def _figura(valore: Decimal | date | None) -> str | None:
    return _giorno(valore) if isinstance(valore, date) else _numero(valore)


def _leggi_numero(valore: Valore) -> Decimal | None:
    return None if valore is None else Decimal(valore)


def _leggi_giorno(valore: Valore) -> date | None:
    return None if valore is None else date.fromisoformat(valore)


def _leggi_figura(valore: Valore) -> Decimal | date | None:
    if valore is not None and re.fullmatch(r"\d{4}-\d\d-\d\d", valore):
        return date.fromisoformat(valore)
    return _leggi_numero(valore)


def _detto(valore: Valore) -> str:
    return f"«{valore[:120]}»" if valore else str(_("nessuno"))


def _dice_numero(valore: Valore) -> str:
    return str(_("nessuno")) if valore is None else in_italiano(Decimal(valore))


def _dice_giorno(valore: Valore) -> str:
    return str(_("nessuna")) if valore is None else f"{date.fromisoformat(valore):%d/%m/%Y}"


def _dice_figura(valore: Valore) -> str:
    letta = _leggi_figura(valore)
    return _dice_giorno(valore) if isinstance(letta, date) else _dice_numero(valore)


def _dice_nodi(valore: Valore) -> str:
    return str(_("%(n)s programmi") % {"n": len(valore or ())})


def _dice_scelta(scelte: Any) -> Callable[[Valore], str]:
    nomi = dict(scelte)
    return lambda valore: f"«{nomi.get(valore, valore)}»"


@dataclass(frozen=True, slots=True)
class Campo:
    """An approved field: kind of change, name, JSON both ways, and its value in words."""

    genere: str
    nome: str | Promise
    scrivi: Callable[[Any], Valore]
    leggi: Callable[[Valore], Any]
    dici: Callable[[Valore], str]


def _come_e(valore: Any) -> Any:
    return valore


def _campo(genere: str, nome: str | Promise, dici: Callable[[Valore], str] = _detto) -> Campo:
    return Campo(genere, nome, _testo, _come_e, dici)


def _persona(nome: str | Promise) -> Campo:
    return Campo("responsabile", nome, _nome, _come_e, lambda v: v.title() if v else _detto(v))


def _cifra(genere: str, nome: str | Promise) -> Campo:
    return Campo(genere, nome, _numero, _leggi_numero, _dice_numero)


def _data(nome: str | Promise) -> Campo:
    return Campo("date", nome, _giorno, _leggi_giorno, _dice_giorno)


_DATE = {"inizio_previsto": _data(_("inizio previsto")), "fine_prevista": _data(_("fine prevista"))}
_PESO = {"peso": _cifra("peso", _("peso"))}

OBIETTIVO: Mapping[str, Campo] = {
    "titolo": _campo("testo", _("titolo")),
    "descrizione": _campo("testo", _("descrizione")),
    "tipo": _campo("collocazione", _("tipo")),
    "categoria": _campo("collocazione", _("categoria")),
    "unita": _campo("collocazione", _("unità")),
    "responsabile_generale": _persona(_("responsabile generale")),
    "responsabile_operativo": _persona(_("responsabile operativo")),
    **_DATE,
    **_PESO,
    "nodi": Campo("collocazione", _("programmi collegati"), sorted, tuple, _dice_nodi),
}
SPECIFICO: Mapping[str, Campo] = {
    "titolo": _campo("testo", _("titolo")),
    "descrizione": _campo("testo", _("descrizione")),
    **_PESO,
    **_DATE,
}
INDICATORE: Mapping[str, Campo] = {
    "nome": _campo("testo", _("descrizione")),
    "tipo": _campo("collocazione", _("tipo")),
    "unita_misura": _campo("misura", _("unità di misura"), _dice_scelta(UNITA)),
    "natura": _campo("natura", _("natura"), _dice_scelta(NATURE)),
    "aggregazione": _campo("misura", _("aggregazione"), _dice_scelta(AGGREGAZIONI)),
    **_PESO,
    "cap": _cifra("misura", _("massimo")),
    "fascia_da": _cifra("misura", _("inizio della fascia")),
    "fascia_a": _cifra("misura", _("fine della fascia")),
}
FASE: Mapping[str, Campo] = {
    "descrizione": _campo("testo", _("descrizione")),
    **_PESO,
    **_DATE,
    "responsabile": _persona(_("responsabile")),
}
TARGET = Campo("target", _("target"), _figura, _leggi_figura, _dice_figura)
_TARGET = "target:"

# by the noun's name, as `cycle.campi` lists them
CAMPI: Mapping[str, Mapping[str, Campo]] = {
    "Obiettivo": OBIETTIVO,
    "ObiettivoSpecifico": SPECIFICO,
    "Indicatore": INDICATORE,
    "Fase": FASE,
}


def campo(noun: str, nome: str) -> Campo:
    """The field `nome` of a noun; a target is `target:` and its period."""
    return TARGET if nome.startswith(_TARGET) else CAMPI[noun][nome]


def nome_target(periodo: str) -> str:
    """The name of the target of a period."""
    return _TARGET + periodo


def periodo_del_target(nome: str) -> str:
    """The period of a target by its name; "" where it is another field."""
    return nome.removeprefix(_TARGET) if nome.startswith(_TARGET) else ""
