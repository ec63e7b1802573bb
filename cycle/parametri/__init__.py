# SPDX-License-Identifier: AGPL-3.0-or-later
"""The parameters of a year (CFG rules): what a Ciclo freezes, with its defaults.

Each parameter is declared once, in `Parametri` or in `MISURA`: its kind reads JSON and what is
typed, and refuses what does not stand; its label, its sentence and its rule are what the form and
the page of the year show.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cycle.generi import Intero, SiNo, Testo
from cycle.measure import ParametriMisura, in_italiano
from cycle.osservazioni import Politica as PoliticaOsservazioni
from cycle.parametri.dichiarazione import GRUPPI, Parametro, dichiara, errato
from cycle.parametri.misura import MISURA
from cycle.parametri.nucleo import DelNucleo
from cycle.parametri.peg import DelPeg
from cycle.parametri.variazioni import DelleVariazioni
from workflows.ports import Politica

__all__ = ["DICHIARATI", "GRUPPI", "MISURA", "TUTTI", "Parametri", "Parametro", "cifra", "in_frase"]


@dataclass(frozen=True, kw_only=True)
class Parametri(DelNucleo, DelleVariazioni, DelPeg):
    """What one ente decided for one year. `da_dizionario` reads a JSON object, in which what is
    not named keeps its default, and raises ValueError naming the key; `in_dizionario` writes one
    that it reads back into an equal value. `misura` (declared in `MISURA`) is how percentages are
    computed (R62-R79)."""

    misura: ParametriMisura = field(default_factory=ParametriMisura)

    smvp_versione: str = dichiara(
        "",
        Testo(200),
        "smvp",
        _("Versione in vigore del sistema (SMVP)"),
        _("Per esempio «delibera di giunta n. 210 del 12/12/2025»."),
        "R66",
    )
    smvp_parere: str = dichiara(
        "",
        Testo(200),
        "smvp",
        _("Parere dell'organo di valutazione sul sistema"),
        _("Il parere vincolante sull'aggiornamento annuale: chi lo ha reso e quando."),
        "R66",
    )

    proroga_festivi: bool = dichiara(
        True,
        SiNo(),
        "calendario",
        _("Un termine che cade di festa slitta"),
        _(
            "Al primo giorno non festivo, per i termini che hanno questa regola. «No»: nessun "
            "termine dell'ente si sposta in avanti."
        ),
        "R44",
    )
    sabato_festivo: bool = dichiara(
        False,
        SiNo(),
        "calendario",
        _("Il sabato vale come festivo"),
        _("Per lo spostamento dei termini; di norma il sabato è un giorno come gli altri."),
        "R45",
    )
    patrono_festivo: bool = dichiara(
        True,
        SiNo(),
        "calendario",
        _("Il patrono vale come festivo"),
        _("Per i termini dell'ente; quelli di legge non si spostano comunque."),
        "R46",
    )
    segretario_dopo_giorni: int = dichiara(
        7,
        Intero(1, 90),
        "calendario",
        _("Giorni di ritardo prima di avvisare il segretario"),
        _(
            "Un termine scaduto da tanto è segnalato al segretario o direttore generale; chi ne "
            "è incaricato è avvisato 30, 7 e 1 giorno prima, e alla scadenza."
        ),
        "R38",
    )

    def __post_init__(self) -> None:
        if self.nucleo_monocratico and self.quorum != 1:
            raise errato("quorum", gettext("con un solo componente le presenze richieste sono 1"))

    @classmethod
    def da_dizionario(cls, dati: Mapping[str, Any]) -> Parametri:
        ignoti = sorted(set(dati) - set(cls.__dataclass_fields__))
        if ignoti:
            raise errato(ignoti[0], "non esiste")
        letti: dict[str, Any] = {}
        for nome, valore in dati.items():
            if nome == "misura":
                letti[nome] = ParametriMisura.da_dizionario(valore)
            else:
                letti[nome] = DICHIARATI[nome].leggi(valore)
        if letti.get("nucleo_monocratico"):
            letti.setdefault("quorum", 1)
        return cls(**letti)

    def in_dizionario(self) -> dict[str, Any]:
        """Every parameter, as a year's act freezes them: defaults may change, a year does not."""
        scritti = {n: p.genere.scrivi(getattr(self, n)) for n, p in DICHIARATI.items()}
        return {**scritti, "misura": self.misura.in_dizionario()}

    def valori(self) -> Iterator[tuple[Parametro, Any]]:
        """Every parameter with its value, those of measurement included, in the order of pages."""
        for gruppo in GRUPPI:
            for p in TUTTI.values():
                if p.gruppo == gruppo:
                    dove = self.misura if gruppo == "misura" else self
                    yield p, getattr(dove, p.nome.removeprefix("misura."))

    def osservazioni(self) -> PoliticaOsservazioni:
        """When and how the Nucleo speaks."""
        prefisso = "osservazione_"
        return PoliticaOsservazioni(
            **{
                nome.removeprefix(prefisso): getattr(self, nome)
                for nome in DICHIARATI
                if nome.startswith(prefisso)
            }
        )

    def conta(self, quanti: int, quale: str) -> str:
        """«1 progetto», «25 progetti»: of the level `obiettivi` or `specifici`."""
        uno = {"obiettivi": self.nome_obiettivo, "specifici": self.nome_specifico}[quale]
        molti = {"obiettivi": self.nome_obiettivi, "specifici": self.nome_specifici}[quale]
        return f"{in_italiano(Decimal(quanti))} {in_frase(uno if quanti == 1 else molti)}"

    def politica(self, fuso: str) -> Politica:
        """What the guards read of it."""
        return Politica(
            fuso=fuso,
            nodo_obbligatorio=self.nodo_obbligatorio,
            pareri_obbligatori=self.pareri_obbligatori,
            parere_tecnico_di=tuple(self.parere_tecnico_di.split("_o_")),
            quorum=self.quorum,
            target_a_fine_anno=self.target_dovuto == "fine_anno",
            specifici=in_frase(self.nome_specifici),
        )


def _dichiarati() -> dict[str, Parametro]:
    trovati = {}
    for f in fields(Parametri):
        if "dichiarazione" in f.metadata:
            gruppo, genere, etichetta, spiega, regola = f.metadata["dichiarazione"]
            assert f.default is not MISSING
            trovati[f.name] = Parametro(
                f.name, gruppo, genere, etichetta, spiega, regola, f.default
            )
    return trovati


DICHIARATI: Mapping[str, Parametro] = _dichiarati()

TUTTI: Mapping[str, Parametro] = {
    **DICHIARATI,
    **{p.nome: p for p in MISURA.values()},
}


def in_frase(nome: str) -> str:
    """The name of a level within a sentence: «Progetto» is «progetto», «PEG» stays."""
    return nome if nome[1:2].isupper() else nome[:1].lower() + nome[1:]


def cifra(testo: str) -> Decimal:
    """A figure written by an Italian or by a program: `1.234,5`, `1234.5`, `66,67`.

    Raises ValueError, in Italian, when it is not one.
    """
    pulito = testo.strip().replace("\u00a0", "").replace(" ", "").rstrip("%")
    if "," in pulito:
        pulito = pulito.replace(".", "").replace(",", ".")
    try:
        valore = Decimal(pulito)
    except InvalidOperation:
        raise ValueError(f"«{testo}» non è un numero") from None
    if not valore.is_finite() or abs(valore) >= Decimal(10) ** 14:
        raise ValueError(f"«{testo}» non è un numero accettabile")
    return valore
