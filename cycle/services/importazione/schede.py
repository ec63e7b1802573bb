# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the schede of an imported plan hold: specifici, people, phases, money, indicators."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cycle.importers import piano as neutro
from cycle.insiemi import copia
from cycle.models import (
    Collaboratore,
    Fase,
    Indicatore,
    ObiettivoSpecifico,
    Rilevazione,
    Stanziamento,
    StoricoIndicatore,
    TipoIndicatore,
)

if TYPE_CHECKING:
    from cycle.services.importazione.scrittura import Scrittura


def scrivi(opera: Scrittura, nuovi: Sequence[neutro.Obiettivo]) -> None:
    """The specifici and all that hangs from them, and from the objectives."""
    coppie = [
        (riga, ordine, s)
        for riga, o in zip(opera.obiettivi, nuovi, strict=True)
        for ordine, s in enumerate(o.specifici, start=1)
    ]
    righe = copia(
        ObiettivoSpecifico(
            ente_id=opera.ente.pk,
            obiettivo_id=obiettivo.pk,
            ordine=ordine,
            codice=s.codice,
            titolo=s.titolo,
            descrizione=s.descrizione,
            inizio_previsto=s.inizio_previsto,
            fine_prevista=s.fine_prevista,
            inizio_effettivo=s.inizio_effettivo,
            fine_effettiva=s.fine_effettiva,
            flag=list(s.flag),
            esternalizzata=s.esternalizzata,
            affidatario=s.affidatario,
            modalita_affidamento=s.modalita_affidamento,
            peso=s.peso,
        )
        for obiettivo, ordine, s in coppie
    )
    opera.conta("obiettivi specifici", righe)
    opera.specifici = {(r.obiettivo_id, r.codice): r.pk for r in righe}
    figli = list(zip(righe, (s for _, _, s in coppie), strict=True))
    _collaboratori(opera, nuovi, figli)
    _indicatori(opera, figli)
    _fasi(opera, figli)
    _stanziamenti(opera, nuovi, figli)


def _collaboratori(
    opera: Scrittura,
    nuovi: Sequence[neutro.Obiettivo],
    figli: Sequence[tuple[ObiettivoSpecifico, neutro.Specifico]],
) -> None:
    """Those of the objectives and those of the specifici."""
    righe = [
        Collaboratore(
            ente_id=opera.ente.pk,
            obiettivo_id=riga.pk,
            persona_id=opera.persone[nome].pk,
            nome=nome,
            ordine=ordine,
            inquadramento=inquadramento,
        )
        for riga, o in zip(opera.obiettivi, nuovi, strict=True)
        for ordine, (nome, inquadramento) in enumerate(o.collaboratori)
    ]
    righe += [
        _collaboratore(opera, riga.pk, None, ordine, c)
        for riga, o in zip(opera.obiettivi, nuovi, strict=True)
        for ordine, c in enumerate(o.persone, start=len(o.collaboratori))
    ]
    righe += [
        _collaboratore(opera, riga.obiettivo_id, riga.pk, ordine, c)
        for riga, s in figli
        for ordine, c in enumerate(s.collaboratori)
    ]
    opera.conta("collaboratori", copia(righe))


def _collaboratore(
    opera: Scrittura, obiettivo: int, specifico: int | None, ordine: int, c: neutro.Collaboratore
) -> Collaboratore:
    return Collaboratore(
        ente_id=opera.ente.pk,
        obiettivo_id=obiettivo,
        specifico_id=specifico,
        persona_id=opera.persone[c.persona].pk,
        nome=c.nome,
        ordine=ordine,
        dal=c.dal,
        al=c.al,
        responsabile=c.responsabile,
        impegno=c.impegno,
        inquadramento=c.categoria,
    )


