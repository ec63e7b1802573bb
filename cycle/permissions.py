# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may do what: one table, and one function that says which roles a person has.

The permissions of the transitions come from the machines, where the roles are declared; the
others stand here. Guardian stores what each role of an ente may do on which unit (by default
everything of the table, on the root unit), so that an ente can give a role more or less on a part
of its chart. Which roles a person *has* is decided by incarichi at the injected instant, in
`attore`, and nowhere else.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, connection
from django.utils.translation import gettext as _
from guardian.models import GroupObjectPermission

from cycle.models import (
    Correzione,
    Ente,
    Insieme,
    Neutralizzazione,
    Obiettivo,
    RelazioneSemestrale,
    RichiestaVariazione,
    UnitaOrganizzativa,
)
from workflows.machines import correzione as macchina_correzione
from workflows.machines import insieme as macchina_insieme
from workflows.machines import neutralizzazione as macchina_neutralizzazione
from workflows.machines import obiettivo as macchina_obiettivo
from workflows.machines import relazione as macchina_relazione
from workflows.machines import variazione as macchina_variazione
from workflows.machines.base import leggi
from workflows.ports import RUOLI, Attore, Fascicolo, Incarico
from workflows.verdetto import permesso

MACCHINA_OBIETTIVO = leggi(
    "obiettivo", Obiettivo, macchina_obiettivo.INIZIALI, macchina_obiettivo.FINALI
)
MACCHINA_RELAZIONE = leggi("relazione", RelazioneSemestrale, macchina_relazione.INIZIALI)
MACCHINA_INSIEME = leggi("insieme", Insieme, macchina_insieme.INIZIALI, macchina_insieme.FINALI)
MACCHINA_VARIAZIONE = leggi(
    "variazione",
    RichiestaVariazione,
    macchina_variazione.INIZIALI,
    macchina_variazione.FINALI,
)
MACCHINA_CORREZIONE = leggi(
    "correzione", Correzione, macchina_correzione.INIZIALI, macchina_correzione.FINALI
)
MACCHINA_NEUTRALIZZAZIONE = leggi(
    "neutralizzazione",
    Neutralizzazione,
    macchina_neutralizzazione.INIZIALI,
    macchina_neutralizzazione.FINALI,
)
MACCHINE = (
    MACCHINA_OBIETTIVO,
    MACCHINA_RELAZIONE,
    MACCHINA_INSIEME,
    MACCHINA_VARIAZIONE,
    MACCHINA_CORREZIONE,
    MACCHINA_NEUTRALIZZAZIONE,
)

# permission -> roles
PERMESSI: Mapping[str, frozenset[str]] = {
    **{
        permesso(m.nome, t.nome): frozenset(t.regole.ruoli) for m in MACCHINE for t in m.transizioni
    },
    "modifica_obiettivo": frozenset({"po", "dirigente"}),
    "compila_relazione": frozenset({"po", "dirigente"}),
    "importa_piano": frozenset({"controllo"}),
    "esporta_piano": frozenset({"controllo", "segretario", "revisore"}),
    # drafts and proposals of the unit's chain, or of the whole ente (`domain.md` 2)
    "vedi_bozze": frozenset(
        {"po", "dirigente", "controllo", "segretario", "segreteria", "giunta", "nucleo"}
    ),
    "vedi_registro": frozenset({"dirigente", "revisore", "segretario", "controllo"}),
    # setting up: org chart and people, the year and its terms, incarichi
    "gestisci_ente": frozenset({"controllo"}),
    "apri_anno": frozenset({"controllo"}),
    "proroga_termine": frozenset({"controllo", "segreteria"}),
    "chiudi_anno": frozenset({"controllo", "segretario"}),
    # where the year of the whole ente stands: what is late, what stops its closing
    "vedi_cruscotto": frozenset({"controllo", "segretario", "giunta", "nucleo"}),
    "vedi_segnali": frozenset({"controllo", "segretario"}),  # they name people and their effort
    "conferisci_incarico": frozenset({"controllo"}),
    "delega_funzioni": frozenset({"dirigente", "segretario", "ragioneria", "controllo"}),
    # sets for the giunta: who assembles them, who gives the pareri (R15), who may read them
    "componi_insieme": frozenset({"controllo"}),
    "parere_tecnico": frozenset({"segretario", "dirigente"}),
    "parere_contabile": frozenset({"ragioneria"}),
    "vedi_insiemi": frozenset(
        {"controllo", "segretario", "segreteria", "giunta", "nucleo", "ragioneria", "revisore"}
        | {"dirigente"}
    ),
    # variazioni: who writes them, ex officio too (R34); opinions and visto (R28, R33); what the
    # Nucleo invites to and evaluates (R32, R39); material errors (R35)
    "redigi_variazione": frozenset({"po", "dirigente", "segreteria"}),
    "parere_variazione": frozenset({"nucleo"}),
    "visto_variazione": frozenset({"ragioneria"}),
    "replica_variazione": frozenset({"dirigente"}),
    "invita_variazione": frozenset({"nucleo"}),
    "segnala_correzione": frozenset({"po", "dirigente", "nucleo"}),
    # what nobody could foresee or govern (R62): asked by the settore, or the Nucleo's initiative
    "chiedi_neutralizzazione": frozenset({"dirigente", "nucleo"}),
}

