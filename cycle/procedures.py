# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table that binds nouns to verbs: machine, facts, effects, recipients of each procedure.

`workflows.engine` knows none of these nouns; it is handed a row of this table.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from cycle import (
    effetti,
    effetti_nucleo,
    fascicolo,
    istruttoria,
    notizie,
    notizie_giunta,
    permissions,
)
from cycle.models import (
    Correzione,
    Insieme,
    Neutralizzazione,
    Obiettivo,
    RelazioneSemestrale,
    RichiestaVariazione,
    VoceInsieme,
)
from cycle.neutralizza import effetti as effetti_neutralizza
from cycle.neutralizza.fatti import di_neutralizzazioni
from cycle.notizie import Materia
from cycle.variazioni import effetti as effetti_variazione
from cycle.variazioni.fatti import di_correzioni, di_variazioni
from workflows.machines.base import Macchina, Transizione
from workflows.machines.relazione import COMPILABILI
from workflows.machines.variazione import PENDENTI
from workflows.ports import (
    Attore,
    Azione,
    Fascicolo,
    FattiAtto,
    FattiPeriodo,
    Interessati,
    Notizia,
    Passo,
    Richiesta,
)
from workflows.processes import validazione as flusso_validazione
from workflows.processes import variazione as flusso_variazione
from workflows.verdetto import permesso

Effetto = Callable[[Azione], None]


class _Procedura:
    """What the procedures share: who acts, the Atto's number, whom to tell."""

    nome: str
    macchina: Macchina
    effetti_di: Mapping[str, Effetto]
    fatti_di: Mapping[str, str] = {}  # what the news say of verbs that are no transition

    def gruppi(self, ids: Sequence[int]) -> Iterable[Sequence[int]]:
        return [ids]

    def ricorda(self, passo: Passo, richiesta: Richiesta) -> Passo:
        return passo

    def attore(self, attore: Attore, istante: datetime) -> Attore:
        """The same person with the incarichi in force at `istante`, read now."""
        if attore.persona_id is None:
            return attore
        return permissions.attore(attore.ente_id, attore.persona_id, istante)

    def persone(
        self,
        attore: Attore,
        istante: datetime,
        transizione: Transizione,
        fascicoli: Mapping[int, Fascicolo],
    ) -> tuple[Attore, Interessati | None]:
        if attore.persona_id is None:
            return attore, None
        serve = [permesso(self.nome, transizione.nome)]
        return permissions.attore(attore.ente_id, attore.persona_id, istante, serve), None

    def riserva_atto(self, richiesta: Richiesta) -> int | None:
        if richiesta.atto is None:
            return None
        with connection.cursor() as cursore:
            cursore.execute("SELECT nextval(pg_get_serial_sequence('cycle_atto', 'id'))")
            return int(cursore.fetchone()[0])

    def effetti(self, azione: Azione) -> None:
        effetto = self.effetti_di.get(azione.verbo)
        if effetto is not None:
            effetto(azione)

    def notizie(self, azione: Azione) -> list[Notizia]:
        """What is told of each matter; of what a set decides, its own news tell."""
        if "insieme" in azione.richiesta.dati:
            return [Notizia(f"{self.nome}:{p.oggetto.pk}", (), "", "") for p in azione.passi]
        transizione = self.macchina.transizione(azione.verbo)
        fatto = transizione.regole.fatto if transizione else self.fatti_di[azione.verbo]
        return notizie.di(azione, self.materie(azione), fatto)

    def materie(self, azione: Azione) -> list[Materia]:
        """What the action touched: its objects."""
        return [Materia(self.macchina, p, self.pid(p), _dopo(p, azione)) for p in azione.passi]

    def pid(self, passo: Passo) -> str:
        return str(passo.oggetto.pid)


