# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo's data, made as people would make them: imported, proposed, approved, started,
reported and validated through the engine, each step by who may take it and on its day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.text import slugify

from cycle import permissions
from cycle.apertura import predefinite
from cycle.demo.comune import comune
from cycle.demo.giunta import atto_del_peg, decide, porta_in_giunta
from cycle.demo.incarichi import vicende
from cycle.demo.nucleo import esamina
from cycle.demo.prossimo import prepara_prossimo
from cycle.demo.variazioni import chiede
from cycle.importers import piano as neutro
from cycle.models import (
    Ciclo,
    Ente,
    Indicatore,
    Obiettivo,
    ObiettivoSpecifico,
    Persona,
    RelazioneSemestrale,
    UnitaOrganizzativa,
    Utente,
)
from cycle.parametri import Parametri
from cycle.services.anno import apri
from cycle.services.enti import (
    Conferimento,
    conferisci,
    crea_ente,
    di_comando,
    trova_o_crea,
)
from cycle.services.piano import EsitoImportazione, importa
from cycle.services.proroga import proroga
from cycle.services.relazioni import Compilazione, compila
from cycle.services.transizioni import esegui
from notifications.models import Notifica
from workflows.ports import Attore, FattiAtto
from workflows.registro.models import Evento

Racconta = Callable[[str], None]
DI_QUESTI_GIORNI = timedelta(days=14)

# Who serves the second ente, beside those its document names.
_ORGANI = (
    ("TALAMINI ORNELLA", "nucleo"),
    ("BRESSAN FERRUCCIO", "nucleo"),
    ("QUERINI DALMA", "nucleo"),
    ("MORETTIN LUCILLA", "segreteria"),
    ("SARTORELLI NERIO", "giunta"),
    ("VIANELLO ISOTTA", "segretario"),
    ("PAVAN ERMES", "controllo"),
    ("ZANATTA FLORA", "ragioneria"),
    ("COLLAVINI REMO", "revisore"),
)


def anno_della_demo(istante: datetime) -> int:
    """The running year: in January and February last year's, still to be reported."""
    return istante.year if istante.month >= 3 else istante.year - 1


def carica(istante: datetime, racconta: Racconta) -> Ente:
    """The fictitious comune, with last year validated and this year running, as far as the
    calendar has come at `istante`; all or nothing. The one already there is left alone."""
    finto = comune(anno_della_demo(istante))
    presente = Ente.objects.filter(codice_ipa=finto.codice_ipa).first()
    if presente is not None:
        return presente
    anno = finto.corrente.anno
    with transaction.atomic():
        racconta(f"{finto.nome}: anno {anno - 1}, già validato")
        ente = crea_ente(
            nome=finto.nome,
            codice_ipa=finto.codice_ipa,
            istante=_giorno(anno - 1, 1, 2),
            patrono=finto.patrono,
        )
        importa(ente=ente, piano=finto.passato, come="storico", istante=_giorno(anno, 1, 7))
        racconta(f"{finto.nome}: anno {anno}, in corso")
        importa(
            ente=ente,
            piano=finto.corrente,
            come="piano",
            istante=_giorno(anno, 1, 8),
            stati=dict.fromkeys((o.codice for o in finto.corrente.obiettivi), "bozza"),
        )
        _incarichi(ente, [(i.nome_completo, i.ruolo, i.unita) for i in finto.incarichi], anno)
        _apri_anni(ente, anno)
        _proroga_piao(ente, anno)
        _Racconto(ente, finto.corrente, finto.stati, istante, racconta).svolgi()
        vicende(ente, anno, istante)
        chiede(ente, anno, istante)
        prepara_prossimo(ente, anno, istante, racconta)
        _gia_letto(ente, istante)
    return ente


def _gia_letto(ente: Ente, istante: datetime) -> None:
    """People look at their news: unread is what came in these days."""
    di_adesso = Evento.objects.filter(ente_id=ente.pk, istante__gte=istante - DI_QUESTI_GIORNI)
    Notifica.objects.filter(ente_id=ente.pk, letta_il__isnull=True).exclude(
        evento_id__in=di_adesso.values("pk")
    ).update(letta_il=istante)


def _apri_anni(ente: Ente, anno: int) -> None:
    """Both years opened by an act of the giunta, this one as last."""
    parametri = Parametri(
        smvp_versione=f"deliberazione di giunta n. 188 del 18/12/{anno - 2}",
        smvp_parere=f"Nucleo di valutazione, 11/12/{anno - 2}",
        variazione_tardiva="irricevibile_con_motivazione",
    )
    istante = _giorno(anno, 1, 9)
    controllo = _di_ruolo(ente, "controllo", istante)
    for quale, atto in (
        (anno - 1, FattiAtto("197", date(anno - 2, 12, 19))),
        (anno, FattiAtto("203", date(anno - 1, 12, 18))),
    ):
        apri(
            ente=ente,
            anno=quale,
            parametri=parametri,
            righe=predefinite(quale, parametri),
            atto=atto,
            by=controllo,
            istante=istante,
            canale="comando",
        )


