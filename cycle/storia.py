# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happened to an objective, as the registro tells it: one readable sentence an event, and
the day on which each state was reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workflows.machines.obiettivo import PASSI, STATI
from workflows.ports import RUOLI

# what was done to an objective, by the registro's verb
FATTI = {
    "crea": gettext_lazy("ha creato la scheda"),
    "modifica": gettext_lazy("ha modificato la scheda"),
    "elimina": gettext_lazy("ha eliminato la bozza"),
    "importa": gettext_lazy("ha importato la scheda"),
    "proponi": gettext_lazy("ha proposto l'obiettivo"),
    "rinvia": gettext_lazy("ha rinviato l'obiettivo al settore"),
    "approva": gettext_lazy("ha registrato l'approvazione dell'obiettivo"),
    "avvia": gettext_lazy("ha avviato l'obiettivo"),
    "rendiconta": gettext_lazy("ha chiuso la rendicontazione dell'anno"),
    "riapri": gettext_lazy("ha riaperto l'obiettivo"),
    "valida": gettext_lazy("ha validato l'obiettivo"),
    "stralcia": gettext_lazy("ha registrato lo stralcio dell'obiettivo"),
    "fuori_procedura": gettext_lazy("ha cambiato dei dati fuori procedura"),
}
# and to one of its reports
FATTI_RELAZIONE = {
    "compila": gettext_lazy("ha compilato la relazione"),
    "allega": gettext_lazy("ha aggiunto un'evidenza alla relazione"),
    "togli": gettext_lazy("ha tolto un'evidenza dalla relazione"),
    "trasmetti": gettext_lazy("ha trasmesso la relazione"),
    "osserva": gettext_lazy("ha inviato al settore le osservazioni del Nucleo sulla relazione"),
    "rispondi": gettext_lazy("ha scritto una risposta al Nucleo sulla relazione"),
    "controdeduci": gettext_lazy("ha chiuso il contraddittorio sulla relazione"),
    "valida": gettext_lazy("ha validato la relazione"),
    "riapri": gettext_lazy("ha riaperto la relazione"),
}
# and to a request of variazione
FATTI_VARIAZIONE = {
    "presenta": gettext_lazy("ha presentato una richiesta di variazione"),
    "istruisci": gettext_lazy("ha detto istruita una richiesta di variazione"),
    "dichiara_irricevibile": gettext_lazy("ha dichiarato irricevibile una richiesta di variazione"),
    "approva": gettext_lazy("ha registrato l'approvazione di una variazione"),
    "respingi": gettext_lazy("ha registrato il rifiuto di una variazione"),
    "ritira": gettext_lazy("ha ritirato una richiesta di variazione"),
    "ribasa": gettext_lazy("ha aggiornato una richiesta di variazione ai valori in vigore"),
    "modifica": gettext_lazy("ha indicato l'atto contabile di una variazione"),
    "rendi_parere": gettext_lazy("si è espresso su una richiesta di variazione"),
    "invita": gettext_lazy("ha invitato a chiedere una variazione"),
    "declina": gettext_lazy("ha risposto che non chiederà una variazione"),
    "avvisa": gettext_lazy("ha avvisato che una richiesta di variazione aspetta"),
}
# and to the correction of a material error
FATTI_CORREZIONE = {
    "segnala": gettext_lazy("ha segnalato un errore materiale"),
    "accogli": gettext_lazy("ha corretto un errore materiale"),
    "respingi": gettext_lazy("ha respinto la correzione di un errore materiale"),
}
# and to a neutralizzazione
FATTI_NEUTRALIZZAZIONE = {
    "chiedi": gettext_lazy("ha chiesto una neutralizzazione"),
    "promuovi": gettext_lazy("ha promosso d'ufficio una neutralizzazione"),
    "rimetti": gettext_lazy("ha proposto alla giunta una neutralizzazione"),
    "accogli": gettext_lazy("ha neutralizzato in seduta"),
    "delibera": gettext_lazy("ha registrato una neutralizzazione della giunta"),
    "respingi": gettext_lazy("ha respinto una neutralizzazione"),
    "nega": gettext_lazy("ha registrato che la giunta nega una neutralizzazione"),
    "ritira": gettext_lazy("ha ritirato una neutralizzazione"),
}
PER_PROCEDURA = {
    "relazione": FATTI_RELAZIONE,
    "variazione": FATTI_VARIAZIONE,
    "correzione": FATTI_CORREZIONE,
    "neutralizzazione": FATTI_NEUTRALIZZAZIONE,
}
# and to an incarico: to whom, of what, by which act
FATTI_INCARICO = {
    "conferisce": gettext_lazy("ha conferito a %(chi)s l'incarico di %(ruolo)s (%(atto)s)"),
    "delega": gettext_lazy("ha delegato a %(chi)s funzioni di %(ruolo)s (%(atto)s)"),
    "cessa": gettext_lazy(
        "ha fatto cessare dal %(fine)s l'incarico di %(chi)s, %(ruolo)s (%(atto)s)"
    ),
}
# and to a year
FATTI_ANNO = {
    "crea": gettext_lazy("ha predisposto l'anno, ancora senza atto"),
    "importa": gettext_lazy("ha importato il piano dell'anno"),
    "apre": gettext_lazy("ha aperto l'anno, fissandone parametri e calendario"),
    "chiude": gettext_lazy("ha chiuso l'anno: niente vi era più aperto"),
    "proroga": gettext_lazy("ha prorogato %(termini)s"),
    "esporta": gettext_lazy("ha esportato il piano"),
}
# a role as a sentence says it; the unit follows only where the role belongs to one
QUALIFICHE = {
    "po": gettext_lazy("posizione organizzativa"),
    "dirigente": gettext_lazy("dirigente"),
    "nucleo": gettext_lazy("componente del Nucleo di valutazione"),
    "segreteria": gettext_lazy("segreteria della giunta"),
    "giunta": gettext_lazy("componente della giunta"),
    "segretario": gettext_lazy("segretario generale"),
    "controllo": gettext_lazy("programmazione e controllo"),
    "ragioneria": gettext_lazy("ragioneria"),
    "revisore": gettext_lazy("revisore"),
}

