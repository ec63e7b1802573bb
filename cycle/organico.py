# SPDX-License-Identifier: AGPL-3.0-or-later
"""The organico as a page shows it: the chart with who holds what, the people with the state of
their login, and those a plan names who cannot come in yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from cycle.importers.testo import chiave
from cycle.models import Ciclo, Ente, Incarico, Invito, Obiettivo, Persona, UnitaOrganizzativa
from workflows.ports import RUOLI

PER_PAGINA = 50

# state of a person's login -> how it is called
STATI = {
    "attivo": _("entra"),
    "invitato": _("invitato"),
    "scaduto": _("invito scaduto"),
    "mai": _("mai invitato"),
    "senza": _("senza indirizzo"),
    "disattivato": _("disattivato"),
}


@dataclass(slots=True)
class Ramo:
    """A unit in the tree, with who holds what on it: (role, kind, name)."""

    unita: UnitaOrganizzativa
    livello: int
    tenuti: list[tuple[str, str, str]] = field(default_factory=list)


def albero(ente: Ente, istante: datetime, testo: str = "", *, chiuse: bool = False) -> list[Ramo]:
    """The chart from the root down, each unit after the one above it; with `testo`, only the
    units where it is found (in code, name, or who holds something there) and those above them.
    Two queries."""
    unita = list(UnitaOrganizzativa.objects.filter(ente=ente).select_related("succede_a"))
    figlie: dict[int | None, list[UnitaOrganizzativa]] = {}
    for u in sorted(unita, key=lambda u: (u.codice.casefold(), u.dal)):
        if chiuse or u.al is None:
            figlie.setdefault(u.padre_id, []).append(u)
    tenuti: dict[int, list[tuple[str, str, str]]] = {}
    ordine = list(RUOLI)
    for i in in_vigore(istante).filter(ente=ente).select_related("persona"):
        tenuti.setdefault(i.unita_id, []).append((i.ruolo, i.tipo, str(i.persona)))
    rami: list[Ramo] = []
    da_vedere = [(u, 0) for u in reversed(figlie.get(None, []))]
    while da_vedere:
        u, livello = da_vedere.pop()
        suoi = sorted(tenuti.get(u.pk, ()), key=lambda t: (ordine.index(t[0]), t[2]))
        rami.append(Ramo(u, livello, suoi))
        da_vedere += [(figlia, livello + 1) for figlia in reversed(figlie.get(u.pk, []))]
    return _trovati(rami, testo)


def in_vigore(istante: datetime) -> QuerySet[Incarico]:
    """The incarichi in force at an instant."""
    return Incarico.objects.filter(Q(al__isnull=True) | Q(al__gt=istante), dal__lte=istante)


def _trovati(rami: list[Ramo], testo: str) -> list[Ramo]:
    parole = chiave(testo).split("-") if testo else []
    if not parole:
        return rami
    tenuti: set[str] = set()
    for ramo in rami:
        dove = chiave(
            " ".join([ramo.unita.codice, ramo.unita.nome, *(nome for _, _, nome in ramo.tenuti)])
        )
        if all(parola in dove for parola in parole):
            tenuti.update(ramo.unita.percorso.strip("/").split("/"))
    return [ramo for ramo in rami if str(ramo.unita.pk) in tenuti]


# --- people -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Voce:
    """A person in the list; `quando` is the day of the invitation or of the closing."""

    persona: Persona
    email: str
    stato: str
    quando: datetime | None
    ruoli: tuple[str, ...] = ()

    @property
    def nome_stato(self) -> Any:
        return STATI[self.stato]

    @property
    def invitabile(self) -> bool:
        return bool(self.email) and self.stato in ("invitato", "scaduto", "mai", "disattivato")


class Persone:
    """The people of an ente with the state of their login: one query for the counts, two for a
    page."""

    def __init__(self, ente: Ente, istante: datetime, testo: str = "", stato: str = "") -> None:
        self.istante = istante
        aperto = Invito.objects.filter(
            persona=OuterRef("pk"), accettato_il__isnull=True, ritirato_il__isnull=True
        )
        self.tutte = (
            Persona.objects.filter(ente=ente, segnaposto=False)
            .select_related("recapito", "utente")
            .annotate(
                invitata_il=Subquery(aperto.values("creato_il")[:1]),
                invito_scade=Subquery(aperto.values("scade_il")[:1]),
            )
        )
        condizioni = self._condizioni()
        self.quante: dict[str, int] = self.tutte.aggregate(
            **{nome: Count("pk", filter=q) for nome, q in condizioni.items()}
        )
        self.filtro = stato if stato in STATI else ""
        self.scelte = self.tutte.filter(condizioni[self.filtro]) if self.filtro else self.tutte
        for parola in testo.split()[:6]:
            self.scelte = self.scelte.filter(
                Q(nome_completo__icontains=parola)
                | Q(recapito__email__icontains=parola)
                | Q(matricola__iexact=parola)
            )

    def _condizioni(self) -> dict[str, Q]:
        fuori = Q(sospesa_il__isnull=False) | Q(utente__is_active=False)
        dentro = Q(sospesa_il__isnull=True, utente__is_active=True)
        altri = ~fuori & Q(utente__isnull=True, sospesa_il__isnull=True)
        return {
            "attivo": dentro,
            "invitato": altri & Q(invito_scade__gt=self.istante),
            "scaduto": altri & Q(invito_scade__lte=self.istante),
            "mai": altri & Q(invito_scade__isnull=True, recapito__isnull=False),
            "senza": altri & Q(invito_scade__isnull=True, recapito__isnull=True),
            "disattivato": fuori,
        }

    def da_invitare(self) -> list[Persona]:
        """Everybody who has an address and no login, and was never invited or too long ago."""
        q = self._condizioni()
        return list(
            self.tutte.filter(q["mai"] | q["scaduto"], recapito__isnull=False).order_by(
                "nome_completo"
            )
        )

    def pagina(self, numero: int) -> tuple[list[Voce], int, int]:
        """The people of a page, its number (the last, beyond it), and how many there are."""
        quante = self.scelte.count()
        numero = max(1, min(numero, -(-quante // PER_PAGINA)))
        dal = (numero - 1) * PER_PAGINA
        persone = list(self.scelte.order_by("nome_completo")[dal : dal + PER_PAGINA])
        ruoli: dict[int, list[str]] = {}
        for pk, ruolo in (
            in_vigore(self.istante).filter(persona__in=persone).values_list("persona_id", "ruolo")
        ):
            if RUOLI[ruolo] not in ruoli.setdefault(pk, []):
                ruoli[pk].append(RUOLI[ruolo])
        return [self.voce(p, tuple(ruoli.get(p.pk, ()))) for p in persone], numero, quante

    def voce(self, persona: Any, ruoli: tuple[str, ...] = ()) -> Voce:
        """One person, as this query found it."""
        email = persona.recapito.email if hasattr(persona, "recapito") else ""
        quando: datetime | None = None
        if persona.sospesa_il or (persona.utente and not persona.utente.is_active):
            stato, quando = "disattivato", persona.sospesa_il
        elif persona.utente_id:
            stato = "attivo"
        elif persona.invito_scade:
            stato = "invitato" if persona.invito_scade > self.istante else "scaduto"
            quando = persona.invitata_il
        else:
            stato = "mai" if email else "senza"
        return Voce(persona, email, stato, quando, ruoli)


# --- people of the plan -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Proposto:
    """A person whom the plan makes responsible and who holds no incarico that says so, with the
    one that would: to be confirmed by an act."""

    persona: Persona
    email: str
    ruolo: str
    unita: UnitaOrganizzativa
    obiettivi: int

    @property
    def nome_ruolo(self) -> str:
        return RUOLI[self.ruolo]


def del_piano(ente: Ente, ciclo: Ciclo, istante: datetime) -> list[Proposto]:
    """Who is responsible for objectives of a year without the incarico it takes: generale, as
    dirigente; operativo, as po. On the unit that holds them all, or that has most of them."""
    unita = {u.pk: u for u in UnitaOrganizzativa.objects.filter(ente=ente)}
    per_percorso = {u.percorso: u for u in unita.values()}
    dove: dict[tuple[str, int], Counter[int]] = {}
    for ruolo, campo in (("dirigente", "responsabile_generale"), ("po", "responsabile_operativo")):
        righe = (
            Obiettivo.objects.filter(ciclo=ciclo, **{f"{campo}__segnaposto": False})
            .values_list(F(f"{campo}_id"), "unita_id")
            .annotate(quanti=Count("pk"))
            .order_by()
        )
        for persona, dell_unita, quanti in righe:
            dove.setdefault((ruolo, persona), Counter())[dell_unita] += quanti
    coperti: dict[int, list[tuple[str, str]]] = {}
    for persona, ruolo, percorso in (
        in_vigore(istante).filter(ente=ente).values_list("persona_id", "ruolo", "unita__percorso")
    ):
        coperti.setdefault(persona, []).append((ruolo, percorso))
    persone = {
        p.pk: p
        for p in Persona.objects.filter(pk__in={pk for _, pk in dove}).select_related("recapito")
    }
    proposti = []
    for (ruolo, pk), conti in dove.items():
        scelta = _unita_comune(
            [unita[u] for u in conti], per_percorso, unita[max(conti, key=lambda u: conti[u])]
        )
        if ruolo == "po" and ("dirigente", pk) in dove:
            continue
        if (
            any(
                tenuto in ("dirigente", ruolo) and scelta.percorso.startswith(percorso)
                for tenuto, percorso in coperti.get(pk, ())
            )
            or scelta.al is not None
        ):
            continue
        persona = persone[pk]
        email = persona.recapito.email if hasattr(persona, "recapito") else ""
        proposti.append(Proposto(persona, email, ruolo, scelta, sum(conti.values())))
    return sorted(proposti, key=lambda p: (p.ruolo, p.persona.nome_completo))


def _unita_comune(
    tutte: Sequence[UnitaOrganizzativa],
    per_percorso: dict[str, UnitaOrganizzativa],
    piu_citata: UnitaOrganizzativa,
) -> UnitaOrganizzativa:
    """The lowest unit above them all; not the whole ente, of which nobody is dirigente."""
    passi = [u.percorso.strip("/").split("/") for u in tutte]
    comune = []
    for livello in zip(*passi, strict=False):
        if len(set(livello)) > 1:
            break
        comune.append(livello[0])
    trovata = per_percorso.get("/" + "/".join(comune) + "/") if len(comune) > 1 else None
    return trovata or piu_citata
