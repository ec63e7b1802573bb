# SPDX-License-Identifier: AGPL-3.0-or-later
"""The scheda: steps with dates and names, acts and their reasons, figures, history; and the
percentage explained."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cycle import storia
from cycle.importers import piano as neutro
from cycle.models import (
    Collaboratore,
    Fase,
    Indicatore,
    Obiettivo,
    ObiettivoSpecifico,
    Rilevazione,
    Stanziamento,
    StoricoIndicatore,
)
from cycle.services.piano import importa
from cycle.services.relazioni import Compilazione, compila
from cycle.templatetags.disegni import banda, barra, calendario
from tests import mondo

pytestmark = pytest.mark.django_db


def scheda(client: Client, o: Obiettivo, codice: int = 200, resto: str = "") -> str:
    risposta = client.get(f"/alfa/obiettivi/{o.pid}/{resto}")
    assert risposta.status_code == codice, risposta.content.decode()
    return risposta.content.decode()


def solo_testo(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


# --- who sees it --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stato", "ciechi"),
    [
        (
            "bozza",
            {
                "DUE DIRIGENTE",
                "DUE PO",
                "CONTI RAGIONERIA",
                "VERIFICA REVISORE",
                "SENZA INCARICO",
            },
        ),
        ("in_corso", {"SENZA INCARICO"}),
    ],
)
def test_chi_la_vede(entra: Callable[..., Client], stato: str, ciechi: set[str]) -> None:
    o = mondo.in_stato(stato)
    for chi in mondo.PERSONE:
        for resto in ("", "percentuale/"):
            scheda(entra(chi), o, 404 if chi in ciechi else 200, resto)


def test_di_un_altro_ente_e_404(entra: Callable[..., Client]) -> None:
    altrui = mondo.in_stato("validato", "beta")
    scheda(entra("UNO DIRIGENTE"), altrui, 404)
    scheda(entra("PRIMO NUCLEO"), altrui, 404)  # hers too, but not here


def test_si_legge_e_basta(entra: Callable[..., Client]) -> None:
    o = mondo.in_stato("in_corso")
    assert entra("UNO PO").post(f"/alfa/obiettivi/{o.pid}/").status_code == 405


# --- steps --------------------------------------------------------------------------------------


def test_i_cinque_passi_con_giorno_e_nome() -> None:
    o = mondo.in_stato("validato")
    tappe = storia.tappe(ente_id=o.ente_id, obiettivo_id=o.pk, stato="validato")
    assert [(t.nome, t.come, t.chi) for t in tappe] == [
        ("Proposta", "fatta", "Uno Dirigente"),
        ("Approvato", "fatta", "Atti Segreteria"),
        ("In corso", "fatta", "Uno Po"),
        ("Rendicontato", "fatta", "Uno Dirigente"),
        ("Validato", "attuale", "Secondo Nucleo"),
    ]
    assert all(t.istante == mondo.ADESSO for t in tappe)


def test_un_passo_da_cui_si_e_tornati_e_da_rifare() -> None:
    o = mondo.in_stato("rendicontato")
    mondo.muovi(o, "riapri", "PRIMO NUCLEO", motivazione="Un valore da correggere.")
    tappe = storia.tappe(ente_id=o.ente_id, obiettivo_id=o.pk, stato="in_corso")
    assert [t.come for t in tappe] == ["fatta", "fatta", "attuale", "da_fare", "da_fare"]
    # back in it: the day is the last on which it was reached
    assert (tappe[2].chi, tappe[3].chi) == ("Primo Nucleo", "")


def test_prima_della_proposta_nessun_passo_e_fatto(entra: Callable[..., Client]) -> None:
    pagina = scheda(entra("UNO PO"), mondo.in_stato("bozza"))
    assert 'aria-current="step"' not in pagina
    assert "non ancora avviato" in pagina


# --- what can I do ------------------------------------------------------------------------------


def possibili(pagina: str) -> list[str]:
    return re.findall(r'hx-get="[^"]*/transizioni/(\w+)/"', pagina)


def negati(pagina: str) -> list[str]:
    """The steps greyed in the bar, each with its 'Perché no?'; not those folded away."""
    barra_atti = pagina.split("altri-passi")[0]
    return re.findall(r'hx-get="[^"]*/perche-no/(\w+)/"', barra_atti)


ATTI = [
    ("UNO DIRIGENTE", "bozza", ["proponi"], []),
    ("UNO PO", "bozza", [], ["proponi"]),
    ("ATTI SEGRETERIA", "proposta", ["rinvia", "approva"], []),
    ("UNO DIRIGENTE", "proposta", [], ["approva"]),
    ("UNO PO", "approvato", ["avvia"], []),
    ("DUE PO", "approvato", [], ["avvia"]),
    ("UNO DIRIGENTE", "in_corso", [], ["rendiconta"]),
    ("PRIMO NUCLEO", "rendicontato", ["riapri"], ["valida"]),
    ("VERIFICA REVISORE", "rendicontato", [], ["valida"]),
    ("PRIMO NUCLEO", "validato", ["riapri"], []),
    ("ATTI SEGRETERIA", "in_corso", [], ["rendiconta", "stralcia"]),
]


@pytest.mark.parametrize(("chi", "stato", "si", "no"), ATTI)
def test_accanto_a_ogni_atto_chi_puo_farlo(
    entra: Callable[..., Client], chi: str, stato: str, si: list[str], no: list[str]
) -> None:
    o, porta = mondo.in_stato(stato), entra(chi)
    barra = scheda(porta, o).split("altri-passi")[0]
    legami = re.findall(r'class="chi-puo" href="([^"]*/chi-puo/(\w+)/)"', barra)
    assert [nome for _dove, nome in legami] == si + no
    assert {porta.get(dove).status_code for dove, _nome in legami} == {200}


@pytest.mark.parametrize(("chi", "stato", "si", "no"), ATTI)
def test_gli_atti_possibili_e_i_perche_degli_altri(
    entra: Callable[..., Client], chi: str, stato: str, si: list[str], no: list[str]
) -> None:
    pagina = scheda(entra(chi), mondo.in_stato(stato))
    assert possibili(pagina) == si
    assert negati(pagina) == no
    # every step of the machine is either done with a button or explained
    tutti = re.findall(r'hx-get="[^"]*/(?:transizioni|perche-no)/(\w+)/"', pagina)
    assert len(tutti) == len(set(tutti)) == 8


def test_si_dice_a_chi_tocca(entra: Callable[..., Client]) -> None:
    o = mondo.in_stato("proposta")
    assert "tocca a Segreteria della giunta" in scheda(entra("UNO DIRIGENTE"), o)
    assert "tocca a te" in scheda(entra("UNO DIRIGENTE"), mondo.in_stato("in_corso"))
    assert "Il percorso è compiuto" in scheda(entra("UNO PO"), mondo.in_stato("validato"))


def test_i_link_vivono_senza_javascript(entra: Callable[..., Client]) -> None:
    pagina = scheda(entra("UNO PO"), mondo.in_stato("approvato"))
    # what happens by itself, nobody clicks: without JavaScript the page is as it was loaded
    cliccati = re.sub(r'<[^>]+hx-trigger="[^"]+ from:body[^>]+>', "", pagina)
    for dove in re.findall(r'hx-get="([^"]+)"', cliccati):
        assert f'href="{dove}"' in pagina
        assert entra("UNO PO").get(dove).status_code == 200


# --- what it shows ------------------------------------------------------------------------------


def test_cifre_di_periodo_e_anno(entra: Callable[..., Client]) -> None:
    o = mondo.in_stato("bozza")
    i = Indicatore.objects.get(obiettivo=o, nome="N. sportelli - aperti")
    Indicatore.objects.filter(pk=i.pk).update(unita_misura="euro")
    Rilevazione.objects.filter(indicatore=i, periodo__ordine=1).update(valore=Decimal("0.5"))
    StoricoIndicatore.objects.create(
        ente_id=o.ente_id, obiettivo=o, indicatore=i, anno=2024, valore=Decimal("1234.5")
    )
    pagina = scheda(entra("UNO PO"), o)
    assert "0,50\u00a0€" in pagina
    assert "2024: 1.234,50\u00a0€" in pagina
    assert pagina.count("target non raggiunto") == 1  # June's: the year is not over
    assert 'class="proiettile mancato"' in pagina
    assert "style=" not in pagina  # the CSP would refuse it


def test_zero_su_zero_non_e_un_mancato_risultato(entra: Callable[..., Client]) -> None:
    """R73: not assessed, neither reached nor missed."""
    o = mondo.in_stato("bozza")
    di_giugno = Rilevazione.objects.filter(obiettivo=o, periodo__ordine=1)
    di_giugno.update(valore=0)
    assert scheda(entra("UNO PO"), o).count("target non raggiunto") == 3
    di_giugno.update(target=0)
    pagina = scheda(entra("UNO PO"), o)
    assert "target non raggiunto" not in pagina
    assert "target raggiunto" not in pagina


def test_settore_nucleo_e_risposta_fianco_a_fianco(entra: Callable[..., Client]) -> None:
    """R53: in this order, as in the printed form."""
    o = mondo.in_stato("rendicontato")
    prima = o.relazionesemestrale_tutti.get(periodo__ordine=1)
    mondo.osserva(prima, "Si chiedono <i>chiarimenti</i>.", "Eccoli.")
    testo = solo_testo(scheda(entra("UNO PO"), o))
    a, b, c = (
        testo.index(x)
        for x in ("Attività svolta come previsto.", "Si chiedono &lt;i&gt;", "Eccoli.")
    )
    assert a < b < c


def test_la_versione_in_vigore_con_atto_e_impronta(entra: Callable[..., Client]) -> None:
    o = mondo.in_stato("approvato")
    versione = o.versioneobiettivo_tutti.get()
    pagina = scheda(entra("DUE PO"), o)
    assert versione.sha256 in pagina
    assert "Giunta n. OE03 del 20/02/2026" in pagina


def test_la_storia_in_frasi(entra: Callable[..., Client]) -> None:
    o = mondo.in_stato("proposta")
    mondo.muovi(o, "rinvia", "GESTIONE CONTROLLO", motivazione="Mancano <due> target.")
    testo = solo_testo(scheda(entra("UNO PO"), o))
    assert (
        "Il 02/03/2026 alle 10:00 Uno Dirigente, dirigente di Servizi alla persona, "
        "ha proposto l&#x27;obiettivo."
    ) in testo
    assert "Gestione Controllo, programmazione e controllo, ha rinviato" in testo
    assert "Mancano &lt;due&gt; target." in testo
    assert "un comando di sistema ha importato la scheda" in testo


def test_la_storia_dice_dell_atto_e_della_relazione(entra: Callable[..., Client]) -> None:
    testo = solo_testo(scheda(entra("UNO PO"), mondo.in_stato("validato")))
    assert "approvazione dell&#x27;obiettivo (giunta n. OE06 del 20/02/2026)" in testo
    assert "ha trasmesso la relazione del secondo semestre 2026" in testo
    assert "Secondo Nucleo, componente del Nucleo di valutazione, ha validato" in testo


def test_i_rifiuti_non_fanno_storia(entra: Callable[..., Client]) -> None:
    o = mondo.in_stato("approvato")
    prima = len(storia.fatti(ente_id=o.ente_id, obiettivo_id=o.pk))
    entra("DUE PO").post(f"/alfa/obiettivi/{o.pid}/transizioni/avvia/", {"revisione": o.revisione})
    assert len(storia.fatti(ente_id=o.ente_id, obiettivo_id=o.pk)) == prima


def test_l_impegno_e_della_propria_unita_e_del_controllo(entra: Callable[..., Client]) -> None:
    """Domain 2: effort is not for everybody."""
    o = mondo.in_stato("in_corso")
    Collaboratore.objects.filter(obiettivo=o).update(impegno=Decimal("37.5"))
    for chi in ("UNO PO", "UNO DIRIGENTE", "GESTIONE CONTROLLO"):
        assert "37,5\u00a0%" in scheda(entra(chi), o)
    for chi in ("DUE DIRIGENTE", "PRIMO NUCLEO", "VERIFICA REVISORE", "ATTI SEGRETERIA"):
        assert "37,5\u00a0%" not in scheda(entra(chi), o)


def test_cio_che_e_di_tutta_la_scheda(entra: Callable[..., Client]) -> None:
    """Money of no specifico, and what only one comune's form says."""
    o = mondo.in_stato("bozza")
    assert "Stanziamenti della scheda" not in scheda(entra("UNO PO"), o)
    Stanziamento.objects.create(
        ente_id=o.ente_id,
        obiettivo=o,
        capitolo="40086",
        articolo="02",
        parte="spese_investimento",
        importo=Decimal("300000"),
    )
    Obiettivo.objects.filter(pk=o.pk).update(sezioni=[["Area tematica", "8. <b>Lago</b>"]])
    pagina = scheda(entra("UNO PO"), o)
    assert "Stanziamenti della scheda" in pagina
    assert "40086/02" in pagina
    assert "Area tematica" in pagina
    assert "8. &lt;b&gt;Lago&lt;/b&gt;" in pagina


