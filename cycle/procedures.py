# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table that binds nouns to verbs: machine, facts, effects, recipients of each procedure.

`workflows.engine` knows none of these nouns; it is handed a row of this table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import connection

from cycle import canonico, fascicolo, misurazione, notizie, permissions
from cycle.measure import media_specifici, misura_obiettivo, misura_specifico
from cycle.models import (
    Atto,
    Obiettivo,
    Periodo,
    Persona,
    PresenzaSeduta,
    RelazioneSemestrale,
    Seduta,
    VersioneObiettivo,
    VoceRelazione,
)
from cycle.notizie import Materia
from cycle.parametri import Parametri
from workflows.machines.base import Macchina
from workflows.ports import (
    Attore,
    Azione,
    Fascicolo,
    Notizia,
    Passo,
    Richiesta,
)

Effetto = Callable[[Azione], None]


class _Procedura:
    """What the procedures share: who acts, the Atto's number, whom to tell."""

    nome: str
    macchina: Macchina
    effetti_di: Mapping[str, Effetto]

    def attore(self, attore: Attore, istante: datetime) -> Attore:
        if attore.persona_id is None:
            return attore
        return permissions.attore(attore.ente_id, attore.persona_id, istante)

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
        transizione = self.macchina.transizione(azione.verbo)
        fatto = transizione.regole.fatto if transizione else azione.verbo
        return notizie.di(azione, self.materie(azione), fatto)

    def materie(self, azione: Azione) -> list[Materia]:
        """What the action touched: its objects."""
        return [Materia(self.macchina, p, self.pid(p), _dopo(p)) for p in azione.passi]

    def pid(self, passo: Passo) -> str:
        return str(passo.oggetto.pid)


def _dopo(passo: Passo) -> Fascicolo:
    """The facts once the step is taken."""
    f = replace(passo.fascicolo, stato=passo.a, richiesta=Richiesta())
    if f.procedura == "obiettivo":
        return replace(f, stato_obiettivo=passo.a)
    return replace(
        f,
        relazioni=tuple(replace(r, stato=passo.a) if r.id == f.id else r for r in f.relazioni),
    )


# --- obiettivo ----------------------------------------------------------------------------------


def _approva(azione: Azione) -> None:
    """The Atto, and version 1 (or the next) of every scheda it approves (R2, R30)."""
    dati = azione.richiesta.atto
    if dati is None or dati.data is None or azione.atto_id is None:
        raise ValueError("un'approvazione senza atto")
    obiettivi = [p.oggetto for p in azione.passi]
    testi = canonico.schede(obiettivi)
    impronte = {pk: canonico.impronta(t) for pk, t in testi.items()}
    Atto.objects.create(
        pk=azione.atto_id,
        ente_id=azione.attore.ente_id,
        ciclo_id=obiettivi[0].ciclo_id,
        tipo="approvazione",
        organo=dati.organo,
        numero=dati.numero,
        data=dati.data,
        esecutivo=dati.esecutivo,
        parere_tecnico=dati.parere_tecnico,
        parere_contabile=dati.parere_contabile,
        digest=canonico.impronta_insieme(impronte.values()),
    )
    VersioneObiettivo.objects.bulk_create(
        VersioneObiettivo(
            ente_id=azione.attore.ente_id,
            obiettivo=o,
            numero=o.versione + 1,
            atto_id=azione.atto_id,
            in_vigore_dal=dati.data,
            schema=canonico.SCHEMA,
            contenuto=testi[o.pk],
            sha256=impronte[o.pk],
        )
        for o in obiettivi
    )


def _avvia(azione: Azione) -> None:
    """The actual start, and the reports that will be due: one for each period (R52)."""
    ids = [p.oggetto.pk for p in azione.passi]
    oggi = azione.istante.astimezone(ZoneInfo(azione.passi[0].fascicolo.politica.fuso)).date()
    Obiettivo.objects.filter(pk__in=ids, inizio_effettivo__isnull=True).update(
        inizio_effettivo=oggi
    )
    apri_relazioni(azione.attore.ente_id, [p.oggetto for p in azione.passi])


