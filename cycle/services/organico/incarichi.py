# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sheet of incarichi (R57, R81-R83). Those that are there are recognised and never changed:
they end, or others are given, by an act."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cycle.generi import data_nel_testo
from cycle.importers.fogli import Riga
from cycle.importers.fogli.valori import piu_vicina
from cycle.services.incarichi import OPERATIVI
from cycle.services.organico.confronto import Proposta
from cycle.services.organico.quadro import Chi, Tenuto, Unita
from workflows.ports import RUOLI, RUOLI_NON_DELEGABILI


def confronta_incarichi(p: Proposta, righe: Sequence[Riga]) -> None:
    """Add to the proposta what the sheet says of incarichi; deleghe after those they come from."""
    for riga in sorted(righe, key=lambda r: r["tipo"] == "delega"):
        if riga.errate & {"persona", "ruolo", "tipo", "dal", "al", "atto"}:
            continue
        nuovo = _letto(p, riga)
        if nuovo is None:
            continue
        gia = next((t for t in p.quadro.tenuti(nuovo.chi) if _stesso(t, nuovo, riga)), None)
        if gia is not None:
            _riconosci(p, riga, gia, nuovo)
            continue
        prima = len(p.errori)
        _verifica(p, riga, nuovo)
        if nuovo.tipo == "delega":
            _verifica_delega(p, riga, nuovo)
        if len(p.errori) == prima:
            p.quadro.da(nuovo)
            p.incarichi_nuovi.append(nuovo)
            dove = "tutto l'ente" if nuovo.unita is p.quadro.radice else nuovo.unita.nome
            p.differenza(
                "nuova",
                riga,
                "persona",
                nuovo.chi.nome.title(),
                f"{RUOLI[nuovo.ruolo]}, {dove}, dal {riga['dal']:%d/%m/%Y}"
                + (f" al {riga['al']:%d/%m/%Y}" if riga["al"] else "")
                + f" ({nuovo.atto})",
            )


def _letto(p: Proposta, riga: Riga) -> Tenuto | None:
    """The row with what it names found; None when something is not there."""
    chi = _citato(p, riga, "persona")
    unita = _unita(p, riga)
    delegante: Chi | None = None
    tipo = riga["tipo"] or "titolare"
    if tipo == "delega":
        if not riga["delegante"]:
            p.errore(riga, "delegante", "Manca chi dà la delega (R81).", "Scriverne e-mail o nome.")
            return None
        delegante = _citato(p, riga, "delegante")
    elif riga["delegante"]:
        p.errore(
            riga,
            "delegante",
            "C'è un delegante, ma l'incarico non è una delega.",
            "Scrivere «delega» in «Tipo», oppure vuotare la cella.",
        )
        return None
    if chi is None or unita is None or (tipo == "delega" and delegante is None):
        return None
    dal, al = _istanti(p, riga["dal"], riga["al"])
    adottato = data_nel_testo(riga["atto"])
    if adottato is not None and riga["dal"] < adottato:
        p.errore(
            riga,
            "dal",
            f"L'incarico comincerebbe prima del suo atto, che è del {adottato:%d/%m/%Y} (R82).",
            "Scrivere il giorno dell'atto, o un giorno successivo.",
        )
        return None
    if al is not None and al <= dal:
        p.errore(riga, "al", "La fine viene prima dell'inizio.", "Correggere le date.")
        return None
    nuovo = Tenuto(
        chi, riga["ruolo"], unita, tipo, dal, al, riga["atto"], motivo=riga["motivo"], riga=riga
    )
    if delegante is not None:
        nuovo.delegante = _di_chi_delega(p, riga, nuovo, delegante)
        if nuovo.delegante is None:
            return None
    return nuovo


def _istanti(p: Proposta, dal: date, al: date | None) -> tuple[datetime, datetime | None]:
    """From the first instant of `dal` to the last of `al`, in the ente's zone."""
    fuso = ZoneInfo(p.quadro.ente.fuso)
    fine = None if al is None else datetime.combine(al + timedelta(days=1), time(), fuso)
    return datetime.combine(dal, time(), fuso), fine


def _citato(p: Proposta, riga: Riga, colonna: str) -> Chi | None:
    testo = riga[colonna]
    chi = p.quadro.citato(testo)
    if chi is None:
        vicina = piu_vicina(testo, [c.email if "@" in testo else c.nome for c in p.quadro.chi])
        p.errore(
            riga,
            colonna,
            f"Nessuna persona è «{testo[:80]}»."
            + (f" Forse «{vicina if '@' in vicina else vicina.title()}»?" if vicina else ""),
            "Scrivere l'e-mail, oppure cognome e nome, come nel foglio Persone.",
        )
    return chi


def _unita(p: Proposta, riga: Riga) -> Unita | None:
    codice = riga["unita"]
    if not codice:
        return p.quadro.radice
    unita = p.quadro.citata(codice)
    if unita is None:
        vicina = piu_vicina(codice, [u.codice for u in p.quadro.unita])
        p.errore(
            riga,
            "unita",
            f"Nessuna unità ha il codice «{codice}»." + (f" Forse «{vicina}»?" if vicina else ""),
            "Scrivere il codice di una unità dell'ente o del foglio Unita.",
        )
    return unita


