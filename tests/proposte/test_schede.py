# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drafts: created, changed, thrown away, with codes that are never given twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cycle import fascicolo
from cycle.bozze.fatti import di_scritta
from cycle.bozze.lettura import leggi
from cycle.bozze.rubrica import Rubrica, rubrica
from cycle.models import (
    Collaboratore,
    Fase,
    Indicatore,
    Obiettivo,
    ObiettivoSpecifico,
    Rilevazione,
)
from cycle.scritta import (
    FaseScritta,
    IndicatoreScritto,
    PersonaScritta,
    SchedaScritta,
    SpecificoScritto,
)
from cycle.services import schede
from cycle.services.schede import SchedaNonValida
from notifications.models import Notifica
from tests import mondo
from workflows.errors import Conflitto, NonAutorizzato, NonPossibile, NonTrovato
from workflows.registro.models import Evento, Modifica

pytestmark = pytest.mark.django_db


@pytest.fixture
def r(db: None) -> Rubrica:
    return rubrica(mondo.ciclo())


def indicatore(
    nome: str = "N. utenti - sentiti", peso: int = 100, **altro: Any
) -> IndicatoreScritto:
    return IndicatoreScritto(
        nome=nome,
        peso=Decimal(peso),
        **{"target": {"2026-1": Decimal(1), "2026-2": Decimal(2)}, **altro},
    )


def scheda(**altro: Any) -> SchedaScritta:
    """A complete scheda of the first settore."""
    base: dict[str, Any] = {
        "titolo": "Aprire uno sportello in più",
        "unita": "S1",
        "tipo": "OE",
        "responsabile_generale": "UNO DIRIGENTE",
        "inizio_previsto": date(2026, 1, 1),
        "fine_prevista": date(2026, 12, 31),
        "specifici": (
            SpecificoScritto(
                titolo="Trovare la sede",
                inizio_previsto=date(2026, 1, 1),
                fine_prevista=date(2026, 12, 31),
                indicatori=(indicatore(),),
                fasi=(FaseScritta("Bando", Decimal(40)), FaseScritta("Lavori", Decimal(60))),
                persone=(PersonaScritta("Uno Po", responsabile=True),),
            ),
        ),
    }
    return SchedaScritta(**{**base, **altro})


def crea(r: Rubrica, s: SchedaScritta | None = None, chi: str = "UNO PO") -> Obiettivo:
    return schede.crea_bozza(
        ciclo=r.ciclo,
        scheda=s or scheda(),
        rubrica=r,
        by=mondo.attore(chi),
        istante=mondo.ADESSO,
    )


def modifica(
    r: Rubrica, o: Obiettivo, s: SchedaScritta, chi: str = "UNO PO", **altro: Any
) -> Obiettivo:
    return schede.modifica(
        obiettivo=o,
        scheda=s,
        rubrica=r,
        by=mondo.attore(chi),
        istante=mondo.ADESSO,
        **altro,
    )


def scritta(o: Obiettivo, r: Rubrica) -> SchedaScritta:
    riletto = Obiettivo.objects.select_related("unita").get(pk=o.pk)
    return leggi([riletto], r)[o.pk]


def test_una_bozza_e_tutto_cio_che_si_e_scritto(r: Rubrica) -> None:
    o = crea(r)
    assert (o.stato, o.codice, o.versione) == ("bozza", "OE07", 0)
    riletta = scritta(o, r)
    assert riletta.specifici[0].codice == "OE0701"
    assert senza_pid(riletta) == senza_pid(
        replace(
            scheda(),
            codice="OE07",
            specifici=(
                replace(
                    scheda().specifici[0],
                    codice="OE0701",
                    persone=(PersonaScritta("UNO PO", responsabile=True),),
                ),
            ),
        )
    )
    [evento] = Evento.objects.filter(radice_id=o.pk)
    assert (evento.verbo, evento.a, evento.ruolo) == ("crea", "bozza", "po")
    assert {m.tabella for m in Modifica.objects.filter(evento_id=evento.pk)} >= {
        "cycle_obiettivo",
        "cycle_obiettivospecifico",
        "cycle_indicatore",
        "cycle_rilevazione",
        "cycle_fase",
        "cycle_collaboratore",
    }


