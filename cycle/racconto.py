# SPDX-License-Identifier: AGPL-3.0-or-later
"""An answer of the registro as one Italian sentence: who, as what, what, of which object, by which
act. `storia` tells the history of one object; this, any event of the ente."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cycle.letture import ALTRA, USCITE
from cycle.storia import FATTI, FATTI_ANNO, PER_PROCEDURA, qualifica, soggetto

# What was done to what has no history of its own.
ALTRI = {
    ("insieme", "crea"): gettext_lazy("ha preparato un insieme per la giunta"),
    ("insieme", "componi"): gettext_lazy("ha composto un insieme per la giunta"),
    ("insieme", "sottoponi"): gettext_lazy("ha sottoposto un insieme alla giunta"),
    ("insieme", "ritira"): gettext_lazy("ha ritirato un insieme dall'istruttoria"),
    ("insieme", "decidi"): gettext_lazy("ha registrato la decisione della giunta su un insieme"),
    ("insieme", "annulla"): gettext_lazy("ha annullato un insieme"),
    ("insieme", "rendi_parere"): gettext_lazy("ha reso un parere su un insieme"),
    ("registro", "esporta"): gettext_lazy("ha esportato il registro"),
    ("registro", "consulta"): gettext_lazy("ha consultato il registro"),
    ("registro", "verifica"): gettext_lazy("ha verificato il registro"),
    ("persona", "oblia"): gettext_lazy("ha cancellato i dati personali di qualcuno"),
    ("scadenza", "avvisa"): gettext_lazy("ha ricordato un termine"),
    ("programma", "modifica"): gettext_lazy("ha modificato i programmi dell'anno"),
    ("accesso", "invita"): gettext_lazy("ha invitato qualcuno a entrare"),
    ("accesso", "accetta"): gettext_lazy("ha accettato l'invito a entrare"),
    ("accesso", "disattiva"): gettext_lazy("ha chiuso la porta a qualcuno"),
    ("accesso", "riattiva"): gettext_lazy("ha riaperto la porta a qualcuno"),
    ("accesso", "revoca"): gettext_lazy("ha revocato un accesso"),
    ("ente", "crea"): gettext_lazy("ha predisposto l'ente"),
    ("permessi", "modifica"): gettext_lazy("ha aggiornato che cosa può fare ogni ruolo"),
    ("tipo_indicatore", "crea"): gettext_lazy("ha aggiunto un tipo di indicatore"),
    ("tipo_indicatore", "modifica"): gettext_lazy("ha rinominato un tipo di indicatore"),
    ("tipo_indicatore", "disattiva"): gettext_lazy("ha chiuso un tipo di indicatore"),
    ("tipo_indicatore", "riattiva"): gettext_lazy("ha riaperto un tipo di indicatore"),
    ("programma", "crea"): gettext_lazy("ha aggiunto un programma dell'anno"),
    # what was on somebody's desk, told once it has left it
    ("relazione", "annota"): gettext_lazy("ha scritto un'osservazione sulla relazione"),
    ("relazione", "firma"): gettext_lazy("ha firmato un'osservazione sulla relazione"),
    ("relazione", "scarta"): gettext_lazy("ha messo da parte un'osservazione sulla relazione"),
    ("variazione", "crea"): gettext_lazy("ha preparato una richiesta di variazione"),
    ("variazione", "elimina"): gettext_lazy("ha tolto la bozza di una richiesta di variazione"),
}
# The verbs, wherever no sentence says more; the infinitive is what one who was refused tried to do.
VERBI = {
    "crea": (gettext_lazy("ha creato"), gettext_lazy("creare")),
    "modifica": (gettext_lazy("ha modificato"), gettext_lazy("modificare")),
    "elimina": (gettext_lazy("ha eliminato"), gettext_lazy("eliminare")),
    "esporta": (gettext_lazy("ha esportato"), gettext_lazy("esportare")),
    "consulta": (gettext_lazy("ha consultato"), gettext_lazy("consultare")),
    "importa": (gettext_lazy("ha importato"), gettext_lazy("importare")),
    "fuori_procedura": (gettext_lazy("ha cambiato dei dati fuori procedura"), ""),
}
PROCEDURE = {
    "obiettivo": gettext_lazy("Obiettivi"),
    "relazione": gettext_lazy("Relazioni"),
    "variazione": gettext_lazy("Variazioni"),
    "correzione": gettext_lazy("Errori materiali"),
    "neutralizzazione": gettext_lazy("Neutralizzazioni"),
    "insieme": gettext_lazy("Insiemi per la giunta"),
    "incarico": gettext_lazy("Incarichi"),
    "ciclo": gettext_lazy("Anno e piano"),
    "atto": gettext_lazy("Atti"),
    "accesso": gettext_lazy("Accessi"),
    "persona": gettext_lazy("Persone"),
    "programma": gettext_lazy("Programmi"),
    "scadenza": gettext_lazy("Scadenze"),
    "tipo_indicatore": gettext_lazy("Tipi di indicatore"),
    "permessi": gettext_lazy("Permessi"),
    "ente": gettext_lazy("Ente"),
    "registro": gettext_lazy("Registro"),
    "": gettext_lazy("Fuori procedura"),
}
# the words of a question (`cycle.domande.Domanda`)
PAROLE = {
    "obiettivo": gettext_lazy("obiettivo"),
    "persona": gettext_lazy("persona"),
    "atto": gettext_lazy("atto"),
    "ruolo": gettext_lazy("ruolo"),
    "procedura": gettext_lazy("di che cosa"),
    "verbo": gettext_lazy("che cosa"),
    "campo": gettext_lazy("campo"),
    "dopo_approvazione": gettext_lazy("dopo l'approvazione"),
    "dal": gettext_lazy("dal"),
    "al": gettext_lazy("al"),
    "ultimi": gettext_lazy("ultimi giorni"),
    "testo": gettext_lazy("parole"),
    "esito": gettext_lazy("esito"),
    "sha256": gettext_lazy("impronta"),
    "numero": gettext_lazy("numero"),
}


@dataclass(frozen=True, slots=True)
class Risposta:
    """An event as pages, files and API tell it."""

    numero: int
    istante: datetime
    registrato_il: datetime
    chi: str
    che_cosa: str
    verbo: str
    procedura: str
    esito: str
    motivazione: str
    atto: str
    atto_pid: UUID | None
    persona_pid: UUID | None
    obiettivo_pid: UUID | None
    codice: str
    titolo: str
    modifiche: int
    fuori_procedura: bool

    @property
    def frase(self) -> str:
        locale = timezone.localtime(self.istante)
        return _("Il %(giorno)s alle %(ora)s %(chi)s %(che_cosa)s.") % {
            "giorno": f"{locale:%d/%m/%Y}",
            "ora": f"{locale:%H:%M}",
            "chi": self.chi,
            "che_cosa": self.che_cosa,
        }


def racconta(r: dict[str, Any]) -> Risposta:
    """A row of `cycle.domande` in words."""
    return Risposta(
        numero=r["id"],
        istante=r["istante"],
        registrato_il=r["registrato_il"],
        chi=soggetto(
            r["persona"], r["ruolo"], r["per_conto_di"], r["unita"], r["tipo_unita"], r["canale"]
        ),
        che_cosa=_che_cosa(r),
        verbo=r["verbo"],
        procedura=r["procedura"],
        esito=r["esito"],
        motivazione=r["motivazione"],
        atto=r["atto"] or "",
        atto_pid=r["atto_pid"],
        persona_pid=r["persona_pid"],
        obiettivo_pid=r["obiettivo_pid"],
        codice=r["codice"] or "",
        titolo=r["titolo"] or "",
        modifiche=r["modifiche"],
        fuori_procedura=r["verbo"] == "fuori_procedura",
    )


def nome_verbo(procedura: str, verbo: str) -> str:
    """What a facet calls an action."""
    if verbo == "fuori_procedura":
        return _("Fuori procedura")
    detto = verbo.replace("_", " ")
    return f"{PROCEDURE.get(procedura, procedura)}: {detto}"


def _che_cosa(r: dict[str, Any]) -> str:
    procedura, verbo = r["procedura"], r["verbo"]
    if r["esito"] == "rifiutato":
        detto = _("ha tentato un passo che gli è stato rifiutato («%(verbo)s»)") % {
            "verbo": verbo.replace("_", " ")
        }
    elif procedura == "incarico" and verbo in INCARICO and r["di_chi"]:
        detto = str(INCARICO[verbo]) % {
            "chi": r["di_chi"].title(),
            "ruolo": qualifica(r["suo_ruolo"], r["dove"], r["tipo_dove"]),
        }
    elif procedura == "ciclo" and verbo == "proroga":
        detto = _("ha prorogato dei termini")
    elif r["esito"] == "letto" and verbo == "esporta" and procedura != "registro":
        detto = _("ha esportato %(che_cosa)s") % {"che_cosa": _che_file(r)}
    else:
        detto = ha_fatto(procedura, verbo)
    if procedura == "scadenza":
        termine = json.loads(r["dati"] or "{}").get("termini", {}).get(str(r["oggetto_id"]))
        detto += f" «{termine}»" if termine else ""
    if r["periodo"]:
        detto += _(" del %(periodo)s") % {"periodo": r["periodo"][0].lower() + r["periodo"][1:]}
    if r["insieme"]:
        detto += f" «{r['insieme']}»"
    if r["codice"]:
        detto += _(", obiettivo %(codice)s") % {"codice": r["codice"]}
    if r["esito"] == "letto":
        detto += _letto(json.loads(r["dati"] or "{}"))
    return f"{detto} ({r['atto']})" if r["atto"] else detto


def _che_file(r: dict[str, Any]) -> str:
    dati = json.loads(r["dati"] or "{}")
    if "uscita" in dati:
        return str(USCITE.get(dati["uscita"], ALTRA).nome)
    if "variazioni" in dati:
        return _("il registro delle variazioni")
    return _("il piano")


def _letto(dati: dict[str, Any]) -> str:
    """What was read or taken out, and what was in it."""
    parti = []
    if dati.get("forma"):
        parti.append(str(dati["forma"]).upper())
    for nome, quanti in (("righe", _("fatti")), ("obiettivi", _("obiettivi")), ("variazioni", "")):
        if nome in dati and "quanti" not in dati:
            parti.append(f"{dati[nome]} {quanti or _('variazioni')}")
    if dati.get("com_era"):
        quando = timezone.localtime(datetime.fromisoformat(dati["com_era"]))
        parti.append(_("com'era il %(quando)s") % {"quando": f"{quando:%d/%m/%Y %H:%M}"})
    if "quanti" in dati:
        parti.append(
            _("fino al n. %(n)s: nessuna riga toccata") % {"n": dati["fino_al"]}
            if not dati["quanti"]
            else _("fino al n. %(n)s: righe toccate") % {"n": dati["fino_al"]}
        )
    if dati.get("sha256"):
        parti.append(f"SHA-256 {dati['sha256']}")
    domanda = dati.get("domanda")
    if domanda is not None:
        chiesto = ", ".join(f"{PAROLE.get(k, k)}: {v}" for k, v in domanda.items())
        parti.append(_("domanda: %(domanda)s") % {"domanda": chiesto or _("tutto")})
    return f" ({'; '.join(parti)})" if parti else ""


INCARICO = {
    "conferisce": gettext_lazy("ha conferito a %(chi)s l'incarico di %(ruolo)s"),
    "delega": gettext_lazy("ha delegato a %(chi)s funzioni di %(ruolo)s"),
    "cessa": gettext_lazy("ha fatto cessare l'incarico di %(chi)s, %(ruolo)s"),
}


def ha_fatto(procedura: str, verbo: str) -> str:
    """What somebody did, in general: 'ha proposto l'obiettivo'."""
    if procedura == "ciclo" and verbo in FATTI_ANNO:
        return str(FATTI_ANNO[verbo])
    if (procedura, verbo) in ALTRI:
        return str(ALTRI[procedura, verbo])
    if procedura in PER_PROCEDURA or procedura == "obiettivo":
        fatti = PER_PROCEDURA.get(procedura, FATTI)
        return str(fatti.get(verbo, _generico(procedura, verbo)))
    return _generico(procedura, verbo)


def _generico(procedura: str, verbo: str) -> str:
    if verbo in VERBI:
        cosa = str(PROCEDURE.get(procedura, procedura)).lower()
        return f"{VERBI[verbo][0]} ({cosa})" if procedura else str(VERBI[verbo][0])
    return _("ha registrato «%(verbo)s» (%(procedura)s)") % {
        "verbo": verbo.replace("_", " "),
        "procedura": str(PROCEDURE.get(procedura, procedura)).lower(),
    }
