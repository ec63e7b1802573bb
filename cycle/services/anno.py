# SPDX-License-Identifier: AGPL-3.0-or-later
"""Opening a year, and moving one of its terms: each by an act, each for ever (C2, R49)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cycle import apertura, canonico
from cycle.apertura import Difetto, Riga
from cycle.calendario import ultimo_giorno
from cycle.insiemi import riserva
from cycle.models import (
    Atto,
    Ciclo,
    Ente,
    Periodo,
    Proroga,
    RelazioneSemestrale,
    Rilevazione,
    Scadenza,
    UnitaOrganizzativa,
)
from cycle.models.atto import ORGANI
from cycle.parametri import Parametri
from cycle.permissions import PERMESSI
from cycle.services.enti import nell_ente
from cycle.services.scadenze import avvisa
from cycle.termini import in_vigore
from workflows.errors import Conflitto, Motivo, NonAutorizzato, NonPossibile, Tentativo
from workflows.ports import RUOLI, Attore, FattiAtto, Incarico
from workflows.registro import azioni

# Who may move a term that an organ has set: itself, or the commissario in the giunta's place (R3).
STESSO_ORGANO: Mapping[str, frozenset[str]] = {
    "giunta": frozenset({"giunta", "commissario"}),
    "commissario": frozenset({"giunta", "commissario"}),
    "consiglio": frozenset({"consiglio", "commissario"}),
}
ANNI_DI_PROROGA = 2  # a term of year Y is not moved beyond the end of Y + 2


@dataclass(frozen=True, slots=True)
class Apertura:
    """A year as it would be opened: each term with its last instant, and the digest of it all,
    which will be the act's."""

    anno: int
    parametri: Parametri
    righe: tuple[Riga, ...]
    termini: tuple[datetime, ...]
    difetti: tuple[Difetto, ...]
    avvertenze: tuple[str, ...]
    impronta: str


def prepara(
    *, ente: Ente, anno: int, parametri: Parametri, righe: Sequence[Riga], istante: datetime
) -> Apertura:
    """What opening the year with these parameters and terms would fix, and what is wrong with
    it. Reads and writes nothing."""
    regole = apertura.feste(ente, parametri)
    fissate = tuple(
        replace(r, festivi="nessuna" if r.di_legge else regole.politica(r.festivi)) for r in righe
    )
    termini = tuple(apertura.risolvi(r, ente.fuso, regole) for r in fissate)
    oggi = istante.astimezone(ZoneInfo(ente.fuso)).date()
    return Apertura(
        anno,
        parametri,
        fissate,
        termini,
        (*apertura.difetti_parametri(parametri), *apertura.difetti(fissate, anno, parametri)),
        tuple(apertura.avvertenze(fissate, ente, parametri, oggi)),
        canonico.impronta(apertura.testo(anno, parametri, fissate, termini)),
    )


def apri(
    *,
    ente: Ente,
    anno: int,
    parametri: Parametri,
    righe: Sequence[Riga],
    atto: FattiAtto,
    by: Attore,
    istante: datetime,
    canale: str = "web",
) -> Ciclo:
    """Open a year by an act: its parameters and its calendar are fixed from now on (C2). The year
    an import had made is completed.

    Raises NonAutorizzato, Conflitto when it has been opened already, and NonPossibile with all
    that is wrong, each reason naming its field in `guardia`.
    """
    with transaction.atomic():
        nell_ente(ente.pk)
        with connection.cursor() as cursore:  # nor an import, nor another opening, meanwhile
            cursore.execute("SELECT pg_advisory_xact_lock(hashtext('importa'), %s)", [ente.pk])
        ciclo = Ciclo.objects.select_for_update().filter(ente=ente, anno=anno).first()
        chi = ciclo.pk if ciclo else 0
        incarico = autorizza(by, "apri_anno", chi)
        if ciclo is not None and ciclo.atto_apertura_id is not None:
            raise Conflitto({chi: [_gia_aperto(ciclo)]})
        pronta = prepara(ente=ente, anno=anno, parametri=parametri, righe=righe, istante=istante)
        difetti = [
            *(
                []
                if 2000 <= anno <= 2100
                else [Difetto("anno", "C4", _("L'anno va da 2000 a 2100."))]
            ),
            *pronta.difetti,
            *(_periodi_in_uso(ciclo, parametri) if ciclo else ()),
            *_difetti_atto(atto, ente, ciclo, istante),
        ]
        if difetti:
            raise _non_possibile(chi, difetti, "apri_anno")
        return _scrivi(ente, ciclo, pronta, atto, by, incarico, istante, canale)


