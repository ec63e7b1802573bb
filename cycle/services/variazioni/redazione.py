# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing a request: one edits the scheda's own form, and what differs from the version in force
becomes the list of changes (R16). Filed against values that have moved, its author rebases it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from cycle.bozze.fatti import di_scritta
from cycle.bozze.verifica import difetti
from cycle.fascicolo import di_obiettivi
from cycle.insiemi import copia, riserva
from cycle.models import (
    Allegato,
    AllegatoVariazione,
    CampoVariato,
    InvitoVariazione,
    Obiettivo,
    RichiestaVariazione,
)
from cycle.scritta import Difetto, SchedaScritta
from cycle.services import allegati
from cycle.services.decisione import Documento
from cycle.services.enti import nell_ente
from cycle.services.schede import SchedaNonValida
from cycle.services.tipi_file import TIPI
from cycle.services.variazioni import comune
from cycle.variazioni import cambi as differenza
from cycle.variazioni import chi
from cycle.variazioni.cambi import Cambio
from cycle.variazioni.effetti import apri_desco
from cycle.variazioni.fatti import impronta, nome_richiesta
from cycle.variazioni.quadro import Quadro, campi_di
from workflows import guards
from workflows.errors import Conflitto, Motivo, NonPossibile, NonTrovato, Tentativo
from workflows.machines.variazione import PENDENTI
from workflows.ports import Attore
from workflows.processes import variazione as flusso
from workflows.registro.models import Evento


@dataclass(frozen=True, slots=True)
class Bozza:
    """What the settore writes: the scheda as it wishes it (or, with `stralcio`, that the objective
    be struck off), why, the supervening cause where it is late, the effect on money; the files
    that stay with it, and those brought now."""

    scheda: SchedaScritta | None = None
    stralcio: bool = False
    motivazione: str = ""
    causa_sopravvenuta: str = ""
    effetto_finanziario: bool = False
    atto_contabile: str = ""
    allegati: Sequence[Allegato] = field(default_factory=tuple)
    nuovi: Sequence[Documento] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Anteprima:
    """What a wish comes to: the changes, what cannot be stored, what approving it would break
    over the whole scheda (weights, targets), and the sum of the weights of each specifico."""

    cambi: tuple[Cambio, ...]
    difetti: tuple[Difetto, ...]
    mancanze: tuple[Motivo, ...]
    pesi: tuple[tuple[str, Decimal], ...]  # code of the specifico, sum of its indicators


def anteprima(
    *, obiettivo: Obiettivo, scheda: SchedaScritta, by: Attore, istante: datetime
) -> Anteprima:
    """What `scheda` would change, without writing: what the page shows while one types."""
    quadro = Quadro([obiettivo.pk])
    vigente, r = quadro.schede[obiettivo.pk], quadro.rubrica(obiettivo.pk)
    trovati = _differenze(vigente, scheda)
    base = di_obiettivi([obiettivo.pk])[obiettivo.pk]
    dopo = di_scritta(scheda, r, codice=base.codice, gia=base)
    return Anteprima(
        cambi=tuple(trovati),
        difetti=tuple(_nuovi_difetti(quadro, obiettivo.pk, scheda)),
        mancanze=tuple(m for g in guards.SCHEDA_COMPLETA for m in g.motivi(dopo, by, istante)),
        pesi=tuple(
            (f.codice, sum((i.peso or Decimal(0) for i in s.indicatori), Decimal(0)))
            for f, s in zip(dopo.specifici, scheda.specifici, strict=True)
        ),
    )


