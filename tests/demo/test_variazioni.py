# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo's requests of variazione and reports: one for each way they can go, and nothing in force
without an Atto."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from cycle.demo.carica import carica
from cycle.models import (
    Correzione,
    Ente,
    InvitoVariazione,
    Osservazione,
    RelazioneSemestrale,
    RichiestaVariazione,
)
from notifications.models import Notifica

NOVEMBRE = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


def test_one_for_each_way_it_can_go(db_vera: None) -> None:
    ente = carica(NOVEMBRE, lambda _riga: None)  # once: it takes long
    _variazioni(ente)
    _relazioni_di_giugno(ente)
    _notizie(ente)


def _variazioni(ente: Ente) -> None:
    stati = RichiestaVariazione.objects.filter(ente=ente).values_list("stato", flat=True)
    assert sorted(stati) == [
        "approvata",
        "approvata",
        "bozza",
        "irricevibile",
        "istruita",
        "presentata",
        "respinta",
        "ritirata",
    ]
    approvate = RichiestaVariazione.objects.filter(ente=ente, stato="approvata")
    assert {(v.obiettivo.stato, v.obiettivo.versione) for v in approvate} == {
        ("in_corso", 2),
        ("stralciato", 2),
    }
    # by themselves; the others came with the osservazioni
    inviti = InvitoVariazione.objects.filter(ente=ente, invitato_il__month=7).order_by("pk")
    assert [i.declinato_il is None for i in inviti] == [True, False]
    correzioni = Correzione.objects.filter(ente=ente).order_by("pk")
    assert [c.stato for c in correzioni] == ["accolta", "segnalata"]


def _relazioni_di_giugno(ente: Ente) -> None:
    """Observed, answered, validated in a sitting, with another percentage once (R56); and, still on
    the table, one for each way it can wait."""
    giugno = RelazioneSemestrale.objects.filter(
        ente=ente, periodo__ordine=1, obiettivo__ciclo__anno=NOVEMBRE.year
    )
    percorse = giugno.filter(stato="validata", osservata_il__isnull=False)
    assert {bool(r.seduta_id and r.controdedotta_il) for r in percorse} == {True}
    assert {r.rinuncia for r in percorse} == {True, False}
    assert percorse.filter(voci__motivo__regex=r"\S").exists()
    assert sorted(r.replica_entro > NOVEMBRE for r in giugno.filter(stato="osservata")) == [
        False,
        True,
    ]
    assert giugno.filter(stato="trasmessa").exists()
    assert giugno.filter(stato="da_compilare").exists()
    osservazioni = Osservazione.objects.filter(ente=ente)
    assert osservazioni.exclude(messa_da_parte="").exists()
    assert not [o for o in osservazioni if o.testo != o.proposta]


def _notizie(ente: Ente) -> None:
    """What came in these days is to be read, and no more."""
    da_leggere = Counter(
        Notifica.objects.filter(ente_id=ente.pk, letta_il=None, chiusa_il=None).values_list(
            "persona_id", flat=True
        )
    )
    assert 0 < max(da_leggere.values()) < 20
