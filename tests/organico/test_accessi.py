# SPDX-License-Identifier: AGPL-3.0-or-later
"""Coming in: invitations that open once and tell nothing, passwords that were lost, letters that
leave after the commit."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from cycle import orologio
from cycle.models import Gettone, Invito, Lettera, Persona, Recapito, Utente
from cycle.services import accessi, gettoni, posta
from cycle.services.enti import di_comando
from tests import mondo
from tests.views.conftest import (  # noqa: F401 - fixtures
    Entra,
    adesso,
    entra,
    giorno_del_mondo,
    variabili_definite,
)
from workflows.errors import NonPossibile
from workflows.registro.models import Evento, Modifica

PASSWORD = "una frase lunga e mia"


@pytest.fixture(autouse=True)
def _conti_da_capo() -> None:
    cache.clear()


def invita(nome: str, email: str, ipa: str = "alfa") -> str:
    """The path of the link of an invitation to somebody who has no login there."""
    persona = mondo.persona(nome, ipa)
    Persona.objects.filter(pk=persona.pk).update(utente=None)
    persona.refresh_from_db()
    Recapito.objects.update_or_create(ente=persona.ente, persona=persona, defaults={"email": email})
    accessi.invita(
        ente=persona.ente,
        persone=[persona],
        by=di_comando(persona.ente_id, mondo.ADESSO),
        istante=mondo.ADESSO,
    )
    return link(email)


def link(email: str) -> str:
    """The address in the last letter to somebody."""
    mail.outbox.clear()
    posta.spedisci()
    (lettera,) = [m for m in mail.outbox if m.to == [email]]
    trovato = re.search(r"http://localhost:8000(/\S+)", str(lettera.body))
    assert trovato is not None, lettera.body
    return trovato[1]


def scegli(client: Client, indirizzo: str, password: str = PASSWORD) -> Any:
    return client.post(indirizzo, {"new_password1": password, "new_password2": password})


class TestInviti:
    def test_the_invited_chooses_a_password_and_is_in(self, db: None) -> None:
        indirizzo = invita("UNO PO", "uno@comune.it")
        client = Client()
        assert "uno@comune.it" in client.get(indirizzo).content.decode()
        risposta = scegli(client, indirizzo)
        assert risposta.status_code == 302
        assert client.get(risposta["Location"]).status_code == 200
        utente = Utente.objects.get(username="uno@comune.it")
        assert mondo.persona("UNO PO").utente == utente
        assert utente.check_password(PASSWORD)
        evento = Evento.objects.get(verbo="accetta")
        assert (evento.persona_id, evento.oggetto_id) == (mondo.persona("UNO PO").pk,) * 2
        assert not Modifica.objects.filter(dopo__icontains="uno@comune.it").exists()  # R90
        assert not Evento.objects.filter(dati__icontains="uno@comune.it").exists()

    def test_the_link_opens_once_and_not_when_replaced_or_expired(
        self,
        db: None,
        adesso: Any,  # noqa: F811
    ) -> None:
        primo = invita("UNO PO", "uno@comune.it")
        secondo = invita("UNO PO", "uno@comune.it")
        assert Client().get(primo).status_code == 404
        adesso(mondo.ADESSO + timedelta(days=accessi.GIORNI_INVITO))
        assert Client().get(secondo).status_code == 404
        adesso(mondo.ADESSO + timedelta(days=accessi.GIORNI_INVITO) - timedelta(seconds=1))
        assert scegli(Client(), secondo).status_code == 302
        assert Client().get(secondo).status_code == 404
        assert scegli(Client(), secondo, "un'altra frase lunga").status_code == 404
        assert Utente.objects.get(username="uno@comune.it").check_password(PASSWORD)

    @pytest.mark.parametrize("rotto", ["x", "0-0", "cxxxxx-" + "a" * 32])
    def test_a_forged_link_opens_nothing(self, db: None, rotto: str) -> None:
        indirizzo = invita("UNO PO", "uno@comune.it")
        falso = indirizzo.rstrip("/").rpartition("/")[0] + f"/{rotto}/"
        assert Client().get(falso).status_code == 404
        altro = invita("DUE PO", "due@comune.it").rstrip("/").rpartition("/")[2]
        scambiato = indirizzo.rstrip("/").rpartition("/")[0] + f"/{altro}/"
        assert Client().get(scambiato).status_code == 404

    @pytest.mark.parametrize("password", ["corta", "123456789012345", "uno@comune.it", "password"])
    def test_a_weak_password_is_refused_with_the_reason(self, db: None, password: str) -> None:
        indirizzo = invita("UNO PO", "uno@comune.it")
        risposta = scegli(Client(), indirizzo, password)
        assert risposta.status_code == 422
        assert "alert-danger" in risposta.content.decode()
        assert not Utente.objects.filter(username="uno@comune.it").exists()

    def test_who_has_a_login_elsewhere_uses_it_and_the_ente_never_knows(
        self,
        db: None,
        entra: Entra,  # noqa: F811
    ) -> None:
        di_beta = mondo.utente("UNO PO", "beta")
        Utente.objects.filter(pk=di_beta.pk).update(email="po@comuni.it", password="!x")
        di_beta.refresh_from_db()
        controllo = entra("GESTIONE CONTROLLO")
        pagine = []
        for nome, email in (("UNO PO", "po@comuni.it"), ("DUE PO", "mai.visto@comuni.it")):
            indirizzo = invita(nome, email)
            pid = mondo.persona(nome).pid
            pagina = controllo.get(f"/alfa/organico/persone/{pid}/").content.decode()
            pagine.append(re.search(r'accesso-stato accesso-(\w+)"', pagina)[1])  # type: ignore[index]
            if nome == "UNO PO":
                link_di_beta = indirizzo
        assert pagine == ["invitato", "invitato"]
        fuori = Client()
        assert "ha già un accesso" in fuori.get(link_di_beta).content.decode()
        assert scegli(fuori, link_di_beta).status_code == 302  # to the login
        assert mondo.persona("UNO PO").utente is None
        dentro = entra(di_beta)
        assert dentro.get("/alfa/").status_code == 404
        assert dentro.post(link_di_beta).status_code == 302
        assert dentro.get("/alfa/").status_code == 200
        assert dentro.get("/beta/").status_code == 200
        assert Utente.objects.get(pk=di_beta.pk).password == "!x"

    def test_one_login_is_one_person_of_an_ente(self, entra: Entra) -> None:  # noqa: F811
        indirizzo = invita("UNO PO", "uno@comune.it")
        dentro = entra("DUE PO")
        risposta = dentro.post(indirizzo)
        assert risposta.status_code == 422
        assert "un&#x27;altra persona" in risposta.content.decode()

    def test_changing_the_address_of_who_comes_in_changes_no_login(self, db: None) -> None:
        """Else who sets up one ente could have somebody's password sent to himself."""
        scegli(Client(), invita("UNO PO", "uno@comune.it"))
        Recapito.objects.filter(persona=mondo.persona("UNO PO")).update(email="mio@altro.it")
        mail.outbox.clear()
        with transaction.atomic():
            accessi.password_dimenticata("mio@altro.it")
            accessi.password_dimenticata("uno@comune.it")
        posta.spedisci()
        assert [m.to for m in mail.outbox] == [["uno@comune.it"]]

    def test_nobody_is_invited_when_somebody_cannot_be(self, db: None) -> None:
        persone = [mondo.persona("UNO PO"), mondo.persona("SENZA INCARICO")]
        with pytest.raises(NonPossibile) as detto:
            accessi.invita(
                ente=mondo.ente(),
                persone=persone,
                by=di_comando(mondo.ente().pk, mondo.ADESSO),
                istante=mondo.ADESSO,
            )
        assert len(detto.value.motivi) == 2
        assert not Invito.objects.exists()


