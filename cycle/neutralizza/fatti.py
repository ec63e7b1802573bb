# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the guards of a neutralizzazione read, in a number of queries that does not depend on how
many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import Count
from django.utils.translation import gettext as _

from cycle import fascicolo
from cycle.models import Atto, DocumentoNeutralizzazione, Neutralizzazione
from cycle.parametri import Parametri
from workflows.machines.neutralizzazione import STATI, VIVE
from workflows.ports import Fascicolo, FattiAtto, FattiNeutralizzazione, Richiesta


def oggetto(n: Neutralizzazione) -> str:
    """What is neutralised, in words that follow a preposition: "OB01", "«Pratiche» di OB01",
    "tutto l'obiettivo"."""
    if n.indicatore is not None:
        return _("«%(indicatore)s» di %(specifico)s") % {
            "indicatore": n.indicatore.nome,
            "specifico": n.indicatore.specifico.codice,
        }
    if n.specifico is not None:
        return str(n.specifico.codice)
    return _("tutto l'obiettivo")


def di_neutralizzazioni(
    neutralizzazioni: Sequence[Neutralizzazione], richiesta: Richiesta | None = None
) -> dict[int, Fascicolo]:
    """Their facts, by id; they come with objective, year, specifico and indicator."""
    richiesta = richiesta or Richiesta()
    basi = fascicolo.di_obiettivi(sorted({n.obiettivo_id for n in neutralizzazioni}), richiesta)
    documenti = dict(
        DocumentoNeutralizzazione.objects.filter(neutralizzazione__in=neutralizzazioni)
        .values_list("neutralizzazione")
        .annotate(Count("pk"))
    )
    registrati = _registrati(neutralizzazioni, richiesta.atto)
    return {
        n.pk: replace(
            basi[n.obiettivo_id],
            id=n.pk,
            procedura="neutralizzazione",
            stato=n.stato,
            revisione=n.revisione,
            atto_registrato=n.obiettivo.ciclo_id in registrati,
            neutralizzazione=FattiNeutralizzazione(
                decide=Parametri.da_dizionario(n.obiettivo.ciclo.parametri).neutralizzazione_decide,
                oggetto=oggetto(n),
                chiesta_da=n.chiesta_da_id,
                d_ufficio=n.d_ufficio,
                causa=n.causa.strip(),
                motivo=n.motivo.strip(),
                documenti=documenti.get(n.pk, 0),
            ),
        )
        for n in neutralizzazioni
    }


def chiesta(base: Fascicolo, n: Neutralizzazione, detti: FattiNeutralizzazione) -> Fascicolo:
    """The facts of one that is not written yet."""
    gia = (
        Neutralizzazione.objects.filter(
            obiettivo=n.obiettivo_id,
            specifico=n.specifico_id,
            indicatore=n.indicatore_id,
            stato__in=VIVE,
        )
        .values_list("stato", flat=True)
        .first()
    )
    decide = Parametri.da_dizionario(n.obiettivo.ciclo.parametri).neutralizzazione_decide
    nome = str(dict(STATI)[gia]).lower() if gia else ""
    return replace(base, neutralizzazione=replace(detti, decide=decide, gia=nome))


def _registrati(
    neutralizzazioni: Sequence[Neutralizzazione], atto: FattiAtto | None
) -> frozenset[int]:
    """The years in which that act has already neutralised something."""
    if atto is None or atto.data is None:
        return frozenset()
    return frozenset(
        Atto.objects.filter(
            ciclo__in={n.obiettivo.ciclo_id for n in neutralizzazioni},
            tipo="neutralizza",
            organo=atto.organo,
            numero=atto.numero,
            data__year=atto.data.year,
        ).values_list("ciclo_id", flat=True)
    )
