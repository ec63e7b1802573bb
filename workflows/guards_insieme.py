# SPDX-License-Identifier: AGPL-3.0-or-later
"""Guards of the sets that go to the giunta: what they are made of, and the pareri on them.

What somebody else moved since the set was submitted is a conflict, and names the objectives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from workflows.guards import Mancanza, guardia
from workflows.ports import Attore, Fascicolo, FattiInsieme, Incarico

NOMI_PARERI = {"tecnico": "regolarità tecnica", "contabile": "regolarità contabile"}
_QUANTI = 20  # codes in a sentence; the page lists them all


def ruoli_del_parere(tipo: str, f: Fascicolo) -> tuple[str, ...]:
    """The roles that give the parere `tipo` on a set; the ente chooses of the technical one."""
    return f.politica.parere_tecnico_di if tipo == "tecnico" else ("ragioneria",)


def incarico_del_parere(tipo: str, f: Fascicolo, a: Attore) -> Incarico | None:
    """The incarico under which `a` gives the parere `tipo` on a set: of a role that gives it, on
    the whole ente, or for the technical one on a unit that has all its objectives (R15)."""
    ruoli = ruoli_del_parere(tipo, f)
    suoi = replace(a, incarichi=tuple(i for i in a.incarichi if i.ruolo in ruoli))
    dove = (tipo == "tecnico" and _di(f).percorso) or f.percorso
    return suoi.incarico_per(f"parere_{tipo}", dove)


def _di(f: Fascicolo) -> FattiInsieme:
    return f.insieme or FattiInsieme()


def elenca(codici: Sequence[str]) -> str:
    """The codes, or the first of them and how many more."""
    if len(codici) <= _QUANTI:
        return ", ".join(codici)
    return _("%(codici)s e altri %(n)s") % {
        "codici": ", ".join(codici[:_QUANTI]),
        "n": len(codici) - _QUANTI,
    }


@guardia("R2", "controllo")
def insieme_non_vuoto(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """L'insieme contiene almeno un obiettivo."""
    if not _di(f).voci:
        yield (
            _("L'insieme è vuoto: non c'è nulla da decidere."),
            _("Aggiungere gli obiettivi proposti da portare in giunta."),
        )


@guardia("R1", "controllo", conflitto=True)
def voci_ancora_proposte(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Ogni obiettivo dell'insieme è ancora una proposta."""
    altri = [v.codice for v in _di(f).voci if v.stato != "proposta"]
    if altri:
        yield (
            ngettext(
                "%(codici)s non è più una proposta.",
                "%(codici)s non sono più proposte.",
                len(altri),
            )
            % {"codici": elenca(altri)},
            _("Ritirare l'insieme, toglierli o farli riproporre, e sottoporlo di nuovo."),
        )


@guardia("R30", "controllo", conflitto=True)
def voci_invariate(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Le schede sono quelle su cui sono stati resi i pareri."""
    cambiate = [v.codice for v in _di(f).voci if v.cambiata and v.stato == "proposta"]
    if cambiate:
        yield (
            ngettext(
                "La scheda di %(codici)s è cambiata dopo che l'insieme è stato sottoposto.",
                "Le schede di %(codici)s sono cambiate dopo che l'insieme è stato sottoposto.",
                len(cambiate),
            )
            % {"codici": elenca(cambiate)},
            _("Ritirare l'insieme e sottoporlo di nuovo: i pareri andranno resi sul nuovo testo."),
        )


@guardia("R15", "segreteria")
def in_nessun_insieme(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """L'obiettivo non aspetta la decisione in un insieme, che si decide con i suoi pareri."""
    if f.in_attesa_in:
        yield (
            _("L'obiettivo aspetta la decisione nell'insieme «%(insieme)s».")
            % {"insieme": f.in_attesa_in},
            _(
                "Registrare la decisione sull'insieme, che lo approva o lo rinvia, oppure far "
                "togliere da lì l'obiettivo."
            ),
        )


@guardia("R15", "segretario, ragioneria")
def pareri_resi(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Ci sono i pareri di regolarità tecnica e contabile, dove l'ente li tiene qui."""
    if not f.politica.pareri_obbligatori:
        return
    for tipo, nome in NOMI_PARERI.items():
        if tipo not in _di(f).pareri:
            yield (
                _("Manca il parere di %(nome)s sull'insieme com'è adesso.") % {"nome": nome},
                _("Rendere il parere, o dichiarare che non è dovuto (art. 49 TUEL)."),
            )


@guardia("R15", "segreteria", del_modulo=True)
def parere_contrario_superato(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Un parere contrario non impedisce di decidere: la giunta motiva perché se ne discosta."""
    contrari = [NOMI_PARERI[t_] for t_, esito in _di(f).pareri.items() if esito == "contrario"]
    if contrari and not f.richiesta.motivazione.strip():
        yield (
            _("Il parere di %(nomi)s è contrario, e manca la motivazione della giunta.")
            % {"nomi": _(" e di ").join(contrari)},
            _("Riportare la motivazione con cui la giunta se ne discosta (art. 49 TUEL)."),
        )
