# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asking for a variazione: the scheda's own form, filled with what is in force; what differs
becomes the list of changes. Or the striking off of the whole objective."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cycle import richieste, selectors
from cycle.contesto import Contesto, RichiestaEnte, nell_ente
from cycle.forms_variazioni import ModuloMotivi
from cycle.inviti_variazione import Invito, aperto, oggi
from cycle.models import Obiettivo, RichiestaVariazione
from cycle.modulo_scheda import ModuloScheda, Testo, in_testo, inviato, rifai
from cycle.scritta import SchedaScritta
from cycle.services import variazioni
from cycle.services.schede import SchedaNonValida, serve_incarico
from cycle.services.variazioni import Bozza
from cycle.variazioni.cambi import applica
from cycle.variazioni.chi import DEL_SETTORE, PER_LA_GIUNTA
from cycle.variazioni.fatti import nome_richiesta
from cycle.variazioni.quadro import Quadro, campi_di
from cycle.views.salvataggio import salva
from cycle.views.scritto import ricorda
from cycle.views.transizioni import Altrove
from workflows.errors import Conflitto, NonAutorizzato, Rifiuto, Tentativo

SCRIVONO = frozenset({"", "salva", "presenta"})


@require_http_methods(["GET", "HEAD", "POST"])
def nuova(request: HttpRequest, ipa: str, pid: UUID) -> HttpResponse:
    """A new request on an objective."""
    return _pagina(request, ipa, obiettivo=pid)


@require_http_methods(["GET", "HEAD", "POST"])
def stralcio(request: HttpRequest, ipa: str, pid: UUID) -> HttpResponse:
    """A new request that strikes the whole objective off."""
    return _pagina(request, ipa, obiettivo=pid, via=True)


@require_http_methods(["GET", "HEAD", "POST"])
def modifica(request: HttpRequest, ipa: str, pid: UUID) -> HttpResponse:
    """A draft, written again."""
    return _pagina(request, ipa, richiesta=pid)


@dataclass(slots=True)
class Banco:
    """What the page works on: the objective with what is in force, and the draft that is there.
    `ufficio`: it is the giunta's own initiative (R34); `via`: it strikes off."""

    contesto: Contesto
    obiettivo: Obiettivo
    quadro: Quadro
    ufficio: bool
    via: bool
    richiesta: RichiestaVariazione | None = None
    invito: Invito | None = None  # of the Nucleo, that a new request may answer (R39)

    @property
    def rubrica(self) -> Any:
        return self.quadro.rubrica(self.obiettivo.pk)

    @property
    def vigente(self) -> SchedaScritta:
        return self.quadro.schede[self.obiettivo.pk]

    def voluta(self) -> SchedaScritta:
        """The scheda as the draft wishes it; without a draft, as it is in force."""
        if self.richiesta is None:
            return self.vigente
        righe = campi_di([self.richiesta.pk])[self.richiesta.pk]
        return applica(self.vigente, [self.quadro.cambio(r) for r in righe])

    def salvati(self) -> list[str]:
        """The changes that the stored draft asks for, a sentence each."""
        if self.richiesta is None:
            return []
        righe = campi_di([self.richiesta.pk])[self.richiesta.pk]
        return [self.quadro.cambio(r).frase for r in righe]

    def modulo(self, testo: Testo) -> ModuloScheda:
        r = self.rubrica
        unita = sorted(r.unita.values(), key=lambda u: (u.percorso.count("/"), u.nome))
        return ModuloScheda(testo, r, unita)