# What a delega never carries (R81): what the Nucleo or the giunta decides, and the power to pass
# it on, or to give incarichi: with that one would give himself for ever what was lent to him.
NON_DELEGABILI = frozenset({"delega_funzioni", "conferisci_incarico", "gestisci_ente"}) | {
    permesso(m.nome, t.nome) for m in MACCHINE for t in m.transizioni if t.regole.organo
}
# Who must act has to see what he acts on: these go with any delega, whatever its ambito.
CON_OGNI_DELEGA = frozenset({"vedi_bozze", "vedi_insiemi"})


def delegabili(ruolo: str) -> list[str]:
    """The permissions that the ambito of a delega of `ruolo` may list, in the table's order."""
    return [
        nome
        for nome, ruoli in PERMESSI.items()
        if ruolo in ruoli and nome not in NON_DELEGABILI | CON_OGNI_DELEGA
    ]


def portati(
    tipo: str, ambito: Collection[str], concessi: Iterable[tuple[str, str]]
) -> frozenset[tuple[str, str]]:
    """Of what the ente has granted to a role, what an incarico of that kind carries: all of it,
    or of a delega what may be delegated and its ambito lists (none listed: all that may)."""
    if tipo != "delega":
        return frozenset(concessi)
    return frozenset(
        (nome, su)
        for nome, su in concessi
        if nome not in NON_DELEGABILI and (not ambito or nome in ambito or nome in CON_OGNI_DELEGA)
    )


