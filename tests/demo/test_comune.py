# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo's comune is as large and as varied as real ones, coherent, and always the same."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from cycle.demo.comune import ComuneDemo, comune
from cycle.importers.piano import Indicatore, Obiettivo, Piano, Specifico
from workflows.ports import RUOLI

ANNO = 2026


@pytest.fixture(scope="module")
def demo() -> ComuneDemo:
    return comune(ANNO)


@pytest.fixture(params=["passato", "corrente"])
def piano(request: pytest.FixtureRequest, demo: ComuneDemo) -> Piano:
    return getattr(demo, request.param)


def settore_di(obiettivo: Obiettivo) -> str:
    return obiettivo.unita[:3]


def indicatori(piano: Piano) -> Iterator[tuple[Obiettivo, Specifico, Indicatore]]:
    for obiettivo in piano.obiettivi:
        for specifico in obiettivo.specifici:
            for indicatore in specifico.indicatori:
                yield obiettivo, specifico, indicatore


def aggregato(indicatore: Indicatore, cifre: list[Decimal]) -> Decimal:
    if indicatore.aggregazione == "somma":
        return sum(cifre, Decimal(0))
    if indicatore.aggregazione == "media":
        return sum(cifre, Decimal(0)) / len(cifre)
    return max(cifre) if indicatore.aggregazione == "massimo" else cifre[-1]


def punti(indicatore: Indicatore, periodi: slice = slice(None)) -> Decimal | None:
    """The score by the page, written a second time: min(1, C / T), and the reverse where less is
    better; None where nothing is assessed (R71-R74)."""
    valutati = [r for r in indicatore.rilevazioni[periodi] if r.target or r.valore]
    meno_e_meglio = indicatore.natura == "negativo"
    if not valutati:
        return Decimal(1) if meno_e_meglio else None
    T = aggregato(indicatore, [r.target for r in valutati])
    C = aggregato(indicatore, [r.valore for r in valutati])
    if meno_e_meglio:
        return Decimal(1) if C <= T else T / C
    return min(Decimal(1), C / T) if T else None


class TestSempreLoStesso:
    def test_due_chiamate(self, demo: ComuneDemo) -> None:
        assert comune(ANNO) == demo

    def test_due_processi(self) -> None:
        """No set, no hash and no clock decides anything."""
        programma = "from cycle.demo.comune import comune; print(comune(2026))"
        impronte = {
            hashlib.sha256(
                subprocess.run(
                    [sys.executable, "-c", programma],
                    env={**os.environ, "PYTHONHASHSEED": seme},
                    capture_output=True,
                    check=True,
                ).stdout
            ).hexdigest()
            for seme in ("1", "2")
        }
        assert len(impronte) == 1

    def test_un_altro_anno_cambia_solo_le_date(self, demo: ComuneDemo) -> None:
        altro = comune(ANNO + 3)
        assert altro.corrente.anno == ANNO + 3
        assert altro.passato.anno == ANNO + 2
        assert altro.stati == demo.stati
        for uno, due in zip(indicatori(demo.passato), indicatori(altro.passato), strict=True):
            assert uno[0].codice == due[0].codice
            assert uno[0].percentuale_stampata == due[0].percentuale_stampata
            assert [(r.target, r.valore) for r in uno[2].rilevazioni] == [
                (r.target, r.valore) for r in due[2].rilevazioni
            ]


class TestGrandezza:
    def test_settori_e_uffici(self, piano: Piano) -> None:
        settori = [unita.codice for unita in piano.unita if unita.tipo == "settore"]
        assert len(settori) == 12
        for settore in settori:
            sotto = [u for u in piano.unita if u.codice.startswith(settore) and u.padre]
            assert 2 <= len(sotto) <= 5

    def test_centinaia_di_obiettivi(self, piano: Piano) -> None:
        tipi = Counter(obiettivo.tipo for obiettivo in piano.obiettivi)
        assert sum(tipi.values()) >= 300
        assert tipi.keys() == {"OE", "UO"}
        assert tipi["UO"] == len(piano.unita)
        assert len(list(indicatori(piano))) >= 1000

    def test_specifici_e_indicatori(self, piano: Piano) -> None:
        quanti = {len(obiettivo.specifici) for obiettivo in piano.obiettivi}
        assert quanti == set(range(1, 11))
        assert {len(s.indicatori) for s in piano.specifici()} == {1, 2, 3, 4, 5}

    def test_titoli_lunghi_per_provare_le_pagine(self, piano: Piano) -> None:
        lunghezze = [len(s.titolo) for s in piano.specifici()]
        lunghezze += [len(o.titolo) for o in piano.obiettivi]
        assert 230 < max(lunghezze) <= 250
        assert sum(lunghezza > 180 for lunghezza in lunghezze) >= 10

    def test_titoli_diversi(self, piano: Piano) -> None:
        strategici = [o for o in piano.obiettivi if o.tipo == "OE"]
        assert len({o.titolo for o in strategici}) == len(strategici)
        titoli = [s.titolo for o in strategici for s in o.specifici]
        assert len(set(titoli)) == len(titoli)


