# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ente's catalogue of indicator types: written by controllo, entry by entry. One that is used
is never taken away: it is closed, is offered no more, and who has it keeps it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cycle.bozze.verifica import scrivibile
from cycle.insiemi import riserva
from cycle.models import Ente, TipoIndicatore
from cycle.services.enti import nell_ente
from cycle.services.organico.singole import gestore
from workflows.errors import Motivo, NonPossibile, NonTrovato
from workflows.ports import Attore, Incarico, leggibile
from workflows.registro import azioni

MASSIMO = 300  # characters of a name
_PROCEDURA = "tipo_indicatore"


def aggiungi(*, ente: Ente, nome: str, by: Attore, istante: datetime) -> TipoIndicatore:
    """A new entry. Raises NonPossibile when the name does not stand or is there already."""
    con = gestore(by, ente, "crea")
    with transaction.atomic():
        nell_ente(ente.pk)
        pk = riserva("cycle_tipoindicatore", 1)[0]
        nuovo = TipoIndicatore(pk=pk, ente=ente, nome=_nome(ente, nome))
        _apri(nuovo, "crea", by, con, istante)
        nuovo.save(force_insert=True)
    return nuovo


def rinomina(*, ente: Ente, pid: UUID, nome: str, by: Attore, istante: datetime) -> None:
    """Give an entry another name, wherever it is used."""
    con = gestore(by, ente)
    with transaction.atomic():
        tipo = _bloccato(ente, pid)
        tipo.nome = _nome(ente, nome, tipo)
        _apri(tipo, "modifica", by, con, istante)
        tipo.save(update_fields=["nome"])


def chiudi(*, ente: Ente, pid: UUID, by: Attore, istante: datetime) -> None:
    """Offer it no more. Closing one that is closed changes nothing."""
    _volta(ente, pid, "disattiva", istante, by, istante)


def riapri(*, ente: Ente, pid: UUID, by: Attore, istante: datetime) -> None:
    """Offer it again."""
    _volta(ente, pid, "riattiva", None, by, istante)


def _volta(
    ente: Ente, pid: UUID, verbo: str, chiuso_il: datetime | None, by: Attore, istante: datetime
) -> None:
    con = gestore(by, ente, verbo)
    with transaction.atomic():
        tipo = _bloccato(ente, pid)
        if (tipo.chiuso_il is None) == (chiuso_il is None):
            return
        tipo.chiuso_il = chiuso_il
        _apri(tipo, verbo, by, con, istante)
        tipo.save(update_fields=["chiuso_il"])


def _bloccato(ente: Ente, pid: UUID) -> TipoIndicatore:
    nell_ente(ente.pk)
    trovato = TipoIndicatore.objects.select_for_update().filter(ente=ente, pid=pid).first()
    if trovato is None:
        raise NonTrovato({})
    return trovato


def _nome(ente: Ente, scritto: str, tipo: TipoIndicatore | None = None) -> str:
    nome = " ".join(leggibile(scritto).split())
    if not nome:
        raise _rifiuto(_("Manca il nome."), _("Scriverlo, per esempio «N. pratiche evase»."))
    if len(nome) > MASSIMO:
        raise _rifiuto(
            _("Il nome è lungo %(n)s caratteri.") % {"n": len(nome)},
            _("Al massimo %(n)s.") % {"n": MASSIMO},
        )
    if not scrivibile(nome):
        raise _rifiuto(_("Il nome contiene caratteri che non sono testo."), _("Riscriverlo."))
    altri = TipoIndicatore.objects.filter(ente=ente, nome__iexact=nome)
    gia = altri.exclude(pid=tipo.pid).first() if tipo else altri.first()
    if gia is not None:
        raise _rifiuto(
            _("«%(nome)s» è già nel catalogo.") % {"nome": gia.nome},
            _("Usare quello, riaprendolo se è chiuso, oppure scegliere un altro nome."),
        )
    return nome


def _rifiuto(messaggio: str, rimedio: str) -> NonPossibile:
    return NonPossibile({0: [Motivo("catalogo", "R8", messaggio, rimedio, "controllo")]})


def _apri(tipo: TipoIndicatore, verbo: str, by: Attore, con: Incarico, istante: datetime) -> None:
    azioni.apri(
        ente_id=tipo.ente_id,
        procedura=_PROCEDURA,
        verbo=verbo,
        passi=[azioni.Voce(tipo.pk, incarico=con)],
        attore=by,
        istante=istante,
        dati={"nome": tipo.nome},
    )