class TestPasswordDimenticata:
    def test_a_letter_and_a_link_that_opens_once(self, db: None) -> None:
        utente = mondo.utente("UNO PO")
        Utente.objects.filter(pk=utente.pk).update(email="uno@comune.it")
        assert Client().post("/password/", {"chi": "UNO@comune.it"}).status_code == 200
        indirizzo = link("uno@comune.it")
        client = Client()
        modulo = client.get(indirizzo, follow=True)
        assert "Nuova password" in modulo.content.decode()
        risposta = scegli(client, modulo.redirect_chain[-1][0])
        assert risposta.status_code == 302
        utente.refresh_from_db()
        assert utente.check_password(PASSWORD)
        assert "non apre più nulla" in Client().get(indirizzo, follow=True).content.decode()

    def test_the_answer_is_the_same_whether_there_is_somebody_or_not(self, db: None) -> None:
        Utente.objects.filter(pk=mondo.utente("UNO PO").pk).update(email="uno@comune.it")
        Utente.objects.filter(pk=mondo.utente("DUE PO").pk).update(
            email="due@comune.it", is_active=False
        )
        risposte = {
            re.sub(r'csrf\w*"? value="[^"]+"|X-CSRFToken": "[^"]*', "", r.content.decode())
            for chi in ("uno@comune.it", "due@comune.it", "nessuno@x.it", "a\0b", "x" * 200)
            for r in [Client().post("/password/", {"chi": chi})]
            if r.status_code == 200
        }
        assert len(risposte) == 1
        assert Lettera.objects.get().utente == mondo.utente("UNO PO")

    def test_three_letters_an_hour_and_no_flood_from_one_address(self, db: None) -> None:
        Utente.objects.filter(pk=mondo.utente("UNO PO").pk).update(email="uno@comune.it")
        codici = [
            Client().post("/password/", {"chi": "uno@comune.it"}).status_code for _ in range(21)
        ]
        assert codici == [200] * 20 + [429]
        assert Lettera.objects.count() == accessi.PASSWORD_ALL_ORA

    def test_a_link_of_two_hours_ago_opens_nothing(
        self, db: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        utente = mondo.utente("UNO PO")
        gettone = posta.gettoni_di_password.make_token(utente)
        assert posta.gettoni_di_password.check_token(utente, gettone)
        vero = posta.gettoni_di_password._now()  # type: ignore[attr-defined]
        dopo = vero + timedelta(hours=posta.ORE_PASSWORD, seconds=1)
        monkeypatch.setattr(posta.gettoni_di_password, "_now", lambda: dopo)
        assert not posta.gettoni_di_password.check_token(utente, gettone)


class TestPosta:
    def test_a_letter_that_cannot_leave_waits_and_repeats_no_address(
        self, db: None, settings: Any
    ) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 1
        persona = mondo.persona("UNO PO")
        Persona.objects.filter(pk=persona.pk).update(utente=None)
        persona.refresh_from_db()
        Recapito.objects.create(ente=persona.ente, persona=persona, email="uno@comune.it")
        accessi.invita(
            ente=persona.ente,
            persone=[persona],
            by=di_comando(persona.ente_id, mondo.ADESSO),
            istante=mondo.ADESSO,
        )
        assert posta.spedisci() == posta.Esito(0, 1)
        lettera = Lettera.objects.get()
        assert (lettera.spedita_il, lettera.tentativi, lettera.errore) == (
            None,
            1,
            "ConnectionRefusedError",
        )
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        assert posta.spedisci() == posta.Esito(0, 0)  # not again at once
        dopo = orologio.vero() + timedelta(minutes=2)
        assert posta.spedisci(dopo) == posta.Esito(1, 0)
        assert posta.spedisci(dopo) == posta.Esito(0, 0)
        assert len(mail.outbox) == 1

    def test_a_withdrawn_invitation_does_not_leave(self, db: None) -> None:
        invita("UNO PO", "uno@comune.it")
        Lettera.objects.update(spedita_il=None)
        Invito.objects.update(ritirato_il=mondo.ADESSO)
        mail.outbox.clear()
        posta.spedisci()
        assert (mail.outbox, Lettera.objects.count()) == ([], 0)


class TestRegistro:
    def test_r84_a_login_shut_by_whoever_is_remembered_in_each_ente(self, db: None) -> None:
        utente = mondo.utente("PRIMO NUCLEO")
        Utente.objects.filter(pk=utente.pk).update(is_active=False)
        Utente.objects.filter(pk=utente.pk).update(is_active=True, is_superuser=True)
        Utente.objects.filter(pk=utente.pk).update(first_name="Nome")
        for ipa in ("alfa", "beta"):
            eventi = Evento.objects.filter(ente_id=mondo.ente(ipa).pk, procedura="accesso")
            assert [(e.verbo, e.oggetto_id, e.canale) for e in eventi.order_by("id")] == [
                ("disattiva", mondo.persona("PRIMO NUCLEO", ipa).pk, "sistema"),
                ("riattiva", mondo.persona("PRIMO NUCLEO", ipa).pk, "sistema"),
            ]

    def test_r84_tokens_made_and_revoked_are_remembered(self, db: None) -> None:
        utente = mondo.utente("UNO PO")
        gettoni.crea(utente=utente, nome="prova")
        gettoni.revoca(utente=utente)
        eventi = Evento.objects.filter(procedura="gettone").order_by("id")
        assert [e.verbo for e in eventi] == ["crea", "revoca"]
        assert eventi[0].dati is not None
        assert eventi[0].dati["gettone"] == Gettone.objects.get().pk

    def test_r84_what_roles_are_granted_is_remembered(self, db: None) -> None:
        from guardian.models import GroupObjectPermission

        nati = Evento.objects.filter(ente_id=mondo.ente().pk, procedura="permessi")
        assert nati[0].dati is not None
        assert "gestisci_ente" in nati[0].dati["concessi"]["controllo"]
        prima = nati.count()
        GroupObjectPermission.objects.filter(
            group__name="alfa:po", permission__codename="avvia_obiettivo"
        ).delete()
        assert nati.count() == prima + 1
        ultimo = nati.latest("id")
        assert (ultimo.verbo, ultimo.dati) == (
            "modifica",
            {"revocati": {"po": ["avvia_obiettivo"]}},
        )
