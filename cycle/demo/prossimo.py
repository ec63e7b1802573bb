# SPDX-License-Identifier: AGPL-3.0-or-later
"""The year after, in planning while this one runs: opened in October, its programmes carried, some
settori further than others with their proposals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from cycle import permissions
from cycle.apertura import predefinite
from cycle.bozze.lettura import leggi
from cycle.bozze.rubrica import rubrica
from cycle.models import Ciclo, Ente, Incarico, Obiettivo, UnitaOrganizzativa
from cycle.parametri import Parametri
from cycle.scritta import IndicatoreScritto, SchedaScritta, SpecificoScritto
from cycle.services import programmi, schede
from cycle.services.anno import apri
from cycle.services.copia import DA_COPIARE, copia_da_anno_scorso
from cycle.services.transizioni import esegui
from workflows.ports import Attore, FattiAtto, Richiesta

# How many objectives a settore carries on, and how many of them it has proposed already.
_RIPRESI = (7, 6, 5)
_PROPOSTI = (4, 2, 0)


def prepara_prossimo(
    ente: Ente, anno: int, istante: datetime, racconta: Callable[[str], None]
) -> None:
    """The proposals for the year after `anno`, as far as the calendar has come at `istante`;
    nothing before October."""
    if istante < _giorno(anno, 10, 5):
        return
    racconta(f"{ente.nome}: proposte per il {anno + 1}")
    controllo = _di_ruolo(ente, "controllo", _giorno(anno, 10, 5))
    parametri = Parametri(
        smvp_versione=f"deliberazione di giunta n. 188 del 18/12/{anno - 2}",
        smvp_parere=f"Nucleo di valutazione, 11/12/{anno - 2}",
    )
    apri(
        ente=ente,
        anno=anno + 1,
        parametri=parametri,
        righe=predefinite(anno + 1, parametri),
        atto=FattiAtto("158", date(anno, 10, 2)),
        by=controllo,
        istante=_giorno(anno, 10, 5),
        canale="comando",
    )
    ciclo = Ciclo.objects.select_related("ente").get(ente=ente, anno=anno + 1)
    programmi.riporta(ciclo=ciclo, by=controllo, istante=_giorno(anno, 10, 6))
    settori = UnitaOrganizzativa.objects.filter(ente=ente, tipo="settore").order_by("codice")
    for n, (settore, quanti, proposti) in enumerate(
        zip(settori, _RIPRESI, _PROPOSTI, strict=False)
    ):
        if istante >= _giorno(anno, 10, 12 + n):
            _settore(ciclo, settore, quanti, proposti, istante, n)


def _settore(
    ciclo: Ciclo, settore: UnitaOrganizzativa, quanti: int, proposti: int, istante: datetime, n: int
) -> None:
    anno = ciclo.anno - 1
    inizio = _giorno(anno, 10, 12 + n)
    incarico = Incarico.objects.filter(unita=settore, ruolo="dirigente", al__isnull=True).first()
    if incarico is None:
        return
    dirigente = permissions.attore(ciclo.ente_id, incarico.persona_id, inizio)
    vecchi = list(
        Obiettivo.objects.filter(
            ciclo__ente=ciclo.ente_id,
            ciclo__anno=anno,
            stato__in=DA_COPIARE,
            unita__percorso__startswith=settore.percorso,
        )
        .select_related("unita", "ciclo")
        .order_by("codice")[:quanti]
    )
    nuovi = copia_da_anno_scorso(ciclo=ciclo, vecchi=vecchi, by=dirigente, istante=inizio)
    _lascia_a_meta(ciclo, nuovi[-1:], dirigente, inizio)
    _nuova(ciclo, settore, dirigente, inizio)
    quando = _giorno(anno, 11, 3 + n)
    da_proporre = [o.pk for o in nuovi[:proposti]]
    if not da_proporre or istante < quando:
        return
    esegui(
        procedura="obiettivo",
        transizione="proponi",
        ids=da_proporre,
        by=permissions.attore(ciclo.ente_id, incarico.persona_id, quando),
        istante=quando,
    )
    dopo = _giorno(anno, 11, 10)
    if n == 0 and istante >= dopo:
        esegui(
            procedura="obiettivo",
            transizione="rinvia",
            ids=da_proporre[-1:],
            by=_di_ruolo(ciclo.ente, "controllo", dopo),
            istante=dopo,
            richiesta=Richiesta(
                motivazione="I target ripetono quelli di quest'anno: indicare che cosa migliora."
            ),
        )


def _lascia_a_meta(
    ciclo: Ciclo, nuovi: list[Obiettivo], dirigente: Attore, istante: datetime
) -> None:
    """The last one somebody has begun to change: targets to be decided again."""
    r = rubrica(ciclo)
    for o in Obiettivo.objects.filter(pk__in=[x.pk for x in nuovi]).select_related("unita"):
        scheda = leggi([o], r)[o.pk]
        if not scheda.specifici:
            continue
        ultimo = scheda.specifici[-1]
        senza = replace(ultimo, indicatori=tuple(replace(i, target={}) for i in ultimo.indicatori))
        schede.modifica(
            obiettivo=o,
            scheda=replace(scheda, specifici=(*scheda.specifici[:-1], senza)),
            rubrica=r,
            by=dirigente,
            istante=istante,
        )


def _nuova(ciclo: Ciclo, settore: UnitaOrganizzativa, dirigente: Attore, istante: datetime) -> None:
    """And one that is only an idea."""
    schede.crea_bozza(
        ciclo=ciclo,
        scheda=SchedaScritta(
            titolo="Un solo recapito per segnalazioni e richieste dei cittadini",
            unita=settore.codice,
            descrizione="Da scrivere con gli altri settori: chi risponde, entro quanti giorni.",
            specifici=(
                SpecificoScritto(
                    "Raccogliere in un luogo solo le segnalazioni che oggi arrivano agli uffici",
                    indicatori=(IndicatoreScritto("N. uffici collegati", peso=Decimal(60)),),
                ),
            ),
        ),
        rubrica=rubrica(ciclo),
        by=dirigente,
        istante=istante,
    )


def _di_ruolo(ente: Ente, ruolo: str, istante: datetime) -> Attore:
    incarico = Incarico.objects.filter(ente=ente, ruolo=ruolo, al__isnull=True).order_by("pk")[0]
    return permissions.attore(ente.pk, incarico.persona_id, istante)


def _giorno(anno: int, mese: int, giorno: int) -> datetime:
    return datetime(anno, mese, giorno, 9, 30, tzinfo=UTC)