def _proroga_piao(ente: Ente, anno: int) -> None:
    """The budget was late, and the PIAO follows it (R11)."""
    istante = _giorno(anno, 1, 28)
    proroga(
        ciclo=Ciclo.objects.select_related("ente", "atto_apertura").get(ente=ente, anno=anno),
        fino_a={"piao": date(anno, 2, 28)},
        atto=FattiAtto("12", date(anno, 1, 27)),
        motivazione="Il termine per il bilancio di previsione è stato differito al 31 gennaio: il "
        "PIAO segue entro trenta giorni, e con lui gli obiettivi.",
        by=_di_ruolo(ente, "segreteria", istante),
        istante=istante,
        canale="comando",
    )


def _di_ruolo(ente: Ente, ruolo: str, istante: datetime) -> Attore:
    """Who holds a role of the whole ente."""
    persona = Persona.objects.filter(ente=ente, incarichi__ruolo=ruolo).order_by("pk")[0]
    return permissions.attore(ente.pk, persona.pk, istante)


def carica_piano(
    *, ente_nome: str, ipa: str, piano: neutro.Piano, istante: datetime, racconta: Racconta
) -> EsitoImportazione:
    """A second ente from a real document: its year as storico, and the same plan as proposte of
    the demo's year, with an incarico and a login for each responsabile found. Of an ente already
    there, only what it lacks. Gives what the first import did; raises `EnteNonValido`, and
    `PianoIllegibile` as `importa` does."""
    anno = anno_della_demo(istante)
    with transaction.atomic():
        ente = trova_o_crea(codice_ipa=ipa, nome=ente_nome, istante=istante)
        racconta(f"{ente.nome} ({ente.codice_ipa}): anno {piano.anno}, come storico")
        esito = importa(ente=ente, piano=piano, come="storico", istante=istante)
        if not esito.creati:
            racconta(f"{ente.nome}: già presente; per un altro ente, un altro codice IPA")
            return esito
        if anno != piano.anno:
            racconta(f"{ente.nome}: lo stesso piano come proposte del {anno}")
            importa(ente=ente, piano=trasposto(piano, anno), come="piano", istante=istante)
        Persona.objects.bulk_create(
            (Persona(ente=ente, nome_completo=nome) for nome, _ in _ORGANI), ignore_conflicts=True
        )
        in_carica = set(
            Persona.objects.filter(ente=ente, utente__isnull=False).values_list(
                "nome_completo", flat=True
            )
        )
        incarichi = [*_responsabili(piano), *((n, r, "") for n, r in _ORGANI)]
        _incarichi(ente, [i for i in incarichi if i[0] not in in_carica], piano.anno)
    return esito


def _responsabili(piano: neutro.Piano) -> Iterable[tuple[str, str, str]]:
    """(person, role, unit) of everybody the document puts in charge of something."""
    inquadramenti = {p.nome_completo: p.inquadramento.lower() for p in piano.persone}
    segnaposti = {p.nome_completo for p in piano.persone if p.segnaposto}
    trovati = {
        (u.responsabile, "po" if _po(u.inquadramento) else "dirigente", u.codice)
        for u in piano.unita
    }
    for o in piano.obiettivi:
        trovati.add((o.responsabile_generale, "dirigente", o.unita))
        ruolo = "po" if _po(inquadramenti.get(o.responsabile_operativo, "")) else "dirigente"
        trovati.add((o.responsabile_operativo, ruolo, o.unita))
    return sorted(t for t in trovati if t[0] and t[0] not in segnaposti)


def _po(inquadramento: str) -> bool:
    return inquadramento.lower() in ("po", "eq", "posizione organizzativa")


