# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the giunta decides of the requests, recorded by the segreteria: several in one Atto, all or
nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cycle.models import CampoVariato, DocumentoAtto, RichiestaVariazione
from cycle.procedures import OBIETTIVO, VARIAZIONE
from cycle.services import allegati
from cycle.services.decisione import Documento, Progresso
from cycle.services.enti import nell_ente
from cycle.services.riesame import riesamina
from workflows.engine import execute
from workflows.errors import Motivo, NonPossibile, NonTrovato
from workflows.ports import Attore, FattiAtto, Richiesta


@dataclass(frozen=True, slots=True)
class EsitoVariazioni:
    """The Atto, if there is one, and what it decided: requests approved and refused, objectives
    struck off, by id."""

    atto_id: int | None
    approvate: tuple[int, ...] = ()
    respinte: tuple[int, ...] = ()
    stralciati: tuple[int, ...] = ()


def approva(
    *,
    richieste: Sequence[RichiestaVariazione],
    atto: FattiAtto,
    by: Attore,
    istante: datetime,
    motivazione: str = "",
    motivazioni: Mapping[int, str] | None = None,
    eccezione: str = "",
    lettera_art175: str = "",
    revisioni: Mapping[int, int] | None = None,
    documento: Documento | None = None,
    canale: str = "web",
) -> EsitoVariazioni:
    """Record that the giunta approved these requests by one Atto: every change is written, every
    scheda has its next version, what was to be struck off is.

    `motivazioni` are the requests' own reasons, by id, where they differ from the one of all;
    `eccezione` is why late ones are admitted (R24); `lettera_art175` which budget variation an act
    after 15/12 follows (R25). Base values are re-read under lock: raises Conflitto naming every
    value that moved, for its author to rebase; NonPossibile with every reason of every request;
    and then nothing is written.
    """
    with transaction.atomic():
        nell_ente(by.ente_id)
        ids = _di_un_anno(richieste, by, "approva")
        dati = {
            nome: valore.strip()
            for nome, valore in (("eccezione", eccezione), ("lettera_art175", lettera_art175))
            if valore.strip()
        }
        execute(
            VARIAZIONE,
            "approva",
            ids,
            by,
            istante,
            richiesta=Richiesta(motivazione, atto, dati=dati, motivazioni=motivazioni or {}),
            revisioni=revisioni,
            canale=canale,
        )
        atto_id = RichiestaVariazione.objects.values_list("atto_id", flat=True).get(pk=ids[0])
        assert atto_id is not None
        stralciati = tuple(
            CampoVariato.objects.filter(richiesta__in=ids, genere="stralcio")
            .order_by("obiettivo")
            .values_list("obiettivo", flat=True)
            .distinct()
        )
        if stralciati:
            execute(
                OBIETTIVO,
                "stralcia",
                stralciati,
                by,
                istante,
                richiesta=Richiesta(motivazione, atto, per_variazione=True),
                canale=canale,
                atto_id=atto_id,
            )
        _conserva(documento, by, atto_id)
        variati = RichiestaVariazione.objects.filter(pk__in=ids).values_list(
            "obiettivo_id", flat=True
        )
        riesamina(ente_id=by.ente_id, obiettivi=list(variati), istante=istante)
    return EsitoVariazioni(atto_id, approvate=tuple(ids), stralciati=stralciati)


def respingi(
    *,
    richieste: Sequence[RichiestaVariazione],
    motivazione: str,
    by: Attore,
    istante: datetime,
    atto: FattiAtto | None = None,
    revisioni: Mapping[int, int] | None = None,
    canale: str = "web",
    atto_id: int | None = None,
) -> EsitoVariazioni:
    """Record that the giunta refused these requests: never without saying why (R18). `atto` is
    the act by which it did, where there is one; `atto_id` one that this decision has recorded."""
    with transaction.atomic():
        nell_ente(by.ente_id)
        ids = _di_un_anno(richieste, by, "respingi")
        richiesta = Richiesta(motivazione, atto)
        if atto is not None:
            atto_id = VARIAZIONE.riserva_atto(richiesta)
        execute(
            VARIAZIONE,
            "respingi",
            ids,
            by,
            istante,
            richiesta=richiesta,
            revisioni=revisioni,
            canale=canale,
            atto_id=atto_id,
        )
    return EsitoVariazioni(atto_id, respinte=tuple(ids))


