# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages that are read all day, logged in and through every middleware, beside the SQL that a
hand would write for each and the same template drawn from values already there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import median
from time import perf_counter
from typing import Any

from django.db import connection
from django.template.loader import get_template
from django.test import Client
from django.test.utils import setup_test_environment, teardown_test_environment
from django.utils import timezone, translation

from cycle.models import Obiettivo, Utente
from tests.bench import a_mano, anni, letture_a_mano, mondo
from tests.bench.misura import Riga, alterna, esponente, riga

CHI = "gestione.controllo"  # who sees every objective of an ente


def elenco(giri: int, chiamate: int, enti: int, quanti: Sequence[int]) -> Iterator[Riga]:
    """The line of the first page of the year's list, at years of growing size."""
    with anni.copia(enti, quanti):
        pagine = {
            n: _Pagina(
                ipa=anni.ipa(numero),
                percorso=f"/{anni.ipa(numero)}/{mondo.ANNO}/piano/",
                modello="cycle/piano/piano.html",
                istruzioni=letture_a_mano.ELENCO,
                codice="OE00000",
            )
            for numero, n in enumerate(quanti)
        }
        for n, pagina in pagine.items():
            *_, righe = pagina.a_mano()
            assert [r[0] for r in righe] == [r.codice for r in pagina.valori["righe"]], n
        titolo = f"elenco, pagina di 25 su {max(quanti)} obiettivi di {enti} enti"
        yield _riga("elenco", titolo, pagine, giri, chiamate)


def cruscotto(giri: int, chiamate: int, enti: int, quanti: Sequence[int]) -> Iterator[Riga]:
    """The line of the page that says where the year of the whole ente stands."""
    with anni.copia(enti, quanti):
        pagine = {
            n: _Pagina(
                ipa=anni.ipa(numero),
                percorso=f"/{anni.ipa(numero)}/{mondo.ANNO}/cruscotto/",
                modello="cycle/cruscotto/cruscotto.html",
                istruzioni=letture_a_mano.CRUSCOTTO,
                codice="OE00000",
            )
            for numero, n in enumerate(quanti)
        }
        for n, pagina in pagine.items():
            stati = pagina.a_mano()[8]
            assert sum(r[2] for r in stati) == pagina.valori["q"].ente.totale.quanti == n
        titolo = f"cruscotto di un anno di {max(quanti)} obiettivi fra {enti} enti"
        yield _riga("cruscotto", titolo, pagine, giri, chiamate)


def scheda(giri: int, chiamate: int, enti: int, quanti: Sequence[int]) -> Iterator[Riga]:
    """The line of the scheda, at growing sizes of it."""
    with anni.copia(enti, quanti):
        ipa = anni.ipa(max(enti, len(quanti) + 1) - 1)
        pagine = {}
        for misura in anni.SCHEDE:
            o = Obiettivo.objects.get(ente__codice_ipa=ipa, codice=anni.codice(misura))
            pagine[misura[1]] = _Pagina(
                ipa=ipa,
                percorso=f"/{ipa}/obiettivi/{o.pid}/",
                modello="cycle/scheda/scheda.html",
                istruzioni=letture_a_mano.SCHEDA,
                codice=o.codice,
            )
            specifici = pagine[misura[1]].valori["s"].specifici
            assert sum(len(s.indicatori) for s in specifici) == misura[1]
        titolo = "scheda con {} specifici, {} indicatori, {} Eventi".format(*anni.SCHEDE[-1])
        yield _riga("scheda", titolo, pagine, giri, chiamate)


class _Pagina:
    """An address, read by a person who has logged in; and the same page by hand."""

    def __init__(
        self, *, ipa: str, percorso: str, modello: str, istruzioni: Sequence[str], codice: str
    ) -> None:
        utente = Utente.objects.get(username=f"{CHI}.{ipa}")
        o = Obiettivo.objects.get(ente__codice_ipa=ipa, codice=codice)
        self.client = Client(SERVER_NAME="localhost")
        self.client.force_login(utente, backend="django.contrib.auth.backends.ModelBackend")
        self.percorso, self.istruzioni = percorso, istruzioni
        self.conn = a_mano.apri()
        self.parametri: Mapping[str, Any] = {
            "sessione": self.client.cookies["sessionid"].value,
            "utente": utente.pk,
            "ente": o.ente_id,
            "ciclo": o.ciclo_id,
            "obiettivo": o.pk,
            "pid": o.pid,
        }
        self.modello = get_template(modello)
        setup_test_environment()  # only now are templates asked what they were given
        try:
            risposta = self.client.get(percorso)
        finally:
            teardown_test_environment()
        self.request = risposta.wsgi_request
        self.valori = risposta.context[0].flatten()
        self.query, vera = _query(self.vera)
        senza, uguale = _query(self.disegna)
        assert senza == 0, "il disegno interroga il database"
        assert _nuda(uguale) == _nuda(vera), "le due pagine non sono la stessa"

    def vera(self) -> str:
        """The page as it is served."""
        risposta = self.client.get(self.percorso)
        assert risposta.status_code == 200, risposta.status_code
        return risposta.content.decode()

    def a_mano(self) -> list[letture_a_mano.Righe]:
        """What the page reads, by hand."""
        return letture_a_mano.leggi(self.conn, self.istruzioni, self.parametri)

    def disegna(self) -> str:
        """The page from values that are already there."""
        with translation.override("it"), timezone.override("Europe/Rome"):
            return self.modello.render(self.valori, self.request)

    def riferimento(self) -> str:
        self.a_mano()
        return self.disegna()


def _riga(
    codice: str, titolo: str, pagine: Mapping[int, _Pagina], giri: int, chiamate: int
) -> Riga:
    tempi = {
        n: alterna(
            {"a mano": p.riferimento, "pagina": p.vera}, giri=giri, chiamate=chiamate, avvio=6
        )
        for n, p in pagine.items()
    }
    maggiore = max(pagine)
    query = {n: p.query for n, p in pagine.items()}
    for p in pagine.values():
        p.conn.close()
    return riga(
        tempi[maggiore]["pagina"],
        tempi[maggiore]["a mano"],
        codice=codice,
        titolo=titolo,
        unita="ms",
        riferimento="SQL a mano e lo stesso disegno",
        obiettivo=2.5,
        limiti={"query in più fra le misure": (max(query.values()) - min(query.values()), 0)},
        note={
            "crescita": round(esponente({n: min(t["pagina"]) for n, t in tempi.items()}), 2),
            "rapporto per misura": {
                n: round(median(t["pagina"]) / median(t["a mano"]), 2) for n, t in tempi.items()
            },
            "ms del solo disegno": round(_ms(pagine[maggiore].disegna), 2),
            "query": query,
        },
    )


def _ms(funzione: Callable[[], object]) -> float:
    tempi = []
    for _ in range(7):
        inizio = perf_counter()
        funzione()
        tempi.append((perf_counter() - inizio) * 1000)
    return median(tempi)


def _query(funzione: Callable[[], str]) -> tuple[int, str]:
    """How many statements a page sends, and the page."""
    viste: list[str] = []

    def conta(esegui: Any, testo: str, parametri: Any, molti: bool, contesto: Any) -> Any:
        viste.append(testo)
        return esegui(testo, parametri, molti, contesto)

    with connection.execute_wrapper(conta):
        pagina = funzione()
    return len(viste), pagina


def _nuda(pagina: str) -> str:
    """The page without what is never twice the same: the secrets of its forms, and where its news
    begin, which moves with every transaction of the server."""
    return re.sub(r'\b[A-Za-z0-9]{64}\b|data-cursore="\d+"', "", pagina)
