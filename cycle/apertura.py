# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an act fixes when it opens a year: parameters and terms, as they are proposed, judged and
proved. Nothing here writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cycle import canonico
from cycle.calendario import PERIODI, Feste, festa, termine, ultimo_giorno, voci
from cycle.models import Ciclo, Ente, Periodo, Scadenza
from cycle.models.calendario import FESTIVI, TIPI_SCADENZA
from cycle.parametri import Parametri
from workflows.ports import RUOLI

SCHEMA = 1
MASSIMO = 60  # terms of a calendar


@dataclass(frozen=True, slots=True)
class Riga:
    """A term as it is proposed for one year."""

    codice: str
    nome: str
    tipo: str
    data: date
    festivi: str
    ruoli: tuple[str, ...]
    blocca: str = ""

    @property
    def di_legge(self) -> bool:
        return self.tipo == "statutaria"


@dataclass(frozen=True, slots=True)
class Difetto:
    """What does not stand, and in which field: `parametri.quorum`, `calendario.piao.data`."""

    campo: str
    regola: str
    messaggio: str


def feste(ente: Ente, parametri: Parametri) -> Feste:
    """What counts as a holiday for the ente with these parameters (R44-R46)."""
    patrono = None
    if parametri.patrono_festivo and ente.patrono_mese and ente.patrono_giorno:
        patrono = (ente.patrono_mese, ente.patrono_giorno)
    return Feste(patrono, parametri.sabato_festivo, parametri.proroga_festivi)


def predefinite(anno: int, parametri: Parametri) -> list[Riga]:
    """The default calendar of a year (norms, section 8)."""
    return [
        Riga(
            v.codice,
            v.nome,
            v.tipo,
            date(anno + v.scarto, v.mese, v.giorno),
            v.festivi,
            v.ruoli,
            v.blocca,
        )
        for v in voci(parametri.periodi, parametri.variazione_backstop)
    ]


def copiate(ciclo: Ciclo, anno: int) -> list[Riga]:
    """The calendar of `ciclo` as it was made, without its proroghe, moved to `anno`."""
    return [
        replace(r, data=_in_anno(r.data, anno - ciclo.anno)) for r in righe(Scadenza.objects, ciclo)
    ]


def righe(scadenze: Any, ciclo: Ciclo) -> list[Riga]:
    """The terms of a year that is there."""
    return [
        Riga(s.codice, s.nome, s.tipo, s.data, s.festivi, tuple(s.ruoli), s.blocca)
        for s in scadenze.filter(ciclo=ciclo).order_by("data", "codice")
    ]


def _in_anno(giorno: date, scarto: int) -> date:
    if (giorno.month, giorno.day) == (2, 29):
        giorno = giorno.replace(day=28)
    return giorno.replace(year=giorno.year + scarto)


def allinea(
    scritte: Sequence[Riga], anno: int, parametri: Parametri
) -> tuple[list[Riga], list[str]]:
    """The rows with what `parametri` ask of them: the terms of the periods and of the law, no
    more and no less; and a sentence for each that came, went or moved."""
    attese = {r.codice: r for r in predefinite(anno, parametri)}
    indispensabili = {v.codice for v in voci(parametri.periodi) if v.indispensabile}
    dei_periodi = {v.codice for n in PERIODI for v in voci(n) if v.codice[-2:-1] == "-"}
    esito, note = [], []
    for riga in scritte:
        attesa = attese.get(riga.codice)
        if attesa is None and riga.codice in dei_periodi:
            note.append(
                _("Tolto «%(nome)s»: i periodi sono %(n)s.")
                % {"nome": riga.nome, "n": parametri.periodi}
            )
            continue
        if attesa is not None and attesa.di_legge != riga.di_legge:
            riga = replace(attesa, nome=riga.nome if attesa.di_legge else attesa.nome)
        if attesa is not None and attesa.di_legge and attesa.data != riga.data:
            riga = replace(riga, data=attesa.data)
            note.append(
                _("«%(nome)s» è portato al %(data)s.")
                % {"nome": riga.nome, "data": f"{riga.data:%d/%m/%Y}"}
            )
        esito.append(riga)
    presenti = {r.codice for r in scritte}
    for codice, attesa in attese.items():
        if codice not in presenti and (codice in indispensabili or attesa.di_legge):
            esito.append(attesa)
            note.append(_("Aggiunto «%(nome)s»: serve al motore.") % {"nome": attesa.nome})
    return sorted(esito, key=lambda r: (r.data, r.codice)), note


