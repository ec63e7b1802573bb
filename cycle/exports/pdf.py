# SPDX-License-Identifier: AGPL-3.0-or-later
"""The PEG that an Atto approved as a PDF that can be published: PDF/UA, one scheda after another in
the form the settori know. Names of collaborators stay out (R86).

Texts reach the template as data, never as markup."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst
from django.db.models.functions import Lower

from cycle.measure import in_italiano
from cycle.models import (
    Atto,
    NodoStrategico,
    Periodo,
    Persona,
    UnitaOrganizzativa,
    VersioneObiettivo,
)
from cycle.models.indicatore import AGGREGAZIONI, NATURE
from cycle.parametri import Parametri

_MODELLO = Path(__file__).with_name("peg.typ")
_COMUNE = Path(__file__).with_name("forme.typ")  # what several templates import
_AGGREGAZIONI, _NATURE = dict(AGGREGAZIONI), dict(NATURE)
_UNITA_MISURA = {"percentuale": " %", "euro": " €"}


def stampa(atto: Atto) -> bytes:
    """The PDF of what the Atto approved."""
    return componi(_MODELLO, dati(atto))


def componi(modello: Path, valori: dict[str, Any]) -> bytes:
    """The PDF/UA of a template, which reads its data at `/dati.json`."""
    with TemporaryDirectory(prefix="pdf-") as cartella:
        radice = Path(cartella)
        (radice / "modello.typ").write_bytes(modello.read_bytes())
        (radice / _COMUNE.name).write_bytes(_COMUNE.read_bytes())
        (radice / "dati.json").write_text(
            json.dumps(_stampabile(valori), ensure_ascii=False), encoding="utf-8"
        )
        prodotto = typst.compile(
            str(radice / "modello.typ"),
            root=str(radice),
            pdf_standards=["ua-1"],
            ignore_system_fonts=True,
        )
    assert isinstance(prodotto, bytes)
    return prodotto


# --- what the fonts cannot draw -----------------------------------------------------------------

_SEGNO_IGNOTO = "\ufffd"
_PUNTO = "•"  # for what word processors write with a font of symbols: nearly always a bullet
_PROVE = 200  # a few seconds, at most
_PROVA = b"""#set document(title: "prova")
#for c in json(bytes(sys.inputs.segni)) [#text(c) \\ ]"""


def _stampabile(valori: dict[str, Any]) -> dict[str, Any]:
    """The data without the characters that no font at hand draws: one of them, in a text approved
    for ever, and PDF/UA would never be made. The canonical JSON keeps them."""
    testo = json.dumps(valori, ensure_ascii=False)
    controlli = dict.fromkeys(c for c in range(0xA0) if chr(c) not in "\t\n\r" and _ignoto(chr(c)))
    segni = sorted({c for c in testo if c >= "\u0100"})
    tabella: dict[int, str | None] = {
        **controlli,
        **{ord(c): _PUNTO if "\uf000" <= c <= "\uf0ff" else _SEGNO_IGNOTO for c in _ignoti(segni)},
    }
    tradotti: dict[str, Any] = _tradotto(valori, tabella)
    return tradotti


def _tradotto(valore: Any, tabella: Mapping[int, str | None]) -> Any:
    if isinstance(valore, str):
        return valore.translate(tabella)
    if isinstance(valore, dict):
        return {chiave: _tradotto(v, tabella) for chiave, v in valore.items()}
    if isinstance(valore, list | tuple):
        return [_tradotto(v, tabella) for v in valore]
    return valore


def _ignoto(segno: str) -> bool:
    """Whether it is no character to print: a control, one for private use, one of none."""
    return unicodedata.category(segno) in ("Cc", "Cn", "Co", "Cs")


