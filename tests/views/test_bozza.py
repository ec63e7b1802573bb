# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing a scheda in a browser without a script: rows come and go, nothing typed is lost, and what
is missing is said before it is asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cycle.models import Fase, Indicatore, Obiettivo, ObiettivoSpecifico
from tests import mondo

pytestmark = pytest.mark.django_db

NUOVA = "/alfa/2026/proposte/nuova/"
S0, I0 = "specifici-0", "specifici-0-indicatori-0"


class _Campi(HTMLParser):
    """The fields of the form as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.campi: dict[str, Any] = {}
        self._dentro = False
        self._testo = ""
        self._scelta = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        a = dict(attrs)
        if tag == "form":
            self._dentro = a.get("id") == "modulo"
        if not self._dentro or ("name" not in a and tag != "option"):
            return
        if tag == "input" and a.get("type") == "checkbox":
            if "checked" in a:
                self.campi.setdefault(a["name"], []).append(a.get("value", "on"))
        elif tag == "input":
            self.campi[a["name"]] = a.get("value", "")
        elif tag == "textarea":
            self._testo = a["name"]
            self.campi[self._testo] = ""
        elif tag == "select":
            self._scelta = a["name"]
            self.campi.setdefault(self._scelta, "")
        elif tag == "option" and "selected" in a:
            self.campi[self._scelta] = a.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._testo:
            self.campi[self._testo] += data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._dentro = False
        if tag == "textarea":
            self._testo = ""


def campi(testo: str) -> dict[str, Any]:
    lettore = _Campi()
    lettore.feed(testo)
    trovati = {k: v for k, v in lettore.campi.items() if k not in ("csrfmiddlewaretoken", "atto")}
    return trovati


def apri(client: Client, dove: str = NUOVA) -> dict[str, Any]:
    risposta = client.get(dove)
    assert risposta.status_code == 200, risposta.content.decode()
    return campi(risposta.content.decode())


def manda(
    client: Client, dati: dict[str, Any], atto: str, codice: int, dove: str = NUOVA, **testa: Any
) -> str:
    risposta = client.post(dove, {**dati, "atto": atto}, headers=testa)
    assert risposta.status_code == codice, risposta.content.decode()
    return risposta["Location"] if codice == 303 else risposta.content.decode()


def completi(**altro: str) -> dict[str, str]:
    return {
        "titolo": "Uno sportello in più",
        "unita": "S1",
        "responsabile_generale": "Uno Dirigente",
        f"{S0}-titolo": "Trovare la sede",
        f"{I0}-nome": "N. sportelli",
        f"{I0}-peso": "100",
        f"{I0}-target-2026-1": "1",
        f"{I0}-target-2026-2": "2,5",
        **altro,
    }


def ultimo() -> Obiettivo:
    return Obiettivo.objects.filter(ente__codice_ipa="alfa").latest("pk")


def modifica(o: Obiettivo) -> str:
    return f"/alfa/obiettivi/{o.pid}/modifica/"


# --- a new one ----------------------------------------------------------------------------------


def test_una_nuova_comincia_da_cio_che_si_sa(entra: Callable[..., Client]) -> None:
    dati = apri(entra("UNO PO"))
    assert dati["unita"] == "S1"
    assert dati["responsabile_generale"] == "Uno Dirigente"
    assert (dati["inizio_previsto"], dati["fine_prevista"]) == ("2026-01-01", "2026-12-31")
    assert f"{I0}-nome" in dati


def test_si_salva_anche_incompleta(entra: Callable[..., Client]) -> None:
    client = entra("UNO PO")
    dati = {**apri(client), "titolo": "Appena un'idea"}
    dove = manda(client, dati, "salva", 303)
    o = ultimo()
    assert dove == modifica(o)
    assert (o.titolo, o.codice, o.stato) == ("Appena un'idea", "OE07", "bozza")
    assert not ObiettivoSpecifico.objects.filter(obiettivo=o).exists()
    testo = client.get(dove).content.decode()
    assert "Salvato: OE07." in testo
    assert "La scheda non ha obiettivi specifici." in testo


def test_senza_titolo_si_dice_dove(entra: Callable[..., Client]) -> None:
    client = entra("UNO PO")
    testo = manda(client, apri(client), "salva", 422)
    assert '<a href="#id_titolo">Titolo: Da scrivere' in testo
    assert 'aria-describedby="id_titolo_errore"' in testo


def test_completa_si_propone(entra: Callable[..., Client]) -> None:
    client = entra("UNO DIRIGENTE")
    dati = {**apri(client), **completi()}
    assert "Si può proporre" in manda(client, dati, "verifica", 200)
    dove = manda(client, dati, "proponi", 303)
    assert dove == f"/alfa/obiettivi/{ultimo().pid}/transizioni/proponi/"
    assert client.post(dove, {"revisione": ultimo().revisione}).status_code == 303
    assert ultimo().stato == "proposta"


def test_cio_che_manca_si_dice_mentre_si_scrive(entra: Callable[..., Client]) -> None:
    """The panel alone, as htmx asks for it; nothing is stored."""
    client = entra("UNO PO")
    quante = Obiettivo.objects.count()
    dati = {**apri(client), **completi(**{f"{I0}-peso": "60", f"{I0}-target-2026-2": ""})}
    testo = manda(client, dati, "verifica", 200, **{"HX-Target": "completezza"})
    assert testo.count("<aside") == 1
    assert "<form" not in testo
    assert "Per proporla mancano 2 cose" in testo
    assert "OE0701, «N. sportelli»: manca il target di 2026-2." in testo
    assert "i pesi sommano 60 invece di 100" in testo
    assert f'href="#{S0}"' in testo
    assert 'id="pesi-specifici-0" hx-swap-oob="true"' in testo
    assert Obiettivo.objects.count() == quante


# --- rows ---------------------------------------------------------------------------------------


def test_righe_aggiunte_e_tolte_senza_perdere_nulla(entra: Callable[..., Client]) -> None:
    client = entra("UNO PO")
    dati = {**apri(client), **completi(descrizione="a\n<b>c")}
    for atto, campo in (
        (f"aggiungi:{S0}-indicatori", f"{S0}-indicatori-1-nome"),
        (f"aggiungi:{S0}-fasi", f"{S0}-fasi-0-descrizione"),
        (f"aggiungi:{S0}-persone", f"{S0}-persone-0-persona"),
        ("aggiungi:specifici", "specifici-1-titolo"),
    ):
        testo = manda(client, dati, atto, 200)
        nuovi = campi(testo)
        assert {k: v for k, v in dati.items() if k != "letti"}.items() <= nuovi.items()
        assert campo in nuovi
        assert re.search(rf'name="{campo}"[^>]* autofocus', testo)
        dati = {**nuovi, campo: f"scritto in {campo}"}
    assert "Ci sono modifiche non salvate." in testo
    nuovi = campi(manda(client, dati, f"su:{S0}-indicatori-1", 200))
    assert nuovi[f"{I0}-nome"] == f"scritto in {S0}-indicatori-1-nome"
    assert nuovi[f"{S0}-indicatori-1-target-2026-2"] == "2,5"
    nuovi = campi(manda(client, nuovi, f"togli:{I0}", 200))
    assert nuovi[f"{I0}-nome"] == "N. sportelli"
    nuovi = campi(manda(client, nuovi, "togli:specifici-0", 200))
    assert nuovi[f"{S0}-titolo"] == "scritto in specifici-1-titolo"
    assert nuovi["descrizione"] == "a\n<b>c"


def test_tutto_torna_come_si_era_scritto(entra: Callable[..., Client]) -> None:
    client = entra("UNO PO")
    dati = apri(client)
    for atto in (f"aggiungi:{S0}-fasi", f"aggiungi:{S0}-persone"):
        dati = campi(manda(client, dati, atto, 200))
    scritti = completi(
        tipo="OE",
        categoria="prioritario",
        descrizione="Riga uno\nriga due",
        peso="12,5",
        provvisorio="on",
        **{
            f"{S0}-descrizione": "Come",
            f"{S0}-inizio_previsto": "2026-02-01",
            f"{S0}-esternalizzata": "parzialmente",
            f"{S0}-affidatario": "Cooperativa",
            f"{I0}-natura": "negativo",
            f"{I0}-aggregazione": "media",
            f"{I0}-unita_misura": "percentuale",
            f"{I0}-tipo": "N. utenti",
            f"{I0}-fascia_da": "1",
            f"{I0}-fascia_a": "3",
            f"{S0}-fasi-0-descrizione": "Bando",
            f"{S0}-fasi-0-peso": "100",
            f"{S0}-fasi-0-responsabile": "Uno Po",
            f"{S0}-persone-0-persona": "Uno Po",
            f"{S0}-persone-0-responsabile": "on",
            f"{S0}-persone-0-impegno": "50",
        },
    )
    nodo = re.search(
        r'name="nodi" id="nodo-[^"]*" value="([^"]+)"', client.get(NUOVA).content.decode()
    )
    assert nodo is not None
    dove = manda(client, {**dati, **scritti, "nodi": [nodo[1]]}, "salva", 303)
    riletti = apri(client, dove)
    attesi = {**scritti, "nodi": [nodo[1]], "provvisorio": ["on"], "codice": "OE07"}
    attesi |= {f"{S0}-persone-0-responsabile": ["on"], f"{S0}-codice": "OE0701"}
    assert {k: riletti[k] for k in attesi} == attesi
    # saved again as it is, nothing moves
    o = ultimo()
    manda(client, riletti, "salva", 303, dove)
    assert ultimo().revisione == o.revisione
    assert Fase.objects.filter(obiettivo=o).count() == 1


# --- what cannot be read, what cannot be ------------------------------------------------------


@pytest.mark.parametrize(
    ("campo", "valore", "frase"),
    [
        ("titolo", "x" * 1001, "1001 caratteri"),
        ("titolo", "nul\0lo", "caratteri null"),
        ("peso", "tanto", "non è un numero"),
        ("peso", "9" * 30, "non è un numero accettabile"),
        ("peso", "101", "fra 0 e 100"),
        ("inizio_previsto", "2026-02-30", "Non è una data"),
        ("inizio_previsto", "0001-01-01", "fra il 1990"),
        ("fine_prevista", "2025-12-31", "prima dell&#x27;inizio"),
        ("responsabile_generale", "Nessuno Mai", "nessuno che si chiami"),
        ("unita", "S2", "Non è fra le unità"),
        ("codice", "OE01", "è già di un&#x27;altra scheda"),
        ("nodi", "1f4e2e3c-0000-4000-8000-000000000000", "Non è un programma"),
        (f"{I0}-peso", "-1", "fra 0 e 100"),
        (f"{I0}-unita_misura", "pollici", "Scegli un&#x27;opzione valida"),
        (f"{I0}-target-2026-1", "1.234", "due modi"),
        (f"{I0}-tipo", "N. utentii", "Forse è «N. utenti»"),
        (f"{I0}-nome", "", "Da scrivere"),
    ],
)
def test_cio_che_non_va_resta_scritto_con_il_suo_perche(
    entra: Callable[..., Client], campo: str, valore: str, frase: str
) -> None:
    client = entra("UNO PO")
    quante = Obiettivo.objects.count()
    dati = {**apri(client), **completi(**{campo: valore})}
    testo = manda(client, dati, "salva", 422)
    assert frase in testo
    if campo not in ("nodi",) and "\0" not in valore:
        assert campi(testo)[campo] == valore
    assert Obiettivo.objects.count() == quante


def test_di_un_altro_ente_non_si_nomina_nulla(entra: Callable[..., Client]) -> None:
    """R4: a node, a row of another ente or objective is not there."""
    client = entra("UNO PO")
    manda(client, {**apri(client), **completi()}, "salva", 303)
    altrui = ObiettivoSpecifico.objects.filter(ente__codice_ipa="beta").earliest("pk")
    mio = apri(client, modifica(ultimo()))
    manda(client, {**mio, f"{S0}-pid": str(altrui.pid)}, "salva", 404, modifica(ultimo()))
    manda(client, {**mio, f"{S0}-pid": "no"}, "salva", 422, modifica(ultimo()))


def test_migliaia_di_campi(entra: Callable[..., Client]) -> None:
    client = entra("UNO PO")
    dati = {**apri(client), **completi()}
    righe = {f"{S0}-fasi-{n}-descrizione": "x" for n in range(61)}
    assert "Sono 61" in manda(client, {**dati, **righe}, "salva", 422)
    assert (
        client.post(NUOVA, {f"specifici-{n}-titolo": "x" for n in range(5000)}).status_code == 400
    )
    for atto in ("togli:specifici-99", "su:specifici-0", "aggiungi:specifici-9-fasi", "togli:x"):
        manda(client, dati, atto, 200)


# --- two at once --------------------------------------------------------------------------------


def test_due_che_scrivono_insieme(entra: Callable[..., Client]) -> None:
    """R50: the second is told, keeps what was typed, sees what the first wrote, and can save."""
    primo, secondo = entra("UNO PO"), entra("UNO DIRIGENTE")
    manda(primo, {**apri(primo), **completi()}, "salva", 303)
    o = ultimo()
    dove = modifica(o)
    del_primo, del_secondo = apri(primo, dove), apri(secondo, dove)
    del_primo = campi(manda(primo, del_primo, f"aggiungi:{S0}-indicatori", 200, dove))
    del_primo |= {"titolo": "Del primo", f"{S0}-indicatori-1-nome": "Aggiunto dal primo"}
    manda(primo, del_primo, "salva", 303, dove)
    del_secondo |= {"titolo": "Del secondo", "descrizione": "Scritta dal secondo"}
    testo = manda(secondo, del_secondo, "salva", 409, dove)
    assert "qualcun altro ha scritto nel frattempo" in testo
    assert "Ora è scritto: <b>Del primo</b>" in testo
    assert "Ora è scritto: <b>vuoto</b>" in testo
    assert "l&#x27;ha aggiunta qualcun altro" in testo
    dopo = campi(testo)
    assert dopo["titolo"] == "Del secondo"
    assert dopo[f"{S0}-indicatori-1-nome"] == "Aggiunto dal primo"
    manda(secondo, dopo, "salva", 303, dove)
    o.refresh_from_db()
    assert (o.titolo, o.descrizione) == ("Del secondo", "Scritta dal secondo")
    assert Indicatore.objects.filter(obiettivo=o).count() == 2


def test_cio_che_un_altro_ha_tolto_si_puo_rimettere(entra: Callable[..., Client]) -> None:
    primo, secondo = entra("UNO PO"), entra("UNO DIRIGENTE")
    manda(primo, {**apri(primo), **completi()}, "salva", 303)
    dove = modifica(ultimo())
    del_primo, del_secondo = apri(primo, dove), apri(secondo, dove)
    manda(primo, campi(manda(primo, del_primo, "togli:specifici-0", 200, dove)), "salva", 303, dove)
    testo = manda(secondo, {**del_secondo, "titolo": "Altro"}, "salva", 409, dove)
    assert "l&#x27;ha tolta" in testo
    manda(secondo, campi(testo), "salva", 303, dove)
    assert Indicatore.objects.filter(obiettivo=ultimo()).count() == 1


def test_proposta_mentre_la_si_scrive(entra: Callable[..., Client]) -> None:
    """409, with what was typed to be copied."""
    po = entra("UNO PO")
    manda(po, {**apri(po), **completi()}, "salva", 303)
    dove = modifica(ultimo())
    dati = apri(po, dove)
    mondo.muovi(ultimo(), "proponi", "UNO DIRIGENTE")
    testo = manda(po, {**dati, "titolo": "Troppo tardi"}, "salva", 409, dove)
    assert "è già una proposta" in testo
    assert "Troppo tardi" in testo
    assert "Specifico 1, indicatore 1: Indicatore" in testo
    assert "Specifico 1, indicatore 1: Target 2026-2" in testo
    assert po.get(dove).status_code == 409


# --- preview, deleting, list ----------------------------------------------------------------------


def test_anteprima_come_si_stampa_e_non_salva(entra: Callable[..., Client]) -> None:
    client = entra("UNO PO")
    quante = Obiettivo.objects.count()
    testo = manda(client, {**apri(client), **completi()}, "anteprima", 200)
    assert "Anteprima di ciò che hai scritto" in testo
    assert "Uno sportello in più" in testo
    assert "N. sportelli" in testo
    assert 'class="azioni"' not in testo
    assert Obiettivo.objects.count() == quante


def test_elimina(entra: Callable[..., Client]) -> None:
    client = entra("UNO PO")
    manda(client, {**apri(client), **completi()}, "salva", 303)
    o = ultimo()
    dove = f"/alfa/obiettivi/{o.pid}/elimina/"
    assert "Eliminare la bozza?" in client.get(dove).content.decode()
    assert client.post(dove, {"revisione": o.revisione - 1}).status_code == 409
    assert client.post(dove, {"revisione": o.revisione})["Location"] == "/alfa/2026/proposte/"
    assert not Obiettivo.objects.filter(pk=o.pk).exists()


def test_le_mie_bozze(entra: Callable[..., Client]) -> None:
    client = entra("UNO PO")
    manda(client, {**apri(client), "titolo": "Incompleta"}, "salva", 303)
    testo = client.get("/alfa/2026/proposte/").content.decode()
    assert "Incompleta" in testo
    assert "manca 1 cosa" in testo
    assert "non manca nulla" in testo
    assert "OE11" not in testo  # of another settore
    solo = client.get("/alfa/2026/proposte/?stato=proposta").content.decode()
    assert "Incompleta" not in solo
    assert "aspetta la giunta" in solo
    altri = entra("GESTIONE CONTROLLO").get("/alfa/2026/proposte/").content.decode()
    assert "OE11" in altri
    assert "Nuovo obiettivo" not in altri


def test_le_domande_al_database_non_crescono(entra: Callable[..., Client]) -> None:
    client = entra("UNO PO")
    manda(client, {**apri(client), **completi()}, "salva", 303)
    dove = modifica(ultimo())

    def domande(quale: str) -> int:
        with CaptureQueriesContext(connection) as fatte:
            assert client.get(quale).status_code == 200
        return len(fatte)

    client.get(dove)
    prima, lista = domande(dove), domande("/alfa/2026/proposte/")
    dati = apri(client, dove)
    for _n in range(3):
        for atto in ("aggiungi:specifici", f"aggiungi:{S0}-indicatori", f"aggiungi:{S0}-fasi"):
            dati = campi(manda(client, dati, atto, 200, dove))
    for k in dati:
        if k.endswith(("-titolo", "-nome", "-descrizione")) and not dati[k]:
            dati[k] = "x"
    manda(client, dati, "salva", 303, dove)
    manda(client, {**apri(client), **completi(titolo="Un'altra")}, "salva", 303)
    client.get(dove)
    assert (domande(dove), domande("/alfa/2026/proposte/")) == (prima, lista)
