# SPDX-License-Identifier: AGPL-3.0-or-later
"""Incarichi, read: who is what, who can do this, what can somebody do and why, what nobody can."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import AfterValidator, Field

from cycle import vacanze
from cycle.api import transizioni
from cycle.api.accesso import RichiestaApi
from cycle.api.errori import Malformata, motivi, solo_parametri
from cycle.api.schemi import ESPORTAZIONE, Letto, Motivo, Testo
from cycle.contesto import Contesto, sessione
from cycle.incarichi import (
    Incarichi,
    Tenuto,
    chi_puo_il_passo,
    deve_avere_un_incarico,
    nome_permesso,
)
from cycle.models import Persona
from cycle.permissions import PERMESSI
from cycle.procedures import OBIETTIVO
from cycle.selectors import obiettivo as trova_obiettivo
from workflows.errors import NonTrovato
from workflows.ports import Richiesta

router = Router(tags=["incarichi"])


def _noto(valore: str) -> str:
    if valore not in PERMESSI:
        raise ValueError(f"deve essere uno fra {', '.join(PERMESSI)}")
    return valore


Permesso = Annotated[str, AfterValidator(_noto), Field(json_schema_extra={"enum": [*PERMESSI]})]


class AllIstante(Letto):
    """At which instant; the present when nothing is said."""

    il: (
        Annotated[str, Field(description="Un istante ISO; senza fuso è quello dell'ente")] | None
    ) = None


class Domanda(AllIstante):
    permesso: Permesso = "proponi_obiettivo"
    unita: Annotated[
        Testo, Field(max_length=40, description="Codice di un'unità aperta; vuoto, tutto l'ente")
    ] = ""


class IncaricoScritto(Schema):
    pid: UUID
    persona: str
    persona_pid: UUID
    utenza_attiva: bool
    ruolo: str
    tipo: str
    unita: str
    unita_codice: str
    per_delega_di: str
    ambito: list[str]
    dal: str
    al: str | None
    inizio: str
    fine: str | None
    in_vigore: bool
    atto: str
    cessazione: str


class ElencoIncarichi(Schema):
    il: str
    incarichi: list[IncaricoScritto]


class PotereScritto(Schema):
    permesso: str
    descrizione: str
    unita: str
    unita_codice: str
    incarico: UUID
    atto: str


class CheCosaPuo(Schema):
    persona: str
    il: str
    puo: list[PotereScritto]


class Qualcuno(Schema):
    incarico: IncaricoScritto
    ostacoli: list[Motivo]


class ChiPuoScritto(Schema):
    il: str
    possono: list[Qualcuno]
    perche_nessuno: list[str]


class VacanzaScritta(Schema):
    unita: str
    unita_codice: str
    permessi: list[str]
    ruoli: list[str]
    il: str
    termine: str
    obiettivi: int
    presenti: int


class Vacanze(Schema):
    il: str
    vacanze: list[VacanzaScritta]


def _scritto(quando: datetime, c: Contesto) -> str:
    return quando.astimezone(ZoneInfo(c.ente.fuso)).isoformat()


def _incarico(t: Tenuto, quando: datetime, c: Contesto) -> dict[str, Any]:
    return {
        "pid": t.pid,
        "persona": t.persona,
        "persona_pid": t.persona_pid,
        "utenza_attiva": t.entra,
        "ruolo": t.ruolo,
        "tipo": t.tipo,
        "unita": t.unita.nome,
        "unita_codice": t.unita.codice,
        "per_delega_di": t.delegante,
        "ambito": list(t.ambito),
        "dal": _scritto(t.dal, c),
        "al": _scritto(t.al, c) if t.al else None,
        "inizio": _scritto(t.inizio, c),
        "fine": _scritto(t.fine, c) if t.fine else None,
        "in_vigore": t.in_vigore(quando),
        "atto": t.atto,
        "cessazione": t.cessazione,
    }


@router.get(
    "/{ipa:ipa}/incarichi",
    response={200: ElencoIncarichi, **ESPORTAZIONE},
    summary="Incarichi",
    description="Tutti, anche finiti: `in_vigore` all'istante chiesto. `inizio` e `fine` di una "
    "delega tengono conto dell'incarico da cui viene.",
)
def incarichi(request: RichiestaApi, ipa: str, quando: Query[AllIstante]) -> dict[str, Any]:
    solo_parametri(request, AllIstante.model_fields)
    with sessione(request.auth, ipa, "api") as c:
        deve_avere_un_incarico(c.attore)
        il = transizioni.istante(quando.il, c)
        return {
            "il": _scritto(il, c),
            "incarichi": [_incarico(t, il, c) for t in Incarichi(c.ente).tenuti],
        }


@router.get(
    "/{ipa:ipa}/incarichi/vacanze",
    response={200: Vacanze, **ESPORTAZIONE},
    summary="Passi che nessuno può compiere",
    description="All'istante chiesto, e alla scadenza di ognuno.",
)
def incarichi_vacanti(request: RichiestaApi, ipa: str, quando: Query[AllIstante]) -> dict[str, Any]:
    solo_parametri(request, AllIstante.model_fields)
    with sessione(request.auth, ipa, "api") as c:
        deve_avere_un_incarico(c.attore)
        il = transizioni.istante(quando.il, c)
        return {
            "il": _scritto(il, c),
            "vacanze": [
                {
                    "unita": v.unita.nome,
                    "unita_codice": v.unita.codice,
                    "permessi": v.permessi,
                    "ruoli": v.ruoli,
                    "il": _scritto(v.quando.istante, c),
                    "termine": v.quando.termine,
                    "obiettivi": v.obiettivi,
                    "presenti": v.presenti,
                }
                for v in vacanze.vacanze(c.ente, il)
            ],
        }


@router.get(
    "/{ipa:ipa}/incarichi/chi-puo",
    response={200: ChiPuoScritto, **ESPORTAZIONE},
    summary="Chi può farlo, e se nessuno perché",
    description="Di un permesso su un'unità: le persone, con quale incarico e fino a quando.",
)
def chi_puo_permesso(request: RichiestaApi, ipa: str, domanda: Query[Domanda]) -> dict[str, Any]:
    solo_parametri(request, Domanda.model_fields)
    with sessione(request.auth, ipa, "api") as c:
        deve_avere_un_incarico(c.attore)
        il = transizioni.istante(domanda.il, c)
        letti = Incarichi(c.ente)
        unita = next(
            (u for u in letti.unita.values() if u.aperta and u.codice == domanda.unita), None
        )
        if unita is None:
            if domanda.unita:
                raise Malformata(("unita", _("non è il codice di un'unità aperta")))
            unita = letti.radice()
        risposta = letti.chi_puo(domanda.permesso, unita.percorso, il)
        return {
            "il": _scritto(il, c),
            "possono": [
                {"incarico": _incarico(t, il, c), "ostacoli": []} for t in risposta.possono
            ],
            "perche_nessuno": list(risposta.perche),
        }


@router.get(
    "/{ipa:ipa}/persone/{uuid:pid}/permessi",
    response={200: CheCosaPuo, **ESPORTAZIONE},
    summary="Che cosa può fare una persona, e perché",
    description="Ogni permesso, su quale unità e quelle sotto, da quale incarico e con quale atto.",
)
def permessi_della_persona(
    request: RichiestaApi, ipa: str, pid: UUID, quando: Query[AllIstante]
) -> dict[str, Any]:
    solo_parametri(request, AllIstante.model_fields)
    with sessione(request.auth, ipa, "api") as c:
        chi = Persona.objects.filter(ente=c.ente, pid=pid, segnaposto=False).first()
        if chi is None:
            raise NonTrovato({})
        deve_avere_un_incarico(c.attore)
        il = transizioni.istante(quando.il, c)
        return {
            "persona": str(chi),
            "il": _scritto(il, c),
            "puo": [
                {
                    "permesso": p.permesso,
                    "descrizione": nome_permesso(p.permesso),
                    "unita": p.unita.nome,
                    "unita_codice": p.unita.codice,
                    "incarico": p.tenuto.pid,
                    "atto": p.tenuto.atto,
                }
                for p in Incarichi(c.ente).che_cosa_puo(chi.pk, il)
            ],
        }


@router.get(
    "/{ipa:ipa}/obiettivi/{uuid:pid}/chi-puo/{slug:nome}",
    response={200: ChiPuoScritto, **ESPORTAZIONE},
    summary="Chi può compiere un passo di un obiettivo",
    description="Con ciò che impedisce a ciascuno, se ha già agito per il settore (R57).",
)
def chi_puo_obiettivo(
    request: RichiestaApi, ipa: str, pid: UUID, nome: str, quando: Query[AllIstante]
) -> dict[str, Any]:
    solo_parametri(request, AllIstante.model_fields)
    with sessione(request.auth, ipa, "api") as c:
        o = trova_obiettivo(c.attore, pid)
        passo = OBIETTIVO.macchina.transizione(nome)
        if passo is None:
            raise NonTrovato({})
        il = transizioni.istante(quando.il, c)
        fatti = OBIETTIVO.fascicoli([o], il, Richiesta())[o.pk]
        risposta, ostacoli = chi_puo_il_passo(Incarichi(c.ente), OBIETTIVO, passo, fatti, il)
        return {
            "il": _scritto(il, c),
            "possono": [
                {
                    "incarico": _incarico(t, il, c),
                    "ostacoli": motivi(ostacoli.get(t.persona_id, ())),
                }
                for t in risposta.possono
            ],
            "perche_nessuno": list(risposta.perche),
        }
