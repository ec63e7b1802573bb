# SPDX-License-Identifier: AGPL-3.0-or-later
"""Requests that wait: the settore is told that the term of its drafts is over (R22, R24) and is
reminded of its days to reply (R34); whoever must act that nobody has said anything for too long,
and then the segretario. Silence decides nothing (R38)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cycle import permissions
from cycle.models import Ente, ParereVariazione, RichiestaVariazione
from cycle.parametri import Parametri
from cycle.permissions import PERMESSI
from cycle.services.enti import di_comando
from cycle.termini import in_vigore
from cycle.variazioni.attese import replica_fino, silenzio_dal
from cycle.variazioni.chi import DEL_SETTORE, redige
from cycle.variazioni.fatti import TERMINE as TERMINE_VARIAZIONI
from cycle.variazioni.fatti import dovuti, nome_richiesta
from notifications import posta
from notifications.posta import NuovaNotifica
from workflows.guards_variazione import RIFIUTO
from workflows.machines.variazione import PENDENTI
from workflows.ports import Attore
from workflows.registro import azioni
from workflows.registro.models import Evento

REPLICA, SILENZIO, SEGRETARIO, TERMINE = "replica", "silenzio", "segretario", "termine"
MEMORIA = timedelta(days=60)  # a term that ended longer ago is history
_DEL_PARERE = {"nucleo": "parere_variazione", "ragioneria": "visto_variazione"}


@dataclass(frozen=True, slots=True)
class _Attesa:
    """The latest thing to tell of a request: to whom, by permission or as the segretario."""

    richiesta: RichiestaVariazione
    passo: str
    testo: str
    permessi: tuple[str, ...]


def avvisa_attese(ente: Ente, istante: datetime) -> int:
    """Tell what is due of the requests of an ente at `istante`, once each, and say of how many.
    After a stop only the latest step of each is told. Needs the transaction and the lock of
    `scadenze`."""
    vive = list(
        RichiestaVariazione.objects.filter(
            ente=ente, stato__in=("bozza", *PENDENTI), obiettivo__ciclo__stato="aperto"
        )
        .select_related("obiettivo__ciclo", "obiettivo__unita")
        .order_by("pk")
    )
    pendenti = [v for v in vive if v.stato in PENDENTI]
    detti = set(
        ParereVariazione.objects.filter(richiesta__in=pendenti).values_list(
            "richiesta_id", "tipo", "impronta"
        )
    )
    fatti = {
        (e.oggetto_id, e.dati["passi"].get(str(e.oggetto_id)))
        for e in Evento.objects.filter(
            procedura="variazione", verbo="avvisa", oggetto_id__in=[v.pk for v in vive]
        )
        if e.dati
    }
    scadute = [
        a for a in _fuori_termine(ente, vive, istante) if (a.richiesta.pk, TERMINE) not in fatti
    ]
    dovute = scadute[:]
    for v in pendenti:
        resi = {tipo for pk, tipo, impronta in detti if pk == v.pk and impronta == v.impronta}
        trovata = next(_attese(v, ente, istante, resi), None)
        if trovata is not None and (v.pk, trovata.passo) not in fatti:
            dovute.append(trovata)
    if dovute:
        _avvisa(ente, dovute, istante)
    return len(dovute)


def _fuori_termine(
    ente: Ente, vive: Sequence[RichiestaVariazione], istante: datetime
) -> Iterator[_Attesa]:
    """The settore's drafts whose term has just ended: the task to file them no longer stands as it
    was told."""
    bozze = [v for v in vive if v.stato == "bozza" and not v.d_ufficio]
    termini = {
        s.ciclo_id: s.effettivo
        for s in in_vigore(istante).filter(
            ciclo__in={v.obiettivo.ciclo_id for v in bozze}, codice=TERMINE_VARIAZIONI
        )
    }
    for v in bozze:
        fine = termini.get(v.obiettivo.ciclo_id)
        if fine is None or not fine <= istante < fine + MEMORIA:
            continue
        regola = Parametri.da_dizionario(v.obiettivo.ciclo.parametri).variazione_tardiva
        testo = (
            _("%(nome)s: il termine è scaduto e la bozza non si presenta più. Si può ritirarla.")
            if regola == RIFIUTO
            else _(
                "%(nome)s: il termine è scaduto. Presentata adesso, la richiesta è tardiva: serve "
                "la causa sopravvenuta."
            )
        )
        nome = nome_richiesta(v, v.obiettivo.codice)
        yield _Attesa(v, TERMINE, testo % {"nome": nome}, ())


def _attese(
    v: RichiestaVariazione, ente: Ente, istante: datetime, resi: set[str]
) -> Iterator[_Attesa]:
    """What there is to tell of a request, the latest step first."""
    parametri = Parametri.da_dizionario(v.obiettivo.ciclo.parametri)
    oggi = istante.astimezone(ZoneInfo(ente.fuso)).date()
    nome = nome_richiesta(v, v.obiettivo.codice)
    fine = silenzio_dal(v, parametri, ente.fuso)
    if fine is not None and oggi > fine:
        da = (oggi - fine).days + parametri.silenzio_giorni
        testo = _(
            "%(nome)s: presentata da %(n)s giorni, e nessuno ha deciso. Il silenzio non vale "
            "accoglimento né rifiuto."
        ) % {"nome": nome, "n": da}
        if oggi > fine + timedelta(days=parametri.segretario_dopo_giorni):
            yield _Attesa(v, SEGRETARIO, testo, ())
        else:
            yield _Attesa(v, SILENZIO, testo, _di_chi(v, parametri, resi))
    entro = replica_fino(v, parametri, ente.fuso)
    if entro is not None and REPLICA not in resi and 0 <= (entro - oggi).days <= 1:
        restano = (entro - oggi).days
        quando = ngettext("manca un giorno", "mancano %(n)s giorni", restano) % {"n": restano}
        testo = _("%(nome)s: %(quando)s per replicare, il termine è il %(giorno)s.") % {
            "nome": nome,
            "quando": quando if restano else _("è l'ultimo giorno"),
            "giorno": f"{entro:%d/%m/%Y}",
        }
        yield _Attesa(v, REPLICA, testo, ("replica_variazione",))


def _di_chi(v: RichiestaVariazione, parametri: Parametri, resi: set[str]) -> tuple[str, ...]:
    """What would move the request: the opinions it lacks, or the decision."""
    mancano = [t for t in dovuti(v, parametri) if t not in resi]
    if v.stato == "istruita" or not mancano:
        return ("approva_variazione", "dichiara_irricevibile_variazione")
    return (*(_DEL_PARERE[t] for t in mancano), "approva_variazione")


def _avvisa(ente: Ente, dovute: Sequence[_Attesa], istante: datetime) -> None:
    numero = azioni.apri(
        ente_id=ente.pk,
        procedura="variazione",
        verbo="avvisa",
        passi=[
            azioni.Voce(a.richiesta.pk, a.richiesta.obiettivo_id, a.richiesta.stato, "")
            for a in dovute
        ],
        attore=di_comando(ente.pk, istante),
        istante=istante,
        canale="sistema",
        dati={"passi": {a.richiesta.pk: a.passo for a in dovute}},
    )
    ruoli = {r for a in dovute for p in a.permessi for r in PERMESSI[p]}
    ruoli |= {"segretario", *DEL_SETTORE}
    persone = permissions.con_ruolo(ente.pk, ruoli, istante)
    posta.scrivi(
        [
            NuovaNotifica(
                chi.utente_id,
                chi.persona_id,
                f"variazione:{a.richiesta.pk}",
                "da_fare",
                a.testo,
                reverse("variazione", args=[ente.codice_ipa, a.richiesta.pid]),
                "alta",
                f"obiettivo:{a.richiesta.obiettivo_id}",
            )
            for a in dovute
            for chi in persone
            if chi.utente_id is not None and chi.persona_id is not None and _concerne(a, chi)
        ],
        # what was told of a draft while it could still be filed in time is settled
        materie=[f"variazione:{a.richiesta.pk}" for a in dovute if a.passo == TERMINE],
        ente_id=ente.pk,
        evento_id=numero,
    )


def _concerne(a: _Attesa, chi: Attore) -> bool:
    percorso = a.richiesta.obiettivo.unita.percorso
    if a.passo == TERMINE:
        return redige(chi, a.richiesta, percorso) is not None
    if not a.permessi:
        return any(
            i.ruolo == "segretario" and percorso.startswith(i.percorso) for i in chi.incarichi
        )
    return any(chi.incarico_per(p, percorso) is not None for p in a.permessi)
