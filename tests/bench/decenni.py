# SPDX-License-Identifier: AGPL-3.0-or-later
"""A registro of millions of Eventi, as fifty enti fill it in a year, in three, in ten.

One year of one ente is made as it is made: a plan of a thousand objectives imported, corrected,
proposed, approved, started, measured, varied, each step an action of the registro under its
triggers. Then the owner copies that year to the other enti and to the years that follow, a year at
a time and in the order of time, and seals the copies: the chain is computed by a window over each
stream, so that what is read, and verified, is a registro like any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial

from django.conf import settings
from django.db import connection, connections, transaction

from cycle.database import cloni
from cycle.models import Atto, Obiettivo, Rilevazione
from cycle.procedures import OBIETTIVO
from cycle.services.enti import crea_ente
from tests import mondo as piccolo
from tests.bench import mondo
from workflows.engine import execute
from workflows.ports import Richiesta
from workflows.registro import azioni
from workflows.registro.azioni import Voce
from workflows.registro.forma import EVENTO, MODIFICA, SIGILLO

IPA = "decenni"
COMPILAZIONI = 14  # of each objective, in the year
VARIAZIONI = 40
LOTTO = 500  # actions in a transaction
TABELLE = ("workflows_evento", "workflows_modifica", "workflows_sigillo")


@dataclass(frozen=True, slots=True, order=True)
class Taglia:
    """So many years, of so many objectives, of so many enti: of a thousand and of fifty, a year is
    a million Eventi."""

    anni: int
    obiettivi: int = 1000
    enti: int = 50


@contextmanager
def aperto(taglia: Taglia) -> Iterator[str]:
    """The registro of that size, built if there is none. It is read where it is: nothing that is
    kept is written there."""
    prima = settings.DATABASES["default"]["NAME"]
    modello = _prepara(taglia)
    mondo.punta(prima)
    _accesso(modello, "true")
    mondo.punta(modello)
    try:
        yield modello
    finally:
        mondo.punta(prima)
        _accesso(modello, "false")


def _prepara(taglia: Taglia) -> str:
    nome = f"ciclo_decenni_{taglia.anni}_{taglia.obiettivi}_{taglia.enti}"
    return cloni.prepara_modello(
        nome, partial(_costruisci, taglia), impronta=mondo.impronta("decenni")
    )


def _costruisci(taglia: Taglia, nome: str) -> None:
    if taglia.anni == 0:
        return mondo.da_vuoto(nome, partial(_un_anno, taglia.obiettivi))
    cloni.clona(_prepara(replace(taglia, anni=0, enti=1)), nome)
    mondo.punta(nome)
    _riempi(taglia)
    with connections["owner"].cursor() as cursore:
        cursore.execute("VACUUM ANALYZE")
    mondo.punta(nome)  # closes the connections


def _accesso(modello: str, come: str) -> None:
    with connections["owner"].cursor() as cursore:
        cursore.execute(f'ALTER DATABASE "{modello}" ALLOW_CONNECTIONS {come}')


def _riempi(taglia: Taglia) -> None:
    with connections["owner"].cursor() as cursore:
        indici = _togli_indici(cursore)
        for tabella in TABELLE:
            cursore.execute(f"ALTER TABLE {tabella} DISABLE TRIGGER USER")
        cursore.execute("SET jit = off; SET work_mem = '256MB'; SET maintenance_work_mem = '512MB'")
        cursore.execute(_STAMPO)
        for anno in range(1, taglia.anni + 1):
            cursore.execute(_ANNO % {"anno": anno, "enti": taglia.enti})
        for indice in indici:
            cursore.execute(indice)
        for tabella in TABELLE:
            cursore.execute(f"ALTER TABLE {tabella} ENABLE TRIGGER USER")
            cursore.execute(f"ALTER TABLE {tabella} ENABLE ALWAYS TRIGGER immutabile")
        cursore.execute("ALTER TABLE workflows_evento ENABLE ALWAYS TRIGGER sigillo")
        for tabella in TABELLE:
            cursore.execute(
                f"SELECT setval('{tabella}_id_seq', (SELECT max(id) FROM {tabella}))"
                if tabella != "workflows_sigillo"
                else "SELECT 1"
            )


def _togli_indici(cursore) -> Sequence[str]:  # type: ignore[no-untyped-def]
    """Of the Modifiche, whose bytes are not measured; those of the Eventi grow with their rows."""
    cursore.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'workflows_modifica'"
        " AND indexname <> 'workflows_modifica_pkey'"
    )
    trovati = cursore.fetchall()
    for nome, _come in trovati:
        cursore.execute(f"DROP INDEX {nome}")
    return [come for _nome, come in trovati]


# --- one year, as it is made ----------------------------------------------------------------------


def _un_anno(obiettivi: int) -> None:
    ente = crea_ente(nome="Comune dei decenni", codice_ipa=IPA, istante=mondo.INIZIO)
    mondo.piano(ente, mondo.Misura(obiettivi), obiettivi)
    mondo.persone(ente)
    ids = list(Obiettivo.objects.filter(ente=ente).order_by("pk").values_list("pk", flat=True))
    for giro in range(2):
        _azioni(
            "modifica",
            "obiettivo",
            "UNO DIRIGENTE",
            ids,
            mondo.INIZIO + timedelta(days=5 + 20 * giro),
            timedelta(minutes=20),
            f"UPDATE cycle_obiettivo SET descrizione = descrizione || ' {giro}.' WHERE id = %s",
        )
    dirigente, po = mondo.attore(IPA), mondo.attore(IPA, "UNO PO")
    for n in range(0, len(ids), 50):
        execute(OBIETTIVO, "proponi", ids[n : n + 50], dirigente, mondo.ADESSO)
    atto = piccolo.atto(numero="1/decenni", giorno=date(mondo.ANNO, 2, 20))
    execute(
        OBIETTIVO,
        "approva",
        ids,
        mondo.attore(IPA, "ATTI SEGRETERIA"),
        mondo.ADESSO + timedelta(days=1),
        richiesta=Richiesta(atto=atto, dati={"insieme": "del banco"}),
    )
    for n in range(0, len(ids), 20):
        quando = mondo.ADESSO + timedelta(days=2, hours=n)
        execute(OBIETTIVO, "avvia", ids[n : n + 20], po, quando)
    for giro in range(COMPILAZIONI):
        _azioni(
            "compila",
            "relazione",
            "UNO PO",
            ids,
            mondo.ADESSO + timedelta(days=10 + giro * 18),
            timedelta(minutes=25),
            "UPDATE cycle_rilevazione SET valore = coalesce(valore, 0) + 1 "
            f"WHERE id = (SELECT min(id) + {giro % 4} FROM cycle_rilevazione "
            "              WHERE obiettivo_id = %s)",
        )
        if giro % 4 == 2:
            quali = ids[giro :: max(obiettivi * 4 // VARIAZIONI, 1)][: VARIAZIONI // 4 + 1]
            _variazioni(quali, mondo.ADESSO + timedelta(days=20 + giro * 18))


def _azioni(
    verbo: str,
    procedura: str,
    chi: str,
    ids: Sequence[int],
    dal: datetime,
    passo: timedelta,
    istruzione: str,
) -> None:
    """One action for each objective, one after the other."""
    attore = mondo.attore(IPA, chi)
    incarico = attore.incarichi[0]
    for lotto in range(0, len(ids), LOTTO):
        with transaction.atomic(), connection.cursor() as cursore:
            for n, pk in enumerate(ids[lotto : lotto + LOTTO], start=lotto):
                azioni.apri(
                    ente_id=attore.ente_id,
                    procedura=procedura,
                    verbo=verbo,
                    passi=[Voce(pk, pk, incarico=incarico)],
                    attore=attore,
                    istante=dal + n * passo,
                    motivazione="Chiesta la perizia dell'ufficio" if n % 100 == 7 else "",
                )
                cursore.execute(istruzione, [pk])


def _variazioni(ids: Sequence[int], istante: datetime) -> None:
    """A target of each changed by the act, after the approval."""
    attore = mondo.attore(IPA, "ATTI SEGRETERIA")
    [atto] = Atto.objects.filter(ente_id=attore.ente_id)
    for pk in ids:
        with transaction.atomic():
            azioni.apri(
                ente_id=attore.ente_id,
                procedura="variazione",
                verbo="approva",
                passi=[Voce(pk, pk, "istruita", "approvata", attore.incarichi[0])],
                attore=attore,
                istante=istante,
                organo="giunta",
                motivazione="Fondi regionali arrivati in ritardo",
                atto_id=atto.pk,
            )
            prima = Rilevazione.objects.filter(obiettivo_id=pk).earliest("pk")
            Rilevazione.objects.filter(pk=prima.pk).update(target=Decimal(7))


# --- and its copies -------------------------------------------------------------------------------

# Where each Evento stands among the others, and in its action: numbers of a copy are computed.
_STAMPO = """
CREATE FUNCTION pg_temp.anello(bytea, bytea, bytea, bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE AS 'SELECT sha256($3 || coalesce($1, $2) || $4)';
CREATE AGGREGATE pg_temp.catena(primo bytea, testo bytea, righe bytea)
    (SFUNC = pg_temp.anello, STYPE = bytea);
CREATE TEMP TABLE stampo AS
SELECT e.*, min(n) OVER a AS inizio, count(*) OVER a AS quanti
  FROM (SELECT e.*, row_number() OVER (ORDER BY id) AS n FROM workflows_evento e) e
WINDOW a AS (PARTITION BY azione);
CREATE TEMP TABLE stampo_modifiche AS
SELECT m.*, row_number() OVER (ORDER BY m.id) AS n, s.n AS evento, s.inizio, s.quanti
  FROM workflows_modifica m JOIN stampo s ON s.id = m.evento_id;
ANALYZE stampo; ANALYZE stampo_modifiche;
"""
_NUMERO = "{base} + (s.inizio - 1) * %(enti)s + k * s.quanti + {posto} + 1"
_ALTRO = "(%(anno)s * 1000 + k) * 10000000::bigint"
_ENTE = "CASE k WHEN 0 THEN s.ente_id ELSE 1000 + k END"

_ANNO = f"""
CREATE TEMP TABLE basi AS
SELECT (SELECT max(id) FROM workflows_evento) AS evento,
       (SELECT max(id) FROM workflows_modifica) AS modifica;
INSERT INTO workflows_evento
    (id, azione, ente_id, procedura, verbo, oggetto_id, radice_id, da, a, persona_id, incarico_id,
     ruolo, per_conto_di_id, organo, motivazione, atto_id, canale, esito, fuori_procedura, dati,
     istante, registrato_il, transazione)
SELECT {_NUMERO.format(base="b.evento", posto="s.n - s.inizio")},
       {_NUMERO.format(base="b.evento", posto="0")}, {_ENTE}, s.procedura, s.verbo,
       s.oggetto_id + {_ALTRO}, s.radice_id + {_ALTRO}, s.da, s.a,
       s.persona_id + CASE k WHEN 0 THEN 0 ELSE 1000000 * k END, s.incarico_id, s.ruolo,
       s.per_conto_di_id, s.organo, s.motivazione, s.atto_id + CASE k WHEN 0 THEN 0 ELSE 1000 * k
       END, s.canale, s.esito, s.fuori_procedura, s.dati, s.istante + %(anno)s * interval '1 year',
       s.istante + %(anno)s * interval '1 year', s.transazione
  FROM basi b CROSS JOIN generate_series(0, %(enti)s - 1) k CROSS JOIN stampo s
 ORDER BY 1;
INSERT INTO workflows_modifica
    (id, evento_id, ente_id, tabella, riga_id, radice_id, operazione, prima, dopo)
SELECT b.modifica + (s.n - 1) * %(enti)s + k + 1,
       {_NUMERO.format(base="b.evento", posto="s.evento - s.inizio")}, {_ENTE}, s.tabella,
       s.riga_id + {_ALTRO}, s.radice_id + {_ALTRO}, s.operazione, s.prima,
       CASE WHEN s.tabella = 'cycle_obiettivo' AND s.operazione = 'I'
            THEN s.dopo || jsonb_build_object('ciclo_id', {_ALTRO}) ELSE s.dopo END
  FROM basi b CROSS JOIN generate_series(0, %(enti)s - 1) k CROSS JOIN stampo_modifiche s
 ORDER BY 1;
WITH digeriti AS (
    SELECT e.azione, e.ente_id, count(*) AS eventi,
           string_agg(sha256(convert_to({EVENTO}, 'UTF8')), '' ORDER BY e.id) AS impronte
      FROM workflows_evento e, basi b WHERE e.id > b.evento GROUP BY e.azione, e.ente_id
), digerite AS (
    SELECT e.azione, count(*) AS modifiche,
           string_agg(sha256(convert_to({MODIFICA}, 'UTF8')), '' ORDER BY m.evento_id, m.id)
               AS impronte
      FROM basi b JOIN workflows_modifica m ON m.id > b.modifica
      JOIN workflows_evento e ON e.id = m.evento_id WHERE e.id > b.evento GROUP BY e.azione
), anelli AS (
    SELECT d.azione, d.ente_id, 0 AS flusso, t.impronta AS testa,
           (coalesce(t.progressivo, 0) + row_number() OVER (
               PARTITION BY d.ente_id ORDER BY d.azione))::integer AS progressivo,
           d.eventi::integer, coalesce(x.modifiche, 0)::integer AS modifiche,
           d.impronte || coalesce(x.impronte, '') AS righe
      FROM digeriti d LEFT JOIN digerite x USING (azione)
      LEFT JOIN (SELECT DISTINCT ON (ente_id) * FROM workflows_sigillo WHERE flusso = 0
                  ORDER BY ente_id, progressivo DESC) t ON t.ente_id = d.ente_id
)
INSERT INTO workflows_sigillo (azione, ente_id, flusso, progressivo, eventi, modifiche, impronta)
SELECT s.azione, s.ente_id, s.flusso, s.progressivo, s.eventi, s.modifiche,
       pg_temp.catena(coalesce(s.testa, decode(repeat('00', 32), 'hex')),
                      convert_to({SIGILLO}, 'UTF8'), s.righe)
           OVER (PARTITION BY s.ente_id ORDER BY s.azione)
  FROM anelli s;
DROP TABLE basi;
"""
