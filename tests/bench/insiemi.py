# SPDX-License-Identifier: AGPL-3.0-or-later
"""Approving a set: the engine, beside set-based SQL that writes the same rows into the same tables,
under the same triggers and constraints: nothing is judged, nobody is looked up, no row is read
into Python. The set is decided as the giunta decides it: its news are one matter, and are not of
the single objectives (`domain.md` 9).

After each of them the owner undoes it, off the clock, so that the next one finds the same rows:
ten thousand objectives, approved over and over.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator, Sequence
from datetime import date
from statistics import median
from typing import Any

import psycopg
from django.db import connections, transaction

from cycle import canonico
from cycle.procedures import OBIETTIVO
from tests import mondo as piccolo
from tests.bench import a_mano, mondo
from tests.bench.misura import Riga, esponente, riga
from workflows.engine import execute
from workflows.ports import Attore, Richiesta

GIORNO = date(mondo.ANNO, 2, 20)
SCRITTE = (
    "workflows_modifica",
    "workflows_sigillo",
    "workflows_evento",
    "cycle_versioneobiettivo",
    "cycle_atto",
    "cycle_obiettivo",
)


def righe(giri: int, quanti: Sequence[int]) -> Iterator[Riga]:
    """One line, over the largest of the sizes, with the growth over all."""
    ids = mondo.bozze()
    proposte = list(mondo.prendi(ids, max(quanti)))
    mondo.proponi(mondo.attore(), proposte)
    chi = mondo.attore(nome="ATTI SEGRETERIA")
    tempi: dict[int, list[tuple[float, float]]] = {n: [] for n in sorted(quanti)}
    memoria: dict[int, float] = {}
    with a_mano.apri() as conn:
        for giro in range(giri + 1):
            for n in tempi:
                scelti = proposte[:n]
                if giro == 0:
                    tracemalloc.start()
                nostro, nostre = _cronometra(scelti, lambda s=scelti, g=giro: _approva(s, chi, g))
                if giro == 0:
                    memoria[n] = tracemalloc.get_traced_memory()[1] / 2**20
                    tracemalloc.stop()
                loro, altre = _cronometra(scelti, lambda s=scelti, g=giro: _a_mano(conn, s, chi, g))
                assert nostre == altre, "le due approvazioni non scrivono le stesse righe"
                if giro > 0:  # in the first, plans and caches are made
                    tempi[n].append((nostro, loro))
        testi = _composizione(conn, proposte)
    maggiore = max(quanti)
    yield riga(
        [nostro for nostro, _ in tempi[maggiore]],
        [loro for _, loro in tempi[maggiore]],
        codice="approva",
        titolo=f"approvazione di {maggiore} obiettivi",
        unita="ms",
        riferimento="SQL a insiemi, le stesse righe",
        obiettivo=1.5,
        note={
            "crescita": round(esponente({n: min(t)[0] for n, t in tempi.items()}), 2)
            if len(tempi) > 1
            else None,
            "rapporto per misura": {
                n: round(median(a / b for a, b in t), 2) for n, t in tempi.items()
            },
            "ms dei soli testi canonici, in entrambi": round(testi, 1),
            "MB di oggetti di Python, al massimo": {n: round(mb, 1) for n, mb in memoria.items()},
        },
    )


def _cronometra(ids: Sequence[int], approva: Any) -> tuple[float, tuple[Any, ...]]:
    """Milliseconds of an approval, commit included, and what it wrote; then it is undone."""
    inizio = time.perf_counter()
    azione = approva()
    tempo = (time.perf_counter() - inizio) * 1000
    scritte = _scritte(azione)
    _disfa(azione, ids)
    return tempo, scritte


def _approva(ids: Sequence[int], chi: Attore, giro: int) -> int:
    atto = piccolo.atto(numero=f"{giro}/{len(ids)}", giorno=GIORNO)
    richiesta = Richiesta(atto=atto, dati={"insieme": "del banco"})
    esito = execute(OBIETTIVO, "approva", ids, chi, mondo.ADESSO, richiesta=richiesta)
    return esito.azione


_A_MANO = (
    "SELECT id FROM cycle_obiettivo WHERE id = ANY (%(ids)s) ORDER BY id FOR UPDATE",
    "SELECT registro_apri(%(ente)s, 'obiettivo', 'approva', %(persona)s, 'giunta', '', %(atto)s, "
    "'web', 'eseguito', %(istante)s, '{\"insieme\": \"del banco\"}', "
    "       (SELECT jsonb_agg(jsonb_build_object('oggetto', id, 'radice', id, 'da', stato, "
    "                         'a', 'approvato', 'incarico', %(incarico)s::bigint, "
    "                         'ruolo', 'segreteria', 'per_conto', NULL) ORDER BY id) "
    "          FROM cycle_obiettivo WHERE id = ANY (%(ids)s)))",
    "INSERT INTO cycle_versioneobiettivo (ente_id, obiettivo_id, numero, atto_id, in_vigore_dal, "
    "                                     schema, contenuto, sha256) "
    "SELECT ente_id, id, versione + 1, %(atto)s, %(giorno)s, 1, testo, "
    "       encode(sha256(convert_to(testo, 'UTF8')), 'hex') "
    f"  FROM (SELECT o.*, {canonico.SCHEDA} AS testo FROM cycle_obiettivo o "
    "         WHERE id = ANY (%(ids)s) OFFSET 0) o",
    "INSERT INTO cycle_atto (id, ente_id, ciclo_id, tipo, organo, numero, data, esecutivo, "
    "                        parere_tecnico, parere_contabile, digest) "
    "SELECT %(atto)s, %(ente)s, (SELECT ciclo_id FROM cycle_obiettivo WHERE id = %(primo)s), "
    "       'approvazione', 'giunta', %(numero)s, %(giorno)s, true, %(parere)s, '', "
    "       encode(sha256(string_agg(convert_to(contenuto, 'UTF8'), '' ORDER BY obiettivo_id)), "
    "              'hex') FROM cycle_versioneobiettivo WHERE atto_id = %(atto)s",
    "UPDATE cycle_obiettivo SET stato = 'approvato', versione = versione + 1, "
    "       revisione = revisione + 1 WHERE id = ANY (%(ids)s)",
    "UPDATE notifications_notifica SET chiusa_il = now() WHERE chiusa_il IS NULL "
    "   AND motivo = 'da_fare' AND ente_id = %(ente)s "
    "   AND materia IN (SELECT 'obiettivo:' || id FROM unnest(%(ids)s::bigint[]) id)",
)


def _a_mano(conn: psycopg.Connection[Any], ids: Sequence[int], chi: Attore, giro: int) -> int:
    with conn.transaction():
        [atto] = conn.execute(
            "SELECT nextval(pg_get_serial_sequence('cycle_atto', 'id'))"
        ).fetchone() or (0,)
        parametri = {
            "ids": list(ids),
            "primo": ids[0],
            "ente": chi.ente_id,
            "persona": chi.persona_id,
            "incarico": chi.incarichi[0].id,
            "istante": mondo.ADESSO,
            "atto": atto,
            "numero": f"{giro}/{len(ids)}",
            "giorno": GIORNO,
            "parere": piccolo.atto().parere_tecnico,
        }
        azione = 0
        for istruzione in _A_MANO:
            cursore = conn.execute(istruzione, parametri)
            if "registro_apri" in istruzione:
                [azione] = cursore.fetchone() or (0,)
    return azione


def _scritte(azione: int) -> tuple[Any, ...]:
    """The rows of an approval, as far as two can be the same."""
    with connections["owner"].cursor() as cursore:
        cursore.execute(
            "SELECT md5(string_agg(concat_ws(' ', e.oggetto_id, e.radice_id, e.verbo, e.da, e.a, "
            "           e.persona_id, e.incarico_id, e.ruolo, e.organo, e.dati, e.istante), ',' "
            "           ORDER BY e.oggetto_id)), "
            "       (SELECT md5(string_agg(concat_ws(' ', v.obiettivo_id, v.numero, v.schema, "
            "                   v.in_vigore_dal, v.sha256, md5(v.contenuto)), ',' "
            "                   ORDER BY v.obiettivo_id)) "
            "          FROM cycle_versioneobiettivo v WHERE v.atto_id = max(e.atto_id)), "
            "       (SELECT md5(string_agg(concat_ws(' ', m.tabella, m.radice_id, m.operazione, "
            "                   m.prima, m.dopo - %(proprie)s::text[]), ',' "
            "                   ORDER BY m.tabella, m.radice_id)) "
            "          FROM workflows_modifica m WHERE m.evento_id >= %(azione)s), "
            "       (SELECT md5(string_agg(concat_ws(' ', o.stato, o.versione), ',' ORDER BY o.id))"
            "          FROM cycle_obiettivo o WHERE o.id = ANY (array_agg(e.oggetto_id))) "
            "  FROM workflows_evento e WHERE e.azione = %(azione)s",
            {"azione": azione, "proprie": ["atto_id", "digest", "registrato_il"]},
        )
        trovate: tuple[Any, ...] = cursore.fetchone()
        return trovate


def _disfa(azione: int, ids: Sequence[int]) -> None:
    """As if it had not been: only whoever owns the tables can, and only by stopping the rules."""
    with connections["owner"].cursor() as cursore:
        cursore.execute("SELECT atto_id FROM workflows_evento WHERE id = %s", [azione])
        [atto] = cursore.fetchone()
        with transaction.atomic("owner"):
            for tabella in SCRITTE:
                cursore.execute(f"ALTER TABLE {tabella} DISABLE TRIGGER USER")
            for istruzione in (
                "DELETE FROM workflows_modifica WHERE evento_id >= %(azione)s",
                "DELETE FROM workflows_sigillo WHERE azione = %(azione)s",
                "DELETE FROM workflows_evento WHERE azione = %(azione)s",
                "DELETE FROM cycle_versioneobiettivo WHERE atto_id = %(atto)s",
                "DELETE FROM cycle_atto WHERE id = %(atto)s",
                "UPDATE cycle_obiettivo SET stato = 'proposta', versione = 0 "
                "WHERE id = ANY (%(ids)s)",
                "UPDATE notifications_notifica SET chiusa_il = NULL WHERE materia = ANY "
                "(SELECT 'obiettivo:' || id FROM unnest(%(ids)s::bigint[]) id)",
                "SET CONSTRAINTS ALL IMMEDIATE",
            ):
                cursore.execute(istruzione, {"azione": azione, "atto": atto, "ids": list(ids)})
            for tabella in SCRITTE:
                cursore.execute(f"ALTER TABLE {tabella} ENABLE TRIGGER USER")
        for tabella in (*SCRITTE, "notifications_notifica"):
            cursore.execute(f"VACUUM {tabella}")


def _composizione(conn: psycopg.Connection[Any], ids: Sequence[int]) -> float:
    """Milliseconds to compose the texts alone, which both contestants do."""
    tempi = []
    for _ in range(5):
        inizio = time.perf_counter()
        conn.execute(
            f"SELECT sum(octet_length({canonico.SCHEDA})) FROM cycle_obiettivo o "
            "WHERE o.id = ANY (%s)",
            [list(ids)],
        )
        tempi.append((time.perf_counter() - inizio) * 1000)
    return median(tempi)
