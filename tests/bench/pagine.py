# SPDX-License-Identifier: AGPL-3.0-or-later
"""The transition through HTTP: a served process on the loopback, a logged-in person, one
connection kept open."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection

from django.test import Client
from django.utils.crypto import get_random_string

from cycle.models import Obiettivo, Utente
from tests.bench import a_mano, mondo
from tests.bench.misura import Riga, alterna, esponente, riga

ATTESA = 60  # seconds for the process to answer


def righe(giri: int, chiamate: int, database: str) -> Iterator[Riga]:
    """The line of the POST that moves an objective and answers with its fragment."""
    a_mano.prepara()
    ids = mondo.bozze()
    mondo.proponi(mondo.attore(), mondo.prendi(ids))  # what the hand will write again
    da_muovere = _letti(mondo.prendi(ids, giri * chiamate + 20))
    mosse = mondo.prendi(ids, giri * chiamate + 20)
    mondo.proponi(mondo.attore(), mosse)  # the page of the hand shows the scheda once moved
    mossi = _letti(mosse)
    with _server(database) as porta:
        sessione = _Sessione(porta)
        motore = f"/{mondo.IPA[0]}/obiettivi/{{}}/transizioni/proponi/"
        mano = f"/a-mano/{mondo.IPA[0]}/{{}}/"
        pagine = {
            "a mano": lambda: sessione.post(mano, *mossi.pop()),
            "motore": lambda: sessione.post(motore, *da_muovere.pop()),
        }
        byte = {nome: len(pagina()) for nome, pagina in pagine.items()}
        tempi = alterna(pagine, giri=giri, chiamate=chiamate)
        crescita = _crescita(porta, giri)
    yield riga(
        tempi["motore"],
        tempi["a mano"],
        codice="http",
        titolo="POST della transizione, con la scheda ridisegnata",
        unita="ms",
        riferimento="la stessa pagina, a mano",
        obiettivo=1.5,
        note={"byte della risposta": byte, "crescita": crescita},
    )


def _crescita(porta: int, giri: int) -> float:
    """Of the time of the POST with the objectives of the ente."""
    chiamate = {}
    misure = {}
    for ipa in mondo.MISURATI:
        ids = mondo.bozze(ipa)
        misure[ipa] = Obiettivo.objects.filter(ente__codice_ipa=ipa).count()
        sessione, letti = _Sessione(porta, ipa), _letti(mondo.prendi(ids, giri + 1))
        percorso = f"/{ipa}/obiettivi/{{}}/transizioni/proponi/"
        chiamate[ipa] = lambda s=sessione, p=percorso, da=letti: s.post(p, *da.pop())
    tempi = alterna(chiamate, giri=giri, chiamate=1, avvio=1)
    return round(esponente({misure[ipa]: min(tempi[ipa]) for ipa in mondo.MISURATI}), 2)


def _letti(ids: Sequence[int]) -> list[tuple[str, int]]:
    """(pid, revisione) of the objectives, as their pages say."""
    return [
        (str(pid), revisione)
        for pid, revisione in Obiettivo.objects.filter(pk__in=ids).values_list("pid", "revisione")
    ]


class _Sessione:
    """A person who has logged in, with a browser that keeps its connection."""

    def __init__(self, porta: int, ipa: str = mondo.IPA[0]) -> None:
        client = Client()
        nome = f"uno.dirigente.{ipa}"
        client.force_login(
            Utente.objects.get(username=nome), backend="django.contrib.auth.backends.ModelBackend"
        )
        segreto = get_random_string(32)
        self.intestazioni = {
            "Cookie": f"sessionid={client.cookies['sessionid'].value}; csrftoken={segreto}",
            "X-CSRFToken": segreto,
            "HX-Request": "true",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self.connessione = HTTPConnection("127.0.0.1", porta)

    def post(self, modello: str, pid: str, revisione: int) -> bytes:
        """The body of the answer. Raises ValueError when the step was not done."""
        percorso = modello.format(pid)
        self.connessione.request("POST", percorso, f"revisione={revisione}", self.intestazioni)
        risposta = self.connessione.getresponse()
        corpo = risposta.read()
        if risposta.status != 200:
            raise ValueError(f"{percorso}: {risposta.status} {corpo[:500].decode()}")
        return corpo


@contextmanager
def _server(database: str) -> Iterator[int]:
    with socket.socket() as presa:
        presa.bind(("127.0.0.1", 0))
        porta = presa.getsockname()[1]
    processo = subprocess.Popen(
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-log"),
            *("--host", "127.0.0.1", "--port", str(porta), "--workers", "1"),
            "cycle.wsgi:application",
        ],
        env=os.environ | {"BENCH_DB": database, "CYCLE_SERVER": "1"},
        cwd=mondo.RADICE,
    )
    try:
        scadenza = time.monotonic() + ATTESA
        while not _risponde(porta):
            if processo.poll() is not None or time.monotonic() > scadenza:
                raise RuntimeError("il processo che serve le pagine non è partito")
            time.sleep(0.1)
        yield porta
    finally:
        processo.terminate()
        processo.wait()


def _risponde(porta: int) -> bool:
    try:
        connessione = HTTPConnection("127.0.0.1", porta, timeout=5)
        connessione.request("GET", "/accedi/")
        return connessione.getresponse().status == 200
    except OSError:
        return False