def test_fasi_e_soldi(entra: Callable[..., Client]) -> None:
    o = mondo.in_stato("bozza")
    s = ObiettivoSpecifico.objects.filter(obiettivo=o).earliest("ordine")
    comune: dict[str, Any] = {"ente_id": o.ente_id, "obiettivo": o, "specifico": s}
    Fase.objects.create(
        **comune,
        ordine=1,
        descrizione="Gara",
        peso=Decimal(40),
        avanzamento=Decimal(100),
        inizio_previsto=date(2026, 1, 10),
        fine_prevista=date(2026, 2, 20),
        inizio_effettivo=date(2026, 1, 15),
        fine_effettiva=date(2026, 3, 1),
    )
    Stanziamento.objects.create(
        **comune, capitolo="03641", articolo="00", parte="spese_correnti", importo=Decimal("18000")
    )
    pagina = scheda(entra("UNO PO"), o)
    assert "15/01/2026 – 01/03/2026" in pagina
    assert '<svg class="gantt"' in pagina
    assert "18.000,00\u00a0€" in pagina


# --- drawings -----------------------------------------------------------------------------------


def test_il_calendario_delle_fasi_va_oltre_l_anno() -> None:
    fase = Fase(inizio_previsto=date(2025, 11, 1), fine_prevista=date(2027, 1, 31))
    mesi = calendario([fase], 2026)
    assert (len(mesi.mesi), mesi.iniziali[:3]) == (15, ["N", "D", "G"])
    disegno = banda(fase, mesi, date(2026, 3, 2))
    assert 'class="previsto" x="0.00" y="2" width="100.00"' in disegno
    assert 'class="oggi"' in disegno
    assert 'class="effettivo"' not in disegno
    assert 'class="oggi"' not in banda(fase, mesi, date(2030, 1, 1))


