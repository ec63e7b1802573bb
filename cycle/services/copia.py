# SPDX-License-Identifier: AGPL-3.0-or-later
"""Last year's schede as drafts of a new year: texts, targets and people are carried, values are
not, but stand beside each indicator as its past."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cycle import measure, misurazione
from cycle.bozze import codici
from cycle.bozze.lettura import Albero, leggi
from cycle.bozze.rubrica import Rubrica, rubrica
from cycle.models import Ciclo, Indicatore, Obiettivo, StoricoIndicatore, UnitaOrganizzativa
from cycle.scritta import (
    FaseScritta,
    Figura,
    IndicatoreScritto,
    PersonaScritta,
    SchedaScritta,
    SpecificoScritto,
)
from cycle.services.enti import nell_ente
from cycle.services.schede import crea_bozze
from workflows.errors import Motivo, NonPossibile
from workflows.ports import Attore

DA_COPIARE = ("approvato", "in_corso", "rendicontato", "validato")


@dataclass(frozen=True, slots=True)
class Copia:
    """A scheda of last year as it would begin the new one. `avvisi`: what cannot be carried."""

    vecchio: Obiettivo
    scheda: SchedaScritta
    avvisi: tuple[str, ...]
    gia: Obiettivo | None = None  # the one that continues it already


def prepara(ciclo: Ciclo, vecchi: Sequence[Obiettivo], r: Rubrica | None = None) -> list[Copia]:
    """What copying these objectives into `ciclo` would give; writes nothing. `vecchi` come with
    `unita` and `ciclo`, all of one year."""
    if not vecchi:
        return []
    r = r or rubrica(ciclo)
    return _Copiatura(ciclo, vecchi, r).copie()


def copia_da_anno_scorso(
    *,
    ciclo: Ciclo,
    vecchi: Sequence[Obiettivo],
    by: Attore,
    istante: datetime,
    canale: str = "web",
) -> list[Obiettivo]:
    """The drafts that continue these objectives, all or none.

    Raises NonPossibile when one is continued already, was struck off or never approved, or its
    unit was closed without a successor; NonAutorizzato as `crea_bozze` does.
    """
    if not vecchi:
        return []
    with transaction.atomic():
        nell_ente(by.ente_id)
        codici.una_alla_volta(ciclo)  # two who copy at once: the second finds it done
        r = rubrica(ciclo)
        copie = prepara(ciclo, vecchi, r)
        motivi = {c.vecchio.pk: m for c in copie if (m := _perche_no(c, r))}
        if motivi:
            raise NonPossibile(motivi)
        return crea_bozze(
            ciclo=ciclo,
            schede=[c.scheda for c in copie],
            rubrica=r,
            by=by,
            istante=istante,
            continua_da=[c.vecchio for c in copie],
            canale=canale,
            dati={"copia_da": vecchi[0].ciclo.anno},
        )


def _perche_no(c: Copia, r: Rubrica) -> list[Motivo]:
    codice = c.vecchio.codice
    if c.gia is not None:
        return [
            Motivo(
                "una_copia_sola",
                "R8",
                _("%(codice)s è già continuato da %(nuovo)s.")
                % {"codice": codice, "nuovo": c.gia.codice},
                _("Scrivere in quella scheda."),
                "",
            )
        ]
    if c.vecchio.stato not in DA_COPIARE:
        return [
            Motivo(
                "da_continuare",
                "R8",
                _("%(codice)s non è stato approvato, o è stato stralciato: non si continua.")
                % {"codice": codice},
                _("Scrivere una scheda nuova."),
                "",
            )
        ]
    if c.scheda.unita not in r.unita:
        return [
            Motivo(
                "unita_aperta",
                "R8",
                _("%(codice)s era di «%(unita)s», che è chiusa e non ha un'unità che le succede.")
                % {"codice": codice, "unita": c.vecchio.unita.nome},
                _("Indicare quale unità le succede, o scrivere una scheda nuova."),
                "controllo",
            )
        ]
    return []


class _Copiatura:
    def __init__(self, ciclo: Ciclo, vecchi: Sequence[Obiettivo], r: Rubrica) -> None:
        self.ciclo = ciclo
        self.vecchi = vecchi
        self.r = r
        self.salto = ciclo.anno - vecchi[0].ciclo.anno
        self.ids = [o.pk for o in vecchi]
        self.albero = Albero(self.ids)
        self.periodi = {p.ordine: p.codice for p in r.periodi}
        self.usati = codici.usati(ciclo)
        self.storico: dict[int, dict[int, Decimal]] = {}
        for s in StoricoIndicatore.objects.filter(obiettivo__in=self.ids, valore__isnull=False):
            self.storico.setdefault(s.indicatore_id, {})[s.anno] = s.valore or Decimal(0)
        self.succedono = {
            u.succede_a_id: u.codice
            for u in UnitaOrganizzativa.objects.filter(
                ente=ciclo.ente_id, succede_a__isnull=False, al__isnull=True
            )
        }
        self.gia = {
            o.continua_da_id: o
            for o in Obiettivo.objects.filter(ciclo=ciclo, continua_da__in=self.ids)
        }
        self.nodi = self._nodi()

    def _nodi(self) -> dict[tuple[str, str, str], str]:
        """A node of the new year, as the old one called it."""
        return {
            (v.nodo.tipo, v.nodo.codice, v.nodo.titolo): str(v.nodo.pid) for v in self.r.rami
        } | {
            (v.nodo.tipo, v.nodo.codice, ""): str(v.nodo.pid) for v in self.r.rami if v.nodo.codice
        }

    def copie(self) -> list[Copia]:
        lette = leggi(self.vecchi, self.r, self.albero)
        return [self._copia(o, lette[o.pk]) for o in self.vecchi]

    def _copia(self, o: Obiettivo, letta: SchedaScritta) -> Copia:
        avvisi: list[str] = []
        codice = o.codice.replace(str(self.ciclo.anno - self.salto), str(self.ciclo.anno))
        if codice in self.usati:
            avvisi.append(
                _("il codice %(codice)s è già preso: avrà il prossimo") % {"codice": codice}
            )
            codice = ""
        self.usati.add(codice)
        righe = self.albero.specifici[o.pk]
        specifici = tuple(
            self._specifico(s, riga.pk, o.codice, codice, avvisi)
            for s, riga in zip(letta.specifici, righe, strict=True)
        )
        scheda = replace(
            letta,
            codice=codice,
            unita=o.unita.codice
            if o.unita.al is None
            else self.succedono.get(o.unita_id, o.unita.codice),
            inizio_previsto=self._data(o.inizio_previsto),
            fine_prevista=self._data(o.fine_prevista),
            nodi=self._programmi(o, avvisi),
            provvisorio=False,
            specifici=specifici,
        )
        return Copia(o, scheda, tuple(avvisi), self.gia.get(o.pk))

    def _programmi(self, o: Obiettivo, avvisi: list[str]) -> tuple[str, ...]:
        trovati, persi = [], []
        for legame in self.albero.nodi[o.pk]:
            n = legame.nodo
            nuovo = self.nodi.get((n.tipo, n.codice, n.titolo))
            if nuovo is None and n.codice:
                nuovo = self.nodi.get((n.tipo, n.codice, ""))
            if nuovo is None:
                persi.append(n.titolo)
            else:
                trovati.append(nuovo)
        if persi:
            avvisi.append(
                _("nel %(anno)s non c'è il programma %(nomi)s")
                % {"anno": self.ciclo.anno, "nomi": ", ".join(f"«{t}»" for t in persi)}
            )
        return tuple(dict.fromkeys(trovati))

    def _specifico(
        self, s: SpecificoScritto, pk: int, vecchio: str, nuovo: str, avvisi: list[str]
    ) -> SpecificoScritto:
        fine = s.fine_prevista or date(self.ciclo.anno - self.salto, 12, 31)
        restano = [p for p in s.persone if p.al is None or p.al >= fine]
        if len(restano) < len(s.persone):
            via = len(s.persone) - len(restano)
            avvisi.append(
                ngettext(
                    "%(n)s persona non c'era più alla fine e non si riporta",
                    "%(n)s persone non c'erano più alla fine e non si riportano",
                    via,
                )
                % {"n": via}
            )
        codice = s.codice
        if vecchio != nuovo:
            segue = nuovo and codice.startswith(vecchio)
            codice = nuovo + codice[len(vecchio) :] if segue else ""
        return replace(
            s,
            pid=None,
            codice=codice,
            inizio_previsto=self._data(s.inizio_previsto),
            fine_prevista=self._data(s.fine_prevista),
            indicatori=tuple(
                self._indicatore(i, riga)
                for i, riga in zip(s.indicatori, self.albero.indicatori[pk], strict=True)
            ),
            fasi=tuple(self._fase(f) for f in s.fasi),
            persone=self._persone(restano),
        )

    def _indicatore(self, i: IndicatoreScritto, riga: Indicatore) -> IndicatoreScritto:
        rilevazioni = self.albero.rilevazioni[riga.pk]
        target: dict[str, Figura] = {}
        for r in rilevazioni:
            nuovo = self.periodi.get(r.periodo.ordine)
            if nuovo is None:
                continue
            if r.target is not None:
                target[nuovo] = r.target
            elif r.target_data is not None:
                target[nuovo] = self._data(r.target_data)
        misurato = misurazione.indicatore(
            riga,
            [
                measure.Rilevazione(
                    r.periodo.ordine,
                    r.target if r.target is not None else r.target_data,
                    r.valore if r.valore is not None else r.valore_data,
                )
                for r in rilevazioni
            ],
        )
        _target, valore = measure.annuale_stampato(misurato)
        storico = dict(self.storico.get(riga.pk, {}))
        if isinstance(valore, Decimal):
            storico[self.ciclo.anno - self.salto] = valore
        return replace(i, pid=None, target=target, storico=storico)

    def _fase(self, f: FaseScritta) -> FaseScritta:
        return replace(
            f,
            pid=None,
            inizio_previsto=self._data(f.inizio_previsto),
            fine_prevista=self._data(f.fine_prevista),
        )

    def _persone(self, persone: Iterable[PersonaScritta]) -> tuple[PersonaScritta, ...]:
        return tuple(
            replace(p, pid=None, dal=self._data(p.dal), al=self._data(p.al)) for p in persone
        )

    def _data(self, giorno: date | None) -> date | None:
        """The same day of the new year; 29 February is the 28th where there is none."""
        if giorno is None:
            return None
        try:
            return giorno.replace(year=giorno.year + self.salto)
        except ValueError:
            return date(giorno.year + self.salto, 2, 28)
