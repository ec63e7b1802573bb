# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whom the sockets let in: the answers the news need of the nouns (`notifications.porte`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import connection, transaction

from cycle import orologio, permissions, selectors
from cycle.contesto import sessione
from cycle.models import Obiettivo, Persona, Utente
from notifications.porte import Ospite
from workflows.errors import NonTrovato, Rifiuto


class Portineria:
    """Who may enter is asked where the pages ask it."""

    def entra(self, scope: dict[str, Any], ipa: str) -> Ospite | None:
        """Who is logged in, is somebody in the ente and holds an incarico there now."""
        utente, accesso = scope.get("user"), scope["session"].session_key
        if not isinstance(utente, Utente) or accesso is None or not ipa.isprintable():
            return None
        try:
            with sessione(utente, ipa, "web") as contesto:
                incarichi = frozenset(i.id for i in contesto.attore.incarichi)
        except Rifiuto:
            return None
        if not incarichi:
            return None
        return Ospite(
            utente.pk,
            contesto.ente.pk,
            ipa,
            accesso,
            utente.get_session_auth_hash(),
            incarichi,
        )

    def ancora(self, ospiti: Iterable[Ospite]) -> set[Ospite]:
        """Those whose session lives, whose password is the same, who are still let in, and who may
        do what they could when they came in."""
        per_ente: defaultdict[int, list[Ospite]] = defaultdict(list)
        for ospite in self._con_accesso(list(ospiti)):
            per_ente[ospite.ente_id].append(ospite)
        rimasti: set[Ospite] = set()
        for ente, suoi in per_ente.items():
            with _nell_ente(ente):
                persone = dict(
                    Persona.objects.filter(
                        ente=ente,
                        utente__in=[o.utente_id for o in suoi],
                        sospesa_il__isnull=True,
                    ).values_list("utente", "pk")
                )
                attori = permissions.attori(ente, [*persone.values()], orologio.adesso(), ())
            for ospite in suoi:
                attore = attori.get(persone.get(ospite.utente_id, 0))
                if attore and frozenset(i.id for i in attore.incarichi) == ospite.incarichi:
                    rimasti.add(ospite)
        return rimasti

    def _con_accesso(self, ospiti: list[Ospite]) -> list[Ospite]:
        vivi = set(
            Session.objects.filter(
                session_key__in={o.accesso for o in ospiti}, expire_date__gt=orologio.vero()
            ).values_list("session_key", flat=True)
        )
        impronte = {
            u.pk: u.get_session_auth_hash()
            for u in Utente.objects.filter(pk__in={o.utente_id for o in ospiti}, is_active=True)
        }
        return [o for o in ospiti if o.accesso in vivi and impronte.get(o.utente_id) == o.impronta]

    def guarda(self, ospite: Ospite, pid: str) -> tuple[int, int] | None:
        """The objective, by the filter of the pages."""
        try:
            voluto = UUID(pid)
        except ValueError:
            return None
        try:
            utente = Utente.objects.get(pk=ospite.utente_id)
            with sessione(utente, ospite.ipa, "web") as contesto:
                o = selectors.obiettivo(contesto.attore, voluto)
                return o.pk, o.revisione
        except (NonTrovato, Utente.DoesNotExist):
            return None

    def revisioni(self, ente_id: int, radici: Iterable[int]) -> dict[int, int]:
        """As the database has them now."""
        with _nell_ente(ente_id):
            return dict(
                Obiettivo.objects.filter(ente=ente_id, pk__in=list(radici)).values_list(
                    "pk", "revisione"
                )
            )


@contextmanager
def _nell_ente(ente: int) -> Iterator[None]:
    with transaction.atomic(), connection.cursor() as cursore:
        cursore.execute("SELECT set_config('ciclo.ente', %s, true)", [str(ente)])
        yield
