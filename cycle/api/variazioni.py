# SPDX-License-Identifier: AGPL-3.0-or-later
"""Requests of variazione: read, written, filed, examined, decided; by the same services and with
the same refusals as the pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from ninja import Header, Query, Router

from cycle import inviti_variazione, letture, richieste, selectors
from cycle.api import schemi, transizioni
from cycle.api import schemi_variazioni as forme
from cycle.api.accesso import RichiestaApi
from cycle.api.errori import Malformata, busta, motivi, solo_parametri
from cycle.api.scheda import (
    SchedaLetta,
    SchedaMostrata,
    malformata,
    scheda_letta,
    scheda_mostrata,
)
from cycle.api.schemi import LETTURA, SCRITTURA
from cycle.contesto import Contesto, sessione
from cycle.models import (
    Allegato,
    AllegatoVariazione,
    Atto,
    InvitoVariazione,
    Obiettivo,
    ParereVariazione,
    RichiestaVariazione,
)
from cycle.richieste import FiltriRegistro, QuadroRichiesta
from cycle.scritta import SchedaScritta
from cycle.services import variazioni
from cycle.services.allegati import AllegatoGuasto, leggi
from cycle.services.decisione import Documento
from cycle.services.schede import SchedaNonValida
from cycle.services.variazioni import Bozza
from cycle.variazioni.cambi import Cambio, applica
from cycle.variazioni.fatti import nome_richiesta
from cycle.variazioni.quadro import Quadro, campi_di
from cycle.variazioni.registro import Confronto, RigaRegistro, righe
from workflows.errors import Conflitto, NonTrovato
from workflows.ports import FattiAtto
from workflows.verdetto import Verdetto

router = Router(tags=["variazioni"])
_UNA = "/{ipa:ipa}/variazioni/{uuid:pid}"
_DI_UN_OBIETTIVO = "/{ipa:ipa}/obiettivi/{uuid:pid}/variazioni"
_PEZZO = 64 * 1024

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
        totale = scelte.count()
        fine = filtri.scarto + filtri.limite
        pagina = richieste.in_ordine(scelte)[filtri.scarto : fine]
        successiva = {**filtri.model_dump(exclude_none=True), "scarto": fine}
        return {
            "totale": totale,
            "limite": filtri.limite,
            "scarto": filtri.scarto,
            "successiva": f"{request.path}?{urlencode(successiva)}" if fine < totale else None,
            "da_valutare": richieste.da_valutare(c.attore, ciclo),
            "variazioni": [_in_elenco(ipa, r) for r in righe(list(pagina))],
        }


@router.get(
    _UNA,
    response={200: forme.VariazioneScritta, **LETTURA},
    summary="Una richiesta di variazione",
    description="Ciò che cambia, perché, che cosa se ne dice, e che cosa se ne può fare.",
)
def variazione(request: RichiestaApi, ipa: str, pid: UUID) -> dict[str, Any]:
    solo_parametri(request, ())
    with sessione(request.auth, ipa, "api") as c:
        return _scritta(ipa, _quadro(c, pid))


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
        return 201, _scritta(ipa, _quadro(c, v.pid))


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
            "cambi": [_cambio(Confronto("", x)) | {"genere": x.genere} for x in a.cambi],
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
        scheda, via = _voluta(v, Quadro([v.obiettivo_id]))
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
        return _scritta(ipa, _quadro(c, pid))


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
        return _scritta(ipa, _quadro(c, pid))


# --- attachments --------------------------------------------------------------------------------


@router.post(
    _UNA + "/allegati",
    response={201: forme.VariazioneScritta, **SCRITTURA},
    summary="Allegare un file a una bozza",
    description=(
        "Il corpo della richiesta è il file; `revisione` è quella letta, `nome` il suo. Che cos'è "
        "lo dicono i suoi byte: PDF, ODT, ODS, DOCX, XLSX, PNG, JPG o testo."
    ),
)
def allega_a_variazione(
    request: RichiestaApi, ipa: str, pid: UUID, file: Query[forme.DaAllegare]
) -> Any:
    with sessione(request.auth, ipa, "api") as c:
        v = selectors.variazione(c.attore, pid)
        nuovo = Documento(file.nome, iter(lambda: request.read(_PEZZO), b""))
        _con_gli_allegati(c, v, file.revisione, _allegati(v), [nuovo])
        return 201, _scritta(ipa, _quadro(c, pid))


@router.get(
    _UNA + "/allegati/{slug:sha256}",
    response=LETTURA,
    summary="Un allegato",
    description="Il file, se è ancora quello di cui fu registrata l'impronta.",
)
def allegato_di_variazione(request: RichiestaApi, ipa: str, pid: UUID, sha256: str) -> HttpResponse:
    solo_parametri(request, ())
    with sessione(request.auth, ipa, "api") as c:
        a = _allegato(selectors.variazione(c.attore, pid), sha256)
        try:
            risposta = HttpResponse(leggi(a), content_type=a.tipo_mime)
        except AllegatoGuasto as guasto:
            return busta(500, errore=str(guasto))
        risposta["Content-Disposition"] = content_disposition_header(True, a.nome) or "attachment"
        risposta["X-Content-Type-Options"] = "nosniff"
        letture.uscita(
            request,
            risposta,
            rotta="variazione_allegato",
            parole={"pid": pid},
            by=c.attore,
            istante=c.istante,
            canale=c.canale,
        )
        return risposta


@router.delete(
    _UNA + "/allegati/{slug:sha256}",
    response={200: forme.VariazioneScritta, **SCRITTURA},
    summary="Togliere un allegato da una bozza",
    description="Con la `revisione` letta, nell'indirizzo.",
)
def togli_da_variazione(
    request: RichiestaApi, ipa: str, pid: UUID, sha256: str, revisione: int | None = None
) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        v = selectors.variazione(c.attore, pid)
        via = _allegato(v, sha256)
        restano = [a for a in _allegati(v) if a.pk != via.pk]
        _con_gli_allegati(c, v, revisione, restano, [])
        return _scritta(ipa, _quadro(c, pid))


# --- steps --------------------------------------------------------------------------------------


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
            "links": _links(ipa, v),
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
        return _scritta(ipa, _quadro(c, pid))


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
        return _scritta(ipa, _quadro(c, pid))


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
        scheda, via = _voluta(v, quadro)
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
                allegati=_allegati(v) if v else (),
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


def _voluta(v: RichiestaVariazione, quadro: Quadro) -> tuple[SchedaScritta, bool]:
    """The scheda as a draft wishes it, and whether it strikes the objective off."""
    cambi = [quadro.cambio(r) for r in campi_di([v.pk])[v.pk]]
    return applica(quadro.schede[v.obiettivo_id], cambi), any(x.stralcio for x in cambi)


def _con_gli_allegati(
    c: Contesto,
    v: RichiestaVariazione,
    revisione: int | None,
    restano: Sequence[Allegato],
    nuovi: Sequence[Documento],
) -> None:
    if revisione is None:
        raise Malformata(("revisione", _("manca")))
    scheda, via = _voluta(v, Quadro([v.obiettivo_id]))
    variazioni.redigi(
        obiettivo=v.obiettivo,
        bozza=Bozza(
            scheda=None if via else scheda,
            stralcio=via,
            motivazione=v.motivazione,
            causa_sopravvenuta=v.causa_sopravvenuta,
            effetto_finanziario=v.effetto_finanziario,
            atto_contabile=v.atto_contabile,
            allegati=restano,
            nuovi=nuovi,
        ),
        by=c.attore,
        istante=c.istante,
        richiesta=v,
        revisione=revisione,
        canale=c.canale,
    )


def _in_bozza(c: Contesto, pid: UUID) -> RichiestaVariazione:
    v = selectors.variazione(c.attore, pid)
    if v.stato != "bozza":
        raise Conflitto({v.pk: [variazioni.non_bozza(v)]})
    return v


def _allegati(v: RichiestaVariazione) -> list[Allegato]:
    suoi = Q(pk__in=v.allegati.order_by().values("allegato"))
    return list(Allegato.objects.filter(suoi, ente_id=v.ente_id).order_by("pk"))


def _allegato(v: RichiestaVariazione, sha256: str) -> Allegato:
    trovato = (
        AllegatoVariazione.objects.filter(richiesta=v, allegato__sha256=sha256)
        .select_related("allegato")
        .first()
    )
    if trovato is None:
        raise NonTrovato({})
    return trovato.allegato


# --- in answer ----------------------------------------------------------------------------------


def _quadro(c: Contesto, pid: UUID) -> QuadroRichiesta:
    return richieste.quadro(selectors.variazione(c.attore, pid), c.attore, c.istante)


def _breve(x: Confronto) -> dict[str, Any]:
    return {"genere": x.cambio.genere, "dove": x.dove, "prima": x.prima, "dopo": x.dopo}


def _cambio(x: Confronto) -> dict[str, Any]:
    cambio: Cambio = x.cambio
    return {
        **_breve(x),
        "frase": cambio.frase,
        "tabella": cambio.tabella,
        "riga": cambio.riga,
        "campo": cambio.campo,
        "valore_base": cambio.prima,
        "valore_nuovo": cambio.dopo,
    }


def _detto(p: ParereVariazione, impronta: str) -> dict[str, Any]:
    return {
        "tipo": p.tipo,
        "esito": p.esito,
        "persona": str(p.persona),
        "testo": p.testo,
        "reso_il": p.reso_il,
        "attuale": p.impronta == impronta,
    }


def _in_elenco(ipa: str, r: RigaRegistro) -> dict[str, Any]:
    v = r.richiesta
    o = v.obiettivo
    return {
        "pid": v.pid,
        "nome": r.nome,
        "obiettivo": o.pid,
        "codice": o.codice,
        "titolo": o.titolo,
        "unita": o.unita.nome,
        "unita_codice": o.unita.codice,
        "stato": v.stato,
        "tardiva": v.tardiva,
        "d_ufficio": v.d_ufficio,
        "presentata_il": v.presentata_il,
        "decisa_il": v.decisa_il,
        "atto": str(v.atto) if v.atto else None,
        "motivazione": v.motivazione,
        "motivazione_decisione": v.motivazione_decisione,
        "cambi": [_breve(x) for x in r.cambi],
        "valutazione": _detto(r.valutazione, v.impronta) if r.valutazione else None,
        "links": _links(ipa, v),
    }


def _scritta(ipa: str, q: QuadroRichiesta) -> dict[str, Any]:
    v = q.richiesta
    uguali = (
        *("pid", "stato", "revisione", "versione_base", "d_ufficio", "motivazione"),
        *("causa_sopravvenuta", "effetto_finanziario", "atto_contabile", "impronta"),
        *("presentata_il", "termine", "tardiva", "decisa_il", "motivazione_decisione"),
        *("eccezione", "lettera_art175"),
    )
    return {
        **{nome: getattr(v, nome) for nome in uguali},
        "nome": nome_richiesta(v, v.obiettivo.codice),
        "anno": v.obiettivo.ciclo.anno,
        "obiettivo": v.obiettivo.pid,
        "codice": v.obiettivo.codice,
        "autore": str(v.autore),
        "presentata_da": str(v.presentata_da) if v.presentata_da else None,
        "atto": str(v.atto) if v.atto else None,
        "cambi": [_cambio(x) for x in q.cambi],
        "mossi": [{"dove": d, "prima": p, "adesso": a} for d, p, a in q.mossi],
        "pareri": [_detto(p, v.impronta) for p in q.pareri],
        "allegati": [
            {
                "nome": a.nome,
                "tipo_mime": a.tipo_mime,
                "dimensione": a.dimensione,
                "sha256": a.sha256,
                "links": {
                    "self": reverse("api:allegato_di_variazione", args=[ipa, v.pid, a.sha256])
                },
            }
            for a in q.allegati
        ],
        "compiti_aperti": sorted(q.processo.aperti) if q.processo else [],
        "da_rendere": list(q.da_rendere),
        "transizioni": [_passo(x) for x in q.verdetti],
        "links": _links(ipa, v),
    }


def _passo(v: Verdetto) -> dict[str, Any]:
    return {
        "nome": v.transizione.nome,
        "descrizione": v.transizione.descrizione,
        "permessa": v.permessa,
        "motivi": motivi(v.motivi),
        "richiede": [transizioni.richiesto(g) for g in v.richiede],
    }


def _links(ipa: str, v: RichiestaVariazione) -> dict[str, str]:
    links = {
        "self": reverse("api:variazione", args=[ipa, v.pid]),
        "transizioni": reverse("api:transizioni_variazione", args=[ipa, v.pid]),
        "obiettivo": reverse("api:obiettivo", args=[ipa, v.obiettivo.pid]),
        "pagina": reverse("variazione", args=[ipa, v.pid]),
    }
    if v.stato == "bozza":
        links["bozza"] = reverse("api:bozza_variazione", args=[ipa, v.pid])
    return links
