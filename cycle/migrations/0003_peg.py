# SPDX-License-Identifier: AGPL-3.0-or-later
"""The year opened by an act, proroghe, sets and pareri; and rules that 0002 left open.

New in the database: what an act has fixed (parameters and terms of a year) stays; a proroga moves
a term forward and never one of the law; values submitted in a report change only after it is
reopened; rows of a year do not point into another; a parere is for ever.
"""

from importlib import import_module

import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models

prima = import_module("cycle.migrations.0002_regole")

NUOVE = [
    "cycle_documentoatto", "cycle_feedcalendario", "cycle_insieme", "cycle_parere",
    "cycle_preavviso", "cycle_proroga", "cycle_voceinsieme",
]

# (table, column, referred table): within the same ente
NELL_ENTE = [
    ("cycle_ciclo", "atto_apertura_id", "cycle_atto"),
    ("cycle_documentoatto", "allegato_id", "cycle_allegato"),
    ("cycle_documentoatto", "atto_id", "cycle_atto"),
    ("cycle_feedcalendario", "persona_id", "cycle_persona"),
    ("cycle_insieme", "atto_id", "cycle_atto"),
    ("cycle_insieme", "ciclo_id", "cycle_ciclo"),
    ("cycle_parere", "insieme_id", "cycle_insieme"),
    ("cycle_parere", "persona_id", "cycle_persona"),
    ("cycle_preavviso", "scadenza_id", "cycle_scadenza"),
    ("cycle_proroga", "atto_id", "cycle_atto"),
    ("cycle_proroga", "scadenza_id", "cycle_scadenza"),
    ("cycle_voceinsieme", "insieme_id", "cycle_insieme"),
    ("cycle_voceinsieme", "obiettivo_id", "cycle_obiettivo"),
]

# columns that say what a row is, and never change
FERME = {
    "cycle_documentoatto": ["atto_id"],
    "cycle_feedcalendario": ["persona_id"],
    "cycle_insieme": ["ciclo_id"],
    "cycle_parere": ["insieme_id"],
    "cycle_preavviso": ["scadenza_id"],
    "cycle_proroga": ["scadenza_id"],
    "cycle_voceinsieme": ["insieme_id", "obiettivo_id"],
}

# table -> column with the objective's id. The feed of a calendar is a secret of its owner and no
# act of anybody: the registro does not keep it.
OSSERVATE = {
    **{t: "" for t in NUOVE if t != "cycle_feedcalendario"},
    "cycle_voceinsieme": "obiettivo_id",
}

IMMUTABILI = ["cycle_documentoatto", "cycle_parere", "cycle_preavviso", "cycle_proroga"]

INSIEME = (
    "sottoponi:in_preparazione>in_istruttoria ritira:in_istruttoria>in_preparazione "
    "decidi:in_istruttoria>deciso annulla:in_preparazione>annullato"
)

