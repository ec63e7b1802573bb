# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every read of the plan, and the one place that says who sees what (`domain.md` 2)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import F, Q, QuerySet, Value

from cycle.models import (
    Ciclo,
    Ente,
    Incarico,
    Indicatore,
    NodoStrategico,
    Obiettivo,
    Periodo,
    Persona,
    Recapito,
    RelazioneSemestrale,
    RichiestaVariazione,
    Rilevazione,
    Scadenza,
    UnitaOrganizzativa,
    Utente,
    VoceRelazione,
)
from cycle.termini import in_vigore
from workflows.errors import NonTrovato
from workflows.machines.base import Transizione
from workflows.machines.obiettivo import PRIMA_DELL_APPROVAZIONE
from workflows.ports import Attore, Procedura, Richiesta
from workflows.verdetto import Verdetto, verdetto


def enti_di(utente: Utente) -> QuerySet[Ente]:
    """The enti in which the user is somebody, and is let in."""
    return Ente.objects.filter(
        pk__in=Persona.objects.filter(utente=utente, sospesa_il__isnull=True).values("ente")
    ).order_by("nome")


def ciclo(ente: Ente, anno: int) -> Ciclo:
    """The year of the ente; NonTrovato when it was never opened."""
    trovato = Ciclo.objects.filter(ente=ente, anno=anno).first()
    if trovato is None:
        raise NonTrovato({})
    return trovato


def ciclo_di_lavoro(ente: Ente, anno: int) -> Ciclo | None:
    """The year a page speaks of when nobody says which: `anno`, or the last opened before it, or
    the first of all."""
    cicli = list(Ciclo.objects.filter(ente=ente).order_by("-anno"))
    return next((c for c in cicli if c.anno <= anno), cicli[-1] if cicli else None)


def visibili(attore: Attore) -> Q:
    """The filter on Obiettivo that says what `attore` may see: what was ever approved, for
    everybody with an incarico in the ente; drafts and proposals, for the unit's chain and for
    the roles of the whole ente."""
    if not attore.incarichi:
        return Q(pk__in=())
    vede = Q(ente_id=attore.ente_id) & ~Q(stato__in=PRIMA_DELL_APPROVAZIONE)
    for incarico in attore.incarichi:
        for permesso, su in incarico.permessi:
            if permesso == "vedi_bozze":
                percorso = max(incarico.percorso, su, key=len)
                if percorso.count("/") == 2:  # the root: the whole ente
                    return Q(ente_id=attore.ente_id)
                if percorso.startswith(incarico.percorso) and percorso.startswith(su):
                    vede |= Q(ente_id=attore.ente_id, unita__percorso__startswith=percorso)
    return vede


def obiettivi_visibili(attore: Attore, ciclo: Ciclo) -> QuerySet[Obiettivo]:
    """The objectives of a year that `attore` may see."""
    return Obiettivo.objects.filter(visibili(attore), ciclo=ciclo)


def obiettivo(attore: Attore, pid: UUID) -> Obiettivo:
    """One objective by its public id; NonTrovato when it is not there or not to be seen."""
    trovato = (
        Obiettivo.objects.filter(visibili(attore), pid=pid)
        .select_related(
            "ciclo",
            "unita",
            "responsabile_generale",
            "responsabile_operativo",
            "continua_da__ciclo",
        )
        .first()
    )
    if trovato is None:
        raise NonTrovato({})
    return trovato


def relazione(attore: Attore, obiettivo: Obiettivo, periodo: str) -> RelazioneSemestrale:
    """The report of an objective that `attore` sees, for a period by its code."""
    trovata = (
        RelazioneSemestrale.objects.filter(
            obiettivo=obiettivo, ente_id=attore.ente_id, periodo__codice=periodo
        )
        .select_related("obiettivo__ciclo", "obiettivo__unita", "periodo", "seduta")
        .first()
    )
    if trovata is None:
        raise NonTrovato({})
    return trovata


def variazioni_proprie(attore: Attore) -> Q:
    """The filter on RichiestaVariazione of those that `attore` writes or files: of the units of his
    settore; ex officio, of the segreteria (R34)."""
    proprie = Q(pk__in=())
    for incarico in attore.incarichi:
        for permesso, su in incarico.permessi:
            if permesso in ("redigi_variazione", "presenta_variazione"):
                percorso = max(incarico.percorso, su, key=len)
                if percorso.startswith(incarico.percorso) and percorso.startswith(su):
                    proprie |= Q(
                        ente_id=attore.ente_id,
                        d_ufficio=incarico.ruolo == "segreteria",
                        obiettivo__unita__percorso__startswith=percorso,
                    )
    return proprie


def variazioni_visibili(attore: Attore) -> Q:
    """The filter on RichiestaVariazione that says what `attore` may see: what was filed, for
    everybody with an incarico in the ente; a draft, for its settore alone (`domain.md` 2)."""
    if not attore.incarichi:
        return Q(pk__in=())
    presentate = Q(ente_id=attore.ente_id, presentata_il__isnull=False)
    return presentate | variazioni_proprie(attore)


def variazione(attore: Attore, pid: UUID) -> RichiestaVariazione:
    """One request by its public id; NonTrovato when it is not there or not to be seen."""
    trovata = (
        RichiestaVariazione.objects.filter(variazioni_visibili(attore), pid=pid)
        .select_related(
            "obiettivo__ciclo",
            "obiettivo__unita",
            "autore",
            "presentata_da",
            "atto",
            "ente",
            "invito",
        )
        .first()
    )
    if trovata is None:
        raise NonTrovato({})
    return trovata


