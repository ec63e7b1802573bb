# SPDX-License-Identifier: AGPL-3.0-or-later
"""The schede printed: four forms from the same data, each with its blocks in its order, as PDF/UA;
whatever their texts hold."""

from __future__ import annotations

import hashlib
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pypdf import PdfReader

from cycle.exports.forme import FORME, stampa
from cycle.models import (
    Ciclo,
    Collaboratore,
    Indicatore,
    Obiettivo,
    ObiettivoSpecifico,
    Rilevazione,
)
from cycle.parametri import Parametri
from tests import mondo
from tests.importazione.test_forme import carica
from workflows.registro.models import Evento

pytestmark = pytest.mark.usefixtures("db")

BLOCCHI = {
    "modena": [
        "Piano Esecutivo di Gestione - Sezione", "Settore", "n° -", "Codice", "Obiettivo generale",
        "Inizio Previsto", "Fine Prevista", "Inizio Effettivo", "Fine Effettiva",
        "Responsabile Generale", "Responsabile Operativo", "Fase", "Stato", "Programma Operativo",
        "Dettaglio % Avanzamento Annuale", "% Convalidata dal Nucleo di Valutazione",
        "Tipologie Flag", "Collaboratori", "ELENCO", "Codice", "Titolo", "Descrizione",
        "Collaboratori", "Indicatore", "Peso Indicatore", "Target", "Conseguito", "Aggregazione",
        "---", "Primo Stato di Avanzamento", "Eventuali osservazioni Nucleo di Valutazione",
        "Eventuale risposta del Settore alle osservazioni",
    ],
    "seregno": [
        "Scheda Obiettivo Gestionale", "LINEA STRATEGICA:", "AZIONE STRATEGICA:",
        "Missione D.Lgs 118/2011", "Programma D.Lgs 118/2011", "CdC Associato", "RESPONSABILE:",
        "Indirizzi del Documento Unico di Programmazione", "Definizione dell'",
        "INFORMAZIONI TEMPORALI", "Data Inizio Prev.:", "Data Fine Eff.:", "CONDIZIONE:",
        "DESCRIZIONE FASI", "INDICATORI DI PERFORMANCE", "Codice Attività", "Valore Target",
        "1° Rilevazione", "Valore Raggiunto", "% Ragg.", "Budget risorse umane", "Categoria",
        "Matricola", "Cognome Nome", "Budget risorse strumentali", "Spazi a disposizione",
        "Dotazione informatica", "Altro", "Budget risorse finanziarie", "Monitoraggio", "NOTE",
    ],
    "cinisello": [
        "Area Tematica", "Assessorato", "Direzione", "Direttore", "Centro di responsabilità",
        "Responsabile", "Tipo di Obiettivo", "Collegato a", "OBIETTIVO DI MANDATO:",
        "OBIETTIVO DI MISSIONE:", "OBIETTIVO DI PROGRAMMA:",
        "STATO DI ATTUAZIONE AL 31 DICEMBRE", "GANTT", "FASI", "Descrizione", "Peso", "Avanz.",
        "Inizio Previsto / Inizio Effettivo", "Fine Prevista / Fine Effettiva",
        "Centro di Responsabilità", "Note", "INDICATORI", "Valore Atteso", "Valore Raggiunto",
        "Valore Raggiunto 2030", "Valore Raggiunto 2029", "Note",
    ],
    "reggio": [
        "Centro di Responsabilità", "Dirigente:", "Descrizione",
        "Indirizzo Strategico di riferimento", "Obiettivo Strategico", "Azione",
        "Codice indicatore", "Indicatore", "Valore previsto 2031", "Fasi/Attività",
        "Budget previsto", "Persone", "Nome Soggetto", "Relazione Personale", "Impegno Personale",
    ],
}  # fmt: skip


def schede(anno: int = 2031, **di: Any) -> list[Obiettivo]:
    return list(Obiettivo.objects.filter(ciclo__anno=anno, **di).order_by("codice"))


def letto(contenuto: bytes) -> tuple[PdfReader, str]:
    """The document, and its words one blank apart."""
    pdf = PdfReader(BytesIO(contenuto))
    return pdf, " ".join(" ".join(p.extract_text() for p in pdf.pages).split())