# A set hangs on no objective: its Evento names it alone. What it is made of is fixed once it has
# been submitted: pareri were given on that.
INSIEMI = f"""
CREATE FUNCTION cycle_insieme_custodito() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE
    v_ammessi constant text[] := string_to_array(TG_ARGV[0], ' ');
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.stato <> 'in_preparazione' THEN
            RAISE EXCEPTION 'un insieme nasce in preparazione (R1)'
                USING ERRCODE = 'check_violation';
        END IF;
    ELSIF NOT EXISTS (
        SELECT 1 FROM workflows_evento e
         WHERE e.id = (SELECT azione FROM registro_azione_aperta())
           AND e.procedura = 'insieme' AND e.oggetto_id = NEW.id AND e.ente_id = NEW.ente_id
           AND e.da = OLD.stato AND e.a = NEW.stato
           AND e.verbo || ':' || e.da || '>' || e.a = ANY (v_ammessi)) THEN
        RAISE EXCEPTION 'lo stato di cycle_insieme cambia solo con un passo della sua procedura (R1)'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER stato_di_nascita AFTER INSERT ON cycle_insieme
    FOR EACH ROW EXECUTE FUNCTION cycle_insieme_custodito('{INSIEME}');
CREATE TRIGGER stato_custodito AFTER UPDATE ON cycle_insieme
    FOR EACH ROW WHEN (OLD.stato IS DISTINCT FROM NEW.stato)
    EXECUTE FUNCTION cycle_insieme_custodito('{INSIEME}');

CREATE FUNCTION cycle_insieme_fisso() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM righe r JOIN cycle_insieme i ON i.id = r.insieme_id
                WHERE i.stato <> 'in_preparazione') THEN
        RAISE EXCEPTION 'un insieme sottoposto alla giunta non cambia: prima lo si ritira (R15)'
            USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'INSERT' AND EXISTS (
        SELECT 1 FROM righe r JOIN cycle_insieme i ON i.id = r.insieme_id
          JOIN cycle_obiettivo o ON o.id = r.obiettivo_id
         WHERE o.ciclo_id <> i.ciclo_id) THEN
        RAISE EXCEPTION 'un insieme tiene obiettivi del suo anno'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER insieme_fisso_insert AFTER INSERT ON cycle_voceinsieme
    REFERENCING NEW TABLE AS righe FOR EACH STATEMENT EXECUTE FUNCTION cycle_insieme_fisso();
CREATE TRIGGER insieme_fisso_delete AFTER DELETE ON cycle_voceinsieme
    REFERENCING OLD TABLE AS righe FOR EACH STATEMENT EXECUTE FUNCTION cycle_insieme_fisso();

CREATE FUNCTION cycle_parere_su_cio_che_e() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM cycle_insieme i WHERE i.id = NEW.insieme_id
                     AND i.stato = 'in_istruttoria' AND i.impronta = NEW.impronta) THEN
        RAISE EXCEPTION 'un parere si rende su un insieme in istruttoria, com''è adesso (R15)'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER parere_attuale AFTER INSERT ON cycle_parere
    FOR EACH ROW EXECUTE FUNCTION cycle_parere_su_cio_che_e();
"""

# From its opening act on, a year keeps its parameters and terms (C2, R47, R49).
ANNO = """
CREATE FUNCTION cycle_anno_fissato() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.atto_apertura_id IS NOT NULL THEN
        RAISE EXCEPTION 'l''anno è stato aperto con un atto: i suoi parametri non cambiano (C2)'
            USING ERRCODE = 'check_violation';
    ELSIF NEW.atto_apertura_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM cycle_atto a WHERE a.id = NEW.atto_apertura_id
           AND a.ciclo_id = NEW.id AND a.tipo = 'calendario') THEN
        RAISE EXCEPTION 'l''atto che apre un anno è il suo, e ne fissa il calendario (C2)'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER anno_fissato BEFORE UPDATE ON cycle_ciclo FOR EACH ROW
    WHEN ((OLD.anno, OLD.parametri, OLD.versione_macchine, OLD.atto_apertura_id)
          IS DISTINCT FROM (NEW.anno, NEW.parametri, NEW.versione_macchine, NEW.atto_apertura_id))
    EXECUTE FUNCTION cycle_anno_fissato();

CREATE OR REPLACE FUNCTION cycle_termine_fermo() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.tipo = 'statutaria' THEN
        RAISE EXCEPTION 'un termine di legge non si sposta e non si toglie (R47)'
            USING ERRCODE = 'check_violation';
    ELSIF (SELECT c.atto_apertura_id FROM cycle_ciclo c WHERE c.id = OLD.ciclo_id) IS NOT NULL THEN
        RAISE EXCEPTION 'un termine fissato non si riscrive: si proroga con un atto (R49)'
            USING ERRCODE = 'check_violation';
    ELSIF (SELECT atto FROM registro_azione_aperta()) IS NULL THEN
        RAISE EXCEPTION 'un termine si sposta o si toglie solo con un atto (R49)'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE FUNCTION cycle_proroga_lecita() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE
    v_scadenza cycle_scadenza;
BEGIN
    SELECT * INTO v_scadenza FROM cycle_scadenza WHERE id = NEW.scadenza_id FOR UPDATE;
    IF v_scadenza.tipo = 'statutaria' THEN
        RAISE EXCEPTION 'un termine di legge non si proroga (R47)'
            USING ERRCODE = 'check_violation';
    ELSIF NEW.termine <= coalesce((SELECT p.termine FROM cycle_proroga p
                                    WHERE p.scadenza_id = NEW.scadenza_id
                                    ORDER BY p.id DESC LIMIT 1), v_scadenza.termine) THEN
        RAISE EXCEPTION 'una proroga porta il termine più avanti (R49)'
            USING ERRCODE = 'check_violation';
    ELSIF NOT EXISTS (SELECT 1 FROM cycle_atto a WHERE a.id = NEW.atto_id
                         AND a.ciclo_id = v_scadenza.ciclo_id AND a.tipo = 'calendario')
          OR (SELECT atto FROM registro_azione_aperta()) IS DISTINCT FROM NEW.atto_id THEN
        RAISE EXCEPTION 'una proroga si registra con il suo atto (R49)'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER proroga_lecita BEFORE INSERT ON cycle_proroga
    FOR EACH ROW EXECUTE FUNCTION cycle_proroga_lecita();
"""

