# SPDX-License-Identifier: AGPL-3.0-or-later
"""Semester reports: reading, filling, their transitions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Query, Router

from cycle import selectors
from cycle.api import schemi, transizioni
from cycle.api.accesso import RichiestaApi
from cycle.api.errori import Malformata
from cycle.api.schemi import LETTURA, SCRITTURA
from cycle.contesto import Contesto, sessione
from cycle.exports.piano import figura, giorno, percentuale
from cycle.models import Indicatore, RelazioneSemestrale, Rilevazione, VoceRelazione
from cycle.services import relazioni

router = Router(tags=["relazioni"])
_RELAZIONE = "/{ipa:ipa}/obiettivi/{uuid:pid}/relazioni/{slug:periodo}"


@router.get(
    _RELAZIONE,
    response={200: schemi.RelazioneScritta, **LETTURA},
    summary="La relazione di un periodo",
    description="Valori, testi, osservazioni e percentuali, per obiettivo specifico.",
)
def relazione(request: RichiestaApi, ipa: str, pid: UUID, periodo: str) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        return scritta(ipa, trova(c, pid, periodo))


@router.put(
    _RELAZIONE,
    response={200: schemi.RelazioneScritta, **SCRITTURA},
    summary="Compilare una relazione",
    description="Valori e testi; ciò che non è nominato resta com'è.",
)
def compila_relazione(
    request: RichiestaApi,
    ipa: str,
    pid: UUID,
    periodo: str,
    compilazione: schemi.CompilazioneLetta,
) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        trovata = trova(c, pid, periodo)
        relazioni.compila(
            relazione=trovata,
            compilazione=_compilazione(trovata, compilazione),
            by=c.attore,
            istante=c.istante,
            revisione=compilazione.revisione,
            canale=c.canale,
        )
        return scritta(ipa, trova(c, pid, periodo))


@router.get(
    _RELAZIONE + "/transizioni",
    response={200: schemi.Transizioni, **LETTURA},
    summary="Che cosa si può fare di una relazione, e perché no",
    description="Come per gli obiettivi: `il` e `ruolo` chiedono di un altro istante o ruolo.",
)
def transizioni_relazione(
    request: RichiestaApi, ipa: str, pid: UUID, periodo: str, cosa_se: Query[schemi.CosaSe]
) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        return transizioni.elenco(c, "relazione", trova(c, pid, periodo), cosa_se, request)


@router.post(
    _RELAZIONE + "/transizioni/{slug:nome}",
    response={200: schemi.Compiuta, **SCRITTURA},
    summary="Compiere una transizione di una relazione",
    description="Con la `revisione` letta, e ciò che la transizione richiede.",
)
def transizione_relazione(
    request: RichiestaApi,
    ipa: str,
    pid: UUID,
    periodo: str,
    nome: str,
    passo: schemi.PassoRelazione,
) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        trovata = trova(c, pid, periodo)
        voci = convalidate([trovata], passo.convalide)
        fatta = transizioni.compi(c, "relazione", trovata, nome, passo, **voci)
        return fatta | {"links": {"self": reverse("api:relazione", args=[ipa, pid, periodo])}}


def trova(c: Contesto, pid: UUID, periodo: str) -> RelazioneSemestrale:
    return selectors.relazione(c.attore, selectors.obiettivo(c.attore, pid), periodo)


def scritta(ipa: str, r: RelazioneSemestrale) -> dict[str, Any]:
    indirizzo = [ipa, r.obiettivo.pid, r.periodo.codice]
    return {
        "pid": r.pid,
        "obiettivo": r.obiettivo.pid,
        "codice": r.obiettivo.codice,
        "periodo": r.periodo.codice,
        "dal": giorno(r.periodo.dal),
        "al": giorno(r.periodo.al),
        "stato": r.stato,
        "revisione": r.revisione,
        "trasmessa_il": r.trasmessa_il and r.trasmessa_il.isoformat(),
        "impronta": r.impronta,
        "seduta": giorno(r.seduta.data) if r.seduta else None,
        "specifici": [_voce(v) for v in selectors.voci(r)],
        "links": {
            "self": reverse("api:relazione", args=indirizzo),
            "transizioni": reverse("api:transizioni_relazione", args=indirizzo),
            "pagina": reverse("relazione", args=indirizzo),
        },
    }


def _voce(v: selectors.VoceDaCompilare) -> dict[str, Any]:
    return {
        "pid": v.voce.specifico.pid,
        "codice": v.voce.specifico.codice,
        "titolo": v.voce.specifico.titolo,
        "testo": v.voce.testo,
        "osservazione": v.voce.osservazione,
        "risposta": v.voce.risposta,
        "percentuale_calcolata": percentuale(v.voce.percentuale_calcolata),
        "percentuale_convalidata": percentuale(v.voce.percentuale_convalidata),
        "motivo": v.voce.motivo,
        "indicatori": [_indicatore(i, r) for i, r in v.indicatori],
    }


def _indicatore(i: Indicatore, r: Rilevazione | None) -> dict[str, Any]:
    return {
        "pid": i.pid,
        "nome": i.nome,
        "unita_misura": i.unita_misura,
        "target": r and figura(r.target if r.target is not None else r.target_data),
        "valore": r and figura(r.valore if r.valore is not None else r.valore_data),
    }


# --- from public ids to what the service is told ------------------------------------------------


def _compilazione(
    r: RelazioneSemestrale, letta: schemi.CompilazioneLetta
) -> relazioni.Compilazione:
    voci = selectors.voci(r)
    indicatori = {i.pid: (i, ril) for v in voci for i, ril in v.indicatori}
    specifici = {v.voce.specifico.pid: v.voce.specifico_id for v in voci}
    valori = per_pid(letta.valori, "valori", "indicatore", lambda x: x.indicatore, indicatori)
    testi = per_pid(letta.testi, "testi", "specifico", lambda x: x.specifico, specifici)
    return relazioni.Compilazione(
        valori={
            indicatore.pk: _valore(f"valori.{n}.valore", indicatore, rilevazione, uno.valore)
            for n, uno, (indicatore, rilevazione) in valori
        },
        testi={specifico: uno.testo for _n, uno, specifico in testi},
    )


def convalidate(
    relazioni: Sequence[RelazioneSemestrale], lette: list[schemi.Convalida]
) -> dict[str, Any]:
    """The percentages of these reports as the Nucleo writes them, where `fascicolo` looks for
    them."""
    if not lette:
        return {}
    specifici = dict(
        VoceRelazione.objects.filter(relazione__in=relazioni).values_list(
            "specifico__pid", "specifico_id"
        )
    )
    trovate = per_pid(lette, "convalide", "specifico", lambda x: x.specifico, specifici)
    return {
        "voci": {
            str(specifico): {"percentuale": f"{una.percentuale:f}", "motivo": una.motivo}
            for _n, una, specifico in trovate
        }
    }


_Letto = TypeVar("_Letto")
_Trovato = TypeVar("_Trovato")


def per_pid(
    letti: Iterable[_Letto],
    elenco: str,
    campo: str,
    pid: Callable[[_Letto], UUID],
    ammessi: Mapping[UUID, _Trovato],
) -> list[tuple[int, _Letto, _Trovato]]:
    """(place, what was read, what it names); Malformata when it names twice, or something that
    is not of this report."""
    trovati, visti, errori = [], set(), []
    for n, uno in enumerate(letti):
        chiave = pid(uno)
        if chiave not in ammessi:
            errori.append((f"{elenco}.{n}.{campo}", _("non è di questa relazione")))
        elif chiave in visti:
            errori.append((f"{elenco}.{n}.{campo}", _("è già nominato più sopra")))
        else:
            visti.add(chiave)
            trovati.append((n, uno, ammessi[chiave]))
    if errori:
        raise Malformata(*errori)
    return trovati


def _valore(
    campo: str, indicatore: Indicatore, rilevazione: Rilevazione | None, grezzo: Any
) -> Decimal | date | None:
    """The measured value: a date for an indicator measured by its date (R79), else a figure."""
    if grezzo is None:
        return None
    a_data = indicatore.unita_misura == "data"
    if rilevazione is not None and (rilevazione.target or rilevazione.target_data) is not None:
        a_data = rilevazione.target_data is not None
    try:
        if a_data:
            return schemi.giorno(grezzo)
        cifra = schemi.cifra(grezzo)
        if indicatore.unita_misura == "si_no" and cifra not in (0, 1):
            raise ValueError(_("è un sì o un no: 1 oppure 0"))
        return cifra
    except ValueError as errore:
        raise Malformata((campo, str(errore))) from None
