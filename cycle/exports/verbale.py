# SPDX-License-Identifier: AGPL-3.0-or-later
"""The minutes of a sitting of the Nucleo as PDF/UA (R59): who was there, dissent, abstentions, and
of each report and objective validated the percentages as computed and as validated, with the
dialogue that led there (R56)."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from cycle.exports import pdf
from cycle.measure import in_italiano
from cycle.models import (
    Astensione,
    Neutralizzazione,
    Persona,
    RelazioneSemestrale,
    Seduta,
    UnitaOrganizzativa,
    Validazione,
    VoceRelazione,
)
from cycle.neutralizza.fatti import oggetto
from cycle.parametri import Parametri
from cycle.sedute import astenuto

_MODELLO = Path(__file__).with_name("verbale.typ")


def stampa(seduta: Seduta) -> bytes:
    """The PDF of the sitting, with its ente and its year."""
    return pdf.componi(_MODELLO, dati(seduta))


def dati(seduta: Seduta) -> dict[str, Any]:
    """What the template prints, settore by settore; in a fixed number of queries."""
    astenuti: dict[int, list[str]] = {}
    for a in Astensione.objects.filter(seduta=seduta).select_related("persona").order_by("pk"):
        detto = astenuto(a.persona.nome_completo, a.per_conflitto)
        elenco = astenuti.setdefault(a.obiettivo_id, [])
        if detto not in elenco:
            elenco.append(detto)
    relazioni = list(
        RelazioneSemestrale.objects.filter(seduta=seduta, stato="validata")
        .select_related("obiettivo__unita", "periodo")
        .order_by("obiettivo__codice", "periodo__ordine")
    )
    voci: dict[int, list[dict[str, str]]] = {}
    for v in (
        VoceRelazione.objects.filter(relazione__in=relazioni)
        .select_related("specifico")
        .order_by("specifico__ordine")
    ):
        voci.setdefault(v.relazione_id, []).append(_voce(v))
    settori = list(
        UnitaOrganizzativa.objects.filter(
            ente=seduta.ente_id, padre__padre__isnull=True, padre__isnull=False
        ).order_by("nome")
    )

    def di(percorso: str) -> str:
        return next((s.nome for s in settori if percorso.startswith(s.percorso)), seduta.ente.nome)

    gruppi: dict[str, list[dict[str, Any]]] = {s.nome: [] for s in settori}
    for r in relazioni:
        gruppi.setdefault(di(r.obiettivo.unita.percorso), []).append(
            {
                "codice": r.obiettivo.codice,
                "titolo": r.obiettivo.titolo,
                "periodo": r.periodo.nome,
                "impronta": r.impronta,
                "rinuncia": r.rinuncia,
                "astenuti": ", ".join(astenuti.get(r.obiettivo_id, [])),
                "voci": voci.get(r.pk, []),
            }
        )
    validati: dict[str, list[dict[str, str]]] = {s.nome: [] for s in settori}
    obiettivi = list(
        Validazione.objects.filter(seduta=seduta)
        .select_related("obiettivo__unita")
        .order_by("obiettivo__codice", "pk")
    )
    for o in obiettivi:
        validati.setdefault(di(o.obiettivo.unita.percorso), []).append(
            {
                "codice": o.obiettivo.codice,
                "titolo": o.obiettivo.titolo,
                "calcolata": _percento(o.calcolata),
                "convalidata": _percento(o.convalidata),
                "motivo": o.motivo,
                "astenuti": ", ".join(astenuti.get(o.obiettivo_id, [])),
            }
        )
    return {
        "ente": seduta.ente.nome,
        "anno": str(seduta.ciclo.anno),
        "specifico": Parametri.da_dizionario(seduta.ciclo.parametri).nome_specifico,
        "titolo": _("Verbale della seduta del %(giorno)s") % {"giorno": f"{seduta.data:%d/%m/%Y}"},
        "quorum": str(seduta.quorum),
        "presenti": [
            nome.title()
            for nome in Persona.objects.filter(sedute=seduta)
            .order_by("nome_completo")
            .values_list("nome_completo", flat=True)
        ],
        "dissensi": seduta.dissensi,
        "neutralizzazioni": [
            {
                "codice": n.obiettivo.codice,
                "oggetto": oggetto(n),
                "causa": n.causa,
                "esito": _esito(n),
                "motivazione": n.motivazione_nucleo or n.motivazione_decisione,
            }
            for n in Neutralizzazione.objects.filter(seduta=seduta)
            .select_related("obiettivo", "specifico", "indicatore__specifico")
            .order_by("obiettivo__codice", "pk")
        ],
        "quante": str(len(relazioni)),
        "quanti": str(len(obiettivi)),
        "settori": [
            {"nome": n, "relazioni": gruppi.get(n, []), "obiettivi": validati.get(n, [])}
            for n in dict.fromkeys([*gruppi, *validati])
            if gruppi.get(n) or validati.get(n)
        ],
    }


def _esito(n: Neutralizzazione) -> str:
    """What the sitting decided of it: what the giunta did since is no part of its minutes."""
    if n.motivazione_nucleo:
        return _("proposta alla giunta")
    return _("neutralizzato") if n.stato == "accolta" else _("respinta")


def _voce(v: VoceRelazione) -> dict[str, str]:
    return {
        "codice": v.specifico.codice,
        "titolo": v.specifico.titolo,
        "calcolata": _percento(v.percentuale_calcolata),
        "convalidata": _percento(v.percentuale_convalidata),
        "motivo": v.motivo,
        "osservazione": v.osservazione,
        "risposta": v.risposta,
    }


def _percento(valore: Decimal | None) -> str:
    return "–" if valore is None else f"{in_italiano(valore, 2)} %"
