# SPDX-License-Identifier: AGPL-3.0-or-later
"""Opening a year by an act, for ever (C2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils.translation import gettext as _

from cycle import apertura, canonico
from cycle.apertura import Difetto, Riga
from cycle.insiemi import riserva
from cycle.models import Ciclo, Ente, Periodo, RelazioneSemestrale, Rilevazione, Scadenza
from cycle.parametri import Parametri
from cycle.services.atti_anno import autorizza, difetti_atto, non_possibile, scrivi_atto
from cycle.services.enti import nell_ente
from workflows.errors import Conflitto, Motivo
from workflows.ports import Attore, FattiAtto, Incarico
from workflows.registro import azioni


@dataclass(frozen=True, slots=True)
class Apertura:
    """A year as it would be opened: each term with its last instant, and the digest of it all,
    which will be the act's."""

    anno: int
    parametri: Parametri
    righe: tuple[Riga, ...]
    termini: tuple[datetime, ...]
    difetti: tuple[Difetto, ...]
    avvertenze: tuple[str, ...]
    impronta: str


def prepara(
    *, ente: Ente, anno: int, parametri: Parametri, righe: Sequence[Riga], istante: datetime
) -> Apertura:
    """What opening the year with these parameters and terms would fix, and what is wrong with
    it. Reads and writes nothing."""
    regole = apertura.feste(ente, parametri)
    fissate = tuple(
        replace(r, festivi="nessuna" if r.di_legge else regole.politica(r.festivi)) for r in righe
    )
    termini = tuple(apertura.risolvi(r, ente.fuso, regole) for r in fissate)
    oggi = istante.astimezone(ZoneInfo(ente.fuso)).date()
    return Apertura(
        anno,
        parametri,
        fissate,
        termini,
        (*apertura.difetti_parametri(parametri), *apertura.difetti(fissate, anno, parametri)),
        tuple(apertura.avvertenze(fissate, ente, parametri, oggi)),
        canonico.impronta(apertura.testo(anno, parametri, fissate, termini)),
    )


def apri(
    *,
    ente: Ente,
    anno: int,
    parametri: Parametri,
    righe: Sequence[Riga],
    atto: FattiAtto,
    by: Attore,
    istante: datetime,
    canale: str = "web",
) -> Ciclo:
    """Open a year by an act: its parameters and its calendar are fixed from now on (C2). The year
    an import had made is completed.

    Raises NonAutorizzato, Conflitto when it has been opened already, and NonPossibile with all
    that is wrong, each reason naming its field in `guardia`.
    """
    with transaction.atomic():
        nell_ente(ente.pk)
        with connection.cursor() as cursore:  # nor an import, nor another opening, meanwhile
            cursore.execute("SELECT pg_advisory_xact_lock(hashtext('importa'), %s)", [ente.pk])
        ciclo = Ciclo.objects.select_for_update().filter(ente=ente, anno=anno).first()
        chi = ciclo.pk if ciclo else 0
        incarico = autorizza(by, "apri_anno", chi)
        if ciclo is not None and ciclo.atto_apertura_id is not None:
            raise Conflitto({chi: [_gia_aperto(ciclo)]})
        pronta = prepara(ente=ente, anno=anno, parametri=parametri, righe=righe, istante=istante)
        difetti = [
            *(
                []
                if 2000 <= anno <= 2100
                else [Difetto("anno", "C4", _("L'anno va da 2000 a 2100."))]
            ),
            *pronta.difetti,
            *(_periodi_in_uso(ciclo, parametri) if ciclo else ()),
            *difetti_atto(atto, ente, ciclo, istante),
        ]
        if difetti:
            raise non_possibile(chi, difetti, "apri_anno")
        return _scrivi(ente, ciclo, pronta, atto, by, incarico, istante, canale)


