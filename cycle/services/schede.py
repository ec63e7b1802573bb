# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing proposals: drafts are created, changed, thrown away and copied from last year here, one
or many at once, whoever asks: a page, a spreadsheet, the API or a command.

Only in `bozza`: a proposta comes back by `rinvia`, an approved scheda changes by a variazione.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cycle import fascicolo
from cycle.bozze import codici
from cycle.bozze.lettura import Albero
from cycle.bozze.rubrica import Rubrica
from cycle.bozze.verifica import difetti
from cycle.insiemi import aggiorna, copia, riserva
from cycle.models import Ciclo, Indicatore, Obiettivo, VoceInsieme
from cycle.procedures import OBIETTIVO
from cycle.scritta import Difetto, SchedaScritta
from cycle.services.enti import nell_ente
from cycle.services.righe import DaScrivere, Scrittura, svuota, valori_obiettivo
from notifications import posta
from workflows.engine import racconta
from workflows.errors import Conflitto, Motivo, NonAutorizzato, NonPossibile, NonTrovato, Tentativo
from workflows.ports import Attore, Azione, Fascicolo, Incarico, Passo, Richiesta
from workflows.registro import azioni
from workflows.verdetto import verdetto


class SchedaNonValida(NonPossibile):
    """What was written cannot be stored. `difetti` says where, by place in the list of schede."""

    def __init__(self, trovati: Mapping[int, Sequence[Difetto]]) -> None:
        self.difetti = trovati
        motivi = [_motivo("scheda_valida", "R8", d.messaggio) for e in trovati.values() for d in e]
        super().__init__({0: motivi})


@dataclass(frozen=True, slots=True)
class Modifica:
    """A draft to be changed: the scheda as it should be, and the revisione its writer read."""

    obiettivo: Obiettivo
    scheda: SchedaScritta
    revisione: int | None


def crea_bozze(
    *,
    ciclo: Ciclo,
    schede: Sequence[SchedaScritta],
    rubrica: Rubrica,
    by: Attore,
    istante: datetime,
    continua_da: Sequence[Obiettivo | None] = (),
    canale: str = "web",
    dati: Mapping[str, Any] | None = None,
) -> list[Obiettivo]:
    """New drafts of a year, all or none, in one action `crea`.

    Raises SchedaNonValida with every defect, a code that is taken included; NonAutorizzato where
    `by` may not write for a unit; NonPossibile when the year is closed.
    """
    if not schede:
        return []
    with transaction.atomic():
        nell_ente(by.ente_id)
        by = OBIETTIVO.attore(by, istante)
        codici.una_alla_volta(ciclo)
        _anno_aperto(ciclo)
        da = list(continua_da) or [None] * len(schede)
        tenuti = _tipi_chiusi(rubrica, [v.pk if v else 0 for v in da])
        trovati = {n: difetti(s, rubrica, tenuti[n]) for n, s in enumerate(schede)}
        incarichi = _incarichi(schede, rubrica, by, "crea")
        dati_codici = _codici(schede, rubrica, trovati)
        _valide(trovati)
        ids = riserva("cycle_obiettivo", len(schede))
        numero = azioni.apri(
            ente_id=by.ente_id,
            procedura=OBIETTIVO.nome,
            verbo="crea",
            passi=[
                azioni.Voce(pk, pk, "", "bozza", incarico)
                for pk, incarico in zip(ids, incarichi, strict=True)
            ],
            attore=by,
            istante=istante,
            canale=canale,
            dati=dati,
        )
        nuovi = copia(
            Obiettivo(
                pk=pk,
                ente_id=by.ente_id,
                ciclo=ciclo,
                continua_da=vecchio,
                **valori_obiettivo(scheda, codice, rubrica),
            )
            for pk, scheda, codice, vecchio in zip(ids, schede, dati_codici, da, strict=True)
        )
        Scrittura(
            [
                DaScrivere(o, s, codici.codici_specifici(o.codice, [x.codice for x in s.specifici]))
                for o, s in zip(nuovi, schede, strict=True)
            ],
            rubrica,
        ).esegui()
        scritti = list(Obiettivo.objects.filter(pk__in=ids).order_by("pk"))
        _racconta("crea", numero, scritti, {}, by, istante)
        return scritti