def apri_relazioni(ente_id: int, obiettivi: Sequence[Obiettivo]) -> None:
    """The empty reports of these objectives, with an entry for each specifico; those already
    there are left alone."""
    periodi: dict[int, list[Periodo]] = {}
    for periodo in Periodo.objects.filter(ciclo_id__in={o.ciclo_id for o in obiettivi}):
        periodi.setdefault(periodo.ciclo_id, []).append(periodo)
    presenti = set(
        RelazioneSemestrale.objects.filter(obiettivo__in=obiettivi).values_list(
            "obiettivo_id", "periodo_id"
        )
    )
    nuove = RelazioneSemestrale.objects.bulk_create(
        RelazioneSemestrale(ente_id=ente_id, obiettivo=o, periodo=p)
        for o in obiettivi
        for p in periodi.get(o.ciclo_id, [])
        if (o.pk, p.pk) not in presenti
    )
    specifici: dict[int, list[int]] = {}
    for obiettivo_id, pk in (
        Obiettivo.objects.filter(pk__in=[o.pk for o in obiettivi])
        .exclude(obiettivospecifico_tutti=None)
        .values_list("pk", "obiettivospecifico_tutti__pk")
    ):
        specifici.setdefault(obiettivo_id, []).append(pk)
    VoceRelazione.objects.bulk_create(
        VoceRelazione(ente_id=ente_id, obiettivo_id=r.obiettivo_id, relazione=r, specifico_id=s)
        for r in nuove
        for s in specifici.get(r.obiettivo_id, [])
    )


def _valida_obiettivo(azione: Azione) -> None:
    """The validated percentage: the mean of what the Nucleo validated in the last period, plain
    or weighted as the computed one is (R69)."""
    _seduta(azione)
    for passo in azione.passi:
        parametri = Parametri.da_dizionario(passo.oggetto.ciclo.parametri).misura
        ultima = (
            RelazioneSemestrale.objects.filter(obiettivo=passo.oggetto)
            .order_by("-periodo__ordine")
            .first()
        )
        voci = VoceRelazione.objects.filter(
            relazione=ultima, percentuale_convalidata__isnull=False
        ).select_related("specifico")
        Obiettivo.objects.filter(pk=passo.oggetto.pk).update(
            percentuale_convalidata=media_specifici(
                [(v.specifico.peso, v.percentuale_convalidata or Decimal(0)) for v in voci],
                parametri,
            ),
            motivo_convalida="\n".join(v.motivo for v in voci if v.motivo),
        )


def _riapri_obiettivo(azione: Azione) -> None:
    Obiettivo.objects.filter(pk__in=[p.oggetto.pk for p in azione.passi]).update(
        percentuale_convalidata=None, motivo_convalida=""
    )


def _seduta(azione: Azione) -> Seduta:
    """The sitting the request speaks of: recorded once, whatever it decides (R59)."""
    dati = azione.richiesta.seduta
    if dati is None or dati.data is None:
        raise ValueError("una validazione senza seduta")
    ciclo_id = Obiettivo.objects.values_list("ciclo_id", flat=True).get(
        pk=azione.passi[0].fascicolo.obiettivo_id
    )
    for seduta in Seduta.objects.filter(
        ciclo_id=ciclo_id, data=dati.data, dissensi=dati.dissensi
    ).prefetch_related("presenti"):
        if {p.pk for p in seduta.presenti.all()} == dati.presenti:
            return seduta
    seduta = Seduta.objects.create(
        ente_id=azione.attore.ente_id, ciclo_id=ciclo_id, data=dati.data, dissensi=dati.dissensi
    )
    PresenzaSeduta.objects.bulk_create(
        PresenzaSeduta(ente_id=azione.attore.ente_id, seduta=seduta, persona=persona)
        for persona in Persona.objects.filter(ente_id=azione.attore.ente_id, pk__in=dati.presenti)
    )
    return seduta


class _ProceduraObiettivo(_Procedura):
    nome = "obiettivo"
    modello = Obiettivo
    macchina = permissions.MACCHINA_OBIETTIVO
    effetti_di: Mapping[str, Effetto] = {
        "approva": _approva,
        "avvia": _avvia,
        "valida": _valida_obiettivo,
        "riapri": _riapri_obiettivo,
    }

    def blocca(self, ente_id: int, ids: Sequence[int]) -> list[Obiettivo]:
        return list(
            Obiettivo.objects.select_for_update(of=("self",))
            .filter(ente_id=ente_id, pk__in=ids)
            .order_by("pk")
        )

    def fascicoli(
        self, oggetti: Sequence[Obiettivo], istante: datetime, richiesta: Richiesta
    ) -> dict[int, Fascicolo]:
        return fascicolo.di_obiettivi([o.pk for o in oggetti], richiesta)


# --- relazione semestrale -----------------------------------------------------------------------


def _trasmetti(azione: Azione) -> None:
    """Freeze targets and values with their digest; compute the percentages up to the period."""
    for passo in azione.passi:
        relazione: RelazioneSemestrale = passo.oggetto
        istantanea = canonico.istantanea(relazione.obiettivo_id, relazione.periodo_id)
        RelazioneSemestrale.objects.filter(pk=relazione.pk).update(
            trasmessa_il=azione.istante,
            istantanea=istantanea,
            impronta=canonico.impronta(istantanea),
        )
        ricalcola(relazione)


