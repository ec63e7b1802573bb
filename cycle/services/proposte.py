# SPDX-License-Identifier: AGPL-3.0-or-later
"""Proposals from a workbook: the drafts it names become what it says, all or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from cycle import selectors
from cycle.bozze import codici
from cycle.bozze.lettura import leggi
from cycle.bozze.rubrica import Rubrica, chiave, rubrica
from cycle.bozze.verifica import difetti
from cycle.importers import fogli
from cycle.importers.fogli import Errore
from cycle.importers.proposte import ProposteLette, SchedaLetta, leggi_proposte, libro, righe
from cycle.models import Ciclo, Obiettivo
from cycle.scritta import SchedaScritta, SpecificoScritto
from cycle.services.enti import nell_ente
from cycle.services.schede import Modifica, codice_preso, crea_bozze, modifica_bozze, non_bozza
from workflows.errors import NonPossibile
from workflows.ports import Attore

MASSIMO_FILE = 4 * 1024 * 1024


class FoglioNonValido(NonPossibile):
    """The workbook cannot be stored; nothing was. `errori`, each with its sheet and cell."""

    def __init__(self, errori: Sequence[Errore]) -> None:
        self.errori = tuple(errori)
        super().__init__({})


@dataclass(frozen=True, slots=True)
class EsitoFoglio:
    """What a workbook did, or would do: objectives created and changed, those already so."""

    creati: tuple[Obiettivo, ...] = ()
    modificati: tuple[Obiettivo, ...] = ()
    uguali: int = 0
    avvisi: tuple[Errore, ...] = ()


def modello(ciclo: Ciclo, obiettivi: Sequence[Obiettivo] = (), r: Rubrica | None = None) -> bytes:
    """The workbook of a year, blank or filled with these drafts (which come with `unita`)."""
    r = r or rubrica(ciclo)
    programmi = {str(v.nodo.pid): _nome_nodo(v.nodo, r) for v in r.rami}
    lette = leggi(obiettivi, r)
    righe_piene = righe([(lette[o.pk], o.revisione) for o in obiettivi], programmi)
    return fogli.scrivi(libro(ciclo.anno, _periodi(r)), righe_piene)


def _nome_nodo(nodo: Any, r: Rubrica) -> str:
    return nodo.codice if nodo.codice in r.nodi else str(nodo.pid)


def _periodi(r: Rubrica) -> list[tuple[str, str]]:
    return [(p.codice, p.nome) for p in r.periodi]


def importa_proposte(
    *,
    ciclo: Ciclo,
    contenuto: bytes,
    by: Attore,
    istante: datetime,
    canale: str = "web",
    prova: bool = False,
) -> EsitoFoglio:
    """Create and change the drafts that the workbook holds, all or nothing; with `prova` only say
    what would happen. Raises FoglioNonValido with every error by sheet and cell."""
    with transaction.atomic():
        nell_ente(by.ente_id)
        codici.una_alla_volta(ciclo)
        r = rubrica(ciclo)
        lette = leggi_proposte(contenuto, ciclo.anno, _periodi(r))
        esito = _scrivi(ciclo, r, lette, by, istante, canale)
        if prova:
            transaction.set_rollback(True)
    return esito


def _scrivi(
    ciclo: Ciclo,
    r: Rubrica,
    lette: ProposteLette,
    by: Attore,
    istante: datetime,
    canale: str,
) -> EsitoFoglio:
    nomi = [x.scheda.codice for x in lette.schede]
    presenti = {
        o.codice: o
        for o in Obiettivo.objects.filter(ciclo=ciclo, codice__in=nomi)
        .select_related("unita")
        .order_by("pk")
    }
    visibili = (
        {*presenti}
        if by.persona_id is None
        else set(
            Obiettivo.objects.filter(
                selectors.visibili(by), pk__in=[o.pk for o in presenti.values()]
            ).values_list("codice", flat=True)
        )
    )
    errori = list(lette.errori)
    salvate = leggi(list(presenti.values()), r)
    celle = {(e.foglio, e.cella) for e in errori}  # what could not be read is told once
    errori += [
        e
        for e in _errori(lette.schede, presenti, salvate, visibili, r, by, codici.usati(ciclo))
        if (e.foglio, e.cella) not in celle
    ]
    if errori:
        raise FoglioNonValido(errori)
    nuove = [x.scheda for x in lette.schede if x.scheda.codice not in presenti]
    modifiche = [
        Modifica(o, con_pid(x.scheda, salvate[o.pk]), o.revisione)
        for x in lette.schede
        if (o := presenti.get(x.scheda.codice)) is not None
    ]
    modificati = modifica_bozze(
        modifiche=modifiche, rubrica=r, by=by, istante=istante, canale=canale
    )
    creati = crea_bozze(ciclo=ciclo, schede=nuove, rubrica=r, by=by, istante=istante, canale=canale)
    return EsitoFoglio(
        tuple(creati), tuple(modificati), len(modifiche) - len(modificati), lette.avvisi
    )


def _errori(
    lette: Sequence[SchedaLetta],
    presenti: dict[str, Obiettivo],
    salvate: Mapping[int, SchedaScritta],
    visibili: set[str],
    r: Rubrica,
    by: Attore,
    usati: set[str],
) -> list[Errore]:
    """All that keeps the schede from being written, each at its cell."""
    trovati = []
    for x in lette:
        codice = x.scheda.codice
        o = presenti.get(codice)
        tenuti = salvate[o.pk].tipi if o else ()
        trovati += [x.errore(d.dove, d.messaggio) for d in difetti(x.scheda, r, tenuti)]
        if o is None or codice not in visibili:
            if codice in usati:
                trovati.append(x.errore("codice", codice_preso(codice, r.ciclo.anno)))
        elif o.stato != "bozza":
            motivo = non_bozza(o)
            trovati.append(x.errore("codice", motivo.messaggio, motivo.rimedio))
        elif x.revisione is not None and x.revisione != o.revisione:
            trovati.append(
                x.errore(
                    "revisione",
                    _("%(codice)s è cambiato da quando il foglio è stato scaricato.")
                    % {"codice": codice},
                    _("Scaricare di nuovo il foglio, o svuotare la cella per sovrascrivere."),
                )
            )
        elif by.persona_id is not None and not _puo(by, o.unita.percorso):
            trovati.append(x.errore("codice", _non_tua(o.unita.nome)))
        unita = r.unita.get(x.scheda.unita)
        if unita and by.persona_id is not None and not _puo(by, unita.percorso):
            trovati.append(x.errore("unita", _non_tua(unita.nome)))
    return trovati


def _puo(by: Attore, percorso: str) -> bool:
    return by.incarico_per("modifica_obiettivo", percorso) is not None


def _non_tua(unita: str) -> str:
    return _("Serve un incarico di PO o dirigente su «%(unita)s», in vigore adesso.") % {
        "unita": unita
    }


# --- which row is which -------------------------------------------------------------------------

_Riga = TypeVar("_Riga", bound=Any)


def con_pid(nuova: SchedaScritta, salvata: SchedaScritta) -> SchedaScritta:
    """The scheda with the rows it has already recognised: a specifico by its code, an indicator
    by its name, a phase by its words, a person by who it is. What a sheet does not say of a row
    stays as it is."""
    per_codice = {s.codice: s for s in salvata.specifici}
    return replace(
        nuova,
        specifici=tuple(
            _con_pid(s, per_codice[s.codice]) if s.codice in per_codice else s
            for s in nuova.specifici
        ),
    )


def _con_pid(s: SpecificoScritto, salvato: SpecificoScritto) -> SpecificoScritto:
    indicatori = [
        replace(i, pid=era.pid, cap=era.cap, fascia_da=era.fascia_da, fascia_a=era.fascia_a)
        if era is not None
        else i
        for i, era in _abbina(s.indicatori, salvato.indicatori, lambda i: i.nome)
    ]
    fasi = [
        replace(f, pid=era.pid) if era is not None else f
        for f, era in _abbina(s.fasi, salvato.fasi, lambda f: f.descrizione)
    ]
    persone = [
        replace(p, pid=era.pid) if era is not None else p
        for p, era in _abbina(s.persone, salvato.persone, lambda p: chiave(p.persona))
    ]
    return replace(
        s,
        pid=salvato.pid,
        indicatori=tuple(indicatori),
        fasi=tuple(fasi),
        persone=tuple(persone),
    )


def _abbina(
    nuove: Sequence[_Riga], salvate: Sequence[_Riga], nome: Any
) -> list[tuple[_Riga, _Riga | None]]:
    """Each new row with the saved one of the same name: the first with the first, the second with
    the second."""
    per_nome: dict[Any, list[_Riga]] = {}
    for riga in salvate:
        per_nome.setdefault(nome(riga), []).append(riga)
    viste: Counter[Any] = Counter()
    coppie: list[tuple[_Riga, _Riga | None]] = []
    for riga in nuove:
        quale = nome(riga)
        candidate = per_nome.get(quale, [])
        coppie.append((riga, candidate[viste[quale]] if viste[quale] < len(candidate) else None))
        viste[quale] += 1
    return coppie
