# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the parameters of measurement are said (R62-R79)."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cycle.generi import (
    Coppie,
    Genere,
    Numero,
    Scelta,
)
from cycle.measure import ParametriMisura
from cycle.parametri.dichiarazione import Parametro

# Those of measurement: `measure`, which knows no language and no page, holds the defaults and
# refuses what does not stand; here is how they are said. Their names begin with "misura.".
_DETTI: Mapping[str, tuple[Genere, str | Promise, str | Promise, str]] = {
    "cap": (
        Numero(facoltativo=True, percento=True),
        _("Punteggio massimo di un indicatore, in percentuale"),
        _("100: oltre il target non si guadagna. Vuoto: nessun massimo, e un 212 % resta tale."),
        "R71",
    ),
    "negativo_oltre": (
        Scelta(
            {
                "rapporto": _("Target diviso conseguito"),
                "lineare": _("Scende in proporzione, fino a 0"),
                "zero": _("0"),
            }
        ),
        _("Indicatore da contenere, oltre il target"),
        _("Quanto vale un indicatore in cui meno è meglio, quando supera il target."),
        "R72",
    ),
    "indicatori": (
        Scelta(
            {
                "somma_pesata": _("Somma pesata degli indicatori"),
                "peggiore": _("L'indicatore peggiore"),
            }
        ),
        _("Percentuale di un obiettivo specifico"),
        _("Come si compongono più indicatori."),
        "R77",
    ),
    "aggregazione_specifici": (
        Scelta({"media": _("Media semplice"), "ponderata": _("Media ponderata con i pesi")}),
        _("Percentuale di un obiettivo"),
        _("Come si compongono i suoi obiettivi specifici."),
        "R69",
    ),
    "neutralizzazione": (
        Scelta(
            {
                "escludi": _("È esclusa, e il suo peso va alle altre"),
                "cento": _("Vale 100"),
                "quota": _("Vale quanto ha raggiunto"),
            }
        ),
        _("Quanto conta una parte neutralizzata"),
        _("L'effetto sui pesi di ciò che è stato neutralizzato."),
        "R62",
    ),
    "tabella_giorni_ritardo": (
        Coppie(_("giorni"), _("punteggio"), prima_intera=True, percento=1),
        _("Punteggio di una data mancata"),
        _(
            "Una riga per soglia: giorni di ritardo, due punti, percentuale. Per esempio «30: 95». "
            "Oltre l'ultima soglia, 0."
        ),
        "R79",
    ),
    "tolleranza_pesi": (
        Numero(),
        _("Tolleranza sulla somma dei pesi"),
        _("Solo per i terzi, che si stampano 33, 33 e 34."),
        "R68",
    ),
    "tolleranza_osservazioni": (
        Numero(percento=True),
        _("Scarto dal target che il Nucleo tralascia, in percentuale"),
        _("0: ogni target mancato è un'osservazione da scrivere."),
        "R78",
    ),
    "fasce": (
        Coppie(_("da"), _("giudizio"), prima_intera=False),
        _("Fasce di giudizio"),
        _(
            "Una riga per fascia, dalla più alta: percentuale da cui vale, due punti, giudizio. "
            "L'ultima parte da 0."
        ),
        "R76",
    ),
}
MISURA: Mapping[str, Parametro] = {
    nome: Parametro(
        f"misura.{nome}",
        "misura",
        *_DETTI[nome],
        getattr(ParametriMisura(), nome),
    )
    for nome in ParametriMisura.__dataclass_fields__
}
