# SPDX-License-Identifier: AGPL-3.0-or-later
"""The repository is ready for riuso (R92): licence, metadata, documents that tell the truth."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

RADICE = Path(__file__).resolve().parent.parent

_TESTO = {"type": "string", "minLength": 1}
# The mandatory part of the publiccode.yml standard, version 0.4.
PUBLICCODE: dict[str, Any] = {
    "type": "object",
    "required": [
        "publiccodeYmlVersion",
        "name",
        "url",
        "platforms",
        "categories",
        "developmentStatus",
        "softwareType",
        "description",
        "legal",
        "maintenance",
        "localisation",
    ],
    "properties": {
        "publiccodeYmlVersion": {"const": "0.4"},
        "name": _TESTO,
        "url": {"type": "string", "pattern": "^https://"},
        "platforms": {"type": "array", "minItems": 1, "items": _TESTO},
        "categories": {"type": "array", "minItems": 1, "items": {"pattern": "^[a-z-]+$"}},
        "developmentStatus": {"enum": ["concept", "development", "beta", "stable", "obsolete"]},
        "softwareType": {"const": "standalone/web"},
        "description": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {
                "type": "object",
                "required": ["shortDescription", "longDescription", "features"],
                "properties": {
                    "shortDescription": {"type": "string", "maxLength": 150},
                    "longDescription": {"type": "string", "minLength": 150, "maxLength": 10000},
                    "features": {
                        "type": "array",
                        "minItems": 1,
                        "items": {"type": "string", "maxLength": 100},
                    },
                },
            },
        },
        "legal": {"properties": {"license": {"const": "AGPL-3.0-or-later"}}},
        "maintenance": {
            "required": ["type"],
            "properties": {
                "type": {"enum": ["internal", "contract", "community", "none"]},
                "contacts": {"type": "array", "items": {"required": ["name"]}},
            },
        },
        "localisation": {
            "required": ["localisationReady", "availableLanguages"],
            "properties": {"availableLanguages": {"contains": {"const": "it"}}},
        },
    },
}


def test_r92_publiccode_is_valid() -> None:
    dati = yaml.safe_load((RADICE / "publiccode.yml").read_text(encoding="utf-8"))
    dati["releaseDate"] = str(dati["releaseDate"])
    assert not list(Draft202012Validator(PUBLICCODE).iter_errors(dati))


def test_r92_the_licence_is_the_agpl_and_metadata_agree() -> None:
    assert "GNU AFFERO GENERAL PUBLIC LICENSE" in (RADICE / "LICENSE").read_text()[:200]
    assert 'license = "AGPL-3.0-or-later"' in (RADICE / "pyproject.toml").read_text()


def test_readme_names_commands_that_exist() -> None:
    readme = (RADICE / "README.md").read_text(encoding="utf-8")
    comandi = {p.stem for p in (RADICE / "cycle" / "management" / "commands").glob("[a-z]*.py")}
    django = {"migrate", "collectstatic", "check", "procrastinate"}
    assert set(re.findall(r"manage\.py (\w+)", readme)) <= comandi | django
    obiettivi = re.findall(r"^([a-z]+):", (RADICE / "Makefile").read_text(), re.MULTILINE)
    assert set(re.findall(r"`?make ([a-z]+)", readme)) <= set(obiettivi)


@pytest.mark.parametrize("documento", ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"])
def test_documents_point_to_files_that_exist(documento: str) -> None:
    testo = (RADICE / documento).read_text(encoding="utf-8")
    for percorso in re.findall(r"\]\((?!https?://|#)([^)]+)\)", testo):
        assert (RADICE / percorso).exists(), percorso


def test_architecture_names_rooms_that_exist() -> None:
    testo = (RADICE / "ARCHITECTURE.md").read_text(encoding="utf-8")
    tabella = testo.split("| room | what is in it |")[1].split("\n\n")[0]
    for cella in re.findall(r"^\| `([^|]+)` \|", tabella, re.MULTILINE):
        primo, *altri = cella.split()
        for nome in (primo, *(str(Path(primo).parent / altro) for altro in altri)):
            assert (RADICE / nome).exists(), nome


def test_diagrams_in_architecture_are_fresh() -> None:
    """The diagrams are generated; after a change of a machine run `manage.py diagrammi`."""
    esito = subprocess.run(
        [sys.executable, "manage.py", "diagrammi", "--verifica"],
        cwd=RADICE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert esito.returncode == 0, esito.stderr