# What was submitted is frozen until it is reopened (R54); only an import writes years that are over.
VALORI = """
CREATE FUNCTION cycle_valori_trasmessi() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp SET enable_nestloop = off AS $$
DECLARE
    v_fermo boolean;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT true INTO v_fermo
          FROM vecchie v JOIN nuove n ON n.id = v.id
          JOIN cycle_relazionesemestrale r
            ON r.obiettivo_id = n.obiettivo_id AND r.periodo_id IN (v.periodo_id, n.periodo_id)
         WHERE (v.valore, v.valore_data) IS DISTINCT FROM (n.valore, n.valore_data)
           AND r.stato NOT IN ('da_compilare', 'riaperta') LIMIT 1;
    ELSE
        SELECT true INTO v_fermo
          FROM vecchie v
          JOIN cycle_relazionesemestrale r
            ON r.obiettivo_id = v.obiettivo_id AND r.periodo_id = v.periodo_id
         WHERE (v.valore IS NOT NULL OR v.valore_data IS NOT NULL)
           AND r.stato NOT IN ('da_compilare', 'riaperta') LIMIT 1;
    END IF;
    IF v_fermo THEN
        RAISE EXCEPTION 'i valori di una relazione trasmessa cambiano solo dopo la riapertura (R54)'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER valori_trasmessi_update AFTER UPDATE ON cycle_rilevazione
    REFERENCING OLD TABLE AS vecchie NEW TABLE AS nuove
    FOR EACH STATEMENT EXECUTE FUNCTION cycle_valori_trasmessi();
CREATE TRIGGER valori_trasmessi_delete AFTER DELETE ON cycle_rilevazione
    REFERENCING OLD TABLE AS vecchie
    FOR EACH STATEMENT EXECUTE FUNCTION cycle_valori_trasmessi();

CREATE FUNCTION cycle_testo_trasmesso() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM cycle_relazionesemestrale r WHERE r.id = OLD.relazione_id
                  AND r.stato NOT IN ('da_compilare', 'riaperta')) THEN
        RAISE EXCEPTION 'il testo di una relazione trasmessa cambia solo dopo la riapertura (R54)'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER testo_trasmesso AFTER UPDATE ON cycle_vocerelazione
    FOR EACH ROW WHEN (OLD.testo IS DISTINCT FROM NEW.testo)
    EXECUTE FUNCTION cycle_testo_trasmesso();
"""

# (table, column of the referred row of a year, referred table)
DELL_ANNO = [
    ("cycle_obiettivonodo", "nodo_id", "cycle_nodostrategico"),
    ("cycle_relazionesemestrale", "periodo_id", "cycle_periodo"),
    ("cycle_rilevazione", "periodo_id", "cycle_periodo"),
]


