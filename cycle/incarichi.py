# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is what, until when: the incarichi of an ente with their history, and the two questions
asked of them: who can do this, and what can this person do, and why.

Everything is read at once, in two queries for any number of incarichi; the answers at any instant
are then pure functions of what was read. They say what `permissions.attori` says (a test compares
the two on random histories).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cycle import permissions
from cycle.models import Ente, UnitaOrganizzativa
from cycle.permissions import PERMESSI
from workflows.errors import Motivo, NonAutorizzato
from workflows.machines.base import Transizione
from workflows.ports import RUOLI, Attore, Fascicolo, Incarico, Procedura
from workflows.verdetto import permesso, verdetto


@dataclass(frozen=True, slots=True)
class Unita:
    """A unit of the org chart, as the answers name it."""

    id: int
    pid: UUID
    codice: str
    nome: str
    percorso: str
    tipo: str
    aperta: bool

    @property
    def livello(self) -> int:
        """0 for the root."""
        return self.percorso.count("/") - 2


@dataclass(frozen=True, slots=True)
class Tenuto:
    """An incarico somebody holds, held or will hold. `inizio` and `fine` are the instants between
    which it has effect: of a delega, also those of the incarico it comes from (R81). `entra`: the
    person can log in."""

    id: int
    pid: UUID
    persona_id: int
    persona_pid: UUID
    persona: str
    utente_id: int | None
    entra: bool
    ruolo: str
    tipo: str
    unita: Unita
    delegante_id: int | None  # the incarico
    per_conto_di: int | None  # its persona
    delegante: str
    dal: datetime
    al: datetime | None
    inizio: datetime
    fine: datetime | None
    atto: str
    motivo: str
    ambito: tuple[str, ...]
    cessazione: str
    sospesa_il: datetime | None
    permessi: frozenset[tuple[str, str]]

    def in_vigore(self, istante: datetime) -> bool:
        """`dal` included, `al` excluded (R83)."""
        return self.inizio <= istante and (self.fine is None or istante < self.fine)

    def esercitabile(self, istante: datetime) -> bool:
        """Whether it has effect and its holder is not shut out of the ente."""
        fuori = self.sospesa_il is not None and self.sospesa_il <= istante
        return self.in_vigore(istante) and not fuori

    def finito(self, istante: datetime) -> bool:
        """Whether it will never have effect again."""
        return self.vuoto or (self.fine is not None and self.fine <= istante)

    @property
    def vuoto(self) -> bool:
        """Whether it never had effect: revoked before it began."""
        return self.fine is not None and self.fine <= self.inizio

    def consente(self, permesso: str, percorso: str) -> bool:
        """Whether it carries `permesso` on the unit at `percorso`, while it has effect."""
        return self.incarico.consente(permesso, percorso)

    @property
    def incarico(self) -> Incarico:
        """As guards and verdicts know it."""
        return Incarico(
            self.id, self.ruolo, self.unita.percorso, self.tipo, self.per_conto_di, self.permessi
        )

    @property
    def nome_ruolo(self) -> str:
        return RUOLI[self.ruolo]

    @property
    def nomi_ambito(self) -> list[str]:
        return [nome_permesso(p) for p in self.ambito]


_TENUTI = """
SELECT i.id, i.pid, p.id, p.pid, p.nome_completo, t.id,
       coalesce(t.is_active AND p.sospesa_il IS NULL, false),
       i.ruolo, i.tipo, i.unita_id, i.delegante_id, dp.id, coalesce(dp.nome_completo, ''),
       i.dal, i.al, greatest(i.dal, d.dal), least(i.al, d.al),
       i.atto_di_conferimento, i.motivo, i.ambito::text, i.atto_di_cessazione, p.sospesa_il
  FROM cycle_incarico i
  JOIN cycle_persona p ON p.id = i.persona_id
  LEFT JOIN cycle_utente t ON t.id = p.utente_id
  LEFT JOIN cycle_incarico d ON d.id = i.delegante_id
  LEFT JOIN cycle_persona dp ON dp.id = d.persona_id
 WHERE i.ente_id = %s
 ORDER BY i.dal, i.id
"""


@dataclass(frozen=True, slots=True)
class Potere:
    """A permission on a unit and all below it, and the incarico it comes from."""

    permesso: str
    unita: Unita
    tenuto: Tenuto

    @property
    def nome(self) -> str:
        return nome_permesso(self.permesso)


