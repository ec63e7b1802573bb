# SPDX-License-Identifier: AGPL-3.0-or-later
"""'Perché no?': every reason why a step cannot be taken, who can remedy it and by when; and what
would be true at another instant or with another role."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from cycle import selectors
from cycle.contesto import Contesto, RichiestaEnte, nell_ente
from cycle.models import Obiettivo, RelazioneSemestrale
from cycle.procedures import PROCEDURE
from cycle.views.ipotesi import ipotesi
from cycle.views.scritto import scritto
from workflows.errors import Motivo, NonTrovato, Rifiuto
from workflows.machines.base import Transizione
from workflows.ports import RUOLI, Attore, Procedura, Richiesta
from workflows.verdetto import Verdetto, verdetto

# The term by which what a guard misses is due: code of the calendar, with the period where
# there is one for each.
TERMINI = {
    "ultima_relazione_trasmessa": "relazione-{ultimo}",
    "valori_completi": "relazione-{periodo}",
    "ogni_periodo_validato": "validazione",
    "nessuna_variazione_pendente": "decisioni",
}


@dataclass(frozen=True, slots=True)
class Bersaglio:
    """What is about to move, as the person may see it."""

    procedura: Procedura
    transizione: Transizione
    obiettivo: Obiettivo
    relazione: RelazioneSemestrale | None

    @property
    def oggetto(self) -> Obiettivo | RelazioneSemestrale:
        return self.relazione or self.obiettivo

    def indirizzo(self, ipa: str, nome: str) -> str:
        """`transizione` or `perche_no` of this object."""
        argomenti = [ipa, self.obiettivo.pid, self.transizione.nome]
        if self.relazione is None:
            return reverse(nome, args=argomenti)
        argomenti.insert(2, self.relazione.periodo.codice)
        return reverse(f"{nome}_relazione", args=argomenti)

    def pagina(self, ipa: str) -> str:
        """Where one comes from, and goes back to."""
        if self.relazione is None:
            return reverse("scheda", args=[ipa, self.obiettivo.pid])
        return reverse("relazione", args=[ipa, self.obiettivo.pid, self.relazione.periodo.codice])


@require_safe
@nell_ente
def perche_no(
    request: RichiestaEnte, pid: UUID, nome: str, periodo: str | None = None
) -> HttpResponse:
    """Why not, or why yes: now and for me, at another instant (`il`), with another role
    (`ruolo`). It writes nothing."""
    c = request.contesto
    b = bersaglio(c, pid, nome, periodo)
    e_se = ipotesi(request.GET, c)
    attore = e_se.attore(c, b.obiettivo.unita.percorso)
    giudizio = giudica(b, attore, e_se.istante(c))
    return spiega(request, b, giudizio, il=e_se.il, ruolo=e_se.ruolo, errore=e_se.errore)


def bersaglio(c: Contesto, pid: UUID, nome: str, periodo: str | None) -> Bersaglio:
    obiettivo = selectors.obiettivo(c.attore, pid)
    relazione = selectors.relazione(c.attore, obiettivo, periodo) if periodo else None
    procedura = PROCEDURE["relazione" if relazione else "obiettivo"]
    trovata = procedura.macchina.transizione(nome)
    if trovata is None:
        raise NonTrovato({})
    return Bersaglio(procedura, trovata, obiettivo, relazione)


def giudica(b: Bersaglio, attore: Attore, istante: datetime) -> Verdetto:
    fatti = b.procedura.fascicoli([b.oggetto], istante, Richiesta())[b.oggetto.pk]
    return verdetto(b.procedura.macchina, b.transizione, fatti, attore, istante, anteprima=True)


def comune(c: Contesto, b: Bersaglio, giudizio: Verdetto) -> dict[str, Any]:
    ipa = c.ente.codice_ipa
    arrivo = b.transizione.arrivo(giudizio.fascicolo.stato)
    return {
        "obiettivo": b.obiettivo,
        "relazione": b.relazione,
        "passo": b.transizione,
        "verdetto": giudizio,
        "da": giudizio.fascicolo.stato,
        "arrivo": arrivo,
        "unita": giudizio.fascicolo.unita,
        "anno": giudizio.fascicolo.anno,
        "pagina": b.pagina(ipa),
        "indirizzo": b.indirizzo(ipa, "transizione"),
        "indirizzo_perche": b.indirizzo(ipa, "perche_no"),
    }


def rendi(
    request: HttpRequest, quale: str, contesto: dict[str, Any], codice: int = 200
) -> HttpResponse:
    """The page, or its fragment alone to htmx."""
    parziale = request.headers.get("HX-Request") == "true"
    modello = f"cycle/passo/_{quale}.html" if parziale else f"cycle/passo/{quale}.html"
    return render(request, modello, contesto, status=codice)


@dataclass(frozen=True, slots=True)
class Spiegato:
    """A reason with the people who can remedy it, and by when."""

    motivo: Motivo
    persone: tuple[str, ...]
    entro: datetime | None  # last instant in time


def spiega(
    request: RichiestaEnte,
    b: Bersaglio,
    giudizio: Verdetto,
    *,
    il: datetime | None = None,
    ruolo: str = "",
    errore: str = "",
    rifiuto: Rifiuto | None = None,
    codice: int = 200,
) -> HttpResponse:
    c = request.contesto
    istante = il or c.istante
    motivi = rifiuto.tutti() if rifiuto else list(giudizio.motivi)
    return rendi(
        request,
        "perche_no",
        {
            **comune(c, b, giudizio),
            "motivi": _spiegati(c, b, giudizio, motivi, istante),
            "rifiutata": rifiuto is not None,
            "scritto": scritto(request),
            "ipotesi": bool(il or ruolo),
            "il": il,
            "il_scritto": request.GET.get("il", ""),
            "ruolo": ruolo,
            "errore": errore,
            "ruoli": RUOLI.items(),
            "adesso": c.istante.astimezone(ZoneInfo(c.ente.fuso)),
        },
        422 if errore else codice,
    )


def _spiegati(
    c: Contesto,
    b: Bersaglio,
    giudizio: Verdetto,
    motivi: Sequence[Motivo],
    istante: datetime,
) -> list[Spiegato]:
    chi = {r.strip() for m in motivi for r in m.chi.split(",") if r.strip() in RUOLI}
    titolari = selectors.titolari(c.ente, chi, b.obiettivo.unita.percorso, istante) if chi else {}
    termini: dict[str, datetime] = {}
    if any(m.guardia in TERMINI for m in motivi):
        termini = {s.codice: s.effettivo for s in selectors.scadenze(b.obiettivo.ciclo, istante)}
    ultimo = max((p.ordine for p in giudizio.fascicolo.periodi), default=0)
    spiegati = []
    for m in motivi:
        codice = TERMINI.get(m.guardia, "").format(
            ultimo=ultimo, periodo=b.relazione.periodo.ordine if b.relazione else ""
        )
        termine = termini.get(codice)
        spiegati.append(
            Spiegato(
                m,
                tuple(n for r in m.chi.split(",") for n in titolari.get(r.strip(), ())),
                termine - timedelta(microseconds=1) if termine else None,
            )
        )
    return spiegati
