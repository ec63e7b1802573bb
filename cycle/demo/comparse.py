# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who can be impersonated in the demo, one click away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from cycle.models import Ente, Incarico
from workflows.ports import RUOLI


@dataclass(frozen=True, slots=True)
class Comparsa:
    """Somebody with a login."""

    username: str
    nome: str


@dataclass(frozen=True, slots=True)
class Parte:
    """Who holds a role."""

    ruolo: str
    comparse: tuple[Comparsa, ...]


@dataclass(frozen=True, slots=True)
class Cast:
    """The people of an ente: those who serve the whole of it, then those of each unit."""

    ente: Ente
    di_ente: tuple[Parte, ...]
    di_unita: tuple[tuple[str, tuple[Parte, ...]], ...]


def comparse(istante: datetime) -> list[Cast]:
    """Who serves at `istante`, by ente, unit and role; two queries."""
    in_vigore = (
        Incarico.objects.filter(
            Q(al__isnull=True) | Q(al__gt=istante),
            dal__lte=istante,
            persona__utente__isnull=False,
        )
        .select_related("persona__utente", "unita")
        .order_by("unita__percorso", "persona__nome_completo")
    )
    per_ente: dict[int, list[Incarico]] = {}
    for incarico in in_vigore:
        per_ente.setdefault(incarico.ente_id, []).append(incarico)
    return [_cast(ente, per_ente.get(ente.pk, ())) for ente in Ente.objects.order_by("pk")]


def _cast(ente: Ente, incarichi: Iterable[Incarico]) -> Cast:
    di_ente: list[Incarico] = []
    di_unita: dict[str, list[Incarico]] = {}
    for incarico in incarichi:
        if incarico.unita.padre_id is None:
            di_ente.append(incarico)
        else:
            di_unita.setdefault(incarico.unita.nome, []).append(incarico)
    return Cast(
        ente,
        _parti(di_ente),
        tuple((nome, _parti(suoi)) for nome, suoi in sorted(di_unita.items())),
    )


def _parti(incarichi: Iterable[Incarico]) -> tuple[Parte, ...]:
    per_ruolo: dict[str, dict[str, Comparsa]] = {}
    for i in incarichi:
        if i.persona.utente is not None:
            comparsa = Comparsa(i.persona.utente.username, str(i.persona))
            per_ruolo.setdefault(i.ruolo, {})[comparsa.username] = comparsa
    return tuple(
        Parte(nome, tuple(per_ruolo[ruolo].values()))
        for ruolo, nome in RUOLI.items()
        if ruolo in per_ruolo
    )
