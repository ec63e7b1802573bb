# SPDX-License-Identifier: AGPL-3.0-or-later
"""The workbook of a whole plan: its sheets and columns."""

from __future__ import annotations

from typing import Any

from cycle.importers import limiti
from cycle.importers.fogli import Colonna, Foglio, Libro
from cycle.importers.proposte import AGGREGAZIONI, ESTERNALIZZATE, NATURE, UNITA_DI_MISURA

PERIODI_MASSIMI = 4
_LUNGO = 32_000
_RIGHE = 20_000
_PARTI = (
    ("entrate_correnti", "Entrate correnti"),
    ("spese_correnti", "Spese correnti"),
    ("spese_investimento", "Spese di investimento"),
)
# «ente» is the whole of it, where something hangs on no unit
_TIPI_UNITA = tuple((t, t.capitalize()) for t in ("ente", "area", "settore", "servizio", "ufficio"))


def _t(nome: str, intestazione: str, massimo: int = 1000, **altro: Any) -> Colonna:
    return Colonna(nome, intestazione, massimo=massimo, **altro)


def _brano(nome: str, intestazione: str) -> Colonna:
    return Colonna(nome, intestazione, massimo=_LUNGO, a_capo=True, larghezza=60)


_OBIETTIVO = _t("obiettivo", "Obiettivo", 40, obbligatoria=True, nota="Il codice della scheda.")
_SPECIFICO = _t("specifico", "Specifico", 40, obbligatoria=True, nota="Il codice dello specifico.")
_FORSE_SPECIFICO = _t("specifico", "Specifico", 40, nota="Vuoto: della scheda intera.")
_CODICE = _t("codice", "Codice", 40, obbligatoria=True)
_PREVISTE = (
    Colonna("inizio_previsto", "Inizio previsto", "data"),
    Colonna("fine_prevista", "Fine prevista", "data"),
)
_EFFETTIVE = (
    Colonna("inizio_effettivo", "Inizio effettivo", "data"),
    Colonna("fine_effettiva", "Fine effettiva", "data"),
)
_PESO = Colonna("peso", "Peso", "numero", esempio="100")

