# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the Nucleo looks at, writes, sends and validates; what the settore answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Router

from cycle import coda, selectors
from cycle.api import schemi_nucleo as schemi
from cycle.api import transizioni
from cycle.api.accesso import RichiestaApi
from cycle.api.errori import Malformata, motivi
from cycle.api.relazioni import convalidate, per_pid, scritta, trova
from cycle.api.schemi import LETTURA, SCRITTURA, RelazioneScritta
from cycle.coda import Decisione, Riga, Sezione
from cycle.contesto import Contesto, sessione
from cycle.exports.piano import figura, giorno, percentuale
from cycle.models import Ciclo, Periodo, RelazioneSemestrale
from cycle.services import osservazioni
from workflows.engine import Esito
from workflows.errors import NonTrovato
from workflows.ports import Richiesta

router = Router(tags=["nucleo"])
_CODA = "/{ipa:ipa}/anni/{int:anno}/nucleo/{slug:periodo}"
_RELAZIONE = "/{ipa:ipa}/obiettivi/{uuid:pid}/relazioni/{slug:periodo}"


@router.get(
    _CODA,
    response={200: schemi.CodaScritta, **LETTURA},
    summary="La coda del Nucleo",
    description="Ciò che ha bisogno di occhi, per settore, dal peggiore; con le bozze proposte.",
)
def coda_del_nucleo(request: RichiestaApi, ipa: str, anno: int, periodo: str) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        ciclo, quale = _periodo(c, anno, periodo)
        sezioni = coda.coda(c.attore, ciclo, quale, c.istante)
        return {"anno": anno, "periodo": periodo, "settori": [_sezione(s) for s in sezioni]}


@router.put(
    _RELAZIONE + "/osservazioni",
    response={200: RelazioneScritta, **SCRITTURA},
    summary="Scrivere o firmare osservazioni",
    description="Le vede solo il Nucleo, finché la transizione `osserva` non le invia.",
)
def osservazioni_relazione(
    request: RichiestaApi,
    ipa: str,
    pid: UUID,
    periodo: str,
    lette: schemi.OsservazioniLette,
) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        relazione = trova(c, pid, periodo)
        specifici = {v.voce.specifico.pid: v.voce.specifico_id for v in selectors.voci(relazione)}
        trovate = per_pid(
            lette.osservazioni, "osservazioni", "specifico", lambda o: o.specifico, specifici
        )
        osservazioni.annota(
            relazione=relazione,
            scritte={
                specifico: osservazioni.Scritta(
                    testo=una.testo,
                    firma=una.firma,
                    invita_entro=una.invita_entro,
                    messa_da_parte=una.messa_da_parte,
                    revisione=una.revisione,
                )
                for _n, una, specifico in trovate
            },
            impronta=lette.impronta,
            by=c.attore,
            istante=c.istante,
            canale=c.canale,
        )
        return scritta(ipa, trova(c, pid, periodo))


@router.put(
    _RELAZIONE + "/risposte",
    response={200: RelazioneScritta, **SCRITTURA},
    summary="Scrivere le risposte al Nucleo",
    description="Il Nucleo le riceve con la transizione `controdeduci`.",
)
def risposte_relazione(
    request: RichiestaApi, ipa: str, pid: UUID, periodo: str, lette: schemi.RisposteLette
) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        relazione = trova(c, pid, periodo)
        specifici = {v.voce.specifico.pid: v.voce.specifico_id for v in selectors.voci(relazione)}
        trovate = per_pid(lette.risposte, "risposte", "specifico", lambda r: r.specifico, specifici)
        osservazioni.rispondi(
            relazione=relazione,
            risposte={specifico: una.testo for _n, una, specifico in trovate},
            by=c.attore,
            istante=c.istante,
            revisione=lette.revisione,
            canale=c.canale,
        )
        return scritta(ipa, trova(c, pid, periodo))


@router.post(
    _CODA + "/invii",
    response={200: schemi.EsitoDiMolte, **SCRITTURA},
    summary="Inviare le osservazioni firmate",
    description="Di tutte le relazioni nominate, o di nessuna.",
)
def invia_osservazioni(
    request: RichiestaApi, ipa: str, anno: int, periodo: str, invio: schemi.InvioLetto
) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        scelte = _scelte(c, anno, periodo, invio.relazioni)
        esito = osservazioni.invia(
            relazioni=list(scelte), by=c.attore, istante=c.istante, tutte=True, canale=c.canale
        )
        return _esito(esito, scelte)


