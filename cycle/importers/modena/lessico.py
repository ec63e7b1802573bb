# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words the layout prints: its labels, in the three places they can stand, and its closed
vocabularies. Nothing here belongs to one settore, year or programme.

A label is recognised only at the beginning of a piece of a line (`righe.py`), and only where the
layout can print it; a text that happens to contain the same words is left alone.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from cycle.importers.testo import distanza

FONTE = "modena"


class Campo(enum.Enum):
    """What a label announces."""

    CENTRO = enum.auto()
    DIRIGENTE = enum.auto()
    ASSETTO = enum.auto()
    UNITA = enum.auto()
    RESPONSABILE = enum.auto()
    SETTORE = enum.auto()
    SCHEDA = enum.auto()
    CODICE = enum.auto()
    OBIETTIVO_GENERALE = enum.auto()
    INIZIO_PREVISTO = enum.auto()
    FINE_PREVISTA = enum.auto()
    INIZIO_EFFETTIVO = enum.auto()
    FINE_EFFETTIVA = enum.auto()
    RESPONSABILE_GENERALE = enum.auto()
    RESPONSABILE_OPERATIVO = enum.auto()
    FASE = enum.auto()
    STATO = enum.auto()
    PROGRAMMA = enum.auto()
    DETTAGLIO = enum.auto()
    ANNO = enum.auto()
    AVANZAMENTO = enum.auto()
    CONVALIDATA = enum.auto()
    TIPOLOGIE_FLAG = enum.auto()
    DESCRIZIONE_FLAG = enum.auto()
    ATTIVO = enum.auto()
    COLLABORATORI = enum.auto()
    INQUADRAMENTO = enum.auto()
    TITOLO = enum.auto()
    DESCRIZIONE = enum.auto()
    ESTERNALIZZATA = enum.auto()
    AFFIDATARIO = enum.auto()
    MODALITA = enum.auto()
    DATA_INIZIO = enum.auto()
    DATA_FINE = enum.auto()
    RESP = enum.auto()
    INDICATORE = enum.auto()
    PESO = enum.auto()
    TARGET = enum.auto()
    CONSEGUITO = enum.auto()
    AGGREGAZIONE = enum.auto()


DATE = (
    Campo.INIZIO_PREVISTO,
    Campo.FINE_PREVISTA,
    Campo.INIZIO_EFFETTIVO,
    Campo.FINE_EFFETTIVA,
)
PERCENTUALI = (Campo.AVANZAMENTO, Campo.CONVALIDATA)

_DATE = {
    Campo.INIZIO_PREVISTO: r"Inizio Previsto",
    Campo.FINE_PREVISTA: r"Fine Prevista",
    Campo.INIZIO_EFFETTIVO: r"Inizio Effettivo",
    Campo.FINE_EFFETTIVA: r"Fine Effettiv[oa]",
}
_FLAG = {
    Campo.TIPOLOGIE_FLAG: r"Tipologie Flag",
    Campo.DESCRIZIONE_FLAG: r"Descrizione Flag",
    Campo.ATTIVO: r"Attivo \(S[iì]/No\)",
}
_COPERTINA = {
    Campo.CENTRO: r"Centro di Responsabilit(?:à|a'|a)",
    Campo.DIRIGENTE: r"Dirigente Responsabile",
    Campo.ASSETTO: r"ASSETTO ORGANIZZATIVO",
    Campo.UNITA: r"Unit(?:à|a'|a) Organizzativa",
    Campo.RESPONSABILE: r"Responsabile",
    Campo.INQUADRAMENTO: r"Inquadramento",
    Campo.SCHEDA: r"Scheda (?:Obiettivo Esecutivo|UO) ?n ?[°ºo.*]{0,2} ?-?",
}
_SCHEDA = {
    Campo.CENTRO: _COPERTINA[Campo.CENTRO],
    Campo.SETTORE: r"Settore",
    Campo.SCHEDA: _COPERTINA[Campo.SCHEDA],
    Campo.CODICE: r"Codice",
    Campo.OBIETTIVO_GENERALE: r"Obiettivo [Gg]enerale",
    **_DATE,
    Campo.RESPONSABILE_GENERALE: r"Responsabile Generale",
    Campo.RESPONSABILE_OPERATIVO: r"Responsabile Operativo",
    Campo.FASE: r"Fase",
    Campo.STATO: r"Stato",
    Campo.PROGRAMMA: r"Programma Operativo",
    Campo.DETTAGLIO: r"Dettaglio % Avanzamento Annuale",
    Campo.ANNO: r"Anno",
    Campo.AVANZAMENTO: r"% Avanzamento",
    Campo.CONVALIDATA: r"% (?:Annuale )?[Cc]onvalidata dal Nucleo di Valutazione",
    **_FLAG,
    Campo.COLLABORATORI: r"Collaboratori",
    Campo.INQUADRAMENTO: r"Inquadramento",
}
_SPECIFICO = {
    Campo.CENTRO: _COPERTINA[Campo.CENTRO],
    Campo.SCHEDA: _COPERTINA[Campo.SCHEDA],
    Campo.CODICE: r"Codice",
    Campo.TITOLO: r"Titolo",
    Campo.DESCRIZIONE: r"Descrizione",
    **_DATE,
    **_FLAG,
    # Four spellings of the last word are in circulation; all begin and end alike.
    Campo.ESTERNALIZZATA: r"Att\. ?Est[a-z]{2,12}izzat[ao]",
    Campo.AFFIDATARIO: r"Sogg\. ?Affidatario",
    Campo.MODALITA: r"Mod\. ?di Affidamento",
    Campo.COLLABORATORI: r"Collaboratori",
    Campo.DATA_INIZIO: r"Data Inizio",
    Campo.DATA_FINE: r"Data Fine",
    Campo.RESP: r"Resp\.",
    Campo.INDICATORE: r"Indicatore",
    Campo.PESO: r"Peso Indicatore",
    Campo.TARGET: r"Target",
    Campo.CONSEGUITO: r"Conseguito",
    Campo.AGGREGAZIONE: r"Aggregazione",
}

