# SPDX-License-Identifier: AGPL-3.0-or-later
"""The small forms of which the form of a scheda is made: they read figures and dates, and judge
nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cycle.bozze.rubrica import Rubrica, nome_unita
from cycle.bozze.verifica import ESTERNALIZZATA
from cycle.forms import CampoCifra
from cycle.models import UnitaOrganizzativa
from cycle.models.indicatore import AGGREGAZIONI, NATURE, UNITA
from cycle.modulo_scheda.testo import Ramo, Testi
from cycle.scritta import FaseScritta, IndicatoreScritto, PersonaScritta


def _data(etichetta: Any) -> forms.DateField:
    return forms.DateField(
        label=etichetta,
        required=False,
        widget=forms.DateInput({"type": "date"}),
        error_messages={
            "invalid": gettext_lazy("Non è una data che esista: scriverla come 30/09/2026.")
        },
    )


def _testo(etichetta: Any, **altro: Any) -> forms.CharField:
    return forms.CharField(label=etichetta, required=False, **altro)


def _cifra(etichetta: Any) -> CampoCifra:
    return CampoCifra(label=etichetta, required=False, max_length=40)


def _scelta(etichetta: Any, scelte: Sequence[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=etichetta, required=False, choices=list(scelte))


class Riga(forms.Form):
    """A row of the scheda. `attuali`: what is stored now in the fields where somebody else wrote
    something different meanwhile; `avviso`: what happened to the whole row."""

    pid = forms.UUIDField(required=False, widget=forms.HiddenInput)
    PREDEFINITI: Mapping[str, str] = {}

    def __init__(self, testi: Mapping[str, str], posto: str) -> None:
        super().__init__(
            {f"{posto}-{nome}": testo for nome, testo in {**self.PREDEFINITI, **testi}.items()},
            prefix=posto,
        )
        self.attuali: Testi = {}
        self.avviso = ""
        self.testi = testi

    @property
    def vuota(self) -> bool:
        """A new row in which nothing was typed."""
        return not any(t.strip() for nome, t in self.testi.items() if nome not in self.PREDEFINITI)

    def letto(self, nome: str, altrimenti: Any = None) -> Any:
        """The value of a field; `altrimenti` where what was typed cannot be read."""
        valore = self.cleaned_data.get(nome, altrimenti)
        return altrimenti if valore is None else valore


class ModuloIndicatore(Riga):
    nome = _testo(gettext_lazy("Indicatore"))
    tipo = _testo(gettext_lazy("Tipo"))
    unita_misura = _scelta(gettext_lazy("Si misura in"), UNITA)
    natura = _scelta(gettext_lazy("Natura"), NATURE)
    aggregazione = _scelta(gettext_lazy("Nell'anno"), AGGREGAZIONI)
    peso = _cifra(gettext_lazy("Peso"))
    cap = _cifra(gettext_lazy("Punteggio massimo"))
    fascia_da = _cifra(gettext_lazy("Fascia da"))
    fascia_a = _cifra(gettext_lazy("Fascia a"))
    PREDEFINITI = {"unita_misura": "numero", "natura": "positivo", "aggregazione": "somma"}

    def __init__(self, testi: Mapping[str, str], posto: str, rubrica: Rubrica) -> None:
        super().__init__(testi, posto)
        unita = testi.get("unita_misura") or "numero"
        self.periodi = [(p, f"target-{p.codice}") for p in rubrica.periodi]
        for p, nome in self.periodi:
            etichetta = _("Target %(periodo)s") % {"periodo": p.nome.lower()}
            if unita == "data":
                self.fields[nome] = _data(etichetta)
            elif unita == "si_no":
                self.fields[nome] = _scelta(etichetta, (("", "–"), ("1", _("Sì")), ("0", _("No"))))
            else:
                self.fields[nome] = _cifra(etichetta)

    @property
    def target(self) -> list[Any]:
        return [self[nome] for _p, nome in self.periodi]

    @property
    def altro_scritto(self) -> bool:
        """Whether any of the fields that few indicators need is filled, or wrong."""
        return any(
            self.testi.get(n, "").strip() or n in self.errors
            for n in ("cap", "fascia_da", "fascia_a")
        )

    def scritto(self) -> IndicatoreScritto:
        target = {}
        for p, nome in self.periodi:
            valore = self.letto(nome)
            if isinstance(valore, str):
                valore = Decimal(valore) if valore else None
            if valore is not None:
                target[p.codice] = valore
        campi: dict[str, Any] = {
            **{n: self.letto(n, "") for n in ("nome", "tipo")},
            **{n: self.letto(n) or v for n, v in self.PREDEFINITI.items()},
            **{n: self.letto(n) for n in ("peso", "cap", "fascia_da", "fascia_a", "pid")},
        }
        return IndicatoreScritto(**campi, target=target)


class ModuloFase(Riga):
    descrizione = _testo(gettext_lazy("Fase"))
    peso = _cifra(gettext_lazy("Peso"))
    inizio_previsto = _data(gettext_lazy("Dal"))
    fine_prevista = _data(gettext_lazy("Al"))
    responsabile = _testo(gettext_lazy("Responsabile"))

    def scritto(self) -> FaseScritta:
        return FaseScritta(
            **{n: self.letto(n, "") for n in ("descrizione", "responsabile")},
            **{n: self.letto(n) for n in ("peso", "inizio_previsto", "fine_prevista", "pid")},
        )


class ModuloPersona(Riga):
    persona = _testo(gettext_lazy("Persona"))
    dal = _data(gettext_lazy("Dal"))
    al = _data(gettext_lazy("Al"))
    responsabile = forms.BooleanField(label=gettext_lazy("Responsabile"), required=False)
    impegno = _cifra(gettext_lazy("Impegno %"))

    def scritto(self) -> PersonaScritta:
        return PersonaScritta(
            persona=self.letto("persona", ""),
            responsabile=bool(self.letto("responsabile")),
            **{n: self.letto(n) for n in ("dal", "al", "impegno", "pid")},
        )


class ModuloSpecifico(Riga):
    codice = _testo(gettext_lazy("Codice"))
    titolo = _testo(gettext_lazy("Titolo"))
    descrizione = _testo(gettext_lazy("Descrizione"), widget=forms.Textarea)
    peso = _cifra(gettext_lazy("Peso"))
    inizio_previsto = _data(gettext_lazy("Inizio previsto"))
    fine_prevista = _data(gettext_lazy("Fine prevista"))
    esternalizzata = _scelta(
        gettext_lazy("Esternalizzata"),
        [(e, e.capitalize() or gettext_lazy("non indicato")) for e in ESTERNALIZZATA],
    )
    affidatario = _testo(gettext_lazy("Affidatario"))
    modalita_affidamento = _testo(gettext_lazy("Modalità di affidamento"))

    def __init__(self, ramo: Ramo, posto: str, rubrica: Rubrica) -> None:
        super().__init__(ramo.campi, posto)
        self.indicatori = [
            ModuloIndicatore(r, f"{posto}-indicatori-{m}", rubrica)
            for m, r in enumerate(ramo.righe["indicatori"])
        ]
        self.fasi = [ModuloFase(r, f"{posto}-fasi-{m}") for m, r in enumerate(ramo.righe["fasi"])]
        self.persone = [
            ModuloPersona(r, f"{posto}-persone-{m}") for m, r in enumerate(ramo.righe["persone"])
        ]

    @property
    def figli(self) -> list[ModuloIndicatore | ModuloFase | ModuloPersona]:
        return [*self.indicatori, *self.fasi, *self.persone]

    @property
    def vuota(self) -> bool:
        return super().vuota and all(riga.vuota for riga in self.figli)

    @property
    def altro_scritto(self) -> bool:
        return any(
            self.testi.get(n, "").strip() or n in self.errors
            for n in ("esternalizzata", "affidatario", "modalita_affidamento")
        )

    @property
    def somma_pesi(self) -> Decimal | None:
        """Sum of the weights typed for the indicators, None when none is."""
        return _somma(self.indicatori)


def _somma(righe: Sequence[Riga]) -> Decimal | None:
    pesi = [p for r in righe if (p := r.letto("peso")) is not None]
    return sum(pesi, Decimal(0)) if pesi else None


class ModuloTesta(forms.Form):
    codice = _testo(gettext_lazy("Codice"))
    tipo = _testo(gettext_lazy("Tipo"))
    categoria = _testo(gettext_lazy("Categoria"))
    titolo = _testo(gettext_lazy("Titolo"))
    descrizione = _testo(gettext_lazy("Descrizione e risultato atteso"), widget=forms.Textarea)
    unita = forms.ChoiceField(
        label=gettext_lazy("Unità"),
        required=False,
        error_messages={
            "invalid_choice": gettext_lazy(
                "Non è fra le unità per cui si può scrivere: sceglierla dall'elenco."
            )
        },
    )
    responsabile_generale = _testo(gettext_lazy("Responsabile generale"))
    responsabile_operativo = _testo(gettext_lazy("Responsabile operativo"))
    inizio_previsto = _data(gettext_lazy("Inizio previsto"))
    fine_prevista = _data(gettext_lazy("Fine prevista"))
    peso = _cifra(gettext_lazy("Peso"))
    provvisorio = forms.BooleanField(label=gettext_lazy("Obiettivo provvisorio"), required=False)
    nodi = forms.MultipleChoiceField(
        label=gettext_lazy("Programmi"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": gettext_lazy(
                "Non è un programma di questo anno: sceglierlo dall'elenco."
            )
        },
    )
    revisione = forms.IntegerField(
        required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput
    )

    def __init__(
        self,
        testa: MultiValueDict[str, str],
        rubrica: Rubrica,
        unita: Sequence[UnitaOrganizzativa],
    ) -> None:
        super().__init__(testa)
        self.attuali: Testi = {}
        campo, nodi = self.fields["unita"], self.fields["nodi"]
        assert isinstance(campo, forms.ChoiceField)
        assert isinstance(nodi, forms.ChoiceField)
        campo.choices = [("", _("scegliere")), *((u.codice, nome_unita(u)) for u in unita)]
        nodi.choices = [(str(v.nodo.pid), v.percorso) for v in rubrica.rami]
