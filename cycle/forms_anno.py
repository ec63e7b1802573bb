# SPDX-License-Identifier: AGPL-3.0-or-later
"""The forms of a year: its parameters, each a field made from its declaration; its calendar; the
act that opens it or moves its terms. What does not stand is refused by `services.anno`, in the
same words everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import count
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cycle.apertura import MASSIMO, Riga
from cycle.generi import Coppie, Intero, Numero, Scelta, SiNo, verosimile
from cycle.measure.parametri import ParametroErrato
from cycle.models import Scadenza
from cycle.models.atto import ORGANI
from cycle.models.calendario import FESTIVI, TIPI_SCADENZA
from cycle.parametri import GRUPPI, TUTTI, Parametri, Parametro
from workflows.errors import Motivo
from workflows.ports import RUOLI, FattiAtto

DI_DATA = {"invalid": gettext_lazy("Non è una data: scriverla come 30/09/2026.")}


def _giorno(**attributi: Any) -> forms.DateInput:
    return forms.DateInput({"type": "date", **attributi}, format="%Y-%m-%d")


class CampoParametro(forms.Field):
    """A parameter as its kind reads it; cleaned, it is the JSON that the year keeps."""

    def __init__(self, parametro: Parametro, valore: Any) -> None:
        self.parametro = parametro
        super().__init__(
            required=False,
            label=str(parametro.etichetta),
            help_text=str(parametro.spiega),
            initial=parametro.genere.testo(valore),
            widget=_casella(parametro),
        )

    def clean(self, value: Any) -> Any:
        genere = self.parametro.genere
        try:
            scritto = genere.digitato(str(value or ""))
            genere.leggi(scritto)
        except ValueError as errore:
            problema = str(errore)
            raise ValidationError(f"{problema[:1].upper()}{problema[1:]}.") from None
        return scritto


def _casella(parametro: Parametro) -> forms.Widget:
    genere = parametro.genere
    if isinstance(genere, SiNo | Scelta):
        return forms.Select(choices=list(genere.scelte.items()))
    if isinstance(genere, Intero):
        return forms.NumberInput({"min": genere.minimo, "max": genere.massimo})
    if isinstance(genere, Coppie):
        return forms.Textarea({"rows": 3})
    attributi: dict[str, Any] = {"inputmode": "decimal"} if isinstance(genere, Numero) else {}
    return forms.TextInput(attributi)


class ModuloParametri(forms.Form):
    """Every parameter, in groups; clean, it gives `parametri`."""

    prefix = "p"

    def __init__(self, parametri: Parametri, dati: Any = None) -> None:
        super().__init__(dati)
        for parametro, valore in parametri.valori():
            self.fields[parametro.nome] = CampoParametro(parametro, valore)
        self.parametri = parametri

    def gruppi(self) -> list[tuple[str, list[tuple[Parametro, forms.BoundField]], bool]]:
        """Name of each group, its parameters with their fields, and whether one is wrong."""
        return [
            (
                str(nome),
                [(p, self[p.nome]) for p in TUTTI.values() if p.gruppo == gruppo],
                any(self[p.nome].errors for p in TUTTI.values() if p.gruppo == gruppo),
            )
            for gruppo, nome in GRUPPI.items()
        ]

    def clean(self) -> dict[str, Any]:
        letti: dict[str, Any] = {"misura": {}}
        for nome, valore in self.cleaned_data.items():
            dentro, _punto, chiave = nome.rpartition(".")
            (letti["misura"] if dentro else letti)[chiave] = valore
        if not self.errors:
            try:
                self.parametri = Parametri.da_dizionario(letti)
            except ParametroErrato as errore:
                nome = errore.nome if errore.nome in self.fields else f"misura.{errore.nome}"
                self.add_error(nome, f"{errore.problema[:1].upper()}{errore.problema[1:]}.")
        return self.cleaned_data


class ModuloRiga(forms.Form):
    """A term of the calendar; one without name and date is not there."""

    codice = forms.SlugField(required=False, max_length=40, widget=forms.HiddenInput)
    nome = forms.CharField(label=gettext_lazy("Termine"), required=False, max_length=200)
    tipo = forms.ChoiceField(
        label=gettext_lazy("Tipo"), choices=TIPI_SCADENZA, initial="ordinatoria"
    )
    giorno = forms.DateField(
        label=gettext_lazy("Data"),
        required=False,
        widget=_giorno(),
        error_messages=DI_DATA,
        validators=[verosimile],
    )
    festivi = forms.ChoiceField(label=gettext_lazy("Se cade di festa"), choices=FESTIVI)
    ruoli = forms.MultipleChoiceField(
        label=gettext_lazy("A chi spetta"),
        required=False,
        choices=list(RUOLI.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    blocca = forms.CharField(
        label=gettext_lazy("Dopo non si può più"), required=False, max_length=200
    )
    togli = forms.BooleanField(label=gettext_lazy("Togli"), required=False)

    def clean(self) -> dict[str, Any]:
        c = self.cleaned_data
        if not c.get("togli") and bool(c.get("nome")) != bool(c.get("giorno")) and not self.errors:
            manca = "giorno" if c.get("nome") else "nome"
            self.add_error(manca, _("Un termine ha un nome e una data."))
        return c

    @property
    def assente(self) -> bool:
        c = self.cleaned_data
        return bool(c.get("togli")) or not (c.get("nome") or c.get("giorno"))

    @property
    def di_legge(self) -> bool:
        return bool(self["tipo"].value() == "statutaria" and self["codice"].value())


class _Righe(forms.BaseFormSet):  # type: ignore[type-arg]
    def righe(self) -> list[Riga]:
        """The terms, each with a code of its own."""
        presi = {f.cleaned_data["codice"] for f in self.forms if not f.assente}
        trovate = []
        for f in self.forms:
            if f.assente:
                continue
            c = f.cleaned_data
            codice = c["codice"] or _codice(c["nome"], presi)
            presi.add(codice)
            nome = " ".join(c["nome"].split())
            trovate.append(
                Riga(
                    codice,
                    nome,
                    c["tipo"],
                    c["giorno"],
                    c["festivi"],
                    tuple(r for r in RUOLI if r in c["ruoli"]),
                    c["blocca"].strip(),
                )
            )
        return trovate


def _codice(nome: str, presi: Iterable[str]) -> str:
    base = slugify(nome)[:36] or "termine"
    return next(c for n in count(1) if (c := base if n == 1 else f"{base}-{n}") not in presi)


ModuloCalendario = forms.formset_factory(
    ModuloRiga, formset=_Righe, extra=2, max_num=MASSIMO, absolute_max=MASSIMO + 10
)


def modulo_calendario(righe: Sequence[Riga], dati: Any = None) -> _Righe:
    """The calendar as a form: of `righe`, or of what was sent."""
    return ModuloCalendario(  # type: ignore[return-value]
        dati,
        prefix="c",
        initial=[
            {
                "codice": r.codice,
                "nome": r.nome,
                "tipo": r.tipo,
                "giorno": r.data,
                "festivi": r.festivi,
                "ruoli": list(r.ruoli),
                "blocca": r.blocca,
            }
            for r in righe
        ],
    )


class ModuloAtto(forms.Form):
    """The act of an organ, as the clerk records it; what is missing the service refuses."""

    prefix = "atto"

    organo = forms.ChoiceField(label=gettext_lazy("Organo"), choices=ORGANI, initial="giunta")
    numero = forms.CharField(label=gettext_lazy("Numero"), required=False, max_length=200)
    giorno = forms.DateField(
        label=gettext_lazy("Data"), required=False, widget=_giorno(), error_messages=DI_DATA
    )
    esecutivo = forms.BooleanField(
        label=gettext_lazy("Immediatamente eseguibile"), required=False, initial=True
    )

    def atto(self) -> FattiAtto:
        c = self.cleaned_data
        return FattiAtto(c["numero"], c["giorno"], c["organo"], c["esecutivo"])


class ModuloProroga(forms.Form):
    """The new day of each term that may be moved, empty where it is not; and why."""

    motivazione = forms.CharField(
        label=gettext_lazy("Motivazione"),
        required=False,
        max_length=5000,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("Perché il termine si sposta, per tutti allo stesso modo."),
    )

    def __init__(self, scadenze: Sequence[Scadenza], dati: Any = None, scelta: str = "") -> None:
        super().__init__(dati)
        self.scadenze = scadenze
        self.scelta = scelta
        for s in scadenze:
            self.fields[f"fino_a.{s.codice}"] = forms.DateField(
                label=s.nome, required=False, widget=_giorno(), error_messages=DI_DATA
            )

    def righe(self) -> list[tuple[Scadenza, forms.BoundField]]:
        return [(s, self[f"fino_a.{s.codice}"]) for s in self.scadenze]

    def fino_a(self) -> Mapping[str, date]:
        """Code of each term that moves -> its new day."""
        return {
            s.codice: giorno
            for s in self.scadenze
            if (giorno := self.cleaned_data[f"fino_a.{s.codice}"])
        }


def riporta(motivi: Sequence[Motivo], moduli: Mapping[str, forms.Form]) -> list[Motivo]:
    """Put each reason of a refusal beside its field (`Motivo.guardia`: `atto.numero`,
    `parametri.quorum`; `motivazione` where the form is `""`), and give back those without one."""
    altri = []
    for m in motivi:
        dove, _punto, campo = m.guardia.partition(".")
        modulo = moduli.get(dove)
        if modulo is None:
            modulo, campo = moduli.get("", modulo), m.guardia
        if modulo is not None and campo in modulo.fields:
            modulo.add_error(campo, m.messaggio)
        else:
            altri.append(m)
    return altri
