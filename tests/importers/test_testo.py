# SPDX-License-Identifier: AGPL-3.0-or-later
"""The reading helpers every importer shares."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cycle.importers import testo as lettura
from cycle.importers.testo import (
    Avvisi,
    chiave,
    data_con_cifre_confuse,
    data_italiana,
    distanza,
    ha_html_sospetto,
    leggi_righe,
    nome_di_persona,
    numero_italiano,
    sigla,
)


@pytest.mark.parametrize(
    ("testo", "valore"),
    [
        ("1.234,56", "1234.56"), ("1234,56", "1234.56"), ("12", "12"), ("1.000", "1000"),
        ("-3,5", "-3.5"), ("− 3", "-3"), ("66,67 %", "66.67"), ("€", None), ("10,00€", "10.00"),
        ("1.00", None), ("27.00", None), ("1,2,3", None), ("12a", None), ("", None), ("١٢", None),
        ("9" * 13, None), ("1e5", None), ("NaN", None), ("0,00", "0.00"),
    ],
)  # fmt: skip
def test_numero_italiano(testo: str, valore: str | None) -> None:
    assert numero_italiano(testo) == (None if valore is None else Decimal(valore))


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_numero_italiano_torna_da_dove_e_partito(valore: Decimal) -> None:
    stampato = f"{valore:,.2f}".replace(",", "'").replace(".", ",").replace("'", ".")
    assert numero_italiano(stampato) == valore


@given(st.text(max_size=40))
def test_nessun_testo_fa_cadere_le_letture(testo: str) -> None:
    numero = numero_italiano(testo)
    assert numero is None or numero.is_finite()
    data_italiana(testo)
    data_con_cifre_confuse(testo)
    assert "\n" not in nome_di_persona(testo).strip()
    assert chiave(testo) == chiave(chiave(testo))


@pytest.mark.parametrize(
    ("testo", "giorno"),
    [
        ("31/12/21", date(2021, 12, 31)), ("1-2-2031", date(2031, 2, 1)),
        ("31.12.2021", date(2021, 12, 31)), ("31/02/21", None), ("12/2021", None),
        ("31/12/021", None), ("", None),
    ],
)  # fmt: skip
def test_data_italiana(testo: str, giorno: date | None) -> None:
    assert data_italiana(testo) == giorno


def test_cifre_scambiate_per_lettere_si_leggono_solo_a_richiesta() -> None:
    assert data_italiana("0l/O3/21") is None
    assert data_con_cifre_confuse("0l/O3/21") == date(2021, 3, 1)


@pytest.mark.parametrize(
    ("html", "testo"),
    [
        ("<p>Uno.</p> <p>Due.</p>", "Uno.\nDue."),
        ("<ul style='x'> <li>a</li><li>b</li></ul>", "a\nb"),
        ("prima<br/>dopo", "prima\ndopo"),
        ("previsto <5 conseguito> 3", "previsto <5 conseguito> 3"),
        ("a < b e c > d", "a < b e c > d"),
        ("caff&egrave; &amp; t&#232;", "caffè & tè"),
        ("<script>alert('<p>')</script>resta", "resta"),
        ("<STYLE>p{}</STYLE >resta<script>tutto il resto", "resta"),
        ("un  po'\tdi   spazi ", "un po' di spazi"),
        ("&lt;b&gt;", "<b>"),
        ("", ""),
    ],
)
def test_testo_semplice(html: str, testo: str) -> None:
    assert lettura.testo_semplice(html) == testo


def test_html_sospetto_e_quello_che_un_resoconto_non_ha() -> None:
    assert not ha_html_sospetto("<p>a</p><ul><li><small>b</small></li></ul> <b>c</b> x < y")
    assert ha_html_sospetto("<img src=x onerror=y>")
    assert ha_html_sospetto("<ScRiPt >")


@pytest.mark.parametrize(
    ("testo", "nome"),
    [
        ("ROSSI-MARIA ANNA", "ROSSI MARIA ANNA"), ("Rossi, Maria", "ROSSI MARIA"),
        ("DE  ROSSI- MARIA", "DE ROSSI MARIA"), ("D’ALÒ-IVO", "D'ALÒ IVO"), ("-", "-"),
        (" – ", "-"), ("---", ""), ("123", ""), ("", ""), ("<p>BO-LEO</p>", "BO LEO"),
    ],
)  # fmt: skip
def test_nome_di_persona(testo: str, nome: str) -> None:
    assert nome_di_persona(testo) == nome


def test_chiave_e_sigla() -> None:
    assert chiave("L’Età  dell'ORO!") == "l-eta-dell-oro" == chiave("l'eta dell’oro")
    assert sigla("Servizio Àcque e Boschi") == "SERVIZIO-ACQUE-E-BOSCHI"
    assert len(sigla("parola " * 30)) <= 40
    assert sigla("!?") == ""


@pytest.mark.parametrize(
    ("una", "altra", "quanto"),
    [("ROSAURA", "ROSTAURA", 1), ("GIUGNO", "GUIGNO", 1), ("ABCD", "AXYD", 2), ("ABC", "ABC", 0),
     ("ABC", "XYZ", 3), ("", "AB", 2), ("ABCDEFG", "A", 3)],
)  # fmt: skip
def test_distanza_fino_a_due(una: str, altra: str, quanto: int) -> None:
    assert distanza(una, altra, 2) == quanto == distanza(altra, una, 2)


def test_le_righe_tengono_il_numero_che_hanno_nel_file() -> None:
    avvisi = Avvisi()
    righe = leggi_righe("a\n\n\u2028b\x0c\x85c\u200b\n".encode(), avvisi)
    assert righe.testi == ("a", "", " b c")
    assert righe.intere
    assert [(a.numero, a.riga) for a in avvisi.numerati()] == [(1, 3)]


def test_caratteri_gia_perduti_si_segnalano() -> None:
    avvisi = Avvisi()
    leggi_righe("a\nattivit\ufffd\n".encode(), avvisi)
    assert "1 caratteri erano già perduti" in avvisi.numerati()[0].messaggio
    assert avvisi.numerati()[0].riga == 2
