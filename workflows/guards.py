# SPDX-License-Identifier: AGPL-3.0-or-later
"""Guards: the conditions of the transitions, one function each.

A guard reads (facts, actor, instant) and yields what is missing: nothing yielded means passed.
It is asked by the page before the click, by the API, by previews and by the engine; nothing else
checks these rules. A guard that waits for something the form will bring (a reason, the act, the
sitting) is `del_modulo`: previews list it as required instead of calling it a refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from workflows.errors import Motivo
from workflows.ports import Attore, Fascicolo

# Who approves objectives: nobody else, whatever the act (R3).
ORGANI_ESECUTIVI = ("giunta", "commissario")
_GIORNI_DI_UN_ATTO = 3660  # an older one has a year typed wrong, and would stay so

MASSIMO_NUMERO, MASSIMO_PARERE = 30, 300  # characters that an act keeps of them

# (what is missing, what to do about it)
Mancanza = tuple[str, str]
Prova = Callable[[Fascicolo, Attore, datetime], Iterator[Mancanza]]


@dataclass(frozen=True, slots=True)
class Guardia:
    """A named condition, the rule it enforces, and who can remedy it."""

    nome: str
    regola: str
    chi: str  # role that can remedy
    descrizione: str  # one line for the help page and the diagrams
    prova: Prova
    del_modulo: bool = False
    conflitto: bool = False  # what it misses was moved by somebody else: look again (409)
    di_persona: bool = False  # it is about who asks, beside the incarico: not theirs to do (403)

    def motivi(self, fascicolo: Fascicolo, attore: Attore, istante: datetime) -> list[Motivo]:
        """Reasons why not; empty when the guard passes."""
        return [
            Motivo(self.nome, self.regola, messaggio, rimedio, self.chi)
            for messaggio, rimedio in self.prova(fascicolo, attore, istante)
        ]


def guardia(
    regola: str,
    chi: str,
    *,
    del_modulo: bool = False,
    conflitto: bool = False,
    di_persona: bool = False,
) -> Callable[[Prova], Guardia]:
    """Make a `Guardia` of a function; its docstring's first line is the description."""

    def crea(prova: Prova) -> Guardia:
        descrizione = (prova.__doc__ or "").strip().splitlines()[0]
        return Guardia(
            prova.__name__, regola, chi, descrizione, prova, del_modulo, conflitto, di_persona
        )

    return crea


# --- the scheda is complete (R8) ----------------------------------------------------------------


