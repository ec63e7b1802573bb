# SPDX-License-Identifier: AGPL-3.0-or-later
"""Many people on one set (R50), and a decision killed half way: real threads, real transactions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from viewflow.workflow.models import Task

from cycle.contesto import sessione
from cycle.exports.allegato import pezzi
from cycle.models import Atto, Avanzamento, Insieme, Obiettivo, Parere, VersioneObiettivo
from cycle.services import insiemi
from cycle.services.avanzamento import Racconto
from cycle.services.decisione import Decisione, Documento, EsitoDecisione, decidi
from tests import giunta, mondo
from tests.fotografia import fotografia
from tests.gara import gara
from workflows.errors import Conflitto, NonPossibile, Rifiuto
from workflows.processes import approvazione_peg, banco

pytestmark = pytest.mark.usefixtures("db_vera")


def decisione(insieme: Insieme, numero: str) -> Callable[[], Any]:
    """One clerk's click, as the page makes it."""
    utente, revisione = mondo.utente(giunta.SEGRETERIA), insieme.revisione

    def compi() -> Any:
        with sessione(utente, "alfa", "web") as contesto:
            return decidi(
                insieme=insieme,
                decisione=Decisione(atto=giunta.atto(numero)),
                by=contesto.attore,
                istante=mondo.ADESSO,
                revisione=revisione,
            )

    return compi


@pytest.mark.parametrize("numeri", [("77", "77", "77", "77"), ("77", "78", "79", "80")])
def test_r50_two_clerks_at_once_one_wins(numeri: tuple[str, ...]) -> None:
    insieme = giunta.istruito()
    esiti = gara([decisione(insieme, n) for n in numeri])
    riusciti = [e for e in esiti if isinstance(e, EsitoDecisione)]
    assert len(riusciti) == 1, esiti
    assert all(isinstance(e, Conflitto) for e in esiti if e not in riusciti), esiti
    assert Atto.objects.filter(ciclo__anno=mondo.ANNO, numero__in=numeri).count() == 1
    assert VersioneObiettivo.objects.filter(atto_id=riusciti[0].atto_id).count() == 2


def test_r2_one_number_for_two_sets_at_once_decides_one() -> None:
    uno, due = giunta.proposte()
    primo, secondo = giunta.istruito([uno]), giunta.istruito([due])
    esiti = gara([decisione(primo, "77"), decisione(secondo, "77")])
    assert sorted(type(e).__name__ for e in esiti) == ["EsitoDecisione", "NonPossibile"], esiti


def test_r15_the_two_pareri_at_once_open_one_decision() -> None:
    insieme = giunta.sottoposto()
    esiti = gara(
        [lambda tipo=tipo: giunta.parere(insieme, tipo) for tipo in ("tecnico", "contabile")]
    )
    assert esiti == [None, None]
    suo = banco.in_corso(approvazione_peg.ApprovazionePeg, insieme)
    aperti = Task.objects.filter(process__in=suo, status="NEW")
    assert [t.flow_task.name for t in aperti] == ["decisione"]


def test_r15_the_same_parere_twice_at_once_is_one() -> None:
    insieme = giunta.sottoposto()
    esiti = gara([lambda: giunta.parere(insieme, "tecnico") for _ in range(4)])
    assert sum(e is None for e in esiti) == 1
    assert all(e is None or isinstance(e, Conflitto) for e in esiti), esiti
    assert Parere.objects.filter(insieme=insieme).count() == 1


def test_r30_one_objective_two_sets_being_filled_at_once() -> None:
    obiettivi = giunta.proposte()
    vuoti = [giunta.composto([]) for _ in range(4)]
    esiti = gara(
        [
            lambda i=i: insiemi.aggiungi(
                insieme=i,
                obiettivi=[o.pk for o in obiettivi],
                by=mondo.attore(giunta.CONTROLLO),
                istante=mondo.ADESSO,
            )
            for i in vuoti
        ]
    )
    assert sorted(type(e).__name__ for e in esiti) == ["NonPossibile"] * 3 + ["int"], esiti


def test_a_withdrawal_and_a_decision_at_once_leave_one_of_the_two() -> None:
    insieme = giunta.istruito()
    esiti = gara([decisione(insieme, "77"), lambda: giunta.passo(insieme, "ritira")])
    assert sum(isinstance(e, Rifiuto) for e in esiti) == 1, esiti
    insieme.refresh_from_db()
    deciso = insieme.stato == "deciso"
    assert Atto.objects.filter(numero="77").count() == int(deciso)
    assert mondo.obiettivo("OE02").stato == ("approvato" if deciso else "proposta")


class Spento(Exception):
    """The process is killed."""


