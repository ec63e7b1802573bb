# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Nucleo and the reports of June, in the demo's year: what it observed, what it was answered,
what it validated in two sittings; and what is left on its table, one report for each way it can
wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from cycle import esame, permissions
from cycle.models import Ciclo, Osservazione, Persona, RelazioneSemestrale, VoceRelazione
from cycle.services import osservazioni
from cycle.services.osservazioni import Scritta
from cycle.services.transizioni import esegui
from workflows.ports import Attore, FattiSeduta, Richiesta

_RISPOSTE = (
    "Le attività sono concentrate nel secondo semestre: il target dell'anno resta raggiungibile.",
    "Il ritardo dipende dalla consegna dei dati da parte di altri enti, arrivati a fine luglio.",
    "Una parte del lavoro è stata fatta e non ancora conclusa: se ne darà conto a dicembre.",
)
_DA_PARTE = "Lo scostamento è di poche unità e il settore lo ha già spiegato nella relazione."
_MOTIVO = "Il Nucleo riconosce l'attività documentata dal settore e non compresa nell'indicatore."
_DISSENSO = "Un componente avrebbe confermato la percentuale calcolata per il settore Mobilità."
SEDUTE = ((8, 26), (9, 24))


@dataclass(frozen=True, slots=True)
class Giorni:
    """When the Nucleo looks at the reports of some settori, when these answer, when it sits."""

    osserva: tuple[int, int]
    risponde: tuple[int, int]
    seduta: tuple[int, int]


_TURNI = (Giorni((8, 4), (8, 12), SEDUTE[0]), Giorni((9, 2), (9, 10), SEDUTE[1]))


def esamina(
    ciclo: Ciclo,
    settori: Sequence[Sequence[int]],
    nucleo: Sequence[Persona],
    istante: datetime,
) -> None:
    """As far as its days have come. `settori` are the objectives of each: the first half goes to
    the first sitting, the others to the second, but for the last, which is still on the table."""
    tavolo = _Tavolo(ciclo, nucleo, istante)
    meta, ultimo = len(settori) // 2, len(settori) - 1
    tavolo.turno(_TURNI[0], [pk for s in settori[:meta] for pk in s], dissenso=_DISSENSO)
    tavolo.turno(_TURNI[1], [pk for s in settori[meta:ultimo] for pk in s])
    tavolo.in_attesa(settori[ultimo] if settori else [])