def redigi(
    *,
    obiettivo: Obiettivo,
    bozza: Bozza,
    by: Attore,
    istante: datetime,
    richiesta: RichiestaVariazione | None = None,
    revisione: int | None = None,
    d_ufficio: bool = False,
    invito: InvitoVariazione | None = None,
    chiave: str = "",
    canale: str = "web",
) -> RichiestaVariazione:
    """Write the draft of a request: a new one, or `richiesta` again. It may still lack a reason or
    change nothing: that is judged when it is filed. A new one sent twice by the same person with
    the same `chiave` is written once, and given as it is now (R50).

    Raises SchedaNonValida with every defect of what was written; Conflitto when the draft was
    written by others meanwhile, is no draft any more, or its `chiave` was used to write something
    else; NonAutorizzato without an incarico on the
    unit (ex officio: of the segreteria); NonPossibile when the objective cannot be varied.
    """
    with transaction.atomic():
        nell_ente(by.ente_id)
        by = comune.adesso(by, istante)
        presente = comune.bloccata(by, richiesta.pk) if richiesta is not None else None
        pk = presente.obiettivo_id if presente else obiettivo.pk
        o = _bloccato(by, pk)
        base = di_obiettivi([pk])[pk]
        verbo = "modifica" if presente else "crea"
        prova = Tentativo("variazione", verbo, {presente.pk if presente else pk: pk})
        ufficio = presente.d_ufficio if presente else d_ufficio
        ruoli = chi.PER_LA_GIUNTA if ufficio else chi.DEL_SETTORE
        incarico = comune.incarico_per(by, "redigi_variazione", base, prova, ruoli)
        if presente is not None:
            comune.come_letta(presente, revisione)
            if presente.stato != "bozza":
                raise Conflitto({presente.pk: [comune.non_bozza(presente)]})
        gia = _gia_scritta(o, by, chiave) if presente is None else None
        if gia is None and o.stato not in ("approvato", "in_corso"):
            raise NonPossibile({pk: [_non_variabile(o)]}, prova)
        quadro = Quadro([pk])
        trovati = _cambi(quadro, pk, bozza)
        firma = _firma(bozza, trovati) if chiave else ""
        if gia is not None:
            if gia.firma != firma:
                raise Conflitto({pk: [_altra_richiesta(gia.richiesta)]})
            return gia.richiesta
        v = presente or RichiestaVariazione(
            pk=riserva("cycle_richiestavariazione", 1)[0],
            ente_id=by.ente_id,
            obiettivo=o,
            autore_id=comune.persona(by),
            d_ufficio=ufficio,
            invito=invito,
        )
        dati = {"chiave": _digerita(chiave), "firma": firma} if chiave and not presente else None
        numero = comune.apri(v, verbo, incarico, by, istante, canale, dati=dati)
        v.versione_base = o.versione
        v.motivazione = bozza.motivazione.strip()
        v.causa_sopravvenuta = bozza.causa_sopravvenuta.strip()
        v.effetto_finanziario = bozza.effetto_finanziario
        v.atto_contabile = bozza.atto_contabile.strip()
        if presente is None:
            v.save(force_insert=True)
        else:
            v.revisione += 1
            v.save(force_update=True)
        _scrivi(v, quadro, trovati, _depositati(v, bozza))
        v = comune.riletta(v.pk)
        comune.racconta_di(v, verbo, numero, by, istante)
    return v


def ribasa(
    *,
    richiesta: RichiestaVariazione,
    by: Attore,
    istante: datetime,
    revisione: int | None = None,
    canale: str = "web",
) -> RichiestaVariazione:
    """Write the same wishes against the values now in force: what is already so goes, nothing is
    overwritten. The instant of filing stays (R23); opinions given on the earlier text are asked
    anew. Raises Conflitto, NonAutorizzato (its author, or who may file it), NonPossibile when
    nothing is left to ask."""
    with transaction.atomic():
        nell_ente(by.ente_id)
        by = comune.adesso(by, istante)
        v = comune.bloccata(by, richiesta.pk)
        f = comune.fatti(v, istante)
        prova = comune.tentativo(v, "ribasa")
        permesso = chi.permesso_di_rebase(by, v)
        incarico = comune.incarico_per(by, permesso, f, prova, chi.ruoli(v))
        comune.come_letta(v, revisione)
        if v.stato not in ("bozza", *PENDENTI):
            raise Conflitto({v.pk: [comune.non_bozza(v)]})
        quadro = Quadro([v.obiettivo_id])
        prima = [quadro.cambio(r) for r in campi_di([v.pk])[v.pk]]
        dopo = differenza.ribasa(quadro.vigenti[v.obiettivo_id], prima)
        if not dopo:
            raise NonPossibile({v.pk: [_nulla_da_chiedere()]}, prova)
        numero = comune.apri(v, "ribasa", incarico, by, istante, canale)
        in_attesa = v.stato in PENDENTI
        CampoVariato.objects.filter(richiesta=v).delete()
        righe = copia(quadro.righe(v, dopo, in_attesa=in_attesa))
        v.versione_base = quadro.obiettivi[v.obiettivo_id].versione
        v.revisione += 1
        if in_attesa:
            v.impronta = impronta(v, v.obiettivo.pid, righe)
            flusso.annulla(v)
            apri_desco(v)
        RichiestaVariazione.objects.filter(pk=v.pk).update(
            versione_base=v.versione_base, revisione=v.revisione, impronta=v.impronta
        )
        comune.racconta_di(v, "ribasa", numero, by, istante)
    return v


# --- written once (R50) -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Scritta:
    """A draft that the same key wrote, and the digest of what was sent then."""

    richiesta: RichiestaVariazione
    firma: str


def _gia_scritta(o: Obiettivo, by: Attore, chiave: str) -> _Scritta | None:
    """What the registro says that `chiave` wrote here; who retries waits for the objective."""
    if not chiave:
        return None
    evento = Evento.objects.filter(
        radice_id=o.pk,
        procedura="variazione",
        verbo="crea",
        esito="eseguito",
        persona_id=by.persona_id,
        dati__chiave=_digerita(chiave),
    ).first()
    if evento is None or evento.oggetto_id is None or evento.dati is None:
        return None
    return _Scritta(comune.riletta(evento.oggetto_id), evento.dati["firma"])


