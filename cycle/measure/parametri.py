# SPDX-License-Identifier: AGPL-3.0-or-later
"""How an ente measures: every CFG rule of measurement, with its default, read from JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, NamedTuple

from cycle.measure.numeri import UNO, ZERO, difetto_numero, in_italiano

NON_VALUTABILE = "non valutabile"

SCELTE = {
    "negativo_oltre": ("rapporto", "lineare", "zero"),
    "indicatori": ("somma_pesata", "peggiore"),
    "aggregazione_specifici": ("media", "ponderata"),
    "neutralizzazione": ("escludi", "cento", "quota"),
}


class FasciaGiudizio(NamedTuple):
    """A judgement and the percentage, included, from which it holds (R76)."""

    da: Decimal
    etichetta: str


class Ritardo(NamedTuple):
    """The score (1 = full) of a date missed by at most `giorni` days (R79)."""

    giorni: int
    punteggio: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ParametriMisura:
    """The parameters of measurement of one ente for one year.

    cap: the most an indicator may score, 1 = 100 % (R71); None: no cap, 212 % is printed.
    negativo_oltre: score of a negative indicator beyond its target (R72): `rapporto` T / C,
        `lineare` 2 - C / T and never below 0, `zero`.
    indicatori: a specifico is the weighted sum of its indicators or the worst of them (R77).
    aggregazione_specifici: an objective is the plain or the weighted mean of its specifici (R69).
    neutralizzazione: what a neutralised part counts (R62): `escludi`, its weight goes to the
        others in proportion; `cento`; `quota`, what it reached.
    tabella_giorni_ritardo: scores of late dates, shortest delay first; beyond the last row 0 (R79).
    tolleranza_pesi: how far from 100 weights may sum, only where they are thirds (R68).
    tolleranza_osservazioni: the share of a target that may be missed before the Nucleo speaks.
    fasce: judgements on a percentage, highest first, the last from 0 (R76).

    Raises ValueError, in Italian, naming the parameter."""

    cap: Decimal | None = UNO
    negativo_oltre: str = "rapporto"
    indicatori: str = "somma_pesata"
    aggregazione_specifici: str = "media"
    neutralizzazione: str = "escludi"
    tabella_giorni_ritardo: tuple[Ritardo, ...] = ()
    tolleranza_pesi: Decimal = Decimal("0.01")
    tolleranza_osservazioni: Decimal = ZERO
    fasce: tuple[FasciaGiudizio, ...] = (
        FasciaGiudizio(Decimal(95), "raggiunto"),
        FasciaGiudizio(Decimal(50), "parzialmente raggiunto"),
        FasciaGiudizio(ZERO, "non raggiunto"),
    )

    def __post_init__(self) -> None:
        for nome, ammessi in SCELTE.items():
            if getattr(self, nome) not in ammessi:
                raise _errore(
                    nome, f"{getattr(self, nome)!r} non è previsto; scegliere {_oppure(ammessi)}"
                )
        if self.cap is not None and _valido("cap", self.cap) <= 0:
            raise _errore("cap", "deve essere maggiore di 0, o nullo se non c'è un massimo")
        for nome in ("tolleranza_pesi", "tolleranza_osservazioni"):
            if not 0 <= _valido(nome, getattr(self, nome)) < 1:
                raise _errore(nome, "deve essere fra 0 e 1, escluso 1")
        self._valida_ritardi()
        self._valida_fasce()

    def _valida_ritardi(self) -> None:
        nome = "tabella_giorni_ritardo"
        giorni, punteggio = 0, UNO
        for riga in self.tabella_giorni_ritardo:
            if type(riga.giorni) is not int or riga.giorni <= giorni:
                raise _errore(nome, "i giorni devono essere interi, positivi e crescenti")
            if not 0 <= _valido(nome, riga.punteggio) <= punteggio:
                raise _errore(
                    nome, "i punteggi devono stare fra 0 e 1 e non crescere con il ritardo"
                )
            giorni, punteggio = riga

    def _valida_fasce(self) -> None:
        if not self.fasce or self.fasce[-1].da != 0:
            raise _errore("fasce", "l'ultima fascia deve partire da 0")
        precedente: Decimal | None = None
        for fascia in self.fasce:
            da = _valido("fasce", fascia.da)
            if precedente is not None and da >= precedente:
                raise _errore("fasce", "le soglie devono andare dalla più alta alla più bassa")
            if not isinstance(fascia.etichetta, str) or not fascia.etichetta.strip():
                raise _errore("fasce", f"manca il nome della fascia da {in_italiano(da)}")
            precedente = da

    @classmethod
    def da_dizionario(cls, dati: Mapping[str, Any]) -> ParametriMisura:
        """Parameters from a JSON object; what is not named keeps its default. Decimals are
        strings or integers, never JSON floats. Raises ValueError naming the key."""
        noti = {campo.name for campo in fields(cls)}
        if ignoti := sorted(set(dati) - noti):
            raise _errore(ignoti[0], f"non esiste; i nomi ammessi sono {', '.join(sorted(noti))}")
        letti: dict[str, Any] = {}
        for nome, valore in dati.items():
            if nome == "tabella_giorni_ritardo":
                letti[nome] = tuple(
                    Ritardo(giorni, _decimale(nome, punteggio))
                    for giorni, punteggio in _coppie(nome, valore)
                )
            elif nome == "fasce":
                letti[nome] = tuple(
                    FasciaGiudizio(_decimale(nome, da), etichetta)
                    for da, etichetta in _coppie(nome, valore)
                )
            elif nome in SCELTE or (nome == "cap" and valore is None):
                letti[nome] = valore
            else:
                letti[nome] = _decimale(nome, valore)
        return cls(**letti)

    def in_dizionario(self) -> dict[str, Any]:
        """The JSON object `da_dizionario` reads back into an equal value."""
        return {
            "cap": None if self.cap is None else str(self.cap),
            **{nome: getattr(self, nome) for nome in SCELTE},
            "tabella_giorni_ritardo": [
                [r.giorni, str(r.punteggio)] for r in self.tabella_giorni_ritardo
            ],
            "tolleranza_pesi": str(self.tolleranza_pesi),
            "tolleranza_osservazioni": str(self.tolleranza_osservazioni),
            "fasce": [[str(f.da), f.etichetta] for f in self.fasce],
        }

    def giudizio(self, percentuale: Decimal | None) -> str:
        """The label of the band of an unrounded percentage (R76); a figure that prints 95,00 but
        is below 95 is below the band. None, nothing computable, is `non valutabile`."""
        if percentuale is None:
            return NON_VALUTABILE
        return next(
            (f.etichetta for f in self.fasce if percentuale >= f.da), self.fasce[-1].etichetta
        )

    def punteggio_ritardo(self, giorni: int) -> Decimal:
        """The score, 0 to 1, of a date reached `giorni` days late; 0 or less is on time (R79)."""
        if giorni <= 0:
            return UNO
        return next((r.punteggio for r in self.tabella_giorni_ritardo if giorni <= r.giorni), ZERO)


class ParametroErrato(ValueError):
    """A parameter that does not stand: `nome` says which, `problema` why."""

    def __init__(self, nome: str, problema: str, testo: str) -> None:
        super().__init__(testo)
        self.nome, self.problema = nome, problema


def _errore(nome: str, problema: str) -> ParametroErrato:
    return ParametroErrato(nome, problema, f"Parametro di misura «{nome}»: {problema}.")


def _oppure(valori: tuple[str, ...]) -> str:
    return f"{', '.join(valori[:-1])} o {valori[-1]}"


def _valido(nome: str, valore: Decimal) -> Decimal:
    if difetto := difetto_numero(valore):
        raise _errore(nome, difetto)
    return valore


def _decimale(nome: str, valore: Any) -> Decimal:
    if type(valore) is Decimal or type(valore) is int:
        return Decimal(valore)
    if isinstance(valore, str):
        try:
            return Decimal(valore)
        except ArithmeticError:
            pass
    raise _errore(nome, f"{valore!r} non è un numero; scriverlo come testo con il punto, «0.5»")


def _coppie(nome: str, valore: Any) -> list[tuple[Any, Any]]:
    if not isinstance(valore, list | tuple) or any(
        not isinstance(riga, list | tuple) or len(riga) != 2 for riga in valore
    ):
        raise _errore(nome, "deve essere un elenco di coppie")
    return [(prima, seconda) for prima, seconda in valore]
