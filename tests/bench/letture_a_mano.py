# SPDX-License-Identifier: AGPL-3.0-or-later
"""The reads of three pages as somebody would write them by hand for those pages only: who asks, and
what the page says. Each is a list of statements with named parameters; nothing is judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg

Righe = list[tuple[Any, ...]]

_CHI = (
    "SELECT session_data FROM django_session "
    " WHERE session_key = %(sessione)s AND expire_date > now()",
    "SELECT t.id, t.username, p.id, p.nome_completo, e.id, e.nome, e.codice_ipa, e.fuso "
    "  FROM cycle_utente t JOIN cycle_persona p ON p.utente_id = t.id "
    "  JOIN cycle_ente e ON e.id = p.ente_id "
    " WHERE t.id = %(utente)s AND e.id = %(ente)s AND t.is_active AND p.sospesa_il IS NULL",
    "SELECT i.id, i.ruolo, i.tipo, u.percorso, pm.codename, gu.percorso "
    "  FROM cycle_incarico i JOIN cycle_unitaorganizzativa u ON u.id = i.unita_id "
    "  JOIN cycle_ente e ON e.id = i.ente_id "
    "  JOIN auth_group g ON g.name = e.codice_ipa || ':' || i.ruolo "
    "  JOIN guardian_groupobjectpermission gp ON gp.group_id = g.id "
    "  JOIN auth_permission pm ON pm.id = gp.permission_id "
    "  JOIN cycle_unitaorganizzativa gu ON gu.id = gp.object_pk::bigint AND gu.ente_id = i.ente_id "
    " WHERE i.ente_id = %(ente)s AND i.dal <= now() AND (i.al IS NULL OR i.al > now()) "
    "   AND i.persona_id IN (SELECT id FROM cycle_persona "
    "                         WHERE utente_id = %(utente)s AND ente_id = %(ente)s)",
    "SELECT id, anno, parametri FROM cycle_ciclo WHERE ente_id = %(ente)s ORDER BY anno DESC",
    "SELECT e.codice_ipa, e.nome FROM cycle_ente e JOIN cycle_persona p ON p.ente_id = e.id "
    " WHERE p.utente_id = %(utente)s AND p.sospesa_il IS NULL ORDER BY e.nome",
)

# The last day in time of what each objective waits for, where it has passed.
_TARDI = """
WITH termini AS MATERIALIZED (
    SELECT codice, CASE WHEN effettivo <= now() THEN
               ((effettivo - interval '1 microsecond') AT TIME ZONE 'Europe/Rome')::date END AS fino
      FROM (SELECT s.codice, coalesce((SELECT p.termine FROM cycle_proroga p
                     WHERE p.scadenza_id = s.id AND p.istante <= now()
                     ORDER BY p.id DESC LIMIT 1), s.termine) AS effettivo
              FROM cycle_scadenza s WHERE s.ciclo_id = %(ciclo)s) t
), aperte AS MATERIALIZED (
    SELECT r.obiettivo_id, min(t.fino) AS fino
      FROM cycle_relazionesemestrale r
      JOIN cycle_periodo p ON p.id = r.periodo_id AND p.ciclo_id = %(ciclo)s
      JOIN termini t ON t.codice = 'relazione-' || p.ordine
     WHERE r.stato IN ('da_compilare', 'riaperta') GROUP BY r.obiettivo_id
)
"""
_DAL = """
       CASE WHEN o.stato = 'approvato' AND o.inizio_previsto < current_date
                 THEN greatest(o.inizio_previsto, v.in_vigore_dal)
            WHEN o.stato = 'in_corso'
                 THEN coalesce(a.fino, (SELECT fino FROM termini WHERE codice = 'relazione-2'))
            WHEN o.stato = 'rendicontato'
                 THEN (SELECT fino FROM termini WHERE codice = 'validazione') END
"""
_CON = """
  LEFT JOIN cycle_versioneobiettivo v ON v.obiettivo_id = o.id AND v.numero = o.versione
                                     AND o.stato = 'approvato'
  LEFT JOIN aperte a ON a.obiettivo_id = o.id
