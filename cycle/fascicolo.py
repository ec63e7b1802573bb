# SPDX-License-Identifier: AGPL-3.0-or-later
"""Loading the facts guards read: one query for each thousand objectives, and one more when the
request names an Atto or a sitting.

Ids go to the database as one JSON document, here and wherever a set does: a plan made for it
cannot depend on how many they are, so it is kept from one request to the next."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from cycle import canonico
from cycle.measure import arrotonda, difetto_pesi
from cycle.models import RelazioneSemestrale
from cycle.parametri import Parametri, cifra
from workflows.machines.relazione import IN_ESAME
from workflows.ports import (
    Convalida,
    Fascicolo,
    FattiIndicatore,
    FattiOsservazione,
    FattiPeriodo,
    FattiRelazione,
    FattiSpecifico,
    Politica,
    Richiesta,
)

# Verbs done for the settore: who did one of them cannot validate (R57).
VERBI_DEL_SETTORE = (
    "proponi",
    "avvia",
    "rendiconta",
    "trasmetti",
    "compila",
    "rispondi",
    "controdeduci",
    "modifica",
    "crea",
    "presenta",
    "ribasa",
    "chiedi",
)

_FATTI = """
SELECT o.id, o.codice, o.titolo, o.stato, o.revisione, o.versione, o.tipo,
       o.responsabile_generale_id, o.inizio_previsto, o.fine_prevista,
       u.percorso, u.nome, o.ciclo_id,
       (SELECT count(*) FROM cycle_obiettivonodo n WHERE n.obiettivo_id = o.id),
       (SELECT json_agg(json_build_array(s.id, s.codice, s.inizio_previsto, s.fine_prevista,
                    (SELECT json_agg(json_build_array(i.nome, i.peso::text,
                                x.con_target, x.con_valore) ORDER BY i.ordine)
                       FROM cycle_indicatore i
                      CROSS JOIN LATERAL (
                            SELECT string_agg(r.periodo_id::text, ' ') FILTER (
                                       WHERE r.target IS NOT NULL OR r.target_data IS NOT NULL),
                                   string_agg(r.periodo_id::text, ' ') FILTER (
                                       WHERE r.valore IS NOT NULL OR r.valore_data IS NOT NULL)
                              FROM cycle_rilevazione r
                             WHERE r.indicatore_id = i.id) AS x (con_target, con_valore)
                      WHERE i.specifico_id = s.id))
                ORDER BY s.ordine)
          FROM cycle_obiettivospecifico s WHERE s.obiettivo_id = o.id),
       (SELECT json_agg(json_build_array(r.id, r.periodo_id, r.stato))
          FROM cycle_relazionesemestrale r WHERE r.obiettivo_id = o.id),
       (SELECT count(*) FROM cycle_richiestavariazione v
         WHERE v.obiettivo_id = o.id AND v.stato IN ('presentata', 'istruita')),
       (SELECT a.organo || ' n. ' || a.numero || ' del ' || to_char(a.data, 'DD/MM/YYYY')
          FROM cycle_versioneobiettivo w JOIN cycle_atto a ON a.id = w.atto_id
         WHERE w.obiettivo_id = o.id AND w.numero = 1),
       (SELECT array_agg(DISTINCT p.persona)
          FROM workflows_evento e
         CROSS JOIN LATERAL (VALUES (e.persona_id), (e.per_conto_di_id)) AS p (persona)
         WHERE e.radice_id = o.id AND e.esito = 'eseguito'
           AND e.verbo = ANY (string_to_array(%(verbi)s, ' '))
           AND p.persona IS NOT NULL),
       (SELECT i.nome FROM cycle_voceinsieme v JOIN cycle_insieme i ON i.id = v.insieme_id
         WHERE v.obiettivo_id = o.id AND v.in_attesa),
       c.anno, c.parametri::text, t.codice_ipa, t.fuso,
       (SELECT json_agg(json_build_array(p.id, p.codice, p.ordine, p.dal, p.al) ORDER BY p.ordine)
          FROM cycle_periodo p WHERE p.ciclo_id = c.id)::text, c.stato
  FROM cycle_obiettivo o
  JOIN cycle_unitaorganizzativa u ON u.id = o.unita_id
  JOIN cycle_ciclo c ON c.id = o.ciclo_id
  JOIN cycle_ente t ON t.id = o.ente_id
 WHERE o.id = ANY (ARRAY(SELECT jsonb_array_elements_text(%(ids)s)::bigint))
