# SPDX-License-Identifier: AGPL-3.0-or-later
"""Importing a closed year from its printed document, beside reading the file and one COPY a
table of the rows that the import wrote, into copies of the tables without triggers."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

from django.apps import apps
from django.db import connections

from cycle.importers.modena import leggi_modena
from cycle.importers.piano import Piano
from cycle.models import Ente
from cycle.models.base import DiEnte
from cycle.services.enti import crea_ente
from cycle.services.piano import importa
from tests.bench import a_mano, mondo
from tests.bench.misura import Riga, esponente, riga
from tests.importers.documento import stampa
from tests.importers.piani import piano_inventato

ANNO = 2025
TABELLE = sorted(
    m._meta.db_table for m in apps.get_app_config("cycle").get_models() if issubclass(m, DiEnte)
)


def righe(giri: int, quanti: Sequence[int]) -> Iterator[Riga]:
    """One line, over the largest of the documents, with the growth over all."""
    with connections["owner"].cursor() as cursore:
        for tabella in TABELLE:
            cursore.execute(f"CREATE TABLE copia_{tabella} (LIKE {tabella} INCLUDING ALL)")
            cursore.execute(f"GRANT INSERT ON copia_{tabella} TO PUBLIC")
    nostri: dict[int, list[float]] = {n: [] for n in quanti}
    loro: dict[int, list[float]] = {n: [] for n in quanti}
    with tempfile.TemporaryDirectory() as cartella:
        documenti = {n: _documento(n, Path(cartella)) for n in quanti}
        for giro in range(giri + 1):
            for n, documento in documenti.items():
                ente = crea_ente(nome="Banco", codice_ipa=f"i{giro}-{n}", istante=mondo.INIZIO)
                inizio = time.perf_counter()
                _importa(ente, documento)
                tempo = time.perf_counter() - inizio
                dati = _estrai(ente)
                inizio = time.perf_counter()
                _copia(documento, dati)
                copiato = time.perf_counter() - inizio
                if giro > 0:  # in the first, plans and caches are made
                    nostri[n].append(tempo * 1000)
                    loro[n].append(copiato * 1000)
        byte = {n: documento.stat().st_size for n, documento in documenti.items()}
    maggiore = max(quanti)
    yield riga(
        nostri[maggiore],
        loro[maggiore],
        codice="importazione",
        titolo=f"importazione di {maggiore} schede ({byte[maggiore] // 1000} kB)",
        unita="ms",
        riferimento="lettura e COPY",
        obiettivo=10.0,
        note={"crescita": round(esponente({byte[n]: min(t) for n, t in nostri.items()}), 2)},
    )


def _documento(schede: int, cartella: Path) -> Path:
    """A printed plan with as many schede, all alike but for their codes."""
    percorso = cartella / f"{schede}.md"
    percorso.write_text(stampa(_piano(schede)).testo, encoding="utf-8")
    return percorso


def _piano(schede: int) -> Piano:
    inventati = (piano_inventato(Random(seme), ANNO) for seme in range(100))
    piano, modello = next((p, o) for p in inventati for o in p.obiettivi if o.tipo == "OE")
    obiettivi = [
        replace(
            modello,
            codice=f"OE{10_000 + n}",
            specifici=tuple(
                replace(s, codice=f"OE{10_000 + n}{s.codice[-2:]}") for s in modello.specifici
            ),
        )
        for n in range(schede)
    ]
    return replace(piano, obiettivi=tuple(obiettivi))


def _importa(ente: Ente, documento: Path) -> None:
    piano = leggi_modena(documento.read_bytes(), anno=ANNO)
    importa(ente=ente, piano=piano, come="storico", istante=mondo.ADESSO)


def _estrai(ente: Ente) -> dict[str, bytes]:
    """The rows of the ente, table by table, as COPY writes them."""
    dati = {}
    with a_mano.apri() as conn:
        for tabella in TABELLE:
            istruzione = f"COPY (SELECT * FROM {tabella} WHERE ente_id = {ente.pk}) TO STDOUT"
            with conn.cursor().copy(istruzione) as letti:
                dati[tabella] = b"".join(bytes(pezzo) for pezzo in letti)
    return dati


def _copia(documento: Path, dati: dict[str, bytes]) -> None:
    documento.read_text(encoding="utf-8").splitlines()
    with a_mano.apri() as conn, conn.transaction():
        for tabella, testo in dati.items():
            if testo:
                with conn.cursor().copy(f"COPY copia_{tabella} FROM STDIN") as scritti:
                    scritti.write(testo)
