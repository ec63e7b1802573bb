# SPDX-License-Identifier: AGPL-3.0-or-later
"""One view for every transition, and 'Perché no?': who, from where, what is missing, and what
would be true at another date or with another role."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cycle.models import Atto, Obiettivo, RelazioneSemestrale, VersioneObiettivo, VoceRelazione
from cycle.selectors import visibili
from tests import mondo
from workflows.registro.models import Evento

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true", "HX-Target": "azione"}


def indirizzo(o: Obiettivo, nome: str, periodo: str = "", che: str = "transizioni") -> str:
    mezzo = f"relazioni/{periodo}/" if periodo else ""
    return f"/alfa/obiettivi/{o.pid}/{mezzo}{che}/{nome}/"


def pagina(client: Client, dove: str, codice: int = 200, **intestazioni: str) -> str:
    risposta = client.get(dove, headers=intestazioni)
    assert risposta.status_code == codice, risposta.content.decode()
    return risposta.content.decode()


def compi(
    client: Client, o: Obiettivo, nome: str, codice: int, periodo: str = "", **dati: Any
) -> Any:
    intestazioni = dati.pop("intestazioni", {})
    oggetto = relazione(o, periodo) if periodo else Obiettivo.objects.get(pk=o.pk)
    risposta = client.post(
        indirizzo(o, nome, periodo),
        {"revisione": oggetto.revisione, **dati},
        headers=intestazioni,
    )
    assert risposta.status_code == codice, risposta.content.decode()
    return risposta


def relazione(o: Obiettivo, periodo: str) -> RelazioneSemestrale:
    return RelazioneSemestrale.objects.get(obiettivo=o, periodo__codice=periodo)


def stato(o: Obiettivo) -> str:
    return str(Obiettivo.objects.values_list("stato", flat=True).get(pk=o.pk))


def eventi(verbo: str, esito: str = "eseguito") -> int:
    return Evento.objects.filter(verbo=verbo, esito=esito).count()


ATTO = {
    "organo": "giunta",
    "numero": "77",
    "data_atto": "2026-02-27",
    "esecutivo": "on",
    "parere_tecnico": "segretario, 26/02/2026",
}


def seduta(*chi: str, giorno: str = "2026-03-01") -> dict[str, Any]:
    return {"data_seduta": giorno, "presenti": [str(mondo.persona(c).pid) for c in chi]}


# --- done ---------------------------------------------------------------------------------------


def test_proponi_dalla_pagina(entra: Callable[..., Client]) -> None:
    o = mondo.in_stato("bozza")
    client = entra("UNO DIRIGENTE")
    assert "Proponi" in pagina(client, indirizzo(o, "proponi"))
    risposta = compi(client, o, "proponi", 303)
    assert risposta["Location"] == f"/alfa/obiettivi/{o.pid}/"
    assert stato(o) == "proposta"
    assert "OE01: proposto." in pagina(client, risposta["Location"])


def test_approva_registra_l_atto_della_giunta(entra: Callable[..., Client]) -> None:
    """R2: the act with number and date, and version 1 with its digest."""
    o = mondo.in_stato("proposta")
    compi(entra("ATTI SEGRETERIA"), o, "approva", 303, **ATTO)
    versione = VersioneObiettivo.objects.get(obiettivo=o)
    assert (versione.numero, versione.atto.numero) == (1, "77")
    assert stato(o) == "approvato"


def test_avvia_e_rendiconta_a_meta(entra: Callable[..., Client]) -> None:
    o = mondo.in_stato("approvato")
    compi(entra("UNO PO"), o, "avvia", 303)
    assert stato(o) == "in_corso"
    assert RelazioneSemestrale.objects.filter(obiettivo=o).count() == 2


def test_il_nucleo_valida_in_seduta(entra: Callable[..., Client]) -> None:
    o = mondo.in_stato("rendicontato")
    client = entra("SECONDO NUCLEO")
    for periodo in ("2026-1", "2026-2"):
        compi(
            client,
            o,
            "valida",
            303,
            periodo,
            **seduta("PRIMO NUCLEO", "SECONDO NUCLEO"),
        )
    compi(client, o, "valida", 303, **seduta("PRIMO NUCLEO", "SECONDO NUCLEO"))
    assert stato(o) == "validato"


def test_ad_htmx_torna_la_parte_di_pagina_che_cambia(entra: Callable[..., Client]) -> None:
    o = mondo.in_stato("bozza")
    client = entra("UNO DIRIGENTE")
    risposta = compi(client, o, "proponi", 200, intestazioni=HTMX)
    assert risposta["HX-Retarget"] == "#pagina"
    frammento = risposta.content.decode()
    parte, _, avvisi = frammento.partition('<div id="avvisi"')
    assert parte.strip() in pagina(client, f"/alfa/obiettivi/{o.pid}/")
    assert 'hx-swap-oob="true"' in avvisi
    assert "OE01: proposto." in avvisi


@pytest.mark.parametrize("che", ["transizioni", "perche-no"])
def test_il_frammento_e_la_parte_della_pagina(entra: Callable[..., Client], che: str) -> None:
    o = mondo.in_stato("proposta")
    client = entra("ATTI SEGRETERIA")
    intera = senza_gettone(pagina(client, indirizzo(o, "approva", che=che)))
    frammento = senza_gettone(pagina(client, indirizzo(o, "approva", che=che), **HTMX))
    assert frammento.strip() in intera
    assert "<html" not in frammento


def senza_gettone(testo: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", testo)


# --- refused: who -------------------------------------------------------------------------------

CHI_PUO = {
    "proponi": ("bozza", {"UNO DIRIGENTE"}),
    "rinvia": ("proposta", {"GESTIONE CONTROLLO", "ATTI SEGRETERIA"}),
    "approva": ("proposta", {"ATTI SEGRETERIA"}),
    "avvia": ("approvato", {"UNO DIRIGENTE", "UNO PO"}),
    "rendiconta": ("in_corso", {"UNO DIRIGENTE"}),
    "riapri": ("rendicontato", {"PRIMO NUCLEO", "SECONDO NUCLEO", "TERZO NUCLEO"}),
    "valida": ("rendicontato", {"PRIMO NUCLEO", "SECONDO NUCLEO", "TERZO NUCLEO"}),
    "stralcia": ("approvato", {"ATTI SEGRETERIA"}),
}


@pytest.mark.parametrize("nome", CHI_PUO)
def test_solo_chi_ha_il_ruolo(entra: Callable[..., Client], nome: str) -> None:
    """R3, R4: 403 to whoever sees the objective without the role; 404 to whoever does not."""
    partenza, ammessi = CHI_PUO[nome]
    o = mondo.in_stato(partenza)
    for chi in mondo.PERSONE:
        client = entra(chi)
        visto = Obiettivo.objects.filter(visibili(mondo.attore(chi)), pk=o.pk).exists()
        codice = client.get(indirizzo(o, nome)).status_code
        if not visto:
            assert codice == 404, chi
        elif chi in ammessi:
            assert codice in (200, 422), chi
        else:
            assert codice == 403, chi
    compi(entra("GENERALE SEGRETARIO"), o, nome, 403, motivazione="perché sì", **ATTO)
    assert stato(o) == partenza


def test_di_un_altra_unita_o_di_un_altro_ente(entra: Callable[..., Client]) -> None:
    bozza, approvato = mondo.in_stato("bozza"), mondo.in_stato("approvato")
    compi(entra("DUE DIRIGENTE"), bozza, "proponi", 404)
    compi(entra("DUE PO"), approvato, "avvia", 403)
    compi(entra("UNO DIRIGENTE", "beta"), bozza, "proponi", 404)
    altrove = indirizzo(bozza, "proponi").replace("/alfa/", "/beta/")
    # the first member of the Nucleo serves both: an objective of one is not of the other
    assert entra("PRIMO NUCLEO").get(altrove).status_code == 404
    assert stato(bozza) == "bozza"


def test_una_transizione_o_un_obiettivo_che_non_c_e(entra: Callable[..., Client]) -> None:
    o = mondo.in_stato("bozza")
    client = entra("UNO DIRIGENTE")
    for nome in ("inventata", "trasmetti", "importa", "save"):
        assert client.get(indirizzo(o, nome)).status_code == 404
        compi(client, o, nome, 404)
    o.pid = uuid4()
    assert client.get(indirizzo(o, "proponi")).status_code == 404
    assert client.get(indirizzo(mondo.in_stato("in_corso"), "avvia", "2026-9")).status_code == 404


def test_il_rifiuto_resta_nel_registro_e_guardare_no(entra: Callable[..., Client]) -> None:
    """Domain 8: a refused POST is recorded, once a minute; a GET never."""
    o = mondo.in_stato("approvato")
    client = entra("DUE PO")
    prima = eventi("avvia", "rifiutato")
    pagina(client, indirizzo(o, "avvia"), 403)
    pagina(client, indirizzo(o, "avvia", che="perche-no"))
    assert eventi("avvia", "rifiutato") == prima
    compi(client, o, "avvia", 403)
    compi(client, o, "avvia", 403)
    assert eventi("avvia", "rifiutato") == prima + 1


def test_chi_non_puo_lo_sa_anche_se_il_modulo_e_rotto(entra: Callable[..., Client]) -> None:
    o = mondo.in_stato("proposta")
    compi(entra("UNO DIRIGENTE"), o, "approva", 403, data_atto="ieri", revisione="x")


# --- refused: what is missing -------------------------------------------------------------------


def test_senza_motivazione_non_si_rinvia_e_il_modulo_resta(entra: Callable[..., Client]) -> None:
    o = mondo.in_stato("proposta")
    risposta = compi(entra("GESTIONE CONTROLLO"), o, "rinvia", 422, motivazione="   ")
    testo = risposta.content.decode()
    assert "Manca la motivazione." in testo
    assert 'id="id_motivazione_error"' in testo
    assert 'aria-describedby="id_motivazione_error"' in testo
    assert "<form" in testo
    assert stato(o) == "proposta"


def test_cio_che_si_e_scritto_resta(entra: Callable[..., Client]) -> None:
    """R15: everything missing is said at once, and nothing has to be typed again."""
    o = mondo.in_stato("proposta")
    dati = {**ATTO, "parere_tecnico": "", "data_atto": "2030-01-01", "numero": 'x"<77>'}
    testo = compi(entra("ATTI SEGRETERIA"), o, "approva", 422, **dati).content.decode()
    assert "data futura" in testo
    assert 'id="id_data_atto_error"' in testo
    assert 'id="id_parere_tecnico_error"' in testo
    assert "Manca il parere di regolarità tecnica." in testo
    assert 'value="x&quot;&lt;77&gt;"' in testo
    assert Atto.objects.filter(numero__contains="77").count() == 0


def test_una_data_che_non_e_una_data(entra: Callable[..., Client]) -> None:
    o = mondo.in_stato("proposta")
    prima = eventi("approva", "rifiutato")
    risposta = compi(
        entra("ATTI SEGRETERIA"), o, "approva", 422, **{**ATTO, "data_atto": "31/02/2026"}
    )
    assert 'href="#id_data_atto"' in risposta.content.decode()
    assert eventi("approva", "rifiutato") == prima  # the form's own: the engine was not asked


def test_senza_la_revisione_vista_non_si_fa(entra: Callable[..., Client]) -> None:
    o = mondo.in_stato("bozza")
    assert entra("UNO DIRIGENTE").post(indirizzo(o, "proponi"), {}).status_code == 422
    assert stato(o) == "bozza"


def test_scheda_incompleta_niente_modulo_ma_i_perche(entra: Callable[..., Client]) -> None:
    """R6, R8: the form of a step that cannot be taken is not offered."""
    o = mondo.in_stato("bozza")
    Obiettivo.objects.filter(pk=o.pk).update(responsabile_generale=None)
    o.refresh_from_db()
    client = entra("UNO DIRIGENTE")
    testo = pagina(client, indirizzo(o, "proponi"), 422)
    assert "Manca il responsabile generale." in testo
    assert 'method="post" action="/alfa/obiettivi' not in testo
    assert "Manca il responsabile generale." in compi(client, o, "proponi", 422).content.decode()
    assert stato(o) == "bozza"


def test_seduta_senza_numero_legale(entra: Callable[..., Client]) -> None:
    """R59."""
    o = mondo.in_stato("rendicontato")
    risposta = compi(
        entra("SECONDO NUCLEO"), o, "valida", 422, "2026-1", **seduta("SECONDO NUCLEO")
    )
    assert "Presenti insufficienti" in risposta.content.decode()


# --- refused: not any more ----------------------------------------------------------------------


def test_due_clic_una_volta_sola(entra: Callable[..., Client]) -> None:
    """R50: the second click with what the first had seen is told the truth, and does nothing."""
    o = mondo.in_stato("approvato")
    client = entra("UNO PO")
    dati = {"revisione": o.revisione}
    prima = eventi("avvia")
    assert client.post(indirizzo(o, "avvia"), dati).status_code == 303
    seconda = client.post(indirizzo(o, "avvia"), dati)
    assert seconda.status_code == 409
    assert "Si trova in «In corso»" in seconda.content.decode()
    assert eventi("avvia") == prima + 1


def test_chi_guardava_una_revisione_vecchia_deve_riguardare(entra: Callable[..., Client]) -> None:
    o = mondo.in_stato("proposta")
    client = entra("ATTI SEGRETERIA")
    risposta = client.post(indirizzo(o, "approva"), {**ATTO, "revisione": o.revisione - 1})
    assert risposta.status_code == 409
    testo = risposta.content.decode()
    assert "modificato mentre lo si guardava" in testo
    assert 'value="77"' in testo  # what was typed is still there
    assert f'name="revisione" value="{o.revisione}"' in testo  # and now it would pass
    assert stato(o) == "proposta"


# --- the Nucleo's percentages -------------------------------------------------------------------


def nomi(o: Obiettivo) -> list[str]:
    return [str(s.pid) for s in o.obiettivospecifico_tutti.order_by("ordine")]


def test_una_percentuale_diversa_vuole_un_motivo(entra: Callable[..., Client]) -> None:
    """R56."""
    o = mondo.in_stato("rendicontato")
    client = entra("SECONDO NUCLEO")
    primo, secondo = nomi(o)
    dati = {
        **seduta("PRIMO NUCLEO", "SECONDO NUCLEO"),
        f"percentuale_{primo}": "66,67",
        f"percentuale_{secondo}": "100,00",
    }
    testo = compi(client, o, "valida", 422, "2026-1", **dati).content.decode()
    assert "senza un motivo" in testo
    assert 'value="66,67"' in testo
    compi(client, o, "valida", 303, "2026-1", **dati, **{f"motivo_{primo}": "Dati incompleti."})
    voce = VoceRelazione.objects.get(relazione__periodo__codice="2026-1", specifico__pid=primo)
    assert f"{voce.percentuale_convalidata:.2f}" == "66.67"
    assert voce.motivo == "Dati incompleti."


def test_confermare_la_calcolata_non_la_arrotonda(entra: Callable[..., Client]) -> None:
    """R75: the two decimals are for the eye only."""
    o = mondo.in_stato("rendicontato")
    primo = nomi(o)[0]
    voci = VoceRelazione.objects.filter(specifico__pid=primo)
    for voce in voci.select_related("relazione"):
        mondo.trasmettendo(voce.relazione)
        voci.filter(pk=voce.pk).update(percentuale_calcolata="66.666667")
    compi(
        entra("SECONDO NUCLEO"),
        o,
        "valida",
        303,
        "2026-1",
        **seduta("PRIMO NUCLEO", "SECONDO NUCLEO"),
        **{f"percentuale_{primo}": "66,67"},
    )
    voce = VoceRelazione.objects.get(relazione__periodo__codice="2026-1", specifico__pid=primo)
    assert f"{voce.percentuale_convalidata}" == "66.666667"


@pytest.mark.parametrize("scritto", ["cento", "-1", "1e99", "1.000", "NaN", "100,1234567"])
def test_percentuali_che_non_lo_sono(entra: Callable[..., Client], scritto: str) -> None:
    o = mondo.in_stato("rendicontato")
    campo = f"percentuale_{nomi(o)[0]}"
    risposta = compi(
        entra("SECONDO NUCLEO"),
        o,
        "valida",
        422,
        "2026-1",
        **seduta("PRIMO NUCLEO", "SECONDO NUCLEO"),
        **{campo: scritto},
    )
    testo = risposta.content.decode()
    assert f'id="id_{campo}_error"' in testo
    assert f'value="{scritto}"' in testo


# --- perché no? ---------------------------------------------------------------------------------


def test_ogni_motivo_con_regola_rimedio_persone_e_termine(entra: Callable[..., Client]) -> None:
    o = mondo.in_stato("in_corso")
    testo = pagina(entra("UNO DIRIGENTE"), indirizzo(o, "rendiconta", che="perche-no"))
    assert "La relazione del periodo 2026-2 non è stata trasmessa." in testo
    assert "Compilarla e trasmetterla." in testo
    assert "Dirigente: Uno Dirigente" in testo
    assert "01/02/2027" in testo  # 31/1/2027 is a Sunday (R44)
    assert "/aiuto/#R54" in testo


def test_a_chi_puo_dice_di_si(entra: Callable[..., Client]) -> None:
    o = mondo.in_stato("approvato")
    testo = pagina(entra("UNO PO"), indirizzo(o, "avvia", che="perche-no"))
    assert "Si può: Avvia" in testo
    assert indirizzo(o, "avvia") in testo


def test_e_se_avessi_un_altro_ruolo(entra: Callable[..., Client]) -> None:
    o = mondo.in_stato("proposta")
    client = entra("UNO DIRIGENTE")
    dove = indirizzo(o, "approva", che="perche-no")
    assert "Serve un incarico di Segreteria della giunta" in pagina(client, dove)
    testo = pagina(client, f"{dove}?ruolo=segreteria")
    assert "Un'ipotesi: non cambia nulla." in testo
    assert "Come se si avesse il ruolo Segreteria della giunta" in testo
    assert "Si può" in testo
    assert "Al momento di farlo si controlla:" in testo
    assert "Serve un incarico" in pagina(client, f"{dove}?ruolo=po")
    # a role that does not exist is no hypothesis
    assert "Un'ipotesi" not in pagina(client, f"{dove}?ruolo=re")
    assert stato(o) == "proposta"


@pytest.mark.parametrize(
    ("il", "fuori"),
    [
        # within the ente's zone: the last instant of 31/12 and the first after it
        ("2026-12-31T23:59", False),
        ("2027-01-01T00:00", True),
        ("2026-12-31T22:59:59Z", False),
        ("2026-12-31T23:00:00Z", True),
    ],
)
def test_e_se_fosse_un_altro_giorno(entra: Callable[..., Client], il: str, fuori: bool) -> None:
    """R42: judged in the ente's zone; the start outside the planned dates asks for a reason."""
    o = mondo.in_stato("approvato")
    dove = indirizzo(o, "avvia", che="perche-no")
    testo = pagina(entra("UNO PO"), f"{dove}?il={il}")
    assert "Come se fosse il" in testo
    assert ("Si avvia entro le date previste, oppure con un motivo." in testo) is fuori


