# SPDX-License-Identifier: AGPL-3.0-or-later
"""The parameters of variazioni: terms, exceptions, who speaks and who decides."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from cycle.generi import (
    Giorno,
    Intero,
    Scelta,
    SiNo,
)
from cycle.parametri.dichiarazione import dichiara


@dataclass(frozen=True, kw_only=True)
class DelleVariazioni:
    """What may be changed, until when, and who is asked."""

    variazione_tardiva: str = dichiara(
        "ammissibile_con_eccezione_giunta",
        Scelta(
            {
                "ammissibile_con_eccezione_giunta": _(
                    "Si può presentare; resta tardiva e la giunta motiva l'eccezione"
                ),
                "irricevibile_con_motivazione": _("È dichiarata irricevibile, con un motivo"),
                "rifiuto_automatico": _("Non si può presentare"),
            }
        ),
        "variazioni",
        _("Richiesta di variazione presentata dopo il termine"),
        _(
            "Il termine è quello «Richieste di variazione» del calendario. Conta l'istante in cui "
            "si presenta la richiesta, sul server: non quando è stata scritta o decisa."
        ),
        "R24",
    )
    variazione_motivata: bool = dichiara(
        True,
        SiNo(),
        "variazioni",
        _("Anche l'accoglimento va motivato"),
        _("Il rifiuto è motivato sempre; con «Sì» lo è anche l'approvazione di una variazione."),
        "R19",
    )
    variazione_parere_nucleo: str = dichiara(
        "facoltativo",
        Scelta(
            {
                "nessuno": _("Non è chiesto"),
                "facoltativo": _("È facoltativo"),
                "obbligatorio": _("È obbligatorio, non vincolante"),
            }
        ),
        "variazioni",
        _("Parere del Nucleo sulle variazioni"),
        _("Se la giunta può decidere una variazione senza che il Nucleo si sia espresso."),
        "R33",
    )
    variazione_effetto: str = dichiara(
        "da_data",
        Scelta(
            {
                "da_data": _("Dalla data di efficacia, per ogni periodo ancora aperto"),
                "annuale": _("Sul solo target annuale: gli intermedi non si variano"),
            }
        ),
        "variazioni",
        _("Effetto di un target variato"),
        _("I periodi già validati non si riscrivono mai."),
        "R31",
    )
    variazione_backstop: tuple[int, int] = dichiara(
        (12, 15),
        Giorno(),
        "variazioni",
        _("Ultimo giorno di legge per variare il PEG"),
        _(
            "15/12 (art. 175 c. 9 TUEL); le regioni a statuto speciale possono avere un'altra "
            "data, per esempio 31/12. È un termine di legge: non si sposta e non si proroga."
        ),
        "R27",
    )
    variazione_ufficio_replica: int = dichiara(
        5,
        Intero(0, 60),
        "variazioni",
        _("Giorni di replica a una variazione d'ufficio"),
        _(
            "Quando la giunta varia di sua iniziativa, il settore ha questi giorni per rispondere: "
            "prima che passino, o che risponda, l'approvazione non si registra."
        ),
        "R34",
    )
    silenzio_giorni: int = dichiara(
        30,
        Intero(1, 365),
        "variazioni",
        _("Giorni di silenzio prima dell'avviso"),
        _(
            "Il silenzio non vale mai accoglimento né rifiuto: passati questi giorni senza "
            "decisione, si avvisa chi deve decidere."
        ),
        "R38",
    )
