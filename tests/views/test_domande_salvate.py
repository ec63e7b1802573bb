# SPDX-License-Identifier: AGPL-3.0-or-later
"""Questions that are kept, files that are recognised, the badge of the registro: on its page and
through the API (`domain.md` 8, R84, R85)."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError

from cycle import orologio, prova
from cycle.models import DomandaSalvata
from cycle.services import verifica
from notifications.models import Notifica
from tests import mondo
from tests.views.conftest import Entra
from workflows.registro import traccia
from workflows.registro.models import Evento

REGISTRO = "/alfa/registro/"
API = "/api/v1/alfa/registro"
pytestmark = pytest.mark.usefixtures("db", "dati")


def salva(entra: Entra, chi: str, nome: str, **parole: Any) -> DomandaSalvata:
    risposta = entra(chi).post(f"{REGISTRO}domande/", {"nome": nome, **parole})
    assert risposta.status_code == 302, risposta.content.decode()
    return DomandaSalvata.objects.get(nome=nome, persona=mondo.persona(chi))


class TestSalvate:
    def test_it_is_asked_again_as_of_now(self, entra: Entra) -> None:
        porta = entra("VERIFICA REVISORE")
        tenuta = salva(entra, "VERIFICA REVISORE", "Gli avvii", verbo="avvia", ultimi="30")
        assert tenuta.parole == {"verbo": "avvia", "ultimi": "30"}
        prima = porta.get(f"{REGISTRO}domande/{tenuta.pid}/", follow=True).content.decode()
        o = mondo.in_stato("approvato")
        mondo.muovi(o, "avvia", "UNO PO")
        avviato = Evento.objects.filter(verbo="avvia").latest("id").pk
        dopo = porta.get(f"{REGISTRO}domande/{tenuta.pid}/", follow=True).content.decode()
        assert f'id="n-{avviato}"' not in prima
        assert f'id="n-{avviato}"' in dopo
        assert "Gli avvii" in dopo
        corpo = porta.get(f"{API}/domande/{tenuta.pid}").json()
        assert corpo["fatti"][0]["numero"] == avviato

    def test_with_the_same_name_it_takes_its_place(self, entra: Entra) -> None:
        salva(entra, "UNO PO", "Mie", verbo="avvia")
        assert salva(entra, "UNO PO", "Mie", verbo="crea").parole == {"verbo": "crea"}
        salva(entra, "UNO DIRIGENTE", "Mie", verbo="avvia")

    def test_of_ones_own_or_of_the_office(self, entra: Entra) -> None:
        mia = salva(entra, "UNO PO", "Solo mia", verbo="avvia")
        nostra = salva(entra, "UNO PO", "Nostra", verbo="crea", ufficio="1")

        def vede(chi: str) -> set[str]:
            return {d["nome"] for d in entra(chi).get(f"{API}/domande").json()}

        assert vede("UNO PO") == {"Solo mia", "Nostra"}
        assert vede("UNO DIRIGENTE") == {"Nostra"}
        assert vede("DUE PO") == vede("VERIFICA REVISORE") == set()
        for chi, dove, atteso in (
            ("UNO DIRIGENTE", nostra, 302),
            ("UNO DIRIGENTE", mia, 404),
            ("DUE PO", nostra, 404),
        ):
            assert entra(chi).get(f"{REGISTRO}domande/{dove.pid}/").status_code == atteso
        # seen, not owned
        assert (
            entra("UNO DIRIGENTE").post(f"{REGISTRO}domande/{nostra.pid}/togli/").status_code == 404
        )
        assert entra("UNO PO").post(f"{REGISTRO}domande/{nostra.pid}/togli/").status_code == 302
        assert vede("UNO DIRIGENTE") == set()

    def test_each_has_the_answers_that_he_may_read(self, entra: Entra) -> None:
        tenuta = salva(entra, "VERIFICA REVISORE", "Tutto", verbo="conferisce", ufficio="1")
        letti = entra("VERIFICA REVISORE").get(f"{API}/domande/{tenuta.pid}").json()["fatti"]
        altri = entra("PRIMO NUCLEO").get(f"{API}/domande/{tenuta.pid}").json()["fatti"]
        assert letti
        assert altri == []

    def test_what_asks_nothing_or_has_no_name_is_not_kept(self, entra: Entra) -> None:
        porta = entra("UNO PO")
        for dati in ({"nome": "Niente"}, {"nome": " \u200b ", "verbo": "avvia"}):
            assert porta.post(f"{REGISTRO}domande/", dati).status_code == 422
        corpo = json.dumps({"nome": "x" * 81, "domanda": {"verbo": "avvia"}})
        api = porta.post(f"{API}/domande", corpo, content_type="application/json")
        assert api.status_code == 422
        assert not DomandaSalvata.objects.exists()


class TestImpronta:
    def test_the_file_that_was_taken_out_is_recognised(self, entra: Entra) -> None:
        porta = entra("VERIFICA REVISORE")
        file = porta.get(f"{REGISTRO}esporta/csv/", {"verbo": "avvia"})
        pagina = porta.post(
            f"{REGISTRO}impronta/", {"file": SimpleUploadedFile("r.csv", file.content)}
        ).content.decode()
        assert "l'impronta è nel registro" in pagina
        assert "ha esportato il registro (CSV" in pagina
        cambiato = SimpleUploadedFile("r.csv", file.content + b" ")
        pagina = porta.post(f"{REGISTRO}impronta/", {"file": cambiato}).content.decode()
        assert "questa impronta non c'è" in pagina
        sha256 = file["X-Content-SHA256"]
        assert porta.get(f"{API}/impronte/{sha256}").json()["fatti"][0]["verbo"] == "esporta"
        assert porta.get(f"{API}/impronte/{'0' * 64}").status_code == 404
        assert porta.get(f"{REGISTRO}impronta/", {"sha256": "abc"}).status_code == 422

    def test_of_others_it_is_told_to_who_reads_it_all(self, entra: Entra) -> None:
        o = mondo.in_stato("approvato")
        sha256 = ""
        entra("UNO PO").get(f"/alfa/obiettivi/{o.pid}/stampa/")
        dati = Evento.objects.get(verbo="esporta").dati
        assert dati is not None
        sha256 = dati["sha256"]
        for chi, trovata in (
            ("UNO PO", 200),
            ("GENERALE SEGRETARIO", 200),
            ("DUE PO", 404),
            ("PRIMO NUCLEO", 404),
        ):
            assert entra(chi).get(f"{API}/impronte/{sha256}").status_code == trovata, chi


class TestProva:
    def test_r84_before_it_was_ever_verified(self, entra: Entra) -> None:
        assert "non è ancora stato verificato" in entra("UNO PO").get(REGISTRO).content.decode()
        assert entra("UNO PO").get(f"{API}/prova").json()["verificato_il"] is None

    def test_r84_how_far_and_when(self, entra: Entra, monkeypatch: pytest.MonkeyPatch) -> None:
        ultimo = Evento.objects.latest("id").pk
        verifica.verifica(ente=mondo.ente(), istante=mondo.ADESSO)
        for chi in ("UNO PO", "GENERALE SEGRETARIO"):
            pagina = entra(chi).get(REGISTRO).content.decode()
            assert f"Verificato fino al n. {ultimo}" in pagina
            assert "non si fa da giorni" not in pagina
        detta = entra("UNO PO").get(f"{API}/prova").json()
        assert (detta["fino_al"], detta["integro"], detta["impronta"]) == (ultimo, True, None)
        dopo = orologio.vero() + prova.VECCHIA + timedelta(hours=1)
        monkeypatch.setattr(orologio, "vero", lambda: dopo)
        assert "non si fa da giorni" in entra("UNO PO").get(REGISTRO).content.decode()

    def test_r84_what_is_broken_is_told_loudly_and_to_the_segretario(
        self, entra: Entra, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def toccato(*_: Any) -> Any:
            yield traccia.Esito([f"azione {n}: riga cambiata." for n in range(7)], righe=9)

        monkeypatch.setattr(traccia, "verifica", toccato)
        verifica.verifica(ente=mondo.ente(), istante=mondo.ADESSO)
        pagina = entra("GENERALE SEGRETARIO").get(REGISTRO).content.decode()
        assert "il registro è stato toccato" in pagina
        assert "azione 0: riga cambiata." in pagina
        assert "In tutto 7." in pagina
        assert "Che cosa fare" in pagina
        altri = entra("UNO PO").get(REGISTRO).content.decode()
        assert "il registro è stato toccato" in altri
        assert "azione 0" not in altri
        (avviso,) = Notifica.objects.filter(chiusa_il=None, materia=f"registro:{mondo.ente().pk}")
        assert avviso.utente == mondo.utente("GENERALE SEGRETARIO")
        assert (avviso.urgenza, avviso.link) == ("alta", REGISTRO)
        integro = iter([traccia.Esito([], righe=9)])  # put right, and told so
        monkeypatch.setattr(traccia, "verifica", lambda *_: integro)
        verifica.verifica(ente=mondo.ente(), istante=mondo.ADESSO)
        avviso.refresh_from_db()
        assert avviso.chiusa_il is not None

    def test_r84_broken_from_a_day_on_is_broken_until_all_of_it_is_read_again(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ente = mondo.ente()
        for da, guasti, integro in (
            (None, [], True),
            (mondo.INIZIO, ["azione 3: riga cambiata."], False),
            (mondo.INIZIO, [], False),  # of a part of it, and not of the rest
            (None, [], True),
        ):
            trovato = iter([traccia.Esito(guasti)])
            monkeypatch.setattr(traccia, "verifica", lambda *_, trovato=trovato: trovato)
            verifica.verifica(ente=ente, istante=mondo.ADESSO, da=da)
            ultima = prova.ultima(ente.pk)
            assert ultima is not None
            assert ultima.integro == integro
            aperti = Notifica.objects.filter(chiusa_il=None, materia=f"registro:{ente.pk}")
            assert aperti.exists() == (not integro)

    def test_r84_the_command_is_remembered_too(self, entra: Entra, capsys: Any) -> None:
        with suppress(CommandError):
            call_command("verifica_registro", "--ente", "alfa")
        assert prova.ultima(mondo.ente().pk) is not None
        assert prova.ultima(mondo.ente("beta").pk) is None
        pagina = entra("VERIFICA REVISORE").get(REGISTRO, {"verbo": "verifica"}).content.decode()
        assert "un comando di sistema ha verificato il registro (fino al n." in pagina