def trasposto(piano: neutro.Piano, anno: int) -> neutro.Piano:
    """The same plan in another year: targets and people, no values and no texts."""
    vecchio = str(piano.anno)

    def data(giorno: date | None) -> date | None:
        if giorno is None:
            return None
        nuovo = anno + giorno.year - piano.anno
        bisesto = giorno.month == 2 and giorno.day == 29
        return date(nuovo, 2, 28) if bisesto else giorno.replace(year=nuovo)

    def codice(periodo: str) -> str:
        return periodo.replace(vecchio, str(anno), 1)

    def specifico(s: neutro.Specifico) -> neutro.Specifico:
        return replace(
            s,
            inizio_previsto=data(s.inizio_previsto),
            fine_prevista=data(s.fine_prevista),
            inizio_effettivo=None,
            fine_effettiva=None,
            collaboratori=tuple(
                replace(c, dal=data(c.dal), al=data(c.al)) for c in s.collaboratori
            ),
            indicatori=tuple(
                replace(
                    i,
                    rilevazioni=tuple(
                        neutro.Rilevazione(codice(r.periodo), r.target, None) for r in i.rilevazioni
                    ),
                )
                for i in s.indicatori
            ),
            relazioni=(),
        )

    return replace(
        piano,
        anno=anno,
        periodi=tuple(
            replace(p, codice=codice(p.codice), dal=data(p.dal) or p.dal, al=data(p.al) or p.al)
            for p in piano.periodi
        ),
        obiettivi=tuple(
            replace(
                o,
                inizio_previsto=data(o.inizio_previsto),
                fine_prevista=data(o.fine_prevista),
                inizio_effettivo=None,
                fine_effettiva=None,
                percentuale_stampata=None,
                percentuale_convalidata=None,
                specifici=tuple(specifico(s) for s in o.specifici),
            )
            for o in piano.obiettivi
        ),
        avvisi=(),
    )


def _giorno(anno: int, mese: int, giorno: int) -> datetime:
    return datetime(anno, mese, giorno, 9, 30, tzinfo=UTC)


def _incarichi(ente: Ente, incarichi: Sequence[tuple[str, str, str]], anno: int) -> None:
    """The incarichi, from the beginning of the year before, and a login for whoever has one."""
    unita = {u.codice: u for u in UnitaOrganizzativa.objects.filter(ente=ente)}
    persone = {p.nome_completo: p for p in Persona.objects.filter(ente=ente)}
    dal = datetime(anno - 1, 1, 1, tzinfo=UTC)
    for nome in dict.fromkeys(nome for nome, _, _ in incarichi):
        utente = Utente(username=f"{slugify(nome).replace('-', '.')}@{ente.codice_ipa}")
        utente.set_unusable_password()
        utente.save()
        persone[nome].utente = utente
    Persona.objects.bulk_update([p for p in persone.values() if p.utente_id], ["utente"])
    conferisci(
        ente=ente,
        conferimenti=[
            Conferimento(
                persone[nome], ruolo, unita[dove or "ENTE"], f"decreto n. {n} del 02/01", dal
            )
            for n, (nome, ruolo, dove) in enumerate(dict.fromkeys(incarichi), start=1)
        ],
        attore=di_comando(ente.pk, dal),
        istante=dal,
        canale="comando",
    )


@dataclass(frozen=True, slots=True)
class _Settore:
    dirigente: Persona
    obiettivi: list[Obiettivo]


