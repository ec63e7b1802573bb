# SPDX-License-Identifier: AGPL-3.0-or-later
"""As of any instant (`domain.md` 8): what the registro puts together again is what was there,
compared with photographs taken while the history was being made."""

from __future__ import annotations

import json
from datetime import datetime
from random import Random
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from cycle.come_era import come_era, letto, numero_di, tabelle
from cycle.models import (
    Collaboratore,
    Fase,
    Indicatore,
    Obiettivo,
    ObiettivoSpecifico,
    RelazioneSemestrale,
    Rilevazione,
    Stanziamento,
    VersioneObiettivo,
)
from cycle.services import schede
from tests import mondo
from workflows.errors import Rifiuto
from workflows.registro.models import Evento, Modifica

pytestmark = pytest.mark.usefixtures("db")
Fotografia = dict[str, dict[int, dict[str, Any]]]
TUTTE = ["cycle_versioneobiettivo", *tabelle()]


def adesso() -> datetime:
    with connection.cursor() as cursore:
        cursore.execute("SELECT clock_timestamp()")
        return cursore.fetchone()[0]  # type: ignore[no-any-return]


def fotografia(obiettivi: list[int]) -> Fotografia:
    """The rows of these objectives, whole but for the optimistic lock and the public id."""
    trovate: Fotografia = {}
    with connection.cursor() as cursore:
        for t in TUTTE:
            chiave = "id" if t == "cycle_obiettivo" else "obiettivo_id"
            cursore.execute(
                f"SELECT id, (to_jsonb(r) - 'revisione' - 'pid')::text FROM {t} r "
                f"WHERE {chiave} = ANY (%s)",
                [obiettivi],
            )
            trovate[t] = {pk: json.loads(riga) for pk, riga in cursore.fetchall()}
    return trovate


def nessuna_azione() -> None:
    """What follows belongs to no action, as what another transaction wrote by hand would."""
    with connection.cursor() as cursore:
        cursore.execute("SELECT set_config('ciclo.azione', '', true)")


class Storia:
    """Somebody who does one thing at random after another, by the engine and by hand."""

    def __init__(self, seme: int) -> None:
        self.caso = Random(seme)
        self.ente = mondo.ente()

    def uno(self, **come: Any) -> Obiettivo | None:
        trovati = list(Obiettivo.objects.filter(ente=self.ente, **come).order_by("pk"))
        return self.caso.choice(trovati) if trovati else None

    def passo(self) -> None:
        self.caso.choice(
            [self.avanti, self.avanti, self.compila, self.riscrivi, self.a_mano, self.togli]
        )()

    def avanti(self) -> None:
        o = self.uno(stato__in=["bozza", "proposta", "approvato", "in_corso"])
        if o is None:
            return
        settore = "UNO" if o.unita.codice == "S1" else "DUE"
        if o.stato == "bozza":
            mondo.muovi(o, "proponi", f"{settore} DIRIGENTE")
        elif o.stato == "proposta" and self.caso.random() < 0.5:
            mondo.muovi(o, "rinvia", "GESTIONE CONTROLLO", motivazione="Da rivedere.")
        elif o.stato == "proposta":
            numero = f"{o.pk}-{self.caso.random()}"[:20]
            mondo.muovi(o, "approva", "ATTI SEGRETERIA", atto=mondo.atto(numero=numero))
        elif o.stato == "approvato":
            mondo.muovi(o, "avvia", f"{settore} PO")
        else:
            mondo.rendiconta(o, settore)

    def compila(self) -> None:
        r = self.caso.choice(list(RelazioneSemestrale.objects.filter(ente=self.ente)))
        if r.stato == "da_compilare" and r.obiettivo.stato == "in_corso":
            settore = "UNO" if r.obiettivo.unita.codice == "S1" else "DUE"
            mondo.compila(r, f"{settore} PO")

    def riscrivi(self) -> None:
        o = self.uno(stato="bozza")
        if o is not None:
            nessuna_azione()
            Obiettivo.objects.filter(pk=o.pk).update(
                titolo=f"Titolo {self.caso.random()}", descrizione="", peso=self.caso.randint(1, 9)
            )
            Rilevazione.objects.filter(obiettivo=o).update(target=self.caso.randint(1, 99))

    def a_mano(self) -> None:
        o = self.uno()
        assert o is not None
        nessuna_azione()
        if o.stato == "bozza":
            Stanziamento.objects.create(
                ente=self.ente,
                obiettivo=o,
                specifico=ObiettivoSpecifico.objects.filter(obiettivo=o).first(),
                capitolo="1",
                parte="spese_correnti",
                importo=5,
            )
        Collaboratore.objects.filter(obiettivo=o).update(
            inquadramento=self.caso.choice(["", "Area dei funzionari"]), impegno=None
        )
        Indicatore.objects.filter(obiettivo=o).update(note=f"nota {self.caso.random()}")

    def togli(self) -> None:
        nessuna_azione()
        o = self.uno()
        Stanziamento.objects.filter(obiettivo=o, obiettivo__stato="bozza").delete()
        Collaboratore.objects.filter(obiettivo=o).order_by("pk")[:1].get().delete()


