# SPDX-License-Identifier: AGPL-3.0-or-later
"""The small world of the tests: two enti, two settori each, everybody it takes, and in the first
settore of the first ente one objective in each state, moved there by the engine.

It is built once into the database model that every test copies or rolls back to.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from cycle import apertura, canonico, permissions
from cycle.apertura import Riga
from cycle.importers import piano as neutro
from cycle.models import (
    Ciclo,
    Ente,
    Obiettivo,
    ObiettivoSpecifico,
    Periodo,
    Persona,
    Proroga,
    RelazioneSemestrale,
    Rilevazione,
    UnitaOrganizzativa,
    Utente,
)
from cycle.parametri import Parametri
from cycle.services import anno as servizi_anno
from cycle.services import enti, osservazioni, relazioni
from cycle.services.enti import Conferimento, conferisci, crea_ente, di_comando
from cycle.services.piano import importa
from cycle.services.proroga import proroga as proroga_termini
from cycle.services.relazioni import Compilazione
from cycle.services.transizioni import esegui
from workflows.ports import Attore, FattiAtto, FattiSeduta, Richiesta
from workflows.registro import azioni

ANNO = 2026
# The year has begun, the first period has not ended.
ADESSO = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
INIZIO = datetime(2026, 1, 1, tzinfo=UTC)
PASSWORD = "prova-prova-prova"

SETTORI = (("S1", "Servizi alla persona"), ("S2", "Lavori pubblici"))
# name of the persona -> (role, code of the unit, "" for the whole ente)
PERSONE = {
    "UNO DIRIGENTE": ("dirigente", "S1"),
    "UNO PO": ("po", "S1"),
    "DUE DIRIGENTE": ("dirigente", "S2"),
    "DUE PO": ("po", "S2"),
    "PRIMO NUCLEO": ("nucleo", ""),
    "SECONDO NUCLEO": ("nucleo", ""),
    "TERZO NUCLEO": ("nucleo", ""),
    "ATTI SEGRETERIA": ("segreteria", ""),
    "SINDACA GIUNTA": ("giunta", ""),
    "GENERALE SEGRETARIO": ("segretario", ""),
    "GESTIONE CONTROLLO": ("controllo", ""),
    "CONTI RAGIONERIA": ("ragioneria", ""),
    "VERIFICA REVISORE": ("revisore", ""),
    "SENZA INCARICO": ("", ""),
}
STATI = ("bozza", "proposta", "approvato", "in_corso", "rendicontato", "validato")


def rilevazione(periodo: str, target: Any, valore: Any = None) -> neutro.Rilevazione:
    return neutro.Rilevazione(
        periodo,
        None if target is None else Decimal(str(target)),
        None if valore is None else Decimal(str(valore)),
    )


def scheda(codice: str, unita: str, settore: int, anno: int = ANNO) -> neutro.Obiettivo:
    """A complete scheda: two specifici, one with two indicators of 50."""
    inizio, fine = date(anno, 1, 1), date(anno, 12, 31)
    dirigente = ("UNO", "DUE")[settore - 1] + " DIRIGENTE"
    po = ("UNO", "DUE")[settore - 1] + " PO"

    def indicatore(nome: str, peso: int) -> neutro.Indicatore:
        return neutro.Indicatore(
            nome=nome,
            peso=Decimal(peso),
            natura="positivo",
            aggregazione="somma",
            rilevazioni=(rilevazione(f"{anno}-1", 1), rilevazione(f"{anno}-2", 2)),
            tipo=nome.split(" - ")[0],
        )

    return neutro.Obiettivo(
        codice=codice,
        tipo="OE",
        titolo=f"Migliorare il servizio {codice}",
        descrizione="Ridurre i tempi di attesa dei cittadini.",
        unita=unita,
        responsabile_generale=dirigente,
        responsabile_operativo=po,
        inizio_previsto=inizio,
        fine_prevista=fine,
        nodi=(neutro.Nodo((("Programma", "P1", "Una città per tutti"),)),),
        specifici=tuple(
            neutro.Specifico(
                codice=f"{codice}{n:02d}",
                titolo=f"Azione {n} di {codice}",
                descrizione="",
                inizio_previsto=inizio,
                fine_prevista=fine,
                collaboratori=(neutro.Collaboratore(po, po, inizio, fine, True),),
                indicatori=indicatori,
            )
            for n, indicatori in enumerate(
                (
                    (indicatore("N. sportelli - aperti", 100),),
                    (indicatore("N. pratiche - evase", 50), indicatore("N. utenti - sentiti", 50)),
                ),
                start=1,
            )
        ),
    )


def piano(schede: Sequence[neutro.Obiettivo], anno: int = ANNO) -> neutro.Piano:
    return neutro.Piano(
        anno=anno,
        fonte="prova",
        periodi=tuple(
            neutro.Periodo(f"{anno}-{n}", nome, date(anno, *dal), date(anno, *al))
            for n, (nome, dal, al) in enumerate(enti.PERIODI, start=1)
        ),
        unita=tuple(neutro.Unita(codice, nome, "settore") for codice, nome in SETTORI),
        persone=tuple(neutro.Persona(nome) for nome in PERSONE),
        obiettivi=tuple(schede),
    )


def costruisci() -> None:
    """Write the world into the database at hand."""
    for ipa, nome in (("alfa", "Comune di Alfa"), ("beta", "Comune di Beta")):
        ente = crea_ente(nome=nome, codice_ipa=ipa, istante=INIZIO, patrono=(1, 31))
        schede = [scheda(f"OE{n:02d}", "S1", 1) for n, _ in enumerate(STATI, start=1)]
        schede += [scheda("OE11", "S2", 2), scheda("OE12", "S2", 2)]
        importa(
            ente=ente,
            piano=piano(schede),
            come="piano",
            istante=INIZIO,
            stati=dict.fromkeys((s.codice for s in schede), "bozza"),
        )
        _incarichi(ente)
        for codice, stato in zip((s.codice for s in schede), STATI, strict=False):
            porta(ente, codice, stato)
        porta(ente, "OE12", "in_corso")


def _incarichi(ente: Ente) -> None:
    unita = {u.codice: u for u in UnitaOrganizzativa.objects.filter(ente=ente)}
    for nome, (ruolo, dove) in PERSONE.items():
        persona = Persona.objects.get(ente=ente, nome_completo=nome)
        # the first member of the Nucleo serves both enti with one login
        utente, _ = Utente.objects.get_or_create(
            username="nucleo.comune" if nome == "PRIMO NUCLEO" else nome_utente(ente, nome)
        )
        Persona.objects.filter(pk=persona.pk).update(utente=utente)
        if ruolo:
            conferisci(
                ente=ente,
                conferimenti=[
                    Conferimento(persona, ruolo, unita[dove or "ENTE"], "decreto n. 1", INIZIO)
                ],
                attore=di_comando(ente.pk, INIZIO),
                istante=INIZIO,
                canale="comando",
            )


def nome_utente(ente: Ente, nome: str) -> str:
    return f"{nome.lower().replace(' ', '.')}.{ente.codice_ipa}"


def ente(ipa: str = "alfa") -> Ente:
    return Ente.objects.get(codice_ipa=ipa)


def ciclo(ipa: str = "alfa", anno: int = ANNO) -> Ciclo:
    return Ciclo.objects.get(ente__codice_ipa=ipa, anno=anno)


def persona(nome: str, ipa: str = "alfa") -> Persona:
    return Persona.objects.get(ente__codice_ipa=ipa, nome_completo=nome)


def utente(nome: str, ipa: str = "alfa") -> Utente:
    trovato = persona(nome, ipa).utente
    assert trovato is not None
    return trovato


def attore(nome: str, ipa: str = "alfa", istante: datetime = ADESSO) -> Attore:
    chi = persona(nome, ipa)
    return permissions.attore(chi.ente_id, chi.pk, istante)


def obiettivo(codice: str, ipa: str = "alfa", anno: int = ANNO) -> Obiettivo:
    return Obiettivo.objects.select_related("ciclo", "unita").get(
        ente__codice_ipa=ipa, ciclo__anno=anno, codice=codice
    )


def in_stato(stato: str, ipa: str = "alfa") -> Obiettivo:
    """The objective of the first settore that stands in `stato`."""
    return obiettivo(f"OE{STATI.index(stato) + 1:02d}", ipa)


def apri(
    ipa: str = "alfa",
    anno: int = ANNO,
    *,
    numero: str = "4",
    giorno: date = date(2026, 2, 1),
    istante: datetime = ADESSO,
    righe: Sequence[Riga] | None = None,
    **parametri: Any,
) -> Ciclo:
    """The year opened by an act of the giunta, with the default calendar or with `righe`."""
    scelti = Parametri.da_dizionario(parametri)
    return servizi_anno.apri(
        ente=ente(ipa),
        anno=anno,
        parametri=scelti,
        righe=apertura.predefinite(anno, scelti) if righe is None else righe,
        atto=FattiAtto(numero, giorno),
        by=attore("GESTIONE CONTROLLO", ipa, istante),
        istante=istante,
    )


def proroga(
    fino_a: Mapping[str, date],
    ipa: str = "alfa",
    anno: int = ANNO,
    *,
    numero: str = "15",
    giorno: date = date(2026, 3, 1),
    istante: datetime = ADESSO,
    organo: str = "giunta",
    chi: str = "ATTI SEGRETERIA",
) -> list[Proroga]:
    """Terms of an opened year moved by an act."""
    return proroga_termini(
        ciclo=ciclo(ipa, anno),
        fino_a=fino_a,
        atto=FattiAtto(numero, giorno, organo),
        motivazione="Il servizio è rimasto fermo.",
        by=attore(chi, ipa, istante),
        istante=istante,
    )


_CAMPO = re.compile(
    r"<(input|select|textarea)\b([^>]*)>(.*?)(?=<(?:input|select|textarea)\b|$)", re.S
)


def campi(pagina: str) -> dict[str, Any]:
    """What a browser would send of the page's forms by POST, nothing touched."""
    dati: dict[str, Any] = {}
    for tag, attributi, dentro in _CAMPO.findall(pagina):
        nome = re.search(r'name="([^"]*)"', attributi)
        if nome is None:
            continue
        valore = re.search(r'value="([^"]*)"', attributi)
        testo = html.unescape(valore[1]) if valore else ""
        if tag == "select":
            scelte = re.findall(r'<option value="([^"]*)"( selected)?>', dentro)
            testo = next((v for v, s in scelte if s), scelte[0][0] if scelte else "")
        elif 'type="radio"' in attributi and " checked" not in attributi:
            continue
        elif tag == "textarea":
            testo = html.unescape(dentro.partition("</textarea>")[0]).strip()
        elif 'type="checkbox"' in attributi and "checked" not in attributi:
            continue
        elif 'type="checkbox"' in attributi or "-ruoli" in nome[1]:  # many of one name
            dati.setdefault(nome[1], []).append(testo or "on")
            continue
        dati[nome[1]] = testo
    return dati


