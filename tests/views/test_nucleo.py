# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Nucleo's queue, its sitting, and the settore's answers (R54-R59)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cycle.models import (
    Osservazione,
    RelazioneSemestrale,
    Seduta,
    UnitaOrganizzativa,
    VoceRelazione,
)
from cycle.services.enti import Conferimento, conferisci, di_comando
from tests import mondo
from workflows.registro.models import Evento

pytestmark = pytest.mark.django_db

CODA = "/alfa/2026/nucleo/2026-1/"


@pytest.fixture
def corta() -> RelazioneSemestrale:
    """A report of the first settore, submitted with nothing done."""
    r = RelazioneSemestrale.objects.get(obiettivo=mondo.obiettivo("OE04"), periodo__codice="2026-1")
    mondo.compila(r, "UNO PO", valore=Decimal(0))
    mondo.muovi(r, "trasmetti", "UNO DIRIGENTE")
    return r


def letta(r: RelazioneSemestrale) -> RelazioneSemestrale:
    return RelazioneSemestrale.objects.get(pk=r.pk)


def voci(r: RelazioneSemestrale) -> list[VoceRelazione]:
    return list(VoceRelazione.objects.filter(relazione=r).order_by("specifico__ordine"))


def pagina(client: Client, dove: str = CODA) -> str:
    risposta = client.get(dove)
    assert risposta.status_code == 200
    return risposta.content.decode()


def modulo(client: Client) -> dict[str, Any]:
    """What a browser would send of the first settore's form."""
    tutta = pagina(client)
    inizio = tutta.index('<section class="coda-settore"')
    return mondo.campi(tutta[inizio : tutta.index("</form>", inizio)])


def manda(client: Client, atto: str, **altro: Any) -> Any:
    return client.post(CODA, {**modulo(client), "atto": atto, **altro})


def test_si_apre_sul_periodo_che_aspetta(
    entra: Callable[..., Client], corta: RelazioneSemestrale
) -> None:
    risposta = entra("TERZO NUCLEO").get("/alfa/2026/nucleo/")
    # the objective of the world that is reported waits with its second report
    assert (risposta.status_code, risposta["Location"]) == (303, "/alfa/2026/nucleo/2026-2/")


def test_solo_ciò_che_ha_bisogno_di_occhi(
    entra: Callable[..., Client], corta: RelazioneSemestrale
) -> None:
    testo = pagina(entra("TERZO NUCLEO"))
    assert "2 obiettivi specifici da guardare" in testo
    assert "Al 30/06/2026 risulta il mancato conseguimento" in testo
    assert testo.index("coda-riga") < testo.index("relazioni in linea</summary>")


@pytest.mark.parametrize("chi", ["UNO DIRIGENTE", "GESTIONE CONTROLLO", "GENERALE SEGRETARIO"])
def test_le_bozze_sono_del_nucleo(
    entra: Callable[..., Client], corta: RelazioneSemestrale, chi: str
) -> None:
    manda(entra("TERZO NUCLEO"), f"firma:{voci(corta)[0].pid}")
    client = entra(chi)
    assert client.get(CODA).status_code == 403
    for dove in (
        f"/alfa/obiettivi/{corta.obiettivo.pid}/",
        f"/alfa/obiettivi/{corta.obiettivo.pid}/relazioni/2026-1/",
        f"/alfa/obiettivi/{corta.obiettivo.pid}/relazioni/2026-1/risposte/",
    ):
        testo = pagina(client, dove)
        assert "mancato conseguimento" not in testo
        assert "firma</" not in testo
        assert "annota" not in testo


def test_si_firma_una_riga_e_ciò_che_si_è_scritto_altrove_resta(
    entra: Callable[..., Client], corta: RelazioneSemestrale
) -> None:
    prima, seconda = voci(corta)
    client = entra("TERZO NUCLEO")
    manda(client, f"firma:{prima.pid}", **{f"testo_{seconda.pid}": "Un altro testo."})
    scritte = {o.voce_id: o for o in Osservazione.objects.all()}
    assert scritte[prima.pk].firmata_il is not None
    assert "mancato conseguimento" in scritte[prima.pk].proposta
    assert (scritte[seconda.pk].testo, scritte[seconda.pk].firmata_il) == ("Un altro testo.", None)
    assert "firmata da Terzo Nucleo" in pagina(client)


