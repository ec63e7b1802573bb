# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pure difference between the scheda in force and the one that is wished, and what can be done
with it: say it in words, apply it, tell what has moved since, write it anew on what is in force.

A change names its field by noun, row and field, so that two requests on different fields run
together and two on the same one are seen (R36). Management fields are not compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from cycle.scritta import (
    FaseScritta,
    IndicatoreScritto,
    SchedaScritta,
    SpecificoScritto,
)
from cycle.variazioni.campi import (
    CAMPI,
    FASE,
    INDICATORE,
    OBIETTIVO,
    SPECIFICO,
    TARGET,
    Campo,
    Valore,
    campo,
    nome_target,
    periodo_del_target,
)

_ASSENTE = object()


@dataclass(frozen=True, slots=True)
class Cambio:
    """One change: `prima`, the value it was written against, and `dopo`, as JSON.

    Without `campo` it is a whole row: new (no `riga`; `dopo` holds it, and the specifico it
    belongs to), gone (`dopo` is None), or the objective itself, struck off. `dove` says in words
    which field it is."""

    tabella: str
    riga: UUID | None
    campo: str
    prima: Valore
    dopo: Valore
    genere: str
    dove: str

    @property
    def chiave(self) -> tuple[str, UUID | None, str]:
        return self.tabella, self.riga, self.campo

    @property
    def nuova(self) -> bool:
        """Whether it adds a row."""
        return not self.campo and self.tabella != "Obiettivo" and self.riga is None

    @property
    def stralcio(self) -> bool:
        return self.genere == "stralcio"

    @property
    def periodo(self) -> str:
        return periodo_del_target(self.campo)

    @property
    def da_a(self) -> tuple[str, str]:
        """Both values in words."""
        return in_parole(self, self.prima), in_parole(self, self.dopo)

    @property
    def frase(self) -> str:
        """`OE0401, «N. pratiche», target di 2026-2: da 10 a 8.`"""
        if self.stralcio:
            return _("L'obiettivo è stralciato.")
        if not self.campo:
            if self.dopo is None:
                return _("%(dove)s: è soppresso.") % {"dove": self.dove}
            if self.genere == "sostituzione":
                return _("%(dove)s: prende il posto di quello soppresso.") % {"dove": self.dove}
            return _("%(dove)s: è nuovo.") % {"dove": self.dove}
        da, a = self.da_a
        return _("%(dove)s: da %(da)s a %(a)s.") % {"dove": self.dove, "da": da, "a": a}


def in_parole(cambio: Cambio, valore: Valore) -> str:
    """A value of the field of a change, as a sentence says it."""
    if cambio.campo:
        return campo(cambio.tabella, cambio.campo).dici(valore)
    if valore is None:
        return _("nulla")
    if isinstance(valore, str):
        return f"«{valore[:120]}»"
    nome = valore.get("nome") or valore.get("titolo") or valore.get("descrizione") or ""
    return f"«{nome[:120]}»"


# --- the difference -----------------------------------------------------------------------------


def differenze(vigente: SchedaScritta, voluta: SchedaScritta) -> list[Cambio]:
    """What changes from the scheda in force to the one that is wished, in the order of the page.
    Raises KeyError where `voluta` names a row that `vigente` has not."""
    return list(_differenze(vigente, voluta))


def stralcio(vigente: SchedaScritta) -> Cambio:
    """The striking off of the whole objective."""
    return Cambio("Obiettivo", None, "", vigente.titolo, None, "stralcio", vigente.codice)


