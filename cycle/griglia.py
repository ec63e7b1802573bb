# SPDX-License-Identifier: AGPL-3.0-or-later
"""The grid of a period: the reports of a unit side by side, with what is still missing in them.

The number of queries does not depend on how many reports there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cycle import celle, measure, misurazione
from cycle.celle import Nome
from cycle.models import (
    Ciclo,
    Evidenza,
    Fase,
    Indicatore,
    Obiettivo,
    Periodo,
    RelazioneSemestrale,
    Rilevazione,
    StoricoIndicatore,
    UnitaOrganizzativa,
    VoceRelazione,
)
from cycle.procedures import RELAZIONE
from cycle.scheda import Figura, raggiunto_nel_periodo, target_di, valore_di
from cycle.selectors import verdetti_di, visibili
from workflows.errors import NonTrovato
from workflows.machines.relazione import COMPILABILI
from workflows.ports import Attore
from workflows.verdetto import Verdetto

LIMITE = 150  # reports on a page: beyond it the page asks for a unit


@dataclass(frozen=True, slots=True)
class Cella:
    """A cell that can be written: its name, what it shows, how it is read."""

    nome: Nome
    scritta: str
    genere: str


@dataclass(frozen=True, slots=True)
class RigaIndicatore:
    """An indicator in the grid. `dovuta`: it has a target in the period, so a value is due.
    `prima` is the value of the period before, `anno_prima` that of last year."""

    indicatore: Indicatore
    target: Figura
    figura: Figura
    prima: Figura
    anno_prima: Figura
    dovuta: bool
    raggiunto: bool | None
    valore: Cella
    nota: Cella

    @property
    def manca(self) -> bool:
        return self.dovuta and self.figura is None


@dataclass(frozen=True, slots=True)
class RigaFase:
    """A phase in the grid: what it has come to, and its actual dates."""

    fase: Fase
    avanzamento: Cella
    inizio: Cella
    fine: Cella

    @property
    def celle(self) -> tuple[Cella, ...]:
        return (self.avanzamento, self.inizio, self.fine)


@dataclass(frozen=True, slots=True)
class Sezione:
    """A specifico in the grid."""

    voce: VoceRelazione
    righe: tuple[RigaIndicatore, ...]
    fasi: tuple[RigaFase, ...]
    testo: Cella
    evidenze: tuple[Evidenza, ...]

    def celle(self) -> Iterable[Cella]:
        """All that can be written here."""
        for riga in self.righe:
            yield riga.valore
            yield riga.nota
        for fase in self.fasi:
            yield from fase.celle
        yield self.testo


@dataclass(frozen=True, slots=True)
class Relazione:
    """The report of an objective in the grid. `compilabile`: by this person, as it stands now;
    `trasmetti` is the verdict on submitting it."""

    relazione: RelazioneSemestrale
    sezioni: tuple[Sezione, ...]
    compilabile: bool
    trasmetti: Verdetto

    @property
    def aperta(self) -> bool:
        """Whether it is still to be submitted."""
        return self.relazione.stato in COMPILABILI

    @property
    def mancanti(self) -> list[tuple[Sezione, RigaIndicatore]]:
        """The indicators whose value is due and is not there."""
        return [(s, r) for s in self.sezioni for r in s.righe if r.manca]

    @property
    def dovute(self) -> int:
        return sum(r.dovuta for s in self.sezioni for r in s.righe)


@dataclass(frozen=True, slots=True)
class Unita:
    """A unit that has reports in the period, its own or of those below it."""

    codice: str
    nome: str
    livello: int  # 0 right below the root
    relazioni: int


@dataclass(frozen=True, slots=True)
class Filtri:
    """What the address asks for: the code of a unit ("": all that one fills, or may see), and
    whether only what misses something."""

    unita: str = ""
    mancanti: bool = False

    @classmethod
    def da_url(cls, parametri: Mapping[str, str]) -> Filtri:
        """The filters of a query string; never raises."""
        unita = parametri.get("unita", "").replace("\x00", "").strip()[:40]
        return cls(unita, parametri.get("mancanti") == "1")


@dataclass(frozen=True, slots=True)
class Griglia:
    """The reports of a period, as the filters ask; `da_avviare` are the objectives of the same
    units that have none, since nobody started them."""

    ciclo: Ciclo
    periodo: Periodo
    filtri: Filtri
    unita: tuple[Unita, ...]
    relazioni: tuple[Relazione, ...]
    tronca: bool
    da_avviare: int

    @property
    def dovute(self) -> int:
        return sum(r.dovute for r in self.relazioni)

    @property
    def mancanti(self) -> int:
        return sum(len(r.mancanti) for r in self.relazioni if r.aperta)

    @property
    def compilabile(self) -> bool:
        """Whether there is anything the person can write."""
        return any(r.compilabile for r in self.relazioni)

    @property
    def trasmette(self) -> bool:
        """Whether submitting some of them is this person's."""
        return any(r.trasmetti.incarico and r.aperta for r in self.relazioni)

    def celle(self) -> Iterable[Cella]:
        """All that the person can write."""
        for r in self.relazioni:
            if r.compilabile:
                for s in r.sezioni:
                    yield from s.celle()