"""

_DECISIONI = """
SELECT c.id,
       EXISTS (SELECT 1 FROM cycle_atto a
                WHERE a.ciclo_id = c.id AND a.tipo = 'approvazione' AND a.organo = %(organo)s
                  AND a.numero = %(numero)s
                  AND extract(year FROM a.data) = extract(year FROM %(data_atto)s::date)),
       ARRAY(SELECT DISTINCT i.persona_id
               FROM cycle_incarico i
              WHERE i.ente_id = c.ente_id AND i.ruolo = 'nucleo'
                AND i.dal < (%(data_seduta)s::date + 1)::timestamp AT TIME ZONE e.fuso
                AND (i.al IS NULL OR i.al > %(data_seduta)s::date::timestamp AT TIME ZONE e.fuso))
  FROM cycle_ciclo c JOIN cycle_ente e ON e.id = c.ente_id
 WHERE c.id = ANY (ARRAY(SELECT jsonb_array_elements_text(%(cicli)s)::bigint))
"""


INSIEME = 1000  # objectives read together: what the database says of more is not held at once


def di_obiettivi(ids: Sequence[int], richiesta: Richiesta | None = None) -> dict[int, Fascicolo]:
    """The facts of the objectives `ids`, by id."""
    richiesta = richiesta or Richiesta()
    cicli: dict[int, _Ciclo] = {}
    fascicoli: dict[int, Fascicolo] = {}
    with connection.cursor() as cursore:
        for n in range(0, len(ids), INSIEME):
            cursore.execute(
                _FATTI,
                {"ids": json.dumps(ids[n : n + INSIEME]), "verbi": " ".join(VERBI_DEL_SETTORE)},
            )
            righe = cursore.fetchall()
            dati = {riga[12]: riga[20:] for riga in righe if riga[12] not in cicli}
            nuovi = {pk: _ciclo(*suoi) for pk, suoi in dati.items()}
            _decisioni(cursore, nuovi, richiesta)
            cicli |= nuovi
            fascicoli |= {r[0]: _obiettivo(r, cicli[r[12]], richiesta) for r in righe}
    return fascicoli


def _decisioni(cursore: CursorWrapper, cicli: dict[int, _Ciclo], richiesta: Richiesta) -> None:
    """Add to the years what stands behind the Atto or the sitting that the request names."""
    atto, seduta = richiesta.atto, richiesta.seduta
    if cicli and (atto or seduta):
        cursore.execute(
            _DECISIONI,
            {
                "cicli": json.dumps(list(cicli)),
                "organo": atto.organo if atto else "",
                "numero": atto.numero if atto else "",
                "data_atto": atto.data if atto else None,
                "data_seduta": seduta.data if seduta else None,
            },
        )
        for pk, registrato, componenti in cursore.fetchall():
            cicli[pk] = replace(
                cicli[pk], atto_registrato=registrato, componenti=frozenset(componenti)
            )


def di_relazioni(
    relazioni: Sequence[RelazioneSemestrale], richiesta: Richiesta | None = None
) -> dict[int, Fascicolo]:
    """The facts of the reports, each with those of its objective, by id of the report."""
    richiesta = richiesta or Richiesta()
    fascicoli = di_obiettivi(sorted({r.obiettivo_id for r in relazioni}), richiesta)
    convalide = _convalide([r.pk for r in relazioni], richiesta.dati)
    osservazioni = _osservazioni([r for r in relazioni if r.stato in IN_ESAME])
    mosse = cifre_mosse([r for r in relazioni if r.stato in IN_ESAME])
    trovati = {}
    for relazione in relazioni:
        fascicolo = fascicoli[relazione.obiettivo_id]
        trovati[relazione.pk] = replace(
            fascicolo,
            id=relazione.pk,
            procedura="relazione",
            stato=relazione.stato,
            revisione=relazione.revisione,
            periodo=next(r.periodo for r in fascicolo.relazioni if r.id == relazione.pk),
            convalide=convalide.get(relazione.pk, ()),
            osservazioni=osservazioni.get(relazione.pk, ()),
            replica_entro=relazione.replica_entro,
            mosse=mosse.get(relazione.pk, ()),
        )
    return trovati


@dataclass(frozen=True, slots=True)
class _Ciclo:
    """What the objectives of one year share."""

    anno: int
    ente: str
    parametri: Parametri
    politica: Politica
    periodi: Mapping[int, FattiPeriodo]
    chiuso: bool
    atto_registrato: bool = False
    componenti: frozenset[int] = frozenset()
    # Most indicators of a year are measured in the same periods and most weights are the same.
    visti: dict[str, frozenset[str]] = field(default_factory=dict)
    difetti: dict[tuple[str | None, ...], str] = field(default_factory=dict)

    def codici(self, periodi: str | None) -> frozenset[str]:
        """The codes of these periods, given as ids."""
        chiave = periodi or ""
        if chiave not in self.visti:
            self.visti[chiave] = frozenset(self.periodi[int(p)].codice for p in chiave.split())
        return self.visti[chiave]

    def difetto(self, pesi: tuple[str | None, ...]) -> str:
        """What is wrong with the weights of a specifico (R68)."""
        if pesi not in self.difetti:
            scritti = [None if p is None else Decimal(p) for p in pesi]
            self.difetti[pesi] = difetto_dei_pesi(scritti, self.parametri)
        return self.difetti[pesi]


def _ciclo(
    anno: int,
    parametri: str,
    ente: str,
    fuso: str,
    periodi: str | None,
    stato: str,
) -> _Ciclo:
    letti = _parametri(parametri)
    return _Ciclo(
        anno,
        ente,
        letti,
        letti.politica(fuso),
        {
            pk: FattiPeriodo(codice, ordine, date.fromisoformat(dal), date.fromisoformat(al))
            for pk, codice, ordine, dal, al in json.loads(periodi or "[]")
        },
        stato == "chiuso",
    )


@lru_cache(maxsize=256)
def _parametri(testo: str) -> Parametri:
    return Parametri.da_dizionario(json.loads(testo))


def _obiettivo(riga: Sequence[Any], ciclo: _Ciclo, richiesta: Richiesta) -> Fascicolo:
    periodi = ciclo.periodi
    return Fascicolo(
        id=riga[0],
        procedura="obiettivo",
        codice=riga[1],
        titolo=riga[2],
        stato=riga[3],
        revisione=riga[4],
        versione=riga[5],
        tipo=riga[6],
        responsabile_generale=riga[7],
        inizio=riga[8],
        fine=riga[9],
        percorso=riga[10],
        unita=riga[11],
        anno=ciclo.anno,
        ente=ciclo.ente,
        politica=ciclo.politica,
        obiettivo_id=riga[0],
        stato_obiettivo=riga[3],
        nodi=riga[13],
        periodi=tuple(periodi.values()),
        specifici=tuple(_specifico(s, ciclo) for s in riga[14] or ()),
        relazioni=tuple(
            FattiRelazione(pk, periodi[periodo], stato) for pk, periodo, stato in riga[15] or ()
        ),
        variazioni_aperte=riga[16],
        atto_in_vigore=riga[17] or "",
        in_attesa_in=riga[19] or "",
        atto_registrato=ciclo.atto_registrato,
        componenti=ciclo.componenti,
        agito_per_il_settore=frozenset(riga[18] or ()),
        anno_chiuso=ciclo.chiuso,
        richiesta=richiesta,
    )


def _specifico(dati: Sequence[Any], ciclo: _Ciclo) -> FattiSpecifico:
    pk, codice, inizio, fine, indicatori = dati
    indicatori = indicatori or ()
    return FattiSpecifico(
        pk,
        codice,
        date.fromisoformat(inizio) if inizio else None,
        date.fromisoformat(fine) if fine else None,
        tuple(
            FattiIndicatore(nome, ciclo.codici(con_target), ciclo.codici(con_valore))
            for nome, _peso, con_target, con_valore in indicatori
        ),
        ciclo.difetto(tuple(peso for _nome, peso, _target, _valore in indicatori)),
    )


def difetto_dei_pesi(pesi: Sequence[Decimal | None], parametri: Parametri) -> str:
    """What is wrong with the weights of a specifico, as `measure` judges them (R68): what is
    approved can then be computed."""
    if not parametri.pesi or not pesi:
        return ""
    if all(peso is None for peso in pesi):
        return _("i pesi degli indicatori mancano")
    return difetto_pesi(pesi, parametri.misura.tolleranza_pesi)


def _convalide(
    relazioni: Iterable[int], dati: Mapping[str, Any]
) -> dict[int, tuple[Convalida, ...]]:
    """What would be validated: the form's percentages over those already stored (R56)."""
    scritte: Mapping[str, Mapping[str, str]] = dati.get("voci", {})
    with connection.cursor() as cursore:
        cursore.execute(
            "SELECT v.relazione_id, v.specifico_id, s.codice, v.percentuale_calcolata, "
            "       v.percentuale_convalidata, v.motivo "
            "  FROM cycle_vocerelazione v JOIN cycle_obiettivospecifico s ON s.id = v.specifico_id "
            " WHERE v.relazione_id = ANY (%s) ORDER BY s.ordine",
            [list(relazioni)],
        )
        trovate: dict[int, list[Convalida]] = {}
        for relazione, specifico, codice, calcolata, convalidata, motivo in cursore.fetchall():
            scritta = scritte.get(str(specifico), {})
            if scritta.get("percentuale", "").strip():
                convalidata = cifra(scritta["percentuale"])
            elif convalidata is None:
                convalidata = calcolata
            trovate.setdefault(relazione, []).append(
                Convalida(
                    specifico_id=specifico,
                    specifico=codice,
                    calcolata=calcolata,
                    convalidata=convalidata,
                    differisce=_due_decimali(calcolata) != _due_decimali(convalidata),
                    motivo=scritta.get("motivo", motivo),
                )
            )
    return {pk: tuple(elenco) for pk, elenco in trovate.items()}


