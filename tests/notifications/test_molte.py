# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nobody is flooded: many matters alike are one line on bell, screen, centre and letter; and who
silences an objective hears of what hangs on it only what they must do."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.core import mail
from django.db import connection, transaction

from cycle.models import Obiettivo, Recapito, RelazioneSemestrale
from cycle.services import avvisi
from cycle.services import posta as lettere
from cycle.services.piano import importa
from cycle.services.transizioni import esegui
from notifications import centro, lettura, posta, scelte
from notifications.centro import Domanda
from notifications.lettura import INSIEME
from notifications.models import Notifica
from notifications.posta import NuovaNotifica, Simili
from tests import mondo
from workflows.ports import Richiesta

pytestmark = pytest.mark.usefixtures("db")

CHI = "PRIMO NUCLEO"
CENTRO = "/alfa/notifiche/"


@pytest.fixture(autouse=True)
def vuoto(db: None) -> None:
    Notifica.objects.all().delete()


def arrivano(
    quante: int,
    cosa: str = "relazione",
    motivo: str = "da_fare",
    *,
    urgenza: str = "normale",
    oggetto: str = "",
    da: int = 0,
) -> None:
    """So many matters of a kind, in one transaction."""
    persona = mondo.persona(CHI)
    assert persona.utente_id is not None
    with transaction.atomic():
        posta.scrivi(
            [
                NuovaNotifica(
                    persona.utente_id, persona.pk, f"{cosa}:{n}", motivo, f"{cosa} {n}: trasmessa",
                    f"/alfa/{n}/", urgenza, oggetto,
                )
                for n in range(da, da + quante)
            ],
            materie=[], ente_id=persona.ente_id, evento_id=None,
        )  # fmt: skip


def voci(**domanda: str) -> list[centro.Voce]:
    persona = mondo.persona(CHI)
    assert persona.utente_id is not None
    return centro.voci(persona.utente_id, persona.ente_id, Domanda(**domanda))


def campana() -> tuple[int, int]:
    persona = mondo.persona(CHI)
    assert persona.utente_id is not None
    trovati = lettura.da_leggere([persona.utente_id], persona.ente_id)
    return trovati.get(persona.utente_id, (0, 0))


class TestUnaRiga:
    def test_a_hundred_reports_are_one_line_and_five_are_five(self) -> None:
        arrivano(INSIEME)
        assert (len(voci()), campana()) == (INSIEME, (INSIEME, 0))
        arrivano(100)
        [voce] = voci()
        assert (voce.quante, voce.da_leggere, voce.tocca) == (100, 100, True)
        assert campana() == (1, 0)
        assert len(voci(specie="relazione")) == centro.PER_PAGINA + 1

    def test_of_another_kind_reason_or_urgency_they_stand_apart(self) -> None:
        arrivano(10)
        arrivano(10, "obiettivo", "responsabile")
        arrivano(3, "variazione")
        arrivano(10, urgenza="alta", da=100)
        assert sorted((v.specie, v.tocca, v.urgente, v.quante) for v in voci()) == [
            ("obiettivo", False, False, 10),
            ("relazione", True, False, 10),
            ("relazione", True, True, 10),
            *[("variazione", True, False, 1)] * 3,
        ]
        assert campana() == (6, 1)
        assert [v.quante for v in voci(quali=centro.URGENTI)] == [10]
        assert {v.specie for v in voci(motivo="responsabile")} == {"obiettivo"}

    def test_it_shrinks_as_others_settle_and_closes_with_the_last(self) -> None:
        """Settled one by one, by whoever: what is left is what is left to do."""
        arrivano(7)
        ente = mondo.ente().pk
        for n in range(7):
            posta.scrivi([], materie=[f"relazione:{n}"], ente_id=ente, evento_id=None)
            restano = 6 - n
            assert sum(v.quante for v in voci()) == restano
            assert len(voci()) == (1 if restano > INSIEME else restano)
        assert campana() == (0, 0)

    def test_the_past_is_told_one_by_one(self) -> None:
        arrivano(10)
        assert len(voci(quali=centro.TUTTE)) == 10

    def test_a_screen_is_told_once_of_what_one_action_wrote(self) -> None:
        arrivano(300)
        persona = mondo.persona(CHI)
        assert persona.utente_id is not None
        segno = Notifica.objects.latest("pk").transazione
        [riga] = lettura.della_transazione(segno, persona.ente_id)
        assert riga.dati["quante"] == 300
        # read again later, when some were settled, it is the same thing already told
        Notifica.objects.filter(materia__endswith="7").delete()
        [di_nuovo] = lettura.della_transazione(segno, persona.ente_id)
        assert di_nuovo.dati["id"] == riga.dati["id"]

    def test_who_proposes_many_is_one_line_for_who_decides(self) -> None:
        """Outside a set: a bulk transition from the list."""
        nuove = [mondo.scheda(f"OE{n}", "S1", 1) for n in range(21, 29)]
        importa(
            ente=mondo.ente(),
            piano=mondo.piano(nuove),
            come="piano",
            istante=mondo.ADESSO,
            stati={s.codice: "bozza" for s in nuove},
        )
        bozze = Obiettivo.objects.filter(codice__in=[s.codice for s in nuove])
        esegui(
            procedura="obiettivo",
            transizione="proponi",
            ids=[o.pk for o in bozze],
            by=mondo.attore("UNO DIRIGENTE"),
            istante=mondo.ADESSO,
            richiesta=Richiesta(),
        )
        segreteria = mondo.persona("ATTI SEGRETERIA")
        assert segreteria.utente_id is not None
        [voce] = centro.voci(segreteria.utente_id, segreteria.ente_id, Domanda())
        assert (voce.specie, voce.quante, voce.tocca) == ("obiettivo", len(bozze), True)


