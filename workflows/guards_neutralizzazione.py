# SPDX-License-Identifier: AGPL-3.0-or-later
"""Guards of the neutralizzazione (R62-R63): who decides, until when, on what proof."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from workflows.guards import Mancanza, guardia
from workflows.ports import Attore, Fascicolo, FattiNeutralizzazione

NUCLEO, GIUNTA, NESSUNO = "nucleo_decide", "nucleo_propone_giunta_decide", "off"


def _di(f: Fascicolo) -> FattiNeutralizzazione:
    return f.neutralizzazione or FattiNeutralizzazione()


@guardia("R62", "controllo")
def neutralizzazione_prevista(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """L'ente neutralizza: qualcuno, in quell'anno, lo decide."""
    if _di(f).decide == NESSUNO:
        yield (
            _("Nel %(anno)s non si neutralizza: così dicono i parametri dell'anno.")
            % {"anno": f.anno},
            _("Scrivere le ragioni nella relazione: il Nucleo ne tiene conto quando valida."),
        )


@guardia("R62", "nucleo")
def decide_il_nucleo(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Decide il Nucleo, dove l'ente lo ha stabilito."""
    if _di(f).decide != NUCLEO:
        yield (
            _("In quest'anno neutralizza la giunta, su proposta del Nucleo."),
            _("Proporlo alla giunta."),
        )


@guardia("R62", "nucleo")
def decide_la_giunta(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Decide la giunta, dove l'ente lo ha stabilito."""
    if _di(f).decide != GIUNTA:
        yield (
            _("In quest'anno neutralizza il Nucleo, in seduta."),
            _("Decidere in seduta, senza passare dalla giunta."),
        )


@guardia("R62", "nucleo")
def prima_della_validazione(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """L'obiettivo è approvato, e la relazione dell'ultimo periodo non è ancora validata."""
    if f.anno_chiuso:
        yield (
            _("Il %(anno)s è chiuso: non si neutralizza più.") % {"anno": f.anno},
            _("Un errore materiale si corregge: segnalarlo dalla relazione."),
        )
    elif f.stato_obiettivo not in ("approvato", "in_corso", "rendicontato"):
        yield (
            _("L'obiettivo si trova in «%(stato)s»: si neutralizza ciò che è in vigore.")
            % {"stato": f.stato_obiettivo.replace("_", " ")},
            _("Se è già validato, il Nucleo lo riapre con una motivazione."),
        )
    else:
        ultimo = max(f.periodi, key=lambda p: p.ordine, default=None)
        if ultimo and any(
            r.stato == "validata" for r in f.relazioni if r.periodo.codice == ultimo.codice
        ):
            yield (
                _("La relazione del periodo %(periodo)s è già validata.")
                % {"periodo": ultimo.codice},
                _("Il Nucleo la riapre, con una motivazione, e decide prima di validarla."),
            )


@guardia("R62", "dirigente", del_modulo=True)
def cause_con_documenti(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """C'è la causa, perché non si poteva prevedere né evitare, e almeno un documento."""
    n = _di(f)
    if not n.causa or not n.motivo:
        yield (
            _("Manca la causa, o perché non si poteva prevedere né evitare."),
            _("Scrivere che cosa è successo, e perché non dipende dal settore."),
        )
    if not n.documenti:
        yield (
            _("Manca un documento che provi la causa."),
            _("Allegarne almeno uno: un atto, un verbale, una comunicazione."),
        )


@guardia("R62", "dirigente", conflitto=True)
def una_alla_volta(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Della stessa cosa non ce n'è già una aperta, né una accolta."""
    if gia := _di(f).gia:
        yield (
            _("Di %(oggetto)s c'è già una neutralizzazione: «%(stato)s».")
            % {"oggetto": _di(f).oggetto, "stato": gia},
            _("Guardare quella; se non è decisa, la si può ritirare."),
        )


# What must hold for one to be asked for at all: where it is born there is no transition.
PER_CHIEDERE = (neutralizzazione_prevista, prima_della_validazione, cause_con_documenti)


@guardia("R57", "nucleo", di_persona=True)
def non_chi_l_ha_chiesta(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Chi ha agito per il settore, o l'ha chiesta per il settore, non la decide."""
    n = _di(f)
    in_gioco = ({a.persona_id} | {i.per_conto_di for i in a.incarichi}) - {None}
    contrari = f.agito_per_il_settore | (
        frozenset() if n.d_ufficio or n.chiesta_da is None else {n.chiesta_da}
    )
    if in_gioco & contrari:
        yield (
            _("%(nome)s ha agito per il settore su questo obiettivo: non decide.")
            % {"nome": a.nome},
            _("Far decidere da un'altra persona."),
        )


@guardia("R62", "dirigente", di_persona=True)
def ritira_chi_l_ha_chiesta(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """La ritira chi l'ha chiesta: il settore la sua, il Nucleo quella promossa d'ufficio."""
    del_nucleo = "nucleo" in a.ruoli()
    if del_nucleo != _di(f).d_ufficio:
        yield (
            _("L'ha promossa il Nucleo: la ritira il Nucleo.")
            if _di(f).d_ufficio
            else _("L'ha chiesta il settore: la ritira il settore."),
            _("Chiedere a chi l'ha chiesta; chi decide può respingerla, con una motivazione."),
        )
