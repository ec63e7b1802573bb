# SPDX-License-Identifier: AGPL-3.0-or-later
"""The facts of the sets that go to the giunta, as their guards read them; and who has to do with
each, for its news."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from posixpath import commonpath
from typing import Any

from django.db import connection

from cycle import canonico
from cycle.models import Insieme, Obiettivo
from cycle.parametri import Parametri
from workflows.ports import Fascicolo, FattiInsieme, FattiVoce, Richiesta

_INSIEMI = """
SELECT i.id, i.nome, i.stato, i.revisione, i.impronta, c.anno, c.parametri::text, e.codice_ipa,
       e.fuso, u.percorso, u.nome,
       EXISTS (SELECT 1 FROM cycle_atto a
                WHERE a.ciclo_id = c.id AND a.tipo = 'approvazione' AND a.organo = %(organo)s
                  AND a.numero = %(numero)s
                  AND extract(year FROM a.data) = extract(year FROM %(data)s::date)),
       (SELECT json_object_agg(p.tipo, p.esito) FROM cycle_parere p
         WHERE p.insieme_id = i.id AND p.impronta = i.impronta)
  FROM cycle_insieme i
  JOIN cycle_ciclo c ON c.id = i.ciclo_id
  JOIN cycle_ente e ON e.id = i.ente_id
  JOIN cycle_unitaorganizzativa u ON u.ente_id = e.id AND u.padre_id IS NULL
 WHERE i.id = ANY (ARRAY(SELECT jsonb_array_elements_text(%(ids)s)::bigint))
"""

_VOCI = """
SELECT v.insieme_id, v.obiettivo_id, o.codice, o.stato, v.impronta, o.revisione = v.revisione,
       u.percorso
  FROM cycle_voceinsieme v
  JOIN cycle_obiettivo o ON o.id = v.obiettivo_id
  JOIN cycle_unitaorganizzativa u ON u.id = o.unita_id
 WHERE v.insieme_id = ANY (ARRAY(SELECT jsonb_array_elements_text(%(ids)s)::bigint))
 ORDER BY o.codice
"""


def di_insiemi(insiemi: Sequence[Insieme], richiesta: Richiesta) -> dict[int, Fascicolo]:
    """The facts of the sets, by id, in two queries; and those that make the text of the schede,
    where some were written since they were submitted."""
    atto = richiesta.atto
    with connection.cursor() as cursore:
        cursore.execute(
            _INSIEMI,
            {
                "ids": json.dumps([i.pk for i in insiemi]),
                "organo": atto.organo if atto else "",
                "numero": atto.numero if atto else "",
                "data": atto.data if atto else None,
            },
        )
        righe = cursore.fetchall()
        cursore.execute(_VOCI, {"ids": json.dumps([i.pk for i in insiemi])})
        voci = cursore.fetchall()
    aperti = {riga[0] for riga in righe if riga[2] == "in_istruttoria"}
    cambiate = _cambiate(
        {
            (insieme, obiettivo): impronta
            for insieme, obiettivo, _codice, _stato, impronta, intatta, _percorso in voci
            if insieme in aperti and not intatta
        }
    )
    per_insieme: dict[int, list[FattiVoce]] = {}
    percorsi: dict[int, set[str]] = {}
    for insieme, obiettivo, codice, stato, _impronta, _intatta, percorso in voci:
        per_insieme.setdefault(insieme, []).append(
            FattiVoce(codice, stato, (insieme, obiettivo) in cambiate)
        )
        percorsi.setdefault(insieme, set()).add(percorso)
    return {
        riga[0]: _fascicolo(
            riga, per_insieme.get(riga[0], []), _comune(percorsi.get(riga[0], ())), richiesta
        )
        for riga in righe
    }


def _comune(percorsi: Collection[str]) -> str:
    """The longest path that all begin with, of whole units; "" for none."""
    return commonpath(percorsi) + "/" if percorsi else ""


def _cambiate(sospette: dict[tuple[int, int], str]) -> set[tuple[int, int]]:
    """Of entries whose objective was written since, those whose scheda is another."""
    if not sospette:
        return set()
    obiettivi = Obiettivo.objects.filter(pk__in={o for _, o in sospette})
    adesso = {pk: canonico.impronta(t) for pk, t in canonico.schede(list(obiettivi)).items()}
    return {chiave for chiave, prima in sospette.items() if adesso[chiave[1]] != prima}


def _fascicolo(
    riga: tuple[Any, ...], voci: Sequence[FattiVoce], comune: str, richiesta: Richiesta
) -> Fascicolo:
    pk, nome, stato, revisione, _impronta, anno, parametri, ipa, fuso, percorso, unita = riga[:11]
    registrato, pareri = riga[11:]
    return Fascicolo(
        id=pk,
        procedura="insieme",
        codice="",
        titolo=nome,
        stato=stato,
        revisione=revisione,
        percorso=percorso,
        unita=unita,
        anno=anno,
        ente=ipa,
        politica=Parametri.da_dizionario(json.loads(parametri)).politica(fuso),
        obiettivo_id=0,
        stato_obiettivo="",
        atto_registrato=registrato,
        insieme=FattiInsieme(tuple(voci), comune, pareri or {}),
        richiesta=richiesta,
    )