class TestCoerenza:
    def test_pesi_a_cento_r68(self, piano: Piano) -> None:
        for specifico in piano.specifici():
            assert sum(i.peso for i in specifico.indicatori) == 100, specifico.codice

    def test_codici_unici_e_progressivi(self, piano: Piano) -> None:
        codici = [o.codice for o in piano.obiettivi]
        specifici = [s.codice for s in piano.specifici()]
        assert len(set(codici)) == len(codici)
        assert len(set(specifici)) == len(specifici)
        per_settore = defaultdict(list)
        for obiettivo in piano.obiettivi:
            per_settore[settore_di(obiettivo), obiettivo.tipo].append(obiettivo.codice)
            figli = [s.codice for s in obiettivo.specifici]
            assert figli == sorted(figli)
            assert len({codice[:-2] for codice in figli}) == 1
            if obiettivo.tipo == "OE":
                assert figli[0][:-2] == obiettivo.codice
        for codici in per_settore.values():
            assert codici == sorted(codici)

    def test_un_codice_non_si_riusa(self, demo: ComuneDemo) -> None:
        """What has the same code in both years is the same thing; what is new goes on counting."""
        titoli = {s.codice: s.titolo for s in demo.passato.specifici()}
        comuni = [s for s in demo.corrente.specifici() if s.codice in titoli]
        assert comuni
        assert all(titoli[s.codice] == s.titolo for s in comuni)
        passati = {o.codice: o for o in demo.passato.obiettivi}
        proseguiti = [
            (passati[o.codice], o)
            for o in demo.corrente.obiettivi
            if o.tipo == "OE" and o.codice in passati
        ]
        assert len(proseguiti) > 150
        for prima, dopo in proseguiti:
            assert int(dopo.specifici[0].codice[-2:]) == int(prima.specifici[-1].codice[-2:]) + 1

    def test_unita_e_persone_esistono(self, demo: ComuneDemo, piano: Piano) -> None:
        codici = {u.codice for u in piano.unita}
        persone = {p.nome_completo for p in piano.persone}
        assert len(codici) == len({u.nome for u in piano.unita}) == len(piano.unita)
        assert len(persone) == len(piano.persone)
        for unita in piano.unita:
            assert unita.padre in codici | {""}
            assert unita.responsabile in persone | {""}
        for incarico in demo.incarichi:
            assert incarico.nome_completo in persone
            assert incarico.unita in codici | {""}
        for obiettivo in piano.obiettivi:
            assert obiettivo.unita in codici
            assert obiettivo.responsabile_generale in persone
            assert obiettivo.responsabile_operativo in persone
            nominati = {c.persona for s in obiettivo.specifici for c in s.collaboratori}
            assert nominati == {nome for nome, _ in obiettivo.collaboratori} <= persone

    def test_date_dentro_l_anno(self, piano: Piano) -> None:
        for obiettivo in piano.obiettivi:
            for specifico in obiettivo.specifici:
                dal, al = specifico.inizio_previsto, specifico.fine_prevista
                assert dal.year == al.year == piano.anno
                assert obiettivo.inizio_previsto <= dal < al <= obiettivo.fine_prevista
                for collaboratore in specifico.collaboratori:
                    assert dal <= collaboratore.dal <= collaboratore.al <= al
        assert [p.codice for p in piano.periodi] == [f"{piano.anno}-1", f"{piano.anno}-2"]
        assert piano.periodi[0].al + timedelta(days=1) == piano.periodi[1].dal

    def test_al_piu_un_responsabile_alla_volta(self, piano: Piano) -> None:
        senza = 0
        for specifico in piano.specifici():
            capi = sorted((c.dal, c.al) for c in specifico.collaboratori if c.responsabile)
            assert all(prima[1] < dopo[0] for prima, dopo in pairwise(capi))
            senza += not capi
        assert 0 < senza < 200  # real plans have some, and no more

    def test_posti_vacanti(self, demo: ComuneDemo, piano: Piano) -> None:
        assert [p.nome_completo for p in piano.persone if p.segnaposto] == ["-"]
        assert any(not u.responsabile for u in piano.unita)
        vacanti = [c for s in piano.specifici() for c in s.collaboratori if c.nome == "-"]
        assert vacanti
        assert all(c.responsabile for c in vacanti)
        assert "-" not in {i.nome_completo for i in demo.incarichi}

    def test_una_rilevazione_per_periodo(self, piano: Piano) -> None:
        codici = [p.codice for p in piano.periodi]
        for _, _, indicatore in indicatori(piano):
            assert [r.periodo for r in indicatore.rilevazioni] == codici

    def test_varieta_degli_indicatori(self, piano: Piano) -> None:
        tutti = [indicatore for _, _, indicatore in indicatori(piano)]
        nature = Counter(i.natura for i in tutti)
        assert nature["positivo"] > 4 * nature["negativo"] > 0
        aggregazioni = Counter(i.aggregazione for i in tutti)
        assert aggregazioni["somma"] > aggregazioni["media"] > 0
        a_zero_in_giugno = [i for i in tutti if i.rilevazioni[0].target == 0]
        assert len(a_zero_in_giugno) > len(tutti) / 20
        assert len({i.tipo for i in tutti}) > 40

    def test_programma_politico(self, piano: Piano) -> None:
        for obiettivo in piano.obiettivi:
            assert bool(obiettivo.nodi) == (obiettivo.tipo == "OE")
        assert any(len(obiettivo.nodi) > 1 for obiettivo in piano.obiettivi)
        assert len({n.percorso for o in piano.obiettivi for n in o.nodi}) > 20