def atto(numero: str = "12", giorno: date = date(2026, 2, 20)) -> FattiAtto:
    return FattiAtto(numero=numero, data=giorno, parere_tecnico="segretario, 19/02/2026")


def seduta(ipa: str = "alfa", giorno: date = date(2026, 3, 1)) -> FattiSeduta:
    presenti = Persona.objects.filter(ente__codice_ipa=ipa, nome_completo__endswith=" NUCLEO")
    return FattiSeduta(giorno, frozenset(presenti.values_list("pk", flat=True)))


def muovi(
    oggetto: Obiettivo | RelazioneSemestrale,
    transizione: str,
    chi: str,
    *,
    istante: datetime = ADESSO,
    **richiesta: Any,
) -> None:
    """One transition by the person `chi` of the object's ente, with what the form would bring."""
    ipa = Ente.objects.get(pk=oggetto.ente_id).codice_ipa
    esegui(
        procedura="obiettivo" if isinstance(oggetto, Obiettivo) else "relazione",
        transizione=transizione,
        ids=[oggetto.pk],
        by=attore(chi, ipa, istante),
        istante=istante,
        richiesta=Richiesta(**richiesta),
    )


def porta(ente: Ente, codice: str, stato: str) -> None:
    """Walk an objective from bozza to `stato`, each step by who may take it."""
    ipa = ente.codice_ipa
    o = obiettivo(codice, ipa)
    settore = "UNO" if o.unita.codice == "S1" else "DUE"
    passi = STATI.index(stato)
    if passi >= 1:
        muovi(o, "proponi", f"{settore} DIRIGENTE")
    if passi >= 2:
        muovi(o, "approva", "ATTI SEGRETERIA", atto=atto(numero=codice))
    if passi >= 3:
        muovi(o, "avvia", f"{settore} PO")
    if passi >= 4:
        rendiconta(o, settore)
    if passi >= 5:
        for relazione in RelazioneSemestrale.objects.filter(obiettivo=o).order_by("periodo"):
            muovi(relazione, "valida", "SECONDO NUCLEO", seduta=seduta(ipa))
        muovi(o, "valida", "SECONDO NUCLEO", seduta=seduta(ipa))


