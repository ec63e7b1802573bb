# SPDX-License-Identifier: AGPL-3.0-or-later
"""Answers of the registro taken out as CSV, JSON or PDF: each file with its own SHA-256, which the
registro keeps with who took it and what was asked (`domain.md` 8)."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cycle.domande import Domanda, portata, rispondi
from cycle.exports import pdf
from cycle.models import Ente
from cycle.racconto import Risposta, racconta
from cycle.services.enti import nell_ente
from workflows.errors import NonTrovato
from workflows.models import Ancora
from workflows.ports import Attore
from workflows.registro import azioni

MASSIMO = 10_000  # events in one file; of a PDF, a fifth
MODELLO = Path(pdf.__file__).with_name("registro.typ")
COLONNE = (
    "numero",
    "istante",
    "registrato_il",
    "fatto",
    "procedura",
    "verbo",
    "esito",
    "obiettivo",
    "atto",
    "motivazione",
)


@dataclass(frozen=True, slots=True)
class Uscita:
    """A file, and its SHA-256. `intera`: nothing that was asked is left out."""

    contenuto: bytes
    sha256: str
    righe: int
    intera: bool


def esporta(
    *, ente: Ente, domanda: Domanda, forma: str, by: Attore, istante: datetime, canale: str = "web"
) -> Uscita:
    """The answers that `by` may read, the latest first, up to `MASSIMO`. Raises NonTrovato for
    another form, or for an object that is not to be seen."""
    if forma not in FORME:
        raise NonTrovato({})
    with transaction.atomic(), timezone.override(ZoneInfo(ente.fuso)):
        nell_ente(by.ente_id)
        quanti = MASSIMO // 5 if forma == "pdf" else MASSIMO
        pagina = rispondi(by, portata(by), domanda, fuso=ente.fuso, quanti=quanti)
        fatti = [racconta(r) for r in pagina.righe]
        contenuto = FORME[forma](fatti, ente, istante, domanda)
        sha256 = hashlib.sha256(contenuto).hexdigest()
        azioni.registra_lettura(
            ente_id=by.ente_id,
            procedura="registro",
            verbo="esporta",
            passi=[azioni.Voce(None)],
            attore=by,
            istante=istante,
            canale=canale,
            dati={
                "forma": forma,
                "righe": len(fatti),
                "sha256": sha256,
                "domanda": domanda.traccia(),
            },
        )
    return Uscita(contenuto, sha256, len(fatti), not pagina.poi)


@dataclass(frozen=True, slots=True)
class Ritrovata:
    """What the registro knows of a SHA-256: who took that file out, when, and what it was; or the
    day of the anchor that has it."""

    sha256: str
    fatti: list[Risposta]
    ancora: date | None


def ritrova(*, ente: Ente, sha256: str, by: Attore) -> Ritrovata:
    """Look for a file by its SHA-256 among those that `by` may know of: he took it out himself, or
    reads the registro of the whole ente. Raises NonTrovato for whoever has no incarico."""
    fin_dove = portata(by)
    chiesto = Domanda(verbo="esporta", esito="letto", sha256=sha256)
    pagina = rispondi(by, fin_dove, chiesto, fuso=ente.fuso)
    di_giorno = Ancora.objects.filter(ente_id=by.ente_id, impronta=bytes.fromhex(sha256)).first()
    return Ritrovata(
        sha256,
        [racconta(r) for r in pagina.righe],
        di_giorno.giorno if di_giorno else None,
    )


def riga(f: Risposta) -> dict[str, Any]:
    """A fact as the files and the API give it."""
    return {
        "numero": f.numero,
        "istante": f.istante.isoformat(),
        "registrato_il": f.registrato_il.isoformat(),
        "fatto": f.frase,
        "procedura": f.procedura,
        "verbo": f.verbo,
        "esito": f.esito,
        "obiettivo": f.codice,
        "atto": f.atto,
        "motivazione": f.motivazione,
    }


def _csv(fatti: Sequence[Risposta], ente: Ente, istante: datetime, d: Domanda) -> bytes:
    testo = io.StringIO()
    scrittore = csv.DictWriter(testo, COLONNE, lineterminator="\r\n")
    scrittore.writeheader()
    for f in fatti:
        scrittore.writerow({k: _innocuo(v) for k, v in riga(f).items()})
    return testo.getvalue().encode("utf-8-sig")


def _innocuo(valore: Any) -> Any:
    """A text that a spreadsheet would run is only read."""
    if isinstance(valore, str) and valore.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{valore}"
    return valore


def _json(fatti: Sequence[Risposta], ente: Ente, istante: datetime, d: Domanda) -> bytes:
    detto = {
        "schema": 1,
        "ente": ente.codice_ipa,
        "al": istante.isoformat(),
        "domanda": d.parole(),
        "fatti": [riga(f) for f in fatti],
    }
    return json.dumps(detto, ensure_ascii=False, indent=1).encode()


def _pdf(fatti: Sequence[Risposta], ente: Ente, istante: datetime, d: Domanda) -> bytes:
    return pdf.componi(
        MODELLO,
        {
            "titolo": _("Estratto del registro"),
            "ente": ente.nome,
            "al": f"{istante.astimezone(ZoneInfo(ente.fuso)):%d/%m/%Y %H:%M}",
            "domanda": [[k.replace("_", " "), v] for k, v in d.parole().items()],
            "fatti": [[str(f.numero), f.frase, f.motivazione] for f in fatti],
        },
    )


FORME: dict[str, Callable[[Sequence[Risposta], Ente, datetime, Domanda], bytes]] = {
    "csv": _csv,
    "json": _json,
    "pdf": _pdf,
}
