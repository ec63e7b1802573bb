# SPDX-License-Identifier: AGPL-3.0-or-later
"""The facts of requests and of corrections, as their guards read them: those of the objective as
it would be, and what stands in the way. A fixed number of queries for any number of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from cycle import canonico, fascicolo
from cycle.bozze.fatti import di_scritta
from cycle.calendario import ultimo_giorno
from cycle.models import (
    AllegatoVariazione,
    Atto,
    CampoVariato,
    Correzione,
    Neutralizzazione,
    ParereVariazione,
    RichiestaVariazione,
    Scadenza,
)
from cycle.parametri import Parametri
from cycle.termini import in_vigore
from cycle.variazioni.attese import replica_fino
from cycle.variazioni.cambi import Cambio, applica, contesi, mossi
from cycle.variazioni.quadro import Quadro, campi_di
from workflows.machines.relazione import COMPILABILI
from workflows.ports import (
    Fascicolo,
    FattiAtto,
    FattiCorrezione,
    FattiVariazione,
    Richiesta,
)

TERMINE, TERMINE_DI_LEGGE = "variazioni", "variazioni-legge"


def di_variazioni(
    richieste: Sequence[RichiestaVariazione],
    istante: datetime,
    richiesta: Richiesta | None = None,
    quadro: Quadro | None = None,
) -> dict[int, Fascicolo]:
    """The facts of the requests, by id, judged together: of two on one objective each sees it as
    both would leave it, so that weights are asked over the whole scheda (R68)."""
    richiesta = richiesta or Richiesta()
    obiettivi = sorted({v.obiettivo_id for v in richieste})
    basi = fascicolo.di_obiettivi(obiettivi, richiesta)
    quadro = quadro or Quadro(obiettivi)
    campi = campi_di([v.pk for v in richieste])
    cambi = {pk: [quadro.cambio(r) for r in righe] for pk, righe in campi.items()}
    insieme: dict[int, list[Cambio]] = {pk: [] for pk in obiettivi}
    for v in richieste:
        insieme[v.obiettivo_id] += cambi[v.pk]
    dopo = {
        pk: di_scritta(
            applica(quadro.schede[pk], insieme[pk]),
            quadro.rubrica(pk),
            codice=basi[pk].codice,
            gia=basi[pk],
        )
        for pk in obiettivi
    }
    altri = _di_altre(quadro, richieste)
    termini = _termini(quadro, istante)
    resi = _resi(richieste)
    registrati = _registrati(quadro, richiesta.atto)
    return {
        v.pk: replace(
            dopo[v.obiettivo_id],
            id=v.pk,
            procedura="variazione",
            codice=basi[v.obiettivo_id].codice,
            titolo=basi[v.obiettivo_id].titolo,
            percorso=basi[v.obiettivo_id].percorso,
            unita=basi[v.obiettivo_id].unita,
            stato=v.stato,
            revisione=v.revisione,
            atto_registrato=quadro.obiettivi[v.obiettivo_id].ciclo_id in registrati,
            richiesta=richiesta.di(v.pk),
            variazione=_fatti(
                v, basi[v.obiettivo_id], cambi[v.pk], quadro, altri, termini, resi[v.pk]
            ),
        )
        for v in richieste
    }


def _fatti(
    v: RichiestaVariazione,
    base: Fascicolo,
    cambi: Sequence[Cambio],
    quadro: Quadro,
    altri: Mapping[int, Sequence[tuple[Cambio, str]]],
    termini: Mapping[tuple[int, str], Scadenza],
    resi: frozenset[str],
) -> FattiVariazione:
    o = quadro.obiettivi[v.obiettivo_id]
    vigente = quadro.vigenti[o.pk]
    parametri = quadro.rubrica(o.pk).parametri
    termine = termini.get((o.ciclo_id, TERMINE))
    di_legge = termini.get((o.ciclo_id, TERMINE_DI_LEGGE))
    return FattiVariazione(
        cambi=len(cambi),
        autore=v.autore_id,
        motivazione=v.motivazione,
        causa=v.causa_sopravvenuta,
        d_ufficio=v.d_ufficio,
        effetto_finanziario=v.effetto_finanziario,
        atto_contabile=v.atto_contabile,
        presentata_il=v.presentata_il,
        tardiva=v.tardiva,
        termine=termine.effettivo if termine else None,
        ultimo_giorno=ultimo_giorno(di_legge.effettivo, o.ciclo.ente.fuso) if di_legge else None,
        contesi=tuple(contesi(vigente, cambi, altri.get(o.pk, ()))),
        mossi=tuple(mossi(vigente, cambi)),
        chiusi=tuple(_chiusi(cambi, base, quadro)),
        neutralizzati=tuple(_neutralizzati(cambi, base, quadro)),
        intermedi=tuple(_intermedi(cambi, quadro, o.pk)),
        mancano=tuple(t for t in dovuti(v, parametri) if t not in resi),
        replica_fino=None if "replica" in resi else replica_fino(v, parametri, o.ciclo.ente.fuso),
        regola_tardive=parametri.variazione_tardiva,
        accoglimento_motivato=parametri.variazione_motivata,
    )


def dovuti(v: RichiestaVariazione, parametri: Parametri) -> list[str]:
    """The opinions without which a request is not examined (R28, R33)."""
    trovati = []
    if parametri.variazione_parere_nucleo == "obbligatorio":
        trovati.append("nucleo")
    if v.effetto_finanziario:
        trovati.append("ragioneria")
    return trovati


def _chiusi(cambi: Sequence[Cambio], base: Fascicolo, quadro: Quadro) -> Iterator[str]:
    """The changes that would rewrite a period already submitted or validated (R31), or give
    measured values another kind."""
    chiusi = {r.periodo.codice for r in base.relazioni if r.stato not in COMPILABILI}
    a = quadro.albero
    for c in cambi:
        if c.riga is None or quadro.vigenti[base.id].righe.get((c.tabella, c.riga)) is None:
            continue
        if c.periodo in chiusi or (c.tabella == "ObiettivoSpecifico" and not c.campo and chiusi):
            yield c.dove
        elif c.tabella == "Indicatore" and c.campo in ("", "unita_misura"):
            righe = a.rilevazioni[quadro.pk(c)]
            misurata = any(r.valore is not None or r.valore_data is not None for r in righe)
            in_chiusi = any(r.periodo.codice in chiusi for r in righe)
            if in_chiusi or (misurata and c.campo and "data" in (c.prima, c.dopo)):
                yield c.dove


def _neutralizzati(cambi: Sequence[Cambio], base: Fascicolo, quadro: Quadro) -> Iterator[str]:
    """The specifici and indicators that would go, of which, or of a part of which, a
    neutralizzazione was asked for: it stays, whatever was decided of it (R63)."""
    tolti = [
        c
        for c in cambi
        if c.riga is not None
        and not c.campo
        and c.tabella in ("ObiettivoSpecifico", "Indicatore")
        and quadro.vigenti[base.id].righe.get((c.tabella, c.riga)) is not None
    ]
    if not tolti:
        return
    di = Neutralizzazione.objects.filter(obiettivo=base.obiettivo_id)
    specifici = set(di.values_list("specifico_id", flat=True)) | set(
        di.values_list("indicatore__specifico_id", flat=True)
    )
    indicatori = set(di.values_list("indicatore_id", flat=True))
    for c in tolti:
        if quadro.pk(c) in (specifici if c.tabella == "ObiettivoSpecifico" else indicatori):
            yield c.dove


def _intermedi(cambi: Sequence[Cambio], quadro: Quadro, obiettivo: int) -> Iterator[str]:
    """The targets of periods before the last, where the year varies the annual one alone (R31)."""
    r = quadro.rubrica(obiettivo)
    if r.parametri.variazione_effetto == "annuale" and r.periodi:
        ultimo = r.periodi[-1].codice
        yield from (c.dove for c in cambi if c.periodo not in ("", ultimo))


def _di_altre(
    quadro: Quadro, richieste: Sequence[RichiestaVariazione]
) -> dict[int, list[tuple[Cambio, str]]]:
    """What other requests hold, by objective, each with the name of its request (R36)."""
    trovati: dict[int, list[tuple[Cambio, str]]] = {}
    for riga in (
        CampoVariato.objects.filter(obiettivo__in=quadro.obiettivi, in_attesa=True)
        .exclude(richiesta__in=[v.pk for v in richieste])
        .select_related("richiesta__presentata_da")
        .order_by("pk")
    ):
        nome = nome_richiesta(riga.richiesta, quadro.obiettivi[riga.obiettivo_id].codice)
        trovati.setdefault(riga.obiettivo_id, []).append((quadro.cambio(riga), nome))
    return trovati


def nome_richiesta(v: RichiestaVariazione, codice: str) -> str:
    """`OE04-V2`: how a request is called."""
    return f"{codice}-V{v.numero}"


def _termini(quadro: Quadro, istante: datetime) -> dict[tuple[int, str], Scadenza]:
    return {
        (s.ciclo_id, s.codice): s
        for s in in_vigore(istante).filter(
            ciclo__in=[*quadro.rubriche], codice__in=(TERMINE, TERMINE_DI_LEGGE)
        )
    }


def _resi(richieste: Sequence[RichiestaVariazione]) -> dict[int, frozenset[str]]:
    """The kinds of opinion given on each request as it is now."""
    impronte = {v.pk: v.impronta for v in richieste}
    resi: dict[int, set[str]] = {pk: set() for pk in impronte}
    for pk, tipo, impronta in ParereVariazione.objects.filter(richiesta__in=impronte).values_list(
        "richiesta_id", "tipo", "impronta"
    ):
        if impronta == impronte[pk]:
            resi[pk].add(tipo)
    return {pk: frozenset(tipi) for pk, tipi in resi.items()}


def _registrati(quadro: Quadro, atto: FattiAtto | None) -> set[int]:
    """The years in which that act has already decided variazioni."""
    if atto is None or atto.data is None:
        return set()
    return set(
        Atto.objects.filter(
            ciclo__in=[*quadro.rubriche],
            tipo="variazione",
            organo=atto.organo,
            numero=atto.numero,
            data__year=atto.data.year,
        ).values_list("ciclo_id", flat=True)
    )


def impronta(v: RichiestaVariazione, pid: UUID, campi: Sequence[CampoVariato]) -> str:
    """The digest of what is asked, to which opinions are bound."""
    allegati = AllegatoVariazione.objects.filter(richiesta=v)
    return canonico.impronta(
        canonico.testo(
            {
                "schema": canonico.SCHEMA,
                "obiettivo": str(pid),
                "numero": v.numero,
                "versione_base": v.versione_base,
                "motivazione": v.motivazione,
                "causa_sopravvenuta": v.causa_sopravvenuta,
                "d_ufficio": v.d_ufficio,
                "effetto_finanziario": v.effetto_finanziario,
                "allegati": sorted(allegati.values_list("allegato__sha256", flat=True)),
                "cambi": [
                    [c.tabella, c.riga_id, c.campo, c.valore_base, c.valore_nuovo] for c in campi
                ],
            }
        )
    )


def di_correzioni(
    correzioni: Sequence[Correzione], richiesta: Richiesta | None = None
) -> dict[int, Fascicolo]:
    """The facts of the corrections, by id; they come with their `voce` and its `relazione`."""
    richiesta = richiesta or Richiesta()
    basi = fascicolo.di_obiettivi(sorted({c.obiettivo_id for c in correzioni}), richiesta)
    trovati = {}
    for c in correzioni:
        base = basi[c.obiettivo_id]
        parametri = Parametri.da_dizionario(c.obiettivo.ciclo.parametri)
        trovati[c.pk] = replace(
            base,
            id=c.pk,
            procedura="correzione",
            stato=c.stato,
            revisione=c.revisione,
            correzione=FattiCorrezione(
                segnalata_da=c.segnalata_da_id,
                decide=parametri.correzione_decide,
                calcolata=c.voce.relazione.stato not in COMPILABILI,
            ),
        )
    return trovati
