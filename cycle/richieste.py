# SPDX-License-Identifier: AGPL-3.0-or-later
"""The requests of variazione as pages show them: one of them whole, those of a year, the term."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cycle import selectors
from cycle.filtri import sotto
from cycle.models import (
    Allegato,
    CampoVariato,
    Ciclo,
    Obiettivo,
    ParereVariazione,
    RichiestaVariazione,
)
from cycle.parametri import Parametri
from cycle.procedures import VARIAZIONE
from cycle.termini import effettivo
from cycle.variazioni.fatti import TERMINE, TERMINE_DI_LEGGE, di_variazioni
from cycle.variazioni.quadro import Quadro, campi_di
from cycle.variazioni.registro import GENERI, Confronto, RigaRegistro, righe
from workflows.machines.variazione import DECISE, PENDENTI, STATI
from workflows.ports import Attore, Fascicolo, Richiesta
from workflows.processes import variazione as flusso
from workflows.processes.banco import Processo
from workflows.verdetto import Verdetto, verdetto

PER_PAGINA = 50
DEL_PROCEDIMENTO = "istruisci"  # nobody presses it: the process does, when the opinions are in
# kind of statement -> permission
PERMESSI_PARERE: Mapping[str, str] = {
    "nucleo": "parere_variazione",
    "ragioneria": "visto_variazione",
    "replica": "replica_variazione",
    "valutazione": "parere_variazione",
}


@dataclass(frozen=True, slots=True)
class Conto:
    """How long is left until a term: `fino` is its first instant too late, in the ente's zone;
    `restano` is never negative."""

    fino: datetime
    restano: timedelta

    @property
    def scaduto(self) -> bool:
        return not self.restano

    @property
    def a_mezzanotte(self) -> bool:
        """Whether it ends with its last day: people call it 24:00."""
        return (self.fino.hour, self.fino.minute) == (0, 0)

    @property
    def ultimo(self) -> datetime:
        """An instant of the last day."""
        return self.fino - timedelta(microseconds=1)

    @property
    def secondi(self) -> int:
        """Whole seconds left, rounded up: a term is not over before it is."""
        return -(-self.restano // timedelta(seconds=1))

    @property
    def giorni(self) -> int:
        return self.restano.days

    @property
    def ore(self) -> int:
        return self.restano.seconds // 3600

    @property
    def minuti(self) -> int:
        return self.restano.seconds % 3600 // 60


def conto(ciclo: Ciclo, codice: str, fuso: str, istante: datetime) -> Conto | None:
    """A term of the year seen from `istante`; None where the calendar does not have it."""
    fine = effettivo(ciclo, codice, istante)
    if fine is None:
        return None
    return Conto(fine.astimezone(ZoneInfo(fuso)), max(fine - istante, timedelta()))


def per_presentare(ciclo: Ciclo, fuso: str, istante: datetime) -> Conto | None:
    """The term to file (R20)."""
    return conto(ciclo, TERMINE, fuso, istante)


def per_decidere(ciclo: Ciclo, fuso: str, istante: datetime) -> Conto | None:
    """The term of the law for the act (R25)."""
    return conto(ciclo, TERMINE_DI_LEGGE, fuso, istante)


# --- one request --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class QuadroRichiesta:
    """A request as its page shows it."""

    richiesta: RichiestaVariazione
    fatti: Fascicolo
    cambi: tuple[Confronto, ...]
    verdetti: tuple[Verdetto, ...]
    pareri: tuple[ParereVariazione, ...]
    allegati: tuple[Allegato, ...]
    processo: Processo | None
    da_rendere: tuple[str, ...]  # what this person may say of it now
    parere_nucleo: str  # what the year asks of the Nucleo: nessuno | facoltativo | obbligatorio

    @property
    def mossi(self) -> Sequence[tuple[str, str, str]]:
        """What moved since it was written; of what is decided, nothing matters any more."""
        v = self.fatti.variazione
        return v.mossi if v and self.richiesta.stato not in DECISE else ()

    @property
    def da_ribasare(self) -> Sequence[tuple[str, str, str, str]]:
        """Of each value that moved: where, what the request was written against, what is in force
        now, what it asks."""
        chiesto = {c.dove: c.dopo for c in self.cambi}
        return [(dove, prima, ora, chiesto.get(dove, "")) for dove, prima, ora in self.mossi]

    @property
    def contesi(self) -> Sequence[tuple[str, str]]:
        v = self.fatti.variazione
        return v.contesi if v and self.richiesta.stato == "bozza" else ()

    @property
    def mancano(self) -> Sequence[str]:
        v = self.fatti.variazione
        return v.mancano if v and self.richiesta.stato in PENDENTI else ()

    def verdetto(self, nome: str) -> Verdetto | None:
        return next((v for v in self.verdetti if v.transizione.nome == nome), None)


def quadro(v: RichiestaVariazione, attore: Attore, istante: datetime) -> QuadroRichiesta:
    """One request, judged, in a number of queries that does not depend on what it asks."""
    schede = Quadro([v.obiettivo_id])
    f = di_variazioni([v], istante, Richiesta(), schede)[v.pk]
    cambi = [schede.cambio(r) for r in campi_di([v.pk])[v.pk]]
    pareri = tuple(
        ParereVariazione.objects.filter(richiesta=v).select_related("persona").order_by("-pk")
    )
    processo = flusso.processo(v)
    return QuadroRichiesta(
        richiesta=v,
        fatti=f,
        cambi=tuple(Confronto(GENERI[c.genere], c) for c in cambi),
        verdetti=tuple(
            verdetto(VARIAZIONE.macchina, t, f, attore, istante, anteprima=True)
            for t in VARIAZIONE.macchina.transizioni
            if t.nome != DEL_PROCEDIMENTO
        ),
        pareri=pareri,
        allegati=tuple(
            Allegato.objects.filter(
                pk__in=v.allegati.order_by().values("allegato"), ente_id=v.ente_id
            ).order_by("pk")
        ),
        processo=processo,
        da_rendere=tuple(
            tipo
            for tipo, permesso in PERMESSI_PARERE.items()
            if attore.incarico_per(permesso, f.percorso) and _atteso(tipo, v, pareri, processo)
        ),
        parere_nucleo=Parametri.da_dizionario(v.obiettivo.ciclo.parametri).variazione_parere_nucleo,
    )


def _atteso(
    tipo: str,
    v: RichiestaVariazione,
    pareri: Sequence[ParereVariazione],
    processo: Processo | None,
) -> bool:
    """Whether that is to be said of the request as it is."""
    if tipo in flusso.DEL_PARERE:
        aperti = processo.aperti if processo and processo.in_corso else frozenset()
        return v.stato in PENDENTI and bool(aperti & set(flusso.DEL_PARERE[tipo]))
    if not v.impronta or any(p.tipo == tipo and p.impronta == v.impronta for p in pareri):
        return False
    return (v.stato in PENDENTI and v.d_ufficio) if tipo == "replica" else v.stato in DECISE


def aperte(obiettivo: Obiettivo, attore: Attore) -> list[RichiestaVariazione]:
    """The requests of an objective that are written or wait, those `attore` sees."""
    return list(
        RichiestaVariazione.objects.filter(
            selectors.variazioni_visibili(attore),
            obiettivo=obiettivo,
            stato__in=("bozza", *PENDENTI),
        ).order_by("pk")
    )


# --- those of a year ----------------------------------------------------------------------------

VISTE: Mapping[str, str | Promise] = {
    "": _("Tutte"),
    "mie": _("Le mie"),
    "esame": _("Da esaminare"),
    "giunta": _("Per la giunta"),
}


def dell_anno(attore: Attore, ciclo: Ciclo, vista: str) -> QuerySet[RichiestaVariazione]:
    """The requests of a year that `attore` sees: all, his own (written by him, or of his
    settore), those that wait for his opinion, those that only wait for the giunta."""
    righe = RichiestaVariazione.objects.filter(
        selectors.variazioni_visibili(attore), obiettivo__ciclo=ciclo
    )
    if vista == "mie":
        return righe.filter(selectors.variazioni_proprie(attore) | Q(autore=attore.persona_id))
    if vista == "giunta":
        return righe.filter(stato="istruita")
    if vista == "esame":
        return righe.filter(_da_esaminare(attore, ciclo), stato__in=PENDENTI)
    return righe


def _da_esaminare(attore: Attore, ciclo: Ciclo) -> Q:
    """Those on which the Nucleo, or the ragioneria, has not said anything as they are."""
    parametri = Parametri.da_dizionario(ciclo.parametri)
    reso = ParereVariazione.objects.filter(richiesta=OuterRef("pk"), impronta=OuterRef("impronta"))
    trovate = Q(pk__in=())
    for tipo, chiesto in (
        ("nucleo", Q() if parametri.variazione_parere_nucleo != "nessuno" else Q(pk__in=())),
        ("ragioneria", Q(effetto_finanziario=True)),
    ):
        for incarico in attore.incarichi:
            if incarico.consente(PERMESSI_PARERE[tipo], incarico.percorso):
                sue = Q(~Exists(reso.filter(tipo=tipo)))
                sue &= Q(obiettivo__unita__percorso__startswith=incarico.percorso)
                trovate |= chiesto & sue
    return trovate


def conti(righe: QuerySet[RichiestaVariazione]) -> dict[str, int]:
    """How many are in each state, in the order of the machine; states without any are left out."""
    trovati = dict(righe.order_by().values_list("stato").annotate(Count("pk")))
    return {codice: trovati[codice] for codice, _nome in STATI if codice in trovati}


def pagina(
    righe: QuerySet[RichiestaVariazione], stato: str, numero: int
) -> tuple[list[RichiestaVariazione], int]:
    """A page of the list, those that wait first, and how many pages there are."""
    scelte = righe.filter(stato=stato) if stato else righe
    ultima = max(1, -(-scelte.count() // PER_PAGINA))
    da = (min(max(numero, 1), ultima) - 1) * PER_PAGINA
    aperte_prima = Q(stato__in=("bozza", *PENDENTI))
    return list(
        scelte.select_related("obiettivo__unita", "autore")
        .annotate(
            quanti=Count("campi"),
            chiusa=ExpressionWrapper(~aperte_prima, output_field=BooleanField()),
        )
        .order_by("chiusa", "-presentata_il", "-pk")[da : da + PER_PAGINA]
    ), ultima


# --- the register of a year (R32) ---------------------------------------------------------------

SI_NO: Mapping[str, str | Promise] = {"si": _("Sì"), "no": _("No")}
VALUTAZIONE: Mapping[str, str | Promise] = {
    "manca": _("Da scrivere"),
    "scritta": _("Scritta"),
}
_PAROLE = ("unita", "stato", "genere", "tardiva", "ufficio", "valutazione", "testo")


@dataclass(frozen=True, slots=True)
class FiltriRegistro:
    """What the URL of the register asks for. A word it does not know counts as not said."""

    unita: str = ""  # code of the unit: it and all below
    stato: str = ""
    genere: str = ""  # of a change
    tardiva: str = ""
    ufficio: str = ""
    valutazione: str = ""
    testo: str = ""

    @classmethod
    def da_url(cls, parametri: QueryDict) -> FiltriRegistro:
        """The filters of a query string; never raises."""
        detto = {k: parametri.get(k, "").replace("\x00", "").strip()[:200] for k in _PAROLE}
        ammessi = {
            "stato": dict(STATI),
            "genere": GENERI,
            "tardiva": SI_NO,
            "ufficio": SI_NO,
            "valutazione": VALUTAZIONE,
        }
        return cls(**{k: v if v in ammessi.get(k, (v,)) else "" for k, v in detto.items()})

    def applica(
        self, richieste: QuerySet[RichiestaVariazione], ciclo: Ciclo
    ) -> QuerySet[RichiestaVariazione]:
        """Those of a year's requests that pass."""
        if self.unita:
            sue = Obiettivo.objects.filter(sotto(ciclo, self.unita), ciclo=ciclo)
            richieste = richieste.filter(obiettivo__in=sue)
        if self.stato:
            richieste = richieste.filter(stato=self.stato)
        if self.genere:
            cambi = CampoVariato.objects.filter(richiesta=OuterRef("pk"), genere=self.genere)
            richieste = richieste.filter(Exists(cambi))
        if self.tardiva:
            richieste = richieste.filter(tardiva=self.tardiva == "si")
        if self.ufficio:
            richieste = richieste.filter(d_ufficio=self.ufficio == "si")
        if self.valutazione:
            scritta = Exists(
                ParereVariazione.objects.filter(richiesta=OuterRef("pk"), tipo="valutazione")
            )
            richieste = (
                richieste.filter(scritta)
                if self.valutazione == "scritta"
                else richieste.filter(~scritta, stato__in=DECISE)
            )
        for parola in self.testo.split():
            richieste = richieste.filter(
                Q(obiettivo__codice__icontains=parola)
                | Q(obiettivo__titolo__unaccent__icontains=parola)
                | Q(motivazione__unaccent__icontains=parola)
            )
        return richieste

    @property
    def attivi(self) -> bool:
        """Whether anything is filtered out."""
        return self != FiltriRegistro()