def in_ordine(testo: str, parole: list[str]) -> None:
    da = 0
    for parola in parole:
        trovata = testo.find(parola, da)
        assert trovata >= 0, (parola, testo[da : da + 200])
        da = trovata + len(parola)


def accessibile(pdf: PdfReader) -> None:
    radice: Any = pdf.trailer["/Root"]
    assert radice["/MarkInfo"]["/Marked"]
    assert radice["/Lang"].startswith("it")
    assert "/StructTreeRoot" in radice
    assert "pdfuaid:part" in radice["/Metadata"].get_data().decode()
    assert pdf.metadata is not None
    assert pdf.metadata.title


@pytest.mark.parametrize("forma", FORME)
@pytest.mark.parametrize("fonte", ["seregno", "reggio", "cinisello"])
def test_every_form_prints_every_plan_with_its_blocks_in_order(fonte: str, forma: str) -> None:
    carica(fonte)
    prima = schede()[0]
    pdf, testo = letto(stampa(mondo.ciclo(anno=2031), [prima], forma))
    accessibile(pdf)
    in_ordine(testo, BLOCCHI[forma])
    for i in Indicatore.objects.filter(obiettivo=prima):
        assert i.nome.split()[0] in testo
    for nodo in prima.nodi.all():  # also of a tree that this form has no place for
        assert nodo.titolo.split()[0] in testo


def test_the_form_of_the_ente_is_the_one_its_layout_brought() -> None:
    for fonte, nome in (("reggio", "Progetto"),):
        carica(fonte)
        ciclo = mondo.ciclo(anno=2031)
        parametri = Parametri.da_dizionario(ciclo.parametri)
        assert (parametri.forma, parametri.nome_obiettivo) == (fonte, nome)
        assert letto(stampa(ciclo, schede()[:1]))[1] == letto(stampa(ciclo, schede()[:1], fonte))[1]


def test_headers_of_tables_are_headers() -> None:
    carica("cinisello")
    contenuto = stampa(mondo.ciclo(anno=2031), schede()[:1], "cinisello")
    tag = _tag(PdfReader(BytesIO(contenuto)))
    assert tag.count("/TH") >= 8 + 7  # of phases, of indicators
    assert "/Figure" in tag or "/Formula" in tag  # the Gantt, which says in words what it draws


def _tag(pdf: PdfReader) -> list[str]:
    trovati: list[str] = []

    def scendi(nodo: Any) -> None:
        nodo = nodo.get_object() if hasattr(nodo, "get_object") else nodo
        if isinstance(nodo, list):
            for figlio in nodo:
                scendi(figlio)
        elif isinstance(nodo, dict):
            if "/S" in nodo:
                trovati.append(str(nodo["/S"]))
            if "/K" in nodo:
                scendi(nodo["/K"])

    radice: Any = pdf.trailer["/Root"]
    scendi(radice["/StructTreeRoot"]["/K"])
    return trovati


OSTILI = '#panic("x") $a$ *b* <a> @b `c` \\u{0} [ #import "/dati.json" // /* \x01\x07\u202e\ue000 è'


@pytest.mark.parametrize("forma", FORME)
def test_hostile_texts_are_printed_as_they_are(forma: str) -> None:
    o = mondo.in_stato("bozza")
    lungo = ("Titolo lunghissimo #set text(red) " * 200)[:1000]
    Obiettivo.objects.filter(pk=o.pk).update(
        titolo=lungo, descrizione=OSTILI * 40, sezioni=[["Note #f", OSTILI], ["", "p" * 5000]]
    )
    ObiettivoSpecifico.objects.filter(obiettivo=o).update(titolo=OSTILI, descrizione="q" * 5000)
    Indicatore.objects.filter(obiettivo=o).update(nome=OSTILI[:200], note=OSTILI)
    o = Obiettivo.objects.get(pk=o.pk)
    o.titolo = "x" * 5000
    pdf, testo = letto(stampa(o.ciclo, [o], forma))
    accessibile(pdf)
    assert '#panic("x")' in testo


