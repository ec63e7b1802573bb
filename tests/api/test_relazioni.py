# SPDX-License-Identifier: AGPL-3.0-or-later
"""Semester reports: reading, filling, submitting, validating, reopening."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from cycle.models import Indicatore, RelazioneSemestrale, Rilevazione, VoceRelazione
from cycle.services.piano import importa
from tests import mondo
from tests.api.conftest import ALFA, Come, indirizzo
from tests.api.test_transizioni import guardie, seduta, transizioni
from workflows.registro.models import Evento


def relazione(stato: str = "in_corso", periodo: str = "2026-1") -> RelazioneSemestrale:
    """The report of the objective of the first settore in that state."""
    return RelazioneSemestrale.objects.select_related("obiettivo", "periodo").get(
        obiettivo=mondo.in_stato(stato), periodo__codice=periodo
    )


def compilata(chi: Any, r: RelazioneSemestrale, valore: Any = 1) -> dict[str, Any]:
    """A body that fills the whole report with one value."""
    letta = chi.get(indirizzo(r)).json()
    return {
        "revisione": letta["revisione"],
        "valori": [
            {"indicatore": i["pid"], "valore": valore}
            for s in letta["specifici"]
            for i in s["indicatori"]
        ],
        "testi": [{"specifico": s["pid"], "testo": "Fatto."} for s in letta["specifici"]],
    }


def test_si_legge_chi_vede_l_obiettivo(come: Come) -> None:
    r = relazione()
    letta = come("VERIFICA REVISORE").get(indirizzo(r))
    assert letta.status_code == 200
    corpo = letta.json()
    assert (corpo["periodo"], corpo["dal"], corpo["al"]) == ("2026-1", "2026-01-01", "2026-06-30")
    assert [len(s["indicatori"]) for s in corpo["specifici"]] == [1, 2]
    assert corpo["specifici"][0]["indicatori"][0] | {"pid": ""} == {
        "pid": "",
        "nome": "N. sportelli - aperti",
        "unita_misura": "numero",
        "target": "1.00",
        "valore": None,
    }
    assert come("VERIFICA REVISORE").get(corpo["links"]["transizioni"]).status_code == 200
    assert come("SENZA INCARICO").get(indirizzo(r)).status_code == 404
    assert come("UNO DIRIGENTE", "beta").get(indirizzo(r)).status_code == 404
    assert (
        come("UNO DIRIGENTE").get(f"{indirizzo(r.obiettivo)}/relazioni/2026-3").status_code == 404
    )


def test_un_obiettivo_non_avviato_non_ha_relazioni(come: Come) -> None:
    percorso = f"{indirizzo(mondo.in_stato('approvato'))}/relazioni/2026-1"
    assert come("UNO PO").get(percorso).status_code == 404
    assert come("UNO PO").put(percorso, {"revisione": 1}).status_code == 404


def test_compilare_trasmettere_validare_riaprire(come: Come) -> None:
    """The whole life of a report, each step by who may take it."""
    r = relazione()
    po, dirigente, nucleo = come("UNO PO"), come("UNO DIRIGENTE"), come("SECONDO NUCLEO")
    corpo = compilata(po, r, "0.5")
    scritta = po.put(indirizzo(r), corpo)
    assert scritta.status_code == 200, scritta.content
    assert [i["valore"] for s in scritta.json()["specifici"] for i in s["indicatori"]] == [
        "0.50"
    ] * 3
    assert {s["testo"] for s in scritta.json()["specifici"]} == {"Fatto."}
    evento = Evento.objects.filter(verbo="compila", radice_id=r.obiettivo_id).latest("id")
    assert evento.canale == "api"

    passi = f"{indirizzo(r)}/transizioni"
    revisione = scritta.json()["revisione"]
    trasmessa = dirigente.post(f"{passi}/trasmetti", {"revisione": revisione})
    assert trasmessa.status_code == 200, trasmessa.content
    assert trasmessa.json() | {"links": {}} == {
        "nome": "trasmetti",
        "da": "da_compilare",
        "stato": "trasmessa",
        "revisione": revisione + 1,
        "links": {},
    }
    letta = dirigente.get(indirizzo(r)).json()
    assert len(letta["impronta"]) == 64
    assert letta["trasmessa_il"].startswith("2026-03-02T")
    calcolata = letta["specifici"][0]["percentuale_calcolata"]
    assert calcolata is not None

    richiesti = transizioni(nucleo.get(passi))["valida"]["richiede"]
    assert [c for x in richiesti if x["guardia"] == "seduta_valida" for c in x["campi"]] == [
        "seduta.data",
        "seduta.presenti",
        "seduta.astenuti",
        "seduta.dissensi",
    ]
    primo = {"specifico": letta["specifici"][0]["pid"], "percentuale": "12.34"}
    corpo = {
        "revisione": letta["revisione"],
        "seduta": seduta("SECONDO", "TERZO"),
        "convalide": [primo],
    }
    senza_motivo = nucleo.post(f"{passi}/valida", corpo)
    assert (senza_motivo.status_code, guardie(senza_motivo)) == (422, {"scostamenti_motivati"})
    corpo["convalide"] = [primo | {"motivo": "Una sede contata due volte."}]
    validata = nucleo.post(f"{passi}/valida", corpo)
    assert validata.status_code == 200, validata.content
    letta = nucleo.get(indirizzo(r)).json()
    assert letta["specifici"][0]["percentuale_calcolata"] == calcolata
    assert letta["specifici"][0]["percentuale_convalidata"] == "12.34"
    assert letta["specifici"][0]["motivo"] == "Una sede contata due volte."
    altro = letta["specifici"][1]
    assert altro["percentuale_convalidata"] == altro["percentuale_calcolata"]
    assert letta["seduta"] == "2026-03-01"

    riaperta = nucleo.post(
        f"{passi}/riapri", {"revisione": letta["revisione"], "motivazione": "Valore errato."}
    )
    assert riaperta.json()["stato"] == "riaperta"


def test_cio_che_non_e_nominato_resta_com_e(come: Come) -> None:
    r, po = relazione(), come("UNO PO")
    po.put(indirizzo(r), compilata(po, r, 3))
    letta = po.get(indirizzo(r)).json()
    uno = letta["specifici"][1]["indicatori"][0]["pid"]
    corpo = {
        "revisione": letta["revisione"],
        "valori": [{"indicatore": uno, "valore": None}],
        "testi": [{"specifico": letta["specifici"][0]["pid"], "testo": "Rifatto."}],
    }
    dopo = po.put(indirizzo(r), corpo).json()
    assert [i["valore"] for s in dopo["specifici"] for i in s["indicatori"]] == [
        "3.00",
        None,
        "3.00",
    ]
    assert [s["testo"] for s in dopo["specifici"]] == ["Rifatto.", "Fatto."]


@pytest.mark.parametrize(
    ("chi", "stato", "attesi"),
    [
        ("DUE PO", "in_corso", 403),
        ("SECONDO NUCLEO", "in_corso", 403),
        ("GESTIONE CONTROLLO", "in_corso", 403),
        ("SENZA INCARICO", "in_corso", 404),
        ("UNO DIRIGENTE", "in_corso", 200),
        ("UNO PO", "validato", 422),
        ("UNO PO", "rendicontato", 422),  # submitted: the Nucleo must reopen it (R54)
    ],
)
def test_chi_compila_e_quando(come: Come, chi: str, stato: str, attesi: int) -> None:
    r = relazione(stato)
    prima = Evento.objects.filter(esito="rifiutato").count()
    risposta = come(chi).put(indirizzo(r), {"revisione": r.revisione})
    assert risposta.status_code == attesi
    ricordati = Evento.objects.filter(esito="rifiutato").count() - prima
    assert ricordati == (1 if attesi in (403, 422) else 0)  # R84


def test_due_che_compilano(come: Come) -> None:
    """R50."""
    r = relazione()
    corpo = compilata(come("UNO PO"), r)
    assert come("UNO PO").put(indirizzo(r), corpo).status_code == 200
    secondo = come("UNO DIRIGENTE").put(indirizzo(r), corpo)
    assert (secondo.status_code, guardie(secondo)) == (409, {"revisione"})
    passo = {"revisione": corpo["revisione"]}
    trasmetti = come("UNO DIRIGENTE").post(f"{indirizzo(r)}/transizioni/trasmetti", passo)
    assert (trasmetti.status_code, guardie(trasmetti)) == (409, {"revisione"})


def _un_valore(revisione: int, pid: str, scritto: str) -> str:
    """JSON by hand, for figures that Python would not write."""
    valore = f'{{"indicatore": "{pid}", "valore": {scritto}}}'
    return f'{{"revisione": {revisione}, "valori": [{valore}]}}'


def test_i_valori_sono_esatti(come: Come) -> None:
    """No float stands between the client's figure and the database's."""
    r, po = relazione(), come("UNO PO")
    letta = po.get(indirizzo(r)).json()
    pid = letta["specifici"][0]["indicatori"][0]["pid"]
    revisione = letta["revisione"]
    for scritto, letto in (
        ("12345678901234.567891", "12345678901234.567891"),
        ('"12345678901234.567891"', "12345678901234.567891"),
        ("0.1", "0.1"),
        ("1e3", "1000"),
        ('"-7"', "-7"),
        ("0", "0"),
    ):
        corpo = _un_valore(revisione, pid, scritto)
        risposta = po.put(indirizzo(r), corpo)
        assert risposta.status_code == 200, risposta.content
        revisione = risposta.json()["revisione"]
        riga = Rilevazione.objects.get(indicatore__pid=pid, periodo=r.periodo)
        assert riga.valore == Decimal(letto)


@pytest.mark.parametrize(
    "valore",
    [
        "12,5",
        "dodici",
        "",
        "1e5",
        "NaN",
        " 1",
        "1_000",
        "١",
        "2026-05-01",
        "1.1234567",
        True,
        [],
        {},
        "100000000000000",
        10**14,
        10**400,
        "\x00",
    ],
)
def test_un_valore_che_non_e_un_numero(come: Come, valore: Any) -> None:
    r, po = relazione(), come("UNO PO")
    risposta = po.put(indirizzo(r), compilata(po, r, valore))
    assert risposta.status_code == 422
    assert risposta.json()["motivi"][0]["campo"] == "valori.0.valore"
    assert RelazioneSemestrale.objects.get(pk=r.pk).revisione == r.revisione


@pytest.mark.parametrize("numero", ["NaN", "Infinity", "1e999999999", "1e-999999999", "1e400"])
def test_un_numero_json_che_non_si_puo_tenere(come: Come, numero: str) -> None:
    r, po = relazione(), come("UNO PO")
    pid = Indicatore.objects.filter(obiettivo=r.obiettivo).values_list("pid", flat=True)[0]
    corpo = _un_valore(r.revisione, str(pid), numero)
    assert po.put(indirizzo(r), corpo).status_code == 422


def test_un_indicatore_a_data(come: Come) -> None:
    """R79: measured by its date, and by nothing else."""
    ente, altra = mondo.ente(), mondo.scheda("OE20", "S1", 1)
    importa(
        ente=ente,
        piano=mondo.piano([altra]),
        come="piano",
        istante=mondo.ADESSO,
        stati={"OE20": "bozza"},
    )
    o = mondo.obiettivo("OE20")
    indicatore = Indicatore.objects.filter(obiettivo=o).order_by("pk")[0]
    Indicatore.objects.filter(pk=indicatore.pk).update(unita_misura="data")
    Rilevazione.objects.filter(indicatore=indicatore).update(
        target=None, target_data=date(2026, 5, 31)
    )
    mondo.porta(ente, "OE20", "in_corso")
    r, po = RelazioneSemestrale.objects.filter(obiettivo=o).order_by("periodo")[0], come("UNO PO")
    letta = po.get(indirizzo(r)).json()
    assert letta["specifici"][0]["indicatori"][0]["target"] == "2026-05-31"
    corpo: dict[str, Any] = {"revisione": letta["revisione"]}
    for valore in (3, "3", "2026-02-30", "31/05/2026", 20260531, True, "2026-5-1", "٢٠٢٦-٠٥-٠١"):
        corpo["valori"] = [{"indicatore": str(indicatore.pid), "valore": valore}]
        risposta = po.put(indirizzo(r), corpo)
        assert risposta.status_code == 422
        assert risposta.json()["motivi"][0]["campo"] == "valori.0.valore"
    corpo["valori"] = [{"indicatore": str(indicatore.pid), "valore": "2026-05-28"}]
    dopo = po.put(indirizzo(r), corpo).json()
    assert dopo["specifici"][0]["indicatori"][0]["valore"] == "2026-05-28"


def test_un_indicatore_si_o_no(come: Come) -> None:
    ente = mondo.ente()
    piano = mondo.piano([mondo.scheda("OE21", "S1", 1)])
    importa(ente=ente, piano=piano, come="piano", istante=mondo.ADESSO, stati={"OE21": "bozza"})
    o = mondo.obiettivo("OE21")
    indicatore = Indicatore.objects.filter(obiettivo=o).order_by("pk")[0]
    Indicatore.objects.filter(pk=indicatore.pk).update(unita_misura="si_no")
    mondo.porta(ente, "OE21", "in_corso")
    r, po = RelazioneSemestrale.objects.filter(obiettivo=o).order_by("periodo")[0], come("UNO PO")
    for valore, atteso in ((2, 422), ("0.5", 422), (-1, 422), (True, 422), ("1", 200)):
        corpo = {
            "revisione": r.revisione,
            "valori": [{"indicatore": str(indicatore.pid), "valore": valore}],
        }
        assert po.put(indirizzo(r), corpo).status_code == atteso


def test_si_nomina_solo_cio_che_e_della_relazione(come: Come) -> None:
    r, po = relazione(), come("UNO PO")
    corpo = compilata(po, r)
    altrove = Indicatore.objects.filter(obiettivo=mondo.in_stato("rendicontato"))[0]
    di_beta = Indicatore.objects.filter(obiettivo=mondo.in_stato("in_corso", "beta"))[0]
    corpo["valori"] = [
        {"indicatore": str(altrove.pid), "valore": 1},
        {"indicatore": str(di_beta.pid), "valore": 1},
        *corpo["valori"][:1] * 2,
    ]
    risposta = po.put(indirizzo(r), corpo)
    assert risposta.status_code == 422
    assert [m["campo"] for m in risposta.json()["motivi"]] == [
        "valori.0.indicatore",
        "valori.1.indicatore",
        "valori.3.indicatore",
    ]
    specifico = VoceRelazione.objects.filter(obiettivo=mondo.in_stato("validato"))[0].specifico
    corpo = {"revisione": r.revisione, "testi": [{"specifico": str(specifico.pid), "testo": ""}]}
    risposta = po.put(indirizzo(r), corpo)
    assert [m["campo"] for m in risposta.json()["motivi"]] == ["testi.0.specifico"]


def test_chi_ha_compilato_non_valida(come: Come) -> None:
    """R57: the preview says so before the click."""
    mondo.compila(relazione(), "UNO PO")
    r = relazione("rendicontato")
    with connection.cursor() as cursore:  # the PO of yesterday sits in the Nucleo today
        cursore.execute(
            "UPDATE cycle_incarico SET al = '2026-03-02' WHERE persona_id = %s",
            [mondo.persona("UNO PO").pk],
        )
        cursore.execute(
            "INSERT INTO cycle_incarico (ente_id, persona_id, ruolo, unita_id, tipo, "
            "       atto_di_conferimento, dal, motivo, ambito, atto_di_cessazione) "
            "SELECT ente_id, %s, 'nucleo', unita_id, 'titolare', 'decreto n. 2', '2026-03-02', "
            "       '', '[]', '' "
            "  FROM cycle_incarico WHERE persona_id = %s",
            [mondo.persona("UNO PO").pk, mondo.persona("SECONDO NUCLEO").pk],
        )
    valida = transizioni(come("UNO PO").get(f"{indirizzo(r)}/transizioni"))["valida"]
    assert [m["guardia"] for m in valida["motivi"]] == ["separazione_delle_funzioni"]
    secondo = transizioni(come("SECONDO NUCLEO").get(f"{indirizzo(r)}/transizioni"))["valida"]
    assert secondo["permessa"]


def test_cosa_se_di_una_relazione(come: Come) -> None:
    r = relazione()
    percorso = f"{indirizzo(r)}/transizioni"
    trovate = transizioni(come("UNO DIRIGENTE").get(percorso, il="2025-06-30"))
    assert [m["guardia"] for m in trovate["trasmetti"]["motivi"]] == [
        "incarico",
        *["valori_completi"] * 3,
    ]
    assert come("UNO DIRIGENTE").get(percorso, il="mai").status_code == 422


@pytest.mark.parametrize("periodo", ["2026-9", "..%2f", "2026-1%00", "x" * 300, "'--"])
def test_un_periodo_che_non_c_e(come: Come, periodo: str) -> None:
    risposta = come("UNO PO").get(f"{indirizzo(mondo.in_stato('in_corso'))}/relazioni/{periodo}")
    assert risposta.status_code == 404
    assert risposta.json() == {"errore": "Non trovato.", "motivi": []}


def test_le_query_di_una_relazione_sono_fisse(come: Come, django_assert_num_queries: Any) -> None:
    chi, r = come("UNO PO"), relazione()
    # session, user; savepoint, persona, ente, incarichi; objective, report, values, indicators,
    # entries; release
    with django_assert_num_queries(12):
        assert chi.get(indirizzo(r)).status_code == 200
    with django_assert_num_queries(12):
        assert chi.get(f"{indirizzo(r)}/transizioni").status_code == 200


def test_l_indirizzo_e_dell_ente(come: Come) -> None:
    r = relazione()
    assert come("PRIMO NUCLEO").get(indirizzo(r)).status_code == 200
    assert come("PRIMO NUCLEO").get(indirizzo(r, "beta")).status_code == 404
    assert come("PRIMO NUCLEO").get(indirizzo(r).replace(ALFA, "/api/v1/ALFA")).status_code == 404
