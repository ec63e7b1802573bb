# SPDX-License-Identifier: AGPL-3.0-or-later
"""Storing an imported plan: all or nothing, and once only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import connection, transaction

from cycle import measure
from cycle.importers import piano as neutro
from cycle.importers.piano import Avviso, PianoIllegibile
from cycle.models import (
    Ciclo,
    Ente,
)
from cycle.parametri import Parametri
from cycle.services.confronto import presenti_e_diversi
from cycle.services.enti import di_comando, nell_ente
from cycle.services.importazione.scrittura import Avanzamento as Avanzamento
from cycle.services.importazione.scrittura import Scrittura
from workflows.ports import Attore, Incarico


@dataclass(frozen=True, slots=True)
class EsitoImportazione:
    """What an import did, or with `prova` would do."""

    creati: Mapping[str, int] = field(default_factory=dict)  # noun -> how many
    gia_presenti: int = 0
    avvisi: tuple[Avviso, ...] = ()


def importa(
    *,
    ente: Ente,
    piano: neutro.Piano,
    come: str,
    istante: datetime,
    attore: Attore | None = None,
    con: Incarico | None = None,
    canale: str = "comando",
    stati: Mapping[str, str] | None = None,
    avanzamento: Avanzamento | None = None,
) -> EsitoImportazione:
    """Store the plan as `piano` (proposte, without values) or `storico` (validati, version 1
    under an Atto of kind storico), under the incarico `con`. `stati` names the objectives to be
    left in `bozza`.

    Idempotent: objectives already there and equal are left alone. Raises `PianoIllegibile`, and
    writes nothing, when one is there and differs, or breaks a rule no imported plan may break.
    """
    if come not in ("piano", "storico"):
        raise ValueError("come: piano o storico")
    with transaction.atomic():
        nell_ente(ente.pk)
        with connection.cursor() as cursore:  # two imports of one ente: one after the other
            cursore.execute("SELECT pg_advisory_xact_lock(hashtext('importa'), %s)", [ente.pk])
        ciclo = Ciclo.objects.filter(ente=ente, anno=piano.anno).first()
        if ciclo is not None:
            piano = nei_periodi(piano, ciclo)
        parametri = dict(ciclo.parametri if ciclo else piano.parametri)
        _verifica(piano, come, Parametri.da_dizionario(parametri))
        nuovi = _non_ancora_presenti(ciclo, piano, come)
        if not nuovi:
            return EsitoImportazione(gia_presenti=len(piano.obiettivi), avvisi=piano.avvisi)
        scrittura = Scrittura(ente, piano, come, istante, avanzamento or (lambda _f, _t: None))
        scrittura.esegui(nuovi, attore or di_comando(ente.pk, istante), con, canale, stati or {})
        with connection.cursor() as cursore:  # else what follows is planned for empty tables
            cursore.execute("SELECT cycle_statistiche()")
        return EsitoImportazione(
            creati=scrittura.creati,
            gia_presenti=len(piano.obiettivi) - len(nuovi),
            avvisi=(*piano.avvisi, *scrittura.avvisi(nuovi)),
        )


def _verifica(piano: neutro.Piano, come: str, parametri: Parametri) -> None:
    """One scheda for each code; and what a plan that was approved cannot lack (R68)."""
    visti: set[str] = set()
    for obiettivo in piano.obiettivi:
        if obiettivo.codice in visti:
            raise PianoIllegibile(
                f"Riga {obiettivo.riga}: il codice {obiettivo.codice} è già di un'altra scheda "
                "del documento. Correggere il documento. Non è stato importato nulla."
            )
        visti.add(obiettivo.codice)
    if come != "storico" or not parametri.pesi:
        return
    for specifico in piano.specifici():
        pesi = [i.peso for i in specifico.indicatori]
        if difetto := measure.difetto_pesi(pesi, parametri.misura.tolleranza_pesi):
            raise PianoIllegibile(
                f"Riga {specifico.riga}, {specifico.codice}: {difetto}. Correggere il documento, "
                "oppure importarlo come piano per sistemare i pesi prima dell'approvazione. Non è "
                "stato importato nulla."
            )


def nei_periodi(piano: neutro.Piano, ciclo: Ciclo) -> neutro.Piano:
    """The plan with the periods that the year has: one of the document is the one that ends on
    the same day. Raises `PianoIllegibile` when there is none."""
    codici = {al: codice for codice, al in ciclo.periodi.values_list("codice", "al")}
    ignoti = [f"{p.nome} ({p.codice})" for p in piano.periodi if p.al not in codici]
    if ignoti:
        raise PianoIllegibile(
            f"L'anno {piano.anno} dell'ente non ha un periodo che finisca con: "
            f"{', '.join(ignoti)}. Definire i periodi dell'anno e ripetere. Non è stato importato "
            "nulla."
        )
    suoi = {p.codice: codici[p.al] for p in piano.periodi}
    if all(prima == dopo for prima, dopo in suoi.items()):
        return piano

    def specifico(s: neutro.Specifico) -> neutro.Specifico:
        return replace(
            s,
            indicatori=tuple(
                replace(
                    i,
                    rilevazioni=tuple(replace(r, periodo=suoi[r.periodo]) for r in i.rilevazioni),
                )
                for i in s.indicatori
            ),
            relazioni=tuple(replace(r, periodo=suoi[r.periodo]) for r in s.relazioni),
        )

    return replace(
        piano,
        periodi=tuple(replace(p, codice=suoi[p.codice]) for p in piano.periodi),
        obiettivi=tuple(
            replace(o, specifici=tuple(specifico(s) for s in o.specifici)) for o in piano.obiettivi
        ),
    )


def _non_ancora_presenti(
    ciclo: Ciclo | None, piano: neutro.Piano, come: str
) -> list[neutro.Obiettivo]:
    presenti, diversi = presenti_e_diversi(ciclo, piano, come)
    if diversi:
        raise PianoIllegibile(
            f"Nel {piano.anno} sono già presenti, e diversi da questo documento: "
            f"{', '.join(diversi[:20])}{' …' if len(diversi) > 20 else ''}. Un obiettivo già "
            "presente non si sovrascrive: si corregge nella scheda, o con una variazione. Non è "
            "stato importato nulla."
        )
    return [o for o in piano.obiettivi if o.codice not in presenti]
