# SPDX-License-Identifier: AGPL-3.0-or-later
"""The registro through the API: the same answers as its pages."""

from __future__ import annotations

from uuid import UUID

from cycle.models import Atto
from cycle.services import schede
from tests import mondo
from tests.api.conftest import ALFA, Come
from tests.registro.test_come_era import adesso
from tests.variazioni.mondo import OTTOBRE, approva, presentata
from workflows.registro.models import Evento


def test_the_answers_page_after_page(come: Come) -> None:
    revisore, trovati, da = come("VERIFICA REVISORE"), [], ""
    while True:
        risposta = revisore.get(f"{ALFA}/registro", limite=20, da=da)
        assert risposta.status_code == 200
        corpo = risposta.json()
        trovati += [f["numero"] for f in corpo["fatti"]]
        da = corpo["poi"]
        if not da:
            break
    righe = Evento.objects.filter(ente_id=mondo.ente().pk).order_by("-istante", "-id")
    righe = righe.exclude(verbo="consulta")
    assert trovati == list(righe.values_list("pk", flat=True))


def test_what_may_not_be_seen_is_not_there(come: Come) -> None:
    bozza = mondo.in_stato("bozza")
    assert come("DUE PO").get(f"{ALFA}/registro", obiettivo=bozza.pid).status_code == 404
    assert come("SENZA INCARICO").get(f"{ALFA}/registro").status_code == 404
    assert come("DUE PO").get(f"{ALFA}/registro/confronto", obiettivo=bozza.pid).status_code == 404


def test_the_plan_as_it_was_and_what_changed_since(come: Come) -> None:
    o = mondo.in_stato("approvato")
    prima = adesso().isoformat()
    mondo.muovi(o, "avvia", "UNO PO")
    revisore = come("VERIFICA REVISORE")
    indirizzo = f"{ALFA}/anni/2026/piano"

    def stato(**parole: str) -> str:
        dove = f"{indirizzo}/com-era" if parole else indirizzo
        (uno,) = (
            x for x in revisore.get(dove, **parole).json()["obiettivi"] if x["codice"] == o.codice
        )
        return str(uno["stato"])

    assert (stato(), stato(al=prima)) == ("in_corso", "approvato")
    assert Evento.objects.filter(verbo="esporta").latest("id").dati["com_era"]  # type: ignore[index]
    assert revisore.get(f"{indirizzo}/com-era", al="ieri").status_code == 422
    assert come("UNO PO").get(f"{indirizzo}/com-era", al=prima).status_code == 403
    dopo = revisore.get(f"{ALFA}/registro/confronto", obiettivo=o.pid, dal=prima, tutti=True)
    campi = {d["campo"]: (d["prima"], d["dopo"]) for d in dopo.json()["differenze"]}
    assert campi["stato"] == ("approvato", "in_corso")
    assert revisore.get(f"{ALFA}/registro/confronto", dal="ieri").status_code == 422


def test_one_objective_as_it_was_also_when_it_is_there_no_more(come: Come) -> None:
    o, bozza = mondo.in_stato("approvato"), mondo.in_stato("bozza")
    prima = adesso().isoformat()
    mondo.muovi(o, "avvia", "UNO PO")
    schede.elimina_bozza(obiettivo=bozza, by=mondo.attore("UNO PO"), istante=mondo.ADESSO)
    revisore, suo = come("VERIFICA REVISORE"), come("UNO DIRIGENTE")
    assert revisore.get(f"{ALFA}/obiettivi/{o.pid}").json()["stato"] == "in_corso"
    allora = revisore.get(f"{ALFA}/obiettivi/{o.pid}", al=prima)
    assert (allora.json()["stato"], allora.json()["codice"]) == ("approvato", o.codice)
    # a draft that was thrown away has the number that the registro knows it by
    tolta = f"{ALFA}/obiettivi/{UUID(int=bozza.pk)}"
    assert suo.get(f"{ALFA}/obiettivi/{bozza.pid}", al=prima).status_code == 404
    assert suo.get(tolta, al=prima).json()["codice"] == bozza.codice
    assert suo.get(tolta, al=adesso().isoformat()).status_code == 404
    assert come("DUE PO").get(tolta, al=prima).status_code == 404
    assert revisore.get(f"{ALFA}/obiettivi/{o.pid}", al="ieri").status_code == 422
    assert revisore.get(f"{ALFA}/obiettivi/{UUID(int=2**80)}", al=prima).status_code == 404


def test_each_question_of_the_page_is_asked_through_the_api_too(come: Come) -> None:
    """By object, person, role, verb, field, Atto, period, text, outcome; the year's variazioni; who
    changed a target after approval."""
    o = mondo.in_stato("in_corso")
    approva(presentata(o))
    atto = Atto.objects.filter(ente=mondo.ente()).latest("pk")
    revisore = come("VERIFICA REVISORE")

    def numeri(**parole: object) -> list[int]:
        corpo = revisore.get(f"{ALFA}/registro", limite=500, **parole).json()
        return [f["numero"] for f in corpo["fatti"]]

    def veri(**come_: object) -> list[int]:
        righe = Evento.objects.filter(ente_id=mondo.ente().pk, **come_)
        return list(righe.order_by("-istante", "-id").values_list("pk", flat=True))

    assert numeri(obiettivo=o.pid) == veri(radice_id=o.pk) != []
    po = mondo.persona("UNO PO")
    assert numeri(persona=po.pid) == veri(persona_id=po.pk) != []
    assert numeri(ruolo="nucleo") == veri(ruolo="nucleo") != []
    assert numeri(atto=atto.pid) == veri(atto_id=atto.pk) != []
    assert numeri(testo="fornitore") == veri(motivazione__icontains="fornitore") != []
    assert numeri(dal="2026-10-20", al="2026-10-20") == veri(istante=OTTOBRE) != []
    approvate = veri(procedura="variazione", verbo="approva")
    assert numeri(procedura="variazione", verbo="approva", dal="2026-01-01") == approvate != []
    (uno,) = numeri(campo="target", dopo_approvazione=True)
    assert uno in approvate
    assert revisore.get(f"{ALFA}/registro", dal="ieri").status_code == 422