def _dopo(passo: Passo, azione: Azione) -> Fascicolo:
    """The facts once the step is taken, by whom and on whose behalf (R57)."""
    f = passo.fascicolo
    agito, relazioni = f.agito_per_il_settore, f.relazioni
    if azione.verbo in fascicolo.VERBI_DEL_SETTORE and azione.attore.persona_id is not None:
        incarico = azione.attore.incarico_per(permesso(f.procedura, azione.verbo), f.percorso)
        agito |= {azione.attore.persona_id}
        if incarico is not None and incarico.per_conto_di is not None:
            agito |= {incarico.per_conto_di}
    if f.procedura == "relazione":
        relazioni = tuple(replace(r, stato=passo.a) if r.id == f.id else r for r in relazioni)
    return replace(
        f,
        stato=passo.a,
        stato_obiettivo=passo.a if f.procedura == "obiettivo" else f.stato_obiettivo,
        relazioni=relazioni,
        agito_per_il_settore=agito,
        richiesta=_NIENTE,
    )


_NIENTE = Richiesta()


# --- obiettivo ----------------------------------------------------------------------------------


_CAMPI = [campo.attname for campo in Obiettivo._meta.concrete_fields]
_BLOCCA = (
    f"SELECT {', '.join(_CAMPI)} FROM cycle_obiettivo "  # noqa: S608 - names, not input
    "WHERE ente_id = %s AND id = ANY (ARRAY(SELECT jsonb_array_elements_text(%s)::bigint)) "
    "ORDER BY id FOR UPDATE"
)


@dataclass(frozen=True, slots=True)
class _Deciso:
    """Which objective a set has decided, and of which year: all that its effects ask."""

    pk: int
    ciclo_id: int


_DIMENTICATI: Mapping[str, Any] = {
    **dict.fromkeys(("codice", "titolo", "percorso", "unita"), ""),
    **dict.fromkeys(("specifici", "relazioni"), ()),
    "agito_per_il_settore": frozenset(),
}


class _ProceduraObiettivo(_Procedura):
    nome = "obiettivo"
    modello = Obiettivo
    macchina = permissions.MACCHINA_OBIETTIVO
    effetti_di: Mapping[str, Effetto] = {
        "approva": effetti.approva,
        "avvia": effetti.avvia,
        "valida": effetti_nucleo.valida_obiettivo,
        "riapri": effetti_nucleo.riapri_obiettivo,
    }

    fatti_di: Mapping[str, str] = {"crea": "scritto", "modifica": "modificato"}

    def materie(self, azione: Azione) -> list[Materia]:
        """Writing a draft moves nothing: it concerns who can now propose it."""
        proprie = super().materie(azione)
        if azione.verbo in self.fatti_di:
            return [replace(m, motivi=("da_fare",)) for m in proprie]
        return proprie

    def persone(
        self,
        attore: Attore,
        istante: datetime,
        transizione: Transizione,
        fascicoli: Mapping[int, Fascicolo],
    ) -> tuple[Attore, Interessati | None]:
        """Where nothing is written beside the states, who is to be told is known before."""
        if transizione.nome in self.effetti_di:
            return super().persone(attore, istante, transizione, fascicoli)
        domande = [
            notizie.Domanda(self.macchina, f, arrivo)
            for f in fascicoli.values()
            if (arrivo := transizione.arrivo(f.stato)) is not None
        ]
        serve = [permesso(self.nome, transizione.nome)]
        return notizie.persone(attore, istante, domande, serve)

    def gruppi(self, ids: Sequence[int]) -> Iterable[Sequence[int]]:
        """As many as are read together: in order of pk whatever the group."""
        return [ids[n : n + fascicolo.INSIEME] for n in range(0, len(ids), fascicolo.INSIEME)]

    def ricorda(self, passo: Passo, richiesta: Richiesta) -> Passo:
        """Of those that a set decides, whose news are the set's, only which they are."""
        if "insieme" not in richiesta.dati:
            return passo
        o = passo.oggetto
        f = replace(passo.fascicolo, **_DIMENTICATI)
        return Passo(_Deciso(o.pk, o.ciclo_id), f, passo.da, passo.a)

    def blocca(self, ente_id: int, ids: Sequence[int]) -> list[Obiettivo]:
        with connection.cursor() as cursore:
            cursore.execute(_BLOCCA, [ente_id, json.dumps(ids)])
            return [Obiettivo.from_db(connection.alias, _CAMPI, riga) for riga in cursore]

    def fascicoli(
        self, oggetti: Sequence[Obiettivo], istante: datetime, richiesta: Richiesta
    ) -> dict[int, Fascicolo]:
        if richiesta.atto is not None:
            _un_atto_alla_volta(richiesta.atto)
        return fascicolo.di_obiettivi([o.pk for o in oggetti], richiesta)


