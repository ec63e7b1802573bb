# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the registro is asked: by object, person, role, verb, field, Atto, period, text.

Answers come in the order in which things happened, the latest first, a page from a point on
(keyset): a page costs the same at any depth. What no index finds (a role, a field) is looked for
in a stretch of events at a time; a page that ends before it is full says so, and goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.http import QueryDict

from cycle.differenze import Cambi, cambi
from cycle.models import Atto, Obiettivo, Persona, RichiestaVariazione
from cycle.selectors import variazioni_proprie, visibili
from workflows.errors import NonTrovato
from workflows.ports import Attore
from workflows.registro.models import Evento, Modifica

PER_PAGINA = 25
TRATTO = 20_000  # events looked at for what no index finds
CONTATI = 5_000  # events that the facets count

CAMPI = {
    "target": "Target",
    "valore": "Valore misurato",
    "stato": "Stato",
    "titolo": "Titolo",
    "peso": "Peso",
    "unita_id": "Unità",
    "responsabile_generale_id": "Responsabile",
    "inizio_previsto": "Inizio previsto",
    "fine_prevista": "Fine prevista",
    "percentuale_convalidata": "Percentuale convalidata",
    "testo": "Testo della relazione",
    "termine": "Termine",
}
ESITI = {"eseguito": "Eseguiti", "rifiutato": "Rifiutati", "letto": "Letture ed esportazioni"}


@dataclass(frozen=True, slots=True)
class Domanda:
    """A question, as the address says it; empty words ask nothing."""

    obiettivo: UUID | None = None
    persona: UUID | None = None
    atto: UUID | None = None
    ruolo: str = ""
    procedura: str = ""
    verbo: str = ""
    campo: str = ""
    dopo_approvazione: bool = False
    dal: date | None = None
    al: date | None = None
    ultimi: int = 0  # days, up to the instant at which it is asked
    testo: str = ""
    esito: str = ""
    sha256: str = ""  # of a file that was taken out
    numero: int = 0  # of one event

    @classmethod
    def da_url(cls, q: QueryDict | Mapping[str, str]) -> Domanda:
        """The question of a query string; what cannot be read counts as not said."""
        detto = {k: str(q.get(k, "")).replace("\x00", "").strip()[:200] for k in PAROLE}
        return cls(
            obiettivo=_uuid(detto["obiettivo"]),
            persona=_uuid(detto["persona"]),
            atto=_uuid(detto["atto"]),
            ruolo=detto["ruolo"],
            procedura=detto["procedura"],
            verbo=detto["verbo"],
            campo=detto["campo"] if detto["campo"] in CAMPI else "",
            dopo_approvazione=detto["dopo_approvazione"] == "1",
            dal=_giorno(detto["dal"]),
            al=_giorno(detto["al"]),
            ultimi=_giorni(detto["ultimi"]),
            testo=detto["testo"],
            esito=detto["esito"] if detto["esito"] in ESITI else "",
            sha256=impronta(detto["sha256"]),
            numero=_numero(detto["numero"]),
        )

    def parole(self) -> dict[str, str]:
        """The same, as the words of an address."""
        detto = {k: getattr(self, k) for k in PAROLE}
        return {k: "1" if v is True else str(v) for k, v in detto.items() if v}

    def traccia(self) -> dict[str, str]:
        """The same, as the registro keeps it: of the words that were looked for, which may name
        somebody, only that there were (R90)."""
        return self.parole() | ({"testo": "(parole)"} if self.testo else {})


