# SPDX-License-Identifier: AGPL-3.0-or-later
"""The correction of a material error (R35): the settore or the Nucleo signals it, somebody else
decides it, also after the year has ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from cycle.insiemi import riserva
from cycle.measure import ParametriMisura
from cycle.models import Correzione, VoceRelazione
from cycle.parametri import Parametri
from cycle.procedures import CORREZIONE, OBIETTIVO
from cycle.services.enti import nell_ente
from cycle.services.variazioni import comune
from workflows.engine import execute, racconta
from workflows.errors import Conflitto, Motivo, NonPossibile, NonTrovato, Tentativo
from workflows.machines.relazione import COMPILABILI
from workflows.ports import Attore, Azione, Passo, Richiesta
from workflows.registro import azioni


@dataclass(frozen=True, slots=True)
class Errore:
    """What is wrong in the percentage of a specifico: which field, what it says, what it should
    have said, why, and the percentage that follows."""

    campo: str
    prima: str
    dopo: str
    motivo: str
    percentuale: Decimal


def segnala(
    *,
    voce: VoceRelazione,
    errore: Errore,
    by: Attore,
    istante: datetime,
    canale: str = "web",
) -> Correzione:
    """Signal a material error in the percentage of a report already submitted. Raises
    NonAutorizzato, Conflitto when one is already signalled there, NonPossibile with what is
    missing."""
    with transaction.atomic():
        nell_ente(by.ente_id)
        by = comune.adesso(by, istante)
        if not OBIETTIVO.blocca(by.ente_id, [voce.obiettivo_id]):
            raise NonTrovato({})
        v = VoceRelazione.objects.select_related("relazione", "obiettivo__ciclo").get(pk=voce.pk)
        f = OBIETTIVO.fascicoli([v.obiettivo], istante, Richiesta())[v.obiettivo_id]
        prova = Tentativo("correzione", "segnala", {f.id: f.id})
        incarico = comune.incarico_per(by, "segnala_correzione", f, prova)
        if Correzione.objects.filter(voce=v, stato="segnalata").exists():
            raise Conflitto({f.id: [_gia_segnalata()]})
        parametri = Parametri.da_dizionario(v.obiettivo.ciclo.parametri)
        mancanze = _mancanze(v, errore, parametri.misura)
        if mancanze:
            raise NonPossibile({f.id: mancanze}, prova)
        pk = riserva("cycle_correzione", 1)[0]
        numero = azioni.apri(
            ente_id=by.ente_id,
            procedura="correzione",
            verbo="segnala",
            passi=[azioni.Voce(pk, v.obiettivo_id, "", "segnalata", incarico)],
            attore=by,
            istante=istante,
            motivazione=errore.motivo.strip(),
            canale=canale,
        )
        Correzione(
            pk=pk,
            ente_id=by.ente_id,
            obiettivo_id=v.obiettivo_id,
            voce=v,
            campo=errore.campo.strip()[:200],
            prima=errore.prima.strip(),
            dopo=errore.dopo.strip(),
            motivo=errore.motivo.strip(),
            percentuale=errore.percentuale,
            segnalata_da_id=comune.persona(by),
            segnalata_il=istante,
        ).save(force_insert=True)
        [c] = CORREZIONE.blocca(by.ente_id, [pk])
        dopo = CORREZIONE.fascicoli([c], istante, Richiesta())[pk]
        passo = Passo(c, dopo, "segnalata", "segnalata")
        racconta(CORREZIONE, Azione(numero, "segnala", by, istante, Richiesta(), (passo,)))
    return c


def decidi_correzione(
    *,
    correzione: Correzione,
    accolta: bool,
    motivazione: str,
    by: Attore,
    istante: datetime,
    revisione: int | None = None,
    canale: str = "web",
) -> Correzione:
    """Accept or refuse a correction. Accepted, its percentage is the validated one; the computed
    one never changes. Raises the refusals of the engine."""
    with transaction.atomic():
        nell_ente(by.ente_id)
        execute(
            CORREZIONE,
            "accogli" if accolta else "respingi",
            [correzione.pk],
            by,
            istante,
            richiesta=Richiesta(motivazione),
            revisioni={} if revisione is None else {correzione.pk: revisione},
            canale=canale,
        )
    return Correzione.objects.get(pk=correzione.pk)


def _mancanze(v: VoceRelazione, errore: Errore, misura: ParametriMisura) -> list[Motivo]:
    trovate = []
    if v.relazione.stato in COMPILABILI:
        trovate.append(
            _motivo(
                _("La relazione è ancora aperta: non c'è nulla da correggere."),
                _("Scrivere il valore giusto nella relazione."),
            )
        )
    if not all(t.strip() for t in (errore.campo, errore.prima, errore.dopo, errore.motivo)):
        trovate.append(
            _motivo(
                _("Manca che cosa è sbagliato, come doveva essere, o perché."),
                _("Indicare il campo, il valore sbagliato, quello giusto e il motivo."),
            )
        )
    # the cap is a ratio, 1 = 100 %; without one a percentage has no upper end (R71)
    massimo = max(v.percentuale_calcolata or Decimal(0), misura.cap * 100) if misura.cap else None
    if errore.percentuale < 0 or (massimo is not None and errore.percentuale > massimo):
        trovate.append(
            _motivo(
                _("La percentuale che ne segue non sta fra 0 e %(massimo)s.")
                % {"massimo": f"{massimo or 0:.2f}".rstrip("0").rstrip(".").replace(".", ",")},
                _("Scrivere la percentuale che sarebbe risultata senza l'errore."),
            )
        )
    return trovate


def _motivo(messaggio: str, rimedio: str) -> Motivo:
    return Motivo("errore_descritto", "R35", messaggio, rimedio, "dirigente, nucleo")


def _gia_segnalata() -> Motivo:
    return Motivo(
        "una_alla_volta",
        "R35",
        _("Su questa percentuale è già segnalato un errore, che aspetta una decisione."),
        _("Attendere che sia deciso."),
        "nucleo, controllo",
    )
