# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may see what (`domain.md` 2): each person x each state x own or other unit x other ente,
against the sentence of the domain written here again in its simplest form."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection

from cycle import permissions, selectors
from cycle.models import Obiettivo, UnitaOrganizzativa, Utente
from cycle.procedures import OBIETTIVO
from cycle.services.enti import Conferimento, conferisci, di_comando
from tests import mondo
from workflows.errors import NonTrovato
from workflows.ports import Attore, Richiesta
from workflows.registro import azioni
from workflows.registro.azioni import Voce

pytestmark = pytest.mark.usefixtures("db")

# Drafts and proposals: the unit's chain, and these for the whole ente.
DI_TUTTO_L_ENTE = {"controllo", "segretario", "segreteria", "giunta", "nucleo"}
DELLA_CATENA = {"po", "dirigente"}


def deve_vedere(ruolo: str, unita: str, o: Obiettivo, ipa: str) -> bool:
    if not ruolo or o.ente.codice_ipa != ipa:
        return False
    if o.stato not in ("bozza", "proposta"):
        return True
    return ruolo in DI_TUTTO_L_ENTE or (ruolo in DELLA_CATENA and o.unita.codice == unita)


@pytest.fixture
def tutti() -> list[Obiettivo]:
    """Both enti, every state (one struck off too), both settori, a proposal in each."""
    for ipa in ("alfa", "beta"):
        mondo.muovi(mondo.obiettivo("OE11", ipa), "proponi", "DUE DIRIGENTE")
        _stralcia(mondo.obiettivo("OE12", ipa))
    return list(Obiettivo.objects.select_related("ente", "unita").order_by("pk"))


def _stralcia(o: Obiettivo) -> None:
    """As the approval of a variazione will: under an act, with its Evento."""
    azioni.apri(
        ente_id=o.ente_id,
        procedura="obiettivo",
        verbo="stralcia",
        passi=[Voce(o.pk, o.pk, "in_corso", "stralciato")],
        attore=Attore(None, None, o.ente_id, "", mondo.ADESSO),
        istante=mondo.ADESSO,
        atto_id=o.versioneobiettivo_tutti.latest("pk").atto_id,
    )
    with connection.cursor() as cursore:
        cursore.execute("UPDATE cycle_obiettivo SET stato = 'stralciato' WHERE id = %s", [o.pk])


@pytest.mark.parametrize("ipa", ["alfa", "beta"])
@pytest.mark.parametrize("nome", mondo.PERSONE)
def test_each_person_sees_what_the_domain_says(tutti: list[Obiettivo], nome: str, ipa: str) -> None:
    assert {o.stato for o in tutti} == {*mondo.STATI, "stralciato"}
    ruolo, unita = mondo.PERSONE[nome]
    attesi = {o.pk for o in tutti if deve_vedere(ruolo, unita, o, ipa)}
    attore = mondo.attore(nome, ipa)
    visti = Obiettivo.objects.filter(selectors.visibili(attore))
    assert set(visti.values_list("pk", flat=True)) == attesi
    # once each, whatever the number of his incarichi
    assert visti.count() == len(attesi)
    # the same rule for facts in hand, which the news use
    fatti = OBIETTIVO.fascicoli(
        [o for o in tutti if o.ente.codice_ipa == ipa], mondo.ADESSO, Richiesta()
    )
    assert {pk for pk, f in fatti.items() if permissions.vede(attore, f)} == attesi


@pytest.mark.parametrize("nome", mondo.PERSONE)
def test_what_is_not_seen_is_not_found(tutti: list[Obiettivo], nome: str) -> None:
    """404, as for what does not exist: which of the two is not told."""
    ruolo, unita = mondo.PERSONE[nome]
    attore = mondo.attore(nome)
    for o in tutti:
        if deve_vedere(ruolo, unita, o, "alfa"):
            assert selectors.obiettivo(attore, o.pid) == o
        else:
            with pytest.raises(NonTrovato) as colto:
                selectors.obiettivo(attore, o.pid)
            assert (colto.value.codice, colto.value.tutti()) == (404, [])
    with pytest.raises(NonTrovato):
        selectors.obiettivo(attore, uuid4())


