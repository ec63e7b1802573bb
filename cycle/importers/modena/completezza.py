# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether what was read is a whole plan of the year asked for."""

from __future__ import annotations

from cycle.importers.modena.grezzo import DocumentoGrezzo, SpecificoGrezzo
from cycle.importers.modena.lessico import MESI, STADI, intestazioni_stadio
from cycle.importers.piano import PianoIllegibile
from cycle.importers.righe import riga_da
from cycle.importers.testo import Avvisi, Righe

_AVVISI_SENZA_DUBBIO = 500  # below, a plan is read however small it is


def verifica(documento: DocumentoGrezzo, anno: int, righe: Righe, avvisi: Avvisi) -> None:
    """Raises `PianoIllegibile` when the file is not such a plan, is of another year, or is cut."""
    if not documento.schede:
        raise PianoIllegibile(
            "Il file non contiene nessuna «Scheda Obiettivo Esecutivo n°» né «Scheda UO n°»: non è "
            "un piano nel formato Modena. Controllare il file e il formato scelto."
        )
    if not any(scheda.specifici for scheda in documento.schede):
        raise PianoIllegibile(
            f"Riga {documento.schede[0].riga}: le schede non hanno né obiettivi specifici né "
            "attività gestionali. Il file è troncato o non è un piano nel formato Modena."
        )
    _verifica_anno(documento, anno, avvisi)
    _verifica_fine(documento, righe)


def verifica_fiducia(righe: Righe, avvisi: Avvisi) -> None:
    """Raises `PianoIllegibile` when too much of what was read is doubtful."""
    if len(avvisi) > max(_AVVISI_SENZA_DUBBIO, len(righe.testi) // 3):
        primo = avvisi.numerati()[0]
        raise PianoIllegibile(
            f"Riga {primo.riga} e altre {len(avvisi) - 1} letture sono dubbie: il testo è troppo "
            "rovinato per fidarsene. Estrarlo di nuovo dal documento originale."
        )


def _verifica_anno(documento: DocumentoGrezzo, anno: int, avvisi: Avvisi) -> None:
    if not documento.anni:
        return
    stampato = max(documento.anni, key=lambda a: (len(documento.anni[a]), a))
    if stampato != anno:
        raise PianoIllegibile(
            f"Riga {documento.anni[stampato][0]}: il piano è del {stampato}, non del {anno}. "
            f"Scegliere il file del {anno} o importarlo con --anno {stampato}."
        )
    for altro, quali in sorted(documento.anni.items()):
        if altro != anno:
            for riga in quali:
                avvisi.aggiungi(riga, "", f"il periodo è del {altro}: preso per il {anno}")


def _verifica_fine(documento: DocumentoGrezzo, righe: Righe) -> None:
    """A file cut short ends in the middle of something every other specifico has."""
    ultima = documento.schede[-1]
    if not ultima.specifici:
        raise _troncato(len(righe.testi), f"la scheda {ultima.codice} finisce prima dei contenuti")
    ultimo = ultima.specifici[-1]
    codice = ultimo.codice or ultima.codice
    if not ultimo.indicatori:
        raise _troncato(len(righe.testi), f"{codice} finisce prima degli indicatori")
    if len(ultimo.indicatori[-1].periodi) < len(MESI):
        raise _troncato(len(righe.testi), f"l'ultimo indicatore di {codice} non è intero")
    altri = [s for scheda in documento.schede for s in scheda.specifici][:-1]
    mancano = set(STADI) - set(ultimo.stadi)
    if mancano and any(not set(STADI) - set(altro.stadi) for altro in altri):
        raise _troncato(len(righe.testi), f"{codice} finisce prima degli stati di avanzamento")
    if not righe.intere and _testo_a_meta(ultimo, righe.testi[-1], len(righe.testi)):
        raise _troncato(len(righe.testi), f"il testo di {codice} si interrompe")


def _testo_a_meta(ultimo: SpecificoGrezzo, testo: str, numero: int) -> bool:
    """The last line has no line end, and fewer columns or less heading than its table."""
    riga = riga_da(numero, testo)
    righe = [r for quale in ultimo.stadi.values() for r in quale if r.tabellare]
    if riga is None or not righe:
        return False
    intestazioni = intestazioni_stadio(max(ultimo.stadi))
    if riga.pezzi[0].testo == intestazioni[0]:
        return riga.celle[-1] not in ("", intestazioni[-1])
    return len(riga.celle) < max(len(r.celle) for r in righe)


def _troncato(riga: int, motivo: str) -> PianoIllegibile:
    return PianoIllegibile(
        f"Riga {riga}: il file è troncato: {motivo}. Copiarlo o scaricarlo di nuovo per intero."
    )