class TestPersone:
    def test_ogni_ruolo_ha_qualcuno(self, demo: ComuneDemo) -> None:
        ruoli = Counter(incarico.ruolo for incarico in demo.incarichi)
        assert ruoli.keys() == RUOLI.keys()
        assert ruoli["nucleo"] == 3

    def test_ogni_settore_ha_un_dirigente_e_una_po(self, demo: ComuneDemo) -> None:
        settori = {u.codice for u in demo.corrente.unita if u.tipo == "settore"}
        assert {i.unita for i in demo.incarichi if i.ruolo == "dirigente"} >= settori
        assert {i.unita[:3] for i in demo.incarichi if i.ruolo == "po"} == settori

    def test_nessun_dirigente_in_due_settori(self, demo: ComuneDemo) -> None:
        dove = defaultdict(set)
        for incarico in demo.incarichi:
            if incarico.ruolo in ("po", "dirigente"):
                dove[incarico.nome_completo].add(incarico.unita[:3])
        assert all(len(settori) == 1 for settori in dove.values())

    def test_il_nucleo_non_fa_altro_r57(self, demo: ComuneDemo, piano: Piano) -> None:
        nucleo = {i.nome_completo for i in demo.incarichi if i.ruolo == "nucleo"}
        altri = {i.nome_completo for i in demo.incarichi if i.ruolo != "nucleo"}
        al_lavoro = {c.persona for s in piano.specifici() for c in s.collaboratori}
        assert not nucleo & (altri | al_lavoro)