def senza_pid(s: SchedaScritta) -> SchedaScritta:
    return replace(
        s,
        specifici=tuple(
            replace(
                x,
                pid=None,
                indicatori=tuple(replace(i, pid=None) for i in x.indicatori),
                fasi=tuple(replace(f, pid=None) for f in x.fasi),
                persone=tuple(replace(p, pid=None) for p in x.persone),
            )
            for x in s.specifici
        ),
    )


def test_modificare_cambia_solo_cio_che_e_diverso(r: Rubrica) -> None:
    o = crea(r)
    prima = scritta(o, r)
    [s] = prima.specifici
    nuova = replace(
        prima,
        titolo="Aprire due sportelli",
        specifici=(
            SpecificoScritto(titolo="Prima", indicatori=(indicatore("Nuovo"),)),
            replace(
                s,
                indicatori=(
                    indicatore("In testa", 30),
                    replace(s.indicatori[0], peso=Decimal(70), target={"2026-2": Decimal(9)}),
                ),
                fasi=(s.fasi[1], s.fasi[0]),
                persone=(),
            ),
        ),
    )
    vecchio = {m.nome: m.pk for m in Indicatore.objects.filter(obiettivo=o)}
    o.refresh_from_db()
    modificato = modifica(r, o, nuova, revisione=o.revisione)
    riletta = scritta(modificato, r)
    assert [x.codice for x in riletta.specifici] == ["OE0702", "OE0701"]
    assert [i.nome for i in riletta.specifici[1].indicatori] == ["In testa", "N. utenti - sentiti"]
    assert riletta.specifici[1].indicatori[1].target == {"2026-2": Decimal(9)}
    assert [f.descrizione for f in riletta.specifici[1].fasi] == ["Lavori", "Bando"]
    assert riletta.specifici[1].persone == ()
    # what stayed is the same row
    assert Indicatore.objects.get(pk=vecchio["N. utenti - sentiti"]).peso == 70
    assert not Collaboratore.objects.filter(specifico__codice="OE0701").exists()
    assert [e.verbo for e in Evento.objects.filter(radice_id=o.pk).order_by("id")] == [
        "crea",
        "modifica",
    ]


def test_salvare_senza_cambiare_nulla_non_scrive_nulla(r: Rubrica) -> None:
    o = crea(r)
    o.refresh_from_db()
    revisione = o.revisione
    modifica(r, o, scritta(o, r), revisione=revisione)
    o.refresh_from_db()
    assert o.revisione == revisione
    assert Evento.objects.filter(radice_id=o.pk).count() == 1


def test_togliere_un_specifico_toglie_tutto_sotto(r: Rubrica) -> None:
    o = crea(r)
    modifica(r, o, replace(scritta(o, r), specifici=()))
    for modello in (ObiettivoSpecifico, Indicatore, Rilevazione, Fase, Collaboratore):
        assert not modello._default_manager.filter(obiettivo=o).exists(), modello
    # and its code is not given again
    nuovo = modifica(r, o, replace(scritta(o, r), specifici=scheda().specifici))
    assert [s.codice for s in scritta(nuovo, r).specifici] == ["OE0702"]


def test_il_responsabile_passa_di_mano(r: Rubrica) -> None:
    """R6: at most one at an instant, also while they are exchanged."""
    o = crea(r)
    s = scritta(o, r)
    due = (
        *s.specifici[0].persone,
        PersonaScritta("UNO DIRIGENTE"),
    )
    o = modifica(r, o, replace(s, specifici=(replace(s.specifici[0], persone=due),)))
    s = scritta(o, r)
    a, b = s.specifici[0].persone
    scambiate = (replace(b, responsabile=True), replace(a, responsabile=False))
    modifica(r, o, replace(s, specifici=(replace(s.specifici[0], persone=scambiate),)))
    assert list(
        Collaboratore.objects.filter(obiettivo=o, responsabile=True).values_list("nome", flat=True)
    ) == ["UNO DIRIGENTE"]


