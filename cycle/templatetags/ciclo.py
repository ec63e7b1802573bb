# SPDX-License-Identifier: AGPL-3.0-or-later
"""How figures, names, days and states are written on a page."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cycle.measure import in_italiano
from cycle.models import Fase, Obiettivo, ObiettivoSpecifico
from workflows.machines import correzione as macchina_correzione
from workflows.machines import insieme as macchina_insieme
from workflows.machines import neutralizzazione as macchina_neutralizzazione
from workflows.machines import obiettivo as macchina_obiettivo
from workflows.machines import relazione as macchina_relazione
from workflows.machines import variazione as macchina_variazione
from workflows.ports import RUOLI

register = template.Library()

ASSENTE = "–"
# Colour is never the only signal: each state has its own icon, and its name is always written.
ICONE_STATI = {
    "bozza": "pencil",
    "proposta": "upload",
    "approvato": "file-signed",
    "in_corso": "clock",
    "rendicontato": "inbox",
    "validato": "check-circle",
    "stralciato": "ban",
    "da_compilare": "pencil",
    "trasmessa": "upload",
    "osservata": "comment",
    "controdedotta": "inbox",
    "validata": "check-circle",
    "riaperta": "restore",
    "in_preparazione": "pencil",
    "in_istruttoria": "inbox",
    "deciso": "file-signed",
    "annullato": "ban",
    "presentata": "upload",
    "istruita": "inbox",
    "irricevibile": "ban",
    "approvata": "file-signed",
    "respinta": "error",
    "ritirata": "restore",
    "segnalata": "warning-circle",
    "accolta": "check-circle",
    "chiesta": "upload",
    "in_giunta": "inbox",
}
NOMI_STATI = (
    dict(macchina_obiettivo.STATI)
    | dict(macchina_relazione.STATI)
    | dict(macchina_insieme.STATI)
    | dict(macchina_variazione.STATI)
    | dict(macchina_correzione.STATI)
    | dict(macchina_neutralizzazione.STATI)
)
# a transition as a button says it
PASSI = {
    "proponi": gettext_lazy("Proponi"),
    "rinvia": gettext_lazy("Rinvia al settore"),
    "approva": gettext_lazy("Registra l'approvazione"),
    "avvia": gettext_lazy("Avvia"),
    "rendiconta": gettext_lazy("Chiudi la rendicontazione"),
    "riapri": gettext_lazy("Riapri"),
    "valida": gettext_lazy("Valida"),
    "stralcia": gettext_lazy("Stralcia"),
    "trasmetti": gettext_lazy("Trasmetti"),
    "osserva": gettext_lazy("Invia le osservazioni"),
    "controdeduci": gettext_lazy("Rispondi al Nucleo"),
    "sottoponi": gettext_lazy("Sottoponi alla giunta"),
    "ritira": gettext_lazy("Ritira dall'istruttoria"),
    "decidi": gettext_lazy("Registra la decisione"),
    "annulla": gettext_lazy("Annulla l'insieme"),
    "presenta": gettext_lazy("Presenta"),
    "ribasa": gettext_lazy("Aggiorna"),
    "rispondi": gettext_lazy("Rispondi"),
    "accogli": gettext_lazy("Decidi"),
    "neutralizza": gettext_lazy("Decidi"),
    "dichiara_irricevibile": gettext_lazy("Dichiara irricevibile"),
    "nucleo": gettext_lazy("Esprimi il parere"),
    "ragioneria": gettext_lazy("Apponi il visto"),
    "replica": gettext_lazy("Replica"),
    "valutazione": gettext_lazy("Valuta"),
}


@register.filter
def cifra(valore: Decimal | date | None, unita: str = "numero") -> str:
    """A target or a value in its unit: `1.234,5`, `66,67 %`, `1.234,50 €`, `Sì`, `30/09/2026`."""
    if valore is None:
        return ASSENTE
    if isinstance(valore, date):
        return f"{valore:%d/%m/%Y}"
    if unita == "si_no":
        return _("Sì") if valore else _("No")
    if unita == "euro":
        return f"{in_italiano(valore, 2)}\u00a0€"
    testo = in_italiano(valore)
    return f"{testo}\u00a0%" if unita == "percentuale" else testo


@register.filter
def ingresso(valore: Decimal | date | int) -> str:
    """An input of an explained formula: a figure, a day, or a count. A score keeps four
    decimals, enough to see what the formula does."""
    if isinstance(valore, date):
        return f"{valore:%d/%m/%Y}"
    decimali = min(4, max(0, -int(Decimal(valore).normalize().as_tuple().exponent)))
    return in_italiano(Decimal(valore), decimali)


@register.filter
def percento(valore: Decimal | None) -> str:
    """A percentage, half-up to two decimals (R75)."""
    return ASSENTE if valore is None else f"{in_italiano(valore, 2)}\u00a0%"


@register.filter
def punti(valore: Decimal) -> str:
    """Percentage points with their sign: +1,50 or −1,50."""
    return f"{'+' if valore >= 0 else '−'}{in_italiano(abs(valore), 2)}"


@register.filter
def intero(valore: int) -> str:
    """A count: `10.000`."""
    return in_italiano(Decimal(valore), 0)


@register.filter
def peso(valore: Decimal | None) -> str:
    """A weight, without idle zeros."""
    return ASSENTE if valore is None else in_italiano(valore)


@register.filter
def nome(valore: object) -> str:
    """COGNOME NOME as people write it; a vacant post says so."""
    testo = str(valore or "")
    if testo in ("", "-"):
        return _("posto vacante") if testo else ASSENTE
    return testo.title() if testo.isupper() else testo


@register.filter
def giorno(valore: date | datetime | None) -> str:
    """`30/09/2026`, in the ente's zone."""
    if valore is None:
        return ASSENTE
    if isinstance(valore, datetime):
        valore = timezone.localtime(valore)
    return f"{valore:%d/%m/%Y}"