_OSSERVAZIONI = """
SELECT v.relazione_id, s.codice, o.firmata_il IS NOT NULL,
       EXISTS (SELECT 1 FROM cycle_risposta t WHERE t.osservazione_id = o.id AND t.testo ~ '\\S')
  FROM cycle_osservazione o
  JOIN cycle_vocerelazione v ON v.id = o.voce_id
  JOIN cycle_relazionesemestrale r ON r.id = v.relazione_id AND r.impronta = o.impronta
  JOIN cycle_obiettivospecifico s ON s.id = v.specifico_id
 WHERE r.id = ANY (%s) AND o.messa_da_parte = '' ORDER BY s.ordine
"""


def _osservazioni(
    relazioni: Sequence[RelazioneSemestrale],
) -> dict[int, tuple[FattiOsservazione, ...]]:
    """What the Nucleo wrote of the reports as submitted, and whether it was answered (R55)."""
    if not relazioni:
        return {}
    with connection.cursor() as cursore:
        cursore.execute(_OSSERVAZIONI, [[r.pk for r in relazioni]])
        trovate: dict[int, list[FattiOsservazione]] = {}
        for relazione, codice, firmata, risposta in cursore.fetchall():
            trovate.setdefault(relazione, []).append(FattiOsservazione(codice, firmata, risposta))
    return {pk: tuple(elenco) for pk, elenco in trovate.items()}


