# SPDX-License-Identifier: AGPL-3.0-or-later
"""Forms: from what a browser sends to what the engine is asked. They judge no rule: a missing
reason or act is the guards' to refuse, with the same words everywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from cycle.measure import arrotonda, in_italiano
from cycle.models import Indicatore, Persona, Rilevazione
from cycle.models.atto import ORGANI
from cycle.parametri import cifra
from cycle.selectors import VoceDaCompilare
from cycle.services.relazioni import Compilazione
from workflows.guards import Guardia
from workflows.machines.base import Transizione
from workflows.ports import FattiAtto, FattiSeduta, Richiesta


class ModuloTransizione(forms.Form):
    """What a transition may ask of the person; `per` keeps only the fields its guards wait for."""

    revisione = forms.IntegerField(widget=forms.HiddenInput)
    motivazione = forms.CharField(
        label="Motivazione", required=False, max_length=5000, widget=forms.Textarea({"rows": 3})
    )
    rinuncia = forms.BooleanField(
        label="Si rinuncia a rispondere",
        required=False,
        help_text="Le osservazioni senza risposta restano come sono.",
    )
    cifra = forms.CharField(
        label="Cifra che si è mossa",
        required=False,
        max_length=500,
        help_text="Quale valore è cambiato, da quanto a quanto.",
    )
    organo = forms.ChoiceField(label="Organo", choices=ORGANI, required=False)
    numero = forms.CharField(label="Numero dell'atto", required=False, max_length=30)
    data_atto = forms.DateField(
        label="Data dell'atto", required=False, widget=forms.DateInput({"type": "date"})
    )
    esecutivo = forms.BooleanField(label="Immediatamente eseguibile", required=False, initial=True)
    parere_tecnico = forms.CharField(
        label="Parere di regolarità tecnica",
        required=False,
        max_length=300,
        help_text="Chi lo ha reso e quando (art. 49 TUEL).",
    )
    parere_contabile = forms.CharField(
        label="Parere di regolarità contabile", required=False, max_length=300
    )
    data_seduta = forms.DateField(
        label="Data della seduta", required=False, widget=forms.DateInput({"type": "date"})
    )
    presenti = forms.ModelMultipleChoiceField(
        label="Presenti",
        required=False,
        queryset=Persona.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        to_field_name="pid",
    )
    astenuti = forms.ModelMultipleChoiceField(
        label="Astenuti",
        required=False,
        queryset=Persona.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        to_field_name="pid",
        help_text="Chi ha agito per il settore è registrato come astenuto comunque.",
    )
    dissensi = forms.CharField(
        label="Dissensi", required=False, max_length=5000, widget=forms.Textarea({"rows": 2})
    )

    CAMPI = {
        "motivazione_presente": ("motivazione",),
        "nella_finestra": ("motivazione",),
        "cifra_indicata": ("cifra",),
        "atto_presente": ("organo", "numero", "data_atto", "esecutivo"),
        "pareri_presenti": ("parere_tecnico", "parere_contabile"),
        "parere_contrario_superato": ("motivazione",),
        "seduta_valida": ("data_seduta", "presenti", "astenuti", "dissensi"),
        "risposta_o_rinuncia": ("rinuncia", "motivazione"),
        "scostamenti_motivati": (),
    }

    @classmethod
    def per(
        cls,
        transizione: Transizione,
        nucleo: list[Persona],
        dati: Any = None,
        **kwargs: Any,
    ) -> ModuloTransizione:
        """The form of one transition; `nucleo` are the members who may be present."""
        modulo = cls(dati, **kwargs)
        voluti = {"revisione", *campi_richiesti(transizione.regole.guardie)}
        for nome in [n for n in modulo.fields if n not in voluti]:
            del modulo.fields[nome]
        for nome in ("presenti", "astenuti"):
            campo = modulo.fields.get(nome)
            if isinstance(campo, forms.ModelMultipleChoiceField):
                campo.queryset = Persona.objects.filter(pk__in=[p.pk for p in nucleo])
        return modulo

    def richiesta(self, **dati: Any) -> Richiesta:
        """What the engine is told, once the form is clean; `dati` come from elsewhere on the
        page (the percentages of a report)."""
        c = self.cleaned_data
        atto = seduta = None
        if "numero" in self.fields:
            atto = FattiAtto(
                numero=c["numero"],
                data=c["data_atto"],
                organo=c["organo"] or "giunta",
                esecutivo=c["esecutivo"],
                parere_tecnico=c.get("parere_tecnico", ""),
                parere_contabile=c.get("parere_contabile", ""),
            )
        if "presenti" in self.fields:
            seduta = FattiSeduta(
                data=c["data_seduta"],
                presenti=frozenset(p.pk for p in c["presenti"]),
                dissensi=c["dissensi"],
                astenuti=frozenset(p.pk for p in c["astenuti"]),
            )
        if c.get("rinuncia"):
            dati["rinuncia"] = True
        if "cifra" in self.fields and c["cifra"]:
            dati["cifra"] = c["cifra"]
        return Richiesta(c.get("motivazione", ""), atto, seduta, dati=dati)


def campi_richiesti(guardie: tuple[Guardia, ...]) -> list[str]:
    """Names of the fields that the guards of a transition wait for."""
    return [campo for g in guardie if g.del_modulo for campo in ModuloTransizione.CAMPI[g.nome]]


DECIMALI = 6  # what the database keeps of a figure
_MIGLIAIA = re.compile(r"^[-+]?\d{1,3}(\.\d{3})+$")


class CampoCifra(forms.CharField):
    """A figure as Italians write it. A lone point before three digits is asked about: 1.234 is a
    thousand to whoever writes it and one and a bit to a program."""

    def clean(self, value: Any) -> Decimal | None:
        testo = str(super().clean(value)).strip()
        if not testo:
            return None
        if _MIGLIAIA.match(testo):
            senza, virgola = testo.replace(".", ""), testo.replace(".", ",", 1)
            raise ValidationError(
                _("«%(testo)s» si può leggere in due modi: scrivere %(senza)s oppure %(virgola)s.")
                % {"testo": testo, "senza": senza, "virgola": virgola}
            )
        try:
            valore = cifra(testo)
        except ValueError as errore:
            raise ValidationError(
                _("%(errore)s: scriverlo come 1234 o 12,5.") % {"errore": errore}
            ) from None
        if -int(valore.as_tuple().exponent) > DECIMALI:
            raise ValidationError(_("Al massimo %(n)s decimali.") % {"n": DECIMALI})
        return valore


class CampoPercentuale(CampoCifra):
    """A percentage from 0 up; the guards say how far."""

    def clean(self, value: Any) -> Decimal | None:
        valore = super().clean(value)
        if valore is not None and valore < 0:
            raise ValidationError(_("Una percentuale non è negativa."))
        return valore


class ModuloRelazione(forms.Form):
    """The report of a period: a value for each indicator, a text for each specifico. A value is
    read in the indicator's unit; one left empty is not measured yet."""

    revisione = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, voci: Sequence[VoceDaCompilare], dati: Any = None, **kwargs: Any) -> None:
        super().__init__(dati, **kwargs)
        self.voci = voci
        for voce in voci:
            codice = voce.voce.specifico.codice
            for indicatore, rilevazione in voce.indicatori:
                self.fields[nome_valore(indicatore)] = _campo_valore(indicatore, rilevazione)
                self.fields[nome_valore(indicatore)].label = f"{codice}, {indicatore.nome}"
            self.fields[f"testo_{voce.voce.specifico.pid}"] = forms.CharField(
                label=_("%(codice)s, stato di avanzamento") % {"codice": codice},
                required=False,
                max_length=20_000,
                initial=voce.voce.testo,
            )

    def compilazione(self) -> Compilazione:
        """What the service is told, once the form is clean."""
        valori: dict[int, Decimal | date | None] = {}
        testi: dict[int, str] = {}
        for voce in self.voci:
            specifico = voce.voce.specifico
            testi[specifico.pk] = self.cleaned_data[f"testo_{specifico.pid}"]
            for indicatore, _rilevazione in voce.indicatori:
                valori[indicatore.pk] = self.cleaned_data[nome_valore(indicatore)]
        return Compilazione(valori=valori, testi=testi)


