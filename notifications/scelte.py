# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person chose to hear of: by kind and way, and the objects that they silenced. What one
must do is never among what can be silenced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from notifications.models import Muto, Notifica, Preferenza


def di(ente_id: int, persona_id: int) -> Preferenza:
    """The preferences of a person: the defaults, not stored, for whoever chose nothing."""
    return Preferenza.objects.filter(ente_id=ente_id, persona_id=persona_id).first() or Preferenza(
        ente_id=ente_id, persona_id=persona_id
    )


def scegli(ente_id: int, persona_id: int, scelte: Mapping[str, Any]) -> None:
    """Store what was chosen; it holds for the open news too."""
    Preferenza.objects.update_or_create(
        persona_id=persona_id, ente_id=ente_id, defaults=dict(scelte)
    )
    _riallinea(ente_id, persona_id)


def silenzia(ente_id: int, persona_id: int, oggetto: str, *, muto: bool) -> bool:
    """Silence an object, with all the matters about it, or listen to it again; False when the
    person never heard of it."""
    if not Notifica.objects.filter(
        ente_id=ente_id, persona_id=persona_id, oggetto=oggetto
    ).exists():
        return False
    if muto:
        Muto.objects.get_or_create(ente_id=ente_id, persona_id=persona_id, oggetto=oggetto)
    else:
        Muto.objects.filter(ente_id=ente_id, persona_id=persona_id, oggetto=oggetto).delete()
    _riallinea(ente_id, persona_id)
    return True


def _riallinea(ente_id: int, persona_id: int) -> None:
    """Make the open news as silent as if they were written now."""
    preferenza = di(ente_id, persona_id)
    fuori = {
        "responsabile": not preferenza.schermo_responsabile,
        "ha_agito": not preferenza.schermo_ha_agito,
    }
    silenziati = Muto.objects.filter(persona_id=persona_id).values("oggetto")
    for motivo, spento in fuori.items():
        aperte = Notifica.objects.filter(
            ente_id=ente_id, persona_id=persona_id, motivo=motivo, chiusa_il__isnull=True
        )
        if spento:
            aperte.filter(muta=False).update(muta=True)
            continue
        aperte.filter(muta=False, oggetto__in=silenziati).update(muta=True)
        aperte.filter(muta=True).exclude(oggetto__in=silenziati).update(muta=False)