# Refusals changed nothing, and stay out of the objective's history.
_EVENTI = """
SELECT e.verbo, e.procedura, e.da, e.a,
       -- of several requests in one act each may have its own reason
       CASE WHEN e.verbo = 'approva' AND v.motivazione_decisione <> ''
            THEN v.motivazione_decisione ELSE e.motivazione END,
       e.istante, e.ruolo, e.canale,
       p.nome_completo, d.nome_completo, u.nome, u.tipo,
       CASE WHEN a.id IS NULL THEN '' WHEN a.tipo = 'storico' THEN ''
            ELSE a.organo || ' n. ' || a.numero || ' del ' || to_char(a.data, 'DD/MM/YYYY') END,
       q.nome, q.codice, e.dati ->> 'cifra', e.id
  FROM workflows_evento e
  LEFT JOIN cycle_persona p ON p.id = e.persona_id
  LEFT JOIN cycle_persona d ON d.id = e.per_conto_di_id
  LEFT JOIN cycle_incarico i ON i.id = e.incarico_id
  LEFT JOIN cycle_unitaorganizzativa u ON u.id = i.unita_id
  LEFT JOIN cycle_atto a ON a.id = e.atto_id
  LEFT JOIN cycle_relazionesemestrale r ON e.procedura = 'relazione' AND r.id = e.oggetto_id
  LEFT JOIN cycle_periodo q ON q.id = r.periodo_id
  LEFT JOIN cycle_richiestavariazione v ON e.procedura = 'variazione' AND v.id = e.oggetto_id
 WHERE e.radice_id = %(radice)s AND e.ente_id = %(ente)s AND e.esito = 'eseguito'
   -- the draft of a variazione is its settore's own
   AND NOT (e.procedura = 'variazione' AND e.da = 'bozza' AND e.verbo <> 'presenta')
   -- and what the Nucleo has not sent yet, its own
   AND NOT (e.procedura = 'relazione' AND e.verbo IN ('annota', 'firma', 'scarta'))
"""
_DI_RELAZIONE = " AND e.procedura = 'relazione' AND e.oggetto_id = %(relazione)s"
_ULTIMI = " ORDER BY e.id DESC LIMIT %(limite)s"