@register.filter
def previsto(cosa: Obiettivo | ObiettivoSpecifico | Fase) -> str:
    """The planned dates of a scheda, a specifico or a phase: `01/01/2026 – 31/12/2026`."""
    if cosa.inizio_previsto is None and cosa.fine_prevista is None:
        return ASSENTE
    return f"{giorno(cosa.inizio_previsto)} – {giorno(cosa.fine_prevista)}"


@register.filter
def giorni(quanti: int) -> str:
    """Days in words, from today: late when negative."""
    if quanti == 0:
        return _("oggi")
    if quanti > 0:
        return ngettext("fra %(n)s giorno", "fra %(n)s giorni", quanti) % {"n": quanti}
    return ngettext("%(n)s giorno di ritardo", "%(n)s giorni di ritardo", -quanti) % {"n": -quanti}


@register.filter
def passo(transizione: str) -> str:
    """A transition as a button says it."""
    return str(PASSI.get(transizione, transizione.capitalize()))


@register.filter
def ruoli(codici: str) -> str:
    """Roles in words, from the codes a `Motivo` carries (`po, dirigente`)."""
    return ", ".join(RUOLI.get(r.strip(), r.strip()) for r in codici.split(",") if r.strip())


@register.filter
def voce(dizionario: dict[object, object], chiave: object) -> object:
    """The entry of a dictionary."""
    return dizionario.get(chiave)


@register.simple_tag
def icona(nome: str, classe: str = "icon-sm") -> SafeString:
    """A symbol of Bootstrap Italia's sprite, without `it-`; the words beside it say it."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}#it-{}"></use></svg>',
        classe,
        static("svg/sprites.svg"),
        nome,
    )


@register.simple_tag
def stato(codice: str) -> SafeString:
    """The chip of a state: icon and name."""
    return format_html(
        '<span class="stato stato-{}">{}<span>{}</span></span>',
        codice,
        icona(ICONE_STATI[codice], "icon-xs"),
        NOMI_STATI[codice],
    )