def _dell_anno():
    for tabella, colonna, riferita in DELL_ANNO:
        yield f"""
CREATE FUNCTION {tabella}_stesso_anno() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM nuove n JOIN cycle_obiettivo o ON o.id = n.obiettivo_id
                 JOIN {riferita} x ON x.id = n.{colonna}
                WHERE x.ciclo_id <> o.ciclo_id) THEN
        RAISE EXCEPTION 'una riga di % non è dell''anno del suo obiettivo', TG_TABLE_NAME
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$"""
        for evento in ("INSERT", "UPDATE"):
            yield (
                f"CREATE TRIGGER stesso_anno_{evento.lower()} AFTER {evento} ON {tabella} "
                f"REFERENCING NEW TABLE AS nuove FOR EACH STATEMENT "
                f"EXECUTE FUNCTION {tabella}_stesso_anno()"
            )


# An incarico begins when its act says: what moves is its end, and only until it has come (R83).
INCARICO = """
CREATE FUNCTION cycle_incarico_decorso() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'la decorrenza e l''atto di un incarico non cambiano: se ne conferisce un altro (R83)'
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER incarico_decorso BEFORE UPDATE ON cycle_incarico FOR EACH ROW
    WHEN ((OLD.dal, OLD.atto_di_conferimento, OLD.ambito)
          IS DISTINCT FROM (NEW.dal, NEW.atto_di_conferimento, NEW.ambito))
    EXECUTE FUNCTION cycle_incarico_decorso();
"""


def _vincoli():
    for tabella in NUOVE:
        yield f"ALTER TABLE {tabella} ADD CONSTRAINT {tabella}_ente_uk UNIQUE (ente_id, id)"
    for tabella, colonna, riferita in NELL_ENTE:
        yield (
            f"ALTER TABLE {tabella} ADD CONSTRAINT {tabella}_{colonna}_ente_fk "
            f"FOREIGN KEY (ente_id, {colonna}) REFERENCES {riferita} (ente_id, id) "
            "DEFERRABLE INITIALLY DEFERRED"
        )


def _senza_vincoli():
    for tabella, colonna, _ in NELL_ENTE:
        yield f"ALTER TABLE {tabella} DROP CONSTRAINT {tabella}_{colonna}_ente_fk"
    for tabella in NUOVE:
        yield f"ALTER TABLE {tabella} DROP CONSTRAINT {tabella}_ente_uk"


def _trigger():
    for tabella in NUOVE:
        colonne = ["id", "pid", "ente_id", *FERME[tabella]]
        vecchie, nuove = (", ".join(f"{r}.{c}" for c in colonne) for r in ("OLD", "NEW"))
        yield (
            f"CREATE TRIGGER identita_ferma BEFORE UPDATE ON {tabella} FOR EACH ROW "
            f"WHEN (({vecchie}) IS DISTINCT FROM ({nuove})) "
            "EXECUTE FUNCTION cycle_identita_ferma()"
        )
    for tabella in IMMUTABILI:
        yield (
            f"CREATE TRIGGER immutabile BEFORE UPDATE OR DELETE OR TRUNCATE ON {tabella} "
            "FOR EACH STATEMENT EXECUTE FUNCTION cycle_immutabile()"
        )
    yield INSIEMI
    yield ANNO
    yield VALORI
    yield from _dell_anno()
    yield INCARICO
    for tabella, radice in OSSERVATE.items():
        yield from prima._osserva(tabella, radice)


def _senza_trigger():
    for tabella in OSSERVATE:
        for nome in ("inserite", "modificate", "eliminate"):
            yield f"DROP TRIGGER registro_{nome} ON {tabella}"
    yield "DROP TRIGGER incarico_decorso ON cycle_incarico"
    for tabella, _, _ in DELL_ANNO:
        for evento in ("insert", "update"):
            yield f"DROP TRIGGER stesso_anno_{evento} ON {tabella}"
        yield f"DROP FUNCTION {tabella}_stesso_anno()"
    yield "DROP TRIGGER testo_trasmesso ON cycle_vocerelazione"
    yield "DROP TRIGGER valori_trasmessi_update ON cycle_rilevazione"
    yield "DROP TRIGGER valori_trasmessi_delete ON cycle_rilevazione"
    yield "DROP TRIGGER proroga_lecita ON cycle_proroga"
    yield "DROP TRIGGER anno_fissato ON cycle_ciclo"
    yield "DROP TRIGGER parere_attuale ON cycle_parere"
    for evento in ("insert", "delete"):
        yield f"DROP TRIGGER insieme_fisso_{evento} ON cycle_voceinsieme"
    yield "DROP TRIGGER stato_custodito ON cycle_insieme"
    yield "DROP TRIGGER stato_di_nascita ON cycle_insieme"
    for tabella in IMMUTABILI:
        yield f"DROP TRIGGER immutabile ON {tabella}"
    for tabella in NUOVE:
        yield f"DROP TRIGGER identita_ferma ON {tabella}"
    for funzione in (
        "incarico_decorso",
        "testo_trasmesso",
        "valori_trasmessi",
        "proroga_lecita",
        "anno_fissato",
        "parere_su_cio_che_e",
        "insieme_fisso",
        "insieme_custodito",
    ):
        yield f"DROP FUNCTION cycle_{funzione}()"
    yield prima.TERMINI.split("CREATE TRIGGER")[0].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