def test_vuota_si_toglie(entra: Callable[..., Client], corta: RelazioneSemestrale) -> None:
    prima = voci(corta)[0]
    client = entra("TERZO NUCLEO")
    manda(client, f"salva:{prima.pid}")
    manda(client, f"salva:{prima.pid}", **{f"testo_{prima.pid}": ""})
    assert not Osservazione.objects.exists()


def test_due_componenti_sulla_stessa_riga(
    entra: Callable[..., Client], corta: RelazioneSemestrale
) -> None:
    prima = voci(corta)[0]
    vecchio = modulo(entra("TERZO NUCLEO"))
    manda(entra("PRIMO NUCLEO"), f"salva:{prima.pid}", **{f"testo_{prima.pid}": "Il mio."})
    risposta = entra("TERZO NUCLEO").post(CODA, {**vecchio, "atto": f"firma:{prima.pid}"})
    assert risposta.status_code == 409
    assert Osservazione.objects.get().testo == "Il mio."


def test_tutte_quelle_di_un_settore_in_una_volta(
    entra: Callable[..., Client], corta: RelazioneSemestrale
) -> None:
    seconda = voci(corta)[1]
    manda(entra("TERZO NUCLEO"), "invia", **{f"testo_{seconda.pid}": ""})
    assert letta(corta).stato == "osservata"
    prima, seconda = voci(corta)
    assert "mancato conseguimento" in prima.osservazione
    assert seconda.osservazione == ""
    assert corta.obiettivo.invitovariazione_tutti.count() == 1  # R39


def test_niente_da_inviare(entra: Callable[..., Client], corta: RelazioneSemestrale) -> None:
    vuote = {f"testo_{v.pid}": "" for v in voci(corta)}
    assert manda(entra("TERZO NUCLEO"), "invia", **vuote).status_code == 303
    assert letta(corta).stato == "trasmessa"


def test_r55_il_settore_risponde_e_il_dirigente_invia(
    entra: Callable[..., Client], corta: RelazioneSemestrale
) -> None:
    manda(entra("TERZO NUCLEO"), "invia")
    dove = f"/alfa/obiettivi/{corta.obiettivo.pid}/relazioni/2026-1/risposte/"
    po = entra("UNO PO")
    testo = pagina(po, dove)
    assert "Si può rispondere fino al 12/03/2026 compreso" in testo
    campi = {
        **mondo.campi(testo),
        **{f"risposta_{o.pid}": f"Risposta {n}." for n, o in enumerate(Osservazione.objects.all())},
    }
    assert po.post(dove, campi).status_code == 303
    assert po.post(dove, campi).status_code == 409  # read before
    dirigente = entra("UNO DIRIGENTE")
    passo = f"/alfa/obiettivi/{corta.obiettivo.pid}/relazioni/2026-1/transizioni/controdeduci/"
    assert dirigente.post(passo, mondo.campi(pagina(dirigente, passo))).status_code == 303
    assert letta(corta).stato == "controdedotta"
    assert {v.risposta for v in voci(corta)} == {"Risposta 0.", "Risposta 1."}


def test_r55_si_può_rinunciare(entra: Callable[..., Client], corta: RelazioneSemestrale) -> None:
    manda(entra("TERZO NUCLEO"), "invia")
    dirigente = entra("UNO DIRIGENTE")
    passo = f"/alfa/obiettivi/{corta.obiettivo.pid}/relazioni/2026-1/transizioni/controdeduci/"
    campi = mondo.campi(pagina(dirigente, passo))
    assert dirigente.post(passo, campi).status_code == 422
    campi = mondo.campi(pagina(dirigente, passo))
    assert dirigente.post(passo, {**campi, "rinuncia": "on"}).status_code == 303
    assert letta(corta).rinuncia


