# SPDX-License-Identifier: AGPL-3.0-or-later
"""Storing a plan: all or nothing, once only, and never over what is there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from cycle.exports.allegato import verifica
from cycle.importers import piano as neutro
from cycle.importers.piano import PianoIllegibile
from cycle.models import (
    Atto,
    Ciclo,
    Indicatore,
    NodoStrategico,
    Obiettivo,
    ObiettivoNodo,
    ObiettivoSpecifico,
    Persona,
    RelazioneSemestrale,
    Rilevazione,
    TipoIndicatore,
    UnitaOrganizzativa,
    VersioneObiettivo,
    VoceRelazione,
)
from cycle.services.enti import apri_anno, crea_ente
from cycle.services.piano import EsitoImportazione, importa
from tests import mondo
from tests.fotografia import cambiate, fotografia
from tests.gara import gara
from workflows.registro.models import Evento, Modifica

ANNO = 2025


def scheda(codice: str = "OE51", unita: str = "S1", **campi: Any) -> neutro.Obiettivo:
    """A scheda of a closed year: values, a text, a percentage."""
    o = mondo.scheda(codice, unita, 1, ANNO)
    specifici = tuple(
        replace(
            s,
            indicatori=tuple(
                replace(
                    i,
                    rilevazioni=(
                        mondo.rilevazione(f"{ANNO}-1", 1, 1),
                        mondo.rilevazione(f"{ANNO}-2", 2, 2 if n == 1 else 0),
                    ),
                )
                for i in s.indicatori
            ),
            relazioni=(neutro.Relazione(f"{ANNO}-2", f"Testo {n}.", "Osservazione.", "Risposta."),),
        )
        for n, s in enumerate(o.specifici, start=1)
    )
    return replace(
        o, **{"specifici": specifici, "percentuale_convalidata": Decimal("66.67"), **campi}
    )


def piano(*schede: neutro.Obiettivo, **campi: Any) -> neutro.Piano:
    return replace(mondo.piano(schede or (scheda(),), ANNO), **campi)


def carica(p: neutro.Piano, come: str = "storico", ipa: str = "alfa") -> EsitoImportazione:
    return importa(ente=mondo.ente(ipa), piano=p, come=come, istante=mondo.ADESSO)


def rifiutato(p: neutro.Piano, come: str = "storico") -> str:
    """The refusal of an import, which has written nothing."""
    prima = fotografia()
    with pytest.raises(PianoIllegibile) as colto:
        carica(p, come)
    assert cambiate(prima, fotografia()) == {}
    assert "Non è stato importato nulla." in str(colto.value)
    return str(colto.value)


def letto(codice: str = "OE51") -> Obiettivo:
    return mondo.obiettivo(codice, anno=ANNO)


@pytest.mark.usefixtures("db")
class TestPiano:
    def test_a_plan_brings_proposte_without_values(self) -> None:
        esito = carica(piano(), "piano")
        o = letto()
        assert (o.stato, o.versione, o.percentuale_convalidata) == ("proposta", 0, None)
        assert set(Rilevazione.objects.filter(obiettivo=o).values_list("valore", flat=True)) == {
            None
        }
        assert not RelazioneSemestrale.objects.filter(obiettivo=o).exists()
        assert not VersioneObiettivo.objects.filter(obiettivo=o).exists()
        assert esito.creati["obiettivi"] == 1
        assert esito.creati["obiettivi specifici"] == 2
        assert esito.creati["indicatori"] == 3
        assert esito.creati["anni"] == 1

    def test_r8_what_a_document_says_is_there(self) -> None:
        carica(piano(scheda(descrizione="Per i cittadini.", categoria="Sviluppo")), "piano")
        o = letto()
        assert (o.titolo, o.descrizione, o.tipo, o.categoria) == (
            "Migliorare il servizio OE51",
            "Per i cittadini.",
            "OE",
            "Sviluppo",
        )
        assert (str(o.responsabile_generale), str(o.responsabile_operativo)) == (
            "Uno Dirigente",
            "Uno Po",
        )
        assert (o.inizio_previsto, o.fine_prevista) == (date(ANNO, 1, 1), date(ANNO, 12, 31))
        [nodo] = o.nodi.all()
        assert (nodo.tipo, nodo.codice, nodo.titolo) == ("Programma", "P1", "Una città per tutti")
        [a, b] = ObiettivoSpecifico.objects.filter(obiettivo=o).order_by("ordine")
        assert [(i.nome, str(i.peso)) for i in Indicatore.objects.filter(specifico=b)] == [
            ("N. pratiche - evase", "50.000000"),
            ("N. utenti - sentiti", "50.000000"),
        ]
        assert [c.responsabile for c in a.collaboratori.all()] == [True]

    def test_units_people_and_kinds_that_are_not_there_are_created_once(self) -> None:
        nuova = neutro.Unita("S9", "Ambiente", "settore")
        p = piano(scheda("OE51"), scheda("OE52", "S9"), unita=(*piano().unita, nuova))
        prima = {m: m.objects.count() for m in (Persona, TipoIndicatore, NodoStrategico)}
        carica(p, "piano")
        assert UnitaOrganizzativa.objects.filter(ente=mondo.ente(), nome="Ambiente").count() == 1
        assert letto("OE52").unita.nome == "Ambiente"
        assert letto("OE51").unita == mondo.obiettivo("OE01").unita
        assert {m: m.objects.count() for m in prima} == {
            **prima,
            NodoStrategico: prima[NodoStrategico] + 1,
        }

    def test_r84_the_registro_says_imported_and_from_what(self) -> None:
        carica(piano(scheda("OE51"), scheda("OE52")), "piano")
        eventi = Evento.objects.filter(
            verbo="importa", radice_id__in=[letto("OE51").pk, letto("OE52").pk]
        )
        assert {(e.oggetto_id, e.da, e.a, e.persona_id, e.canale) for e in eventi} == {
            (letto(c).pk, "", "proposta", None, "comando") for c in ("OE51", "OE52")
        }
        assert {e.azione for e in eventi} == {min(e.pk for e in eventi)}
        assert eventi[0].dati == {"fonte": "prova", "anno": ANNO, "come": "piano"}
        for e in eventi:
            assert {m.radice_id for m in Modifica.objects.filter(evento_id=e.pk)} >= {e.radice_id}
        assert not Evento.objects.filter(fuori_procedura=True, pk__gt=eventi[0].azione).exists()

    def test_somebody_may_have_done_it(self) -> None:
        importa(
            ente=mondo.ente(),
            piano=piano(),
            come="piano",
            istante=mondo.ADESSO,
            attore=mondo.attore("GESTIONE CONTROLLO"),
            canale="web",
        )
        evento = Evento.objects.get(verbo="importa", radice_id=letto().pk)
        assert evento.persona_id == mondo.persona("GESTIONE CONTROLLO").pk
        assert evento.canale == "web"

    def test_a_vacant_post_is_kept(self) -> None:
        vacante = neutro.Collaboratore("-", "-", None, None, False)
        o = scheda()
        [primo, secondo] = o.specifici
        o = replace(
            o,
            specifici=(
                replace(primo, collaboratori=(*primo.collaboratori, vacante, vacante)),
                secondo,
            ),
        )
        p = piano(o)
        carica(replace(p, persone=(*p.persone, neutro.Persona("-", segnaposto=True))), "piano")
        [posto] = Persona.objects.filter(ente=mondo.ente(), segnaposto=True)
        assert posto.collaborazioni.count() == 2
        assert str(posto) == "posto vacante"

    def test_one_ente_does_not_touch_another(self) -> None:
        carica(piano(), "piano", "beta")
        assert not Ciclo.objects.filter(ente=mondo.ente(), anno=ANNO).exists()
        assert mondo.obiettivo("OE51", "beta", ANNO).ente == mondo.ente("beta")


@pytest.mark.usefixtures("db")
class TestStorico:
    def test_a_closed_year_is_validated_under_its_act(self) -> None:
        carica(piano(scheda("OE51"), scheda("OE52")))
        atto = Atto.objects.get(tipo="storico")
        assert (atto.numero, atto.data) == (f"storico {ANNO}/1", date(2026, 3, 2))
        versioni = VersioneObiettivo.objects.filter(atto=atto)
        assert {v.obiettivo.codice for v in versioni} == {"OE51", "OE52"}
        for v in versioni:
            assert (v.obiettivo.stato, v.obiettivo.versione, v.numero) == ("validato", 1, 1)
            assert v.in_vigore_dal == date(ANNO, 1, 1)
            assert hashlib.sha256(v.contenuto.encode()).hexdigest() == v.sha256
        assert verifica(atto).provato  # R85: the act's digest is that of its canonical JSON
        eventi = Evento.objects.filter(verbo="importa", atto_id=atto.pk)
        assert {e.a for e in eventi} == {"validato"}

    def test_r56_r75_percentages_computed_and_validated(self) -> None:
        """One specifico full, the other at a third: (100 + 33.33) / 2."""
        carica(piano(scheda(percentuale_convalidata=Decimal("70"))))
        o = letto()
        assert f"{o.percentuale_calcolata:.2f}" == "66.67"
        assert o.percentuale_convalidata == 70

    def test_r53_values_texts_remarks_and_answers(self) -> None:
        carica(piano())
        o = letto()
        relazioni = RelazioneSemestrale.objects.filter(obiettivo=o)
        assert {(r.periodo.codice, r.stato) for r in relazioni} == {
            (f"{ANNO}-1", "validata"),
            (f"{ANNO}-2", "validata"),
        }
        voci = VoceRelazione.objects.filter(obiettivo=o).order_by("specifico__ordine")
        assert [
            (v.testo, v.osservazione, v.risposta, f"{v.percentuale_calcolata:.2f}") for v in voci
        ] == [
            ("Testo 1.", "Osservazione.", "Risposta.", "100.00"),
            ("Testo 2.", "Osservazione.", "Risposta.", "33.33"),
        ]
        valori = Rilevazione.objects.filter(obiettivo=o, periodo__ordine=2)
        assert sorted(v.valore or 0 for v in valori) == [0, 0, 2]

    def test_a_printed_percentage_the_formula_does_not_give_is_told(self) -> None:
        [avviso] = carica(piano(scheda(percentuale_stampata=Decimal("80"), riga=7))).avvisi
        assert (avviso.numero, avviso.riga, avviso.codice) == (1, 7, "OE51")
        assert "80" in avviso.messaggio
        assert "66,67" in avviso.messaggio

    def test_r68_weights_that_are_not_a_hundred_are_refused(self) -> None:
        messaggio = rifiutato(piano(con_pesi("50", "40")))
        assert "OE5102" in messaggio
        assert "90" in messaggio
        rifiutato(piano(con_pesi("50", None)))
        rifiutato(piano(con_pesi("50", "50.005")))

    @pytest.mark.parametrize("pesi", [("33.33", "66.66"), (None, None), ("0", "100")])
    def test_r68_thirds_and_no_weights_at_all_are_accepted(
        self, pesi: tuple[str | None, str | None]
    ) -> None:
        carica(piano(con_pesi(*pesi)))
        assert letto().stato == "validato"

    def test_r68_where_the_ente_does_not_weigh_they_are_kept_as_printed(self) -> None:
        apri_anno(ente=mondo.ente(), anno=ANNO, istante=mondo.ADESSO, parametri={"pesi": False})
        carica(piano(con_pesi("50", "40")))
        assert letto().stato == "validato"

    def test_r68_a_plan_may_come_with_wrong_weights_and_waits_in_proposta(self) -> None:
        carica(piano(con_pesi("50", "40")), "piano")
        assert letto().stato == "proposta"


def con_pesi(primo: str | None, secondo: str | None) -> neutro.Obiettivo:
    """The second specifico with these weights."""
    o = scheda()
    [a, b] = o.specifici
    indicatori = tuple(
        replace(i, peso=None if peso is None else Decimal(peso))
        for i, peso in zip(b.indicatori, (primo, secondo), strict=True)
    )
    return replace(o, specifici=(a, replace(b, indicatori=indicatori)))


def cambia_specifico(**campi: Any) -> Callable[[neutro.Obiettivo], neutro.Obiettivo]:
    def cambia(o: neutro.Obiettivo) -> neutro.Obiettivo:
        return replace(o, specifici=(replace(o.specifici[0], **campi), *o.specifici[1:]))

    return cambia


def cambia_indicatore(**campi: Any) -> Callable[[neutro.Obiettivo], neutro.Obiettivo]:
    def cambia(o: neutro.Obiettivo) -> neutro.Obiettivo:
        primo = o.specifici[0].indicatori[0]
        return cambia_specifico(indicatori=(replace(primo, **campi),))(o)

    return cambia


def cambia(**campi: Any) -> Callable[[neutro.Obiettivo], neutro.Obiettivo]:
    return lambda o: replace(o, **campi)


DIFFERENZE: dict[str, Callable[[neutro.Obiettivo], neutro.Obiettivo]] = {
    "titolo": cambia(titolo="Altro"),
    "descrizione": cambia(descrizione="Altra"),
    "tipo": cambia(tipo="UO"),
    "categoria": cambia(categoria="Altra"),
    "unita": cambia(unita="S2"),
    "responsabile": cambia(responsabile_generale="DUE DIRIGENTE"),
    "operativo": cambia(responsabile_operativo=""),
    "date": cambia(fine_prevista=date(ANNO, 11, 30)),
    "peso": cambia(peso=Decimal(10)),
    "nodi": cambia(nodi=(neutro.Nodo((("Programma", "P2", "Altro"),)),)),
    "un nodo in meno": cambia(nodi=()),
    "uno specifico in meno": lambda o: replace(o, specifici=o.specifici[:1]),
    "titolo dello specifico": cambia_specifico(titolo="Altro"),
    "descrizione dello specifico": cambia_specifico(descrizione="Altra"),
    "date dello specifico": cambia_specifico(inizio_previsto=date(ANNO, 2, 1)),
    "collaboratori": cambia_specifico(collaboratori=()),
    "nome dell'indicatore": cambia_indicatore(nome="Altro"),
    "natura": cambia_indicatore(natura="negativo"),
    "aggregazione": cambia_indicatore(aggregazione="media"),
    "tipo dell'indicatore": cambia_indicatore(tipo="N. altro"),
    "unità di misura": cambia_indicatore(unita_misura="percentuale"),
    "target": cambia_indicatore(
        rilevazioni=(
            mondo.rilevazione(f"{ANNO}-1", 1, 1),
            mondo.rilevazione(f"{ANNO}-2", "2.01", 2),
        )
    ),
}
DIFFERENZE_STORICHE = {
    "valore": cambia_indicatore(
        rilevazioni=(
            mondo.rilevazione(f"{ANNO}-1", 1, 1),
            mondo.rilevazione(f"{ANNO}-2", 2, "1.99"),
        )
    ),
    "testo": cambia_specifico(relazioni=(neutro.Relazione(f"{ANNO}-2", "Altro.", "", ""),)),
    "convalidata": cambia(percentuale_convalidata=Decimal("66.68")),
}


@pytest.mark.usefixtures("db")
class TestUnaVoltaSola:
    @pytest.mark.parametrize("come", ["piano", "storico"])
    def test_imported_again_it_changes_nothing(self, come: str) -> None:
        p = piano(scheda("OE51"), scheda("OE52"))
        carica(p, come)
        prima = fotografia()
        esito = carica(p, come)
        assert (esito.creati, esito.gia_presenti) == ({}, 2)
        assert cambiate(prima, fotografia()) == {}

    def test_only_what_is_new_is_added(self) -> None:
        carica(piano(scheda("OE51")))
        prima = letto("OE51")
        esito = carica(piano(scheda("OE51"), scheda("OE52")))
        assert (esito.creati["obiettivi"], esito.gia_presenti) == (1, 1)
        assert letto("OE51").revisione == prima.revisione
        assert {a.numero for a in Atto.objects.filter(tipo="storico")} == {
            f"storico {ANNO}/1",
            f"storico {ANNO}/2",
        }

    @pytest.mark.parametrize(
        ("come", "quale"),
        [
            *(("piano", q) for q in DIFFERENZE),
            *(("storico", q) for q in (*DIFFERENZE, *DIFFERENZE_STORICHE)),
        ],
    )
    def test_what_is_there_and_differs_is_never_overwritten(self, come: str, quale: str) -> None:
        """Whatever the difference, the whole document is refused, its new schede too."""
        carica(piano(scheda("OE51")), come)
        diversa = {**DIFFERENZE, **DIFFERENZE_STORICHE}[quale](scheda("OE51"))
        messaggio = rifiutato(piano(scheda("OE50"), diversa), come)
        assert "OE51" in messaggio
        assert "OE50" not in messaggio

    @pytest.mark.parametrize("quale", DIFFERENZE_STORICHE)
    def test_a_plan_says_nothing_of_values(self, quale: str) -> None:
        """Read as piano, two documents that differ in what happened are the same plan."""
        carica(piano(scheda()), "piano")
        assert carica(piano(DIFFERENZE_STORICHE[quale](scheda())), "piano").creati == {}

    def test_a_plan_that_was_worked_on_is_still_the_same_plan(self) -> None:
        """Proposed, approved, started, reported: the document of January says nothing new."""
        ente = mondo.ente()
        p = piano(scheda())
        carica(p, "piano")
        o = letto()
        mondo.muovi(o, "approva", "ATTI SEGRETERIA", atto=mondo.atto("51"))
        mondo.muovi(o, "avvia", "UNO PO", motivazione="In ritardo.")
        mondo.rendiconta(o)
        assert importa(ente=ente, piano=p, come="piano", istante=mondo.ADESSO).creati == {}

    def test_a_closed_year_is_not_what_is_still_proposed(self) -> None:
        """The same schede, with no value to tell them apart."""
        vuota = replace(
            scheda(percentuale_convalidata=None),
            specifici=tuple(
                replace(
                    s,
                    relazioni=(),
                    indicatori=tuple(
                        replace(
                            i,
                            rilevazioni=tuple(replace(r, valore=None) for r in i.rilevazioni),
                        )
                        for i in s.indicatori
                    ),
                )
                for s in scheda().specifici
            ),
        )
        carica(piano(vuota), "piano")
        assert "OE51" in rifiutato(piano(vuota), "storico")

    def test_what_would_happen_without_it_happening(self) -> None:
        """`--prova` rolls back what it has just counted."""
        prima = fotografia()
        with transaction.atomic():
            esito = carica(piano())
            transaction.set_rollback(True)
        assert esito.creati["obiettivi"] == 1
        assert cambiate(prima, fotografia()) == {}


@pytest.mark.usefixtures("db")
class TestDocumentiImpossibili:
    def test_two_schede_of_one_code(self) -> None:
        messaggio = rifiutato(piano(scheda(riga=3), scheda(riga=90)))
        assert messaggio.startswith("Riga 90: il codice OE51")

    def test_periods_the_year_does_not_have(self) -> None:
        """Quarters, where the ente reports by semester (R52)."""
        ciclo = apri_anno(ente=mondo.ente(), anno=ANNO, istante=mondo.ADESSO)
        assert ciclo.periodi.count() == 2
        terzo = neutro.Periodo(f"{ANNO}-3", "Terzo", date(ANNO, 7, 1), date(ANNO, 9, 30))
        assert f"{ANNO}-3" in rifiutato(piano(periodi=(*piano().periodi, terzo)))

    def test_neither_plan_nor_history(self) -> None:
        with pytest.raises(ValueError, match="piano o storico"):
            carica(piano(), "proposta")

    def test_one_node_printed_twice_is_one(self) -> None:
        [nodo] = scheda().nodi
        carica(piano(scheda(nodi=(nodo, nodo))))
        assert ObiettivoNodo.objects.filter(obiettivo=letto()).count() == 1


@pytest.mark.usefixtures("db")
class TestUnita:
    OMONIME = (
        neutro.Unita("A", "Cultura", "settore"),
        neutro.Unita("B", "Sport", "settore"),
        neutro.Unita("A1", "Ufficio amministrativo", "ufficio", "A"),
        neutro.Unita("B1", "Ufficio amministrativo", "ufficio", "B"),
    )

    def test_two_of_one_name_below_different_ones_are_two(self) -> None:
        p = piano(scheda("OE51", "A1"), scheda("OE52", "B1"), unita=self.OMONIME)
        carica(p)
        uno, due = letto("OE51").unita, letto("OE52").unita
        assert uno != due
        assert uno.nome == due.nome
        assert (uno.padre.nome, due.padre.nome) == ("Cultura", "Sport")  # type: ignore[union-attr]
        assert carica(p).creati == {}
        altra = replace(p, obiettivi=(*p.obiettivi, scheda("OE53", "B1")))
        carica(altra)
        assert letto("OE53").unita == due

    def test_a_settore_below_an_area_of_the_ente_is_found_there(self) -> None:
        """The document prints settori alone; the ente's chart has areas above them."""
        ente = mondo.ente()
        radice = UnitaOrganizzativa.objects.get(ente=ente, padre=None)
        area = UnitaOrganizzativa.objects.create(
            ente=ente, codice="AR", nome="Area", tipo="area", padre=radice, dal=date(2020, 1, 1)
        )
        sotto = UnitaOrganizzativa.objects.create(
            ente=ente, codice="CU", nome="Cultura", tipo="settore", padre=area, dal=date(2020, 1, 1)
        )
        carica(piano(scheda("OE51", "A"), unita=(neutro.Unita("A", "Cultura", "settore"),)))
        assert letto("OE51").unita == sotto

    def test_a_code_that_another_unit_has_is_told(self) -> None:
        """S1 is «Servizi alla persona» here: the document's S1 is opened beside it."""
        nuova = neutro.Unita("S1", "Servizi sociali", "settore")
        [avviso] = carica(piano(scheda("OE51", "S1"), unita=(nuova,))).avvisi
        assert letto().unita.codice == "S1-2"
        assert avviso.numero == 1
        assert "S1" in avviso.messaggio
        assert "Servizi alla persona" in avviso.messaggio

    def test_a_closed_unit_is_not_taken_up_again(self) -> None:
        vecchia = UnitaOrganizzativa.objects.get(ente=mondo.ente(), codice="S1")
        UnitaOrganizzativa.objects.filter(pk=vecchia.pk).update(al=date(2026, 2, 1))
        carica(piano(scheda("OE51", "S1")))
        nuova = letto().unita
        assert nuova != vecchia
        assert (nuova.codice, nuova.nome) == (vecchia.codice, vecchia.nome)