_TAPPE = """
SELECT DISTINCT ON (e.a) e.a, e.istante, p.nome_completo
  FROM workflows_evento e
  LEFT JOIN cycle_persona p ON p.id = e.persona_id
 WHERE e.radice_id = %(radice)s AND e.ente_id = %(ente)s
   AND e.procedura = 'obiettivo' AND e.esito = 'eseguito' AND e.a <> '' AND e.a <> e.da
 ORDER BY e.a, e.id DESC
"""


_DI_INCARICHI = """
SELECT e.verbo, e.motivazione, e.istante, e.ruolo, e.canale,
       p.nome_completo, u.nome, u.tipo,
       q.nome_completo, i.ruolo, iu.nome, iu.tipo, i.dal, i.al,
       CASE e.verbo WHEN 'cessa' THEN i.atto_di_cessazione ELSE i.atto_di_conferimento END
  FROM cycle_incarico i
  JOIN workflows_evento e ON e.procedura = 'incarico' AND e.oggetto_id = i.id
                         AND e.ente_id = i.ente_id AND e.esito = 'eseguito'
  JOIN cycle_persona q ON q.id = i.persona_id
  JOIN cycle_unitaorganizzativa iu ON iu.id = i.unita_id
  LEFT JOIN cycle_incarico d ON d.id = i.delegante_id
  LEFT JOIN cycle_persona p ON p.id = e.persona_id
  LEFT JOIN cycle_incarico ei ON ei.id = e.incarico_id
  LEFT JOIN cycle_unitaorganizzativa u ON u.id = ei.unita_id
 WHERE i.ente_id = %(ente)s AND (i.persona_id = %(persona)s OR d.persona_id = %(persona)s)
 ORDER BY e.id DESC LIMIT %(limite)s
"""

# What was done to the year itself: its objectives have their own stories.
_DELL_ANNO = """
SELECT e.verbo, e.motivazione, e.istante, e.ruolo, e.canale, p.nome_completo, d.nome_completo,
       u.nome, u.tipo,
       CASE WHEN a.id IS NULL OR a.tipo = 'storico' THEN ''
            ELSE a.organo || ' n. ' || a.numero || ' del ' || to_char(a.data, 'DD/MM/YYYY') END,
       (SELECT json_agg(t.nome || '|' || t.a) FROM jsonb_to_recordset(e.dati -> 'termini')
            AS t (nome text, a text))
  FROM workflows_evento e
  LEFT JOIN cycle_persona p ON p.id = e.persona_id
  LEFT JOIN cycle_persona d ON d.id = e.per_conto_di_id
  LEFT JOIN cycle_incarico i ON i.id = e.incarico_id
  LEFT JOIN cycle_unitaorganizzativa u ON u.id = i.unita_id
  LEFT JOIN cycle_atto a ON a.id = e.atto_id
 WHERE e.ente_id = %(ente)s AND e.procedura = 'ciclo' AND e.oggetto_id = %(ciclo)s
   AND e.esito = 'eseguito' AND e.verbo = ANY (%(verbi)s)
 ORDER BY e.id DESC LIMIT %(limite)s
"""


@dataclass(frozen=True, slots=True)
class Fatto:
    """An event: who (with the role held then), what, on which act or report, and why."""

    istante: datetime
    chi: str
    che_cosa: str
    verbo: str
    motivazione: str
    cifra: str
    fuori_procedura: bool
    numero: int = 0  # of the event, where its page tells what it changed

    @property
    def frase(self) -> str:
        """`Il 12/07/2021 alle 10:42 X, dirigente di Y, ha proposto l'obiettivo.`"""
        locale = timezone.localtime(self.istante)
        return _("Il %(giorno)s alle %(ora)s %(chi)s %(che_cosa)s.") % {
            "giorno": f"{locale:%d/%m/%Y}",
            "ora": f"{locale:%H:%M}",
            "chi": self.chi,
            "che_cosa": self.che_cosa,
        }


