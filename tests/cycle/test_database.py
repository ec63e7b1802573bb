# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the database refuses by itself, whoever writes and by whatever way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from cycle.models import (
    Allegato,
    Astensione,
    Atto,
    Ciclo,
    Collaboratore,
    DocumentoNeutralizzazione,
    Ente,
    Incarico,
    Indicatore,
    Insieme,
    Obiettivo,
    ObiettivoSpecifico,
    Periodo,
    Persona,
    Scadenza,
    UnitaOrganizzativa,
    Validazione,
    VersioneObiettivo,
    VoceInsieme,
    VoceRelazione,
)
from cycle.models.base import DiEnte, DiObiettivo
from cycle.services import enti
from tests import mondo
from workflows.registro import azioni
from workflows.registro.azioni import Voce

MODELLI = [m for m in apps.get_app_config("cycle").get_models() if issubclass(m, DiEnte)]
RELAZIONI = [
    (m, f)
    for m in MODELLI
    for f in m._meta.concrete_fields
    if isinstance(f, models.ForeignKey) and issubclass(f.related_model, DiEnte)
]


def nome_di(v: Any) -> str:
    return str(getattr(v, "__name__", getattr(v, "name", v)))


@contextmanager
def subito() -> Iterator[None]:
    """Constraints that wait for the commit are asked now."""
    with transaction.atomic():
        yield
        with connection.cursor() as cursore:
            cursore.execute("SET CONSTRAINTS ALL IMMEDIATE")


def vincoli() -> dict[str, set[tuple[tuple[str, ...], str, tuple[str, ...]]]]:
    """Foreign keys of each table: columns, referred table, its columns."""
    with connection.cursor() as cursore:
        cursore.execute(
            """
            SELECT c.conrelid::regclass::text, c.confrelid::regclass::text,
                   (SELECT array_agg(a.attname::text ORDER BY k.n)
                      FROM unnest(c.conkey) WITH ORDINALITY k (num, n)
                      JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.num),
                   (SELECT array_agg(a.attname::text ORDER BY k.n)
                      FROM unnest(c.confkey) WITH ORDINALITY k (num, n)
                      JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.num)
              FROM pg_constraint c WHERE c.contype = 'f'
            """
        )
        trovati: dict[str, set[tuple[tuple[str, ...], str, tuple[str, ...]]]] = {}
        for tabella, riferita, colonne, sue in cursore.fetchall():
            trovati.setdefault(tabella, set()).add((tuple(colonne), riferita, tuple(sue)))
        return trovati


class TestEnteDiOgniRiga:
    """A row of one ente never points into another. Read from the models: a new one fails here
    until its constraints are written."""

    def test_every_noun_of_the_cycle_is_of_an_ente(self) -> None:
        senza = {
            m.__name__
            for m in apps.get_app_config("cycle").get_models()
            if not issubclass(m, DiEnte)
        }
        assert senza - {"Utente_groups", "Utente_user_permissions"} == {
            "Ente",
            "Utente",
            "Gettone",
            "Lettera",
            "Battito",
            "Avanzamento",
            "Lavoro",
        }

    @pytest.mark.parametrize(("m", "f"), RELAZIONI, ids=nome_di)
    def test_every_relation_carries_the_ente_or_the_objective(
        self, db: None, m: type[models.Model], f: models.ForeignKey[Any, Any]
    ) -> None:
        riferita = f.related_model._meta.db_table
        chiavi = vincoli()[m._meta.db_table]
        nell_ente = (("ente_id", f.column), riferita, ("ente_id", "id"))
        nell_obiettivo = (("obiettivo_id", f.column), riferita, ("obiettivo_id", "id"))
        assert nell_ente in chiavi or nell_obiettivo in chiavi
        if issubclass(m, DiObiettivo) and issubclass(f.related_model, DiObiettivo):
            assert nell_obiettivo in chiavi

    @pytest.mark.parametrize(("m", "f"), RELAZIONI, ids=nome_di)
    def test_a_row_of_beta_pointing_into_alfa_is_refused(
        self, db: None, m: type[models.Model], f: models.ForeignKey[Any, Any]
    ) -> None:
        """By SQL, under an act that covers every objective of beta: it is refused for where it
        points."""
        riga, altrove = _riga("beta", m), _riga("alfa", f.related_model)
        _apri_con_atto()
        with pytest.raises(IntegrityError), subito(), connection.cursor() as cursore:
            cursore.execute(
                f"UPDATE {m._meta.db_table} SET {f.column} = %s WHERE id = %s",
                [altrove.pk, riga.pk],
            )

    @pytest.mark.parametrize("m", MODELLI, ids=nome_di)
    def test_a_row_does_not_change_ente_nor_name(self, db: None, m: type[models.Model]) -> None:
        riga = _riga("beta", m)
        tabella = m._meta.db_table
        cambi = ["id = id + 1000000", "pid = gen_random_uuid()", f"ente_id = {mondo.ente().pk}"]
        if issubclass(m, DiObiettivo):
            cambi.append("obiettivo_id = obiettivo_id + 1")
        if any(f.column == "ciclo_id" for f in m._meta.concrete_fields):
            cambi.append("ciclo_id = ciclo_id + 1")
        for cambio in cambi:
            with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as c:
                c.execute(f"UPDATE {tabella} SET {cambio} WHERE id = %s", [riga.pk])


