# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a submission freezes, and who holds it (R54): the snapshot says values, targets, notes,
words, files and phases; the database lets none of them move until the report is reopened. A closed
year is shut whole (C3)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from cycle import canonico
from cycle.fascicolo import cifre_mosse
from cycle.models import (
    Evidenza,
    Fase,
    Obiettivo,
    ObiettivoSpecifico,
    RelazioneSemestrale,
    Rilevazione,
    VersioneObiettivo,
    VoceRelazione,
)
from cycle.services import evidenze
from cycle.services.chiusura import chiudi
from tests import mondo
from tests.cycle.test_chiusura import DOPO, ciclo, finisci
from workflows.registro import azioni

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF\n"


def con_atto(o: Obiettivo) -> None:
    """Open an action under the act of the objective: what the giunta approved may be written."""
    versione = VersioneObiettivo.objects.filter(obiettivo=o).order_by("numero")[0]
    azioni.apri(
        ente_id=o.ente_id,
        procedura="obiettivo",
        verbo="modifica",
        passi=[azioni.Voce(o.pk, o.pk)],
        attore=mondo.attore("ATTI SEGRETERIA"),
        istante=mondo.ADESSO,
        atto_id=versione.atto_id,
    )


def con_fase(o: Obiettivo) -> Fase:
    """A phase below the first specifico, as an approved scheda may have (under its act)."""
    s = ObiettivoSpecifico.objects.filter(obiettivo=o).order_by("ordine")[0]
    con_atto(o)
    return Fase.objects.create(
        ente_id=o.ente_id, obiettivo=o, specifico=s, ordine=1, descrizione="Lavori"
    )


def relazioni(o: Obiettivo) -> list[RelazioneSemestrale]:
    return list(
        RelazioneSemestrale.objects.filter(obiettivo=o)
        .select_related("periodo")
        .order_by("periodo__ordine")
    )


def trasmessa_con_tutto() -> tuple[RelazioneSemestrale, Fase, Evidenza]:
    """The first report of an objective under way, submitted with a file, a note and a phase."""
    o = mondo.in_stato("in_corso")
    fase = con_fase(o)
    r = relazioni(o)[0]
    mondo.compila(r, "UNO PO")
    voce = VoceRelazione.objects.filter(relazione=r).order_by("pk")[0]
    prova = evidenze.aggiungi(
        voce=voce,
        nome="verbale.pdf",
        pezzi=[PDF],
        by=mondo.attore("UNO PO"),
        istante=mondo.ADESSO,
    )
    Rilevazione.objects.filter(obiettivo=o, periodo=r.periodo).update(nota="contati a mano")
    Fase.objects.filter(pk=fase.pk).update(avanzamento=30)
    mondo.muovi(r, "trasmetti", "UNO DIRIGENTE")
    return relazioni(o)[0], fase, prova


def test_r54_the_snapshot_says_all_that_was_sent() -> None:
    r, _fase, prova = trasmessa_con_tutto()
    detta = json.loads(r.istantanea)
    assert detta["schema"] == canonico.ISTANTANEA
    assert {x["nota"] for x in detta["righe"]} == {"contati a mano"}
    assert detta["voci"][0]["testo"] == "Attività svolta come previsto."
    assert detta["voci"][0]["evidenze"] == [prova.allegato.sha256]
    assert [(x["fase"], x["avanzamento"]) for x in detta["fasi"]] == [("Lavori", "30")]
    assert r.impronta == canonico.impronta(r.istantanea)
    assert canonico.istantanee([r.pk])[r.pk] == r.istantanea  # byte for byte


