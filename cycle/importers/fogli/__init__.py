# SPDX-License-Identifier: AGPL-3.0-or-later
"""XLSX in two directions from one declaration: `leggi` what people filled in, `scrivi` the
template to be filled. Nothing is raised for what a file holds: every fault is an `Errore` with its
sheet and cell, and all of them come together."""

from cycle.importers.fogli.dichiarazione import Colonna, Foglio, Libro
from cycle.importers.fogli.lettore import Errore, Lettura, Riga, leggi
from cycle.importers.fogli.modello import scrivi

__all__ = ["Colonna", "Errore", "Foglio", "Lettura", "Libro", "Riga", "leggi", "scrivi"]
