# SPDX-License-Identifier: AGPL-3.0-or-later
"""The news of a set that goes to the giunta: one matter, whatever the number of its objectives.

Who must give a parere is told first, then who records the decision, then the settori concerned;
controllo, whose set it is, always."""

from __future__ import annotations

import json
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from cycle import permissions
from workflows.guards_insieme import NOMI_PARERI, incarico_del_parere
from workflows.ports import Attore, Azione, Destinatario, Fascicolo, Notizia
from workflows.verdetto import permesso

# The holders of the roles, those responsible for the objectives once decided, who gave a parere.
_INTERESSATI = """
WITH interessati AS (
    SELECT i.persona_id, CASE WHEN i.ruolo = 'controllo' THEN 'responsabile'
                              ELSE 'da_fare' END AS motivo
      FROM cycle_incarico i
     WHERE i.ente_id = %(ente)s
       AND i.ruolo IN (SELECT jsonb_array_elements_text(%(ruoli)s))
       AND i.dal <= %(istante)s AND (i.al IS NULL OR i.al > %(istante)s)
    UNION
    SELECT r.persona_id, 'responsabile'
      FROM cycle_voceinsieme v
      JOIN cycle_obiettivo o ON o.id = v.obiettivo_id
     CROSS JOIN LATERAL (VALUES (o.responsabile_generale_id),
                                (o.responsabile_operativo_id)) AS r (persona_id)
     WHERE v.insieme_id = %(insieme)s AND %(deciso)s
    UNION
    SELECT p.persona_id, 'ha_agito' FROM cycle_parere p WHERE p.insieme_id = %(insieme)s
), persone AS (
    SELECT persona_id AS id, json_agg(motivo) AS perche
      FROM interessati
     WHERE persona_id IS DISTINCT FROM %(autore)s
     GROUP BY persona_id
)
"""


def dell_insieme(azione: Azione, dopo: Fascicolo, insieme: Any) -> Notizia:
    """The news of what was done with a set, whose facts are now `dopo`."""
    serve = permessi_attesi(dopo)
    ruoli = {"controllo"}.union(*(permissions.PERMESSI[p] for p in serve))
    candidati = permissions.attori_fra(
        _INTERESSATI,
        {
            "insieme": dopo.id,
            "deciso": dopo.stato == "deciso",
            "ruoli": json.dumps(sorted(ruoli)),
            "autore": azione.attore.persona_id,
        },
        azione.attore.ente_id,
        azione.istante,
        serve,
    )
    scelti = []
    for chi, motivi in candidati:
        motivo = _motivo(chi, motivi, serve, dopo)
        if motivo and chi.persona_id is not None and chi.utente_id is not None:
            scelti.append(Destinatario(chi.utente_id, chi.persona_id, motivo))
    return Notizia(
        f"insieme:{dopo.id}",
        scelti,
        _testo(azione, dopo),
        reverse("insieme", args=[dopo.ente, dopo.anno, insieme.pid]),
    )


def permessi_attesi(f: Fascicolo) -> list[str]:
    """What the set waits for, as permissions: the pareri that are missing, then the decision."""
    if f.stato != "in_istruttoria" or f.insieme is None:
        return []
    mancano = [
        f"parere_{tipo}"
        for tipo in NOMI_PARERI
        if f.politica.pareri_obbligatori and tipo not in f.insieme.pareri
    ]
    return mancano or [permesso("insieme", "decidi")]


def _motivo(chi: Attore, motivi: list[str], serve: list[str], f: Fascicolo) -> str:
    """The strongest reason to tell a person; 'tocca a te' only to those who can act now."""
    if "da_fare" in motivi and any(_tocca(chi, p, f) for p in serve):
        return "da_fare"
    return next((m for m in ("responsabile", "ha_agito") if m in motivi), "")


def _tocca(chi: Attore, cosa: str, f: Fascicolo) -> bool:
    tipo = cosa.removeprefix("parere_")
    if tipo in NOMI_PARERI:
        return incarico_del_parere(tipo, f, chi) is not None
    return chi.incarico_per(cosa, f.percorso) is not None


def _testo(azione: Azione, f: Fascicolo) -> str:
    insieme = f.insieme
    n = len(insieme.voci) if insieme else 0
    chi = azione.attore.nome or _("un comando")
    if f.stato == "deciso" and azione.richiesta.atto is not None:
        atto = azione.richiesta.atto
        return _("«%(nome)s»: la giunta ha deciso con l'atto n. %(numero)s del %(data)s") % {
            "nome": f.titolo[:120],
            "numero": atto.numero,
            "data": f"{atto.data:%d/%m/%Y}",
        }
    fatti = {
        "sottoponi": _("sottoposto alla giunta"),
        "ritira": _("ritirato dall'istruttoria"),
        "annulla": _("annullato"),
        "rendi_parere": _("reso un parere"),
    }
    return _("«%(nome)s» (%(n)s obiettivi): %(fatto)s da %(chi)s") % {
        "nome": f.titolo[:120],
        "n": n,
        "fatto": fatti[azione.verbo],
        "chi": chi,
    }