def periodo(ciclo: Ciclo, codice: str) -> Periodo:
    """A period of the year by its code; NonTrovato when there is none."""
    trovato = Periodo.objects.filter(ciclo=ciclo, codice=codice).first()
    if trovato is None:
        raise NonTrovato({})
    trovato.ciclo = ciclo
    return trovato


def griglia(
    attore: Attore,
    ciclo: Ciclo,
    periodo: Periodo,
    filtri: Filtri,
    istante: datetime,
    *,
    limite: int | None = LIMITE,
    solo: Iterable[str] | None = None,
) -> Griglia:
    """The grid of a period as `attore` sees it. Without a unit: what they fill, or, for who fills
    nothing, all they may see. `solo` keeps the objectives with these public ids."""
    viste = RelazioneSemestrale.objects.filter(
        obiettivo__in=Obiettivo.objects.filter(visibili(attore), ciclo=ciclo), periodo=periodo
    )
    conti: dict[str, int] = defaultdict(int)
    for percorso in viste.values_list("obiettivo__unita__percorso", flat=True):
        conti[percorso] += 1
    unita = _unita(ciclo, conti)
    dove = _dove(attore, filtri, unita, conti)
    relazioni = viste.filter(obiettivo__unita__percorso__in=dove)
    if solo is not None:
        relazioni = relazioni.filter(obiettivo__pid__in=list(solo))
    righe = list(
        relazioni.select_related("obiettivo__unita", "obiettivo__ciclo", "periodo").order_by(
            "obiettivo__unita__percorso", "obiettivo__codice"
        )[: None if limite is None else limite + 1]
    )
    tronca = limite is not None and len(righe) > limite
    trovate = _Lettura(attore, periodo, righe[:limite], istante).relazioni()
    if filtri.mancanti:
        trovate = [r for r in trovate if r.mancanti]
    return Griglia(
        ciclo,
        periodo,
        filtri,
        tuple(u for u, _percorso in unita),
        tuple(trovate),
        tronca,
        Obiettivo.objects.filter(
            visibili(attore), ciclo=ciclo, stato="approvato", unita__percorso__in=dove
        ).count(),
    )


def _unita(ciclo: Ciclo, conti: Mapping[str, int]) -> list[tuple[Unita, str]]:
    """The units that have reports and those above them, but the root, in the order of the chart."""
    trovate = []
    for codice, nome, percorso in (
        UnitaOrganizzativa.objects.filter(ente=ciclo.ente_id, padre__isnull=False)
        .order_by("percorso")
        .values_list("codice", "nome", "percorso")
    ):
        quante = sum(n for suo, n in conti.items() if suo.startswith(percorso))
        if quante:
            trovate.append((Unita(codice, nome, percorso.count("/") - 3, quante), percorso))
    return trovate


def _dove(
    attore: Attore,
    filtri: Filtri,
    unita: Sequence[tuple[Unita, str]],
    conti: Mapping[str, int],
) -> list[str]:
    """The paths of the units whose reports are shown."""
    if filtri.unita:
        scelte = [percorso for u, percorso in unita if u.codice == filtri.unita]
        return [p for p in conti if any(p.startswith(scelta) for scelta in scelte)]
    proprie = [p for p in conti if attore.incarico_per("compila_relazione", p) is not None]
    return proprie or list(conti)


