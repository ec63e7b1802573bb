# SPDX-License-Identifier: AGPL-3.0-or-later
"""Random interleavings of requests, opinions, decisions, free edits and imports. After each step:
weights are 100, versions follow one another, nothing drifts, nobody refused without saying why, a
field waits for one request, and the desk agrees with the state (`domain.md` 5, R18, R30, R36, R68).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from cycle.models import (
    Atto,
    CampoVariato,
    Ciclo,
    Indicatore,
    Obiettivo,
    RichiestaVariazione,
    Rilevazione,
    VersioneObiettivo,
)
from cycle.scritta import SchedaScritta
from cycle.services import variazioni
from cycle.services.piano import importa
from cycle.services.variazioni import Bozza
from cycle.variazioni.deriva import deriva
from tests import mondo
from tests.variazioni.mondo import (
    con_indicatore,
    con_specifico,
    con_target,
    nuovo_specifico,
    scheda,
)
from workflows.errors import Rifiuto
from workflows.machines.variazione import DECISE, PENDENTI
from workflows.ports import FattiAtto
from workflows.processes import variazione as flusso

OBIETTIVI = ("OE03", "OE04", "OE12")
DIRIGENTE = {"OE03": "UNO DIRIGENTE", "OE04": "UNO DIRIGENTE", "OE12": "DUE DIRIGENTE"}

Voglia = Callable[[SchedaScritta], SchedaScritta]


def _pesi(uno: int, due: int) -> Voglia:
    def varia(s: SchedaScritta) -> SchedaScritta:
        for n, specifico in enumerate(s.specifici):
            if len(specifico.indicatori) == 2:
                s = con_indicatore(s, n, 0, peso=Decimal(uno))
                return con_indicatore(s, n, 1, peso=Decimal(due))
        return s

    return varia


VOGLIE: dict[str, Voglia] = {
    **{f"target {n}": (lambda s, n=n: con_target(s, n)) for n in (3, 5, 8)},  # type: ignore[misc]
    "pesi giusti": _pesi(70, 30),
    "pesi di prima": _pesi(50, 50),
    "pesi sbagliati": _pesi(70, 50),
    "titolo": lambda s: replace(s, titolo=s.titolo + " ancora"),
    "date": lambda s: con_specifico(
        s, 0, inizio_previsto=date(2026, 3, 1), fine_prevista=date(2026, 11, 30)
    ),
    "in più": lambda s: replace(s, specifici=(*s.specifici, nuovo_specifico())),
    "in meno": lambda s: replace(s, specifici=s.specifici[:-1]) if len(s.specifici) > 1 else s,
    "un indicatore in meno": lambda s: con_specifico(s, -1, indicatori=()),
    "nulla": lambda s: s,
}

quali = st.sampled_from(OBIETTIVI)
voglie = st.sampled_from(sorted(VOGLIE))
BUONE = sorted(set(VOGLIE) - {"pesi sbagliati", "un indicatore in meno", "nulla"})


class VariazioniACaso(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.sipario = transaction.atomic()
        self.sipario.__enter__()
        self.ora = datetime(2026, 8, 1, 9, tzinfo=UTC)
        self.numero = 500
        self.ente = mondo.ente()
        self.decise: dict[int, tuple[str, Any]] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.sipario.__exit__(None, None, None)

    def tenta(self, azione: Callable[[], Any]) -> Any:
        """What it gives, or None when it is refused: then nothing was written."""
        try:
            with transaction.atomic():
                esito = azione()
                with connection.cursor() as cursore:  # as a commit would
                    cursore.execute("SET CONSTRAINTS ALL IMMEDIATE")
                    cursore.execute("SET CONSTRAINTS ALL DEFERRED")
                return esito
        except Rifiuto:
            return None

    def scegli(self, quale: int, stati: tuple[str, ...]) -> RichiestaVariazione | None:
        tutte = list(RichiestaVariazione.objects.filter(stato__in=stati).order_by("pk"))
        return tutte[quale % len(tutte)] if tutte else None

    def chi(self, nome: str) -> Any:
        return mondo.attore(nome, istante=self.ora)

    # --- what people do -------------------------------------------------------------------------

    @rule(
        codice=quali,
        voglia=voglie,
        motivo=st.sampled_from(["Perché serve.", ""]),
        soldi=st.booleans(),
    )
    def redige(self, codice: str, voglia: str, motivo: str, soldi: bool) -> None:
        self.redige_come(codice, voglia, motivo, soldi)

    def redige_come(self, codice: str, voglia: str, motivo: str, soldi: bool) -> None:
        o = mondo.obiettivo(codice)
        if o.stato not in ("approvato", "in_corso"):
            return
        bozza = Bozza(
            scheda=VOGLIE[voglia](scheda(o)),
            motivazione=motivo,
            causa_sopravvenuta="È accaduto dopo.",
            effetto_finanziario=soldi,
            atto_contabile="Consiglio n. 3" if soldi else "",
        )
        self.tenta(
            lambda: variazioni.redigi(
                obiettivo=o, bozza=bozza, by=self.chi(DIRIGENTE[codice]), istante=self.ora
            )
        )

    @rule(codice=quali)
    def chiede_lo_stralcio(self, codice: str) -> None:
        o = mondo.obiettivo(codice)
        if codice != "OE12" or o.stato == "stralciato":
            return
        bozza = Bozza(stralcio=True, motivazione="Non serve più.", causa_sopravvenuta="Dopo.")
        v = self.tenta(
            lambda: variazioni.redigi(
                obiettivo=o, bozza=bozza, by=self.chi("DUE DIRIGENTE"), istante=self.ora
            )
        )
        if v is not None:
            self.presenta_come(v)

    @rule(
        lavori=st.lists(
            st.tuples(quali, st.sampled_from(BUONE), st.booleans()), min_size=1, max_size=4
        ),
        soldi=st.booleans(),
        tutte_in_un_atto=st.booleans(),
    )
    def una_seduta_di_giunta(
        self, lavori: list[tuple[str, str, bool]], soldi: bool, tutte_in_un_atto: bool
    ) -> None:
        """Those whose job it is: requests are written, filed, given their opinions, decided."""
        scelte = []
        for codice, voglia, _parere in lavori:
            self.redige_come(codice, voglia, "Perché serve.", soldi)
            v = RichiestaVariazione.objects.filter(stato="bozza").order_by("-pk").first()
            if v is not None and v.obiettivo.codice == codice:
                self.presenta_come(v)
                scelte.append(v.pk)
        for v in RichiestaVariazione.objects.filter(pk__in=scelte, stato__in=PENDENTI):
            for tipo in ("ragioneria", "nucleo") if soldi else ("nucleo",):
                self.si_esprime_come(v, tipo, True)
        pendenti = list(RichiestaVariazione.objects.filter(pk__in=scelte, stato__in=PENDENTI))
        for gruppo in [pendenti] if tutte_in_un_atto else [[v] for v in pendenti]:
            if gruppo:
                self.approva_come({v.pk: v for v in gruppo}, True)

    @rule(quale=st.integers(0, 9))
    def presenta(self, quale: int) -> None:
        v = self.scegli(quale, ("bozza",))
        if v is not None:
            self.presenta_come(v)

    def presenta_come(self, v: RichiestaVariazione) -> None:
        by = self.chi(DIRIGENTE[v.obiettivo.codice])
        self.tenta(lambda: variazioni.presenta(richiesta=v, by=by, istante=self.ora))

    @rule(quale=st.integers(0, 9), tipo=st.sampled_from(["nucleo", "ragioneria"]), si=st.booleans())
    def si_esprime(self, quale: int, tipo: str, si: bool) -> None:
        v = self.scegli(quale, PENDENTI)
        if v is not None:
            self.si_esprime_come(v, tipo, si)

    def si_esprime_come(self, v: RichiestaVariazione, tipo: str, si: bool) -> None:
        rendi = variazioni.esprimi_parere if tipo == "nucleo" else variazioni.apponi_visto
        by = self.chi("PRIMO NUCLEO" if tipo == "nucleo" else "CONTI RAGIONERIA")
        self.tenta(
            lambda: rendi(
                richiesta=v,
                esito="favorevole" if si else "contrario",
                testo="" if si else "Non convince.",
                impronta=v.impronta,
                by=by,
                istante=self.ora,
            )
        )

    @rule(quali_richieste=st.sets(st.integers(0, 9), min_size=1, max_size=3), motivo=st.booleans())
    def la_giunta_approva(self, quali_richieste: set[int], motivo: bool) -> None:
        scelte = {v.pk: v for q in quali_richieste if (v := self.scegli(q, PENDENTI))}
        if scelte:
            self.approva_come(scelte, motivo)

    def approva_come(self, scelte: dict[int, RichiestaVariazione], motivo: bool) -> None:
        self.numero += 1
        prima = dict(Obiettivo.objects.values_list("pk", "versione"))
        esito = self.tenta(
            lambda: variazioni.approva(
                richieste=list(scelte.values()),
                atto=FattiAtto(str(self.numero), self.ora.date(), parere_tecnico="sì"),
                motivazione="La giunta concorda." if motivo else " ",
                eccezione="Evento imprevedibile.",
                by=self.chi("ATTI SEGRETERIA"),
                istante=self.ora,
            )
        )
        dopo = dict(Obiettivo.objects.values_list("pk", "versione"))
        if esito is None:
            assert dopo == prima
            return
        assert motivo
        toccati = {v.obiettivo_id for v in scelte.values()}
        assert {pk for pk in dopo if dopo[pk] != prima[pk]} == toccati
        for v in RichiestaVariazione.objects.filter(pk__in=scelte):
            self.decise[v.pk] = (v.stato, v.atto_id)

    @rule(quale=st.integers(0, 9), motivo=st.sampled_from(["Non serve.", "", "  "]))
    def la_giunta_respinge(self, quale: int, motivo: str) -> None:
        v = self.scegli(quale, PENDENTI)
        if v is None:
            return
        by = self.chi("ATTI SEGRETERIA")
        esito = self.tenta(
            lambda: variazioni.respingi(richieste=[v], motivazione=motivo, by=by, istante=self.ora)
        )
        assert (esito is not None) == bool(motivo.strip())

    @rule(quale=st.integers(0, 9))
    def ritira(self, quale: int) -> None:
        v = self.scegli(quale, ("bozza", *PENDENTI))
        if v is not None:
            by = self.chi(DIRIGENTE[v.obiettivo.codice])
            self.tenta(lambda: variazioni.ritira(richiesta=v, by=by, istante=self.ora))

    @rule(quale=st.integers(0, 9))
    def ribasa(self, quale: int) -> None:
        v = self.scegli(quale, ("bozza", *PENDENTI))
        if v is not None:
            by = self.chi(DIRIGENTE[v.obiettivo.codice])
            self.tenta(lambda: variazioni.ribasa(richiesta=v, by=by, istante=self.ora))

    @rule(codice=quali, quanto=st.integers(0, 9), bene=st.booleans())
    def il_settore_scrive(self, codice: str, quanto: int, bene: bool) -> None:
        """A measured value is his; a target is not, whoever writes it."""
        righe = Rilevazione.objects.filter(
            obiettivo=mondo.obiettivo(codice), periodo__ordine=2, target__isnull=False
        )
        with connection.cursor() as cursore:
            cursore.execute("SELECT set_config('ciclo.azione', '', true)")
        try:
            with transaction.atomic():
                righe.update(**({"valore": quanto} if bene else {"target": quanto + 100}))
        except IntegrityError:
            assert not bene
        else:
            assert bene or not righe.exists()

    @rule(codice=quali)
    def si_importa_di_nuovo(self, codice: str) -> None:
        """The plan as it was printed in January: what is there and differs is refused."""
        settore = 2 if codice == "OE12" else 1
        piano = mondo.piano([mondo.scheda(codice, f"S{settore}", settore)])
        try:
            with transaction.atomic():
                importa(ente=self.ente, piano=piano, come="piano", istante=self.ora)
        except Exception:
            assert mondo.obiettivo(codice).versione > 1

    @rule(giorni=st.integers(1, 15))
    def il_tempo_passa(self, giorni: int) -> None:
        if self.ora.year == 2026:
            self.ora += timedelta(days=giorni)

    # --- what may never happen ------------------------------------------------------------------

    @invariant()
    def i_pesi_fanno_cento(self) -> None:
        for riga in (
            Indicatore.objects.filter(obiettivo__codice__in=OBIETTIVI, ente=self.ente)
            .values("specifico")
            .annotate(somma=Sum("peso"))
        ):
            assert riga["somma"] == 100

    @invariant()
    def le_versioni_si_seguono_ciascuna_col_suo_atto(self) -> None:
        for o in Obiettivo.objects.filter(ente=self.ente, codice__in=OBIETTIVI):
            versioni = list(VersioneObiettivo.objects.filter(obiettivo=o).order_by("numero"))
            assert [w.numero for w in versioni] == list(range(1, o.versione + 1))
            assert len({w.atto_id for w in versioni}) == len(versioni)

    @invariant()
    def nulla_deriva(self) -> None:
        ciclo = Ciclo.objects.get(ente=self.ente, anno=mondo.ANNO)
        assert [str(s) for s in deriva(ciclo)] == []

    @invariant()
    def nessuna_decisione_senza_motivazione(self) -> None:
        for v in RichiestaVariazione.objects.filter(stato__in=("approvata", "respinta")):
            assert v.motivazione_decisione.strip()
            assert v.decisa_il is not None
            assert v.presentata_il is not None
            if v.stato == "approvata":
                atto = Atto.objects.get(pk=v.atto_id)
                assert (atto.tipo, atto.data.year) == ("variazione", 2026)
                assert not v.tardiva or v.eccezione

    @invariant()
    def cio_che_e_deciso_resta(self) -> None:
        for pk, com_era in self.decise.items():
            v = RichiestaVariazione.objects.get(pk=pk)
            assert (v.stato, v.atto_id) == com_era

    @invariant()
    def un_campo_aspetta_una_richiesta(self) -> None:
        attesi = CampoVariato.objects.filter(in_attesa=True)
        assert {c.richiesta.stato for c in attesi.select_related("richiesta")} <= set(PENDENTI)
        pendenti = RichiestaVariazione.objects.filter(stato__in=PENDENTI)
        assert all(v.campi.filter(in_attesa=False).count() == 0 for v in pendenti)

    @invariant()
    def il_desco_e_d_accordo_con_lo_stato(self) -> None:
        """The Flow and the machine never disagree: what waits has its desk open, and once decided
        nothing is asked of anybody."""
        for v in RichiestaVariazione.objects.all():
            desco = flusso.processo(v)
            if v.stato == "bozza":
                assert desco is None
            elif v.stato in PENDENTI:
                assert desco is not None
                assert desco.in_corso
                assert ("decisione" in desco.aperti) or v.stato == "presentata" or desco.aperti
            elif v.stato in DECISE and desco is not None:
                assert not desco.in_corso
                assert desco.aperti == frozenset()


def test_variazioni_a_caso(db: None) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        VariazioniACaso,
        settings=settings(
            max_examples=8,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
