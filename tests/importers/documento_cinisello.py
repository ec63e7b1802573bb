# SPDX-License-Identifier: AGPL-3.0-or-later
"""Schede of an invented comune in Cinisello's layout, whose tables a scanner read in many ways:
row by row, with the right half apart, column by column, two columns at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple


class Fase(NamedTuple):
    righe: tuple[str, ...]  # of the description, as they are printed
    peso: str
    avanzamento: str
    previste: tuple[str, str]
    effettive: tuple[str, str]
    chi: tuple[str, ...]  # on one line, or on two
    centro: tuple[str, ...]
    note: tuple[str, ...] = ()


FASI = (
    Fase(
        ("Rilievo delle fontane e", "dei lavatoi della valle"),
        "33,00",
        "100,00",
        ("01/01/2031", "30/06/2031"),
        ("01/02/2031", "15/06/2031"),
        ("PUGLIATTI NICODEMO",),
        ("SERV. ACQUE, FOSSI,", "GRONDE"),
        ("rilievo chiuso", "a giugno"),
    ),
    Fase(
        ("Restauro delle vasche",),
        "33,00",
        "80,00",
        ("01/04/2031", "30/11/2031"),
        ("01/05/2031", "31/12/2031"),
        ("MALASPINA", "DESDEMONA"),
        ("SERVIZIO SORGENTI",),
        ("slitta al 2032",),
    ),
    Fase(
        ("acqua di nuovo corrente", "in tutte le frazioni", "alte"),
        "34,00",
        "0,00",
        ("01/09/2031", "31/12/2031"),
        ("01/09/2031", "31/12/2031"),
        ("PUGLIATTI NICODEMO",),
        ("SERV. ACQUE, FOSSI,", "GRONDE"),
        ("da avviare",),
    ),
)
TITOLO = "Rimettere in acqua le fontane della valle, con I'aiuto di chi le ricorda."
COPERTINA = """Data elaborazione 11/04/2032

Centro di Responsabilita  07_S_2030 SETT. BOSCHI E ACQUE

"""
TESTATA = f"""
;@ Citta' di Fontanarsa SCHEDA PEG DI RENDICONTAZIONE