@pytest.mark.parametrize("forma", FORME)
def test_an_empty_scheda_and_an_empty_year_print(forma: str) -> None:
    o = schede(2026, stato="bozza")[0]
    vuota = Obiettivo(pk=0, ciclo=o.ciclo, unita=o.unita, codice="V", titolo="Vuota", stato="bozza")
    pdf, testo = letto(stampa(o.ciclo, [vuota], forma))
    accessibile(pdf)
    assert "Vuota" in testo
    accessibile(letto(stampa(o.ciclo, [], forma))[0])


def test_reserved_data_stay_out_for_who_may_not_see_them() -> None:
    carica("reggio")
    primo, ciclo = schede()[0], mondo.ciclo(anno=2031)
    assert Collaboratore.objects.filter(obiettivo=primo, impegno="60.5").exists()
    assert "60,50 %" in letto(stampa(ciclo, [primo], "reggio"))[1]
    assert "60,50" not in letto(stampa(ciclo, [primo], "reggio", riservati=False))[1]


def test_the_queries_do_not_grow_with_the_schede(django_assert_max_num_queries: Any) -> None:
    carica("reggio")
    ciclo = mondo.ciclo(anno=2031)
    tutte = list(
        Obiettivo.objects.filter(ciclo=ciclo).select_related(
            "responsabile_generale", "responsabile_operativo"
        )
    )
    for quante in (tutte[:1], tutte):
        with django_assert_max_num_queries(14):
            stampa(Ciclo.objects.select_related("ente").get(pk=ciclo.pk), quante, "reggio")


def test_the_command_writes_a_file_or_says_why_not(tmp_path: Path) -> None:
    carica("cinisello")
    file, uscita = tmp_path / "schede.pdf", StringIO()
    ente = mondo.ente().codice_ipa
    call_command("stampa", str(file), ente=ente.upper(), anno=2031, forma="modena", stdout=uscita)
    assert f"schede {len(schede())}" in uscita.getvalue()
    _pdf, testo = letto(file.read_bytes())
    assert all(o.codice in testo for o in schede())
    evento = Evento.objects.filter(verbo="esporta").latest("pk")
    assert evento.dati["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    codice = schede()[1].codice
    call_command("stampa", str(file), ente=ente, anno=2031, obiettivo=codice, stdout=uscita)
    assert schede()[0].codice not in letto(file.read_bytes())[1]
    for detto, opzioni in (
        ("Non c'è un anno 1999", {"anno": 1999}),
        ("Non c'è un anno 2031", {"ente": "zzz"}),
        ("non c'è una scheda NO", {"obiettivo": "NO"}),
    ):
        with pytest.raises(CommandError, match=detto):
            call_command("stampa", str(file), **{"ente": ente, "anno": 2031, **opzioni})
    with pytest.raises(CommandError, match="Non si può scrivere"):
        call_command("stampa", str(tmp_path / "no" / "x.pdf"), ente=ente, anno=2031)


def test_an_indicator_and_its_periods_stay_on_one_page() -> None:
    o = mondo.in_stato("bozza")
    specifico = ObiettivoSpecifico.objects.filter(obiettivo=o).first()
    assert specifico is not None
    Indicatore.objects.bulk_create(
        Indicatore(
            ente=o.ente,
            obiettivo=o,
            specifico=specifico,
            ordine=n,
            nome=f"Indicatore di prova numero {n}" + " con un nome lungo" * (n % 7),
        )
        for n in range(100, 160)
    )
    periodi = {p.pk for p in o.ciclo.periodi.all()}
    Rilevazione.objects.bulk_create(
        Rilevazione(ente=o.ente, obiettivo=o, indicatore=i, periodo_id=p, target=n)
        for n, i in enumerate(Indicatore.objects.filter(obiettivo=o, ordine__gte=100))
        for p in periodi
    )
    pdf, _testo = letto(stampa(o.ciclo, [o], "modena"))
    pagine = [p.extract_text() for p in pdf.pages]
    assert len(pagine) > 3
    for pagina in pagine:
        dopo = pagina.rpartition("Aggregazione")[2] if pagina.count("Aggregazione") == 1 else ""
        assert not dopo.strip().startswith("---"), pagina[:400]
