# SPDX-License-Identifier: AGPL-3.0-or-later
"""What somebody asks to compare, and may see compared: an objective or a year, between two instants
or since it was approved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from cycle import come_era, selectors
from cycle.contesto import Contesto
from cycle.differenze import Differenza, differenze
from cycle.domande import Portata
from cycle.models import Obiettivo

PRIMA_DI_TUTTO = datetime(1970, 1, 1, tzinfo=UTC)
DOPO_TUTTO = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Confronto:
    """What is compared: one objective, or a year; from when to when, or from the approval."""

    obiettivo: Obiettivo | None
    anno: int
    dal: datetime | None
    al: datetime | None
    dall_approvazione: bool
    tutti_i_campi: bool
    errore: str


def leggi(parole: Any, c: Contesto) -> Confronto:
    """The comparison that an address asks for. Raises NonTrovato for an objective or a year that
    is not there, or not to be seen."""
    obiettivo = None
    if parole.get("obiettivo"):
        try:
            pid = UUID(parole["obiettivo"])
        except ValueError:
            pid = UUID(int=0)
        obiettivo = selectors.obiettivo(c.attore, pid)
    detto = parole.get("anno", "")
    anno = int(detto) if detto.isascii() and detto.isdigit() and len(detto) == 4 else 0
    if obiettivo is not None:
        anno = obiettivo.ciclo.anno
    elif not anno:
        ciclo = selectors.ciclo_di_lavoro(c.ente, c.anno_corrente)
        anno = ciclo.anno if ciclo else c.anno_corrente
    dal, al, errore = None, None, ""
    for nome in ("dal", "al"):
        scritto = parole.get(nome, "").strip()
        letto = come_era.letto(scritto, c.ente.fuso) if scritto else None
        if scritto and letto is None:
            errore = _("«%(testo)s» non è una data: scriverla come 2026-09-30T12:00.") % {
                "testo": scritto[:40]
            }
        dal, al = (letto, al) if nome == "dal" else (dal, letto)
    if dal and al and dal > al:
        errore = _("Il primo momento deve venire prima del secondo.")
    return Confronto(
        obiettivo,
        anno,
        dal,
        al,
        dall_approvazione=dal is None,
        tutti_i_campi=parole.get("tutti") == "1",
        errore=errore,
    )


def confronta(c: Contesto, x: Confronto, fin_dove: Portata) -> list[Differenza]:
    """The differences that the person may see: of what is not of his units, from its approval."""
    if x.obiettivo is not None:
        radici = [x.obiettivo.pk]
    else:
        ciclo = selectors.ciclo(c.ente, x.anno)
        radici = list(selectors.obiettivi_visibili(c.attore, ciclo).values_list("pk", flat=True))
    limitate = radici if x.dall_approvazione else []
    if not fin_dove.tutto:
        limitate = limitate or sorted(set(radici) - set(fin_dove.sue))
    return differenze(
        ente_id=c.ente.pk,
        radici=radici,
        dal=x.dal or PRIMA_DI_TUTTO,
        al=x.al or DOPO_TUTTO,
        solo_approvati=not x.tutti_i_campi,
        dall_approvazione=limitate,
    )
