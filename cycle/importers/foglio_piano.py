# SPDX-License-Identifier: AGPL-3.0-or-later
"""A whole plan in a workbook, for the comune that has no published document: all that a `Piano`
holds, a sheet for each kind of thing; read with every error at its cell, and written."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from cycle.importers import piano as neutro
from cycle.importers.fogli import Colonna, Errore, Foglio, Lettura, Libro, Riga, leggi, scrivi
from cycle.importers.piano import PianoIllegibile
from cycle.importers.proposte import AGGREGAZIONI, ESTERNALIZZATE, NATURE, UNITA_DI_MISURA

FONTE = "foglio"
PERIODI_MASSIMI = 4
_LUNGO = 32_000
_RIGHE = 20_000
_ERRORI = 50  # told at once
_PARTI = (
    ("entrate_correnti", "Entrate correnti"),
    ("spese_correnti", "Spese correnti"),
    ("spese_investimento", "Spese di investimento"),
)
_TIPI_UNITA = tuple((t, t.capitalize()) for t in ("area", "settore", "servizio", "ufficio"))


def _t(nome: str, intestazione: str, massimo: int = 1000, **altro: Any) -> Colonna:
    return Colonna(nome, intestazione, massimo=massimo, **altro)


def _brano(nome: str, intestazione: str) -> Colonna:
    return Colonna(nome, intestazione, massimo=_LUNGO, a_capo=True, larghezza=60)


_OBIETTIVO = _t("obiettivo", "Obiettivo", 40, obbligatoria=True, nota="Il codice della scheda.")
_SPECIFICO = _t("specifico", "Specifico", 40, obbligatoria=True, nota="Il codice dello specifico.")
_FORSE_SPECIFICO = _t("specifico", "Specifico", 40, nota="Vuoto: della scheda intera.")
_CODICE = _t("codice", "Codice", 40, obbligatoria=True)
_PREVISTE = (
    Colonna("inizio_previsto", "Inizio previsto", "data"),
    Colonna("fine_prevista", "Fine prevista", "data"),
)
_EFFETTIVE = (
    Colonna("inizio_effettivo", "Inizio effettivo", "data"),
    Colonna("fine_effettiva", "Fine effettiva", "data"),
)
_PESO = Colonna("peso", "Peso", "numero", esempio="100")

LIBRO = Libro(
    "Piano di un anno",
    (
        Foglio(
            "Periodi",
            (
                _t("nome", "Nome", 100, obbligatoria=True),
                Colonna("dal", "Dal", "data", obbligatoria=True),
                Colonna("al", "Al", "data", obbligatoria=True),
            ),
            nota="In ordine: il primo è quello di «Target 1» e «Conseguito 1».",
        ),
        Foglio(
            "Unita",
            (
                _CODICE,
                _t("nome", "Nome", 300, obbligatoria=True),
                Colonna("tipo", "Tipo", "scelta", obbligatoria=True, scelte=_TIPI_UNITA),
                _t("padre", "Codice del padre", 40),
                _t("responsabile", "Responsabile", 200),
                _t("inquadramento", "Inquadramento", 100),
            ),
        ),
        Foglio(
            "Persone",
            (
                _t("nome_completo", "Cognome e nome", 200, obbligatoria=True),
                _t("inquadramento", "Inquadramento", 100),
                _t("matricola", "Matricola", 40),
                Colonna("segnaposto", "Posto vacante", "si_no"),
            ),
            obbligatorio=False,
            massimo_righe=_RIGHE,
        ),
        Foglio(
            "Obiettivi",
            (
                _CODICE,
                _t("titolo", "Titolo", obbligatoria=True, larghezza=60),
                _t("unita", "Unità", 40, obbligatoria=True, nota="Il codice."),
                _t("tipo", "Tipo", 40),
                _t("categoria", "Categoria", 80),
                _brano("descrizione", "Descrizione"),
                _t("responsabile_generale", "Responsabile generale", 200),
                _t("responsabile_operativo", "Responsabile operativo", 200),
                *_PREVISTE,
                *_EFFETTIVE,
                _PESO,
                _t("fase", "Fase", 100),
                _t("stato", "Stato", 100),
                Colonna("percentuale_stampata", "% avanzamento", "numero"),
                Colonna("percentuale_convalidata", "% convalidata", "numero"),
            ),
            massimo_righe=_RIGHE,
        ),
        Foglio(
            "Programmi",
            (
                _OBIETTIVO,
                Colonna("ramo", "Ramo", "numero", obbligatoria=True, nota="1, 2: uno per albero."),
                _t("tipo", "Livello", 40, obbligatoria=True, esempio="missione"),
                _t("codice", "Codice", 40),
                _t("titolo", "Titolo", obbligatoria=True, larghezza=60),
            ),
            obbligatorio=False,
            nota="Dall'alto in basso.",
            massimo_righe=_RIGHE,
        ),
        Foglio(
            "Sezioni",
            (_OBIETTIVO, _t("titolo", "Titolo", 300, obbligatoria=True), _brano("testo", "Testo")),
            obbligatorio=False,
            massimo_righe=_RIGHE,
        ),
        Foglio(
            "Specifici",
            (
                _OBIETTIVO,
                _CODICE,
                _t("titolo", "Titolo", larghezza=60),
                _brano("descrizione", "Descrizione"),
                *_PREVISTE,
                *_EFFETTIVE,
                _t("flag", "Segni", nota="Separati da punto e virgola."),
                Colonna("esternalizzata", "Esternalizzata", "scelta", scelte=ESTERNALIZZATE),
                _t("affidatario", "Affidatario", 500),
                _t("modalita_affidamento", "Modalità di affidamento", 500),
            ),
            massimo_righe=_RIGHE,
        ),
        Foglio(
            "Indicatori",
            (
                _OBIETTIVO,
                _SPECIFICO,
                _t("codice", "Codice", 40),
                _t("nome", "Indicatore", obbligatoria=True, larghezza=60),
                _t("tipo", "Tipo", 300),
                Colonna("unita_misura", "Si misura in", "scelta", scelte=UNITA_DI_MISURA),
                Colonna("natura", "Natura", "scelta", scelte=NATURE),
                Colonna("aggregazione", "Nell'anno", "scelta", scelte=AGGREGAZIONI),
                _PESO,
                *(
                    Colonna(f"{quale}-{n}", f"{nome} {n}", "figura")
                    for n in range(1, PERIODI_MASSIMI + 1)
                    for quale, nome in (("target", "Target"), ("valore", "Conseguito"))
                ),
                Colonna("target_annuo", "Target dell'anno stampato", "numero"),
                Colonna("valore_annuo", "Conseguito dell'anno stampato", "numero"),
                _brano("note", "Note"),
            ),
            obbligatorio=False,
            massimo_righe=_RIGHE,
        ),
        Foglio(
            "Storico",
            (
                _OBIETTIVO,
                _SPECIFICO,
                Colonna(
                    "indicatore", "Indicatore n.", "numero", obbligatoria=True,
                    nota="1 è il primo dello specifico.",
                ),
                Colonna("anno", "Anno", "numero", obbligatoria=True),
                Colonna("valore", "Valore", "numero"),
            ),
            obbligatorio=False,
            massimo_righe=_RIGHE,
        ),
        Foglio(
            "Fasi",
            (
                _OBIETTIVO,
                _SPECIFICO,
                Colonna(
                    "descrizione", "Fase", obbligatoria=True, massimo=_LUNGO, a_capo=True,
                    larghezza=60,
                ),
                _PESO,
                Colonna("avanzamento", "Avanzamento", "numero"),
                *_PREVISTE,
                *_EFFETTIVE,
                _t("responsabile", "Responsabile", 200),
                _t("centro", "Centro di responsabilità", 300),
                _brano("note", "Note"),
            ),
            obbligatorio=False,
            massimo_righe=_RIGHE,
        ),
        Foglio(
            "Stanziamenti",
            (
                _OBIETTIVO,
                _FORSE_SPECIFICO,
                _t("capitolo", "Capitolo", 20, obbligatoria=True),
                _t("articolo", "Articolo", 10),
                _t("descrizione", "Descrizione", 500, larghezza=60),
                Colonna("parte", "Parte", "scelta", obbligatoria=True, scelte=_PARTI),
                Colonna("importo", "Importo", "numero", obbligatoria=True, nota="In euro."),
            ),
            obbligatorio=False,
            massimo_righe=_RIGHE,
        ),
        Foglio(
            "Collaboratori",
            (
                _OBIETTIVO,
                _FORSE_SPECIFICO,
                _t("persona", "Persona", 200, obbligatoria=True),
                _t("nome", "Come è scritta", 200, nota="Solo se è scritta altrimenti."),
                Colonna("dal", "Dal", "data"),
                Colonna("al", "Al", "data"),
                Colonna("responsabile", "Responsabile", "si_no"),
                Colonna("impegno", "Impegno %", "percentuale"),
                _t("categoria", "Categoria", 100),
            ),
            obbligatorio=False,
            massimo_righe=_RIGHE,
        ),
        Foglio(
            "Relazioni",
            (
                _OBIETTIVO,
                _SPECIFICO,
                Colonna("periodo", "Periodo n.", "numero", obbligatoria=True),
                _brano("testo", "Testo"),
                _brano("osservazione", "Osservazione del Nucleo"),
                _brano("risposta", "Risposta"),
                Colonna("percentuale_convalidata", "% convalidata", "numero"),
                _brano("motivo", "Motivo"),
            ),
            obbligatorio=False,
            massimo_righe=_RIGHE,
        ),
    ),
    (
        "Un foglio per ogni genere di cosa; ogni riga dice di quale obiettivo e specifico è.",
        "Persone e unità si citano come nei fogli «Persone» e «Unita».",
        "Si prova con «manage.py importa foglio FILE --prova»: ogni errore dice foglio e cella, e "
        "se qualcosa non va non si scrive nulla.",
    ),
)  # fmt: skip


# --- from the workbook to the plan --------------------------------------------------------------


def leggi_foglio(
    contenuto: bytes, *, anno: int, avanzamento: Callable[[int, int], None] | None = None
) -> neutro.Piano:
    """Raises `PianoIllegibile`, which names every cell that is wrong."""
    return _Lettura(leggi(contenuto, LIBRO), anno).piano()


class _Lettura:
    def __init__(self, lettura: Lettura, anno: int) -> None:
        self.lettura, self.anno = lettura, anno
        self.errori: list[Errore] = list(lettura.errori)
        self.figli: dict[str, dict[tuple[str, str], list[Riga]]] = {}

    def piano(self) -> neutro.Piano:
        codici = self._verificati()
        self._cita("Unita", "padre", codici["Unita"], "Unita")
        self._cita("Obiettivi", "unita", codici["Unita"], "Unita")
        for foglio, campi in _CITANO_PERSONE.items():
            for campo in campi:
                self._cita(foglio, campo, codici["Persone"], "Persone")
        for foglio in _DI_SPECIFICO:
            self._cita(foglio, "obiettivo", codici["Obiettivi"], "Obiettivi")
            righe: dict[tuple[str, str], list[Riga]] = defaultdict(list)
            for riga in self.lettura[foglio]:
                di = (riga["obiettivo"], riga.valori.get("specifico", ""))
                if di[1] and foglio != "Specifici" and di not in codici["Specifici"]:
                    self._errore(riga, "specifico", f"«{di[1]}» non è nel foglio «Specifici».")
                righe[di].append(riga)
            self.figli[foglio] = righe
        piano = None if self.errori else self._composto()
        if piano is None or self.errori:
            detti = [str(e) for e in self.errori[:_ERRORI]]
            if len(self.errori) > _ERRORI:
                detti.append(f"... e altri {len(self.errori) - _ERRORI} errori.")
            raise PianoIllegibile("\n".join([*detti, "Non è stato importato nulla."]))
        return piano

    def _composto(self) -> neutro.Piano:
        return neutro.Piano(
            anno=self.anno,
            fonte=FONTE,
            periodi=tuple(
                neutro.Periodo(f"{self.anno}-{n}", r["nome"], r["dal"], r["al"])
                for n, r in enumerate(self.lettura["Periodi"], 1)
            ),
            unita=tuple(neutro.Unita(**r.valori) for r in self.lettura["Unita"]),
            persone=tuple(
                neutro.Persona(
                    r["nome_completo"],
                    r["inquadramento"],
                    r["matricola"],
                    segnaposto=bool(r["segnaposto"]),
                )
                for r in self.lettura["Persone"]
            ),
            obiettivi=tuple(self._obiettivo(r) for r in self.lettura["Obiettivi"]),
            avvisi=tuple(
                neutro.Avviso(n, 0, "", str(a)) for n, a in enumerate(self.lettura.avvisi, 1)
            ),
        )

    def _verificati(self) -> dict[str, set[Any]]:
        """What can be referred to, once each."""
        codici: dict[str, set[Any]] = {}
        for vuoto in ("Periodi", "Unita", "Obiettivi"):
            if not self.lettura[vuoto] and not self.lettura.errori:
                self.errori.append(
                    Errore(vuoto, "", "Il foglio non ha righe.", "Compilarlo dalla seconda riga.")
                )
        for foglio, chiave in (
            ("Unita", ("codice",)),
            ("Persone", ("nome_completo",)),
            ("Obiettivi", ("codice",)),
            ("Specifici", ("obiettivo", "codice")),
        ):
            visti: Counter[Any] = Counter()
            for riga in self.lettura[foglio]:
                valore = tuple(riga[c] for c in chiave)
                visti[valore] += 1
                if visti[valore] == 2 and all(valore):
                    self._errore(riga, chiave[-1], f"«{valore[-1]}» è già in un'altra riga.")
            codici[foglio] = {v if len(v) > 1 else v[0] for v in visti}
        quanti = len(self.lettura["Periodi"])
        if quanti > PERIODI_MASSIMI:
            self._errore(
                self.lettura["Periodi"][-1], "nome", f"I periodi sono al massimo {PERIODI_MASSIMI}."
            )
        for riga in self.lettura["Indicatori"]:
            for n in range(quanti + 1, PERIODI_MASSIMI + 1):
                for campo in (f"target-{n}", f"valore-{n}"):
                    if riga[campo] is not None:
                        self._errore(riga, campo, f"Il periodo {n} non è nel foglio «Periodi».")
        for riga in self.lettura["Relazioni"]:
            self._numero(riga, "periodo", quanti)
        for riga in self.lettura["Programmi"]:
            self._numero(riga, "ramo", 99)
        for riga in self.lettura["Storico"]:
            self._numero(riga, "indicatore", _RIGHE)
            self._numero(riga, "anno", 2100)
        return codici

    def _numero(self, riga: Riga, campo: str, massimo: int) -> None:
        valore = riga[campo]
        if valore is not None and (valore != int(valore) or not 1 <= valore <= massimo):
            self._errore(riga, campo, f"Serve un numero intero da 1 a {massimo}.")

    def _cita(self, foglio: str, campo: str, ammessi: set[Any], dove: str) -> None:
        for riga in self.lettura[foglio]:
            if riga[campo] and riga[campo] not in ammessi:
                self._errore(riga, campo, f"«{riga[campo]}» non è nel foglio «{dove}».")

    def _errore(self, riga: Riga, campo: str, messaggio: str) -> None:
        self.errori.append(
            riga.errore(campo, messaggio, "Correggere la cella, o aggiungere ciò che manca.")
        )

    def _di(self, foglio: str, obiettivo: str, specifico: str = "") -> list[Riga]:
        return self.figli[foglio].get((obiettivo, specifico), [])

    def _obiettivo(self, r: Riga) -> neutro.Obiettivo:
        codice = r["codice"]
        rami: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
        for n in self._di("Programmi", codice):
            rami[int(n["ramo"])].append((n["tipo"], n["codice"], n["titolo"]))
        return neutro.Obiettivo(
            **r.valori,
            nodi=tuple(neutro.Nodo(tuple(rami[n])) for n in sorted(rami)),
            persone=tuple(_collaboratore(c) for c in self._di("Collaboratori", codice)),
            stanziamenti=tuple(_stanziamento(s) for s in self._di("Stanziamenti", codice)),
            sezioni=tuple((s["titolo"], s["testo"]) for s in self._di("Sezioni", codice)),
            specifici=tuple(self._specifico(s) for s in self._di("Specifici", codice)),
            riga=r.numero,
        )

    def _specifico(self, r: Riga) -> neutro.Specifico:
        di = (r["obiettivo"], r["codice"])
        campi = {n: v for n, v in r.valori.items() if n not in ("obiettivo", "flag")}
        storico: dict[int, list[neutro.ValoreStorico]] = defaultdict(list)
        for s in self._di("Storico", *di):
            storico[int(s["indicatore"])].append(neutro.ValoreStorico(int(s["anno"]), s["valore"]))
        indicatori = self._di("Indicatori", *di)
        for s in self._di("Storico", *di):
            if s["indicatore"] > len(indicatori):
                self._errore(s, "indicatore", "Lo specifico non ha tanti indicatori.")
        return neutro.Specifico(
            **{**campi, "esternalizzata": campi["esternalizzata"] or ""},
            flag=tuple(f.strip() for f in r["flag"].split(";") if f.strip()),
            indicatori=tuple(
                self._indicatore(i, tuple(storico[n])) for n, i in enumerate(indicatori, 1)
            ),
            fasi=tuple(
                neutro.Fase(**_senza_padri(f), riga=f.numero) for f in self._di("Fasi", *di)
            ),
            stanziamenti=tuple(_stanziamento(s) for s in self._di("Stanziamenti", *di)),
            collaboratori=tuple(_collaboratore(c) for c in self._di("Collaboratori", *di)),
            relazioni=tuple(
                neutro.Relazione(
                    **{**_senza_padri(v), "periodo": f"{self.anno}-{int(v['periodo'])}"}
                )
                for v in self._di("Relazioni", *di)
            ),
            riga=r.numero,
        )

    def _indicatore(self, r: Riga, storico: tuple[neutro.ValoreStorico, ...]) -> neutro.Indicatore:
        campi = {n: v for n, v in _senza_padri(r).items() if "-" not in n}
        return neutro.Indicatore(
            **{
                **campi,
                "unita_misura": r["unita_misura"] or "numero",
                "natura": r["natura"] or "positivo",
                "aggregazione": r["aggregazione"] or "somma",
            },
            rilevazioni=tuple(
                neutro.Rilevazione(f"{self.anno}-{n}", r[f"target-{n}"], r[f"valore-{n}"])
                for n in range(1, len(self.lettura["Periodi"]) + 1)
            ),
            storico=storico,
            riga=r.numero,
        )


_CITANO_PERSONE = {
    "Unita": ("responsabile",),
    "Obiettivi": ("responsabile_generale", "responsabile_operativo"),
    "Fasi": ("responsabile",),
    "Collaboratori": ("persona",),
}
_DI_SPECIFICO = (
    "Programmi", "Sezioni", "Specifici", "Indicatori", "Storico", "Fasi", "Stanziamenti",
    "Collaboratori", "Relazioni",
)  # fmt: skip


def _senza_padri(r: Riga) -> dict[str, Any]:
    return {n: v for n, v in r.valori.items() if n not in ("obiettivo", "specifico")}


def _stanziamento(r: Riga) -> neutro.Stanziamento:
    return neutro.Stanziamento(**_senza_padri(r), riga=r.numero)


def _collaboratore(r: Riga) -> neutro.Collaboratore:
    campi = _senza_padri(r)
    return neutro.Collaboratore(
        **{
            **campi,
            "nome": r["nome"] or r["persona"],
            "responsabile": bool(r["responsabile"]),
        }
    )


# --- and back -----------------------------------------------------------------------------------


def modello() -> bytes:
    """The workbook to be filled."""
    return scrivi(LIBRO)


def scrivi_foglio(piano: neutro.Piano) -> bytes:
    """The plan as a workbook that reads back into it; what depends on the paper (lines, notices,
    other spellings of a name) stays out."""
    return scrivi(LIBRO, righe(piano))


def righe(piano: neutro.Piano) -> dict[str, list[dict[str, Any]]]:
    """The rows of the workbook of a plan, by sheet."""
    r: dict[str, list[dict[str, Any]]] = {f.nome: [] for f in LIBRO}
    numeri = {p.codice: n for n, p in enumerate(piano.periodi, 1)}
    r["Periodi"] = [_riga("Periodi", p) for p in piano.periodi]
    r["Unita"] = [_riga("Unita", u) for u in piano.unita]
    r["Persone"] = [_riga("Persone", p) for p in piano.persone]
    for o in piano.obiettivi:
        di = {"obiettivo": o.codice}
        r["Obiettivi"].append(_riga("Obiettivi", o))
        r["Programmi"] += [
            di | {"ramo": n, "tipo": tipo, "codice": codice, "titolo": titolo}
            for n, nodo in enumerate(o.nodi, 1)
            for tipo, codice, titolo in nodo.percorso
        ]
        r["Sezioni"] += [di | {"titolo": titolo, "testo": testo} for titolo, testo in o.sezioni]
        della_scheda = (
            *(
                neutro.Collaboratore(n, n, None, None, False, categoria=c)
                for n, c in o.collaboratori
            ),
            *o.persone,
        )
        _collaboratori(r, di, della_scheda)
        r["Stanziamenti"] += [di | _riga("Stanziamenti", s) for s in o.stanziamenti]
        for s in o.specifici:
            _righe_specifico(r, di, s, numeri)
    return r


def _righe_specifico(
    r: dict[str, list[dict[str, Any]]],
    di: dict[str, str],
    s: neutro.Specifico,
    numeri: Mapping[str, int],
) -> None:
    r["Specifici"].append(di | _riga("Specifici", s) | {"flag": "; ".join(s.flag)})
    di = di | {"specifico": s.codice}
    for n, i in enumerate(s.indicatori, 1):
        figure: dict[str, Decimal | date | None] = {}
        for v in i.rilevazioni:
            figure[f"target-{numeri[v.periodo]}"] = v.target
            figure[f"valore-{numeri[v.periodo]}"] = v.valore
        r["Indicatori"].append(_riga("Indicatori", i) | di | figure)
        r["Storico"] += [
            di | {"indicatore": n, "anno": v.anno, "valore": v.valore} for v in i.storico
        ]
    r["Fasi"] += [_riga("Fasi", f) | di for f in s.fasi]
    r["Stanziamenti"] += [_riga("Stanziamenti", e) | di for e in s.stanziamenti]
    _collaboratori(r, di, s.collaboratori)
    r["Relazioni"] += [
        _riga("Relazioni", v) | di | {"periodo": numeri[v.periodo]} for v in s.relazioni
    ]


def _collaboratori(
    r: dict[str, list[dict[str, Any]]],
    di: dict[str, str],
    persone: Iterable[neutro.Collaboratore],
) -> None:
    for c in persone:
        r["Collaboratori"].append(
            _riga("Collaboratori", c) | di | {"nome": c.nome if c.nome != c.persona else ""}
        )


_NOMI = {f.nome: tuple(c.nome for c in f.colonne) for f in LIBRO}


def _riga(foglio: str, di: Any) -> dict[str, Any]:
    """What the columns of a sheet name and the thing has; a no is left empty."""
    return {n: getattr(di, n) or None if isinstance(getattr(di, n), bool) else getattr(di, n)
            for n in _NOMI[foglio] if hasattr(di, n)}  # fmt: skip
