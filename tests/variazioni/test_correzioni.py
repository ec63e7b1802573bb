# SPDX-License-Identifier: AGPL-3.0-or-later
"""The correction of a material error (R35), and the drift of what is in force."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from cycle.models import (
    Correzione,
    Indicatore,
    Obiettivo,
    Rilevazione,
    VoceRelazione,
)
from cycle.services import variazioni
from cycle.services.variazioni.correzioni import Errore
from tests import mondo
from tests.variazioni.mondo import approva, parametri, presentata
from tests.variazioni.test_iter import cambia_con_atto
from workflows.errors import Conflitto, NonAutorizzato, NonPossibile

pytestmark = pytest.mark.django_db

DOPO = datetime(2027, 2, 10, 9, tzinfo=UTC)  # the year is over: it may still be corrected
ERRORE = Errore("natura", "positivo", "negativo", "La natura era scambiata.", Decimal("87.5"))


def voce(stato: str = "validato") -> VoceRelazione:
    """An entry of the last report of the objective in that state."""
    return VoceRelazione.objects.filter(
        obiettivo=mondo.in_stato(stato), relazione__periodo__codice="2026-2"
    ).order_by("specifico__ordine")[0]


def segnala(v: VoceRelazione, chi: str = "UNO DIRIGENTE", errore: Errore = ERRORE) -> Correzione:
    return variazioni.segnala(
        voce=v, errore=errore, by=mondo.attore(chi, istante=DOPO), istante=DOPO
    )


def decidi(
    c: Correzione, chi: str, accolta: bool = True, motivazione: str = "È così."
) -> Correzione:
    return variazioni.decidi_correzione(
        correzione=c,
        accolta=accolta,
        motivazione=motivazione,
        by=mondo.attore(chi, istante=DOPO),
        istante=DOPO,
    )


def test_r35_it_adds_a_validated_percentage_and_never_changes_the_computed_one(db: None) -> None:
    v = voce()
    o = mondo.in_stato("validato")
    calcolate = (v.percentuale_calcolata, o.percentuale_calcolata)
    c = decidi(segnala(v), "PRIMO NUCLEO")
    assert (c.stato, c.percentuale_prima) == ("accolta", 100)
    v.refresh_from_db()
    assert v.percentuale_convalidata == Decimal("87.5")
    assert v.motivo == "Errore materiale: La natura era scambiata."
    o = mondo.in_stato("validato")
    assert (v.percentuale_calcolata, o.percentuale_calcolata) == calcolate
    assert o.percentuale_convalidata == Decimal("93.75")  # the mean of the two specifici
    assert (o.stato, o.versione) == ("validato", 1)


def test_r35_who_signals_does_not_decide(db: None) -> None:
    c = segnala(voce(), "PRIMO NUCLEO")
    with pytest.raises(NonPossibile) as errore:
        decidi(c, "PRIMO NUCLEO")
    assert [m.guardia for m in errore.value.tutti()] == ["decide_un_altro"]
    assert decidi(c, "GESTIONE CONTROLLO", accolta=False).stato == "respinta"
    assert voce().percentuale_convalidata == 100
    with pytest.raises(IntegrityError), transaction.atomic():
        Correzione.objects.filter(pk=c.pk).update(percentuale=1)


def test_r35_the_parameter_says_who_decides(db: None) -> None:
    parametri(correzione_decide="controllo")
    c = segnala(voce())
    with pytest.raises(NonPossibile) as errore:
        decidi(c, "PRIMO NUCLEO")
    assert [m.guardia for m in errore.value.tutti()] == ["decide_chi_deve"]
    with pytest.raises(NonAutorizzato):
        decidi(c, "UNO DIRIGENTE")
    with pytest.raises(NonPossibile) as errore:
        decidi(c, "GESTIONE CONTROLLO", motivazione=" ")
    assert [m.guardia for m in errore.value.tutti()] == ["motivazione_presente"]
    assert decidi(c, "GESTIONE CONTROLLO").stato == "accolta"


def test_r35_it_says_what_was_wrong_and_one_waits_at_a_time(db: None) -> None:
    v = voce()
    with pytest.raises(NonPossibile):
        segnala(v, errore=Errore("natura", "", "negativo", "Scambiata.", Decimal(50)))
    with pytest.raises(NonPossibile):
        segnala(v, errore=Errore("natura", "a", "b", "Scambiata.", Decimal(101)))
    with pytest.raises(NonPossibile):
        segnala(voce("in_corso"))
    with pytest.raises(NonAutorizzato):
        segnala(v, "DUE DIRIGENTE")
    segnala(v)
    with pytest.raises(Conflitto):
        segnala(v, "PRIMO NUCLEO")


# --- drift --------------------------------------------------------------------------------------


def deriva(**opzioni: Any) -> tuple[int, list[str]]:
    """Exit code and lines of the command."""
    uscita = StringIO()
    try:
        call_command("verifica_deriva", ente="alfa", anno=2026, stdout=uscita, **opzioni)
    except CommandError as errore:
        return errore.returncode, uscita.getvalue().splitlines()
    return 0, uscita.getvalue().splitlines()


def test_nothing_drifts_in_a_year_that_went_through_its_acts(db: None) -> None:
    vuota = (0, ["Nessuna deriva: ciò che è in vigore è ciò che è stato approvato."])
    assert deriva() == vuota
    approva(
        presentata(mondo.in_stato("in_corso")),
        presentata(mondo.obiettivo("OE12"), chi="DUE DIRIGENTE", stralcio=True),
    )
    assert deriva() == vuota


def test_what_the_settore_measures_is_no_drift(db: None) -> None:
    o = mondo.in_stato("in_corso")
    indicatore = Indicatore.objects.filter(obiettivo=o)[0]
    Rilevazione.objects.filter(indicatore=indicatore).update(valore=3)
    assert deriva()[0] == 0


def test_each_difference_is_printed_and_the_exit_is_one(db: None) -> None:
    o = mondo.in_stato("in_corso")
    cambia_con_atto(o, 9)
    codice, righe = deriva()
    assert codice == 1
    assert righe == [
        "OE04, target di «N. sportelli - aperti», 2026-2, target: approvato «2» "
        "(giunta n. OE04 del 20/02/2026), in vigore «9»"
    ]


def test_a_row_that_no_act_approved_and_a_version_that_is_not_there(db: None) -> None:
    o = mondo.in_stato("in_corso")
    cambia_con_atto(o, 2)
    Rilevazione.objects.filter(obiettivo=o, periodo__codice="2026-1").delete()
    Obiettivo.objects.filter(pk=o.pk).update(titolo="Altro", versione=2)
    codice, righe = deriva()
    assert codice == 1
    assert righe[0].startswith("OE04, versione: approvato n. 1")
    assert righe[1].startswith("OE04, titolo: approvato «Migliorare il servizio OE04»")
    assert sum("approvato presente" in r and "in vigore assente" in r for r in righe) == 3


def test_an_ente_or_year_that_is_not_there(db: None) -> None:
    with pytest.raises(CommandError, match="Nessun anno"):
        call_command("verifica_deriva", ente="gamma", anno=2026)
