# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sets that go to the giunta: assembled, submitted, withdrawn, given their pareri."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cycle.giunta import radice
from cycle.insiemi import copia, riserva
from cycle.models import Ciclo, Insieme, Obiettivo, Parere, VoceInsieme
from cycle.models.insieme import ESITI_PARERE
from cycle.permissions import PERMESSI
from cycle.procedures import INSIEME
from cycle.services.enti import nell_ente
from workflows.engine import Esito, execute, racconta
from workflows.errors import Conflitto, Motivo, NonAutorizzato, NonPossibile, NonTrovato, Tentativo
from workflows.guards_insieme import (
    NOMI_PARERI,
    elenca,
    incarico_del_parere,
    ruoli_del_parere,
)
from workflows.ports import RUOLI, Attore, Azione, Incarico, Passo, Richiesta, leggibile
from workflows.processes import approvazione_peg
from workflows.registro import azioni

# --- assembling ---------------------------------------------------------------------------------


def componi(
    *,
    ciclo: Ciclo,
    nome: str,
    obiettivi: Collection[int],
    by: Attore,
    istante: datetime,
    canale: str = "web",
) -> Insieme:
    """A new set, with the objectives `obiettivi` (it may be filled later). Raises NonTrovato for an
    objective of another ente or year, NonPossibile for one that is no proposta or already waits in
    a set."""
    with transaction.atomic():
        nell_ente(by.ente_id)
        if ciclo.ente_id != by.ente_id:
            raise NonTrovato({})
        insieme = Insieme(pk=riserva("cycle_insieme", 1)[0], ente_id=by.ente_id, ciclo=ciclo)
        insieme.nome = nome.strip()[:200] or _("PEG %(anno)s") % {"anno": ciclo.anno}
        by = INSIEME.attore(by, istante)
        incarico = _incarico(by, "componi_insieme", insieme, "componi")
        _apri_composizione(insieme, incarico, by, istante, canale)
        insieme.save(force_insert=True)
        _aggiungi(insieme, obiettivi)
        return Insieme.objects.get(pk=insieme.pk)  # with the pid that the database gave


def aggiungi(
    *,
    insieme: Insieme,
    obiettivi: Collection[int],
    by: Attore,
    istante: datetime,
    revisione: int | None = None,
    canale: str = "web",
) -> int:
    """Add objectives to a set in preparation, and say how many were not in it already. Raises
    Conflitto when `revisione` is no longer the one that was read; and as `componi`."""
    with _composizione(insieme, by, istante, revisione, canale) as insieme:
        return _aggiungi(insieme, obiettivi)


def togli(
    *,
    insieme: Insieme,
    obiettivi: Collection[int],
    by: Attore,
    istante: datetime,
    revisione: int | None = None,
    canale: str = "web",
) -> int:
    """Take objectives out of a set in preparation, and say how many were in it."""
    with _composizione(insieme, by, istante, revisione, canale) as insieme:
        tolti, _per_modello = VoceInsieme.objects.filter(
            insieme=insieme, obiettivo__in=obiettivi
        ).delete()
        return tolti


@contextmanager
def _composizione(
    insieme: Insieme, by: Attore, istante: datetime, revisione: int | None, canale: str
) -> Iterator[Insieme]:
    """Within it a set in preparation is locked, and changes under one action of the registro."""
    with transaction.atomic():
        nell_ente(by.ente_id)
        bloccato = _bloccato(by.ente_id, insieme.pk)
        by = INSIEME.attore(by, istante)
        incarico = _incarico(by, "componi_insieme", bloccato, "componi")
        if bloccato.stato != "in_preparazione":
            raise Conflitto({insieme.pk: [_non_in_preparazione(bloccato)]})
        if revisione is not None and revisione != bloccato.revisione:
            raise Conflitto({insieme.pk: [_cambiato()]})
        _apri_composizione(bloccato, incarico, by, istante, canale)
        Insieme.objects.filter(pk=insieme.pk).update(revisione=bloccato.revisione + 1)
        yield bloccato


def _bloccato(ente_id: int, pk: int) -> Insieme:
    trovato = Insieme.objects.select_for_update(of=("self",)).filter(ente_id=ente_id, pk=pk).first()
    if trovato is None:
        raise NonTrovato({})
    return trovato


