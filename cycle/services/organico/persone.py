# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sheet of people. Somebody is recognised by e-mail, by matricola, by name, or by another
spelling of it that documents have (`alias`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cycle.importers.fogli import Riga
from cycle.importers.testo import chiave, distanza, nome_di_persona
from cycle.services.organico.confronto import Proposta
from cycle.services.organico.quadro import Chi

_CAMPI = (("inquadramento", "inquadramento"), ("matricola", "matricola"), ("email", "e-mail"))


def confronta_persone(p: Proposta, righe: Sequence[Riga]) -> None:
    """Add to the proposta what the sheet says of people."""
    per_cognome: dict[str, list[Chi]] = {}
    for presente in p.quadro.chi:
        per_cognome.setdefault(chiave(presente.nome).partition("-")[0], []).append(presente)
    viste: dict[str, Riga] = {}
    chi: Chi | None
    for riga in righe:
        if riga.errate & {"cognome", "nome", "email"}:
            continue
        nome = nome_di_persona(f"{riga['cognome']} {riga['nome']}")[:200]
        if not nome or not chiave(nome):
            p.errore(riga, "cognome", "Non è il nome di una persona.", "Scrivere cognome e nome.")
            continue
        if _ripetuta(p, riga, nome, viste):
            continue
        chi = _riconosciuta(p, riga, nome)
        if chi is None:
            _nuova(p, riga, nome, per_cognome)
        elif chi.riga is not None:
            p.errore(
                riga,
                "cognome",
                f"È la stessa persona della riga {chi.riga.numero}: {chi.nome.title()}.",
                "Togliere una delle due righe.",
            )
        else:
            chi.riga = riga
            _cambia(p, riga, chi, nome)


def _ripetuta(p: Proposta, riga: Riga, nome: str, viste: dict[str, Riga]) -> bool:
    """Whether the file already has the name, the address or the matricola."""
    trovata = False
    for campo, valore, che in (
        ("cognome", chiave(nome), "Il nome"),
        ("email", riga["email"], "L'e-mail"),
        ("matricola", riga["matricola"], "La matricola"),
    ):
        if not valore:
            continue
        prima = viste.setdefault(f"{campo}:{valore}", riga)
        if prima is not riga:
            trovata = True
            p.errore(
                riga,
                campo,
                f"{che} è già alla riga {prima.numero}.",
                "Se sono due omonimi, aggiungere a un nome ciò che lo distingue (il secondo nome); "
                "altrimenti togliere una riga."
                if campo == "cognome"
                else "Correggere una delle due righe.",
            )
    return trovata


def _riconosciuta(p: Proposta, riga: Riga, nome: str) -> Chi | None:
    per_nome = p.quadro.per_nome.get(chiave(nome))
    per_email = p.quadro.per_email.get(riga["email"]) if riga["email"] else None
    per_matricola = p.quadro.per_matricola.get(riga["matricola"]) if riga["matricola"] else None
    chi = per_email or per_matricola or per_nome
    for campo, altro in (("matricola", per_matricola), ("cognome", per_nome)):
        if altro is not None and altro is not chi and chi is not None:
            p.errore(
                riga,
                campo,
                f"La riga unisce due persone dell'ente: {chi.nome.title()} e {altro.nome.title()}.",
                "Controllare e-mail, matricola e nome: ciascuno è di una persona sola.",
            )
            return chi
    return chi


def _nuova(p: Proposta, riga: Riga, nome: str, per_cognome: dict[str, list[Chi]]) -> None:
    chi = Chi(
        nome=nome,
        email=riga["email"],
        matricola=riga["matricola"],
        inquadramento=riga["inquadramento"],
        riga=riga,
    )
    cercato = chiave(nome)
    for altra in per_cognome.get(cercato.partition("-")[0], ()):
        if distanza(cercato, chiave(altra.nome), 2) <= 2:
            p.avviso(
                riga,
                "nome",
                f"{nome.title()} somiglia a {altra.nome.title()}, che c'è già: se è la stessa "
                "persona, scrivere lo stesso nome.",
            )
            break
    p.persone_nuove.append(chi)
    _ricorda(p, chi)
    p.differenza("nuova", riga, "cognome", nome.title(), chi.inquadramento)


def _ricorda(p: Proposta, chi: Chi) -> None:
    """From now on the person is found as the file writes it."""
    p.quadro.chi.append(chi)
    p.quadro.per_nome[chiave(chi.nome)] = chi
    if chi.email:
        p.quadro.per_email[chi.email] = chi
    if chi.matricola:
        p.quadro.per_matricola[chi.matricola] = chi


def _cambia(p: Proposta, riga: Riga, chi: Chi, nome: str) -> None:
    detto: list[tuple[str, str]] = []
    if chiave(nome) != chiave(chi.nome):
        if chiave(nome) in map(chiave, chi.alias):
            p.avviso(riga, "nome", f"riconosciuta come {chi.nome.title()}, per un altro suo nome")
        else:
            chi.campi["nome"] = nome
            p.quadro.per_nome[chiave(nome)] = chi
            detto.append(("cognome", f"nome: {nome.title()}"))
    leggi: Callable[[str], str] = riga.valori.__getitem__
    for campo, che in _CAMPI:
        valore = leggi(campo)
        if not valore or valore == getattr(chi, campo):
            continue
        chi.campi[campo] = valore
        senza = "" if getattr(chi, campo) else " (prima mancava)"
        coda = "; il nome con cui entra non cambia" if campo == "email" and chi.accesso else ""
        detto.append((campo, f"{che}: {valore}{senza}{coda}"))
        if campo == "email":
            p.quadro.per_email[valore] = chi
    for campo, frase in detto:
        p.differenza("cambia", riga, campo, chi.nome.title(), frase)
    if chi.campi:
        p.persone_cambiate.append(chi)
    else:
        p.invariate += 1
