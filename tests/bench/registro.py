# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the registro answers, as it grows: each question of the product beside the best statement
written by hand on the same tables; what a row takes on disk; what it takes to verify them all.

The references return the rows that the page shows, with the names they are shown by, over the same
tables and indexes. Growth is of our own time with the number of Eventi: 0 is flat.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from statistics import median
from typing import Any

import psycopg
from django.db import connection, connections, transaction
from psycopg.rows import dict_row

from cycle import come_era as passato
from cycle import domande, storia
from cycle.domande import Domanda
from cycle.models import Ciclo, Obiettivo
from tests.bench import a_mano, decenni, mondo
from tests.bench.decenni import Taglia
from tests.bench.misura import Riga, alterna, esponente, riga
from workflows.registro import traccia
from workflows.registro.traccia import Esito

FUSO = "Europe/Rome"
BYTE_A_EVENTO = 300
PAROLA = "perizia"

_GIORNO = "(e.istante AT TIME ZONE 'UTC')::date"
_PAGINA = f"""
SELECT e.id, e.azione, e.verbo, e.procedura, e.da, e.a, e.esito, e.motivazione, e.istante,
       e.registrato_il, e.ruolo, e.canale, e.organo, e.dati, p.pid, p.nome_completo, u.nome,
       o.pid AS obiettivo, o.codice, o.titolo, a.pid AS atto, a.numero, a.data,
       (SELECT count(*) FROM workflows_modifica m WHERE m.evento_id = e.id) AS modifiche
  FROM (SELECT e.* FROM workflows_evento e
         WHERE e.ente_id = %(ente)s AND {{quali}}
         ORDER BY {_GIORNO} DESC, e.istante DESC, e.id DESC LIMIT 26) e
  LEFT JOIN cycle_persona p ON p.id = e.persona_id
  LEFT JOIN cycle_incarico n ON n.id = e.incarico_id
  LEFT JOIN cycle_unitaorganizzativa u ON u.id = n.unita_id
  LEFT JOIN cycle_obiettivo o ON o.id = e.radice_id
  LEFT JOIN cycle_atto a ON a.id = e.atto_id
 ORDER BY e.istante DESC, e.id DESC
"""
_PERSONA = _PAGINA.format(
    quali="e.persona_id = (SELECT x.id FROM cycle_persona x WHERE x.pid = %(persona)s)"
)
_PAROLE = _PAGINA.format(
    quali="e.motivazione <> '' AND to_tsvector('italian', e.motivazione)"
    " @@ websearch_to_tsquery('italian', %(parola)s)"
)
_VARIAZIONI = _PAGINA.format(
    quali="e.verbo = 'approva' AND e.procedura = 'variazione'"
    f" AND {_GIORNO} BETWEEN %(dal)s AND %(al)s"
)
_TARGET = _PAGINA.format(
    quali="""e.id IN (SELECT m.evento_id FROM workflows_modifica m
     WHERE m.ente_id = %(ente)s AND m.tabella = 'cycle_rilevazione'
       AND (m.operazione = 'D'
            OR m.operazione = 'U' AND (m.dopo ? 'target' OR m.dopo ? 'target_data'))
       AND EXISTS (SELECT 1 FROM workflows_modifica v WHERE v.radice_id = m.radice_id
                      AND v.tabella = 'cycle_versioneobiettivo' AND v.operazione = 'I'
                      AND v.id < m.id OFFSET 0))"""
)
_STORIA = """
SELECT e.verbo, e.procedura, e.da, e.a, e.motivazione, e.istante, e.ruolo, p.nome_completo,
       u.nome, a.numero, a.data
  FROM workflows_evento e
  LEFT JOIN cycle_persona p ON p.id = e.persona_id
  LEFT JOIN cycle_incarico i ON i.id = e.incarico_id
  LEFT JOIN cycle_unitaorganizzativa u ON u.id = i.unita_id
  LEFT JOIN cycle_atto a ON a.id = e.atto_id
 WHERE e.radice_id = %(radice)s AND e.esito = 'eseguito'
 ORDER BY e.id DESC LIMIT 200
"""
# Every row of the year at the instant, as the type of its table, in one statement for each.
_COME_ERA = """
WITH somme AS MATERIALIZED (
    SELECT m.tabella, m.riga_id, registro_somma(m.dopo ORDER BY m.id) AS dati
      FROM workflows_modifica m JOIN workflows_evento e ON e.id = m.evento_id
     WHERE m.radice_id = ANY (ARRAY(
               SELECT n.riga_id FROM workflows_modifica n
                WHERE n.tabella = 'cycle_obiettivo' AND n.operazione = 'I'
                  AND (n.dopo ->> 'ciclo_id')::bigint = %(ciclo)s))
       AND e.registrato_il <= %(istante)s
     GROUP BY m.tabella, m.riga_id HAVING NOT bool_or(m.operazione = 'D')
)
"""
_TIPATE = (
    "SELECT '{t}', s.riga_id, hashtext(p::text) FROM somme s"
    " CROSS JOIN LATERAL jsonb_populate_record(NULL::{t}, s.dati) p WHERE s.tabella = '{t}'"
)

