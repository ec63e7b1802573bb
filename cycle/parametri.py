# SPDX-License-Identifier: AGPL-3.0-or-later
"""The parameters of a year (CFG rules): what a Ciclo freezes, with its defaults.

Each parameter is declared once, in `Parametri` or in `MISURA`: its kind reads JSON and what is
typed, and refuses what does not stand; its label, its sentence and its rule are what the form and
the page of the year show.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cycle.generi import (
    Coppie,
    Frase,
    Genere,
    Giorno,
    Intero,
    Numero,
    Parole,
    Scelta,
    SiNo,
    Testo,
)
from cycle.measure import ParametriMisura, in_italiano
from cycle.measure.parametri import ParametroErrato
from cycle.osservazioni import FRASI
from cycle.osservazioni import Politica as PoliticaOsservazioni
from workflows.ports import Politica

GRUPPI: Mapping[str, str | Promise] = {
    "peg": _("PEG e sua approvazione"),
    "forma": _("Forma e parole della scheda"),
    "variazioni": _("Variazioni"),
    "nucleo": _("Rendicontazione e Nucleo"),
    "osservazioni": _("Osservazioni del Nucleo proposte dal sistema"),
    "misura": _("Misurazione"),
    "smvp": _("Sistema di misurazione e valutazione"),
    "calendario": _("Calendario"),
}


@dataclass(frozen=True, slots=True)
class Parametro:
    """What there is to know of one parameter. `predefinito` is the value it has if nobody says."""

    nome: str
    gruppo: str
    genere: Genere
    etichetta: str | Promise
    spiega: str | Promise
    regola: str
    predefinito: Any

    def leggi(self, valore: Any) -> Any:
        """The value a JSON document holds. Raises ValueError naming the parameter."""
        try:
            return self.genere.leggi(valore)
        except ValueError as errore:
            raise _errato(self.nome, str(errore)) from None


def _errato(nome: str, problema: str) -> ParametroErrato:
    return ParametroErrato(nome, problema, f"parametro {nome!r}: {problema}")


def _p(
    predefinito: Any,
    genere: Genere,
    gruppo: str,
    etichetta: str | Promise,
    spiega: str | Promise,
    regola: str,
) -> Any:
    return field(
        default=predefinito,
        metadata={"dichiarazione": (gruppo, genere, etichetta, spiega, regola)},
    )


_OSSERVA = PoliticaOsservazioni()
_DI_QUALI = Scelta(
    {
        "strategici": _("Gli obiettivi collegati al programma politico"),
        "tutti": _("Tutti gli obiettivi"),
        "nessuno": _("Nessun obiettivo"),
    }
)


def _frase(nome: str, etichetta: str | Promise, spiega: str | Promise, regola: str) -> Any:
    """A sentence of the drafts: how it is said by default, and what may stand in it."""
    genere = Frase(500, segnaposti=FRASI[nome])
    return _p(getattr(_OSSERVA, nome), genere, "osservazioni", etichetta, spiega, regola)


def _livello(nome: str, etichetta: str | Promise, spiega: str | Promise) -> Any:
    """How the ente calls a level of its plan, on the pages and in print."""
    return _p(nome, Testo(40, obbligatorio=True), "forma", etichetta, spiega, "R8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parametri:
    """What one ente decided for one year. `da_dizionario` reads a JSON object, in which what is
    not named keeps its default, and raises ValueError naming the key; `in_dizionario` writes one
    that it reads back into an equal value. `misura` (declared in `MISURA`) is how percentages are
    computed (R62-R79)."""

    peg_obbligatorio: bool = _p(
        True,
        SiNo(),
        "peg",
        _("Il PEG è obbligatorio"),
        _(
            "Sotto i 5.000 abitanti il PEG è facoltativo: gli obiettivi servono comunque, e "
            "l'atto che li approva non è una deliberazione di PEG."
        ),
        "R10",
    )
    pareri_obbligatori: bool = _p(
        True,
        SiNo(),
        "peg",
        _("I pareri di regolarità si tengono qui"),
        _(
            "Un atto che approva obiettivi non si registra senza il parere di regolarità tecnica. "
            "«No» dove i pareri stanno nel programma delle deliberazioni."
        ),
        "R15",
    )
    parere_tecnico_di: str = _p(
        "dirigente_o_segretario",
        Scelta(
            {
                "dirigente_o_segretario": _("Il dirigente o il segretario"),
                "dirigente": _("Il dirigente"),
                "segretario": _("Il segretario o direttore generale"),
            }
        ),
        "peg",
        _("Chi rende il parere di regolarità tecnica"),
        _(
            "L'incarico che serve per rendere il parere sull'insieme portato in giunta. Il "
            "dirigente lo rende se ha l'incarico sull'unità che comprende tutti gli obiettivi "
            "dell'insieme: con «Il dirigente», un insieme di più settori aspetta chi li dirige "
            "tutti."
        ),
        "R15",
    )
    nodo_obbligatorio: frozenset[str] = _p(
        frozenset(),
        Parole(),
        "peg",
        _("Tipi di obiettivo legati al programma"),
        _(
            "Gli obiettivi di questi tipi non si propongono senza un nodo del programma (DUP). "
            "Più tipi si separano con una virgola; vuoto: nessuno."
        ),
        "R8",
    )
    target_dovuto: str = _p(
        "ogni_periodo",
        Scelta(
            {
                "ogni_periodo": _("Un target a ogni periodo"),
                "fine_anno": _("Solo alla fine dell'anno"),
            }
        ),
        "peg",
        _("Quando è dovuto il target di un indicatore"),
        _(
            "Dove i periodi prima dell'ultimo sono una lettura senza target, basta quello della "
            "fine. Senza nessun target un obiettivo non si propone comunque."
        ),
        "R8",
    )
    forma: str = _p(
        "modena",
        Scelta(
            {
                "modena": _("Modena: schede per obiettivo esecutivo e per unità organizzativa"),
                "seregno": _("Seregno: scheda di obiettivo gestionale"),
                "cinisello": _("Cinisello Balsamo: scheda PEG, con il diagramma delle fasi"),
                "reggio": _("Reggio Emilia: scheda di progetto, con budget e persone"),
            }
        ),
        "forma",
        _("Forma della scheda stampata"),
        _("Blocchi, ordine e parole della scheda in PDF. Si può sempre stamparla in un'altra."),
        "R8",
    )
    nome_obiettivo: str = _livello(
        "Obiettivo",
        _("Nome della scheda"),
        _("Per esempio «Obiettivo esecutivo», «Obiettivo di PEG», «Progetto»."),
    )
    nome_obiettivi: str = _livello(
        "Obiettivi",
        _("Nome della scheda, al plurale"),
        _("Come si contano le schede. Per esempio «Obiettivi di PEG», «Progetti»."),
    )
    nome_specifico: str = _livello(
        "Obiettivo specifico",
        _("Nome di ciò che la scheda contiene"),
        _("Per esempio «Obiettivo specifico», «Attività», «Obiettivo»."),
    )
    nome_specifici: str = _livello(
        "Obiettivi specifici",
        _("Ciò che la scheda contiene, al plurale"),
        _("Come si intitola l'elenco. Per esempio «Attività»."),
    )
    pesi: bool = _p(
        True,
        SiNo(),
        "peg",
        _("Gli indicatori si pesano"),
        _("I pesi degli indicatori di un obiettivo specifico sommano a 100."),
        "R68",
    )
    piao_decorrenza: str = _p(
        "termine_bilancio",
        Scelta(
            {
                "termine_bilancio": _("Dal termine fissato per il bilancio"),
                "approvazione_bilancio": _("Dall'approvazione del bilancio"),
            }
        ),
        "peg",
        _("Da quando decorrono i 30 giorni del PIAO"),
        _("Se il termine del bilancio è differito, il PIAO segue entro trenta giorni."),
        "R11",
    )
    piao_dovuto: bool = _p(
        True,
        SiNo(),
        "peg",
        _("La sezione Performance del PIAO è dovuta"),
        _(
            "«No» negli enti con meno di 50 dipendenti: la sezione resta disponibile, segnata "
            "come non dovuta."
        ),
        "R12",
    )
    registrazione_giorni: int = _p(
        15,
        Intero(1, 365),
        "peg",
        _("Giorni per registrare un atto"),
        _("Un atto registrato più tardi di così dalla sua data è segnalato."),
        "R84",
    )

    variazione_tardiva: str = _p(
        "ammissibile_con_eccezione_giunta",
        Scelta(
            {
                "ammissibile_con_eccezione_giunta": _(
                    "Si può presentare; resta tardiva e la giunta motiva l'eccezione"
                ),
                "irricevibile_con_motivazione": _("È dichiarata irricevibile, con un motivo"),
                "rifiuto_automatico": _("Non si può presentare"),
            }
        ),
        "variazioni",
        _("Richiesta di variazione presentata dopo il termine"),
        _(
            "Il termine è quello «Richieste di variazione» del calendario. Conta l'istante in cui "
            "si presenta la richiesta, sul server: non quando è stata scritta o decisa."
        ),
        "R24",
    )
    variazione_motivata: bool = _p(
        True,
        SiNo(),
        "variazioni",
        _("Anche l'accoglimento va motivato"),
        _("Il rifiuto è motivato sempre; con «Sì» lo è anche l'approvazione di una variazione."),
        "R19",
    )
    variazione_parere_nucleo: str = _p(
        "facoltativo",
        Scelta(
            {
                "nessuno": _("Non è chiesto"),
                "facoltativo": _("È facoltativo"),
                "obbligatorio": _("È obbligatorio, non vincolante"),
            }
        ),
        "variazioni",
        _("Parere del Nucleo sulle variazioni"),
        _("Se la giunta può decidere una variazione senza che il Nucleo si sia espresso."),
        "R33",
    )
    variazione_effetto: str = _p(
        "da_data",
        Scelta(
            {
                "da_data": _("Dalla data di efficacia, per ogni periodo ancora aperto"),
                "annuale": _("Sul solo target annuale: gli intermedi non si variano"),
            }
        ),
        "variazioni",
        _("Effetto di un target variato"),
        _("I periodi già validati non si riscrivono mai."),
        "R31",
    )
    variazione_backstop: tuple[int, int] = _p(
        (12, 15),
        Giorno(),
        "variazioni",
        _("Ultimo giorno di legge per variare il PEG"),
        _(
            "15/12 (art. 175 c. 9 TUEL); le regioni a statuto speciale possono avere un'altra "
            "data, per esempio 31/12. È un termine di legge: non si sposta e non si proroga."
        ),
        "R27",
    )
    variazione_ufficio_replica: int = _p(
        5,
        Intero(0, 60),
        "variazioni",
        _("Giorni di replica a una variazione d'ufficio"),
        _(
            "Quando la giunta varia di sua iniziativa, il settore ha questi giorni per rispondere: "
            "prima che passino, o che risponda, l'approvazione non si registra."
        ),
        "R34",
    )
    silenzio_giorni: int = _p(
        30,
        Intero(1, 365),
        "variazioni",
        _("Giorni di silenzio prima dell'avviso"),
        _(
            "Il silenzio non vale mai accoglimento né rifiuto: passati questi giorni senza "
            "decisione, si avvisa chi deve decidere."
        ),
        "R38",
    )

    periodi: int = _p(
        2,
        Scelta(
            {
                "1": _("Uno: l'anno"),
                "2": _("Due: semestri"),
                "3": _("Tre: quadrimestri"),
                "4": _("Quattro: trimestri"),
            },
            intera=True,
        ),
        "nucleo",
        _("Periodi di rendicontazione"),
        _("In ogni periodo il settore trasmette la relazione e il Nucleo la esamina."),
        "R52",
    )
    replica_giorni: int = _p(
        10,
        Intero(0, 60),
        "nucleo",
        _("Giorni per rispondere a un'osservazione del Nucleo"),
        _("Prima che scadano si valida solo se il settore ha risposto, o vi ha rinunciato."),
        "R55",
    )
    osservazione_invita: str = _p(
        _OSSERVA.invita,
        _DI_QUALI,
        "osservazioni",
        _("Per quali obiettivi si suggerisce una variazione"),
        _("Quando un target di un periodo intermedio è mancato, e si è ancora in tempo."),
        "R39",
    )
    osservazione_chiede: str = _p(
        _OSSERVA.chiede,
        _DI_QUALI,
        "osservazioni",
        _("Per quali obiettivi si chiede perché non sia stata chiesta una variazione"),
        _("Quando a fine anno il target è mancato e nessuna variazione è stata chiesta."),
        "R40",
    )
    osservazione_citazione: int = _p(
        _OSSERVA.citazione,
        Intero(0, 20_000),
        "osservazioni",
        _("Caratteri delle parole del settore che si riportano"),
        _("Oltre, il testo si taglia alla fine di una frase. 0: non si riportano."),
        "R53",
    )
    osservazione_rilievo: str = _frase(
        "rilievo",
        _("Come si dice ciò che manca"),
        _("{quando}: il periodo; {risulta}: il verbo; {rilievi}: previsto e conseguito."),
        "R78",
    )
    osservazione_parole: str = _frase(
        "parole",
        _("Come si riportano le parole del settore"),
        _("{testo}: ciò che il settore ha scritto. Vuota: non si riportano."),
        "R53",
    )
    osservazione_invito: str = _frase(
        "invito",
        _("Come si suggerisce una variazione"),
        _("{termine}: l'ultimo giorno utile del calendario."),
        "R39",
    )
    osservazione_chiesta: str = _frase(
        "chiesta",
        _("Come si dice che una variazione è stata chiesta"),
        _("Vuota: non si dice."),
        "R39",
    )
    osservazione_perche: str = _frase(
        "perche",
        _("Come si chiede perché non sia stata chiesta una variazione"),
        _("Vuota: non si chiede."),
        "R40",
    )
    nucleo_organo: str = _p(
        "nucleo",
        Scelta({"nucleo": _("Nucleo di valutazione"), "oiv": _("OIV")}),
        "nucleo",
        _("Organo di valutazione"),
        _("Chi sceglie l'OIV ne segue tutta la disciplina: serve il suo parere sul sistema."),
        "R60",
    )
    nucleo_monocratico: bool = _p(
        False,
        SiNo(),
        "nucleo",
        _("L'organo di valutazione è di un solo componente"),
        _("Con «Sì» la presenza dell'unico componente basta a ogni seduta."),
        "R59",
    )
    quorum: int = _p(
        2,
        Intero(1, 15),
        "nucleo",
        _("Presenti perché una seduta sia valida"),
        _("Il Nucleo decide in seduta, con almeno questi componenti."),
        "R59",
    )
    segretario_nel_nucleo: bool = _p(
        False,
        SiNo(),
        "nucleo",
        _("Il segretario fa parte del Nucleo"),
        _("Si astiene comunque sugli obiettivi su cui è valutato o che coordina."),
        "R57",
    )
    correzione_decide: str = _p(
        "nucleo_o_controllo",
        Scelta(
            {
                "nucleo_o_controllo": _("Nucleo o programmazione e controllo"),
                "nucleo": _("Nucleo"),
                "controllo": _("Programmazione e controllo"),
            }
        ),
        "nucleo",
        _("Chi decide la correzione di un errore materiale"),
        _("Mai chi l'ha segnalato. La percentuale calcolata non cambia."),
        "R35",
    )
    neutralizzazione_decide: str = _p(
        "nucleo_propone_giunta_decide",
        Scelta(
            {
                "nucleo_propone_giunta_decide": _("Il Nucleo propone, la giunta decide"),
                "nucleo_decide": _("Il Nucleo"),
                "off": _("Nessuno: non si neutralizza"),
            }
        ),
        "nucleo",
        _("Chi neutralizza un obiettivo"),
        _(
            "Serve una causa non attribuibile e imprevedibile, con le prove; l'obiettivo resta "
            "nella Relazione."
        ),
        "R62",
    )
    relazione_ordine: str = _p(
        "approva_valida",
        Scelta(
            {
                "approva_valida": _("La giunta approva, poi il Nucleo valida"),
                "valida_approva": _("Il Nucleo valida, poi la giunta approva"),
            }
        ),
        "nucleo",
        _("Relazione sulla performance"),
        _("L'ordine fra approvazione e validazione, tutte e due entro il 30/06."),
        "R61",
    )

    misura: ParametriMisura = field(default_factory=ParametriMisura)

    smvp_versione: str = _p(
        "",
        Testo(200),
        "smvp",
        _("Versione in vigore del sistema (SMVP)"),
        _("Per esempio «delibera di giunta n. 210 del 12/12/2025»."),
        "R66",
    )
    smvp_parere: str = _p(
        "",
        Testo(200),
        "smvp",
        _("Parere dell'organo di valutazione sul sistema"),
        _("Il parere vincolante sull'aggiornamento annuale: chi lo ha reso e quando."),
        "R66",
    )

    proroga_festivi: bool = _p(
        True,
        SiNo(),
        "calendario",
        _("Un termine che cade di festa slitta"),
        _(
            "Al primo giorno non festivo, per i termini che hanno questa regola. «No»: nessun "
            "termine dell'ente si sposta in avanti."
        ),
        "R44",
    )
    sabato_festivo: bool = _p(
        False,
        SiNo(),
        "calendario",
        _("Il sabato vale come festivo"),
        _("Per lo spostamento dei termini; di norma il sabato è un giorno come gli altri."),
        "R45",
    )
    patrono_festivo: bool = _p(
        True,
        SiNo(),
        "calendario",
        _("Il patrono vale come festivo"),
        _("Per i termini dell'ente; quelli di legge non si spostano comunque."),
        "R46",
    )
    segretario_dopo_giorni: int = _p(
        7,
        Intero(1, 90),
        "calendario",
        _("Giorni di ritardo prima di avvisare il segretario"),
        _(
            "Un termine scaduto da tanto è segnalato al segretario o direttore generale; chi ne "
            "è incaricato è avvisato 30, 7 e 1 giorno prima, e alla scadenza."
        ),
        "R38",
    )

    def __post_init__(self) -> None:
        if self.nucleo_monocratico and self.quorum != 1:
            raise _errato("quorum", gettext("con un solo componente le presenze richieste sono 1"))

    @classmethod
    def da_dizionario(cls, dati: Mapping[str, Any]) -> Parametri:
        ignoti = sorted(set(dati) - set(cls.__dataclass_fields__))
        if ignoti:
            raise _errato(ignoti[0], "non esiste")
        letti: dict[str, Any] = {}
        for nome, valore in dati.items():
            if nome == "misura":
                letti[nome] = ParametriMisura.da_dizionario(valore)
            else:
                letti[nome] = DICHIARATI[nome].leggi(valore)
        if letti.get("nucleo_monocratico"):
            letti.setdefault("quorum", 1)
        return cls(**letti)

    def in_dizionario(self) -> dict[str, Any]:
        """Every parameter, as a year's act freezes them: defaults may change, a year does not."""
        scritti = {n: p.genere.scrivi(getattr(self, n)) for n, p in DICHIARATI.items()}
        return {**scritti, "misura": self.misura.in_dizionario()}

    def valori(self) -> Iterator[tuple[Parametro, Any]]:
        """Every parameter with its value, those of measurement included, in the order of pages."""
        for gruppo in GRUPPI:
            for p in TUTTI.values():
                if p.gruppo == gruppo:
                    dove = self.misura if gruppo == "misura" else self
                    yield p, getattr(dove, p.nome.removeprefix("misura."))

    def osservazioni(self) -> PoliticaOsservazioni:
        """When and how the Nucleo speaks."""
        prefisso = "osservazione_"
        return PoliticaOsservazioni(
            **{
                nome.removeprefix(prefisso): getattr(self, nome)
                for nome in DICHIARATI
                if nome.startswith(prefisso)
            }
        )

    def conta(self, quanti: int, quale: str) -> str:
        """«1 progetto», «25 progetti»: of the level `obiettivi` or `specifici`."""
        uno = {"obiettivi": self.nome_obiettivo, "specifici": self.nome_specifico}[quale]
        molti = {"obiettivi": self.nome_obiettivi, "specifici": self.nome_specifici}[quale]
        return f"{in_italiano(Decimal(quanti))} {in_frase(uno if quanti == 1 else molti)}"

    def politica(self, fuso: str) -> Politica:
        """What the guards read of it."""
        return Politica(
            fuso=fuso,
            nodo_obbligatorio=self.nodo_obbligatorio,
            pareri_obbligatori=self.pareri_obbligatori,
            parere_tecnico_di=tuple(self.parere_tecnico_di.split("_o_")),
            quorum=self.quorum,
            target_a_fine_anno=self.target_dovuto == "fine_anno",
            specifici=in_frase(self.nome_specifici),
        )


