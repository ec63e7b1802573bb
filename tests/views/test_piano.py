# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Piano: who sees which objectives, filters in the address, totals, lateness, export."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cycle.elenco import Elenco
from cycle.filtri import Filtri
from cycle.models import Obiettivo
from cycle.services.piano import importa
from tests import mondo
from tests.variazioni.mondo import presentata, redigi
from workflows.registro.models import Evento

pytestmark = pytest.mark.django_db
PIANO = f"/alfa/{mondo.ANNO}/piano/"


def html(client: Client, indirizzo: str = PIANO, codice: int = 200, **intestazioni: str) -> str:
    risposta = client.get(indirizzo, headers=intestazioni)
    assert risposta.status_code == codice, risposta.content.decode()
    return risposta.content.decode()


def codici(pagina: str) -> list[str]:
    """The codes of the table, in order."""
    return re.findall(r'role="rowheader" class="codice">([^<]+)<', pagina)


def totale(pagina: str) -> str:
    trovato = re.search(r"<strong>([\d.]+) obiettiv", pagina)
    assert trovato is not None
    return trovato[1]


def aggiungi(quanti: int, primo: int = 100, ipa: str = "alfa") -> None:
    """More proposals in the first settore."""
    schede = [mondo.scheda(f"OE{n}", "S1", 1) for n in range(primo, primo + quanti)]
    importa(ente=mondo.ente(ipa), piano=mondo.piano(schede), come="piano", istante=mondo.ADESSO)


# --- who sees what (domain 2) -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chi", "attesi"),
    [
        # own drafts, and whatever was approved elsewhere
        ("UNO DIRIGENTE", ["OE01", "OE02", "OE03", "OE04", "OE05", "OE06", "OE12"]),
        ("DUE PO", ["OE03", "OE04", "OE05", "OE06", "OE11", "OE12"]),
        ("CONTI RAGIONERIA", ["OE03", "OE04", "OE05", "OE06", "OE12"]),
        ("VERIFICA REVISORE", ["OE03", "OE04", "OE05", "OE06", "OE12"]),
        ("SENZA INCARICO", []),
        *(
            (chi, ["OE01", "OE02", "OE03", "OE04", "OE05", "OE06", "OE11", "OE12"])
            for chi in (
                "PRIMO NUCLEO",
                "ATTI SEGRETERIA",
                "SINDACA GIUNTA",
                "GENERALE SEGRETARIO",
                "GESTIONE CONTROLLO",
            )
        ),
    ],
)
def test_ognuno_vede_il_suo(entra: Callable[..., Client], chi: str, attesi: list[str]) -> None:
    assert codici(html(entra(chi))) == attesi


def test_di_un_altro_ente_non_si_sa_nulla(entra: Callable[..., Client]) -> None:
    assert entra("UNO DIRIGENTE").get(f"/beta/{mondo.ANNO}/piano/").status_code == 404
    assert entra("UNO DIRIGENTE").get("/gamma/2026/piano/").status_code == 404
    # who serves both enti sees each by itself
    assert "Comune di Beta" in html(entra("PRIMO NUCLEO"), f"/beta/{mondo.ANNO}/piano/")


def test_un_anno_mai_aperto_non_c_e(entra: Callable[..., Client]) -> None:
    assert entra("GESTIONE CONTROLLO").get("/alfa/2019/piano/").status_code == 404


def test_chi_non_e_entrato_va_ad_accedere(client: Client) -> None:
    risposta = client.get(PIANO)
    assert risposta.status_code == 302
    assert risposta["Location"].startswith(reverse("accedi"))


def test_il_piano_si_legge_e_basta(entra: Callable[..., Client]) -> None:
    assert entra("GESTIONE CONTROLLO").post(PIANO).status_code == 405


def test_vuoto_dice_che_cosa_fare(entra: Callable[..., Client]) -> None:
    assert "può importare un piano" in html(entra("SENZA INCARICO"))
    pagina = html(entra("UNO PO"), f"{PIANO}?testo=introvabile")
    assert "Nessun obiettivo corrisponde ai filtri" in pagina
    assert f'href="{PIANO}"' in pagina  # the way out


