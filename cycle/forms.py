# SPDX-License-Identifier: AGPL-3.0-or-later
"""Forms: from what a browser sends to what the engine is asked. They judge no rule: a missing
reason or act is the guards' to refuse, with the same words everywhere."""

from __future__ import annotations

from typing import Any

from django import forms

from cycle.models import Persona
from cycle.models.atto import ORGANI
from workflows.guards import Guardia
from workflows.machines.base import Transizione
from workflows.ports import FattiAtto, FattiSeduta, Richiesta


class ModuloTransizione(forms.Form):
    """What a transition may ask of the person; `per` keeps only the fields its guards wait for."""

    revisione = forms.IntegerField(widget=forms.HiddenInput)
    motivazione = forms.CharField(
        label="Motivazione", required=False, max_length=5000, widget=forms.Textarea({"rows": 3})
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
    dissensi = forms.CharField(
        label="Dissensi", required=False, max_length=5000, widget=forms.Textarea({"rows": 2})
    )

    CAMPI = {
        "motivazione_presente": ("motivazione",),
        "nella_finestra": ("motivazione",),
        "cifra_indicata": ("cifra",),
        "atto_presente": ("organo", "numero", "data_atto", "esecutivo"),
        "pareri_presenti": ("parere_tecnico", "parere_contabile"),
        "seduta_valida": ("data_seduta", "presenti", "dissensi"),
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
        if "presenti" in modulo.fields:
            campo = modulo.fields["presenti"]
            assert isinstance(campo, forms.ModelMultipleChoiceField)
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
            )
        if "cifra" in self.fields and c["cifra"]:
            dati["cifra"] = c["cifra"]
        return Richiesta(c.get("motivazione", ""), atto, seduta, dati=dati)


def campi_richiesti(guardie: tuple[Guardia, ...]) -> list[str]:
    """Names of the fields that the guards of a transition wait for."""
    return [campo for g in guardie if g.del_modulo for campo in ModuloTransizione.CAMPI[g.nome]]
