# SPDX-License-Identifier: AGPL-3.0-or-later
"""Forms of the requests of variazione. Like the others they judge no rule."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from cycle.inviti_variazione import Invito
from cycle.models import Allegato, RichiestaVariazione
from cycle.models.variazione import ESITI_VARIAZIONE
from cycle.modulo_atto import ModuloAtto
from cycle.services.decisione import Documento
from cycle.services.tipi_file import TIPI, elenco
from workflows.guards_variazione import LETTERE_ART175
from workflows.ports import FattiAtto

MASSIMO_FILE = 10


class _PiuFile(forms.FileInput):
    allow_multiple_selected = True


class CampoPiuFile(forms.FileField):
    """As many files as were chosen, none included."""

    widget = _PiuFile

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        file = data if isinstance(data, list) else [data] if data else []
        if len(file) > MASSIMO_FILE:
            raise ValidationError(_now("Al massimo %(n)s file per volta.") % {"n": MASSIMO_FILE})
        return [super(CampoPiuFile, self).clean(f) for f in file]


class ModuloMotivi(forms.Form):
    """Why a variazione is asked for: beside the scheda's own form, which says what."""

    da_invito = forms.BooleanField(
        label=_("Risponde all'invito del Nucleo"), required=False, initial=True
    )
    motivazione = forms.CharField(
        label=_("Motivazione della richiesta"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 4}),
    )
    causa_sopravvenuta = forms.CharField(
        label=_("Causa sopravvenuta"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Che cosa è accaduto dopo: necessaria se il termine è passato."),
    )
    effetto_finanziario = forms.BooleanField(
        label=_("Muove risorse: serve il visto della ragioneria"), required=False
    )
    atto_contabile = forms.CharField(
        label=_("Atto contabile"),
        required=False,
        max_length=200,
        help_text=_("Se c'è già: numero e data della variazione di bilancio."),
    )
    tolti = forms.ModelMultipleChoiceField(
        label=_("Allegati da togliere"),
        queryset=Allegato.objects.none(),
        to_field_name="pid",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    nuovi = CampoPiuFile(
        label=_("Aggiungi allegati"),
        required=False,
        widget=_PiuFile(
            {"accept": ",".join(t.estensione for t in TIPI.values()), "multiple": True}
        ),
    )

    def __init__(
        self,
        *args: Any,
        richiesta: RichiestaVariazione | None,
        invito: Invito | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if invito is None:
            del self.fields["da_invito"]
        else:
            self.fields["da_invito"].label = _now(
                "Risponde all'invito del Nucleo del %(giorno)s"
            ) % {"giorno": f"{timezone.localtime(invito.invito.invitato_il):%d/%m/%Y}"}
        self.fields["nuovi"].help_text = _now(
            "%(tipi)s. Conta ciò che il file è, non come si chiama; se ne conserva l'impronta."
        ) % {"tipi": elenco()}
        presenti = Allegato.objects.none()
        if richiesta is not None:
            suoi = richiesta.allegati.order_by().values("allegato")
            presenti = Allegato.objects.filter(pk__in=suoi).order_by("pk")
        self.presenti = list(presenti)
        if self.presenti:
            self.fields["tolti"].queryset = presenti  # type: ignore[attr-defined]
        else:
            del self.fields["tolti"]

    def restano(self) -> list[Allegato]:
        """The files that were there and were not taken away."""
        tolti = {a.pk for a in self.cleaned_data.get("tolti") or ()}
        return [a for a in self.presenti if a.pk not in tolti]

    def documenti(self) -> list[Documento]:
        return [Documento(f.name, f.chunks()) for f in self.cleaned_data.get("nuovi") or ()]


class ModuloPassoVariazione(forms.Form):
    """A step that brings no act: filed, withdrawn, not admitted, rebased. `per` keeps the field
    that the step may need."""

    revisione = forms.IntegerField(widget=forms.HiddenInput)
    motivazione = forms.CharField(
        label=_("Motivazione"),
        required=False,
        max_length=5000,
        widget=forms.Textarea({"rows": 3}),
    )
    atto_contabile = forms.CharField(
        label=_("Atto contabile"),
        required=False,
        max_length=200,
        help_text=_("Numero e data della variazione di bilancio."),
    )

    CON_MOTIVAZIONE = ("ritira", "dichiara_irricevibile")
    CAMPI = {"motivazione_presente": "motivazione"}  # where the reason of a guard is shown

    @classmethod
    def per(cls, nome: str, *args: Any, **kwargs: Any) -> ModuloPassoVariazione:
        modulo = cls(*args, **kwargs)
        if nome not in cls.CON_MOTIVAZIONE:
            del modulo.fields["motivazione"]
        if nome != "atto_contabile":
            del modulo.fields["atto_contabile"]
        return modulo


class ModuloParereVariazione(forms.Form):
    """What somebody says of the request as it was read (`impronta`)."""

    impronta = forms.CharField(max_length=64, widget=forms.HiddenInput)
    esito = forms.ChoiceField(label=_("Esito"), choices=ESITI_VARIAZIONE)
    testo = forms.CharField(
        label=_("Motivazione o osservazioni"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 5}),
        help_text=_("Necessaria se non si è favorevoli."),
    )
    atto_contabile = forms.CharField(
        label=_("Atto contabile"),
        required=False,
        max_length=200,
        help_text=_("Se c'è già: numero e data della variazione di bilancio."),
    )


class ModuloDecisioneVariazione(ModuloAtto):
    """What the giunta decided of one request: the act, and why."""

    parere_tecnico = forms.CharField(
        label=_("Parere di regolarità tecnica"),
        required=False,
        max_length=300,
        help_text=_("Chi lo ha reso e quando (art. 49 TUEL)."),
    )
    parere_contabile = forms.CharField(
        label=_("Parere di regolarità contabile"), required=False, max_length=300
    )
    motivazione = forms.CharField(
        label=_("Motivazione della giunta"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 4}),
    )
    eccezione = forms.CharField(
        label=_("Perché la giunta la ammette fuori termine"),
        required=False,
        max_length=5000,
        widget=forms.Textarea({"rows": 3}),
    )
    lettera_art175 = forms.ChoiceField(
        label=_("Variazione di bilancio a cui è legata (art. 175 c. 3 TUEL)"),
        required=False,
        choices=(
            ("", _("nessuna")),
            *((x, _("lettera %(x)s)") % {"x": x}) for x in LETTERE_ART175),
        ),
        help_text=_("Serve solo se l'atto è successivo al termine di legge."),
    )
    field_order = [
        "revisione",
        "organo",
        "numero",
        "data_atto",
        "esecutivo",
        "parere_tecnico",
        "parere_contabile",
        "motivazione",
        "eccezione",
        "lettera_art175",
        "documento",
    ]

    # where the reason of a guard is shown
    CAMPI = {
        "atto_presente": "numero",
        "pareri_presenti": "parere_tecnico",
        "accoglimento_motivato": "motivazione",
        "diniego_motivato": "motivazione",
        "eccezione_motivata": "eccezione",
        "atto_nei_termini": "data_atto",
        "atto_del_diniego": "numero",
        "documento_leggibile": "documento",
    }

    @classmethod
    def per(
        cls, nome: str, richiesta: RichiestaVariazione, *args: Any, **kwargs: Any
    ) -> ModuloDecisioneVariazione:
        """Its fields, for `approva` or `respingi`."""
        modulo = cls(*args, **kwargs)
        via = set() if richiesta.tardiva else {"eccezione"}
        if nome == "respingi":
            via = {"eccezione", "lettera_art175", "documento", "parere_tecnico"}
            via |= {"parere_contabile", "esecutivo"}
            modulo.fields["numero"].help_text = _(
                "Facoltativo: se la giunta ha respinto con un atto, numero e data."
            )
        for campo in via:
            del modulo.fields[campo]
        return modulo

    def atto_indicato(self) -> FattiAtto | None:
        """The act of a refusal, where one was written."""
        c = self.cleaned_data
        return self.atto() if c["numero"].strip() or c["data_atto"] else None


class ModuloAttoVariazioni(ModuloDecisioneVariazione):
    """One act over several requests: what is the same for all of them."""

    avanzamento = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, tardive: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["revisione"]
        self.fields["numero"].help_text = _(
            "Facoltativo se la giunta ha respinto tutto senza un atto."
        )
        self.fields["motivazione"].label = _("Motivazione delle approvate")
        self.fields["motivazione"].help_text = _(
            "Vale per tutte; accanto a ogni richiesta se ne può scrivere una sua."
        )
        if not tardive:
            del self.fields["eccezione"]


class ModuloVoceDecisa(forms.Form):
    """What becomes of one request in an act that decides several."""

    APPROVA, RESPINGI = "approva", "respingi"

    revisione = forms.IntegerField(widget=forms.HiddenInput)
    esito = forms.ChoiceField(
        label=_("La giunta"),
        choices=((APPROVA, _("approva")), (RESPINGI, _("respinge"))),
        widget=forms.RadioSelect,
        initial=APPROVA,
    )
    motivazione = forms.CharField(
        label=_("Motivazione"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Necessaria se respinge."),
    )


class ModuloInvito(forms.Form):
    """The Nucleo invites the settore to ask for a variazione (R39)."""

    testo = forms.CharField(
        label=_("Che cosa non va, e che cosa si suggerisce di variare"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 5}),
    )
    entro = forms.DateField(
        label=_("Da chiedere entro il"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Di solito il termine delle richieste. L'invito non lo sposta."),
    )


class ModuloRispostaInvito(forms.Form):
    """The settore answers that it will not ask for a variazione, and why."""

    risposta = forms.CharField(
        label=_("Perché non si chiede la variazione"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 4}),
    )
