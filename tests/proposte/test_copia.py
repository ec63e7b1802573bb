# SPDX-License-Identifier: AGPL-3.0-or-later
"""Last year's objectives become drafts of the new one, once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from cycle.models import (
    Ciclo,
    Collaboratore,
    Indicatore,
    NodoStrategico,
    Obiettivo,
    ObiettivoNodo,
    Rilevazione,
    StoricoIndicatore,
    UnitaOrganizzativa,
)
from cycle.services.copia import copia_da_anno_scorso, prepara
from cycle.services.enti import apri_anno
from tests import mondo
from workflows.errors import NonAutorizzato, NonPossibile
from workflows.registro.models import Evento

pytestmark = pytest.mark.django_db


@pytest.fixture
def nuovo(db: None) -> Ciclo:
    ciclo = apri_anno(ente=mondo.ente(), anno=2027, istante=mondo.ADESSO)
    NodoStrategico.objects.create(
        ente=mondo.ente(), ciclo=ciclo, tipo="Programma", codice="P1", titolo="Una città per tutti"
    )
    return ciclo


def copia(ciclo: Ciclo, *stati: str, chi: str = "UNO PO") -> list[Obiettivo]:
    return copia_da_anno_scorso(
        ciclo=ciclo,
        vecchi=[mondo.in_stato(s) for s in stati],
        by=mondo.attore(chi),
        istante=mondo.ADESSO,
    )


def test_testi_e_target_si_riportano_i_valori_no(nuovo: Ciclo) -> None:
    vecchio = mondo.in_stato("validato")
    [o] = copia(nuovo, "validato")
    assert (o.stato, o.codice, o.ciclo.anno, o.continua_da) == (
        "bozza",
        vecchio.codice,
        2027,
        vecchio,
    )
    assert (o.titolo, o.inizio_previsto) == (vecchio.titolo, date(2027, 1, 1))
    assert o.responsabile_generale == vecchio.responsabile_generale
    righe = Rilevazione.objects.filter(obiettivo=o).order_by("periodo__ordine")
    assert {r.periodo.codice for r in righe} == {"2027-1", "2027-2"}
    assert {r.target for r in righe} == {1, 2}
    assert {r.valore for r in righe} == {None}
    assert Indicatore.objects.filter(obiettivo=o).count() == 3
    assert ObiettivoNodo.objects.get(obiettivo=o).nodo.ciclo == nuovo
    persona = Collaboratore.objects.filter(obiettivo=o).first()
    assert persona is not None
    assert (persona.dal, persona.al) == (date(2027, 1, 1), date(2027, 12, 31))


def test_i_valori_misurati_diventano_storico(nuovo: Ciclo) -> None:
    """somma: 1 + 2 in the year."""
    [o] = copia(nuovo, "validato")
    storico = StoricoIndicatore.objects.filter(obiettivo=o)
    assert {(s.anno, s.valore) for s in storico} == {(2026, Decimal(3))}
    assert storico.count() == 3
    [mai_misurato] = copia(nuovo, "approvato")
    assert not StoricoIndicatore.objects.filter(obiettivo=mai_misurato).exists()


def test_una_copia_sola(nuovo: Ciclo) -> None:
    copia(nuovo, "validato")
    with pytest.raises(NonPossibile, match="già continuato da OE06"):
        copia(nuovo, "in_corso", "validato")
    assert Obiettivo.objects.filter(ciclo=nuovo).count() == 1  # all or none


@pytest.mark.parametrize("stato", ["bozza", "proposta"])
def test_non_si_continua_cio_che_non_fu_approvato(nuovo: Ciclo, stato: str) -> None:
    with pytest.raises(NonPossibile, match="non è stato approvato"):
        copia(nuovo, stato)


def test_solo_delle_proprie_unita(nuovo: Ciclo) -> None:
    with pytest.raises(NonAutorizzato):
        copia(nuovo, "validato", chi="DUE PO")


def test_di_un_unita_chiusa_si_va_a_quella_che_le_succede(nuovo: Ciclo) -> None:
    o = mondo.in_stato("validato")
    UnitaOrganizzativa.objects.filter(pk=o.unita_id).update(al=date(2026, 12, 31))
    with pytest.raises(NonPossibile, match="è chiusa"):
        copia(nuovo, "validato")
    UnitaOrganizzativa.objects.create(
        ente=mondo.ente(),
        codice="S8",
        nome="Persona e famiglia",
        tipo="settore",
        padre=o.unita.padre,
        succede_a=o.unita,
        dal=date(2027, 1, 1),
    )
    [c] = prepara(nuovo, [mondo.in_stato("validato")])
    assert c.scheda.unita == "S8"


def test_cio_che_non_si_puo_riportare_si_dice(nuovo: Ciclo) -> None:
    NodoStrategico.objects.filter(ciclo=nuovo).delete()
    Obiettivo.objects.create(
        ente=mondo.ente(),
        ciclo=nuovo,
        codice="OE06",
        titolo="Altro",
        unita=mondo.in_stato("validato").unita,
    )
    Collaboratore.objects.filter(obiettivo=mondo.in_stato("validato")).update(al=date(2026, 5, 24))
    [c] = prepara(nuovo, [mondo.in_stato("validato")])
    assert " ".join(c.avvisi).count("non si riporta") == 2
    assert "è già preso" in " ".join(c.avvisi)
    assert "non c'è il programma «Una città per tutti»" in " ".join(c.avvisi)
    [o] = copia(nuovo, "validato")
    assert o.codice == "OE07"
    assert not Collaboratore.objects.filter(obiettivo=o).exists()


def test_il_ventinove_febbraio(nuovo: Ciclo) -> None:
    Obiettivo.objects.filter(pk=mondo.in_stato("bozza").pk).update(fine_prevista=date(2028, 2, 29))
    [c] = prepara(nuovo, [mondo.in_stato("bozza")])
    assert c.scheda.fine_prevista == date(2029, 2, 28)


def test_tutte_in_una_azione(nuovo: Ciclo) -> None:
    nuovi = copia(nuovo, "approvato", "in_corso", "validato")
    eventi = Evento.objects.filter(radice_id__in=[o.pk for o in nuovi], verbo="crea")
    assert len({e.azione for e in eventi}) == 1
    assert [e.dati for e in eventi] == [{"copia_da": 2026}] * 3


def test_la_pagina(nuovo: Ciclo) -> None:
    client = Client()
    client.force_login(mondo.utente("UNO PO"), backend="django.contrib.auth.backends.ModelBackend")
    dove = "/alfa/2027/proposte/copia/"
    testo = client.get(dove).content.decode()
    assert testo.count('name="obiettivi"') == 4  # approvato and after, of his settore
    pid = str(mondo.in_stato("validato").pid)
    assert client.post(dove, {"obiettivi": [pid, "no"]}).status_code == 303
    assert Obiettivo.objects.filter(ciclo=nuovo).count() == 1
    assert "già continuato da OE06" in client.get(dove).content.decode()
    assert client.post(dove, {"obiettivi": [pid]}).status_code == 422
    altrui = str(mondo.obiettivo("OE12").pid)
    client.post(dove, {"obiettivi": [altrui]})
    assert Obiettivo.objects.filter(ciclo=nuovo).count() == 1