def _apri_con_atto() -> None:
    ente = mondo.ente("beta")
    obiettivi = Obiettivo.objects.filter(ente=ente).values_list("pk", flat=True)
    azioni.apri(
        ente_id=ente.pk,
        procedura="obiettivo",
        verbo="modifica",
        passi=[Voce(pk, pk) for pk in obiettivi],
        attore=mondo.attore("UNO PO", "beta"),
        istante=mondo.ADESSO,
        atto_id=Atto.objects.filter(ente=ente).values_list("pk", flat=True)[0],
    )


def _riga(ipa: str, m: Any) -> Any:
    """A row of the ente, the first there or one written for the purpose."""
    trovata = m._default_manager.filter(ente__codice_ipa=ipa).order_by("pk").first()
    return trovata or _fabbrica(ipa, m)


def _fabbrica(ipa: str, m: Any) -> Any:
    """What the small world of the tests does not hold."""
    ente = mondo.ente(ipa)
    bozza = mondo.in_stato("bozza", ipa)
    specifico = ObiettivoSpecifico.objects.filter(obiettivo=bozza)[0]
    di_ente: dict[str, Any] = {"ente": ente}
    di_obiettivo = {**di_ente, "obiettivo": bozza}
    campi: dict[str, dict[str, Any]] = {
        "Allegato": {
            **di_ente,
            "nome": "atto.pdf",
            "tipo_mime": "application/pdf",
            "dimensione": 1,
            "sha256": "0" * 64,
            "percorso": f"{ipa}/atto.pdf",
        },
        "Fase": {**di_obiettivo, "specifico": specifico, "ordine": 1, "descrizione": "Avvio"},
        "Stanziamento": {
            **di_obiettivo,
            "specifico": specifico,
            "capitolo": "100",
            "parte": "spese_correnti",
            "importo": Decimal("10.00"),
        },
        "RichiestaVariazione": {
            **di_obiettivo,
            "autore": mondo.persona("UNO PO", ipa),
            "versione_base": 1,
        },
    }
    if m.__name__ in ("Insieme", "VoceInsieme", "Parere", "Proroga", "Preavviso", "DocumentoAtto"):
        return _del_peg(ipa, m)
    if m.__name__ == "FeedCalendario":
        return m.objects.create(**di_ente, persona=mondo.persona("UNO PO", ipa), impronta=ipa)
    if m.__name__ == "DomandaSalvata":
        di_chi = mondo.persona("UNO PO", ipa)
        return m.objects.create(**di_ente, persona=di_chi, nome="Le mie", parole={})
    if m.__name__ == "Recapito":
        return m.objects.create(
            **di_ente, persona=mondo.persona("UNO PO", ipa), email=f"{ipa}@x.it"
        )
    if m.__name__ == "Invito":
        return m.objects.create(
            **di_ente,
            persona=mondo.persona("UNO PO", ipa),
            email=f"{ipa}@x.it",
            creato_il=mondo.ADESSO,
            scade_il=mondo.ADESSO,
        )
    if m.__name__ == "StoricoIndicatore":
        indicatore = Indicatore.objects.filter(obiettivo=bozza)[0]
        return m.objects.create(**di_obiettivo, indicatore=indicatore, anno=2025)
    if m.__name__ == "CampoVariato":
        richiesta = _riga(ipa, apps.get_model("cycle", "RichiestaVariazione"))
        return m.objects.create(
            **di_obiettivo, richiesta=richiesta, tabella="cycle_obiettivo", campo="titolo"
        )
    if m.__name__ == "Evidenza":
        voce = VoceRelazione.objects.filter(obiettivo=mondo.in_stato("in_corso", ipa))[0]
        allegato = _riga(ipa, apps.get_model("cycle", "Allegato"))
        return m.objects.create(
            ente=voce.ente, obiettivo_id=voce.obiettivo_id, voce=voce, allegato=allegato
        )
    if m.__name__ in ("InvitoVariazione", "ParereVariazione", "AllegatoVariazione", "Correzione"):
        return _della_variazione(ipa, m)
    if m.__name__ in ("Neutralizzazione", "DocumentoNeutralizzazione"):
        return _neutralizzata(ipa, m)
    if m.__name__ in ("Osservazione", "Risposta", "Astensione"):
        return _del_dialogo(ipa, m)
    return m.objects.create(**campi[m.__name__])


