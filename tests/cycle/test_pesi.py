# SPDX-License-Identifier: AGPL-3.0-or-later
"""Weights sum to 100 from approvato on (R68), where the ente weighs: guard and database alike."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from cycle.models import Ciclo, Indicatore, Obiettivo, ObiettivoSpecifico, Rilevazione
from cycle.procedures import OBIETTIVO
from tests import mondo
from workflows import guards
from workflows.errors import NonPossibile
from workflows.ports import Richiesta
from workflows.registro import azioni
from workflows.registro.azioni import Voce


class TestPesi:
    """R68: weights sum to 100 from approvato on, also when they are written by SQL."""

    def cambia(self, o: Obiettivo, atto: bool = True) -> None:
        """Take ten from one weight, by raw SQL, in a transaction that commits."""
        with transaction.atomic(), connection.cursor() as cursore:
            if atto:
                azioni.apri(
                    ente_id=o.ente_id,
                    procedura="obiettivo",
                    verbo="modifica",
                    passi=[Voce(o.pk, o.pk)],
                    attore=mondo.attore("ATTI SEGRETERIA"),
                    istante=mondo.ADESSO,
                    atto_id=o.versioneobiettivo_tutti.latest("pk").atto_id,
                )
            cursore.execute(
                "UPDATE cycle_indicatore SET peso = peso - 10 "
                " WHERE obiettivo_id = %s AND peso = 50 AND ordine = 1",
                [o.pk],
            )

    def pesi(self, o: Obiettivo) -> list[int]:
        return [
            int(p)
            for p in Indicatore.objects.filter(obiettivo=o)
            .order_by("pk")
            .values_list("peso", flat=True)
            if p is not None
        ]

    @pytest.mark.parametrize("stato", ["approvato", "in_corso", "rendicontato", "validato"])
    def test_r68_refused_at_commit(self, db_vera: None, stato: str) -> None:
        o = mondo.in_stato(stato)
        with pytest.raises(IntegrityError, match=r"OE0\d02 = 90.*R68"):
            self.cambia(o)
        assert self.pesi(o) == [100, 50, 50]

    @pytest.mark.parametrize("stato", ["bozza", "proposta"])
    def test_r68_a_draft_may_be_half_written(self, db_vera: None, stato: str) -> None:
        o = mondo.in_stato(stato)
        self.cambia(o, atto=False)
        assert self.pesi(o) == [100, 40, 50]

    def test_r68_what_sums_at_the_end_of_the_transaction_passes(self, db_vera: None) -> None:
        """Between two statements they may not."""
        o = mondo.in_stato("approvato")
        with transaction.atomic():
            self.cambia(o)
            Indicatore.objects.filter(obiettivo=o, peso=50).update(peso=60)
        assert self.pesi(o) == [100, 40, 60]

    def test_r68_an_indicator_taken_away_or_moved(self, db_vera: None) -> None:
        o = mondo.in_stato("approvato")
        primo, secondo = ObiettivoSpecifico.objects.filter(obiettivo=o).order_by("ordine")
        indicatore = Indicatore.objects.filter(specifico=secondo, ordine=2)
        for fai in (
            lambda: (
                Rilevazione.objects.filter(indicatore__in=indicatore).delete(),
                indicatore.delete(),
            ),
            lambda: indicatore.update(specifico=primo),
        ):
            with pytest.raises(IntegrityError, match="R68"):
                self.con_atto(o, fai)

    @staticmethod
    @transaction.atomic
    def con_atto(o: Obiettivo, fai: Any) -> None:
        azioni.apri(
            ente_id=o.ente_id,
            procedura="obiettivo",
            verbo="modifica",
            passi=[Voce(o.pk, o.pk)],
            attore=mondo.attore("ATTI SEGRETERIA"),
            istante=mondo.ADESSO,
            atto_id=o.versioneobiettivo_tutti.latest("pk").atto_id,
        )
        fai()

    def test_r68_the_guard_and_the_database_judge_the_same_weights(self, db: None) -> None:
        """Thirds pass written short; other sums near 100 do not."""
        o = mondo.obiettivo("OE11")
        specifico = ObiettivoSpecifico.objects.filter(obiettivo=o, ordine=2)[0]
        uno, due = Indicatore.objects.filter(specifico=specifico).order_by("ordine")
        for primo, secondo, passa in (
            ("33.33", "66.67", True),
            ("33.33", "66.66", True),
            ("33.34", "66.67", True),
            ("50", "49.99", False),
            ("50", "50.01", False),
            ("0", "100", True),
            ("50", None, False),
        ):
            Indicatore.objects.filter(pk=uno.pk).update(peso=primo)
            Indicatore.objects.filter(pk=due.pk).update(peso=secondo)
            fatti = OBIETTIVO.fascicoli([o], mondo.ADESSO, Richiesta())[o.pk]
            motivi = guards.pesi_a_cento.motivi(fatti, mondo.attore("DUE PO"), mondo.ADESSO)
            assert (motivi == []) is passa, (primo, secondo)
            if passa:  # and the database agrees
                with transaction.atomic():
                    mondo.porta(mondo.ente(), "OE11", "approvato")
                    transaction.set_rollback(True)

    def test_r68_where_the_ente_does_not_weigh_they_are_not_summed(self, db_vera: None) -> None:
        """Seregno and Reggio Emilia: what the plan prints is kept, and not held to 100."""
        o = mondo.obiettivo("OE11")
        Ciclo.objects.filter(pk=o.ciclo_id).update(parametri={"pesi": False})
        Indicatore.objects.filter(obiettivo=o).update(peso=30)
        mondo.porta(mondo.ente(), "OE11", "in_corso")
        assert self.pesi(o) == [30, 30, 30]

    def test_r68_where_it_weighs_every_indicator_has_a_weight(self, db: None) -> None:
        o = mondo.obiettivo("OE11")
        Indicatore.objects.filter(obiettivo=o).update(peso=None)
        with pytest.raises(NonPossibile, match="i pesi degli indicatori mancano"):
            mondo.muovi(o, "proponi", "DUE DIRIGENTE")
