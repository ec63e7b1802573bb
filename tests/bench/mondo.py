# SPDX-License-Identifier: AGPL-3.0-or-later
"""The enti of the bench: a plan of as many drafts as asked in the first, and a smaller one in
each of the others, built once for a size and copied at every run."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from cycle import permissions
from cycle.database import cloni
from cycle.importers import piano as neutro
from cycle.models import Ente, Obiettivo, Persona, UnitaOrganizzativa, Utente
from cycle.procedures import OBIETTIVO
from cycle.services.enti import Conferimento, conferisci, crea_ente, di_comando
from cycle.services.piano import importa
from tests import mondo
from workflows.engine import execute
from workflows.ports import Attore

ADESSO, INIZIO, ANNO = mondo.ADESSO, mondo.INIZIO, mondo.ANNO
SCRITTORI = 8  # writers, and enti
IPA = [f"banco{n}" for n in range(SCRITTORI)]
# Which part of the objectives asked for each ente has: all the first, a twentieth the others.
PARTI = {0: 1, SCRITTORI - 2: 4}
MISURATI = (IPA[1], IPA[-2], IPA[0])  # enti of three sizes, for the growth
RADICE = Path(__file__).resolve().parents[2]


def punta(nome: str) -> None:
    """Make both aliases speak to the database `nome`."""
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = nome
        settings.DATABASES[alias]["NAME"] = nome


@dataclass(frozen=True)
class Misura:
    """How many objectives, and how large: a real scheda has four specifici with eight indicators
    each, and `(2, 0)` is the small one of the tests."""

    obiettivi: int
    specifici: int = 2
    indicatori: int = 0

    def scheda(self, codice: str) -> neutro.Obiettivo:
        """A complete scheda of this size, its weights summing to 100."""
        piccola = mondo.scheda(codice, "S1", 1)
        if not self.indicatori:
            return piccola
        modello = piccola.specifici[0]
        [indicatore] = modello.indicatori
        pesi = [Decimal(100 // self.indicatori)] * self.indicatori
        pesi[-1] += 100 - sum(pesi)
        return replace(
            piccola,
            descrizione=piccola.descrizione * 8,
            specifici=tuple(
                replace(
                    modello,
                    codice=f"{codice}{s:02d}",
                    titolo=f"Azione {s} di {codice}",
                    indicatori=tuple(
                        replace(indicatore, nome=f"{indicatore.nome} nella zona {n}", peso=peso)
                        for n, peso in enumerate(pesi, start=1)
                    ),
                )
                for s in range(1, self.specifici + 1)
            ),
        )


@contextmanager
def copia(quanti: int, specifici: int = 2, indicatori: int = 0) -> Iterator[str]:
    """A copy of the world with `quanti` objectives of that size, dropped at the end."""
    misura = Misura(quanti, specifici, indicatori)
    with copia_di(
        f"ciclo_banco_{quanti}_{specifici}_{indicatori}", lambda: _riempi(misura)
    ) as nome:
        yield nome


@contextmanager
def copia_di(mondo: str, riempi: Callable[[], None]) -> Iterator[str]:
    """A copy of the world of that name, which `riempi` writes once into the tables as they are
    born; the connections point to it until it is dropped, at the end."""
    prima = settings.DATABASES["default"]["NAME"]
    modello = cloni.prepara_modello(mondo, lambda nome: da_vuoto(nome, riempi), impronta=impronta())
    nome = f"{modello}_corsa"
    cloni.clona(modello, nome)
    punta(nome)
    try:
        yield nome
    finally:
        punta(prima)
        cloni.elimina(nome)


def impronta(*anche: str) -> str:
    """Digest of what decides the tables and rows of a model, these modules of the bench too."""
    digest = hashlib.sha256()
    sorgenti = [
        p
        for cartella in ("cycle", "workflows", "notifications")
        for p in (
            *(RADICE / cartella / "migrations").glob("*.py"),
            *(RADICE / cartella).rglob("models*/*.py"),
        )
    ]
    propri = [
        Path(__file__).with_name(f"{nome}.py") for nome in ("mondo", "anni", "models", *anche)
    ]
    propri.append(RADICE / "tests" / "mondo.py")
    for percorso in sorted([*sorgenti, *propri, RADICE / "cycle" / "permissions.py"]):
        digest.update(percorso.read_bytes())
    return digest.hexdigest()


def da_vuoto(nome: str, riempi: Callable[[], None]) -> None:
    """Fill database `nome`, from tables without a row."""
    vuoto = cloni.prepara_modello("ciclo_banco_vuoto", _migra, impronta=impronta())
    cloni.clona(vuoto, nome)
    punta(nome)
    riempi()
    with connections["owner"].cursor() as cursore:
        cursore.execute("VACUUM ANALYZE")
    punta(nome)  # closes the connections, so that the model can be copied


def _migra(nome: str) -> None:
    punta(nome)
    call_command("migrate", verbosity=0)
    call_command("migrate", run_syncdb=True, verbosity=0)  # what has no migrations refers to ours
    punta(nome)


def _riempi(misura: Misura) -> None:
    for numero, ipa in enumerate(IPA):
        ente = crea_ente(nome=f"Comune {ipa}", codice_ipa=ipa, istante=INIZIO)
        quanti = max(misura.obiettivi // PARTI.get(numero, 20), 10)
        piano(ente, misura, quanti)
        persone(ente)
        if numero == SCRITTORI - 1:  # the tables of a system in use are not empty
            proponi(attore(ipa), bozze(ipa))


def piano(ente: Ente, misura: Misura, quanti: int) -> None:
    """A plan of so many drafts, imported."""
    schede = [misura.scheda(f"OE{n:05d}") for n in range(quanti)]
    importa(
        ente=ente,
        piano=mondo.piano(schede),
        come="piano",
        istante=INIZIO,
        stati=dict.fromkeys((s.codice for s in schede), "bozza"),
    )


def persone(ente: Ente) -> None:
    """Everybody it takes, each with a login and the incarico."""
    unita = {u.codice: u for u in UnitaOrganizzativa.objects.filter(ente=ente)}
    trovate = {p.nome_completo: p for p in Persona.objects.filter(ente=ente)}
    for nome in mondo.PERSONE:
        trovate[nome].utente = Utente.objects.create(username=mondo.nome_utente(ente, nome))
    Persona.objects.bulk_update(trovate.values(), ["utente"])
    conferisci(
        ente=ente,
        conferimenti=[
            Conferimento(trovate[nome], ruolo, unita[dove or "ENTE"], "decreto n. 1", INIZIO)
            for nome, (ruolo, dove) in mondo.PERSONE.items()
            if ruolo
        ],
        attore=di_comando(ente.pk, INIZIO),
        istante=INIZIO,
        canale="comando",
    )


def attore(ipa: str = IPA[0], nome: str = "UNO DIRIGENTE") -> Attore:
    """One of the people of an ente."""
    persona = Persona.objects.get(ente__codice_ipa=ipa, nome_completo=nome)
    return permissions.attore(persona.ente_id, persona.pk, ADESSO)


def proponi(chi: Attore, ids: Sequence[int]) -> int:
    """The transition that is measured: the number of its action."""
    azione = execute(OBIETTIVO, "proponi", ids, chi, ADESSO).azione
    assert azione is not None
    return azione


def bozze(ipa: str = IPA[0]) -> list[int]:
    """The ids of the drafts of an ente, to be taken from the end."""
    return list(
        Obiettivo.objects.filter(ente__codice_ipa=ipa, stato="bozza")
        .order_by("-pk")
        .values_list("pk", flat=True)
    )


def prendi(ids: list[int], quanti: int = 1) -> Sequence[int]:
    """Take so many ids. Raises ValueError when the world is too small for the rounds asked."""
    if len(ids) < quanti:
        raise ValueError("obiettivi finiti: chiedere un mondo più grande o meno giri")
    presi = ids[-quanti:]
    del ids[-quanti:]
    return presi