@pytest.mark.parametrize("fase", range(1, 5))
def test_killed_at_any_phase_nothing_has_happened(fase: int) -> None:
    insieme = giunta.istruito()
    _uno, due = giunta.proposte()
    prima = fotografia()
    fasi: list[str] = []

    def muore(nome: str, fatto: int, totale: int) -> None:
        fasi.append(nome)
        if len(fasi) == fase:
            raise Spento

    with pytest.raises(Spento):
        giunta.deciso(
            insieme,
            progresso=muore,
            rinviati=frozenset({due.pk}),
            motivo_rinvio="Da rivedere.",
        )
    assert fotografia() == prima


def test_killed_while_the_connection_drops_nothing_has_happened() -> None:
    """The server loses the client in the middle: not even a rollback is asked."""
    insieme = giunta.istruito()
    prima = fotografia()

    def cade(nome: str, fatto: int, totale: int) -> None:
        if totale:
            with connection.cursor() as cursore:
                cursore.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(Exception, match=r"terminat|closed"):
        giunta.deciso(insieme, progresso=cade)
    connection.close()
    assert fotografia() == prima
    giunta.deciso(insieme)


def test_a_file_left_by_a_rollback_harms_nobody(settings: Any, tmp_path: Any) -> None:
    settings.CYCLE_DATA = tmp_path
    insieme = giunta.istruito()
    documento = Documento("d.pdf", [b"%PDF-1.7 x"])
    with pytest.raises(NonPossibile):
        giunta.deciso(
            insieme,
            documento=documento,
            rinviati=frozenset({mondo.obiettivo("OE11").pk}),  # and no reason
        )
    assert len(list((tmp_path / "allegati").rglob("*.pdf"))) == 1
    giunta.deciso(insieme, documento=Documento("d.pdf", [b"%PDF-1.7 x"]))
    assert len(list((tmp_path / "allegati").rglob("*.pdf"))) == 1


def test_the_progress_is_seen_while_the_decision_runs() -> None:
    insieme = giunta.istruito()
    chiave = uuid4()
    utente = mondo.utente(giunta.SEGRETERIA)
    viste: list[str] = []
    with Racconto(chiave, utente.pk) as racconta:

        def progresso(fase: str, fatto: int, totale: int) -> None:
            racconta(fase, fatto, totale)

            def guarda() -> str:  # from another connection, as the polling page does
                return Avanzamento.objects.get(chiave=chiave).fase

            viste.extend(gara([guarda]))

        giunta.deciso(insieme, progresso=progresso)
    assert viste == ["Controllo dell'insieme", "Approvazione degli obiettivi", "Registrazione"]


class TestVerificaAtto:
    def test_r85_proves_it_byte_for_byte(self, tmp_path: Any, capsys: Any) -> None:
        atto = Atto.objects.get(pk=giunta.deciso(giunta.istruito()).atto_id)
        file = tmp_path / "atto.json"
        comuni = {"ente": "alfa", "anno": mondo.ANNO, "numero": " 77 "}
        call_command("verifica_atto", **comuni, scrivi=str(file))
        assert file.read_bytes() == "".join(pezzi(atto)).encode()
        call_command("verifica_atto", **comuni, json=str(file))
        detto = capsys.readouterr().out
        assert atto.digest in detto
        assert "Provato." in detto
        file.write_bytes(file.read_bytes().replace(b"Migliorare", b"Peggiorare", 1))
        with pytest.raises(CommandError, match="byte per byte"):
            call_command("verifica_atto", **comuni, json=str(file))

    def test_r85_a_text_changed_behind_the_triggers_is_found(self) -> None:
        esito = giunta.deciso(giunta.istruito())
        from django.db import connections

        with connections["owner"].cursor() as cursore:
            cursore.execute("ALTER TABLE cycle_versioneobiettivo DISABLE TRIGGER immutabile")
            cursore.execute(
                "UPDATE cycle_versioneobiettivo SET contenuto = replace(contenuto, 'Migliorare', "
                "'Peggiorare') WHERE atto_id = %s",
                [esito.atto_id],
            )
        with pytest.raises(CommandError, match="2 schede non hanno la loro impronta"):
            call_command("verifica_atto", ente="alfa", anno=mondo.ANNO, numero="77")

    def test_an_act_that_is_not_there(self) -> None:
        with pytest.raises(CommandError, match="Nessun atto"):
            call_command("verifica_atto", ente="alfa", anno=mondo.ANNO, numero="999")
        with pytest.raises(CommandError, match="Nessun atto"):
            call_command("verifica_atto", ente="beta", anno=2030, numero="77")


def test_the_objects_are_of_the_world() -> None:
    assert {o.codice for o in Obiettivo.objects.filter(ente=mondo.ente())} >= set(giunta.PROPOSTE)
