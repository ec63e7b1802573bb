# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two who write the same scheda at once: the second keeps what was typed, and sees beside it what
is stored."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from cycle.modulo_scheda.righe import Riga
from cycle.modulo_scheda.scheda import ModuloScheda
from cycle.modulo_scheda.testo import FIGLI, Testo


def concilia(testo: Testo, attuale: Testo, letti: frozenset[str]) -> Mapping[str, str]:
    """Make `testo` ready to be saved over `attuale`, which somebody else wrote meanwhile: rows that
    they added are added, rows they removed become new ones. Gives, by place, what to say of such
    rows. `letti` are the pids of the rows that the page had."""
    detti: dict[str, str] = {}
    presenti = {t["pid"] for _p, t in attuale.tutte() if t.get("pid")}
    miei = {t["pid"] for _p, t in testo.tutte() if t.get("pid")}
    for posto, riga in testo.tutte():
        if riga.get("pid") and riga["pid"] not in presenti:
            riga["pid"] = ""
            detti[posto] = _("Nel frattempo qualcuno l'ha tolta: salvando si aggiunge di nuovo.")
    aggiunta = _("Nel frattempo l'ha aggiunta qualcun altro: se non serve, toglierla.")
    rami = {r.campi.get("pid"): (n, r) for n, r in enumerate(testo.specifici)}
    for altrui in attuale.specifici:
        pid = altrui.campi["pid"]
        if pid in miei:
            n, mio = rami[pid]
            for tipo in FIGLI:
                for riga in altrui.righe[tipo]:
                    if riga["pid"] not in miei and riga["pid"] not in letti:
                        mio.righe[tipo].append(riga)
                        detti[f"specifici-{n}-{tipo}-{len(mio.righe[tipo]) - 1}"] = aggiunta
        elif pid not in letti:
            testo.specifici.append(altrui)
            detti[f"specifici-{len(testo.specifici) - 1}"] = aggiunta
    return detti


def confronta(modulo: ModuloScheda, attuale: Testo, detti: Mapping[str, str]) -> None:
    """Beside each field whose text is not the one that is stored now, note the latter."""
    modulo.testa.attuali = {
        nome: loro
        for nome in attuale.testa
        if nome in modulo.testa.fields
        and nome != "nodi"
        and _diverso(_unico(modulo.testo.testa, nome), loro := _unico(attuale.testa, nome))
    }
    per_pid = {t["pid"]: t for _p, t in attuale.tutte()}
    for riga in modulo.moduli:
        if isinstance(riga, Riga):
            riga.avviso = detti.get(riga.prefix or "", "")
            altrui = per_pid.get(riga.testi.get("pid") or "", {})
            riga.attuali = {
                nome: testo
                for nome, testo in altrui.items()
                if nome in riga.fields and _diverso(riga.testi.get(nome) or "", testo)
            }


def _unico(testi: MultiValueDict[str, str], nome: str) -> str:
    return str(testi.get(nome) or "")


def _diverso(mio: str, loro: str) -> bool:
    return " ".join(mio.split()) != " ".join(loro.split())


def pid_letti(testo: str) -> frozenset[str]:
    """The hidden list of rows, as far as it is one."""
    trovati = set()
    for parola in testo.split()[:5000]:
        try:
            trovati.add(str(UUID(parola)))
        except ValueError:
            continue
    return frozenset(trovati)