# Free text: it runs on until a label that may follow it, and a line of it may begin with a word
# which elsewhere is a label.
DISCORSIVI = frozenset(
    {Campo.OBIETTIVO_GENERALE, Campo.TITOLO, Campo.DESCRIZIONE, Campo.AFFIDATARIO, Campo.MODALITA}
)
PAROLE_COMUNI = frozenset(
    {Campo.SETTORE, Campo.CODICE, Campo.TITOLO, Campo.DESCRIZIONE, Campo.FASE, Campo.STATO}
)
# Labels without a value of their own: words after them mean that it is a sentence.
SOLITARI = frozenset(
    {
        Campo.ASSETTO, Campo.UNITA, Campo.RESPONSABILE, Campo.DETTAGLIO, Campo.ANNO,
        Campo.TIPOLOGIE_FLAG, Campo.DESCRIZIONE_FLAG, Campo.ATTIVO, Campo.COLLABORATORI,
        Campo.INQUADRAMENTO, Campo.DATA_INIZIO, Campo.DATA_FINE, Campo.RESP, Campo.INDICATORE,
        Campo.PESO, Campo.TARGET, Campo.CONSEGUITO, Campo.AGGREGAZIONE,
    }
)  # fmt: skip


# Of these, those that can begin a table, and so end a running text.
APRONO_TABELLE = frozenset(
    {
        Campo.DETTAGLIO,
        Campo.TIPOLOGIE_FLAG,
        Campo.DESCRIZIONE_FLAG,
        Campo.COLLABORATORI,
        Campo.INDICATORE,
    }
)


class Livello(enum.Enum):
    """Where a label can stand: the cover, the head of a scheda, a specifico."""

    COPERTINA = enum.auto()
    SCHEDA = enum.auto()
    SPECIFICO = enum.auto()


_DOPO_ETICHETTA = r"(?=$|[\s:0-9A-Z])"


def _alternativa(etichette: dict[Campo, str]) -> re.Pattern[str]:
    lunghe_prima = sorted(etichette.items(), key=lambda voce: len(voce[1]), reverse=True)
    scelte = "|".join(f"(?P<{campo.name}>{modello})" for campo, modello in lunghe_prima)
    return re.compile(f"(?:{scelte}){_DOPO_ETICHETTA}")


_ETICHETTE = {
    Livello.COPERTINA: _alternativa(_COPERTINA),
    Livello.SCHEDA: _alternativa(_SCHEDA),
    Livello.SPECIFICO: _alternativa(_SPECIFICO),
}


@dataclass(frozen=True, slots=True)
class Etichetta:
    """A recognised label, and what follows it in the same piece."""

    campo: Campo
    resto: str