"""

ELENCO = (
    *_CHI,
    _TARDI + "SELECT stato, count(*), sum(percentuale_calcolata), count(percentuale_calcolata), "
    "       sum(percentuale_convalidata), count(percentuale_convalidata), "
    f"       count(*) FILTER (WHERE ({_DAL}) < current_date) FROM cycle_obiettivo o {_CON}"
    " WHERE o.ciclo_id = %(ciclo)s GROUP BY stato",
    "SELECT DISTINCT o.tipo, p.pid, p.nome_completo FROM cycle_obiettivo o "
    "  LEFT JOIN cycle_persona p ON p.id = o.responsabile_generale_id "
    " WHERE o.ciclo_id = %(ciclo)s",
    "SELECT id, padre_id, codice, nome FROM cycle_unitaorganizzativa "
    " WHERE ente_id = %(ente)s ORDER BY nome",
    _TARDI.replace("GROUP BY r", "AND r.obiettivo_id IN (SELECT id FROM prime) GROUP BY r").replace(
        "WITH",
        "WITH prime AS MATERIALIZED (SELECT * FROM cycle_obiettivo "
        " WHERE ciclo_id = %(ciclo)s ORDER BY codice LIMIT 25), ",
        1,
    )
    + "SELECT o.codice, o.pid, o.tipo, o.titolo, o.stato, u.nome, p.nome_completo, "
    f"       o.percentuale_calcolata, o.percentuale_convalidata, {_DAL}, "
    "       EXISTS (SELECT 1 FROM cycle_richiestavariazione v WHERE v.obiettivo_id = o.id "
    "                  AND v.stato IN ('presentata', 'istruita')) "
    f"  FROM prime o {_CON} JOIN cycle_unitaorganizzativa u ON u.id = o.unita_id "
    "  LEFT JOIN cycle_persona p ON p.id = o.responsabile_generale_id ORDER BY o.codice",
)

SCHEDA = (
    *_CHI,
    "SELECT o.*, c.*, u.*, g.nome_completo, p.nome_completo FROM cycle_obiettivo o "
    "  JOIN cycle_ciclo c ON c.id = o.ciclo_id "
    "  JOIN cycle_unitaorganizzativa u ON u.id = o.unita_id "
    "  LEFT JOIN cycle_persona g ON g.id = o.responsabile_generale_id "
    "  LEFT JOIN cycle_persona p ON p.id = o.responsabile_operativo_id "
    " WHERE o.pid = %(pid)s AND o.ente_id = %(ente)s",
    "SELECT * FROM cycle_periodo WHERE ciclo_id = %(ciclo)s ORDER BY ordine",
    "SELECT * FROM cycle_obiettivospecifico WHERE obiettivo_id = %(obiettivo)s ORDER BY ordine",
    "SELECT * FROM cycle_indicatore WHERE obiettivo_id = %(obiettivo)s ORDER BY ordine",
    "SELECT * FROM cycle_rilevazione WHERE obiettivo_id = %(obiettivo)s",
    "SELECT * FROM cycle_storicoindicatore WHERE obiettivo_id = %(obiettivo)s",
    "SELECT r.id, r.stato, r.periodo_id, r.trasmessa_il, s.data "
    "  FROM cycle_relazionesemestrale r LEFT JOIN cycle_seduta s ON s.id = r.seduta_id "
    " WHERE r.obiettivo_id = %(obiettivo)s",
    "SELECT * FROM cycle_vocerelazione WHERE obiettivo_id = %(obiettivo)s",
    "SELECT * FROM cycle_collaboratore WHERE obiettivo_id = %(obiettivo)s ORDER BY ordine",
    "SELECT * FROM cycle_fase WHERE obiettivo_id = %(obiettivo)s ORDER BY ordine",
    "SELECT * FROM cycle_stanziamento WHERE obiettivo_id = %(obiettivo)s",
    "SELECT v.numero, v.sha256, v.in_vigore_dal, a.organo, a.numero, a.data "
    "  FROM cycle_versioneobiettivo v JOIN cycle_atto a ON a.id = v.atto_id "
    " WHERE v.obiettivo_id = %(obiettivo)s ORDER BY v.numero DESC",
    "SELECT n.tipo, n.codice, n.titolo FROM cycle_obiettivonodo o "
    "  JOIN cycle_nodostrategico n ON n.id = o.nodo_id WHERE o.obiettivo_id = %(obiettivo)s",
    "SELECT count(*) FROM cycle_richiestavariazione "
    " WHERE obiettivo_id = %(obiettivo)s AND stato IN ('presentata', 'istruita')",
    "SELECT DISTINCT persona_id FROM workflows_evento WHERE radice_id = %(obiettivo)s "
    "   AND esito = 'eseguito' AND verbo IN ('proponi', 'avvia', 'rendiconta', 'trasmetti', "
    "       'compila', 'modifica', 'crea', 'presenta', 'ribasa')",
    "SELECT DISTINCT ON (e.a) e.a, e.istante, p.nome_completo FROM workflows_evento e "
    "  LEFT JOIN cycle_persona p ON p.id = e.persona_id "
    " WHERE e.radice_id = %(obiettivo)s AND e.procedura = 'obiettivo' AND e.esito = 'eseguito' "
    "   AND e.a <> '' AND e.a <> e.da ORDER BY e.a, e.id DESC",
    "SELECT e.verbo, e.procedura, e.da, e.a, e.motivazione, e.istante, e.ruolo, e.canale, "
    "       p.nome_completo, u.nome, a.organo, a.numero, a.data FROM workflows_evento e "
    "  LEFT JOIN cycle_persona p ON p.id = e.persona_id "
    "  LEFT JOIN cycle_incarico i ON i.id = e.incarico_id "
    "  LEFT JOIN cycle_unitaorganizzativa u ON u.id = i.unita_id "
    "  LEFT JOIN cycle_atto a ON a.id = e.atto_id "
    " WHERE e.radice_id = %(obiettivo)s AND e.esito = 'eseguito' ORDER BY e.id DESC LIMIT 20",
)

_TARDIVI = (
    _TARDI
    + f"SELECT * FROM (SELECT o.*, {_DAL} AS dal FROM cycle_obiettivo o {_CON}"
    + (" WHERE o.ciclo_id = %(ciclo)s) o WHERE o.dal < current_date")
)
CRUSCOTTO = (
    *_CHI,
    "SELECT * FROM cycle_periodo WHERE ciclo_id = %(ciclo)s ORDER BY ordine",
    "SELECT s.codice, s.nome, s.tipo, coalesce((SELECT p.termine FROM cycle_proroga p "
    "         WHERE p.scadenza_id = s.id AND p.istante <= now() ORDER BY p.id DESC LIMIT 1), "
    "       s.termine) FROM cycle_scadenza s WHERE s.ciclo_id = %(ciclo)s",
    "SELECT codice, nome, percorso FROM cycle_unitaorganizzativa "
    " WHERE ente_id = %(ente)s ORDER BY nome",
    _TARDI + "SELECT o.stato, u.percorso, count(*), sum(o.percentuale_calcolata), "
    "       count(o.percentuale_calcolata), sum(o.percentuale_convalidata), "
    f"       count(o.percentuale_convalidata), count(*) FILTER (WHERE ({_DAL}) < current_date) "
    f"  FROM cycle_obiettivo o {_CON} JOIN cycle_unitaorganizzativa u ON u.id = o.unita_id "
    " WHERE o.ciclo_id = %(ciclo)s GROUP BY 1, 2",
    "SELECT ordine, percorso, count(calcolata), sum(calcolata), count(convalidata), "
    "       sum(convalidata) "
    "  FROM (SELECT p.ordine, u.percorso, avg(v.percentuale_calcolata) AS calcolata, "
    "               avg(v.percentuale_convalidata) AS convalidata "
    "          FROM cycle_relazionesemestrale r JOIN cycle_periodo p ON p.id = r.periodo_id "
    "          JOIN cycle_obiettivo o ON o.id = r.obiettivo_id "
    "          JOIN cycle_unitaorganizzativa u ON u.id = o.unita_id "
    "          JOIN cycle_vocerelazione v ON v.relazione_id = r.id "
    "         WHERE o.ciclo_id = %(ciclo)s AND r.stato NOT IN ('da_compilare', 'riaperta') "
    "         GROUP BY r.id, p.ordine, u.percorso) t GROUP BY 1, 2",
    "SELECT r.periodo_id, r.stato, count(*) FROM cycle_relazionesemestrale r "
    "  JOIN cycle_obiettivo o ON o.id = r.obiettivo_id WHERE o.ciclo_id = %(ciclo)s "
    "   AND o.stato NOT IN ('bozza', 'proposta', 'stralciato') GROUP BY 1, 2",
    "SELECT p.pid, p.nome_completo, count(*), min(t.dal) FROM ("
    + _TARDIVI
    + ") t LEFT JOIN cycle_persona p ON p.id = t.responsabile_generale_id "
    " GROUP BY 1, 2 ORDER BY 4 LIMIT 10",
    "SELECT t.codice, t.pid, t.titolo, t.stato, u.nome, p.nome_completo, t.dal FROM ("
    + _TARDIVI
    + ") t JOIN cycle_unitaorganizzativa u ON u.id = t.unita_id "
    "  LEFT JOIN cycle_persona p ON p.id = t.responsabile_generale_id ORDER BY t.dal LIMIT 10",
)


def leggi(
    conn: psycopg.Connection[Any], istruzioni: Sequence[str], parametri: Mapping[str, Any]
) -> list[Righe]:
    """The rows of each statement."""
    return [conn.execute(testo, parametri).fetchall() for testo in istruzioni]
