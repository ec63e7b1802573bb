# SPDX-License-Identifier: AGPL-3.0-or-later
"""Letters with words that others wrote to do harm, and letters that come back: on a real server."""

from __future__ import annotations

import io
from email import message_from_string
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from cycle import orologio
from cycle.models import Ente, Lettera, Obiettivo, Persona, Recapito
from cycle.services import avvisi, posta, rimbalzi
from notifications.models import Notifica
from notifications.testi import una_riga
from tests import mondo
from tests.notifications.server_posta import Server
from tests.notifications.test_corrispondenza import (
    CHI,
    INDIRIZZO,
    alle,
    dopo,
    notizia,
    recapito,
    server,
)

__all__ = ["recapito", "server"]
pytestmark = pytest.mark.usefixtures("db")

OSTILI = [
    "OE01\r\nBcc: tutti@altrove.example: proposto",
    "OE01\nSubject: altro\n\n<html>fine",
    "OE01\r.\r\nQUIT: proposto",
    ".\r\n.\r\n: proposto",
    "=?utf-8?q?OE01=0ABcc:_x@y.example?=: proposto",
    "<script>alert(1)</script><img src=x onerror=alert(1)>: proposto",
    '"><a href="https://altrove.example/">Entra qui</a>: proposto',
    "OE01 \u202egpj.exe\u202c \u2066nascosto\u2069: proposto",
    "OE01 \u2028\u2029\x85\x0b\x0c righe: proposto",
    "{{ settings.SECRET_KEY }}{% debug %}: proposto",
    "Perché: àèìòù € 🏛: proposto",
    "x" * 3000,
    "parola " * 400,
]


def arriva(server: Server) -> EmailMessage:
    avvisi.prepara(alle(9))
    assert posta.spedisci(dopo()) == posta.Esito(1, 0)
    [lettera] = server.ricevute
    return lettera


@pytest.mark.parametrize("parole", OSTILI)
def test_no_word_makes_a_header_a_line_or_a_tag(server: Server, parole: str) -> None:
    notizia(testo=parole)
    lettera = arriva(server)
    assert server.chiesti == [INDIRIZZO]
    assert [lettera[nome] for nome in ("To", "Bcc", "Cc")] == [INDIRIZZO, None, None]
    assert sorted(lettera.keys()) == sorted(
        ["Content-Type", "MIME-Version", "Subject", "From", "To", "Date", "Message-ID",
         "List-Unsubscribe"]
    )  # fmt: skip
    detto = una_riga(parole)[:500]
    inizio = detto.replace("=?", "= ?")[:50]
    oggetto = str(lettera["Subject"]).strip()  # folded before a long word
    assert len(oggetto) <= posta.LUNGO_OGGETTO
    assert oggetto == una_riga(oggetto)
    assert oggetto.startswith(inizio)
    testo, html = [parte.get_content() for parte in lettera.iter_parts()]
    assert detto in testo.splitlines()
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="https://altrove' not in html
    assert not any(c in testo + html for c in "\u202e\u2066\u2028\x85\x0b")


def test_nor_do_the_names_of_people_and_enti(server: Server) -> None:
    notizia()
    persona = mondo.persona(CHI)
    Persona.objects.filter(pk=persona.pk).update(nome_completo="UNO\r\nBcc: x@y.example PO <b>")
    Ente.objects.filter(pk=persona.ente_id).update(
        nome="Comune\nX-Altro: si \u202e<i>" + "lungo" * 30
    )
    lettera = arriva(server)
    assert (lettera["Bcc"], lettera["X-Altro"]) == (None, None)
    assert str(lettera["Subject"]).startswith("OE01: tocca a te - Comune X-Altro")
    testo, html = [parte.get_content() for parte in lettera.iter_parts()]
    assert "\nBcc:" not in testo
    assert "<b>" not in html
    assert "<i>" not in html