def compila(
    relazione: RelazioneSemestrale,
    chi: str,
    istante: datetime = ADESSO,
    valore: Decimal | None = None,
) -> None:
    """Fill a report with values that meet every target, or with `valore` everywhere."""
    ipa = Ente.objects.get(pk=relazione.ente_id).codice_ipa
    relazioni.compila(
        relazione=relazione,
        compilazione=Compilazione(
            valori={
                r.indicatore_id: r.target if valore is None else valore
                for r in Rilevazione.objects.filter(
                    obiettivo_id=relazione.obiettivo_id, periodo_id=relazione.periodo_id
                )
            },
            testi={
                s.pk: "Attività svolta come previsto."
                for s in ObiettivoSpecifico.objects.filter(obiettivo_id=relazione.obiettivo_id)
            },
        ),
        by=attore(chi, ipa, istante),
        istante=istante,
    )


def rendiconta(o: Obiettivo, settore: str = "UNO") -> None:
    """Fill and submit both reports, then close the year's reporting."""
    for relazione in RelazioneSemestrale.objects.filter(obiettivo=o).order_by("periodo"):
        compila(relazione, f"{settore} PO")
        muovi(relazione, "trasmetti", f"{settore} DIRIGENTE")
    muovi(o, "rendiconta", f"{settore} DIRIGENTE")


