# SPDX-License-Identifier: AGPL-3.0-or-later
"""The workbook with which an ente is set up: its org chart, its people, their incarichi."""

from __future__ import annotations

from collections.abc import Sequence

from cycle.importers.fogli import Colonna, Foglio, Libro

UNITA, PERSONE, INCARICHI = "Unita", "Persone", "Incarichi"

Scelte = Sequence[tuple[str, str]]

_ISTRUZIONI = (
    "Compilare i tre fogli e caricare il file nella pagina «Organico» dell'ente, oppure con il "
    "comando «manage.py ente organico». Prima di scrivere si vede che cosa cambierebbe.",
    "Le colonne con l'asterisco sono obbligatorie. Le intestazioni non si cambiano; l'ordine delle "
    "colonne e delle righe non conta. Le colonne in più non vengono lette.",
    "Caricare di nuovo lo stesso file non cambia nulla. Ciò che nel file non c'è resta com'è: "
    "nessuna unità e nessuna persona si toglie dal file.",
    "Una unità non si sposta: si chiude scrivendo «Al», e se ne apre un'altra sotto il nuovo padre "
    "indicando in «Succede a» il codice di quella chiusa.",
)


def libro(ruoli: Scelte, tipi_unita: Scelte, tipi_incarico: Scelte) -> Libro:
    """The declaration of the workbook, with the words of the ente's tables."""
    return Libro(
        "Organico dell'ente",
        (
            Foglio(UNITA, _colonne_unita(tuple(tipi_unita)), massimo_righe=3000),
            Foglio(PERSONE, _colonne_persone(), massimo_righe=20_000),
            Foglio(
                INCARICHI,
                _colonne_incarichi(tuple(ruoli), tuple(tipi_incarico)),
                obbligatorio=False,
            ),
        ),
        _ISTRUZIONI,
    )


def _colonne_unita(tipi: tuple[tuple[str, str], ...]) -> tuple[Colonna, ...]:
    return (
        Colonna(
            "codice",
            "Codice",
            obbligatoria=True,
            massimo=40,
            nota="Quello con cui l'unità si cita negli altri fogli. Non cambia.",
            esempio="101",
            larghezza=14,
        ),
        Colonna("nome", "Nome", obbligatoria=True, massimo=300, larghezza=50),
        Colonna("tipo", "Tipo", "scelta", obbligatoria=True, scelte=tipi, larghezza=14),
        Colonna(
            "padre",
            "Codice del padre",
            massimo=40,
            nota="Dell'unità che sta sopra. Vuoto: subito sotto l'ente.",
            larghezza=18,
        ),
        Colonna("dal", "Dal", "data", nota="Vuoto: dal 1° gennaio di quest'anno."),
        Colonna("al", "Al", "data", nota="Ultimo giorno, compreso. Vuoto: ancora aperta."),
        Colonna(
            "succede_a",
            "Succede a",
            massimo=40,
            nota="Codice dell'unità chiusa di cui questa prende il posto.",
            larghezza=14,
        ),
    )


def _colonne_persone() -> tuple[Colonna, ...]:
    return (
        Colonna("cognome", "Cognome", obbligatoria=True, massimo=100),
        Colonna("nome", "Nome", obbligatoria=True, massimo=100),
        Colonna(
            "email",
            "E-mail",
            "email",
            massimo=150,
            nota="Serve per invitare la persona: sarà il nome con cui entra.",
        ),
        Colonna("inquadramento", "Inquadramento", massimo=100, esempio="Dirigente"),
        Colonna("matricola", "Matricola", massimo=40, larghezza=14),
    )


def _colonne_incarichi(
    ruoli: tuple[tuple[str, str], ...], tipi: tuple[tuple[str, str], ...]
) -> tuple[Colonna, ...]:
    return (
        Colonna(
            "persona",
            "Persona",
            obbligatoria=True,
            massimo=210,
            nota="L'e-mail, oppure cognome e nome come nel foglio Persone.",
            larghezza=34,
        ),
        Colonna("ruolo", "Ruolo", "scelta", obbligatoria=True, scelte=ruoli, larghezza=16),
        Colonna("unita", "Unità", massimo=40, nota="Il codice. Vuoto: tutto l'ente.", larghezza=14),
        Colonna(
            "tipo",
            "Tipo",
            "scelta",
            scelte=tipi,
            nota="Vuoto: titolare.",
            larghezza=14,
        ),
        Colonna(
            "delegante",
            "Delegante",
            massimo=210,
            nota="Solo per una delega: chi la dà (e-mail, oppure cognome e nome).",
            larghezza=34,
        ),
        Colonna(
            "motivo",
            "Motivo",
            nota="Solo per una delega: le ragioni di servizio (R81).",
            larghezza=34,
        ),
        Colonna(
            "atto",
            "Atto",
            obbligatoria=True,
            massimo=200,
            esempio="decreto sindacale n. 4 del 12/01/2026",
            larghezza=40,
        ),
        Colonna("dal", "Dal", "data", obbligatoria=True),
        Colonna("al", "Al", "data", nota="Ultimo giorno, compreso. Vuoto: senza termine."),
    )