def test_every_link_is_a_page_that_asks_to_come_in_and_does_nothing(server: Server) -> None:
    """All that a letter leads to: opened by whoever got it, a program that looks at links, or
    nobody's browser."""
    for n in range(8):
        notizia(f"obiettivo:{n}", motivo="responsabile")
    o = mondo.in_stato("proposta")
    mondo.muovi(o, "rinvia", "GESTIONE CONTROLLO", motivazione="Da rivedere.")
    lettera = arriva(server)
    testo = lettera.get_body(("plain",))
    assert testo is not None
    link = [r for r in testo.get_content().splitlines() if r.startswith("http")]
    link += [r.split(": ")[1] for r in testo.get_content().splitlines() if ": http" in r]
    assert len(link) == 4  # eight alike in one line, the one sent back, the centre, preferences
    prima = (
        Obiettivo.objects.get(pk=o.pk).revisione,
        Notifica.objects.filter(letta_il=None).count(),
    )
    for uno in link:
        risposta = Client().get(
            uno.split("//")[1].partition("/")[1] + uno.split("//")[1].partition("/")[2]
        )
        assert risposta.status_code == 302
        assert "/accedi/" in risposta["Location"]
    assert prima == (
        Obiettivo.objects.get(pk=o.pk).revisione,
        Notifica.objects.filter(letta_il=None).count(),
    )


class TestRimbalzi:
    """The server took it, and could not deliver it: it says so later (RFC 3464)."""

    def rapporto(
        self,
        lettera: EmailMessage,
        *,
        azione: str = "failed",
        stato: str = "5.1.1",
        a: str = INDIRIZZO,
        identita: str | None = None,
    ) -> bytes:
        rapporto = MIMEMultipart("report", **{"report-type": "delivery-status"})
        rapporto["From"] = "mailer-daemon@altrove.example"
        rapporto.attach(MIMEText("Non si è potuto consegnare."))
        stati = MIMEBase("message", "delivery-status")
        stati.set_payload(
            [
                message_from_string("Reporting-MTA: dns; mx.altrove.example\n\n"),
                message_from_string(
                    f"Final-Recipient: rfc822; {a}\nAction: {azione}\nStatus: {stato}\n\n"
                ),
            ]
        )
        rapporto.attach(stati)
        intestazioni = MIMEText(
            f"Message-ID: {identita or lettera['Message-ID']}\nSubject: x\n", "rfc822-headers"
        )
        rapporto.attach(intestazioni)
        return rapporto.as_bytes()

    def test_it_is_recorded_and_its_news_wait_for_another_address(
        self, server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        notizia()
        lettera = arriva(server)
        tornata = self.rapporto(lettera)
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(tornata)))
        call_command("rimbalzo")
        assert "inesistente" in capsys.readouterr().out
        assert Recapito.objects.get().rifiutato_il is not None
        assert not rimbalzi.registra(tornata, orologio.vero())  # twice changes nothing
        assert avvisi.prepara(alle(9, 3)) == 0
        Recapito.objects.update(email="altro@comune.it", rifiutato_il=None)
        assert avvisi.prepara(alle(9, 4)) == 1

    @pytest.mark.parametrize(
        "caso",
        [
            {"azione": "delayed"},
            {"stato": "4.2.2"},
            {"a": "altri@comune.it"},
            {"identita": "<lettera-{pk}-0000000000000000@localhost>"},
            {"identita": "<lettera-999999-{firma}@localhost>"},
        ],
    )
    def test_what_anybody_could_write_changes_nothing(
        self, server: Server, caso: dict[str, str]
    ) -> None:
        notizia()
        lettera = arriva(server)
        pk = Lettera.objects.get().pk
        detto: dict[str, Any] = {k: v.format(pk=pk, firma=posta.firma(pk)) for k, v in caso.items()}
        assert not rimbalzi.registra(self.rapporto(lettera, **detto), orologio.vero())
        assert Recapito.objects.get().rifiutato_il is None

    @pytest.mark.parametrize(
        "messaggio",
        [b"", b"\x00\xff", b"Content-Type: multipart/report\n\n", b"Subject: ciao\n\nciao",
         b"Content-Type: multipart/report; boundary=x\n\n--x\n" * 2000],
    )  # fmt: skip
    def test_nor_does_what_is_no_report(self, messaggio: bytes) -> None:
        assert not rimbalzi.registra(messaggio, orologio.vero())
