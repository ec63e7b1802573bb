# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two spellings are one person only when it is proved."""

from __future__ import annotations

from cycle.importers.modena.grezzo import (
    CollaboratoreGrezzo,
    DocumentoGrezzo,
    SchedaGrezza,
    SpecificoGrezzo,
)
from cycle.importers.modena.persone import Anagrafe
from cycle.importers.testo import Avvisi


def anagrafe(*schede: tuple[str, list[str]]) -> Anagrafe:
    """Each scheda: the names of its head, and the tables of its specifici, names by commas."""
    documento = DocumentoGrezzo(
        schede=[
            SchedaGrezza(
                riga=n,
                tipo="OE",
                codice=f"OE000{n}",
                collaboratori=[CollaboratoreGrezzo(n, nome) for nome in testata.split(",") if nome],
                specifici=[
                    SpecificoGrezzo(
                        n, collaboratori=[CollaboratoreGrezzo(n, nome) for nome in nomi.split(",")]
                    )
                    for nomi in tabelle
                ],
            )
            for n, (testata, tabelle) in enumerate(schede)
        ]
    )
    return Anagrafe(documento, Avvisi())


def test_chi_e_solo_sotto_e_chi_e_solo_in_testata_con_una_lettera_diversa() -> None:
    persone = anagrafe(("FORTEBRACCI-LUDMILLA", ["FORTEBRACI-LUDMILLA", "FORTEBRACI-LUDMILLA"]))
    assert persone.persona("FORTEBRACCI LUDMILLA") == "FORTEBRACI LUDMILLA"  # the more frequent
    assert [p.alias for p in persone.persone()] == [("FORTEBRACCI LUDMILLA",)]


def test_due_lettere_solo_se_l_altro_e_molto_piu_frequente() -> None:
    giusto, storpio = "IMBRIANI-TEODOLINDA", "IMBRIANI-TEODLNDA"
    assert anagrafe((giusto, [giusto, giusto, storpio])).persona("IMBRIANI TEODLNDA") == (
        "IMBRIANI TEODOLINDA"
    )
    assert anagrafe(("", [giusto, giusto, storpio])).persona("IMBRIANI TEODLNDA") == (
        "IMBRIANI TEODLNDA"
    )


def test_nella_stessa_tabella_sono_due_persone() -> None:
    nomi = "IMBRIANI-ERMENEGILDO,IMBRIANI-ERMENEGILDA"
    vicini = "NICOTRA-QUINTILIA,NICOTTRA-QUINTILIA"
    persone = anagrafe((nomi, [nomi] * 5), (vicini, [vicini.split(",")[0]] * 9))
    assert len(persone.persone()) == 4


def test_cambia_solo_la_desinenza_sono_due_persone() -> None:
    persone = anagrafe(("BELLI-FRANCESCA", ["BELLI-FRANCESCA"] * 9 + ["BELLI-FRANCESCO"]))
    assert persone.persona("BELLI FRANCESCO") == "BELLI FRANCESCO"
    assert anagrafe(("BELLI-DANIEL", ["BELLI-DANIEL"] * 9 + ["BELLI-DANIELA"])).persona(
        "BELLI DANIELA"
    ) == ("BELLI DANIELA")


def test_in_un_altra_scheda_non_e_provato() -> None:
    giusto, storpio = "SCOPELLITI-ZENOBIA", "SCOPELITI-ZENOBIA"
    persone = anagrafe((giusto, [giusto] * 9), ("", [storpio]))
    assert persone.persona("SCOPELITI ZENOBIA") == "SCOPELITI ZENOBIA"


def test_tra_due_candidati_non_si_sceglie() -> None:
    uno, due = "RAGNEDDA-VENANZIO", "RAGNEDDI-VENANZIO"
    entrambi = f"{uno},{due}"
    persone = anagrafe((entrambi, [entrambi] * 5 + ["RAGNEDD-VENANZIO"]))
    assert persone.persona("RAGNEDD VENANZIO") == "RAGNEDD VENANZIO"


def test_solo_spazi_e_apostrofi_sono_la_stessa_persona() -> None:
    persone = anagrafe(("DE FRANCISCIS-IVO", ["DE FRANCISCIS-IVO"] * 3 + ["DEFRANCISCIS-IVO"]))
    assert persone.persona("DEFRANCISCIS IVO") == "DE FRANCISCIS IVO"


def test_il_dubbio_si_dice_una_volta() -> None:
    avvisi = Avvisi()
    documento = DocumentoGrezzo(
        schede=[
            SchedaGrezza(
                1, "OE", "OE0001",
                collaboratori=[CollaboratoreGrezzo(2, "UMBERTAZZI-OTTAVIA"),
                               CollaboratoreGrezzo(3, "LUPI-EVA")],
                specifici=[SpecificoGrezzo(4, collaboratori=[
                    CollaboratoreGrezzo(5, "UMBRETAZZZI-OTTAVIA")])],
            )
        ]
    )  # fmt: skip
    persone = Anagrafe(documento, avvisi)
    for _ in range(2):
        for nome in ("UMBRETAZZZI OTTAVIA", "UMBERTAZZI OTTAVIA"):
            persone.avvisa(5, "OE000101", nome)
    assert [a.messaggio for a in avvisi.numerati()] == [
        "«UMBRETAZZZI OTTAVIA» somiglia a «UMBERTAZZI OTTAVIA», ma non è provato: restano due "
        "persone"
    ]