def _ignoti(segni: Sequence[str]) -> Iterable[str]:
    """Of these, those that cannot be drawn: asked of the printer by halves, since it names only
    the first. What a text in a foreign script leaves unasked counts as not drawn."""
    dubbi = [s for s in segni if not _ignoto(s)]
    yield from (s for s in segni if _ignoto(s))
    da_provare = [dubbi] if dubbi else []
    for _prova in range(_PROVE):
        if not da_provare:
            return
        gruppo = da_provare.pop()
        if _si_stampano(gruppo):
            continue
        if len(gruppo) == 1:
            yield gruppo[0]
            continue
        meta = len(gruppo) // 2
        da_provare += [gruppo[meta:], gruppo[:meta]]
    for gruppo in da_provare:
        yield from gruppo


def _si_stampano(segni: Sequence[str]) -> bool:
    try:
        typst.compile(
            _PROVA,
            pdf_standards=["ua-1"],
            ignore_system_fonts=True,
            sys_inputs={"segni": json.dumps(segni)},
        )
    except typst.TypstError:
        return False
    return True


# --- the data -----------------------------------------------------------------------------------


def dati(atto: Atto) -> dict[str, Any]:
    """What the template prints, settore by settore."""
    nomi = _Nomi(atto)
    schede = [
        nomi.scheda(json.loads(v.contenuto, parse_float=Decimal), v)
        for v in VersioneObiettivo.objects.filter(atto=atto).iterator(chunk_size=500)
    ]
    schede.sort(key=lambda s: (s["ordine"], s["codice"]))
    settori: list[dict[str, Any]] = []
    for scheda in schede:
        if not settori or settori[-1]["nome"] != scheda["settore"]:
            settori.append({"nome": scheda["settore"], "schede": []})
        settori[-1]["schede"].append(scheda)
    return {
        "ente": atto.ente.nome,
        "anno": str(atto.ciclo.anno),
        "titolo": f"Piano esecutivo di gestione {atto.ciclo.anno}",
        "atto": str(atto),
        "esecutivo": atto.esecutivo,
        "pareri": [
            {"nome": nome, "testo": testo}
            for nome, testo in (
                ("Parere di regolarità tecnica", atto.parere_tecnico),
                ("Parere di regolarità contabile", atto.parere_contabile),
            )
            if testo
        ],
        "impronta": atto.digest,
        "specifico": Parametri.da_dizionario(atto.ciclo.parametri).nome_specifico,
        "quante": len(schede),
        "settori": settori,
    }