def nome_valore(indicatore: Indicatore) -> str:
    """Name of the field that holds an indicator's value."""
    return f"valore_{indicatore.pid}"


def scritta(valore: Decimal) -> str:
    """A figure in a field: all its decimals, and no thousands marks to be misread."""
    intero, _punto, decimali = f"{valore:f}".partition(".")
    decimali = decimali.rstrip("0")
    return f"{intero},{decimali}" if decimali else intero


def _si_no(testo: str) -> Decimal | None:
    return None if testo == "" else Decimal(testo)


def _campo_valore(indicatore: Indicatore, rilevazione: Rilevazione | None) -> forms.Field:
    valore = rilevazione.valore if rilevazione else None
    if indicatore.unita_misura == "data":
        giorno = rilevazione.valore_data if rilevazione else None
        return forms.DateField(
            required=False,
            initial=giorno and giorno.isoformat(),
            error_messages={"invalid": _("Non è una data: scriverla come 30/09/2026.")},
        )
    if indicatore.unita_misura == "si_no":
        return forms.TypedChoiceField(
            required=False,
            choices=(("", _("non misurato")), ("1", _("Sì")), ("0", _("No"))),
            coerce=_si_no,
            empty_value=None,
            initial="" if valore is None else str(int(bool(valore))),
        )
    return CampoCifra(
        required=False,
        max_length=40,
        initial="" if valore is None else scritta(valore),
    )