@guardia("R6", "dirigente")
def responsabile_presente(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """C'è il responsabile generale."""
    if f.responsabile_generale is None:
        yield (
            _("Manca il responsabile generale."),
            _("Indicare nella scheda il dirigente che ne risponde."),
        )


@guardia("R8", "po")
def specifici_presenti(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """C'è almeno un obiettivo specifico con almeno un indicatore."""
    if not f.specifici:
        yield (
            _("La scheda non ha %(specifici)s.") % {"specifici": f.politica.specifici},
            _("Aggiungere %(specifici)s, con almeno un indicatore.")
            % {"specifici": f.politica.specifici},
        )
    elif not any(s.indicatori for s in f.specifici):
        yield (
            _("Non c'è ancora un indicatore in nessuna voce di «%(specifici)s».")
            % {"specifici": f.politica.specifici},
            _("Aggiungere almeno un indicatore con il suo target."),
        )


@guardia("R8", "po")
def target_in_ogni_periodo(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Ogni indicatore ha un target in ogni periodo toccato dalle date, o solo alla fine."""
    codici = [p.codice for p in f.periodi]
    for specifico in f.specifici:
        dovuti = [p.codice for p in f.periodi if specifico.comprende(p)]
        # at the end of its own dates, or later: a target outside them is as good
        bastano = codici[codici.index(dovuti[-1]) :] if dovuti else []
        if f.politica.target_a_fine_anno:
            dovuti = dovuti[-1:]
        for indicatore in specifico.indicatori:
            if f.politica.target_a_fine_anno and not indicatore.con_target.isdisjoint(bastano):
                continue
            if not indicatore.con_target.issuperset(dovuti):
                senza = [codice for codice in dovuti if codice not in indicatore.con_target]
                yield (
                    _("%(codice)s, «%(nome)s»: manca il target di %(periodi)s.")
                    % {
                        "codice": specifico.codice,
                        "nome": indicatore.nome,
                        "periodi": ", ".join(senza),
                    },
                    _("Scrivere il target, anche zero, oppure correggere le date."),
                )


@guardia("R68", "po")
def pesi_a_cento(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """I pesi degli indicatori di ogni obiettivo specifico sommano a 100, dove si usano i pesi."""
    for specifico in f.specifici:
        if specifico.difetto_pesi:
            yield (
                _("%(codice)s: %(difetto)s.")
                % {"codice": specifico.codice, "difetto": specifico.difetto_pesi},
                _("Scrivere un peso per ogni indicatore, in tutto 100."),
            )


@guardia("R8", "controllo")
def nodo_presente(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """L'obiettivo è collegato al programma politico, dove il suo tipo lo richiede."""
    if f.tipo in f.politica.nodo_obbligatorio and not f.nodi:
        yield (
            _("L'obiettivo non è collegato ad alcun programma."),
            _("Collegarlo a un programma del DUP."),
        )


SCHEDA_COMPLETA = (
    responsabile_presente,
    specifici_presenti,
    target_in_ogni_periodo,
    pesi_a_cento,
    nodo_presente,
)


# --- what the form brings -----------------------------------------------------------------------


@guardia("R84", "chi agisce", del_modulo=True)
def motivazione_presente(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """C'è una motivazione scritta."""
    if not f.richiesta.motivazione.strip():
        yield (_("Manca la motivazione."), _("Scrivere perché si compie questo passo."))


@guardia("R2", "segreteria", del_modulo=True)
def atto_presente(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """C'è l'atto della giunta, con numero e data, non futuro, non già registrato."""
    atto = f.richiesta.atto
    if atto is None or not atto.numero.strip() or atto.data is None:
        yield (
            _("Manca l'atto della giunta con numero e data."),
            _("Registrare numero e data della deliberazione."),
        )
    elif len(atto.numero) > MASSIMO_NUMERO:
        yield (
            _("Il numero dell'atto è lungo %(n)s caratteri: al massimo %(massimo)s.")
            % {"n": len(atto.numero), "massimo": MASSIMO_NUMERO},
            _("Scrivere solo il numero della deliberazione, senza data né oggetto."),
        )
    elif atto.data > t.astimezone(ZoneInfo(f.politica.fuso)).date():
        yield (
            _("L'atto porta una data futura (%(data)s).") % {"data": f"{atto.data:%d/%m/%Y}"},
            _("Correggere la data: si registra un atto già adottato."),
        )
    elif (t.date() - atto.data).days > _GIORNI_DI_UN_ATTO:
        yield (
            _("L'atto porta la data del %(data)s, più di dieci anni fa.")
            % {"data": f"{atto.data:%d/%m/%Y}"},
            _("Controllare l'anno: un atto registrato non si corregge."),
        )
    elif atto.organo not in ORGANI_ESECUTIVI:
        yield (
            _("Un obiettivo lo approva la giunta, o il commissario che ne ha i poteri."),
            _("Indicare l'organo che ha adottato l'atto."),
        )
    elif f.atto_registrato:
        yield (
            _("L'atto n. %(numero)s del %(anno)s è già registrato: un atto decide una volta sola.")
            % {"numero": atto.numero.strip(), "anno": atto.data.year},
            _("Controllare il numero, oppure approvare con un nuovo atto."),
        )


@guardia("R15", "segretario", del_modulo=True)
def pareri_presenti(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """L'atto porta il parere di regolarità tecnica, dove l'ente lo tiene qui."""
    atto = f.richiesta.atto
    if f.politica.pareri_obbligatori and atto is not None and not atto.parere_tecnico.strip():
        yield (
            _("Manca il parere di regolarità tecnica."),
            _("Indicare chi lo ha reso e quando (art. 49 TUEL)."),
        )
    if atto is not None:
        for parere in (atto.parere_tecnico, atto.parere_contabile):
            if len(parere) > MASSIMO_PARERE:
                yield (
                    _("Un parere dell'atto è lungo %(n)s caratteri: al massimo %(massimo)s.")
                    % {"n": len(parere), "massimo": MASSIMO_PARERE},
                    _("Scrivere solo chi lo ha reso e quando: il testo sta nella deliberazione."),
                )


@guardia("R59", "nucleo", del_modulo=True)
def seduta_valida(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Il Nucleo decide in seduta: data, componenti presenti in numero legale, chi registra c'è."""
    seduta = f.richiesta.seduta
    if seduta is None or seduta.data is None:
        yield (
            _("Manca la seduta del Nucleo."),
            _("Indicare la data della seduta e i componenti presenti."),
        )
        return
    if seduta.data > t.astimezone(ZoneInfo(f.politica.fuso)).date():
        yield (
            _("La seduta porta una data futura (%(data)s).") % {"data": f"{seduta.data:%d/%m/%Y}"},
            _("Correggere la data della seduta."),
        )
    if seduta.presenti - f.componenti:
        yield (
            _("Fra i presenti c'è chi non era componente del Nucleo il giorno della seduta."),
            _("Indicare fra i presenti solo i componenti in carica quel giorno."),
        )
    if f.astenuti - seduta.presenti:
        yield (
            _("Fra gli astenuti c'è chi non risulta presente alla seduta."),
            _("Si astiene chi è presente: correggere i presenti o gli astenuti."),
        )
    if len((seduta.presenti & f.componenti) - f.astenuti) < f.politica.quorum:
        yield (
            ngettext(
                "Presenti insufficienti: serve almeno %(n)s componente che non si astenga.",
                "Presenti insufficienti: servono almeno %(n)s componenti che non si astengano.",
                f.politica.quorum,
            )
            % {"n": f.politica.quorum},
            _("Indicare tutti i componenti presenti, o riconvocare la seduta."),
        )
    if a.persona_id is not None and a.persona_id not in seduta.presenti:
        yield (
            _("Chi registra la decisione non risulta presente alla seduta."),
            _("Aggiungersi ai presenti, o far registrare da un componente presente."),
        )


@guardia("R56", "nucleo", del_modulo=True)
def scostamenti_motivati(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Ogni obiettivo specifico ha la percentuale, e un motivo dove differisce dalla calcolata."""
    for c in f.convalide:
        if c.convalidata is None and c.calcolata is None:
            continue  # nothing was due in this period: not assessed, not a failure (R73)
        if c.convalidata is None or not 0 <= c.convalidata <= max(c.calcolata or 0, 100):
            yield (
                _("%(codice)s: la percentuale convalidata manca o non sta fra 0 e 100.")
                % {"codice": c.specifico},
                _("Scrivere la percentuale, da 0 a 100."),
            )
        elif c.differisce and not c.motivo.strip():
            yield (
                _(
                    "%(codice)s: la percentuale convalidata differisce da quella calcolata "
                    "senza un motivo."
                )
                % {"codice": c.specifico},
                _("Scrivere il motivo, oppure confermare la percentuale calcolata."),
            )


@guardia("R54", "nucleo", del_modulo=True)
def cifra_indicata(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Per riaprire ciò che è validato si indica la cifra che si è mossa."""
    if f.stato == "validato" and not str(f.richiesta.dati.get("cifra", "")).strip():
        yield (
            _("Manca la cifra che si è mossa dopo la validazione."),
            _("Indicare quale valore è cambiato, da quanto a quanto."),
        )


@guardia("C3", "controllo")
def anno_aperto(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """L'anno non è chiuso."""
    if f.anno_chiuso:
        yield (
            _("Il %(anno)s è chiuso.") % {"anno": f.anno},
            _("Un errore materiale si corregge: segnalarlo dalla relazione."),
        )


# --- time, other acts, other people -------------------------------------------------------------


@guardia("R8", "dirigente", del_modulo=True)
def nella_finestra(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Si avvia entro le date previste, oppure con un motivo."""
    oggi = t.astimezone(ZoneInfo(f.politica.fuso)).date()
    fuori = (f.inizio is not None and oggi < f.inizio) or (f.fine is not None and oggi > f.fine)
    if fuori and not f.richiesta.motivazione.strip():
        yield (
            _("Oggi, %(oggi)s, si è fuori dalle date previste (%(inizio)s - %(fine)s).")
            % {
                "oggi": f"{oggi:%d/%m/%Y}",
                "inizio": f"{f.inizio:%d/%m/%Y}" if f.inizio else "…",
                "fine": f"{f.fine:%d/%m/%Y}" if f.fine else "…",
            },
            _("Scrivere il motivo dell'avvio fuori dalle date previste."),
        )


@guardia("R30", "segreteria")
def in_nessun_altro_atto(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """L'obiettivo non è già stato approvato da un altro atto."""
    if f.atto_in_vigore:
        yield (
            _("L'obiettivo è già approvato con %(atto)s.") % {"atto": f.atto_in_vigore},
            _("Per cambiarlo serve una variazione."),
        )


@guardia("R54", "dirigente")
def ultima_relazione_trasmessa(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """La relazione dell'ultimo periodo è trasmessa, o già oltre."""
    if not f.periodi:
        yield (_("L'anno non ha periodi di rendicontazione."), _("Definire i periodi dell'anno."))
        return
    ultimo = max(f.periodi, key=lambda p: p.ordine)
    if not any(r.trasmessa for r in f.relazioni if r.periodo.codice == ultimo.codice):
        yield (
            _("La relazione del periodo %(periodo)s non è stata trasmessa.")
            % {"periodo": ultimo.codice},
            _("Compilarla e trasmetterla."),
        )


@guardia("R26", "segreteria")
def nessuna_variazione_pendente(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Nessuna richiesta di variazione aspetta una decisione."""
    if f.variazioni_aperte:
        yield (
            ngettext(
                "C'è %(n)s richiesta di variazione da decidere.",
                "Ci sono %(n)s richieste di variazione da decidere.",
                f.variazioni_aperte,
            )
            % {"n": f.variazioni_aperte},
            _("Attendere la decisione della giunta, oppure ritirare la richiesta."),
        )


@guardia("R54", "nucleo")
def ogni_periodo_validato(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Tutte le relazioni dell'anno sono validate."""
    stati = {r.periodo.codice: r.stato for r in f.relazioni}
    mancano = [p.codice for p in f.periodi if stati.get(p.codice) != "validata"]
    if mancano:
        yield (
            ngettext(
                "La relazione del periodo %(periodi)s non è validata.",
                "Le relazioni dei periodi %(periodi)s non sono validate.",
                len(mancano),
            )
            % {"periodi": ", ".join(mancano)},
            _("Validare prima le relazioni dei singoli periodi."),
        )


@guardia("R57", "nucleo")
def separazione_delle_funzioni(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Chi valida non ha mai agito per il settore su questo obiettivo."""
    in_gioco = {a.persona_id} | {i.per_conto_di for i in a.incarichi}
    if (in_gioco - {None}) & f.agito_per_il_settore:
        yield (
            _("%(nome)s ha già agito per il settore su questo obiettivo: non può validarlo.")
            % {"nome": a.nome},
            _("Far validare da un altro componente del Nucleo, e registrare l'astensione."),
        )


@guardia("R3", "segreteria")
def effetto_di_variazione(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Si stralcia solo come effetto di una variazione approvata dalla giunta."""
    if not f.richiesta.per_variazione:
        yield (
            _("Un obiettivo approvato si stralcia solo con una variazione approvata."),
            _("Presentare una richiesta di variazione che ne chieda lo stralcio."),
        )


# --- reports ------------------------------------------------------------------------------------


@guardia("R54", "dirigente")
def obiettivo_in_corso(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Si rendiconta un obiettivo in corso."""
    if f.stato_obiettivo not in ("in_corso", "rendicontato"):
        yield (
            _("L'obiettivo non è in corso: si trova in «%(stato)s».")
            % {"stato": f.stato_obiettivo.replace("_", " ")},
            _("Avviare prima l'obiettivo."),
        )


@guardia("R53", "po")
def valori_completi(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Ogni indicatore con un target nel periodo ha il suo valore."""
    if f.periodo is None:
        return
    for specifico in f.specifici:
        for indicatore in specifico.indicatori:
            if (
                f.periodo.codice in indicatore.con_target
                and f.periodo.codice not in indicatore.con_valore
            ):
                yield (
                    _("%(codice)s, «%(nome)s»: manca il valore di %(periodo)s.")
                    % {
                        "codice": specifico.codice,
                        "nome": indicatore.nome,
                        "periodo": f.periodo.codice,
                    },
                    _("Scrivere il valore misurato, anche zero."),
                )


@guardia("R54", "nucleo")
def obiettivo_non_validato(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Non si riapre la relazione di un obiettivo validato."""
    if f.stato_obiettivo == "validato":
        yield (
            _("L'obiettivo è validato: la sua relazione non si riapre da sola."),
            _("Riaprire prima l'obiettivo."),
        )


@guardia("R54", "nucleo")
def nessuna_relazione_successiva(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Si riapre prima la relazione più recente: le sue cifre contengono quelle di prima."""
    if f.periodo is None:
        return
    chiuse = sorted(
        r.periodo.codice for r in f.relazioni if r.periodo.ordine > f.periodo.ordine and r.trasmessa
    )
    if chiuse:
        yield (
            ngettext(
                "La relazione del periodo %(periodi)s è già stata trasmessa, e comprende queste "
                "cifre.",
                "Le relazioni dei periodi %(periodi)s sono già state trasmesse, e comprendono "
                "queste cifre.",
                len(chiuse),
            )
            % {"periodi": ", ".join(chiuse)},
            _("Riaprire prima la relazione più recente."),
        )


@guardia("R54", "dirigente")
def relazioni_precedenti_trasmesse(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Le relazioni dei periodi precedenti sono trasmesse: le cifre si congelano in ordine."""
    if f.periodo is None:
        return
    aperte = sorted(
        r.periodo.codice
        for r in f.relazioni
        if r.periodo.ordine < f.periodo.ordine and not r.trasmessa
    )
    if aperte:
        yield (
            ngettext(
                "La relazione del periodo %(periodi)s non è ancora trasmessa.",
                "Le relazioni dei periodi %(periodi)s non sono ancora trasmesse.",
                len(aperte),
            )
            % {"periodi": ", ".join(aperte)},
            _("Trasmettere prima le relazioni dei periodi precedenti."),
        )
