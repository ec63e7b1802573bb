# SPDX-License-Identifier: AGPL-3.0-or-later
"""What waits for a person, and by when.

A task is a forward step whose guards pass for this person now (the same verdict as the button's),
or a scheda or report that somebody of the unit must first complete. The number of queries does
not depend on the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Max, OuterRef, Q, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cycle import compiti_variazioni, correzioni, inviti_variazione, neutralizzazioni
from cycle.calendario import ultimo_giorno
from cycle.models import (
    Ciclo,
    Ente,
    Incarico,
    Obiettivo,
    Periodo,
    RelazioneSemestrale,
    RichiestaVariazione,
    VersioneObiettivo,
)
from cycle.procedures import OBIETTIVO, PROCEDURE
from cycle.richieste import PERMESSI_PARERE
from cycle.selectors import verdetti
from cycle.termini import Termine, in_vigore, termine
from cycle.variazioni.fatti import nome_richiesta
from workflows.machines.relazione import COMPILABILI
from workflows.ports import Attore, Procedura
from workflows.verdetto import Verdetto, permesso

LIMITE = 500  # objects of each kind that are judged: beyond it the page says that there are more
GIORNI_SETTIMANA = 7


@dataclass(frozen=True, slots=True)
class _Genere:
    """A kind of task: its title, and the code of its term ("" for none)."""

    titolo: str | Promise
    scadenza: str = ""


GENERI: Mapping[tuple[str, str], _Genere] = {
    ("obiettivo", "completa"): _Genere(_("Schede da completare"), "piao"),
    ("obiettivo", "proponi"): _Genere(_("Schede da proporre"), "piao"),
    ("obiettivo", "rivedi"): _Genere(_("Proposte non ancora pronte per la giunta"), "piao"),
    ("obiettivo", "approva"): _Genere(_("Proposte da approvare con l'atto della giunta"), "piao"),
    ("obiettivo", "avvia"): _Genere(_("Obiettivi approvati da avviare")),
    ("relazione", "compila"): _Genere(_("Relazioni da compilare"), "relazione-{ordine}"),
    ("relazione", "trasmetti"): _Genere(_("Relazioni da trasmettere"), "relazione-{ordine}"),
    ("relazione", "controdeduci"): _Genere(_("Osservazioni del Nucleo a cui rispondere")),
    ("relazione", "osserva"): _Genere(
        _("Osservazioni firmate da inviare"), "osservazioni-{ordine}"
    ),
    ("relazione", "valida"): _Genere(_("Relazioni da validare"), "osservazioni-{ordine}"),
    ("invito", "rispondi"): _Genere(_("Inviti del Nucleo a chiedere una variazione"), "variazioni"),
    ("correzione", "accogli"): _Genere(_("Errori materiali da decidere")),
    ("neutralizzazione", "neutralizza"): _Genere(_("Neutralizzazioni da decidere"), "validazione"),
    ("obiettivo", "rendiconta"): _Genere(_("Anno da rendicontare"), "relazione-{ultimo}"),
    ("obiettivo", "valida"): _Genere(_("Obiettivi da validare"), "validazione"),
    ("variazione", "ribasa"): _Genere(
        _("Variazioni da aggiornare ai valori in vigore"), "decisioni"
    ),
    ("variazione", "completa"): _Genere(_("Variazioni da completare e presentare"), "variazioni"),
    ("variazione", "presenta"): _Genere(_("Variazioni da presentare"), "variazioni"),
    ("variazione", "ritira"): _Genere(_("Bozze fuori termine, che non si presentano più")),
    ("variazione", "replica"): _Genere(_("Variazioni d'ufficio a cui replicare"), "decisioni"),
    ("variazione", "nucleo"): _Genere(_("Variazioni su cui esprimere il parere"), "decisioni"),
    ("variazione", "ragioneria"): _Genere(_("Variazioni su cui apporre il visto"), "decisioni"),
    ("variazione", "dichiara_irricevibile"): _Genere(
        _("Variazioni tardive da dichiarare irricevibili"), "decisioni"
    ),
    ("variazione", "approva"): _Genere(_("Variazioni da decidere"), "decisioni"),
    ("variazione", "valutazione"): _Genere(
        _("Variazioni decise da valutare per la Relazione"), "relazione-performance"
    ),
}
# Where the calendar has no term of its own for it, that of the law.
_ALTRIMENTI = {"decisioni": "variazioni-legge"}
_ORDINE = list(GENERI)
# What is validated for the last period has the term of the year's validation.
_ULTIMO_PERIODO = {"osservazioni-{ordine}": "validazione"}
_VERSIONE = VersioneObiettivo.objects.filter(obiettivo=OuterRef("pk"), numero=OuterRef("versione"))


@dataclass(frozen=True, slots=True)
class Compito:
    """Something that waits for the person: an objective, a report or a request of variazione, and
    the step to take. `mancano`: how many things are missing before the step is possible. `entro`:
    its own last day, where it is not the calendar's."""

    procedura: str
    passo: str
    obiettivo: Obiettivo
    relazione: RelazioneSemestrale | None = None
    mancano: int = 0
    dal: date | None = None  # when it was to begin, for what is to be started
    richiesta: RichiestaVariazione | None = None
    entro: date | None = None
    pagina: tuple[str, UUID] | None = None  # where it is done, where it has a page of its own

    @property
    def periodo(self) -> str:
        return self.relazione.periodo.codice if self.relazione else ""

    @property
    def codice(self) -> str:
        """What it is called: the objective's code, or the request's name."""
        if self.richiesta is None:
            return self.obiettivo.codice
        return nome_richiesta(self.richiesta, self.obiettivo.codice)

    @property
    def parere(self) -> bool:
        """Whether it is something to be said of a request, rather than a step of it."""
        return self.richiesta is not None and self.passo in PERMESSI_PARERE


