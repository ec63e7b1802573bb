# SPDX-License-Identifier: AGPL-3.0-or-later
"""The schede of a year printed in the form of a comune: asked from a page, done by a job."""

from __future__ import annotations

import hashlib

from django.http import QueryDict
from django.utils.translation import gettext as _

from cycle.elenco import Elenco
from cycle.exports.forme import FORME, stampa
from cycle.filtri import Filtri
from cycle.models import Ciclo, Lavoro
from cycle.parametri import Parametri
from cycle.scheda import vede_impegno
from cycle.services import lavoro
from workflows.errors import NonTrovato
from workflows.ports import Attore
from workflows.registro import azioni

MASSIME = 3000  # schede in one PDF: beyond, by settore


def chiedi(*, ciclo: Ciclo, forma: str, filtri: str, by: Attore) -> Lavoro:
    """Ask for the schede of the year that `by` may see and `filtri`, the query string of the
    list, lets through. Raises NonTrovato for a form that there is not."""
    if forma and forma not in FORME:
        raise NonTrovato({})
    return lavoro.affida(
        genere="stampa", dati={"anno": ciclo.anno, "forma": forma, "filtri": filtri}, by=by
    )


def compie(r: lavoro.Richiesta) -> lavoro.Reso:
    """The work `stampa`."""
    dati = r.lavoro.dati
    ciclo = Ciclo.objects.select_related("ente").get(ente_id=r.by.ente_id, anno=dati["anno"])
    filtri = Filtri.da_url(QueryDict(str(dati["filtri"])))
    r.racconta(_("Lettura delle schede"), 0, 0)
    obiettivi = list(
        Elenco(r.by, ciclo, filtri, r.istante)
        .obiettivi()
        .select_related("responsabile_generale", "responsabile_operativo", "unita")
        .order_by("unita__percorso", "codice")[: MASSIME + 1]
    )
    if not obiettivi:
        raise lavoro.NonRiuscito(_("Non c'è una scheda da stampare: togliere il filtro."))
    if len(obiettivi) > MASSIME:
        raise lavoro.NonRiuscito(
            _("Le schede sono più di %(n)s: stamparle un'unità per volta.") % {"n": MASSIME}
        )
    forma = str(dati["forma"]) or Parametri.da_dizionario(ciclo.parametri).forma
    r.racconta(_("Impaginazione delle schede"), 0, len(obiettivi))
    contenuto = stampa(
        ciclo, obiettivi, forma, riservati=lambda percorso: vede_impegno(r.by, percorso)
    )
    azioni.registra_lettura(
        ente_id=r.by.ente_id,
        procedura="ciclo",
        verbo="esporta",
        passi=[azioni.Voce(ciclo.pk)],
        attore=r.by,
        istante=r.istante,
        canale="web",
        dati={
            "anno": ciclo.anno,
            "forma": f"schede {forma}",
            "obiettivi": len(obiettivi),
            "sha256": hashlib.sha256(contenuto).hexdigest(),
        },
    )
    return lavoro.Reso(
        contenuto,
        f"schede-{ciclo.ente.codice_ipa}-{ciclo.anno}-{forma}.pdf",
        "application/pdf",
        {"schede": len(obiettivi)},
    )
