# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is what, until when; who can do this; what can this person do, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cycle import storia, vacanze
from cycle.contesto import Contesto, RichiestaEnte, nell_ente
from cycle.incarichi import (
    Incarichi,
    Tenuto,
    Unita,
    chi_puo_il_passo,
    deve_avere_un_incarico,
    nome_permesso,
)
from cycle.models import Persona
from cycle.permissions import PERMESSI
from cycle.services.incarichi import puo_cessare
from cycle.views.ipotesi import Ipotesi, ipotesi
from cycle.views.perche_no import bersaglio
from workflows.errors import NonTrovato
from workflows.ports import RUOLI, Richiesta

EVENTI = 20


@dataclass(frozen=True, slots=True)
class Riga:
    """An incarico as the page lists it, at the instant asked."""

    t: Tenuto
    stato: str  # in_vigore | futuro | finito
    cessabile: bool


@dataclass(frozen=True, slots=True)
class Gruppo:
    """The incarichi of a unit or of a person."""

    titolo: str
    righe: tuple[Riga, ...]
    unita: Unita | None = None
    persona: UUID | None = None


@require_safe
@nell_ente
def incarichi(request: RichiestaEnte) -> HttpResponse:
    """By unit or by person, today or at another instant, with the vacancies; the finished ones
    on demand."""
    c = request.contesto
    deve_avere_un_incarico(c.attore)
    e_se = ipotesi(request.GET, c)
    istante = e_se.istante(c)
    letti = Incarichi(c.ente)
    testo = request.GET.get("testo", "").replace("\x00", "").strip()[:100]
    finiti = request.GET.get("finiti") == "1"
    righe = [
        Riga(t, stato, puo_cessare(c.attore, t.delegante_id, t.unita.percorso))
        for t in letti.tenuti
        if _corrisponde(t, testo) and ((stato := _stato(t, istante)) != "finito" or finiti)
    ]
    vista = "persone" if request.GET.get("vista") == "persone" else "unita"
    return render(
        request,
        "cycle/incarichi/incarichi.html",
        {
            "gruppi": _per_persona(righe) if vista == "persone" else _per_unita(letti, righe),
            "vista": vista,
            "testo": testo,
            "finiti": finiti,
            "quanti": len(righe),
            "ipotesi": e_se,
            "vacanze": vacanze.vacanze(c.ente, istante, letti),
            **_permessi(c),
        },
        status=422 if e_se.errore else 200,
    )


def _permessi(c: Contesto) -> dict[str, bool]:
    """What the person may do here: it decides which links are shown."""
    return {
        "puo_conferire": any(
            i.consente("conferisci_incarico", i.percorso) for i in c.attore.incarichi
        ),
        "puo_delegare": any(
            i.tipo != "delega" and i.consente("delega_funzioni", i.percorso)
            for i in c.attore.incarichi
        ),
    }


def _stato(t: Tenuto, istante: datetime) -> str:
    if t.in_vigore(istante):
        return "in_vigore"
    return "finito" if t.finito(istante) else "futuro"


def _corrisponde(t: Tenuto, testo: str) -> bool:
    dove = f"{t.persona} {t.unita.nome} {t.unita.codice} {t.nome_ruolo} {t.atto}".lower()
    return all(parola in dove for parola in testo.lower().split())


def _per_unita(letti: Incarichi, righe: list[Riga]) -> list[Gruppo]:
    ordine = list(RUOLI)
    per_unita: dict[int, list[Riga]] = {}
    for r in righe:
        per_unita.setdefault(r.t.unita.id, []).append(r)
    return [
        Gruppo(
            u.nome,
            tuple(
                sorted(
                    per_unita[u.id],
                    key=lambda r: (ordine.index(r.t.ruolo), r.t.persona, r.t.dal),
                )
            ),
            unita=u,
        )
        for u in letti.unita.values()
        if u.id in per_unita
    ]


