# SPDX-License-Identifier: AGPL-3.0-or-later
"""Forms of the neutralizzazione (R62). Like the others they judge no rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from cycle.forms_nucleo import ModuloSeduta
from cycle.forms_variazioni import CampoPiuFile
from cycle.models import Indicatore, Obiettivo, ObiettivoSpecifico
from cycle.modulo_atto import ModuloAtto
from cycle.services.decisione import Documento
from cycle.services.neutralizzazioni import Domanda
from cycle.services.tipi_file import TIPI, elenco
from workflows.ports import Richiesta

TUTTO = "tutto"


class ModuloNeutralizza(forms.Form):
    """What is to be set aside, for what cause, on what proof."""

    parte = forms.ChoiceField(label=_("Che cosa"), help_text=_("Tutto l'obiettivo o una parte."))
    causa = forms.CharField(
        label=_("Neutralizzato per"),
        required=False,
        max_length=200,
        help_text=_("La causa in poche parole, per esempio: l'alluvione del 12 maggio."),
    )
    motivo = forms.CharField(
        label=_("Perché non si poteva prevedere né evitare"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 4}),
    )
    documenti = CampoPiuFile(
        label=_("Documenti che lo provano"),
        required=False,
        widget=CampoPiuFile.widget(
            {"accept": ",".join(t.estensione for t in TIPI.values()), "multiple": True}
        ),
    )

    def __init__(self, obiettivo: Obiettivo, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        campo = self.fields["parte"]
        assert isinstance(campo, forms.ChoiceField)
        campo.choices = [(TUTTO, _now("Tutto l'obiettivo")), *_parti(obiettivo)]
        self.fields["documenti"].help_text = _now(
            "Almeno uno. %(tipi)s. Se ne conserva l'impronta."
        ) % {"tipi": elenco()}

    def domanda(self) -> Domanda:
        c = self.cleaned_data
        genere, _trattino, pk = c["parte"].partition("-")
        return Domanda(
            causa=c["causa"],
            motivo=c["motivo"],
            documenti=[Documento(f.name, f.chunks()) for f in c.get("documenti") or ()],
            specifico=int(pk) if genere == "s" else None,
            indicatore=int(pk) if genere == "i" else None,
        )


def _parti(obiettivo: Obiettivo) -> Sequence[tuple[str, str]]:
    """Each specifico, and below it its indicators."""
    indicatori: dict[int, list[tuple[str, str]]] = {}
    for i in Indicatore.objects.filter(obiettivo=obiettivo).order_by("ordine"):
        indicatori.setdefault(i.specifico_id, []).append((f"i-{i.pk}", f"\u2003{i.nome[:120]}"))
    trovate: list[tuple[str, str]] = []
    for s in ObiettivoSpecifico.objects.filter(obiettivo=obiettivo).order_by("ordine"):
        trovate += [(f"s-{s.pk}", f"{s.codice} {s.titolo[:120]}"), *indicatori.get(s.pk, ())]
    return trovate


class _Motivata(forms.Form):
    revisione = forms.IntegerField(widget=forms.HiddenInput)
    motivazione = forms.CharField(
        label=_("Motivazione"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 3}),
    )


class ModuloRitira(forms.Form):
    """What was asked is taken back: nothing is to be said."""

    revisione = forms.IntegerField(widget=forms.HiddenInput)

    def richiesta(self) -> Richiesta:
        return Richiesta()


class ModuloNucleoNeutralizza(ModuloSeduta, _Motivata):
    """What the Nucleo decides, and in which sitting."""

    field_order = ("revisione", "motivazione", "data_seduta", "presenti", "astenuti", "dissensi")

    def richiesta(self, **dati: Any) -> Richiesta:
        motivazione = self.cleaned_data.get("motivazione", "")
        return replace(super().richiesta(**dati), motivazione=motivazione)


class ModuloGiuntaNeutralizza(ModuloAtto, _Motivata):
    """What the giunta decides, by which act."""

    documento = None  # type: ignore[assignment]
    parere_tecnico = forms.CharField(
        label=_("Parere di regolarità tecnica"),
        required=False,
        max_length=300,
        help_text=_("Chi lo ha reso e quando."),
    )
    field_order = (
        *("revisione", "motivazione", "organo", "numero", "data_atto", "esecutivo"),
        "parere_tecnico",
    )

    def richiesta(self) -> Richiesta:
        atto = self.atto()
        return Richiesta(
            self.cleaned_data.get("motivazione", ""),
            atto=atto if atto.numero or atto.data else None,
        )
