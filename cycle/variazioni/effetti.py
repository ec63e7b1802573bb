# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the steps of a request, and of a correction, cause beside the state: the instant of filing,
the desk, the Atto, the new versions, the validated percentage. Written for a set."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import F

from cycle import canonico
from cycle.insiemi import aggiorna, copia
from cycle.measure import media_specifici
from cycle.models import (
    Atto,
    CampoVariato,
    Correzione,
    Obiettivo,
    RelazioneSemestrale,
    RichiestaVariazione,
    VersioneObiettivo,
    VoceRelazione,
)
from cycle.parametri import Parametri
from cycle.variazioni.cambi import Cambio
from cycle.variazioni.fatti import impronta
from cycle.variazioni.quadro import Quadro, campi_di
from cycle.variazioni.scrittura import Scrittura
from workflows.guards_variazione import IRRICEVIBILE
from workflows.ports import Azione
from workflows.processes import variazione as flusso


def presenta(azione: Azione) -> None:
    """The instant, for ever, and whether it was late (R21-R24); the fields are held (R36); the
    desk opens."""
    for passo in azione.passi:
        v: RichiestaVariazione = passo.oggetto
        fatti = passo.fascicolo.variazione
        assert fatti is not None
        campi = campi_di([v.pk])[v.pk]
        v.impronta = impronta(v, v.obiettivo.pid, campi)
        v.tardiva = fatti.e_tardiva(azione.istante)
        RichiestaVariazione.objects.filter(pk=v.pk).update(
            presentata_il=azione.istante,
            presentata_da=azione.attore.persona_id,
            termine=fatti.termine,
            tardiva=v.tardiva,
            impronta=v.impronta,
        )
        CampoVariato.objects.filter(richiesta=v).update(in_attesa=True)
        apri_desco(v)


def apri_desco(v: RichiestaVariazione) -> None:
    """Ask for the opinions that a request needs: none where a late one is not examined (R24)."""
    parametri = Parametri.da_dizionario(v.obiettivo.ciclo.parametri)
    if v.tardiva and parametri.variazione_tardiva == IRRICEVIBILE:
        return
    flusso.apri(v, parere=parametri.variazione_parere_nucleo, visto=v.effetto_finanziario)


def ritira(azione: Azione) -> None:
    """The fields are free again, and nothing more is asked."""
    _lascia(azione)
    for passo in azione.passi:
        flusso.annulla(passo.oggetto)


def dichiara_irricevibile(azione: Azione) -> None:
    ritira(azione)
    _decidi(azione)


def respingi(azione: Azione) -> None:
    """The reason, and the Atto where the giunta refused by one (R18)."""
    _lascia(azione)
    if azione.atto_id is not None:
        if azione.richiesta.atto is not None:
            _atto(azione, azione.passi[0].oggetto.obiettivo.ciclo_id, []).save(force_insert=True)
        RichiestaVariazione.objects.filter(pk__in=_ids(azione)).update(atto=azione.atto_id)
    _decidi(azione)
    _chiudi_desco(azione)


def approva(azione: Azione) -> None:
    """The Atto; every change, on every scheda; the next version of each (R30). What is struck off
    changes its state by the engine, in the same transaction."""
    _lascia(azione)
    richieste: list[RichiestaVariazione] = [p.oggetto for p in azione.passi]
    quadro = Quadro(v.obiettivo_id for v in richieste)
    righe = campi_di([v.pk for v in richieste])
    cambi: dict[int, list[Cambio]] = {pk: [] for pk in quadro.obiettivi}
    for v in richieste:
        cambi[v.obiettivo_id] += [quadro.cambio(r) for r in righe[v.pk]]
    Scrittura(quadro, cambi).esegui()
    _versioni(azione, quadro, [pk for pk, c in cambi.items() if any(x.stralcio for x in c)])
    dati = azione.richiesta.dati
    RichiestaVariazione.objects.filter(pk__in=[v.pk for v in richieste]).update(
        lettera_art175=str(dati.get("lettera_art175", "")).strip().lower(),
    )
    RichiestaVariazione.objects.filter(pk__in=[v.pk for v in richieste if v.tardiva]).update(
        eccezione=str(dati.get("eccezione", "")).strip()
    )
    _decidi(azione)
    _chiudi_desco(azione)


