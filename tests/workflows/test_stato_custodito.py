# SPDX-License-Identifier: AGPL-3.0-or-later
"""The state has one writer (R1): whatever way it is written, the database asks for the open action
whose Evento says so, and for a pair of the machine."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from cycle.models import Obiettivo, RelazioneSemestrale
from cycle.permissions import MACCHINA_OBIETTIVO, MACCHINA_RELAZIONE
from tests import mondo
from workflows.registro import azioni
from workflows.registro.azioni import Voce

pytestmark = pytest.mark.usefixtures("db")

STATI = [s for s, _ in MACCHINA_OBIETTIVO.stati]
COPPIE = {(da, a) for _, da, a in MACCHINA_OBIETTIVO.passaggi()}


def apri(o: Obiettivo, voci: list[Voce], verbo: str = "modifica", atto: int | None = None) -> None:
    azioni.apri(
        ente_id=o.ente_id,
        procedura="obiettivo",
        verbo=verbo,
        passi=voci,
        attore=mondo.attore("UNO PO"),
        istante=mondo.ADESSO,
        atto_id=atto,
    )


def scrivi(o: Obiettivo | RelazioneSemestrale, stato: str, versione: int | None = None) -> None:
    """A raw UPDATE of the state."""
    tabella = o._meta.db_table
    with transaction.atomic(), connection.cursor() as cursore:
        cursore.execute(
            f"UPDATE {tabella} SET stato = %s"
            + (f", versione = {versione}" if versione is not None else "")
            + " WHERE id = %s",
            [stato, o.pk],
        )


@pytest.mark.parametrize("a", STATI)
@pytest.mark.parametrize("da", mondo.STATI)
def test_r1_no_state_is_written_out_of_an_action(da: str, a: str) -> None:
    if da == a:
        return
    o = mondo.in_stato(da)
    versione = 0 if a in ("bozza", "proposta") else 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Obiettivo.objects.filter(pk=o.pk).update(stato=a, versione=versione)
    with pytest.raises(IntegrityError, match=r"R1|R3"):
        scrivi(o, a, versione)
    assert mondo.obiettivo(o.codice).stato == da


@pytest.mark.parametrize("a", STATI)
@pytest.mark.parametrize("da", mondo.STATI)
def test_r1_no_step_is_skipped_even_in_an_action_that_says_so(da: str, a: str) -> None:
    """The Evento claims exactly this change, with the verb that leads there, and the versione
    is right: the pair decides."""
    if da == a or (da, a) in COPPIE:
        return
    o = mondo.in_stato(da)
    atto = None
    if o.versione:
        atto = o.versioneobiettivo_tutti.latest("pk").atto_id
    verbo = next(nome for nome, _, verso in MACCHINA_OBIETTIVO.passaggi() if verso == a)
    apri(o, [Voce(o.pk, o.pk, da, a)], verbo, atto or 1)
    with pytest.raises(IntegrityError, match="R1"):
        scrivi(o, a, 0 if a in ("bozza", "proposta") else 1)


class TestDentroUnAzione:
    def test_r1_the_verb_must_be_the_one_of_this_step(self) -> None:
        o = mondo.in_stato("approvato")
        for verbo in ("zzz", "modifica", "rendiconta"):
            apri(o, [Voce(o.pk, o.pk, "approvato", "in_corso")], verbo)
            with pytest.raises(IntegrityError, match="R1"):
                scrivi(o, "in_corso")

    def test_r1_an_action_of_another_ente_moves_nothing(self) -> None:
        o, altrove = mondo.in_stato("approvato"), mondo.in_stato("approvato", "beta")
        apri(altrove, [Voce(o.pk, o.pk, "approvato", "in_corso")], "avvia")
        with pytest.raises(IntegrityError, match="R1"):
            scrivi(o, "in_corso")

    def test_r3_an_atto_of_another_ente_unlocks_no_approved_field(self) -> None:
        o, altrove = mondo.in_stato("approvato"), mondo.in_stato("approvato", "beta")
        atto = altrove.versioneobiettivo_tutti.latest("pk").atto_id

        @transaction.atomic
        def prova() -> None:
            apri(altrove, [Voce(o.pk, o.pk)], "modifica", atto=atto)
            Obiettivo.objects.filter(pk=o.pk).update(titolo="Un altro titolo")

        with pytest.raises(IntegrityError, match="R3"):
            prova()

    def test_r1_the_evento_must_say_this_change_of_this_object(self) -> None:
        o, altro = mondo.in_stato("approvato"), mondo.in_stato("in_corso")
        for voci in (
            [Voce(altro.pk, altro.pk, "approvato", "in_corso")],
            [Voce(o.pk, o.pk, "approvato", "approvato")],
            [Voce(o.pk, o.pk, "proposta", "approvato")],
            [Voce(o.pk, o.pk)],
            [Voce(None, o.pk, "approvato", "in_corso")],
        ):
            apri(o, voci, "avvia")
            with pytest.raises(IntegrityError, match="R1"):
                scrivi(o, "in_corso")
        apri(o, [Voce(altro.pk, altro.pk), Voce(o.pk, o.pk, "approvato", "in_corso")], "avvia")
        scrivi(o, "in_corso")
        assert mondo.obiettivo(o.codice).stato == "in_corso"

    def test_r1_the_verb_must_be_that_of_the_step(self) -> None:
        o = mondo.in_stato("approvato")
        for verbo in ("modifica", "proponi", "valida", "importa", "stralcia"):
            apri(o, [Voce(o.pk, o.pk, "approvato", "in_corso")], verbo, atto=1)
            with pytest.raises(IntegrityError, match="R1"):
                scrivi(o, "in_corso")

    def test_r1_an_action_of_one_ente_moves_nothing_of_another(self) -> None:
        o, altrui = mondo.in_stato("approvato"), mondo.in_stato("approvato", "beta")
        apri(o, [Voce(altrui.pk, altrui.pk, "approvato", "in_corso")], "avvia")
        with pytest.raises(IntegrityError, match="R1"):
            scrivi(altrui, "in_corso")

    def test_r1_only_the_last_action_counts(self) -> None:
        """The number of an earlier action of the same transaction, set back by hand, still names
        an Evento of this transaction: the change is that Evento's, and recorded as such."""
        o = mondo.in_stato("approvato")
        apri(o, [Voce(o.pk, o.pk, "approvato", "in_corso")], "avvia")
        apri(o, [Voce(o.pk, o.pk)])
        with pytest.raises(IntegrityError, match="R1"):
            scrivi(o, "in_corso")

    def test_r1_one_statement_moves_a_set_only_if_every_row_is_named(self) -> None:
        uno, due = mondo.in_stato("in_corso"), mondo.obiettivo("OE12")
        apri(uno, [Voce(uno.pk, uno.pk, "in_corso", "rendicontato")], "rendiconta")
        with pytest.raises(IntegrityError, match="R1"), transaction.atomic():
            Obiettivo.objects.filter(pk__in=[uno.pk, due.pk]).update(stato="rendicontato")
        assert mondo.obiettivo("OE12").stato == "in_corso"

    def test_r2_no_objective_is_approved_without_an_act(self) -> None:
        o = mondo.in_stato("proposta")
        apri(o, [Voce(o.pk, o.pk, "proposta", "approvato")], "approva")
        with pytest.raises(IntegrityError, match="R3"):
            scrivi(o, "approvato", versione=1)

    def test_r2_nor_without_a_version(self) -> None:
        o = mondo.in_stato("proposta")
        apri(o, [Voce(o.pk, o.pk, "proposta", "approvato")], "approva", atto=1)
        with pytest.raises(IntegrityError, match="obiettivo_versione"):
            scrivi(o, "approvato")

    def test_r1_the_row_does_not_change_its_name_to_slip_by(self) -> None:
        """The triggers compare a row before and after by its id."""
        o = mondo.in_stato("bozza")
        with pytest.raises(IntegrityError, match="identità"), transaction.atomic():
            Obiettivo.objects.filter(pk=o.pk).update(id=o.pk + 10**6, stato="validato", versione=1)


