# SPDX-License-Identifier: AGPL-3.0-or-later
"""A request on its way: filed, given its opinions, examined, withdrawn, evaluated. What the giunta
decides stands in `decisione`."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cycle import orologio, permissions
from cycle.models import ParereVariazione, RichiestaVariazione
from cycle.models.variazione import ESITI_VARIAZIONE
from cycle.procedures import VARIAZIONE
from cycle.services.enti import nell_ente
from cycle.services.variazioni import comune
from cycle.services.variazioni.inviti import risposto
from workflows.engine import execute
from workflows.errors import Conflitto, Motivo, NonPossibile, NonTrovato, Rifiuto
from workflows.guards_variazione import campi_liberi
from workflows.machines.variazione import DECISE, PENDENTI
from workflows.ports import Attore, Richiesta
from workflows.processes import variazione as flusso
from workflows.verdetto import permesso, verdetto

# kind of statement -> permission
_PERMESSI = {
    "nucleo": "parere_variazione",
    "ragioneria": "visto_variazione",
    "replica": "replica_variazione",
    "valutazione": "parere_variazione",
}


def presenta(
    *,
    richiesta: RichiestaVariazione,
    by: Attore,
    istante: datetime | None = None,
    revisione: int | None = None,
    canale: str = "web",
) -> RichiestaVariazione:
    """File a request. Its instant is that of the database's transaction, read before any lock
    (R21-R23); tests and the demo give theirs. Filing again what one has filed gives it as it is,
    with its first instant, also once it is decided or withdrawn (R50).

    Raises the refusals of the engine; of two that file the same field at once, the second is told
    which request holds it (R36).
    """
    with transaction.atomic():
        quando = istante or orologio.della_transazione()
        nell_ente(by.ente_id)
        v = comune.bloccata(by, richiesta.pk)
        if v.presentata_il and by.persona_id and v.presentata_da_id == by.persona_id:
            return v
        try:
            with transaction.atomic():
                esito = execute(
                    VARIAZIONE,
                    "presenta",
                    [v.pk],
                    by,
                    quando,
                    richiesta=Richiesta(v.motivazione),
                    revisioni={} if revisione is None else {v.pk: revisione},
                    canale=canale,
                )
        except IntegrityError as errore:
            if "variazione_un_campo" not in str(errore):
                raise
            raise _conteso(v, quando, by) from errore
        risposto(v, esito.azione, quando)
        return _istruisci(v, quando)


def _conteso(v: RichiestaVariazione, istante: datetime, by: Attore) -> Rifiuto:
    """The field was taken by a request that committed meanwhile: which one."""
    motivi = campi_liberi.motivi(comune.fatti(v, istante), by, istante)
    return NonPossibile({v.pk: motivi}, comune.tentativo(v, "presenta"))


def _istruisci(v: RichiestaVariazione, istante: datetime) -> RichiestaVariazione:
    """The process says that a request is examined as soon as nothing is missing for it."""
    v = comune.riletta(v.pk)  # locked already, by whoever moved it
    f = comune.fatti(v, istante)
    passo = VARIAZIONE.macchina.transizione("istruisci")
    assert passo is not None
    puo = permesso("variazione", "istruisci")
    chi = permissions.procedimento(v.ente_id, puo, f.percorso, istante)
    if verdetto(VARIAZIONE.macchina, passo, f, chi, istante).permessa:
        execute(VARIAZIONE, "istruisci", [v.pk], chi, istante, canale="sistema")
        v = comune.riletta(v.pk)
    return v


def ritira(
    *,
    richiesta: RichiestaVariazione,
    by: Attore,
    istante: datetime,
    motivazione: str = "",
    revisione: int | None = None,
    canale: str = "web",
) -> RichiestaVariazione:
    """Withdraw a request that is not decided yet; it stays in the log (R37)."""
    return _passo("ritira", richiesta, by, istante, motivazione, revisione, canale)


def dichiara_irricevibile(
    *,
    richiesta: RichiestaVariazione,
    by: Attore,
    istante: datetime,
    motivazione: str,
    revisione: int | None = None,
    canale: str = "web",
) -> RichiestaVariazione:
    """Declare inadmissible a late request, where the year's policy says so (R24)."""
    return _passo("dichiara_irricevibile", richiesta, by, istante, motivazione, revisione, canale)


def _passo(
    verbo: str,
    richiesta: RichiestaVariazione,
    by: Attore,
    istante: datetime,
    motivazione: str,
    revisione: int | None,
    canale: str,
) -> RichiestaVariazione:
    with transaction.atomic():
        nell_ente(by.ente_id)
        execute(
            VARIAZIONE,
            verbo,
            [richiesta.pk],
            by,
            istante,
            richiesta=Richiesta(motivazione),
            revisioni={} if revisione is None else {richiesta.pk: revisione},
            canale=canale,
        )
    return comune.riletta(richiesta.pk)


# --- what is said of it -------------------------------------------------------------------------


def esprimi_parere(
    *,
    richiesta: RichiestaVariazione,
    esito: str,
    testo: str,
    impronta: str,
    by: Attore,
    istante: datetime,
    canale: str = "web",
) -> ParereVariazione:
    """The Nucleo's opinion on the request as it was read, `impronta` (R33): it binds nobody. When
    the last required one is in, the request is examined. Raises Conflitto when it is no longer
    the one that was read or the opinion is not awaited; NonAutorizzato; NonPossibile when who is
    not in favour does not say why. The same words again are answered with the first (R50)."""
    return _rendi("nucleo", richiesta, esito, testo, impronta, by, istante, canale)


