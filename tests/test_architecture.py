# SPDX-License-Identifier: AGPL-3.0-or-later
"""The plan of the house, kept: which way imports run, who reads the clock, who writes a state."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

RADICE = Path(__file__).resolve().parent.parent
APP = ("cycle", "workflows", "notifications")

# The user's own folders, and those where the ecosystem expects them: no other.
CARTELLE = {*APP, "templates", "tests", ".ci"}
# Made by tools, never in the repository (.gitignore).
DI_PASSAGGIO = {
    ".git",
    ".venv",
    ".data",
    ".hypothesis",
    ".import_linter_cache",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    "__pycache__",
    "media",
    "staticfiles",
}
SPDX = "SPDX-License-Identifier: AGPL-3.0-or-later"
CON_SPDX = {".py", ".html", ".css", ".js", ".sh", ".yml", ".yaml", ".toml", ".md"}
# Longer than a reader would like, for a reason.
LUNGHI = {"cycle/migrations/0001_initial.py": "written by makemigrations"}


def _file(*radici: str) -> Iterator[Path]:
    for radice in radici:
        for percorso in sorted((RADICE / radice).rglob("*")):
            parti = percorso.relative_to(RADICE).parts
            if percorso.is_file() and not DI_PASSAGGIO & set(parti):
                yield percorso


def _nome(percorso: Path) -> str:
    return percorso.relative_to(RADICE).as_posix()


TUTTI = [p for p in _file(".") if not p.name.endswith(".pyc")]
CODICE = [p for p in _file(*APP) if p.suffix == ".py" and "migrations" not in p.parts]


@pytest.fixture(scope="module")
def alberi() -> dict[str, ast.Module]:
    return {_nome(p): ast.parse(p.read_text(encoding="utf-8")) for p in CODICE}


def _nodi(alberi: dict[str, ast.Module]) -> Iterator[tuple[str, ast.AST]]:
    for nome, albero in alberi.items():
        for nodo in ast.walk(albero):
            yield nome, nodo


def test_imports_run_one_way(capsys: pytest.CaptureFixture[str]) -> None:
    """cycle -> workflows -> notifications, and the rooms of each (contracts in pyproject.toml)."""
    esito = lint_imports(str(RADICE / "pyproject.toml"), no_cache=True, no_logo=True)
    assert esito == 0, capsys.readouterr().out


def test_r92_every_source_file_names_its_licence() -> None:
    senza = [
        _nome(p)
        for p in TUTTI
        if (p.suffix in CON_SPDX or p.name in ("Makefile", "run", "Dockerfile"))
        and not _di_altri(p)
        and SPDX not in "".join(p.read_text(encoding="utf-8").splitlines(keepends=True)[:3])
    ]
    assert senza == []


def _di_altri(percorso: Path) -> bool:
    """Vendored, under a licence of its own that stands beside it."""
    return "vendor" in percorso.parts


def test_no_file_is_too_long() -> None:
    righe = {
        _nome(p): len(p.read_text(encoding="utf-8").splitlines())
        for p in TUTTI
        if p.suffix in CON_SPDX - {".md"} and not _di_altri(p)
    }
    assert {n: r for n, r in righe.items() if r > 800 and n not in LUNGHI} == {}


def test_no_further_folder_at_the_top() -> None:
    trovate = {p.name for p in RADICE.iterdir() if p.is_dir()} - DI_PASSAGGIO
    assert trovate == CARTELLE


def test_nothing_is_left_for_later() -> None:
    segni = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")))
    assert [_nome(p) for p in TUTTI if _testo(p) and segni.search(_testo(p))] == []


def test_no_path_of_a_machine() -> None:
    """Nobody else has these folders."""
    luoghi = re.compile("|".join(("/wo" + "rk/", "/ho" + "me/", "/ro" + "ot/")))
    assert [_nome(p) for p in TUTTI if luoghi.search(_testo(p))] == []


def _testo(percorso: Path) -> str:
    if percorso.suffix not in {*CON_SPDX, ".txt", ".cfg", ".json", ""} or _di_altri(percorso):
        return ""
    return percorso.read_text(encoding="utf-8", errors="replace")


# Where the present instant comes from, and from nowhere else (R42): rules are given one.
OROLOGI = {
    "cycle/orologio.py",
    # a server's heartbeat and leases are not rules
    *(f"cycle/database/{nome}.py" for nome in ("base", "embedded", "keeper")),
}
LETTURE = {
    "now",
    "utcnow",
    "today",
    "localtime",
    "localdate",
    "time_ns",
    "monotonic",
    "CURRENT_TIMESTAMP",
}


def test_r42_nobody_else_reads_the_clock(alberi: dict[str, ast.Module]) -> None:
    lette = {
        f"{nome}: {ast.unparse(nodo)}"
        for nome, nodo in _nodi(alberi)
        if isinstance(nodo, ast.Call)
        and isinstance(nodo.func, ast.Attribute)
        and (
            (nodo.func.attr in LETTURE and not (nodo.func.attr == "localtime" and nodo.args))
            or (nodo.func.attr == "time" and ast.unparse(nodo.func.value) == "time")
        )
        and nome not in OROLOGI
    }
    assert lette == set()


class TestLoStatoHaUnoScrittore:
    """R1: the engine. A birth in another state than the first is the import's."""

    SCRITTORE = "workflows/engine.py"
    # a year is open or closed, once: no machine, but an action that the database asks for (C3)
    ANNO = "cycle/services/chiusura.py"
    NASCITE = {
        "cycle/services/importazione/scrittura.py",
        "cycle/services/importazione/storico.py",
    }

    def test_r1_nobody_assigns_it(self, alberi: dict[str, ast.Module]) -> None:
        trovate = set()
        for nome, nodo in _nodi(alberi):
            if isinstance(nodo, ast.Assign | ast.AugAssign | ast.AnnAssign):
                mete = nodo.targets if isinstance(nodo, ast.Assign) else [nodo.target]
                piane = [m for t in mete for m in ast.walk(t)]
                if any(isinstance(m, ast.Attribute) and m.attr == "stato" for m in piane):
                    trovate.add(f"{nome}:{nodo.lineno}")
            elif (
                isinstance(nodo, ast.Call)
                and ast.unparse(nodo.func).endswith("setattr")
                and any(isinstance(a, ast.Constant) and a.value == "stato" for a in nodo.args)
            ):
                trovate.add(f"{nome}:{nodo.lineno}")
        assert trovate == set()

    def test_r1_nobody_updates_it(self, alberi: dict[str, ast.Module]) -> None:
        """Neither a QuerySet, nor a bulk of objects, nor a sentence of SQL."""
        trovate = set()
        scrive = re.compile(r"\bSET\b[^;]*\bstato\s*=(?!=)", re.IGNORECASE)
        for nome, nodo in _nodi(alberi):
            if nome in (self.SCRITTORE, self.ANNO):
                continue
            if isinstance(nodo, ast.Call) and isinstance(nodo.func, ast.Attribute):
                fa = nodo.func.attr
                if fa in ("update", "update_or_create", "get_or_create") and any(
                    k.arg in ("stato", "defaults") and "stato" in ast.unparse(k)
                    for k in nodo.keywords
                ):
                    trovate.add(f"{nome}:{nodo.lineno}")
                if fa in ("bulk_update", "aggiorna") and "'stato'" in ast.unparse(nodo):
                    trovate.add(f"{nome}:{nodo.lineno}")
            if isinstance(nodo, ast.Constant) and isinstance(nodo.value, str):
                istruzione = nodo.value.split("WHERE")[0]
                if "UPDATE" in istruzione and scrive.search(istruzione):
                    trovate.add(f"{nome}:{nodo.lineno}")
        assert trovate == set()

    def test_r1_only_an_import_gives_birth_in_another_state(
        self, alberi: dict[str, ast.Module]
    ) -> None:
        modelli = {"Obiettivo", "RelazioneSemestrale"}
        nascite = {
            nome
            for nome, nodo in _nodi(alberi)
            if isinstance(nodo, ast.Call)
            and isinstance(nodo.func, ast.Name)
            and nodo.func.id in modelli
            and any(k.arg == "stato" for k in nodo.keywords)
        }
        assert {n for n in nascite if not n.startswith("cycle/importers/")} == self.NASCITE

    def test_r1_only_the_engine_moves_an_object(self, alberi: dict[str, ast.Module]) -> None:
        usi = {
            nome
            for nome, nodo in _nodi(alberi)
            if isinstance(nodo, ast.Name) and nodo.id == "al_lavoro"
        }
        assert usi == {self.SCRITTORE}