@dataclass(frozen=True, slots=True)
class VoceDaCompilare:
    """One specifico in a report: its entry, and its indicators with target and value of the
    report's period (None: nothing is due in it)."""

    voce: VoceRelazione
    indicatori: list[tuple[Indicatore, Rilevazione | None]]


def voci(relazione: RelazioneSemestrale) -> list[VoceDaCompilare]:
    """The whole report, in the order of the scheda, in three queries."""
    rilevazioni = {
        r.indicatore_id: r
        for r in Rilevazione.objects.filter(
            obiettivo=relazione.obiettivo_id, periodo=relazione.periodo_id
        )
    }
    indicatori: dict[int, list[tuple[Indicatore, Rilevazione | None]]] = {}
    for i in Indicatore.objects.filter(obiettivo=relazione.obiettivo_id).order_by("ordine"):
        indicatori.setdefault(i.specifico_id, []).append((i, rilevazioni.get(i.pk)))
    return [
        VoceDaCompilare(voce, indicatori.get(voce.specifico_id, []))
        for voce in VoceRelazione.objects.filter(relazione=relazione)
        .select_related("specifico")
        .order_by("specifico__ordine")
    ]


def valori_precedenti(relazione: RelazioneSemestrale) -> dict[int, Decimal | date | None]:
    """What was measured in the period before the report's, by id of the indicator."""
    return {
        indicatore: numero if numero is not None else giorno
        for indicatore, numero, giorno in Rilevazione.objects.filter(
            obiettivo=relazione.obiettivo_id,
            periodo__ciclo=relazione.obiettivo.ciclo_id,
            periodo__ordine=relazione.periodo.ordine - 1,
        ).values_list("indicatore_id", "valore", "valore_data")
    }


def verdetti(
    procedura: Procedura,
    oggetti: Sequence[Obiettivo] | Sequence[RelazioneSemestrale],
    attore: Attore,
    istante: datetime,
) -> dict[int, list[Verdetto]]:
    """For each object every transition of its machine, judged before its form is filled."""
    fascicoli = procedura.fascicoli(oggetti, istante, Richiesta())
    return {
        o.pk: [
            verdetto(procedura.macchina, t, fascicoli[o.pk], attore, istante, anteprima=True)
            for t in procedura.macchina.transizioni
        ]
        for o in oggetti
    }


def verdetti_di(
    procedura: Procedura,
    transizione: Transizione,
    oggetti: Sequence[Obiettivo] | Sequence[RelazioneSemestrale],
    attore: Attore,
    istante: datetime,
) -> dict[int, Verdetto]:
    """For each object one transition, judged before its form is filled."""
    fascicoli = procedura.fascicoli(oggetti, istante, Richiesta())
    return {
        o.pk: verdetto(
            procedura.macchina, transizione, fascicoli[o.pk], attore, istante, anteprima=True
        )
        for o in oggetti
    }


def periodi(ciclo: Ciclo) -> list[Periodo]:
    """The reporting periods of a year, in order."""
    return list(Periodo.objects.filter(ciclo=ciclo).order_by("ordine"))


def periodi_rendicontati(obiettivo: Obiettivo) -> list[Periodo]:
    """The periods for which the objective has a report, in order."""
    return list(Periodo.objects.filter(relazioni__obiettivo=obiettivo).order_by("ordine"))


def scadenze(ciclo: Ciclo, istante: datetime) -> list[Scadenza]:
    """The calendar of a year as it holds at `istante`, by term."""
    return list(in_vigore(istante).filter(ciclo=ciclo))


def componenti_del_nucleo(ente: Ente, istante: datetime) -> list[Persona]:
    """Who may have been present at a sitting: the members of the Nucleo in the year that ends at
    the instant. Whether they were in office on the day of the sitting the guard judges (R59)."""
    return list(
        Persona.objects.filter(
            Q(incarichi__al__isnull=True) | Q(incarichi__al__gt=istante - timedelta(days=366)),
            ente=ente,
            incarichi__ruolo="nucleo",
            incarichi__dal__lte=istante,
        )
        .distinct()
        .order_by("nome_completo")
    )


def titolari(
    ente: Ente, ruoli: Collection[str], percorso: str, istante: datetime
) -> dict[str, list[str]]:
    """Who holds each of the roles, at the instant, on the unit at `percorso` or above it."""
    trovati: dict[str, list[str]] = {}
    for ruolo, nome in (
        Incarico.objects.annotate(dove=Value(percorso))
        .filter(
            Q(al__isnull=True) | Q(al__gt=istante),
            ente=ente,
            ruolo__in=ruoli,
            dal__lte=istante,
            dove__startswith=F("unita__percorso"),
        )
        .order_by("persona__nome_completo")
        .values_list("ruolo", "persona__nome_completo")
        .distinct()
    ):
        trovati.setdefault(ruolo, []).append(nome.title())
    return trovati


def settori(ente: Ente) -> list[UnitaOrganizzativa]:
    """The units right below the root, by name."""
    return list(
        UnitaOrganizzativa.objects.filter(
            ente=ente, padre__padre__isnull=True, padre__isnull=False
        ).order_by("nome")
    )


def recapito(persona: Persona) -> Recapito | None:
    """Where the ente writes to a person, if it knows."""
    return Recapito.objects.filter(persona=persona).first()


def unita_di_codice(ente: Ente, codice: str) -> UnitaOrganizzativa | None:
    """The unit that has the code now; one that was closed only if no other took it."""
    return UnitaOrganizzativa.objects.filter(ente=ente, codice=codice).order_by("-pk").first()


def nodo(ciclo: Ciclo, pid: UUID) -> NodoStrategico | None:
    """A node of the year's political plan."""
    return NodoStrategico.objects.filter(ciclo=ciclo, pid=pid).first()
