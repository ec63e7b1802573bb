# SPDX-License-Identifier: AGPL-3.0-or-later
"""Damage the fixtures do not hold, one at a time, done to the clean one: what is read, and what the
notice says. A value is never guessed in silence (issue 2.4)."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from cycle.importers.modena import leggi_modena
from cycle.importers.piano import Piano, Specifico
from tests.importers.piani import senza_posizioni

PULITO = (Path(__file__).parent / "fixtures" / "modena-pulito-2031.txt").read_text("utf-8")


def letto(*sostituzioni: tuple[str, str]) -> Piano:
    """The clean plan with its first `before` replaced by `after`, each in turn."""
    testo = PULITO
    for prima, dopo in sostituzioni:
        assert prima in testo
        testo = testo.replace(prima, dopo, 1)
    return leggi_modena(testo.encode(), anno=2031)


def specifico(piano: Piano, codice: str) -> Specifico:
    return next(s for s in piano.specifici() if s.codice == codice)


def messaggi(piano: Piano) -> str:
    """The notices the clean plan does not already have."""
    soliti = {a.messaggio for a in letto().avvisi}
    return "\n".join(a.messaggio for a in piano.avvisi if a.messaggio not in soliti)


def uguale_al_pulito(piano: Piano) -> bool:
    return senza_posizioni(piano) == senza_posizioni(letto())


# --- tables ---------------------------------------------------------------------------------

BOZZE = "N. documenti predisposti - bozze del codice\t50\t1,00\t0,00\tSomma\n"


def test_un_nome_di_indicatore_spezzato_si_ricompone_e_si_dice() -> None:
    piano = letto((BOZZE, BOZZE + "e dei suoi allegati\n"))
    assert (
        specifico(piano, "OE330102")
        .indicatori[0]
        .nome.endswith("bozze del codice e dei suoi allegati")
    )
    assert "nome spezzato" in messaggi(piano)


def test_una_riga_di_indicatore_senza_colonne_si_legge_da_destra() -> None:
    piano = letto((BOZZE, BOZZE.replace("\t", " ")))
    assert uguale_al_pulito(piano)
    assert "riga senza colonne" in messaggi(piano)


def test_cifre_che_non_si_attribuiscono_restano_vuote() -> None:
    piano = letto((BOZZE, "N. documenti predisposti - bozze del codice\t50\t1,00\tSomma\n"))
    indicatore = specifico(piano, "OE330102").indicatori[0]
    assert (indicatore.peso, indicatore.target_annuo, indicatore.valore_annuo) == (None,) * 3
    assert "mancano colonne" in messaggi(piano)


def test_un_numero_con_il_punto_decimale_non_si_indovina() -> None:
    piano = letto((BOZZE, BOZZE.replace("1,00", "1.00")))
    assert specifico(piano, "OE330102").indicatori[0].target_annuo is None
    assert "«1.00» non è un numero" in messaggi(piano)


def test_una_riga_di_periodo_perduta_lascia_il_periodo_vuoto() -> None:
    piano = letto(("--- 2031 Giugno\t\t0,00\t0,00\tPositivo\n", ""))
    prima, seconda = specifico(piano, "OE330102").indicatori[0].rilevazioni
    assert (prima.periodo, prima.target, prima.valore) == ("2031-1", None, None)
    assert seconda.target == Decimal("1.00")
    assert "manca la riga «2031 Giugno»" in messaggi(piano)


@pytest.mark.parametrize("mese", ["Giugn0", "Glugno", "Guigno"])
def test_il_nome_del_mese_puo_avere_lettere_sbagliate(mese: str) -> None:
    assert uguale_al_pulito(letto(("--- 2031 Giugno", f"--- 2031 {mese}")))


def test_un_periodo_che_non_e_un_semestre_e_tralasciato() -> None:
    aggiunta = "--- 2031 Settembre\t\t9,00\t9,00\tPositivo\n"
    piano = letto((BOZZE, BOZZE + aggiunta))
    assert uguale_al_pulito(piano)
    assert "non è un semestre" in messaggi(piano)


def test_un_periodo_di_un_altro_anno_tra_gli_altri_si_segnala() -> None:
    piano = letto(("--- 2031 Dicembre", "--- 2030 Dicembre"))
    assert uguale_al_pulito(piano)
    assert "il periodo è del 2030: preso per il 2031" in messaggi(piano)


def test_l_intestazione_perduta_di_una_tabella_si_riconosce_dalle_righe() -> None:
    piano = letto(
        ("Collaboratori\tData Inizio\tData Fine\tResp.\n", ""),
        ("Indicatore\tPeso Indicatore\tTarget\tConseguito\tAggregazione\n", ""),
    )
    assert uguale_al_pulito(piano)
    assert "manca l'intestazione della tabella dei collaboratori" in messaggi(piano)
    assert "manca l'intestazione della tabella degli indicatori" in messaggi(piano)


def test_un_collaboratore_senza_colonne_e_uno_spezzato() -> None:
    piano = letto(
        ("BELLOMUNNO-SATURNINO\t01/01/31\t30/06/31\t", "BELLOMUNNO-SATURNINO 01/01/31 30/06/31"),
        ("LO PRESTIPINO MARIA-SERAFINA\t01/01/31", "LO PRESTIPINO-MARIA\nSERAFINA\t01/01/31"),
    )
    assert uguale_al_pulito(piano)
    assert "riga senza colonne" in messaggi(piano)
    assert "nome spezzato" in messaggi(piano)


@pytest.mark.parametrize(
    ("stampata", "messaggio"),
    [
        ("3l/12/31", "è stata letta 31/12/2031"),
        ("31/02/31", "non si legge, lasciata vuota"),
        ("", "manca una data"),
    ],
)
def test_date_dei_collaboratori_dubbie(stampata: str, messaggio: str) -> None:
    riga = "-\t01/09/31\t{}\tS"
    piano = letto((riga.format("31/12/31"), riga.format(stampata)))
    assert messaggio in messaggi(piano)
    al = specifico(piano, "OE330102").collaboratori[0].al
    assert (al is not None) == stampata.startswith("3l")


# --- stages ---------------------------------------------------------------------------------

PRIMO = (
    "Primo Stato di Avanzamento\tEventuali osservazioni Nucleo di Valutazione – primo stato di "
    "avanzamento\tEventuale risposta del Settore alle osservazioni – primo stato di avanzamento\n"
)
ACCANTO = "Il censimento delle norme è concluso: restano fuori solo i bandi campestri di cui"


def test_senza_alcuna_colonna_il_testo_va_alla_prima_e_si_dice() -> None:
    piano = letto((f"{ACCANTO} si è persa ogni copia.\t\t", f"{ACCANTO} si è persa ogni copia."))
    assert uguale_al_pulito(piano)
    assert "perché non ce n'è altra già scritta" in messaggi(piano)


def test_una_coda_che_nulla_prova_e_detta_non_provata() -> None:
    piano = letto(
        (
            f"{ACCANTO} si è persa ogni copia.\t\t",
            f"{ACCANTO}\tIl Nucleo osserva che\t\n\ncoda sola",
        )
    )
    assert specifico(piano, "OE330101").relazioni[0].testo.endswith("di cui coda sola")
    assert "la prima con la frase interrotta: non è provato" in messaggi(piano)


def test_una_coda_va_alla_sola_frase_interrotta() -> None:
    piano = letto(
        (
            f"{ACCANTO} si è persa ogni copia.\t\t",
            "Tutto fatto.\tIl Nucleo osserva che\t\n\nva bene.",
        )
    )
    assert (
        specifico(piano, "OE330101").relazioni[0].osservazione == "Il Nucleo osserva che va bene."
    )
    assert "la sola con la frase interrotta" in messaggi(piano)


def test_intestazioni_e_testi_in_verticale() -> None:
    uno, due, tre = PRIMO.strip().split("\t")
    piano = letto(
        (PRIMO, f"{uno}\n\nTutto fatto.\n\n{due}\n\nNulla da dire.\n\n{tre}\n\nGrazie.\n"),
        (f"{ACCANTO} si è persa ogni copia.\t\t\n", ""),
    )
    relazione = specifico(piano, "OE330101").relazioni[0]
    assert (relazione.testo, relazione.osservazione) == ("Tutto fatto.", "Nulla da dire.")
    assert relazione.risposta == "Grazie."


def test_la_prima_intestazione_perduta_si_riconosce_dalle_altre() -> None:
    piano = letto((PRIMO, PRIMO.replace("Primo Stato di Avanzamento", "")))
    assert uguale_al_pulito(piano)
    assert "manca l'intestazione «Primo Stato di Avanzamento»" in messaggi(piano)


def test_html_ostile_diventa_testo_e_si_segnala() -> None:
    ostile = "<script>alert(1)</script><b onclick='x()'>Il</b> <img src=x onerror=y()>censimento"
    piano = letto((ACCANTO, ACCANTO.replace("Il censimento", ostile)))
    assert uguale_al_pulito(piano)
    assert "html che non è formattazione" in messaggi(piano)


def test_caratteri_di_controllo_spariscono_e_si_segnalano() -> None:
    piano = letto((ACCANTO, f"\x07\u202e{ACCANTO}\u200b"))
    assert uguale_al_pulito(piano)
    assert "tolti 3 caratteri di controllo o invisibili" in messaggi(piano)


# --- schede ---------------------------------------------------------------------------------


def test_l_intestazione_perduta_di_un_obiettivo_specifico_si_riconosce_dal_codice() -> None:
    piano = letto(("Obiettivo Specifico\n\nCodice\tOE330102", "Codice\tOE330102"))
    assert uguale_al_pulito(piano)
    assert "manca l'intestazione che precede il codice OE330102" in messaggi(piano)


def test_un_intestazione_senza_contenuto_e_tralasciata() -> None:
    piano = letto(("Obiettivo Specifico\n\nCodice\tOE330102", "Obiettivo Specifico\n" * 2
                   + "\nCodice\tOE330102"))  # fmt: skip
    assert uguale_al_pulito(piano)
    assert "intestazione senza contenuto" in messaggi(piano)


def test_un_codice_con_lettere_al_posto_di_cifre_si_legge_e_si_dice() -> None:
    piano = letto(("Codice\tOE330102", "Codice\tOE33O1O2"))
    assert uguale_al_pulito(piano)
    assert "il codice «OE33O1O2» è stato letto OE330102" in messaggi(piano)


def test_un_codice_fuori_dalla_sua_scheda_si_segnala() -> None:
    piano = letto(("Codice\tOE330102", "Codice\tOE990102"))
    assert "OE990102 non comincia con OE3301" in messaggi(piano)


def test_pesi_che_non_sommano_cento_e_annuali_discordi_si_segnalano() -> None:
    piano = letto((BOZZE, BOZZE.replace("\t50\t1,00", "\t40\t3,00")))
    assert "i pesi degli indicatori sommano 90, non 100" in messaggi(piano)
    assert "il target annuo è 3,00, la somma dei periodi 1,00" in messaggi(piano)


def test_date_rovesciate_restano_vuote() -> None:
    piano = letto(("01/01/31\t30/06/31\t\t", "30/06/31\t01/01/31\t\t"))
    letto_ = specifico(piano, "OE330101")
    assert (letto_.inizio_previsto, letto_.fine_prevista) == (None, None)
    assert "le date previste sono rovesciate (30/06/2031 - 01/01/2031)" in messaggi(piano)


def test_due_responsabili_nello_stesso_tempo_ne_resta_uno() -> None:
    """R6."""
    piano = letto(("BELLOMUNNO-SATURNINO\t01/01/31\t30/06/31\t", "BELLOMUNNO-SATURNINO\t01/01/31\t"
                   "30/06/31\tS"))  # fmt: skip
    assert uguale_al_pulito(piano)
    assert "secondo responsabile nello stesso tempo" in messaggi(piano)


def test_una_parte_del_documento_si_legge_da_sola() -> None:
    """From the second scheda on, with no cover: the units come from the schede."""
    inizio = PULITO.index("**Piano Esecutivo", PULITO.index("OE330102"))
    piano = leggi_modena(PULITO[inizio:].encode(), anno=2031)
    attesi = {o.codice: o for o in senza_posizioni(letto()).obiettivi}
    assert [o.codice for o in piano.obiettivi] == ["OE3308", "30901", "30902", "30903"]
    for obiettivo in senza_posizioni(piano).obiettivi:
        assert obiettivo == attesi[obiettivo.codice]


def test_le_righe_di_una_scheda_senza_testata_sono_tralasciate_e_dette() -> None:
    inizio = PULITO.index("Obiettivo Specifico\n\nCodice\tOE330102")
    piano = leggi_modena(PULITO[inizio:].encode(), anno=2031)
    assert piano.obiettivi[0].codice == "OE3308"
    assert "la cui testata non è nel file: tralasciate (codici OE330102)" in messaggi(piano)


def test_piu_settori_nello_stesso_file() -> None:
    altro = (
        PULITO.replace("ACQUE, BOSCHI E VERDE PUBBLICO", "STRADE E PONTI")
        .replace("OE33", "OE44")
        .replace("UO51", "UO62")
        .replace("309", "408")
    )
    piano = leggi_modena((PULITO + altro).encode(), anno=2031)
    assert len(piano.obiettivi) == 10
    assert [u.nome for u in piano.unita if u.tipo == "settore"] == [
        "ACQUE, BOSCHI E VERDE PUBBLICO",
        "STRADE E PONTI",
    ]
    assert {u.padre for u in piano.unita if u.codice.startswith("408")} == {"STRADE-E-PONTI"}


def test_unita_numerate_non_si_confondono() -> None:
    """`Ufficio Alberate 3` is not a misspelt `Ufficio Alberate 2`."""
    piano = letto(("**30903**\n\nUfficio Alberate 2", "**30903**\n\nUfficio Alberate 3"))
    assert "Ufficio Alberate 3» non è nell'assetto organizzativo: aggiunta" in messaggi(piano)
    assert [u.codice for u in piano.unita if u.nome == "Ufficio Alberate 3"] == ["30903"]


def test_un_unita_scritta_male_si_riconosce_e_si_dice() -> None:
    piano = letto(("**30903**\n\nUfficio Alberate 2", "**30903**\n\nUficio Alberate 2"))
    assert [u.nome for u in piano.unita if u.codice == "30903"] == ["Ufficio Alberate 2"]
    assert "«Uficio Alberate 2» è presa per «Ufficio Alberate 2»" in messaggi(piano)


# --- labels in running texts, figures without columns ---------------------------------------


@pytest.mark.parametrize(
    "riga",
    [
        "Collaboratori: gli uffici di zona.", "Target", "Stato dei boschi comunali.",
        "Codice e regole.", "Fase uno: il censimento.", "Inizio Previsto dei lavori: marzo.",
        "Titolo secondo del regolamento.", "Primo Stato di Avanzamento dei lavori del canale.",
        "Data Inizio", "Indicatore di qualità.", "Responsabile Generale dei lavori.",
        "Settore terzo.", "Obiettivo Specifico della misura.", "2031 - 2033 sono gli anni.",
    ],
)  # fmt: skip
def test_una_riga_di_descrizione_che_comincia_come_un_etichetta(riga: str) -> None:
    prima = "Scrivere il nuovo codice e discuterlo con le associazioni."
    piano = letto((prima, f"{prima}\n{riga}"))
    assert specifico(piano, "OE330102").descrizione == f"{prima}\n{riga}"
    assert messaggi(piano) == ""


@pytest.mark.parametrize(
    "stampate",
    [
        "{a}\t{c}\t\t\n\n100,00",
        "{a}**{c}**\n100,00",
        "{a} {c}\n\n100,00",
        "{a} {c} 100,00",
        "{a}\n\n{c}\n\n100,00",
    ],
)
def test_una_cifra_dopo_le_due_etichette(stampate: str) -> None:
    avanzamento, convalidata = (
        "% Avanzamento", "% Annuale convalidata dal Nucleo di Valutazione",
    )  # fmt: skip
    ultima = PULITO.rindex(avanzamento)
    dopo = PULITO.index("\n\n", ultima)
    testo = stampate.format(a=avanzamento, c=convalidata)
    piano = leggi_modena((PULITO[:ultima] + testo + PULITO[dopo:]).encode(), anno=2031)
    obiettivo = piano.obiettivi[-1]
    assert obiettivo.percentuale_stampata is None
    assert obiettivo.percentuale_convalidata == Decimal("100.00")
    assert "la colonna è perduta" in messaggi(piano)


def test_una_cifra_per_ciascuna_etichetta() -> None:
    vuote = "% Avanzamento\t% Annuale convalidata dal Nucleo di Valutazione\t\t\n\t\t\t\n"
    assert PULITO.count(vuote) == 1
    for dopo in (
        vuote.replace("\t\t\t\n", "90,00\t95,00\t\t\n"),
        "% Avanzamento\n90,00\n% Annuale convalidata dal Nucleo di Valutazione\n95,00\n",
        "% Avanzamento 90,00**% Annuale convalidata dal Nucleo di Valutazione** 95,00\n",
    ):
        obiettivo = letto((vuote, dopo)).obiettivi[-1]
        assert obiettivo.percentuale_stampata == Decimal("90.00")
        assert obiettivo.percentuale_convalidata == Decimal("95.00")


@pytest.mark.parametrize(
    "stampato",
    [
        "Att. Esternalizzata\t{}\nSogg. Affidatario\t{}\nMod. di Affidamento\t{}",
        "Att. Esternalizzata {}\nSogg. Affidatario {}\nMod. di Affidamento {}",
        "Att. Esternalizzata**{}****Sogg. Affidatario****{}****Mod. di Affidamento****{}**",
        "Att. Esternalizzata\n\nSogg. Affidatario\n\nMod. di Affidamento\n\n{}\n\n{}\n\n{}",
    ],
)
def test_l_affidamento_in_ogni_disposizione(stampato: str) -> None:
    valori = ("Si Parzialmente", "Cooperativa I Tigli e altri", "Appalto di servizi")
    prima = "Att. Esternalizzata {}**Sogg. Affidatario** {}**Mod. di Affidamento** {}"
    piano = letto((prima.format(*valori), stampato.format(*valori)))
    assert uguale_al_pulito(piano)