class _Nomi:
    """The names behind the ids of the canonical texts, for the whole Atto at once."""

    def __init__(self, atto: Atto) -> None:
        self.unita = {u.pk: u for u in UnitaOrganizzativa.objects.filter(ente_id=atto.ente_id)}
        self.settori = {pk: self._settore(u) for pk, u in self.unita.items()}
        self.persone = dict(
            Persona.objects.filter(ente_id=atto.ente_id).values_list("pk", Lower("nome_completo"))
        )
        self.nodi = {n.pk: n for n in NodoStrategico.objects.filter(ciclo_id=atto.ciclo_id)}
        self.periodi = {
            p.pk: p for p in Periodo.objects.filter(ciclo_id=atto.ciclo_id).order_by("ordine")
        }

    def _settore(self, unita: UnitaOrganizzativa) -> UnitaOrganizzativa:
        """The unit right below the root, or the root itself."""
        while unita.padre_id is not None and self.unita[unita.padre_id].padre_id is not None:
            unita = self.unita[unita.padre_id]
        return unita

    def persona(self, pk: int | None) -> str:
        return self.persone[pk].title() if pk in self.persone else "posto vacante"

    def scheda(self, c: dict[str, Any], versione: VersioneObiettivo) -> dict[str, Any]:
        o = c["obiettivo"]
        unita = self.unita[o["unita"]]
        settore = self.settori[unita.pk]
        return {
            "settore": settore.nome,
            "ordine": settore.percorso,
            "codice": o["codice"],
            "titolo": o["titolo"],
            "descrizione": o["descrizione"],
            "versione": str(versione.numero),
            "sha256": versione.sha256,
            "campi": [
                [nome, valore]
                for nome, valore in (
                    ("Tipo", " - ".join(x for x in (o["tipo"], o["categoria"]) if x)),
                    ("Unità organizzativa", unita.nome),
                    ("Programma", "; ".join(self._programmi(c["nodi"]))),
                    ("Responsabile generale", self.persona(o["responsabile_generale"])),
                    (
                        "Responsabile operativo",
                        self.persona(o["responsabile_operativo"])
                        if o["responsabile_operativo"]
                        else "",
                    ),
                    ("Inizio previsto", _giorno(o["inizio_previsto"])),
                    ("Fine prevista", _giorno(o["fine_prevista"])),
                    ("Peso", _cifra(o["peso"])),
                    ("Fase", "Approvato"),
                )
                if valore
            ],
            "specifici": [
                self._specifico(s, c)
                for s in sorted(c["specifici"], key=lambda s: (s["ordine"], s["codice"]))
            ],
        }

    def _programmi(self, nodi: Sequence[dict[str, Any]]) -> Iterator[str]:
        for riga in nodi:
            nodo = self.nodi.get(riga["nodo_id"])
            nomi = []
            while nodo is not None:
                nomi.append(nodo.titolo)
                nodo = self.nodi.get(nodo.padre_id or 0)
            yield " > ".join(reversed(nomi))

    def _specifico(self, s: dict[str, Any], c: dict[str, Any]) -> dict[str, Any]:
        return {
            "codice": s["codice"],
            "titolo": s["titolo"],
            "descrizione": s["descrizione"],
            "dal": _giorno(s["inizio_previsto"]),
            "al": _giorno(s["fine_prevista"]),
            "indicatori": [
                self._indicatore(i, c)
                for i in sorted(c["indicatori"], key=lambda i: i["ordine"])
                if i["specifico_id"] == s["id"]
            ],
            "fasi": [
                {
                    "descrizione": f["descrizione"],
                    "peso": _cifra(f["peso"]),
                    "dal": _giorno(f["inizio_previsto"]),
                    "al": _giorno(f["fine_prevista"]),
                }
                for f in sorted(c["fasi"], key=lambda f: f["ordine"])
                if f["specifico_id"] == s["id"]
            ],
        }

    def _indicatore(self, i: dict[str, Any], c: dict[str, Any]) -> dict[str, Any]:
        unita = i["unita_misura"]
        target = {r["periodo_id"]: r for r in c["rilevazioni"] if r["indicatore_id"] == i["id"]}
        return {
            "nome": i["nome"],
            "peso": _cifra(i["peso"]),
            "target": self._annuale(i, target),
            "aggregazione": _AGGREGAZIONI[i["aggregazione"]],
            "periodi": [
                {
                    "nome": periodo.nome,
                    "target": _target(target[pk], unita) if pk in target else "–",
                    "natura": _NATURE[i["natura"]],
                }
                for pk, periodo in self.periodi.items()
                if pk in target
            ],
        }

    def _annuale(self, i: dict[str, Any], target: dict[int, dict[str, Any]]) -> str:
        """The target of the year, as the old form prints it: the sum, the greatest, the least or
        the last of the periods' (R74)."""
        righe = [target[pk] for pk in self.periodi if pk in target]
        if not righe or i["unita_misura"] in ("data", "si_no"):
            return ""
        cifre = [Decimal(r["target"]) for r in righe if r["target"] is not None]
        if not cifre:
            return ""
        sintesi: dict[str, Decimal] = {
            "somma": sum(cifre, Decimal(0)),
            "massimo": max(cifre),
            "minimo": min(cifre),
        }
        valore = sintesi.get(i["aggregazione"], cifre[-1])
        return in_italiano(valore) + _UNITA_MISURA.get(i["unita_misura"], "")


def _giorno(testo: str | None) -> str:
    return f"{date.fromisoformat(testo):%d/%m/%Y}" if testo else ""


def _cifra(testo: str | None) -> str:
    return in_italiano(Decimal(testo)) if testo is not None else ""


def _target(riga: dict[str, Any], unita: str) -> str:
    if riga["target_data"]:
        return _giorno(riga["target_data"])
    if riga["target"] is None:
        return "–"
    if unita == "si_no":
        return "Sì" if Decimal(riga["target"]) else "No"
    return _cifra(riga["target"]) + _UNITA_MISURA.get(unita, "")
