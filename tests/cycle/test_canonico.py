# SPDX-License-Identifier: AGPL-3.0-or-later
"""Canonical texts: the bytes under the digests never change by the way they are composed (R30)."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import Any

import pytest
from django.db import models

from cycle import canonico
from cycle.campi import APPROVATI
from cycle.models import (
    Fase,
    Indicatore,
    Obiettivo,
    ObiettivoNodo,
    ObiettivoSpecifico,
    Rilevazione,
    VersioneObiettivo,
)
from tests import mondo

pytestmark = pytest.mark.usefixtures("db")

FIGLI: dict[str, type[models.Model]] = {
    "specifici": ObiettivoSpecifico,
    "indicatori": Indicatore,
    "rilevazioni": Rilevazione,
    "fasi": Fase,
    "nodi": ObiettivoNodo,
}

# What JSON escapes and what it leaves alone, and what a person pastes from elsewhere.
TESTI = [
    "",
    'virgolette "doppie" e \\ barra rovescia / barra',
    "a capo\r\ntabulazione\tsalto\x0cindietro\x08",
    "".join(chr(n) for n in range(1, 0x20)) + "\x7f\x80\x9f",
    "è già così: «più» — l\u2019età\u2028riga\u2029paragrafo\u00a0\ufeff",
    "\U0001f6b2 \u0627\u0644\u0639 \u1e9e e\u0301 \ud7ff\ue000\uffff",
    "{}[]:,'' %s %(x)s $$ 'null'",
]


def in_python(o: Obiettivo) -> str:
    """The same text as Python's own JSON writes it: what `SCHEMA` 1 is by definition."""

    def righe(modello: type[models.Model]) -> list[dict[str, Any]]:
        nomi = APPROVATI[modello.__name__]
        campi = [c.attname for c in modello._meta.concrete_fields if c.name in nomi]
        return [
            {"id": r.pk} | {campo: getattr(r, campo) for campo in campi}
            for r in modello._default_manager.filter(obiettivo=o).order_by("pk")
        ]

    campi = {
        c.name: getattr(o, c.attname)
        for c in o._meta.concrete_fields
        if c.name in APPROVATI["Obiettivo"] and c.name != "versione"
    }
    return canonico.testo(
        {
            "schema": canonico.SCHEMA,
            "obiettivo": {**campi, "pid": str(o.pid)},
            **{nome: righe(modello) for nome, modello in FIGLI.items()},
        }
    )


@pytest.mark.parametrize("testo", TESTI, ids=range(len(TESTI)))
def test_r30_every_text_is_written_as_json_writes_it(testo: str) -> None:
    o = mondo.in_stato("bozza")
    Obiettivo.objects.filter(pk=o.pk).update(titolo=testo[:300], descrizione=testo)
    Indicatore.objects.filter(obiettivo=o).update(nome=testo[:200])
    o.refresh_from_db()
    [scritta] = canonico.schede([o]).values()
    assert scritta.encode() == in_python(o).encode()
    assert json.loads(scritta)["obiettivo"]["descrizione"] == testo


@pytest.mark.parametrize("cifra", ["0", "0.00", "0.10", "100", "100.00", "33.34", "99999.99"])
def test_r30_numbers_have_no_trailing_zeros_and_no_exponent(cifra: str) -> None:
    o = mondo.in_stato("bozza")
    Rilevazione.objects.filter(obiettivo=o).update(target=cifra)
    ObiettivoSpecifico.objects.filter(obiettivo=o).update(peso=min(float(cifra), 100))
    [scritta] = canonico.schede([o]).values()
    assert scritta == in_python(o)
    assert Decimal(json.loads(scritta)["rilevazioni"][0]["target"]) == Decimal(cifra)


def test_r30_every_scheda_of_the_world_and_the_versions_kept_of_it() -> None:
    """Dates, nulls, choices, links, no children of a kind: whatever the importer wrote."""
    tutti = list(Obiettivo.objects.all())
    Fase.objects.create(
        ente_id=tutti[0].ente_id,
        obiettivo=tutti[0],
        specifico=ObiettivoSpecifico.objects.filter(obiettivo=tutti[0])[0],
        ordine=1,
        descrizione="Avvio",
        inizio_previsto="2026-01-01",
    )
    schede = canonico.schede(tutti)
    assert schede == {o.pk: in_python(o) for o in tutti}
    versioni = VersioneObiettivo.objects.filter(numero=1).select_related("obiettivo")
    assert versioni
    for versione in versioni.exclude(obiettivo=tutti[0]):
        assert versione.contenuto == schede[versione.obiettivo_id]
        assert versione.sha256 == hashlib.sha256(versione.contenuto.encode()).hexdigest()


def test_r30_what_is_approved_is_kept_word_for_word() -> None:
    o = mondo.in_stato("proposta")
    mondo.muovi(o, "approva", "ATTI SEGRETERIA", atto=mondo.atto("canonico"))
    versione = VersioneObiettivo.objects.get(obiettivo=o)
    assert versione.numero == 1
    assert versione.contenuto == in_python(mondo.in_stato("proposta"))
    assert versione.sha256 == canonico.impronta(versione.contenuto)
