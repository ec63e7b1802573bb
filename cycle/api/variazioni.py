# SPDX-License-Identifier: AGPL-3.0-or-later
"""Requests of variazione: the register of a year, one of them, its draft as it is written; by the
same services and with the same refusals as the pages."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Header, Query, Router

from cycle import inviti_variazione, richieste, selectors
from cycle.api import schemi, transizioni
from cycle.api import schemi_variazioni as forme
from cycle.api.accesso import RichiestaApi
from cycle.api.errori import Malformata, motivi, solo_parametri
from cycle.api.pagine import impagina
from cycle.api.scheda import (
    SchedaLetta,
    SchedaMostrata,
    malformata,
    scheda_letta,
    scheda_mostrata,
)
from cycle.api.schemi import LETTURA, SCRITTURA
from cycle.api.variazioni_bozza import allegati, voluta
from cycle.api.variazioni_mostrate import cambio, in_elenco, quadro, scritta
from cycle.contesto import Contesto, sessione
from cycle.models import (
    InvitoVariazione,
    Obiettivo,
    RichiestaVariazione,
)
from cycle.richieste import FiltriRegistro
from cycle.scritta import SchedaScritta
from cycle.services import variazioni
from cycle.services.schede import SchedaNonValida
from cycle.services.variazioni import Bozza
from cycle.variazioni.quadro import Quadro
from cycle.variazioni.registro import Confronto, righe
from workflows.errors import Conflitto, NonTrovato

router = Router(tags=["variazioni"])
_UNA = "/{ipa:ipa}/variazioni/{uuid:pid}"
_DI_UN_OBIETTIVO = "/{ipa:ipa}/obiettivi/{uuid:pid}/variazioni"

# --- read ---------------------------------------------------------------------------------------


@router.get(
    "/{ipa:ipa}/anni/{int:anno}/variazioni",
    response={200: forme.ElencoVariazioni, **LETTURA},
    summary="Il registro delle variazioni di un anno",
    description=(
        "Le richieste che si possono vedere, nell'ordine in cui sono state presentate, con i "
        "cambi, la decisione e la valutazione del Nucleo; le bozze del proprio settore in fondo."
    ),
)
def variazioni_anno(
    request: RichiestaApi, ipa: str, anno: int, filtri: Query[forme.FiltriVariazioni]
) -> dict[str, Any]:
    solo_parametri(request, forme.FiltriVariazioni.model_fields)
    with sessione(request.auth, ipa, "api") as c:
        ciclo = selectors.ciclo(c.ente, anno)
        detti = filtri.model_dump(exclude={"vista", "limite", "scarto"}, exclude_none=True)
        vista = "" if filtri.vista == "tutte" else filtri.vista
        scelte = FiltriRegistro(**detti).applica(richieste.dell_anno(c.attore, ciclo, vista), ciclo)
        elenco = impagina(
            request,
            filtri,
            richieste.in_ordine(scelte),
            lambda pagina: [in_elenco(ipa, r) for r in righe(list(pagina))],
            "variazioni",
        )
        return {**elenco, "da_valutare": richieste.da_valutare(c.attore, ciclo)}


@router.get(
    _UNA,
    response={200: forme.VariazioneScritta, **LETTURA},
    summary="Una richiesta di variazione",
    description="Ciò che cambia, perché, che cosa se ne dice, e che cosa se ne può fare.",
)
def variazione(request: RichiestaApi, ipa: str, pid: UUID) -> dict[str, Any]:
    solo_parametri(request, ())
    with sessione(request.auth, ipa, "api") as c:
        return scritta(ipa, quadro(c, pid))


@router.get(
    _UNA + "/transizioni",
    response={200: forme.Tavola, **LETTURA},
    summary="Che cosa si può fare di una richiesta, e perché no",
    description="Come per gli obiettivi: `il` e `ruolo` chiedono di un altro istante o ruolo.",
)
def transizioni_variazione(
    request: RichiestaApi, ipa: str, pid: UUID, cosa_se: Query[schemi.CosaSe]
) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        v = selectors.variazione(c.attore, pid)
        percorso = v.obiettivo.unita.percorso
        attore, quando = transizioni.supposto(c, percorso, cosa_se, request)
        q = richieste.quadro(v, attore, quando)
        return transizioni.in_tavola(c, v.stato, v.revisione, q.verdetti, quando, request)


# --- written ------------------------------------------------------------------------------------


@router.post(
    _DI_UN_OBIETTIVO,
    response={201: forme.VariazioneScritta, **SCRITTURA},
    summary="Scrivere una richiesta di variazione",
    description=(
        "Una bozza: si manda la scheda come la si vuole, con i `pid` delle sue righe, e ciò che è "
        "diverso da quella in vigore diventa l'elenco dei cambi. Con `Idempotency-Key` "
        "nell'intestazione la stessa richiesta mandata due volte è scritta una volta sola (R50)."
    ),
)
def nuova_variazione(
    request: RichiestaApi,
    ipa: str,
    pid: UUID,
    richiesta: forme.RichiestaNuova,
    chiave: Annotated[str, Header(alias="Idempotency-Key", max_length=200)] = "",
) -> Any:
    with sessione(request.auth, ipa, "api") as c:
        o = selectors.obiettivo(c.attore, pid)
        invito = None
        if richiesta.invito is not None:
            oggi = inviti_variazione.oggi(c.ente, c.istante)
            invito = inviti_variazione.invito(c.attore, richiesta.invito, oggi).invito
            if invito.obiettivo_id != o.pk:
                raise NonTrovato({})
        v = _redigi(
            c, o, richiesta, d_ufficio=richiesta.d_ufficio, invito=invito, chiave=chiave.strip()
        )
        return 201, scritta(ipa, quadro(c, v.pid))


@router.get(
    _DI_UN_OBIETTIVO + "/scheda",
    response={200: SchedaMostrata, **LETTURA},
    summary="La scheda in vigore, come si scrive",
    description="Con i `pid` delle righe: da cambiare e rimandare in una richiesta.",
)
def scheda_in_vigore(request: RichiestaApi, ipa: str, pid: UUID) -> dict[str, Any]:
    solo_parametri(request, ())
    with sessione(request.auth, ipa, "api") as c:
        o = selectors.obiettivo(c.attore, pid)
        return scheda_mostrata(Quadro([o.pk]).schede[o.pk])


@router.post(
    _DI_UN_OBIETTIVO + "/anteprima",
    response={200: forme.Anteprima, **SCRITTURA},
    summary="Che cosa cambierebbe",
    description="I cambi e la somma dei pesi su tutta la scheda; non si scrive nulla.",
)
def anteprima_variazione(
    request: RichiestaApi, ipa: str, pid: UUID, voluta: forme.SchedaVoluta
) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        o = selectors.obiettivo(c.attore, pid)
        scheda = _scheda(voluta.scheda, Quadro([o.pk]), o)
        a = variazioni.anteprima(obiettivo=o, scheda=scheda, by=c.attore, istante=c.istante)
        return {
            "cambi": [cambio(Confronto("", x)) | {"genere": x.genere} for x in a.cambi],
            "difetti": [
                {"guardia": "formato", "regola": "", "rimedio": "", "chi": ""}
                | {"messaggio": d.messaggio, "campo": d.dove.replace("-", ".")}
                for d in a.difetti
            ],
            "mancanze": motivi(a.mancanze),
            "pesi": [{"specifico": codice, "somma": somma} for codice, somma in a.pesi],
        }


@router.get(
    _UNA + "/bozza",
    response={200: forme.BozzaDiVariazione, frozenset({401, 404, 409, 422}): schemi.Errore},
    summary="Ciò che una bozza chiede, come si scrive",
    description="Da rimandare con PUT; 409 se la richiesta non è più una bozza.",
)
def bozza_variazione(request: RichiestaApi, ipa: str, pid: UUID) -> dict[str, Any]:
    solo_parametri(request, ())
    with sessione(request.auth, ipa, "api") as c:
        v = _in_bozza(c, pid)
        scheda, via = voluta(v, Quadro([v.obiettivo_id]))
        return {
            "revisione": v.revisione,
            "scheda": None if via else scheda_mostrata(scheda),
            "stralcio": via,
            "motivazione": v.motivazione,
            "causa_sopravvenuta": v.causa_sopravvenuta,
            "effetto_finanziario": v.effetto_finanziario,
            "atto_contabile": v.atto_contabile,
        }


@router.put(
    _UNA + "/bozza",
    response={200: forme.VariazioneScritta, **SCRITTURA},
    summary="Riscrivere una bozza",
    description="La richiesta diventa come è scritta qui; gli allegati restano.",
)
def riscrivi_variazione(
    request: RichiestaApi, ipa: str, pid: UUID, richiesta: forme.RichiestaRiscritta
) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        v = selectors.variazione(c.attore, pid)
        _redigi(c, v.obiettivo, richiesta, v=v, revisione=richiesta.revisione)
        return scritta(ipa, quadro(c, pid))


@router.post(
    _UNA + "/ribasa",
    response={200: forme.VariazioneScritta, **SCRITTURA},
    summary="Aggiornare ai valori in vigore",
    description="Le stesse cose chieste partendo da ciò che è in vigore adesso.",
)
def ribasa_variazione(
    request: RichiestaApi, ipa: str, pid: UUID, rebase: forme.RebaseChiesto
) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        variazioni.ribasa(
            richiesta=selectors.variazione(c.attore, pid),
            by=c.attore,
            istante=c.istante,
            revisione=rebase.revisione,
            canale=c.canale,
        )
        return scritta(ipa, quadro(c, pid))


# --- from the request ---------------------------------------------------------------------------


def _scheda(letta: SchedaLetta, quadro: Quadro, o: Obiettivo) -> SchedaScritta:
    return scheda_letta(letta, quadro.rubrica(o.pk))


def _redigi(
    c: Contesto,
    o: Obiettivo,
    letta: forme.RichiestaLetta,
    *,
    v: RichiestaVariazione | None = None,
    revisione: int | None = None,
    d_ufficio: bool = False,
    invito: InvitoVariazione | None = None,
    chiave: str = "",
) -> RichiestaVariazione:
    """Raises the refusals of the service; Malformata with every defect of the scheda."""
    if letta.stralcio and letta.scheda:
        raise Malformata(("stralcio", _("si chiede lo stralcio o una scheda, non tutti e due")))
    quadro = Quadro([o.pk])
    if v is not None and not (letta.stralcio or letta.scheda):
        scheda, via = voluta(v, quadro)
    else:
        via = letta.stralcio
        scheda = _scheda(letta.scheda, quadro, o) if letta.scheda else quadro.schede[o.pk]
    try:
        return variazioni.redigi(
            obiettivo=o,
            bozza=Bozza(
                scheda=None if via else scheda,
                stralcio=via,
                motivazione=letta.motivazione,
                causa_sopravvenuta=letta.causa_sopravvenuta,
                effetto_finanziario=letta.effetto_finanziario,
                atto_contabile=letta.atto_contabile,
                allegati=allegati(v) if v else (),
            ),
            by=c.attore,
            istante=c.istante,
            richiesta=v,
            revisione=revisione,
            d_ufficio=d_ufficio,
            invito=invito,
            chiave=chiave,
            canale=c.canale,
        )
    except SchedaNonValida as no:
        raise malformata(no, "scheda.") from None


def _in_bozza(c: Contesto, pid: UUID) -> RichiestaVariazione:
    v = selectors.variazione(c.attore, pid)
    if v.stato != "bozza":
        raise Conflitto({v.pk: [variazioni.non_bozza(v)]})
    return v
