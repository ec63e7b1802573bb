# SPDX-License-Identifier: AGPL-3.0-or-later
"""The grid in a workbook and back, its evidence, its reports submitted together (R52-R54)."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from cycle.models import Evidenza, Indicatore, RelazioneSemestrale, Rilevazione, VoceRelazione
from tests import mondo
from workflows.registro.models import Evento, Modifica

pytestmark = pytest.mark.django_db

GRIGLIA = "/alfa/2026/griglia/2026-1/"
TIPO = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def indicatori() -> list[Indicatore]:
    return list(
        Indicatore.objects.filter(obiettivo=mondo.in_stato("in_corso")).order_by(
            "specifico__ordine", "ordine"
        )
    )


def riga(i: Indicatore) -> Rilevazione:
    return Rilevazione.objects.get(indicatore=i, periodo__ordine=1)


def relazione() -> RelazioneSemestrale:
    return RelazioneSemestrale.objects.get(obiettivo=mondo.in_stato("in_corso"), periodo__ordine=1)


Foglio = Callable[[Worksheet, dict[str, int]], None]


def compilato(client: Client, scrivi: Foglio, foglio: str = "Valori") -> bytes:
    """The workbook of the grid, downloaded and filled; columns by their header."""
    risposta = client.get(f"{GRIGLIA}foglio/")
    assert risposta.status_code == 200
    libro = load_workbook(io.BytesIO(risposta.content))
    pagina = libro[foglio]
    scrivi(pagina, {str(c.value): c.column for c in pagina[1]})
    uscita = io.BytesIO()
    libro.save(uscita)
    return uscita.getvalue()


def carica(client: Client, contenuto: bytes, codice: int = 200) -> str:
    risposta = client.post(
        f"{GRIGLIA}importa/", {"file": SimpleUploadedFile("g.xlsx", contenuto, TIPO)}
    )
    assert risposta.status_code == codice, risposta.content.decode()
    return risposta.content.decode()


def conferma(client: Client, pagina: str) -> None:
    risposta = client.post(f"{GRIGLIA}importa/", mondo.campi(pagina))
    assert risposta.status_code == 303, risposta.content.decode()


def _tre(f: Worksheet, c: dict[str, int]) -> None:
    f.cell(2, c["Valore"], 12.5)
    f.cell(2, c["Nota"], "=1+1 non è una formula").data_type = "s"
    f.cell(3, c["Valore"], "1.234,5")


def test_scaricata_compilata_ricaricata(entra: Callable[..., Client]) -> None:
    """A preview, then the write; texts are texts both ways; the same file again changes nothing."""
    po, (a, b, c) = entra("UNO PO"), indicatori()
    contenuto = compilato(po, _tre)
    pagina = carica(po, contenuto)
    assert "Cambierebbero 3 celle." in pagina
    assert riga(a).valore is None
    conferma(po, pagina)
    assert (riga(a).valore, riga(a).nota) == (Decimal("12.5"), "=1+1 non è una formula")
    assert (riga(b).valore, riga(c).valore) == (Decimal("1234.5"), None)
    assert "Nel foglio non c'è nulla di nuovo" in carica(po, compilato(po, lambda f, c: None))
    libro = load_workbook(io.BytesIO(po.get(f"{GRIGLIA}foglio/").content))
    nota = next(x for x in libro["Valori"][2] if x.value == "=1+1 non è una formula")
    assert nota.data_type == "s"


def test_gli_errori_dicono_la_cella(entra: Callable[..., Client]) -> None:
    def sbaglia(f: Worksheet, c: dict[str, int]) -> None:
        f.cell(2, c["Valore"], "molti")
        f.cell(3, c["Valore"], 4)
        f.cell(4, c["Chiave"], "altro")

    def scambia(f: Worksheet, c: dict[str, int]) -> None:
        f.cell(2, c["Valore"], date(2026, 6, 30))

    po, (a, b, _c) = entra("UNO PO"), indicatori()
    pagina = carica(po, compilato(po, sbaglia), 422)
    assert "Valori H2" in pagina
    assert "Valori J4" in pagina
    pagina = carica(po, compilato(po, scambia), 422)  # read, and not what the indicator measures
    assert "Valori H2" in pagina
    assert "non è un numero" in pagina
    assert (riga(a).valore, riga(b).valore) == (None, None)


def test_chi_ha_scritto_nel_frattempo_non_perde_nulla(entra: Callable[..., Client]) -> None:
    """The workbook knows what it was made from: what it does not touch is left alone, and what
    somebody else changed stays and is told."""
    po, (a, b, c) = entra("UNO PO"), indicatori()
    contenuto = compilato(po, _tre)
    mondo.compila(relazione(), "UNO DIRIGENTE", valore=Decimal(7))
    pagina = carica(po, contenuto)
    assert "ha scritto «7»" in pagina
    conferma(po, pagina)
    assert (riga(a).valore, riga(b).valore, riga(c).valore) == (7, 7, 7)
    assert riga(a).nota == "=1+1 non è una formula"


def test_un_foglio_di_altri_non_entra(entra: Callable[..., Client]) -> None:
    contenuto = compilato(entra("UNO PO"), _tre)
    risposta = entra("DUE PO").post(
        f"{GRIGLIA}importa/", {"file": SimpleUploadedFile("g.xlsx", contenuto, TIPO)}
    )
    assert risposta.status_code == 403
    altro = entra("UNO PO").post(
        "/alfa/2026/griglia/2026-2/importa/",
        {"file": SimpleUploadedFile("g.xlsx", contenuto, TIPO)},
    )
    assert "è del periodo 2026-1" in altro.content.decode()
    assert "Il file è un testo" in carica(entra("UNO PO"), b"non un foglio", 422)


# --- evidence -----------------------------------------------------------------------------------


def test_evidenze_di_uno_specifico(entra: Callable[..., Client], dati: Path) -> None:
    """Added and taken away with the form, read by who sees the report, fixed once submitted; the
    registro keeps both (R54, R84)."""
    po = entra("UNO PO")
    voce = VoceRelazione.objects.filter(relazione=relazione())[0]
    campi: dict[str, Any] = mondo.campi(po.get(GRIGLIA).content.decode())
    file = SimpleUploadedFile("verbale.txt", b"Verbale del 30 giugno.", "text/plain")
    risposta = po.post(GRIGLIA, campi | {f"file_{voce.pid}": file})
    assert risposta.status_code == 303, risposta.content.decode()
    evidenza = Evidenza.objects.get(voce=voce)
    pagina = po.get(GRIGLIA).content.decode()
    assert "verbale.txt" in pagina
    scaricata = entra("PRIMO NUCLEO").get(f"{GRIGLIA}evidenze/{evidenza.pid}/")
    assert scaricata.content == b"Verbale del 30 giugno."
    assert scaricata["Content-Disposition"].startswith("attachment")
    campi = mondo.campi(pagina)
    assert po.post(GRIGLIA, campi | {"togli": str(evidenza.pid)}).status_code == 303
    assert not Evidenza.objects.exists()
    verbi = Evento.objects.filter(procedura="relazione", oggetto_id=relazione().pk)
    assert {"allega", "togli"} <= set(verbi.values_list("verbo", flat=True))
    assert Modifica.objects.filter(tabella="cycle_evidenza", operazione="D").count() == 1


def test_di_una_relazione_trasmessa_le_evidenze_non_cambiano(
    entra: Callable[..., Client], dati: Path
) -> None:
    voce = VoceRelazione.objects.filter(relazione=relazione())[0]
    po = entra("UNO PO")
    mondo.compila(relazione(), "UNO PO")
    mondo.muovi(relazione(), "trasmetti", "UNO DIRIGENTE")
    file = SimpleUploadedFile("verbale.txt", b"Tardi.", "text/plain")
    assert po.post(GRIGLIA, {"base": "{}", f"file_{voce.pid}": file}).status_code == 422
    assert not Evidenza.objects.exists()


# --- submitted together -------------------------------------------------------------------------


def trasmetti(client: Client, codice: int = 303, scelti: str = "", **dati: str) -> Any:
    dove = f"{GRIGLIA}trasmetti/{scelti}"
    campi = mondo.campi(client.get(dove).content.decode())
    risposta = client.post(dove, campi | dati)
    assert risposta.status_code == codice, risposta.content.decode()
    return risposta


def _due_relazioni() -> list[RelazioneSemestrale]:
    mondo.muovi(mondo.in_stato("approvato"), "avvia", "UNO PO")
    return list(
        RelazioneSemestrale.objects.filter(
            obiettivo__in=[mondo.in_stato("approvato"), mondo.in_stato("in_corso")],
            periodo__ordine=1,
        ).order_by("obiettivo__codice")
    )


def test_trasmesse_insieme_con_valori_e_target(entra: Callable[..., Client]) -> None:
    """R54: one action, values and targets frozen with their digest; what misses something is told
    in the preview, and stays."""
    prima, seconda = _due_relazioni()
    mondo.compila(prima, "UNO PO")
    dirigente = entra("UNO DIRIGENTE")
    anteprima = dirigente.get(f"{GRIGLIA}trasmetti/").content.decode()
    assert "manca il valore di 2026-1" in anteprima
    trasmetti(dirigente, come="pronti")
    prima, seconda = _stato(prima), _stato(seconda)
    assert (prima.stato, seconda.stato) == ("trasmessa", "da_compilare")
    assert '"target":"1"' in prima.istantanea
    assert '"valore":"1"' in prima.istantanea
    mondo.compila(seconda, "UNO PO")
    scelto = f"?scelti={seconda.obiettivo.pid}"
    assert (
        "Trasmetti: 1 obiettivo" in dirigente.get(f"{GRIGLIA}trasmetti/{scelto}").content.decode()
    )
    trasmetti(dirigente, scelti=scelto, come="tutti")
    assert _stato(seconda).stato == "trasmessa"


def test_cio_che_cambia_dopo_l_anteprima_si_rivede(entra: Callable[..., Client]) -> None:
    """R50: a value written meanwhile is not submitted unseen."""
    [r] = [relazione()]
    mondo.compila(r, "UNO PO")
    dirigente = entra("UNO DIRIGENTE")
    campi = mondo.campi(dirigente.get(f"{GRIGLIA}trasmetti/").content.decode())
    mondo.compila(r, "UNO PO", valore=Decimal(9))
    risposta = dirigente.post(f"{GRIGLIA}trasmetti/", campi | {"come": "tutti"})
    assert risposta.status_code == 409
    assert "OE04" in risposta.content.decode()
    assert _stato(r).stato == "da_compilare"


def test_il_po_non_trasmette(entra: Callable[..., Client]) -> None:
    mondo.compila(relazione(), "UNO PO")
    pagina = entra("UNO PO").get(f"{GRIGLIA}trasmetti/").content.decode()
    assert "Serve un incarico di Dirigente" in pagina
    assert "Salva e trasmetti" not in entra("UNO PO").get(GRIGLIA).content.decode()


def test_riaperta_si_ricompila(entra: Callable[..., Client]) -> None:
    """R54: reopening is an act with a reason; then the grid is written again."""
    r = relazione()
    mondo.compila(r, "UNO PO")
    mondo.muovi(r, "trasmetti", "UNO DIRIGENTE")
    mondo.muovi(_stato(r), "riapri", "TERZO NUCLEO", motivazione="Un valore da rivedere.")
    [a, *_] = indicatori()
    pagina = entra("UNO PO").get(GRIGLIA).content.decode()
    assert f'name="valore_{a.pid}"' in pagina


def _stato(r: RelazioneSemestrale) -> RelazioneSemestrale:
    return RelazioneSemestrale.objects.select_related("obiettivo").get(pk=r.pk)