class TestLaCatena:
    def conferisci(self, nome: str, ruolo: str, codice: str) -> None:
        ente = mondo.ente()
        conferisci(
            ente=ente,
            conferimenti=[
                Conferimento(
                    mondo.persona(nome),
                    ruolo,
                    UnitaOrganizzativa.objects.get(ente=ente, codice=codice),
                    "atto n. 5",
                    mondo.INIZIO,
                )
            ],
            attore=di_comando(ente.pk, mondo.INIZIO),
            istante=mondo.INIZIO,
        )

    def test_above_the_unit_one_sees_its_drafts_and_below_it_not(self) -> None:
        ente = mondo.ente()
        s1 = UnitaOrganizzativa.objects.get(ente=ente, codice="S1")
        UnitaOrganizzativa.objects.create(
            ente=ente,
            codice="S1U1",
            nome="Ufficio",
            tipo="ufficio",
            padre=s1,
            dal=mondo.INIZIO.date(),
        )
        bozza = mondo.in_stato("bozza")
        self.conferisci("SENZA INCARICO", "dirigente", "S1U1")
        with pytest.raises(NonTrovato):
            selectors.obiettivo(mondo.attore("SENZA INCARICO"), bozza.pid)
        # the draft of the office is seen by the settore above it
        ufficio = UnitaOrganizzativa.objects.get(ente=ente, codice="S1U1")
        Obiettivo.objects.filter(pk=bozza.pk).update(unita=ufficio)
        assert selectors.obiettivo(mondo.attore("SENZA INCARICO"), bozza.pid)
        assert selectors.obiettivo(mondo.attore("UNO PO"), bozza.pid)
        with pytest.raises(NonTrovato):
            selectors.obiettivo(mondo.attore("DUE DIRIGENTE"), bozza.pid)

    def test_r82_two_incarichi_see_what_either_sees(self) -> None:
        self.conferisci("UNO DIRIGENTE", "dirigente", "S2")
        attore = mondo.attore("UNO DIRIGENTE")
        for codice in ("OE01", "OE11"):
            assert selectors.obiettivo(attore, mondo.obiettivo(codice).pid)
        visti = selectors.obiettivi_visibili(attore, mondo.ciclo())
        assert visti.count() == Obiettivo.objects.filter(ente=mondo.ente()).count()

    def test_r83_when_the_last_incarico_is_over_nothing_is_seen(self) -> None:
        persona = mondo.persona("UNO PO")
        persona.incarichi.update(al=mondo.ADESSO)
        attore = mondo.attore("UNO PO")
        assert not Obiettivo.objects.filter(selectors.visibili(attore)).exists()

    def test_a_draft_that_was_sent_back_is_a_draft_again(self) -> None:
        o = mondo.in_stato("proposta")
        mondo.muovi(o, "rinvia", "GESTIONE CONTROLLO", motivazione="Da rivedere.")
        with pytest.raises(NonTrovato):
            selectors.obiettivo(mondo.attore("DUE PO"), o.pid)
        assert selectors.obiettivo(mondo.attore("UNO PO"), o.pid)


def test_the_enti_of_a_user_are_those_where_he_is_somebody() -> None:
    due = mondo.utente("PRIMO NUCLEO")
    assert [e.codice_ipa for e in selectors.enti_di(due)] == ["alfa", "beta"]
    uno = mondo.utente("UNO PO")
    assert [e.codice_ipa for e in selectors.enti_di(uno)] == ["alfa"]
    nessuno = Utente.objects.create(username="nessuno", is_superuser=True)
    assert list(selectors.enti_di(nessuno)) == []


def test_a_year_that_was_never_opened_is_not_found() -> None:
    with pytest.raises(NonTrovato):
        selectors.ciclo(mondo.ente(), 1999)
    assert selectors.ciclo(mondo.ente(), mondo.ANNO).anno == mondo.ANNO


def test_the_report_of_another_ente_is_not_found() -> None:
    """Even with its objective in hand."""
    altrui = mondo.in_stato("in_corso", "beta")
    with pytest.raises(NonTrovato):
        selectors.relazione(mondo.attore("UNO PO"), altrui, "2026-1")
    with pytest.raises(NonTrovato):
        selectors.relazione(mondo.attore("UNO PO"), mondo.in_stato("in_corso"), "2026-9")
    assert selectors.relazione(mondo.attore("UNO PO"), mondo.in_stato("in_corso"), "2026-1")
