# SPDX-License-Identifier: AGPL-3.0-or-later
"""The engine: the only writer of a state.

`execute` moves a set of objects through one transition in one transaction: lock in order of pk,
re-read, judge, write the Eventi, the states, the effects and the news. One object is a set of
one. Either all move, or (`tutti=False`) those that pass; nobody moves by halves.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from notifications import posta
from notifications.posta import NuovaNotifica
from workflows.errors import Conflitto, Motivo, NonTrovato, Rifiuto, Tentativo
from workflows.machines.base import Transizione, al_lavoro
from workflows.ports import (
    Attore,
    Azione,
    Fascicolo,
    Incarico,
    Interessati,
    Notizia,
    Passo,
    Procedura,
    Richiesta,
)
from workflows.registro import azioni
from workflows.verdetto import Verdetto, verdetto


@dataclass(frozen=True, slots=True)
class Esito:
    """What happened: the action's number in the registro, who moved, who did not and why."""

    azione: int
    eseguiti: tuple[Passo, ...]
    rifiutati: Mapping[int, tuple[Motivo, ...]]


def execute(
    procedura: Procedura,
    nome: str,
    ids: Sequence[int],
    attore: Attore,
    istante: datetime,
    *,
    richiesta: Richiesta | None = None,
    revisioni: Mapping[int, int] | None = None,
    tutti: bool = True,
    canale: str = "web",
    atto_id: int | None = None,
) -> Esito:
    """Move the objects `ids` through the transition `nome`, as `attore`, judged at `istante`.

    `revisioni` maps a pk to the revisione its reader saw: a different one is a Conflitto.
    Raises `NonTrovato`, `Conflitto`, `NonAutorizzato` or `NonPossibile` with every reason of
    every object, and then nothing is written; with `tutti=False` it raises only when no object
    passes. `atto_id` is the id of the Atto, where another step of the same decision has reserved
    it already.
    """
    macchina = procedura.macchina
    transizione = macchina.transizione(nome)
    if transizione is None or not ids:
        raise NonTrovato({})
    richiesta = richiesta or Richiesta()
    with transaction.atomic():
        g = _Giudizio()
        for gruppo in procedura.gruppi(sorted(set(ids))):
            oggetti = procedura.blocca(attore.ente_id, gruppo)
            if len(oggetti) < len(gruppo):
                raise NonTrovato({})
            fascicoli = procedura.fascicoli(oggetti, istante, richiesta)
            attore, interessati = procedura.persone(attore, istante, transizione, fascicoli)
            verdetti = {
                o.pk: verdetto(macchina, transizione, fascicoli[o.pk], attore, istante)
                for o in oggetti
            }
            rifiutati = _rifiutati(verdetti, fascicoli, revisioni or {})
            passi = _muovi(transizione, [o for o in oggetti if o.pk not in rifiutati], fascicoli)
            g.rifiutati |= rifiutati
            g.radici |= {pk: f.radice for pk, f in fascicoli.items()}
            g.incarichi |= {p.oggetto.pk: verdetti[p.oggetto.pk].incarico for p in passi}
            g.passi += [procedura.ricorda(p, richiesta) for p in passi]
            if interessati is not None:
                g.interessati = {**(g.interessati or {}), **interessati}
        if g.rifiutati and (tutti or not g.passi):
            raise _errore(g.rifiutati, Tentativo(procedura.nome, nome, g.radici))
        motivi = {pk: tuple(errore.tutti()) for pk, errore in g.rifiutati.items()}
        if atto_id is None and transizione.regole.con_atto:
            atto_id = procedura.riserva_atto(richiesta)
        azione = Azione(0, nome, attore, istante, richiesta, tuple(g.passi), atto_id, g.interessati)
        azione = _esegui(procedura, transizione, azione, g.incarichi, canale)
    return Esito(azione.id, azione.passi, motivi)


@dataclass(slots=True)
class _Giudizio:
    """What is kept of the objects once they are judged: their facts are only of a group at a
    time, and ten thousand would not stand in memory together."""

    passi: list[Passo] = field(default_factory=list)
    incarichi: dict[int, Incarico | None] = field(default_factory=dict)
    rifiutati: dict[int, Rifiuto] = field(default_factory=dict)
    radici: dict[int, int | None] = field(default_factory=dict)
    interessati: Interessati | None = None


def _rifiutati(
    verdetti: Mapping[int, Verdetto],
    fascicoli: Mapping[int, Fascicolo],
    revisioni: Mapping[int, int],
) -> dict[int, Rifiuto]:
    rifiutati: dict[int, Rifiuto] = {}
    for pk, v in verdetti.items():
        vista = revisioni.get(pk)
        if not v.conflitto and vista is not None and vista != fascicoli[pk].revisione:
            rifiutati[pk] = Conflitto({pk: [_cambiato()]})
        elif v.errore is not None:
            rifiutati[pk] = v.errore({pk: v.motivi})
    return rifiutati