def crea_bozza(*, ciclo: Ciclo, scheda: SchedaScritta, **altro: Any) -> Obiettivo:
    """One new draft; see `crea_bozze`."""
    return crea_bozze(ciclo=ciclo, schede=[scheda], **altro)[0]


def modifica_bozze(
    *,
    modifiche: Sequence[Modifica],
    rubrica: Rubrica,
    by: Attore,
    istante: datetime,
    canale: str = "web",
) -> list[Obiettivo]:
    """Make drafts what is written, all or none, in one action `modifica`: gives those that
    changed. What is equal is left alone.

    Raises Conflitto when a revisione is no longer the one that was read or the scheda is no
    longer a draft, NonAutorizzato without an incarico on its unit, and on the one it moves to,
    SchedaNonValida with every defect.
    """
    if not modifiche:
        return []
    with transaction.atomic():
        nell_ente(by.ente_id)
        by = OBIETTIVO.attore(by, istante)
        codici.una_alla_volta(rubrica.ciclo)
        bloccati = {
            o.pk: o for o in OBIETTIVO.blocca(by.ente_id, sorted(m.obiettivo.pk for m in modifiche))
        }
        if len(bloccati) < len(modifiche) or any(
            o.ciclo_id != rubrica.ciclo.pk for o in bloccati.values()
        ):
            raise NonTrovato({})
        _anno_aperto(rubrica.ciclo)
        prima = fascicolo.di_obiettivi([*bloccati])
        _si_scrive(modifiche, bloccati)
        incarichi = _incarichi_su(modifiche, prima, by)
        schede = [m.scheda for m in modifiche]
        tenuti = _tipi_chiusi(rubrica, [m.obiettivo.pk for m in modifiche])
        trovati = {n: difetti(s, rubrica, tenuti[n]) for n, s in enumerate(schede)}
        _incarichi(schede, rubrica, by, "modifica", [m.obiettivo.pk for m in modifiche])
        assegnati = _codici(schede, rubrica, trovati, [bloccati[m.obiettivo.pk] for m in modifiche])
        _valide(trovati)
        cambiati, scrittura = _confronta(modifiche, bloccati, assegnati, rubrica)
        toccati = scrittura.toccati | {riga[0] for riga in cambiati}
        if not toccati:
            return []
        numero = azioni.apri(
            ente_id=by.ente_id,
            procedura=OBIETTIVO.nome,
            verbo="modifica",
            passi=[
                azioni.Voce(m.obiettivo.pk, m.obiettivo.pk, "bozza", "bozza", incarico)
                for m, incarico in zip(modifiche, incarichi, strict=True)
                if m.obiettivo.pk in toccati
            ],
            attore=by,
            istante=istante,
            canale=canale,
        )
        aggiorna(Obiettivo, _COLONNE, cambiati)
        scrittura.esegui()
        dopo = [bloccati[pk] for pk in sorted(toccati)]
        _racconta("modifica", numero, dopo, prima, by, istante)
        return list(Obiettivo.objects.filter(pk__in=toccati).order_by("pk"))


def modifica(
    *,
    obiettivo: Obiettivo,
    scheda: SchedaScritta,
    rubrica: Rubrica,
    by: Attore,
    istante: datetime,
    revisione: int | None = None,
    canale: str = "web",
) -> Obiettivo:
    """Change one draft, and give it as it is now; see `modifica_bozze`."""
    cambiate = modifica_bozze(
        modifiche=[Modifica(obiettivo, scheda, revisione)],
        rubrica=rubrica,
        by=by,
        istante=istante,
        canale=canale,
    )
    return cambiate[0] if cambiate else obiettivo