def test_fasi_senza_date_non_disegnano_nulla() -> None:
    mesi = calendario([Fase()], 2026)
    assert len(mesi.mesi) == 12
    assert "<rect" not in banda(Fase(), mesi, date(2026, 3, 2))


@pytest.mark.parametrize(
    ("calcolata", "larga"), [("66.67", "66.67"), ("212", "100.00"), ("0", "0.00")]
)
def test_la_barra_non_esce_dal_suo_posto(calcolata: str, larga: str) -> None:
    assert f'class="piena" x="0" y="2" width="{larga}"' in barra(Decimal(calcolata))


# --- the percentage explained -------------------------------------------------------------------


def test_la_percentuale_si_apre(entra: Callable[..., Client]) -> None:
    pagina = solo_testo(scheda(entra("DUE PO"), mondo.in_stato("validato"), resto="percentuale/"))
    assert "È al 100,00 %: media semplice di 2 obiettivi specifici." in pagina
    assert "(p1 + p2) / 2 × 100" in pagina
    assert "(peso1 × s1 + peso2 × s2) / (peso1 + peso2)" in pagina
    assert "OE0601 Azione 1 di OE06" in pagina


def test_fino_a_quale_periodo(entra: Callable[..., Client]) -> None:
    o = mondo.in_stato("in_corso")
    client = entra("UNO PO")
    assert "Provvisoria" in scheda(client, o, resto="percentuale/")
    assert "Provvisoria" not in scheda(
        client, mondo.in_stato("validato"), resto="percentuale/?periodo=2026-1"
    )
    scheda(client, o, 404, "percentuale/?periodo=2025-1")


