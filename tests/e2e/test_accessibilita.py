# SPDX-License-Identifier: AGPL-3.0-or-later
"""R91: every page, on a desk and on a phone, has no violation that axe can find; and nothing
scrolls sideways on a phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.apps import apps
from playwright.sync_api import Browser, Page, ViewportSize

from cycle.models import Atto, Incarico, Insieme, Obiettivo, RelazioneSemestrale
from cycle.services.piano import importa
from tests import giunta, matrice_neutralizzazioni, matrice_variazioni, mondo
from tests.e2e.conftest import Entra
from tests.importazione.test_forme import letto
from tests.matrice_obiettivi import stampa_chiesta
from workflows.registro.models import Evento

REGOLE = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
    },
    "resultTypes": ["violations"],
}
SCRIVANIA: ViewportSize = {"width": 1280, "height": 900}
TELEFONO: ViewportSize = {"width": 390, "height": 844}

Pagina = tuple[str, Callable[[], str]]


def _di(stato: str, resto: str = "") -> Callable[[], str]:
    def indirizzo() -> str:
        o: Obiettivo = mondo.in_stato(stato)
        return f"/alfa/obiettivi/{o.pid}/{resto}"

    return indirizzo


def _fissa(indirizzo: str) -> Callable[[], str]:
    return lambda: indirizzo


def _fatto() -> str:
    """What an action changed: the first of an objective, which made the whole scheda."""
    o = mondo.in_stato("in_corso")
    return f"/alfa/registro/fatti/{Evento.objects.filter(radice_id=o.pk).earliest('id').pk}/"


def _di_forma(forma: str) -> Callable[[], str]:
    """A scheda with the blocks of another comune: phases, money, effort, past years, nodes."""

    def dove() -> str:
        importa(ente=mondo.ente(), piano=letto(forma), come="storico", istante=mondo.ADESSO)
        riga = Obiettivo.objects.get(
            ente=mondo.ente(), codice=letto(forma).obiettivi[0].codice, ciclo__anno=2031
        )
        return f"/alfa/obiettivi/{riga.pid}/"

    return dove


def _della(modello: str, resto: str, **quale: str) -> Callable[[], str]:
    def indirizzo() -> str:
        riga = apps.get_model("cycle", modello).objects.get(ente=mondo.ente(), **quale)
        return f"/alfa/{resto}/{riga.pid}/"

    return indirizzo


def _di_anno_aperto(resto: str) -> Callable[[], str]:
    def indirizzo() -> str:
        if mondo.ciclo("alfa").atto_apertura_id is None:
            mondo.apri()
            mondo.proroga({"piao": date(2026, 3, 31)})
        return f"/alfa/2026/calendario/{resto}"

    return indirizzo


def _persona(nome: str) -> Callable[[], str]:
    return lambda: f"/alfa/incarichi/persone/{mondo.persona(nome).pid}/"


def _cessa(nome: str) -> Callable[[], str]:
    def indirizzo() -> str:
        incarico = Incarico.objects.get(persona=mondo.persona(nome))
        return f"/alfa/incarichi/{incarico.pid}/cessa/"

    return indirizzo


def _insieme(come: Callable[[], Insieme], resto: str = "") -> Callable[[], str]:
    """A page of a set, made the first time."""

    def indirizzo() -> str:
        insieme = Insieme.objects.filter(ente__codice_ipa="alfa").first() or come()
        return f"/alfa/{mondo.ANNO}/giunta/{insieme.pid}/{resto}"

    return indirizzo


def _variazione(
    come: Callable[[str], object], resto: str = "", dove: str = "variazioni"
) -> Callable[[], str]:
    """A page of a request, made the first time."""
    return lambda: f"/alfa/{dove}/{come('alfa')}/{resto}"


def _su_molte() -> str:
    return f"/alfa/2026/variazioni/giunta/decisione/?v={matrice_variazioni.pid('alfa')}"


def _atto() -> str:
    atto = Atto.objects.filter(ente__codice_ipa="alfa", tipo="approvazione").order_by("pk")[0]
    return f"/alfa/atti/{atto.pid}/"


def _corta() -> RelazioneSemestrale:
    """A report of the year submitted with nothing done, the first time."""
    r = RelazioneSemestrale.objects.get(obiettivo=mondo.obiettivo("OE04"), periodo__codice="2026-1")
    if r.stato == "da_compilare":
        mondo.compila(r, "UNO PO", valore=Decimal(0))
        mondo.muovi(r, "trasmetti", "UNO DIRIGENTE")
    return r


def _coda() -> str:
    _corta()
    return "/alfa/2026/nucleo/2026-1/"


def _risposte() -> str:
    r = _corta()
    if RelazioneSemestrale.objects.get(pk=r.pk).stato == "trasmessa":
        mondo.osserva(r, "Perché non si è fatto nulla?")
    return f"/alfa/obiettivi/{r.obiettivo.pid}/relazioni/2026-1/risposte/"


# who looks -> what they open
PAGINE: dict[str, list[Pagina]] = {
    "UNO DIRIGENTE": [
        ("scrivania", _fissa("/alfa/")),
        ("notifiche", _fissa("/alfa/notifiche/?mostra=tutte")),
        ("preferenze delle notifiche", _fissa("/alfa/notifiche/preferenze/")),
        ("piano", _fissa("/alfa/2026/piano/")),
        ("scheda in bozza", _di("bozza")),
        ("scheda in proposta", _di("proposta")),
        ("scheda in corso", _di("in_corso")),
        ("scheda validata", _di("validato")),
        ("proponi", _di("bozza", "transizioni/proponi/")),
        ("perché no", _di("in_corso", "perche-no/rendiconta/")),
        ("perché no, un altro giorno", _di("in_corso", "perche-no/rendiconta/?il=2026-12-31")),
        ("percentuale", _di("validato", "percentuale/")),
        ("relazione da compilare", _di("in_corso", "relazioni/2026-1/")),
        ("relazione validata", _di("validato", "relazioni/2026-1/")),
        ("griglia", _fissa("/alfa/2026/griglia/2026-1/")),
        ("griglia, secondo periodo", _fissa("/alfa/2026/griglia/2026-2/")),
        ("griglia in sola lettura", _fissa("/alfa/2026/griglia/2026-1/?unita=S2")),
        ("griglia da Excel", _fissa("/alfa/2026/griglia/2026-1/importa/")),
        ("trasmetti insieme", _fissa("/alfa/2026/griglia/2026-1/trasmetti/")),
        ("proposte", _fissa("/alfa/2026/proposte/")),
        ("nuovo obiettivo", _fissa("/alfa/2026/proposte/nuova/")),
        ("scrivere una bozza", _di("bozza", "modifica/")),
        ("eliminare una bozza", _di("bozza", "elimina/")),
        ("riprendere dall'anno prima", _fissa("/alfa/2026/proposte/copia/")),
        ("proposte in un foglio", _fissa("/alfa/2026/proposte/importa/")),
        ("chiedi una variazione", _di("in_corso", "variazioni/nuova/")),
        ("chiedi lo stralcio", _di("in_corso", "variazioni/stralcio/")),
        ("variazioni, vuote", _fissa("/alfa/2026/variazioni/")),
        ("variazione in bozza", _variazione(matrice_variazioni.pid_in_bozza)),
        ("scrivi la variazione", _variazione(matrice_variazioni.pid_in_bozza, "modifica/")),
        ("presenta", _variazione(matrice_variazioni.pid_in_bozza, "passi/presenta/")),
        ("inviti, vuoti", _fissa("/alfa/2026/variazioni/inviti/")),
        ("invito del Nucleo", _variazione(matrice_variazioni.pid_invito, "", "variazioni/inviti")),
        ("inviti", _fissa("/alfa/2026/variazioni/inviti/")),
        ("errori materiali, nessuno", _fissa("/alfa/2026/correzioni/")),
        ("segnala un errore", _variazione(matrice_variazioni.pid_voce, "", "correzioni/nuova")),
        ("errore materiale", _variazione(matrice_variazioni.pid_correzione, "", "correzioni")),
        (
            "neutralizzazione",
            _variazione(matrice_neutralizzazioni.pid_neutralizzazione, "", "neutralizzazioni"),
        ),
        (
            "chiedi di neutralizzare",
            lambda: f"/alfa/obiettivi/{mondo.in_stato('in_corso').pid}/neutralizza/",
        ),
        ("variazioni", _fissa("/alfa/2026/variazioni/")),
        ("calendario", _fissa("/alfa/2026/calendario/")),
        ("aiuto", _fissa("/aiuto/")),
        ("risposte al Nucleo", _risposte),
        ("non trovato", _fissa("/alfa/non-c-e/")),
    ],
    "GESTIONE CONTROLLO": [
        ("calendario di nessun atto", _fissa("/alfa/2026/calendario/")),
        ("apri un anno", _fissa("/alfa/anni/apri/?anno=2026")),
        ("proroga", _di_anno_aperto("proroga/")),
        ("calendario aperto", _di_anno_aperto("")),
        ("programmi", _fissa("/alfa/2026/programmi/")),
        ("organico", _fissa("/alfa/organico/")),
        ("persone", _fissa("/alfa/organico/?vista=persone")),
        ("carica l'organico", _fissa("/alfa/organico/carica/")),
        ("una unità", _della("UnitaOrganizzativa", "organico/unita", codice="S1")),
        ("una persona", _della("Persona", "organico/persone", nome_completo="UNO PO")),
        ("persone del piano", _fissa("/alfa/organico/piano/")),
        ("catalogo degli indicatori", _fissa("/alfa/indicatori/?chiusi=1")),
        ("incarichi", _fissa("/alfa/incarichi/")),
        ("incarichi per persona", _fissa("/alfa/incarichi/?vista=persone&finiti=1")),
        ("incarichi un altro giorno", _fissa("/alfa/incarichi/?il=2030-01-01T00:00")),
        ("chi può", _fissa("/alfa/incarichi/chi-puo/?permesso=valida_obiettivo")),
        ("chi può il passo", _di("rendicontato", "chi-puo/valida/")),
        ("che cosa può", _persona("UNO DIRIGENTE")),
        ("conferisci", _fissa("/alfa/incarichi/conferisci/")),
        ("delega", _fissa("/alfa/incarichi/delega/")),
        ("cessa", _cessa("UNO DIRIGENTE")),
        ("rinvia molti", _fissa("/alfa/2026/piano/molti/rinvia/?tutti=1")),
        ("per ipotesi", _di("bozza", "?ruolo=dirigente&il=2026-06-01T12:00")),
        ("giunta, vuota", _fissa(f"/alfa/{mondo.ANNO}/giunta/")),
        ("componi", _insieme(giunta.composto, "componi/")),
        ("insieme", _insieme(giunta.composto)),
        ("sottoponi", _insieme(giunta.composto, "passi/sottoponi/")),
        ("annulla", _insieme(giunta.composto, "passi/annulla/")),
        ("giunta", _fissa(f"/alfa/{mondo.ANNO}/giunta/")),
        ("un piano da un foglio", _fissa("/alfa/piano/foglio/")),
        ("stampa le schede", _fissa("/alfa/2026/piano/stampa/?stato=in_corso")),
        ("un lavoro che aspetta", lambda: f"/alfa/lavori/{stampa_chiesta('alfa')}/"),
        ("scheda con budget e persone", _di_forma("reggio")),
        ("scheda con Gantt e anni passati", _di_forma("cinisello")),
    ],
    "GENERALE SEGRETARIO": [
        ("cruscotto", _fissa("/alfa/2026/cruscotto/")),
        ("relazioni dell'anno", _fissa("/alfa/2026/cruscotto/relazioni/")),
        ("segnali", _fissa("/alfa/2026/cruscotto/segnali/")),
        ("come si calcola", _fissa("/alfa/2026/cruscotto/media/?unita=S1")),
        ("chiusura", _fissa("/alfa/2026/chiusura/")),
        ("sedute", _fissa("/alfa/2026/sedute/")),
        ("parere", _insieme(giunta.sottoposto, "pareri/tecnico/")),
        ("insieme in istruttoria", _insieme(giunta.sottoposto)),
    ],
    "SINDACA GIUNTA": [
        ("perché non si decide", _insieme(giunta.sottoposto, "passi/decidi/")),
        ("atto", _atto),
    ],
    "ATTI SEGRETERIA": [
        ("scrivania", _fissa("/alfa/")),
        ("approva", _di("proposta", "transizioni/approva/")),
        ("rinvia", _di("proposta", "transizioni/rinvia/")),
        ("decisione", _insieme(giunta.istruito, "decisione/")),
        ("variazioni per la giunta, nessuna", _fissa("/alfa/2026/variazioni/giunta/")),
        ("variazione", _variazione(matrice_variazioni.pid)),
        ("variazione, per ipotesi", _variazione(matrice_variazioni.pid, "?ruolo=dirigente")),
        ("variazioni per la giunta", _fissa("/alfa/2026/variazioni/giunta/")),
        ("un atto su più variazioni", _su_molte),
        ("approva la variazione", _variazione(matrice_variazioni.pid, "passi/approva/")),
        ("respingi la variazione", _variazione(matrice_variazioni.pid, "passi/respingi/")),
        ("perché non si presenta", _variazione(matrice_variazioni.pid, "passi/presenta/")),
    ],
    "SECONDO NUCLEO": [
        ("scrivania", _fissa("/alfa/")),
        ("riapri", _di("validato", "transizioni/riapri/")),
        ("invita", _di("in_corso", "invito/")),
        ("decidi l'errore", _variazione(matrice_variazioni.pid_correzione, "", "correzioni")),
        ("errori materiali", _fissa("/alfa/2026/correzioni/")),
        (
            "decidi la neutralizzazione",
            _variazione(matrice_neutralizzazioni.pid_neutralizzazione, "", "neutralizzazioni"),
        ),
        ("neutralizzazioni", _fissa("/alfa/2026/neutralizzazioni/")),
        ("parere sulla variazione", _variazione(matrice_variazioni.pid, "pareri/nucleo/")),
        ("registro", _fissa("/alfa/registro/")),
        ("registro, un campo", _fissa("/alfa/registro/?campo=stato")),
        ("confronto", _fissa("/alfa/registro/confronto/?dal=2001-01-01")),
        ("dati aperti", _fissa("/alfa/2026/dati-aperti/")),
        ("registro, un fatto", _fatto),
        ("registro, un file", _fissa("/alfa/registro/impronta/?sha256=" + "0" * 64)),
        ("piano, com'era", _fissa("/alfa/2026/piano/?al=2100-01-01")),
        ("registro delle variazioni", _fissa("/alfa/2026/variazioni/registro/")),
        ("registro delle variazioni, nessuna", _fissa("/alfa/2026/variazioni/registro/?testo=zz")),
        ("relazione da validare", _di("rendicontato", "relazioni/2026-1/transizioni/valida/")),
        ("coda del Nucleo, in linea", _fissa("/alfa/2026/nucleo/2026-2/")),
        ("coda del Nucleo", _coda),
    ],
    "VERIFICA REVISORE": [
        ("scrivania", _fissa("/alfa/")),
        ("piano per unità", _fissa("/alfa/2026/piano/?vista=unita")),
        ("piano per stato", _fissa("/alfa/2026/piano/?vista=stato")),
    ],
    "SENZA INCARICO": [("scrivania", _fissa("/alfa/")), ("piano", _fissa("/alfa/2026/piano/"))],
    "PRIMO NUCLEO": [("scelta dell'ente", _fissa("/"))],
}


def _violazioni(pagina: Page) -> list[str]:
    trovate = pagina.evaluate("async (regole) => (await axe.run(regole)).violations", REGOLE)
    return [
        f"{v['id']}: {v['help']} ({', '.join(n['target'][0] for n in v['nodes'][:3])})"
        for v in trovate
    ]


def _guarda(pagina: Page, dove: str) -> list[str]:
    """What is wrong with the page on the desk and on the phone."""
    guai = []
    pagina.evaluate(AXE_SCRIPT)
    for nome, misura in (("scrivania", SCRIVANIA), ("telefono", TELEFONO)):
        pagina.set_viewport_size(misura)
        larga = pagina.evaluate("document.documentElement.scrollWidth")
        if larga > misura["width"]:
            guai.append(f"{dove}, {nome}: larga {larga}px")
        guai += [f"{dove}, {nome}: {v}" for v in _violazioni(pagina)]
    return guai


@pytest.mark.parametrize("chi", PAGINE)
def test_r91_no_violation_on_any_page(entra: Entra, chi: str) -> None:
    guai = []
    pagina = entra(mondo.utente(chi))
    errori: list[str] = []
    pagina.on("console", lambda m: errori.append(m.text) if m.type == "error" else None)
    for nome, indirizzo in PAGINE[chi]:
        errori.clear()
        pagina.set_viewport_size(SCRIVANIA)
        risposta = pagina.goto(indirizzo())
        assert risposta is not None
        assert risposta.status == (404 if nome == "non trovato" else 200), (nome, risposta.status)
        guai += _guarda(pagina, f"{chi}, {nome}")
        # a strict policy that the page itself breaks would speak here
        guai += [f"{chi}, {nome}: {e}" for e in errori if "404" not in e]
    assert not guai, "\n".join(guai)


def test_r91_no_violation_on_the_login_page(sito: str, chromium: Browser) -> None:
    contesto = chromium.new_context(base_url=sito, locale="it-IT")
    pagina = contesto.new_page()
    for dove in ("/accedi/", "/password/"):
        pagina.goto(dove)
        assert not _guarda(pagina, dove)
    contesto.close()


def test_keyboard_reaches_the_content_first(entra: Entra) -> None:
    """The first Tab shows the skip link, and it leads to the content."""
    pagina = entra(mondo.utente("UNO DIRIGENTE"))
    pagina.goto("/alfa/")
    pagina.keyboard.press("Tab")
    pagina.keyboard.press("Enter")
    assert pagina.evaluate("location.hash") == "#contenuto"
    assert pagina.evaluate("document.querySelector('main').id") == "contenuto"
