# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is not such a plan is refused whole, with a sentence that says what is wrong, where, and
what to do; what can be read in another encoding is read."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from cycle.importers import testo
from cycle.importers.modena import leggi_modena
from cycle.importers.piano import PianoIllegibile
from tests.importers.piani import senza_posizioni

PULITO = (Path(__file__).parent / "fixtures" / "modena-pulito-2031.txt").read_text("utf-8")


def rifiuto(contenuto: bytes, anno: int = 2031) -> str:
    with pytest.raises(PianoIllegibile) as errore:
        leggi_modena(contenuto, anno=anno)
    return str(errore.value)


@pytest.mark.parametrize(
    ("contenuto", "cosa", "rimedio"),
    [
        pytest.param(b"", "vuoto", "scegliere il file", id="vuoto"),
        pytest.param(b" \n\t\r\n", "vuoto", "scegliere il file", id="bianco"),
        pytest.param(b"%PDF-1.7\n%\xe2\xe3", "un PDF", "estrarre il testo", id="pdf"),
        pytest.param(b"PK\x03\x04\x14\x00", "compresso", "estrarre il testo", id="docx"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1", "Office", "estrarre il testo", id="doc"),
        pytest.param(b"abc\x00def\n", "byte nulli", "UTF-8", id="binario"),
        pytest.param(bytes(range(1, 32)) * 50, "controllo", "UTF-8", id="caratteri di controllo"),
        pytest.param(b"\xff\xfe\x00\x00a\x00\x00\x00", "UTF-32", "UTF-8", id="utf-32"),
        pytest.param(b"Caro diario,\noggi nulla.\n", "nessuna «Scheda", "formato", id="diario"),
        pytest.param(b"<html><script>while(1);</script></html>\n", "nessuna «Scheda", "formato",
                     id="pagina web"),
    ],
)  # fmt: skip
def test_non_e_un_piano(contenuto: bytes, cosa: str, rimedio: str) -> None:
    messaggio = rifiuto(contenuto)
    assert cosa in messaggio
    assert rimedio in messaggio


def test_troppo_grande_troppe_righe_righe_troppo_lunghe(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "lunga 100001 caratteri" in rifiuto(b"x\n" + b"y" * 100_001 + b"\n")
    assert "Riga 2:" in rifiuto(b"x\n" + b"y" * 100_001 + b"\n")
    monkeypatch.setattr(testo, "MASSIMO_RIGHE", 100)
    assert "il massimo è 100: dividere il documento" in rifiuto(PULITO.encode())
    monkeypatch.setattr(testo, "MASSIMO_BYTE", 1024 * 1024)
    assert "troppo grande" in rifiuto(b"z" * (1024 * 1024 + 1))


# --- encodings ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "contenuto",
    [
        pytest.param(codecs.BOM_UTF8 + PULITO.encode(), id="utf-8 con indicatore"),
        pytest.param(PULITO.encode("utf-16"), id="utf-16"),
        pytest.param(codecs.BOM_UTF16_BE + PULITO.encode("utf-16-be"), id="utf-16 alla rovescia"),
        pytest.param(PULITO.replace("\n", "\r\n").encode(), id="a capo di Windows"),
        pytest.param(PULITO.replace("\n", "\r").encode(), id="a capo dei vecchi Mac"),
        pytest.param(PULITO.replace(" ", "\u00a0").encode(), id="spazi non separabili"),
        pytest.param(PULITO.replace("à", "a\u0300").encode(), id="accenti scomposti"),
    ],
)
def test_altre_scritture_dello_stesso_testo(contenuto: bytes) -> None:
    piano = leggi_modena(contenuto, anno=2031)
    assert piano == leggi_modena(PULITO.encode(), anno=2031)


def test_windows_1252_si_legge_con_un_avviso() -> None:
    piano = leggi_modena(PULITO.encode("cp1252"), anno=2031)
    assert senza_posizioni(piano) == senza_posizioni(leggi_modena(PULITO.encode(), anno=2031))
    assert "letto come Windows-1252" in piano.avvisi[0].messaggio


@pytest.mark.parametrize(
    ("contenuto", "cosa"),
    [
        pytest.param(PULITO.encode().replace("à".encode(), b"\xe0", 1), "non sono in UTF-8",
                     id="mescolanza"),
        pytest.param(PULITO.replace("–", "-").encode("cp850"), "non sono in UTF-8", id="DOS"),
        pytest.param(PULITO.encode().decode("latin-1").encode(), "convertito due volte",
                     id="due volte"),
        pytest.param(PULITO.encode("utf-16")[:-1], "danneggiato o troncato", id="utf-16 troncato"),
        pytest.param(PULITO.encode("utf-16-le"), "byte nulli", id="utf-16 senza indicatore"),
    ],
)  # fmt: skip
def test_codifiche_sbagliate(contenuto: bytes, cosa: str) -> None:
    messaggio = rifiuto(contenuto)
    assert cosa in messaggio
    assert "UTF-8" in messaggio or "UTF-16" in messaggio


# --- year, codes ----------------------------------------------------------------------------


def test_il_piano_di_un_altro_anno() -> None:
    messaggio = rifiuto(PULITO.encode(), anno=2030)
    assert "il piano è del 2031, non del 2030" in messaggio
    assert "--anno 2031" in messaggio


def test_una_scheda_ripetuta() -> None:
    inizio = PULITO.index("**Piano Esecutivo", PULITO.index("OE330102"))
    assert "il codice OE3308 è già alla riga" in rifiuto((PULITO + PULITO[inizio:]).encode())


def test_la_stessa_scheda_due_volte_di_fila() -> None:
    inizio = PULITO.index("**Piano Esecutivo", PULITO.index("30902**"))
    assert "la scheda 30903 è già alla riga" in rifiuto((PULITO + PULITO[inizio:]).encode())


def test_un_codice_di_specifico_ripetuto() -> None:
    doppio = PULITO.replace("Codice\tOE330806", "Codice\tOE330804")
    assert "il codice OE330804 è già alla riga" in rifiuto(doppio.encode())


@pytest.mark.parametrize(
    ("prima", "dopo"),
    [
        pytest.param("Codice\tOE330804\t\t\n", "", id="perduto"),
        pytest.param("Codice\tOE330804", "Codice\t???", id="illeggibile"),
    ],
)
def test_senza_codice_non_si_inventa(prima: str, dopo: str) -> None:
    assert prima in PULITO
    assert "non ha un codice leggibile" in rifiuto(PULITO.replace(prima, dopo).encode())


def test_un_codice_smisurato() -> None:
    assert "non ha un codice leggibile" in rifiuto(
        PULITO.replace("Codice\tOE330804", "Codice\tOE" + "9" * 60).encode()
    )


def test_troppi_dubbi() -> None:
    rumore = "---\t\tx\ty\tPositivo\n" * 2000
    prima = "N. pagine\t100"
    messaggio = rifiuto(PULITO.replace(prima, rumore + prima).encode())
    assert "il testo è troppo rovinato" in messaggio


# --- truncation -----------------------------------------------------------------------------


def test_troncato_in_ogni_punto_si_accetta_solo_uno_specifico_intero() -> None:
    """Cut all along a specifico: refused until both its stages are there."""
    contenuto = PULITO.encode()
    inizio = contenuto.index(b"Codice\tOE330102")
    secondo = contenuto.index(b"Secondo Stato di Avanzamento", inizio)
    for taglio in range(inizio, secondo, 5):
        messaggio = rifiuto(contenuto[:taglio])
        assert "troncato" in messaggio or "non ha un codice leggibile" in messaggio


@pytest.mark.parametrize(
    "fino_a",
    [
        "Scheda UO n° - **30903**",
        "Codice\tUO511401",
        "D'OSTUNI-CLORINDA\t01/01/31",
        "N. piante\t100\t20,00\t20,00\tSomma\n",
        "--- 2031 Giugno\t\t10,00\t10,00\tPositivo\n",
        "--- 2031 Dicembre\t\t10,00\t10,00\tPositivo\n",
        "Il vivaio ha",
    ],
)
def test_troncato_nell_ultima_scheda(fino_a: str) -> None:
    messaggio = rifiuto(PULITO[: PULITO.rindex(fino_a) + len(fino_a)].encode())
    assert "troncato" in messaggio
    assert "di nuovo per intero" in messaggio