# --- filters, order, pages: all in the address --------------------------------------------------


@pytest.mark.parametrize(
    ("filtro", "attesi"),
    [
        ("stato=in_corso", ["OE04", "OE12"]),
        ("unita=S2", ["OE11", "OE12"]),
        ("unita=S2&stato=in_corso", ["OE12"]),
        ("unita=ENTE&stato=bozza", ["OE01", "OE11"]),
        ("unita=NESSUNA", []),
        ("tipo=OE&testo=oe05", ["OE05"]),
        ("tipo=UO", []),
        ("testo=servizio+OE1", ["OE11", "OE12"]),
        ("testo=cittadini&stato=validato", ["OE06"]),
        ("testo=cittàdini&stato=validato", ["OE06"]),
        ("ordine=-codice&unita=S2", ["OE12", "OE11"]),
        ("ordine=stato&unita=S2", ["OE11", "OE12"]),
        ("ordine=-stato&unita=S2", ["OE12", "OE11"]),
        ("ordine=-percentuale&stato=validato", ["OE06"]),
        # a word the list does not know counts as not said
        ("stato=immaginario&unita=S2", ["OE11", "OE12"]),
        ("ordine=segreto&unita=S2", ["OE11", "OE12"]),
        ("responsabile=nessuno&unita=S2", ["OE11", "OE12"]),
        ("programma=x&pagina=-3&unita=S2", ["OE11", "OE12"]),
        ("testo=%00&unita=S2", ["OE11", "OE12"]),
        ("pagina=99&unita=S2", ["OE11", "OE12"]),
    ],
)
def test_filtri(entra: Callable[..., Client], filtro: str, attesi: list[str]) -> None:
    pagina = html(entra("GESTIONE CONTROLLO"), f"{PIANO}?{filtro}")
    assert codici(pagina) == attesi
    assert totale(pagina) == str(len(attesi))


def test_filtro_per_responsabile_generale_o_operativo(entra: Callable[..., Client]) -> None:
    for nome in ("DUE DIRIGENTE", "DUE PO"):
        pid = mondo.persona(nome).pid
        pagina = html(entra("GESTIONE CONTROLLO"), f"{PIANO}?responsabile={pid}")
        assert codici(pagina) == ["OE11", "OE12"]


def test_filtro_per_programma_e_per_quanto_sta_sotto(entra: Callable[..., Client]) -> None:
    nodo = mondo.obiettivo("OE04").nodi.get()
    pagina = html(entra("UNO PO"), f"{PIANO}?programma={nodo.pid}&stato=in_corso")
    assert codici(pagina) == ["OE04", "OE12"]
    altro = mondo.obiettivo("OE04", "beta").nodi.get()
    assert codici(html(entra("UNO PO"), f"{PIANO}?programma={altro.pid}")) == []


def test_pagine_da_25_che_tengono_i_filtri(entra: Callable[..., Client]) -> None:
    aggiungi(30)
    client = entra("GESTIONE CONTROLLO")
    prima = html(client, f"{PIANO}?unita=S1&ordine=-codice&vista=tabella")
    assert len(codici(prima)) == 25
    assert totale(prima) == "36"
    assert "1–25 di 36" in prima
    seguente = re.search(r'rel="next" href="([^"]+)"', prima)
    assert seguente is not None
    indirizzo = seguente[1].replace("&amp;", "&")
    assert {"unita=S1", "ordine=-codice", "pagina=2"} <= set(indirizzo.lstrip("?").split("&"))
    seconda = html(client, PIANO + indirizzo)
    assert len(codici(seconda)) == 11
    assert not set(codici(prima)) & set(codici(seconda))
    # beyond the last page, the last
    assert codici(html(client, f"{PIANO}?unita=S1&ordine=-codice&pagina=900")) == codici(seconda)