SCRITTURE: dict[str, Callable[[RelazioneSemestrale], Any]] = {
    "a value": lambda r: _rilevazioni(r).update(valore=Decimal(9)),
    "a target": lambda r: _rilevazioni(r).update(target=Decimal(9)),
    "a note": lambda r: _rilevazioni(r).update(nota="altro"),
    "a row goes": lambda r: _rilevazioni(r).delete(),
    "a text": lambda r: VoceRelazione.objects.filter(relazione=r).update(testo="Altro."),
    "a computed percentage": lambda r: VoceRelazione.objects.filter(relazione=r).update(
        percentuale_calcolata=1
    ),
    "a validated percentage": lambda r: VoceRelazione.objects.filter(relazione=r).update(
        percentuale_convalidata=1, motivo="Così."
    ),
    "an entry goes": lambda r: _grezzo(
        "DELETE FROM cycle_vocerelazione WHERE relazione_id = %s", r.pk
    ),
    "a file goes": lambda r: Evidenza.objects.filter(voce__relazione=r).delete(),
    "the report goes": lambda r: _grezzo(
        "DELETE FROM cycle_relazionesemestrale WHERE id = %s", r.pk
    ),
    "the snapshot": lambda r: RelazioneSemestrale.objects.filter(pk=r.pk).update(istantanea="{}"),
    "the digest": lambda r: RelazioneSemestrale.objects.filter(pk=r.pk).update(impronta="0" * 64),
    "its days": lambda r: RelazioneSemestrale.objects.filter(pk=r.pk).update(rinuncia=True),
}


def _rilevazioni(r: RelazioneSemestrale) -> Any:
    """Under an act: what the giunta approved is no hindrance here."""
    con_atto(Obiettivo.objects.get(pk=r.obiettivo_id))
    return Rilevazione.objects.filter(obiettivo_id=r.obiettivo_id, periodo_id=r.periodo_id)


def _grezzo(istruzione: str, *valori: Any) -> None:
    with connection.cursor() as cursore:
        cursore.execute(istruzione, valori)


def test_r54_the_database_lets_nothing_of_it_move() -> None:
    r, _fase, _prova = trasmessa_con_tutto()
    con_atto(Obiettivo.objects.get(pk=r.obiettivo_id))  # the action that submitted it is over
    for che_cosa, scrivi in SCRITTURE.items():
        with pytest.raises(IntegrityError, match=r"R5|relazione") as no, transaction.atomic():
            scrivi(r)
        assert no.value, che_cosa
    assert cifre_mosse([r]) == {}


def test_r54_nor_comes_a_figure_that_was_not_there() -> None:
    r, _fase, _prova = trasmessa_con_tutto()
    con_atto(Obiettivo.objects.get(pk=r.obiettivo_id))
    vecchia = Rilevazione.objects.filter(obiettivo_id=r.obiettivo_id).exclude(
        periodo_id=r.periodo_id
    )[0]
    mondo.muovi(r, "riapri", "PRIMO NUCLEO", motivazione="Un valore sbagliato.")
    con_atto(Obiettivo.objects.get(pk=r.obiettivo_id))
    Rilevazione.objects.filter(
        indicatore_id=vecchia.indicatore_id, periodo_id=r.periodo_id
    ).delete()
    mondo.compila(r, "UNO PO")
    mondo.muovi(r, "trasmetti", "UNO DIRIGENTE")
    con_atto(Obiettivo.objects.get(pk=r.obiettivo_id))
    with pytest.raises(IntegrityError, match="R54"), transaction.atomic():
        Rilevazione.objects.create(
            ente_id=r.ente_id,
            obiettivo_id=r.obiettivo_id,
            indicatore_id=vecchia.indicatore_id,
            periodo_id=r.periodo_id,
            valore=1,
        )


def test_r54_reopened_all_of_it_is_written_again() -> None:
    r, fase, _prova = trasmessa_con_tutto()
    mondo.muovi(r, "riapri", "PRIMO NUCLEO", motivazione="Un valore sbagliato.")
    mondo.compila(r, "UNO PO", valore=Decimal(0))
    Fase.objects.filter(pk=fase.pk).update(avanzamento=50)
    mondo.muovi(r, "trasmetti", "UNO DIRIGENTE")
    assert '"avanzamento":"50"' in RelazioneSemestrale.objects.get(pk=r.pk).istantanea


