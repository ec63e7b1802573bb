# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the environment to the e-mail settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from cycle.corriere import impostazioni, indirizzo_di_base


@pytest.mark.parametrize(
    ("url", "porta", "tls", "ssl"),
    [
        ("smtp://posta.ente.it", 25, False, False),
        ("smtp+tls://u%40ente:p%2Fw@posta.ente.it", 587, True, False),
        ("smtps://posta.ente.it:2465", 2465, False, True),
    ],
)
def test_a_mail_server_from_its_url(url: str, porta: int, tls: bool, ssl: bool) -> None:
    s = impostazioni({"EMAIL_URL": url, "EMAIL_FROM": "ciclo@ente.it"}, Path("d"))
    assert (s["EMAIL_HOST"], s["EMAIL_PORT"]) == ("posta.ente.it", porta)
    assert (s["EMAIL_USE_TLS"], s["EMAIL_USE_SSL"]) == (tls, ssl)
    assert s["DEFAULT_FROM_EMAIL"] == "ciclo@ente.it"
    if "@posta" in url:
        assert (s["EMAIL_HOST_USER"], s["EMAIL_HOST_PASSWORD"]) == ("u@ente", "p/w")


def test_without_a_server_letters_are_files_and_so_in_the_demo() -> None:
    for ambiente in ({}, {"EMAIL_URL": "smtp://vero.ente.it", "CYCLE_DEMO": "1"}):
        s = impostazioni(ambiente, Path("dati"))
        assert s["EMAIL_FILE_PATH"] == Path("dati/posta")
        assert "EMAIL_HOST" not in s


@pytest.mark.parametrize("url", ["posta.ente.it", "http://x", "smtp://", "smtp://x:porta"])
def test_what_is_no_url_is_said(url: str) -> None:
    with pytest.raises(ValueError, match="EMAIL_URL"):
        impostazioni({"EMAIL_URL": url}, Path("d"))


def test_the_address_of_links() -> None:
    assert indirizzo_di_base({}, []) == "http://localhost:8000"
    assert indirizzo_di_base({"PORT": "9"}, []) == "http://localhost:9"
    assert indirizzo_di_base({}, ["*", "ciclo.ente.it"]) == "https://ciclo.ente.it"
    assert indirizzo_di_base({"CYCLE_URL": "https://a.it/x/"}, ["b.it"]) == "https://a.it/x"