def _un_atto_alla_volta(atto: FattiAtto) -> None:
    """Two clerks recording the same act at once: the second waits, and is told it is there."""
    with connection.cursor() as cursore:
        cursore.execute(
            "SELECT pg_advisory_xact_lock(hashtext('atto'), hashtext(%s))",
            [f"{atto.organo} {atto.numero} {atto.data.year if atto.data else ''}"],
        )


def _blocca_obiettivi(ente_id: int, obiettivi: QuerySet[Any]) -> None:
    """Before what hangs on them: one order everywhere."""
    list(
        Obiettivo.objects.select_for_update(of=("self",))
        .filter(ente_id=ente_id, pk__in=obiettivi)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


# --- relazione semestrale -----------------------------------------------------------------------


class _ProceduraRelazione(_Procedura):
    nome = "relazione"
    modello = RelazioneSemestrale
    macchina = permissions.MACCHINA_RELAZIONE
    effetti_di: Mapping[str, Effetto] = {
        "trasmetti": effetti_nucleo.trasmetti,
        "osserva": effetti_nucleo.osserva,
        "controdeduci": effetti_nucleo.controdeduci,
        "valida": effetti_nucleo.valida_relazione,
    }
    fatti_di: Mapping[str, str] = {"compila": "compilata"}

    def effetti(self, azione: Azione) -> None:
        """What the step writes; then the desks follow the states."""
        super().effetti(azione)
        passi = [(p.oggetto, p.a) for p in azione.passi]
        flusso_validazione.segui(passi, azione.attore.utente_id, azione.istante)

    def blocca(self, ente_id: int, ids: Sequence[int]) -> list[RelazioneSemestrale]:
        """The objectives first, then the reports: one order everywhere."""
        relazioni = RelazioneSemestrale.objects.filter(ente_id=ente_id, pk__in=ids)
        _blocca_obiettivi(ente_id, relazioni.values("obiettivo_id"))
        return list(
            relazioni.select_for_update(of=("self",))
            .select_related("obiettivo__ciclo", "periodo")
            .order_by("pk")
        )

    def fascicoli(
        self, oggetti: Sequence[RelazioneSemestrale], istante: datetime, richiesta: Richiesta
    ) -> dict[int, Fascicolo]:
        return fascicolo.di_relazioni(oggetti, richiesta)

    def materie(self, azione: Azione) -> list[Materia]:
        """The reports; their objectives and the reports that come next, since what can be done
        with these depends on them. Filling moves nothing: it concerns who can now submit."""
        proprie = super().materie(azione)
        if azione.verbo == "compila":
            return [replace(m, motivi=("da_fare",)) for m in proprie]
        passi = {m.dopo.obiettivo_id: m for m in proprie}
        stati = {r.id: r.stato for m in proprie for r in m.dopo.relazioni if r.id == m.dopo.id}
        altre: list[Materia] = []
        for pk, m in passi.items():
            relazioni = tuple(replace(r, stato=stati.get(r.id, r.stato)) for r in m.dopo.relazioni)
            f = replace(m.dopo, relazioni=relazioni, convalide=())
            intero = replace(
                f, id=pk, procedura=OBIETTIVO.nome, stato=f.stato_obiettivo, periodo=None
            )
            altre.append(Materia(OBIETTIVO.macchina, m.passo, m.pid, intero, ("da_fare",)))
            altre += [
                Materia(
                    self.macchina,
                    m.passo,
                    m.pid,
                    replace(f, id=r.id, stato=r.stato, periodo=r.periodo),
                    ("da_fare",),
                )
                for r in relazioni
                if r.id not in stati and r.stato in COMPILABILI and _iniziata(f, r.periodo)
            ]
        return proprie + altre

    def pid(self, passo: Passo) -> str:
        return str(passo.oggetto.obiettivo.pid)


def _iniziata(f: Fascicolo, periodo: FattiPeriodo) -> bool:
    """Whether somebody has measured anything in the period."""
    return any(periodo.codice in i.con_valore for s in f.specifici for i in s.indicatori)


# --- insieme ------------------------------------------------------------------------------------


class _ProceduraInsieme(_Procedura):
    nome = "insieme"
    modello = Insieme
    macchina = permissions.MACCHINA_INSIEME
    effetti_di: Mapping[str, Effetto] = {
        "sottoponi": effetti.sottoponi,
        "ritira": effetti.ritira,
        "decidi": effetti.decidi,
        "annulla": effetti.libera,
    }

    def blocca(self, ente_id: int, ids: Sequence[int]) -> list[Insieme]:
        """The sets, then their objectives: what they were judged on stays as it is."""
        insiemi = list(
            Insieme.objects.select_for_update(of=("self",))
            .filter(ente_id=ente_id, pk__in=ids)
            .order_by("pk")
        )
        voci = VoceInsieme.objects.filter(insieme__in=insiemi).values("obiettivo_id")
        list(
            Obiettivo.objects.select_for_update(of=("self",))
            .filter(ente_id=ente_id, pk__in=voci)
            .order_by("pk")
            .values_list("pk", flat=True)
        )
        return insiemi

    def fascicoli(
        self, oggetti: Sequence[Insieme], istante: datetime, richiesta: Richiesta
    ) -> dict[int, Fascicolo]:
        if richiesta.atto is not None:
            _un_atto_alla_volta(richiesta.atto)
        return istruttoria.di_insiemi(oggetti, richiesta)

    def notizie(self, azione: Azione) -> list[Notizia]:
        """One matter a set, whatever the number of its objectives."""
        return [
            notizie_giunta.dell_insieme(azione, replace(p.fascicolo, stato=p.a), p.oggetto)
            for p in azione.passi
        ]


# --- variazione ---------------------------------------------------------------------------------


class _ProceduraVariazione(_Procedura):
    nome = "variazione"
    modello = RichiestaVariazione
    macchina = permissions.MACCHINA_VARIAZIONE
    effetti_di: Mapping[str, Effetto] = {
        "presenta": effetti_variazione.presenta,
        "dichiara_irricevibile": effetti_variazione.dichiara_irricevibile,
        "approva": effetti_variazione.approva,
        "respingi": effetti_variazione.respingi,
        "ritira": effetti_variazione.ritira,
    }
    fatti_di: Mapping[str, str] = {
        "crea": "scritta una variazione",
        "modifica": "riscritta una variazione",
        "ribasa": "aggiornata una variazione",
        "rendi_parere": "reso un parere su una variazione",
    }

    def blocca(self, ente_id: int, ids: Sequence[int]) -> list[RichiestaVariazione]:
        richieste = RichiestaVariazione.objects.filter(ente_id=ente_id, pk__in=ids)
        _blocca_obiettivi(ente_id, richieste.values("obiettivo_id"))
        return list(
            richieste.select_for_update(of=("self",))
            .select_related("obiettivo__ciclo")
            .order_by("pk")
        )

    def fascicoli(
        self, oggetti: Sequence[RichiestaVariazione], istante: datetime, richiesta: Richiesta
    ) -> dict[int, Fascicolo]:
        if richiesta.atto is not None:
            _un_atto_alla_volta(richiesta.atto)
        return di_variazioni(oggetti, istante, richiesta)

    def materie(self, azione: Azione) -> list[Materia]:
        """A draft concerns who can now file it; what is filed, who must say something of it too."""
        trovate = []
        for m in (replace(m, pagina="variazione") for m in super().materie(azione)):
            if m.dopo.stato == "bozza" or (m.passo.da, m.passo.a) == ("bozza", "ritirata"):
                trovate.append(replace(m, motivi=("da_fare",)))
            else:
                trovate.append(replace(m, attesi=_attesi(m)))
        return trovate


def _attesi(m: Materia) -> tuple[str, ...]:
    """The permissions of the opinions that are open on the desk of a request."""
    if m.dopo.stato not in PENDENTI:
        return ()
    aperti = flusso_variazione.processo(m.passo.oggetto)
    if aperti is None or not aperti.in_corso:
        return ()
    return tuple(
        permesso
        for permesso, compiti in (
            ("parere_variazione", flusso_variazione.DEL_PARERE["nucleo"]),
            ("visto_variazione", flusso_variazione.DEL_PARERE["ragioneria"]),
        )
        if aperti.aperti & set(compiti)
    )


class _ProceduraCorrezione(_Procedura):
    nome = "correzione"
    modello = Correzione
    macchina = permissions.MACCHINA_CORREZIONE
    effetti_di: Mapping[str, Effetto] = {
        "accogli": effetti_variazione.accogli_correzione,
        "respingi": effetti_variazione.respingi_correzione,
    }
    fatti_di: Mapping[str, str] = {"segnala": "segnalato un errore materiale"}

    def blocca(self, ente_id: int, ids: Sequence[int]) -> list[Correzione]:
        correzioni = Correzione.objects.filter(ente_id=ente_id, pk__in=ids)
        _blocca_obiettivi(ente_id, correzioni.values("obiettivo_id"))
        return list(
            correzioni.select_for_update(of=("self",))
            .select_related("obiettivo__ciclo", "voce__relazione")
            .order_by("pk")
        )

    def fascicoli(
        self, oggetti: Sequence[Correzione], istante: datetime, richiesta: Richiesta
    ) -> dict[int, Fascicolo]:
        return di_correzioni(oggetti, richiesta)

    def materie(self, azione: Azione) -> list[Materia]:
        return [replace(m, pagina="correzione") for m in super().materie(azione)]


class _ProceduraNeutralizzazione(_Procedura):
    nome = "neutralizzazione"
    modello = Neutralizzazione
    macchina = permissions.MACCHINA_NEUTRALIZZAZIONE
    effetti_di: Mapping[str, Effetto] = {
        "rimetti": effetti_neutralizza.rimetti,
        "accogli": effetti_neutralizza.accogli,
        "delibera": effetti_neutralizza.delibera,
        "respingi": effetti_neutralizza.respingi,
        "nega": effetti_neutralizza.nega,
    }
    fatti_di: Mapping[str, str] = {
        "chiedi": "chiesta la neutralizzazione",
        "promuovi": "promossa la neutralizzazione",
    }

    def blocca(self, ente_id: int, ids: Sequence[int]) -> list[Neutralizzazione]:
        neutralizzazioni = Neutralizzazione.objects.filter(ente_id=ente_id, pk__in=ids)
        _blocca_obiettivi(ente_id, neutralizzazioni.values("obiettivo_id"))
        return list(
            neutralizzazioni.select_for_update(of=("self",))
            .select_related("obiettivo__ciclo", "specifico", "indicatore__specifico")
            .order_by("pk")
        )

    def fascicoli(
        self, oggetti: Sequence[Neutralizzazione], istante: datetime, richiesta: Richiesta
    ) -> dict[int, Fascicolo]:
        if richiesta.atto is not None:
            _un_atto_alla_volta(richiesta.atto)
        return di_neutralizzazioni(oggetti, richiesta)

    def materie(self, azione: Azione) -> list[Materia]:
        return [replace(m, pagina="neutralizzazione") for m in super().materie(azione)]


OBIETTIVO = _ProceduraObiettivo()
RELAZIONE = _ProceduraRelazione()
INSIEME = _ProceduraInsieme()
VARIAZIONE = _ProceduraVariazione()
CORREZIONE = _ProceduraCorrezione()
NEUTRALIZZAZIONE = _ProceduraNeutralizzazione()
PROCEDURE = {
    p.nome: p for p in (OBIETTIVO, RELAZIONE, INSIEME, VARIAZIONE, CORREZIONE, NEUTRALIZZAZIONE)
}
