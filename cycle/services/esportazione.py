# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking the plan out: it changes no row, so the registro is told (`domain.md` 8)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cycle.exports.piano import da_database
from cycle.models import Ciclo, UnitaOrganizzativa
from cycle.permissions import PERMESSI
from cycle.selectors import visibili
from cycle.services.enti import nell_ente
from workflows.errors import Motivo, NonAutorizzato
from workflows.ports import RUOLI, Attore
from workflows.registro import azioni


def esporta(*, ciclo: Ciclo, by: Attore, istante: datetime, canale: str = "web") -> dict[str, Any]:
    """The plan of the year as `by` may see it. Raises NonAutorizzato to who may not export for
    the whole ente."""
    with transaction.atomic():
        nell_ente(by.ente_id)
        radice = UnitaOrganizzativa.objects.get(ente=by.ente_id, padre__isnull=True)
        incarico = by.incarico_per("esporta_piano", radice.percorso)
        if incarico is None:
            raise NonAutorizzato({ciclo.pk: [_serve_incarico(radice.nome)]})
        piano = da_database(ciclo, visibili(by), riservati=False)
        azioni.registra_lettura(
            ente_id=by.ente_id,
            procedura="ciclo",
            verbo="esporta",
            passi=[azioni.Voce(ciclo.pk, incarico=incarico)],
            attore=by,
            istante=istante,
            canale=canale,
            dati={"anno": ciclo.anno, "obiettivi": len(piano["obiettivi"])},
        )
    return piano


def _serve_incarico(ente: str) -> Motivo:
    ruoli = [r for r in RUOLI if r in PERMESSI["esporta_piano"]]
    return Motivo(
        "incarico",
        "R84",
        _("Per esportare il piano serve un incarico di %(ruoli)s su «%(ente)s», in vigore adesso.")
        % {"ruoli": " o ".join(RUOLI[r] for r in ruoli), "ente": ente},
        _("Chiedere l'esportazione a chi ha l'incarico."),
        ", ".join(ruoli),
    )