@dataclass(frozen=True, slots=True)
class Gruppo:
    """Tasks of one kind, year and period: they have one term."""

    titolo: str
    procedura: str
    passo: str
    anno: int
    periodo: str
    termine: Termine | None
    compiti: tuple[Compito, ...]

    VISIBILI = 5
    IN_TUTTO = 50

    @property
    def primi(self) -> tuple[Compito, ...]:
        return self.compiti[: self.VISIBILI]

    @property
    def altri(self) -> tuple[Compito, ...]:
        return self.compiti[self.VISIBILI : self.IN_TUTTO]

    @property
    def taciuti(self) -> int:
        """How many are only in the Piano."""
        return max(0, len(self.compiti) - self.IN_TUTTO)


@dataclass(frozen=True, slots=True)
class Urgenza:
    """The groups that are late, due today, due in seven days, or later."""

    codice: str
    titolo: str
    gruppi: tuple[Gruppo, ...]

    @property
    def quanti(self) -> int:
        return sum(len(g.compiti) for g in self.gruppi)


URGENZE: tuple[tuple[str, str | Promise], ...] = (
    ("scaduto", _("Scaduto")),
    ("oggi", _("Entro oggi")),
    ("settimana", _("Nei prossimi sette giorni")),
    ("poi", _("Poi")),
)


@dataclass(frozen=True, slots=True)
class Agenda:
    """All that waits for a person, the most urgent first; `tronca` when more was left out."""

    urgenze: tuple[Urgenza, ...]
    tronca: bool

    @property
    def quanti(self) -> int:
        return sum(u.quanti for u in self.urgenze)


