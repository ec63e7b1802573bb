# SPDX-License-Identifier: AGPL-3.0-or-later
"""The catalogue of indicator types: read by all, written by controllo, and nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cycle.bozze.lettura import leggi
from cycle.bozze.rubrica import rubrica
from cycle.models import Ciclo, Indicatore, TipoIndicatore
from cycle.scritta import SchedaScritta
from cycle.services import schede
from tests import mondo
from workflows.registro.models import Evento, Modifica

pytestmark = pytest.mark.django_db
URL = "/alfa/indicatori/"


def porta(chi: str) -> Client:
    client = Client()
    client.force_login(mondo.utente(chi), backend="django.contrib.auth.backends.ModelBackend")
    return client


def fai(chi: str = "GESTIONE CONTROLLO", **dati: Any) -> Any:
    return porta(chi).post(URL, dati)


def tipo(nome: str = "N. visite") -> TipoIndicatore:
    return TipoIndicatore.objects.get(ente=mondo.ente(), nome=nome)


def test_added_renamed_closed_and_opened_each_in_the_registro() -> None:
    assert fai(atto="aggiungi", nome="  N.  visite ").status_code == 303
    pid = tipo().pid
    assert fai(atto="rinomina", pid=pid, nome="N. visite guidate").status_code == 303
    t = tipo("N. visite guidate")
    assert fai(atto="chiudi", pid=pid).status_code == 303
    assert t.nome not in rubrica(mondo.ciclo()).tipi_aperti
    assert rubrica(mondo.ciclo()).tipi[t.nome] == t.pk  # who has it keeps it
    assert fai(atto="chiudi", pid=pid).status_code == 303  # again: nothing
    assert fai(atto="riapri", pid=pid).status_code == 303
    assert t.nome in rubrica(mondo.ciclo()).tipi_aperti
    eventi = Evento.objects.filter(procedura="tipo_indicatore", oggetto_id=t.pk).order_by("id")
    assert [e.verbo for e in eventi] == ["crea", "modifica", "disattiva", "riattiva"]
    assert {e.persona_id for e in eventi} == {mondo.persona("GESTIONE CONTROLLO").pk}
    assert Modifica.objects.filter(evento_id__in=[e.pk for e in eventi]).count() == 4


def test_a_closed_type_is_refused_with_the_remedy_and_kept_where_it_was() -> None:
    fai(atto="aggiungi", nome="N. visite")
    o = mondo.in_stato("bozza")
    r = rubrica(mondo.ciclo())
    scheda = leggi([o], r)[o.pk]
    primo, *altri = scheda.specifici
    con_tipo = replace(
        scheda,
        specifici=(
            replace(
                primo,
                indicatori=(replace(primo.indicatori[0], tipo="N. visite"), *primo.indicatori[1:]),
            ),
            *altri,
        ),
    )
    chi = mondo.attore("UNO PO")

    def scrivi(voluta: SchedaScritta) -> None:
        schede.modifica(
            obiettivo=o,
            scheda=voluta,
            rubrica=rubrica(mondo.ciclo()),
            by=chi,
            istante=mondo.ADESSO,
        )

    fai(atto="chiudi", pid=tipo().pid)
    with pytest.raises(schede.SchedaNonValida) as detto:
        scrivi(con_tipo)
    [difetto] = detto.value.difetti[0]
    assert difetto.dove == "specifici-0-indicatori-0-tipo"
    assert "chiuso nel catalogo" in difetto.messaggio
    assert "riaprirlo" in difetto.messaggio
    fai(atto="riapri", pid=tipo().pid)
    scrivi(con_tipo)
    fai(atto="chiudi", pid=tipo().pid)
    letta = leggi([o], rubrica(mondo.ciclo()))[o.pk]
    scrivi(replace(letta, titolo="Con il tipo che aveva"))
    assert Indicatore.objects.filter(obiettivo=o, tipo=tipo()).count() == 1


@pytest.mark.parametrize(
    ("nome", "detto"),
    [
        (" ", "Manca il nome"),
        ("x" * 301, "lungo 301 caratteri"),
        ("\u200b", "Manca il nome"),
        ("n. PRATICHE", "già nel catalogo"),
    ],
)
def test_what_does_not_stand_is_said_and_kept(nome: str, detto: str) -> None:
    fai(atto="aggiungi", nome="N. pratiche")
    prima = TipoIndicatore.objects.count()
    risposta = fai(atto="aggiungi", nome=nome)
    assert risposta.status_code == 422
    assert detto in risposta.content.decode()
    assert TipoIndicatore.objects.count() == prima


def test_only_controllo_writes_and_nobody_of_another_ente() -> None:
    assert fai("UNO DIRIGENTE", atto="aggiungi", nome="Altro").status_code == 403
    altrui = TipoIndicatore.objects.create(ente=mondo.ente("beta"), nome="Di beta")
    assert fai(atto="chiudi", pid=altrui.pid).status_code == 404
    assert fai(atto="chiudi", pid="x").status_code == 404
    assert "Di beta" not in porta("GESTIONE CONTROLLO").get(URL).content.decode()
    pagina = porta("UNO PO").get(URL).content.decode()
    assert "Aggiungi al catalogo" not in pagina


def test_who_uses_it_among_what_one_may_see() -> None:
    fai(atto="aggiungi", nome="N. visite")
    o = mondo.in_stato("bozza")
    indicatore = Indicatore.objects.filter(obiettivo=o).first()
    assert indicatore is not None
    Indicatore.objects.filter(pk=indicatore.pk).update(tipo=tipo())
    sua = porta("UNO PO").get(URL, {"testo": "visite"}).content.decode()
    assert "2026: 1 indicatore, in" in sua
    assert f'<span class="codice">{o.codice}</span>' in sua
    altra = porta("DUE PO").get(URL, {"testo": "visite"}).content.decode()
    assert "non usato" in altra
    assert o.codice not in altra


def test_the_same_queries_for_few_and_for_many() -> None:
    def domande() -> int:
        with CaptureQueriesContext(connection) as prese:
            assert client.get(URL).status_code == 200
        return len(prese)

    client = porta("GESTIONE CONTROLLO")
    TipoIndicatore.objects.create(ente=mondo.ente(), nome="Uno")
    client.get(URL)
    poche = domande()
    TipoIndicatore.objects.bulk_create(
        TipoIndicatore(ente=mondo.ente(), nome=f"Tipo {n:03}") for n in range(150)
    )
    assert domande() == poche
    assert "primi 100" in client.get(URL).content.decode()


def test_c3_a_year_is_not_closed_by_writing_into_its_row() -> None:
    with (
        pytest.raises(DatabaseError, match=r"si chiude.* con la sua procedura"),
        transaction.atomic(),
    ):
        Ciclo.objects.filter(pk=mondo.ciclo().pk).update(stato="chiuso")
    assert mondo.ciclo().stato == "aperto"