def _cambiato() -> Motivo:
    return Motivo(
        "revisione",
        "R50",
        _("Qualcun altro l'ha modificato mentre lo si guardava."),
        _("Ricaricare la pagina, controllare che cosa è cambiato e ripetere."),
        "",
    )


def _errore(rifiutati: Mapping[int, Rifiuto], tentativo: Tentativo) -> Rifiuto:
    """One error for the set: the gravest kind, with the reasons of all."""
    peggiore = min(rifiutati.values(), key=lambda e: (409, 403, 422).index(e.codice))
    return type(peggiore)({pk: e.tutti() for pk, e in rifiutati.items()}, tentativo)


def _muovi(
    transizione: Transizione, oggetti: Sequence[object], fascicoli: Mapping[int, Fascicolo]
) -> list[Passo]:
    passi = []
    with al_lavoro():
        for oggetto in oggetti:
            da = oggetto.stato  # type: ignore[attr-defined]
            getattr(oggetto, transizione.nome)()
            passi.append(
                Passo(
                    oggetto,
                    fascicoli[oggetto.pk],  # type: ignore[attr-defined]
                    da,
                    oggetto.stato,  # type: ignore[attr-defined]
                )
            )
    return passi


def _esegui(
    procedura: Procedura,
    transizione: Transizione,
    azione: Azione,
    incarichi: Mapping[int, Incarico | None],
    canale: str,
) -> Azione:
    """Write the action, its effects, the states and the news. Where whom to tell is known already,
    no effect comes between, and all is one statement."""

    def apri(seguito: str = "", parametri: Mapping[str, Any] | None = None) -> Azione:
        numero = azioni.apri(
            ente_id=azione.attore.ente_id,
            procedura=procedura.nome,
            verbo=azione.verbo,
            passi=_voci(azione, incarichi),
            attore=azione.attore,
            istante=azione.istante,
            organo=transizione.regole.organo,
            motivazione=azione.richiesta.motivazione,
            atto_id=azione.atto_id,
            canale=canale,
            dati=dict(azione.richiesta.dati),
            seguito=seguito,
            parametri=parametri,
        )
        return replace(azione, id=numero)

    stati = _stati(procedura.modello, transizione.regole.con_atto)
    if azione.interessati is not None:
        novita = posta.parametri(*_notifiche(procedura.notizie(azione)))
        return apri(f"mossi AS ({stati}), {posta.SCRIVI}", novita)
    aperta = apri()
    procedura.effetti(aperta)  # before the states, which may require what they write
    arrivi = [{"oggetto": p.oggetto.pk, "a": p.a} for p in azione.passi]
    with connection.cursor() as cursore:
        cursore.execute(_VOCI + stati, {"atto": azione.atto_id, "voci": json.dumps(arrivi)})
    racconta(procedura, aperta)
    return aperta


def _voci(azione: Azione, incarichi: Mapping[int, Incarico | None]) -> list[azioni.Voce]:
    return [
        azioni.Voce(
            oggetto_id=p.oggetto.pk,
            radice_id=p.fascicolo.radice,
            da=p.da,
            a=p.a,
            incarico=incarichi[p.oggetto.pk],
        )
        for p in azione.passi
    ]


_VOCI = """
WITH voci AS (SELECT * FROM jsonb_to_recordset(%(voci)s) AS v (oggetto bigint, a text))
"""


def _stati(modello: type[Any], con_atto: bool) -> str:
    """The UPDATE that gives the objects of `voci (oggetto, a)` their states. What an Atto decides
    names it, or is a new version under it (R30)."""
    campi = {c.attname for c in modello._meta.concrete_fields}
    colonne = "stato = voci.a, revisione = o.revisione + 1"
    if con_atto and "versione" in campi:
        colonne += ", versione = o.versione + 1"
    if con_atto and "atto_id" in campi:
        colonne += ", atto_id = %(atto)s"
    tabella = connection.ops.quote_name(modello._meta.db_table)
    return f"UPDATE {tabella} o SET {colonne} FROM voci WHERE o.id = voci.oggetto"  # noqa: S608 - names


def racconta(procedura: Procedura, azione: Azione) -> None:
    """Write the news of an action, and settle what it leaves nobody to do."""
    notifiche, materie = _notifiche(procedura.notizie(azione))
    posta.scrivi(notifiche, materie=materie, ente_id=azione.attore.ente_id, evento_id=azione.id)


def _notifiche(notizie: Sequence[Notizia]) -> tuple[list[NuovaNotifica], list[str]]:
    """A row for each person told, and the matters that moved."""
    return [
        NuovaNotifica(
            utente_id=d.utente_id,
            persona_id=d.persona_id,
            materia=n.materia,
            motivo=d.motivo,
            testo=n.testo,
            link=n.link,
            urgenza=n.urgenza,
            oggetto=n.oggetto,
        )
        for n in notizie
        for d in n.destinatari
    ], [n.materia for n in notizie]
