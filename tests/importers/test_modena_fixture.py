# SPDX-License-Identifier: AGPL-3.0-or-later
"""One plan twice: as printed, and with everything a scanner did to a real one. Both are read to
the same plan; of the damaged one, each repair is checked by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from cycle.importers.modena import leggi_modena
from cycle.importers.piano import Collaboratore, Indicatore, Obiettivo, Piano, Specifico
from tests.importers.documento import stampa
from tests.importers.piani import senza_posizioni

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture(scope="module")
def guasto() -> Piano:
    return leggi_modena((FIXTURES / "modena-guasto-2031.txt").read_bytes(), anno=2031)


def scheda(piano: Piano, codice: str) -> Obiettivo:
    return next(o for o in piano.obiettivi if o.codice == codice)


def specifico(piano: Piano, codice: str) -> Specifico:
    return next(s for s in piano.specifici() if s.codice == codice)


def indicatore(piano: Piano, codice: str, n: int = 0) -> Indicatore:
    return specifico(piano, codice).indicatori[n]


def avvisi(piano: Piano, codice: str) -> str:
    return "\n".join(a.messaggio for a in piano.avvisi if a.codice == codice)


def test_il_piano_guasto_e_quello_pulito_sono_lo_stesso_piano(guasto: Piano) -> None:
    pulito = leggi_modena((FIXTURES / "modena-pulito-2031.txt").read_bytes(), anno=2031)
    assert senza_posizioni(guasto) == senza_posizioni(pulito)


def test_il_piano_pulito_e_la_stampa_di_quello_guasto(guasto: Piano) -> None:
    assert stampa(guasto).testo == (FIXTURES / "modena-pulito-2031.txt").read_text("utf-8")


def test_ci_sono_tutti_e_nessuno_di_piu(guasto: Piano) -> None:
    assert [o.codice for o in guasto.obiettivi] == ["OE3301", "OE3308", "30901", "30902", "30903"]
    assert [o.tipo for o in guasto.obiettivi] == ["OE", "OE", "UO", "UO", "UO"]
    assert [len(o.specifici) for o in guasto.obiettivi] == [2, 3, 2, 1, 1]
    assert sum(len(s.indicatori) for s in guasto.specifici()) == 15
    assert all(len(i.rilevazioni) == 2 for s in guasto.specifici() for i in s.indicatori)
    assert all(sum(i.peso or 0 for i in s.indicatori) == 100 for s in guasto.specifici())
    assert [p.codice for p in guasto.periodi] == ["2031-1", "2031-2"]


def test_le_unita_vengono_dall_assetto_e_dalle_schede(guasto: Piano) -> None:
    assert [(u.codice, u.tipo, u.padre, u.responsabile) for u in guasto.unita] == [
        ("ACQUE-BOSCHI-E-VERDE-PUBBLICO", "settore", "", "MALASPINA ORTENSIA"),
        ("30901", "servizio", "ACQUE-BOSCHI-E-VERDE-PUBBLICO", "MALASPINA ORTENSIA"),
        ("SERVIZIO-FONTANE-E-CANALI", "servizio", "ACQUE-BOSCHI-E-VERDE-PUBBLICO",
         "QUARANTOTTO UGOLINO"),
        ("30902", "ufficio", "ACQUE-BOSCHI-E-VERDE-PUBBLICO", "SCOPELLITI VENANZIO"),
        ("30903", "ufficio", "ACQUE-BOSCHI-E-VERDE-PUBBLICO", "D'OSTUNI CLORINDA"),
    ]  # fmt: skip
    assert scheda(guasto, "OE3301").unita == "ACQUE-BOSCHI-E-VERDE-PUBBLICO"
    assert scheda(guasto, "30902").unita == "30902"


def test_campi_incollati(guasto: Piano) -> None:
    obiettivo = scheda(guasto, "OE3301")
    assert obiettivo.titolo == "Codice dei boschi: seconda stesura"
    assert obiettivo.descrizione.startswith("Riscrivere il codice dei boschi:\n1) raccogliere")
    assert obiettivo.responsabile_generale == "MALASPINA ORTENSIA"
    assert obiettivo.responsabile_operativo == "QUARANTOTTO UGOLINO"
    assert (obiettivo.fase, obiettivo.stato) == ("Approvato", "IN Corso")
    assert obiettivo.nodi[0].percorso == (("programma", "", "L'acqua, il verde e l'aria"),)
    assert scheda(guasto, "30901").titolo == "Direzione di Settore - Acque, boschi e verde pubblico"


def test_testata_a_due_colonne_il_perduto_resta_vuoto(guasto: Piano) -> None:
    obiettivo = scheda(guasto, "OE3308")
    assert (obiettivo.responsabile_operativo, obiettivo.stato) == ("", "")
    assert obiettivo.fase == "Approvato"
    assert "mancano nella stampa: il Responsabile Operativo, lo Stato" in avvisi(guasto, "OE3308")
    assert "solo fino a circa 200 caratteri" in avvisi(guasto, "OE3308")


@pytest.mark.parametrize(
    ("codice", "inizio", "fine"),
    [
        pytest.param("OE330101", (1, 1), (6, 30), id="in tabella"),
        pytest.param("OE330102", (1, 1), (12, 31), id="etichetta data etichetta data"),
        pytest.param("OE330804", (9, 1), (10, 31), id="quattro etichette poi due date"),
        pytest.param("OE330805", (1, 1), (12, 31), id="tratti poi date sciolte"),
        pytest.param("OE330806", (9, 1), (12, 31), id="etichette incollate"),
    ],
)
def test_cinque_disposizioni_delle_date(
    guasto: Piano, codice: str, inizio: tuple[int, int], fine: tuple[int, int]
) -> None:
    letto = specifico(guasto, codice)
    assert letto.inizio_previsto == date(2031, *inizio)
    assert letto.fine_prevista == date(2031, *fine)
    assert (letto.inizio_effettivo, letto.fine_effettiva) == (None, None)


def test_percentuali_seconda_colonna_colonna_perduta_e_nessuna(guasto: Piano) -> None:
    percentuali = [(o.percentuale_stampata, o.percentuale_convalidata) for o in guasto.obiettivi]
    assert percentuali == [
        (Decimal("75.00"), Decimal("100.00")),
        (Decimal("100.00"), Decimal("100.00")),
        (None, Decimal("98.51")),
        (None, Decimal("100.00")),
        (None, None),
    ]
    assert "la colonna è perduta" in avvisi(guasto, "30902")
    assert "la percentuale" in avvisi(guasto, "30903")
    assert "percentuale" not in avvisi(guasto, "30901")


def test_persone_posto_vacante_nomi_storpiati_e_chi_non_e_in_testata(guasto: Piano) -> None:
    assert specifico(guasto, "OE330102").collaboratori == (
        Collaboratore("-", "-", date(2031, 9, 1), date(2031, 12, 31), True),
        Collaboratore("BELLOMUNNO SATURNINO", "BELLOMUNNO SATURNINO", date(2031, 1, 1),
                      date(2031, 12, 31), False),
        Collaboratore("CACCIAGUERA GUENDALINA", "CACCIAGUERRA GUENDALINA", date(2031, 1, 1),
                      date(2031, 12, 31), False),
        Collaboratore("CACCIAGUERRA FULGENZIA", "CACCIAGUERRA FULGENZIA", date(2031, 7, 7),
                      date(2031, 12, 31), False),
    )  # fmt: skip
    persone = {p.nome_completo: p for p in guasto.persone}
    assert persone["CACCIAGUERRA GUENDALINA"].alias == ("CACCIAGUERA GUENDALINA",)
    assert persone["-"].segnaposto
    assert persone["LO PRESTIPINO MARIA SERAFINA"].inquadramento == "Categoria B3"
    assert "NICOTRA PELLEGRINO" in persone
    assert "«CACCIAGUERA GUENDALINA» è preso per" in avvisi(guasto, "OE330102")
    assert "«NICOTRA PELLEGRINO», in OE330101, non è tra" in avvisi(guasto, "OE3301")
    assert scheda(guasto, "OE3301").collaboratori[0] == ("-", "")


def test_indicatori_tabella_spezzata_etichetta_inghiottita_e_html_nel_nome(guasto: Piano) -> None:
    bozze, incontri = specifico(guasto, "OE330102").indicatori
    assert [(r.periodo, r.target, r.valore) for r in bozze.rilevazioni] == [
        ("2031-1", Decimal("0.00"), Decimal("0.00")),
        ("2031-2", Decimal("1.00"), Decimal("0.00")),
    ]
    assert incontri.nome == "N. incontri - con le associazioni"
    assert incontri.rilevazioni[0].valore == Decimal("2.00")
    assert "«2031 Giugno» è il nome della riga che segue" in avvisi(guasto, "OE330102")
    metri = indicatore(guasto, "OE330804")
    assert (metri.nome, metri.tipo) == ("N. metri - tratti coperti puliti dai", "N. metri")
    assert (metri.target_annuo, metri.valore_annuo) == (Decimal("1800.00"), Decimal("2880.50"))
    assert "era in parte in html" in avvisi(guasto, "OE330804")
    assert indicatore(guasto, "OE330804", 1).natura == "negativo"
    assert indicatore(guasto, "UO511203").aggregazione == "media"


def test_un_target_fuori_dalle_date_e_lecito(guasto: Piano) -> None:
    assert specifico(guasto, "OE330101").fine_prevista == date(2031, 6, 30)
    assert indicatore(guasto, "OE330101").rilevazioni[1].target == Decimal("100.00")
    assert avvisi(guasto, "OE330101").count("\n") == 0  # only the misspelt name


def test_code_senza_colonna_vanno_dove_e_provato(guasto: Piano) -> None:
    primo, secondo = specifico(guasto, "OE330102").relazioni
    assert primo.testo == "Il gruppo di lavoro si è riunito due volte.\nLa bozza è in preparazione."
    assert (primo.osservazione, primo.risposta) == ("", "")
    assert secondo.testo.endswith("sarà pronta nella primavera del 2032.")
    assert "ha un posto vacante, e la bozza" in secondo.osservazione
    assert secondo.osservazione.endswith("non è stata presentata una variazione.")
    assert secondo.risposta.endswith("di coprire il posto entro l'autunno")
    assert avvisi(guasto, "OE330102").count("è senza colonna") == 2
    assert specifico(guasto, "OE330101").relazioni[0].testo.endswith("si è persa ogni copia.")
    assert "senza colonna" not in avvisi(guasto, "OE330101")


def test_intestazioni_di_stadio_spezzate_attaccate_e_solo_html(guasto: Piano) -> None:
    assert specifico(guasto, "OE330804").relazioni[1].testo == "La pulizia è iniziata a settembre"
    primavera, autunno = specifico(guasto, "OE330805").relazioni
    assert primavera.testo.endswith("lo strumento guasto è stato mandato in riparazione.")
    assert "avuti n. 1. Il Nucleo invita" in primavera.osservazione
    assert autunno.testo.startswith("Le misure sono state recuperate:\n- due in estate;")
    assert (autunno.osservazione, autunno.risposta) == ("", "")
    giugno, dicembre = specifico(guasto, "OE330806").relazioni
    assert (giugno.testo, giugno.osservazione) == ("", "Nessun rilievo.")
    assert dicembre.testo == "La pagina è in linea da novembre."
    assert (dicembre.osservazione, dicembre.risposta) == ("", "")


def test_quattro_grafie_di_esternalizzata(guasto: Piano) -> None:
    lette = [(s.codice, s.esternalizzata, s.affidatario, s.modalita_affidamento)
             for s in guasto.specifici() if s.codice.startswith("UO")]  # fmt: skip
    assert lette == [
        ("UO511203", "no", "", ""),
        ("UO511207", "parzialmente", "Cooperativa I Tigli e altri", "Appalto di servizi"),
        ("UO511305", "totalmente", "Consorzio Le Radici", "Convenzione"),
        ("UO511401", "", "", ""),
    ]
    assert "non è stampato se l'attività è esternalizzata" in avvisi(guasto, "UO511401")
    assert specifico(guasto, "UO511207").flag == ("Prevenzione della corruzione", "Trasparenza")
    assert specifico(guasto, "UO511203").flag == ()


def test_gli_avvisi_sono_numerati_in_ordine_di_riga(guasto: Piano) -> None:
    assert [a.numero for a in guasto.avvisi] == list(range(1, len(guasto.avvisi) + 1))
    righe = [a.riga for a in guasto.avvisi]
    assert righe == sorted(righe)
    testo = (FIXTURES / "modena-guasto-2031.txt").read_text("utf-8").split("\n")
    inghiottito = next(a for a in guasto.avvisi if "riga che segue" in a.messaggio)
    assert testo[inghiottito.riga - 1].startswith("N. incontri - con le associazioni 2031 Giugno")