def agenda(attore: Attore, ente: Ente, istante: datetime) -> Agenda:
    """What waits for `attore` at `istante` in the open years of the ente: last year's, to be
    reported and validated, beside this one's."""
    aperti = list(Ciclo.objects.filter(ente=ente, stato="aperto"))
    oggi = istante.astimezone(ZoneInfo(ente.fuso)).date()
    compiti, tronca = _compiti(attore, aperti, istante, oggi)
    delle_variazioni, altre = compiti_variazioni.compiti(attore, aperti, ente.fuso, istante, LIMITE)
    compiti += [
        Compito(
            "variazione",
            c.passo,
            c.richiesta.obiettivo,
            mancano=c.mancano,
            richiesta=c.richiesta,
            entro=c.entro,
        )
        for c in delle_variazioni
    ]
    tronca = tronca or altre
    compiti += [
        Compito(
            "invito",
            "rispondi",
            i.obiettivo,
            entro=i.entro,
            pagina=("invito_variazione", i.pid),
        )
        for i in inviti_variazione.da_rispondere(attore, aperti, oggi)[:LIMITE]
    ] + [
        Compito("correzione", "accogli", x.obiettivo, pagina=("correzione", x.pid))
        for x in correzioni.da_decidere(attore, aperti, istante, LIMITE)
    ]
    compiti += [
        Compito(
            "neutralizzazione",
            "neutralizza",
            r.n.obiettivo,
            pagina=("neutralizzazione", r.n.pid),
        )
        for r in neutralizzazioni.da_decidere(attore, aperti, istante, LIMITE)
    ]
    gruppi = _gruppi(compiti, aperti, istante, ente.fuso, attore.ruoli())
    per_urgenza: dict[str, list[Gruppo]] = {}
    for gruppo in gruppi:
        giorni = gruppo.termine.giorni if gruppo.termine else None
        per_urgenza.setdefault(_urgenza(giorni), []).append(gruppo)
    return Agenda(
        tuple(
            Urgenza(codice, str(titolo), tuple(per_urgenza[codice]))
            for codice, titolo in URGENZE
            if codice in per_urgenza
        ),
        tronca,
    )


def _urgenza(giorni: int | None) -> str:
    """Where something stands that has these days left; None when it has no term."""
    if giorni is None or giorni > GIORNI_SETTIMANA:
        return "poi"
    if giorni < 0:
        return "scaduto"
    return "oggi" if giorni == 0 else "settimana"


def _compiti(
    attore: Attore, cicli: Sequence[Ciclo], istante: datetime, oggi: date
) -> tuple[list[Compito], bool]:
    """The tasks in the years, and whether more objects than `LIMITE` were there to judge."""
    per_id = {c.pk: c for c in cicli}
    obiettivi = list(
        Obiettivo.objects.filter(
            _a_portata(attore, OBIETTIVO, "modifica_obiettivo", ("bozza",)), ciclo__in=per_id
        )
        .annotate(in_vigore_dal=Subquery(_VERSIONE.values("in_vigore_dal")))
        .select_related("unita", "ciclo")
        .order_by("codice")[: LIMITE + 1]
    )
    relazioni = list(
        RelazioneSemestrale.objects.filter(
            Q(periodo__dal__lte=oggi)
            | ~Q(stato__in=COMPILABILI),  # nobody writes of a time to come
            _a_portata(
                attore, PROCEDURE["relazione"], "compila_relazione", COMPILABILI, "obiettivo__"
            ),
            obiettivo__ciclo__in=per_id,
            obiettivo__stato__in=("in_corso", "rendicontato"),
            ente_id=attore.ente_id,
        )
        .select_related("obiettivo__unita", "obiettivo__ciclo", "periodo")
        .order_by("periodo__ordine", "obiettivo__codice")[: LIMITE + 1]
    )
    tronca = len(obiettivi) > LIMITE or len(relazioni) > LIMITE
    obiettivi, relazioni = obiettivi[:LIMITE], relazioni[:LIMITE]
    giudizi = verdetti(OBIETTIVO, obiettivi, attore, istante) if obiettivi else {}
    compiti = [c for o in obiettivi for c in _dell_obiettivo(o, giudizi[o.pk], attore)]
    giudizi = verdetti(PROCEDURE["relazione"], relazioni, attore, istante) if relazioni else {}
    compiti += [c for r in relazioni for c in _della_relazione(r, giudizi[r.pk], attore)]
    return compiti, tronca