def _differenze(vigente: SchedaScritta, voluta: SchedaScritta) -> Iterator[Cambio]:
    yield from _campi("Obiettivo", None, vigente, voluta, OBIETTIVO, vigente.codice)
    presenti = {s.pid: s for s in vigente.specifici}
    _conosciuti(presenti, voluta.specifici)
    for s in voluta.specifici:
        if s.pid is None:
            dove = _("%(codice)s, obiettivo specifico «%(titolo)s»") % {
                "codice": vigente.codice,
                "titolo": s.titolo[:120],
            }
            yield Cambio("ObiettivoSpecifico", None, "", None, doc_specifico(s), "nuovo", dove)
            continue
        prima = presenti[s.pid]
        dove = prima.codice
        yield from _campi("ObiettivoSpecifico", s.pid, prima, s, SPECIFICO, dove)
        yield from _sotto("Indicatore", prima, prima.indicatori, s.indicatori, INDICATORE)
        yield from _sotto("Fase", prima, prima.fasi, s.fasi, FASE)
    voluti = {s.pid for s in voluta.specifici}
    for s in vigente.specifici:
        if s.pid not in voluti:
            yield Cambio(
                "ObiettivoSpecifico", s.pid, "", doc_specifico(s), None, "soppressione", s.codice
            )


def _conosciuti(presenti: Mapping[UUID | None, Any], volute: Sequence[Any]) -> None:
    for riga in volute:
        if riga.pid is not None and riga.pid not in presenti:
            raise KeyError(riga.pid)


def _campi(
    tabella: str,
    riga: UUID | None,
    prima: Any,
    dopo: Any,
    campi: Mapping[str, Campo],
    dove: str,
) -> Iterator[Cambio]:
    for nome, c in campi.items():
        da, a = c.scrivi(getattr(prima, nome)), c.scrivi(getattr(dopo, nome))
        if da != a:
            yield Cambio(tabella, riga, nome, da, a, c.genere, f"{dove}, {c.nome}")


def _sotto(
    tabella: str,
    specifico: SpecificoScritto,
    presenti: Sequence[IndicatoreScritto] | Sequence[FaseScritta],
    volute: Sequence[IndicatoreScritto] | Sequence[FaseScritta],
    campi: Mapping[str, Campo],
) -> Iterator[Cambio]:
    """Indicators or phases of a specifico. As many new ones as are gone take their places."""
    per_pid = {r.pid: r for r in presenti}
    _conosciuti(per_pid, volute)
    rimaste = {r.pid for r in volute}
    tolte = [r for r in presenti if r.pid not in rimaste]
    nuove = [r for r in volute if r.pid is None]
    for r in volute:
        if r.pid is not None:
            prima = per_pid[r.pid]
            dove = _riga(specifico, prima)
            yield from _campi(tabella, r.pid, prima, r, campi, dove)
            if isinstance(r, IndicatoreScritto) and isinstance(prima, IndicatoreScritto):
                yield from _target(prima, r, dove)
    for r in tolte:
        yield Cambio(tabella, r.pid, "", _doc(r), None, "soppressione", _riga(specifico, r))
    for n, r in enumerate(nuove):
        documento = {**_doc(r), "specifico": str(specifico.pid)}
        genere = "nuovo"
        if n < len(tolte) and len(tolte) == len(nuove):
            documento["sostituisce"] = str(tolte[n].pid)
            genere = "sostituzione"
        yield Cambio(tabella, None, "", None, documento, genere, _riga(specifico, r))


def _riga(specifico: SpecificoScritto, riga: IndicatoreScritto | FaseScritta) -> str:
    nome = riga.nome if isinstance(riga, IndicatoreScritto) else riga.descrizione
    return f"{specifico.codice}, «{nome[:120]}»"


def _target(prima: IndicatoreScritto, dopo: IndicatoreScritto, dove: str) -> Iterator[Cambio]:
    for periodo in sorted({*prima.target, *dopo.target}):
        da, a = (TARGET.scrivi(i.target.get(periodo)) for i in (prima, dopo))
        if da != a:
            luogo = _("%(dove)s, target di %(periodo)s") % {"dove": dove, "periodo": periodo}
            yield Cambio("Indicatore", prima.pid, nome_target(periodo), da, a, "target", luogo)


# --- whole rows as documents --------------------------------------------------------------------


def doc_specifico(s: SpecificoScritto) -> dict[str, Valore]:
    """A specifico with all that the giunta approves of it."""
    return {
        **_scritti(s, SPECIFICO),
        "indicatori": [_doc(i) for i in s.indicatori],
        "fasi": [_doc(f) for f in s.fasi],
    }


