# SPDX-License-Identifier: AGPL-3.0-or-later
"""Setting up an ente, its years, its people and their incarichi."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from cycle import apertura, calendario, permissions
from cycle.insiemi import riserva
from cycle.models import (
    Ciclo,
    Ente,
    Incarico,
    Periodo,
    Persona,
    Recapito,
    Scadenza,
    UnitaOrganizzativa,
)
from cycle.models.ente import CODICE_IPA
from cycle.parametri import Parametri
from workflows.ports import Attore
from workflows.ports import Incarico as IncaricoTenuto
from workflows.registro import azioni

PERIODI = calendario.PERIODI[2]  # of most plans (R52)

# First words of our own addresses, which the pages of an ente of that code would hide behind.
RISERVATI = frozenset(
    {"accedi", "esci", "aiuto", "salute", "api", "demo", "static", "inviti", "password"}
)


class EnteNonValido(ValueError):
    """An ente cannot have that code or that name. The message, for the user, says the remedy."""


def codice_ipa_valido(testo: str) -> str:
    """The codice IPA written in `testo`, without outer blanks and in lower case. Raises
    EnteNonValido."""
    codice = testo.strip().lower()
    if not re.fullmatch(CODICE_IPA, codice):
        raise EnteNonValido(
            f"«{testo[:60]}» non è un codice IPA: servono da 1 a 40 lettere non accentate, cifre, "
            "«_» o «-», la prima una lettera o una cifra (per esempio c_f257)."
        )
    if codice in RISERVATI:
        raise EnteNonValido(
            f"«{codice}» non può essere il codice di un ente, perché è una parola degli indirizzi "
            "del prodotto: usare il codice IPA, per esempio c_f257."
        )
    return codice


def _nome_valido(testo: str, codice: str) -> str:
    nome = " ".join(testo.split())
    massimo = Ente._meta.get_field("nome").max_length
    if not nome or "\0" in nome:
        raise EnteNonValido(
            f"L'ente {codice} non esiste ancora: indicarne il nome con --nome per crearlo."
        )
    if massimo and len(nome) > massimo:
        raise EnteNonValido(
            f"Il nome dell'ente è lungo {len(nome)} caratteri, mentre il massimo è {massimo}: "
            "indicarne uno più breve con --nome."
        )
    return nome


def di_comando(ente_id: int, istante: datetime) -> Attore:
    """Who acts when a command of the installation's administrator does: nobody of the ente."""
    return Attore(None, None, ente_id, "", istante)


def crea_ente(
    *,
    nome: str,
    codice_ipa: str,
    istante: datetime,
    patrono: tuple[int, int] | None = None,
    fuso: str = "Europe/Rome",
) -> Ente:
    """A new ente with its root unit and the rights of every role on it. Raises EnteNonValido."""
    codice_ipa = codice_ipa_valido(codice_ipa)
    nome = _nome_valido(nome, codice_ipa)
    with transaction.atomic():
        pk = riserva("cycle_ente", 1)[0]
        nell_ente(pk)
        azioni.apri(
            ente_id=pk,
            procedura="ente",
            verbo="crea",
            passi=[azioni.Voce(pk)],
            attore=di_comando(pk, istante),
            istante=istante,
            canale="comando",
        )
        ente = Ente(
            pk=pk,
            nome=nome,
            codice_ipa=codice_ipa,
            fuso=fuso,
            patrono_mese=patrono[0] if patrono else None,
            patrono_giorno=patrono[1] if patrono else None,
        )
        ente.save(force_insert=True)
        radice = UnitaOrganizzativa.objects.create(
            ente=ente, codice="ENTE", nome=nome, tipo="ente", dal=date(2000, 1, 1)
        )
        radice.refresh_from_db()
        permissions.concedi(ente, radice)
    return ente


def trova_o_crea(
    *, codice_ipa: str, nome: str, istante: datetime, patrono: tuple[int, int] | None = None
) -> Ente:
    """The ente of that code, created with `nome` when there is none. Within a transaction, and
    until its end: who looks for the same code waits. Raises EnteNonValido."""
    codice = codice_ipa_valido(codice_ipa)
    with connection.cursor() as cursore:
        cursore.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"importa:{codice}"])
    presente = Ente.objects.filter(codice_ipa=codice).first()
    return presente or crea_ente(nome=nome, codice_ipa=codice, istante=istante, patrono=patrono)


def nomina_controllo(
    *, ente: Ente, nome: str, email: str, atto: str, dal: datetime, istante: datetime
) -> Persona:
    """Who sets up the ente, before there is anybody who could appoint him: a person with the
    incarico of controllo on the whole ente. What is there already is left as it is. Raises
    EnteNonValido when the address is of somebody else of the ente."""
    with transaction.atomic():
        nell_ente(ente.pk)
        recapito = Recapito.objects.filter(ente=ente, email=email).select_related("persona").first()
        persona = Persona.objects.filter(ente=ente, nome_completo=nome).first()
        if recapito is not None and recapito.persona != persona:
            raise EnteNonValido(
                f"L'indirizzo {email} è già di {recapito.persona}: indicare --persona "
                f"'{recapito.persona.nome_completo}', oppure un altro indirizzo."
            )
        if persona is None:
            pk = riserva("cycle_persona", 1)[0]
            _di_comando(ente, "persona", "crea", pk, istante)
            persona = Persona(pk=pk, ente=ente, nome_completo=nome)
            persona.save(force_insert=True)
        if recapito is None:
            _di_comando(ente, "persona", "modifica", persona.pk, istante)
            Recapito.objects.update_or_create(ente=ente, persona=persona, defaults={"email": email})
        radice = UnitaOrganizzativa.objects.get(ente=ente, padre__isnull=True)
        tiene = Incarico.objects.filter(
            Q(al__isnull=True) | Q(al__gt=istante), persona=persona, ruolo="controllo", unita=radice
        )
        if not tiene.exists():
            conferisci(
                ente=ente,
                conferimenti=[Conferimento(persona, "controllo", radice, atto, dal)],
                attore=di_comando(ente.pk, istante),
                istante=istante,
                canale="comando",
            )
    return persona


