# SPDX-License-Identifier: AGPL-3.0-or-later
"""One import under way: the action, and what the schede refer to and hang from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from cycle import measure
from cycle.importers import piano as neutro
from cycle.importers.piano import Avviso
from cycle.insiemi import aggiorna, copia, riserva
from cycle.models import (
    Ciclo,
    Ente,
    NodoStrategico,
    Obiettivo,
    ObiettivoNodo,
    Periodo,
    Persona,
    UnitaOrganizzativa,
)
from cycle.services.enti import scrivi_anno
from cycle.services.importazione import schede, storico
from workflows.ports import Attore, Incarico
from workflows.registro import azioni

Avanzamento = Callable[[int, int], None]


class Scrittura:
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
        schede.scrivi(self, nuovi)
        if self.storico and atto_id is not None:
            storico.scrivi(self, nuovi, atto_id)

    def conta(self, nome: str, righe: Sequence[Any]) -> None:
        """So many more rows of this noun are written, and whoever waits is told."""
        self.creati[nome] = self.creati.get(nome, 0) + len(righe)
        self.avanzamento(sum(self.creati.values()), 0)

    def _ciclo(self) -> Ciclo:
        ciclo = Ciclo.objects.filter(ente=self.ente, anno=self.piano.anno).first()
        if ciclo is None:
            parametri = dict(self.piano.parametri)
            pk = riserva("cycle_ciclo", 1)[0]
            ciclo = scrivi_anno(self.ente, self.piano.anno, parametri, pk)
            self.conta("anni", [ciclo])
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
                self.conta("unità", [trovata])
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
        self.conta("persone", create)
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
        self.conta("obiettivi", self.obiettivi)

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