def test_r59_la_seduta_valida_le_scelte_e_dice_perché_non_le_altre(
    entra: Callable[..., Client], corta: RelazioneSemestrale
) -> None:
    client = entra("TERZO NUCLEO")
    manda(client, f"firma:{voci(corta)[0].pid}")
    altra = RelazioneSemestrale.objects.get(
        obiettivo=mondo.in_stato("rendicontato"), periodo__codice="2026-1"
    )
    testo = pagina(client)
    assert f'value="{altra.pid}"' in testo
    assert f'value="{corta.pid}"' not in testo
    assert "firmata che il settore non ha ancora ricevuto" in testo
    nucleo = [mondo.persona(n).pid for n in ("PRIMO NUCLEO", "TERZO NUCLEO")]
    dati = {
        "data_seduta": "2026-03-01",
        "presenti": nucleo,
        "relazioni": [altra.pid, corta.pid, "niente"],
    }
    assert client.post(f"{CODA}seduta/", {**dati, "presenti": nucleo[:1]}).status_code == 422
    assert client.post(f"{CODA}seduta/", dati).status_code == 303
    assert letta(altra).stato == "validata"
    assert letta(corta).stato == "trasmessa"
    seduta = Seduta.objects.latest("pk")
    assert seduta.presenti.count() == 2
    assert "Non validate: 1" in pagina(client)


def test_le_domande_al_database_non_crescono(
    entra: Callable[..., Client], corta: RelazioneSemestrale
) -> None:
    client = entra("TERZO NUCLEO")
    pagina(client)
    with CaptureQueriesContext(connection) as una:
        pagina(client)
    r = RelazioneSemestrale.objects.get(obiettivo=mondo.obiettivo("OE12"), periodo__codice="2026-1")
    mondo.compila(r, "DUE PO", valore=Decimal(0))
    mondo.muovi(r, "trasmetti", "DUE DIRIGENTE")
    with CaptureQueriesContext(connection) as due:
        assert "4 obiettivi specifici da guardare" in pagina(client)
    assert len(una) == len(due)


def test_una_proposta_si_mette_da_parte_con_un_motivo_e_si_riprende(
    entra: Callable[..., Client], corta: RelazioneSemestrale
) -> None:
    prima, seconda = voci(corta)
    client = entra("TERZO NUCLEO")
    manda(client, f"scarta:{prima.pid}")
    assert not Osservazione.objects.exists()
    assert "per non inviarla serve un motivo" in pagina(client)
    manda(
        client,
        f"scarta:{prima.pid}",
        **{f"parte_{prima.pid}": "Il dato era già noto.", f"testo_{seconda.pid}": "La mia."},
    )
    scritte = {o.voce_id: o for o in Osservazione.objects.all()}
    assert scritte[prima.pk].messa_da_parte == "Il dato era già noto."
    assert "mancato conseguimento" in scritte[prima.pk].testo
    assert scritte[seconda.pk].testo == "La mia."
    evento = Evento.objects.filter(verbo="scarta").get()
    assert evento.motivazione == "Il dato era già noto."
    testo = pagina(client)
    assert "1 osservazione messa da parte" in testo
    assert "1 obiettivo specifico da guardare" in testo
    manda(client, "invia")  # what is set aside is not sent
    assert [v.osservazione for v in voci(corta)] == ["", "La mia."]


def test_ciò_che_era_da_parte_si_riprende(
    entra: Callable[..., Client], corta: RelazioneSemestrale
) -> None:
    prima, seconda = voci(corta)
    client = entra("TERZO NUCLEO")
    for v in (prima, seconda):
        manda(client, f"scarta:{v.pid}", **{f"parte_{v.pid}": "Noto."})
    testo = pagina(client)
    assert "0 obiettivi specifici da guardare" in testo
    assert "2 osservazioni messe da parte" in testo
    assert f'value="{corta.pid}"' in testo  # nothing waits to be sent: it can be validated
    riga = Osservazione.objects.get(voce=prima)
    campi = modulo(client)  # the only form of the settore is now that of what is aside
    vecchia = {**campi, f"revisione_{prima.pid}": riga.revisione - 1}
    assert client.post(CODA, {**vecchia, "atto": f"riprendi:{prima.pid}"}).status_code == 409
    assert client.post(CODA, {**campi, "atto": f"riprendi:{prima.pid}"}).status_code == 303
    assert Osservazione.objects.get(voce=prima).messa_da_parte == ""
    assert "1 obiettivo specifico da guardare" in pagina(client)


