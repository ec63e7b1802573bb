# SPDX-License-Identifier: AGPL-3.0-or-later
"""The forms of the Nucleo's queue and sitting, and of the settore's answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cycle.coda import Riga
from cycle.models import Osservazione, Persona
from cycle.services.osservazioni import Scritta
from workflows.ports import FattiSeduta, Richiesta

MASSIMO = 20_000


class ModuloCoda(forms.Form):
    """The osservazioni of a settore as they stand in the page: one text for each row."""

    def __init__(self, righe: Sequence[Riga], dati: Any = None) -> None:
        super().__init__(dati)
        self.righe = righe
        for r in righe:
            pid = r.voce.pid
            self.fields[f"testo_{pid}"] = forms.CharField(
                label=_("Osservazione su %(codice)s") % {"codice": r.voce.specifico.codice},
                required=False,
                max_length=MASSIMO,
                initial=r.testo,
            )
            self.fields[f"invita_{pid}"] = forms.BooleanField(required=False, initial=r.invita)
            self.fields[f"parte_{pid}"] = forms.CharField(
                label=_("Perché non si invia su %(codice)s") % {"codice": r.voce.specifico.codice},
                required=False,
                max_length=5000,
            )
            self.fields[f"impronta_{pid}"] = forms.CharField(required=False, max_length=64)
            self.fields[f"revisione_{pid}"] = forms.IntegerField(required=False)

    def letta(self, r: Riga) -> tuple[str, int | None]:
        """The digest of the report and the revisione of the row, as the page had them."""
        c = self.cleaned_data
        return c.get(f"impronta_{r.voce.pid}", ""), c.get(f"revisione_{r.voce.pid}")

    def detta(self, r: Riga) -> bool:
        """Whether something is said."""
        return bool(self.cleaned_data.get(f"testo_{r.voce.pid}", "").strip())

    def cambiata(self, r: Riga) -> bool:
        """Whether the row is no longer as the page showed it."""
        testo = self.cleaned_data.get(f"testo_{r.voce.pid}", "")
        invita = self.cleaned_data.get(f"invita_{r.voce.pid}", False)
        stesso = " ".join(testo.split()) == " ".join(r.testo.split())
        return not stesso or (r.invito is not None and invita != r.invita)

    def perche(self, r: Riga) -> str:
        """Why it is set aside."""
        return str(self.cleaned_data.get(f"parte_{r.voce.pid}", "")).strip()

    def scritta(self, r: Riga, firma: bool, da_parte: bool = False) -> Scritta:
        c = self.cleaned_data
        testo = c.get(f"testo_{r.voce.pid}", "")
        return Scritta(
            # what is set aside keeps what was drafted, whatever stood in the field
            testo=testo.strip() or r.testo if da_parte else testo,
            proposta=r.proposta,
            firma=firma,
            messa_da_parte=self.perche(r) if da_parte else "",
            invita_entro=r.invito if c[f"invita_{r.voce.pid}"] else None,
            revisione=self.letta(r)[1],
        )


class ModuloSeduta(forms.Form):
    """The sitting that validates: when, who was there, who abstained, who dissented."""

    data_seduta = forms.DateField(
        label=gettext_lazy("Data della seduta"),
        required=False,
        widget=forms.DateInput({"type": "date"}),
    )
    presenti = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Presenti"),
        required=False,
        queryset=Persona.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        to_field_name="pid",
    )
    astenuti = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Astenuti"),
        required=False,
        queryset=Persona.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        to_field_name="pid",
    )
    dissensi = forms.CharField(
        label=gettext_lazy("Dissensi"),
        required=False,
        max_length=5000,
        widget=forms.Textarea({"rows": 2}),
    )

    def __init__(self, nucleo: Sequence[Persona], dati: Any = None, oggi: date | None = None):
        super().__init__(dati, initial={"data_seduta": oggi and oggi.isoformat()})
        for nome in ("presenti", "astenuti"):
            campo = self.fields[nome]
            assert isinstance(campo, forms.ModelMultipleChoiceField)
            campo.queryset = Persona.objects.filter(pk__in=[p.pk for p in nucleo])

    def richiesta(self, **dati: Any) -> Richiesta:
        """What the engine is told; what cannot be read is missing, and the guards say it. `dati`
        come from elsewhere on the page: the percentages."""
        c = self.cleaned_data
        return Richiesta(
            seduta=FattiSeduta(
                data=c.get("data_seduta"),
                presenti=frozenset(p.pk for p in c.get("presenti", ())),
                dissensi=c.get("dissensi", ""),
                astenuti=frozenset(p.pk for p in c.get("astenuti", ())),
            ),
            dati=dati,
        )


class ModuloRisposte(forms.Form):
    """The settore's answers, one for each osservazione it received."""

    revisione = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, osservazioni: Sequence[Osservazione], dati: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(dati, **kwargs)
        self.osservazioni = osservazioni
        for o in osservazioni:
            risposta = getattr(o, "risposta", None)
            self.fields[f"risposta_{o.pid}"] = forms.CharField(
                label=_("Risposta su %(codice)s") % {"codice": o.voce.specifico.codice},
                required=False,
                max_length=MASSIMO,
                initial=risposta.testo if risposta else "",
            )

    def risposte(self) -> Mapping[int, str]:
        """By id of the specifico."""
        return {
            o.voce.specifico_id: self.cleaned_data[f"risposta_{o.pid}"] for o in self.osservazioni
        }
