# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words of the registro that are digested: one line of JSON for each row, made by PostgreSQL.

SQL expressions over `e` (Evento), `m` (Modifica) and `s` (Sigillo). The same are frozen in the
function that seals, and a test compares them; the verifier says them by itself, so that a function
somebody rewrote is found and not believed. Times are UTC, without depending on the session.
"""

EVENTO = """json_build_array('E', e.id, e.azione, e.ente_id, e.procedura, e.verbo, e.oggetto_id,
    e.radice_id, e.da, e.a, e.persona_id, e.incarico_id, e.ruolo, e.per_conto_di_id, e.organo,
    e.motivazione, e.atto_id, e.canale, e.esito, e.fuori_procedura, e.dati,
    e.istante AT TIME ZONE 'UTC', e.registrato_il AT TIME ZONE 'UTC', e.transazione)::text"""

MODIFICA = """json_build_array('M', m.id, e.azione, m.evento_id, m.ente_id, m.tabella, m.riga_id,
    m.radice_id, m.operazione, m.prima, m.dopo)::text"""

# Without its digest, which is of this line, of the previous link's digest and of the rows'.
SIGILLO = """json_build_array('S', s.ente_id, s.flusso, s.progressivo, s.azione, s.eventi,
    s.modifiche)::text"""