def _a_portata(
    attore: Attore,
    procedura: Procedura,
    compilare: str,
    compilabili: Iterable[str],
    prefisso: str = "",
) -> Q:
    """States and units where the person could step forward or complete something: what is worth
    judging. Every such step belongs to a role that sees what it acts on."""
    q = Q(pk__in=())
    for incarico in attore.incarichi:
        propri = {nome for nome, _su in incarico.permessi}
        stati = {
            stato
            for t in procedura.macchina.transizioni
            if not t.regole.ritorno and permesso(procedura.nome, t.nome) in propri
            for stato in t.partenze
        }
        if compilare in propri:
            stati |= set(compilabili)
        if stati:
            dove = {f"{prefisso}unita__percorso__startswith": incarico.percorso}
            q |= Q(stato__in=sorted(stati), **{f"{prefisso}ente_id": attore.ente_id}, **dove)
    return q


def _dell_obiettivo(o: Obiettivo, giudizi: Sequence[Verdetto], attore: Attore) -> Iterable[Compito]:
    for v in giudizi:
        nome = v.transizione.nome
        if v.conflitto or v.transizione.regole.ritorno:
            continue
        if v.permessa:
            yield Compito("obiettivo", nome, o, dal=_inizio(o) if nome == "avvia" else None)
        elif nome == "proponi" and v.mancanze and _puo(attore, "modifica_obiettivo", o):
            yield Compito("obiettivo", "completa", o, mancano=len(v.mancanze))
        elif nome == "approva" and v.mancanze and not v.divieto:
            yield Compito("obiettivo", "rivedi", o, mancano=len(v.mancanze))


def _della_relazione(
    r: RelazioneSemestrale, giudizi: Sequence[Verdetto], attore: Attore
) -> Iterable[Compito]:
    for v in giudizi:
        if v.conflitto or v.transizione.regole.ritorno:
            continue
        if v.permessa:
            yield Compito("relazione", v.transizione.nome, r.obiettivo, r)
        elif (
            v.transizione.nome == "trasmetti"
            and v.mancanze
            and _puo(attore, "compila_relazione", r.obiettivo)
        ):
            yield Compito("relazione", "compila", r.obiettivo, r, len(v.mancanze))


def _inizio(o: Obiettivo) -> date | None:
    """When it was to begin: as planned, and not before the act that approved it."""
    dal: date | None = o.in_vigore_dal  # type: ignore[attr-defined]
    if o.inizio_previsto is None or dal is None:
        return o.inizio_previsto
    return max(o.inizio_previsto, dal)


def _puo(attore: Attore, permesso: str, o: Obiettivo) -> bool:
    return attore.incarico_per(permesso, o.unita.percorso) is not None


