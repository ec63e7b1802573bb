# SPDX-License-Identifier: AGPL-3.0-or-later
"""The political plan of a year: its nodes are written by controllo, one by one or as an indented
text, carried from last year, and never taken from under an objective that hangs on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from cycle.bozze.rubrica import VoceNodo, rami
from cycle.bozze.verifica import scrivibile
from cycle.insiemi import riserva
from cycle.models import Ciclo, NodoStrategico, ObiettivoNodo
from cycle.services.enti import nell_ente
from workflows.errors import Motivo, NonAutorizzato, NonPossibile, NonTrovato, Tentativo
from workflows.ports import Attore
from workflows.registro import azioni

LIVELLI = 8
MASSIMO = 2000  # nodes of a year
SEPARATORE = "|"


@dataclass(frozen=True, slots=True)
class NodoScritto:
    """A node as somebody writes it: how deep it stands, its kind, code and title; `riga` is its
    line in a text."""

    livello: int
    tipo: str
    codice: str
    titolo: str
    riga: int = 0


class TestoNonValido(NonPossibile):
    """The text is no such tree. Its reasons say the line."""


def puo_scrivere(attore: Attore) -> bool:
    """Whether the person keeps the political plan of the ente."""
    return any(i.consente("apri_anno", i.percorso) for i in attore.incarichi)


def leggi_testo(testo: str) -> list[NodoScritto]:
    """An indented text, one node a line: `Tipo | Codice | Titolo`, or `Codice | Titolo`, or the
    title alone; two blanks or a tab for each level. Raises TestoNonValido naming the lines."""
    trovati: list[NodoScritto] = []
    errori: list[Motivo] = []
    rientri: list[int] = []
    for n, riga in enumerate(testo.replace("\t", "  ").splitlines(), start=1):
        if not riga.strip():
            continue
        rientro = len(riga) - len(riga.lstrip())
        while rientri and rientro < rientri[-1]:
            rientri.pop()
        if not rientri or rientro > rientri[-1]:
            rientri.append(rientro)
        parti = [" ".join(p.split()) for p in riga.split(SEPARATORE)]
        if len(parti) > 3:
            parti = [*parti[:2], " | ".join(parti[2:])]
        tipo, codice, titolo = ["", "", *parti][-3:]
        nodo = NodoScritto(len(rientri), tipo or _nome_livello(len(rientri)), codice, titolo, n)
        errori += _difetti(nodo, _("Riga %(n)s: ") % {"n": n})
        trovati.append(nodo)
    if not trovati and not errori:
        errori.append(_motivo(_("Il testo è vuoto."), _("Scrivere un programma per riga.")))
    if len(trovati) > MASSIMO:
        errori = [
            _motivo(
                _("Sono %(n)s righe.") % {"n": len(trovati)},
                _("Al massimo %(n)s.") % {"n": MASSIMO},
            )
        ]
    if errori:
        raise TestoNonValido({0: errori})
    return trovati


def _nome_livello(livello: int) -> str:
    return (_("Indirizzo"), _("Missione"), _("Programma"), _("Azione"))[min(livello, 4) - 1]


def _difetti(nodo: NodoScritto, dove: str = "") -> list[Motivo]:
    motivi = []
    for nome, testo, massimo in (
        (_("il tipo"), nodo.tipo, 60),
        (_("il codice"), nodo.codice, 60),
        (_("il titolo"), nodo.titolo, 500),
    ):
        if len(testo) > massimo:
            motivi.append(
                _motivo(
                    dove + _("%(nome)s è lungo %(n)s caratteri.") % {"nome": nome, "n": len(testo)},
                    _("Al massimo %(n)s.") % {"n": massimo},
                )
            )
        if not scrivibile(testo):
            motivi.append(
                _motivo(dove + _("contiene caratteri che non sono testo."), _("Riscriverlo."))
            )
    if not nodo.titolo.strip():
        motivi.append(_motivo(dove + _("manca il titolo."), _("Scriverlo.")))
    if not nodo.tipo.strip():
        motivi.append(_motivo(dove + _("manca il tipo."), _("Per esempio «Programma».")))
    if nodo.livello > LIVELLI:
        motivi.append(_motivo(dove + _("troppi livelli."), _("Al massimo %(n)s.") % {"n": LIVELLI}))
    return motivi


def _motivo(messaggio: str, rimedio: str) -> Motivo:
    return Motivo("programmi", "R8", messaggio[:1].upper() + messaggio[1:], rimedio, "controllo")


# --- writing ------------------------------------------------------------------------------------


def aggiungi(
    *,
    ciclo: Ciclo,
    nodi: Sequence[NodoScritto],
    by: Attore,
    istante: datetime,
    sotto: UUID | None = None,
    canale: str = "web",
) -> list[NodoStrategico]:
    """Add a tree of nodes to the year, below `sotto` or at the top; those already there, equal,
    are left. Gives the new ones. Raises NonPossibile, NonAutorizzato."""
    motivi = [m for n in nodi for m in _difetti(n)]
    if motivi:
        raise NonPossibile({0: motivi})
    with transaction.atomic():
        _apri(ciclo, by)
        presenti = {
            (n.padre_id, n.tipo, n.codice, n.titolo): n
            for n in NodoStrategico.objects.filter(ciclo=ciclo)
        }
        if len(presenti) + len(nodi) > 2 * MASSIMO:
            raise NonPossibile({0: [_motivo(_("i programmi sono troppi."), _("Sfoltirli."))]})
        radice = _nodo(ciclo, sotto) if sotto is not None else None
        catena: list[NodoStrategico] = []
        nuovi: list[NodoStrategico] = []
        ids = riserva("cycle_nodostrategico", len(nodi)) if nodi else []
        for scritto, pk in zip(nodi, ids, strict=True):
            del catena[scritto.livello - 1 :]
            padre = catena[-1] if catena else radice
            dove = (padre.pk if padre else None, scritto.tipo, scritto.codice, scritto.titolo)
            nodo = presenti.get(dove)
            if nodo is None:
                nodo = NodoStrategico(
                    pk=pk,
                    ente_id=ciclo.ente_id,
                    ciclo=ciclo,
                    padre_id=dove[0],
                    tipo=scritto.tipo,
                    codice=scritto.codice,
                    titolo=scritto.titolo,
                )
                presenti[dove] = nodo
                nuovi.append(nodo)
            catena.append(nodo)
        if nuovi:
            _registra(by, istante, "crea", [n.pk for n in nuovi], canale)
            NodoStrategico.objects.bulk_create(nuovi)
    return nuovi


def rinomina(
    *, ciclo: Ciclo, pid: UUID, tipo: str, codice: str, titolo: str, by: Attore, istante: datetime
) -> None:
    """Change the words of a node. Raises NonPossibile when its neighbour is called so."""
    scritto = NodoScritto(
        1, " ".join(tipo.split()), " ".join(codice.split()), " ".join(titolo.split())
    )
    motivi = _difetti(scritto)
    if motivi:
        raise NonPossibile({0: motivi})
    with transaction.atomic():
        _apri(ciclo, by)
        nodo = _nodo(ciclo, pid)
        nodo.tipo, nodo.codice, nodo.titolo = scritto.tipo, scritto.codice, scritto.titolo
        _unico(nodo)
        _registra(by, istante, "modifica", [nodo.pk])
        nodo.save(update_fields=["tipo", "codice", "titolo"])


def sposta(*, ciclo: Ciclo, pid: UUID, sotto: UUID | None, by: Attore, istante: datetime) -> None:
    """Put a node, with all below it, under another, or at the top. Raises NonPossibile when that
    one stands below it."""
    with transaction.atomic():
        _apri(ciclo, by)
        nodo = _nodo(ciclo, pid)
        padre = _nodo(ciclo, sotto) if sotto is not None else None
        if padre is not None and padre.pk in _discendenza(ciclo, nodo):
            raise NonPossibile(
                {0: [_motivo(_("un programma non sta sotto di sé."), _("Sceglierne un altro."))]}
            )
        nodo.padre = padre
        _unico(nodo)
        _registra(by, istante, "modifica", [nodo.pk])
        nodo.save(update_fields=["padre"])


def togli(*, ciclo: Ciclo, pid: UUID, by: Attore, istante: datetime) -> None:
    """Take a node away. Raises NonPossibile while an objective or another node hangs on it."""
    with transaction.atomic():
        _apri(ciclo, by)
        nodo = _nodo(ciclo, pid)
        motivi = []
        usi = list(
            ObiettivoNodo.objects.filter(nodo=nodo)
            .order_by("obiettivo__codice")
            .values_list("obiettivo__codice", flat=True)[:6]
        )
        if usi:
            motivi.append(
                _motivo(
                    _("vi sono collegati gli obiettivi %(codici)s.")
                    % {"codici": ", ".join(usi[:5]) + (" …" if len(usi) > 5 else "")},
                    _("Collegarli prima a un altro programma."),
                )
            )
        if NodoStrategico.objects.filter(padre=nodo).exists():
            motivi.append(
                _motivo(_("ha altri programmi sotto di sé."), _("Spostarli o toglierli prima."))
            )
        if motivi:
            raise NonPossibile({0: motivi})
        _registra(by, istante, "elimina", [nodo.pk])
        nodo.delete()


def riporta(*, ciclo: Ciclo, by: Attore, istante: datetime) -> list[NodoStrategico]:
    """Last year's tree, in this one: what is there already is left."""
    nodi = [
        NodoScritto(v.livello, v.nodo.tipo, v.nodo.codice, v.nodo.titolo)
        for v in rami(
            NodoStrategico.objects.filter(ciclo__ente=ciclo.ente_id, ciclo__anno=ciclo.anno - 1)
        )
    ]
    if not nodi:
        return []
    return aggiungi(ciclo=ciclo, nodi=nodi, by=by, istante=istante)