def _apri_composizione(
    insieme: Insieme, incarico: Incarico, by: Attore, istante: datetime, canale: str
) -> None:
    azioni.apri(
        ente_id=by.ente_id,
        procedura="insieme",
        verbo="componi",
        passi=[azioni.Voce(insieme.pk, None, insieme.stato, insieme.stato, incarico)],
        attore=by,
        istante=istante,
        canale=canale,
    )


def _aggiungi(insieme: Insieme, obiettivi: Collection[int]) -> int:
    """The new entries; the objectives are locked in order of pk, so that two sets being filled at
    once do not take the same one."""
    righe = list(
        Obiettivo.objects.select_for_update(of=("self",))
        .filter(pk__in=obiettivi, ente_id=insieme.ente_id, ciclo_id=insieme.ciclo_id)
        .order_by("pk")
        .only("pk", "codice", "stato")
    )
    if len(righe) < len(set(obiettivi)):
        raise NonTrovato({})
    altrove = dict(
        VoceInsieme.objects.filter(obiettivo__in=righe, in_attesa=True).values_list(
            "obiettivo_id", "insieme_id"
        )
    )
    non_proposte = [o.codice for o in righe if o.stato != "proposta"]
    impegnati = [o.codice for o in righe if altrove.get(o.pk, insieme.pk) != insieme.pk]
    motivi = []
    if non_proposte:
        motivi.append(_non_proposti(non_proposte))
    if impegnati:
        motivi.append(_impegnati(impegnati))
    if motivi:
        raise NonPossibile({insieme.pk: motivi}, _tentativo(insieme.pk, "componi"))
    nuove = [
        VoceInsieme(ente_id=insieme.ente_id, insieme=insieme, obiettivo=o)
        for o in righe
        if o.pk not in altrove
    ]
    copia(nuove)
    return len(nuove)


# --- the steps that bring no act ----------------------------------------------------------------


def compi(
    *,
    insieme: Insieme,
    passo: str,
    by: Attore,
    istante: datetime,
    motivazione: str = "",
    revisione: int | None = None,
    canale: str = "web",
) -> Esito:
    """`sottoponi`, `ritira` or `annulla` a set. Raises the refusals of the engine."""
    if passo not in ("sottoponi", "ritira", "annulla"):
        raise NonTrovato({})
    with transaction.atomic():
        nell_ente(by.ente_id)
        return execute(
            INSIEME,
            passo,
            [insieme.pk],
            by,
            istante,
            richiesta=Richiesta(motivazione),
            revisioni={} if revisione is None else {insieme.pk: revisione},
            canale=canale,
        )


# --- pareri (R15) -------------------------------------------------------------------------------


def rendi_parere(
    *,
    insieme: Insieme,
    tipo: str,
    esito: str,
    testo: str,
    by: Attore,
    istante: datetime,
    impronta: str,
    canale: str = "web",
) -> Parere:
    """Give the parere `tipo` on the set as it was read, `impronta`. Raises Conflitto when it has
    been withdrawn, submitted anew or given its parere since; NonAutorizzato without an incarico
    for it; NonPossibile when who is against, or says none is due, does not say why."""
    if tipo not in NOMI_PARERI or esito not in dict(ESITI_PARERE):
        raise NonTrovato({})
    testo = leggibile(testo)
    with transaction.atomic():
        nell_ente(by.ente_id)
        bloccato = _bloccato(by.ente_id, insieme.pk)
        by = INSIEME.attore(by, istante)
        tentativo = _tentativo(insieme.pk, "rendi_parere")
        fatti = INSIEME.fascicoli([bloccato], istante, Richiesta())[insieme.pk]
        incarico = incarico_del_parere(tipo, fatti, by)
        if incarico is None:
            dove = _("che comprenda tutte le unità dell'insieme")
            motivo = _serve_incarico(ruoli_del_parere(tipo, fatti), dove)
            raise NonAutorizzato({insieme.pk: [motivo]}, tentativo)
        if bloccato.stato != "in_istruttoria" or bloccato.impronta != impronta:
            raise Conflitto({insieme.pk: [_non_come_letto(bloccato)]})
        if by.persona_id is None:  # a role without a person acts for nobody
            raise NonTrovato({})
        if esito != "favorevole" and not testo:
            raise NonPossibile({insieme.pk: [_parere_senza_motivo()]}, tentativo)
        numero = azioni.apri(
            ente_id=by.ente_id,
            procedura="insieme",
            verbo="rendi_parere",
            passi=[azioni.Voce(insieme.pk, None, bloccato.stato, bloccato.stato, incarico)],
            attore=by,
            istante=istante,
            motivazione=testo,
            canale=canale,
            dati={"tipo": tipo, "esito": esito},
        )
        approvazione_peg.compi(bloccato, f"parere_{tipo}", by.utente_id)
        parere = Parere.objects.create(
            ente_id=by.ente_id,
            insieme=bloccato,
            tipo=tipo,
            esito=esito,
            persona_id=by.persona_id,
            testo=testo,
            impronta=impronta,
            reso_il=istante,
        )
        dopo = INSIEME.fascicoli([bloccato], istante, Richiesta())[insieme.pk]
        passo = Passo(bloccato, dopo, bloccato.stato, bloccato.stato)
        racconta(INSIEME, Azione(numero, "rendi_parere", by, istante, Richiesta(), (passo,)))
    return parere