def fatti(
    *, ente_id: int, obiettivo_id: int, relazione_id: int | None = None, limite: int = 20
) -> list[Fatto]:
    """The last events of an objective and of its reports, or of one report; the latest first."""
    sql = _EVENTI + (_DI_RELAZIONE if relazione_id is not None else "") + _ULTIMI
    with connection.cursor() as cursore:
        cursore.execute(
            sql,
            {
                "radice": obiettivo_id,
                "ente": ente_id,
                "relazione": relazione_id,
                "limite": limite,
            },
        )
        return [_fatto(*riga) for riga in cursore.fetchall()]


def fatti_dell_anno(*, ente_id: int, ciclo_id: int, limite: int = 20) -> list[Fatto]:
    """How a year was opened, its terms moved, and the year closed; the latest first."""
    with connection.cursor() as cursore:
        cursore.execute(
            _DELL_ANNO,
            {
                "ente": ente_id,
                "ciclo": ciclo_id,
                "verbi": ["crea", "apre", "proroga", "chiude", "fuori_procedura"],
                "limite": limite,
            },
        )
        righe = cursore.fetchall()
    fatti = []
    for verbo, motivazione, istante, ruolo, canale, chi, per, unita, tipo, atto, termini in righe:
        che_cosa = str(FATTI_ANNO.get(verbo, FATTI.get(verbo, verbo)))
        if verbo == "proroga":
            che_cosa %= {"termini": ", ".join(_spostato(t) for t in termini or ())}
        if atto:
            che_cosa = _("%(fatto)s (%(atto)s)") % {"fatto": che_cosa, "atto": atto}
        fatti.append(
            Fatto(
                istante=istante,
                chi=soggetto(chi, ruolo, per, unita, tipo, canale),
                che_cosa=che_cosa,
                verbo=verbo,
                motivazione=motivazione,
                cifra="",
                fuori_procedura=verbo == "fuori_procedura",
            )
        )
    return fatti


def _spostato(termine: str) -> str:
    nome, _barra, giorno = termine.rpartition("|")
    return _("«%(nome)s» al %(giorno)s") % {
        "nome": nome,
        "giorno": f"{date.fromisoformat(giorno):%d/%m/%Y}",
    }


def di_incarichi(ente_id: int, persona_id: int, limite: int) -> list[Fatto]:
    """What happened to the incarichi a person has, had or delegated; the latest first."""
    parametri = {"ente": ente_id, "persona": persona_id, "limite": limite}
    with connection.cursor() as cursore:
        cursore.execute(_DI_INCARICHI, parametri)
        righe = cursore.fetchall()
    return [
        Fatto(
            istante=istante,
            chi=soggetto(persona, ruolo, None, unita, tipo_unita, canale),
            che_cosa=str(FATTI_INCARICO.get(verbo, verbo))
            % {
                "chi": di_chi.title(),
                "ruolo": qualifica(suo_ruolo, dove, tipo_dove),
                "atto": atto,
                "fine": f"{timezone.localtime(fine):%d/%m/%Y}" if fine else "",
            }
            + (_decorrenza(inizio, istante) if verbo == "conferisce" else ""),
            verbo=verbo,
            motivazione=motivazione,
            cifra="",
            fuori_procedura=verbo == "fuori_procedura",
        )
        for (
            verbo,
            motivazione,
            istante,
            ruolo,
            canale,
            persona,
            unita,
            tipo_unita,
            di_chi,
            suo_ruolo,
            dove,
            tipo_dove,
            inizio,
            fine,
            atto,
        ) in righe
    ]


def _decorrenza(inizio: datetime, registrato: datetime) -> str:
    """What is added where an incarico began on a day before the one it was recorded on."""
    dal, il = (timezone.localtime(t).date() for t in (inizio, registrato))
    return _(", con decorrenza già passata dal %(dal)s") % {"dal": f"{dal:%d/%m/%Y}"} * (dal < il)