def elimina_bozza(
    *,
    obiettivo: Obiettivo,
    by: Attore,
    istante: datetime,
    revisione: int | None = None,
    canale: str = "web",
) -> None:
    """Throw a draft away. Its history stays in the registro, and its code is not given again.

    Raises Conflitto when it changed or is no longer a draft, NonAutorizzato, NonPossibile when
    it stands in a set of the giunta or another year continues it.
    """
    with transaction.atomic():
        nell_ente(by.ente_id)
        by = OBIETTIVO.attore(by, istante)
        bloccati = OBIETTIVO.blocca(by.ente_id, [obiettivo.pk])
        if not bloccati:
            raise NonTrovato({})
        o = bloccati[0]
        prima = fascicolo.di_obiettivi([o.pk])[o.pk]
        richiesta = Modifica(o, SchedaScritta("", ""), revisione)
        _si_scrive([richiesta], {o.pk: o}, "elimina")
        [incarico] = _incarichi_su([richiesta], {o.pk: prima}, by, "elimina")
        _si_elimina(o)
        numero = azioni.apri(
            ente_id=by.ente_id,
            procedura=OBIETTIVO.nome,
            verbo="elimina",
            passi=[azioni.Voce(o.pk, o.pk, "bozza", "", incarico)],
            attore=by,
            istante=istante,
            canale=canale,
            dati={"codice": o.codice, "titolo": o.titolo, "anno": prima.anno},
        )
        svuota([o.pk])
        Obiettivo.objects.filter(pk=o.pk).delete()
        posta.scrivi([], materie=[f"{OBIETTIVO.nome}:{o.pk}"], ente_id=by.ente_id, evento_id=numero)


# --- may it be written? -------------------------------------------------------------------------


def _anno_aperto(ciclo: Ciclo) -> None:
    if ciclo.stato != "aperto":
        raise NonPossibile(
            {
                0: [
                    _motivo(
                        "anno_aperto",
                        "R26",
                        _("Il %(anno)s è chiuso: non si scrivono altre proposte.")
                        % {"anno": ciclo.anno},
                        _("Scriverla nell'anno in programmazione."),
                        "controllo",
                    )
                ]
            }
        )


def _si_scrive(
    modifiche: Sequence[Modifica], bloccati: Mapping[int, Obiettivo], verbo: str = "modifica"
) -> None:
    """Still a draft, and still as it was read (R50)."""
    motivi: dict[int, list[Motivo]] = {}
    for m in modifiche:
        o = bloccati[m.obiettivo.pk]
        if o.stato != "bozza":
            motivi[o.pk] = [non_bozza(o)]
        elif m.revisione is not None and m.revisione != o.revisione:
            motivi[o.pk] = [
                _motivo(
                    "revisione",
                    "R50",
                    _("%(codice)s: qualcun altro ha scritto in questa scheda nel frattempo.")
                    % {"codice": o.codice},
                    _("Controllare che cosa è cambiato e salvare di nuovo."),
                )
            ]
    if motivi:
        raise Conflitto(motivi, _tentativo(verbo, motivi))


def non_bozza(o: Obiettivo) -> Motivo:
    """Why a scheda that is no draft is not written."""
    if o.stato == "proposta":
        return _motivo(
            "solo_in_bozza",
            "R1",
            _("%(codice)s è già una proposta: così com'è aspetta la giunta.")
            % {"codice": o.codice},
            _("Per correggerla va prima rinviata al settore."),
            "controllo, segreteria",
        )
    return _motivo(
        "solo_in_bozza",
        "R30",
        _("%(codice)s è già approvato: la scheda non si riscrive.") % {"codice": o.codice},
        _("Per cambiarlo serve una variazione."),
        "dirigente",
    )


def _incarichi_su(
    modifiche: Sequence[Modifica],
    fatti: Mapping[int, Fascicolo],
    by: Attore,
    verbo: str = "modifica",
) -> list[Incarico | None]:
    """Under which incarico each draft is changed: one on the unit it has now. A command of the
    installation's administrator needs none, and is nobody of the ente."""
    trovati: list[Incarico | None] = []
    negati = {}
    for m in modifiche:
        f = fatti[m.obiettivo.pk]
        incarico = by.incarico_per("modifica_obiettivo", f.percorso)
        if incarico is None and by.persona_id is not None:
            negati[f.id] = [serve_incarico(f.unita)]
        else:
            trovati.append(incarico)
    if negati:
        raise NonAutorizzato(negati, _tentativo(verbo, negati))
    return trovati