class TestInsieme:
    def test_two_imports_at_once_are_one_after_the_other(self, db_vera: None) -> None:
        p = piano(scheda("OE51"), scheda("OE52"))
        esiti = gara([lambda: carica(p) for _ in range(4)])
        assert sorted(e.gia_presenti for e in esiti) == [0, 2, 2, 2]
        assert Obiettivo.objects.filter(ente=mondo.ente(), ciclo__anno=ANNO).count() == 2
        assert Atto.objects.filter(tipo="storico").count() == 1

    def test_two_enti_at_once_do_not_wait(self, db_vera: None) -> None:
        esiti = gara([lambda ipa=ipa: carica(piano(), ipa=ipa) for ipa in ("alfa", "beta")])  # type: ignore[misc]
        assert [e.creati["obiettivi"] for e in esiti] == [1, 1]

    def test_one_that_fails_at_the_end_leaves_nothing(self, db_vera: None) -> None:
        """The last scheda cannot be stored: neither can the first, nor its year."""
        lunga = replace(scheda("OE52"), codice="X" * 41)
        prima = fotografia()
        with pytest.raises(Exception, match="40"):
            carica(piano(scheda("OE51"), lunga))
        assert cambiate(prima, fotografia()) == {}


def test_a_new_ente_from_nothing(db: None) -> None:
    ente = crea_ente(nome="Comune Nuovo", codice_ipa="nuovo", istante=mondo.ADESSO)
    esito = importa(ente=ente, piano=piano(), come="storico", istante=mondo.ADESSO)
    assert esito.creati["unità"] == 2
    assert esito.creati["persone"] == len(mondo.PERSONE)
    assert not Evento.objects.filter(ente_id=ente.pk, fuori_procedura=True).exists()
