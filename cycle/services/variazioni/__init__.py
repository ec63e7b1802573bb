# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every write about variazioni: `redazione` (drafts, rebase), `iter` (filing, opinions,
withdrawal), `decisione` (what the giunta decides), `inviti`, `correzioni`."""

from cycle.services.variazioni.comune import non_bozza
from cycle.services.variazioni.correzioni import decidi_correzione, segnala
from cycle.services.variazioni.decisione import (
    EsitoVariazioni,
    approva,
    decidi,
    respingi,
)
from cycle.services.variazioni.inviti import declina, invita
from cycle.services.variazioni.iter import (
    apponi_visto,
    dichiara_irricevibile,
    esprimi_parere,
    indica_atto_contabile,
    presenta,
    replica,
    ritira,
    valuta,
)
from cycle.services.variazioni.redazione import Bozza, anteprima, redigi, ribasa
from cycle.services.variazioni.uscita import esporta_registro

__all__ = [
    "Bozza",
    "EsitoVariazioni",
    "anteprima",
    "apponi_visto",
    "approva",
    "decidi",
    "decidi_correzione",
    "declina",
    "dichiara_irricevibile",
    "esporta_registro",
    "esprimi_parere",
    "indica_atto_contabile",
    "invita",
    "non_bozza",
    "presenta",
    "redigi",
    "replica",
    "respingi",
    "ribasa",
    "ritira",
    "segnala",
    "valuta",
]