class _Lettura:
    """All that hangs on some reports of one period."""

    def __init__(
        self,
        attore: Attore,
        periodo: Periodo,
        relazioni: Sequence[RelazioneSemestrale],
        istante: datetime,
    ) -> None:
        self.attore = attore
        self.periodo = periodo
        self.righe = relazioni
        self.ids = [r.obiettivo_id for r in relazioni]
        trasmetti = RELAZIONE.macchina.transizione("trasmetti")
        assert trasmetti is not None
        self.giudizi = verdetti_di(RELAZIONE, trasmetti, relazioni, attore, istante)
        self.anno_prima = valori_dell_anno_prima(
            self.periodo.ciclo, [r.obiettivo for r in self.righe]
        )

    def relazioni(self) -> list[Relazione]:
        rilevazioni: dict[int, Rilevazione] = {}
        prima: dict[int, Figura] = {}
        for r in Rilevazione.objects.filter(
            obiettivo__in=self.ids,
            periodo__ciclo=self.periodo.ciclo_id,
            periodo__ordine__in=(self.periodo.ordine - 1, self.periodo.ordine),
        ):
            if r.periodo_id == self.periodo.pk:
                rilevazioni[r.indicatore_id] = r
            else:
                prima[r.indicatore_id] = valore_di(r)
        indicatori: dict[int, list[RigaIndicatore]] = defaultdict(list)
        for i in Indicatore.objects.filter(obiettivo__in=self.ids).order_by("ordine"):
            indicatori[i.specifico_id].append(self._riga(i, rilevazioni.get(i.pk), prima.get(i.pk)))
        fasi: dict[int, list[RigaFase]] = defaultdict(list)
        for f in Fase.objects.filter(obiettivo__in=self.ids).order_by("ordine"):
            fasi[f.specifico_id].append(_riga_fase(f))
        evidenze: dict[int, list[Evidenza]] = defaultdict(list)
        for e in (
            Evidenza.objects.filter(voce__relazione__in=self.righe)
            .select_related("allegato")
            .order_by("pk")
        ):
            evidenze[e.voce_id].append(e)
        sezioni: dict[int, list[Sezione]] = defaultdict(list)
        for voce in (
            VoceRelazione.objects.filter(relazione__in=self.righe)
            .select_related("specifico")
            .order_by("specifico__ordine")
        ):
            sezioni[voce.relazione_id].append(
                Sezione(
                    voce,
                    tuple(indicatori[voce.specifico_id]),
                    tuple(fasi[voce.specifico_id]),
                    Cella(
                        Nome("testo", voce.specifico.pid), celle.scritta(voce.testo, ""), "testo"
                    ),
                    tuple(evidenze[voce.pk]),
                )
            )
        return [self._relazione(r, tuple(sezioni[r.pk])) for r in self.righe]

    def _relazione(self, r: RelazioneSemestrale, sezioni: tuple[Sezione, ...]) -> Relazione:
        o = r.obiettivo
        return Relazione(
            r,
            sezioni,
            r.stato in COMPILABILI
            and o.stato in ("in_corso", "rendicontato")
            and self.attore.incarico_per("compila_relazione", o.unita.percorso) is not None,
            self.giudizi[r.pk],
        )

    def _riga(self, i: Indicatore, r: Rilevazione | None, prima: Figura) -> RigaIndicatore:
        target, figura = (target_di(r), valore_di(r)) if r else (None, None)
        genere = celle.genere_di("valore", i, r)
        return RigaIndicatore(
            indicatore=i,
            target=target,
            figura=figura,
            prima=prima,
            anno_prima=self.anno_prima.get(i.pk),
            dovuta=target is not None,
            raggiunto=raggiunto_nel_periodo(i, target, figura),
            valore=Cella(Nome("valore", i.pid), celle.scritta(figura, genere), genere),
            nota=Cella(Nome("nota", i.pid), celle.scritta(r.nota if r else "", ""), "nota"),
        )


def valori_dell_anno_prima(ciclo: Ciclo, obiettivi: Sequence[Obiettivo]) -> dict[int, Figura]:
    """Last year's value of each indicator of these objectives of `ciclo`, by its id: as it was
    written beside it, or else as the objective that this one continues, or that had its code,
    closed that year."""
    anno = ciclo.anno - 1
    trovati: dict[int, Figura] = {}
    vecchi: dict[int, int] = {}
    per_codice = dict(
        Obiettivo.objects.filter(
            ciclo__ente=ciclo.ente_id,
            ciclo__anno=anno,
            codice__in=[o.codice for o in obiettivi],
        ).values_list("codice", "pk")
    )
    for o in obiettivi:
        vecchio = o.continua_da_id or per_codice.get(o.codice)
        if vecchio is not None:
            vecchi[o.pk] = vecchio
    valori = {
        pk: {i.nome: measure.annuale_stampato(i)[1] for s in o.specifici for i in s.indicatori}
        for pk, o in misurazione.figure(sorted(set(vecchi.values()))).items()
    }
    for pk, obiettivo, nome in Indicatore.objects.filter(obiettivo__in=vecchi).values_list(
        "pk", "obiettivo_id", "nome"
    ):
        trovati[pk] = valori[vecchi[obiettivo]].get(nome)
    trovati |= StoricoIndicatore.objects.filter(
        obiettivo__in=[o.pk for o in obiettivi], anno=anno, valore__isnull=False
    ).values_list("indicatore_id", "valore")
    return trovati


def _riga_fase(f: Fase) -> RigaFase:
    def cella(campo: str, valore: celle.Valore) -> Cella:
        genere = celle.genere(campo)
        return Cella(Nome(campo, f.pid), celle.scritta(valore, genere), genere)

    return RigaFase(
        f,
        cella("avanzamento", f.avanzamento),
        cella("inizio", f.inizio_effettivo),
        cella("fine", f.fine_effettiva),
    )
