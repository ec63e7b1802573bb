# SPDX-License-Identifier: AGPL-3.0-or-later
"""Neutralizzazione (R62-R63): asked for by the settore or promoted by the Nucleo, before the
validation, with its cause and the documents that prove it; decided by whom the year says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from django.db import transaction

from cycle.insiemi import riserva
from cycle.models import (
    DocumentoNeutralizzazione,
    Indicatore,
    Neutralizzazione,
    Obiettivo,
    ObiettivoSpecifico,
)
from cycle.neutralizza.fatti import chiesta, oggetto
from cycle.procedures import NEUTRALIZZAZIONE, OBIETTIVO
from cycle.services.allegati import deposita
from cycle.services.decisione import Documento
from cycle.services.enti import nell_ente
from cycle.services.tipi_file import TIPI
from cycle.services.variazioni import comune
from workflows import guards_neutralizzazione as guardie
from workflows.engine import Esito, execute, racconta
from workflows.errors import Conflitto, NonPossibile, NonTrovato, Tentativo
from workflows.ports import (
    Attore,
    Azione,
    FattiNeutralizzazione,
    Passo,
    Richiesta,
    leggibile,
)
from workflows.registro import azioni


@dataclass(frozen=True, slots=True)
class Domanda:
    """What is asked: the cause, which completes "neutralizzato per ...", why it was neither to be
    foreseen nor governed, the files that prove it, and of which part; of neither a specifico nor
    an indicator, of the whole objective."""

    causa: str
    motivo: str
    documenti: Sequence[Documento] = ()
    specifico: int | None = None
    indicatore: int | None = None


def chiedi(
    *,
    obiettivo: Obiettivo,
    domanda: Domanda,
    by: Attore,
    istante: datetime,
    canale: str = "web",
) -> Neutralizzazione:
    """Ask to neutralise an objective or a part of it; the Nucleo's own is `d_ufficio`.

    Raises NonAutorizzato, NonTrovato for a part that is of another objective, Conflitto when one of
    the same thing is open or stands, NonPossibile with all that is missing (R62)."""
    with transaction.atomic():
        nell_ente(by.ente_id)
        by = comune.adesso(by, istante)
        if not OBIETTIVO.blocca(by.ente_id, [obiettivo.pk]):
            raise NonTrovato({})
        o = Obiettivo.objects.select_related("ciclo").get(pk=obiettivo.pk)
        base = OBIETTIVO.fascicoli([o], istante, Richiesta())[o.pk]
        pk = riserva("cycle_neutralizzazione", 1)[0]
        verbo = "promuovi" if _del_nucleo(by, base.percorso) else "chiedi"
        prova = Tentativo("neutralizzazione", verbo, {o.pk: o.pk})
        incarico = comune.incarico_per(by, "chiedi_neutralizzazione", base, prova)
        nuova = Neutralizzazione(
            pk=pk,
            ente_id=by.ente_id,
            obiettivo=o,
            specifico=_parte(ObiettivoSpecifico, o, domanda.specifico),
            indicatore=_parte(Indicatore, o, domanda.indicatore),
            d_ufficio=verbo == "promuovi",
            causa=leggibile(domanda.causa)[:200],
            motivo=leggibile(domanda.motivo),
            chiesta_da_id=comune.persona(by),
            chiesta_il=istante,
        )
        detti = FattiNeutralizzazione(
            oggetto=oggetto(nuova),
            causa=nuova.causa,
            motivo=nuova.motivo,
            documenti=len(domanda.documenti),
        )
        f = chiesta(base, nuova, detti)
        if doppia := guardie.una_alla_volta.motivi(f, by, istante):
            raise Conflitto({o.pk: doppia}, prova)
        if mancanze := [m for g in guardie.PER_CHIEDERE for m in g.motivi(f, by, istante)]:
            raise NonPossibile({o.pk: mancanze}, prova)
        numero = azioni.apri(
            ente_id=by.ente_id,
            procedura="neutralizzazione",
            verbo=verbo,
            passi=[azioni.Voce(pk, o.pk, "", "chiesta", incarico)],
            attore=by,
            istante=istante,
            motivazione=nuova.motivo,
            canale=canale,
        )
        nuova.save(force_insert=True)
        _allega(nuova, domanda.documenti)
        [n] = NEUTRALIZZAZIONE.blocca(by.ente_id, [pk])
        dopo = NEUTRALIZZAZIONE.fascicoli([n], istante, Richiesta())[pk]
        passo = Passo(n, dopo, "chiesta", "chiesta")
        racconta(NEUTRALIZZAZIONE, Azione(numero, verbo, by, istante, Richiesta(), (passo,)))
    return n


def decidi(
    *,
    neutralizzazioni: Sequence[Neutralizzazione],
    passo: str,
    richiesta: Richiesta,
    by: Attore,
    istante: datetime,
    revisioni: Mapping[int, int] | None = None,
    canale: str = "web",
) -> Esito:
    """Take one step of one or more of them: `rimetti`, `accogli` and `respingi` in a sitting of the
    Nucleo, `delibera` by an act of the giunta, `nega`, `ritira`. All of them or none. Granted, the
    computed percentages of what is not validated follow. Raises the refusals of the engine."""
    with transaction.atomic():
        nell_ente(by.ente_id)
        return execute(
            NEUTRALIZZAZIONE,
            passo,
            sorted(n.pk for n in neutralizzazioni),
            by,
            istante,
            richiesta=replace(richiesta, motivazione=richiesta.motivazione.strip()),
            revisioni=dict(revisioni or {}),
            canale=canale,
        )


def _del_nucleo(by: Attore, percorso: str) -> bool:
    """Whether it is the Nucleo's own initiative."""
    incarico = by.incarico_per("chiedi_neutralizzazione", percorso)
    return incarico is not None and incarico.ruolo == "nucleo"


M = TypeVar("M", ObiettivoSpecifico, Indicatore)


def _parte(modello: type[M], o: Obiettivo, pk: int | None) -> M | None:
    if pk is None:
        return None
    trovata = modello._default_manager.filter(obiettivo=o, pk=pk).first()
    if trovata is None:
        raise NonTrovato({})
    return trovata


def _allega(n: Neutralizzazione, documenti: Sequence[Documento]) -> None:
    for d in documenti:
        allegato = deposita(ente_id=n.ente_id, nome=d.nome, pezzi=d.pezzi, ammessi=TIPI)
        DocumentoNeutralizzazione.objects.get_or_create(
            ente_id=n.ente_id,
            obiettivo_id=n.obiettivo_id,
            neutralizzazione=n,
            allegato=allegato,
        )