def apponi_visto(
    *,
    richiesta: RichiestaVariazione,
    esito: str,
    testo: str,
    impronta: str,
    by: Attore,
    istante: datetime,
    atto_contabile: str = "",
    canale: str = "web",
) -> ParereVariazione:
    """The visto of the ragioneria, with the act that moves the money where there is one already
    (R28). Raises as `esprimi_parere`."""
    return _rendi(
        "ragioneria", richiesta, esito, testo, impronta, by, istante, canale, atto_contabile
    )


def replica(
    *,
    richiesta: RichiestaVariazione,
    esito: str,
    testo: str,
    impronta: str,
    by: Attore,
    istante: datetime,
    canale: str = "web",
) -> ParereVariazione:
    """The settore's reply to a variazione ex officio, until it is decided (R34)."""
    return _rendi("replica", richiesta, esito, testo, impronta, by, istante, canale)


def valuta(
    *,
    richiesta: RichiestaVariazione,
    esito: str,
    testo: str,
    by: Attore,
    istante: datetime,
    canale: str = "web",
) -> ParereVariazione:
    """The Nucleo's evaluation of a decided request, for the Relazione (R32)."""
    impronta = richiesta.impronta
    return _rendi("valutazione", richiesta, esito, testo, impronta, by, istante, canale)


def _rendi(
    tipo: str,
    richiesta: RichiestaVariazione,
    esito: str,
    testo: str,
    impronta: str,
    by: Attore,
    istante: datetime,
    canale: str,
    atto_contabile: str = "",
) -> ParereVariazione:
    if esito not in dict(ESITI_VARIAZIONE):
        raise NonTrovato({})
    with transaction.atomic():
        nell_ente(by.ente_id)
        by = comune.adesso(by, istante)
        v = comune.bloccata(by, richiesta.pk)
        prova = comune.tentativo(v, "rendi_parere")
        incarico = comune.incarico_per(by, _PERMESSI[tipo], comune.fatti(v, istante), prova)
        stati = DECISE if tipo == "valutazione" else PENDENTI
        detto = (comune.persona(by), esito, testo.strip())
        gia = ParereVariazione.objects.filter(richiesta=v, tipo=tipo, impronta=impronta).first()
        if gia is not None and (gia.persona_id, gia.esito, gia.testo) == detto:
            return gia  # sent twice, given once (R50)
        if v.stato not in stati or v.impronta != impronta or not impronta:
            raise Conflitto({v.pk: [_non_come_letta(v)]})
        if gia is not None or (tipo == "replica" and not v.d_ufficio):
            raise Conflitto({v.pk: [_gia_reso()]})
        if esito != "favorevole" and not testo.strip():
            raise NonPossibile({v.pk: [_senza_motivo()]}, prova)
        dati = {"tipo": tipo, "esito": esito}
        numero = comune.apri(v, "rendi_parere", incarico, by, istante, canale, testo.strip(), dati)
        if tipo in flusso.DEL_PARERE:
            flusso.compi(v, tipo, by.utente_id)
        if atto_contabile.strip():
            _scrivi_atto_contabile(v, atto_contabile)
        parere = ParereVariazione.objects.create(
            ente_id=by.ente_id,
            richiesta=v,
            tipo=tipo,
            esito=esito,
            persona_id=comune.persona(by),
            testo=testo.strip(),
            impronta=impronta,
            reso_il=istante,
        )
        comune.racconta_di(v, "rendi_parere", numero, by, istante)
        _istruisci(v, istante)
    return parere


def indica_atto_contabile(
    *,
    richiesta: RichiestaVariazione,
    atto_contabile: str,
    by: Attore,
    istante: datetime,
    canale: str = "web",
) -> RichiestaVariazione:
    """Say which accounting act moves the money, on a request still to be decided (R28)."""
    with transaction.atomic():
        nell_ente(by.ente_id)
        by = comune.adesso(by, istante)
        v = comune.bloccata(by, richiesta.pk)
        prova = comune.tentativo(v, "modifica")
        incarico = comune.incarico_per(by, "visto_variazione", comune.fatti(v, istante), prova)
        if v.atto_contabile == _in_riga(atto_contabile):
            return v  # sent twice, written once (R50)
        if v.stato not in PENDENTI:
            raise Conflitto({v.pk: [_non_come_letta(v)]})
        comune.apri(v, "modifica", incarico, by, istante, canale)
        _scrivi_atto_contabile(v, atto_contabile)
    return comune.riletta(v.pk)


def _scrivi_atto_contabile(v: RichiestaVariazione, atto: str) -> None:
    RichiestaVariazione.objects.filter(pk=v.pk).update(
        atto_contabile=_in_riga(atto), revisione=v.revisione + 1
    )


def _in_riga(atto: str) -> str:
    return " ".join(atto.split())[:200]


def _non_come_letta(v: RichiestaVariazione) -> Motivo:
    return Motivo(
        "come_letta",
        "R33",
        _("La richiesta non è più quella che si stava leggendo: adesso si trova in «%(stato)s».")
        % {"stato": v.get_stato_display()},
        _("Ricaricare la pagina e rileggerla: ci si esprime su ciò che si è letto."),
        "",
    )


def _gia_reso() -> Motivo:
    return Motivo(
        "non_ancora_reso",
        "R33",
        _("Su questa richiesta, com'è adesso, ci si è già espressi; o non era chiesto."),
        _("Ricaricare la pagina della richiesta."),
        "",
    )


def _senza_motivo() -> Motivo:
    return Motivo(
        "parere_motivato",
        "R33",
        _("Chi non è favorevole dice perché."),
        _("Scrivere la motivazione."),
        "nucleo, ragioneria",
    )
