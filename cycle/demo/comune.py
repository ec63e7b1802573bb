# SPDX-License-Identifier: AGPL-3.0-or-later
"""The fictitious comune of the demo: last year validated, this year running."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from cycle.demo.persone import Anagrafe, IncaricoDemo, anagrafe
from cycle.demo.schede import ordinario, strategico
from cycle.demo.specifici import Esercizio
from cycle.importers.piano import Obiettivo, Piano, Specifico

NOME = "Comune di Castelverna"
CODICE_IPA = "c_xcv0"
PATRONO = (11, 11)
FONTE = "demo"

# Of the themes of a settore: the first ended last year, the last begin this year, those between
# last two years.
_FINITI = 4
_NUOVI = 4
_PRIMO_OE = 401
_PRIMA_UO = 501

# States reached in the running year, by place of the theme in its settore; elsewhere in_corso.
_STATI = {
    17: "approvato",
    18: "approvato",
    19: "approvato",
    20: "bozza",
    21: "bozza",
    22: "proposta",
    23: "proposta",
}
_BOZZA_INCOMPLETA = 21
_RENDICONTATI = {("103", 5), ("109", 8)}


@dataclass(frozen=True, slots=True)
class ComuneDemo:
    """A comune ready to be stored.

    patrono: (month, day) of its patron saint (R46).
    incarichi: who holds which role, in the running year.
    passato: the year before, measured and validated, to be stored as `storico`.
    corrente: the year asked for: targets of all, values of the first period of what is running
        (of both, for what is `rendicontato`).
    stati: the state each objective of `corrente` has reached, by its code.
    """

    nome: str
    codice_ipa: str
    patrono: tuple[int, int]
    incarichi: tuple[IncaricoDemo, ...]
    passato: Piano
    corrente: Piano
    stati: Mapping[str, str]


def comune(anno: int) -> ComuneDemo:
    """The comune with `anno` as the running year. Two calls give equal results; two years differ
    only in their dates."""
    gente = anagrafe()
    passato = list(_schede(gente, Esercizio("passato", anno - 1, concluso=True)))
    corrente = list(_schede(gente, Esercizio("corrente", anno, concluso=False)))
    return ComuneDemo(
        nome=NOME,
        codice_ipa=CODICE_IPA,
        patrono=PATRONO,
        incarichi=gente.incarichi(),
        passato=_piano(anno - 1, gente, [scheda for scheda, _ in passato]),
        corrente=_piano(anno, gente, [scheda for scheda, _ in corrente]),
        stati={scheda.codice: stato for scheda, stato in corrente},
    )


def _piano(anno: int, gente: Anagrafe, obiettivi: list[Obiettivo]) -> Piano:
    return Piano(
        anno=anno,
        fonte=FONTE,
        periodi=Esercizio("", anno, concluso=False).periodi(),
        unita=gente.unita(),
        persone=gente.persone(),
        obiettivi=tuple(obiettivi),
    )


def _schede(gente: Anagrafe, esercizio: Esercizio) -> Iterator[tuple[Obiettivo, str]]:
    """The schede of a year with their states, settore by settore: strategic ones by code, then
    those of the units, as the printed plan has them."""
    uo = _PRIMA_UO
    for indice, organico in enumerate(gente.organici):
        temi = range(len(organico.settore.temi))
        nuovi = len(temi) - _NUOVI
        for tema in temi[:nuovi] if esercizio.concluso else temi[_FINITI:]:
            # Numbers go on through the years: the new ones of all settori come after the old.
            if tema < nuovi:
                numero = indice * nuovi + tema
            else:
                numero = len(gente.organici) * nuovi + indice * _NUOVI + tema - nuovi
            stato = _stato(organico.settore.codice, tema, esercizio)
            scheda = strategico(
                organico,
                tema,
                f"OE{_PRIMO_OE + numero:04}",
                esercizio,
                stato,
                biennale=_FINITI <= tema < nuovi,
            )
            if not esercizio.concluso and tema == _BOZZA_INCOMPLETA:
                scheda = _senza_ultimo_target(scheda)
            yield scheda, stato
        for posto, sede in enumerate(organico.sedi):
            ferma = indice % 4 == 0 and posto == len(organico.sedi) - 1
            stato = "validato" if esercizio.concluso else "approvato" if ferma else "in_corso"
            yield ordinario(organico, sede, uo, esercizio, stato), stato
            uo += 1


def _stato(settore: str, tema: int, esercizio: Esercizio) -> str:
    if esercizio.concluso:
        return "validato"
    if (settore, tema) in _RENDICONTATI:
        return "rendicontato"
    return _STATI.get(tema, "in_corso")


def _senza_ultimo_target(scheda: Obiettivo) -> Obiettivo:
    """A draft somebody left half written: its last indicator has no targets yet."""
    *primi, ultimo = scheda.specifici
    *buoni, vuoto = ultimo.indicatori
    vuoto = replace(
        vuoto,
        rilevazioni=tuple(replace(r, target=None) for r in vuoto.rilevazioni),
        target_annuo=None,
    )
    incompleto: Specifico = replace(ultimo, indicatori=(*buoni, vuoto))
    return replace(scheda, specifici=(*primi, incompleto))
