# SPDX-License-Identifier: AGPL-3.0-or-later
"""The PDF of what an Atto approved: made once, stored, and from then on always the same bytes."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from cycle.exports import pdf
from cycle.models import Atto, DocumentoAtto
from cycle.services import allegati, lavoro
from cycle.services.enti import nell_ente
from workflows.ports import Attore
from workflows.registro import azioni

# With so many objectives or fewer, the PDF is made at once; else by a job, when it is asked for.
PDF_SUBITO = 60


def compie(r: lavoro.Richiesta) -> lavoro.Reso:
    """The work `allegato`: the PDF of an Atto, stored with it."""
    r.racconta(_("Composizione del PDF"), 0, 0)
    atto = Atto.objects.select_related("ciclo", "ente").get(
        pk=r.lavoro.dati["atto"], ente_id=r.by.ente_id
    )
    prepara_pdf(atto=atto, by=r.by, istante=r.istante)
    return lavoro.Reso(esito={"atto": str(atto.pid)})


def prepara_pdf(*, atto: Atto, by: Attore, istante: datetime, canale: str = "web") -> DocumentoAtto:
    """The annex of the Atto as PDF/UA; the one already made, if there is one. It says only what the
    database keeps immutable, with the names that units and people have on the day it is made."""
    with transaction.atomic():
        nell_ente(by.ente_id)
        with connection.cursor() as cursore:  # two who ask at once get the same document
            cursore.execute("SELECT pg_advisory_xact_lock(hashtext('allegato'), %s)", [atto.pk])
        presente = (
            DocumentoAtto.objects.filter(atto=atto, genere="allegato")
            .select_related("allegato")
            .first()
        )
        if presente is not None:
            return presente
        azioni.apri(
            ente_id=by.ente_id,
            procedura="atto",
            verbo="allega",
            passi=[azioni.Voce(atto.pk)],
            attore=by,
            istante=istante,
            atto_id=atto.pk,
            canale=canale,
        )
        allegato = allegati.deposita(
            ente_id=by.ente_id,
            nome=f"PEG {atto.ciclo} {atto}.pdf",
            pezzi=[pdf.stampa(atto)],
            nostro=True,
        )
        return DocumentoAtto.objects.create(
            ente_id=by.ente_id, atto=atto, genere="allegato", allegato=allegato
        )
