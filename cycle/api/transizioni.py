# SPDX-License-Identifier: AGPL-3.0-or-later
"""What objectives and reports share: what may happen to them and why not, and making it happen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils.translation import gettext as _

from cycle import permissions, selectors
from cycle.api.errori import Malformata, motivi, solo_parametri
from cycle.api.schemi import CosaSe, PassoObiettivo, PassoRelazione, SedutaLetta
from cycle.contesto import Contesto
from cycle.forms import campi_richiesti
from cycle.models import Obiettivo, RelazioneSemestrale
from cycle.procedures import PROCEDURE
from cycle.services.transizioni import esegui
from workflows.guards import Guardia
from workflows.ports import Attore, FattiAtto, FattiSeduta, Richiesta
from workflows.verdetto import Verdetto

# Where the fields of the form stand in the request; the others have the same name.
_CAMPI = {
    "organo": "atto.organo",
    "numero": "atto.numero",
    "data_atto": "atto.data",
    "esecutivo": "atto.esecutivo",
    "parere_tecnico": "atto.parere_tecnico",
    "parere_contabile": "atto.parere_contabile",
    "data_seduta": "seduta.data",
    "presenti": "seduta.presenti",
    "astenuti": "seduta.astenuti",
    "dissensi": "seduta.dissensi",
}
# Which fields of a decision bring what its guards wait for.
_DI_VARIAZIONE = {
    "accoglimento_motivato": ["motivazione"],
    "diniego_motivato": ["motivazione"],
    "eccezione_motivata": ["eccezione"],
    "atto_nei_termini": ["atto.data", "lettera_art175"],
    "atto_del_diniego": ["atto.numero", "atto.data"],
}
_DA, _FINO_A = datetime(2000, 1, 1, tzinfo=UTC), datetime(2101, 1, 1, tzinfo=UTC)


def istante(testo: str | None, contesto: Contesto) -> datetime:
    """The instant of a what-if: ISO, in the ente's zone when it names none; the present when
    there is no what-if. Raises Malformata."""
    if testo is None:
        return contesto.istante
    try:
        letto = datetime.fromisoformat(testo)
        if letto.tzinfo is None:
            letto = letto.replace(tzinfo=ZoneInfo(contesto.ente.fuso))
        letto = letto.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Malformata(
            (
                "il",
                _(
                    "deve essere un istante ISO, per esempio 2026-09-30T12:00, oppure "
                    "2026-09-30T12:00%2B02:00 (nell'indirizzo il segno + si scrive %2B)"
                ),
            )
        ) from None
    if not _DA <= letto < _FINO_A:
        raise Malformata(("il", _("deve stare fra il 2000 e il 2100")))
    return letto


def elenco(
    contesto: Contesto,
    procedura: str,
    oggetto: Obiettivo | RelazioneSemestrale,
    cosa_se: CosaSe,
    request: HttpRequest,
) -> dict[str, Any]:
    """Every transition of the object's machine, judged for the person at the present instant, or
    as `cosa_se` supposes. Writes nothing."""
    obiettivo = oggetto.obiettivo if isinstance(oggetto, RelazioneSemestrale) else oggetto
    attore, quando = supposto(contesto, obiettivo.unita.percorso, cosa_se, request)
    giudizi = selectors.verdetti(PROCEDURE[procedura], [oggetto], attore, quando)[oggetto.pk]  # type: ignore[arg-type]
    return in_tavola(contesto, oggetto.stato, oggetto.revisione, giudizi, quando, request) | {
        "nucleo": [
            {"pid": p.pid, "nome": str(p)}
            for p in selectors.componenti_del_nucleo(contesto.ente, quando)
        ],
    }


def supposto(
    contesto: Contesto, percorso: str, cosa_se: CosaSe, request: HttpRequest
) -> tuple[Attore, datetime]:
    """Who is supposed to ask, on the unit at `percorso`, and when. Raises Malformata."""
    solo_parametri(request, CosaSe.model_fields)
    quando = istante(cosa_se.il, contesto)
    if cosa_se.ruolo is not None:
        return permissions.ipotetico(contesto.ente, cosa_se.ruolo, percorso, quando), quando
    if cosa_se.il is not None:
        return permissions.attore(contesto.ente.pk, contesto.persona.pk, quando), quando
    return contesto.attore, quando


def in_tavola(
    contesto: Contesto,
    stato: str,
    revisione: int,
    giudizi: Iterable[Verdetto],
    quando: datetime,
    request: HttpRequest,
) -> dict[str, Any]:
    """The transitions of an object, as judged at `quando`."""
    return {
        "stato": stato,
        "revisione": revisione,
        "il": quando.astimezone(ZoneInfo(contesto.ente.fuso)).isoformat(),
        "transizioni": [_transizione(v, stato, request.path) for v in giudizi],
    }


def _transizione(v: Verdetto, stato: str, indirizzo: str) -> dict[str, Any]:
    """`da` and `a` are of the row of the table that starts here, or of the first one."""
    da, a = next((p for p in v.transizione.percorsi if p[0] == stato), v.transizione.percorsi[0])
    esegui = f"{indirizzo}/{v.transizione.nome}"
    return {**passo(v), "da": da, "a": a, "links": {"esegui": esegui}}


def passo(v: Verdetto) -> dict[str, Any]:
    """A step as it was judged: whether it can be taken, why not, what it waits for."""
    return {
        "nome": v.transizione.nome,
        "descrizione": v.transizione.descrizione,
        "permessa": v.permessa,
        "motivi": motivi(v.motivi),
        "richiede": [richiesto(g) for g in v.richiede],
    }


def richiesto(guardia: Guardia) -> dict[str, Any]:
    """What a guard waits for, and which fields of the request bring it."""
    # the percentages are no field of a page's form: they stand in its table
    if guardia.nome == "scostamenti_motivati":
        campi = ["convalide"]
    else:
        campi = _DI_VARIAZIONE.get(guardia.nome) or [
            _CAMPI.get(campo, campo) for campo in campi_richiesti((guardia,))
        ]
    return {
        "guardia": guardia.nome,
        "regola": guardia.regola,
        "messaggio": guardia.descrizione,
        "campi": campi,
    }


def compi(
    contesto: Contesto,
    procedura: str,
    oggetto: Obiettivo | RelazioneSemestrale,
    nome: str,
    passo: PassoObiettivo,
    **dati: Any,
) -> dict[str, Any]:
    """Ask the engine for the transition and tell the new state. Raises its refusals."""
    if passo.cifra:
        dati["cifra"] = passo.cifra
    if isinstance(passo, PassoRelazione) and passo.rinuncia:
        dati["rinuncia"] = True
    richiesta = Richiesta(
        motivazione=passo.motivazione,
        atto=FattiAtto(**passo.atto.model_dump()) if passo.atto else None,
        seduta=seduta(contesto, passo.seduta) if passo.seduta else None,
        dati=dati,
    )
    esito = esegui(
        procedura=procedura,
        transizione=nome,
        ids=[oggetto.pk],
        by=contesto.attore,
        istante=contesto.istante,
        richiesta=richiesta,
        revisioni={oggetto.pk: passo.revisione},
        canale=contesto.canale,
    )
    # Read again, never refreshed: while it refreshes, django_fsm lets go of the state's guard for
    # the whole class, and another thread would find it open.
    stato, revisione = (
        type(oggetto)._default_manager.values_list("stato", "revisione").get(pk=oggetto.pk)
    )
    return {"nome": nome, "da": esito.eseguiti[0].da, "stato": stato, "revisione": revisione}


def seduta(contesto: Contesto, letta: SedutaLetta) -> FattiSeduta:
    """The sitting that was written, with people for their public ids. Raises Malformata."""
    return FattiSeduta(
        data=letta.data,
        presenti=persone(letta.presenti, contesto),
        dissensi=letta.dissensi,
        astenuti=persone(letta.astenuti, contesto, "astenuti"),
    )


def persone(pid: Sequence[UUID], contesto: Contesto, campo: str = "presenti") -> frozenset[int]:
    """Ids of the members of the Nucleo with these public ids. Raises Malformata, naming the
    place, for anybody else."""
    if not pid:
        return frozenset()
    nucleo = {p.pid: p.pk for p in selectors.componenti_del_nucleo(contesto.ente, contesto.istante)}
    estranei = [
        (f"seduta.{campo}.{n}", _("non è un componente del Nucleo in carica"))
        for n, uno in enumerate(pid)
        if uno not in nucleo
    ]
    if estranei:
        raise Malformata(*estranei)
    return frozenset(nucleo[uno] for uno in pid)