def _gruppi(
    compiti: Sequence[Compito],
    cicli: Sequence[Ciclo],
    istante: datetime,
    fuso: str,
    ruoli: frozenset[str],
) -> list[Gruppo]:
    """The tasks by kind, year and period, by term and then in the order of the year."""
    oggi = istante.astimezone(ZoneInfo(fuso)).date()
    scadenze = {
        (s.ciclo_id, s.codice): s
        for s in in_vigore(istante).filter(ciclo__in=cicli).select_related("ciclo")
    }
    ultimi = _ultimi_periodi(cicli)
    insiemi: dict[tuple[str, str, int, str, str, date | None], list[Compito]] = {}
    for c in compiti:
        giorno = c.dal or _ultimo_per_rispondere(c, fuso)
        urgenza = _urgenza((giorno - oggi).days) if giorno else ""
        chiave = (c.procedura, c.passo, c.obiettivo.ciclo_id, c.periodo, urgenza, c.entro)
        insiemi.setdefault(chiave, []).append(c)
    gruppi = []
    for (procedura, passo, ciclo_id, periodo, _quando, entro), insieme in insiemi.items():
        genere = GENERI[procedura, passo]
        codice = _codice_scadenza(genere, insieme[0], ultimi.get(ciclo_id, 0))
        scadenza = scadenze.get((ciclo_id, codice)) or scadenze.get(
            (ciclo_id, _ALTRIMENTI.get(codice, ""))
        )
        anno = insieme[0].obiettivo.ciclo.anno
        gruppi.append(
            Gruppo(
                titolo=str(genere.titolo),
                procedura=procedura,
                passo=passo,
                anno=anno,
                periodo=periodo,
                termine=Termine(str(genere.titolo), anno, "", "", entro, (entro - oggi).days)
                if entro
                else termine(scadenza, oggi, fuso, ruoli)
                if scadenza
                else _inizio_di(insieme, anno, oggi) or _risposta_di(insieme, anno, oggi, fuso),
                compiti=tuple(sorted(insieme, key=_peggiori_prima)),
            )
        )
    return sorted(
        gruppi,
        key=lambda g: (
            g.termine.giorni if g.termine else 10_000,
            _ORDINE.index((g.procedura, g.passo)),
            g.anno,
            g.periodo,
        ),
    )


def _inizio_di(compiti: Sequence[Compito], anno: int, oggi: date) -> Termine | None:
    """The plan's own term: the day on which the first of these was to begin."""
    giorni = [c.dal for c in compiti if c.dal]
    if not giorni:
        return None
    primo = min(giorni)
    return Termine(str(_("Inizio previsto")), anno, "", "", primo, (primo - oggi).days)


def _ultimo_per_rispondere(c: Compito, fuso: str) -> date | None:
    """The last day to answer the Nucleo, where that is what is to be done (R55)."""
    if c.passo != "controdeduci" or c.relazione is None or c.relazione.replica_entro is None:
        return None
    return ultimo_giorno(c.relazione.replica_entro, fuso)


def _risposta_di(compiti: Sequence[Compito], anno: int, oggi: date, fuso: str) -> Termine | None:
    """The term of the answers: the first of them to expire."""
    giorni = [g for c in compiti if (g := _ultimo_per_rispondere(c, fuso))]
    if not giorni:
        return None
    primo = min(giorni)
    return Termine(str(_("Risposta al Nucleo")), anno, "", "", primo, (primo - oggi).days)


def _codice_scadenza(genere: _Genere, compito: Compito, ultimo: int) -> str:
    ordine = compito.relazione.periodo.ordine if compito.relazione else 0
    codice = genere.scadenza
    if ordine and ordine == ultimo:
        codice = _ULTIMO_PERIODO.get(codice, codice)
    return codice.format(ordine=ordine, ultimo=ultimo)


def _ultimi_periodi(cicli: Sequence[Ciclo]) -> dict[int, int]:
    """The last period of each year, by id of the year."""
    return dict(
        Periodo.objects.filter(ciclo__in=cicli).values_list("ciclo").annotate(n=Max("ordine"))
    )


def _peggiori_prima(c: Compito) -> tuple[Decimal, str]:
    """What the Nucleo validates, from the lowest percentage; all else by code."""
    if c.passo != "valida" or c.obiettivo.percentuale_calcolata is None:
        return Decimal(1000), c.codice
    return c.obiettivo.percentuale_calcolata, c.obiettivo.codice


def incarichi_in_vigore(attore: Attore) -> list[Incarico]:
    """The incarichi of the person, with unit and delegante, as the page names them."""
    return list(
        Incarico.objects.filter(pk__in=[i.id for i in attore.incarichi])
        .select_related("unita", "delegante__persona")
        .order_by("ruolo", "unita__nome")
    )