def test_i_filtri_si_rivedono_nel_modulo(entra: Callable[..., Client]) -> None:
    pagina = html(entra("UNO PO"), f"{PIANO}?testo=%22%3E%3Cscript%3E&unita=S2&ritardo=1")
    assert 'value="&quot;&gt;&lt;script&gt;"' in pagina
    assert '<option value="S2" selected>' in pagina
    assert re.search(r'name="ritardo" value="1" checked', pagina)


# --- totals and lateness ------------------------------------------------------------------------


def test_totali_e_media_contano_tutti(entra: Callable[..., Client]) -> None:
    """R63: an objective without a percentage is counted, and does not enter the mean."""
    Obiettivo.objects.filter(pk=mondo.obiettivo("OE05").pk).update(
        percentuale_calcolata=Decimal("50")
    )
    pagina = html(entra("UNO PO"), f"{PIANO}?unita=S1")
    assert totale(pagina) == "6"
    assert re.search(r"media calcolata <b>75,00\s%</b> su 2", pagina)
    assert re.search(r"convalidata <b>100,00\s%</b> su 1", pagina)


def test_i_conteggi_per_stato_offrono_gli_altri_stati(entra: Callable[..., Client]) -> None:
    pagina = html(entra("GESTIONE CONTROLLO"), f"{PIANO}?stato=bozza")
    assert totale(pagina) == "2"
    assert re.search(r'stato=in_corso"[^>]*>.*?<b>2</b>', pagina)


@pytest.mark.parametrize(
    ("istante", "codice", "giorni"),
    [
        # R41: the last day is all in time
        (datetime(2026, 7, 31, 21, 59, tzinfo=UTC), "OE04", 0),
        (datetime(2026, 7, 31, 22, 0, tzinfo=UTC), "OE04", 1),
        (datetime(2026, 8, 10, 9, tzinfo=UTC), "OE04", 10),
        (datetime(2026, 8, 10, 9, tzinfo=UTC), "OE03", 171),  # approved on 20/02, never started
        (datetime(2027, 3, 10, 9, tzinfo=UTC), "OE05", 9),  # validation due by 1/3 (28/2 is Sunday)
        (datetime(2027, 3, 10, 9, tzinfo=UTC), "OE06", 0),
        (datetime(2027, 3, 10, 9, tzinfo=UTC), "OE01", 0),
    ],
)
def test_giorni_di_ritardo(istante: datetime, codice: str, giorni: int) -> None:
    elenco = Elenco(
        mondo.attore("GESTIONE CONTROLLO"), mondo.ciclo(), Filtri(testo=codice), istante
    )
    [riga] = elenco.pagina(1)
    assert riga.giorni_di_ritardo == giorni


def test_solo_in_ritardo(entra: Callable[..., Client], adesso: Callable[[datetime], None]) -> None:
    adesso(datetime(2026, 8, 10, 9, tzinfo=UTC))
    pagina = html(entra("UNO PO"), f"{PIANO}?ritardo=1&ordine=ritardo")
    assert codici(pagina) == ["OE03", "OE04", "OE12"]
    assert "171 giorni" in pagina
    assert "da rendicontare" in pagina


def test_una_variazione_da_decidere_si_vede(entra: Callable[..., Client]) -> None:
    o = mondo.obiettivo("OE04")
    for stato in ("bozza", "presentata"):
        if stato == "presentata":
            presentata(o)
        else:
            redigi(o)
        pagina = html(entra("DUE PO"), f"{PIANO}?testo=OE04")
        # a draft is still its settore's own
        assert ("variazione da decidere" in pagina) is (stato == "presentata")


# --- trees and board ----------------------------------------------------------------------------


def test_albero_per_unita(entra: Callable[..., Client]) -> None:
    pagina = html(entra("GESTIONE CONTROLLO"), f"{PIANO}?vista=unita&stato=in_corso")
    assert "Servizi alla persona" in pagina
    assert re.search(r'href="\?stato=in_corso&amp;unita=S2">1 obiettivo', pagina)


