# SPDX-License-Identifier: AGPL-3.0-or-later
"""The grid in a workbook: taken out, filled, brought back. What comes back is written by the
service that saves the cells of the page; what is wrong is told by sheet and cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from cycle import celle
from cycle.celle import Nome, Scritta
from cycle.griglia import Cella, Griglia
from cycle.importers.fogli import Errore, Riga, leggi, scrivi
from cycle.importers.griglia import CAMPI, FASI, LIBRO, TESTI, VALORI, Chiave
from cycle.models import Ciclo, Periodo
from cycle.models.indicatore import UNITA
from cycle.scheda import Figura
from cycle.services.griglia import Esito, salva
from workflows.errors import NonTrovato
from workflows.ports import Attore

_UNITA = dict(UNITA)


def foglio(g: Griglia) -> bytes:
    """The workbook of a grid, as it is now."""
    righe: dict[str, list[dict[str, Any]]] = {VALORI: [], FASI: [], TESTI: []}
    periodo = g.periodo.codice
    for r in g.relazioni:
        for s in r.sezioni:
            chi = {"obiettivo": r.relazione.obiettivo.codice, "specifico": s.voce.specifico.codice}
            for riga in s.righe:
                i, genere = riga.indicatore, riga.valore.genere
                righe[VALORI].append(
                    {
                        **chi,
                        "indicatore": i.nome,
                        "unita": _UNITA[i.unita_misura],
                        "anno_prima": celle.scritta(riga.anno_prima, genere),
                        "prima": celle.scritta(riga.prima, genere),
                        "target": celle.scritta(riga.target, genere),
                        "valore": _figura(riga.figura, genere),
                        "nota": riga.nota.scritta,
                        "chiave": _chiave(periodo, riga.valore, riga.nota),
                    }
                )
            for f in s.fasi:
                righe[FASI].append(
                    {
                        **chi,
                        "fase": f.fase.descrizione,
                        "prevista": _periodo(f.fase.inizio_previsto, f.fase.fine_prevista),
                        "avanzamento": f.fase.avanzamento,
                        "inizio": f.fase.inizio_effettivo,
                        "fine": f.fase.fine_effettiva,
                        "chiave": _chiave(periodo, *f.celle),
                    }
                )
            righe[TESTI].append(
                {
                    **chi,
                    "titolo": s.voce.specifico.titolo,
                    "testo": s.testo.scritta,
                    "chiave": _chiave(periodo, s.testo),
                }
            )
    return scrivi(LIBRO, righe)


def _figura(valore: Figura, genere: str) -> Decimal | date | bool | None:
    return bool(valore) if genere == "si_no" and valore in (0, 1) else valore


def _periodo(dal: date | None, al: date | None) -> str:
    return " - ".join(f"{g:%d/%m/%Y}" if g else "…" for g in (dal, al)) if dal or al else ""


def _chiave(periodo: str, *celle_: Cella) -> str:
    impronte = tuple(celle.impronta(c.scritta) for c in celle_)
    return str(Chiave(periodo, celle_[0].nome.pid, impronte))


@dataclass(frozen=True, slots=True)
class Cambio:
    """A cell of the workbook that says something new: where it stands, and what it says."""

    dove: str
    riga: str  # "specifico, indicatore"
    testo: str


@dataclass(frozen=True, slots=True)
class EsitoFoglio:
    """What a workbook would write, or wrote. With `errori` nothing is written; `contesi` stay as
    somebody else wrote them meanwhile."""

    cambi: tuple[Cambio, ...] = ()
    errori: tuple[Errore, ...] = ()
    contesi: tuple[Errore, ...] = ()
    avvisi: tuple[Errore, ...] = ()


def carica(
    *,
    ciclo: Ciclo,
    periodo: Periodo,
    contenuto: bytes,
    by: Attore,
    istante: datetime,
    prova: bool,
    canale: str = "web",
) -> EsitoFoglio:
    """Read a workbook of the period and write the cells that differ from what it was made from;
    with `prova` only tell what would happen. Raises as `griglia.salva` does, but for a row that is
    not to be seen, which is an error of its cell."""
    lettura = leggi(contenuto, LIBRO)
    errori = list(lettura.errori)
    dove: dict[Nome, tuple[Riga, str]] = {}
    scritte: list[Scritta] = []
    for nome_foglio, campi in CAMPI.items():
        for riga in lettura[nome_foglio]:
            chiave = Chiave.da_testo(riga["chiave"], campi)
            errore = _errore_di_chiave(riga, chiave, periodo, campi, dove)
            if errore is not None or chiave is None:
                errori.append(errore or riga.errore("chiave", _("Manca la chiave.")))
                continue
            for scritta in _lette(riga, chiave, campi):
                dove[scritta.nome] = (riga, scritta.nome.campo)
                if scritta.impronta:
                    scritte.append(scritta)
    if errori or not scritte:
        return EsitoFoglio(errori=tuple(errori), avvisi=lettura.avvisi)

    def tenta(prova: bool) -> Esito:
        return salva(
            ciclo=ciclo,
            periodo=periodo,
            scritte=scritte,
            by=by,
            istante=istante,
            tutte=not prova,
            prova=prova,
            canale=canale,
        )

    try:
        esito = tenta(prova=True)
    except NonTrovato:
        senza = _("Una o più righe sono di obiettivi che non ci sono, o non si possono vedere.")
        rimedio = _("Scaricare di nuovo il foglio e riportarvi i valori.")
        return EsitoFoglio(errori=(Errore("", "", senza, rimedio),), avvisi=lettura.avvisi)
    if not esito.errate and not prova:
        contese = esito.contese.keys()
        scritte = [s for s in scritte if s.nome not in contese]
        if scritte:
            fatto = tenta(prova=False)
            contesi = {**esito.contese, **fatto.contese}
            esito = Esito(fatto.scritte if fatto.sta else {}, fatto.errate, contesi)
    return EsitoFoglio(
        tuple(_cambi(esito, dove)),
        tuple(dove[n][0].errore(dove[n][1], e) for n, e in esito.errate.items()),
        tuple(dove[n][0].errore(dove[n][1], x.detto) for n, x in esito.contese.items()),
        lettura.avvisi,
    )


def _errore_di_chiave(
    riga: Riga,
    chiave: Chiave | None,
    periodo: Periodo,
    campi: tuple[str, ...],
    viste: Mapping[Nome, object],
) -> Errore | None:
    if chiave is None:
        return riga.errore(
            "chiave",
            _("La chiave di questa riga manca, o è stata cambiata."),
            _("Le righe non si aggiungono: scaricare di nuovo il foglio."),
        )
    if chiave.periodo != periodo.codice:
        return riga.errore(
            "chiave",
            _("Questa riga è del periodo %(periodo)s.") % {"periodo": chiave.periodo},
            _("Caricarla nella griglia di quel periodo."),
        )
    if Nome(campi[0], chiave.pid) in viste:
        return riga.errore(
            "chiave", _("Questa riga c'è già più sopra."), _("Toglierne una delle due.")
        )
    return None


def _lette(riga: Riga, chiave: Chiave, campi: tuple[str, ...]) -> Iterator[Scritta]:
    """The cells of a row. One that says what it said when the workbook was made has no
    `impronta`: it is not to be written."""
    for campo, impronta in zip(campi, chiave.impronte, strict=True):
        valore = riga[campo]
        intatta = campo not in riga.lettere or impronta in _dice(valore)
        yield Scritta(Nome(campo, chiave.pid), valore, impronta="" if intatta else impronta)


def _dice(valore: Any) -> set[str]:
    """The digests of what a cell of the workbook says, as the grid may show it: a one is also a
    yes."""
    if isinstance(valore, str):
        valore = celle.una_riga_per_capoverso(valore)
    return {celle.impronta(celle.scritta(valore, genere)) for genere in ("numero", "si_no")}


def _cambi(esito: Esito, dove: Mapping[Nome, tuple[Riga, str]]) -> Iterator[Cambio]:
    for nome, testo in esito.scritte.items():
        riga, campo = dove[nome]
        di = riga.valori.get("indicatore") or riga.valori.get("fase") or riga.valori.get("titolo")
        yield Cambio(
            f"{riga.foglio} {riga.cella(campo)}", f"{riga['specifico']}, {di}", testo or _("vuota")
        )