PAROLE = tuple(Domanda.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Portata:
    """What of the registro somebody may read (`domain.md` 2): all of it; all about the objectives
    `sue`, of his units; what was done to the others that he may see, and what he took out himself.

    What is not finished is of who writes it, whatever one may read: the Nucleo's osservazioni until
    they are sent (`del_nucleo`), the answers to them (`risponde`: the objectives), the requests of
    variazione (`bozze`)."""

    tutto: bool
    sue: list[int] = field(default_factory=list)
    viste: list[int] = field(default_factory=list)
    del_nucleo: bool = False
    risponde: list[int] = field(default_factory=list)
    bozze: list[int] = field(default_factory=list)


def portata(attore: Attore) -> Portata:
    """How far `attore` may read. Raises NonTrovato for whoever has no incarico."""
    if not attore.incarichi:
        raise NonTrovato({})
    rami = _rami(attore, "vedi_registro")
    scrive = _rami(attore, "compila_relazione")
    tutto = any(ramo.count("/") == 2 for ramo in rami)  # the root
    sue: list[int] = []
    viste: list[int] = []
    risponde: list[int] = []
    if not tutto or scrive:
        for pk, percorso in Obiettivo.objects.filter(visibili(attore)).values_list(
            "pk", "unita__percorso"
        ):
            (sue if percorso.startswith(tuple(rami)) else viste).append(pk)
            if percorso.startswith(tuple(scrive)):
                risponde.append(pk)
    bozze = RichiestaVariazione.objects.filter(
        variazioni_proprie(attore), presentata_il__isnull=True
    )
    return Portata(
        tutto,
        [] if tutto else sue,
        [] if tutto else viste,
        bool(_rami(attore, "osserva_relazione")),
        risponde,
        list(bozze.values_list("pk", flat=True)),
    )


def _rami(attore: Attore, permesso: str) -> list[str]:
    """The branches of the chart on which `attore` holds a permission."""
    rami = []
    for i in attore.incarichi:
        for nome, su in i.permessi:
            if nome == permesso:
                ramo = max(i.percorso, su, key=len)
                if ramo.startswith(i.percorso) and ramo.startswith(su):
                    rami.append(ramo)
    return rami


@dataclass(frozen=True, slots=True)
class Pagina:
    """Some answers; `poi`: from where the next ones go on (None: there are no more), and whether
    the page was left before it was full."""

    righe: list[dict[str, Any]]
    poi: str
    interrotta: bool


# --- the statement --------------------------------------------------------------------------------

# As the indexes of the registro say it: they find days, and within a day what is left is sorted.
_GIORNO = "(e.istante AT TIME ZONE 'UTC')::date"
_IL_GIORNO = "(%({})s::timestamptz AT TIME ZONE 'UTC')::date"
_SCELTI = f"""
WITH scelti AS (
    SELECT e.* FROM workflows_evento e
     WHERE e.ente_id = %(ente)s AND {{indici}}
     ORDER BY {_GIORNO} DESC, e.istante DESC, e.id DESC LIMIT {{tratto}}
)"""  # noqa: S608 - our own words
_PAGINA = """
SELECT e.id FROM scelti e WHERE {resto} ORDER BY e.istante DESC, e.id DESC LIMIT {quanti}
"""
# How events are told does not depend on what was asked, so that its plan is made once; and what
# stands apart is planned apart, since a join of thirteen takes longer to plan than to run.
_DETTI = """
SELECT e.id, e.azione, e.verbo, e.procedura, e.da, e.a, e.esito, e.motivazione, e.istante,
       e.registrato_il, e.ruolo, e.canale, e.organo, e.dati, e.oggetto_id,
       p.pid AS persona_pid, p.nome_completo AS persona,
       (SELECT d.nome_completo FROM cycle_persona d WHERE d.id = e.per_conto_di_id)
           AS per_conto_di,
       u.nome AS unita, u.tipo AS tipo_unita,
       o.pid AS obiettivo_pid, o.codice, o.titolo,
       a.pid AS atto_pid, CASE WHEN a.tipo = 'storico' THEN ''
            ELSE a.organo || ' n. ' || a.numero || ' del ' || to_char(a.data, 'DD/MM/YYYY')
            END AS atto,
       (SELECT q.nome FROM cycle_relazionesemestrale r JOIN cycle_periodo q ON q.id = r.periodo_id
         WHERE e.procedura = 'relazione' AND r.id = e.oggetto_id) AS periodo,
       x.di_chi, x.suo_ruolo, x.dove, x.tipo_dove,
       (SELECT s.nome FROM cycle_insieme s
         WHERE e.procedura = 'insieme' AND s.id = e.oggetto_id) AS insieme,
       (SELECT count(*) FROM workflows_modifica m WHERE m.evento_id = e.id) AS modifiche
  FROM workflows_evento e
  LEFT JOIN cycle_persona p ON p.id = e.persona_id
  LEFT JOIN cycle_incarico n ON n.id = e.incarico_id
  LEFT JOIN cycle_unitaorganizzativa u ON u.id = n.unita_id
  LEFT JOIN cycle_obiettivo o ON o.id = e.radice_id
  LEFT JOIN cycle_atto a ON a.id = e.atto_id
  LEFT JOIN LATERAL (
        SELECT ip.nome_completo AS di_chi, i.ruolo AS suo_ruolo, iu.nome AS dove,
               iu.tipo AS tipo_dove
          FROM cycle_incarico i JOIN cycle_persona ip ON ip.id = i.persona_id
          JOIN cycle_unitaorganizzativa iu ON iu.id = i.unita_id
         WHERE e.procedura = 'incarico' AND i.id = e.oggetto_id OFFSET 0) x ON true
 WHERE e.id = ANY (%(eventi)s)
 ORDER BY e.istante DESC, e.id DESC
"""
_FACCETTE = """
SELECT e.procedura, e.verbo, e.ruolo, count(*) FROM scelti e WHERE {resto}
 GROUP BY GROUPING SETS ((e.procedura, e.verbo), (e.ruolo)) ORDER BY count(*) DESC
"""
_FINE = """
SELECT istante, id, count(*) OVER () AS guardati FROM scelti ORDER BY istante, id LIMIT 1
"""

# What is on somebody's desk is of who writes it, until it leaves it: whoever reads.
_USCITO = """EXISTS (SELECT 1 FROM workflows_evento s
    WHERE s.radice_id = e.radice_id AND s.procedura = 'relazione' AND s.oggetto_id = e.oggetto_id
      AND s.id > e.id AND s.esito = 'eseguito' AND s.verbo = '{verbo}')"""
_FINITO = f"""CASE
    WHEN e.procedura = 'variazione' AND 'bozza' IN (e.da, e.a) AND e.verbo <> 'presenta' THEN
        e.oggetto_id = ANY (%(bozze)s) OR EXISTS (
            SELECT 1 FROM cycle_richiestavariazione v
             WHERE v.id = e.oggetto_id AND v.presentata_il IS NOT NULL)
    WHEN e.procedura = 'relazione' AND e.verbo IN ('annota', 'firma', 'scarta') THEN
        %(del_nucleo)s OR {_USCITO.format(verbo="osserva")}
    WHEN e.procedura = 'relazione' AND e.verbo = 'rispondi' THEN
        e.radice_id = ANY (%(risponde)s) OR {_USCITO.format(verbo="controdeduci")}
    ELSE true END"""  # noqa: S608 - our own words
# Who asked or verified the registro is in it too, and told to who asks for that: it would be the
# most of it.
_NON_CHI_CHIEDE = "NOT (e.procedura = 'registro' AND e.verbo IN ('consulta', 'verifica'))"
# and afterwards of who reads all of it, or his units': the others are told what was done
_DI_TUTTI = """e.esito = 'eseguito'
    AND (e.procedura <> 'variazione' OR e.da <> 'bozza' OR e.verbo = 'presenta'
         OR e.oggetto_id = ANY (%(bozze)s))
    AND (e.procedura <> 'relazione' OR e.verbo NOT IN ('annota', 'firma', 'scarta')
         OR %(del_nucleo)s)"""
_CON_CAMPO = """EXISTS (SELECT 1 FROM workflows_modifica m WHERE m.evento_id = e.id
    AND coalesce(m.dopo, m.prima) ?| %(campi)s AND m.operazione <> 'I')"""
# few, and found by their own index; of each it is asked apart (OFFSET 0) when it was approved
_TARGET = """e.id IN (SELECT m.evento_id FROM workflows_modifica m
    WHERE m.ente_id = %(ente)s AND m.tabella = 'cycle_rilevazione'
      AND (m.operazione = 'D'
           OR m.operazione = 'U' AND (m.dopo ? 'target' OR m.dopo ? 'target_data')){approvato})"""
_APPROVATO = """
      AND EXISTS (SELECT 1 FROM workflows_modifica v WHERE v.radice_id = m.radice_id
                     AND v.tabella = 'cycle_versioneobiettivo' AND v.operazione = 'I'
                     AND v.id < m.id AND v.evento_id <> m.evento_id OFFSET 0)"""


@dataclass(slots=True)
class _Condizioni:
    """The question as SQL: what an index finds, and the rest."""

    indici: list[str]
    resto: list[str]
    parametri: dict[str, Any]

    def esegui(self, domanda: str, **quanti: int) -> list[dict[str, Any]]:
        """The rows; limits are words of the statement, so that its plan can be kept."""
        testo = domanda.format(
            indici=" AND ".join(self.indici), resto=" AND ".join(self.resto) or "true", **quanti
        )
        return _righe(testo, self.parametri)


def _righe(testo: str, parametri: Mapping[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursore:
        cursore.execute(testo, parametri)
        nomi = [c.name for c in cursore.description or ()]
        return [dict(zip(nomi, riga, strict=True)) for riga in cursore.fetchall()]


def _condizioni(attore: Attore, fin_dove: Portata, d: Domanda, fuso: str) -> _Condizioni:
    c = _Condizioni([_FINITO], [], {"ente": attore.ente_id})
    c.parametri |= {
        "bozze": fin_dove.bozze,
        "del_nucleo": fin_dove.del_nucleo,
        "risponde": fin_dove.risponde,
    }
    if d.numero:
        c.indici.append("e.id = %(numero)s")
        c.parametri["numero"] = d.numero
    elif d.verbo not in ("consulta", "verifica") and d.esito != "letto":
        c.indici.append(_NON_CHI_CHIEDE)
    zona = ZoneInfo(fuso)
    for nome, modello, pid in (
        ("radice_id", Obiettivo, d.obiettivo),
        ("persona_id", Persona, d.persona),
        ("atto_id", Atto, d.atto),
    ):
        if pid is not None:
            righe = modello._default_manager.filter(ente_id=attore.ente_id, pid=pid)
            pk = righe.values_list("pk", flat=True).first()
            if pk is None or (
                nome == "radice_id"
                and not fin_dove.tutto
                and pk not in {*fin_dove.sue, *fin_dove.viste}
            ):
                raise NonTrovato({})
            c.indici.append(f"e.{nome} = %({nome})s")
            c.parametri[nome] = pk
    if d.verbo:
        c.indici.append("e.verbo = %(verbo)s")
        c.parametri["verbo"] = d.verbo
    if d.dal:
        c.indici.append(f"e.istante >= %(dal)s AND {_GIORNO} >= {_IL_GIORNO.format('dal')}")
        c.parametri["dal"] = datetime.combine(d.dal, time(), zona)
    if d.al:
        c.indici.append(f"e.istante < %(al)s AND {_GIORNO} <= {_IL_GIORNO.format('al')}")
        c.parametri["al"] = datetime.combine(d.al + timedelta(days=1), time(), zona)
    if d.ultimi:
        c.indici.append(
            f"e.istante >= %(da_allora)s AND {_GIORNO} >= {_IL_GIORNO.format('da_allora')}"
        )
        c.parametri["da_allora"] = attore.istante - timedelta(days=d.ultimi)
    if d.testo:
        c.indici.append(
            "e.motivazione <> '' AND to_tsvector('italian', e.motivazione)"
            " @@ websearch_to_tsquery('italian', %(testo)s)"
        )
        c.parametri["testo"] = d.testo
    if d.sha256:
        c.resto.append("e.esito = 'letto' AND e.dati ->> 'sha256' = %(sha256)s")
        c.parametri["sha256"] = d.sha256
    if d.campo == "target":
        approvato = _APPROVATO if d.dopo_approvazione else ""
        c.indici.append(_TARGET.format(approvato=approvato))
    elif d.campo:
        c.resto.append(_CON_CAMPO)
        c.parametri["campi"] = [d.campo]
    for nome in ("ruolo", "procedura", "esito"):
        if getattr(d, nome):
            # among those of a verb, each procedura has so many that the page is soon full
            dove = c.indici if nome == "procedura" and d.verbo else c.resto
            # as an expression: its index holds every ente's, and is not to be read beside another
            colonna = f"e.{nome} || ''" if nome == "procedura" else f"e.{nome}"
            dove.append(f"{colonna} = %({nome})s")
            c.parametri[nome] = getattr(d, nome)
    if not fin_dove.tutto:
        c.resto.append(
            f"(e.radice_id = ANY (%(sue)s) OR e.radice_id = ANY (%(viste)s) AND {_DI_TUTTI}"
            " OR e.persona_id = %(io)s AND e.esito = 'letto')"
        )
        c.parametri |= {"sue": fin_dove.sue, "viste": fin_dove.viste, "io": attore.persona_id}
    return c


def rispondi(
    attore: Attore,
    fin_dove: Portata,
    domanda: Domanda,
    *,
    fuso: str,
    da: str = "",
    quanti: int = PER_PAGINA,
) -> Pagina:
    """The answers from the point `da` on (`Pagina.poi` of the page before). Raises NonTrovato for
    an object that is not there or not to be seen."""
    c = _condizioni(attore, fin_dove, domanda, fuso)
    dopo = _punto(da)
    if dopo is not None:
        c.indici.append(
            "(e.istante, e.id) < (%(dopo_istante)s, %(dopo_id)s)"
            f" AND {_GIORNO} <= {_IL_GIORNO.format('dopo_istante')}"
        )
        c.parametri |= {"dopo_istante": dopo[0], "dopo_id": dopo[1]}
    tratto = max(TRATTO, quanti + 1) if c.resto else quanti + 1
    trovati = [r["id"] for r in c.esegui(_SCELTI + _PAGINA, tratto=tratto, quanti=quanti + 1)]
    righe = _righe(_DETTI, {"eventi": trovati})
    if len(righe) > quanti:
        ultima = righe[quanti - 1]
        return Pagina(righe[:quanti], _detto(ultima["istante"], ultima["id"]), False)
    if c.resto:  # a stretch that was full may have more below it
        fine = c.esegui(_SCELTI + _FINE, tratto=tratto)
        if fine and fine[0]["guardati"] == tratto:
            return Pagina(righe, _detto(fine[0]["istante"], fine[0]["id"]), True)
    return Pagina(righe, "", False)


@dataclass(frozen=True, slots=True)
class Faccette:
    """How many of the latest answers, by (procedure, verb) and by role."""

    verbi: list[tuple[str, str, int]]
    ruoli: list[tuple[str, int]]


def faccette(attore: Attore, fin_dove: Portata, domanda: Domanda, *, fuso: str) -> Faccette:
    """What the answers are made of, counted over the latest `CONTATI`."""
    c = _condizioni(attore, fin_dove, domanda, fuso)
    righe = c.esegui(_SCELTI + _FACCETTE, tratto=CONTATI)
    return Faccette(
        verbi=[(r["procedura"], r["verbo"], r["count"]) for r in righe if r["verbo"] is not None],
        ruoli=[(r["ruolo"], r["count"]) for r in righe if r["ruolo"]],
    )


def _detto(istante: datetime, pk: int) -> str:
    return f"{istante.astimezone(UTC):%Y%m%dT%H%M%S.%f}-{pk}"


def _punto(da: str) -> tuple[datetime, int] | None:
    istante, _trattino, pk = da.partition("-")
    try:
        letto = datetime.strptime(istante, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC)
        return (letto, int(pk)) if 0 < int(pk) < 2**63 else None
    except ValueError:
        return None


def _uuid(testo: str) -> UUID | None:
    try:
        return UUID(testo)
    except ValueError:
        return None


def _giorno(testo: str) -> date | None:
    try:
        letto = date.fromisoformat(testo)
    except ValueError:
        return None
    return letto if 1900 < letto.year < 2200 else None


def impronta(testo: str) -> str:
    """A SHA-256 as people copy it, in small letters; nothing when it is not one."""
    solo = "".join(testo.split()).lower()
    return solo if len(solo) == 64 and set(solo) <= set("0123456789abcdef") else ""


def _numero(testo: str) -> int:
    return int(testo) if testo.isascii() and testo.isdigit() and len(testo) < 19 else 0


def _giorni(testo: str) -> int:
    """A number of days, at most ten years of them."""
    return int(testo) if testo.isascii() and testo.isdigit() and 0 < int(testo) <= 3660 else 0


def oggetti(ente_id: int, d: Domanda) -> list[tuple[str, str]]:
    """What the question is about, as (word of the address, its name)."""
    trovati = []
    for parola, modello, pid in (
        ("obiettivo", Obiettivo, d.obiettivo),
        ("persona", Persona, d.persona),
        ("atto", Atto, d.atto),
    ):
        if pid is not None:
            uno = modello._default_manager.filter(ente_id=ente_id, pid=pid).first()
            if uno is not None:
                trovati.append((parola, str(uno)))
    return trovati


@dataclass(frozen=True, slots=True)
class Fatto:
    """One event with what it changed; of what is not of his units and was not approved yet, who
    asks is told that it changed, and not what (`cambi` is None)."""

    riga: dict[str, Any]
    cambi: Cambi | None


def fatto(attore: Attore, fin_dove: Portata, numero: int, *, fuso: str) -> Fatto:
    """One event by its number. Raises NonTrovato when it is not there or not to be read."""
    righe = rispondi(attore, fin_dove, Domanda(numero=numero), fuso=fuso, quanti=1).righe
    if not righe or not numero:
        raise NonTrovato({})
    evento = Evento.objects.get(ente_id=attore.ente_id, pk=numero)
    delle_sue = fin_dove.tutto or evento.radice_id in fin_dove.sue
    if not delle_sue and not _gia_approvato(evento):
        return Fatto(righe[0], None)
    cambiati = cambi(ente_id=attore.ente_id, evento=numero, relazioni=delle_sue)
    return Fatto(righe[0], cambiati)


def _gia_approvato(evento: Evento) -> bool:
    """Whether it comes after the first approval of its objective, or is that."""
    return Modifica.objects.filter(
        radice_id=evento.radice_id,
        tabella="cycle_versioneobiettivo",
        operazione="I",
        evento_id__lte=evento.pk,
    ).exists()
