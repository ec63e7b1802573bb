# SPDX-License-Identifier: AGPL-3.0-or-later
"""Variazioni of the demo's year, one for each way it can go: still written, waiting for the visto,
for the giunta, approved, refused, withdrawn, struck off, too late; the Nucleo's invitations; the
correction of a material error."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal

from cycle import permissions
from cycle.models import Ente, Obiettivo, Persona, RichiestaVariazione, VoceRelazione
from cycle.scritta import SchedaScritta
from cycle.services import variazioni
from cycle.services.variazioni import Bozza
from cycle.services.variazioni.correzioni import Errore
from cycle.variazioni.quadro import Quadro
from workflows.machines.relazione import COMPILABILI
from workflows.ports import Attore, FattiAtto

# how it ends, why it was asked
_VICENDE = (
    ("bozza", "Il bando regionale è slittato a ottobre: il secondo semestre parte più tardi."),
    ("visto", "La ditta affidataria ha rescisso il contratto a maggio: va rifatta la gara."),
    ("istruita", "Due assunzioni previste dal piano dei fabbisogni arrivano solo a settembre."),
    ("approvata", "Il fornitore del gestionale ha rinviato il rilascio al prossimo anno."),
    ("respinta", "Il personale è stato impegnato nelle attività ordinarie."),
    ("ritirata", "Si riteneva di non poter completare i sopralluoghi entro l'anno."),
    ("stralcio", "La funzione passa all'unione dei comuni dal mese di agosto."),
)
_TARDIVA = "Il numero delle domande è risultato inferiore a quello stimato."


def chiede(ente: Ente, anno: int, istante: datetime) -> None:
    """The requests of the running year, once June has come and gone."""
    if istante < _il(anno, 7, 14):
        return
    candidati = _variabili(ente, anno)
    for (esito, motivo), (o, voluta) in zip(_VICENDE, candidati, strict=False):
        _svolge(ente, anno, o, voluta, esito, motivo)
    if istante >= _il(anno, 7, 28):
        _invita(ente, anno)
    if istante >= _il(anno, 9, 10):
        _corregge(ente, anno)
    if istante >= _il(anno, 10, 12):
        _tardi(ente, anno)


def _il(anno: int, mese: int, giorno: int) -> datetime:
    return datetime(anno, mese, giorno, 9, 30, tzinfo=UTC)


def _variabili(ente: Ente, anno: int) -> Iterator[tuple[Obiettivo, SchedaScritta]]:
    """An objective in corso of each settore, with its last target lowered by a fifth."""
    visti: set[int] = set()
    obiettivi = list(
        Obiettivo.objects.filter(
            ente=ente,
            ciclo__anno=anno,
            stato="in_corso",
            responsabile_generale__utente__isnull=False,
        ).order_by("codice")
    )
    schede = Quadro([o.pk for o in obiettivi]).schede
    for o in obiettivi:
        voluta = _ridotta(schede[o.pk], f"{anno}-2")
        if voluta is not None and o.responsabile_generale_id not in visti:
            visti.add(o.responsabile_generale_id or 0)
            yield o, voluta


def _ridotta(s: SchedaScritta, periodo: str) -> SchedaScritta | None:
    """With the first number of the period that can be lowered; None where there is none."""
    for n, specifico in enumerate(s.specifici):
        for m, i in enumerate(specifico.indicatori):
            era = i.target.get(periodo)
            if isinstance(era, Decimal) and era >= 5 and i.natura == "positivo":
                nuovo = (era * 4 / 5).quantize(Decimal(1), ROUND_HALF_UP)
                indicatori = list(specifico.indicatori)
                indicatori[m] = replace(i, target={**i.target, periodo: nuovo})
                specifici = list(s.specifici)
                specifici[n] = replace(specifico, indicatori=tuple(indicatori))
                return replace(s, specifici=tuple(specifici))
    return None


def _svolge(
    ente: Ente, anno: int, o: Obiettivo, voluta: SchedaScritta, esito: str, motivo: str
) -> None:
    scritta, presentata, decisa = _il(anno, 6, 15), _il(anno, 6, 16), _il(anno, 7, 13)
    v = variazioni.redigi(
        obiettivo=o,
        bozza=Bozza(
            scheda=None if esito == "stralcio" else voluta,
            stralcio=esito == "stralcio",
            motivazione=motivo,
            effetto_finanziario=esito == "visto",
        ),
        by=_autore(ente, o, scritta),
        istante=scritta,
        canale="comando",
    )
    if esito == "bozza":
        return
    v = variazioni.presenta(
        richiesta=v, by=_autore(ente, o, presentata), istante=presentata, canale="comando"
    )
    if esito == "ritirata":
        variazioni.ritira(
            richiesta=v,
            by=_autore(ente, o, decisa),
            istante=decisa,
            motivazione="I sopralluoghi sono ripresi.",
            canale="comando",
        )
    elif esito in ("approvata", "respinta", "stralcio"):
        _decide(ente, v, esito, decisa)


def _decide(ente: Ente, v: RichiestaVariazione, esito: str, istante: datetime) -> None:
    by = _di_ruolo(ente, "segreteria", istante)
    if esito == "respinta":
        variazioni.respingi(
            richieste=[v],
            motivazione="L'attività ordinaria era nota quando il target fu fissato.",
            by=by,
            istante=istante,
            canale="comando",
        )
        return
    numero, perche = (
        ("119", "La funzione è conferita all'unione dei comuni.")
        if esito == "stralcio"
        else ("118", "Il rinvio dipende dal fornitore, e non era prevedibile.")
    )
    variazioni.approva(
        richieste=[v],
        atto=FattiAtto(
            numero,
            date(istante.year, 7, 10),
            parere_tecnico=f"segretario generale, 08/07/{istante.year}",
        ),
        motivazione=perche,
        by=by,
        istante=istante,
        canale="comando",
    )


def _tardi(ente: Ente, anno: int) -> None:
    """Filed after the term, in a year that does not examine the late ones (R24)."""
    presentata, chiusa = _il(anno, 10, 6), _il(anno, 10, 9)
    for o, voluta in _variabili(ente, anno):
        if RichiestaVariazione.objects.filter(obiettivo=o).exists():
            continue
        v = variazioni.redigi(
            obiettivo=o,
            bozza=Bozza(scheda=voluta, motivazione=_TARDIVA, causa_sopravvenuta=_TARDIVA),
            by=_autore(ente, o, presentata),
            istante=presentata,
            canale="comando",
        )
        variazioni.presenta(
            richiesta=v, by=_autore(ente, o, presentata), istante=presentata, canale="comando"
        )
        variazioni.dichiara_irricevibile(
            richiesta=v,
            motivazione="La stima si poteva rivedere con i dati di giugno: il termine era aperto.",
            by=_di_ruolo(ente, "controllo", chiusa),
            istante=chiusa,
            canale="comando",
        )
        return


def _invita(ente: Ente, anno: int) -> None:
    """The Nucleo invites two settori (R39): one has not answered yet, one has declined."""
    invitato, risposto = _il(anno, 7, 21), _il(anno, 7, 27)
    nucleo = _di_ruolo(ente, "nucleo", invitato)
    liberi = [
        o
        for o, _voluta in _variabili(ente, anno)
        if not RichiestaVariazione.objects.filter(obiettivo=o).exists()
    ]
    for n, o in enumerate(liberi[:2]):
        invito = variazioni.invita(
            obiettivo=o,
            testo="A giugno il valore è lontano da quello atteso, e il secondo semestre non lo "
            "recupera da solo: valutare se il target è ancora quello giusto.",
            entro=date(anno, 9, 30),
            by=nucleo,
            istante=invitato,
            canale="comando",
        )
        if n:
            variazioni.declina(
                invito=invito,
                risposta="Le attività si concentrano in autunno, come ogni anno: il target resta.",
                by=_autore(ente, o, risposto),
                istante=risposto,
                canale="comando",
            )


def _corregge(ente: Ente, anno: int) -> None:
    """A material error signalled by a settore and accepted, another that waits (R35)."""
    segnalato, deciso = _il(anno, 9, 7), _il(anno, 9, 9)
    voci = VoceRelazione.objects.filter(
        ente=ente,
        obiettivo__ciclo__anno=anno,
        obiettivo__stato="in_corso",
        obiettivo__responsabile_generale__utente__isnull=False,
        percentuale_calcolata__lt=90,
    ).exclude(relazione__stato__in=COMPILABILI)
    for n, voce in enumerate(voci.select_related("obiettivo").order_by("pk")[:2]):
        c = variazioni.segnala(
            voce=voce,
            errore=Errore(
                "Valore del primo semestre",
                "trascritto senza le sedi decentrate",
                "con le sedi decentrate, come negli anni passati",
                "Il prospetto del servizio, agli atti, conta anche le sedi decentrate.",
                Decimal(100),
            ),
            by=_autore(ente, voce.obiettivo, segnalato),
            istante=segnalato,
            canale="comando",
        )
        if not n:
            variazioni.decidi_correzione(
                correzione=c,
                accolta=True,
                motivazione="Dal prospetto risulta l'errore di trascrizione.",
                by=_di_ruolo(ente, "controllo", deciso),
                istante=deciso,
                canale="comando",
            )


def _autore(ente: Ente, o: Obiettivo, istante: datetime) -> Attore:
    assert o.responsabile_generale_id is not None
    return permissions.attore(ente.pk, o.responsabile_generale_id, istante)


def _di_ruolo(ente: Ente, ruolo: str, istante: datetime) -> Attore:
    persona = Persona.objects.filter(ente=ente, incarichi__ruolo=ruolo).order_by("pk")[0]
    return permissions.attore(ente.pk, persona.pk, istante)