class TestNascita:
    @pytest.mark.parametrize("stato", [s for s in STATI if s != "bozza"])
    def test_r1_an_objective_is_born_in_bozza(self, stato: str) -> None:
        with pytest.raises(IntegrityError, match="R1"), transaction.atomic():
            self.nasce(stato)

    def test_r1_in_bozza_it_may_and_is_marked(self) -> None:
        assert self.nasce("bozza").stato == "bozza"

    @pytest.mark.parametrize("stato", [s for s in STATI if s not in ("bozza",)])
    def test_r1_any_other_action_gives_no_right_to_be_born(self, stato: str) -> None:
        """Filling a report, or importing another objective."""
        o = mondo.in_stato("in_corso")
        for verbo, da, a in (("compila", "in_corso", "in_corso"), ("importa", "", stato)):
            apri(o, [Voce(o.pk, o.pk, da, a)], verbo, atto=1)
            with pytest.raises(IntegrityError, match="R1"), transaction.atomic():
                self.nasce(stato)

    @pytest.mark.parametrize("stato", ["approvato", "in_corso", "rendicontato", "stralciato"])
    def test_r1_not_even_an_import_begins_in_the_middle(self, stato: str) -> None:
        pk = 10**6
        apri(mondo.in_stato("bozza"), [Voce(pk, pk, "", stato)], "importa", atto=1)
        with pytest.raises(IntegrityError, match="R1"), transaction.atomic():
            self.nasce(stato, pk=pk)

    def test_r1_an_import_says_the_state_it_is_born_in(self) -> None:
        pk = 10**6
        apri(mondo.in_stato("bozza"), [Voce(pk, pk, "", "proposta")], "importa", atto=1)
        with pytest.raises(IntegrityError, match="R1"), transaction.atomic():
            self.nasce("validato", pk=pk)
        assert self.nasce("proposta", pk=pk).stato == "proposta"

    @pytest.mark.parametrize("stato", ["trasmessa", "validata", "riaperta"])
    def test_r54_a_report_is_born_to_be_filled(self, stato: str) -> None:
        o = mondo.in_stato("approvato")
        periodo = o.ciclo.periodi.all()[0]
        apri(o, [Voce(o.pk, o.pk, "approvato", "in_corso")], "avvia")
        with pytest.raises(IntegrityError), transaction.atomic():
            RelazioneSemestrale.objects.create(
                ente_id=o.ente_id, obiettivo=o, periodo=periodo, stato=stato, impronta="0" * 64
            )

    def nasce(self, stato: str, pk: int | None = None) -> Obiettivo:
        come = mondo.in_stato("bozza")
        return Obiettivo.objects.create(
            pk=pk,
            ente_id=come.ente_id,
            ciclo=come.ciclo,
            codice="NUOVO",
            titolo="Nato così",
            unita=come.unita,
            stato=stato,
            versione=0 if stato in ("bozza", "proposta") else 1,
        )


