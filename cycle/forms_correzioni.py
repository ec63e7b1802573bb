# SPDX-License-Identifier: AGPL-3.0-or-later
"""Forms of the correction of a material error (R35). Like the others they judge no rule."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from cycle.forms import CampoPercentuale
from cycle.services.variazioni.correzioni import Errore


class ModuloErrore(forms.Form):
    """What is wrong in a percentage, and what it should have been."""

    campo = forms.CharField(
        label=_("Che cosa è sbagliato"),
        required=False,
        max_length=200,
        help_text=_("Per esempio: la natura dell'indicatore 2."),
    )
    prima = forms.CharField(label=_("Com'è scritto"), required=False, max_length=2000)
    dopo = forms.CharField(label=_("Come doveva essere"), required=False, max_length=2000)
    percentuale = CampoPercentuale(label=_("La percentuale che ne segue"), required=True)
    motivo = forms.CharField(
        label=_("Perché è un errore materiale"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("Da che cosa si vede: un atto, la scheda approvata, la fonte del dato."),
    )

    def errore(self) -> Errore:
        c = self.cleaned_data
        percentuale: Decimal = c["percentuale"]
        return Errore(c["campo"], c["prima"], c["dopo"], c["motivo"], percentuale)


class ModuloDecisioneCorrezione(forms.Form):
    """Accepted or refused, and why."""

    revisione = forms.IntegerField(widget=forms.HiddenInput)
    motivazione = forms.CharField(
        label=_("Motivazione"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 3}),
    )