def _fasi(opera: Scrittura, figli: Sequence[tuple[ObiettivoSpecifico, neutro.Specifico]]) -> None:
    """Progress, effective dates and notes only of a closed year."""
    persone = {nome: p.pk for nome, p in opera.persone.items()}
    opera.conta(
        "fasi",
        copia(
            Fase(
                ente_id=opera.ente.pk,
                obiettivo_id=riga.obiettivo_id,
                specifico_id=riga.pk,
                ordine=ordine,
                descrizione=f.descrizione,
                peso=f.peso,
                avanzamento=f.avanzamento if opera.storico else None,
                inizio_previsto=f.inizio_previsto,
                fine_prevista=f.fine_prevista,
                inizio_effettivo=f.inizio_effettivo if opera.storico else None,
                fine_effettiva=f.fine_effettiva if opera.storico else None,
                responsabile_id=persone.get(f.responsabile),
                centro=f.centro,
                note=f.note if opera.storico else "",
            )
            for riga, s in figli
            for ordine, f in enumerate(s.fasi, start=1)
        ),
    )


def _stanziamenti(
    opera: Scrittura,
    nuovi: Sequence[neutro.Obiettivo],
    figli: Sequence[tuple[ObiettivoSpecifico, neutro.Specifico]],
) -> None:
    """Those of the objectives and those of the specifici."""
    voci: list[tuple[int, int | None, neutro.Stanziamento]] = [
        (riga.pk, None, e)
        for riga, o in zip(opera.obiettivi, nuovi, strict=True)
        for e in o.stanziamenti
    ]
    voci += [(riga.obiettivo_id, riga.pk, e) for riga, s in figli for e in s.stanziamenti]
    opera.conta(
        "stanziamenti",
        copia(
            Stanziamento(
                ente_id=opera.ente.pk,
                obiettivo_id=obiettivo,
                specifico_id=specifico,
                capitolo=e.capitolo,
                articolo=e.articolo,
                descrizione=e.descrizione,
                parte=e.parte,
                importo=e.importo,
            )
            for obiettivo, specifico, e in voci
        ),
    )


def _indicatori(
    opera: Scrittura, figli: Sequence[tuple[ObiettivoSpecifico, neutro.Specifico]]
) -> None:
    nomi = {i.tipo for _, s in figli for i in s.indicatori if i.tipo}
    tipi = dict(
        TipoIndicatore.objects.filter(ente=opera.ente, nome__in=nomi).values_list("nome", "pk")
    )
    for tipo in copia(
        TipoIndicatore(ente_id=opera.ente.pk, nome=nome) for nome in sorted(nomi - set(tipi))
    ):
        tipi[tipo.nome] = tipo.pk
    coppie = [
        (riga, ordine, i) for riga, s in figli for ordine, i in enumerate(s.indicatori, start=1)
    ]
    righe = copia(
        Indicatore(
            ente_id=opera.ente.pk,
            obiettivo_id=riga.obiettivo_id,
            specifico_id=riga.pk,
            ordine=ordine,
            nome=i.nome,
            tipo_id=tipi.get(i.tipo),
            unita_misura=i.unita_misura,
            natura=i.natura,
            aggregazione=i.aggregazione,
            peso=i.peso,
            cap=i.cap,
            fascia_da=i.fascia_da,
            fascia_a=i.fascia_a,
            codice=i.codice,
            note=i.note,
        )
        for riga, ordine, i in coppie
    )
    opera.conta("indicatori", righe)
    copia(
        StoricoIndicatore(
            ente_id=opera.ente.pk,
            obiettivo_id=riga.obiettivo_id,
            indicatore_id=riga.pk,
            anno=v.anno,
            valore=v.valore,
        )
        for riga, (_, _, i) in zip(righe, coppie, strict=True)
        for v in i.storico
    )
    periodi = {codice: p.pk for codice, p in opera.periodi.items()}
    opera.conta(
        "rilevazioni",
        copia(
            Rilevazione(
                ente_id=opera.ente.pk,
                obiettivo_id=riga.obiettivo_id,
                indicatore_id=riga.pk,
                periodo_id=periodi[r.periodo],
                **_figure(r.target, r.valore if opera.storico else None),
            )
            for riga, (_, _, i) in zip(righe, coppie, strict=True)
            for r in i.rilevazioni
        ),
    )


def _figure(target: Decimal | date | None, valore: Decimal | date | None) -> dict[str, Any]:
    """Target and value in the columns of numbers, or of dates (R79)."""
    return {
        f"{nome}{'_data' if isinstance(figura, date) else ''}": figura
        for nome, figura in (("target", target), ("valore", valore))
    }
