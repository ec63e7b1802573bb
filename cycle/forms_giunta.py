# SPDX-License-Identifier: AGPL-3.0-or-later
"""Forms of the sets that go to the giunta. Like the others they judge no rule."""

from __future__ import annotations

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from cycle.models.insieme import ESITI_PARERE
from cycle.modulo_atto import ModuloAtto


class ModuloInsieme(forms.Form):
    """A new set."""

    nome = forms.CharField(label=_("Nome dell'insieme"), max_length=200)


class ModuloPasso(forms.Form):
    """A step of the set that brings no act."""

    revisione = forms.IntegerField(widget=forms.HiddenInput)
    motivazione = forms.CharField(
        label=_("Motivazione"),
        required=False,
        max_length=5000,
        widget=forms.Textarea({"rows": 3}),
    )


class ModuloParere(forms.Form):
    """A parere on the set as it was read (`impronta`)."""

    impronta = forms.CharField(max_length=64, widget=forms.HiddenInput)
    esito = forms.ChoiceField(label=_("Esito"), choices=ESITI_PARERE)
    testo = forms.CharField(
        label=_("Motivazione o prescrizioni"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 5}),
        help_text=_("Necessaria se il parere è contrario o non dovuto."),
    )


class ModuloDecisione(ModuloAtto):
    """What the giunta decided: the act, and what becomes of each objective."""

    TUTTI, PRONTI = "tutti", "pronti"

    avanzamento = forms.UUIDField(widget=forms.HiddenInput, required=False)
    quali = forms.ChoiceField(
        label=_("Si approvano"),
        choices=(
            (TUTTI, _("tutti: se a uno manca qualcosa, non se ne approva nessuno")),
            (PRONTI, _("quelli a cui non manca nulla; gli altri tornano al settore")),
        ),
        widget=forms.RadioSelect,
        initial=TUTTI,
    )
    rinviati = forms.CharField(
        label=_("Obiettivi che la giunta rinvia"),
        required=False,
        max_length=20_000,
        help_text=_("Codici separati da una virgola. Tornano in bozza al settore."),
    )
    motivo_rinvio = forms.CharField(
        label=_("Motivo del rinvio"),
        required=False,
        max_length=5000,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Necessario se qualche obiettivo torna al settore."),
    )
    motivazione = forms.CharField(
        label=_("Motivazione della giunta"),
        required=False,
        max_length=5000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Necessaria se la giunta si discosta da un parere contrario."),
    )
    field_order = [
        "revisione",
        "avanzamento",
        "organo",
        "numero",
        "data_atto",
        "esecutivo",
        "quali",
        "rinviati",
        "motivo_rinvio",
        "motivazione",
        "documento",
    ]

    # where the reason of a guard is shown
    CAMPI = {
        "atto_presente": "numero",
        "motivazione_presente": "motivo_rinvio",
        "parere_contrario_superato": "motivazione",
        "qualcosa_si_approva": "rinviati",
        "documento_leggibile": "documento",
    }

    def codici_rinviati(self) -> list[str]:
        """The codes as they were typed, once each."""
        return list(
            dict.fromkeys(c for c in re.split(r"[\s,;]+", self.cleaned_data["rinviati"]) if c)
        )