# --- refusals -----------------------------------------------------------------------------------


def _incarico(by: Attore, permesso: str, insieme: Insieme, verbo: str) -> Incarico:
    incarico = by.incarico_per(permesso, radice(insieme.ente_id))
    if incarico is None:
        ruoli = [r for r in RUOLI if r in PERMESSI[permesso]]
        motivo = _serve_incarico(ruoli, _("sull'intero ente"))
        raise NonAutorizzato({insieme.pk: [motivo]}, _tentativo(insieme.pk, verbo))
    return incarico


def _serve_incarico(ruoli: Sequence[str], dove: str) -> Motivo:
    return Motivo(
        "incarico",
        "R4",
        _("Serve un incarico di %(ruoli)s %(dove)s, in vigore adesso.")
        % {"ruoli": _(" o ").join(RUOLI[r] for r in ruoli), "dove": dove},
        _("Chiedere a chi ha l'incarico, oppure farselo conferire con un atto."),
        ", ".join(ruoli),
    )


def _tentativo(pk: int, verbo: str) -> Tentativo:
    return Tentativo("insieme", verbo, {pk: None})


def _cambiato() -> Motivo:
    return Motivo(
        "revisione",
        "R50",
        _("Qualcun altro ha modificato l'insieme mentre lo si guardava."),
        _("Ricaricare la pagina, controllare che cosa è cambiato e ripetere."),
        "",
    )


def _non_in_preparazione(insieme: Insieme) -> Motivo:
    return Motivo(
        "in_preparazione",
        "R15",
        _("L'insieme si trova in «%(stato)s»: ciò che contiene non cambia più.")
        % {"stato": insieme.get_stato_display()},
        _("Se è in istruttoria, controllo può ritirarlo con una motivazione."),
        "controllo",
    )


def _non_come_letto(insieme: Insieme) -> Motivo:
    return Motivo(
        "come_letto",
        "R15",
        _("L'insieme non è più quello che si stava leggendo: adesso si trova in «%(stato)s».")
        % {"stato": insieme.get_stato_display()},
        _("Ricaricare la pagina e rileggerlo: il parere vale per il testo su cui è reso."),
        "",
    )


def _parere_senza_motivo() -> Motivo:
    return Motivo(
        "parere_motivato",
        "R15",
        _("Un parere contrario o non dovuto porta la sua motivazione."),
        _("Scrivere perché."),
        "segretario, ragioneria",
    )


def _non_proposti(codici: Sequence[str]) -> Motivo:
    return Motivo(
        "voci_ancora_proposte",
        "R1",
        ngettext("%(codici)s non è una proposta.", "%(codici)s non sono proposte.", len(codici))
        % {"codici": elenca(codici)},
        _("In un insieme entrano solo gli obiettivi proposti."),
        "dirigente",
    )


def _impegnati(codici: Sequence[str]) -> Motivo:
    return Motivo(
        "in_un_insieme_solo",
        "R30",
        ngettext(
            "%(codici)s aspetta già una decisione in un altro insieme.",
            "%(codici)s aspettano già una decisione in un altro insieme.",
            len(codici),
        )
        % {"codici": elenca(codici)},
        _("Toglierlo prima dall'altro insieme, o lasciarlo là."),
        "controllo",
    )