def _doc(riga: IndicatoreScritto | FaseScritta) -> dict[str, Valore]:
    if isinstance(riga, FaseScritta):
        return _scritti(riga, FASE)
    target = {p: TARGET.scrivi(v) for p, v in sorted(riga.target.items()) if v is not None}
    return {**_scritti(riga, INDICATORE), "target": target}


def _scritti(riga: Any, campi: Mapping[str, Campo]) -> dict[str, Valore]:
    return {nome: c.scrivi(getattr(riga, nome)) for nome, c in campi.items()}


def _letti(documento: Mapping[str, Valore], campi: Mapping[str, Campo]) -> dict[str, Any]:
    return {nome: c.leggi(documento[nome]) for nome, c in campi.items()}


def indicatore_di(documento: Mapping[str, Valore]) -> IndicatoreScritto:
    target = {p: TARGET.leggi(v) for p, v in documento["target"].items()}
    return IndicatoreScritto(**_letti(documento, INDICATORE), target=target)


def fase_di(documento: Mapping[str, Valore]) -> FaseScritta:
    return FaseScritta(**_letti(documento, FASE))


def specifico_di(documento: Mapping[str, Valore]) -> SpecificoScritto:
    """A specifico from its document, without pid and code."""
    return SpecificoScritto(
        **_letti(documento, SPECIFICO),
        indicatori=tuple(indicatore_di(i) for i in documento["indicatori"]),
        fasi=tuple(fase_di(f) for f in documento["fasi"]),
    )


# --- what is in force at the place of a change --------------------------------------------------


class Vigente:
    """A scheda in force, by row: what stands now where a change would write."""

    def __init__(self, scheda: SchedaScritta) -> None:
        self.scheda = scheda
        self.righe: dict[tuple[str, UUID | None], Any] = {("Obiettivo", None): scheda}
        self.sopra: dict[UUID | None, UUID | None] = {}  # row -> the specifico it belongs to
        for s in scheda.specifici:
            self.righe["ObiettivoSpecifico", s.pid] = s
            for i in s.indicatori:
                self.righe["Indicatore", i.pid] = i
                self.sopra[i.pid] = s.pid
            for f in s.fasi:
                self.righe["Fase", f.pid] = f
                self.sopra[f.pid] = s.pid

    def valore(self, c: Cambio) -> Valore:
        """The value in force at the place of a change; `_ASSENTE` when its row is not there."""
        if c.stralcio:
            return c.prima
        if c.nuova:
            padre = c.dopo.get("specifico")
            presente = padre is None or ("ObiettivoSpecifico", UUID(padre)) in self.righe
            return None if presente else _ASSENTE
        riga = self.righe.get((c.tabella, c.riga), _ASSENTE)
        if riga is _ASSENTE:
            return _ASSENTE
        if not c.campo:
            return doc_specifico(riga) if isinstance(riga, SpecificoScritto) else _doc(riga)
        if c.periodo:
            return TARGET.scrivi(riga.target.get(c.periodo))
        return CAMPI[c.tabella][c.campo].scrivi(getattr(riga, c.campo))

    def specifico_di(self, c: Cambio) -> UUID | None:
        """The specifico under which a change falls."""
        if c.nuova:
            padre = c.dopo.get("specifico")
            return UUID(padre) if padre else None
        return c.riga if c.tabella == "ObiettivoSpecifico" else self.sopra.get(c.riga)


def mossi(vigente: Vigente, cambi: Sequence[Cambio]) -> list[tuple[str, str, str]]:
    """The changes written against a value that is no longer in force: place, that value and the
    present one, in words."""
    trovati = []
    for c in cambi:
        adesso = vigente.valore(c)
        if adesso is _ASSENTE:
            trovati.append((c.dove, in_parole(c, c.prima), _("una riga che non c'è più")))
        elif adesso != c.prima:
            trovati.append((c.dove, in_parole(c, c.prima), in_parole(c, adesso)))
    return trovati


