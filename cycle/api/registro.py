# SPDX-License-Identifier: AGPL-3.0-or-later
"""The registro, asked; the plan as it was; two instants compared."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from django.urls import reverse
from ninja import Query, Router, Schema
from pydantic import Field

from cycle import domande, letture, prova
from cycle.api.accesso import RichiestaApi
from cycle.api.schemi import LETTURA, SCRITTURA
from cycle.contesto import Contesto, sessione
from cycle.domande import Domanda
from cycle.racconto import Risposta, racconta
from cycle.services import domande as salvate
from cycle.services.domande import Salvata
from cycle.services.uscita_registro import ritrova
from workflows.errors import NonTrovato
from workflows.models import Ancora

router = Router(tags=["registro"])


class Punto(Schema):
    """From where the answers go on, and how many of them."""

    da: str = Field("", max_length=60)
    limite: int = Field(50, ge=1, le=500)


class DomandaLetta(Punto):
    """What can be asked; whatever is not said is not asked."""

    obiettivo: UUID | None = None
    persona: UUID | None = None
    atto: UUID | None = None
    ruolo: str = ""
    procedura: str = ""
    verbo: str = ""
    campo: str = ""
    dopo_approvazione: bool = False
    dal: date | None = None
    al: date | None = None
    ultimi: int = Field(0, ge=0, le=3660, description="Giorni, fino ad adesso.")
    testo: str = Field("", max_length=200)
    esito: str = ""
    sha256: str = Field("", max_length=100)


class FattoScritto(Schema):
    numero: int
    istante: str
    registrato_il: str
    fatto: str
    procedura: str
    verbo: str
    esito: str
    obiettivo: UUID | None
    codice: str
    persona: UUID | None
    atto: UUID | None
    atto_detto: str
    motivazione: str
    modifiche: int


class FattiScritti(Schema):
    """`poi`: the `da` of the next page; empty, and there is none. `interrotta`: the page ended
    before it was full, and there may be more."""

    fatti: list[FattoScritto]
    poi: str
    interrotta: bool


@router.get(
    "/{ipa:ipa}/registro",
    response={200: FattiScritti, **LETTURA},
    summary="Interrogare il registro",
    description=(
        "Chi ha fatto che cosa, quando, perché: i più recenti per primi, una pagina da un punto "
        "in poi. Il registro si legge per quanto si può vedere."
    ),
)
def registro(request: RichiestaApi, ipa: str, q: Query[DomandaLetta]) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        dette = q.model_dump(exclude={"da", "limite"})
        domanda = Domanda.da_url(
            {k: "1" if v is True else str(v) for k, v in dette.items() if v not in (None, False, 0)}
        )
        return _risposte(c, domanda, q.da, q.limite)


def _risposte(c: Contesto, domanda: Domanda, da: str, quanti: int) -> dict[str, Any]:
    fin_dove = domande.portata(c.attore)
    if fin_dove.tutto and not da:
        letture.consulta(domanda.traccia(), by=c.attore, istante=c.istante, canale=c.canale)
    pagina = domande.rispondi(c.attore, fin_dove, domanda, fuso=c.ente.fuso, da=da, quanti=quanti)
    return {
        "fatti": [_fatto(racconta(r)) for r in pagina.righe],
        "poi": pagina.poi,
        "interrotta": pagina.interrotta,
    }


def _fatto(f: Risposta) -> dict[str, Any]:
    return {
        "numero": f.numero,
        "istante": f.istante.isoformat(),
        "registrato_il": f.registrato_il.isoformat(),
        "fatto": f.frase,
        "procedura": f.procedura,
        "verbo": f.verbo,
        "esito": f.esito,
        "obiettivo": f.obiettivo_pid,
        "codice": f.codice,
        "persona": f.persona_pid,
        "atto": f.atto_pid,
        "atto_detto": f.atto,
        "motivazione": f.motivazione,
        "modifiche": f.modifiche,
    }


class CambioScritto(Schema):
    dove: str
    campo: str
    prima: str
    dopo: str


class FattoIntero(FattoScritto):
    """One event with what it changed: `cambi` is null for what came before an approval, of units
    that are not one's own; `altre`: rows that are counted and not told."""

    cambi: list[CambioScritto] | None
    altre: dict[str, int]


@router.get(
    "/{ipa:ipa}/registro/fatti/{int:numero}",
    response={200: FattoIntero, **LETTURA},
    summary="Che cosa ha cambiato un fatto",
    description="Campo per campo, prima e dopo.",
)
def fatto(request: RichiestaApi, ipa: str, numero: int) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        fin_dove = domande.portata(c.attore)
        trovato = domande.fatto(c.attore, fin_dove, numero, fuso=c.ente.fuso)
        if fin_dove.tutto:
            chiesto = Domanda(numero=numero)
            letture.consulta(chiesto.traccia(), by=c.attore, istante=c.istante, canale=c.canale)
        cambiati = trovato.cambi
        return {
            **_fatto(racconta(trovato.riga)),
            "cambi": [asdict(d) for d in cambiati.cambi] if cambiati else None,
            "altre": dict(cambiati.altre) if cambiati else {},
        }


# --- questions that are kept --------------------------------------------------------------------