class TestLetteEPerPosta:
    def test_read_up_to_what_was_seen(self) -> None:
        arrivano(8)
        persona = mondo.persona(CHI)
        assert persona.utente_id is not None
        Notifica.objects.filter(materia="relazione:3").update(
            creata_il=datetime(2100, 1, 1).astimezone()
        )
        quali = Simili("relazione", tocca=True, urgente=False)
        adesso = Notifica.objects.earliest("creata_il").creata_il
        assert posta.segna_lette(persona.utente_id, persona.ente_id, adesso, "", quali) == 7

    def test_a_letter_has_one_line_too(self) -> None:
        persona = mondo.persona(CHI)
        Recapito.objects.create(ente=persona.ente, persona=persona, email="n@comune.it")
        arrivano(40)
        arrivano(2, "variazione")
        avvisi.prepara(mondo.ADESSO.replace(hour=9))
        lettere.spedisci(Notifica.objects.latest("creata_il").creata_il.replace(year=2100))
        [lettera] = mail.outbox
        testo = str(lettera.body)
        assert "Relazioni: 40 aspettano un tuo passo" in testo
        assert "/alfa/notifiche/?specie=relazione&perche=da_fare" in testo
        assert "variazione 0" in testo
        assert "relazione 3:" not in testo
        assert lettera.subject.startswith("3 novità da leggere")


class TestSilenzio:
    def test_an_objective_silenced_silences_its_reports_and_variazioni(self) -> None:
        """But for what must be done, which the law asks."""
        persona = mondo.persona(CHI)
        sopra = "obiettivo:9"
        for cosa in ("obiettivo", "relazione", "variazione", "correzione"):
            arrivano(1, cosa, "ha_agito", oggetto=sopra, da=9)
        arrivano(1, "relazione", "ha_agito", oggetto="obiettivo:8", da=8)
        assert scelte.silenzia(persona.ente_id, persona.pk, sopra, muto=True)
        assert [v.materia for v in voci()] == ["relazione:8"]
        arrivano(1, "variazione", "ha_agito", oggetto=sopra, da=10)  # new ones too
        arrivano(1, "replica", "da_fare", oggetto=sopra, da=11)
        assert sorted(v.materia for v in voci()) == ["relazione:8", "replica:11"]
        assert len(voci(quali=centro.SILENZIATE)) == 6
        scelte.silenzia(persona.ente_id, persona.pk, sopra, muto=False)
        assert len(voci()) == 7

    def test_the_news_say_of_which_objective_they_are(self) -> None:
        o = mondo.in_stato("in_corso")
        r = RelazioneSemestrale.objects.get(obiettivo=o, periodo__ordine=1)
        mondo.compila(r, "UNO PO")
        mondo.muovi(r, "trasmetti", "UNO DIRIGENTE")
        detti = set(Notifica.objects.values_list("materia", "oggetto"))
        assert (f"relazione:{r.pk}", f"obiettivo:{o.pk}") in detti
        assert {oggetto for _materia, oggetto in detti} == {f"obiettivo:{o.pk}"}


def test_many_news_cost_the_bell_one_reading() -> None:
    arrivano(2000)
    with connection.cursor() as cursore:
        cursore.execute(
            "EXPLAIN " + lettura.DA_LEGGERE, {"utenti": [mondo.utente(CHI).pk], "ente": 1}
        )
        piano = "\n".join(riga for (riga,) in cursore.fetchall())
    assert piano.count("on notifications_notifica") == 1
