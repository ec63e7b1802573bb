# SPDX-License-Identifier: AGPL-3.0-or-later
"""What falls due: reminders of the terms to whoever holds their roles, once each (`domain.md` 9);
where the work that is left can be counted, to whoever has some, and no longer than they have.

Only the terms of years opened by an act are told: an imported year has a calendar nobody decided.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cycle import orologio, permissions
from cycle.calendario import ultimo_giorno
from cycle.insiemi import copia
from cycle.models import Battito, Ente, Preavviso, Scadenza
from cycle.parametri import Parametri
from cycle.services import promemoria, repliche
from cycle.services.enti import di_comando, nell_ente
from cycle.services.promemoria import Promemoria
from cycle.services.variazioni.attese import avvisa_attese
from cycle.services.variazioni.inviti import chiudi_scaduti
from cycle.termini import in_vigore
from notifications import posta
from notifications.models import Notifica
from notifications.posta import NuovaNotifica
from workflows.ports import RUOLI, Attore
from workflows.registro import azioni

log = logging.getLogger(__name__)

LAVORO = "scadenze"
GIORNI = (30, 7, 1, 0)
URGENTI = 7  # days left from which a reminder is urgent
# A term that expired longer ago than this is history: nobody is told of it, and what was told of
# it is settled.
MEMORIA = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Passo:
    """The latest reminder that is due of a term."""

    codice: str
    giorni: int  # left until the last day; negative when it has passed


def passo(effettivo: datetime, istante: datetime, fuso: str, segretario_dopo: int) -> Passo | None:
    """Which reminder of a term is due at `istante`, the latest one only; None when none is, or
    when the term is too old to speak of."""
    giorni = (ultimo_giorno(effettivo, fuso) - istante.astimezone(ZoneInfo(fuso)).date()).days
    if istante >= effettivo:
        if istante >= effettivo + MEMORIA:
            return None
        return Passo("segretario" if -giorni > segretario_dopo else "scaduta", giorni)
    dovuti = [g for g in GIORNI if giorni <= g]
    return Passo(str(min(dovuti)), giorni) if dovuti else None


def scadenze(istante: datetime) -> int:
    """Run what falls due at `istante`, for every ente, and say how many terms were told. Done
    twice it tells nothing twice; after a stop it tells of each term only the latest step. An ente
    that fails does not stop the others. Writes the heartbeat, by the real clock."""
    detti, guasti = 0, 0
    for pk in Ente.objects.order_by("pk").values_list("pk", flat=True):
        try:
            detti += _dell_ente(pk, istante)
        except Exception:  # whatever it is, the other enti have their terms too
            guasti += 1
            log.exception("scadenze: ente %s non servito", pk)
    esito = ngettext("%(n)s termine avvisato", "%(n)s termini avvisati", detti) % {"n": detti}
    if guasti:
        esito += ngettext("; %(n)s ente non servito", "; %(n)s enti non serviti", guasti) % {
            "n": guasti
        }
    Battito.objects.update_or_create(
        nome=LAVORO, defaults={"istante": orologio.vero(), "esito": esito}
    )
    return detti


def _dell_ente(pk: int, istante: datetime) -> int:
    with transaction.atomic():
        nell_ente(pk)
        with connection.cursor() as cursore:  # two workers: one after the other
            cursore.execute("SELECT pg_advisory_xact_lock(hashtext('scadenze'), %s)", [pk])
        ente = Ente.objects.get(pk=pk)
        repliche.ricorda(ente, istante)
        chiudi_scaduti(pk, istante.astimezone(ZoneInfo(ente.fuso)).date())
        aperte = list(
            in_vigore(istante)
            .filter(ente=ente, ciclo__stato="aperto", ciclo__atto_apertura__isnull=False)
            .select_related("ciclo")
        )
        _salda(ente, aperte, istante)
        dovuti = _dovuti(ente, aperte, istante)
        _chiudi(ente, [s for s in aperte if istante >= s.effettivo + MEMORIA])
        altri = avvisa_attese(ente, istante)
        if not dovuti:
            return altri
        numero = azioni.apri(
            ente_id=ente.pk,
            procedura="scadenza",
            verbo="avvisa",
            passi=[azioni.Voce(s.pk) for s, _passo in dovuti],
            attore=di_comando(ente.pk, istante),
            istante=istante,
            canale="sistema",
            dati={
                "passi": {s.pk: p.codice for s, p in dovuti},
                "termini": {s.pk: f"{s.nome} {s.ciclo.anno}" for s, _passo in dovuti},
            },
        )
        copia(
            Preavviso(ente=ente, scadenza=s, passo=p.codice, termine=s.effettivo) for s, p in dovuti
        )
        avvisa(
            ente=ente,
            testi={s.pk: _testo(ente, s, p) for s, p in dovuti},
            istante=istante,
            evento_id=numero,
            ancora=frozenset(s.pk for s, p in dovuti if p.codice == "segretario"),
            urgenti=frozenset(s.pk for s, p in dovuti if p.giorni <= URGENTI),
            resti=promemoria.dei_termini([s for s, _passo in dovuti]),
        )
        return len(dovuti) + altri


def _dovuti(
    ente: Ente, aperte: Sequence[Scadenza], istante: datetime
) -> list[tuple[Scadenza, Passo]]:
    fatti = set(
        Preavviso.objects.filter(scadenza__in=aperte).values_list("scadenza", "passo", "termine")
    )
    dopo: dict[int, int] = {}
    dovuti = []
    for s in aperte:
        if s.ciclo_id not in dopo:
            parametri = Parametri.da_dizionario(s.ciclo.parametri)
            dopo[s.ciclo_id] = parametri.segretario_dopo_giorni
        trovato = passo(s.effettivo, istante, ente.fuso, dopo[s.ciclo_id])
        if trovato and (s.pk, trovato.codice, s.effettivo) not in fatti:
            dovuti.append((s, trovato))
    return dovuti


def _testo(ente: Ente, s: Scadenza, p: Passo) -> tuple[frozenset[str], str, str]:
    """Whom a step is told to, in which words, and where it leads."""
    giorno = f"{ultimo_giorno(s.effettivo, ente.fuso):%d/%m/%Y}"
    nome = f"{s.nome} {s.ciclo.anno}"
    if p.giorni > 0:
        quando = ngettext("manca un giorno", "mancano %(n)s giorni", p.giorni) % {"n": p.giorni}
        testo = _("%(nome)s: %(quando)s, il termine è il %(giorno)s.") % {
            "nome": nome,
            "quando": quando,
            "giorno": giorno,
        }
    elif p.codice == "0":
        testo = _("%(nome)s: il termine è oggi, %(giorno)s.") % {"nome": nome, "giorno": giorno}
    else:
        testo = _("%(nome)s: il termine del %(giorno)s è passato.") % {
            "nome": nome,
            "giorno": giorno,
        }
    if s.blocca:
        modo = _("non si può più %(cosa)s") if p.giorni < 0 else _("poi non si potrà %(cosa)s")
        testo = f"{testo[:-1]}: {modo % {'cosa': s.blocca}}."
    ruoli = frozenset({"segretario"}) if p.codice == "segretario" else frozenset(s.ruoli)
    if s.codice == promemoria.PROPOSTE and p.codice != "segretario":
        ruoli |= promemoria.SETTORE
    dove = reverse("calendario", args=[ente.codice_ipa, s.ciclo.anno])
    return ruoli, testo, f"{dove}#{s.codice}"


# --- the news -------------------------------------------------------------------------------------


def materia(scadenza_id: int) -> str:
    """The matter of the news of a term."""
    return f"scadenza:{scadenza_id}"


def avvisa(
    *,
    ente: Ente,
    testi: Mapping[int, tuple[frozenset[str], str, str]],
    istante: datetime,
    evento_id: int | None,
    ancora: frozenset[int] = frozenset(),
    urgenti: frozenset[int] = frozenset(),
    resti: Mapping[int, Promemoria] | None = None,
) -> None:
    """Tell of terms (by id: roles, words, link) whoever holds one of the roles at `istante`, one
    row a person and term, which takes the place of the one before; of those in `resti`, with what
    is left to each, and not to whom nothing is. Whoever no longer holds a role has the old one
    closed, but for the terms in `ancora`: who was told stays told."""
    ruoli = sorted({r for quali, _testo, _link in testi.values() for r in quali})
    attori = [
        a
        for a in permissions.con_ruolo(ente.pk, ruoli, istante)
        if a.persona_id is not None and a.utente_id is not None
    ]
    posta.scrivi(
        [
            NuovaNotifica(
                a.utente_id,
                a.persona_id,
                materia(pk),
                "da_fare",
                detto,
                link,
                "alta" if pk in urgenti else "normale",
            )
            for pk, (quali, testo, link) in testi.items()
            for a in attori
            if a.utente_id is not None
            and a.persona_id is not None
            and (detto := _detto(a, quali, testo, (resti or {}).get(pk)))
        ],
        materie=[materia(pk) for pk in testi if pk not in ancora],
        ente_id=ente.pk,
        evento_id=evento_id,
    )


def _detto(a: Attore, quali: frozenset[str], testo: str, resto: Promemoria | None) -> str:
    """What one person is told of a term; "" when it is not theirs, or they have done it."""
    tenuti = quali & a.ruoli()
    if not tenuti:
        return ""
    if resto is None:
        return testo
    suo = resto.di(a)
    if suo.quanti:
        return _("%(testo)s Da fare: %(resto)s.") % {"testo": testo, "resto": resto.detto(suo)}
    if "segretario" in tenuti and resto.tutto().quanti:
        detto = resto.detto(resto.tutto())
        return _("%(testo)s Nell'ente: %(resto)s.") % {"testo": testo, "resto": detto}
    return testo if tenuti - promemoria.SETTORE - {"segretario"} else ""


def _salda(ente: Ente, aperte: Sequence[Scadenza], istante: datetime) -> None:
    """Close the reminders of whoever has done what they asked."""
    dette = list(
        Notifica.objects.filter(
            ente_id=ente.pk,
            materia__in=[materia(s.pk) for s in aperte if promemoria.si_conta(s)],
            motivo="da_fare",
            chiusa_il__isnull=True,
        ).values_list("pk", "materia", "persona_id")
    )
    if not dette:
        return
    resti = promemoria.dei_termini([s for s in aperte if materia(s.pk) in {m for _, m, _ in dette}])
    chi = {a.persona_id: a for a in permissions.con_ruolo(ente.pk, [*RUOLI], istante)}
    ruoli = {materia(s.pk): frozenset(s.ruoli) | promemoria.SETTORE for s in aperte}
    per_materia = {materia(pk): resto for pk, resto in resti.items()}
    finite = [
        pk
        for pk, quale, persona in dette
        if (attore := chi.get(persona)) is None
        or not _detto(attore, ruoli[quale] | {"segretario"}, "-", per_materia[quale])
    ]
    posta.chiudi(finite)


def _chiudi(ente: Ente, passate: Sequence[Scadenza]) -> None:
    if passate:
        posta.scrivi([], materie=[materia(s.pk) for s in passate], ente_id=ente.pk, evento_id=None)