def osserva(
    relazione: RelazioneSemestrale,
    testo: str,
    risposta: str | None = None,
    chi: str = "PRIMO NUCLEO",
    istante: datetime = ADESSO,
) -> None:
    """The Nucleo observes every specifico of a submitted report and sends it; with `risposta` the
    settore of S1 answers."""
    ipa = Ente.objects.get(pk=relazione.ente_id).codice_ipa
    specifici = list(
        ObiettivoSpecifico.objects.filter(obiettivo_id=relazione.obiettivo_id).values_list(
            "pk", flat=True
        )
    )
    osservazioni.annota(
        relazione=relazione,
        scritte={s: osservazioni.Scritta(testo, firma=True) for s in specifici},
        by=attore(chi, ipa, istante),
        istante=istante,
    )
    muovi(relazione, "osserva", chi, istante=istante)
    if risposta is not None:
        osservazioni.rispondi(
            relazione=relazione,
            risposte=dict.fromkeys(specifici, risposta),
            by=attore("UNO PO", ipa, istante),
            istante=istante,
        )
        muovi(relazione, "controdeduci", "UNO DIRIGENTE", istante=istante)


def trasmettendo(r: RelazioneSemestrale) -> None:
    """What follows in this transaction is written as by the submission of `r`, which alone may
    write what it freezes."""
    azioni.apri(
        ente_id=r.ente_id,
        procedura="relazione",
        verbo="trasmetti",
        passi=[azioni.Voce(r.pk, r.obiettivo_id, r.stato, r.stato)],
        attore=attore("UNO DIRIGENTE", Ente.objects.get(pk=r.ente_id).codice_ipa),
        istante=ADESSO,
    )


def muovi_target(r: RelazioneSemestrale, target: Decimal) -> None:
    """The targets of a report's period are no longer those that were submitted: its snapshot, and
    those of later reports, say that they were `target`. No figure moves otherwise, since the
    database refuses it."""
    periodo = Periodo.objects.get(pk=r.periodo_id)
    for x in RelazioneSemestrale.objects.filter(
        obiettivo_id=r.obiettivo_id, periodo__ordine__gte=periodo.ordine
    ).exclude(istantanea=""):
        trasmettendo(x)
        detta = json.loads(x.istantanea)
        for riga in detta["righe"]:
            if riga["periodo"] == periodo.codice:
                riga["target"] = str(target)
        RelazioneSemestrale.objects.filter(pk=x.pk).update(istantanea=canonico.testo(detta))
