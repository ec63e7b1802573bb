# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing what a workbook says: all or nothing, each kind of object an action of the registro."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from cycle.importers.fogli import leggi
from cycle.insiemi import copia, riserva
from cycle.models import Ente, Incarico, Persona, Recapito, UnitaOrganizzativa
from cycle.services.enti import Conferimento, conferisci, nell_ente
from cycle.services.organico.confronto import Proposta, confronta
from cycle.services.organico.quadro import Chi, Tenuto, Unita
from cycle.services.organico.uscita import LIBRO
from workflows.ports import Attore
from workflows.ports import Incarico as Con
from workflows.registro import azioni


class CambiatoNelFrattempo(Exception):
    """What would be written is no longer what was shown. Carries the new proposta."""

    def __init__(self, proposta: Proposta) -> None:
        super().__init__("l'organico è cambiato dopo l'anteprima")
        self.proposta = proposta


def carica(
    *,
    ente: Ente,
    contenuto: bytes,
    by: Attore,
    istante: datetime,
    con: Con | None = None,
    canale: str = "web",
    prova: bool = False,
    vista: str = "",
) -> Proposta:
    """Read a workbook and write what it changes, unless it has errors or `prova` is asked. With
    `vista`, the digest of the preview somebody confirms, only if it is still that: else raises
    CambiatoNelFrattempo."""
    with transaction.atomic():
        nell_ente(ente.pk)
        with connection.cursor() as cursore:  # two of one ente: one after the other
            cursore.execute("SELECT pg_advisory_xact_lock(hashtext('importa'), %s)", [ente.pk])
        proposta = confronta(ente, leggi(contenuto, LIBRO), istante)
        if proposta.errori or prova:
            return proposta
        if vista and vista != proposta.impronta:
            raise CambiatoNelFrattempo(proposta)
        applica(ente=ente, proposta=proposta, by=by, istante=istante, con=con, canale=canale)
    return proposta


def applica(
    *,
    ente: Ente,
    proposta: Proposta,
    by: Attore,
    istante: datetime,
    con: Con | None = None,
    canale: str = "web",
) -> None:
    """Write a proposta without errors, within a transaction."""
    scrittura = _Scrittura(ente, by, istante, con, canale)
    scrittura.nomina(proposta.unita_nuove)
    scrittura.unita_cambiate(proposta.unita_cambiate)  # a code is free once its unit is closed
    scrittura.unita_nuove(proposta.unita_nuove)
    scrittura.persone_nuove(proposta.persone_nuove)
    scrittura.persone_cambiate(proposta.persone_cambiate)
    scrittura.incarichi(proposta.incarichi_nuovi)


class _Scrittura:
    def __init__(
        self, ente: Ente, by: Attore, istante: datetime, con: Con | None, canale: str
    ) -> None:
        self.ente = ente
        self.by = by
        self.istante = istante
        self.con = con
        self.canale = canale

    def _apri(self, procedura: str, verbo: str, ids: Sequence[int], **dati: object) -> None:
        azioni.apri(
            ente_id=self.ente.pk,
            procedura=procedura,
            verbo=verbo,
            passi=[azioni.Voce(pk, incarico=self.con) for pk in ids],
            attore=self.by,
            istante=self.istante,
            canale=self.canale,
            dati=dati or None,
        )

    def nomina(self, unita: list[Unita]) -> None:
        """Give new units their ids, by which those that change may refer to them."""
        for nuova, pk in zip(unita, riserva("cycle_unitaorganizzativa", len(unita)), strict=True):
            nuova.pk = pk

    def unita_nuove(self, unita: list[Unita]) -> None:
        """Parents first: the path of a unit is made from the one above it."""
        if not unita:
            return
        self._apri("unita", "crea", [u.id for u in unita])
        livelli: dict[int, list[Unita]] = {}
        for nuova in unita:
            livelli.setdefault(sum(1 for _ in nuova.catena()), []).append(nuova)
        for _, livello in sorted(livelli.items()):
            copia(
                UnitaOrganizzativa(
                    pk=u.pk,
                    ente=self.ente,
                    codice=u.codice,
                    nome=u.nome,
                    tipo=u.tipo,
                    padre_id=u.padre.pk if u.padre else None,
                    dal=u.dal,
                    al=u.al,
                )
                for u in livello
            )
        for u in unita:  # once all are there: one may take the place of another of the same file
            if u.succede_a:
                UnitaOrganizzativa.objects.filter(pk=u.id).update(succede_a_id=u.succede_a.pk)

    def unita_cambiate(self, unita: list[Unita]) -> None:
        if not unita:
            return
        self._apri("unita", "modifica", [u.id for u in unita])
        for u in unita:
            campi = dict(u.campi)
            if "succede_a" in campi:
                campi["succede_a_id"] = campi.pop("succede_a").pk
            UnitaOrganizzativa.objects.filter(pk=u.id).update(**campi)

    def persone_nuove(self, persone: list[Chi]) -> None:
        if not persone:
            return
        for chi, pk in zip(persone, riserva("cycle_persona", len(persone)), strict=True):
            chi.pk = pk
        self._apri("persona", "crea", [c.id for c in persone])
        copia(
            Persona(
                pk=c.pk,
                ente=self.ente,
                nome_completo=c.nome,
                inquadramento=c.inquadramento,
                matricola=c.matricola,
            )
            for c in persone
        )
        copia(Recapito(ente=self.ente, persona_id=c.id, email=c.email) for c in persone if c.email)

    def persone_cambiate(self, persone: list[Chi]) -> None:
        if not persone:
            return
        # addresses stay out of the registro (R90): of them only that they changed
        email = [c for c in persone if "email" in c.campi]
        self._apri("persona", "modifica", [c.id for c in persone], recapiti=len(email))
        # one that leaves an address to another first
        Recapito.objects.filter(ente=self.ente, persona__in=[c.id for c in email]).delete()
        copia(Recapito(ente=self.ente, persona_id=c.id, email=c.campi["email"]) for c in email)
        for c in persone:
            campi = {k: v for k, v in c.campi.items() if k in ("inquadramento", "matricola")}
            if "nome" in c.campi:
                campi |= {"nome_completo": c.campi["nome"], "alias": [*c.alias, c.nome]}
            if campi:
                Persona.objects.filter(pk=c.id).update(**campi)

    def incarichi(self, incarichi: list[Tenuto]) -> None:
        """First those one holds, then the deleghe that come from them."""
        for deleghe in (False, True):
            scelti = [t for t in incarichi if (t.tipo == "delega") == deleghe]
            dati = conferisci(
                ente=self.ente,
                conferimenti=[
                    Conferimento(
                        persona=Persona(pk=t.chi.pk, ente=self.ente),
                        ruolo=t.ruolo,
                        unita=UnitaOrganizzativa(pk=t.unita.pk, ente=self.ente),
                        atto=t.atto,
                        dal=t.dal,
                        al=t.al,
                        tipo=t.tipo,
                        delegante=Incarico(pk=t.delegante.pk, ente=self.ente)
                        if t.delegante
                        else None,
                        motivo=t.motivo,
                    )
                    for t in scelti
                ],
                attore=self.by,
                istante=self.istante,
                canale=self.canale,
                verbo="delega" if deleghe else "conferisce",
                con=self.con,
            )
            for tenuto, scritto in zip(scelti, dati, strict=True):
                tenuto.pk = scritto.pk
