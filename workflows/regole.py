# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rules that guards and verdicts cite, by number: what each says, and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Regola:
    """One rule in a sentence, and its source: a law, or the practice of the comuni."""

    testo: str | Promise
    fonte: str | Promise


_PRASSI = _("prassi dei comuni")
_INTEGRITA = _("integrità del registro")

REGOLE: Mapping[str, Regola] = {
    "R1": Regola(_("Un obiettivo percorre i suoi stati nell'ordine: nessuno si salta."), _PRASSI),
    "R2": Regola(
        _("È approvato ciò che la giunta approva, con un atto che ha numero e data."),
        _("art. 169 c. 1 TUEL"),
    ),
    "R3": Regola(
        _("Solo la giunta approva, modifica o stralcia un obiettivo; gli altri propongono."),
        _("art. 169 c. 1 TUEL"),
    ),
    "R4": Regola(
        _("La politica indirizza, la dirigenza gestisce: ciascuno agisce con il suo incarico."),
        _("art. 107 TUEL"),
    ),
    "R6": Regola(_("Ogni obiettivo ha un responsabile."), _PRASSI),
    "R8": Regola(
        _(
            "Un obiettivo è specifico e misurabile: ha un indicatore con un target, riferito a un "
            "periodo e legato al programma."
        ),
        _("art. 5 c. 2 d.lgs. 150/2009"),
    ),
    "R14": Regola(
        _("Un piano approvato tardi svilisce la sua natura di programma: va segnalato."),
        _("art. 10 c. 5 d.lgs. 150/2009"),
    ),
    "R15": Regola(_("L'atto della giunta porta i pareri di regolarità."), _("art. 49 TUEL")),
    "R16": Regola(
        _("Una richiesta di variazione dice che cosa cambia, da quanto a quanto, e perché."),
        _("art. 177 TUEL"),
    ),
    "R18": Regola(
        _("La giunta non respinge una variazione senza motivarlo."), _("art. 177 c. 2 TUEL")
    ),
    "R19": Regola(_("Anche l'accoglimento di una variazione porta la sua motivazione."), _PRASSI),
    "R24": Regola(
        _("Una richiesta tardiva resta tardiva: la si ammette solo motivando l'eccezione."),
        _PRASSI,
    ),
    "R25": Regola(
        _("Dopo il 15/12 si approvano solo le variazioni legate al bilancio."),
        _("art. 175 c. 3 e 9 TUEL"),
    ),
    "R26": Regola(
        _("Chiuso l'anno non si approvano variazioni: quelle pendenti vanno prima decise."),
        _("art. 175 TUEL"),
    ),
    "R28": Regola(_("Ciò che muove risorse ha l'atto contabile che le varia."), _("art. 175 TUEL")),
    "R30": Regola(
        _("La versione approvata non si tocca: una variazione ne crea un'altra."), _INTEGRITA
    ),
    "R31": Regola(_("Una variazione non riscrive un periodo già chiuso."), _INTEGRITA),
    "R33": Regola(
        _("Prima della giunta si esprime chi deve: il parere del Nucleo non vincola."),
        _("art. 6 d.lgs. 150/2009"),
    ),
    "R34": Regola(_("La giunta può variare d'ufficio; il settore può replicare."), _PRASSI),
    "R35": Regola(
        _(
            "Un errore materiale si corregge aggiungendo una percentuale convalidata: lo segnala "
            "uno, lo decide un altro."
        ),
        _PRASSI,
    ),
    "R36": Regola(_("Su un campo pende una richiesta alla volta."), _INTEGRITA),
    "R37": Regola(
        _("L'autore può ritirare la richiesta finché non è decisa: ne resta traccia."), _INTEGRITA
    ),
    "R50": Regola(
        _("Di due azioni sullo stesso oggetto vale la prima; la seconda viene a saperlo."),
        _INTEGRITA,
    ),
    "R53": Regola(
        _("La relazione dice, per ogni indicatore, quanto era atteso e quanto è stato fatto."),
        _PRASSI,
    ),
    "R54": Regola(
        _(
            "Prima trasmette il settore, poi guarda il Nucleo; trasmettere congela i valori, e "
            "riaprire chiede un motivo."
        ),
        _PRASSI,
    ),
    "R55": Regola(
        _("A ciò che il Nucleo osserva il settore può rispondere, prima che si validi."),
        _PRASSI,
    ),
    "R56": Regola(
        _("La percentuale convalidata si scosta da quella calcolata solo con un motivo scritto."),
        _PRASSI,
    ),
    "R57": Regola(
        _("Chi ha agito su un obiettivo per il settore non può validarlo."),
        _("art. 6-bis l. 241/1990"),
    ),
    "R59": Regola(_("Il Nucleo decide in seduta, con i presenti richiesti."), _PRASSI),
    "R62": Regola(
        _(
            "Si neutralizza solo ciò che una causa imprevedibile e non attribuibile ha impedito, "
            "con le prove: decide chi l'ente ha stabilito."
        ),
        _PRASSI,
    ),
    "R63": Regola(
        _("Ciò che è neutralizzato, o stralciato, resta nella Relazione, che rispecchia il piano."),
        _PRASSI,
    ),
    "R68": Regola(_("I pesi degli indicatori sommano a 100."), _PRASSI),
    "R69": Regola(_("Dove le fasi hanno un peso, i pesi sommano a 100."), _PRASSI),
    "R74": Regola(
        _("Il valore dell'anno viene dai periodi: si somma ciò che accade, non ciò che c'è."),
        _PRASSI,
    ),
    "C3": Regola(
        _("Un anno si chiude quando nulla vi è più aperto; poi si corregge solo un errore."),
        _PRASSI,
    ),
    "R84": Regola(_("Di ogni passo si registra chi, quando e perché."), _INTEGRITA),
}