def _banco(c: Contesto, obiettivo: UUID | None, richiesta: UUID | None, via: bool) -> Banco:
    """Raises NonTrovato; NonAutorizzato; Conflitto when the request is no draft any more."""
    v = selectors.variazione(c.attore, richiesta) if richiesta else None
    o = v.obiettivo if v else selectors.obiettivo(c.attore, cast(UUID, obiettivo))
    suoi = {
        i.ruolo for i in c.attore.incarichi if i.consente("redigi_variazione", o.unita.percorso)
    }
    ufficio = v.d_ufficio if v else not suoi & set(DEL_SETTORE)
    if not suoi & set(PER_LA_GIUNTA if ufficio else DEL_SETTORE):
        prova = Tentativo("variazione", "crea", {o.pk: o.pk})
        raise NonAutorizzato({o.pk: [serve_incarico(o.unita.nome)]}, prova)
    if v is not None and v.stato != "bozza":
        raise Conflitto({v.pk: [variazioni.non_bozza(v)]})
    if v is not None:
        via = v.campi.filter(genere="stralcio").exists()
    invito = None if v or ufficio else aperto(o, oggi(c.ente, c.istante))
    return Banco(c, o, Quadro([o.pk]), ufficio, via, v, invito)


def _pagina(
    request: HttpRequest,
    ipa: str,
    *,
    obiettivo: UUID | None = None,
    richiesta: UUID | None = None,
    via: bool = False,
) -> HttpResponse:
    """GET: the form. POST, by its `atto`: saved (303), or refused with what was typed still there;
    a row added, removed or moved, and what would change, without saving anything."""
    rifiuto: Rifiuto | None = None
    if request.method == "POST" and request.POST.get("atto", "") in SCRIVONO:

        def scrivi(entrata: RichiestaEnte) -> HttpResponse | None:
            return _salva(entrata, _banco(entrata.contesto, obiettivo, richiesta, via))

        risposta, rifiuto = salva(request, ipa, scrivi)
        if risposta is not None:
            return risposta
    return _letta(request, ipa, obiettivo=obiettivo, richiesta=richiesta, via=via, rifiuto=rifiuto)


def _motivi(b: Banco, request: HttpRequest, *, letti: bool) -> ModuloMotivi:
    """The form of the reasons: as typed, or as the draft has them."""
    v = b.richiesta
    iniziali = {
        campo: getattr(v, campo) if v else ""
        for campo in ("motivazione", "causa_sopravvenuta", "effetto_finanziario", "atto_contabile")
    }
    if letti:
        return ModuloMotivi(request.POST, request.FILES, richiesta=v, invito=b.invito)
    return ModuloMotivi(initial=iniziali, richiesta=v, invito=b.invito)


def _salva(request: RichiestaEnte, b: Banco) -> HttpResponse | None:
    """Where to look after saving; None when something typed cannot be read."""
    c = b.contesto
    motivi = _motivi(b, request, letti=True)
    ricorda(request, motivi)
    modulo = None if b.via else b.modulo(inviato(request.POST))
    scheda = modulo.scritta() if modulo else None
    if not motivi.is_valid() or (modulo is not None and not modulo.leggibile):
        return None
    d = motivi.cleaned_data
    revisione = request.POST.get("revisione", "")
    v = variazioni.redigi(
        obiettivo=b.obiettivo,
        bozza=Bozza(
            scheda=scheda,
            stralcio=b.via,
            motivazione=d["motivazione"],
            causa_sopravvenuta=d["causa_sopravvenuta"],
            effetto_finanziario=d["effetto_finanziario"],
            atto_contabile=d["atto_contabile"],
            allegati=motivi.restano(),
            nuovi=motivi.documenti(),
        ),
        by=c.attore,
        istante=c.istante,
        richiesta=b.richiesta,
        revisione=int(revisione) if revisione.isascii() and revisione.isdigit() else None,
        d_ufficio=b.ufficio,
        invito=b.invito.invito if b.invito and d["da_invito"] else None,
        chiave="" if b.richiesta else request.POST.get("chiave", "")[:64],
    )
    messages.success(
        request,
        _("Salvata la bozza della richiesta %(nome)s.")
        % {"nome": nome_richiesta(v, v.obiettivo.codice)},
    )
    argomenti: list[Any] = [c.ente.codice_ipa, v.pid]
    if request.POST.get("atto") == "presenta":
        return Altrove(reverse("variazione_passo", args=[*argomenti, "presenta"]))
    return Altrove(reverse("variazione_modifica", args=argomenti))


