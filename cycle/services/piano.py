# SPDX-License-Identifier: AGPL-3.0-or-later
"""Storing an imported plan: all or nothing, and once only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from cycle import canonico, measure, misurazione
from cycle.importers import piano as neutro
from cycle.importers.piano import Avviso, PianoIllegibile
from cycle.insiemi import aggiorna, copia, riserva
from cycle.models import (
    Atto,
    Ciclo,
    Collaboratore,
    Ente,
    Fase,
    Indicatore,
    NodoStrategico,
    Obiettivo,
    ObiettivoNodo,
    ObiettivoSpecifico,
    Periodo,
    Persona,
    RelazioneSemestrale,
    Rilevazione,
    Stanziamento,
    StoricoIndicatore,
    TipoIndicatore,
    UnitaOrganizzativa,
    VersioneObiettivo,
    VoceRelazione,
)
from cycle.parametri import Parametri
from cycle.services.confronto import presenti_e_diversi
from cycle.services.enti import di_comando, nell_ente, scrivi_anno
from workflows.ports import Attore, Incarico
from workflows.registro import azioni

Avanzamento = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class EsitoImportazione:
    """What an import did, or with `prova` would do."""

    creati: Mapping[str, int] = field(default_factory=dict)  # noun -> how many
    gia_presenti: int = 0
    avvisi: tuple[Avviso, ...] = ()


def importa(
    *,
    ente: Ente,
    piano: neutro.Piano,
    come: str,
    istante: datetime,
    attore: Attore | None = None,
    con: Incarico | None = None,
    canale: str = "comando",
    stati: Mapping[str, str] | None = None,
    avanzamento: Avanzamento | None = None,
) -> EsitoImportazione:
    """Store the plan as `piano` (proposte, without values) or `storico` (validati, version 1
    under an Atto of kind storico), under the incarico `con`. `stati` names the objectives to be
    left in `bozza`.

    Idempotent: objectives already there and equal are left alone. Raises `PianoIllegibile`, and
    writes nothing, when one is there and differs, or breaks a rule no imported plan may break.
    """
    if come not in ("piano", "storico"):
        raise ValueError("come: piano o storico")
    with transaction.atomic():
        nell_ente(ente.pk)
        with connection.cursor() as cursore:  # two imports of one ente: one after the other
            cursore.execute("SELECT pg_advisory_xact_lock(hashtext('importa'), %s)", [ente.pk])
        ciclo = Ciclo.objects.filter(ente=ente, anno=piano.anno).first()
        if ciclo is not None:
            piano = nei_periodi(piano, ciclo)
        parametri = dict(ciclo.parametri if ciclo else piano.parametri)
        _verifica(piano, come, Parametri.da_dizionario(parametri))
        nuovi = _non_ancora_presenti(ciclo, piano, come)
        if not nuovi:
            return EsitoImportazione(gia_presenti=len(piano.obiettivi), avvisi=piano.avvisi)
        scrittura = _Scrittura(ente, piano, come, istante, avanzamento or (lambda _f, _t: None))
        scrittura.esegui(nuovi, attore or di_comando(ente.pk, istante), con, canale, stati or {})
        with connection.cursor() as cursore:  # else what follows is planned for empty tables
            cursore.execute("SELECT cycle_statistiche()")
        return EsitoImportazione(
            creati=scrittura.creati,
            gia_presenti=len(piano.obiettivi) - len(nuovi),
            avvisi=(*piano.avvisi, *scrittura.avvisi(nuovi)),
        )


def _verifica(piano: neutro.Piano, come: str, parametri: Parametri) -> None:
    """One scheda for each code; and what a plan that was approved cannot lack (R68)."""
    visti: set[str] = set()
    for obiettivo in piano.obiettivi:
        if obiettivo.codice in visti:
            raise PianoIllegibile(
                f"Riga {obiettivo.riga}: il codice {obiettivo.codice} è già di un'altra scheda "
                "del documento. Correggere il documento. Non è stato importato nulla."
            )
        visti.add(obiettivo.codice)
    if come != "storico" or not parametri.pesi:
        return
    for specifico in piano.specifici():
        pesi = [i.peso for i in specifico.indicatori]
        if difetto := measure.difetto_pesi(pesi, parametri.misura.tolleranza_pesi):
            raise PianoIllegibile(
                f"Riga {specifico.riga}, {specifico.codice}: {difetto}. Correggere il documento, "
                "oppure importarlo come piano per sistemare i pesi prima dell'approvazione. Non è "
                "stato importato nulla."
            )


def nei_periodi(piano: neutro.Piano, ciclo: Ciclo) -> neutro.Piano:
    """The plan with the periods that the year has: one of the document is the one that ends on
    the same day. Raises `PianoIllegibile` when there is none."""
    codici = {al: codice for codice, al in ciclo.periodi.values_list("codice", "al")}
    ignoti = [f"{p.nome} ({p.codice})" for p in piano.periodi if p.al not in codici]
    if ignoti:
        raise PianoIllegibile(
            f"L'anno {piano.anno} dell'ente non ha un periodo che finisca con: "
            f"{', '.join(ignoti)}. Definire i periodi dell'anno e ripetere. Non è stato importato "
            "nulla."
        )
    suoi = {p.codice: codici[p.al] for p in piano.periodi}
    if all(prima == dopo for prima, dopo in suoi.items()):
        return piano

    def specifico(s: neutro.Specifico) -> neutro.Specifico:
        return replace(
            s,
            indicatori=tuple(
                replace(
                    i,
                    rilevazioni=tuple(replace(r, periodo=suoi[r.periodo]) for r in i.rilevazioni),
                )
                for i in s.indicatori
            ),
            relazioni=tuple(replace(r, periodo=suoi[r.periodo]) for r in s.relazioni),
        )

    return replace(
        piano,
        periodi=tuple(replace(p, codice=suoi[p.codice]) for p in piano.periodi),
        obiettivi=tuple(
            replace(o, specifici=tuple(specifico(s) for s in o.specifici)) for o in piano.obiettivi
        ),
    )


def _non_ancora_presenti(
    ciclo: Ciclo | None, piano: neutro.Piano, come: str
) -> list[neutro.Obiettivo]:
    presenti, diversi = presenti_e_diversi(ciclo, piano, come)
    if diversi:
        raise PianoIllegibile(
            f"Nel {piano.anno} sono già presenti, e diversi da questo documento: "
            f"{', '.join(diversi[:20])}{' …' if len(diversi) > 20 else ''}. Un obiettivo già "
            "presente non si sovrascrive: si corregge nella scheda, o con una variazione. Non è "
            "stato importato nulla."
        )
    return [o for o in piano.obiettivi if o.codice not in presenti]


def _figure(target: Decimal | date | None, valore: Decimal | date | None) -> dict[str, Any]:
    """Target and value in the columns of numbers, or of dates (R79)."""
    return {
        f"{nome}{'_data' if isinstance(figura, date) else ''}": figura
        for nome, figura in (("target", target), ("valore", valore))
    }


class _Scrittura:
    """One import under way: what was created, and the ids of what is referred to."""

    def __init__(
        self,
        ente: Ente,
        piano: neutro.Piano,
        come: str,
        istante: datetime,
        avanzamento: Avanzamento,
    ) -> None:
        self.ente = ente
        self.piano = piano
        self.come = come
        self.istante = istante
        self.oggi = istante.astimezone(ZoneInfo(ente.fuso)).date()
        self.avanzamento = avanzamento
        self.creati: dict[str, int] = {}
        self.dubbi: list[str] = []
        self.obiettivi: list[Obiettivo] = []
        self.specifici: dict[tuple[int, str], int] = {}  # id by objective and code

    @property
    def storico(self) -> bool:
        return self.come == "storico"

    def esegui(
        self,
        nuovi: Sequence[neutro.Obiettivo],
        attore: Attore,
        con: Incarico | None,
        canale: str,
        stati: Mapping[str, str],
    ) -> None:
        ids = riserva("cycle_obiettivo", len(nuovi))
        arrivi = ["validato" if self.storico else stati.get(o.codice, "proposta") for o in nuovi]
        atto_id = riserva("cycle_atto", 1)[0] if self.storico else None
        azioni.apri(
            ente_id=self.ente.pk,
            procedura="obiettivo",
            verbo="importa",
            passi=[
                azioni.Voce(pk, pk, "", stato, con) for pk, stato in zip(ids, arrivi, strict=True)
            ],
            attore=attore,
            istante=self.istante,
            atto_id=atto_id,
            canale=canale,
            dati={"fonte": self.piano.fonte, "anno": self.piano.anno, "come": self.come},
        )
        self.ciclo = self._ciclo()
        self.periodi = {p.codice: p for p in Periodo.objects.filter(ciclo=self.ciclo)}
        self.unita = self._unita()
        self.persone = self._persone()
        self._obiettivi(nuovi, ids, arrivi)
        self._nodi(nuovi)
        self._specifici(nuovi)
        if self.storico and atto_id is not None:
            self._storico(nuovi, atto_id)

    def _conta(self, nome: str, righe: Sequence[Any]) -> None:
        self.creati[nome] = self.creati.get(nome, 0) + len(righe)
        self.avanzamento(sum(self.creati.values()), 0)

    def _ciclo(self) -> Ciclo:
        ciclo = Ciclo.objects.filter(ente=self.ente, anno=self.piano.anno).first()
        if ciclo is None:
            parametri = dict(self.piano.parametri)
            pk = riserva("cycle_ciclo", 1)[0]
            ciclo = scrivi_anno(self.ente, self.piano.anno, parametri, pk)
            self._conta("anni", [ciclo])
        return ciclo

    def _unita(self) -> dict[str, UnitaOrganizzativa]:
        """Units by code of the document. One that is there has the same name and stands below
        the same unit, or anywhere when nobody else, there or in the document, has that name."""
        aperte = list(
            UnitaOrganizzativa.objects.filter(ente=self.ente, al__isnull=True).order_by("pk")
        )
        nomi = Counter(u.nome for u in aperte) + Counter(u.nome for u in self.piano.unita)
        codici = {u.codice: u.nome for u in aperte}
        trovate = {"": next(u for u in aperte if u.padre_id is None)}
        for unita in self.piano.unita:  # parents come before children
            if unita.tipo == "ente":
                trovate[unita.codice] = trovate[""]
                continue
            padre = trovate[unita.padre]
            omonime = [
                u
                for u in aperte
                if u.nome == unita.nome
                and u.padre_id is not None
                and (u.padre_id == padre.pk or nomi[u.nome] == 2)
            ]
            trovata = min(omonime, key=lambda u: u.codice != unita.codice, default=None)
            if trovata is None:
                codice = unita.codice
                if codice in codici:
                    codice = next(c for n in count(2) if (c := f"{unita.codice}-{n}") not in codici)
                    self.dubbi.append(
                        f"il codice {unita.codice} è già dell'unità «{codici[unita.codice]}»: "
                        f"«{unita.nome}» è aperta con il codice {codice}. Se la prima ha cambiato "
                        "nome, chiuderla."
                    )
                trovata = UnitaOrganizzativa.objects.create(
                    ente=self.ente,
                    codice=codice,
                    nome=unita.nome,
                    tipo=unita.tipo,
                    padre=padre,
                    dal=date(self.piano.anno, 1, 1),
                )
                codici[codice] = unita.nome
                self._conta("unità", [trovata])
            else:  # a second of the same name in the document is another unit
                aperte.remove(trovata)
            trovate[unita.codice] = trovata
        return trovate

    def _persone(self) -> dict[str, Persona]:
        persone = {p.nome_completo: p for p in Persona.objects.filter(ente=self.ente)}
        nuove = [
            Persona(
                ente=self.ente,
                nome_completo=p.nome_completo,
                alias=list(p.alias),
                inquadramento=p.inquadramento,
                matricola=p.matricola,
                segnaposto=p.segnaposto,
            )
            for p in self.piano.persone
            if p.nome_completo not in persone
        ]
        self._matricole(persone)
        create = copia(nuove)
        self._conta("persone", create)
        return {**persone, **{p.nome_completo: p for p in create}}

    def _matricole(self, presenti: Mapping[str, Persona]) -> None:
        """Who was there without a matricola gets the one the document gives him."""
        righe: list[tuple[int, str]] = []
        for p in self.piano.persone:
            chi = presenti.get(p.nome_completo)
            if chi is None or not p.matricola or chi.matricola == p.matricola:
                continue
            if chi.matricola:
                self.dubbi.append(
                    f"«{p.nome_completo}» ha la matricola {chi.matricola}, nel documento "
                    f"{p.matricola}: tenuta la prima. Se sono due persone, distinguerne i nomi."
                )
            else:
                righe.append((chi.pk, p.matricola))
        aggiorna(Persona, {"matricola": "text"}, righe)

    def _obiettivi(
        self, nuovi: Sequence[neutro.Obiettivo], ids: Sequence[int], arrivi: Sequence[str]
    ) -> None:
        persone = {nome: p.pk for nome, p in self.persone.items()}
        self.obiettivi = copia(
            Obiettivo(
                pk=pk,
                ente_id=self.ente.pk,
                ciclo_id=self.ciclo.pk,
                codice=o.codice,
                tipo=o.tipo,
                categoria=o.categoria,
                titolo=o.titolo,
                descrizione=o.descrizione,
                unita_id=self.unita[o.unita].pk,
                responsabile_generale_id=persone.get(o.responsabile_generale),
                responsabile_operativo_id=persone.get(o.responsabile_operativo),
                inizio_previsto=o.inizio_previsto,
                fine_prevista=o.fine_prevista,
                inizio_effettivo=o.inizio_effettivo,
                fine_effettiva=o.fine_effettiva,
                peso=o.peso,
                sezioni=[list(sezione) for sezione in o.sezioni],
                stato=stato,
                versione=1 if self.storico else 0,
            )
            for pk, o, stato in zip(ids, nuovi, arrivi, strict=True)
        )
        self._conta("obiettivi", self.obiettivi)

    def _nodi(self, nuovi: Sequence[neutro.Obiettivo]) -> None:
        nodi: dict[tuple[Any, ...], NodoStrategico] = {}
        legami: dict[tuple[int, int], ObiettivoNodo] = {}  # a document may print one twice
        for riga, obiettivo in zip(self.obiettivi, nuovi, strict=True):
            for nodo in obiettivo.nodi:
                padre: NodoStrategico | None = None
                for tipo, codice, titolo in nodo.percorso:
                    chiave = (padre.pk if padre else None, tipo, codice, titolo)
                    if chiave not in nodi:
                        nodi[chiave], _ = NodoStrategico.objects.get_or_create(
                            ente=self.ente,
                            ciclo=self.ciclo,
                            padre=padre,
                            tipo=tipo,
                            codice=codice,
                            titolo=titolo,
                        )
                    padre = nodi[chiave]
                if padre is not None:
                    legami[riga.pk, padre.pk] = ObiettivoNodo(
                        ente_id=self.ente.pk, obiettivo_id=riga.pk, nodo_id=padre.pk
                    )
        copia(legami.values())

    def _specifici(self, nuovi: Sequence[neutro.Obiettivo]) -> None:
        coppie = [
            (riga, ordine, s)
            for riga, o in zip(self.obiettivi, nuovi, strict=True)
            for ordine, s in enumerate(o.specifici, start=1)
        ]
        righe = copia(
            ObiettivoSpecifico(
                ente_id=self.ente.pk,
                obiettivo_id=obiettivo.pk,
                ordine=ordine,
                codice=s.codice,
                titolo=s.titolo,
                descrizione=s.descrizione,
                inizio_previsto=s.inizio_previsto,
                fine_prevista=s.fine_prevista,
                inizio_effettivo=s.inizio_effettivo,
                fine_effettiva=s.fine_effettiva,
                flag=list(s.flag),
                esternalizzata=s.esternalizzata,
                affidatario=s.affidatario,
                modalita_affidamento=s.modalita_affidamento,
                peso=s.peso,
            )
            for obiettivo, ordine, s in coppie
        )
        self._conta("obiettivi specifici", righe)
        self.specifici = {(r.obiettivo_id, r.codice): r.pk for r in righe}
        figli = list(zip(righe, (s for _, _, s in coppie), strict=True))
        self._collaboratori(nuovi, figli)
        self._indicatori(figli)
        self._fasi(figli)
        self._stanziamenti(nuovi, figli)

    def _collaboratori(
        self,
        nuovi: Sequence[neutro.Obiettivo],
        figli: Sequence[tuple[ObiettivoSpecifico, neutro.Specifico]],
    ) -> None:
        """Those of the objectives and those of the specifici."""
        righe = [
            Collaboratore(
                ente_id=self.ente.pk,
                obiettivo_id=riga.pk,
                persona_id=self.persone[nome].pk,
                nome=nome,
                ordine=ordine,
                inquadramento=inquadramento,
            )
            for riga, o in zip(self.obiettivi, nuovi, strict=True)
            for ordine, (nome, inquadramento) in enumerate(o.collaboratori)
        ]
        righe += [
            self._collaboratore(riga.pk, None, ordine, c)
            for riga, o in zip(self.obiettivi, nuovi, strict=True)
            for ordine, c in enumerate(o.persone, start=len(o.collaboratori))
        ]
        righe += [
            self._collaboratore(riga.obiettivo_id, riga.pk, ordine, c)
            for riga, s in figli
            for ordine, c in enumerate(s.collaboratori)
        ]
        self._conta("collaboratori", copia(righe))

    def _collaboratore(
        self, obiettivo: int, specifico: int | None, ordine: int, c: neutro.Collaboratore
    ) -> Collaboratore:
        return Collaboratore(
            ente_id=self.ente.pk,
            obiettivo_id=obiettivo,
            specifico_id=specifico,
            persona_id=self.persone[c.persona].pk,
            nome=c.nome,
            ordine=ordine,
            dal=c.dal,
            al=c.al,
            responsabile=c.responsabile,
            impegno=c.impegno,
            inquadramento=c.categoria,
        )

    def _fasi(self, figli: Sequence[tuple[ObiettivoSpecifico, neutro.Specifico]]) -> None:
        """Progress, effective dates and notes only of a closed year."""
        persone = {nome: p.pk for nome, p in self.persone.items()}
        self._conta(
            "fasi",
            copia(
                Fase(
                    ente_id=self.ente.pk,
                    obiettivo_id=riga.obiettivo_id,
                    specifico_id=riga.pk,
                    ordine=ordine,
                    descrizione=f.descrizione,
                    peso=f.peso,
                    avanzamento=f.avanzamento if self.storico else None,
                    inizio_previsto=f.inizio_previsto,
                    fine_prevista=f.fine_prevista,
                    inizio_effettivo=f.inizio_effettivo if self.storico else None,
                    fine_effettiva=f.fine_effettiva if self.storico else None,
                    responsabile_id=persone.get(f.responsabile),
                    centro=f.centro,
                    note=f.note if self.storico else "",
                )
                for riga, s in figli
                for ordine, f in enumerate(s.fasi, start=1)
            ),
        )

    def _stanziamenti(
        self,
        nuovi: Sequence[neutro.Obiettivo],
        figli: Sequence[tuple[ObiettivoSpecifico, neutro.Specifico]],
    ) -> None:
        """Those of the objectives and those of the specifici."""
        voci: list[tuple[int, int | None, neutro.Stanziamento]] = [
            (riga.pk, None, e)
            for riga, o in zip(self.obiettivi, nuovi, strict=True)
            for e in o.stanziamenti
        ]
        voci += [(riga.obiettivo_id, riga.pk, e) for riga, s in figli for e in s.stanziamenti]
        self._conta(
            "stanziamenti",
            copia(
                Stanziamento(
                    ente_id=self.ente.pk,
                    obiettivo_id=obiettivo,
                    specifico_id=specifico,
                    capitolo=e.capitolo,
                    articolo=e.articolo,
                    descrizione=e.descrizione,
                    parte=e.parte,
                    importo=e.importo,
                )
                for obiettivo, specifico, e in voci
            ),
        )

    def _indicatori(self, figli: Sequence[tuple[ObiettivoSpecifico, neutro.Specifico]]) -> None:
        nomi = {i.tipo for _, s in figli for i in s.indicatori if i.tipo}
        tipi = dict(
            TipoIndicatore.objects.filter(ente=self.ente, nome__in=nomi).values_list("nome", "pk")
        )
        for tipo in copia(
            TipoIndicatore(ente_id=self.ente.pk, nome=nome) for nome in sorted(nomi - set(tipi))
        ):
            tipi[tipo.nome] = tipo.pk
        coppie = [
            (riga, ordine, i) for riga, s in figli for ordine, i in enumerate(s.indicatori, start=1)
        ]
        righe = copia(
            Indicatore(
                ente_id=self.ente.pk,
                obiettivo_id=riga.obiettivo_id,
                specifico_id=riga.pk,
                ordine=ordine,
                nome=i.nome,
                tipo_id=tipi.get(i.tipo),
                unita_misura=i.unita_misura,
                natura=i.natura,
                aggregazione=i.aggregazione,
                peso=i.peso,
                cap=i.cap,
                fascia_da=i.fascia_da,
                fascia_a=i.fascia_a,
                codice=i.codice,
                note=i.note,
            )
            for riga, ordine, i in coppie
        )
        self._conta("indicatori", righe)
        copia(
            StoricoIndicatore(
                ente_id=self.ente.pk,
                obiettivo_id=riga.obiettivo_id,
                indicatore_id=riga.pk,
                anno=v.anno,
                valore=v.valore,
            )
            for riga, (_, _, i) in zip(righe, coppie, strict=True)
            for v in i.storico
        )
        periodi = {codice: p.pk for codice, p in self.periodi.items()}
        self._conta(
            "rilevazioni",
            copia(
                Rilevazione(
                    ente_id=self.ente.pk,
                    obiettivo_id=riga.obiettivo_id,
                    indicatore_id=riga.pk,
                    periodo_id=periodi[r.periodo],
                    **_figure(r.target, r.valore if self.storico else None),
                )
                for riga, (_, _, i) in zip(righe, coppie, strict=True)
                for r in i.rilevazioni
            ),
        )

    def _storico(self, nuovi: Sequence[neutro.Obiettivo], atto_id: int) -> None:
        """What only a closed year has: percentages, reports, version 1 under its Atto."""
        ids = [o.pk for o in self.obiettivi]
        parametri = Parametri.da_dizionario(self.ciclo.parametri).misura
        figure = misurazione.figure(ids)
        percentuali = measure.percentuali([figure[pk] for pk in ids], parametri)
        for riga, obiettivo, calcolata in zip(self.obiettivi, nuovi, percentuali, strict=True):
            riga.percentuale_calcolata = calcolata
            riga.percentuale_convalidata = obiettivo.percentuale_convalidata
        aggiorna(
            Obiettivo,
            {"percentuale_calcolata": "numeric", "percentuale_convalidata": "numeric"},
            [(r.pk, r.percentuale_calcolata, r.percentuale_convalidata) for r in self.obiettivi],
        )
        self._relazioni(nuovi, figure, parametri)
        testi = canonico.schede(self.obiettivi)
        versioni = [
            VersioneObiettivo(
                ente_id=self.ente.pk,
                obiettivo_id=riga.pk,
                numero=1,
                atto_id=atto_id,
                in_vigore_dal=riga.inizio_previsto or date(self.piano.anno, 1, 1),
                schema=canonico.SCHEMA,
                contenuto=testi[riga.pk],
                sha256=canonico.impronta(testi[riga.pk]),
            )
            for riga in sorted(self.obiettivi, key=lambda o: o.pk)
        ]
        quanti = Atto.objects.filter(ciclo=self.ciclo, tipo="storico").count()
        atto = Atto(
            pk=atto_id,
            ente_id=self.ente.pk,
            ciclo=self.ciclo,
            tipo="storico",
            numero=f"storico {self.piano.anno}/{quanti + 1}",
            data=self.oggi,
        )
        atto.digest = canonico.impronta_pezzi(
            canonico.atto(
                atto,
                self.ente.codice_ipa,
                self.piano.anno,
                ((v.numero, v.sha256, v.contenuto) for v in versioni),
            )
        )
        atto.save(force_insert=True)
        copia(versioni)

    def _relazioni(
        self,
        nuovi: Sequence[neutro.Obiettivo],
        figure: Mapping[int, measure.Obiettivo],
        parametri: measure.ParametriMisura,
    ) -> None:
        codici = {p.pk: codice for codice, p in self.periodi.items()}
        relazioni = {
            (r.obiettivo_id, codici[r.periodo_id]): r.pk
            for r in copia(
                RelazioneSemestrale(
                    ente_id=self.ente.pk, obiettivo_id=riga.pk, periodo_id=pk, stato="validata"
                )
                for riga in self.obiettivi
                for pk in codici
            )
        }
        calcolate = {
            (pk, s.codice, periodo.codice): measure.misura_specifico(
                s, parametri, periodo.ordine
            ).percentuale
            for pk, obiettivo in figure.items()
            for s in obiettivo.specifici
            for periodo in self.periodi.values()
        }
        voci = [
            VoceRelazione(
                ente_id=self.ente.pk,
                obiettivo_id=riga.pk,
                relazione_id=relazioni[riga.pk, r.periodo],
                specifico_id=self.specifici[riga.pk, s.codice],
                testo=r.testo,
                osservazione=r.osservazione,
                risposta=r.risposta,
                percentuale_calcolata=calcolate[riga.pk, s.codice, r.periodo],
                percentuale_convalidata=r.percentuale_convalidata,
                motivo=r.motivo,
            )
            for riga, o in zip(self.obiettivi, nuovi, strict=True)
            for s in o.specifici
            for r in s.relazioni
        ]
        self._conta("voci delle relazioni", copia(voci))

    def avvisi(self, nuovi: Sequence[neutro.Obiettivo]) -> list[Avviso]:
        """What storing had to choose, and percentages that the document prints and the formula
        does not give."""
        prima = len(self.piano.avvisi)
        trovati = [Avviso(prima + n, 0, "", dubbio) for n, dubbio in enumerate(self.dubbi, start=1)]
        for riga, o in zip(self.obiettivi, nuovi, strict=True):
            stampata, calcolata = o.percentuale_stampata, riga.percentuale_calcolata
            if not self.storico or stampata is None or calcolata is None:
                continue
            if measure.arrotonda(calcolata) != measure.arrotonda(stampata):
                trovati.append(
                    Avviso(
                        prima + len(trovati) + 1,
                        o.riga,
                        o.codice,
                        f"la percentuale stampata è {measure.in_italiano(stampata)}, quella "
                        f"calcolata dai valori è {measure.in_italiano(calcolata, 2)}: si tiene "
                        "la calcolata.",
                    )
                )
        return trovati
