# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pairing labels with values when the layout separates them.

The same four labels and two dates are printed as a table, as labels followed by values, as label,
value, label, value, with a rule between them, or glued on one line; percentages likewise. One rule
reads them all: under a table heading the column decides; otherwise values go to the labels that
wait, in order.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar

from cycle.importers.modena.lessico import DATE, PERCENTUALI, TOKEN_DI_DATA, Campo
from cycle.importers.righe import Riga
from cycle.importers.testo import data_con_cifre_confuse, data_italiana, numero_italiano

V = TypeVar("V")
Segnala = Callable[[int, str], None]


class Appaiatore(Generic[V]):
    """Gathers labels and values of one group; `valori` is complete after `chiudi`."""

    def __init__(self, valori: dict[Campo, V], segnala: Segnala) -> None:
        self.valori = valori
        self.segnala = segnala
        self.attese: list[Campo] = []
        self.sciolti: list[tuple[int, V]] = []
        self.colonne: dict[int, Campo] = {}
        self._riga_colonne = 0

    def etichetta(self, campo: Campo, riga: Riga, colonna: int) -> None:
        if self.sciolti:
            self.chiudi()
        if riga.tabellare:
            if riga.numero != self._riga_colonne:
                self.colonne = {}
                self._riga_colonne = riga.numero
            self.colonne[colonna] = campo
        if campo not in self.attese and campo not in self.valori:
            self.attese.append(campo)

    def valore(self, valore: V, riga: Riga, colonna: int) -> None:
        campo = self.colonne.get(colonna) if riga.tabellare else None
        if campo is not None and riga.numero != self._riga_colonne:
            self._assegna(campo, valore, riga.numero)
        else:
            self.sciolti.append((riga.numero, valore))

    def chiudi(self) -> None:
        """Give the loose values to the labels that wait."""
        sciolti, self.sciolti = self.sciolti, []
        scelte = self._scelte(len(sciolti))
        if sciolti and len(scelte) != len(self.attese) and not self._bastano(len(sciolti)):
            self._dubbio(sciolti[0][0], scelte)
        for (riga, valore), campo in zip(sciolti, scelte, strict=False):
            self._assegna(campo, valore, riga)
        for riga, _ in sciolti[len(scelte) :]:
            self.segnala(riga, "un valore senza etichetta è stato tralasciato")

    def _scelte(self, quanti: int) -> list[Campo]:
        return self.attese[:quanti]

    def _bastano(self, quanti: int) -> bool:
        """Whether so few values say by themselves whose they are."""
        return False

    def _dubbio(self, riga: int, scelte: list[Campo]) -> None:
        raise NotImplementedError

    def _assegna(self, campo: Campo, valore: V, riga: int) -> None:
        if campo in self.attese:
            self.attese.remove(campo)
        if self.valori.setdefault(campo, valore) != valore:
            self.segnala(
                riga,
                f"«{nome_di(campo)}» è stampato due volte con valori diversi: tenuto il primo",
            )


class AppaiatoreDiDate(Appaiatore[date]):
    """Planned and actual dates. Two dates for four labels are the planned ones: a plan always has
    them, the actual ones come later."""

    def riga(self, riga: Riga) -> bool:
        """Take the line if it holds only date labels and dates; else leave it."""
        if not (self.attese or self.colonne or TOKEN_DI_DATA.match(riga.pezzi[0].testo)):
            return False
        letti = []
        for pezzo in riga.pezzi:
            resto = TOKEN_DI_DATA.sub("", pezzo.testo).strip(" :*-")
            if resto and resto not in ("Effettivo", "Effettiva", "Previsto", "Prevista"):
                return False
            letti += [(m, pezzo.colonna) for m in TOKEN_DI_DATA.finditer(pezzo.testo)]
        if not letti:
            return False
        if not any(m.lastgroup != "DATA" for m, _ in letti) and not (self.attese or self.colonne):
            return False
        for token, colonna in letti:
            if token.lastgroup == "DATA":
                self._data(token["DATA"], riga, colonna)
            elif token.lastgroup is not None:
                self.etichetta(Campo[token.lastgroup], riga, colonna)
        return True

    def _data(self, testo: str, riga: Riga, colonna: int) -> None:
        giorno = data_italiana(testo)
        if giorno is None:
            giorno = data_con_cifre_confuse(testo)
            if giorno is None:
                self.segnala(riga.numero, f"la data «{testo}» non esiste: lasciata vuota")
                return
            self.segnala(riga.numero, f"la data «{testo}» è stata letta {giorno:%d/%m/%Y}")
        self.valore(giorno, riga, colonna)

    def _bastano(self, quanti: int) -> bool:
        return quanti == 2 and tuple(self.attese[:2]) == DATE[:2]

    def _dubbio(self, riga: int, scelte: list[Campo]) -> None:
        nomi = ", ".join(nome_di(campo) for campo in scelte)
        self.segnala(riga, f"le date non dicono di quale etichetta sono: prese per {nomi}")


class AppaiatoreDiPercentuali(Appaiatore[Decimal]):
    """`% Avanzamento` (computed) and `% Convalidata` (validated by the Nucleo)."""

    def riga(self, riga: Riga, anno: int) -> bool:
        """Take the line if it is a figure, or a year and its figure, under these labels."""
        if not (self.attese or self.colonne):
            return False
        testi = [(parola, p.colonna) for p in riga.pezzi for parola in p.testo.split(" ")]
        numeri = [(numero_italiano(testo), colonna) for testo, colonna in testi]
        if not all(numero is not None for numero, _ in numeri):
            return False
        prima = testi[0][0]
        if prima.isdigit() and len(prima) == 4:
            if int(prima) != anno:
                self.segnala(riga.numero, f"percentuale del {prima}, non del {anno}: tralasciata")
                return True
            numeri = numeri[1:]
        for numero, colonna in numeri:
            if numero is None or not 0 <= numero <= 1000:
                self.segnala(riga.numero, f"«{numero}» non può essere una percentuale: tralasciato")
            else:
                self.valore(numero, riga, colonna)
        return True

    def _scelte(self, quanti: int) -> list[Campo]:
        if quanti == 1 and len(self.attese) == 2:
            return [Campo.CONVALIDATA]
        return super()._scelte(quanti)

    def _dubbio(self, riga: int, scelte: list[Campo]) -> None:
        self.segnala(
            riga,
            "una sola percentuale dopo due etichette, la colonna è perduta: presa per quella "
            "convalidata dal Nucleo, come nelle schede intere",
        )


_NOMI = {
    **dict(zip(PERCENTUALI, ("% Avanzamento", "% Convalidata"), strict=True)),
    **dict(
        zip(
            DATE,
            ("Inizio Previsto", "Fine Prevista", "Inizio Effettivo", "Fine Effettiva"),
            strict=True,
        )
    ),
}


def nome_di(campo: Campo) -> str:
    """The label as a reader knows it."""
    return _NOMI[campo]
