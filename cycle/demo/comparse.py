# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who can be impersonated in the demo, one click away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from cycle.models import Ente, Incarico, UnitaOrganizzativa
from workflows.ports import RUOLI


@dataclass(frozen=True, slots=True)
class Comparsa:
    """Somebody with a login, the role they play, and the unit when it is not the whole group's."""

    username: str
    nome: str
    ruolo: str
    unita: str


@dataclass(frozen=True, slots=True)
class Cast:
    """The people of an ente: by role those who serve the whole of it, by settore the others."""

    ente: Ente
    di_ente: tuple[tuple[str, tuple[Comparsa, ...]], ...]
    di_settore: tuple[tuple[str, tuple[Comparsa, ...]], ...]


def comparse(istante: datetime) -> list[Cast]:
    """Who serves at `istante`, in three queries."""
    in_vigore = (
        Incarico.objects.filter(
            Q(al__isnull=True) | Q(al__gt=istante),
            dal__lte=istante,
            persona__utente__isnull=False,
        )
        .select_related("persona__utente", "unita")
        .order_by("unita__percorso", "persona__nome_completo")
    )
    settori = dict(
        UnitaOrganizzativa.objects.filter(
            padre__isnull=False, padre__padre__isnull=True
        ).values_list("percorso", "nome")
    )
    per_ente: dict[int, list[Incarico]] = {}
    for incarico in in_vigore:
        per_ente.setdefault(incarico.ente_id, []).append(incarico)
    return [_cast(ente, per_ente.get(ente.pk, ()), settori) for ente in Ente.objects.order_by("pk")]


def _cast(ente: Ente, incarichi: Iterable[Incarico], settori: Mapping[str, str]) -> Cast:
    di_ente: dict[str, dict[str, Comparsa]] = {}
    di_settore: dict[str, dict[str, Comparsa]] = {}
    for i in incarichi:
        settore = next((n for p, n in settori.items() if i.unita.percorso.startswith(p)), "")
        gruppi, gruppo = (di_settore, settore) if settore else (di_ente, i.ruolo)
        utente = i.persona.utente
        if utente is not None:
            gruppi.setdefault(gruppo, {}).setdefault(
                utente.username,
                Comparsa(
                    utente.username,
                    str(i.persona),
                    i.ruolo,
                    "" if i.unita.nome == settore else i.unita.nome,
                ),
            )
    return Cast(
        ente,
        tuple((nome, tuple(di_ente[r].values())) for r, nome in RUOLI.items() if r in di_ente),
        tuple((nome, tuple(sue.values())) for nome, sue in sorted(di_settore.items())),
    )
