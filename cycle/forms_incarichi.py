# SPDX-License-Identifier: AGPL-3.0-or-later
"""Forms of incarichi: giving, delegating, ending. Days become instants in the ente's zone: the
first and the last day belong to the incarico. What is missing, the services say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cycle.generi import verosimile
from cycle.incarichi import nome_permesso
from cycle.models import Ente, Incarico, Persona, UnitaOrganizzativa
from cycle.permissions import delegabili
from workflows.ports import RUOLI

_GIORNO = {"type": "date"}


class SceltaPersona(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Somebody of the ente; a vacant post is nobody."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Persona.objects.none(), to_field_name="pid", **kwargs)

    def dell_ente(self, ente: Ente) -> None:
        self.queryset = Persona.objects.filter(ente=ente, segnaposto=False).order_by(
            "nome_completo"
        )


class SceltaUnita(forms.ModelChoiceField):  # type: ignore[type-arg]
    """An open unit of the ente, indented as the chart is; `sotto` keeps those at or below some
    paths."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=UnitaOrganizzativa.objects.none(), to_field_name="pid", **kwargs)

    def dell_ente(self, ente: Ente, sotto: Iterable[str] = ("/",)) -> None:
        unita: QuerySet[UnitaOrganizzativa] = UnitaOrganizzativa.objects.filter(
            ente=ente, al__isnull=True
        ).order_by("percorso")
        ammesse = [u.pk for u in unita if any(u.percorso.startswith(p) for p in sotto)]
        self.queryset = unita.filter(pk__in=ammesse)

    def label_from_instance(self, obj: UnitaOrganizzativa) -> str:
        livello = obj.percorso.count("/") - 2
        return "\u2003" * livello + (
            obj.nome if livello else _("%(ente)s (tutto l'ente)") % {"ente": obj.nome}
        )


def _data(etichetta: Any, aiuto: Any = "") -> forms.DateField:
    return forms.DateField(
        label=etichetta,
        help_text=aiuto,
        required=False,
        validators=[verosimile],
        widget=forms.DateInput(_GIORNO, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Non è una data: scriverla come 30/09/2026.")},
    )


class _Modulo(forms.Form):
    """What the forms share: whose ente, and now."""

    def __init__(self, ente: Ente, istante: datetime, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fuso = ZoneInfo(ente.fuso)
        self.istante = istante
        for campo in self.fields.values():
            if isinstance(campo, SceltaPersona | SceltaUnita):
                campo.dell_ente(ente)

    def _mezzanotte(self, giorno: date) -> datetime:
        return datetime.combine(giorno, time(), self.fuso)

    def inizio(self, campo: str, *, da_adesso: bool = False) -> datetime:
        """When the day begins; of today, with `da_adesso`, this instant. No day: now."""
        giorno = self.cleaned_data[campo]
        if giorno is None:
            return self.istante
        if da_adesso and giorno == self.istante.astimezone(self.fuso).date():
            return self.istante
        return self._mezzanotte(giorno)

    def fine(self, campo: str) -> datetime | None:
        """The first instant after the day."""
        giorno = self.cleaned_data[campo]
        return self._mezzanotte(giorno + timedelta(days=1)) if giorno else None


class ModuloConferimento(_Modulo):
    """Giving a role on a unit."""

    persona = SceltaPersona(label=gettext_lazy("Persona"))
    ruolo = forms.ChoiceField(label=gettext_lazy("Ruolo"), choices=list(RUOLI.items()))
    unita = SceltaUnita(
        label=gettext_lazy("Unità"), help_text=gettext_lazy("Vale anche per le unità sotto.")
    )
    interim = forms.BooleanField(
        label=gettext_lazy("Ad interim"),
        required=False,
        help_text=gettext_lazy("In sostituzione del titolare, che manca."),
    )
    dal = _data(gettext_lazy("Dal"), gettext_lazy("Compreso. Vuoto: da adesso."))
    fino_al = _data(gettext_lazy("Fino al"), gettext_lazy("Compreso. Vuoto: senza scadenza."))
    atto = forms.CharField(
        label=gettext_lazy("Atto di conferimento"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Tipo, numero e data: decreto sindacale n. 4 del 12/01/2026."),
    )
    motivo = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=2000)


class ModuloDelega(_Modulo):
    """Passing on part of an incarico of one's own; `propri` are those that may be."""

    delegante = forms.ModelChoiceField(
        label=gettext_lazy("Incarico che si delega"),
        queryset=Incarico.objects.none(),
        to_field_name="pid",
        empty_label=None,
    )
    persona = SceltaPersona(label=gettext_lazy("A chi"))
    unita = SceltaUnita(
        label=gettext_lazy("Su quale unità"),
        help_text=gettext_lazy("La propria, o una sotto."),
    )
    ambito = forms.MultipleChoiceField(
        label=gettext_lazy("Che cosa può fare"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    motivo = forms.CharField(
        label=gettext_lazy("Motivo"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("Le ragioni di servizio."),
    )
    dal = _data(gettext_lazy("Dal"), gettext_lazy("Compreso. Vuoto: da adesso."))
    fino_al = _data(gettext_lazy("Fino al"), gettext_lazy("Compreso."))
    atto = forms.CharField(
        label=gettext_lazy("Atto di delega"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Tipo, numero e data: nota prot. 1042 del 12/01/2026."),
    )

    def __init__(
        self, ente: Ente, istante: datetime, propri: Sequence[Incarico], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(ente, istante, *args, **kwargs)
        delegante, unita, ambito = (self.fields[n] for n in ("delegante", "unita", "ambito"))
        assert isinstance(delegante, forms.ModelChoiceField)
        assert isinstance(unita, SceltaUnita)
        assert isinstance(ambito, forms.MultipleChoiceField)
        delegante.queryset = Incarico.objects.filter(pk__in=[i.pk for i in propri]).select_related(
            "unita", "persona"
        )
        unita.dell_ente(ente, [i.unita.percorso for i in propri])
        quali = dict.fromkeys(p for i in propri for p in delegabili(i.ruolo))
        ambito.choices = [(p, nome_permesso(p)) for p in quali]


class ModuloCessazione(_Modulo):
    """Ending an incarico."""

    ultimo_giorno = _data(
        gettext_lazy("Ultimo giorno"), gettext_lazy("Compreso. Vuoto: cessa adesso.")
    )
    atto = forms.CharField(
        label=gettext_lazy("Atto di cessazione"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Tipo, numero e data."),
    )
    motivo = forms.CharField(
        label=gettext_lazy("Motivo"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 2}),
    )