def test_e_se_fosse_prima_dell_incarico(entra: Callable[..., Client]) -> None:
    """R83: the incarichi are those of that day."""
    o = mondo.in_stato("approvato")
    dove = indirizzo(o, "avvia", che="perche-no")
    testo = pagina(entra("UNO PO"), f"{dove}?il=2025-12-31T12:00")
    assert "Serve un incarico" in testo


@pytest.mark.parametrize("il", ["domani", "2026-13-01", "9999-12-31T23:59", "0001-01-01", "2026"])
def test_un_istante_che_non_c_e(entra: Callable[..., Client], il: str) -> None:
    o = mondo.in_stato("approvato")
    testo = pagina(entra("UNO PO"), f"{indirizzo(o, 'avvia', che='perche-no')}?il={il}", 422)
    assert 'id="e-se-errore"' in testo


def test_chiedersi_perche_non_scrive_nulla(entra: Callable[..., Client]) -> None:
    o = mondo.in_stato("approvato")
    prima = (Evento.objects.count(), Obiettivo.objects.get(pk=o.pk).revisione)
    client = entra("UNO PO")
    for domanda in ("", "?il=2026-10-01T10:00", "?ruolo=nucleo", "?il=2026-10-01&ruolo=po"):
        pagina(client, indirizzo(o, "avvia", che="perche-no") + domanda)
    assert (Evento.objects.count(), Obiettivo.objects.get(pk=o.pk).revisione) == prima
    assert client.post(indirizzo(o, "avvia", che="perche-no")).status_code == 405