def _scrivi(
    ente: Ente,
    ciclo: Ciclo | None,
    pronta: Apertura,
    atto: FattiAtto,
    by: Attore,
    incarico: Incarico,
    istante: datetime,
    canale: str,
) -> Ciclo:
    atto_id = riserva("cycle_atto", 1)[0]
    pk = ciclo.pk if ciclo else riserva("cycle_ciclo", 1)[0]
    azioni.apri(
        ente_id=ente.pk,
        procedura="ciclo",
        verbo="apre",
        passi=[azioni.Voce(pk, incarico=incarico)],
        attore=by,
        istante=istante,
        organo=atto.organo,
        atto_id=atto_id,
        canale=canale,
        dati={"anno": pronta.anno, "impronta": pronta.impronta},
    )
    if ciclo is None:
        ciclo = Ciclo(pk=pk, ente=ente, anno=pronta.anno)
        ciclo.save(force_insert=True)
    _atto(atto, atto_id, ciclo, pronta.impronta)
    _periodi(ciclo, pronta.parametri)
    _calendario(ciclo, pronta)
    ciclo.parametri = pronta.parametri.in_dizionario()
    ciclo.atto_apertura_id = atto_id
    ciclo.save(update_fields=["parametri", "atto_apertura"])
    return ciclo


def _periodi(ciclo: Ciclo, parametri: Parametri) -> None:
    presenti = Periodo.objects.filter(ciclo=ciclo)
    nuovi = apertura.periodi(ciclo.anno, parametri)
    if presenti.count() == len(nuovi):
        return
    presenti.delete()  # nothing refers to them: see `_periodi_in_uso`
    for p in nuovi:
        p.ente_id, p.ciclo = ciclo.ente_id, ciclo
    Periodo.objects.bulk_create(nuovi)


def _calendario(ciclo: Ciclo, pronta: Apertura) -> None:
    presenti = {s.codice: s for s in Scadenza.objects.filter(ciclo=ciclo)}
    volute = {r.codice: (r, t) for r, t in zip(pronta.righe, pronta.termini, strict=True)}
    Scadenza.objects.filter(
        pk__in=[s.pk for codice, s in presenti.items() if codice not in volute]
    ).delete()
    nuove = []
    for codice, (riga, termine) in volute.items():
        scadenza = presenti.get(codice, Scadenza(ente_id=ciclo.ente_id, ciclo=ciclo, codice=codice))
        scadenza.nome = riga.nome
        scadenza.tipo = riga.tipo
        scadenza.data = riga.data
        scadenza.festivi = riga.festivi
        scadenza.termine = termine
        scadenza.ruoli = list(riga.ruoli)
        scadenza.blocca = riga.blocca
        if codice in presenti:
            scadenza.save()
        else:
            nuove.append(scadenza)
    Scadenza.objects.bulk_create(nuove)


