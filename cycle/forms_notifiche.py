# SPDX-License-Identifier: AGPL-3.0-or-later
"""The form of what a person wants to hear of."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.models import Preferenza

_SCHERMO = _("Sullo schermo: campana e novità")
_EMAIL = _("Per e-mail")


class Preferenze(forms.ModelForm):  # type: ignore[type-arg]
    """A choice for each kind of news and way, and the hour of the digest. What one must do has no
    way out: it is not a field."""

    ora = forms.TypedChoiceField(
        label=_("Ora del riepilogo"),
        coerce=int,
        choices=[(h, f"{h:02d}:00") for h in range(24)],
        help_text=_("Nell'ora dell'ente, una volta al giorno e solo se c'è qualcosa da leggere."),
    )

    class Meta:
        model = Preferenza
        fields = (
            "email_da_fare",
            "schermo_responsabile",
            "email_responsabile",
            "schermo_ha_agito",
            "email_ha_agito",
            "ora",
        )
        labels = {
            "email_da_fare": _EMAIL,
            "schermo_responsabile": _SCHERMO,
            "email_responsabile": _EMAIL,
            "schermo_ha_agito": _SCHERMO,
            "email_ha_agito": _EMAIL,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for campo in self.fields.values():
            if isinstance(campo.widget, forms.Select):
                campo.widget.attrs["class"] = "form-select"

    def motivi(self) -> list[dict[str, Any]]:
        """The fields by kind of news, with what the page says of each."""
        detti = (
            (
                "da_fare",
                _("Tocca a te"),
                _(
                    "Ciò che aspetta un tuo passo, e i suoi termini. Compare sempre sullo "
                    "schermo e arriva almeno nel riepilogo del giorno: un termine può essere "
                    "perentorio."
                ),
            ),
            (
                "responsabile",
                _("Ne sei responsabile"),
                _("Ciò che altri fanno sugli obiettivi di cui rispondi."),
            ),
            (
                "ha_agito",
                _("Hai agito su questo"),
                _("Ciò che succede dopo di te a quello su cui hai agito."),
            ),
        )
        return [
            {
                "titolo": titolo,
                "nota": nota,
                "schermo": self[f"schermo_{c}"] if f"schermo_{c}" in self.fields else None,
                "email": self[f"email_{c}"],
            }
            for c, titolo, nota in detti
        ]