Coppia = tuple[Callable[[], object], Callable[[], object]]


def righe(giri: int, chiamate: int, taglie: Sequence[Taglia]) -> Iterator[Riga]:
    """One line for each question, at the largest of the sizes."""
    tempi: dict[str, dict[int, Mapping[str, list[float]]]] = {}
    note: dict[int, dict[str, Any]] = {}
    for taglia in sorted(taglie):
        with decenni.aperto(taglia):
            note[n := taglia.anni] = byte()
            with a_mano.apri() as conn:
                for nome, (nostra, loro) in _domande(conn).items():
                    volte = 1 if nome == "come_era" else chiamate
                    tempi.setdefault(nome, {})[n] = alterna(
                        {"nostra": nostra, "loro": loro}, giri=giri, chiamate=volte, avvio=2
                    )
            if taglia == min(taglie):
                verifica = alterna(
                    {"nostra": verifica_tutto, "loro": copia},
                    giri=min(giri, 3),
                    chiamate=1,
                    avvio=1,
                )
    minore, maggiore = min(note), max(note)
    for nome, per_misura in tempi.items():
        yield riga(
            per_misura[maggiore]["nostra"],
            per_misura[maggiore]["loro"],
            codice=nome,
            titolo=TITOLI[nome],
            unita="ms",
            riferimento="SQL scritto a mano",
            obiettivo=1.5,
            note={
                "eventi": note[maggiore]["eventi"],
                "ms per anni": {n: round(median(t["nostra"]), 2) for n, t in per_misura.items()},
                "crescita": round(
                    esponente({n: min(t["nostra"]) for n, t in per_misura.items()}), 2
                )
                if len(per_misura) > 1
                else None,
            },
        )
    yield riga(
        verifica["nostra"],
        verifica["loro"],
        codice="verifica_tutto",
        titolo=f"verifica di {note[minore]['eventi']} eventi",
        unita="ms",
        riferimento="sha256 di COPY",
        obiettivo=3.0,
        limiti={"byte per evento": (note[maggiore]["byte per evento"], BYTE_A_EVENTO)},
        note=note[maggiore],
    )


TITOLI = {
    "storia": "storia di un obiettivo",
    "persona": "registro, per persona",
    "parole": "registro, per parole",
    "variazioni_anno": "variazioni di un anno",
    "target": "target cambiati dopo l'approvazione",
    "come_era": "piano di un anno com'era",
}


