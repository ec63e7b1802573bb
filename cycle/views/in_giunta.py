# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the giunta decides of the requests of variazione: which ones wait, and one act over many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cycle import in_giunta, richieste, selectors
from cycle.contesto import Contesto, RichiestaEnte, nell_ente, sessione
from cycle.forms_variazioni import ModuloAttoVariazioni, ModuloVoceDecisa
from cycle.in_giunta import InAttesa
from cycle.models import Atto, Ciclo, RichiestaVariazione, Utente
from cycle.services import variazioni
from cycle.services.avanzamento import Racconto
from cycle.services.decisione import Documento
from cycle.services.variazioni import EsitoVariazioni
from cycle.variazioni.fatti import nome_richiesta
from cycle.views.errori import rifiutata
from cycle.views.transizioni import Altrove
from workflows.errors import Motivo, NonAutorizzato, NonPossibile, NonTrovato, Rifiuto, Tentativo
from workflows.machines.variazione import PENDENTI
from workflows.ports import Attore
from workflows.verdetto import Verdetto

MASSIMO = 200  # requests in one act: beyond it, more acts


@require_safe
@nell_ente
def elenco(request: RichiestaEnte, anno: int) -> HttpResponse:
    """The requests that wait for a decision: how many, where each stands, how long is left."""
    c = request.contesto
    ciclo = selectors.ciclo(c.ente, anno)
    voci = in_giunta.leggi(list(in_giunta.attendono(c.attore, ciclo)), c.istante)
    return render(
        request,
        "cycle/variazioni/in_giunta.html",
        {
            "anno": anno,
            "cicli": c.cicli(),
            "voci": voci[:MASSIMO],
            "oltre": max(len(voci) - MASSIMO, 0),
            "massimo": MASSIMO,
            "pronte": sum(v.pronta for v in voci),
            "in_esame": sum(v.richiesta.stato == "presentata" for v in voci),
            "mosse": sum(v.mossi for v in voci),
            "tardive": sum(v.richiesta.tardiva for v in voci),
            "per_decidere": richieste.per_decidere(ciclo, c.ente.fuso, c.istante),
            "puo_decidere": _puo_decidere(c.attore),
        },
    )


def _puo_decidere(attore: Attore) -> bool:
    return any(i.consente("approva_variazione", i.percorso) for i in attore.incarichi)


@dataclass(frozen=True, slots=True)
class Voce:
    """A request on the desk of one act: its form, and the verdict on what is chosen for it."""

    attesa: InAttesa
    modulo: ModuloVoceDecisa
    giudizio: Verdetto | None

    @property
    def richiesta(self) -> RichiestaVariazione:
        return self.attesa.richiesta

    @property
    def esito(self) -> str:
        return str(self.modulo["esito"].value())


@dataclass(slots=True)
class Banco:
    """What the page works on: the requests chosen, those of them that still wait with their forms,
    and the form of the act."""

    contesto: Contesto
    ciclo: Ciclo
    tutte: list[RichiestaVariazione]
    aperte: list[RichiestaVariazione]
    moduli: Mapping[int, ModuloVoceDecisa]
    atto: ModuloAttoVariazioni

    def esiti(self) -> dict[int, str]:
        """What becomes of each, as it is chosen on the page."""
        return {pk: str(m["esito"].value()) for pk, m in self.moduli.items()}

    def valido(self) -> bool:
        """Whether all that was typed can be read."""
        buoni = [m.is_valid() for m in self.moduli.values()]
        return self.atto.is_valid() and all(buoni)


def _banco(c: Contesto, anno: int, request: HttpRequest, *, scritti: bool = False) -> Banco:
    """The requests named in the address or in the form. Raises NonTrovato; NonAutorizzato for who
    does not record what the giunta decides."""
    ciclo = selectors.ciclo(c.ente, anno)
    dati = request.POST if scritti else request.GET
    pid = _pid(dati.getlist("v"))
    if len(pid) > MASSIMO:
        raise NonPossibile({0: [_troppe(len(pid))]})
    tutte = in_giunta.scelte(c.attore, ciclo, pid)
    if not _puo_decidere(c.attore):
        prova = Tentativo("variazione", "approva", {v.pk: v.obiettivo_id for v in tutte})
        raise NonAutorizzato({0: [_chi_decide()]}, prova if tutte and scritti else None)
    aperte = [v for v in tutte if v.stato in PENDENTI]
    tardive = any(v.tardiva for v in aperte)
    atto = ModuloAttoVariazioni(
        request.POST if scritti else None, request.FILES if scritti else None, tardive=tardive
    )
    moduli = {
        v.pk: ModuloVoceDecisa(
            request.POST if scritti else None,
            prefix=str(v.pid),
            initial={
                "revisione": v.revisione,
                "esito": ModuloVoceDecisa.APPROVA
                if v.stato == "istruita"
                else ModuloVoceDecisa.RESPINGI,
            },
        )
        for v in aperte
    }
    return Banco(c, ciclo, tutte, aperte, moduli, atto)