@dataclass(frozen=True, slots=True)
class ChiPuo:
    """Who can do something at an instant; when nobody can, why."""

    possono: tuple[Tenuto, ...]
    perche: tuple[str, ...] = ()


class Incarichi:
    """All the incarichi of an ente, read at once."""

    def __init__(self, ente: Ente) -> None:
        self.ente = ente
        self.unita = {
            u.pk: Unita(
                u.pk, u.pid, u.codice, u.nome, u.percorso, u.get_tipo_display(), u.al is None
            )
            for u in UnitaOrganizzativa.objects.filter(ente=ente).order_by("percorso")
        }
        self.concessi = permissions.concessi(ente)
        with connection.cursor() as cursore:
            cursore.execute(_TENUTI, [ente.pk])
            self.tenuti = tuple(self._tenuto(riga) for riga in cursore.fetchall())

    def _tenuto(self, riga: Sequence[Any]) -> Tenuto:
        pk, pid, persona_id, persona_pid, nome, utente, entra, ruolo, tipo, unita, delegante = riga[
            :11
        ]
        per_conto, nome_delegante, dal, al, inizio, fine, atto, motivo, ambito = riga[11:20]
        cessazione, sospesa_il = riga[20:]
        scritto = tuple(json.loads(ambito))
        return Tenuto(
            pk,
            pid,
            persona_id,
            persona_pid,
            nome.title(),
            utente,
            entra,
            ruolo,
            tipo,
            self.unita[unita],
            delegante,
            per_conto,
            nome_delegante.title(),
            dal,
            al,
            inizio,
            fine,
            atto,
            motivo,
            scritto,
            cessazione,
            sospesa_il,
            permissions.portati(tipo, scritto, self.concessi[ruolo]),
        )

    def radice(self) -> Unita:
        """The unit that stands for the whole ente."""
        return next(u for u in self.unita.values() if u.livello == 0)

    def in_vigore(self, istante: datetime) -> list[Tenuto]:
        """Those that have effect at the instant."""
        return [t for t in self.tenuti if t.in_vigore(istante)]

    def attore(self, persona_id: int, istante: datetime) -> Attore:
        """The person with the incarichi in force at the instant, as `permissions.attore` says."""
        suoi = [t for t in self.tenuti if t.persona_id == persona_id]
        incarichi = sorted(
            (t.incarico for t in suoi if t.esercitabile(istante)), key=lambda i: i.id
        )
        primo = next(iter(suoi), None)
        return Attore(
            persona_id,
            primo.utente_id if primo and primo.entra else None,
            self.ente.pk,
            primo.persona if primo else "",
            istante,
            tuple(incarichi),
        )

    def che_cosa_puo(self, persona_id: int, istante: datetime) -> list[Potere]:
        """Each permission of the person at the instant, on which unit, by which incarico."""
        per_percorso = {u.percorso: u for u in self.unita.values()}
        poteri = []
        for t in self.tenuti:
            if t.persona_id != persona_id or not t.esercitabile(istante):
                continue
            for nome, su in t.permessi:
                dove = max(t.unita.percorso, su, key=len)
                if dove.startswith(t.unita.percorso) and dove.startswith(su):
                    poteri.append(Potere(nome, per_percorso[dove], t))
        ordine = {nome: n for n, nome in enumerate(PERMESSI)}
        return sorted(
            poteri, key=lambda p: (ordine.get(p.permesso, 0), p.unita.percorso, p.tenuto.id)
        )

    def chi_puo(self, cosa: str, percorso: str, istante: datetime) -> ChiPuo:
        """Who has the permission `cosa` on the unit at `percorso` at the instant, one's own
        incarichi before delegated ones; when nobody has, or nobody who has can log in, why."""
        tutti = [t for t in self.tenuti if t.consente(cosa, percorso)]
        possono = sorted(
            (t for t in tutti if t.in_vigore(istante)),
            key=lambda t: (t.per_conto_di is not None, t.persona, t.id),
        )
        perche = [] if any(t.entra for t in possono) else self._perche(cosa, percorso, istante)
        return ChiPuo(tuple(possono), tuple(perche))

    def _perche(self, cosa: str, percorso: str, istante: datetime) -> list[str]:
        nome = next(u.nome for u in self.unita.values() if u.percorso == percorso)
        ruoli = [
            RUOLI[ruolo]
            for ruolo in RUOLI
            if any(p == cosa and percorso.startswith(su) for p, su in self.concessi[ruolo])
        ]
        if not ruoli:
            return [_("L'ente non ha dato questo permesso ad alcun ruolo su «%s».") % nome]
        tutti = [t for t in self.tenuti if t.consente(cosa, percorso)]
        perche = [
            _("Serve un incarico di %(ruoli)s su «%(unita)s», o su un'unità che la comprende.")
            % {"ruoli": _(" o ").join(ruoli), "unita": nome}
        ]
        perche += [
            _("%(chi)s ha l'incarico ma non può entrare: non ha un'utenza attiva.")
            % {"chi": t.persona}
            for t in tutti
            if t.in_vigore(istante) and not t.entra
        ]
        finiti = [t for t in tutti if t.fine and t.fine <= istante and not t.vuoto]
        if finiti:
            ultimo = max(finiti, key=lambda t: t.fine or istante)
            perche.append(
                _("L'ultimo è stato %(chi)s, %(ruolo)s, fino al %(quando)s.")
                % {"chi": ultimo.persona, "ruolo": ultimo.nome_ruolo, "quando": _giorno(ultimo)}
            )
        futuri = [t for t in tutti if t.inizio > istante and not t.vuoto]
        if futuri:
            primo = min(futuri, key=lambda t: t.inizio)
            perche.append(
                _("Dal %(quando)s potrà farlo %(chi)s, %(ruolo)s.")
                % {
                    "quando": f"{timezone.localtime(primo.inizio):%d/%m/%Y}",
                    "chi": primo.persona,
                    "ruolo": primo.nome_ruolo,
                }
            )
        perche += [
            _("La delega di %(chi)s non lo comprende.") % {"chi": t.persona}
            for t in self.in_vigore(istante)
            if t.tipo == "delega"
            and not t.consente(cosa, percorso)
            and percorso.startswith(t.unita.percorso)
            and any(p == cosa and percorso.startswith(su) for p, su in self.concessi[t.ruolo])
        ]
        return perche


