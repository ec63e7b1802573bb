# SPDX-License-Identifier: AGPL-3.0-or-later
"""The transition tables, word for word (`domain.md` 4 and 6, R1-R4): whoever changes a machine
changes this page too, and the database's copy of it."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from django.db import connection

from cycle import permissions
from cycle.models import Obiettivo, RelazioneSemestrale
from cycle.permissions import (
    MACCHINA_CORREZIONE,
    MACCHINA_INSIEME,
    MACCHINA_NEUTRALIZZAZIONE,
    MACCHINA_OBIETTIVO,
    MACCHINA_RELAZIONE,
    MACCHINA_VARIAZIONE,
    MACCHINE,
    PERMESSI,
)
from cycle.procedures import PROCEDURE
from tests import mondo
from workflows.machines import obiettivo, relazione
from workflows.machines.base import FuoriDalMotore, Macchina
from workflows.ports import RUOLI

# transition | from -> to | roles | guards | organ, marks
OBIETTIVO = """
proponi    | bozza -> proposta                             | dirigente             | responsabile_presente, specifici_presenti, target_in_ogni_periodo, pesi_a_cento, nodo_presente                                                                   | molti
rinvia     | proposta -> bozza                             | controllo, segreteria | in_nessun_insieme, motivazione_presente                                                                                                                                              | ritorno, molti
approva    | proposta -> approvato                         | segreteria            | responsabile_presente, specifici_presenti, target_in_ogni_periodo, pesi_a_cento, nodo_presente, in_nessun_altro_atto, in_nessun_insieme, atto_presente, pareri_presenti | per giunta, con atto
avvia      | approvato -> in_corso                         | po, dirigente         | nella_finestra                                                                                                                                                    | molti
rendiconta | in_corso -> rendicontato                      | dirigente             | ultima_relazione_trasmessa, nessuna_variazione_pendente                                                                                                           | molti
riapri     | rendicontato -> in_corso, validato -> rendicontato | nucleo           | anno_aperto, motivazione_presente, cifra_indicata                                                                                                                              | ritorno
valida     | rendicontato -> validato                      | nucleo                | ogni_periodo_validato, separazione_delle_funzioni, seduta_valida                                                                                                  | per nucleo
stralcia   | approvato -> stralciato, in_corso -> stralciato | segreteria          | effetto_di_variazione                                                                                                                                             | per giunta, con atto, ritorno
"""  # noqa: E501 - a table

RELAZIONE = """
trasmetti | da_compilare -> trasmessa, riaperta -> trasmessa | dirigente | obiettivo_in_corso, relazioni_precedenti_trasmesse, valori_completi |
osserva   | trasmessa -> osservata                         | nucleo    | osservazioni_firmate |
controdeduci | osservata -> controdedotta                  | dirigente | nel_termine_di_replica, risposta_o_rinuncia |
valida    | controdedotta -> validata, osservata -> validata, trasmessa -> validata | nucleo    | cifre_come_trasmesse, separazione_delle_funzioni, contraddittorio_concluso, scostamenti_motivati, seduta_valida | per nucleo
riapri    | controdedotta -> riaperta, osservata -> riaperta, trasmessa -> riaperta, validata -> riaperta    | nucleo    | anno_aperto, obiettivo_non_validato, nessuna_relazione_successiva, motivazione_presente | ritorno
"""  # noqa: E501

INSIEME = """
sottoponi | in_preparazione -> in_istruttoria | controllo  | insieme_non_vuoto, voci_ancora_proposte |
ritira    | in_istruttoria -> in_preparazione | controllo  | motivazione_presente | ritorno
decidi    | in_istruttoria -> deciso          | segreteria | insieme_non_vuoto, voci_ancora_proposte, voci_invariate, pareri_resi, parere_contrario_superato, atto_presente | per giunta, con atto
annulla   | in_preparazione -> annullato      | controllo  | motivazione_presente | ritorno
"""  # noqa: E501

VARIAZIONE = """
presenta  | bozza -> presentata | dirigente, segreteria | di_chi_la_presenta, obiettivo_variabile, almeno_un_cambio, richiesta_motivata, prima_di_fine_anno, nel_termine, causa_sopravvenuta, campi_liberi, periodi_chiusi_intatti, neutralizzazioni_intatte, solo_target_annuale, valori_di_partenza_attuali |
istruisci | presentata -> istruita | controllo | si_esamina, pareri_resi |
dichiara_irricevibile | presentata -> irricevibile | controllo | tardiva_irricevibile, motivazione_presente | ritorno
approva   | istruita -> approvata | segreteria | obiettivo_variabile, valori_di_partenza_attuali, periodi_chiusi_intatti, neutralizzazioni_intatte, solo_target_annuale, pareri_resi, replica_attesa, responsabile_presente, specifici_presenti, target_in_ogni_periodo, pesi_a_cento, nodo_presente, accoglimento_motivato, eccezione_motivata, atto_contabile_indicato, atto_presente, pareri_presenti, atto_nei_termini | per giunta, con atto
respingi  | istruita -> respinta, presentata -> respinta | segreteria | diniego_motivato, atto_del_diniego | per giunta, ritorno
ritira    | bozza -> ritirata, istruita -> ritirata, presentata -> ritirata | dirigente, po, segreteria | di_chi_la_ritira | ritorno
"""  # noqa: E501

CORREZIONE = """
accogli  | segnalata -> accolta  | nucleo, controllo | decide_chi_deve, decide_un_altro, convalida_presente, motivazione_presente |
respingi | segnalata -> respinta | nucleo, controllo | decide_chi_deve, decide_un_altro, motivazione_presente | ritorno
"""  # noqa: E501

NEUTRALIZZAZIONE = """
accogli   | chiesta -> accolta   | nucleo     | neutralizzazione_prevista, decide_il_nucleo, prima_della_validazione, cause_con_documenti, una_alla_volta, non_chi_l_ha_chiesta, motivazione_presente, seduta_valida | per nucleo
rimetti   | chiesta -> in_giunta | nucleo     | decide_la_giunta, prima_della_validazione, cause_con_documenti, non_chi_l_ha_chiesta, motivazione_presente, seduta_valida | per nucleo
delibera  | in_giunta -> accolta | segreteria | prima_della_validazione, non_chi_l_ha_chiesta, motivazione_presente, atto_presente, pareri_presenti | per giunta, con atto
respingi  | chiesta -> respinta  | nucleo     | non_chi_l_ha_chiesta, motivazione_presente, seduta_valida | per nucleo, ritorno
nega      | in_giunta -> respinta | segreteria | non_chi_l_ha_chiesta, motivazione_presente | per giunta, ritorno
ritira    | chiesta -> ritirata, in_giunta -> ritirata | po, dirigente, nucleo | ritira_chi_l_ha_chiesta | ritorno
"""  # noqa: E501


def righe(tabella: str) -> list[list[str]]:
    return [[c.strip() for c in riga.split("|")] for riga in tabella.strip().splitlines()]


def dichiarate(macchina: Macchina) -> list[list[str]]:
    trovate = []
    for t in macchina.transizioni:
        segni = [
            *([f"per {t.regole.organo}"] if t.regole.organo else []),
            *(["con atto"] if t.regole.con_atto else []),
            *(["ritorno"] if t.regole.ritorno else []),
            *(["molti"] if t.regole.molti else []),
        ]
        trovate.append(
            [
                t.nome,
                ", ".join(sorted(f"{da} -> {a}" for da, a in t.percorsi)),
                ", ".join(t.regole.ruoli),
                ", ".join(g.nome for g in t.regole.guardie),
                ", ".join(segni),
            ]
        )
    return trovate


def test_r1_the_table_of_the_obiettivo() -> None:
    assert dichiarate(MACCHINA_OBIETTIVO) == righe(OBIETTIVO)


def test_r54_the_table_of_the_relazione() -> None:
    assert dichiarate(MACCHINA_RELAZIONE) == righe(RELAZIONE)


def test_r15_the_table_of_the_insieme() -> None:
    assert dichiarate(MACCHINA_INSIEME) == righe(INSIEME)


def test_r16_r37_the_table_of_the_variazione() -> None:
    assert dichiarate(MACCHINA_VARIAZIONE) == righe(VARIAZIONE)


def test_r35_the_table_of_the_correzione() -> None:
    assert dichiarate(MACCHINA_CORREZIONE) == righe(CORREZIONE)


def test_r62_the_table_of_the_neutralizzazione() -> None:
    assert dichiarate(MACCHINA_NEUTRALIZZAZIONE) == righe(NEUTRALIZZAZIONE)


def test_r1_the_states() -> None:
    assert [s for s, _ in MACCHINA_OBIETTIVO.stati] == [
        "bozza",
        "proposta",
        "approvato",
        "in_corso",
        "rendicontato",
        "validato",
        "stralciato",
    ]
    assert [s for s, _ in MACCHINA_RELAZIONE.stati] == [
        "da_compilare",
        "trasmessa",
        "osservata",
        "controdedotta",
        "validata",
        "riaperta",
    ]
    assert obiettivo.PASSI == ("proposta", "approvato", "in_corso", "rendicontato", "validato")
    assert MACCHINA_OBIETTIVO.iniziali == ("bozza", "proposta", "validato")
    assert MACCHINA_RELAZIONE.iniziali == ("da_compilare", "validata")
    assert Obiettivo().stato == "bozza"
    assert RelazioneSemestrale().stato == "da_compilare"


@pytest.mark.parametrize("macchina", MACCHINE, ids=lambda m: m.nome)
def test_r1_every_state_can_be_reached_and_named(macchina: Macchina) -> None:
    stati = {s for s, _ in macchina.stati}
    passaggi = macchina.passaggi()
    assert {s for _, da, a in passaggi for s in (da, a)} == stati
    raggiunti = {macchina.stati[0][0]}
    while nuovi := {a for _, da, a in passaggi if da in raggiunti} - raggiunti:
        raggiunti |= nuovi
    assert raggiunti == stati
    # one word leads to one place from each state
    assert len({(nome, da) for nome, da, _ in passaggi}) == len(passaggi)
    for t in macchina.transizioni:
        assert t.regole.ruoli
        assert set(t.regole.ruoli) <= set(RUOLI)
        assert t.regole.fatto
        assert t.descrizione.endswith(".")


def test_r1_nothing_is_skipped_on_the_way_forward() -> None:
    """From each of the five steps, the only way forward is the next one."""
    ordine = ("bozza", *obiettivo.PASSI)
    avanti = [
        (da, a)
        for t in MACCHINA_OBIETTIVO.transizioni
        if not t.regole.ritorno
        for da, a in t.percorsi
    ]
    assert sorted(avanti) == sorted(pairwise(ordine))


def test_r3_only_the_giunta_by_an_act_makes_a_version() -> None:
    con_atto = {t.nome for t in MACCHINA_OBIETTIVO.transizioni if t.regole.con_atto}
    per_giunta = {t.nome for t in MACCHINA_OBIETTIVO.transizioni if t.regole.organo == "giunta"}
    assert con_atto == per_giunta == {"approva", "stralcia"}
    for t in MACCHINA_OBIETTIVO.transizioni:
        if t.nome in per_giunta:
            assert t.regole.ruoli == ("segreteria",)


def test_r4_dirigenti_do_not_approve_and_nobody_else_submits() -> None:
    del_dirigente = {p for p, ruoli in PERMESSI.items() if "dirigente" in ruoli}
    assert not del_dirigente & {"approva_obiettivo", "valida_obiettivo", "valida_relazione"}
    for permesso in ("trasmetti_relazione", "rendiconta_obiettivo", "compila_relazione"):
        assert PERMESSI[permesso] <= {"dirigente", "po"}


def test_every_permission() -> None:
    assert {nome: sorted(ruoli) for nome, ruoli in PERMESSI.items()} == {
        "proponi_obiettivo": ["dirigente"],
        "rinvia_obiettivo": ["controllo", "segreteria"],
        "approva_obiettivo": ["segreteria"],
        "avvia_obiettivo": ["dirigente", "po"],
        "rendiconta_obiettivo": ["dirigente"],
        "riapri_obiettivo": ["nucleo"],
        "valida_obiettivo": ["nucleo"],
        "stralcia_obiettivo": ["segreteria"],
        "trasmetti_relazione": ["dirigente"],
        "osserva_relazione": ["nucleo"],
        "controdeduci_relazione": ["dirigente"],
        "valida_relazione": ["nucleo"],
        "riapri_relazione": ["nucleo"],
        "modifica_obiettivo": ["dirigente", "po"],
        "compila_relazione": ["dirigente", "po"],
        "importa_piano": ["controllo"],
        "esporta_piano": ["controllo", "revisore", "segretario"],
        "vedi_bozze": [
            "controllo",
            "dirigente",
            "giunta",
            "nucleo",
            "po",
            "segretario",
            "segreteria",
        ],
        "vedi_registro": ["controllo", "dirigente", "revisore", "segretario"],
        "gestisci_ente": ["controllo"],
        "apri_anno": ["controllo"],
        "proroga_termine": ["controllo", "segreteria"],
        "chiudi_anno": ["controllo", "segretario"],
        "vedi_cruscotto": ["controllo", "giunta", "nucleo", "segretario"],
        "vedi_segnali": ["controllo", "segretario"],
        "conferisci_incarico": ["controllo"],
        "delega_funzioni": ["controllo", "dirigente", "ragioneria", "segretario"],
        "componi_insieme": ["controllo"],
        "sottoponi_insieme": ["controllo"],
        "ritira_insieme": ["controllo"],
        "annulla_insieme": ["controllo"],
        "decidi_insieme": ["segreteria"],
        "parere_tecnico": ["dirigente", "segretario"],
        "parere_contabile": ["ragioneria"],
        "vedi_insiemi": [
            "controllo",
            "dirigente",
            "giunta",
            "nucleo",
            "ragioneria",
            "revisore",
            "segretario",
            "segreteria",
        ],
        "presenta_variazione": ["dirigente", "segreteria"],
        "istruisci_variazione": ["controllo"],
        "dichiara_irricevibile_variazione": ["controllo"],
        "approva_variazione": ["segreteria"],
        "respingi_variazione": ["segreteria"],
        "ritira_variazione": ["dirigente", "po", "segreteria"],
        "accogli_correzione": ["controllo", "nucleo"],
        "respingi_correzione": ["controllo", "nucleo"],
        "redigi_variazione": ["dirigente", "po", "segreteria"],
        "parere_variazione": ["nucleo"],
        "visto_variazione": ["ragioneria"],
        "replica_variazione": ["dirigente"],
        "invita_variazione": ["nucleo"],
        "segnala_correzione": ["dirigente", "nucleo", "po"],
        "chiedi_neutralizzazione": ["dirigente", "nucleo"],
        "accogli_neutralizzazione": ["nucleo"],
        "rimetti_neutralizzazione": ["nucleo"],
        "respingi_neutralizzazione": ["nucleo"],
        "delibera_neutralizzazione": ["segreteria"],
        "nega_neutralizzazione": ["segreteria"],
        "ritira_neutralizzazione": ["dirigente", "nucleo", "po"],
    }


def test_every_role() -> None:
    assert list(RUOLI) == [
        "po",
        "dirigente",
        "nucleo",
        "segreteria",
        "giunta",
        "segretario",
        "controllo",
        "ragioneria",
        "revisore",
    ]


def test_the_permissions_of_an_ente_are_those_of_the_table(db: None) -> None:
    """Guardian holds, on the root unit of each ente, exactly what the table says."""
    with connection.cursor() as cursore:
        cursore.execute(
            "SELECT e.codice_ipa, g.name, p.codename "
            "  FROM guardian_groupobjectpermission o "
            "  JOIN auth_group g ON g.id = o.group_id "
            "  JOIN auth_permission p ON p.id = o.permission_id "
            "  JOIN cycle_unitaorganizzativa u ON u.id = o.object_pk::bigint "
            "  JOIN cycle_ente e ON e.id = u.ente_id AND u.padre_id IS NULL"
        )
        scritti = {tuple(riga) for riga in cursore.fetchall()}
    assert scritti == {
        (ipa, permissions.gruppo(mondo.ente(ipa), ruolo), permesso)
        for ipa in ("alfa", "beta")
        for permesso, ruoli in PERMESSI.items()
        for ruolo in ruoli
    }


@pytest.mark.parametrize("nome", PROCEDURE)
def test_r1_the_database_keeps_the_same_machine(db: None, nome: str) -> None:
    """The pairs and the births that the triggers admit, read back from the database."""
    macchina = PROCEDURE[nome].macchina
    tabella = PROCEDURE[nome].modello._meta.db_table
    argomenti = {t: re.findall(r"'([^']*)'", testo) for t, testo in trigger_di(tabella).items()}
    assert sorted(argomenti["stato_custodito"][0].split()) == sorted(
        {f"{nome}:{da}>{a}" for nome, da, a in macchina.passaggi()}
    )
    if nome == "insieme":  # born in its first state, and under no objective: its trigger says so
        assert macchina.iniziali == ("in_preparazione",)
        return
    prima, altre, radice = argomenti["stato_di_nascita"]
    assert prima == macchina.stati[0][0]
    assert {prima, *altre.split()} == set(macchina.iniziali)
    assert radice == ("id" if nome == "obiettivo" else "obiettivo_id")


@pytest.mark.parametrize("nome", PROCEDURE)
def test_the_check_of_the_column_knows_the_same_states(db: None, nome: str) -> None:
    macchina = PROCEDURE[nome].macchina
    with connection.cursor() as cursore:
        cursore.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s",
            [f"{nome}_stato"],
        )
        (testo,) = cursore.fetchone()
    assert set(re.findall(r"'(\w+)'::", testo)) == {s for s, _ in macchina.stati}


@pytest.mark.parametrize(
    ("modello", "transizione"),
    [(p.modello, t.nome) for p in PROCEDURE.values() for t in p.macchina.transizioni],
)
def test_a_transition_called_without_the_engine_refuses(
    modello: type[Obiettivo] | type[RelazioneSemestrale], transizione: str
) -> None:
    """No guard, no role, no registro would see it: it moves nothing, even in memory."""
    macchina = next(p.macchina for p in PROCEDURE.values() if p.modello is modello)
    trovata = macchina.transizione(transizione)
    assert trovata is not None
    for da in trovata.partenze:
        oggetto = modello(stato=da)
        with pytest.raises(FuoriDalMotore, match=transizione):
            getattr(oggetto, transizione)()
        assert oggetto.stato == da


def test_the_state_is_not_assigned() -> None:
    """The field is protected: Python refuses before the database does."""
    for o in (Obiettivo(), RelazioneSemestrale()):
        prima = o.stato
        with pytest.raises(AttributeError):
            o.stato = "validato"
        assert o.stato == prima


def trigger_di(tabella: str) -> dict[str, str]:
    """Definition of each trigger of a table, by name."""
    with connection.cursor() as cursore:
        cursore.execute(
            "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger "
            " WHERE tgrelid = %s::regclass AND NOT tgisinternal",
            [tabella],
        )
        return dict(cursore.fetchall())


def test_the_modules_of_the_machines_agree_with_the_columns() -> None:
    assert tuple(Obiettivo._meta.get_field("stato").choices or ()) == obiettivo.STATI
    assert tuple(RelazioneSemestrale._meta.get_field("stato").choices or ()) == relazione.STATI