def ribasa(vigente: Vigente, cambi: Sequence[Cambio]) -> list[Cambio]:
    """The same wishes, written against what is in force: what is already so, and what concerned a
    row that is no longer there, goes."""
    nuovi = []
    for c in cambi:
        adesso = vigente.valore(c)
        if adesso is not _ASSENTE and (c.stralcio or c.nuova or adesso != c.dopo):
            nuovi.append(replace(c, prima=adesso))
    return nuovi


def contesi(
    vigente: Vigente, cambi: Sequence[Cambio], altri: Sequence[tuple[Cambio, str]]
) -> list[tuple[str, str]]:
    """Which of the changes touch a field that another request holds, with the name of that one.
    Striking off touches all, suppressing a specifico all that is in it."""
    return [
        (c.dove, nome)
        for c in cambi
        for nome in dict.fromkeys(n for altro, n in altri if _si_toccano(vigente, c, altro))
    ]


def _si_toccano(vigente: Vigente, uno: Cambio, due: Cambio) -> bool:
    if uno.stralcio or due.stralcio:
        return True
    if uno.nuova and due.nuova:
        return False
    if not (uno.nuova or due.nuova) and (uno.tabella, uno.riga) == (due.tabella, due.riga):
        return not uno.campo or not due.campo or uno.campo == due.campo
    for tolto, altro in ((uno, due), (due, uno)):
        if tolto.tabella == "ObiettivoSpecifico" and not tolto.campo and not tolto.nuova:
            return vigente.specifico_di(altro) == tolto.riga
    return False


# --- applying -----------------------------------------------------------------------------------


def applica(vigente: SchedaScritta, cambi: Sequence[Cambio]) -> SchedaScritta:
    """The scheda as it would be: what the guards of a complete scheda are asked about, and what
    the page shows live. New rows come last; changes of rows that are not there change nothing."""
    per_riga: dict[tuple[str, UUID | None], list[Cambio]] = {}
    nuovi: dict[tuple[str, str | None], list[Cambio]] = {}
    tolti = {(c.tabella, c.riga) for c in cambi if not c.campo and not c.nuova and not c.stralcio}
    for c in cambi:
        if c.nuova:
            nuovi.setdefault((c.tabella, c.dopo.get("specifico")), []).append(c)
        elif c.campo:
            per_riga.setdefault((c.tabella, c.riga), []).append(c)

    def varia(tabella: str, riga: Any, pid: UUID | None) -> Any:
        valori: dict[str, Any] = {}
        target: dict[str, Any] = {}
        for c in per_riga.get((tabella, pid), ()):
            letto = campo(tabella, c.campo).leggi(c.dopo)
            (target if c.periodo else valori)[c.periodo or c.campo] = letto
        if target:
            tutti = {**riga.target, **target}
            valori["target"] = {p: v for p, v in tutti.items() if v is not None}
        return replace(riga, **valori) if valori else riga

    def figli(tabella: str, s: SpecificoScritto, righe: Sequence[Any]) -> tuple[Any, ...]:
        crea: Callable[[Any], Any] = indicatore_di if tabella == "Indicatore" else fase_di
        restano = (varia(tabella, r, r.pid) for r in righe if (tabella, r.pid) not in tolti)
        return (*restano, *(crea(c.dopo) for c in nuovi.get((tabella, str(s.pid)), ())))

    specifici = []
    for s in vigente.specifici:
        if ("ObiettivoSpecifico", s.pid) in tolti:
            continue
        variato = varia("ObiettivoSpecifico", s, s.pid)
        specifici.append(
            replace(
                variato,
                indicatori=figli("Indicatore", s, s.indicatori),
                fasi=figli("Fase", s, s.fasi),
            )
        )
    specifici += [specifico_di(c.dopo) for c in nuovi.get(("ObiettivoSpecifico", None), ())]
    intera: SchedaScritta = varia("Obiettivo", vigente, None)
    return replace(intera, specifici=tuple(specifici))
