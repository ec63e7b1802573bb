# SPDX-License-Identifier: AGPL-3.0-or-later
"""Round trip: a plan imported, exported and imported again is the same plan, and what is exported
follows its published schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from cycle.exports import piano as esportazione
from cycle.exports.piano import da_database
from cycle.importers import piano as neutro
from cycle.models import Ciclo, Indicatore, Obiettivo, Rilevazione
from cycle.services.enti import crea_ente
from cycle.services.piano import importa
from tests import mondo
from tests.fotografia import cambiate, fotografia
from tests.importers.piani import piano_inventato

FILE = Path(esportazione.__file__).with_name("piano.schema.json")
SCHEMA = json.loads(FILE.read_text(encoding="utf-8"))
VALIDATORE = Draft202012Validator(SCHEMA)

pytestmark = pytest.mark.usefixtures("db")


@contextmanager
def da_capo() -> Iterator[None]:
    """What is written within is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def cifra(valore: Decimal | None) -> str | None:
    """A figure as the schema wants it, by another way than the export's."""
    if valore is None:
        return None
    testo = format(valore.normalize(), "f")
    decimali = len(testo.partition(".")[2])
    return testo if decimali >= 2 else format(valore, ".2f")


def iso(giorno: date | None) -> str | None:
    return None if giorno is None else giorno.strftime("%Y-%m-%d")


def figura(valore: Decimal | date | None) -> str | None:
    return iso(valore) if isinstance(valore, date) else cifra(valore)


def atteso(piano: neutro.Piano, come: str) -> list[dict[str, Any]]:
    """What exporting the plan gives once it is imported, but for computed percentages."""
    storico = come == "storico"
    unita = {u.codice: u.nome for u in piano.unita}
    matricole = {p.nome_completo: p.matricola for p in piano.persone}
    return [
        {
            "codice": o.codice,
            "tipo": o.tipo,
            "titolo": o.titolo,
            "unita": unita[o.unita],
            "responsabile_generale": o.responsabile_generale or None,
            "responsabile_operativo": o.responsabile_operativo or None,
            "inizio_previsto": iso(o.inizio_previsto),
            "fine_prevista": iso(o.fine_prevista),
            "stato": "validato" if storico else "proposta",
            "percentuale_convalidata": str(
                o.percentuale_convalidata.quantize(Decimal("0.01"), ROUND_HALF_UP)
            )
            if storico and o.percentuale_convalidata is not None
            else None,
            "nodi": [
                [{"tipo": t, "codice": c, "titolo": titolo} for t, c, titolo in percorso]
                for percorso in sorted({n.percorso for n in o.nodi})
            ],
            "specifici": [
                {
                    "codice": s.codice,
                    "titolo": s.titolo,
                    "inizio_previsto": iso(s.inizio_previsto),
                    "fine_prevista": iso(s.fine_prevista),
                    "collaboratori": [
                        {
                            "nome": c.nome,
                            "dal": iso(c.dal),
                            "al": iso(c.al),
                            "responsabile": c.responsabile,
                            "impegno": cifra(c.impegno),
                            "categoria": c.categoria or None,
                            "matricola": matricole[c.persona] or None,
                        }
                        for c in s.collaboratori
                    ],
                    "fasi": [
                        {
                            "ordine": n,
                            "descrizione": f.descrizione,
                            "peso": cifra(f.peso),
                            "avanzamento": cifra(f.avanzamento) if storico else None,
                            "inizio_previsto": iso(f.inizio_previsto),
                            "fine_prevista": iso(f.fine_prevista),
                            "inizio_effettivo": iso(f.inizio_effettivo) if storico else None,
                            "fine_effettiva": iso(f.fine_effettiva) if storico else None,
                            "responsabile": f.responsabile or None,
                            "note": f.note if storico else "",
                        }
                        for n, f in enumerate(s.fasi, start=1)
                    ],
                    "stanziamenti": [
                        {
                            "capitolo": e.capitolo,
                            "articolo": e.articolo,
                            "descrizione": e.descrizione,
                            "parte": e.parte,
                            "importo": cifra(e.importo),
                        }
                        for e in s.stanziamenti
                    ],
                    "indicatori": [
                        {
                            "nome": i.nome,
                            "tipo": i.tipo or None,
                            "unita_misura": i.unita_misura,
                            "peso": cifra(i.peso),
                            "natura": i.natura,
                            "aggregazione": i.aggregazione,
                            "periodi": [
                                {
                                    "periodo": r.periodo,
                                    "target": figura(r.target),
                                    "valore": figura(r.valore) if storico else None,
                                }
                                for r in i.rilevazioni
                            ],
                            "storico": [
                                {"anno": v.anno, "valore": cifra(v.valore)} for v in i.storico
                            ],
                        }
                        for i in s.indicatori
                    ],
                    "relazioni": [
                        {
                            "periodo": r.periodo,
                            "testo": r.testo,
                            "osservazione": r.osservazione,
                            "risposta": r.risposta,
                        }
                        for r in s.relazioni
                    ]
                    if storico
                    else [],
                }
                for s in o.specifici
            ],
        }
        for o in sorted(piano.obiettivi, key=lambda o: o.codice)
    ]


