# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m tests.bench [--json FILE] [--giri N] ...`: measure and print."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any


def main() -> None:
    """Measure the lines asked and print them; end badly only when one cannot be measured."""
    argomenti = _argomenti()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.settings"
    import django

    django.setup()
    from django.db import connection

    from tests.bench import (
        anteprima,
        calcoli,
        catena,
        decenni,
        importazione,
        insiemi,
        letture,
        misura,
        mondo,
        notizie,
        pagine,
        registro,
        scrittori,
        transizione,
    )

    giri, chiamate = argomenti.giri, argomenti.chiamate
    taglie = [decenni.Taglia(anni, *argomenti.registro) for anni in argomenti.eventi]
    righe: list[misura.Riga] = []
    with mondo.copia(argomenti.obiettivi, *argomenti.scheda) as database:
        gruppi: dict[str, Callable[[], Iterable[misura.Riga]]] = {
            # first: it writes nothing, and wants all the drafts that the others move
            "anteprima": lambda: anteprima.righe(giri, argomenti.anteprime),
            "transizione": lambda: transizione.righe(giri, chiamate),
            "http": lambda: pagine.righe(giri, chiamate, database),
            "scrittori": lambda: scrittori.righe(giri, argomenti.mosse, database),
            "catena": lambda: catena.righe(
                giri, chiamate, argomenti.mosse, argomenti.catena, database
            ),
            "approva": lambda: insiemi.righe(giri, argomenti.insiemi),
            "elenco": lambda: letture.elenco(giri, chiamate, argomenti.enti, argomenti.piani),
            "cruscotto": lambda: letture.cruscotto(giri, chiamate, argomenti.enti, argomenti.piani),
            "scheda": lambda: letture.scheda(giri, chiamate, argomenti.enti, argomenti.piani),
            "notizie": lambda: notizie.righe(giri, argomenti.prese, database),
            "percentuali": lambda: calcoli.righe(giri, argomenti.percentuali),
            "registro": lambda: registro.righe(giri, chiamate, taglie),
            "importazione": lambda: importazione.righe(giri, argomenti.schede),
        }
        server = _server(connection)
        for nome, gruppo in gruppi.items():
            if argomenti.righe and nome not in argomenti.righe:
                continue
            print(f"{nome} ...", file=sys.stderr, flush=True)
            righe.extend(gruppo())
    esito = {
        "macchina": {
            "processori": os.cpu_count(),
            "carico": os.getloadavg(),
            "python": platform.python_version(),
            "django": django.get_version(),
            **server,
        },
        "giri": giri,
        "chiamate": chiamate,
        "obiettivi": argomenti.obiettivi,
        "scheda": argomenti.scheda,
        "righe": [r.come_dizionario() for r in righe],
    }
    testo = json.dumps(esito, ensure_ascii=False, indent=2)
    if argomenti.json is None:
        print(testo)
    else:
        argomenti.json.write_text(testo + "\n", encoding="utf-8")
    print(misura.tabella(righe))


def _argomenti() -> argparse.Namespace:
    leggi = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    leggi.add_argument("--json", type=Path, help="file in cui scrivere le righe")
    leggi.add_argument("--giri", type=int, default=7, help="giri alternati (almeno 5)")
    leggi.add_argument("--chiamate", type=int, default=40, help="chiamate in ogni giro")
    leggi.add_argument("--obiettivi", type=int, default=14000, help="obiettivi dell'ente")
    leggi.add_argument(
        "--scheda",
        type=int,
        nargs=2,
        default=[2, 0],
        metavar=("SPECIFICI", "INDICATORI"),
        help="misura di ogni scheda: 4 8 è quella di una vera (2 0: quella delle prove)",
    )
    leggi.add_argument("--insiemi", type=int, nargs="+", default=[100, 300, 1000])
    leggi.add_argument("--catena", type=int, default=300, help="passi di un insieme sigillato")
    leggi.add_argument(
        "--eventi",
        type=int,
        nargs="+",
        default=[1, 3, 10],
        help="milioni di eventi del registro che si interroga: il maggiore si confronta",
    )
    leggi.add_argument(
        "--registro",
        type=int,
        nargs=2,
        default=[1000, 50],
        metavar=("OBIETTIVI", "ENTI"),
        help="di che è fatto un anno di quel registro: così, un milione di eventi",
    )
    leggi.add_argument("--anteprime", type=int, nargs="+", default=[1000, 3000, 10000])
    leggi.add_argument("--enti", type=int, default=50, help="enti fra cui si legge un anno")
    leggi.add_argument("--piani", type=int, nargs="+", default=[25, 1000, 10000])
    leggi.add_argument("--prese", type=int, nargs="+", default=[100, 300, 1000])
    leggi.add_argument("--percentuali", type=int, nargs="+", default=[1000, 3000, 10000])
    leggi.add_argument("--schede", type=int, nargs="+", default=[20, 60, 180])
    leggi.add_argument("--mosse", type=int, default=10, help="passi di ogni scrittore in un giro")
    leggi.add_argument("--righe", nargs="*", default=[], help="solo queste righe")
    return leggi.parse_args()


def _server(connection: Any) -> dict[str, str]:
    with connection.cursor() as cursore:
        cursore.execute(
            "SELECT name, setting FROM pg_settings "
            " WHERE name IN ('server_version', 'fsync', 'synchronous_commit')"
        )
        return dict(cursore.fetchall())


if __name__ == "__main__":
    main()
