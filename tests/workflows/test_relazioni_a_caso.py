# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whole years of reports, at random: filled, submitted, observed, answered, validated, reopened,
parts of them neutralised, in any order that anybody tries. Judged against a ledger and a few lines
of arithmetic of this test's own: no path loses a value, what is validated stands on the figures it
was validated on, and every percentage is the one that plain fractions give (R54, R56, R62, R75)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cycle.elenco import Elenco, somma
from cycle.fascicolo import cifre_mosse
from cycle.filtri import Filtri
from cycle.models import (
    Indicatore,
    Neutralizzazione,
    Obiettivo,
    ObiettivoSpecifico,
    RelazioneSemestrale,
    Rilevazione,
    VoceRelazione,
)
from cycle.services import neutralizzazioni, osservazioni
from cycle.services.decisione import Documento
from cycle.services.neutralizzazioni import Domanda
from tests import mondo
from tests.variazioni.mondo import parametri
from workflows.errors import Rifiuto
from workflows.ports import Richiesta

EFFETTI = ("escludi", "cento", "quota")
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF\n"
PESI = {"N. sportelli - aperti": 100, "N. pratiche - evase": 50, "N. utenti - sentiti": 50}
TARGET = {1: 1, 2: 2}

passi = st.lists(
    st.one_of(
        st.tuples(st.just("compila"), st.sampled_from([1, 2]), st.integers(0, 4)),
        st.tuples(
            st.sampled_from(
                ["trasmetti", "trasmetti", "valida", "valida", "osserva", "rinuncia", "riapri"]
            ),
            st.sampled_from([1, 2]),
            st.just(0),
        ),
        st.tuples(
            st.sampled_from(["rendiconta", "valida tutto", "riapri tutto"]), st.just(0), st.just(0)
        ),
        st.tuples(st.just("neutralizza"), st.integers(0, 5), st.just(0)),
    ),
    min_size=4,
    max_size=22,
)


