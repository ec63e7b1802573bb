# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the verbs need from the nouns.

The facts are frozen data (`Fascicolo`, `Attore`, `Richiesta`): guards read nothing else, so the
same guard answers for one objective or ten thousand, for today or for another date, for the
person logged in or for any other. The behaviour is the `Procedura` protocol, which
`cycle.procedures` implements once per noun.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from workflows.machines.base import Macchina, Transizione

# Roles of `domain.md` 2, in the order in which screens list them.
RUOLI: Mapping[str, str] = {
    "po": "Posizione organizzativa (EQ)",
    "dirigente": "Dirigente",
    "nucleo": "Nucleo di valutazione",
    "segreteria": "Segreteria della giunta",
    "giunta": "Giunta",
    "segretario": "Segretario o direttore generale",
    "controllo": "Programmazione e controllo",
    "ragioneria": "Ragioneria",
    "revisore": "Revisore",
}

# What a delega never carries (R81): validation and what is done for the giunta.
RUOLI_NON_DELEGABILI = frozenset({"nucleo", "giunta", "segreteria"})


@dataclass(frozen=True, slots=True)
class Incarico:
    """A role held at the instant asked: on which unit (and below), and on whose behalf."""

    id: int
    ruolo: str
    percorso: str  # materialised path of the unit; every unit below begins with it
    tipo: str = "titolare"  # titolare | interim | delega
    per_conto_di: int | None = None  # persona who delegated (R81)
    permessi: frozenset[tuple[str, str]] = frozenset()  # (permission, path it was granted on)

    def consente(self, permesso: str, percorso: str) -> bool:
        """Whether this incarico carries `permesso` on the unit at `percorso`."""
        if not percorso.startswith(self.percorso):
            return False
        concessi = [su for nome, su in self.permessi if nome == permesso]
        return any(percorso.startswith(su) for su in concessi)


@dataclass(frozen=True, slots=True)
class Attore:
    """Who acts, with the incarichi in force at one instant. A person without incarichi can do
    nothing; being a superuser adds nothing."""

    persona_id: int | None
    utente_id: int | None
    ente_id: int
    nome: str
    istante: datetime
    incarichi: tuple[Incarico, ...] = ()

    def incarico_per(self, permesso: str, percorso: str) -> Incarico | None:
        """The incarico under which the act is done: one's own before a delegated one."""
        adatti = [i for i in self.incarichi if i.consente(permesso, percorso)]
        return min(adatti, key=lambda i: (i.per_conto_di is not None, i.id), default=None)

    def ruoli(self) -> frozenset[str]:
        """Roles held, on whatever unit."""
        return frozenset(i.ruolo for i in self.incarichi)


def leggibile(testo: str) -> str:
    """The text without blanks at its ends, and nothing when there is nothing in it to be read:
    characters that do not show give no reason and name no act."""
    return testo.strip() if any(c.isprintable() and not c.isspace() for c in testo) else ""


@dataclass(frozen=True, slots=True)
class FattiAtto:
    """The act of the giunta as the clerk records it (R2, R15)."""

    numero: str
    data: date | None
    organo: str = "giunta"
    esecutivo: bool = True
    parere_tecnico: str = ""
    parere_contabile: str = ""

    def __post_init__(self) -> None:
        # One act has one number: blanks and invisible characters make no other of it.
        visibile = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in self.numero)
        object.__setattr__(self, "numero", " ".join(visibile.split()))


@dataclass(frozen=True, slots=True)
class FattiSeduta:
    """A sitting of the Nucleo (R59)."""

    data: date | None
    presenti: frozenset[int] = frozenset()  # persone
    dissensi: str = ""
    astenuti: frozenset[int] = frozenset()  # of those present, who declares a conflict


