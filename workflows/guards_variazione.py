# SPDX-License-Identifier: AGPL-3.0-or-later
"""Guards of the variazioni (R16-R37): what is asked, by when, over which fields, and what it takes
to decide it.

The facts of a request are those of its objective *as it would be*: the guards of a complete scheda
(`guards.SCHEDA_COMPLETA`) then say what approving would break."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from workflows.guards import Mancanza, guardia
from workflows.ports import Attore, Fascicolo, FattiVariazione

RIFIUTO, IRRICEVIBILE, ECCEZIONE = (
    "rifiuto_automatico",
    "irricevibile_con_motivazione",
    "ammissibile_con_eccezione_giunta",
)
# Art. 175 c. 3 TUEL: the budget variations admitted until 31/12, by letter.
LETTERE_ART175 = "abcdefg"
NOMI_PARERI = {"nucleo": "il parere del Nucleo", "ragioneria": "il visto della ragioneria"}
_DEL_SETTORE = frozenset({"dirigente"})
_PER_LA_GIUNTA = frozenset({"segreteria"})


def _di(f: Fascicolo) -> FattiVariazione:
    return f.variazione or FattiVariazione()


def _oggi(f: Fascicolo, t: datetime) -> datetime:
    return t.astimezone(ZoneInfo(f.politica.fuso))


def _con(a: Attore, f: Fascicolo, ruoli: frozenset[str], permesso: str) -> bool:
    """Whether one of those roles, held on the unit, carries the permission."""
    return any(i.ruolo in ruoli and i.consente(permesso, f.percorso) for i in a.incarichi)


# --- who ----------------------------------------------------------------------------------------


@guardia("R34", "dirigente, segreteria")
def di_chi_la_presenta(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """La richiesta del settore la presenta il dirigente; quella d'ufficio la segreteria."""
    if _di(f).d_ufficio:
        if not _con(a, f, _PER_LA_GIUNTA, "presenta_variazione"):
            yield (
                _("È una variazione d'ufficio: la presenta la segreteria, per la giunta."),
                _("Chiedere alla segreteria di presentarla."),
            )
    elif not _con(a, f, _DEL_SETTORE, "presenta_variazione"):
        yield (
            _("È una richiesta del settore: la presenta il suo dirigente."),
            _("Chiedere al dirigente di presentarla, o scriverne una d'ufficio."),
        )


