# SPDX-License-Identifier: AGPL-3.0-or-later
"""Campi approvati and campi di gestione (R3, R30): one table for every field, and the database's
triggers made of it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from cycle.campi import APPROVATI, DI_SERVIZIO, GESTIONE
from cycle.models import (
    Collaboratore,
    Fase,
    Indicatore,
    Obiettivo,
    ObiettivoNodo,
    ObiettivoSpecifico,
    Rilevazione,
    Stanziamento,
    StoricoIndicatore,
)
from cycle.models.base import DiObiettivo
from cycle.services.relazioni import Compilazione, compila
from tests import mondo
from workflows.machines.relazione import COMPILABILI
from workflows.registro import azioni
from workflows.registro.azioni import Voce

# What hangs below an objective and is no part of the scheda: each has its own procedure.
NON_DELLA_SCHEDA = {
    "Astensione",
    "Osservazione",
    "Risposta",
    "VersioneObiettivo",
    "VoceInsieme",
    "RelazioneSemestrale",
    "VoceRelazione",
    "RichiestaVariazione",
    "CampoVariato",
    "InvitoVariazione",
    "Correzione",
    "DocumentoNeutralizzazione",
    "Neutralizzazione",
    "Evidenza",
    "Validazione",
}
DELLA_SCHEDA: list[type[models.Model]] = [
    Obiettivo,
    ObiettivoNodo,
    ObiettivoSpecifico,
    Indicatore,
    Rilevazione,
    StoricoIndicatore,
    Fase,
    Collaboratore,
    Stanziamento,
]


def modello(nome: str) -> Any:
    return apps.get_model("cycle", nome)


def colonna(nome_modello: str, campo: str) -> str:
    return str(modello(nome_modello)._meta.get_field(campo).column)


class TestLaTabella:
    @pytest.mark.parametrize("m", DELLA_SCHEDA, ids=lambda m: m.__name__)
    def test_every_field_is_approved_or_managed_and_never_both(self, m: type[models.Model]) -> None:
        """A new field of the scheda fails here until it is decided which it is."""
        campi = {f.name for f in m._meta.concrete_fields} - DI_SERVIZIO
        approvati, gestiti = (set(t.get(m.__name__, ())) for t in (APPROVATI, GESTIONE))
        assert approvati | gestiti == campi
        assert not approvati & gestiti

    def test_every_noun_below_the_objective_is_decided(self) -> None:
        sotto = {m.__name__ for m in apps.get_models() if issubclass(m, DiObiettivo)}
        assert sotto == {m.__name__ for m in DELLA_SCHEDA} - {"Obiettivo"} | NON_DELLA_SCHEDA
        assert set(APPROVATI) | set(GESTIONE) == {m.__name__ for m in DELLA_SCHEDA}

    def test_what_is_of_service_is_never_approved(self) -> None:
        for tabella in (APPROVATI, GESTIONE):
            for campi in tabella.values():
                assert not set(campi) & DI_SERVIZIO

    def test_what_domain_says_is_approved(self) -> None:
        """Text, planned dates, targets, weights, natura, aggregation, responsabili."""
        assert {"titolo", "descrizione", "inizio_previsto", "fine_prevista", "peso"} <= set(
            APPROVATI["Obiettivo"]
        )
        assert {"responsabile_generale", "responsabile_operativo"} <= set(APPROVATI["Obiettivo"])
        assert {"natura", "aggregazione", "peso", "nome"} <= set(APPROVATI["Indicatore"])
        assert {"target", "target_data"} <= set(APPROVATI["Rilevazione"])
        assert {"valore", "valore_data", "nota"} == set(GESTIONE["Rilevazione"])
        assert "avanzamento" in GESTIONE["Fase"]
        assert "Collaboratore" not in APPROVATI


class TestITrigger:
    def test_r3_the_database_watches_the_same_columns(self, db: None) -> None:
        with connection.cursor() as cursore:
            cursore.execute(
                "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger "
                " WHERE tgname LIKE 'approvati_%'"
            )
            trovati = {(t, nome): testo for t, nome, testo in cursore.fetchall()}
        attesi = {}
        for nome, campi in APPROVATI.items():
            tabella = modello(nome)._meta.db_table
            for evento in ("update",) if nome == "Obiettivo" else ("insert", "update", "delete"):
                attesi[tabella, f"approvati_{evento}"] = [colonna(nome, c) for c in campi]
        assert {
            chiave: re.findall(r"'([^']*)'", testo)[0].split(",")
            for chiave, testo in trovati.items()
        } == attesi
        for (_tabella, nome), testo in trovati.items():
            assert f"AFTER {nome.removeprefix('approvati_').upper()} ON" in testo


DOPO = ("approvato", "in_corso", "rendicontato", "validato")


def valore_diverso(riga: models.Model, campo: str) -> Any:
    """Another value that the column could hold, were it not approved."""
    f = riga._meta.get_field(campo)
    ora = getattr(riga, f.attname)  # type: ignore[union-attr]
    if isinstance(f, models.ForeignKey):
        altri = f.related_model._default_manager.exclude(pk=ora).filter(ente_id=riga.ente_id)
        if issubclass(f.related_model, DiObiettivo):
            altri = altri.filter(obiettivo_id=riga.obiettivo_id)  # type: ignore[attr-defined]
        return altri.order_by("pk").values_list("pk", flat=True).last()
    if f.choices:  # type: ignore[union-attr]
        return next(v for v, _ in f.choices if v != ora)  # type: ignore[union-attr]
    if isinstance(f, models.DateField):
        return "2026-06-15"
    if isinstance(f, models.DecimalField):
        return ora - 1 if ora else 1
    if isinstance(f, models.IntegerField):
        return ora + 1
    return f"{ora}!"


def righe_di(nome: str, o: Obiettivo) -> list[Any]:
    righe = modello(nome).objects.filter(**{"pk" if nome == "Obiettivo" else "obiettivo": o.pk})
    return list(righe.order_by("pk"))


@pytest.fixture
def con_tutto(db: None) -> Obiettivo:
    """A draft with a row of each kind of child, and for each row another value it could take: a
    phase, two more periods of which nothing is due, one more node."""
    o = mondo.obiettivo("OE11")
    [specifico, _] = ObiettivoSpecifico.objects.filter(obiettivo=o).order_by("ordine")
    Fase.objects.create(
        ente_id=o.ente_id, obiettivo=o, specifico=specifico, ordine=1, descrizione="Avvio"
    )
    Rilevazione.objects.create(
        ente_id=o.ente_id,
        obiettivo=o,
        indicatore=Indicatore.objects.filter(specifico=specifico)[0],
        periodo=_periodo(o, 3),
    )
    _periodo(o, 4)
    _nodo(o)
    return o


def _periodo(o: Obiettivo, ordine: int) -> Any:
    return o.ciclo.periodi.create(
        ente_id=o.ente_id,
        codice=f"2026-{ordine}",
        nome="Dopo",
        ordine=ordine,
        dal="2027-01-01",
        al="2027-01-31",
    )


def _nodo(o: Obiettivo) -> Any:
    return o.ciclo.nodi.create(ente_id=o.ente_id, tipo="Programma", codice="P2", titolo="Altro")


CAMPI = [(nome, campo) for nome, campi in APPROVATI.items() for campo in campi]


class TestDopoLApprovazione:
    @pytest.mark.parametrize(("nome", "campo"), CAMPI, ids=lambda v: v)
    def test_r3_no_approved_field_changes_without_an_act(
        self, con_tutto: Obiettivo, nome: str, campo: str
    ) -> None:
        """In bozza it changes freely; from approvato on, by no UPDATE."""
        riga = righe_di(nome, con_tutto)[-1]
        attname = riga._meta.get_field(campo).attname
        if campo != "versione":  # a draft has none
            with transaction.atomic():
                modello(nome).objects.filter(pk=riga.pk).update(
                    **{attname: valore_diverso(riga, campo)}
                )
                transaction.set_rollback(True)
        mondo.porta(mondo.ente(), "OE11", "approvato")
        riga.refresh_from_db()
        nuovo = {attname: valore_diverso(riga, campo)}
        with _nessuna_azione(), pytest.raises(IntegrityError, match="R3"), transaction.atomic():
            modello(nome).objects.filter(pk=riga.pk).update(**nuovo)

    @pytest.mark.parametrize("stato", DOPO)
    @pytest.mark.parametrize("nome", [n for n in APPROVATI if n not in ("Obiettivo", "Fase")])
    def test_r3_no_row_appears_or_goes_without_an_act(
        self, db: None, nome: str, stato: str
    ) -> None:
        """The existence of specifici and indicators is approved too."""
        o = mondo.in_stato(stato)
        riga = righe_di(nome, o)[0]
        with pytest.raises(IntegrityError), transaction.atomic():
            modello(nome).objects.filter(pk=riga.pk).delete()
        riga.pk = None
        riga.pid = None
        for campo, valore in (("codice", "NUOVO"), ("ordine", 9)):
            if hasattr(riga, campo):
                setattr(riga, campo, valore)
        if nome == "Rilevazione":
            riga.periodo = _periodo(o, 3)
        if nome == "ObiettivoNodo":
            riga.nodo = _nodo(o)
        with pytest.raises(IntegrityError, match="R3"), transaction.atomic():
            _inserisci(riga)

    @pytest.mark.parametrize("stato", ["bozza", "proposta"])
    def test_before_it_the_settore_writes(self, db: None, stato: str) -> None:
        o = mondo.in_stato(stato)
        s = ObiettivoSpecifico.objects.create(
            ente_id=o.ente_id, obiettivo=o, codice="NUOVO", ordine=9, titolo="Nuovo"
        )
        s.titolo = "Altro"
        s.save()
        s.delete()

    @pytest.mark.parametrize("stato", DOPO)
    def test_management_fields_change_freely_and_are_recorded(self, db: None, stato: str) -> None:
        o = mondo.in_stato(stato)
        Obiettivo.objects.filter(pk=o.pk).update(provvisorio=True, fine_effettiva="2026-11-30")
        ObiettivoSpecifico.objects.filter(obiettivo=o).update(esternalizzata="parzialmente")
        if not o.relazionesemestrale_tutti.exclude(stato__in=COMPILABILI).exists():
            Rilevazione.objects.filter(obiettivo=o).update(valore=7)
        Collaboratore.objects.filter(obiettivo=o).delete()

    @pytest.mark.parametrize("stato", ["rendicontato", "validato"])
    def test_r54_what_was_submitted_is_frozen_until_it_is_reopened(
        self, db: None, stato: str
    ) -> None:
        o = mondo.in_stato(stato)
        valori = Rilevazione.objects.filter(obiettivo=o, valore__isnull=False)
        with pytest.raises(IntegrityError, match="R54"), transaction.atomic():
            valori.update(valore=7)
        with pytest.raises(IntegrityError, match="R54"), transaction.atomic():
            o.vocerelazione_tutti.update(testo="altro")

    @pytest.mark.parametrize("stato", DOPO)
    def test_r53_a_value_where_no_target_was_set_is_management(self, db: None, stato: str) -> None:
        """The row of a measured value may appear; a target in it may not."""
        o = mondo.in_stato(stato)
        indicatore = Indicatore.objects.filter(obiettivo=o)[0]
        periodo = _periodo(o, 3)
        riga = {
            "ente_id": o.ente_id,
            "obiettivo": o,
            "indicatore": indicatore,
            "periodo": periodo,
        }
        with pytest.raises(IntegrityError, match="R3"), transaction.atomic():
            Rilevazione.objects.create(**riga, target=1)
        nuova = Rilevazione.objects.create(**riga, valore=3)
        with pytest.raises(IntegrityError, match="R3"), transaction.atomic():
            Rilevazione.objects.filter(pk=nuova.pk).update(target=1)
        nuova.delete()

    def test_r53_a_report_may_hold_such_a_value(self, db: None) -> None:
        o = mondo.obiettivo("OE11")
        indicatore = Indicatore.objects.filter(obiettivo=o)[0]
        ObiettivoSpecifico.objects.filter(pk=indicatore.specifico_id).update(
            inizio_previsto="2026-07-01"
        )
        Rilevazione.objects.filter(indicatore=indicatore, periodo__ordine=1).delete()
        mondo.porta(mondo.ente(), "OE11", "in_corso")
        relazione = o.relazionesemestrale_tutti.get(periodo__ordine=1)
        compila(
            relazione=relazione,
            compilazione=Compilazione({indicatore.pk: Decimal(4)}, {}),
            by=mondo.attore("DUE PO"),
            istante=mondo.ADESSO,
        )
        riga = Rilevazione.objects.get(indicatore=indicatore, periodo__ordine=1)
        assert riga.valore == 4
        assert riga.target is None

    def test_r30_with_its_act_an_objective_changes(self, db: None) -> None:
        """And no other with it."""
        o, altro = mondo.in_stato("in_corso"), mondo.obiettivo("OE12")
        atto = o.versioneobiettivo_tutti.latest("pk").atto_id
        azioni.apri(
            ente_id=o.ente_id,
            procedura="obiettivo",
            verbo="modifica",
            passi=[Voce(o.pk, o.pk)],
            attore=mondo.attore("ATTI SEGRETERIA"),
            istante=mondo.ADESSO,
            atto_id=atto,
        )
        Rilevazione.objects.filter(obiettivo=o).update(target=2)
        Obiettivo.objects.filter(pk=o.pk).update(titolo="Variato")
        with pytest.raises(IntegrityError, match="R3"), transaction.atomic():
            Rilevazione.objects.filter(obiettivo=altro).update(target=2)
        with pytest.raises(IntegrityError, match="R3"), transaction.atomic():
            Rilevazione.objects.filter(obiettivo__in=[o, altro]).update(target=3)

    def test_r3_the_same_value_is_no_change(self, db: None) -> None:
        """A form that saves everything back touches nothing approved."""
        o = mondo.in_stato("in_corso")
        prima = mondo.obiettivo(o.codice)
        prima.save()
        for nome in ("ObiettivoSpecifico", "Indicatore", "Rilevazione"):
            for riga in righe_di(nome, o):
                riga.save()


class _nessuna_azione:
    """In a test that rolls back, what the engine opened stays open: close it, so that what
    follows is judged as in a transaction of its own."""

    def __enter__(self) -> None:
        with connection.cursor() as cursore:
            cursore.execute("SELECT set_config('ciclo.azione', '', true)")

    def __exit__(self, *errore: object) -> None: ...


def _inserisci(riga: models.Model) -> None:
    campi = {
        f.attname: getattr(riga, f.attname)
        for f in riga._meta.concrete_fields
        if f.name not in ("id", "pid")
    }
    type(riga)._default_manager.create(**campi)
