# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the steps of a neutralizzazione write beside its state: sitting or act, the decision, and
the computed percentages of what is not validated yet (R62)."""

from __future__ import annotations

from cycle import canonico, effetti_nucleo
from cycle.models import Atto, Neutralizzazione, RelazioneSemestrale
from workflows.machines.relazione import IN_ESAME
from workflows.ports import Azione


def rimetti(azione: Azione) -> None:
    """The Nucleo proposes it in a sitting."""
    Neutralizzazione.objects.filter(pk__in=_ids(azione)).update(
        seduta=effetti_nucleo.seduta(azione),
        motivazione_nucleo=azione.richiesta.motivazione.strip(),
    )


def accogli(azione: Azione) -> None:
    """The Nucleo neutralises in a sitting."""
    Neutralizzazione.objects.filter(pk__in=_ids(azione)).update(
        seduta=effetti_nucleo.seduta(azione)
    )
    _decidi(azione)
    _ricalcola(azione)


def delibera(azione: Azione) -> None:
    """The Atto of the giunta; its digest says what it neutralises and why."""
    dati = azione.richiesta.atto
    if dati is None or dati.data is None or azione.atto_id is None:
        raise ValueError("una delibera senza atto")
    neutralizzate: list[Neutralizzazione] = [p.oggetto for p in azione.passi]
    fatti = azione.passi[0].fascicolo
    testo = canonico.testo(
        {
            "schema": canonico.SCHEMA,
            "ente": fatti.ente,
            "anno": fatti.anno,
            "organo": dati.organo,
            "numero": dati.numero,
            "data": dati.data,
            "neutralizza": [
                {
                    "obiettivo": p.fascicolo.codice,
                    "oggetto": p.fascicolo.neutralizzazione.oggetto
                    if p.fascicolo.neutralizzazione
                    else "",
                    "causa": p.oggetto.causa,
                }
                for p in azione.passi
            ],
        }
    )
    Atto(
        pk=azione.atto_id,
        ente_id=azione.attore.ente_id,
        ciclo_id=neutralizzate[0].obiettivo.ciclo_id,
        tipo="neutralizza",
        organo=dati.organo,
        numero=dati.numero,
        data=dati.data,
        esecutivo=dati.esecutivo,
        parere_tecnico=dati.parere_tecnico,
        parere_contabile=dati.parere_contabile,
        digest=canonico.impronta(testo),
    ).save(force_insert=True)
    _decidi(azione)
    _ricalcola(azione)


def respingi(azione: Azione) -> None:
    """Refused by the Nucleo in a sitting."""
    Neutralizzazione.objects.filter(pk__in=_ids(azione)).update(
        seduta=effetti_nucleo.seduta(azione)
    )
    _decidi(azione)


def nega(azione: Azione) -> None:
    """Refused by the giunta."""
    _decidi(azione)


def _ricalcola(azione: Azione) -> None:
    """As if it stood already: the computed percentages of the reports submitted and not validated,
    and of their objectives. What is validated stays as it was (R31)."""
    relazioni = list(
        RelazioneSemestrale.objects.filter(
            obiettivo__in={p.oggetto.obiettivo_id for p in azione.passi}, stato__in=IN_ESAME
        ).select_related("obiettivo__ciclo", "periodo")
    )
    effetti_nucleo.calcola(relazioni, _ids(azione))


def _decidi(azione: Azione) -> None:
    Neutralizzazione.objects.filter(pk__in=_ids(azione)).update(
        decisa_da=azione.attore.persona_id,
        decisa_il=azione.istante,
        motivazione_decisione=azione.richiesta.motivazione.strip(),
    )


def _ids(azione: Azione) -> list[int]:
    return [p.oggetto.pk for p in azione.passi]
