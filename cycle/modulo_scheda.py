# SPDX-License-Identifier: AGPL-3.0-or-later
"""The form of a whole scheda: the objective, its specifici, and below each indicators, phases and
people, as many as there are.

A row is a small form whose prefix is its place (`specifici-0-indicatori-2`), the same words with
which `bozze.verifica` says where a defect is. Rows are added, removed and moved by the server, from
what was typed and nothing else, so that no script is needed and nothing is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cycle.bozze.rubrica import Rubrica, nome_unita
from cycle.bozze.verifica import ESTERNALIZZATA, MASSIMI
from cycle.forms import CampoCifra, scritta
from cycle.models import UnitaOrganizzativa
from cycle.models.indicatore import AGGREGAZIONI, NATURE, UNITA
from cycle.scritta import (
    Difetto,
    FaseScritta,
    IndicatoreScritto,
    PersonaScritta,
    SchedaScritta,
    SpecificoScritto,
)

FIGLI = ("indicatori", "fasi", "persone")
Testi = dict[str, str]

# --- as it was posted ---------------------------------------------------------------------------

_CHIAVE = re.compile(
    r"^specifici-(\d{1,4})-(?:(indicatori|fasi|persone)-(\d{1,4})-)?([a-z_]+(?:-[\w-]{1,10})?)$",
    re.ASCII,
)


@dataclass(slots=True)
class Ramo:
    """The texts of a specifico and of its rows."""

    campi: Testi = field(default_factory=dict)
    righe: dict[str, list[Testi]] = field(default_factory=lambda: {f: [] for f in FIGLI})


@dataclass(slots=True)
class Testo:
    """A whole scheda as texts, nothing read yet."""

    testa: MultiValueDict[str, str]
    specifici: list[Ramo]

    def tutte(self) -> Iterator[tuple[str, Testi]]:
        """Every row with its place."""
        for n, ramo in enumerate(self.specifici):
            yield f"specifici-{n}", ramo.campi
            for tipo in FIGLI:
                for m, riga in enumerate(ramo.righe[tipo]):
                    yield f"specifici-{n}-{tipo}-{m}", riga


def inviato(dati: MultiValueDict[str, str]) -> Testo:
    """What a browser sent, its rows numbered again from 0 in their order."""
    testa: MultiValueDict[str, str] = MultiValueDict()
    rami: dict[int, tuple[Testi, dict[str, dict[int, Testi]]]] = {}
    for chiave in dati:
        trovata = _CHIAVE.match(chiave)
        if trovata is None:
            testa.setlist(chiave, dati.getlist(chiave))
            continue
        n, tipo, m, campo = trovata.groups()
        campi, righe = rami.setdefault(int(n), ({}, {}))
        if tipo:
            campi = righe.setdefault(tipo, {}).setdefault(int(m), {})
        campi[campo] = dati.get(chiave) or ""
    return Testo(
        testa,
        [
            Ramo(campi, {t: [r for _m, r in sorted(righe.get(t, {}).items())] for t in FIGLI})
            for _n, (campi, righe) in sorted(rami.items())
        ],
    )


def in_testo(scheda: SchedaScritta) -> Testo:
    """A scheda as its form is filled."""
    testa: MultiValueDict[str, str] = MultiValueDict()
    for nome in (
        "codice",
        "tipo",
        "categoria",
        "titolo",
        "descrizione",
        "unita",
        "inizio_previsto",
        "fine_prevista",
        "peso",
        "provvisorio",
    ):
        testa[nome] = _in_testo(getattr(scheda, nome))
    for nome in ("responsabile_generale", "responsabile_operativo"):
        testa[nome] = _nome(getattr(scheda, nome))
    testa.setlist("nodi", list(scheda.nodi))
    return Testo(testa, [_ramo(s) for s in scheda.specifici])


def _ramo(s: SpecificoScritto) -> Ramo:
    campi = {nome: _in_testo(getattr(s, nome)) for nome in _CAMPI_SPECIFICO}
    return Ramo(
        campi,
        {
            "indicatori": [
                {n: _in_testo(getattr(i, n)) for n in _CAMPI_INDICATORE}
                | {f"target-{codice}": _in_testo(t) for codice, t in i.target.items()}
                for i in s.indicatori
            ],
            "fasi": [
                {n: _in_testo(getattr(f, n)) for n in _CAMPI_FASE}
                | {"responsabile": _nome(f.responsabile)}
                for f in s.fasi
            ],
            "persone": [
                {n: _in_testo(getattr(p, n)) for n in _CAMPI_PERSONA}
                | {"persona": _nome(p.persona)}
                for p in s.persone
            ],
        },
    )


def _in_testo(valore: Any) -> str:
    if valore is None or valore is False:
        return ""
    if valore is True:
        return "on"
    if isinstance(valore, Decimal):
        return scritta(valore)
    return valore.isoformat() if isinstance(valore, date) else str(valore)


def _nome(nome: str) -> str:
    """COGNOME NOME as people write it."""
    return nome.title() if nome.isupper() else nome


# --- adding, removing, moving -------------------------------------------------------------------

_ATTO = re.compile(
    r"^(aggiungi|togli|su):specifici(?:-(\d{1,4})(?:-(indicatori|fasi|persone)(?:-(\d{1,4}))?)?)?$",
    re.ASCII,
)


def rifai(testo: Testo, atto: str) -> str | None:
    """Add, remove or move up a row: `aggiungi:specifici`, `togli:specifici-0-fasi-1`. Gives the
    place of the row to go to next, None when the act is none of these."""
    trovato = _ATTO.match(atto)
    if trovato is None:
        return None
    verbo, n, tipo, m = trovato.groups()
    elenco: list[Any] = testo.specifici
    posto, quale = "specifici", n
    if tipo:
        if int(n) >= len(testo.specifici):
            return posto
        elenco, posto, quale = testo.specifici[int(n)].righe[tipo], f"specifici-{n}-{tipo}", m
    if verbo == "aggiungi" and quale is None:
        if len(elenco) <= MASSIMI[tipo or "specifici"]:
            elenco.append(
                {} if tipo else Ramo(righe={"indicatori": [{}], "fasi": [], "persone": []})
            )
        return f"{posto}-{len(elenco) - 1}"
    k = int(quale) if quale is not None else -1
    if 0 <= k < len(elenco):
        if verbo == "togli":
            del elenco[k]
            return f"{posto}-{min(k, len(elenco) - 1)}" if elenco else posto
        if verbo == "su" and k > 0:
            elenco[k - 1], elenco[k] = elenco[k], elenco[k - 1]
            return f"{posto}-{k - 1}"
    return posto


# --- the forms ----------------------------------------------------------------------------------


def _data(etichetta: Any) -> forms.DateField:
    return forms.DateField(
        label=etichetta,
        required=False,
        widget=forms.DateInput({"type": "date"}),
        error_messages={
            "invalid": gettext_lazy("Non è una data che esista: scriverla come 30/09/2026.")
        },
    )


def _testo(etichetta: Any, **altro: Any) -> forms.CharField:
    return forms.CharField(label=etichetta, required=False, **altro)


def _cifra(etichetta: Any) -> CampoCifra:
    return CampoCifra(label=etichetta, required=False, max_length=40)


def _scelta(etichetta: Any, scelte: Sequence[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=etichetta, required=False, choices=list(scelte))


class _Riga(forms.Form):
    """A row of the scheda. `attuali`: what is stored now in the fields where somebody else wrote
    something different meanwhile; `avviso`: what happened to the whole row."""

    pid = forms.UUIDField(required=False, widget=forms.HiddenInput)
    PREDEFINITI: Mapping[str, str] = {}

    def __init__(self, testi: Mapping[str, str], posto: str) -> None:
        super().__init__(
            {f"{posto}-{nome}": testo for nome, testo in {**self.PREDEFINITI, **testi}.items()},
            prefix=posto,
        )
        self.attuali: Testi = {}
        self.avviso = ""
        self.testi = testi

    @property
    def vuota(self) -> bool:
        """A new row in which nothing was typed."""
        return not any(t.strip() for nome, t in self.testi.items() if nome not in self.PREDEFINITI)

    def letto(self, nome: str, altrimenti: Any = None) -> Any:
        """The value of a field; `altrimenti` where what was typed cannot be read."""
        valore = self.cleaned_data.get(nome, altrimenti)
        return altrimenti if valore is None else valore


class ModuloIndicatore(_Riga):
    nome = _testo(gettext_lazy("Indicatore"))
    tipo = _testo(gettext_lazy("Tipo"))
    unita_misura = _scelta(gettext_lazy("Si misura in"), UNITA)
    natura = _scelta(gettext_lazy("Natura"), NATURE)
    aggregazione = _scelta(gettext_lazy("Nell'anno"), AGGREGAZIONI)
    peso = _cifra(gettext_lazy("Peso"))
    cap = _cifra(gettext_lazy("Punteggio massimo"))
    fascia_da = _cifra(gettext_lazy("Fascia da"))
    fascia_a = _cifra(gettext_lazy("Fascia a"))
    PREDEFINITI = {"unita_misura": "numero", "natura": "positivo", "aggregazione": "somma"}

    def __init__(self, testi: Mapping[str, str], posto: str, rubrica: Rubrica) -> None:
        super().__init__(testi, posto)
        unita = testi.get("unita_misura") or "numero"
        self.periodi = [(p, f"target-{p.codice}") for p in rubrica.periodi]
        for p, nome in self.periodi:
            etichetta = _("Target %(periodo)s") % {"periodo": p.nome.lower()}
            if unita == "data":
                self.fields[nome] = _data(etichetta)
            elif unita == "si_no":
                self.fields[nome] = _scelta(etichetta, (("", "–"), ("1", _("Sì")), ("0", _("No"))))
            else:
                self.fields[nome] = _cifra(etichetta)

    @property
    def target(self) -> list[Any]:
        return [self[nome] for _p, nome in self.periodi]

    @property
    def altro_scritto(self) -> bool:
        """Whether any of the fields that few indicators need is filled, or wrong."""
        return any(
            self.testi.get(n, "").strip() or n in self.errors
            for n in ("cap", "fascia_da", "fascia_a")
        )

    def scritto(self) -> IndicatoreScritto:
        target = {}
        for p, nome in self.periodi:
            valore = self.letto(nome)
            if isinstance(valore, str):
                valore = Decimal(valore) if valore else None
            if valore is not None:
                target[p.codice] = valore
        return IndicatoreScritto(
            **{n: self.letto(n, "") for n in ("nome", "tipo")},
            **{n: self.letto(n) or v for n, v in self.PREDEFINITI.items()},
            **{n: self.letto(n) for n in ("peso", "cap", "fascia_da", "fascia_a", "pid")},
            target=target,
        )


class ModuloFase(_Riga):
    descrizione = _testo(gettext_lazy("Fase"))
    peso = _cifra(gettext_lazy("Peso"))
    inizio_previsto = _data(gettext_lazy("Dal"))
    fine_prevista = _data(gettext_lazy("Al"))
    responsabile = _testo(gettext_lazy("Responsabile"))

    def scritto(self) -> FaseScritta:
        return FaseScritta(
            **{n: self.letto(n, "") for n in ("descrizione", "responsabile")},
            **{n: self.letto(n) for n in ("peso", "inizio_previsto", "fine_prevista", "pid")},
        )


class ModuloPersona(_Riga):
    persona = _testo(gettext_lazy("Persona"))
    dal = _data(gettext_lazy("Dal"))
    al = _data(gettext_lazy("Al"))
    responsabile = forms.BooleanField(label=gettext_lazy("Responsabile"), required=False)
    impegno = _cifra(gettext_lazy("Impegno %"))

    def scritto(self) -> PersonaScritta:
        return PersonaScritta(
            persona=self.letto("persona", ""),
            responsabile=bool(self.letto("responsabile")),
            **{n: self.letto(n) for n in ("dal", "al", "impegno", "pid")},
        )


class ModuloSpecifico(_Riga):
    codice = _testo(gettext_lazy("Codice"))
    titolo = _testo(gettext_lazy("Titolo"))
    descrizione = _testo(gettext_lazy("Descrizione"), widget=forms.Textarea)
    peso = _cifra(gettext_lazy("Peso"))
    inizio_previsto = _data(gettext_lazy("Inizio previsto"))
    fine_prevista = _data(gettext_lazy("Fine prevista"))
    esternalizzata = _scelta(
        gettext_lazy("Esternalizzata"),
        [(e, e.capitalize() or gettext_lazy("non indicato")) for e in ESTERNALIZZATA],
    )
    affidatario = _testo(gettext_lazy("Affidatario"))
    modalita_affidamento = _testo(gettext_lazy("Modalità di affidamento"))

    def __init__(self, ramo: Ramo, posto: str, rubrica: Rubrica) -> None:
        super().__init__(ramo.campi, posto)
        self.indicatori = [
            ModuloIndicatore(r, f"{posto}-indicatori-{m}", rubrica)
            for m, r in enumerate(ramo.righe["indicatori"])
        ]
        self.fasi = [ModuloFase(r, f"{posto}-fasi-{m}") for m, r in enumerate(ramo.righe["fasi"])]
        self.persone = [
            ModuloPersona(r, f"{posto}-persone-{m}") for m, r in enumerate(ramo.righe["persone"])
        ]

    @property
    def figli(self) -> list[ModuloIndicatore | ModuloFase | ModuloPersona]:
        return [*self.indicatori, *self.fasi, *self.persone]

    @property
    def vuota(self) -> bool:
        return super().vuota and all(riga.vuota for riga in self.figli)

    @property
    def altro_scritto(self) -> bool:
        return any(
            self.testi.get(n, "").strip() or n in self.errors
            for n in ("esternalizzata", "affidatario", "modalita_affidamento")
        )

    @property
    def somma_pesi(self) -> Decimal | None:
        """Sum of the weights typed for the indicators, None when none is."""
        return _somma(self.indicatori)

    @property
    def somma_fasi(self) -> Decimal | None:
        return _somma(self.fasi)


def _somma(righe: Sequence[_Riga]) -> Decimal | None:
    pesi = [p for r in righe if (p := r.letto("peso")) is not None]
    return sum(pesi, Decimal(0)) if pesi else None


class ModuloTesta(forms.Form):
    codice = _testo(gettext_lazy("Codice"))
    tipo = _testo(gettext_lazy("Tipo"))
    categoria = _testo(gettext_lazy("Categoria"))
    titolo = _testo(gettext_lazy("Titolo"))
    descrizione = _testo(gettext_lazy("Descrizione e risultato atteso"), widget=forms.Textarea)
    unita = forms.ChoiceField(
        label=gettext_lazy("Unità"),
        required=False,
        error_messages={
            "invalid_choice": gettext_lazy(
                "Non è fra le unità per cui si può scrivere: sceglierla dall'elenco."
            )
        },
    )
    responsabile_generale = _testo(gettext_lazy("Responsabile generale"))
    responsabile_operativo = _testo(gettext_lazy("Responsabile operativo"))
    inizio_previsto = _data(gettext_lazy("Inizio previsto"))
    fine_prevista = _data(gettext_lazy("Fine prevista"))
    peso = _cifra(gettext_lazy("Peso"))
    provvisorio = forms.BooleanField(label=gettext_lazy("Obiettivo provvisorio"), required=False)
    nodi = forms.MultipleChoiceField(
        label=gettext_lazy("Programmi"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": gettext_lazy(
                "Non è un programma di questo anno: sceglierlo dall'elenco."
            )
        },
    )
    revisione = forms.IntegerField(
        required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput
    )

    def __init__(
        self,
        testa: MultiValueDict[str, str],
        rubrica: Rubrica,
        unita: Sequence[UnitaOrganizzativa],
    ) -> None:
        super().__init__(testa)
        self.attuali: Testi = {}
        campo, nodi = self.fields["unita"], self.fields["nodi"]
        assert isinstance(campo, forms.ChoiceField)
        assert isinstance(nodi, forms.ChoiceField)
        campo.choices = [("", _("scegliere")), *((u.codice, nome_unita(u)) for u in unita)]
        nodi.choices = [(str(v.nodo.pid), v.percorso) for v in rubrica.rami]


class ModuloScheda:
    """The form as a whole. `difetti` are put beside their fields; `errori` is the list of what is
    wrong, for the summary."""

    def __init__(self, testo: Testo, rubrica: Rubrica, unita: Sequence[UnitaOrganizzativa]) -> None:
        self.testo = testo
        self.testa = ModuloTesta(testo.testa, rubrica, unita)
        self.specifici = [
            ModuloSpecifico(r, f"specifici-{n}", rubrica) for n, r in enumerate(testo.specifici)
        ]
        self.mostra_errori = False
        self._posti: dict[str, forms.Form] = {}
        self._fuori: list[tuple[str, str]] = []  # (id, sentence) of what has no field
        for modulo in self.moduli:
            modulo.is_valid()

    @property
    def moduli(self) -> list[forms.Form]:
        return [self.testa, *(m for s in self.specifici for m in (s, *s.figli))]

    @property
    def letti(self) -> str:
        """The rows that were there when the page was made."""
        return " ".join(t["pid"] for _p, t in self.testo.tutte() if t.get("pid"))

    @property
    def leggibile(self) -> bool:
        """Whether everything typed is what it should be: dates are dates, figures figures."""
        return all(m.is_valid() for m in self.moduli)

    def scritta(self) -> SchedaScritta:
        """What was typed, without the new rows that were left empty."""
        t = self.testa.cleaned_data
        self._posti = {"": self.testa}
        specifici = []
        for modulo in self.specifici:
            if modulo.vuota:
                continue
            posto = f"specifici-{len(specifici)}"
            self._posti[posto] = modulo
            specifici.append(self._specifico(modulo, posto))
        return SchedaScritta(
            **{
                n: t.get(n) or ""
                for n in (
                    "titolo",
                    "unita",
                    "codice",
                    "tipo",
                    "categoria",
                    "descrizione",
                    "responsabile_generale",
                    "responsabile_operativo",
                )
            },
            **{n: t.get(n) for n in ("inizio_previsto", "fine_prevista", "peso")},
            provvisorio=bool(t.get("provvisorio")),
            nodi=tuple(t.get("nodi") or ()),
            specifici=tuple(specifici),
        )

    def _specifico(self, s: ModuloSpecifico, posto: str) -> SpecificoScritto:
        figli: dict[str, list[Any]] = {}
        for tipo in FIGLI:
            figli[tipo] = []
            for riga in getattr(s, tipo):
                if not riga.vuota:
                    self._posti[f"{posto}-{tipo}-{len(figli[tipo])}"] = riga
                    figli[tipo].append(riga.scritto())
        testi = ("titolo", "codice", "descrizione", "esternalizzata", "affidatario")
        return SpecificoScritto(
            **{n: s.letto(n, "") for n in (*testi, "modalita_affidamento")},
            **{n: s.letto(n) for n in ("peso", "inizio_previsto", "fine_prevista", "pid")},
            **{tipo: tuple(righe) for tipo, righe in figli.items()},
        )

    def dove(self, posto: str) -> str:
        """The id, in the page, of a place of the scheda that `scritta` gave; "" for none."""
        parti = posto.split("-")
        for n in range(len(parti), -1, -1):
            modulo = self._posti.get("-".join(parti[:n]))
            if modulo is not None:
                campo = "-".join(parti[n:])
                if campo in modulo.fields:
                    return f"id_{modulo.add_prefix(campo)}"
                return modulo.prefix or ("specifici" if campo.startswith("specifici") else "")
        return ""

    def segna(self, difetti: Sequence[Difetto]) -> None:
        """Put each defect beside its field."""
        for d in difetti:
            parti = d.dove.split("-")
            for n in range(len(parti) - 1, -1, -1):
                modulo = self._posti.get("-".join(parti[:n]))
                if modulo is None:
                    continue
                campo = "-".join(parti[n:])
                if campo in modulo.fields:
                    if campo not in modulo.errors:  # what cannot be read has its own sentence
                        modulo.add_error(campo, d.messaggio)
                else:
                    self._fuori.append((self.dove(d.dove), d.messaggio))
                break

    def errori(self) -> list[tuple[str, str, str]]:
        """(id of the field, what it is called, what is wrong), in the order of the page."""
        trovati = [
            (
                f"id_{modulo.add_prefix(campo)}",
                f"{_dove(modulo)}{modulo.fields[campo].label or ''}",
                str(errore),
            )
            for modulo in self.moduli
            for campo, errori in modulo.errors.items()
            for errore in errori
        ]
        return trovati + [(posto, "", frase) for posto, frase in self._fuori]


_NOMI = {
    "specifici": gettext_lazy("Specifico"),
    "indicatori": gettext_lazy("indicatore"),
    "fasi": gettext_lazy("fase"),
    "persone": gettext_lazy("persona"),
}


def _dove(modulo: forms.Form) -> str:
    """`Specifico 1, indicatore 2: `."""
    parti = (modulo.prefix or "").split("-")
    detti = [
        f"{_NOMI[tipo]} {int(n) + 1}" for tipo, n in zip(parti[::2], parti[1::2], strict=False)
    ]
    return ", ".join(detti) + ": " if detti else ""


_CAMPI_SPECIFICO = [n for n in ModuloSpecifico.base_fields]
_CAMPI_INDICATORE = [n for n in ModuloIndicatore.base_fields]
_CAMPI_FASE = [n for n in ModuloFase.base_fields if n != "responsabile"]
_CAMPI_PERSONA = [n for n in ModuloPersona.base_fields if n != "persona"]


# --- two who write at once ----------------------------------------------------------------------


def concilia(testo: Testo, attuale: Testo, letti: frozenset[str]) -> Mapping[str, str]:
    """Make `testo` ready to be saved over `attuale`, which somebody else wrote meanwhile: rows that
    they added are added, rows they removed become new ones. Gives, by place, what to say of such
    rows. `letti` are the pids of the rows that the page had."""
    detti: dict[str, str] = {}
    presenti = {t["pid"] for _p, t in attuale.tutte() if t.get("pid")}
    miei = {t["pid"] for _p, t in testo.tutte() if t.get("pid")}
    for posto, riga in testo.tutte():
        if riga.get("pid") and riga["pid"] not in presenti:
            riga["pid"] = ""
            detti[posto] = _("Nel frattempo qualcuno l'ha tolta: salvando si aggiunge di nuovo.")
    aggiunta = _("Nel frattempo l'ha aggiunta qualcun altro: se non serve, toglierla.")
    rami = {r.campi.get("pid"): (n, r) for n, r in enumerate(testo.specifici)}
    for altrui in attuale.specifici:
        pid = altrui.campi["pid"]
        if pid in miei:
            n, mio = rami[pid]
            for tipo in FIGLI:
                for riga in altrui.righe[tipo]:
                    if riga["pid"] not in miei and riga["pid"] not in letti:
                        mio.righe[tipo].append(riga)
                        detti[f"specifici-{n}-{tipo}-{len(mio.righe[tipo]) - 1}"] = aggiunta
        elif pid not in letti:
            testo.specifici.append(altrui)
            detti[f"specifici-{len(testo.specifici) - 1}"] = aggiunta
    return detti


def confronta(modulo: ModuloScheda, attuale: Testo, detti: Mapping[str, str]) -> None:
    """Beside each field whose text is not the one that is stored now, note the latter."""
    modulo.testa.attuali = {
        nome: testo
        for nome, testo in attuale.testa.items()
        if nome in modulo.testa.fields
        and nome != "nodi"
        and _diverso(modulo.testo.testa.get(nome) or "", testo)
    }
    per_pid = {t["pid"]: t for _p, t in attuale.tutte()}
    for riga in modulo.moduli:
        if isinstance(riga, _Riga):
            riga.avviso = detti.get(riga.prefix or "", "")
            loro = per_pid.get(riga.testi.get("pid") or "", {})
            riga.attuali = {
                nome: testo
                for nome, testo in loro.items()
                if nome in riga.fields and _diverso(riga.testi.get(nome) or "", testo)
            }


def _diverso(mio: str, loro: str) -> bool:
    return " ".join(mio.split()) != " ".join(loro.split())


def pid_letti(testo: str) -> frozenset[str]:
    """The hidden list of rows, as far as it is one."""
    trovati = set()
    for parola in testo.split()[:5000]:
        try:
            trovati.add(str(UUID(parola)))
        except ValueError:
            continue
    return frozenset(trovati)