LIBRO = Libro(
    "Piano di un anno",
    (
        Foglio(
            "Parametri",
            (
                _t("nome", "Parametro", 60, obbligatoria=True, esempio="nome_obiettivo"),
                Colonna(
                    "valore", "Valore", massimo=_LUNGO, a_capo=True, larghezza=60,
                    esempio="Progetto",
                ),
            ),
            obbligatorio=False,
            nota="Solo ciò che è diverso dal predefinito, se l'anno non è ancora aperto.",
            massimo_righe=200,
        ),
        Foglio(
            "Periodi",
            (
                _t("nome", "Nome", 100, obbligatoria=True),
                Colonna("dal", "Dal", "data", obbligatoria=True),
                Colonna("al", "Al", "data", obbligatoria=True),
            ),
            nota="In ordine: il primo è quello di «Target 1» e «Conseguito 1».",
        ),
        Foglio(
            "Unita",
            (
                _CODICE,
                _t("nome", "Nome", 300, obbligatoria=True),
                Colonna("tipo", "Tipo", "scelta", obbligatoria=True, scelte=_TIPI_UNITA),
                _t("padre", "Codice del padre", 40),
                _t("responsabile", "Responsabile", 200),
                _t("inquadramento", "Inquadramento", 100),
            ),
        ),
        Foglio(
            "Persone",
            (
                _t("nome_completo", "Cognome e nome", 200, obbligatoria=True),
                _t("inquadramento", "Inquadramento", 100),
                _t("matricola", "Matricola", 40),
                Colonna("segnaposto", "Posto vacante", "si_no"),
            ),
            obbligatorio=False,
            massimo_righe=_RIGHE,
        ),
        Foglio(
            "Obiettivi",
            (
                _CODICE,
                _t("titolo", "Titolo", obbligatoria=True, larghezza=60),
                _t("unita", "Unità", 40, obbligatoria=True, nota="Il codice."),
                _t("tipo", "Tipo", 40),
                _t("categoria", "Categoria", 80),
                _brano("descrizione", "Descrizione"),
                _t("responsabile_generale", "Responsabile generale", 200),
                _t("responsabile_operativo", "Responsabile operativo", 200),
                *_PREVISTE,
                *_EFFETTIVE,
                _PESO,
                _t("fase", "Fase", 100),
                _t("stato", "Stato", 100),
                Colonna("percentuale_stampata", "% avanzamento", "numero"),
                Colonna("percentuale_convalidata", "% convalidata", "numero"),
            ),
            massimo_righe=_RIGHE,
        ),
        Foglio(
            "Programmi",
            (
                _OBIETTIVO,
                Colonna("ramo", "Ramo", "numero", obbligatoria=True, nota="1, 2: uno per albero."),
                _t("tipo", "Livello", 60, obbligatoria=True, esempio="missione"),
                _t("codice", "Codice", 60),
                _t("titolo", "Titolo", limiti.NODO, obbligatoria=True, larghezza=60),
            ),
            obbligatorio=False,
            nota="Dall'alto in basso.",
            massimo_righe=_RIGHE,
        ),
        Foglio(
            "Sezioni",
            (_OBIETTIVO, _t("titolo", "Titolo", 300, obbligatoria=True), _brano("testo", "Testo")),
            obbligatorio=False,
            massimo_righe=_RIGHE,
        ),
        Foglio(
            "Specifici",
            (
                _OBIETTIVO,
                _CODICE,
                _t("titolo", "Titolo", larghezza=60),
                _brano("descrizione", "Descrizione"),
                *_PREVISTE,
                *_EFFETTIVE,
                _PESO,
                _t("flag", "Segni", nota="Separati da punto e virgola."),
                Colonna("esternalizzata", "Esternalizzata", "scelta", scelte=ESTERNALIZZATE),
                _t("affidatario", "Affidatario", 500),
                _t("modalita_affidamento", "Modalità di affidamento", 500),
            ),
            massimo_righe=_RIGHE,
        ),
        Foglio(
            "Indicatori",
            (
                _OBIETTIVO,
                _SPECIFICO,
                _t("codice", "Codice", 40),
                _t("nome", "Indicatore", obbligatoria=True, larghezza=60),
                _t("tipo", "Tipo", 300),
                Colonna("unita_misura", "Si misura in", "scelta", scelte=UNITA_DI_MISURA),
                Colonna("natura", "Natura", "scelta", scelte=NATURE),
                Colonna("aggregazione", "Nell'anno", "scelta", scelte=AGGREGAZIONI),
                _PESO,
                Colonna("cap", "Massimo", "numero", nota="1 è il 100 %; vuoto: quello dell'anno."),
                Colonna("fascia_da", "Fascia da", "numero"),
                Colonna("fascia_a", "Fascia a", "numero"),
                *(
                    Colonna(f"{quale}-{n}", f"{nome} {n}", "figura")
                    for n in range(1, PERIODI_MASSIMI + 1)
                    for quale, nome in (("target", "Target"), ("valore", "Conseguito"))
                ),
                Colonna("target_annuo", "Target dell'anno stampato", "numero"),
                Colonna("valore_annuo", "Conseguito dell'anno stampato", "numero"),
                _brano("note", "Note"),
            ),
            obbligatorio=False,
            massimo_righe=_RIGHE,
        ),
        Foglio(
            "Storico",
            (
                _OBIETTIVO,
                _SPECIFICO,
                Colonna(
                    "indicatore", "Indicatore n.", "numero", obbligatoria=True,
                    nota="1 è il primo dello specifico.",
                ),
                Colonna("anno", "Anno", "numero", obbligatoria=True),
                Colonna("valore", "Valore", "numero"),
            ),
            obbligatorio=False,
            massimo_righe=_RIGHE,
        ),
        Foglio(
            "Fasi",
            (
                _OBIETTIVO,
                _SPECIFICO,
                Colonna(
                    "descrizione", "Fase", obbligatoria=True, massimo=_LUNGO, a_capo=True,
                    larghezza=60,
                ),
                _PESO,
                Colonna("avanzamento", "Avanzamento", "numero"),
                *_PREVISTE,
                *_EFFETTIVE,
                _t("responsabile", "Responsabile", 200),
                _t("centro", "Centro di responsabilità", 300),
                _brano("note", "Note"),
            ),
            obbligatorio=False,
            massimo_righe=_RIGHE,
        ),
        Foglio(
            "Stanziamenti",
            (
                _OBIETTIVO,
                _FORSE_SPECIFICO,
                _t("capitolo", "Capitolo", 20, obbligatoria=True),
                _t("articolo", "Articolo", 10),
                _t("descrizione", "Descrizione", 500, larghezza=60),
                Colonna("parte", "Parte", "scelta", obbligatoria=True, scelte=_PARTI),
                Colonna("importo", "Importo", "numero", obbligatoria=True, nota="In euro."),
            ),
            obbligatorio=False,
            massimo_righe=_RIGHE,
        ),
        Foglio(
            "Collaboratori",
            (
                _OBIETTIVO,
                _FORSE_SPECIFICO,
                _t("persona", "Persona", 200, obbligatoria=True),
                _t("nome", "Come è scritta", 200, nota="Solo se è scritta altrimenti."),
                Colonna("dal", "Dal", "data"),
                Colonna("al", "Al", "data"),
                Colonna("responsabile", "Responsabile", "si_no"),
                Colonna("impegno", "Impegno %", "percentuale"),
                _t("categoria", "Categoria", 100),
            ),
            obbligatorio=False,
            massimo_righe=_RIGHE,
        ),
        Foglio(
            "Relazioni",
            (
                _OBIETTIVO,
                _SPECIFICO,
                Colonna("periodo", "Periodo n.", "numero", obbligatoria=True),
                _brano("testo", "Testo"),
                _brano("osservazione", "Osservazione del Nucleo"),
                _brano("risposta", "Risposta"),
                Colonna("percentuale_convalidata", "% convalidata", "numero"),
                _brano("motivo", "Motivo"),
            ),
            obbligatorio=False,
            massimo_righe=_RIGHE,
        ),
    ),
    (
        "Un foglio per ogni genere di cosa; ogni riga dice di quale obiettivo e specifico è.",
        "Persone e unità si citano come nei fogli «Persone» e «Unita».",
        "Prima di importare si prova: ogni errore dice foglio e cella, e se qualcosa non va non si "
        "scrive nulla.",
    ),
)  # fmt: skip
