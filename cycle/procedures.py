# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table that binds nouns to verbs: machine, facts, effects, recipients of each procedure.

`workflows.engine` knows none of these nouns; it is handed a row of this table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection
from django.urls import reverse

from cycle import canonico, fascicolo, misurazione, permissions
from cycle.measure import misura_obiettivo, misura_specifico
from cycle.models import (
    Atto,
    Ente,
    Obiettivo,
    Periodo,
    Persona,
    PresenzaSeduta,
    RelazioneSemestrale,
    Seduta,
    VersioneObiettivo,
    VoceRelazione,
)
from cycle.parametri import Parametri
from workflows.machines.base import Macchina
from workflows.ports import (
    Attore,
    Azione,
    Destinatario,
    Fascicolo,
    Notizia,
    Passo,
    Richiesta,
)
from workflows.verdetto import verdetto

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
        candidati = _candidati(self, azione)
        ipa = Ente.objects.values_list("codice_ipa", flat=True).get(pk=azione.attore.ente_id)
        transizione = self.macchina.transizione(azione.verbo)
        fatto = transizione.regole.fatto if transizione else azione.verbo
        return [
            Notizia(
                passo,
                _destinatari(self, azione, passo, candidati.get(passo.oggetto.pk, [])),
                f"{passo.fascicolo.codice} «{passo.fascicolo.titolo[:120]}»{_periodo(passo)}: "
                f"{fatto} da {azione.attore.nome or 'un comando'}",
                reverse("scheda", args=[ipa, self.pid(passo)]),
            )
            for passo in azione.passi
        ]

    def pid(self, passo: Passo) -> str:
        return str(passo.oggetto.pid)


def _periodo(passo: Passo) -> str:
    periodo = passo.fascicolo.periodo
    return f", relazione {periodo.codice}" if periodo else ""


def _candidati(procedura: _Procedura, azione: Azione) -> dict[int, list[tuple[int, int, str]]]:
    """(utente, persona, reason) of everybody a transition may concern, in one query: those whose
    role the next steps belong to, the responsabili, and whoever acted before."""
    ruoli = {
        passo.a: sorted(
            {
                ruolo
                for t in procedura.macchina.transizioni
                if t.arrivo(passo.a) and not t.regole.ritorno
                for ruolo in t.regole.ruoli
            }
        )
        for passo in azione.passi
    }
    with connection.cursor() as cursore:
        cursore.execute(
            """
            WITH passi AS (
                SELECT * FROM unnest(%(oggetti)s::bigint[], %(radici)s::bigint[],
                                     %(percorsi)s::text[], %(ruoli)s::text[])
                    AS t (oggetto, radice, percorso, ruoli)
            ), interessati AS (
                SELECT s.oggetto, i.persona_id, 'da_fare' AS motivo
                  FROM passi s
                  JOIN cycle_incarico i ON i.ente_id = %(ente)s
                   AND i.ruolo = ANY (string_to_array(s.ruoli, ','))
                   AND i.dal <= %(istante)s AND (i.al IS NULL OR i.al > %(istante)s)
                  JOIN cycle_unitaorganizzativa u
                    ON u.id = i.unita_id AND starts_with(s.percorso, u.percorso)
                UNION
                SELECT s.oggetto, r.persona, 'responsabile'
                  FROM passi s JOIN cycle_obiettivo o ON o.id = s.radice
                 CROSS JOIN LATERAL (VALUES (o.responsabile_generale_id),
                                            (o.responsabile_operativo_id)) AS r (persona)
                UNION
                SELECT s.oggetto, e.persona_id, 'ha_agito'
                  FROM passi s JOIN workflows_evento e ON e.radice_id = s.radice
                   AND e.esito = 'eseguito'
            )
            SELECT DISTINCT n.oggetto, p.utente_id, p.id, n.motivo
              FROM interessati n JOIN cycle_persona p ON p.id = n.persona_id
             WHERE p.utente_id IS NOT NULL AND p.id IS DISTINCT FROM %(autore)s
            """,
            {
                "oggetti": [p.oggetto.pk for p in azione.passi],
                "radici": [p.fascicolo.obiettivo_id for p in azione.passi],
                "percorsi": [p.fascicolo.percorso for p in azione.passi],
                "ruoli": [",".join(ruoli[p.a]) for p in azione.passi],
                "ente": azione.attore.ente_id,
                "istante": azione.istante,
                "autore": azione.attore.persona_id,
            },
        )
        trovati: dict[int, list[tuple[int, int, str]]] = {}
        for oggetto, utente, persona, motivo in cursore.fetchall():
            trovati.setdefault(oggetto, []).append((utente, persona, motivo))
    return trovati


def _destinatari(
    procedura: _Procedura,
    azione: Azione,
    passo: Passo,
    candidati: Sequence[tuple[int, int, str]],
) -> list[Destinatario]:
    """One row a person, for the strongest reason; 'tocca a te' only to those who can act now."""
    dopo = replace(passo.fascicolo, stato=passo.a, richiesta=Richiesta())
    if procedura.nome == "obiettivo":
        dopo = replace(dopo, stato_obiettivo=passo.a)
    scelti: dict[int, Destinatario] = {}
    forza = ("da_fare", "responsabile", "ha_agito")
    for utente, persona, motivo in sorted(candidati, key=lambda c: forza.index(c[2])):
        if persona in scelti:
            continue
        if motivo == "da_fare" and not _puo_agire(procedura, dopo, persona, utente, azione):
            continue
        scelti[persona] = Destinatario(utente, persona, motivo)
    return list(scelti.values())


def _puo_agire(
    procedura: _Procedura, dopo: Fascicolo, persona: int, utente: int, azione: Azione
) -> bool:
    """Whether some forward step lacks nothing but what its form brings (role already asked)."""
    chi = Attore(persona, utente, azione.attore.ente_id, "", azione.istante)
    return any(
        not verdetto(procedura.macchina, t, dopo, chi, azione.istante, anteprima=True).mancanze
        for t in procedura.macchina.transizioni
        if t.arrivo(dopo.stato) and not t.regole.ritorno
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
    """The validated percentage: the mean of what the Nucleo validated in the last period."""
    _seduta(azione)
    for passo in azione.passi:
        ultima = (
            RelazioneSemestrale.objects.filter(obiettivo=passo.oggetto)
            .order_by("-periodo__ordine")
            .first()
        )
        voci = VoceRelazione.objects.filter(relazione=ultima, percentuale_convalidata__isnull=False)
        percentuali = [v.percentuale_convalidata for v in voci if v.percentuale_convalidata]
        quante = voci.count()
        motivi = [v.motivo for v in voci if v.motivo]
        Obiettivo.objects.filter(pk=passo.oggetto.pk).update(
            percentuale_convalidata=sum(percentuali) / quante if quante else None,
            motivo_convalida="\n".join(motivi),
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
    """Computed percentages of a report's specifici and of its objective, up to its period."""
    obiettivo = relazione.obiettivo
    parametri = Parametri.da_dizionario(obiettivo.ciclo.parametri).misura
    fino_a = relazione.periodo.ordine
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
        percentuale_calcolata=misura_obiettivo(figure, parametri, fino_a, fino_a).percentuale
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

    def pid(self, passo: Passo) -> str:
        return str(passo.oggetto.obiettivo.pid)


OBIETTIVO = _ProceduraObiettivo()
RELAZIONE = _ProceduraRelazione()
PROCEDURE = {p.nome: p for p in (OBIETTIVO, RELAZIONE)}