def _neutralizzata(ipa: str, m: Any) -> Any:
    """What is set aside for a cause nobody could foresee, and a file that proves it."""
    o = mondo.in_stato("rendicontato", ipa)
    if m.__name__ == "Neutralizzazione":
        return m.objects.create(
            ente_id=o.ente_id,
            obiettivo=o,
            causa="l'alluvione",
            motivo="Uffici chiusi.",
            chiesta_da=mondo.persona("UNO DIRIGENTE", ipa),
            chiesta_il=mondo.ADESSO,
        )
    return m.objects.create(
        ente_id=o.ente_id,
        obiettivo=o,
        neutralizzazione=_riga(ipa, apps.get_model("cycle", "Neutralizzazione")),
        allegato=_riga(ipa, apps.get_model("cycle", "Allegato")),
    )


def _del_dialogo(ipa: str, m: Any) -> Any:
    """What the Nucleo and the settore say of a submitted report."""
    voce = VoceRelazione.objects.filter(
        ente=mondo.ente(ipa), relazione__stato="trasmessa"
    ).select_related("relazione")[0]
    base = {"ente_id": voce.ente_id, "obiettivo_id": voce.obiettivo_id}
    nucleo = mondo.persona("PRIMO NUCLEO", ipa)
    if m.__name__ == "Astensione":
        return m.objects.create(
            **base, seduta=_riga(ipa, apps.get_model("cycle", "Seduta")), persona=nucleo
        )
    if m.__name__ == "Osservazione":
        return m.objects.create(
            **base,
            voce=voce,
            impronta=voce.relazione.impronta,
            testo="Il target non è stato raggiunto.",
            autore=nucleo,
            scritta_il=mondo.ADESSO,
        )
    mondo.osserva(voce.relazione, "Il target non è stato raggiunto.")
    return m.objects.create(
        **base,
        osservazione=voce.osservazioni.get(),
        autore=mondo.persona("UNO PO", ipa),
        scritta_il=mondo.ADESSO,
    )


def _della_variazione(ipa: str, m: Any) -> Any:
    """What hangs on a request, or on a report."""
    ente, nucleo = mondo.ente(ipa), mondo.persona("PRIMO NUCLEO", ipa)
    if m.__name__ == "InvitoVariazione":
        return m.objects.create(
            ente=ente,
            obiettivo=mondo.in_stato("in_corso", ipa),
            persona=nucleo,
            testo="Il target non si raggiunge.",
            entro=date(2026, 9, 30),
            invitato_il=mondo.ADESSO,
        )
    if m.__name__ == "Correzione":
        voce = VoceRelazione.objects.filter(obiettivo=mondo.in_stato("rendicontato", ipa))[0]
        return m.objects.create(
            ente=ente,
            obiettivo_id=voce.obiettivo_id,
            voce=voce,
            campo="natura",
            prima="positivo",
            dopo="negativo",
            motivo="Natura scambiata.",
            percentuale=Decimal(90),
            segnalata_da=nucleo,
            segnalata_il=mondo.ADESSO,
        )
    richiesta = _riga(ipa, apps.get_model("cycle", "RichiestaVariazione"))
    if m.__name__ == "AllegatoVariazione":
        allegato = _riga(ipa, apps.get_model("cycle", "Allegato"))
        return m.objects.create(ente=ente, richiesta=richiesta, allegato=allegato)
    presentata = Voce(richiesta.pk, richiesta.obiettivo_id, "bozza", "presentata")
    _apri(ente, "variazione", "presenta", presentata)
    type(richiesta).objects.filter(pk=richiesta.pk).update(
        stato="presentata", impronta="0" * 64, presentata_il=mondo.ADESSO
    )
    return m.objects.create(
        ente=ente,
        richiesta=richiesta,
        tipo="nucleo",
        esito="favorevole",
        persona=nucleo,
        impronta="0" * 64,
        reso_il=mondo.ADESSO,
    )


