# SPDX-License-Identifier: AGPL-3.0-or-later
"""Codes: progressive, unique in the year, never reused.

The next code of a unit follows the one its schede already have: `OE07` after `OE06`, `2031_S08_21`
after `2031_S08_20`. A code that was given once is not given again, even when its draft was thrown
away: the registro remembers.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from django.db import connection

from cycle.models import Ciclo, Obiettivo, UnitaOrganizzativa
from workflows.registro.models import Evento, Modifica

_CODA = re.compile(r"^(.*?)(\d{1,9})$")


def successivo(codici: Iterable[str], usati: Collection[str], prima: str) -> str:
    """The code after the highest of `codici`, by the prefix most of them have; none of `usati`.
    With nothing to follow, the first of the series `prima`."""
    serie: dict[str, list[str]] = {}
    for codice in codici:
        if trovato := _CODA.match(codice):
            serie.setdefault(trovato[1], []).append(trovato[2])
    if serie:
        prefisso = max(serie, key=lambda p: (len(serie[p]), p))
        numeri = serie[prefisso]
        numero, cifre = max(map(int, numeri)), max(map(len, numeri))
    else:
        prefisso, numero, cifre = prima, 0, 2
    while True:
        numero += 1
        codice = f"{prefisso}{numero:0{cifre}d}"
        if codice not in usati:
            return codice


def usati(ciclo: Ciclo) -> set[str]:
    """Every code of the year, those of drafts thrown away included."""
    presenti = Obiettivo.objects.filter(ciclo=ciclo).values_list("codice", flat=True)
    eliminati = Evento.objects.filter(
        ente_id=ciclo.ente_id, verbo="elimina", procedura="obiettivo", esito="eseguito"
    ).values_list("dati__codice", "dati__anno")
    return {*presenti, *(codice for codice, anno in eliminati if anno == ciclo.anno)}


def proposto(ciclo: Ciclo, unita: UnitaOrganizzativa, gia_usati: Collection[str]) -> str:
    """The code that the next draft of the unit would be given."""
    sotto = Obiettivo.objects.filter(ente=ciclo.ente_id, unita__percorso__startswith=unita.percorso)
    suoi = list(sotto.filter(ciclo=ciclo).values_list("codice", flat=True))
    if not suoi:  # as it called them last year
        vecchio = str(ciclo.anno - 1)
        suoi = [
            codice.replace(vecchio, str(ciclo.anno))
            for codice in sotto.filter(ciclo__anno=ciclo.anno - 1).values_list("codice", flat=True)
        ]
    return successivo(suoi, gia_usati, f"{unita.codice}-")


def codici_specifici(
    codice: str, scritti: Sequence[str], gia_usati: Collection[str] = ()
) -> list[str]:
    """The codes of the specifici of a scheda: as written, or the next ones in their order."""
    presi = {*gia_usati, *(c for c in scritti if c)}
    code = {c[len(codice) :] for c in presi if c.startswith(codice)}  # what follows the code
    trovati = []
    for scritto in scritti:
        if not scritto:
            coda = successivo(code, code, "")
            code.add(coda)
            scritto = codice + coda
        trovati.append(scritto)
    return trovati


def specifici_eliminati(obiettivi: Sequence[int]) -> dict[int, set[str]]:
    """The codes that specifici of these objectives had and lost, by objective: they are not given
    again."""
    trovati: dict[int, set[str]] = {}
    for radice, codice in Modifica.objects.filter(
        radice_id__in=obiettivi, tabella="cycle_obiettivospecifico", operazione__in="DU"
    ).values_list("radice_id", "prima__codice"):
        if radice is not None and codice:
            trovati.setdefault(radice, set()).add(codice)
    return trovati


def una_alla_volta(ciclo: Ciclo) -> None:
    """Codes of one year are given one transaction at a time: two who begin a draft at once do not
    get the same."""
    with connection.cursor() as cursore:
        cursore.execute(
            "SELECT pg_advisory_xact_lock(hashtext('codici'), hashtext(%s))", [str(ciclo.pk)]
        )