@dataclass(frozen=True, slots=True)
class Richiesta:
    """What the person adds to the click: reason, act, sitting, and the fields of the form."""

    motivazione: str = ""
    atto: FattiAtto | None = None
    seduta: FattiSeduta | None = None
    per_variazione: bool = False  # the transition is the effect of an approved variazione
    dati: Mapping[str, Any] = field(default_factory=dict)
    motivazioni: Mapping[int, str] = field(default_factory=dict)  # an object's own, by its id

    def __post_init__(self) -> None:
        object.__setattr__(self, "motivazione", leggibile(self.motivazione))

    def di(self, pk: int) -> Richiesta:
        """The same for one object: with its own reason, where it has one."""
        propria = self.motivazioni.get(pk, "").strip()
        return replace(self, motivazione=propria) if propria else self


@dataclass(frozen=True, slots=True)
class FattiPeriodo:
    codice: str
    ordine: int
    dal: date
    al: date


@dataclass(frozen=True, slots=True)
class FattiIndicatore:
    nome: str
    con_target: frozenset[str] = frozenset()  # codes of the periods that have a target
    con_valore: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FattiSpecifico:
    id: int
    codice: str
    inizio: date | None
    fine: date | None
    indicatori: tuple[FattiIndicatore, ...] = ()
    difetto_pesi: str = ""  # what is wrong with their weights (R68), where the ente weighs

    def comprende(self, periodo: FattiPeriodo) -> bool:
        """Whether the specifico's dates touch the period: then a target is due in it."""
        return (self.inizio is None or self.inizio <= periodo.al) and (
            self.fine is None or self.fine >= periodo.dal
        )


@dataclass(frozen=True, slots=True)
class Convalida:
    """Percentage of one specifico as computed and as the Nucleo validates it (R56)."""

    specifico_id: int
    specifico: str  # its code
    calcolata: Decimal | None
    convalidata: Decimal | None
    differisce: bool = False  # at the two decimals that are printed
    motivo: str = ""


@dataclass(frozen=True, slots=True)
class FattiRelazione:
    id: int
    periodo: FattiPeriodo
    stato: str

    @property
    def trasmessa(self) -> bool:
        """Whether its values are frozen: submitted, or further on (R54)."""
        return self.stato not in ("da_compilare", "riaperta")


@dataclass(frozen=True, slots=True)
class FattiOsservazione:
    """What the Nucleo wrote of one specifico on the report as submitted: whether somebody signed
    it, and whether the settore has written an answer (R54, R55)."""

    specifico: str  # its code
    firmata: bool
    risposta: bool = False


@dataclass(frozen=True, slots=True)
class FattiVoce:
    """An objective in a set. `cambiata`: its scheda is no longer the one that was submitted."""

    codice: str
    stato: str
    cambiata: bool = False


@dataclass(frozen=True, slots=True)
class FattiInsieme:
    """What a set is made of, and the pareri given on it as it was last submitted: kind ->
    outcome (R15). `percorso`: of the lowest unit that has all its objectives."""

    voci: tuple[FattiVoce, ...] = ()
    percorso: str = ""
    pareri: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FattiVariazione:
    """What a request asks, and what stands in its way (R16-R37). What is found against it comes in
    words: `contesi` are (field, request that holds it), `mossi` (field, value it was written
    against, value in force), `chiusi` the fields of periods already submitted."""

    cambi: int = 0
    autore: int | None = None
    motivazione: str = ""
    causa: str = ""  # supervening (R24)
    d_ufficio: bool = False  # the giunta's own initiative (R34)
    effetto_finanziario: bool = False
    atto_contabile: str = ""  # R28
    presentata_il: datetime | None = None
    tardiva: bool = False  # for ever (R24)
    termine: datetime | None = None  # first instant too late, as it holds now (R20, R49)
    ultimo_giorno: date | None = None  # of the law, for the act (R25, R27)
    contesi: tuple[tuple[str, str], ...] = ()
    mossi: tuple[tuple[str, str, str], ...] = ()
    chiusi: tuple[str, ...] = ()
    neutralizzati: tuple[str, ...] = ()  # what would go, and is neutralised or asked to be (R63)
    intermedi: tuple[str, ...] = ()  # targets that the year does not vary in its course (R31)
    mancano: tuple[str, ...] = ()  # required opinions not given on it as it is
    replica_fino: date | None = None  # last day of the settore's to reply, until it does (R34)
    regola_tardive: str = "ammissibile_con_eccezione_giunta"
    accoglimento_motivato: bool = True  # R19

    def e_tardiva(self, istante: datetime) -> bool:
        """Whether filing it at `istante` is late: ex officio never is (R34)."""
        return not self.d_ufficio and self.termine is not None and istante >= self.termine


