# SPDX-License-Identifier: AGPL-3.0-or-later
"""The parameters of the Nucleo: reports, sittings, and the osservazioni that are proposed to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cycle.generi import (
    Frase,
    Intero,
    Scelta,
    SiNo,
)
from cycle.osservazioni import FRASI
from cycle.osservazioni import Politica as PoliticaOsservazioni
from cycle.parametri.dichiarazione import dichiara

_OSSERVA = PoliticaOsservazioni()


def _frase(nome: str, etichetta: str | Promise, spiega: str | Promise, regola: str) -> Any:
    """A sentence of the drafts: how it is said by default, and what may stand in it."""
    genere = Frase(500, segnaposti=FRASI[nome])
    return dichiara(getattr(_OSSERVA, nome), genere, "osservazioni", etichetta, spiega, regola)


_DI_QUALI = Scelta(
    {
        "strategici": _("Gli obiettivi collegati al programma politico"),
        "tutti": _("Tutti gli obiettivi"),
        "nessuno": _("Nessun obiettivo"),
    }
)


@dataclass(frozen=True, kw_only=True)
class DelNucleo:
    """What the settori report, and how the Nucleo examines it."""

    periodi: int = dichiara(
        2,
        Scelta(
            {
                "1": _("Uno: l'anno"),
                "2": _("Due: semestri"),
                "3": _("Tre: quadrimestri"),
                "4": _("Quattro: trimestri"),
            },
            intera=True,
        ),
        "nucleo",
        _("Periodi di rendicontazione"),
        _("In ogni periodo il settore trasmette la relazione e il Nucleo la esamina."),
        "R52",
    )
    replica_giorni: int = dichiara(
        10,
        Intero(0, 60),
        "nucleo",
        _("Giorni per rispondere a un'osservazione del Nucleo"),
        _("Prima che scadano si valida solo se il settore ha risposto, o vi ha rinunciato."),
        "R55",
    )
    osservazione_invita: str = dichiara(
        _OSSERVA.invita,
        _DI_QUALI,
        "osservazioni",
        _("Per quali obiettivi si suggerisce una variazione"),
        _("Quando un target di un periodo intermedio è mancato, e si è ancora in tempo."),
        "R39",
    )
    osservazione_chiede: str = dichiara(
        _OSSERVA.chiede,
        _DI_QUALI,
        "osservazioni",
        _("Per quali obiettivi si chiede perché non sia stata chiesta una variazione"),
        _("Quando a fine anno il target è mancato e nessuna variazione è stata chiesta."),
        "R40",
    )
    osservazione_citazione: int = dichiara(
        _OSSERVA.citazione,
        Intero(0, 20_000),
        "osservazioni",
        _("Caratteri delle parole del settore che si riportano"),
        _("Oltre, il testo si taglia alla fine di una frase. 0: non si riportano."),
        "R53",
    )
    osservazione_rilievo: str = _frase(
        "rilievo",
        _("Come si dice ciò che manca"),
        _("{quando}: il periodo; {risulta}: il verbo; {rilievi}: previsto e conseguito."),
        "R78",
    )
    osservazione_parole: str = _frase(
        "parole",
        _("Come si riportano le parole del settore"),
        _("{testo}: ciò che il settore ha scritto. Vuota: non si riportano."),
        "R53",
    )
    osservazione_invito: str = _frase(
        "invito",
        _("Come si suggerisce una variazione"),
        _("{termine}: l'ultimo giorno utile del calendario."),
        "R39",
    )
    osservazione_chiesta: str = _frase(
        "chiesta",
        _("Come si dice che una variazione è stata chiesta"),
        _("Vuota: non si dice."),
        "R39",
    )
    osservazione_perche: str = _frase(
        "perche",
        _("Come si chiede perché non sia stata chiesta una variazione"),
        _("Vuota: non si chiede."),
        "R40",
    )
    nucleo_organo: str = dichiara(
        "nucleo",
        Scelta({"nucleo": _("Nucleo di valutazione"), "oiv": _("OIV")}),
        "nucleo",
        _("Organo di valutazione"),
        _("Chi sceglie l'OIV ne segue tutta la disciplina: serve il suo parere sul sistema."),
        "R60",
    )
    nucleo_monocratico: bool = dichiara(
        False,
        SiNo(),
        "nucleo",
        _("L'organo di valutazione è di un solo componente"),
        _("Con «Sì» la presenza dell'unico componente basta a ogni seduta."),
        "R59",
    )
    quorum: int = dichiara(
        2,
        Intero(1, 15),
        "nucleo",
        _("Presenti perché una seduta sia valida"),
        _("Il Nucleo decide in seduta, con almeno questi componenti."),
        "R59",
    )
    segretario_nel_nucleo: bool = dichiara(
        False,
        SiNo(),
        "nucleo",
        _("Il segretario fa parte del Nucleo"),
        _("Si astiene comunque sugli obiettivi su cui è valutato o che coordina."),
        "R57",
    )
    correzione_decide: str = dichiara(
        "nucleo_o_controllo",
        Scelta(
            {
                "nucleo_o_controllo": _("Nucleo o programmazione e controllo"),
                "nucleo": _("Nucleo"),
                "controllo": _("Programmazione e controllo"),
            }
        ),
        "nucleo",
        _("Chi decide la correzione di un errore materiale"),
        _("Mai chi l'ha segnalato. La percentuale calcolata non cambia."),
        "R35",
    )
    neutralizzazione_decide: str = dichiara(
        "nucleo_propone_giunta_decide",
        Scelta(
            {
                "nucleo_propone_giunta_decide": _("Il Nucleo propone, la giunta decide"),
                "nucleo_decide": _("Il Nucleo"),
                "off": _("Nessuno: non si neutralizza"),
            }
        ),
        "nucleo",
        _("Chi neutralizza un obiettivo"),
        _(
            "Serve una causa non attribuibile e imprevedibile, con le prove; l'obiettivo resta "
            "nella Relazione."
        ),
        "R62",
    )
    relazione_ordine: str = dichiara(
        "approva_valida",
        Scelta(
            {
                "approva_valida": _("La giunta approva, poi il Nucleo valida"),
                "valida_approva": _("Il Nucleo valida, poi la giunta approva"),
            }
        ),
        "nucleo",
        _("Relazione sulla performance"),
        _("L'ordine fra approvazione e validazione, tutte e due entro il 30/06."),
        "R61",
    )