def sincronizza(using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """Write the table's permissions into the database, after every migrate."""
    tipo = ContentType.objects.db_manager(using).get_for_model(UnitaOrganizzativa)
    presenti = set(
        Permission.objects.using(using)
        .filter(content_type=tipo, codename__in=PERMESSI)
        .values_list("codename", flat=True)
    )
    nuovi = Permission.objects.using(using).bulk_create(
        Permission(content_type=tipo, codename=nome, name=nome.replace("_", " "))
        for nome in PERMESSI
        if nome not in presenti
    )
    if nuovi:  # enti that were there before these permissions get them as a new one would
        for radice in (
            UnitaOrganizzativa.objects.using(using)
            .filter(padre__isnull=True)
            .select_related("ente")
        ):
            concedi(radice.ente, radice, [p.codename for p in nuovi], using)


def gruppo(ente: Ente, ruolo: str) -> str:
    """Name of the group that stands for a role in an ente."""
    return f"{ente.codice_ipa}:{ruolo}"


def concedi(
    ente: Ente,
    radice: UnitaOrganizzativa,
    quali: Collection[str] = PERMESSI.keys(),
    using: str = DEFAULT_DB_ALIAS,
) -> None:
    """Give every role of an ente what the table says of the permissions `quali`, on its root
    unit."""
    tipo = ContentType.objects.db_manager(using).get_for_model(UnitaOrganizzativa)
    permessi = {
        p.codename: p
        for p in Permission.objects.using(using).filter(content_type=tipo, codename__in=quali)
    }
    gruppi = {
        ruolo: Group.objects.using(using).get_or_create(name=gruppo(ente, ruolo))[0]
        for ruolo in RUOLI
    }
    GroupObjectPermission.objects.using(using).bulk_create(
        (
            GroupObjectPermission(
                group=gruppi[ruolo],
                permission=permessi[nome],
                content_type=tipo,
                object_pk=str(radice.pk),
            )
            for nome in permessi
            for ruolo in PERMESSI[nome]
        ),
        ignore_conflicts=True,
    )


# Of the persons in a table `persone (id, perche)`, which the statement that uses it defines. What
# a role may do is read once, however many hold it.
_ATTORI = """
, tenuti AS MATERIALIZED (
    SELECT i.*, (SELECT g.id FROM auth_group g
                  WHERE g.name = (SELECT e.codice_ipa FROM cycle_ente e WHERE e.id = %(ente)s)
                                 || ':' || i.ruolo) AS gruppo
      FROM cycle_incarico i
     WHERE i.persona_id = ANY (ARRAY(SELECT id FROM persone)) AND i.ente_id = %(ente)s
       AND i.dal <= %(istante)s AND (i.al IS NULL OR i.al > %(istante)s)
       AND NOT EXISTS (SELECT 1 FROM cycle_persona s
                        WHERE s.id = i.persona_id AND s.sospesa_il <= %(istante)s)
       AND (i.delegante_id IS NULL
            OR EXISTS (SELECT 1 FROM cycle_incarico d
                        WHERE d.id = i.delegante_id
                          AND d.dal <= %(istante)s AND (d.al IS NULL OR d.al > %(istante)s)))
), chiesti AS MATERIALIZED (
    SELECT pm.id, pm.codename
      FROM auth_permission pm
     WHERE pm.content_type_id = (SELECT id FROM django_content_type
                                  WHERE app_label = 'cycle' AND model = 'unitaorganizzativa')
       AND pm.codename = ANY (ARRAY(SELECT jsonb_array_elements_text(%(permessi)s)))
), concessi AS MATERIALIZED (
    SELECT gp.group_id AS gruppo, array_agg(pm.codename || ' ' || gu.percorso) AS permessi
      FROM guardian_groupobjectpermission gp
      JOIN chiesti pm ON pm.id = gp.permission_id
      JOIN cycle_unitaorganizzativa gu ON gu.id = gp.object_pk::bigint
     WHERE gp.group_id = ANY (ARRAY(SELECT gruppo FROM tenuti))
       AND gu.ente_id = %(ente)s
     GROUP BY gp.group_id
)
SELECT p.id, CASE WHEN t.is_active AND p.sospesa_il IS NULL THEN t.id END, p.nome_completo,
       n.perche, i.id, i.ruolo, u.percorso, i.tipo,
       (SELECT d.persona_id FROM cycle_incarico d WHERE d.id = i.delegante_id),
       c.permessi, CASE WHEN i.tipo = 'delega' THEN i.ambito::text END
  FROM persone n
  JOIN cycle_persona p ON p.id = n.id AND p.ente_id = %(ente)s
  LEFT JOIN cycle_utente t ON t.id = p.utente_id
  LEFT JOIN tenuti i ON i.persona_id = p.id
  LEFT JOIN cycle_unitaorganizzativa u ON u.id = i.unita_id
  LEFT JOIN concessi c ON c.gruppo = i.gruppo
"""


def attore(
    ente_id: int,
    persona_id: int,
    istante: datetime,
    permessi: Collection[str] = PERMESSI.keys(),
) -> Attore:
    """The person with the incarichi in force at `istante`: `dal` included, `al` excluded (R83),
    a delega only while its delegante still holds the role (R81). Whom the ente has shut out holds
    none since then, whoever asks on his behalf. Who asks of some permissions only says which: the
    incarichi then carry no other."""
    nessuno = Attore(persona_id, None, ente_id, "", istante)
    return attori(ente_id, [persona_id], istante, permessi).get(persona_id, nessuno)


def attori(
    ente_id: int,
    persone: Sequence[int],
    istante: datetime,
    permessi: Collection[str] = PERMESSI.keys(),
) -> dict[int, Attore]:
    """The same for many persons of the ente, by id, in one query."""
    tabella = (
        "WITH persone AS ("
        "SELECT jsonb_array_elements_text(%(persone)s)::bigint AS id, NULL AS perche)"
    )
    trovati = attori_fra(tabella, {"persone": json.dumps(persone)}, ente_id, istante, permessi)
    return {a.persona_id: a for a, _ in trovati if a.persona_id is not None}


def attori_fra(
    persone: str,
    parametri: Mapping[str, Any],
    ente_id: int,
    istante: datetime,
    permessi: Collection[str] = PERMESSI.keys(),
) -> list[tuple[Attore, Any]]:
    """The same for the persons of a table `persone (id, perche)`, with which the WITH clause
    `persone` ends: each with what stands beside it there."""
    testo = json.dumps(sorted(permessi))
    with connection.cursor() as cursore:
        cursore.execute(
            persone + _ATTORI,
            {**parametri, "ente": ente_id, "istante": istante, "permessi": testo},
        )
        righe = cursore.fetchall()
    incarichi: dict[int, list[Incarico]] = {}
    for riga in sorted(righe, key=lambda riga: riga[4] or 0):
        tenuti = incarichi.setdefault(riga[0], [])
        if riga[4] is not None:
            concessi = (_concesso(testo) for testo in riga[9] or ())
            suoi = portati(riga[7], json.loads(riga[10] or "[]"), concessi)
            tenuti.append(Incarico(riga[4], riga[5], riga[6], riga[7], riga[8], suoi))
    return [
        (Attore(pk, utente, ente_id, nome.title(), istante, tuple(incarichi[pk])), perche)
        for pk, (utente, nome, perche) in {riga[0]: riga[1:4] for riga in righe}.items()
    ]


_CON_RUOLO = """
WITH persone AS (
    SELECT DISTINCT i.persona_id AS id, NULL AS perche
      FROM cycle_incarico i
     WHERE i.ente_id = %(ente)s
       AND i.ruolo IN (SELECT jsonb_array_elements_text(%(ruoli)s))
       AND i.dal <= %(istante)s AND (i.al IS NULL OR i.al > %(istante)s)
)
"""


def con_ruolo(ente_id: int, ruoli: Collection[str], istante: datetime) -> list[Attore]:
    """Whoever holds one of the roles at `istante`, anywhere in the ente."""
    testo = json.dumps(sorted(ruoli))
    return [a for a, _perche in attori_fra(_CON_RUOLO, {"ruoli": testo}, ente_id, istante)]


def vede(attore: Attore, fascicolo: Fascicolo) -> bool:
    """Whether `attore` may see the objective of these facts (`domain.md` 2): the rule that
    `selectors.visibili` writes as a query."""
    if fascicolo.stato_obiettivo in macchina_obiettivo.PRIMA_DELL_APPROVAZIONE:
        return attore.incarico_per("vedi_bozze", fascicolo.percorso) is not None
    return bool(attore.incarichi)


def concessi(ente: Ente) -> dict[str, tuple[tuple[str, str], ...]]:
    """What the ente has granted to each role: (permission, path of the unit), in one query."""
    gruppi = {gruppo(ente, ruolo): ruolo for ruolo in RUOLI}
    trovati: dict[str, list[tuple[str, str]]] = {ruolo: [] for ruolo in RUOLI}
    with connection.cursor() as cursore:
        cursore.execute(
            "SELECT g.name, pm.codename, gu.percorso "
            "  FROM auth_group g "
            "  JOIN guardian_groupobjectpermission gp ON gp.group_id = g.id "
            "  JOIN auth_permission pm ON pm.id = gp.permission_id "
            "  JOIN cycle_unitaorganizzativa gu ON gu.id = gp.object_pk::bigint "
            " WHERE g.name = ANY (%s) AND gu.ente_id = %s ORDER BY pm.id, gu.percorso",
            [list(gruppi), ente.pk],
        )
        for nome, codename, percorso in cursore.fetchall():
            trovati[gruppi[nome]].append((codename, percorso))
    return {ruolo: tuple(elenco) for ruolo, elenco in trovati.items()}


def procedimento(ente_id: int, permesso: str, percorso: str, istante: datetime) -> Attore:
    """Nobody: a process that takes by itself the one step that `permesso` allows, on one unit. The
    registro shows no person and no role."""
    puo = frozenset({(permesso, percorso)})
    incarico = Incarico(id=0, ruolo="", percorso=percorso, permessi=puo)
    return Attore(None, None, ente_id, _("il procedimento"), istante, (incarico,))


def _concesso(testo: str) -> tuple[str, str]:
    nome, _, percorso = testo.partition(" ")
    return nome, percorso


def ipotetico(ente: Ente, ruolo: str, percorso: str, istante: datetime) -> Attore:
    """Nobody, with the role `ruolo` on the unit at `percorso`: for asking what that role could do
    (what-if). It is no person, so what one did or was present at is not held against it."""
    incarico = Incarico(
        id=0, ruolo=ruolo, percorso=percorso, permessi=frozenset(concessi(ente)[ruolo])
    )
    return Attore(None, None, ente.pk, RUOLI[ruolo], istante, (incarico,))
