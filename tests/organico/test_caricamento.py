# SPDX-License-Identifier: AGPL-3.0-or-later
"""A workbook sets up an ente: compared, shown, written all or nothing; errors by cell."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cycle.models import Ente, Incarico, Persona, Recapito, UnitaOrganizzativa
from cycle.services import organico as servizio
from cycle.services.enti import crea_ente, di_comando
from cycle.services.organico import CambiatoNelFrattempo, Proposta, modello
from tests import mondo
from tests.organico.fogli import organico
from workflows.registro.models import Evento, Modifica

ROMA = ZoneInfo("Europe/Rome")
INIZIO, FINE = date(2026, 1, 1), date(2026, 12, 31)
UNITA = [
    ["10", "Servizi alla città", "settore"],
    ["10A", "Scuole", "servizio", "10"],
    ["20", "Lavori", "settore", "ENTE", date(2025, 7, 1)],
]
PERSONE = [
    ["Rossi", "Ada", "ada.rossi@comune.it", "Dirigente", "M1"],
    ["De Luca", "Piero", "piero@comune.it", "EQ"],
    ["Bianchi", "Carla"],
]
INCARICHI = [
    ["ada.rossi@comune.it", "dirigente", "10", "", "", "", "decreto n. 1", INIZIO],
    ["De Luca Piero", "po", "10A", "", "", "", "decreto n. 2", INIZIO, FINE],
    [
        "Bianchi Carla", "dirigente", "10A", "delega", "Rossi Ada", "assenza", "nota n. 3",
        date(2026, 3, 1), date(2026, 3, 31),
    ],
]  # fmt: skip


# each below the one before
_A_SCALA = [[f"{n}", "Giù", "ufficio", f"{n - 1}" if n > 1 else ""] for n in range(1, 12)]


@pytest.fixture
def ente(db: None) -> Ente:
    return crea_ente(nome="Comune Nuovo", codice_ipa="nuovo", istante=mondo.ADESSO)


def carica(ente: Ente, contenuto: bytes, **altro: Any) -> Proposta:
    return servizio.carica(
        ente=ente,
        contenuto=contenuto,
        by=di_comando(ente.pk, mondo.ADESSO),
        istante=mondo.ADESSO,
        canale="comando",
        **altro,
    )


def errori(proposta: Proposta) -> list[str]:
    return [f"{e.foglio} {e.cella}: {e.messaggio}" for e in proposta.errori]


def contati(ente: Ente) -> tuple[int, ...]:
    return tuple(
        m.objects.filter(ente=ente).count()
        for m in (UnitaOrganizzativa, Persona, Recapito, Incarico)
    )


def test_an_ente_from_nothing_and_again_changes_nothing(ente: Ente) -> None:
    contenuto = organico(UNITA, PERSONE, INCARICHI)
    prova = carica(ente, contenuto, prova=True)
    assert not prova.errori
    assert contati(ente) == (1, 0, 0, 0)
    assert len(prova.differenze) == 9
    carica(ente, contenuto, vista=prova.impronta)
    assert contati(ente) == (4, 3, 2, 3)
    scuole = UnitaOrganizzativa.objects.get(ente=ente, codice="10A")
    assert scuole.padre is not None
    assert scuole.percorso == f"{scuole.padre.percorso}{scuole.pk}/"
    po = Incarico.objects.get(ente=ente, ruolo="po")
    assert (po.dal, po.al) == (
        datetime(2026, 1, 1, tzinfo=ROMA),
        datetime(2027, 1, 1, tzinfo=ROMA),
    )
    delega = Incarico.objects.get(ente=ente, tipo="delega")
    assert delega.delegante is not None
    assert delega.delegante.persona.nome_completo == "ROSSI ADA"
    eventi = Evento.objects.count()
    ancora = carica(ente, contenuto)
    assert (ancora.differenze, ancora.errori, ancora.invariate) == ([], [], 9)
    assert Evento.objects.count() == eventi


def test_what_goes_out_comes_back_and_changes_nothing(ente: Ente) -> None:
    carica(ente, organico(UNITA, PERSONE, INCARICHI))
    for quale in (ente, mondo.ente()):
        ancora = carica(quale, modello(quale))
        assert (errori(ancora), ancora.differenze, ancora.avvisi) == ([], [], [])


def test_r90_addresses_stay_out_of_the_registro(ente: Ente) -> None:
    carica(ente, organico(UNITA, PERSONE, INCARICHI))
    carica(ente, organico((), [["Rossi", "Ada", "nuova@comune.it"]]))
    assert Recapito.objects.get(persona__nome_completo="ROSSI ADA").email == "nuova@comune.it"
    assert not Modifica.objects.filter(dopo__icontains="@comune.it").exists()
    assert not Evento.objects.filter(dati__icontains="@comune.it").exists()


@pytest.mark.parametrize(
    ("unita", "atteso"),
    [
        ([["1", "Uno", "settore", "9"]], "Unita D2: Nessuna unità ha il codice «9»"),
        (
            [["1", "Uno", "settore", "2"], ["2", "Due", "settore", "1"]],
            "Unita D2: L'organigramma gira in tondo: 1 sotto 2 sotto 1",
        ),
        ([["1", "Uno", "settore", "1"]], "Unita D2: L'organigramma gira in tondo"),
        (
            [["1", "Uno", "settore"], ["1", "Altra", "settore"]],
            "Unita A3: Il codice «1» è già alla riga 2",
        ),
        (
            [["1", "Uno", "settore", "", FINE, INIZIO]],
            "Unita F2: La fine viene prima dell'inizio",
        ),
        (
            [["1", "Uno", "settore", "", "", date(9999, 12, 31)]],
            "Unita F2: «31/12/9999» è una data troppo lontana",
        ),
        ([["1", "Uno", "settore", "", "", "", "7"]], "Unita G2: Nessuna unità ha il codice «7»"),
        (
            [["1", "Uno", "settore"], ["2", "Due", "settore", "", "", "", "1"]],
            "Unita G3: «Uno» non è chiusa prima del 01/01/2026",
        ),
        (
            [["1", "Uno", "settore", "", INIZIO, date(2026, 6, 30)], ["2", "Due", "ufficio", "1"]],
            "Unita D3: «Uno», che le sta sopra, è chiusa dal 30/06/2026",
        ),
        (
            _A_SCALA,
            "Unita D11: Più di 10 livelli",
        ),
    ],
)  # fmt: skip
def test_errors_of_the_chart_each_at_its_cell(
    ente: Ente, unita: list[list[Any]], atteso: str
) -> None:
    proposta = carica(ente, organico(unita))
    assert any(e.startswith(atteso) for e in errori(proposta)), errori(proposta)
    assert contati(ente) == (1, 0, 0, 0)


def test_a_unit_never_moves_it_is_closed_and_another_takes_its_place(ente: Ente) -> None:
    carica(ente, organico(UNITA))
    spostata = carica(ente, organico([["10A", "Scuole", "servizio", "20"]]))
    assert "non si sposta" in errori(spostata)[0]
    assert spostata.errori[0].cella == "D2"
    al, dal = date(2026, 6, 30), date(2026, 7, 1)
    giusta = carica(
        ente,
        organico([
            ["10A", "Scuole", "servizio", "10", "", al],
            ["10A", "Scuole e nidi", "servizio", "20", dal, "", "10A"],
        ]),
    )  # fmt: skip
    assert not giusta.errori, errori(giusta)
    prima, dopo = UnitaOrganizzativa.objects.filter(ente=ente, codice="10A").order_by("dal")
    assert (prima.al, dopo.succede_a_id, dopo.dal) == (al, prima.pk, dal)
    assert dopo.padre is not None
    assert dopo.padre.codice == "20"


def test_a_unit_with_open_units_below_is_not_closed(ente: Ente) -> None:
    carica(ente, organico(UNITA))
    sola = carica(ente, organico([["10", "Servizi alla città", "settore", "", "", FINE]]))
    assert "ha sotto di sé unità aperte: 10A" in errori(sola)[0]
    tutte = carica(
        ente,
        organico([
            ["10", "Servizi alla città", "settore", "", "", FINE],
            ["10A", "Scuole", "servizio", "10", "", FINE],
        ]),
    )  # fmt: skip
    assert not tutte.errori
    assert not UnitaOrganizzativa.objects.filter(
        ente=ente, codice__startswith="10", al__isnull=True
    ).exists()


def test_people_are_recognised_by_address_matricola_name_and_alias(ente: Ente) -> None:
    carica(ente, organico((), PERSONE))
    ada = Persona.objects.get(ente=ente, nome_completo="ROSSI ADA")
    Persona.objects.filter(pk=ada.pk).update(alias=["ROSSI A."])
    proposta = carica(
        ente,
        organico((), [
            ["Rossi", "Ada Maria", "ada.rossi@comune.it"],
            ["de  luca", "PIERO", "", "Dirigente"],
            ["Bianchi", "Karla"],
        ]),
    )  # fmt: skip
    assert not proposta.errori
    ada.refresh_from_db()
    assert (ada.nome_completo, ada.alias) == ("ROSSI ADA MARIA", ["ROSSI A.", "ROSSI ADA"])
    assert Persona.objects.get(ente=ente, nome_completo="DE LUCA PIERO").inquadramento == (
        "Dirigente"
    )
    assert "somiglia a Bianchi Carla" in str(proposta.avvisi[0])
    per_alias = carica(ente, organico((), [["Rossi", "A.", "", "Segretaria"]]))
    assert "riconosciuta come Rossi Ada Maria" in str(per_alias.avvisi[0])
    assert [d.che_cosa for d in per_alias.differenze] == ["inquadramento: Segretaria"]


@pytest.mark.parametrize(
    ("persone", "atteso"),
    [
        (
            [["Neri", "Ugo"], ["NERI", "Ugo"]],
            "Persone A3: Il nome è già alla riga 2",
        ),
        (
            [["Neri", "Ugo", "x@y.it"], ["Neri", "Leo", "x@y.it"]],
            "Persone C3: L'e-mail è già alla riga 2",
        ),
        (
            [["Neri", "Ugo", "", "", "7"], ["Neri", "Leo", "", "", "7"]],
            "Persone E3: La matricola è già alla riga 2",
        ),
        ([["Rossi", "Ada", "piero@comune.it"]], "Persone A2: La riga unisce due persone"),
        ([["123", "-"]], "Persone A2: Non è il nome di una persona"),
    ],
)
def test_errors_of_people_each_at_its_cell(
    ente: Ente, persone: list[list[Any]], atteso: str
) -> None:
    carica(ente, organico((), PERSONE))
    proposta = carica(ente, organico((), persone))
    assert any(e.startswith(atteso) for e in errori(proposta)), errori(proposta)
    assert contati(ente)[1] == 3


@pytest.mark.parametrize(
    ("incarico", "atteso"),
    [
        (["Rosi Ada", "po", "10"], "Incarichi A2: Nessuna persona è «Rosi Ada». Forse «Rossi Ada»"),
        (["Rossi Ada", "dirigete", "10"], "Incarichi B2: «dirigete» non è tra i valori"),
        (["Rossi Ada", "po", "10B"], "Incarichi C2: Nessuna unità ha il codice «10B». Forse «10"),
        (
            ["Rossi Ada", "dirigente", "10", "interim", "", "", "d", date(2026, 5, 1)],
            "Incarichi H2: Rossi Ada ha già questo incarico negli stessi giorni",
        ),
        (["Rossi Ada", "nucleo", ""], "Incarichi B2: Rossi Ada ha negli stessi anni"),
        (
            ["Bianchi Carla", "po", "20", "delega", "Rossi Ada", "m", "d", INIZIO, FINE],
            "Incarichi E2: Rossi Ada non ha in quei giorni un incarico",
        ),
        (
            ["Bianchi Carla", "dirigente", "20", "delega", "Rossi Ada", "m", "d", INIZIO, FINE],
            "Incarichi E2: Rossi Ada non ha in quei giorni un incarico",
        ),
        (
            ["Bianchi Carla", "dirigente", "10", "delega", "", "m", "d", INIZIO, FINE],
            "Incarichi E2: Manca chi dà la delega",
        ),
        (
            ["Rossi Ada", "dirigente", "10A", "delega", "Rossi Ada", "", "d", INIZIO, FINE],
            "Incarichi E2: Non ci si delega da soli",
        ),
        (
            ["Bianchi Carla", "po", "10", "", "Rossi Ada"],
            "Incarichi E2: C'è un delegante",
        ),
        (
            ["Bianchi Carla", "po", "10", "", "", "", "d", FINE, INIZIO],
            "Incarichi I2: La fine viene prima dell'inizio",
        ),
        (["Bianchi Carla", "po", "10", "", "", "", ""], "Incarichi G2: Manca «Atto»"),
    ],
)  # fmt: skip
def test_errors_of_incarichi_each_at_its_cell(ente: Ente, incarico: list[Any], atteso: str) -> None:
    """R57, R81."""
    carica(ente, organico(UNITA, PERSONE, INCARICHI[:1]))
    mancanti = ["", "", "", "", "", "", "decreto", INIZIO, ""]
    riga = [*incarico, *mancanti[len(incarico) :]]
    proposta = carica(ente, organico((), (), [riga]))
    assert any(e.startswith(atteso) for e in errori(proposta)), errori(proposta)
    assert contati(ente)[3] == 1


def test_an_incarico_that_is_there_is_not_changed_by_a_file(ente: Ente) -> None:
    carica(ente, organico(UNITA, PERSONE, INCARICHI[:1]))
    riga = [*INCARICHI[0][:6], "decreto n. 9", INIZIO, FINE]
    proposta = carica(ente, organico((), (), [riga]))
    assert (proposta.errori, proposta.differenze) == ([], [])
    assert [a.cella for a in proposta.avvisi] == ["I2", "G2"]
    assert Incarico.objects.get(ente=ente).al is None


def test_what_was_shown_and_is_no_longer_so_is_not_written(ente: Ente) -> None:
    contenuto = organico(UNITA, PERSONE)
    vista = carica(ente, contenuto, prova=True).impronta
    carica(ente, organico(UNITA[:1]))
    with pytest.raises(CambiatoNelFrattempo) as detto:
        carica(ente, contenuto, vista=vista)
    assert len(detto.value.proposta.differenze) == 5


def test_an_error_anywhere_changes_nothing(ente: Ente) -> None:
    carica(ente, organico(UNITA, PERSONE, [["Nessuno", "po", "10", "", "", "", "d", INIZIO]]))
    assert contati(ente) == (1, 0, 0, 0)


def test_another_ente_is_neither_seen_nor_touched(ente: Ente) -> None:
    carica(ente, organico(UNITA, PERSONE))
    altro = crea_ente(nome="Altro", codice_ipa="altro", istante=mondo.ADESSO)
    proposta = carica(altro, organico([["10B", "Nuova", "servizio", "10"]], PERSONE))
    assert "Nessuna unità ha il codice «10»" in errori(proposta)[0]
    assert contati(altro) == (1, 0, 0, 0)


def _domande(ente: Ente, contenuto: bytes) -> int:
    with CaptureQueriesContext(
        connection,
    ) as prese:
        assert not carica(ente, contenuto, prova=True).errori
    return len(prese)


def test_a_large_chart_is_compared_with_the_same_queries(ente: Ente) -> None:
    pochi = _domande(ente, organico(UNITA, PERSONE, INCARICHI))
    tanti = organico(
        [[f"U{n}", f"Unità {n}", "settore"] for n in range(300)],
        [[f"Cognome{n}", "Nome", f"p{n}@x.it"] for n in range(600)],
        [[f"p{n}@x.it", "po", f"U{n}", "", "", "", "d", INIZIO] for n in range(300)],
    )
    assert _domande(ente, tanti) == pochi
    carica(ente, tanti)
    assert contati(ente) == (301, 600, 600, 300)
    assert _domande(ente, tanti) == pochi