class DomandaScritta(Schema):
    """A question that can be asked again, as of now."""

    pid: UUID
    nome: str
    domanda: dict[str, str]
    unita: str = Field(description="L'ufficio per cui vale; vuoto, solo di chi l'ha salvata.")
    di: str
    mia: bool
    links: dict[str, str]


class DomandaDaSalvare(Schema):
    nome: str = Field(max_length=200)
    domanda: dict[str, str] = Field(description="Le parole di `GET /registro`.")
    ufficio: bool = False


@router.get(
    "/{ipa:ipa}/registro/domande",
    response={200: list[DomandaScritta], **LETTURA},
    summary="Le domande salvate",
    description="Le proprie, e quelle del proprio ufficio.",
)
def domande_salvate(request: RichiestaApi, ipa: str) -> list[dict[str, Any]]:
    with sessione(request.auth, ipa, "api") as c:
        return [_salvata(ipa, d) for d in salvate.elenco(c.attore)]


@router.post(
    "/{ipa:ipa}/registro/domande",
    response={201: DomandaScritta, **SCRITTURA},
    summary="Salvare una domanda",
    description="Con il nome di una propria, ne prende il posto.",
)
def salva_domanda(request: RichiestaApi, ipa: str, dati: DomandaDaSalvare) -> Any:
    with sessione(request.auth, ipa, "api") as c:
        salvata = salvate.salva(
            nome=dati.nome,
            domanda=Domanda.da_url(dati.domanda),
            ufficio=dati.ufficio,
            by=c.attore,
        )
        return 201, _salvata(ipa, salvata)


@router.get(
    "/{ipa:ipa}/registro/domande/{uuid:pid}",
    response={200: FattiScritti, **LETTURA},
    summary="Le risposte, adesso, a una domanda salvata",
    description="Per quanto può leggere chi chiede.",
)
def domanda_salvata(request: RichiestaApi, ipa: str, pid: UUID, q: Query[Punto]) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        salvata = salvate.una(c.attore, pid)
        return _risposte(c, Domanda.da_url(salvata.parole), q.da, q.limite)


@router.delete(
    "/{ipa:ipa}/registro/domande/{uuid:pid}",
    response={204: None, **SCRITTURA},
    summary="Togliere una propria domanda salvata",
    description="Quelle dell'ufficio le toglie chi le ha salvate.",
)
def togli_domanda(request: RichiestaApi, ipa: str, pid: UUID) -> Any:
    with sessione(request.auth, ipa, "api") as c:
        salvate.togli(pid=pid, by=c.attore)
        return 204, None


def _salvata(ipa: str, d: Salvata) -> dict[str, Any]:
    return {
        "pid": d.pid,
        "nome": d.nome,
        "domanda": d.parole,
        "unita": d.unita,
        "di": d.di,
        "mia": d.mia,
        "links": {
            "self": reverse("api:domanda_salvata", args=[ipa, d.pid]),
            "pagina": reverse("registro_domanda", args=[ipa, d.pid]),
        },
    }


# --- what proves it -----------------------------------------------------------------------------


class ProvaScritta(Schema):
    """The last verification of the registro, and its last anchor."""

    verificato_il: str | None
    fino_al: int | None
    integro: bool | None
    guasti: list[str]
    ancorato_al: str | None
    impronta: str | None


@router.get(
    "/{ipa:ipa}/registro/prova",
    response={200: ProvaScritta, **LETTURA},
    summary="Fin dove il registro è verificato e ancorato",
    description="I guasti e l'ancora li legge chi legge tutto il registro.",
)
def stato_della_prova(request: RichiestaApi, ipa: str) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        tutto = domande.portata(c.attore).tutto
        provata = prova.ultima(c.ente.pk)
        ancora = Ancora.objects.filter(ente_id=c.ente.pk).order_by("-giorno").first()
        if not tutto:
            ancora = None
        return {
            "verificato_il": provata.quando.isoformat() if provata else None,
            "fino_al": provata.fino_al if provata else None,
            "integro": provata.integro if provata else None,
            "guasti": list(provata.guasti) if provata and tutto else [],
            "ancorato_al": ancora.giorno.isoformat() if ancora else None,
            "impronta": bytes(ancora.impronta).hex() if ancora else None,
        }


class ImprontaTrovata(Schema):
    sha256: str
    fatti: list[FattoScritto]
    ancora: date | None


@router.get(
    "/{ipa:ipa}/registro/impronte/{slug:sha256}",
    response={200: ImprontaTrovata, **LETTURA},
    summary="Che file è quello con questa impronta",
    description="Fra quelli che si sono scaricati, o di tutti per chi legge tutto il registro.",
)
def impronta(request: RichiestaApi, ipa: str, sha256: str) -> dict[str, Any]:
    with sessione(request.auth, ipa, "api") as c:
        domande.portata(c.attore)
        letta = domande.impronta(sha256)
        if not letta:
            raise NonTrovato({})
        trovata = ritrova(ente=c.ente, sha256=letta, by=c.attore)
        if not trovata.fatti and trovata.ancora is None:
            raise NonTrovato({})
        return {
            "sha256": trovata.sha256,
            "fatti": [_fatto(f) for f in trovata.fatti],
            "ancora": trovata.ancora,
        }
