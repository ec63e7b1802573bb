# SPDX-License-Identifier: AGPL-3.0-or-later
"""Print what the Nucleo would say of a period: the shortfalls and their drafts, as JSON."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.management.base import CommandError
from django.db import transaction

from cycle import esame, orologio
from cycle.management.comando import Comando
from cycle.models import Ciclo, Periodo
from cycle.osservazioni import Bozza
from cycle.services.enti import nell_ente

CLAUSOLE = {
    "rilievo": "rilievo",
    "parole": "parole_del_settore",
    "invito": "invito_a_variazione",
    "chiesta": "variazione_chiesta",
    "perche": "richiesta_di_motivi",
}


class Command(Comando):
    help = "Stampa come JSON le osservazioni che il Nucleo farebbe su un periodo."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--ente", required=True, help="codice IPA")
        parser.add_argument("--anno", required=True, type=int, help="anno del piano")
        parser.add_argument("--periodo", required=True, help="codice del periodo: 2021-1")

    def handle(self, *args: Any, **opzioni: Any) -> None:
        """Raises CommandError when there is no such year or period."""
        with transaction.atomic():
            ciclo = (
                Ciclo.objects.select_related("ente")
                .filter(ente__codice_ipa=opzioni["ente"], anno=opzioni["anno"])
                .first()
            )
            if ciclo is None:
                raise CommandError(
                    f"L'ente {opzioni['ente']!r} non ha l'anno {opzioni['anno']}: controllare "
                    "--ente e --anno."
                )
            nell_ente(ciclo.ente_id)
            periodo = Periodo.objects.filter(ciclo=ciclo, codice=opzioni["periodo"]).first()
            if periodo is None:
                codici = Periodo.objects.filter(ciclo=ciclo).order_by("ordine")
                noti = ", ".join(codici.values_list("codice", flat=True))
                raise CommandError(
                    f"L'anno non ha il periodo {opzioni['periodo']!r}: indicarne uno fra {noti}."
                )
            lette = esame.relazioni(ciclo, periodo)
            trovate = esame.proposte(ciclo, periodo, lette, orologio.adesso())
        scritte = [_scritta(b, periodo.codice) for r in lette for b in trovate[r.pk]]
        self.stdout.write(json.dumps(scritte, ensure_ascii=False, indent=2))


def _scritta(bozza: Bozza, periodo: str) -> dict[str, Any]:
    return {
        "specifico": bozza.specifico,
        "periodo": periodo,
        "indicatori": [
            {
                "nome": r.nome,
                "previsto": _figura(r.previsto),
                "conseguito": _figura(r.conseguito),
                "esito": r.esito,
            }
            for r in bozza.rilievi
        ],
        "clausole": [CLAUSOLE[c] for c in bozza.clausole],
        "testo": bozza.testo,
    }


def _figura(valore: Decimal | date | None) -> int | float | str | None:
    if valore is None:
        return None
    if isinstance(valore, date):
        return valore.isoformat()
    return int(valore) if valore == valore.to_integral_value() else float(valore)