class _Racconto:
    """The running year, step by step; a step whose day has not come is not taken."""

    def __init__(
        self,
        ente: Ente,
        piano: neutro.Piano,
        stati: Mapping[str, str],
        istante: datetime,
        racconta: Racconta,
    ) -> None:
        self.ente = ente
        self.anno = piano.anno
        self.ciclo = Ciclo.objects.select_related("ente").get(ente=ente, anno=piano.anno)
        self.piano = {o.codice: o for o in piano.obiettivi}
        self.stati = stati
        self.istante = istante
        self.racconta = racconta
        self.persone = {p.nome_completo: p for p in Persona.objects.filter(ente=ente)}
        self.nucleo = list(
            Persona.objects.filter(ente=ente, incarichi__ruolo="nucleo").order_by("pk")
        )

    def svolgi(self) -> None:
        proposti = self._quelli("proposta", "approvato", "in_corso", "rendicontato")
        for settore in self._settori(proposti):
            self._passo("proponi", settore.obiettivi, settore.dirigente, (1, 20))
        approvati = self._quelli("approvato", "in_corso", "rendicontato")
        self._in_giunta(approvati)
        avviati = self._quelli("in_corso", "rendicontato")
        for settore in self._settori(avviati):
            for quando, gli in self._per_avvio(settore.obiettivi).items():
                self._passo("avvia", gli, settore.dirigente, quando)
        if self._venuto((7, 24)):
            self.racconta("relazioni del primo semestre")
            self._relazioni(avviati, 1, (7, 24))
            esamina(
                self.ciclo,
                [[o.pk for o in s.obiettivi] for s in self._settori(avviati)],
                self.nucleo,
                self.istante,
            )
        if self._venuto((8, 5)):
            conclusi = self._quelli("rendicontato")
            self._relazioni(conclusi, 2, (8, 5))
            for settore in self._settori(conclusi):
                self._passo("rendiconta", settore.obiettivi, settore.dirigente, (8, 6))
        if self._venuto((9, 11)):
            self.racconta("un altro insieme aspetta la giunta")
            porta_in_giunta(
                ente=self.ente,
                ciclo=self.ciclo,
                nome=f"PEG {self.anno}, integrazione di settembre",
                obiettivi=self._quelli("proposta"),
                giorni=(self._il(9, 8), self._il(9, 9), self._il(9, 11)),
            )

    def _in_giunta(self, obiettivi: Sequence[Obiettivo]) -> None:
        """The plan of the year, by one act, once its days have come."""
        if not self._venuto((2, 16)):
            return
        self.racconta("il PEG in giunta")
        insieme = porta_in_giunta(
            ente=self.ente,
            ciclo=self.ciclo,
            nome=f"PEG {self.anno}",
            obiettivi=obiettivi,
            giorni=(self._il(2, 2), self._il(2, 4), self._il(2, 10)),
        )
        decide(
            ente=self.ente,
            insieme=insieme,
            atto=atto_del_peg(self.anno),
            parere=self._il(2, 11),
            giorno=self._il(2, 16),
        )

    def _il(self, mese: int, giorno: int) -> datetime:
        return _giorno(self.anno, mese, giorno)

    def _venuto(self, quando: tuple[int, int]) -> bool:
        return _giorno(self.anno, *quando) <= self.istante

    def _quelli(self, *stati: str) -> list[Obiettivo]:
        codici = [codice for codice, stato in self.stati.items() if stato in stati]
        return list(
            Obiettivo.objects.filter(
                ente=self.ente, ciclo__anno=self.anno, codice__in=codici
            ).order_by("codice")
        )

    def _per_avvio(self, obiettivi: Sequence[Obiettivo]) -> dict[tuple[int, int], list[Obiettivo]]:
        """By the day they start: soon after the approval, or when they were planned to."""
        giorni: dict[tuple[int, int], list[Obiettivo]] = defaultdict(list)
        for o in obiettivi:
            previsto = o.inizio_previsto or date(self.anno, 1, 1)
            giorni[max((2, 23), (previsto.month, previsto.day))].append(o)
        return giorni

    def _settori(self, obiettivi: Sequence[Obiettivo]) -> list[_Settore]:
        per_dirigente: dict[str, list[Obiettivo]] = defaultdict(list)
        for o in obiettivi:
            per_dirigente[self.piano[o.codice].responsabile_generale].append(o)
        return [_Settore(self.persone[nome], gli) for nome, gli in per_dirigente.items()]

    def _attore(self, persona: Persona, istante: datetime) -> Attore:
        return permissions.attore(self.ente.pk, persona.pk, istante)

    def _passo(
        self,
        transizione: str,
        oggetti: Sequence[Obiettivo] | Sequence[RelazioneSemestrale],
        chi: Persona,
        quando: tuple[int, int],
        *,
        procedura: str = "obiettivo",
    ) -> None:
        istante = _giorno(self.anno, *quando)
        if oggetti and istante <= self.istante:
            esegui(
                procedura=procedura,
                transizione=transizione,
                ids=[o.pk for o in oggetti],
                by=self._attore(chi, istante),
                istante=istante,
            )

    def _relazioni(
        self, obiettivi: Sequence[Obiettivo], ordine: int, quando: tuple[int, int]
    ) -> None:
        """Fill and submit the reports of a period, where the settore has the values."""
        istante = _giorno(self.anno, *quando)
        relazioni = {
            r.obiettivo_id: r
            for r in RelazioneSemestrale.objects.filter(
                obiettivo__in=obiettivi, periodo__ordine=ordine
            ).select_related("periodo")
        }
        for settore in self._settori(obiettivi):
            attore = self._attore(settore.dirigente, istante)
            pronte = []
            for o in settore.obiettivi:
                compilazione = self._compilazione(o, relazioni[o.pk].periodo.codice)
                if compilazione is not None:
                    compila(
                        relazione=relazioni[o.pk],
                        compilazione=compilazione,
                        by=attore,
                        istante=istante,
                    )
                    pronte.append(relazioni[o.pk])
            self._passo("trasmetti", pronte, settore.dirigente, quando, procedura="relazione")

    def _compilazione(self, obiettivo: Obiettivo, periodo: str) -> Compilazione | None:
        """What the plan says of a period; None where the settore is still late."""
        specifici = {s.codice: s for s in ObiettivoSpecifico.objects.filter(obiettivo=obiettivo)}
        indicatori = {
            (i.specifico_id, i.ordine): i.pk for i in Indicatore.objects.filter(obiettivo=obiettivo)
        }
        valori: dict[int, Decimal | date | None] = {}
        testi: dict[int, str] = {}
        for s in self.piano[obiettivo.codice].specifici:
            riga = specifici[s.codice]
            for ordine, i in enumerate(s.indicatori, start=1):
                for r in i.rilevazioni:
                    if r.periodo != periodo:
                        continue
                    if r.valore is None and r.target is not None:
                        return None
                    valori[indicatori[riga.pk, ordine]] = r.valore
            testi[riga.pk] = next((r.testo for r in s.relazioni if r.periodo == periodo), "")
        return Compilazione(valori, testi)