def _incarichi(
    schede: Sequence[SchedaScritta],
    rubrica: Rubrica,
    by: Attore,
    verbo: str,
    ids: Sequence[int] = (),
) -> list[Incarico | None]:
    """Under which incarico each scheda is written for the unit it names; None where it names none
    that exists, which is a defect and told as such."""
    trovati: list[Incarico | None] = []
    negati: dict[int, list[Motivo]] = {}
    for n, scheda in enumerate(schede):
        unita = rubrica.unita.get(scheda.unita)
        incarico = by.incarico_per("modifica_obiettivo", unita.percorso) if unita else None
        if unita and incarico is None and by.persona_id is not None:
            negati.setdefault(ids[n] if ids else 0, []).append(serve_incarico(unita.nome))
        trovati.append(incarico)
    if negati:
        raise NonAutorizzato(negati, _tentativo(verbo, negati) if ids else None)
    return trovati


def serve_incarico(unita: str) -> Motivo:
    """Who may write the drafts of a unit."""
    return _motivo(
        "incarico",
        "R4",
        _("Serve un incarico di PO o dirigente su «%(unita)s», in vigore adesso.")
        % {"unita": unita},
        _("Chiedere a chi ha l'incarico."),
        "po, dirigente",
    )


def _tipi_chiusi(rubrica: Rubrica, obiettivi: Sequence[int]) -> list[set[str]]:
    """The closed types that the indicators of each objective have."""
    trovati: dict[int, set[str]] = {}
    if len(rubrica.tipi) > len(rubrica.tipi_aperti):
        for pk, nome in Indicatore.objects.filter(
            obiettivo__in=obiettivi, tipo__chiuso_il__isnull=False
        ).values_list("obiettivo_id", "tipo__nome"):
            trovati.setdefault(pk, set()).add(nome)
    return [trovati.get(pk, set()) for pk in obiettivi]


def _si_elimina(o: Obiettivo) -> None:
    motivi = []
    if VoceInsieme.objects.filter(obiettivo=o).exists():
        motivi.append(
            _motivo(
                "in_nessun_insieme",
                "R84",
                _("%(codice)s è già stato in un insieme per la giunta: la sua scheda resta.")
                % {"codice": o.codice},
                _("Lasciarla in bozza, oppure riscriverla."),
            )
        )
    if Obiettivo.objects.filter(continua_da=o).exists():
        motivi.append(
            _motivo(
                "non_continuato",
                "R84",
                _("Un obiettivo dell'anno dopo continua %(codice)s.") % {"codice": o.codice},
                _("Eliminare prima quello."),
            )
        )
    if motivi:
        raise NonPossibile({o.pk: motivi}, _tentativo("elimina", {o.pk: motivi}))


def _tentativo(verbo: str, ids: Iterable[int]) -> Tentativo:
    return Tentativo(OBIETTIVO.nome, verbo, {pk: pk for pk in ids})


def _motivo(guardia: str, regola: str, messaggio: str, rimedio: str = "", chi: str = "") -> Motivo:
    return Motivo(guardia, regola, messaggio, rimedio, chi)


def _valide(trovati: Mapping[int, Sequence[Difetto]]) -> None:
    sbagliate = {n: elenco for n, elenco in trovati.items() if elenco}
    if sbagliate:
        raise SchedaNonValida(sbagliate)


# --- codes --------------------------------------------------------------------------------------


