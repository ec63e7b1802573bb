# SPDX-License-Identifier: AGPL-3.0-or-later
"""Plans of three other layouts in the database: all or nothing, once only, and out again as JSON
without a difference."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from jsonschema import Draft202012Validator

from cycle.exports import piano as esportazione
from cycle.exports.piano import da_database
from cycle.fascicolo import di_obiettivi
from cycle.importers import leggi
from cycle.importers.piano import Piano
from cycle.misurazione import figure
from cycle.models import (
    Ciclo,
    Collaboratore,
    Fase,
    Obiettivo,
    Persona,
    Rilevazione,
    Stanziamento,
    VoceRelazione,
)
from cycle.parametri import Parametri
from cycle.services.enti import apri_anno, crea_ente
from cycle.services.esportazione import esporta
from cycle.services.piano import EsitoImportazione, importa
from tests import mondo
from tests.fotografia import cambiate, fotografia
from workflows import guards

FIXTURES = Path(__file__).parents[1] / "importers" / "fixtures"
SCHEMA = Path(esportazione.__file__).with_name("piano.schema.json")
VALIDATORE = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
FORME = ("seregno", "reggio", "cinisello")

pytestmark = pytest.mark.usefixtures("db")


def letto(forma: str) -> Piano:
    return leggi(forma, (FIXTURES / f"{forma}-guasto-2031.txt").read_bytes(), anno=2031)


def carica(forma: str, come: str = "storico") -> EsitoImportazione:
    return importa(ente=mondo.ente(), piano=letto(forma), come=come, istante=mondo.ADESSO)


def esportato(obiettivo: int | None = None) -> Any:
    piano = da_database(mondo.ciclo(anno=2031))
    return piano if obiettivo is None else piano["obiettivi"][obiettivo]


@pytest.mark.parametrize("come", ["piano", "storico"])
@pytest.mark.parametrize("forma", FORME)
def test_imported_exported_and_imported_again(forma: str, come: str) -> None:
    carica(forma, come)
    prima, uscito = fotografia(), esportato()
    VALIDATORE.validate(uscito)
    assert carica(forma, come).creati == {}
    assert cambiate(prima, fotografia()) == {}
    altro = crea_ente(nome="Comune Altro", codice_ipa="altro", istante=mondo.ADESSO)
    importa(ente=altro, piano=letto(forma), come=come, istante=mondo.ADESSO)
    gemello = da_database(Ciclo.objects.get(ente=altro))
    assert gemello["obiettivi"] == uscito["obiettivi"]


@pytest.mark.parametrize("forma", FORME)
def test_nothing_of_the_document_is_lost_on_the_way(forma: str) -> None:
    carica(forma)
    piano = letto(forma)
    specifici = [s for o in esportato()["obiettivi"] for s in o["specifici"]]
    conta = Counter({nome: sum(len(s[nome]) for s in specifici) for nome in specifici[0]
                     if isinstance(specifici[0][nome], list)})  # fmt: skip
    assert conta["fasi"] == sum(len(s.fasi) for s in piano.specifici())
    assert conta["indicatori"] == sum(len(s.indicatori) for s in piano.specifici())
    assert conta["stanziamenti"] == sum(len(o.stanziamenti) for o in piano.obiettivi)
    assert conta["collaboratori"] == sum(len(o.persone) for o in piano.obiettivi)
    assert conta["relazioni"] == sum(len(s.relazioni) for s in piano.specifici())
    for o in piano.obiettivi:
        riga = Obiettivo.objects.get(ciclo__anno=2031, codice=o.codice)
        assert riga.sezioni == [list(sezione) for sezione in o.sezioni]


@pytest.mark.parametrize("forma", FORME)
def test_r8_a_plan_lacks_no_target_that_its_own_form_never_has(forma: str) -> None:
    """The first reading of Seregno is without targets; each layout says when they are due, and
    an indicator with none at all is still told of."""
    carica(forma, "piano")
    indicatori = Rilevazione.objects.filter(obiettivo__ciclo__anno=2031)
    con_target = set(
        indicatori.exclude(target=None, target_data=None).values_list("indicatore__nome", flat=True)
    )
    ids = list(Obiettivo.objects.filter(ciclo__anno=2031).values_list("pk", flat=True))
    chi = mondo.attore("UNO DIRIGENTE")
    mancanze = [
        m.messaggio
        for f in di_obiettivi(ids).values()
        for m in guards.target_in_ogni_periodo.motivi(f, chi, mondo.ADESSO)
    ]
    assert not [m for m in mancanze for nome in con_target if f"«{nome}»" in m]
    ciclo = mondo.ciclo(anno=2031)
    Ciclo.objects.filter(pk=ciclo.pk).update(
        parametri={**ciclo.parametri, "target_dovuto": "ogni_periodo"}
    )
    severi = [
        m
        for f in di_obiettivi(ids).values()
        for m in guards.target_in_ogni_periodo.motivi(f, chi, mondo.ADESSO)
    ]
    assert (len(severi) > len(mancanze)) == (forma == "seregno")


def test_r71_r68_seregno_is_measured_without_cap_and_without_weights() -> None:
    carica("seregno")
    parametri = Parametri.da_dizionario(mondo.ciclo(anno=2031).parametri)
    assert (parametri.pesi, parametri.misura.cap, parametri.periodi) == (False, None, 2)
    # (212 + 166.67) / 2 and 95; the first reading does not enter
    assert esportato(0)["percentuale_calcolata"] == "142.17"
    assert esportato(1)["percentuale_calcolata"] == "0.00"


def test_r56_a_note_of_control_validates_with_its_reason() -> None:
    carica("seregno")
    voce = VoceRelazione.objects.get(specifico__codice="Ob_Obiet070102")
    assert (voce.percentuale_convalidata, voce.percentuale_calcolata) == (Decimal(90), Decimal(95))
    assert voce.motivo.startswith("si è tenuto conto")


def test_people_and_money_of_a_whole_scheda_are_said_in_its_first_specifico() -> None:
    carica("reggio", "piano")
    primo, secondo = esportato(0)["specifici"]
    assert (len(primo["stanziamenti"]), secondo["stanziamenti"]) == (4, [])
    assert [c["impegno"] for c in primo["collaboratori"]] == ["10.00", "60.50", "100.00"]
    assert secondo["collaboratori"] == []
    assert Stanziamento.objects.filter(specifico__isnull=True).count() == 6
    assert not Collaboratore.objects.filter(obiettivo__ciclo__anno=2031, specifico__isnull=False)


def test_r79_targets_that_are_dates() -> None:
    carica("reggio", "piano")
    [entro] = Rilevazione.objects.filter(target_data__isnull=False)
    assert (f"{entro.target_data}", entro.target) == ("2031-11-30", None)
    pk = Obiettivo.objects.get(codice="2031_PD_4101").pk
    assert figure([pk])[pk].specifici[0].indicatori[1].difetto == ""
    assert esportato(0)["specifici"][0]["indicatori"][1]["periodi"] == [
        {"periodo": "2031-1", "target": "2031-11-30", "valore": None}
    ]


def test_a_plan_keeps_from_a_closed_year_only_what_was_planned() -> None:
    carica("cinisello", "piano")
    fasi = Fase.objects.filter(obiettivo__ciclo__anno=2031)
    assert fasi.count() == 6
    assert not fasi.exclude(avanzamento=None).exists()
    assert not fasi.exclude(note="").exists()
    assert fasi.filter(peso__isnull=False, inizio_previsto__isnull=False).exists()


def test_past_years_and_types_of_the_catalogue() -> None:
    carica("cinisello")
    primo = esportato(0)["specifici"][0]["indicatori"][0]
    assert primo["tipo"] == "EFFICACIA"
    assert primo["storico"] == [
        {"anno": 2029, "valore": "6.50"},
        {"anno": 2030, "valore": "7.00"},
    ]


@pytest.mark.parametrize("forma", FORME)
def test_a_year_that_is_there_keeps_its_periods(forma: str) -> None:
    """R52: what the document says of the year stands in the period that ends with it."""
    apri_anno(
        ente=mondo.ente(), anno=2031, istante=mondo.ADESSO, parametri={"pesi": False, "periodi": 4}
    )
    if forma == "seregno":  # its first reading is at the end of June
        carica(forma, "storico")
        usati = {"2031-2", "2031-4"}
    else:
        carica(forma, "storico")
        usati = {"2031-4"}
    assert set(Rilevazione.objects.filter(obiettivo__ciclo__anno=2031).values_list(
        "periodo__codice", flat=True
    )) == usati  # fmt: skip
    assert carica(forma, "storico").creati == {}


def test_who_was_there_gets_his_matricola_and_another_is_not_overwritten() -> None:
    ente = mondo.ente()
    Persona.objects.create(ente=ente, nome_completo="EUFEMI OTTAVIA")
    Persona.objects.create(ente=ente, nome_completo="BELLOMUNNO CLORINDA", matricola="99")
    esito = carica("seregno")
    matricole = dict(Persona.objects.filter(ente=ente).values_list("nome_completo", "matricola"))
    assert (matricole["EUFEMI OTTAVIA"], matricole["BELLOMUNNO CLORINDA"]) == ("81", "99")
    assert any("tenuta la prima" in a.messaggio for a in esito.avvisi)
    assert carica("seregno").creati == {}


@pytest.mark.parametrize(
    ("chi", "li_vede"), [("GESTIONE CONTROLLO", 1), ("GENERALE SEGRETARIO", 0)]
)
def test_effort_category_and_matricola_are_for_controllo(chi: str, li_vede: int) -> None:
    carica("seregno")
    by = mondo.attore(chi)
    piano = esporta(ciclo=mondo.ciclo(anno=2031), by=by, istante=mondo.ADESSO)
    lette = {
        (c["categoria"], c["matricola"])
        for o in piano["obiettivi"]
        for s in o["specifici"]
        for c in s["collaboratori"]
    }
    tutte = {("Categoria D", "14"), ("Dirigente", "3"), ("Categoria C", "81")}
    assert lette == (tutte if li_vede else {(None, None)})


@pytest.mark.parametrize("forma", FORME)
def test_the_command_tries_imports_and_does_it_once(forma: str) -> None:
    file = str(FIXTURES / f"{forma}-guasto-2031.txt")
    opzioni: dict[str, Any] = {"ente": "nuovo", "nome": "Comune Nuovo", "anno": 2031}

    def comando(**altre: Any) -> str:
        fuori = StringIO()
        call_command("importa", forma, file, stdout=fuori, stderr=StringIO(), **opzioni, **altre)
        return fuori.getvalue()

    prova = comando(prova=True)
    assert "Prova: non è stato scritto nulla." in prova
    assert "1. riga " in prova
    assert not Ciclo.objects.filter(ente__codice_ipa="nuovo").exists()
    assert "Creati:" in comando(come="storico")
    assert "Niente da fare" in comando(come="storico")