def decidi(
    *,
    atto: FattiAtto | None,
    approvate: Sequence[RichiestaVariazione],
    respinte: Sequence[tuple[RichiestaVariazione, str]],
    by: Attore,
    istante: datetime,
    motivazione: str = "",
    motivazioni: Mapping[int, str] | None = None,
    eccezione: str = "",
    lettera_art175: str = "",
    revisioni: Mapping[int, int] | None = None,
    documento: Documento | None = None,
    canale: str = "web",
    progresso: Progresso = lambda fase, fatto, totale: None,
) -> EsitoVariazioni:
    """Record one Atto that approves some requests and refuses others, each of these with its
    reason; what is only refused may have none. Raises as `approva`, and nothing is written."""
    viste = revisioni or {}
    quante = len(approvate) + len(respinte)
    with transaction.atomic():
        nell_ente(by.ente_id)
        _di_un_anno([*approvate, *(v for v, _perche in respinte)], by, "approva")
        # one order everywhere, also against a clerk who decides the same ones otherwise
        VARIAZIONE.blocca(by.ente_id, [v.pk for v in (*approvate, *(v for v, _m in respinte))])
        esito = EsitoVariazioni(None)
        progresso(_("Controllo e scrittura delle approvate"), 0, quante)
        if approvate:
            esito = approva(
                richieste=approvate,
                atto=atto or FattiAtto("", None),
                by=by,
                istante=istante,
                motivazione=motivazione,
                motivazioni=motivazioni,
                eccezione=eccezione,
                lettera_art175=lettera_art175,
                revisioni={v.pk: viste[v.pk] for v in approvate if v.pk in viste},
                documento=documento,
                canale=canale,
            )
        atto_id = esito.atto_id
        for n, (v, perche) in enumerate(respinte):
            progresso(_("Registrazione dei rifiuti"), len(approvate) + n, quante)
            atto_id = respingi(
                richieste=[v],
                motivazione=perche,
                by=by,
                istante=istante,
                atto=atto if atto_id is None else None,
                atto_id=atto_id,
                revisioni={v.pk: viste[v.pk]} if v.pk in viste else None,
                canale=canale,
            ).atto_id
        if not approvate and atto_id is not None:
            _conserva(documento, by, atto_id)
    return EsitoVariazioni(
        atto_id, esito.approvate, tuple(v.pk for v, _perche in respinte), esito.stralciati
    )


def _conserva(documento: Documento | None, by: Attore, atto_id: int) -> None:
    """Keep the deliberation with its Atto, where it was uploaded."""
    if documento is None:
        return
    allegato = allegati.deposita(ente_id=by.ente_id, nome=documento.nome, pezzi=documento.pezzi)
    DocumentoAtto.objects.create(
        ente_id=by.ente_id, atto_id=atto_id, genere="deliberazione", allegato=allegato
    )


def _di_un_anno(richieste: Sequence[RichiestaVariazione], by: Attore, verbo: str) -> list[int]:
    """The ids of the requests, all of one year: an act decides on one plan."""
    righe = dict(
        RichiestaVariazione.objects.filter(
            ente_id=by.ente_id, pk__in=[v.pk for v in richieste]
        ).values_list("pk", "obiettivo__ciclo")
    )
    if not righe:
        raise NonTrovato({})
    if len(set(righe.values())) > 1:
        motivo = Motivo(
            "un_anno_solo",
            "R2",
            _("Le richieste sono di anni diversi: un atto decide su un piano."),
            _("Registrare un atto per ogni anno."),
            "segreteria",
        )
        raise NonPossibile(dict.fromkeys(righe, (motivo,)))
    return sorted(righe)
