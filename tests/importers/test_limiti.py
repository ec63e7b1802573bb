# SPDX-License-Identifier: AGPL-3.0-or-later
"""What no plan may hold, whichever importer read it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random

import pytest

from cycle.importers.limiti import entro_limiti
from cycle.importers.piano import Collaboratore, Nodo, Obiettivo, Piano, PianoIllegibile, Specifico
from cycle.importers.testo import Avvisi
from tests.importers.piani import piano_inventato

PIANO = piano_inventato(Random(11))


def con(**campi: object) -> Piano:
    """The plan, its first obiettivo changed."""
    primo, *altri = PIANO.obiettivi
    return replace(PIANO, obiettivi=(replace(primo, **campi), *altri))  # type: ignore[arg-type]


def con_specifico(**campi: object) -> Piano:
    primo, *altri = PIANO.obiettivi[0].specifici
    return con(specifici=(replace(primo, **campi), *altri))  # type: ignore[arg-type]


def contenuto(piano: Piano) -> tuple[Obiettivo, Specifico, str]:
    avvisi = Avvisi()
    obiettivo = entro_limiti(piano, avvisi).obiettivi[0]
    return obiettivo, obiettivo.specifici[0], "\n".join(a.messaggio for a in avvisi.numerati())


def test_un_piano_giusto_resta_com_e() -> None:
    avvisi = Avvisi()
    assert entro_limiti(PIANO, avvisi) == PIANO
    assert len(avvisi) == 0


def test_testi_troppo_lunghi_si_tagliano_e_si_dice() -> None:
    obiettivo, _, detto = contenuto(con(titolo="x" * 1001, nodi=(Nodo((("a", "", "y" * 501),)),)))
    assert len(obiettivo.titolo) == 1000
    assert len(obiettivo.nodi[0].percorso[0][2]) == 500
    assert "il titolo è lungo 1001 caratteri: tenuti i primi 1000" in detto


def test_un_nome_troppo_lungo_si_taglia_e_si_dice_una_volta() -> None:
    lungo = "ROSSI " + "A" * 195
    obiettivo, _, detto = contenuto(con(responsabile_generale=lungo, responsabile_operativo=lungo))
    assert obiettivo.responsabile_generale == lungo[:200]
    assert detto.count("è lungo 201 caratteri: tenuti i primi 200") == 1
    assert "ROSSI AAA" in detto


def test_un_codice_troppo_lungo_non_e_un_codice() -> None:
    with pytest.raises(PianoIllegibile, match="troppo lungo per essere un codice"):
        contenuto(con(codice="C" * 41))


def test_date_rovesciate() -> None:
    obiettivo, specifico, detto = contenuto(
        con_specifico(inizio_effettivo=date(2031, 5, 2), fine_effettiva=date(2031, 5, 1))
    )
    assert (specifico.inizio_effettivo, specifico.fine_effettiva) == (None, None)
    assert "le date effettive sono rovesciate (02/05/2031 - 01/05/2031)" in detto
    assert obiettivo.inizio_previsto is not None


def collaboratore(nome: str, dal: int, al: int, responsabile: bool = True) -> Collaboratore:
    return Collaboratore(nome, nome, date(2031, dal, 1), date(2031, al, 1), responsabile)


def test_un_responsabile_alla_volta_e_due_se_si_succedono() -> None:
    """R6."""
    uno, due, tre = (
        collaboratore("UNO", 1, 5), collaboratore("DUE", 5, 9), collaboratore("TRE", 10, 12),
    )  # fmt: skip
    _, specifico, detto = contenuto(con_specifico(collaboratori=(uno, due, tre)))
    assert [c.responsabile for c in specifico.collaboratori] == [True, False, True]
    assert "«DUE» è un secondo responsabile" in detto


def test_righe_ripetute_si_prendono_una_volta_i_posti_vacanti_no() -> None:
    uno, vacante = collaboratore("UNO", 1, 5, False), collaboratore("-", 1, 5, False)
    _, specifico, detto = contenuto(con_specifico(collaboratori=(uno, vacante, uno, vacante)))
    assert specifico.collaboratori == (uno, vacante, vacante)
    assert "«UNO» è stampato due volte con le stesse date" in detto


def test_pesi_e_cifre_assurde_restano_vuoti() -> None:
    indicatore = PIANO.obiettivi[0].specifici[0].indicatori[0]
    rilevazione = replace(indicatore.rilevazioni[0], valore=Decimal(10) ** 12)
    assurdo = replace(indicatore, peso=Decimal(101), rilevazioni=(rilevazione,))
    _, specifico, detto = contenuto(con_specifico(indicatori=(assurdo,)))
    assert specifico.indicatori[0].peso is None
    assert specifico.indicatori[0].rilevazioni[0].valore is None
    assert "non è tra 0 e 100" in detto
    assert "è troppo grande per essere una misura" in detto
