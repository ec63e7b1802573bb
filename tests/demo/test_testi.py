# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo's words: Italian that reads, and nothing taken from real plans."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from cycle.demo.comune import comune
from cycle.demo.testi import forme


@pytest.mark.parametrize(
    ("oggetto", "atteso"),
    [
        ("il ponte", "del ponte, al ponte, nel ponte, sul ponte, dal ponte"),
        (
            "lo sportello",
            "dello sportello, allo sportello, nello sportello, sullo sportello, dallo sportello",
        ),
        ("l'archivio", "dell'archivio, all'archivio, nell'archivio, sull'archivio, dall'archivio"),
        ("gli orari", "degli orari, agli orari, negli orari, sugli orari, dagli orari"),
    ],
)
def test_preposizioni(oggetto: str, atteso: str) -> None:
    voci = forme(oggetto)
    assert ", ".join(voci[v] for v in ("del", "al", "nel", "sul", "dal")) == atteso


# Only where real plans are at hand: nothing of theirs may be in the demo.
if "CYCLE_PIANI_REALI" in os.environ:
    PIANI_REALI = sorted(Path(os.environ["CYCLE_PIANI_REALI"]).glob("*.txt"))

    def parole(testo: str) -> list[str]:
        return re.findall(r"[a-zà-ù']+", testo.lower())

    def test_nessun_nome_dei_piani_reali() -> None:
        assert PIANI_REALI
        demo = comune(2026)
        reale = " ".join(parole(" ".join(p.read_text(errors="replace") for p in PIANI_REALI)))
        for persona in (*demo.corrente.persone, *demo.passato.persone):
            cognome_nome = parole(persona.nome_completo)
            for ordine in (cognome_nome, cognome_nome[::-1]):
                assert not ordine or f" {' '.join(ordine)} " not in reale

    def test_nessuna_frase_dei_piani_reali() -> None:
        """Not even eight words in a row. An osservazione is the product's own draft, whose formula
        is the Nucleo's everywhere: of it, what the demo puts in is looked at by itself."""
        demo = comune(2026)
        reale = parole(" ".join(p.read_text(errors="replace") for p in PIANI_REALI))
        brani = {tuple(reale[i : i + 8]) for i in range(len(reale) - 7)}
        for piano in (demo.corrente, demo.passato):
            testi = {o.titolo for o in piano.obiettivi} | {o.descrizione for o in piano.obiettivi}
            for specifico in piano.specifici():
                testi |= {specifico.titolo, specifico.descrizione}
                for relazione in specifico.relazioni:
                    testi |= {relazione.testo, relazione.risposta}
                testi |= {indicatore.nome for indicatore in specifico.indicatori}
            for testo in testi:
                mie = parole(testo)
                for i in range(len(mie) - 7):
                    assert tuple(mie[i : i + 8]) not in brani, " ".join(mie[i : i + 8])
