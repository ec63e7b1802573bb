# SPDX-License-Identifier: AGPL-3.0-or-later
"""From what was read to the plan. A scheda is an obiettivo operativo; it has no code of its own,
and takes the one its activities begin with."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from cycle.importers import piano as neutro
from cycle.importers.lettura import Rubrica, breve, verifica_anno
from cycle.importers.piano import PianoIllegibile
from cycle.importers.righe import unisci
from cycle.importers.seregno.lettore import (
    AttivitaGrezza,
    Campo,
    IndicatoreGrezzo,
    Lettore,
    Parte,
    SchedaGrezza,
)
from cycle.importers.testo import Avvisi, chiave

TIPO = "Obiettivo operativo"
# The ente weighs nothing (R68) and sets no cap on a score (R71).
# Its first reading has no target (R8).
PARAMETRI = {
    "pesi": False,
    "periodi": 2,
    "target_dovuto": "fine_anno",
    "misura": {"cap": None},
    "forma": "seregno",
    "nome_obiettivo": "Obiettivo operativo",
    "nome_obiettivi": "Obiettivi operativi",
    "nome_specifico": "Attività",
    "nome_specifici": "Attività",
}
_CENTESIMO = Decimal("0.01")
_FASE = re.compile(r"\bFASE\s*([0-9]{1,2})\s*[:;.)-]\s*", re.IGNORECASE)
# What the office that checks the figures adds, in the report or among the notes.
NOTA_CONTROLLO = re.compile(
    r"\bNOT[AE]\s+(?:DEL\s+|DELL')?(?:SERVIZIO|UFFICIO)\s+PROGRAMMA[A-Z]*\s+E\s+CONTROLL[OI]\b\s*:?",
    re.IGNORECASE,
)
_NUMERATO = re.compile(r"([0-9]+(?:\.[0-9]+)*)\.?\s+(?=\S)")
_AREA = re.compile(
    r"[\"«“”]?\s*(?P<nome>[^\"»“”]+?)\s*[\"»“”]?\s*[-–]\s*Responsabile\s?:\s*(?P<chi>.+)"
)


def assembla(lettore: Lettore, anno: int, avvisi: Avvisi) -> neutro.Piano:
    """Raises `PianoIllegibile` when there is no scheda, or they are of another year."""
    schede = lettore.schede
    if not schede:
        raise PianoIllegibile(
            "Il file non contiene nessuna «LINEA STRATEGICA:»: non è un piano nel formato Seregno. "
            "Controllare il file e il formato scelto."
        )
    if not any(scheda.attivita for scheda in schede):
        raise PianoIllegibile(
            f"Riga {schede[0].riga}: le schede non hanno attività (codici «Ob_Obiet»). Il file è "
            "troncato o non è un piano nel formato Seregno."
        )
    _anni(schede, anno)
    return _Assemblaggio(lettore, anno, avvisi).piano()


def _anni(schede: list[SchedaGrezza], anno: int) -> None:
    anni: Counter[int] = Counter()
    prime: dict[int, int] = {}
    for scheda in schede:
        for attivita in scheda.attivita.values():
            for indicatore in attivita.indicatori:
                if indicatore.anno is not None:
                    anni[indicatore.anno] += 1
                    prime.setdefault(indicatore.anno, indicatore.riga)
    verifica_anno(anni, prime, anno)


class _Assemblaggio:
    def __init__(self, lettore: Lettore, anno: int, avvisi: Avvisi) -> None:
        self.lettore = lettore
        self.anno = anno
        self.avvisi = avvisi
        self.rubrica = Rubrica(avvisi)
        self.primo, self.ultimo = f"{anno}-1", f"{anno}-2"

    def piano(self) -> neutro.Piano:
        obiettivi = [self._obiettivo(s) for s in self.lettore.schede if self._ha_codice(s)]
        unita = self._unita(obiettivi)
        return neutro.Piano(
            anno=self.anno,
            fonte="seregno",
            periodi=(
                neutro.Periodo(
                    self.primo, "Prima rilevazione", date(self.anno, 1, 1), date(self.anno, 6, 30)
                ),
                neutro.Periodo(
                    self.ultimo, "Fine anno", date(self.anno, 7, 1), date(self.anno, 12, 31)
                ),
            ),
            unita=(unita,),
            persone=self.rubrica.persone(),
            obiettivi=tuple(obiettivi),
            parametri=PARAMETRI,
        )

    def _unita(self, obiettivi: Sequence[neutro.Obiettivo]) -> neutro.Unita:
        """The area of the cover; without it, one that has its head from the schede, if they have
        one alone."""
        for riga in self.lettore.copertina:
            trovata = _AREA.fullmatch(riga.testo)
            if trovata is not None:
                nome = trovata["nome"]
                return neutro.Unita(
                    UNITA,
                    nome,
                    "area",
                    responsabile=self.rubrica.persona(trovata["chi"], riga.numero),
                    inquadramento="Dirigente",
                )
        self.avvisi.aggiungi(
            1, "", "manca la copertina con l'area e il suo responsabile: gli obiettivi sono posti "
            "sotto un'area senza nome, da correggere nell'organigramma"
        )  # fmt: skip
        capi = {chi for o in obiettivi if (chi := o.responsabile_generale)}
        return neutro.Unita(
            UNITA, "Area non indicata", "area", responsabile=capi.pop() if len(capi) == 1 else ""
        )

    # --- a scheda ---------------------------------------------------------------------------

    def _obiettivo(self, scheda: SchedaGrezza) -> neutro.Obiettivo:
        codice = self._codice(scheda)
        titolo = scheda.campo(Campo.OBIETTIVO)
        if not titolo:
            self.avvisi.aggiungi(scheda.riga, codice, "manca il titolo dell'obiettivo operativo")
        note, controllo = _separa(unisci(scheda.brani.get(Parte.NOTE, [])))
        if controllo:
            self.avvisi.aggiungi(
                scheda.riga_note, codice, "una nota del servizio di controllo vale per tutte le "
                "attività dell'obiettivo"
            )  # fmt: skip
        inizio, fine, dal, al = _date(scheda.date)
        return neutro.Obiettivo(
            codice=codice,
            tipo=TIPO,
            titolo=titolo,
            descrizione=unisci(scheda.brani.get(Parte.DEFINIZIONE, [])),
            unita=UNITA,
            responsabile_generale=self.rubrica.persona(
                scheda.campo(Campo.RESPONSABILE), scheda.riga, codice
            ),
            responsabile_operativo="",
            inizio_previsto=inizio,
            fine_prevista=fine,
            inizio_effettivo=dal,
            fine_effettiva=al,
            nodi=self._nodi(scheda, codice),
            persone=self._persone(scheda, codice),
            sezioni=_sezioni(scheda, note),
            specifici=tuple(
                self._specifico(scheda, attivita, titolo, controllo)
                for _, attivita in sorted(scheda.attivita.items())
            ),
            riga=scheda.riga,
        )

    def _ha_codice(self, scheda: SchedaGrezza) -> bool:
        """Without activities there is no code, and none is made up: the rest of the document has
        them."""
        if not scheda.attivita:
            self.avvisi.aggiungi(
                scheda.riga,
                "",
                f"la scheda «{breve(scheda.campo(Campo.OBIETTIVO))}» non ha attività, quindi "
                "nemmeno un codice: tralasciata. Importare il documento intero",
            )
        return bool(scheda.attivita)

    def _codice(self, scheda: SchedaGrezza) -> str:
        """What most of its activities begin with."""
        prefissi = Counter(codice[:-2] for codice in scheda.attivita)
        codice = max(prefissi, key=lambda p: (prefissi[p], p))
        for altra in sorted(scheda.attivita):
            if not altra.startswith(codice):
                self.avvisi.aggiungi(
                    scheda.attivita[altra].riga,
                    altra,
                    f"il codice non comincia con {codice} come gli altri della scheda",
                )
        return codice

    def _nodi(self, scheda: SchedaGrezza, codice: str) -> tuple[neutro.Nodo, ...]:
        """Two trees: that of the mandate, and that of the budget (D.Lgs. 118/2011)."""
        nodi = []
        for albero in (
            (("linea", Campo.LINEA), ("azione", Campo.AZIONE)),
            (("missione", Campo.MISSIONE), ("programma", Campo.PROGRAMMA)),
        ):
            percorso = []
            for tipo, campo in albero:
                testo = scheda.campo(campo)
                if not testo:
                    self.avvisi.aggiungi(scheda.riga, codice, f"manca: {tipo}")
                    continue
                numero = _NUMERATO.match(testo)
                percorso.append(
                    (tipo, numero[1] if numero else "", testo[numero.end() :] if numero else testo)
                )
            if percorso:
                nodi.append(neutro.Nodo(tuple(percorso)))
        return tuple(nodi)

    def _persone(self, scheda: SchedaGrezza, codice: str) -> tuple[neutro.Collaboratore, ...]:
        righe = []
        for riga in scheda.persone:
            nome = self.rubrica.persona(
                riga.nome, riga.riga, codice, riga.categoria, riga.matricola
            )
            if nome:
                righe.append(
                    neutro.Collaboratore(nome, nome, None, None, False, categoria=riga.categoria)
                )
        return tuple(righe)

    # --- an activity ------------------------------------------------------------------------

    def _specifico(
        self, scheda: SchedaGrezza, attivita: AttivitaGrezza, titolo: str, controllo: str
    ) -> neutro.Specifico:
        if not attivita.in_tabella:
            self.avvisi.aggiungi(attivita.riga, attivita.codice, "non è nella tabella delle fasi")
        if not attivita.indicatori:
            self.avvisi.aggiungi(attivita.riga, attivita.codice, "non ha indicatori")
        fasi = _fasi(attivita)
        inizio, fine, dal, al = _date(attivita.date)
        if inizio and dal and dal < inizio:
            self.avvisi.aggiungi(
                attivita.riga,
                attivita.codice,
                f"l'inizio effettivo ({dal:%d/%m/%Y}) precede il previsto ({inizio:%d/%m/%Y}): "
                "forse nessuno lo ha scritto",
            )
        if fine and al and al > fine:
            self.avvisi.aggiungi(
                attivita.riga,
                attivita.codice,
                f"la fine effettiva ({al:%d/%m/%Y}) segue la prevista ({fine:%d/%m/%Y})",
            )
        solo = len(scheda.attivita) == 1
        return neutro.Specifico(
            codice=attivita.codice,
            titolo=titolo if solo or not fasi else fasi[0].descrizione,
            descrizione=attivita.fasi,
            inizio_previsto=inizio,
            fine_prevista=fine,
            inizio_effettivo=dal,
            fine_effettiva=al,
            indicatori=tuple(self._indicatore(i, attivita.codice) for i in attivita.indicatori),
            relazioni=self._relazioni(attivita, controllo),
            fasi=fasi,
            riga=attivita.riga,
        )

    def _indicatore(self, i: IndicatoreGrezzo, codice: str) -> neutro.Indicatore:
        if i.percentuale is not None and i.target and i.valore is not None:
            calcolata = (i.valore / i.target * 100).quantize(_CENTESIMO, ROUND_HALF_UP)
            if calcolata != i.percentuale:
                self.avvisi.aggiungi(
                    i.riga,
                    codice,
                    f"«{breve(i.nome)}»: la percentuale stampata è {_italiano(i.percentuale)}, "
                    f"quella dei valori {_italiano(calcolata)}",
                )
        if i.target == 0:
            self.avvisi.aggiungi(
                i.riga, codice, f"«{breve(i.nome)}»: il target è 0, la percentuale non si calcola"
            )
        return neutro.Indicatore(
            nome=i.nome,
            peso=None,
            natura="positivo",
            aggregazione="ultimo_valore",
            rilevazioni=(
                neutro.Rilevazione(self.primo, None, i.prima),
                neutro.Rilevazione(self.ultimo, i.target, i.valore),
            ),
            target_annuo=i.target,
            valore_annuo=i.valore,
            riga=i.riga,
        )

    def _relazioni(self, attivita: AttivitaGrezza, controllo: str) -> tuple[neutro.Relazione, ...]:
        testo, propria = _separa(unisci(attivita.monitoraggio))
        nota = "\n".join(n for n in (propria, controllo) if n)
        if not testo and not nota:
            return ()
        stampate = [i.percentuale for i in attivita.indicatori if i.percentuale is not None]
        intera = len(stampate) == len(attivita.indicatori) and bool(stampate)
        return (
            neutro.Relazione(
                self.ultimo,
                testo,
                nota,
                "",
                percentuale_convalidata=sum(stampate, Decimal(0)) / len(stampate)
                if nota and intera
                else None,
                motivo=nota,
            ),
        )


UNITA = "AREA"


def _date(
    lette: dict[Campo, date],
) -> tuple[date | None, date | None, date | None, date | None]:
    return (
        lette.get(Campo.INIZIO_PREVISTO),
        lette.get(Campo.FINE_PREVISTA),
        lette.get(Campo.INIZIO_EFFETTIVO),
        lette.get(Campo.FINE_EFFETTIVA),
    )


def _separa(testo: str) -> tuple[str, str]:
    """A text, and what the office that checks the figures adds to it."""
    primo, *note = (parte.strip() for parte in NOTA_CONTROLLO.split(testo))
    return primo, "\n".join(nota for nota in note if nota)


def _fasi(attivita: AttivitaGrezza) -> tuple[neutro.Fase, ...]:
    """The phases of an activity, where the text numbers them; else the whole text is one."""
    testo = attivita.fasi
    inizi: list[re.Match[str]] = []
    for trovata in _FASE.finditer(testo):
        if not inizi or int(trovata[1]) > int(inizi[-1][1]):  # else a text speaks of a phase
            inizi.append(trovata)
    if not inizi or testo[: inizi[0].start()].strip():
        return (neutro.Fase(testo, riga=attivita.riga),) if testo else ()
    fini = [*(altro.start() for altro in inizi[1:]), len(testo)]
    parti = [testo[i.end() : fine].strip() for i, fine in zip(inizi, fini, strict=True)]
    return tuple(neutro.Fase(parte, riga=attivita.riga) for parte in parti if parte)


def _sezioni(scheda: SchedaGrezza, note: str) -> tuple[tuple[str, str], ...]:
    voci = [
        ("CdC associato", scheda.campo(Campo.CENTRO)),
        ("Indirizzi del DUP", unisci(scheda.brani.get(Parte.INDIRIZZI, []))),
        ("Condizione", scheda.campo(Campo.CONDIZIONE)),
        *((titolo, "\n".join(righe)) for titolo, righe in scheda.risorse.items()),
        ("Note", note),
    ]
    return tuple((titolo, testo) for titolo, testo in voci if chiave(testo))


def _italiano(numero: Decimal) -> str:
    return f"{numero:.2f}".replace(".", ",")