class Anno:
    """One objective, the steps that are tried on it, and what the ledger says of it."""

    def __init__(self, effetto: str) -> None:
        self.effetto = effetto
        parametri(neutralizzazione_decide="nucleo_decide", misura={"neutralizzazione": effetto})
        self.pk = mondo.obiettivo("OE04").pk
        self.valori: dict[tuple[str, int], int] = {}  # (indicator, period), as last written
        self.neutri: set[str] = set()  # indicators, specifici, or "tutto"
        self.calcolate: dict[int, dict[str, Fraction | None]] = {}  # by period, when computed

    @property
    def obiettivo(self) -> Obiettivo:
        return Obiettivo.objects.select_related("unita", "ciclo").get(pk=self.pk)

    def relazione(self, ordine: int) -> RelazioneSemestrale:
        return RelazioneSemestrale.objects.select_related("periodo", "obiettivo").get(
            obiettivo_id=self.pk, periodo__ordine=ordine
        )

    def prova(self, passo: str, n: int, valore: int) -> None:
        """Try it; what is refused has changed nothing."""
        try:
            with transaction.atomic():
                self._prova(passo, n, valore)
        except Rifiuto:
            return
        self._annota(passo, n, valore)

    def _prova(self, passo: str, n: int, valore: int) -> None:
        if passo == "compila":
            mondo.compila(self.relazione(n), "UNO PO", valore=Decimal(valore))
        elif passo == "trasmetti":
            mondo.muovi(self.relazione(n), "trasmetti", "UNO DIRIGENTE")
        elif passo == "osserva":
            r = self.relazione(n)
            [s] = VoceRelazione.objects.filter(relazione=r).order_by("pk")[:1]
            osservazioni.annota(
                relazione=r,
                scritte={s.specifico_id: osservazioni.Scritta("Perché?", firma=True)},
                by=mondo.attore("PRIMO NUCLEO"),
                istante=mondo.ADESSO,
            )
            mondo.muovi(r, "osserva", "PRIMO NUCLEO")
        elif passo == "rinuncia":
            mondo.muovi(self.relazione(n), "controdeduci", "UNO DIRIGENTE", dati={"rinuncia": True})
        elif passo == "valida":
            mondo.muovi(self.relazione(n), "valida", "SECONDO NUCLEO", seduta=mondo.seduta())
        elif passo == "riapri":
            mondo.muovi(self.relazione(n), "riapri", "SECONDO NUCLEO", motivazione="Da rivedere.")
        elif passo == "rendiconta":
            mondo.muovi(self.obiettivo, "rendiconta", "UNO DIRIGENTE")
        elif passo == "valida tutto":
            mondo.muovi(self.obiettivo, "valida", "SECONDO NUCLEO", seduta=mondo.seduta())
        elif passo == "riapri tutto":
            mondo.muovi(
                self.obiettivo,
                "riapri",
                "SECONDO NUCLEO",
                motivazione="Da rivedere.",
                dati={"cifra": "una"},
            )
        else:
            self._neutralizza(n)

    def _neutralizza(self, n: int) -> None:
        parte = self._parti()[n]
        neutra = neutralizzazioni.chiedi(
            obiettivo=self.obiettivo,
            domanda=Domanda("l'alluvione", "Uffici chiusi.", [Documento("a.pdf", [PDF])], **parte),
            by=mondo.attore("UNO DIRIGENTE"),
            istante=mondo.ADESSO,
        )
        neutralizzazioni.decidi(
            neutralizzazioni=[neutra],
            passo="accogli",
            richiesta=Richiesta("Sì.", seduta=mondo.seduta()),
            by=mondo.attore("SECONDO NUCLEO"),
            istante=mondo.ADESSO,
        )

    def _parti(self) -> list[dict[str, Any]]:
        indicatori = Indicatore.objects.filter(obiettivo_id=self.pk).order_by("pk")
        specifici = ObiettivoSpecifico.objects.filter(obiettivo_id=self.pk).order_by("pk")
        return [
            {},
            *({"specifico": s.pk} for s in specifici),
            *({"indicatore": i.pk} for i in indicatori),
        ]

    def _annota(self, passo: str, n: int, valore: int) -> None:
        if passo == "compila":
            self.valori |= {(nome, n): valore for nome in PESI}
        elif passo == "neutralizza":
            nomi = ["tutto", "OE0401", "OE0402", *PESI]
            self.neutri.add(nomi[n])
            for ordine in (1, 2):  # of what is submitted and not validated
                if self.relazione(ordine).stato in ("trasmessa", "osservata", "controdedotta"):
                    self.calcolate[ordine] = self.attese(ordine)
        elif passo == "trasmetti":
            self.calcolate[n] = self.attese(n)

    def attese(self, fino_a: int) -> dict[str, Fraction | None]:
        """The percentages of the specifici up to a period, in fractions."""

        def indicatore(nome: str) -> Fraction | None:
            if nome in self.neutri and self.effetto != "quota":
                return None if self.effetto == "escludi" else Fraction(1)
            periodi = range(1, fino_a + 1)
            fatto = sum(self.valori[nome, p] for p in periodi)
            return min(Fraction(1), Fraction(fatto, sum(TARGET[p] for p in periodi)))

        def specifico(codice: str, nomi: list[str]) -> Fraction | None:
            if codice in self.neutri and self.effetto != "quota":
                return None if self.effetto == "escludi" else Fraction(100)
            punti = [(PESI[n], s) for n in nomi if (s := indicatore(n)) is not None]
            if not punti:
                return None
            return 100 * sum(p * s for p, s in punti) / sum(p for p, _s in punti)

        primo, *altri = PESI
        return {"OE0401": specifico("OE0401", [primo]), "OE0402": specifico("OE0402", altri)}

    def controlla(self) -> None:
        scritti = {
            (nome, ordine): int(valore)
            for nome, ordine, valore in Rilevazione.objects.filter(
                obiettivo_id=self.pk, valore__isnull=False
            ).values_list("indicatore__nome", "periodo__ordine", "valore")
        }
        assert scritti == self.valori  # no path loses a value, or makes one
        for ordine in (1, 2):
            self._controlla(self.relazione(ordine), ordine)
        self._controlla_medie()

    def _controlla(self, r: RelazioneSemestrale, ordine: int) -> None:
        voci = {
            v.specifico.codice: v
            for v in VoceRelazione.objects.filter(relazione=r).select_related("specifico")
        }
        if r.stato in ("da_compilare", "riaperta"):
            return
        assert not any(cifre_mosse([r]).values())
        congelati = {
            (x["indicatore"], int(x["periodo"][-1])): int(x["valore"])
            for x in json.loads(r.istantanea)["righe"]
        }
        assert congelati == {k: v for k, v in self.valori.items() if k[1] <= ordine}
        for codice, attesa in self.calcolate[ordine].items():
            _uguale(voci[codice].percentuale_calcolata, attesa)
            if r.stato == "validata":
                _uguale(voci[codice].percentuale_convalidata, attesa)
            else:
                assert voci[codice].percentuale_convalidata is None

    def _controlla_medie(self) -> None:
        o = self.obiettivo
        if o.stato == "validato":
            assert all(self.relazione(n).stato == "validata" for n in (1, 2))
            attese = [p for p in self.calcolate[2].values() if p is not None]
            _uguale(o.percentuale_convalidata, sum(attese) / len(attese) if attese else None)
        else:
            assert o.percentuale_convalidata is None
        altre = [
            Fraction(p)
            for p in Obiettivo.objects.filter(ciclo=o.ciclo_id, percentuale_calcolata__isnull=False)
            .exclude(pk=self.pk)
            .values_list("percentuale_calcolata", flat=True)
        ]
        sua = None if o.percentuale_calcolata is None else Fraction(o.percentuale_calcolata)
        if "tutto" in self.neutri and self.effetto != "quota":
            sua = None if self.effetto == "escludi" else Fraction(100)
        contate = altre + ([] if sua is None else [sua])
        ciclo = o.ciclo
        ciclo.ente = mondo.ente()
        elenco = Elenco(mondo.attore("GESTIONE CONTROLLO"), ciclo, Filtri(), mondo.ADESSO)
        totale = somma(elenco.per_unita().values())
        assert totale.con_calcolata == len(contate)
        _uguale(totale.calcolata, sum(contate) / len(contate) if contate else None)
        assert totale.neutralizzati == ("tutto" in self.neutri)


