# SPDX-License-Identifier: AGPL-3.0-or-later
"""The grid of a period: what must I still fill? Saved whole, cell by cell, and by two people at
once (R52-R54)."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cycle.models import (
    Fase,
    Indicatore,
    Obiettivo,
    ObiettivoSpecifico,
    RelazioneSemestrale,
    Rilevazione,
    VoceRelazione,
)
from tests import mondo
from workflows.registro.models import Evento

pytestmark = pytest.mark.django_db

GRIGLIA = "/alfa/2026/griglia/2026-1/"


def indicatori(o: Obiettivo | None = None) -> list[Indicatore]:
    o = o or mondo.in_stato("in_corso")
    return list(Indicatore.objects.filter(obiettivo=o).order_by("specifico__ordine", "ordine"))


def pagina(client: Client, dove: str = GRIGLIA) -> str:
    risposta = client.get(dove)
    assert risposta.status_code == 200, risposta.content.decode()
    return risposta.content.decode()


def celle(client: Client, *voci: tuple[str, str, str], codice: int = 200) -> dict[str, Any]:
    """Save (cell, value, what it showed) as the page's script does."""
    scritte = [{"nome": n, "valore": v, "base": b} for n, v, b in voci]
    risposta = client.post(f"{GRIGLIA}celle/", {"celle": json.dumps(scritte)})
    assert risposta.status_code == codice, risposta.content.decode()
    detto: dict[str, Any] = risposta.json()
    return detto


def valore(i: Indicatore) -> Decimal | None:
    return Rilevazione.objects.get(indicatore=i, periodo__ordine=1).valore


def test_griglia_della_propria_unita(entra: Callable[..., Client]) -> None:
    """R52: one grid for all the objectives of the unit, each with what it is measured against."""
    testo = pagina(entra("UNO PO"))
    assert "OE04" in testo
    assert "OE12" not in testo
    assert "Mancano 3 valori" in testo
    assert testo.count("data-dovuta") == 3
    for i in indicatori():
        assert f'href="#c_valore_{i.pid}"' in testo
    assert "Qui si legge soltanto" in pagina(entra("GESTIONE CONTROLLO"))


def test_salva_intera_senza_script(entra: Callable[..., Client]) -> None:
    """One form: values, notes, texts, and nothing that was not touched."""
    client, (a, b, c) = entra("UNO PO"), indicatori()
    campi = mondo.campi(pagina(client))
    specifico = ObiettivoSpecifico.objects.get(pk=a.specifico_id)
    campi |= {
        f"valore_{a.pid}": "12,5",
        f"nota_{a.pid}": "Contati a giugno",
        f"testo_{specifico.pid}": "Fatto.\r\nQuasi tutto.",
    }
    risposta = client.post(GRIGLIA, campi)
    assert risposta.status_code == 303, risposta.content.decode()
    riga = Rilevazione.objects.get(indicatore=a, periodo__ordine=1)
    assert (riga.valore, riga.nota) == (Decimal("12.5"), "Contati a giugno")
    assert valore(b) is None
    assert valore(c) is None
    assert (
        VoceRelazione.objects.get(specifico=specifico, relazione__periodo__ordine=1).testo
        == "Fatto.\nQuasi tutto."
    )
    assert Evento.objects.filter(procedura="relazione", verbo="compila").latest("id").azione
    testo = pagina(client)
    assert "Salvato: 3 celle." in testo
    assert 'value="12,5"' in testo
    assert "Mancano 2 valori" in testo


def test_cio_che_non_si_legge_non_ferma_il_resto(entra: Callable[..., Client]) -> None:
    """422: the cell says what is wrong, keeps what was typed, and the others are saved."""
    client, (a, b, _c) = entra("UNO PO"), indicatori()
    campi = mondo.campi(pagina(client))
    risposta = client.post(GRIGLIA, campi | {f"valore_{a.pid}": "molti", f"valore_{b.pid}": "3"})
    assert risposta.status_code == 422
    testo = risposta.content.decode()
    assert f'href="#c_valore_{a.pid}"' in testo
    assert 'value="molti"' in testo
    assert "«molti» non è un numero" in testo
    assert 'aria-invalid="true"' in testo
    assert (valore(a), valore(b)) == (None, Decimal(3))


