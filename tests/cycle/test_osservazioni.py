# SPDX-License-Identifier: AGPL-3.0-or-later
"""The drafts of the Nucleo's osservazioni: when, which sentences, in which Italian (R39, R40, R53,
R78)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from cycle.measure import Indicatore
from cycle.osservazioni import Bozza, Esame, Politica, bozze
from cycle.osservazioni.frasi import citazione, elenco
from cycle.parametri import Parametri
from tests.cycle.costruttori_misura import DI_SERIE, D, indicatore, obiettivo, specifico

GIUGNO = Esame(anno=2031, periodo=1, ultimo=2, al=date(2031, 6, 30), termine=date(2031, 9, 30))
DICEMBRE = replace(GIUGNO, periodo=2, al=date(2031, 12, 31))


def proposta(
    *indicatori: Indicatore,
    esame: Esame = GIUGNO,
    testo: str = "",
    politica: Politica | None = None,
) -> Bozza | None:
    ob = obiettivo(specifico(*indicatori, codice="OB01"))
    fatte = bozze(ob, {"OB01": testo}, esame, politica or Politica(), DI_SERIE)
    return fatte[0] if fatte else None


def detto(*indicatori: Indicatore, **altro: Any) -> str:
    trovata = proposta(*indicatori, **altro)
    assert trovata is not None
    return trovata.testo


def test_R78_on_target_nothing_is_said() -> None:
    assert proposta(indicatore((5, 5), (5, 5))) is None


def test_R78_one_indicator() -> None:
    assert detto(indicatore((5, 4), nome="N. incontri")) == (
        "Al 30/06/2031 risulta il parziale mancato conseguimento dell'indicatore «N. incontri» "
        "(previsto n. 5, conseguito n. 4)."
    )


def test_R78_the_year_at_the_last_period() -> None:
    assert detto(indicatore((25, 12), (22, 21), nome="N. visite"), esame=DICEMBRE) == (
        "Nell'anno 2031 risulta il parziale mancato conseguimento dell'indicatore «N. visite» "
        "(previsto n. 47, conseguito n. 33)."
    )


NEGATIVO = {"natura": "negativo"}
MEDIA = {"aggregazione": "media"}


@pytest.mark.parametrize(
    ("figure", "altro", "giugno", "dicembre"),
    [
        # made up over the year; missed in December alone; missed over the year by one
        (((5, 4), (5, 6)), {}, (5, 4, "parziale mancato"), None),
        (((5, 9), (5, 1)), {}, None, None),
        (((1510, 1510), (740, 739)), {}, None, (2250, 2249, "parziale mancato")),
        # no tolerance: a hundredth is a shortfall
        (
            ((100, "99.99"), (100, "100.01")),
            MEDIA,
            (100, "99.99", "parziale mancato"),
            None,
        ),
        # the mean of the measured periods, whatever the last one says; a 0/0 period is skipped
        (
            ((100, 80), (100, 100)),
            MEDIA,
            (100, 80, "parziale mancato"),
            (100, 90, "parziale mancato"),
        ),
        (((0, 0), (95, 90)), MEDIA, None, (95, 90, "parziale mancato")),
        (((0, 0), (95, 95)), MEDIA, None, None),
        # nothing done; nothing due; nothing due and something done
        (((0, 0), (1, 0)), {}, None, (1, 0, "mancato")),
        (((0, 0), (0, 0)), {}, None, None),
        (((0, 3), (2, 0)), {}, None, None),
        (((0, 2), (0, 1)), {}, None, None),  # no annual target: flagged, not observed
        (((6, None), (4, 10)), {}, (6, 0, "mancato"), None),
        # less is better
        (((48, 1), (48, 1)), NEGATIVO | MEDIA, None, None),
        (((2, 3), (2, 0)), NEGATIVO, (2, 3, "parziale mancato"), None),
        (((0, 0), (0, 0)), NEGATIVO, None, None),
        (((0, 0), (0, 2)), NEGATIVO, None, (0, 2, "mancato")),
        # a stock that is summed: the figures are those of the sum
        (((20, 20), (20, 15)), {"nome": "N. posti"}, None, (40, 35, "parziale mancato")),
        # a specifico that was over in June
        (((100, 100), (None, None)), MEDIA, None, None),
        # rates and yes or no
        (
            ((80, "79.5"), (80, 81)),
            MEDIA | {"unita_misura": "percentuale"},
            (80, "79.5", "parziale mancato"),
            None,
        ),
        (
            ((0, 0), (1, 0)),
            {"unita_misura": "si_no", "aggregazione": "ultimo_valore"},
            None,
            (1, 0, "mancato"),
        ),
    ],
)
def test_R78_where_the_nucleo_speaks(
    figure: Any, altro: dict[str, Any], giugno: Any, dicembre: Any
) -> None:
    """Period by period the target of the period, at the end that of the year; and which figures
    are quoted."""
    for esame, attesa in ((GIUGNO, giugno), (DICEMBRE, dicembre)):
        trovata = proposta(indicatore(*figure, **altro), esame=esame)
        if attesa is None:
            assert trovata is None
        else:
            assert trovata is not None
            [r] = trovata.rilievi
            assert (r.previsto, r.conseguito, r.esito) == (D(attesa[0]), D(attesa[1]), attesa[2])


def test_several_indicators_in_one_sentence() -> None:
    """Those of one kind together, plural and verb agreed."""
    a, b, c = (
        indicatore(figure, nome=nome)
        for nome, figure in (("N. atti", (6, 4)), ("N. esami", (1, 0)), ("N. etti", (2, 0)))
    )
    assert detto(a, b) == (
        "Al 30/06/2031 risultano il parziale mancato conseguimento dell'indicatore «N. atti» "
        "(previsto n. 6, conseguito n. 4) e il mancato conseguimento dell'indicatore «N. esami» "
        "(previsto n. 1, conseguito n. 0)."
    )
    assert detto(b, c) == (
        "Al 30/06/2031 risulta il mancato conseguimento degli indicatori «N. esami» "
        "(previsto n. 1, conseguito n. 0) e «N. etti» (previsto n. 2, conseguito n. 0)."
    )
    assert ", nonché il mancato conseguimento degli indicatori" in detto(a, b, c)


@pytest.mark.parametrize(
    ("i", "cifre"),
    [
        (indicatore((80, "62.5"), nome="Tasso di copertura"), "previsto 80, conseguito 62,5"),
        (
            indicatore((80, "62.5"), nome="Tasso", unita_misura="percentuale"),
            "previsto 80%, conseguito 62,5%",
        ),
        (
            indicatore((12500, 1250), nome="Entrate", unita_misura="euro"),
            "previsto € 12.500,00, conseguito € 1.250,00",
        ),
        (indicatore((1, 0), nome="Piano", unita_misura="si_no"), "previsto sì, conseguito no"),
        (
            indicatore((1500, 2), nome="Numero di pratiche"),
            "previsto n. 1.500, conseguito n. 2",
        ),
        (
            indicatore((3, None), nome="N. atti"),
            "previsto n. 3, conseguito n. 0",
        ),
        (
            indicatore((48, 50), nome="Giorni medi", natura="negativo"),
            "previsto al massimo 48, conseguito 50",
        ),
        (
            indicatore(
                (None, 12), nome="Gradi", fascia=(D(18), D(24)), aggregazione="ultimo_valore"
            ),
            "previsto fra 18 e 24, conseguito 12",
        ),
        (
            indicatore((date(2031, 5, 31), date(2031, 6, 3)), nome="Avvio", unita_misura="data"),
            "previsto entro il 31/05/2031, conseguito il 03/06/2031",
        ),
        (
            indicatore((date(2031, 5, 31), None), nome="Avvio", unita_misura="data"),
            "previsto entro il 31/05/2031, non conseguito",
        ),
    ],
)
def test_each_unit_as_italians_write_it(i: Indicatore, cifre: str) -> None:
    assert f"({cifre})" in detto(i)


class TestClausole:
    CORTO = indicatore((5, 4), (5, 4))

    def clausole(self, **altro: Any) -> tuple[str, ...]:
        testo, politica = altro.pop("testo", ""), altro.pop("politica", None)
        trovata = proposta(
            self.CORTO, esame=replace(GIUGNO, **altro), testo=testo, politica=politica
        )
        assert trovata is not None
        return trovata.clausole

    def test_ordinary_activities_have_the_finding_only(self) -> None:
        assert self.clausole() == ("rilievo",)
        assert self.clausole(periodo=2) == ("rilievo",)

    def test_r53_the_settore_s_words(self) -> None:
        assert self.clausole(testo="Piove.") == ("rilievo", "parole")
        assert detto(self.CORTO, testo="Piove.").endswith("quanto segue: «Piove».")

    def test_r39_a_strategic_objective_is_invited(self) -> None:
        assert self.clausole(strategico=True) == ("rilievo", "invito")
        esame = replace(GIUGNO, strategico=True)
        trovata = proposta(self.CORTO, esame=esame)
        assert trovata is not None
        assert trovata.invita_entro == date(2031, 9, 30)
        assert "30/09/2031" in trovata.testo

    def test_r39_nobody_is_invited_when_it_is_too_late(self) -> None:
        assert self.clausole(strategico=True, oggi=date(2031, 9, 30)) == ("rilievo", "invito")
        assert self.clausole(strategico=True, oggi=date(2031, 10, 1)) == ("rilievo",)
        assert self.clausole(strategico=True, termine=None) == ("rilievo",)

    def test_r40_at_the_end_it_is_asked_why(self) -> None:
        assert self.clausole(strategico=True, periodo=2) == ("rilievo", "perche")

    @pytest.mark.parametrize("periodo", [1, 2])
    def test_r39_r40_one_that_was_asked_for_is_said(self, periodo: int) -> None:
        fatte = self.clausole(strategico=True, periodo=periodo, chiesta=True)
        assert fatte == ("rilievo", "chiesta")

    def test_policy_and_words_are_the_ente_s(self) -> None:
        assert self.clausole(politica=Politica(invita="tutti")) == ("rilievo", "invito")
        nessuno = Politica(invita="nessuno")
        assert self.clausole(strategico=True, politica=nessuno) == ("rilievo",)
        muta = Politica(invito="")
        assert self.clausole(strategico=True, politica=muta) == ("rilievo",)
        breve = Politica(rilievo="{rilievi}: perché?")
        assert detto(self.CORTO, politica=breve).startswith("Il parziale mancato conseguimento")
        assert self.clausole(testo="Piove.", politica=Politica(citazione=0)) == ("rilievo",)


def test_braces_in_the_settore_s_words_are_words() -> None:
    assert "«Nota {0} e {testo}»" in detto(indicatore((5, 4)), testo="Nota {0} e {testo}")


def test_lists_and_quotations() -> None:
    assert elenco(["a"]) == "a"
    assert elenco(["a", "b"]) == "a e b"
    assert elenco(["a", "b", "e"]) == "a, b ed e"
    assert citazione("  Una\n riga «vera». ", 100) == "Una riga “vera”"
    assert citazione("Prima frase. Seconda frase lunga.", 20) == "Prima frase. […]"
    assert citazione("parolalunghissima senza fine", 20) == "parolalunghissima […]"


def test_the_sentences_are_parameters_that_are_checked() -> None:
    assert Parametri().osservazioni() == Politica()
    letti = Parametri.da_dizionario({"osservazione_invito": "Entro il {termine}."})
    assert letti.osservazioni().invito == "Entro il {termine}."
    for guasta in (
        "Entro il {giorno}.",
        "Entro il {termine",
        "Entro {termine.__class__}",
        "{termine:>99999}",
    ):
        with pytest.raises(ValueError, match="graff"):
            Parametri.da_dizionario({"osservazione_invito": guasta})