def proroga(
    *,
    ciclo: Ciclo,
    fino_a: Mapping[str, date],
    atto: FattiAtto,
    motivazione: str,
    by: Attore,
    istante: datetime,
    canale: str = "web",
) -> list[Proroga]:
    """Move terms of an opened year to later days, by one act of the organ that set them, before
    or after they expired, for everybody alike (R49). `fino_a`: code of the term -> new day, which
    the holiday policy of the term may still move on.

    Raises NonAutorizzato, and NonPossibile with all that is wrong, each reason naming its field
    (`fino_a.relazione-1`): a term of the law (R47), a day that is not later, another organ.
    """
    with transaction.atomic():
        ente = ciclo.ente
        nell_ente(ente.pk)
        incarico = autorizza(by, "proroga_termine", ciclo.pk)
        # in one order, so that two acts on the same terms wait for each other
        list(
            Scadenza.objects.select_for_update()
            .filter(ciclo=ciclo, codice__in=fino_a)
            .order_by("pk")
        )
        scadenze = {s.codice: s for s in in_vigore(istante).filter(ciclo=ciclo, codice__in=fino_a)}
        difetti = [
            *_difetti_proroga(ciclo, scadenze, fino_a, atto, motivazione),
            *_difetti_atto(atto, ente, ciclo, istante),
        ]
        if difetti:
            raise _non_possibile(ciclo.pk, difetti, "proroga_termine")
        return _proroga(ciclo, scadenze, fino_a, atto, motivazione, by, incarico, istante, canale)


def prorogato_al(scadenza: Scadenza, giorno: date, parametri: Parametri) -> datetime:
    """The first instant too late for a term moved to `giorno`."""
    riga = Riga(scadenza.codice, scadenza.nome, scadenza.tipo, giorno, scadenza.festivi, ())
    ente = scadenza.ciclo.ente
    return apertura.risolvi(riga, ente.fuso, apertura.feste(ente, parametri))


def _proroga(
    ciclo: Ciclo,
    scadenze: Mapping[str, Scadenza],
    fino_a: Mapping[str, date],
    atto: FattiAtto,
    motivazione: str,
    by: Attore,
    incarico: Incarico,
    istante: datetime,
    canale: str,
) -> list[Proroga]:
    parametri = Parametri.da_dizionario(ciclo.parametri)
    atto_id = riserva("cycle_atto", 1)[0]
    spostamenti = []
    for codice in sorted(fino_a):
        scadenza = scadenze[codice]
        scadenza.ciclo = ciclo
        spostamenti.append((scadenza, prorogato_al(scadenza, fino_a[codice], parametri)))
    righe = [[s.codice, s.effettivo.isoformat(), t.isoformat()] for s, t in spostamenti]
    azioni.apri(
        ente_id=ciclo.ente_id,
        procedura="ciclo",
        verbo="proroga",
        passi=[azioni.Voce(ciclo.pk, incarico=incarico)],
        attore=by,
        istante=istante,
        organo=atto.organo,
        motivazione=motivazione.strip(),
        atto_id=atto_id,
        canale=canale,
        dati={
            "termini": [
                {
                    "nome": s.nome,
                    "da": ultimo_giorno(s.effettivo, ciclo.ente.fuso).isoformat(),
                    "a": ultimo_giorno(t, ciclo.ente.fuso).isoformat(),
                }
                for s, t in spostamenti
            ]
        },
    )
    _atto(atto, atto_id, ciclo, canonico.impronta(canonico.testo({"schema": 1, "proroghe": righe})))
    proroghe = [
        Proroga.objects.create(
            ente_id=ciclo.ente_id,
            scadenza=s,
            atto_id=atto_id,
            data=fino_a[s.codice],
            termine=t,
            motivazione=motivazione.strip(),
            istante=istante,
        )
        for s, t in spostamenti
    ]
    avvisa(
        ente=ciclo.ente,
        testi={
            s.pk: (
                frozenset(s.ruoli),
                _("%(nome)s %(anno)s: prorogato al %(giorno)s (%(atto)s).")
                % {
                    "nome": s.nome,
                    "anno": ciclo.anno,
                    "giorno": f"{ultimo_giorno(t, ciclo.ente.fuso):%d/%m/%Y}",
                    "atto": proroghe[0].atto,
                },
                f"{reverse('calendario', args=[ciclo.ente.codice_ipa, ciclo.anno])}#{s.codice}",
            )
            for s, t in spostamenti
        },
        istante=istante,
        evento_id=None,
    )
    return proroghe