def _domande(conn: psycopg.Connection[Any]) -> dict[str, Coppia]:
    chi = mondo.attore(decenni.IPA, "GESTIONE CONTROLLO")
    di_chi = mondo.attore(decenni.IPA, "UNO PO")
    tutto = domande.portata(chi)
    o = Obiettivo.objects.filter(ente_id=chi.ente_id).latest("pk")
    ciclo = Ciclo.objects.get(ente_id=chi.ente_id)
    with connection.cursor() as cursore:
        cursore.execute("SELECT pid FROM cycle_persona WHERE id = %s", [di_chi.persona_id])
        [pid] = cursore.fetchone()
        # in the year that was made, of which the tables hold what came of it
        cursore.execute(
            "SELECT max(registrato_il) FROM workflows_evento WHERE radice_id = %s", [o.pk]
        )
        [istante] = cursore.fetchone()
    dal, al = date(mondo.ANNO + 1, 1, 1), date(mondo.ANNO + 1, 12, 31)
    parametri = {
        "ente": chi.ente_id,
        "persona": pid,
        "parola": PAROLA,
        "dal": dal,
        "al": al,
        "radice": o.pk,
        "ciclo": ciclo.pk,
        "istante": istante,
    }

    def chiedi(domanda: Domanda) -> Callable[[], object]:
        return lambda: domande.rispondi(chi, tutto, domanda, fuso=FUSO)

    def a_mano_(testo: str) -> Callable[[], object]:
        return lambda: conn.cursor(row_factory=dict_row).execute(testo, parametri).fetchall()

    def com_era() -> None:
        with (
            transaction.atomic(),
            passato.come_era(ente_id=chi.ente_id, istante=istante, ciclo=ciclo.pk),
        ):
            pass

    tipate = _COME_ERA + " UNION ALL ".join(_TIPATE.format(t=t) for t in passato.tabelle())
    return {
        "storia": (
            lambda: storia.fatti(ente_id=chi.ente_id, obiettivo_id=o.pk, limite=200),
            a_mano_(_STORIA),
        ),
        "persona": (chiedi(Domanda(persona=pid)), a_mano_(_PERSONA)),
        "parole": (chiedi(Domanda(testo=PAROLA)), a_mano_(_PAROLE)),
        "variazioni_anno": (
            chiedi(Domanda(procedura="variazione", verbo="approva", dal=dal, al=al)),
            a_mano_(_VARIAZIONI),
        ),
        "target": (chiedi(Domanda(campo="target", dopo_approvazione=True)), a_mano_(_TARGET)),
        "come_era": (com_era, a_mano_(tipate)),
    }


# --- verification and bytes -----------------------------------------------------------------------


def verifica_tutto() -> None:
    """Raises RuntimeError when anything is broken: what is measured is a whole chain."""
    with traccia.aperta() as aperta:
        for passo in traccia.verifica(aperta):
            if isinstance(passo, Esito) and passo.guasti:
                raise RuntimeError(passo.guasti[0])


def copia() -> str:
    """The least there is to read: the tables as they are."""
    impronta = hashlib.sha256()
    with a_mano.apri() as conn:
        for tabella in decenni.TABELLE:
            with conn.cursor().copy(f"COPY {tabella} TO STDOUT") as dati:
                for riga_copiata in dati:
                    impronta.update(riga_copiata)
    return impronta.hexdigest()


def byte() -> dict[str, Any]:
    """Of disk: an Evento with its indexes, beside its field changes and its link."""
    with connections["owner"].cursor() as cursore:
        cursore.execute(
            "SELECT (SELECT count(*) FROM workflows_evento),"
            " (SELECT count(*) FROM workflows_modifica),"
            " (SELECT count(*) FROM workflows_sigillo),"
            " pg_table_size('workflows_evento'), pg_indexes_size('workflows_evento'),"
            " pg_total_relation_size('workflows_sigillo'),"
            " pg_total_relation_size('workflows_modifica')"
        )
        eventi, modifiche, anelli, dati, indici, sigilli, tutte = cursore.fetchone()
    return {
        "eventi": eventi,
        "modifiche": modifiche,
        "anelli": anelli,
        "byte per evento": round((dati + indici) / eventi),
        "di cui indici": round(indici / eventi),
        "byte per anello": round(sigilli / anelli),
        "byte per modifica": round(tutte / modifiche),
    }
