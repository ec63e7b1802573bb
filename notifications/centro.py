# SPDX-License-Identifier: AGPL-3.0-or-later
"""The centre of the news: one line for each matter, with every reason for which one hears of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from notifications.models import Notifica

PER_PAGINA = 50

DA_LEGGERE, URGENTI, APERTE, SILENZIATE, TUTTE = (
    "da_leggere", "urgenti", "aperte", "silenziate", "tutte",
)  # fmt: skip
_MUTO = """EXISTS (SELECT 1 FROM notifications_muto m
                    WHERE m.persona_id = n.persona_id AND m.materia = n.materia)"""
_QUALI = {
    DA_LEGGERE: "AND chiusa_il IS NULL AND letta_il IS NULL AND NOT muta",
    URGENTI: "AND chiusa_il IS NULL AND urgenza = 'alta' AND NOT muta",
    APERTE: "AND chiusa_il IS NULL AND NOT muta",
    SILENZIATE: f"AND {_MUTO}",
    TUTTE: "",
}
_VOCI = f"""
SELECT materia, (array_agg(testo ORDER BY creata_il DESC, id DESC))[1],
       (array_agg(link ORDER BY creata_il DESC, id DESC))[1], max(creata_il),
       bool_or(letta_il IS NULL AND chiusa_il IS NULL AND NOT muta), bool_or(chiusa_il IS NULL),
       bool_or(urgenza = 'alta' AND chiusa_il IS NULL), bool_or({_MUTO}),
       array_agg(DISTINCT motivo)
  FROM notifications_notifica n
 WHERE utente_id = %(utente)s AND ente_id = %(ente)s
   AND (%(motivo)s::text = '' OR motivo = %(motivo)s) {{quali}}
 GROUP BY materia ORDER BY max(creata_il) DESC, materia
 LIMIT %(quante)s OFFSET %(salta)s
"""  # noqa: S608 - our own words
_MOTIVI = dict(Notifica.MOTIVI)


@dataclass(frozen=True, slots=True)
class Voce:
    """A matter, with the last that was said of it."""

    materia: str
    testo: str
    link: str
    quando: datetime
    da_leggere: bool
    aperta: bool
    urgente: bool
    muta: bool  # by the person's choice, but for what they must do
    codici: list[str]

    @property
    def motivi(self) -> list[str]:
        """The reasons in words."""
        return [_MOTIVI[m] for m in sorted(self.codici)]


def voci(utente_id: int, ente_id: int, quali: str, motivo: str, pagina: int) -> list[Voce]:
    """A page of the matters of a user in an ente, the latest first, and one more if there is
    another page; `motivo` restricts to a reason, '' to none."""
    with connection.cursor() as cursore:
        cursore.execute(
            _VOCI.format(quali=_QUALI[quali]),
            {
                "utente": utente_id,
                "ente": ente_id,
                "motivo": motivo,
                "quante": PER_PAGINA + 1,
                "salta": (pagina - 1) * PER_PAGINA,
            },
        )
        return [Voce(*riga) for riga in cursore.fetchall()]