def _atto(atto: FattiAtto, pk: int, ciclo: Ciclo, digest: str) -> None:
    assert atto.data is not None
    Atto.objects.create(
        pk=pk,
        ente_id=ciclo.ente_id,
        ciclo=ciclo,
        tipo="calendario",
        organo=atto.organo,
        numero=atto.numero,
        data=atto.data,
        esecutivo=atto.esecutivo,
        digest=digest,
    )


# --- what does not stand ------------------------------------------------------------------------


def _difetti_atto(
    atto: FattiAtto, ente: Ente, ciclo: Ciclo | None, istante: datetime
) -> list[Difetto]:
    trovati = []
    oggi = istante.astimezone(ZoneInfo(ente.fuso)).date()
    if not atto.numero:
        trovati.append(Difetto("atto.numero", "R2", _("Manca il numero dell'atto.")))
    elif len(atto.numero) > 30:
        trovati.append(Difetto("atto.numero", "R2", _("Al massimo 30 caratteri.")))
    if atto.organo not in dict(ORGANI):
        trovati.append(Difetto("atto.organo", "R2", _("Indicare l'organo che ha adottato l'atto.")))
    if atto.data is None:
        trovati.append(Difetto("atto.giorno", "R2", _("Manca la data dell'atto.")))
    elif atto.data > oggi:
        trovati.append(
            Difetto(
                "atto.giorno",
                "R2",
                _("L'atto porta una data futura (%(data)s): si registra un atto già adottato.")
                % {"data": f"{atto.data:%d/%m/%Y}"},
            )
        )
    elif atto.data < oggi - timedelta(days=3660):
        trovati.append(Difetto("atto.giorno", "R2", _("L'atto ha più di dieci anni: controllare.")))
    elif (
        ciclo is not None
        and Atto.objects.filter(
            ciclo=ciclo,
            tipo="calendario",
            organo=atto.organo,
            numero=atto.numero,
            data__year=atto.data.year,
        ).exists()
    ):
        trovati.append(
            Difetto(
                "atto.numero",
                "R50",
                _("L'atto n. %(numero)s del %(anno)s è già registrato: un atto decide una volta.")
                % {"numero": atto.numero, "anno": atto.data.year},
            )
        )
    return trovati


def _periodi_in_uso(ciclo: Ciclo, parametri: Parametri) -> list[Difetto]:
    """The periods of a year already in use do not change number (R52)."""
    presenti = Periodo.objects.filter(ciclo=ciclo)
    quanti = presenti.count()
    if quanti == parametri.periodi:
        return []
    if not (
        Rilevazione.objects.filter(periodo__in=presenti).exists()
        or RelazioneSemestrale.objects.filter(periodo__in=presenti).exists()
    ):
        return []
    return [
        Difetto(
            "parametri.periodi",
            "R52",
            _(
                "Il piano del %(anno)s è già stato importato con %(n)s periodi, che hanno i loro "
                "target: i periodi restano quelli."
            )
            % {"anno": ciclo.anno, "n": quanti},
        )
    ]


def _difetti_proroga(
    ciclo: Ciclo,
    scadenze: Mapping[str, Scadenza],
    fino_a: Mapping[str, date],
    atto: FattiAtto,
    motivazione: str,
) -> list[Difetto]:
    trovati: list[Difetto] = []
    apre = ciclo.atto_apertura
    if apre is None:
        return [
            Difetto("anno", "C2", _("L'anno non è stato ancora aperto con un atto: prima si apre."))
        ]
    if atto.organo not in STESSO_ORGANO[apre.organo]:
        trovati.append(
            Difetto(
                "atto.organo",
                "R49",
                _("Il calendario è di %(atto)s: lo proroga lo stesso organo.") % {"atto": apre},
            )
        )
    if not motivazione.strip():
        trovati.append(Difetto("motivazione", "R49", _("Manca la motivazione.")))
    if not fino_a:
        trovati.append(Difetto("fino_a", "R49", _("Indicare la nuova data di almeno un termine.")))
    parametri = Parametri.da_dizionario(ciclo.parametri)
    for codice, giorno in fino_a.items():
        scadenza = scadenze.get(codice)
        if scadenza is None:
            trovati.append(
                Difetto(f"fino_a.{codice}", "R49", _("Il calendario non ha questo termine."))
            )
            continue
        scadenza.ciclo = ciclo
        trovati += _difetti_spostamento(scadenza, giorno, parametri)
    return trovati


