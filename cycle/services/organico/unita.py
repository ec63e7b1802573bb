# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sheet of the org chart. A unit never moves: it is closed, and another takes its place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from cycle.importers.fogli import Riga
from cycle.importers.fogli.valori import piu_vicina
from cycle.services.organico.confronto import Proposta
from cycle.services.organico.quadro import Unita

_LIVELLI = 10


def confronta_unita(p: Proposta, righe: Sequence[Riga], oggi: date) -> None:
    """Add to the proposta what the sheet says of units."""
    viste: dict[int, Riga] = {}
    lette: list[tuple[Riga, Unita]] = []
    for riga in righe:
        if riga.errate & {"codice", "nome", "tipo", "dal", "al"}:
            continue
        unita = _riconosciuta(p, riga)
        if unita is None:
            unita = _nuova(p, riga, oggi)
            if unita is None:
                continue
        elif id(unita) in viste:
            p.errore(
                riga,
                "codice",
                f"Il codice «{riga['codice']}» è già alla riga {viste[id(unita)].numero}.",
                "Un codice è di una sola unità aperta: correggere o togliere una delle due righe.",
            )
            continue
        viste[id(unita)] = unita.riga = riga
        lette.append((riga, unita))
    for riga, unita in lette:
        _lega(p, riga, unita)
    for riga, unita in lette:
        if unita.pk is None:
            _verifica_nuova(p, riga, unita)
        else:
            _cambia(p, riga, unita)
    for riga, unita in lette:
        _verifica_chiusura(p, riga, unita)
    for riga, unita in lette:
        _racconta(p, riga, unita)


def _riconosciuta(p: Proposta, riga: Riga) -> Unita | None:
    """The unit the row speaks of, there or in a row before; None for a new one."""
    if riga["tipo"] == "ente":
        return p.quadro.radice
    trovate = p.quadro.con_codice(riga["codice"])
    if riga["dal"] is not None:
        stesse = [u for u in trovate if u.dal == riga["dal"]]
        if stesse:
            return stesse[0]
        if riga["succede_a"] or (trovate and trovate[-1].al and trovate[-1].al < riga["dal"]):
            return None
    return p.quadro.citata(riga["codice"])


def _nuova(p: Proposta, riga: Riga, oggi: date) -> Unita | None:
    unita = Unita(
        codice=riga["codice"],
        nome=riga["nome"],
        tipo=riga["tipo"],
        dal=riga["dal"] or date(oggi.year, 1, 1),
        al=riga["al"],
        riga=riga,
    )
    if unita.al is not None and unita.al < unita.dal:
        p.errore(riga, "al", "La fine viene prima dell'inizio.", "Correggere le date.")
        return None
    p.quadro.apre(unita)
    return unita


def _lega(p: Proposta, riga: Riga, unita: Unita) -> None:
    """Parent and predecessor, once every unit of the file is known."""
    if unita is p.quadro.radice:
        if riga["padre"]:
            p.errore(riga, "padre", "L'ente non ha nulla sopra di sé.", "Lasciare vuota la cella.")
        return
    padre = p.quadro.radice
    if riga["padre"]:
        citata = p.quadro.citata(riga["padre"])
        if citata is None:
            vicina = piu_vicina(riga["padre"], [u.codice for u in p.quadro.unita])
            p.errore(
                riga,
                "padre",
                f"Nessuna unità ha il codice «{riga['padre']}»."
                + (f" Forse «{vicina}»?" if vicina else ""),
                "Scrivere il codice di una unità dell'ente o di questo foglio.",
            )
            return
        padre = citata
    if unita.pk is None:
        unita.padre = padre
    elif "padre" in riga.lettere and not _sta_sotto(p, unita, padre):
        p.errore(
            riga,
            "padre",
            f"«{unita.nome}» sta sotto «{unita.padre.nome if unita.padre else ''}», e una unità "
            "non si sposta.",
            "Scrivere in «Al» l'ultimo giorno di questa, e aggiungere una riga per quella nuova, "
            "con un altro «Dal» e questo codice in «Succede a».",
        )


def _sta_sotto(p: Proposta, unita: Unita, padre: Unita) -> bool:
    """Whether it does, or did: of two units of one code the file may mean the one that ended."""
    suo = unita.padre
    return suo is padre or (suo is not None and suo in p.quadro.con_codice(padre.codice))


def _predecessore(p: Proposta, riga: Riga, unita: Unita) -> Unita | None:
    codice = riga["succede_a"]
    if not codice:
        return None
    altre = [u for u in p.quadro.con_codice(codice) if u is not unita]
    if not altre:
        p.errore(
            riga,
            "succede_a",
            f"Nessuna unità ha il codice «{codice}».",
            "Scrivere il codice dell'unità chiusa di cui questa prende il posto.",
        )
        return None
    chiuse = [u for u in altre if (al := _fine(u)) is not None and al < unita.dal]
    if not chiuse:
        p.errore(
            riga,
            "succede_a",
            f"«{altre[-1].nome}» non è chiusa prima del {unita.dal:%d/%m/%Y}.",
            "Scrivere in «Al» il suo ultimo giorno, nella sua riga.",
        )
        return None
    return chiuse[-1]


def _fine(unita: Unita) -> date | None:
    """The last day of the unit, as the file leaves it."""
    al: date | None = unita.campi.get("al", unita.al)
    return al