def test_due_sulla_stessa_griglia_celle_diverse(entra: Callable[..., Client]) -> None:
    """Nobody loses anything: different cells, whoever saves second, whole page or not."""
    po, dirigente, (a, b, _c) = entra("UNO PO"), entra("UNO DIRIGENTE"), indicatori()
    campi = mondo.campi(pagina(po))
    celle(dirigente, (f"valore_{a.pid}", "7", ""))
    assert po.post(GRIGLIA, campi | {f"valore_{b.pid}": "9"}).status_code == 303
    assert (valore(a), valore(b)) == (Decimal(7), Decimal(9))


def test_due_sulla_stessa_cella(entra: Callable[..., Client]) -> None:
    """The cell is shown with both values, whose the other one is, and when; the second save, made
    knowingly, stands."""
    po, dirigente, (a, b, _c) = entra("UNO PO"), entra("UNO DIRIGENTE"), indicatori()
    campi = mondo.campi(pagina(po))
    celle(dirigente, (f"valore_{a.pid}", "7", ""))
    risposta = po.post(GRIGLIA, campi | {f"valore_{a.pid}": "8", f"valore_{b.pid}": "9"})
    assert risposta.status_code == 409
    testo = risposta.content.decode()
    assert "Uno Dirigente ha scritto «7» il 02/03/2026 alle 10:00." in testo
    assert (valore(a), valore(b)) == (Decimal(7), Decimal(9))
    ripresi = mondo.campi(testo)
    assert ripresi[f"valore_{a.pid}"] == "8"
    assert po.post(GRIGLIA, ripresi).status_code == 303
    assert valore(a) == Decimal(8)


def test_conflitto_cella_per_cella(entra: Callable[..., Client]) -> None:
    po, dirigente, (a, _b, _c) = entra("UNO PO"), entra("UNO DIRIGENTE"), indicatori()
    nome = f"valore_{a.pid}"
    assert celle(dirigente, (nome, "7", ""))["celle"][nome] == {"stato": "scritta", "testo": "7"}
    contesa = celle(po, (nome, "8", ""))["celle"][nome]
    assert (contesa["stato"], contesa["adesso"]) == ("contesa", "7")
    assert valore(a) == Decimal(7)
    # the same value is no conflict, and who knows what is there may write over it
    assert celle(po, (nome, "7,0", ""))["celle"][nome]["stato"] == "scritta"
    assert celle(po, (nome, "8", "7"))["celle"][nome]["stato"] == "scritta"
    assert valore(a) == Decimal(8)


@pytest.mark.parametrize(
    ("unita", "scritto", "mostrato", "stato"),
    [
        ("numero", "1.234,50", "1234,5", "scritta"),
        ("numero", "1.234", "", "errata"),
        ("percentuale", "98,5 %", "98,5", "scritta"),
        ("euro", "€ 1.200,00", "1200", "scritta"),
        ("data", "30/9/2026", "30/09/2026", "scritta"),
        ("data", "31/02/2026", "", "errata"),
        ("si_no", "Si", "sì", "scritta"),
        ("si_no", "forse", "", "errata"),
    ],
)
def test_ogni_unita_si_legge_a_suo_modo(
    entra: Callable[..., Client], unita: str, scritto: str, mostrato: str, stato: str
) -> None:
    """R79: a day is a day; figures as Italians, and Excel, write them."""
    o = mondo.in_stato("bozza")
    [a, *_] = indicatori(o)
    Indicatore.objects.filter(pk=a.pk).update(unita_misura=unita)
    if unita == "data":
        Rilevazione.objects.filter(indicatore=a).update(target=None, target_data="2026-06-30")
    avvia(o)
    esito = celle(entra("UNO PO"), (f"valore_{a.pid}", scritto, ""))["celle"][f"valore_{a.pid}"]
    assert esito["stato"] == stato
    assert esito.get("testo", "") == mostrato


def avvia(o: Obiettivo) -> None:
    """A draft proposed, approved and started."""
    mondo.muovi(o, "proponi", "UNO DIRIGENTE")
    mondo.muovi(o, "approva", "ATTI SEGRETERIA", atto=mondo.atto(numero="99"))
    mondo.muovi(o, "avvia", "UNO PO")


