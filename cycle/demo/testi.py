# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sentences: titles and descriptions, the words of the settore, those of the Nucleo."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from random import Random

from cycle.demo.dati import Passo, Tema, dati
from cycle.measure import Scostamento, in_italiano

TITOLO_MASSIMO = 250

_PREPOSIZIONI = {
    "il": ("del ", "al ", "nel ", "sul ", "dal "),
    "lo": ("dello ", "allo ", "nello ", "sullo ", "dallo "),
    "la": ("della ", "alla ", "nella ", "sulla ", "dalla "),
    "l'": ("dell'", "all'", "nell'", "sull'", "dall'"),
    "i": ("dei ", "ai ", "nei ", "sui ", "dai "),
    "gli": ("degli ", "agli ", "negli ", "sugli ", "dagli "),
    "le": ("delle ", "alle ", "nelle ", "sulle ", "dalle "),
}


def forme(oggetto: str) -> dict[str, str]:
    """`il ponte` with its prepositions: del ponte, al ponte, nel ponte ... Raises KeyError where
    there is no article."""
    articolo = "l'" if oggetto.startswith("l'") else oggetto.split(" ", 1)[0]
    nome = oggetto.removeprefix(articolo).lstrip()
    composte = _PREPOSIZIONI[articolo]
    voci = zip(("del", "al", "nel", "sul", "dal"), composte, strict=True)
    return {"il": oggetto, **{voce: prefisso + nome for voce, prefisso in voci}}


def titolo_passo(sorte: Random, passo: Passo, oggetto: str) -> str:
    """The title of a step; one in fifteen is as long as those that try a page."""
    titolo = passo.titolo.format_map(forme(oggetto))
    if sorte.random() < 0.07:
        for coda in sorte.sample(dati().frasi["code_lunghe"], 2):
            if len(titolo) + len(coda) + 2 <= TITOLO_MASSIMO:
                titolo = f"{titolo}, {coda}"
    return titolo


def descrizione_passo(sorte: Random, passo: Passo) -> str:
    """What the step consists of; one in twelve says nothing, as in real plans."""
    if sorte.random() < 0.08:
        return ""
    return _insieme(passo.descrizione, *_precisazioni(sorte, 0, 2))


def descrizione_tema(sorte: Random, tema: Tema) -> str:
    """The purpose of a strategic objective."""
    scopo = sorte.choice(dati().scopi[tema.genere]).format_map(forme(tema.oggetto))
    return _insieme(scopo, *_precisazioni(sorte, 1, 3))


def descrizione_unita(sorte: Random) -> str:
    """What the scheda of a unit is about."""
    return sorte.choice(dati().frasi["funzioni"])


def descrizione_attivita(sorte: Random) -> str:
    """What an ordinary activity consists of."""
    return _insieme(sorte.choice(dati().frasi["ordinarie"]), *_precisazioni(sorte, 0, 1))


def relazione(
    sorte: Random, fatto: str, momento: str, mancati: Sequence[Scostamento]
) -> tuple[str, str]:
    """Words of the settore on a period, and the reason in them where a target was missed ("" when
    it gives none). `fatto` is what the step says was done, "" for an ordinary activity; `momento`
    is where the period stands in the work: non_ancora | in_corso | finale | gia_concluso."""
    frasi = dati().frasi
    if mancati:
        if sorte.random() < 0.2:
            return "", ""
        motivo = _motivo(sorte, fatto)
        return sorte.choice(frasi["giustificazioni"]).format(motivo=motivo), motivo
    if sorte.random() < (0.1 if fatto else 0.6):
        return "", ""
    if not fatto:
        return sorte.choice(frasi["ordinari"]), ""
    if momento in ("non_ancora", "gia_concluso"):
        return sorte.choice(frasi[momento]), ""
    if momento == "in_corso":
        return _insieme(sorte.choice(frasi["in_corso"]), sorte.choice(frasi["chiusure"])), ""
    avanzamento = sorte.choice(frasi["avanzamenti"]).format(fatto=fatto)
    return _insieme(
        sorte.choice(frasi["aperture"]), avanzamento, sorte.choice(frasi["chiusure"])
    ), ""


def risposta(sorte: Random, fatto: str, motivo: str, annuale: bool) -> str:
    """The answer of the settore to the Nucleo."""
    frasi = dati().frasi
    if not annuale:
        return sorte.choice(frasi["recuperi"])
    return sorte.choice(frasi["risposte"]).format(motivo=motivo or _motivo(sorte, fatto))


def rettifica(convalidata: Decimal) -> str:
    """Why the Nucleo validates another percentage than the computed one (R35, R56)."""
    return (
        "Il Nucleo riconosce un errore materiale nella trascrizione dei valori di questa attività,"
        " documentato dal Settore, e convalida la scheda al"
        f" {in_italiano(convalidata, 2)} per cento."
    )


def _motivo(sorte: Random, fatto: str) -> str:
    return sorte.choice(dati().frasi["motivi" if fatto else "motivi_ordinari"])


def _precisazioni(sorte: Random, minimo: int, massimo: int) -> list[str]:
    return sorte.sample(dati().frasi["precisazioni"], sorte.randint(minimo, massimo))


def _insieme(*pezzi: str) -> str:
    return " ".join(pezzo for pezzo in pezzi if pezzo)
