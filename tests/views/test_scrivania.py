# SPDX-License-Identifier: AGPL-3.0-or-later
"""The scrivania: what waits for me, by when, and nothing that is not mine."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cycle import agenda, termini
from cycle.agenda import Agenda
from cycle.models import (
    Incarico,
    Persona,
    RelazioneSemestrale,
    Rilevazione,
    UnitaOrganizzativa,
    Utente,
)
from cycle.permissions import MACCHINA_OBIETTIVO, MACCHINA_RELAZIONE
from cycle.services.enti import Conferimento, conferisci, crea_ente, di_comando
from cycle.services.piano import importa
from notifications.models import Notifica
from tests import mondo

pytestmark = pytest.mark.django_db


def dell_agenda(chi: str, istante: datetime = mondo.ADESSO, ipa: str = "alfa") -> Agenda:
    return agenda.agenda(mondo.attore(chi, ipa, istante), mondo.ente(ipa), istante)


def compiti(chi: str, istante: datetime = mondo.ADESSO, ipa: str = "alfa") -> set[tuple[str, str]]:
    """(step, code of the objective) of all that waits for somebody."""
    return {
        (c.passo, c.obiettivo.codice)
        for u in dell_agenda(chi, istante, ipa).urgenze
        for g in u.gruppi
        for c in g.compiti
    }


def urgenza(chi: str, passo: str, istante: datetime) -> str:
    return next(
        u.codice
        for u in dell_agenda(chi, istante).urgenze
        for g in u.gruppi
        if g.passo == passo and g.periodo in ("", "2026-1")
    )


# --- what waits for whom ------------------------------------------------------------------------


def test_a_ognuno_cio_che_puo_fare_adesso() -> None:
    assert compiti("UNO DIRIGENTE") == {
        ("proponi", "OE01"),
        ("avvia", "OE03"),
        ("compila", "OE04"),
    }
    assert compiti("UNO PO") == {("avvia", "OE03"), ("compila", "OE04")}
    assert compiti("DUE DIRIGENTE") == {("proponi", "OE11"), ("compila", "OE12")}
    assert compiti("ATTI SEGRETERIA") == {("approva", "OE02")}
    assert compiti("SECONDO NUCLEO") == {("valida", "OE05")}


@pytest.mark.parametrize(
    "chi",
    [
        "SINDACA GIUNTA",
        "GENERALE SEGRETARIO",
        "GESTIONE CONTROLLO",
        "CONTI RAGIONERIA",
        "VERIFICA REVISORE",
        "SENZA INCARICO",
    ],
)
def test_a_chi_non_ha_passi_da_compiere_niente(chi: str) -> None:
    assert compiti(chi) == set()


def test_niente_di_un_altro_ente() -> None:
    """The first member of the Nucleo serves both: each scrivania shows its own."""
    for ipa in ("alfa", "beta"):
        giorni = dell_agenda("PRIMO NUCLEO", ipa=ipa)
        enti = {c.obiettivo.ente_id for u in giorni.urgenze for g in u.gruppi for c in g.compiti}
        assert enti == {mondo.ente(ipa).pk}


def test_una_scheda_incompleta_si_completa_prima_di_proporla() -> None:
    """R8: the same guards as the button, before the click; both who may write it see it."""
    Rilevazione.objects.filter(obiettivo=mondo.in_stato("bozza"), periodo__codice="2026-1").update(
        target=None
    )
    for chi in ("UNO DIRIGENTE", "UNO PO"):
        assert ("completa", "OE01") in compiti(chi)
        assert ("proponi", "OE01") not in compiti(chi)


def test_una_proposta_che_non_e_pronta_si_rivede_prima_della_giunta() -> None:
    Rilevazione.objects.filter(
        obiettivo=mondo.in_stato("proposta"), periodo__codice="2026-1"
    ).update(target=None)
    assert compiti("ATTI SEGRETERIA") == {("rivedi", "OE02")}


def test_una_relazione_piena_la_trasmette_il_dirigente() -> None:
    relazione = RelazioneSemestrale.objects.select_related("periodo").get(
        obiettivo=mondo.in_stato("in_corso"), periodo__codice="2026-1"
    )
    mondo.compila(relazione, "UNO PO")
    assert ("trasmetti", "OE04") in compiti("UNO DIRIGENTE")
    assert "OE04" not in {codice for _, codice in compiti("UNO PO")}


def test_di_un_periodo_non_ancora_cominciato_non_si_chiede_nulla() -> None:
    def periodi(istante: datetime) -> set[str]:
        return {
            g.periodo
            for u in dell_agenda("UNO PO", istante).urgenze
            for g in u.gruppi
            if g.passo == "compila"
        }

    assert periodi(mondo.ADESSO) == {"2026-1"}
    assert periodi(datetime(2026, 7, 1, 0, 0, tzinfo=UTC)) == {"2026-1", "2026-2"}


def test_ogni_passo_avanti_delle_macchine_ha_il_suo_genere() -> None:
    """A new transition must say what its task is called, and which term it has."""
    avanti = {
        (m.nome, t.nome)
        for m in (MACCHINA_OBIETTIVO, MACCHINA_RELAZIONE)
        for t in m.transizioni
        if not t.regole.ritorno
    }
    assert avanti <= set(agenda.GENERI)


# --- by when ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("istante", "atteso"),
    [
        (datetime(2026, 7, 23, 9, tzinfo=UTC), "poi"),
        (datetime(2026, 7, 24, 9, tzinfo=UTC), "settimana"),
        (datetime(2026, 7, 30, 21, 59, tzinfo=UTC), "settimana"),
        (datetime(2026, 7, 30, 22, 0, tzinfo=UTC), "oggi"),  # midnight in Rome
        (datetime(2026, 7, 31, 21, 59, 59, tzinfo=UTC), "oggi"),
        (datetime(2026, 7, 31, 22, 0, tzinfo=UTC), "scaduto"),
    ],
)
def test_l_urgenza_viene_dal_calendario_nell_ora_dell_ente(istante: datetime, atteso: str) -> None:
    """R41, R42: 31/07 belongs whole to the term, in Rome and not in UTC."""
    assert urgenza("UNO PO", "compila", istante) == atteso


def test_l_avvio_e_atteso_dal_giorno_in_cui_l_atto_l_ha_approvato() -> None:
    """Planned for 01/01, approved by an act of 20/02: late from then, as in the Piano."""
    [gruppo] = [
        g
        for u in dell_agenda("UNO PO").urgenze
        for g in u.gruppi
        if u.codice == "scaduto" and g.passo == "avvia"
    ]
    assert gruppo.termine is not None
    assert gruppo.termine.ultimo_giorno == date(2026, 2, 20)
    assert gruppo.termine.giorni == -10


def test_cio_che_e_piu_urgente_sta_prima() -> None:
    ordine = [u.codice for u in dell_agenda("UNO DIRIGENTE").urgenze]
    assert ordine == ["scaduto", "poi"]
    assert [u for u, _ in agenda.URGENZE] == ["scaduto", "oggi", "settimana", "poi"]


def test_la_striscia_impila_i_termini_dello_stesso_giorno() -> None:
    oggi = date(2026, 3, 2)

    def termine(giorno: date) -> termini.Termine:
        return termini.Termine("t", 2026, "", "ordinatoria", giorno, (giorno - oggi).days)

    striscia = termini.striscia(
        [termine(date(2026, 1, 31)), termine(date(2026, 1, 31)), termine(date(2026, 6, 30))], oggi
    )
    assert [s.livello for s in striscia.segni] == [0, 1, 0]
    assert striscia.livelli == 2
    assert [m for _, m in striscia.mesi][:2] == ["2026", "feb"]
    assert striscia.mesi[0][0] < striscia.segni[0].x < striscia.oggi < striscia.segni[2].x


# --- the page -----------------------------------------------------------------------------------


def test_la_pagina_del_dirigente(entra: Any) -> None:
    pagina = entra("UNO DIRIGENTE").get("/alfa/").content.decode()
    assert "Dirigente, Servizi alla persona" in pagina
    assert "3 cose ti aspettano" in pagina
    assert "Schede da proporre" in pagina
    assert "Relazioni da compilare" in pagina
    assert "Lavori pubblici" not in pagina  # the other settore
    assert "Servizi alla persona, 2026" in pagina  # the year in three numbers
    assert "nessun periodo si è ancora chiuso" in pagina
    assert pagina.count("<h1") == 1


def test_tre_numeri_solo_a_chi_guida_un_settore(entra: Any) -> None:
    assert 'id="riepilogo"' in entra("UNO PO").get("/alfa/").content.decode()
    for chi in ("SECONDO NUCLEO", "ATTI SEGRETERIA", "GENERALE SEGRETARIO"):
        assert 'id="riepilogo"' not in entra(chi).get("/alfa/").content.decode()


def test_i_tre_numeri(entra: Any, adesso: Any) -> None:
    """After 30/06 the indicators of submitted reports count; those still to be written do not."""
    luglio = datetime(2026, 7, 10, 9, tzinfo=UTC)
    adesso(luglio)
    relazione = RelazioneSemestrale.objects.get(
        obiettivo=mondo.in_stato("in_corso"), periodo__codice="2026-1"
    )
    mondo.compila(relazione, "UNO PO", luglio, valore=Decimal(0))
    relazione.refresh_from_db()
    mondo.muovi(relazione, "trasmetti", "UNO DIRIGENTE", istante=luglio)
    pagina = entra("UNO DIRIGENTE").get("/alfa/").content.decode()
    numeri = re.findall(r'class="grande">([^<]+)<', pagina)
    assert numeri[0] == "6"  # one objective in each state
    assert numeri[1].replace("\u00a0", " ") == "66,67 %"  # two at 100, and this one at 0
    assert numeri[2] == "3"  # the three indicators of the one objective
    assert "previsto 1, conseguito 0" in pagina


def test_senza_incarico_si_dice_come_averlo(entra: Any) -> None:
    pagina = entra("SENZA INCARICO").get("/alfa/").content.decode()
    assert "oggi non hai incarichi" in pagina
    assert "programmazione e controllo" in pagina


def test_un_incarico_finito_non_da_piu_nulla(entra: Any) -> None:
    """R83: `al` excluded."""
    Incarico.objects.filter(persona=mondo.persona("UNO DIRIGENTE")).update(al=mondo.ADESSO)
    assert "oggi non hai incarichi" in entra("UNO DIRIGENTE").get("/alfa/").content.decode()


def test_senza_compiti_si_dice_il_prossimo_termine_e_dove_guardare(entra: Any) -> None:
    pagina = entra("SINDACA GIUNTA").get("/alfa/").content.decode()
    assert "Niente ti aspetta adesso" in pagina
    assert "Il prossimo termine che ti riguarda" in pagina
    assert "/alfa/2026/piano/" in pagina


def test_un_ente_senza_anni_dice_chi_li_apre(entra: Any) -> None:
    ente = crea_ente(nome="Comune di Gamma", codice_ipa="gamma", istante=mondo.INIZIO)
    utente = Utente.objects.create(username="gamma")
    persona = Persona.objects.create(ente=ente, nome_completo="PRIMA PERSONA", utente=utente)
    conferisci(
        ente=ente,
        conferimenti=[
            Conferimento(
                persona,
                "controllo",
                UnitaOrganizzativa.objects.get(ente=ente),
                "decreto n. 1",
                mondo.INIZIO,
            )
        ],
        attore=di_comando(ente.pk, mondo.INIZIO),
        istante=mondo.INIZIO,
    )
    pagina = entra(utente).get("/gamma/").content.decode()
    assert "non ha ancora aperto nessun anno" in pagina
    assert "/piano/" not in pagina


def test_chi_e_di_un_altro_ente_non_la_vede(entra: Any) -> None:
    assert entra("UNO DIRIGENTE").get("/beta/").status_code == 404


def test_le_query_non_dipendono_dalle_righe(entra: Any) -> None:
    """One scheda to propose, then four: the same queries."""
    client = entra("DUE DIRIGENTE")
    client.get("/alfa/")

    def quante() -> int:
        with CaptureQueriesContext(
            connection,
        ) as query:
            assert client.get("/alfa/").status_code == 200
        return len(query)

    assert ("proponi", "OE11") in compiti("DUE DIRIGENTE")
    prima = quante()
    nuove = [mondo.scheda(f"OE{n}", "S2", 2) for n in (21, 22, 23)]
    importa(
        ente=mondo.ente(),
        piano=mondo.piano(nuove),
        come="piano",
        istante=mondo.ADESSO,
        stati={s.codice: "bozza" for s in nuove},
    )
    assert {c for p, c in compiti("DUE DIRIGENTE") if p == "proponi"} == {
        "OE11",
        "OE21",
        "OE22",
        "OE23",
    }
    assert quante() == prima


# --- news ---------------------------------------------------------------------------------------


def notizie(chi: str, ipa: str = "alfa") -> Any:
    return Notifica.objects.filter(utente=mondo.utente(chi, ipa), chiusa_il__isnull=True)


def fino_a(pagina: str) -> str:
    trovato = re.search(r'name="fino_a" value="([^"]+)"', pagina)
    assert trovato
    return trovato[1]


def test_le_novita_si_segnano_come_lette(entra: Any) -> None:
    client = entra("UNO DIRIGENTE")
    pagina = client.get("/alfa/").content.decode()
    assert notizie("UNO DIRIGENTE").filter(letta_il__isnull=True).exists()
    risposta = client.post("/alfa/notifiche/lette/", {"fino_a": fino_a(pagina)}, follow=True)
    assert "come lett" in risposta.content.decode()
    assert not notizie("UNO DIRIGENTE").filter(letta_il__isnull=True).exists()
    assert notizie("UNO PO").filter(letta_il__isnull=True).exists()  # somebody else's stay
    assert notizie("UNO DIRIGENTE", "beta").filter(letta_il__isnull=True).exists()


def test_cio_che_arriva_dopo_resta_da_leggere(entra: Any) -> None:
    client = entra("UNO DIRIGENTE")
    quando = fino_a(client.get("/alfa/").content.decode())
    rinfrescata = notizie("UNO DIRIGENTE").order_by("creata_il").first()
    Notifica.objects.filter(pk=rinfrescata.pk).update(
        creata_il=datetime.fromisoformat(quando) + timedelta(seconds=1)
    )
    client.post("/alfa/notifiche/lette/", {"fino_a": quando})
    assert list(notizie("UNO DIRIGENTE").filter(letta_il__isnull=True)) == [rinfrescata]


def test_htmx_riceve_il_riquadro_com_e_nella_pagina(entra: Any) -> None:
    client = entra("UNO DIRIGENTE")
    quando = fino_a(client.get("/alfa/").content.decode())
    frammento = client.post(
        "/alfa/notifiche/lette/", {"fino_a": quando}, headers={"HX-Request": "true"}
    ).content.decode()
    pagina = client.get("/alfa/").content.decode()
    assert "<html" not in frammento
    riquadro = re.split(r'id="riquadro-novita"[^>]*>', pagina)[1].split("</section>")[0]
    assert _senza_gettone(frammento) == _senza_gettone(riquadro)


def _senza_gettone(html: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", html).strip()


@pytest.mark.parametrize("testo", ["", "ieri", "2026-03-02", "2026-03-02T10:00:00"])
def test_un_istante_che_non_e_uno_non_segna_nulla(entra: Any, testo: str) -> None:
    client = entra("UNO DIRIGENTE")
    pagina = client.post("/alfa/notifiche/lette/", {"fino_a": testo}, follow=True)
    assert "c&#x27;era nulla" in pagina.content.decode()
    assert notizie("UNO DIRIGENTE").filter(letta_il__isnull=True).exists()


def test_segnare_e_un_modulo(entra: Any) -> None:
    assert entra("UNO DIRIGENTE").get("/alfa/notifiche/lette/").status_code == 405
    assert entra("UNO DIRIGENTE").post("/alfa/").status_code == 405
