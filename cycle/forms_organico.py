# SPDX-License-Identifier: AGPL-3.0-or-later
"""Forms of the organico: a workbook, a unit, a person, the incarichi of who a plan names."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cycle.generi import verosimile
from cycle.importers.fogli.dichiarazione import Colonna
from cycle.importers.fogli.valori import NonValido, converti
from cycle.models import Persona, UnitaOrganizzativa
from cycle.models.accesso import MASSIMO_EMAIL
from cycle.organico import Proposto
from workflows.ports import RUOLI

MASSIMO_FILE = 3 * 1024 * 1024  # in base64 it comes back with the confirmation
_GIORNO = {"type": "date"}
_COLONNA_EMAIL = Colonna("email", "E-mail", "email", massimo=MASSIMO_EMAIL)


class CampoEmail(forms.CharField):
    """An address as the workbook reads it, too; empty when there is none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=MASSIMO_EMAIL,
            required=False,
            widget=forms.TextInput({"inputmode": "email", "autocomplete": "off"}),
            **kwargs,
        )

    def clean(self, value: Any) -> str:
        testo = super().clean(value)
        if not testo:
            return ""
        try:
            return str(converti(testo, "", _COLONNA_EMAIL).valore)
        except NonValido as errore:
            raise ValidationError(f"{errore.messaggio} {errore.rimedio}") from None


class ModuloFile(forms.Form):
    """A workbook: chosen from a folder, or the one that was just previewed and comes back."""

    file = forms.FileField(required=False, label=gettext_lazy("File .xlsx"), max_length=200)
    contenuto = forms.CharField(required=False, widget=forms.HiddenInput, strip=False)
    vista = forms.CharField(required=False, widget=forms.HiddenInput, max_length=64)

    def clean(self) -> dict[str, Any]:
        dati = super().clean() or {}
        file = dati.get("file")
        if file is not None:
            if file.size > MASSIMO_FILE:
                raise ValidationError(
                    _("Il file è troppo grande: il massimo è 3 MB. Togliere ciò che non serve, o "
                      "caricarlo con «manage.py ente organico».")
                )  # fmt: skip
            dati["byte"] = file.read()
        elif dati.get("contenuto"):
            try:
                dati["byte"] = base64.b64decode(dati["contenuto"], validate=True)
            except (binascii.Error, ValueError):
                raise ValidationError(
                    _("L'anteprima è rovinata: scegliere di nuovo il file.")
                ) from None
        elif "file" not in self.errors:
            raise ValidationError(_("Scegliere il file compilato."))
        return dati


class ModuloUnita(forms.Form):
    """The name of a unit."""

    nome = forms.CharField(label=gettext_lazy("Nome"), max_length=300)


class ModuloChiusura(forms.Form):
    """The last day of a unit, and the one that takes its place."""

    ultimo_giorno = forms.DateField(
        label=gettext_lazy("Ultimo giorno"),
        widget=forms.DateInput(_GIORNO),
        validators=[verosimile],
    )
    succede = forms.BooleanField(
        label=gettext_lazy("Il giorno dopo se ne apre un'altra, che le succede"),
        required=False,
        initial=True,
    )
    codice = forms.CharField(
        label=gettext_lazy("Codice della nuova"), max_length=40, required=False
    )
    nome_nuova = forms.CharField(
        label=gettext_lazy("Nome della nuova"), max_length=300, required=False
    )
    padre = forms.ModelChoiceField(
        label=gettext_lazy("Sotto quale unità"),
        queryset=UnitaOrganizzativa.objects.none(),
        to_field_name="pid",
    )

    def __init__(self, unita: UnitaOrganizzativa, dati: Any = None, **kwargs: Any) -> None:
        super().__init__(
            dati,
            initial={
                "codice": unita.codice,
                "nome_nuova": unita.nome,
                "padre": unita.padre and unita.padre.pid,
                "succede": True,
            },
            **kwargs,
        )
        campo = self.fields["padre"]
        assert isinstance(campo, forms.ModelChoiceField)
        campo.queryset = (
            UnitaOrganizzativa.objects.filter(ente_id=unita.ente_id, al__isnull=True)
            .exclude(percorso__startswith=unita.percorso)
            .order_by("percorso")
        )

    def clean(self) -> dict[str, Any]:
        dati = super().clean() or {}
        if dati.get("succede"):
            for nome in ("codice", "nome_nuova"):
                if not dati.get(nome) and nome not in self.errors:
                    self.add_error(nome, _("Serve per aprire la nuova unità."))
        return dati


class ModuloPersona(forms.Form):
    """A person's data, as the ente has them."""

    nome = forms.CharField(label=gettext_lazy("Cognome e nome"), max_length=200)
    email = CampoEmail(label=gettext_lazy("E-mail"))
    matricola = forms.CharField(label=gettext_lazy("Matricola"), max_length=40, required=False)
    inquadramento = forms.CharField(
        label=gettext_lazy("Inquadramento"), max_length=100, required=False
    )

    @classmethod
    def di(cls, persona: Persona, email: str, dati: Any = None) -> ModuloPersona:
        """The form of somebody who is there."""
        return cls(
            dati,
            initial={
                "nome": persona.nome_completo.title(),
                "email": email,
                "matricola": persona.matricola,
                "inquadramento": persona.inquadramento,
            },
        )


class ModuloDelPiano(forms.Form):
    """Which of the people a plan names are given the incarico proposed, by which act."""

    atto = forms.CharField(
        label=gettext_lazy("Atto"),
        max_length=200,
        help_text=gettext_lazy("Tipo, numero e data: vale per tutti quelli scelti."),
    )
    dal = forms.DateField(
        label=gettext_lazy("Dal"), widget=forms.DateInput(_GIORNO), validators=[verosimile]
    )

    def __init__(self, proposti: Sequence[Proposto], dati: Any = None, **kwargs: Any) -> None:
        super().__init__(dati, **kwargs)
        self.righe: list[tuple[Proposto, forms.BoundField, forms.BoundField, forms.BoundField]] = []
        for p in proposti:
            chi = f"{p.persona.pid}"
            self.fields[f"scelto_{chi}"] = forms.BooleanField(
                required=False, label=_("Conferisci a %(chi)s") % {"chi": p.persona}
            )
            self.fields[f"ruolo_{chi}"] = forms.ChoiceField(
                choices=[(r, RUOLI[r]) for r in ("dirigente", "po")],
                initial=p.ruolo,
                required=False,
                label=_("Ruolo di %(chi)s") % {"chi": p.persona},
            )
            self.fields[f"email_{chi}"] = CampoEmail(
                initial=p.email, label=_("E-mail di %(chi)s") % {"chi": p.persona}
            )
            self.righe.append(
                (p, self[f"scelto_{chi}"], self[f"ruolo_{chi}"], self[f"email_{chi}"])
            )

    def scelti(self) -> list[tuple[Proposto, str, str]]:
        """Who was chosen, with role and address, once the form is clean."""
        return [
            (
                p,
                self.cleaned_data[f"ruolo_{p.persona.pid}"] or p.ruolo,
                self.cleaned_data[f"email_{p.persona.pid}"],
            )
            for p, *_campi in self.righe
            if self.cleaned_data[f"scelto_{p.persona.pid}"]
        ]
