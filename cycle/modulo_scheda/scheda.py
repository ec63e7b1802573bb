# SPDX-License-Identifier: AGPL-3.0-or-later
"""The form as a whole: from texts to a SchedaScritta, and from defects to their fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cycle.bozze.rubrica import Rubrica
from cycle.models import UnitaOrganizzativa
from cycle.modulo_scheda.righe import (
    ModuloFase,
    ModuloIndicatore,
    ModuloPersona,
    ModuloSpecifico,
    ModuloTesta,
)
from cycle.modulo_scheda.testo import FIGLI, Testo, posto_di
from cycle.scritta import Difetto, SchedaScritta, SpecificoScritto

_TESTI = (
    "titolo",
    "unita",
    "codice",
    "tipo",
    "categoria",
    "descrizione",
    "responsabile_generale",
    "responsabile_operativo",
)


class ModuloScheda:
    """The form as a whole. `difetti` are put beside their fields; `errori` is the list of what is
    wrong, for the summary."""

    def __init__(self, testo: Testo, rubrica: Rubrica, unita: Sequence[UnitaOrganizzativa]) -> None:
        self.testo = testo
        self.testa = ModuloTesta(testo.testa, rubrica, unita)
        self.specifici = [
            ModuloSpecifico(r, f"specifici-{n}", rubrica) for n, r in enumerate(testo.specifici)
        ]
        self.mostra_errori = False
        self._posti: dict[str, forms.Form] = {}
        self._fuori: list[tuple[str, str]] = []  # (id, sentence) of what has no field
        for modulo in self.moduli:
            modulo.is_valid()

    @property
    def moduli(self) -> list[forms.Form]:
        return [self.testa, *(m for s in self.specifici for m in (s, *s.figli))]

    @property
    def letti(self) -> str:
        """The rows that were there when the page was made."""
        return " ".join(t["pid"] for _p, t in self.testo.tutte() if t.get("pid"))

    @property
    def leggibile(self) -> bool:
        """Whether everything typed is what it should be: dates are dates, figures figures."""
        return all(m.is_valid() for m in self.moduli)

    def scritta(self) -> SchedaScritta:
        """What was typed, without the new rows that were left empty."""
        t = self.testa.cleaned_data
        self._posti = {"": self.testa}
        specifici: list[SpecificoScritto] = []
        for modulo in self.specifici:
            if modulo.vuota:
                continue
            posto = f"specifici-{len(specifici)}"
            self._posti[posto] = modulo
            specifici.append(self._specifico(modulo, posto))
        campi: dict[str, Any] = {
            **{n: t.get(n) or "" for n in _TESTI},
            **{n: t.get(n) for n in ("inizio_previsto", "fine_prevista", "peso")},
        }
        return SchedaScritta(
            **campi,
            provvisorio=bool(t.get("provvisorio")),
            nodi=tuple(t.get("nodi") or ()),
            specifici=tuple(specifici),
        )

    def _specifico(self, s: ModuloSpecifico, posto: str) -> SpecificoScritto:
        figli: dict[str, list[Any]] = {}
        for tipo in FIGLI:
            figli[tipo] = []
            for riga in getattr(s, tipo):
                if not riga.vuota:
                    self._posti[f"{posto}-{tipo}-{len(figli[tipo])}"] = riga
                    figli[tipo].append(riga.scritto())
        testi = ("titolo", "codice", "descrizione", "esternalizzata", "affidatario")
        campi: dict[str, Any] = {
            **{n: s.letto(n, "") for n in (*testi, "modalita_affidamento")},
            **{n: s.letto(n) for n in ("peso", "inizio_previsto", "fine_prevista", "pid")},
            **{tipo: tuple(righe) for tipo, righe in figli.items()},
        }
        return SpecificoScritto(**campi)

    def dove(self, posto: str) -> str:
        """The id, in the page, of a place of the scheda that `scritta` gave; "" for none."""
        parti = posto.split("-")
        for n in range(len(parti), -1, -1):
            modulo = self._posti.get("-".join(parti[:n]))
            if modulo is not None:
                campo = "-".join(parti[n:])
                if campo in modulo.fields:
                    return f"id_{modulo.add_prefix(campo)}"
                return modulo.prefix or ("specifici" if campo.startswith("specifici") else "")
        return ""

    def segna(self, difetti: Sequence[Difetto]) -> None:
        """Put each defect beside its field."""
        for d in difetti:
            parti = d.dove.split("-")
            for n in range(len(parti) - 1, -1, -1):
                modulo = self._posti.get("-".join(parti[:n]))
                if modulo is None:
                    continue
                campo = "-".join(parti[n:])
                if campo in modulo.fields:
                    if campo not in modulo.errors:  # what cannot be read has its own sentence
                        modulo.add_error(campo, d.messaggio)
                else:
                    self._fuori.append((self.dove(d.dove), d.messaggio))
                break

    def errori(self) -> list[tuple[str, str, str]]:
        """(id of the field, what it is called, what is wrong), in the order of the page."""
        trovati = [
            (
                f"id_{modulo.add_prefix(campo)}",
                f"{_dove(modulo)}{modulo.fields[campo].label or ''}",
                str(errore),
            )
            for modulo in self.moduli
            for campo, errori in modulo.errors.items()
            for errore in errori
        ]
        return trovati + [(posto, "", frase) for posto, frase in self._fuori]


_NOMI = {
    "specifici": gettext_lazy("Specifico"),
    "indicatori": gettext_lazy("indicatore"),
    "fasi": gettext_lazy("fase"),
    "persone": gettext_lazy("persona"),
}


_MODULI: Mapping[str, type[forms.Form]] = {
    "specifici": ModuloSpecifico,
    "indicatori": ModuloIndicatore,
    "fasi": ModuloFase,
    "persone": ModuloPersona,
}


def etichetta(nome: str) -> str:
    """What a field in which something is typed is called, by its name in the page; "" for a field
    that is chosen, hidden, or not of a scheda."""
    trovato = posto_di(nome)
    tipo, dove, campo = trovato or ("", "", nome)
    modulo: type[forms.Form] = _MODULI.get(tipo, ModuloTesta)
    if tipo == "indicatori" and campo.startswith("target-"):
        return _luogo(dove) + _("Target %(periodo)s") % {"periodo": campo.removeprefix("target-")}
    scritto = modulo.base_fields.get(campo)
    if scritto is None or scritto.widget.is_hidden or isinstance(scritto, _SCELTI):
        return ""
    return _luogo(dove) + str(scritto.label or "")


_SCELTI = (forms.ChoiceField, forms.BooleanField)


def _dove(modulo: forms.Form) -> str:
    return _luogo(modulo.prefix or "")


def _luogo(dove: str) -> str:
    """`Specifico 1, indicatore 2: `."""
    parti = dove.split("-")
    detti = [
        f"{_NOMI[tipo]} {int(n) + 1}" for tipo, n in zip(parti[::2], parti[1::2], strict=False)
    ]
    return ", ".join(detti) + ": " if detti else ""