def _difetti_spostamento(s: Scadenza, giorno: date, parametri: Parametri) -> list[Difetto]:
    campo = f"fino_a.{s.codice}"
    if s.tipo == "statutaria":
        return [
            Difetto(campo, "R47", _("«%(nome)s» è di legge: non si proroga.") % {"nome": s.nome})
        ]
    if giorno > date(s.ciclo.anno + ANNI_DI_PROROGA, 12, 31):
        return [
            Difetto(
                campo,
                "R49",
                _("Troppo avanti: al più tardi il 31/12/%(anno)s.")
                % {"anno": s.ciclo.anno + ANNI_DI_PROROGA},
            )
        ]
    adesso = ultimo_giorno(s.effettivo, s.ciclo.ente.fuso)
    if giorno <= adesso or prorogato_al(s, giorno, parametri) <= s.effettivo:
        return [
            Difetto(
                campo,
                "R49",
                _("Una proroga porta il termine più avanti: oggi è il %(giorno)s.")
                % {"giorno": f"{adesso:%d/%m/%Y}"},
            )
        ]
    return []


# --- who may --------------------------------------------------------------------------------------


CHE_COSA = {
    "apri_anno": gettext_lazy("aprire un anno"),
    "proroga_termine": gettext_lazy("prorogare un termine"),
}
VERBI = {"apri_anno": "apre", "proroga_termine": "proroga"}


def autorizza(by: Attore, permesso: str, tentato: int | None = None) -> Incarico:
    """The incarico under which `by` opens a year (`apri_anno`) or moves a term
    (`proroga_termine`). Raises NonAutorizzato, which names who can; `tentato` is the year it was
    tried on (0: one that is not there yet), for the registro."""
    radice = UnitaOrganizzativa.objects.get(ente=by.ente_id, padre__isnull=True)
    incarico = by.incarico_per(permesso, radice.percorso)
    if incarico is not None:
        return incarico
    ruoli = [r for r in RUOLI if r in PERMESSI[permesso]]
    motivo = Motivo(
        "incarico",
        "R84",
        _("Per %(che_cosa)s serve un incarico di %(ruoli)s su «%(ente)s», in vigore adesso.")
        % {
            "che_cosa": CHE_COSA[permesso],
            "ruoli": _(" o ").join(RUOLI[r] for r in ruoli),
            "ente": radice.nome,
        },
        _("Chiederlo a chi ha l'incarico."),
        ", ".join(ruoli),
    )
    raise NonAutorizzato(
        {tentato or 0: [motivo]},
        None if tentato is None else Tentativo("ciclo", VERBI[permesso], {tentato: None}),
    )


def _gia_aperto(ciclo: Ciclo) -> Motivo:
    return Motivo(
        "anno",
        "C2",
        _("Il %(anno)s è già stato aperto: %(atto)s.")
        % {"anno": ciclo.anno, "atto": ciclo.atto_apertura},
        _("Un termine si sposta con una proroga; i parametri restano quelli per tutto l'anno."),
        "",
    )


def motivi(difetti: Sequence[Difetto], permesso: str = "apri_anno") -> list[Motivo]:
    """What does not stand, as reasons of a refusal: `guardia` names the field."""
    chi = ", ".join(r for r in RUOLI if r in PERMESSI[permesso])
    return [Motivo(d.campo, d.regola, d.messaggio, "", chi) for d in difetti]


def _non_possibile(oggetto: int, difetti: Sequence[Difetto], permesso: str) -> NonPossibile:
    return NonPossibile(
        {oggetto: motivi(difetti, permesso)},
        Tentativo("ciclo", VERBI[permesso], {oggetto: None}),
    )
