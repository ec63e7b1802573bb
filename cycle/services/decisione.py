# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the giunta decides of a set, recorded by the segreteria: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from cycle.models import DocumentoAtto, Insieme, Parere, VoceInsieme
from cycle.procedures import INSIEME, OBIETTIVO
from cycle.services import allegati
from cycle.services.enti import nell_ente
from workflows.engine import execute
from workflows.errors import Motivo, NonPossibile, NonTrovato, Tentativo
from workflows.ports import Attore, FattiAtto, Richiesta

# Told at each phase of a decision: its name, how many objectives are done, of how many.
Progresso = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Documento:
    """The PDF of the deliberation, as it was uploaded."""

    nome: str
    pezzi: Iterable[bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Decisione:
    """What the clerk records: the act (its pareri are those of the set), the reason of the giunta
    where it departs from a parere, which objectives it sends back and why. With `solo_pronti`
    those that do not pass are sent back too; else one that does not pass stops the decision."""

    atto: FattiAtto
    motivazione: str = ""
    rinviati: frozenset[int] = frozenset()
    motivo_rinvio: str = ""
    solo_pronti: bool = False
    documento: Documento | None = None


@dataclass(frozen=True, slots=True)
class EsitoDecisione:
    """The Atto, and the objectives approved and sent back, by id."""

    atto_id: int
    approvati: tuple[int, ...]
    rinviati: tuple[int, ...]
    motivi: Mapping[int, tuple[Motivo, ...]]


def decidi(
    *,
    insieme: Insieme,
    decisione: Decisione,
    by: Attore,
    istante: datetime,
    revisione: int | None = None,
    canale: str = "web",
    progresso: Progresso = lambda fase, fatto, totale: None,
) -> EsitoDecisione:
    """Record what the giunta decided of a set: one Atto, every objective approved with its version
    or sent back with the reason, the set decided; all in one transaction, or nothing.

    Raises Conflitto, naming the objectives, when the set is no longer the one that was submitted or
    read, or somebody else has decided it; NonPossibile with every reason of every objective."""
    with transaction.atomic():
        nell_ente(by.ente_id)
        progresso(_("Controllo dell'insieme"), 0, 0)
        voci = frozenset(
            VoceInsieme.objects.filter(insieme=insieme).values_list("obiettivo_id", flat=True)
        )
        if decisione.rinviati - voci:
            raise NonTrovato({})
        pareri = _pareri(insieme)
        atto = replace(
            decisione.atto,
            parere_tecnico=pareri.get("tecnico", decisione.atto.parere_tecnico),
            parere_contabile=pareri.get("contabile", decisione.atto.parere_contabile),
        )
        dati = {"insieme": str(insieme.pid)}
        execute(
            INSIEME,
            "decidi",
            [insieme.pk],
            by,
            istante,
            richiesta=Richiesta(decisione.motivazione, atto, dati=dati),
            revisioni={} if revisione is None else {insieme.pk: revisione},
            canale=canale,
        )
        if decisione.rinviati == voci:
            raise NonPossibile({insieme.pk: [_nulla_da_approvare()]}, _tentativo(insieme))
        atto_id = _atto_di(insieme)
        if decisione.documento is not None:
            _allega(atto_id, decisione.documento, by)
        progresso(_("Approvazione degli obiettivi"), 0, len(voci))
        approvati = execute(
            OBIETTIVO,
            "approva",
            sorted(voci - decisione.rinviati),
            by,
            istante,
            richiesta=Richiesta(decisione.motivazione, atto, dati=dati),
            tutti=not decisione.solo_pronti,
            canale=canale,
            atto_id=atto_id,
        )
        rinviati = tuple(sorted(decisione.rinviati | approvati.rifiutati.keys()))
        if rinviati:
            progresso(_("Rinvio degli altri"), len(approvati.eseguiti), len(voci))
            execute(
                OBIETTIVO,
                "rinvia",
                rinviati,
                by,
                istante,
                richiesta=Richiesta(decisione.motivo_rinvio),
                canale=canale,
            )
        progresso(_("Registrazione"), len(voci), len(voci))
    return EsitoDecisione(
        atto_id,
        tuple(p.oggetto.pk for p in approvati.eseguiti),
        rinviati,
        approvati.rifiutati,
    )


def _tentativo(insieme: Insieme) -> Tentativo:
    return Tentativo("insieme", "decidi", {insieme.pk: None})


def _nulla_da_approvare() -> Motivo:
    return Motivo(
        "qualcosa_si_approva",
        "R2",
        _("La giunta li rinvia tutti: non c'è nulla che questo atto approvi."),
        _("Ritirare e annullare l'insieme, poi rinviare gli obiettivi al settore, anche insieme."),
        "controllo",
    )


def _atto_di(insieme: Insieme) -> int:
    pk = Insieme.objects.values_list("atto_id", flat=True).get(pk=insieme.pk)
    assert pk is not None
    return pk


def _allega(atto_id: int, documento: Documento, by: Attore) -> None:
    allegato = allegati.deposita(ente_id=by.ente_id, nome=documento.nome, pezzi=documento.pezzi)
    DocumentoAtto.objects.create(
        ente_id=by.ente_id, atto_id=atto_id, genere="deliberazione", allegato=allegato
    )


def _pareri(insieme: Insieme) -> dict[str, str]:
    """The pareri on the set, as the act carries them, by kind."""
    resi = Parere.objects.filter(insieme=insieme, impronta=insieme.impronta).select_related(
        "persona", "ente"
    )
    return {
        p.tipo: _("%(esito)s, %(chi)s, %(giorno)s")
        % {
            "esito": p.get_esito_display().lower(),
            "chi": str(p.persona).title(),
            "giorno": f"{p.reso_il.astimezone(ZoneInfo(p.ente.fuso)):%d/%m/%Y}",
        }
        for p in resi
    }
