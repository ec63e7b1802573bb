# SPDX-License-Identifier: AGPL-3.0-or-later
"""The steps of a request of variazione: filed, spoken of, decided; by the same services and with
the same refusals as the pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Router

from cycle import richieste, selectors
from cycle.api import schemi
from cycle.api import schemi_variazioni as forme
from cycle.api.accesso import RichiestaApi
from cycle.api.errori import Malformata
from cycle.api.schemi import SCRITTURA
from cycle.api.variazioni_mostrate import links, quadro, scritta
from cycle.contesto import Contesto, sessione
from cycle.models import (
    Atto,
    Obiettivo,
    RichiestaVariazione,
)
from cycle.services import variazioni
from workflows.errors import NonTrovato
from workflows.ports import FattiAtto

router = Router(tags=["variazioni"])
_UNA = "/{ipa:ipa}/variazioni/{uuid:pid}"


@router.post(
    _UNA + "/transizioni/{slug:nome}",
    response={200: forme.Mossa, **SCRITTURA},
    summary="Compiere un passo di una richiesta",
    description=(
        "Con la `revisione` letta, e ciò che il passo richiede. `presenta` si può ripetere: chi "
        "ha già presentato riceve la stessa risposta, con il primo istante (R50)."
    ),
)
def transizione_variazione(
    request: RichiestaApi, ipa: str, pid: UUID, nome: str, passo: forme.PassoVariazione
) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        v = selectors.variazione(c.attore, pid)
        da = v.stato
        _compi(c, v, nome, passo)
        v = selectors.variazione(c.attore, pid)
        return {
            "nome": nome,
            "da": da,
            "stato": v.stato,
            "revisione": v.revisione,
            "presentata_il": v.presentata_il,
            "tardiva": v.tardiva,
            "links": links(ipa, v),
        }


@router.post(
    _UNA + "/pareri/{slug:tipo}",
    response={200: forme.VariazioneScritta, **SCRITTURA},
    summary="Esprimersi su una richiesta",
    description=(
        "`nucleo`, `ragioneria` (il visto), `replica` (del settore a una d'ufficio), `valutazione` "
        "(del Nucleo, su una decisa, per la Relazione). `impronta` è quella di ciò che si è letto."
    ),
)
def parere_variazione(
    request: RichiestaApi, ipa: str, pid: UUID, tipo: str, detto: forme.DettoLetto
) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        v = selectors.variazione(c.attore, pid)
        dati: dict[str, Any] = {"esito": detto.esito, "testo": detto.testo}
        if tipo != "valutazione":  # given on what was decided, which no longer changes
            dati["impronta"] = detto.impronta
        if tipo == "ragioneria":
            dati["atto_contabile"] = detto.atto_contabile
        rendi: Any = {
            "nucleo": variazioni.esprimi_parere,
            "ragioneria": variazioni.apponi_visto,
            "replica": variazioni.replica,
            "valutazione": variazioni.valuta,
        }.get(tipo)
        if rendi is None:
            raise NonTrovato({})
        rendi(richiesta=v, by=c.attore, istante=c.istante, canale=c.canale, **dati)
        return scritta(ipa, quadro(c, pid))


@router.post(
    _UNA + "/atto-contabile",
    response={200: forme.VariazioneScritta, **SCRITTURA},
    summary="Indicare l'atto contabile",
    description="Quale atto varia le risorse che la richiesta muove.",
)
def contabile_variazione(
    request: RichiestaApi, ipa: str, pid: UUID, atto: forme.ContabileLetto
) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        variazioni.indica_atto_contabile(
            richiesta=selectors.variazione(c.attore, pid),
            atto_contabile=atto.atto_contabile,
            by=c.attore,
            istante=c.istante,
            canale=c.canale,
        )
        return scritta(ipa, quadro(c, pid))


@router.post(
    "/{ipa:ipa}/anni/{int:anno}/variazioni/decisione",
    response={200: forme.Deciso, **SCRITTURA},
    summary="Registrare un atto che decide più richieste",
    description=(
        "Tutte o nessuna: un motivo che ne ferma una le ferma tutte. Ogni respinta porta la sua "
        "motivazione; un'approvata la sua, o quella comune."
    ),
)
def decisione_variazioni(
    request: RichiestaApi, ipa: str, anno: int, decisione: forme.DecisioneLetta
) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        ciclo = selectors.ciclo(c.ente, anno)
        scelte = {s.pid: s for s in (*decisione.approvate, *decisione.respinte)}
        if not scelte or len(scelte) < len(decisione.approvate) + len(decisione.respinte):
            raise Malformata(
                ("approvate", _("ci vuole almeno una richiesta, e ciascuna una volta sola"))
            )
        trovate = {
            v.pid: v for v in richieste.dell_anno(c.attore, ciclo, "").filter(pid__in=scelte)
        }
        if len(trovate) < len(scelte):
            raise NonTrovato({})
        esito = variazioni.decidi(
            atto=_atto(decisione.atto),
            approvate=[trovate[s.pid] for s in decisione.approvate],
            respinte=[(trovate[s.pid], s.motivazione) for s in decisione.respinte],
            by=c.attore,
            istante=c.istante,
            motivazione=decisione.motivazione,
            motivazioni={
                trovate[s.pid].pk: s.motivazione
                for s in decisione.approvate
                if s.motivazione.strip()
            },
            eccezione=decisione.eccezione,
            lettera_art175=decisione.lettera_art175,
            revisioni={v.pk: scelte[v.pid].revisione for v in trovate.values()},
            canale=c.canale,
        )
        atto = Atto.objects.filter(pk=esito.atto_id).first() if esito.atto_id else None
        pubblici = dict(Obiettivo.objects.filter(pk__in=esito.stralciati).values_list("pk", "pid"))
        return {
            "atto": str(atto) if atto else None,
            "approvate": [s.pid for s in decisione.approvate],
            "respinte": [s.pid for s in decisione.respinte],
            "stralciati": [pubblici[pk] for pk in esito.stralciati],
            "links": {"atto": reverse("atto", args=[ipa, atto.pid])} if atto else {},
        }


def _compi(c: Contesto, v: RichiestaVariazione, nome: str, p: forme.PassoVariazione) -> None:
    comuni: dict[str, Any] = {"by": c.attore, "canale": c.canale}
    una: dict[str, Any] = {**comuni, "richiesta": v, "revisione": p.revisione}
    quali: dict[str, Any] = {
        **comuni,
        "richieste": [v],
        "motivazione": p.motivazione,
        "revisioni": {v.pk: p.revisione},
        "istante": c.istante,
    }
    if nome == "presenta":  # its instant is that of the transaction (R21)
        variazioni.presenta(**una)
    elif nome == "ritira":
        variazioni.ritira(motivazione=p.motivazione, istante=c.istante, **una)
    elif nome == "dichiara_irricevibile":
        variazioni.dichiara_irricevibile(motivazione=p.motivazione, istante=c.istante, **una)
    elif nome == "approva":
        variazioni.approva(
            atto=_atto(p.atto) if p.atto else FattiAtto("", None),
            eccezione=p.eccezione,
            lettera_art175=p.lettera_art175,
            **quali,
        )
    elif nome == "respingi":
        variazioni.respingi(atto=_atto(p.atto) if p.atto else None, **quali)
    else:  # that it is examined the process says
        raise NonTrovato({})


def _atto(letto: schemi.AttoLetto) -> FattiAtto:
    return FattiAtto(**letto.model_dump())
