# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is read and is remembered: every file that leaves, and the registro asked for what is not of
one's own units (`domain.md` 8).

The door of the pages (`contesto.nell_ente`) hands every answer to `uscita`: a page that gives a
file is remembered without having to think of it. Few are not, and the table says why.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from cycle.models import Obiettivo, RichiestaVariazione
from workflows.ports import Attore
from workflows.registro import azioni

SI_RIPETE = timedelta(minutes=10)  # the same question asked again is one reading


@dataclass(frozen=True, slots=True)
class Uscita:
    """A file that leaves: under which procedure it is remembered, how a sentence calls it, and
    the noun that the `pid` of its address is of."""

    procedura: str
    nome: str | Promise
    di: type[Model] | None = None


# by name of the route
USCITE: Mapping[str, Uscita] = {
    "stampa_scheda": Uscita("obiettivo", gettext_lazy("la scheda in PDF"), Obiettivo),
    "variazione_allegato": Uscita(
        "variazione", gettext_lazy("un allegato di una variazione"), RichiestaVariazione
    ),
    "griglia_foglio": Uscita("ciclo", gettext_lazy("la griglia delle relazioni in un foglio")),
    "griglia_evidenza": Uscita("ciclo", gettext_lazy("un'evidenza di una relazione")),
    "foglio_proposte": Uscita("ciclo", gettext_lazy("le bozze di obiettivo in un foglio")),
    "organico_modello": Uscita("ente", gettext_lazy("l'organico in un foglio")),
    "attuazione": Uscita("ciclo", gettext_lazy("lo stato di attuazione di un'unità")),
    "verbale": Uscita("ciclo", gettext_lazy("il verbale di una seduta del Nucleo")),
}
ALTRA = Uscita("ciclo", gettext_lazy("un documento"))
# Their own service remembers them, with what was in them.
DAL_SERVIZIO = frozenset(
    {
        "esporta_piano",
        "esporta_foglio",
        "lavoro_file",
        "aperti_file",
        "registro_forma",
        "registro_variazioni_forma",
    }
)
# Nothing of anybody is in them: acts are published as they are, and a schema is no data.
SENZA_DATI = frozenset({"atto_json", "atto_documento", "aperti_schema", "foglio_piano_modello"})


def esce(risposta: HttpResponse) -> bool:
    """Whether the answer is a file, and not a page or a fragment of one."""
    if risposta.status_code != 200:
        return False
    tipo = risposta.headers.get("Content-Type", "").partition(";")[0]
    return "Content-Disposition" in risposta or tipo not in ("", "text/html", "application/json")


def uscita(
    request: HttpRequest,
    risposta: HttpResponse,
    *,
    rotta: str,
    parole: Mapping[str, Any],
    by: Attore,
    istante: datetime,
    canale: str,
) -> None:
    """Remember that the file of `risposta` leaves by the route `rotta`, if one does; `parole` are
    those of its address."""
    if request.method != "GET" or rotta in DAL_SERVIZIO | SENZA_DATI or not esce(risposta):
        return
    quale = USCITE.get(rotta, ALTRA)
    azioni.registra_lettura(
        ente_id=by.ente_id,
        procedura=quale.procedura,
        verbo="esporta",
        passi=[_oggetto(by, quale, parole)],
        attore=by,
        istante=istante,
        canale=canale,
        dati={
            "uscita": rotta,
            "indirizzo": request.path,  # without the words of its filters (R90)
            "byte": len(risposta.content),
            "sha256": hashlib.sha256(risposta.content).hexdigest(),
        },
    )


def _oggetto(by: Attore, quale: Uscita, parole: Mapping[str, Any]) -> azioni.Voce:
    if quale.di is None or "pid" not in parole:
        return azioni.Voce(None)
    righe = quale.di._default_manager.filter(ente_id=by.ente_id, pid=parole["pid"])
    radice = "pk" if quale.di is Obiettivo else "obiettivo_id"
    trovata = righe.values_list("pk", radice).first()
    return azioni.Voce(*trovata) if trovata else azioni.Voce(None)


# By day, as the index has it.
_DI_POCO_FA = """
SELECT 1 FROM workflows_evento e
 WHERE e.ente_id = %(ente)s AND e.verbo = 'consulta'
   AND (e.istante AT TIME ZONE 'UTC')::date
       BETWEEN (%(da)s AT TIME ZONE 'UTC')::date AND (%(a)s AT TIME ZONE 'UTC')::date
   AND e.istante > %(da)s AND e.istante <= %(a)s
   AND e.persona_id = %(persona)s AND e.dati ->> 'detta' = %(detta)s LIMIT 1
"""


def consulta(domanda: Mapping[str, str], *, by: Attore, istante: datetime, canale: str) -> None:
    """Remember that the registro of the whole ente was asked something. The pages of one answer,
    and the same question asked again soon, are one reading."""
    detta = json.dumps(domanda, sort_keys=True, ensure_ascii=False)
    with connection.cursor() as cursore:
        cursore.execute(
            _DI_POCO_FA,
            {
                "ente": by.ente_id,
                "persona": by.persona_id,
                "detta": detta,
                "da": istante - SI_RIPETE,
                "a": istante,
            },
        )
        if cursore.fetchone() is not None:
            return
    azioni.registra_lettura(
        ente_id=by.ente_id,
        procedura="registro",
        verbo="consulta",
        passi=[azioni.Voce(None)],
        attore=by,
        istante=istante,
        canale=canale,
        dati={"detta": detta, "domanda": dict(domanda)},
    )
