# SPDX-License-Identifier: AGPL-3.0-or-later
"""What may happen to an objective, why not, and making it happen."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from django.db import connection

from cycle import permissions
from cycle.api.schemi import PassoObiettivo, PassoRelazione
from cycle.api.transizioni import richiesto
from cycle.models import Atto, Incarico, Obiettivo
from tests import mondo
from tests.api.conftest import Come, indirizzo
from workflows.registro.models import Evento, Modifica

ATTO = {
    "organo": "giunta",
    "numero": "77",
    "data": "2026-02-25",
    "esecutivo": True,
    "parere_tecnico": "Segretario, 24/02/2026",
    "parere_contabile": "",
}


def transizioni(risposta: Any) -> dict[str, Any]:
    assert risposta.status_code == 200, risposta.content
    return {t["nome"]: t for t in risposta.json()["transizioni"]}


def passo(o: Obiettivo, **resto: Any) -> dict[str, Any]:
    return {"revisione": Obiettivo.objects.values_list("revisione").get(pk=o.pk)[0], **resto}


def guardie(risposta: Any) -> set[str]:
    return {m["guardia"] for m in risposta.json()["motivi"]}


# --- before the click ---------------------------------------------------------------------------


def test_ogni_transizione_con_tutti_i_suoi_motivi(come: Come) -> None:
    o = mondo.in_stato("proposta")
    trovate = transizioni(come("GESTIONE CONTROLLO").get(f"{indirizzo(o)}/transizioni"))
    assert list(trovate) == [
        "proponi",
        "rinvia",
        "approva",
        "avvia",
        "rendiconta",
        "riapri",
        "valida",
        "stralcia",
    ]
    rinvia = trovate["rinvia"]
    assert (rinvia["da"], rinvia["a"], rinvia["permessa"]) == ("proposta", "bozza", True)
    assert rinvia["richiede"] == [
        {
            "guardia": "motivazione_presente",
            "regola": "R84",
            "messaggio": "C'è una motivazione scritta.",
            "campi": ["motivazione"],
        }
    ]
    approva = trovate["approva"]
    assert not approva["permessa"]
    assert [(m["guardia"], m["regola"], m["chi"]) for m in approva["motivi"]] == [
        ("incarico", "R3", "segreteria")
    ]
    assert [r["campi"] for r in approva["richiede"]] == [
        ["atto.organo", "atto.numero", "atto.data", "atto.esecutivo"]
    ]
    assert {m["guardia"] for m in trovate["valida"]["motivi"]} == {
        "stato_di_partenza",
        "incarico",
        "ogni_periodo_validato",
    }
    assert all(
        set(m) == {"guardia", "regola", "messaggio", "rimedio", "chi", "campo"} and m["rimedio"]
        for t in trovate.values()
        for m in t["motivi"]
    )


def test_una_parola_che_parte_da_piu_stati_dice_dove_porta_da_qui(come: Come) -> None:
    chi = come("SECONDO NUCLEO")
    da_validato = transizioni(chi.get(f"{indirizzo(mondo.in_stato('validato'))}/transizioni"))
    assert (da_validato["riapri"]["da"], da_validato["riapri"]["a"]) == ("validato", "rendicontato")
    rendicontato = transizioni(chi.get(f"{indirizzo(mondo.in_stato('rendicontato'))}/transizioni"))
    assert (rendicontato["riapri"]["da"], rendicontato["riapri"]["a"]) == (
        "rendicontato",
        "in_corso",
    )
    assert "cifra" in [c for r in da_validato["riapri"]["richiede"] for c in r["campi"]]


def test_cosa_se_a_un_altra_data_avviare_fuori_tempo_chiede_un_motivo(come: Come) -> None:
    o, chi = mondo.in_stato("approvato"), come("UNO PO")
    adesso = transizioni(chi.get(f"{indirizzo(o)}/transizioni"))["avvia"]
    assert (adesso["permessa"], adesso["richiede"]) == (True, [])
    dopo = transizioni(chi.get(f"{indirizzo(o)}/transizioni", il="2027-01-15"))["avvia"]
    assert dopo["permessa"]
    assert [r["guardia"] for r in dopo["richiede"]] == ["nella_finestra"]


@pytest.mark.parametrize(
    ("il", "in_vigore"),
    [
        # the incarico runs from midnight UTC of 1/1/2026, one o'clock in the ente
        ("2026-01-01T00:30:00", False),
        ("2026-01-01T00:30:00Z", True),
        ("2026-01-01T01:00", True),
        ("2026-01-01T01:30:00+02:00", False),
        ("2025-12-31", False),
    ],
)
def test_cosa_se_un_istante_senza_fuso_e_dell_ente(come: Come, il: str, in_vigore: bool) -> None:
    """R83: the roles are those in force at the instant asked about."""
    o = mondo.in_stato("bozza")
    risposta = come("UNO DIRIGENTE").get(f"{indirizzo(o)}/transizioni", il=il)
    assert transizioni(risposta)["proponi"]["permessa"] is in_vigore
    assert risposta.json()["il"].endswith("+01:00")


def test_cosa_se_gli_incarichi_sono_quelli_di_allora(come: Come) -> None:
    persona = mondo.persona("UNO DIRIGENTE")
    Incarico.objects.filter(persona=persona).update(al=datetime(2026, 6, 1, tzinfo=UTC))
    percorso = f"{indirizzo(mondo.in_stato('bozza'))}/transizioni"
    chi = come("UNO DIRIGENTE")
    assert transizioni(chi.get(percorso, il="2026-05-31T23:00"))["proponi"]["permessa"]
    dopo = transizioni(chi.get(percorso, il="2026-06-02"))["proponi"]
    assert [m["guardia"] for m in dopo["motivi"]] == ["incarico"]


def test_cosa_se_con_un_altro_ruolo(come: Come) -> None:
    """What the role could do, whoever holds it: R57 is of persons, and is not held against it."""
    percorso = f"{indirizzo(mondo.in_stato('bozza'))}/transizioni"
    chi = come("GESTIONE CONTROLLO")
    assert not transizioni(chi.get(percorso))["proponi"]["permessa"]
    assert transizioni(chi.get(percorso, ruolo="dirigente"))["proponi"]["permessa"]
    po = transizioni(chi.get(percorso, ruolo="po", il="2026-06-01"))["proponi"]
    assert [m["guardia"] for m in po["motivi"]] == ["incarico"]
    ignoto = chi.get(percorso, ruolo="sindaco")
    assert [m["campo"] for m in ignoto.json()["motivi"]] == ["ruolo"]


def test_cosa_se_non_scrive_nulla(come: Come) -> None:
    prima = Evento.objects.count(), Modifica.objects.count()
    o = mondo.in_stato("bozza")
    come("DUE DIRIGENTE").get(f"{indirizzo(mondo.in_stato('approvato'))}/transizioni", il="2026-12")
    come("UNO DIRIGENTE").get(f"{indirizzo(o)}/transizioni", il="2026-12-01")
    assert (Evento.objects.count(), Modifica.objects.count()) == prima
    assert Obiettivo.objects.get(pk=o.pk).revisione == o.revisione


# --- the click ----------------------------------------------------------------------------------


def test_proponi(come: Come) -> None:
    o = mondo.in_stato("bozza")
    risposta = come("UNO DIRIGENTE").post(f"{indirizzo(o)}/transizioni/proponi", passo(o))
    assert risposta.status_code == 200
    dopo = Obiettivo.objects.get(pk=o.pk)
    assert risposta.json() == {
        "nome": "proponi",
        "da": "bozza",
        "stato": "proposta",
        "revisione": dopo.revisione,
        "links": {"self": indirizzo(o)},
    }
    assert dopo.stato == "proposta"
    evento = Evento.objects.filter(radice_id=o.pk).latest("id")
    assert (evento.verbo, evento.canale, evento.esito) == ("proponi", "api", "eseguito")
    assert evento.persona_id == mondo.persona("UNO DIRIGENTE").pk


def test_approva_con_l_atto_della_giunta(come: Come) -> None:
    o = mondo.in_stato("proposta")
    risposta = come("ATTI SEGRETERIA").post(
        f"{indirizzo(o)}/transizioni/approva", passo(o, atto=ATTO)
    )
    assert risposta.status_code == 200, risposta.content
    atto = Atto.objects.get(numero="77")
    assert (atto.organo, str(atto.data), atto.esecutivo) == ("giunta", "2026-02-25", True)
    assert atto.parere_tecnico == "Segretario, 24/02/2026"
    assert Obiettivo.objects.get(pk=o.pk).versione == 1


@pytest.mark.parametrize(
    ("atto", "mancano"),
    [
        (None, {"atto_presente"}),
        ({}, {"atto_presente", "pareri_presenti"}),
        (ATTO | {"data": "2026-03-03"}, {"atto_presente"}),
        (ATTO | {"parere_tecnico": "  "}, {"pareri_presenti"}),
        (ATTO | {"numero": ""}, {"atto_presente"}),
    ],
)
def test_un_atto_che_non_basta(come: Come, atto: Any, mancano: set[str]) -> None:
    """R2, R15: the same guards as the page, and all their reasons at once."""
    o = mondo.in_stato("proposta")
    risposta = come("ATTI SEGRETERIA").post(
        f"{indirizzo(o)}/transizioni/approva", passo(o, atto=atto)
    )
    assert risposta.status_code == 422
    assert guardie(risposta) == mancano
    assert Obiettivo.objects.get(pk=o.pk).stato == "proposta"


def seduta(*nomi: str, data: str = "2026-03-01", dissensi: str = "") -> dict[str, Any]:
    presenti = [str(mondo.persona(f"{nome} NUCLEO").pid) for nome in nomi]
    return {"data": data, "presenti": presenti, "dissensi": dissensi}


def da_validare() -> Obiettivo:
    o = mondo.in_stato("rendicontato")
    for relazione in o.relazionesemestrale_tutti.order_by("periodo"):
        mondo.muovi(relazione, "valida", "SECONDO NUCLEO", seduta=mondo.seduta())
    return o


def test_valida_in_seduta(come: Come) -> None:
    """R59: who was present is told by public id."""
    o = da_validare()
    chi = come("TERZO NUCLEO")
    pagina = chi.get(f"{indirizzo(o)}/transizioni").json()
    assert {c["nome"] for c in pagina["nucleo"]} == {
        "Primo Nucleo",
        "Secondo Nucleo",
        "Terzo Nucleo",
    }
    presenti = [c["pid"] for c in pagina["nucleo"]]
    risposta = chi.post(
        f"{indirizzo(o)}/transizioni/valida",
        passo(o, seduta={"data": "2026-03-01", "presenti": presenti, "dissensi": "nessuno"}),
    )
    assert risposta.status_code == 200, risposta.content
    assert risposta.json()["stato"] == "validato"


def test_una_seduta_che_non_basta(come: Come) -> None:
    o, chi = da_validare(), come("TERZO NUCLEO")
    percorso = f"{indirizzo(o)}/transizioni/valida"
    sola = chi.post(percorso, passo(o, seduta=seduta("PRIMO", data="2026-03-05")))
    assert sola.status_code == 422
    assert [m["guardia"] for m in sola.json()["motivi"]] == ["seduta_valida"] * 3
    nessuna = chi.post(percorso, passo(o))
    assert [m["guardia"] for m in nessuna.json()["motivi"]] == ["seduta_valida"]


def test_in_seduta_sta_solo_il_nucleo_dell_ente(come: Come) -> None:
    o = da_validare()
    di_beta = str(mondo.persona("SECONDO NUCLEO", "beta").pid)
    dirigente = str(mondo.persona("UNO DIRIGENTE").pid)
    presenti = [*seduta("TERZO")["presenti"], di_beta, dirigente]
    risposta = come("TERZO NUCLEO").post(
        f"{indirizzo(o)}/transizioni/valida",
        passo(o, seduta={"data": "2026-03-01", "presenti": presenti}),
    )
    assert risposta.status_code == 422
    assert [m["campo"] for m in risposta.json()["motivi"]] == [
        "seduta.presenti.1",
        "seduta.presenti.2",
    ]
    assert risposta.json()["motivi"][0]["messaggio"].endswith(
        "non è un componente del Nucleo in carica."
    )


def test_riapri_dice_la_cifra_che_si_e_mossa(come: Come) -> None:
    o, chi = mondo.in_stato("validato"), come("SECONDO NUCLEO")
    percorso = f"{indirizzo(o)}/transizioni/riapri"
    senza = chi.post(percorso, passo(o, motivazione="Errore materiale."))
    assert (senza.status_code, guardie(senza)) == (422, {"cifra_indicata"})
    con = chi.post(percorso, passo(o, motivazione="Errore materiale.", cifra="OE0601: da 3 a 2"))
    assert con.status_code == 200, con.content
    assert con.json()["stato"] == "rendicontato"
    evento = Evento.objects.filter(radice_id=o.pk, verbo="riapri").latest("id")
    assert evento.dati == {"cifra": "OE0601: da 3 a 2"}
    assert evento.motivazione == "Errore materiale."


def test_chi_non_ha_l_incarico_e_rifiutato_e_ricordato(come: Come) -> None:
    """R84: a refused attempt is recorded after the rollback, once a minute."""
    o, chi = mondo.in_stato("bozza"), come("UNO PO")
    for _ in range(3):
        risposta = chi.post(f"{indirizzo(o)}/transizioni/proponi", passo(o))
        assert risposta.status_code == 403
        assert guardie(risposta) == {"incarico"}
        assert risposta.json()["motivi"][0]["chi"] == "dirigente"
    (evento,) = Evento.objects.filter(esito="rifiutato")
    assert (evento.verbo, evento.canale, evento.oggetto_id) == ("proponi", "api", o.pk)
    assert evento.persona_id == mondo.persona("UNO PO").pk
    assert evento.dati["codice"] == 403
    assert evento.dati["motivi"][0]["guardia"] == "incarico"
    assert not Modifica.objects.filter(evento_id=evento.pk).exists()
    assert Obiettivo.objects.get(pk=o.pk).revisione == o.revisione


def test_cio_che_manca_e_ricordato(come: Come) -> None:
    """R84: a 422 too."""
    o = mondo.in_stato("proposta")
    risposta = come("ATTI SEGRETERIA").post(f"{indirizzo(o)}/transizioni/rinvia", passo(o))
    assert risposta.status_code == 422
    (evento,) = Evento.objects.filter(esito="rifiutato")
    assert evento.dati["codice"] == 422


def test_404_409_e_richieste_illeggibili_non_si_ricordano(come: Come) -> None:
    """R84: only who tried what could be tried."""
    o, chi = mondo.in_stato("bozza"), come("UNO DIRIGENTE")
    percorso = f"{indirizzo(o)}/transizioni"
    prima = Evento.objects.count()
    assert chi.post(f"{percorso}/proponi", {"revisione": o.revisione + 1}).status_code == 409
    assert chi.post(f"{percorso}/avvia", passo(o)).status_code == 409
    assert chi.post(f"{percorso}/inventa", passo(o)).status_code == 404
    assert chi.post(f"{percorso}/proponi", {}).status_code == 422
    altrui = f"{indirizzo(mondo.obiettivo('OE11'))}/transizioni/proponi"
    assert chi.post(altrui, passo(o)).status_code == 404
    assert Evento.objects.count() == prima


def test_qualcun_altro_e_arrivato_prima(come: Come) -> None:
    """R50: the revisione read must still be the one."""
    o = mondo.in_stato("bozza")
    corpo = passo(o)
    with connection.cursor() as cursore:
        cursore.execute(
            "UPDATE cycle_obiettivospecifico SET titolo = 'Nuovo' WHERE obiettivo_id = %s", [o.pk]
        )
    risposta = come("UNO DIRIGENTE").post(f"{indirizzo(o)}/transizioni/proponi", corpo)
    assert risposta.status_code == 409
    assert guardie(risposta) == {"revisione"}


def test_lo_stesso_atto_non_si_registra_due_volte(come: Come) -> None:
    """R2: an act with that number and year is already there: told, not a fault."""
    altro = mondo.obiettivo("OE11")
    mondo.muovi(altro, "proponi", "DUE DIRIGENTE")
    chi, o = come("ATTI SEGRETERIA"), mondo.in_stato("proposta")
    primo = chi.post(f"{indirizzo(o)}/transizioni/approva", passo(o, atto=ATTO))
    assert primo.status_code == 200
    secondo = chi.post(f"{indirizzo(altro)}/transizioni/approva", passo(altro, atto=ATTO))
    assert secondo.status_code == 422
    assert secondo.json()["motivi"][0]["rimedio"]
    assert Obiettivo.objects.get(pk=altro.pk).stato == "proposta"


def test_ogni_campo_che_si_chiede_esiste_nella_richiesta() -> None:
    """What `richiede` names can be sent: in the body of the same transition."""
    for macchina, schema in (
        (permissions.MACCHINA_OBIETTIVO, PassoObiettivo),
        (permissions.MACCHINA_RELAZIONE, PassoRelazione),
    ):
        chiesti = {
            campo
            for t in macchina.transizioni
            for g in t.regole.guardie
            if g.del_modulo
            for campo in richiesto(g)["campi"]
        }
        assert {"motivazione", "seduta.presenti"} <= chiesti
        for campo in chiesti:
            dove: Any = schema
            for parola in campo.split("."):
                tipo = dove.model_fields[parola].annotation
                dove = next((t for t in get_args(tipo) if hasattr(t, "model_fields")), tipo)