def _del_peg(ipa: str, m: Any) -> Any:
    """Rows that only an open year or a set in its course can hold."""
    ente = mondo.ente(ipa)
    ciclo = Ciclo.objects.get(ente=ente, anno=mondo.ANNO)
    if m.__name__ == "DocumentoAtto":
        return m.objects.create(
            ente=ente,
            atto=Atto.objects.filter(ente=ente)[0],
            genere="deliberazione",
            allegato=_riga(ipa, apps.get_model("cycle", "Allegato")),
        )
    scadenza = Scadenza.objects.filter(ciclo=ciclo).exclude(tipo="statutaria")[0]
    if m.__name__ == "Preavviso":
        return m.objects.create(ente=ente, scadenza=scadenza, passo="7", termine=scadenza.termine)
    if m.__name__ == "Proroga":
        atto = Atto.objects.create(
            ente=ente,
            ciclo=ciclo,
            tipo="calendario",
            numero="9",
            data="2026-02-01",
            digest="0" * 64,
        )
        _apri(ente, "ciclo", "proroga", Voce(scadenza.pk), atto.pk)
        return m.objects.create(
            ente=ente,
            scadenza=scadenza,
            atto=atto,
            data=scadenza.data + timedelta(days=10),
            termine=scadenza.termine + timedelta(days=10),
            motivazione="guasto",
            istante=mondo.ADESSO,
        )
    insieme = Insieme.objects.create(ente=ente, ciclo=ciclo, nome="Primo insieme")
    if m is Insieme:
        return insieme
    voce = VoceInsieme.objects.create(
        ente=ente, obiettivo=mondo.in_stato("bozza", ipa), insieme=insieme
    )
    if m is VoceInsieme:
        return voce
    sottoposto = Voce(insieme.pk, None, "in_preparazione", "in_istruttoria")
    _apri(ente, "insieme", "sottoponi", sottoposto)
    Insieme.objects.filter(pk=insieme.pk).update(
        stato="in_istruttoria", impronta="0" * 64, sottoposto_il=mondo.ADESSO
    )
    _apri(ente, "insieme", "rendi_parere", Voce(insieme.pk))
    return m.objects.create(
        ente=ente,
        insieme=insieme,
        tipo="tecnico",
        esito="favorevole",
        persona=mondo.persona("UNO PO", ipa),
        impronta="0" * 64,
        reso_il=mondo.ADESSO,
    )


def _apri(ente: Any, procedura: str, verbo: str, voce: Voce, atto_id: int | None = None) -> None:
    azioni.apri(
        ente_id=ente.pk,
        procedura=procedura,
        verbo=verbo,
        passi=[voce],
        attore=mondo.attore("UNO PO", ente.codice_ipa),
        istante=mondo.ADESSO,
        atto_id=atto_id,
    )