class TestRelazione:
    @pytest.fixture
    def relazione(self) -> RelazioneSemestrale:
        return RelazioneSemestrale.objects.filter(obiettivo=mondo.in_stato("in_corso"))[0]

    @pytest.mark.parametrize("a", ["trasmessa", "validata", "riaperta"])
    def test_r54_a_report_too_is_moved_by_the_engine_alone(
        self, relazione: RelazioneSemestrale, a: str
    ) -> None:
        with pytest.raises(IntegrityError):
            scrivi(relazione, a)
        with pytest.raises(IntegrityError), transaction.atomic():
            RelazioneSemestrale.objects.filter(pk=relazione.pk).update(stato=a, impronta="0" * 64)

    def test_r54_no_report_is_validated_before_it_is_submitted(
        self, relazione: RelazioneSemestrale
    ) -> None:
        o = mondo.in_stato("in_corso")
        apri(o, [Voce(relazione.pk, o.pk, "da_compilare", "validata")], "valida")
        with pytest.raises(IntegrityError, match="R1"):
            scrivi(relazione, "validata")
        assert ("da_compilare", "validata") not in {
            (da, a) for _, da, a in MACCHINA_RELAZIONE.passaggi()
        }

    def test_r54_a_submitted_report_is_frozen_with_its_digest(
        self, relazione: RelazioneSemestrale
    ) -> None:
        o = mondo.in_stato("in_corso")
        apri(o, [Voce(relazione.pk, o.pk, "da_compilare", "trasmessa")], "trasmetti")
        with pytest.raises(DatabaseError, match="relazione_congelata"):
            scrivi(relazione, "trasmessa")