def test_albero_per_programma_conta_una_volta_chi_sta_in_due_nodi(
    entra: Callable[..., Client],
) -> None:
    pagina = html(entra("GESTIONE CONTROLLO"), f"{PIANO}?vista=programma")
    assert "Programma: Una città per tutti" in pagina
    assert re.search(r"programma=[0-9a-f-]{36}\">8 obiettivi", pagina)


def test_lavagna_per_stato(entra: Callable[..., Client]) -> None:
    aggiungi(14)
    pagina = html(entra("GESTIONE CONTROLLO"), f"{PIANO}?vista=stati")
    assert pagina.count('class="cartellino"') == 7 + 12  # of 15 proposals, the first 12
    assert "Tutti i 15 in tabella" in pagina


# --- queries, fragments, export -----------------------------------------------------------------


def domande(client: Client, indirizzo: str) -> int:
    html(client, indirizzo)  # what is cached once stays out of the count
    with CaptureQueriesContext(
        connection,
    ) as fatte:
        html(client, indirizzo)
    return len(fatte)


@pytest.mark.parametrize("vista", ["tabella", "unita", "programma", "stati"])
def test_le_domande_al_database_non_crescono(entra: Callable[..., Client], vista: str) -> None:
    client = entra("GESTIONE CONTROLLO")
    indirizzo = f"{PIANO}?vista={vista}&unita=S1"
    prima = domande(client, indirizzo)
    aggiungi(60)
    assert domande(client, indirizzo) == prima
    assert prima <= 17


@pytest.mark.parametrize("vista", ["tabella", "unita", "programma", "stati"])
def test_il_frammento_e_la_parte_della_pagina(entra: Callable[..., Client], vista: str) -> None:
    client = entra("UNO PO")
    indirizzo = f"{PIANO}?vista={vista}&stato=in_corso"
    frammento = html(client, indirizzo, **{"HX-Request": "true", "HX-Target": "elenco"})
    assert frammento.strip() in html(client, indirizzo)
    assert frammento.strip().startswith("{#") is False
    assert '<div id="elenco">' in frammento


ESPORTA = f"/alfa/{mondo.ANNO}/piano/json/"


@pytest.mark.parametrize("chi", ["GESTIONE CONTROLLO", "GENERALE SEGRETARIO", "VERIFICA REVISORE"])
def test_esporta_chi_puo_e_solo_cio_che_vede(entra: Callable[..., Client], chi: str) -> None:
    client = entra(chi)
    assert ESPORTA in html(client, f"{PIANO}?stato=in_corso")
    prima = Evento.objects.filter(verbo="esporta").count()
    risposta = client.get(f"{ESPORTA}?unita=S1")
    esportati = {o["codice"] for o in risposta.json()["obiettivi"]}
    assert esportati == set(codici(html(client, f"{PIANO}?unita=S1")))
    assert "attachment" in risposta["Content-Disposition"]
    assert Evento.objects.filter(verbo="esporta").count() == prima + 1


@pytest.mark.parametrize(
    "chi", ["UNO DIRIGENTE", "UNO PO", "PRIMO NUCLEO", "ATTI SEGRETERIA", "SENZA INCARICO"]
)
def test_non_esporta_chi_non_puo(entra: Callable[..., Client], chi: str) -> None:
    client = entra(chi)
    assert ESPORTA not in html(client)
    assert client.get(ESPORTA).status_code == 403


def test_titoli_lunghissimi_e_maligni_non_rompono_la_pagina(entra: Callable[..., Client]) -> None:
    o = mondo.obiettivo("OE01")
    Obiettivo.objects.filter(pk=o.pk).update(titolo="<b>x</b>" + "lungo " * 150)
    pagina = html(entra("UNO PO"))
    assert "<b>x</b>" not in pagina
    assert "&lt;b&gt;x&lt;/b&gt;" in pagina


def test_anno_e_date_non_portano_il_punto_delle_migliaia(entra: Callable[..., Client]) -> None:
    pagina = html(entra("UNO PO"))
    assert "2.026" not in pagina
    assert f"Piano degli obiettivi {mondo.ANNO}" in pagina