OBIETTIVO DI PEG Area Tematica Assessorato Direzione Direttore
2031_S07_30 Ambiente - Parchi -
2. ACQUE CHIARE Montagna e
Sentieri del lago
{TITOLO} Centro di responsabilita Responsabile
SETTORE BOSCHI E  GUIDOBALDI ZENOBIA
ACQUE MINERALI
"""
NODI = """Tipo di Obiettivo Gestionale Collegato a
OBIETTIVO DI MANDATO: DUP_02 ACQUE CHIARE
OBIETTIVO DI MISSIONE: DUP_02_ 0901 Tutela dei corsi
OBIETTIVO DI PROGRAMMA: DUP_02 0901 0101 Fontane
STATO DI ATTUAZIONE AL 31 DICEMBRE
Le fontane scorrono.
"""
INTESTAZIONE = """FASI
Inizio Previsto Fine Prevista
Descrizione Peso Avanz. Inizio Effettivo Fine Effettiva Responsabile \
Centro di Responsabilta Note
"""


def _blocchi(*blocchi: Sequence[str]) -> str:
    """Blocks of lines, a blank line between two."""
    return "\n\n".join("\n".join(blocco) for blocco in blocchi) + "\n"


def per_riga(fasi: Sequence[Fase]) -> str:
    righe = []
    for f in fasi:
        righe.append(
            f"{f.righe[0]} {f.peso} {f.avanzamento} {' '.join(f.previste)} {f.chi[0]} {f.centro[0]}"
        )
        sotto = [f.righe[1] if len(f.righe) > 1 else "", *f.chi[1:], *f.centro[1:]]
        righe.append(" ".join(parte for parte in sotto if parte))
        righe.append(" ".join(f.effettive))
        righe += f.righe[2:]
    return INTESTAZIONE + "\n".join(righe) + "\n"


def destra_staccata(fasi: Sequence[Fase]) -> str:
    righe = ["FASI", "Inizio Previsto", "Descrizione Peso Avanz. Inizio Effettivo"]
    for f in fasi:
        righe.append(f"{f.righe[0]} {f.peso} {f.avanzamento} {f.previste[0]}")
        righe += [*f.righe[1:2], f.effettive[0], *f.righe[2:]]
    righe += ["", "Fine Prevista", "Fine Effettiva Responsabile Centro di Responsabilta", ""]
    for f in fasi:
        righe.append(f"{f.previste[1]} {f.chi[0]} {f.centro[0]}")
        righe.append(" ".join((*f.chi[1:], *f.centro[1:])))
        righe += [f.effettive[1], ""]
    return "\n".join(righe) + "\n"


def fini_da_sole(fasi: Sequence[Fase]) -> str:
    """The ends of each row, one below the other, with nothing beside them."""
    righe = ["FASI", "Inizio Previsto", "Descrizione Peso Avanz. Inizio Effettivo"]
    for f in fasi:
        righe.append(f"{f.righe[0]} {f.peso} {f.avanzamento} {f.previste[0]}")
        righe += [*f.righe[1:], f.effettive[0]]
    righe += ["", "Fine Prevista", "Fine Effettiva", ""]
    righe += [f"{f.previste[1]}\n{f.effettive[1]}\n" for f in fasi]
    righe += ["Responsabile Centro di Responsabilta", ""]
    for f in fasi:
        righe += [f"{f.chi[0]} {f.centro[0]}", " ".join((*f.chi[1:], *f.centro[1:])), ""]
    return "\n".join(righe) + "\n"


def verticale(fasi: Sequence[Fase]) -> str:
    return _blocchi(
        ["FASI"],
        ["Descrizione"],
        *(f.righe for f in fasi),
        ["Peso"],
        *([f.peso] for f in fasi),
        ["Avanz."],
        *([f.avanzamento] for f in fasi),
        ["Inizio Previsto", "Inizio Effettivo"],
        *((f.previste[0], f.effettive[0]) for f in fasi),
        ["Fine Prevista", "Fine Effettiva"],
        *((f.previste[1], f.effettive[1]) for f in fasi),
        ["Responsabile"],
        *(f.chi for f in fasi),
        ["Centro di Responsabilta"],
        *(f.centro for f in fasi),
        ["Note"],
        *(f.note for f in fasi),
    )


def verticale_a_coppie(fasi: Sequence[Fase]) -> str:
    return _blocchi(
        ["FASI"],
        ["Descrizione"],
        *(f.righe for f in fasi),
        ["Peso Avanz."],
        *([f"{f.peso} {f.avanzamento}"] for f in fasi),
        ["Inizio Previsto Fine Prevista", "Inizio Effettivo Fine Effettiva"],
        *((" ".join(f.previste), " ".join(f.effettive)) for f in fasi),
        ["Responsabile Centro di Responsabilta"],
        *(
            (f"{f.chi[0]} {f.centro[0]}", " ".join((*f.chi[1:], *f.centro[1:])))
            for f in fasi
        ),
        ["Note"],
        *(f.note for f in fasi),
    )  # fmt: skip


def date_a_parte(fasi: Sequence[Fase]) -> str:
    """Descriptions with weight and progress in rows, the rest in columns."""
    return _blocchi(
        ["FASI"],
        ["Descrizione Peso Avanz."],
        *(
            (f"{f.righe[0]} {f.peso} {f.avanzamento}", *f.righe[1:])
            for f in fasi
        ),
        ["Inizio Previsto", "Inizio Effettivo"],
        *((f.previste[0], f.effettive[0]) for f in fasi),
        ["Fine Prevista", "Fine Effettiva"],
        *((f.previste[1], f.effettive[1]) for f in fasi),
        ["Responsabile"],
        *(f.chi for f in fasi),
    )  # fmt: skip


LAYOUT: dict[str, Callable[[Sequence[Fase]], str]] = {
    f.__name__: f
    for f in (
        per_riga, destra_staccata, fini_da_sole, verticale, verticale_a_coppie, date_a_parte
    )
}  # fmt: skip


def scheda(fasi: str, indicatori: str = "") -> str:
    return f"{COPERTINA}{TESTATA}{NODI}{TESTATA}{fasi}{indicatori}"
