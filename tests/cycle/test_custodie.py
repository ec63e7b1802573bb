# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was submitted, decided, fixed by an act or over is not rewritten, by the application's own
role neither."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from cycle.models import (
    Allegato,
    Atto,
    Incarico,
    Insieme,
    Scadenza,
    VoceInsieme,
)
from cycle.models.insieme import Parere
from cycle.services import allegati
from tests import giunta, mondo
from workflows.registro import azioni

pytestmark = pytest.mark.usefixtures("db")


@contextmanager
def rifiutato(perche: str) -> Iterator[None]:
    with pytest.raises(IntegrityError, match=perche), transaction.atomic():
        yield


def chiusa() -> None:
    """The action that is open ends, as at the end of its transaction."""
    with connection.cursor() as cursore:
        cursore.execute("SELECT set_config('ciclo.azione', '', true)")


class TestInsieme:
    @pytest.mark.parametrize(
        "campi",
        [
            {"impronta": "a" * 64},
            {"sottoposto_il": mondo.INIZIO},
            {"nome": "Un altro PEG"},
        ],
        ids=lambda c: next(iter(c)),
    )
    def test_r15_what_was_submitted_is_not_rewritten(self, campi: dict[str, Any]) -> None:
        insieme = giunta.sottoposto()
        chiusa()
        with rifiutato("R15"):
            Insieme.objects.filter(pk=insieme.pk).update(**campi)

    @pytest.mark.parametrize(
        "campi",
        [{"impronta": "a" * 64}, {"revisione": F("revisione") + 1}, {"in_attesa": False}],
        ids=lambda c: next(iter(c)),
    )
    def test_r15_nor_its_entries(self, campi: dict[str, Any]) -> None:
        """With another digest a scheda that has changed since would pass for the one that was
        read."""
        insieme = giunta.sottoposto()
        chiusa()
        with rifiutato("R15"):
            VoceInsieme.objects.filter(insieme=insieme).update(**campi)

    def test_r30_the_act_that_decided_it_stays(self) -> None:
        mondo.apri()
        insieme = giunta.istruito()
        giunta.deciso(insieme)
        chiusa()
        altro = Atto.objects.get(tipo="calendario", ente__codice_ipa="alfa")
        with rifiutato("R15"):
            Insieme.objects.filter(pk=insieme.pk).update(atto=altro)

    def test_r15_nobody_gives_a_parere_for_another(self) -> None:
        """Outside the action, in somebody else's name, or on another day."""
        insieme = giunta.sottoposto()

        def parere(chi: str, quando: datetime) -> None:
            Parere.objects.create(
                ente=insieme.ente,
                insieme=insieme,
                tipo="tecnico",
                esito="favorevole",
                persona=mondo.persona(chi),
                impronta=insieme.impronta,
                reso_il=quando,
            )

        with rifiutato("R15"):
            parere(giunta.SEGRETARIO, mondo.ADESSO)
        azioni.apri(
            ente_id=insieme.ente_id,
            procedura="insieme",
            verbo="rendi_parere",
            passi=[azioni.Voce(insieme.pk)],
            attore=mondo.attore(giunta.SEGRETARIO),
            istante=mondo.ADESSO,
        )
        with rifiutato("R15"):
            parere("UNO PO", mondo.ADESSO)
        with rifiutato("R15"):
            parere(giunta.SEGRETARIO, mondo.ADESSO - timedelta(days=1))
        parere(giunta.SEGRETARIO, mondo.ADESSO)


@pytest.mark.parametrize(
    "campi", [{"blocca": "nulla"}, {"ruoli": []}, {"nome": "Altro"}], ids=lambda c: next(iter(c))
)
def test_c2_what_a_term_of_an_opened_year_says_is_fixed(campi: dict[str, Any]) -> None:
    with transaction.atomic():  # before the act it is a proposal
        assert Scadenza.objects.filter(ciclo=mondo.ciclo()).update(nome="Da fissare")
        transaction.set_rollback(True)
    mondo.apri()
    with rifiutato("C2"):
        Scadenza.objects.filter(ciclo=mondo.ciclo(), codice="relazione-1").update(**campi)


def test_r85_a_stored_file_stays_the_one_it_is(settings: Any, tmp_path: Any) -> None:
    settings.CYCLE_DATA = tmp_path
    allegato = allegati.deposita(ente_id=mondo.ente().pk, nome="a.pdf", pezzi=[b"%PDF-1.7 uno"])
    with rifiutato("R30"):
        Allegato.objects.filter(pk=allegato.pk).update(percorso="../../altro", sha256="a" * 64)
    with rifiutato("R30"):
        Allegato.objects.filter(pk=allegato.pk).delete()


def test_r83_the_end_of_an_incarico_comes_earlier_never_later() -> None:
    fine = mondo.ADESSO + timedelta(days=30)
    incarico = Incarico.objects.get(persona=mondo.persona("UNO PO"))
    suo = Incarico.objects.filter(pk=incarico.pk)
    suo.update(al=fine)
    suo.update(al=mondo.ADESSO)
    for dopo in (fine, None):
        with rifiutato("R83"):
            suo.update(al=dopo)
