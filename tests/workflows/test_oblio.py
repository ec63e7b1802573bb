# SPDX-License-Identifier: AGPL-3.0-or-later
"""Personal data stand apart from the registro, and can be erased (R89, R90)."""

from __future__ import annotations

import hashlib
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from cycle.models import (
    Collaboratore,
    DomandaSalvata,
    ObiettivoSpecifico,
    Persona,
    Recapito,
    Utente,
)
from cycle.services.enti import di_comando
from cycle.services.oblio import oblia
from tests import mondo
from workflows.errors import NonPossibile
from workflows.registro.models import Evento, Modifica, Riservato

TABELLE = ("workflows_evento", "workflows_modifica", "workflows_riservato")


def nel_registro(testo: str) -> list[str]:
    """The tables of the registro in which a text stands."""
    trovate = []
    with connection.cursor() as cursore:
        for tabella in TABELLE:
            cursore.execute(
                f"SELECT count(*) FROM {tabella} t WHERE strpos(lower(t::text), lower(%s)) > 0",
                [testo],
            )
            if cursore.fetchone()[0]:
                trovate.append(tabella)
    return trovate


def persona_con_tracce() -> Persona:
    """Somebody with a name nobody else has, a number, an address, a login, a collaboration come
    and gone, and no incarico."""
    ente = mondo.ente()
    p = Persona.objects.create(
        ente=ente,
        nome_completo="ZUCCARELLO TEODOLINDA",
        alias=["ZUCCARELLO T."],
        matricola="M-77123",
        utente=Utente.objects.create(username="zuccarello@esempio.it"),
    )
    Recapito.objects.create(ente=ente, persona=p, email="zuccarello@esempio.it")
    DomandaSalvata.objects.create(ente=ente, persona=p, nome="Io", parole={"testo": "Zuccarello"})
    o = mondo.in_stato("bozza")
    specifico = ObiettivoSpecifico.objects.filter(obiettivo=o)[0]
    for _ in range(2):
        c = Collaboratore.objects.create(
            ente=ente, obiettivo=o, specifico=specifico, persona=p, nome="ZUCCARELLO T.", ordine=9
        )
    c.delete()
    p.nome_completo = "ZUCCARELLO TEODOLINDA MARIA"
    p.save()
    return p


def cancella(p: Persona) -> int:
    return oblia(
        persona=p,
        motivazione="Richiesta dell'interessata, prot. 12",
        by=di_comando(p.ente_id, mondo.ADESSO),
        istante=mondo.ADESSO,
    )


def test_r90_the_registro_holds_a_digest_in_the_place_of_a_name(db: None) -> None:
    p = persona_con_tracce()
    assert nel_registro("zuccarello") == ["workflows_riservato"]
    assert nel_registro("M-77123") == ["workflows_riservato"]
    nata = Modifica.objects.get(tabella="cycle_persona", riga_id=p.pk, operazione="I")
    assert nata.dopo is not None
    assert set(nata.dopo["nome_completo"]) == {"riservato", "impronta"}
    messo = Riservato.objects.get(pk=nata.dopo["nome_completo"]["riservato"])
    assert messo.valore == "ZUCCARELLO TEODOLINDA"
    aperta = hashlib.sha256(bytes(messo.sale) + json.dumps(messo.valore).encode()).hexdigest()
    assert aperta == nata.dopo["nome_completo"]["impronta"]
    assert nata.dopo["segnaposto"] is False  # what identifies nobody stays in clear


def test_r90_equal_names_have_different_digests(db: None) -> None:
    """Else a name could be tried until it fits."""
    persona_con_tracce()
    impronte = [
        m.dopo["nome"]["impronta"]
        for m in Modifica.objects.filter(tabella="cycle_collaboratore", operazione="I")
        if m.dopo
    ]
    assert len(impronte) == len(set(impronte)) > 2


def test_r90_after_the_erasure_the_name_is_nowhere_in_the_registro(db_vera: None) -> None:
    p = persona_con_tracce()
    prima = Modifica.objects.count()
    assert cancella(p) > 5
    for testo in ("zuccarello", "M-77123"):
        assert nel_registro(testo) == []
    assert not Recapito.objects.filter(persona=p).exists()
    assert not DomandaSalvata.objects.exists()
    assert not Utente.objects.filter(username__icontains="zuccarello").exists()
    assert Modifica.objects.count() > prima  # nothing was taken away: what was done is added
    evento = Evento.objects.get(verbo="oblia")
    assert (evento.procedura, evento.oggetto_id) == ("persona", p.pk)
    assert evento.motivazione == "Richiesta dell'interessata, prot. 12"


def test_r90_who_serves_another_ente_keeps_the_login(db: None) -> None:
    p = persona_con_tracce()
    Persona.objects.create(
        ente=mondo.ente("beta"), nome_completo="ZUCCARELLO TEODOLINDA", utente=p.utente
    )
    cancella(p)
    assert Utente.objects.get(username="zuccarello@esempio.it").is_active
    assert nel_registro("zuccarello") == ["workflows_riservato"]  # of the other ente


def test_r90_nobody_in_charge_is_erased_nor_without_a_reason(db: None) -> None:
    with pytest.raises(NonPossibile, match="incarichi"):
        cancella(mondo.persona("UNO PO"))
    with pytest.raises(NonPossibile, match="motivo"):
        oblia(
            persona=persona_con_tracce(),
            motivazione="  ",
            by=di_comando(mondo.ente().pk, mondo.ADESSO),
            istante=mondo.ADESSO,
        )
    assert not Evento.objects.filter(verbo="oblia").exists()


@pytest.mark.parametrize(
    "istruzione",
    [
        "DELETE FROM workflows_riservato",
        "UPDATE workflows_riservato SET valore = '1'",
        "INSERT INTO workflows_riservato SELECT * FROM workflows_riservato LIMIT 1",
        "TRUNCATE workflows_riservato",
        "SELECT registro_oblia(ARRAY['cycle_persona'], ARRAY[1], '', ARRAY['x'])",
        "SELECT registro_metti_da_parte(1, 'cycle_persona', 1, '\"x\"')",
    ],
)
def test_r90_nothing_is_erased_in_silence(db: None, istruzione: str) -> None:
    quanti = Riservato.objects.count()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursore:
        cursore.execute(istruzione)
    assert Riservato.objects.count() == quanti > 0


def test_the_command_says_who_before_it_erases(db: None) -> None:
    p = persona_con_tracce()
    detto = StringIO()
    argomenti = ["--ente", "alfa", "--persona", str(p.pid), "--motivo", "prot. 12"]
    call_command("oblia", *argomenti, stdout=detto)
    assert "Zuccarello" in detto.getvalue()
    assert Persona.objects.filter(pk=p.pk, nome_completo__startswith="ZUCCARELLO").exists()
    call_command("oblia", *argomenti, "--conferma", stdout=detto)
    assert Persona.objects.filter(pk=p.pk, nome_completo=f"PERSONA OBLIATA {p.pk}").exists()
    with pytest.raises(CommandError, match="Nessuna persona"):
        call_command("oblia", *argomenti[:3], str(mondo.ente().pid), *argomenti[4:])