def fase() -> Fase:
    """A phase of an objective that is under way."""
    o = mondo.in_stato("bozza")
    specifico = ObiettivoSpecifico.objects.filter(obiettivo=o)[0]
    trovata = Fase.objects.create(
        ente=o.ente, obiettivo=o, specifico=specifico, ordine=1, descrizione="Progetto"
    )
    avvia(o)
    trovata.refresh_from_db()
    return trovata


def test_avanzamento_e_date_delle_fasi(entra: Callable[..., Client]) -> None:
    f, po = fase(), entra("UNO PO")
    assert "Avanzamento di Progetto" in pagina(po)
    detto = celle(
        po,
        (f"avanzamento_{f.pid}", "60", ""),
        (f"inizio_{f.pid}", "1/3/2026", ""),
        (f"fine_{f.pid}", "1/2/2026", ""),
    )["celle"]
    assert detto[f"avanzamento_{f.pid}"]["stato"] == "scritta"
    assert detto[f"fine_{f.pid}"]["stato"] == "errata"
    assert "fine" in detto[f"fine_{f.pid}"]["errore"]
    f.refresh_from_db()
    assert (f.avanzamento, str(f.inizio_effettivo), f.fine_effettiva) == (60, "2026-03-01", None)
    oltre = celle(po, (f"avanzamento_{f.pid}", "101", "60"))["celle"][f"avanzamento_{f.pid}"]
    assert oltre["stato"] == "errata"


def test_trasmessa_non_si_scrive(entra: Callable[..., Client]) -> None:
    """R54: what was submitted is not written, whatever way it is tried."""
    r = RelazioneSemestrale.objects.get(obiettivo=mondo.in_stato("in_corso"), periodo__ordine=1)
    mondo.compila(r, "UNO PO")
    mondo.muovi(r, "trasmetti", "UNO DIRIGENTE")
    [a, *_] = indicatori()
    po = entra("UNO PO")
    detto = celle(po, (f"valore_{a.pid}", "5", "1"), codice=422)
    assert "già trasmessa" in detto["errore"]
    assert valore(a) == 1
    assert "Qui si legge soltanto" in pagina(po)


def test_chi_non_compila_non_scrive(entra: Callable[..., Client]) -> None:
    """R4; what is not to be seen is not there."""
    [a, *_] = indicatori()
    celle(entra("DUE PO"), (f"valore_{a.pid}", "5", ""), codice=403)
    celle(entra("UNO PO"), (f"valore_{mondo.ente().pid}", "5", ""), codice=404)
    assert valore(a) is None


@pytest.mark.parametrize(
    "corpo",
    ["", "[]", "7", '[{"nome": "x", "valore": "1", "base": ""}]', '[{"nome": 3}]', "\x00", "[[]]"],
)
def test_richieste_che_non_si_leggono(entra: Callable[..., Client], corpo: str) -> None:
    assert entra("UNO PO").post(f"{GRIGLIA}celle/", {"celle": corpo}).status_code == 400


def test_il_numero_di_interrogazioni_non_dipende_dalle_righe(
    entra: Callable[..., Client],
) -> None:
    """One report or many, with phases and without."""
    po = entra("UNO PO")
    fase()
    pagina(po)
    with CaptureQueriesContext(
        connection,
    ) as poche:
        pagina(po)
    mondo.muovi(mondo.in_stato("approvato"), "avvia", "UNO PO")
    with CaptureQueriesContext(connection) as molte:
        testo = pagina(po)
    assert "OE03" in testo
    assert len(molte) == len(poche) <= 32, len(poche)


def test_filtri(entra: Callable[..., Client]) -> None:
    controllo = entra("GESTIONE CONTROLLO")
    testo = pagina(controllo)
    assert "OE04" in testo
    assert "OE12" in testo
    solo = pagina(controllo, f"{GRIGLIA}?unita=S2")
    assert "OE04" not in solo
    assert "OE12" in solo
    po = entra("UNO PO")
    mondo.compila(
        RelazioneSemestrale.objects.get(obiettivo=mondo.in_stato("in_corso"), periodo__ordine=1),
        "UNO PO",
    )
    assert "Non manca nulla" in pagina(po, f"{GRIGLIA}?mancanti=1")
    assert entra("UNO PO").get("/alfa/2026/griglia/2026-9/").status_code == 404
    assert entra("UNO PO").get("/alfa/2026/griglia/")["Location"] == GRIGLIA
