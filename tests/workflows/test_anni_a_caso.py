# SPDX-License-Identifier: AGPL-3.0-or-later
"""Random years: random people try random steps, fill reports, are appointed and dismissed, while
time goes by. After each step, what may never happen has not happened.

The test keeps its own ledger of who holds what and of who acted, and its own short table of the
machines, so that it judges the engine without asking it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from cycle import permissions
from cycle.models import (
    Incarico,
    Obiettivo,
    Persona,
    RelazioneSemestrale,
    Rilevazione,
    UnitaOrganizzativa,
)
from cycle.procedures import PROCEDURE
from cycle.services.enti import Conferimento, conferisci, di_comando
from cycle.services.relazioni import Compilazione, compila
from notifications.models import Notifica
from tests import mondo
from workflows.engine import Esito, execute
from workflows.errors import Conflitto, NonAutorizzato, NonPossibile, NonTrovato, Rifiuto
from workflows.ports import FattiAtto, FattiSeduta, Richiesta
from workflows.registro.models import Evento
from workflows.verdetto import verdetto

Oggetto = Obiettivo | RelazioneSemestrale

# (procedure, transition) -> roles, {from: to}
PASSI: dict[tuple[str, str], tuple[set[str], dict[str, str]]] = {
    ("obiettivo", "proponi"): ({"dirigente"}, {"bozza": "proposta"}),
    ("obiettivo", "rinvia"): ({"controllo", "segreteria"}, {"proposta": "bozza"}),
    ("obiettivo", "approva"): ({"segreteria"}, {"proposta": "approvato"}),
    ("obiettivo", "avvia"): ({"po", "dirigente"}, {"approvato": "in_corso"}),
    ("obiettivo", "rendiconta"): ({"dirigente"}, {"in_corso": "rendicontato"}),
    ("obiettivo", "riapri"): (
        {"nucleo"},
        {"rendicontato": "in_corso", "validato": "rendicontato"},
    ),
    ("obiettivo", "valida"): ({"nucleo"}, {"rendicontato": "validato"}),
    ("obiettivo", "stralcia"): (
        {"segreteria"},
        {"approvato": "stralciato", "in_corso": "stralciato"},
    ),
    ("relazione", "trasmetti"): (
        {"dirigente"},
        {"da_compilare": "trasmessa", "riaperta": "trasmessa"},
    ),
    ("relazione", "valida"): ({"nucleo"}, {"trasmessa": "validata"}),
    ("relazione", "riapri"): ({"nucleo"}, {"trasmessa": "riaperta", "validata": "riaperta"}),
}
DEL_SETTORE = {"proponi", "avvia", "rendiconta", "trasmetti", "compila"}
RUOLI = sorted({r for ruoli, _ in PASSI.values() for r in ruoli} | {"revisore"})

obiettivi = st.sampled_from([f"OE{n:02d}" for n in (1, 2, 3, 4, 5, 6, 11, 12)])
persone = st.sampled_from(sorted(mondo.PERSONE))
ordini = st.integers(1, 2)
moduli = st.sampled_from(["pieno", "pieno", "pieno", "vuoto", "scarso", "atto di prima"])


@dataclass(frozen=True)
class Tenuto:
    """An incarico, as the ledger knows it."""

    pk: int
    persona: int
    ruolo: str
    percorso: str
    dal: datetime
    al: datetime | None
    delegante: int | None = None

    def vale(self, quando: datetime) -> bool:
        return self.dal <= quando and (self.al is None or quando < self.al)


class AnniACaso(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.sipario = transaction.atomic()
        self.sipario.__enter__()
        self.ora = mondo.ADESSO
        self.ente = mondo.ente()
        self.numero = 100
        self.persone = {p.nome_completo: p.pk for p in Persona.objects.filter(ente=self.ente)}
        self.tenuti: dict[int, Tenuto] = {}
        for i in Incarico.objects.filter(ente=self.ente).select_related("unita"):
            self.annota(i)
        self.agito: dict[int, set[int]] = {}
        for radice, persona in Evento.objects.filter(
            ente_id=self.ente.pk, verbo__in=DEL_SETTORE, esito="eseguito"
        ).values_list("radice_id", "persona_id"):
            self.agito.setdefault(radice or 0, set()).add(persona or 0)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.sipario.__exit__(None, None, None)

    # --- the ledger ---------------------------------------------------------------------------

    def annota(self, i: Incarico) -> None:
        self.tenuti[i.pk] = Tenuto(
            i.pk, i.persona_id, i.ruolo, i.unita.percorso, i.dal, i.al, i.delegante_id
        )

    def titoli(self, nome: str, ruoli: set[str], percorso: str) -> list[Tenuto]:
        """The incarichi under which the person may now do what belongs to `ruoli` there."""
        return [
            t
            for t in self.tenuti.values()
            if t.persona == self.persone[nome]
            and t.ruolo in ruoli
            and percorso.startswith(t.percorso)
            and t.vale(self.ora)
            and (t.delegante is None or self.tenuti[t.delegante].vale(self.ora))
        ]

    def in_gioco(self, nome: str) -> set[int]:
        """The person and those on whose behalf he may act now."""
        chi = self.persone[nome]
        return {chi} | {
            self.tenuti[t.delegante].persona
            for t in self.tenuti.values()
            if t.persona == chi
            and t.delegante is not None
            and t.vale(self.ora)
            and self.tenuti[t.delegante].vale(self.ora)
        }

    def fatto(self, obiettivo: int, eventi: list[Evento]) -> None:
        for e in eventi:
            if e.verbo in DEL_SETTORE:
                chi = {e.persona_id or 0, e.per_conto_di_id or e.persona_id or 0}
                self.agito.setdefault(obiettivo, set()).update(chi)

    # --- what people try ----------------------------------------------------------------------

    @rule(
        codice=obiettivi,
        passo=st.sampled_from(sorted(PASSI)),
        ordine=ordini,
        nome=persone,
        modulo=moduli,
        vista=st.sampled_from(["giusta", "nessuna", "vecchia"]),
    )
    def tenta(
        self, codice: str, passo: tuple[str, str], ordine: int, nome: str, modulo: str, vista: str
    ) -> None:
        """Anybody tries anything."""
        oggetto = self.oggetto(passo[0], codice, ordine)
        if oggetto is not None:
            self.prova(oggetto, passo, nome, modulo, vista)

    @rule(
        lavori=st.lists(
            st.tuples(obiettivi, ordini, st.integers(0, 9), moduli), min_size=1, max_size=6
        )
    )
    def al_lavoro(self, lavori: list[tuple[str, int, int, str]]) -> None:
        """A week of those whose job it is: reports are filled, steps that start from here are
        taken, forward before back."""
        for codice, ordine, quale, modulo in lavori:
            o = mondo.obiettivo(codice)
            di_relazioni = o.stato in ("in_corso", "rendicontato") and quale % 3
            oggetto = self.oggetto("relazione" if di_relazioni else "obiettivo", codice, ordine)
            if oggetto is None:
                continue
            if isinstance(oggetto, RelazioneSemestrale) and quale % 2:
                self.compila_come(oggetto, "UNO PO" if codice < "OE1" else "DUE PO", 1)
                oggetto.refresh_from_db()
            procedura = "relazione" if di_relazioni else "obiettivo"
            passi = sorted(
                (p for p, (_, da) in PASSI.items() if p[0] == procedura and oggetto.stato in da),
                key=lambda p: p[1] in ("riapri", "rinvia", "stralcia"),
            )
            passo = passi[quale // 7 % len(passi)] if passi else None
            adatti = [
                n
                for n in sorted(self.persone)
                if passo and self.titoli(n, PASSI[passo][0], _percorso(oggetto))
            ]
            if passo and adatti:
                self.prova(oggetto, passo, adatti[quale % len(adatti)], modulo, "giusta")

    @rule(codice=obiettivi, ordine=ordini, nome=persone, quanto=st.sampled_from([None, 0, 1, 9]))
    def compila(self, codice: str, ordine: int, nome: str, quanto: int | None) -> None:
        """Values for every indicator: as planned, none, much, or missing."""
        relazione = self.oggetto("relazione", codice, ordine)
        if isinstance(relazione, RelazioneSemestrale):
            self.compila_come(relazione, nome, quanto)

    def compila_come(self, relazione: RelazioneSemestrale, nome: str, quanto: int | None) -> None:
        puo = bool(self.titoli(nome, {"po", "dirigente"}, _percorso(relazione)))
        aperta = relazione.stato in ("da_compilare", "riaperta") and (
            relazione.obiettivo.stato in ("in_corso", "rendicontato")
        )
        righe = Rilevazione.objects.filter(obiettivo=relazione.obiettivo, periodo=relazione.periodo)
        prima = self.fotografia()
        try:
            compila(
                relazione=relazione,
                compilazione=Compilazione(
                    {
                        r.indicatore_id: None
                        if quanto is None or r.target is None
                        else r.target * quanto
                        for r in righe
                    },
                    {},
                ),
                by=mondo.attore(nome, istante=self.ora),
                istante=self.ora,
            )
        except NonAutorizzato:
            assert not puo
        except NonPossibile:
            assert puo
            assert not aperta
        else:
            assert puo
            assert aperta
            self.fatto(relazione.obiettivo_id, [Evento.objects.latest("pk")])
            return
        assert self.fotografia() == prima

    @rule(codici=st.sets(obiettivi, min_size=2, max_size=4), nome=persone, tutti=st.booleans())
    def molti_insieme(self, codici: set[str], nome: str, tutti: bool) -> None:
        """A set moves whole, or those of it that may."""
        scelti = [mondo.obiettivo(c) for c in sorted(codici)]
        puo = {
            o.pk
            for o in scelti
            if o.stato == "approvato" and self.titoli(nome, {"po", "dirigente"}, o.unita.percorso)
        }
        prima = self.fotografia()
        try:
            with self.come_una_pagina():
                esito = execute(
                    PROCEDURE["obiettivo"],
                    "avvia",
                    [o.pk for o in scelti],
                    mondo.attore(nome, istante=self.ora),
                    self.ora,
                    richiesta=Richiesta("Insieme agli altri."),
                    tutti=tutti,
                )
        except Rifiuto:
            assert self.fotografia() == prima
            assert not puo or (tutti and puo != {o.pk for o in scelti})
            return
        assert {p.oggetto.pk for p in esito.eseguiti} == puo
        assert set(esito.rifiutati) == {o.pk for o in scelti} - puo
        for o in scelti:
            if o.pk in puo:
                self.fatto(o.pk, self.un_evento_per_oggetto(esito, o.pk))

    @rule(codice=obiettivi, nome=persone)
    def da_un_altro_ente(self, codice: str, nome: str) -> None:
        """Whoever he is in beta, here he is nobody."""
        o = mondo.obiettivo(codice)
        prima = self.fotografia()
        try:
            self.esegui(o, "avvia", mondo.attore(nome, "beta", self.ora), Richiesta("Un motivo."))
        except NonTrovato:
            assert self.fotografia() == prima
        else:
            raise AssertionError("mosso da un altro ente")

    @rule(codice=obiettivi, bene=st.booleans())
    def riscrivi(self, codice: str, bene: bool) -> None:
        """The settore rewrites its targets: a draft's; an approved one refuses."""
        o = mondo.obiettivo(codice)
        righe = Rilevazione.objects.filter(obiettivo=o, periodo__ordine=2)
        cambia = righe.exclude(target=2) if bene else righe.exclude(target=None)
        quante = cambia.count()
        with connection.cursor() as cursore:
            cursore.execute("SELECT set_config('ciclo.azione', '', true)")
        try:
            with transaction.atomic():
                cambia.update(target=2 if bene else None)
        except IntegrityError:
            assert o.versione
            assert quante
        else:
            assert not o.versione or not quante

    @rule(nome=persone, ruolo=st.sampled_from(RUOLI), dove=st.sampled_from(["ENTE", "S1", "S2"]))
    def nomina(self, nome: str, ruolo: str, dove: str) -> None:
        unita = UnitaOrganizzativa.objects.get(ente=self.ente, codice=dove)
        persona = Persona.objects.get(pk=self.persone[nome])
        gia = any(
            t.persona == persona.pk
            and t.ruolo == ruolo
            and t.percorso == unita.percorso
            and (t.al is None or t.al > self.ora)
            for t in self.tenuti.values()
        )
        self.conferisci(Conferimento(persona, ruolo, unita, "atto", self.ora), lecito=not gia)

    @rule(nome=persone, quale=st.integers(0, 99))
    def delega(self, nome: str, quale: int) -> None:
        """Any incarico to anybody: the database lets through what R81 allows."""
        t = sorted(self.tenuti.values(), key=lambda t: t.pk)[quale % len(self.tenuti)]
        titolare = Incarico.objects.select_related("unita").get(pk=t.pk)
        persona = Persona.objects.get(pk=self.persone[nome])
        gia = any(
            altro.persona == persona.pk
            and altro.ruolo == t.ruolo
            and altro.percorso == t.percorso
            and (altro.al is None or altro.al > self.ora)
            for altro in self.tenuti.values()
        )
        lecito = (
            not gia
            and t.delegante is None
            and t.ruolo not in ("nucleo", "segreteria", "giunta")
            and t.persona != persona.pk
        )
        self.conferisci(
            Conferimento(
                persona, t.ruolo, titolare.unita, "atto", self.ora, None, "delega", titolare
            ),
            lecito=lecito,
        )

    def conferisci(self, conferimento: Conferimento, *, lecito: bool) -> None:
        try:
            with transaction.atomic():
                [incarico] = conferisci(
                    ente=self.ente,
                    conferimenti=[conferimento],
                    attore=di_comando(self.ente.pk, self.ora),
                    istante=self.ora,
                )
        except IntegrityError:
            assert not lecito
        else:
            assert lecito
            self.annota(incarico)

    @rule(quale=st.integers(0, 99), fra=st.sampled_from([0, 0, 10, 200]))
    def cessa(self, quale: int, fra: int) -> None:
        t = sorted(self.tenuti.values(), key=lambda t: t.pk)[quale % len(self.tenuti)]
        fine = self.ora + timedelta(days=fra)
        if t.dal < fine and (t.al is None or t.al > fine):
            Incarico.objects.filter(pk=t.pk).update(al=fine)
            self.tenuti[t.pk] = replace(t, al=fine)

    @rule(giorni=st.sampled_from([0, 1, 30, 120]))
    def passa_il_tempo(self, giorni: int) -> None:
        self.ora += timedelta(days=giorni, microseconds=1)

    # --- the attempt, judged ------------------------------------------------------------------

    def oggetto(self, procedura: str, codice: str, ordine: int) -> Oggetto | None:
        o = mondo.obiettivo(codice)
        if procedura == "obiettivo":
            return o
        return (
            RelazioneSemestrale.objects.filter(obiettivo=o, periodo__ordine=ordine)
            .select_related("obiettivo__unita", "periodo")
            .first()
        )

    def richiesta(self, modulo: str, nome: str) -> Richiesta:
        oggi = self.ora.astimezone(ZoneInfo("Europe/Rome")).date()
        if modulo == "vuoto":
            return Richiesta()
        self.numero += modulo == "pieno"
        nucleo = {
            t.persona for t in self.tenuti.values() if t.ruolo == "nucleo" and t.vale(self.ora)
        }
        return Richiesta(
            "Un motivo.",
            FattiAtto(f"n{self.numero}", oggi, parere_tecnico="reso ieri"),
            FattiSeduta(oggi, frozenset(nucleo if modulo != "scarso" else [self.persone[nome]])),
            dati={"cifra": "da 10 a 9"},
        )

    @contextmanager
    def come_una_pagina(self) -> Iterator[None]:
        """A transaction of its own, whose deferred constraints are asked at its end."""
        with transaction.atomic():
            yield
            with connection.cursor() as cursore:
                cursore.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursore.execute("SET CONSTRAINTS ALL DEFERRED")

    def esegui(
        self, oggetto: Oggetto, nome: str, attore: Any, richiesta: Richiesta, **k: Any
    ) -> Esito:
        procedura = "obiettivo" if isinstance(oggetto, Obiettivo) else "relazione"
        with self.come_una_pagina():
            return execute(
                PROCEDURE[procedura],
                nome,
                [oggetto.pk],
                attore,
                self.ora,
                richiesta=richiesta,
                **k,
            )

    def prova(
        self, oggetto: Oggetto, passo: tuple[str, str], nome: str, modulo: str, vista: str
    ) -> None:
        ruoli, coppie = PASSI[passo]
        puo = self.titoli(nome, ruoli, _percorso(oggetto))
        revisioni = {
            "giusta": {oggetto.pk: oggetto.revisione},
            "nessuna": None,
            "vecchia": {oggetto.pk: oggetto.revisione - 1},
        }[vista]
        prima = self.fotografia()
        try:
            esito = self.esegui(
                oggetto,
                passo[1],
                mondo.attore(nome, istante=self.ora),
                self.richiesta(modulo, nome),
                revisioni=revisioni,
            )
        except Conflitto:
            assert oggetto.stato not in coppie or vista == "vecchia"
        except NonAutorizzato:
            assert oggetto.stato in coppie
            assert not puo
        except NonPossibile as rifiuto:
            assert oggetto.stato in coppie
            assert puo
            assert rifiuto.tutti()  # noqa: PT017 - most attempts do not raise
        else:
            assert vista != "vecchia"
            assert puo
            self.riuscito(oggetto, passo, nome, {t.pk for t in puo}, esito)
            return
        assert self.fotografia() == prima

    def riuscito(
        self, oggetto: Oggetto, passo: tuple[str, str], nome: str, titoli: set[int], esito: Esito
    ) -> None:
        da = oggetto.stato
        oggetto.refresh_from_db()
        assert oggetto.stato == PASSI[passo][1][da]
        radice = oggetto.pk if isinstance(oggetto, Obiettivo) else oggetto.obiettivo_id
        [evento] = eventi = self.un_evento_per_oggetto(esito, oggetto.pk)
        assert (evento.da, evento.a) == (da, oggetto.stato)
        assert evento.incarico_id in titoli
        if passo[1] == "valida":
            assert not self.in_gioco(nome) & self.agito.get(radice, set())
        self.fatto(radice, eventi)
        self.chi_e_avvisato_puo(oggetto, esito.azione)

    def un_evento_per_oggetto(self, esito: Esito, pk: int) -> list[Evento]:
        eventi = list(Evento.objects.filter(azione=esito.azione, oggetto_id=pk))
        assert len(eventi) == 1
        assert eventi[0].istante == self.ora
        return eventi

    def chi_e_avvisato_puo(self, mosso: Oggetto, azione: int) -> None:
        """Whoever is still told it is theirs to do, on what moved and on the objective above it,
        was told by this very action, and can do it now."""
        toccati: list[Oggetto] = [mosso]
        if isinstance(mosso, RelazioneSemestrale):
            toccati.append(Obiettivo.objects.get(pk=mosso.obiettivo_id))
        for oggetto in toccati:
            procedura = PROCEDURE["obiettivo" if isinstance(oggetto, Obiettivo) else "relazione"]
            fatti = procedura.fascicoli([oggetto], self.ora, Richiesta())[oggetto.pk]
            for n in Notifica.objects.filter(
                materia=f"{procedura.nome}:{oggetto.pk}", motivo="da_fare", chiusa_il=None
            ):
                chi = permissions.attore(self.ente.pk, n.persona_id, self.ora)
                assert n.evento_id == azione
                assert any(
                    verdetto(procedura.macchina, t, fatti, chi, self.ora, anteprima=True).permessa
                    for t in procedura.macchina.transizioni
                    if not t.regole.ritorno
                ), n.testo

    # --- what may never happen ----------------------------------------------------------------

    def fotografia(self) -> dict[str, tuple[int, str]]:
        """Rows and digest of the tables that a step writes."""
        tabelle = (
            "cycle_obiettivo",
            "cycle_relazionesemestrale",
            "cycle_vocerelazione",
            "cycle_rilevazione",
            "cycle_atto",
            "cycle_versioneobiettivo",
            "cycle_seduta",
            "workflows_evento",
            "notifications_notifica",
        )
        with connection.cursor() as cursore:
            cursore.execute(
                " UNION ALL ".join(
                    f"SELECT '{t}', count(*), md5(string_agg(r::text, '' ORDER BY r.id)) FROM {t} r"
                    for t in tabelle
                )
            )
            return {tabella: (righe, impronta) for tabella, righe, impronta in cursore.fetchall()}

    @invariant()
    def ogni_stato_e_la_somma_dei_suoi_eventi(self) -> None:
        """No state without the Eventi that lead to it one step at a time, from a birth."""
        with connection.cursor() as cursore:
            cursore.execute(
                """
                WITH passi AS (
                    SELECT procedura, oggetto_id, verbo, da, a,
                           lag(a) OVER per AS prima,
                           row_number() OVER (PARTITION BY procedura, oggetto_id
                                              ORDER BY id DESC) AS ultimo
                      FROM workflows_evento
                     WHERE esito = 'eseguito' AND da <> a
                       AND procedura IN ('obiettivo', 'relazione')
                    WINDOW per AS (PARTITION BY procedura, oggetto_id ORDER BY id)
                )
                SELECT procedura, oggetto_id, verbo, da, a, prima, ultimo FROM passi
                """
            )
            for procedura, _pk, verbo, da, a, prima, _ultimo in cursore.fetchall():
                if verbo == "importa":
                    assert (da, prima) == ("", None)
                    continue
                assert PASSI[procedura, verbo][1][da] == a
                assert prima == da or (prima is None and procedura == "relazione")
            cursore.execute(
                """
                SELECT count(*) FROM (
                    SELECT 'obiettivo' AS p, id, stato, NULL AS nascita FROM cycle_obiettivo
                    UNION ALL
                    SELECT 'relazione', id, stato, 'da_compilare' FROM cycle_relazionesemestrale
                ) o WHERE stato IS DISTINCT FROM coalesce(
                    (SELECT e.a FROM workflows_evento e
                      WHERE e.procedura = o.p AND e.oggetto_id = o.id AND e.esito = 'eseguito'
                        AND e.da <> e.a ORDER BY e.id DESC LIMIT 1), o.nascita)
                """
            )
            assert cursore.fetchone() == (0,)

    @invariant()
    def versioni_e_relazioni_concordano(self) -> None:
        with connection.cursor() as cursore:
            cursore.execute(
                """
                SELECT o.codice FROM cycle_obiettivo o
                 WHERE o.versione <> (SELECT count(*) FROM cycle_versioneobiettivo v
                                       WHERE v.obiettivo_id = o.id)
                    OR (o.versione = 0) <> (o.stato IN ('bozza', 'proposta'))
                    OR o.stato = 'validato' AND (
                        o.percentuale_convalidata IS NULL
                        OR EXISTS (SELECT 1 FROM cycle_relazionesemestrale r
                                    WHERE r.obiettivo_id = o.id AND r.stato <> 'validata'))
                    OR o.stato IN ('bozza', 'proposta', 'approvato') AND EXISTS (
                        SELECT 1 FROM cycle_relazionesemestrale r WHERE r.obiettivo_id = o.id)
                """
            )
            assert cursore.fetchall() == []
            cursore.execute(
                "SELECT 1 FROM notifications_notifica WHERE chiusa_il IS NULL "
                "GROUP BY persona_id, materia, motivo HAVING count(*) > 1"
            )
            assert cursore.fetchall() == []


def _percorso(oggetto: Oggetto) -> str:
    obiettivo = oggetto if isinstance(oggetto, Obiettivo) else oggetto.obiettivo
    return obiettivo.unita.percorso


def test_r1_r57_r83_random_years(db: None) -> None:
    run_state_machine_as_test(
        AnniACaso,
        settings=settings(
            max_examples=25,
            stateful_step_count=40,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_walk_begins_in_march_of_its_year() -> None:
    assert datetime(2026, 3, 1, tzinfo=UTC) < mondo.ADESSO < datetime(2026, 4, 1, tzinfo=UTC)