def test_anche_di_una_relazione(entra: Callable[..., Client]) -> None:
    o = mondo.in_stato("in_corso")
    dove = indirizzo(o, "trasmetti", "2026-1", "perche-no")
    testo = pagina(entra("UNO DIRIGENTE"), dove)
    assert "manca il valore di 2026-1" in testo
    assert "Posizione organizzativa (EQ): Uno Po" in testo
    assert "31/07/2026" in testo


def test_il_perche_del_giudizio_e_quello_del_rifiuto(entra: Callable[..., Client]) -> None:
    """The same guards before the click and after it (domain 4)."""
    o = mondo.in_stato("in_corso")
    client = entra("UNO DIRIGENTE")
    prima = pagina(client, indirizzo(o, "rendiconta", che="perche-no"))
    dopo = compi(client, o, "rendiconta", 422).content.decode()

    def che(testo: str) -> list[str]:
        return re.findall(r'class="motivo-che">.*?</svg>\s*(.*?)</p>', testo, re.S)

    assert che(prima) == che(dopo) != []


# --- queries ------------------------------------------------------------------------------------


def test_le_domande_al_database_non_dipendono_da_quanti_motivi(
    entra: Callable[..., Client],
) -> None:
    client = entra("UNO DIRIGENTE")

    def domande(dove: str, codice: int) -> int:
        pagina(client, dove, codice)
        with CaptureQueriesContext(connection) as fatte:
            pagina(client, dove, codice)
        return len(fatte)

    o = mondo.in_stato("bozza")
    uno = domande(indirizzo(o, "rendiconta", che="perche-no"), 200)
    Obiettivo.objects.filter(pk=o.pk).update(responsabile_generale=None)
    assert domande(indirizzo(o, "rendiconta", che="perche-no"), 200) == uno
