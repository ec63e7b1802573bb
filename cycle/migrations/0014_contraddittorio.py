# SPDX-License-Identifier: AGPL-3.0-or-later
"""The dialogue on a report: osservazioni and answers, their days, who abstains at a sitting.

New in the database: the states of a report move only along the longer machine; an osservazione is
written only while its report is submitted, on the figures it was submitted with; an answer only
while it is observed; what is published of both changes only with the steps of the report (R54,
R55).
"""

from importlib import import_module

import django.contrib.postgres.functions
import django.db.models.deletion
from django.db import migrations, models

regole = import_module("cycle.migrations.0002_regole")

NUOVE = ["cycle_astensione", "cycle_osservazione", "cycle_risposta"]

# (table, column, referred table): within the same ente
NELL_ENTE = [
    ("cycle_astensione", "obiettivo_id", "cycle_obiettivo"),
    ("cycle_astensione", "persona_id", "cycle_persona"),
    ("cycle_astensione", "seduta_id", "cycle_seduta"),
    ("cycle_osservazione", "autore_id", "cycle_persona"),
    ("cycle_osservazione", "firmata_da_id", "cycle_persona"),
    ("cycle_osservazione", "obiettivo_id", "cycle_obiettivo"),
    ("cycle_risposta", "autore_id", "cycle_persona"),
    ("cycle_risposta", "obiettivo_id", "cycle_obiettivo"),
]

# (table, column, referred table): within the same objective too
NELL_OBIETTIVO = [
    ("cycle_astensione", "relazione_id", "cycle_relazionesemestrale"),
    ("cycle_osservazione", "voce_id", "cycle_vocerelazione"),
    ("cycle_risposta", "osservazione_id", "cycle_osservazione"),
]

# columns that say what a row is, and never change
FERME = {
    "cycle_astensione": ["obiettivo_id", "seduta_id", "persona_id", "relazione_id"],
    "cycle_osservazione": ["obiettivo_id", "voce_id", "impronta"],
    "cycle_risposta": ["obiettivo_id", "osservazione_id"],
}

PRIMA = (
    "trasmetti:da_compilare>trasmessa trasmetti:riaperta>trasmessa valida:trasmessa>validata "
    "riapri:trasmessa>riaperta riapri:validata>riaperta"
)
ADESSO = (
    "trasmetti:da_compilare>trasmessa trasmetti:riaperta>trasmessa osserva:trasmessa>osservata "
    "controdeduci:osservata>controdedotta valida:trasmessa>validata valida:osservata>validata "
    "valida:controdedotta>validata riapri:trasmessa>riaperta riapri:osservata>riaperta "
    "riapri:controdedotta>riaperta riapri:validata>riaperta"
)

DIALOGO = """
CREATE FUNCTION cycle_osservazione_al_suo_momento() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE
    v_riga constant cycle_osservazione := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM cycle_vocerelazione v
                     JOIN cycle_relazionesemestrale r ON r.id = v.relazione_id
                    WHERE v.id = v_riga.voce_id AND r.stato = 'trasmessa'
                      AND r.impronta = v_riga.impronta) THEN
        RAISE EXCEPTION 'un''osservazione si scrive su una relazione trasmessa, com''è adesso (R54)'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN v_riga;
END $$;
CREATE TRIGGER al_suo_momento BEFORE INSERT OR UPDATE OR DELETE ON cycle_osservazione
    FOR EACH ROW EXECUTE FUNCTION cycle_osservazione_al_suo_momento();

CREATE FUNCTION cycle_risposta_al_suo_momento() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE
    v_riga constant cycle_risposta := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM cycle_osservazione o
                     JOIN cycle_vocerelazione v ON v.id = o.voce_id
                     JOIN cycle_relazionesemestrale r ON r.id = v.relazione_id
                    WHERE o.id = v_riga.osservazione_id AND r.stato = 'osservata'
                      AND r.impronta = o.impronta) THEN
        RAISE EXCEPTION 'si risponde a un''osservazione ricevuta, finché la si può controdedurre (R55)'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN v_riga;
END $$;
CREATE TRIGGER al_suo_momento BEFORE INSERT OR UPDATE OR DELETE ON cycle_risposta
    FOR EACH ROW EXECUTE FUNCTION cycle_risposta_al_suo_momento();

CREATE FUNCTION cycle_dialogo_custodito() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM workflows_evento e
                    WHERE e.id = (SELECT azione FROM registro_azione_aperta())
                      AND e.procedura = 'relazione'
                      AND e.verbo IN ('osserva', 'controdeduci', 'trasmetti')) THEN
        RAISE EXCEPTION 'osservazioni e risposte si pubblicano con i passi della relazione (R54, R55)'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER dialogo_custodito BEFORE UPDATE ON cycle_vocerelazione FOR EACH ROW
    WHEN ((OLD.osservazione, OLD.risposta) IS DISTINCT FROM (NEW.osservazione, NEW.risposta))
    EXECUTE FUNCTION cycle_dialogo_custodito();

CREATE TRIGGER immutabile BEFORE UPDATE OR DELETE OR TRUNCATE ON cycle_astensione
    FOR EACH STATEMENT EXECUTE FUNCTION cycle_immutabile();
"""


