# SPDX-License-Identifier: AGPL-3.0-or-later
"""From what was read to the plan: a project is an Obiettivo, its obiettivi are the specifici. Money
and people are of the whole project."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date

from cycle.importers import piano as neutro
from cycle.importers.lettura import Rubrica, breve, verifica_anno
from cycle.importers.piano import PianoIllegibile
from cycle.importers.reggio import grezzo
from cycle.importers.reggio.grezzo import (
    FaseGrezza,
    IndicatoreGrezzo,
    ObiettivoGrezzo,
    ProgettoGrezzo,
)
from cycle.importers.reggio.lettore import Lettore
from cycle.importers.reggio.sommario import ricalcola
from cycle.importers.righe import unisci
from cycle.importers.testo import (
    Avvisi,
    data_con_cifre_confuse,
    data_italiana,
    numero_italiano,
)

# Targets are of the year, and nothing is weighed (R68).
PARAMETRI = {
    "pesi": False,
    "periodi": 1,
    "target_dovuto": "fine_anno",
    "forma": "reggio",
    "nome_obiettivo": "Progetto",
    "nome_obiettivi": "Progetti",
    "nome_specifico": "Obiettivo",
    "nome_specifici": "Obiettivi",
}
SENZA_CENTRO = "SENZA-CDR"
_TIPI = {"PD": "Prodotto", "PG": "Progetto"}
_OPERA = "Opera pubblica"
# Words of a group, or a second word that is no name.
_GRUPPO = re.compile(
    r"(?:Assistenti|Amministrativ[aeio]|Educator[ei]|Operator[ei]|Personale|Tirocinanti|Borsisti|"
    r"Volontari|Collaborator[ei])\b|[A-ZÀ-Ü][a-zà-ü]+ [a-zà-ü]{4,}$"
)
_PERCENTO = re.compile(r"%|\bpercentuale\b", re.IGNORECASE)


def assembla(lettore: Lettore, anno: int, avvisi: Avvisi) -> neutro.Piano:
    """Raises `PianoIllegibile` when there is no project, or they are of another year."""
    if not lettore.progetti:
        raise PianoIllegibile(
            "Il file non contiene nessun progetto (codici come 2021_PD_8501 o 2021_PG_8516): non è "
            "un piano nel formato Reggio Emilia. Controllare il file e il formato scelto."
        )
    _anni(lettore, anno)
    ricalcola(lettore.sommario.voci, lettore.progetti, avvisi)
    return _Assemblaggio(lettore, anno, avvisi).piano()


def _anni(lettore: Lettore, anno: int) -> None:
    anni: Counter[int] = Counter()
    prime: dict[int, int] = {}
    for progetto in lettore.progetti:
        trovato = grezzo.PROGETTO.match(progetto.codice)
        if trovato is not None and trovato["anno"]:
            anni[int(trovato["anno"])] += 1
            prime.setdefault(int(trovato["anno"]), progetto.riga)
    verifica_anno(anni, prime, anno)


class _Assemblaggio:
    def __init__(self, lettore: Lettore, anno: int, avvisi: Avvisi) -> None:
        self.lettore = lettore
        self.anno = anno
        self.avvisi = avvisi
        self.rubrica = Rubrica(avvisi)
        self.periodo = f"{anno}-1"

    def piano(self) -> neutro.Piano:
        unita = self._unita()
        obiettivi = tuple(self._progetto(p) for p in self.lettore.progetti)
        return neutro.Piano(
            anno=self.anno,
            fonte="reggio",
            periodi=(
                neutro.Periodo(
                    self.periodo, "Anno", date(self.anno, 1, 1), date(self.anno, 12, 31)
                ),
            ),
            unita=unita,
            persone=self.rubrica.persone(),
            obiettivi=obiettivi,
            parametri=PARAMETRI,
        )

    def _unita(self) -> tuple[neutro.Unita, ...]:
        """The CDR; the one that is an area is above the others, if it is the only one."""
        centri = list(self.lettore.centri.values())
        aree = [c for c in centri if c.nome.startswith("AREA ")]
        area = aree[0].codice if len(aree) == 1 else ""
        unita = []
        for centro in sorted(centri, key=lambda c: c.codice != area):
            unita.append(
                neutro.Unita(
                    centro.codice,
                    centro.nome,
                    "area" if centro in aree else "servizio",
                    "" if centro.codice == area else area,
                    self.rubrica.persona(centro.dirigente, centro.riga),
                    "Dirigente" if centro.dirigente else "",
                )
            )
        senza = [p for p in self.lettore.progetti if not p.centro]
        if senza:
            self.avvisi.aggiungi(
                senza[0].riga,
                "",
                f"non si sa di quale CDR siano {len(senza)} progetti, da qui: sono posti sotto "
                "un'unità senza nome, da correggere nell'organigramma",
            )
            unita.append(neutro.Unita(SENZA_CENTRO, "CDR non indicato", "servizio", area))
        return tuple(unita)

    # --- a project --------------------------------------------------------------------------

    def _progetto(self, p: ProgettoGrezzo) -> neutro.Obiettivo:
        trovato = grezzo.PROGETTO.match(p.codice)
        tipo = _TIPI.get(trovato["tipo"] or "", _OPERA) if trovato else _OPERA
        if not p.titolo:
            self.avvisi.aggiungi(p.riga, p.codice, "il progetto non ha un titolo")
        titolo = " ".join(p.titolo)
        return neutro.Obiettivo(
            codice=p.codice,
            tipo=tipo,
            titolo=titolo,
            descrizione=unisci(p.descrizione),
            unita=p.centro or SENZA_CENTRO,
            responsabile_generale=self.rubrica.persona(p.dirigente, p.riga, p.codice),
            responsabile_operativo="",
            inizio_previsto=None,
            fine_prevista=None,
            nodi=self._nodi(p),
            persone=self._persone(p),
            stanziamenti=tuple(
                neutro.Stanziamento(
                    s.capitolo, s.articolo, s.descrizione, s.parte, s.importo, s.riga
                )
                for s in p.somme
            ),
            specifici=self._specifici(p, titolo),
            riga=p.riga,
        )

    def _nodi(self, p: ProgettoGrezzo) -> tuple[neutro.Nodo, ...]:
        percorso = []
        for livello in grezzo.LIVELLI:
            testo = " ".join(p.strategia.get(livello, []))
            if testo:
                percorso.append((livello, "", testo))
            else:
                self.avvisi.aggiungi(p.riga, p.codice, f"manca: {livello}")
        return (neutro.Nodo(tuple(percorso)),) if percorso else ()

    def _persone(self, p: ProgettoGrezzo) -> tuple[neutro.Collaboratore, ...]:
        righe = []
        for riga in p.persone:
            nome = self.rubrica.persona(riga.nome, riga.riga, p.codice, riga.relazione)
            if not nome:
                self.avvisi.aggiungi(
                    riga.riga, p.codice, f"«{breve(riga.nome)}» non è un nome: tralasciato"
                )
                continue
            if _GRUPPO.match(riga.nome):
                self.avvisi.aggiungi(
                    riga.riga,
                    p.codice,
                    f"«{breve(riga.nome)}» sembra un gruppo, non una persona: tenuto com'è scritto",
                )
            righe.append(
                neutro.Collaboratore(
                    nome, nome, None, None, False, impegno=riga.impegno, categoria=riga.relazione
                )
            )
        return tuple(righe)

    def _specifici(self, p: ProgettoGrezzo, titolo: str) -> tuple[neutro.Specifico, ...]:
        if not p.obiettivi:
            self.avvisi.aggiungi(
                p.riga, p.codice, "il progetto non ha obiettivi: gliene è dato uno, col suo codice"
            )
            return (
                neutro.Specifico(p.codice, titolo, "", None, None, fasi=_fasi(p.fasi), riga=p.riga),
            )
        fasi: dict[str, list[FaseGrezza]] = defaultdict(list)
        for fase in p.fasi:
            fasi[fase.obiettivo].append(fase)
            if fase.obiettivo not in p.obiettivi:
                self.avvisi.aggiungi(
                    fase.riga,
                    p.codice,
                    f"la fase è di {fase.obiettivo}, che il progetto non ha: tralasciata",
                )
        return tuple(self._specifico(o, fasi[o.codice]) for o in p.obiettivi.values())

    def _specifico(self, o: ObiettivoGrezzo, fasi: list[FaseGrezza]) -> neutro.Specifico:
        if not o.titolo:
            self.avvisi.aggiungi(o.riga, o.codice, "l'obiettivo non ha un titolo")
        if not o.indicatori:
            self.avvisi.aggiungi(o.riga, o.codice, "l'obiettivo non ha indicatori")
        return neutro.Specifico(
            codice=o.codice,
            titolo=" ".join(o.titolo),
            descrizione="",
            inizio_previsto=None,
            fine_prevista=None,
            flag=(o.tipo,) if o.tipo else (),
            indicatori=tuple(self._indicatore(i, o.codice) for i in o.indicatori),
            fasi=_fasi(fasi),
            riga=o.riga,
        )

    def _indicatore(self, i: IndicatoreGrezzo, codice: str) -> neutro.Indicatore:
        giorno = data_italiana(i.valore)
        numero = None if giorno else numero_italiano(i.valore)
        if i.valore and giorno is None and numero is None:
            giorno = data_con_cifre_confuse(i.valore)
            come = f"letto {giorno:%d/%m/%Y}" if giorno else "lasciato vuoto"
            self.avvisi.aggiungi(
                i.riga, codice, f"{i.codice}: «{breve(i.valore)}» non è un valore: {come}"
            )
        elif not i.valore:
            self.avvisi.aggiungi(i.riga, codice, f"{i.codice}: manca il valore previsto")
        percento = i.valore.endswith("%") or _PERCENTO.search(i.nome) is not None
        return neutro.Indicatore(
            codice=i.codice,
            nome=i.nome,
            peso=None,
            natura="positivo",
            aggregazione="ultimo_valore",
            unita_misura="data" if giorno else "percentuale" if percento else "numero",
            rilevazioni=(neutro.Rilevazione(self.periodo, giorno or numero, None),),
            target_annuo=numero,
            note=" ".join(n for n in i.note if n),
            riga=i.riga,
        )


def _fasi(fasi: Iterable[FaseGrezza]) -> tuple[neutro.Fase, ...]:
    return tuple(
        neutro.Fase(
            f.descrizione,
            inizio_previsto=f.previste[0],
            fine_prevista=f.previste[1],
            inizio_effettivo=f.effettive[0],
            fine_effettiva=f.effettive[1],
            note=" ".join(n for n in f.note if n),
            riga=f.riga,
        )
        for f in fasi
    )
