# SPDX-License-Identifier: AGPL-3.0-or-later
"""The years that are read: as many enti as asked, the first ones with the plans to be measured,
the others with a small one; objectives in every state, some late, some measured. In the last ente
stand the schede of `SCHEDE`, each with its Eventi."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal

from django.db import connections, transaction

from cycle.importers import piano as neutro
from cycle.models import Ente
from cycle.services.enti import crea_ente
from cycle.services.piano import importa
from tests import mondo as piccolo
from tests.bench import mondo
from workflows.registro.models import Evento

PICCOLO = 24  # objectives of an ente that is not measured
Misura = tuple[int, int, int]  # specifici, indicators, Eventi of a scheda
SCHEDE: Sequence[Misura] = ((3, 10, 50), (6, 20, 100), (12, 40, 200))
TOCCATE = ("cycle_obiettivo", "cycle_relazionesemestrale", "workflows_evento")


def ipa(numero: int) -> str:
    """Code of the ente of that number, from 0."""
    return f"anni{numero:02d}"


def codice(misura: Misura) -> str:
    """Code of the scheda of that size."""
    return f"G{misura[1]:03d}"


@contextmanager
def copia(enti: int, piani: Sequence[int]) -> Iterator[str]:
    """A copy of the world with so many enti, dropped at the end."""
    nome = "_".join(str(n) for n in (enti, *piani))
    with mondo.copia_di(f"ciclo_anni_{nome}", lambda: _riempi(enti, piani)) as database:
        yield database


def _riempi(enti: int, piani: Sequence[int]) -> None:
    ultimo = max(enti, len(piani) + 1) - 1
    for numero in range(ultimo + 1):
        ente = crea_ente(nome=f"Comune {numero:02d}", codice_ipa=ipa(numero), istante=mondo.INIZIO)
        quanti = piani[numero] if numero < len(piani) else PICCOLO
        codici = [f"OE{n:05d}" for n in range(quanti)]
        grandi = [_scheda(s) for s in SCHEDE] if numero == ultimo else []
        passate = [n for n in range(quanti) if n % 6 > 1]
        _importa(ente, "storico", [*(_misurata(codici[n]) for n in passate), *grandi])
        _importa(ente, "piano", [_misurata(codici[n]) for n in range(quanti) if n % 6 < 2])
        mondo.persone(ente)
    _in_ogni_stato()
    for misura in SCHEDE:
        _eventi(ipa(ultimo), codice(misura), misura[2])


def _importa(ente: Ente, come: str, schede: Sequence[neutro.Obiettivo]) -> None:
    importa(
        ente=ente,
        piano=piccolo.piano(schede),
        come=come,
        istante=mondo.INIZIO,
        stati={s.codice: "bozza" for s in schede[::2]} if come == "piano" else {},
    )


def _misurata(codice: str) -> neutro.Obiettivo:
    """A scheda of one of the two settori, its first period measured."""
    settore = 1 + int(codice[-1]) % 2
    scheda = piccolo.scheda(codice, f"S{settore}", settore)
    return replace(scheda, specifici=tuple(_con_valori(s) for s in scheda.specifici))


def _con_valori(specifico: neutro.Specifico) -> neutro.Specifico:
    return replace(
        specifico,
        indicatori=tuple(
            replace(i, rilevazioni=tuple(replace(r, valore=r.target) for r in i.rilevazioni))
            for i in specifico.indicatori
        ),
    )


def _scheda(misura: Misura) -> neutro.Obiettivo:
    """A scheda of that size: the indicators spread over the specifici, weights summing to 100."""
    specifici, indicatori, _ = misura
    modello = _misurata(codice(misura))
    [indicatore] = modello.specifici[0].indicatori

    def di(s: int) -> Iterator[neutro.Indicatore]:
        quanti = indicatori // specifici + (s < indicatori % specifici)
        for n in range(quanti):
            peso = Decimal(100 // quanti + (100 % quanti if n == 0 else 0))
            yield replace(indicatore, nome=f"{indicatore.nome} nella zona {n}", peso=peso)

    return replace(
        modello,
        descrizione=modello.descrizione * 8,
        specifici=tuple(
            replace(
                modello.specifici[0],
                codice=f"{modello.codice}{s:02d}",
                titolo=f"Azione {s} di {modello.codice}",
                indicatori=tuple(di(s)),
            )
            for s in range(specifici)
        ),
    )


def _in_ogni_stato() -> None:
    """What was imported as validated, spread by the owner over the states that have a version:
    the years to be read are not walked there step by step."""
    with connections["owner"].cursor() as cursore, transaction.atomic("owner"):
        for tabella in TOCCATE:
            cursore.execute(f"ALTER TABLE {tabella} DISABLE TRIGGER USER")
        cursore.execute(
            "UPDATE cycle_obiettivo "
            "   SET stato = (ARRAY['approvato', 'in_corso', 'rendicontato', 'validato'])"
            "[1 + quale], percentuale_calcolata = 30 + id % 70, "
            "       percentuale_convalidata = CASE quale WHEN 3 THEN 30 + id % 60 END "
            # those of growing sizes in one state, so that only their size differs
            "  FROM (SELECT id AS pk, CASE WHEN starts_with(codice, 'G') THEN 1 ELSE id % 4 END "
            "               AS quale FROM cycle_obiettivo) scelti "
            " WHERE pk = id AND stato = 'validato'"
        )
        cursore.execute(
            "UPDATE cycle_relazionesemestrale r SET stato = 'da_compilare' "
            "  FROM cycle_obiettivo o, cycle_periodo p "
            " WHERE o.id = r.obiettivo_id AND p.id = r.periodo_id AND p.ordine = 2 "
            "   AND o.stato = 'in_corso'"
        )
        for tabella in TOCCATE:
            cursore.execute(f"ALTER TABLE {tabella} ENABLE TRIGGER USER")


def _eventi(ipa: str, codice: str, quanti: int) -> None:
    """So many Eventi of an objective, copied from its first."""
    colonne = ", ".join(
        c.column for c in Evento._meta.concrete_fields if not c.primary_key and c.column
    )
    with connections["owner"].cursor() as cursore, transaction.atomic("owner"):
        cursore.execute("ALTER TABLE workflows_evento DISABLE TRIGGER USER")
        cursore.execute(
            f"INSERT INTO workflows_evento ({colonne}) "
            f"SELECT {colonne} FROM workflows_evento e CROSS JOIN generate_series(2, %s) "
            " WHERE e.id = (SELECT min(f.id) FROM workflows_evento f "
            "  JOIN cycle_obiettivo o ON o.id = f.radice_id JOIN cycle_ente t ON t.id = o.ente_id "
            " WHERE o.codice = %s AND t.codice_ipa = %s)",
            [quanti, codice, ipa],
        )
        cursore.execute("ALTER TABLE workflows_evento ENABLE TRIGGER USER")