@pytest.mark.parametrize("seme", range(5))
def test_r84_at_each_instant_of_a_random_history_what_was_there_is_there(seme: int) -> None:
    storia = Storia(seme)
    dell_anno = list(
        Obiettivo.objects.filter(ciclo=mondo.ciclo()).order_by("pk").values_list("pk", flat=True)
    )
    fotografie: list[tuple[datetime, Fotografia]] = [(adesso(), fotografia(dell_anno))]
    for _ in range(14):
        try:
            with transaction.atomic():
                storia.passo()
        except (Rifiuto, Collaboratore.DoesNotExist):
            continue
        fotografie.append((adesso(), fotografia(dell_anno)))
    assert len({json.dumps(f, sort_keys=True) for _, f in fotografie}) > 3
    for istante, vera in fotografie:
        with come_era(ente_id=storia.ente.pk, istante=istante, ciclo=mondo.ciclo().pk):
            assert fotografia(dell_anno) == vera
        uno = storia.caso.choice(dell_anno)
        with come_era(ente_id=storia.ente.pk, istante=istante, obiettivo=uno):
            assert fotografia([uno]) == {
                t: {
                    pk: r
                    for pk, r in righe.items()
                    if uno == (pk if t == "cycle_obiettivo" else r["obiettivo_id"])
                }
                for t, righe in vera.items()
            }
    assert fotografia(dell_anno) == fotografie[-1][1]  # and nothing stays of it


def test_a_draft_that_was_deleted_is_there_before_and_not_after() -> None:
    o = mondo.in_stato("bozza")
    prima = adesso()
    schede.elimina_bozza(
        obiettivo=o, revisione=o.revisione, by=mondo.attore("UNO DIRIGENTE"), istante=mondo.ADESSO
    )
    with come_era(ente_id=o.ente_id, istante=prima, ciclo=o.ciclo_id):
        ritrovato = Obiettivo.objects.get(codice=o.codice)
        assert (ritrovato.pk, ritrovato.titolo) == (o.pk, o.titolo)
        assert numero_di(ritrovato.pid) == o.pk
        assert Rilevazione.objects.filter(obiettivo=ritrovato).count() == 6
    with come_era(ente_id=o.ente_id, istante=adesso(), ciclo=o.ciclo_id):
        assert not Obiettivo.objects.filter(codice=o.codice).exists()


def test_the_history_of_one_ends_at_the_instant() -> None:
    o = mondo.in_stato("approvato")
    prima, quanti = adesso(), Evento.objects.filter(radice_id=o.pk).count()
    mondo.muovi(o, "avvia", "UNO PO")
    with come_era(ente_id=o.ente_id, istante=prima, obiettivo=o.pk):
        assert Evento.objects.filter(radice_id=o.pk).count() == quanti
        assert Obiettivo.objects.get(pk=o.pk).stato == "approvato"
        assert VersioneObiettivo.objects.get(obiettivo=o).numero == 1
    assert Evento.objects.filter(radice_id=o.pk).count() == quanti + 1


def test_nothing_of_another_ente_and_nothing_before_there_was_anything() -> None:
    o, altra = mondo.in_stato("approvato"), mondo.ente("beta")
    with come_era(ente_id=altra.pk, istante=adesso(), obiettivo=o.pk):
        assert not Obiettivo.objects.exists()
    with come_era(ente_id=o.ente_id, istante=mondo.INIZIO, obiettivo=o.pk):
        assert not Obiettivo.objects.exists()


def test_nothing_written_inside_stays() -> None:
    o = mondo.in_stato("bozza")
    modifiche = Modifica.objects.count()
    with come_era(ente_id=o.ente_id, istante=adesso(), obiettivo=o.pk):
        Obiettivo.objects.filter(pk=o.pk).update(titolo="Riscritto")
    assert Obiettivo.objects.get(pk=o.pk).titolo == o.titolo
    assert Modifica.objects.count() == modifiche


def test_r90_of_who_was_erased_the_name_is_not_there() -> None:
    o = mondo.in_stato("approvato")
    with connection.cursor() as cursore:
        cursore.execute(
            "SELECT r.id FROM workflows_riservato r WHERE r.tabella = 'cycle_collaboratore'"
        )
        assert cursore.fetchall()
    with come_era(ente_id=o.ente_id, istante=adesso(), obiettivo=o.pk):
        nomi = set(Collaboratore.objects.values_list("nome", flat=True))
    assert nomi == {"UNO PO"}


def test_the_same_statement_many_times_reads_the_instant_and_then_today() -> None:
    """Statements are prepared on their connection: what they read is not what was prepared."""
    o = mondo.in_stato("approvato")
    prima = adesso()
    mondo.muovi(o, "avvia", "UNO PO")
    for _ in range(7):
        for _ in range(7):
            assert Obiettivo.objects.get(pk=o.pk).stato == "in_corso"
        with come_era(ente_id=o.ente_id, istante=prima, obiettivo=o.pk):
            assert Obiettivo.objects.get(pk=o.pk).stato == "approvato"


@pytest.mark.parametrize(
    ("testo", "detto"),
    [
        ("2026-03-02", "2026-03-02T23:59:59.999999+01:00"),
        ("2026-07-02T10:30", "2026-07-02T10:30:00+02:00"),
        ("2026-07-02T08:30:00+00:00", "2026-07-02T10:30:00+02:00"),
        ("ieri", None),
        ("", None),
        ("0001-01-01", None),
    ],
)
def test_an_instant_is_read_from_the_address(testo: str, detto: str | None) -> None:
    trovato = letto(testo, "Europe/Rome")
    assert (trovato.isoformat() if trovato else None) == detto


def test_the_connection_still_works_after_an_error_inside() -> None:
    o = mondo.in_stato("bozza")
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        come_era(ente_id=o.ente_id, istante=adesso(), obiettivo=o.pk),
    ):
        Fase.objects.extra(where=["nessuna_colonna = 1"]).count()
    assert Obiettivo.objects.filter(pk=o.pk).exists()
