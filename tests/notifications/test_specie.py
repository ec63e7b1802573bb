# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every kind of news, word for word: what it says, how urgent it is, whom it asks to act next.
A verb or a kind that is not here fails."""

from __future__ import annotations

import pytest
from django.urls import Resolver404, resolve

from cycle import permissions, specie
from cycle.models import Obiettivo
from cycle.notizie import URGENTI
from cycle.procedures import PROCEDURE
from notifications.models import Notifica
from tests import mondo
from tests.variazioni.mondo import presentata, respingi
from workflows.verdetto import permesso

pytestmark = pytest.mark.usefixtures("db")

# (noun, verb, where it leads): what is said, how urgent, the roles that are to act next
NOTIZIE = {
    ("obiettivo", "proponi", "proposta"): ("proposto", "normale", "segreteria"),
    ("obiettivo", "rinvia", "bozza"): ("rinviato al settore", "alta", "dirigente"),
    ("obiettivo", "approva", "approvato"): ("approvato", "normale", "dirigente po"),
    ("obiettivo", "avvia", "in_corso"): ("avviato", "normale", "dirigente"),
    ("obiettivo", "rendiconta", "rendicontato"): ("rendicontato", "normale", "nucleo"),
    ("obiettivo", "riapri", "in_corso"): ("riaperto", "alta", "dirigente"),
    ("obiettivo", "riapri", "rendicontato"): ("riaperto", "alta", "nucleo"),
    ("obiettivo", "valida", "validato"): ("validato", "normale", ""),
    ("obiettivo", "stralcia", "stralciato"): ("stralciato", "normale", ""),
    ("relazione", "trasmetti", "trasmessa"): ("trasmessa", "normale", "nucleo"),
    ("relazione", "osserva", "osservata"): ("osservata", "normale", "dirigente nucleo"),
    ("relazione", "controdeduci", "controdedotta"): (
        "data risposta al Nucleo", "normale", "nucleo",
    ),
    ("relazione", "valida", "validata"): ("validata", "normale", ""),
    ("relazione", "riapri", "riaperta"): ("riaperta", "alta", "dirigente"),
    ("insieme", "sottoponi", "in_istruttoria"): ("sottoposto alla giunta", "normale", "segreteria"),
    ("insieme", "ritira", "in_preparazione"): ("ritirato dall'istruttoria", "normale", "controllo"),
    ("insieme", "decidi", "deciso"): ("deciso", "normale", ""),
    ("insieme", "annulla", "annullato"): ("annullato", "normale", ""),
    ("variazione", "presenta", "presentata"): ("presentata una variazione", "normale", "controllo"),
    ("variazione", "istruisci", "istruita"): ("istruita una variazione", "normale", "segreteria"),
    ("variazione", "dichiara_irricevibile", "irricevibile"): (
        "dichiarata irricevibile una variazione", "alta", "",
    ),
    ("variazione", "approva", "approvata"): ("approvata una variazione", "normale", ""),
    ("variazione", "respingi", "respinta"): ("respinta una variazione", "alta", ""),
    ("variazione", "ritira", "ritirata"): ("ritirata una variazione", "normale", ""),
    ("correzione", "accogli", "accolta"): ("corretto un errore materiale", "normale", ""),
    ("correzione", "respingi", "respinta"): (
        "respinta la correzione di un errore materiale", "alta", "",
    ),
    ("neutralizzazione", "accogli", "accolta"): ("neutralizzato", "normale", ""),
    ("neutralizzazione", "rimetti", "in_giunta"): (
        "proposta alla giunta la neutralizzazione", "normale", "segreteria",
    ),
    ("neutralizzazione", "delibera", "accolta"): (
        "neutralizzato con un atto della giunta", "normale", "",
    ),
    ("neutralizzazione", "respingi", "respinta"): ("respinta la neutralizzazione", "alta", ""),
    ("neutralizzazione", "nega", "respinta"): (
        "negata dalla giunta la neutralizzazione", "alta", "",
    ),
    ("neutralizzazione", "ritira", "ritirata"): ("ritirata la neutralizzazione", "normale", ""),
}  # fmt: skip
# What moves no state, and is told all the same.
FATTI = {
    "obiettivo": {"crea": "scritto", "modifica": "modificato"},
    "relazione": {"compila": "compilata"},
    "variazione": {
        "crea": "scritta una variazione",
        "modifica": "riscritta una variazione",
        "ribasa": "aggiornata una variazione",
        "rendi_parere": "reso un parere su una variazione",
    },
    "correzione": {"segnala": "segnalato un errore materiale"},
    "neutralizzazione": {
        "chiedi": "chiesta la neutralizzazione",
        "promuovi": "promossa la neutralizzazione",
    },
}
# The kinds that no machine moves: terms, days to answer, invitations, a chain that does not verify.
ALTRE = {"scadenza", "replica", "invito", "registro"}


def test_every_step_has_its_sentence_urgency_and_roles() -> None:
    trovate = {}
    for nome, procedura in PROCEDURE.items():
        macchina = procedura.macchina
        for t in macchina.transizioni:
            for a in {a for _da, a in t.percorsi}:
                ruoli = {
                    r
                    for dopo in macchina.avanti(a)
                    for r in permissions.PERMESSI[permesso(nome, dopo.nome)]
                }
                urgenza = "alta" if t.nome in URGENTI else "normale"
                trovate[nome, t.nome, a] = (t.regole.fatto, urgenza, " ".join(sorted(ruoli)))
    assert trovate == NOTIZIE
    detti = {nome: dict(p.fatti_di) for nome, p in PROCEDURE.items()}
    assert {nome: fatti for nome, fatti in detti.items() if fatti} == FATTI


def test_every_kind_is_known_and_no_other() -> None:
    assert set(specie.SPECIE) == {*PROCEDURE, *ALTRE}
    for codice in specie.SPECIE:
        assert specie.nome(codice) != specie.nome("ignota")
        assert specie.molte(codice, 8, tocca=True).startswith(specie.nome(codice))
        for chi in ("PRIMO NUCLEO", "UNO PO", "ATTI SEGRETERIA"):
            ruoli = mondo.attore(chi)
            for dove in (
                specie.elenco("alfa", codice, tocca=True, urgente=True),
                specie.pagina("alfa", codice, ruoli, 2026) or "/alfa/",
            ):
                assert _esiste(dove), dove
    assert specie.pagina("alfa", "relazione", mondo.attore("UNO PO"), None) == ""


def test_what_the_world_was_told_is_of_known_kinds_and_leads_somewhere() -> None:
    """Every Notifica written while the world of the tests was made, through all its states."""
    dette = list(Notifica.objects.all())
    assert len(dette) > 10
    for n in dette:
        assert n.specie in specie.SPECIE
        assert _esiste(n.link), n.link
        assert n.testo.strip() == n.testo != ""
        assert "%(" not in n.testo
        assert n.oggetto == n.materia or n.oggetto.startswith("obiettivo:")


def test_r37_the_refused_are_told_and_at_once() -> None:
    """Who asked and was refused: the po who wrote it, the dirigente who filed it."""
    o = Obiettivo.objects.get(pk=mondo.in_stato("in_corso").pk)
    v = presentata(o)
    Notifica.objects.all().delete()
    respingi(v)
    dette = Notifica.objects.filter(materia=f"variazione:{v.pk}", chiusa_il=None)
    chi = {mondo.persona("UNO PO").pk, mondo.persona("UNO DIRIGENTE").pk}
    assert chi <= {n.persona_id for n in dette}
    assert {n.urgenza for n in dette} == {"alta"}


def _esiste(link: str) -> bool:
    try:
        resolve(link.partition("?")[0].partition("#")[0])
    except Resolver404:
        return False
    return True
