# SPDX-License-Identifier: AGPL-3.0-or-later
"""The news (`domain.md` 9): who is told, of what, and when it is settled."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from guardian.models import GroupObjectPermission

from cycle import permissions
from cycle.models import (
    Incarico,
    Obiettivo,
    Persona,
    RelazioneSemestrale,
    Rilevazione,
    UnitaOrganizzativa,
)
from cycle.services.enti import Conferimento, conferisci, di_comando
from cycle.services.relazioni import Compilazione, compila
from cycle.services.transizioni import esegui
from notifications import centro, lettura, posta, scelte
from notifications.models import Notifica
from notifications.posta import NuovaNotifica
from tests import mondo
from tests.fotografia import cambiate, fotografia
from workflows.errors import Rifiuto
from workflows.ports import Richiesta
from workflows.registro.models import Evento

pytestmark = pytest.mark.usefixtures("db")


def aperte(o: Obiettivo | RelazioneSemestrale, motivo: str | None = None) -> set[tuple[str, str]]:
    """(name, reason) of the open news of a matter."""
    nome = "obiettivo" if isinstance(o, Obiettivo) else "relazione"
    trovate = Notifica.objects.filter(materia=f"{nome}:{o.pk}", chiusa_il=None)
    persone = {p.pk: p.nome_completo for p in Persona.objects.all()}
    return {
        (persone[n.persona_id], n.motivo) for n in trovate if motivo is None or n.motivo == motivo
    }


def ultime(o: Obiettivo) -> set[str]:
    """Who was told of the last thing that happened to it."""
    notizie = Notifica.objects.filter(materia=f"obiettivo:{o.pk}")
    evento = notizie.order_by("-evento_id")[0].evento_id
    chi = notizie.filter(evento_id=evento).values("persona_id")
    return set(Persona.objects.filter(pk__in=chi).values_list("nome_completo", flat=True))


def da_fare(o: Obiettivo | RelazioneSemestrale) -> set[str]:
    return {nome for nome, _ in aperte(o, "da_fare")}


def nomina(nome: str, ruolo: str, codice: str, **resto: object) -> None:
    ente = mondo.ente()
    unita = UnitaOrganizzativa.objects.get(ente=ente, codice=codice)
    conferisci(
        ente=ente,
        conferimenti=[
            Conferimento(mondo.persona(nome), ruolo, unita, "atto", mondo.INIZIO, **resto)  # type: ignore[arg-type]
        ],
        attore=di_comando(ente.pk, mondo.INIZIO),
        istante=mondo.INIZIO,
    )


class TestChiVieneAvvisato:
    def test_those_who_can_act_now_the_owners_and_whoever_acted(self) -> None:
        o = mondo.in_stato("proposta")
        mondo.muovi(o, "rinvia", "GESTIONE CONTROLLO", motivazione="Da rivedere.")
        # the dirigente can propose it again; the po, who owns it, cannot; the clerk did not act
        assert aperte(o) == {("UNO DIRIGENTE", "da_fare"), ("UNO PO", "responsabile")}

    def test_whoever_acted_before_and_is_not_its_owner(self) -> None:
        """Controllo sent it back; when it is proposed again, controllo is told."""
        o = mondo.in_stato("proposta")
        mondo.muovi(o, "rinvia", "GESTIONE CONTROLLO", motivazione="Da rivedere.")
        mondo.muovi(o, "proponi", "UNO DIRIGENTE")
        assert ("GESTIONE CONTROLLO", "ha_agito") in aperte(o)
        # the clerk is to approve it now
        assert da_fare(o) == {"ATTI SEGRETERIA"}

    def test_never_who_did_it(self) -> None:
        o = mondo.in_stato("bozza")
        mondo.muovi(o, "proponi", "UNO DIRIGENTE")
        [evento] = (
            Notifica.objects.filter(materia=f"obiettivo:{o.pk}")
            .values_list("evento_id", flat=True)
            .distinct()
        )
        assert not Notifica.objects.filter(
            evento_id=evento, persona_id=mondo.persona("UNO DIRIGENTE").pk
        ).exists()

    def test_a_step_that_lacks_something_is_nobody_s_to_do(self) -> None:
        """Started, its reports are empty: nothing can be closed yet."""
        o = mondo.in_stato("approvato")
        mondo.muovi(o, "avvia", "UNO PO")
        assert da_fare(o) == set()

    def test_what_the_form_brings_is_no_obstacle(self) -> None:
        """The clerk is told of a proposal, though the act is still to be written."""
        mondo.muovi(mondo.in_stato("bozza"), "proponi", "UNO DIRIGENTE")
        assert da_fare(mondo.in_stato("bozza")) == {"ATTI SEGRETERIA"}

    def test_r83_an_incarico_that_is_over_is_not_told(self) -> None:
        o = mondo.in_stato("proposta")
        Incarico.objects.filter(persona=mondo.persona("UNO DIRIGENTE")).update(al=mondo.ADESSO)
        mondo.muovi(o, "rinvia", "GESTIONE CONTROLLO", motivazione="Da rivedere.")
        # nor as the owner: without an incarico he sees nothing
        assert aperte(o) == {("UNO PO", "responsabile")}

    def test_r81_a_delegate_is_told_while_the_delegante_holds(self) -> None:
        titolare = Incarico.objects.get(persona=mondo.persona("UNO DIRIGENTE"))
        nomina("SENZA INCARICO", "dirigente", "S1", tipo="delega", delegante=titolare)
        o = mondo.in_stato("proposta")
        mondo.muovi(o, "rinvia", "GESTIONE CONTROLLO", motivazione="Da rivedere.")
        assert da_fare(o) == {"UNO DIRIGENTE", "SENZA INCARICO"}
        mondo.muovi(o, "proponi", "UNO DIRIGENTE")
        Incarico.objects.filter(pk=titolare.pk).update(al=mondo.ADESSO)
        mondo.muovi(o, "rinvia", "GESTIONE CONTROLLO", motivazione="Di nuovo.")
        assert da_fare(o) == set()

    def test_a_right_the_ente_took_away_is_not_told_as_to_do(self) -> None:
        GroupObjectPermission.objects.filter(
            group__name=permissions.gruppo(mondo.ente(), "dirigente"),
            permission__codename="proponi_obiettivo",
        ).delete()
        o = mondo.in_stato("proposta")
        mondo.muovi(o, "rinvia", "GESTIONE CONTROLLO", motivazione="Da rivedere.")
        assert aperte(o) == {("UNO DIRIGENTE", "responsabile"), ("UNO PO", "responsabile")}

    def test_r57_who_acted_for_the_settore_is_not_asked_to_validate(self) -> None:
        nomina("UNO PO", "nucleo", "ENTE")
        o = mondo.in_stato("in_corso")
        for r in RelazioneSemestrale.objects.filter(obiettivo=o).order_by("periodo__ordine"):
            mondo.compila(r, "UNO PO")
            mondo.muovi(r, "trasmetti", "UNO DIRIGENTE")
            assert da_fare(r) == {"PRIMO NUCLEO", "SECONDO NUCLEO", "TERZO NUCLEO"}

    def test_r57_r81_nor_who_may_act_for_the_one_who_has_just_acted(self) -> None:
        """A member of the Nucleo with a delega of the dirigente who submits the report."""
        titolare = Incarico.objects.get(persona=mondo.persona("DUE DIRIGENTE"))
        nomina("PRIMO NUCLEO", "dirigente", "S2", tipo="delega", delegante=titolare)
        nomina("DUE DIRIGENTE", "dirigente", "S1")
        r = RelazioneSemestrale.objects.filter(obiettivo=mondo.in_stato("in_corso"))[0]
        mondo.compila(r, "UNO PO")
        mondo.muovi(r, "trasmetti", "DUE DIRIGENTE")
        assert da_fare(r) == {"SECONDO NUCLEO", "TERZO NUCLEO"}

    def test_who_cannot_see_a_draft_is_not_told_of_it(self) -> None:
        """The po has moved to another settore: the scheda he drafted is no longer his to see."""
        o = mondo.in_stato("proposta")
        Incarico.objects.filter(persona=mondo.persona("UNO PO")).update(al=mondo.ADESSO)
        nomina("UNO PO", "po", "S2")
        mondo.muovi(o, "rinvia", "GESTIONE CONTROLLO", motivazione="Da rivedere.")
        assert "UNO PO" not in ultime(o)

    def test_somebody_without_a_login_is_not_told(self) -> None:
        Persona.objects.filter(pk=mondo.persona("UNO PO").pk).update(utente=None)
        o = mondo.in_stato("proposta")
        mondo.muovi(o, "rinvia", "GESTIONE CONTROLLO", motivazione="Da rivedere.")
        assert ultime(o) == {"UNO DIRIGENTE"}

    def test_nobody_of_another_ente(self) -> None:
        mondo.muovi(mondo.in_stato("bozza"), "proponi", "UNO DIRIGENTE")
        ente = mondo.ente()
        nuove = Notifica.objects.filter(evento_id=Notifica.objects.latest("pk").evento_id)
        assert {n.ente_id for n in nuove} == {ente.pk}
        assert {Persona.objects.get(pk=n.persona_id).ente_id for n in nuove} == {ente.pk}


class TestCompilazione:
    """Filling a report moves no state, but changes who has something to do (R53)."""

    def relazione(self, ordine: int = 1) -> RelazioneSemestrale:
        return RelazioneSemestrale.objects.get(
            obiettivo=mondo.in_stato("in_corso"), periodo__ordine=ordine
        )

    def svuota(self, r: RelazioneSemestrale, chi: str = "UNO PO") -> None:
        """Take one value back."""
        [prima, *_] = Rilevazione.objects.filter(
            obiettivo_id=r.obiettivo_id, periodo_id=r.periodo_id
        ).order_by("pk")
        compila(
            relazione=r,
            compilazione=Compilazione({prima.indicatore_id: None}, {}),
            by=mondo.attore(chi),
            istante=mondo.ADESSO,
        )

    def test_r53_who_can_now_submit_it_is_told(self) -> None:
        r = self.relazione()
        mondo.compila(r, "UNO PO")
        assert aperte(r) == {("UNO DIRIGENTE", "da_fare")}
        n = Notifica.objects.get(materia=f"relazione:{r.pk}")
        assert n.testo == (
            "OE04 «Migliorare il servizio OE04», relazione 2026-1: compilata da Uno Po"
        )
        assert n.link == f"/alfa/obiettivi/{r.obiettivo.pid}/"
        evento = Evento.objects.get(pk=n.evento_id)
        assert (evento.verbo, evento.oggetto_id) == ("compila", r.pk)

    def test_r53_not_while_a_value_is_missing(self) -> None:
        r = self.relazione()
        self.svuota(r)
        assert aperte(r) == set()

    def test_r54_nor_before_the_reports_that_come_first(self) -> None:
        seconda = self.relazione(2)
        mondo.compila(seconda, "UNO PO")
        assert aperte(seconda) == set()

    def test_not_who_filled_it(self) -> None:
        r = self.relazione()
        mondo.compila(r, "UNO DIRIGENTE")
        assert aperte(r) == set()

    def test_filled_again_it_is_no_news(self) -> None:
        """Once told and read, a corrected text does not ring again."""
        r = self.relazione()
        mondo.compila(r, "UNO PO")
        Notifica.objects.filter(materia=f"relazione:{r.pk}").update(letta_il=mondo.ADESSO)
        mondo.compila(r, "UNO PO")
        [n] = Notifica.objects.filter(materia=f"relazione:{r.pk}")
        assert (n.letta_il, n.chiusa_il) == (mondo.ADESSO, None)

    def test_incomplete_again_it_waits_for_nobody(self) -> None:
        r = self.relazione()
        mondo.compila(r, "UNO PO")
        self.svuota(r)
        assert da_fare(r) == set()
        mondo.compila(r, "UNO PO")
        assert da_fare(r) == {"UNO DIRIGENTE"}

    def test_r54_reopened_and_emptied_it_waits_for_nobody(self) -> None:
        """The Nucleo reopens what is complete, so the dirigente is told; then a value goes."""
        r = self.relazione()
        mondo.compila(r, "UNO PO")
        mondo.muovi(r, "trasmetti", "UNO DIRIGENTE")
        mondo.muovi(r, "riapri", "PRIMO NUCLEO", motivazione="Un valore da rivedere.")
        assert da_fare(r) == {"UNO DIRIGENTE"}
        self.svuota(r)
        assert da_fare(r) == set()

    def test_r54_the_next_report_waits_for_the_one_before(self) -> None:
        """Both are filled: the second can be submitted once the first is, and not after it is
        reopened."""
        nomina("SENZA INCARICO", "dirigente", "S1")
        prima, seconda = self.relazione(), self.relazione(2)
        for r in (prima, seconda):
            mondo.compila(r, "UNO PO")
        assert da_fare(seconda) == set()
        mondo.muovi(prima, "trasmetti", "UNO DIRIGENTE")
        assert da_fare(seconda) == {"SENZA INCARICO"}
        mondo.muovi(prima, "riapri", "PRIMO NUCLEO", motivazione="Un valore da rivedere.")
        assert da_fare(seconda) == set()
        assert da_fare(prima) == {"UNO DIRIGENTE", "SENZA INCARICO"}


class TestQuandoSiChiude:
    def test_it_closes_itself_when_somebody_else_acted(self) -> None:
        o = mondo.in_stato("in_corso")
        [prima, _] = RelazioneSemestrale.objects.filter(obiettivo=o).order_by("periodo__ordine")
        mondo.compila(prima, "UNO PO")
        mondo.muovi(prima, "trasmetti", "UNO DIRIGENTE")
        assert da_fare(prima) == {"PRIMO NUCLEO", "SECONDO NUCLEO", "TERZO NUCLEO"}
        mondo.muovi(prima, "valida", "PRIMO NUCLEO", seduta=mondo.seduta())
        assert da_fare(prima) == set()
        chiuse = Notifica.objects.filter(
            materia=f"relazione:{prima.pk}", motivo="da_fare", chiusa_il__isnull=False
        )
        # the three of the Nucleo, and the dirigente who was told that it could be submitted
        assert chiuse.count() == 4

    def test_the_last_report_validated_asks_for_the_objective(self) -> None:
        """What can be done with an objective depends on its reports: the news move with them."""
        o = mondo.in_stato("rendicontato")
        prima, seconda = RelazioneSemestrale.objects.filter(obiettivo=o).order_by("periodo__ordine")
        mondo.muovi(prima, "valida", "PRIMO NUCLEO", seduta=mondo.seduta())
        assert da_fare(o) == set()
        mondo.muovi(seconda, "valida", "PRIMO NUCLEO", seduta=mondo.seduta())
        assert da_fare(o) == {"SECONDO NUCLEO", "TERZO NUCLEO"}
        mondo.muovi(seconda, "riapri", "TERZO NUCLEO", motivazione="Un valore da rivedere.")
        assert da_fare(o) == set()

    def test_two_reports_moved_in_one_action_are_one_news_of_the_objective(self) -> None:
        o = mondo.in_stato("rendicontato")
        ids = RelazioneSemestrale.objects.filter(obiettivo=o).values_list("pk", flat=True)
        esegui(
            procedura="relazione",
            transizione="valida",
            ids=list(ids),
            by=mondo.attore("PRIMO NUCLEO"),
            istante=mondo.ADESSO,
            richiesta=Richiesta(seduta=mondo.seduta()),
        )
        assert da_fare(o) == {"SECONDO NUCLEO", "TERZO NUCLEO"}

    def test_one_row_per_person_matter_and_reason(self) -> None:
        """Sent back and proposed three times: the same row, unread again, of the last event."""
        o = mondo.in_stato("bozza")
        for _ in range(3):
            mondo.muovi(o, "proponi", "UNO DIRIGENTE")
            mia = Notifica.objects.get(
                materia=f"obiettivo:{o.pk}",
                persona_id=mondo.persona("ATTI SEGRETERIA").pk,
                motivo="da_fare",
                chiusa_il=None,
            )
            assert mia.letta_il is None
            Notifica.objects.filter(pk=mia.pk).update(letta_il=mondo.ADESSO)
            mondo.muovi(o, "rinvia", "GESTIONE CONTROLLO", motivazione="Da rivedere.")
        del_po = Notifica.objects.filter(
            materia=f"obiettivo:{o.pk}", persona_id=mondo.persona("UNO PO").pk
        )
        assert del_po.count() == 1
        assert del_po[0].testo.endswith("rinviato al settore da Gestione Controllo")

    def test_a_refusal_tells_nobody(self) -> None:
        prima = fotografia()
        with pytest.raises(Rifiuto):
            mondo.muovi(mondo.in_stato("bozza"), "proponi", "UNO PO")
        assert cambiate(prima, fotografia()) == {}

    def test_the_sentence_and_the_link(self) -> None:
        o = mondo.in_stato("in_corso")
        [prima, _] = RelazioneSemestrale.objects.filter(obiettivo=o).order_by("periodo__ordine")
        mondo.compila(prima, "UNO PO")
        mondo.muovi(prima, "trasmetti", "UNO DIRIGENTE")
        n = Notifica.objects.filter(
            materia=f"relazione:{prima.pk}", motivo="da_fare", chiusa_il=None
        )[0]
        assert n.testo == (
            "OE04 «Migliorare il servizio OE04», relazione 2026-1: trasmessa da Uno Dirigente"
        )
        assert n.link == f"/alfa/obiettivi/{o.pid}/"


class TestPosta:
    def nuova(self, nome: str, materia: str, motivo: str, testo: str = "Testo") -> NuovaNotifica:
        persona = mondo.persona(nome)
        assert persona.utente_id is not None
        return NuovaNotifica(persona.utente_id, persona.pk, materia, motivo, testo, "/")

    def scrivi(self, *nuove: NuovaNotifica, materie: tuple[str, ...] = ("cosa:1",)) -> None:
        posta.scrivi(nuove, materie=materie, ente_id=mondo.ente().pk, evento_id=1)

    def righe(self, materia: str = "cosa:1") -> list[Notifica]:
        return list(Notifica.objects.filter(materia=materia).order_by("pk"))

    def test_the_same_news_twice_in_one_writing_is_one_row(self) -> None:
        n = self.nuova("UNO PO", "cosa:1", "responsabile")
        self.scrivi(n, n, self.nuova("UNO PO", "cosa:1", "responsabile", "Ultimo"))
        assert [r.testo for r in self.righe()] == ["Ultimo"]

    def test_another_reason_is_another_row(self) -> None:
        self.scrivi(
            self.nuova("UNO PO", "cosa:1", "responsabile"),
            self.nuova("UNO PO", "cosa:1", "ha_agito"),
        )
        assert len(self.righe()) == 2

    def test_what_was_to_do_is_settled_and_the_rest_stays(self) -> None:
        self.scrivi(
            self.nuova("UNO PO", "cosa:1", "da_fare"), self.nuova("DUE PO", "cosa:1", "ha_agito")
        )
        self.scrivi(self.nuova("DUE PO", "cosa:1", "da_fare"))
        assert {(r.motivo, r.chiusa_il is None) for r in self.righe()} == {
            ("da_fare", False),
            ("da_fare", True),
            ("ha_agito", True),
        }

    def test_what_is_still_theirs_stays_open_and_unread(self) -> None:
        self.scrivi(self.nuova("UNO PO", "cosa:1", "da_fare", "Prima"))
        Notifica.objects.filter(materia="cosa:1").update(letta_il=mondo.ADESSO)
        self.scrivi(self.nuova("UNO PO", "cosa:1", "da_fare", "Dopo"))
        [riga] = self.righe()
        assert (riga.testo, riga.letta_il, riga.chiusa_il) == ("Dopo", None, None)

    def test_other_matters_and_other_enti_are_not_touched(self) -> None:
        self.scrivi(self.nuova("UNO PO", "cosa:2", "da_fare"), materie=("cosa:2",))
        self.scrivi(materie=("cosa:1",))
        posta.scrivi([], materie=["cosa:2"], ente_id=mondo.ente("beta").pk, evento_id=1)
        assert self.righe("cosa:2")[0].chiusa_il is None
        self.scrivi(materie=("cosa:2",))
        assert self.righe("cosa:2")[0].chiusa_il is not None

    def test_once_closed_it_opens_again_as_a_new_row(self) -> None:
        self.scrivi(self.nuova("UNO PO", "cosa:1", "da_fare"))
        self.scrivi()
        self.scrivi(self.nuova("UNO PO", "cosa:1", "da_fare"))
        assert [r.chiusa_il is None for r in self.righe()] == [False, True]

    def test_a_long_sentence_is_cut_and_a_false_reason_refused(self) -> None:
        self.scrivi(self.nuova("UNO PO", "cosa:1", "da_fare", "x" * 9000))
        assert len(self.righe()[0].testo) == 500
        with pytest.raises(IntegrityError, match="notifica_motivo"), transaction.atomic():
            self.scrivi(self.nuova("UNO PO", "cosa:1", "curiosita"))

    def test_read_up_to_the_last_one_seen(self) -> None:
        self.scrivi(self.nuova("UNO PO", "cosa:1", "da_fare"))
        [vista] = self.righe()
        Notifica.objects.filter(pk=vista.pk).update(creata_il=mondo.ADESSO)
        self.scrivi(self.nuova("UNO PO", "cosa:2", "da_fare"), materie=("cosa:2",))
        Notifica.objects.filter(materia="cosa:2").update(
            creata_il=mondo.ADESSO + timedelta(seconds=1)
        )
        posta.segna_lette(vista.utente_id, vista.ente_id, mondo.ADESSO)
        assert self.righe("cosa:1")[0].letta_il is not None
        assert self.righe("cosa:2")[0].letta_il is None


class TestUrgenzaESilenzio:
    def test_what_is_sent_back_is_urgent_and_what_goes_on_is_not(self) -> None:
        o = mondo.in_stato("proposta")
        mondo.muovi(o, "rinvia", "GESTIONE CONTROLLO", motivazione="Da rivedere.")
        materia = Notifica.objects.filter(materia=f"obiettivo:{o.pk}", chiusa_il=None)
        assert {n.urgenza for n in materia} == {"alta"}
        mondo.muovi(o, "proponi", "UNO DIRIGENTE")
        ultimo = materia.order_by("-evento_id")[0].evento_id
        assert {n.urgenza for n in materia.filter(evento_id=ultimo)} == {"normale"}

    def test_a_silenced_matter_is_off_the_bell_but_for_what_must_be_done(self) -> None:
        o = mondo.in_stato("proposta")
        mondo.muovi(o, "rinvia", "GESTIONE CONTROLLO", motivazione="Da rivedere.")
        persona = mondo.persona("UNO PO")
        chi = persona.utente_id
        assert chi is not None
        prima = lettura.da_leggere([chi], persona.ente_id)[chi]
        assert scelte.silenzia(persona.ente_id, persona.pk, f"obiettivo:{o.pk}", muto=True)
        dopo = lettura.da_leggere([chi], persona.ente_id)
        assert dopo.get(chi, (0, 0))[0] == prima[0] - 1
        mondo.muovi(o, "proponi", "UNO DIRIGENTE")  # refreshed, it stays silent
        mie = Notifica.objects.filter(persona_id=persona.pk, materia=f"obiettivo:{o.pk}")
        assert {(n.motivo, n.muta) for n in mie} == {("responsabile", True)}
        with transaction.atomic():
            scrivi_una(persona, o, "da_fare")
        assert not Notifica.objects.get(pk=mie.get(motivo="da_fare").pk).muta
        [voce] = centro.voci(chi, persona.ente_id, centro.Domanda(centro.SILENZIATE))
        assert voce.muta
        assert voce.da_leggere
        scelte.silenzia(persona.ente_id, persona.pk, f"obiettivo:{o.pk}", muto=False)
        assert not mie.filter(muta=True).exists()

    def test_a_kind_off_the_screen(self) -> None:
        persona = mondo.persona("UNO PO")
        scelte.scegli(persona.ente_id, persona.pk, {"schermo_responsabile": False})
        o = mondo.in_stato("proposta")
        mondo.muovi(o, "rinvia", "GESTIONE CONTROLLO", motivazione="Da rivedere.")
        assert Notifica.objects.get(persona_id=persona.pk, materia=f"obiettivo:{o.pk}").muta

    def test_what_must_be_done_cannot_be_mute_whoever_writes_it(self) -> None:
        o = mondo.in_stato("proposta")
        mondo.muovi(o, "rinvia", "GESTIONE CONTROLLO", motivazione="Da rivedere.")
        with pytest.raises(IntegrityError), transaction.atomic():
            Notifica.objects.filter(motivo="da_fare", chiusa_il=None).update(muta=True)

    def test_nobody_silences_what_they_never_heard_of(self) -> None:
        persona = mondo.persona("UNO PO")
        assert not scelte.silenzia(persona.ente_id, persona.pk, "obiettivo:0", muto=True)


def scrivi_una(persona: Persona, o: Obiettivo, motivo: str) -> None:
    assert persona.utente_id is not None
    nuova = NuovaNotifica(
        persona.utente_id, persona.pk, f"obiettivo:{o.pk}", motivo, "Tocca a te", "/alfa/"
    )
    posta.scrivi([nuova], materie=[], ente_id=persona.ente_id, evento_id=None)