@dataclass(frozen=True, slots=True)
class FattiCorrezione:
    """The correction of a material error: who signalled it, who decides, whether there is a
    computed percentage beside which to put another (R35)."""

    segnalata_da: int | None = None
    decide: str = "nucleo_o_controllo"
    calcolata: bool = True


@dataclass(frozen=True, slots=True)
class FattiNeutralizzazione:
    """What is asked to be set aside for a cause nobody could foresee or govern, and who decides it
    in that year (R62). `gia`: the state of another one of the same thing, "" where there is
    none."""

    decide: str = "nucleo_propone_giunta_decide"
    oggetto: str = ""  # in words: "l'obiettivo", "OB01", "OB01, «Pratiche»"
    chiesta_da: int | None = None
    d_ufficio: bool = False  # the Nucleo's own initiative
    causa: str = ""
    motivo: str = ""
    documenti: int = 0
    gia: str = ""


@dataclass(frozen=True, slots=True)
class Politica:
    """The ente's parameters that guards read (CFG rules), frozen with the ciclo."""

    fuso: str = "Europe/Rome"
    nodo_obbligatorio: frozenset[str] = frozenset()  # types of objective that need one (R8)
    pareri_obbligatori: bool = True  # R15
    parere_tecnico_di: tuple[str, ...] = ("dirigente", "segretario")  # roles (R15)
    quorum: int = 2  # R59
    target_a_fine_anno: bool = False  # one target is enough, at the end of the year (R8)
    specifici: str = "obiettivi specifici"  # how the ente calls them


@dataclass(frozen=True, slots=True)
class Fascicolo:
    """The facts of one objective, and of one of its reports when that is what moves; or those of
    a set, which hangs on no objective (`obiettivo_id` is then 0)."""

    id: int
    procedura: str
    codice: str
    titolo: str
    stato: str
    revisione: int
    percorso: str  # of the unit
    unita: str
    anno: int
    politica: Politica
    obiettivo_id: int
    stato_obiettivo: str
    ente: str = ""  # its codice IPA
    versione: int = 0
    tipo: str = ""
    responsabile_generale: int | None = None
    inizio: date | None = None
    fine: date | None = None
    nodi: int = 0
    periodi: tuple[FattiPeriodo, ...] = ()
    specifici: tuple[FattiSpecifico, ...] = ()
    relazioni: tuple[FattiRelazione, ...] = ()
    periodo: FattiPeriodo | None = None  # of the report that moves
    convalide: tuple[Convalida, ...] = ()
    osservazioni: tuple[FattiOsservazione, ...] = ()
    replica_entro: datetime | None = None  # first instant too late to answer (R55)
    anno_chiuso: bool = False  # C3
    mosse: tuple[str, ...] = ()  # figures that are no longer as submitted, in words (R54)
    variazioni_aperte: int = 0
    atto_in_vigore: str = ""  # the Atto that approved it, if any
    in_attesa_in: str = ""  # the set in which it waits for a decision, if any
    atto_registrato: bool = False  # the Atto of the request is already recorded for the year
    componenti: frozenset[int] = frozenset()  # persone of the Nucleo on the day of the sitting
    # who proposed, started, reported or submitted, deleganti included (R57)
    agito_per_il_settore: frozenset[int] = frozenset()
    insieme: FattiInsieme | None = None
    variazione: FattiVariazione | None = None
    correzione: FattiCorrezione | None = None
    neutralizzazione: FattiNeutralizzazione | None = None
    richiesta: Richiesta = Richiesta()

    @property
    def radice(self) -> int | None:
        """The objective under which the registro files what happens to it."""
        return self.obiettivo_id or None

    @property
    def astenuti(self) -> frozenset[int]:
        """Who, of those present at the sitting, does not decide on this objective: whoever says
        so, and whoever acted on it for the settore (R57)."""
        seduta = self.richiesta.seduta
        if seduta is None:
            return frozenset()
        return seduta.astenuti | (seduta.presenti & self.agito_per_il_settore)

    def con(self, richiesta: Richiesta) -> Fascicolo:
        """The same facts with what the person has just written."""
        return replace(self, richiesta=richiesta)