def in_testo(albero: Sequence[VoceNodo]) -> str:
    """The tree as the text that `leggi_testo` reads."""
    return "\n".join(
        "  " * (v.livello - 1) + f" {SEPARATORE} ".join((v.nodo.tipo, v.nodo.codice, v.nodo.titolo))
        for v in albero
    )


def _apri(ciclo: Ciclo, by: Attore) -> None:
    """One at a time, and only who may."""
    nell_ente(by.ente_id)
    if not puo_scrivere(by):
        motivo = Motivo(
            "incarico",
            "R8",
            _("I programmi dell'anno li scrive programmazione e controllo."),
            _("Chiedere al servizio."),
            "controllo",
        )
        raise NonAutorizzato({ciclo.pk: [motivo]}, Tentativo("programma", "modifica", {}))
    if ciclo.ente_id != by.ente_id:
        raise NonTrovato({})
    with connection.cursor() as cursore:
        cursore.execute(
            "SELECT pg_advisory_xact_lock(hashtext('programmi'), hashtext(%s))", [str(ciclo.pk)]
        )


def _nodo(ciclo: Ciclo, pid: UUID) -> NodoStrategico:
    nodo = NodoStrategico.objects.filter(ciclo=ciclo, pid=pid).first()
    if nodo is None:
        raise NonTrovato({})
    return nodo


