# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sets of the small world: proposals, a set of them, submitted, with its pareri, decided."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from cycle.models import Atto, Insieme, Obiettivo
from cycle.services import insiemi
from cycle.services.decisione import Decisione, EsitoDecisione, decidi
from tests import mondo
from workflows.ports import FattiAtto

CONTROLLO, SEGRETERIA = "GESTIONE CONTROLLO", "ATTI SEGRETERIA"
SEGRETARIO, RAGIONERIA = "GENERALE SEGRETARIO", "CONTI RAGIONERIA"
PROPOSTE = ("OE02", "OE11")


def proposte(ipa: str = "alfa") -> list[Obiettivo]:
    """Two proposals, one of each settore: the world has one, the other is proposed now."""
    altra = mondo.obiettivo("OE11", ipa)
    if altra.stato == "bozza":
        mondo.muovi(altra, "proponi", "DUE DIRIGENTE")
    return [mondo.obiettivo(codice, ipa) for codice in PROPOSTE]


def composto(obiettivi: Sequence[Obiettivo] | None = None, ipa: str = "alfa") -> Insieme:
    return insiemi.componi(
        ciclo=mondo.ciclo(ipa),
        nome="PEG di prova",
        obiettivi=[o.pk for o in (proposte(ipa) if obiettivi is None else obiettivi)],
        by=mondo.attore(CONTROLLO, ipa),
        istante=mondo.ADESSO,
    )


def passo(insieme: Insieme, nome: str, motivazione: str = "Perché serve.", **altro: Any) -> Insieme:
    ipa = insieme.ente.codice_ipa
    insiemi.compi(
        insieme=insieme,
        passo=nome,
        by=mondo.attore(CONTROLLO, ipa),
        istante=mondo.ADESSO,
        motivazione=motivazione,
        **altro,
    )
    return Insieme.objects.select_related("ciclo", "ente").get(pk=insieme.pk)


def sottoposto(obiettivi: Sequence[Obiettivo] | None = None, ipa: str = "alfa") -> Insieme:
    return passo(composto(obiettivi, ipa), "sottoponi")


def parere(
    insieme: Insieme, tipo: str, esito: str = "favorevole", testo: str = "", chi: str = ""
) -> None:
    nome = chi or {"tecnico": SEGRETARIO, "contabile": RAGIONERIA}[tipo]
    insiemi.rendi_parere(
        insieme=insieme,
        tipo=tipo,
        esito=esito,
        testo=testo,
        impronta=insieme.impronta,
        by=mondo.attore(nome, insieme.ente.codice_ipa),
        istante=mondo.ADESSO,
    )


def istruito(obiettivi: Sequence[Obiettivo] | None = None, ipa: str = "alfa") -> Insieme:
    """A set that only waits for the decision."""
    insieme = sottoposto(obiettivi, ipa)
    parere(insieme, "tecnico")
    parere(insieme, "contabile", "non_dovuto", "Non muove risorse.")
    return insieme


def atto(numero: str = "77", giorno: date | None = date(2026, 2, 27), **altro: Any) -> FattiAtto:
    return FattiAtto(numero=numero, data=giorno, **altro)


def deciso(insieme: Insieme, chi: str = SEGRETERIA, **altro: Any) -> EsitoDecisione:
    dati = {"atto": atto(), **altro}
    comuni = {k: dati.pop(k) for k in ("revisione", "progresso") if k in dati}
    return decidi(
        insieme=insieme,
        decisione=Decisione(**dati),
        by=mondo.attore(chi, insieme.ente.codice_ipa),
        istante=mondo.ADESSO,
        **comuni,
    )


# --- what a page is asked with ------------------------------------------------------------------


def pid(come: Callable[..., Insieme], ipa: str) -> UUID:
    """The pid of a set of the ente, made the first time it is asked for."""
    return (Insieme.objects.filter(ente__codice_ipa=ipa).first() or come(ipa=ipa)).pid


def pid_dell_atto(ipa: str) -> UUID:
    return Atto.objects.filter(ente__codice_ipa=ipa, tipo="approvazione").order_by("pk")[0].pid


def corpo() -> dict[str, Any]:
    """What every form of the set of Alfa would bring, together."""
    insieme = Insieme.objects.get(ente__codice_ipa="alfa")
    return {
        "revisione": insieme.revisione,
        "impronta": insieme.impronta,
        "azione": "togli",
        "esito": "favorevole",
        "motivazione": "Perché serve.",
        "organo": "giunta",
        "numero": "902",
        "data_atto": "2026-02-27",
        "quali": "tutti",
    }
