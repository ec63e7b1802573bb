# SPDX-License-Identifier: AGPL-3.0-or-later
"""What of a year is still open, and so stops its closing (calendar C3): kinds, how many of each,
and the first of them, in a number of queries that does not depend on how many they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, Max, OuterRef, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cycle.models import (
    Ciclo,
    Correzione,
    InvitoVariazione,
    Neutralizzazione,
    Obiettivo,
    ParereVariazione,
    Periodo,
    RelazioneSemestrale,
    RichiestaVariazione,
)
from workflows.errors import Motivo
from workflows.machines.neutralizzazione import APERTE as NEUTRE_APERTE
from workflows.machines.variazione import DECISE, PENDENTI
from workflows.ports import RUOLI

MOSTRATE = 20  # of each kind; the rest is in the list that the kind opens
FINALI = ("validato", "stralciato")


@dataclass(frozen=True, slots=True)
class Aperta:
    """One thing that is still open, and where it is settled."""

    codice: str
    titolo: str
    indirizzo: str


@dataclass(frozen=True, slots=True)
class Genere:
    """A kind of open things. `rimedio` says what settles it, `chi` the roles that can; `elenco` is
    the page with all of them, "" where there is none."""

    chiave: str
    nome: str
    quante: int
    prime: tuple[Aperta, ...]
    rimedio: str
    regola: str
    chi: str
    elenco: str = ""

    @property
    def altre(self) -> int:
        return self.quante - len(self.prime)

    @property
    def ruoli(self) -> str:
        return ", ".join(RUOLI[r] for r in self.chi.split())

    @property
    def motivo(self) -> Motivo:
        """The same as a reason of the refusal: how many, and the first by name."""
        codici = ", ".join(dict.fromkeys(a.codice for a in self.prime))
        detto = f"{self.nome}: {self.quante} ({codici}{', …' if self.altre else ''})."
        return Motivo(self.chiave, self.regola, detto, self.rimedio, self.chi)


_T = str | Promise
# state of the objective -> what it waits for, and whose it is
_OBIETTIVI: Mapping[str, tuple[_T, _T, str]] = {
    "bozza": (
        _("Obiettivi in bozza"),
        _("Eliminarli: l'anno finito non si propone più."),
        "po dirigente",
    ),
    "proposta": (
        _("Obiettivi proposti e mai approvati"),
        _("Rinviarli al settore, che li elimina."),
        "controllo segreteria",
    ),
    "approvato": (
        _("Obiettivi approvati e mai avviati"),
        _("Avviarli e rendicontarli, oppure decidere la variazione che li stralcia."),
        "po dirigente",
    ),
    "in_corso": (
        _("Obiettivi da rendicontare"),
        _("Trasmettere le relazioni e chiudere la rendicontazione."),
        "dirigente",
    ),
    "rendicontato": (
        _("Obiettivi da validare"),
        _("Validarli in seduta."),
        "nucleo",
    ),
}
_RELAZIONI: Mapping[str, tuple[_T, _T, str, str]] = {
    "da_compilare": (
        _("Relazioni da trasmettere"),
        _("Compilarle e trasmetterle."),
        "R54",
        "dirigente",
    ),
    "riaperta": (
        _("Relazioni riaperte e non trasmesse di nuovo"),
        _("Trasmetterle di nuovo."),
        "R54",
        "dirigente",
    ),
    "trasmessa": (
        _("Relazioni da validare"),
        _("Esaminarle e validarle in seduta."),
        "R59",
        "nucleo",
    ),
    "osservata": (
        _("Osservazioni del Nucleo senza risposta"),
        _("Rispondere o rinunciare; passato il termine, validare in seduta."),
        "R55",
        "dirigente nucleo",
    ),
    "controdedotta": (
        _("Relazioni con risposta, da validare"),
        _("Validarle in seduta."),
        "R59",
        "nucleo",
    ),
}


def aperte(ciclo: Ciclo, istante: datetime) -> list[Genere]:
    """All that is open in the year; nothing when it can be closed."""
    ipa, anno = ciclo.ente.codice_ipa, ciclo.anno

    def scheda(pid: object) -> str:
        return reverse("scheda", args=[ipa, pid])

    generi = [*_obiettivi(ciclo, f"{reverse('piano', args=[ipa, anno])}?stato=", scheda)]
    generi += _relazioni(
        ciclo,
        f"{reverse('cruscotto_relazioni', args=[ipa, anno])}?stato=",
        lambda pid, periodo: reverse("relazione", args=[ipa, pid, periodo]),
    )

    def di(
        chiave: str,
        nome: _T,
        righe: QuerySet[RichiestaVariazione]
        | QuerySet[Correzione]
        | QuerySet[InvitoVariazione]
        | QuerySet[Neutralizzazione],
        vista: str,
        rimedio: _T,
        regola: str,
        chi: str,
        elenco: str,
    ) -> None:
        trovate = list(
            righe.order_by("pk").values_list("pid", "obiettivo__codice", "obiettivo__titolo")[
                : MOSTRATE + 1
            ]
        )
        if trovate:
            quante = righe.count() if len(trovate) > MOSTRATE else len(trovate)
            prime = tuple(
                Aperta(codice, titolo, reverse(vista, args=[ipa, pid]))
                for pid, codice, titolo in trovate[:MOSTRATE]
            )
            generi.append(
                Genere(chiave, str(nome), quante, prime, str(rimedio), regola, chi, elenco)
            )

    richieste = RichiestaVariazione.objects.filter(obiettivo__ciclo=ciclo)
    di(
        "variazioni_pendenti",
        _("Variazioni da decidere"),
        richieste.filter(stato__in=PENDENTI),
        "variazione",
        _("Deciderle, ritirarle o dichiararle irricevibili."),
        "R26",
        "segreteria controllo",
        f"{reverse('variazioni', args=[ipa, anno])}",
    )
    valutate = ParereVariazione.objects.filter(richiesta=OuterRef("pk"), tipo="valutazione")
    di(
        "variazioni_da_valutare",
        _("Variazioni decise che il Nucleo non ha valutato"),
        richieste.filter(~Exists(valutate), stato__in=DECISE, presentata_il__isnull=False),
        "variazione",
        _("Scrivere la valutazione per la Relazione."),
        "R32",
        "nucleo",
        f"{reverse('registro_variazioni', args=[ipa, anno])}?valutazione=manca",
    )
    oggi = istante.astimezone(ZoneInfo(ciclo.ente.fuso)).date()
    presentate = RichiestaVariazione.objects.filter(
        invito=OuterRef("pk"), presentata_il__isnull=False
    )
    di(
        "inviti_aperti",
        _("Inviti del Nucleo senza risposta"),
        InvitoVariazione.objects.filter(
            ~Exists(presentate),
            obiettivo__ciclo=ciclo,
            declinato_il__isnull=True,
            entro__gte=oggi,
        ),
        "invito_variazione",
        _("Chiedere la variazione, o rispondere che non la si chiede."),
        "R39",
        "dirigente po",
        reverse("inviti_variazione", args=[ipa, anno]),
    )
    di(
        "correzioni_aperte",
        _("Errori materiali segnalati e non decisi"),
        Correzione.objects.filter(obiettivo__ciclo=ciclo, stato="segnalata"),
        "correzione",
        _("Accogliere o respingere la correzione."),
        "R35",
        "nucleo controllo",
        reverse("correzioni", args=[ipa, anno]),
    )
    di(
        "neutralizzazioni_aperte",
        _("Neutralizzazioni chieste e non decise"),
        Neutralizzazione.objects.filter(obiettivo__ciclo=ciclo, stato__in=NEUTRE_APERTE),
        "neutralizzazione",
        _("Deciderle, o ritirarle."),
        "R62",
        "nucleo segreteria",
        reverse("neutralizzazioni", args=[ipa, anno]),
    )
    return generi


def finisce(ciclo: Ciclo, istante: datetime) -> Motivo | None:
    """Why the year cannot be closed yet whatever is open: its last period has not ended."""
    ultimo = Periodo.objects.filter(ciclo=ciclo).aggregate(al=Max("al"))["al"]
    oggi = istante.astimezone(ZoneInfo(ciclo.ente.fuso)).date()
    if ultimo is None or oggi > ultimo:
        return None
    return Motivo(
        "anno_in_corso",
        "C3",
        str(_("L'anno non è finito: l'ultimo periodo si chiude il %(giorno)s."))
        % {"giorno": f"{ultimo:%d/%m/%Y}"},
        str(_("Chiuderlo dopo quel giorno.")),
        "controllo",
    )


def _obiettivi(ciclo: Ciclo, elenco: str, scheda: Callable[[object], str]) -> list[Genere]:
    conti, prime = _per_stato(Obiettivo.objects.filter(ciclo=ciclo).exclude(stato__in=FINALI))
    return [
        Genere(
            f"obiettivi_{stato}",
            str(nome),
            conti[stato],
            tuple(Aperta(c, t, scheda(pid)) for pid, c, t in prime[stato]),
            str(rimedio),
            "C3",
            chi,
            elenco + stato,
        )
        for stato, (nome, rimedio, chi) in _OBIETTIVI.items()
        if stato in conti
    ]


def _per_stato(
    righe: QuerySet[Obiettivo],
) -> tuple[dict[str, int], dict[str, list[tuple[object, str, str]]]]:
    conti = dict(righe.order_by().values_list("stato").annotate(Count("pk")))
    prime: dict[str, list[tuple[object, str, str]]] = {}
    for stato in conti:  # a state each: at most five
        prime[stato] = list(
            righe.filter(stato=stato)
            .order_by("codice")
            .values_list("pid", "codice", "titolo")[:MOSTRATE]
        )
    return conti, prime


def _relazioni(ciclo: Ciclo, elenco: str, pagina: Callable[[object, str], str]) -> list[Genere]:
    """The reports not validated of what is in the plan; one struck off has none to give."""
    righe = (
        RelazioneSemestrale.objects.filter(obiettivo__ciclo=ciclo)
        .exclude(stato="validata")
        .exclude(obiettivo__stato__in=("bozza", "proposta", "stralciato"))
    )
    conti = dict(righe.order_by().values_list("stato").annotate(Count("pk")))
    return [
        Genere(
            f"relazioni_{stato}",
            str(nome),
            conti[stato],
            tuple(
                Aperta(f"{codice}, {nome_periodo}", titolo, pagina(pid, periodo))
                for pid, codice, titolo, periodo, nome_periodo in righe.filter(stato=stato)
                .order_by("obiettivo__codice", "periodo__ordine")
                .values_list(
                    "obiettivo__pid",
                    "obiettivo__codice",
                    "obiettivo__titolo",
                    "periodo__codice",
                    "periodo__nome",
                )[:MOSTRATE]
            ),
            str(rimedio),
            regola,
            chi,
            elenco + stato,
        )
        for stato, (nome, rimedio, regola, chi) in _RELAZIONI.items()
        if stato in conti
    ]
