# SPDX-License-Identifier: AGPL-3.0-or-later
"""The preview of a step over a whole selection, verdict by verdict, beside plain queries that
read the same facts and one pass of Python that asks the same of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from statistics import median
from typing import Any

import psycopg

from cycle.fascicolo import VERBI_DEL_SETTORE
from cycle.models import Obiettivo
from cycle.services import molti
from tests.bench import a_mano, mondo
from tests.bench.misura import Riga, alterna, esponente, riga

PASSO = "proponi"


def righe(giri: int, quanti: Sequence[int]) -> Iterator[Riga]:
    """One line, over the largest of the sizes, with the growth over all."""
    passo, attore = molti.transizione(PASSO), mondo.attore()
    bozze = sorted(mondo.bozze())
    tempi: dict[int, dict[str, list[float]]] = {}
    with a_mano.apri() as conn:
        for n in quanti:
            if n > len(bozze):
                raise ValueError("obiettivi finiti: chiedere un mondo più grande o meno anteprime")
            ids = bozze[:n]

            def nostra(ids: list[int] = ids) -> molti.Anteprima:
                scelti = Obiettivo.objects.filter(pk__in=ids).order_by("codice")
                visti = list(scelti.only("pk", "pid", "codice", "titolo"))
                return molti.anteprima(passo, visti, attore, mondo.ADESSO)

            def loro(ids: list[int] = ids) -> dict[int, list[str]]:
                return _a_mano(conn, ids)

            pronti = {s.pk for s in nostra().pronti}
            assert pronti == {pk for pk, motivi in loro().items() if not motivi}, "due giudizi"
            tempi[n] = alterna(
                {"a mano": loro, "anteprima": nostra}, giri=giri, chiamate=1, avvio=1
            )
    maggiore = max(quanti)
    yield riga(
        tempi[maggiore]["anteprima"],
        tempi[maggiore]["a mano"],
        codice="anteprima",
        titolo=f"anteprima di {maggiore} obiettivi",
        unita="ms",
        riferimento="SQL e un giro in Python",
        obiettivo=2.5,
        note={
            "crescita": round(esponente({n: min(t["anteprima"]) for n, t in tempi.items()}), 2),
            "rapporto per misura": {
                n: round(median(t["anteprima"]) / median(t["a mano"]), 2) for n, t in tempi.items()
            },
        },
    )


_OBIETTIVI = """
SELECT o.id, o.pid, o.codice, o.titolo, o.stato, o.revisione, o.tipo, o.responsabile_generale_id,
       o.ciclo_id, u.percorso, u.nome
  FROM cycle_obiettivo o JOIN cycle_unitaorganizzativa u ON u.id = o.unita_id
 WHERE o.id = ANY (%s) ORDER BY o.codice
"""
_SPECIFICI = """
SELECT obiettivo_id, id, codice, inizio_previsto, fine_prevista
  FROM cycle_obiettivospecifico WHERE obiettivo_id = ANY (%s) ORDER BY obiettivo_id, ordine
"""
_INDICATORI = """
SELECT specifico_id, id, nome, peso FROM cycle_indicatore WHERE obiettivo_id = ANY (%s)
"""
_RILEVAZIONI = """
SELECT indicatore_id, periodo_id, target IS NOT NULL OR target_data IS NOT NULL,
       valore IS NOT NULL OR valore_data IS NOT NULL
  FROM cycle_rilevazione WHERE obiettivo_id = ANY (%s)
"""
_PERIODI = """
SELECT id, codice, dal, al FROM cycle_periodo
 WHERE ciclo_id IN (SELECT ciclo_id FROM cycle_obiettivo WHERE id = ANY (%s)) ORDER BY ordine
"""
# The facts that this step does not ask of: every preview reads them.
_ALTRI = (
    "SELECT obiettivo_id, count(*) FROM cycle_obiettivonodo "
    " WHERE obiettivo_id = ANY (%s) GROUP BY obiettivo_id",
    "SELECT obiettivo_id, id, periodo_id, stato FROM cycle_relazionesemestrale "
    " WHERE obiettivo_id = ANY (%s)",
    "SELECT obiettivo_id, count(*) FROM cycle_richiestavariazione "
    " WHERE obiettivo_id = ANY (%s) AND stato IN ('presentata', 'istruita') GROUP BY obiettivo_id",
    "SELECT v.obiettivo_id, a.organo, a.numero, a.data FROM cycle_versioneobiettivo v "
    "  JOIN cycle_atto a ON a.id = v.atto_id WHERE v.obiettivo_id = ANY (%s) AND v.numero = 1",
)
_AGITO = """
SELECT radice_id, persona_id, per_conto_di_id FROM workflows_evento
 WHERE radice_id = ANY (%s) AND esito = 'eseguito' AND verbo = ANY (%s)
"""


def _a_mano(conn: psycopg.Connection[Any], ids: list[int]) -> dict[int, list[str]]:
    """What each objective lacks to be proposed, in words."""

    def leggi(testo: str, *altri: Any) -> list[Any]:
        return conn.execute(testo, [ids, *altri]).fetchall()

    periodi = leggi(_PERIODI)
    con_target: dict[int, set[int]] = defaultdict(set)
    for indicatore, periodo, target, _valore in leggi(_RILEVAZIONI):
        if target:
            con_target[indicatore].add(periodo)
    indicatori: dict[int, list[Any]] = defaultdict(list)
    for specifico, *resto in leggi(_INDICATORI):
        indicatori[specifico].append(resto)
    specifici: dict[int, list[Any]] = defaultdict(list)
    for obiettivo, *resto in leggi(_SPECIFICI):
        specifici[obiettivo].append(resto)
    for testo in _ALTRI:
        leggi(testo)
    leggi(_AGITO, list(VERBI_DEL_SETTORE))
    mancano: dict[int, list[str]] = {}
    for pk, _pid, _codice, _titolo, stato, _revisione, _tipo, dirigente, *_resto in leggi(
        _OBIETTIVI
    ):
        motivi = mancano[pk] = []
        if stato != "bozza":
            motivi.append("non è una bozza")
        if dirigente is None:
            motivi.append("manca il responsabile generale")
        if not any(indicatori[s[0]] for s in specifici[pk]):
            motivi.append("manca un indicatore")
        for specifico, codice, dal, al in specifici[pk]:
            suoi = indicatori[specifico]
            if suoi and sum(peso or Decimal(0) for _, _, peso in suoi) != 100:
                motivi.append(f"{codice}: i pesi non sommano a 100")
            motivi += [
                f"{codice}, «{nome}»: manca il target"
                for indicatore, nome, _peso in suoi
                if any(
                    _tocca(dal, al, p[2], p[3]) and p[0] not in con_target[indicatore]
                    for p in periodi
                )
            ]
    return mancano


def _tocca(dal: date | None, al: date | None, inizio: date, fine: date) -> bool:
    return (dal is None or dal <= fine) and (al is None or al >= inizio)
