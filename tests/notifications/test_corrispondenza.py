# SPDX-License-Identifier: AGPL-3.0-or-later
"""The news by e-mail: what goes, when and to whom; and a real mail server that refuses, is slow,
dies and comes back (nothing lost, nothing shown twice)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as impostazioni
from django.core import mail
from django.db import transaction
from django.test import Client

from cycle import orologio
from cycle.models import Incarico, Lettera, Persona, Recapito
from cycle.services import avvisi, posta
from notifications import scelte
from notifications.corrispondenza import INSIEME
from notifications.models import Notifica, Preferenza, Spedizione
from notifications.posta import NuovaNotifica, scrivi
from tests import mondo
from tests.notifications.server_posta import Server, acceso

pytestmark = pytest.mark.usefixtures("db")

ROMA = ZoneInfo("Europe/Rome")
CHI = "UNO PO"
INDIRIZZO = "uno.po@comune.it"


def alle(ora: int, giorno: int = 2) -> datetime:
    return datetime(2026, 3, giorno, ora, tzinfo=ROMA)


@pytest.fixture(autouse=True)
def recapito(db: None) -> Recapito:
    """Somebody with an address and nothing to read."""
    Notifica.objects.all().delete()
    persona = mondo.persona(CHI)
    return Recapito.objects.create(ente=persona.ente, persona=persona, email=INDIRIZZO)


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    with acceso() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.porta
        settings.EMAIL_TIMEOUT = 5
        yield server


def scegli(**scelta: Any) -> None:
    persona = mondo.persona(CHI)
    scelte.scegli(persona.ente_id, persona.pk, scelta)


def notizia(materia: str = "obiettivo:1", motivo: str = "da_fare", testo: str = "OE01: tocca a te",
            urgenza: str = "normale") -> Notifica:  # fmt: skip
    persona = mondo.persona(CHI)
    assert persona.utente_id is not None
    with transaction.atomic():
        scrivi(
            [NuovaNotifica(persona.utente_id, persona.pk, materia, motivo, testo, "/alfa/",
                           urgenza)],
            materie=[], ente_id=persona.ente_id, evento_id=None,
        )  # fmt: skip
    return Notifica.objects.get(persona_id=persona.pk, materia=materia, motivo=motivo)


def scritti() -> list[str]:
    return [str(m.body) for m in mail.outbox]


def dopo(minuti: int = 0) -> datetime:
    return orologio.vero() + timedelta(minutes=minuti, seconds=5)


class TestQuando:
    def test_the_digest_goes_once_at_its_hour_in_the_ente_s_zone(self) -> None:
        notizia()
        notizia("obiettivo:2")
        assert avvisi.prepara(alle(6)) == 0
        assert avvisi.prepara(alle(7)) == 1
        assert avvisi.prepara(alle(8)) == 0
        notizia("obiettivo:3")
        assert avvisi.prepara(alle(23)) == 0
        assert avvisi.prepara(alle(7, 3)) == 1
        posta.spedisci(dopo())
        assert [m.subject.split(" - ")[0] for m in mail.outbox] == [
            "2 novità da leggere",
            "OE01: tocca a te",
        ]

    def test_at_the_hour_of_the_person_s_choice(self) -> None:
        scegli(ora=18)
        notizia()
        assert avvisi.prepara(alle(17)) == 0
        assert avvisi.prepara(alle(18)) == 1

    def test_after_a_week_s_stop_one_digest_not_seven(self) -> None:
        for n in range(20):
            notizia(f"obiettivo:{n}")
        assert avvisi.prepara(alle(9, 2)) == 1
        for n in range(20, 60):
            notizia(f"obiettivo:{n}")
        assert avvisi.prepara(alle(9, 9)) == 1
        assert avvisi.prepara(alle(10, 9)) == 0

    def test_now_means_one_letter_a_matter_and_many_at_once_one_letter(self) -> None:
        scegli(email_da_fare="subito")
        notizia()
        notizia("obiettivo:2")
        assert avvisi.prepara(alle(3)) == 2
        for n in range(10, 10 + INSIEME + 1):
            notizia(f"obiettivo:{n}")
        assert avvisi.prepara(alle(3)) == 1

    def test_what_was_sent_goes_again_only_when_it_is_refreshed(self) -> None:
        scegli(email_da_fare="subito")
        n = notizia()
        assert avvisi.prepara(alle(3)) == 1
        assert avvisi.prepara(alle(3)) == 0
        Notifica.objects.filter(pk=n.pk).update(creata_il=dopo())
        assert avvisi.prepara(alle(3)) == 1


class TestCheCosa:
    def test_never_what_was_read_meanwhile(self) -> None:
        scegli(email_da_fare="subito")
        notizia()
        notizia("obiettivo:2")
        avvisi.prepara(alle(9))
        Notifica.objects.filter(materia="obiettivo:1").update(letta_il=dopo())
        posta.spedisci(dopo())
        assert len(mail.outbox) == 1
        assert Lettera.objects.count() == 1

    def test_what_must_be_done_is_never_less_than_in_the_digest(self) -> None:
        """Silenced, and with every other kind switched off."""
        persona = mondo.persona(CHI)
        notizia()
        notizia(motivo="responsabile", testo="OE01: proposto")
        scelte.silenzia(persona.ente_id, persona.pk, "obiettivo:1", muto=True)
        scegli(email_responsabile="mai", email_ha_agito="mai", schermo_responsabile=False)
        avvisi.prepara(alle(9))
        posta.spedisci(dopo())
        [testo] = scritti()
        assert "tocca a te" in testo
        assert "proposto" not in testo

    def test_of_a_silenced_matter_nothing_else_goes(self) -> None:
        persona = mondo.persona(CHI)
        notizia(motivo="responsabile")
        scelte.silenzia(persona.ente_id, persona.pk, "obiettivo:1", muto=True)
        assert avvisi.prepara(alle(9)) == 0

    def test_text_and_html_with_the_urgent_first_and_the_way_out(self) -> None:
        notizia(testo="OE01 <b>: con calma")
        notizia("obiettivo:2", testo="OE02: rinviato", urgenza="alta")
        avvisi.prepara(alle(9))
        posta.spedisci(dopo())
        [m] = mail.outbox
        assert m.to == [INDIRIZZO]
        testo, html = str(m.body), str(m.alternatives[0][0])  # type: ignore[attr-defined]
        assert testo.index("URGENTE - OE02") < testo.index("OE01")
        assert "OE01 &lt;b&gt;" in html
        preferenze = f"{impostazioni.URL_BASE}/alfa/notifiche/preferenze/"
        assert preferenze in testo
        assert preferenze in html
        assert m.extra_headers["List-Unsubscribe"] == f"<{preferenze}>"

    def test_its_link_asks_to_come_in_and_does_nothing(self) -> None:
        risposta = Client().get("/alfa/notifiche/preferenze/")
        assert risposta.status_code == 302
        assert "/accedi/" in risposta["Location"]

    @pytest.mark.parametrize("caso", ["sospesa", "senza incarico"])
    def test_nobody_who_may_no_longer_come_in(self, caso: str) -> None:
        notizia()
        assert avvisi.prepara(alle(9)) == 1
        if caso == "sospesa":
            Persona.objects.filter(pk=mondo.persona(CHI).pk).update(sospesa_il=mondo.ADESSO)
        else:
            Incarico.objects.filter(persona=mondo.persona(CHI)).update(al=mondo.ADESSO)
        posta.spedisci(dopo())
        assert (mail.outbox, Lettera.objects.count()) == ([], 0)


class TestServer:
    """A real server on loopback."""

    def test_a_refused_address_is_recorded_and_not_tried_for_ever(
        self, server: Server, recapito: Recapito
    ) -> None:
        server.umore.rcpt[INDIRIZZO] = "550 nobody"
        notizia()
        avvisi.prepara(alle(9))
        assert posta.spedisci(dopo()) == posta.Esito(0, 1)
        assert posta.spedisci(dopo(60 * 24)) == posta.Esito(0, 0)
        assert Recapito.objects.get().rifiutato_il is not None
        notizia("obiettivo:2")
        assert avvisi.prepara(alle(9, 3)) == 0
        assert server.chiesti == [INDIRIZZO]
        # with another address what was not carried goes
        Recapito.objects.all().delete()
        persona = mondo.persona(CHI)
        Recapito.objects.create(ente=persona.ente, persona=persona, email="altro@comune.it")
        assert avvisi.prepara(alle(9, 4)) == 1
        posta.spedisci(dopo())
        [lettera] = server.ricevute
        assert lettera["Subject"].startswith("2 novità da leggere")

    def test_a_server_that_says_later_is_asked_later_and_less_and_less(
        self, server: Server
    ) -> None:
        server.umore.tutti = "451 later"
        notizia()
        avvisi.prepara(alle(9))
        adesso, attese = dopo(), []
        for _volta in range(4):
            assert posta.spedisci(adesso) == posta.Esito(0, 1)
            assert posta.spedisci(adesso) == posta.Esito(0, 0)
            prossima = Lettera.objects.get().prossima_il
            attese.append((prossima - adesso).total_seconds() / 60)
            adesso = prossima
        assert attese == [1, 2, 4, 8]
        assert Recapito.objects.get().rifiutato_il is None
        server.umore.tutti = "250 ok"
        assert posta.spedisci(adesso) == posta.Esito(1, 0)
        assert len(server.ricevute) == 1

    def test_a_server_that_is_away_costs_one_attempt_and_comes_back_to_all(
        self, settings: Any
    ) -> None:
        scegli(email_da_fare="subito")
        for n in range(INSIEME):
            notizia(f"obiettivo:{n}", testo=f"Numero {n}")
        avvisi.prepara(alle(9))
        with acceso() as server:
            porta = server.porta
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", porta
        assert posta.spedisci(dopo()) == posta.Esito(0, 1)  # the others did not have to wait
        with acceso(porta) as server:
            assert posta.spedisci(dopo(10)).spedite == INSIEME
            assert posta.spedisci(dopo(20)) == posta.Esito(0, 0)
            detti = {m["Subject"].split(" - ")[0] for m in server.ricevute}
        assert detti == {f"Numero {n}" for n in range(INSIEME)}

    def test_a_server_too_slow_or_dead_after_taking_it_gives_one_letter_by_its_name(
        self, server: Server, settings: Any
    ) -> None:
        notizia()
        avvisi.prepara(alle(9))
        settings.EMAIL_TIMEOUT = 0.3
        server.umore.secondi = 1.0
        assert posta.spedisci(dopo()) == posta.Esito(0, 1)
        server.umore.secondi, server.umore.muore = 0.0, True
        assert posta.spedisci(dopo(5)) == posta.Esito(0, 1)
        server.umore.muore = False
        assert posta.spedisci(dopo(60)) == posta.Esito(1, 0)
        assert posta.spedisci(dopo(600)) == posta.Esito(0, 0)
        assert len({m["Message-ID"] for m in server.ricevute}) == 1

    def test_read_while_the_server_was_away_it_does_not_go(self, server: Server) -> None:
        server.umore.tutti = "451 later"
        notizia()
        avvisi.prepara(alle(9))
        posta.spedisci(dopo())
        Notifica.objects.update(letta_il=dopo())
        server.umore.tutti = "250 ok"
        posta.spedisci(dopo(10))
        assert (server.ricevute, Spedizione.objects.count()) == ([], 0)


def test_the_defaults_of_the_model_are_those_of_who_chose_nothing() -> None:
    notizia(motivo="ha_agito")
    assert avvisi.prepara(alle(9)) == 0
    assert Preferenza.objects.get(persona_id=mondo.persona(CHI).pk).email_ha_agito == "mai"