def _codici(
    schede: Sequence[SchedaScritta],
    rubrica: Rubrica,
    trovati: dict[int, list[Difetto]],
    esistenti: Sequence[Obiettivo] = (),
) -> list[str]:
    """A code for each scheda: as written, its own, or the next of its unit; one that is taken, or
    was once, is a defect."""
    presi = codici.usati(rubrica.ciclo)
    presi -= {o.codice for o in esistenti}
    assegnati: list[str] = []
    for n, scheda in enumerate(schede):
        codice = scheda.codice or (esistenti[n].codice if esistenti else "")
        if codice and codice in presi:
            trovati[n].append(Difetto("codice", codice_preso(codice, rubrica.ciclo.anno)))
        if not codice and (unita := rubrica.unita.get(scheda.unita)):
            codice = codici.proposto(rubrica.ciclo, unita, presi)
        presi.add(codice)
        assegnati.append(codice)
    return assegnati


def codice_preso(codice: str, anno: int) -> str:
    """What is said of a code that cannot be given."""
    return _(
        "Nel %(anno)s il codice %(codice)s è già di un'altra scheda, o lo è stato: un codice non "
        "si usa due volte. Lasciarlo vuoto per avere il prossimo."
    ) % {"anno": anno, "codice": codice}


# --- writing ------------------------------------------------------------------------------------


_COLONNE = {
    **dict.fromkeys(("codice", "tipo", "categoria", "titolo", "descrizione"), "text"),
    "unita_id": "bigint",
    "responsabile_generale_id": "bigint",
    "responsabile_operativo_id": "bigint",
    "inizio_previsto": "date",
    "fine_prevista": "date",
    "peso": "numeric",
    "provvisorio": "boolean",
}


def _confronta(
    modifiche: Sequence[Modifica],
    bloccati: Mapping[int, Obiettivo],
    assegnati: Sequence[str],
    rubrica: Rubrica,
) -> tuple[list[tuple[Any, ...]], Scrittura]:
    """Rows of the objectives that differ (pk and `_COLONNE`), and what differs below them."""
    ids = [m.obiettivo.pk for m in modifiche]
    eliminati = codici.specifici_eliminati(ids)
    cambiati: list[tuple[Any, ...]] = []
    da_scrivere = []
    for m, codice in zip(modifiche, assegnati, strict=True):
        o = bloccati[m.obiettivo.pk]
        valori = valori_obiettivo(m.scheda, codice, rubrica)
        if any(getattr(o, c) != v for c, v in valori.items()):
            cambiati.append((o.pk, *(valori[c] for c in _COLONNE)))
            for colonna, valore in valori.items():
                setattr(o, colonna, valore)
        scritti = [s.codice for s in m.scheda.specifici]
        suoi = codici.codici_specifici(codice, scritti, eliminati.get(o.pk, set()))
        da_scrivere.append(DaScrivere(o, m.scheda, suoi))
    return cambiati, Scrittura(da_scrivere, rubrica, Albero(ids))


def _racconta(
    verbo: str,
    numero: int,
    obiettivi: Sequence[Obiettivo],
    prima: Mapping[int, Fascicolo],
    by: Attore,
    istante: datetime,
) -> None:
    """When a draft becomes complete, or is no longer, who may propose it is told, or the matter is
    settled."""
    dopo = fascicolo.di_obiettivi([o.pk for o in obiettivi])
    passi = tuple(
        Passo(o, dopo[o.pk], "bozza", "bozza")
        for o in obiettivi
        if completa(dopo[o.pk], by, istante)
        != (o.pk in prima and completa(prima[o.pk], by, istante))
    )
    if passi:
        racconta(OBIETTIVO, Azione(numero, verbo, by, istante, Richiesta(), passi))


def completa(fatti: Fascicolo, chi: Attore, istante: datetime) -> bool:
    """Whether the scheda lacks nothing to be proposed, by whoever may do it (R8)."""
    return not mancanze(fatti, chi, istante)


def mancanze(fatti: Fascicolo, chi: Attore, istante: datetime) -> tuple[Motivo, ...]:
    """What `proponi` would miss in these facts, whoever asks."""
    proponi = OBIETTIVO.macchina.transizione("proponi")
    assert proponi is not None
    return verdetto(OBIETTIVO.macchina, proponi, fatti, chi, istante, anteprima=True).mancanze
