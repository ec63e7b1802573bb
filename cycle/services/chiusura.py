# SPDX-License-Identifier: AGPL-3.0-or-later
"""Closing a year (C3): nothing in it is open, and somebody says so, once and for ever."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cycle import chiusura
from cycle.models import Ciclo, Obiettivo
from cycle.services.atti_anno import autorizza
from cycle.services.enti import nell_ente
from workflows.errors import Conflitto, Motivo, NonPossibile, Tentativo
from workflows.ports import Attore
from workflows.registro import azioni


def chiudi(*, ciclo: Ciclo, by: Attore, istante: datetime, canale: str = "web") -> Ciclo:
    """Close the year. From then on only material errors are corrected in it (R35).

    Raises NonAutorizzato, Conflitto when it is closed already, NonPossibile with a reason for
    each kind of thing still open, and one when the year has not ended.
    """
    with transaction.atomic():
        nell_ente(ciclo.ente_id)
        ciclo = (
            Ciclo.objects.select_for_update(of=("self",)).select_related("ente").get(pk=ciclo.pk)
        )
        incarico = autorizza(by, "chiudi_anno", ciclo.pk)
        tentativo = Tentativo("ciclo", "chiude", {ciclo.pk: None})
        if ciclo.stato == "chiuso":
            gia = Motivo(
                "anno", "C3", _("Il %(anno)s è già chiuso.") % {"anno": ciclo.anno}, "", ""
            )
            raise Conflitto({ciclo.pk: [gia]}, tentativo)
        # nobody reopens or adds an objective meanwhile: their rows are held, in order of id
        list(
            Obiettivo.objects.select_for_update(of=("self",))
            .filter(ciclo=ciclo)
            .order_by("pk")
            .values_list("pk", flat=True)
        )
        presto = chiusura.finisce(ciclo, istante)
        motivi = [m for m in (presto,) if m]
        motivi += [g.motivo for g in chiusura.aperte(ciclo, istante)]
        if motivi:
            raise NonPossibile({ciclo.pk: motivi}, tentativo)
        azioni.apri(
            ente_id=ciclo.ente_id,
            procedura="ciclo",
            verbo="chiude",
            passi=[azioni.Voce(ciclo.pk, da="aperto", a="chiuso", incarico=incarico)],
            attore=by,
            istante=istante,
            canale=canale,
            dati={"anno": ciclo.anno},
        )
        Ciclo.objects.filter(pk=ciclo.pk).update(stato="chiuso")
        return Ciclo.objects.select_related("ente").get(pk=ciclo.pk)
