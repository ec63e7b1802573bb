# SPDX-License-Identifier: AGPL-3.0-or-later
"""Requests of variazione as the API answers them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse

from cycle import richieste, selectors
from cycle.api import transizioni
from cycle.contesto import Contesto
from cycle.models import (
    ParereVariazione,
    RichiestaVariazione,
)
from cycle.richieste import QuadroRichiesta
from cycle.variazioni.cambi import Cambio
from cycle.variazioni.fatti import nome_richiesta
from cycle.variazioni.registro import Confronto, RigaRegistro


def quadro(c: Contesto, pid: UUID) -> QuadroRichiesta:
    return richieste.quadro(selectors.variazione(c.attore, pid), c.attore, c.istante)


def _breve(x: Confronto) -> dict[str, Any]:
    return {"genere": x.cambio.genere, "dove": x.dove, "prima": x.prima, "dopo": x.dopo}


def cambio(x: Confronto) -> dict[str, Any]:
    c: Cambio = x.cambio
    return {
        **_breve(x),
        "frase": c.frase,
        "tabella": c.tabella,
        "riga": c.riga,
        "campo": c.campo,
        "valore_base": c.prima,
        "valore_nuovo": c.dopo,
    }


def _detto(p: ParereVariazione, impronta: str) -> dict[str, Any]:
    return {
        "tipo": p.tipo,
        "esito": p.esito,
        "persona": str(p.persona),
        "testo": p.testo,
        "reso_il": p.reso_il,
        "attuale": p.impronta == impronta,
    }


def in_elenco(ipa: str, r: RigaRegistro) -> dict[str, Any]:
    v = r.richiesta
    o = v.obiettivo
    return {
        "pid": v.pid,
        "nome": r.nome,
        "obiettivo": o.pid,
        "codice": o.codice,
        "titolo": o.titolo,
        "unita": o.unita.nome,
        "unita_codice": o.unita.codice,
        "stato": v.stato,
        "tardiva": v.tardiva,
        "d_ufficio": v.d_ufficio,
        "presentata_il": v.presentata_il,
        "decisa_il": v.decisa_il,
        "atto": str(v.atto) if v.atto else None,
        "motivazione": v.motivazione,
        "motivazione_decisione": v.motivazione_decisione,
        "cambi": [_breve(x) for x in r.cambi],
        "valutazione": _detto(r.valutazione, v.impronta) if r.valutazione else None,
        "links": links(ipa, v),
    }


def scritta(ipa: str, q: QuadroRichiesta) -> dict[str, Any]:
    v = q.richiesta
    uguali = (
        *("pid", "stato", "revisione", "versione_base", "d_ufficio", "motivazione"),
        *("causa_sopravvenuta", "effetto_finanziario", "atto_contabile", "impronta"),
        *("presentata_il", "termine", "tardiva", "decisa_il", "motivazione_decisione"),
        *("eccezione", "lettera_art175"),
    )
    return {
        **{nome: getattr(v, nome) for nome in uguali},
        "nome": nome_richiesta(v, v.obiettivo.codice),
        "anno": v.obiettivo.ciclo.anno,
        "obiettivo": v.obiettivo.pid,
        "codice": v.obiettivo.codice,
        "autore": str(v.autore),
        "presentata_da": str(v.presentata_da) if v.presentata_da else None,
        "atto": str(v.atto) if v.atto else None,
        "cambi": [cambio(x) for x in q.cambi],
        "mossi": [{"dove": d, "prima": p, "adesso": a} for d, p, a in q.mossi],
        "pareri": [_detto(p, v.impronta) for p in q.pareri],
        "allegati": [
            {
                "nome": a.nome,
                "tipo_mime": a.tipo_mime,
                "dimensione": a.dimensione,
                "sha256": a.sha256,
                "links": {
                    "self": reverse("api:allegato_di_variazione", args=[ipa, v.pid, a.sha256])
                },
            }
            for a in q.allegati
        ],
        "compiti_aperti": sorted(q.processo.aperti) if q.processo else [],
        "da_rendere": list(q.da_rendere),
        "transizioni": [transizioni.passo(x) for x in q.verdetti],
        "links": links(ipa, v),
    }


def links(ipa: str, v: RichiestaVariazione) -> dict[str, str]:
    trovati = {
        "self": reverse("api:variazione", args=[ipa, v.pid]),
        "transizioni": reverse("api:transizioni_variazione", args=[ipa, v.pid]),
        "obiettivo": reverse("api:obiettivo", args=[ipa, v.obiettivo.pid]),
        "pagina": reverse("variazione", args=[ipa, v.pid]),
    }
    if v.stato == "bozza":
        trovati["bozza"] = reverse("api:bozza_variazione", args=[ipa, v.pid])
    return trovati
