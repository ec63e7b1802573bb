# SPDX-License-Identifier: AGPL-3.0-or-later
"""Giving, delegating and ending incarichi (R81-R83): each by an act, from an instant to an
instant, with effect at once. What was done under one stays done; what comes after it is refused,
one microsecond later too.

Every refusal is a `Rifiuto` with all its reasons.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from cycle.generi import data_nel_testo
from cycle.models import Ente, Incarico, Persona, UnitaOrganizzativa
from cycle.permissions import PERMESSI, delegabili
from cycle.services import enti
from cycle.services.enti import Conferimento
from workflows.errors import Motivo, NonAutorizzato, NonPossibile, NonTrovato, Tentativo
from workflows.ports import RUOLI, RUOLI_NON_DELEGABILI, Attore, leggibile
from workflows.ports import Incarico as Tenuto
from workflows.registro import azioni

# Who is in the Nucleo holds none of these in the same years (R57); the segretario may, and
# abstains where he is evaluated.
OPERATIVI = frozenset({"po", "dirigente", "segreteria", "giunta", "controllo", "ragioneria"})
_MASSIMO_ATTO = 200  # characters


def conferisci(
    *,
    ente: Ente,
    persona: Persona,
    ruolo: str,
    unita: UnitaOrganizzativa,
    atto: str,
    dal: datetime,
    al: datetime | None = None,
    interim: bool = False,
    motivo: str = "",
    by: Attore,
    istante: datetime,
    canale: str = "web",
) -> Incarico:
    """Give `persona` a role on a unit and all below it, as its holder or ad interim (R82). One that
    was in force already may be recorded late: from its act on, never from before it."""
    con = _con(by, "conferisci_incarico", unita, "conferisce")
    nuovo = Conferimento(
        persona,
        ruolo,
        unita,
        leggibile(atto),
        dal,
        al,
        "interim" if interim else "titolare",
        motivo=leggibile(motivo),
    )
    motivi = [*_decorrenza(ente, nuovo, istante), *_comuni(ente, nuovo)]
    _rifiuta_se(motivi, 0, "conferisce")
    return _scrivi(ente, nuovo, by, istante, canale, "conferisce", con)


def delega(
    *,
    ente: Ente,
    delegante: Incarico,
    persona: Persona,
    unita: UnitaOrganizzativa,
    ambito: Sequence[str],
    motivo: str,
    atto: str,
    dal: datetime,
    al: datetime | None,
    by: Attore,
    istante: datetime,
    canale: str = "web",
) -> Incarico:
    """Pass on to `persona` the permissions `ambito` of an incarico that `by` holds, on its unit
    or below: written, with reason and end, never passed on again, never validation or what is
    done for the giunta (R81)."""
    con = _con(by, "delega_funzioni", unita, "delega", delegante)
    nuovo = Conferimento(
        persona,
        delegante.ruolo,
        unita,
        leggibile(atto),
        dal,
        al,
        "delega",
        delegante,
        leggibile(motivo),
        tuple(p for p in PERMESSI if p in ambito),
    )
    motivi = [
        *_della_delega(nuovo, delegante, ambito, istante),
        *_comuni(ente, nuovo),
    ]
    _rifiuta_se(motivi, delegante.pk, "delega")
    return _scrivi(ente, nuovo, by, istante, canale, "delega", con)


def cessa(
    *,
    incarico: Incarico,
    quando: datetime,
    atto: str,
    motivo: str = "",
    by: Attore,
    istante: datetime,
    canale: str = "web",
) -> Incarico:
    """End an incarico before its time, from `quando` on, never before now (R83): with it end the
    deleghe given from it. One that has not begun is revoked: it will never have effect. Who gave
    a delega may withdraw it."""
    with transaction.atomic():
        enti.nell_ente(by.ente_id)
        incarico = (
            Incarico.objects.select_for_update(of=("self",))
            .select_related("unita", "delegante")
            .get(pk=incarico.pk)
        )
        propria = any(i.id == incarico.delegante_id for i in by.incarichi)
        con = (
            _con(by, "delega_funzioni", incarico.unita, "cessa", incarico.delegante)
            if propria
            else _con(by, "conferisci_incarico", incarico.unita, "cessa", oggetto=incarico.pk)
        )
        _rifiuta_se(list(_della_cessazione(incarico, quando, atto, istante)), incarico.pk, "cessa")
        azioni.apri(
            ente_id=by.ente_id,
            procedura="incarico",
            verbo="cessa",
            passi=[azioni.Voce(incarico.pk, incarico=con)],
            attore=by,
            istante=istante,
            motivazione=leggibile(motivo),
            canale=canale,
        )
        incarico.al = max(quando, incarico.dal)
        incarico.atto_di_cessazione = leggibile(atto)
        incarico.save(update_fields=["al", "atto_di_cessazione"])
    return incarico


def puo_cessare(by: Attore, delegante_id: int | None, percorso: str) -> bool:
    """Whether `by` may end an incarico on the unit at `percorso`: who gives them there, or, of a
    delega, who holds the incarico `delegante_id` it was given from."""
    if by.incarico_per("conferisci_incarico", percorso) is not None:
        return True
    return any(
        i.id == delegante_id and i.consente("delega_funzioni", percorso) for i in by.incarichi
    )


# --- who ----------------------------------------------------------------------------------------


def _con(
    by: Attore,
    permesso: str,
    unita: UnitaOrganizzativa,
    verbo: str,
    delegante: Incarico | None = None,
    oggetto: int = 0,
) -> Tenuto:
    """The incarico under which `by` does it: for a delega, the very one that is passed on."""
    if delegante is not None:
        suo = next((i for i in by.incarichi if i.id == delegante.pk), None)
        con = suo if suo is not None and suo.consente(permesso, unita.percorso) else None
        oggetto = delegante.pk
    else:
        con = by.incarico_per(permesso, unita.percorso)
    if con is not None:
        return con
    ruoli = [r for r in RUOLI if r in PERMESSI[permesso]]
    motivo = Motivo(
        "incarico",
        "R81" if verbo == "delega" else "R4",
        _("Serve un incarico di %(ruoli)s su «%(unita)s», in vigore adesso.")
        % {"ruoli": " o ".join(RUOLI[r] for r in ruoli), "unita": unita.nome}
        if delegante is None
        else _(
            "Si delega solo un incarico proprio, in vigore adesso e che non sia a sua volta una "
            "delega, su «%(unita)s» o sotto."
        )
        % {"unita": unita.nome},
        _("Chiedere a chi ha l'incarico, oppure farselo conferire con un atto."),
        ", ".join(ruoli),
    )
    raise NonAutorizzato({oggetto: [motivo]}, Tentativo("incarico", verbo, {}))


# --- what is missing ----------------------------------------------------------------------------


def _rifiuta_se(motivi: Sequence[Motivo], oggetto: int, verbo: str) -> None:
    if motivi:
        raise NonPossibile({oggetto: motivi}, Tentativo("incarico", verbo, {}))


def _comuni(ente: Ente, c: Conferimento) -> list[Motivo]:
    return [*_dati(ente, c), *_sovrapposti(c), *_incompatibili(ente, c)]


def _dati(ente: Ente, c: Conferimento) -> Iterator[Motivo]:
    if c.persona.ente_id != ente.pk or c.unita.ente_id != ente.pk:
        raise NonTrovato({})
    if not c.atto:
        yield _motivo(
            "atto",
            _("Manca l'atto: un incarico si conferisce con un atto scritto."),
            _("Indicare tipo, numero e data, per esempio «decreto sindacale n. 4 del 12/01/2026»."),
        )
    if len(c.atto) > _MASSIMO_ATTO:
        yield _troppo_lungo(c.atto)
    if c.persona.segnaposto:
        yield _motivo(
            "persona",
            _("Un posto vacante non può avere incarichi."),
            _("Scegliere una persona."),
        )
    if c.al is not None and c.al <= c.dal:
        yield _motivo(
            "date",
            _("La fine non viene dopo l'inizio."),
            _("Correggere le date: l'ultimo giorno è compreso."),
        )
    if c.unita.al is not None:
        yield _motivo(
            "unita",
            _("«%(unita)s» è chiusa dal %(giorno)s.")
            % {"unita": c.unita.nome, "giorno": f"{c.unita.al:%d/%m/%Y}"},
            _("Scegliere l'unità che le è succeduta."),
        )


def _decorrenza(ente: Ente, c: Conferimento, istante: datetime) -> Iterator[Motivo]:
    """Nobody holds a role before the act that gives it: who begins on a day that is past does so
    by an act that says its date, and not before it (R82, R83)."""
    fuso = ZoneInfo(ente.fuso)
    oggi, dal = istante.astimezone(fuso).date(), c.dal.astimezone(fuso).date()
    adottato = data_nel_testo(c.atto)
    if adottato is not None and adottato > oggi:
        yield _motivo(
            "atto",
            _("L'atto porta una data futura (%(data)s).") % {"data": f"{adottato:%d/%m/%Y}"},
            _("Si registra un atto già adottato: correggere la data, o attendere."),
        )
    elif adottato is not None and dal < adottato:
        yield _motivo(
            "decorrenza",
            _("L'incarico comincerebbe il %(dal)s, prima del suo atto, che è del %(data)s.")
            % {"dal": f"{dal:%d/%m/%Y}", "data": f"{adottato:%d/%m/%Y}"},
            _("Farlo decorrere dal giorno dell'atto, o da dopo: nulla vale per il passato."),
        )
    elif adottato is None and dal < oggi and c.atto:
        yield _motivo(
            "decorrenza",
            _("L'incarico comincerebbe nel passato, e non si legge di quando è l'atto."),
            _("Scrivere la data dell'atto («… del 12/01/2026»), oppure farlo decorrere da oggi."),
        )


def _sovrapposti(c: Conferimento) -> Iterator[Motivo]:
    """The database refuses them too: here they are named."""
    if c.al is not None and c.al <= c.dal:
        return
    altri = _fra(c.dal, c.al).filter(persona=c.persona, ruolo=c.ruolo, unita=c.unita)
    for altro in altri.order_by("dal"):
        yield _motivo(
            "incarico_sovrapposto",
            _("%(chi)s è già %(ruolo)s di «%(unita)s» (%(atto)s).")
            % {
                "chi": c.persona,
                "ruolo": RUOLI[c.ruolo],
                "unita": c.unita.nome,
                "atto": altro.atto_di_conferimento,
            },
            _("Scegliere un periodo che non si sovrapponga, o far cessare prima quell'incarico."),
        )


def _incompatibili(ente: Ente, c: Conferimento) -> Iterator[Motivo]:
    """Members of the Nucleo have no operating role in the same year (R57)."""
    if c.ruolo != "nucleo" and c.ruolo not in OPERATIVI:
        return
    contrari = OPERATIVI if c.ruolo == "nucleo" else {"nucleo"}
    fuso = ZoneInfo(ente.fuso)
    anno = c.dal.astimezone(fuso).year
    dal = datetime(anno, 1, 1, tzinfo=fuso)
    al = c.al and datetime(c.al.astimezone(fuso).year + 1, 1, 1, tzinfo=fuso)
    altri = _fra(dal, al).filter(ente=ente, persona=c.persona, ruolo__in=sorted(contrari))
    for altro in altri.select_related("unita").order_by("dal"):
        yield Motivo(
            "incompatibile",
            "R57",
            _("%(chi)s ha negli stessi anni un incarico di %(ruolo)s di «%(unita)s».")
            % {"chi": c.persona, "ruolo": RUOLI[altro.ruolo], "unita": altro.unita.nome},
            _("Chi valida non ha altri ruoli operativi nello stesso anno: scegliere altri."),
            "",
        )


def _fra(dal: datetime, al: datetime | None) -> QuerySet[Incarico]:
    """Those that have, had or will have effect in that time; one revoked before it began never
    did."""
    trovati = Incarico.objects.filter(Q(al__isnull=True) | Q(al__gt=Greatest(Value(dal), F("dal"))))
    return trovati if al is None else trovati.filter(dal__lt=al)


def _della_delega(
    c: Conferimento, delegante: Incarico, ambito: Sequence[str], istante: datetime
) -> Iterator[Motivo]:
    if delegante.tipo == "delega":
        yield _motivo(
            "subdelega",
            _("Una delega non si passa oltre."),
            _("Chiedere a chi ha conferito la delega di darne un'altra."),
        )
    if delegante.ruolo in RUOLI_NON_DELEGABILI:
        yield _motivo(
            "non_delegabile",
            _("Il ruolo «%(ruolo)s» non si delega.") % {"ruolo": RUOLI[delegante.ruolo]},
            _("La validazione e ciò che decide la giunta restano a chi ne ha l'incarico."),
        )
    if c.persona.pk == delegante.persona_id:
        yield _motivo("persona", _("Non ci si delega da soli."), _("Scegliere un'altra persona."))
    fuori = [p for p in ambito if p not in delegabili(delegante.ruolo)]
    if fuori or not ambito:
        yield _motivo(
            "ambito",
            _("Manca l'ambito della delega: che cosa si delega.")
            if not fuori
            else _("Questo non si può delegare: %(che)s.") % {"che": ", ".join(fuori)},
            _("Scegliere fra ciò che l'incarico consente e che si può delegare."),
        )
    if not c.motivo:
        yield _motivo(
            "motivo",
            _("Manca il motivo della delega."),
            _("Scrivere le ragioni di servizio, per esempio l'assenza fino a una data."),
        )
    if c.al is None:
        yield _motivo(
            "fine",
            _("Manca la fine: una delega è a tempo."),
            _("Indicare l'ultimo giorno in cui vale."),
        )
    elif delegante.al is not None and c.al > delegante.al:
        yield _motivo(
            "fine",
            _("La delega finirebbe dopo l'incarico da cui viene."),
            _("Scegliere una fine entro quella del proprio incarico."),
        )
    if c.dal < istante:
        yield _motivo(
            "decorrenza",
            _("Una delega non vale per il passato."),
            _("Farla decorrere da adesso o da un giorno futuro."),
        )


def _della_cessazione(
    i: Incarico, quando: datetime, atto: str, istante: datetime
) -> Iterator[Motivo]:
    if i.al is not None and i.al <= istante:
        yield _motivo(
            "cessato",
            _("Questo incarico è già finito."),
            _("Non c'è altro da fare: ciò che è finito non cambia."),
        )
        return
    if not leggibile(atto):
        yield _motivo(
            "atto",
            _("Manca l'atto di cessazione."),
            _("Indicare tipo, numero e data dell'atto che fa cessare l'incarico."),
        )
    if len(leggibile(atto)) > _MASSIMO_ATTO:
        yield _troppo_lungo(atto)
    if quando < istante:
        yield _motivo(
            "decorrenza",
            _("Un incarico non cessa nel passato: ciò che è stato fatto resta valido."),
            _("Farlo cessare da adesso o da un giorno futuro."),
        )
    if i.al is not None and quando >= i.al:
        yield _motivo(
            "fine",
            _("L'incarico finisce già prima di allora."),
            _("Scegliere un giorno precedente, oppure conferire un nuovo incarico dopo la fine."),
        )
    if i.ruolo == "controllo" and i.tipo != "delega" and not _altri_al_controllo(i, quando):
        yield _motivo(
            "ultimo",
            _("Dopo di allora nessuno potrebbe più conferire incarichi in questo ente."),
            _("Conferire prima a un'altra persona, che entra già, l'incarico di controllo."),
        )


def _altri_al_controllo(i: Incarico, quando: datetime) -> bool:
    """Whether somebody else who can come in is controllo of the whole ente without end."""
    return (
        Incarico.objects.filter(
            Q(al__isnull=True),
            ente_id=i.ente_id,
            ruolo="controllo",
            unita__padre__isnull=True,
            dal__lte=quando,
            persona__utente__is_active=True,
            persona__sospesa_il__isnull=True,
        )
        .exclude(tipo="delega")
        .exclude(persona_id=i.persona_id)
        .exists()
    )


def _troppo_lungo(atto: str) -> Motivo:
    return _motivo(
        "atto",
        _("L'atto è scritto in %(n)s caratteri: al massimo %(massimo)s.")
        % {"n": len(atto), "massimo": _MASSIMO_ATTO},
        _("Scrivere solo tipo, numero e data."),
    )


def _motivo(nome: str, messaggio: str, rimedio: str) -> Motivo:
    regole = {"atto": "R82", "decorrenza": "R83", "cessato": "R83"}
    return Motivo(nome, regole.get(nome, "R81"), messaggio, rimedio, "")


# --- writing ------------------------------------------------------------------------------------


def _scrivi(
    ente: Ente,
    c: Conferimento,
    by: Attore,
    istante: datetime,
    canale: str,
    verbo: str,
    con: Tenuto,
) -> Incarico:
    try:
        with transaction.atomic():
            [incarico] = enti.conferisci(
                ente=ente,
                conferimenti=[c],
                attore=by,
                istante=istante,
                canale=canale,
                verbo=verbo,
                con=con,
            )
    except IntegrityError as errore:  # somebody else gave it at the same moment
        if "incarico_sovrapposto" not in str(errore):
            raise
        _rifiuta_se(list(_sovrapposti(c)), 0, verbo)
        raise
    return incarico