class Migration(migrations.Migration):

    dependencies = [
        ('cycle', '0002_regole'),
    ]

    operations = [
        migrations.CreateModel(
            name='Battito',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('nome', models.CharField(max_length=60, unique=True)),
                ('istante', models.DateTimeField()),
                ('esito', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'verbose_name': 'battito',
                'verbose_name_plural': 'battiti',
            },
        ),
        migrations.CreateModel(
            name='Avanzamento',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('chiave', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('fase', models.CharField(max_length=100)),
                ('fatto', models.PositiveIntegerField(default=0)),
                ('totale', models.PositiveIntegerField(default=0)),
                ('aggiornato_il', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('utente', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'avanzamento',
                'verbose_name_plural': 'avanzamenti',
            },
        ),
        migrations.CreateModel(
            name='FeedCalendario',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('impronta', models.CharField(max_length=64, unique=True)),
                ('creato_il', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
                ('persona', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='feed_calendario', to='cycle.persona')),
            ],
            options={
                'verbose_name': 'feed del calendario',
                'verbose_name_plural': 'feed del calendario',
            },
        ),
        migrations.CreateModel(
            name='Insieme',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('stato', models.CharField(choices=[('in_preparazione', 'In preparazione'), ('in_istruttoria', 'In istruttoria'), ('deciso', 'Deciso'), ('annullato', 'Annullato')], default='in_preparazione', max_length=20, verbose_name='stato')),
                ('nome', models.CharField(max_length=200)),
                ('revisione', models.PositiveIntegerField(default=1)),
                ('impronta', models.CharField(blank=True, max_length=64)),
                ('sottoposto_il', models.DateTimeField(blank=True, null=True)),
                ('atto', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='insiemi', to='cycle.atto')),
                ('ciclo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='insiemi', to='cycle.ciclo')),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
            ],
            options={
                'verbose_name': 'insieme',
                'verbose_name_plural': 'insiemi',
                'ordering': ['pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('stato__in', ['in_preparazione', 'in_istruttoria', 'deciso', 'annullato'])), name='insieme_stato'), models.CheckConstraint(condition=models.Q(models.Q(('stato__in', ['in_istruttoria', 'deciso']), _negated=True), models.Q(('impronta__regex', '^[0-9a-f]{64}$'), ('sottoposto_il__isnull', False)), _connector='OR'), name='insieme_sottoposto'), models.CheckConstraint(condition=models.Q(models.Q(('atto__isnull', False), ('stato', 'deciso')), models.Q(models.Q(('stato', 'deciso'), _negated=True), ('atto__isnull', True)), _connector='OR'), name='insieme_deciso_con_atto')],
            },
                    ),
        migrations.CreateModel(
            name='Parere',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('tipo', models.CharField(choices=[('tecnico', 'Regolarità tecnica'), ('contabile', 'Regolarità contabile')], max_length=10)),
                ('esito', models.CharField(choices=[('favorevole', 'Favorevole'), ('contrario', 'Contrario'), ('non_dovuto', 'Non dovuto')], max_length=12)),
                ('testo', models.TextField(blank=True)),
                ('impronta', models.CharField(max_length=64)),
                ('reso_il', models.DateTimeField()),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
                ('insieme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pareri', to='cycle.insieme')),
                ('persona', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.persona')),
            ],
            options={
                'verbose_name': 'parere',
                'verbose_name_plural': 'pareri',
                'constraints': [models.UniqueConstraint(fields=('insieme', 'tipo', 'impronta'), name='parere_uno_per_tipo'), models.CheckConstraint(condition=models.Q(('tipo__in', ['tecnico', 'contabile'])), name='parere_tipo'), models.CheckConstraint(condition=models.Q(('esito__in', ['favorevole', 'contrario', 'non_dovuto'])), name='parere_esito'), models.CheckConstraint(condition=models.Q(('esito', 'favorevole'), ('testo__regex', '\\S'), _connector='OR'), name='parere_motivato')],
            },
        ),
        migrations.CreateModel(
            name='Preavviso',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('passo', models.CharField(choices=[('30', 'Trenta giorni prima'), ('7', 'Sette giorni prima'), ('1', 'Il giorno prima'), ('scaduta', 'Scaduta'), ('segretario', 'Segnalata al segretario')], max_length=10)),
                ('termine', models.DateTimeField()),
                ('inviato_il', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
                ('scadenza', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='preavvisi', to='cycle.scadenza')),
            ],
            options={
                'verbose_name': 'preavviso',
                'verbose_name_plural': 'preavvisi',
                'constraints': [models.UniqueConstraint(fields=('scadenza', 'passo', 'termine'), name='preavviso_una_volta'), models.CheckConstraint(condition=models.Q(('passo__in', ['30', '7', '1', 'scaduta', 'segretario'])), name='preavviso_passo')],
            },
        ),
        migrations.CreateModel(
            name='Proroga',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('data', models.DateField()),
                ('termine', models.DateTimeField()),
                ('motivazione', models.TextField()),
                ('registrata_il', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('atto', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proroghe', to='cycle.atto')),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
                ('scadenza', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proroghe', to='cycle.scadenza')),
            ],
            options={
                'verbose_name': 'proroga',
                'verbose_name_plural': 'proroghe',
                'ordering': ['scadenza', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('motivazione__regex', '\\S')), name='proroga_motivata')],
            },
        ),
        migrations.CreateModel(
            name='VoceInsieme',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('impronta', models.CharField(blank=True, max_length=64)),
                ('in_attesa', models.BooleanField(default=True)),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
                ('insieme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='voci', to='cycle.insieme')),
                ('obiettivo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_tutti', to='cycle.obiettivo')),
            ],
            options={
                'verbose_name': "voce dell'insieme",
                'verbose_name_plural': "voci dell'insieme",
                'constraints': [models.UniqueConstraint(fields=('insieme', 'obiettivo'), name='voceinsieme_unica'), models.UniqueConstraint(condition=models.Q(('in_attesa', True)), fields=('obiettivo',), name='voceinsieme_una_attesa')],
            },
        ),
        migrations.CreateModel(
            name='DocumentoAtto',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('genere', models.CharField(choices=[('deliberazione', 'Deliberazione'), ('allegato', 'Allegato: le schede approvate'), ('parere', 'Parere')], max_length=15)),
                ('allegato', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.allegato')),
                ('atto', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documenti', to='cycle.atto')),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
            ],
            options={
                'verbose_name': "documento dell'atto",
                'verbose_name_plural': "documenti dell'atto",
                'constraints': [models.UniqueConstraint(fields=('atto', 'genere', 'allegato'), name='documento_unico'), models.CheckConstraint(condition=models.Q(('genere__in', ['deliberazione', 'allegato', 'parere'])), name='documento_genere')],
            },
        ),
        migrations.AddField(
            model_name='ciclo',
            name='atto_apertura',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.atto'),
        ),
        migrations.AddField(
            model_name='incarico',
            name='ambito',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name='incarico',
            name='atto_di_cessazione',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='incarico',
            name='motivo',
            field=models.TextField(blank=True),
        ),
        migrations.RunSQL(prima._sql(_vincoli()), prima._sql(_senza_vincoli())),
        migrations.RunSQL(prima._sql(_trigger()), prima._sql(_senza_trigger())),
    ]