class _Tavolo:
    def __init__(self, ciclo: Ciclo, nucleo: Sequence[Persona], istante: datetime) -> None:
        self.ciclo = ciclo
        self.nucleo = nucleo
        self.istante = istante
        self.periodo = ciclo.periodi.order_by("ordine")[0]

    def turno(self, giorni: Giorni, obiettivi: Sequence[int], dissenso: str = "") -> None:
        """Observe, be answered, validate."""
        if not obiettivi or self.istante < self._il(giorni.osserva):
            return
        il = self._il(giorni.osserva)
        inviate = self._osserva(obiettivi, il, da_parte=1)
        il = self._il(giorni.risponde)
        if self.istante < il:
            return
        self._risponde(inviate[1:2], il, rinuncia=True)
        self._risponde([*inviate[:1], *inviate[2:]], il)
        seduta = date(self.ciclo.anno, *giorni.seduta)
        il = self._il(giorni.seduta) + timedelta(days=1)
        if self.istante < il:
            return
        esegui(
            procedura="relazione",
            transizione="valida",
            ids=[r.pk for r in self._relazioni(obiettivi)],
            by=self._chi(self.nucleo[0], il),
            istante=il,
            richiesta=Richiesta(
                seduta=FattiSeduta(seduta, frozenset(p.pk for p in self.nucleo), dissenso),
                dati={"voci": _riconosciuta(inviate)},
            ),
        )

    def in_attesa(self, obiettivi: Sequence[int]) -> None:
        """One observed long ago and never answered; one observed these days, that still can be; one
        signed, not sent; the others as they came."""
        tutte = self._relazioni(obiettivi)
        trovate = esame.proposte(self.ciclo, self.periodo, tutte, self.istante)
        con_proposta = [r for r in tutte if trovate[r.pk]]
        quando = (self._il((9, 2)), self.istante - timedelta(days=3), self.istante)
        for n, (r, il) in enumerate(zip(con_proposta, quando, strict=False)):
            if self._il((9, 1)) <= il <= self.istante:
                self._osserva([r.obiettivo_id], il, invia=n < 2)

    def _il(self, giorno: tuple[int, int]) -> datetime:
        return datetime(self.ciclo.anno, *giorno, 9, 30, tzinfo=UTC)

    def _chi(self, persona: Persona, il: datetime) -> Attore:
        return permissions.attore(self.ciclo.ente_id, persona.pk, il)

    def _relazioni(self, obiettivi: Sequence[int]) -> list[RelazioneSemestrale]:
        tutte = esame.relazioni(self.ciclo, self.periodo)
        voluti = set(obiettivi)
        return [r for r in tutte if r.obiettivo_id in voluti and r.stato != "validata"]

    def _osserva(
        self, obiettivi: Sequence[int], il: datetime, *, da_parte: int = 0, invia: bool = True
    ) -> list[RelazioneSemestrale]:
        """What the system drafts is signed, but for the last `da_parte`, which are set aside; and
        sent. The reports that were."""
        lette = self._relazioni(obiettivi)
        proposte = esame.proposte(self.ciclo, self.periodo, lette, il)
        lette = [r for r in lette if proposte[r.pk]]
        scartate = {r.pk for r in lette[len(lette) - da_parte :]}
        chi = self._chi(self.nucleo[0], il)
        specifici = {
            (relazione, codice): pk
            for relazione, codice, pk in VoceRelazione.objects.filter(
                relazione__in=lette
            ).values_list("relazione_id", "specifico__codice", "specifico_id")
        }
        for r in lette:
            osservazioni.annota(
                relazione=r,
                scritte={
                    specifici[r.pk, b.specifico]: Scritta(
                        b.testo,
                        b.testo,
                        firma=r.pk not in scartate,
                        invita_entro=b.invita_entro,
                        messa_da_parte=_DA_PARTE if r.pk in scartate else "",
                    )
                    for b in proposte[r.pk]
                },
                by=chi,
                istante=il,
                canale="comando",
            )
        firmate = [r for r in lette if r.pk not in scartate]
        if invia and firmate:
            osservazioni.invia(
                relazioni=[r.pk for r in firmate], by=chi, istante=il, tutte=True, canale="comando"
            )
        return firmate

    def _risponde(
        self, relazioni: Sequence[RelazioneSemestrale], il: datetime, *, rinuncia: bool = False
    ) -> None:
        """The dirigente of each answers every osservazione, or waives."""
        per_dirigente: dict[int, list[RelazioneSemestrale]] = {}
        for r in relazioni:
            generale = r.obiettivo.responsabile_generale_id
            if generale is not None:
                per_dirigente.setdefault(generale, []).append(r)
        ricevute: dict[int, list[int]] = {}
        for relazione, specifico in Osservazione.objects.filter(
            voce__relazione__in=relazioni, firmata_il__isnull=False
        ).values_list("voce__relazione_id", "voce__specifico_id"):
            ricevute.setdefault(relazione, []).append(specifico)
        for generale, sue in per_dirigente.items():
            chi = permissions.attore(self.ciclo.ente_id, generale, il)
            for r in () if rinuncia else sue:
                osservazioni.rispondi(
                    relazione=r,
                    risposte={
                        s: _RISPOSTE[(r.pk + n) % len(_RISPOSTE)]
                        for n, s in enumerate(ricevute[r.pk])
                    },
                    by=chi,
                    istante=il,
                    canale="comando",
                )
            esegui(
                procedura="relazione",
                transizione="controdeduci",
                ids=[r.pk for r in sue],
                by=chi,
                istante=il,
                richiesta=Richiesta(dati={"rinuncia": True} if rinuncia else {}),
            )


def _riconosciuta(inviate: Sequence[RelazioneSemestrale]) -> dict[str, dict[str, str]]:
    """Of the first report that was observed, one percentage that the Nucleo does not leave as it
    was computed (R56)."""
    voce = (
        VoceRelazione.objects.filter(
            relazione__in=[r.pk for r in inviate[:1]], percentuale_calcolata__lt=Decimal(90)
        )
        .order_by("pk")
        .first()
    )
    if voce is None or voce.percentuale_calcolata is None:
        return {}
    convalidata = voce.percentuale_calcolata + 10
    return {str(voce.specifico_id): {"percentuale": f"{convalidata:f}", "motivo": _MOTIVO}}
