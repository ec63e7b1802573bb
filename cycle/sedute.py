# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sittings of the Nucleo as they are read: what each decided, who did not decide and why (R57,
R59)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from cycle.models import Astensione, Ciclo, RelazioneSemestrale, Seduta


def dell_anno(ciclo: Ciclo) -> list[Seduta]:
    """The sittings of a year, the last first, each with how many were there (`quanti`), how many
    reports (`validate`) and objectives (`obiettivi`) it validated, and its `astenuti`."""
    sedute: list[Seduta] = list(
        Seduta.objects.filter(ciclo=ciclo)
        .annotate(
            validate=Count("relazioni", filter=Q(relazioni__stato="validata"), distinct=True),
            obiettivi=Count("validazioni", distinct=True),
            quanti=Count("presenti", distinct=True),
        )
        .order_by("-data", "-pk")
    )
    detti: dict[int, dict[str, int]] = {}
    for pk, nome, conflitto, n in (
        Astensione.objects.filter(seduta__in=sedute)
        .values_list("seduta_id", "persona__nome_completo", "per_conflitto")
        .annotate(n=Count("obiettivo", distinct=True))
        .order_by("persona__nome_completo")
    ):
        detti.setdefault(pk, {})[astenuto(nome, conflitto)] = n
    for s in sedute:
        s.astenuti = list(detti.get(s.pk, {}).items())  # type: ignore[attr-defined]
    return sedute


def astenuto(nome: str, per_conflitto: bool) -> str:
    """Who did not decide, and whether he could not."""
    detto = nome.title()
    return _("%(nome)s (per conflitto)") % {"nome": detto} if per_conflitto else detto


def astenuti(relazione: RelazioneSemestrale) -> Sequence[str]:
    """Who did not decide on a report that was validated."""
    if relazione.seduta_id is None:
        return []
    return [
        astenuto(nome, conflitto)
        for nome, conflitto in Astensione.objects.filter(
            seduta=relazione.seduta_id, relazione=relazione
        )
        .order_by("persona__nome_completo")
        .values_list("persona__nome_completo", "per_conflitto")
    ]