def test_r54_phases_go_on_until_the_last_report_and_then_stop() -> None:
    r, fase, _prova = trasmessa_con_tutto()
    Fase.objects.filter(pk=fase.pk).update(avanzamento=60)  # June is submitted, December is not
    assert cifre_mosse([r]) == {r.pk: ()}  # and June does not move for that
    ultima = relazioni(Obiettivo.objects.get(pk=r.obiettivo_id))[1]
    mondo.compila(ultima, "UNO PO")
    mondo.muovi(ultima, "trasmetti", "UNO DIRIGENTE")
    for campo in ({"avanzamento": 90}, {"fine_effettiva": date(2026, 12, 1)}):
        with pytest.raises(IntegrityError, match="R54"), transaction.atomic():
            Fase.objects.filter(pk=fase.pk).update(**campo)


def test_r54_what_moved_is_named_figures_words_files_and_phases() -> None:
    def foto(**altro: Any) -> str:
        detta = {
            "righe": [
                {
                    **{"specifico": "OE01", "ordine": 1, "indicatore": "N. atti", "periodo": "1"},
                    **{"target": "1", "valore": "1", "nota": ""},
                    **altro.get("riga", {}),
                }
            ],
            "voci": [{"specifico": "OE01", "testo": "a", "evidenze": []} | altro.get("voce", {})],
            "fasi": [
                {"specifico": "OE01", "ordine": 1, "fase": "Lavori", "avanzamento": "1"}
                | {"inizio": None, "fine": None}
                | altro.get("fase", {})
            ],
        }
        return canonico.testo(detta)

    for altro, detto in (
        ({"riga": {"valore": "2"}}, "OE01, «N. atti», 1: valore da 1 a 2"),
        ({"riga": {"nota": "b"}}, "OE01, «N. atti», 1: nota"),
        ({"voce": {"testo": "b"}}, "OE01: testo"),
        ({"voce": {"evidenze": ["0"]}}, "OE01: documenti"),
        ({"fase": {"fine": "2026-01-01"}}, "OE01, fase «Lavori»: fine effettiva da nessuno a 2"),
    ):
        [trovato] = canonico.differenze(foto(), foto(**altro))
        assert trovato.startswith(detto)
    vecchio = json.loads(foto())
    prima = canonico.testo({"righe": [{**vecchio["righe"][0], "valore": "1"}]})
    assert list(canonico.differenze(prima, foto(voce={"testo": "b"}))) == []  # it froze no words


CHIUSE: dict[str, Callable[[Obiettivo], Any]] = {
    "a value": lambda o: Rilevazione.objects.filter(obiettivo=o).update(nota="b"),
    "a specifico": lambda o: ObiettivoSpecifico.objects.filter(obiettivo=o).update(flag=["x"]),
    "an objective": lambda o: Obiettivo.objects.filter(pk=o.pk).update(motivo_convalida="x"),
    "an entry": lambda o: VoceRelazione.objects.filter(obiettivo=o).update(motivo="x"),
    "a report": lambda o: RelazioneSemestrale.objects.filter(obiettivo=o).update(rinuncia=True),
    "a node": lambda o: _grezzo(
        "INSERT INTO cycle_nodostrategico (ente_id, ciclo_id, tipo, codice, titolo) "
        "VALUES (%s, %s, 'x', 'x', 'x')",
        o.ente_id,
        o.ciclo_id,
    ),
    "a sitting": lambda o: _grezzo(
        "INSERT INTO cycle_seduta (ente_id, ciclo_id, data, quorum, dissensi) "
        "VALUES (%s, %s, '2027-03-02', 1, '')",
        o.ente_id,
        o.ciclo_id,
    ),
    "a term": lambda o: _grezzo(
        "UPDATE cycle_periodo SET nome = 'x' WHERE ciclo_id = %s", o.ciclo_id
    ),
}


def test_c3_a_closed_year_is_shut_whole() -> None:
    finisci()
    chiudi(ciclo=ciclo(), by=mondo.attore("GENERALE SEGRETARIO", istante=DOPO), istante=DOPO)
    o = mondo.in_stato("validato")
    for che_cosa, scrivi in CHIUSE.items():
        with pytest.raises(IntegrityError, match=r"C3|R5") as no, transaction.atomic():
            scrivi(o)
        assert no.value, che_cosa
