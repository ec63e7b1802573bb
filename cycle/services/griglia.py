# SPDX-License-Identifier: AGPL-3.0-or-later
"""Filling the grid of a period: a set of cells, of one report or of many, in one action.

Two people on the same grid lose nothing of each other's: with each cell comes what it showed when
one began. A cell that still shows it is written; one that somebody else has changed meanwhile is
left as it is, and both values are told, with who wrote the other one and when. Different cells
never meet.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import cast
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cycle import celle, fascicolo
from cycle.celle import Nome, Scritta
from cycle.models import (
    Ciclo,
    Fase,
    Indicatore,
    Obiettivo,
    ObiettivoSpecifico,
    Periodo,
    RelazioneSemestrale,
    Rilevazione,
    VoceRelazione,
)
from cycle.procedures import RELAZIONE
from cycle.selectors import visibili
from cycle.services.compilazione import (
    Scritture,
    compilabile,
    con_valore,
    incarichi,
    non_compilabile,
    scrivi,
    tentativo,
)
from cycle.services.enti import nell_ente
from workflows.errors import NonPossibile, NonTrovato
from workflows.ports import Attore


@dataclass(frozen=True, slots=True)
class Conteso:
    """A cell that somebody else has changed meanwhile: what was written here, what it holds now,
    whose that is and since when (None when the registro does not say)."""

    mio: str
    adesso: str
    chi: str
    quando: datetime | None

    @property
    def detto(self) -> str:
        """Who changed the cell meanwhile, when, and what it holds now, as a sentence."""
        adesso = self.adesso or _("niente")
        if self.quando is None:
            return _("Nel frattempo è cambiata: ora c'è «%(adesso)s».") % {"adesso": adesso}
        quando = timezone.localtime(self.quando)
        return _("%(chi)s ha scritto «%(adesso)s» il %(giorno)s alle %(ora)s.") % {
            "chi": self.chi or _("Qualcun altro"),
            "adesso": adesso,
            "giorno": f"{quando:%d/%m/%Y}",
            "ora": f"{quando:%H:%M}",
        }


@dataclass(frozen=True, slots=True)
class Esito:
    """What became of a set of cells, each by its name: what those that stand show now, what is
    wrong with those that cannot be written, and those that are contested."""

    scritte: Mapping[Nome, str]
    errate: Mapping[Nome, str]
    contese: Mapping[Nome, Conteso]

    @property
    def sta(self) -> bool:
        """Whether every cell could be written."""
        return not (self.errate or self.contese)


def salva(
    *,
    ciclo: Ciclo,
    periodo: Periodo,
    scritte: Sequence[Scritta],
    by: Attore,
    istante: datetime,
    tutte: bool = False,
    prova: bool = False,
    canale: str = "web",
) -> Esito:
    """Write the cells that can be written, in one transaction and one action.

    With `tutte` nothing is written unless all can be; with `prova` nothing is, whatever happens.
    Raises NonTrovato when a cell is of no report of the period that `by` sees, NonAutorizzato when
    a report is not his to fill (R4), NonPossibile when none of the reports can be filled (R54).
    """
    with transaction.atomic():
        nell_ente(by.ente_id)
        soggetti = _soggetti(by.ente_id, [s.nome for s in scritte])
        relazioni = RELAZIONE.blocca(by.ente_id, _relazioni(ciclo, periodo, soggetti, by))
        by = RELAZIONE.attore(by, istante)
        fatti = fascicolo.di_relazioni(relazioni)
        suoi = incarichi(relazioni, fatti, by)
        aperte = {r.obiettivo_id: r for r in relazioni if compilabile(fatti[r.pk])}
        if relazioni and not aperte:
            raise NonPossibile({r.pk: [non_compilabile()] for r in relazioni}, tentativo(relazioni))
        foglio = _Foglio(soggetti, relazioni, periodo)
        for scritta in scritte:
            foglio.applica(scritta, aperte)
        esito = foglio.esito(by.ente_id)
        toccati = foglio.scritture.obiettivi()
        if toccati and not prova and not (tutte and not esito.sta):
            scrivi(
                [r for r in relazioni if r.obiettivo_id in toccati],
                foglio.scritture,
                fatti=fatti,
                incarichi=suoi,
                by=by,
                istante=istante,
                canale=canale,
            )
    return esito


Soggetto = Indicatore | ObiettivoSpecifico | Fase


def _soggetti(ente_id: int, nomi: Iterable[Nome]) -> dict[UUID, Soggetto]:
    """The rows that the cells are of, by public id."""
    per_modello: dict[type[Soggetto], set[UUID]] = {}
    for nome in nomi:
        per_modello.setdefault(celle.CAMPI[nome.campo], set()).add(nome.pid)
    trovati: dict[UUID, Soggetto] = {}
    for modello, pid in per_modello.items():
        righe = modello.objects.filter(ente_id=ente_id, pid__in=pid)
        trovati |= {riga.pid: riga for riga in righe}
        if not pid <= trovati.keys():
            raise NonTrovato({})
    return trovati


def _relazioni(
    ciclo: Ciclo, periodo: Periodo, soggetti: Mapping[UUID, Soggetto], by: Attore
) -> list[int]:
    """The reports of the period that hold these rows; NonTrovato where `by` sees none."""
    obiettivi = {s.obiettivo_id for s in soggetti.values()}
    trovate = RelazioneSemestrale.objects.filter(
        ente_id=by.ente_id,
        periodo=periodo,
        obiettivo__in=Obiettivo.objects.filter(visibili(by), ciclo=ciclo, pk__in=obiettivi),
    ).values_list("pk", flat=True)
    if len(trovate) < len(obiettivi):
        raise NonTrovato({})
    return sorted(trovate)


@dataclass(slots=True)
class _Cella:
    """Where a cell is kept, and how it is read."""

    riga: Rilevazione | VoceRelazione | Fase
    attributo: str
    genere: str

    def adesso(self) -> celle.Valore:
        if isinstance(self.riga, Rilevazione) and self.attributo == "valore":
            numero = self.riga.valore
            return numero if numero is not None else self.riga.valore_data
        return cast(celle.Valore, getattr(self.riga, self.attributo))

    def metti(self, valore: celle.Valore) -> None:
        if isinstance(self.riga, Rilevazione) and self.attributo == "valore":
            con_valore(self.riga, cast(Decimal | date | None, valore))
        else:
            setattr(self.riga, self.attributo, valore)


_DELLA_FASE = {
    "avanzamento": "avanzamento",
    "inizio": "inizio_effettivo",
    "fine": "fine_effettiva",
}


@dataclass(slots=True)
class _Foglio:
    """The rows behind a set of cells, as they are once locked, and what becomes of each cell."""

    soggetti: Mapping[UUID, Soggetto]
    relazioni: Sequence[RelazioneSemestrale]
    periodo: Periodo
    scritture: Scritture = field(default_factory=Scritture)
    scritte: dict[Nome, str] = field(default_factory=dict)
    errate: dict[Nome, str] = field(default_factory=dict)
    contese: dict[Nome, tuple[str, str, _Cella]] = field(default_factory=dict)
    rilevazioni: dict[int, Rilevazione] = field(init=False)
    voci: dict[int, VoceRelazione] = field(init=False)
    fasi: dict[int, Fase] = field(init=False)

    def __post_init__(self) -> None:
        di: dict[type, list[int]] = {Indicatore: [], ObiettivoSpecifico: [], Fase: []}
        for soggetto in self.soggetti.values():
            di[type(soggetto)].append(soggetto.pk)
        self.rilevazioni = {
            r.indicatore_id: r
            for r in Rilevazione.objects.filter(indicatore__in=di[Indicatore], periodo=self.periodo)
        }
        self.voci = {
            v.specifico_id: v
            for v in VoceRelazione.objects.filter(
                relazione__in=self.relazioni, specifico__in=di[ObiettivoSpecifico]
            )
        }
        self.fasi = {f.pk: f for f in Fase.objects.filter(pk__in=di[Fase])}

    def _cella(self, nome: Nome) -> _Cella:
        soggetto = self.soggetti[nome.pid]
        if isinstance(soggetto, Fase):
            return _Cella(self.fasi[soggetto.pk], _DELLA_FASE[nome.campo], celle.genere(nome.campo))
        if isinstance(soggetto, ObiettivoSpecifico):
            return _Cella(self.voci[soggetto.pk], nome.campo, celle.genere(nome.campo))
        riga = self.rilevazioni.setdefault(
            soggetto.pk,
            Rilevazione(
                ente_id=soggetto.ente_id,
                obiettivo_id=soggetto.obiettivo_id,
                indicatore_id=soggetto.pk,
                periodo=self.periodo,
            ),
        )
        return _Cella(riga, nome.campo, celle.genere_di(nome.campo, soggetto, riga))

    def applica(self, scritta: Scritta, aperte: Mapping[int, RelazioneSemestrale]) -> None:
        """Judge one cell, and put its value in the row when it may be written."""
        nome, soggetto = scritta.nome, self.soggetti[scritta.nome.pid]
        cella = self._cella(nome)
        adesso = celle.scritta(cella.adesso(), cella.genere)
        try:
            valore = celle.leggi(scritta.valore, cella.genere)
        except ValueError as no:
            self.errate[nome] = str(no)
            return
        mio = celle.scritta(valore, cella.genere)
        if mio == adesso:
            self.scritte[nome] = adesso
        elif soggetto.obiettivo_id not in aperte:
            self.errate[nome] = non_compilabile().messaggio
        elif not scritta.parte_da(adesso):
            self.contese[nome] = (mio, adesso, cella)
        elif errore := _fine_prima(cella, valore):
            self.errate[nome] = errore
        else:
            cella.metti(valore)
            self.scritte[nome] = mio
            self._segna(soggetto, cella.riga)

    def _segna(self, soggetto: Soggetto, riga: Rilevazione | VoceRelazione | Fase) -> None:
        if isinstance(riga, Rilevazione):
            self.scritture.rilevazioni[soggetto.pk] = riga
        elif isinstance(riga, VoceRelazione):
            self.scritture.voci[soggetto.pk] = riga
        else:
            self.scritture.fasi[soggetto.pk] = riga

    def esito(self, ente_id: int) -> Esito:
        autori = _autori(ente_id, [c for _m, _a, c in self.contese.values()])
        contese = {
            nome: Conteso(
                mio, adesso, *autori.get((_tabella(c), c.riga.pk, _colonna(c)), ("", None))
            )
            for nome, (mio, adesso, c) in self.contese.items()
        }
        return Esito(self.scritte, self.errate, contese)


def _fine_prima(cella: _Cella, valore: celle.Valore) -> str:
    """What is wrong with the actual dates of a phase, if they are reversed."""
    fase = cella.riga
    if not isinstance(fase, Fase) or not isinstance(valore, date):
        return ""
    inizio = valore if cella.attributo == "inizio_effettivo" else fase.inizio_effettivo
    fine = valore if cella.attributo == "fine_effettiva" else fase.fine_effettiva
    if inizio is None or fine is None or inizio <= fine:
        return ""
    return _("La fine verrebbe prima dell'inizio. Controllare le due date.")


# --- whose a contested value is -----------------------------------------------------------------

_AUTORI = """
SELECT c.tabella, c.riga, c.colonna, x.nome, x.istante
  FROM jsonb_to_recordset(%(celle)s) AS c (tabella text, riga bigint, colonna text, radice bigint)
 CROSS JOIN LATERAL (
    SELECT p.nome_completo AS nome, e.istante
      FROM workflows_modifica m
      JOIN workflows_evento e ON e.id = m.evento_id
      LEFT JOIN cycle_persona p ON p.id = e.persona_id
     WHERE m.radice_id = c.radice AND m.ente_id = %(ente)s AND m.tabella = c.tabella
       AND m.riga_id = c.riga AND m.dopo ?| string_to_array(c.colonna, ',')
     ORDER BY m.id DESC LIMIT 1) AS x
"""


def _tabella(cella: _Cella) -> str:
    return cella.riga._meta.db_table


def _colonna(cella: _Cella) -> str:
    if isinstance(cella.riga, Rilevazione) and cella.attributo == "valore":
        return "valore,valore_data"
    return cella.attributo


def _autori(
    ente_id: int, contese: Sequence[_Cella]
) -> dict[tuple[str, int, str], tuple[str, datetime | None]]:
    """Who wrote what these cells hold, and when, as the registro has it."""
    if not contese:
        return {}
    voci = [
        {
            "tabella": _tabella(c),
            "riga": c.riga.pk,
            "colonna": _colonna(c),
            "radice": c.riga.obiettivo_id,
        }
        for c in contese
    ]
    with connection.cursor() as cursore:
        cursore.execute(_AUTORI, {"celle": json.dumps(voci), "ente": ente_id})
        return {
            (tabella, riga, colonna): ((nome or "").title(), istante)
            for tabella, riga, colonna, nome, istante in cursore.fetchall()
        }
