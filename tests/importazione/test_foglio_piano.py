# SPDX-License-Identifier: AGPL-3.0-or-later
"""A whole plan in a workbook: out of every layout and back without a difference; what is wrong is
told by its cell, and nothing is written."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook, load_workbook

from cycle.exports.piano import da_database
from cycle.importers import leggi
from cycle.importers.foglio_piano import LIBRO, leggi_foglio, modello, righe, scrivi_foglio
from cycle.importers.piano import PianoIllegibile
from cycle.models import Ciclo, Obiettivo
from cycle.services.enti import apri_anno, crea_ente
from cycle.services.piano import importa
from tests import mondo
from tests.importazione.test_forme import FIXTURES, FORME, letto

TUTTE = (*FORME, "modena")


def documento(forma: str) -> Any:
    if forma != "modena":
        return letto(forma)
    percorso = next(FIXTURES.glob("modena*.txt"))
    contenuto = percorso.read_bytes()
    return leggi("modena", contenuto)


@pytest.mark.parametrize("forma", TUTTE)
def test_every_layout_goes_out_and_comes_back_the_same(forma: str) -> None:
    piano = documento(forma)
    prima = scrivi_foglio(piano)
    tornato = leggi_foglio(prima, anno=piano.anno)
    assert righe(tornato) == righe(piano)
    assert celle(scrivi_foglio(tornato)) == celle(prima)
    assert tornato.avvisi == ()


@pytest.mark.parametrize("come", ["piano", "storico"])
@pytest.mark.parametrize("forma", TUTTE)
def test_what_is_stored_of_the_workbook_is_what_is_stored_of_the_document(
    forma: str, come: str, db: None
) -> None:
    """Phases, money, past years, nodes, effort, category, matricola, units, types: the JSON of
    the one is that of the other."""
    piano = documento(forma)
    tornato = leggi_foglio(scrivi_foglio(piano), anno=piano.anno)
    esportati = []
    for ipa, quale in (("dal_documento", piano), ("dal_foglio", tornato)):
        ente = crea_ente(nome=f"Comune {ipa}", codice_ipa=ipa, istante=mondo.ADESSO)
        apri_anno(ente=ente, anno=piano.anno, istante=mondo.ADESSO, parametri=dict(piano.parametri))
        importa(ente=ente, piano=quale, come=come, istante=mondo.ADESSO)
        esportati.append(da_database(Ciclo.objects.get(ente=ente))["obiettivi"])
    assert esportati[0] == esportati[1]
    assert esportati[0]


def celle(contenuto: bytes) -> dict[str, list[tuple[Any, ...]]]:
    libro = load_workbook(io.BytesIO(contenuto))
    return {f.title: list(f.iter_rows(values_only=True)) for f in libro}


def compilato(**cambi: Any) -> bytes:
    """A small plan; `cambi` are cells by `Foglio_B2`."""
    libro: Workbook = load_workbook(io.BytesIO(scrivi_foglio(letto("cinisello"))))
    for dove, valore in cambi.items():
        foglio, cella = dove.rsplit("_", 1)
        libro[foglio][cella] = valore
    uscita = io.BytesIO()
    libro.save(uscita)
    return uscita.getvalue()


def lettera(foglio: str, nome: str) -> str:
    colonne = next(f for f in LIBRO if f.nome == foglio).colonne
    return chr(ord("A") + [c.nome for c in colonne].index(nome))


@pytest.mark.parametrize(
    ("foglio", "campo", "valore", "detto"),
    [
        ("Obiettivi", "unita", "NESSUNA", "«NESSUNA» non è nel foglio «Unita»"),
        ("Obiettivi", "responsabile_generale", "NESSUNO", "non è nel foglio «Persone»"),
        ("Specifici", "obiettivo", "ALTRO", "non è nel foglio «Obiettivi»"),
        ("Indicatori", "specifico", "ALTRO", "non è nel foglio «Specifici»"),
        ("Indicatori", "target-1", "domani", "non è un numero"),
        ("Indicatori", "target-2", 3, "Il periodo 2 non è nel foglio «Periodi»"),
        ("Fasi", "fine_prevista", "31/02/2031", "non è una data"),
        ("Relazioni", "periodo", 7, "Serve un numero intero da 1 a 1"),
        ("Programmi", "ramo", 1.5, "Serve un numero intero"),
        ("Storico", "indicatore", 99, "Lo specifico non ha tanti indicatori"),
    ],
)
def test_what_is_wrong_is_told_by_its_cell(
    foglio: str, campo: str, valore: object, detto: str
) -> None:
    cella = f"{lettera(foglio, campo)}2"
    with pytest.raises(PianoIllegibile) as no:
        leggi_foglio(compilato(**{f"{foglio}_{cella}": valore}), anno=2031)
    assert f"{foglio} {cella}:" in str(no.value)
    assert detto in str(no.value)
    assert str(no.value).endswith("Non è stato importato nulla.")


def test_the_same_code_twice_is_told(tmp_path: Path) -> None:
    codice = letto("cinisello").obiettivi[0].codice
    with pytest.raises(PianoIllegibile, match=r"Obiettivi A3: .*già in un'altra riga"):
        leggi_foglio(compilato(Obiettivi_A3=codice), anno=2031)


@pytest.mark.parametrize("contenuto", [b"", b"PK\x03\x04rotto", b"codice;titolo\n1;2\n"])
def test_what_is_no_workbook_is_refused(contenuto: bytes) -> None:
    with pytest.raises(PianoIllegibile):
        leggi_foglio(contenuto, anno=2031)


def test_the_template_is_filled_tried_and_imported(tmp_path: Path, db: None) -> None:
    vuoto, pieno = tmp_path / "vuoto.xlsx", tmp_path / "pieno.xlsx"
    call_command("modello_piano", str(vuoto))
    assert celle(vuoto.read_bytes()) == celle(modello())
    assert set(celle(modello())) >= {f.nome for f in LIBRO}
    with pytest.raises(CommandError, match="Non è stato importato nulla"):
        call_command("importa", "foglio", str(vuoto), ente="nuovo", nome="Nuovo", anno=2031)
    origine = FIXTURES / "reggio-guasto-2031.txt"
    call_command("modello_piano", str(pieno), da=["reggio", str(origine)], anno=2031)
    opzioni: dict[str, Any] = {"ente": "nuovo", "nome": "Nuovo", "anno": 2031}
    call_command("importa", "foglio", str(pieno), **opzioni, prova=True)
    assert not Ciclo.objects.filter(ente__codice_ipa="nuovo").exists()
    call_command("importa", "foglio", str(pieno), **opzioni)
    quanti = Obiettivo.objects.filter(ciclo__ente__codice_ipa="nuovo").count()
    assert quanti == len(letto("reggio").obiettivi)
