# SPDX-License-Identifier: AGPL-3.0-or-later
"""What can happen to the paper of a plan, and how names, days and figures look on it."""

from __future__ import annotations

import enum
from datetime import date
from decimal import Decimal


class Danno(enum.Enum):
    """What can happen to the paper."""

    CAMPI_INCOLLATI = "etichette e valori sulla stessa riga, tra asterischi"
    CAMPI_SPARSI = "etichette e valori su righe diverse"
    DATE_IN_COLONNA = "le quattro etichette, poi le date"
    DATE_ALTERNATE = "etichetta, data, etichetta, data"
    DATE_DOPO_I_TRATTI = "intestazione, tratti, date sciolte"
    DATE_INCOLLATE = "etichette incollate, poi le date"
    TABELLE_SPEZZATE = "l'intestazione ripetuta a metà di una tabella"
    TRATTI = "righe di tratti nelle tabelle"
    CELLE_SPEZZATE = "una cella continua nella riga dopo"
    CODE_SCIOLTE = "la fine di una cella senza più colonne"
    INTESTAZIONI_SPEZZATE = "l'intestazione di uno stadio a pezzi"
    INTESTAZIONE_NEL_TESTO = "il testo attaccato all'intestazione dello stadio"
    INTESTAZIONE_HTML = "l'intestazione ripetuta in html nella cella"
    INTESTAZIONE_SOLO_HTML = "la sola intestazione dello stadio è html nella cella"
    HTML = "capoversi ed elenchi in html"
    NOMI_IN_PICCOLO = "parte del nome di un indicatore in <small>"
    PERIODO_INGHIOTTITO = "il nome dell'indicatore ha preso l'etichetta del periodo"
    ESTERNALIZZATA_STORPIATA = "Esternalizzata scritta male"
    AFFIDAMENTO_IN_COLONNA = "etichette dell'affidamento e valori su due righe"
    TESTATA_A_DUE_COLONNE = "Responsabile Operativo e Stato perduti"
    PERCENTUALE_SCIOLTA = "una sola cifra dopo le due etichette"
    PERCENTUALE_PERDUTA = "nessuna cifra"
    NUMERO_A_CAPO = "il numero della scheda su una riga sua"
    NOMI_CON_SPAZI = "uno spazio dopo il trattino di un nome"
    TESTATA_RIPETUTA = "la testata di pagina ripetuta dentro la scheda"
    RIGHE_VUOTE = "righe vuote ovunque"


def a_meta(testo: str) -> tuple[str, str]:
    """A text cut between two words, in the middle of a sentence, tags left whole."""
    parole = testo.split(" ")
    for n in range(len(parole) // 2, len(parole)):
        prima = parole[n - 1] if n else ""
        if prima and prima[-1].isalnum() and parole[n][0].isalpha() and parole[n][0].islower():
            return " ".join(parole[:n]), " ".join(parole[n:])
    return testo, ""


def con_virgola(nome: str) -> str:
    cognome, _, resto = nome.rpartition(" ")
    return f"{cognome}, {resto}"


def data(giorno: date | None) -> str:
    return f"{giorno:%d/%m/%y}" if giorno else ""


def percento(valore: Decimal | None) -> str:
    return "" if valore is None else f"{valore:f}".replace(".", ",")


def cifra(valore: Decimal | None) -> str:
    if valore is None:
        return ""
    return f"{valore:,.2f}".replace(",", "'").replace(".", ",").replace("'", ".")