def _per_persona(righe: list[Riga]) -> list[Gruppo]:
    per_persona: dict[tuple[str, UUID], list[Riga]] = {}
    for r in righe:
        per_persona.setdefault((r.t.persona, r.t.persona_pid), []).append(r)
    return [
        Gruppo(nome, tuple(sue), persona=pid)
        for (nome, pid), sue in sorted(per_persona.items(), key=lambda g: g[0][0])
    ]


@require_safe
@nell_ente
def persona(request: RichiestaEnte, pid: UUID) -> HttpResponse:
    """What somebody can do at an instant, and why: each permission, on which unit, by which
    incarico and act; and all the incarichi there have been."""
    c = request.contesto
    chi = Persona.objects.filter(ente=c.ente, pid=pid, segnaposto=False).first()
    if chi is None:
        raise NonTrovato({})
    deve_avere_un_incarico(c.attore)
    e_se = ipotesi(request.GET, c)
    istante = e_se.istante(c)
    letti = Incarichi(c.ente)
    return render(
        request,
        "cycle/incarichi/persona.html",
        {
            "chi": chi,
            "poteri": letti.che_cosa_puo(chi.pk, istante),
            "righe": [
                Riga(t, _stato(t, istante), puo_cessare(c.attore, t.delegante_id, t.unita.percorso))
                for t in letti.tenuti
                if t.persona_id == chi.pk
            ],
            "date": [t for t in letti.tenuti if t.per_conto_di == chi.pk],
            "fatti": storia.di_incarichi(c.ente.pk, chi.pk, EVENTI),
            "ipotesi": e_se,
            **_permessi(c),
        },
        status=422 if e_se.errore else 200,
    )


@require_safe
@nell_ente
def chi_puo(request: RichiestaEnte) -> HttpResponse:
    """Who can do something on a unit, at an instant; if nobody, why."""
    c = request.contesto
    deve_avere_un_incarico(c.attore)
    e_se = ipotesi(request.GET, c)
    letti = Incarichi(c.ente)
    aperte = [u for u in letti.unita.values() if u.aperta]
    unita = next((u for u in aperte if u.codice == request.GET.get("unita")), letti.radice())
    cosa = request.GET.get("permesso", "")
    cosa = cosa if cosa in PERMESSI else "proponi_obiettivo"
    return render(
        request,
        "cycle/incarichi/chi_puo.html",
        {
            "che": nome_permesso(cosa),
            "permesso": cosa,
            "permessi": [(p, nome_permesso(p)) for p in PERMESSI],
            "unita": unita,
            "scelte": [(u.codice, "\u2003" * u.livello + u.nome) for u in aperte],
            "risposta": letti.chi_puo(cosa, unita.percorso, e_se.istante(c)),
            "ostacoli": {},
            "ipotesi": e_se,
        },
        status=422 if e_se.errore else 200,
    )


@require_safe
@nell_ente
def chi_puo_passo(
    request: RichiestaEnte, pid: UUID, nome: str, periodo: str | None = None
) -> HttpResponse:
    """Who can take this step of this objective or report, and what of his own stands in the way
    of each (R57)."""
    c = request.contesto
    b = bersaglio(c, pid, nome, periodo)
    e_se: Ipotesi = ipotesi(request.GET, c)
    istante = e_se.istante(c)
    fatti = b.procedura.fascicoli([b.oggetto], istante, Richiesta())[b.oggetto.pk]
    letti = Incarichi(c.ente)
    risposta, ostacoli = chi_puo_il_passo(letti, b.procedura, b.transizione, fatti, istante)
    return render(
        request,
        "cycle/incarichi/chi_puo_passo.html",
        {
            "passo": b.transizione,
            "obiettivo": b.obiettivo,
            "relazione": b.relazione,
            "da": fatti.stato,
            "anno": fatti.anno,
            "unita": letti.unita[b.obiettivo.unita_id],
            "pagina": b.pagina(c.ente.codice_ipa),
            "indirizzo_perche": b.indirizzo(c.ente.codice_ipa, "perche_no"),
            "risposta": risposta,
            "ostacoli": ostacoli,
            "ipotesi": e_se,
        },
        status=422 if e_se.errore else 200,
    )
