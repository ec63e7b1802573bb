# SPDX-License-Identifier: AGPL-3.0-or-later
"""The centre of the news: one line for each matter, with every reason for which one hears of it;
and one for many matters alike, which opens on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from notifications.lettura import INSIEME, SPECIE
from notifications.models import Notifica

PER_PAGINA = 50

DA_LEGGERE, URGENTI, APERTE, SILENZIATE, TUTTE = (
    "da_leggere", "urgenti", "aperte", "silenziate", "tutte",
)  # fmt: skip
_RIUNITE = (APERTE, DA_LEGGERE, URGENTI)  # where what is alike is one line: not in the past
_MUTO = """EXISTS (SELECT 1 FROM notifications_muto m
                    WHERE m.persona_id = n.persona_id AND m.oggetto = n.oggetto)"""
_QUALI = {
    DA_LEGGERE: "AND chiusa_il IS NULL AND NOT muta",
    URGENTI: "AND chiusa_il IS NULL AND NOT muta",
    APERTE: "AND chiusa_il IS NULL AND NOT muta",
    SILENZIATE: f"AND {_MUTO}",
    TUTTE: "",
}
_DI_CUI = {DA_LEGGERE: "WHERE da_leggere", URGENTI: "WHERE urgente"}
_VOCI = f"""
WITH materie AS (
    SELECT materia, {SPECIE} AS specie, max(oggetto) AS oggetto,
           (array_agg(testo ORDER BY creata_il DESC, id DESC))[1] AS testo,
           (array_agg(link ORDER BY creata_il DESC, id DESC))[1] AS link,
           max(creata_il) AS quando,
           bool_or(letta_il IS NULL AND chiusa_il IS NULL AND NOT muta) AS da_leggere,
           bool_or(chiusa_il IS NULL) AS aperta,
           bool_or(urgenza = 'alta' AND chiusa_il IS NULL) AS urgente,
           bool_or(motivo = 'da_fare' AND chiusa_il IS NULL) AS tocca,
           bool_or({_MUTO}) AS muta, string_agg(DISTINCT motivo, ' ') AS motivi,
           bool_or(%(motivo)s::text IN ('', motivo)) AS chiesta
      FROM notifications_notifica n
     WHERE utente_id = %(utente)s AND ente_id = %(ente)s
       AND (%(specie)s::text = '' OR {SPECIE} = %(specie)s) {{quali}}
     GROUP BY materia
), volute AS (
    SELECT * FROM (SELECT * FROM materie WHERE chiesta) m {{di_cui}}
), contate AS (
    SELECT *, CASE WHEN %(riunite)s AND count(*) OVER simili > {INSIEME}
                   THEN format('%%s %%s %%s', specie, tocca, urgente) ELSE materia END AS riga
      FROM volute
    WINDOW simili AS (PARTITION BY specie, tocca, urgente)
)
SELECT (array_agg(materia ORDER BY quando DESC, materia))[1], min(specie), min(oggetto),
       (array_agg(testo ORDER BY quando DESC, materia))[1],
       (array_agg(link ORDER BY quando DESC, materia))[1], max(quando),
       count(*) FILTER (WHERE da_leggere), bool_or(aperta), bool_or(urgente), bool_or(tocca),
       bool_or(muta), string_agg(DISTINCT motivi, ' '), count(*)
  FROM contate
 GROUP BY riga ORDER BY max(quando) DESC, riga
 LIMIT %(quante)s OFFSET %(salta)s
"""  # noqa: S608 - our own words
_MOTIVI = dict(Notifica.MOTIVI)


@dataclass(frozen=True, slots=True)
class Voce:
    """A matter, with the last that was said of it; or many alike, with the last of them."""

    materia: str
    specie: str  # its first word
    oggetto: str  # what is silenced
    testo: str
    link: str
    quando: datetime
    da_leggere: int  # how many of them
    aperta: bool
    urgente: bool
    tocca: bool  # something is this person's to do
    muta: bool  # by the person's choice, but for what they must do
    codici: str
    quante: int = 1

    @property
    def motivi(self) -> list[str]:
        """The reasons in words."""
        return [_MOTIVI[m] for m in sorted(set(self.codici.split()))]


@dataclass(frozen=True, slots=True)
class Domanda:
    """What is asked of the centre: which news, for a reason or for any (''), of a kind of matter
    or of any (''). Of one kind, each matter has its line."""

    quali: str = APERTE
    motivo: str = ""
    specie: str = ""


def voci(
    utente_id: int, ente_id: int, domanda: Domanda, pagina: int = 1, quante: int = PER_PAGINA
) -> list[Voce]:
    """A page of the lines of a user in an ente, the latest first, and one more if there is another
    page."""
    with connection.cursor() as cursore:
        cursore.execute(
            _VOCI.format(quali=_QUALI[domanda.quali], di_cui=_DI_CUI.get(domanda.quali, "")),
            {
                "utente": utente_id,
                "ente": ente_id,
                "motivo": domanda.motivo,
                "specie": domanda.specie,
                "riunite": not domanda.specie and domanda.quali in _RIUNITE,
                "quante": quante + 1,
                "salta": (pagina - 1) * quante,
            },
        )
        return [Voce(*riga) for riga in cursore.fetchall()]


def specie(utente_id: int, ente_id: int) -> list[str]:
    """The kinds of matter a user has ever heard of in an ente."""
    with connection.cursor() as cursore:
        cursore.execute(
            f"SELECT DISTINCT {SPECIE} FROM notifications_notifica"  # noqa: S608 - our own words
            " WHERE utente_id = %s AND ente_id = %s",
            [utente_id, ente_id],
        )
        return sorted(nome for (nome,) in cursore.fetchall())