def _custodito(passaggi):
    yield "DROP TRIGGER stato_custodito ON cycle_relazionesemestrale"
    yield (
        "CREATE TRIGGER stato_custodito AFTER UPDATE ON cycle_relazionesemestrale "
        "REFERENCING OLD TABLE AS vecchie NEW TABLE AS nuove FOR EACH STATEMENT "
        f"EXECUTE FUNCTION cycle_relazionesemestrale_custodito('{passaggi}', 'obiettivo_id')"
    )


def _regole():
    for tabella in NUOVE:
        yield f"ALTER TABLE {tabella} ADD CONSTRAINT {tabella}_ente_uk UNIQUE (ente_id, id)"
    yield (
        "ALTER TABLE cycle_osservazione "
        "ADD CONSTRAINT cycle_osservazione_obiettivo_uk UNIQUE (obiettivo_id, id)"
    )
    for chiave, suffisso, vincoli in (
        ("ente_id", "ente", NELL_ENTE),
        ("obiettivo_id", "ob", NELL_OBIETTIVO),
    ):
        for tabella, colonna, riferita in vincoli:
            yield (
                f"ALTER TABLE {tabella} ADD CONSTRAINT {tabella}_{colonna}_{suffisso}_fk "
                f"FOREIGN KEY ({chiave}, {colonna}) REFERENCES {riferita} ({chiave}, id) "
                "DEFERRABLE INITIALLY DEFERRED"
            )
    for tabella in NUOVE:
        colonne = ["id", "pid", "ente_id", *FERME[tabella]]
        vecchie, nuove = (", ".join(f"{r}.{c}" for c in colonne) for r in ("OLD", "NEW"))
        yield (
            f"CREATE TRIGGER identita_ferma BEFORE UPDATE ON {tabella} FOR EACH ROW "
            f"WHEN (({vecchie}) IS DISTINCT FROM ({nuove})) "
            "EXECUTE FUNCTION cycle_identita_ferma()"
        )
        yield from regole._revisione(tabella)
        yield from regole._osserva(tabella, "obiettivo_id")
    yield DIALOGO
    yield from _custodito(ADESSO)


def _senza():
    """The tables go with what hangs on them."""
    yield from _custodito(PRIMA)
    yield "DROP TRIGGER dialogo_custodito ON cycle_vocerelazione"
    for tabella in NUOVE:
        for evento in ("insert", "update", "delete"):
            yield f"DROP TRIGGER tocca_{evento} ON {tabella}"
        for nome in ("inserite", "modificate", "eliminate"):
            yield f"DROP TRIGGER registro_{nome} ON {tabella}"
        yield f"DROP TRIGGER identita_ferma ON {tabella}"
    yield "DROP TRIGGER immutabile ON cycle_astensione"
    for tabella in ("cycle_osservazione", "cycle_risposta"):
        yield f"DROP TRIGGER al_suo_momento ON {tabella}"
        yield f"DROP FUNCTION {tabella}_al_suo_momento()"
    yield "DROP FUNCTION cycle_dialogo_custodito()"
    for suffisso, vincoli in (("ob", NELL_OBIETTIVO), ("ente", NELL_ENTE)):
        for tabella, colonna, _ in vincoli:
            yield f"ALTER TABLE {tabella} DROP CONSTRAINT {tabella}_{colonna}_{suffisso}_fk"
    yield "ALTER TABLE cycle_osservazione DROP CONSTRAINT cycle_osservazione_obiettivo_uk"
    for tabella in NUOVE:
        yield f"ALTER TABLE {tabella} DROP CONSTRAINT {tabella}_ente_uk"