def cifre_mosse(relazioni: Sequence[RelazioneSemestrale]) -> dict[int, tuple[str, ...]]:
    """Of each submitted report the figures, words and files that are no longer as they were frozen:
    which, from what, to what (R54). Where nothing moved, nothing."""
    congelate = [r for r in relazioni if r.istantanea]
    if not congelate:
        return {}
    adesso = canonico.istantanee([r.pk for r in congelate])
    ultime = _ultime([r.pk for r in congelate if r.istantanea != adesso[r.pk]])
    return {
        r.pk: tuple(canonico.differenze(r.istantanea, adesso[r.pk], fasi=r.pk in ultime))
        for r in congelate
        if r.istantanea != adesso[r.pk]
    }


def _ultime(relazioni: Sequence[int]) -> frozenset[int]:
    """Of these reports those of a last period: after them no phase goes on."""
    if not relazioni:
        return frozenset()
    with connection.cursor() as cursore:
        cursore.execute(
            "SELECT r.id FROM cycle_relazionesemestrale r "
            "  JOIN cycle_periodo p ON p.id = r.periodo_id "
            " WHERE r.id = ANY (%s) AND NOT EXISTS (SELECT 1 FROM cycle_periodo d "
            "       WHERE d.ciclo_id = p.ciclo_id AND d.ordine > p.ordine)",
            [list(relazioni)],
        )
        return frozenset(pk for (pk,) in cursore.fetchall())


def _due_decimali(valore: Decimal | None) -> Decimal | None:
    return None if valore is None else arrotonda(valore)
