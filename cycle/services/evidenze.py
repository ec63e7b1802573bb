# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files that prove what a report says of a specifico: added, and taken away, while the report
can be filled."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from django.db import transaction

from cycle import fascicolo
from cycle.models import Evidenza, RelazioneSemestrale, VoceRelazione
from cycle.procedures import RELAZIONE
from cycle.services.allegati import deposita
from cycle.services.compilazione import compilabile, incarichi, non_compilabile, tentativo
from cycle.services.enti import nell_ente
from cycle.services.tipi_file import TIPI
from workflows.errors import NonPossibile
from workflows.ports import Attore
from workflows.registro import azioni


def aggiungi(
    *,
    voce: VoceRelazione,
    nome: str,
    pezzi: Iterable[bytes],
    by: Attore,
    istante: datetime,
    canale: str = "web",
) -> Evidenza:
    """Keep a file as evidence of a specifico in a report; the same file is kept once.

    Raises NonAutorizzato (R4), NonPossibile when the report cannot be filled (R54) or the file is
    empty, too large, or of a kind that is not accepted."""

    def scrivi() -> Evidenza:
        allegato = deposita(ente_id=by.ente_id, nome=nome, pezzi=pezzi, ammessi=TIPI)
        trovata, _nuova = Evidenza.objects.get_or_create(
            ente_id=by.ente_id, obiettivo_id=voce.obiettivo_id, voce=voce, allegato=allegato
        )
        return trovata

    return _nella_relazione(voce.relazione_id, "allega", scrivi, by, istante, canale)


def togli(*, evidenza: Evidenza, by: Attore, istante: datetime, canale: str = "web") -> None:
    """Take a file away from a report; the file itself, and that it was there, are kept. Raises as
    `aggiungi` does."""

    def cancella() -> None:
        Evidenza.objects.filter(pk=evidenza.pk).delete()

    relazione_id = evidenza.voce.relazione_id
    _nella_relazione(relazione_id, "togli", cancella, by, istante, canale)


T = TypeVar("T")


def _nella_relazione(
    relazione_id: int,
    verbo: str,
    scrivi: Callable[[], T],
    by: Attore,
    istante: datetime,
    canale: str,
) -> T:
    with transaction.atomic():
        nell_ente(by.ente_id)
        relazioni: list[RelazioneSemestrale] = RELAZIONE.blocca(by.ente_id, [relazione_id])
        [r] = relazioni
        by = RELAZIONE.attore(by, istante)
        fatti = fascicolo.di_relazioni(relazioni)
        incarico = incarichi(relazioni, fatti, by)[r.pk]
        if not compilabile(fatti[r.pk]):
            raise NonPossibile({r.pk: [non_compilabile()]}, tentativo(relazioni))
        azioni.apri(
            ente_id=by.ente_id,
            procedura="relazione",
            verbo=verbo,
            passi=[azioni.Voce(r.pk, r.obiettivo_id, r.stato, r.stato, incarico)],
            attore=by,
            istante=istante,
            canale=canale,
        )
        fatto = scrivi()
        RelazioneSemestrale.objects.filter(pk=r.pk).update(revisione=r.revisione + 1)
    return fatto