VIETATI = {
    "has_perm": "asks a backend: incarichi decide",
    "has_perms": "asks a backend: incarichi decide",
    "has_module_perms": "asks a backend: incarichi decide",
    "is_superuser": "gives no power over the domain",
    "is_staff": "gives no power over the domain",
    "get_objects_for_user": "a superuser passes without a grant",
    "get_perms": "asks a backend: incarichi decide",
}


def test_nobody_asks_has_perm(alberi: dict[str, ast.Module]) -> None:
    """Which roles a person has is decided by incarichi, in one function."""
    trovate = {
        f"{nome}: {nodo.attr} {VIETATI[nodo.attr]}"
        for nome, nodo in _nodi(alberi)
        if isinstance(nodo, ast.Attribute) and nodo.attr in VIETATI
    }
    assert trovate == set()


def test_incarichi_are_read_in_one_place(alberi: dict[str, ast.Module]) -> None:
    """`permissions.attori`: whoever makes an Attore by hand would decide by himself."""
    fanno = {
        nome
        for nome, nodo in _nodi(alberi)
        if isinstance(nodo, ast.Call)
        and isinstance(nodo.func, ast.Name)
        and nodo.func.id == "Attore"
    }
    assert fanno == {
        "cycle/permissions.py",
        # the whole ente's at once, cut by the same `permissions.portati`: a property test says
        # that the two never differ
        "cycle/incarichi.py",
        # nobody: the administrator's commands, a process that moves a request by itself
        "cycle/services/enti.py",
        "cycle/notizie.py",  # whom to tell, before his incarichi are read with the others'
        "workflows/modello.py",  # the people of a world that is only supposed
    }