def _unico(nodo: NodoStrategico) -> None:
    doppio = (
        NodoStrategico.objects.filter(
            ciclo=nodo.ciclo_id,
            padre=nodo.padre_id,
            tipo=nodo.tipo,
            codice=nodo.codice,
            titolo=nodo.titolo,
        )
        .exclude(pk=nodo.pk)
        .exists()
    )
    if doppio:
        raise NonPossibile(
            {0: [_motivo(_("ce n'è già uno uguale nello stesso posto."), _("Usare quello."))]}
        )


def _discendenza(ciclo: Ciclo, nodo: NodoStrategico) -> set[int]:
    """The node and all below it."""
    figli: dict[int | None, list[int]] = {}
    for pk, padre in NodoStrategico.objects.filter(ciclo=ciclo).values_list("pk", "padre_id"):
        figli.setdefault(padre, []).append(pk)
    trovati, da_vedere = set(), [nodo.pk]
    while da_vedere:
        pk = da_vedere.pop()
        trovati.add(pk)
        da_vedere += figli.get(pk, [])
    return trovati


def _registra(
    by: Attore, istante: datetime, verbo: str, ids: Sequence[int], canale: str = "web"
) -> None:
    incarico = next((i for i in by.incarichi if i.consente("apri_anno", i.percorso)), None)
    azioni.apri(
        ente_id=by.ente_id,
        procedura="programma",
        verbo=verbo,
        passi=[azioni.Voce(pk, incarico=incarico) for pk in ids],
        attore=by,
        istante=istante,
        canale=canale,
    )