def _pid(scritti: Sequence[str]) -> list[UUID]:
    trovati = []
    for testo in dict.fromkeys(scritti):
        try:
            trovati.append(UUID(testo))
        except ValueError:
            raise NonTrovato({}) from None
    return trovati


@require_http_methods(["GET", "HEAD", "POST"])
def decisione(request: HttpRequest, ipa: str, anno: int) -> HttpResponse:
    """GET: the requests chosen, the verdict on each, the form of the act. POST `verifica`: the
    same with what was typed, and nothing written; `registra`: all of it is recorded, or nothing
    and why."""
    rifiuto: Rifiuto | None = None
    registra = request.method == "POST" and request.POST.get("atto") != "verifica"
    if registra:
        esito = None
        try:
            with sessione(cast(Utente, request.user), ipa, "web") as c:
                cast(RichiestaEnte, request).contesto = c
                b = _banco(c, anno, request, scritti=True)
                if len(b.aperte) == len(b.tutte) and b.aperte and b.valido():
                    esito = _decidi(b)
        except (NonTrovato, NonAutorizzato) as no:
            return rifiutata(request, no)
        except Rifiuto as detto:
            rifiuto = detto
        if esito is not None:
            return _fatto(request, ipa, anno, esito)
    return _modulo(request, ipa, anno=anno, rifiuto=rifiuto, registra=registra)


def _decidi(b: Banco) -> EsitoVariazioni:
    d = b.atto.cleaned_data
    file = d["documento"]
    scelte = {pk: m.cleaned_data for pk, m in b.moduli.items()}
    approvate = [v for v in b.aperte if scelte[v.pk]["esito"] == ModuloVoceDecisa.APPROVA]
    respinte = [v for v in b.aperte if scelte[v.pk]["esito"] == ModuloVoceDecisa.RESPINGI]
    with Racconto(d["avanzamento"], b.contesto.attore.utente_id) as racconta:
        return variazioni.decidi(
            atto=b.atto.atto() if approvate else b.atto.atto_indicato(),
            approvate=approvate,
            respinte=[(v, scelte[v.pk]["motivazione"]) for v in respinte],
            motivazione=d["motivazione"],
            motivazioni={v.pk: scelte[v.pk]["motivazione"] for v in approvate},
            eccezione=d.get("eccezione", ""),
            lettera_art175=d["lettera_art175"],
            revisioni={pk: s["revisione"] for pk, s in scelte.items()},
            documento=Documento(file.name, file.chunks()) if file else None,
            by=b.contesto.attore,
            istante=b.contesto.istante,
            progresso=racconta,
        )


def _fatto(request: HttpRequest, ipa: str, anno: int, esito: EsitoVariazioni) -> HttpResponse:
    """Where the result is: the page of the Atto, or what still waits where there is no act."""
    detto = _("Approvate: %(si)s. Respinte: %(no)s.") % {
        "si": len(esito.approvate),
        "no": len(esito.respinte),
    }
    if esito.atto_id is None:
        dove = reverse("variazioni_giunta", args=[ipa, anno])
    else:
        with sessione(cast(Utente, request.user), ipa, "web") as c:
            atto = Atto.objects.get(pk=esito.atto_id, ente=c.ente)
            detto = _("%(atto)s registrata. %(detto)s") % {"atto": atto, "detto": detto}
            dove = reverse("atto", args=[ipa, atto.pid])
    messages.success(request, detto)
    if request.headers.get("HX-Request") == "true":
        risposta = HttpResponse(status=204)
        risposta["HX-Redirect"] = dove
        return risposta
    return Altrove(dove)