def test_a_row_with_a_state_is_read_again_and_never_refreshed(
    alberi: dict[str, ast.Module],
) -> None:
    """While `refresh_from_db` runs, django_fsm unprotects the state of the whole class, and another
    thread's read fails. A unit has none, and the demo is loaded by one thread."""
    usi = {
        nome
        for nome, nodo in _nodi(alberi)
        if isinstance(nodo, ast.Attribute) and nodo.attr == "refresh_from_db"
    }
    assert usi == {"cycle/services/enti.py", "cycle/demo/giunta.py"}


def test_no_signal_between_our_apps(alberi: dict[str, ast.Module]) -> None:
    """What an action causes is called by name; only migrate is listened to."""
    usi = {
        f"{nome}: {nodo.module}.{alias.name}"
        for nome, nodo in _nodi(alberi)
        if isinstance(nodo, ast.ImportFrom)
        and nodo.module
        and ("signals" in nodo.module or nodo.module == "django.dispatch")
        for alias in nodo.names
    }
    assert usi == {
        "cycle/apps.py: django.db.models.signals.post_migrate",
        # so that what the API could not foresee is logged as a page's failure is
        "cycle/api/errori.py: django.core.signals.got_request_exception",
    }


@pytest.mark.parametrize("modulo", ["guards", "ports", "verdetto", "errors", "diagrams"])
def test_the_law_does_not_know_the_database(alberi: dict[str, ast.Module], modulo: str) -> None:
    importati = {
        nome
        for nodo in ast.walk(alberi[f"workflows/{modulo}.py"])
        for nome in (
            [nodo.module or ""]
            if isinstance(nodo, ast.ImportFrom)
            else [a.name for a in nodo.names]
            if isinstance(nodo, ast.Import)
            else []
        )
    }
    assert not {n for n in importati if n.startswith(("django.db", "psycopg", "cycle"))}