def _giorno(t: Tenuto) -> str:
    """The last day of what has an end."""
    assert t.fine is not None
    return f"{timezone.localtime(t.fine - timedelta(microseconds=1)):%d/%m/%Y}"


def chi_puo_il_passo(
    incarichi: Incarichi,
    procedura: Procedura,
    transizione: Transizione,
    fascicolo: Fascicolo,
    istante: datetime,
) -> tuple[ChiPuo, dict[int, tuple[Motivo, ...]]]:
    """Who can take a step of an object, and for whom of them something of his own stands in the
    way (R57): by id of the persona."""
    chi = incarichi.chi_puo(permesso(procedura.nome, transizione.nome), fascicolo.percorso, istante)
    nessuno = verdetto(
        procedura.macchina,
        transizione,
        fascicolo,
        Attore(None, None, incarichi.ente.pk, "", istante),
        istante,
        anteprima=True,
    )
    di_tutti = set(nessuno.mancanze)
    ostacoli = {}
    for t in chi.possono:
        suo = verdetto(
            procedura.macchina,
            transizione,
            fascicolo,
            incarichi.attore(t.persona_id, istante),
            istante,
            anteprima=True,
        )
        ostacoli[t.persona_id] = tuple(m for m in suo.mancanze if m not in di_tutti)
    return chi, ostacoli


def deve_avere_un_incarico(attore: Attore) -> None:
    """Who is what is told to whoever is somebody in the ente. Raises NonAutorizzato."""
    if not attore.incarichi:
        motivo = Motivo(
            "incarico",
            "R4",
            _("Serve un incarico qualsiasi in questo ente, in vigore adesso."),
            _(
                "Un incarico si conferisce con un atto: chiederlo al servizio programmazione e "
                "controllo."
            ),
            "controllo",
        )
        raise NonAutorizzato({0: [motivo]})