def _versioni(azione: Azione, quadro: Quadro, stralciati: Sequence[int]) -> None:
    dati = azione.richiesta.atto
    if dati is None or dati.data is None or azione.atto_id is None:
        raise ValueError("un'approvazione senza atto")
    obiettivi = list(quadro.obiettivi.values())
    testi = canonico.schede(obiettivi)
    versioni = [
        VersioneObiettivo(
            ente_id=o.ente_id,
            obiettivo=o,
            numero=o.versione + 1,
            atto_id=azione.atto_id,
            in_vigore_dal=dati.data,
            schema=canonico.SCHEMA,
            contenuto=testi[o.pk],
            sha256=canonico.impronta(testi[o.pk]),
        )
        for o in obiettivi
    ]
    _atto(azione, obiettivi[0].ciclo_id, versioni).save(force_insert=True)
    copia(versioni)
    Obiettivo.objects.filter(pk__in=[o.pk for o in obiettivi if o.pk not in stralciati]).update(
        versione=F("versione") + 1
    )


def _atto(azione: Azione, ciclo: int, versioni: Sequence[VersioneObiettivo]) -> Atto:
    dati = azione.richiesta.atto
    if dati is None or dati.data is None:
        raise ValueError("una decisione con un atto a metà")
    atto = Atto(
        pk=azione.atto_id,
        ente_id=azione.attore.ente_id,
        ciclo_id=ciclo,
        tipo="variazione",
        organo=dati.organo,
        numero=dati.numero,
        data=dati.data,
        esecutivo=dati.esecutivo,
        parere_tecnico=dati.parere_tecnico,
        parere_contabile=dati.parere_contabile,
    )
    fatti = azione.passi[0].fascicolo
    atto.digest = canonico.impronta_pezzi(
        canonico.atto(
            atto, fatti.ente, fatti.anno, ((v.numero, v.sha256, v.contenuto) for v in versioni)
        )
    )
    return atto


def _ids(azione: Azione) -> list[int]:
    return [p.oggetto.pk for p in azione.passi]


def _lascia(azione: Azione) -> None:
    CampoVariato.objects.filter(richiesta__in=_ids(azione), in_attesa=True).update(in_attesa=False)


def _decidi(azione: Azione) -> None:
    RichiestaVariazione.objects.filter(pk__in=_ids(azione)).update(decisa_il=azione.istante)
    aggiorna(
        RichiestaVariazione,
        {"motivazione_decisione": "text"},
        [
            (p.oggetto.pk, azione.richiesta.di(p.oggetto.pk).motivazione.strip())
            for p in azione.passi
        ],
    )


def _chiudi_desco(azione: Azione) -> None:
    for passo in azione.passi:
        flusso.chiudi(passo.oggetto, azione.attore.utente_id)


# --- correction of a material error (R35) -------------------------------------------------------


def accogli_correzione(azione: Azione) -> None:
    """The percentage is added as the validated one, with its reason; the computed one stays. An
    objective already validated has its own made again from those of its last period."""
    correzioni: list[Correzione] = [p.oggetto for p in azione.passi]
    aggiorna(
        Correzione,
        {"percentuale_prima": "numeric"},
        [(c.pk, c.voce.percentuale_convalidata) for c in correzioni],
    )
    aggiorna(
        VoceRelazione,
        {"percentuale_convalidata": "numeric", "motivo": "text"},
        [(c.voce_id, c.percentuale, f"Errore materiale: {c.motivo}") for c in correzioni],
    )
    _decidi_correzioni(azione)
    validati = [c.obiettivo for c in correzioni if c.obiettivo.stato == "validato"]
    righe = []
    for o in {o.pk: o for o in validati}.values():
        ultima = (
            RelazioneSemestrale.objects.filter(obiettivo=o).order_by("-periodo__ordine").first()
        )
        voci = VoceRelazione.objects.filter(
            relazione=ultima, percentuale_convalidata__isnull=False
        ).select_related("specifico")
        parametri = Parametri.da_dizionario(o.ciclo.parametri).misura
        sue = list(voci.order_by("specifico__ordine"))
        pesate = [(v.specifico.peso, v.percentuale_convalidata or Decimal(0)) for v in sue]
        motivi = "\n".join(v.motivo for v in sue if v.motivo)
        righe.append((o.pk, media_specifici(pesate, parametri), motivi))
    aggiorna(Obiettivo, {"percentuale_convalidata": "numeric", "motivo_convalida": "text"}, righe)


def respingi_correzione(azione: Azione) -> None:
    _decidi_correzioni(azione)


def _decidi_correzioni(azione: Azione) -> None:
    Correzione.objects.filter(pk__in=_ids(azione)).update(
        decisa_da=azione.attore.persona_id,
        decisa_il=azione.istante,
        motivazione_decisione=azione.richiesta.motivazione.strip(),
    )
