# SPDX-License-Identifier: AGPL-3.0-or-later
"""A whole plan from a workbook: tried, with all that is wrong at its cell, and imported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import DataError, IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from cycle import measure
from cycle.generi import Scelta, SiNo
from cycle.importers.fogli import Errore, Riga
from cycle.importers.foglio_piano import FoglioLetto, leggi_con_celle
from cycle.importers.piano import Avviso, Piano, PianoIllegibile
from cycle.importers.testo import chiave
from cycle.models import Ciclo, Ente, UnitaOrganizzativa
from cycle.parametri import TUTTI, Parametri, Parametro, in_frase
from cycle.permissions import PERMESSI
from cycle.services import lavoro
from cycle.services.confronto import presenti_e_diversi
from cycle.services.enti import nell_ente
from cycle.services.piano import Avanzamento, EsitoImportazione, importa, nei_periodi
from cycle.services.proposte import FoglioNonValido
from workflows.errors import Motivo, NonAutorizzato
from workflows.ports import RUOLI, Attore, Incarico

_DETTI = 50  # errors that a work tells


@dataclass(frozen=True, slots=True)
class EsitoFoglio:
    """What a workbook did, or would do, and what in it is to be looked at."""

    creati: Mapping[str, int]
    gia_presenti: int
    avvisi: tuple[Errore, ...]
    anno_nuovo: bool


def chi_importa(ente: Ente, by: Attore) -> Incarico:
    """The incarico with which a whole plan is imported. Raises NonAutorizzato without one."""
    radice = UnitaOrganizzativa.objects.get(ente=ente, padre__isnull=True)
    incarico = by.incarico_per("importa_piano", radice.percorso)
    if incarico is None:
        ruoli = [r for r in RUOLI if r in PERMESSI["importa_piano"]]
        motivo = Motivo(
            "incarico",
            "R81",
            _("Per importare un piano serve un incarico di %(ruoli)s su «%(ente)s», adesso.")
            % {"ruoli": _(" o ").join(RUOLI[r] for r in ruoli), "ente": ente.nome},
            _("Chiedere l'importazione a chi ha l'incarico."),
            ", ".join(ruoli),
        )
        raise NonAutorizzato({0: [motivo]})
    return incarico


def importa_foglio(
    *,
    ente: Ente,
    anno: int,
    contenuto: bytes,
    come: str,
    istante: datetime,
    by: Attore | None = None,
    canale: str = "web",
    prova: bool = False,
    avanzamento: Avanzamento | None = None,
) -> EsitoFoglio:
    """Import the workbook as `piano` or `storico`, all or nothing; with `prova` only say what
    would happen. `by` is asked for his incarico; without him it is the command's.

    Raises FoglioNonValido with every error by sheet and cell.
    """
    with transaction.atomic():
        nell_ente(ente.pk)
        con = chi_importa(ente, by) if by is not None else None
        letto = leggi_con_celle(contenuto, anno=anno)
        ciclo = Ciclo.objects.filter(ente=ente, anno=anno).first()
        parametri, errori = _parametri(letto)
        if letto.piano is None or errori:
            raise FoglioNonValido((*errori, *letto.errori))
        piano = replace(letto.piano, parametri={**parametri, **letto.piano.parametri})
        if errori := _non_stanno(letto, piano, ciclo, come):
            raise FoglioNonValido(errori)
        try:
            esito = importa(
                ente=ente,
                piano=piano,
                come=come,
                istante=istante,
                attore=by,
                con=con,
                canale=canale,
                avanzamento=avanzamento,
            )
            if prova:  # what the database asks only at the end, asked now
                connection.check_constraints()
        except PianoIllegibile as no:
            raise FoglioNonValido([Errore("", "", str(no))]) from None
        except (IntegrityError, DataError) as no:
            raise FoglioNonValido([_del_database(no)]) from None
        if prova:
            transaction.set_rollback(True)
    dell_ente = Parametri.da_dizionario(dict(ciclo.parametri if ciclo else piano.parametri))
    nomi = {
        "obiettivi": in_frase(dell_ente.nome_obiettivi),
        "obiettivi specifici": in_frase(dell_ente.nome_specifici),
    }
    return EsitoFoglio(
        creati={nomi.get(nome, nome): n for nome, n in esito.creati.items() if n},
        gia_presenti=esito.gia_presenti,
        avvisi=(*letto.avvisi, *_suoi(ciclo, parametri), *_nelle_celle(letto, esito)),
        anno_nuovo=ciclo is None,
    )


def compie(r: lavoro.Richiesta) -> lavoro.Reso:
    """The work `foglio`: a workbook that was tried, imported."""
    dati = r.lavoro.dati
    try:
        esito = importa_foglio(
            ente=r.lavoro.ente,
            anno=int(dati["anno"]),
            contenuto=bytes(r.lavoro.contenuto or b""),
            come=str(dati["come"]),
            istante=r.istante,
            by=r.by,
            avanzamento=lambda fatto, totale: r.racconta(_("Scrittura del piano"), fatto, totale),
        )
    except FoglioNonValido as no:
        raise lavoro.NonRiuscito(*(str(e) for e in no.errori[:_DETTI])) from None
    return lavoro.Reso(esito={"anno": dati["anno"], "creati": dict(esito.creati)})


def esamina_foglio(
    *, ente: Ente, anno: int, contenuto: bytes, come: str, istante: datetime, by: Attore
) -> tuple[Errore, ...]:
    """All that is wrong in the workbook, by cell; nothing is written."""
    try:
        importa_foglio(
            ente=ente,
            anno=anno,
            contenuto=contenuto,
            come=come,
            istante=istante,
            by=by,
            prova=True,
        )
    except FoglioNonValido as no:
        return no.errori
    return ()


# --- the parameters of a year that is not there yet ---------------------------------------------


def _parametri(letto: FoglioLetto) -> tuple[dict[str, Any], list[Errore]]:
    """The sheet of parameters as a year keeps them, and what in it does not stand."""
    detti: dict[str, Any] = {}
    misura: dict[str, Any] = {}
    errori: list[Errore] = []
    per_nome = {chiave(n): p for p in TUTTI.values() for n in (p.nome, str(p.etichetta))}
    righe: dict[str, Riga] = {}
    for riga in letto.parametri:
        p = per_nome.get(chiave(riga["nome"]))
        if p is None:
            errori.append(
                riga.errore(
                    "nome",
                    _("«%(nome)s» non è un parametro.") % {"nome": riga["nome"][:60]},
                    _("Scrivere il nome come nell'aiuto, o togliere la riga."),
                )
            )
            continue
        righe[p.nome] = riga
        try:
            valore = p.genere.digitato(_digitato(p, riga["valore"]))
            p.genere.leggi(valore)
        except ValueError as no:
            errori.append(_errato(riga, no))
            continue
        if p.nome.startswith("misura."):
            misura[p.nome.removeprefix("misura.")] = valore
        else:
            detti[p.nome] = valore
    if misura:
        detti["misura"] = misura
    if not errori:
        try:
            Parametri.da_dizionario(detti)
        except ValueError as no:
            nome = getattr(no, "nome", "")
            colpevole = righe.get(nome) or righe.get(f"misura.{nome}")
            errori.append(_errato(colpevole, no) if colpevole else Errore("Parametri", "", str(no)))
    return detti, errori


def _errato(riga: Riga, no: ValueError) -> Errore:
    problema = str(no)
    return riga.errore(
        "valore", f"{problema[:1].upper()}{problema[1:]}.".replace("..", "."), _("Correggerlo.")
    )


def _digitato(p: Parametro, testo: str) -> str:
    """A choice may be written by its code or by its words."""
    if isinstance(p.genere, SiNo | Scelta):
        for codice, parole in p.genere.scelte.items():
            if chiave(testo) in (chiave(codice), chiave(str(parole))):
                return codice
    return testo


def _suoi(ciclo: Ciclo | None, parametri: Mapping[str, Any]) -> list[Errore]:
    """What the workbook says of a year that has its own."""
    if ciclo is None or not parametri:
        return []
    if Parametri.da_dizionario(dict(parametri)) == Parametri.da_dizionario(
        {k: v for k, v in ciclo.parametri.items() if k != "periodi"}
    ):
        return []
    return [
        Errore(
            "Parametri", "", _("l'anno è già aperto: valgono i suoi parametri, non quelli del file")
        )
    ]


# --- what the year and the database would refuse ------------------------------------------------


def _non_stanno(letto: FoglioLetto, piano: Piano, ciclo: Ciclo | None, come: str) -> list[Errore]:
    """Periods that the year does not have, schede that are there and differ, weights that do not
    sum (R68): each at its cell, all together."""
    errori: list[Errore] = []
    if ciclo is not None:
        finiscono = set(ciclo.periodi.values_list("al", flat=True))
        errori += [
            r.errore(
                "al",
                _("L'anno non ha un periodo che finisca il %(al)s.")
                % {"al": f"{r['al']:%d/%m/%Y}"},
                _("Usare i periodi dell'anno: %(quali)s.")
                % {"quali": ", ".join(f"{al:%d/%m/%Y}" for al in sorted(finiscono))},
            )
            for r in letto.lettura["Periodi"]
            if r["al"] not in finiscono
        ]
        if not errori:
            _presenti, diversi = presenti_e_diversi(ciclo, nei_periodi(piano, ciclo), come)
            errori += [
                r.errore(
                    "codice",
                    _("«%(codice)s» c'è già nel %(anno)s, ed è diverso da qui.")
                    % {"codice": r["codice"], "anno": piano.anno},
                    _(
                        "Una scheda presente non si sovrascrive: si corregge dalla sua pagina, o "
                        "con una variazione. Togliere le sue righe."
                    ),
                )
                for r in letto.lettura["Obiettivi"]
                if r["codice"] in set(diversi)
            ]
    parametri = Parametri.da_dizionario(dict(ciclo.parametri if ciclo else piano.parametri))
    if come == "storico" and parametri.pesi:
        for s in piano.specifici():
            difetto = measure.difetto_pesi(
                [i.peso for i in s.indicatori], parametri.misura.tolleranza_pesi
            )
            if difetto and s.indicatori:
                errori.append(
                    letto.errore(
                        "Indicatori",
                        s.indicatori[0].riga,
                        "peso",
                        f"{s.codice}: {difetto}.",
                        _("Correggere i pesi, o importarlo come piano per sistemarli dopo."),
                    )
                )
            elif difetto:
                errori.append(
                    letto.errore("Specifici", s.riga, "codice", f"{difetto}.", _("Aggiungerli."))
                )
    return errori


def _del_database(no: Exception) -> Errore:
    """A rule that only the database keeps. Of the errors of a row it says no cell."""
    vincolo = getattr(getattr(no.__cause__, "diag", None), "constraint_name", "") or ""
    if vincolo == "voce_motivata":
        return Errore(
            "Relazioni",
            "",
            _("Una percentuale convalidata è diversa da quella calcolata, e non ha un motivo."),
            _("Scrivere il motivo accanto alla percentuale (R56)."),
        )
    return Errore(
        "",
        "",
        _("Un valore non rispetta una regola dei dati (%(nome)s).") % {"nome": vincolo or "valore"},
        _("Controllare lunghezze, date e percentuali, e riprovare."),
    )


def _nelle_celle(letto: FoglioLetto, esito: EsitoImportazione) -> list[Errore]:
    """The notices of the import, at the cell of the scheda they are about. Those of reading are
    the workbook's own, which come apart."""
    righe = {r.numero: r for r in letto.lettura["Obiettivi"]}
    gia = {a.messaggio for a in letto.piano.avvisi} if letto.piano else set()

    def dove(a: Avviso) -> Errore:
        riga = righe.get(a.riga)
        return riga.errore("codice", a.messaggio) if riga else Errore("", "", a.messaggio)

    return [dove(a) for a in esito.avvisi if a.messaggio not in gia]