def _dichiarati() -> dict[str, Parametro]:
    trovati = {}
    for f in fields(Parametri):
        if "dichiarazione" in f.metadata:
            gruppo, genere, etichetta, spiega, regola = f.metadata["dichiarazione"]
            assert f.default is not MISSING
            trovati[f.name] = Parametro(
                f.name, gruppo, genere, etichetta, spiega, regola, f.default
            )
    return trovati


DICHIARATI: Mapping[str, Parametro] = _dichiarati()

# Those of measurement: `measure`, which knows no language and no page, holds the defaults and
# refuses what does not stand; here is how they are said. Their names begin with "misura.".
_DETTI: Mapping[str, tuple[Genere, str | Promise, str | Promise, str]] = {
    "cap": (
        Numero(facoltativo=True, percento=True),
        _("Punteggio massimo di un indicatore, in percentuale"),
        _("100: oltre il target non si guadagna. Vuoto: nessun massimo, e un 212 % resta tale."),
        "R71",
    ),
    "negativo_oltre": (
        Scelta(
            {
                "rapporto": _("Target diviso conseguito"),
                "lineare": _("Scende in proporzione, fino a 0"),
                "zero": _("0"),
            }
        ),
        _("Indicatore da contenere, oltre il target"),
        _("Quanto vale un indicatore in cui meno è meglio, quando supera il target."),
        "R72",
    ),
    "indicatori": (
        Scelta(
            {
                "somma_pesata": _("Somma pesata degli indicatori"),
                "peggiore": _("L'indicatore peggiore"),
            }
        ),
        _("Percentuale di un obiettivo specifico"),
        _("Come si compongono più indicatori."),
        "R77",
    ),
    "aggregazione_specifici": (
        Scelta({"media": _("Media semplice"), "ponderata": _("Media ponderata con i pesi")}),
        _("Percentuale di un obiettivo"),
        _("Come si compongono i suoi obiettivi specifici."),
        "R69",
    ),
    "neutralizzazione": (
        Scelta(
            {
                "escludi": _("È esclusa, e il suo peso va alle altre"),
                "cento": _("Vale 100"),
                "quota": _("Vale quanto ha raggiunto"),
            }
        ),
        _("Quanto conta una parte neutralizzata"),
        _("L'effetto sui pesi di ciò che è stato neutralizzato."),
        "R62",
    ),
    "tabella_giorni_ritardo": (
        Coppie(_("giorni"), _("punteggio"), prima_intera=True, percento=1),
        _("Punteggio di una data mancata"),
        _(
            "Una riga per soglia: giorni di ritardo, due punti, percentuale. Per esempio «30: 95». "
            "Oltre l'ultima soglia, 0."
        ),
        "R79",
    ),
    "tolleranza_pesi": (
        Numero(),
        _("Tolleranza sulla somma dei pesi"),
        _("Solo per i terzi, che si stampano 33, 33 e 34."),
        "R68",
    ),
    "tolleranza_osservazioni": (
        Numero(percento=True),
        _("Scarto dal target che il Nucleo tralascia, in percentuale"),
        _("0: ogni target mancato è un'osservazione da scrivere."),
        "R78",
    ),
    "fasce": (
        Coppie(_("da"), _("giudizio"), prima_intera=False),
        _("Fasce di giudizio"),
        _(
            "Una riga per fascia, dalla più alta: percentuale da cui vale, due punti, giudizio. "
            "L'ultima parte da 0."
        ),
        "R76",
    ),
}
MISURA: Mapping[str, Parametro] = {
    nome: Parametro(
        f"misura.{nome}",
        "misura",
        *_DETTI[nome],
        getattr(ParametriMisura(), nome),
    )
    for nome in ParametriMisura.__dataclass_fields__
}

TUTTI: Mapping[str, Parametro] = {
    **DICHIARATI,
    **{p.nome: p for p in MISURA.values()},
}


def in_frase(nome: str) -> str:
    """The name of a level within a sentence: «Progetto» is «progetto», «PEG» stays."""
    return nome if nome[1:2].isupper() else nome[:1].lower() + nome[1:]


def cifra(testo: str) -> Decimal:
    """A figure written by an Italian or by a program: `1.234,5`, `1234.5`, `66,67`.

    Raises ValueError, in Italian, when it is not one.
    """
    pulito = testo.strip().replace("\u00a0", "").replace(" ", "").rstrip("%")
    if "," in pulito:
        pulito = pulito.replace(".", "").replace(",", ".")
    try:
        valore = Decimal(pulito)
    except InvalidOperation:
        raise ValueError(f"«{testo}» non è un numero") from None
    if not valore.is_finite() or abs(valore) >= Decimal(10) ** 14:
        raise ValueError(f"«{testo}» non è un numero accettabile")
    return valore