def etichetta(pezzo: str, livello: Livello) -> Etichetta | None:
    """The label a piece begins with, if it is one of that level."""
    trovata = _ETICHETTE[livello].match(pezzo)
    if trovata is None or trovata.lastgroup is None:
        return None
    campo = Campo[trovata.lastgroup]
    resto = pezzo[trovata.end() :].strip()
    if resto and campo in SOLITARI:
        # Only the rest of a table heading that lost its tabs may follow.
        altra = _ETICHETTE[livello].match(resto)
        if altra is None or altra.lastgroup is None or Campo[altra.lastgroup] not in SOLITARI:
            return None
    return Etichetta(campo, resto.lstrip(": "))


# --- the frame of the document --------------------------------------------------------------

PAGINA = re.compile(r"Piano Esecutivo di Gestione ?[-–] ?Sezione (?:Obiettivi|Attivit(?:à|a'|a))")
PAGINE = re.compile(rf"(?:{PAGINA.pattern}\s*)+")
SEZIONE = re.compile(r"PEG [0-9]{4} ?[-/–] ?[0-9]{4}|SEZION[EI] (?:OBIETTIVI|ATTIVIT(?:À|A'|A))")
TITOLO_CORRENTE = re.compile(
    r"Piano dettagliato degli obiettivi.{0,60}|PIANO ESECUTIVO DI GESTIONE|[0-9]{4} - [0-9]{4}"
)
ELENCO = re.compile(r"(?i:elenco (?:obiettivi specifici|attivit(?:à|a'|a) gestionali))")
SPECIFICO = re.compile(r"Obiettivo Specifico|Attivit(?:à|a'|a) Gestionale")
CENTRO = re.compile(_COPERTINA[Campo.CENTRO])
SCHEDA = re.compile(_SCHEDA[Campo.SCHEDA] + _DOPO_ETICHETTA)
# What opens a page, a section, a scheda or a specifico.
CORNICE = re.compile(
    "|".join(
        [f"(?:{inizio.pattern})" for inizio in (PAGINA, SCHEDA, CENTRO)]
        + [rf"(?:{intera.pattern})\Z" for intera in (SEZIONE, TITOLO_CORRENTE, ELENCO, SPECIFICO)]
    )
)
SCHEDA_UO = re.compile(r"Scheda UO")
TOKEN_DI_DATA = re.compile(
    "|".join(f"(?P<{campo.name}>{modello})" for campo, modello in _DATE.items())
    + r"|(?P<DATA>[0-9OolI]{1,2}[/.-][0-9OolI]{1,2}[/.-][0-9OolI]{2,4})"
)

CODICE_SCHEDA = re.compile(r"(?:[A-Z]{1,4}[0-9]{3,6}|[0-9]{3,8})(?![0-9])")
CODICE_SPECIFICO = re.compile(r"[A-Z]{1,4}[0-9]{5,8}")

# --- closed vocabularies --------------------------------------------------------------------

AGGREGAZIONI = {
    "somma": "somma",
    "media": "media",
    "ultimo valore": "ultimo_valore",
    "massimo": "massimo",
    "minimo": "minimo",
}
NATURE = {"positivo": "positivo", "negativo": "negativo"}
ESTERNALIZZAZIONI = {
    "no": "no",
    "si parzialmente": "parzialmente",
    "sì parzialmente": "parzialmente",
    "si totalmente": "totalmente",
    "sì totalmente": "totalmente",
}
MESI = {"Giugno": 1, "Dicembre": 2}
PERIODO = re.compile(r"-{0,5} ?(?P<anno>20[0-9]{2}) (?P<mese>[A-Za-z0-9]{4,10})")
PERIODO_INGHIOTTITO = re.compile(
    r"(?:^|\s)(?:-{2,5} ?)?(?P<anno>20[0-9]{2}) (?P<mese>Giugno|Dicembre)$"
)
INQUADRAMENTO = re.compile(r"Categoria [A-Z][0-9]?|Dirigente|PO|EQ|Segretario Generale")


def quale_periodo(mese: str) -> int | None:
    """1 for the half year that ends in June, 2 in December; two wrong letters are forgiven."""
    if mese in MESI:
        return MESI[mese]
    vicini = [quale for nome, quale in MESI.items() if distanza(nome, mese, 2) <= 2]
    return vicini[0] if vicini else None


STADI = {1: "Primo", 2: "Secondo"}


def intestazioni_stadio(stadio: int) -> tuple[str, str, str]:
    """The three column headings of a stage: settore's words, Nucleo's remarks, settore's answer."""
    coda = f"{STADI[stadio].lower()} stato di avanzamento"
    return (
        f"{STADI[stadio]} Stato di Avanzamento",
        f"Eventuali osservazioni Nucleo di Valutazione – {coda}",
        f"Eventuale risposta del Settore alle osservazioni – {coda}",
    )