@pytest.mark.parametrize("come", ["piano", "storico"])
@settings(deadline=None, max_examples=10, suppress_health_check=list(HealthCheck))
@given(seme=st.integers(0, 2**32 - 1))
def test_imported_exported_and_imported_again(come: str, seme: int) -> None:
    """Invented plans, with vacant posts, gaps, texts that look like labels."""
    piano = piano_inventato(Random(seme))
    with da_capo():
        ente = crea_ente(nome="Comune Inventato", codice_ipa="inventato", istante=mondo.ADESSO)
        importa(ente=ente, piano=piano, come=come, istante=mondo.ADESSO)
        ciclo = Ciclo.objects.get(ente=ente)
        esportato = da_database(ciclo)
        VALIDATORE.validate(esportato)
        assert json.loads(json.dumps(esportato, ensure_ascii=False)) == esportato
        senza_calcolata = [
            {k: v for k, v in o.items() if k != "percentuale_calcolata"}
            for o in esportato["obiettivi"]
        ]
        assert senza_calcolata == atteso(piano, come)
        prima = fotografia()
        assert importa(ente=ente, piano=piano, come=come, istante=mondo.ADESSO).creati == {}
        assert da_database(ciclo) == esportato
        assert cambiate(prima, fotografia()) == {}


def test_what_is_exported_follows_the_schema_in_every_state() -> None:
    esportato = da_database(mondo.ciclo())
    VALIDATORE.validate(esportato)
    assert {o["stato"] for o in esportato["obiettivi"]} == set(mondo.STATI)
    assert (esportato["ente"], esportato["anno"]) == ("Comune di Alfa", 2026)


def test_figures_are_strings_with_a_point_and_dates_are_iso() -> None:
    o = mondo.obiettivo("OE11")
    indicatore = Indicatore.objects.filter(obiettivo=o)[0]
    casi = {"0": "0.00", "1234567.5": "1234567.50", "0.333333": "0.333333", "-2.10": "-2.10"}
    for scritto, esportato in casi.items():
        Rilevazione.objects.filter(indicatore=indicatore).update(target=Decimal(scritto))
        [letto] = [p for p in da_database(mondo.ciclo())["obiettivi"] if p["codice"] == "OE11"]
        target = letto["specifici"][0]["indicatori"][0]["periodi"][0]["target"]
        assert target == esportato
        VALIDATORE.validate(da_database(mondo.ciclo()))
    Rilevazione.objects.filter(indicatore=indicatore).update(
        target=None, target_data=date(2026, 11, 30)
    )
    [letto] = [p for p in da_database(mondo.ciclo())["obiettivi"] if p["codice"] == "OE11"]
    assert letto["specifici"][0]["indicatori"][0]["periodi"][0]["target"] == "2026-11-30"
    VALIDATORE.validate(da_database(mondo.ciclo()))


def test_r75_percentages_are_half_up_to_two_decimals() -> None:
    o = mondo.in_stato("validato")
    for scritta, esportata in {"66.665": "66.67", "66.664999": "66.66", "100": "100.00"}.items():
        Obiettivo.objects.filter(pk=o.pk).update(percentuale_calcolata=scritta)
        [letto] = [p for p in da_database(mondo.ciclo())["obiettivi"] if p["codice"] == o.codice]
        assert letto["percentuale_calcolata"] == esportata