class TestIncarichi:
    def dai(self, dal: datetime, al: datetime | None, **altro: Any) -> Incarico:
        ente = mondo.ente()
        with transaction.atomic():
            return Incarico.objects.create(
                **{
                    "ente": ente,
                    "persona": mondo.persona("SENZA INCARICO"),
                    "ruolo": "po",
                    "unita": UnitaOrganizzativa.objects.get(ente=ente, codice="S1"),
                    "atto_di_conferimento": "decreto",
                    "dal": dal,
                    "al": al,
                    **altro,
                }
            )

    def test_r82_two_of_one_person_role_and_unit_do_not_overlap(self, db: None) -> None:
        inizio, fine = mondo.ADESSO, mondo.ADESSO + timedelta(days=30)
        self.dai(inizio, fine)
        attimo = timedelta(microseconds=1)
        for dal, al in (
            (inizio, fine),
            (fine - attimo, None),
            (inizio - timedelta(days=9), inizio + attimo),
            (inizio + attimo, fine - attimo),
            (inizio - attimo, None),
        ):
            with pytest.raises(IntegrityError, match="incarico_sovrapposto"):
                self.dai(dal, al)
        # one begins where the other ends
        self.dai(fine, None)
        self.dai(inizio - timedelta(days=9), inizio)

    def test_r82_another_role_unit_or_person_may(self, db: None) -> None:
        self.dai(mondo.ADESSO, None)
        self.dai(mondo.ADESSO, None, ruolo="dirigente")
        s2 = UnitaOrganizzativa.objects.get(ente=mondo.ente(), codice="S2")
        self.dai(mondo.ADESSO, None, unita=s2)
        self.dai(mondo.ADESSO, None, persona=mondo.persona("DUE PO"))

    def test_r83_it_does_not_end_before_it_begins(self, db: None) -> None:
        """It may end as it begins: revoked before it began, it was never in force."""
        with pytest.raises(IntegrityError, match="incarico_date"):
            self.dai(mondo.ADESSO, mondo.ADESSO - timedelta(microseconds=1))
        self.dai(mondo.ADESSO, mondo.ADESSO)

    def test_no_role_out_of_the_list(self, db: None) -> None:
        with pytest.raises(IntegrityError, match="incarico_ruolo"):
            self.dai(mondo.ADESSO, None, ruolo="sindaco")


class TestUnResponsabile:
    def aggiungi(self, dal: date | None, al: date | None, responsabile: bool = True) -> None:
        o = mondo.in_stato("in_corso")
        specifico = ObiettivoSpecifico.objects.filter(obiettivo=o)[0]
        with transaction.atomic():
            Collaboratore.objects.create(
                ente_id=o.ente_id,
                obiettivo=o,
                specifico=specifico,
                persona=mondo.persona("UNO DIRIGENTE"),
                nome="UNO DIRIGENTE",
                ordine=9,
                dal=dal,
                al=al,
                responsabile=responsabile,
            )

    def test_r6_one_of_a_specifico_at_an_instant(self, db: None) -> None:
        """There is one from 1 January to 31 December, days included."""
        for dal, al in (
            (date(2026, 1, 1), date(2026, 12, 31)),
            (date(2026, 12, 31), None),
            (None, date(2026, 1, 1)),
            (None, None),
            (date(2026, 5, 5), date(2026, 5, 5)),
        ):
            with pytest.raises(IntegrityError, match="collaboratore_un_responsabile"):
                self.aggiungi(dal, al)
        self.aggiungi(date(2027, 1, 1), None)
        self.aggiungi(None, date(2025, 12, 31))

    def test_r6_others_who_are_not_responsible_overlap(self, db: None) -> None:
        self.aggiungi(None, None, responsabile=False)
        self.aggiungi(date(2026, 3, 1), None, responsabile=False)


