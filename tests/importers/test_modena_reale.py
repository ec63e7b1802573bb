# SPDX-License-Identifier: AGPL-3.0-or-later
"""Real plans, against what can be counted in their own text without reading them as the importer
does, and against the percentages they print."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import pytest

from cycle import measure
from cycle.importers.modena import leggi_modena
from cycle.importers.piano import Obiettivo, Piano, PianoIllegibile
from tests.importers.conftest import VARIABILE
from tests.importers.documento import stampa
from tests.importers.piani import senza_posizioni

CARTELLA = Path(os.environ[VARIABILE])
PIANI = sorted(CARTELLA.glob("modena*.txt"))
ALTRI = sorted(set(CARTELLA.glob("*.txt")) - set(PIANI))
if not PIANI:
    raise pytest.UsageError(f"{VARIABILE}: nella cartella non c'è nessun modena*.txt")

ogni_piano = pytest.mark.parametrize("percorso", PIANI, ids=lambda p: p.stem)


@lru_cache
def contenuto(percorso: Path) -> str:
    return percorso.read_text("utf-8")


@lru_cache
def letto(percorso: Path) -> Piano:
    return leggi_modena(percorso.read_bytes(), anno=anno(percorso))


def anno(percorso: Path) -> int:
    return int(re.findall(r"20\d\d", percorso.stem)[0])


def conta(modello: str, testo: str) -> int:
    return len(re.findall(modello, testo, re.MULTILINE))


@ogni_piano
def test_percentuali_calcolate_e_stampate_sono_uguali(percorso: Path) -> None:
    diverse = {}
    for obiettivo in letto(percorso).obiettivi:
        calcolata = measure.misura_obiettivo(da_misurare(obiettivo), measure.ParametriMisura())
        assert calcolata.percentuale is not None
        stampata = obiettivo.percentuale_stampata
        if stampata is None and not corretta(obiettivo):
            stampata = obiettivo.percentuale_convalidata
        if stampata is not None and measure.arrotonda(calcolata.percentuale) != stampata:
            diverse[obiettivo.codice] = (calcolata.percentuale, stampata)
    assert diverse == {}


def corretta(obiettivo: Obiettivo) -> bool:
    """Whether the Nucleo speaks of an error: what it validates is then not what was computed."""
    return any("errore" in r.osservazione for s in obiettivo.specifici for r in s.relazioni)


def da_misurare(obiettivo: Obiettivo) -> measure.Obiettivo:
    return measure.Obiettivo(
        codice=obiettivo.codice,
        specifici=tuple(
            measure.Specifico(
                codice=specifico.codice,
                indicatori=tuple(
                    measure.Indicatore(
                        nome=indicatore.nome,
                        peso=indicatore.peso,
                        natura=indicatore.natura,  # type: ignore[arg-type]
                        aggregazione=indicatore.aggregazione,  # type: ignore[arg-type]
                        unita_misura=indicatore.unita_misura,  # type: ignore[arg-type]
                        rilevazioni=tuple(
                            measure.Rilevazione(n, r.target, r.valore)
                            for n, r in enumerate(indicatore.rilevazioni, start=1)
                        ),
                    )
                    for indicatore in specifico.indicatori
                ),
            )
            for specifico in obiettivo.specifici
        ),
    )


@ogni_piano
def test_i_conti_tornano_con_il_testo(percorso: Path) -> None:
    testo, piano = contenuto(percorso), letto(percorso)
    specifici = list(piano.specifici())
    indicatori = [i for s in specifici for i in s.indicatori]
    codici = set(re.findall(r"Codice(?:\*\*)?[ \t\n]+([A-Z]{2}\d{6})", testo))
    assert {s.codice for s in specifici} == codici
    assert len(piano.obiettivi) == conta(r"Scheda (?:Obiettivo Esecutivo|UO) n°", testo)
    assert len(indicatori) == conta(r"\t(?:Somma|Media)$", testo)
    assert 2 * len(indicatori) == conta(r"\t(?:Positivo|Negativo)$", testo)
    assert sum(i.natura == "negativo" for i in indicatori) * 2 == conta(r"\tNegativo$", testo)
    assert sum(i.aggregazione == "media" for i in indicatori) == conta(r"\tMedia$", testo)
    data = r"\d\d/\d\d/\d\d"
    assert sum(len(s.collaboratori) for s in specifici) == conta(
        rf"^[^\t\n]*-[^\t\n]*\t{data}\t{data}\t", testo
    )
    assert sum(c.responsabile for s in specifici for c in s.collaboratori) == conta(
        rf"\t{data}\tS$", testo
    )
    assert sum(len(o.collaboratori) for o in piano.obiettivi) == conta(
        r"^[^\t\n]+-[^\t\n]*\t(?:Categoria \w+|PO|Dirigente)\t?$|^-\t\t?$", testo
    )
    assert sum(len(s.flag) for s in specifici) == conta(r"^[^\t\n]+\tSi$", testo)
    assert all(None not in (r.target, r.valore) for i in indicatori for r in i.rilevazioni)


@ogni_piano
def test_le_cifre_sono_quelle_stampate_nello_stesso_ordine(percorso: Path) -> None:
    testo, piano = contenuto(percorso), letto(percorso)
    indicatori = [i for s in piano.specifici() for i in s.indicatori]
    righe = re.findall(r"\t([\d.,]+)\t([\d.,]+)\t(?:Positivo|Negativo)$", testo, re.MULTILINE)
    assert [(r.target, r.valore) for i in indicatori for r in i.rilevazioni] == [
        (cifra(target), cifra(valore)) for target, valore in righe
    ]
    righe = re.findall(r"\t(\d+)\t([\d.,]+)\t([\d.,]+)\t(?:Somma|Media)$", testo, re.MULTILINE)
    assert [(i.peso, i.target_annuo, i.valore_annuo) for i in indicatori] == [
        tuple(cifra(c) for c in riga) for riga in righe
    ]
    assert all(sum(i.peso or 0 for i in s.indicatori) == 100 for s in piano.specifici())


def cifra(testo: str) -> Decimal:
    return Decimal(testo.replace(".", "").replace(",", "."))


@ogni_piano
def test_nessuna_parola_inventata_e_nessuna_dei_testi_perduta(percorso: Path) -> None:
    testo, piano = contenuto(percorso), letto(percorso)
    nel_file = Counter(re.findall(r"\w+", re.sub(r"<[^>]*>", " ", testo)))
    nel_piano: Counter[str] = Counter()
    for obiettivo in piano.obiettivi:
        nel_piano.update(re.findall(r"\w+", f"{obiettivo.titolo} {obiettivo.descrizione}"))
        for specifico in obiettivo.specifici:
            brani = [specifico.titolo, specifico.descrizione, specifico.affidatario]
            brani += [t for r in specifico.relazioni for t in (r.testo, r.osservazione, r.risposta)]
            brani += [i.nome for i in specifico.indicatori]
            nel_piano.update(re.findall(r"\w+", " ".join(brani)))
    assert {p: n for p, n in nel_piano.items() if n > nel_file[p]} == {}
    # Words the frame does not print must all be in the plan.
    cornice = set(re.findall(r"\w+", stampa(piano).testo))
    perdute = {p for p in nel_file if nel_piano[p] == 0} - cornice
    assert {p for p in perdute if p.isalpha() and p.islower() and len(p) > 3} == set()


@ogni_piano
def test_ogni_scheda_da_sola_si_legge_come_nel_tutto(percorso: Path) -> None:
    testo = contenuto(percorso)
    inizi = [
        m.start()
        for m in re.finditer(r"^\**Piano Esecutivo di Gestione - Sezione", testo, re.MULTILINE)
    ]
    attese = {o.codice: o for o in senza_posizioni(letto(percorso)).obiettivi}
    for inizio, fine in zip(inizi, [*inizi[1:], len(testo)], strict=True):
        solo = leggi_modena(testo[inizio:fine].encode(), anno=anno(percorso))
        for obiettivo in senza_posizioni(solo).obiettivi:
            assert senza_persone(obiettivo) == senza_persone(attese[obiettivo.codice])


def senza_persone(obiettivo: Obiettivo) -> list[object]:
    """A spelling can be proved in the whole document and not in one scheda."""
    return [
        obiettivo.titolo, obiettivo.descrizione, obiettivo.percentuale_convalidata,
        [(s.codice, s.titolo, s.descrizione, s.inizio_previsto, s.fine_prevista, s.flag,
          s.esternalizzata, s.affidatario, s.indicatori, s.relazioni,
          [(c.nome, c.dal, c.al, c.responsabile) for c in s.collaboratori])
         for s in obiettivo.specifici],
    ]  # fmt: skip


@ogni_piano
def test_stampato_pulito_e_riletto_e_lo_stesso_piano(percorso: Path) -> None:
    piano = letto(percorso)
    riletto = leggi_modena(stampa(piano).testo.encode(), anno=piano.anno)
    assert [p.nome_completo for p in riletto.persone] == [p.nome_completo for p in piano.persone]
    # A misspelt name of a head is printed as the person it is: its alias is not there any more.
    assert senza_posizioni(replace(riletto, persone=())) == senza_posizioni(
        replace(piano, persone=())
    )


@ogni_piano
def test_ogni_avviso_ha_una_riga_del_file_e_non_sono_troppi(percorso: Path) -> None:
    piano = letto(percorso)
    righe = contenuto(percorso).count("\n")
    assert all(1 <= a.riga <= righe for a in piano.avvisi)
    assert not [a for a in piano.avvisi if "non interpretata" in a.messaggio]
    assert len(piano.avvisi) < 3 * sum(1 for _ in piano.specifici())
    assert piano == leggi_modena(percorso.read_bytes(), anno=anno(percorso))


@pytest.mark.parametrize("percorso", ALTRI or PIANI, ids=lambda p: p.stem)
def test_un_documento_di_un_altro_comune_o_di_un_altro_anno_e_rifiutato(percorso: Path) -> None:
    with pytest.raises(PianoIllegibile):
        leggi_modena(percorso.read_bytes(), anno=1999)