def _di_comando(ente: Ente, procedura: str, verbo: str, pk: int, istante: datetime) -> None:
    azioni.apri(
        ente_id=ente.pk,
        procedura=procedura,
        verbo=verbo,
        passi=[azioni.Voce(pk)],
        attore=di_comando(ente.pk, istante),
        istante=istante,
        canale="comando",
    )


def apri_anno(
    *, ente: Ente, anno: int, istante: datetime, parametri: dict[str, Any] | None = None
) -> Ciclo:
    """The Ciclo of a year with its periods and the default calendar, or the one already there: a
    place where to write, that no act has opened (`services.anno.apri`). Raises ValueError naming
    a parameter that does not stand."""
    with transaction.atomic():
        nell_ente(ente.pk)
        ciclo = Ciclo.objects.filter(ente=ente, anno=anno).first()
        if ciclo is not None:
            return ciclo
        pk = riserva("cycle_ciclo", 1)[0]
        azioni.apri(
            ente_id=ente.pk,
            procedura="ciclo",
            verbo="crea",
            passi=[azioni.Voce(pk)],
            attore=di_comando(ente.pk, istante),
            istante=istante,
            canale="comando",
        )
        return scrivi_anno(ente, anno, parametri or {}, pk)


def scrivi_anno(ente: Ente, anno: int, parametri: dict[str, Any], pk: int) -> Ciclo:
    """The rows of a new year, within the action that is open; no act has fixed them yet."""
    letti = Parametri.da_dizionario(parametri)
    ciclo = Ciclo(pk=pk, ente=ente, anno=anno, parametri=parametri)
    ciclo.save(force_insert=True)
    periodi = apertura.periodi(anno, letti)
    for p in periodi:
        p.ente, p.ciclo = ente, ciclo
    Periodo.objects.bulk_create(periodi)
    regole = apertura.feste(ente, letti)
    Scadenza.objects.bulk_create(
        Scadenza(
            ente=ente,
            ciclo=ciclo,
            codice=r.codice,
            nome=r.nome,
            tipo=r.tipo,
            data=r.data,
            festivi=regole.politica(r.festivi),
            termine=apertura.risolvi(r, ente.fuso, regole),
            ruoli=list(r.ruoli),
            blocca=r.blocca,
        )
        for r in apertura.predefinite(anno, letti)
    )
    return ciclo


@dataclass(frozen=True, slots=True)
class Conferimento:
    """An incarico to be given."""

    persona: Persona
    ruolo: str
    unita: UnitaOrganizzativa
    atto: str
    dal: datetime
    al: datetime | None = None
    tipo: str = "titolare"
    delegante: Incarico | None = None
    motivo: str = ""
    ambito: tuple[str, ...] = ()  # of a delega: the permissions it carries; none: all that may


def conferisci(
    *,
    ente: Ente,
    conferimenti: Sequence[Conferimento],
    attore: Attore,
    istante: datetime,
    canale: str = "web",
    verbo: str = "conferisce",
    con: IncaricoTenuto | None = None,
) -> list[Incarico]:
    """Write incarichi, each by an act, given by `attore` under his incarico `con`. It asks
    nobody's leave: people go through `services.incarichi`, commands come here. The database
    refuses two of one person in one role and unit that overlap, and a delega of what cannot be
    delegated (R81)."""
    if not conferimenti:
        return []
    with transaction.atomic():
        nell_ente(ente.pk)
        ids = riserva("cycle_incarico", len(conferimenti))
        azioni.apri(
            ente_id=ente.pk,
            procedura="incarico",
            verbo=verbo,
            passi=[azioni.Voce(pk, incarico=con) for pk in ids],
            attore=attore,
            istante=istante,
            motivazione=conferimenti[0].motivo if len(conferimenti) == 1 else "",
            canale=canale,
        )
        return Incarico.objects.bulk_create(
            Incarico(
                pk=pk,
                ente=ente,
                persona=c.persona,
                ruolo=c.ruolo,
                unita=c.unita,
                tipo=c.tipo,
                delegante=c.delegante,
                atto_di_conferimento=c.atto,
                motivo=c.motivo,
                ambito=list(c.ambito),
                dal=c.dal,
                al=c.al,
            )
            for pk, c in zip(ids, conferimenti, strict=True)
        )


def nell_ente(ente_id: int) -> None:
    """Tell the database, for this transaction, which ente is being served."""
    with connection.cursor() as cursore:
        cursore.execute("SELECT set_config('ciclo.ente', %s, true)", [str(ente_id)])