def risolvi(riga: Riga, fuso: str, feste: Feste) -> datetime:
    """The first instant that is too late for the term (R41-R47)."""
    ammessa = riga.festivi in dict(FESTIVI) and not riga.di_legge
    politica = feste.politica(riga.festivi) if ammessa else "nessuna"
    return termine(riga.data, fuso, politica, feste.patrono, feste.sabato)


def spostata(riga: Riga, fuso: str, feste: Feste) -> str:
    """Why the last day of a term is not the one written; empty when it is."""
    if ultimo_giorno(risolvi(riga, fuso, feste), fuso) == riga.data:
        return ""
    return festa(riga.data, feste.patrono, feste.sabato)


def difetti(righe: Sequence[Riga], anno: int, parametri: Parametri) -> list[Difetto]:
    """All that does not stand in a calendar, by field."""
    trovati = [d for r in righe for d in _della_riga(r, anno)]
    if len(righe) > MASSIMO:
        trovati.append(Difetto("calendario", "C1", _("Al massimo %(n)s termini.") % {"n": MASSIMO}))
    for codice, volte in Counter(r.codice for r in righe).items():
        if volte > 1:
            trovati.append(
                Difetto(f"calendario.{codice}.nome", "C1", _("Due termini hanno lo stesso codice."))
            )
    trovati += _in_disordine({r.codice: r for r in righe}, parametri)
    attese = {r.codice: r for r in predefinite(anno, parametri)}
    presenti = {r.codice: r for r in righe}
    for v in voci(parametri.periodi):
        if v.indispensabile and v.codice not in presenti:
            trovati.append(Difetto("calendario", "C1", _("Manca «%(nome)s».") % {"nome": v.nome}))
    for codice, attesa in attese.items():
        scritta = presenti.get(codice)
        ferma = scritta is not None and scritta.di_legge and scritta.data == attesa.data
        if attesa.di_legge and not ferma:
            trovati.append(
                Difetto(
                    f"calendario.{codice}.giorno",
                    "R47",
                    _("«%(nome)s» è un termine di legge: è il %(data)s e non si sposta.")
                    % {"nome": attesa.nome, "data": f"{attesa.data:%d/%m/%Y}"},
                )
            )
    return trovati


def _della_riga(r: Riga, anno: int) -> Iterable[Difetto]:
    def difetto(campo: str, messaggio: str, regola: str = "C1") -> Difetto:
        return Difetto(f"calendario.{r.codice}.{campo}", regola, messaggio)

    if not r.nome.strip() or len(r.nome) > 200:
        yield difetto("nome", _("Il nome di un termine ha da 1 a 200 caratteri."))
    if r.tipo not in dict(TIPI_SCADENZA):
        yield difetto("tipo", _("Scegliere quanto è fermo il termine."))
    if r.festivi not in dict(FESTIVI):
        yield difetto("festivi", _("Scegliere che cosa accade se cade di festa."))
    elif r.di_legge and r.festivi != "nessuna":
        yield difetto("festivi", _("Un termine di legge non si sposta nei festivi."), "R47")
    if not date(anno - 1, 1, 1) <= r.data <= date(anno + 1, 12, 31):
        yield difetto(
            "giorno",
            _("Un termine del %(anno)s sta fra il %(da)s e il %(a)s.")
            % {"anno": anno, "da": f"01/01/{anno - 1}", "a": f"31/12/{anno + 1}"},
        )
    if not r.ruoli or not set(r.ruoli) <= set(RUOLI):
        yield difetto("ruoli", _("Indicare almeno un ruolo a cui il termine spetta."))
    if len(r.blocca) > 200:
        yield difetto("blocca", _("Al massimo 200 caratteri."))


