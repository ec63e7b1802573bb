# SPDX-License-Identifier: AGPL-3.0-or-later
"""From what was read to the plan: each obiettivo di PEG has one specifico, with its own code."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import date

from cycle.importers import piano as neutro
from cycle.importers.cinisello.colonne import FaseGrezza
from cycle.importers.cinisello.fasi import LettoreFasi
from cycle.importers.cinisello.indicatori import IndicatoreGrezzo, LettoreIndicatori
from cycle.importers.cinisello.pagine import LIVELLI, Lettore, Parte, SchedaGrezza
from cycle.importers.cinisello.parole import Testate, capoversi, e_leggibile, in_riga
from cycle.importers.lettura import Rubrica, breve, verifica_anno
from cycle.importers.piano import PianoIllegibile
from cycle.importers.testo import Avvisi, chiave

TIPO = "Obiettivo di PEG"
# Weights are of phases (R68), targets of the year.
PARAMETRI = {
    "pesi": False,
    "periodi": 1,
    "target_dovuto": "fine_anno",
    "forma": "cinisello",
    "nome_obiettivo": "Obiettivo di PEG",
    "nome_obiettivi": "Obiettivi di PEG",
    "nome_specifico": "Fasi e indicatori",
    "nome_specifici": "Fasi e indicatori",
}
NOTE_SPARSE = "Note che il documento non attribuisce"
_CENTRO = re.compile(
    r"Centro di Responsabilit[aà]\s+(?P<codice>[0-9A-Z_]{2,20})\s+(?P<nome>.+)", re.IGNORECASE
)
_SOSTITUIRE = re.compile(r"\bsostituire\b", re.IGNORECASE)
_SLITTA = re.compile(r"\bslitt(?:a|ano|at[aeio])\b", re.IGNORECASE)
_SI_NO = re.compile(r"\bs[iì]\s?=\s?1\W{0,3}no\s?=\s?0", re.IGNORECASE)


def assembla(lettore: Lettore, anno: int, avvisi: Avvisi) -> neutro.Piano:
    """Raises `PianoIllegibile` when there is no obiettivo, or they are of another year."""
    schede = list(lettore.schede.values())
    if not schede:
        raise PianoIllegibile(
            "Il file non contiene nessuna pagina «OBIETTIVO DI PEG» con un codice come "
            "2021_S08_20: non è un piano nel formato Cinisello Balsamo. Controllare il file e il "
            "formato scelto."
        )
    anni = Counter(scheda.anno for scheda in schede)
    verifica_anno(anni, {s.anno: s.riga for s in reversed(schede)}, anno)
    return _Assemblaggio(lettore, schede, anno, avvisi).piano()


class _Assemblaggio:
    def __init__(
        self, lettore: Lettore, schede: list[SchedaGrezza], anno: int, avvisi: Avvisi
    ) -> None:
        self.lettore = lettore
        self.schede = schede
        self.anno = anno
        self.avvisi = avvisi
        self.rubrica = Rubrica(avvisi)
        self.testate = Testate(schede)
        self.fasi = LettoreFasi(schede, self.testate, avvisi)
        self.indicatori = LettoreIndicatori(self.testate, set(self.fasi.code.values()), avvisi)
        self.periodo = f"{anno}-1"
        self.passati = lettore.anni_passati or [anno - 1, anno - 2]
        self.unita: dict[str, neutro.Unita] = {}
        self.per_settore: dict[str, list[SchedaGrezza]] = defaultdict(list)
        for scheda in schede:
            self.per_settore[scheda.settore].append(scheda)

    def piano(self) -> neutro.Piano:
        obiettivi = tuple(self._obiettivo(scheda) for scheda in self.schede)
        return neutro.Piano(
            anno=self.anno,
            fonte="cinisello",
            periodi=(
                neutro.Periodo(
                    self.periodo, "Anno", date(self.anno, 1, 1), date(self.anno, 12, 31)
                ),
            ),
            unita=tuple(self.unita.values()),
            persone=self.rubrica.persone(),
            obiettivi=obiettivi,
            parametri=PARAMETRI,
        )

    def _unita(self, scheda: SchedaGrezza) -> neutro.Unita:
        """The settore the cover names, or, of another number, one that waits for its name."""
        settore = scheda.settore
        if settore in self.unita:
            return self.unita[settore]
        for riga in self.lettore.copertina:
            trovata = _CENTRO.fullmatch(riga.testo)
            if trovata is not None and trovata["codice"].startswith(settore):
                responsabile = self._responsabile(settore, trovata["nome"], riga.numero)
                self.unita[settore] = neutro.Unita(
                    trovata["codice"], trovata["nome"], "settore", responsabile=responsabile
                )
                return self.unita[settore]
        self.avvisi.aggiungi(
            scheda.riga,
            scheda.codice,
            f"la copertina non dice il nome del settore {settore}: da correggere nell'organigramma",
        )
        self.unita[settore] = neutro.Unita(
            f"S{settore}",
            f"Settore {settore}",
            "settore",
            responsabile=self._responsabile(settore, "", scheda.riga),
        )
        return self.unita[settore]

    def _responsabile(self, settore: str, detto: str, riga: int) -> str:
        """Who the heads print after the words of the settore, which the cover knows; without a
        cover, only somebody whom the phases name too."""
        parole = set(chiave(detto).split("-")) | {"settore"}
        nomi: Counter[str] = Counter()
        for scheda in self.per_settore[settore]:
            for pagina in scheda.pagine:
                for testo in pagina.di(Parte.TESTATA):
                    trovato = re.search(r"\bSETTORE (?P<resto>[A-ZÀ-Ü' ]+)$", testo.testo)
                    resto = trovato["resto"].split() if trovato is not None else []
                    if resto and not detto:
                        code = (" ".join(resto[-n:]) for n in range(2, 5))
                        nomi.update(c for c in code if c in self.fasi.interi.get(c.split()[0], ()))
                    elif resto:
                        while resto and (chiave(resto[0]) in parole or len(resto[0]) == 1):
                            resto.pop(0)
                        nomi.update([" ".join(resto)] if len(resto) > 1 else [])
        if not nomi:
            return ""
        return self.rubrica.persona(max(nomi, key=lambda n: (nomi[n], n)), riga)

    # --- an obiettivo -----------------------------------------------------------------------

    def _obiettivo(self, scheda: SchedaGrezza) -> neutro.Obiettivo:
        codice = scheda.codice
        unita = self._unita(scheda)
        titolo, leggibile = self.testate.titolo(scheda)
        if not leggibile:
            self.avvisi.aggiungi(
                scheda.riga, codice, f"il titolo non è ben leggibile: «{breve(titolo)}»"
            )
        if titolo.endswith("..."):
            self.avvisi.aggiungi(scheda.riga, codice, "il titolo è stampato solo in parte")
        area = self.testate.area(scheda)
        grezze: list[FaseGrezza] = []
        indicatori: list[neutro.Indicatore] = []
        sparse: list[str] = []
        for pagina in scheda.pagine:
            lette = self.fasi.leggi(codice, pagina, grezze)
            grezze += lette
            letti = self.indicatori.leggi(codice, pagina, len(lette))
            indicatori += [self._indicatore(i, codice) for i in letti]
            sparse += [*self.fasi.sparse, *self.indicatori.sparse]
        self.fasi.cifre_sole(codice, grezze)
        fasi = [self._fase(fase, codice) for fase in grezze]
        self._controlla(scheda, fasi, indicatori, area)
        sezioni = (
            ("Area tematica", area),
            ("Assessorato", self.testate.assessorato(scheda)),
            (NOTE_SPARSE, "\n".join(sparse)),
        )
        testo = self._stato(scheda)
        return neutro.Obiettivo(
            codice=codice,
            tipo=TIPO,
            titolo=titolo,
            descrizione="",
            unita=unita.codice,
            responsabile_generale=unita.responsabile,
            responsabile_operativo="",
            inizio_previsto=None,
            fine_prevista=None,
            categoria=scheda.tipo,
            nodi=self._nodi(scheda),
            sezioni=tuple((nome, valore) for nome, valore in sezioni if valore),
            specifici=(
                neutro.Specifico(
                    codice=codice,
                    titolo=titolo,
                    descrizione="",
                    inizio_previsto=None,
                    fine_prevista=None,
                    indicatori=tuple(indicatori),
                    relazioni=(neutro.Relazione(self.periodo, testo, "", ""),) if testo else (),
                    fasi=tuple(fasi),
                    riga=scheda.riga,
                ),
            ),
            riga=scheda.riga,
        )

    def _stato(self, scheda: SchedaGrezza) -> str:
        return "\n".join(
            in_riga(gruppo)
            for pagina in scheda.pagine
            for gruppo in capoversi(pagina.di(Parte.STATO))
        )

    def _nodi(self, scheda: SchedaGrezza) -> tuple[neutro.Nodo, ...]:
        percorso: list[tuple[str, str, str]] = []
        for livello in LIVELLI:
            if livello not in scheda.nodi:
                self.avvisi.aggiungi(scheda.riga, scheda.codice, f"manca: obiettivo di {livello}")
                continue
            codice, titolo = scheda.nodi[livello]
            if percorso and not codice.startswith(f"{percorso[-1][1]}_"):
                self.avvisi.aggiungi(
                    scheda.riga,
                    scheda.codice,
                    f"{codice} ({livello}) non è sotto {percorso[-1][1]}, che lo precede",
                )
            percorso.append((livello, codice, titolo))
        return (neutro.Nodo(tuple(percorso)),) if percorso else ()

    def _controlla(
        self,
        scheda: SchedaGrezza,
        fasi: list[neutro.Fase],
        indicatori: list[neutro.Indicatore],
        area: str,
    ) -> None:
        def avviso(messaggio: str) -> None:
            self.avvisi.aggiungi(scheda.riga, scheda.codice, messaggio)

        if not fasi:
            avviso("non ha fasi: il file non le contiene, o non si leggono")
        if not indicatori:
            avviso("non ha indicatori: il file non li contiene, o non si leggono")
        pesi = [f.peso for f in fasi if f.peso is not None]
        if fasi and len(pesi) == len(fasi) and sum(pesi) != 100:
            avviso(f"i pesi delle fasi sommano {sum(pesi)}, non 100")
        mandato = scheda.nodi.get("mandato", ("", ""))[0]
        if area and mandato and int(area.split(".")[0]) != int(mandato.split("_")[-1]):
            avviso(f"l'area tematica è la {area.split('.')[0]}, ma il mandato è {mandato}")

    # --- rows -------------------------------------------------------------------------------

    def _nota(self, note: list[str], riga: int, codice: str) -> str:
        """A request of variazione may live in a note: the text may have been replaced since."""
        nota = " ".join(note)
        if _SOSTITUIRE.search(nota):
            self.avvisi.aggiungi(riga, codice, f"una nota chiede una variazione: «{breve(nota)}»")
        if _SLITTA.search(nota):
            self.avvisi.aggiungi(
                riga, codice, f"una nota dice che l'attività slitta: «{breve(nota)}»"
            )
        return nota

    def _leggibile(self, nome: str, riga: int, codice: str) -> None:
        if not e_leggibile(nome):
            self.avvisi.aggiungi(riga, codice, f"il nome non è ben leggibile: «{breve(nome)}»")

    def _fase(self, f: FaseGrezza, codice: str) -> neutro.Fase:
        descrizione = " ".join(f.descrizione)
        self._leggibile(descrizione, f.riga, codice)
        return neutro.Fase(
            descrizione,
            peso=f.peso,
            avanzamento=f.avanzamento,
            inizio_previsto=f.inizio_previsto,
            fine_prevista=f.fine_prevista,
            inizio_effettivo=f.inizio_effettivo,
            fine_effettiva=f.fine_effettiva,
            responsabile=self.rubrica.persona(self.fasi.completa(codice, f), f.riga, codice),
            centro=" ".join(f.centro),
            note=self._nota(f.note, f.riga, codice),
            riga=f.riga,
        )

    def _indicatore(self, i: IndicatoreGrezzo, codice: str) -> neutro.Indicatore:
        nome = i.nome
        self._leggibile(nome, i.riga, codice)
        cifre = i.cifre
        if len(cifre) not in (2, 4):
            self.avvisi.aggiungi(
                i.riga,
                codice,
                f"«{breve(nome)}» ha {len(cifre)} cifre: sono certi solo atteso e raggiunto"
                if len(cifre) > 2
                else f"«{breve(nome)}» ha {len(cifre)} cifre: non si attribuiscono",
            )
        atteso, raggiunto = cifre[:2] if len(cifre) >= 2 else (None, None)
        si_no = _SI_NO.search(nome) is not None and {atteso, raggiunto} <= {None, 0, 1}
        return neutro.Indicatore(
            nome=nome,
            peso=None,
            natura="positivo",
            aggregazione="ultimo_valore",
            tipo=i.tipo,
            unita_misura="si_no" if si_no else "percentuale" if "%" in nome else "numero",
            rilevazioni=(neutro.Rilevazione(self.periodo, atteso, raggiunto),),
            target_annuo=atteso,
            valore_annuo=raggiunto,
            storico=tuple(
                neutro.ValoreStorico(anno, valore)
                for anno, valore in zip(self.passati, cifre[2:4], strict=False)
            )
            if len(cifre) == 4
            else (),
            note=self._nota(i.note, i.riga, codice),
            riga=i.riga,
        )
