# SPDX-License-Identifier: AGPL-3.0-or-later
"""The act of the organ that decides, as the clerk writes it: the fields that every decision of the
giunta has."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from cycle.models.atto import ORGANI
from workflows.guards import ORGANI_ESECUTIVI
from workflows.ports import FattiAtto


class ModuloAtto(forms.Form):
    """Organ, number, date, whether immediately executive, and the signed PDF. Judges nothing: a
    missing number is the guards' to refuse."""

    revisione = forms.IntegerField(widget=forms.HiddenInput)
    organo = forms.ChoiceField(
        label=_("Organo"), choices=[o for o in ORGANI if o[0] in ORGANI_ESECUTIVI]
    )
    numero = forms.CharField(label=_("Numero dell'atto"), required=False, max_length=30)
    data_atto = forms.DateField(
        label=_("Data dell'atto"), required=False, widget=forms.DateInput({"type": "date"})
    )
    esecutivo = forms.BooleanField(
        label=_("Immediatamente eseguibile"), required=False, initial=True
    )
    documento = forms.FileField(
        label=_("PDF della deliberazione"),
        required=False,
        widget=forms.ClearableFileInput({"accept": "application/pdf"}),
        help_text=_("Facoltativo: al massimo 25 MB. Se ne conserva l'impronta."),
    )

    def atto(self) -> FattiAtto:
        c = self.cleaned_data
        return FattiAtto(
            numero=c["numero"],
            data=c["data_atto"],
            organo=c["organo"],
            esecutivo=c.get("esecutivo", True),
            parere_tecnico=c.get("parere_tecnico", ""),
            parere_contabile=c.get("parere_contabile", ""),
        )
