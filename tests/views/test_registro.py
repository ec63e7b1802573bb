# SPDX-License-Identifier: AGPL-3.0-or-later
"""The registro is asked: by object, person, role, verb, field, Atto, period, text; who may not
see something is not told that it is there (`domain.md` 2, 8)."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from cycle import domande
from cycle.models import Atto
from cycle.services import ancora
from tests import mondo
from tests.variazioni.mondo import GIUGNO, OTTOBRE, approva, presentata
from tests.views.conftest import Entra
from workflows.registro.models import Evento

pytestmark = pytest.mark.usefixtures("db", "dati")
REGISTRO = "/alfa/registro/"


def numeri(entra: Entra, chi: str = "VERIFICA REVISORE", **parole: Any) -> list[int]:
    """The events of the whole answer, page after page."""
    porta, trovati = entra(chi), []
    da: str | None = None
    while True:
        risposta = porta.get(REGISTRO, {**parole, **({"da": da} if da else {})})
        assert risposta.status_code == 200, risposta.status_code
        pagina = risposta.content.decode()
        trovati += [int(n) for n in re.findall(r'id="n-(\d+)"', pagina)]
        poi = re.search(r'da=([^"&]+)">Più indietro', pagina)
        if poi is None:
            return trovati
        da = poi[1]


def veri(**come: Any) -> list[int]:
    """What there is to be told: who asked the registro is told to who asks for that."""
    righe = Evento.objects.filter(ente_id=mondo.ente().pk, **come)
    if "verbo" not in come:
        righe = righe.exclude(verbo="consulta")
    return list(righe.order_by("-istante", "-id").values_list("pk", flat=True))


def test_everything_in_order_and_nothing_of_another_ente(entra: Entra) -> None:
    assert len(veri()) > domande.PER_PAGINA
    assert numeri(entra) == veri()


def test_by_object_person_role_verb_act_period_and_outcome(entra: Entra) -> None:
    o, po = mondo.in_stato("validato"), mondo.persona("UNO PO")
    assert numeri(entra, obiettivo=o.pid) == veri(radice_id=o.pk) != []
    assert numeri(entra, persona=po.pid) == veri(persona_id=po.pk) != []
    assert numeri(entra, ruolo="nucleo") == veri(ruolo="nucleo") != []
    assert numeri(entra, verbo="approva") == veri(verbo="approva") != []
    assert numeri(entra, procedura="relazione") == veri(procedura="relazione") != []
    atto = Atto.objects.filter(ente=mondo.ente(), versioni__isnull=False)[0]
    assert numeri(entra, atto=atto.pid) == veri(atto_id=atto.pk) != []
    assert numeri(entra, dal="2026-03-02", al="2026-03-02") == veri(istante=mondo.ADESSO) != []
    assert numeri(entra, al="2025-12-31") == []
    assert numeri(entra, esito="rifiutato") == []


def test_by_the_words_of_the_reason(entra: Entra) -> None:
    o = mondo.in_stato("proposta")
    mondo.muovi(o, "rinvia", "GESTIONE CONTROLLO", motivazione="Mancano gli indicatori di esito.")
    (uno,) = numeri(entra, testo="indicatore")
    assert Evento.objects.get(pk=uno).verbo == "rinvia"


def test_who_changed_a_target_after_approval(entra: Entra) -> None:
    o = mondo.in_stato("in_corso")
    prima = numeri(entra, campo="target", dopo_approvazione="1")
    v = presentata(o)
    approva(v)
    dopo = numeri(entra, campo="target", dopo_approvazione="1")
    assert prima == []
    (uno,) = dopo
    evento = Evento.objects.get(pk=uno)
    assert (evento.procedura, evento.verbo) == ("variazione", "approva")


def test_a_field_that_no_index_knows_is_found_stretch_by_stretch(
    entra: Entra, monkeypatch: pytest.MonkeyPatch
) -> None:
    tutti = numeri(entra, campo="stato")
    assert tutti
    monkeypatch.setattr(domande, "TRATTO", 30)
    assert numeri(entra, campo="stato") == tutti


def test_one_sentence_an_event(entra: Entra) -> None:
    o = mondo.in_stato("approvato")
    mondo.muovi(o, "avvia", "UNO PO")
    pagina = entra("VERIFICA REVISORE").get(REGISTRO, {"obiettivo": o.pid}).content.decode()
    assert "Uno Po, posizione organizzativa di Servizi alla persona, ha avviato" in pagina
    assert "ente non noto" not in pagina


def test_of_what_may_not_be_seen_nothing(entra: Entra) -> None:
    bozza, mio = mondo.in_stato("bozza"), mondo.in_stato("approvato")
    assert entra("DUE PO").get(REGISTRO, {"obiettivo": bozza.pid}).status_code == 404
    assert numeri(entra, "DUE PO", obiettivo=mio.pid) == veri(radice_id=mio.pk)
    suoi = set(numeri(entra, "DUE PO"))
    assert suoi
    assert not suoi & set(veri(radice_id=bozza.pk))
    assert not suoi & set(veri(radice_id__isnull=True))
    assert entra("SENZA INCARICO").get(REGISTRO).status_code == 404
    altrove = mondo.in_stato("approvato", "beta")
    assert entra("VERIFICA REVISORE").get(REGISTRO, {"obiettivo": altrove.pid}).status_code == 404


def test_refusals_are_for_the_head_of_the_unit_and_for_who_reads_it_all(entra: Entra) -> None:
    o = mondo.in_stato("approvato")
    pagina = entra("UNO DIRIGENTE").post(
        f"/alfa/obiettivi/{o.pid}/transizioni/rinvia/",
        {"revisione": o.revisione, "motivazione": "No."},
    )
    assert pagina.status_code in (403, 409)
    entra("GESTIONE CONTROLLO").post(
        f"/alfa/obiettivi/{o.pid}/transizioni/avvia/", {"revisione": o.revisione}
    )
    (rifiutato,) = veri(esito="rifiutato", verbo="avvia")
    assert numeri(entra, "UNO DIRIGENTE", obiettivo=o.pid)[0] == rifiutato
    assert rifiutato not in numeri(entra, "UNO PO", obiettivo=o.pid)
    assert rifiutato not in numeri(entra, "DUE DIRIGENTE", obiettivo=o.pid)
    assert rifiutato in numeri(entra, "GENERALE SEGRETARIO", esito="rifiutato")


@pytest.mark.parametrize("forma", ["csv", "json", "pdf"])
def test_a_file_has_its_digest_and_the_registro_keeps_it(entra: Entra, forma: str) -> None:
    o = mondo.in_stato("validato")
    porta = entra("VERIFICA REVISORE")
    risposta = porta.get(f"{REGISTRO}esporta/{forma}/", {"obiettivo": o.pid})
    sha256 = hashlib.sha256(risposta.content).hexdigest()
    assert risposta["X-Content-SHA256"] == sha256
    evento = Evento.objects.get(procedura="registro", verbo="esporta")
    quanti = len(veri(radice_id=o.pk))
    assert evento.esito == "letto"
    assert evento.dati["sha256"] == sha256  # type: ignore[index]
    assert evento.dati["righe"] == quanti  # type: ignore[index]
    assert evento.dati["domanda"] == {"obiettivo": str(o.pid)}  # type: ignore[index]
    if forma == "csv":
        righe = list(csv.DictReader(io.StringIO(risposta.content.decode("utf-8-sig"))))
        assert [int(r["numero"]) for r in righe] == veri(radice_id=o.pk)
    elif forma == "json":
        fatti = json.loads(risposta.content)["fatti"]
        assert [f["numero"] for f in fatti] == veri(radice_id=o.pk)
    else:
        testo = "".join(p.extract_text() for p in PdfReader(io.BytesIO(risposta.content)).pages)
        assert "Estratto del registro" in testo
    assert sha256 in porta.get(REGISTRO).content.decode()


def test_a_reason_that_looks_like_a_formula_is_a_text(entra: Entra) -> None:
    o = mondo.in_stato("proposta")
    mondo.muovi(o, "rinvia", "GESTIONE CONTROLLO", motivazione="=CMD()")
    risposta = entra("VERIFICA REVISORE").get(f"{REGISTRO}esporta/csv/", {"verbo": "rinvia"})
    assert "'=CMD()" in risposta.content.decode()


def test_an_address_that_says_nonsense_is_read_as_far_as_it_can(entra: Entra) -> None:
    porta = entra("VERIFICA REVISORE")
    for parole in (
        {"da": "x"},
        {"da": "20260101T000000.000000-99999999999999999999"},
        {"dal": "ieri", "obiettivo": "nessuno", "campo": "'; DROP", "esito": "x"},
        {"testo": "\x00 & | ! ( «"},
    ):
        assert porta.get(REGISTRO, parole).status_code == 200


def test_the_queries_are_as_many_whatever_there_is(entra: Entra) -> None:
    porta = entra("VERIFICA REVISORE")
    porta.get(REGISTRO)
    with CaptureQueriesContext(connection) as pochi:
        porta.get(REGISTRO, {"verbo": "crea"})
    with CaptureQueriesContext(connection) as molti:
        porta.get(REGISTRO, {"al": "2027-01-01"})
    assert len(pochi) == len(molti) <= 17


def test_what_happened_at_one_instant_is_all_there(entra: Entra) -> None:
    """An action on many objectives has one instant: the pages do not lose any of it."""
    assert GIUGNO < OTTOBRE
    stesso = mondo.ADESSO
    assert len(veri(istante=stesso)) > domande.PER_PAGINA
    dopo = stesso + timedelta(days=1)
    assert dopo.tzinfo is UTC or isinstance(dopo, datetime)
    assert numeri(entra, dal="2026-03-02", al="2026-03-02") == veri(istante=stesso)


def test_r85_the_page_says_how_far_it_is_anchored(entra: Entra) -> None:
    porta = entra("VERIFICA REVISORE")
    assert "non è ancora stato ancorato" in porta.get(REGISTRO).content.decode()
    fatta = ancora.ancora(mondo.ente())
    pagina = porta.get(REGISTRO).content.decode()
    assert bytes(fatta.impronta).hex() in pagina
    assert bytes(fatta.impronta).hex() not in entra("UNO PO").get(REGISTRO).content.decode()
