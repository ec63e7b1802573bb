# SPDX-License-Identifier: AGPL-3.0-or-later
"""The schede of a year as their comune's readers know them: PDF/UA in one of four forms, all from
the same data (`dati`), which a template lays out: blocks, order and words are its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from cycle import measure, misurazione
from cycle.exports import pdf
from cycle.models import (
    Ciclo,
    Collaboratore,
    Fase,
    Indicatore,
    Neutralizzazione,
    NodoStrategico,
    Obiettivo,
    ObiettivoNodo,
    ObiettivoSpecifico,
    Periodo,
    Rilevazione,
    Stanziamento,
    StoricoIndicatore,
    UnitaOrganizzativa,
    VoceRelazione,
)
from cycle.models.indicatore import AGGREGAZIONI, NATURE
from cycle.models.obiettivo import PARTI
from cycle.neutralizza.fatti import oggetto
from cycle.parametri import DICHIARATI, Parametri
from workflows.machines.obiettivo import STATI

FORME: Mapping[str, Any] = DICHIARATI["forma"].genere.scelte  # type: ignore[attr-defined]
_QUI = Path(__file__).parent
_AGGREGAZIONI, _NATURE, _STATI = dict(AGGREGAZIONI), dict(NATURE), dict(STATI)
_SIMBOLI = {"percentuale": " %", "euro": " €"}
_VACANTE = "-"  # how a plan writes a post that nobody holds


Riservati = bool | Callable[[str], bool]  # to all, to nobody, or by path of the unit


def stampa(
    ciclo: Ciclo, obiettivi: Sequence[Obiettivo], forma: str = "", *, riservati: Riservati = True
) -> bytes:
    """The PDF of these schede of the year, in the form named or in the ente's own. Where they are
    not for the reader (`riservati`), nothing of effort and matricola (`domain.md` 2). Raises
    KeyError for a form that there is not."""
    parametri = Parametri.da_dizionario(ciclo.parametri)
    scelta = forma or parametri.forma
    if scelta not in FORME:
        raise KeyError(scelta)
    return pdf.componi(
        _QUI / f"forma_{scelta}.typ", dati(ciclo, obiettivi, parametri, riservati=riservati)
    )


def dati(
    ciclo: Ciclo,
    obiettivi: Sequence[Obiettivo],
    parametri: Parametri,
    *,
    riservati: Riservati = True,
) -> dict[str, Any]:
    """What every form prints, already written as it is printed; in a number of queries that does
    not depend on how many schede there are."""
    uno = obiettivi[0] if len(obiettivi) == 1 else None
    return {
        "ente": ciclo.ente.nome,
        "anno": str(ciclo.anno),
        "titolo": f"{uno.codice} - {uno.titolo}"
        if uno
        else _("Schede del %(anno)s") % {"anno": ciclo.anno},
        "livelli": {
            "obiettivo": parametri.nome_obiettivo,
            "specifico": parametri.nome_specifico,
            "specifici": parametri.nome_specifici,
        },
        "schede": _Lettura(ciclo, obiettivi, parametri, riservati).schede(),
    }


@dataclass(frozen=True, slots=True)
class _Asse:
    """The year, along which a Gantt draws: days to hundredths of it."""

    anno: int

    def barra(self, dal: date | None, al: date | None) -> list[float] | None:
        """From where and how long, of what is in the year; None without both days."""
        if dal is None or al is None:
            return None
        primo = date(self.anno, 1, 1).toordinal()
        giorni = date(self.anno + 1, 1, 1).toordinal() - primo
        da = min(max(dal.toordinal() - primo, 0), giorni)
        a = min(max(al.toordinal() + 1 - primo, 0), giorni)
        return [round(da * 100 / giorni, 2), round((a - da) * 100 / giorni, 2)] if a > da else None


class _Lettura:
    """All the rows below some schede, by parent."""

    def __init__(
        self,
        ciclo: Ciclo,
        obiettivi: Sequence[Obiettivo],
        parametri: Parametri,
        riservati: Riservati,
    ) -> None:
        self.ciclo, self.obiettivi = ciclo, obiettivi
        self.parametri = parametri
        self.detti_a = riservati if callable(riservati) else lambda _percorso: riservati
        self.riservati = False  # of the scheda under way
        self.asse = _Asse(ciclo.anno)
        di = {"obiettivo__in": [o.pk for o in obiettivi]}
        self.periodi = list(Periodo.objects.filter(ciclo=ciclo).order_by("ordine"))
        self.unita = {u.pk: u for u in UnitaOrganizzativa.objects.filter(ente_id=ciclo.ente_id)}
        self.nodi = {n.pk: n for n in NodoStrategico.objects.filter(ciclo=ciclo)}
        self.legami = _per(ObiettivoNodo.objects.filter(**di).order_by("pk"), "obiettivo_id")
        self.specifici = _per(
            ObiettivoSpecifico.objects.filter(**di).order_by("ordine"), "obiettivo_id"
        )
        self.indicatori = _per(
            Indicatore.objects.filter(**di).select_related("tipo").order_by("ordine"),
            "specifico_id",
        )
        self.rilevazioni = _per(Rilevazione.objects.filter(**di), "indicatore_id")
        self.storico = _per(
            StoricoIndicatore.objects.filter(**di).order_by("-anno"), "indicatore_id"
        )
        self.fasi = _per(
            Fase.objects.filter(**di).select_related("responsabile").order_by("ordine"),
            "specifico_id",
        )
        self.persone = _per(
            Collaboratore.objects.filter(**di).select_related("persona").order_by("ordine"),
            "obiettivo_id",
        )
        self.stanziamenti = _per(
            Stanziamento.objects.filter(**di).order_by("capitolo", "articolo", "pk"),
            "obiettivo_id",
        )
        self.neutralizzazioni = _per(
            Neutralizzazione.objects.filter(**di, stato="accolta")
            .select_related("specifico", "indicatore__specifico", "seduta", "atto")
            .order_by("pk"),
            "obiettivo_id",
        )
        self.voci = _per(
            VoceRelazione.objects.filter(**di).select_related("relazione"), "specifico_id"
        )

    def schede(self) -> list[dict[str, Any]]:
        return [self._scheda(o) for o in self.obiettivi]

    def _scheda(self, o: Obiettivo) -> dict[str, Any]:
        persone = self.persone[o.pk]
        unita = self.unita[o.unita_id]
        self.riservati = self.detti_a(unita.percorso)
        sezioni = [[str(t), str(x)] for t, x in o.sezioni]
        if neutre := self.neutralizzazioni[o.pk]:  # it stays in the plan, and says so (R63)
            sezioni.append([_("Neutralizzato"), "\n".join(_neutralizzata(n) for n in neutre)])
        return {
            "codice": o.codice,
            "tipo": o.tipo,
            "categoria": o.categoria,
            "titolo": o.titolo,
            "descrizione": o.descrizione,
            "unita": unita.nome,
            "settore": self._settore(unita).nome,
            "generale": _nome(o.responsabile_generale),
            "operativo": _nome(o.responsabile_operativo),
            **_date(o),
            "peso": _cifra(o.peso),
            "stato": str(_STATI[o.stato]),
            "versione": o.versione,
            "calcolata": _percento(o.percentuale_calcolata),
            "convalidata": _percento(o.percentuale_convalidata),
            "motivo": o.motivo_convalida,
            "nodi": [self._percorso(legame.nodo_id) for legame in self.legami[o.pk]],
            "persone": [self._persona(c) for c in persone if c.specifico_id is None],
            "budget": self._budget(self.stanziamenti[o.pk]),
            "sezioni": sezioni,
            "specifici": [self._specifico(s, persone) for s in self.specifici[o.pk]],
        }

    def _settore(self, unita: UnitaOrganizzativa) -> UnitaOrganizzativa:
        """The unit right below the root, or the root itself."""
        while unita.padre_id is not None and self.unita[unita.padre_id].padre_id is not None:
            unita = self.unita[unita.padre_id]
        return unita

    def _percorso(self, foglia: int) -> list[dict[str, str]]:
        passi: list[dict[str, str]] = []
        dove: int | None = foglia
        while dove is not None:
            n = self.nodi[dove]
            passi.insert(0, {"tipo": n.tipo, "codice": n.codice, "titolo": n.titolo})
            dove = n.padre_id
        return passi

    def _persona(self, c: Collaboratore) -> dict[str, Any]:
        return {
            "nome": c.nome if c.nome != _VACANTE else _("posto vacante"),
            "inquadramento": c.inquadramento or c.persona.inquadramento,
            "matricola": c.persona.matricola if self.riservati else "",
            "impegno": _percento(c.impegno) if self.riservati else "",
            "dal": _giorno(c.dal),
            "al": _giorno(c.al),
            "responsabile": c.responsabile,
        }

    def _budget(self, righe: Iterable[Stanziamento]) -> dict[str, Any]:
        """One row for each chapter, one column for each part that has money, and the totals."""
        capitoli: dict[tuple[str, str, str], dict[str, Decimal]] = {}
        for s in righe:
            parti = capitoli.setdefault((s.capitolo, s.articolo, s.descrizione), {})
            parti[s.parte] = parti.get(s.parte, Decimal(0)) + s.importo
        usate = [(p, nome) for p, nome in PARTI if any(p in c for c in capitoli.values())]
        return {
            "parti": [nome for _p, nome in usate],
            "righe": [
                {
                    "capitolo": capitolo,
                    "articolo": articolo,
                    "descrizione": descrizione,
                    "importi": [_euro(parti.get(p)) for p, _nome_parte in usate],
                }
                for (capitolo, articolo, descrizione), parti in capitoli.items()
            ],
            "totali": [
                _euro(sum((c.get(p, Decimal(0)) for c in capitoli.values()), Decimal(0)))
                for p, _nome_parte in usate
            ],
        }

    def _specifico(self, s: ObiettivoSpecifico, persone: list[Any]) -> dict[str, Any]:
        per_periodo = {v.relazione.periodo_id: v for v in self.voci[s.pk]}
        return {
            "codice": s.codice,
            "titolo": s.titolo,
            "descrizione": s.descrizione,
            **_date(s),
            "flag": [str(f) for f in s.flag],
            "esternalizzata": s.esternalizzata.capitalize(),
            "affidatario": s.affidatario,
            "modalita": s.modalita_affidamento,
            "collaboratori": [self._persona(c) for c in persone if c.specifico_id == s.pk],
            "indicatori": [self._indicatore(i) for i in self.indicatori[s.pk]],
            "fasi": [self._fase(n, f) for n, f in enumerate(self.fasi[s.pk], 1)],
            "relazioni": [
                {
                    "periodo": p.nome,
                    "testo": per_periodo[p.pk].testo if p.pk in per_periodo else "",
                    "osservazione": per_periodo[p.pk].osservazione if p.pk in per_periodo else "",
                    "risposta": per_periodo[p.pk].risposta if p.pk in per_periodo else "",
                }
                for p in self.periodi
            ],
        }

    def _fase(self, numero: int, f: Fase) -> dict[str, Any]:
        return {
            "numero": str(numero),
            "descrizione": f.descrizione,
            "peso": _cifra(f.peso, 2),
            "avanzamento": _cifra(f.avanzamento, 2),
            **_date(f),
            "responsabile": _nome(f.responsabile),
            "centro": f.centro,
            "note": f.note,
            "barre": [
                self.asse.barra(f.inizio_previsto, f.fine_prevista),
                self.asse.barra(f.inizio_effettivo, f.fine_effettiva),
            ],
        }

    def _indicatore(self, i: Indicatore) -> dict[str, Any]:
        rilevate = {r.periodo_id: r for r in self.rilevazioni[i.pk]}
        misurato = misurazione.indicatore(
            i,
            [
                measure.Rilevazione(p.ordine, _figura(r, "target"), _figura(r, "valore"))
                for p in self.periodi
                if (r := rilevate.get(p.pk)) is not None
            ],
        )
        target, valore = measure.annuale_stampato(misurato)
        chiusi = max((r.periodo for r in misurato.rilevazioni if r.valore is not None), default=0)
        punteggio = (
            measure.punteggio(misurato, self.parametri.misura, chiusi, chiusi).percentuale
            if chiusi
            else None
        )
        unita = i.unita_misura
        return {
            "codice": i.codice,
            "nome": i.nome,
            "tipo": i.tipo.nome if i.tipo else "",
            "peso": _cifra(i.peso),
            "target": _scritta(target, unita),
            "valore": _scritta(valore, unita),
            "percentuale": _percento(punteggio),
            "aggregazione": str(_AGGREGAZIONI[i.aggregazione]),
            "natura": str(_NATURE[i.natura]),
            "note": i.note,
            "periodi": [
                {
                    "nome": p.nome,
                    "target": _scritta(_figura(rilevate[p.pk], "target"), unita)
                    if p.pk in rilevate
                    else "",
                    "valore": _scritta(_figura(rilevate[p.pk], "valore"), unita)
                    if p.pk in rilevate
                    else "",
                }
                for p in self.periodi
            ],
            "storico": {
                str(s.anno): _scritta(s.valore, unita)
                for s in self.storico[i.pk]
                if s.valore is not None
            },
        }


def _neutralizzata(n: Neutralizzazione) -> str:
    """What is neutralised, for what cause, and who decided it."""
    detta = _("%(che_cosa)s, per %(causa)s (%(chi)s).") % {
        "che_cosa": oggetto(n),
        "causa": n.causa,
        "chi": n.atto or n.seduta,
    }
    return detta[0].upper() + detta[1:]


def _per(righe: Iterable[Any], padre: str) -> dict[int, list[Any]]:
    divise: dict[int, list[Any]] = defaultdict(list)
    for riga in righe:
        divise[getattr(riga, padre)].append(riga)
    return divise


def _figura(r: Rilevazione, quale: str) -> Decimal | date | None:
    numero: Decimal | None = getattr(r, quale)
    giorno: date | None = getattr(r, f"{quale}_data")
    return numero if numero is not None else giorno


def _date(di: Any) -> dict[str, str]:
    return {
        "dal": _giorno(di.inizio_previsto),
        "al": _giorno(di.fine_prevista),
        "dal_effettivo": _giorno(di.inizio_effettivo),
        "al_effettivo": _giorno(di.fine_effettiva),
    }


def _nome(persona: Any) -> str:
    return str(persona.nome_completo) if persona else ""


def _giorno(giorno: date | None) -> str:
    return f"{giorno:%d/%m/%Y}" if giorno else ""


def _cifra(valore: Decimal | None, decimali: int | None = None) -> str:
    return measure.in_italiano(valore, decimali) if valore is not None else ""


def _percento(valore: Decimal | None) -> str:
    return measure.in_italiano(measure.arrotonda(valore), 2) if valore is not None else ""


def _euro(valore: Decimal | None) -> str:
    return measure.in_italiano(valore, 2) if valore is not None else ""


def _scritta(valore: Decimal | date | None, unita: str) -> str:
    if valore is None:
        return ""
    if isinstance(valore, date):
        return _giorno(valore)
    if unita == "si_no" and valore in (0, 1):
        return "Sì" if valore else "No"
    return measure.in_italiano(valore) + _SIMBOLI.get(unita, "")