# What a permission allows, after 'può'.
_NOMI: Mapping[str, str | Promise] = {
    "proponi_obiettivo": gettext_lazy("proporre un obiettivo"),
    "rinvia_obiettivo": gettext_lazy("rinviare una proposta al settore"),
    "approva_obiettivo": gettext_lazy("registrare l'approvazione della giunta"),
    "avvia_obiettivo": gettext_lazy("avviare un obiettivo"),
    "rendiconta_obiettivo": gettext_lazy("chiudere la rendicontazione dell'anno"),
    "riapri_obiettivo": gettext_lazy("riaprire un obiettivo"),
    "valida_obiettivo": gettext_lazy("validare un obiettivo"),
    "stralcia_obiettivo": gettext_lazy("registrare lo stralcio di un obiettivo"),
    "trasmetti_relazione": gettext_lazy("trasmettere una relazione"),
    "valida_relazione": gettext_lazy("validare una relazione"),
    "riapri_relazione": gettext_lazy("riaprire una relazione"),
    "osserva_relazione": gettext_lazy("trasmettere le osservazioni del Nucleo su una relazione"),
    "controdeduci_relazione": gettext_lazy("rispondere alle osservazioni del Nucleo"),
    "sottoponi_insieme": gettext_lazy("sottoporre un insieme alla giunta"),
    "ritira_insieme": gettext_lazy("ritirare un insieme dall'istruttoria"),
    "decidi_insieme": gettext_lazy("registrare la decisione della giunta su un insieme"),
    "annulla_insieme": gettext_lazy("rinunciare a un insieme"),
    "modifica_obiettivo": gettext_lazy("modificare una scheda in bozza"),
    "compila_relazione": gettext_lazy("compilare una relazione"),
    "importa_piano": gettext_lazy("importare un piano"),
    "esporta_piano": gettext_lazy("esportare il piano"),
    "vedi_bozze": gettext_lazy("vedere bozze e proposte"),
    "vedi_registro": gettext_lazy("consultare il registro"),
    "gestisci_ente": gettext_lazy("gestire organigramma e persone"),
    "apri_anno": gettext_lazy("aprire un anno"),
    "chiudi_anno": gettext_lazy("chiudere un anno"),
    "vedi_cruscotto": gettext_lazy("vedere il cruscotto dell'anno"),
    "vedi_segnali": gettext_lazy("vedere i segnali, con persone e impegni"),
    "proroga_termine": gettext_lazy("registrare una proroga"),
    "conferisci_incarico": gettext_lazy("conferire e far cessare incarichi"),
    "delega_funzioni": gettext_lazy("delegare le proprie funzioni"),
    "componi_insieme": gettext_lazy("comporre un insieme per la giunta"),
    "parere_tecnico": gettext_lazy("rendere il parere di regolarità tecnica"),
    "parere_contabile": gettext_lazy("rendere il parere di regolarità contabile"),
    "vedi_insiemi": gettext_lazy("vedere gli insiemi per la giunta"),
    "presenta_variazione": gettext_lazy("presentare una richiesta di variazione"),
    "istruisci_variazione": gettext_lazy("dire istruita una richiesta di variazione"),
    "dichiara_irricevibile_variazione": gettext_lazy(
        "dichiarare irricevibile una richiesta tardiva"
    ),
    "approva_variazione": gettext_lazy("registrare l'approvazione di una variazione"),
    "respingi_variazione": gettext_lazy("registrare il rifiuto di una variazione"),
    "ritira_variazione": gettext_lazy("ritirare una richiesta di variazione"),
    "redigi_variazione": gettext_lazy("scrivere una richiesta di variazione"),
    "parere_variazione": gettext_lazy("rendere il parere del Nucleo su una variazione"),
    "visto_variazione": gettext_lazy("apporre il visto contabile a una variazione"),
    "replica_variazione": gettext_lazy("replicare a una variazione d'ufficio"),
    "invita_variazione": gettext_lazy("invitare un settore a chiedere una variazione"),
    "segnala_correzione": gettext_lazy("segnalare un errore materiale"),
    "accogli_correzione": gettext_lazy("accogliere la correzione di un errore materiale"),
    "respingi_correzione": gettext_lazy("respingere la correzione di un errore materiale"),
    "chiedi_neutralizzazione": gettext_lazy("chiedere una neutralizzazione, o promuoverla"),
    "accogli_neutralizzazione": gettext_lazy("neutralizzare in seduta"),
    "rimetti_neutralizzazione": gettext_lazy("proporre alla giunta una neutralizzazione"),
    "delibera_neutralizzazione": gettext_lazy("registrare la neutralizzazione della giunta"),
    "respingi_neutralizzazione": gettext_lazy("respingere in seduta una neutralizzazione"),
    "nega_neutralizzazione": gettext_lazy("registrare che la giunta nega una neutralizzazione"),
    "ritira_neutralizzazione": gettext_lazy("ritirare una neutralizzazione"),
}


def nome_permesso(permesso: str) -> str:
    """What a permission allows, in words that follow 'può'."""
    return str(_NOMI.get(permesso, permesso.replace("_", " ")))
