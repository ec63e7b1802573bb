# SPDX-License-Identifier: AGPL-3.0-or-later
"""The workbook going out: empty, or with what the ente has."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from cycle.importers.fogli import scrivi
from cycle.importers.organico import INCARICHI, PERSONE, UNITA, libro
from cycle.models import Ente, Incarico, Persona, UnitaOrganizzativa
from cycle.models.ente import TIPI_UNITA
from cycle.models.incarico import TIPI_INCARICO
from workflows.ports import RUOLI

LIBRO = libro(list(RUOLI.items()), TIPI_UNITA, TIPI_INCARICO)


def modello(ente: Ente | None = None) -> bytes:
    """The XLSX to be filled; with an ente, holding its chart, people and incarichi, so that
    loading it back changes nothing."""
    if ente is None:
        return scrivi(LIBRO)
    fuso = ZoneInfo(ente.fuso)
    unita = list(UnitaOrganizzativa.objects.filter(ente=ente).order_by("percorso"))
    codici = {u.pk: u.codice for u in unita}
    persone = list(
        Persona.objects.filter(ente=ente, segnaposto=False)
        .select_related("recapito")
        .order_by("nome_completo")
    )
    nomi = {p.pk: p.nome_completo.title() for p in persone}
    incarichi = (
        Incarico.objects.filter(ente=ente, persona__segnaposto=False)
        .select_related("delegante")
        .order_by("persona__nome_completo", "dal")
    )
    radice = next(u.pk for u in unita if u.padre_id is None)
    return scrivi(
        LIBRO,
        {
            UNITA: [
                {
                    "codice": u.codice,
                    "nome": u.nome,
                    "tipo": u.tipo,
                    "padre": "" if u.padre_id == radice else codici.get(u.padre_id or 0, ""),
                    "dal": u.dal,
                    "al": u.al,
                    "succede_a": codici.get(u.succede_a_id or 0, ""),
                }
                for u in unita
            ],
            PERSONE: [
                {
                    **dict(zip(("cognome", "nome"), _in_due(nomi[p.pk]), strict=True)),
                    "email": p.recapito.email if hasattr(p, "recapito") else "",
                    "inquadramento": p.inquadramento,
                    "matricola": p.matricola,
                }
                for p in persone
            ],
            INCARICHI: [
                {
                    "persona": nomi[i.persona_id],
                    "ruolo": i.ruolo,
                    "unita": "" if i.unita_id == radice else codici[i.unita_id],
                    "tipo": i.tipo,
                    "delegante": nomi.get(i.delegante.persona_id, "") if i.delegante else "",
                    "motivo": i.motivo,
                    "atto": i.atto_di_conferimento,
                    "dal": i.dal.astimezone(fuso).date(),
                    "al": (i.al.astimezone(fuso) - timedelta(microseconds=1)).date()
                    if i.al
                    else None,
                }
                for i in incarichi
            ],
        },
    )


def _in_due(nome: str) -> tuple[str, str]:
    """A full name in the two columns: which of its words are the surname, nobody wrote."""
    cognome, _, resto = nome.partition(" ")
    return cognome, resto or "-"