@nell_ente
def _letta(
    request: RichiestaEnte,
    obiettivo: UUID | None,
    richiesta: UUID | None,
    via: bool,
    rifiuto: Rifiuto | None,
) -> HttpResponse:
    c = request.contesto
    b = _banco(c, obiettivo, richiesta, via)
    o = b.obiettivo
    atto = request.POST.get("atto", "") if request.method == "POST" else None
    motivi = _motivi(b, request, letti=atto is not None)
    if atto is None or atto not in SCRIVONO:
        motivi.errors.clear()
    contesto: dict[str, Any] = {
        "b": b,
        "o": o,
        "v": b.richiesta,
        "anno": o.ciclo.anno,
        "revisione": b.richiesta.revisione if b.richiesta else "",
        "nome": nome_richiesta(b.richiesta, o.codice) if b.richiesta else "",
        # one for each form that is opened: sent twice, it writes one draft (R50)
        "chiave": uuid4()
        if atto is None or isinstance(rifiuto, Conflitto)
        else request.POST.get("chiave", "")[:64],
        "motivi_modulo": motivi,
        "motivi": []
        if rifiuto is None or isinstance(rifiuto, SchedaNonValida)
        else rifiuto.tutti(),
        "salvati": b.salvati() if isinstance(rifiuto, Conflitto) else None,
        "mostra_errori": atto is not None,
        "da_salvare": atto is not None,
        "termine": richieste.per_presentare(o.ciclo, c.ente.fuso, c.istante),
        "tardive": b.rubrica.parametri.variazione_tardiva,
        "altre": [
            (r, nome_richiesta(r, o.codice))
            for r in richieste.aperte(o, c.attore)
            if b.richiesta is None or r.pk != b.richiesta.pk
        ],
        "variabile": o.stato in ("approvato", "in_corso"),
        "puo_presentare": c.attore.incarico_per("presenta_variazione", o.unita.percorso)
        is not None,
        "modulo": None,
        "quadro": None,
        "vai": None,
        "errori": [],
        "persone": sorted(
            {p.nome_completo.title() for p in b.rubrica.persone.values() if not p.segnaposto}
        ),
        "variazione": True,
    }
    if not via and not b.via:
        _con_la_scheda(request, b, atto, rifiuto, contesto)
    if atto in SCRIVONO:
        contesto["errori"] += [
            (f"id_{nome}", str(motivi.fields[nome].label or ""), str(e))
            for nome, errori in motivi.errors.items()
            if nome in motivi.fields
            for e in errori
        ]
    if atto == "verifica" and request.headers.get("HX-Target") == "cambi":
        return render(request, "cycle/variazioni/_cambi.html", contesto)
    modello = "cycle/variazioni/chiedi.html"
    if atto is not None and request.headers.get("HX-Target") == "pagina":
        modello = "cycle/variazioni/_chiedi.html"
    codice = 200
    if atto is not None and atto in SCRIVONO:
        codice = rifiuto.codice if rifiuto else 422
    return render(request, modello, contesto, status=codice)


def _con_la_scheda(
    request: RichiestaEnte,
    b: Banco,
    atto: str | None,
    rifiuto: Rifiuto | None,
    contesto: dict[str, Any],
) -> None:
    """The scheda's form and what it changes, as typed or as the draft wishes it."""
    c = b.contesto
    if atto is None:
        testo = in_testo(b.voluta())
    else:
        testo = inviato(request.POST)
        contesto["vai"] = rifai(testo, atto)
    modulo = b.modulo(testo)
    scheda = modulo.scritta()
    quadro = variazioni.anteprima(
        obiettivo=b.obiettivo, scheda=scheda, by=c.attore, istante=c.istante
    )
    if isinstance(rifiuto, SchedaNonValida):
        modulo.segna(list(rifiuto.difetti.get(0, ())))
    elif atto in SCRIVONO and rifiuto is None:
        modulo.segna(quadro.difetti)
    contesto |= {
        "modulo": modulo,
        "quadro": quadro,
        "illeggibili": sum(len(m.errors) for m in modulo.moduli),
        "errori": modulo.errori() if atto in SCRIVONO else [],
        "tipi": [],
        "categorie": [],
    }