class TestRestaComEra:
    @pytest.mark.parametrize("m", [VersioneObiettivo, Atto], ids=nome_di)
    def test_r30_versions_and_acts_are_immutable(self, db: None, m: Any) -> None:
        tabella = m._meta.db_table
        for istruzione in (
            f"UPDATE {tabella} SET ente_id = ente_id",
            f"DELETE FROM {tabella}",
            f"TRUNCATE {tabella} CASCADE",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursore:
                cursore.execute(istruzione)
        with pytest.raises(IntegrityError, match="R30"), transaction.atomic():
            m.objects.first().save()

    def test_r63_an_approved_objective_is_never_deleted(self, db: None) -> None:
        """Nor can what hangs below it be taken away first."""
        for stato in ("approvato", "validato"):
            o = mondo.in_stato(stato)
            with pytest.raises((IntegrityError, models.ProtectedError)), subito():
                o.delete()
            with pytest.raises(IntegrityError), subito(), connection.cursor() as cursore:
                cursore.execute("DELETE FROM cycle_obiettivo WHERE id = %s", [o.pk])

    def test_a_unit_never_moves(self, db: None) -> None:
        """It is closed, and another opened."""
        s1 = UnitaOrganizzativa.objects.get(ente=mondo.ente(), codice="S1")
        s2 = UnitaOrganizzativa.objects.get(ente=mondo.ente(), codice="S2")
        for cambio in ({"padre": s2}, {"padre": None}, {"percorso": s2.percorso + "9/"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                UnitaOrganizzativa.objects.filter(pk=s1.pk).update(**cambio)
        UnitaOrganizzativa.objects.filter(pk=s1.pk).update(nome="Servizi sociali", al="2026-12-31")

    def test_a_path_is_the_chain_of_ids_whatever_is_written(self, db: None) -> None:
        ente = mondo.ente()
        s1 = UnitaOrganizzativa.objects.get(ente=ente, codice="S1")
        nuova = UnitaOrganizzativa.objects.create(
            ente=ente,
            codice="X",
            nome="X",
            tipo="servizio",
            padre=s1,
            percorso="/",
            dal=date(2026, 1, 1),
        )
        nuova.refresh_from_db()
        assert nuova.percorso == f"{s1.percorso}{nuova.pk}/"
        with pytest.raises(IntegrityError, match="unita_una_radice"), transaction.atomic():
            UnitaOrganizzativa.objects.create(
                ente=ente, codice="Y", nome="Y", tipo="ente", dal=date(2026, 1, 1)
            )

    def test_r36_one_open_request_per_field(self, db: None) -> None:
        o = mondo.in_stato("in_corso")
        richieste = [
            o.richiestavariazione_tutti.create(
                ente_id=o.ente_id, autore=mondo.persona("UNO DIRIGENTE"), versione_base=1
            )
            for _ in range(2)
        ]

        def campo(n: int, quale: str, in_attesa: bool) -> None:
            with transaction.atomic():
                richieste[n].campi.create(
                    ente_id=o.ente_id,
                    obiettivo=o,
                    tabella="cycle_obiettivo",
                    riga_id=o.pk,
                    campo=quale,
                    in_attesa=in_attesa,
                )

        campo(0, "titolo", True)
        with pytest.raises(IntegrityError, match="variazione_un_campo"):
            campo(1, "titolo", True)
        campo(1, "descrizione", True)
        campo(1, "titolo", False)

    def test_the_codes_are_unique_in_ente_and_year(self, db: None) -> None:
        o = mondo.in_stato("bozza")
        with pytest.raises(IntegrityError, match="obiettivo_codice"), transaction.atomic():
            Obiettivo.objects.create(
                ente_id=o.ente_id, ciclo=o.ciclo, codice=o.codice, titolo="X", unita=o.unita
            )
        altro = enti.apri_anno(ente=mondo.ente(), anno=2027, istante=mondo.ADESSO)
        Obiettivo.objects.create(
            ente_id=o.ente_id, ciclo=altro, codice=o.codice, titolo="X", unita=o.unita
        )

    def test_r53_one_report_per_objective_and_period(self, db: None) -> None:
        o = mondo.in_stato("in_corso")
        periodo = Periodo.objects.filter(ciclo=o.ciclo)[0]
        with pytest.raises(IntegrityError, match="relazione_unica"), transaction.atomic():
            o.relazionesemestrale_tutti.create(ente_id=o.ente_id, periodo=periodo)


# what is written once, and stays: no row of it is written again to be tried
MAI_RISCRITTE = (
    *(VersioneObiettivo, VoceInsieme, Astensione, Validazione),
    DocumentoNeutralizzazione,
)


class TestRevisione:
    """The optimistic lock: every write to an objective or below it moves it, exactly enough for
    whoever had read it before to be told."""

    @pytest.mark.parametrize(
        "m",
        [m for m in MODELLI if issubclass(m, DiObiettivo) and m not in MAI_RISCRITTE],
        ids=nome_di,
    )
    def test_any_write_below_moves_it(self, db: None, m: Any) -> None:
        riga = m.objects.filter(ente__codice_ipa="alfa").order_by("pk").first() or _fabbrica(
            "alfa", m
        )
        o = Obiettivo.objects.get(pk=riga.obiettivo_id)
        riga.save()
        dopo = Obiettivo.objects.get(pk=o.pk)
        assert dopo.revisione > o.revisione

    def test_inserting_and_deleting_too_and_one_statement_moves_all(self, db: None) -> None:
        prima = dict(Obiettivo.objects.values_list("pk", "revisione"))
        Collaboratore.objects.filter(ente__codice_ipa="alfa").delete()
        dopo = dict(Obiettivo.objects.values_list("pk", "revisione"))
        mossi = {pk for pk in prima if dopo[pk] != prima[pk]}
        assert mossi == set(
            Obiettivo.objects.filter(ente__codice_ipa="alfa").values_list("pk", flat=True)
        )
        assert {dopo[pk] - prima[pk] for pk in mossi} == {1}

    def test_two_in_one_transaction_leave_a_number_that_nobody_saw(self, db: None) -> None:
        o = mondo.in_stato("bozza")
        ObiettivoSpecifico.objects.filter(obiettivo=o).update(titolo="Uno")
        ObiettivoSpecifico.objects.filter(obiettivo=o).update(titolo="Due")
        assert Obiettivo.objects.get(pk=o.pk).revisione == o.revisione + 2


class TestEntiEPersone:
    def test_an_ente_has_one_root_and_a_code_for_urls(self, db: None) -> None:
        for ipa in ("Alfa", "alfa beta", "-alfa", "", "alfa/2", "alfa:x"):
            with pytest.raises(IntegrityError), transaction.atomic():
                Ente.objects.create(nome="X", codice_ipa=ipa)
        with pytest.raises(IntegrityError), transaction.atomic():
            Ente.objects.create(nome="X", codice_ipa="alfa")

    def test_the_code_of_an_ente_is_for_ever(self, db: None) -> None:
        """It is in every URL, and in the names of the groups that hold its rights."""
        with pytest.raises(IntegrityError, match="identità"), transaction.atomic():
            Ente.objects.filter(codice_ipa="alfa").update(codice_ipa="omega")
        Ente.objects.filter(codice_ipa="alfa").update(nome="Città di Alfa")

    def test_one_user_is_one_person_in_an_ente_and_may_be_in_many(self, db: None) -> None:
        utente = mondo.utente("PRIMO NUCLEO")
        assert {p.ente.codice_ipa for p in utente.persone.select_related("ente")} == {
            "alfa",
            "beta",
        }
        with pytest.raises(IntegrityError, match="persona_utente"), transaction.atomic():
            Persona.objects.filter(pk=mondo.persona("SECONDO NUCLEO").pk).update(utente=utente)

    def test_r85_an_attachment_is_known_by_its_digest(self, db: None) -> None:
        with pytest.raises(IntegrityError, match="allegato_sha256"), transaction.atomic():
            Allegato.objects.create(
                ente=mondo.ente(),
                nome="x",
                tipo_mime="x/y",
                dimensione=1,
                sha256="A" * 64,
                percorso="x",
            )

    def test_two_years_are_open_together(self, db: None) -> None:
        """Year Y in reporting and Y+1 in planning (calendar C4)."""
        ente = mondo.ente()
        nuovo = enti.apri_anno(ente=ente, anno=2027, istante=mondo.ADESSO)
        assert enti.apri_anno(ente=ente, anno=2027, istante=mondo.ADESSO) == nuovo
        aperti = Ciclo.objects.filter(ente=ente, stato="aperto").order_by("anno")
        assert [c.anno for c in aperti] == [2026, 2027]
        assert Periodo.objects.filter(ciclo=nuovo).count() == 2
        with pytest.raises(ValueError, match="quorumm"):
            enti.apri_anno(ente=ente, anno=2028, istante=mondo.ADESSO, parametri={"quorumm": 2})
        assert not Ciclo.objects.filter(ente=ente, anno=2028).exists()

    def test_all_units_below_in_one_query(self, db: None, django_assert_num_queries: Any) -> None:
        radice = UnitaOrganizzativa.objects.get(ente=mondo.ente(), padre=None)
        with django_assert_num_queries(1):
            sotto = UnitaOrganizzativa.objects.filter(
                ente_id=radice.ente_id, percorso__startswith=radice.percorso
            )
            assert {u.codice for u in sotto} == {"ENTE", "S1", "S2"}