@nell_ente
def _modulo(
    request: RichiestaEnte, anno: int, rifiuto: Rifiuto | None, registra: bool
) -> HttpResponse:
    c = request.contesto
    scritti = request.method == "POST"
    b = _banco(c, anno, request, scritti=scritti)
    giudizi = in_giunta.giudica(b.aperte, b.esiti(), c.attore, c.istante)
    voci = [
        Voce(attesa, b.moduli[attesa.richiesta.pk], giudizi.get(attesa.richiesta.pk))
        for attesa in in_giunta.leggi(b.aperte, c.istante)
    ]
    if registra:
        _accanto(b, rifiuto)
        if rifiuto is not None and rifiuto.codice == 409:  # they have now been told
            dati = request.POST.copy()
            for v in b.aperte:
                dati[f"{v.pid}-revisione"] = str(v.revisione)
            for m in b.moduli.values():
                m.data = dati
    else:  # nothing is wrong with a form that is not sent yet
        for modulo in (b.atto, *b.moduli.values()):
            modulo.errors.clear()
    gia = [v for v in b.tutte if v.stato not in PENDENTI]
    contesto: dict[str, Any] = {
        "anno": anno,
        "voci": voci,
        "gia": [(v, nome_richiesta(v, v.obiettivo.codice)) for v in gia],
        "modulo": b.atto,
        "chiave": uuid4(),  # a new one for each attempt
        "motivi": _motivi(voci, rifiuto),
        "sbagliati": _sbagliati(b, voci) if registra else [],
        "possibili": sum(bool(v.giudizio and v.giudizio.permessa) for v in voci),
        "si": sum(v.esito == ModuloVoceDecisa.APPROVA for v in voci),
        "no": sum(v.esito == ModuloVoceDecisa.RESPINGI for v in voci),
        "per_decidere": richieste.per_decidere(b.ciclo, c.ente.fuso, c.istante),
        "registra": registra,
    }
    if not registra and scritti and request.headers.get("HX-Target") == "simulazione":
        return render(request, "cycle/variazioni/_simulazione.html", contesto)
    stato = 200
    if registra:
        stato = rifiuto.codice if rifiuto else 409 if gia else 422
    return render(request, "cycle/variazioni/decisione.html", contesto, status=stato)


def _accanto(b: Banco, rifiuto: Rifiuto | None) -> None:
    """Each reason that waits for a form stands also at its field: the act's, or the request's."""
    b.valido()
    if rifiuto is None:
        return
    for motivo in rifiuto.tutti():
        campo = ModuloAttoVariazioni.CAMPI.get(motivo.guardia)
        if campo in b.atto.fields and motivo.guardia != "diniego_motivato":
            b.atto.add_error(campo, motivo.messaggio)
    for pk, motivi in rifiuto.motivi.items():
        for motivo in motivi:
            if motivo.guardia == "diniego_motivato" and pk in b.moduli:
                b.moduli[pk].add_error("motivazione", motivo.messaggio)


def _motivi(voci: Sequence[Voce], rifiuto: Rifiuto | None) -> list[tuple[str, tuple[Motivo, ...]]]:
    """Why nothing was recorded: what holds for all of them once, then what is of one request."""
    if rifiuto is None:
        return []
    nomi = {v.richiesta.pk: v.attesa.nome for v in voci}
    di_tutte = [
        m
        for m in rifiuto.tutti()
        if len(rifiuto.motivi) > 1 and all(m in suoi for suoi in rifiuto.motivi.values())
    ]
    trovati: list[tuple[str, tuple[Motivo, ...]]] = [("", (m,)) for m in di_tutte]
    for pk, suoi in rifiuto.motivi.items():
        propri = tuple(m for m in suoi if m not in di_tutte)
        if propri:
            trovati.append((nomi.get(pk, ""), propri))
    return trovati


def _sbagliati(b: Banco, voci: Sequence[Voce]) -> list[tuple[str, str, str]]:
    """(id of the field, its label, what is wrong) of what could not be read."""
    nomi = {v.modulo.prefix: v.attesa.nome for v in voci}
    return [
        (
            modulo[campo].id_for_label,
            " ".join(x for x in (nomi.get(modulo.prefix), str(modulo.fields[campo].label)) if x),
            str(errore),
        )
        for modulo in (b.atto, *b.moduli.values())
        for campo, errori in modulo.errors.items()
        if campo in modulo.fields
        for errore in errori
    ]


def _troppe(quante: int) -> Motivo:
    return Motivo(
        "quante_per_atto",
        "R2",
        _("Le richieste scelte sono %(quante)s: con un atto se ne decidono al più %(massimo)s.")
        % {"quante": quante, "massimo": MASSIMO},
        _("Registrare più atti, oppure sceglierne meno."),
        "segreteria",
    )


def _chi_decide() -> Motivo:
    return Motivo(
        "incarico",
        "R3",
        _("Decide la giunta: il suo atto lo registra la segreteria."),
        _("Chiedere a chi ha quell'incarico."),
        "segreteria",
    )
