# SPDX-License-Identifier: AGPL-3.0-or-later
"""Moving terms of an opened year, by an act of the organ that set them (R47, R49)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from cycle import apertura, canonico
from cycle.apertura import Difetto, Riga
from cycle.calendario import ultimo_giorno
from cycle.insiemi import riserva
from cycle.models import Ciclo, Proroga, Scadenza
from cycle.parametri import Parametri
from cycle.services.atti_anno import autorizza, difetti_atto, non_possibile, scrivi_atto
from cycle.services.enti import nell_ente
from cycle.services.scadenze import avvisa
from cycle.termini import in_vigore
from workflows.ports import Attore, FattiAtto, Incarico
from workflows.registro import azioni

# Who may move a term that an organ has set: itself, or the commissario in the giunta's place (R3).
STESSO_ORGANO: Mapping[str, frozenset[str]] = {
    "giunta": frozenset({"giunta", "commissario"}),
    "commissario": frozenset({"giunta", "commissario"}),
    "consiglio": frozenset({"consiglio", "commissario"}),
}
ANNI_DI_PROROGA = 2  # a term of year Y is not moved beyond the end of Y + 2


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
            *difetti_atto(atto, ente, ciclo, istante),
        ]
        if difetti:
            raise non_possibile(ciclo.pk, difetti, "proroga_termine")
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
    scrivi_atto(
        atto, atto_id, ciclo, canonico.impronta(canonico.testo({"schema": 1, "proroghe": righe}))
    )
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