@router.post(
    _CODA + "/sedute",
    response={200: schemi.EsitoDiMolte, **SCRITTURA},
    summary="Validare in seduta",
    description="Le relazioni nominate che si possono validare, con le percentuali calcolate o con "
    "quelle che `convalide` dice.",
)
def valida_in_seduta(
    request: RichiestaApi, ipa: str, anno: int, periodo: str, decisione: schemi.SedutaDiMolte
) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        scelte = _scelte(c, anno, periodo, decisione.relazioni)
        esito = osservazioni.valida(
            relazioni=list(scelte),
            richiesta=Richiesta(
                seduta=transizioni.seduta(c, decisione.seduta),
                dati=convalidate(list(scelte.values()), decisione.convalide),
            ),
            by=c.attore,
            istante=c.istante,
            canale=c.canale,
        )
        return _esito(esito, scelte)


def _periodo(c: Contesto, anno: int, codice: str) -> tuple[Ciclo, Periodo]:
    coda.di_chi_esamina(c.attore, c.ente)
    ciclo = selectors.ciclo(c.ente, anno)
    periodo = next((p for p in selectors.periodi(ciclo) if p.codice == codice), None)
    if periodo is None:
        raise NonTrovato({})
    return ciclo, periodo


def _scelte(
    c: Contesto, anno: int, codice: str, pid: Sequence[UUID]
) -> dict[int, RelazioneSemestrale]:
    """The reports of the period with these public ids. Raises Malformata for any other."""
    ciclo, periodo = _periodo(c, anno, codice)
    trovate = {
        r.pid: r
        for r in RelazioneSemestrale.objects.filter(
            obiettivo__ciclo=ciclo, periodo=periodo, pid__in=pid
        ).select_related("obiettivo")
    }
    estranee = [
        (f"relazioni.{n}", _("non è una relazione di questo periodo"))
        for n, uno in enumerate(pid)
        if uno not in trovate
    ]
    if estranee:
        raise Malformata(*estranee)
    return {r.pk: r for r in trovate.values()}


def _esito(esito: Esito, scelte: dict[int, RelazioneSemestrale]) -> dict[str, Any]:
    return {
        "fatte": [p.fascicolo.codice for p in esito.eseguiti],
        "rifiutate": {
            scelte[pk].obiettivo.codice: motivi(elenco) for pk, elenco in esito.rifiutati.items()
        },
    }


def _sezione(s: Sezione) -> dict[str, Any]:
    return {
        "settore": s.settore.nome,
        "da_guardare": [_riga(r) for r in s.righe],
        "da_parte": [_riga(r) for r in s.da_parte],
        "in_linea": [r.obiettivo.codice for r in s.in_linea],
        "decisioni": [_decisione(d) for d in s.decisioni],
    }


def _riga(r: Riga) -> dict[str, Any]:
    return {
        "relazione": r.relazione.pid,
        "impronta": r.relazione.impronta,
        "obiettivo": r.relazione.obiettivo.codice,
        "specifico": r.voce.specifico.pid,
        "codice": r.voce.specifico.codice,
        "percentuale_calcolata": percentuale(r.voce.percentuale_calcolata),
        "rilievi": [
            {
                "nome": x.nome,
                "previsto": figura(x.previsto),
                "conseguito": figura(x.conseguito),
                "esito": x.esito,
            }
            for x in (r.bozza.rilievi if r.bozza else ())
        ],
        "parole": r.voce.testo,
        "proposta": r.proposta,
        "testo": r.testo,
        "firmata": r.firmata,
        "messa_da_parte": r.da_parte,
        "invita_entro": giorno(r.invito) if r.invito and r.invita else None,
        "revisione": r.revisione,
    }


def _decisione(d: Decisione) -> dict[str, Any]:
    return {
        "relazione": d.relazione.pid,
        "codice": d.relazione.obiettivo.codice,
        "stato": d.relazione.stato,
        "percentuale_calcolata": percentuale(d.relazione.obiettivo.percentuale_calcolata),
        "validabile": d.verdetto.permessa,
        "motivi": motivi(d.verdetto.motivi),
        "in_conflitto": list(d.in_conflitto),
    }