def test_revisione_di_un_altro_e_un_conflitto(r: Rubrica) -> None:
    o = crea(r)
    o.refresh_from_db()
    letta = o.revisione
    modifica(r, o, replace(scritta(o, r), titolo="Del primo"), revisione=letta)
    with pytest.raises(Conflitto):
        modifica(r, o, replace(scritta(o, r), titolo="Del secondo"), revisione=letta)
    o.refresh_from_db()
    assert o.titolo == "Del primo"


@pytest.mark.parametrize("stato", ["proposta", "approvato", "in_corso", "validato"])
def test_solo_una_bozza_si_scrive(r: Rubrica, stato: str) -> None:
    o = mondo.in_stato(stato)
    with pytest.raises(Conflitto) as no:
        modifica(r, o, replace(scritta(o, r), titolo="Altro"), "UNO DIRIGENTE")
    assert no.value.tutti()[0].guardia == "solo_in_bozza"
    with pytest.raises(Conflitto):
        schede.elimina_bozza(obiettivo=o, by=mondo.attore("UNO PO"), istante=mondo.ADESSO)


@pytest.mark.parametrize(
    "chi", ["DUE PO", "DUE DIRIGENTE", "GESTIONE CONTROLLO", "TERZO NUCLEO", "SENZA INCARICO"]
)
def test_r4_scrive_solo_il_suo_settore(r: Rubrica, chi: str) -> None:
    with pytest.raises(NonAutorizzato):
        crea(r, chi=chi)
    o = crea(r)
    with pytest.raises(NonAutorizzato):
        modifica(r, o, replace(scritta(o, r), titolo="Altro"), chi)
    with pytest.raises(NonAutorizzato):
        schede.elimina_bozza(obiettivo=o, by=mondo.attore(chi), istante=mondo.ADESSO)


def test_spostare_in_un_altra_unita_vuole_l_incarico_su_tutte_e_due(r: Rubrica) -> None:
    o = crea(r)
    with pytest.raises(NonAutorizzato):
        modifica(r, o, replace(scritta(o, r), unita="S2"))
    with pytest.raises(NonAutorizzato):
        modifica(r, o, replace(scritta(o, r), unita="S2"), "DUE PO")


def test_i_codici_non_si_usano_due_volte(r: Rubrica) -> None:
    """R8: progressive, unique in the year, and not even those of drafts thrown away."""
    o = crea(r)
    with pytest.raises(SchedaNonValida, match="OE07 è già"):
        crea(r, scheda(codice="OE07"))
    schede.elimina_bozza(obiettivo=o, by=mondo.attore("UNO PO"), istante=mondo.ADESSO)
    assert not Obiettivo.objects.filter(pk=o.pk).exists()
    with pytest.raises(SchedaNonValida, match="OE07 è già"):
        crea(r, scheda(codice="OE07"))
    assert crea(r).codice == "OE08"
    # the other ente has its own
    altra = rubrica(mondo.ciclo("beta"))
    nuovo = schede.crea_bozza(
        ciclo=altra.ciclo,
        scheda=scheda(),
        rubrica=altra,
        by=mondo.attore("UNO PO", "beta"),
        istante=mondo.ADESSO,
    )
    assert nuovo.codice == "OE07"


def test_eliminare_lascia_la_storia_nel_registro(r: Rubrica) -> None:
    o = crea(r)
    schede.elimina_bozza(obiettivo=o, by=mondo.attore("UNO PO"), istante=mondo.ADESSO)
    ultimo = Evento.objects.filter(radice_id=o.pk).latest("id")
    assert (ultimo.verbo, ultimo.dati) == (
        "elimina",
        {"codice": "OE07", "titolo": o.titolo, "anno": 2026},
    )
    assert Modifica.objects.filter(evento_id=ultimo.pk, operazione="D").count() == 8
    assert not Notifica.objects.filter(materia=f"obiettivo:{o.pk}", chiusa_il=None).exists()


def test_i_fatti_scritti_sono_quelli_salvati(r: Rubrica) -> None:
    o = crea(r)
    salvati = fascicolo.di_obiettivi([o.pk])[o.pk]
    scritti = di_scritta(scheda(), r, codice="OE07")
    assert senza_id(scritti) == senza_id(salvati)