def ricalcola(relazione: RelazioneSemestrale) -> None:
    """Computed percentages of a report's specifici, up to its period, and of its objective, up
    to the last period that was submitted: one submitted again does not hide a later one."""
    obiettivo = relazione.obiettivo
    parametri = Parametri.da_dizionario(obiettivo.ciclo.parametri).misura
    fino_a = relazione.periodo.ordine
    ultimo = max(
        RelazioneSemestrale.objects.filter(
            obiettivo=obiettivo, stato__in=("trasmessa", "validata")
        ).values_list("periodo__ordine", flat=True),
        default=0,
    )
    figure = misurazione.figure([obiettivo.pk])[obiettivo.pk]
    per_codice = {
        s.codice: misura_specifico(s, parametri, fino_a, fino_a).percentuale
        for s in figure.specifici
    }
    voci = list(relazione.voci.select_related("specifico"))
    for voce in voci:
        voce.percentuale_calcolata = per_codice.get(voce.specifico.codice)
        voce.percentuale_convalidata = None
        voce.motivo = ""
    VoceRelazione.objects.bulk_update(
        voci, ["percentuale_calcolata", "percentuale_convalidata", "motivo"]
    )
    Obiettivo.objects.filter(pk=obiettivo.pk).update(
        percentuale_calcolata=misura_obiettivo(
            figure, parametri, max(fino_a, ultimo), max(fino_a, ultimo)
        ).percentuale
    )


def _valida_relazione(azione: Azione) -> None:
    """The percentages as validated, in the sitting (R56, R59)."""
    seduta = _seduta(azione)
    for passo in azione.passi:
        RelazioneSemestrale.objects.filter(pk=passo.oggetto.pk).update(seduta=seduta)
        for c in passo.fascicolo.convalide:
            VoceRelazione.objects.filter(
                relazione=passo.oggetto, specifico_id=c.specifico_id
            ).update(percentuale_convalidata=c.convalidata, motivo=c.motivo if c.differisce else "")


class _ProceduraRelazione(_Procedura):
    nome = "relazione"
    modello = RelazioneSemestrale
    macchina = permissions.MACCHINA_RELAZIONE
    effetti_di: Mapping[str, Effetto] = {"trasmetti": _trasmetti, "valida": _valida_relazione}

    def blocca(self, ente_id: int, ids: Sequence[int]) -> list[RelazioneSemestrale]:
        """The objectives first, then the reports: one order everywhere."""
        obiettivi = RelazioneSemestrale.objects.filter(ente_id=ente_id, pk__in=ids).values(
            "obiettivo_id"
        )
        list(
            Obiettivo.objects.select_for_update(of=("self",))
            .filter(ente_id=ente_id, pk__in=obiettivi)
            .order_by("pk")
            .values_list("pk", flat=True)
        )
        return list(
            RelazioneSemestrale.objects.select_for_update(of=("self",))
            .select_related("obiettivo__ciclo", "periodo")
            .filter(ente_id=ente_id, pk__in=ids)
            .order_by("pk")
        )

    def fascicoli(
        self, oggetti: Sequence[RelazioneSemestrale], istante: datetime, richiesta: Richiesta
    ) -> dict[int, Fascicolo]:
        return fascicolo.di_relazioni(oggetti, richiesta)

    def materie(self, azione: Azione) -> list[Materia]:
        """The reports, and their objectives: what can be done with one depends on its reports."""
        proprie = super().materie(azione)
        passi = {m.dopo.obiettivo_id: m for m in proprie}
        stati = {r.id: r.stato for m in proprie for r in m.dopo.relazioni if r.id == m.dopo.id}
        return proprie + [
            Materia(
                OBIETTIVO.macchina,
                m.passo,
                m.pid,
                replace(
                    m.dopo,
                    id=pk,
                    procedura=OBIETTIVO.nome,
                    stato=m.dopo.stato_obiettivo,
                    relazioni=tuple(
                        replace(r, stato=stati.get(r.id, r.stato)) for r in m.dopo.relazioni
                    ),
                    periodo=None,
                    convalide=(),
                ),
                ("da_fare",),
            )
            for pk, m in passi.items()
        ]

    def pid(self, passo: Passo) -> str:
        return str(passo.oggetto.obiettivo.pid)


OBIETTIVO = _ProceduraObiettivo()
RELAZIONE = _ProceduraRelazione()
PROCEDURE = {p.nome: p for p in (OBIETTIVO, RELAZIONE)}