def _in_disordine(righe: dict[str, Riga], parametri: Parametri) -> Iterable[Difetto]:
    """Terms of which one cannot come before the other."""
    coppie = [("variazioni", "variazioni-legge")]
    for n in range(1, parametri.periodi + 1):
        coppie.append((f"chiusura-{n}", f"relazione-{n}"))
        dopo = f"osservazioni-{n}" if n < parametri.periodi else "validazione"
        coppie.append((f"relazione-{n}", dopo))
    for prima, dopo in coppie:
        if prima in righe and dopo in righe and righe[prima].data > righe[dopo].data:
            campo = prima if dopo == "variazioni-legge" else dopo
            yield Difetto(
                f"calendario.{campo}.giorno",
                "C1",
                _("«%(prima)s» (%(giorno)s) non può scadere dopo «%(dopo)s» (%(altro)s).")
                % {
                    "prima": righe[prima].nome,
                    "giorno": f"{righe[prima].data:%d/%m/%Y}",
                    "dopo": righe[dopo].nome,
                    "altro": f"{righe[dopo].data:%d/%m/%Y}",
                },
            )


def difetti_parametri(parametri: Parametri) -> list[Difetto]:
    """What a year with these parameters cannot be opened without (R66)."""
    if parametri.nucleo_organo != "oiv":
        return []
    return [
        Difetto(
            f"parametri.{nome}",
            "R66",
            _("Con l'OIV serve: senza, l'anno non si apre."),
        )
        for nome in ("smvp_versione", "smvp_parere")
        if not getattr(parametri, nome).strip()
    ]


def avvertenze(righe: Sequence[Riga], ente: Ente, parametri: Parametri, oggi: date) -> list[str]:
    """What stands, and is worth a look before the act freezes it."""
    dette = []
    if not (parametri.smvp_versione.strip() and parametri.smvp_parere.strip()):
        dette.append(
            _("Mancano la versione del sistema di misurazione o il parere su di essa (R66).")
        )
    regole = feste(ente, parametri)
    ferme = [
        r
        for r in righe
        if festa(r.data, regole.patrono, regole.sabato) and not spostata(r, ente.fuso, regole)
    ]
    dette += [
        _("«%(nome)s» cade di festa (%(festa)s) e resta al %(data)s.")
        % {
            "nome": r.nome,
            "festa": festa(r.data, regole.patrono, regole.sabato),
            "data": f"{r.data:%d/%m/%Y}",
        }
        for r in ferme
    ]
    passati = sum(1 for r in righe if r.data < oggi)
    if passati:
        dette.append(
            ngettext("Un termine è già passato.", "%(n)s termini sono già passati.", passati)
            % {"n": passati}
        )
    return dette


def testo(
    anno: int, parametri: Parametri, righe: Sequence[Riga], termini: Sequence[datetime]
) -> str:
    """The canonical text of what the act fixes: its digest is the act's, and is shown before."""
    return canonico.testo(
        {
            "schema": SCHEMA,
            "anno": anno,
            "parametri": parametri.in_dizionario(),
            "periodi": [[f"{anno}-{p.ordine}", p.dal, p.al] for p in periodi(anno, parametri)],
            "calendario": [
                [
                    r.codice,
                    r.nome,
                    r.tipo,
                    r.data,
                    r.festivi,
                    sorted(r.ruoli),
                    r.blocca,
                    t.isoformat(),
                ]
                for r, t in sorted(
                    zip(righe, termini, strict=True), key=lambda coppia: coppia[0].codice
                )
            ],
        }
    )


def testo_di(ciclo: Ciclo) -> str:
    """The same text from an opened year: its digest must be that of the opening act."""
    scadenze = list(Scadenza.objects.filter(ciclo=ciclo))
    return testo(
        ciclo.anno,
        Parametri.da_dizionario(ciclo.parametri),
        [
            Riga(s.codice, s.nome, s.tipo, s.data, s.festivi, tuple(s.ruoli), s.blocca)
            for s in scadenze
        ],
        [s.termine for s in scadenze],
    )


def periodi(anno: int, parametri: Parametri) -> list[Periodo]:
    """The reporting periods of a year, not yet written (R52)."""
    return [
        Periodo(
            codice=f"{anno}-{ordine}",
            nome=f"{nome} {anno}",
            ordine=ordine,
            dal=date(anno, *dal),
            al=date(anno, *al),
        )
        for ordine, (nome, dal, al) in enumerate(PERIODI[parametri.periodi], start=1)
    ]
