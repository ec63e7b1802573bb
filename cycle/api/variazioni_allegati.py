# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files that go with a request of variazione: added to its draft, read, taken off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from ninja import Query, Router

from cycle import letture, selectors
from cycle.api import schemi_variazioni as forme
from cycle.api.accesso import RichiestaApi
from cycle.api.errori import Malformata, busta, solo_parametri
from cycle.api.schemi import LETTURA, SCRITTURA
from cycle.api.variazioni_bozza import allegati, voluta
from cycle.api.variazioni_mostrate import quadro, scritta
from cycle.contesto import Contesto, sessione
from cycle.models import (
    Allegato,
    AllegatoVariazione,
    RichiestaVariazione,
)
from cycle.services import variazioni
from cycle.services.allegati import AllegatoGuasto, leggi
from cycle.services.decisione import Documento
from cycle.services.variazioni import Bozza
from cycle.variazioni.quadro import Quadro
from workflows.errors import NonTrovato

router = Router(tags=["variazioni"])
_UNA = "/{ipa:ipa}/variazioni/{uuid:pid}"
_PEZZO = 64 * 1024


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
        _con_gli_allegati(c, v, file.revisione, allegati(v), [nuovo])
        return 201, scritta(ipa, quadro(c, pid))


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
        restano = [a for a in allegati(v) if a.pk != via.pk]
        _con_gli_allegati(c, v, revisione, restano, [])
        return scritta(ipa, quadro(c, pid))


def _con_gli_allegati(
    c: Contesto,
    v: RichiestaVariazione,
    revisione: int | None,
    restano: Sequence[Allegato],
    nuovi: Sequence[Documento],
) -> None:
    if revisione is None:
        raise Malformata(("revisione", _("manca")))
    scheda, via = voluta(v, Quadro([v.obiettivo_id]))
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


def _allegato(v: RichiestaVariazione, sha256: str) -> Allegato:
    trovato = (
        AllegatoVariazione.objects.filter(richiesta=v, allegato__sha256=sha256)
        .select_related("allegato")
        .first()
    )
    if trovato is None:
        raise NonTrovato({})
    return trovato.allegato