def registro(attore: Attore, ciclo: Ciclo) -> QuerySet[RichiestaVariazione]:
    """The requests of a year that were filed, in the order in which they were: those that
    `attore` sees, with all that a row of the register says of them."""
    return in_ordine(dell_anno(attore, ciclo, "").filter(presentata_il__isnull=False))


def in_ordine(righe: QuerySet[RichiestaVariazione]) -> QuerySet[RichiestaVariazione]:
    """The requests in the order in which they were filed, drafts at the end, with all that a row
    of the register says of them."""
    return righe.select_related(
        "obiettivo__unita",
        "obiettivo__responsabile_generale",
        "autore",
        "presentata_da",
        "atto",
    ).order_by("presentata_il", "pk")


def da_valutare(attore: Attore, ciclo: Ciclo) -> int:
    """How many decided requests of the year the Nucleo has not evaluated: the Relazione waits for
    them (R32)."""
    return FiltriRegistro(valutazione="manca").applica(registro(attore, ciclo), ciclo).count()


def righe_registro(
    scelte: QuerySet[RichiestaVariazione], numero: int = 0, per_pagina: int = PER_PAGINA
) -> tuple[list[RigaRegistro], int]:
    """The rows of a page of the register (`numero` 0: of all of it), and how many pages."""
    if not numero:
        return righe(list(scelte)), 1
    ultima = max(1, -(-scelte.order_by().count() // per_pagina))
    da = (min(max(numero, 1), ultima) - 1) * per_pagina
    return righe(list(scelte[da : da + per_pagina])), ultima
