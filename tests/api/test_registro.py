# SPDX-License-Identifier: AGPL-3.0-or-later
"""The registro through the API: the same answers as its pages."""

from __future__ import annotations

from tests import mondo
from tests.api.conftest import ALFA, Come
from tests.registro.test_come_era import adesso
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
