# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking the year's register of variazioni out (R32): no row changes, so the registro is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from cycle.exports import variazioni
from cycle.models import Ciclo, Ente
from cycle.richieste import FiltriRegistro, registro, righe_registro
from cycle.services.enti import nell_ente
from cycle.variazioni.registro import RigaRegistro
from workflows.errors import NonTrovato
from workflows.ports import Attore
from workflows.registro import azioni

_Forma = Callable[[list[RigaRegistro], Ciclo, Ente, datetime], bytes]
FORME: dict[str, _Forma] = {
    "xlsx": lambda righe, _ciclo, ente, _t: variazioni.xlsx(righe, ente.fuso),
    "pdf": lambda righe, ciclo, ente, t: variazioni.stampa(
        righe, ciclo, ente=ente.nome, fuso=ente.fuso, istante=t
    ),
}


def esporta_registro(
    *,
    ciclo: Ciclo,
    forma: str,
    filtri: FiltriRegistro,
    by: Attore,
    istante: datetime,
    canale: str = "web",
) -> bytes:
    """The rows of the register that `by` may see and `filtri` leave, as `xlsx` or `pdf`. Raises
    NonTrovato for another form."""
    if forma not in FORME:
        raise NonTrovato({})
    with transaction.atomic():
        nell_ente(by.ente_id)
        ente = Ente.objects.get(pk=by.ente_id)
        righe, _pagine = righe_registro(filtri.applica(registro(by, ciclo), ciclo))
        azioni.registra_lettura(
            ente_id=by.ente_id,
            procedura="ciclo",
            verbo="esporta",
            passi=[azioni.Voce(ciclo.pk)],
            attore=by,
            istante=istante,
            canale=canale,
            dati={"anno": ciclo.anno, "variazioni": len(righe), "forma": forma},
        )
        return FORME[forma](righe, ciclo, ente, istante)
