# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking the plan out: it changes no row, so the registro is told (`domain.md` 8)."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cycle import come_era
from cycle.exports import aperti, foglio
from cycle.exports.piano import da_database
from cycle.models import Ciclo, UnitaOrganizzativa
from cycle.permissions import PERMESSI
from cycle.scheda import vede_impegno
from cycle.selectors import visibili
from cycle.services.enti import nell_ente
from workflows.errors import Motivo, NonAutorizzato, NonTrovato
from workflows.ports import RUOLI, Attore, Incarico
from workflows.registro import azioni


def esporta(*, ciclo: Ciclo, by: Attore, istante: datetime, canale: str = "web") -> dict[str, Any]:
    """The plan of the year as `by` may see it. Raises NonAutorizzato to who may not export for
    the whole ente."""
    with transaction.atomic():
        nell_ente(by.ente_id)
        incarico = _di_chi_esporta(ciclo, by)
        piano = da_database(
            ciclo, visibili(by), riservati=lambda o: vede_impegno(by, o.unita.percorso)
        )
        _ricorda(ciclo, incarico, by, istante, canale, {"obiettivi": len(piano["obiettivi"])})
    return piano


def _ricorda(
    ciclo: Ciclo,
    incarico: Incarico,
    by: Attore,
    istante: datetime,
    canale: str,
    cosa: dict[str, Any],
) -> None:
    """Who took the year out, and what it was."""
    azioni.registra_lettura(
        ente_id=by.ente_id,
        procedura="ciclo",
        verbo="esporta",
        passi=[azioni.Voce(ciclo.pk, incarico=incarico)],
        attore=by,
        istante=istante,
        canale=canale,
        dati={"anno": ciclo.anno, **cosa},
    )


def _di_chi_esporta(ciclo: Ciclo, by: Attore) -> Incarico:
    radice = UnitaOrganizzativa.objects.get(ente=by.ente_id, padre__isnull=True)
    incarico = by.incarico_per("esporta_piano", radice.percorso)
    if incarico is None:
        raise NonAutorizzato({ciclo.pk: [_serve_incarico(radice.nome)]})
    return incarico


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


def com_era(
    *, ciclo: Ciclo, al: datetime, by: Attore, istante: datetime, canale: str = "web"
) -> dict[str, Any]:
    """The plan of the year as it was at `al`, by the database's clock, in what `by` might have seen
    of it. Raises NonAutorizzato to who may not export for the whole ente."""
    with transaction.atomic():
        nell_ente(by.ente_id)
        incarico = _di_chi_esporta(ciclo, by)
        with come_era.come_era(ente_id=by.ente_id, istante=al, ciclo=ciclo.pk):
            piano = da_database(
                ciclo, visibili(by), riservati=lambda o: vede_impegno(by, o.unita.percorso)
            )
        _ricorda(
            ciclo,
            incarico,
            by,
            istante,
            canale,
            {
                "obiettivi": len(piano["obiettivi"]),
                "com_era": al.isoformat(),
            },
        )
    return piano


def esporta_foglio(*, ciclo: Ciclo, by: Attore, istante: datetime, canale: str = "web") -> bytes:
    """The plan of the year in the workbook that imports it, as `by` may see it; effort, category
    and matricola only to who may see those of the whole ente. Raises NonAutorizzato to who may not
    export."""
    with transaction.atomic():
        nell_ente(by.ente_id)
        incarico = _di_chi_esporta(ciclo, by)
        contenuto = foglio.da_ciclo(
            ciclo, visibili(by), riservati=vede_impegno(by, incarico.percorso)
        )
        _ricorda(
            ciclo,
            incarico,
            by,
            istante,
            canale,
            {
                "forma": "xlsx",
                "sha256": hashlib.sha256(contenuto).hexdigest(),
            },
        )
    return contenuto


def esporta_aperti(
    *, ciclo: Ciclo, forma: str, by: Attore, istante: datetime, canale: str = "web"
) -> tuple[bytes, str]:
    """The open data of the year as `json` or `csv`, ready to be published, and their SHA-256, which
    the registro keeps. Raises NonTrovato for another form, NonAutorizzato to who may not export for
    the whole ente."""
    if forma not in aperti.FORME:
        raise NonTrovato({})
    with transaction.atomic():
        nell_ente(by.ente_id)
        incarico = _di_chi_esporta(ciclo, by)
        dati = aperti.da_ciclo(ciclo)
        contenuto = aperti.FORME[forma](dati)
        sha256 = hashlib.sha256(contenuto).hexdigest()
        _ricorda(
            ciclo,
            incarico,
            by,
            istante,
            canale,
            {
                "obiettivi": len(dati["obiettivi"]),
                "forma": f"aperti {forma}",
                "sha256": sha256,
            },
        )
    return contenuto, sha256