def test_the_queries_do_not_grow_with_the_plan(django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(13):
        da_database(mondo.ciclo())


class TestSchema:
    def test_it_is_a_schema_of_2020_12_closed_at_every_level(self) -> None:
        Draft202012Validator.check_schema(SCHEMA)
        assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"

        def oggetti(nodo: Any) -> Iterator[dict[str, Any]]:
            if isinstance(nodo, dict):
                if nodo.get("type") == "object":
                    yield nodo
                for figlio in nodo.values():
                    yield from oggetti(figlio)
            elif isinstance(nodo, list):
                for figlio in nodo:
                    yield from oggetti(figlio)

        trovati = list(oggetti(SCHEMA))
        assert len(trovati) == 11
        for oggetto in trovati:
            assert oggetto["additionalProperties"] is False
            assert set(oggetto["required"]) == set(oggetto["properties"])

    @pytest.mark.parametrize(
        ("dove", "valore"),
        [
            (("anno",), "2026"),
            (("altro",), 1),
            (("obiettivi", 0, "inizio_previsto"), "1/1/2026"),
            (("obiettivi", 0, "stato"), "Approvato"),
            (("obiettivi", 0, "percentuale_calcolata"), 66.67),
            (("obiettivi", 0, "percentuale_calcolata"), "66,67"),
            (("obiettivi", 0, "percentuale_calcolata"), "66.7"),
            (("obiettivi", 0, "specifici", 0, "indicatori", 0, "peso"), 50),
            (("obiettivi", 0, "specifici", 0, "indicatori", 0, "peso"), "50"),
            (("obiettivi", 0, "specifici", 0, "indicatori", 0, "peso"), "1E+2"),
            (("obiettivi", 0, "specifici", 0, "indicatori", 0, "natura"), "Positivo"),
            (("obiettivi", 0, "specifici", 0, "indicatori", 0, "periodi", 0, "periodo"), "2026"),
            (("obiettivi", 0, "specifici", 0, "indicatori", 0, "periodi", 0, "target"), "molto"),
            (("obiettivi", 0, "specifici", 0, "indicatori", 0, "periodi", 0, "valore"), None),
        ],
    )
    def test_it_refuses_what_is_not_a_plan(self, dove: tuple[Any, ...], valore: Any) -> None:
        esportato = da_database(mondo.ciclo())
        nodo: Any = esportato
        for passo in dove[:-1]:
            nodo = nodo[passo]
        nodo[dove[-1]] = valore
        # a value that was not measured is the one thing here that may stand
        assert VALIDATORE.is_valid(esportato) is (valore is None)

    def test_a_missing_key_is_refused(self) -> None:
        esportato = da_database(mondo.ciclo())
        del esportato["obiettivi"][0]["specifici"][0]["relazioni"]
        assert not VALIDATORE.is_valid(esportato)


class TestComando:
    def test_it_prints_the_plan(self) -> None:
        fuori = StringIO()
        call_command("esporta", ente="alfa", anno=2026, stdout=fuori)
        assert json.loads(fuori.getvalue()) == da_database(mondo.ciclo())

    @pytest.mark.parametrize(("ente", "anno"), [("gamma", 2026), ("alfa", 1999)])
    def test_what_is_not_there_is_told(self, ente: str, anno: int) -> None:
        with pytest.raises(CommandError, match=ente):
            call_command("esporta", ente=ente, anno=anno, stdout=StringIO())


def test_a_storico_with_its_percentages_goes_round() -> None:
    """R56: two values, both kept; R75: the computed one is ours."""
    piano = mondo.piano([replace(mondo.scheda("OE71", "S1", 1, 2024))], 2024)
    pieno = replace(
        piano,
        obiettivi=tuple(
            replace(
                o,
                percentuale_convalidata=Decimal("66.67"),
                specifici=tuple(
                    replace(
                        s,
                        indicatori=tuple(
                            replace(
                                i,
                                rilevazioni=(
                                    mondo.rilevazione("2024-1", 1, 1),
                                    mondo.rilevazione("2024-2", 2, valore),
                                ),
                            )
                            for i in s.indicatori
                        ),
                    )
                    for s, valore in zip(o.specifici, (2, 0), strict=True)
                ),
            )
            for o in piano.obiettivi
        ),
    )
    importa(ente=mondo.ente(), piano=pieno, come="storico", istante=mondo.ADESSO)
    [o] = da_database(mondo.ciclo(anno=2024))["obiettivi"]
    # 3 of 3, and 1 of 3 twice: (100 + 33.33) / 2
    assert (o["percentuale_calcolata"], o["percentuale_convalidata"]) == ("66.67", "66.67")