class Migration(migrations.Migration):

    dependencies = [
        ('cycle', '0013_griglia'),
    ]

    operations = [
        migrations.CreateModel(
            name='Astensione',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('per_conflitto', models.BooleanField(default=False)),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
                ('obiettivo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_tutti', to='cycle.obiettivo')),
                ('persona', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.persona')),
                ('relazione', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='astensioni', to='cycle.relazionesemestrale')),
                ('seduta', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='astensioni', to='cycle.seduta')),
            ],
            options={
                'verbose_name': 'astensione',
                'verbose_name_plural': 'astensioni',
                'constraints': [models.UniqueConstraint(fields=('seduta', 'persona', 'obiettivo', 'relazione'), name='astensione_una', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='Osservazione',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('impronta', models.CharField(max_length=64)),
                ('revisione', models.PositiveIntegerField(default=1)),
                ('proposta', models.TextField(blank=True)),
                ('testo', models.TextField()),
                ('invita_entro', models.DateField(blank=True, null=True)),
                ('scritta_il', models.DateTimeField()),
                ('firmata_il', models.DateTimeField(blank=True, null=True)),
                ('autore', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.persona')),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
                ('firmata_da', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.persona')),
                ('obiettivo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_tutti', to='cycle.obiettivo')),
                ('voce', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='osservazioni', to='cycle.vocerelazione')),
            ],
            options={
                'verbose_name': 'osservazione',
                'verbose_name_plural': 'osservazioni',
                'constraints': [models.UniqueConstraint(fields=('voce', 'impronta'), name='osservazione_una'), models.CheckConstraint(condition=models.Q(('testo__regex', '\\S')), name='osservazione_scritta'), models.CheckConstraint(condition=models.Q(models.Q(('firmata_da__isnull', True), ('firmata_il__isnull', True)), models.Q(('firmata_da__isnull', False), ('firmata_il__isnull', False)), _connector='OR'), name='osservazione_firmata')],
            },
        ),
        migrations.CreateModel(
            name='Risposta',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                ('testo', models.TextField(blank=True)),
                ('scritta_il', models.DateTimeField()),
                ('autore', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.persona')),
                ('ente', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cycle.ente')),
                ('obiettivo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_tutti', to='cycle.obiettivo')),
                ('osservazione', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='risposta', to='cycle.osservazione')),
            ],
            options={
                'verbose_name': 'risposta',
                'verbose_name_plural': 'risposte',
            },
        ),
        migrations.RemoveConstraint(
            model_name='relazionesemestrale',
            name='relazione_stato',
        ),
        migrations.RemoveConstraint(
            model_name='relazionesemestrale',
            name='relazione_congelata',
        ),
        migrations.AddField(
            model_name='relazionesemestrale',
            name='controdedotta_il',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='relazionesemestrale',
            name='osservata_il',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='relazionesemestrale',
            name='replica_entro',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='relazionesemestrale',
            name='rinuncia',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='seduta',
            name='quorum',
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AlterField(
            model_name='relazionesemestrale',
            name='stato',
            field=models.CharField(choices=[('da_compilare', 'Da compilare'), ('trasmessa', 'Trasmessa'), ('osservata', 'Osservata'), ('controdedotta', 'Controdedotta'), ('validata', 'Validata'), ('riaperta', 'Riaperta')], default='da_compilare', max_length=20, verbose_name='stato'),
        ),
        migrations.AddConstraint(
            model_name='relazionesemestrale',
            constraint=models.CheckConstraint(condition=models.Q(('stato__in', ['da_compilare', 'trasmessa', 'osservata', 'controdedotta', 'validata', 'riaperta'])), name='relazione_stato'),
        ),
        migrations.AddConstraint(
            model_name='relazionesemestrale',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stato__in', ('trasmessa', 'osservata', 'controdedotta')), _negated=True), models.Q(('impronta', ''), _negated=True), _connector='OR'), name='relazione_congelata'),
        ),
        migrations.AddConstraint(
            model_name='relazionesemestrale',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stato', 'osservata'), _negated=True), ('replica_entro__isnull', False), _connector='OR'), name='relazione_osservata'),
        ),
        migrations.RunSQL(regole._sql(_regole()), regole._sql(_senza())),
    ]