def _verifica_nuova(p: Proposta, riga: Riga, unita: Unita) -> None:
    catena = list(unita.catena())
    if catena[-1].padre is not None:
        p.errore(
            riga,
            "padre",
            "L'organigramma gira in tondo: "
            + " sotto ".join(u.codice for u in [*catena, catena[-1].padre][:8])
            + ".",
            "Correggere il codice del padre di una di queste unità.",
        )
        unita.padre = p.quadro.radice
    elif len(catena) > _LIVELLI:
        p.errore(riga, "padre", f"Più di {_LIVELLI} livelli.", "Controllare i codici dei padri.")
    for altra in p.quadro.con_codice(unita.codice):
        if altra is not unita and not _separate(altra, unita):
            p.errore(
                riga,
                "codice",
                f"Il codice «{unita.codice}» è già di «{altra.nome}», aperta negli stessi giorni.",
                "Usare un altro codice, oppure chiudere prima quella unità.",
            )
            break
    unita.succede_a = _predecessore(p, riga, unita)
    p.unita_nuove.append(unita)


def _separate(una: Unita, altra: Unita) -> bool:
    """Whether one is closed before the other opens."""
    fine, inizio = (_fine(una), altra.dal) if una.dal <= altra.dal else (_fine(altra), una.dal)
    return fine is not None and fine < inizio


def _cambia(p: Proposta, riga: Riga, unita: Unita) -> None:
    """The row of a unit that is there: its name, its end and its predecessor may change."""
    if riga["nome"] != unita.nome:
        unita.campi["nome"] = riga["nome"]
    if riga["tipo"] != unita.tipo:
        p.errore(
            riga,
            "tipo",
            f"«{unita.nome}» è di tipo «{unita.tipo}», che non cambia.",
            "Chiuderla, e aprirne un'altra con «Succede a».",
        )
    if riga["dal"] is not None and riga["dal"] != unita.dal:
        p.errore(
            riga,
            "dal",
            f"«{unita.nome}» è aperta dal {unita.dal:%d/%m/%Y}, e l'inizio non cambia.",
            "Scrivere quella data, oppure lasciare vuota la cella.",
        )
    if riga["al"] is not None and riga["al"] != unita.al:
        if unita.al is not None:
            p.errore(
                riga,
                "al",
                f"«{unita.nome}» è già chiusa dal {unita.al:%d/%m/%Y}.",
                "Scrivere quella data: ciò che è finito non cambia.",
            )
        elif riga["al"] < unita.dal:
            p.errore(riga, "al", "La fine viene prima dell'inizio.", "Correggere la data.")
        elif unita is p.quadro.radice:
            p.errore(riga, "al", "L'ente non si chiude.", "Lasciare vuota la cella.")
        else:
            unita.campi["al"] = riga["al"]
    if riga["succede_a"] and unita.succede_a is None:
        trovata = _predecessore(p, riga, unita)
        if trovata is not None:
            unita.campi["succede_a"] = trovata
    if unita.campi:
        p.unita_cambiate.append(unita)


def _verifica_chiusura(p: Proposta, riga: Riga, unita: Unita) -> None:
    """Nothing stays open below what is closed; nothing is born below what was."""
    fine = _fine(unita)
    padre = unita.padre
    if padre is not None and (sua := _fine(padre)) is not None and (fine is None or fine > sua):
        p.errore(
            riga,
            "padre" if unita.pk is None else "al",
            f"«{padre.nome}», che le sta sopra, è chiusa dal {sua:%d/%m/%Y}.",
            "Chiudere anche questa entro quel giorno, oppure aprirla sotto un'altra unità.",
        )
    if "al" not in unita.campi:
        return
    aperte = [u for u in p.quadro.unita if u.padre is unita and _fine(u) is None and not u.riga]
    if aperte:
        p.errore(
            riga,
            "al",
            f"«{unita.nome}» ha sotto di sé unità aperte: "
            + ", ".join(u.codice for u in aperte[:5])
            + ".",
            "Chiuderle con la stessa data, ciascuna nella sua riga.",
        )
    for tenuto in p.quadro.tenuti_su(unita):
        if tenuto.al is None or tenuto.al.date() > unita.campi["al"]:
            p.avviso(
                riga,
                "al",
                f"{tenuto.chi.nome.title()} ha un incarico su questa unità che dura oltre la "
                "chiusura: farlo cessare dalla pagina degli incarichi.",
            )


def _racconta(p: Proposta, riga: Riga, unita: Unita) -> None:
    oggetto = f"{unita.codice} {unita.nome}"
    if unita.pk is None:
        sotto = f"sotto {unita.padre.codice}" if unita.padre not in (None, p.quadro.radice) else ""
        succede = f"succede a {unita.succede_a.codice}" if unita.succede_a else ""
        p.differenza(
            "nuova",
            riga,
            "codice",
            oggetto,
            ", ".join(t for t in (unita.tipo, sotto, f"dal {unita.dal:%d/%m/%Y}", succede) if t),
        )
        return
    if not unita.campi:
        p.invariate += 1
    if "nome" in unita.campi:
        p.differenza("cambia", riga, "nome", oggetto, f"nome: {unita.campi['nome']}")
    if "succede_a" in unita.campi:
        codice = unita.campi["succede_a"].codice
        p.differenza("cambia", riga, "succede_a", oggetto, f"succede a {codice}")
    if "al" in unita.campi:
        p.differenza("chiude", riga, "al", oggetto, f"ultimo giorno {unita.campi['al']:%d/%m/%Y}")