class ModuloConvalide(forms.Form):
    """The percentages the Nucleo validates, one for each specifico, with a reason where they are
    not the computed ones (R56). One left empty confirms the computed one as it is."""

    def __init__(self, voci: Sequence[VoceDaCompilare], dati: Any = None, **kwargs: Any) -> None:
        super().__init__(dati, **kwargs)
        self.voci = voci
        for voce in voci:
            v = voce.voce
            proposta = (
                v.percentuale_convalidata
                if v.percentuale_convalidata is not None
                else v.percentuale_calcolata
            )
            self.fields[f"percentuale_{v.specifico.pid}"] = CampoPercentuale(
                label=_("Percentuale convalidata di %(codice)s") % {"codice": v.specifico.codice},
                required=False,
                max_length=20,
                initial="" if proposta is None else in_italiano(proposta, 2),
            )
            self.fields[f"motivo_{v.specifico.pid}"] = forms.CharField(
                label=_("Motivo per %(codice)s") % {"codice": v.specifico.codice},
                required=False,
                max_length=5000,
                initial=v.motivo,
            )

    def dati(self) -> Mapping[str, Mapping[str, str]]:
        """What the engine is told, by id of the specifico. A percentage that is the computed one
        at the two decimals that are printed confirms it in full: no rounding enters (R75)."""
        scritte = {}
        for voce in self.voci:
            v = voce.voce
            valore = self.cleaned_data[f"percentuale_{v.specifico.pid}"]
            calcolata = v.percentuale_calcolata
            if valore is not None and calcolata is not None:
                conferma = arrotonda(valore) == arrotonda(calcolata)
                valore = calcolata if conferma else valore
            scritte[str(v.specifico_id)] = {
                "percentuale": "" if valore is None else f"{valore:f}",
                "motivo": self.cleaned_data[f"motivo_{v.specifico.pid}"],
            }
        return scritte