def _digerita(testo: str) -> str:
    return hashlib.sha256(testo.encode()).hexdigest()


def _firma(bozza: Bozza, cambi: Sequence[Cambio]) -> str:
    """What is asked, digested: two sendings of the same form have the same."""
    detto = [
        *(bozza.motivazione.strip(), bozza.causa_sopravvenuta.strip(), bozza.atto_contabile),
        *(bozza.effetto_finanziario, bozza.stralcio, [d.nome for d in bozza.nuovi]),
        [(c.tabella, c.riga, c.campo, c.prima, c.dopo) for c in cambi],
    ]
    return _digerita(json.dumps(detto, default=str, sort_keys=True))


# --- the changes --------------------------------------------------------------------------------


def _bloccato(by: Attore, pk: int) -> Obiettivo:
    trovato = (
        Obiettivo.objects.select_for_update(of=("self",))
        .select_related("ciclo")
        .filter(ente_id=by.ente_id, pk=pk)
        .first()
    )
    if trovato is None:
        raise NonTrovato({})
    return trovato


def _cambi(quadro: Quadro, pk: int, bozza: Bozza) -> list[Cambio]:
    vigente = quadro.schede[pk]
    if bozza.stralcio:
        return [differenza.stralcio(vigente)]
    if bozza.scheda is None:
        return []
    trovati = _nuovi_difetti(quadro, pk, bozza.scheda)
    if trovati:
        raise SchedaNonValida({0: trovati})
    return _differenze(vigente, bozza.scheda)


def _differenze(vigente: SchedaScritta, voluta: SchedaScritta) -> list[Cambio]:
    try:
        return differenza.differenze(vigente, voluta)
    except KeyError:  # a row that is no longer there: the form was made before it went
        raise Conflitto({0: [_riga_sparita()]}) from None


def _nuovi_difetti(quadro: Quadro, pk: int, voluta: SchedaScritta) -> list[Difetto]:
    """What cannot be stored of what is wished, and was not already so."""
    r = quadro.rubrica(pk)
    gia = {d.messaggio for d in difetti(quadro.schede[pk], r)}
    return [d for d in difetti(voluta, r) if d.messaggio not in gia]


def _depositati(v: RichiestaVariazione, bozza: Bozza) -> list[Allegato]:
    """The files of a draft, once each: those that stay, and the new ones, stored now."""
    nuovi = [
        allegati.deposita(ente_id=v.ente_id, nome=d.nome, pezzi=d.pezzi, ammessi=TIPI)
        for d in bozza.nuovi
    ]
    return list({a.pk: a for a in (*bozza.allegati, *nuovi)}.values())


def _scrivi(
    v: RichiestaVariazione, quadro: Quadro, cambi: Sequence[Cambio], allegati: Iterable[Allegato]
) -> None:
    CampoVariato.objects.filter(richiesta=v).delete()
    copia(quadro.righe(v, cambi))
    AllegatoVariazione.objects.filter(richiesta=v).delete()
    copia(AllegatoVariazione(ente_id=v.ente_id, richiesta=v, allegato=a) for a in allegati)


# --- refusals -----------------------------------------------------------------------------------


def _non_variabile(o: Obiettivo) -> Motivo:
    return Motivo(
        "obiettivo_variabile",
        "R30",
        _("L'obiettivo si trova in «%(stato)s»: non si varia.") % {"stato": o.get_stato_display()},
        _("Prima dell'approvazione si corregge la scheda; rendicontato, va riaperto."),
        "dirigente",
    )


def _altra_richiesta(v: RichiestaVariazione) -> Motivo:
    return Motivo(
        "chiave_nuova",
        "R50",
        _("Con questo invio è già stata scritta la richiesta %(nome)s, che dice altro.")
        % {"nome": nome_richiesta(v, v.obiettivo.codice)},
        _("Aprirla e modificarla; oppure scriverne un'altra da capo."),
        "",
    )


def _riga_sparita() -> Motivo:
    return Motivo(
        "riga_presente",
        "R50",
        _("Una riga di questa scheda non c'è più: qualcun altro l'ha cambiata nel frattempo."),
        _("Ricaricare la pagina e riscrivere la richiesta su ciò che è in vigore."),
        "",
    )


def _nulla_da_chiedere() -> Motivo:
    return Motivo(
        "almeno_un_cambio",
        "R16",
        _("Ciò che la richiesta chiedeva è già in vigore, o riguardava righe che non ci sono più."),
        _("Ritirare la richiesta."),
        "dirigente",
    )