@guardia("R37", "dirigente", di_persona=True)
def di_chi_la_ritira(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """La ritira chi l'ha scritta o il dirigente del settore; quella d'ufficio la segreteria."""
    v = _di(f)
    suo = a.persona_id is not None and a.persona_id == v.autore
    ruoli = _PER_LA_GIUNTA if v.d_ufficio else _DEL_SETTORE
    if not (suo or _con(a, f, ruoli, "ritira_variazione")):
        yield (
            _("Non è una richiesta di %(nome)s.") % {"nome": a.nome or _("chi la ritira")},
            _("La ritira chi l'ha scritta, o il dirigente del settore."),
        )


# --- what is asked ------------------------------------------------------------------------------


@guardia("R30", "segreteria")
def obiettivo_variabile(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Si varia un obiettivo approvato o in corso."""
    if f.stato_obiettivo not in ("approvato", "in_corso"):
        yield (
            _("L'obiettivo si trova in «%(stato)s»: non si varia.")
            % {"stato": f.stato_obiettivo.replace("_", " ")},
            _("Prima dell'approvazione si corregge la scheda; rendicontato, va riaperto."),
        )


@guardia("R16", "dirigente")
def almeno_un_cambio(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """La richiesta cambia almeno un campo approvato."""
    if not _di(f).cambi:
        yield (
            _("La richiesta non cambia nulla di ciò che è approvato."),
            _("Scrivere nella scheda i valori che si chiedono."),
        )


@guardia("R16", "dirigente")
def richiesta_motivata(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """La richiesta dice perché."""
    if not _di(f).motivazione.strip():
        yield (
            _("Manca la motivazione della richiesta."),
            _("Scrivere perché si chiede la variazione."),
        )


@guardia("R36", "dirigente")
def campi_liberi(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Nessun'altra richiesta aperta tocca gli stessi campi."""
    for dove, altra in _di(f).contesi:
        yield (
            _("%(dove)s: aspetta già la decisione sulla richiesta %(altra)s.")
            % {"dove": dove, "altra": altra},
            _("Attendere che sia decisa, farla ritirare, o togliere questo campo dalla richiesta."),
        )


@guardia("R31", "dirigente")
def periodi_chiusi_intatti(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Ciò che è già trasmesso o validato non si riscrive."""
    for dove in _di(f).chiusi:
        yield (
            _("%(dove)s: riguarda un periodo già trasmesso o validato.") % {"dove": dove},
            _("Variare i periodi ancora aperti; quelli chiusi restano come sono."),
        )


@guardia("R63", "dirigente")
def neutralizzazioni_intatte(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Ciò di cui si è chiesta la neutralizzazione resta nel piano."""
    for dove in _di(f).neutralizzati:
        yield (
            _("%(dove)s: se n'è chiesta la neutralizzazione, e non si sopprime.") % {"dove": dove},
            _("Lasciarlo nella scheda: ciò che è neutralizzato non conta, ma resta nel piano."),
        )


@guardia("R31", "dirigente")
def solo_target_annuale(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Si varia il solo target annuale, dove l'ente ha deciso così."""
    for dove in _di(f).intermedi:
        yield (
            _("%(dove)s: in quest'anno si varia il solo target annuale.") % {"dove": dove},
            _("Chiedere il target dell'ultimo periodo; quelli intermedi restano come sono."),
        )


@guardia("R30", "dirigente", conflitto=True)
def valori_di_partenza_attuali(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """I valori da cui la richiesta parte sono quelli in vigore."""
    for dove, prima, adesso in _di(f).mossi:
        yield (
            _("%(dove)s: la richiesta parte da %(prima)s, in vigore c'è %(adesso)s.")
            % {"dove": dove, "prima": prima, "adesso": adesso},
            _("L'autore aggiorna la richiesta ai valori in vigore: nulla si sovrascrive."),
        )


# --- by when ------------------------------------------------------------------------------------


@guardia("R26", "segreteria")
def prima_di_fine_anno(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Dopo il 31/12 l'anno non si varia più."""
    if _oggi(f, t).year > f.anno:
        yield (
            _("Il %(anno)s è finito: i suoi obiettivi non si variano più.") % {"anno": f.anno},
            _("Rendicontare; per un errore materiale c'è la correzione (R35)."),
        )


@guardia("R24", "segreteria")
def nel_termine(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """È presentata entro il termine, dove l'ente non ammette richieste tardive."""
    v = _di(f)
    if v.e_tardiva(t) and v.regola_tardive == RIFIUTO and v.termine is not None:
        yield (
            _("Il termine per le richieste di variazione è scaduto (%(termine)s).")
            % {"termine": f"{_oggi(f, v.termine):%d/%m/%Y %H:%M}"},
            _("Resta la variazione d'ufficio, o una proroga del termine con un atto (R49)."),
        )


@guardia("R24", "dirigente")
def causa_sopravvenuta(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Fuori termine si dice la causa sopravvenuta."""
    v = _di(f)
    if v.e_tardiva(t) and v.regola_tardive != RIFIUTO and not v.causa.strip():
        yield (
            _("La richiesta è tardiva, e manca la causa sopravvenuta."),
            _("Scrivere che cosa è accaduto dopo il termine, o che prima non si poteva sapere."),
        )


@guardia("R24", "segreteria")
def tardiva_irricevibile(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """È irricevibile solo una richiesta tardiva, dove i parametri dell'anno lo dicono."""
    v = _di(f)
    if not v.tardiva:
        yield (
            _("La richiesta è stata presentata nei termini: si decide nel merito."),
            _("La giunta la approva o la respinge con una motivazione."),
        )
    elif v.regola_tardive != IRRICEVIBILE:
        yield (
            _("In quest'anno una richiesta tardiva si decide: non si dichiara irricevibile."),
            _("La giunta la approva motivando l'eccezione, o la respinge."),
        )


@guardia("R25", "segreteria", del_modulo=True)
def atto_nei_termini(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """L'atto è datato entro il termine di legge, o è legato al bilancio; mai dopo il 31/12."""
    atto, v = f.richiesta.atto, _di(f)
    if atto is None or atto.data is None:
        return
    if atto.data.year != f.anno:
        yield (
            _("L'atto è del %(giorno)s: gli obiettivi del %(anno)s si variano entro il 31/12.")
            % {"giorno": f"{atto.data:%d/%m/%Y}", "anno": f.anno},
            _("La richiesta può solo essere respinta o ritirata (R26)."),
        )
        return
    if v.presentata_il is not None and atto.data < _oggi(f, v.presentata_il).date():
        yield (
            _("L'atto è del %(giorno)s, prima che la richiesta fosse presentata.")
            % {"giorno": f"{atto.data:%d/%m/%Y}"},
            _("Controllare la data dell'atto."),
        )
    lettera = str(f.richiesta.dati.get("lettera_art175", "")).strip().lower()
    if (
        v.ultimo_giorno is not None
        and atto.data > v.ultimo_giorno
        and not (len(lettera) == 1 and lettera in LETTERE_ART175)
    ):
        yield (
            _(
                "L'atto è del %(giorno)s: dopo il %(ultimo)s si approva solo una variazione legata "
                "al bilancio (art. 175 c. 3 TUEL)."
            )
            % {"giorno": f"{atto.data:%d/%m/%Y}", "ultimo": f"{v.ultimo_giorno:%d/%m}"},
            _("Indicare la lettera dell'art. 175 c. 3, da a) a g), se è una di quelle."),
        )


# --- what it takes to decide --------------------------------------------------------------------


@guardia("R24", "controllo")
def si_esamina(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Non è una richiesta tardiva, dove l'ente dichiara irricevibili le tardive."""
    v = _di(f)
    if v.tardiva and v.regola_tardive == IRRICEVIBILE:
        yield (
            _("La richiesta è tardiva, e in quest'anno le tardive non si esaminano."),
            _("Controllo la dichiara irricevibile con una motivazione, o l'autore la ritira."),
        )


@guardia("R33", "nucleo, ragioneria")
def pareri_resi(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Ci sono i pareri obbligatori, resi sulla richiesta com'è adesso."""
    for tipo in _di(f).mancano:
        yield (
            _("Manca %(parere)s sulla richiesta com'è adesso.") % {"parere": NOMI_PARERI[tipo]},
            _("Renderlo dalla pagina della richiesta, anche contrario: non vincola."),
        )


@guardia("R34", "segreteria")
def replica_attesa(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """A una variazione d'ufficio il settore ha replicato, o i suoi giorni sono passati."""
    fino, atto = _di(f).replica_fino, f.richiesta.atto
    giorno = atto.data if atto is not None and atto.data is not None else _oggi(f, t).date()
    if fino is not None and giorno <= fino:
        yield (
            _("Il settore può replicare fino al %(giorno)s, e non lo ha ancora fatto.")
            % {"giorno": f"{fino:%d/%m/%Y}"},
            _("Decidere con un atto successivo, o attendere la replica del settore."),
        )


@guardia("R19", "segreteria", del_modulo=True)
def accoglimento_motivato(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Anche l'accoglimento è motivato, dove l'ente lo chiede."""
    if _di(f).accoglimento_motivato and not f.richiesta.motivazione.strip():
        yield (
            _("Manca la motivazione dell'accoglimento."),
            _("Riportare perché la giunta approva la variazione."),
        )


@guardia("R24", "segreteria", del_modulo=True)
def eccezione_motivata(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Una richiesta tardiva si approva con una motivazione esplicita dell'eccezione."""
    if _di(f).tardiva and not str(f.richiesta.dati.get("eccezione", "")).strip():
        yield (
            _("La richiesta è tardiva, e manca la motivazione dell'eccezione."),
            _("Riportare dall'atto perché la giunta la ammette fuori termine."),
        )


@guardia("R28", "ragioneria")
def atto_contabile_indicato(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Se si muovono risorse c'è il riferimento all'atto contabile."""
    v = _di(f)
    if v.effetto_finanziario and not v.atto_contabile.strip():
        yield (
            _("La richiesta muove risorse, e manca l'atto contabile che le varia."),
            _("Indicare numero e data della variazione di bilancio."),
        )


@guardia("R18", "segreteria", del_modulo=True)
def diniego_motivato(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Il rifiuto è motivato: sempre."""
    if not f.richiesta.motivazione.strip():
        yield (
            _("Manca la motivazione del rifiuto."),
            _("La giunta non respinge senza dire perché (art. 177 c. 2 TUEL): riportarlo."),
        )


@guardia("R2", "segreteria", del_modulo=True)
def atto_del_diniego(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """L'atto che respinge, se è indicato, ha numero e data, non futura e non già registrato."""
    atto = f.richiesta.atto
    if atto is None:
        return
    if not atto.numero.strip() or atto.data is None:
        yield (
            _("L'atto che respinge è indicato a metà: servono numero e data."),
            _("Completarlo, oppure registrare il rifiuto senza atto."),
        )
    elif atto.data > _oggi(f, t).date():
        yield (
            _("L'atto porta una data futura (%(data)s).") % {"data": f"{atto.data:%d/%m/%Y}"},
            _("Correggere la data: si registra un atto già adottato."),
        )
    elif f.atto_registrato:
        yield (
            _("L'atto n. %(numero)s del %(anno)s è già registrato: un atto decide una volta sola.")
            % {"numero": atto.numero, "anno": atto.data.year},
            _("Controllare il numero dell'atto."),
        )


# --- correction of a material error (R35) -------------------------------------------------------

_DECIDONO = {
    "nucleo_o_controllo": frozenset({"nucleo", "controllo"}),
    "nucleo": frozenset({"nucleo"}),
    "controllo": frozenset({"controllo"}),
}


@guardia("R35", "nucleo, controllo")
def decide_chi_deve(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Decide chi l'ente ha indicato fra Nucleo e controllo."""
    c = f.correzione
    if c is not None and not a.ruoli() & _DECIDONO[c.decide]:
        yield (
            _("In quest'anno le correzioni le decide %(chi)s.")
            % {"chi": _(" o ").join(sorted(_DECIDONO[c.decide]))},
            _("Chiedere a chi ha quell'incarico."),
        )


@guardia("R35", "nucleo, controllo")
def decide_un_altro(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """Chi ha segnalato l'errore non lo decide."""
    c = f.correzione
    in_gioco = {a.persona_id} | {i.per_conto_di for i in a.incarichi}
    if c is not None and c.segnalata_da in in_gioco - {None}:
        yield (
            _("%(nome)s ha segnalato l'errore: non decide la correzione.") % {"nome": a.nome},
            _("Far decidere da un'altra persona."),
        )


@guardia("R35", "nucleo")
def convalida_presente(f: Fascicolo, a: Attore, t: datetime) -> Iterator[Mancanza]:
    """La relazione è trasmessa: la percentuale calcolata c'è, e non cambia."""
    c = f.correzione
    if c is not None and not c.calcolata:
        yield (
            _("La relazione non è trasmessa: non c'è una percentuale da correggere."),
            _("Correggere i valori nella relazione, che è ancora aperta."),
        )