def _fatto(
    verbo: str,
    procedura: str,
    da: str,
    a: str,
    motivazione: str,
    istante: datetime,
    ruolo: str,
    canale: str,
    persona: str | None,
    delegante: str | None,
    unita: str | None,
    tipo_unita: str | None,
    atto: str,
    periodo: str | None,
    codice_periodo: str | None,
    cifra: str | None,
    numero: int,
) -> Fatto:
    di_relazione = procedura == "relazione"
    che_cosa = str(PER_PROCEDURA.get(procedura, FATTI).get(verbo, verbo))
    if di_relazione and periodo:
        che_cosa = _("%(fatto)s del %(periodo)s") % {
            "fatto": che_cosa,
            "periodo": periodo[0].lower() + periodo[1:],
        }
    if verbo == "importa" and a == "validato":
        che_cosa = _("ha importato la scheda, già validata")
    if atto:
        che_cosa = _("%(fatto)s (%(atto)s)") % {"fatto": che_cosa, "atto": atto}
    return Fatto(
        istante=istante,
        chi=soggetto(persona, ruolo, delegante, unita, tipo_unita, canale),
        che_cosa=che_cosa,
        verbo=verbo,
        motivazione=motivazione,
        cifra=cifra or "",
        fuori_procedura=verbo == "fuori_procedura",
        numero=numero,
    )


def soggetto(
    persona: str | None,
    ruolo: str,
    delegante: str | None,
    unita: str | None,
    tipo_unita: str | None,
    canale: str,
) -> str:
    """Who acted, as the subject of a sentence: name, role held then, whoever delegated it."""
    if persona is None:
        return _("qualcuno, fuori procedura,") if canale == "sql" else _("un comando di sistema")
    chi = persona.title()
    if ruolo:
        chi = f"{chi}, {qualifica(ruolo, unita, tipo_unita)},"
    if delegante:
        chi = _("%(chi)s per delega di %(delegante)s,") % {
            "chi": chi,
            "delegante": delegante.title(),
        }
    return chi


def qualifica(ruolo: str, unita: str | None, tipo_unita: str | None) -> str:
    """A role as a sentence says it, with its unit: `dirigente di Lavori pubblici`."""
    detta = str(QUALIFICHE.get(ruolo, RUOLI.get(ruolo, ruolo)))
    if unita and tipo_unita != "ente":
        return _("%(ruolo)s di %(unita)s") % {"ruolo": detta, "unita": unita}
    return detta


@dataclass(frozen=True, slots=True)
class Tappa:
    """A step of the five: `fatta`, `attuale` or `da_fare`, with day and person when reached."""

    stato: str
    nome: str
    come: str
    istante: datetime | None = None
    chi: str = ""


def tappe(*, ente_id: int, obiettivo_id: int, stato: str) -> list[Tappa]:
    """The five steps of an objective that stands in `stato`, and after them the striking off
    if it was struck. A step one came back from is to be done again, whatever the registro has."""
    with connection.cursor() as cursore:
        cursore.execute(_TAPPE, {"radice": obiettivo_id, "ente": ente_id})
        raggiunti: dict[str, tuple[datetime, str | None]] = {
            a: (istante, persona) for a, istante, persona in cursore.fetchall()
        }
    nomi = dict(STATI)
    if stato == "stralciato":
        passi = [*(p for p in PASSI if p in raggiunti), stato]
        arrivo = len(passi) - 1
    else:
        passi = list(PASSI)
        arrivo = passi.index(stato) if stato in passi else -1
    trovate = []
    for n, passo in enumerate(passi):
        come = "fatta" if n < arrivo else "attuale" if n == arrivo else "da_fare"
        istante, persona = raggiunti.get(passo, (None, None)) if n <= arrivo else (None, None)
        trovate.append(Tappa(passo, nomi[passo], come, istante, (persona or "").title()))
    return trovate