def senza_id(f: Any) -> Any:
    return replace(
        f,
        id=0,
        obiettivo_id=0,
        revisione=0,
        agito_per_il_settore=frozenset(),
        specifici=tuple(replace(s, id=0) for s in f.specifici),
    )


def test_chi_puo_proporre_sa_che_la_bozza_e_completa(r: Rubrica) -> None:
    o = crea(r, scheda(responsabile_generale=""))
    di_chi = Notifica.objects.filter(materia=f"obiettivo:{o.pk}", chiusa_il=None)
    assert not di_chi.exists()
    modifica(r, o, replace(scritta(o, r), responsabile_generale="UNO DIRIGENTE"))
    [n] = di_chi
    assert (n.persona_id, n.motivo) == (mondo.persona("UNO DIRIGENTE").pk, "da_fare")
    modifica(r, o, replace(scritta(o, r), responsabile_generale=""))
    assert not di_chi.all().exists()


def test_una_riga_che_non_e_della_scheda_non_c_e(r: Rubrica) -> None:
    o, altro = crea(r), crea(r)
    sua = scritta(o, r)
    altrui = scritta(altro, r).specifici[0]
    with pytest.raises(NonTrovato):
        modifica(r, o, replace(sua, specifici=(altrui,)))


def test_un_anno_chiuso_non_si_scrive(r: Rubrica) -> None:
    r.ciclo.stato = "chiuso"
    with pytest.raises(NonPossibile):
        crea(r)


@pytest.mark.parametrize(
    ("campo", "valore", "dove", "frase"),
    [
        ("titolo", "", "titolo", "provvisoria"),
        ("titolo", "x" * 1001, "titolo", "1001 caratteri"),
        ("titolo", "a\0b", "titolo", "non sono testo"),
        ("unita", "S9", "unita", "non è un'unità"),
        (
            "responsabile_generale",
            "UNO DIRIGENTI",
            "responsabile_generale",
            "Forse è Uno Dirigente",
        ),
        ("peso", Decimal("1e20"), "peso", "fra 0 e 100"),
        ("peso", Decimal("NaN"), "peso", "fra 0 e 100"),
        ("fine_prevista", date(2025, 1, 1), "fine_prevista", "prima dell'inizio"),
        ("inizio_previsto", date(1066, 1, 1), "inizio_previsto", "fra il 1990"),
        ("nodi", ("00000000-0000-0000-0000-000000000000",), "nodi", "non è un programma"),
        ("specifici", (SpecificoScritto("s"),) * 41, "specifici", "al massimo 40"),
        (
            "specifici",
            (SpecificoScritto("s", indicatori=(indicatore(target={"2031-1": Decimal(1)}),)),),
            "specifici-0-indicatori-0-target-2031-1",
            "non è un periodo",
        ),
        (
            "specifici",
            (SpecificoScritto("s", indicatori=(indicatore(target={"2026-1": date(2026, 1, 1)}),)),),
            "specifici-0-indicatori-0-target-2026-1",
            "si misura in altro modo",
        ),
        (
            "specifici",
            (SpecificoScritto("s", indicatori=(indicatore(target={"2026-1": Decimal("1e14")}),)),),
            "specifici-0-indicatori-0-target-2026-1",
            "troppo grande",
        ),
        (
            "specifici",
            (SpecificoScritto("a", codice="X1"), SpecificoScritto("b", codice="X1")),
            "specifici-1-codice",
            "già di un'altra voce",
        ),
        (
            "specifici",
            (
                SpecificoScritto(
                    "a",
                    persone=(
                        PersonaScritta("UNO PO", responsabile=True),
                        PersonaScritta("UNO DIRIGENTE", responsabile=True),
                    ),
                ),
            ),
            "specifici-0-persone-1-responsabile",
            "uno alla volta",
        ),
    ],
)
def test_cio_che_non_si_puo_salvare_si_dice_dove_e(
    r: Rubrica, campo: str, valore: Any, dove: str, frase: str
) -> None:
    with pytest.raises(SchedaNonValida) as no:
        crea(r, scheda(**{campo: valore}))
    [difetto] = [d for d in no.value.difetti[0] if d.dove == dove]
    assert frase in difetto.messaggio
    assert not Obiettivo.objects.filter(codice="OE07").exists()