def _stesso(t: Tenuto, nuovo: Tenuto, riga: Riga) -> bool:
    """Of the same role and unit, from the same day: a file knows days, and not hours."""
    fuso = nuovo.dal.tzinfo
    return (
        t.ruolo == nuovo.ruolo
        and t.unita is nuovo.unita
        and t.dal.astimezone(fuso).date() == riga["dal"]
    )


def _riconosci(p: Proposta, riga: Riga, gia: Tenuto, nuovo: Tenuto) -> None:
    if gia.pk is None and gia.riga is not None:
        p.errore(
            riga,
            "persona",
            f"È lo stesso incarico della riga {gia.riga.numero}.",
            "Togliere una delle due righe.",
        )
        return
    p.invariate += 1
    fine = gia.al and (gia.al - timedelta(microseconds=1)).astimezone(nuovo.dal.tzinfo).date()
    for colonna, prima, dopo, che in (
        ("al", fine, riga["al"], "finisce in un altro giorno"),
        ("tipo", gia.tipo, nuovo.tipo, f"è di tipo «{gia.tipo}»"),
        ("atto", gia.atto, nuovo.atto, f"fu conferito con «{gia.atto}»"),
    ):
        if prima != dopo:
            p.avviso(
                riga,
                colonna,
                f"l'incarico c'è già e {che}: il file non lo cambia",
                "Farlo cessare, o conferirne un altro, dalla pagina degli incarichi.",
            )


def _verifica(p: Proposta, riga: Riga, nuovo: Tenuto) -> None:
    for altro in p.quadro.tenuti(nuovo.chi):
        stesso = altro.ruolo == nuovo.ruolo and altro.unita is nuovo.unita
        if stesso and altro.tocca(nuovo.dal, nuovo.al):
            dove = f" (riga {altro.riga.numero})" if altro.riga else ""
            p.errore(
                riga,
                "dal",
                f"{nuovo.chi.nome.title()} ha già questo incarico negli stessi giorni{dove}.",
                "Scegliere un periodo che non si sovrapponga.",
            )
            return
    _incompatibile(p, riga, nuovo)
    fine = nuovo.unita.campi.get("al", nuovo.unita.al)
    if fine is not None and (riga["al"] is None or riga["al"] > fine):
        p.errore(
            riga,
            "unita",
            f"«{nuovo.unita.nome}» è chiusa dal {fine:%d/%m/%Y}.",
            "Scrivere il codice dell'unità che le è succeduta, oppure una fine entro quel giorno.",
        )


def _incompatibile(p: Proposta, riga: Riga, nuovo: Tenuto) -> None:
    """Members of the Nucleo have no operating role in the same years (R57)."""
    contrari = OPERATIVI if nuovo.ruolo == "nucleo" else {"nucleo"}
    if nuovo.ruolo != "nucleo" and nuovo.ruolo not in OPERATIVI:
        return
    fuso = ZoneInfo(p.quadro.ente.fuso)
    dal = datetime(riga["dal"].year, 1, 1, tzinfo=fuso)
    al = datetime(riga["al"].year + 1, 1, 1, tzinfo=fuso) if riga["al"] else None
    for altro in p.quadro.tenuti(nuovo.chi):
        if altro.ruolo in contrari and altro.tocca(dal, al):
            p.errore(
                riga,
                "ruolo",
                f"{nuovo.chi.nome.title()} ha negli stessi anni un incarico di "
                f"{RUOLI[altro.ruolo]}: chi valida non ha altri ruoli operativi (R57).",
                "Scegliere un'altra persona.",
            )
            return


def _verifica_delega(p: Proposta, riga: Riga, nuovo: Tenuto) -> None:
    if nuovo.ruolo in RUOLI_NON_DELEGABILI:
        p.errore(
            riga,
            "ruolo",
            f"Il ruolo «{RUOLI[nuovo.ruolo]}» non si delega (R81).",
            "La validazione e ciò che decide la giunta restano a chi ne ha l'incarico.",
        )
    if nuovo.delegante is not None and nuovo.delegante.chi is nuovo.chi:
        p.errore(riga, "delegante", "Non ci si delega da soli.", "Scegliere un'altra persona.")
    if not nuovo.motivo:
        p.errore(
            riga,
            "motivo",
            "Manca il motivo della delega (R81).",
            "Scrivere le ragioni di servizio.",
        )
    if nuovo.al is None:
        p.errore(riga, "al", "Manca la fine: una delega è a tempo (R81).", "Scriverla in «Al».")


def _di_chi_delega(p: Proposta, riga: Riga, nuovo: Tenuto, chi: Chi) -> Tenuto | None:
    """The incarico a delega comes from: of that role, not itself a delega, on the unit or above,
    for all the time of the delega."""
    catena = list(nuovo.unita.catena())
    for suo in p.quadro.tenuti(chi):
        if (
            suo.ruolo == nuovo.ruolo
            and suo.tipo != "delega"
            and suo.unita in catena
            and suo.dal <= nuovo.dal
            and (suo.al is None or (nuovo.al is not None and nuovo.al <= suo.al))
        ):
            return suo
    p.errore(
        riga,
        "delegante",
        f"{chi.nome.title()} non ha in quei giorni un incarico di {RUOLI[nuovo.ruolo]} su "
        f"«{nuovo.unita.nome}» o sopra, da cui delegare (R81).",
        "Si delega il proprio ruolo, sulle proprie unità, e una delega non si passa oltre.",
    )
    return None