class TestAnnoPassato:
    def test_percentuali_della_formula(self, demo: ComuneDemo) -> None:
        """R75, recomputed here from the figures alone."""
        for obiettivo in demo.passato.obiettivi:
            quote = [
                sum(i.peso * punti(i) for i in specifico.indicatori)
                for specifico in obiettivo.specifici
            ]
            attesa = sum(quote) / len(quote)
            assert abs(obiettivo.percentuale_stampata - attesa) <= Decimal("0.005")

    def test_distribuzione(self, demo: ComuneDemo) -> None:
        percentuali = [o.percentuale_stampata for o in demo.passato.obiettivi]
        assert 94 <= sum(percentuali) / len(percentuali) <= 97
        assert Decimal("66.67") in percentuali
        assert percentuali.count(100) > len(percentuali) / 2
        zero = [i for _, _, i in indicatori(demo.passato) if punti(i) == 0]
        assert len(zero) >= 10

    def test_mancati_in_giugno_e_recuperati(self, demo: ComuneDemo) -> None:
        recuperati = [
            indicatore
            for _, _, indicatore in indicatori(demo.passato)
            if (punti(indicatore, slice(1)) or 1) < 1 and punti(indicatore) == 1
        ]
        assert len(recuperati) >= 50

    def test_il_nucleo_parla_dove_si_manca_r78(self, demo: ComuneDemo) -> None:
        """June against its own targets, December against the year; nowhere else."""
        for specifico in demo.passato.specifici():
            giugno, dicembre = specifico.relazioni
            for relazione, periodi in ((giugno, slice(1)), (dicembre, slice(None))):
                mancati = [i for i in specifico.indicatori if (punti(i, periodi)) not in (None, 1)]
                assert bool(relazione.osservazione) == bool(mancati), specifico.codice
                for indicatore in mancati:
                    assert indicatore.nome in relazione.osservazione
                if relazione.risposta:
                    assert mancati

    def test_convalida_diversa_solo_con_il_perche_r56(self, demo: ComuneDemo) -> None:
        diverse = [
            o for o in demo.passato.obiettivi if o.percentuale_convalidata != o.percentuale_stampata
        ]
        assert diverse
        for obiettivo in diverse:
            detto = " ".join(s.relazioni[-1].osservazione for s in obiettivo.specifici)
            assert "errore materiale" in detto

    def test_valori_annui_stampati_r74(self, demo: ComuneDemo) -> None:
        for _, _, i in indicatori(demo.passato):
            prima, dopo = i.rilevazioni
            if i.aggregazione == "somma":
                assert i.target_annuo == prima.target + dopo.target
                assert i.valore_annuo == prima.valore + dopo.valore
            elif i.aggregazione == "media":
                assert (i.target_annuo, i.valore_annuo) == (dopo.target, dopo.valore)


class TestAnnoInCorso:
    def test_stati_di_tutti(self, demo: ComuneDemo) -> None:
        assert demo.stati.keys() == {o.codice for o in demo.corrente.obiettivi}
        conto = Counter(demo.stati.values())
        assert conto.keys() == {"bozza", "proposta", "approvato", "in_corso", "rendicontato"}
        assert conto["in_corso"] > len(demo.stati) / 2
        assert 1 <= conto["rendicontato"] <= 2

    def test_stati_in_ogni_settore(self, demo: ComuneDemo) -> None:
        per_settore = defaultdict(set)
        for obiettivo in demo.corrente.obiettivi:
            per_settore[settore_di(obiettivo)].add(demo.stati[obiettivo.codice])
        assert len(per_settore) == 12
        for stati in per_settore.values():
            assert stati >= {"bozza", "proposta", "approvato", "in_corso"}

    def test_valori_secondo_lo_stato(self, demo: ComuneDemo) -> None:
        in_ritardo = 0
        for obiettivo, specifico, indicatore in indicatori(demo.corrente):
            scritti = [r.valore is not None for r in indicatore.rilevazioni]
            stato = demo.stati[obiettivo.codice]
            if stato == "rendicontato":
                assert scritti == [True, True]
                assert specifico.fine_prevista <= demo.corrente.periodi[0].al
            elif stato == "in_corso":
                assert not scritti[1]
                in_ritardo += not scritti[0]
            else:
                assert scritti == [False, False]
            assert len(specifico.relazioni) == sum(scritti)
            assert obiettivo.percentuale_stampata is None
        assert in_ritardo

    def test_cio_che_corre_e_iniziato_entro_giugno(self, demo: ComuneDemo) -> None:
        for obiettivo in demo.corrente.obiettivi:
            assert obiettivo.inizio_previsto <= demo.corrente.periodi[0].al

    def test_tutto_completo_tranne_qualche_bozza(self, demo: ComuneDemo) -> None:
        """Every settore has a draft that can be proposed and one that cannot (R8)."""
        bozze = defaultdict(list)
        for obiettivo in demo.corrente.obiettivi:
            completo = all(
                r.target is not None
                for s in obiettivo.specifici
                for i in s.indicatori
                for r in i.rilevazioni
            )
            if demo.stati[obiettivo.codice] == "bozza":
                bozze[settore_di(obiettivo)].append(completo)
            else:
                assert completo
        assert all(sorted(completi) == [False, True] for completi in bozze.values())