def _in_seduta(client: Client, r: RelazioneSemestrale, **altro: Any) -> Any:
    nucleo = [mondo.persona(n).pid for n in ("PRIMO NUCLEO", "TERZO NUCLEO")]
    dati = {"data_seduta": "2026-03-01", "presenti": nucleo, "relazioni": [r.pid], **altro}
    return client.post(f"{CODA}seduta/", dati)


def test_r56_dalla_seduta_si_convalida_un_altra_percentuale_con_il_suo_motivo(
    entra: Callable[..., Client], corta: RelazioneSemestrale
) -> None:
    client = entra("TERZO NUCLEO")
    prima, seconda = (v.specifico for v in voci(corta))
    aperta = _in_seduta(client, corta, apri=corta.pid, dissensi="Il mio dissenso.")
    assert aperta.status_code == 200
    testo = aperta.content.decode()
    assert f'name="percentuale_{prima.pid}" value="0,00"' in testo
    assert "Il mio dissenso." in testo  # what was typed is still there
    assert f'value="{corta.pid}" id="c-{corta.pid}" checked' in testo
    voce = f"percentuale_{prima.pid}"
    altre = {"aperte": corta.pid, f"percentuale_{seconda.pid}": "0,00"}
    storta = _in_seduta(client, corta, **altre, **{voce: "molto"})
    assert (storta.status_code, "Da correggere" in storta.content.decode()) == (422, True)
    senza = _in_seduta(client, corta, **altre, **{voce: "50"})
    assert senza.status_code == 422
    detto = senza.content.decode()
    assert "Nessuna relazione è stata validata" in detto
    assert f'name="{voce}" value="50"' in detto
    assert letta(corta).stato == "trasmessa"
    motivo = {f"motivo_{prima.pid}": "Metà del lavoro è documentata."}
    assert _in_seduta(client, corta, **altre, **{voce: "50"}, **motivo).status_code == 303
    assert letta(corta).stato == "validata"
    assert [(v.percentuale_convalidata, v.motivo) for v in voci(corta)] == [
        (Decimal(50), "Metà del lavoro è documentata."),
        (Decimal(0), ""),
    ]
    storia = pagina(client, f"/alfa/obiettivi/{corta.obiettivo.pid}/relazioni/2026-1/")
    assert "Metà del lavoro è documentata." in storia


def test_r57_la_seduta_dice_chi_è_in_conflitto_e_chi_dissente(
    entra: Callable[..., Client], corta: RelazioneSemestrale
) -> None:
    ente = mondo.ente()
    radice = UnitaOrganizzativa.objects.get(ente=ente, padre__isnull=True)
    prima = mondo.INIZIO
    conferisci(
        ente=ente,
        conferimenti=[Conferimento(mondo.persona("UNO PO"), "nucleo", radice, "decreto", prima)],
        attore=di_comando(ente.pk, prima),
        istante=prima,
        canale="comando",
    )
    client = entra("TERZO NUCLEO")
    assert "Per conflitto si astiene: Uno Po" in pagina(client)
    presenti = [mondo.persona(n).pid for n in ("PRIMO NUCLEO", "TERZO NUCLEO", "UNO PO")]
    _in_seduta(client, corta, presenti=presenti, dissensi="Il primo dissente.")
    assert letta(corta).stato == "validata"
    relazione = pagina(client, f"/alfa/obiettivi/{corta.obiettivo.pid}/relazioni/2026-1/")
    sedute = pagina(client, "/alfa/2026/sedute/")
    for testo in (relazione, sedute):
        assert "Uno Po (per conflitto)" in testo
        assert "Il primo dissente." in testo
