# SPDX-License-Identifier: AGPL-3.0-or-later
"""The days to answer the Nucleo, told to whom they concern (R55): the dirigente before they end,
the Nucleo when they have."""

from __future__ import annotations

import json
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cycle import permissions
from cycle.calendario import ultimo_giorno
from cycle.models import Ente, RelazioneSemestrale
from notifications import posta
from notifications.models import Notifica
from notifications.posta import NuovaNotifica

GIORNI = (7, 1)
PASSATA = "passata"
_CHI = {PASSATA: ("nucleo", "valida_relazione")}
_PRIMA = ("dirigente", "controdeduci_relazione")

_CON_INCARICO = """
WITH persone AS (
    SELECT DISTINCT i.persona_id AS id, NULL AS perche
      FROM cycle_incarico i
     WHERE i.ente_id = %(ente)s
       AND i.ruolo IN (SELECT jsonb_array_elements_text(%(ruoli)s))
       AND i.dal <= %(istante)s AND (i.al IS NULL OR i.al > %(istante)s)
)
"""


def passo(replica_entro: datetime, istante: datetime, fuso: str) -> str:
    """Which reminder is due: the days before, or that they have passed; "" when none is."""
    if istante >= replica_entro:
        return PASSATA
    oggi = istante.astimezone(ZoneInfo(fuso)).date()
    giorni = (ultimo_giorno(replica_entro, fuso) - oggi).days
    return str(min((g for g in GIORNI if giorni <= g), default=""))


def ricorda(ente: Ente, istante: datetime) -> int:
    """Tell what is due of the reports that wait for an answer, each step once, and settle what was
    told of the others. How many steps were told."""
    attese = {
        _materia(r, quale): (r, quale)
        for r in RelazioneSemestrale.objects.filter(
            ente=ente, stato="osservata", replica_entro__isnull=False
        ).select_related("obiettivo__unita", "periodo")
        if r.replica_entro and (quale := passo(r.replica_entro, istante, ente.fuso))
    }
    dell_ente = Notifica.objects.filter(ente_id=ente.pk)
    dette = set(dell_ente.filter(materia__in=list(attese)).values_list("materia", flat=True))
    nuove = {materia: v for materia, v in attese.items() if materia not in dette}
    aperte = dell_ente.filter(materia__startswith="replica:", chiusa_il__isnull=True)
    finite = sorted(set(aperte.values_list("materia", flat=True)) - set(attese))
    if not nuove and not finite:
        return 0
    ruoli = sorted({_CHI.get(quale, _PRIMA)[0] for _r, quale in nuove.values()})
    attori = [
        a
        for a, _perche in permissions.attori_fra(
            _CON_INCARICO, {"ruoli": json.dumps(ruoli)}, ente.pk, istante
        )
    ]
    posta.scrivi(
        [
            NuovaNotifica(
                a.utente_id,
                a.persona_id,
                materia,
                "da_fare",
                _testo(r, quale, ente.fuso),
                reverse("risposte", args=[ente.codice_ipa, r.obiettivo.pid, r.periodo.codice]),
                "normale" if quale == PASSATA else "alta",
                f"obiettivo:{r.obiettivo_id}",
            )
            for materia, (r, quale) in nuove.items()
            for a in attori
            if a.utente_id is not None
            and a.persona_id is not None
            and a.incarico_per(_CHI.get(quale, _PRIMA)[1], r.obiettivo.unita.percorso)
        ],
        materie=finite,
        ente_id=ente.pk,
        evento_id=None,
    )
    return len(nuove)


def _materia(r: RelazioneSemestrale, quale: str) -> str:
    """Of a step and of the term that holds: observed again, a report is told of again."""
    assert r.replica_entro is not None
    return f"replica:{r.pk}:{quale}:{r.replica_entro:%Y%m%d}"


def _testo(r: RelazioneSemestrale, quale: str, fuso: str) -> str:
    assert r.replica_entro is not None
    dati = {
        "codice": r.obiettivo.codice,
        "periodo": r.periodo.codice,
        "giorno": f"{ultimo_giorno(r.replica_entro, fuso):%d/%m/%Y}",
    }
    if quale == PASSATA:
        return (
            _(
                "%(codice)s, relazione %(periodo)s: il settore poteva rispondere fino al "
                "%(giorno)s e non l'ha fatto: si può validare."
            )
            % dati
        )
    return (
        ngettext(
            "%(codice)s, relazione %(periodo)s: un giorno per rispondere al Nucleo, fino al "
            "%(giorno)s.",
            "%(codice)s, relazione %(periodo)s: pochi giorni per rispondere al Nucleo, fino al "
            "%(giorno)s.",
            int(quale),
        )
        % dati
    )