def _scrivi(
    ente: Ente,
    ciclo: Ciclo | None,
    pronta: Apertura,
    atto: FattiAtto,
    by: Attore,
    incarico: Incarico,
    istante: datetime,
    canale: str,
) -> Ciclo:
    atto_id = riserva("cycle_atto", 1)[0]
    pk = ciclo.pk if ciclo else riserva("cycle_ciclo", 1)[0]
    azioni.apri(
        ente_id=ente.pk,
        procedura="ciclo",
        verbo="apre",
        passi=[azioni.Voce(pk, incarico=incarico)],
        attore=by,
        istante=istante,
        organo=atto.organo,
        atto_id=atto_id,
        canale=canale,
        dati={"anno": pronta.anno, "impronta": pronta.impronta},
    )
    if ciclo is None:
        ciclo = Ciclo(pk=pk, ente=ente, anno=pronta.anno)
        ciclo.save(force_insert=True)
    scrivi_atto(atto, atto_id, ciclo, pronta.impronta)
    _periodi(ciclo, pronta.parametri)
    _calendario(ciclo, pronta)
    ciclo.parametri = pronta.parametri.in_dizionario()
    ciclo.atto_apertura_id = atto_id
    ciclo.save(update_fields=["parametri", "atto_apertura"])
    return ciclo


def _periodi(ciclo: Ciclo, parametri: Parametri) -> None:
    presenti = Periodo.objects.filter(ciclo=ciclo)
    nuovi = apertura.periodi(ciclo.anno, parametri)
    if presenti.count() == len(nuovi):
        return
    presenti.delete()  # nothing refers to them: see `_periodi_in_uso`
    for p in nuovi:
        p.ente_id, p.ciclo = ciclo.ente_id, ciclo
    Periodo.objects.bulk_create(nuovi)


def _calendario(ciclo: Ciclo, pronta: Apertura) -> None:
    presenti = {s.codice: s for s in Scadenza.objects.filter(ciclo=ciclo)}
    volute = {r.codice: (r, t) for r, t in zip(pronta.righe, pronta.termini, strict=True)}
    Scadenza.objects.filter(
        pk__in=[s.pk for codice, s in presenti.items() if codice not in volute]
    ).delete()
    nuove = []
    for codice, (riga, termine) in volute.items():
        scadenza = presenti.get(codice, Scadenza(ente_id=ciclo.ente_id, ciclo=ciclo, codice=codice))
        scadenza.nome = riga.nome
        scadenza.tipo = riga.tipo
        scadenza.data = riga.data
        scadenza.festivi = riga.festivi
        scadenza.termine = termine
        scadenza.ruoli = list(riga.ruoli)
        scadenza.blocca = riga.blocca
        if codice in presenti:
            scadenza.save()
        else:
            nuove.append(scadenza)
    Scadenza.objects.bulk_create(nuove)


def _periodi_in_uso(ciclo: Ciclo, parametri: Parametri) -> list[Difetto]:
    """The periods of a year already in use do not change number (R52)."""
    presenti = Periodo.objects.filter(ciclo=ciclo)
    quanti = presenti.count()
    if quanti == parametri.periodi:
        return []
    if not (
        Rilevazione.objects.filter(periodo__in=presenti).exists()
        or RelazioneSemestrale.objects.filter(periodo__in=presenti).exists()
    ):
        return []
    return [
        Difetto(
            "parametri.periodi",
            "R52",
            _(
                "Il piano del %(anno)s è già stato importato con %(n)s periodi, che hanno i loro "
                "target: i periodi restano quelli."
            )
            % {"anno": ciclo.anno, "n": quanti},
        )
    ]


def _gia_aperto(ciclo: Ciclo) -> Motivo:
    return Motivo(
        "anno",
        "C2",
        _("Il %(anno)s è già stato aperto: %(atto)s.")
        % {"anno": ciclo.anno, "atto": ciclo.atto_apertura},
        _("Un termine si sposta con una proroga; i parametri restano quelli per tutto l'anno."),
        "",
    )
