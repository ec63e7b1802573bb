# SPDX-License-Identifier: AGPL-3.0-or-later
"""The year's register of variazioni as a workbook and as PDF/UA, ready for the Relazione (R32): the
same rows as the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from cycle.exports import pdf
from cycle.importers.fogli import Colonna, Foglio, Libro, scrivi
from cycle.models import Ciclo
from cycle.variazioni.registro import RigaRegistro

_MODELLO = Path(__file__).with_name("variazioni.typ")
_CELLA = 32_000  # characters: a little less than a cell of a workbook holds
RICHIESTE, CAMBI = "Richieste", "Cambi"

LIBRO = Libro(
    "Registro delle variazioni",
    (
        Foglio(
            RICHIESTE,
            (
                Colonna("nome", "Richiesta", larghezza=14),
                Colonna("codice", "Codice", larghezza=12, nota="Dell'obiettivo."),
                Colonna("titolo", "Obiettivo", larghezza=44),
                Colonna("unita", "Unità", larghezza=30),
                Colonna("cambi", "Che cosa cambia", a_capo=True, larghezza=60),
                Colonna("presentata", "Presentata il", "data"),
                Colonna("ora", "alle", larghezza=10, nota="Ora dell'ente."),
                Colonna("tardiva", "Tardiva", "si_no", nota="Presentata dopo il termine."),
                Colonna("ufficio", "D'ufficio", "si_no"),
                Colonna("motivazione", "Motivazione", a_capo=True, larghezza=50),
                Colonna("causa", "Causa sopravvenuta", a_capo=True, larghezza=30),
                Colonna("esito", "Esito", larghezza=16),
                Colonna("decisa", "Decisa il", "data"),
                Colonna("atto", "Atto", larghezza=34),
                Colonna("decisione", "Motivazione della decisione", a_capo=True, larghezza=50),
                Colonna("eccezione", "Eccezione", a_capo=True, larghezza=30),
                Colonna("giudizio", "Giudizio del Nucleo", larghezza=18),
                Colonna("valutazione", "Valutazione del Nucleo", a_capo=True, larghezza=50),
            ),
        ),
        Foglio(
            CAMBI,
            (
                Colonna("nome", "Richiesta", larghezza=14),
                Colonna("genere", "Genere", larghezza=20),
                Colonna("dove", "Che cosa", larghezza=50),
                Colonna("prima", "Prima", a_capo=True, larghezza=40),
                Colonna("dopo", "Dopo", a_capo=True, larghezza=40),
            ),
        ),
    ),
    ("Le richieste presentate, nell'ordine in cui lo sono state; i cambi, uno per riga.",),
)


def xlsx(righe: Sequence[RigaRegistro], fuso: str) -> bytes:
    """The workbook of the rows; days and hours are those of the zone `fuso`. Every text is a text:
    none becomes a formula."""
    return scrivi(
        LIBRO,
        {
            RICHIESTE: [_riga(r, ZoneInfo(fuso)) for r in righe],
            CAMBI: [
                {
                    "nome": r.nome,
                    "genere": str(c.genere),
                    "dove": c.dove[:_CELLA],
                    "prima": c.prima[:_CELLA],
                    "dopo": c.dopo[:_CELLA],
                }
                for r in righe
                for c in r.cambi
            ],
        },
    )


def _riga(r: RigaRegistro, fuso: ZoneInfo) -> dict[str, Any]:
    v = r.richiesta
    return {
        "nome": r.nome,
        "codice": v.obiettivo.codice,
        "titolo": v.obiettivo.titolo,
        "unita": v.obiettivo.unita.nome,
        "cambi": "\n".join(c.cambio.frase for c in r.cambi)[:_CELLA],
        "presentata": _giorno(v.presentata_il, fuso),
        "ora": f"{v.presentata_il.astimezone(fuso):%H:%M:%S}" if v.presentata_il else "",
        "tardiva": v.tardiva,
        "ufficio": v.d_ufficio,
        "motivazione": v.motivazione[:_CELLA],
        "causa": v.causa_sopravvenuta[:_CELLA],
        "esito": r.esito,
        "decisa": _giorno(v.decisa_il, fuso),
        "atto": str(v.atto) if v.atto else "",
        "decisione": v.motivazione_decisione[:_CELLA],
        "eccezione": v.eccezione[:_CELLA],
        "giudizio": r.giudizio,
        "valutazione": r.valutazione.testo[:_CELLA] if r.valutazione else "",
    }


def _giorno(istante: datetime | None, fuso: ZoneInfo) -> date | None:
    return istante.astimezone(fuso).date() if istante else None


def stampa(
    righe: Sequence[RigaRegistro], ciclo: Ciclo, *, ente: str, fuso: str, istante: datetime
) -> bytes:
    """The PDF/UA of the rows, as they stand at `istante`."""
    zona = ZoneInfo(fuso)
    esiti = Counter(r.esito for r in righe)
    return pdf.componi(
        _MODELLO,
        {
            "titolo": _("Registro delle variazioni %(anno)s") % {"anno": ciclo.anno},
            "ente": ente,
            "al": f"{istante.astimezone(zona):%d/%m/%Y %H:%M}",
            "quante": len(righe),
            "conti": [
                *([nome, str(n)] for nome, n in sorted(esiti.items())),
                [_("Tardive"), str(sum(r.richiesta.tardiva for r in righe))],
                [_("D'ufficio"), str(sum(r.richiesta.d_ufficio for r in righe))],
                [_("Da valutare dal Nucleo"), str(sum(r.da_valutare for r in righe))],
            ],
            "righe": [_stampata(r, zona) for r in righe],
        },
    )


def _stampata(r: RigaRegistro, fuso: ZoneInfo) -> dict[str, Any]:
    v = r.richiesta
    quando = f"{v.presentata_il.astimezone(fuso):%d/%m/%Y %H:%M:%S}" if v.presentata_il else ""
    detti = [
        (_("Unità"), v.obiettivo.unita.nome),
        (_("Presentata"), quando),
        (_("Termine"), _("tardiva: presentata dopo il termine") if v.tardiva else _("nei termini")),
        (_("Iniziativa"), _("d'ufficio") if v.d_ufficio else _("del settore")),
        (_("Motivazione"), v.motivazione),
        (_("Causa sopravvenuta"), v.causa_sopravvenuta),
        (_("Esito"), r.esito),
        (_("Decisa il"), f"{v.decisa_il.astimezone(fuso):%d/%m/%Y}" if v.decisa_il else ""),
        (_("Atto"), str(v.atto) if v.atto else ""),
        (_("Motivazione della decisione"), v.motivazione_decisione),
        (_("Eccezione"), v.eccezione),
        (
            _("Valutazione del Nucleo"),
            " - ".join(t for t in (r.giudizio, r.valutazione.testo) if t)
            if r.valutazione
            else _("non ancora scritta")
            if r.decisa
            else "",
        ),
    ]
    return {
        "nome": r.nome,
        "titolo": v.obiettivo.titolo,
        "detti": [[nome, testo] for nome, testo in detti if testo],
        "cambi": [[str(c.genere), c.dove, c.prima, c.dopo] for c in r.cambi],
    }