# --- size ---------------------------------------------------------------------------------------


def grande(codice: str, specifici: int, indicatori: int) -> neutro.Obiettivo:
    """A scheda of that many specifici with that many indicators each, and titles of 1000."""
    base = mondo.scheda(codice, "S1", 1)
    uno = base.specifici[0]

    def righe(n: int) -> Sequence[neutro.Indicatore]:
        peso, resto = divmod(100, indicatori)
        return [
            replace(
                uno.indicatori[0],
                nome=f"N. {k} di {n}",
                peso=Decimal(peso + (resto if not k else 0)),
            )
            for k in range(indicatori)
        ]

    return replace(
        base,
        titolo="Parola " * 142,
        specifici=tuple(
            replace(uno, codice=f"{codice}{n:02d}", titolo="T" * 1000, indicatori=tuple(righe(n)))
            for n in range(1, specifici + 1)
        ),
    )


def test_le_domande_al_database_non_crescono(entra: Callable[..., Client]) -> None:
    """As many for 2 specifici and a few events as for 12 specifici, 48 indicators, 60 events."""
    schede = [grande("OE80", 12, 4)]
    importa(ente=mondo.ente(), piano=mondo.piano(schede), come="piano", istante=mondo.ADESSO)
    o = mondo.obiettivo("OE80")
    mondo.muovi(o, "approva", "ATTI SEGRETERIA", atto=mondo.atto(numero="80"))
    mondo.muovi(o, "avvia", "UNO PO")
    relazione = o.relazionesemestrale_tutti.earliest("periodo__ordine")
    for n in range(60):
        compila(
            relazione=relazione,
            compilazione=Compilazione({i.pk: Decimal(n) for i in o.indicatore_tutti.all()}, {}),
            by=mondo.attore("UNO PO"),
            istante=mondo.ADESSO,
        )
    client = entra("UNO DIRIGENTE")

    def domande(oggetto: Obiettivo, resto: str) -> int:
        scheda(client, oggetto, resto=resto)
        with CaptureQueriesContext(connection) as fatte:
            scheda(client, oggetto, resto=resto)
        return len(fatte)

    for resto, massimo in (("", 32), ("percentuale/", 20), ("relazioni/2026-1/", 26)):
        tante = domande(o, resto)
        assert tante == domande(mondo.in_stato("in_corso"), resto)
        assert tante <= massimo


def test_un_programma_di_piu_livelli_dall_alto(entra: Callable[..., Client]) -> None:
    base = mondo.scheda("OE81", "S1", 1)
    nodo = neutro.Nodo((("Missione", "01", "Istituzionale"), ("Programma", "0102", "Segreteria")))
    importa(
        ente=mondo.ente(),
        piano=mondo.piano([replace(base, nodi=(nodo,))]),
        come="piano",
        istante=mondo.ADESSO,
    )
    testo = solo_testo(scheda(entra("UNO PO"), mondo.obiettivo("OE81")))
    assert "01 Istituzionale › 0102 Segreteria" in testo