class Oggetto(Protocol):
    """A locked row that has a state."""

    pk: Any
    stato: Any


@dataclass(frozen=True, slots=True)
class Passo:
    """One object about to move, or just moved: what effects and recipients are told."""

    oggetto: Any
    fascicolo: Fascicolo
    da: str
    a: str


# matter -> (why it may concern them, who)
Interessati = Mapping[str, Sequence[tuple[str, Attore]]]


@dataclass(frozen=True, slots=True)
class Azione:
    """One action over a set: the registro's number of it, and all that happened in it."""

    id: int
    verbo: str
    attore: Attore
    istante: datetime
    richiesta: Richiesta
    passi: tuple[Passo, ...]
    atto_id: int | None = None
    interessati: Interessati | None = None  # where they were read with the actor


@dataclass(frozen=True, slots=True)
class Destinatario:
    """Somebody to be told, and why (`da_fare`, `responsabile`, `ha_agito`)."""

    utente_id: int
    persona_id: int
    motivo: str


@dataclass(frozen=True, slots=True)
class Notizia:
    """What is told about one matter: recipients, sentence, link. With nobody to tell, it still
    says that the matter moved, and that what was to be done about it is settled."""

    materia: str  # "obiettivo:42"
    destinatari: Sequence[Destinatario]
    testo: str
    link: str
    urgenza: str = "normale"  # or "alta"
    oggetto: str = ""  # what the matter is about, "obiettivo:7"; the matter itself, when not said


class Procedura(Protocol):
    """A noun bound to its machine: how to lock it, know it, and what moving it causes."""

    @property
    def nome(self) -> str: ...

    @property
    def modello(self) -> type[Any]: ...

    @property
    def macchina(self) -> Macchina: ...

    def gruppi(self, ids: Sequence[int]) -> Iterable[Sequence[int]]:
        """The ids, sorted, in the groups in which they may be locked and judged one after the
        other without two actions waiting for each other."""
        ...

    def blocca(self, ente_id: int, ids: Sequence[int]) -> list[Any]:
        """The rows, locked in order of pk and re-read; fewer than asked when some are not
        there or not of the ente."""
        ...

    def fascicoli(
        self, oggetti: Sequence[Any], istante: datetime, richiesta: Richiesta
    ) -> dict[int, Fascicolo]:
        """The facts of all of them in a fixed number of queries."""
        ...

    def persone(
        self,
        attore: Attore,
        istante: datetime,
        transizione: Transizione,
        fascicoli: Mapping[int, Fascicolo],
    ) -> tuple[Attore, Interessati | None]:
        """The same person with the incarichi in force at `istante`, read now, as far as the
        transition asks of them; and whom its news may concern, where no effect can change it."""
        ...

    def ricorda(self, passo: Passo, richiesta: Richiesta) -> Passo:
        """Of a step that was judged, what its effects and its news still need."""
        ...

    def riserva_atto(self, richiesta: Richiesta) -> int | None:
        """The id that the Atto of this request will have: every Evento carries it, and
        `effetti` writes it once the action is open."""
        ...

    def effetti(self, azione: Azione) -> None:
        """Write what the transition causes beside the state, in the same transaction."""
        ...

    def notizie(self, azione: Azione) -> list[Notizia]:
        """Whom to tell, and what: one for each matter that the action touched."""
        ...