def _uguale(trovata: Decimal | None, attesa: Fraction | int | None) -> None:
    """Equal to the six decimals that are kept."""
    if attesa is None or trovata is None:
        assert trovata is None and attesa is None, (trovata, attesa)  # noqa: PT018 - one thing
    else:
        assert abs(Fraction(trovata) - attesa) <= Fraction(1, 10**5), (trovata, attesa)


@contextmanager
def sipario() -> Iterator[None]:
    """What happens behind it has not happened."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@settings(max_examples=15, deadline=None, print_blob=True, suppress_health_check=list(HealthCheck))
@given(effetto=st.sampled_from(EFFETTI), che_cosa=passi)
def test_r54_r62_r75_years_of_reports(
    db: None, effetto: str, che_cosa: list[tuple[str, int, int]]
) -> None:
    with sipario():
        anno = Anno(effetto)
        assert not Neutralizzazione.objects.filter(obiettivo_id=anno.pk).exists()
        for passo, n, valore in che_cosa:
            anno.prova(passo, n, valore)
        anno.controlla()


def test_r62_a_whole_year_with_a_part_neutralised_between_two_periods(db: None) -> None:
    """One walk to the end, so that the random ones are known to be able to get there."""
    with sipario():
        anno = Anno("escludi")
        for passo, n, valore in (
            *(("compila", 1, 0), ("trasmetti", 1, 0), ("osserva", 1, 0), ("rinuncia", 1, 0)),
            *(("valida", 1, 0), ("compila", 2, 1), ("trasmetti", 2, 0), ("neutralizza", 3, 0)),
            *(("neutralizza", 0, 0), ("valida", 2, 0), ("rendiconta", 0, 0)),
            *(("valida tutto", 0, 0),),
        ):
            anno.prova(passo, n, valore)
            anno.controlla()
        assert anno.obiettivo.stato == "validato"
        assert anno.neutri == {"tutto", "N. sportelli - aperti"}
